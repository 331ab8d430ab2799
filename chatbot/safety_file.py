"""safety.yaml, read and checked: from the file that clinicians edit to the tables of `chatbot.safety`. Runs when knowledge is built."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from chatbot.cues import CUE_KINDS
from chatbot.phrases import SLIP_LENGTH
from chatbot.safety import URGENCIES
from chatbot.signs import ways
from chatbot.text import fold

_NAME = re.compile(r"^[a-z0-9_-]+$")
_PLACE = re.compile(r"^(?:_|#+|\d+(?:\.\d+)?\+|<[a-z0-9_]+>|[a-z0-9.]+\*?)$")


_LEAST = re.compile(r"(\d+) of ")
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
            if not _NAME.match(str(name)):
                raise ValueError(f"concepts: {name!r} is no name; use small letters, digits and _")
        self.used: set[str] = set()

    def compiled(self) -> dict[str, Any]:
        """All tables."""
        signs = self._rows((name, p, f"concepts.{name}") for name, v in self.concepts.items() for p in _phrases(v, f"concepts.{name}"))
        hazards = self._hazards()
        conditions = [self._condition(c, f"conditions[{i}]") for i, c in enumerate(_list(self.data.get("conditions"), "conditions"))]
        by_sign: dict[str, list[int]] = {}
        for i, condition in enumerate(conditions):
            names = {name for way in ways(condition["when"]) for group in (*way.all, *(n for _, n in way.least)) for name in group}
            for name in sorted(names):
                by_sign.setdefault(name, []).append(i)
        cues = self._cues()
        sounds, more = self._sounds({condition["id"] for condition in conditions})
        return {
            "signs": signs,
            "cues": cues,
            "firm": [self._sign(name, "never_denied") for name in self.data.get("never_denied", [])],
            "hazards": hazards,
            "warnings": {h["id"]: str(h.get("warning", "")) for h in self.data["hazards"]},
            "conditions": conditions + more,
            "by_sign": by_sign,
            "sounds": sounds,
            "regions": self._regions(),
            "lexicon": self._lexicon(self._talk(cues)),
        }

    def _talk(self, cues: Mapping[str, str]) -> set[str]:
        """The words of talk: those of the cues of context, and the small ones."""
        told = {word for first, rows in cues.items() for row in (first, *rows.split("|")) for word in row.rpartition(":")[2].split()}
        return {word for word in (*told, *self.fillers) if word.isalpha()}

    def _lexicon(self, talk: set[str]) -> dict[str, Any]:
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
            "talk": " ".join(sorted(talk)),
            "slip_words": self._slip_words(plain, stems, talk, SLIP_LENGTH),
            "shorter_slip_words": self._slip_words(plain, stems, talk, SLIP_LENGTH - 1),
        }

    def _slip_words(self, plain: Mapping[str, str], stems: Mapping[str, str], talk: set[str], length: int) -> str:
        short = set(str(self.data.get("short_words", "")).split())
        words = set(plain) | set(self.same) | talk | {stem + ending for stem in stems for ending in ("", "s", "ed", "ing")}
        return " ".join(sorted(w for w in words if w.isalpha() and (len(w) > length or w in short)))

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
            if not _PLACE.match(place):
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
                if any(not _PLACE.match(place) or place[0] == "<" or place[-1] in "*+" for place in places):
                    raise ValueError(f"context.{kind}: {phrase!r} must be made of plain words, _ and #; write the words out")
                rows.setdefault(places[0], []).append(f"{kind}:{' '.join(places[1:])}")
        return {first: "|".join(dict.fromkeys(lines)) for first, lines in rows.items()}

    def _hazards(self) -> dict[str, str]:
        rows: list[tuple[str, str, str]] = []
        for i, entry in enumerate(_list(self.data["hazards"], "hazards") if self.data.setdefault("hazards", []) else ()):
            path = f"hazards[{i}]"
            name = str(_mapping(entry, path).get("id", ""))
            if not _NAME.match(name):
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

    def _sounds(self, known: set[str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """For each kind of alarm of `chatbot.alarm` the condition whose advice is given, and the conditions that are nothing else."""
        entries = _mapping(self.data.get("sounds", {}), "sounds")
        own = [str(name) for name in entries.get("own", [])]
        for name in own:
            if name not in known:
                raise ValueError(f"sounds.own: there is no condition {name!r}; correct the id")
        sounds, more = {name: name for name in own}, []
        for kind in ("emergency", "urgent") if entries else ():
            path = f"sounds.{kind}"
            entry = _mapping(entries.get(kind), path)
            if not entry.get("id") or str(entry["id"]) in known:
                raise ValueError(f"{path}: an id of its own is missing; add it")
            advice = [self._advice(a, f"{path}.advice[{i}]") for i, a in enumerate(_list(entry.get("advice"), f"{path}.advice"))]
            sounds[kind] = str(entry["id"])
            more.append({"id": str(entry["id"]), "urgency": kind, "when": "", "unless": [], "raise": [], "sticky": False, "advice": advice})
        return sounds, more

    def _all_ways(self, ways: Any, path: str) -> str:
        return "|".join(self._one_way(way, f"{path}[{i}]") for i, way in enumerate(_list(ways, path)))

    def _one_way(self, way: Any, path: str) -> str:
        """A list of signs: "a or b" needs one of the two, "3 of a or b or c or d" any three, "not c" needs its absence, "not here a" in this message."""
        terms = []
        for term in map(str, _list(way, path)):
            count = _LEAST.match(term)
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
