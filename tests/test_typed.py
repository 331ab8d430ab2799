"""Named tuples without `typing`: the same as those of `typing` in all that a program can see."""

from __future__ import annotations

import copy
import pickle
import typing

import pytest

from chatbot.typed import NamedTuple
from chatbot.types import Trace, Turn


class Ours(NamedTuple):
    """A record."""

    name: str
    size: int = 3
    """How large."""

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size

    @classmethod
    def named(cls, name: str) -> Ours:
        """A record with this name."""
        return cls(name)


class Theirs(typing.NamedTuple):
    """A record."""

    name: str
    size: int = 3

    @property
    def double(self) -> int:
        """Twice the size."""
        return 2 * self.size


@pytest.mark.parametrize("made", [("a",), ("a", 4)])
def test_a_record_is_what_typing_makes_of_it(made):
    ours, theirs = Ours(*made), Theirs(*made)
    assert ours == theirs
    assert (ours.name, ours.size, ours.double) == (theirs.name, theirs.size, theirs.double)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(size=9) == theirs._replace(size=9)


def test_the_class_is_what_typing_makes_of_it():
    for name in ("_fields", "_field_defaults", "__bases__", "__doc__", "__slots__", "__match_args__"):
        assert getattr(Ours, name) == getattr(Theirs, name), name
    assert (Ours.__name__, Ours.__qualname__, Ours.__module__) == ("Ours", "Ours", __name__)
    assert typing.get_type_hints(Ours) == typing.get_type_hints(Theirs)


def test_a_record_is_frozen_and_needs_its_fields():
    with pytest.raises(AttributeError):
        Ours("a").name = "b"
    with pytest.raises(AttributeError):
        Ours("a").other = "b"
    with pytest.raises(TypeError):
        Ours()
    assert Ours.named("x") == ("x", 3)


def test_a_record_is_copied_and_sent_to_another_process():
    assert copy.deepcopy(Ours("a")) == pickle.loads(pickle.dumps(Ours("a"))) == Ours("a")


@pytest.mark.parametrize("record", [Turn, Trace])
def test_the_types_of_our_values_can_be_asked_for(record):
    assert set(typing.get_type_hints(record)) == set(record._fields)
