"""The chatbot of a talk, loaded behind the prompt so that nobody waits for it before the first key."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.bot import Chatbot


class Brain:
    """Loads a `Chatbot` once, in a thread or at its first use."""

    def __init__(self, knowledge: str | os.PathLike[str] | None, region: str = "") -> None:
        self.region = region.lower()
        self._knowledge = knowledge
        self._bot: Chatbot | None = None
        self._examples: list[tuple[str, str, list[str]]] = []
        self._lock = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether it is loaded."""
        return bool(self._examples)

    def start(self, failed: Callable[[BaseException], None]) -> None:
        """Load in a thread; `failed` is called there with the error, if there is one."""
        threading.Thread(target=self._load_quietly, args=(failed,), daemon=True).start()

    def _load_quietly(self, failed: Callable[[BaseException], None]) -> None:
        try:
            self.examples()
        except BaseException as error:  # noqa: BLE001 (it is raised again where the person is)
            failed(error)

    def topics(self) -> list[tuple[str, str]]:
        """The title and the example question of each topic."""
        intents = self.bot().knowledge.dialogue["intents"].values()
        return [(intent["title"], intent["question"]) for intent in intents if intent["kind"] == "topic" and intent.get("question")]

    def examples(self) -> list[tuple[str, str, list[str]]]:
        """Questions that the knowledge answers: title, question and the words of both; those of the topics first."""
        if not self._examples:
            knowledge = self.bot().knowledge
            passages = (knowledge.passage(name) for name in knowledge.index.ids)
            found = dict.fromkeys([*self.topics(), *((passage.topic, passage.heading) for passage in passages)])
            self._examples = [(title, question, words_of(f"{question} {title}")) for title, question in found]
        return self._examples

    def bot(self) -> Chatbot:
        """The chatbot, of the region that is set now.

        Raises:
            KnowledgeError: when the knowledge file cannot be read.
        """
        with self._lock:
            if self._bot is None:
                from chatbot.bot import Chatbot

                self._bot = Chatbot(self._knowledge, region=self.region)
        self._bot.region = self.region
        return self._bot


def words_of(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()
