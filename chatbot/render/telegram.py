"""Telegram: `sendMessage` with `parse_mode=HTML`."""

from __future__ import annotations

import re
from html import escape as escape_html
from html import unescape
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, lines_of, plain_para, text_of, utf8, utf16
from chatbot.text import clean
from chatbot.types import Reply, Suggestion

_TAG = re.compile(r"<[^>]*>")
_ACTIVE = re.compile(r"(?<![\w/])([@#$/])(?=\w)|@(?=\w)")
_BUTTON = 60
_TEXT, _RAW, _ENTITIES = limit("telegram.text"), limit("telegram.raw"), limit("telegram.entities")


def escape(text: str) -> str:
    """Leaf text as Telegram HTML. A word joiner keeps what looks like a name, a tag or a command from becoming one."""
    return escape_html(_ACTIVE.sub(lambda m: f"{m[0]}\u2060", text), quote=False)


def size(html: str) -> int:
    """UTF-16 units of what is seen; more when the bytes or the entities reach their own limits sooner."""
    seen = unescape(_TAG.sub("", html))
    return max(utf16(seen), -(-utf8(html) * _TEXT // _RAW), html.count("</") * (_TEXT // _ENTITIES))


def _link(url: str) -> str:
    return f'<a href="{escape_html(url)}">{escape_html(url, quote=False)}</a>'


def _para(para: Para) -> str:
    if para.kind in ("advice", "lead"):
        head = f"{escape(para.head)}: " if para.head else ""
        return f"<b>{head}{lines_of(para, escape, _link)[0]}</b>"
    if para.kind == "disclaimer":
        return f"<i>{plain_para(para, escape)}</i>"
    return plain_para(para, escape, _link)


DIALECT = Dialect(_para, size, int(_TEXT * SLACK))


def telegram(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of `sendMessage`, without the chat."""
    parts = [
        {"text": text_of(part, DIALECT), "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
        for part in fitting(reply, DIALECT, length)
    ]
    if parts and reply.suggestions and length in ("", "full", "short"):
        keys = [[{"text": _label(f"{at}. {item.label}"), "callback_data": said(at, item)}] for at, item in enumerate(reply.suggestions, 1)]
        parts[-1]["reply_markup"] = {"inline_keyboard": keys}
    return parts


def _label(text: str) -> str:
    text = " ".join(clean(text, len(text)).split())
    return text if len(text) <= _BUTTON else text[: _BUTTON - 1] + "…"


def said(at: int, item: Suggestion) -> str:
    """What a button says when it is pressed: the question, which means the same for ever; its number when it is too long."""
    return item.utterance if 0 < utf8(item.utterance) <= limit("telegram.callback") else str(at)
