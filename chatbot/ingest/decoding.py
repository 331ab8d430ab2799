"""Bytes to text: the encoding is found, and text that was decoded wrongly before is mended."""

from __future__ import annotations

import re

from chatbot.ingest.blocks import Unreadable

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT = 64 << 10
_BULLETS = {0x7F: "•", 0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓"}
"""What the bullets of Word's and PDF's fonts come out as."""

_WESTERN = "cp1252"


def decode(data: bytes) -> str:
    """The text of `data`: by its byte order mark, as UTF-8, as it says itself, or as it most likely is.

    Raises:
        Unreadable: when the bytes are no text.
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if b"\x00" in data[:_LOOKED_AT]:
        raise Unreadable("it holds binary data, not text; save it as text, HTML, PDF or DOCX")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:4096])
    if declared:
        try:
            return data.decode(_western(declared[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError):
            pass
    return _guess(data)


def _western(name: str) -> str:
    """Browsers read what is called Latin-1 or ASCII as Windows-1252, and pages are written for browsers."""
    return _WESTERN if name.lower().replace("_", "-") in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii", "utf-8", "utf8") else name


def _guess(data: bytes) -> str:
    """Windows-1252 where that gives words, which covers Latin-1; else what charset-normalizer finds."""
    text = data.decode(_WESTERN, errors="replace")
    strange = sum(1 for char in text if char > "\x7f" and not (char.isalpha() or char in "‘’“”–—…•·°«»©®™€£§½¼¾²³ºª¿¡´¨×÷±\xa0\xad"))
    foreign = sum(1 for char in text if char > "\x7f")
    controls = sum(1 for byte in data[:_LOOKED_AT] if byte < 32 and byte not in b"\t\n\r\f")
    if controls > 0.01 * min(len(data), _LOOKED_AT):
        raise Unreadable("it holds binary data, not text; save it as text, HTML, PDF or DOCX")
    if foreign <= 0.2 * len(text) and strange <= 0.1 * foreign:
        return text
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 1 << 20]).best()
    if best is None:
        raise Unreadable("its encoding is unknown; save it as UTF-8")
    return data.decode(best.encoding, errors="replace")


def mend(text: str) -> str:
    """`text` with mojibake undone ("donâ€™t" is "don’t"), ligatures taken apart and line ends made alike. Quotation marks stay curly."""
    from ftfy import TextFixerConfig, fix_text

    config = TextFixerConfig(unescape_html=False, uncurl_quotes=False, normalization=None, fix_character_width=False, explain=False)
    return fix_text(text.translate(_BULLETS), config)
