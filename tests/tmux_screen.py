"""A real terminal for tests and screenshots: a program in a tmux of its own, whose screen is read until it shows what is awaited."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0
"""Seconds after which a screen that does not come is an error. Nothing waits longer than it must: the screen is looked at all the time."""


class Screen:
    """A tmux server with one window of `width` by `height`, in which `python -m chatbot` runs."""

    def __init__(self, folder: Path, width: int = 80, height: int = 24, arguments: tuple[str, ...] = (), **environment: str) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("NOT TESTED: tmux is not installed, and the terminal is tested in it: apt-get install tmux")
        self.folder = folder
        # a socket's path may hold 107 characters, and the folder of a test is longer at times
        self._sockets = tempfile.mkdtemp(prefix="chat-")
        # the exit code goes to a file: tmux 3.3 misses the end of a child at times
        command = ["sh", "-c", '"$@"; echo $? > "$0"', f"{self._sockets}/code", sys.executable, "-m", "chatbot", *arguments]
        names = (
            "COLORFGBG",
            "NO_COLOR",
            "CHATBOT_NO_COLOR",
            "ACCESSIBLE",
            "SSH_CONNECTION",
            "DISPLAY",
            "WAYLAND_DISPLAY",
            "VISUAL",
            "EDITOR",
        )
        env = {name: value for name, value in os.environ.items() if name not in (*names, "TMUX", "COLUMNS", "LINES")}
        self._env = {
            **env,
            "HOME": str(folder),
            "XDG_STATE_HOME": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            **environment,
        }
        settings = [f"{name}={self._env[name]}" for name in ("HOME", "XDG_STATE_HOME", "PYTHONPATH", "LANG", *environment)]
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height), "-c", str(folder), "env", "-u", "COLUMNS", *settings, *command)
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["tmux", "-S", f"{self._sockets}/s", "kill-server"], capture_output=True, check=False)
        shutil.rmtree(self._sockets, ignore_errors=True)

    def tmux(self, *arguments: str, text: str | None = None) -> str:
        """Run a command of tmux."""
        run = subprocess.run(
            ["tmux", "-S", f"{self._sockets}/s", "-f", "/dev/null", *arguments],
            env=self._env,
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def keys(self, *names: str) -> None:
        """Press keys by tmux's names ("Enter", "C-c", "M-Enter")."""
        self.tmux("send-keys", *names)

    def type(self, text: str) -> None:
        """Type a text."""
        self.tmux("send-keys", "-l", text)

    def ask(self, text: str) -> None:
        """Type a text and press Enter."""
        self.type(text)
        self.until(lambda screen: text[-15:].strip() in " ".join(screen.split()) or text[-6:] in screen)
        self.keys("Enter")

    def paste(self, text: str) -> None:
        """Paste a text, bracketed if the program asked for that."""
        self.tmux("load-buffer", "-", text=text)
        self.tmux("paste-buffer", "-p", "-d")

    def resize(self, width: int, height: int) -> None:
        """Make the window wider or narrower."""
        self.tmux("resize-window", "-x", str(width), "-y", str(height))

    def shown(self, scrollback: bool = False, colors: bool = False) -> str:
        """What is on the screen, or all since the start."""
        return self.tmux("capture-pane", "-p", *(["-S", "-"] if scrollback else []), *(["-e"] if colors else []))

    def until(self, right: str | Callable[[str], bool], scrollback: bool = False) -> str:
        """Look until the screen holds a text, or is as it should be; returns the screen."""
        done = (lambda screen: right in screen) if isinstance(right, str) else right
        last = time.monotonic() + PATIENCE
        while time.monotonic() < last:
            screen = self.shown(scrollback)
            if done(screen):
                return screen
            time.sleep(0.02)
        raise AssertionError(f"{right!r} did not come in {PATIENCE} s; the screen shows:\n{screen}")

    def exit_code(self) -> int:
        """The exit code of the program, when it has ended."""
        code = Path(self._sockets) / "code"
        last = time.monotonic() + PATIENCE
        while time.monotonic() < last:
            if code.exists() and code.read_text().strip():
                return int(code.read_text())
            time.sleep(0.02)
        raise AssertionError(f"it goes on after {PATIENCE} s; the screen shows:\n{self.shown()}")
