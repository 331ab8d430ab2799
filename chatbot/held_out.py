"""How sure a matcher may be, learned from folds that a model has not seen. scikit-learn is imported inside the functions.

No real out-of-scope message is needed: each fold leaves whole intents out and learns to tell their examples, which it has never
seen, from held-out examples of the others. Out-of-scope examples, where there are some, count more than those.

A fold is a run of neighbouring examples of each intent, not every fifth: whoever writes examples writes like ones together, and a
like one in the training part would make held-out examples look easier than messages are.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from chatbot.confidence import OUT_OF_SCOPE, right_features, scope_features, softmax

IN_SCOPE_REJECTED = 0.05
"""The share of in-scope messages that the scope threshold may turn away, on held-out folds."""

FOLDS = 5
MEANING_WEIGHTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4)
"""How much the decisions by meaning may count beside those by words. Few examples want much of it, many examples little."""
_USUAL_MEANING = 0.5
_COOLER = 0.75
"""What the fitted temperature is multiplied by: folds of neighbouring examples are harder than messages are, and leave shares too
unsure. Whether the best intent is right is told by a model of its own, which is fitted to the shares as they are served."""
_LOOKED_AT = 3000
"""Held-out examples that choose the weight; more change nothing."""
_REAL_OUTSIDE = 2.0
"""How much all real out-of-scope examples weigh against all examples of intents left out, once there are `_ENOUGH`."""
_ENOUGH = 100
_FEWEST = 50

_PLAIN: dict[str, Any] = {
    "meaning_weight": _USUAL_MEANING,
    "temperature": 0.3,
    "scope_weights": [0.0, 0.0, 6.0, 0.0, 0.0],
    "scope_intercept": -1.5,
    "scope_threshold": 0.0,
    "right_weights": [1.0, 0.0, 0.0, 0.0],
    "right_intercept": 0.0,
}
"""What serves when there is too little to hold anything out: the share of known words decides."""


class Machines(NamedTuple):
    """Two linear classifiers side by side: over what words stand there, and over what they mean."""

    said: tuple[Any, Any]
    """Weights of shape (n_classes, n_features) and intercepts."""
    meant: tuple[Any, Any]
    """The same, of shape (n_classes, dimensions)."""

    def decide(self, matrix: Any) -> tuple[Any, Any]:
        """The decisions of each, of shape (n_examples, n_classes); the last columns of `matrix` are the meaning."""
        import numpy

        dimensions = self.meant[0].shape[1]
        return (
            numpy.asarray(matrix[:, :-dimensions] @ self.said[0].T + self.said[1]),
            numpy.asarray(matrix[:, -dimensions:] @ self.meant[0].T + self.meant[1]),
        )


Classify = Callable[[Any, Sequence[str], Sequence[str]], Machines]


class Examples(NamedTuple):
    """What a matcher is fitted to."""

    matrix: Any
    """The features, of shape (n_examples, n_features)."""
    blocks: Any
    """The number of the block of each feature."""
    found: Any
    """The idf of each word that an example holds, of shape (n_examples, n_words)."""
    labels: Sequence[str]
    """The class of each example."""
    names: Sequence[str]
    """All classes."""
    unknown_idf: float
    """The idf of a word that no example holds."""


class Seen(NamedTuple):
    """The held-out examples of all folds."""

    scope: list[list[float]]
    """What the scope model sees of each."""
    inside: list[bool]
    """Whether it belongs to an intent that the fold has seen."""
    real: list[bool]
    """Whether it is a real out-of-scope example."""
    decided: list[tuple[Any, int]]
    """Decision values, and the number of the right class, -1 for an intent that the fold has not seen."""


def calibrate(examples: Examples, classify: Classify) -> dict[str, Any]:
    """The weight of meaning, the temperature, the scope model and its threshold. `classify` fits to a part of the examples."""
    names = examples.names
    counts = Counter(examples.labels)
    inner = [name for name in names if name != OUT_OF_SCOPE]
    if len(inner) < 4 or min(counts[name] for name in inner) < 3 or len(examples.labels) < _FEWEST:
        return dict(_PLAIN)
    weight, seen = _hold_out(examples, classify)
    temperature = _COOLER * _temperature([(row, number) for row, number in seen.decided if number >= 0])
    return {"meaning_weight": weight, "temperature": temperature, **_scope_model(seen), **_right_model(seen, temperature)}


def fold_numbers(labels: Sequence[str]) -> list[int]:
    """The fold of each example: runs of neighbours within each class."""
    counts, place, numbers = Counter(labels), Counter[str](), []
    for label in labels:
        numbers.append(place[label] * FOLDS // counts[label])
        place[label] += 1
    return numbers


class Fold(NamedTuple):
    """A fold, with the decisions on what its machines have not seen."""

    train: list[int]
    test: list[int]
    classes: list[str]
    said: Any
    meant: Any

    def right(self, labels: Sequence[str]) -> list[int]:
        """The number of the right class of each test example, -1 for an intent that the fold has not seen."""
        number = {name: at for at, name in enumerate(self.classes)}
        return [number.get(labels[at], -1) for at in self.test]


def _hold_out(examples: Examples, classify: Classify) -> tuple[float, Seen]:
    folds = list(_folds(examples, classify))
    weight = _meaning_weight(folds, examples.labels)
    seen = Seen([], [], [], [])
    for fold in folds:
        decisions = fold.said + weight * fold.meant
        known, covered = _coverage(examples, fold.train, fold.test, fold.classes)
        numbers = fold.right(examples.labels)
        for at, row, share, cover, number in zip(fold.test, decisions.tolist(), known, covered, numbers, strict=True):
            label = examples.labels[at]
            seen.scope.append(scope_features(fold.classes, row, share, cover.__getitem__))
            seen.inside.append(number >= 0 and label != OUT_OF_SCOPE)
            seen.real.append(label == OUT_OF_SCOPE)
            seen.decided.append((row, number))
    return weight, seen


def _folds(examples: Examples, classify: Classify) -> Iterator[Fold]:
    labels, names = examples.labels, examples.names
    inner = [name for name in names if name != OUT_OF_SCOPE]
    fold_of = fold_numbers(labels)
    for number in range(FOLDS):
        left_out = set(inner[number::FOLDS])
        train = [at for at, label in enumerate(labels) if label not in left_out and fold_of[at] != number]
        test = [at for at, label in enumerate(labels) if fold_of[at] == number or label in left_out]
        present = {labels[at] for at in train}
        classes = [name for name in names if name in present]
        part = examples.matrix[train]
        machines = classify(part, [labels[at] for at in train], classes)
        yield Fold(train, test, classes, *machines.decide(_as_served(examples, test, part)))


def _meaning_weight(folds: Sequence[Fold], labels: Sequence[str]) -> float:
    """The weight of meaning under which the right classes of held-out examples are least surprising, at the best temperature."""
    import numpy

    chosen = []
    for fold in folds:
        numbers = numpy.array(fold.right(labels))
        rows = numpy.flatnonzero(numbers >= 0)
        rows = rows[:: max(1, len(rows) * len(folds) // _LOOKED_AT)]
        chosen.append((fold.said[rows], fold.meant[rows], numbers[rows]))

    def surprise(weight: float, temperature: float) -> float:
        return sum(_surprise((said + weight * meant) / temperature, numbers) for said, meant, numbers in chosen)

    return min(MEANING_WEIGHTS, key=lambda weight: min(surprise(weight, t / 20) for t in (2, 3, 4, 5, 6, 8, 10, 13, 16, 20)))


def _surprise(values: Any, right: Any) -> float:
    """The negative logarithm of the likelihood of the right classes."""
    import numpy

    top = values.max(axis=1, keepdims=True)
    return float((numpy.log(numpy.exp(values - top).sum(axis=1)) - (values - top)[numpy.arange(len(right)), right]).sum())


def _as_served(examples: Examples, test: Sequence[int], part: Any) -> Any:
    """The features of `test` as a model that was fitted to `part` sees them.

    What it does not know goes, and each block that is left has its length again. Without this, held-out decisions are smaller than
    those on messages, and shares come out too sure.
    """
    import numpy
    from scipy.sparse import diags

    rows = examples.matrix[test]
    known = rows @ diags(numpy.asarray(part.getnnz(axis=0) > 0, dtype=float))
    of_block = _indicator(examples.blocks)
    before, after = numpy.sqrt(rows.multiply(rows) @ of_block), numpy.sqrt(known.multiply(known) @ of_block)
    factors = numpy.divide(before, after, out=numpy.zeros_like(after), where=after > 0)
    known = known.tocoo()
    known.data *= factors[known.row, examples.blocks[known.col]]
    return known.tocsr()


def _indicator(numbers: Any) -> Any:
    """One-hot rows of `numbers`."""
    import numpy

    return numpy.eye(int(numbers.max()) + 1)[numbers]


def _coverage(examples: Examples, train: Sequence[int], test: Sequence[int], classes: Sequence[str]) -> tuple[Any, Any]:
    """The share of each test example's words that the training part holds, and the share that each class of it holds."""
    import numpy

    found = examples.found
    of_class = owners(found[train] > 0, [examples.labels[at] for at in train], classes)
    known_words = of_class.any(axis=0)
    weights = found[test]
    present = weights > 0
    unknown = numpy.asarray(present.sum(axis=1)).ravel() - present @ known_words.astype(float)
    known = weights @ known_words.astype(float)
    total = numpy.maximum(known + unknown * examples.unknown_idf, 1e-9)
    return known / total, (weights @ of_class.T.astype(float)) / total[:, None]


def owners(present: Any, labels: Sequence[str], classes: Sequence[str]) -> Any:
    """Which class has an example with which word: booleans of shape (n_classes, n_words)."""
    import numpy

    result = numpy.zeros((len(classes), present.shape[1]), dtype=bool)
    number = {name: at for at, name in enumerate(classes)}
    rows, columns = present.nonzero()
    result[[number[labels[row]] for row in rows], columns] = True
    return result


def _temperature(decided: Sequence[tuple[Any, int]]) -> float:
    """The temperature at which the right class is least surprising."""
    import numpy

    widest = max(len(row) for row, _ in decided)
    values = numpy.full((len(decided), widest), -1e9)
    for at, (row, _) in enumerate(decided):
        values[at, : len(row)] = row
    right = numpy.array([number for _, number in decided])
    return min((step / 100 for step in range(5, 200, 2)), key=lambda temperature: _surprise(values / temperature, right))


def _scope_model(seen: Seen) -> dict[str, Any]:
    """A logistic model of being in scope, and the odds below which a message is turned away."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    values, inside, real = numpy.array(seen.scope), numpy.array(seen.inside), numpy.array(seen.real)
    mean, spread = values.mean(axis=0), values.std(axis=0)
    spread[spread < 1e-9] = 1.0
    model = LogisticRegression(C=10.0, max_iter=1000).fit((values - mean) / spread, inside, sample_weight=_sample_weights(inside, real))
    weights = model.coef_[0] / spread
    intercept = float(model.intercept_[0] - weights @ mean)
    odds = values[inside] @ weights + intercept
    return {
        "scope_weights": [float(w) for w in weights],
        "scope_intercept": intercept,
        "scope_threshold": float(numpy.quantile(odds, IN_SCOPE_REJECTED)),
    }


def _right_model(seen: Seen, temperature: float) -> dict[str, Any]:
    """A logistic model of the best intent being the right one, for messages in scope: shares alone are too sure near 1."""
    import numpy
    from sklearn.linear_model import LogisticRegression

    values, right = [], []
    for (row, number), scope, inside in zip(seen.decided, seen.scope, seen.inside, strict=True):
        if inside:
            values.append(right_features(max(softmax(row, temperature)), scope))
            right.append(row[number] == max(row))
    if len(set(right)) < 2:
        return {name: _PLAIN[name] for name in ("right_weights", "right_intercept")}
    model = LogisticRegression(C=10.0, max_iter=1000).fit(numpy.array(values), right)
    return {"right_weights": [float(w) for w in model.coef_[0]], "right_intercept": float(model.intercept_[0])}


def _sample_weights(inside: Any, real: Any) -> Any:
    """Weights under which one half is in scope, and the real out-of-scope examples count more than the intents left out."""
    import numpy

    share = _REAL_OUTSIDE * min(1.0, real.sum() / _ENOUGH)
    weights = numpy.empty(len(inside))
    half = len(inside) / 2
    unseen = ~inside & ~real
    weights[inside] = half / max(1, inside.sum())
    weights[unseen] = half / (1 + share) / max(1, unseen.sum())
    weights[real] = half * share / (1 + share) / max(1, real.sum())
    return weights


def error(chances: Sequence[float], right: Sequence[bool], bins: int = 15) -> float:
    """The expected calibration error of `chances`, with bins of equal width (Guo et al. 2017)."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for chance, hit in zip(chances, right, strict=True):
        groups.setdefault(min(bins - 1, math.floor(chance * bins)), []).append((chance, hit))
    return sum(abs(sum(c for c, _ in group) - sum(h for _, h in group)) for group in groups.values()) / max(1, len(chances))
