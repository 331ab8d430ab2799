"""The conformance tests for retrievers: our own pass them, and each mistake fails the test that is there for it."""

from __future__ import annotations

import itertools

import pytest

from chatbot.indexing import FIELDS, K1
from chatbot.retrieval import PassageIndex
from chatbot.segments import SegmentedIndex
from chatbot.streaming import stream_index
from chatbot.testing import RetrieverConformance
from chatbot.text import Analyzer
from chatbot.types import Hit

TESTS = [name for name in dir(RetrieverConformance) if name.startswith("test_")]


class TestPassageIndex(RetrieverConformance):
    def retriever(self, passages):
        return PassageIndex.build(passages)


class TestLargeIndex(RetrieverConformance):
    def retriever(self, passages):
        return stream_index(passages, Analyzer(), FIELDS, K1)


class TestSegmentedIndex(RetrieverConformance):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.folders = (tmp_path / f"index-{at}" for at in itertools.count())

    def retriever(self, passages):
        index = SegmentedIndex.create(next(self.folders), passages[:2])
        index.add([*passages[2:], ("gone", "cramps at night")])
        index.remove(["gone"])
        return index


class Wrong:
    """A good retriever, made wrong by one function from (hits, query, k) to hits."""

    def __init__(self, passages, spoil):
        self.index, self.spoil, self.asked = PassageIndex.build(passages), spoil, 0

    def search(self, query, k=10):
        self.asked += 1
        return self.spoil(self.index.search(query, k), query, k, self.asked)


def ranked(hits):
    return [hit._replace(rank=rank) for rank, hit in enumerate(hits, 1)]


def raises(hits, query, k, asked):
    raise ValueError(query)


MISTAKES = {
    "test_a_search_gives_hits": lambda hits, query, k, asked: [tuple(hit) for hit in hits],
    "test_no_passage_is_found_twice": lambda hits, query, k, asked: ranked([hit for hit in hits for _ in range(2)]),
    "test_scores_lie_between_0_and_1": lambda hits, query, k, asked: [hit._replace(score=hit.score * 7) for hit in hits],
    "test_the_best_comes_first": lambda hits, query, k, asked: hits[::-1],
    "test_k_is_how_many_at_most": lambda hits, query, k, asked: hits[:1] if k == 2 else hits,
    "test_a_passage_is_found_by_its_own_words": lambda hits, query, k, asked: ranked(hits[1:]),
    "test_asking_again_changes_nothing": lambda hits, query, k, asked: [hit._replace(score=hit.score / asked) for hit in hits],
    "test_no_query_raises": lambda hits, query, k, asked: hits if query.strip() else raises(hits, query, k, asked),
    "test_an_empty_collection_finds_nothing": lambda hits, query, k, asked: hits or [Hit("salt", 0.1, 1)],
    "test_threads_share_it": lambda hits, query, k, asked: hits if asked < 50 else [],
}


def test_every_conformance_test_has_its_mistake():
    assert sorted(MISTAKES) == sorted(TESTS)


@pytest.mark.parametrize("name", TESTS)
def test_a_mistake_fails_the_test_that_is_there_for_it(name):
    class Mistaken(RetrieverConformance):
        def retriever(self, passages):
            return Wrong(passages, MISTAKES[name])

    with pytest.raises((AssertionError, ValueError)):
        getattr(Mistaken(), name)()


def test_a_subclass_must_say_how_its_retriever_is_made():
    with pytest.raises(NotImplementedError, match="say in your subclass how your retriever is made"):
        RetrieverConformance().test_the_best_comes_first()
