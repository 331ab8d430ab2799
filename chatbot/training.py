"""How the intent matcher is fitted, with scikit-learn, which is imported inside the functions that need it.

Confidence is learned without any out-of-scope data: each fold leaves whole intents out and learns to tell their examples, which it
has never seen, from held-out examples of the others. Out-of-scope examples, where there are some, are one more class.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chatbot.container import Container, to_memory
from chatbot.intents import BLOCKS, OUT_OF_SCOPE, IntentMatcher, features, scope_features, softmax
from chatbot.table import string_table
from chatbot.text import Phrases, fold, stem, words

C = 1.0
"""The penalty of the support vector machines, chosen by cross-validation (1 to 3 made no difference that counts)."""

BLOCK_WEIGHTS = {"word": 1.0, "piece": 1.0, "entity": 0.7}
IN_SCOPE_REJECTED = 0.05
"""The share of in-scope messages that the scope threshold may turn away, on held-out folds."""

_PRUNED = 0.02
_FOLDS = 5


class Space(NamedTuple):
    """The features of a training set: names in the order of their rows (block letter first), and idf."""

    names: list[str]
    idf: Any
    vectorizers: dict[str, Any]


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
    texts, labels = _flatten(examples, out_of_scope)
    phrases = fit_lexicon(lexicon)
    rows = [features(words(fold(text)), phrases) for text in texts]
    space, matrix = _vectorize(rows)
    names = sorted(set(labels))
    weights, intercepts = _classify(matrix, labels, names)
    settings = {
        "blocks": BLOCK_WEIGHTS,
        "intercepts": [float(value) for value in intercepts],
        "unknown_idf": math.log(len(texts)) + 1.0,
        **_calibrate(matrix, rows, labels, names, space),
    }
    sections = _layout(space, weights, {"names": names, "settings": settings, "lexicon": phrases.to_data()})
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
    vectorizers = {}
    for block in BLOCKS:
        vectorizer = TfidfVectorizer(analyzer=_expand, sublinear_tf=True, min_df=2 if block == "piece" and len(rows) > 500 else 1)
        try:
            part = vectorizer.fit_transform([row[block] for row in rows])
        except ValueError:  # no feature at all in this block
            continue
        vectorizers[block] = vectorizer
        names += [block[0] + name for name in vectorizer.get_feature_names_out()]
        idf += list(vectorizer.idf_)
        parts.append(part * BLOCK_WEIGHTS[block])
    if not parts:
        raise ValueError("the examples hold no words")
    return Space(names, idf, vectorizers), csr_matrix(hstack(parts))


def _expand(counts: Mapping[str, int]) -> list[str]:
    return [name for name, count in counts.items() for _ in range(count)]


def _classify(matrix: Any, labels: Sequence[str], names: Sequence[str]) -> tuple[Any, Any]:
    """The weights of shape (n_classes, n_features) and the intercepts, one-vs-rest."""
    import numpy
    from sklearn.svm import LinearSVC

    if len(names) == 1:
        return numpy.zeros((1, matrix.shape[1])), numpy.ones(1)
    model = LinearSVC(C=C, class_weight="balanced", random_state=0, max_iter=5000).fit(matrix, labels)
    if len(names) == 2:  # scikit-learn keeps one row for two classes
        return numpy.vstack([-model.coef_, model.coef_]), numpy.concatenate([-model.intercept_, model.intercept_])
    return model.coef_, model.intercept_


def _calibrate(matrix: Any, rows: Sequence[Any], labels: Sequence[str], names: Sequence[str], space: Space) -> dict[str, Any]:
    """The temperature, the scope model and its threshold, from held-out folds."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    plain = {"temperature": 0.3, "scope_weights": [0.0, 0.0, 6.0], "scope_intercept": -1.5, "scope_threshold": 0.5}
    inner = [name for name in names if name != OUT_OF_SCOPE]
    counts = {name: labels.count(name) for name in names}
    if len(inner) < 4 or min(counts[name] for name in inner) < 3:
        return plain  # too little to hold anything out: the share of known words decides
    seen: list[tuple[list[float], int]] = []  # decisions of held-out examples of seen intents, and the right class
    scope: list[list[float]] = []
    inside: list[int] = []
    right: list[int] = []
    place: dict[str, int] = dict.fromkeys(names, 0)
    fold_of = []
    for label in labels:
        fold_of.append(place[label] % _FOLDS)
        place[label] += 1
    for number in range(_FOLDS):
        left_out = set(inner[number::_FOLDS])
        train = [at for at, label in enumerate(labels) if label not in left_out and fold_of[at] != number]
        test = [at for at, label in enumerate(labels) if fold_of[at] == number or label in left_out]
        test_names = [name for name in names if name not in left_out]
        weights, intercepts = _classify(matrix[train], [labels[at] for at in train], test_names)
        decisions = numpy.asarray(matrix[test] @ weights.T + intercepts)
        known_words = {name for at in train for name in rows[at]["word"]}
        own = [at for at, name in enumerate(test_names) if name != OUT_OF_SCOPE]
        for at, row in zip(test, decisions, strict=True):
            label = labels[at]
            scope.append(scope_features([float(row[i]) for i in own], _known(rows[at]["word"], known_words)))
            inside.append(int(label in test_names and label != OUT_OF_SCOPE))
            right.append(fold_of[at] == number)
            if label in test_names:
                seen.append(([float(v) for v in row], test_names.index(label)))
    temperature = min((t / 50 for t in range(3, 60)), key=lambda t: _surprise(seen, t))
    model = LogisticRegression(C=10.0, class_weight="balanced").fit(scope, inside)
    chances = model.predict_proba(scope)[:, 1]
    threshold = float(numpy.quantile([c for c, i in zip(chances, inside, strict=True) if i], IN_SCOPE_REJECTED))
    return {
        "temperature": temperature,
        "scope_weights": [float(w) for w in model.coef_[0]],
        "scope_intercept": float(model.intercept_[0]),
        "scope_threshold": threshold,
    }


def _known(counts: Mapping[str, int], vocabulary: set[str]) -> float:
    single = [name for name in counts if " " not in name]
    return sum(name in vocabulary for name in single) / len(single) if single else 0.0


def _surprise(seen: Sequence[tuple[list[float], int]], temperature: float) -> float:
    return -sum(math.log(max(1e-12, softmax(row, temperature)[right])) for row, right in seen)


def _layout(space: Space, weights: Any, data: Mapping[str, Any]) -> dict[str, bytes]:
    """Weights by feature, those that are too small to matter left out."""
    import numpy

    kept = numpy.abs(weights) >= _PRUNED * numpy.abs(weights).max()
    by_row = [numpy.nonzero(kept[:, at])[0] for at in range(weights.shape[1])]
    return {
        "intents.json": json.dumps(data, ensure_ascii=False).encode(),
        **string_table("intents.features", space.names),
        "intents.idf": numpy.asarray(space.idf, dtype="<f4").tobytes(),
        "intents.ends": numpy.cumsum([len(r) for r in by_row], dtype="<u4").tobytes(),
        "intents.classes": numpy.concatenate(by_row).astype("<u2").tobytes(),
        "intents.weights": numpy.concatenate([weights[r, at] for at, r in enumerate(by_row)]).astype("<f4").tobytes(),
    }
