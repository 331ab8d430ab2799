"""The command line: from arguments to an exit code. What a command needs is imported when it runs, so that `ask` stays fast."""

from __future__ import annotations

import gc
import os
import sys

from chatbot.commands import ANSWERED, INTERRUPTED, WRONG_USE
from chatbot.errors import ChatbotError


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code. Without `arguments` it is the program itself, whose process ends with it."""
    try:
        code = _run(sys.argv[1:], program=True) if arguments is None else _run(arguments)
        sys.stdout.flush()
        if arguments is None:
            gc.freeze()  # to look through all objects for garbage once more, at the end, takes a tenth of a cold question
    except ChatbotError as error:
        print(f"chatbot: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away: nothing is wrong, and the interpreter must not complain when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED
    return code


def _run(arguments: list[str], program: bool = False) -> int:
    _let_any_letter_out()
    if arguments and arguments[0] == "ask" and len(arguments) > 1 and not any(word.startswith("-") for word in arguments):
        # the plain case, which is asked most, does without argparse: it is an eighth of the time that such a question takes
        if program:
            gc.disable()  # one answer leaves no garbage that is worth looking for
        from chatbot.commands.asking import answer

        return answer(" ".join(arguments[1:]))
    from chatbot.arguments import parser

    options = parser().parse_args(arguments)
    return int(options.run(options))


def _let_any_letter_out() -> None:
    """Where standard output is not of Unicode, a letter that it lacks is shown as "?" rather than ending the answer."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace")
