"""Everything that can go wrong, by whose fault it is.

User text never raises: there is no error for "no answer". An error says what is wrong, where, and what to do.
"""

from __future__ import annotations


class ChatbotError(Exception):
    """The base of all errors of this package; never raised itself."""


class CorpusError(ChatbotError):
    """A file of the corpus, the intents or the safety rules is wrong. Raised while building, never while answering.

    Args:
        what: what is wrong and what to do, as `what; what to do`.
        path: the file, or "" when the mistake is in no file.
        line: the line in the file, from 1, or 0 when it is not known.
    """

    def __init__(self, what: str, path: str = "", line: int = 0) -> None:
        where = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(where + what)
        self.what, self.path, self.line = what, path, line


class KnowledgeError(ChatbotError):
    """A compiled knowledge file is missing, foreign, damaged, or of another format."""


class SettingError(ChatbotError):
    """A setting of an adapter or of the web service is missing or wrong, or the platform refuses it."""


class StateError(ChatbotError):
    """A saved dialogue state cannot be read."""


class MissingExtraError(ChatbotError, ImportError):
    """A part of the package needs a library that is not installed; the message holds the pip line to run."""
