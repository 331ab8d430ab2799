"""XMPP: the body of a message. XEP-0393 has no escape, so the styling of a message is switched off and broken as well."""

from __future__ import annotations

import re
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, plain_para, text_of
from chatbot.types import Reply

_OPENING = re.compile(r"(?<!\S)([*_~`>])|(?<=[*_~`])([*_~`])")


def escape(text: str) -> str:
    """Leaf text whose `*`, `_`, `~`, backtick and `>` begin nothing."""
    return _OPENING.sub(lambda m: f"\u200b{m[0]}", text)


def size(text: str) -> int:
    """The bytes of the text in a stanza, as XML."""
    return len(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;").replace("'", "&apos;").encode())


def _para(para: Para) -> str:
    return plain_para(para, escape)


_ENVELOPE = 2000
"""Bytes for addresses, ids and extensions."""
DIALECT = Dialect(_para, size, int((limit("xmpp.stanza") - _ENVELOPE) * SLACK))


def xmpp(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of slixmpp's `send_message`, without the address."""
    return [{"mbody": text_of(part, DIALECT)} for part in fitting(reply, DIALECT, length)]
