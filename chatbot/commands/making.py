"""The commands that make and measure: build, lint, eval, calibrate."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chatbot.commands import ANSWERED, NO_ANSWER, WRONG_USE
from chatbot.progress import Progress, Watched

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from chatbot.calibrate import Calibration, Point
    from chatbot.evaluate import Figure, Outcome
    from chatbot.inputs import Inputs


def build(options: Namespace) -> int:
    """Compile the knowledge file."""
    from chatbot.build import compile_knowledge
    from chatbot.inputs import Inputs

    progress = Progress("build", 1, quiet=getattr(options, "quiet", False))
    progress.stage("reading corpus, intents and safety")
    inputs = Inputs(options.corpus, _given(options.intents, "intents.yaml"), _given(options.safety, "safety.yaml"), options.calibration)
    progress.close()
    if inputs.problems:
        for problem in inputs.problems:
            print(problem, file=sys.stderr)
        print(f"chatbot: {len(inputs.problems)} to mend; nothing was written", file=sys.stderr)
        return WRONG_USE
    size = sum(1 for _ in inputs.corpus.sections())
    bar = Progress("indexing passages", size, quiet=options.quiet)

    def told(read: int) -> None:
        bar.step(read - bar.done)
        if read == size:
            bar.stage("done; fitting the intents")

    data = compile_knowledge(inputs, told)
    bar.close()
    return _publish(options, inputs, data)


def _given(path: Path | None, name: str) -> Path | None:
    """The file that was named, or the one with the usual name; None when nobody named one and there is none."""
    from pathlib import Path

    usual = Path(name)
    return path or (usual if usual.exists() else None)


def _publish(options: Namespace, inputs: Inputs, data: bytes) -> int:
    from pathlib import Path

    from chatbot import container
    from chatbot.knowledge import BUNDLED

    ours = Path(BUNDLED).parent.parent.parent / "corpus"
    # a corpus of somebody else's never takes the place of the bundled one by itself
    target = options.output or (BUNDLED if options.corpus.resolve() == ours.resolve() else Path("knowledge.bin"))
    try:
        container.publish(target, data)
    except OSError as error:
        print(f"chatbot: {target}: cannot be written ({error.strerror}); name another place with -o", file=sys.stderr)
        return WRONG_USE
    sections = sum(1 for _ in inputs.corpus.sections())
    print(f"{target}: {len(inputs.corpus.topics)} topics, {sections} passages, {len(inputs.corpus.sources)} sources, {len(data):,} bytes")
    return ANSWERED


def lint(options: Namespace) -> int:
    """What is wrong in corpus, intents and safety."""
    from chatbot.lint import lint as findings_of

    findings = findings_of(options.corpus, _given(options.intents, "intents.yaml"), _given(options.safety, "safety.yaml"))
    if options.json:
        print(json.dumps([{"path": f.path, "line": f.line, "message": f.what} for f in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding)
        print(f"chatbot lint: {len(findings)} findings", file=sys.stderr)
    return NO_ANSWER if findings else ANSWERED


def evaluate(options: Namespace) -> int:
    """Figures on a labelled question file."""
    from chatbot.bot import Chatbot
    from chatbot.evaluate import ask, below, figures, outcome, read_questions
    from chatbot.files import read_text

    bot = Chatbot(options.knowledge or None, region=options.region)
    items = read_questions(read_text(options.file, limit=64 << 20), str(options.file))
    outcomes = [outcome(item, ask(bot, item["turns"])) for item in Watched(items, "eval", quiet=options.quiet)]
    found = figures(outcomes)
    _print_figures(found, outcomes, options.json)
    if options.misses:
        _print_misses(outcomes)
    missed = below(found, json.loads(read_text(options.bars))) if options.bars else []
    for line in missed:
        print(f"chatbot: {line}", file=sys.stderr)
    return NO_ANSWER if missed else ANSWERED


def _print_figures(found: Mapping[str, Figure], outcomes: Sequence[Outcome], as_json: bool) -> None:
    from chatbot.evaluate import confusion

    if as_json:
        rows = {
            name: {"hit": f.hit, "of": f.of, "share": round(f.share, 4), "ci95": [round(x, 3) for x in f.interval]}
            for name, f in found.items()
        }
        print(json.dumps({"figures": rows, "confusion": confusion(outcomes)}, indent=1))
        return
    for name, figure in found.items():
        print(f"{name:34} {figure.share:6.3f}  ({figure.hit} of {figure.of}; 95% {figure.interval[0]:.3f}-{figure.interval[1]:.3f})")
    for right, taken, count in confusion(outcomes)[:20]:
        print(f"  {right} taken for {taken or 'nothing'}: {count}")


def _print_misses(outcomes: Sequence[Outcome]) -> None:
    for o in outcomes:
        if o.got not in o.accepted or (o.kind in ("answerable", "chitchat") and not o.intent_right):
            print(f"MISS {o.id}: {o.kind} went to {o.got}; {o.intent} taken for {o.got_intent or 'nothing'}")


def calibrate(options: Namespace) -> int:
    """Fit the thresholds to a target rate of false answers."""
    from chatbot.calibrate import calibrate as fit
    from chatbot.calibrate import curve_as_text
    from chatbot.evaluate import read_questions
    from chatbot.files import read_text
    from chatbot.knowledge import Knowledge

    if not 0 < options.target < 1:
        print(f"chatbot: --target {options.target} is no share; give one between 0 and 1", file=sys.stderr)
        return WRONG_USE
    items = read_questions(read_text(options.file, limit=64 << 20), str(options.file))
    try:
        found = fit(Watched(items, "calibrate", quiet=options.quiet), Knowledge(options.knowledge or None), options.target)
    except ValueError as error:
        print(f"chatbot: {options.file}: {error}", file=sys.stderr)
        return WRONG_USE
    chosen = next(point for point in found.points if point.threshold == found.model["threshold"])
    _write_calibration(options, found, chosen)
    print(curve_as_text(found.points))
    print(
        f"threshold {chosen.threshold}: {chosen.false_answers:.3f} of out-of-scope questions answered (target {options.target}), "
        f"{chosen.refused:.3f} of answerable ones refused"
    )
    spread = ", ".join(f"{name.replace('_', ' ')} {mean:.3f} ± {deviation:.3f}" for name, (mean, deviation) in found.spread.items())
    print(f"over the folds, mean ± standard deviation: {spread}; {options.output} written, run `chatbot build` to use it")
    return ANSWERED


def _write_calibration(options: Namespace, found: Calibration, chosen: Point) -> None:
    import datetime

    from chatbot.calibrate import curve_as_svg
    from chatbot.container import publish

    record: dict[str, Any] = {
        "model": found.model,
        "target": options.target,
        "false_answers": round(chosen.false_answers, 4),
        "refused": round(chosen.refused, 4),
        "over_folds": {name: {"mean": spread.mean, "sd": spread.deviation} for name, spread in found.spread.items()},
        "questions": found.questions,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }
    publish(options.output, (json.dumps(record, indent=1) + "\n").encode())
    if options.svg:
        publish(options.svg, curve_as_svg(found.points, chosen.threshold).encode())
