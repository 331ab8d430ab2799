"""What is denied: the words that lie in the shadow of "no", of "does not", or of "went away" behind them. After NegEx (Chapman 2001)."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.cues import CANNOT, REACH, Cue, starts_clause
from chatbot.phrases import STOPS

_LIST_LOOK_AHEAD = 6
_NO_ANSWER = frozenset("oh or and but please god omg hell say says said".split())


def deny(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[Cue | None]) -> None:
    """What follows is denied to the end of its clause, over the members of an "or" list; "no, ..." answers a question and denies nothing."""
    reach = REACH[cue.kind]
    i = cue.end
    if i == len(tokens) or tokens[i] in STOPS or tokens[i] == ",":
        _deny_one(tokens, cue, denied_by)  # otherwise "no, ..." answers a question
        return
    if tokens[cue.start] == "never" and "before" in tokens[i : i + _LIST_LOOK_AHEAD]:
        return  # "never had a fit before" tells of the first one
    while i < len(tokens) and i - cue.end < reach:
        word, here = tokens[i], at.get(i)
        if word in STOPS or (here is not None and here.kind == "turn") or starts_clause(at, i):
            return
        if word == "," and not _list_goes_on(tokens, at, i):
            return
        if word == "and" and cue.kind == "deny_verb":
            return
        denied_by[i] = cue
        i += 1


def _deny_one(tokens: Sequence[str], cue: Cue, denied_by: list[Cue | None]) -> None:
    """What stands before a "no" that ends a clause of a word or two: "vomit no, fever no"."""
    first = cue.start
    while first > 0 and tokens[first - 1] not in STOPS and tokens[first - 1] != ",":
        first -= 1
    before = tokens[first : cue.start]
    if tokens[cue.start] == "no" and len(before) <= 2 and CANNOT.isdisjoint(before) and _NO_ANSWER.isdisjoint(before):
        for i in range(first, cue.start):
            denied_by[i] = cue


def deny_firmly(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The denial itself and the rest of its clause."""
    for i in range(cue.start, len(tokens)):
        if i >= cue.end and (tokens[i] in STOPS or tokens[i] == "," or starts_clause(at, i)):
            return
        unreal_by[i] = cue


def _list_goes_on(tokens: Sequence[str], at: dict[int, Cue], comma: int) -> bool:
    """Whether the comma separates members of an "or" list: "no fever, redness or swelling"."""
    for i in range(comma + 1, min(comma + 1 + _LIST_LOOK_AHEAD, len(tokens))):
        if tokens[i] in ("or", "nor"):
            return True
        if tokens[i] in STOPS or (i in at and at[i].kind in ("turn", "person", "deny", "deny_verb")):
            return False
    return False


def deny_before(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[Cue | None]) -> None:
    """What comes after denies what stands before: "swelling went down", "chest pain: none"; within the clause, four words at most."""
    end = cue.start - 1 if cue.start and tokens[cue.start - 1] == "," else cue.start
    for i in range(end - 1, max(end - 5, -1), -1):
        if tokens[i] in STOPS or tokens[i] in (",", "and") or (i in at and at[i].kind == "turn"):
            return
        denied_by[i] = cue
