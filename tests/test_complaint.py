"""Cries and complaints that ask for nothing in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import Chatbot
from chatbot.complaint import CRY, PAIN, complaint

PLACES = frozenset("leg calf foot toes back stomach".split())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ow my leg", CRY), ("owwww my calf", CRY), ("argh it hurts", CRY), ("ouch ouch my foot really hurts", CRY),
        ("my leg hurts", PAIN), ("it hurts so bad", PAIN), ("my back is killing me", PAIN),
        ("ow", ""), ("how is my leg", ""), ("why does my leg hurt", ""), ("my stomach hurts", ""), ("my leg is cold and hurts", ""), ("", ""),
        ("my leg hurts since the operation", ""),
    ],
)  # fmt: skip
def test_a_complaint_holds_nothing_but_pain_places_and_fillers(text, kind):
    assert complaint(text.split(), PLACES) == kind


@given(st.lists(st.sampled_from(["ow", "my", "leg", "hurts", "so", "and", "cold", "why"]), max_size=12))
def test_a_word_of_its_own_makes_it_no_complaint(tokens):
    if {"cold", "why"} & set(tokens):
        assert complaint(tokens, PLACES) == ""


def test_a_cry_gets_first_what_stops_a_cramp_and_when_to_get_help(bundled):
    reply = Chatbot(bundled).respond("oww my calf").reply
    assert reply.kind == "answer"
    assert reply.statements[0].passage.startswith("stop-a-cramp")
    assert any("ask a doctor" in note for note in reply.notes)


def test_a_complaint_of_pain_gets_a_choice_as_it_may_be_no_cramp(bundled):
    reply = Chatbot(bundled).respond("my leg hurts so bad").reply
    assert reply.kind == "clarify"
    assert len(reply.suggestions) == 3
    assert any("ask a doctor" in note for note in reply.notes)


def test_what_no_source_names_as_a_cause_is_not_answered_with_another(bundled):
    reply = Chatbot(bundled).respond("does the full moon cause leg cramps").reply
    assert reply.kind == "abstain"
    assert "“moon”" in reply.message
