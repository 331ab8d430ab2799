"""How a query is scored, and how an index is opened. Standard library only.

The score of a passage d for a query q is the share of the query's weight that the passage explains:

    score(q, d) = sum over t in q of impact(t, d)  /  sum over t in q of idf(t)

`impact` is the weight of a term in a passage after BM25F (Robertson and Zaragoza 2009, section 3.6), computed when the index is
fitted (`chatbot.indexing`): idf(t) * tf / (k1 + tf), where tf is the term's frequency over the fields, each weighted and
normalised by its length. It is always below idf(t), so the score lies in [0, 1) and means the same for one passage or a million;
a word of the question that no passage holds counts in the divisor with the largest idf there can be, and so pulls it down.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from typing import Protocol

from chatbot.container import Container
from chatbot.table import StringTable
from chatbot.text import Analyzer
from chatbot.types import Hit


class Retriever(Protocol):
    """Anything that finds passages for a query."""

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best passages, best first."""
        ...


class PassageIndex:
    """An index of passages, read-only and safe to share between threads."""

    def __init__(self, container: Container, prefix: str = "index") -> None:
        self._container = container
        self._prefix = prefix
        data = container.json(f"{prefix}.json")
        self.ids: list[str] = data["ids"]
        self.analyzer = Analyzer.from_data(data["synonyms"])
        self._terms = StringTable(container, f"{prefix}.terms")
        self._idf = container.array(f"{prefix}.idf", "f")
        self._ends = container.array(f"{prefix}.posting_ends", "I")
        self._posting_ids = container.array(f"{prefix}.ids", "I")
        self._impacts = container.array(f"{prefix}.impacts", "f")
        self.unknown_idf = math.log1p(len(self.ids) + 1)

    @classmethod
    def build(cls, passages: Iterable[tuple[str, str]], synonyms: Iterable[Sequence[str]] = ()) -> PassageIndex:
        """Fit an index over `passages`, pairs of (id, text), with scikit-learn; nothing is written until `save`.

        Raises:
            ValueError: when an id stands twice.
        """
        from chatbot.indexing import fit_index

        return fit_index(passages, synonyms)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> PassageIndex:
        """Open an index that `save` wrote; it stays on the disk and is mapped into memory.

        Raises:
            KnowledgeError: when the file is missing, foreign or damaged.
        """
        return cls(Container(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to `path`, whole or not at all."""
        from chatbot import container

        container.write(path, self.sections(), {"kind": "index", "passages": len(self.ids)})

    def sections(self) -> dict[str, bytes]:
        """The index as sections of a container."""
        names = ("json", "idf", "posting_ends", "ids", "impacts")
        return self._terms.sections() | {f"{self._prefix}.{name}": bytes(self._container.section(f"{self._prefix}.{name}")) for name in names}

    def __len__(self) -> int:
        return len(self.ids)

    def idf(self, term: str) -> float:
        """How telling a term is; the largest value there can be for a term that no passage holds."""
        row = self._terms.find(term)
        return self._idf[row] if row >= 0 else self.unknown_idf

    def known(self, term: str) -> bool:
        """Whether a passage holds `term`."""
        return term in self._terms

    def postings(self, term: str) -> tuple[memoryview, memoryview]:
        """The passages (by number) that hold `term`, and its impact in each."""
        row = self._terms.find(term)
        if row < 0:
            return self._posting_ids[:0], self._impacts[:0]
        start, end = self._ends[row - 1] if row else 0, self._ends[row]
        return self._posting_ids[start:end], self._impacts[start:end]

    def scores(self, weights: dict[str, float]) -> dict[int, float]:
        """The score of every passage that holds one of the terms, by its number.

        Args:
            weights: what each term of the query counts, 1 for a plain occurrence.
        """
        total = 0.0
        found: dict[int, float] = {}
        for term, weight in weights.items():
            total += weight * self.idf(term)
            numbers, impacts = self.postings(term)
            for number, impact in zip(numbers, impacts, strict=True):
                found[number] = found.get(number, 0.0) + weight * impact
        return {number: score / total for number, score in found.items()} if total else {}

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best passages for `query`, best first; equal scores in the order of building."""
        scores = self.scores(dict.fromkeys(self.analyzer.terms(query), 1.0))
        best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]
        return [Hit(self.ids[number], min(1.0, score), rank) for rank, (number, score) in enumerate(best, 1)]
