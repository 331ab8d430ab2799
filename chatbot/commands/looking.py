"""The commands that look into the knowledge: sources, passages, the grid, saved replies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED, NO_ANSWER, WRONG_USE
from chatbot.knowledge import Knowledge

if TYPE_CHECKING:
    from argparse import Namespace


def coverage(options: Namespace) -> int:
    """Which questions the corpus answers, as a grid."""
    from chatbot.coverage import grid, table

    knowledge = Knowledge(options.knowledge or None)
    if options.json:
        import json

        print(json.dumps(grid(knowledge), indent=1))
    else:
        print(table(knowledge, options.least))
    return ANSWERED


def sources(options: Namespace) -> int:
    """All sources, or some."""
    from chatbot.compose import cite
    from chatbot.render.blocks import citation_line

    knowledge = Knowledge(options.knowledge or None)
    unknown = [key for key in options.key if key not in knowledge.sources]
    for key in unknown:
        print(f"chatbot: no source {key!r}; `chatbot sources` lists all", file=sys.stderr)
    for key in options.key or sorted(knowledge.sources):
        if key in knowledge.sources:
            source = knowledge.sources[key]
            print(f"{key}: {citation_line(cite(0, source)).removeprefix('[0] ')} ({source.kind})")
    return WRONG_USE if unknown else ANSWERED


def show(options: Namespace) -> int:
    """A passage with its sources."""
    from chatbot.compose import Marks, cite
    from chatbot.render.blocks import citation_line, marks_of

    knowledge = Knowledge(options.knowledge or None)
    if knowledge.number(options.id) < 0:
        near = [hit.id for hit in knowledge.index.search(options.id.replace("#", " ").replace("-", " "), k=3)]
        print(f"chatbot: no passage {options.id!r}; near it: {', '.join(near) or 'nothing'}", file=sys.stderr)
        return WRONG_USE
    passage = knowledge.passage(options.id)
    marks = Marks(knowledge.sources)
    said = [passage.text[s.start : s.end] + marks_of(marks.of(s.sources)) for s in passage.sentences]
    reviewed = f"reviewed {passage.reviewed}" if passage.reviewed else "quoted from a document"
    print(f"{passage.heading}\n{passage.topic} · evidence: {passage.evidence} · {reviewed}\n\n{' '.join(said)}\n")
    keys = list(dict.fromkeys(key for s in passage.sentences for key in s.sources))
    for mark, key in enumerate(keys, 1):
        print(citation_line(cite(mark, knowledge.sources[key])))
    return ANSWERED


def verify(options: Namespace) -> int:
    """Find every statement of a saved reply again."""
    from chatbot.files import read_text
    from chatbot.verify import verify_replies

    knowledge = Knowledge(options.knowledge or None)
    knowledge.verify()
    checked, problems = verify_replies(read_text(options.file, limit=256 << 20), knowledge)
    for problem in problems:
        print(f"{options.file}:{problem}", file=sys.stderr)
    print(f"{checked} statements found again, {len(problems)} not")
    return NO_ANSWER if problems else ANSWERED
