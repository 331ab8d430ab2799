"""Discord: the body of Create Message, as content or with an embed."""

from __future__ import annotations

import re
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import SLACK, limit
from chatbot.render.split import Dialect, fitting, lines_of, plain_para, text_of, utf16
from chatbot.types import Reply

SUPPRESS_EMBEDS = 1 << 2
_SPECIAL = re.compile(r"([\\`*_~|<>\[\]()])")
_AT_START = re.compile(r"^(\s*)([#+-]|\d+\.)")
_CALL = re.compile(r"@(?=\w)")


def escape(text: str) -> str:
    """Leaf text as Discord Markdown that shows just that text; a zero-width space keeps `@everyone` from being a call."""
    return _CALL.sub("@\u200b", _SPECIAL.sub(r"\\\1", text))


def _block(text: str) -> str:
    """Escaped text at the start of a line, where `#`, `-` and `1.` mean something."""
    return _AT_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", escape(text))


def _link(url: str) -> str:
    return f"<{url}>"


def _para(para: Para) -> str:
    lines = lines_of(para, _block if not para.head or para.is_list else escape, _link)
    if para.kind == "counter":
        return lines[0]
    if para.kind in ("advice", "lead"):
        return f"**{para.head + ': ' if para.head else ''}{lines[0]}**"
    if para.kind == "disclaimer":
        return f"*{lines[0]}*"
    if not para.head:
        return "\n".join(lines)
    return "\n".join([para.head, *lines]) if para.is_list else f"{para.head}: {lines[0]}"


DIALECT = Dialect(_para, utf16, int(limit("discord.content") * SLACK))
EMBED = Dialect(_para, utf16, int(limit("discord.embed") * SLACK))


def discord(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """The bodies of Create Message, each with `content`."""
    messages = [
        {"content": text_of(part, DIALECT), "flags": SUPPRESS_EMBEDS, "allowed_mentions": {"parse": []}}
        for part in fitting(reply, DIALECT, length)
    ]
    return _with_buttons(messages, reply, length)


def discord_embed(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """The bodies of Create Message, each with one embed; the disclaimer stands in the footer of the last one, which is plain text."""
    footer = reply.disclaimer and plain_para(Para("disclaimer", tuple(fitting_footer(reply))))
    body = reply._replace(disclaimer="") if footer else reply
    messages: list[dict[str, Any]] = [
        {"embeds": [{"description": text_of(part, EMBED)}], "allowed_mentions": {"parse": []}}
        for part in fitting(body, EMBED, length)
        if part
    ] or [{"embeds": [{}], "allowed_mentions": {"parse": []}}]
    if footer:
        messages[-1]["embeds"][0]["footer"] = {"text": footer}
    return _with_buttons(messages, reply, length)


def fitting_footer(reply: Reply) -> Any:
    """The sentences of the disclaimer when a footer takes them all, else none."""
    from chatbot.render.document import document

    atoms = next((para.atoms for para in document(reply) if para.kind == "disclaimer"), ())
    return atoms if utf16(" ".join(atom.text for atom in atoms)) <= limit("discord.footer") * SLACK * 0.9 else ()


def _with_buttons(messages: list[dict[str, Any]], reply: Reply, length: str) -> list[dict[str, Any]]:
    if messages and reply.suggestions and length in ("", "full", "short"):
        most = limit("discord.custom_id")
        buttons = [
            {
                "type": 2,
                "style": 2,
                "label": _label(f"{at}. {item.label}"),
                "custom_id": item.utterance if 0 < utf16(item.utterance) <= most else str(at),
            }
            for at, item in enumerate(reply.suggestions, 1)
        ]
        unique = list({button["custom_id"]: button for button in buttons}.values())
        row = limit("discord.row")
        messages[-1]["components"] = [{"type": 1, "components": unique[at : at + row]} for at in range(0, min(len(unique), 5 * row), row)]
    return messages


def _label(text: str) -> str:
    from chatbot.text import clean

    most = limit("discord.label") // 2  # in code points, each of which may be two UTF-16 units
    text = " ".join(clean(text, len(text)).split())
    return text if utf16(text) <= 2 * most else text[: most - 1] + "…"
