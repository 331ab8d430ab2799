"""States in an SQLite file: for one machine. A process that is killed loses the turn in flight, nothing else."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from chatbot.errors import StateError
from chatbot.stores.base import ConversationKey, Record

_SWEEP_EVERY = 256
_SCHEMA = "CREATE TABLE IF NOT EXISTS conversation (key TEXT PRIMARY KEY, record TEXT NOT NULL, version TEXT NOT NULL, ends REAL NOT NULL) WITHOUT ROWID"


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether several connections may share a write-ahead log: older SQLite can damage the file when one resets the log.

    Mended in 3.51.3 and in 3.50.7 and 3.44.6.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class SQLiteStore:
    """Keeps conversations in the file `path`, which only its owner may read.

    Args:
        path: the file; it is made when it is missing.
        ttl: seconds without a turn after which a state is forgotten.
        shared: whether other processes use the file too. Then an SQLite that could damage a shared write-ahead log uses a
            journal, which is slower and as safe.
        clock: gives seconds since the epoch, so that states outlive the process.

    Raises:
        StateError: when the file cannot be used.
    """

    blocking = True

    def __init__(self, path: str | os.PathLike[str], ttl: float = 1800, *, shared: bool = False, clock: Callable[[], float] = time.time) -> None:
        self._ttl, self._clock, self._path = ttl, clock, Path(path)
        self._lock = threading.Lock()
        self._writes = 0
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600))
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute(f"PRAGMA journal_mode = {'WAL' if not shared or wal_is_safe() else 'TRUNCATE'}")
            self._db.execute("PRAGMA synchronous = " + ("FULL" if shared and not wal_is_safe() else "NORMAL"))
            self._db.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise StateError(f"{path} cannot be used for dialogue states ({error}); give another file") from error

    def load(self, key: ConversationKey) -> Record:
        """What is kept under `key`."""
        with self._lock:
            found = self._db.execute("SELECT record, version, ends FROM conversation WHERE key = ?", (key.digest(),)).fetchone()
        return Record.from_json(found[0], found[1]) if found and found[2] > self._clock() else Record()

    def save(self, key: ConversationKey, record: Record) -> bool:
        """Keep `record` unless another write came in between."""
        now = self._clock()
        new = (record.to_json(), uuid.uuid4().hex, now + self._ttl)
        with self._lock:
            if record.version:
                update = "UPDATE conversation SET record = ?, version = ?, ends = ? WHERE key = ? AND version = ? AND ends > ?"
                done = self._db.execute(update, (*new, key.digest(), record.version, now))
            else:
                insert = (
                    "INSERT INTO conversation (record, version, ends, key) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
                    " SET record = excluded.record, version = excluded.version, ends = excluded.ends WHERE conversation.ends <= ?"
                )
                done = self._db.execute(insert, (*new, key.digest(), now))
            self._writes += 1
            if self._writes % _SWEEP_EVERY == 1:
                self._db.execute("DELETE FROM conversation WHERE ends <= ?", (now,))
        return done.rowcount > 0

    def forget(self, key: ConversationKey) -> None:
        """Delete what is kept under `key`, from the write-ahead log as well."""
        with self._lock:
            self._db.execute("DELETE FROM conversation WHERE key = ?", (key.digest(),))
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def ready(self) -> bool:
        """Whether the file can be read."""
        try:
            with self._lock:
                self._db.execute("SELECT 1 FROM conversation LIMIT 1").fetchone()
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
