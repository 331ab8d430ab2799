"""A large index: columns in a mapped file, scored with NumPy. `PassageIndex` for more passages than the standard library suits."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence

from chatbot import columns
from chatbot.columns import ColumnFile
from chatbot.retrieval import PassageIndex
from chatbot.scoring import top_k
from chatbot.shard import Shard
from chatbot.text import Analyzer


class LargeIndex(PassageIndex):
    """An index in columns. The same methods and the same scores as `PassageIndex`; opening reads next to nothing."""

    def __init__(self, container: ColumnFile) -> None:
        self.shard = Shard(container)
        self._container: ColumnFile = container
        self.ids = self.shard.names
        self.analyzer = Analyzer.from_data(self.shard.head["synonyms"])
        self._terms = self.shard.terms
        self._idf = container.array("index.idf", "f")
        self.unknown_idf = math.log1p(self.shard.size + 1)
        self._lists, self._room = {}, 0
        self._ends = container.array("index.posting_ends", "I")
        self._prefix = "index"
        self._focus = self._open_focus()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Copy the index to `path`, whole or not at all."""
        columns.copy(self._container.path, path)

    def sections(self) -> dict[str, bytes]:
        """The index as sections of a container: all of it, in memory."""
        return {name: bytes(self._container.section(name)) for name in self._container.names()}

    def postings(self, term: str) -> tuple[memoryview, memoryview]:
        """The passages (by number) that hold `term`, and its impact in each."""
        numbers, shares = self.shard.plain(term)
        return memoryview(numbers), memoryview(self.idf(term) * shares.astype("f8"))

    def best(self, weights: Mapping[str, float], k: int = 10) -> list[tuple[int, float]]:
        """The `k` best passages for weighted terms, by number, with their scores, best first."""
        found, total = [], 0.0
        for term, weight in weights.items():
            idf = self.idf(term)
            total += weight * idf
            posting = self.shard.posting(term, idf, weight)
            if posting is not None:
                found.append(posting)
        if not found or k < 1:
            return []
        numbers, scores = top_k(found, k, self.shard.sums())
        return list(zip(numbers.tolist(), (scores / total).tolist(), strict=True))

    def _shares_at(self, term: str, numbers: Sequence[int]) -> list[float]:
        """The share of `term` in some passages, 0 where it does not stand."""
        return self.shard.shares_at(term, numbers)
