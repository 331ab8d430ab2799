"""States in an SQLite file: for one machine, any number of processes. One that is killed loses the turn in flight, nothing else."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from chatbot.errors import StateError
from chatbot.stores.base import ConversationKey, Record
from chatbot.stores.locking import FileLock

APPLICATION: Final = 0x4372616D
"""What the file says of itself, so that no database of something else is written to."""
SCHEMA: Final = 1
"""The version of the table. A file of another one is refused."""

_SWEEP_EVERY: Final = 60.0
_CLOCK_SLACK: Final = 60.0
_TABLE: Final = "CREATE TABLE conversation (key TEXT PRIMARY KEY, record TEXT NOT NULL, version TEXT NOT NULL, saved REAL NOT NULL, ends REAL NOT NULL) WITHOUT ROWID"
# A state that was saved later than now: the clock was set back, and the state would live longer than it may.
_LIVE: Final = "(ends > :now AND saved <= :soon)"
_LOAD: Final = f"SELECT CAST(record AS BLOB), CAST(version AS BLOB) FROM conversation WHERE key = :key AND {_LIVE}"  # noqa: S608 - put together of our own words
_UPDATE: Final = f"""
UPDATE conversation SET record = :record, version = :new, saved = :now, ends = :ends WHERE key = :key AND CAST(version AS BLOB) = :version AND {_LIVE}
"""  # noqa: S608
_INSERT: Final = f"""
INSERT INTO conversation (key, record, version, saved, ends) VALUES (:key, :record, :new, :now, :ends) ON CONFLICT (key) DO UPDATE
SET record = excluded.record, version = excluded.version, saved = excluded.saved, ends = excluded.ends WHERE NOT {_LIVE} OR conversation.version = ''
"""  # noqa: S608
_SWEEP: Final = f"DELETE FROM conversation WHERE NOT {_LIVE}"  # noqa: S608


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether several connections may write to a write-ahead log at once: older SQLite can damage the file when one resets the log.

    Mended in 3.51.3 and in 3.50.7 and 3.44.6. See https://www.sqlite.org/wal.html#walresetbug.
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class SQLiteStore:
    """Keeps conversations in the file `path`, which only its owner may read. Beside it lie `-lock`, `-wal` and `-shm`.

    Every write, with the move of the log into the file that may follow it, is made while a lock is held that all processes
    share. So the damage that `wal_is_safe` tells of cannot happen in any SQLite. The file must not be on a network drive.

    Args:
        path: the file; it is made when it is missing.
        ttl: seconds without a turn after which a state is forgotten.
        wait: seconds that a call waits at most for each lock before it fails.
        clock: gives seconds since the epoch, so that states outlive the process.

    Raises:
        StateError: when the file cannot be used, or is of something else or of another version.
    """

    blocking = True

    def __init__(
        self, path: str | os.PathLike[str], ttl: float = 1800, *, wait: float = 2.0, clock: Callable[[], float] = time.time
    ) -> None:
        self._path, self._ttl, self._wait, self._clock = Path(path), ttl, wait, clock
        self._lock = threading.Lock()
        self._inherited: list[object] = []
        self._swept = 0.0
        self._open()

    def load(self, key: ConversationKey) -> Record:
        """What is kept under `key`."""
        with self._used() as db:
            found = db.execute(_LOAD, self._values(key)).fetchone()
        # whatever stands there can be read, and can be named as the version that is to be overwritten
        return Record.from_json(found[0].decode("utf-8", "replace"), found[1].decode("latin-1")) if found else Record()

    def save(self, key: ConversationKey, record: Record) -> bool:
        """Keep `record` unless another write came in between."""
        text = record.to_json()
        with self._used() as db, self._between.held(self._wait):
            values = {**self._values(key), "record": text, "version": record.version.encode("latin-1"), "new": uuid.uuid4().hex}
            done = db.execute(_UPDATE if record.version else _INSERT, {**values, "ends": values["now"] + self._ttl})
            self._sweep(db, values)
        return done.rowcount > 0

    def forget(self, key: ConversationKey) -> None:
        """Delete what is kept under `key`, from the write-ahead log as well."""
        with self._used() as db, self._between.held(self._wait):
            db.execute("DELETE FROM conversation WHERE key = ?", (key.digest(),))
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def ready(self) -> bool:
        """Whether the file can be written to."""
        try:
            with self._used() as db, self._between.held(self._wait):
                db.execute("BEGIN IMMEDIATE")
                db.execute("ROLLBACK")
        except (OSError, sqlite3.Error, StateError):
            return False
        return True

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            try:
                with self._between.held(self._wait):  # the last one to close moves the log into the file
                    self._db.close()
            except OSError:
                self._db.close()
            self._between.close()

    def _values(self, key: ConversationKey) -> dict[str, Any]:
        now = self._clock()
        return {"key": key.digest(), "now": now, "soon": now + _CLOCK_SLACK}

    def _sweep(self, db: sqlite3.Connection, values: dict[str, Any]) -> None:
        if abs(values["now"] - self._swept) >= _SWEEP_EVERY:
            self._swept = values["now"]
            db.execute(_SWEEP, values)

    @contextmanager
    def _used(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time. A process that was forked makes its own: SQLite's must not be carried over."""
        if not self._lock.acquire(timeout=self._wait):
            raise StateError(f"{self._path} is busy; the disk or another process holds it up")
        try:
            if self._process != os.getpid():
                self._inherited += [self._db, self._between]  # closing them here would free the locks of the parent
                self._open()
            yield self._db
        finally:
            self._lock.release()

    def _open(self) -> None:
        db = None
        try:
            _make_private(self._path)
            self._between = FileLock(f"{self._path}-lock")
            db = sqlite3.connect(self._path, timeout=self._wait, isolation_level=None, check_same_thread=False)
            with self._between.held(self._wait):
                _prepare(db, self._path)
        except (OSError, sqlite3.Error, StateError) as error:
            if db:
                db.close()
            if isinstance(error, StateError):
                raise
            raise StateError(f"{self._path} cannot be used for dialogue states ({error}); give another file") from error
        self._db, self._process = db, os.getpid()


def _make_private(path: Path) -> None:
    """Make the file when it is missing. One that is there is not opened: closing it would free the locks of this process on it."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise OSError("it is a link, or no file") from None


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA secure_delete = ON")
    kind, version, tables = (
        db.execute(f"{ask}").fetchone()[0] for ask in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    )
    if kind != APPLICATION and (tables or kind or version):
        raise StateError(f"{path} is a database of something else; give another file")
    if kind == APPLICATION and version != SCHEMA:
        raise StateError(
            f"{path} is of version {version}, this program writes {SCHEMA}; delete it (conversations begin anew) or give another file"
        )
    logged = FileLock.works() or wal_is_safe()
    db.execute(f"PRAGMA journal_mode = {'WAL' if logged else 'TRUNCATE'}")
    db.execute(f"PRAGMA synchronous = {'NORMAL' if logged else 'FULL'}")
    if not tables:
        for statement in ("BEGIN IMMEDIATE", f"PRAGMA application_id = {APPLICATION}", f"PRAGMA user_version = {SCHEMA}", _TABLE, "COMMIT"):
            db.execute(statement)
