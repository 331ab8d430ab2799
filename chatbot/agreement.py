"""How well a question agrees with a wording of a passage: a way to ask for it, or a sentence that it says.

The lexical score (`chatbot.retrieval`) asks how much of the question a passage explains, and so likes a passage that says much. This
asks both ways, for one wording at a time, with the harmonic mean of the two shares (van Rijsbergen's F, 1979, with equal weights):

    F(q, w) = 2 * common / (weight(q) + weight(w)),   common = the weight of the terms in both

where each term weighs its idf. A heading about something more special than the question has terms that nobody asked for, and falls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chatbot.container import Container

_PREFIX = "agreement"


class Agreement:
    """The terms of the wordings of every passage, by numbers of index terms, where they lie in a mapped file."""

    def __init__(self, container: Container) -> None:
        self._terms = container.array(f"{_PREFIX}.terms", "I")
        self._ends = container.array(f"{_PREFIX}.ends", "I")
        self._weights = container.array(f"{_PREFIX}.weights", "f")
        self._asked = container.array(f"{_PREFIX}.asked", "I")
        self._said = container.array(f"{_PREFIX}.said", "I")

    def of(self, number: int, weights: Mapping[int, float], total: float) -> tuple[float, float]:
        """The best agreement with a question that passage `number` answers, and with a sentence that it says, both in [0, 1].

        Args:
            number: of the passage.
            weights: what each term of the query weighs, by the number of the term in the index.
            total: what the whole query weighs, with the terms that the index does not know.
        """
        first = self._said[number - 1] if number else 0
        middle, last = self._asked[number], self._said[number]
        return self._best(first, middle, weights, total), self._best(middle, last, weights, total)

    def _best(self, first: int, last: int, weights: Mapping[int, float], total: float) -> float:
        best = 0.0
        terms, ends = self._terms, self._ends
        start = ends[first - 1] if first else 0
        for wording in range(first, last):
            end = ends[wording]
            common = 0.0
            for term in terms[start:end]:
                if term in weights:
                    common += weights[term]
            start = end
            if common:
                best = max(best, 2 * common / (total + self._weights[wording]))
        return min(1.0, best)


def agreement_sections(passages: Iterable[tuple[Sequence[Iterable[int]], Sequence[Iterable[int]]]], idf: Sequence[float]) -> dict[str, bytes]:
    """The sections of the wordings of passages.

    Args:
        passages: for each passage the terms of the questions that it answers, and of the sentences that it says, by their numbers.
        idf: what each term weighs.
    """
    from array import array

    terms, ends, asked, said, weights = array("I"), array("I"), array("I"), array("I"), array("f")
    for questions, sentences in passages:
        for group, counts in ((questions, asked), (sentences, said)):
            for wording in group:
                known = sorted(set(wording))
                terms.extend(known)
                ends.append(len(terms))
                weights.append(sum(idf[term] for term in known))
            counts.append(len(ends))
    parts: dict[str, array[int] | array[float]] = {"terms": terms, "ends": ends, "weights": weights, "asked": asked, "said": said}
    return {f"{_PREFIX}.{name}": values.tobytes() for name, values in parts.items()}
