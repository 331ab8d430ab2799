"""Short forms of text messages and of speech, written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.intents import IntentMatcher
from chatbot.speech import plain_words
from chatbot.text import fold, words


def plain(text):
    return " ".join(plain_words(words(fold(text))))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("y do u think", "why do you think"),
        ("wot shud i do 2nite", "what should i do tonight"),
        ("gonna need 2 see a doc", "going to need to see a doctor"),
        ("stretches 4 me calf", "stretches for my calf"),
        ("dunno cuz me leg hurts", "dont know because my leg hurts"),
        ("w/ a knot n pain", "with a knot and pain"),
        ("shud i b worried", "should i be worried"),
        ("owt for this", "anything for this"),
    ],
)
def test_short_forms_are_written_out(said, meant):
    assert plain(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "is vitamin b good", "vitamin b or c", "4 days", "it lasted 2 minutes", "give me leg stretches", "wake at 4 the whole week", "3 am",
        "2", "y", "n", "does it help me", "hepatitis b",
    ],
)  # fmt: skip
def test_what_means_something_else_stays(said):
    assert plain(said) == said


@given(st.lists(st.sampled_from("y u r n b 2 4 me leg my need vitamin wot gonna 5 the cramps".split())))
def test_what_was_written_out_may_be_read_again(tokens):
    once = plain_words(tokens)
    assert all(token for token in once)
    assert len(plain_words(once)) >= len(once)


@given(st.text())
def test_no_text_breaks_it(text):
    plain(text)


def test_the_matcher_reads_short_forms_in_examples_and_messages():
    matcher = IntentMatcher.fit({"why": ["why do you cramp", "y does it hurt"], "stop": ["make it stop", "end it now"]})
    assert matcher.match("y").ranking == ()
    assert matcher.match("y do u cramp").ranking == matcher.match("why do you cramp").ranking
