"""The second look: of the best passages by their words, those whose name the question is about, and that tell what is asked.

The words of a question find passages; which of the best answers it is decided by two things more:

    c  how much of the passage's name the question says: the idf of the shared terms over the idf of the name's terms. A title may
       give several names, in parentheses or after semicolons ("Ringworm (also called: tinea)"); the best one counts.
    q  how much of what the question is about the name explains: the idf of the shared terms over that of the question's terms.
       Terms that only say what is asked ("symptoms", "treatment") count in neither.
    t  whether the passage tells what is asked (`chatbot.question_types`): 1 or 0 by its title, where that says a type; else the
       share of the words that such passages hold, each saturated.

    score = (s + FOCUS * c * sqrt(q) + w * t) / MOST

where s is the score of the words, and w is TITLED * c by a title that says a type, else TOLD * c, and UNNAMED for a passage without a
name. The score lies in [0, 1). Every constant was chosen on questions that were held out (docs/explanation/retrieval-benchmarks.md).
Standard library only.
"""

from __future__ import annotations

import math
import re
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from chatbot.container import Container
from chatbot.question_types import ASKING, type_mask
from chatbot.text import Analyzer

POOL = 50
"""So many of the best by their words are looked at again, or `k` where that is more."""
FOCUS = 0.2
"""What a name that the question says in full adds."""
TITLED = 0.05
"""What a title of the type that is asked adds."""
TOLD = 0.8
"""What all words of passages of the type that is asked would add; a passage holds a few of them."""
UNNAMED = 2.0
"""As `TOLD`, for a passage without a name: nothing but its words can tell."""
MOST = 1.0 + max(FOCUS + max(TITLED, TOLD), UNNAMED)
"""What no sum passes: it brings the scores into [0, 1)."""
TOLD_K1 = 1.6
"""Saturation of the words of a type: the second occurrence counts less."""

_NAMES = re.compile(r"[();\n]")
_ALSO = re.compile(r"\s*also (?:called|known as)\s*:?", re.IGNORECASE)
_PARTS = ("types", "terms", "name_ends", "ends")


def names_of(title: str, analyzer: Analyzer) -> list[list[str]]:
    """The names that a title gives, each as its terms, once each and without those that only say what is asked."""
    whole = set(analyzer.terms(title))
    names = (dict.fromkeys(analyzer.terms(_ALSO.sub(" ", part))) for part in _NAMES.split(title))
    return [kept for name in names if (kept := [term for term in name if term in whole and term not in ASKING])]


class FocusRows:
    """What is stored for the second look, passage by passage, while an index is built."""

    def __init__(self, fields: Sequence[str], analyzer: Analyzer, k1: float) -> None:
        self._fields, self._analyzer, self._k1 = fields, analyzer, k1
        self._columns = {name: array("I") for name in _PARTS}

    def take(self, row: Mapping[str, str], number: Mapping[str, int]) -> None:
        """Take the next passage; `number` gives the number of each of its terms."""
        types, terms, name_ends, ends = self._columns.values()
        title = "\n".join(row.get(field, "") for field in self._fields)
        types.append(type_mask(_NAMES.split(title.strip())[0]))
        for name in names_of(title, self._analyzer):
            terms.extend(number[term] for term in name if term in number)
            name_ends.append(len(terms))
        ends.append(len(name_ends))

    def sections(self, prefix: str, places: Sequence[int] | None = None) -> dict[str, bytes]:
        """What was taken, as sections of a container; `places` gives for the number of a term its row in the index."""
        columns = dict(self._columns)
        if places is not None:
            columns["terms"] = array("I", (int(places[number]) for number in columns["terms"]))
        return {f"{prefix}.focus.k1": _bytes(array("f", [self._k1]))} | {f"{prefix}.focus.{name}": _bytes(c) for name, c in columns.items()}


def _bytes(numbers: array[int] | array[float]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class Focus:
    """What an index stores for the second look, where it lies."""

    def __init__(self, container: Container, prefix: str) -> None:
        self._types, self._terms, self._name_ends, self._ends = (container.array(f"{prefix}.focus.{name}", "I") for name in _PARTS)
        self.k1: float = container.array(f"{prefix}.focus.k1", "f")[0]

    @staticmethod
    def names(prefix: str) -> list[str]:
        """The names of the sections."""
        return [f"{prefix}.focus.{name}" for name in ("k1", *_PARTS)]

    def types(self, number: int) -> int:
        """The types that the title of a passage says, as a mask."""
        return int(self._types[number])

    def rows(self, number: int) -> list[Sequence[int]]:
        """The names of a passage, each as the rows of its terms."""
        first, last = self._ends[number - 1] if number else 0, self._ends[number]
        start = self._name_ends[first - 1] if first else 0
        found = []
        for at in range(first, last):
            found.append(self._terms[start : self._name_ends[at]])
            start = self._name_ends[at]
        return found


class Question(NamedTuple):
    """What the second look knows of a question."""

    rows: Mapping[int, float]
    """The rows of the terms that it is about, with their weights times idf."""
    total: float
    """The sum of weight times idf of the terms that it is about, those that no passage holds too."""
    types: int
    """The types that are asked, as a mask."""


def look_again(
    best: Sequence[tuple[int, float]],
    k: int,
    focus: Focus,
    question: Question,
    idf: Sequence[float],
    told: Callable[[list[int]], Sequence[float]],
) -> list[tuple[int, float]]:
    """The `k` best of `best` by the second look, with their new scores, best first; equal ones in the order of `best`.

    Args:
        best: passages (number, score by the words), best first.
        k: how many.
        focus: what the index stores for it.
        question: what is asked.
        idf: of each term of the index by its row.
        told: for some passages how much each tells of what is asked, in [0, 1].
    """
    untitled = [number for number, _ in best if not focus.types(number)] if question.types else []
    tells = dict(zip(untitled, told(untitled), strict=True)) if untitled else {}
    scored = []
    for number, score in best:
        names = focus.rows(number)
        covered, gain = _focused(names, question, idf)
        if number in tells:
            gain += (TOLD * covered if names else UNNAMED) * tells[number]
        elif focus.types(number) & question.types:
            gain += TITLED * covered
        scored.append((number, (score + gain) / MOST))
    return sorted(scored, key=lambda item: -item[1])[: max(k, 0)]


def _focused(names: Sequence[Sequence[int]], question: Question, idf: Sequence[float]) -> tuple[float, float]:
    """How much of the best name is said, and what that adds."""
    best = (0.0, 0.0)
    for rows in names:
        said = asked = whole = 0.0
        for row in rows:
            whole += idf[row]
            if row in question.rows:
                said += idf[row]
                asked += question.rows[row]
        if said:
            covered = said / whole
            best = max(best, (FOCUS * covered * math.sqrt(min(1.0, asked / question.total)), covered))
    return best[1], best[0]
