"""The commands that take documents of one's own into a corpus and out of it: add, remove."""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED, NO_ANSWER, WRONG_USE
from chatbot.progress import Progress
from chatbot.text import clean

if TYPE_CHECKING:
    from argparse import Namespace

    from chatbot.ingest.adding import Outcome

_URL = re.compile(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}")


def add(options: Namespace) -> int:
    """Add documents: 0 when all are in, 1 when some failed, 2 when none could be added."""
    from chatbot.ingest.adding import ADDED, CHANGED, FAILED, add
    from chatbot.ingest.reading import find

    given = said_about(options)
    if given is None:
        return WRONG_USE
    files = list(find(options.file))
    if len(files) > 1 and (given["title"] or given["url"]):
        print("chatbot: --title and --url are of one document; add the documents one by one", file=sys.stderr)
        return WRONG_USE
    ask = _ask if len(files) == 1 and not options.quiet and sys.stdin.isatty() and sys.stderr.isatty() else None
    progress = Progress("add", len(files), quiet=options.quiet or ask is not None)
    counts: dict[str, int] = {}
    try:
        for outcome in add(files, options.into, given, today=datetime.datetime.now(datetime.UTC).date(), ask=ask):
            progress.close()
            _tell(outcome, options)
            counts[outcome.kind] = counts.get(outcome.kind, 0) + 1
            progress.step()
    finally:
        progress.close()
    failed = counts.get(FAILED, 0)
    if not files:
        print("chatbot: no document there that can be read; see `chatbot add --help`", file=sys.stderr)
        return WRONG_USE
    print(f"{options.into}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())))
    if not options.quiet and (counts.get(ADDED) or counts.get(CHANGED)):
        print(f"next: chatbot build --corpus {options.into} -o my-knowledge.bin", file=sys.stderr)
    return WRONG_USE if failed == len(files) else NO_ANSWER if failed else ANSWERED


def said_about(options: Namespace) -> dict[str, str] | None:
    """What a person says about the documents; None, with a line on standard error, when it cannot be right."""
    from chatbot.ingest.library import GIVEN

    given = {name: clean(getattr(options, name) or "").strip() for name in GIVEN}
    wrong = wrong_about(given)
    if wrong:
        print(f"chatbot: {wrong}", file=sys.stderr)
        return None
    return given


def wrong_about(given: Mapping[str, str]) -> str:
    """What is wrong in what a person says about a document, or ""."""
    if given["url"] and not _URL.fullmatch(given["url"]):
        return "--url is no web address; give one that begins with https:// or http://"
    if given["date"] and not _DATE.fullmatch(given["date"]):
        return "--date is no date; write a year or a date, as in 2020 or 2020-09-21"
    return ""


def shown(path: object) -> str:
    """A name that a file may have, without what a screen must not get."""
    name = str(path).encode(errors="replace").decode()
    return "".join(c if c.isprintable() else "?" for c in name)


def _tell(outcome: Outcome, options: Namespace) -> None:
    from chatbot.ingest.adding import FAILED, SAME

    name = shown(outcome.path)
    if outcome.kind == FAILED:
        print(f"{name}: {'; '.join(outcome.notes)}", file=sys.stderr)
        return
    if outcome.kind == SAME:
        print(f"same     {outcome.name}  ({name})")
        return
    details = [f"{outcome.passages} passage{'s' * (outcome.passages != 1)}"] + (
        [f"{outcome.changed} of them changed, new or gone"] if outcome.kind == "changed" else []
    )
    details += [f"language {outcome.language}, and only English is answered"] if outcome.language not in ("", "en") else []
    details += (
        [f"{outcome.silent} sentence{'s' * (outcome.silent > 1)} will not be quoted (a dose, or false comfort)"] if outcome.silent else []
    )
    print(f"{outcome.kind:8} {outcome.name}  {', '.join((*details, *outcome.notes))}  ({name})")
    if options.show_dropped:
        for line in outcome.dropped:
            print(f"  left out: {line}", file=sys.stderr)


def _ask(about: Mapping[str, str]) -> dict[str, str]:
    """Ask for what is missing; an empty line leaves it so."""
    answers: dict[str, str] = {}
    for name, question in (
        ("title", "Title"),
        ("url", "Web address"),
        ("publisher", "Publisher"),
        ("date", "Date (as in 2020-09-21)"),
        ("licence", "Licence"),
    ):
        if about.get(name):
            continue
        print(f"{question}, or nothing: ", end="", file=sys.stderr, flush=True)
        answer = clean(sys.stdin.readline()).strip()
        if wrong_about({"url": "", "date": "", name: answer}):
            print("left empty: it cannot be read", file=sys.stderr)
        elif answer:
            answers[name] = answer
    return answers


def remove(options: Namespace) -> int:
    """Take documents out of a corpus, by name, file or address."""
    from pathlib import Path

    from chatbot.ingest.adding import origin_of
    from chatbot.ingest.library import Library

    library = Library(options.corpus)
    missing = 0
    for name in options.name:
        entry = library.named(name) or library.named(origin_of(Path(name), options.corpus))
        if entry is None:
            print(
                f"chatbot: {clean(name)}: no such document in {options.corpus}; name it as `chatbot add` does, or by its file or address",
                file=sys.stderr,
            )
            missing += 1
            continue
        library.remove(entry)
        print(f"removed  {entry.name}")
    return WRONG_USE if missing == len(options.name) else NO_ANSWER if missing else ANSWERED
