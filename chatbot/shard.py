"""A shard: the columns of an index, opened where they lie. What is stored by term is read for the terms of a query only.

Stored by term: the passages that hold it and its share tf / (k1 + tf) in each, the largest and the k-th largest share. How telling
the term is (idf) is not part of a share, so that shards can be weighed together. A shard that will be merged, or weighed after other
mean lengths than its own, also keeps the counts and the lengths that the shares were computed from.
"""

from __future__ import annotations

import hashlib
from _thread import _local  # that of `threading`, without its import
from collections.abc import Callable, Sequence
from typing import Any

from chatbot.columns import Strings
from chatbot.container import Container
from chatbot.scoring import Posting, field_norms, saturated
from chatbot.table import StringTable


def name_hash(name: str) -> int:
    """64 bits of a passage's id, by which it is looked up."""
    return int.from_bytes(hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class Shard:
    """An open column file. Read-only; share it between threads."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.head: dict[str, Any] = container.json("index.json")
        self.size: int = self.head["passages"]
        self.terms = StringTable(container, "index.terms")
        self.names = Strings(container, "index.names")
        self._ends = self._column("posting_ends", "<u4")
        self._numbers = self._column("ids", "<u4")
        self._shares = self._column("shares", "<f4")
        self._bounds = self._column("bounds", "<f4")
        self._kth = self._column("kth", "<f4")
        self._scratch = _local()

    def _column(self, name: str, dtype: str) -> Any:
        import numpy

        return numpy.frombuffer(self.container.section(f"index.{name}"), dtype)

    def span(self, term: str) -> tuple[int, int, int]:
        """The row of a term and where its postings begin and end; -1 and nothing, when no passage holds it."""
        row = self.terms.find(term)
        return (row, int(self._ends[row - 1]) if row else 0, int(self._ends[row])) if row >= 0 else (-1, 0, 0)

    def plain(self, term: str) -> tuple[Any, Any]:
        """The passages that hold `term`, ascending, and its share in each: uint32 and float32 of shape (n_postings,)."""
        _, start, end = self.span(term)
        return self._numbers[start:end], self._shares[start:end]

    def shares_at(self, term: str, numbers: Sequence[int]) -> list[float]:
        """The share of `term` in some passages, 0 where it does not stand."""
        import numpy

        held, shares = self.plain(term)
        wanted = numpy.asarray(numbers, held.dtype)
        places = held.searchsorted(wanted)
        found = held.take(places, mode="clip") == wanted
        return numpy.where(found, shares.take(places, mode="clip"), numpy.float32(0)).tolist()  # type: ignore[no-any-return]

    def posting(self, term: str, idf: float, weight: float, drift: Drift | None = None) -> Posting | None:
        """The postings of `term`, weighed; None when no passage holds it."""
        row, start, end = self.span(term)
        if row < 0:
            return None
        numbers, shares = self._numbers[start:end], self._shares[start:end]
        bound, kth = float(self._bounds[row]), float(self._kth[row])
        if drift is None:
            return Posting(numbers, shares.__getitem__, idf, weight, bound, kth)
        return Posting(numbers, drift.of(numbers, self.counts[start:end]), idf, weight, min(1.0, bound * drift.most), kth)

    @property
    def counts(self) -> Any:
        """How often each posting's term stands in each field: uint16 of shape (n_postings, n_fields)."""
        return self._column("counts", "<u2").reshape(-1, len(self.head["fields"]))

    @property
    def lengths(self) -> Any:
        """The length of each field of each passage in terms: uint32 of shape (n_passages, n_fields)."""
        return self._column("lengths", "<u4").reshape(-1, len(self.head["fields"]))

    @property
    def hashes(self) -> Any:
        """`name_hash` of every id, ascending: uint64 of shape (n_passages,)."""
        return self._column("names.hashes", "<u8")

    @property
    def posting_columns(self) -> tuple[Any, Any]:
        """Where each term's postings end, and the passages of all postings."""
        return self._ends, self._numbers

    def find(self, name: str) -> int:
        """The number of the passage with the id `name`, or -1."""
        import numpy

        wanted, hashes = numpy.uint64(name_hash(name)), self.hashes
        at = int(hashes.searchsorted(wanted))
        while at < self.size and hashes[at] == wanted:
            if self.name_at(at) == name:
                return int(self._column("names.order", "<u4")[at])
            at += 1
        return -1

    def name_at(self, place: int) -> str:
        """The id of the passage whose hash stands at `place` of `hashes`."""
        return self.names[int(self._column("names.order", "<u4")[place])]

    def sums(self) -> Any:
        """This thread's vector of zeros, float32 of shape (n_passages,); who takes it leaves zeros behind."""
        import numpy

        if not hasattr(self._scratch, "sums"):
            self._scratch.sums = numpy.zeros(self.size, numpy.float32)
        return self._scratch.sums


class Drift:
    """Weighs a shard's postings anew, after mean lengths that are not those it was written with.

    `most` bounds what a share can have grown by: a term's frequency grows at most as the mean did, and its share less than that.
    """

    def __init__(self, shard: Shard, means: Sequence[float]) -> None:
        self._norms = field_norms(shard.lengths, means, shard.head["fields"])
        self._k1 = float(shard.head["k1"])
        self.most = max(1.0, *(new / old for new, old in zip(means, shard.head["means"], strict=True))) * (1 + 1e-6)

    def of(self, numbers: Any, counts: Any) -> Callable[[Any], Any]:
        """The shares of some postings, computed for the places that are asked for."""
        return lambda places: saturated(counts[places], numbers[places], self._norms, self._k1)
