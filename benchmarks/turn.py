"""What one warm turn costs, all stages, on the bundled knowledge: messages of tests/quality, and hostile ones.

    python benchmarks/turn.py [--rounds 5]

CPU milliseconds. Each round takes a bot of its own, lets it answer other messages first, and asks every message once, so that no message
profits from having been asked before; a message's figure is its least of all rounds, since the machine may be shared. The shares of the
stages come from a round of their own, in which clocks stand around them: time within a stage that is within another counts for the inner
one. The unit beside the milliseconds is the time of a fixed loop in the same run: trust it, and the ratios, more than the milliseconds.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hostile import hostile

from chatbot import Chatbot, answering, compose, engine, observe, screening
from chatbot.intents import IntentMatcher
from chatbot.retrieval import PassageIndex
from chatbot.spelling import Speller
from chatbot.text import Analyzer

QUALITY = Path(__file__).parent.parent / "tests" / "quality"
WARMING = 300
"""Messages that a bot answers before it is measured."""

STAGES: dict[str, list[tuple[Any, str]]] = {
    "red flags": [(observe, "find_red_flags")],
    "hazards": [(answering, "find_hazards")],
    "spelling": [(Speller, "correct")],
    "entities": [(observe, "find_entities")],
    "terms": [(Analyzer, "terms_of")],
    "intent": [(IntentMatcher, "match_words")],
    "screening": [(observe, "_problem"), (screening, "without_markup")],
    "personal": [(observe, "personal_request")],
    "scores": [(PassageIndex, "scores")],
    "ranking": [(answering, "find")],
    "sentences": [(compose, "choose")],
    "reply": [(engine, "heed")],
    "state and trace": [(engine, "remember"), (engine, "_trace")],
}


PATHS = {"questions": QUALITY / "questions.jsonl", "red-flags": QUALITY.parent.parent / "safety-examples.jsonl"}


def texts(name: str) -> list[str]:
    """The messages of a file, the first of each talk."""
    items = map(json.loads, PATHS[name].read_text(encoding="utf-8").splitlines())
    return [item["text"] if "text" in item else item["turns"][0] for item in items]


def spent(call: Callable[[], object]) -> float:
    """CPU milliseconds of a call."""
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


def unit() -> float:
    """CPU milliseconds of a fixed loop: how fast the machine is now."""
    return min(spent(lambda: sum(at * at for at in range(20_000))) for _ in range(20))


def measure(messages: list[str], warming: list[str], rounds: int) -> list[float]:
    """The least CPU milliseconds of each message."""
    best = [float("inf")] * len(messages)
    for _ in range(rounds):
        bot = Chatbot()
        for text in warming:
            bot.respond(text)
        for at, text in enumerate(messages):
            best[at] = min(best[at], spent(partial(bot.respond, text)))
    return best


def shares(messages: list[str], warming: list[str]) -> dict[str, float]:
    """The CPU milliseconds of each stage, over all messages; "all else" for what no stage covers."""
    sums: dict[str, float] = defaultdict(float)
    inner: list[float] = [0.0]

    def clocked(name: str, function: Any) -> Any:
        def run(*args: Any, **options: Any) -> Any:
            inner.append(0.0)
            start = time.process_time()
            try:
                return function(*args, **options)
            finally:
                took = time.process_time() - start
                sums[name] += (took - inner.pop()) * 1000
                inner[-1] += took

        return run

    bot = Chatbot()
    for text in warming:
        bot.respond(text)
    before = [(owner, name, getattr(owner, name)) for places in STAGES.values() for owner, name in places]
    for stage, places in STAGES.items():
        for owner, name in places:
            setattr(owner, name, clocked(stage, getattr(owner, name)))
    whole = clocked("all else", bot.respond)
    for text in messages:
        whole(text)
    for owner, name, function in before:
        setattr(owner, name, function)
    return dict(sums)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    questions, flags = texts("questions"), texts("red-flags")
    warming = flags[:WARMING]
    messages = [*questions, *flags[WARMING:]]
    one = unit()
    took = measure(messages, warming, rounds)
    cuts = statistics.quantiles(took, n=100)
    print(
        f"Python {platform.python_version()}, {platform.machine()}; {len(messages)} messages, least of {rounds} rounds; the fixed loop takes {one:.3f} ms"
    )
    for name, value in (("median", cuts[49]), ("90th percentile", cuts[89]), ("99th percentile", cuts[98]), ("largest", max(took))):
        print(f"{name:18} {value:7.2f} ms {value / one:7.2f} loops")
    print(f"{'median, questions':18} {statistics.median(took[: len(questions)]):7.2f} ms")
    slowest = sorted(zip(took, messages, strict=True), reverse=True)[:3]
    print("slowest:", *(f"{ms:.1f} ms, {len(text)} characters" for ms, text in slowest), sep="\n  ")
    parts = shares(messages, warming)
    total = sum(parts.values())
    print("shares:", ", ".join(f"{name} {100 * part / total:.0f}%" for name, part in sorted(parts.items(), key=lambda item: -item[1])))
    attacks = hostile()
    worst = dict(zip(attacks, measure(list(attacks.values()), warming, rounds), strict=True))
    print("hostile, the slowest first:")
    for name, ms in sorted(worst.items(), key=lambda item: -item[1])[:8]:
        parts = shares([attacks[name]], warming)
        most = max(parts, key=lambda stage: parts[stage])
        print(f"  {name:34} {ms:7.1f} ms {ms / one:7.1f} loops  most of it: {most} {100 * parts[most] / sum(parts.values()):.0f}%")


sys.exit(main())
