"""A talk line by line, for screen readers and for terminals that cannot move the cursor: it only ever adds lines."""

from __future__ import annotations

import sys

from chatbot.repl.talk import Leave, Talk

_PROMPT = "Question: "
_PASTE_PAUSE = 0.05  # seconds; pasted lines wait in the terminal already, typed ones never come so fast


def converse(talk: Talk) -> int:
    """Talk until the person leaves; returns the exit code."""
    while True:
        try:
            sys.stdout.write(_PROMPT)
            sys.stdout.flush()
            line = _read()
            if not line:
                sys.stdout.write("\n")
                return 0
            talk.hear(line)
        except KeyboardInterrupt:
            talk.draw("")
            talk.say("Type quit or press Ctrl-D to leave.")
        except Leave:
            return 0


def _read() -> str:
    """A line, with the lines that were pasted together with it: they are one question. "" at the end of input."""
    line = sys.stdin.readline()
    while line and _more_waits():
        more = sys.stdin.readline()
        if not more:
            break
        line += more
    return line


def _more_waits() -> bool:
    try:
        import select

        return bool(select.select([sys.stdin], [], [], _PASTE_PAUSE)[0])
    except (OSError, ValueError):  # Windows selects on sockets only
        return False
