"""Finds the question in a long message: what is asked, set apart from the story around it."""

from __future__ import annotations

import re

LONG = 22
"""From so many words on a message is read as a story with a question in it."""

_PIECE = re.compile(r"[^.!?\n;]+[.!?\n;]*")
_ASKING = frozenset(
    "what whats why how hows when where which who can could should would is are does do did will am any has have whether isnt doesnt anyone "
    "anything tips ideas help wondering wonder tell explain".split()
)
_OPENERS = tuple("please so and but ok okay well also or then now just hi hello hey anyway question".split())


def pieces(text: str) -> list[str]:
    """The sentences of folded text, as people type them: ended by a mark, a new line, or nothing."""
    return [piece.strip() for piece in _PIECE.findall(text) if piece.strip(" .!?;\n")]


def questions(text: str) -> list[str]:
    """The sentences of folded text that ask something, in order.

    A sentence asks when it ends in a question mark or begins like a question.
    """
    return [piece for piece in pieces(text) if piece.endswith("?") or _begins_like_one(piece)]


def _begins_like_one(piece: str) -> bool:
    words = [word.strip(",:'\"()").replace("'", "") for word in piece.split()]
    while words and words[0] in _OPENERS:
        words = words[1:]
    return bool(words) and words[0] in _ASKING and len(words) > 2


def the_question(text: str, length: int) -> str:
    """The part of a long message that asks, or "" when it is short, asks nothing, or is one question as a whole.

    Args:
        text: folded text.
        length: how many words it has.
    """
    if length < LONG:
        return ""
    asked = questions(text)
    if not asked or len(asked) == len(pieces(text)):
        return ""
    return " ".join(asked[-2:])
