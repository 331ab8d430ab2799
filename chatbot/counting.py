"""Passages become runs: scikit-learn counts the terms of a chunk of passages, and the counts go to the disk.

A run holds the postings of one chunk by term, its terms in alphabetical order. `chatbot.merging` makes an index of the runs. So the
memory that a build takes does not grow with the number of passages, but for 8 bytes and the field lengths of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.columns import Column
from chatbot.focus import FocusRows
from chatbot.shard import name_hash
from chatbot.text import Analyzer, fold, words

CHUNK = 20_000
"""Passages counted at a time: some hundred MB."""

Text = str | Mapping[str, str]
"""A passage's text, or its fields."""


class Run(NamedTuple):
    """The postings of a chunk of passages by term; the terms in alphabetical order."""

    terms: Any
    """Each term's number in the vocabulary: uint32 of shape (n_terms,)."""
    ends: Any
    """Where its postings end: int64 of shape (n_terms,)."""
    numbers: Any
    """The passage of each posting: uint32 of shape (n_postings,)."""
    counts: Any
    """How often the term stands in each field of it: uint16 of shape (n_postings, n_fields)."""


class Spool:
    """What was counted so far: runs, vocabulary, lengths and ids, most of it in files of `folder`."""

    def __init__(self, folder: Path, fields: Iterable[str], focus: FocusRows | None = None) -> None:
        self.folder, self.fields, self.focus = folder, tuple(fields), focus
        self.vocabulary: dict[str, int] = {}
        self.runs: list[Run] = []
        self.lengths: list[Any] = []
        self.hashes: list[Any] = []
        self.names, self.name_ends = Column(folder / "names.text"), Column(folder / "names.ends")
        self.size = 0

    def number(self, terms: Iterable[str]) -> Any:
        """The numbers of `terms` in the vocabulary, which takes in those that are new."""
        import numpy

        known = self.vocabulary
        return numpy.fromiter((known.setdefault(term, len(known)) for term in terms), numpy.uint32)

    def take_run(self, run: Run) -> None:
        """Take in the postings of passages that are numbered from `size`."""
        self.runs.append(Run(run.terms, run.ends, self._spill(run.numbers, "numbers"), self._spill(run.counts, "counts")))

    def take_passages(self, names: list[str], lengths: Any) -> None:
        """Take in the ids and the lengths of passages whose postings were taken."""
        import numpy

        encoded = [name.encode("utf-8", "surrogatepass") for name in names]
        start = self.names.length
        self.names.write(b"".join(encoded))
        if self.names.length >= 1 << 32:
            raise ValueError("the ids of the passages take more than 4 GiB; use shorter ones, or several indexes")
        self.name_ends.write((start + numpy.cumsum([len(name) for name in encoded], dtype=numpy.int64)).astype("<u4"))
        self.hashes.append(numpy.fromiter(map(name_hash, names), numpy.uint64, len(names)))
        self.lengths.append(lengths.astype(numpy.uint32))
        self.size += len(names)

    def _spill(self, values: Any, what: str) -> Any:
        import numpy

        if not values.size:
            return values
        # mapped again, so that what was counted need not stay in memory
        path = self.folder / f"run-{len(self.runs)}-{what}.npy"
        numpy.save(path, values, allow_pickle=False)
        return numpy.load(path, mmap_mode="r", allow_pickle=False)


def count(
    spool: Spool,
    passages: Iterable[tuple[str, Text]],
    analyzer: Analyzer,
    chunk: int = CHUNK,
    progress: Callable[[int], object] | None = None,
) -> None:
    """Count all passages into `spool`. `progress` is told after each chunk how many passages there are now."""
    terms_of = cached(analyzer)
    waiting = iter(passages)
    while rows := list(islice(waiting, chunk)):
        _count_chunk(spool, rows, terms_of)
        if spool.focus is not None:
            for _, text in rows:
                spool.focus.take({} if isinstance(text, str) else text, spool.vocabulary)
        if progress:
            progress(spool.size)


def _count_chunk(spool: Spool, rows: list[tuple[str, Text]], terms_of: Callable[[str], list[str]]) -> None:
    import numpy
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [{"text": text} if isinstance(text, str) else text for _, text in rows]
    counter = CountVectorizer(analyzer=terms_of)
    width, size = len(spool.fields), len(rows)
    try:
        # the fields of a chunk stand one below the other
        counts = counter.fit_transform(text.get(field, "") for field in spool.fields for text in texts).tocsr()
    except ValueError:  # scikit-learn's "empty vocabulary": passages of stop words only
        empty = numpy.zeros(0, numpy.uint32)
        nothing = Run(empty, numpy.zeros(0, numpy.int64), empty, numpy.zeros((0, width), numpy.uint16))
        spool.take_run(nothing)
        spool.take_passages([name for name, _ in rows], numpy.zeros((size, width)))
        return
    lengths = numpy.asarray(counts.sum(axis=1)).reshape(width, size).T
    by_field = [counts[at * size : (at + 1) * size].tocsc() for at in range(width)]
    held = by_field[0] if width == 1 else sum((c != 0).astype(numpy.int8) for c in by_field).tocsc()
    held.sort_indices()
    matrix = numpy.empty((held.nnz, width), numpy.uint16)
    if width == 1:
        matrix[:, 0] = held.data
    else:
        columns = numpy.repeat(numpy.arange(held.shape[1]), numpy.diff(held.indptr))
        for at, field in enumerate(by_field):
            matrix[:, at] = numpy.asarray(field[held.indices, columns]).ravel() if field.nnz else 0
    run = Run(
        spool.number(counter.get_feature_names_out()),
        held.indptr[1:].astype(numpy.int64),
        (held.indices + spool.size).astype(numpy.uint32),
        matrix,
    )
    spool.take_run(run)
    spool.take_passages([name for name, _ in rows], lengths)


def cached(analyzer: Analyzer) -> Callable[[str], list[str]]:
    """`analyzer.terms`, with each word looked at once: the words of a language are few, those of a million passages are not.

    An analyzer with synonyms is asked for every text, since what a word becomes depends on its neighbours there; it stems each word once.
    """
    if analyzer.to_data() != Analyzer().to_data():
        return analyzer.remembering().terms
    term = lru_cache(1 << 18)(lambda word: "".join(analyzer.terms_of([word])))
    return lambda text: [found for found in map(term, words(fold(text))) if found]
