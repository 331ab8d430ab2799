"""From the start of `chatbot` to the first key: run it in a pseudo-terminal and look at the clock.

    python scripts/measure_start.py [RUNS]

Prints, as the median of the runs, when the prompt is on the screen, when a key typed at that moment is shown, and when an answer to
a question typed at that moment has come. Byte code must be compiled, so the first run is not counted.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time


def run() -> tuple[float, float, float]:
    """One start: seconds to the prompt, to the first key shown, to the first answer."""
    began = time.perf_counter()
    child, screen = pty.fork()
    if child == 0:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")} | {"TERM": "xterm-256color"}
        os.execve(sys.executable, [sys.executable, "-m", "chatbot"], environment)
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    seen = _until(screen, "> ")
    prompt = time.perf_counter() - began
    os.write(screen, b"why at night")
    seen = _until(screen, "why at night", seen)
    key = time.perf_counter() - began
    os.write(screen, b"\r")
    _until(screen, "You can ask:", seen)
    answer = time.perf_counter() - began
    os.write(screen, b"\x04")
    os.close(screen)
    os.waitpid(child, 0)
    return prompt, key, answer


def _until(screen: int, text: str, seen: str = "") -> str:
    last = time.perf_counter() + 30
    at = len(seen)
    while text not in seen[at:]:
        if time.perf_counter() > last:
            raise SystemExit(f"{text!r} did not come; the screen got {seen!r}")
        if select.select([screen], [], [], 1)[0]:
            new = os.read(screen, 65536).decode("utf-8", "replace")
            seen += new
            if "\x1b[6n" in new:
                os.write(screen, b"\x1b[12;1R")  # where the cursor is, as a terminal tells it
    return seen


if __name__ == "__main__":
    run()
    figures = [run() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 11)]
    for name, column in zip(("prompt shown", "first key shown", "first answer shown"), zip(*figures, strict=True), strict=True):
        print(f"{name:20} {statistics.median(column):.3f} s  ({min(column):.3f} to {max(column):.3f})")
