"""Many queries at once, on every core: worker processes that each open the index, whose pages they share."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

from chatbot.crew import Crew, cores, serve
from chatbot.types import Hit

FEW = 512
"""Fewer queries than this do not pay for starting a worker (about 0.2 s)."""
_PART = 16
"""Queries in one request to a worker."""
_WORKER = "from chatbot.batch import work; work()"

Search = Callable[[str, int], list[Hit]]


def search_many(search: Search, path: str, queries: list[str], k: int, workers: int | None, mend: bool = False) -> list[list[Hit]]:
    """The hits of each query.

    Args:
        search: searches in this process.
        path: where the index lies on the disk.
        queries: what is looked up.
        k: how many hits for each.
        workers: processes, this one too; with None as many as pay.
        mend: what workers are told of misspelled words; `search` knows.

    Raises:
        ValueError: for less than one worker.
        RuntimeError: when a worker fails.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers is {workers}; it must be at least 1")
    count = (cores() if len(queries) >= FEW else 1) if workers is None else min(workers, len(queries))
    if count < 2 or not os.path.exists(path):  # noqa: PTH110 (an import less)
        return [search(query, k) for query in queries]
    parts = (json.dumps(queries[at : at + _PART]) for at in range(0, len(queries), _PART))
    crew = Crew(lambda part: [search(query, k) for query in json.loads(part)], _hits, _WORKER, [path, str(k), str(int(mend))], count - 1)
    return [hits for part in crew.run(parts) for hits in part]


def _hits(line: str) -> list[list[Hit]]:
    return [[Hit(name, score, rank) for rank, (name, score) in enumerate(hits, 1)] for hits in json.loads(line)]


def work() -> None:
    """What a worker does: hits for lists of queries."""
    path, k, mend = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "1"
    search = opened(path, mend)
    serve(lambda line: json.dumps([[(hit.id, hit.score) for hit in search(query, k)] for query in json.loads(line)]))


def opened(path: str, mend: bool) -> Search:
    """The search of the index at `path`, a file or a folder."""
    if os.path.isdir(path):  # noqa: PTH112
        from chatbot.segments import SegmentedIndex

        return SegmentedIndex.open(path).search
    from chatbot.retrieval import PassageIndex

    index = PassageIndex.open(path)
    return lambda query, k: index.search(query, k, mend=mend)
