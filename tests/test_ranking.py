"""Which passage answers: what each of lexical score, intent and slots does to the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chatbot.ranking import by_entity, rank

ENTITY_OF = {"calf": "body_part", "leg": "body_part", "foot": "body_part", "night": "time", "diabetes": "condition"}
WIDER = {"calf": ["leg"], "foot": ["leg"]}
PASSAGES = {
    0: (["causes"], ["calf"]),
    1: (["causes", "relief"], ["leg"]),
    2: (["relief"], ["foot"]),
    3: (["relief"], []),
    4: (["causes"], ["diabetes"]),
    5: (["causes"], []),
}

lexical = st.dictionaries(st.sampled_from(sorted(PASSAGES)), st.floats(0, 1))
shares = st.fixed_dictionaries({}, optional={"causes": st.floats(0, 1), "relief": st.floats(0, 1)})
slots = st.fixed_dictionaries(
    {}, optional={"body_part": st.sampled_from(["calf", "leg", "foot"]), "time": st.just("night"), "condition": st.just("diabetes")}
)
chosen = st.lists(st.sampled_from(sorted(PASSAGES)), unique=True, max_size=3)


def scores(found=None, wanted=None, named=(), asked=None, candidates=PASSAGES):
    """The passages with their scores, in the order of `rank`."""
    return dict(
        rank(
            found or {},
            candidates,
            lambda n: (PASSAGES[n][0], by_entity(PASSAGES[n][1], ENTITY_OF)),
            wanted or {},
            {n: 1 / (1 + at) for at, n in enumerate(named)},
            asked or {},
            WIDER,
        )
    )


@given(lexical, shares, chosen, slots)
def test_scores_lie_between_0_and_1_and_the_best_comes_first(found, wanted, named, asked):
    result = scores(found, wanted, named, asked)
    values = list(result.values())
    assert set(result) == set(PASSAGES)
    assert all(0.0 <= value <= 1.0 for value in values)
    assert values == sorted(values, reverse=True)


@given(lexical, shares, chosen, slots, st.sampled_from(sorted(PASSAGES)))
def test_more_words_in_common_never_lower_a_passage(found, wanted, named, asked, number):
    lower = scores(found, wanted, named, asked)
    higher = scores({**found, number: 1.0}, wanted, named, asked)
    assert higher[number] >= lower[number]
    assert all(higher[other] == lower[other] for other in PASSAGES if other != number)


@given(lexical, shares, chosen, slots)
def test_a_passage_is_scored_without_regard_to_the_others(found, wanted, named, asked):
    together = scores(found, wanted, named, asked)
    for number in PASSAGES:
        assert scores(found, wanted, named, asked, [number]) == {number: together[number]}


def test_equal_scores_keep_the_order_of_the_corpus():
    assert list(scores({3: 0.5, 5: 0.5}, candidates=[5, 3])) == [3, 5]


def test_a_passage_that_serves_the_intent_gains_and_the_first_intent_counts_most():
    result = scores(dict.fromkeys(PASSAGES, 0.5), {"relief": 0.9})
    assert result[3] > result[5]
    assert result[3] > scores(dict.fromkeys(PASSAGES, 0.5), {"relief": 0.3})[3]
    assert rank({}, [0, 1], lambda n: ([["relief"], ["causes", "relief"]][n], {}), {"relief": 0.9}, {}, {}, {})[0][0] == 0


def test_what_the_author_named_first_gains_most():
    result = scores(dict.fromkeys(PASSAGES, 0.5), named=[5, 3])
    assert result[5] > result[3] > scores(dict.fromkeys(PASSAGES, 0.5))[3]


def test_the_value_asked_for_beats_a_wider_one_and_both_beat_another():
    result = scores(dict.fromkeys(PASSAGES, 0.5), asked={"body_part": "calf"})
    assert result[0] > result[1] > result[2]
    assert result[3] > result[2]


def test_a_passage_about_what_nobody_asked_is_not_shown_first():
    result = scores({4: 0.5, 5: 0.5})
    assert result[5] > result[4]
    asked = scores({4: 0.5, 5: 0.5}, asked={"condition": "diabetes"})
    assert asked[4] > asked[5]
