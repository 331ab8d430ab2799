"""Phrasings of our own making: signs, persons, tenses, slips of the pen and denials crossed with one another, seeded.

The clauses are in tests/quality/safety-grammar.yaml and safety-harmless.yaml. A clause names a person by placeholders, and the same
message is said of oneself, of a relative and of a stranger. Equal seeds give equal messages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

QUALITY = Path(__file__).parent / "quality"
SEED = 20

_ME = {
    "my": "my",
    "i": "I",
    "ive": "I've",
    "im": "I'm",
    "me": "me",
    "have": "have",
    "do": "do",
    "am": "am",
    "s": "",
    "es": "",
    "self": "myself",
}
_HE = {
    "my": "his",
    "i": "he",
    "ive": "he's",
    "im": "he's",
    "me": "him",
    "have": "has",
    "do": "does",
    "am": "is",
    "s": "s",
    "es": "es",
    "self": "himself",
}
_SHE = {**_HE, "my": "her", "i": "she", "ive": "she's", "im": "she's", "me": "her", "self": "herself"}
_NAMES = (
    ("my dad", _HE),
    ("my wife", _SHE),
    ("my mate", _HE),
    ("my gran", _SHE),
    ("my husband", _HE),
    ("my sister", _SHE),
    ("this bloke at work", _HE),
    ("my friend", _SHE),
)
_WOMEN = (("my wife", _SHE), ("my sister", _SHE), ("my friend", _SHE))
_PREGNANT = frozenset("preeclampsia pregnancy-belly ectopic pregnancy-leg pregnancy".split())
_ENDS = ("", "", "", " what should I do?", " help", " please advise", " is that a cramp?", " thanks")
_LASTS = (*_ENDS, " been like this since yesterday")
"""With a red flag only: a cramp that has lasted since yesterday is not harmless."""
_OPENS = (
    "",
    "",
    "",
    "",
    "hi, ",
    "so ",
    "ok so ",
    "not sure if this is cramp but ",
    "hello doctor, ",
    "sorry to bother you, ",
    "not being funny but ",
)
_RUN_ON = frozenset("questions everyday topics child-limp long-cramp past".split())
"""Entries of which the clauses make one clause together."""
_PLACE = re.compile(r"\{(\w+)\}")
_KEYS = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wqewrtyuiosapdfghjkzlxcvbn", strict=True))


class Phrasing(NamedTuple):
    """A message, the condition that it was made from, and the least urgency that counts as found ("none": nothing urgent)."""

    text: str
    condition: str
    urgency: str


def phrasings(name: str, count: int, seed: int = SEED) -> list[Phrasing]:
    """`count` different messages from the grammar `name` ("grammar" or "harmless"), spread evenly over its entries."""
    data = yaml.safe_load((QUALITY / f"safety-{name}.yaml").read_text(encoding="utf-8"))
    chance = random.Random(seed)
    made: dict[str, Phrasing] = {}
    ends = _LASTS if name == "grammar" else _ENDS
    rest = {key: _messages(key.split()[0], groups, ends, chance) for key, groups in data.items()}
    while len(made) < count and rest:
        for key in list(rest):
            text = next(rest[key], "")
            if not text:
                del rest[key]
                continue
            condition, _, urgency = key.partition(" ")
            made.setdefault(text, Phrasing(text, condition, urgency or "none"))
    return list(made.values())[:count]


def _messages(
    condition: str, groups: Sequence[Sequence[str]], ends: Sequence[str], chance: random.Random, most: int = 400
) -> Iterator[str]:
    """Messages of an entry, each made anew by chance, until they begin to repeat."""
    seen: set[str] = set()
    for _ in range(most):
        clauses = [clause for clause in (chance.choice(group) for group in groups) if clause]
        text = _say(_join(clauses, chance, condition in _RUN_ON), condition, ends, chance)
        if text not in seen:
            seen.add(text)
            yield text


def _join(clauses: Sequence[str], chance: random.Random, run_on: bool) -> str:
    text = clauses[0]
    for clause in clauses[1:]:
        if run_on:
            text += f" {clause}"
            continue
        text += (
            chance.choice(
                (" ", ", ", " ")
                if clause.startswith(("and ", "with ", "for ", "now ")) or text.endswith("and")
                else (", ", ". ", " and ", ", ")
            )
            + clause
        )
    return text


def _say(text: str, condition: str, ends: Sequence[str], chance: random.Random) -> str:
    """Put a person in, open and close the message, and write it as people write."""
    names = _WOMEN if condition in _PREGNANT else _NAMES
    text = _PLACE.sub(lambda match: _ME[match[1]], text) if chance.random() < 0.6 else of_person(text, *chance.choice(names))
    text = chance.choice(_OPENS) + text + chance.choice(ends)
    text = text.lower().replace("'", "" if chance.random() < 0.7 else "’") if chance.random() < 0.5 else text[:1].upper() + text[1:]
    return slip(text, chance) if chance.random() < 0.25 else text


def of_person(text: str, name: str, forms: dict[str, str]) -> str:
    """A clause said of somebody: by name where the person is first spoken of, then by "he" or "she"."""
    first = True

    def put(match: re.Match[str]) -> str:
        nonlocal first
        slot = match[1]
        if not first or slot not in ("my", "i", "ive", "im"):
            return forms[slot]
        first = False
        return {"my": f"{name}'s", "i": name, "ive": f"{name} has", "im": f"{name} is"}[slot]

    return _PLACE.sub(put, text)


def slip(text: str, chance: random.Random) -> str:
    """One slip of the pen in a word of at least five letters: a letter left out, doubled, swapped with the next, or a key beside it."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long:
        return text
    i = chance.choice(long)
    word = words[i]
    at = chance.randrange(1, len(word) - 1)
    made = chance.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + _KEYS.get(word[at], word[at]) + word[at + 1 :],
        )
    )
    words[i] = made
    return " ".join(words)
