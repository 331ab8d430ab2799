"""Mends slips of the typing fingers in a message, against the words of an intent matcher's own examples.

`chatbot.spelling` guards the words of a whole corpus and does little; this one serves a matcher that stands alone and knows a few
hundred words. It looks at words of three letters, too, prefers what fingers do (letters that change places, a neighbouring key) and
what has been seen beside the word before or after. rapidfuzz and the list of English words are loaded at the first unknown word.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

MAX_MENDED = 24
"""Unknown words of one message that are looked up."""

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_TWO_SLIPS = 8
_REMEMBERED = 4096


def _neighbours() -> dict[str, set[str]]:
    """The keys beside each key of a keyboard."""
    place = {key: (at + 0.3 * number, number) for number, row in enumerate(_ROWS) for at, key in enumerate(row)}
    return {a: {b for b in place if a != b and abs(place[a][0] - place[b][0]) < 1.1 and abs(place[a][1] - place[b][1]) < 2} for a in place}


_NEIGHBOURS = _neighbours()


class Mender:
    """Mends words.

    Args:
        counts: how many examples hold each word; all known words.
        beside: whether two words have been seen one after the other.
        spared: whether a word is left alone though it is not known.
    """

    def __init__(self, counts: Mapping[str, float], beside: Callable[[str, str], bool], spared: Callable[[str], bool]) -> None:
        self._counts = counts
        self._beside = beside
        self._spared = spared
        self._english: frozenset[str] | None = None
        self._near: dict[str, list[tuple[float, str]]] = {}
        self._by_length: dict[int, list[str]] = {}
        for word in counts:
            if word.isalpha() and len(word) > 1:
                self._by_length.setdefault(len(word), []).append(word)

    def mend(self, tokens: Sequence[str]) -> list[str]:
        """The words with those that nobody knows replaced by the likeliest known one, split in two, or left."""
        result: list[str] = []
        left = MAX_MENDED
        for at, token in enumerate(tokens):
            if not left or self._stays(token):
                result.append(token)
                continue
            left -= 1
            before, after = result[-1] if result else "", tokens[at + 1] if at + 1 < len(tokens) else ""
            near = self._candidates(token)
            if near:
                result.append(max((score + 2.0 * self._beside(before, w) + 2.0 * self._beside(w, after), w) for score, w in near)[1])
            else:
                result += self._split(token)
        return result

    def _stays(self, word: str) -> bool:
        if len(word) < 2 or not word.isalpha() or word in self._counts or self._spared(word):
            return True
        if self._english is None:
            path = Path(__file__).parent / "data" / "english.txt"
            self._english = frozenset(path.read_text(encoding="utf-8").split())
        return word in self._english

    def _candidates(self, word: str) -> list[tuple[float, str]]:
        """Known words within one slip, two from eight letters on, each with the logarithm of its likelihood."""
        near = self._near.get(word)
        if near is None:
            from rapidfuzz.distance import OSA
            from rapidfuzz.process import extract

            limit = 1 if len(word) < _TWO_SLIPS else 2
            pool = [known for size in range(len(word) - limit, len(word) + limit + 1) for known in self._by_length.get(size, ())]
            found = extract(word, pool, scorer=OSA.distance, score_cutoff=limit, limit=40)
            near = [(self._likelihood(word, known, int(slips)), known) for known, slips, _ in found if len(word) + len(known) > 4]
            if len(self._near) >= _REMEMBERED:
                self._near.clear()
            self._near[word] = near
        return near

    def _likelihood(self, word: str, known: str, slips: int) -> float:
        score = math.log(self._counts[known] + 0.5) - 5.0 * (slips - 1)
        if known[0] != word[0]:
            score -= 1.0
        if len(known) == len(word):
            changed = [(a, b) for a, b in zip(known, word, strict=True) if a != b]
            if sorted(known) == sorted(word):
                score += 1.0
            elif all(b in _NEIGHBOURS.get(a, ()) for a, b in changed):
                score += 0.5
            else:
                score -= 1.0
        return score

    def _split(self, word: str) -> list[str]:
        """Two known words that were written together, or the word."""
        best: tuple[float, list[str]] = (0.0, [word])
        for at in range(3, len(word) - 2):
            parts = [word[:at], word[at:]]
            if all(part in self._counts for part in parts):
                best = max(best, (min(self._counts[part] for part in parts), parts))
        return best[1]
