"""What a line that begins with "/" does: one table, from which the help and the completion are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import chatbot.repl.actions as actions
from chatbot.repl.talk import Talk


class Command(NamedTuple):
    """A command: its name, what stands after it, what it does in words and in code. "[...]" may be left out."""

    name: str
    takes: str
    help: str
    run: Callable[[Talk, str], None]

    @property
    def usage(self) -> str:
        """How it is typed."""
        return f"/{self.name} {self.takes}".rstrip()


def _help(talk: Talk, name: str) -> None:
    found = [command for command in TABLE if command.name == name.lstrip("/")]
    if name and not found:
        talk.say(f"There is no command {name}. {near(name)}".strip())
        return
    if not name:
        talk.say(*actions.HELP)
    talk.say_table([(command.usage, command.help) for command in found or TABLE])


TABLE = (
    Command("help", "[COMMAND]", "what you can type", _help),
    Command("topics", "[WORD]", "what you can ask about; a number picks one", actions.topics),
    Command("sources", "[N]", "the sources of the last answer, with their titles", actions.sources),
    Command("open", "N", "open a source in your browser", actions.open_source),
    Command("why", "", "how your question was read and what was found", actions.why),
    Command("more", "", "what else the sources say on this", actions.more),
    Command("evidence", "", "how sure each sentence of the last answer is", actions.evidence),
    Command("copy", "", "copy the last answer with its sources", actions.copy),
    Command("save", "FILE", "write this talk to a new Markdown file", actions.save),
    Command("clear", "", "forget this talk and wipe the screen", actions.clear),
    Command("region", "[XX]", "your country, for emergency numbers: gb, us, ...", actions.region),
    Command("theme", "[NAME]", "colours: auto, light, dark or none", actions.theme),
    Command("complete", "[on|off]", "offer questions while you type", actions.complete),
    Command("history", "[on|off]", "keep the lines you type after you leave; off deletes them", actions.history),
    Command("quit", "", "leave (also: exit, quit, :q, Ctrl-D)", actions.leave),
)


def obey(talk: Talk, text: str) -> None:
    """Do what the line `text` commands, or say what is wrong with it.

    A red flag is heeded first: somebody may have begun an emergency with a slash.

    Raises:
        Leave: when the person wants to leave.
    """
    name, _, argument = text[1:].partition(" ")
    name, argument = name.lower(), argument.strip()
    command = next((command for command in TABLE if command.name == ("quit" if name == "exit" else name)), None)
    fits = command is not None and bool(command.takes or not argument)
    if not fits and _is_urgent(talk, text[1:]):
        return
    if command is None:
        talk.say(f"There is no command /{name[:40]}. {near(name)} To ask a question, leave out the slash.")
    elif not fits:
        talk.say(f"Nothing follows /{command.name}. To ask a question, leave out the slash.")
    elif not argument and command.takes and not command.takes.startswith("["):
        talk.say(f"Type {command.usage}: {command.help}.")
    else:
        command.run(talk, argument)


def _is_urgent(talk: Talk, text: str) -> bool:
    turn = talk.brain.bot().respond(text, talk.state)
    urgent = turn.reply.kind == "escalate"
    if urgent:
        talk.answer(text)
    return urgent


def near(name: str) -> str:
    """A question that names the command that is nearest to `name`."""
    import difflib

    name, names = name.lstrip("/"), [command.name for command in TABLE]
    close = [known for known in names if name and known.startswith(name)] or difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"Did you mean /{close[0]}?" if close else "/help lists all."
