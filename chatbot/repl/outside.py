"""The two ways out of the terminal, each only when it is asked for: the clipboard and the browser."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping

from chatbot.terminal import can_move

_CLIPBOARDS = (("wl-copy", "WAYLAND_DISPLAY"), ("xclip", "DISPLAY"), ("xsel", "DISPLAY"), ("pbcopy", ""), ("clip.exe", ""))
_ARGUMENTS = {"xclip": ["-selection", "clipboard"], "xsel": ["--clipboard", "--input"]}
_MOST_FOR_OSC_52 = 74_994
"""Bytes that all terminals take: the limit of xterm and of many that follow it."""


def is_remote(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether the person sits at another machine."""
    return any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "MOSH_CONNECTION"))


def copy_text(text: str, write: Callable[[str], object], environment: Mapping[str, str] = os.environ) -> str:
    """Copy `text`; returns what to tell. Over SSH, and where no clipboard program is found, the terminal is asked by OSC 52."""
    if not is_remote(environment):
        for program, needs in _CLIPBOARDS:
            if (not needs or environment.get(needs)) and shutil.which(program) and _pipe([program, *_ARGUMENTS.get(program, [])], text):
                return "Copied, with its sources."
    if not can_move(environment):
        return "This terminal has no clipboard. /save FILE writes the talk to a file."
    coded = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if len(coded) > _MOST_FOR_OSC_52:
        return "The answer is too long for the clipboard of a terminal. /save FILE writes it to a file."
    write(f"\x1b]52;c;{coded}\x07")
    return "Copied, with its sources, if your terminal allows programs to copy (OSC 52). Otherwise: /save FILE."


def _pipe(command: list[str], text: str) -> bool:
    try:
        told = text.encode("utf-8", "replace")
        run = subprocess.run(  # noqa: S603 (names from the table above)
            command, input=told, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=2, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return run.returncode == 0


def open_address(url: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Open a web address in the browser of this machine; False where the person would not see one."""
    if not url.startswith(("https://", "http://")) or is_remote(environment):
        return False
    if sys.platform.startswith("linux") and not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return False
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
