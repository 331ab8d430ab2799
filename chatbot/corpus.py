"""Reads `corpus/*.md` and `corpus/sources.yaml` into topics, passages and sources.

Mistakes do not stop the reading: each is added to a list, with its file and line, so that an author sees all of them at once.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from chatbot.documents import is_document
from chatbot.errors import CorpusError
from chatbot.files import Document, parse_yaml, read_text, read_yaml
from chatbot.text import clean, sentences
from chatbot.types import Passage, Sentence, Source

EVIDENCE = ("strong", "moderate", "limited", "conflicting", "expert-opinion")
"""How sure a passage is, as GRADE-like words; `expert-opinion` says that no study was behind it."""

ASKED_FILE = "asked.yaml"
"""The file beside the topics that holds more ways in which people ask for a passage; it may be left out."""


class Section(NamedTuple):
    """A passage with what only its author needs: where it stands, and other ways to ask its question."""

    passage: Passage
    also: tuple[str, ...]
    path: str
    line: int
    quoted: bool = False
    """Whether it is quoted from a document (`chatbot add`), so that nobody may word it otherwise."""
    asked: tuple[str, ...] = ()
    """As `also`, of `ASKED_FILE`: for finding the passage only, not for learning what its intents sound like."""


class Topic(NamedTuple):
    """A file of the corpus."""

    id: str
    title: str
    aliases: tuple[str, ...]
    reviewed: str
    next_review: str
    sections: tuple[Section, ...]
    path: str
    quoted: bool = False


class Corpus(NamedTuple):
    """All topics and the sources they cite."""

    topics: tuple[Topic, ...]
    sources: dict[str, Source]
    source_lines: dict[str, int]

    def sections(self) -> Iterator[Section]:
        """All sections, in the order of the files' names."""
        for topic in self.topics:
            yield from topic.sections


def read_corpus(folder: Path, problems: list[CorpusError]) -> Corpus:
    """Read every topic of `folder` and its `sources.yaml`; each mistake is appended to `problems`."""
    if not folder.is_dir():
        problems.append(CorpusError("no such folder; make it, or name the corpus folder with --corpus", str(folder)))
        return Corpus((), {}, {})
    sources, lines = read_sources(folder / "sources.yaml", problems)
    paths = sorted(path for path in folder.glob("*.md") if path.name != "README.md")
    if not paths:
        problems.append(CorpusError("no topic (*.md) in the corpus folder; write one", str(folder)))
    topics: list[Topic] = []
    for path in paths:
        try:
            topics.append(_read_topic(path, sources, problems))
        except CorpusError as error:
            problems.append(error)
    if any(topic.quoted for topic in topics):
        from chatbot.quotations import merge  # which is built on this module

        topics = merge(topics)
    return Corpus(tuple(_with_asked(topics, folder / ASKED_FILE, problems)), sources, lines)


def _with_asked(topics: list[Topic], path: Path, problems: list[CorpusError]) -> Iterator[Topic]:
    """The topics, each passage with the ways to ask for it that the file `path` adds."""
    try:
        document = read_yaml(path) if path.exists() else None
    except CorpusError as error:
        problems.append(error)
        document = None
    entries = {} if document is None else document.data or {}
    if document is not None and not isinstance(entries, dict):
        problems.append(document.error("ways to ask are wanted by passage; write `topic#id:` and a list below it"))
        entries = {}
    known = {section.passage.id for topic in topics for section in topic.sections}
    for name, asked in entries.items():
        assert document is not None
        if name not in known:
            problems.append(document.error(f"{name!r} is no passage; mend its id or take it out", name))
        elif not isinstance(asked, list) or not all(isinstance(question, str) and question.strip() for question in asked):
            problems.append(
                document.error(f"the ways to ask for {name!r} must be a list of texts; put those that hold a colon in quotes", name)
            )
            entries = {**entries, name: []}
    for topic in topics:
        yield topic._replace(
            sections=tuple(
                s._replace(asked=tuple(clean(question).strip() for question in entries.get(s.passage.id, ()))) for s in topic.sections
            )
        )


def _read_topic(path: Path, sources: dict[str, Source], problems: list[CorpusError]) -> Topic:
    """A topic of our own, or one that is made of a document, whose source is added to `sources`."""
    text = read_text(path)
    document, body, line = read_front_matter(text, str(path))
    if not is_document(document.data):
        return parse_topic(path.stem, text, str(path), sources, problems)
    from chatbot.quotations import parse_document  # which is built on this module

    topic, source = parse_document(path.stem, document, body, line, str(path), problems)
    if source.id in sources:
        raise document.error(f"the source {source.id!r} stands twice; keep one", "source")
    sources[source.id] = source
    return topic


def read_sources(path: Path, problems: list[CorpusError]) -> tuple[dict[str, Source], dict[str, int]]:
    """The sources of a CSL-YAML file by their keys, and the line of each."""
    try:
        document = read_yaml(path)
    except CorpusError as error:
        problems.append(error)
        return {}, {}
    entries = document.data.get("references") if isinstance(document.data, dict) else None
    if not isinstance(entries, list):
        problems.append(document.error("a list `references:` was expected; see docs/how-to/add-a-source.md"))
        return {}, {}
    sources: dict[str, Source] = {}
    lines: dict[str, int] = {}
    for at, entry in enumerate(entries):
        problem = source_problem(entry, sources)
        if problem:
            problems.append(document.error(problem, "references", at))
            continue
        sources[entry["id"]] = source_of(entry)
        lines[entry["id"]] = document.line("references", at)
    return sources, lines


def source_problem(entry: Any, known: dict[str, Source]) -> str:
    """What is wrong with a source as YAML gives it, or ""; `known` holds those before it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return "a source needs an `id:` in plain text; add it"
    for field in ("type", "title", "kind"):
        if not isinstance(entry.get(field), str):
            return f"source {entry['id']!r} has no `{field}:` in plain text; add it, in quotes if it holds a colon"
    if entry["id"] in known:
        return f"the source {entry['id']!r} stands twice; keep one"
    if "issued" in entry and not re.fullmatch(r"\d{4}(-\d\d){0,2}", str(entry["issued"])):
        return f"source {entry['id']!r} has `issued: {entry['issued']}`; write a year or a date, as in 2020 or 2020-09-21"
    if not isinstance(entry.get("author") or [], list):
        return f"source {entry['id']!r} has an `author:` that is no list; write - family: Name"
    url = entry.get("URL", "")
    if url and not re.fullmatch(r"https?://[^\s\x00-\x20\x7f-\x9f<>\"'\\^`{}|]+", str(url)):
        return f"source {entry['id']!r} has a URL that is no web address; mend it or leave it out"
    return ""


def source_of(entry: dict[str, Any]) -> Source:
    """A source as YAML gives it, when `source_problem` finds nothing."""
    authors = [a for a in entry.get("author") or [] if isinstance(a, dict)]
    names = [clean(str(a.get("literal") or " ".join(str(a[part]) for part in ("family", "given") if a.get(part)))) for a in authors]
    return Source(
        id=entry["id"],
        title=clean(entry["title"]),
        publisher=clean(str(entry.get("publisher") or entry.get("container-title") or "")),
        author=", ".join(names),
        year=str(entry.get("issued") or "")[:4],
        url=str(entry.get("URL") or ""),
        kind=entry["kind"],
        copy_of=clean(str(entry.get("copy-of") or "")),
    )


_HEADING = re.compile(r"##\s+(?P<title>[^{}]*)(?:\{(?P<attributes>[^{}]*)\})?")
_ATTRIBUTE = re.compile(r"#(?P<id>[\w-]+)|(?P<name>[\w-]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"]+))")
_CITATION = re.compile(r"\s*\[(@[^\[\]]*)\]")
_KEY = re.compile(r"@([\w][\w:.#$%&+?<>~/-]*)")


def parse_topic(name: str, text: str, path: str, sources: dict[str, Source], problems: list[CorpusError]) -> Topic:
    """Parse one topic.

    Args:
        name: the topic's id, which is the file's name without its ending.
        text: the file's content.
        path: for messages.
        sources: what a citation may name.
        problems: gets each mistake.

    Raises:
        CorpusError: when the front matter is missing or wrong, so that nothing of the file can be used.
    """
    front, body, body_line = _front_matter(text, path)
    lines = body.split("\n")
    starts = [at for at, line in enumerate(lines) if line.startswith("## ")]
    stray = next((at for at, line in enumerate(lines[: starts[0] if starts else None]) if line.strip()), None)
    if stray is not None:
        problems.append(CorpusError("text before the first `## ` heading; put it under a question", path, body_line + stray))
    if not starts:
        problems.append(CorpusError("no `## ` heading; a passage needs a question above it", path, body_line))
    sections: list[Section] = []
    for start, end in zip(starts, [*starts[1:], len(lines)] if starts else [], strict=True):
        try:
            section = _section(name, front, lines[start], lines[start + 1 : end], path, body_line + start, sources, problems)
        except CorpusError as error:
            problems.append(error)
            continue
        if any(s.passage.id == section.passage.id for s in sections):
            problems.append(CorpusError(f"the id {section.passage.id!r} stands twice; give each passage its own", path, section.line))
            continue
        sections.append(section)
    aliases = front.get("aliases") or []
    return Topic(name, front["title"], tuple(map(str, aliases)), front["reviewed"], front["next_review"], tuple(sections), path)


def read_front_matter(text: str, path: str) -> tuple[Document, str, int]:
    """The front matter of a topic, what stands below it, and the line where that begins.

    Raises:
        CorpusError: when there is none.
    """
    match = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*\n", text, re.DOTALL)
    if not match:
        raise CorpusError("no front matter; begin the file with `---`, `title:`, `reviewed:`, `next_review:`, `---`", path, 1)
    return parse_yaml(match[1], path, first_line=2), text[match.end() :], text[: match.end()].count("\n") + 1


def _front_matter(text: str, path: str) -> tuple[dict[str, Any], str, int]:
    document, body, line = read_front_matter(text, path)
    front = document.data
    if not isinstance(front, dict):
        raise CorpusError("the front matter must be `name: value` lines; mend it", path, 2)
    if not isinstance(front.get("title"), str):
        raise CorpusError("the front matter has no `title:`; add it", path, 2)
    for field in ("reviewed", "next_review"):
        try:
            if not isinstance(front.get(field), str):  # 20260110 would be a number
                raise ValueError
            front[field] = datetime.date.fromisoformat(front[field]).isoformat()
        except ValueError as error:
            raise document.error(f"`{field}:` must be a date such as 2026-11-25; add or mend it", field) from error
    if not isinstance(front.get("aliases") or [], list):
        raise document.error("`aliases:` must be a list; write [one, two]", "aliases")
    return front, body, line


def attributes_of(text: str, path: str, line: int, more: tuple[str, ...] = ()) -> dict[str, str]:
    """The attributes of a heading by their names; `more` are allowed beside the usual ones."""
    left = _ATTRIBUTE.sub("", text).strip()
    if left:
        raise CorpusError(f'the heading\'s attributes hold {left!r}; write {{#id evidence=limited intents="..."}}', path, line)
    found = {}
    for match in _ATTRIBUTE.finditer(text):
        name = "id" if match["id"] else match["name"]
        if name in found:
            raise CorpusError(f"the attribute {name!r} stands twice in the heading; keep one", path, line)
        found[name] = match["id"] or match["quoted"] or match["bare"] or ""
    unknown = set(found) - {"id", "evidence", "intents", "about", "also", *more}
    if unknown:
        raise CorpusError(f"unknown attribute {min(unknown)!r} in the heading; use id, evidence, intents, about, also", path, line)
    return found


def _section(
    topic: str,
    front: dict[str, Any],
    heading: str,
    body: list[str],
    path: str,
    line: int,
    sources: dict[str, Source],
    problems: list[CorpusError],
) -> Section:
    match = _HEADING.fullmatch(heading.rstrip())
    if not match or not match["title"].strip():
        raise CorpusError("the heading cannot be read; write `## Question? {#id evidence=limited}`", path, line)
    attributes = attributes_of(match["attributes"] or "", path, line)
    if "id" not in attributes:
        raise CorpusError("the heading has no id; add {#short-name}", path, line)
    evidence = attributes.get("evidence", "")
    if evidence not in EVIDENCE:
        raise CorpusError(f"evidence={evidence or 'nothing'}; it must be one of {', '.join(EVIDENCE)}", path, line)
    text, cited = _split_citations("\n".join(body))
    if not text:
        raise CorpusError("the passage is empty; write it, or take the heading out", path, line)
    for number, row in enumerate(body, line + 1):
        unknown = [key for part in _CITATION.findall(clean(row, limit=len(row))) for key in _KEY.findall(part) if key not in sources]
        problems += [CorpusError(f"unknown source @{key}; add it to sources.yaml or mend the key", path, number) for key in unknown]
    cited = [(key, at) for key, at in cited if key in sources]
    passage = Passage(
        id=f"{topic}#{attributes['id']}",
        topic=clean(front["title"]),
        heading=clean(match["title"].strip()),
        text=text,
        sentences=tuple(
            Sentence(start, end, tuple(dict.fromkeys(key for key, at in cited if start < at <= end))) for start, end in sentences(text)
        ),
        evidence=evidence,
        intents=tuple(attributes.get("intents", "").split()),
        about=frozenset(attributes.get("about", "").split()),
        reviewed=str(front["reviewed"]),
    )
    also = tuple(part.strip() for part in attributes.get("also", "").split(";") if part.strip())
    return Section(passage, also, path, line)


def _split_citations(body: str) -> tuple[str, list[tuple[str, int]]]:
    """The text without its citations and with single spaces, and each key with the place where it stood in that text."""
    cited: list[tuple[str, int]] = []
    text = ""
    at = 0
    body = clean(body, limit=len(body))
    for match in [*_CITATION.finditer(body), None]:
        piece = " ".join(body[at : match.start() if match else len(body)].split())
        if piece and text and (body[at : at + 1].isspace() or piece[0] not in ".,;:!?)]}”’"):
            piece = " " + piece
        text += piece
        if match:
            cited += [(key, len(text)) for key in _KEY.findall(match[1])]
            at = match.end()
    return text, cited
