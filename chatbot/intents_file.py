"""Reads `intents.yaml`: intents, adjacent subjects, synonyms, entities and what the bot says of itself.

Each mistake is added to a list, with its line.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from chatbot.errors import CorpusError
from chatbot.files import Document, read_yaml

KINDS = ("topic", "smalltalk", "route")
ROUTES = ("personal_request", "out_of_scope", "unsafe_input")
"""The routes that the engine knows; an intent of kind `route` must be one of them."""

BOT = {
    "name": "a chatbot",
    "scope": "I answer questions about one subject from a set of sources.",
    "disclaimer": "General information, not advice for you. If you are worried, ask a health professional.",
    "unsure": "",
    "beside": "{label} is outside what my sources cover.",
}
"""What a file says in `bot:`, and what stands there when it says nothing: `unsure` goes with what the sources do not say, `beside` before
a subject that lies beside the bot's own."""

OFFERS = ("first", "bare", "pain")
"""When intents are offered to choose from: at first, for the bare name of the subject, and for a cry or a complaint of pain."""


class Reply(NamedTuple):
    """One reply of a smalltalk intent and the words that choose it; without words it is the default."""

    when: tuple[str, ...]
    say: str


class Intent(NamedTuple):
    """Something that people want."""

    name: str
    kind: str
    title: str
    question: str
    examples: tuple[str, ...]
    passages: tuple[str, ...]
    follow_up: tuple[str, ...]
    replies: tuple[Reply, ...]
    line: int


class Adjacent(NamedTuple):
    """A subject of health that lies beside ours: what to say, whom to ask, and the passage that tells the two apart."""

    name: str
    label: str
    examples: tuple[str, ...]
    say: str
    ask: str
    look_alike: str
    line: int


class IntentsFile(NamedTuple):
    """The whole file."""

    bot: dict[str, str]
    subject: tuple[str, ...]
    """Words that name the subject itself; a message that holds one is seldom off topic."""
    intents: tuple[Intent, ...]
    adjacent: tuple[Adjacent, ...]
    synonyms: tuple[tuple[str, ...], ...]
    entities: dict[str, dict[str, tuple[str, ...]]]
    specific: dict[str, dict[str, tuple[str, ...]]]
    path: str
    offers: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """Names of intents by `OFFERS`."""
    not_for: tuple[str, ...] = ()
    """Whom the bot is not for: "my dog" makes a message off topic."""

    def error(self, what: str, line: int) -> CorpusError:
        """An error at `line` of this file."""
        return CorpusError(what, self.path, line)


class _Reader:
    def __init__(self, document: Document, problems: list[CorpusError]) -> None:
        self.document, self.problems = document, problems

    def fail(self, what: str, *keys: str | int) -> None:
        self.problems.append(self.document.error(what, *keys))

    def text(self, entry: dict[str, Any], field: str, *keys: str | int, needed: bool = True) -> str:
        value = entry.get(field)
        if isinstance(value, str) and value.strip():
            return " ".join(value.split())
        if needed or (field in entry and value not in ("", None)):
            self.fail(f"`{field}:` must be text; write it, in quotes if it holds a colon", *keys, field)
        return ""

    def texts(self, entry: dict[str, Any], field: str, *keys: str | int) -> tuple[str, ...]:
        value = entry.get(field) or []
        if not isinstance(value, list):
            self.fail(f"`{field}:` must be a list; write each item after a `-`", *keys, field)
            return ()
        good = []
        for at, item in enumerate(value):
            if isinstance(item, str) and item.strip():
                good.append(item)
            else:
                self.fail(f"an item of `{field}:` is {item!r}, not text; put it in quotes", *keys, field, at)
        return tuple(good)


def read_intents(path: Path, problems: list[CorpusError]) -> IntentsFile:
    """Read `path`; each mistake is appended to `problems`, and what is right is returned."""
    nothing = IntentsFile(dict(BOT), (), (), (), (), {}, {}, str(path))
    try:
        document = read_yaml(path)
    except CorpusError as error:
        problems.append(error)
        return nothing
    reader = _Reader(document, problems)
    data = document.data
    if not isinstance(data, dict):
        reader.fail("the file must begin with `version: 1` and `intents:`; see docs/how-to/add-an-intent.md")
        return nothing
    unknown = set(data) - {"version", "bot", "subject", "intents", "adjacent", "synonyms", "entities", "specific", "offers", "not_for"}
    if unknown:
        reader.fail(
            f"unknown part {min(unknown)!r}; use version, bot, offers, not_for, subject, intents, adjacent, synonyms, entities, specific",
            min(unknown),
        )
    if data.get("version") != 1:
        reader.fail("`version:` must be 1", "version")
    named = data.get("bot")
    bot: dict[str, Any] = named if isinstance(named, dict) else {}
    if set(bot) - set(BOT):
        reader.fail(f"the bot has no {min(set(bot) - set(BOT))!r}; use {', '.join(BOT)}", "bot")
    return IntentsFile(
        bot={**BOT, **{name: " ".join(str(value).split()) for name, value in bot.items()}},
        subject=reader.texts(data, "subject"),
        intents=tuple(_entries(reader, data, "intents", _intent)),
        adjacent=tuple(_entries(reader, data, "adjacent", _adjacent)),
        synonyms=_synonyms(reader, data),
        entities=_lexicon(reader, data, "entities"),
        specific=_lexicon(reader, data, "specific"),
        offers=_offers(reader, data),
        not_for=reader.texts(data, "not_for"),
        path=str(path),
    )


def _offers(reader: _Reader, data: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    offers = data.get("offers") or {}
    if not isinstance(offers, dict) or set(offers) - set(OFFERS):
        reader.fail(f"`offers:` must hold lists of intents; use {', '.join(OFFERS)}", "offers")
        return {}
    return {when: reader.texts(offers, when, "offers") for when in offers}


def _entries(reader: _Reader, data: dict[str, Any], part: str, make: Any) -> list[Any]:
    entries = data.get(part) or []
    if not isinstance(entries, list):
        reader.fail(f"`{part}:` must be a list; begin each entry with `- name:`", part)
        return []
    found: list[Any] = []
    for at, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            reader.fail("an entry needs `name:` in plain text; add it", part, at)
        elif any(other.name == entry["name"] for other in found):
            reader.fail(f"{entry['name']!r} stands twice; keep one", part, at)
        else:
            found.append(make(reader, entry, at))
    return found


def _intent(reader: _Reader, entry: dict[str, Any], at: int) -> Intent:
    where = ("intents", at)
    kind = entry.get("kind", "topic")
    if kind not in KINDS:
        reader.fail(f"`kind: {kind}`; it must be one of {', '.join(KINDS)}", *where, "kind")
    if kind == "route" and entry["name"] not in ROUTES:
        reader.fail(f"a route must be one of {', '.join(ROUTES)}", *where, "name")
    examples = reader.texts(entry, "examples", *where)
    if not examples:
        reader.fail(f"the intent {entry['name']!r} has no example; write at least five", *where)
    replies = []
    given = entry.get("replies") or []
    if not isinstance(given, list):
        reader.fail("`replies:` must be a list; write each reply after a `-`", *where, "replies")
        given = []
    for number, reply in enumerate(given):
        if isinstance(reply, str):
            replies.append(Reply((), " ".join(reply.split())))
        elif isinstance(reply, dict):
            replies.append(
                Reply(reader.texts(reply, "when", *where, "replies", number), reader.text(reply, "say", *where, "replies", number))
            )
        else:
            reader.fail("a reply must be text, or `when:` and `say:`", *where, "replies", number)
    if kind == "smalltalk" and not replies:
        reader.fail(f"the smalltalk intent {entry['name']!r} has no `replies:`; write one", *where)
    return Intent(
        name=entry["name"],
        kind=kind,
        title=reader.text(entry, "title", *where, needed=kind == "topic") or entry["name"],
        question=reader.text(entry, "question", *where, needed=kind == "topic"),
        examples=examples,
        passages=reader.texts(entry, "passages", *where),
        follow_up=reader.texts(entry, "follow_up", *where),
        replies=tuple(replies),
        line=reader.document.line(*where),
    )


def _adjacent(reader: _Reader, entry: dict[str, Any], at: int) -> Adjacent:
    where = ("adjacent", at)
    if not entry.get("examples"):
        reader.fail(f"the adjacent subject {entry['name']!r} has no example; write at least five", *where)
    return Adjacent(
        name=entry["name"],
        label=reader.text(entry, "label", *where),
        examples=reader.texts(entry, "examples", *where),
        say=reader.text(entry, "say", *where),
        ask=reader.text(entry, "ask", *where),
        look_alike=reader.text(entry, "look_alike", *where, needed=False),
        line=reader.document.line(*where),
    )


def _synonyms(reader: _Reader, data: dict[str, Any]) -> tuple[tuple[str, ...], ...]:
    groups = data.get("synonyms") or []
    if not isinstance(groups, list):
        reader.fail("`synonyms:` must be a list of lists; write - [cramp, charley horse]", "synonyms")
        return ()
    found = []
    for at, group in enumerate(groups):
        if isinstance(group, list) and len(group) > 1 and all(isinstance(word, str) and word.strip() for word in group):
            found.append(tuple(group))
        else:
            reader.fail("a synonym set must be a list of two or more texts; write - [cramp, charley horse]", "synonyms", at)
    return tuple(found)


def _lexicon(reader: _Reader, data: dict[str, Any], part: str) -> dict[str, dict[str, tuple[str, ...]]]:
    lexicon = data.get(part) or {}
    if not isinstance(lexicon, dict):
        reader.fail(f"`{part}:` must hold entities with their values; see docs/how-to/add-an-intent.md", part)
        return {}
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for entity, values in lexicon.items():
        if not isinstance(values, dict):
            reader.fail("an entity must hold `value: [phrasings]` lines", part, entity)
            continue
        found[entity] = {value: reader.texts(values, value, part, entity) for value in values}
    return found
