"""How an index is fitted: scikit-learn counts the terms and weighs them, and the result is laid out by term.

The only place that fits an index; scikit-learn and NumPy are imported inside the functions that need them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from chatbot.container import Container, to_memory
from chatbot.focus import FocusRows
from chatbot.retrieval import PassageIndex
from chatbot.table import string_table
from chatbot.text import Analyzer


class Field(NamedTuple):
    """A part of a passage and how it counts.

    `weight` multiplies its frequencies; `b` in [0, 1] is how much a long field is marked down (BM25F's b).
    """

    weight: float
    b: float


FIELDS: Mapping[str, Field] = {"heading": Field(4.5, 0.3), "also": Field(4.0, 0.5), "title": Field(2.5, 0.4), "text": Field(0.4, 0.6)}
"""Weights after the measurements on MedQuAD and LiveQA (heading about 6-8 to 1, b 0.3 and 0.75); see docs/explanation/retrieval.md."""

K1 = 1.1
"""Saturation of the term frequency: each further occurrence counts less (BM25's k1)."""


TITLED: Mapping[str, Field] = {"title": Field(16.0, 0.0), "text": Field(1.0, 0.6)}
"""For passages of any collection that have a title: what was best on LiveQA and MedQuAD together with `focus=("title",)`."""

TITLED_K1 = 5.0
"""The k1 that goes with `TITLED`."""

SMALL = 5_000
"""Up to so many passages are fitted in memory and answered by the standard library (about 0.7 ms): importing NumPy costs 190 ms once."""


def fit_index(
    passages: Iterable[tuple[str, str | Mapping[str, str]]],
    synonyms: Iterable[Sequence[str]] = (),
    fields: Mapping[str, tuple[float, float]] | None = None,
    k1: float | None = None,
    progress: Callable[[int], object] | None = None,
    focus: Sequence[str] | None = None,
) -> PassageIndex:
    """An index over pairs of (id, text) or (id, {field: text}), of any size; see `PassageIndex.build`."""
    weights = FIELDS if fields is None else {name: Field(*field) for name, field in fields.items()}
    analyzer, k1 = Analyzer(synonyms), K1 if k1 is None else k1
    unknown = [name for name in focus or () if name not in weights]
    if unknown:
        raise ValueError(f"the focus {unknown[0]!r} is no field; the fields are {', '.join(weights)}")
    rows = FocusRows(focus, analyzer, k1) if focus is not None else None
    waiting = ((name, {"text": text} if isinstance(text, str) else text) for name, text in passages)
    first = list(islice(waiting, SMALL + 1))
    if len(first) > SMALL:
        from chatbot.streaming import stream_index

        return stream_index(chain(first, waiting), analyzer, weights, k1, progress, focus=rows)
    index = fit_fields(first, analyzer, weights, k1, rows)
    if progress:
        progress(len(first))
    return index


def fit_fields(
    passages: Iterable[tuple[str, Mapping[str, str]]],
    analyzer: Analyzer,
    fields: Mapping[str, Field] = FIELDS,
    k1: float = K1,
    focus: FocusRows | None = None,
    progress: Callable[[int], object] | None = None,
) -> PassageIndex:
    """An index over pairs of (id, {field: text}), fitted in memory; the names of the fields are those of `fields`.

    `focus`, which has taken nothing yet, makes the index one that takes a second look. `progress` is told how many passages were read.
    """
    items = list(passages)
    ids = [name for name, _ in items]
    if len(set(ids)) != len(ids):
        raise ValueError(f"the passage id {next(n for n in ids if ids.count(n) > 1)!r} stands twice; ids must differ")
    terms_of = _watched(analyzer.remembering().terms, len({name for _, row in items for name in row if name in fields}), progress)
    terms, idf, impacts = _fit([row for _, row in items], terms_of, fields, k1) if items else ([], [], None)
    sections = _layout(ids, analyzer, terms, idf, impacts)
    if focus is not None:
        numbers = {term: row for row, term in enumerate(sorted(terms))}
        for _, row in items:
            focus.take(row, numbers)
        sections |= focus.sections("index")
    return PassageIndex(Container(to_memory(sections, {"kind": "index"})))


def _fit(
    rows: list[Mapping[str, str]], terms_of: Callable[[str], list[str]], fields: Mapping[str, Field], k1: float
) -> tuple[list[str], Any, Any]:
    """The vocabulary, the idf of each term, and the impacts as a sparse matrix of shape (n_terms, n_passages)."""
    import numpy
    from scipy.sparse import csc_matrix
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

    names = [name for name in fields if any(name in row for row in rows)]
    counter = CountVectorizer(analyzer=terms_of)
    try:
        # the fields stand one below the other, so that each text is read once
        every = counter.fit_transform(row.get(name, "") for name in names for row in rows).tocsr()
    except ValueError:  # scikit-learn's "empty vocabulary": passages of stop words only
        return [], numpy.zeros(0), csc_matrix((0, len(rows)))
    frequency = None
    for at, name in enumerate(names):
        counts = every[at * len(rows) : (at + 1) * len(rows)].astype(numpy.float64)
        lengths = numpy.asarray(counts.sum(axis=1)).ravel()
        mean = lengths[lengths > 0].mean() if (lengths > 0).any() else 1.0
        field = fields[name]
        norm = field.weight / (1 - field.b + field.b * lengths / mean)
        counts.data *= numpy.repeat(norm, numpy.diff(counts.indptr))
        frequency = counts if frequency is None else frequency + counts
    assert frequency is not None
    # scikit-learn's unsmoothed idf is ln(n / df) + 1; ln(1 + n / df) of the same ratio stays above zero for a term in every
    # passage and tells a common word from a rare one more clearly
    fitted = TfidfTransformer(smooth_idf=False).fit(frequency)
    idf = numpy.log1p(numpy.exp(fitted.idf_ - 1))
    saturated = frequency.tocsr(copy=True)
    saturated.data = saturated.data / (k1 + saturated.data)
    impacts = csc_matrix(saturated.multiply(idf[numpy.newaxis, :])).T.tocsr()
    return list(counter.get_feature_names_out()), idf, impacts


def _watched(terms_of: Callable[[str], list[str]], fields: int, progress: Callable[[int], object] | None) -> Callable[[str], list[str]]:
    """`terms_of`, which tells `progress` how many passages of so many `fields` it has read."""
    if progress is None:
        return terms_of
    read = 0

    def watched(text: str) -> list[str]:
        nonlocal read
        read += 1
        if read % fields == 0:
            progress(read // fields)
        return terms_of(text)

    return watched


def _layout(ids: list[str], analyzer: Analyzer, terms: list[str], idf: Any, impacts: Any) -> dict[str, bytes]:
    import numpy

    order = sorted(range(len(terms)), key=terms.__getitem__)
    if impacts is not None and terms:
        impacts = impacts[order]
        impacts.sort_indices()
        pointers, indices, data = impacts.indptr[1:], impacts.indices, impacts.data
    else:
        pointers, indices, data = [], [], []
    return {
        "index.json": json.dumps({"ids": ids, "synonyms": analyzer.to_data()}, ensure_ascii=False).encode(),
        **string_table("index.terms", [terms[at] for at in order]),
        "index.idf": numpy.asarray([idf[at] for at in order], dtype="<f4").tobytes(),
        "index.posting_ends": numpy.asarray(pointers, dtype="<u4").tobytes(),
        "index.ids": numpy.asarray(indices, dtype="<u4").tobytes(),
        "index.impacts": numpy.asarray(data, dtype="<f4").tobytes(),
    }
