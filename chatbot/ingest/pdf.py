"""PDF files, page by page, by pypdf: running heads and page numbers go, words cut at line ends are joined again."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import Any

from chatbot.ingest.blocks import MOST_CHARACTERS, Block, Content, Unreadable, english_words, tidy
from chatbot.ingest.decoding import mend
from chatbot.ingest.plain import Line, blocks_of, read_lines

_MOST_PAGES = 2_000
_LARGER = 1.12
"""A line is a heading when its letters are larger than those of the text by this factor."""
_CUT = re.compile(r"(\w{2,})[-\u2010\xad]$")


def read_pdf(data: bytes) -> Content:
    """The blocks of a PDF, each with its page, and what the file says about itself.

    Raises:
        Unreadable: when it is damaged or encrypted, or holds pictures of text only.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("it is encrypted; save it without a password")
        if len(reader.pages) > _MOST_PAGES:
            raise Unreadable(f"it has more than {_MOST_PAGES:,} pages; split it")
        pages: list[list[Line]] = []
        sizes: dict[str, Counter[float]] = {}
        total = 0
        for number, page in enumerate(reader.pages, 1):
            text = _page(page, sizes)
            total += len(text)
            if total > MOST_CHARACTERS:
                raise Unreadable(f"it holds more than {MOST_CHARACTERS:,} characters; split it")
            pages.append(read_lines(mend(text), number))
        about = {name: str(value or "") for name, value in (reader.metadata or {}).items()}
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OverflowError,
        NotImplementedError,
        ImportError,
    ) as error:
        raise Unreadable("the PDF is damaged or of a kind that cannot be read; print it to a new PDF") from error
    if not any(pages):
        raise Unreadable("it holds no text, only pictures perhaps; run text recognition (OCR) on it first")
    blocks = _blocks(_without_running(pages), sizes)
    return Content(
        blocks, title=tidy(about.get("/Title", "")), author=tidy(about.get("/Author", "")), date=_date(about.get("/CreationDate", ""))
    )


def _page(page: Any, sizes: dict[str, Counter[float]]) -> str:
    """The text of a page. How large each line's letters are is noted in `sizes`."""
    pending: list[tuple[str, float]] = []

    def visit(text: str, _user: Any, matrix: Any, _font: Any, size: Any) -> None:
        for at, piece in enumerate(text.split("\n")):
            if at:
                note()
            if piece.strip():
                pending.append((piece, round(float(size or 0) * abs(float(matrix[3]) or 1.0), 1)))

    def note() -> None:
        line = tidy("".join(piece for piece, _ in pending))
        for piece, size in pending:
            sizes.setdefault(line, Counter())[size] += len(piece.strip())
        pending.clear()

    text = str(page.extract_text(visitor_text=visit))
    note()
    return text


def _date(text: str) -> str:
    match = re.match(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?", text)
    return "-".join(filter(None, match.groups())) if match else ""


def _without_running(pages: list[list[Line]]) -> list[Line]:
    """All lines but page numbers, and but those that stand at the edge of three pages or more, page numbers aside."""
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({re.sub(r"\d+", "#", line.text) for line in (*lines[:2], *lines[-2:])})
    kept = []
    for lines in pages:
        for at, line in enumerate(lines):
            edge = at < 2 or at >= len(lines) - 2
            if edge and (re.fullmatch(r"(?:page|seite|p\.)?\s*\d+(?:\s*(?:of|/|von)\s*\d+)?", line.text, re.IGNORECASE)):
                continue
            if edge and len(pages) >= 3 and edges[re.sub(r"\d+", "#", line.text)] >= max(3, len(pages) // 3):
                continue
            kept.append(line)
    return kept


def _blocks(lines: list[Line], sizes: dict[str, Counter[float]]) -> list[Block]:
    body = _usual(sizes)
    large = {text: counts.most_common(1)[0][0] for text, counts in sizes.items() if body and counts.most_common(1)[0][0] > body * _LARGER}
    levels = {size: min(level, 4) for level, size in enumerate(sorted(set(large.values()), reverse=True), 1)}
    blocks: list[Block] = []
    running: list[Line] = []
    for line in _rejoined(lines):
        if line.text in large and len(line.text.split()) <= 25:
            blocks += blocks_of(running)
            running = []
            size = large[line.text]
            last = blocks[-1] if blocks else None
            if last and last.kind == "heading" and last.level == levels[size] and not line.after_gap and last.page == line.page:
                blocks[-1] = last._replace(text=f"{last.text} {line.text}")
            else:
                blocks.append(Block("heading", line.text, levels[size], page=line.page))
        else:
            running.append(line)
    return blocks + blocks_of(running)


def _usual(sizes: dict[str, Counter[float]]) -> float:
    total: Counter[float] = Counter()
    for counts in sizes.values():
        total.update(counts)
    return total.most_common(1)[0][0] if total else 0.0


def _rejoined(lines: list[Line]) -> list[Line]:
    """Lines with the words that were cut at their ends made whole: without the hyphen where that gives a word that is known."""
    known = _words(lines)
    found: list[Line] = []
    for line in lines:
        cut = _CUT.search(found[-1].text) if found else None
        if cut and line.text[:1].islower():
            first, _, rest = line.text.partition(" ")
            whole = cut[1] + first
            glue = "" if re.sub(r"\W", "", whole).lower() in known else "-"
            found[-1] = found[-1]._replace(text=f"{found[-1].text[: cut.end(1)]}{glue}{first}")
            if rest:
                found.append(line._replace(text=rest, after_gap=False))
        else:
            found.append(line)
    return found


def _words(lines: list[Line]) -> frozenset[str]:
    return english_words() | frozenset(word.lower() for line in lines for word in re.findall(r"\w+", line.text)[:-1])
