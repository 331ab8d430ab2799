"""What every reader makes of an export: questions with an answer, and a list of what could not be carried over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from chatbot.ingest.blocks import tidy

MOST_PAIRS = 20_000
"""Questions with answers in one file."""
MOST_QUESTION = 1_000
"""Characters of a question; what is longer is none."""
MOST_ANSWER = 50_000
"""Characters of an answer."""


class Pair(NamedTuple):
    """An answer and the ways to ask for it."""

    questions: tuple[str, ...]
    """The first one becomes the heading of the passage."""
    answer: str
    """As the export holds it, in Markdown or HTML."""
    path: Path
    """The file that holds the answer."""
    source: str = ""
    """Where the platform had the answer from: an address or the name of a file. "" for the export itself."""


class Left(NamedTuple):
    """Something that could not be carried over."""

    sort: str
    """Of what kind it is, in a few words: what is listed together."""
    what: str
    path: Path
    line: int = 0

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else str(self.path)
        return f"{where}: {self.what}"


class Export:
    """What was found in one file, or in the files of one project."""

    def __init__(self) -> None:
        self.pairs: list[Pair] = []
        self.left: list[Left] = []

    def leave(self, sort: str, what: str, path: Path, line: int = 0) -> None:
        """Note that something is not carried over."""
        self.left.append(Left(sort, tidy(what)[:300], path, line))

    def keep(self, questions: Iterable[str], answer: str, path: Path, line: int, source: str = "") -> None:
        """Note a question and its answer; what is no question, or has no answer, is left out and told."""
        asked = []
        for question in questions:
            text = tidy(question)
            if len(text) > MOST_QUESTION:
                self.leave("question too long", f"a question of more than {MOST_QUESTION:,} characters: {text[:60]}...", path, line)
            elif not re.search(r"\w", text):
                self.leave("question without words", f"a question that holds no word: {text[:60]!r}", path, line)
            else:
                asked.append(text)
        if not asked:
            self.leave("answer without a question", f"nobody asks for: {answer[:80]}", path, line)
        elif len(answer) > MOST_ANSWER:
            self.leave("answer too long", f"more than {MOST_ANSWER:,} characters; add it as a document: {asked[0][:80]}", path, line)
        elif not re.search(r"\w", answer):
            self.leave("question without an answer", f"nothing is answered to: {asked[0][:80]}", path, line)
        else:
            self.pairs.append(Pair(tuple(dict.fromkeys(asked)), answer, path, tidy(source)[:1000]))


def together(pairs: Iterable[Pair]) -> list[Pair]:
    """The pairs, those with one answer made one, in the order of their first questions."""
    found: dict[tuple[Path, str, str], Pair] = {}
    for pair in pairs:
        key = (pair.path, pair.source, tidy(pair.answer))
        before = found.get(key)
        questions = dict.fromkeys((*(before.questions if before else ()), *pair.questions))
        found[key] = pair._replace(questions=tuple(questions))
    return list(found.values())
