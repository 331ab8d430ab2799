"""The kinds of reply, each made from what was seen. A draft holds what is said; red flags and hazards are added after it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot import compose
from chatbot.complaint import PAIN
from chatbot.compose import Found, Span
from chatbot.finding import find, query_of
from chatbot.knowledge import Knowledge
from chatbot.observe import RISKS, Seen
from chatbot.personal import OTHER, STOP
from chatbot.safety import find_hazards
from chatbot.typed import NamedTuple
from chatbot.types import Citation, DialogueState, Hit, Suggestion

ANSWER_SCORE = 0.12
"""Below this score of the best passage the sources do not say."""
HIGH_SCORE, MEDIUM_SCORE = 0.5, 0.34
_WEIGHED = 12
_HELP = frozenset("help ow ouch stop aargh now".split())


class Draft(NamedTuple):
    """What is going to be said."""

    kind: str
    message: str = ""
    intent: str = ""
    confidence: str = "none"
    spans: tuple[Span, ...] = ()
    notes: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    goes_on: bool = False


def escalate() -> Draft:
    """Advice alone: nothing that delays."""
    return Draft("escalate", intent="red_flag")


def reject(problem: str, knowledge: Knowledge) -> Draft:
    """A polite line, and what the bot can do. Nothing of the message is repeated."""
    problem, _, language = problem.partition(":")
    message = compose.REJECT[problem].format(scope=knowledge.dialogue["bot"]["scope"])
    if language:
        from chatbot.languages import ONLY_ENGLISH

        message = f"{ONLY_ENGLISH.get(language, '')} {message}".strip()
    return Draft("reject", message, intent="unsafe_input", suggestions=starters(knowledge))


def off_topic(knowledge: Knowledge) -> Draft:
    """One line, and what the bot can do."""
    message = compose.OFF_TOPIC.format(scope=knowledge.dialogue["bot"]["scope"])
    return Draft("off_topic", message, intent="out_of_scope", suggestions=starters(knowledge))


def starters(knowledge: Knowledge) -> tuple[Suggestion, ...]:
    """What to ask first."""
    return tuple(suggestion for name in knowledge.dialogue["offers"].get("first", ()) for suggestion in _ask_intent(name, knowledge))


def _ask_intent(name: str, knowledge: Knowledge) -> list[Suggestion]:
    intent = knowledge.dialogue["intents"].get(name, {})
    return [Suggestion(intent["question"], intent["question"])] if intent.get("question") else []


def smalltalk(label: str, seen: Seen, state: DialogueState, knowledge: Knowledge) -> Draft:
    """The reply of a smalltalk intent whose words are in the utterance, or its default one."""
    said = " " + " ".join(seen.tokens) + " "
    message = ""
    for when, say in knowledge.dialogue["intents"][label]["replies"]:
        if not when or any(f" {word} " in said for word in when):
            message = say
            break
    citations: tuple[Citation, ...] = ()
    if label == "source_credibility" and state.sources:
        citations = _last_sources(state, knowledge)
    suggestions = starters(knowledge) if label in ("greeting", "capabilities") else ()
    return Draft("smalltalk", message, intent=label, suggestions=suggestions, citations=citations)


def _last_sources(state: DialogueState, knowledge: Knowledge) -> tuple[Citation, ...]:
    return tuple(compose.cite(mark, knowledge.sources[key]) for mark, key in enumerate(state.sources, 1) if key in knowledge.sources)


def show_source(number: int, state: DialogueState, knowledge: Knowledge) -> Draft:
    """A source of the last reply, or all of them for 0."""
    citations = _last_sources(state, knowledge)
    if not citations:
        return Draft("smalltalk", compose.NO_SOURCE_YET, intent="source_credibility")
    wanted = tuple(citation for citation in citations if number in (0, citation.mark))
    message = "" if wanted else compose.NO_SUCH_SOURCE.format(count=len(citations))
    return Draft("smalltalk", message, intent="source_credibility", citations=wanted)


def chosen(command: tuple[str, int], state: DialogueState) -> str:
    """The utterance of the choice that a number picks, or ""."""
    name, number = command
    return state.pending[number - 1].utterance if name == "number" and 1 <= number <= len(state.pending) else ""


def no_choice(state: DialogueState) -> Draft:
    """A number that picks nothing."""
    return Draft("clarify", compose.NO_CHOICE, suggestions=state.pending, intent=state.intent, goes_on=True)


def more(state: DialogueState, knowledge: Knowledge) -> Draft:
    """What was not said yet on the topic of the last answer."""
    first = knowledge.passage(state.passages[0]) if knowledge.number(state.passages[0]) >= 0 else None
    if first is None:
        return Draft("clarify", compose.NOTHING_MORE, suggestions=starters(knowledge))
    terms = knowledge.index.analyzer.terms(first.heading)
    hits = find(dict.fromkeys(terms, 1.0), {state.intent: 1.0} if state.intent else {}, dict(state.slots), knowledge)
    spans: list[Span] = []
    for found in _decode(hits[:12], knowledge):
        spans += compose.choose([found], {}, knowledge.sentence_terms, (*state.shown, *(span.key for span in spans)))
        if len(spans) >= compose.MOST_STATEMENTS:
            break
    if not spans:
        return Draft("clarify", compose.NOTHING_MORE, intent=state.intent, suggestions=starters(knowledge), goes_on=True)
    return Draft(
        "answer", intent=state.intent, confidence="medium", spans=tuple(spans[: compose.MOST_STATEMENTS]), hits=hits[:5], goes_on=True,
        suggestions=suggest(state.intent, hits, spans, knowledge),
    )  # fmt: skip


def _decode(hits: Sequence[Hit], knowledge: Knowledge) -> list[Found]:
    return [Found(knowledge.passage(hit.id), hit.score) for hit in hits]


def answer(label: str, seen: Seen, state: DialogueState, knowledge: Knowledge) -> Draft:
    """The answer of the corpus, or that it does not say."""
    weights = query_of(seen, state, knowledge)
    topics = {name: share for name, share in seen.shares.items() if knowledge.dialogue["intents"].get(name, {}).get("kind") == "topic"}
    hits = find(weights, topics, seen.slots, knowledge)
    bare = knowledge.dialogue["offers"].get("bare", ())
    if bare and not seen.follows and _is_bare(seen, knowledge):
        return clarify(bare, knowledge)
    if not hits or hits[0].score < ANSWER_SCORE:
        return _abstain(label, seen.tokens, hits, knowledge)
    telling = {t: w * knowledge.index.idf(t) for t, w in weights.items()}
    found = _decode(hits[:4], knowledge)
    if not found[0].passage.reviewed:  # quoted from a document
        found = compose.by_sentences(_decode(hits[:_WEIGHED], knowledge), telling, knowledge.sentence_terms)[:4]
    spans = compose.choose(found, telling, knowledge.sentence_terms)
    spans = _unhazardous(spans, seen, knowledge)
    if not spans or _unheard_of(seen, hits[0], knowledge):
        return _abstain(label, seen.tokens, hits, knowledge)
    spans = [*_for_risk(seen, spans, knowledge), *spans][: compose.MOST_STATEMENTS]
    score = hits[0].score
    return Draft(
        "answer", intent=label, confidence="high" if score >= HIGH_SCORE else "medium" if score >= MEDIUM_SCORE else "low",
        spans=tuple(spans), hits=hits[:5], suggestions=suggest(label, hits, spans, knowledge, seen.second),
        notes=(*_read_as(label, seen, knowledge), *((compose.UNSURE,) if score < MEDIUM_SCORE else ())),
    )  # fmt: skip


def _read_as(label: str, seen: Seen, knowledge: Knowledge) -> tuple[str, ...]:
    """How a story was read, in our own words, when most of it was left aside."""
    if len(seen.focus & set(seen.terms)) > 0.6 * len(set(seen.terms)):
        return ()
    named = ", ".join(value.replace("-", " ") for value in seen.slots.values())
    question = knowledge.dialogue["intents"].get(label, {}).get("question", "")
    return (compose.READ_AS.format(question=f"{question} ({named})" if named else question),) if question else ()


def _unheard_of(seen: Seen, best: Hit, knowledge: Knowledge) -> bool:
    """Whether the question is about a remedy, a medicine, an illness or a cause by name that the corpus never speaks of."""
    if not seen.follows and _names_the_unknown(seen.tokens, knowledge):
        return True
    for entity in seen.entities:
        if entity.name in ("remedy", "medicine", "condition") and not entity.negated and not knowledge.speaks_of(entity.value):
            said = knowledge.index.analyzer.terms_of(seen.tokens[entity.start : entity.end])
            held = set(knowledge.index.analyzer.terms(knowledge.passage(best.id).text))
            if not held.intersection(said):
                return True
    return False


_WHETHER = frozenset("do does did can could will would might may".split())
_EFFECT = frozenset(
    "cause causes cure cures help helps stop stops prevent prevents trigger triggers fix fixes ease eases give gives bring brings affect affects worsen relieve relieves treat treats".split()
)


def _names_the_unknown(tokens: Sequence[str], knowledge: Knowledge) -> bool:
    """Whether it asks if something has an effect ("does the full moon cause cramps") and no passage holds that something's last word."""
    effects = [at for at, token in enumerate(tokens) if token in _EFFECT]
    if not effects or _WHETHER.isdisjoint(tokens[: effects[0]]):
        return False
    start = max(at for at, token in enumerate(tokens[: effects[0]]) if token in _WHETHER)
    named = [term for token in tokens[start + 1 : effects[0]] for term in knowledge.index.analyzer.terms_of([token])]
    return bool(named) and not knowledge.index.known(named[-1])


def _for_risk(seen: Seen, spans: Sequence[Span], knowledge: Knowledge) -> list[Span]:
    """What a risk that was told (pregnancy, bad kidneys ...) means for the remedy that is asked about: it is said first."""
    risks = [value for value in seen.slots.values() if value in RISKS]
    remedies = [value for name, value in seen.slots.items() if name in ("remedy", "medicine")]
    for risk in risks:
        for remedy in remedies:
            name = knowledge.about_both(risk, remedy)
            if name and not any(span.passage.id == name for span in spans):
                passage = knowledge.passage(name)
                return [Span(passage, 0)] if passage.sentences[0].sources else []
    return []


def _unhazardous(spans: Sequence[Span], seen: Seen, knowledge: Knowledge) -> list[Span]:
    """The sentences without those that name a hazardous remedy in passing, which nobody asked for."""
    if not any(span.hazards for span in spans[1:]):
        return list(spans)
    asked = {name for name, _ in find_hazards(" ".join(seen.tokens), knowledge.red_flags)}
    kept = []
    for at, span in enumerate(spans):
        if at == 0 or asked.issuperset(span.hazards):
            kept.append(span)
    return kept


def _is_bare(seen: Seen, knowledge: Knowledge) -> bool:
    """Whether the utterance is the bare subject ("leg cramps"), which asks for nothing yet."""
    return (
        _HELP.isdisjoint(seen.tokens)
        and len(seen.tokens) <= 3
        and all(term in knowledge.anchors or term in knowledge.body_terms for term in seen.terms)
    )


def clarify(names: Sequence[str], knowledge: Knowledge) -> Draft:
    """A choice of readings."""
    suggestions = tuple(s for name in names for s in _ask_intent(name, knowledge))
    return Draft("clarify", compose.CLARIFY, suggestions=suggestions, intent=names[0])


def comfort(complaint: str, seen: Seen, knowledge: Knowledge) -> Draft:
    """A cry gets first what stops a cramp; a complaint of pain, which may be no cramp at all, a choice and when to get help."""
    names = knowledge.dialogue["offers"]["pain"]
    question = knowledge.dialogue["intents"].get(names[0], {}).get("question", "")
    if complaint == PAIN or not question:
        return clarify(names, knowledge)._replace(notes=(knowledge.dialogue["bot"]["unsure"],))
    weights = dict.fromkeys([*knowledge.index.analyzer.terms(question), *seen.terms], 1.0)
    hits = find(weights, {names[0]: 1.0}, seen.slots, knowledge)
    spans = compose.choose(_decode(hits[:4], knowledge), {t: knowledge.index.idf(t) for t in weights}, knowledge.sentence_terms)
    notes = (compose.READ_AS.format(question=question), knowledge.dialogue["bot"]["unsure"])
    return Draft(
        "answer",
        intent=names[0],
        confidence="low",
        spans=tuple(spans),
        hits=hits[:5],
        notes=notes,
        suggestions=clarify(names[1:], knowledge).suggestions,
    )


def abstain(label: str, seen: Seen, state: DialogueState, knowledge: Knowledge) -> Draft:
    """As `answer`, where what was seen says that the corpus cannot answer."""
    weights = query_of(seen, state, knowledge)
    topics = {name: share for name, share in seen.shares.items() if knowledge.dialogue["intents"].get(name, {}).get("kind") == "topic"}
    return _abstain(label, seen.tokens, find(weights, topics, seen.slots, knowledge), knowledge)


def _abstain(label: str, tokens: Sequence[str], hits: Sequence[Hit], knowledge: Knowledge) -> Draft:
    """Says that the sources do not say, which words nothing explains, and what is near."""
    terms_of = knowledge.index.analyzer.terms_of
    unknown = [
        word for word in dict.fromkeys(tokens) if word.isalpha() and len(word) > 2 and not all(map(knowledge.index.known, terms_of([word])))
    ][:3]
    words = compose.ABSTAIN_WORDS.format(words=", ".join(f"“{term}”" for term in unknown)) if unknown else ""
    near = [knowledge.passage(hit.id).heading for hit in hits[:3]]
    suggestions = tuple(Suggestion(heading, heading) for heading in near) or starters(knowledge)
    return Draft(
        "abstain",
        compose.ABSTAIN.format(words=words),
        intent=label,
        notes=(knowledge.dialogue["bot"]["unsure"],),
        suggestions=suggestions,
        hits=tuple(hits[:5]),
    )


def suggest(label: str, hits: Sequence[Hit], spans: Sequence[Span], knowledge: Knowledge, second: str = "") -> tuple[Suggestion, ...]:
    """What to ask next: the second question of a message, the nearest one that was not answered, then what people ask after this."""
    used = {span.passage.id for span in spans}
    near = [knowledge.passage(hit.id).heading for hit in hits[1:6] if hit.id not in used][:1]
    suggestions = [*_ask_intent(second, knowledge), *(Suggestion(heading, heading) for heading in near)]
    for name in knowledge.dialogue["intents"].get(label, {}).get("follow_up", ()):
        suggestions += _ask_intent(name, knowledge)
    return tuple(dict.fromkeys(suggestions))[:3]


_DOSE = r"\d[\d,.]*\s*(?:to\s*\d[\d,.]*\s*)?(?:mg|milligrams?|g|grams?|mcg|µg|micrograms?|ml|mmol|iu|units?|tablets?|pills?|capsules?|drops?|puffs?)\b"


def names_amount(text: str) -> bool:
    """Whether a sentence names an amount that could be read as a dose."""
    return bool(re.search(_DOSE, text, re.IGNORECASE))


def decline(kind: str, seen: Seen, state: DialogueState, knowledge: Knowledge) -> Draft:
    """Declines the personal part plainly, then says what the sources say in general, without any amount."""
    topics = {name: share for name, share in seen.shares.items() if knowledge.dialogue["intents"].get(name, {}).get("kind") == "topic"}
    total = sum(topics.values()) or 1.0
    hits = find(query_of(seen, state, knowledge), {name: share / total for name, share in topics.items()}, seen.slots, knowledge)
    # a request that names nothing of the subject gets a passage only when that passage is clearly about it
    named = seen.anchored or seen.follows or (kind != OTHER and seen.entities)
    enough = ANSWER_SCORE if named else HIGH_SCORE if kind == STOP else 1.0
    spans = compose.choose(_decode(hits[:3], knowledge), {}, knowledge.sentence_terms) if hits and hits[0].score >= enough else []
    general = tuple(span for span in spans if not names_amount(span.text))
    best = max(topics, key=lambda name: topics[name]) if topics else ""
    message = compose.DECLINE[kind or "other"] + (f" {compose.GENERAL}" if general else "")
    return Draft(
        "decline", message, intent="personal_request", confidence="none", spans=general, hits=hits[:5],
        suggestions=suggest(best, hits, general, knowledge),
    )  # fmt: skip


def adjacent(name: str, knowledge: Knowledge) -> Draft:
    """Says that the subject is outside, whom to ask, and, where the corpus has it, how the two differ."""
    entry = knowledge.dialogue["adjacent"][name]
    spans: tuple[Span, ...] = ()
    if entry["look_alike"] and knowledge.number(entry["look_alike"]) >= 0:
        passage = knowledge.passage(entry["look_alike"])
        spans = tuple(Span(passage, at) for at, sentence in enumerate(passage.sentences) if sentence.sources)[:3]
    label = entry["label"][:1].upper() + entry["label"][1:]
    message = " ".join((knowledge.dialogue["bot"]["beside"].replace("{label}", label), entry["say"], entry["ask"]))
    return Draft("adjacent", message, intent=f"adjacent:{name}", spans=spans, suggestions=starters(knowledge)[:2])
