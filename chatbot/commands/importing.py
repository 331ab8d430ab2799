"""The command that takes in what another platform exported."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED, NO_ANSWER, WRONG_USE
from chatbot.commands.adding import said_about, shown

if TYPE_CHECKING:
    from argparse import Namespace

    from chatbot.importing.reading import Read

_LISTED = 5  # of each sort of what is left out; the report holds all


def take_in(options: Namespace) -> int:
    """Import exports: 0 when all are in, 1 when some could not be read, 2 when none could."""
    from chatbot.importing.reading import find, read
    from chatbot.importing.storing import REPORT, store

    given = said_about(options)
    if given is None:
        return WRONG_USE
    paths = list(dict.fromkeys(find(options.file)))
    if not paths:
        print("chatbot: no export there that can be read; see `chatbot import --help`", file=sys.stderr)
        return WRONG_USE
    found = read(paths)
    try:
        for one in store(found, options.into, given, datetime.datetime.now(datetime.UTC).date()) if found.files else ():
            details = [f"{one.answers} answers", f"{one.passages} passages"] if one.answers else []
            details += [f"{one.changed} of them changed, new or gone"] if one.kind == "changed" else []
            details += [f"{one.silent} sentences will not be quoted (a dose, or false comfort)"] if one.silent else []
            print(
                f"{one.kind:8} {one.name}  {', '.join(details)}  ({shown(one.path) if one.path else ''}{f', {one.source}' if one.source else ''})"
            )
    except OSError as error:
        print(f"chatbot: {options.into}: cannot be written ({error.strerror}); name another place with --into", file=sys.stderr)
        return WRONG_USE
    for path, why in found.failed:
        print(f"{shown(path)}: {why}", file=sys.stderr)
    if not found.files:
        return WRONG_USE
    if not options.quiet:
        _tell(found)
        print(f"all of what was left out: {options.into / REPORT}", file=sys.stderr)
        print(
            "next: chatbot build" + ("" if str(options.into) == "corpus" else f" --corpus {options.into} -o my-knowledge.bin"),
            file=sys.stderr,
        )
    return NO_ANSWER if found.failed else ANSWERED


def _tell(found: Read) -> None:
    """List what was left out, a few of each sort."""
    from chatbot.importing.storing import by_sort

    for sort, left in by_sort(found.export.left).items():
        print(f"not carried over: {sort} ({len(left)})", file=sys.stderr)
        for one in left[:_LISTED]:
            print(f"  {shown(one)}", file=sys.stderr)
        if len(left) > _LISTED:
            print(f"  ... and {len(left) - _LISTED} more", file=sys.stderr)
