"""How the intent matcher is fitted, with scikit-learn, which is imported inside the functions that need it."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from chatbot.confidence import OUT_OF_SCOPE
from chatbot.container import Container, to_memory
from chatbot.held_out import Examples, Machines, calibrate, owners
from chatbot.intents import BLOCKS, IntentMatcher, features
from chatbot.speech import plain_words
from chatbot.table import string_table
from chatbot.text import Phrases, fold, stem, words
from chatbot.vectors import Vectors, bundled

C = 1.0
"""The penalty of the support vector machines, chosen by cross-validation (0.3 to 3 made no difference that counts)."""

BLOCK_WEIGHTS = {"word": 1.0, "both": 0.7, "piece": 1.0, "entity": 0.7}

_PRUNED = 0.01
_MANY = 5000
"""From so many examples on, pieces of words and pairs that only one of them holds are left out."""
_EXACT = 1 << 17
"""Up to so many weights are kept as they are; more are rounded to a byte."""
_DENSE = 0.25
"""From so large a share of classes on, the weights of a feature are kept for all classes in a row of bytes."""
_CODES = {"B": "u1", "H": "u2", "b": "i1", "f": "f4"}


class Space(NamedTuple):
    """The features of a training set: names in the order of their rows (block letter first, single words before all), and idf."""

    names: list[str]
    idf: list[float]
    words: int


def fit_lexicon(lexicon: Mapping[str, Iterable[str]] | None) -> Phrases:
    """The phrases of a lexicon {"entity=value": phrasings} over stems."""
    phrases = Phrases()
    for value, phrasings in (lexicon or {}).items():
        for phrasing in phrasings:
            phrases.add([stem(token) for token in words(fold(phrasing))], value)
    return phrases


def fit_matcher(
    examples: Mapping[str, Iterable[str]], out_of_scope: Iterable[str] = (), lexicon: Mapping[str, Iterable[str]] | None = None
) -> IntentMatcher:
    """Fit a matcher; see `IntentMatcher.fit`."""
    from scipy.sparse import csr_matrix, hstack

    texts, labels = _flatten(examples, out_of_scope)
    phrases = fit_lexicon(lexicon)
    tokens = [plain_words(words(fold(text))) for text in texts]
    space, matrix = _vectorize([features(message, phrases) for message in tokens])
    found = _word_idf(matrix, space)
    vectors = bundled()
    matrix = hstack([matrix, csr_matrix(meanings(tokens, vectors))]).tocsr()
    classify = partial(_classify, meaning=vectors.dimensions)
    names = sorted(set(labels))
    machines = classify(matrix, labels, names)
    unknown_idf = math.log(1 + len(texts)) + 1.0
    settings = {
        "blocks": BLOCK_WEIGHTS,
        "unknown_idf": unknown_idf,
        "words": space.words,
        **calibrate(Examples(matrix, _blocks(space, vectors), found, labels, names, unknown_idf), classify),
    }
    weight = settings.pop("meaning_weight")
    settings["intercepts"] = [float(said + weight * meant) for said, meant in zip(machines.said[1], machines.meant[1], strict=True)]
    data = {"names": names, "settings": settings, "lexicon": phrases.to_data()}
    sections = _meaning(machines.meant[0], weight, vectors, settings)
    sections |= _layout(space, machines.said[0], owners(found > 0, labels, names), data)
    return IntentMatcher(Container(to_memory(sections, {"kind": "intents"})))


def _flatten(examples: Mapping[str, Iterable[str]], out_of_scope: Iterable[str]) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    labels: list[str] = []
    for name, utterances in examples.items():
        mine = list(utterances)
        if not mine:
            raise ValueError(f"the intent {name!r} has no example; give it one")
        texts += mine
        labels += [name] * len(mine)
    if not texts:
        raise ValueError("no intents; give at least one with an example")
    others = list(out_of_scope)
    return texts + others, labels + [OUT_OF_SCOPE] * len(others)


def _vectorize(rows: Sequence[Mapping[str, Mapping[str, int]]]) -> tuple[Space, Any]:
    """TF-IDF of each block, each row of unit length in each block, side by side: shape (n_examples, n_features)."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    names: list[str] = []
    idf: list[float] = []
    parts = []
    for block in BLOCKS:
        kept = _kept([row[block] for row in rows], block) if len(rows) > _MANY else None
        vectorizer = TfidfVectorizer(analyzer=partial(_expand, kept=kept), sublinear_tf=True)
        try:
            part = vectorizer.fit_transform([row[block] for row in rows])
        except ValueError:  # no feature at all in this block
            continue
        names += [block[0] + name for name in vectorizer.get_feature_names_out()]
        idf += [float(value) for value in vectorizer.idf_]
        parts.append(part * BLOCK_WEIGHTS[block])
    if not parts:
        raise ValueError("the examples hold no words")
    order = sorted(range(len(names)), key=lambda at: names[at][0] != "w" or " " in names[at])
    single = sum(name[0] == "w" and " " not in name for name in names)
    return Space([names[at] for at in order], [idf[at] for at in order], single), csr_matrix(hstack(parts))[:, order]


def _kept(rows: Sequence[Mapping[str, int]], block: str) -> frozenset[str]:
    """The features that more than one example holds, and every single word and entity."""
    counts = Counter(name for row in rows for name in row)
    return frozenset(name for name, count in counts.items() if count > 1 or block == "entity" or (block == "word" and " " not in name))


def _expand(counts: Mapping[str, int], kept: frozenset[str] | None) -> list[str]:
    return [name for name, count in counts.items() if kept is None or name in kept for _ in range(count)]


def meanings(messages: Sequence[Sequence[str]], vectors: Vectors) -> Any:
    """The meaning of each message (its folded words), of shape (n_messages, dimensions), rows of length 1 or 0."""
    import numpy

    result = numpy.zeros((len(messages), vectors.dimensions))
    for at, tokens in enumerate(messages):
        for token in tokens:
            row = vectors.row(token)
            if row >= 0:
                result[at] += numpy.frombuffer(vectors.bytes_of(row), dtype="u1").astype(float) - 128.0
    lengths = numpy.linalg.norm(result, axis=1, keepdims=True)
    return result / numpy.where(lengths > 0, lengths, 1.0)


def _blocks(space: Space, vectors: Vectors) -> Any:
    """The number of the block of each feature; the meaning is the last."""
    import numpy

    letters = [block[0] for block in BLOCKS]
    return numpy.array([letters.index(name[0]) for name in space.names] + [len(BLOCKS)] * vectors.dimensions)


def _word_idf(matrix: Any, space: Space) -> Any:
    """The idf of each word that an example holds: shape (n_examples, n_words)."""
    from scipy.sparse import diags

    return ((matrix[:, : space.words] > 0) @ diags(space.idf[: space.words])).tocsr()


def _classify(matrix: Any, labels: Sequence[str], names: Sequence[str], meaning: int) -> Machines:
    """One linear machine for each class, over the last `meaning` features apart from the others.

    Fitted together, the many features of words would leave it nothing to say about words that no example holds.
    """
    return Machines(_machine(matrix[:, :-meaning], labels, names, 1e-4), _machine(matrix[:, -meaning:].toarray(), labels, names, 1e-2))


def _machine(matrix: Any, labels: Sequence[str], names: Sequence[str], tolerance: float) -> tuple[Any, Any]:
    """The weights of shape (n_classes, n_features) and the intercepts, one-vs-rest."""
    import numpy
    from sklearn.svm import LinearSVC

    if len(names) == 1:
        return numpy.zeros((1, matrix.shape[1])), numpy.ones(1)
    model = LinearSVC(C=C, class_weight="balanced", random_state=0, max_iter=5000, tol=tolerance).fit(matrix, labels)
    if len(names) == 2:  # scikit-learn keeps one row for two classes
        return numpy.vstack([-model.coef_, model.coef_]), numpy.concatenate([-model.intercept_, model.intercept_])
    return model.coef_, model.intercept_


def _meaning(weights: Any, weight: float, vectors: Vectors, settings: dict[str, Any]) -> dict[str, bytes]:
    """The section of the weights over meanings, a byte each, shape (dimensions, n_classes)."""
    import numpy

    weights = weight * weights
    scales = numpy.maximum(numpy.abs(weights).max(axis=1), 1e-9) / 127
    settings["meaning"] = {"vectors": vectors.digest, "weight": weight, "scales": [float(scale) for scale in scales]}
    return {"intents.meaning": (numpy.rint(weights / scales[:, None]) + 128).T.astype("u1").tobytes()}


def _layout(space: Space, weights: Any, owned: Any, data: dict[str, Any]) -> dict[str, bytes]:
    """The sections of the model: weights by feature, those that are too small to matter left out."""
    import numpy

    kept = numpy.abs(weights) >= _PRUNED * numpy.abs(weights).max()
    rounded = int(kept.sum()) > _EXACT
    scales = numpy.maximum(numpy.abs(weights).max(axis=1), 1e-9) / 127 if rounded else numpy.ones(len(weights))
    if rounded:
        weights = numpy.rint(weights / scales[:, None])
        kept &= weights != 0
    full = kept.sum(axis=0) >= _DENSE * len(weights) if rounded else numpy.zeros(weights.shape[1], dtype=bool)
    dense = (weights[:, full].T + 128).astype("u1")
    kept[:, full] = False
    rows, classes = numpy.nonzero(kept.T)
    class_code, weight_code = "B" if len(weights) <= 256 else "H", "b" if rounded else "f"
    data["settings"] |= {"class_code": class_code, "weight_code": weight_code, "scales": [float(s) for s in scales]}
    return {
        "intents.json": json.dumps(data, ensure_ascii=False).encode(),
        **string_table("intents.features", space.names),
        "intents.idf": numpy.asarray(space.idf, dtype="<f4").tobytes(),
        "intents.ends": numpy.cumsum(numpy.bincount(rows, minlength=weights.shape[1]), dtype="<u4").tobytes(),
        "intents.classes": classes.astype(f"<{_CODES[class_code]}").tobytes(),
        "intents.weights": weights.T[kept.T].astype(f"<{_CODES[weight_code]}").tobytes(),
        "intents.dense": dense.tobytes(),
        "intents.dense_rows": numpy.nonzero(full)[0].astype("<u4").tobytes(),
        "intents.owners": numpy.packbits(owned.T, axis=1, bitorder="little").tobytes(),
    }
