"""`Reply` to text: pure functions, one module for each form. A form is imported when it is first asked for."""

from __future__ import annotations

from chatbot.types import Reply

FORMATS = ("plain", "ansi", "markdown", "html")


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


def to(reply: Reply, form: str) -> str:
    """The reply in the form `form`, one of `FORMATS`.

    Raises:
        ValueError: for a form that does not exist.
    """
    forms = {"plain": plain, "markdown": markdown, "html": html, "ansi": ansi}
    if form not in forms:
        raise ValueError(f"no format {form!r}; choose one of {', '.join(FORMATS)}")
    return forms[form](reply)
