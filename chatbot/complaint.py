"""A cry or a complaint that asks for nothing in words: "ow my leg", "it hurts so bad".

Found by its words alone: all of them are cries, words of pain, places of the body or fillers. Anything else in it makes it a message of
its own, which the intents and the red flags read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CRY, PAIN = "cry", "pain"

_CRY = re.compile(
    r"o+w+(?:ie|y)?|o+u+c+h+(?:ie|y)?|a+r*g+h*|a+h+|a{2,}|y+o+w+|ar+[gh]+|o+o+f+|omg|jeez|jesus|christ|god|f+u+c*k+|ffs|shit|bloody|hell"
)
_PAIN = frozenset(
    "hurt hurts hurting hurted pain pains painful ache aches aching achy achey sore agony agonising agonizing killing kills throbbing throbs unbearable".split()
)
_FILLER = frozenset(
    (
        "i me my mine the a an it its it's this that is are am was has have got gets getting in on of with and so too very really bad "
        "badly much such lot like lots again right left now just oh please help thing feels feeling feel im i'm both still all back"
    ).split()
)
_INNER = frozenset("stomach tummy belly abdomen gut guts chest head heart womb bladder period tooth teeth eye eyes ear throat".split())
"""Places where pain is hardly ever a cramp of the muscles that move the body."""
_MOST_WORDS = 9


def complaint(tokens: Sequence[str], places: frozenset[str]) -> str:
    """`CRY` for a cry, `PAIN` for a complaint of pain, "" for anything else.

    Args:
        tokens: folded words.
        places: words that name a part of the body.
    """
    if not 0 < len(tokens) <= _MOST_WORDS or not _INNER.isdisjoint(tokens):
        return ""
    cried = [bool(_CRY.fullmatch(token)) for token in tokens]
    pained = [token in _PAIN for token in tokens]
    named = [token in places for token in tokens]
    if not all(map(any, zip(cried, pained, named, [token in _FILLER for token in tokens], strict=True))):
        return ""
    if any(cried) and (any(named) or any(pained)):
        return CRY
    return PAIN if any(pained) else ""
