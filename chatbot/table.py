"""Tables of strings that are looked up where they lie, in a mapped file: nothing is read or built when they are opened.

A table of strings has three sections: the strings one after the other, where each ends, and an open-addressing hash table of row numbers
(linear probing, CRC-32, at most half full). A lookup touches one or two slots and compares the string itself, so that a foreign word is
never taken for a known one. A table of values has a value in JSON for each string besides.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from chatbot.container import Container
from chatbot.typed import Any

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


class ValueTable(Mapping[str, Any]):
    """Values by their keys, read-only: a mapping whose values are read when they are asked for, each time anew."""

    def __init__(self, container: Container, name: str) -> None:
        self._keys = StringTable(container, f"{name}.keys")
        self._values = container.section(f"{name}.values")
        self._ends = container.array(f"{name}.ends", "I")

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __getitem__(self, key: str) -> Any:
        row = self._keys.find(key)
        if row < 0:
            raise KeyError(key)
        return json.loads(bytes(self._values[self._ends[row - 1] if row else 0 : self._ends[row]]))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default`. Most words that are looked up stand in no table, and an error each time would be slow."""
        return self[key] if key in self._keys else default


def value_table(name: str, values: Mapping[str, Any]) -> dict[str, bytes]:
    """The sections of a table of `values`, anything that JSON can hold."""
    encoded = [json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() for value in values.values()]
    return string_table(f"{name}.keys", list(values)) | {f"{name}.values": b"".join(encoded), f"{name}.ends": _ends(encoded)}


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
    return {
        f"{name}.text": b"".join(encoded),
        f"{name}.ends": _ends(encoded),
        f"{name}.slots": b"".join(slot.to_bytes(4, "little") for slot in slots),
    }


def _ends(parts: Sequence[bytes]) -> bytes:
    """Where each part ends when they stand one after the other, as uint32."""
    return b"".join(end.to_bytes(4, "little") for end in accumulate(map(len, parts)))
