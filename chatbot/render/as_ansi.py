"""Text for a terminal: wrapped by display width, readable on light and dark, sixteen ANSI colours only."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from chatbot.render.blocks import ASK_NEXT, SOURCES, Block, blocks, citation_line
from chatbot.types import Reply

_STYLES = {"advice": "1;31", "lead": "1", "note": "2", "sources": "2", "disclaimer": "2;3", "message": "1"}


def ansi(reply: Reply, width: int = 80, color: bool = True, links: bool = False) -> str:
    """The reply for a terminal `width` columns wide.

    Args:
        color: whether to use bold and colours; what they say stands in words too.
        links: whether the terminal knows OSC 8 links; otherwise addresses are written out.
    """
    paragraphs = []
    for block in blocks(reply):
        lines = [_paint(line, block.kind, color) for line in _lines(block, reply, width, links)]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def _lines(block: Block, reply: Reply, width: int, links: bool) -> list[str]:
    if block.kind == "suggestions":
        return [ASK_NEXT, *(part for line in block.lines for part in wrap(line, width, indent=3))]
    if block.kind == "sources":
        lines = [SOURCES]
        for citation in reply.citations:
            wrapped = wrap(citation_line(citation, link=False), width, indent=4)
            if citation.url and links:
                wrapped = [link(citation.url, line) for line in wrapped]
            elif citation.url:
                wrapped.append("    " + citation.url)
            lines += wrapped
        return lines
    return [part for line in block.lines for part in wrap(line, width)]


def _paint(line: str, kind: str, color: bool) -> str:
    style = _STYLES.get(kind)
    return f"\x1b[{style}m{line}\x1b[0m" if color and style and line else line


def link(url: str, label: str) -> str:
    """`label` as an OSC 8 link; the address is brought to printable ASCII."""
    safe = quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
    return f"\x1b]8;;{safe}\x1b\\{label}\x1b]8;;\x1b\\"


def width_of(text: str) -> int:
    """The columns that `text` takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces; lines after the first are indented."""
    lines: list[str] = []
    line, used = "", 0
    for word in text.split():
        size = width_of(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = " " * indent + word, indent + size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines or [""]
