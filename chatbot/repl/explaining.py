"""`/why`: how a question was read and what was found, from the trace of its turn."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.explain import matched_terms
from chatbot.knowledge import Knowledge
from chatbot.types import Turn

_ROUTES = {
    "answer": "a question that the sources can answer",
    "clarify": "the subject without a question",
    "abstain": "a question on the subject that the sources do not answer",
    "adjacent": "a subject next to mine",
    "off_topic": "something outside the subject",
    "smalltalk": "talk about the talk",
    "decline": "a decision about one person",
    "escalate": "a sign of danger",
    "reject": "something that is no question I can read",
}


def explain(turn: Turn, knowledge: Knowledge) -> list[str]:
    """Lines that say how the turn came about: reading, runner-up, words with their weights, passages with their scores."""
    if turn.reply.kind == "escalate":
        return list(_reading(turn, knowledge))
    return [*_reading(turn, knowledge), *_words(turn, knowledge), *_passages(turn, knowledge)]


def _reading(turn: Turn, knowledge: Knowledge) -> Iterator[str]:
    match, reply = turn.trace.match, turn.reply
    yield f"I took it as {_ROUTES.get(reply.kind, reply.kind)}."
    for advice in reply.advice:
        yield f"Sign of danger: {advice.red_flag.replace('-', ' ')} ({reply.urgency})."
    if reply.kind == "escalate":
        return
    if match.name and match.name != "out_of_scope":
        yield f"Read as: {_title(match.name, knowledge)} ({match.confidence:.2f} of 1)."
    others = [(name, share) for name, share in match.ranking if name != match.name and share >= 0.01][:1]
    for name, share in others:
        yield f"Next reading: {_title(name, knowledge)} ({share:.2f})."
    answerable, threshold = turn.trace.details.get("answerable"), turn.trace.thresholds.get("answerable")
    if answerable is not None and threshold is not None:
        yield f"How likely the sources answer it: {answerable:.2f}; at least {threshold:.2f} is needed."


def _title(name: str, knowledge: Knowledge) -> str:
    return str(knowledge.dialogue["intents"].get(name, {}).get("title") or name.replace("_", " "))


def _words(turn: Turn, knowledge: Knowledge) -> Iterator[str]:
    terms = list(dict.fromkeys(turn.trace.query.split()))
    if terms:
        weighed = sorted(((knowledge.index.idf(term), term) for term in terms), reverse=True)[:12]
        named = ", ".join(f"{term} {weight:.1f}" + ("" if knowledge.index.known(term) else " (in no source)") for weight, term in weighed)
        yield f"Words looked up, rare ones count more: {named}."
    if turn.trace.slots:
        kept = ", ".join(f"{name.replace('_', ' ')} {value.replace('-', ' ')}" for name, value in turn.trace.slots.items())
        yield f"Understood: {kept}."


def _passages(turn: Turn, knowledge: Knowledge) -> Iterator[str]:
    if not turn.trace.hits:
        return
    least = turn.trace.thresholds.get("answer")
    yield "Passages found, best first" + (f"; at least {least:.2f} is needed:" if least is not None else ":")
    for hit in turn.trace.hits:
        heading = knowledge.passage(hit.id).heading if knowledge.number(hit.id) >= 0 else hit.id
        yield f"  {hit.score:.2f} {heading}"
    found = matched_terms(turn.trace.query, turn.trace.hits[0].id, knowledge)
    if found:
        yield f"Words that found the first: {', '.join(f'{term} {weight:.1f}' for term, weight in found.items())}."
