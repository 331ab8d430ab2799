"""The intent matcher on CLINC150 and BANKING77: accuracy, out-of-scope messages, calibration, typing slips, time.

    python benchmarks/intents.py FOLDER [--quick]

FOLDER holds clinc150-train.jsonl, clinc150-validation.jsonl, banking77-train.jsonl and banking77-validation.jsonl, one
{"text": ..., "intent": ...} a line, with `null` for out-of-scope messages. Fits on the training part, takes every threshold from folds of
it, and scores once on the validation part. Few-example figures are the mean of three draws with fixed seeds. --quick: one draw, no
full-data run. Read docs/explanation/matcher-benchmarks.md for what the figures mean.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from chatbot.held_out import error
from chatbot.intents import IntentMatcher
from chatbot.speech import plain_words
from chatbot.text import fold, words

Row = tuple[str, str | None]
DATA = ("clinc150", "banking77")
ROWS_OF_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
REPEATS = 5


def read(folder: Path, name: str) -> list[Row]:
    """The rows of a file."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [(row["text"], row["intent"]) for row in map(json.loads, file)]


def missing(folder: Path) -> list[str]:
    """The names of the files that are not there."""
    return [f"{name}-{part}.jsonl" for name in DATA for part in ("train", "validation") if not (folder / f"{name}-{part}.jsonl").is_file()]


def neighbour(key: str, chance: random.Random) -> str:
    """A key beside `key`."""
    near = []
    for number, row in enumerate(ROWS_OF_KEYS):
        at = row.find(key)
        if at >= 0:
            near += [row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)]
            near += [other[at] for other in ROWS_OF_KEYS[max(0, number - 1) : number + 2] if other != row and at < len(other)]
    return chance.choice(near) if near else "x"


def slip(word: str, chance: random.Random) -> str:
    """The word with a letter put in, left out, swapped, or a neighbouring key hit."""
    kind, at = chance.choice("idsn"), chance.randrange(len(word))
    if kind == "i":
        return word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at:]
    if kind == "d":
        return word[:at] + word[at + 1 :]
    if kind == "s":
        at = chance.randrange(len(word) - 1)
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + neighbour(word[at].lower(), chance) + word[at + 1 :]


def with_slips(text: str, in_ten: int, chance: random.Random) -> str:
    """The text with `in_ten` slips in ten words, on words of three letters and more, each word at most once."""
    parts = text.split()
    places = [at for at, word in enumerate(parts) if len(word) >= 3]
    chance.shuffle(places)
    for at in places[: int(len(parts) * in_ten / 10 + chance.random())]:
        parts[at] = slip(parts[at], chance)
    return " ".join(parts)


def grouped(rows: Sequence[Row]) -> dict[str, list[str]]:
    """The texts of each intent."""
    groups: dict[str, list[str]] = defaultdict(list)
    for text, intent in rows:
        if intent is not None:
            groups[intent].append(text)
    return dict(groups)


def drawn(rows: Sequence[Row], count: int, seed: int) -> dict[str, list[str]]:
    """`count` texts of each intent."""
    chance = random.Random(seed)
    return {intent: chance.sample(texts, count) for intent, texts in sorted(grouped(rows).items())}


def accuracy(matcher: IntentMatcher, rows: Sequence[Row]) -> float:
    """The share of messages whose right intent is ranked first, turned away or not."""
    return sum((matcher.match(text).ranking or (("", 0.0),))[0][0] == intent for text, intent in rows) / len(rows)


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a message in scope scores higher than one out of scope."""
    import bisect

    ordered = sorted(outside)
    wins = sum(bisect.bisect_left(ordered, s) + bisect.bisect_right(ordered, s) for s in inside)
    return wins / 2 / len(inside) / len(outside)


def microseconds(matcher: IntentMatcher, texts: Sequence[str]) -> float:
    """The processor time of a message, warm: the best of some passes."""
    best = float("inf")
    for _ in range(REPEATS + 1):
        start = time.process_time()
        for text in texts:
            matcher.match(text)
        best = min(best, time.process_time() - start)
    return best / len(texts) * 1e6


def fit(examples: dict[str, list[str]], outside: Sequence[str] = ()) -> tuple[IntentMatcher, float]:
    """A matcher and the processor seconds that fitting took."""
    start = time.process_time()
    return IntentMatcher.fit(examples, outside), time.process_time() - start


def full(folder: Path, name: str, with_outside: bool) -> dict[str, float]:
    """The figures with all training data."""
    train, validation = read(folder, f"{name}-train"), read(folder, f"{name}-validation")
    matcher, seconds = fit(grouped(train), [text for text, intent in train if intent is None] if with_outside else ())
    inside = [(text, intent) for text, intent in validation if intent is not None]
    outside = [text for text, intent in validation if intent is None]
    matches = [(matcher.match(text), intent) for text, intent in inside]
    answered = [(match.confidence, match.name == intent) for match, intent in matches if match.name is not None]
    rejected = sum(match.name is None for match, _ in matches)
    found = {
        "accuracy": accuracy(matcher, inside),
        "accuracy, rejections counted as wrong": sum(right for _, right in answered) / len(inside),
        "in scope rejected": rejected / len(inside),
        "calibration error": error([c for c, _ in answered], [r for _, r in answered]),
        "fitting, CPU seconds": seconds,
        "microseconds a message": microseconds(matcher, [text for text, _ in validation]),
        "bytes": float(sum(map(len, matcher.sections().values()))),
    }
    if outside:
        turned_away = sum(matcher.match(text).name is None for text in outside)
        scores = [
            [matcher.inside(matcher.mend(plain_words(words(fold(text))))) for text in texts] for texts in ([t for t, _ in inside], outside)
        ]
        found["out-of-scope recall"] = turned_away / len(outside)
        found["out-of-scope precision"] = turned_away / max(1, turned_away + rejected)
        found["AUROC"] = auroc(*scores)
    return found


def few(folder: Path, name: str, count: int, draws: int) -> dict[str, float]:
    """The figures with `count` examples an intent: the mean over draws."""
    train = read(folder, f"{name}-train")
    inside = [(text, intent) for text, intent in read(folder, f"{name}-validation") if intent is not None]
    noisy = {
        n: [(with_slips(text, n, chance), intent) for text, intent in inside]
        for n, chance in ((1, random.Random(8)), (2, random.Random(9)))
    }
    total: dict[str, float] = defaultdict(float)
    for seed in range(draws):
        matcher, seconds = fit(drawn(train, count, seed))
        matches = [(matcher.match(text), intent) for text, intent in inside]
        answered = [(match.confidence, match.name == intent) for match, intent in matches if match.name is not None]
        one = {
            "accuracy": accuracy(matcher, inside),
            "accuracy, one slip in ten words": accuracy(matcher, noisy[1]),
            "accuracy, two slips": accuracy(matcher, noisy[2]),
            "in scope rejected": 1 - len(answered) / len(inside),
            "calibration error": error([c for c, _ in answered], [r for _, r in answered]),
            "fitting, CPU seconds": seconds,
        }
        for key, value in one.items():
            total[key] += value / draws
    return total


def show(title: str, figures: dict[str, float]) -> None:
    """Print figures."""
    print(f"\n{title}")
    for name, value in figures.items():
        plain = name.startswith(("fitting", "micro", "bytes", "calibration"))
        print(
            f"  {name:40} {value:12,.3f}"
            if plain and value < 1
            else f"  {name:40} {value:12,.1f}"
            if plain
            else f"  {name:40} {100 * value:12.1f} %"
        )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--quick", action="store_true", help="one draw, no full-data run")
    options = parser.parse_args()
    absent = missing(options.folder)
    if absent:
        print(
            f"{options.folder}: the benchmark data is not here ({', '.join(absent)}); see docs/explanation/matcher-benchmarks.md",
            file=sys.stderr,
        )
        return 2
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores; validation parts")
    for name in DATA:
        for count in (10,) if options.quick else (5, 10):
            show(f"{name}, {count} examples an intent", few(options.folder, name, count, 1 if options.quick else 3))
    if not options.quick:
        show("clinc150, all examples", full(options.folder, "clinc150", False))
        show("clinc150, all examples and its 100 out-of-scope messages", full(options.folder, "clinc150", True))
        show("banking77, all examples", full(options.folder, "banking77", False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
