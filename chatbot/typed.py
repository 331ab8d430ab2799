"""What the modules that answer need of `typing`, without `typing`.

To import `typing`, and to make named tuples with it, costs a cold question as much as starting Python does: the type of every field is
compiled, though nobody asks for it when the program runs (docs/decisions/0003-records.md). Type checkers see the originals.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
"""As `typing.TYPE_CHECKING`."""

if TYPE_CHECKING:
    from typing import Any as Any
    from typing import Final as Final
    from typing import NamedTuple as NamedTuple
    from typing import Protocol as Protocol
    from typing import TextIO as TextIO
else:
    Any = Final = Protocol = TextIO = object  # they stand in annotations and among base classes only

    class _Maker(type):
        """Turns the body of a class into a named tuple, as `typing.NamedTuple` does, but for its types."""

        def __new__(cls, name, bases, body):
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body["__annotations__"]
            made = namedtuple(name, fields, defaults=[body[field] for field in fields if field in body], module=body["__module__"])
            for key, value in body.items():
                if key not in fields:
                    setattr(made, key, value)
            return made

    class NamedTuple(metaclass=_Maker):
        """The base of a record: fields with their types, some with defaults, and methods. The class that results is a plain named tuple."""
