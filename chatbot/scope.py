"""Whether a question is one that the corpus can answer: a logistic model over what was seen, fitted by `chatbot calibrate`.

Standard library only. The model is a handful of numbers in the knowledge file; without a calibration the defaults below hold.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

FEATURES = ("out", "beside", "topic", "explained", "anchored", "named", "follows", "terms")
"""Shares of out-of-scope, adjacent and topic intents; the share of the question's weight that the best passage explains; whether it
names the subject, something of it, or leans on the talk; and how many terms it has, up to ten, in tenths."""

DEFAULT: Mapping[str, float] = {
    "intercept": -3.0, "out": -2.0, "beside": -0.5, "topic": 2.0, "explained": 8.0, "anchored": 0.3, "named": 0.8, "follows": 1.0, "terms": 0.5, "threshold": 0.4,
}  # fmt: skip

WITHOUT_TOPICS: Mapping[str, float] = {
    "intercept": -3.0, "out": 0.0, "beside": 0.0, "topic": 0.0, "explained": 10.0, "anchored": 0.0, "named": 0.0, "follows": 1.0, "terms": 0.0, "threshold": 0.5,
}  # fmt: skip
"""For a corpus without intents of its own: what counts is whether a passage explains some of the question's weight, from .3 on."""


def features(groups: Mapping[str, float], explained: float, anchored: bool, named: bool, follows: bool, terms: int) -> list[float]:
    """The features of a question, each in [0, 1], in the order of `FEATURES`.

    Args:
        groups: the summed shares of the intents by kind.
        explained: the share of the question's weight that the best passage explains.
        anchored: whether it names the subject itself.
        named: whether it names a body part, an illness, a remedy or a medicine.
        follows: whether it leans on what was said before.
        terms: how many index terms it has.
    """
    return [
        groups.get("out", 0.0),
        groups.get("adjacent", 0.0),
        groups.get("topic", 0.0),
        explained,
        float(anchored),
        float(named),
        float(follows),
        min(terms, 10) / 10,
    ]


def probability(values: Sequence[float], model: Mapping[str, float]) -> float:
    """How likely the corpus can answer, in [0, 1]."""
    total = model["intercept"] + sum(model[name] * value for name, value in zip(FEATURES, values, strict=True))
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))
