"""The talk in a terminal. The only place that knows prompt-toolkit."""

from __future__ import annotations

import os
import sys

from chatbot import render
from chatbot.bot import Chatbot
from chatbot.terminal import look
from chatbot.types import DialogueState

WELCOME = (
    "Ask about muscle cramps and spasms. Every answer names its sources. It is information, not medical advice.\n"
    "In an emergency call your emergency number first. Type a question, /help, or Ctrl-D to leave."
)
HELP = (
    "Type a question in your own words. A number picks one of the choices, \"source 1\" shows a source, \"more\" goes on.\n"
    "/help    this text\n/sources the sources of the last answer\n/quit    leave (also exit, quit, :q, Ctrl-D)"
)


def run(knowledge: str | os.PathLike[str] | None, region: str) -> int:
    """Talk until the person leaves; returns the exit code."""
    from prompt_toolkit import PromptSession

    print(WELCOME + "\n")
    session: PromptSession[str] = PromptSession("> ", bottom_toolbar="Not medical advice · /help")
    bot: Chatbot | None = None
    state = DialogueState()
    while True:
        try:
            text = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return 0
        command = text.strip().lower()
        if not command:
            continue
        if command in ("exit", "quit", ":q", "/quit", "/exit"):
            return 0
        if command == "/help":
            print(HELP + "\n")
            continue
        bot = bot or Chatbot(knowledge, region=region)
        turn = bot.respond("sources" if command == "/sources" else text, state)
        state = turn.state
        print("\n" + render.ansi(turn.reply, *look(sys.stdout)) + "\n")
