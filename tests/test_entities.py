"""Body parts, remedies, illnesses and ages that an utterance names."""

from __future__ import annotations

import pytest
from conftest import any_text
from hypothesis import given

from chatbot.entities import find_entities, slots_of
from chatbot.text import fold, words
from chatbot.training import fit_lexicon

LEXICON = fit_lexicon(
    {
        "body_part=calf": ["calf"],
        "body_part=leg": ["leg", "lower limb"],
        "body_part=foot": ["foot", "feet"],
        "condition=diabetes": ["diabetes", "diabetic"],
        "time=night": ["night", "in bed"],
        "population=pregnancy": ["pregnant"],
    }
)


def slots(text):
    """What `text` names."""
    return slots_of(find_entities(words(fold(text)), LEXICON))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my calves cramp", {"body_part": "calf"}),
        ("cramp in my LOWER limbs", {"body_part": "leg"}),
        ("my feet at night", {"body_part": "foot", "time": "night"}),
        ("i am diabetic and pregnant", {"condition": "diabetes", "population": "pregnancy"}),
        ("why do muscles cramp", {}),
        ("", {}),
    ],
)
def test_values_are_found_by_their_phrasings(text, found):
    assert slots(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "no diabetes",
        "i do not have diabetes",
        "without any diabetes",
        "i dont have diabetes",
        "never had diabetes",
        "it isnt diabetes",
        "not diabetic",
    ],
)
def test_a_value_that_is_denied_fills_no_slot(text):
    assert "condition" not in slots(text)


def test_a_denied_value_is_found_and_marked():
    entities = find_entities(["no", "diabetes"], LEXICON)
    assert [(entity.value, entity.negated, entity.start, entity.end) for entity in entities] == [("diabetes", True, 1, 2)]


@pytest.mark.parametrize(
    "text", ["no cramp by day but at night", "not in the morning now at night", "no idea what it is all about but night is worst"]
)
def test_a_denial_ends_where_the_sentence_turns(text):
    assert slots(text)["time"] == "night"


def test_a_denial_does_not_reach_far():
    assert slots("no idea why this keeps happening to me every night") == {"time": "night"}


def test_the_last_value_of_an_entity_wins():
    assert slots("my leg, well my calf") == {"body_part": "calf"}
    assert slots("my calf, well my leg") == {"body_part": "leg"}
    assert slots("my calf not my foot") == {"body_part": "calf"}


@pytest.mark.parametrize(
    ("text", "population"),
    [
        ("my 8 year old has cramps", "child"),
        ("my 8yo has cramps", "child"),
        ("a 1 year old", "baby"),
        ("6 month old with leg cramps", "baby"),
        ("my 3 week old", "baby"),
        ("a 16 year old runner", "teenager"),
        ("im 74", "older"),
        ("i am 74", "older"),
        ("my dad is 80", "older"),
        ("aged 70", "older"),
        ("a 74 year old man", "older"),
        ("74yr old", "older"),
    ],
)
def test_an_age_names_a_population(text, population):
    assert slots(text)["population"] == population


@pytest.mark.parametrize(
    "text", ["im 40", "a 30 year old", "cramps for 8 years", "70 cramps", "is 200", "2 months ago", "aged 900", "300 mg", "im 5 foot"]
)
def test_other_numbers_name_no_population(text):
    assert "population" not in slots(text)


@given(any_text)
def test_no_text_raises_and_entities_lie_within_it(text):
    tokens = words(fold(text))
    for entity in find_entities(tokens, LEXICON):
        assert 0 <= entity.start < entity.end <= len(tokens)
    assert slots_of(find_entities(tokens, LEXICON)) == slots(text)
