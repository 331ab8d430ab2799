"""A reply as paragraphs of sentences: what is split when a message would be too long, and what each rung of the ladder keeps."""

from __future__ import annotations

from typing import Final, NamedTuple

from chatbot.render.blocks import ASK_NEXT, SOURCES, URGENCY_WORDS, WARNING, citation_line, marks_of, web_address
from chatbot.text import clean, sentences
from chatbot.types import Citation, Reply, Statement


class Atom(NamedTuple):
    """What is not divided where it can be helped: a sentence with its marks, a choice, a source with its address."""

    text: str
    url: str = ""


class Para(NamedTuple):
    """A paragraph. `kind` as in `chatbot.render.blocks`; `head` stands before it ("EMERGENCY") or above it ("Sources:")."""

    kind: str
    atoms: tuple[Atom, ...]
    head: str = ""

    @property
    def is_list(self) -> bool:
        """Whether each atom has a line of its own."""
        return self.kind in ("suggestions", "sources")


RUNGS: Final = ("full", "short", "160", "line")
"""The ladder of lengths, longest first."""
_MOST_SHORT = 2
_MOST_LETTERS = 160


def document(reply: Reply, advice_first: bool = False) -> list[Para]:
    """The paragraphs of `reply` in the order of `blocks`.

    Args:
        reply: what is said.
        advice_first: whether advice that is not urgent stands first too, as it must when the message is split.
    """
    advice = _advice(reply)
    first = advice_first or reply.urgency != "routine"
    said = [_marked(item.text, item.marks) for item in reply.statements if item.passage not in reply.warnings]
    warned = [_marked(item.text, item.marks) for item in reply.statements if item.passage in reply.warnings]
    found = [
        *(advice if first else []),
        Para("message", _sentences(reply.message)),
        Para("lead", tuple(_atoms(said[:1]))),
        Para("statement", tuple(_atoms(said[1:]))),
        Para("warning", tuple(_atoms(warned)), WARNING),
        *([] if first else advice),
        *(Para("note", _sentences(note)) for note in reply.notes),
        Para("suggestions", tuple(Atom(_line(f"{at}. {item.label}")) for at, item in enumerate(reply.suggestions, 1)), ASK_NEXT),
        Para("sources", tuple(Atom(citation_line(c, link=False), web_address(c.url)) for c in reply.citations), SOURCES),
        Para("disclaimer", _sentences(reply.disclaimer)),
    ]
    return [para for para in found if any(atom.text or atom.url for atom in para.atoms)]


def _advice(reply: Reply) -> list[Para]:
    atoms = tuple(_atoms([_marked(item.text, item.marks) for item in reply.advice]))
    return [Para("advice", atoms, URGENCY_WORDS.get(reply.urgency, "IMPORTANT"))] if reply.advice else []


def _marked(text: str, marks: tuple[int, ...]) -> tuple[str, str]:
    return clean(text, len(text)), marks_of(marks)


def _atoms(items: list[tuple[str, str]]) -> list[Atom]:
    """The sentences of each text, its marks behind the last one."""
    found = []
    for text, marks in items:
        *before, last = [text[start:end] for start, end in sentences(text)] or [""]
        found += [Atom(_line(part)) for part in [*before, last + marks]]
    return [atom for atom in found if atom.text]


def _sentences(text: str) -> tuple[Atom, ...]:
    return tuple(_atoms([(clean(text, len(text)), "")]))


def _line(text: str) -> str:
    """Text in one line, without what must not reach a platform."""
    return " ".join(clean(text, len(text)).split())


def shorten(reply: Reply, rung: str) -> Reply:
    """The reply with fewer whole sentences. Advice that is urgent, warnings and the disclaimer stay, and so does each mark's number.

    A source goes when no sentence that is left names it.

    Args:
        reply: what is said.
        rung: one of `RUNGS`. "short" keeps the answer and one sentence more; "160" keeps so much of that as has 160 characters, and no
            choices; "line" the answer alone. The sentence that answers stays whole even when it is longer.
    """
    if rung == "full":
        return reply
    if rung not in RUNGS:
        raise ValueError(f"no length {rung!r}; choose one of {', '.join(RUNGS)}")
    most = 1 if rung == "line" else _MOST_SHORT
    said = [item for item in reply.statements if item.passage not in reply.warnings][:most]
    while rung == "160" and len(said) > 1 and len(" ".join(item.text + marks_of(item.marks) for item in said)) > _MOST_LETTERS:
        said.pop()
    kept = tuple(item for item in reply.statements if item in said or item.passage in reply.warnings)
    if reply.urgency in ("urgent", "emergency") and rung != "short":
        kept = tuple(item for item in kept if item.passage in reply.warnings)
    reply = reply._replace(statements=kept, citations=_cited(reply, kept))
    return reply if rung == "short" else reply._replace(notes=(), suggestions=())


def _cited(reply: Reply, kept: tuple[Statement, ...]) -> tuple[Citation, ...]:
    advised = {mark for item in reply.advice for mark in item.marks}
    before = advised | {mark for item in reply.statements for mark in item.marks}
    after = advised | {mark for item in kept for mark in item.marks}
    return tuple(item for item in reply.citations if item.mark in after or item.mark not in before)


def one_line(reply: Reply, most: int = 160) -> str:
    """What matters most, as whole sentences in at most `most` characters, for a notification or the text of a preview.

    Advice with its urgency in words comes before all else; then the message, then the answer. A first sentence that is longer
    stays whole: half a sentence can say the opposite.
    """
    paras = [para for para in document(reply, advice_first=True) if para.kind in ("advice", "message", "lead", "statement")]
    head = f"{paras[0].head}: " if paras and paras[0].head else ""
    found = ""
    for atom in (atom for para in paras for atom in para.atoms):
        longer = f"{found} {atom.text}" if found else head + atom.text
        if found and len(longer) > most:
            break
        found = longer
    return found
