"""Projects of Rasa: what users say (`nlu:`), what the bot says (`responses:`), and which goes with which (`rules:`, `stories:`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.files import Document
from chatbot.importing.pairs import Export

_PARTS = frozenset(
    (
        "nlu responses templates rules stories intents entities slots forms actions e2e_actions session_config pipeline policies recipe language assistant_id "
        "flows action_endpoint tracker_store event_broker rest socketio"
    ).split()
)
_SMALLTALK = frozenset(
    (
        "greet greeting hello goodbye bye thank thanks thankyou thank_you affirm deny bot_challenge mood_great mood_unhappy chitchat smalltalk small_talk "
        "out_of_scope nlu_fallback restart stop help"
    ).split()
)
_ANNOTATION = re.compile(r"\[([^\[\]]{1,300})\](?:\(([^()]{1,200})\)|\{([^{}]{1,500})\}(?:\[[^\[\]]{0,500}\])?)")
_SLOT = re.compile(r"\{[\w.]+\}")
_BESIDE = ("buttons", "image", "custom", "elements", "attachment", "quick_replies", "channel", "metadata")


class _Response(NamedTuple):
    text: str
    path: Path
    line: int


def is_rasa(data: Any) -> bool:
    """Whether a YAML file is one of a Rasa project."""
    return isinstance(data, dict) and bool(_PARTS & set(data)) and "conversations" not in data


def read_rasa(documents: Sequence[tuple[Path, Document]], export: Export) -> None:
    """Read the files of one project together: the examples of an intent are the questions, the response that goes with it the answer.

    A response goes with an intent by its name (`utter_faq/opening` with `faq/opening`, `utter_opening` with `opening`), or by a rule
    or a story that has nothing but that intent and that response.
    """
    project = _Project(export)
    for path, document in documents:
        project.take(path, document)
    project.finish()


class _Project:
    def __init__(self, export: Export) -> None:
        self.export = export
        self.examples: dict[str, list[str]] = {}
        self.places: dict[str, tuple[Path, int]] = {}
        self.responses: dict[str, _Response] = {}
        self.answers: dict[str, tuple[str, ...]] = {}
        self.annotated: dict[str, tuple[int, Path, int]] = {}

    def take(self, path: Path, document: Document) -> None:
        data = document.data
        for at, entry in enumerate(_list(data.get("nlu"))):
            self._nlu(entry, path, document.line("nlu", at))
        for part in ("responses", "templates"):
            for name, variations in _dict(data.get(part)).items():
                self._response(name, variations, path, document.line(part, name))
        for part in ("rules", "stories"):
            for at, entry in enumerate(_list(data.get(part))):
                self._steps(part, entry, path, document.line(part, at))
        settings = [_name_of(intent) for intent in _list(data.get("intents")) if isinstance(intent, dict)]
        if settings:
            self.export.leave("settings of intents", ", ".join(settings), path, document.line("intents"))
        for part in data:
            if part not in ("nlu", "responses", "templates", "rules", "stories", "intents", "version"):
                self._leave_part(part, data[part], path, document.line(part))

    def _leave_part(self, part: str, value: Any, path: Path, line: int) -> None:
        names = [_name_of(item) for item in (value if isinstance(value, list | dict) else [value])]
        if names and value not in (None, ""):
            self.export.leave(f"{part} of Rasa", f"{part}: {', '.join(names[:30])}", path, line)

    def _nlu(self, entry: Any, path: Path, line: int) -> None:
        entry = _dict(entry)
        examples = list(_examples(entry.get("examples")))
        if "intent" in entry:
            name = str(entry["intent"])
            self.places.setdefault(name, (path, line))
            self.examples.setdefault(name, []).extend(self._without_marks(example, path, line) for example in examples)
        elif "synonym" in entry:
            phrases = ", ".join([str(entry["synonym"]), *examples])
            self.export.leave("words that mean the same", f"put it under `synonyms:` of intents.yaml: - [{phrases}]", path, line)
        else:
            kind = next((name for name in ("regex", "lookup") if name in entry), "entry")
            self.export.leave(f"{kind} of Rasa", f"{entry.get(kind, '')}: {', '.join(examples)[:120]}", path, line)

    def _without_marks(self, example: str, path: Path, line: int) -> str:
        """An example without the marks of its entities, which are counted."""
        for match in _ANNOTATION.finditer(example):
            named = re.search(r"\"entity\"\s*:\s*\"([^\"]+)\"", match[3] or "")
            name = match[2].partition(":")[0] if match[2] else named[1] if named else "?"
            count, *place = self.annotated.get(name, (0, path, line))
            self.annotated[name] = (count + 1, *place)  # type: ignore[assignment]
        return _ANNOTATION.sub(r"\1", example)

    def _response(self, name: str, variations: Any, path: Path, line: int) -> None:
        """The first wording of a response that can be said anywhere; the others are left out."""
        for variation in _list(variations):
            entry = variation if isinstance(variation, dict) else {"text": variation}
            text = str(entry.get("text") or "").strip()
            beside = [part for part in _BESIDE if entry.get(part)]
            if beside:
                titles = [str(_dict(button).get("title", "")) for button in _list(entry.get("buttons"))]
                self.export.leave(
                    "beside the text of a response", f"{name}: {', '.join(beside)} {' / '.join(filter(None, titles))}", path, line
                )
            if not text:
                continue
            if entry.get("condition"):
                self.export.leave("response with a condition", f"{name}: {text}", path, line)
            elif _SLOT.search(text):
                self.export.leave("response with a slot in it", f"{name}: {text}", path, line)
            elif name in self.responses:
                self.export.leave("other wording of a response", f"{name}: {text}", path, line)
            else:
                self.responses[name] = _Response(text, path, line)

    def _steps(self, part: str, entry: Any, path: Path, line: int) -> None:
        """A rule or a story of one intent and what is said to it; all others are left out."""
        entry = _dict(entry)
        steps = [_dict(step) for step in _list(entry.get("steps"))]
        name = str(entry.get("rule") or entry.get("story") or "")
        said = [str(step.get("action", "")) for step in steps[1:]]
        said = [action for action in said if action != "action_listen"]
        first = steps[0] if steps else {}
        plain = set(first) == {"intent"} and all(set(step) == {"action"} for step in steps[1:])
        if plain and said and not entry.get("condition") and all(action.startswith("utter_") for action in said):
            self.answers.setdefault(str(first["intent"]), tuple(said))
        else:
            kind = "rule" if part == "rules" else "story"
            self.export.leave(f"{kind} of Rasa", f"{name}: {len(steps)} steps", path, line)

    def finish(self) -> None:
        """Put questions and answers together, and tell what is left."""
        used: set[str] = set()
        for name, examples in self.examples.items():
            path, line = self.places[name]
            said = self._said(name)
            used |= set(said)
            text = "\n\n".join(self.responses[one].text for one in said)
            if re.split(r"[/+]", name)[0].casefold() in _SMALLTALK:
                used |= {f"utter_{name}", *self.answers.get(name, ())}
                self.export.leave("small talk", f"{name}; intents.yaml holds the bot's own: {text or 'no answer'}", path, line)
            elif not said:
                self.export.leave("intent without an answer", f"{name}, with {len(examples)} examples", path, line)
            else:
                self.export.keep(examples, text, self.responses[said[0]].path, line)
        for name, response in self.responses.items():
            if name not in used:
                self.export.leave("response that no intent goes with", f"{name}: {response.text}", response.path, response.line)
        for name, (count, path, line) in self.annotated.items():
            self.export.leave("marks of entities", f"{name}: {count} in the examples, which stay without the marks", path, line)

    def _said(self, intent: str) -> tuple[str, ...]:
        """The responses that go with an intent, when all of them can be said."""
        for names in ((f"utter_{intent}",), self.answers.get(intent, ())):
            if names and all(name in self.responses for name in names):
                return names
        return ()


def _name_of(item: Any) -> str:
    """What an entry of a list is called."""
    return str(item.get("name") or next(iter(item), "")) if isinstance(item, dict) else str(item)


def _examples(value: Any) -> Iterator[str]:
    """The examples of an entry: a text with a line `- ...` for each, or a list."""
    if isinstance(value, str):
        for line in value.split("\n"):
            text = re.sub(r"^\s*-\s?", "", line).strip()
            if text:
                yield text
    for item in _list(value):
        yield from _examples(_dict(item).get("text") if isinstance(item, dict) else str(item))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[Any, Any]:
    return value if isinstance(value, dict) else {}
