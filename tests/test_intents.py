"""The intent matcher: what it serves against what scikit-learn fitted, its bounds, and its silence."""

from __future__ import annotations

import numpy
import pytest
from conftest import any_text
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from chatbot import training
from chatbot.container import Container, to_memory
from chatbot.intents import BLOCKS, OUT_OF_SCOPE, IntentMatcher, features, softmax
from chatbot.speech import plain_words
from chatbot.text import fold, words
from chatbot.vectors import bundled

EXAMPLES = {
    "causes": ["why do i get cramps", "what causes cramps at night", "reason for my cramp", "why did my calf seize up"],
    "relief": ["how do i stop a cramp", "what helps a cramp", "make the cramp go away", "get rid of a cramp fast"],
    "quinine": ["is quinine safe", "should i take quinine", "quinine side effects", "tonic water for legs"],
    "greeting": ["hello there", "good morning", "hi bot", "hey you"],
}
OUTSIDE = ["what is the weather", "who won the game", "tell me a joke", "book a flight"]
LEXICON = {"remedy=quinine": ["quinine", "tonic water"], "body_part=calf": ["calf"]}
MATCHER = IntentMatcher.fit(EXAMPLES, OUTSIDE, LEXICON)
QUERIES = [
    "why do i cramp",
    "tonic water",
    "hello bot",
    "quinine quinine for my calf",
    "what is the joke",
    "stop it",
    "7 cramps in 3 nights",
]
said = st.lists(st.sampled_from(["why", "cramp", "quinine", "hello", "calf", "stop", "weather", "3", "zzqx", "joke"]), max_size=8).map(
    " ".join
)


def fitted(examples, outside):
    """scikit-learn's own decision function over the same features, for a list of texts."""
    texts = [text for group in examples.values() for text in group] + outside
    labels = [name for name, group in examples.items() for _ in group] + [OUT_OF_SCOPE] * len(outside)
    phrases = training.fit_lexicon(LEXICON)

    def rows(some, block):
        counts = [features(words(fold(text)), phrases)[block] for text in some]
        return [[name for name, count in row.items() for _ in range(count)] for row in counts]

    spaces = {block: TfidfVectorizer(analyzer=list, sublinear_tf=True).fit(rows(texts, block)) for block in BLOCKS}

    def matrix(some):
        return hstack([spaces[block].transform(rows(some, block)) * training.BLOCK_WEIGHTS[block] for block in BLOCKS]).tocsr()

    def meaning(some):
        return training.meanings([words(fold(text)) for text in some], bundled())

    said = LinearSVC(C=training.C, class_weight="balanced", random_state=0, max_iter=5000).fit(matrix(texts), labels)
    meant = LinearSVC(C=training.C, class_weight="balanced", random_state=0, max_iter=5000).fit(meaning(texts), labels)
    return said.classes_, lambda some, weight: said.decision_function(matrix(some)) + weight * meant.decision_function(meaning(some))


def served(matcher):
    return [matcher.judge(tokens, matcher.read(tokens)) for tokens in (words(fold(query)) for query in QUERIES)]


@pytest.mark.parametrize("outside", [OUTSIDE, []], ids=["with out-of-scope", "without"])
def test_decisions_are_those_of_scikit_learn(outside, monkeypatch):
    monkeypatch.setattr(training, "_PRUNED", 0)
    matcher = IntentMatcher.fit(EXAMPLES, outside, LEXICON)
    classes, decisions = fitted(EXAMPLES, outside)
    assert matcher.names == list(classes)
    weight = matcher.settings["meaning"]["weight"]
    assert weight > 0
    assert numpy.allclose(served(matcher), decisions(QUERIES, weight), atol=0.02)  # the weights of meanings are rounded to a byte


def test_decisions_of_two_intents_are_those_of_scikit_learn(monkeypatch):
    monkeypatch.setattr(training, "_PRUNED", 0)
    two = {name: EXAMPLES[name] for name in ("causes", "quinine")}
    matcher = IntentMatcher.fit(two, lexicon=LEXICON)
    _, decisions = fitted(two, [])
    plain = decisions(QUERIES, matcher.settings["meaning"]["weight"])
    assert numpy.allclose(served(matcher), numpy.column_stack([-plain, plain]), atol=0.02)


def test_small_weights_are_left_out_without_changing_the_best_intent(monkeypatch):
    monkeypatch.setattr(training, "_PRUNED", 0)
    whole = IntentMatcher.fit(EXAMPLES, OUTSIDE, LEXICON)
    assert len(MATCHER.sections()["intents.weights"]) < len(whole.sections()["intents.weights"])
    for query in QUERIES:
        assert MATCHER.match(query).ranking[0][0] == whole.match(query).ranking[0][0]


@pytest.mark.parametrize(
    ("text", "name"),
    [("why the cramps at night", "causes"), ("how to stop my cramp", "relief"), ("quinine safe?", "quinine"), ("HELLO", "greeting")],
)
def test_an_utterance_like_the_examples_is_matched(text, name):
    match = MATCHER.match(text)
    assert match.name == name
    assert match.ranking[0][0] == name


@pytest.mark.parametrize("text", ["", "   ", "?!", "日本語", "zzqx", "zzqx wwvv jjkq"])
def test_nothing_and_nonsense_match_no_intent(text):
    assert MATCHER.match(text).name is None


def test_an_out_of_scope_example_matches_no_intent():
    match = MATCHER.match("what is the weather")
    assert match.name is None
    assert OUT_OF_SCOPE not in dict(match.ranking)


@given(any_text | said)
def test_confidence_and_shares_lie_between_0_and_1(text):
    match = MATCHER.match(text)
    shares = [share for _, share in match.ranking]
    assert 0.0 <= match.confidence <= 1.0
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert sum(shares) <= 1.0 + 1e-9
    assert shares == sorted(shares, reverse=True)
    assert {name for name, _ in match.ranking} in (set(), set(EXAMPLES))


@given(any_text)
def test_no_text_raises_and_the_same_text_gives_the_same_match(text):
    assert MATCHER.match(text) == MATCHER.match(text)
    assert MATCHER.match(text) == MATCHER.match_words(MATCHER.mend(plain_words(words(fold(text)))))


def test_one_intent_is_enough():
    matcher = IntentMatcher.fit({"only": ["why do cramps come"]})
    assert matcher.match("why do cramps come").name == "only"
    assert matcher.match("zzqx").name is None
    assert matcher.match("").name is None


def test_one_intent_and_examples_outside_it_are_enough():
    matcher = IntentMatcher.fit({"only": EXAMPLES["causes"]}, OUTSIDE)
    assert matcher.match("why do i get cramps").name == "only"
    assert matcher.match("tell me a joke").name is None


def test_two_intents_are_told_apart():
    matcher = IntentMatcher.fit({"a": ["why cramps"], "b": ["stop cramps"]})
    assert matcher.match("why").name == "a"
    assert matcher.match("stop").name == "b"


def test_fitting_twice_gives_the_same_bytes():
    again = IntentMatcher.fit(EXAMPLES, OUTSIDE, LEXICON)
    assert again.sections() == MATCHER.sections()


def test_a_matcher_read_from_its_sections_matches_alike():
    again = IntentMatcher(Container(to_memory(MATCHER.sections(), {})))
    for query in QUERIES:
        assert again.match(query) == MATCHER.match(query)


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ({}, "no intents; give at least one with an example"),
        ({"a": ["x y"], "b": []}, "the intent 'b' has no example; give it one"),
        ({"a": ["?!", ""]}, "the examples hold no words"),
    ],
)
def test_too_little_to_fit_is_told(examples, message):
    with pytest.raises(ValueError) as caught:
        IntentMatcher.fit(examples)
    assert str(caught.value) == message


def test_features_are_words_pairs_pieces_and_entities():
    found = features(["tonic", "water", "12"], training.fit_lexicon(LEXICON))
    assert found["word"] == {"tonic": 1, "water": 1, "0": 1, "tonic water": 1, "water 0": 1}
    assert {" to", "ton", "nic", " ton"} <= found["piece"].keys()
    assert found["entity"] == {"remedy=quinine": 1, "remedy": 1}


def test_the_lexicon_helps_where_the_words_differ():
    match = MATCHER.match("tonic water")
    assert match.ranking[0][0] == "quinine"


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=6), st.floats(0.05, 2))
def test_shares_sum_to_1_and_keep_the_order(values, temperature):
    shares = softmax(values, temperature)
    assert sum(shares) == pytest.approx(1.0)
    assert sorted(range(len(values)), key=shares.__getitem__) == sorted(range(len(values)), key=values.__getitem__)
