"""CommonMark, for notes and for platforms that read it."""

from __future__ import annotations

import re

from chatbot.render.blocks import ASK_NEXT, SOURCES, Block, blocks, citation_line, web_address
from chatbot.types import Reply

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#+!|~&])")
_AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$|-|=)")


def markdown(reply: Reply) -> str:
    """The reply as CommonMark."""
    return "\n\n".join(_block(block, reply) for block in blocks(reply)) + "\n"


def escape(text: str) -> str:
    """Text as CommonMark that shows just that text."""
    text = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _AT_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] in "-+" else f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", text)


def _block(block: Block, reply: Reply) -> str:
    if block.kind == "advice":
        return f"**{escape(block.lines[0])}**"
    if block.kind == "lead":
        return escape(block.lines[0])
    if block.kind == "suggestions":
        return f"{ASK_NEXT}\n\n" + "\n".join(f"{at}. {escape(line.partition('. ')[2])}" for at, line in enumerate(block.lines, 1))
    if block.kind == "sources":
        lines = []
        for citation in reply.citations:
            address = f" <{citation.url}>" if web_address(citation.url) else ""
            lines.append(f"- {escape(citation_line(citation, link=False))}{address}")
        return f"{SOURCES}\n\n" + "\n".join(lines)
    if block.kind == "disclaimer":
        return f"*{escape(block.lines[0])}*"
    return "\n".join(escape(line) for line in block.lines)
