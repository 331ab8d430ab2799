"""Corrects typos against the words that the corpus and the intents know. rapidfuzz is imported at the first unknown word only.

A word that has a meaning of its own is never turned into another: it must be neither in the vocabulary nor among the guard words,
which are plain English words that lie close to the vocabulary ("craps", "cram", "clog").
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from chatbot.typed import Protocol

MAX_CORRECTED = 24
"""Unknown words of one message that are looked up; each costs up to a millisecond."""


class Ranked(Protocol):
    """Words by frequency, such as a `chatbot.table.StringTable`."""

    def find(self, string: str) -> int:
        """The rank of a word from 0, or -1."""

    def __iter__(self) -> Iterator[str]:
        """All words, the most frequent first."""


class WordList:
    """Words by frequency, from a plain list."""

    def __init__(self, words: Iterable[str]) -> None:
        self._ranks = {word: at for at, word in enumerate(words)}

    def find(self, string: str) -> int:
        """The rank of a word from 0, or -1."""
        return self._ranks.get(string, -1)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ranks)


class Speller:
    """Corrects words.

    Args:
        vocabulary: known words, the most frequent first.
        guards: words that are left alone though they are not known.
    """

    def __init__(self, vocabulary: Ranked, guards: Container[str] = ()) -> None:
        self._known = vocabulary
        self._guards = guards
        self._by_length: dict[int, list[str]] = {}

    def knows(self, word: str) -> bool:
        """Whether `word` stays as it is."""
        return len(word) < 4 or not word.isalpha() or self._known.find(word) >= 0 or word in self._guards

    def correct(self, tokens: Sequence[str]) -> list[str]:
        """The words with those that are not known replaced by the nearest known one, split in two, or left."""
        result: list[str] = []
        left = MAX_CORRECTED
        for token in tokens:
            if self.knows(token) or not left:
                result.append(token)
                continue
            left -= 1
            result += self._mend(token)
        return result

    def _mend(self, word: str) -> list[str]:
        limit = 1 if len(word) < 8 else 2
        best = self._nearest(word, 1)
        if best:
            return [best]
        parts = self._split(word)
        if parts:
            return parts
        best = self._nearest(word, limit) if limit > 1 else ""
        return [best] if best else [word]

    def _nearest(self, word: str, limit: int) -> str:
        """The best known word within `limit` edits: fewest edits, then the same first letter, then the most frequent."""
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract

        if not self._by_length:
            for known in self._known:
                if len(known) >= 4:
                    self._by_length.setdefault(len(known), []).append(known)
        near = [known for size in range(len(word) - limit, len(word) + limit + 1) for known in self._by_length.get(size, ())]
        found = extract(word, near, scorer=OSA.distance, score_cutoff=limit, limit=12)
        ranked = sorted((distance, known[0] != word[0], self._known.find(known), known) for known, distance, _ in found)
        # a short word whose first letter is changed is more likely another word
        ranked = [item for item in ranked if not (item[1] and len(word) < 6)]
        return ranked[0][3] if ranked else ""

    def _split(self, word: str) -> list[str]:
        """Two known words that were written together ("legcramps")."""
        best: tuple[int, list[str]] = (1 << 30, [])
        for at in range(3, len(word) - 2):
            ranks = self._known.find(word[:at]), self._known.find(word[at:])
            if min(ranks) >= 0:
                best = min(best, (sum(ranks), [word[:at], word[at:]]))
        return best[1]
