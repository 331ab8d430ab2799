"""How well a question agrees with the wordings of a passage, against the definition worked out plainly."""

from hypothesis import given
from hypothesis import strategies as st

from chatbot.agreement import Agreement, agreement_sections
from chatbot.container import Container, to_memory

IDF = [0.5, 1.0, 2.0, 3.0, 4.5, 0.25]
wordings = st.lists(st.lists(st.integers(0, len(IDF) - 1), max_size=6), max_size=4)
queries = st.dictionaries(st.integers(0, len(IDF) - 1), st.floats(0.05, 1.0), max_size=5)


def plainly(weights, total, group):
    best = 0.0
    for wording in map(set, group):
        common = sum(weights.get(term, 0.0) for term in wording)
        if common:
            best = max(best, 2 * common / (total + sum(IDF[term] for term in wording)))
    return min(1.0, best)


@given(st.lists(st.tuples(wordings, wordings), min_size=1, max_size=5), queries, st.floats(0.0, 3.0))
def test_it_is_the_best_harmonic_mean_over_the_wordings(passages, query, unknown):
    agreement = Agreement(Container(to_memory(agreement_sections(passages, IDF), {})))
    weights = {term: weight * IDF[term] for term, weight in query.items()}
    total = sum(weights.values()) + unknown
    for number, (asked, said) in enumerate(passages):
        found = agreement.of(number, weights, total)
        assert abs(found[0] - plainly(weights, total, asked)) < 1e-5
        assert abs(found[1] - plainly(weights, total, said)) < 1e-5


def test_a_wording_of_just_the_question_agrees_in_full_and_a_more_special_one_less():
    agreement = Agreement(Container(to_memory(agreement_sections([([[1, 2]], [[1, 2, 3, 4]])], IDF), {})))
    asked, said = agreement.of(0, {1: 1.0, 2: 2.0}, 3.0)
    assert asked == 1.0
    assert 0 < said < 0.5
