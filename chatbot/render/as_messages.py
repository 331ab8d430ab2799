"""`Reply` to the arguments with which a platform's own library sends it. No library is needed for that."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from chatbot.types import Reply

PLATFORMS = {
    "telegram": ("telegram", "telegram"),
    "discord": ("discord", "discord"),
    "discord-embed": ("discord", "discord_embed"),
    "slack": ("slack", "slack"),
    "matrix": ("matrix", "matrix"),
    "xmpp": ("xmpp", "xmpp"),
    "irc": ("irc", "irc"),
    "whatsapp": ("whatsapp", "whatsapp"),
    "whatsapp-interactive": ("whatsapp", "whatsapp_interactive"),
    "sms": ("sms", "sms"),
    "email": ("email", "email"),
    "web": ("", "html"),
    "plain": ("", "plain"),
}
"""The module and the function of each platform; a platform is loaded when it is first asked for."""


def messages(reply: Reply, platform: str, length: str = "") -> list[dict[str, Any]]:
    """The messages that say `reply` on `platform`, in the order in which to send them: keyword arguments for its send call.

    Args:
        reply: what is said.
        platform: one of `PLATFORMS`.
        length: "full", "short", "160" or "line" for so much of the reply; "" for the longest that the platform takes politely.

    Raises:
        ValueError: for a platform or a length that does not exist.
    """
    if platform not in PLATFORMS:
        raise ValueError(f"no platform {platform!r}; choose one of {', '.join(PLATFORMS)}")
    module, name = PLATFORMS[platform]
    if module:
        render: Callable[[Reply, str], list[dict[str, Any]]] = getattr(import_module(f"chatbot.render.{module}"), name)
        return render(reply, length)
    from chatbot.render.as_html import html
    from chatbot.render.as_plain import plain
    from chatbot.render.document import shorten

    reply = shorten(reply, length or "full")
    return [{"html": html(reply)}] if name == "html" else [{"text": plain(reply)}]


def text_of(message: dict[str, Any]) -> str:
    """What a message says, in the platform's own markup."""
    for path in (("text", "body"), ("interactive", "body", "text"), ("content", "body"), ("content",), ("mbody",), ("body",), ("html",)):
        found: Any = message
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        if isinstance(found, str) and path != ("html",):
            return found
    if "embeds" in message:
        embed = message["embeds"][0]
        return "\n\n".join(filter(None, (embed.get("description", ""), embed.get("footer", {}).get("text", ""))))
    return str(message.get("text") or message.get("html", ""))
