"""How well a question agrees with a wording of a passage: a way to ask for it, or a sentence that it says.

The lexical score (`chatbot.retrieval`) asks how much of the question a passage explains, and so likes a passage that says much. This
asks both ways, for one wording at a time, with the harmonic mean of the two shares (van Rijsbergen's F, 1979, with equal weights):

    F(q, w) = 2 * common / (weight(q) + weight(w)),   common = the weight of the terms in both

where each term weighs its idf. A heading about something more special than the question has terms that nobody asked for, and falls.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from chatbot.container import Container

_PREFIX = "agreement"


class Agreement:
    """Which terms stand in which wordings of every passage, by numbers of index terms, where they lie in a mapped file."""

    def __init__(self, container: Container) -> None:
        # for each passage its terms in order, each with the wording that it stands in; first the questions, then the sentences
        self._terms = container.array(f"{_PREFIX}.terms", "I")
        self._wordings = container.array(f"{_PREFIX}.wordings", "I")
        self._ends = container.array(f"{_PREFIX}.ends", "I")
        self._weights = container.array(f"{_PREFIX}.weights", "f")
        self._asked = container.array(f"{_PREFIX}.asked", "I")

    def of(self, number: int, weights: Mapping[int, float], total: float) -> tuple[float, float]:
        """The best agreement with a question that passage `number` answers, and with a sentence that it says, both in [0, 1].

        Args:
            number: of the passage.
            weights: what each term of the query weighs, by the number of the term in the index.
            total: what the whole query weighs, with the terms that the index does not know.
        """
        terms, wordings = self._terms, self._wordings
        start, end = self._ends[number - 1] if number else 0, self._ends[number]
        common: dict[int, float] = {}
        for term, weight in weights.items():
            at = bisect_left(terms, term, start, end)
            while at < end and terms[at] == term:
                wording = wordings[at]
                common[wording] = common.get(wording, 0.0) + weight
                at += 1
        asked = said = 0.0
        middle = self._asked[number]  # the wordings below it are questions
        for wording, shared in common.items():
            agrees = 2 * shared / (total + self._weights[wording])
            if wording < middle:
                asked = max(asked, agrees)
            else:
                said = max(said, agrees)
        return min(1.0, asked), min(1.0, said)


def agreement_sections(
    passages: Iterable[tuple[Sequence[Iterable[int]], Sequence[Iterable[int]]]], idf: Sequence[float]
) -> dict[str, bytes]:
    """The sections of the wordings of passages.

    Args:
        passages: for each passage the terms of the questions that it answers, and of the sentences that it says, by their numbers.
        idf: what each term weighs.
    """
    from array import array

    terms, wordings, ends, asked, weights = array("I"), array("I"), array("I"), array("I"), array("f")
    for questions, sentences in passages:
        places: list[tuple[int, int]] = []
        for wording in (*questions, *sentences):
            known = sorted(set(wording))
            places += [(term, len(weights)) for term in known]
            weights.append(sum(idf[term] for term in known))
        asked.append(len(weights) - len(sentences))
        for term, number in sorted(places):
            terms.append(term)
            wordings.append(number)
        ends.append(len(terms))
    parts: dict[str, array[int] | array[float]] = {"terms": terms, "wordings": wordings, "ends": ends, "weights": weights, "asked": asked}
    return {f"{_PREFIX}.{name}": values.tobytes() for name, values in parts.items()}
