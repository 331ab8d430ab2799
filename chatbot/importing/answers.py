"""The text of an answer, which platforms hold as Markdown with some HTML in it."""

from __future__ import annotations

import re

from chatbot.errors import MissingExtraError
from chatbot.ingest.blocks import Block

_LINK = re.compile(r"(?<!!)\[([^\[\]]{1,300})\]\(\s*<?(https?://[^\s()<>]{1,2000})>?(?:\s+\"[^\"]{0,300}\")?\s*\)")
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,500}?href\s*=\s*[\"']?(https?://[^\s\"'<>]{1,2000})[^<>]{0,500}>(.{0,500}?)</a\s*>", re.IGNORECASE | re.DOTALL
)
_PICTURE = re.compile(r"!\[([^\[\]]{0,300})\]\(([^()]{0,2000})\)|<img\b[^<>]{0,2000}>", re.IGNORECASE)
_BREAK = re.compile(r"<br\b[^<>]{0,50}>", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|div|ul|ol|h[1-6]|tr|table|section|article|blockquote)\b[^<>]{0,500}>", re.IGNORECASE)
_ITEM = re.compile(r"<li\b[^<>]{0,500}>", re.IGNORECASE)
_SILENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>")

_MOST_BRACKETS = 200
"""With more, none of them is read as Markdown: looking for the end of each takes a reader of Markdown minutes."""


def pictures(answer: str) -> list[str]:
    """The pictures in an answer, which cannot be carried over."""
    return [match[0] for match in _PICTURE.finditer(answer)]


def blocks_of(question: str, answer: str) -> list[Block]:
    """The paragraphs and items of an answer below its question. Addresses of links are written out, marks of Markdown and HTML go.

    Raises:
        MissingExtraError: when the library that reads Markdown is not installed.
    """
    try:
        from chatbot.ingest.markdown import read_markdown

        blocks = read_markdown("\n" + _plain(answer)).blocks  # the empty line: no answer has a front matter
    except ImportError as error:
        raise MissingExtraError(f"importing needs the library {error.name}; run: pip install 'cramp-chatbot[add]'") from error
    below = [block._replace(level=block.level + 1) if block.kind == "heading" else block for block in blocks]
    while below and below[-1].kind == "heading":
        below[-1] = below[-1]._replace(kind="para", level=0)
    return [Block("heading", question, 1), *below]


def _plain(answer: str) -> str:
    """Markdown without HTML and with addresses in brackets. Lines that Markdown would join stay lines."""
    text = _SILENT.sub(" ", answer)
    text = _PICTURE.sub(" ", text)
    text = _ANCHOR.sub(lambda match: f"[{' '.join(_TAG.sub(' ', match[2]).split())}]({match[1]})", text)
    text = _ITEM.sub("\n- ", _BLOCK.sub("\n\n", _BREAK.sub("\n", text)))
    text = _TAG.sub("", text)
    text = _LINK.sub(lambda match: match[2] if match[1].strip() == match[2] else f"{match[1].strip()} ({match[2]})", text)
    if text.count("[") > _MOST_BRACKETS:
        text = text.replace("[", r"\[")
    # an indented line is no program, and a tab no reason to see one
    return "\n".join(
        line.strip() if not re.match(r"\s*(?:[-*+]|\d+[.)])\s", line) else line.expandtabs(4)[:8].lstrip() + line.expandtabs(4)[8:]
        for line in text.split("\n")
    )
