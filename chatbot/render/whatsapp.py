"""WhatsApp: bodies for the Cloud API, as text, or with a list of what can be asked next."""

from __future__ import annotations

import re
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, lines_of, plain_para, text_of, utf16
from chatbot.text import clean
from chatbot.types import Reply

_MARKS = re.compile(r"(?<!\w)([*_~`])|([*_~`])(?!\w)")


def escape(text: str) -> str:
    """Leaf text. WhatsApp has no escape: a zero-width space takes the effect from `*`, `_`, `~`, the backtick and `>`."""
    text = _MARKS.sub(lambda m: f"\u200b{m[0]}\u200b", text)
    return f"\u200b{text}" if text.startswith((">", "- ", "* ")) else text


def _para(para: Para) -> str:
    if para.kind == "advice" and para.head:
        return f"*{para.head}*: {lines_of(para, escape, str)[0]}"
    return plain_para(para, escape)


DIALECT = Dialect(_para, utf16, int(limit("whatsapp.text") * SLACK))
INTERACTIVE = Dialect(_para, utf16, int(limit("whatsapp.body") * SLACK))


def whatsapp(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Bodies of text messages, without `messaging_product` and `to`."""
    return [_text(text_of(part, DIALECT)) for part in fitting(reply, DIALECT, length)]


def whatsapp_interactive(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """As `whatsapp`; the last message is a list of the choices, with what fits its shorter body, the disclaimer among it."""
    if not reply.suggestions or length in ("160", "line"):
        return whatsapp(reply, length)
    whole = fitting(reply, DIALECT, length)
    parts = whole if len(whole) == 1 and sum(INTERACTIVE.size(_para(p)) + 2 for p in whole[0]) <= INTERACTIVE.limit else None
    if parts is None:
        # what does not fit the short body goes before it as text; the disclaimer is said with the choices
        end = [para for para in whole[-1] if para.kind in ("disclaimer", "counter")]
        fits = end and sum(INTERACTIVE.size(_para(para)) + 2 for para in end) <= INTERACTIVE.limit
        if not fits:
            return [_text(text_of(part, DIALECT)) for part in whole]
        rest = [para for para in whole[-1] if para.kind not in ("disclaimer", "counter")]
        parts = [*whole[:-1], *([rest] if rest else []), end]
    rows = [_row(at, item.label, item.utterance) for at, item in enumerate(reply.suggestions[: limit("whatsapp.rows")], 1)]
    rows = list({row["id"]: row for row in rows}.values())  # two of one id are refused
    last = {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": text_of(parts[-1], INTERACTIVE)},
            "action": {"button": "What you can ask", "sections": [{"title": "Questions", "rows": rows}]},
        },
    }
    return [*(_text(text_of(part, DIALECT)) for part in parts[:-1]), last]


def _text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"preview_url": False, "body": body}}


def _row(at: int, label: str, utterance: str) -> dict[str, str]:
    text = " ".join(clean(label, 500).split()) or str(at)
    most = limit("whatsapp.row_text")
    text = text if utf16(text) <= most else text[: most // 2 - 1] + "…"
    fits = utterance and utf16(utterance) <= limit("whatsapp.row_id")
    return {"id": utterance if fits else str(at), "title": f"Question {at}", "description": text}
