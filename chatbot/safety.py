"""Red flags in an utterance: signs that call for help now, today or soon.

The rules are data (safety.yaml, edited by clinicians). `compile_safety` turns them into JSON-able tables when knowledge is built;
`SafetyRules` holds the tables at run time; `find_red_flags` looks. Words and phrases are found by `chatbot.phrases`, and whether a
sign is meant as present is judged by `chatbot.context`. No text of a person raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from chatbot.context import CUE_KINDS, Cue, Shadows, shadows
from chatbot.phrases import SLIP_LENGTH, Edge, Lexicon, PhraseTable
from chatbot.text import fold
from chatbot.typed import Any, NamedTuple

URGENCIES = ("routine", "urgent", "emergency")
"""From "see a doctor soon" to "call for help now"; the place in the list is the rank."""


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
        compiled: what `compile_safety` returned, also after a way through JSON.
        is_word: tells plain English words; these are never taken for slips of the pen, and nothing is made ready to correct them.
    """

    def __init__(self, compiled: Mapping[str, Any], is_word: Callable[[str], bool] | None = None) -> None:
        self.lexicon = Lexicon(compiled["lexicon"], is_word)
        self.signs = PhraseTable(compiled["signs"])
        self.cues = PhraseTable(compiled["cues"])
        self.hazards = PhraseTable(compiled["hazards"])
        self.firm = frozenset(compiled["firm"])
        """Signs that count even where they are denied."""
        self.warnings: Mapping[str, str] = compiled["warnings"]
        self.regions: Mapping[str, Mapping[str, str]] = compiled["regions"]
        self.conditions: Sequence[Mapping[str, Any]] = compiled["conditions"]
        self.by_sign: Mapping[str, Sequence[int]] = compiled["by_sign"]


def find_red_flags(utterance: str, rules: SafetyRules, earlier: Sequence[str] = ()) -> Findings:
    """Look for red flags in what a person wrote.

    Args:
        utterance: the message as it came.
        rules: the compiled rules.
        earlier: names of signs from former turns (`Findings.signs`); they count with those of this one, but not alone.
    """
    present, denied = _signs(rules.lexicon.read(utterance), rules)
    known = present | (set(earlier) - denied)
    touched = sorted({i for name in present for i in rules.by_sign.get(name, ())})
    flags = [flag for i in touched if (flag := _flag(rules.conditions[i], present, known))]
    flags.sort(key=lambda flag: -URGENCIES.index(flag.urgency))
    return Findings(tuple(flags), tuple(sorted(present)))


def _signs(tokens: Sequence[str], rules: SafetyRules) -> tuple[set[str], set[str]]:
    """The names of the signs that are said to be present, and of those that are denied and nowhere said to be present."""
    edges, places, far = rules.lexicon.edges(tokens)
    verdicts: dict[str, set[str]] = {"present": set(), "denied": set(), "unreal": set()}
    cover: Shadows | None = None
    judged: dict[tuple[int, ...], str] = {}
    for name, at in rules.signs.find(edges, far):
        if name in verdicts["present"]:
            continue
        if at not in judged:
            cover = cover or shadows(tokens, _cues(tokens, rules))
            judged[at] = cover.verdict([places[i] for i in at])
        verdicts["present" if judged[at] == "denied" and name in rules.firm else judged[at]].add(name)
    return verdicts["present"], verdicts["denied"] - verdicts["present"]


def _cues(tokens: Sequence[str], rules: SafetyRules) -> list[Cue]:
    edges: list[list[Edge]] = [[] if t == "." else [(t, (i,)), *_number(t, i)] for i, t in enumerate(tokens)]
    return [Cue(kind, at[0], at[-1] + 1) for kind, at in rules.cues.find(edges)]


def _number(token: str, i: int) -> list[Edge]:
    """A number is "#", and a year "####" as well."""
    if not token[0].isdigit():
        return []
    year = len(token) == 4 and token[:2] in ("19", "20")
    return [("#", (i,)), ("####", (i,))] if year else [("#", (i,))]


def _flag(condition: Mapping[str, Any], present: set[str], known: set[str]) -> RedFlag | None:
    if not known.isdisjoint(condition["unless"]):
        return None
    if not any(way.holds(known, present) and way.is_new(present) for way in _ways(condition["when"])):
        return None
    urgency = condition["urgency"]
    for step in condition["raise"]:
        if any(way.holds(known, present) for way in _ways(step["when"])):
            urgency = max(urgency, step["to"], key=URGENCIES.index)
    advice = tuple((a["text"], tuple(a["sources"])) for a in condition["advice"])
    return RedFlag(condition["id"], urgency, advice, condition["sticky"])


class _Way(NamedTuple):
    """A combination of signs: one of each group of `all`, so many of the names of each of `least`, and none of `none`.

    Those of `earlier` must have been said in a former message and not in this one; those of `none_here` must not be said in this one.
    """

    all: tuple[frozenset[str], ...]
    least: tuple[tuple[int, frozenset[str]], ...]
    none: frozenset[str]
    none_here: frozenset[str]
    earlier: frozenset[str]

    def holds(self, known: set[str], present: set[str]) -> bool:
        """Whether the signs that are known, of this message and of earlier ones, make up the combination."""
        for group in self.all:  # first what fails most often
            if known.isdisjoint(group):
                return False
        if (self.earlier and not self.earlier <= known - present) or not present.isdisjoint(self.none_here) or not known.isdisjoint(self.none):
            return False
        return all(len(known & names) >= least for least, names in self.least)

    def is_new(self, present: set[str]) -> bool:
        """Whether this message adds to it: one sign where all are needed, two where it is so many of a list."""
        if self.least:
            return any(len(present & names) > 1 for _, names in self.least)
        return any(not present.isdisjoint(group) for group in self.all)


@lru_cache(maxsize=512)
def _ways(text: str) -> tuple[_Way, ...]:
    """The ways of a condition, from one string, which costs JSON less than lists: "sudden vision,speech !slowly|3:a,b,c,d|<cramps long"."""
    return tuple(_way(way.split()) for way in text.split("|"))


def _way(terms: Sequence[str]) -> _Way:
    """A way from its terms, in one pass: a first question of a process parses some hundreds."""
    groups, counted = [], []
    marked: dict[str, list[str]] = {"!": [], "~": [], "<": []}
    for term in terms:
        if term[0] in marked:
            marked[term[0]].append(term[1:])
        elif ":" in term:
            least, _, names = term.partition(":")
            counted.append((int(least), frozenset(names.split(","))))
        else:
            groups.append(frozenset(term.split(",")))
    return _Way(tuple(groups), tuple(counted), frozenset(marked["!"]), frozenset(marked["~"]), frozenset(marked["<"]))


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


# Building: from the loaded file to tables. Everything below runs when knowledge is compiled, not when a question is answered.

_NAME = r"^[a-z0-9_-]+$"
_PLACE = r"^(?:_|#+|\d+(?:\.\d+)?\+|<[a-z0-9_]+>|[a-z0-9.]+\*?)$"


_LEAST = r"(\d+) of "
_MARKS = {"not here ": "~", "not ": "!", "earlier ": "<"}


def compile_safety(data: Any) -> dict[str, Any]:
    """Compile the loaded safety.yaml into JSON-able tables for `SafetyRules`.

    Raises:
        ValueError: with the path of the mistake first, such as "conditions[3].when[0]: ...; what to do".
    """
    return _Compiler(data).compiled()


class _Compiler:
    """Reads the loaded file part by part; `used` gathers the words and lists that phrases name."""

    def __init__(self, data: Any) -> None:
        self.data = _mapping(data, "safety.yaml")
        self.same = {str(k): str(v) for k, v in _mapping(self.data.get("same_as", {}), "same_as").items()}
        self.fillers = dict.fromkeys(str(self.data.get("fillers", "")).split())
        self.words = {name: _phrases(v, f"words.{name}") for name, v in _mapping(self.data.get("words", {}), "words").items()}
        self.concepts = _mapping(self.data.get("concepts"), "concepts")
        for name in self.concepts:
            if not re.match(_NAME, str(name)):
                raise ValueError(f"concepts: {name!r} is no name; use small letters, digits and _")
        self.used: set[str] = set()

    def compiled(self) -> dict[str, Any]:
        """All tables."""
        signs = self._rows((name, p, f"concepts.{name}") for name, v in self.concepts.items() for p in _phrases(v, f"concepts.{name}"))
        hazards = self._hazards()
        conditions = [self._condition(c, f"conditions[{i}]") for i, c in enumerate(_list(self.data.get("conditions"), "conditions"))]
        by_sign: dict[str, list[int]] = {}
        for i, condition in enumerate(conditions):
            names = {name for way in _ways(condition["when"]) for group in (*way.all, *(n for _, n in way.least)) for name in group}
            for name in sorted(names):
                by_sign.setdefault(name, []).append(i)
        return {
            "signs": signs,
            "cues": self._cues(),
            "firm": [self._sign(name, "never_denied") for name in self.data.get("never_denied", [])],
            "hazards": hazards,
            "warnings": {h["id"]: str(h.get("warning", "")) for h in self.data["hazards"]},
            "conditions": conditions,
            "by_sign": by_sign,
            "regions": self._regions(),
            "lexicon": self._lexicon(),
        }

    def _lexicon(self) -> dict[str, Any]:
        lists = sorted(name for name in self.used if name[0] == "<")
        entries = self._rows((name, w, f"words.{name[1:-1]}") for name in lists for w in self.words[name[1:-1]] if " " in w)
        stands: dict[str, list[str]] = {}
        for name in sorted(self.used):
            for word in [w for w in self.words[name[1:-1]] if " " not in w] if name[0] == "<" else [name]:
                stands.setdefault(self.same.get(word, word), []).append(name)
        plain = {word: " ".join(names) for word, names in stands.items() if word[-1] not in "*+#"}
        stems = {word[:-1]: " ".join(names) for word, names in stands.items() if word.endswith("*")}
        return {
            "words": plain,
            "stems": stems,
            "entries": entries,
            "numbers": sorted(float(word[:-1]) for word in stands if word.endswith("+")),
            "same": self.same,
            "fillers": " ".join(self.fillers),
            "real_words": " ".join(str(self.data.get("real_words", "")).split()),
            "slip_words": self._slip_words(plain, stems),
        }

    def _slip_words(self, plain: Mapping[str, str], stems: Mapping[str, str]) -> str:
        short = set(str(self.data.get("short_words", "")).split())
        words = set(plain) | set(self.same) | {stem + ending for stem in stems for ending in ("", "s", "ed", "ing")}
        return " ".join(sorted(w for w in words if w.isalpha() and (len(w) > SLIP_LENGTH or w in short)))

    def _rows(self, phrases: Iterable[tuple[str, str, str]]) -> dict[str, str]:
        """Phrases as `PhraseTable` reads them, from (name, phrase, path)."""
        rows: dict[str, dict[str, None]] = {}
        for name, phrase, path in phrases:
            first, *rest = self._places(phrase, path)
            rows.setdefault(first, {})[f"{name}:{' '.join(rest)}"] = None
        return {first: "|".join(lines) for first, lines in rows.items()}

    def _places(self, phrase: str, path: str) -> list[str]:
        places = [self.same.get(place, place) for place in phrase.split()]
        places = [place for place in places if place not in self.fillers]
        for place in places:
            if not re.match(_PLACE, place):
                raise ValueError(f"{path}: {place!r} is no word, <list>, number+ or _; write small letters without marks")
            if place[0] == "<" and place[1:-1] not in self.words:
                raise ValueError(f"{path}: there is no list {place} under words; correct the name or add the list")
        if not places or "_" in (places[0], places[-1]):
            raise ValueError(f"{path}: {phrase!r} has no word to look for; use words that are not fillers, and _ only between words")
        self.used.update(place for place in places if place != "_")
        return places

    def _cues(self) -> dict[str, str]:
        rows: dict[str, list[str]] = {}
        for kind, phrases in _mapping(self.data.get("context"), "context").items():
            if kind not in CUE_KINDS:
                raise ValueError(f"context.{kind}: there is no such kind of cue; use {', '.join(CUE_KINDS)}")
            for phrase in _phrases(phrases, f"context.{kind}"):
                places = [self.same.get(place, place) for place in phrase.split()]
                if any(not re.match(_PLACE, place) or place[0] == "<" or place[-1] in "*+" for place in places):
                    raise ValueError(f"context.{kind}: {phrase!r} must be made of plain words, _ and #; write the words out")
                rows.setdefault(places[0], []).append(f"{kind}:{' '.join(places[1:])}")
        return {first: "|".join(dict.fromkeys(lines)) for first, lines in rows.items()}

    def _hazards(self) -> dict[str, str]:
        rows: list[tuple[str, str, str]] = []
        for i, entry in enumerate(_list(self.data["hazards"], "hazards") if self.data.setdefault("hazards", []) else ()):
            path = f"hazards[{i}]"
            name = str(_mapping(entry, path).get("id", ""))
            if not re.match(_NAME, name):
                raise ValueError(f"{path}: {name!r} is no id; use small letters, digits and -")
            if not entry.get("names"):
                raise ValueError(f"{path}: names is missing; add it")
            rows += [(name, phrase, path) for phrase in _phrases(entry["names"], path)]
        return self._rows(rows)

    def _condition(self, entry: Any, path: str) -> dict[str, Any]:
        entry = _mapping(entry, path)
        for key in ("id", "title", "urgency", "when", "advice", "triggers", "near_misses"):
            if not entry.get(key):
                raise ValueError(f"{path}: {key} is missing; add it")
        steps = [{"to": entry["raise_to"], "when": entry.get("raise_when")}] if "raise_to" in entry else []
        for urgency in (entry["urgency"], *(step["to"] for step in steps)):
            if urgency not in URGENCIES:
                raise ValueError(f"{path}: {urgency!r} is no urgency; use {', '.join(URGENCIES)}")
        return {
            "id": str(entry["id"]),
            "urgency": entry["urgency"],
            "when": self._all_ways(entry["when"], f"{path}.when"),
            "unless": [self._sign(s, f"{path}.unless") for s in (_list(entry["unless"], f"{path}.unless") if "unless" in entry else [])],
            "raise": [{"to": s["to"], "when": self._all_ways(s["when"], f"{path}.raise_when")} for s in steps],
            "sticky": bool(entry.get("sticky", False)),
            "advice": [self._advice(a, f"{path}.advice[{i}]") for i, a in enumerate(_list(entry["advice"], f"{path}.advice"))],
        }

    def _all_ways(self, ways: Any, path: str) -> str:
        return "|".join(self._one_way(way, f"{path}[{i}]") for i, way in enumerate(_list(ways, path)))

    def _one_way(self, way: Any, path: str) -> str:
        """A list of signs: "a or b" needs one of the two, "3 of a or b or c or d" any three, "not c" needs its absence, "not here a" in this message."""
        terms = []
        for term in map(str, _list(way, path)):
            count = re.match(_LEAST, term)
            word = next((word for word in _MARKS if term.startswith(word)), "")
            mark, names = (f"{count[1]}:", term[count.end() :]) if count else (_MARKS.get(word, ""), term[len(word) :])
            terms.append(mark + ",".join(self._sign(name, path) for name in names.split(" or ")))
        if all(term[0] in "!~<" for term in terms):
            raise ValueError(f"{path}: at least one sign must be present; add one")
        return " ".join(terms)

    def _sign(self, name: Any, path: str) -> str:
        if str(name).strip() not in self.concepts:
            raise ValueError(f"{path}: there is no concept {name!r}; correct the name or add it under concepts")
        return str(name).strip()

    def _advice(self, entry: Any, path: str) -> dict[str, Any]:
        entry = _mapping(entry, path)
        if not entry.get("text") or not isinstance(entry.get("sources"), list):
            raise ValueError(f"{path}: needs text and a list of sources; the list may be empty")
        return {"text": " ".join(str(entry["text"]).split()), "sources": [str(key) for key in entry["sources"]]}

    def _regions(self) -> dict[str, dict[str, str]]:
        regions = _mapping(self.data.get("regions"), "regions")
        if "any" not in regions:
            raise ValueError("regions: the entry any is missing; it holds the words for an unknown region")
        return {str(name): {str(k): str(v) for k, v in _mapping(r, f"regions.{name}").items()} for name, r in regions.items()}


def _mapping(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{path}: a mapping was expected; write name: value lines")
    return value


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError(f"{path}: a list was expected; write one - entry a line")
    return value


def _phrases(value: Any, path: str) -> list[str]:
    """Phrases, given as a list or in one text with commas between them."""
    if isinstance(value, str):
        value = value.split(",")
    return [" ".join(fold(str(p)).replace("'", "").replace("-", " ").split()) for p in _list(value, path) if str(p).strip()]
