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
from chatbot.text import fold

FOLDER = "originals"
NOT_RATED = "not-rated"
"""The evidence of a passage that nobody has rated."""

_PLACE = re.compile(r"(\d+)-(\d+)")
_ITEM = re.compile(r"\s*(?:[^\w\s\"'“”‘’«»()\[\]{}#@&$€£%<>=|/\\+~^_…¿¡]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_HEADING = re.compile(r"#{1,6} ")
_END = re.compile(r"[.!?…]+[\"'”’“»)\]]*\s+")
_MAY_END = frozenset("a.m. p.m. etc. no. usw.".split())
"""What ends a sentence when a capital follows it, and none when a number does."""
_LETTERED = frozenset("vitamin vitamins hepatitis type group and or".split())
"""After these a single letter is a name ("vitamin D."), not the initial of one."""
_LEANS = re.compile(
    r"(?:It|Its|This|These|Those|They|Their|Such|However|But|That|He|She|His|Her|Otherwise|Instead|Rather|If (?:so|not|this|it|they))\b"
)
_MOST_TOGETHER = 70
_ABBREVIATIONS = frozenset(
    "e.g. i.e. dr. mr. mrs. ms. st. vs. approx. prof. fig. u.s. u.k. inc. ltd. co. jr. sr. dept. est. fig. figs. al. cf. ca. viz. resp. ed. eds. vol. pp. p. ch. sec. tbsp. tsp. oz. lb. lbs. ft. hr. hrs. min. mins. "
    "gen. col. rev. hon. capt. sgt. lt. mt. ave. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec. mon. tue. wed. thu. fri. sat. sun. b.i.d. t.i.d. "
    "bzw. z. b. d. h. u. a. nr. str. evtl. ggf. inkl. sog. vgl. s. o. abb. bspw. tel. m. mme. env. sra. núm. pág. hr. fr.".split()
)
_AMOUNT = re.compile(
    r"(?:\d[\d,./]*|\b(?:half|one|two|three|four|five|six|seven|eight|nine|ten|twelve))\s*(?:(?:to|-|–|or)\s*(?:\d[\d,.]*|two|three|four|five|six)\s*)?-?(?:an?\s+)?"
    r"(?:mg|milligram(?:me)?s?|g|gram(?:me)?s?|mcg|µg|μg|microgram(?:me)?s?|ml|millilit(?:er|re)s?|mmol|mEq|iu|units?|tablets?|pills?|capsules?|caplets?|drops?|puffs?"
    r"|teaspoon(?:ful)?s?|tablespoon(?:ful)?s?|tsp|tbsp|doses?)\b"
    r"|\ban?\s+(?:\w+\s+)?(?:tablet|pill|capsule|caplet|teaspoon(?:ful)?|tablespoon(?:ful)?)\b",
    re.IGNORECASE,
)
"""An amount that could be read as a dose. Wider than what is looked for in our own sentences: nobody has worded these with care."""


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
    """The spans of the sentences of one line.

    As `text.sentences`, for pages of any kind and language: capitals with accents begin a sentence too, curly and angular quotation
    marks stand around one, and more abbreviations do not end one.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(line):
        following = line[match.end() :].lstrip("\"'“‘„«»(¿¡[")[:1]
        if not (following.isupper() or following.isdigit()):
            continue
        end = match.start() + len(match[0].rstrip())
        if match[0][0] == "." and _is_abbreviated(line[start : match.start() + 1], following):
            continue
        spans.append((start, end))
        start = match.end()
    tail = line[start:].rstrip()
    if tail:
        spans.append((start, start + len(tail)))
    return spans


def _is_abbreviated(text: str, following: str) -> bool:
    """Whether the full stop at the end of `text` belongs to an abbreviation, an initial or a number in front of what it counts."""
    *before, last = text.lower().split()
    last = last.lstrip("(\"'“‘„«[")
    if last in _MAY_END:
        return following.isdigit()
    if re.fullmatch(r"[^\W\d_]\.", last):
        return not (before and before[-1] in _LETTERED)
    if last in _ABBREVIATIONS:
        return True
    return not before and bool(re.fullmatch(r"\d{1,2}\.", last))


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
