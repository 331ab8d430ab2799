"""Why a reply came about, in words: how the question was read, what was close, and which words found the passage."""

from __future__ import annotations

from chatbot.knowledge import Knowledge
from chatbot.types import Turn


def explain(turn: Turn, knowledge: Knowledge) -> str:
    """The account of one turn, a line for each step of the way."""
    trace = turn.trace
    thresholds = trace.thresholds
    lines = [f"reply: {turn.reply.kind}, urgency {turn.reply.urgency}, confidence {turn.reply.confidence}"]
    if trace.details.get("signs"):
        lines.append(f"signs of red flags: {', '.join(trace.details['signs'])}")
    ranking = ", ".join(f"{name} {share:.2f}" for name, share in trace.match.ranking[:4])
    lines.append(f"read as: {trace.match.name or 'nothing known'} ({ranking})")
    if trace.slots:
        lines.append("named: " + ", ".join(f"{name} {value}" for name, value in trace.slots.items()))
    lines.append(f"can be answered: {trace.details.get('answerable', 0.0):.2f} (threshold {thresholds.get('answerable', 0.0):.2f})")
    lines.append(f"looked up: {trace.query or 'nothing'}")
    unknown = [term for term in trace.query.split() if not knowledge.index.known(term)]
    if unknown:
        lines.append(f"nothing in the corpus holds: {', '.join(unknown)}")
    lines += [f"{hit.rank}. {hit.id} {hit.score:.2f}" for hit in trace.hits]
    if trace.hits:
        lines.append(f"threshold of an answer: {thresholds.get('answer', 0.0):.2f}")
        matched = matched_terms(trace.query, trace.hits[0].id, knowledge)
        lines.append("words that found the first: " + (", ".join(f"{term} {weight:.2f}" for term, weight in matched.items()) or "none"))
    return "\n".join(lines)


def matched_terms(query: str, passage: str, knowledge: Knowledge) -> dict[str, float]:
    """The terms of `query` that `passage` holds with their impacts, the weightiest first."""
    number = knowledge.number(passage)
    found: dict[str, float] = {}
    for term in dict.fromkeys(query.split()):
        numbers, impacts = knowledge.index.postings(term)
        here = [impact for at, impact in zip(numbers, impacts, strict=True) if at == number]
        if here:
            found[term] = here[0]
    return dict(sorted(found.items(), key=lambda item: -item[1]))
