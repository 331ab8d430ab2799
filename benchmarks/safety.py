"""How many red flags are found, and how many harmless messages alarm: by factor, by condition, and by five folds.

    python benchmarks/safety.py                     the sets of our own, with the knowledge that the package brings
    python benchmarks/safety.py --sheet FILE        a sheet of conditions with phrasings and near misses (YAML), whole and by folds
    python benchmarks/safety.py --unseen            messages that nobody who mends the rules may look at; only figures are shown
    python benchmarks/safety.py --misses            every miss and every alarm as well

A sheet has `red_flags: [{id, tier: emergency|urgent|soon, phrasings: [...], near_misses: [...]}]`. For the folds the rules are made
without what only the held-back fifth of the phrasings supports: every phrase and every entry of a word list that is met in phrasings of
that fifth and nowhere else is withdrawn, and the fifth is tried on what is left. "Nowhere else" is counted in three ways: in no other
fifth (a lower bound: "kill myself" is unknown then when just one phrasing says it); nor in a message of safety-examples.jsonl; nor in
one of our made phrasings and the factor set.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from factors import base, factor_set  # noqa: E402 (it stands beside the tests that use it)
from phrasings import phrasings  # noqa: E402

from chatbot.alarm_fit import EXAMPLES, read_examples  # noqa: E402
from chatbot.container import Container  # noqa: E402
from chatbot.knowledge import BUNDLED, safety_tables  # noqa: E402
from chatbot.safety import URGENCIES, SafetyRules, find_red_flags, signs_in  # noqa: E402
from chatbot.safety_file import compile_safety  # noqa: E402

LEVELS = ("none", *URGENCIES)
TIERS = {"soon": "routine", "urgent": "urgent", "emergency": "emergency"}
ALARMS = LEVELS[2:]
FOLDS = 5
MADE = 2400


class Item(NamedTuple):
    """A message, its group and the least urgency that counts as found ("none": nothing urgent may be)."""

    text: str
    group: str
    urgency: str


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sheet", type=Path, metavar="FILE", help="a sheet of conditions (YAML)")
    parser.add_argument("--unseen", action="store_true", help="the messages of tests/quality/red-flags-unseen.jsonl")
    parser.add_argument("--misses", action="store_true", help="print every miss and every false alarm")
    options = parser.parse_args()
    english = frozenset((ROOT / "chatbot" / "data" / "english.txt").read_text(encoding="utf-8").split())
    compiled = safety_tables(Container(BUNDLED))
    rules = SafetyRules(compiled, english.__contains__)
    if options.unseen:
        unseen(rules)
    elif options.sheet is None:
        own_sets(rules, options.misses)
    else:
        sheet = read_sheet(options.sheet)
        print("all phrasings")
        by_condition(sheet, tried(sheet, rules), options.misses)
        examples = [example.text for example in read_examples(ROOT / EXAMPLES)]
        made = [said.text for said in base()] + [made.text for made in phrasings("grammar", MADE)]
        for title, others in (
            ("no other fifth", []),
            ("no other fifth and no example", examples),
            ("none of all these and no made phrasing", examples + made),
        ):
            print(f"\nfive folds, without what {title} supports")
            by_condition(sheet, folded(sheet, others, compiled.get("alarm"), english), options.misses)


def level(text: str, rules: SafetyRules) -> str:
    """The highest urgency of a message."""
    return max((flag.urgency for flag in find_red_flags(text, rules).flags), key=URGENCIES.index, default="none")


def unseen(rules: SafetyRules) -> None:
    """The messages of blind writers, by the way they are told. Their misses are not shown: who mends a rule for one blinds the measure."""
    lines = (ROOT / "tests" / "quality" / "red-flags-unseen.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    items = [Item(record["text"], record["factor"], record["urgency"]) for record in records]
    table("unseen red flags (recall)", [item for item in items if item.urgency != "none"], rules, misses=False)
    table("unseen harmless messages (alarms)", [item for item in items if item.urgency == "none"], rules, misses=False)


def own_sets(rules: SafetyRules, misses: bool) -> None:
    """The factor set, the made phrasings and the made harmless messages."""
    said = [Item(s.text, s.factor, s.urgency) for s in factor_set()]
    table("factors (recall)", said, rules, misses)
    table("made phrasings (recall)", [Item(p.text, p.condition, p.urgency) for p in phrasings("grammar", MADE)], rules, misses)
    table("made harmless messages (alarms)", [Item(p.text, p.condition, "none") for p in phrasings("harmless", MADE)], rules, misses)


def table(title: str, items: Sequence[Item], rules: SafetyRules, misses: bool) -> None:
    """A row a group: how many are found, or alarm where nothing may."""
    total, hits = Counter[str](), Counter[str]()
    wrong = []
    for item in items:
        found = level(item.text, rules)
        counts = found in ALARMS if item.urgency == "none" else LEVELS.index(found) >= LEVELS.index(item.urgency)
        total[item.group] += 1
        hits[item.group] += counts
        if counts == (item.urgency == "none"):
            wrong.append((item, found))
    print(f"\n{title}")
    for group in total:
        print(f"  {group:30} {hits[group]:5} of {total[group]:5}  {hits[group] / total[group]:.4f}")
    print(f"  {'all':30} {hits.total():5} of {total.total():5}  {hits.total() / total.total():.4f}")
    if misses:
        for item, found in wrong:
            print(f"    {item.group}: {found}: {item.text}")


class Condition(NamedTuple):
    """A condition of a sheet."""

    id: str
    urgency: str
    phrasings: Sequence[str]
    near_misses: Sequence[str]


def read_sheet(path: Path) -> list[Condition]:
    """The conditions of a sheet."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["red_flags"]
    return [Condition(row["id"], TIERS[row["tier"]], row["phrasings"], row["near_misses"]) for row in rows]


def tried(sheet: Sequence[Condition], rules: SafetyRules) -> dict[str, str]:
    """The urgency of every message of a sheet."""
    return {text: level(text, rules) for condition in sheet for text in (*condition.phrasings, *condition.near_misses)}


def by_condition(sheet: Sequence[Condition], found: Mapping[str, str], misses: bool) -> None:
    """A row a condition: recall at its urgency or above, and alarms among its near misses."""
    hits = total = alarms = near = 0
    for condition in sheet:
        missed = [text for text in condition.phrasings if LEVELS.index(found[text]) < LEVELS.index(condition.urgency)]
        false = [text for text in condition.near_misses if found[text] in ALARMS]
        size = len(condition.phrasings)
        print(
            f"  {condition.id:28} {condition.urgency:10} found {size - len(missed):3} of {size:3}   false alarms {len(false)} of {len(condition.near_misses)}"
        )
        if misses:
            for text in (*missed, *false):
                print(f"      {found[text]}: {text}")
        hits, total, alarms, near = hits + size - len(missed), total + size, alarms + len(false), near + len(condition.near_misses)
    print(f"  recall {hits} of {total} = {hits / total:.4f}; false alarms {alarms} of {near} = {alarms / near:.4f}")


def folded(sheet: Sequence[Condition], others: Sequence[str], alarm: Any, english: frozenset[str]) -> dict[str, str]:
    """The urgency of every message, by rules from which what only its own fold supports was withdrawn."""
    data = yaml.safe_load((ROOT / "safety.yaml").read_text(encoding="utf-8"))
    fold_of = {
        text: i % FOLDS for condition in sheet for texts in (condition.phrasings, condition.near_misses) for i, text in enumerate(texts)
    }
    own = {text for condition in sheet for text in condition.phrasings}
    support = supports(data, [*own, *others], english)
    found = {}
    for fold in range(FOLDS):
        dead = {unit for unit, texts in support.items() if texts <= own and all(fold_of[text] == fold for text in texts)}
        compiled = json.loads(json.dumps(compile_safety(without(data, dead))))
        rules = SafetyRules({**compiled, "alarm": alarm}, english.__contains__)
        found.update({text: level(text, rules) for text in fold_of if fold_of[text] == fold})
        print(f"  fold {fold + 1}: {len(dead)} of {len(units(data))} phrases withdrawn")
    return found


def units(data: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Every phrase of a sign and every entry of a word list, by a name of its own: (part, name, phrase)."""
    made = {}
    for part in ("words", "concepts"):
        for name, value in data[part].items():
            for at, phrase in enumerate(split(value)):
                made[f"{part}-{name}-{at}"] = (part, name, phrase)
    return made


def split(value: Any) -> list[str]:
    """The phrases of a list or of a text with commas."""
    return [phrase.strip() for phrase in (value.split(",") if isinstance(value, str) else map(str, value)) if phrase.strip()]


def supports(data: Mapping[str, Any], texts: Iterable[str], english: frozenset[str]) -> dict[str, set[str]]:
    """For each phrase that is met, the messages that it is met in, whatever stands around it. Small words are met in all."""
    small = set(data["fillers"].split())
    every = {unit: row for unit, row in units(data).items() if not small.issuperset(row[2].split())}
    condition = {**data["conditions"][0], "when": [[next(iter(every))]], "unless": []} | {
        "raise_when": [[next(iter(every))]],
        "raise_to": "emergency",
    }
    condition.pop("unless")
    lone = {
        **data,
        "concepts": {unit: [phrase] for unit, (_, _, phrase) in every.items()},
        "conditions": [condition],
        "never_denied": [],
        "sounds": {},
    }
    rules = SafetyRules(compile_safety(lone), english.__contains__)
    support: dict[str, set[str]] = {}
    for text in texts:
        for unit in signs_in(text, rules):
            support.setdefault(unit, set()).add(text)
    return support


def without(data: Mapping[str, Any], dead: set[str]) -> dict[str, Any]:
    """The rules without some phrases; a list that would be empty keeps a word that nobody says."""
    kept: dict[str, dict[str, list[str]]] = {
        "words": {name: [] for name in data["words"]},
        "concepts": {name: [] for name in data["concepts"]},
    }
    for unit, (part, name, phrase) in units(data).items():
        if unit not in dead:
            kept[part][name].append(phrase)
    return {**data, **{part: {name: phrases or ["zqzqzq"] for name, phrases in names.items()} for part, names in kept.items()}}


if __name__ == "__main__":
    main()
