"""A document's text is cut into passages of 40 to 150 words: at headings, then between paragraphs, items and sentences, never within one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from chatbot.documents import sentence_spans
from chatbot.ingest.blocks import Block

FEWEST_WORDS, MOST_WORDS = 40, 150
_GOOD = 100
_MOST_UNITS = 400
_HARD_END = 400
"""A "sentence" of more words than this is none; it is cut between words."""

_TOO_SHORT, _TOO_LONG = 1_000.0, 2_000.0
_TORN_LIST, _IN_LIST, _IN_PARAGRAPH = 40.0, 12.0, 25.0
_OVER_HEADING, _UP = 60.0, 40.0
_FORBIDDEN = 1e9


class Unit(NamedTuple):
    """What is not cut: a sentence, or a heading. `start` and `end` count characters of the text."""

    start: int
    end: int
    words: int
    kind: str
    block: int
    path: tuple[str, ...]
    page: int
    lead: int
    """For an item or a row, the number of the unit that announces it; else -1."""


class Chunk(NamedTuple):
    """A passage: its part of the text, what of the text before is said again in front of it, and where it stands."""

    start: int
    end: int
    again: tuple[int, int] | None
    path: tuple[str, ...]
    page: int

    @property
    def place(self) -> str:
        """The place as the heading of a passage holds it."""
        first = f"{self.again[0]}-{self.again[1]} " if self.again else ""
        return f"{first}{self.start}-{self.end}"


def lay_out(blocks: Sequence[Block]) -> tuple[str, list[Unit]]:
    """The text as it is kept, and its units."""
    pieces: list[str] = []
    units: list[Unit] = []
    path: list[tuple[int, str]] = []
    at, lead, last = 0, -1, Block("", "")
    for number, block in enumerate(blocks):
        if block.kind == "heading":
            path = [*(part for part in path if part[0] < block.level), (block.level, block.text)]
        mark = _mark(block)
        if pieces:
            gap = "\n" if _is_close(last, block) else "\n\n"
            pieces.append(gap)
            at += len(gap)
        pieces.append(mark + block.text)
        names = tuple(name for _, name in path)
        lead = _lead(block, last, units, lead)
        spans = [(0, len(block.text))] if block.kind == "heading" else _uncut(block.text)
        for start, end in spans:
            begin = at + len(mark) + start if start else at
            units.append(Unit(begin, at + len(mark) + end, len(block.text[start:end].split()), block.kind, number, names, block.page, lead))
        at += len(mark) + len(block.text)
        last = block
    return "".join(pieces), units


def _mark(block: Block) -> str:
    if block.kind == "heading":
        return "#" * max(1, min(block.level, 6)) + " "
    if block.kind == "item":
        return "  " * block.level + (f"{block.marker} " if block.marker else "")
    return ""


def _is_close(last: Block, block: Block) -> bool:
    """Whether two blocks stand in lines one below the other."""
    return (block.kind in ("item", "row") and last.kind in (block.kind, "term")) or (
        block.kind == "term" and last.kind in ("item", "term") and bool(last.level)
    )


def _lead(block: Block, last: Block, units: Sequence[Unit], lead: int) -> int:
    """What announces an item: the sentence before the list, or the head of the table."""
    if block.kind not in ("item", "row"):
        return -1
    if last.kind == "row" and block.kind == "row":
        return len(units) - 1 if last.level and lead < 0 else lead
    if last.kind == "item" and block.kind == "item":
        return lead
    return len(units) - 1 if units and last.kind in ("para", "term") and (last.text.endswith(":") or last.kind == "term") else -1


def _uncut(text: str) -> list[tuple[int, int]]:
    """The sentences of a block; what is too long to be one is cut between words."""
    found: list[tuple[int, int]] = []
    for start, end in sentence_spans(text):
        words = list(re.finditer(r"\S+", text[start:end]))
        if len(words) <= _HARD_END:
            found.append((start, end))
            continue
        for first in range(0, len(words), MOST_WORDS):
            part = words[first : first + MOST_WORDS]
            found.append((start + part[0].start(), start + part[-1].end()))
    return found


def cut(units: Sequence[Unit]) -> list[Chunk]:
    """The passages of a text: the cheapest way to cut it, found by dynamic programming in time that grows with the text.

    Each unit stands in one passage. In front of a passage that begins within a list, the sentence that announces the list is said
    again. Headings at the beginning of a passage are left out of it: they are its path.
    """
    total = len(units)
    sums = [0, *accumulate(0 if unit.kind == "heading" else unit.words for unit in units)]
    costs, back = [0.0] + [float("inf")] * total, [0] * (total + 1)
    before = [_cost_before(units, at) for at in range(total)] + [0.0]
    for end in range(1, total + 1):
        crossed = 0.0
        for start in range(end - 1, -1, -1):
            words = sums[end] - sums[start] + _again(units, start)
            if start < end - 1 and units[start].kind != "heading" and units[start + 1].kind == "heading":
                crossed += _crossing(units, start)
            cost = costs[start] + before[start] + _size(words, start == end - 1) + crossed
            if units[end - 1].kind == "heading":
                cost += _FORBIDDEN
            if cost < costs[end]:
                costs[end], back[end] = cost, start
            if (words > MOST_WORDS and start < end - 1) or end - start > _MOST_UNITS:
                break
    ends = [total]
    while ends[-1]:
        ends.append(back[ends[-1]])
    bounds = ends[::-1]
    return [chunk for start, end in pairwise(bounds) if (chunk := _chunk(units, start, end))]


def _size(words: int, single: bool) -> float:
    if words > MOST_WORDS:
        return words if single else _TOO_LONG + 10.0 * words
    short = _TOO_SHORT + 10.0 * (FEWEST_WORDS - words) if words < FEWEST_WORDS else 0.0
    return short + 0.1 * abs(words - _GOOD)


def _again(units: Sequence[Unit], start: int) -> int:
    lead = units[start].lead
    return units[lead].words if 0 <= lead < start else 0


def _cost_before(units: Sequence[Unit], at: int) -> float:
    """What it costs to begin a passage at a unit."""
    unit = units[at]
    if at == 0:
        return 0.0
    last = units[at - 1]
    if last.kind == "heading":
        return _FORBIDDEN
    if unit.kind == "heading":
        return 0.0
    if last.kind == "term" or unit.lead == at - 1:
        return _FORBIDDEN
    if unit.block == last.block:
        return _IN_PARAGRAPH + (_IN_LIST if unit.lead >= 0 else 0.0)
    if unit.kind == last.kind and unit.kind in ("item", "row"):
        return _IN_LIST if _listed(units, at) > MOST_WORDS else _TORN_LIST
    return 5.0


def _listed(units: Sequence[Unit], at: int) -> int:
    """How many words the list has in which a unit stands, as far as that matters."""
    words, first = 0, at
    kinds = ("item", "row")
    while first > 0 and units[first - 1].kind in kinds and words <= MOST_WORDS:
        first -= 1
        words += units[first].words
    while at < len(units) and units[at].kind in kinds and words <= MOST_WORDS:
        words += units[at].words
        at += 1
    return words


def _crossing(units: Sequence[Unit], at: int) -> float:
    """What it costs that a passage goes on over the heading after unit `at`."""
    here, there = units[at].path, units[at + 1].path
    up = len(here) - len(there[:-1])
    return _OVER_HEADING + _UP * max(0, up - 1)


def _chunk(units: Sequence[Unit], start: int, end: int) -> Chunk | None:
    while start < end and units[start].kind == "heading":
        start += 1
    if start == end:
        return None
    lead = units[start].lead
    again = (units[lead].start, units[lead].end) if 0 <= lead < start else None
    paths = list(dict.fromkeys(unit.path for unit in units[start:end] if unit.kind != "heading"))
    return Chunk(units[start].start, units[end - 1].end, again, _path(paths), units[start].page)


def _path(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The headings over a passage; where it goes over several sections, their names side by side below what they share."""
    if len(paths) == 1:
        return paths[0]
    shared = 0
    while all(len(path) > shared and path[shared] == paths[0][shared] for path in paths):
        shared += 1
    if any(len(path) == shared for path in paths):  # the text above the first heading belongs to what they share
        return tuple(paths[0][:shared])
    names = list(dict.fromkeys(path[shared] for path in paths))
    return (*paths[0][:shared], *([" · ".join(names)] if names else []))
