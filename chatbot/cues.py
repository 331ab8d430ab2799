"""Words of context around a sign ("no", "years ago", "in the news"), and where clauses begin and end. The cues are data: `context:` in safety.yaml."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.phrases import STOPS
from chatbot.typed import NamedTuple

CUE_KINDS = (
    "deny",  # "no", "isnt": reaches over lists, "no fever, redness or swelling"
    "deny_verb",  # "havent", "doesnt": ends at "and"
    "deny_after",  # "... went away"
    "deny_firm",  # "im not going to hurt myself": takes back even what counts where it is denied, if nothing is doubtful
    "doubt",  # "but", "promise", "scared": a message with it takes nothing back so
    "not_deny",  # looks like a denial and is none: "not sure", "no better"
    "ask",  # opens a question about cramps in general: "can", "does", "what are"
    "ask_here",  # a question about what was just described: "could it be"
    "not_ask",  # looks like such a question and is about the person: "should i"
    "about",  # talks about a sign without having it: "signs of", "how to avoid"
    "suppose",  # "would i": a sentence with it and "if" is about what has not happened, unless the "if" tells how it is
    "tale",  # "in the news", "in the novel": its sentence is a story, up to where the writer comes in
    "animal",  # "dog": as the one that has it
    "past",  # "years ago", "used to"
    "past_that",  # "that was # years ago": the sentence before is past as well
    "then",  # "in spring", "on holiday": what is told to be settled since is past
    "settled",  # "back to normal", "hasnt come back"
    "over",  # "no clot", "gone right down": settled, even where it is not told when it was
    "recent",  # "minutes ago": a past of that clause is none ("my aunt had a fit ten minutes ago")
    "person",  # "my", "he", "ive": somebody has it
    "within",  # a preposition: "in my leg" does not start a new clause
    "turn",  # "but", "now": a new clause
    "idiom",  # "killing me"
)
REACH = {"deny": 9, "deny_verb": 5, "ask": 60, "ask_here": 60, "about": 60, "suppose": 20, "past": 30, "tale": 40}
"""How many words a shadow covers at most, on each side for the past."""
CANNOT = frozenset("cant cannot couldnt dont doesnt didnt wont isnt not".split())


class Cue(NamedTuple):
    """Words of context: `tokens[start:end]` is a cue of this kind."""

    kind: str
    start: int
    end: int


def starts_clause(at: dict[int, Cue], i: int) -> bool:
    """Whether a person is named here as a subject: "my calf ...", but not "in my calf"."""
    cue = at.get(i)
    if cue is None or cue.kind != "person":
        return False
    before = cue_ending(at, i)
    return before is None or before.kind != "within"


def cue_ending(at: dict[int, Cue], end: int) -> Cue | None:
    """The cue that ends just before the position `end`, if there is one."""
    for length in (1, 2, 3):
        cue = at.get(end - length)
        if cue is not None and cue.end == end:
            return cue
    return None


def sentences_before(tokens: Sequence[str], start: int, count: int) -> int:
    """Where so many sentences begin that end at `start`, the one that it stands in among them."""
    first, stops = start, 0
    while first > 0 and stops < count:
        first -= 1
        stops += tokens[first] in STOPS
    return first + (stops == count)


def clause_edge(tokens: Sequence[str], at: dict[int, Cue], i: int) -> bool:
    """Whether a clause ends at the position `i`: at a stop, a comma, "but", or "and" before a person or a denial."""
    if tokens[i] in STOPS or tokens[i] == "," or (i in at and at[i].kind == "turn"):
        return True
    return tokens[i] == "and" and i + 1 in at and at[i + 1].kind in ("person", "deny", "deny_verb")
