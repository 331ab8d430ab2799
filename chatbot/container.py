"""A file of named sections: how knowledge and indexes are stored.

Layout: the magic, a line of JSON that names each section with its offset, length and CRC-32, then the sections, each starting at
a multiple of 8. Arrays are raw little-endian numbers, everything else is JSON; nothing is pickled. A section is checked when it
is read for the first time, so opening costs the same for one passage and for a million.
"""

from __future__ import annotations

import json
import mmap
import os
import stat
import sys
import zlib
from collections.abc import Mapping

from chatbot.errors import KnowledgeError
from chatbot.typed import Any

MAGIC = b"CRAMPKB1"
FORMAT = 2
_CHECKED_WHOLE = 64 << 20  # a larger section is checked by `verify` only: reading it all would undo the memory mapping


def to_memory(sections: Mapping[str, bytes], meta: Mapping[str, Any]) -> bytes:
    """The bytes of a container of `sections` and `meta`."""
    table: dict[str, list[int]] = {}
    offset = 0
    for name, data in sections.items():
        table[name] = [offset, len(data), zlib.crc32(data)]
        offset += -(-len(data) // 8) * 8
    head = json.dumps({"format": FORMAT, "meta": meta, "sections": table}, sort_keys=True).encode()
    head += b" " * (-(len(MAGIC) + 16 + len(head)) % 8)
    parts = [MAGIC, len(head).to_bytes(8, "little"), zlib.crc32(head).to_bytes(8, "little"), head]
    for data in sections.values():
        parts += [data, b"\0" * (-len(data) % 8)]
    return b"".join(parts)


def write(path: str | os.PathLike[str], sections: Mapping[str, bytes], meta: Mapping[str, Any]) -> None:
    """Write a container to `path`, whole or not at all: a temporary file beside it takes its place at the end."""
    publish(path, to_memory(sections, meta))


def publish(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` to `path` so that a reader, or a crash at any moment, finds the old file or the new one."""
    import tempfile
    from pathlib import Path

    target = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class Container:
    """An open file of sections, memory-mapped and read-only."""

    def __init__(self, source: str | os.PathLike[str] | bytes) -> None:
        """Open the file `source`, or take its bytes.

        Raises:
            KnowledgeError: when it is missing, not a regular file, foreign, damaged, or of another format.
        """
        self.path = "(in memory)" if isinstance(source, bytes) else os.fspath(source)
        self._data = memoryview(source if isinstance(source, bytes) else _mapped(self.path))
        start = len(MAGIC) + 16
        if self._data[: len(MAGIC)] != MAGIC:
            raise KnowledgeError(f"{self.path}: not a knowledge file; build one with `chatbot build`")
        length = int.from_bytes(self._data[8:16], "little")
        head = self._data[start : start + length]
        if not length or len(head) != length or zlib.crc32(head) != int.from_bytes(self._data[16:24], "little"):
            raise self._damaged("its header")
        content = json.loads(bytes(head))
        if content["format"] != FORMAT:
            raise KnowledgeError(f"{self.path}: format {content['format']}, this version reads {FORMAT}; run `chatbot build` again")
        self.meta: dict[str, Any] = content["meta"]
        self._sections: dict[str, list[int]] = content["sections"]
        self._start = start + length
        self._checked: set[str] = set()
        end = max((o + n for o, n, _ in self._sections.values()), default=0)
        if self._start + end > len(self._data):
            raise self._damaged("its end")

    def __contains__(self, name: str) -> bool:
        return name in self._sections

    def section(self, name: str, *, checked: bool = True) -> memoryview:
        """The bytes of a section, not copied.

        Args:
            name: of the section.
            checked: compare the check sum at first use; without it `verify` alone does. Only for what is never said to anybody.

        Raises:
            KnowledgeError: when the file has no such section or its check sum is wrong.
        """
        if name not in self._sections:
            raise KnowledgeError(f"{self.path}: no section {name!r}; run `chatbot build` again")
        offset, length, crc = self._sections[name]
        data = self._data[self._start + offset : self._start + offset + length]
        if checked and name not in self._checked and length <= _CHECKED_WHOLE:
            if zlib.crc32(data) != crc:
                raise self._damaged(f"section {name!r}")
            self._checked.add(name)
        return data

    def array(self, name: str, code: str) -> Any:
        """A section as numbers of the `struct` code `code` ("I": uint32, "H": uint16, "f": float32), not copied: a memoryview."""
        data: Any = self.section(name)
        if sys.byteorder == "big":
            import array

            numbers = array.array(code, bytes(data))
            numbers.byteswap()
            return memoryview(numbers)
        return data.cast(code)

    def json(self, name: str) -> Any:
        """A section that holds JSON."""
        return json.loads(bytes(self.section(name)))

    def verify(self) -> None:
        """Check every section, whatever its size. Raises KnowledgeError at the first damage."""
        for name, (offset, length, crc) in self._sections.items():
            if zlib.crc32(self._data[self._start + offset : self._start + offset + length]) != crc:
                raise self._damaged(f"section {name!r}")

    def _damaged(self, what: str) -> KnowledgeError:
        return KnowledgeError(f"{self.path}: the file is damaged ({what}); build it again with `chatbot build`")


def _mapped(path: str) -> mmap.mmap | bytes:
    """The file's bytes, mapped. Refuses what is not a regular file before it could block (a FIFO, a device)."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be read ({error.strerror}); build it with `chatbot build -o {path}`") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise KnowledgeError(f"{path}: not a regular file; name the knowledge file that `chatbot build` wrote")
        return mmap.mmap(handle, 0, access=mmap.ACCESS_READ) if status.st_size else b""
    finally:
        os.close(handle)
