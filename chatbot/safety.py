"""Red flags in an utterance: signs that call for help now, today or soon.

The rules are data (safety.yaml, edited by clinicians). `chatbot.safety_file` turns them into JSON-able tables when knowledge is built;
`SafetyRules` holds the tables at run time; `find_red_flags` looks. Words and phrases are found by `chatbot.phrases`, and whether a
sign is meant as present is judged by `chatbot.context`. No text of a person raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

from chatbot.alarm import Alarm, Heard, features
from chatbot.context import Shadows, shadows
from chatbot.cues import Cue
from chatbot.phrases import STOPS, Edge, Lexicon, PhraseTable
from chatbot.signs import Where, ways
from chatbot.typed import Any, NamedTuple

URGENCIES = ("routine", "urgent", "emergency")
"""From "see a doctor soon" to "call for help now"; the place in the list is the rank."""


SHORT = 3
"""A message of more full stops than these is a story: what speaks against a sign must stand beside it."""


class RedFlag(NamedTuple):
    """A condition whose signs are present. `advice` holds (text, source keys); the text has placeholders, see `localise`."""

    id: str
    urgency: str
    advice: tuple[tuple[str, tuple[str, ...]], ...]
    sticky: bool = False
    """Whether the advice is to be repeated in later turns."""


class Findings(NamedTuple):
    """The red flags, the most urgent first, and the names of the signs that this utterance says are present."""

    flags: tuple[RedFlag, ...]
    signs: tuple[str, ...]


class SafetyRules:
    """The compiled rules. Building it copies and indexes nothing; what is costly is made at first use and kept.

    Args:
        compiled: what `chatbot.safety_file.compile_safety` returned, also after a way through JSON.
        is_word: tells plain English words; these are never taken for slips of the pen, and nothing is made ready to correct them.
    """

    def __init__(self, compiled: Mapping[str, Any], is_word: Callable[[str], bool] | None = None) -> None:
        self.lexicon = Lexicon(compiled["lexicon"], is_word)
        self.signs = PhraseTable(compiled["signs"])
        self.cues = PhraseTable(compiled["cues"])
        self.hazards = PhraseTable(compiled["hazards"])
        self.firm = frozenset(compiled["firm"])
        """Signs that count even where they are denied or supposed."""
        self.warnings: Mapping[str, str] = compiled["warnings"]
        self.regions: Mapping[str, Mapping[str, str]] = compiled["regions"]
        self.conditions: Sequence[Mapping[str, Any]] = compiled["conditions"]
        self.by_sign: Mapping[str, Sequence[int]] = compiled["by_sign"]
        self.alarm = Alarm(compiled["alarm"]) if compiled.get("alarm") else None
        named = {condition["id"]: condition for condition in self.conditions}
        self.sounds: Mapping[str, Mapping[str, Any]] = {kind: named[name] for kind, name in compiled.get("sounds", {}).items()}
        """The condition whose advice is given for each kind of alarm."""


def find_red_flags(utterance: str, rules: SafetyRules, earlier: Sequence[str] = ()) -> Findings:
    """Look for red flags in what a person wrote.

    Args:
        utterance: the message as it came.
        rules: the compiled rules.
        earlier: names of signs from former turns (`Findings.signs`); they count with those of this one, but not alone.
    """
    reading = _read(utterance, rules)
    flags = _by_rule(reading, rules, earlier)
    if rules.alarm is not None and reading.tokens:
        known = max((flag.urgency for flag in flags), key=URGENCIES.index, default="")
        kind = rules.alarm.hears(_heard(reading, rules), known) if known != URGENCIES[-1] else ""
        if kind:
            flags += [_made(rules.sounds[kind])]
    flags.sort(key=lambda flag: -URGENCIES.index(flag.urgency))
    return Findings(tuple(flags), tuple(sorted(reading.present)))


def weighed_in(text: str, rules: SafetyRules) -> tuple[Heard, bool]:
    """What is weighed of a text where no rule decides, and whether a rule does: whether the rules alone find an urgent red flag."""
    reading = _read(text, rules)
    return _heard(reading, rules), any(flag.urgency != URGENCIES[0] for flag in _by_rule(reading, rules, ()))


def signs_in(text: str, rules: SafetyRules) -> set[str]:
    """The names of the signs that are met in a text, meant as present or not."""
    edges, _, far = rules.lexicon.edges(rules.lexicon.read(text))
    return {name for name, _ in rules.signs.find(edges, far)}


def urgent_in(text: str, rules: SafetyRules) -> bool:
    """Whether the rules alone find an urgent red flag."""
    return any(flag.urgency != URGENCIES[0] for flag in _by_rule(_read(text, rules), rules, ()))


class _Reading(NamedTuple):
    """A message as it was read: what may stand at each place, which token that is, and the signs."""

    tokens: Sequence[str]
    edges: Sequence[Sequence[Edge]]
    places: Sequence[int]
    cover: Shadows | None
    present: set[str]
    denied: set[str]
    where: Where | None


def _read(utterance: str, rules: SafetyRules) -> _Reading:
    tokens = rules.lexicon.read(utterance)
    edges, places, far = rules.lexicon.edges(tokens)
    verdicts: dict[str, set[str]] = {"present": set(), "denied": set(), "supposed": set(), "unreal": set()}
    cover: Shadows | None = None
    judged: dict[tuple[int, ...], str] = {}
    sentence = list(accumulate(token in STOPS for token in tokens))
    where: dict[str, set[int]] = {}
    for name, at in rules.signs.find(edges, far):
        where.setdefault(name, set()).add(sentence[places[at[0]]])
        if name in verdicts["present"]:
            continue
        if at not in judged:
            cover = cover or shadows(tokens, _cues(tokens, rules))
            judged[at] = cover.verdict([places[i] for i in at])
        verdicts["present" if judged[at] in ("denied", "supposed") and name in rules.firm else judged[at]].add(name)
    long = bool(sentence) and sentence[-1] > SHORT
    return _Reading(tokens, edges, places, cover, verdicts["present"], verdicts["denied"] - verdicts["present"], where if long else None)


def _by_rule(reading: _Reading, rules: SafetyRules, earlier: Sequence[str]) -> list[RedFlag]:
    known = reading.present | (set(earlier) - reading.denied)
    touched = sorted({i for name in reading.present for i in rules.by_sign.get(name, ())})
    return [flag for i in touched if (flag := _flag(rules.conditions[i], reading, known))]


def _heard(reading: _Reading, rules: SafetyRules) -> Heard:
    cover = reading.cover or shadows(reading.tokens, _cues(reading.tokens, rules))
    words = list(reading.tokens)
    lit, dark, symbols = [], set(), []
    for place, row in zip(reading.places, reading.edges, strict=True):
        words[place] = _meant(words[place], row)
        if cover.denied_by[place] is None and cover.unreal_by[place] is None:
            lit.append(words[place])
            symbols.append([symbol for symbol, _ in row])
        else:
            lit.append("")
            dark.add(place)
    marks = [mark for mark, row in (("asks", cover.unreal_by), ("denies", cover.denied_by)) if any(cue is not None for cue in row)]
    told = tuple(word for place, word in enumerate(words) if place not in dark)
    return Heard(features(words, lit, told, [words[place] for place in dark], symbols, [*reading.present, *marks]), told)


def _meant(token: str, row: Sequence[Edge]) -> str:
    """The word that a slip of the pen was taken for, or the word as it stands."""
    first = next((symbol for symbol, at in row if len(at) == 1 and symbol.isalpha()), token)
    return first if token.isalpha() else token


def _cues(tokens: Sequence[str], rules: SafetyRules) -> list[Cue]:
    edges: list[list[Edge]] = [[] if t == "." else [(t, (i,)), *_number(t, i)] for i, t in enumerate(tokens)]
    return [Cue(kind, at[0], at[-1] + 1) for kind, at in rules.cues.find(edges)]


def _number(token: str, i: int) -> list[Edge]:
    """A number is "#", and a year "####" as well."""
    if not token[0].isdigit():
        return []
    year = (len(token) == 4 and token[:2] in ("19", "20")) or (len(token) == 2 and token[0] == "0")
    return [("#", (i,)), ("####", (i,))] if year else [("#", (i,))]


def _flag(condition: Mapping[str, Any], reading: _Reading, known: set[str]) -> RedFlag | None:
    present, where = reading.present, reading.where
    if not known.isdisjoint(condition["unless"]):
        return None
    if not any(way.holds(known, present, where) and way.is_new(present) for way in ways(condition["when"])):
        return None
    urgency = condition["urgency"]
    for step in condition["raise"]:
        if any(way.holds(known, present, where) for way in ways(step["when"])):
            urgency = max(urgency, step["to"], key=URGENCIES.index)
    return _made(condition)._replace(urgency=urgency)


def _made(condition: Mapping[str, Any]) -> RedFlag:
    advice = tuple((a["text"], tuple(a["sources"])) for a in condition["advice"])
    return RedFlag(condition["id"], condition["urgency"], advice, condition["sticky"])


def find_hazards(text: str, rules: SafetyRules) -> tuple[tuple[str, str], ...]:
    """The hazardous remedies that a text names, each as (id, passage of its warning): what is named is shown with its warning."""
    edges, _, far = rules.lexicon.edges(rules.lexicon.read(text))
    names = sorted({name for name, _ in rules.hazards.find(edges, far)})
    return tuple((name, rules.warnings[name]) for name in names)


def localise(text: str, rules: SafetyRules, region: str = "") -> str:
    """Put a region's numbers into advice: "{emergency}" is "your local emergency number" where the region is not known."""
    anywhere = rules.regions["any"]
    here = rules.regions.get(region.lower(), anywhere)
    for name, words in anywhere.items():
        text = text.replace("{" + name + "}", here.get(name) or words)
    return text
