"""Proof: every statement of a saved reply is found again in its passage, with the sources that its marks name."""

from __future__ import annotations

import json
from typing import Any

from chatbot.knowledge import Knowledge


def verify_replies(text: str, knowledge: Knowledge) -> tuple[int, list[str]]:
    """Check the replies in `text`, one turn of `--json` or one line of `--jsonl` a line.

    Returns:
        how many statements were found again, and what is wrong, each as "line: what".
    """
    found, problems = 0, []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            reply = data.get("turn", data)["reply"]
            statements, citations = reply["statements"], {c["mark"]: c["source"] for c in reply["citations"]}
            results = [_problem(statement, citations, knowledge) for statement in statements]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            problems.append(f"{number}: not a saved reply; save one with `chatbot ask --json`")
            continue
        found += results.count("")
        problems += [f"{number}: {problem}" for problem in results if problem]
    return found, problems


def _problem(statement: dict[str, Any], citations: dict[int, str], knowledge: Knowledge) -> str:
    name = statement["passage"]
    if knowledge.number(name) < 0:
        return f"the passage {name} is gone"
    passage = knowledge.passage(name)
    start, end = statement["start"], statement["end"]
    if passage.text[start:end] != statement["text"]:
        return f"{name}: the words at {start}-{end} have changed"
    sources = {key for s in passage.sentences if s.start >= start and s.end <= end for key in s.sources}
    cited = {citations.get(mark, "") for mark in statement["marks"]}
    if not cited or cited != sources:
        return f"{name}: cites {', '.join(sorted(cited)) or 'nothing'} where the passage cites {', '.join(sorted(sources))}"
    return ""
