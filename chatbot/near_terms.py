"""Misspelled words of a query, looked up as the nearest terms of the index. rapidfuzz is imported at the first unknown one.

A term that the index holds, and the stem of a plain English word, stay as they are: "dose" does not become "nose" because no passage
has a dose. What is corrected towards stands in `LEAST` passages, since rarer terms are slips themselves too often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from chatbot.spelling import Speller, WordList
from chatbot.text import stem

LEAST = 3
"""In so many passages a term stands that others are corrected to."""


class _Known:
    """Terms that are left alone."""

    def __init__(self, held: Callable[[str], bool], stems: frozenset[str]) -> None:
        self._held, self._stems = held, stems

    def __contains__(self, term: object) -> bool:
        return isinstance(term, str) and (term in self._stems or self._held(term))


def near_terms(held: Callable[[str], bool], holding: Iterable[tuple[str, int]]) -> Speller:
    """What corrects the terms of a query.

    Args:
        held: whether the index holds a term.
        holding: each term and how many passages hold it.
    """
    common = sorted(((term, count) for term, count in holding if count >= LEAST), key=lambda item: (-item[1], item[0]))
    english = (Path(__file__).parent / "data" / "english.txt").read_text(encoding="utf-8").split()
    return Speller(WordList(term for term, _ in common), _Known(held, frozenset(map(stem, english))))
