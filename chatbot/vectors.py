"""What words mean, as vectors: words that are used alike lie close together, whether or not an example holds them.

The vectors stand in `data/vectors.bin` (docs/decisions/0007-word-vectors.md; `scripts/make_vectors.py` makes them), 8 bits a number,
each as long as the word counts: "the" is short, "eateries" is long. The meaning of a message is the sum of its words' vectors, brought
to unit length. A linear classifier over it is served by the standard library: what a word says for each class is added up in lanes of
one long number, so that a message costs one addition a word, and a word costs two hundred multiplications once.
"""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterable, Sequence
from functools import cache

from chatbot.container import Container
from chatbot.errors import KnowledgeError
from chatbot.table import StringTable
from chatbot.text import stem
from chatbot.typed import NamedTuple

PATH = os.path.join(os.path.dirname(__file__), "data", "vectors.bin")  # noqa: PTH118, PTH120 - pathlib costs a cold start 5 ms

_LANE = 8
"""Bytes of a lane: room for 2 ** 32 words."""
_SHIFT = 1 << 23
"""Added to the sums of a word, so that no lane is ever negative: more than 128 * 127 * 255."""
_REMEMBERED = 4096


class Vectors:
    """The vectors of words, read-only."""

    def __init__(self, container: Container) -> None:
        if container.meta.get("kind") != "vectors":
            raise KnowledgeError(f"{container.path}: not a file of word vectors; install the package again")
        self.dimensions: int = container.meta["dimensions"]
        self.digest: str = container.meta["digest"]
        self._words = StringTable(container, "words")
        # not read as a whole, which would cost a first answer a twentieth more: damage here would make guesses worse, and say nothing wrong
        self._rows = container.section("vectors.rows", checked=False)

    def __len__(self) -> int:
        return len(self._words)

    def row(self, word: str) -> int:
        """The number of a folded word or, when it has none, of its stem, or -1."""
        found = self._words.find(word)
        return found if found >= 0 else self._words.find(stem(word))

    def bytes_of(self, row: int) -> memoryview:
        """The vector of a row: `dimensions` bytes, 128 standing for 0."""
        return self._rows[row * self.dimensions : (row + 1) * self.dimensions]


@cache
def bundled() -> Vectors:
    """The vectors that are shipped with the package; opened once."""
    return Vectors(Container(PATH))


class _Word(NamedTuple):
    vector: int
    """128 added to each number, in lanes."""
    votes: int
    """What it says for each class, `shift` added, in lanes."""
    shift: int


class Judge:
    """A linear classifier over meanings.

    Args:
        vectors: the vectors that it was fitted with.
        weights: bytes of shape (dimensions, n_classes), 128 standing for 0.
        scales: what one step of a weight is worth, by class.
    """

    def __init__(self, vectors: Vectors, weights: memoryview | bytes, scales: Sequence[float]) -> None:
        self._vectors = vectors
        self._weights = weights
        self._scales = scales
        self._lanes: list[int] = []
        self._bias = sum(_SHIFT << 8 * _LANE * at for at in range(len(scales)))
        self._seen: dict[str, _Word | None] = {}

    def decide(self, tokens: Iterable[str]) -> list[float]:
        """What folded words say for each class."""
        known = [word for token in tokens if (word := self._word(token)) is not None]
        if not known:
            return [0.0] * len(self._scales)
        shift = 128 * len(known)
        length = math.sqrt(sum((x - shift) ** 2 for x in _opened(sum(w.vector for w in known), self._vectors.dimensions)))
        if not length:
            return [0.0] * len(self._scales)
        shift = sum(w.shift for w in known)
        votes = _opened(sum(w.votes for w in known), len(self._scales))
        return [(vote - shift) * scale / length for vote, scale in zip(votes, self._scales, strict=True)]

    def _word(self, token: str) -> _Word | None:
        if token in self._seen:
            return self._seen[token]
        row = self._vectors.row(token)
        found = self._weighed(self._vectors.bytes_of(row)) if row >= 0 else None
        if len(self._seen) >= _REMEMBERED:
            self._seen.clear()
        self._seen[token] = found
        return found

    def _weighed(self, vector: memoryview) -> _Word:
        if not self._lanes:
            width = len(self._scales)
            self._lanes = [_lanes(self._weights[at * width : (at + 1) * width]) for at in range(self._vectors.dimensions)]
        numbers = [x - 128 for x in vector]
        votes = self._bias + sum(map(int.__mul__, numbers, self._lanes))
        return _Word(_lanes(vector), votes, _SHIFT + 128 * sum(numbers))


def _lanes(numbers: memoryview | bytes) -> int:
    """Bytes as one number, each in a lane of its own."""
    spread = bytearray(_LANE * len(numbers))
    spread[::_LANE] = numbers
    return int.from_bytes(spread, "little")


def _opened(lanes: int, count: int) -> tuple[int, ...]:
    """The numbers in the lanes."""
    return struct.unpack(f"<{count}Q", lanes.to_bytes(_LANE * count, "little"))
