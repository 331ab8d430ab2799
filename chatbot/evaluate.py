"""Figures on a labelled question file, and whether they reach the bars that are set for it.

The file holds one question a line: `id`, `text` or `turns`, `kind` (answerable, adjacent, off_topic, chitchat, emergency, urgent,
personal_advice, adversarial), `intent`, and optionally `kind_also`, `intent_also`, `tags`. Only the reply to the last message counts.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from chatbot.bot import Chatbot
from chatbot.errors import CorpusError
from chatbot.types import DialogueState, Turn

_KIND_OF_REPLY = {
    "answer": "answerable", "smalltalk": "chitchat", "decline": "personal_advice", "reject": "adversarial",
    "adjacent": "adjacent", "off_topic": "off_topic", "clarify": "clarify", "abstain": "abstain",
}  # fmt: skip
_ALSO_FINE = {"adversarial": {"off_topic", "abstain", "chitchat", "personal_advice"}}
"""An adversarial message may be turned away in another way too: nothing was obeyed."""
_URGENT = ("urgent", "emergency")


class Outcome(NamedTuple):
    """What became of one question."""

    id: str
    kind: str
    accepted: frozenset[str]
    got: str
    intent_right: bool
    intent: str
    got_intent: str
    tags: frozenset[str]
    cited: bool
    disclaimed: bool


class Figure(NamedTuple):
    """A share with its count and the 95% interval of Wilson (1927)."""

    hit: int
    of: int

    @property
    def share(self) -> float:
        """The share in [0, 1]; 0 for nothing counted."""
        return self.hit / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The interval that holds the true share with 95% confidence."""
        if not self.of:
            return 0.0, 0.0
        z, n, p = 1.96, self.of, self.share
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return middle - half, middle + half


def read_questions(text: str, path: str) -> list[dict[str, Any]]:
    """The questions of a file.

    Raises:
        CorpusError: with the line that is wrong.
    """
    items = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            turns = item["turns"] if item.get("turns") is not None else [item["text"]]
            if not turns or not all(isinstance(t, str) for t in turns) or not isinstance(item["kind"], str):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                'not a question; write {"id": ..., "text": ... or "turns": [...], "kind": ..., "intent": ...}', path, number
            ) from error
        items.append({**item, "turns": turns})
    return items


def ask(bot: Chatbot, turns: Sequence[str]) -> Turn:
    """The turn after the last of `turns`."""
    state = DialogueState()
    for text in turns:
        turn = bot.respond(text, state)
        state = turn.state
    return turn


def outcome(item: Mapping[str, Any], turn: Turn) -> Outcome:
    """Hold a turn against the labels of its question."""
    reply = turn.reply
    urgent = reply.urgency in _URGENT and bool(reply.advice)
    got = reply.urgency if reply.kind == "escalate" or urgent else _KIND_OF_REPLY.get(reply.kind, reply.kind)
    name = turn.trace.match.name or ""
    return Outcome(
        id=str(item.get("id", "")),
        kind=item["kind"],
        accepted=frozenset({item["kind"], *_list(item.get("kind_also")), *_ALSO_FINE.get(item["kind"], ())}),
        got=got,
        intent_right=name in {item.get("intent"), *_list(item.get("intent_also"))},
        intent=str(item.get("intent", "")),
        got_intent=name,
        tags=frozenset(_list(item.get("tags"))),
        cited=all(statement.marks for statement in reply.statements),
        disclaimed=bool(reply.disclaimer),
    )


def _list(value: Any) -> list[str]:
    return [] if value is None else list(value) if isinstance(value, list | tuple) else [value]


def figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """All figures by name."""
    answerable = [o for o in outcomes if o.kind == "answerable"]
    labelled = [o for o in outcomes if o.kind in ("answerable", "chitchat")]
    emergencies = [o for o in outcomes if o.kind == "emergency"]
    calm = [o for o in outcomes if not o.accepted & set(_URGENT)]
    found = {
        "routing": _share(outcomes, _routed),
        "intent accuracy": _share(labelled, lambda o: o.intent_right),
        "follow-up routing": _share([o for o in outcomes if "followup" in o.tags], _routed),
        "follow-up intent accuracy": _share([o for o in labelled if "followup" in o.tags], lambda o: o.intent_right),
        "typo and slang intent accuracy": _share(
            [o for o in labelled if o.tags & {"typo", "slang", "dialect", "esl", "voice"}], lambda o: o.intent_right
        ),
        "emergency recall": _share(emergencies, lambda o: o.got in _URGENT),
        "emergency recall as emergency": _share(emergencies, lambda o: o.got == "emergency"),
        "urgent recall": _share([o for o in outcomes if o.kind == "urgent"], lambda o: o.got in _URGENT),
        "false alarms": _share(calm, lambda o: o.got in _URGENT),
        "false alarms on bait": _share([o for o in calm if "bait" in o.tags], lambda o: o.got in _URGENT),
        "refused though answerable": _share(answerable, lambda o: o.got not in o.accepted and o.got not in _URGENT),
        "answered though out of scope": _share(
            [o for o in outcomes if o.kind in ("adjacent", "off_topic")], lambda o: o.got == "answerable" and "answerable" not in o.accepted
        ),
        "every statement cited": _share(outcomes, lambda o: o.cited),
        "disclaimer present": _share(outcomes, lambda o: o.disclaimed),
    }
    for kind in sorted({o.kind for o in outcomes}):
        found[f"routing: {kind}"] = _share([o for o in outcomes if o.kind == kind], _routed)
    return found


def _routed(outcome: Outcome) -> bool:
    return outcome.got in outcome.accepted


def _share(outcomes: Iterable[Outcome], right: Callable[[Outcome], bool]) -> Figure:
    rows = [right(o) for o in outcomes]
    return Figure(sum(rows), len(rows))


def confusion(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """How often each intent was taken for another: (right, taken for, count), most frequent first."""
    wrong = Counter((o.intent, o.got_intent) for o in outcomes if o.kind in ("answerable", "chitchat") and not o.intent_right)
    return sorted(((a, b, n) for (a, b), n in wrong.items()), key=lambda row: (-row[2], row))


def below(found: Mapping[str, Figure], bars: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The figures that miss their bars. A bar is `{"at least": 0.9}` or `{"at most": 0.05}`."""
    missed = []
    for name, bar in bars.items():
        figure = found.get(name)
        if figure is None or not figure.of:
            missed.append(f"{name}: not measured; the file has no such questions")
            continue
        if figure.share < bar.get("at least", 0.0):
            missed.append(f"{name}: {figure.share:.3f}, at least {bar['at least']} was set")
        if figure.share > bar.get("at most", 1.0):
            missed.append(f"{name}: {figure.share:.3f}, at most {bar['at most']} was set")
    return missed
