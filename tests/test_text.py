"""Cleaning, folding, words, stems, sentence ends, phrases and index terms."""

from __future__ import annotations

import unicodedata

import pytest
from conftest import HOSTILE, any_text
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot import text
from chatbot.text import MAX_LENGTH, STOP_WORDS, Analyzer, Phrases, clean, fold, sentences, stem, words

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
LOOK_ALIKES = [
    "ｃｒａｍｐ",
    "сrаmр",
    "c\u200bram\u200bp",
    "cra\u00admp",
    "c\u0336r\u0336a\u0336m\u0336p\u0336",
    "crámp",
    "CRAMP",
    "𝐜𝐫𝐚𝐦𝐩",
    "ⓒⓡⓐⓜⓟ",
    "c\u202eramp",
    "cr𝚨mp",
]
tokens = st.lists(st.sampled_from(["leg", "cramp", "night", "calf", "horse"]), max_size=8)


@given(any_text)
def test_clean_text_holds_nothing_that_a_screen_must_not_get(given_text):
    cleaned = clean(given_text)
    assert all(c in "\n\t\u200c\u200d" or unicodedata.category(c) not in FORBIDDEN for c in cleaned)
    assert clean(cleaned) == cleaned


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"]), max_size=50))
def test_cleaning_keeps_what_can_be_read(given_text):
    assert clean(given_text) == given_text


def test_cleaning_keeps_new_lines_tabs_and_joiners():
    assert clean("a\n\tb \u200d\u200c") == "a\n\tb \u200d\u200c"


def test_clean_text_is_cut_before_anything_else():
    assert len(clean("a" * (MAX_LENGTH + 5))) == MAX_LENGTH
    assert clean("abc", limit=2) == "ab"
    assert clean("\x00\x00abc", limit=2) == ""


@pytest.mark.parametrize("spelling", LOOK_ALIKES, ids=ascii)
def test_spellings_that_look_alike_fold_to_the_same_word(spelling):
    assert fold(spelling) == "cramp"


@pytest.mark.parametrize(
    ("typed", "folded"), [("can’t", "can't"), ("“so”", '"so"'), ("a—b", "a-b"), ("wait…", "wait..."), ("Straße", "strasse")]
)
def test_marks_and_letters_fold_to_their_plain_form(typed, folded):
    assert fold(typed) == folded


@given(any_text | st.text(st.characters(min_codepoint=0x1D400, max_codepoint=0x1D7FF), max_size=5))
@example("𝚨")  # a capital that is one only after its decomposition
def test_folding_twice_changes_nothing(given_text):
    once = fold(given_text)
    assert fold(once) == once


@pytest.mark.parametrize("piece", ["a\u0300\u0315", "ﷺ", "é", "\u0338"], ids=ascii)
def test_folding_decomposes_one_character_at_a_time(piece, monkeypatch):
    lengths = []
    normalize = unicodedata.normalize
    monkeypatch.setattr(text.unicodedata, "normalize", lambda form, chars: lengths.append(len(chars)) or normalize(form, chars))
    text._decomposed.cache_clear()
    fold(piece * MAX_LENGTH * 2)
    assert set(lengths) == {1}
    assert len(lengths) <= MAX_LENGTH


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("I can't sleep", ["i", "cant", "sleep"]),
        ("what's up", ["what", "up"]),
        ("sooo bad", ["soo", "bad"]),
        ("my calf, 2 nights!", ["my", "calf", "2", "nights"]),
        ("rock-hard", ["rock", "hard"]),
        ("", []),
        ("?!", []),
    ],
)
def test_words_of_a_message(said, found):
    assert words(fold(said)) == found


@given(any_text)
def test_words_are_small_letters_and_digits_only(given_text):
    found = words(fold(given_text))
    assert all(word.isascii() and word.isalnum() and word == word.lower() for word in found)


@pytest.mark.parametrize(
    "family",
    [
        ["cramp", "cramps", "cramping", "cramped"],
        ["calf", "calves"],
        ["glove", "gloves"],
        ["stretch", "stretches", "stretching", "stretched"],
        ["remedy", "remedies"],
        ["massage", "massages", "massaging", "massaged"],
        ["stop", "stopping", "stopped"],
        ["muscle", "muscles"],
    ],
)
def test_the_forms_of_a_word_share_a_stem(family):
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("numbing", "number"), ("sting", "st"), ("bus", "bu"), ("red", "r"), ("rest", "restless"), ("heat", "heart")]
)
def test_other_words_keep_stems_of_their_own(one, other):
    assert stem(one) != stem(other)


@pytest.mark.parametrize("word", ["leg", "b12", "x1ing", ""])
def test_short_words_and_words_with_digits_are_not_stemmed(word):
    assert stem(word) == word


@given(st.text(st.sampled_from("ab .!?\n\"')A1e.g"), max_size=60) | any_text)
def test_sentences_cover_all_that_is_no_space_and_never_overlap(given_text):
    spans = sentences(given_text)
    outside = [0, *(edge for span in spans for edge in span), len(given_text)]
    assert outside == sorted(outside)
    assert all(given_text[start:end].strip() for start, end in spans)
    assert not "".join(given_text[a:b] for a, b in zip(outside[::2], outside[1::2], strict=True)).strip()


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("One. Two! Three?", 3),
        ("See Dr. Smith. He helps.", 2),
        ("Salts, e.g. Sodium, help.", 1),
        ("It rose by 3.5 per cent.", 1),
        ('She said "Stop." Then she left.', 2),
        ("A study by J. Doe found it.", 1),
        ("no capital. after it", 1),
        ("Oily fish give vitamin D. Egg yolks have some too.", 2),
        ("  ", 0),
    ],
)
def test_where_sentences_end(said, count):
    assert len(sentences(said)) == count


def test_the_longest_phrase_wins_and_phrases_do_not_overlap():
    phrases = Phrases()
    phrases.add(["leg"], "leg")
    phrases.add(["leg", "cramp"], "cramp")
    phrases.add(["cramp", "night"], "never")
    assert list(phrases.scan(["leg", "cramp", "night", "leg"])) == [(0, 2, "cramp"), (3, 4, "leg")]


def test_the_first_meaning_of_a_phrase_stays_and_an_empty_phrase_is_none():
    phrases = Phrases()
    phrases.add(["leg"], "first")
    phrases.add(["leg"], "second")
    phrases.add([], "nothing")
    assert list(phrases.scan(["leg", ""])) == [(0, 1, "first")]


def slow_scan(table, said):
    """The oracle of `Phrases.scan`: at each place every phrase is tried, the longest first."""
    at = 0
    while at < len(said):
        fits = [phrase for phrase in table if tuple(said[at : at + len(phrase)]) == phrase]
        best = max(fits, key=len, default=())
        if best:
            yield at, at + len(best), table[best]
        at += len(best) or 1


@given(st.dictionaries(tokens.filter(bool).map(tuple), st.text(max_size=3), max_size=6), tokens)
def test_phrases_are_found_as_by_trying_all_of_them(table, said):
    phrases = Phrases()
    for phrase, value in table.items():
        phrases.add(phrase, value)
    assert list(phrases.scan(said)) == list(slow_scan(table, said))
    assert list(Phrases.from_data(phrases.to_data()).scan(said)) == list(slow_scan(table, said))
    assert set(phrases.words()) == {word for phrase in table for word in phrase}


def test_a_scan_looks_once_at_each_word_whatever_the_number_of_phrases():
    class Counting(dict):
        looked_up = 0

        def get(self, *args):
            Counting.looked_up += 1
            return super().get(*args)

    table = Counting({f"word{n}": {(f"word{n}", "x"): "v"} for n in range(1000)})
    list(Phrases(table).scan(["leg"] * 50))
    assert Counting.looked_up == 50


def test_synonyms_become_the_first_member_of_their_set():
    analyzer = Analyzer([["cramp", "charley horse", "seizing up"], ["paracetamol", "acetaminophen"]])
    assert analyzer.terms("a charley horse") == analyzer.terms("cramps")
    assert analyzer.terms("acetaminophen for my calf") == analyzer.terms("paracetamol calves")
    assert analyzer.terms("charley") != analyzer.terms("cramp")


def test_a_phrase_that_is_one_word_without_its_stop_words_is_no_synonym():
    analyzer = Analyzer([["contraception", "the pill"]])
    assert analyzer.terms("sleeping pill") == Analyzer().terms("sleeping pill")


def test_terms_leave_out_stop_words_and_keep_repetitions():
    assert Analyzer().terms("Why do the cramps and the cramp come?") == ["cramp", "cramp", "come"]
    assert Analyzer().terms(" ".join(sorted(STOP_WORDS))) == []


@given(
    st.lists(st.lists(st.sampled_from(["cramp", "charley horse", "night", "the pill", "calves"]), min_size=2, max_size=3), max_size=3),
    any_text,
)
def test_an_analyzer_read_from_its_data_gives_the_same_terms(groups, given_text):
    analyzer = Analyzer(groups)
    again = Analyzer.from_data(analyzer.to_data())
    said = f"{given_text} charley horse calves at night the pill {HOSTILE[0]}"
    assert again.terms(said) == analyzer.terms(said)
    assert again.to_data() == analyzer.to_data()


@given(any_text)
def test_terms_of_a_text_are_the_terms_of_its_words(given_text):
    analyzer = Analyzer([["cramp", "charley horse"]])
    assert analyzer.terms(given_text) == analyzer.terms_of(words(fold(given_text)))
