"""A table of strings that is looked up where it lies, in a mapped file: nothing is read or built when it is opened.

Three sections: the strings one after the other, where each ends, and an open-addressing hash table of row numbers (linear probing,
CRC-32, at most half full). A lookup touches one or two slots and compares the string itself, so that a foreign word is never taken
for a known one.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from chatbot.container import Container

_PARTS = ("text", "ends", "slots")


class StringTable:
    """Strings by number and numbers by string, read-only."""

    def __init__(self, container: Container, name: str) -> None:
        self._text = container.section(f"{name}.text")
        self._ends = container.array(f"{name}.ends", "I")
        self._slots = container.array(f"{name}.slots", "I")
        self._mask = len(self._slots) - 1
        self._container, self._name = container, name

    def __len__(self) -> int:
        return len(self._ends)

    def __contains__(self, string: object) -> bool:
        return isinstance(string, str) and self.find(string) >= 0

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self._ends:
            yield str(self._text[start:end], "utf-8")
            start = end

    def find(self, string: str) -> int:
        """The number of `string`, or -1."""
        wanted = string.encode("utf-8", "surrogatepass")
        slot = zlib.crc32(wanted) & self._mask
        while row := self._slots[slot]:
            start = self._ends[row - 2] if row > 1 else 0
            if self._text[start : self._ends[row - 1]] == wanted:
                return int(row) - 1
            slot = (slot + 1) & self._mask
        return -1

    def sections(self) -> dict[str, bytes]:
        """The table as sections of a container."""
        return {f"{self._name}.{part}": bytes(self._container.section(f"{self._name}.{part}")) for part in _PARTS}


def string_table(name: str, strings: Sequence[str]) -> dict[str, bytes]:
    """The sections of a table of `strings`, which must differ; the number of a string is its place."""
    encoded = [string.encode() for string in strings]
    size = 2
    while size < 2 * len(encoded) + 2:
        size *= 2
    slots = [0] * size
    for row, key in enumerate(encoded, 1):
        slot = zlib.crc32(key) & (size - 1)
        while slots[slot]:
            slot = (slot + 1) & (size - 1)
        slots[slot] = row
    ends, total = [], 0
    for key in encoded:
        total += len(key)
        ends.append(total)
    return {
        f"{name}.text": b"".join(encoded),
        f"{name}.ends": b"".join(end.to_bytes(4, "little") for end in ends),
        f"{name}.slots": b"".join(slot.to_bytes(4, "little") for slot in slots),
    }
