"""Scores, their order, and the index on the disk. The oracle computes the documented formula again, one pair at a time."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import any_text
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from chatbot.container import Container, to_memory
from chatbot.errors import KnowledgeError
from chatbot.indexing import FIELDS, K1, fit_fields
from chatbot.retrieval import PassageIndex
from chatbot.table import StringTable, ValueTable, string_table, value_table
from chatbot.text import Analyzer

PASSAGES = [
    ("stretch", "Stretching the calf stops a cramp. Stretch before bed."),
    ("salt", "Salt lost in sweat may bring a heat cramp."),
    ("quinine", "Quinine is not advised. Quinine harms the heart."),
    ("night", "Night cramps wake older people in bed."),
]
INDEX = PassageIndex.build(PASSAGES, [["cramp", "charley horse"]])
SYNONYMS = [["cramp", "charley horse"]]
word = st.sampled_from(["calf", "cramps", "night", "salt", "heart", "stretching", "the", "charley horse", "zebra"])
texts = st.lists(word, max_size=10).map(" ".join)


def oracle(rows, query, analyzer):
    """The score of each passage after the formula at the head of chatbot/retrieval.py; rows hold {field: text}."""
    counter = CountVectorizer(analyzer=analyzer.terms).fit([*(text for row in rows for text in row.values()), "anchor"])
    names = [name for name in FIELDS if any(name in row for row in rows)]
    counts = {name: counter.transform([row.get(name, "") for row in rows]).toarray() for name in names}
    means = {name: rows_.sum() / max(1, (rows_.sum(axis=1) > 0).sum()) for name, rows_ in counts.items()}

    def frequency(term, at):
        total = 0.0
        for name in names:
            field, column = FIELDS[name], counter.vocabulary_.get(term)
            length = 1 - field.b + field.b * counts[name][at].sum() / (means[name] or 1.0)
            total += field.weight * counts[name][at][column] / length if column is not None else 0.0
        return total

    def idf(term):
        holding = sum(frequency(term, at) > 0 for at in range(len(rows)))
        return math.log1p(len(rows) / holding) if holding else math.log1p(len(rows) + 1)

    asked = set(analyzer.terms(query))
    total = sum(map(idf, asked))
    shares = [sum(idf(t) * frequency(t, at) / (K1 + frequency(t, at)) for t in asked) for at in range(len(rows))]
    return [share / total if total else 0.0 for share in shares]


@settings(max_examples=30)
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, texts)), min_size=1, max_size=5), texts)
def test_scores_are_those_of_the_documented_formula(rows, query):
    analyzer = Analyzer(SYNONYMS)
    index = fit_fields([(f"p{at}", row) for at, row in enumerate(rows)], analyzer)
    scores = {hit.id: hit.score for hit in index.search(query, k=99)}
    for at, expected in enumerate(oracle(rows, query, analyzer)):
        assert scores.get(f"p{at}", 0.0) == pytest.approx(expected, abs=1e-6)


@given(any_text | texts)
def test_scores_lie_between_0_and_1_and_hits_are_in_order(query):
    hits = INDEX.search(query)
    assert all(0.0 < hit.score <= 1.0 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert len({hit.id for hit in hits}) == len(hits)


@given(texts)
def test_a_word_that_nobody_knows_lowers_every_score(query):
    before = {hit.id: hit.score for hit in INDEX.search(query)}
    after = {hit.id: hit.score for hit in INDEX.search(query + " xylophone")}
    assert before.keys() == after.keys()
    assert all(after[name] < before[name] for name in before)


def test_the_passage_about_the_question_comes_first():
    assert INDEX.search("is quinine bad for the heart?")[0].id == "quinine"
    assert INDEX.search("stretches for my calves")[0].id == "stretch"


def test_a_rare_word_counts_more_than_a_common_one():
    assert INDEX.idf("heart") > INDEX.idf("cramp")
    assert INDEX.idf("xylophone") >= INDEX.idf("heart")
    assert INDEX.known("cramp")
    assert not INDEX.known("xylophone")


@pytest.mark.parametrize("k", [0, 1, 2, 99])
def test_the_k_best_are_the_first_of_all(k):
    assert INDEX.search("cramp in bed", k=k) == INDEX.search("cramp in bed", k=99)[:k]


def test_equal_scores_keep_the_order_of_building():
    index = PassageIndex.build([("b", "salt"), ("a", "salt"), ("c", "salt")])
    assert [hit.id for hit in index.search("salt")] == ["b", "a", "c"]


@pytest.mark.parametrize("query", ["", "  ", "?!", "the of and", "xylophone"])
def test_a_query_without_a_known_word_finds_nothing(query):
    assert INDEX.search(query) == []


@pytest.mark.parametrize("passages", [[], [("a", "")], [("a", "the of and"), ("b", "")]])
def test_an_index_without_words_finds_nothing(passages, tmp_path):
    index = PassageIndex.build(passages)
    index.save(tmp_path / "index.bin")
    for found in (index, PassageIndex.open(tmp_path / "index.bin")):
        assert len(found) == len(passages)
        assert found.search("cramp") == []


def test_synonyms_meet_and_their_parts_do_not():
    assert INDEX.search("charley horse") == INDEX.search("cramp")
    assert INDEX.search("horse") == []


@given(texts)
def test_asking_a_word_twice_changes_nothing(query):
    assert INDEX.search(f"{query} {query}") == INDEX.search(query)


def test_an_index_that_was_saved_and_opened_gives_equal_hits(tmp_path):
    INDEX.save(tmp_path / "index.bin")
    opened = PassageIndex.open(tmp_path / "index.bin")
    assert opened.ids == INDEX.ids
    assert opened.sections() == INDEX.sections()
    for query in ("charley horse", "salt and sweat", "xylophone in bed", ""):
        assert opened.search(query) == INDEX.search(query)


def test_an_index_is_the_same_bytes_each_time(tmp_path):
    PassageIndex.build(PASSAGES, SYNONYMS).save(tmp_path / "index.bin")
    INDEX.save(tmp_path / "again.bin")
    assert (tmp_path / "index.bin").read_bytes() == (tmp_path / "again.bin").read_bytes()


def test_a_file_that_holds_no_index_says_so(tmp_path):
    (tmp_path / "index.bin").write_bytes(b"something else")
    with pytest.raises(KnowledgeError, match="not a knowledge file"):
        PassageIndex.open(tmp_path / "index.bin")


def test_an_id_that_stands_twice_is_refused():
    with pytest.raises(ValueError) as caught:
        PassageIndex.build([("a", "one"), ("b", "two"), ("a", "three")])
    assert str(caught.value) == "the passage id 'a' stands twice; ids must differ"


@settings(max_examples=30)
@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=12), st.text("abcd", max_size=4))
def test_a_term_is_known_when_a_passage_holds_it(terms, wanted):
    index = PassageIndex.build([(str(at), term) for at, term in enumerate(terms)])
    held = [set(index.analyzer.terms(term)) for term in terms]
    for term in {wanted, *set().union(*held)}:
        holding = [at for at, found in enumerate(held) if term in found]
        assert index.known(term) == bool(holding)
        assert list(index.postings(term)[0]) == holding


@settings(max_examples=30)
@given(st.lists(any_text, unique=True, max_size=20), any_text)
def test_a_table_finds_what_a_dictionary_finds(strings, wanted):
    strings = [string for string in strings if string.isprintable()]
    table = StringTable(Container(to_memory(string_table("t", strings), {})), "t")
    oracle = {string: at for at, string in enumerate(strings)}
    assert list(table) == strings
    assert [table.find(string) for string in strings] == list(range(len(strings)))
    assert table.find(wanted) == oracle.get(wanted, -1)
    assert (wanted in table) == (wanted in oracle)


@settings(max_examples=30)
@given(
    st.dictionaries(
        any_text.filter(str.isprintable),
        st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)),
    ),
    any_text,
)
def test_a_table_of_values_is_read_as_the_mapping_that_it_was_made_of(values, wanted):
    table = ValueTable(Container(to_memory(value_table("t", values), {})), "t")
    assert dict(table) == values
    assert list(table) == list(values)
    assert len(table) == len(values)
    assert table.get(wanted) == values.get(wanted)
    assert (wanted in table) == (wanted in values)
    if wanted not in values:
        with pytest.raises(KeyError):
            table[wanted]


@given(texts)
def test_the_best_score_is_the_largest_of_all_scores(query):
    terms = INDEX.analyzer.terms(query)
    assert INDEX.best_score(terms) == max(INDEX.scores(dict.fromkeys(terms, 1.0)).values(), default=0.0)


def test_scores_are_the_same_when_no_posting_can_be_kept(monkeypatch):
    monkeypatch.setattr("chatbot.retrieval._MOST_POSTINGS", 2)
    index = PassageIndex.build(PASSAGES, SYNONYMS)
    for query in ("night cramp", "night cramp", "calf heart salt"):
        assert index.search(query) == INDEX.search(query)
    assert sum(len(numbers) for _, numbers, _ in index._lists.values()) <= 2


def test_postings_hold_the_passages_of_a_term():
    numbers, impacts = INDEX.postings("cramp")
    assert [INDEX.ids[number] for number in numbers] == ["stretch", "salt", "night"]
    assert all(0 < impact < INDEX.idf("cramp") for impact in impacts)
    assert len(INDEX.postings("xylophone")[0]) == 0


def test_a_weighted_term_counts_more():
    plain = INDEX.scores({"salt": 1.0, "heart": 1.0})
    leaning = INDEX.scores({"salt": 2.0, "heart": 1.0})
    salt, quinine = INDEX.ids.index("salt"), INDEX.ids.index("quinine")
    assert leaning[salt] > plain[salt]
    assert leaning[quinine] < plain[quinine]
    assert INDEX.scores({}) == {}


def test_eight_threads_share_an_index(tmp_path):
    INDEX.save(tmp_path / "index.bin")
    opened = PassageIndex.open(tmp_path / "index.bin")
    queries = ["cramp in bed", "quinine heart", "salt", "xylophone", "charley horse at night"] * 40
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened.search, queries)) == [INDEX.search(query) for query in queries]
