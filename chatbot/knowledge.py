"""All that is compiled: passages, sources, index, intents, lexicon and red flags, read from one file.

The only reader of a knowledge file at run time. What a question does not need is not read: passages are decoded one by one, and
the parts that only some turns use are loaded at their first use.
"""

from __future__ import annotations

import json
import os
from _thread import RLock  # the lock of `threading`, without the 2 ms of importing it
from collections.abc import Iterable, Iterator, Mapping

from chatbot.agreement import Agreement
from chatbot.container import Container
from chatbot.errors import KnowledgeError
from chatbot.intents import IntentMatcher
from chatbot.ranking import by_entity
from chatbot.retrieval import PassageIndex
from chatbot.safety import SafetyRules
from chatbot.scope import DEFAULT
from chatbot.spelling import Speller
from chatbot.table import StringTable, ValueTable
from chatbot.text import Phrases
from chatbot.typed import Any
from chatbot.types import Passage, Sentence, Source

SCHEMA = 6
"""Goes up when the sections of a knowledge file change their meaning."""
_MOST_KEPT = 2000
"""Passages that are kept decoded: all of the bundled corpus, and a bounded share of a large one."""
BUNDLED = os.path.join(os.path.dirname(__file__), "data", "knowledge.bin")  # noqa: PTH118, PTH120 (pathlib costs 3 ms to import)


class _Sources(Mapping[str, Source]):
    """Sources by their keys, read when they are asked for and kept."""

    def __init__(self, table: ValueTable) -> None:
        self._table = table
        self._read: dict[str, Source] = {}

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __contains__(self, key: object) -> bool:
        return key in self._table

    def __getitem__(self, key: str) -> Source:
        if key not in self._read:
            self._read[key] = Source(*self._table[key])
        return self._read[key]


def safety_tables(container: Container) -> dict[str, Any]:
    """The compiled safety rules; their large tables stay where they lie."""
    rules: dict[str, Any] = container.json("safety.json")
    rules["lexicon"]["words"] = ValueTable(container, "safety.words")
    rules["lexicon"]["entries"] = ValueTable(container, "safety.entries")
    if rules.get("alarm"):
        rules["alarm"]["weights"] = ValueTable(container, "safety.weights")
    return rules | {"signs": ValueTable(container, "safety.signs"), "cues": ValueTable(container, "safety.cues")}


def _kinds(intents: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> dict[str, str]:
    kinds: dict[str, str] = {name: intent.get("kind", "out") for name, intent in intents.items()}
    kinds |= {name: "adjacent" for name in names if name.startswith("adjacent:")}
    return kinds | {"out_of_scope": "out", "personal_request": "personal", "unsafe_input": "unsafe"}


class Knowledge:
    """An open knowledge file. Read-only; share it between threads and users."""

    def __init__(self, source: str | os.PathLike[str] | bytes | None = None) -> None:
        """Open the file `source`, or the bundled one.

        Raises:
            KnowledgeError: when it is missing, foreign, damaged or of another format.
        """
        container = Container(BUNDLED if source is None else source)
        if container.meta.get("kind") != "knowledge":
            raise KnowledgeError(f"{container.path}: holds no knowledge but {container.meta.get('kind')!r}; name a file of `chatbot build`")
        if container.meta.get("schema") != SCHEMA:
            raise KnowledgeError(f"{container.path}: built by another version; run `chatbot build` again")
        self._container = container
        self.digest: str = container.meta["digest"]
        self.meta: dict[str, Any] = container.meta
        self.index = PassageIndex(container)
        self.agreement = Agreement(container)
        self._numbers = {name: number for number, name in enumerate(self.index.ids)}
        self.dialogue: dict[str, Any] = container.json("dialogue.json")
        self._passage_ends = container.array("passages.ends", "I")
        self._passages = container.section("passages.blob")
        self._about: list[list[Any]] = container.json("passages.about")
        self._profiles: dict[int, tuple[list[str], dict[str, list[str]]]] = {}
        self._decoded: dict[str, Passage] = {}
        self._sentence_terms: dict[str, list[frozenset[str]]] = {}
        self._lock = RLock()
        self._lazy: dict[str, Any] = {}
        self._english = StringTable(container, "words.english")
        self.red_flags = SafetyRules(safety_tables(container), self._english.__contains__)
        self.lexicon = Phrases.from_data(ValueTable(container, "lexicon"))
        self.matcher = IntentMatcher(container, self.lexicon)
        self.known_words = StringTable(container, "words.known")
        """The words of the corpus and the intents, the most frequent first."""

        self.speller = Speller(self.known_words, self._english)
        """Corrects typos against the words of the corpus and the intents."""

        self.anchors: frozenset[str] = frozenset(self.dialogue["anchors"])
        """Index terms that name the subject itself ("cramp")."""
        self.body_terms: frozenset[str] = frozenset(self.dialogue["body_terms"])

        self.kinds = _kinds(self.dialogue["intents"], self.matcher.names)
        """The kind of each class of the matcher, as `observe.group_shares` sums them: topic, smalltalk, adjacent, personal, unsafe or out."""

        self.has_topics = any(intent["kind"] == "topic" for intent in self.dialogue["intents"].values())
        """Whether there are intents of the subject, or small talk and routes only."""

        self.not_for: frozenset[str] = frozenset(self.dialogue["not_for"])
        """Words for those whom the bot is not for."""

        self.body_words: frozenset[str] = frozenset(self.dialogue["body_words"])
        """Words that name a part of the body."""

        self.scope: dict[str, float] = self.dialogue.get("scope") or dict(DEFAULT)
        """The scope model and its threshold."""

    def _load(self, name: str, make: Any) -> Any:
        if name not in self._lazy:
            with self._lock:
                if name not in self._lazy:
                    self._lazy[name] = make()
        return self._lazy[name]

    def is_english(self, word: str) -> bool:
        """Whether `word` is a plain English word, or one that the corpus or the intents use."""
        return word in self._english or self.speller.knows(word)

    @property
    def sources(self) -> Mapping[str, Source]:
        """All sources by their keys, each read when it is asked for."""
        return self._load("sources", lambda: _Sources(ValueTable(self._container, "sources")))  # type: ignore[no-any-return]

    def number(self, passage: str) -> int:
        """The number of a passage in the index, or -1."""
        return self._numbers.get(passage, -1)

    def about(self, number: int) -> tuple[list[str], list[str], str]:
        """The intents, the entity values and the evidence of passage `number`, without decoding it."""
        intents, about, evidence = self._about[number]
        return intents, about, evidence

    def profile(self, number: int) -> tuple[list[str], dict[str, list[str]]]:
        """The intents of passage `number`, and the values that it is about by their entities; kept after the first time."""
        found = self._profiles.get(number)
        if found is None:
            intents, values, _ = self._about[number]
            found = self._profiles[number] = (intents, by_entity(values, self.dialogue["entity_of"]))
        return found

    def speaks_of(self, value: str) -> bool:
        """Whether any passage is specially about `value`."""
        return value in self._load("subjects", lambda: {value for _, values, _ in self._about for value in values})

    def about_both(self, first: str, second: str) -> str:
        """The first passage that is specially about both values, or ""; one about few other things is preferred."""
        found = [(len(values), number) for number, (_, values, _) in enumerate(self._about) if first in values and second in values]
        return self.index.ids[min(found)[1]] if found else ""

    def serving(self, intent: str) -> Iterable[int]:
        """The numbers of the passages that serve `intent`."""
        by_intent = self._load("serving", self._serving)
        return by_intent.get(intent, ())  # type: ignore[no-any-return]

    def _serving(self) -> dict[str, list[int]]:
        by_intent: dict[str, list[int]] = {}
        for number, (intents, _, _) in enumerate(self._about):
            for intent in intents:
                by_intent.setdefault(intent, []).append(number)
        return by_intent

    def sentence_terms(self, passage: Passage, number: int) -> frozenset[str]:
        """The index terms of a sentence of a passage; those of passages that were quoted once are kept."""
        terms = self._sentence_terms.get(passage.id)
        if terms is None:
            terms_of = self.index.analyzer.terms
            terms = [frozenset(terms_of(passage.text[s.start : s.end])) for s in passage.sentences]
            if len(self._sentence_terms) < _MOST_KEPT:
                self._sentence_terms[passage.id] = terms
        return terms[number]

    def passage(self, passage: str) -> Passage:
        """The passage with the id `passage`; those that were read once are kept.

        Raises:
            KeyError: when there is none.
        """
        found = self._decoded.get(passage)
        if found is None:
            found = self._decode(passage)
            if len(self._decoded) < _MOST_KEPT:
                self._decoded[passage] = found
        return found

    def _decode(self, passage: str) -> Passage:
        number = self._numbers[passage]
        start = self._passage_ends[number - 1] if number else 0
        row = json.loads(bytes(self._passages[start : self._passage_ends[number]]))
        return Passage(
            id=passage,
            topic=row["topic"],
            heading=row["heading"],
            text=row["text"],
            sentences=tuple(Sentence(start, end, *map(tuple, names)) for start, end, *names in row["sentences"]),
            evidence=row["evidence"],
            intents=tuple(row["intents"]),
            about=frozenset(row["about"]),
            reviewed=row["reviewed"],
        )

    def verify(self) -> None:
        """Check every byte of the file. Raises KnowledgeError at the first damage."""
        self._container.verify()
