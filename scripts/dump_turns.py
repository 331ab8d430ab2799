"""Writes what the bot does with some two thousand messages, a line of JSON each: two versions of the code can then be compared.

    PYTHONHASHSEED=0 python scripts/dump_turns.py before.jsonl      # then change the code, write after.jsonl, and: cmp before.jsonl after.jsonl

The messages are all of tests/quality and hostile ones (benchmarks/hostile.py); each is followed by two short ones that lean on it. A
line holds reply, state and trace in full precision, but for the id of the reply, which changes with the digest of the code.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from hostile import hostile  # noqa: E402

from chatbot import Chatbot  # noqa: E402

LEANING = ("and in pregnancy?", "2")


def talks() -> Iterator[list[str]]:
    """The messages, by talk."""
    for name in ("questions", "slang"):
        for line in (ROOT / "tests" / "quality" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            yield item.get("turns") or [item["text"]]
    for text in hostile().values():
        yield [text]


def main(path: str) -> None:
    """Write the file `path`."""
    bot = Chatbot()
    with Path(path).open("w", encoding="utf-8") as file:
        for talk in talks():
            turn = None
            for text in (*talk, *LEANING):
                turn = bot.respond(text, turn.state if turn else None)
                print(json.dumps(repr(turn._replace(reply=turn.reply._replace(id="")))), file=file)


main(sys.argv[1])
