"""Fits the scope model and its threshold on labelled questions, with scikit-learn, by cross-validation.

A threshold that is chosen on the questions that the model was fitted on looks better than it is: here each question is judged by a
model that has not seen it, and the threshold is the lowest that keeps the share of wrongly answered questions at the target.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from chatbot.engine import respond
from chatbot.knowledge import Knowledge
from chatbot.observe import observe
from chatbot.scope import FEATURES
from chatbot.types import DialogueState

_FOLDS = 10
_OUT = ("off_topic", "adjacent")


class Point(NamedTuple):
    """A threshold and what follows from it."""

    threshold: float
    false_answers: float
    """The share of out-of-scope questions that would be answered."""
    refused: float
    """The share of answerable questions that would be refused."""


class Spread(NamedTuple):
    """The mean of a figure over the folds, and its standard deviation."""

    mean: float
    deviation: float


class Calibration(NamedTuple):
    """A fitted model, the threshold for the target, and the curve."""

    model: dict[str, float]
    points: list[Point]
    spread: dict[str, Spread]
    """What each fold gives with the threshold that the other folds choose: `threshold`, `coverage` (the share of answerable
    questions that is answered) and `false_answers`."""
    questions: int


def calibrate(items: Sequence[Mapping[str, Any]], knowledge: Knowledge, target: float) -> Calibration:
    """Fit to at most `target` false answers among the out-of-scope questions of `items` (see `chatbot.evaluate`).

    Raises:
        ValueError: when there are fewer than ten questions of either sort.
    """
    import numpy
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    rows, inside = [], []
    for item in items:
        if item["kind"] in ("answerable", *_OUT):
            rows.append(_values(item["turns"], knowledge))
            inside.append(item["kind"] == "answerable")
    if min(inside.count(True), inside.count(False)) < _FOLDS:
        raise ValueError(f"at least {_FOLDS} answerable and {_FOLDS} off_topic or adjacent questions are needed")
    matrix, right = numpy.asarray(rows), numpy.asarray(inside)
    chances = numpy.zeros(len(right))
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(matrix, right))
    for train, test in folds:
        chances[test] = _fit(LogisticRegression, matrix[train], right[train]).predict_proba(matrix[test])[:, 1]
    points = _curve(chances, right)
    best = _lowest(points, target)
    model = _fit(LogisticRegression, matrix, right)
    weights = {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)}
    return Calibration(
        {"intercept": round(float(model.intercept_[0]), 4), **weights, "threshold": best.threshold},
        points,
        _spread(chances, right, folds, target),
        len(rows),
    )


def _curve(chances: Any, right: Any) -> list[Point]:
    import numpy

    return [
        Point(float(t), float((chances[~right] >= t).mean()), float((chances[right] < t).mean()))
        for t in numpy.linspace(0.02, 0.98, 49).round(2)
    ]


def _lowest(points: Sequence[Point], target: float) -> Point:
    """The lowest threshold with at most `target` false answers, the highest of all when there is none."""
    return next((point for point in points if point.false_answers <= target), points[-1])


def _spread(chances: Any, right: Any, folds: Sequence[tuple[Any, Any]], target: float) -> dict[str, Spread]:
    """What each fold gives with a threshold that it had no part in: the figures to expect of questions that nobody has seen."""
    import numpy

    values = []
    for train, test in folds:
        threshold = _lowest(_curve(chances[train], right[train]), target).threshold
        answered = chances[test] >= threshold
        values.append((threshold, answered[right[test]].mean(), answered[~right[test]].mean()))
    means, deviations = numpy.mean(values, axis=0), numpy.std(values, axis=0, ddof=1)
    names = ("threshold", "coverage", "false_answers")
    return {name: Spread(round(float(m), 4), round(float(d), 4)) for name, m, d in zip(names, means, deviations, strict=True)}


def _fit(make: Any, matrix: Any, right: Any) -> Any:
    return make(C=3.0, class_weight="balanced", max_iter=1000).fit(matrix, right)


def _values(turns: Sequence[str], knowledge: Knowledge) -> list[float]:
    state = DialogueState()
    for text in turns[:-1]:
        state = respond(text, state, knowledge).state
    return list(observe(turns[-1], state, knowledge).scope_values)


def curve_as_text(points: Sequence[Point]) -> str:
    """The risk-coverage curve as lines of text, every other point."""
    lines = ["threshold  answered wrongly  refused wrongly"]
    lines += [f"{p.threshold:9.2f}  {p.false_answers:16.3f}  {p.refused:15.3f}" for p in points[::2]]
    return "\n".join(lines)


def curve_as_svg(points: Sequence[Point], chosen: float) -> str:
    """The risk-coverage curve as an SVG: coverage (answerable questions answered) to the right, risk upwards."""
    width, height, edge = 480, 320, 48
    span_x, span_y = width - 2 * edge, height - 2 * edge
    top = max(0.1, *(p.false_answers for p in points))
    place = [(edge + (1 - p.refused) * span_x, height - edge - p.false_answers / top * span_y) for p in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
    mark = next(((x, y) for (x, y), p in zip(place, points, strict=True) if p.threshold == chosen), place[0])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="Risk-coverage curve" font-family="sans-serif" font-size="12">
<rect width="{width}" height="{height}" fill="white"/>
<path d="M{edge},{edge} V{height - edge} H{width - edge}" fill="none" stroke="black"/>
<polyline points="{path}" fill="none" stroke="#0050a0" stroke-width="2"/>
<circle cx="{mark[0]:.1f}" cy="{mark[1]:.1f}" r="5" fill="#c02020"/>
<text x="{width / 2}" y="{height - 12}" text-anchor="middle">answerable questions answered (0 to 1)</text>
<text x="14" y="{height / 2}" text-anchor="middle" transform="rotate(-90 14 {height / 2})">out-of-scope questions answered (0 to {top:.2f})</text>
<text x="{mark[0] - 8:.1f}" y="{mark[1] - 10:.1f}" text-anchor="end">threshold {chosen:.2f}</text>
</svg>
"""
