"""`Chatbot`: holds knowledge, never a conversation."""

from __future__ import annotations

import os

from chatbot.engine import respond
from chatbot.knowledge import Knowledge
from chatbot.types import DialogueState, Turn


class Chatbot:
    """Answers questions from a knowledge file. Share one across threads and users; each conversation keeps its own state.

    Args:
        knowledge: a file that `chatbot build` wrote, or None for the bundled one.
        region: the country whose emergency lines are named, such as "gb" or "us"; "" names none.

    Raises:
        KnowledgeError: when the file is missing, foreign or damaged.

    >>> bot = Chatbot()
    >>> turn = bot.respond("why do my calves cramp at night?")
    >>> turn.reply.kind
    'answer'
    >>> turn = bot.respond("and in pregnancy?", turn.state)
    """

    def __init__(self, knowledge: str | os.PathLike[str] | Knowledge | None = None, *, region: str = "") -> None:
        self.knowledge = knowledge if isinstance(knowledge, Knowledge) else Knowledge(knowledge)
        self.region = region.lower()

    def respond(self, utterance: str, state: DialogueState | None = None) -> Turn:
        """The bot's turn after `utterance`: no I/O, and no exception for any text.

        Args:
            utterance: what the person said; what is longer than 4,096 characters is cut.
            state: the `turn.state` of the turn before, or None for a new conversation.
        """
        return respond(utterance, state if state is not None else DialogueState(), self.knowledge, self.region)

    async def arespond(self, utterance: str, state: DialogueState | None = None) -> Turn:
        """As `respond`, for callers that await. It takes about a millisecond, so it is not handed to a thread."""
        return self.respond(utterance, state)
