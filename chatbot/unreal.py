"""What is asked, supposed or long past: the words in the shadow of a question, of "if" and of "years ago". After ConText (Harkema 2009)."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.cues import CANNOT, REACH, Cue, clause_edge, cue_ending, sentences_before, starts_clause
from chatbot.phrases import STOPS

_QUESTION = 15
_LIST, _LITTLE = 6, 3
_LISTED = frozenset((",", "or", "and", "nor"))
_GOES_ON = frozenset("again still keeps ongoing worse".split())
"""What is told to be over and goes on is not over."""
_SOMEBODY = frozenset("someone somebody anyone anybody".split())
_THEIRS = frozenset("they their he his she her".split())
_WEEKS = frozenset("week weeks fortnight fortnights".split())
_AM = frozenset("am im its ive hes shes theyre keep keeps".split())
_AS_IT_IS = frozenset("is are has have hurts keeps feels gets looks".split())
_GREETINGS = frozenset("so ok okay hi hello please also but hey just honestly sorry dear doctor".split())


def ask(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """A question reaches on until somebody is said to have the sign; one that points back ("could it be") ends with its clause."""
    if cue.kind == "ask" and not _opens(tokens, at, cue.start):
        return
    for i in range(cue.end, min(cue.end + REACH[cue.kind], len(tokens))):
        word, here = tokens[i], at.get(i)
        if word in STOPS or (here is not None and here.kind == "turn"):
            return
        if word == "," and (cue.kind == "ask_here" or (cue.kind == "ask" and not _goes_on(tokens, i))):
            return
        of_somebody = word in _THEIRS and tokens[cue.end - 1] in _SOMEBODY and "," not in tokens[cue.end : i]  # "if somebody said their"
        if here is not None and here.kind == "person" and (cue.kind != "about" or (starts_clause(at, i) and not of_somebody)):
            return
        unreal_by[i] = cue


def _goes_on(tokens: Sequence[str], comma: int) -> bool:
    """Whether a question goes on behind a comma: as a list, or where nothing but little is left ("can a cramp be a clot, doctor")."""
    rest = tokens[comma + 1 : comma + 1 + _LIST]
    stop = next((i for i, word in enumerate(rest) if word in STOPS), len(rest))
    return stop < _LITTLE or not _LISTED.isdisjoint(rest[:stop])


def _opens(tokens: Sequence[str], at: dict[int, Cue], start: int) -> bool:
    """Whether a question starts here: at the start of a sentence, small words aside ("ok so can ..."), or within one that ends in "?"."""
    if start == 0 or tokens[start - 1] in STOPS or tokens[start - 1] in _GREETINGS:
        return True
    before = cue_ending(at, start)
    if before is not None and before.kind in ("ask", "ask_here"):  # "who is" asks where "who" does, not in "a child who is"
        return before.kind == "ask_here" or _opens(tokens, at, before.start)
    if tokens[start - 1] not in (",", "and", "or") and (before is None or before.kind != "turn"):
        return False
    return at[start].end - start > 1 or "?" in tokens[start : start + _QUESTION]


def suppose(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """What did not happen, in the same sentence: "if my leg swelled, who would i ring"; but "if it is swollen" may tell how it is."""
    first, last = cue.start, cue.end
    while first > 0 and cue.start - first < REACH["suppose"] and tokens[first - 1] not in STOPS:
        first -= 1
    while last < len(tokens) and last - cue.end < REACH["suppose"] and tokens[last] not in STOPS:
        last += 1
    ifs = [i for i in range(first, last) if tokens[i] == "if"]
    if not ifs:
        return
    start = ifs[0] + 1
    end = cue.start if start <= cue.start else last
    if any(tokens[i] in _AS_IT_IS or (i in at and at[i].kind == "turn" and tokens[i] not in ("then", "and")) for i in range(start, end)):
        return
    for i in range(start, end):
        unreal_by[i] = cue


def past(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The past covers its own clause on both sides, unless that tells that it was just now."""
    covered = []
    for step, start in ((-1, cue.start - 1), (1, cue.end)):
        for i in range(start, start + step * REACH["past"], step):
            if not 0 <= i < len(tokens) or clause_edge(tokens, at, i):
                break
            if i in at and at[i].kind == "recent":
                return
            covered.append(i)
    covered = covered or _clause_before(tokens, at, cue.start)
    for i in covered:
        unreal_by[i] = cue


def _clause_before(tokens: Sequence[str], at: dict[int, Cue], start: int) -> list[int]:
    """The clause that a date tells of which stands alone: "a man drank poison, long ago"; not one that tells how it is."""
    if start == 0 or tokens[start - 1] != ",":
        return []
    first = start - 1
    while first > 0 and not clause_edge(tokens, at, first - 1):
        first -= 1
    clause = range(first, start - 1)
    here = any(tokens[i] in _AS_IT_IS or tokens[i] in CANNOT or (i in at and at[i].kind == "recent") for i in clause)
    return [] if here or not _AM.isdisjoint(tokens[first:start]) else list(clause)


def past_that(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The sentence before and the rest of this one: "I fainted at the wedding. That was two years ago", unless that was just now."""
    first = sentences_before(tokens, cue.start, 2)
    last = next((i for i in range(cue.end, len(tokens)) if tokens[i] in STOPS or (i in at and at[i].kind == "turn")), len(tokens))
    if not any(i in at and at[i].kind == "recent" for i in range(first, last)):
        for i in (*range(first, cue.start), *range(cue.end, last)):
            unreal_by[i] = cue


def settled(tokens: Sequence[str], cues: Sequence[Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """What went before is past when it is told to be over and when it was: "my ankle swelled in spring, now it's back to normal".

    Not what came back, and not what happened just now: signs of a stroke that are gone are no less urgent.
    """
    first = sentences_before(tokens, cue.start, 2)
    last = next((i for i in range(cue.end, len(tokens)) if tokens[i] in STOPS), len(tokens))
    beside = [other for other in cues if first <= other.start < last]
    weeks = [other for other in beside if other.kind == "recent" and not _WEEKS.isdisjoint(tokens[other.start : other.end])]
    kinds = {other.kind for other in beside if other not in weeks}
    told = {i for other in beside if other.kind in ("settled", "over") for i in range(other.start, other.end)}
    dates = {other.start for other in beside if other.kind in ("then", "past")}
    goes_on = any(tokens[i] in _GOES_ON and i not in told and i + 1 not in dates for i in range(first, last))
    if "recent" in kinds or goes_on:
        return
    if cue.kind == "settled" and not weeks and not kinds & {"then", "past", "past_that"}:
        return
    for i in range(first, cue.start):
        unreal_by[i] = cue
