"""The commands that answer: a talk, a question, many questions."""

from __future__ import annotations

import sys
from functools import partial

from chatbot.bot import Chatbot
from chatbot.commands import ANSWERED, NO_ANSWER, RED_FLAG, WRONG_USE
from chatbot.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterable, Iterator
    from typing import TextIO

    from chatbot.gaps import GapLog
    from chatbot.types import Reply, Turn

MANY = 400
"""So many lines must wait before other processes help: about half a second of work."""
_NO_DIALOGUE = "-"
_MOST_INPUT = 1 << 20  # characters read from standard input for one question; the engine looks at the first 4,096


def answer(question: str) -> int:
    """One answer, in the plain case: the bundled knowledge, no option."""
    return _print_turn(Chatbot().respond(question))


def chat(options: Namespace) -> int:
    """A talk on a terminal; from a pipe, one answer."""
    if sys.stdin is None or not sys.stdin.isatty() or not sys.stdout.isatty():
        return _print_turn(_bot(options).respond(_standard_input()), options)
    from chatbot.repl import Options, run

    return run(
        Options(
            options.knowledge or None,
            options.region,
            options.theme,
            options.accessible,
            options.vi,
            not options.no_completion,
            options.quiet,
        )
    )


def ask(options: Namespace) -> int:
    """One answer, or many."""
    if options.jsonl:
        return _ask_jsonl(options)
    if options.lines:
        return _ask_lines(options)
    question = " ".join(options.question)
    if not options.question:
        if sys.stdin.isatty():
            print('chatbot: no question; write one, as in: chatbot ask "why at night?"', file=sys.stderr)
            return WRONG_USE
        question = _standard_input()
    bot = _bot(options)
    turn = bot.respond(question)
    _explain(turn, bot, options)
    return _print_turn(turn, options)


def _explain(turn: Turn, bot: Chatbot, options: Namespace) -> None:
    if options.explain:
        from chatbot.explain import explain

        print(explain(turn, bot.knowledge), file=sys.stderr)


def exit_code(reply: Reply) -> int:
    """3 for red-flag advice, 0 for an answer, 1 for everything else."""
    if reply.advice and reply.urgency in ("urgent", "emergency"):
        return RED_FLAG
    return ANSWERED if reply.kind in ("answer", "smalltalk") else NO_ANSWER


def _bot(options: Namespace) -> Chatbot:
    return Chatbot(options.knowledge or None, region=options.region)


def _gaps(options: Namespace) -> GapLog | None:
    """The log of unexplained words, when it was turned on."""
    if not options.gaps:
        return None
    from chatbot.gaps import GapLog

    return GapLog(options.gaps)


def _ask_lines(options: Namespace) -> int:
    bot, worst, gaps = _bot(options), ANSWERED, _gaps(options)
    for number, line in enumerate(sys.stdin):
        if line.strip():
            turn = bot.respond(line)
            if gaps:
                gaps.note(line, turn, bot.knowledge, number)
            _explain(turn, bot, options)
            worst = max(worst, _print_turn(turn, options))
            print(flush=True)
    return worst


def _ask_jsonl(options: Namespace) -> int:
    from chatbot.crew import Crew, cores

    bot, code = _bot(options), ANSWERED
    work = "from chatbot.commands.asking import work; work()"
    arguments = [str(options.knowledge or ""), str(options.region or "")]
    crew = Crew(lambda line: _line_answered(bot, line), str, work, arguments, cores() - 1, MANY)
    gaps = _gaps(options)
    answers = _noting(bot, gaps, _lines(sys.stdin)) if gaps else crew.run(_lines(sys.stdin))
    for number, line in enumerate(answers, 1):
        if line == _NO_DIALOGUE:
            print(f'chatbot: standard input:{number}: not a line such as {{"id": 1, "text": "..."}}; it was passed over', file=sys.stderr)
            code = WRONG_USE
        elif line:
            print(line, flush=not crew.busy)
    return code


def work() -> None:
    """What a worker process of `ask --jsonl` does."""
    from chatbot.crew import serve

    bot = Chatbot(sys.argv[1] or None, region=sys.argv[2])
    serve(lambda line: _line_answered(bot, line))


def _noting(bot: Chatbot, gaps: GapLog, lines: Iterable[str]) -> Iterator[str]:
    """The answers to lines, one after the other; words that nothing explains are noted."""
    for number, line in enumerate(lines):
        yield _line_answered(bot, line, partial(gaps.note, knowledge=bot.knowledge, person=number))


def _line_answered(bot: Chatbot, line: str, heard: Callable[[str, Turn], object] | None = None) -> str:
    """The answer to a line of JSON Lines as one; "" to an empty line, `_NO_DIALOGUE` to what is none. `heard` is told each turn."""
    import json

    from chatbot.wire import turn_to_data

    if not line.strip():
        return ""
    item = _dialogue(line)
    if item is None:
        return _NO_DIALOGUE
    turn = None
    for text in item["turns"]:
        turn = bot.respond(text, turn and turn.state)
        if heard:
            heard(text, turn)
    assert turn is not None
    return json.dumps({"id": item.get("id"), "turn": turn_to_data(turn)}, ensure_ascii=False)


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines of a stream.

    From a file or a pipe they are read below Python's own buffers: a thread that waits for a line holds no lock then, and the program
    can end.
    """
    import os

    try:
        handle = stream.fileno()
    except (OSError, ValueError, AttributeError):
        yield from (line.rstrip("\n") for line in stream)
        return
    rest = b""
    while part := os.read(handle, 1 << 16):
        *lines, rest = (rest + part).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    if rest:
        yield rest.decode("utf-8", "replace")


def _dialogue(line: str) -> dict[str, Any] | None:
    """A line of JSON Lines with its messages as `turns`, or None when it is no such line."""
    import json

    try:
        item = json.loads(line)
        said = item["turns"] if item.get("turns") is not None else [item["text"]]
        if not said or not all(isinstance(text, str) for text in said):
            return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return {**item, "turns": said}


def _standard_input() -> str:
    if sys.stdin is None:
        return ""
    data = sys.stdin.buffer.read(4 * _MOST_INPUT)
    return data.decode("utf-8", errors="replace")[:_MOST_INPUT]


def _print_turn(turn: Turn, options: Namespace | None = None) -> int:
    if getattr(options, "json", False):
        import json

        from chatbot.wire import turn_to_data

        print(json.dumps(turn_to_data(turn), ensure_ascii=False))
    else:
        print(_draw(turn.reply, options).rstrip("\n"))
    return exit_code(turn.reply)


def _draw(reply: Reply, options: Namespace | None) -> str:
    from chatbot import render
    from chatbot.terminal import look, wants_accessible

    if getattr(options, "format", ""):
        return render.to(reply, options.format)  # type: ignore[union-attr]
    if getattr(options, "accessible", False) or (wants_accessible() and sys.stdout.isatty()):
        from chatbot.render.as_accessible import accessible

        return accessible(reply, addresses=True)
    if not sys.stdout.isatty():
        return render.plain(reply)
    from chatbot.render.as_ansi import ansi

    return ansi(reply, *look(sys.stdout, theme=getattr(options, "theme", "auto"))[:4])
