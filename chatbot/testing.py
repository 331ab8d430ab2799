"""Tests that any `Retriever` of yours should pass: subclass, say how yours is made, and run them with pytest.

    from chatbot.testing import RetrieverConformance

    class TestMyRetriever(RetrieverConformance):
        def retriever(self, passages):
            return MyRetriever(dict(passages))

pytest finds the tests of the base class in yours; nothing here needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from chatbot.retrieval import Retriever
from chatbot.types import Hit

PASSAGES = (
    ("night", "Cramps at night wake many older people."),
    ("salt", "Salt is lost in sweat."),
    ("quinine", "Quinine is not advised for cramps: quinine can harm the heart."),
    ("stretch", "Stretching the calf may ease a cramp."),
    ("café", "Coffee from the café keeps people awake at night."),
)
"""Passages that a person can hold in mind, as (id, text)."""

QUERIES = ("cramps at night", "quinine", "salt and sweat", "stretching the calf", "coffee", "zebra")
ODD = ("", " ", "?!", "\x00", "\ud800", "'\"; --", "* OR NEAR(", "e\u0301" * 50, "日本語", "👩\u200d👩\u200d👧", "cramp " * 2000)
"""Queries that have broken a search somewhere."""


class RetrieverConformance:
    """What a bot takes for granted of a `Retriever`."""

    def retriever(self, passages: Sequence[tuple[str, str]]) -> Retriever:
        """Make your retriever over `passages`, pairs of (id, text)."""
        raise NotImplementedError("say in your subclass how your retriever is made")

    def test_a_search_gives_hits(self) -> None:
        """A search gives a list of `Hit`, whose ids are those of passages."""
        for hits in self._all():
            assert isinstance(hits, list), f"search gives a list of Hit, not {type(hits).__name__}"
            assert all(isinstance(hit, Hit) for hit in hits), "search gives a list of Hit"
            assert {hit.id for hit in hits} <= {name for name, _ in PASSAGES}, "an id of a hit is none of the passages'"

    def test_no_passage_is_found_twice(self) -> None:
        """Each passage is there at most once."""
        for hits in self._all():
            assert len({hit.id for hit in hits}) == len(hits), "a passage was found twice"

    def test_scores_lie_between_0_and_1(self) -> None:
        """A score is in [0, 1]; higher is better."""
        for hits in self._all():
            assert all(0.0 <= hit.score <= 1.0 for hit in hits), f"a score is not in [0, 1]: {hits}"

    def test_the_best_comes_first(self) -> None:
        """Hits come by falling score, and ranks count from 1."""
        for hits in self._all():
            scores = [hit.score for hit in hits]
            assert scores == sorted(scores, reverse=True), f"hits are not in the order of their scores: {scores}"
            assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1)), "ranks count from 1 in the order of the hits"

    def test_k_is_how_many_at_most(self) -> None:
        """The `k` best are the first of all, for any `k` from 0."""
        search = self.retriever(PASSAGES).search
        for query in QUERIES:
            full = search(query, k=len(PASSAGES))
            for k in range(len(PASSAGES) + 3):
                assert search(query, k=k) == full[:k], f"the {k} best for {query!r} are not the first {k} of all"
            assert search(query) == full, "k is 10 when it is not given"

    def test_a_passage_is_found_by_its_own_words(self) -> None:
        """The text of a passage, asked as a query, finds that passage first."""
        search = self.retriever(PASSAGES).search
        for name, text in PASSAGES:
            hits = search(text)
            assert hits, f"{text!r} finds nothing"
            assert hits[0].id == name, f"{text!r} finds {hits[0].id!r} before its own passage"

    def test_asking_again_changes_nothing(self) -> None:
        """The same question has the same hits, whatever was asked in between."""
        search = self.retriever(PASSAGES).search
        first = [search(query) for query in QUERIES]
        assert [search(query) for query in QUERIES] == first, "the same question had other hits the second time"

    def test_no_query_raises(self) -> None:
        """What a user types never raises; a query without words finds nothing."""
        search = self.retriever(PASSAGES).search
        for query in ODD:
            assert isinstance(search(query), list)
        for query in ("", " "):
            assert search(query) == [], f"the query {query!r} says nothing and found something"

    def test_an_empty_collection_finds_nothing(self) -> None:
        """Without passages every search is empty."""
        search = self.retriever(()).search
        assert [search(query) for query in (*QUERIES, *ODD)] == [[]] * len(QUERIES + ODD)

    def test_threads_share_it(self) -> None:
        """One retriever answers many threads, each as if it were alone."""
        search = self.retriever(PASSAGES).search
        wanted = [search(query) for query in QUERIES]
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(search, QUERIES * 20)) == wanted * 20, "threads got other hits than a search alone"

    def _all(self) -> list[list[Hit]]:
        search = self.retriever(PASSAGES).search
        return [search(query) for query in QUERIES]
