"""A document in parts that each fit a message: between paragraphs, else between sentences, else between words.

Nothing is cut out of rendered text: each part is rendered by itself, so no tag, entity or link can be left open.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import NamedTuple

from chatbot.render.document import RUNGS, Atom, Para, document, shorten
from chatbot.types import Reply

GAP = "\n\n"
COUNTER = "counter"
_JOINER = "\u200d"


class Dialect(NamedTuple):
    """How a platform writes a paragraph, and how much it takes."""

    para: Callable[[Para], str]
    size: Callable[[str], int]
    """The size of rendered text in the platform's own unit. The size of two texts joined is at most the sum of theirs."""
    limit: int
    most: int = 0
    """How many parts are polite; a longer reply is shortened by whole sentences. 0: any number."""
    gap: str = GAP


def fitting(reply: Reply, dialect: Dialect, length: str = "") -> list[list[Para]]:
    """The parts of the longest rung of the ladder that the platform takes in so many parts as are polite.

    Args:
        reply: what is said.
        dialect: how the platform writes and how much it takes.
        length: one of `RUNGS` to choose the rung; "" for the longest that fits.
    """
    parts: list[list[Para]] = []
    for rung in (length,) if length else RUNGS if dialect.most else RUNGS[:1]:
        shorter = shorten(reply, rung)
        parts = split(document(shorter), dialect)
        if len(parts) > 1:
            parts = split(document(shorter, advice_first=True), dialect)
        if not dialect.most or len(parts) <= dialect.most:
            break  # else the next rung says less
    return parts


def split(paras: list[Para], dialect: Dialect) -> list[list[Para]]:
    """`paras` in parts of at most `dialect.limit`, nothing left out. More than one part are counted: "(1/2)" ends each.

    What an earlier part need not hold stays for the last one: the disclaimer and the sources are kept together there when they fit.
    """
    if _size(paras, dialect) <= dialect.limit:
        return [paras]
    reserve = dialect.size(dialect.gap) + dialect.size(dialect.para(_counter(888, 888)))
    limit = max(dialect.limit - reserve, dialect.limit // 2)
    ends = [para for para in paras if para.kind in ("sources", "disclaimer")]
    parts = _fill([para for para in paras if para not in ends], dialect, limit)
    if parts and _size([*parts[-1], *ends], dialect) <= limit:
        parts[-1] += ends
    else:
        parts += _fill(ends, dialect, limit)
    if len(parts) == 1:
        return parts
    return [[*part, _counter(at, len(parts))] for at, part in enumerate(parts, 1)]


def _counter(at: int, count: int) -> Para:
    return Para(COUNTER, (Atom(f"({at}/{count})"),))


def _size(paras: list[Para], dialect: Dialect) -> int:
    gaps = dialect.size(dialect.gap) * (len(paras) - 1)
    return sum(dialect.size(dialect.para(para)) for para in paras) + max(gaps, 0)


def _fill(paras: list[Para], dialect: Dialect, limit: int) -> list[list[Para]]:
    parts: list[list[Para]] = []
    left = 0
    gap = dialect.size(dialect.gap)
    for para in (piece for whole in paras for piece in _divided(whole, dialect, limit)):
        size = dialect.size(dialect.para(para))
        if not parts or size + gap > left:
            parts.append([])
            left = limit + gap
        parts[-1].append(para)
        left -= size + gap
    return parts


def _divided(para: Para, dialect: Dialect, limit: int) -> list[Para]:
    """`para` in pieces that each fit a part of their own: between its atoms, or within one that is too long by itself."""
    if dialect.size(dialect.para(para)) <= limit:
        return [para]
    pieces: list[Para] = []
    current: tuple[Atom, ...] = ()
    head, used = para.head, 0
    for atom in (piece for whole in para.atoms for piece in _cut(whole, para, dialect, limit)):
        alone = dialect.size(dialect.para(Para(para.kind, (atom,), head))) + 1
        if current and used + alone > limit:  # a bound that needs no rendering; only where it fails is the whole written out
            used = dialect.size(dialect.para(Para(para.kind, (*current, atom), head))) - alone
            if used + alone > limit:
                pieces.append(Para(para.kind, current, head))
                current, head, used = (), "", 0
        current, used = (*current, atom), used + alone
    return [*pieces, Para(para.kind, current, head)]


def _cut(atom: Atom, para: Para, dialect: Dialect, limit: int) -> list[Atom]:
    """`atom`, or its words in pieces that fit. An address stays whole; one that is longer than a message cannot be sent."""

    def fits(piece: Atom) -> bool:
        return dialect.size(dialect.para(para._replace(atoms=(piece,)))) <= limit

    if fits(atom):
        return [atom]
    if atom.url:
        address = Atom("", atom.url)
        return [*_cut(Atom(atom.text), para, dialect, limit), *([address] if fits(address) else [])]
    found: list[Atom] = []
    used = 0
    for word in atom.text.split():
        longer = Atom(f"{found[-1].text} {word}") if found else Atom(word)
        alone = dialect.size(dialect.para(para._replace(atoms=(Atom(word),)))) + 1
        if found and (used + alone <= limit or fits(longer)):
            found[-1], used = longer, used + alone
        else:
            found += [Atom(piece) for piece in _letters(word, fits)]
            used = dialect.size(dialect.para(para._replace(atoms=(found[-1],)))) if found else 0
    return found


def _letters(word: str, fits: Callable[[Atom], bool]) -> list[str]:
    """A word in pieces that fit, between characters as a person sees them."""
    pieces: list[str] = []
    while not fits(Atom(word)):
        low, high = 1, len(word)
        while low + 1 < high:  # the longest start that fits
            middle = (low + high) // 2
            low, high = (middle, high) if fits(Atom(word[:middle])) else (low, middle)
        at = low
        while at > 1 and low - at < 32 and _joined(word, at):
            at -= 1
        at = at if at > 1 and not _joined(word, at) else low
        pieces.append(word[:at])
        word = word[at:]
        if not word:
            return pieces
    return [*pieces, word]


def _joined(word: str, at: int) -> bool:
    """Whether what stands before and after `at` is one character to a person."""
    return word[at - 1] == _JOINER or word[at] == _JOINER or unicodedata.category(word[at])[0] == "M"


def text_of(part: list[Para], dialect: Dialect) -> str:
    """A part as the platform's text."""
    return dialect.gap.join(dialect.para(para) for para in part)


def lines_of(para: Para, escape: Callable[[str], str], link: Callable[[str], str]) -> list[str]:
    """The lines of a paragraph without its head, each leaf escaped once; the address of a source follows it."""
    shown = [" ".join(filter(None, (escape(a.text) if a.text else "", link(a.url) if a.url else ""))) for a in para.atoms]
    return shown if para.is_list else [" ".join(shown)]


def plain_para(para: Para, escape: Callable[[str], str] = str, link: Callable[[str], str] = str) -> str:
    """A paragraph as plain text; for a platform without markup, or with `escape` for one whose markup is not used."""
    lines = lines_of(para, escape, link)
    if not para.head:
        return "\n".join(lines)
    return "\n".join([para.head, *lines]) if para.is_list else f"{para.head}: {lines[0]}"


def utf16(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> int:
    """The length in UTF-8 bytes."""
    return len(text.encode("utf-8", "surrogatepass"))
