"""A reply as blocks of text in the order in which every form shows them, before any markup."""

from __future__ import annotations

import re

from chatbot.text import clean
from chatbot.typed import NamedTuple
from chatbot.types import Citation, Reply

URGENCY_WORDS = {"emergency": "EMERGENCY", "urgent": "GET HELP TODAY", "routine": "SEE SOMEONE ABOUT THIS"}
"""Urgency in words: never by colour alone."""

WARNING = "Warning"

SOURCES = "Sources:"
ASK_NEXT = "You can ask:"


class Block(NamedTuple):
    """A paragraph or a list. `kind` is advice, message, lead, statement, warning, note, sources, suggestions or disclaimer."""

    kind: str
    lines: tuple[str, ...]


def blocks(reply: Reply) -> list[Block]:
    """The blocks of `reply`: advice first, the disclaimer last. Characters that a screen must not get are dropped."""
    found: list[Block] = []
    advice = tuple(f"{item.text}{marks_of(item.marks)}" for item in reply.advice)
    first = reply.urgency != "routine"
    if advice and first:
        found.append(Block("advice", (f"{URGENCY_WORDS.get(reply.urgency, 'IMPORTANT')}: " + " ".join(advice),)))
    if reply.message:
        found.append(Block("message", (reply.message,)))
    said = [f"{item.text}{marks_of(item.marks)}" for item in reply.statements if item.passage not in reply.warnings]
    warned = [f"{item.text}{marks_of(item.marks)}" for item in reply.statements if item.passage in reply.warnings]
    if said:
        found.append(Block("lead", (said[0],)))
    if said[1:]:
        found.append(Block("statement", (" ".join(said[1:]),)))
    if warned:
        found.append(Block("warning", (f"{WARNING}: " + " ".join(warned),)))
    if advice and not first:
        found.append(Block("advice", (f"{URGENCY_WORDS['routine']}: " + " ".join(advice),)))
    found += [Block("note", (note,)) for note in reply.notes]
    if reply.suggestions:
        found.append(Block("suggestions", tuple(f"{at}. {item.label}" for at, item in enumerate(reply.suggestions, 1))))
    if reply.citations:
        found.append(Block("sources", tuple(citation_line(item) for item in reply.citations)))
    if reply.disclaimer:
        found.append(Block("disclaimer", (reply.disclaimer,)))
    return [Block(block.kind, tuple(clean(line, limit=len(line)) for line in block.lines)) for block in found]


def marks_of(marks: tuple[int, ...]) -> str:
    """The marks behind a sentence, such as " [1][3]"."""
    return " " + "".join(f"[{mark}]" for mark in marks) if marks else ""


def citation_line(citation: Citation, link: bool = True) -> str:
    """A source in one line: mark, title, publisher, year, address."""
    parts = [citation.title.rstrip(". "), citation.publisher]
    text = f"[{citation.mark}] " + ". ".join(filter(None, parts)) + (f", {citation.year}" if citation.year else "") + "."
    address = web_address(citation.url)
    text = f"{text} {address}" if link and address else text
    return " ".join(clean(text, limit=len(text)).split())


def web_address(url: str) -> str:
    """`url` when it is a plain web address, else ""; nothing else becomes a link."""
    return url if re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+", url) and clean(url, limit=len(url)) == url else ""
