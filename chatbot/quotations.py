"""Topics made of documents (`chatbot add`): their passages, held against the text that is kept, and what several documents say merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chatbot.corpus import EVIDENCE, Section, Topic, attributes_of, source_of, source_problem
from chatbot.documents import NOT_RATED, kept_text, may_be_quoted, place, statements, unquote
from chatbot.errors import CorpusError
from chatbot.files import Document
from chatbot.text import clean, fold, stem, words
from chatbot.types import Passage, Sentence, Source

_HEADING = re.compile(r"##\s+(?P<title>[^{}]*)\{(?P<attributes>[^{}]*)\}")
_ARTICLES = frozenset(("a", "an", "the"))
_CANDIDATES = 20


def parse_document(
    name: str, document: Document, body: str, body_line: int, path: str, problems: list[CorpusError]
) -> tuple[Topic, Source]:
    """Parse the topic that `chatbot add` made of a document.

    Args:
        name: the topic's id.
        document: the front matter.
        body: what stands below it, from `body_line` on.
        body_line: the line of the file where `body` begins.
        path: of the file.
        problems: gets each mistake in a passage.

    Raises:
        CorpusError: when the front matter is wrong, or the text that is kept is missing or changed.
    """
    front = document.data
    if not isinstance(front.get("title"), str):
        raise document.error("the front matter has no `title:`; add it")
    problem = source_problem(front.get("source"), {})
    if problem:
        raise document.error(problem, "source")
    source = source_of(front["source"])
    whole = kept_text(front, Path(path).parent, path)
    sections: list[Section] = []
    for heading, lines, line in _parts(body, body_line):
        try:
            sections.append(_section(name, front, source.id, whole, heading, lines, path, line))
        except CorpusError as error:
            problems.append(error)
    seen: set[str] = set()
    for section in sections:
        if section.passage.id in seen:
            problems.append(CorpusError(f"the id {section.passage.id!r} stands twice; give each passage its own", path, section.line))
        seen.add(section.passage.id)
    return Topic(name, front["title"], (), "", "", tuple(sections), path, True), source


def _parts(body: str, first_line: int) -> Iterator[tuple[str, list[str], int]]:
    """The passages of a file: heading, lines below it, and the line of the heading."""
    lines = body.split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith("## ")]
    for start, end in zip(starts, [*starts[1:], len(lines)] if starts else [], strict=True):
        yield lines[start], lines[start + 1 : end], first_line + start


def _section(name: str, front: dict[str, Any], source: str, whole: str, heading: str, lines: list[str], path: str, line: int) -> Section:
    match = _HEADING.fullmatch(heading.rstrip())
    if not match:
        raise CorpusError('the heading cannot be read; write ## Title {#id evidence=not-rated at="120-560"}', path, line)
    attributes = attributes_of(match["attributes"], path, line, more=("at", "page", "under"))
    if "id" not in attributes:
        raise CorpusError("the heading has no id; add {#short-name}", path, line)
    evidence = attributes.get("evidence", NOT_RATED)
    if evidence not in (*EVIDENCE, NOT_RATED):
        raise CorpusError(f"evidence={evidence}; it must be {NOT_RATED} or one of {', '.join(EVIDENCE)}", path, line)
    text = unquote(lines)
    if not text or text != place(attributes.get("at", ""), whole):
        raise CorpusError(
            f"the passage is not what the document says at {attributes.get('at') or 'no place'}; run `chatbot add` again, or take the passage out",
            path,
            line,
        )
    passage = Passage(
        id=f"{name}#{attributes['id']}",
        topic=clean(front["title"]),
        heading=clean(match["title"].strip()) or clean(front["title"]),
        text=text,
        sentences=tuple(Sentence(start, end, (source,) if may_be_quoted(text[start:end]) else ()) for start, end in statements(text)),
        evidence=evidence,
        intents=tuple(attributes.get("intents", "").split()),
        about=frozenset(attributes.get("about", "").split()),
        reviewed="",
    )
    also = tuple(part.strip() for part in attributes.get("also", "").split(";") if part.strip())
    return Section(passage, also, path, line, quoted=True)


def merge(topics: Sequence[Topic]) -> list[Topic]:
    """The topics, where what several documents say is said once, with all their sources.

    A sentence that two documents have in the same words, articles, endings and marks aside, rests on both. A passage all of whose
    sentences stand in another one goes. What differs in one other word stays apart: it may be the word that matters.
    """
    keys = {section.passage.id: _keys(section.passage) for topic in topics if topic.quoted for section in topic.sections}
    sources: dict[tuple[str, ...], dict[str, None]] = {}
    for topic in topics:
        for section in topic.sections if topic.quoted else ():
            for key, sentence in zip(keys[section.passage.id], section.passage.sentences, strict=True):
                sources.setdefault(key, {}).update(dict.fromkeys(sentence.sources))
    gone = _held_by_others(keys)
    merged = []
    for topic in topics:
        if topic.quoted:
            kept = [section for section in topic.sections if section.passage.id not in gone]
            topic = topic._replace(sections=tuple(_with_sources(section, keys[section.passage.id], sources) for section in kept))
        merged.append(topic)
    return merged


def _with_sources(section: Section, keys: Sequence[tuple[str, ...]], sources: dict[tuple[str, ...], dict[str, None]]) -> Section:
    passage = section.passage
    # its own source first; what must not be quoted stays without one
    said = tuple(
        sentence._replace(sources=tuple(dict.fromkeys((*sentence.sources, *sources[key])))) if sentence.sources else sentence
        for key, sentence in zip(keys, passage.sentences, strict=True)
    )
    return section._replace(passage=passage._replace(sentences=said))


def _keys(passage: Passage) -> list[tuple[str, ...]]:
    """What each sentence says: the stems of its words without the articles. "Most" and "some", "may" and "must" stay what they are."""
    return [
        tuple(stem(word) for word in words(fold(passage.text[sentence.start : sentence.end])) if word not in _ARTICLES)
        for sentence in passage.sentences
    ]


def _held_by_others(keys: dict[str, list[tuple[str, ...]]]) -> set[str]:
    """The passages all of whose sentences stand in another one: the longest stays, and of equal ones the first."""
    holders: dict[tuple[str, ...], list[str]] = {}
    sets = {name: frozenset(found) for name, found in keys.items()}
    order = sorted(sets, key=lambda name: -len(sets[name]))  # stable: the first of equal ones comes first
    gone: set[str] = set()
    for name in order:
        if not sets[name]:
            continue
        rarest = min(sets[name], key=lambda key: (len(holders.get(key, ())), key))
        if any(sets[name] <= sets[other] for other in holders.get(rarest, ())[:_CANDIDATES]):
            gone.add(name)
            continue
        for key in sets[name]:
            holders.setdefault(key, []).append(name)
    return gone
