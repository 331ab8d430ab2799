"""Combinations of signs: what must be present together for a condition, and how such a combination is written in the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from chatbot.typed import NamedTuple

Where = Mapping[str, set[int]]
"""The numbers of the sentences in which a sign stands, by its name."""


class Way(NamedTuple):
    """A combination of signs: one of each group of `all`, so many of the names of each of `least`, and none of `none`.

    Those of `earlier` must have been said in a former message and not in this one; those of `none_here` must not be said in this one.
    """

    all: tuple[frozenset[str], ...]
    least: tuple[tuple[int, frozenset[str]], ...]
    none: frozenset[str]
    none_here: frozenset[str]
    earlier: frozenset[str]

    def holds(self, known: set[str], present: set[str], where: Where | None = None) -> bool:
        """Whether the signs that are known, of this message and of earlier ones, make up the combination.

        Args:
            known: the signs of this message and of earlier ones.
            present: the signs of this message.
            where: in a long message, where each sign stands: one that speaks against counts only beside one that speaks for.
        """
        for group in self.all:  # first what fails most often
            if known.isdisjoint(group):
                return False
        if self.earlier and not self.earlier <= known - present:
            return False
        against = (known & self.none) | (present & self.none_here)
        if against and (where is None or not self._far(against, where)):
            return False
        return all(len(known & names) >= least for least, names in self.least)

    def _far(self, against: set[str], where: Where) -> bool:
        """Whether nothing that speaks against stands in a sentence that speaks for."""
        own = {at for group in (*self.all, *(names for _, names in self.least)) for name in group for at in where.get(name, ())}
        return all(name in where and own.isdisjoint(where[name]) for name in against)

    def is_new(self, present: set[str]) -> bool:
        """Whether this message adds to it: one sign where all are needed, two where it is so many of a list."""
        if self.least:
            return any(len(present & names) > 1 for _, names in self.least)
        return any(not present.isdisjoint(group) for group in self.all)


@lru_cache(maxsize=512)
def ways(text: str) -> tuple[Way, ...]:
    """The ways of a condition, from one string, which costs JSON less than lists: "sudden vision,speech !slowly|3:a,b,c,d|<cramps long"."""
    return tuple(_way(way.split()) for way in text.split("|"))


def _way(terms: Sequence[str]) -> Way:
    """A way from its terms, in one pass: a first question of a process parses some hundreds."""
    groups, counted = [], []
    marked: dict[str, list[str]] = {"!": [], "~": [], "<": []}
    for term in terms:
        if term[0] in marked:
            marked[term[0]].append(term[1:])
        elif ":" in term:
            least, _, names = term.partition(":")
            counted.append((int(least), frozenset(names.split(","))))
        else:
            groups.append(frozenset(term.split(",")))
    return Way(tuple(groups), tuple(counted), frozenset(marked["!"]), frozenset(marked["~"]), frozenset(marked["<"]))
