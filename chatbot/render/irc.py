"""IRC: lines for NOTICE, which no bot must answer. Never more lines than are polite when whole sentences can be left out."""

from __future__ import annotations

from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import limit
from chatbot.render.split import Dialect, fitting, lines_of, text_of, utf8
from chatbot.types import Reply


def _para(para: Para) -> str:
    text = " ".join(lines_of(para, str, str)).replace("\n", " ").replace("\t", " ")
    head = para.head.rstrip(":")
    return f"{head}: {text}" if head else text


DIALECT = Dialect(_para, utf8, limit("irc.line"), limit("irc.lines"), " ")


def irc(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of the `irc` library's `notice`, without the target: a line each."""
    return [{"text": text_of(part, DIALECT)} for part in fitting(reply, DIALECT, length)]
