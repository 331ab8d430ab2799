"""What a terminal can show, read from the environment (no-color.org, OSC 8 conventions)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from typing import TextIO

_NARROWEST, _WIDEST = 20, 100


def look(stream: TextIO, environment: Mapping[str, str] = os.environ) -> tuple[int, bool, bool]:
    """Width in columns, whether to use colour, and whether to write links, for `stream`."""
    tty = stream.isatty()
    dumb = environment.get("TERM", "") == "dumb"
    color = tty and not dumb and not environment.get("NO_COLOR") and not environment.get("CHATBOT_NO_COLOR")
    forced = bool(environment.get("FORCE_HYPERLINK") or environment.get("FORCE_HYPERLINKS"))
    capable = any(environment.get(name) for name in ("WT_SESSION", "KITTY_WINDOW_ID", "VTE_VERSION", "KONSOLE_VERSION")) or environment.get(
        "TERM_PROGRAM", ""
    ) in ("iTerm.app", "WezTerm", "vscode", "ghostty")
    links = tty and not dumb and not environment.get("NO_HYPERLINKS") and (forced or capable)
    width = min(_WIDEST, max(_NARROWEST, shutil.get_terminal_size((80, 24)).columns))
    return width, color, links
