"""A log of words that nothing explained, for the owner of a bot: off unless the host turns it on, and without any text of a message.

It holds single words with the number of people who used them on a day, and no word that fewer than `least` people used on that day:
what one person wrote cannot be told from it. Nothing of a day is written before the day is over (or the program ends), so that two
states of the file do not tell which words stood together. Until then, words and keyed check sums of people are in memory only; the
key is made anew each day and never written.
"""

from __future__ import annotations

import atexit
import datetime
import hashlib
import json
import logging
import os
import re
import secrets
import threading
from collections.abc import Callable, Hashable
from pathlib import Path

from chatbot.knowledge import Knowledge
from chatbot.text import fold, words
from chatbot.types import Turn

log = logging.getLogger("chatbot.gaps")

LEAST = 3
"""So many people must have used a word on one day. With one or two, who knows a person could tell who asked."""
_UNANSWERED = ("abstain", "off_topic")
_WORD = re.compile(r"[a-z]{3,20}")
_MOST_WORDS = 5_000  # of a day; what comes after them is not noted


def _today() -> datetime.date:
    return datetime.datetime.now(datetime.UTC).date()


class GapLog:
    """Counts words of questions that were not answered, and appends a line of JSON to a file when a day is over.

    May be used from many threads. Days are those of UTC. Several programs may append to one file; each counts its own people.

    Args:
        path: the file; made at the first line, for its owner only.
        least: how many people must have used a word on a day; never under 2.
        today: gives the day.
    """

    def __init__(self, path: str | os.PathLike[str], *, least: int = LEAST, today: Callable[[], datetime.date] = _today) -> None:
        self._path, self._least, self._today = Path(path), max(2, least), today
        self._lock = threading.Lock()
        self._begin(today())
        atexit.register(self.close)

    def _begin(self, day: datetime.date) -> None:
        self._day = day
        self._key = secrets.token_bytes(16)
        self._people: dict[str, set[bytes]] = {}

    def note(self, text: str, turn: Turn, knowledge: Knowledge, person: Hashable) -> None:
        """Count the unexplained words of a message, when it was not answered. Raises nothing.

        Args:
            text: the message; it is not kept.
            turn: what was said to it. Red flags, what was answered and what was declined is never noted.
            knowledge: what the bot knows.
            person: who wrote it, by any name: each person counts once a day for a word.
        """
        if turn.reply.kind not in _UNANSWERED or turn.reply.advice:
            return
        unknown = _unexplained(text, knowledge)
        with self._lock:
            if self._today() != self._day:
                self._write()
                self._begin(self._today())
            who = hashlib.blake2b(repr(person).encode(errors="replace"), key=self._key, digest_size=8).digest()
            for word in unknown:
                if word in self._people or len(self._people) < _MOST_WORDS:
                    self._people.setdefault(word, set()).add(who)

    def close(self) -> None:
        """Write what there is of the day. A program that ends does it by itself; what few people used is forgotten."""
        with self._lock:
            self._write()
            self._begin(self._day)

    def _write(self) -> None:
        counts = {word: len(people) for word, people in sorted(self._people.items()) if len(people) >= self._least}
        if not counts:
            return
        line = json.dumps({"day": self._day.isoformat(), "least": self._least, "words": counts}) + "\n"
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "ab") as file:
                file.write(line.encode())
        except OSError as error:  # the bot goes on
            log.error("the log of gaps cannot be written (%s)", error.strerror)


def _unexplained(text: str, knowledge: Knowledge) -> set[str]:
    """The words of a message that neither a passage nor an example holds: small letters only, so no number, address or account."""
    index = knowledge.index
    found = set()
    for word in set(words(fold(text[:4096]))):
        terms = index.analyzer.terms_of([word]) if _WORD.fullmatch(word) else []
        if terms and word not in knowledge.known_words and not any(map(index.known, terms)):
            found.add(word)
    return found
