"""Adds documents to a corpus, one by one: what fails is told, and the others go on."""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.documents import may_be_quoted, place, statements
from chatbot.errors import CorpusError
from chatbot.ingest.blocks import Unreadable, tidy
from chatbot.ingest.library import GIVEN, READER, Entry, Library, digest_of_bytes
from chatbot.ingest.reading import Reader, read_bytes

ADDED, CHANGED, SAME, FAILED = "added", "changed", "same", "failed"


class Outcome(NamedTuple):
    """What became of a file."""

    path: Path
    kind: str
    name: str = ""
    passages: int = 0
    changed: int = 0
    silent: int = 0
    """Sentences that are kept but will not be quoted."""
    notes: tuple[str, ...] = ()
    """What is odd, or for a failure what is wrong."""
    dropped: tuple[str, ...] = ()
    language: str = ""


Ask = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Completes what is known about a document, by asking somebody."""


def add(
    files: Sequence[tuple[Path, str]],
    corpus: Path,
    given: Mapping[str, str],
    *,
    today: datetime.date,
    ask: Ask | None = None,
    reader: Reader | None = None,
) -> Iterator[Outcome]:
    """Add documents to the folder `corpus`, which is made when it is missing.

    Args:
        files: each with what is wrong with it already, or "".
        corpus: the folder of topics.
        given: what a person says about the documents, by the names in `GIVEN`; it goes before what is found in them.
        today: the day that is noted as the day of access.
        ask: called with what is known about a new document, to complete it.
        reader: to read with; a new one when none is given.
    """
    corpus.mkdir(parents=True, exist_ok=True)
    library = Library(corpus)
    library.sweep()
    with reader or Reader() as reading:
        for path, wrong in files:
            if wrong:
                yield Outcome(path, FAILED, notes=(wrong,))
                continue
            try:
                yield _add_one(path, library, given, today, ask, reading)
            except Unreadable as error:
                yield Outcome(path, FAILED, notes=(str(error),))
            except CorpusError as error:
                yield Outcome(path, FAILED, notes=(error.what,))
            except OSError as error:
                yield Outcome(path, FAILED, notes=(f"cannot be kept ({error.strerror}); nothing of it was changed",))


def _add_one(path: Path, library: Library, given: Mapping[str, str], today: datetime.date, ask: Ask | None, reader: Reader) -> Outcome:
    data = read_bytes(path)
    raw, origin = digest_of_bytes(data), origin_of(path, library.folder)
    entry = library.at(origin, raw) or (library.at_address(given["url"]) if given.get("url") else None)
    if entry and _is_same(entry, raw, origin, given):
        return Outcome(path, SAME, entry.name)
    content = reader.read(data, path.suffix)
    if entry is None and content["url"] and not given.get("url"):
        entry = library.at_address(content["url"], gone=True)
    about = _about(content, entry, given, path, today, raw)
    if ask and entry is None:
        answers = ask(about)
        about |= answers
        about["given"] = " ".join(sorted({*about["given"].split(), *answers}))
    name = entry.name if entry else library.new_name(about["title"])
    content["title"] = about["title"]
    passages, changed = library.put(name, content, about, origin, raw)
    silent = sum(
        not may_be_quoted(text[start:end])
        for at, *_ in content["passages"]
        for text in (place(at, content["text"]),)
        for start, end in statements(text)
    )
    return Outcome(
        path,
        CHANGED if entry else ADDED,
        name,
        passages,
        changed,
        silent,
        tuple(content["notes"]),
        tuple(content["dropped"]),
        about.get("language", ""),
    )


def origin_of(path: Path, corpus: Path) -> str:
    """Where a file lies, seen from the corpus: the same however it is named on the command line. Strange characters are written out."""
    try:
        relative = os.path.relpath(path.resolve(), corpus.resolve())
    except ValueError:  # on another drive
        relative = str(path.resolve())
    return re.sub(
        r"[^\w ./()+,=@~&'!-]", lambda match: "".join(f"%{byte:02X}" for byte in os.fsencode(match[0])), relative.replace(os.sep, "/")
    )


def _is_same(entry: Entry, raw: str, origin: str, given: Mapping[str, str]) -> bool:
    """Whether adding would change nothing."""
    fields = dict(entry.fields)
    said = {"url": "URL", "date": "issued", "author": "literal"}
    return (
        fields.get("raw") == raw and fields.get("from") == origin and fields.get("reader") == str(READER)
        and all(fields.get(said.get(key, key), "") == value for key, value in given.items() if value)
    )  # fmt: skip


def _about(
    content: Mapping[str, Any], entry: Entry | None, given: Mapping[str, str], path: Path, today: datetime.date, raw: str
) -> dict[str, str]:
    """What is known about a document: what is given now, else what was given before, else what is found in it."""
    noted = {"url": "URL", "date": "issued", "author": "literal"}
    before = {key: entry.fields.get(noted.get(key, key), "") for key in GIVEN} if entry else {}
    said = {key for key in GIVEN if given.get(key)} | (set(entry.fields.get("given", "").split()) if entry else set())
    about = {key: tidy(given.get(key) or (before.get(key) if key in said else "") or str(content.get(key) or "")) for key in GIVEN}
    about["given"] = " ".join(sorted(said))
    about["title"] = about["title"] or tidy(re.sub(r"[_-]+", " ", path.stem)) or "Untitled"
    unchanged = entry is not None and entry.fields.get("raw") == raw
    about["accessed"] = entry.fields.get("accessed", "") if entry and unchanged else today.isoformat()
    return about
