"""A turn as plain data: the form that `--json` and `--jsonl` print, and that other programs read."""

from __future__ import annotations

import json
from typing import Any

from chatbot import render
from chatbot.types import Turn

SCHEMA = 1


def turn_to_data(turn: Turn) -> dict[str, Any]:
    """`turn` as JSON-able data of schema 1."""
    reply, trace = turn.reply, turn.trace
    return {
        "schema": SCHEMA,
        "reply": {
            "id": reply.id,
            "kind": reply.kind,
            "urgency": reply.urgency,
            "confidence": reply.confidence,
            "message": reply.message,
            "advice": [{"text": a.text, "red_flag": a.red_flag, "marks": list(a.marks)} for a in reply.advice],
            "statements": [{**s._asdict(), "marks": list(s.marks)} for s in reply.statements],
            "warnings": list(reply.warnings),
            "notes": list(reply.notes),
            "citations": [c._asdict() for c in reply.citations],
            "suggestions": [s._asdict() for s in reply.suggestions],
            "disclaimer": reply.disclaimer,
            "text": render.plain(reply),
        },
        "trace": {
            "intent": {
                "name": trace.match.name,
                "confidence": round(trace.match.confidence, 4),
                "ranking": [[n, round(s, 4)] for n, s in trace.match.ranking],
            },
            "slots": dict(trace.slots),
            "query": trace.query,
            "hits": [{"passage": hit.id, "score": round(hit.score, 4)} for hit in trace.hits],
            "thresholds": dict(trace.thresholds),
            **trace.details,
        },
        "state": json.loads(turn.state.to_json()),
    }
