"""What every reader makes of a document: headings, paragraphs, list items and table rows in their order, and what is said about it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from chatbot.text import clean

MOST_CHARACTERS = 2_000_000
"""Of the text of one document; about four hundred thousand words."""


class Unreadable(Exception):  # noqa: N818 - it says what the document is
    """A document cannot be read. The message says why, as `what; what to do`."""


class Block(NamedTuple):
    """A paragraph of a document."""

    kind: str
    """"heading", "para", "item" (of a list), "row" (of a table) or "term" (which the next block explains)."""
    text: str
    level: int = 0
    """From 1 for headings; how deep an item is nested, from 0."""
    marker: str = ""
    """What stands before an item, such as "•" or "2."."""
    page: int = 0
    """From 1; 0 where there are no pages."""


class Content(NamedTuple):
    """A document as a reader found it. Fields that were not found are empty."""

    blocks: list[Block]
    title: str = ""
    author: str = ""
    publisher: str = ""
    date: str = ""
    language: str = ""
    url: str = ""


def tidy(text: str) -> str:
    """One line without hidden characters and with single spaces."""
    return " ".join(clean(text.replace("\xa0", " ").replace("\u2028", " ").replace("\u2029", " "), limit=len(text)).split())


@cache
def english_words() -> frozenset[str]:
    """Plain English words, in lower case."""
    return frozenset((Path(__file__).parents[1] / "data" / "english.txt").read_text(encoding="utf-8").split())
