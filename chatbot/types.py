"""The nouns. Values only: nothing here reads a file or decides anything.

Records are `NamedTuple`s rather than dataclasses: they are frozen and slotted too, and `dataclasses` would import `inspect`, which
is a fifth of the time that one cold question may take (docs/decisions/0003-records.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from chatbot.errors import StateError
from chatbot.typed import Any, Final, NamedTuple

URGENCIES: Final = ("none", "routine", "urgent", "emergency")
"""From "no red flag was matched", which does not mean "not urgent", to "now"."""

KINDS: Final = ("answer", "clarify", "abstain", "adjacent", "off_topic", "smalltalk", "decline", "escalate", "reject")


class Source(NamedTuple):
    """A publication that the corpus cites. Fields that were not seen are empty."""

    id: str
    title: str
    publisher: str
    author: str
    year: str
    url: str
    kind: str
    copy_of: str
    """Whose text it is, where the page found is a copy or a report of another body's text."""


class Sentence(NamedTuple):
    """A span of a passage's text and the sources that it rests on."""

    start: int
    end: int
    sources: tuple[str, ...]
    hazards: tuple[str, ...] = ()
    """The hazardous remedies that it names; known in compiled knowledge only."""


class Passage(NamedTuple):
    """A section of a topic: the unit that is indexed and quoted."""

    id: str
    topic: str
    heading: str
    text: str
    sentences: tuple[Sentence, ...]
    evidence: str
    intents: tuple[str, ...]
    about: frozenset[str]
    reviewed: str


class Hit(NamedTuple):
    """A passage found. `score` in [0, 1], higher is better; `rank` from 1."""

    id: str
    score: float
    rank: int


class Match(NamedTuple):
    """What an utterance wants. `name` is None when it is out of scope; `ranking` holds (name, share) in [0, 1], best first."""

    name: str | None
    confidence: float
    ranking: tuple[tuple[str, float], ...]


class Advice(NamedTuple):
    """One sentence of what to do about a red flag."""

    text: str
    red_flag: str
    marks: tuple[int, ...]


class Statement(NamedTuple):
    """A verbatim span of a passage: `passage.text[start:end] == text`."""

    text: str
    passage: str
    start: int
    end: int
    marks: tuple[int, ...]
    evidence: str


class Citation(NamedTuple):
    """What a mark stands for."""

    mark: int
    source: str
    title: str
    publisher: str
    year: str
    url: str
    kind: str


class Suggestion(NamedTuple):
    """Something to ask next: `label` is shown, `utterance` is what is said when it is chosen."""

    label: str
    utterance: str


class Reply(NamedTuple):
    """What the bot says, without any markup."""

    id: str
    kind: str
    urgency: str
    confidence: str
    message: str
    advice: tuple[Advice, ...]
    statements: tuple[Statement, ...]
    warnings: tuple[str, ...]
    """The passages among the statements that are there because a remedy with a danger was named (the hazard rule)."""
    notes: tuple[str, ...]
    citations: tuple[Citation, ...]
    suggestions: tuple[Suggestion, ...]
    disclaimer: str


class DialogueState(NamedTuple):
    """What is remembered between turns: names of our own data, never a word that the person typed."""

    intent: str = ""
    slots: tuple[tuple[str, str], ...] = ()
    passages: tuple[str, ...] = ()
    """The passages of the last answer, the first one leading."""
    shown: tuple[str, ...] = ()
    """Statements that were shown on this topic, as passage:start, so that "more" goes on after them."""
    sources: tuple[str, ...] = ()
    """The sources of the last reply in the order of their marks."""
    pending: tuple[Suggestion, ...] = ()
    """What a number picks."""
    signs: tuple[str, ...] = ()
    """Signs of red flags that were named in the last turns, each with the turns that it is kept for: "swollen@4"."""
    red_flag: str = ""
    """The emergency that was given and stays."""

    def to_json(self) -> str:
        """The state as one line of JSON, for any store."""
        return json.dumps({"version": 1, **self._asdict()}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> DialogueState:
        """The state that `to_json` wrote.

        Raises:
            StateError: when `text` is not such a state; start a new one with `DialogueState()`.
        """
        try:
            data = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise StateError("the saved dialogue state is not JSON; start a new one with DialogueState()") from error
        if not isinstance(data, dict) or data.get("version") != 1:
            raise StateError("the saved dialogue state is not of version 1; start a new one with DialogueState()")
        try:
            return cls(
                intent=_text(data["intent"]),
                slots=tuple(_pair(pair) for pair in _list(data["slots"])),
                pending=tuple(Suggestion(*_pair(pair)) for pair in _list(data["pending"])),
                red_flag=_text(data["red_flag"]),
                **{name: tuple(map(_text, _list(data[name]))) for name in ("passages", "shown", "sources", "signs")},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the saved dialogue state lacks or garbles a field ({error}); start a new one") from error


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or len(value) > 1000:
        raise ValueError("a list of at most 1,000 items was expected")
    return value


def _pair(value: object) -> tuple[str, str]:
    first, second = _list(value)
    return _text(first), _text(second)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1000:
        raise ValueError("a text of at most 1,000 characters was expected")
    return value


class Trace(NamedTuple):
    """How a reply came about, for a developer: everything in it is JSON-able."""

    match: Match
    slots: Mapping[str, str]
    query: str
    hits: tuple[Hit, ...]
    thresholds: Mapping[str, float]
    details: Mapping[str, Any]


class Turn(NamedTuple):
    """One exchange."""

    reply: Reply
    state: DialogueState
    trace: Trace
