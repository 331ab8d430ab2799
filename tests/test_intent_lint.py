"""What the linter of the examples finds, each with a tiny intents file."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chatbot.intent_lint import TWIN, _cosine, _example, _left_out, _twins, _vectors, intent_findings
from chatbot.intents_file import BOT, Intent, IntentsFile


def file_of(**examples):
    intents = tuple(
        Intent(name, "topic", name, f"{name}?", tuple(texts), (), (), (), line) for line, (name, texts) in enumerate(examples.items(), 1)
    )
    return IntentsFile(dict(BOT), (), intents, (), (), {}, {}, "intents.yaml")


WHY = ["why do I cramp", "what causes it", "the reason for spasms", "where does it come from", "how come my leg seizes"]
FOOD = ["which foods are good", "what should I eat", "is a banana useful", "diet against it", "meals that stop spasms"]


def messages(file):
    return [str(finding) for finding in intent_findings(file)]


def test_examples_that_differ_are_clean():
    assert messages(file_of(why=WHY, food=FOOD)) == []


def test_an_example_that_stands_twice_is_found():
    assert messages(file_of(why=[*WHY, "Why do I cramp?"], food=FOOD)) == [
        "intents.yaml:1: “Why do I cramp?” stands twice in 'why'; keep one"
    ]


def test_an_example_that_stands_in_two_intents_is_found():
    assert "stands in 'why' and in 'food'" in messages(file_of(why=WHY, food=[*FOOD, "what causes it"]))[0]


def test_twins_in_two_intents_are_found():
    found = messages(
        file_of(
            why=[*WHY, "which vegetables and which nuts hold potassium"], food=[*FOOD, "which nuts and which vegetables hold potassium"]
        )
    )
    assert any("says what" in message for message in found)


def test_an_intent_with_too_few_examples_is_found():
    assert "has 2 examples; write at least 4" in messages(file_of(why=WHY[:2], food=FOOD))[0]


def test_an_intent_that_another_swallows_is_found():
    many = [f"{text} {word}" for text in WHY for word in ("now", "here", "again")]
    twins = [f"{text} please" for text in many]
    found = messages(file_of(why=many, again=twins, food=FOOD))
    assert any("sharpen both" in message for message in found)


def test_an_example_that_stands_in_the_wrong_intent_is_found():
    found = messages(file_of(why=[*WHY, "which foods and which meals are good to eat"], food=FOOD))
    assert found == ["intents.yaml:1: “which foods and which meals are good to eat” lies nearer to 'food' than to 'why'; move or reword it"]


def test_an_example_that_is_like_no_other_is_no_stray():
    assert messages(file_of(why=[*WHY, "zinc"], food=FOOD)) == []


def test_intents_that_share_their_words_overlap():
    numbers = "one two three four five six seven eight".split()
    stretch, loosen = [f"stretch it {number}" for number in numbers], [f"loosen them {number}" for number in numbers]
    one = [*stretch, "loosen them now", "loosen them here", "loosen them soon", "loosen them twice"]
    two = [*loosen, "stretch it today", "stretch it there", "stretch it always", "stretch it again"]
    found = messages(file_of(one=one, two=two, food=FOOD))
    assert "intents.yaml:1: 'one' and 'two' overlap: 4 and 4 of their examples lie nearer to the other" in found[-1]


def test_an_intent_that_nothing_reaches_is_found():
    words = "amber birch cedar dogwood elder fir gorse hazel iris juniper kale larch".split()
    lonely = [
        f"{word} {other}"
        for word, other in zip(words, "one two three four five six seven eight nine ten eleven twelve".split(), strict=True)
    ]
    left = [f"{word} near the house" for word in words[:6]] * 2
    right = [f"{word} by the river" for word in words[6:]] * 2
    found = messages(file_of(lonely=lonely, left=left, right=right))
    assert any("'lonely' lies nearest to its own" in message and "messages will not reach it" in message for message in found)


@given(st.lists(st.lists(st.text(alphabet="abc ", max_size=8), min_size=1, max_size=6), min_size=2, max_size=4))
def test_no_examples_break_the_linter(groups):
    assert isinstance(messages(file_of(**{f"i{at}": texts for at, texts in enumerate(groups)})), list)


@given(
    st.lists(
        st.lists(st.sampled_from("calf foot toe neck why how stop eat".split()), min_size=1, max_size=5).map(" ".join),
        min_size=6,
        max_size=24,
    )
)
def test_likeness_is_that_of_the_plain_reckoning(texts):
    examples = [_example(text, f"i{at % 3}", 1) for at, text in enumerate(texts)]
    vectors = _vectors(examples)
    found = _left_out(examples, vectors).values
    for at in range(len(examples)):
        for number, name in enumerate(["i0", "i1", "i2"]):
            total = Counter()
            for other, example in enumerate(examples):
                if example.intent == name and other != at:
                    total.update(vectors[other])
            length = math.sqrt(sum(weight * weight for weight in total.values()))
            plain = sum(weight * total[token] for token, weight in vectors[at].items()) / length if length else 0.0
            assert abs(found[at, number] - plain) < 1e-6


@given(
    st.lists(
        st.lists(st.sampled_from("calf foot toe neck why how stop eat".split()), min_size=1, max_size=5).map(" ".join),
        min_size=4,
        max_size=24,
    )
)
def test_every_pair_of_twins_is_found(texts):
    file = file_of(a=texts[::2], b=texts[1::2])
    examples = [_example(text, name, 1) for name, mine in (("a", texts[::2]), ("b", texts[1::2])) for text in mine]
    vectors = _vectors(examples)
    pairs = [
        (one, two)
        for at, one in enumerate(examples)
        for other, two in enumerate(examples[:at])
        if one.intent != two.intent and one.tokens != two.tokens and _cosine(vectors[at], vectors[other]) >= TWIN
    ]
    assert len(list(_twins(file, examples, vectors))) == len(pairs)
