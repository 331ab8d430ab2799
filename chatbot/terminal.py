"""What a terminal can show, read from the environment (no-color.org, no-hyperlinks, OSC 8 conventions), and how its keys are read."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from chatbot.typed import Any, NamedTuple, TextIO

_NARROWEST, _WIDEST = 20, 100
_DARKEST_LIGHT = 7  # of the sixteen colours, 7 and 9-15 make a light background
_LINKING = ("iTerm.app", "WezTerm", "vscode", "ghostty")
THEMES = ("auto", "light", "dark", "none")


class Look(NamedTuple):
    """How to write for a terminal. The first three are what `render.ansi` takes."""

    width: int
    color: bool
    links: bool
    theme: str
    """"light", "dark", or "auto" where the background is not known."""
    accessible: bool
    """One thing after the other: nothing is drawn over, framed or told by its place."""
    height: int


def look(stream: TextIO, environment: Mapping[str, str] = os.environ, *, theme: str = "auto", accessible: bool = False) -> Look:
    """How to write to `stream`. A theme of "none" means no colour."""
    tty, dumb = stream.isatty(), not can_move(environment)
    quiet = any(environment.get(name) for name in ("NO_COLOR", "CHATBOT_NO_COLOR")) or theme == "none"
    accessible = accessible or wants_accessible(environment)
    fancy = tty and not dumb and not accessible
    width, height = _size(stream, environment)
    return Look(width, fancy and not quiet, fancy and _links(environment), _theme(theme, environment), accessible, height)


def can_move(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the terminal can move its cursor and wipe its screen."""
    term = environment.get("TERM", "")
    return term != "dumb" if term else sys.platform == "win32"


def wants_accessible(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the environment asks for the accessible form: `ACCESSIBLE` is set, and not to 0."""
    return environment.get("ACCESSIBLE", "0").lower() not in ("", "0", "no", "false", "off")


def _links(environment: Mapping[str, str]) -> bool:
    if environment.get("NO_HYPERLINKS"):
        return False
    if environment.get("FORCE_HYPERLINK") or environment.get("FORCE_HYPERLINKS"):
        return True
    known = any(environment.get(name) for name in ("WT_SESSION", "KITTY_WINDOW_ID", "VTE_VERSION", "KONSOLE_VERSION"))
    return known or environment.get("TERM_PROGRAM", "") in _LINKING


def _theme(theme: str, environment: Mapping[str, str]) -> str:
    """The theme that is asked for, or the one that COLORFGBG ("15;0": foreground; background) tells."""
    if theme in ("light", "dark"):
        return theme
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    if not background.isdecimal():
        return "auto"
    return "light" if int(background) >= _DARKEST_LIGHT and background != "8" else "dark"


def _size(stream: TextIO, environment: Mapping[str, str]) -> tuple[int, int]:
    """The columns and rows to write in. `shutil.get_terminal_size` does the same, and costs 4 ms to import."""
    try:
        columns, rows = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError, AttributeError):
        columns = rows = 0
    said = environment.get("COLUMNS", "")
    columns = int(said) if said.isdecimal() and int(said) else columns
    return min(_WIDEST, max(_NARROWEST, columns or 80)), rows or 24


class QuietKeys:
    """While it is open, keys typed early are kept and not echoed, and Enter stays Enter: the prompt that comes finds them.

    Without it a key that is typed before the prompt is read is shown twice, and an early Enter arrives as Ctrl-J, a new line.
    Where there is no `termios` (Windows) nothing is done.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._before: list[Any] | None = None

    def __enter__(self) -> QuietKeys:
        try:
            import termios
        except ImportError:
            return self
        try:
            now = termios.tcgetattr(self._stream)
            self._before = list(now)
            now[0] &= ~termios.ICRNL
            now[3] &= ~(termios.ECHO | termios.ICANON)
            termios.tcsetattr(self._stream, termios.TCSANOW, now)
        except (termios.error, OSError, ValueError):
            self._before = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(self._stream, termios.TCSADRAIN, self._before)
