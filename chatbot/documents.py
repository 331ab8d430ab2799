"""Documents of other people as topics of the corpus: quoted word for word, each its own source, with the text beside it as proof.

Such a topic opens with `document:`, the file that holds the text as it was taken out of the document, and with `source:`. Its
passages are block quotes, each with the place in that text where it stands. Nothing in it may be edited but what describes it: a
passage that is no longer what the document says is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from chatbot.errors import CorpusError
from chatbot.files import read_text, read_yaml
from chatbot.text import fold, sentences

FOLDER = "originals"
NOT_RATED = "not-rated"
"""The evidence of a passage that nobody has rated."""

_PLACE = re.compile(r"(\d+)-(\d+)")
_ITEM = re.compile(r"\s*(?:[^\w\s\"'“”‘’«»()\[\]{}#@&$€£%<>=|/\\+~^_…¿¡]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_HEADING = re.compile(r"#{1,6} ")
_LEANS = re.compile(
    r"(?:It|Its|This|These|Those|They|Their|Such|However|But|That|He|She|His|Her|Otherwise|Instead|Rather|If (?:so|not|this|it|they))\b"
)
_MOST_TOGETHER = 70
_ABBREVIATIONS = frozenset(
    "a.m. p.m. u.s. u.k. inc. ltd. co. jr. sr. dept. est. fig. figs. al. cf. ca. viz. resp. ed. eds. vol. pp. p. ch. sec. tbsp. tsp. oz. lb. lbs. ft. hr. hrs. min. mins. "
    "gen. col. rev. hon. capt. sgt. lt. mt. ave. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. mon. tue. wed. thu. fri. sat. sun. b.i.d. t.i.d. "
    "bzw. z. b. d. h. u. a. usw. nr. str. evtl. ggf. inkl. sog. vgl. s. o. abb. bspw. tel. m. mme. env. sra. núm. pág. etc. dr. prof. hr. fr. st.".split()
)
_AMOUNT = re.compile(
    r"(?:\d[\d,./]*|\b(?:one|two|three|four|five|six|eight|ten|half an?|an?))\s*(?:(?:to|-|–|or)\s*(?:\d[\d,.]*|two|three|four|five|six)\s*)?-?"
    r"(?:mg|milligrams?|g|grams?|grammes?|mcg|µg|μg|micrograms?|ml|millilit(?:er|re)s?|mmol|mEq|iu|units?|tablets?|pills?|capsules?|caplets?|drops?|puffs?|teaspoon(?:ful)?s?|tablespoon(?:ful)?s?|tsp|tbsp|doses?)\b",
    re.IGNORECASE,
)


def is_document(front: Any) -> bool:
    """Whether the front matter of a topic is that of a document."""
    return isinstance(front, dict) and "document" in front


def digest_of(text: str) -> str:
    """The check sum of a text that is kept."""
    return hashlib.sha256(text.encode()).hexdigest()


def kept_text(front: dict[str, Any], folder: Path, path: str) -> str:
    """The text of a document, from the file that its front matter names.

    Raises:
        CorpusError: when it is missing, stands elsewhere or was changed.
    """
    name = front.get("document")
    if not isinstance(name, str) or not re.fullmatch(rf"{FOLDER}/[\w.-]+\.txt", name) or ".." in name:
        raise CorpusError(f"`document:` must name a text in {FOLDER}/; run `chatbot add` again on the document", path, 2)
    text = read_text(folder / name, limit=16 << 20)
    if digest_of(text) != front.get("sha256"):
        raise CorpusError(
            "the text that is kept is not the one that was added; run `chatbot add` again on the document", str(folder / name)
        )
    return text


def place(text: str, whole: str) -> str:
    """The part of `whole` that a place such as "120-560", or "10-50 120-560" for two parts, names; "" when it is none."""
    parts = []
    for part in text.split():
        match = _PLACE.fullmatch(part)
        if not match or not int(match[1]) < int(match[2]) <= len(whole):
            return ""
        parts.append(whole[int(match[1]) : int(match[2])])
    return "\n".join(parts)


def quote(text: str) -> str:
    """`text` as a block quote."""
    return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def unquote(lines: list[str]) -> str:
    """The text of a block quote; "" when the lines are none."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    while lines and not lines[0].strip():
        lines = lines[1:]
    if not all(line.startswith("> ") or line == ">" for line in lines):
        return ""
    return "\n".join(line[2:] for line in lines)


def sentence_spans(line: str) -> list[tuple[int, int]]:
    """The sentences of one line. More careful than `text.sentences` with abbreviations, which a page of any kind may hold."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(line):
        if spans:
            last = line[spans[-1][0] : spans[-1][1]].rsplit(None, 1)[-1].lower().lstrip("(\"'“‘")
            ordinal = re.fullmatch(r"\d{1,2}\.", last) and line[start : start + 1].isupper() and len(line[spans[-1][0] : spans[-1][1]]) < 4
            if (last in _ABBREVIATIONS and not (last in ("a.m.", "p.m.", "etc.") and line[start : start + 1].isupper())) or ordinal:
                spans[-1] = (spans[-1][0], end)
                continue
        spans.append((start, end))
    return spans


def statements(text: str) -> list[tuple[int, int]]:
    """The spans of a passage that can be quoted: its sentences, without headings and without the marks before items.

    What could not stand alone is one span with what it needs, up to about sixty words: the announcement of a list with its first item,
    and with those after it while they are no sentences of their own; a question with what follows it; "It", "This" and the like with
    what they speak of.
    """
    spans: list[tuple[int, int]] = []
    announced = -1  # where an announcement begins that waits for what it announces
    listed = False  # whether it has its first item
    for start, end, item in _lines(text):
        found = _standing([(start + a, start + b) for a, b in sentence_spans(text[start:end])], text)
        if announced >= 0 and (item or not listed):
            first = found.pop(0)
            fragment = item and not found and not re.search(r"[.!?][\"'”’)]*$", text[first[0] : first[1]])
            if spans and spans[-1][0] == announced:
                spans.pop()
            spans.append((announced, first[1]))
            listed = True
            if not fragment or _words(text, announced, first[1]) >= _MOST_TOGETHER:
                announced = -1
        else:
            announced = -1
        spans += found
        if found and (text[found[-1][0] : found[-1][1]].endswith(":") or _is_term(text, end)):
            announced, listed = found[-1][0], False
    return spans


def _standing(spans: list[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The sentences of a line, those that lean on the one before them joined to it."""
    found: list[tuple[int, int]] = []
    for start, end in spans:
        if found:
            first, last = found[-1]
            leans = _LEANS.match(text[start:end]) or text[first:last].endswith("?")
            if leans and _words(text, first, end) <= _MOST_TOGETHER:
                found[-1] = (first, end)
                continue
        found.append((start, end))
    return found


def _words(text: str, start: int, end: int) -> int:
    return len(text[start:end].split())


def _is_term(text: str, end: int) -> bool:
    """Whether the next line explains this one: it is set in without a mark."""
    return text[end : end + 3] == "\n  " and not _ITEM.match(text, end + 1)


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """The lines that are no headings: where each begins and ends without its mark, and whether it had one or is set in."""
    at = 0
    for line in text.split("\n"):
        mark = _ITEM.match(line)
        begin = at + (mark.end() if mark else len(line) - len(line.lstrip()))
        if line.strip() and not _HEADING.match(line):
            yield begin, at + len(line), bool(mark) or line.startswith("  ")
        at += len(line) + 1


def may_be_quoted(text: str) -> bool:
    """Whether a sentence of a document may be shown: it names no amount that could be read as a dose and comforts nobody falsely.

    Such sentences are kept and found, but never said: what an author of our own corpus is told to word otherwise cannot be
    reworded in a quotation.
    """
    return not _AMOUNT.search(text) and not _false_comfort().search(fold(text))


@cache
def _false_comfort() -> re.Pattern[str]:
    phrases = read_yaml(Path(__file__).parent / "data" / "wording.yaml").data["false_comfort"]
    parts = [re.escape(fold(phrase)).replace(r"\*", r"\w*") for phrase in phrases]
    return re.compile(r"\b(?:" + "|".join(parts) + r")\b")
