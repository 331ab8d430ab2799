"""Slack: `chat.postMessage` with Block Kit blocks and the same as `text` for notifications and screen readers."""

from __future__ import annotations

import re
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, lines_of, plain_para, text_of, utf16
from chatbot.text import clean
from chatbot.types import Reply

_MARKS = re.compile(r"(?<!\w)([*_~`])|([*_~`])(?!\w)")
_CALL = re.compile(r"@(?=\w)")


def escape(text: str) -> str:
    """Leaf text as mrkdwn. Slack has no backslash escape: a zero-width space takes the effect from `*`, `_`, `~` and the backtick."""
    text = _MARKS.sub(lambda m: f"\u200b{m[0]}\u200b", _CALL.sub("@\u200b", text))
    text = f"\u200b{text}" if text.startswith(">") else text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _link(url: str) -> str:
    url = url.replace("&", "&amp;").replace("|", "%7C")
    return f"<{url}>"


def _para(para: Para) -> str:
    if para.kind == "advice":
        return f"*{para.head}*: {lines_of(para, escape, _link)[0]}" if para.head else plain_para(para, escape, _link)
    return plain_para(para, escape, _link)


DIALECT = Dialect(_para, utf16, int(limit("slack.section") * SLACK))


def slack(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of `chat.postMessage`, without the channel: a section for each paragraph, buttons last."""
    messages: list[dict[str, Any]] = []
    for part in fitting(reply, DIALECT, length):
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": _para(para), "verbatim": True}} for para in part]
        messages.append(
            {"text": text_of(part, DIALECT), "blocks": blocks, "unfurl_links": False, "unfurl_media": False, "link_names": False}
        )
    if messages and reply.suggestions and length in ("", "full", "short"):
        messages[-1]["blocks"].append(
            {"type": "actions", "elements": [_button(at, s.label, s.utterance) for at, s in enumerate(reply.suggestions[:25], 1)]}
        )
    return messages


def _button(at: int, label: str, utterance: str) -> dict[str, Any]:
    most = limit("slack.button")
    text = " ".join(clean(f"{at}. {label}", 500).split())
    text = text if utf16(text) <= most else text[: most // 2 - 1] + "…"
    value = utterance if 0 < utf16(utterance) <= limit("slack.value") else str(at)
    return {"type": "button", "action_id": f"choice_{at}", "value": value, "text": {"type": "plain_text", "text": text, "emoji": False}}
