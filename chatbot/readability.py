"""The reading grade of a text: Flesch-Kincaid (Kincaid et al. 1975), with syllables after Pyphen's hyphenation patterns.

Names that have no plain word (drugs, diseases) are set aside: each counts as a word of two syllables.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from chatbot.errors import MissingExtraError
from chatbot.text import sentences


def grade(text: str, set_aside: Collection[str] = ()) -> float:
    """The US school grade that can read `text`: 0.39 words a sentence + 11.8 syllables a word - 15.59.

    Args:
        text: at least one sentence; under about forty words the figure is noise.
        set_aside: lower-case words that count as two syllables.

    Raises:
        MissingExtraError: when Pyphen is not installed.
    """
    try:
        from pyphen import Pyphen
    except ImportError as error:
        raise MissingExtraError("reading grades need Pyphen; run: pip install 'cramp-chatbot[lint]'") from error
    found = re.findall(r"[A-Za-z]+(?:'[a-z]+)?|\d[\d.,]*", text)
    if not found:
        return 0.0
    hyphenator = Pyphen(lang="en_US")
    syllables = 0
    for word in found:
        low = word.lower()
        if low in set_aside or low.removesuffix("s") in set_aside:
            syllables += min(2, len(hyphenator.positions(low)) + 1)
        else:
            syllables += 1 if word[0].isdigit() else len(hyphenator.positions(low)) + 1
    return 0.39 * len(found) / max(1, len(sentences(text))) + 11.8 * syllables / len(found) - 15.59
