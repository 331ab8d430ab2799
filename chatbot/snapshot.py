"""The segments of an index at one moment, weighed together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from chatbot.columns import ColumnFile
from chatbot.counting import CHUNK, Run, Spool
from chatbot.merging import BLOCK, idf_of, length_sums, mean_lengths
from chatbot.scoring import top_k
from chatbot.shard import Drift, Shard


class Segment:
    """A shard and what was removed from it."""

    def __init__(self, file: ColumnFile, removed: bytes) -> None:
        import numpy

        self.shard = Shard(file)
        self.removed = numpy.frombuffer(removed, "<u4")
        self.alive: Any = None
        if len(self.removed):
            self.alive = numpy.ones(self.shard.size, bool)
            self.alive[self.removed] = False
        self.size = self.shard.size - len(self.removed)

    def lengths(self) -> tuple[list[int], list[int]]:
        """For each field the sum of its lengths and how many passages have it, without what was removed."""
        sums, held = self.shard.head["sums"], self.shard.head["held"]
        if not len(self.removed):
            return sums, held
        gone = length_sums(self.shard.lengths[self.removed])
        return [a - b for a, b in zip(sums, gone[0], strict=True)], [a - b for a, b in zip(held, gone[1], strict=True)]

    def held(self, term: str) -> int:
        """How many passages hold `term`."""
        numbers, _ = self.shard.plain(term)
        return len(numbers) if self.alive is None else int(self.alive[numbers].sum())

    def find(self, name: str) -> int:
        """The number of the passage with the id `name` in this segment, or -1."""
        number = self.shard.find(name)
        return number if number < 0 or self.alive is None or self.alive[number] else -1

    def removed_with(self, numbers: Iterable[int]) -> bytes:
        """What was removed, and `numbers`, as bytes for a file."""
        import numpy

        return bytes(numpy.union1d(self.removed, numpy.fromiter(numbers, "<u4")).astype("<u4").tobytes())

    def before(self, numbers: Any) -> Any:
        """How many passages that are left stand before each of `numbers`."""
        return numbers if self.alive is None else numbers - self.removed.searchsorted(numbers)


class Snapshot:
    """Segments in the order of adding. Never changed; a change of the index makes a new one."""

    def __init__(self, segments: Sequence[Segment], fields: Mapping[str, Sequence[float]]) -> None:
        self.segments = list(segments)
        self.size = sum(segment.size for segment in segments)
        parts = [segment.lengths() for segment in segments] or [([0] * len(fields), [0] * len(fields))]
        means = mean_lengths(
            [sum(column) for column in zip(*(p[0] for p in parts), strict=True)], [sum(c) for c in zip(*(p[1] for p in parts), strict=True)]
        )
        self._means = means
        self._drifts: dict[int, Drift] = {}
        self._idf: dict[str, tuple[int, float]] = {}

    def _drift(self, at: int) -> Drift | None:
        """How to weigh segment `at` anew; None when its own mean lengths are those of the whole."""
        shard = self.segments[at].shard
        if shard.head["means"] == self._means:
            return None
        if at not in self._drifts:
            self._drifts[at] = Drift(shard, self._means)
        return self._drifts[at]

    def _weighed(self, term: str) -> tuple[int, float]:
        if term not in self._idf:
            held = sum(segment.held(term) for segment in self.segments)
            if len(self._idf) > 100_000:
                self._idf.clear()
            self._idf[term] = held, float(idf_of(self.size, held)) if held else math.log1p(self.size + 1)
        return self._idf[term]

    def held(self, term: str) -> int:
        """How many passages hold `term`."""
        return self._weighed(term)[0]

    def idf(self, term: str) -> float:
        """How telling a term is."""
        return self._weighed(term)[1]

    def ids(self) -> list[str]:
        """The ids of all passages, in the order of adding."""
        return [name for s in self.segments for at, name in enumerate(s.shard.names) if s.alive is None or s.alive[at]]

    def _parts(self, weights: Mapping[str, float], k: int) -> tuple[list[tuple[Any, Any]], float]:
        """The best of each segment (numbers, scores)."""
        terms = [(term, self.idf(term), weight) for term, weight in weights.items()]
        parts = []
        for at, segment in enumerate(self.segments):
            drift = self._drift(at)
            postings = [p for term, idf, weight in terms if (p := segment.shard.posting(term, idf, weight, drift)) is not None]
            parts.append(top_k(postings, k, segment.shard.sums(), segment.alive))
        return parts, sum(weight * idf for _, idf, weight in terms)

    def best(self, weights: Mapping[str, float], k: int) -> list[tuple[str, float]]:
        """The `k` best passages for weighted terms, (id, score), best first."""
        parts, total = self._parts(weights, k)
        rows = [
            (-score, at, number)
            for at, (numbers, scores) in enumerate(parts)
            for number, score in zip(numbers.tolist(), scores.tolist(), strict=True)
        ]
        return [(self.segments[at].shard.names[number], -score / total) for score, at, number in sorted(rows)[:k]]

    def scores(self, weights: Mapping[str, float]) -> dict[int, float]:
        """The score of every passage that holds one of the terms, by its number in `ids`."""
        parts, total = self._parts(weights, max(1, self.size))
        found: dict[int, float] = {}
        start = 0
        for segment, (numbers, scores) in zip(self.segments, parts, strict=True):
            found.update(zip((segment.before(numbers) + start).tolist(), (scores / total).tolist(), strict=True))
            start += segment.size
        return found

    def locate(self, ids: Iterable[str]) -> dict[int, set[int]]:
        """The numbers of passages by segment. Raises KeyError for an id that is not there."""
        found: dict[int, set[int]] = {}
        for name in ids:
            at, number = next(((at, n) for at, s in enumerate(self.segments) if (n := s.find(name)) >= 0), (-1, -1))
            if at < 0:
                raise KeyError(name)
            found.setdefault(at, set()).add(number)
        return found

    def common(self, other: Segment) -> str | None:
        """An id that both the snapshot and `other` hold."""
        import numpy

        for segment in self.segments:
            for value in numpy.intersect1d(segment.shard.hashes, other.shard.hashes):
                first, last = (int(other.shard.hashes.searchsorted(value, side)) for side in ("left", "right"))
                for place in range(first, last):
                    name = other.shard.name_at(place)
                    if segment.find(name) >= 0:
                        return name
        return None


def respool(segment: Segment, spool: Spool) -> None:
    """Take what is left of a segment into `spool`, to be written anew: a block of terms at a time."""
    import numpy

    shard, alive = segment.shard, segment.alive
    ends, numbers = shard.posting_columns
    counts, words = shard.counts, iter(shard.terms)
    first = 0
    while first < len(ends):
        start = int(ends[first - 1]) if first else 0
        last = max(first + 1, int(ends.searchsorted(start + BLOCK, "right")))
        sizes = numpy.diff(ends[first:last].astype(numpy.int64), prepend=start)
        held, counted = numbers[start : int(ends[last - 1])], counts[start : int(ends[last - 1])]
        if alive is not None:
            kept = alive[held]
            sizes = numpy.add.reduceat(kept, numpy.cumsum(sizes) - sizes, dtype=numpy.int64)
            held, counted = segment.before(held[kept]), counted[kept]
        used = sizes > 0
        terms = spool.number(word for word, keep in zip(islice(words, last - first), used.tolist(), strict=True) if keep)
        spool.take_run(Run(terms, numpy.cumsum(sizes[used]), (held + spool.size).astype(numpy.uint32), counted))
        first = last
    for at in range(0, shard.size, CHUNK):
        span = slice(at, min(at + CHUNK, shard.size))
        names = [shard.names[number] for number in range(span.start, span.stop) if alive is None or alive[number]]
        spool.take_passages(names, shard.lengths[span] if alive is None else shard.lengths[span][alive[span]])
