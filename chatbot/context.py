"""Is a sign that was named really there? Negation, questions, the past and figures of speech.

After ConText (Harkema 2009), which widened NegEx (Chapman 2001): a cue such as "no" or "years ago" throws a shadow over the words
around it, and a sign whose words lie in a shadow is not present. The cues are data (`context:` in safety.yaml); only the reach of
each kind of shadow is code. Where it is in doubt a sign counts as present: a missed red flag is worse than a false alarm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

HARD_STOPS = frozenset(".?")
"""Marks that end every shadow; a reader of the text writes "!", ";" and a new line as "."."""

CUE_KINDS = (
    "deny",  # "no", "isnt": reaches over lists, "no fever, redness or swelling"
    "deny_verb",  # "havent", "doesnt": ends at "and"
    "deny_after",  # "... went away"
    "not_deny",  # looks like a denial and is none: "not sure", "no better"
    "ask",  # opens a question about cramps in general: "can", "does", "what are"
    "ask_here",  # a question about what was just described: "could it be"
    "not_ask",  # looks like such a question and is about the person: "should i"
    "about",  # talks about a sign without having it: "signs of", "how to avoid"
    "past",  # "years ago", "used to"
    "person",  # "my", "he", "ive": somebody has it
    "within",  # a preposition: "in my leg" does not start a new clause
    "turn",  # "but", "now": a new clause
    "idiom",  # "killing me"
)

_REACH = {"deny": 9, "deny_verb": 5}
_LIST_LOOK_AHEAD = 6


class Cue(NamedTuple):
    """Words of context: `tokens[start:end]` is a cue of this kind."""

    kind: str
    start: int
    end: int


class Shadows(NamedTuple):
    """What lies in which shadow: for each token the position of the denying word (or -1), and whether it is unreal (asked or past)."""

    denied_by: list[int]
    unreal: list[bool]
    idioms: list[Cue]

    def verdict(self, at: Sequence[int]) -> str:
        """How the sign whose words stand at the positions `at` is meant: "present", "denied" or "unreal"."""
        places = set(at)
        if any(self.unreal[i] for i in at) or any(_cuts_into(cue, places) for cue in self.idioms):
            return "unreal"
        if any(self.denied_by[i] >= 0 and self.denied_by[i] not in places for i in at):
            return "denied"
        return "present"


def _cuts_into(idiom: Cue, places: set[int]) -> bool:
    """Whether a sign takes a word of an idiom without being about all of it: "hot" of "hot bath"."""
    if idiom.start in places and idiom.end - 1 in places:
        return False
    return any(i in places for i in range(idiom.start, idiom.end))


def shadows(tokens: Sequence[str], cues: Iterable[Cue]) -> Shadows:
    """Lay the shadow of every cue over `tokens`. Cues that overlap a longer one, or a false friend ("not sure"), throw none."""
    kept = _longest(cues)
    at = {cue.start: cue for cue in kept}
    result = Shadows([-1] * len(tokens), [False] * len(tokens), [])
    for cue in kept:
        if cue.kind in _REACH:
            _deny(tokens, at, cue, result.denied_by)
        elif cue.kind == "deny_after":
            _deny_before(tokens, at, cue, result.denied_by)
        elif cue.kind in ("ask", "ask_here", "about"):
            _ask(tokens, at, cue, result.unreal)
        elif cue.kind == "past":
            _past(tokens, at, cue, result.unreal)
        elif cue.kind == "idiom":
            result.idioms.append(cue)
    return result


def _longest(cues: Iterable[Cue]) -> list[Cue]:
    """Drop each cue that lies within a longer one; idioms stand apart, since a sign may hold one."""
    kept: list[Cue] = []
    end = 0
    for cue in sorted(cues, key=lambda c: (c.start, -c.end)):
        if cue.kind == "idiom":
            kept.append(cue)
        elif cue.start >= end:
            kept.append(cue)
            end = cue.end
    return kept


def _starts_clause(tokens: Sequence[str], at: dict[int, Cue], i: int) -> bool:
    """Whether a person is named here as a subject: "my calf ...", but not "in my calf"."""
    cue = at.get(i)
    if cue is None or cue.kind != "person":
        return False
    before = _cue_ending(at, i)
    return before is None or before.kind != "within"


def _cue_ending(at: dict[int, Cue], end: int) -> Cue | None:
    for length in (1, 2, 3):
        cue = at.get(end - length)
        if cue is not None and cue.end == end:
            return cue
    return None


def _deny(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[int]) -> None:
    reach = _REACH[cue.kind]
    i = cue.end
    if i < len(tokens) and tokens[i] == ",":
        return  # "no, ..." answers a question
    while i < len(tokens) and i - cue.end < reach:
        token, here = tokens[i], at.get(i)
        if token in HARD_STOPS or (here is not None and here.kind == "turn") or _starts_clause(tokens, at, i):
            return
        if token == "," and not _list_goes_on(tokens, at, i):
            return
        if token == "and" and cue.kind == "deny_verb":
            return
        denied_by[i] = cue.start
        i += 1


def _list_goes_on(tokens: Sequence[str], at: dict[int, Cue], comma: int) -> bool:
    """Whether the comma separates members of an "or" list: "no fever, redness or swelling"."""
    for i in range(comma + 1, min(comma + 1 + _LIST_LOOK_AHEAD, len(tokens))):
        if tokens[i] in ("or", "nor"):
            return True
        if tokens[i] in HARD_STOPS or (i in at and at[i].kind in ("turn", "person", "deny", "deny_verb")):
            return False
    return False


def _deny_before(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[int]) -> None:
    """ "swelling went down", "chest pain: none": back to the start of the clause, four words at most."""
    for i in range(cue.start - 1, max(cue.start - 5, -1), -1):
        if tokens[i] in HARD_STOPS or tokens[i] in (",", "and") or (i in at and at[i].kind == "turn"):
            return
        denied_by[i] = cue.start


def _ask(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal: list[bool]) -> None:
    """A question reaches on until somebody is said to have the sign; one that points back ("could it be") ends with its clause."""
    if cue.kind == "ask" and not _opens(tokens, at, cue.start):
        return
    for i in range(cue.end, len(tokens)):
        token, here = tokens[i], at.get(i)
        if token in HARD_STOPS or (here is not None and here.kind == "turn"):
            return
        if token == "," and cue.kind == "ask_here":
            return
        if here is not None and here.kind == "person" and (cue.kind != "about" or _starts_clause(tokens, at, i)):
            return
        unreal[i] = True


def _opens(tokens: Sequence[str], at: dict[int, Cue], start: int) -> bool:
    """Whether a sentence or clause starts here, small words aside: "ok so can a cramp ..."."""
    if start == 0 or tokens[start - 1] in (",", ".", "?", "and", "or", "so", "ok", "hi", "hello", "please", "also", "but", "hey"):
        return True
    before = _cue_ending(at, start)
    return before is not None and before.kind in ("ask", "ask_here", "turn")


def _past(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal: list[bool]) -> None:
    """The past covers its own clause on both sides."""
    for step, start in ((-1, cue.start - 1), (1, cue.end)):
        i = start
        while 0 <= i < len(tokens) and not _clause_edge(tokens, at, i):
            unreal[i] = True
            i += step


def _clause_edge(tokens: Sequence[str], at: dict[int, Cue], i: int) -> bool:
    if tokens[i] in HARD_STOPS or tokens[i] == "," or (i in at and at[i].kind == "turn"):
        return True
    return tokens[i] == "and" and i + 1 in at and at[i + 1].kind in ("person", "deny", "deny_verb")
