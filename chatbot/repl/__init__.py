"""The talk in a terminal. `prompt` is the only module that knows prompt-toolkit; everything else runs without it."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from chatbot.repl.brain import Brain
from chatbot.repl.talk import Talk
from chatbot.terminal import QuietKeys, can_move


class Options(NamedTuple):
    """What the command line says about a talk."""

    knowledge: str | os.PathLike[str] | None = None
    region: str = ""
    theme: str = "auto"
    accessible: bool = False
    vi: bool = False
    complete: bool = True
    quiet: bool = False


def run(options: Options) -> int:
    """Talk until the person leaves; returns the exit code.

    Raises:
        KnowledgeError: when the knowledge file cannot be read.
    """
    brain = Brain(options.knowledge, options.region)
    talk = Talk(brain, theme=options.theme, accessible=options.accessible, complete=options.complete)
    if not options.quiet:
        talk.welcome(bundled=options.knowledge is None)
    if talk.look.accessible or not can_move():
        from chatbot.repl.plain import converse

        return converse(talk)
    return _with_prompt(talk, options.vi)


def _with_prompt(talk: Talk, vi: bool) -> int:
    """The prompt is written before the library that reads it is loaded; what is typed meanwhile is kept for it."""
    with QuietKeys(sys.stdin):
        sys.stdout.write("> ")
        sys.stdout.flush()
        from chatbot.repl.prompt import converse

        sys.stdout.write("\r\x1b[K")
        return converse(talk, vi)
