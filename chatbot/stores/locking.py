"""A lock between processes on a file of its own. The system frees it when a process ends, also when it is killed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.01


class FileLock:
    """A lock on the file `path`, which is made when it is missing and which only its owner may read.

    Two locks on one file exclude each other in one process as well.

    Args:
        path: a file that holds nothing.

    Raises:
        OSError: when the file cannot be opened, or is a link.
    """

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)

    @staticmethod
    def works() -> bool:
        """Whether this system has such locks. Where it has none, `held` holds nothing."""
        return fcntl is not None

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold the lock within the block.

        Raises:
            TimeoutError: when another holds it for longer than `seconds`.
            OSError: when the lock was closed.
        """
        if self._file < 0:
            raise OSError("the lock is closed")
        if fcntl is None:
            yield
            return
        self._take(time.monotonic() + seconds)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def _take(self, end: float) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise TimeoutError("another process holds the lock") from None
                time.sleep(pause)
                pause = min(pause * 1.5, _LONGEST_PAUSE)
            else:
                return

    def close(self) -> None:
        """Free the file. Closing twice does no harm, and a closed lock cannot be held."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
