"""A talk: what is remembered until it ends, and how lines are taken and answered. Nothing of it is written unless it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from chatbot.render.as_ansi import wrap
from chatbot.repl.brain import Brain
from chatbot.terminal import Look, look
from chatbot.text import clean
from chatbot.types import DialogueState, Reply, Suggestion, Turn

LEAVE = ("exit", "quit", ":q")
_MOST_TURNS = 500
_FIRST = ("How do I stop a cramp right now?", "Why do leg cramps come at night?", "How can I keep cramps from coming back?")
"""What the bundled knowledge is asked most, there to be picked before that knowledge is loaded. A test holds that it answers them."""

WELCOME = "I answer questions about muscle cramps, and name my sources. This is information, not medical advice."
WELCOME_OTHER = "I answer questions from the sources that I was given, and name them."
EMERGENCY = "In an emergency, call your emergency number first."
HOW = "Type {number}a question in your own words, and press Enter. /help shows more; Ctrl-D leaves."


class Leave(Exception):  # noqa: N818 (it is a wish, not an error)
    """The person wants to go."""


class Exchange(NamedTuple):
    """What was asked and what came."""

    question: str
    turn: Turn


class Talk:
    """A talk with one person."""

    def __init__(
        self,
        brain: Brain,
        *,
        theme: str = "auto",
        accessible: bool = False,
        complete: bool = True,
        write: Callable[[str], object] | None = None,
    ) -> None:
        self.brain = brain
        self.theme, self.complete = theme, complete
        self.state = DialogueState()
        self.exchanges: list[Exchange] = []
        self.when_forgotten: Callable[[], None] = lambda: None
        """Called when all is to be forgotten: the arrow keys must forget too."""
        self._accessible = accessible
        self._write = write or _to_screen

    @property
    def look(self) -> Look:
        """How to write now: the window may have been resized."""
        return look(sys.stdout, theme=self.theme, accessible=self._accessible)

    @property
    def last(self) -> Turn | None:
        """The last turn."""
        return self.exchanges[-1].turn if self.exchanges else None

    def welcome(self, bundled: bool) -> None:
        """What this is and how to begin. The first choices are those of the bundled knowledge."""
        self.say(WELCOME if bundled else WELCOME_OTHER, EMERGENCY)
        if bundled:
            self.offer([Suggestion(question, question) for question in _FIRST])
        self.say(HOW.format(number="a number, or " if bundled else ""))

    def offer(self, suggestions: Iterable[Suggestion]) -> None:
        """Show choices, which a number picks from now on."""
        self.state = self.state._replace(pending=tuple(suggestions))
        word = "Choice " if self.look.accessible else ""
        mark = ":" if self.look.accessible else "."
        self.say(*(f"{word}{at}{mark} {item.label}" for at, item in enumerate(self.state.pending, 1)), indent=3)

    def hear(self, line: str) -> None:
        """Take a line that was typed: a question, a command, or the wish to leave.

        Raises:
            Leave: when it is that wish.
            KnowledgeError: when the knowledge file cannot be read.
        """
        text = line.strip()
        if not text:
            return
        if text.lower() in LEAVE:
            raise Leave
        if text.startswith("/"):
            from chatbot.repl.commands import obey

            obey(self, text)
        else:
            self.answer(text)

    def answer(self, text: str) -> Turn:
        """Ask, show and remember."""
        turn = self.brain.bot().respond(text, self.state)
        self.state = turn.state
        self.exchanges = [*self.exchanges[-_MOST_TURNS:], Exchange(text, turn)]
        self.show(turn.reply)
        return turn

    def show(self, reply: Reply) -> None:
        """Draw a reply."""
        now = self.look
        if now.accessible:
            from chatbot.render.as_accessible import accessible

            self._write("\n" + accessible(reply) + "\n\n")
        else:
            from chatbot.render.as_ansi import chat

            self._write("\n" + chat(reply, *now[:4], height=now.height) + "\n\n")

    def say(self, *paragraphs: str, indent: int = 0) -> None:
        """Write lines of our own, wrapped, with nothing in them that a screen must not get, and an empty line after them.

        Args:
            paragraphs: what to write.
            indent: by how much the further lines of a paragraph stand in; spaces before a paragraph set all of it in.
        """
        for text in paragraphs:
            self._write("\n".join(self._lines(text, indent)) + "\n")
        self._write("\n")

    def _lines(self, text: str, indent: int) -> list[str]:
        safe, now = clean(text, len(text)), self.look
        if now.accessible:
            return [safe.strip()]
        left = " " * (len(safe) - len(safe.lstrip(" ")))
        return [left + line for line in wrap(safe, now.width - len(left), indent)]

    def say_table(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write rows of a name and what it means: beside each other where there is room."""
        wide = max(len(name) for name, _ in rows) + 2
        if self.look.accessible:
            self.say(*(f"{name}: {meaning}" for name, meaning in rows))
        elif self.look.width < 3 * wide:
            self.say(*(line for name, meaning in rows for line in (name, f"    {meaning}")))
        else:
            for name, meaning in rows:
                first, *rest = wrap(clean(meaning), self.look.width - wide)
                self._write("\n".join([f"{name:{wide}}{first}", *(" " * wide + line for line in rest)]) + "\n")
            self._write("\n")

    def draw(self, text: str) -> None:
        """Write text that a renderer made for a terminal."""
        self._write(text + "\n")

    def draw_raw(self, text: str) -> None:
        """Write a control sequence of our own."""
        self._write(text)

    def forget(self) -> None:
        """Forget all that was said."""
        self.state = DialogueState()
        self.exchanges = []
        self.when_forgotten()


def _to_screen(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
