"""Red flags in an utterance: signs that call for help now, today or soon.

The rules are data (safety.yaml, edited by clinicians). `compile_safety` turns them into JSON-able tables when knowledge is built;
`SafetyRules` holds the tables at run time; `find_red_flags` looks. No regular expression comes from data, every loop is bounded by
the length cap of `chatbot.text`, and no text of a person raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chatbot.context import CUE_KINDS, Cue, shadows
from chatbot.text import MAX_LENGTH, fold

URGENCIES = ("routine", "urgent", "emergency")
"""From "see a doctor soon" to "call for help now"; the place in the list is the rank."""

GAP = 5
"""How many words `_` in a phrase may stand for."""

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:\.\d+)?|\.{2,}|[.!?;:,()\n&+]| - ")
_MARKS = {"!": ".", ";": ".", "\n": ".", ":": ",", "(": ",", ")": ",", " - ": ",", "&": "and", "+": "and"}
_THRICE = re.compile(r"([a-z])\1{2,}")
_IS = frozenset("it he she that there what who where how let here".split())
_TYPO_LENGTH = 5

Node = dict[str, Any]
"""A place in a phrase tree: symbol -> next place; "_" leads over a gap; "=" lists the names of the phrases that end here."""


class RedFlag(NamedTuple):
    """A condition whose signs are present. `advice` holds (text, source keys); the text has placeholders, see `localise`."""

    id: str
    urgency: str
    advice: tuple[tuple[str, tuple[str, ...]], ...]
    sticky: bool
    """Whether the advice is to be repeated in later turns."""


class Findings(NamedTuple):
    """The red flags, the most urgent first, and the names of the signs that this utterance says are present."""

    flags: tuple[RedFlag, ...]
    signs: tuple[str, ...]


class SafetyRules:
    """The compiled rules. Building it copies nothing and indexes nothing; what is costly is made at first use.

    Args:
        compiled: what `compile_safety` returned, also after a way through JSON.
    """

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        self.conditions: list[Mapping[str, Any]] = compiled["conditions"]
        self.by_sign: Mapping[str, list[int]] = compiled["by_sign"]
        self.signs: Node = compiled["signs"]
        self.cues: Node = compiled["cues"]
        self.hazards: Node = compiled["hazards"]
        self.warnings: Mapping[str, str] = compiled["warnings"]
        self.regions: Mapping[str, Mapping[str, str]] = compiled["regions"]
        self._symbols: Mapping[str, tuple[str, ...]] = compiled["symbols"]
        self._prefixes: Mapping[str, tuple[str, ...]] = compiled["prefixes"]
        self._least: list[float] = compiled["numbers"]
        self._same: Mapping[str, str] = compiled["same"]
        self._fillers = frozenset(compiled["fillers"])
        self._real = frozenset(compiled["real_words"])
        self._stems: list[str] = compiled["typo_words"]
        self._deletions: dict[str, list[str]] = {}
        self._seen: dict[str, tuple[str, ...]] = {}

    def is_filler(self, token: str) -> bool:
        """Whether phrases of signs look past this word ("my", "really")."""
        return token in self._fillers

    def same(self, token: str) -> str:
        """The usual spelling of a word that is often written otherwise ("n" is "and")."""
        return self._same.get(token, token)

    def symbols(self, token: str) -> tuple[str, ...]:
        """What a word can stand for in a phrase: itself, the lists that it is in, its beginnings, a number that is large enough."""
        found = self._seen.get(token)
        if found is None:
            found = self._look_up(token)
            if len(self._seen) < 4096:
                self._seen[token] = found
        return found

    def _look_up(self, token: str) -> tuple[str, ...]:
        if token[0].isdigit():
            value = float(token[:12])
            plain = tuple(self._symbols.get(token, ()))
            return (*plain, "#", *(f"{least:g}+" for least in self._least if value >= least))
        found = self._known(token)
        if found or len(token) < _TYPO_LENGTH or token in self._real or token in self._fillers:
            return found
        return tuple(dict.fromkeys(s for word in self.corrections(token) for s in self._known(word)))

    def _known(self, token: str) -> tuple[str, ...]:
        found = list(self._symbols.get(token, ()))
        for end in range(3, len(token) + 1):
            found += self._prefixes.get(token[:end], ())
        return tuple(found)

    def split(self, token: str) -> tuple[str, ...]:
        """The two words that were written as one ("chestpain"), or the token alone."""
        if len(token) < 7 or token in self._real or self.symbols(token):
            return (token,)
        for cut in range(4, len(token) - 2):
            if token[:cut] in self._symbols and token[cut:] in self._symbols:
                return (token[:cut], token[cut:])
        return (token,)

    def corrections(self, token: str) -> list[str]:
        """The words of the rules that are one slip away: a letter left out, put in, changed or swapped (Damerau 1964), not the first.

        Both words with one letter left out meet in a table (Garbe's symmetric deletion), so no word list is walked.
        """
        if not self._deletions:
            for word in self._stems:
                for shorter in _shorter(word):
                    self._deletions.setdefault(shorter, []).append(word)
        found = dict.fromkeys(w for key in _shorter(token) for w in self._deletions.get(key, ()))
        return [word for word in found if word[0] == token[0] and _one_slip(token, word)]


def _shorter(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _one_slip(left: str, right: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes the words equal."""
    if len(left) > len(right):
        left, right = right, left
    i = next((k for k, char in enumerate(left) if char != right[k]), len(left))
    if len(left) < len(right):
        return left[i:] == right[i + 1 :]
    return left[i + 1 :] == right[i + 1 :] or (left[i : i + 2] == right[i : i + 2][::-1] and left[i + 2 :] == right[i + 2 :])


def read(text: str, rules: SafetyRules) -> list[str]:
    """The words and marks of a text in order, in the spelling of the rules."""
    tokens: list[str] = []
    for token in _TOKEN.findall(fold(text[:MAX_LENGTH])):
        if token[0].isalpha():
            plain = rules.same(_plain(token))
            tokens += [rules.same(part) for part in rules.split(plain)]
        elif token[0].isdigit():
            tokens.append(token)
        else:
            tokens.append("," if token[:2] == ".." else _MARKS.get(token, token))
    return tokens


def _plain(token: str) -> str:
    """A word without its apostrophe: "can't" is "cant", "leg's" is "leg"; "sooo" is "soo"."""
    if token.endswith("'s") and token[:-2] not in _IS:
        token = token[:-2]
    token = token.replace("'", "")[:40]
    return _THRICE.sub(r"\1\1", token) if len(token) > 3 else token


def match(tree: Node, symbols: Sequence[Sequence[str]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Each (name, positions) of a phrase of `tree` in a sequence given by its symbols. A position without symbols ends all gaps."""
    for start, first in enumerate(symbols):
        paths: list[tuple[Node, tuple[int, ...]]] = [(tree[s], (start,)) for s in first if s in tree]
        while paths:
            node, at = paths.pop()
            for name in node.get("=", ()):
                yield name, at
            paths += _step(node, at, symbols)
            if "_" in node:
                paths += _leap(node["_"], at, symbols)


def _step(node: Node, at: tuple[int, ...], symbols: Sequence[Sequence[str]]) -> list[tuple[Node, tuple[int, ...]]]:
    after = at[-1] + 1
    if after >= len(symbols):
        return []
    return [(node[s], (*at, after)) for s in symbols[after] if s in node]


def _leap(node: Node, at: tuple[int, ...], symbols: Sequence[Sequence[str]]) -> list[tuple[Node, tuple[int, ...]]]:
    paths: list[tuple[Node, tuple[int, ...]]] = []
    for after in range(at[-1] + 1, min(at[-1] + 2 + GAP, len(symbols))):
        if symbols[after] == _STOP:
            break
        paths += [(node[s], (*at, after)) for s in symbols[after] if s in node]
    return paths


_STOP = (".",)


def _named(tokens: Sequence[str], rules: SafetyRules) -> list[tuple[str, tuple[int, ...]]]:
    """The signs that are named at all, each with the places of its words among the tokens."""
    places = [i for i, token in enumerate(tokens) if token != "," and not rules.is_filler(token)]
    symbols = [_STOP if tokens[i] in ".?" else rules.symbols(tokens[i]) for i in places]
    return [(name, tuple(places[i] for i in at)) for name, at in match(rules.signs, symbols)]


def _cues(tokens: Sequence[str], rules: SafetyRules) -> Iterator[Cue]:
    symbols = [(token,) if not token[0].isdigit() else (token, "#") for token in tokens]
    for kind, at in match(rules.cues, symbols):
        yield Cue(kind, at[0], at[-1] + 1)


def find_red_flags(utterance: str, rules: SafetyRules, earlier: Sequence[str] = ()) -> Findings:
    """Look for red flags in what a person wrote.

    Args:
        utterance: the message as it came.
        rules: the compiled rules.
        earlier: names of signs from former turns (`Findings.signs`); they count with those of this one, but not alone.
    """
    tokens = read(utterance, rules)
    named = _named(tokens, rules)
    if not named:
        return Findings((), ())
    cover = shadows(tokens, _cues(tokens, rules))
    present: dict[str, None] = {}
    denied: set[str] = set()
    for name, at in named:
        if name not in present:
            verdict = cover.verdict(at)
            if verdict == "present":
                present[name] = None
            elif verdict == "denied":
                denied.add(name)
    known = set(present) | (set(earlier) - denied)
    touched = sorted({i for name in present for i in rules.by_sign.get(name, ())})
    flags = [flag for i in touched if (flag := _flag(rules.conditions[i], present, known))]
    flags.sort(key=lambda flag: -URGENCIES.index(flag.urgency))
    return Findings(tuple(flags), tuple(present))


def _flag(condition: Mapping[str, Any], present: Mapping[str, None], known: set[str]) -> RedFlag | None:
    if not known.isdisjoint(condition["unless"]):
        return None
    if not any(_holds(way, known) and any(s in present for group in way["all"] for s in group) for way in condition["when"]):
        return None
    urgency = condition["urgency"]
    for step in condition["raise"]:
        if any(_holds(way, known) for way in step["when"]):
            urgency = max(urgency, step["to"], key=URGENCIES.index)
    advice = tuple((a["text"], tuple(a["sources"])) for a in condition["advice"])
    return RedFlag(condition["id"], urgency, advice, condition["sticky"])


def _holds(way: Mapping[str, Any], known: set[str]) -> bool:
    return known.isdisjoint(way["none"]) and all(not known.isdisjoint(group) for group in way["all"])


def find_hazards(text: str, rules: SafetyRules) -> tuple[tuple[str, str], ...]:
    """The hazardous remedies that a text names, each as (id, passage of its warning): what is named is shown with its warning."""
    tokens = [token for token in read(text, rules) if token != "," and not rules.is_filler(token)]
    symbols = [_STOP if token in ".?" else rules.symbols(token) for token in tokens]
    return tuple((name, rules.warnings[name]) for name in dict.fromkeys(name for name, _ in match(rules.hazards, symbols)))


def localise(text: str, rules: SafetyRules, region: str = "") -> str:
    """Put a region's numbers into advice: "{emergency}" is "your local emergency number" where the region is not known."""
    fallback = rules.regions["any"]
    here = rules.regions.get(region.lower(), fallback)
    for name, words in fallback.items():
        text = text.replace("{" + name + "}", here.get(name) or words)
    return text


# Building: from the loaded file to tables. Everything below runs when knowledge is compiled, not when a question is answered.

_PLACE = re.compile(r"^(?:_|#+|\d+(?:\.\d+)?\+|<[a-z0-9_]+>|[a-z0-9.]+\*?)$")


def compile_safety(data: Any) -> dict[str, Any]:
    """Compile the loaded safety.yaml into JSON-able tables for `SafetyRules`.

    Raises:
        ValueError: with the path of the mistake first, such as "conditions[3].when[0]: ...; what to do".
    """
    return _Compiler(data).compiled()


class _Compiler:
    def __init__(self, data: Any) -> None:
        self.data = _mapping(data, "safety.yaml")
        self.same = {str(k): str(v) for k, v in _mapping(self.data.get("same_as", {}), "same_as").items()}
        self.fillers = sorted(set(str(self.data.get("fillers", "")).split()))
        self.words = {name: _phrases(v, f"words.{name}") for name, v in _mapping(self.data.get("words", {}), "words").items()}
        self.concepts = _mapping(self.data.get("concepts"), "concepts")
        self.used: set[str] = set()

    def compiled(self) -> dict[str, Any]:
        signs: Node = {}
        for name, phrases in self.concepts.items():
            for i, phrase in enumerate(_phrases(phrases, f"concepts.{name}")):
                self._plant(signs, name, phrase, f"concepts.{name}[{i}]")
        cues, hazards = self._cues(), self._hazards()
        conditions = [self._condition(c, f"conditions[{i}]") for i, c in enumerate(_list(self.data.get("conditions"), "conditions"))]
        by_sign: dict[str, list[int]] = {}
        for i, condition in enumerate(conditions):
            for name in {s for way in condition["when"] for group in way["all"] for s in group}:
                by_sign.setdefault(name, []).append(i)
        return {"signs": signs, "cues": cues, "hazards": hazards, "conditions": conditions, "by_sign": by_sign, **self._tables()}

    def _tables(self) -> dict[str, Any]:
        symbols: dict[str, list[str]] = {}
        for name in sorted(self.used):
            for word in [w for w in self.words.get(name[1:-1], ()) if " " not in w] if name[0] == "<" else [name]:
                symbols.setdefault(self.same.get(word, word), []).append(name)
        prefixes = {word[:-1]: names for word, names in symbols.items() if word.endswith("*")}
        plain = {word: names for word, names in symbols.items() if word[-1] not in "*+#"}
        typo = set(plain) | {p + e for p in prefixes for e in ("", "s", "ed", "ing")}
        short = set(str(self.data.get("short_words", "")).split())
        return {
            "symbols": plain,
            "prefixes": prefixes,
            "numbers": sorted(float(w[:-1]) for w in symbols if w.endswith("+")),
            "same": self.same,
            "fillers": self.fillers,
            "real_words": sorted(str(self.data.get("real_words", "")).split()),
            "typo_words": sorted(w for w in typo if w.isalpha() and (len(w) > _TYPO_LENGTH or w in short)),
            "regions": self._regions(),
            "warnings": {h["id"]: str(h.get("warning", "")) for h in self.data.get("hazards", [])},
        }

    def _plant(self, tree: Node, name: str, phrase: str, path: str) -> None:
        """Add a phrase to a tree, once for each way to fill in lists that hold several words together."""
        for places in self._ways(phrase, path):
            node = tree
            for place in places:
                node = node.setdefault(place, {})
                if place != "_":
                    self.used.add(place)
            if name not in node.setdefault("=", []):
                node["="].append(name)

    def _ways(self, phrase: str, path: str) -> list[list[str]]:
        ways: list[list[str]] = [[]]
        for place in phrase.split():
            if not _PLACE.match(place):
                raise ValueError(f"{path}: {place!r} is no word, <list>, number+ or _; write small letters without marks")
            ways = [way + more for way in ways for more in self._choices(place, path)]
        ways = [way for way in ways if way and "_" not in (way[0], way[-1])]
        if not ways:
            raise ValueError(f"{path}: {phrase!r} has no word to look for; use words that are not fillers, and _ only between words")
        return ways

    def _choices(self, place: str, path: str) -> list[list[str]]:
        if place[0] != "<":
            place = self.same.get(place, place)
            return [[]] if place in self.fillers else [[place]]
        if place[1:-1] not in self.words:
            raise ValueError(f"{path}: there is no list {place} under words; correct the name or add the list")
        entries = self.words[place[1:-1]]
        several = [way for w in entries if " " in w for way in self._ways(w, f"words.{place[1:-1]}")]
        return ([[place]] if any(" " not in w for w in entries) else []) + several

    def _cues(self) -> Node:
        tree: Node = {}
        for kind, phrases in _mapping(self.data.get("context"), "context").items():
            if kind not in CUE_KINDS:
                raise ValueError(f"context.{kind}: unknown kind of cue; known: {', '.join(CUE_KINDS)}")
            for i, phrase in enumerate(_phrases(phrases, f"context.{kind}")):
                node = tree
                for place in phrase.split():
                    if not _PLACE.match(place) or place[0] == "<" or place.endswith(("*", "+")):
                        raise ValueError(f"context.{kind}[{i}]: {place!r} is no plain word; cues hold words, _ and # only")
                    node = node.setdefault(self.same.get(place, place), {})
                node.setdefault("=", []).append(kind)
        return tree

    def _hazards(self) -> Node:
        tree: Node = {}
        for i, hazard in enumerate(_list(self.data.get("hazards", []), "hazards")):
            for k, phrase in enumerate(_phrases(hazard.get("names"), f"hazards[{i}].names")):
                self._plant(tree, hazard["id"], phrase, f"hazards[{i}].names[{k}]")
        return tree

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
            "unless": [self._sign(s, f"{path}.unless") for s in entry.get("unless", [])],
            "raise": [{"to": s["to"], "when": self._all_ways(s["when"], f"{path}.raise_when")} for s in steps],
            "sticky": bool(entry.get("sticky", False)),
            "advice": [self._advice(a, f"{path}.advice[{i}]") for i, a in enumerate(_list(entry["advice"], f"{path}.advice"))],
        }

    def _all_ways(self, ways: Any, path: str) -> list[dict[str, Any]]:
        return [self._way(way, f"{path}[{i}]") for i, way in enumerate(_list(ways, path))]

    def _way(self, way: Any, path: str) -> dict[str, Any]:
        """A list of signs: "a or b" needs one of the two, "not c" needs its absence."""
        terms = [str(term) for term in _list(way, path)]
        none = [self._sign(term[4:], path) for term in terms if term.startswith("not ")]
        groups = [[self._sign(s, path) for s in term.split(" or ")] for term in terms if not term.startswith("not ")]
        if not groups:
            raise ValueError(f"{path}: at least one sign must be present; add one")
        return {"all": groups, "none": none}

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
