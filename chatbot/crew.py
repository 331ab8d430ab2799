"""Requests answered on every core, in their order: by this process, and by worker processes once many requests wait.

A worker is a fresh interpreter that reads a request a line and writes an answer a line. Nothing of the caller's program is run again
in it, and no thread of the caller's is copied, as can happen with `multiprocessing`. Whoever is free takes the next few requests, so
that a busy core slows nobody else down; few requests are answered before a worker would have started.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from threading import Condition, Thread
from typing import IO, Any, Generic, TypeVar

T = TypeVar("T")
_CODING = ("utf-8", "surrogatepass")

TAKEN = 16
"""Requests that a worker takes at a time; this process takes an eighth of it, so that finished answers are passed on soon."""
AHEAD = 1024
"""Requests that are read ahead, so that an endless input does not fill the memory."""


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve(answer: Callable[[str], str]) -> None:
    """What a worker does: an answer for each line of standard input, until it ends."""
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(line[:-1].decode(*_CODING)).encode(*_CODING) + b"\n")
        sys.stdout.buffer.flush()


class Crew(Generic[T]):
    """This process and its workers.

    Args:
        answer: answers a request, a string without line ends, in this process.
        read: makes an answer of the line that a worker wrote.
        code: what a worker runs; it calls `serve`. `sys.argv` holds `arguments` from 1 on.
        arguments: handed to each worker.
        workers: how many processes beside this one.
        waiting: so many requests must wait before workers are started.
    """

    def __init__(
        self, answer: Callable[[str], T], read: Callable[[str], T], code: str, arguments: list[str], workers: int, waiting: int = 1
    ) -> None:
        self._answer, self._read_answer, self._code, self._arguments = answer, read, code, arguments
        self._workers, self._waiting = workers, waiting
        self._changed = Condition()
        self._queue: deque[tuple[int, str]] = deque()
        self._done: dict[int, T] = {}
        self._read = 0
        self._ended = self._stopped = False
        self._failure: BaseException | None = None
        self._processes: list[Any] = []

    @property
    def busy(self) -> bool:
        """Whether more answers are there, or requests wait."""
        return bool(self._queue or self._done)

    def run(self, requests: Iterable[str]) -> Iterator[T]:
        """The answers in the order of the requests, each as soon as it and those before it are there.

        Raises:
            RuntimeError: when a worker ends early.
        """
        Thread(target=self._fill, args=(iter(requests),), daemon=True).start()
        passed = 0
        try:
            while True:
                with self._changed:
                    while not (self._failure or passed in self._done or self._queue or (self._ended and passed == self._read)):
                        self._changed.wait()
                    if self._failure:
                        raise self._failure
                    if passed not in self._done and not self._queue:
                        return
                    if not self._processes and len(self._queue) >= self._waiting and self._workers > 0:
                        self._start()
                    mine = [] if passed in self._done else self._take(TAKEN // 8)
                for at, request in mine:
                    self._done[at] = self._answer(request)
                while passed in self._done:
                    passed += 1
                    yield self._done.pop(passed - 1)
        finally:
            self._stop()

    def _fill(self, requests: Iterator[str]) -> None:
        try:
            for at, request in enumerate(requests):
                with self._changed:
                    while len(self._queue) >= max(AHEAD, self._waiting) and not self._stopped:
                        self._changed.wait()
                    if self._stopped:
                        return
                    self._queue.append((at, request))
                    self._read = at + 1
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 (raised again by `run`)
            self._failure = error
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, most: int) -> list[tuple[int, str]]:
        taken = [self._queue.popleft() for _ in range(min(most, len(self._queue)))]
        self._changed.notify_all()
        return taken

    def _start(self) -> None:
        import subprocess
        import tempfile

        paths = json.dumps([os.path.abspath(entry) for entry in sys.path])  # noqa: PTH100 (an import less)
        code = f"import json, sys; sys.path[:] = json.loads(sys.argv.pop(1)); {self._code}"
        for _ in range(self._workers):
            errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the thread that feeds)
            command = [sys.executable, "-c", code, paths, *self._arguments]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)  # noqa: S603
            self._processes.append(process)
            Thread(target=self._feed, args=(process, errors), daemon=True).start()

    def _feed(self, process: Any, errors: IO[bytes]) -> None:
        """Hand requests to a worker and take its answers."""
        with errors:
            try:
                while taken := self._wait_for_work():
                    process.stdin.write("".join(f"{request}\n" for _, request in taken).encode(*_CODING))
                    process.stdin.flush()
                    lines = [process.stdout.readline() for _ in taken]
                    if not lines[-1].endswith(b"\n"):
                        raise OSError("it ended early")
                    answers = [(at, self._read_answer(line[:-1].decode(*_CODING))) for (at, _), line in zip(taken, lines, strict=True)]
                    with self._changed:
                        self._done.update(answers)
                        self._changed.notify_all()
            except (OSError, ValueError) as error:
                with self._changed:
                    if not self._stopped:
                        process.wait()
                        errors.seek(0)
                        said = errors.read().decode(errors="replace").strip().splitlines()[-1:]
                        self._failure = RuntimeError(f"a worker process failed: {said[0] if said else error}")
                    self._changed.notify_all()

    def _wait_for_work(self) -> list[tuple[int, str]]:
        with self._changed:
            while not (self._queue or self._stopped or self._ended):
                self._changed.wait()
            return [] if self._stopped else self._take(TAKEN)

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for process in self._processes:
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
