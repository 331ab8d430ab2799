"""Finds out what an export is, and has it read. A file that cannot be read is told, and the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chatbot.errors import CorpusError
from chatbot.files import Document, parse_yaml
from chatbot.importing.chatterbot import is_chatterbot, read_chatterbot
from chatbot.importing.pairs import Export
from chatbot.importing.qna import read_qna
from chatbot.importing.rasa import is_rasa, read_rasa
from chatbot.importing.table import read_csv, read_qnamaker
from chatbot.ingest.blocks import MOST_CHARACTERS, Unreadable
from chatbot.ingest.decoding import decode
from chatbot.ingest.reading import below, read_bytes

ENDINGS = {".tsv": "QnA Maker", ".qna": "Bot Framework", ".csv": "CSV", ".yml": "YAML", ".yaml": "YAML"}
"""What is read, by the ending of the name."""


class Read(NamedTuple):
    """What the files hold."""

    export: Export
    files: dict[Path, str]
    """Each file that was read, with the name that it gives itself, or ""."""
    raw: dict[Path, bytes]
    failed: list[tuple[Path, str]]
    """Each file that could not be read, with why: `what; what to do`."""


def find(names: Sequence[Path]) -> list[Path]:
    """The files that are named, and those of a known kind below the folders that are."""
    return [path for name in names for path in (below(name, frozenset(ENDINGS)) if name.is_dir() and not name.is_symlink() else (name,))]


def read(paths: Sequence[Path]) -> Read:
    """Read exports. Files of a Rasa project are read together, all others one by one."""
    found = Read(Export(), {}, {}, [])
    project: list[tuple[Path, Document]] = []
    for path in paths:
        try:
            kept = Export()
            document = _read_one(path, kept, found)
            if document is not None:
                project.append((path, document))
            found.export.pairs += kept.pairs
            found.export.left += kept.left
        except Unreadable as error:
            found.failed.append((path, str(error)))
        except CorpusError as error:
            found.failed.append((path, f"line {error.line}: {error.what}" if error.line else error.what))
    if project:
        read_rasa(project, found.export)
    return found


def _read_one(path: Path, export: Export, found: Read) -> Document | None:
    """Read a file into `export`; a file of a Rasa project is given back instead."""
    kind = ENDINGS.get(path.suffix.lower())
    if kind is None:
        raise Unreadable(f"not a kind of export that is read; use {', '.join(sorted(ENDINGS))}")
    data = read_bytes(path)
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    if len(text) > 4 * MOST_CHARACTERS:
        raise Unreadable(f"it holds more than {4 * MOST_CHARACTERS:,} characters; split it")
    name, document = "", None
    if kind == "YAML":
        document = parse_yaml(text, str(path))
        if is_chatterbot(document.data):
            read_chatterbot(document, path, export)
            document = None
        elif not is_rasa(document.data):
            raise Unreadable("neither a file of Rasa (`nlu:`, `responses:`, `rules:` ...) nor a corpus of ChatterBot (`conversations:`)")
    elif kind == "Bot Framework":
        name = read_qna(text, path, export)
    elif kind == "QnA Maker" and "answer" in text[:500].casefold():
        read_qnamaker(text, path, export)
    else:
        read_csv(text, path, export)
    found.files[path] = name
    found.raw[path] = data
    return document
