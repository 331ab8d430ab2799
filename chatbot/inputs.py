"""What knowledge is made of: corpus, intents and safety rules, read and held against each other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from chatbot.alarm_fit import EXAMPLES, Example, read_examples
from chatbot.corpus import ASKED_FILE, Corpus, Topic, read_corpus
from chatbot.errors import CorpusError
from chatbot.files import Document, read_text, read_yaml
from chatbot.intents_file import IntentsFile, read_intents
from chatbot.safety_file import compile_safety
from chatbot.scope import FEATURES
from chatbot.starter import STARTER

_PACKAGE = Path(__file__).parent
_RECIPE = (
    "agreement.py", "alarm.py", "alarm_fit.py", "build.py", "confidence.py", "container.py", "context.py", "corpus.py", "cues.py", "denied.py", "documents.py", "files.py", "held_out.py",
    "indexing.py", "inputs.py", "intents.py", "intents_file.py", "phrases.py", "quotations.py", "safety.py", "safety_file.py", "signs.py", "speech.py", "table.py", "tales.py",
    "text.py", "training.py", "unreal.py", "vectors.py", "data/english.txt",
)  # fmt: skip
"""The code that makes the knowledge: a change there asks for a new one as a change of the corpus does."""


class Inputs:
    """The three inputs, read and held against each other. `problems` holds every mistake found."""

    def __init__(self, corpus: Path, intents: Path | None, safety: Path | None, calibration: Path | None = None) -> None:
        """Read them.

        Without `intents` the bot knows small talk only and answers by the words of a question; what passages say of intents and
        entities is left aside. Without `safety` it knows the emergencies of any subject.
        """
        self.problems: list[CorpusError] = []
        self.without_intents = intents is None
        intents, safety = intents or STARTER / "intents.yaml", safety or STARTER / "safety.yaml"
        self.paths = (corpus, intents, safety)
        self.calibration_path = calibration if calibration and calibration.exists() else None
        self.calibration: dict[str, Any] = {}
        if self.calibration_path:
            try:
                self.calibration = read_calibration(self.calibration_path)
            except CorpusError as error:
                self.problems.append(error)
        self.corpus: Corpus = read_corpus(corpus, self.problems)
        self.intents: IntentsFile = read_intents(intents, self.problems)
        if self.without_intents:
            spoken = tuple(intent for intent in self.intents.intents if intent.kind != "topic")
            self.intents = self.intents._replace(intents=spoken, offers={}, subject=())
            self.corpus = self.corpus._replace(topics=tuple(map(_without_intents, self.corpus.topics)))
        self.safety: dict[str, Any] = {}
        self.safety_file: Document | None = None
        try:
            self.safety_file = read_yaml(safety)
            self.safety = compile_safety(self.safety_file.data)
        except CorpusError as error:
            self.problems.append(error)
        except ValueError as error:
            assert self.safety_file is not None
            self.problems.append(_located(self.safety_file, str(error)))
        self.examples: list[Example] = []
        if safety.with_name(EXAMPLES).exists():
            try:
                self.examples = read_examples(safety.with_name(EXAMPLES))
            except CorpusError as error:
                self.problems.append(error)
        if not self.problems:
            self.problems += _cross_check(self)

    @property
    def digest(self) -> str:
        """SHA-256 over every input and over the code that turns them into knowledge."""
        return digest(*self.paths, self.calibration_path)


def _without_intents(topic: Topic) -> Topic:
    """The topic without what its passages say of intents and entities."""
    return topic._replace(sections=tuple(s._replace(passage=s.passage._replace(intents=(), about=frozenset())) for s in topic.sections))


def _located(document: Document, message: str) -> CorpusError:
    """An error of `compile_safety`, whose message begins with a path such as conditions[3].when[0], with the line of that path."""
    path = message.split(":")[0]
    parts = path.replace("[", ".[").split(".")
    keys: list[str | int] = [int(part[1:-1]) if part.startswith("[") and part[1:-1].isdigit() else part for part in parts]
    return document.error(message, *keys)


def read_calibration(path: Path) -> dict[str, Any]:
    """What `chatbot calibrate` wrote.

    Raises:
        CorpusError: when it is something else.
    """
    try:
        record = json.loads(read_text(path))
        model = {name: float(record["model"][name]) for name in (*FEATURES, "intercept", "threshold")}
        if not 0 <= model["threshold"] <= 1:
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorpusError("not a calibration; write one with `chatbot calibrate`, or delete the file", str(path), 1) from error
    return {**record, "model": model}


def digest(corpus: Path, intents: Path, safety: Path, calibration: Path | None = None) -> str:
    """SHA-256 over the bytes of every input file and of the modules that make the knowledge."""
    total = hashlib.sha256()
    beside = [path for path in (corpus / ASKED_FILE, safety.with_name(EXAMPLES)) if path.exists()]
    files = [
        *sorted(corpus.glob("*.md")),
        corpus / "sources.yaml",
        *beside,
        intents,
        safety,
        *filter(None, (calibration,)),
        *(_PACKAGE / name for name in _RECIPE),
    ]
    for path in files:
        content = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path.name} {len(content)}\n".encode() + content)
    return total.hexdigest()


def _cross_check(inputs: Inputs) -> list[CorpusError]:
    """What one file names and another does not have."""
    found: list[CorpusError] = []
    # out_of_scope is no class of its own in the matcher: no passage can serve it
    intents = {intent.name for intent in inputs.intents.intents if intent.name != "out_of_scope"}
    if not intents:
        found.append(inputs.intents.error("no intents; write at least one with an example", 1))
    passages = {section.passage.id for section in inputs.corpus.sections()}
    values = {value for group in inputs.intents.entities.values() for value in group}
    for section in inputs.corpus.sections():
        found += [
            CorpusError(f"unknown intent {name!r} in the heading; use one of intents.yaml", section.path, section.line)
            for name in section.passage.intents
            if name not in intents
        ]
        found += [
            CorpusError(f"unknown value {name!r} in about=; add it to `entities:` of intents.yaml", section.path, section.line)
            for name in sorted(section.passage.about - values)
        ]
    for intent in inputs.intents.intents:
        found += [
            inputs.intents.error(f"intent {intent.name!r} names the passage {name!r}, which does not exist; mend its id", intent.line)
            for name in intent.passages
            if name not in passages
        ]
        found += [
            inputs.intents.error(f"intent {intent.name!r} follows up with {name!r}, which is no intent; mend the name", intent.line)
            for name in intent.follow_up
            if name not in intents
        ]
    found += _unknown_offers(inputs.intents, intents)
    for adjacent in inputs.intents.adjacent:
        if adjacent.look_alike and adjacent.look_alike not in passages:
            what = f"{adjacent.name!r} names the passage {adjacent.look_alike!r}, which does not exist; mend its id"
            found.append(inputs.intents.error(what, adjacent.line))
    assert inputs.safety_file is not None
    for at, condition in enumerate(inputs.safety_file.data.get("conditions", [])):
        for line, advice in enumerate(condition.get("advice", [])):
            found += [
                inputs.safety_file.error(f"unknown source {key!r}; add it to sources.yaml", "conditions", at, "advice", line)
                for key in advice.get("sources", [])
                if not isinstance(key, str) or key not in inputs.corpus.sources
            ]
    for kind in ("emergency", "urgent"):
        for line, advice in enumerate(inputs.safety_file.data.get("sounds", {}).get(kind, {}).get("advice", [])):
            found += [
                inputs.safety_file.error(f"unknown source {key!r}; add it to sources.yaml", "sounds", kind, "advice", line)
                for key in advice["sources"]
                if not isinstance(key, str) or key not in inputs.corpus.sources
            ]
    for at, hazard in enumerate(inputs.safety_file.data.get("hazards", [])):
        if hazard.get("warning") not in passages:
            what = f"the warning {hazard.get('warning')!r} is no passage; name one as topic#id"
            found.append(inputs.safety_file.error(what, "hazards", at))
    return found


def _unknown_offers(file: IntentsFile, intents: set[str]) -> list[CorpusError]:
    """What is offered to choose from and is no intent."""
    offered = [(when, name) for when, names in file.offers.items() for name in names]
    return [
        file.error(f"`offers: {when}:` names {name!r}, which is no intent; mend the name", 1)
        for when, name in offered
        if name not in intents
    ]
