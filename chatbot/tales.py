"""What is told of news, films, books and animals: the words in the shadow of "in the novel" and of "our old dog"."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.cues import REACH, Cue, sentences_before, starts_clause
from chatbot.phrases import STOPS

_FRAGMENT = 7
_WRITER = frozenset("i im ive id ill my me mine myself we weve our us".split())
_TOLD = frozenset("told tells telling showed shows taught teaches".split())
_READS = frozenset("read reads reading saw see seen watch watched watching heard hear".split())
"""What the writer does who only tells where the story is from: "in the novel that i read"."""
_OF_ANIMAL = frozenset("my our the a an his her their old neighbours poor little big sisters brothers mums dads friends wifes".split())
_BEFORE_ANIMAL = 4
_TO_PEOPLE = frozenset(
    "bit bite bites bitten jumped jumps knocked knocks pulled scratched tripped kicked walk walks walker food lead".split()
)
"""What an animal does to somebody else, or what is the owner's."""


def tale(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The sentence on both sides, up to where the writer comes in: "in the news a woman collapsed, and I ...".

    A tale that is all of its sentence is that of the one before as well, if nobody is named there: "How to treat a fit? For a film."
    """
    edges = []
    for step, start in ((-1, cue.start - 1), (1, cue.end)):
        for i in range(start, start + step * REACH["tale"], step):
            if not 0 <= i < len(tokens) or tokens[i] in STOPS or _comes_in(tokens, i) or (i in at and at[i].kind == "turn"):
                break
            unreal_by[i] = cue
        edges.append(i)
    before, after = edges
    if before >= 0 and tokens[before] in _WRITER and starts_clause(at, before):
        # "my mouth hangs like in the film": what the writer has is no tale
        for i in range(before, cue.start):
            if tokens[i] == ",":
                break
            unreal_by[i] = None
    if after - before <= _FRAGMENT and before >= 0 and tokens[before] in STOPS and (after >= len(tokens) or tokens[after] in STOPS):
        sentence = range(sentences_before(tokens, before, 1), before)
        if not any((i in at and at[i].kind in ("person", "recent", "turn")) or tokens[i] in _WRITER for i in sentence):
            for i in sentence:
                unreal_by[i] = cue


def _comes_in(tokens: Sequence[str], i: int) -> bool:
    """Whether the writer comes in here, who is not just the one who read or was told the story."""
    if tokens[i] not in _WRITER or (tokens[i] in ("me", "us") and i > 0 and tokens[i - 1] in _TOLD):
        return False
    return _READS.isdisjoint(tokens[i + 1 : i + 3])


def animal(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The rest of the clause, where an animal is its subject: "our old dog has fits", not "the dog bit me" nor "walking the dog"."""
    first = cue.start
    while first > 0 and cue.start - first < _BEFORE_ANIMAL and tokens[first - 1] in _OF_ANIMAL:
        first -= 1
    if first > 0 and tokens[first - 1] not in STOPS and tokens[first - 1] not in (",", "and", "but", "theres", "is"):
        return
    if cue.end < len(tokens) and tokens[cue.end] in _TO_PEOPLE:
        return
    for i in range(cue.end, min(cue.end + REACH["tale"], len(tokens))):
        if tokens[i] in STOPS or tokens[i] == "," or tokens[i] in _WRITER or (i in at and at[i].kind == "turn"):
            return
        unreal_by[i] = cue
