"""How much a message sounds like those that call for help, where no rule fits: a sum of weights over its words and signs.

People say the same thing in words that nobody foresaw. The weights are fitted when knowledge is built (`chatbot.alarm_fit`), to the
examples of safety-examples.jsonl and to harmless questions. Only words outside the shadows of `chatbot.context` count, and nothing is
weighed in which no sign of the rules was found. The sum can raise an alarm; it never takes one back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

from chatbot.typed import Any

NOW, TODAY = "emergency", "urgent"

_ASKING = frozenset(
    (
        "what whats how hows why when where who which should shall could would can will may might do does did be been being have has had having "
        "this these those there then here if so but because at in on by for from with into about as than to up down out over again "
        "help please thanks thank advise hi hello hey hiya sorry doctor doc ok okay sure not no thing things know say says said tell told "
        "ask asking asked question answer normal worry worried anyone anything something someone people call go going went me him them us you"
    ).split()
)
"""Words of questions and of talk: they tell how somebody writes, not what is the matter."""


def features(words: Sequence[str], symbols: Iterable[Sequence[str]], signs: Iterable[str]) -> set[str]:
    """What is weighed: words, two that follow one another, the word lists that they are in, signs (with "+") and length (with "0").

    Args:
        words: the words outside all shadows, in order; "" stands between those that were not side by side.
        symbols: for each word what it stands for in the rules.
        signs: the signs that are said to be present.
    """
    told = [word if word.isalpha() and word not in _ASKING else "" for word in words]
    found = {word for word in told if word}
    found.update(f"{left} {right}" for left, right in itertools.pairwise(told) if left and right)
    found.update(symbol for row in symbols for symbol in row if symbol[0] == "<")
    found.update("+" + sign for sign in signs)
    found.update(f"0{n}" for n in (10, 20, 30) if len(words) > n)
    return found


class Alarm:
    """The weights.

    Args:
        data: what `chatbot.alarm_fit.fit_alarm` returned, also after a way through JSON: "least", the sum from which it is an alarm;
            "weights" by feature; and "kinds", for each kind of alarm its own weights and "bias", which are weighed in an alarm only.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._least: int = data["least"]
        self._weights: Mapping[str, int] = data["weights"]
        self._kinds: Mapping[str, Mapping[str, Any]] = data["kinds"]

    def hears(self, found: set[str]) -> str:
        """The kind of alarm: `NOW`, `TODAY`, the id of a condition, or "" for none."""
        weights = self._weights
        if sum(weights[feature] for feature in found if feature in weights) < self._least:
            return ""
        for name, kind in self._kinds.items():
            own = kind["weights"]
            if kind["bias"] + sum(own[feature] for feature in found if feature in own) > 0:
                return name
        return TODAY
