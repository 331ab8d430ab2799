"""Each rule of `chatbot lint`, on a tiny corpus that breaks just that rule."""

from __future__ import annotations

import datetime
import socket

import pytest
from conftest import ROOT

from chatbot.files import read_yaml
from chatbot.lint import lint, wording_pattern
from chatbot.text import fold

TODAY = datetime.date(2026, 6, 1)
FIRST = "Nobody knows for sure why leg cramps come at night [@clinic-2020].\n"


def findings(tiny):
    """The findings of the tiny corpus as (file, line, what)."""
    folders = {str(tiny.corpus): "", str(tiny.intents): "intents.yaml", str(tiny.safety): "safety.yaml"}
    return [(folders.get(f.path) or f.path.rsplit("/", 1)[-1], f.line, f.what) for f in lint(*tiny.paths, today=TODAY)]


def test_a_clean_corpus_passes_without_network(tiny, monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("lint uses the network"))
    assert findings(tiny) == []


RULES = {
    "a source that nothing cites": (
        "sources.yaml",
        "references:\n",
        "references:\n- {id: lone, type: book, title: A, kind: x}\n",
        "nothing cites the source 'lone'; cite it or take it out",
    ),
    "a heading that is no question": (
        "night.md",
        "at night? {#why",
        "at night {#why",
        "the heading is no question; ask what a person would ask, with a question mark",
    ),
    "a short heading": ("night.md", "Why do leg cramps come at night?", "Why so?", "the heading has 2 words; 3 to 16 make a question"),
    "the same question twice": (
        "quinine.md",
        "Is quinine a danger for the heart?",
        "Does STRETCHING stop cramps, at night?",
        "night#stretch asks the same question; merge the two or ask another",
    ),
    "no source": (
        "night.md",
        "come at night [@clinic-2020].",
        "come at night.",
        "no source behind “Nobody knows for sure why leg cramps come at ni...”; cite one or take the sentence out",
    ),
    "leaning on what was before": (
        "night.md",
        "Nobody knows",
        "However, nobody knows",
        "“However, nobody knows for sure why leg cramps c...” does not stand alone; name what it is about",
    ),
    "as said above": (
        "night.md",
        "Tired legs and a long day",
        "As said above, tired legs and a long day",
        "“As said above, tired legs and a long day of sta...” does not stand alone; name what it is about",
    ),
    "a dose": (
        "night.md",
        "Nobody knows",
        "Take 300 mg of salt: nobody knows",
        "“Take 300 mg of salt: nobody knows for sure why ...” gives a dose; tell what a study or a label says instead",
    ),
    "too short": (
        "night.md",
        "One idea is that the calf is short when the foot points down in bed [@clinic-2020; @trial-2019].\n",
        "",
        "35 words; a passage has 40 to 150: say more",
    ),
    "too long": ("night.md", FIRST, FIRST * 12, "160 words; a passage has 40 to 150: split it"),
    "hard words": (
        "night.md",
        "Nobody knows for sure why leg cramps come at night",
        "Pathophysiological hypotheses concerning involuntary muscular contractions remain unconvincing notwithstanding considerable investigation",
        "reading grade ",
    ),
    "no intent": ("night.md", ' intents="relief"', "", 'no intent serves the passage; add intents="..." to its heading'),
    "an intent without a passage": (
        "quinine.md",
        'intents="remedies"',
        'intents="causes"',
        "no passage serves the intent 'remedies'; name it in the heading of one",
    ),
    "false comfort": ("night.md", "Tired legs", "Harmless tired legs", "“harmless” is false comfort; say what to look for and whom to ask"),
    "alarm": ("night.md", "Tired legs", "Terrifying tired legs", "“terrifying” is alarm; say what to look for and whom to ask"),
    "a review that is due": (
        "night.md",
        "next_review: 2027-01-10",
        "next_review: 2026-05-31",
        "the review was due on 2026-05-31; hold every sentence against its source and set the dates",
    ),
    "a review too far off": (
        "night.md",
        "next_review: 2027-01-10",
        "next_review: 2030-01-10",
        "next_review must lie after reviewed, 36 months at most; mend the dates",
    ),
    "a review before the review": (
        "night.md",
        "reviewed: 2026-01-10\n",
        "reviewed: 2027-02-10\n",
        "next_review must lie after reviewed, 36 months at most; mend the dates",
    ),
    "a trigger that is missed": (
        "safety.yaml",
        "- my calf is swollen",
        "- my calf is blue",
        "“my calf is blue” does not trigger clot; widen its signs",
    ),
    "a near miss that is hit": (
        "safety.yaml",
        "- no swollen calf",
        "- one swollen calf",
        "“one swollen calf” triggers clot but is a near miss; narrow its signs",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_each_rule_catches_what_it_is_for(name, tiny):
    file, old, new, what = RULES[name]
    tiny.edit(file, old, new)
    found = findings(tiny)
    assert [(path, message[: len(what)]) for path, _, message in found if message.startswith(what)] == [
        ({"an intent without a passage": "intents.yaml"}.get(name, file), what)
    ]
    assert all(line >= 1 for _, line, _ in found)


@pytest.mark.parametrize("name", sorted(set(RULES) - {"too long", "a dose"}))
def test_each_mistake_is_found_by_one_rule_only(name, tiny):
    file, old, new, _ = RULES[name]
    tiny.edit(file, old, new)
    assert len(findings(tiny)) == 1


def test_a_finding_stands_at_the_line_of_its_passage(tiny):
    line = tiny.edit("night.md", "Does stretching stop cramps at night?", "Stretching and what it does to cramps")
    assert [at for _, at, _ in findings(tiny)] == [line]


def test_passages_that_say_nearly_the_same_are_twins(tiny):
    text = (tiny.corpus / "night.md").read_text(encoding="utf-8")
    twin = text.replace("## Why do leg cramps come at night? {#why", "## What brings on cramps after dark? {#dark").split("## Does")[0]
    (tiny.corpus / "zzz.md").write_text(twin, encoding="utf-8")
    assert [(path, what) for path, _, what in findings(tiny)] == [("zzz.md", "says nearly the same as night#why (1.00); merge the two")]


@pytest.mark.parametrize("change", ["Take 300 mg of salt", "use 2 tablets", "try about 5 g", "start with 10 drops"])
def test_a_dose_for_a_person_is_found_however_it_is_put(change, tiny):
    tiny.edit("night.md", "Nobody knows", f"{change[0].upper()}{change[1:]}: nobody knows")
    assert any("gives a dose" in what for _, _, what in findings(tiny))


@pytest.mark.parametrize(
    "change", ["In one trial 300 mg of salt was used: nobody knows", "The label says 2 tablets: nobody knows", "Take 3 steps: nobody knows"]
)
def test_an_amount_that_is_told_as_a_fact_is_no_dose(change, tiny):
    tiny.edit("night.md", "Nobody knows", change)
    assert not any("gives a dose" in what for _, _, what in findings(tiny))


def test_names_of_medicines_and_illnesses_do_not_count_as_hard_words(tiny):
    tiny.edit("intents.yaml", "diabetes: [diabetes, diabetic]", "diabetes: [diabetes, amyotrophic, polyneuropathy, hypocalcaemia]")
    tiny.edit(
        "night.md", "Tired legs", "Amyotrophic, polyneuropathy, hypocalcaemia, amyotrophic, polyneuropathy, hypocalcaemia, tired legs"
    )
    assert findings(tiny) == []


def test_mistakes_that_keep_the_files_from_compiling_are_told_first_and_alone(tiny):
    tiny.edit("night.md", "#why evidence=limited", "#why evidence=sure")
    tiny.edit("quinine.md", "Is quinine a danger for the heart?", "Quinine")
    assert [what.split(";")[0] for _, _, what in findings(tiny)] == ["evidence=sure"]


def test_a_date_written_without_dashes_does_not_stop_lint(tiny):
    tiny.edit("night.md", "next_review: 2027-01-10", "next_review: 20270110")
    assert isinstance(findings(tiny), list)


def test_findings_come_in_the_order_of_files_and_lines(tiny):
    tiny.edit("quinine.md", "Is quinine a danger for the heart?", "Quinine and the heart")
    tiny.edit("night.md", "Does stretching stop cramps at night?", "Stretching stops cramps")
    tiny.edit("night.md", "Why do leg cramps come at night?", "Leg cramps at night")
    found = lint(*tiny.paths, today=TODAY)
    assert [(f.path, f.line) for f in found] == sorted((f.path, f.line) for f in found)
    assert len(found) == 3


def test_without_a_date_the_day_is_today(tiny):
    tiny.edit("night.md", "reviewed: 2026-01-10\nnext_review: 2027-01-10", "reviewed: 2000-01-10\nnext_review: 2001-01-10")
    assert any("the review was due on 2001-01-10" in f.what for f in lint(*tiny.paths))


@pytest.mark.parametrize(
    ("text", "found"),
    [("It is HARMLESS.", True), ("don’t worry about it", True), ("terrifically", True), ("harmlessly", False), ("notserious", False)],
)
def test_wording_is_matched_as_whole_words_in_any_spelling(text, found):
    phrases = [phrase for group in read_yaml(ROOT / "chatbot" / "data" / "wording.yaml").data.values() for phrase in group]
    assert bool(wording_pattern(phrases).search(fold(text))) is found


def test_a_finding_says_what_is_wrong_and_what_to_do(tiny):
    tiny.edit("night.md", "Why do leg cramps come at night?", "Why so")
    assert all("; " in what for _, _, what in findings(tiny))


def test_a_refusal_of_a_missing_folder_is_a_finding_too(tmp_path):
    found = lint(tmp_path / "none", tmp_path / "none.yaml", tmp_path / "none2.yaml", today=TODAY)
    assert {f.path for f in found} == {str(tmp_path / name) for name in ("none", "none.yaml", "none2.yaml")}
