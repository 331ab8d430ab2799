"""The corpora of ChatterBot: conversations as lists of statements, each answered by the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chatbot.files import Document
from chatbot.importing.pairs import MOST_PAIRS, Export
from chatbot.ingest.blocks import Unreadable


def is_chatterbot(data: Any) -> bool:
    """Whether a YAML file is a corpus of ChatterBot."""
    return isinstance(data, dict) and "conversations" in data


def read_chatterbot(document: Document, path: Path, export: Export) -> None:
    """Read the first two statements of each conversation: a question and its answer. What is said after them is left out.

    Raises:
        Unreadable: when `conversations:` is no list.
    """
    data = document.data
    conversations = data["conversations"]
    if not isinstance(conversations, list):
        raise Unreadable(
            f"line {document.line('conversations')}: `conversations:` is no list; write `- - question` and `  - answer` below it"
        )
    if len(conversations) > MOST_PAIRS:
        raise Unreadable(f"it has more than {MOST_PAIRS:,} conversations; split it")
    for name in data:
        if name == "categories" and data[name]:
            names = data[name] if isinstance(data[name], list) else [data[name]]
            export.leave("categories", ", ".join(map(str, names)), path, document.line(name))
        elif name not in ("conversations", "categories"):
            export.leave("part that is nothing known", f"`{name}:`", path, document.line(name))
    for at, conversation in enumerate(conversations):
        line = document.line("conversations", at)
        said = [_text(statement) for statement in conversation] if isinstance(conversation, list) else []
        if len(said) < 2:
            export.leave(
                "conversation that is none",
                f"two statements are wanted, as `- - question` and `  - answer`: {str(conversation)[:80]}",
                path,
                line,
            )
            continue
        export.keep([said[0]], said[1], path, line)
        if len(said) > 2:
            export.leave("rest of a conversation", f"after “{said[0][:60]}”: {' / '.join(said[2:])}", path, line)


def _text(statement: Any) -> str:
    if isinstance(statement, dict):
        statement = statement.get("text", "")
    return "" if statement is None else str(statement)
