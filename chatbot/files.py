"""Reading the files that people edit, without trusting them: sizes, kinds of file, encodings and YAML are checked first."""

from __future__ import annotations

import datetime
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from chatbot.errors import CorpusError

MAX_BYTES = 4 << 20
_MAX_DEPTH = 12
_MAX_EVENTS = 60_000  # PyYAML's pure loader takes about 45 microseconds an event: under three seconds at the limit


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a regular UTF-8 file of at most `limit` bytes. Symlinks, FIFOs and devices are refused without blocking.

    Raises:
        CorpusError: with the path and, for an encoding error, the line.
    """
    name = os.fspath(path)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError as error:
        raise CorpusError("the file is missing; create it or name another one", name) from error
    except OSError as error:
        raise CorpusError(f"cannot be opened ({error.strerror}); a plain file is needed, not a link", name) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise CorpusError("not a regular file; put a plain text file there", name)
    with os.fdopen(handle, "rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise CorpusError(f"larger than {limit >> 20} MiB; split it", name)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise CorpusError("not UTF-8 text; save it as UTF-8", name, data[: error.start].count(b"\n") + 1) from error


class Document:
    """A YAML file as plain data, with the line of everything in it."""

    def __init__(self, data: Any, lines: dict[tuple[str | int, ...], int], path: str) -> None:
        self.data = data
        self.path = path
        self._lines = lines

    def line(self, *keys: str | int) -> int:
        """The line of the value at `keys`, or of the nearest thing that holds it."""
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys, 1)

    def error(self, what: str, *keys: str | int) -> CorpusError:
        """An error about the value at `keys`."""
        return CorpusError(what, self.path, self.line(*keys))


def read_yaml(path: Path) -> Document:
    """Read a YAML file as dictionaries, lists and strings; `parse_yaml` says what is refused."""
    return parse_yaml(read_text(path), os.fspath(path))


def parse_yaml(text: str, path: str, first_line: int = 1) -> Document:
    """Parse YAML: numbers, booleans and text stay what they are, dates become text.

    Refused, with `file:line`: anchors, aliases, tags and merge keys (a nine-line file of them can fill the memory), a key that
    stands twice (PyYAML keeps the last one silently), nesting deeper than 12, and documents of more than 60,000 parts.
    The C loader of PyYAML is never used: it can be crashed by a file.
    """
    import yaml

    lines: dict[tuple[str | int, ...], int] = {}
    at = first_line

    def fail(what: str, mark: Any) -> CorpusError:
        return CorpusError(what, path, mark.line + first_line)

    def convert(node: Any, keys: tuple[str | int, ...]) -> Any:
        lines[keys] = node.start_mark.line + first_line
        if isinstance(node, yaml.SequenceNode):
            return [convert(child, (*keys, number)) for number, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            found: dict[str, Any] = {}
            for name, child in node.value:
                if not isinstance(name, yaml.ScalarNode):
                    raise fail("a key must be plain text; write `name: value`", name.start_mark)
                if name.value in found:
                    raise fail(f"the key {name.value!r} stands twice; keep one", name.start_mark)
                if name.value == "<<":
                    raise fail("merge keys are not allowed; write the values out", name.start_mark)
                found[name.value] = convert(child, (*keys, name.value))
            return found
        nonlocal at
        at = node.start_mark.line + first_line
        value = loader.construct_object(node)
        return value.isoformat() if isinstance(value, datetime.date) else value

    try:
        loader = yaml.SafeLoader(text)
        _scan(text, fail)
        node = loader.get_single_node()
        data = None if node is None else convert(node, ())
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + first_line if error.problem_mark else first_line
        raise CorpusError(f"not valid YAML ({error.problem}); mend the line, or put text with `: ` or `#` in quotes", path, line) from error
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError) as error:
        position = getattr(error, "position", None)  # a character that cannot be printed
        line = text[:position].count("\n") + first_line if isinstance(position, int) else at
        raise CorpusError(f"not valid YAML ({str(error).splitlines()[0]}); mend it", path, line) from error
    return Document(data, lines, path)


def _scan(text: str, fail: Callable[[str, Any], CorpusError]) -> None:
    """Refuse what a reader of YAML must not even build: looked for in the events, which cost no memory."""
    import yaml

    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if count > _MAX_EVENTS:
            raise fail("more than 60,000 parts; split the file", event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise fail("anchors and aliases are not allowed; write the value out", event.start_mark)
        if getattr(event, "tag", None):
            raise fail("tags (`!name`) are not allowed; write plain values", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise fail("nested deeper than 12; make it flatter", event.start_mark)
