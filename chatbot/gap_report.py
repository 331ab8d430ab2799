"""What a log of gaps (`chatbot.gaps`) asks for: words that people use and nothing explains, as entries for `intents.yaml` to edit."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chatbot.errors import CorpusError
from chatbot.files import read_text

_ASKED = ("what about {}", "tell me about {}", "does {} help", "is {} any good", "{}")
_NEAR = 84.0  # of 100, by rapidfuzz: from here on two words are taken for two spellings of one


class Gap(NamedTuple):
    """A word that nothing explained."""

    word: str
    people: int
    """Summed over the days; who asked on two days counts twice."""
    days: int
    near: str = ""
    """A word of the corpus that is spelled nearly so."""


def read_log(path: Path) -> list[Gap]:
    """The words of a log, those of most people first.

    Raises:
        CorpusError: with the line, when it is no such log.
    """
    people: dict[str, int] = {}
    days: dict[str, set[str]] = {}
    for number, line in enumerate(read_text(path, limit=64 << 20).splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            day = datetime.date.fromisoformat(record["day"]).isoformat()
            counts = {word: int(count) for word, count in record["words"].items()}
            if not all(re.fullmatch(r"[a-z]{3,20}", word) and 0 < count < 1 << 40 for word, count in counts.items()):
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise CorpusError(
                "not a line of a log of gaps; take it out, or name the file that `--gaps` wrote", str(path), number
            ) from error
        for word, count in counts.items():
            people[word] = people.get(word, 0) + count
            days.setdefault(word, set()).add(day)
    found = [Gap(word, count, len(days[word])) for word, count in people.items()]
    return sorted(found, key=lambda gap: (-gap.people, gap.word))


def with_near(gaps: Sequence[Gap], known: Sequence[str]) -> list[Gap]:
    """The gaps, each with the known word that is spelled nearly so."""
    from rapidfuzz import fuzz, process

    longer = [word for word in known if len(word) > 4]
    found = []
    for gap in gaps:
        match = process.extractOne(gap.word, longer, scorer=fuzz.ratio, score_cutoff=_NEAR) if len(gap.word) > 4 else None
        found.append(gap._replace(near=match[0] if match else ""))
    return found


def as_yaml(gaps: Sequence[Gap]) -> str:
    """Entries for `intents.yaml`: spellings as synonyms, all other words as intents with examples."""
    lines = ["# Words that people used and that nothing explains. Edit what is right into intents.yaml, and leave the rest.", "version: 1"]
    spellings = [gap for gap in gaps if gap.near]
    if spellings:
        lines += ["synonyms:"]
        lines += [f"- [{_quoted(gap.near)}, {_quoted(gap.word)}]  # {_count(gap)}" for gap in spellings]
    others = [gap for gap in gaps if not gap.near]
    if others:
        lines += [
            "# For each: a passage that answers it (then the intent), a word that means the same (then `synonyms:`), or not your",
            "# subject (then an example of `out_of_scope`).",
        ]
        lines += ["intents:"]
    for gap in others:
        lines += [f"# {_count(gap)}", f"- name: {_quoted('asked_' + gap.word)}", f"  title: {_quoted(gap.word.capitalize())}"]
        lines += [f"  question: {_quoted(f'What about {gap.word}?')}", "  examples:"]
        lines += [f"  - {_quoted(asked.format(gap.word))}" for asked in _ASKED]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text)


def _count(gap: Gap) -> str:
    return f"{gap.people} people on {gap.days} {'day' if gap.days == 1 else 'days'}"
