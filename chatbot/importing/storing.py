"""Puts imported answers into a corpus: a document for each export and each source that it names, a passage for each answer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.container import publish
from chatbot.documents import may_be_quoted, place, statements
from chatbot.importing.answers import blocks_of, pictures
from chatbot.importing.pairs import Export, Left, Pair, together
from chatbot.importing.reading import Read
from chatbot.ingest.adding import ADDED, CHANGED, SAME, origin_of
from chatbot.ingest.blocks import Unreadable, tidy
from chatbot.ingest.chunking import cut, lay_out
from chatbot.ingest.library import GIVEN, READER, Entry, Library, digest_of_bytes

REPORT = "import-report.txt"
"""The file in the corpus that lists what could not be carried over."""
REMOVED = "removed"
_URL = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+")
_EVERYWHERE = ("nlu", "domain", "responses", "export", "kb", "faq")
"""Names of files that every project has: the name of the folder is put before them."""
_MOST_CHARACTERS = 1_000_000
"""Of the answers and questions of one document: the topic must stay a file that `chatbot build` reads."""


class Stored(NamedTuple):
    """What became of the answers of one export from one source."""

    kind: str
    name: str
    answers: int = 0
    passages: int = 0
    changed: int = 0
    silent: int = 0
    """Sentences that are kept but will not be quoted."""
    path: Path | None = None
    source: str = ""


def store(read: Read, corpus: Path, given: Mapping[str, str], today: datetime.date) -> Iterator[Stored]:
    """Put what was read into the folder `corpus`, which is made when it is missing, and write the report.

    What an export no longer holds goes; a passage keeps its id while its text or most of its words stay under the same question.
    A source that could not be stored is put into `read.failed`.

    Args:
        read: the exports.
        corpus: the folder of topics.
        given: what a person says about the exports, by the names in `GIVEN`.
        today: the day that is noted as the day of access.

    Raises:
        MissingExtraError: when the library that reads Markdown is not installed.
        OSError: when something cannot be written.
    """
    corpus.mkdir(parents=True, exist_ok=True)
    library = Library(corpus)
    groups: dict[tuple[Path, str], list[Pair]] = {}
    for pair in together(read.export.pairs):
        groups.setdefault((pair.path, pair.source), []).append(pair)
    kept = set()
    for (path, source), pairs in groups.items():
        origin = origin_of(path, corpus) + (f"#{source}" if source else "")
        kept.add(origin)
        try:
            yield _store(library, read, pairs, origin, given, today)
        except Unreadable as error:
            read.failed.append((path, str(error)))
    for path in read.files:
        mine = origin_of(path, corpus)
        for entry in library.entries():
            place_of = entry.fields.get("from", "")
            if place_of.partition("#")[0] == mine and place_of not in kept:
                library.remove(entry)
                yield Stored(REMOVED, entry.name, path=path)
    write_report(corpus / REPORT, read, today)


def _store(library: Library, read: Read, pairs: Sequence[Pair], origin: str, given: Mapping[str, str], today: datetime.date) -> Stored:
    path, source = pairs[0].path, pairs[0].source
    # what else the answers rest on (a Rasa project is several files) is part of what tells a change
    told = repr([(pair.questions, pair.answer) for pair in pairs]).encode(errors="replace")
    raw = digest_of_bytes(read.raw.get(path, b"") + source.encode(errors="replace") + told)
    entry = library.at(origin, raw)
    content, asked = _content(pairs, read.export)
    about = _about(path, source, read.files.get(path, ""), given, entry, raw, today)
    content["title"] = about["title"]
    if entry and _is_same(entry, about, origin, raw):
        return Stored(SAME, entry.name, len(pairs), len(content["passages"]), path=path, source=source)
    content["also"] = asked
    name = entry.name if entry else library.new_name(about["title"])
    passages, changed = library.put(name, content, about, origin, raw)
    texts = [place(at, content["text"]) for at, *_ in content["passages"]]
    silent = sum(not may_be_quoted(text[start:end]) for text in texts for start, end in statements(text))
    return Stored(CHANGED if entry else ADDED, name, len(pairs), passages, changed, silent, path, source)


def _content(pairs: Sequence[Pair], export: Export) -> tuple[dict[str, Any], list[str]]:
    """The text of a document that holds all answers, each below its question, the places of its passages, and how else each is asked for."""
    text, passages, asked = "", [], []
    size = 0
    for pair in pairs:
        for picture in pictures(pair.answer):
            export.leave("picture", f"{picture} in the answer to: {pair.questions[0]}", pair.path)
        own, units = lay_out(blocks_of(pair.questions[0], pair.answer))
        chunks = cut(units)
        if not chunks:
            export.leave("question without an answer", f"no text is left of the answer to: {pair.questions[0]}", pair.path)
            continue
        at = len(text) + 2 if text else 0
        text += ("\n\n" if text else "") + own
        also = "; ".join(_one(question) for question in pair.questions[1:])
        for chunk in chunks:
            again = f"{chunk.again[0] + at}-{chunk.again[1] + at} " if chunk.again else ""
            passages.append([f"{again}{chunk.start + at}-{chunk.end + at}", list(chunk.path), 0])
            under = chunk.path[-1:] != (pair.questions[0],)  # a heading within the answer: the question is one more way to ask
            asked.append("; ".join(filter(None, (_one(pair.questions[0]) if under else "", also))))
        size += len(own) + len(also) * len(chunks)
        if size > _MOST_CHARACTERS:
            raise Unreadable(f"it holds more than {_MOST_CHARACTERS:,} characters of answers and questions; split it")
    if not passages:
        raise Unreadable("no answer in it holds any text")
    return {"text": text, "passages": passages, "kind": "import"}, asked


def _one(question: str) -> str:
    """A question as one of several in an attribute."""
    return re.sub(r"\s*;\s*", ", ", question)


def _about(
    path: Path, source: str, named: str, given: Mapping[str, str], entry: Entry | None, raw: str, today: datetime.date
) -> dict[str, str]:
    """What is known about the source of the answers: what is given now, else what was given before, else what the export says."""
    address = source if _URL.fullmatch(source) else ""
    stem = f"{path.resolve().parent.name} {path.stem}" if path.stem in _EVERYWHERE else path.stem
    title = re.sub(r"^https?://", "", source) if source else named or re.sub(r"[_-]+", " ", stem)
    noted = {"url": "URL", "date": "issued", "author": "literal"}
    said = {key for key in GIVEN if given.get(key)} | (set(entry.fields.get("given", "").split()) if entry else set())
    about = {key: tidy(given.get(key) or (entry.fields.get(noted.get(key, key), "") if entry and key in said else "")) for key in GIVEN}
    about["given"] = " ".join(sorted(said))
    about["title"] = (about["title"] or tidy(title) or "Untitled")[:200]
    about["url"] = about["url"] or address
    unchanged = entry is not None and entry.fields.get("raw") == raw
    about["accessed"] = entry.fields.get("accessed", "") if entry and unchanged else today.isoformat()
    return about


def _is_same(entry: Entry, about: Mapping[str, str], origin: str, raw: str) -> bool:
    fields = entry.fields
    said = {"url": "URL", "date": "issued", "author": "literal"}
    return (
        fields.get("raw") == raw and fields.get("from") == origin and fields.get("reader") == str(READER)
        and all(fields.get(said.get(key, key), "") == about[key] for key in GIVEN)
    )  # fmt: skip


def by_sort(left: Iterable[Left]) -> dict[str, list[Left]]:
    """What was left out, by its sort, the most frequent first."""
    found: dict[str, list[Left]] = {}
    for one in left:
        found.setdefault(one.sort, []).append(one)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def write_report(path: Path, read: Read, today: datetime.date) -> None:
    """Write what was read and what could not be carried over."""
    lines = [f"Imported on {today.isoformat()} from:", *(f"  {name}" for name in read.files), ""]
    if read.failed:
        lines += ["Not read:", *(f"  {name}: {why}" for name, why in read.failed), ""]
    if not read.export.left:
        lines += ["Everything in them was carried over.", ""]
    for sort, left in by_sort(read.export.left).items():
        lines += [f"Not carried over: {sort} ({len(left)})", *(f"  {one}" for one in left), ""]
    publish(path, "\n".join(lines).encode(errors="replace"))
