"""Opens files without trusting their names, and has them read by the child process, within limits of size, time and memory."""

from __future__ import annotations

import json
import os
import queue
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chatbot.errors import MissingExtraError
from chatbot.ingest.blocks import Unreadable
from chatbot.ingest.extract import KINDS

MOST_BYTES = 32 << 20
SECONDS = 30.0
_RENEWED_AFTER = 500
"""Documents after which a new child begins, so that no library's leak grows for ever."""
_MOST_FILES = 100_000


def find(names: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """The files to add: those named, and those below the folders named, in order; each with what is wrong with it, or ""."""
    count = 0
    for name in names:
        if name.is_symlink():
            yield name, "a link; name the file or folder that it leads to"
        elif name.is_dir():
            for path in _below(name):
                count += 1
                if count > _MOST_FILES:
                    yield name, f"more than {_MOST_FILES:,} files; name its folders one by one"
                    return
                yield path, "a link; it is not followed" if path.is_symlink() else ""
        else:
            known = name.suffix.lower() in KINDS or not name.exists()
            yield name, "" if known else f"not a kind of document that is read; use {', '.join(sorted(KINDS))}"


def _below(folder: Path) -> Iterator[Path]:
    """The documents below a folder. Hidden files and folders, and files of other kinds, are passed over."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place) / name for name in folders if (Path(place) / name).is_symlink())
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in KINDS:
                yield Path(place) / name


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of at most `MOST_BYTES`. Links, pipes and devices are refused without blocking.

    Raises:
        Unreadable: when it cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError as error:
        raise Unreadable("there is no such file; see whether the name is right") from error
    except (OSError, ValueError) as error:
        raise Unreadable(
            f"it cannot be opened ({getattr(error, 'strerror', None) or error}); a plain file is needed, not a link"
        ) from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is no plain file; name a document")
        if status.st_size > MOST_BYTES:
            raise Unreadable(f"it is larger than {MOST_BYTES >> 20} MiB; split it")
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES >> 20} MiB; split it")
    if not data.strip():
        raise Unreadable("it is empty; put text into it")
    return data


class Reader:
    """A child process that reads documents one after the other; when it hangs or dies, another one takes its place."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()
        self._count = 0

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, data: bytes, ending: str) -> dict[str, Any]:
        """What a document says; see `extract`.

        Raises:
            Unreadable: when it cannot be read, or not within the limits.
            MissingExtraError: when the libraries for that are not installed.
        """
        child = self._running()
        assert child.stdin
        try:
            child.stdin.write(json.dumps({"ending": ending, "length": len(data)}).encode() + b"\n" + data)
            child.stdin.flush()
            line = self._answers.get(timeout=self._seconds)
        except queue.Empty:
            self.close()
            raise Unreadable(
                f"it takes longer than {self._seconds:.0f} seconds to read; split it, or copy its text into a .txt file"
            ) from None
        except OSError:
            line = b""
        if not line:
            self.close()
            raise Unreadable("reading it needs more memory than it may take; split it, or copy its text into a .txt file")
        answer: dict[str, Any] = json.loads(line)
        if "missing" in answer:
            raise MissingExtraError(f"adding documents needs the library {answer['missing']}; run: pip install 'cramp-chatbot[add]'")
        if "error" in answer:
            raise Unreadable(answer["error"])
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._count >= _RENEWED_AFTER:
            self.close()
        if self._child is None:
            self._count = 0
            self._answers = queue.Queue()
            command = [sys.executable, "-m", "chatbot.ingest.worker"]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
            threading.Thread(target=_collect, args=(self._child, self._answers), daemon=True).start()
        self._count += 1
        return self._child

    def close(self) -> None:
        """End the child."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:
                    continue


def _collect(child: subprocess.Popen[bytes], answers: queue.Queue[bytes]) -> None:
    """Put each answer into the queue, and an empty one when there will be no more."""
    assert child.stdout
    try:
        for line in child.stdout:
            answers.put(line)
    except (OSError, ValueError):
        pass
    answers.put(b"")
