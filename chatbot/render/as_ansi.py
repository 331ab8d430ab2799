"""Text for a terminal: wrapped by display width, readable on light and dark, sixteen ANSI colours only.

What a colour says stands in words too. No background is set: only the person's own two colours are turned round, for the word that
must not be missed. Where the background is not known nothing but bold and that is used.
"""

from __future__ import annotations

import unicodedata

from chatbot.render.blocks import ASK_NEXT, SOURCES, URGENCY_WORDS, Block, blocks, citation_line, marks_of
from chatbot.text import clean, sentences
from chatbot.types import Citation, Reply

_AUTO = {"label": "1;7", "advice": "1", "lead": "1", "warning": "1", "message": "1", "head": "1", "number": "1"}
STYLES = {
    "auto": _AUTO,
    "light": _AUTO | {"label": "1;7;31", "warning": "1;31", "lead": "1;34", "head": "34", "number": "34", "note": "35"},
    "dark": _AUTO | {"label": "1;7;91", "warning": "1;91", "lead": "1;96", "head": "96", "number": "96", "note": "93"},
}
"""SGR codes by theme and by what they paint."""

IN_FULL = "/sources shows titles and addresses."
_SECOND_HAND = ", copy or report"
"""What `chatbot.compose` writes between a publisher and the site where a copy of its text was found."""
_AROUND = 5
"""The lines around a reply in a talk: the question, an empty line before and after, the next prompt, the bottom line."""


def ansi(reply: Reply, width: int = 80, color: bool = True, links: bool = False, theme: str = "auto") -> str:
    """The reply for a terminal `width` columns wide.

    Args:
        reply: what is said.
        width: the columns of the terminal.
        color: whether to use bold and colours; what they say stands in words too.
        links: whether the terminal knows OSC 8 links; otherwise addresses are written out.
        theme: "light" or "dark" for a known background, "auto" for an unknown one.
    """
    styles = STYLES.get(theme, _AUTO) if color else {}
    return "\n\n".join("\n".join(_block(block, reply, width, links, styles)) for block in blocks(reply))


def chat(reply: Reply, width: int = 80, color: bool = True, links: bool = False, theme: str = "auto", height: int = 0) -> str:
    """The reply for a talk: advice a line each, and the choices last, next to the prompt that takes their numbers.

    Sources are named with their addresses where all of it fits into `height` lines; else in one paragraph, so that the sentence that
    answers stays on the screen, and /sources shows the rest.
    """
    styles = STYLES.get(theme, _AUTO) if color else {}
    full = "\n\n".join(_paragraphs(reply, width, styles, _short_sources(reply, width, links, styles)))
    if not height or full.count("\n") + _AROUND <= height:
        return full
    tight = "\n\n".join(_paragraphs(reply, width, styles, _sources_in_one(reply, width, styles)))
    return tight.replace("\n\n" + paint(SOURCES, styles.get("head", "")), "\n" + paint(SOURCES, styles.get("head", "")), 1)


def _paragraphs(reply: Reply, width: int, styles: dict[str, str], sources: list[str]) -> list[str]:
    order = {"sources": 1, "disclaimer": 2, "suggestions": 0 if _introduces(reply) else 3}
    found = []
    for block in sorted(blocks(reply), key=lambda block: order.get(block.kind, 0)):
        if block.kind == "advice":
            lines = _advice(reply, width, styles)
        else:
            lines = sources if block.kind == "sources" else _block(block, reply, width, False, styles)
        found.append("\n".join(lines))
    return found


def _introduces(reply: Reply) -> bool:
    """Whether the message itself leads to the choices ("Which do you mean?")."""
    return reply.kind == "clarify" and reply.message.rstrip().endswith((":", "?"))


def source_in_full(citation: Citation, width: int, color: bool, links: bool, theme: str = "auto") -> str:
    """A source with its title and its address."""
    styles = STYLES.get(theme, _AUTO) if color else {}
    return "\n".join(_source(citation, clean(citation_line(citation, link=False), 2000), width, links, styles))


def head(text: str, color: bool, theme: str = "auto") -> str:
    """A line that heads a list."""
    return paint(text, STYLES.get(theme, _AUTO).get("head", "") if color else "")


def _block(block: Block, reply: Reply, width: int, links: bool, styles: dict[str, str]) -> list[str]:
    if block.kind == "suggestions":
        asked = [] if _introduces(reply) else [paint(ASK_NEXT, styles.get("head", ""))]
        return [*asked, *(line for item in block.lines for line in _numbered(item, width, styles))]
    if block.kind == "sources":
        lines = [line for c in reply.citations for line in _source(c, clean(citation_line(c, link=False), 2000), width, links, styles)]
        return [paint(SOURCES, styles.get("head", "")), *lines]
    style = styles.get(block.kind, "")
    lines = [paint(part, style) for line in block.lines for part in wrap(line, width)]
    label = block.lines[0].partition(":")[0]
    if block.kind == "advice" and styles and style and lines[0].startswith(f"\x1b[{style}m{label}:"):
        lines[0] = paint(label, styles["label"]) + paint(lines[0].removeprefix(f"\x1b[{style}m{label}").removesuffix("\x1b[0m"), style)
    return lines


def _advice(reply: Reply, width: int, styles: dict[str, str]) -> list[str]:
    """Advice in a talk: the urgency on a line of its own, then each sentence on lines of its own."""
    label = URGENCY_WORDS.get(reply.urgency, "IMPORTANT")
    lines = []
    for item in reply.advice:
        first, *rest = reversed(_sentences(clean(item.text, 4000)))
        for sentence in (*reversed(rest), first + marks_of(item.marks)):
            lines += [paint(part, styles.get("advice", "")) for part in wrap(sentence, width)]
    if reply.urgency == "routine":
        return [*(paint(line, styles.get("advice", "")) for line in wrap(label, width)), *lines]
    return [paint(f" {label} ", styles["label"]) if styles else f"!!! {label} !!!", *lines]


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)] or [text]


def _numbered(line: str, width: int, styles: dict[str, str]) -> list[str]:
    first, *rest = wrap(line, width, indent=3)
    number, dot, label = first.partition(".")
    return [paint(number + dot, styles.get("number", "")) + label, *rest]


def _source(citation: Citation, label: str, width: int, links: bool, styles: dict[str, str]) -> list[str]:
    lines = wrap(label, width, indent=4)
    if citation.url and links:
        lines = [link(citation.url, line) for line in lines]
    first = lines[0].replace(f"[{citation.mark}]", paint(f"[{citation.mark}]", styles.get("number", "")), 1)
    return [first, *lines[1:], *(["    " + clean(citation.url, 2000)] if citation.url and not links else [])]


def _sources_in_one(reply: Reply, width: int, styles: dict[str, str]) -> list[str]:
    """All sources in one paragraph, by their publishers."""
    marks: dict[str, str] = {}
    for citation in reply.citations:
        who, second, _ = (citation.publisher or citation.title).partition(_SECOND_HAND)
        label = clean(who + (" (copy)" if second else "") + (f", {citation.year}" if citation.year else ""), 500)
        marks[label] = f"{marks.get(label, '')}[{citation.mark}]"
    named = "; ".join(f"{mark} {label}" for label, mark in marks.items())
    lines = wrap(f"{SOURCES} {named}. {IN_FULL}", width)
    return [lines[0].replace(SOURCES, paint(SOURCES, styles.get("head", "")), 1), *lines[1:]]


def _short_sources(reply: Reply, width: int, links: bool, styles: dict[str, str]) -> list[str]:
    """Who published each source, with its address in the same line where there is room; /sources shows the titles."""
    lines = [paint(SOURCES, styles.get("head", ""))]
    for citation in reply.citations:
        who = clean(f"{citation.publisher or citation.title}{', ' + citation.year if citation.year else ''}", 500)
        label, url = f"[{citation.mark}] {who}", clean(citation.url, 2000)
        if url and not links and width_of(label) + 1 + width_of(url) <= width:
            number, _, rest = label.partition("]")
            lines.append(paint(number + "]", styles.get("number", "")) + f"{rest} {url}")
        else:
            lines += _source(citation, label, width, links, styles)
    return lines


def paint(line: str, style: str) -> str:
    """`line` with the SGR codes of `style` around it."""
    return f"\x1b[{style}m{line}\x1b[0m" if style and line else line


def link(url: str, label: str) -> str:
    """`label` as an OSC 8 link; the address is brought to printable ASCII."""
    from urllib.parse import quote  # 5 ms, which only a terminal with links must pay

    safe = quote(url, safe="%/:=&?~#+!$,;'@()*[]-._")
    return f"\x1b]8;;{safe}\x1b\\{label}\x1b]8;;\x1b\\"


def width_of(text: str) -> int:
    """The columns that `text` takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int, indent: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces; lines after the first are indented.

    The marks behind a sentence stay on the line of its last word.
    """
    lines: list[str] = []
    line, used = "", 0
    for word in _units(text.split(), width - indent):
        size = width_of(word)
        if line and used + 1 + size > width:
            lines.append(line)
            line, used = " " * indent + word, indent + size
        else:
            line, used = (f"{line} {word}", used + 1 + size) if line else (word, size)
    return [*lines, line] if line else lines or [""]


def _units(words: list[str], most: int) -> list[str]:
    """Words, with the marks that follow one ("[1][3]") kept to it where both fit into a line."""
    units: list[str] = []
    for word in words:
        is_mark = word[0] == "[" and word[-1] == "]" and word.strip("[]").replace("][", "").isdecimal()
        if is_mark and units and width_of(units[-1]) + 1 + width_of(word) <= most:
            units[-1] += " " + word
        else:
            units.append(word)
    return units
