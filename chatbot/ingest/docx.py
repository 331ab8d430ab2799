"""Word documents, by python-docx, after the archive was looked at for bombs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from chatbot.ingest.blocks import Block, Content, Unreadable, tidy
from chatbot.ingest.decoding import mend

_MOST_BYTES, _MOST_RATIO, _MOST_FILES = 100 << 20, 200, 5_000
_MARKERS = "•◦▪"


def read_docx(data: bytes) -> Content:
    """The blocks of a Word document, and what its properties say.

    Raises:
        Unreadable: when it is damaged, encrypted or a bomb.
    """
    _refuse_bombs(data)
    from docx import Document

    try:
        document = Document(io.BytesIO(data))
        blocks = list(_blocks(document))
    except (KeyError, ValueError, zipfile.BadZipFile, SyntaxError, AttributeError) as error:
        raise Unreadable("the DOCX is damaged; open it in a word processor and save it again") from error
    about = document.core_properties
    title = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), "")
    return Content(
        blocks,
        title=title or tidy(about.title or ""),
        author=tidy(about.author or "") if (about.author or "") != "python-docx" else "",
        date=about.created.date().isoformat() if about.created and (about.author or "") != "python-docx" else "",
        language=(about.language or "")[:2].lower(),
    )


def _refuse_bombs(data: bytes) -> None:
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable("the DOCX is damaged; open it in a word processor and save it again") from error
    if len(entries) > _MOST_FILES:
        raise Unreadable(f"it holds more than {_MOST_FILES:,} parts; save it again without what is embedded")
    total = sum(entry.file_size for entry in entries)
    text = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    if total > _MOST_BYTES or text > _MOST_BYTES // 4 or total > _MOST_RATIO * max(len(data), 1 << 14):
        raise Unreadable(f"unpacked it would take {total >> 20} MiB; save it again without what is embedded")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("it is encrypted; save it without a password")


def _blocks(document: Any) -> Iterator[Block]:
    numbers: dict[tuple[str, int], int] = {}
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            yield from _rows(part)
            continue
        text = mend(tidy(part.text))
        if not text:
            continue
        style = (part.style.name if part.style is not None else "") or ""
        heading = re.fullmatch(r"(?:Heading|heading|Überschrift|Titre|Título) ?(\d)", style)
        if heading or style in ("Title", "Titel"):
            yield Block("heading", text, int(heading[1]) if heading else 1)
        elif _level(part) is not None or style.startswith("List"):
            level = _level(part) or (int(style[-1]) - 1 if style[-1:].isdigit() else 0)
            key = (style, level)
            numbers[key] = numbers.get(key, 0) + 1
            yield Block("item", text, min(level, 5), f"{numbers[key]}." if "Number" in style else _MARKERS[min(level, 2)])
            continue
        else:
            yield Block("para", text)
        numbers.clear()


def _level(paragraph: Any) -> int | None:
    """How deep a paragraph stands in a list, or None where it is in none."""
    properties = paragraph._p.pPr
    numbered = None if properties is None else properties.numPr
    if numbered is None:
        return None
    return 0 if numbered.ilvl is None else int(numbered.ilvl.val)


def _rows(table: Any) -> Iterator[Block]:
    for at, row in enumerate(table.rows):
        cells: list[str] = []
        for cell in row.cells:
            text = mend(tidy(cell.text))
            if text and (not cells or cells[-1] != text):  # a merged cell comes once for each column
                cells.append(text)
        if cells:
            yield Block("row", " | ".join(cells), int(at == 0))
