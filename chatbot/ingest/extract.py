"""A document's bytes to its text and its passages. Runs in the child process (`worker`)."""

from __future__ import annotations

import re
from typing import Any

from chatbot.ingest.blocks import MOST_CHARACTERS, Content, Unreadable, english_words, tidy
from chatbot.ingest.boilerplate import is_furniture, without_boilerplate, without_empty_headings
from chatbot.ingest.chunking import cut, lay_out
from chatbot.ingest.heading import read_head

KINDS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""What is read, by the ending of the name."""

_FEWEST_WORDS = 5


def extract(data: bytes, ending: str) -> dict[str, Any]:
    """What a document says, as JSON-able data: text, passages, what was found about it and what was left out.

    Args:
        data: the document.
        ending: of its name, as in ".html".

    Raises:
        Unreadable: when it cannot be read, or holds no text.
    """
    kind = _kind(data, KINDS.get(ending.lower(), ""))
    notes = [f"named {ending} but is {kind}; read as {kind}"] if kind != KINDS.get(ending.lower()) else []
    content = _read(data, kind)
    english = english_words()
    content, dropped = _text_of(content, kind, english)
    text, units = lay_out(content.blocks)
    if sum(unit.words for unit in units) < _FEWEST_WORDS:
        raise Unreadable("no text is left when menus and the like are taken out; see whether the file is whole")
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(f"it holds more than {MOST_CHARACTERS:,} characters; split it")
    return {
        "text": text,
        "passages": [[chunk.place, list(chunk.path), chunk.page] for chunk in cut(units)],
        "title": content.title,
        "author": content.author,
        "publisher": content.publisher,
        "date": content.date if re.fullmatch(r"\d{4}(-\d\d){0,2}", content.date) else "",
        "language": content.language or _language(text, english),
        "url": content.url if re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+", content.url) else "",
        "kind": kind,
        "notes": notes,
        "dropped": dropped,
    }


def _kind(data: bytes, named: str) -> str:
    """What a file is, by its first bytes where they tell, else by its name."""
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"%pdf-" in start[:64]:
        return "pdf"
    if data.startswith(b"PK\x03\x04") and (named == "docx" or b"word/" in data):
        return "docx"
    if start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start):
        return "html"
    if named in ("pdf", "docx"):
        raise Unreadable(f"named as {named.upper()}, but it is none; give it the ending of what it is")
    return named


def _read(data: bytes, kind: str) -> Content:
    if kind == "pdf":
        from chatbot.ingest.pdf import read_pdf

        return read_pdf(data)
    if kind == "docx":
        from chatbot.ingest.docx import read_docx

        return read_docx(data)
    from chatbot.ingest.decoding import decode, mend

    text = decode(data)
    if len(text) > 4 * MOST_CHARACTERS:
        raise Unreadable(f"it holds more than {4 * MOST_CHARACTERS:,} characters; split it")
    if kind == "html":
        from chatbot.ingest.html import read_html

        return read_html(text)
    if kind == "markdown":
        from chatbot.ingest.markdown import read_markdown

        return read_markdown(text)
    from chatbot.ingest.plain import blocks_of, read_lines

    return Content(blocks_of(read_lines(mend(text))))


def _text_of(content: Content, kind: str, english: frozenset[str]) -> tuple[Content, list[str]]:
    """The document without what is no text, and its title and author where they stand in it."""
    dropped: list[str] = []
    blocks, title, author = content.blocks, content.title, content.author
    if kind == "text" or (kind == "pdf" and not title):
        blocks, found, name = read_head(blocks, english, is_furniture, dropped)
        title, author = title or found, author or name
    blocks = without_boilerplate(blocks, dropped, structured=kind in ("html", "markdown", "docx"))
    title = title or next((block.text for block in blocks if block.kind == "heading"), "")
    blocks = [block for block in blocks if not (block.kind == "heading" and block.text.casefold() == title.casefold())]
    blocks = without_empty_headings(blocks, dropped)
    date = content.date or (_date_in(dropped[:10]) if kind == "text" else "")
    return content._replace(blocks=blocks, title=tidy(title), author=author, date=date), dropped


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_DATED = re.compile(
    r"\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.? )?(?P<month>[A-Z][a-z]{2,8})\.? (?:(?P<later>\d{1,2})(?:st|nd|rd|th)?,? )?(?P<year>(?:19|20)\d\d)\b|\b(?P<iso>(?:19|20)\d\d-\d\d-\d\d)\b"
)


def _date_in(lines: list[str]) -> str:
    """The first date with its month in letters, or in the form of ISO 8601, among the lines of a head; others can be read in two ways."""
    for line in lines:
        for match in _DATED.finditer(line):
            if match["iso"]:
                return match["iso"]
            if match["month"].lower()[:3] in _MONTHS:
                day = match["day"] or match["later"]
                month = f"{match['year']}-{_MONTHS.index(match['month'].lower()[:3]) + 1:02}"
                return f"{month}-{int(day):02}" if day and 0 < int(day) <= 31 else month
    return ""


def _language(text: str, english: frozenset[str]) -> str:
    from chatbot.screening import language_of
    from chatbot.text import fold, words

    tokens = words(fold(text[:3000]))
    found = language_of(text, tokens, english.__contains__)
    return found or ("en" if sum(token in english for token in tokens) >= 0.5 * len(tokens) else "")
