"""E-mail: subject, headers, plain text and HTML, for `email.message.EmailMessage`."""

from __future__ import annotations

from typing import Any

from chatbot.render.as_html import html
from chatbot.render.blocks import URGENCY_WORDS
from chatbot.render.document import document, shorten
from chatbot.render.split import GAP, plain_para
from chatbot.types import Reply

SUBJECT = "Your question"


def email(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """One mail. The subject holds no word of the person, and `Auto-Submitted` keeps other robots from answering (RFC 3834)."""
    reply = shorten(reply, length or "full")
    subject = f"{URGENCY_WORDS[reply.urgency]}: {SUBJECT}" if reply.urgency in ("urgent", "emergency") else SUBJECT
    return [
        {
            "headers": {"Subject": subject, "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"},
            "text": GAP.join(map(plain_para, document(reply))) + "\n",
            "html": html(reply),
        }
    ]
