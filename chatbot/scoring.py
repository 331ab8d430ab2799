"""The k best passages of a shard, exactly, without looking at most of its postings. A pure function of numbers, in NumPy.

Term at a time, after Turtle and Flood's MaxScore (1995). Each term brings the largest share it has in any passage (`bound`) and
the k-th largest (`kth`). Some k passages reach the largest weighted `kth` of the query: that is the floor. Terms are added up from
the most telling one, until the bounds of all that are left sum to less than the floor: a passage that holds none of the terms added
so far cannot be among the k best. The terms that are left, which are the common ones with the long lists, are looked up for the
few candidates only. At the end the scores of these are summed again in double precision and in the order of the query, so that
they are those of the plain computation to the last bit, wherever the passage lies.

How telling a term is comes from outside (`idf`), so that shards can be scored with the document frequencies of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

STORED_K = 10
"""The k of the stored k-th best shares: a page of hits."""

_SLACK = 1.0 - 1e-5
"""Sums in single precision are trusted to this much."""


class Posting(NamedTuple):
    """A term of a query in one shard."""

    numbers: Any
    """The passages that hold it, ascending: uint32 of shape (n_postings,)."""
    shares: Callable[[Any], Any]
    """Its share in [0, 1) at places of `numbers` (a slice or an array): float32."""
    idf: float
    weight: float
    bound: float
    """No share is above it."""
    kth: float
    """So many shares as `STORED_K` reach it, if no passage was removed."""


def saturated(counts: Any, numbers: Any, norms: Sequence[Any], k1: float) -> Any:
    """The shares tf / (k1 + tf) of postings, where tf is the sum over the fields of count times norm.

    Args:
        counts: how often the term stands in each field, of shape (n_postings, n_fields).
        numbers: the passage of each posting, of shape (n_postings,).
        norms: for each field what one occurrence counts in each passage, of shape (n_passages,).
        k1: the saturation.
    """
    import numpy

    frequency = numpy.zeros(len(numbers))
    for at, norm in enumerate(norms):
        frequency += counts[:, at] * norm[numbers]
    frequency /= k1 + frequency
    return frequency.astype(numpy.float32)


def field_norms(lengths: Any, means: Sequence[float], fields: Sequence[tuple[float, float]]) -> list[Any]:
    """For each field (weight, b) what one occurrence counts in each passage; lengths are of shape (n_passages, n_fields)."""
    return [weight / (1 - b + b * lengths[:, at] / mean) for at, ((weight, b), mean) in enumerate(zip(fields, means, strict=True))]


def top_k(postings: Sequence[Posting], k: int, sums: Any, alive: Any = None) -> tuple[Any, Any]:
    """The k best passages (numbers, scores not yet divided), best first; equal scores in the order of their numbers.

    Args:
        postings: the query's terms that the shard holds, in the query's order.
        k: how many.
        sums: float32 zeros of shape (n_passages,), lent; zeros again afterwards.
        alive: which passages count, bool of shape (n_passages,); all, when None.
    """
    found, floor = _attempt(postings, k, sums, alive, stored=k <= STORED_K)
    if floor and (len(found[0]) < k or found[1][-1] < floor):
        # the stored k-th best were removed: once more without them
        found, _ = _attempt(postings, k, sums, alive, stored=False)
    return found


def _attempt(postings: Sequence[Posting], k: int, sums: Any, alive: Any, stored: bool) -> tuple[tuple[Any, Any], float]:
    if k < 1 or not postings:
        return _exact(postings, _none(), k), 0.0
    ordered = sorted(postings, key=lambda p: -p.weight * p.idf * p.bound)
    rest = [0.0]
    for posting in reversed(ordered):
        rest.append(rest[-1] + posting.weight * posting.idf * posting.bound)
    rest.reverse()
    given = max(p.weight * p.idf * p.kth for p in postings) * _SLACK if stored else 0.0
    try:
        added, floor = _add_up(ordered, rest, k, sums, alive, given)
        candidates, partial = _harvest(ordered[:added], sums, alive, max(floor - rest[added], 0.0))
    except BaseException:
        sums.fill(0.0)
        raise
    for at in range(added, len(ordered)):
        floor, candidates, partial = _prune(floor, candidates, partial, rest[at], k)
        posting = ordered[at]
        places, held = _places(posting.numbers, candidates)
        partial[held] += posting.shares(places) * _single(posting)
    _, candidates, _ = _prune(floor, candidates, partial, 0.0, k)
    return _exact(postings, candidates, k), given


def _single(posting: Posting) -> Any:
    import numpy

    return numpy.float32(posting.weight * posting.idf)


def _none() -> Any:
    import numpy

    return numpy.zeros(0, numpy.uint32)


def _add_up(ordered: Sequence[Posting], rest: Sequence[float], k: int, sums: Any, alive: Any, floor: float) -> tuple[int, float]:
    """Add the telling terms into `sums`: how many they were, and the floor that k passages reach."""
    import numpy

    for at, posting in enumerate(ordered):
        if rest[at] < floor:
            return at, floor
        numpy.add.at(sums, posting.numbers, posting.shares(slice(None)) * _single(posting))
        following = len(ordered[at + 1].numbers) if at + 1 < len(ordered) else 0
        if k <= len(posting.numbers) < following:  # a partition here may save the longer list
            reached = sums.take(posting.numbers if alive is None else posting.numbers[alive[posting.numbers]])
            if len(reached) >= k:
                floor = max(floor, float(numpy.partition(reached, -k)[-k]) * _SLACK)
    return len(ordered), floor


def _harvest(added: Sequence[Posting], sums: Any, alive: Any, least: float) -> tuple[Any, Any]:
    """The passages whose sum is above 0 and at least `least`, and their sums. Leaves zeros behind."""
    import numpy

    if sum(len(p.numbers) for p in added) > len(sums) // 2:
        found = numpy.flatnonzero(sums >= least if least else sums).astype(numpy.uint32)
        reached = sums.take(found)
        sums.fill(0.0)
    else:
        parts = []
        for posting in added:
            values = sums.take(posting.numbers)
            sums[posting.numbers] = 0.0  # what was seen in one list is not seen again in the next
            kept = numpy.flatnonzero(values >= least if least else values)
            parts.append((posting.numbers.take(kept), values.take(kept)))
        found, reached = parts[0] if len(parts) == 1 else tuple(map(numpy.concatenate, zip(*parts, strict=True)))
    if alive is None:
        return found, reached
    kept = alive[found]
    return found[kept], reached[kept]


def _prune(floor: float, candidates: Any, partial: Any, rest: float, k: int) -> tuple[float, Any, Any]:
    """Raise the floor to the k-th best of the candidates; let go those that cannot reach it with the `rest`."""
    import numpy

    if len(candidates) > k:
        floor = max(floor, float(numpy.partition(partial, -k)[-k]) * _SLACK)
        kept = partial >= floor * _SLACK - rest
        return floor, candidates[kept], partial[kept]
    return floor, candidates, partial


def _places(numbers: Any, candidates: Any) -> tuple[Any, Any]:
    """Where the candidates stand in `numbers`, and which of them do."""
    import numpy

    places = numbers.searchsorted(candidates)
    held = numpy.flatnonzero(numbers.take(places, mode="clip") == candidates)
    return places[held], held


def _exact(postings: Sequence[Posting], candidates: Any, k: int) -> tuple[Any, Any]:
    import numpy

    scores = numpy.zeros(len(candidates))
    for posting in postings:
        places, held = _places(posting.numbers, candidates)
        scores[held] += posting.weight * (posting.idf * posting.shares(places).astype(numpy.float64))
    order = numpy.lexsort((candidates, -scores))[: max(k, 0)]
    return candidates[order], scores[order]
