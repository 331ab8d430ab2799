"""What is wanted, and how sure: a linear classifier over words, pairs of words, pieces of words and entities, served by the standard library.

`chatbot.training` fits it with scikit-learn. What each part gives is measured in docs/explanation/matcher-benchmarks.md: TF-IDF
(sublinear, each block of unit length) of the blocks below and one linear support vector machine for each intent; the decision values
turned into shares by a softmax whose temperature was fitted on held-out folds (Guo et al. 2017), and a logistic model, fitted on
intents that a fold had not seen, that says whether the utterance is about any of them at all.
"""

from __future__ import annotations

import json
import math
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from operator import mul

from chatbot.confidence import OUT_OF_SCOPE, USUAL_ODDS, logistic, right_features, scope_features, softmax, weigh
from chatbot.container import Container
from chatbot.errors import KnowledgeError
from chatbot.speech import plain_words
from chatbot.table import StringTable
from chatbot.text import Phrases, fold, stem, words
from chatbot.typed import TYPE_CHECKING, Any, NamedTuple
from chatbot.types import Match
from chatbot.vectors import Judge, bundled

if TYPE_CHECKING:
    from chatbot.mending import Mender

BLOCKS = ("word", "both", "piece", "entity")
"""Words and pairs of words; two stems that stand near each other, in any order; pieces of 3-4 letters within words; values of the
lexicon. The first letter of a block tells it apart in the table of features."""

_PARTS = ("json", "idf", "ends", "classes", "weights", "dense", "dense_rows", "owners", "meaning")
_UNIT = 1 << 12
"""Feature weights are counted in 1/4096 where they meet rows of many weights; 32 bits then hold the longest message."""

_FEWEST_WORDS = 100
"""A matcher that knows fewer words mends none: too many words would be turned into one of its few."""

_WITHIN = 8
_REMEMBERED = 4096
_LANES = 1 << 14
"""Rows of many weights that are kept in lanes: all of the bundled model's (9,000, in 4 MB)."""
_EMPTY = frozenset(
    ["a", "an", "the", "of", "to", "in", "on", "at", "for", "and", "or", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "i", "im", "ive", "me", "my", "we", "us", "our", "you", "your", "it", "its", "he", "she", "this", "that", "these", "those", "there", "here", "as", "by", "with", "from", "if", "so", "just", "please", "can", "could", "would", "should", "will", "shall", "may", "might"]
)  # fmt: skip
"""Words that make no pair with another. Shorter than `text.STOP_WORDS`: "how much" and "what time" say a lot about what is wanted."""


def features(tokens: Sequence[str], lexicon: Phrases | None = None) -> dict[str, dict[str, int]]:
    """The features of an utterance by block, with their counts. Numbers are alike: what counts is that there is one."""
    tokens = _plain(tokens)
    found: dict[str, dict[str, int]] = {block: {} for block in BLOCKS}
    for token in tokens:
        for block, name in _of_word(token):
            found[block][name] = found[block].get(name, 0) + 1
    for block, name in _of_message(tokens, lexicon):
        found[block][name] = found[block].get(name, 0) + 1
    return found


def _plain(tokens: Sequence[str]) -> list[str]:
    return ["0" if token.isdigit() else token for token in tokens]


def _of_word(token: str) -> Iterator[tuple[str, str]]:
    """The features that a word has wherever it stands."""
    yield "word", token
    padded = f" {token} "
    for size in (3, 4):
        for at in range(len(padded) - size + 1):
            yield "piece", padded[at : at + size]


def _of_message(tokens: Sequence[str], lexicon: Phrases | None) -> Iterator[tuple[str, str]]:
    """The features that words have together."""
    stems = [stem(token) for token in tokens]
    for first, second in pairwise(tokens):
        yield "word", f"{first} {second}"
    full = list(dict.fromkeys(found for token, found in zip(tokens, stems, strict=True) if token not in _EMPTY))
    for at, first in enumerate(full):
        for second in full[at + 1 : at + 1 + _WITHIN]:
            yield "both", f"{first} {second}" if first < second else f"{second} {first}"
    if lexicon:
        for _, _, value in lexicon.scan(stems):
            yield "entity", value
            yield "entity", value.partition("=")[0]


class Reading(NamedTuple):
    """What the model knows of an utterance."""

    vector: dict[int, float]
    """The weights of the known features, by row."""
    known: float
    """The share of the words' weight that is known, in [0, 1]."""
    mass: dict[int, float]
    """The share of each known word in the weight of all words, by row."""


class IntentMatcher:
    """Matches utterances to intents. Read-only after fitting; share it between threads.

    `match(text).name` is None when the text is out of scope.
    """

    def __init__(self, container: Container, lexicon: Phrases | None = None, prefix: str = "intents") -> None:
        data = container.json(f"{prefix}.json")
        self.names: list[str] = data["names"]
        self.settings: dict[str, Any] = data["settings"]
        if "meaning" not in self.settings:
            raise KnowledgeError(f"{container.path}: the matcher was fitted by another version; run `chatbot build` again")
        self.lexicon = lexicon if lexicon is not None else Phrases.from_data(data.get("lexicon", {}))
        self._features = StringTable(container, f"{prefix}.features")
        self._idf = container.array(f"{prefix}.idf", "f")
        self._ends = container.array(f"{prefix}.ends", "I")
        self._classes = container.array(f"{prefix}.classes", self.settings["class_code"])
        self._weights = container.array(f"{prefix}.weights", self.settings["weight_code"])
        self._dense = container.section(f"{prefix}.dense")
        self._dense_rows = container.array(f"{prefix}.dense_rows", "I")
        self._owners = container.section(f"{prefix}.owners")
        self._container, self._prefix = container, prefix
        self._judge: Judge | None = None
        self._words: dict[str, list[tuple[str, int]]] = {}
        self._lanes: dict[int, int] = {}
        self._mender: Mender | None = None

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
        """The intent of `text`, slips of the fingers mended, its confidence, and all intents with their shares, best first."""
        return self.match_words(self.mend(plain_words(words(fold(text)))))

    def match_words(self, tokens: Sequence[str]) -> Match:
        """As `match`, for words that were folded and mended already."""
        reading = self.read(tokens)
        if not reading.vector:
            return Match(None, 0.0, ())
        decisions = self.judge(tokens, reading)
        shares = softmax(decisions, self.settings["temperature"])
        ranking = tuple(sorted(zip(self.names, shares, strict=True), key=lambda item: -item[1]))
        named = tuple(item for item in ranking if item[0] != OUT_OF_SCOPE)
        scope = self._scope_values(decisions, reading)
        odds = weigh(self.settings["scope_weights"], scope) + self.settings["scope_intercept"]
        name, share = ranking[0]
        if name == OUT_OF_SCOPE:
            return Match(None, share, named)
        if odds < self.settings["scope_threshold"]:
            return Match(None, 1.0 - logistic(odds), named)
        right = weigh(self.settings["right_weights"], right_features(share, scope)) + self.settings["right_intercept"]
        return Match(name, logistic(right) * logistic(odds + USUAL_ODDS), named)

    def inside(self, tokens: Sequence[str]) -> float:
        """The probability in [0, 1] that mended words are about one of the intents, if half of all messages were."""
        reading = self.read(tokens)
        if not reading.vector:
            return 0.0
        scope = self._scope_values(self.judge(tokens, reading), reading)
        return logistic(weigh(self.settings["scope_weights"], scope) + self.settings["scope_intercept"])

    def _scope_values(self, decisions: Sequence[float], reading: Reading) -> list[float]:
        return scope_features(self.names, decisions, reading.known, lambda at: self._covered(reading, at))

    def mend(self, tokens: Sequence[str]) -> list[str]:
        """Folded words, slips of the fingers mended."""
        if self.settings["words"] < _FEWEST_WORDS or all(not t.isalpha() or self._features.find(f"w{t}") >= 0 for t in tokens):
            return list(tokens)
        return self._mending().mend(tokens)

    def vector(self, tokens: Sequence[str]) -> tuple[dict[int, float], float]:
        """The weights of the known features by row, and the share of the words' weight that is known, in [0, 1]."""
        return self.read(tokens)[:2]

    def read(self, tokens: Sequence[str]) -> Reading:
        """What the model knows of an utterance."""
        tokens = _plain(tokens)
        counts: dict[str, dict[int, int]] = {block: {} for block in BLOCKS}
        unknown = 0
        for token, times in Counter(tokens).items():
            rows = self._rows_of(token)
            unknown += not rows or rows[0][0] != "word"
            for block, row in rows:
                found = counts[block]
                found[row] = found.get(row, 0) + times
        find = self._features.find
        for block, name in _of_message(tokens, self.lexicon):
            row = find(block[0] + name)
            if row >= 0:
                found = counts[block]
                found[row] = found.get(row, 0) + 1
        vector: dict[int, float] = {}
        for block, found in counts.items():
            if found:
                weights = [(1.0 + math.log(count) if count > 1 else 1.0) * self._idf[row] for row, count in found.items()]
                factor = self.settings["blocks"][block] / math.sqrt(sum(w * w for w in weights))
                vector.update(zip(found, (w * factor for w in weights), strict=True))
        single = {row: self._idf[row] for row in counts["word"] if row < self.settings["words"]}
        total = sum(single.values()) + unknown * self.settings["unknown_idf"]
        mass = {row: weight / total for row, weight in single.items()}
        return Reading(vector, min(1.0, sum(mass.values())), mass)

    def _rows_of(self, token: str) -> list[tuple[str, int]]:
        """The rows of the features of a word by itself, remembered."""
        rows = self._words.get(token)
        if rows is None:
            found = ((block, self._features.find(block[0] + name)) for block, name in _of_word(token))
            rows = [(block, row) for block, row in found if row >= 0]
            if len(self._words) >= _REMEMBERED:
                self._words.clear()
            self._words[token] = rows
        return rows

    def judge(self, tokens: Sequence[str], reading: Reading) -> list[float]:
        """The decision value of each class, in the order of `names`: what the words say and what they mean."""
        if self._judge is None:
            vectors, meaning = bundled(), self.settings["meaning"]
            if meaning["vectors"] != vectors.digest:
                raise KnowledgeError(f"{self._container.path}: the matcher was fitted with other word vectors; run `chatbot build` again")
            self._judge = Judge(vectors, self._container.section(f"{self._prefix}.meaning"), meaning["scales"])
        return [a + b for a, b in zip(self.decide(reading.vector), self._judge.decide(tokens), strict=True)]

    def decide(self, vector: Mapping[int, float]) -> list[float]:
        """The decision value of each class by words alone, in the order of `names`."""
        sums = [0.0] * len(self.names)
        ends, classes, weights = self._ends, self._classes, self._weights
        times: list[int] = []
        dense: list[int] = []
        for row, value in vector.items():
            start, end = ends[row - 1] if row else 0, ends[row]
            if start < end:
                for at, weight in zip(classes[start:end], weights[start:end], strict=True):
                    sums[at] += value * weight
            elif lanes := self._lanes_of(row):
                times.append(round(value * _UNIT))
                dense.append(lanes)
        if shift := 128 * sum(times):
            whole = struct.unpack(f"<{len(sums)}I", sum(map(mul, times, dense)).to_bytes(4 * len(sums), "little"))
            sums = [a + (b - shift) / _UNIT for a, b in zip(sums, whole, strict=True)]
        return [a + total * scale for a, total, scale in zip(self.settings["intercepts"], sums, self.settings["scales"], strict=True)]

    def _lanes_of(self, row: int) -> int:
        """The weights of a row that has many, 128 added to each, in lanes of 32 bits of one number; 0 when it has few.

        A single multiplication and a single addition then serve all classes.
        """
        lanes = self._lanes.get(row)
        if lanes is None:
            at = bisect_left(self._dense_rows, row)
            lanes, width = 0, len(self.names)
            if at < len(self._dense_rows) and self._dense_rows[at] == row:
                spread = bytearray(4 * width)
                spread[::4] = self._dense[at * width : (at + 1) * width]
                lanes = int.from_bytes(spread, "little")
            if len(self._lanes) >= _LANES:
                self._lanes.clear()
            self._lanes[row] = lanes
        return lanes

    def _covered(self, reading: Reading, at: int) -> float:
        """The share of the words' weight that the examples of class `at` hold."""
        width = -(-len(self.names) // 8)
        return sum(share for row, share in reading.mass.items() if self._owners[row * width + at // 8] >> at % 8 & 1)

    def _mending(self) -> Mender:
        if self._mender is None:
            from chatbot.mending import Mender

            known = list(islice(self._features, self.settings["words"]))
            rare = self.settings["unknown_idf"]
            counts = {name[1:]: math.exp(rare - idf) - 1.0 for name, idf in zip(known, self._idf, strict=False)}
            lexicon = frozenset(self.lexicon.words())
            self._mender = Mender(counts, lambda a, b: self._features.find(f"w{a} {b}") >= 0, lambda word: stem(word) in lexicon)
        return self._mender

    def sections(self, *, lexicon: bool = True) -> dict[str, bytes]:
        """The matcher as sections of a container, with its lexicon or without, where it lies in the same file already."""
        names = [f"{self._prefix}.{part}" for part in _PARTS]
        parts = self._features.sections() | {name: bytes(self._container.section(name)) for name in names}
        if not lexicon:
            data = self._container.json(f"{self._prefix}.json")
            parts[f"{self._prefix}.json"] = json.dumps({name: part for name, part in data.items() if name != "lexicon"}).encode()
        return parts
