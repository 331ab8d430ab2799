"""What is wrong among the examples of the intents: what stands twice, what stands in two intents, and intents that swallow each other.

Found before release rather than after it: near twins are what authors of intent files complain of most.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from chatbot.errors import CorpusError
from chatbot.intents_file import IntentsFile
from chatbot.text import fold, words

TWIN = 0.93
"""From this cosine of their word vectors on, two examples of different intents say the same."""
SWALLOWED = 0.5
"""An intent of which this share of the examples lies nearer to one other intent cannot be told from it."""
_FEWEST = 4
_ENOUGH = 12  # fewer examples say too little of where an intent lies


class Example(NamedTuple):
    """An example, the name of its intent, and the line where that intent begins."""

    text: str
    intent: str
    line: int


def intent_findings(file: IntentsFile) -> list[CorpusError]:
    """All findings about the examples of `file`."""
    examples = [Example(text, intent.name, intent.line) for intent in file.intents for text in intent.examples]
    examples += [Example(text, f"adjacent:{a.name}", a.line) for a in file.adjacent for text in a.examples]
    findings = [*_few(file), *_twice(file, examples)]
    if len({example.intent for example in examples}) > 1:
        matrix = _vectors(examples)
        findings += [*_twins(file, examples, matrix), *_swallowed(file, examples, matrix)]
    return findings


def _few(file: IntentsFile) -> list[CorpusError]:
    return [
        file.error(f"the intent {intent.name!r} has {len(intent.examples)} examples; write at least {_FEWEST}", intent.line)
        for intent in file.intents
        if 0 < len(intent.examples) < _FEWEST
    ]


def _key(text: str) -> str:
    return " ".join(words(fold(text)))


def _twice(file: IntentsFile, examples: Sequence[Example]) -> list[CorpusError]:
    """The same words as an example before."""
    found = []
    seen: dict[str, Example] = {}
    for example in examples:
        first = seen.setdefault(_key(example.text), example)
        if first is not example and _key(example.text):
            where = "twice in" if first.intent == example.intent else f"in {first.intent!r} and in"
            found.append(file.error(f"“{example.text}” stands {where} {example.intent!r}; keep one", example.line))
    return found


def _vectors(examples: Sequence[Example]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(analyzer=lambda text: words(fold(text)), sublinear_tf=True).fit_transform(e.text for e in examples)


def _twins(file: IntentsFile, examples: Sequence[Example], matrix: Any) -> list[CorpusError]:
    """Examples of different intents that say nearly the same."""
    found = []
    likeness = (matrix @ matrix.T).tocoo()
    near = likeness.data >= TWIN
    for row, column in zip(likeness.row[near], likeness.col[near], strict=True):
        one, two = examples[row], examples[column]
        if row < column and one.intent != two.intent and _key(one.text) != _key(two.text):
            what = f"“{two.text}” ({two.intent}) says what “{one.text}” ({one.intent}) says; reword or move one"
            found.append(file.error(what, two.line))
    return found


def _swallowed(file: IntentsFile, examples: Sequence[Example], matrix: Any) -> list[CorpusError]:
    """Intents whose examples lie nearer to the middle of another intent than to that of their own, each left out of its own."""
    import numpy

    names = sorted({example.intent for example in examples})
    at = numpy.asarray([names.index(example.intent) for example in examples])
    counts = numpy.bincount(at, minlength=len(names))
    sums = numpy.zeros((len(names), matrix.shape[1]))
    for number in range(len(names)):
        sums[number] = numpy.asarray(matrix[at == number].sum(axis=0)).ravel()
    own = numpy.arange(len(examples))
    dots = numpy.asarray(matrix @ sums.T)
    # the example itself is taken out of the sum of its own intent: its vector has length 1
    dots[own, at] -= 1.0
    lengths = numpy.linalg.norm(sums, axis=1)[numpy.newaxis, :]
    nearest = (dots / numpy.maximum(lengths, 1e-9)).argmax(axis=1)
    lines = {example.intent: example.line for example in examples}
    found = []
    for number, name in enumerate(names):
        taken = Counter(int(n) for n in nearest[at == number] if n != number)
        if counts[number] >= _ENOUGH and taken and taken.most_common(1)[0][1] > SWALLOWED * counts[number]:
            other = names[taken.most_common(1)[0][0]]
            what = f"most examples of {name!r} lie nearer to {other!r}; sharpen both, or make one intent of them"
            found.append(file.error(what, lines[name]))
    return found
