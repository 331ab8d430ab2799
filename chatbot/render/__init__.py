"""`Reply` to text: pure functions, one module for each form. A form is imported when it is first asked for."""

from __future__ import annotations

from chatbot.typed import Any
from chatbot.types import Reply

FORMATS = ("plain", "ansi", "markdown", "html")
MESSAGE_FORMATS = (
    *("telegram", "discord", "discord-embed", "slack", "matrix", "xmpp", "irc", "whatsapp", "whatsapp-interactive", "sms", "email"),
    *("web", "plain"),
)
"""The platforms of `messages`."""


def plain(reply: Reply, width: int = 0) -> str:
    """Plain text; `width` columns wide, or one line a paragraph for 0."""
    from chatbot.render.as_plain import plain as render

    return render(reply, width)


def markdown(reply: Reply) -> str:
    """CommonMark. What the reply holds is escaped: it can bring no markup of its own."""
    from chatbot.render.as_markdown import markdown as render

    return render(reply)


def html(reply: Reply) -> str:
    """An HTML fragment. What the reply holds is escaped, and only web addresses become links."""
    from chatbot.render.as_html import html as render

    return render(reply)


def ansi(reply: Reply, width: int = 80, color: bool = True, links: bool = False) -> str:
    """Text for a terminal: wrapped by display width, with the sixteen ANSI colours and OSC 8 links where they are wanted."""
    from chatbot.render.as_ansi import ansi as render

    return render(reply, width, color, links)


def messages(reply: Reply, platform: str, length: str = "") -> list[dict[str, Any]]:
    """The messages that say the reply on a messaging platform: keyword arguments for its send call, in order.

    Args:
        reply: what is said.
        platform: one of `MESSAGE_FORMATS`.
        length: "full", "short", "160" or "line"; "" for the longest that the platform takes politely.
    """
    from chatbot.render.as_messages import messages as render

    return render(reply, platform, length)


def to(reply: Reply, form: str) -> str:
    """The reply in the form `form`, one of `FORMATS`, or a platform's name for the text of its messages.

    Raises:
        ValueError: for a form that does not exist.
    """
    if form in MESSAGE_FORMATS and form not in FORMATS:
        from chatbot.render.as_messages import text_of

        return "\n\n".join(map(text_of, messages(reply, form)))
    forms = {"plain": plain, "markdown": markdown, "html": html, "ansi": ansi}
    if form not in forms:
        raise ValueError(f"no format {form!r}; choose one of {', '.join(FORMATS)}")
    return forms[form](reply)
