"""What may be offered while a line is typed: commands and their arguments, topics and example questions. Knows no prompt library."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from chatbot.repl.brain import words_of
from chatbot.repl.commands import TABLE
from chatbot.repl.talk import Talk
from chatbot.terminal import THEMES
from chatbot.text import clean

FEWEST_LETTERS = 3
_MOST = 8


class Candidate(NamedTuple):
    """A text to put in place of the last `replaces` characters, and a hint to show beside it."""

    text: str
    replaces: int
    hint: str


def offers(talk: Talk, line: str) -> bool:
    """Whether anything is offered while `line` is typed, without being asked for by Tab."""
    return talk.complete and (line.startswith("/") or len(line.strip()) >= FEWEST_LETTERS)


def candidates(talk: Talk, line: str) -> Iterator[Candidate]:
    """What could be meant by `line`, typed up to its end."""
    if "\n" in line:
        return
    if line.startswith("/"):
        name, space, argument = line[1:].partition(" ")
        yield from _arguments(talk, name, argument) if space else _commands(name)
    elif len(line.strip()) >= FEWEST_LETTERS and talk.brain.ready:
        yield from _questions(talk, line)


def _commands(name: str) -> Iterator[Candidate]:
    for command in TABLE:
        if command.name.startswith(name.lower()):
            yield Candidate(f"/{command.name}", len(name) + 1, command.help)


def _arguments(talk: Talk, name: str, argument: str) -> Iterator[Candidate]:
    values = _VALUES.get(name)
    for value, hint in values(talk) if values else ():
        if value.startswith(argument.lower()):
            yield Candidate(value, len(argument), clean(hint))


def _marks(talk: Talk) -> Iterator[tuple[str, str]]:
    for citation in talk.last.reply.citations if talk.last else ():
        yield str(citation.mark), citation.title


def _regions(talk: Talk) -> Iterator[tuple[str, str]]:
    if talk.brain.ready:
        for key, words in talk.brain.bot().knowledge.red_flags.regions.items():
            if key != "any":
                yield key, words.get("country") or words["emergency"]


def _commands_for_help(_: Talk) -> Iterator[tuple[str, str]]:
    return ((command.name, command.help) for command in TABLE)


def _switch(_: Talk) -> Iterator[tuple[str, str]]:
    return iter((("on", ""), ("off", "")))


def _themes(_: Talk) -> Iterator[tuple[str, str]]:
    return ((theme, "") for theme in THEMES)


_VALUES: dict[str, Callable[[Talk], Iterator[tuple[str, str]]]] = {
    "help": _commands_for_help,
    "sources": _marks,
    "open": _marks,
    "region": _regions,
    "theme": _themes,
    "complete": _switch,
    "history": _switch,
}


def _questions(talk: Talk, line: str) -> Iterator[Candidate]:
    """Example questions that hold every word typed, the last one perhaps only begun; by their own words or by their topic."""
    typed, begun = words_of(line), line.strip().lower()
    found = [
        (not question.lower().startswith(begun), not _holds(words_of(question), typed), at, title, question)
        for at, (title, question, words) in enumerate(talk.brain.examples())
        if typed and question.lower() != begun and _holds(words, typed)
    ]
    for *_, title, question in sorted(found)[:_MOST]:
        yield Candidate(clean(question), len(line), clean(title))


def _holds(words: Sequence[str], typed: list[str]) -> bool:
    return all(word in words for word in typed[:-1]) and any(word.startswith(typed[-1]) for word in words)
