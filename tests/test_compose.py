"""Which sentences are said, in which order, with which marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import compose
from chatbot.compose import Found, Marks, Span, choose, cite, evidence_note, state_spans
from chatbot.text import Analyzer, sentences
from chatbot.types import Passage, Sentence, Source

_TERMS = Analyzer().terms


def terms_of(passage, number):
    """The terms of a sentence, as the knowledge gives them."""
    sentence = passage.sentences[number]
    return frozenset(_TERMS(passage.text[sentence.start : sentence.end]))


SOURCES = {key: Source(key, f"Title {key}", "Press", "", "2020", f"https://e.org/{key}", "trial", "") for key in "abc"}


def passage(name, text, sources="a", evidence="limited"):
    """A passage with one source behind each sentence."""
    spans = tuple(Sentence(start, end, tuple(sources)) for start, end in sentences(text))
    return Passage(name, "T", "Why?", text, spans, evidence, (), frozenset(), "2026-01-10")


LONG = passage(
    "t#long",
    "Alpha is first. Bravo runs second. Carbon comes third. Delta stands fourth. Echo rings fifth. Foxtrot jumps sixth. Golf ends all.",
)
SHORT = passage("t#short", "Salt water calms. Rest brings ease.", "b")


def said(*found, weights=None, skip=()):
    """The texts that are chosen from passages with scores."""
    return [span.text for span in choose([Found(*item) for item in found], weights or {}, terms_of, skip)]


def test_nothing_found_is_nothing_said():
    assert said() == []


def test_a_short_passage_is_said_whole_and_in_order():
    assert said((SHORT, 0.9)) == ["Salt water calms.", "Rest brings ease."]


def test_the_first_sentence_of_the_best_passage_leads():
    texts = said((LONG, 0.9), (SHORT, 0.89), weights={"salt": 9.0, "golf": 9.0})
    assert texts[0] == "Alpha is first."
    assert len(texts) <= compose.MOST_STATEMENTS


def test_a_sentence_with_the_words_of_the_question_is_said():
    assert "Golf ends all." in said((LONG, 0.9), weights={"golf": 3.0})
    assert "Golf ends all." not in said((LONG, 0.9))


def test_sentences_of_a_passage_keep_their_order():
    texts = said((LONG, 0.9), weights={"golf": 3.0, "delta": 2.0})
    assert [LONG.text.index(text) for text in texts] == sorted(LONG.text.index(text) for text in texts)


def test_a_further_passage_speaks_only_when_it_answers_about_as_well():
    assert "Salt water calms." in said((LONG, 0.9), (SHORT, 0.89))
    assert "Salt water calms." not in said((LONG, 0.9), (SHORT, 0.1))


def test_what_was_said_is_not_said_again():
    twin = passage("t#twin", "Salt water calms. Sleep repairs nerves.", "c")
    texts = said((SHORT, 0.9), (twin, 0.9))
    assert texts.count("Salt water calms.") == 1
    assert "Sleep repairs nerves." in texts


def test_skipped_sentences_stay_away():
    assert said((SHORT, 0.9), skip=["t#short:0"]) == ["Rest brings ease."]
    assert said((SHORT, 0.9), skip=["t#short:0", "t#short:18"]) == []


def test_a_sentence_without_a_source_is_never_said():
    bare = SHORT._replace(sentences=(SHORT.sentences[0]._replace(sources=()), SHORT.sentences[1]))
    assert said((bare, 0.9)) == ["Rest brings ease."]


@given(st.lists(st.tuples(st.sampled_from([LONG, SHORT]), st.floats(0, 1)), max_size=3, unique_by=lambda item: item[0].id), st.dictionaries(st.sampled_from(["salt", "golf", "echo"]), st.floats(0, 5)))  # fmt: skip
def test_every_statement_is_a_verbatim_span_with_a_mark(found, weights):
    by_id = {"t#long": LONG, "t#short": SHORT}
    spans = choose([Found(*item) for item in sorted(found, key=lambda item: -item[1])], weights, terms_of)
    marks = Marks(SOURCES)
    statements = state_spans(spans, marks)
    assert len(statements) <= compose.MOST_STATEMENTS
    assert len({(s.passage, s.start) for s in statements}) == len(statements)
    assert all(by_id[s.passage].text[s.start : s.end] == s.text and s.marks for s in statements)
    assert {mark for s in statements for mark in s.marks} == {citation.mark for citation in marks.citations()}


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3), max_size=6))
def test_marks_count_from_1_in_the_order_of_first_use(uses):
    marks = Marks(SOURCES)
    given_marks = [marks.of(keys) for keys in uses]
    order = list(dict.fromkeys(key for keys in uses for key in keys))
    assert [(c.mark, c.source) for c in marks.citations()] == list(enumerate(order, 1))
    assert given_marks == [tuple(sorted(order.index(key) + 1 for key in keys)) for keys in uses]


def test_a_citation_shows_title_publisher_year_and_address():
    citation = cite(2, SOURCES["a"])
    assert (citation.mark, citation.source, citation.title) == (2, "a", "Title a")
    assert (citation.publisher, citation.year, citation.url, citation.kind) == ("Press", "2020", "https://e.org/a", "trial")


@pytest.mark.parametrize(
    ("fields", "publisher"),
    [
        ({"copy_of": "The Body"}, "The Body, copy or report on Press"),
        ({"copy_of": "The Body", "publisher": ""}, "The Body, copy or report"),
        ({"publisher": "", "author": "Doe J"}, "Doe J"),
        ({"publisher": ""}, "publisher not named"),
    ],
)
def test_a_citation_says_whose_text_it_is(fields, publisher):
    assert cite(1, SOURCES["a"]._replace(**fields)).publisher == publisher


def test_how_sure_the_leading_passage_is_stands_in_words():
    marks = Marks(SOURCES)
    strong = state_spans([Span(passage("t#s", "It is so.", evidence="strong"), 0)], marks)
    assert evidence_note(strong) == "How sure: strong: several good studies or official bodies agree."
    assert evidence_note(()) == ""
    assert all(evidence_note([strong[0]._replace(evidence=word)]) for word in compose.EVIDENCE)


def test_the_id_of_a_reply_depends_on_what_it_says_and_on_the_knowledge():
    first = compose.reply("answer", "digest", message="A")
    assert first == compose.reply("answer", "digest", message="A")
    others = [
        compose.reply("answer", "other", message="A"),
        compose.reply("answer", "digest", message="B"),
        compose.reply("abstain", "digest", message="A"),
    ]
    assert len({first.id, *(other.id for other in others)}) == 4


def test_empty_notes_are_left_out():
    assert compose.reply("answer", "d", notes=["", "One.", ""]).notes == ("One.",)
