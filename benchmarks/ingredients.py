"""What did not earn its place: ingredients added one by one to the shipped ranking of LiveQA, their weight chosen on held-out halves.

    python benchmarks/ingredients.py DATA

The tasks and measures are those of quality.py. An ingredient is a number for each of the best 150 passages, added to the shipped score
with a weight chosen on one half of the questions (0, nothing, is a choice) and measured on the other; or other weights for the
question's terms. Both forms of the questions are ranked, and a weight is chosen for both together.
"""

from __future__ import annotations

import argparse
import re
import statistics
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import quality

from chatbot import focus
from chatbot.condense import questions
from chatbot.indexing import TITLED, TITLED_K1
from chatbot.retrieval import PassageIndex
from chatbot.text import fold

POOL = 150
Weights = dict[str, float]


class Bench:
    """An index of LiveQA's documents, and what the ingredients need to know of them."""

    def __init__(self, data: Path) -> None:
        self.tasks = [quality.liveqa(data, message=message) for message in (False, True)]
        self.documents = self.tasks[0].documents
        self.index = PassageIndex.build(self.documents, fields=TITLED, k1=TITLED_K1, focus=("title",))
        self.terms = [self.index.analyzer.terms(f"{row['title']} . {row['text']}") for _, row in self.documents]
        self.titles = [row["title"] for _, row in self.documents]
        self._latent: Any = None

    def weights(self, question: str) -> Weights:
        """The terms of a question, misspelled ones mended, each once."""
        return dict.fromkeys(self.index._near_terms().correct(self.index.analyzer.terms(question)), 1.0)

    def best(self, question: str, weights: Weights) -> list[tuple[int, float]]:
        """The best passages by the second look, for any weights of the terms."""
        before, focus.POOL = focus.POOL, POOL
        try:
            return self.index._second_look(question, weights, POOL)
        finally:
            focus.POOL = before

    def latent(self, weights: Weights, numbers: Sequence[int]) -> list[float]:
        """Cosines in 200 latent dimensions (scikit-learn's TruncatedSVD of the TF-IDF matrix)."""
        import numpy
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import normalize

        if self._latent is None:
            vectorizer = TfidfVectorizer(analyzer=lambda terms: terms, sublinear_tf=True)
            matrix = vectorizer.fit_transform(self.terms)
            svd = TruncatedSVD(200, random_state=0, n_iter=3).fit(matrix)
            self._latent = vectorizer, svd, normalize(svd.transform(matrix))
        vectorizer, svd, places = self._latent
        return (places[list(numbers)] @ normalize(svd.transform(vectorizer.transform([list(weights)])))[0]).astype(numpy.float64).tolist()  # type: ignore[no-any-return]

    def pairs(self, weights: Weights, numbers: Sequence[int]) -> list[float]:
        """The share of the question's neighbouring terms that stand side by side in the passage."""
        asked = list(weights)
        wanted = set(pairwise(asked))
        return [len(wanted & set(pairwise(self.terms[n]))) / max(1, len(wanted)) for n in numbers]

    def grams(self, weights: Weights, numbers: Sequence[int]) -> list[float]:
        """The share of the four-letter pieces of the question's terms that the title has."""
        wanted = _pieces(" ".join(weights))
        return [len(wanted & _pieces(fold(self.titles[n]))) / max(1, len(wanted)) for n in numbers]

    def definition(self, _: Weights, numbers: Sequence[int]) -> list[float]:
        """Whether the passage says what a thing is, which suits most questions somewhat."""
        return [float(self.titles[n].startswith("What is")) for n in numbers]

    def feedback(self, _: str, weights: Weights, share: float) -> Weights:
        """RM3: the most telling terms of the best eight passages, with less weight."""
        counts: Counter[str] = Counter()
        for number, score in self.index.best(weights, 8):
            for term in self.terms[number]:
                counts[term] += score / len(self.terms[number])  # type: ignore[assignment]
        new = sorted(((counts[term] * self.index.idf(term), term) for term in counts), reverse=True)[:15]
        return {**{term: share * value / new[0][0] for value, term in new}, **weights} if new else weights


def _pieces(text: str) -> set[str]:
    return {word[at : at + 4] for word in text.split() for at in range(max(1, len(word) - 3))}


def _said(bench: Bench, question: str, weights: Weights, factor: float) -> Weights:
    """Terms outside the sentences that ask count `factor`."""
    asked = {term for piece in questions(fold(question)) for term in bench.index.analyzer.terms(piece)}
    return {term: weight if term in asked or not asked else factor for term, weight in weights.items()}


def _capital(bench: Bench, question: str, weights: Weights, factor: float) -> Weights:
    """Names, by a capital letter within a sentence, count `factor`."""
    named = {term for match in re.finditer(r"(?<=[a-z,] )[A-Z][\w-]+", question) for term in bench.index.analyzer.terms(match.group())}
    return {term: factor if term in named else weight for term, weight in weights.items()}


def _rare(bench: Bench, _: str, weights: Weights, power: float) -> Weights:
    """Rare terms count more than their idf."""
    return {term: (bench.index.idf(term) / 9) ** power for term in weights}


NUMBERS: Mapping[str, tuple[Callable[[Bench, Weights, Sequence[int]], list[float]], tuple[float, ...]]] = {
    "latent topics (TruncatedSVD, 200)": (Bench.latent, (0.0, 0.1, 0.2, 0.4)),
    "neighbouring words": (Bench.pairs, (0.0, 0.1, 0.2, 0.4)),
    "four-letter pieces in the title": (Bench.grams, (0.0, 0.1, 0.2, 0.4)),
    "definitions preferred": (Bench.definition, (0.0, 0.03, 0.06)),
}
WEIGHINGS: Mapping[str, tuple[Callable[[Bench, str, Weights, float], Weights], tuple[float, ...]]] = {
    "feedback of the best eight (RM3)": (Bench.feedback, (0.0, 0.2, 0.4)),
    "sentences that ask": (_said, (1.0, 0.6, 0.3)),
    "names by their capital": (_capital, (1.0, 1.5, 2.0)),
    "rare words": (_rare, (0.0, 0.5, 1.0)),
}


def rankings(bench: Bench, name: str) -> list[list[list[dict[str, float]]]]:
    """For each weight and form of the questions the figures of each question."""
    found = []
    numbers, weights = NUMBERS.get(name), WEIGHINGS.get(name)
    for factor in (numbers or weights or ((), (0.0,)))[1]:
        forms = []
        for task in bench.tasks:
            rows = []
            for at, question in enumerate(task.questions):
                terms = bench.weights(question)
                if weights and factor != weights[1][0]:
                    terms = weights[0](bench, question, terms, factor)
                best = bench.best(question, terms)
                if numbers and factor:
                    extra = numbers[0](bench, terms, [number for number, _ in best])
                    # the shipped score was divided by MOST
                    best = [(number, score + factor / focus.MOST * more) for (number, score), more in zip(best, extra, strict=True)]
                    best.sort(key=lambda item: -item[1])
                rows.append(task.measure(at, [bench.index.ids[number] for number, _ in best[: quality.DEPTH]]))
            forms.append(rows)
        found.append(forms)
    return found


def main() -> None:
    """Measure all ingredients."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    bench = Bench(parser.parse_args().data)
    for name in ("as shipped, mended", *NUMBERS, *WEIGHINGS):
        found = rankings(bench, name)
        tune = bench.tasks[0].tune
        score = [[sum(form[at][key] for form in forms for key in tune) for at in range(len(forms[0]))] for forms in found]
        chosen = [max(range(len(found)), key=lambda s: statistics.fmean(score[s][fold::2])) for fold in (0, 1)]
        figures = [
            f"{key} {statistics.fmean(found[chosen[1 - at % 2]][form][at][key] for at in range(len(score[0]))):.3f}"
            for form in (0, 1)
            for key in tune
        ]
        factors = {**NUMBERS, **WEIGHINGS}.get(name, (None, (0.0,)))[1]
        print(
            f"{name:34} summaries {'  '.join(figures[:2])}   messages {'  '.join(figures[2:])}   weights {[factors[c] for c in chosen]}",
            flush=True,
        )


if __name__ == "__main__":
    main()
