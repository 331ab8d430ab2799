"""Requests that only someone who knows the person may answer, found by their form."""

from __future__ import annotations

import pytest
from conftest import any_text
from hypothesis import given

from chatbot.personal import DIAGNOSIS, DOSE, OTHER, STOP, personal_request
from chatbot.text import fold, words

MEDICINE, REMEDY, CONDITION = {"medicine": "statin"}, {"remedy": "magnesium"}, {"condition": "dvt"}


def kind(text, slots=None):
    """The kind of request that `text` is."""
    return personal_request(words(fold(text)), slots or {})


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("how much magnesium should i take", REMEDY),
        ("how many tablets can i take", {}),
        ("what dose do i need", MEDICINE),
        ("how many mg should I give my son", {}),
        ("can i double my statin", MEDICINE),
        ("should i take extra magnesium", REMEDY),
    ],
)
def test_asking_for_an_amount_is_asking_for_a_dose(text, slots):
    assert kind(text, slots) == DOSE


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("do i have a clot", CONDITION),
        ("what's wrong with me", {}),
        ("my potassium is 3.1", {}),
        ("is it a clot, yes or no", CONDITION),
        ("diagnose me, is it a clot", CONDITION),
    ],
)
def test_asking_what_one_has_is_asking_for_a_diagnosis(text, slots):
    assert kind(text, slots) == DIAGNOSIS


@pytest.mark.parametrize("text", ["should i stop my statin", "can i skip my statin", "just tell me, quit the statin"])
def test_asking_to_stop_a_medicine_is_a_request_of_its_own(text):
    assert kind(text, MEDICINE) == STOP


@pytest.mark.parametrize("text", ["can you prescribe something", "write me a prescription", "i need a sick note"])
def test_asking_for_a_prescription_is_another_request(text):
    assert kind(text) == OTHER


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("does magnesium help", REMEDY),
        ("can statins cause cramps", MEDICINE),
        ("what happens if people stop statins", MEDICINE),
        ("signs of a clot", CONDITION),
        ("how much water prevents cramps", {}),
        ("what do studies say about magnesium doses", REMEDY),
        ("why do i have cramps", {}),
        ("", {}),
    ],
)
def test_a_general_question_is_no_personal_request(text, slots):
    assert kind(text, slots) == ""


@given(any_text)
def test_no_text_raises(text):
    for slots in ({}, MEDICINE, REMEDY, CONDITION):
        assert kind(text, slots) in ("", DOSE, DIAGNOSIS, STOP, OTHER)
