"""Everything that can be seen in an utterance, looked up first and without side effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chatbot import scope, screening
from chatbot.complaint import complaint
from chatbot.condense import questions, the_question
from chatbot.entities import Entity, find_entities, slots_of
from chatbot.knowledge import Knowledge
from chatbot.personal import personal_request
from chatbot.safety import Findings, find_red_flags
from chatbot.speech import plain_words
from chatbot.text import clean, fold, words
from chatbot.typed import NamedTuple
from chatbot.types import DialogueState, Match

OUT = "out_of_scope"


class Seen(NamedTuple):
    """An utterance, seen from all sides."""

    tokens: tuple[str, ...]
    """Folded words, typos mended."""
    terms: tuple[str, ...]
    findings: Findings
    match: Match
    shares: Mapping[str, float]
    """The share of each intent, and of `out_of_scope`, in [0, 1]."""
    groups: Mapping[str, tuple[float, float, str]]
    """For each kind of intent: the sum of its shares, the largest, and whose it is."""
    answerable: float
    """How likely the corpus can answer it, in [0, 1] (`chatbot.scope`)."""
    scope_values: tuple[float, ...]
    """What that was reckoned from, in the order of `chatbot.scope.FEATURES`."""
    entities: tuple[Entity, ...]
    focus: frozenset[str]
    """The terms of what is asked; of a story the question in it, of a short message all terms."""
    slots: Mapping[str, str]
    """What the utterance and, for a follow-up, the dialogue name."""
    anchored: bool
    """Whether the utterance itself names a cramp or what our subject knows by name."""
    follows: bool
    """Whether it leans on what was said before."""
    explained: float
    """The share of the query's weight that the best passage explains, in [0, 1]."""
    second: str
    """The intent of a second question in the message that wants something else than the first, or ""."""
    personal: str
    """What personal decision is asked for by its form (a name of `chatbot.personal`), or ""."""
    complaint: str
    """Whether it is a cry or a complaint that asks for nothing in words (a name of `chatbot.complaint`), or ""."""
    not_for: bool
    """Whether it is about one whom the bot is not for, such as an animal."""
    problem: str
    """What makes it no question at all (a name of `chatbot.screening`, with ":es" or the like behind a language), or ""."""
    command: tuple[str, int]
    """A short command of the dialogue ("number", "source", "more", "why") and its number, or ("", 0)."""


def observe(utterance: str, state: DialogueState, knowledge: Knowledge) -> Seen:
    """See `utterance` in the light of `state`."""
    text = clean(utterance)
    findings = find_red_flags(text, knowledge.red_flags, [sign.partition("@")[0] for sign in state.signs])
    plain, marked = screening.without_markup(text)
    folded = fold(plain)
    raw = words(folded)
    tokens = heard(raw, knowledge)
    entities = find_entities(tokens, knowledge.lexicon)
    own = slots_of(entities)
    denied = {at for entity in entities if entity.negated for at in range(entity.start, entity.end)}
    terms = knowledge.index.analyzer.terms_of([token for at, token in enumerate(tokens) if at not in denied])
    anchored = any(term in _anchors(knowledge) for term in terms)
    follows = bool(state.intent or state.slots) and _leans(tokens, terms, anchored)
    slots = {**dict(state.slots), **own} if follows else {**_risks(state), **own}
    unborn = follows and ("population", "pregnancy") in state.slots and own.get("population") in ("baby", "child")
    if unborn:  # the little one of somebody who is pregnant
        slots = {**slots, "population": "pregnancy"}
    match, shares = _match(tokens, own, slots, state, follows, knowledge)
    if unborn and "pregnancy" in shares:
        shares["pregnancy"] += shares.pop("children", 0.0)
    asked = the_question(folded, len(tokens))
    if asked:  # a story: what is asked counts as much as all the rest
        narrower = heard(words(asked), knowledge)
        _, narrow = _match(narrower, own, slots, state, True, knowledge)
        shares = {name: 0.5 * shares.get(name, 0.0) + 0.5 * narrow.get(name, 0.0) for name in {*shares, *narrow}}
        focus = frozenset(knowledge.index.analyzer.terms_of(narrower))
    else:
        focus = frozenset(terms)
    groups = group_shares(shares, knowledge)
    explained = knowledge.index.best_score(terms)
    named = any(entity.name in _NAMING for entity in entities)
    values = scope.features({kind: total for kind, (total, _, _) in groups.items()}, explained, anchored, named, follows, len(terms))
    return Seen(
        tokens=tuple(tokens),
        terms=tuple(terms),
        findings=findings,
        match=match,
        shares=shares,
        groups=groups,
        answerable=scope.probability(values, knowledge.scope),
        scope_values=tuple(values),
        entities=tuple(entities),
        focus=focus,
        slots=slots,
        anchored=anchored,
        follows=follows,
        explained=explained,
        second=_second(folded, shares, knowledge),
        personal=personal_request(tokens, slots),
        complaint=complaint(raw, knowledge.body_words),
        not_for=any(token in knowledge.not_for and not _OWNERS.isdisjoint(tokens[max(0, at - 2) : at]) for at, token in enumerate(tokens)),
        problem=_problem(text, raw, tokens, anchored, marked, shares, knowledge),
        command=_command(raw),
    )


def heard(tokens: Sequence[str], knowledge: Knowledge) -> list[str]:
    """Folded words as they were meant: short forms written out, slips mended."""
    return knowledge.speller.correct(plain_words(tokens))


def _anchors(knowledge: Knowledge) -> frozenset[str]:
    return knowledge.anchors


_OWNERS = frozenset("my our his her their".split())
RISKS = frozenset(
    "pregnancy breastfeeding child baby kidney-disease dialysis heart-disease liver-disease cirrhosis diabetes warfarin".split()
)


_SURE = 0.6


def _second(text: str, shares: Mapping[str, float], knowledge: Knowledge) -> str:
    """The intent of the second of two questions, when both are clear and differ from what the message is taken for."""
    asked = questions(text)
    if len(asked) < 2:
        return ""
    kinds = knowledge.dialogue["intents"]
    taken = max(shares, key=lambda name: shares[name])
    for piece in asked[:3]:
        match = knowledge.matcher.match_words(heard(words(piece), knowledge))
        if match.name and match.name != taken and match.confidence > _SURE and kinds.get(match.name, {}).get("kind") == "topic":
            return match.name
    return ""


def _risks(state: DialogueState) -> dict[str, str]:
    """What was told earlier and makes a remedy dangerous: it holds for the whole talk, also when the subject changes."""
    return {name: value for name, value in state.slots if value in RISKS}


_OPENERS = frozenset(
    ("and but or so then ok okay also what about how is does will could can why when where which would do are if yes no nope yeah").split()
)
_POINTERS = frozenset("it that this they them those these one ones there same either instead thing both that's its".split())
_LEAN_MOST = 12


def _leans(tokens: Sequence[str], terms: Sequence[str], anchored: bool) -> bool:
    """Whether an utterance needs what was said before: short, and it opens or points like a reply, or names no subject."""
    if not tokens or len(tokens) > 30:
        return False
    joins = tokens[0] in ("and", "but", "or", "so", "then", "also", "ok", "okay", "yes", "no", "nope", "yeah") or tokens[:2] in (
        ["what", "about"],
        ["how", "about"],
    )
    points = any(token in _POINTERS for token in tokens)
    if joins or (points and len(tokens) <= 20):
        return True
    return not anchored and len(terms) <= _LEAN_MOST


def _match(
    tokens: Sequence[str], own: Mapping[str, str], slots: Mapping[str, str], state: DialogueState, follows: bool, knowledge: Knowledge
) -> tuple[Match, dict[str, float]]:
    """The match and the shares. A follow-up is also read together with the values it inherits and the intent it goes on with."""
    match = knowledge.matcher.match_words(tokens)
    shares = _shares(match)
    inherited = [value for name, value in slots.items() if name not in own]
    if follows and inherited and not group_shares(shares, knowledge).get("smalltalk", (0.0,))[0] > _CHATTING:
        extended = [*tokens, *(word for value in inherited for word in value.split("-"))]
        wider = _shares(knowledge.matcher.match_words(extended))
        shares = {name: 0.6 * shares.get(name, 0.0) + 0.4 * wider.get(name, 0.0) for name in {*shares, *wider}}
    if follows and state.intent in knowledge.dialogue["intents"]:
        # the less the words themselves say, the more the talk goes on with what it was about
        _give(shares, state.intent, GOES_ON * (1.0 - max(shares.values())))
    for name, value in slots.items():
        if name not in own and not follows:
            continue  # a risk that was told earlier is heeded, but the question is about something else
        intent, share = PREFERS.get(value, PREFERS.get(name, ("", 0.0)))
        if intent in knowledge.dialogue["intents"]:
            _give(shares, intent, share)
    return match, shares


_CHATTING = 0.5
GOES_ON = 0.4
PREFERS = {
    "pregnancy": ("pregnancy", 0.4), "breastfeeding": ("pregnancy", 0.4), "child": ("children", 0.45), "baby": ("children", 0.4),
    "teenager": ("children", 0.35), "older": ("older_people", 0.2), "condition": ("conditions", 0.1), "quinine": ("quinine", 0.2),
    "tonic-water": ("quinine", 0.15), "magnesium": ("supplements_magnesium", 0.15), "massage": ("massage", 0.1),
    "foam-roller": ("massage", 0.15), "massage-gun": ("massage", 0.2), "heat": ("heat_or_cold", 0.1), "cold": ("heat_or_cold", 0.1),
    "stretching": ("stretches", 0.05), "restless-legs": ("look_alikes_rls", 0.1), "dvt": ("look_alikes_dvt", 0.1),
}  # fmt: skip
"""What the naming of a value, or of an entity at all, says for an intent: the share that it is given. A question that names a group of
people and a subject is about the group first (docs/reference/intents.md)."""


def _give(shares: dict[str, float], name: str, share: float) -> None:
    """Give `share` to the intent `name`, and take it from all in proportion."""
    for other in shares:
        shares[other] *= 1.0 - share
    shares[name] = shares.get(name, 0.0) + share


_NAMING = ("body_part", "condition", "symptom", "remedy", "medicine")


def group_shares(shares: Mapping[str, float], knowledge: Knowledge) -> dict[str, tuple[float, float, str]]:
    """For each kind of intent: the sum of the shares, the largest share, and whose it is."""
    groups: dict[str, tuple[float, float, str]] = {}
    for name, share in shares.items():
        kind = knowledge.kinds.get(name, "out")
        total, best, label = groups.get(kind, (0.0, 0.0, ""))
        groups[kind] = (total + share, share, name) if share > best else (total + share, best, label)
    return groups


def _shares(match: Match) -> dict[str, float]:
    """The shares of the intents and of `out_of_scope`; what the scope model thinks of the message raises the latter."""
    shares = dict(match.ranking)
    out = max(0.0, 1.0 - sum(shares.values())) if shares else 1.0
    if match.name is None and match.confidence > out < 1.0:
        factor = (1.0 - match.confidence) / (1.0 - out)
        shares = {name: share * factor for name, share in shares.items()}
        out = match.confidence
    shares[OUT] = out
    return shares


def _problem(
    text: str, raw: Sequence[str], tokens: Sequence[str], anchored: bool, marked: bool, shares: Mapping[str, float], knowledge: Knowledge
) -> str:
    if not any(c.isalnum() for c in text):
        return screening.EMPTY
    if screening.is_injection(raw):
        return screening.INJECTION
    language = screening.language_of(text, raw, knowledge.is_english)
    if language:
        return f"{screening.LANGUAGE}:{language}"
    if not raw:
        return screening.CODE if marked else screening.GIBBERISH
    known = max((share for name, share in shares.items() if name != OUT), default=0.0) > 0.6
    if not known and screening.is_gibberish(tokens, knowledge.is_english) and not raw[0].isdigit():
        return screening.CODE if marked else screening.GIBBERISH
    if screening.is_shouting(tokens):
        return screening.GIBBERISH
    if screening.is_abuse(raw):
        return screening.ABUSE
    if shares.get("unsafe_input", 0.0) > 0.5 and not anchored:
        return screening.INJECTION
    return ""


_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "first": 1, "second": 2, "third": 3, "1st": 1, "2nd": 2, "3rd": 3}
_MORE = {
    ("more",),
    ("go", "on"),
    ("tell", "me", "more"),
    ("continue",),
    ("more", "please"),
    ("and", "more"),
    ("what", "else"),
    ("anything", "else"),
    ("next",),
}


def _command(raw: Sequence[str]) -> tuple[str, int]:
    """A short command: "2", "number 2", "the second one", "source 1", "more"."""
    short = [token for token in raw if token not in ("the", "number", "no", "option", "please", "show", "me", "choice", "hash")]
    if len(short) in (1, 2) and (len(short) == 1 or short[1] == "one"):
        number = int(short[0]) if short[0].isdigit() and len(short[0]) < 3 else _NUMBERS.get(short[0], 0)
        if number:
            return "number", number
    if len(short) == 2 and short[0] in ("source", "ref", "reference", "citation", "mark", "link"):
        number = int(short[1]) if short[1].isdigit() and len(short[1]) < 3 else _NUMBERS.get(short[1], 0)
        if number:
            return "source", number
    if tuple(raw) in (("sources",), ("references",), ("show", "sources"), ("show", "me", "the", "sources"), ("the", "sources")):
        return "source", 0
    if tuple(raw) in _MORE:
        return "more", 0
    return "", 0
