"""Many queries at once: worker processes that each open the index, whose pages they share.

A worker is a fresh interpreter that is told its part on standard input. Nothing of the caller's program is run again in it, and
no thread of the caller's is copied, as can happen with `multiprocessing`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Protocol

from chatbot.types import Hit

FEW = 256
"""Fewer queries than this for each worker do not pay for starting it (about 0.2 s)."""

_WORKER = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from chatbot.batch import work; work()"


class _Searcher(Protocol):
    def search(self, query: str, k: int = 10) -> list[Hit]: ...


def search_many(index: _Searcher, path: str, queries: list[str], k: int, workers: int | None) -> list[list[Hit]]:
    """The hits of each query. `path` is where `index` lies on the disk; with `workers` None there are as many as pay."""
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; it must be at least 1")
    count = min(os.cpu_count() or 1, len(queries) // FEW) if workers is None else min(workers, len(queries))
    if count < 2 or not os.path.exists(path):  # noqa: PTH110 (an import less)
        return [index.search(query, k) for query in queries]
    from concurrent.futures import ThreadPoolExecutor

    parts = [queries[at::count] for at in range(count)]
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda part: _ask(path, part, k), parts))
    return [answers[at % count][at // count] for at in range(len(queries))]


def _ask(path: str, queries: list[str], k: int) -> list[list[Hit]]:
    import subprocess

    request = json.dumps({"path": path, "queries": queries, "k": k})
    paths = json.dumps([os.path.abspath(entry) for entry in sys.path])  # noqa: PTH100
    run = subprocess.run([sys.executable, "-c", _WORKER, paths], input=request.encode(), capture_output=True, check=False)  # noqa: S603
    if run.returncode:
        raise RuntimeError(f"a worker of search_many failed: {run.stderr.decode(errors='replace').strip().splitlines()[-1:]}")
    return [[Hit(*hit) for hit in hits] for hits in json.loads(run.stdout)]


def work() -> None:
    """What a worker does: read a request, write the hits."""
    from chatbot.retrieval import PassageIndex
    from chatbot.segments import SegmentedIndex

    request = json.loads(sys.stdin.buffer.read())
    folder = os.path.isdir(request["path"])  # noqa: PTH112
    index: _Searcher = SegmentedIndex.open(request["path"]) if folder else PassageIndex.open(request["path"])
    hits = [[list(hit) for hit in index.search(query, request["k"])] for query in request["queries"]]
    sys.stdout.buffer.write(json.dumps(hits).encode())
