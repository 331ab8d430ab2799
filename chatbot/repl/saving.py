"""What a talk writes, and only when it is asked to: the talk as Markdown, and the lines that were typed. For nobody else to read."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

_MOST_LINES = 1000
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def as_markdown(exchanges: Iterable[tuple[str, str]]) -> str:
    """Questions and answers (the latter in Markdown, with their sources) as one Markdown text."""
    from chatbot.render.as_markdown import escape
    from chatbot.text import clean

    parts = [f"## {escape(clean(question)) or '-'}\n\n{answer.strip()}\n" for question, answer in exchanges]
    return "# A talk with the chatbot\n\n" + "\n".join(parts)


def write_new(path: str, text: str) -> None:
    """Write a new file that only its owner may read.

    Raises:
        OSError: when it cannot be written, or is there already.
    """
    handle = os.open(Path(path).expanduser(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def history_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the lines go when the history is on: the XDG state folder, or %LOCALAPPDATA% on Windows."""
    if environment.get("CHATBOT_STATE_DIR"):
        return Path(environment["CHATBOT_STATE_DIR"]) / "history"
    base = Path(environment.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_STATE_HOME") or "")
    if not base.is_absolute():  # a relative one is to be ignored, says the XDG specification
        base = Path.home() / ".local" / "state"
    return base / "chatbot" / "history"


class SavedLines:
    """The history: on while its file is there. Each line is a line of JSON, since a question may have several."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or history_path()

    @property
    def on(self) -> bool:
        """Whether lines are kept."""
        return self.path.is_file() and not self.path.is_symlink()

    def start(self) -> None:
        """Keep lines from now on.

        Raises:
            OSError: when the file cannot be made.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._append("")
        self.path.chmod(0o600)

    def stop(self) -> None:
        """Delete what was kept, and keep nothing more.

        Raises:
            OSError: when it cannot be deleted.
        """
        self.path.unlink(missing_ok=True)

    def add(self, line: str) -> None:
        """Keep a line, if the history is on. A disk that is full does not end a talk."""
        if self.on:
            with contextlib.suppress(OSError):
                self._append(json.dumps(line) + "\n")

    def lines(self) -> list[str]:
        """What was kept, oldest first; what cannot be read is left out."""
        if not self.on:
            return []
        try:
            rows = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return []
        return [line for row in rows[-_MOST_LINES:] if (line := _text(row))]

    def _append(self, text: str) -> None:
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _NO_LINK, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(text)


def _text(row: str) -> str:
    try:
        value = json.loads(row)
    except (ValueError, RecursionError):
        return ""
    return value if isinstance(value, str) else ""
