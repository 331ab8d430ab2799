"""Runs become an index: the postings of each term are put together, weighed and laid out in columns, a block of terms at a time.

The weights are those of `chatbot.indexing`, from scikit-learn's counts: shares tf / (k1 + tf) of the field-weighted frequency tf,
and idf = ln(1 + n / df), which is ln(1 + exp(i - 1)) of scikit-learn's unsmoothed idf i = ln(n / df) + 1.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chatbot.columns import Column, assemble
from chatbot.counting import Run, Spool
from chatbot.scoring import STORED_K, field_norms, saturated
from chatbot.table import string_table
from chatbot.text import Analyzer

BLOCK = 1 << 21
"""Postings weighed at a time: about 100 MB."""


def idf_of(size: int, held: Any) -> Any:
    """How telling terms are that `held` of `size` passages hold: float32."""
    import numpy

    return numpy.log1p(size / numpy.maximum(held, 1)).astype(numpy.float32)


def length_sums(lengths: Any) -> tuple[list[int], list[int]]:
    """For each field the sum of its lengths and the number of passages that have it; lengths are of shape (n_passages, n_fields)."""
    return [int(total) for total in lengths.sum(axis=0, dtype="u8")], [int(held) for held in (lengths > 0).sum(axis=0)]


def mean_lengths(sums: Sequence[int], held: Sequence[int]) -> list[float]:
    """The mean length of each field, over the passages that have it."""
    return [total / count if count else 1.0 for total, count in zip(sums, held, strict=True)]


def write_index(
    path: str | os.PathLike[str],
    spool: Spool,
    analyzer: Analyzer,
    fields: Mapping[str, tuple[float, float]],
    k1: float,
    keep_counts: bool = False,
) -> None:
    """Write the index of what `spool` holds to `path`, whole or not at all.

    Args:
        path: the file.
        spool: what was counted; its fields are those of `fields`.
        analyzer: what turned the texts into terms.
        fields: weight and b of each field.
        k1: the saturation.
        keep_counts: also store what is needed to merge this index with others and to weigh it with them.

    Raises:
        ValueError: when an id stands twice.
    """
    import numpy

    lengths = numpy.concatenate([*spool.lengths, numpy.zeros((0, len(fields)), numpy.uint32)])
    hashes = numpy.concatenate([*spool.hashes, numpy.zeros(0, numpy.uint64)])
    order = numpy.argsort(hashes, kind="stable").astype("<u4")
    _refuse_doubles(spool, hashes[order], order)
    sums, held = length_sums(lengths)
    means = mean_lengths(sums, held)
    names = sorted(spool.vocabulary)
    columns = {name: Column(spool.folder / name) for name in ("ids", "shares", "counts")}
    norms = field_norms(lengths, means, list(fields.values()))
    bounds, kth = numpy.zeros(len(names), "<f4"), numpy.zeros(len(names), "<f4")
    ends = numpy.zeros(len(names), numpy.int64)
    for start, run in _blocks(spool, names):
        shares = saturated(run.counts, run.numbers, norms, k1)
        columns["ids"].write(run.numbers.astype("<u4"))
        columns["shares"].write(shares.astype("<f4"))
        if keep_counts:
            columns["counts"].write(run.counts.astype("<u2").ravel())
        ends[start : start + len(run.ends)] = run.ends
        _best(run.ends, shares, bounds[start:], kth[start:])
    total = int(ends.sum())
    if total >= 1 << 32:
        raise ValueError(f"{total} postings are more than one index can hold; use several segments")
    head = {
        "passages": spool.size, "synonyms": analyzer.to_data(), "fields": list(fields.values()), "k1": k1,
        "means": means, "sums": sums, "held": held, "postings": total,
    }  # fmt: skip
    sections: dict[str, bytes | Column] = {
        "index.json": json.dumps(head, ensure_ascii=False).encode(),
        **string_table("index.terms", names),
        "index.idf": idf_of(spool.size, ends).astype("<f4").tobytes(),
        "index.posting_ends": numpy.cumsum(ends).astype("<u4").tobytes(),
        "index.bounds": bounds.tobytes(),
        "index.kth": kth.tobytes(),
        "index.names.text": spool.names,
        "index.names.ends": spool.name_ends,
        "index.names.hashes": hashes[order].astype("<u8").tobytes(),
        "index.names.order": order.tobytes(),
        "index.ids": columns["ids"],
        "index.shares": columns["shares"],
    }
    if spool.focus is not None:
        sections |= spool.focus.sections("index", places_of(spool, names))
    if keep_counts:
        sections |= {"index.counts": columns["counts"], "index.lengths": lengths.astype("<u4").tobytes()}
    assemble(path, sections, {"kind": "index", "layout": "columns", "passages": spool.size})


def _refuse_doubles(spool: Spool, hashes: Any, order: Any) -> None:
    import numpy

    same = numpy.flatnonzero(hashes[1:] == hashes[:-1])
    if len(same):
        ends = numpy.fromfile(spool.name_ends.path, "<u4")
        text = spool.names.path.read_bytes()
        for at in same:
            first, second = (text[ends[n - 1] if n else 0 : ends[n]] for n in order[at : at + 2])
            if first == second:
                raise ValueError(f"the passage id {first.decode('utf-8', 'surrogatepass')!r} stands twice; ids must differ")


def places_of(spool: Spool, names: Sequence[str]) -> Any:
    """For the number of each term in the vocabulary its place among `names`: uint32 of shape (n_terms,)."""
    import numpy

    place = numpy.zeros(len(names), numpy.uint32)
    place[[spool.vocabulary[name] for name in names]] = numpy.arange(len(names), dtype=numpy.uint32)
    return place


def _blocks(spool: Spool, names: Sequence[str]) -> Iterator[tuple[int, Run]]:
    """The postings of all runs by term, in blocks: the place of a block's first term among `names`, and the block.

    The `ends` of a block are not where its postings end but how many each term has.
    """
    import numpy

    place = places_of(spool, names)
    runs = [run._replace(terms=place[run.terms]) for run in spool.runs]
    sizes = numpy.zeros(len(names), numpy.int64)
    for run in runs:
        sizes[run.terms] += numpy.diff(run.ends, prepend=0)
    until = numpy.cumsum(sizes)
    start = 0
    while start < len(names):
        done = until[start - 1] if start else 0
        end = max(start + 1, int(until.searchsorted(done + BLOCK, "right")))
        yield start, _block(runs, start, end, sizes[start:end])
        start = end


def _block(runs: Sequence[Run], start: int, end: int, sizes: Any) -> Run:
    import numpy

    terms, numbers, counts = [], [], []
    for run in runs:
        first, last = run.terms.searchsorted([start, end])
        if first == last:
            continue
        lengths = numpy.diff(run.ends[first:last], prepend=run.ends[first - 1] if first else 0)
        span = slice(int(run.ends[first - 1]) if first else 0, int(run.ends[last - 1]))
        terms.append(numpy.repeat(run.terms[first:last] - start, lengths))
        numbers.append(run.numbers[span])
        counts.append(run.counts[span])
    # the passages of a run come after those of the run before it: a stable sort by term keeps them ascending
    order = numpy.argsort(numpy.concatenate(terms), kind="stable")
    return Run(None, sizes, numpy.concatenate(numbers)[order], numpy.concatenate(counts)[order])


def _best(sizes: Any, shares: Any, bounds: Any, kth: Any) -> None:
    """The largest and the k-th largest share of each term of a block."""
    import numpy

    if not len(sizes):
        return
    ends = numpy.cumsum(sizes)
    bounds[: len(sizes)] = numpy.maximum.reduceat(shares, ends - sizes)
    for at in numpy.flatnonzero(sizes >= STORED_K):
        kth[at] = numpy.partition(shares[ends[at] - sizes[at] : ends[at]], -STORED_K)[-STORED_K]
