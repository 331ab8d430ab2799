"""The path of one turn: observe, decide, heed, remember. Pure: no file, no clock, no chance.

What can be seen in an utterance is looked up first (`chatbot.observe`). `decide` says what kind of reply it gets, and the order of its
lines is the order of precedence. `heed` puts safety before whatever is said. `remember` makes the next state.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot import answering, compose
from chatbot.answering import Draft
from chatbot.knowledge import Knowledge
from chatbot.observe import OUT, Seen, observe
from chatbot.safety import RedFlag, SafetyRules, localise
from chatbot.types import Advice, DialogueState, Reply, Trace, Turn

_SHORT = 4
OUT_SHARE = 0.9
"""Below this share of out-of-scope, what names a cramp and cannot be answered is a question that the sources do not answer."""
SIGN_TURNS = 5
"""For so many turns a sign counts together with later ones; signs of unrelated questions must not pile up to an alarm."""
ADJACENT_SHARE = 0.4
PERSONAL_SHARE = 0.5
SMALLTALK_SHARE, SMALLTALK_SHARE_INSIDE, SMALLTALK_SHARE_UNANCHORED = 0.4, 0.6, 0.9
"""From which share a message is smalltalk: one about our subject, one that is hardly out of scope, any other."""
EXPLAINED = 0.3
"""From this share of a question that a passage explains, a bot without intents of its own answers it before it is taken for smalltalk."""
HARDLY_OUT = 0.2
"""Up to this share of out-of-scope a message is hardly out of scope."""


def respond(utterance: str, state: DialogueState, knowledge: Knowledge, region: str = "") -> Turn:
    """The bot's turn after `utterance`. Never raises for any text.

    Args:
        utterance: what the person said.
        state: what is remembered of the dialogue.
        knowledge: what is known.
        region: the country whose emergency lines are named, such as "gb"; "" names none.
    """
    seen = observe(utterance, state, knowledge)
    choice = answering.chosen(seen.command, state)
    if choice:  # a number that picks: the choice is answered as if it had been said
        return respond(choice, state._replace(pending=()), knowledge, region)
    draft = decide(seen, state, knowledge)
    flags = [flag for flag in seen.findings.flags if flag.urgency != "routine"]
    reply = heed(draft, seen, state, knowledge, region)
    return Turn(reply, remember(state, seen, draft, reply, flags), _trace(seen, draft, knowledge))


def decide(seen: Seen, state: DialogueState, knowledge: Knowledge) -> Draft:
    """What kind of reply the utterance gets. The order of the lines is the order of precedence."""
    name, number = seen.command
    if seen.findings.flags and seen.findings.flags[0].urgency != "routine":
        return answering.escalate()
    if name == "number" and state.pending:
        return answering.no_choice(state)
    if name == "source":
        return answering.show_source(number, state, knowledge)
    if name == "more" and state.passages:
        return answering.more(state, knowledge)
    if seen.problem:
        return answering.reject(seen.problem, knowledge)
    if seen.complaint and knowledge.dialogue["offers"].get("pain"):
        return answering.comfort(seen.complaint, seen, knowledge)
    route, label = route_of(seen, knowledge)
    if route == "smalltalk":
        return answering.smalltalk(label, seen, state, knowledge)
    if route == "personal":
        return answering.decline(label, seen, state, knowledge)
    if route == "adjacent":
        return answering.adjacent(label, knowledge)
    if route == "abstain":
        return answering.abstain(label, seen, state, knowledge)
    if route == "off_topic":
        return answering.off_topic(knowledge)
    return answering.answer(label, seen, state, knowledge)


def route_of(seen: Seen, knowledge: Knowledge) -> tuple[str, str]:
    """Which way an utterance goes, and the intent, or the name of the adjacent subject, that it goes with."""
    if seen.personal:
        return "personal", seen.personal
    groups = seen.groups
    nothing = (0.0, 0.0, "")
    # without intents of its own, what speaks for the subject is how much of the message a passage explains
    topic = groups.get("topic", nothing if knowledge.has_topics else (seen.explained, 0.0, ""))
    smalltalk = groups.get("smalltalk", nothing)
    beside, personal = groups.get("adjacent", nothing), groups.get("personal", nothing)
    if personal[0] >= PERSONAL_SHARE and (seen.anchored or seen.entities or seen.follows):
        return "personal", ""
    # a message that names nothing of the subject must be smalltalk clearly, or it is about something else
    if not knowledge.has_topics and seen.terms:
        enough = SMALLTALK_SHARE_UNANCHORED  # of the few intents there are, some one always seems likely
    elif seen.anchored or len(seen.terms) < 3:
        enough = SMALLTALK_SHARE
    else:
        enough = SMALLTALK_SHARE_INSIDE if groups.get("out", nothing)[0] <= HARDLY_OUT else SMALLTALK_SHARE_UNANCHORED
    told = not knowledge.has_topics and len(seen.terms) > 1 and seen.explained >= EXPLAINED  # "what foods help" is no call for help
    if smalltalk[0] >= enough and smalltalk[0] >= topic[0] and not told:
        return "smalltalk", smalltalk[2]
    if beside[0] >= ADJACENT_SHARE and beside[0] >= topic[0]:
        return "adjacent", beside[2].partition(":")[2]
    if seen.not_for:
        return "off_topic", ""
    if seen.follows and len(seen.tokens) <= _SHORT and groups.get("out", nothing)[0] < OUT_SHARE:
        return "topic", topic[2]
    if seen.answerable < knowledge.scope["threshold"]:
        out = groups.get("out", nothing)[0]
        # a cramp of a part of the body is our subject, whatever else the message names
        ours = seen.anchored and (out < OUT_SHARE or "body_part" in seen.slots)
        return ("abstain", topic[2]) if ours else ("off_topic", "")
    return "topic", topic[2]


def heed(draft: Draft, seen: Seen, state: DialogueState, knowledge: Knowledge, region: str) -> Reply:
    """The reply, with the advice of every red flag before it and the warning of every hazard it names behind it."""
    draft = _without_warnings(draft, knowledge)
    marks = compose.Marks(knowledge.sources)
    flags = list(seen.findings.flags)
    urgent = [flag for flag in flags if flag.urgency != "routine"]
    if not urgent and state.red_flag:
        urgent = [flag for flag in [flag_of(state.red_flag.partition("@")[0], knowledge.red_flags)] if flag]
    shown = urgent[:1] or [flag for flag in flags[:1] if draft.kind in ("answer", "decline", "abstain", "clarify")]
    advice = [
        Advice(localise(text, knowledge.red_flags, region), flag.id, marks.of(sources)) for flag in shown for text, sources in flag.advice
    ]
    if shown and shown[0].urgency == "emergency":  # never an amount of anything beside an emergency, an overdose least of all
        draft = draft._replace(spans=tuple(span for span in draft.spans if not answering.names_amount(span.text)))
    warnings = _warnings(draft, knowledge)
    statements = compose.state_spans([*draft.spans, *warnings], marks)
    return compose.reply(
        draft.kind,
        knowledge.digest,
        message=draft.message,
        urgency=shown[0].urgency if shown else "none",
        confidence=draft.confidence,
        advice=advice,
        statements=statements,
        warnings=tuple(dict.fromkeys(span.passage.id for span in warnings)),
        notes=(*draft.notes, compose.evidence_note(statements)),
        citations=(*marks.citations(), *draft.citations),
        suggestions=draft.suggestions,
        disclaimer=knowledge.dialogue["bot"]["disclaimer"],
    )


def flag_of(name: str, rules: SafetyRules) -> RedFlag | None:
    """The red flag of the condition `name`, for advice that stays."""
    for condition in rules.conditions:
        if condition["id"] == name:
            advice = tuple((item["text"], tuple(item["sources"])) for item in condition["advice"])
            return RedFlag(name, condition["urgency"], advice, True)
    return None


def _without_warnings(draft: Draft, knowledge: Knowledge) -> Draft:
    """The draft without sentences of a hazard's warning that stand further down: as a warning they are marked as one."""
    warning = {knowledge.red_flags.warnings[name] for span in draft.spans for name in span.hazards}
    first = {span.passage.id for span in draft.spans[:1]}
    return draft._replace(spans=tuple(span for span in draft.spans if span.passage.id in first or span.passage.id not in warning))


def _warnings(draft: Draft, knowledge: Knowledge) -> list[compose.Span]:
    """The first sentences of the warning of each hazard that a statement names (the hazard rule)."""
    said = {span.key for span in draft.spans}
    found = []
    for name in sorted({name for span in draft.spans for name in span.hazards}):
        warning = knowledge.red_flags.warnings[name]
        if not warning or any(span.passage.id == warning for span in draft.spans) or knowledge.number(warning) < 0:
            continue
        passage = knowledge.passage(warning)
        found += [span for at in range(min(2, len(passage.sentences))) if (span := compose.Span(passage, at)).key not in said]
    if draft.kind == "decline":  # never an amount beside a request for a dose
        found = [span for span in found if not answering.names_amount(span.text)]
    return found[:4]


def remember(state: DialogueState, seen: Seen, draft: Draft, reply: Reply, flags: list[RedFlag]) -> DialogueState:
    """The next state: names of our own data only."""
    signs = _keep(state.signs, seen.findings.signs)
    sticky = _stays(flags, state.red_flag)
    state = state._replace(signs=signs, red_flag=sticky, pending=reply.suggestions or state.pending)
    if reply.citations and draft.kind != "smalltalk":
        state = state._replace(sources=tuple(citation.source for citation in reply.citations))
    if draft.kind in ("escalate", "smalltalk", "off_topic", "adjacent", "reject"):
        # what was told in passing is kept for the question that comes next
        return state._replace(slots=tuple({**dict(state.slots), **seen.slots}.items()))
    if draft.kind in ("answer", "decline", "clarify", "abstain"):
        keys = tuple(span.key for span in draft.spans)
        return state._replace(
            intent=draft.intent,
            slots=tuple(seen.slots.items()) if not draft.goes_on else state.slots,
            passages=tuple(dict.fromkeys(span.passage.id for span in draft.spans)) or state.passages,
            shown=((*state.shown, *keys) if draft.goes_on or seen.follows else keys)[-60:],
        )
    return state


def _stays(flags: Sequence[RedFlag], before: str) -> str:
    """The red flag whose advice stays: an emergency for the whole talk, anything urgent for `SIGN_TURNS` turns."""
    name, _, turns = before.partition("@")
    if flags and (flags[0].urgency == "emergency" or not before or turns):
        return flags[0].id if flags[0].urgency == "emergency" else f"{flags[0].id}@{SIGN_TURNS}"
    if turns.isdigit():
        return f"{name}@{int(turns) - 1}" if int(turns) > 1 else ""
    return before


def _keep(earlier: Sequence[str], new: Sequence[str]) -> tuple[str, ...]:
    """The signs to remember: new ones for `SIGN_TURNS` turns, earlier ones for a turn less than before."""
    left = {name: int(turns) - 1 for name, _, turns in (sign.partition("@") for sign in earlier) if turns.isdigit()}
    left.update(dict.fromkeys(new, SIGN_TURNS))
    return tuple(f"{name}@{turns}" for name, turns in left.items() if turns > 0)[-40:]


def _trace(seen: Seen, draft: Draft, knowledge: Knowledge) -> Trace:
    name = "out_of_scope" if draft.kind == "adjacent" else draft.intent or seen.match.name
    ranking = tuple(sorted(seen.shares.items(), key=lambda item: -item[1])[:6])
    match = seen.match._replace(name=name, confidence=seen.shares.get(name or OUT, seen.match.confidence), ranking=ranking)
    thresholds = {
        "answerable": knowledge.scope["threshold"],
        "adjacent": ADJACENT_SHARE,
        "personal": PERSONAL_SHARE,
        "answer": answering.ANSWER_SCORE,
    }
    return Trace(
        match,
        dict(seen.slots),
        " ".join(seen.terms),
        draft.hits,
        thresholds,
        {"route": draft.kind, "answerable": round(seen.answerable, 3), "signs": list(seen.findings.signs)},
    )
