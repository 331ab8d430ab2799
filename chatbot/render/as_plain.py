"""Plain text: for files, pipes, screen readers and every place that knows no markup."""

from __future__ import annotations

from chatbot.render.blocks import ASK_NEXT, SOURCES, Block, blocks
from chatbot.types import Reply


def plain(reply: Reply, width: int = 0) -> str:
    """The reply as plain text, paragraphs set apart by an empty line; wrapped to `width` columns unless that is 0."""
    paragraphs = []
    for block in blocks(reply):
        head = _head(block)
        lines = [line for text in ([head] if head else []) + list(block.lines) for line in _wrap(text, width)]
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def _head(block: Block) -> str:
    return {"sources": SOURCES, "suggestions": ASK_NEXT}.get(block.kind, "")


def _wrap(text: str, width: int) -> list[str]:
    if not width or len(text) <= width:
        return [text]
    import textwrap

    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]
