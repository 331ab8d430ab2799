"""Matrix: `m.room.message` of type `m.notice`, which no bot must answer, plain and as HTML."""

from __future__ import annotations

import json
from html import escape as escape_html
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, lines_of, plain_para, text_of, utf8
from chatbot.types import Reply

_ENVELOPE = 4096
"""Bytes for what the server adds: ids, signatures, hashes."""
_READABLE = 16384
"""Bytes after which a new message is easier to read; the limit of the protocol is four times that."""


def _link(url: str) -> str:
    return f'<a href="{escape_html(url)}">{escape_html(url)}</a>'


def _html(para: Para) -> str:
    lines = lines_of(para, escape_html, _link)
    if para.is_list:
        head = f"<p>{escape_html(para.head)}</p>" if para.head else ""
        return head + "<p>" + "<br>".join(lines) + "</p>"
    text = f"{escape_html(para.head)}: {lines[0]}" if para.head else lines[0]
    if para.kind in ("advice", "lead"):
        text = f"<strong>{text}</strong>"
    return f"<p><em>{text}</em></p>" if para.kind == "disclaimer" else f"<p>{text}</p>"


def _both(para: Para) -> str:
    """What a paragraph adds to the event, as canonical JSON counts it: plain and HTML, quotes and newlines escaped."""
    return json.dumps(plain_para(para), ensure_ascii=False) + json.dumps(_html(para), ensure_ascii=False)


PLAIN = Dialect(plain_para, utf8, 0)
DIALECT = Dialect(_both, utf8, int(min(limit("matrix.event") - _ENVELOPE, _READABLE) * SLACK))


def matrix(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of matrix-nio's `room_send`, without the room; `content` is the body of the event."""
    return [
        {
            "message_type": "m.room.message",
            "content": {
                "msgtype": "m.notice",
                "body": text_of(part, PLAIN),
                "format": "org.matrix.custom.html",
                "formatted_body": "\n".join(map(_html, part)),
                "m.mentions": {},
            },
        }
        for part in fitting(reply, DIALECT, length)
    ]
