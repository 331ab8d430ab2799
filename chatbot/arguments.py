"""The arguments of the command line, from which the help, the man page and the shell completions are made."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatbot.render import FORMATS, MESSAGE_FORMATS
from chatbot.terminal import THEMES

if TYPE_CHECKING:
    from pathlib import Path

EPILOG = """\
exit codes: 0 answered; 1 no answer; 2 wrong use, configuration or corpus; 3 red-flag advice was given; 130 interrupted.
Answers go to standard output, everything else to standard error. This is general information, not medical advice."""

ADAPTERS = {
    "telegram": ("Telegram", "TELEGRAM_TOKEN"),
    "discord": ("Discord", "DISCORD_TOKEN"),
    "slack": ("Slack", "SLACK_BOT_TOKEN, SLACK_APP_TOKEN"),
    "matrix": ("Matrix", "MATRIX_SERVER, MATRIX_USER and MATRIX_TOKEN or MATRIX_PASSWORD"),
    "xmpp": ("XMPP", "XMPP_JID, XMPP_PASSWORD"),
    "irc": ("IRC", "IRC_SERVER"),
}
"""The platforms that have an adapter: how each is called, and what must stand in the environment."""

Commands = Any
"""What `add_subparsers` returns; its type has no public name."""


def parser() -> argparse.ArgumentParser:
    """The whole command line. Each command sets `run`, which takes the options and returns the exit code."""
    top = argparse.ArgumentParser(
        prog="chatbot",
        description="Answers questions about muscle cramps from cited sources, offline. Without a command: a talk in the terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"chatbot {_version()}")
    top.set_defaults(run=_lazily("asking", "chat"))
    _common(top)
    _looks(top)
    top.add_argument("--vi", action="store_true", help="edit the line with the keys of vi (default: of emacs)")
    top.add_argument("--no-completion", action="store_true", help="offer nothing while you type")
    commands = top.add_subparsers(metavar="COMMAND", title="commands")
    first = (_ask, _new, _add, _import, _remove, _build, _lint, _coverage, _eval, _calibrate)
    rest = (_sources, _show, _verify, _suggest, _gaps, _adapters, _serve, _completion, _man)
    for add in (*first, *rest):
        add(commands)
    return top


def _lazily(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """A command that is imported when it runs."""

    def run(options: argparse.Namespace) -> int:
        import importlib

        return int(getattr(importlib.import_module(f"chatbot.commands.{module}"), function)(options))

    return run


def _version() -> str:
    from chatbot import __version__

    return __version__


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _common(command: argparse.ArgumentParser, inherit: bool = False) -> None:
    default: Any = argparse.SUPPRESS if inherit else ""
    command.add_argument("--knowledge", metavar="FILE", default=default, help="a knowledge file of your own")
    command.add_argument("--region", metavar="XX", default=default, help="the country whose emergency lines to name, such as gb or us")
    quiet: Any = argparse.SUPPRESS if inherit else False
    command.add_argument(
        "-q", "--quiet", action="store_true", default=quiet, help="no welcome, no progress: nothing but answers and errors"
    )


def _looks(command: argparse.ArgumentParser, inherit: bool = False) -> None:
    theme: Any = argparse.SUPPRESS if inherit else "auto"
    switch: Any = argparse.SUPPRESS if inherit else False
    command.add_argument("--theme", choices=THEMES, default=theme, help="colours for a light or a dark background, or none (default: auto)")
    command.add_argument("--no-color", dest="theme", action="store_const", const="none", default=theme, help="the same as --theme none")
    command.add_argument(
        "--accessible",
        action="store_true",
        default=switch,
        help="one thing after the other, each named: for screen readers and Braille (or ACCESSIBLE=1)",
    )


def _inputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--corpus", type=_path, default="corpus", metavar="DIR", help="the folder of topics (default: corpus)")
    command.add_argument(
        "--intents", type=_path, default=None, metavar="FILE", help="default: intents.yaml, or a small built-in one when there is none"
    )
    command.add_argument(
        "--safety", type=_path, default=None, metavar="FILE", help="default: safety.yaml, or a small built-in one when there is none"
    )


def _ask(commands: Commands) -> None:
    ask = commands.add_parser("ask", help="one answer", description="Answer one question, given as words or on standard input.")
    ask.add_argument("question", nargs="*", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the whole turn as JSON")
    ask.add_argument("--jsonl", action="store_true", help='read {"id", "text"} or {"id", "turns"} a line, write {"id", "turn"} a line')
    ask.add_argument("--lines", action="store_true", help="each line of standard input is a question")
    ask.add_argument(
        "--format",
        default="",
        choices=tuple(dict.fromkeys((*FORMATS, *MESSAGE_FORMATS))),
        metavar="FORM",
        help=f"how to print the answer: {', '.join(FORMATS)}, or a platform, as in telegram",
    )
    ask.add_argument("--plain", dest="format", action="store_const", const="plain", default="", help="the same as --format plain")
    ask.add_argument("--explain", action="store_true", help="how each question was read and what was found, on standard error")
    ask.add_argument(
        "--gaps",
        metavar="FILE",
        default="",
        help="with --lines or --jsonl: count words that nothing explains, each line as a person; no text is kept",
    )
    _common(ask, inherit=True)
    _looks(ask, inherit=True)
    ask.set_defaults(run=_lazily("asking", "ask"))


def _new(commands: Commands) -> None:
    new = commands.add_parser(
        "new",
        help="begin a bot on another subject",
        description="Make a folder with a small corpus, intents, safety rules and a README, which work.",
    )
    new.add_argument("folder", type=_path, metavar="FOLDER")
    new.set_defaults(run=_lazily("starting", "new"))


def _build(commands: Commands) -> None:
    build = commands.add_parser("build", help="corpus + intents + safety -> knowledge", description="Compile the knowledge file.")
    _inputs(build)
    build.add_argument(
        "--calibration", type=_path, default="calibration.json", metavar="FILE", help="default: calibration.json, if it is there"
    )
    build.add_argument(
        "-o",
        "--output",
        type=_path,
        default=None,
        metavar="FILE",
        help="the file to write (default: knowledge.bin; in the folder of the project the bundled one)",
    )
    _quiet(build)
    build.set_defaults(run=_lazily("making", "build"))


def _quiet(command: argparse.ArgumentParser) -> None:
    command.add_argument("-q", "--quiet", action="store_true", default=argparse.SUPPRESS, help="no progress")


def _facts(command: argparse.ArgumentParser, of: str) -> None:
    """Where the files go, and what is known of them."""
    command.add_argument(
        "--into", type=_path, default="corpus", metavar="CORPUS", help="the folder of topics, made when it is missing (default: corpus)"
    )
    for name, what in (
        ("title", "its title"), ("url", "where it was found"), ("author", "who wrote it"), ("publisher", "who published it"), ("date", "when, as in 2020-09-21"),
        ("licence", "under which terms you may quote it"), ("language", "its language, as in en"),
    ):  # fmt: skip
        command.add_argument(f"--{name}", default="", metavar="TEXT", help=f"{what} (default: as the {of} says)")


def _add(commands: Commands) -> None:
    add = commands.add_parser(
        "add", help="documents of your own -> corpus", description="Take text, Markdown, HTML, PDF and Word documents into a corpus; then `chatbot build`.",
        epilog="exit codes: 0 all are in; 1 some could not be read; 2 none could, or wrong use.",
    )  # fmt: skip
    add.add_argument("file", nargs="+", type=_path, metavar="FILE", help="a document (.txt .md .html .pdf .docx), or a folder of them")
    _facts(add, "document")
    add.add_argument("--show-dropped", action="store_true", help="list on standard error what was left out as no part of the text")
    add.add_argument("-q", "--quiet", action="store_true", default=False, help="no progress, no questions")
    add.set_defaults(run=_lazily("adding", "add"))


def _import(commands: Commands) -> None:
    imports = commands.add_parser(
        "import", help="questions and answers of another platform -> corpus",
        description="Take in what QnA Maker (.tsv), the Bot Framework (.qna), Rasa (nlu.yml with responses), ChatterBot (.yml) or a table (.csv) hold; "
        "then `chatbot build`. What cannot be carried over is listed, all of it in import-report.txt in the corpus.",
        epilog="exit codes: 0 all files are in, 1 some could not be read, 2 none could, or wrong use.",
    )  # fmt: skip
    imports.add_argument("file", nargs="+", type=_path, metavar="FILE", help="an export (.tsv .qna .csv .yml .yaml), or a folder of them")
    _facts(imports, "export")
    imports.add_argument("-q", "--quiet", action="store_true", default=False, help="no list of what is left out: it stands in the report")
    imports.set_defaults(run=_lazily("importing", "take_in"))


def _remove(commands: Commands) -> None:
    remove = commands.add_parser(
        "remove", help="take a document out of a corpus", description="Take out what `chatbot add` took in; then `chatbot build`."
    )
    remove.add_argument("name", nargs="+", metavar="NAME", help="the document's name in the corpus, its file, or its web address")
    remove.add_argument(
        "--from", dest="corpus", type=_path, default="corpus", metavar="CORPUS", help="the folder of topics (default: corpus)"
    )
    remove.set_defaults(run=_lazily("adding", "remove"))


def _lint(commands: Commands) -> None:
    lint = commands.add_parser(
        "lint", help="what is wrong in corpus, intents and safety", description="Prints file:line: what; what to do."
    )
    _inputs(lint)
    lint.add_argument("--json", action="store_true", help="findings as JSON, for editors and CI")
    lint.set_defaults(run=_lazily("making", "lint"))


def _coverage(commands: Commands) -> None:
    coverage = commands.add_parser(
        "coverage", help="the grid of aspects by facets", description="Which questions the corpus answers, and where it is empty."
    )
    coverage.add_argument("--least", type=int, default=2, metavar="N", help="leave out facets with fewer passages (default: 2)")
    coverage.add_argument("--json", action="store_true", help="the passages of each cell as JSON")
    _common(coverage, inherit=True)
    coverage.set_defaults(run=_lazily("looking", "coverage"))


def _eval(commands: Commands) -> None:
    evaluate = commands.add_parser(
        "eval", help="figures on a labelled question file", description="Ask every question and compare with its labels."
    )
    evaluate.add_argument("file", type=_path, metavar="FILE")
    evaluate.add_argument("--bars", type=_path, metavar="FILE", help="JSON of bars; exit code 1 when a figure misses its bar")
    evaluate.add_argument("--json", action="store_true", help="figures and confusion as JSON")
    evaluate.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    _common(evaluate, inherit=True)
    evaluate.set_defaults(run=_lazily("making", "evaluate"))


def _calibrate(commands: Commands) -> None:
    calibrate = commands.add_parser(
        "calibrate",
        help="fit the thresholds to a target false-answer rate",
        description="Fit on labelled questions; print the risk-coverage curve.",
    )
    calibrate.add_argument("file", type=_path, metavar="FILE")
    calibrate.add_argument(
        "--target", type=float, default=0.1, metavar="RATE", help="share of out-of-scope questions that may be answered (default: 0.1)"
    )
    calibrate.add_argument(
        "-o", "--output", type=_path, default="calibration.json", metavar="FILE", help="default: calibration.json, which build reads"
    )
    calibrate.add_argument("--svg", type=_path, default=None, metavar="FILE", help="write the curve as an SVG")
    _common(calibrate, inherit=True)
    calibrate.set_defaults(run=_lazily("making", "calibrate"))


def _sources(commands: Commands) -> None:
    sources = commands.add_parser("sources", help="the sources that answers cite", description="List all sources, or show some.")
    sources.add_argument("key", nargs="*", metavar="KEY")
    _common(sources, inherit=True)
    sources.set_defaults(run=_lazily("looking", "sources"))


def _show(commands: Commands) -> None:
    show = commands.add_parser(
        "show", help="a passage with its sources", description="Show a passage by its id, such as quinine#is-quinine-dangerous."
    )
    show.add_argument("id", metavar="ID")
    _common(show, inherit=True)
    show.set_defaults(run=_lazily("looking", "show"))


def _verify(commands: Commands) -> None:
    verify = commands.add_parser(
        "verify", help="find every statement of a saved reply again", description="Check replies saved with --json or --jsonl."
    )
    verify.add_argument("file", type=_path, metavar="FILE")
    _common(verify, inherit=True)
    verify.set_defaults(run=_lazily("looking", "verify"))


def _suggest(commands: Commands) -> None:
    suggest = commands.add_parser(
        "suggest", help="intents for a corpus, to edit",
        description="Reads a corpus and prints intents.yaml with an intent for each group of passages: names, examples and passages to edit.",
    )  # fmt: skip
    suggest.add_argument("--corpus", type=_path, default="corpus", metavar="DIR", help="the folder of topics (default: corpus)")
    suggest.add_argument(
        "--intents",
        type=_path,
        default=None,
        metavar="FILE",
        help="what there is already, which stays (default: intents.yaml, or what `chatbot new` makes)",
    )
    suggest.add_argument("--most", type=int, default=40, metavar="N", help="no more intents than this (default: 40)")
    suggest.add_argument(
        "-o", "--output", type=_path, default=None, metavar="FILE", help="the file to write, a new one (default: standard output)"
    )
    suggest.set_defaults(run=_lazily("proposing", "suggest"))


def _gaps(commands: Commands) -> None:
    gaps = commands.add_parser(
        "gaps", help="what people ask for in vain, from a log that you turned on",
        description="Reads a log of unexplained words (--gaps, CHATBOT_GAPS) and prints entries for intents.yaml to edit.",
    )  # fmt: skip
    gaps.add_argument("log", type=_path, metavar="LOG")
    gaps.add_argument("--least", type=int, default=3, metavar="N", help="leave out words of fewer people (default: 3)")
    gaps.add_argument("--json", action="store_true", help="the words with their counts as JSON")
    _common(gaps, inherit=True)
    gaps.set_defaults(run=_lazily("proposing", "gaps"))


def _adapters(commands: Commands) -> None:
    for name, (title, settings) in ADAPTERS.items():
        adapter = commands.add_parser(
            name,
            help=f"answer on {title}",
            description=f"Answer on {title} until stopped. In the environment: {settings}. Needs: pip install 'cramp-chatbot[{name}]'",
        )
        _common(adapter, inherit=True)
        _store(adapter)
        adapter.set_defaults(run=_lazily("running", "adapter"), platform=name)


def _store(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--store", metavar="STORE", default="", help="where conversations are kept: a file, or redis://... (default: in memory)"
    )


def _serve(commands: Commands) -> None:
    serve = commands.add_parser(
        "serve",
        help="a web service and a page to talk on",
        description="Serve POST /v1/respond, its description and a page, until stopped. Needs: pip install 'cramp-chatbot[serve]'",
    )
    serve.add_argument(
        "--host", metavar="NAME", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1, this machine only)"
    )
    serve.add_argument("--port", type=int, metavar="N", default=8000, help="default: 8000; 0 for any free one")
    _common(serve, inherit=True)
    serve.set_defaults(run=_lazily("running", "serve"))


def _completion(commands: Commands) -> None:
    completion = commands.add_parser(
        "completion",
        help="a script that completes this command line in your shell",
        description='Prints the script. bash: eval "$(chatbot completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc, after compinit; '
        "fish: chatbot completion fish > ~/.config/fish/completions/chatbot.fish",
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))
    completion.set_defaults(run=_lazily("manual", "completion"))


def _man(commands: Commands) -> None:
    man = commands.add_parser("man", help="the manual page", description="Prints the manual page as roff. Read it: chatbot man | man -l -")
    man.set_defaults(run=_lazily("manual", "man"))
