"""What one cold question costs: `chatbot ask` against a bare interpreter and against scikit-learn at query time.

    python benchmarks/cold.py [--runs 10]

Prints the median CPU seconds and wall time of each command in one run, and their ratios; trust the ratios, not the milliseconds.
The question is answered from the bundled knowledge. The scikit-learn program does what tutorials do: it keeps the fitted vectorizer
and matrix in a file (here: fits them, over the same passages, as no fitted object may be pickled) and multiplies.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import time

QUESTION = "why do my legs cramp at night?"
BARE = [sys.executable, "-c", "pass"]
ASK = [sys.executable, "-m", "chatbot", "ask", QUESTION]
SKLEARN = [
    sys.executable,
    "-c",
    f"""
from chatbot.knowledge import Knowledge
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel
knowledge = Knowledge()
passages = [knowledge.passage(name) for name in knowledge.index.ids]
vectorizer = TfidfVectorizer(sublinear_tf=True)
matrix = vectorizer.fit_transform(p.heading + " " + p.text for p in passages)
best = linear_kernel(vectorizer.transform([{QUESTION!r}]), matrix).ravel().argsort()[::-1][:5]
print(passages[best[0]].text)
""",
]


def cost(command: list[str]) -> tuple[float, float, int]:
    """CPU seconds, wall seconds and the largest resident memory in KiB of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall, after.ru_maxrss


def memory(command: list[str]) -> int:
    """The resident memory of one run in KiB, measured in a child of its own."""
    code = f"import resource,subprocess;subprocess.run({command!r},stdout=subprocess.DEVNULL);print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    commands = {"python -c pass": BARE, "chatbot ask": ASK, "scikit-learn at query time": SKLEARN}
    for command in commands.values():
        cost(command)  # compiles the byte code and fills the page cache
    seen: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():  # in turns, so that a busy moment hits all alike
            seen[name].append(cost(command))
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, median of {runs} runs")
    cpu = {name: statistics.median(c for c, _, _ in rows) for name, rows in seen.items()}
    for name, rows in seen.items():
        wall = statistics.median(w for _, w, _ in rows)
        spread = max(c for c, _, _ in rows) - min(c for c, _, _ in rows)
        print(
            f"{name:28} CPU {cpu[name] * 1000:8.1f} ms (spread {spread * 1000:.1f})  wall {wall * 1000:8.1f} ms  memory {memory(commands[name]) // 1024} MiB"
        )
    print(f"ask / bare interpreter: {cpu['chatbot ask'] / cpu['python -c pass']:.2f}")
    print(f"ask / scikit-learn:     {cpu['chatbot ask'] / cpu['scikit-learn at query time']:.4f}")


main()
