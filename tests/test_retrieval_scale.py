"""Indexes of any size: the plain computation, the standard library, NumPy, streaming and segments give the same scores."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from conftest import any_text
from hypothesis import given, settings
from hypothesis import strategies as st
from test_retrieval import oracle

from chatbot import columns, counting, indexing, merging
from chatbot.batch import opened
from chatbot.container import Container
from chatbot.counting import cached
from chatbot.errors import KnowledgeError
from chatbot.indexing import FIELDS, K1, fit_fields
from chatbot.large import LargeIndex
from chatbot.retrieval import PassageIndex
from chatbot.scoring import STORED_K, Posting, top_k
from chatbot.segments import SegmentedIndex
from chatbot.streaming import stream_index
from chatbot.text import Analyzer

SYNONYMS = [["cramp", "charley horse"]]
ANALYZER = Analyzer(SYNONYMS)
word = st.sampled_from(["calf", "cramps", "night", "salt", "heart", "stretching", "the", "charley horse", "zebra", "calf calf calf"])
texts = st.lists(word, max_size=8).map(" ".join)
rows = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, texts)), max_size=30)
sizes = st.sampled_from([1, 2, 3, 10, 99])


def named(fields, start=0):
    """Rows with ids."""
    return [(f"p{at}", row) for at, row in enumerate(fields, start)]


def streamed(passages, chunk=4):
    """The index that is built in bounded memory, whatever the number of passages."""
    return stream_index(passages, ANALYZER, FIELDS, K1, chunk=chunk)


def plain(index, query, k):
    """The hits by `scores`, which the standard library computes: every passage, then a sort."""
    scores = index.scores(dict.fromkeys(index.analyzer.terms(query), 1.0))
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:k]


@settings(max_examples=40)
@given(rows, texts)
def test_a_streamed_index_has_the_scores_of_the_documented_formula(fields, query):
    found = {hit.id: hit.score for hit in streamed(named(fields)).search(query, k=99)}
    for at, expected in enumerate(oracle(fields, query, ANALYZER)):
        assert found.get(f"p{at}", 0.0) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40)
@given(rows, texts, sizes)
def test_numpy_finds_what_the_standard_library_finds_to_the_last_bit(fields, query, k):
    index = streamed(named(fields))
    assert index.best(dict.fromkeys(ANALYZER.terms(query), 1.0), k) == plain(index, query, k)


@settings(max_examples=30)
@given(rows, st.dictionaries(st.sampled_from(["calf", "cramp", "night", "salt", "nobody"]), st.floats(0.1, 3.0), max_size=4), sizes)
def test_numpy_weighs_terms_as_the_standard_library_does(fields, weights, k):
    index = streamed(named(fields))
    assert index.best(weights, k) == sorted(index.scores(weights).items(), key=lambda item: (-item[1], item[0]))[:k]


@settings(max_examples=30)
@given(rows, texts)
def test_an_index_in_memory_and_a_streamed_one_agree(fields, query):
    small, large = fit_fields(named(fields), ANALYZER), streamed(named(fields))
    assert list(large.ids) == small.ids
    weights = dict.fromkeys([*ANALYZER.terms(query), "nobody"], 1.0)
    assert large.scores(weights) == pytest.approx(small.scores(weights), abs=1e-6)
    for term in weights:
        assert large.idf(term) == pytest.approx(small.idf(term), rel=1e-6)
        assert large.known(term) == small.known(term)
        assert list(large.postings(term)[0]) == list(small.postings(term)[0])
        assert list(large.postings(term)[1]) == pytest.approx(list(small.postings(term)[1]), rel=1e-6)


@st.composite
def shards(draw):
    """Postings with many passages and few distinct shares, so that bounds cut and scores tie."""
    size = draw(st.integers(20, 200))
    rng = numpy.random.default_rng(draw(st.integers(0, 1 << 32)))
    postings = []
    for _ in range(draw(st.integers(1, 7))):
        numbers = numpy.sort(rng.choice(size, draw(st.integers(1, size)), replace=False)).astype(numpy.uint32)
        shares = rng.choice(numpy.array([0.1, 0.2, 0.5, 0.9], numpy.float32), len(numbers))
        kth = float(numpy.partition(shares, -STORED_K)[-STORED_K]) if len(shares) >= STORED_K else 0.0
        idf, weight = draw(st.sampled_from([0.7, 2.0, 6.5])), draw(st.sampled_from([1.0, 0.4]))
        postings.append(Posting(numbers, shares.__getitem__, idf, weight, float(shares.max()), kth))
    return size, postings, rng.random(size) < draw(st.sampled_from([0.1, 0.5, 1.0]))


@settings(max_examples=150)
@given(shards(), st.sampled_from([0, 1, 5, 10, 11, 500]), st.booleans())
def test_the_bounds_never_lose_a_passage(shard, k, removals):
    size, postings, alive = shard
    scores = numpy.zeros(size)
    for p in postings:
        scores[p.numbers] += p.weight * (p.idf * p.shares(slice(None)).astype(float))
    wanted = [at for at in range(size) if scores[at] > 0 and (alive[at] or not removals)]
    wanted = sorted(wanted, key=lambda at: (-scores[at], at))[:k]
    sums = numpy.zeros(size, numpy.float32)
    numbers, found = top_k(postings, k, sums, alive if removals else None)
    assert numbers.tolist() == wanted
    assert found.tolist() == [scores[at] for at in wanted]
    assert not sums.any()


def test_a_long_list_is_not_read_when_the_bounds_say_so():
    rare = Posting(numpy.arange(20, dtype=numpy.uint32), numpy.full(20, 0.9, numpy.float32).__getitem__, 9.0, 1.0, 0.9, 0.9)
    asked = []

    def shares(places):
        asked.append(places)
        return numpy.full(1000, 0.5, numpy.float32)[places]

    common = Posting(numpy.arange(1000, dtype=numpy.uint32), shares, 0.8, 1.0, 0.5, 0.5)
    numbers, _ = top_k([common, rare], 10, numpy.zeros(1000, numpy.float32))
    assert numbers.tolist() == list(range(10))
    assert all(len(places) <= 20 for places in asked)


@settings(max_examples=40)
@given(any_text | texts)
@pytest.mark.parametrize("analyzer", [ANALYZER, Analyzer(), Analyzer([["how long", "duration"]])])
def test_terms_that_are_remembered_are_the_same(analyzer, text):
    terms = cached(analyzer)
    assert terms(text) == analyzer.terms(text) == terms(text)


@given(any_text | texts)
@pytest.mark.parametrize("analyzer", [ANALYZER, Analyzer([["how long", "duration"]])])
def test_an_analyzer_that_remembers_gives_the_same_terms(analyzer, text):
    assert analyzer.remembering().terms(text) == analyzer.terms(text)


def test_an_index_in_memory_tells_how_many_passages_were_read():
    told = []
    rows = [{"text": "calf", "heading": "night", "unknown": "x"}, {"text": "salt"}, {"heading": ""}]
    fit_fields(named(rows), ANALYZER, progress=told.append)
    assert told == [1, 2, 3]


@pytest.mark.parametrize(("chunk", "block"), [(1, 1), (3, 5), (100, 1 << 20)])
def test_chunks_and_blocks_change_no_byte(chunk, block, tmp_path, monkeypatch):
    passages = [(f"p{at}", {"text": f"calf night {'salt ' * (at % 4)}", "heading": "calf" if at % 3 else ""}) for at in range(20)]
    streamed(passages, 7).save(tmp_path / "wanted.bin")
    monkeypatch.setattr(merging, "BLOCK", block)
    index = streamed(passages, chunk)
    index.save(tmp_path / "found.bin")
    assert index.idf("calf") > 0
    wanted, found = (columns.ColumnFile(tmp_path / name) for name in ("wanted.bin", "found.bin"))
    assert {name: bytes(found.section(name)) for name in found.names()} == {name: bytes(wanted.section(name)) for name in wanted.names()}


def test_the_best_shares_of_each_term_are_stored():
    shard = streamed([(f"p{at}", f"calf {'salt ' * at} {'night' * (at > 4)}") for at in range(15)]).shard
    for term, kth in (("calf", True), ("salt", True), ("night", True), ("nobody", False)):
        posting = shard.posting(term, 1.0, 1.0)
        assert (posting is not None) == kth
        if posting is not None:
            best = sorted(posting.shares(slice(None)).tolist(), reverse=True)
            assert (posting.bound, posting.kth) == (best[0], best[STORED_K - 1])


def test_build_changes_over_by_itself_and_tells_how_far_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(indexing, "SMALL", 5)
    told = []
    small = PassageIndex.build([(f"p{at}", "calf") for at in range(5)], progress=told.append)
    large = PassageIndex.build(
        ((f"p{at}", "calf" if at else {"text": "salt", "heading": "x"}) for at in range(6)), SYNONYMS, progress=told.append
    )
    assert not isinstance(small, LargeIndex)
    assert isinstance(large, LargeIndex)
    assert told == [5, 6]
    large.save(tmp_path / "index.bin")
    opened = PassageIndex.open(tmp_path / "index.bin")
    assert isinstance(opened, LargeIndex)
    assert opened.search("calf salt") == large.search("calf salt") != []
    assert opened.sections() == large.sections()
    assert len(opened) == 6


def test_field_weights_are_arguments(monkeypatch):
    passages = [("a", {"lead": "salt", "text": "calf"}), ("b", {"lead": "calf", "text": "salt"}), ("c", {"text": "heart"})]
    for small in (99, 1):
        monkeypatch.setattr(indexing, "SMALL", small)
        for lead, first in ((5.0, "a"), (0.1, "b")):
            assert PassageIndex.build(passages, fields={"lead": (lead, 0.5), "text": (1.0, 0.5)}, k1=2.0).search("salt")[0].id == first


@pytest.mark.parametrize("chunk", [1, 2, 50])
def test_an_id_that_stands_twice_is_refused_by_a_stream(chunk):
    with pytest.raises(ValueError) as caught:
        streamed([("a", "one"), ("b", "two"), ("a", "three")], chunk)
    assert str(caught.value) == "the passage id 'a' stands twice; ids must differ"


@pytest.mark.parametrize("passages", [[], [("a", "")], [("a", "the of and"), ("b", "")]])
def test_a_streamed_index_without_words_finds_nothing(passages):
    index = streamed(passages)
    assert len(index) == len(passages)
    assert index.search("cramp") == []


def test_ids_of_a_large_index_are_a_sequence():
    index = streamed([(name, "calf") for name in ("b", "", "é", "a")])
    assert index.ids[1:] == ["", "é", "a"]
    assert index.ids[-1] == "a"
    assert index.ids.index("é") == 2
    assert [index.shard.find(name) for name in ("b", "", "é", "a", "z")] == [0, 1, 2, 3, -1]
    with pytest.raises(IndexError):
        index.ids[4]


def test_a_damaged_index_says_so(tmp_path):
    streamed([("a", "calf")]).save(tmp_path / "index.bin")
    data = bytearray((tmp_path / "index.bin").read_bytes())
    data[-8] ^= 1
    (tmp_path / "index.bin").write_bytes(data)
    with pytest.raises(KnowledgeError, match="damaged"):
        PassageIndex.open(tmp_path / "index.bin")
    (tmp_path / "index.bin").write_bytes(data[:-9])
    with pytest.raises(KnowledgeError, match="damaged"):
        PassageIndex.open(tmp_path / "index.bin")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    index = streamed([("a", "calf")])
    (tmp_path / "index.bin").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        index.save(tmp_path / "index.bin")
    assert [path.name for path in tmp_path.iterdir()] == ["index.bin"]
    assert (tmp_path / "index.bin").read_bytes() == b"old"


def test_eight_threads_share_a_large_index():
    index = streamed([(f"p{at}", f"calf {'salt' * (at % 2)} night {at % 7}x") for at in range(300)])
    queries = ["calf 3x", "salt night", "5x", "nobody calf"] * 50
    wanted = [index.search(query) for query in queries]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(index.search, queries)) == wanted


def test_a_small_corpus_loads_no_numpy(tmp_path):
    PassageIndex.build([("a", "calf")]).save(tmp_path / "index.bin")
    code = "import sys; from chatbot.retrieval import PassageIndex; PassageIndex.open(sys.argv[1]).search_many(['calf']); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code, str(tmp_path / "index.bin")], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("workers", [None, 1, 3, 50])
def test_many_queries_have_the_hits_of_each(workers, tmp_path):
    passages = [(f"p{at}", f"calf {'salt' * (at % 2)} é{at % 7}x") for at in range(30)]
    queries = ["calf é3x", "salt", "", "nobody"] * 3
    built = streamed(passages)
    built.save(tmp_path / "index.bin")
    folder = SegmentedIndex.create(tmp_path / "segments", passages)
    for index in (built, PassageIndex.open(tmp_path / "index.bin"), PassageIndex.build(passages), folder):
        assert index.search_many(queries, 4, workers) == [index.search(query, 4) for query in queries]
    assert built.search_many([], workers=workers) == []


def test_many_queries_refuse_no_workers_and_a_missing_index(tmp_path):
    with pytest.raises(ValueError, match="workers is 0; it must be at least 1"):
        PassageIndex.build([("a", "calf")]).search_many(["calf"], workers=0)
    with pytest.raises(KnowledgeError, match="cannot be read"):
        opened(str(tmp_path / "nothing"), mend=False)


def test_the_columns_are_a_container(tmp_path):
    streamed([("a", "calf"), ("b", "salt calf")]).save(tmp_path / "index.bin")
    file = Container(tmp_path / "index.bin")
    file.verify()
    assert file.meta == {"kind": "index", "layout": "columns", "passages": 2}
    assert counting.CHUNK > 0
