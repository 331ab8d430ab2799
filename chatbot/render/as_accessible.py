"""Text to be heard or felt: one thing after the other, each with its name before it, for screen readers and Braille lines.

Nothing is framed, drawn over, or told by its place or colour; a paragraph is one line, since a Braille line wraps by itself.
"""

from __future__ import annotations

from chatbot.render.blocks import URGENCY_WORDS
from chatbot.text import clean
from chatbot.types import Citation, Reply


def accessible(reply: Reply, addresses: bool = False) -> str:
    """The reply, a line for each thing that is said.

    Args:
        reply: what is said.
        addresses: whether sources are written with title and whole address; else "Source 1: NHS, nhs.uk".
    """
    advice = [_said(item.text, item.marks) for item in reply.advice]
    warned = [item for item in reply.statements if item.passage in reply.warnings]
    said = [item for item in reply.statements if item.passage not in reply.warnings]
    first = reply.urgency != "routine"
    label = URGENCY_WORDS.get(reply.urgency, "IMPORTANT").capitalize()
    urgent = [f"{label}: " + " ".join(advice)] if advice else []
    lines = [
        *(urgent if first else []),
        *([reply.message] if reply.message else []),
        *(_said(item.text, item.marks) for item in said),
        *(f"Warning: {_said(item.text, item.marks)}" for item in warned),
        *([] if first else urgent),
        *reply.notes,
        *(source_line(citation, whole=addresses) for citation in reply.citations),
        reply.disclaimer,
        *(f"Choice {at}: {item.label}" for at, item in enumerate(reply.suggestions, 1)),
    ]
    return "\n".join(" ".join(clean(line, len(line)).split()) for line in lines if line)


def source_line(citation: Citation, whole: bool = False) -> str:
    """A source in words: "Source 1: NHS, nhs.uk"; with `whole`, title, publisher, year and address."""
    if whole:
        parts = [citation.title.rstrip(". "), citation.publisher, citation.year, citation.url]
    else:
        who, where = citation.publisher or citation.title, host(citation.url)
        parts = [who, citation.year, where if where not in who else ""]
    return f"Source {citation.mark}: {', '.join(filter(None, parts))}"


def host(url: str) -> str:
    """The name of the machine in an address, without "www."."""
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")


def _said(text: str, marks: tuple[int, ...]) -> str:
    """A sentence with its sources named before its full stop is heard: "... at night (sources 1, 2)."""
    if not marks:
        return text
    named = f"({'source' if len(marks) == 1 else 'sources'} {', '.join(map(str, marks))})"
    return f"{text[:-1]} {named}{text[-1]}" if text.endswith((".", "!", "?")) else f"{text} {named}"
