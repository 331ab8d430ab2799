"""Red flags by measure: factors that must not cost recall, phrasings of our own making, harmless ones, and what the weights may do."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from factors import FACTORS, base, factor_set
from hypothesis import given
from hypothesis import strategies as st
from phrasings import phrasings

from chatbot.alarm import NOW, TODAY, Alarm, Heard, features
from chatbot.alarm_fit import EXAMPLES, FEWEST, Example, fit_alarm, read_examples
from chatbot.errors import CorpusError, KnowledgeError
from chatbot.knowledge import Knowledge
from chatbot.safety import URGENCIES, SafetyRules, find_red_flags, urgent_in
from chatbot.training import meanings
from chatbot.vectors import bundled as bundled_vectors

ROOT = Path(__file__).resolve().parents[1]
LEVELS = ("none", *URGENCIES)
COUNT = 2400


@pytest.fixture(scope="module")
def rules(bundled: Knowledge) -> SafetyRules:
    """The rules that the package brings, with their weights."""
    return bundled.red_flags


def level(text: str, rules: SafetyRules) -> str:
    """The highest urgency of a message."""
    return max((flag.urgency for flag in find_red_flags(text, rules).flags), key=URGENCIES.index, default="none")


def is_found(text: str, urgency: str, rules: SafetyRules) -> bool:
    """Whether a message is found at its urgency or above."""
    return LEVELS.index(level(text, rules)) >= LEVELS.index(urgency)


def test_no_factor_costs_more_than_one_point_of_recall(rules: SafetyRules) -> None:
    found, total = Counter[str](), Counter[str]()
    for said in factor_set():
        total[said.factor] += 1
        found[said.factor] += is_found(said.text, said.urgency, rules)
    recall = {name: found[name] / total[name] for name in total}
    assert set(recall) == {"plain", *FACTORS}
    assert recall["plain"] >= 0.99
    for name in FACTORS:
        assert recall["plain"] - recall[name] <= 0.01, name


def test_every_factor_changes_nearly_every_message() -> None:
    plain = {said.text for said in base()}
    changed = Counter(said.factor for said in factor_set() if said.text not in plain)
    assert all(changed[name] >= 0.9 * len(plain) for name in FACTORS if name != "look-alike letters")
    assert changed["look-alike letters"] >= 0.8 * len(plain)


def test_made_phrasings_are_found(rules: SafetyRules) -> None:
    made = phrasings("grammar", COUNT)
    missed = [p for p in made if not is_found(p.text, p.urgency, rules)]
    assert len({p.text for p in made}) == COUNT
    assert len(missed) <= 0.02 * COUNT, missed[:20]


def test_made_harmless_messages_raise_no_alarm(rules: SafetyRules) -> None:
    made = phrasings("harmless", COUNT)
    false = [p for p in made if level(p.text, rules) in LEVELS[2:]]
    assert len({p.text for p in made}) == COUNT
    assert len(false) <= 0.01 * COUNT, false[:20]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_do_as_well(seed: int, rules: SafetyRules) -> None:
    made = phrasings("grammar", 400, seed)
    assert made != phrasings("grammar", 400)
    assert sum(is_found(p.text, p.urgency, rules) for p in made) >= 0.97 * len(made)
    harmless = phrasings("harmless", 400, seed)
    assert sum(level(p.text, rules) in LEVELS[2:] for p in harmless) <= 0.015 * len(harmless)


def test_the_sets_are_the_same_each_time() -> None:
    assert phrasings("grammar", 50) == phrasings("grammar", 50)
    assert factor_set() == factor_set()


def test_messages_of_blind_writers_are_found_and_few_harmless_ones_alarm(rules: SafetyRules) -> None:
    """Nobody who mends a rule looks at these messages: a failure says how many, and not which."""
    lines = (ROOT / "tests" / "quality" / "red-flags-unseen.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    examples = {example.text for example in read_examples(ROOT / EXAMPLES)}
    assert not any(" ".join(record["text"].split()) in examples for record in records)
    red = [record for record in records if record["urgency"] != "none"]
    calm = [record for record in records if record["urgency"] == "none"]
    found = sum(is_found(record["text"], record["urgency"], rules) for record in red)
    alarms = sum(level(record["text"], rules) in LEVELS[2:] for record in calm)
    assert found >= 0.93 * len(red)
    assert alarms <= 0.05 * len(calm)


# The weights


def test_weights_find_what_no_rule_does(rules: SafetyRules) -> None:
    examples = [e for e in read_examples(ROOT / EXAMPLES) if e.urgency in LEVELS[2:]]
    more = [e.text for e in examples if not urgent_in(e.text, rules) and level(e.text, rules) in LEVELS[2:]]
    assert more
    flag = find_red_flags(more[0], rules).flags[0]
    assert flag.id in rules.sounds.values() or flag.id in {condition["id"] for condition in rules.sounds.values()}
    assert flag.advice[0][1], "the advice names its source"


def test_weights_never_take_an_alarm_back(rules: SafetyRules) -> None:
    for said in base():
        if urgent_in(said.text, rules):
            assert level(said.text, rules) in LEVELS[2:], said.text


def test_weights_are_heard_without_any_sign_and_only_below_an_emergency(bundled: Knowledge) -> None:
    class Loud(Alarm):
        def hears(self, heard: Heard, known: str = "") -> str:
            asked.append((heard.words, known))
            return NOW

    asked: list[tuple[tuple[str, ...], str]] = []
    loud = SafetyRules(_tables(), str.isalpha)
    loud.alarm = Loud(WEIGHTS)
    assert [flag.urgency for flag in find_red_flags("we like jazz", loud).flags] == [NOW]
    assert find_red_flags("", loud).flags == ()
    assert {flag.urgency for flag in find_red_flags("one calf is swollen, hot and red", loud).flags} == {TODAY, NOW}
    find_red_flags("I want to kill myself", loud)
    assert asked == [(("we", "like", "jazz"), ""), (("1", "calf", "is", "swollen", ",", "hot", "and", "red"), TODAY)]


def _tables() -> dict[str, object]:
    from chatbot.container import Container
    from chatbot.knowledge import BUNDLED, safety_tables

    return safety_tables(Container(BUNDLED))


WEIGHTS = {
    "least": 100,
    "sure": 140,
    "weights": {"zip": 120, "rope": 150, "+asks": -90},
    "kinds": {"own": {"bias": -10, "weights": {"rope": 20}}, NOW: {"bias": -50, "weights": {"zip": 60, "hat": 160}}},
    "meaning": [],
    "scale": 1.0,
    "vectors": "",
}


def heard(*features: str, words: tuple[str, ...] = ()) -> Heard:
    """What was heard."""
    return Heard(frozenset(features), words)


def test_kinds_of_alarm() -> None:
    alarm = Alarm(json.loads(json.dumps(WEIGHTS)))
    assert alarm.hears(heard("rope")) == "own"
    assert alarm.hears(heard("zip")) == NOW
    assert alarm.hears(heard("zip", "+asks")) == ""
    assert Alarm({**WEIGHTS, "kinds": {}}).hears(heard("zip")) == TODAY
    assert alarm.hears(heard()) == ""


def test_what_the_rules_found_is_lifted_only_by_what_is_surely_an_alarm() -> None:
    alarm = Alarm(WEIGHTS)
    assert alarm.hears(heard("zip"), TODAY) == ""
    assert alarm.hears(heard("rope"), TODAY) == ""
    assert alarm.hears(heard("rope", "hat"), TODAY) == NOW
    assert Alarm({**WEIGHTS, "kinds": {}}).hears(heard("rope"), TODAY) == "", "that is known already"


def test_weights_are_those_of_the_word_vectors_that_are_there() -> None:
    alarm = Alarm({**WEIGHTS, "meaning": [128] * bundled_vectors().dimensions, "vectors": "others"})
    with pytest.raises(KnowledgeError, match="run `chatbot build` again"):
        alarm.weigh(heard(words=("leg",)))


@given(st.lists(st.sampled_from("my chest is crushed and leg swollen hot zebra xyzzy , .".split()), max_size=12))
def test_the_sum_is_that_of_a_plain_one(words: list[str]) -> None:
    vectors = bundled_vectors()
    meaning = [(7 * at) % 255 + 1 for at in range(vectors.dimensions)]
    found = features(words, words, words, (), [], ["leg_hot"])
    weights = {feature: len(feature) - 6 for feature in found}
    alarm = Alarm({**WEIGHTS, "weights": weights, "meaning": meaning, "scale": 0.25, "vectors": vectors.digest})
    plain = sum(weights.values()) + 0.25 * float(meanings([words], vectors)[0] @ (np.array(meaning) - 128.0))
    for _ in range(2):  # the second time from what is remembered
        assert alarm.weigh(Heard(found, tuple(words))) == pytest.approx(plain)


def test_features_have_a_mark_of_their_kind() -> None:
    words = ["what", "burning", "leg", ".", "no", "fever", "42"]
    told = ["what", "burning", "leg", ".", "no", "42"]
    found = features(words, ["what", "burning", "leg", "", "42"], told, ["fever"], [["<hot>", "burning"], ["leg"]], ["leg_hot"])
    plain = {"burning", "leg", "burning leg", "~fever", "<hot>", "+leg_hot"}
    assert found == plain | {"=what", "=burning", "=leg", "=no"} | {
        "^what burning",
        "^burning leg",
        "^leg .",
        "^. no",
        "^no fever",
        "^fever 42",
    }


def test_too_few_examples_give_no_weights(rules: SafetyRules) -> None:
    assert fit_alarm(rules, [Example("my leg is swollen", "urgent", "dvt")] * (FEWEST - 1), ["leg cramps"]) is None


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"turns": ["a"]}',
        '{"turns": ["a"], "urgency": "soon"}',
        '{"turns": "a", "urgency": 3}',
        "[]",
        '{"turns": [1], "urgency": "none"}',
    ],
)
def test_a_wrong_example_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / EXAMPLES
    path.write_text(f'{{"turns": ["a"], "urgency": "none"}}\n\n{line}\n')
    with pytest.raises(CorpusError, match="not an example") as caught:
        read_examples(path)
    assert caught.value.line == 3


def test_examples_of_several_turns_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / EXAMPLES
    path.write_text('{"turns": ["a", "b"], "urgency": "urgent"}\n{"turns": ["c"], "urgency": "urgent", "red_flag": "dvt"}\n')
    assert read_examples(path) == [Example("c", "urgent", "dvt")]


# Long stories, and what was just now


def test_in_a_story_what_speaks_against_must_stand_beside() -> None:
    story = "We watched a film and did the shopping. It was a slow day. The weather is grey. {} My sister rings on Sundays."
    assert urgent_in(story.format("I want to kill myself."), _bundled())
    assert urgent_in(story.format("My legs got weaker by the hour and now I cannot stand up."), _bundled())


def test_a_past_that_was_just_now_is_none() -> None:
    assert urgent_in("my aunt had a seizure twenty minutes ago", _bundled())
    assert not urgent_in("my aunt had a seizure in 1990, can I take magnesium", _bundled())


def _bundled() -> SafetyRules:
    return Knowledge().red_flags
