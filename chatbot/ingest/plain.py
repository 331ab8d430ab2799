"""Plain text, as it was typed or copied from a page, to blocks: paragraphs, lists and what looks like a heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from chatbot.ingest.blocks import Block, tidy

_BULLET = re.compile(r"(?P<marker>[^\w\s\"'“”‘’«»()\[\]{}#@&$€£%<>=|/\\+~^_…¿¡]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s+(?=\S)")
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_RULE = re.compile(r"[\W_]*")
_LABEL = re.compile(r"[A-Z][^.:?!]{1,60}:\s+\S")
_WRAPPED_FROM, _WRAPPED_TO = 45, 130
_HEADING_WORDS = 14


class Line(NamedTuple):
    """A line of text and how it stands."""

    text: str
    indent: int
    after_gap: bool
    page: int = 0


def read_lines(text: str, page: int = 0) -> list[Line]:
    """The lines that say something."""
    lines, gap = [], True
    for raw in text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n").split("\n"):
        line = tidy(raw)
        if not line or _RULE.fullmatch(line):
            gap = True
            continue
        lines.append(Line(line, len(raw.expandtabs(4)) - len(raw.expandtabs(4).lstrip()), gap, page))
        gap = False
    return lines


def blocks_of(lines: Sequence[Line]) -> list[Block]:
    """The blocks of plain text."""
    return _structure(_paragraphs(lines))


def _paragraphs(lines: Sequence[Line]) -> list[tuple[Block, bool]]:
    """Lines that were wrapped are joined. Each block comes with whether an empty line stands before it."""
    found: list[tuple[Block, bool]] = []
    indents: list[int] = []
    for at, line in enumerate(lines):
        bullet = _BULLET.match(line.text)
        if not bullet and found and not line.after_gap and _goes_on(lines, at):
            block, gap = found[-1]
            found[-1] = (block._replace(text=f"{block.text} {line.text}"), gap)
            continue
        if not bullet:
            indents.clear()
            found.append((Block("para", line.text, page=line.page), line.after_gap))
            continue
        while indents and line.indent < indents[-1]:
            indents.pop()
        if not indents or line.indent > indents[-1]:
            indents.append(line.indent)
        item = Block("item", line.text[bullet.end() :], min(len(indents) - 1, 5), bullet["marker"], line.page)
        found.append((item, line.after_gap))
    return found


def _goes_on(lines: Sequence[Line], at: int) -> bool:
    """Whether line `at` is the rest of the line before it, which was wrapped."""
    before, line = lines[at - 1].text, lines[at].text
    if not _WRAPPED_FROM <= len(before) <= _WRAPPED_TO:
        return line[:1].islower() and not _ENDED.search(before) and lines[at].indent >= lines[at - 1].indent
    if not _ENDED.search(before):
        return True
    # the line before it ends in a full stop: look whether its neighbours were wrapped
    first = at - 1
    while first > 0 and not lines[first].after_gap:
        first -= 1
    group = [one.text for one in lines[first : at + 1]]
    longest = max(map(len, group))
    cut = any(not _ENDED.search(a) and len(a) >= _WRAPPED_FROM for a in group[:-1])
    return cut and longest <= _WRAPPED_TO and len(before) >= 0.7 * longest


def _structure(found: Sequence[tuple[Block, bool]]) -> list[Block]:
    """Short lines become headings, or items where a list was announced whose marks were lost."""
    blocks: list[Block] = []
    listing = False  # after "...:", until a paragraph ends the list
    for at, (block, gap) in enumerate(found):
        following = found[at + 1][0] if at + 1 < len(found) else None
        if block.kind == "item":
            blocks.append(block)
            listing = False
            continue
        short = is_short(block.text)
        if listing and _LABEL.match(block.text):
            blocks.append(block._replace(kind="item"))
            continue
        if listing and short and not (gap and following and _reads_on(following) and not _LABEL.match(following.text)):
            blocks.append(block._replace(kind="item"))
            continue
        listing = block.text.endswith(":") and block.text.count(":") == 1
        if short and following is not None and not block.text.endswith(":"):
            blocks.append(block._replace(kind="heading", level=2))
        else:
            blocks.append(block)
    return blocks


def is_short(text: str) -> bool:
    """Whether a line may be a heading: few words that end in no full stop."""
    count = len(text.split())
    return (
        count <= _HEADING_WORDS
        and len(text) <= 110
        and not re.search(r"[.!,;…][\"'”’)\]]*$", text)
        and bool(re.match(r"[\"'“‘¿(]?[^\W_]", text))
        and not text[0].islower()
    )


def _reads_on(block: Block) -> bool:
    """Whether a block is running text."""
    return block.kind == "para" and not is_short(block.text)
