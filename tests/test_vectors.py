"""What words mean: the vectors, the classifier over them, and the plain reckoning that it must agree with."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.container import Container, to_memory
from chatbot.errors import KnowledgeError
from chatbot.intents import IntentMatcher
from chatbot.training import meanings
from chatbot.vectors import Judge, Vectors, bundled

FEW = {
    "food": [
        "where can i find a good restaurant",
        "book a table at a restaurant",
        "which restaurant is nearby",
        "restaurant reviews please",
    ],
    "money": ["move money to my savings", "how much money is on my account", "send money to my sister", "money transfer please"],
    "travel": ["book a flight to rome", "when does my flight leave", "change my flight", "flight prices please"],
    "weather": ["will it rain today", "what is the weather like", "weather for tomorrow please", "do i need a coat today"],
}


def likeness(one, two):
    first, second = meanings([one.split(), two.split()], bundled())
    return float(first @ second)


def test_words_that_are_used_alike_lie_close_together():
    assert likeness("restaurant", "diner") > 0.4
    assert likeness("restaurant", "diner") > likeness("restaurant", "thunder") + 0.3
    assert likeness("doctor", "physician") > likeness("doctor", "banana") + 0.3


def test_frequent_words_hardly_count():
    assert likeness("the restaurant", "restaurant") > 0.9


def test_a_word_that_no_example_holds_is_understood():
    matcher = IntentMatcher.fit(FEW)
    assert matcher.match("any eateries").ranking[0][0] == "food"
    assert matcher.match("airline departure").ranking[0][0] == "travel"


def test_the_meaning_of_nothing_is_nothing():
    assert not numpy.any(meanings([[], ["zzqxv"]], bundled()))
    assert Judge(bundled(), bytes([200]) * bundled().dimensions * 2, [1.0, 1.0]).decide(["zzqxv"]) == [0.0, 0.0]


@given(st.lists(st.sampled_from("the restaurant diner calf cramps zzqxv money why doctor".split()), max_size=30), st.integers(0, 2**32 - 1))
def test_the_judge_agrees_with_the_plain_reckoning(tokens, seed):
    vectors = bundled()
    weights = numpy.random.default_rng(seed).integers(1, 256, size=(vectors.dimensions, 5)).astype("u1")
    scales = [0.1, 0.2, 0.3, 0.4, 0.5]
    plain = (meanings([tokens], vectors)[0] @ (weights.astype(float) - 128.0)) * scales
    assert Judge(vectors, weights.tobytes(), scales).decide(tokens) == pytest.approx(plain.tolist(), abs=1e-6)


def test_the_longest_message_overflows_no_lane():
    vectors = bundled()
    judge = Judge(vectors, bytes([255]) * vectors.dimensions * 3, [1.0, 1.0, 1.0])
    one, many = judge.decide(["restaurant"]), judge.decide(["restaurant"] * 2048)
    assert one == pytest.approx(many)


def test_a_file_of_another_kind_is_refused():
    with pytest.raises(KnowledgeError, match="not a file of word vectors"):
        Vectors(Container(to_memory({}, {"kind": "knowledge"})))


def test_a_matcher_of_other_vectors_is_refused():
    matcher = IntentMatcher.fit(FEW)
    matcher.settings["meaning"]["vectors"] = "of another time"
    with pytest.raises(KnowledgeError, match="other word vectors; run `chatbot build` again"):
        matcher.match("book a table")
