"""Reading grades, against the formula worked out by hand."""

from __future__ import annotations

import pytest
from conftest import any_text
from hypothesis import given

from chatbot.errors import MissingExtraError
from chatbot.readability import grade


@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [("The cat sat.", 3, 1, 3), ("The cat sat. The dog ran off.", 7, 2, 7), ("Water runs.", 2, 1, 3), ("Take 12 steps.", 3, 1, 3)],
)
def test_the_grade_is_that_of_flesch_and_kincaid(text, words, sentences, syllables):
    assert grade(text) == pytest.approx(0.39 * words / sentences + 11.8 * syllables / words - 15.59)


def test_longer_sentences_and_longer_words_read_harder():
    assert grade("The cat sat on the mat and the dog ran off.") > grade("The cat sat on the mat. The dog ran off.")
    assert grade("Medication alleviates discomfort.") > grade("Pills help pain.")


def test_names_that_are_set_aside_count_as_two_syllables():
    plain = grade("Amyotrophic legs hurt.")
    aside = grade("Amyotrophic legs hurt.", {"amyotrophic"})
    assert aside < plain
    assert aside == pytest.approx(0.39 * 3 + 11.8 * 4 / 3 - 15.59)
    assert grade("Diuretics help.", {"diuretic"}) == grade("Diuretics help.", {"diuretics"}) < grade("Diuretics help.")


def test_setting_a_short_name_aside_does_not_make_it_longer():
    assert grade("The cat sat.", {"cat"}) == grade("The cat sat.")


@pytest.mark.parametrize("text", ["", "  ", "?!", "..."])
def test_a_text_without_words_has_grade_0(text):
    assert grade(text) == 0.0


def test_without_pyphen_the_error_names_the_line_to_run(no_pyphen):
    with pytest.raises(MissingExtraError) as caught:
        grade("The cat sat.")
    assert str(caught.value) == "reading grades need Pyphen; run: pip install 'cramp-chatbot[lint]'"
    assert isinstance(caught.value, ImportError)


@given(any_text)
def test_no_text_raises(text):
    assert isinstance(grade(text), float)
