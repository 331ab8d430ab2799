"""How often the first passage, or one of the first two, answers a question, by passages that a reader judged.

    python benchmarks/first_passage.py QUESTIONS.jsonl JUDGEMENTS.jsonl [--misses] [--knowledge FILE]

Questions are JSON lines with `id`, and `text` or the `turns` of a talk. Judgements are JSON lines with `id` and `passages`: a passage's
id and 3 (answers), 2 (answers in the main) or 1 (touches it). A question whose answer is refused counts as missed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from chatbot import Chatbot

ANSWERS = 2
"""From this grade on a passage answers."""


def lines(path):
    """The JSON lines of a file by their ids."""
    return {row["id"]: row for row in map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())}


def found(bot, turns):
    """The passages that the answer to the last of `turns` came from, best first; none when it was no answer."""
    state = None
    for text in turns:
        turn = bot.respond(text, state)
        state = turn.state
    return [hit.id for hit in turn.trace.hits] if turn.reply.kind in ("answer", "decline") else []


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("questions")
    parser.add_argument("judgements")
    parser.add_argument("--knowledge")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    bot = Chatbot(options.knowledge)
    questions, judged = lines(options.questions), lines(options.judgements)
    wanted = {name: row["passages"] for name, row in judged.items() if name in questions and max(row["passages"].values(), default=0) >= ANSWERS}
    first = second = 0
    for name, grades in wanted.items():
        question = questions[name]
        right = [grades.get(passage, 0) >= ANSWERS for passage in found(bot, question.get("turns") or [question["text"]])]
        first += any(right[:1])
        second += any(right[:2])
        if options.misses and not any(right[:2]):
            print("missed", name)
    print(f"questions that a passage answers  {len(wanted)}")
    print(f"the first passage answers         {first / len(wanted):.3f}")
    print(f"one of the first two answers      {second / len(wanted):.3f}")


if __name__ == "__main__":
    main()
