"""Markdown, by way of the HTML that it stands for."""

from __future__ import annotations

import re
from typing import Any

from chatbot.ingest.blocks import Block, Content, tidy
from chatbot.ingest.decoding import mend

_FRONT = re.compile(r"\A---[ \t]*\n(.{0,20000}?\n)---[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKERS = "•◦▪"


def read_markdown(text: str) -> Content:
    """The blocks of a Markdown file, and what its front matter says."""
    front, body = _front_matter(text)
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"maxNesting": 40}).enable("table").parse(body)
    blocks = _Blocks().read(tokens)
    title = str(front.get("title") or next((block.text for block in blocks if block.kind == "heading" and block.level == 1), ""))
    author = front.get("author") or front.get("authors") or ""
    return Content(
        blocks,
        title=tidy(title),
        author=tidy(", ".join(map(str, author)) if isinstance(author, list) else str(author)),
        publisher=tidy(str(front.get("publisher") or "")),
        date=tidy(str(front.get("date") or front.get("published") or "")),
        language=str(front.get("lang") or front.get("language") or "")[:2].lower(),
        url=tidy(str(front.get("url") or front.get("source_url") or front.get("canonical") or "")),
    )


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    match = _FRONT.match(text)
    if not match:
        return {}, text
    from chatbot.errors import CorpusError
    from chatbot.files import parse_yaml

    try:
        data = parse_yaml(match[1], "")
    except CorpusError:
        return {}, text[match.end() :]
    return (data.data if isinstance(data.data, dict) else {}), text[match.end() :]


class _Blocks:
    """Follows the tokens of markdown-it and writes down the blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._lists: list[int] = []  # 0 for a bulleted list, else the number of the next item
        self._first = False  # the next paragraph opens an item
        self._heading = 0
        self._row: list[str] | None = None
        self._head = False

    def read(self, tokens: Any) -> list[Block]:
        for token in tokens:
            self._token(token)
        return self.blocks

    def _token(self, token: Any) -> None:
        kind = token.type
        if kind in ("bullet_list_open", "ordered_list_open"):
            self._lists.append(int(token.attrGet("start") or 1) if kind[0] == "o" else 0)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._first = True
        elif kind == "heading_open":
            self._heading = int(token.tag[1])
        elif kind == "heading_close":
            self._heading = 0
        elif kind in ("thead_open", "tbody_open"):
            self._head = kind == "thead_open"
        elif kind == "tr_open":
            self._row = []
        elif kind == "tr_close":
            self._add("row", " | ".join(filter(None, self._row or ())), int(self._head))
            self._row = None
        elif kind == "inline":
            self._inline(token)
        elif kind == "html_block":
            self._add(
                "para",
                re.sub(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^<>]{0,2000}>", " ", token.content, flags=re.DOTALL | re.IGNORECASE),
            )

    def _inline(self, token: Any) -> None:
        text = "".join(_shown(child) for child in token.children or ())
        if self._row is not None:
            self._row.append(tidy(text))
        elif self._heading:
            self._add("heading", text, self._heading)
        elif self._lists and self._first:
            number = self._lists[-1]
            self._lists[-1] += bool(number)
            depth = min(len(self._lists) - 1, 5)
            self._add("item", text, depth, f"{number}." if number else _MARKERS[min(depth, 2)])
            self._first = False
        else:
            self._add("para", text)

    def _add(self, kind: str, text: str, level: int = 0, marker: str = "") -> None:
        line = mend(tidy(text))
        if line:
            self.blocks.append(Block(kind, line, level, marker))


def _shown(child: Any) -> str:
    """What a reader sees of a piece of a line: no address, no picture, no tag."""
    if child.type in ("text", "code_inline"):
        return str(child.content)
    return "\n" if child.type in ("softbreak", "hardbreak") else ""
