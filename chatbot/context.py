"""Is a sign that was named really there? Negation, questions, the past and figures of speech.

After ConText (Harkema 2009), which widened NegEx (Chapman 2001): a cue such as "no" or "years ago" throws a shadow over the words
around it, and a sign whose words lie in a shadow is not present. The cues are data (`context:` in safety.yaml); only the reach of
each kind of shadow is code. Where it is in doubt a sign counts as present: a missed red flag is worse than a false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.cues import Cue
from chatbot.denied import deny, deny_before, deny_firmly
from chatbot.tales import animal, tale
from chatbot.typed import NamedTuple
from chatbot.unreal import ask, past, past_that, settled, suppose


class Shadows(NamedTuple):
    """What lies in which shadow: for each word the cue that denies it, or that makes it unreal (asked, past), or None.

    A cue that is itself part of the sign ("cant feel", "not breathing") does not count against it.
    """

    denied_by: list[Cue | None]
    unreal_by: list[Cue | None]
    idioms: list[Cue]

    def verdict(self, at: Sequence[int]) -> str:
        """How the sign whose words stand at the positions `at` is meant: "present", "denied", "supposed" or "unreal"."""
        cues = [cue for cue in (self.unreal_by[i] for i in at) if cue is not None and not _within(cue, at)]
        if cues:
            return "supposed" if all(cue.kind == "suppose" for cue in cues) else "unreal"
        if any(any(cue.start <= i < cue.end for i in at) and not _within(cue, at) for cue in self.idioms):
            return "unreal"
        if any(cue is not None and cue.end - 1 not in at for cue in (self.denied_by[i] for i in at)):
            return "denied"
        return "present"


def _within(cue: Cue, at: Sequence[int]) -> bool:
    return cue.start in at and cue.end - 1 in at


def shadows(tokens: Sequence[str], cues: Sequence[Cue]) -> Shadows:
    """Lay the shadow of every cue over `tokens`. Cues that overlap a longer one, or a false friend ("not sure"), throw none."""
    kept = _longest(cues)
    at = {cue.start: cue for cue in kept if cue.kind != "idiom"}
    result = Shadows([None] * len(tokens), [None] * len(tokens), [])
    for cue in kept:
        if cue.kind in ("deny", "deny_verb"):
            deny(tokens, at, cue, result.denied_by)
        elif cue.kind == "deny_after":
            deny_before(tokens, at, cue, result.denied_by)
        elif cue.kind in ("settled", "over"):
            settled(tokens, kept, cue, result.unreal_by)
        elif cue.kind in _UNREAL:
            _UNREAL[cue.kind](tokens, at, cue, result.unreal_by)
        elif cue.kind == "idiom":
            result.idioms.append(cue)
    return result


def _longest(cues: Sequence[Cue]) -> list[Cue]:
    """Drop each cue that lies within a longer one, and firm denials where there is doubt.

    Idioms stand apart, since a sign may hold one.
    """
    doubtful = any(cue.kind == "doubt" for cue in cues)
    kept: list[Cue] = []
    end = 0
    for cue in sorted(cues, key=lambda c: (c.start, -c.end)):
        if cue.kind == "doubt" or (doubtful and cue.kind == "deny_firm"):
            continue
        if cue.kind == "idiom":
            kept.append(cue)
        elif cue.start >= end:
            kept.append(cue)
            end = cue.end
    return kept


_UNREAL = {
    "deny_firm": deny_firmly,
    "ask": ask,
    "ask_here": ask,
    "about": ask,
    "suppose": suppose,
    "past": past,
    "past_that": past_that,
    "tale": tale,
    "animal": animal,
}
"""How the cues of a kind make unreal what lies in their shadow."""
