"""How far long work is: count, rate and time left, on standard error, and only when a person looks at it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TextIO, TypeVar

from chatbot.terminal import can_move, wants_accessible

T = TypeVar("T")
_EVERY = 0.1  # seconds between two pictures of a bar
_BAR = 24


class Progress:
    """A bar that is drawn over itself; where nothing may be drawn over, a line at each tenth; nothing where nobody looks."""

    def __init__(
        self,
        label: str,
        total: int,
        *,
        stream: TextIO | None = None,
        quiet: bool = False,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label, self._total, self._stream = label, total, stream or sys.stderr
        self._shown = total > 0 and not quiet and self._stream.isatty()
        self._over = can_move(environment) and not wants_accessible(environment)
        self._clock, self._began, self._drawn, self._tenth = clock, clock(), -1.0, 0
        self.done = 0

    def step(self, count: int = 1) -> None:
        """`count` more are done."""
        self.done += count
        if not self._shown:
            return
        now = self._clock()
        if self._over and (now - self._drawn >= _EVERY or self.done >= self._total):
            self._drawn = now
            self._stream.write("\r" + self._picture(now) + "\x1b[K")
            self._stream.flush()
        elif not self._over and self.done * 10 // self._total > self._tenth:
            self._tenth = self.done * 10 // self._total
            self._stream.write(f"{self._label}: {self._figures(now)}\n")

    def stage(self, name: str) -> None:
        """Say what is being done, where it cannot be counted."""
        if self._shown:
            self._stream.write(f"\r{self._label}: {name}\x1b[K" if self._over else f"{self._label}: {name}\n")
            self._stream.flush()

    def close(self) -> None:
        """The bar goes: what follows it begins in an empty line."""
        if self._shown and self._over:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _picture(self, now: float) -> str:
        full = _BAR * min(self.done, self._total) // self._total
        return f"{self._label} [{'#' * full}{'.' * (_BAR - full)}] {self._figures(now)}"

    def _figures(self, now: float) -> str:
        rate = self.done / max(now - self._began, 1e-9)
        left = max(0, self._total - self.done) / max(rate, 1e-9)
        return f"{self.done} of {self._total}, {rate:.0f} a second, {duration(left)} left"


def duration(seconds: float) -> str:
    """A time in words: "8 s", "3 min 20 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class Watched(Sequence[T]):
    """A sequence that tells how far a loop over it has come."""

    def __init__(self, items: Sequence[T], label: str, *, quiet: bool = False, stream: TextIO | None = None) -> None:
        self._items, self._label, self._quiet, self._stream = items, label, quiet, stream

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, at: Any) -> Any:
        return self._items[at]

    def __iter__(self) -> Iterator[T]:
        progress = Progress(self._label, len(self._items), stream=self._stream, quiet=self._quiet)
        try:
            for item in self._items:
                yield item
                progress.step()
        finally:
            progress.close()
