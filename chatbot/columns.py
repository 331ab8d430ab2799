"""Files of columns that are larger than the memory: written section by section, read where they lie. Standard library only.

The format is that of `chatbot.container`; what differs is how a file comes to be. A section grows in a temporary file, and the
parts are put together at the end.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, overload

from chatbot.container import FORMAT, MAGIC, Container

_CHECKED_AT_ONCE = 1 << 16


class Column:
    """A section that is being written, in a file of its own, which is open only while a part is added."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        self.crc = 0
        path.write_bytes(b"")

    def write(self, data: Any) -> None:
        """Append `data`, anything with a buffer of bytes."""
        view = memoryview(data).cast("B")
        with self.path.open("ab") as file:
            file.write(view)
        self.length += len(view)
        self.crc = zlib.crc32(view, self.crc)


def assemble(path: str | os.PathLike[str], sections: Mapping[str, bytes | Column], meta: Mapping[str, Any]) -> None:
    """Write a container of `sections` to `path`, whole or not at all, without holding it in memory."""
    table: dict[str, list[int]] = {}
    offset = 0
    for name, data in sections.items():
        length, crc = (data.length, data.crc) if isinstance(data, Column) else (len(data), zlib.crc32(data))
        table[name] = [offset, length, crc]
        offset += -(-length // 8) * 8
    head = json.dumps({"format": FORMAT, "meta": meta, "sections": table}, sort_keys=True).encode()
    head += b" " * (-(len(MAGIC) + 16 + len(head)) % 8)

    def fill(file: BinaryIO) -> None:
        file.write(MAGIC + len(head).to_bytes(8, "little") + zlib.crc32(head).to_bytes(8, "little") + head)
        for data in sections.values():
            if isinstance(data, Column):
                with data.path.open("rb") as part:
                    shutil.copyfileobj(part, file, 1 << 20)
                data.path.unlink()
            else:
                file.write(data)
            file.write(b"\0" * (-file.tell() % 8))

    _replace(path, fill)


def copy(source: str | os.PathLike[str], target: str | os.PathLike[str]) -> None:
    """Copy a file, so that a reader, or a crash at any moment, finds the old `target` or the new one."""

    def fill(file: BinaryIO) -> None:
        with Path(source).open("rb") as original:
            shutil.copyfileobj(original, file, 1 << 20)

    _replace(target, fill)


def _replace(path: str | os.PathLike[str], fill: Callable[[BinaryIO], None]) -> None:
    import tempfile

    target = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class ColumnFile(Container):
    """A container whose larger sections are checked by `verify` only: to check a section is to read it from the disk."""

    def section(self, name: str, *, checked: bool = True) -> memoryview:  # noqa: ARG002 - columns are checked by `verify` only
        """The bytes of a section, not copied. Raises KnowledgeError when there is none, or a small one is damaged."""
        offset, length, _ = self._sections.get(name, (0, 0, 0))
        if length <= _CHECKED_AT_ONCE:
            return super().section(name)
        return self._data[self._start + offset : self._start + offset + length]

    def names(self) -> list[str]:
        """The names of the sections."""
        return list(self._sections)


class Strings(Sequence[str]):
    """Strings in order, decoded one by one when they are asked for."""

    def __init__(self, container: Container, name: str) -> None:
        self._text = container.section(f"{name}.text")
        self._ends = container.array(f"{name}.ends", "I")

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at %= len(self)
        return str(self._text[self._ends[at - 1] if at else 0 : self._ends[at]], "utf-8", "surrogatepass")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]
