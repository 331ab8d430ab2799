"""How a query is scored, and how an index is opened. Standard library only; an index of very many passages is `chatbot.large`.

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
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from chatbot.container import Container
from chatbot.table import StringTable
from chatbot.text import Analyzer
from chatbot.typed import TYPE_CHECKING, Any, Protocol
from chatbot.types import Hit

if TYPE_CHECKING:
    from chatbot.focus import Focus
    from chatbot.spelling import Speller

_MOST_POSTINGS = 1 << 16
"""Postings that are kept as lists: all of the bundled corpus (25,000, in 2 MB), and a bounded share of a larger one."""


class Retriever(Protocol):
    """Anything that finds passages for a query."""

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best passages, best first."""


class PassageIndex:
    """An index of passages, read-only and safe to share between threads."""

    def __init__(self, container: Container, prefix: str = "index") -> None:
        self._container = container
        self._prefix = prefix
        data = container.json(f"{prefix}.json")
        self.ids: Sequence[str] = data["ids"]
        self.analyzer = Analyzer.from_data(data["synonyms"])
        self._terms = StringTable(container, f"{prefix}.terms")
        self._idf = container.array(f"{prefix}.idf", "f")
        self._ends = container.array(f"{prefix}.posting_ends", "I")
        self._posting_ids = container.array(f"{prefix}.ids", "I")
        self._impacts = container.array(f"{prefix}.impacts", "f")
        self.unknown_idf = math.log1p(len(self.ids) + 1)
        self._lists: dict[str, tuple[float, list[int], list[float]]] = {}
        self._room = _MOST_POSTINGS
        self._focus = self._open_focus()

    def _open_focus(self) -> Focus | None:
        if f"{self._prefix}.focus.k1" not in self._container:
            return None
        from chatbot.focus import Focus

        return Focus(self._container, self._prefix)

    @classmethod
    def build(
        cls,
        passages: Iterable[tuple[str, str | Mapping[str, str]]],
        synonyms: Iterable[Sequence[str]] = (),
        *,
        fields: Mapping[str, tuple[float, float]] | None = None,
        k1: float | None = None,
        focus: Sequence[str] | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> PassageIndex:
        """Fit an index over `passages` with scikit-learn; nothing is written to a place of yours until `save`.

        Passages are read one after the other: many of them pass through files in the folder for temporary files, in bounded memory,
        and give an index that is scored with NumPy; few give one that the standard library answers. The scores are the same.

        Args:
            passages: pairs of an id and a text, or of an id and {field: text}.
            synonyms: sets of words or phrases that mean the same, the common name first.
            fields: weight and b of each field, instead of `indexing.FIELDS`.
            k1: the saturation, instead of `indexing.K1`.
            focus: the fields that name what a passage is about, such as ("title",); () when there are none. With it, `search` takes a
                second look at the best passages (`chatbot.focus`): whether the question is about what they name, and whether they tell
                what is asked. Without it (None), only the words count. For titles, take `fields=indexing.TITLED, k1=indexing.TITLED_K1`.
            progress: told now and then how many passages were read.

        Raises:
            ValueError: when an id stands twice, or a field of `focus` is none of the fields.
        """
        from chatbot.indexing import fit_index

        return fit_index(passages, synonyms, fields, k1, progress, focus)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> PassageIndex:
        """Open an index that `save` wrote; it stays on the disk and is mapped into memory.

        Raises:
            KnowledgeError: when the file is missing, foreign or damaged.
        """
        container = Container(path)
        if container.meta.get("layout") != "columns":
            return cls(container)
        from chatbot.columns import ColumnFile
        from chatbot.large import LargeIndex

        return LargeIndex(ColumnFile(path))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to `path`, whole or not at all."""
        from chatbot import container

        container.write(path, self.sections(), {"kind": "index", "passages": len(self.ids)})

    def sections(self) -> dict[str, bytes]:
        """The index as sections of a container."""
        names = [f"{self._prefix}.{name}" for name in ("json", "idf", "posting_ends", "ids", "impacts")]
        names += self._focus.names(self._prefix) if self._focus else []
        return self._terms.sections() | {name: bytes(self._container.section(name)) for name in names}

    def __len__(self) -> int:
        return len(self.ids)

    def idf(self, term: str) -> float:
        """How telling a term is; the largest value there can be for a term that no passage holds."""
        row = self._terms.find(term)
        return self._idf[row] if row >= 0 else self.unknown_idf

    @property
    def all_idf(self) -> Sequence[float]:
        """How telling each term is, by its number."""
        return self._idf  # type: ignore[no-any-return]

    def row(self, term: str) -> int:
        """The number of `term` in the index, or -1."""
        return self._terms.find(term)

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

    def scores(self, weights: Mapping[str, float]) -> dict[int, float]:
        """The score of every passage that holds one of the terms, by its number.

        Args:
            weights: what each term of the query counts, 1 for a plain occurrence.
        """
        total = 0.0
        found: dict[int, float] = {}
        for term, weight in weights.items():
            idf, numbers, impacts = self._walkable(term)
            total += weight * idf
            for number, impact in zip(numbers, impacts, strict=True):
                found[number] = found[number] + weight * impact if number in found else weight * impact
        return {number: score / total for number, score in found.items()} if total else {}

    def best_score(self, terms: Iterable[str]) -> float:
        """The largest of the `scores` of terms that count 1 each; 0 when no passage holds one."""
        total = 0.0
        sums = [0.0] * len(self.ids)
        for term in dict.fromkeys(terms):
            idf, numbers, impacts = self._walkable(term)
            total += idf
            for number, impact in zip(numbers, impacts, strict=True):
                sums[number] += impact
        return max(sums, default=0.0) / total if total else 0.0

    def _walkable(self, term: str) -> tuple[float, list[int], list[float]]:
        """The idf of a term, and its postings as lists, which are walked twice as fast as mapped memory; some are kept."""
        found = self._lists.get(term)
        if found is None:
            numbers: Any
            impacts: Any
            numbers, impacts = self.postings(term)
            found = (self.idf(term), numbers.tolist(), impacts.tolist())
            if 0 < len(numbers) <= self._room:
                self._room -= len(numbers)
                self._lists[term] = found
        return found

    def search(self, query: str, k: int = 10, *, mend: bool = False) -> list[Hit]:
        """The `k` best passages for `query`, best first; equal scores in the order of building.

        Args:
            query: what is looked up.
            k: how many.
            mend: look up misspelled words as the nearest terms of the index (`chatbot.near_terms`). Pays for messages as people type
                them; the first use costs about a second for a million terms.
        """
        terms = self.analyzer.terms(query)
        weights = dict.fromkeys(self._near_terms().correct(terms) if mend else terms, 1.0)
        best = self.best(weights, k) if self._focus is None else self._second_look(query, weights, k)
        return [Hit(self.ids[number], min(1.0, score), rank) for rank, (number, score) in enumerate(best, 1)]

    def _near_terms(self) -> Speller:
        if not hasattr(self, "_speller"):
            from chatbot.near_terms import near_terms

            self._speller = near_terms(self.known, self.holding())
        return self._speller

    def holding(self) -> Iterator[tuple[str, int]]:
        """Each term and how many passages hold it."""
        start = 0
        for term, end in zip(self._terms, self._ends, strict=True):
            yield term, end - start
            start = end

    def _second_look(self, query: str, weights: Mapping[str, float], k: int) -> list[tuple[int, float]]:
        from chatbot import focus
        from chatbot.question_types import ASKING, told_words, type_mask

        assert self._focus is not None
        about = {term: weight for term, weight in weights.items() if term not in ASKING} or weights
        rows = {row: weight * self._idf[row] for term, weight in about.items() if (row := self._terms.find(term)) >= 0}
        types = type_mask(query)
        question = focus.Question(rows, sum(weight * self.idf(term) for term, weight in about.items()), types)
        telling = [term for term in dict.fromkeys(self.analyzer.terms(" ".join(told_words(types)))) if self.known(term)]
        best = self.best(weights, max(k, focus.POOL))
        return focus.look_again(best, k, self._focus, question, self._idf, lambda numbers: self._told(telling, numbers))

    def _told(self, terms: Sequence[str], numbers: Sequence[int]) -> list[float]:
        """For each passage the share of the weight of `terms` that it holds, each saturated anew: in [0, 1]."""
        from chatbot.focus import TOLD_K1

        assert self._focus is not None
        total = sum(map(self.idf, terms)) or 1.0
        ratio = TOLD_K1 / self._focus.k1
        found = [0.0] * len(numbers)
        for term in terms:
            idf = self.idf(term)
            for at, share in enumerate(self._shares_at(term, numbers)):
                if share:
                    # share = tf / (k1 + tf), and wanted is tf / (TOLD_K1 + tf)
                    found[at] += idf * share / (share + ratio * (1.0 - share))
        return [value / total for value in found]

    def _shares_at(self, term: str, numbers: Sequence[int]) -> list[float]:
        """The share of `term` in some passages, 0 where it does not stand."""
        held, impacts = self.postings(term)
        idf, last = self.idf(term), len(held)
        places = ((bisect_left(held, number), number) for number in numbers)
        return [impacts[place] / idf if place < last and held[place] == number else 0.0 for place, number in places]

    def best(self, weights: Mapping[str, float], k: int = 10) -> list[tuple[int, float]]:
        """The `k` best passages for weighted terms, by number, with their scores, best first."""
        return sorted(self.scores(weights).items(), key=lambda item: (-item[1], item[0]))[: max(k, 0)]

    def search_many(self, queries: Iterable[str], k: int = 10, workers: int | None = None, *, mend: bool = False) -> list[list[Hit]]:
        """The hits of each query, in the order of the queries.

        Args:
            queries: what is looked up.
            k: how many hits for each.
            workers: processes at work, this one too; as many as there are cores for many queries, when None. An index that was not saved, and few
                queries, are searched in this process.
            mend: as of `search`.
        """
        from chatbot.batch import search_many

        return search_many(lambda query, k: self.search(query, k, mend=mend), self._container.path, list(queries), k, workers, mend)
