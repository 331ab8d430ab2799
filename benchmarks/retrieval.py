"""Search at 1 k to 1 M passages: ours against scikit-learn as in tutorials, SQLite FTS5, bm25s and Tantivy, in one run.

    python benchmarks/retrieval.py DATA [--sizes 1000 10000 100000] [--peers ours sklearn fts5 bm25s tantivy] [--svg FILE] [--json FILE]

DATA is the folder with medquad.jsonl.gz and liveqa-topics-odd.jsonl, which is no part of the project. The passages
are pieces of 120 words of MedQuAD's answers; beyond these, copies in which a third of the words is drawn again from the distribution
of all words and one in a hundred is new, so that both Zipf's and Heaps' law hold as they do for text. The questions are
LiveQA's messages and their one-line summaries and 464 questions of MedQuAD. Each peer and size has a process of its own. Times are CPU
milliseconds of top 10: each question three times, its median; then the median and the 99th percentile over the questions. Trust
ratios, not milliseconds. Needs `pip install bm25s tantivy` for these two; a peer that is missing is left out.

The floor is the time to read the postings of the question's terms once, at the bandwidth of the memory measured in the same process.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import platform
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chart import chart

from chatbot.text import fold, words

SIZES = (1_000, 10_000, 100_000)
K = 10
Search = Callable[[str], Any]


def peak() -> int:
    """The largest resident memory of this process in KiB; that of `resource` is inherited from the process that started it."""
    return int(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")))


def pieces(data: Path) -> list[list[str]]:
    """MedQuAD's answers in pieces of 120 words."""
    found = []
    with gzip.open(data / "medquad.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["answer"].split()
            found += [text[at : at + 120] for at in range(0, len(text), 120) if len(text) - at >= 30]
    random.Random(1).shuffle(found)
    return found


def write_passages(data: Path, target: Path, size: int) -> None:
    """`size` passages, one a line."""
    rng = random.Random(2)
    known = pieces(data)
    tokens = [token for piece in known for token in piece]
    with target.open("w", encoding="utf-8") as file:
        for at in range(size):
            piece = known[at % len(known)]
            if at >= len(known):
                piece = list(piece)
                for place in rng.sample(range(len(piece)), len(piece) // 3):
                    piece[place] = tokens[int(rng.random() * len(tokens))]
                if rng.random() < len(piece) / 100:
                    piece[rng.randrange(len(piece))] = f"x{int(rng.paretovariate(0.6)) % 10**9}q"
            file.write(" ".join(piece) + "\n")


def read_passages(path: Path) -> Iterator[tuple[str, str]]:
    """The passages with their ids."""
    with path.open(encoding="utf-8") as lines:
        for at, line in enumerate(lines):
            yield f"p{at}", line


def questions(data: Path) -> list[str]:
    """568 real questions."""
    topics = [json.loads(line) for line in (data / "liveqa-topics-odd.jsonl").read_text(encoding="utf-8").splitlines()]
    with gzip.open(data / "medquad.jsonl.gz", "rt", encoding="utf-8") as lines:
        medquad = [json.loads(line)["question"] for line in lines]
    short = [topic["summary"] or topic["subject"] for topic in topics]
    return short + [f"{topic['subject']} {topic['message']}" for topic in topics] + random.Random(3).sample(medquad, 568 - 2 * len(topics))


def ours(passages: Path, folder: Path) -> tuple[Search, dict[str, Any]]:
    """This project's index, as it is opened from the disk."""
    from chatbot.retrieval import PassageIndex

    path = folder / "index.bin"
    PassageIndex.build(read_passages(passages)).save(path)
    built = peak()
    start = time.process_time()
    index = PassageIndex.open(path)
    opened = time.process_time() - start
    return lambda query: index.search(query, K), {"open_ms": opened * 1000, "build_rss": built}


def sklearn(passages: Path, _: Path) -> tuple[Search, dict[str, Any]]:
    """scikit-learn as in its tutorials: a product with the whole matrix, and a sort."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics.pairwise import linear_kernel

    vectorizer = TfidfVectorizer(sublinear_tf=True)
    matrix = vectorizer.fit_transform(text for _name, text in read_passages(passages))
    return lambda query: linear_kernel(vectorizer.transform([query]), matrix).ravel().argsort()[::-1][:K], {"bytes": matrix.data.nbytes * 2}


def fts5(passages: Path, folder: Path) -> tuple[Search, dict[str, Any]]:
    """SQLite's full text search, ordered by its BM25."""
    base = sqlite3.connect(folder / "fts.db")
    base.execute("create virtual table t using fts5(text, content='', tokenize='porter')")
    base.executemany("insert into t(text) values (?)", ((text,) for _, text in read_passages(passages)))
    base.commit()

    def search(query: str) -> Any:
        asked = " OR ".join(f'"{word}"' for word in dict.fromkeys(words(fold(query))))
        return base.execute("select rowid from t where t match ? order by rank limit ?", (asked, K)).fetchall() if asked else []

    return search, {}


def bm25s(passages: Path, folder: Path) -> tuple[Search, dict[str, Any]]:
    """bm25s with its NumPy backend."""
    import bm25s as library

    tokenizer = library.tokenization.Tokenizer(stopwords="en")
    retriever = library.BM25(method="lucene")
    retriever.index(tokenizer.tokenize([text for _, text in read_passages(passages)], show_progress=False), show_progress=False)
    retriever.save(folder / "bm25s")

    def search(query: str) -> Any:
        asked = tokenizer.tokenize([query], update_vocab="never", show_progress=False)
        return retriever.retrieve(asked, k=K, show_progress=False) if asked[0] else []

    return search, {}


def tantivy(passages: Path, folder: Path) -> tuple[Search, dict[str, Any]]:
    """Tantivy, Lucene's design in Rust."""
    import tantivy as library

    schema = library.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    place = folder / "tantivy"
    place.mkdir()
    index = library.Index(schema, path=str(place))
    writer = index.writer(200_000_000, 1)
    for _, text in read_passages(passages):
        writer.add_document(library.Document(text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query: str) -> Any:
        asked = " ".join(words(fold(query)))
        return searcher.search(index.parse_query(asked, ["text"]), K).hits if asked else []

    return search, {}


PEERS: dict[str, Callable[[Path, Path], tuple[Search, dict[str, Any]]]] = {
    "ours": ours,
    "sklearn": sklearn,
    "fts5": fts5,
    "bm25s": bm25s,
    "tantivy": tantivy,
}


def one(peer: str, passages: Path, data: Path) -> dict[str, Any]:
    """Build, then ask; in this process."""
    asked = questions(data)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start, wall = time.process_time(), time.perf_counter()
        search, facts = PEERS[peer](passages, folder)
        built, waited = time.process_time() - start, time.perf_counter() - wall
        for query in asked[:20]:
            search(query)
        times = []
        for query in asked:
            rounds = []
            for _ in range(3):
                begin = time.process_time_ns()
                search(query)
                rounds.append((time.process_time_ns() - begin) / 1e6)
            times.append(statistics.median(rounds))
        ordered = sorted(times)
        facts = {
            "p50": statistics.median(times), "p99": ordered[int(len(ordered) * 0.99)], "mean": statistics.fmean(times), "build_cpu": built, "build_wall": waited,
            "disk": facts.pop("bytes", 0) or sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()),
            "rss": peak(),
            **facts,
        }  # fmt: skip
        if peer == "ours":
            facts |= floor(folder / "index.bin", asked, times) | {
                "search_rss": fresh_memory(folder / "index.bin", asked[:100]),
                **together(folder / "index.bin", asked[:100]),
                "second_look_p50": second_look(passages, asked),
            }
        return facts


def floor(path: Path, asked: list[str], times: list[float]) -> dict[str, Any]:
    """How the times compare with reading every posting of the question's terms once."""
    import numpy

    from chatbot.retrieval import PassageIndex

    index = PassageIndex.open(path)
    block = numpy.ones(1 << 26, numpy.float32)
    rounds = []
    for _ in range(5):
        begin = time.process_time()
        block.sum()
        rounds.append(block.nbytes / (time.process_time() - begin))
    bandwidth = max(rounds)
    read = [8 * sum(len(index.postings(term)[0]) for term in set(index.analyzer.terms(query))) for query in asked]
    least = [1000 * count / bandwidth for count in read]
    return {
        "bandwidth_GB_s": bandwidth / 1e9, "posting_bytes_p50": statistics.median(read), "floor_p50": statistics.median(least),
        "times_floor": statistics.median(times) / max(1e-9, statistics.median(least)),
    }  # fmt: skip


def fresh_memory(path: Path, asked: list[str]) -> int:
    """The resident memory, in KiB, of a process that opens the index and answers 100 questions."""
    code = (
        "import json, sys\nfrom chatbot.retrieval import PassageIndex\nindex = PassageIndex.open(sys.argv[1])\n"
        "[index.search(q) for q in json.loads(sys.argv[2])]\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    return int(
        subprocess.run([sys.executable, "-c", code, str(path), json.dumps(asked)], check=True, capture_output=True, text=True).stdout
    )


def second_look(passages: Path, asked: list[str]) -> float:
    """CPU ms of a search that looks again at the best passages (`focus`), at the median; 0 for more than 100,000 passages."""
    from chatbot.retrieval import PassageIndex

    with passages.open("rb") as lines:
        if sum(1 for _ in lines) > 100_000:
            return 0.0
    index = PassageIndex.build(read_passages(passages), focus=())
    times = []
    for query in asked:
        begin = time.process_time_ns()
        index.search(query, K)
        times.append((time.process_time_ns() - begin) / 1e6)
    return statistics.median(times)


def together(path: Path, asked: list[str], count: int = 4) -> dict[str, float]:
    """What one of `count` processes that hold the same index takes, in MB: resident, and its share of what they have together."""
    code = (
        "import json, sys\nfrom chatbot.retrieval import PassageIndex\nindex = PassageIndex.open(sys.argv[1])\n"
        "[index.search(q) for q in json.loads(sys.argv[2])]\nprint(flush=True)\nsys.stdin.readline()\n"
        "lines = dict(line.split()[:2] for line in open('/proc/self/smaps_rollup') if line.startswith(('Rss:', 'Pss:')))\n"
        "print(lines['Rss:'], lines['Pss:'], flush=True)\nsys.stdin.readline()"
    )
    command = [sys.executable, "-c", code, str(path), json.dumps(asked)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    for process in running:
        process.stdout.readline()  # type: ignore[union-attr]
    rows = []
    for process in running:
        process.stdin.write("\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        rows.append([int(value) / 1024 for value in process.stdout.readline().split()])  # type: ignore[union-attr]
    for process in running:
        process.communicate("\n")
    return {"rss_of_4": statistics.median(row[0] for row in rows), "pss_of_4": statistics.median(row[1] for row in rows)}


def installed(peer: str) -> bool:
    """Whether a peer can run here."""
    return peer in ("ours", "sklearn", "fts5") or importlib.util.find_spec(peer) is not None


def main() -> None:
    """Measure every peer at every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=PEERS)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--json", type=Path, help="results are added to this file")
    parser.add_argument("--one", nargs=2, metavar=("PEER", "PASSAGES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not (options.data / "medquad.jsonl.gz").exists():
        parser.error(f"{options.data}: no medquad.jsonl.gz there; name the folder of the benchmark data")
    if options.one:
        print(json.dumps(one(options.one[0], Path(options.one[1]), options.data)))
        return
    results: dict[str, dict[str, dict[str, Any]]] = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, 568 questions, top {K}"
    )
    print(f"{'':8} {'passages':>9} {'p50 ms':>9} {'p99 ms':>9} {'build CPU s':>11} {'disk MB':>8} {'RSS MB':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            passages = Path(folder) / f"{size}.txt"
            write_passages(options.data, passages, size)
            for peer in filter(installed, options.peers):
                command = [sys.executable, __file__, str(options.data), "--one", peer, str(passages)]
                row = json.loads(
                    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()[
                        -1
                    ]
                )
                results.setdefault(peer, {})[str(size)] = row
                print(
                    f"{peer:8} {size:9,} {row['p50']:9.3f} {row['p99']:9.3f} {row['build_cpu']:11.1f} {row['disk'] / 1e6:8.1f} {row['rss'] / 1024:7.0f}"
                )
                if peer == "ours":
                    more = {
                        name: round(row[name], 3)
                        for name in ("open_ms", "bandwidth_GB_s", "floor_p50", "times_floor", "rss_of_4", "pss_of_4", "second_look_p50")
                    }
                    print(
                        f"         {more}, memory of a fresh process {row['search_rss'] // 1024} MB, of the build {row['build_rss'] // 1024} MB",
                        flush=True,
                    )
                if options.json:
                    options.json.write_text(json.dumps(results, indent=1))
            passages.unlink()
    if options.svg:
        options.svg.write_text(chart(results), encoding="utf-8")


if __name__ == "__main__":
    main()
