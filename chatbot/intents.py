"""What is wanted, and how sure: a linear classifier over words, pieces of words and entities, served by the standard library.

`chatbot.training` fits it with scikit-learn. The recipe and what it was measured against stand in docs/explanation/understanding.md:
TF-IDF (sublinear, each block of unit length) of words 1-2, of pieces of 3-4 letters within words, and of the entities of a
lexicon; one linear support vector machine for each intent; the decision values turned into shares by a softmax whose
temperature was fitted on held-out folds (Guo et al. 2017), and a logistic model, fitted on intents that a fold had not seen,
that says whether the utterance is about any of them at all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from chatbot.container import Container
from chatbot.table import StringTable
from chatbot.text import Phrases, fold, stem, words
from chatbot.types import Match

BLOCKS = ("word", "piece", "entity")
OUT_OF_SCOPE = ""
"""The name of the class of out-of-scope examples inside the model."""


def features(tokens: Sequence[str], lexicon: Phrases | None = None) -> dict[str, dict[str, int]]:
    """The features of an utterance by block, with their counts. Numbers are alike: what counts is that there is one."""
    tokens = ["0" if token.isdigit() else token for token in tokens]
    found: dict[str, dict[str, int]] = {block: {} for block in BLOCKS}
    for token in tokens:
        _count(found["word"], token)
        padded = f" {token} "
        for size in (3, 4):
            for at in range(len(padded) - size + 1):
                _count(found["piece"], padded[at : at + size])
    for first, second in zip(tokens, tokens[1:], strict=False):
        _count(found["word"], f"{first} {second}")
    if lexicon:
        for _, _, value in lexicon.scan([stem(token) for token in tokens]):
            _count(found["entity"], value)
            _count(found["entity"], value.partition("=")[0])
    return found


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


class IntentMatcher:
    """Matches utterances to intents. Read-only after fitting; share it between threads.

    `match(text).name` is None when the text is out of scope.
    """

    def __init__(self, container: Container, lexicon: Phrases | None = None, prefix: str = "intents") -> None:
        data = container.json(f"{prefix}.json")
        self.names: list[str] = data["names"]
        self.settings: dict[str, Any] = data["settings"]
        self.lexicon = lexicon if lexicon is not None else Phrases.from_data(data.get("lexicon", {}))
        self._features = StringTable(container, f"{prefix}.features")
        self._idf = container.array(f"{prefix}.idf", "f")
        self._ends = container.array(f"{prefix}.ends", "I")
        self._classes = container.array(f"{prefix}.classes", "H")
        self._weights = container.array(f"{prefix}.weights", "f")
        self._container, self._prefix = container, prefix

    @classmethod
    def fit(
        cls, examples: Mapping[str, Iterable[str]], out_of_scope: Iterable[str] = (), lexicon: Mapping[str, Iterable[str]] | None = None
    ) -> IntentMatcher:
        """Fit a matcher with scikit-learn.

        Args:
            examples: utterances of each intent, at least one each, of at least one intent.
            out_of_scope: utterances that mean none of them; optional.
            lexicon: phrasings by "entity=value", each of which becomes a feature; optional.

        Raises:
            ValueError: when there is no intent, or one has no example.
        """
        from chatbot.training import fit_matcher

        return fit_matcher(examples, out_of_scope, lexicon)

    def match(self, text: str) -> Match:
        """The intent of `text`, its confidence, and all intents with their shares, best first."""
        return self.match_words(words(fold(text)))

    def match_words(self, tokens: Sequence[str]) -> Match:
        """As `match`, for words that were folded (and corrected) already."""
        vector, known = self.vector(tokens)
        if not vector:
            return Match(None, 0.0, ())
        decisions = self.decide(vector)
        shares = softmax(decisions, self.settings["temperature"])
        ranking = tuple(sorted(zip(self.names, shares, strict=True), key=lambda item: -item[1]))
        named = tuple(item for item in ranking if item[0] != OUT_OF_SCOPE)
        inside = self._inside(decisions, known)
        name, share = ranking[0]
        if name == OUT_OF_SCOPE or inside < self.settings["scope_threshold"]:
            return Match(None, 1.0 - inside if name != OUT_OF_SCOPE else share, named)
        return Match(name, share * min(1.0, inside / (self.settings["scope_threshold"] + 1e-9)), named)

    def vector(self, tokens: Sequence[str]) -> tuple[dict[int, float], float]:
        """The weights of the known features by row, and the share of the words' weight that is known, in [0, 1]."""
        vector: dict[int, float] = {}
        known = unknown = 0.0
        unknown_idf = self.settings["unknown_idf"]
        for block, counts in features(tokens, self.lexicon).items():
            weights: dict[int, float] = {}
            for name, count in counts.items():
                row = self._features.find(f"{block[0]}{name}")
                if row >= 0:
                    weights[row] = (1.0 + math.log(count)) * self._idf[row]
                if block == "word" and " " not in name:
                    if row >= 0:
                        known += weights[row]
                    else:
                        unknown += unknown_idf
            norm = math.sqrt(sum(w * w for w in weights.values())) / self.settings["blocks"][block] if weights else 1.0
            for row, weight in weights.items():
                vector[row] = weight / norm
        return vector, known / (known + unknown) if known else 0.0

    def decide(self, vector: Mapping[int, float]) -> list[float]:
        """The decision value of each class, in the order of `names`."""
        decisions = list(self.settings["intercepts"])
        ends, classes, weights = self._ends, self._classes, self._weights
        for row, value in vector.items():
            start, end = ends[row - 1] if row else 0, ends[row]
            for at, weight in zip(classes[start:end], weights[start:end], strict=True):
                decisions[at] += value * weight
        return decisions

    def _inside(self, decisions: Sequence[float], known: float) -> float:
        """The probability in [0, 1] that the utterance is about one of the intents."""
        values = scope_features([d for name, d in zip(self.names, decisions, strict=True) if name != OUT_OF_SCOPE], known)
        weights = self.settings["scope_weights"]
        total = self.settings["scope_intercept"] + sum(w * v for w, v in zip(weights, values, strict=True))
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))

    def sections(self) -> dict[str, bytes]:
        """The matcher as sections of a container."""
        names = ("json", "idf", "ends", "classes", "weights")
        return self._features.sections() | {f"{self._prefix}.{name}": bytes(self._container.section(f"{self._prefix}.{name}")) for name in names}


def scope_features(decisions: Sequence[float], known: float) -> list[float]:
    """What the scope model looks at: the best decision value, its lead over the second, and how much of the message is known."""
    ordered = sorted(decisions, reverse=True)
    second = ordered[1] if len(ordered) > 1 else -1.0
    return [ordered[0], ordered[0] - second, known]


def softmax(values: Sequence[float], temperature: float) -> list[float]:
    """Shares that sum to 1; a low temperature tells them further apart."""
    top = max(values)
    powers = [math.exp((value - top) / temperature) for value in values]
    total = sum(powers)
    return [power / total for power in powers]
