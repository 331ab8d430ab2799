"""What an utterance names: body part, time, activity, population, remedy, medicine, condition, symptom.

A lexicon in `intents.yaml` holds the phrasings; ages are read from numbers. Values that are denied ("no diabetes", "not at night")
are found too, and marked.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.text import Phrases, stem
from chatbot.typed import NamedTuple


class Entity(NamedTuple):
    """A value found at tokens [start, end)."""

    name: str
    value: str
    start: int
    end: int
    negated: bool


_DENIALS = frozenset("no not without never isnt wasnt arent dont doesnt didnt havent hasnt aint nor nope non".split())
_SCOPE = 4
"""A denial reaches over this many words (NegEx, Chapman 2001, uses five for longer clinical sentences)."""
_ENDS_DENIAL = frozenset("but now though although just only however instead".split())

_YEARS = frozenset("year years yr yrs y yo yrold yearold".split())
_MONTHS = frozenset("month months mth mths mo week weeks wk wks day days".split())
_WEEKS = frozenset("week weeks wk wks weeker".split())
_EARLIEST, _LATEST = 5, 42
"""Weeks in which a woman says how far she is: "33 weeks and my calves ..."."""
_NOT_PREGNANT = frozenset("ago later of since old in off till until straight now running back before after post".split())
_SPANS = frozenset("for past last in every about after within next over of than these those first only".split())
_UNITS = frozenset(
    "stone st kg kilo kilos lb lbs pounds foot ft feet cm minutes mins min hours hrs miles km percent times days weeks months".split()
)
_BABY, _CHILD, _TEEN, _OLDER = 2, 13, 20, 65


def find_entities(tokens: Sequence[str], lexicon: Phrases) -> list[Entity]:
    """All entities of an utterance, in order.

    Args:
        tokens: folded words.
        lexicon: phrases over stems, each with the value "entity=value".
    """
    found = []
    for start, end, value in lexicon.scan([stem(token) for token in tokens]):
        name, _, text = value.partition("=")
        found.append(Entity(name, text, start, end, _denied(tokens, start)))
    return found + _ages(tokens)


def slots_of(entities: Sequence[Entity]) -> dict[str, str]:
    """The last value of each entity that is not denied; a later word is usually the more exact one."""
    return {entity.name: entity.value for entity in entities if not entity.negated}


def _denied(tokens: Sequence[str], start: int) -> bool:
    for at in range(start - 1, max(-1, start - 1 - _SCOPE), -1):
        if tokens[at] in _ENDS_DENIAL:
            return False
        if tokens[at] == "not" and at and tokens[at - 1] in ("and", "or"):
            return False  # "a cramp and not a clot" sets two things side by side and denies neither
        if tokens[at] in _DENIALS:
            # "no, I meant my foot" corrects; "no foot pain" denies
            return at > 0 or start - at == 1 or tokens[at] not in ("no", "nope", "not")
    return False


def _ages(tokens: Sequence[str]) -> list[Entity]:
    """Populations from ages: "my 8 year old", "im 74", "aged 70", "6 month old"."""
    found = []
    for at, token in enumerate(tokens):
        digits = token.rstrip("yro")
        if not digits.isdigit() or len(digits) > 3:
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else ""
        old = tokens[at + 2] if at + 2 < len(tokens) else ""
        before = tokens[at - 1] if at else ""
        age = int(digits)
        if after in _WEEKS and _EARLIEST <= age <= _LATEST and old not in _NOT_PREGNANT and before not in _SPANS:
            found.append(Entity("population", "pregnancy", at, at + 2, False))
            continue
        if after in _MONTHS and old == "old":
            found.append(Entity("population", "baby" if age < 24 else "child", at, at + 3, False))
        elif (
            digits != token
            or (after in _YEARS and (old == "old" or after in ("yo", "yrold", "yearold")))
            or before in ("aged", "age", "turned")
        ):
            found += _population(age, at, at + 1)
        elif before in ("im", "am", "is", "was", "dad", "mum", "mom", "shes", "hes", "nan", "gran", "ages") and after not in (
            "weeks",
            "months",
            "days",
            "wks",
        ):
            found += [
                entity
                for entity in _population(age, at, at + 1)
                if entity.value == "older" or (after not in _UNITS and (before != "im" or age > 9))
            ]
    return found


def _population(age: int, start: int, end: int) -> list[Entity]:
    if age >= 120:
        return []
    for limit, value in ((_BABY, "baby"), (_CHILD, "child"), (_TEEN, "teenager")):
        if age < limit:
            return [Entity("population", value, start, end, False)]
    return [Entity("population", "older", start, end, False)] if age >= _OLDER else []
