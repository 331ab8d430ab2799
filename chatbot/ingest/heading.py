"""The head of a plain text: its title and author, and the lines before the first paragraph that are neither."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from chatbot.ingest.blocks import Block

_LOOKED_AT = 14
_TITLE_WORDS = 4
_BY = re.compile(r"(?:written |posted |reviewed )?by:?\s+((?:[^\W\d_][\w.'’-]*\s*){1,5}?)(?:\s*[|,·–-].*)?", re.IGNORECASE)
_NAME = re.compile(r"(?:(?:[^\W\d_]\.|[^\W\d_][^\W\d_'’-]+)\s+){1,3}[^\W\d_][^\W\d_'’-]+(?:,\s*(?:MD|PhD|RN|DO|PT|DPT|MBBS|BSc|MSc))*")


def read_head(
    blocks: Sequence[Block], known: Collection[str], is_furniture: Callable[[str], bool], dropped: list[str]
) -> tuple[list[Block], str, str]:
    """The blocks below the head, the title and the author (each "" when there is none).

    Args:
        blocks: of a text whose own structure says nothing about titles.
        known: words that are no names, in lower case.
        is_furniture: whether a line is a control or a note of the page.
        dropped: gets the lines of the head that are neither title nor text.
    """
    first = next((at for at, block in enumerate(blocks) if block.kind != "heading" and len(block.text.split()) >= 12), len(blocks))
    head, rest = list(blocks[: min(first, _LOOKED_AT)]), list(blocks[min(first, _LOOKED_AT) :])
    if any(block.kind in ("item", "row") for block in head):
        at = next(at for at, block in enumerate(head) if block.kind in ("item", "row"))
        at -= at > 1
        head, rest = head[:at], head[at:] + rest
    named = [block for block in head if not is_furniture(block.text) and not _BY.fullmatch(block.text) and not _is_name(block.text, known)]
    title = _title(named, bool(named) and named[-1] is head[-1])
    author, kept = "", []
    again = max((at for at, block in enumerate(head) if block.text == title), default=-1)
    for at, block in enumerate(head):
        by = _BY.fullmatch(block.text)
        if by or (block.text != title and _is_name(block.text, known)):
            author = author or (by[1].strip() if by else block.text)
        elif is_furniture(block.text):
            pass
        elif at > again and block.text != title and at == len(head) - 1:
            kept.append(block)
            continue
        if block.text != title:
            dropped.append(block.text)
    return kept + rest, title, author


def _title(head: Sequence[Block], last_is_heading: bool) -> str:
    """The line that stands twice; else the first one that is no name of a site."""
    texts = [block.text for block in head]
    twice = next((text for text in texts if texts.count(text) > 1 and len(text.split()) > 1), "")
    first = twice or next((text for text in texts if len(text.split()) > 1), texts[0] if texts else "")
    if twice or len(first.split()) >= _TITLE_WORDS:
        return first
    # a short line on top may be the site's name; what stands last may be a heading of the text
    return next((text for text in (texts[:-1] if last_is_heading else texts) if len(text.split()) >= _TITLE_WORDS), first)


def _is_name(text: str, known: Collection[str]) -> bool:
    if not _NAME.fullmatch(text):
        return False
    words = [word.strip(".,'’-").lower() for word in text.split(",")[0].split()]
    return all(word[:1].isupper() for word in text.split(",")[0].split()) and not any(word in known for word in words if len(word) > 1)
