"""Wording, order and marks: which sentences are said, and what stands around them. No markup, no search.

Every statement is a verbatim span of a passage; only the words around the statements are templates, and they hold no fact about
health. No template and no passage may say that something is harmless or can wait.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from chatbot.typed import NamedTuple
from chatbot.types import Advice, Citation, Passage, Reply, Source, Statement, Suggestion

MOST_STATEMENTS = 6
_FROM_FIRST = 5
_SECOND_AT_LEAST = 0.7
"""A further passage is quoted when its score reaches this share of the best one."""

EVIDENCE = {
    "strong": "strong: several good studies or official bodies agree",
    "moderate": "moderate: some good studies, or agreement of official bodies",
    "limited": "limited: few, small or weak studies",
    "conflicting": "conflicting: sources disagree",
    "expert-opinion": "expert opinion: advice and experience, not trials",
    "not-rated": "not rated: quoted as it stands from a document that was added",
}

ADVICE_OF_LINE = "See a doctor or pharmacist soon about this."

OFF_TOPIC = "That is outside what I know. {scope}"
ABSTAIN = "My sources do not say. I could not answer this from what I have{words}."
ABSTAIN_WORDS = ", and nothing in it explains {words}"
CLARIFY = "I can read that in more than one way. Which do you mean?"
NOTHING_MORE = "That is all my sources say on this. You can ask about something else."
NO_SOURCE_YET = "There is no source to show yet. Ask a question first."
NO_SUCH_SOURCE = "The last answer has sources 1 to {count}. Say for example: source 1."
NO_CHOICE = "There is no choice with that number. You can ask a question in your own words."
DECLINE = {
    "dose": "I cannot give a dose or an amount for you or for anybody in your care. A doctor or pharmacist who knows the person and their medicines can.",
    "diagnosis": "I cannot tell you what you have: I have not examined you, and I only quote sources. A doctor can find out.",
    "stop": "I cannot decide whether you should start, change or stop a medicine. Ask the doctor who prescribed it, or a pharmacist, before you change anything.",
    "other": "I cannot decide that for you. A doctor or pharmacist who knows you can.",
}
GENERAL = "What my sources say in general:"
REJECT = {
    "empty": "I did not get a question. {scope}",
    "gibberish": "I could not read that as a question. {scope}",
    "language": "I can only read English. {scope}",
    "injection": "I cannot do that. {scope}",
    "abuse": "I am a program that answers from sources. {scope}",
    "code": "I found no question in that. {scope}",
}
UNSURE = "This is the nearest that my sources say; it may not be just what you asked."
READ_AS = "I read this as: {question}"
SECOND_HAND = "copy or report"


TermsOf = Callable[[Passage, int], frozenset[str]]
"""Gives the index terms of a sentence of a passage."""


class Found(NamedTuple):
    """A passage that may answer, with its score in [0, 1]."""

    passage: Passage
    score: float


class Span(NamedTuple):
    """A sentence of a passage."""

    passage: Passage
    number: int

    @property
    def text(self) -> str:
        """The sentence itself."""
        sentence = self.passage.sentences[self.number]
        return self.passage.text[sentence.start : sentence.end]

    @property
    def hazards(self) -> tuple[str, ...]:
        """The hazardous remedies that it names."""
        return self.passage.sentences[self.number].hazards

    @property
    def key(self) -> str:
        """A name for the sentence that holds no text."""
        return f"{self.passage.id}:{self.passage.sentences[self.number].start}"


def choose(found: Sequence[Found], weights: Mapping[str, float], terms_of: TermsOf, skip: Iterable[str] = ()) -> list[Span]:
    """The sentences to say: the one that answers, then up to five more.

    The best passage gives its first sentence, which answers its heading, and those that hold most of the question; the passages
    after it give their first sentence when they answer about as well and say something new.

    Args:
        found: passages, best first.
        weights: what each term of the question counts.
        terms_of: the terms of a sentence of a passage, by its number.
        skip: keys of sentences that were said already.
    """
    left_out = set(skip)
    spans: list[Span] = []
    if not found:
        return spans
    best = found[0]
    spans += _from_passage(best.passage, weights, terms_of, left_out, _FROM_FIRST)
    for other in found[1:4]:
        if len(spans) >= MOST_STATEMENTS or other.score < _SECOND_AT_LEAST * best.score:
            break
        for span in _from_passage(other.passage, weights, terms_of, left_out, 2):
            if len(spans) < MOST_STATEMENTS and not _repeats(span, spans, terms_of):
                spans.append(span)
    return spans


def by_sentences(found: Sequence[Found], weights: Mapping[str, float], terms_of: TermsOf) -> list[Found]:
    """The passages again, where those that are quoted from documents are weighed by their best sentence too.

    Our own passages answer one question each, by their heading. A document's part may speak of many things; what tells whether it
    answers is how much of the question one of its sentences holds.
    """
    total = sum(weights.values())
    if not total or all(one.passage.reviewed for one in found):
        return list(found)
    weighed = []
    for one in found:
        if not one.passage.reviewed:
            said = [at for at, sentence in enumerate(one.passage.sentences) if sentence.sources]
            best = max((sum(weights.get(term, 0.0) for term in terms_of(one.passage, at)) for at in said), default=0.0)
            one = one._replace(score=one.score * (0.5 + 0.5 * min(1.0, best / total)))
        weighed.append(one)
    return sorted(weighed, key=lambda one: -one.score)


def _from_passage(passage: Passage, weights: Mapping[str, float], terms_of: TermsOf, left_out: set[str], most: int) -> list[Span]:
    spans = [Span(passage, at) for at, sentence in enumerate(passage.sentences) if sentence.sources]
    spans = [span for span in spans if span.key not in left_out]
    if len(spans) <= most:
        return spans
    # the first sentence of our own passages answers the heading; after it, and in what is quoted from a document, the question's own words
    # decide, and earlier sentences win ties
    gains = {span.number: sum(weights.get(t, 0.0) for t in terms_of(passage, span.number)) - 0.15 * at for at, span in enumerate(spans)}
    first = spans[0].number if passage.reviewed else max(gains, key=lambda number: gains[number])
    kept = {first, *sorted((s.number for s in spans if s.number != first), key=lambda n: -gains[n])[: most - 1]}
    chosen = [span for span in spans if span.number in kept]
    return sorted(chosen, key=lambda span: span.number != first)


def _repeats(span: Span, spans: Sequence[Span], terms_of: TermsOf) -> bool:
    """Whether most of what a sentence says was said by one sentence before it."""
    mine = terms_of(span.passage, span.number)
    for other in spans:
        theirs = terms_of(other.passage, other.number)
        if len(mine & theirs) >= 0.6 * min(len(mine), len(theirs)):
            return True
    return False


class Marks:
    """Numbers the sources of one reply from 1, in the order in which they are first used."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._marks: dict[str, int] = {}

    def of(self, keys: Iterable[str]) -> tuple[int, ...]:
        """The marks of `keys`."""
        return tuple(sorted(self._marks.setdefault(key, len(self._marks) + 1) for key in keys))

    def citations(self) -> tuple[Citation, ...]:
        """What each mark stands for."""
        return tuple(cite(mark, self._sources[key]) for key, mark in self._marks.items())


def cite(mark: int, source: Source) -> Citation:
    """The citation of a source. A second-hand page is shown as what it is: whose text, found where."""
    publisher = source.publisher
    if source.copy_of:
        publisher = f"{source.copy_of}, {SECOND_HAND}" + (f" on {publisher}" if publisher else "")
    elif not publisher:
        publisher = source.author or "publisher not named"
    return Citation(mark, source.id, source.title, publisher, source.year, source.url, source.kind)


def state_spans(spans: Sequence[Span], marks: Marks) -> tuple[Statement, ...]:
    """The statements of a reply."""
    return tuple(
        Statement(
            text=span.text,
            passage=span.passage.id,
            start=span.passage.sentences[span.number].start,
            end=span.passage.sentences[span.number].end,
            marks=marks.of(span.passage.sentences[span.number].sources),
            evidence=span.passage.evidence,
        )
        for span in spans
    )


def evidence_note(statements: Sequence[Statement]) -> str:
    """How sure the leading passage is, in words."""
    if not statements:
        return ""
    first = statements[0]
    said = f" The first statement is said by {len(first.marks)} sources." if first.evidence == "not-rated" and len(first.marks) > 1 else ""
    return f"How sure: {EVIDENCE.get(first.evidence, first.evidence)}.{said}"


def reply(
    kind: str,
    digest: str,
    *,
    message: str = "",
    urgency: str = "none",
    confidence: str = "none",
    advice: Sequence[Advice] = (),
    statements: Sequence[Statement] = (),
    warnings: Sequence[str] = (),
    notes: Sequence[str] = (),
    citations: Sequence[Citation] = (),
    suggestions: Sequence[Suggestion] = (),
    disclaimer: str = "",
) -> Reply:
    """A reply. Its id is the same for the same content over the same knowledge, so that it can be asked for again."""
    content = (
        digest,
        kind,
        message,
        [a.red_flag for a in advice],
        [(s.passage, s.start) for s in statements],
        [s.utterance for s in suggestions],
    )
    return Reply(
        id=f"{zlib.crc32(repr(content).encode()):08x}",
        kind=kind,
        urgency=urgency,
        confidence=confidence,
        message=message,
        advice=tuple(advice),
        statements=tuple(statements),
        warnings=tuple(warnings),
        notes=tuple(note for note in notes if note),
        citations=tuple(citations),
        suggestions=tuple(suggestions),
        disclaimer=disclaimer,
    )
