"""How much a message sounds like those that call for help, where no rule fits: a sum of weights over its words, signs and meaning.

People say the same thing in words that nobody foresaw. The weights are fitted when knowledge is built (`chatbot.alarm_fit`), to the
examples of safety-examples.jsonl and to harmless questions. Words in a shadow of `chatbot.context` ("no swelling") are told from those
outside. The sum can raise an alarm; it never takes one back.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence

from chatbot.errors import KnowledgeError
from chatbot.typed import Any, NamedTuple
from chatbot.vectors import Judge, bundled

NOW, TODAY = "emergency", "urgent"

_ASKING = frozenset(
    (
        "what whats how hows why when where who which should shall could can would will can may might do does did be been being have has had having "
        "this these those there then here if so but because at in on by for from with into about as than to up down out over again "
        "help please thanks thank advise hi hello hey hiya sorry doctor doc ok okay sure not no thing things know say says said tell told "
        "ask asking asked question answer normal worry worried anyone anything something someone people call go going went me him them us you"
    ).split()
)
"""Words of questions and of talk: they tell how somebody writes, not what is the matter."""

LIFT = 100
"""Above this sum of a kind an urgent red flag of the rules is lifted: of 137 that were rightly urgent 2 were, and 9 of 11 emergencies."""

_REMEMBERED = 8192


class Heard(NamedTuple):
    """What is weighed of a message: features, and its words that are not in a shadow, for their meaning."""

    features: frozenset[str]
    words: tuple[str, ...]


def features(
    words: Sequence[str],
    lit: Sequence[str],
    told: Iterable[str],
    dark: Iterable[str],
    symbols: Iterable[Sequence[str]],
    signs: Iterable[str],
) -> frozenset[str]:
    """What is weighed of a message, each kind with a mark of its own.

    Any two words that follow one another ("^"); the words that are in no shadow ("="), and those of them that are no words of questions and
    of talk once more, and two that follow one another, without a mark; those in a shadow ("~"); the word lists that they are in ("<"),
    signs ("+") and length ("0").

    Args:
        words: all words and marks in order, in the spelling of the rules.
        lit: the words outside all shadows, small ones left out; "" stands for those in a shadow.
        told: the words outside all shadows, small ones among them.
        dark: the words in a shadow.
        symbols: for each word outside all shadows what it stands for in the rules.
        signs: the signs that are said to be present.
    """
    plain = [word if word.isalpha() and word not in _ASKING else "" for word in lit]
    found = {word for word in plain if word}
    found.update(f"{left} {right}" for left, right in itertools.pairwise(plain) if left and right)
    found.update("=" + word for word in told if word.isalpha())
    found.update(f"^{left} {right}" for left, right in itertools.pairwise(words))
    found.update("~" + word for word in dark)
    found.update(symbol for row in symbols for symbol in row if symbol[0] == "<")
    found.update("+" + sign for sign in signs)
    found.update(f"0{n}" for n in (10, 20, 30) if len(lit) > n)
    return frozenset(found)


class Alarm:
    """The weights.

    Args:
        data: what `chatbot.alarm_fit.fit_alarm` returned, also after a way through JSON: "least", the sum from which it is an alarm, and
            "sure", from which it may lift an urgent red flag of the rules; "weights" by feature; "meaning" and "scale", weights over the
            meaning of all words, and "vectors", the digest of the word vectors that they were fitted with; and "kinds", for each kind of
            alarm its own weights and "bias", which are weighed in an alarm only.

    Raises:
        KnowledgeError: when the word vectors are others.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._least: int = data["least"]
        self._sure: int = data["sure"]
        self._weights: Mapping[str, int] = data["weights"]
        self._kinds: Mapping[str, Mapping[str, Any]] = data["kinds"]
        self._meaning: Sequence[int] = data["meaning"]
        self._scale: float = data["scale"]
        self._vectors: str = data["vectors"]
        self._judge: Judge | None = None
        self._remembered: dict[str, int] = {}

    def hears(self, heard: Heard, known: str = "") -> str:
        """The kind of alarm: `NOW`, `TODAY`, the id of a condition, or "" for none.

        Args:
            heard: what is weighed of the message.
            known: the urgency that the rules found, or "". `TODAY` must be surpassed, and by a message that is surely an alarm.
        """
        if self.weigh(heard) < (self._sure if known == TODAY else self._least):
            return ""
        for name, kind in self._kinds.items():
            own = kind["weights"]
            if kind["bias"] + sum(own[feature] for feature in heard.features if feature in own) > (LIFT if known == TODAY else 0):
                return name
        return TODAY if known != TODAY else ""

    def weigh(self, heard: Heard) -> float:
        """The sum of the weights."""
        found = self._remembered
        if len(found) > _REMEMBERED:
            found.clear()
        total = 0
        for feature in heard.features:
            weight = found.get(feature)
            if weight is None:
                weight = found[feature] = self._weights.get(feature, 0)
            total += weight
        return total + self._means(heard.words)

    def _means(self, words: Sequence[str]) -> float:
        if not self._meaning:
            return 0.0
        if self._judge is None:
            vectors = bundled()
            if vectors.digest != self._vectors:
                raise KnowledgeError("the red flags were fitted with other word vectors; run `chatbot build` again")
            self._judge = Judge(vectors, bytes(self._meaning), [self._scale])
        return self._judge.decide(words)[0]
