"""What is wrong among the examples of the intents: what stands twice, what lies nearer to another intent, what cannot be reached.

Found before release rather than after it: near twins are what authors of intent files complain of most. Each example is judged by
what the others say, itself left out: its nearest intent is the one whose examples, taken together, share most of its words. That is
less than the matcher knows, so that only what is plain is told, and it takes some tens of milliseconds for a thousand examples.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from chatbot.errors import CorpusError
from chatbot.intents_file import IntentsFile
from chatbot.text import fold, words

TWIN = 0.93
"""From this cosine of their word vectors on, two examples of different intents say the same."""
SWALLOWED = 0.5
"""An intent of which this share of the examples lies nearer to one other intent cannot be told from it."""
OVERLAP = 0.3
"""Two intents that take this share of each other's examples overlap."""
STRAY = 4.0
"""An example that lies so many times nearer to another intent than to its own stands in the wrong place."""
_CLOSE = 0.45  # the likeness to an intent from which on a stray belongs there
_FEWEST = 4
_ENOUGH = 12  # fewer examples say too little of where an intent lies


class Example(NamedTuple):
    """An example, the name of its intent, and the line where it stands."""

    text: str
    intent: str
    line: int
    tokens: tuple[str, ...]


class Likeness(NamedTuple):
    """How like the intents each example is, itself left out."""

    names: list[str]
    own: Any
    """The number of the intent of each example."""
    values: Any
    """Cosines, of shape (n_examples, n_intents)."""
    nearest: Any
    """The number of the nearest intent of each example."""


def intent_findings(file: IntentsFile) -> list[CorpusError]:
    """All findings about the examples of `file`."""
    examples = [_example(text, intent.name, intent.line) for intent in file.intents for text in intent.examples]
    examples += [_example(text, f"adjacent:{a.name}", a.line) for a in file.adjacent for text in a.examples]
    findings = [*_few(file), *_twice(file, examples)]
    if len({example.intent for example in examples}) > 1:
        vectors = _vectors(examples)
        likeness = _left_out(examples, vectors)
        findings += [*_twins(file, examples, vectors), *_strays(file, examples, likeness), *_between(file, examples, likeness)]
    return findings


def _example(text: str, intent: str, line: int) -> Example:
    return Example(text, intent, line, tuple(words(fold(text))))


def _few(file: IntentsFile) -> list[CorpusError]:
    return [
        file.error(f"the intent {intent.name!r} has {len(intent.examples)} examples; write at least {_FEWEST}", intent.line)
        for intent in file.intents
        if 0 < len(intent.examples) < _FEWEST
    ]


def _twice(file: IntentsFile, examples: Sequence[Example]) -> list[CorpusError]:
    """The same words as an example before."""
    found = []
    seen: dict[tuple[str, ...], Example] = {}
    for example in examples:
        first = seen.setdefault(example.tokens, example)
        if first is not example and example.tokens:
            where = "twice in" if first.intent == example.intent else f"in {first.intent!r} and in"
            found.append(file.error(f"“{example.text}” stands {where} {example.intent!r}; keep one", example.line))
    return found


def _vectors(examples: Sequence[Example]) -> list[dict[str, float]]:
    """The words of each example with their weights, TF-IDF of length 1, the rarest word first."""
    spread = Counter(token for example in examples for token in set(example.tokens))
    idf = {token: math.log((1 + len(examples)) / (1 + count)) + 1.0 for token, count in spread.items()}
    result = []
    for example in examples:
        weights = {token: (1.0 + math.log(count)) * idf[token] for token, count in Counter(example.tokens).items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        result.append({token: weights[token] / length for token in sorted(weights, key=lambda token: (-idf[token], token))})
    return result


def _twins(file: IntentsFile, examples: Sequence[Example], vectors: Sequence[dict[str, float]]) -> Iterator[CorpusError]:
    """Examples of different intents that say nearly the same.

    Two vectors whose cosine is `TWIN` share one of the rarest words of each: those without which the rest is shorter than that.
    """
    by_word: dict[str, list[int]] = {}
    told: set[tuple[int, int]] = set()
    for at, vector in enumerate(vectors):
        rest = 1.0
        for token, weight in vector.items():
            if rest < TWIN * TWIN:
                break
            rest -= weight * weight
            for other in by_word.get(token, ()):
                if examples[other].intent != examples[at].intent and (other, at) not in told and _cosine(vectors[other], vector) >= TWIN:
                    told.add((other, at))
            by_word.setdefault(token, []).append(at)
    for first, second in sorted(told):
        one, two = examples[first], examples[second]
        if one.tokens != two.tokens:
            yield file.error(f"“{two.text}” ({two.intent}) says what “{one.text}” ({one.intent}) says; reword or move one", two.line)


def _cosine(one: dict[str, float], two: dict[str, float]) -> float:
    return sum(weight * two[token] for token, weight in one.items() if token in two)


def _left_out(examples: Sequence[Example], vectors: Sequence[dict[str, float]]) -> Likeness:
    import numpy

    names = sorted({example.intent for example in examples})
    number = {name: at for at, name in enumerate(names)}
    column = {token: at for at, token in enumerate(dict.fromkeys(token for vector in vectors for token in vector))}
    own = numpy.array([number[example.intent] for example in examples])
    sizes = numpy.array([len(vector) for vector in vectors])
    rows = numpy.repeat(numpy.arange(len(examples)), sizes)
    columns = numpy.array([column[token] for vector in vectors for token in vector], dtype=int)
    weights = numpy.array([weight for vector in vectors for weight in vector.values()])
    sums = numpy.bincount(columns * len(names) + own[rows], weights, minlength=len(column) * len(names)).reshape(len(column), len(names))
    squares = (sums**2).sum(axis=0)
    dots = numpy.zeros((len(examples), len(names)))
    for start in range(0, len(rows), 1 << 14):  # a slice at a time, so that a large file needs little memory
        part = slice(start, start + (1 << 14))
        first, at = numpy.unique(rows[part], return_index=True)
        dots[first] += numpy.add.reduceat(weights[part, None] * sums[columns[part]], at, axis=0)
    # the example is taken out of the sum of its own intent, which changes that sum's length too; its own length is 1
    everyone = numpy.arange(len(examples))
    lengths = numpy.sqrt(numpy.maximum(numpy.broadcast_to(squares, dots.shape), 1e-9)).copy()
    mine = dots[everyone, own]
    lengths[everyone, own] = numpy.sqrt(numpy.maximum(squares[own] - 2 * mine + 1.0, 1e-9))
    dots[everyone, own] = numpy.maximum(mine - (sizes > 0), 0.0)
    values = dots / lengths
    return Likeness(names, own, values, values.argmax(axis=1))


def _strays(file: IntentsFile, examples: Sequence[Example], likeness: Likeness) -> Iterator[CorpusError]:
    """Examples that lie far nearer to another intent than to their own.

    Adjacent subjects and routes are left out: they stand beside the intents on purpose, and speak of them in their words.
    """
    topics = {intent.name for intent in file.intents if intent.kind != "route"}
    for at, example in enumerate(examples):
        other = int(likeness.nearest[at])
        there, here = likeness.values[at, other], likeness.values[at, likeness.own[at]]
        if example.intent in topics and likeness.names[other] in topics - {example.intent} and there >= _CLOSE and there > STRAY * here:
            yield file.error(
                f"“{example.text}” lies nearer to {likeness.names[other]!r} than to {example.intent!r}; move or reword it", example.line
            )


def _between(file: IntentsFile, examples: Sequence[Example], likeness: Likeness) -> Iterator[CorpusError]:
    """Intents that another swallows, that overlap with another, or that no example reaches."""
    import numpy

    count = len(likeness.names)
    taken = numpy.bincount(likeness.own * count + likeness.nearest, minlength=count * count).reshape(count, count)
    lines = {example.intent: example.line for example in examples}
    for at, name in enumerate(likeness.names):
        total, kept = int(taken[at].sum()), int(taken[at, at])
        if total < _ENOUGH:
            continue
        rivals = [other for other in range(count) if other != at]
        rival = max(rivals, key=lambda other: taken[at, other])
        if taken[at, rival] > SWALLOWED * total:
            what = f"most examples of {name!r} lie nearer to {likeness.names[rival]!r}; sharpen both, or make one intent of them"
        elif not kept:
            what = (
                f"no example of {name!r} lies nearest to its own intent: messages will not reach it; give its examples words of their own"
            )
        elif (other := _overlapping(taken, at)) > at:
            what = f"{name!r} and {likeness.names[other]!r} overlap: {taken[at, other]} and {taken[other, at]} of their examples lie nearer to the other; say in both what sets them apart, or make one intent of them"
        else:
            continue
        yield file.error(what, lines[name])


def _overlapping(taken: Any, at: int) -> int:
    """The intent that exchanges the largest share of examples with `at`, -1 when none does so enough."""
    totals = taken.sum(axis=1)
    shares = {
        other: min(taken[at, other] / totals[at], taken[other, at] / totals[other])
        for other in range(len(totals))
        if other != at and totals[other] >= _ENOUGH
    }
    best = max(shares, key=lambda other: shares[other], default=-1)
    return best if best >= 0 and shares[best] >= OVERLAP else -1
