"""Which passages may answer: what each term of a question counts, and how words, intent, slots and wordings are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chatbot import ranking
from chatbot.knowledge import Knowledge
from chatbot.observe import Seen
from chatbot.types import DialogueState, Hit

_CANDIDATES = 24
_PARTICULAR = frozenset(("medicine", "condition", "remedy"))
MEANT = 0.5
"""What the usual name of something counts that was named in other words."""
CHATTER = 0.4
"""What a term counts that no passage holds: it is more often chatter than what the question is about."""
HELP = 0.1
GENERAL_CHOICE = 0.3
"""What the author's choice counts for a part of the body that it is not about."""
STORY = 0.35
"""What a term of a story counts that is not in the question itself."""


def find(weights: Mapping[str, float], shares: Mapping[str, float], slots: Mapping[str, str], knowledge: Knowledge) -> tuple[Hit, ...]:
    """The passages for the weighted terms of a query, best first."""
    lexical = knowledge.index.scores(dict(weights))
    nearest = sorted(lexical, key=lexical.__getitem__, reverse=True)[:_CANDIDATES]
    best = max(shares, key=lambda name: shares[name]) if shares else ""
    chosen = _chosen(best, slots, knowledge)
    candidates = {*nearest, *chosen, *(n for n in knowledge.serving(best) if n in lexical)}
    ranked = ranking.rank(
        lexical, candidates, knowledge.profile, shares, chosen, slots, knowledge.dialogue["specific"], _agreement(weights, knowledge)
    )
    return tuple(Hit(knowledge.index.ids[number], score, at) for at, (number, score) in enumerate(ranked[:20], 1))


def _chosen(intent: str, slots: Mapping[str, str], knowledge: Knowledge) -> dict[int, float]:
    """The passages that the author of `intent` named, and how much each is meant for what was asked.

    The author's choice answers the general question: of a medicine, a remedy or an illness by name it must be about just that, and of a part
    of the body in particular (calf, not leg) it counts little when it is not.
    """
    named = [value for name, value in slots.items() if name in _PARTICULAR]
    part = slots.get("body_part", "")
    part = part if knowledge.dialogue["specific"].get(part) else ""
    meant = {}
    for at, name in enumerate(knowledge.dialogue["intents"].get(intent, {}).get("passages", ())):
        number = knowledge.number(name)
        about = knowledge.about(number)[1] if number >= 0 else ()
        if number >= 0 and all(value in about for value in named):
            meant[number] = (GENERAL_CHOICE if part and part not in about else 1.0) / (1 + at)
    return meant


def _agreement(weights: Mapping[str, float], knowledge: Knowledge) -> Callable[[int], tuple[float, float]]:
    """How well a query agrees with the wordings of a passage, by its number."""
    idf, row = knowledge.index.idf, knowledge.index.row
    weighed = {term: min(1.0, weight) * idf(term) for term, weight in weights.items()}
    known = {row(term): weight for term, weight in weighed.items()}
    known.pop(-1, None)
    total = sum(weighed.values())
    return lambda number: knowledge.agreement.of(number, known, total)


def _weight(term: str, seen: Seen, knowledge: Knowledge) -> float:
    """What a term of the utterance counts."""
    if term == "help":  # in nearly every question, and yet what tells "what helps" from "how common"
        return HELP
    weight = 1.0 if term in seen.focus else STORY
    return weight if knowledge.index.known(term) else weight * CHATTER


def query_of(seen: Seen, state: DialogueState, knowledge: Knowledge) -> dict[str, float]:
    """What each term of the query counts: the utterance's own terms in full, those that a follow-up inherits less."""
    weights = {term: _weight(term, seen, knowledge) for term in seen.terms}
    for entity in seen.entities:  # "little ones" is looked up as "child" too
        if not entity.negated:
            for term in knowledge.index.analyzer.terms(entity.value.replace("-", " ")):
                weights.setdefault(term, MEANT)
    if seen.follows:
        own = {entity.name for entity in seen.entities}
        for name, value in dict(state.slots).items():
            if name not in own:
                for term in knowledge.index.analyzer.terms(value.replace("-", " ")):
                    weights.setdefault(term, 0.4)
        corrected = any(
            name in own and dict(state.slots).get(name, seen.slots.get(name)) != seen.slots.get(name) for name in ("body_part", "remedy")
        )
        if state.passages and len(seen.terms) <= 3 and not corrected and knowledge.number(state.passages[0]) >= 0:
            for term in knowledge.index.analyzer.terms(knowledge.passage(state.passages[0]).heading):
                weights.setdefault(term, 0.3)
    return weights
