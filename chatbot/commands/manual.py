"""The manual page and the shell completions, made from the parser: they cannot tell other things than --help."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import NamedTuple

from chatbot.arguments import ADAPTERS, EPILOG, parser
from chatbot.commands import ANSWERED

_ENVIRONMENT = (
    ("NO_COLOR, CHATBOT_NO_COLOR", "not empty: no colour"),
    ("ACCESSIBLE", "1: as --accessible, on a terminal"),
    ("NO_HYPERLINKS", "not empty: addresses are written out"),
    ("FORCE_HYPERLINK", "not empty: links (OSC 8) on a terminal that is not known to have them"),
    ("COLORFGBG", "tells --theme auto the background, as in 15;0"),
    ("VISUAL, EDITOR", "the editor that Ctrl-X Ctrl-E opens"),
    ("CHATBOT_KNOWLEDGE, CHATBOT_REGION, CHATBOT_STORE", "for adapters and serve: what --knowledge, --region and --store say"),
    *((settings, f"for {name}: who the bot is; read from nowhere else") for name, (_, settings) in ADAPTERS.items()),
    ("CHATBOT_STATE_DIR, XDG_STATE_HOME", "where the history goes when it is turned on"),
)


class Option(NamedTuple):
    """An option or a positional argument of one command."""

    names: tuple[str, ...]
    value: str
    choices: tuple[str, ...]
    help: str


class Page(NamedTuple):
    """A command as its help tells it."""

    name: str
    help: str
    description: str
    options: tuple[Option, ...]


def pages() -> tuple[Page, ...]:
    """The whole command line first (its name is empty), then each command."""
    top = parser()
    commands = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    helps = {choice.dest: choice.help or "" for choice in commands._choices_actions}
    return (
        Page("", "", top.description or "", tuple(_options(top))),
        *(Page(name, helps.get(name, ""), sub.description or "", tuple(_options(sub))) for name, sub in commands.choices.items()),
    )


def _options(command: argparse.ArgumentParser) -> Iterator[Option]:
    for action in command._actions:
        if isinstance(action, argparse._SubParsersAction):
            continue
        takes = action.nargs != 0
        value = (action.metavar if isinstance(action.metavar, str) else action.dest.upper()) if takes else ""
        yield Option(tuple(action.option_strings), value, tuple(map(str, action.choices or ())), action.help or "")


def man(_: argparse.Namespace) -> int:
    """Print the manual page."""
    print(manual_page())
    return ANSWERED


def completion(options: argparse.Namespace) -> int:
    """Print the script for a shell."""
    print({"bash": bash, "zsh": zsh, "fish": fish}[options.shell]())
    return ANSWERED


def manual_page() -> str:
    """The manual page as roff."""
    top, *commands = pages()
    lines = [".TH CHATBOT 1", ".SH NAME", r"chatbot \- answers questions about muscle cramps from cited sources", ".SH SYNOPSIS"]
    lines += [
        r".B chatbot",
        r"[\fIOPTIONS\fR]",
        ".br",
        ".B chatbot",
        r"\fICOMMAND\fR [\fIOPTIONS\fR]",
        ".SH DESCRIPTION",
        _roff(top.description),
    ]
    lines += [".SH OPTIONS", *_entries(top.options), ".SH COMMANDS"]
    for page in commands:
        lines += [f".SS chatbot {page.name}", _roff(page.description), *_entries(page.options)]
    lines += [".SH ENVIRONMENT", *(line for name, what in _ENVIRONMENT for line in (".TP", f".B {name}", _roff(what)))]
    codes, _, streams = EPILOG.partition("\n")
    lines += [".SH EXIT STATUS", _roff(codes.removeprefix("exit codes: ")), ".SH NOTES", _roff(streams)]
    return "\n".join(lines)


def _entries(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        value = rf" \fI{_roff(option.value)}\fR" if option.value else ""
        names = ", ".join(rf"\fB{_roff(name)}\fR" for name in option.names)
        yield from (".TP", f"{names}{value}".strip(), _roff(option.help))
        if option.choices:
            yield _roff(f"One of: {', '.join(option.choices)}.")


def _roff(text: str) -> str:
    text = text.replace("\\", r"\e").replace("-", r"\-")
    return "\n".join(rf"\&{line}" if line.startswith((".", "'")) else line for line in text.splitlines())


def bash() -> str:
    """The completion for bash."""
    top, *commands = pages()
    cases = "\n".join(f"    {page.name}) words={_quoted(_words(page))} ;;" for page in commands)
    values = "\n".join(
        f'    {name}) COMPREPLY=($(compgen -W {_quoted(" ".join(choices))} -- "$now")); return ;;' for name, choices in _with_choices()
    )
    return f"""_chatbot() {{
  local now=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} word words={_quoted(_words(top) + " " + " ".join(p.name for p in commands))}
  COMPREPLY=()
  case $before in
{values}
  esac
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in
{cases}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "$now"))
}}
complete -o default -F _chatbot chatbot"""


def zsh() -> str:
    """The completion for zsh: the one for bash, run by zsh's own layer for it."""
    return f"autoload -U +X bashcompinit && bashcompinit\n{bash()}"


def fish() -> str:
    """The completion for fish."""
    top, *commands = pages()
    none = f"not __fish_seen_subcommand_from {' '.join(page.name for page in commands)}"
    lines = [f"complete -c chatbot -f -n {_quoted(none)} -a {page.name} -d {_quoted(page.help)}" for page in commands]
    for page in (top, *commands):
        seen = f"__fish_seen_subcommand_from {page.name}" if page.name else none
        lines += [line for option in page.options if (line := _fish_option(option, seen))]
    return "\n".join(lines)


def _fish_option(option: Option, seen: str) -> str:
    if not option.names:
        return f"complete -c chatbot -f -n {_quoted(seen)} -a {_quoted(' '.join(option.choices))}" if option.choices else ""
    names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
    choices = f" -x -a {_quoted(' '.join(option.choices))}" if option.choices else " -r" if option.value else ""
    return f"complete -c chatbot -n {_quoted(seen)} {names}{choices} -d {_quoted(option.help)}"


def _words(page: Page) -> str:
    return " ".join(word for option in page.options for word in (option.names or option.choices))


def _with_choices() -> Iterator[tuple[str, tuple[str, ...]]]:
    found = {option.names[0]: option.choices for page in pages() for option in page.options if option.names and option.choices}
    yield from found.items()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
