"""Which passage answers: the words of the query, what the intent and the slots prefer, put together.

A pure function of numbers. The weights stand in one place and each was kept because it helped on held-out questions
(docs/explanation/retrieval.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

INTENT, ANY_INTENT = 0.11, 0.47
"""What a passage gains when it serves the intent, times the intent's share: as its first intent, and as any of its intents."""
CHOSEN = 0.48
"""What a passage gains when the intent's author named it, the first one in full."""
ASKED, SAID = 0.83, 1.24
"""What a passage gains when the question agrees with one that it answers, and with a sentence that it says (`chatbot.agreement`)."""
FITS = 0.15
"""For each slot: the passage is about the value asked for; half of it for a wider value (leg, for calf)."""
DIFFERS = 0.25
"""For each slot: the passage is about another value of the same entity."""
ELSEWHERE = 0.07
"""As `DIFFERS`, for a body part: what helps a calf is no answer for a hand."""
UNASKED = 0.06
"""For each entity that a passage is specially about and nobody asked for: it is shown to the wrong people."""
FITS_GROUP, UNASKED_GROUP = 0.15, 0.12
"""As `FITS` and `UNASKED`, for groups of people, illnesses and medicines: there the wrong passage can do harm."""
_MOST = 3.6
"""The highest score that is seldom passed: what brings the scores into [0, 1] without ties at the top."""
COMPARED = 12
"""So many passages, the best without it, are held against the question wording by wording."""

_GROUPS = ("population", "condition", "medicine")
_PARTICULAR = ("population", "condition", "medicine", "remedy", "body_part", "activity", "told_by")


def rank(
    lexical: Mapping[int, float],
    candidates: Iterable[int],
    about: Callable[[int], tuple[Sequence[str], Mapping[str, Sequence[str]]]],
    shares: Mapping[str, float],
    chosen: Mapping[int, float],
    slots: Mapping[str, str],
    wider: Mapping[str, Sequence[str]],
    agreement: Callable[[int], tuple[float, float]] = lambda _: (0.0, 0.0),
) -> list[tuple[int, float]]:
    """The candidates with their scores in [0, 1], best first.

    Args:
        lexical: the score of a passage for the words of the query, in [0, 1].
        candidates: numbers of passages.
        about: gives a passage's intents, and the values that it is about by their entities (`by_entity`).
        shares: how likely each intent is, in [0, 1].
        chosen: passages that the author of the likeliest intent named, and how much each was meant for this question, in [0, 1].
        slots: entity to value, as asked.
        wider: for a value those that hold it (calf: leg).
        agreement: gives how well the question agrees with one that a passage answers, and with a sentence that it says.
    """
    scored = []
    for number in candidates:
        intents, own = about(number)
        score = lexical.get(number, 0.0)
        wanted = [shares.get(name, 0.0) for name in intents]
        score += INTENT * wanted[0] + ANY_INTENT * max(wanted) if wanted else 0.0
        score += CHOSEN * chosen.get(number, 0.0) + (_fit(own, slots, wider) if own else 0.0)
        scored.append((-score, number))
    ranked = []
    for at, (lost, number) in enumerate(sorted(scored)):
        asked, said = agreement(number) if at < COMPARED else (0.0, 0.0)
        ranked.append((number, min(1.0, max(0.0, (ASKED * asked + SAID * said - lost) / _MOST))))
    return sorted(ranked, key=lambda item: (-item[1], item[0]))


def _fit(own: Mapping[str, Sequence[str]], slots: Mapping[str, str], wider: Mapping[str, Sequence[str]]) -> float:
    """What the slots say for or against a passage that is about the values `own`."""
    total = 0.0
    for entity, asked in slots.items():
        mine = own.get(entity)
        if not mine:
            continue
        if asked in mine:
            total += FITS_GROUP if entity in _GROUPS else FITS
        elif any(value in wider.get(asked, ()) or asked in wider.get(value, ()) for value in mine):
            total += FITS / 2
        else:
            total -= ELSEWHERE if entity == "body_part" else DIFFERS
    for entity in own:
        if entity in _PARTICULAR and entity not in slots:
            total -= UNASKED_GROUP if entity in _GROUPS else UNASKED
    return total


def by_entity(values: Sequence[str], entity_of: Mapping[str, str]) -> dict[str, list[str]]:
    """The values that a passage is about, by their entities."""
    own: dict[str, list[str]] = {}
    for value in values:
        own.setdefault(entity_of.get(value, ""), []).append(value)
    return own
