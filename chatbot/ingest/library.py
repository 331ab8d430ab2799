"""The documents in a corpus folder: found again, written so that a crash leaves the old ones, taken out."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatbot import container
from chatbot.documents import FOLDER, NOT_RATED, digest_of, place, quote
from chatbot.files import read_text

READER = 1
"""Raised when documents are read otherwise than before: what was added then is read again."""

GIVEN = ("title", "author", "publisher", "date", "url", "licence", "language")
"""What a person may say about a document."""

_FIELD = re.compile(r'^(?:  (?:- )?)?([\w-]+): ("(?:[^"\\]|\\.)*"|\d+)$', re.MULTILINE)
_HEADING = re.compile(r"^## (?P<title>[^{}\n]*)\{(?P<attributes>[^{}\n]*)\}$", re.MULTILINE)
_ATTRIBUTE = re.compile(r"#(?P<id>[\w-]+)|(?P<name>[\w-]+)=(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s\"]+))")
_UNFINISHED = re.compile(r"\.[a-z0-9-]+(?:\.[0-9a-f]{12})?\.(?:md|txt|yaml)\.[a-z0-9_]{8}")  # as `container.publish` names them
_KEPT_ATTRIBUTES = ("evidence", "intents", "about", "also")
_TAKEN = frozenset(("readme", "sources"))


class Entry(NamedTuple):
    """A document that is in the corpus, as its topic's front matter says."""

    name: str
    fields: Mapping[str, str]


class Library:
    """The documents of a corpus folder. Holds what tells them apart, not their text."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._entries: dict[str, Entry] = {}
        self._names = {path.stem for path in folder.glob("*.md")} if folder.is_dir() else set()
        for path in sorted(folder.glob("*.md")) if folder.is_dir() else ():
            entry = _entry(path)
            if entry:
                self._entries[entry.name] = entry
        self._index()

    def sweep(self) -> None:
        """Take away what a killed process was writing when it ended; nothing names such a file."""
        for folder in (self.folder, self.folder / FOLDER):
            for path in folder.glob(".*"):
                if _UNFINISHED.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                    path.unlink(missing_ok=True)

    def _index(self) -> None:
        self._by_place = {entry.fields.get("from", ""): entry for entry in self._entries.values()}
        self._by_address = {entry.fields["URL"]: entry for entry in self._entries.values() if entry.fields.get("URL")}
        self._by_bytes = {entry.fields.get("raw", ""): entry for entry in self._entries.values()}

    def at(self, origin: str, raw: str) -> Entry | None:
        """The document that was added from `origin`; else the one of these bytes whose own file is gone: it was moved."""
        found = self._by_place.get(origin)
        if found:
            return found
        moved = self._by_bytes.get(raw)
        return moved if moved and not (self.folder / moved.fields.get("from", "")).exists() else None

    def at_address(self, url: str, *, gone: bool = False) -> Entry | None:
        """The document that was found at `url`; with `gone`, only one whose own file is gone: pages of one site may all give one address."""
        entry = self._by_address.get(url)
        return None if entry and gone and (self.folder / entry.fields.get("from", "")).exists() else entry

    def named(self, name: str) -> Entry | None:
        """The document of that name, file or address."""
        return self._entries.get(name.removesuffix(".md")) or self._by_place.get(name) or self._by_address.get(name)

    def new_name(self, title: str) -> str:
        """A name that is free, made of a title."""
        base = slug(title, 60) or "document"
        number, name = 1, base
        while name in self._names or name in _TAKEN:
            number += 1
            name = f"{base}-{number}"
        return name

    def put(self, name: str, content: Mapping[str, Any], about: Mapping[str, str], origin: str, raw: str) -> tuple[int, int]:
        """Write a document: first its text, under a name of its own, then the topic, which names that text. Then the old text goes.

        Returns:
            how many passages it has, and how many of them are new or changed.
        """
        path = self.folder / f"{name}.md"
        old = read_text(path, limit=16 << 20) if name in self._entries else ""
        text = content["text"]
        digest = digest_of(text)
        kept = f"{FOLDER}/{name}.{digest[:12]}.txt"
        (self.folder / FOLDER).mkdir(parents=True, exist_ok=True)
        if not (self.folder / kept).exists():
            container.publish(self.folder / kept, text.encode())
        fields = {
            "document": kept,
            "sha256": digest,
            "from": origin,
            "raw": raw,
            "reader": READER,
            "kind": content["kind"],
            "given": about["given"],
        }
        sections, changed = _sections(content, old)
        container.publish(path, (_front(name, fields, about) + sections).encode())
        if not (self.folder / "sources.yaml").exists():
            container.publish(
                self.folder / "sources.yaml",
                b"# Documents that were added bring their own source; this list is for topics that are written here.\nreferences: []\n",
            )
        before = self._entries.get(name)
        if before and before.fields["document"] != kept:
            self._text_of(before).unlink(missing_ok=True)
        entry = _entry(path)
        assert entry
        self._names.add(name)
        self._entries[name] = entry
        self._by_place[origin] = self._by_bytes[raw] = entry
        if about.get("url"):
            self._by_address[about["url"]] = entry
        return len(content["passages"]), changed

    def _text_of(self, entry: Entry) -> Path:
        """The file of a document's text. Only a name is taken from the front matter, which somebody may have edited."""
        return self.folder / FOLDER / Path(entry.fields["document"]).name

    def remove(self, entry: Entry) -> None:
        """Take a document out: first its topic, then its text."""
        (self.folder / f"{entry.name}.md").unlink(missing_ok=True)
        self._text_of(entry).unlink(missing_ok=True)
        del self._entries[entry.name]
        self._names.discard(entry.name)
        self._index()


def _entry(path: Path) -> Entry | None:
    """What the front matter of a document says, read by lines as `_front` wrote them: two thousand are looked at in a second."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        head = file.read(8192)
    if not head.startswith("---\ndocument: "):
        return None
    front = head[: head.find("\n---\n", 4) + 1]
    return Entry(path.stem, {match[1]: str(json.loads(match[2])) for match in _FIELD.finditer(front)})


def slug(text: str, most: int) -> str:
    """A short name in small letters, digits and hyphens."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text[:200].replace("ß", "ss")) if c.isascii())
    whole = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return whole if len(whole) <= most else whole[: most + 1].rpartition("-")[0] or whole[:most]


def digest_of_bytes(data: bytes) -> str:
    """The check sum of a file."""
    return hashlib.sha256(data).hexdigest()


def _front(name: str, fields: Mapping[str, Any], about: Mapping[str, str]) -> str:
    """The front matter. Every value is in quotes, so that no title can be read as anything else."""
    source: dict[str, Any] = {"id": name, "type": "webpage" if about.get("url") else "document", "title": about["title"]}
    if about.get("author"):
        source["author"] = [{"literal": about["author"]}]
    source |= {
        csl: about[own]
        for own, csl in (("publisher", "publisher"), ("date", "issued"), ("url", "URL"), ("accessed", "accessed"))
        if about.get(own)
    }
    source["kind"] = "document"
    lines = ["---", *(f"{key}: {_value(value)}" for key, value in fields.items())]
    lines += [f"{key}: {_value(about[key])}" for key in ("title", "language", "licence") if about.get(key)]
    lines.append("source:")
    for key, value in source.items():
        if key == "author":
            lines += ["  author:", *(f"  - literal: {_value(one['literal'])}" for one in value)]
        else:
            lines.append(f"  {key}: {_value(value)}")
    return "\n".join([*lines, "---", ""])


def _value(value: Any) -> str:
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)


def _sections(content: Mapping[str, Any], old: str) -> tuple[str, int]:
    """The passages, each under the id that it had before where it is the same one, and how many are new or changed."""
    before = _old_sections(old)
    taken: set[str] = set()
    found: list[tuple[str, str, str, int, str]] = []  # text, title, under, page, place
    for at, path, page in content["passages"]:
        title = _attribute(path[-1] if path else content["title"])
        found.append((place(at, content["text"]), title, _attribute(" > ".join(path)), page, at))
    ids = _ids(found, before, taken)
    parts, changed = [], 0
    for (text, title, under, page, at), own in zip(found, ids, strict=True):
        was = before.get(own)
        changed += was is None or was["text"] != text
        attributes = {"evidence": NOT_RATED} | {key: was[key] for key in _KEPT_ATTRIBUTES if was and was.get(key)}
        attributes |= {"at": at} | ({"page": str(page)} if page else {}) | ({"under": under} if under else {})
        written = " ".join(
            f'{key}="{value}"' if " " in value or not value.isascii() or key in ("under", "at") else f"{key}={value}"
            for key, value in attributes.items()
        )
        parts.append(f"\n## {title} {{#{own} {written}}}\n\n{quote(text)}\n")
    return "".join(parts), changed + len(set(before) - set(ids))


def _attribute(text: str) -> str:
    """A text as it may stand in a heading's line."""
    return " ".join(re.sub(r'["{}\n]', lambda m: {'"': "'", "{": "(", "}": ")"}.get(m[0], " "), text).split())[:200]


def _old_sections(old: str) -> dict[str, dict[str, str]]:
    """The passages that a document had: by id, their text, title and attributes."""
    found: dict[str, dict[str, str]] = {}
    starts = list(_HEADING.finditer(old))
    for at, match in enumerate(starts):
        end = starts[at + 1].start() if at + 1 < len(starts) else len(old)
        lines = [line for line in old[match.end() : end].split("\n") if line.startswith(">")]
        values: dict[str, str] = {"text": "\n".join(line[2:] for line in lines), "title": match["title"].strip()}
        for attribute in _ATTRIBUTE.finditer(match["attributes"]):
            values["id" if attribute["id"] else attribute["name"]] = attribute["id"] or attribute["quoted"] or attribute["bare"] or ""
        if "id" in values:
            found[values["id"]] = values
    return found


def _ids(found: Sequence[tuple[str, str, str, int, str]], before: Mapping[str, Mapping[str, str]], taken: set[str]) -> list[str]:
    """The id of each passage: of the old one with the same text; else of one under the same heading that shares most of its words; else a new one."""
    ids: dict[int, str] = {}
    by_text: dict[str, list[str]] = {}
    for own, values in before.items():
        by_text.setdefault(values["text"], []).append(own)
    for at, (text, *_) in enumerate(found):
        if by_text.get(text):
            ids[at] = by_text[text].pop(0)
            taken.add(ids[at])
    for at, (text, title, *_) in enumerate(found):
        if at in ids:
            continue
        mine = set(text.split())
        likeness = {
            own: len(mine & set(values["text"].split())) / max(1, len(mine | set(values["text"].split())))
            for own, values in before.items() if own not in taken and values["title"] == title
        }  # fmt: skip
        best = max(likeness, key=lambda own: likeness[own], default="")
        if best and likeness[best] >= 0.5:
            ids[at] = best
            taken.add(best)
    reserved = {*before, *taken}
    for at, (_, title, *_rest) in enumerate(found):
        if at not in ids:
            base, number = slug(title, 50) or "passage", 1
            ids[at] = base
            while ids[at] in reserved:
                number += 1
                ids[at] = f"{base}-{number}"
            reserved.add(ids[at])
    return [ids[at] for at in range(len(found))]
