"""An HTML fragment for a web page."""

from __future__ import annotations

from html import escape

from chatbot.render.blocks import ASK_NEXT, SOURCES, Block, blocks, citation_line, web_address
from chatbot.types import Reply


def html(reply: Reply) -> str:
    """The reply as a fragment of sections; urgency stands in words, and advice has the role of an alert."""
    return "\n".join(_block(block, reply) for block in blocks(reply)) + "\n"


def _block(block: Block, reply: Reply) -> str:
    if block.kind == "advice":
        return f'<div role="alert"><p><strong>{escape(block.lines[0])}</strong></p></div>'
    if block.kind == "suggestions":
        items = "".join(f"<li>{escape(line.partition('. ')[2])}</li>" for line in block.lines)
        return f"<p>{ASK_NEXT}</p>\n<ol>{items}</ol>"
    if block.kind == "sources":
        items = "".join(_source(citation_line(citation, link=False), citation.url) for citation in reply.citations)
        return f"<p>{SOURCES}</p>\n<ul>{items}</ul>"
    if block.kind == "disclaimer":
        return f"<p><small>{escape(block.lines[0])}</small></p>"
    return "\n".join(f"<p>{escape(line)}</p>" for line in block.lines)


def _source(line: str, url: str) -> str:
    if not web_address(url):
        return f"<li>{escape(line)}</li>"
    return f'<li><a href="{escape(url, quote=True)}" rel="noopener noreferrer">{escape(line)}</a></li>'
