"""The dialogue state on its way to a store and back."""

from __future__ import annotations

import json

import pytest
from conftest import json_data, states
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot.errors import StateError
from chatbot.types import DialogueState, Suggestion

FIELDS = sorted(DialogueState()._asdict())


def read(text):
    """The state in `text`, or None when it is refused."""
    try:
        return DialogueState.from_json(text)
    except StateError:
        return None


@given(states)
def test_a_state_comes_back_from_its_json(state):
    text = state.to_json()
    assert DialogueState.from_json(text) == state
    assert "\n" not in text
    assert json.loads(text)["version"] == 1


def test_a_new_state_is_empty_and_hashable():
    assert not any(DialogueState())
    assert hash(DialogueState()) == hash(DialogueState.from_json(DialogueState().to_json()))


def test_a_state_cannot_be_changed():
    with pytest.raises(AttributeError):
        DialogueState().intent = "causes"


@pytest.mark.parametrize(
    "text", ["", "not json", "{", "nul", "[" * 100_000, "1" * 5000, "\x00", '{"a": }'], ids=lambda text: ascii(text)[:12]
)
def test_text_that_is_no_json_is_refused_with_what_to_do(text):
    with pytest.raises(StateError) as caught:
        DialogueState.from_json(text)
    assert str(caught.value).endswith("start a new one with DialogueState()")


@pytest.mark.parametrize("text", ["null", "[]", "3", '"x"', "{}", '{"version": 2}', '{"version": "1"}'])
def test_json_of_another_version_is_refused(text):
    with pytest.raises(StateError) as caught:
        DialogueState.from_json(text)
    assert str(caught.value) == "the saved dialogue state is not of version 1; start a new one with DialogueState()"


@pytest.mark.parametrize("field", FIELDS)
def test_a_state_that_lacks_a_field_is_refused(field):
    data = json.loads(DialogueState().to_json())
    del data[field]
    with pytest.raises(StateError, match=field):
        DialogueState.from_json(json.dumps(data))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "value", [None, 5, True, {"a": 1}, [5], [["a"]], [["a", "b", "c"]], [["a", 5]], "x" * 1001, ["x" * 1001]], ids=lambda v: repr(v)[:14]
)
def test_a_field_of_the_wrong_kind_is_refused(field, value):
    data = json.loads(DialogueState().to_json())
    data[field] = value
    with pytest.raises(StateError):
        DialogueState.from_json(json.dumps(data))


@pytest.mark.parametrize("field", ["passages", "shown", "sources", "signs", "slots", "pending"])
@pytest.mark.parametrize("value", ["ab", ["ab"]], ids=["text", "list of text"])
def test_text_is_not_taken_for_a_list_of_letters(field, value):
    data = json.loads(DialogueState().to_json())
    data[field] = value
    state = read(json.dumps(data))
    assert state is None or state.to_json() == json.dumps(data, separators=(",", ":"))


@given(st.text() | json_data.map(json.dumps))
@example("\ud800")
def test_no_text_raises_anything_but_a_state_error(text):
    assert read(text) is None


@given(states, st.sampled_from(FIELDS), json_data)
def test_what_is_read_is_what_stood_there(state, field, value):
    data = {**json.loads(state.to_json()), field: value}
    found = read(json.dumps(data))
    assert found is None or json.loads(found.to_json()) == data


def test_a_state_holds_choices_as_suggestions():
    state = DialogueState(pending=(Suggestion("Shown", "Said"),))
    assert DialogueState.from_json(state.to_json()).pending[0].utterance == "Said"
