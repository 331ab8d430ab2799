"""Proof: statements of saved replies are found again, and what moved, changed or was cited wrongly is told."""

from __future__ import annotations

import copy
import json

import pytest
from conftest import any_text, json_data
from hypothesis import HealthCheck, example, given, settings

from chatbot import Chatbot
from chatbot.verify import verify_replies
from chatbot.wire import turn_to_data

GARBAGE = "not a saved reply; save one with `chatbot ask --json`"


@pytest.fixture
def saved(tiny_knowledge):
    """A turn as `--json` saves it, for a test to change."""
    turn = turn_to_data(Chatbot(tiny_knowledge).respond("why do my calves cramp at night?"))
    assert len(turn["reply"]["statements"]) > 1
    return copy.deepcopy(turn)


def check(data, knowledge):
    """What is wrong with one saved line."""
    return verify_replies(json.dumps(data, ensure_ascii=False), knowledge)[1]


def test_statements_are_found_again(saved, tiny_knowledge):
    count = len(saved["reply"]["statements"])
    assert verify_replies(json.dumps(saved), tiny_knowledge) == (count, [])
    assert verify_replies(json.dumps({"id": 1, "turn": saved}) + "\n\n" + json.dumps(saved) + "\n", tiny_knowledge) == (2 * count, [])


def test_a_reply_without_statements_has_nothing_to_find(saved, tiny_knowledge):
    saved["reply"]["statements"] = []
    assert verify_replies(json.dumps(saved), tiny_knowledge) == (0, [])
    assert verify_replies("", tiny_knowledge) == (0, [])


def test_a_statement_that_moved_is_told(saved, tiny_knowledge):
    statement = saved["reply"]["statements"][0]
    statement["start"] += 1
    assert check(saved, tiny_knowledge) == [f"1: {statement['passage']}: the words at {statement['start']}-{statement['end']} have changed"]


def test_a_statement_whose_words_changed_is_told(saved, tiny_knowledge):
    statement = saved["reply"]["statements"][0]
    statement["text"] = statement["text"].replace("at night", "at noon")
    found, problems = verify_replies(json.dumps(saved), tiny_knowledge)
    assert problems == [f"1: {statement['passage']}: the words at {statement['start']}-{statement['end']} have changed"]
    assert found == len(saved["reply"]["statements"]) - 1


def test_a_passage_that_is_gone_is_told(saved, tiny_knowledge):
    saved["reply"]["statements"] = saved["reply"]["statements"][:1]
    saved["reply"]["statements"][0]["passage"] = "night#gone"
    assert check(saved, tiny_knowledge) == ["1: the passage night#gone is gone"]


@pytest.mark.parametrize(("marks", "cited"), [([], "nothing"), ([2], "trial-2019"), ([1, 2], "clinic-2020, trial-2019"), ([99], "")])
def test_marks_that_name_other_sources_are_told(marks, cited, saved, tiny_knowledge):
    saved["reply"]["statements"] = saved["reply"]["statements"][:1]
    saved["reply"]["statements"][0]["marks"] = marks
    problems = check(saved, tiny_knowledge)
    assert problems == [f"1: night#why: cites {cited or 'nothing'} where the passage cites clinic-2020"]


def test_an_empty_statement_is_no_proof(saved, tiny_knowledge):
    saved["reply"]["statements"] = [{**saved["reply"]["statements"][0], "start": 3, "end": 3, "text": ""}]
    assert len(check(saved, tiny_knowledge)) == 1


@pytest.mark.parametrize(
    "line",
    ["x", "{}", "[]", "null", "5", '{"reply": 5}', '{"turn": 5}', '{"reply": {"statements": [5], "citations": []}}', "\x00", "[" * 100_000],
)
def test_a_line_that_is_no_reply_is_told_with_its_number(line, saved, tiny_knowledge):
    count = len(saved["reply"]["statements"])
    text = f"{json.dumps(saved)}\n{line}\n{json.dumps(saved)}"
    assert verify_replies(text, tiny_knowledge) == (2 * count, [f"2: {GARBAGE}"])


@pytest.mark.parametrize("char", ["\u2028", "\x85", "\u2029"], ids=ascii)
def test_a_line_ends_at_a_new_line_only(char, saved, tiny_knowledge):
    # `--jsonl` gives back an id as it came, and JSON lets these characters stand as they are
    line = json.dumps({"id": f"a{char}b", "turn": saved}, ensure_ascii=False)
    assert verify_replies(line, tiny_knowledge)[1] == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(any_text | json_data.map(json.dumps))
@example('{"reply": {"statements": [{"passage": [], "start": 0, "end": 1, "text": "", "marks": []}], "citations": []}}')
@example('{"reply": {"statements": [{"passage": "night#why", "start": null, "end": null, "text": "x", "marks": [[]]}], "citations": []}}')
def test_no_text_raises_and_none_is_taken_for_proof(tiny_knowledge, text):
    found, problems = verify_replies(text, tiny_knowledge)
    assert found == 0
    assert len(problems) <= len(text.splitlines())
