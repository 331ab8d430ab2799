"""How well the matcher matches where it is sure to be compared: rounding, mending, folds, confidence."""

from __future__ import annotations

import json
import random
import subprocess
import sys

import numpy
import pytest

from chatbot import held_out, training
from chatbot.container import Container, to_memory
from chatbot.errors import KnowledgeError
from chatbot.intents import IntentMatcher
from chatbot.mending import Mender
from chatbot.text import fold, words

VERBS = ("stop", "start", "find", "show", "send", "lose", "break", "order", "cancel", "change")
THINGS = ("card", "payment", "account", "invoice", "parcel", "ticket", "password", "address", "flight", "hotel", "camera", "window")
OPENERS = ("please", "can you", "how do i", "i want to", "help me", "where do i", "could somebody", "we need to")


TOWNS = (
    "aberdeen bath berlin boston bristol cairo chester cork delhi denver derby dublin exeter geneva glasgow havana kyoto leeds lima "
    "lisbon london lyon madrid milan moscow munich naples norwich osaka oslo oxford paris perth prague quito rome seoul sofia sydney "
    "tokyo toronto tunis turin vienna warsaw york zagreb zurich "
    "bergen bern bilbao bonn brno cadiz dover essen graz kiev lille malmo nantes nice porto riga seville split tampere turku utrecht"
).split()


def made(count: int, seed: int = 0) -> dict[str, list[str]]:
    """Examples of one intent for each pair of verb and thing."""
    chance = random.Random(seed)
    fill = ("today", "again", "for my brother", "quickly", "without trouble", "this morning", "in the office", "before friday")
    return {
        f"{verb}_{thing}": [
            f"{chance.choice(OPENERS)} {verb} the {thing} {chance.choice(fill)} {chance.choice(TOWNS)}" for _ in range(count)
        ]
        for verb in VERBS
        for thing in THINGS[:6]
    }


@pytest.fixture(scope="module")
def matcher():
    return IntentMatcher.fit(made(6))


def tokens_of(examples):
    return [words(fold(text)) for texts in examples.values() for text in texts]


def test_rounding_to_bytes_changes_decisions_little(monkeypatch):
    exact = IntentMatcher.fit(made(5))
    monkeypatch.setattr(training, "_EXACT", 0)
    rounded = IntentMatcher.fit(made(5))
    assert rounded.settings["weight_code"] == "b"
    assert len(rounded.sections()["intents.dense"]) > 0
    for tokens in tokens_of(made(2, seed=1)):
        one, other = (m.decide(m.vector(tokens)[0]) for m in (exact, rounded))
        assert numpy.allclose(one, other, atol=0.05)


def test_a_row_of_bytes_and_single_weights_say_the_same(monkeypatch):
    monkeypatch.setattr(training, "_EXACT", 0)
    monkeypatch.setattr(training, "_PRUNED", 0)
    monkeypatch.setattr(training, "_DENSE", 0.0)
    dense = IntentMatcher.fit(made(4))
    monkeypatch.setattr(training, "_DENSE", 2.0)
    sparse = IntentMatcher.fit(made(4))
    assert not sparse.sections()["intents.dense"]
    for tokens in tokens_of(made(1, seed=2)):
        one, other = (m.decide(m.vector(tokens)[0]) for m in (dense, sparse))
        assert numpy.allclose(one, other, atol=0.005)


def test_the_longest_message_does_not_overflow(monkeypatch):
    monkeypatch.setattr(training, "_EXACT", 0)
    matcher = IntentMatcher.fit(made(4))
    match = matcher.match(" ".join(text for texts in made(9).values() for text in texts) * 2)
    assert 0.0 <= match.confidence <= 1.0


@pytest.mark.parametrize(("said", "name"), [("please cancle the paymnet", "cancel_payment"), ("how do i ordre the tikcet", "order_ticket")])
def test_slips_are_mended(matcher, said, name):
    assert matcher.match(said).ranking[0][0] == name
    assert matcher.mend(["cancle", "the", "paymnet"]) == ["cancel", "the", "payment"]


def test_english_words_and_numbers_are_no_slips(matcher):
    plain = ["please", "boat", "the", "card", "cart", "5pm", "12"]
    assert matcher.mend(plain) == plain


def test_a_matcher_of_few_words_mends_nothing():
    matcher = IntentMatcher.fit({"a": ["why cramps"], "b": ["stop cramps"]})
    assert matcher.mend(["crampz", "wjy"]) == ["crampz", "wjy"]


def test_what_stood_beside_a_word_decides_between_two():
    beside = {("the", "cat"), ("my", "car")}
    mender = Mender({"the": 9, "my": 9, "cat": 3, "car": 3}, lambda a, b: (a, b) in beside, lambda word: False)
    assert mender.mend(["the", "caq"]) == ["the", "cat"]
    assert mender.mend(["my", "caq"]) == ["my", "car"]


def test_two_words_written_together_are_split():
    mender = Mender({"leg": 3, "cramps": 3}, lambda a, b: False, lambda word: False)
    assert mender.mend(["legcramps"]) == ["leg", "cramps"]


def test_words_of_the_lexicon_are_no_slips():
    examples = {name: [*texts] for name, texts in made(4).items()}
    matcher = IntentMatcher.fit(examples, lexicon={"thing=kard": ["kard"]})
    assert matcher.mend(["kard"]) == ["kard"]


def test_a_matcher_of_an_older_version_is_refused(matcher):
    sections = matcher.sections()
    data = json.loads(sections["intents.json"])
    del data["settings"]["meaning"]
    sections["intents.json"] = json.dumps(data).encode()
    with pytest.raises(KnowledgeError, match="fitted by another version"):
        IntentMatcher(Container(to_memory(sections, {})))


def test_a_fold_is_a_run_of_neighbours():
    assert held_out.fold_numbers(["a"] * 10) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert held_out.fold_numbers(["a", "b", "a", "b"]) == [0, 0, 2, 2]


def test_the_error_of_calibration():
    assert held_out.error([1.0, 1.0, 0.0], [True, True, False]) == 0.0
    assert held_out.error([1.0, 1.0], [True, False]) == pytest.approx(0.5)
    assert held_out.error([], []) == 0.0


def test_confidence_is_low_for_what_no_example_holds(matcher):
    known = matcher.match("please cancel the payment today")
    assert known.name == "cancel_payment"
    assert matcher.inside(words("please cancel the payment today")) > matcher.inside(words("hamster opera wombat"))
    assert matcher.inside(["hamster"]) < 0.5


def test_a_clean_message_loads_neither_rapidfuzz_nor_scikit_learn(matcher, tmp_path):
    path = tmp_path / "m.bin"
    path.write_bytes(to_memory(matcher.sections(), {}))
    code = (
        "import sys; from chatbot.container import Container; from chatbot.intents import IntentMatcher\n"
        f"IntentMatcher(Container({str(path)!r})).match('please cancel the payment 12')\n"
        "print([m for m in ('rapidfuzz', 'sklearn', 'numpy', 'chatbot.mending') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == "[]"
