"""States in memory: for one process, gone when it ends. Bounded in number and in time."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from chatbot.stores.base import ConversationKey, Record


class MemoryStore:
    """Keeps the last `most` conversations, each for `ttl` seconds after its last turn.

    Args:
        ttl: seconds without a turn after which a state is forgotten.
        most: how many conversations are kept; the one that was silent longest goes first.
        clock: gives seconds that never go back.
    """

    blocking = False

    def __init__(self, ttl: float = 1800, most: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl, self._most, self._clock = ttl, most, clock
        self._kept: OrderedDict[ConversationKey, tuple[float, Record]] = OrderedDict()
        self._written = 0
        self._lock = threading.Lock()

    def load(self, key: ConversationKey) -> Record:
        """What is kept under `key`."""
        with self._lock:
            return self._live(key)

    def save(self, key: ConversationKey, record: Record) -> bool:
        """Keep `record` unless another write came in between."""
        with self._lock:
            if self._live(key).version != record.version:
                return False
            self._written += 1
            self._kept[key] = (self._clock() + self._ttl, record._replace(version=str(self._written)))
            self._kept.move_to_end(key)
            self._drop()
        return True

    def forget(self, key: ConversationKey) -> None:
        """Delete what is kept under `key`."""
        with self._lock:
            self._kept.pop(key, None)

    def ready(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Drop everything."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def _live(self, key: ConversationKey) -> Record:
        found = self._kept.get(key)
        return found[1] if found and found[0] > self._clock() else Record()

    def _drop(self) -> None:
        """Drop what is over, which is in front since every write goes to the end, and what is too many."""
        now = self._clock()
        while self._kept:
            ends, _ = next(iter(self._kept.values()))
            if ends > now and len(self._kept) <= self._most:
                break
            self._kept.popitem(last=False)
