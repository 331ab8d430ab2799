"""A chatbot that answers questions about muscle cramps and spasms from cited sentences. Offline.

>>> from chatbot import Chatbot, render
>>> turn = Chatbot().respond("what foods help with cramps?")
>>> print(render.plain(turn.reply))  # doctest: +SKIP
"""

from chatbot import render
from chatbot.bot import Chatbot
from chatbot.errors import ChatbotError, CorpusError, KnowledgeError, MissingExtraError, StateError
from chatbot.types import (
    Advice,
    Citation,
    DialogueState,
    Hit,
    Match,
    Passage,
    Reply,
    Source,
    Statement,
    Suggestion,
    Trace,
    Turn,
)

__version__ = "0.1.0"

__all__ = [
    "Advice",
    "Chatbot",
    "ChatbotError",
    "Citation",
    "CorpusError",
    "DialogueState",
    "Hit",
    "KnowledgeError",
    "Match",
    "MissingExtraError",
    "Passage",
    "Reply",
    "Source",
    "StateError",
    "Statement",
    "Suggestion",
    "Trace",
    "Turn",
    "__version__",
    "render",
]
