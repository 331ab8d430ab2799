"""The command line: arguments and exit codes. What a command needs is imported when it runs, so that `ask` stays fast."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TextIO

from chatbot.errors import ChatbotError

if TYPE_CHECKING:
    from pathlib import Path

    from chatbot.bot import Chatbot
    from chatbot.types import Reply, Turn

ANSWERED, NO_ANSWER, WRONG_USE, RED_FLAG, INTERRUPTED = 0, 1, 2, 3, 130
_MOST_INPUT = 1 << 20  # characters read from standard input for one question; the engine looks at the first 4,096

EPILOG = """\
exit codes: 0 answered; 1 no answer; 2 wrong use, configuration or corpus; 3 red-flag advice was given; 130 interrupted.
Answers go to standard output, everything else to standard error. This is general information, not medical advice."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except ChatbotError as error:
        print(f"chatbot: {error}", file=sys.stderr)
        return WRONG_USE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # the reader went away: nothing is wrong, and the interpreter must not complain when it flushes at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ANSWERED


def _run(arguments: list[str]) -> int:
    options = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    code = command(options)
    sys.stdout.flush()
    return code


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="chatbot",
        description="Answers questions about muscle cramps from cited sources, offline. Without a command: a talk in the terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"chatbot {_version()}")
    top.set_defaults(run=_chat)
    _common(top)
    commands = top.add_subparsers(metavar="COMMAND")

    ask = commands.add_parser("ask", help="one answer", description="Answer one question, given as words or on standard input.")
    ask.add_argument("question", nargs="*", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the whole turn as JSON")
    ask.add_argument("--jsonl", action="store_true", help='read {"id", "text"} or {"id", "turns"} a line, write {"id", "turn"} a line')
    ask.add_argument("--lines", action="store_true", help="each line of standard input is a question")
    ask.add_argument("--format", default="", choices=("plain", "ansi", "markdown", "html"), help="how to print the answer")
    _common(ask, inherit=True)
    ask.set_defaults(run=_ask)

    build = commands.add_parser("build", help="corpus + intents + safety -> knowledge", description="Compile the knowledge file.")
    _inputs(build)
    build.add_argument("--calibration", type=_path, default="calibration.json", metavar="FILE", help="default: calibration.json, if it is there")
    build.add_argument("-o", "--output", type=_path, default=None, help="the file to write (default: the bundled one)")
    build.set_defaults(run=_build)

    lint = commands.add_parser("lint", help="what is wrong in corpus, intents and safety", description="Prints file:line: what; what to do.")
    _inputs(lint)
    lint.add_argument("--json", action="store_true", help="findings as JSON, for editors and CI")
    lint.set_defaults(run=_lint)

    coverage = commands.add_parser("coverage", help="the grid of aspects by facets", description="Which questions the corpus answers, and where it is empty.")
    coverage.add_argument("--least", type=int, default=2, metavar="N", help="leave out facets with fewer passages (default: 2)")
    coverage.add_argument("--json", action="store_true", help="the passages of each cell as JSON")
    _common(coverage, inherit=True)
    coverage.set_defaults(run=_coverage)

    evaluate = commands.add_parser("eval", help="figures on a labelled question file", description="Ask every question and compare with its labels.")
    evaluate.add_argument("file", type=_path, metavar="FILE")
    evaluate.add_argument("--bars", type=_path, metavar="FILE", help="JSON of bars; exit code 1 when a figure misses its bar")
    evaluate.add_argument("--json", action="store_true", help="figures and confusion as JSON")
    evaluate.add_argument("--misses", action="store_true", help="list the questions that went wrong")
    _common(evaluate, inherit=True)
    evaluate.set_defaults(run=_eval)

    calibrate = commands.add_parser(
        "calibrate", help="fit the thresholds to a target false-answer rate", description="Fit on labelled questions; print the risk-coverage curve."
    )
    calibrate.add_argument("file", type=_path, metavar="FILE")
    calibrate.add_argument("--target", type=float, default=0.1, metavar="RATE", help="share of out-of-scope questions that may be answered (default: 0.1)")
    calibrate.add_argument("-o", "--output", type=_path, default="calibration.json", metavar="FILE", help="default: calibration.json, which build reads")
    calibrate.add_argument("--svg", type=_path, default=None, metavar="FILE", help="write the curve as an SVG")
    _common(calibrate, inherit=True)
    calibrate.set_defaults(run=_calibrate)

    sources = commands.add_parser("sources", help="the sources that answers cite", description="List all sources, or show some.")
    sources.add_argument("key", nargs="*", metavar="KEY")
    _common(sources, inherit=True)
    sources.set_defaults(run=_sources)

    show = commands.add_parser("show", help="a passage with its sources", description="Show a passage by its id, such as quinine#is-quinine-dangerous.")
    show.add_argument("id", metavar="ID")
    _common(show, inherit=True)
    show.set_defaults(run=_show)

    verify = commands.add_parser("verify", help="find every statement of a saved reply again", description="Check replies saved with --json or --jsonl.")
    verify.add_argument("file", type=_path, metavar="FILE")
    _common(verify, inherit=True)
    verify.set_defaults(run=_verify)
    return top


def _version() -> str:
    from chatbot import __version__

    return __version__


def _common(command: argparse.ArgumentParser, inherit: bool = False) -> None:
    default: Any = argparse.SUPPRESS if inherit else ""
    command.add_argument("--knowledge", metavar="FILE", default=default, help="a knowledge file of your own")
    command.add_argument("--region", metavar="XX", default=default, help="the country whose emergency lines to name, such as gb or us")
    quiet: Any = argparse.SUPPRESS if inherit else False
    command.add_argument("-q", "--quiet", action="store_true", default=quiet, help="nothing on standard error but errors")


def _path(text: str) -> Path:
    from pathlib import Path

    return Path(text)


def _inputs(command: argparse.ArgumentParser) -> None:
    command.add_argument("--corpus", type=_path, default="corpus", metavar="DIR", help="the folder of topics (default: corpus)")
    command.add_argument("--intents", type=_path, default="intents.yaml", metavar="FILE", help="default: intents.yaml")
    command.add_argument("--safety", type=_path, default="safety.yaml", metavar="FILE", help="default: safety.yaml")


def _bot(options: argparse.Namespace) -> Chatbot:
    from chatbot.bot import Chatbot

    return Chatbot(options.knowledge or None, region=options.region)


def _chat(options: argparse.Namespace) -> int:
    if sys.stdin.isatty() and sys.stdout.isatty():
        from chatbot.repl import run

        return run(options.knowledge or None, options.region)
    return _print_turn(_bot(options).respond(_standard_input()), "")


def _ask(options: argparse.Namespace) -> int:
    if options.jsonl:
        return _ask_jsonl(options)
    if options.lines:
        bot = _bot(options)
        worst = ANSWERED
        for line in sys.stdin:
            if line.strip():
                worst = max(worst, _print_turn(bot.respond(line), options.format, options.json))
                print()
        return worst
    question = " ".join(options.question)
    if not options.question:
        if sys.stdin.isatty():
            print('chatbot: no question; write one, as in: chatbot ask "why at night?"', file=sys.stderr)
            return WRONG_USE
        question = _standard_input()
    return _print_turn(_bot(options).respond(question), options.format, options.json)


def _standard_input() -> str:
    data = sys.stdin.buffer.read(4 * _MOST_INPUT)
    return data.decode("utf-8", errors="replace")[:_MOST_INPUT]


def _print_turn(turn: Turn, form: str, as_json: bool = False) -> int:
    if as_json:
        import json

        from chatbot.wire import turn_to_data

        print(json.dumps(turn_to_data(turn), ensure_ascii=False))
    else:
        print(_draw(turn.reply, form).rstrip("\n"))
    return exit_code(turn.reply)


def _draw(reply: Reply, form: str) -> str:
    from chatbot import render

    if form:
        return render.to(reply, form)
    if not sys.stdout.isatty():
        return render.plain(reply)
    from chatbot.terminal import look

    return render.ansi(reply, *look(sys.stdout))


def exit_code(reply: Reply) -> int:
    """3 for red-flag advice, 0 for an answer, 1 for everything else."""
    if reply.advice and reply.urgency in ("urgent", "emergency"):
        return RED_FLAG
    return ANSWERED if reply.kind in ("answer", "smalltalk") else NO_ANSWER


def _ask_jsonl(options: argparse.Namespace) -> int:
    import json

    from chatbot.types import DialogueState
    from chatbot.wire import turn_to_data

    bot = _bot(options)
    code = ANSWERED
    for number, line in enumerate(_input_lines(sys.stdin), 1):
        try:
            item = json.loads(line)
            said = item["turns"] if item.get("turns") is not None else [item["text"]]
            if not said or not all(isinstance(text, str) for text in said):
                raise ValueError
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            print(f'chatbot: standard input:{number}: not a line such as {{"id": 1, "text": "..."}}; it was passed over', file=sys.stderr)
            code = WRONG_USE
            continue
        state = DialogueState()
        for text in said:
            turn = bot.respond(text, state)
            state = turn.state
        print(json.dumps({"id": item.get("id"), "turn": turn_to_data(turn)}, ensure_ascii=False))
    return code


def _input_lines(stream: TextIO) -> Iterable[str]:
    return (line for line in stream if line.strip())


def _build(options: argparse.Namespace) -> int:
    from chatbot import container
    from chatbot.build import Inputs, compile_knowledge
    from chatbot.knowledge import BUNDLED

    inputs = Inputs(options.corpus, options.intents, options.safety, options.calibration)
    if inputs.problems:
        for problem in inputs.problems:
            print(problem, file=sys.stderr)
        print(f"chatbot: {len(inputs.problems)} to mend; nothing was written", file=sys.stderr)
        return WRONG_USE
    data = compile_knowledge(inputs)
    target = options.output or BUNDLED
    try:
        container.publish(target, data)
    except OSError as error:
        print(f"chatbot: {target}: cannot be written ({error.strerror}); name another place with -o", file=sys.stderr)
        return WRONG_USE
    sections = sum(1 for _ in inputs.corpus.sections())
    print(f"{target}: {len(inputs.corpus.topics)} topics, {sections} passages, {len(inputs.corpus.sources)} sources, {len(data):,} bytes")
    return ANSWERED


def _lint(options: argparse.Namespace) -> int:
    from chatbot.lint import lint

    findings = lint(options.corpus, options.intents, options.safety)
    if options.json:
        import json

        print(json.dumps([{"path": f.path, "line": f.line, "message": f.what} for f in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding)
        print(f"chatbot lint: {len(findings)} findings", file=sys.stderr)
    return NO_ANSWER if findings else ANSWERED


def _coverage(options: argparse.Namespace) -> int:
    from chatbot.coverage import grid, table
    from chatbot.knowledge import Knowledge

    knowledge = Knowledge(options.knowledge or None)
    if options.json:
        import json

        print(json.dumps(grid(knowledge), indent=1))
    else:
        print(table(knowledge, options.least))
    return ANSWERED


def _eval(options: argparse.Namespace) -> int:
    import json

    from chatbot.evaluate import ask, below, confusion, figures, outcome, read_questions
    from chatbot.files import read_text

    bot = _bot(options)
    items = read_questions(read_text(options.file, limit=64 << 20), str(options.file))
    outcomes = [outcome(item, ask(bot, item["turns"])) for item in items]
    found = figures(outcomes)
    if options.json:
        rows = {name: {"hit": f.hit, "of": f.of, "share": round(f.share, 4), "ci95": [round(x, 3) for x in f.interval]} for name, f in found.items()}
        print(json.dumps({"figures": rows, "confusion": confusion(outcomes)}, indent=1))
    else:
        for name, figure in found.items():
            print(f"{name:34} {figure.share:6.3f}  ({figure.hit} of {figure.of}; 95% {figure.interval[0]:.3f}-{figure.interval[1]:.3f})")
        for right, taken, count in confusion(outcomes)[:20]:
            print(f"  {right} taken for {taken or 'nothing'}: {count}")
    if options.misses:
        for o in outcomes:
            if o.got not in o.accepted or (o.kind in ("answerable", "chitchat") and not o.intent_right):
                print(f"MISS {o.id}: {o.kind} went to {o.got}; {o.intent} taken for {o.got_intent or 'nothing'}")
    missed = below(found, json.loads(read_text(options.bars))) if options.bars else []
    for line in missed:
        print(f"chatbot: {line}", file=sys.stderr)
    return NO_ANSWER if missed else ANSWERED


def _calibrate(options: argparse.Namespace) -> int:
    import datetime
    import json

    from chatbot.calibrate import calibrate, curve_as_svg, curve_as_text
    from chatbot.container import publish
    from chatbot.evaluate import read_questions
    from chatbot.files import read_text
    from chatbot.knowledge import Knowledge

    if not 0 < options.target < 1:
        print(f"chatbot: --target {options.target} is no share; give one between 0 and 1", file=sys.stderr)
        return WRONG_USE
    items = read_questions(read_text(options.file, limit=64 << 20), str(options.file))
    try:
        found = calibrate(items, Knowledge(options.knowledge or None), options.target)
    except ValueError as error:
        print(f"chatbot: {options.file}: {error}", file=sys.stderr)
        return WRONG_USE
    chosen = next(point for point in found.points if point.threshold == found.model["threshold"])
    record = {
        "model": found.model,
        "target": options.target,
        "false_answers": round(chosen.false_answers, 4),
        "refused": round(chosen.refused, 4),
        "refused_over_folds": [round(share, 4) for share in found.spread],
        "questions": found.questions,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    publish(options.output, (json.dumps(record, indent=1) + "\n").encode())
    if options.svg:
        publish(options.svg, curve_as_svg(found.points, chosen.threshold).encode())
    print(curve_as_text(found.points))
    print(
        f"threshold {chosen.threshold}: {chosen.false_answers:.3f} of out-of-scope questions answered (target {options.target}), "
        f"{chosen.refused:.3f} of answerable ones refused ({found.spread[0]:.3f}-{found.spread[1]:.3f} over the folds); "
        f"{options.output} written, run `chatbot build` to use it"
    )
    return ANSWERED


def _sources(options: argparse.Namespace) -> int:
    from chatbot.compose import cite
    from chatbot.knowledge import Knowledge
    from chatbot.render.blocks import citation_line

    knowledge = Knowledge(options.knowledge or None)
    unknown = [key for key in options.key if key not in knowledge.sources]
    for key in unknown:
        print(f"chatbot: no source {key!r}; `chatbot sources` lists all", file=sys.stderr)
    for key in options.key or sorted(knowledge.sources):
        if key in knowledge.sources:
            source = knowledge.sources[key]
            print(f"{key}: {citation_line(cite(0, source)).removeprefix('[0] ')} ({source.kind})")
    return WRONG_USE if unknown else ANSWERED


def _show(options: argparse.Namespace) -> int:
    from chatbot.compose import Marks, cite
    from chatbot.knowledge import Knowledge
    from chatbot.render.blocks import citation_line, marks_of

    knowledge = Knowledge(options.knowledge or None)
    if knowledge.number(options.id) < 0:
        near = [hit.id for hit in knowledge.index.search(options.id.replace("#", " ").replace("-", " "), k=3)]
        print(f"chatbot: no passage {options.id!r}; near it: {', '.join(near) or 'nothing'}", file=sys.stderr)
        return WRONG_USE
    passage = knowledge.passage(options.id)
    marks = Marks(knowledge.sources)
    said = [passage.text[s.start : s.end] + marks_of(marks.of(s.sources)) for s in passage.sentences]
    print(f"{passage.heading}\n{passage.topic} · evidence: {passage.evidence} · reviewed {passage.reviewed}\n\n{' '.join(said)}\n")
    keys = list(dict.fromkeys(key for s in passage.sentences for key in s.sources))
    for mark, key in enumerate(keys, 1):
        print(citation_line(cite(mark, knowledge.sources[key])))
    return ANSWERED


def _verify(options: argparse.Namespace) -> int:
    from chatbot.files import read_text
    from chatbot.knowledge import Knowledge
    from chatbot.verify import verify_replies

    knowledge = Knowledge(options.knowledge or None)
    knowledge.verify()
    checked, problems = verify_replies(read_text(options.file, limit=256 << 20), knowledge)
    for problem in problems:
        print(f"{options.file}:{problem}", file=sys.stderr)
    print(f"{checked} statements found again, {len(problems)} not")
    return NO_ANSWER if problems else ANSWERED
