"""How sure a matcher is: what its decision values say about being in scope and about being right. Standard library only.

`chatbot.held_out` fits the models whose weights are used here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

OUT_OF_SCOPE = ""
"""The name of the class of out-of-scope examples inside the model."""

USUALLY_IN_SCOPE = 0.95
"""The share of messages that are taken to be in scope when a confidence is given. The scope model itself takes it for a half."""

USUAL_ODDS = math.log(USUALLY_IN_SCOPE / (1.0 - USUALLY_IN_SCOPE))


def scope_features(names: Sequence[str], decisions: Sequence[float], known: float, covered: Callable[[int], float]) -> list[float]:
    """What the scope model looks at.

    The best decision value of an intent, its lead over the second, how much of the message is known, how much of it the examples of
    the best intent hold (`covered(class)`), and the decision value of out-of-scope examples.
    """
    best, second, outside, chosen = -math.inf, -math.inf, 0.0, 0
    for at, (name, value) in enumerate(zip(names, decisions, strict=True)):
        if name == OUT_OF_SCOPE:
            outside = value
        elif value > best:
            best, second, chosen = value, best, at
        elif value > second:
            second = value
    return [best, best - max(second, -2.0), known, covered(chosen), outside]


def right_features(share: float, scope: Sequence[float]) -> list[float]:
    """What the model of the right intent looks at: the odds of its share, its lead, how much is known and how much it covers."""
    share = min(1.0 - 1e-6, max(1e-6, share))
    return [math.log(share / (1.0 - share)), *scope[1:4]]


def weigh(weights: Sequence[float], values: Sequence[float]) -> float:
    """The weighted sum of values."""
    return sum(w * v for w, v in zip(weights, values, strict=True))


def logistic(odds: float) -> float:
    """The probability of the logarithm of odds."""
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, odds))))


def softmax(values: Sequence[float], temperature: float) -> list[float]:
    """Shares that sum to 1; a low temperature tells them further apart."""
    top = max(values)
    powers = [math.exp((value - top) / temperature) for value in values]
    total = sum(powers)
    return [power / total for power in powers]
