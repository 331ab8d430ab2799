"""Cutting a text into passages: nothing lost, nothing twice, nothing torn, sizes kept; and which spans of a passage can be quoted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatbot.documents import may_be_quoted, place, quote, sentence_spans, statements, unquote
from chatbot.ingest.blocks import Block
from chatbot.ingest.chunking import FEWEST_WORDS, MOST_WORDS, cut, lay_out


@st.composite
def documents(draw):
    """Blocks of a document; each sentence ends in a number of its own."""
    count = iter(range(10_000))

    def sentence(end=".", most=60):
        return " ".join(["Word", *["word"] * draw(st.integers(1, most)), f"n{next(count)}"]) + end

    blocks = []
    for kind in draw(st.lists(st.sampled_from(["heading", "para", "para", "list", "open list", "table"]), min_size=1, max_size=14)):
        if kind == "heading":
            blocks.append(Block("heading", f"Heading n{next(count)}", draw(st.integers(1, 4))))
        elif kind == "para":
            blocks.append(Block("para", " ".join(sentence() for _ in range(draw(st.integers(1, 6))))))
        else:
            if kind == "list":
                blocks.append(Block("para", sentence(":", 20)))
            row = kind == "table"
            items = draw(st.integers(1, 8))
            blocks += [
                Block("row" if row else "item", sentence("." if draw(st.booleans()) else ""), int(row and at == 0), "" if row else "•")
                for at in range(items)
            ]
    if blocks[-1].kind == "heading":
        blocks.append(Block("para", sentence()))
    return blocks


def counted(text):
    """The words of a passage, its marks and headings aside."""
    return len([word for line in text.split("\n") if not line.startswith("#") for word in line.replace("•", " ").split()])


@given(documents())
@example([Block("para", "Word " * 200 + "n0.")])
@example([Block("heading", "Only heading", 1), Block("para", "Short n1.")])
def test_every_sentence_stands_in_one_passage(blocks):
    text, units = lay_out(blocks)
    chunks = cut(units)
    for unit in units:
        holders = [chunk for chunk in chunks if chunk.start <= unit.start and unit.end <= chunk.end]
        torn = [chunk for chunk in chunks if chunk.start < unit.end and unit.start < chunk.end and chunk not in holders]
        assert not torn
        assert len(holders) == 1 or unit.kind == "heading"
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)
    assert all(first.end <= second.start for first, second in pairwise(chunks))
    between = [text[first.end : second.start] for first, second in pairwise(chunks)]
    assert all(not line.strip() or line.startswith("#") for gap in between for line in gap.split("\n")), (
        "only headings lie between passages"
    )


@given(documents())
def test_a_place_gives_the_text_and_what_is_said_again_announces_it(blocks):
    text, units = lay_out(blocks)
    for chunk in cut(units):
        whole = place(chunk.place, text)
        assert whole.endswith(text[chunk.start : chunk.end])
        assert whole
        if chunk.again:
            assert whole == text[slice(*chunk.again)] + "\n" + text[chunk.start : chunk.end]
            assert chunk.again[1] <= chunk.start
            assert text[slice(*chunk.again)].endswith(":") or any(b.kind == "row" and b.level for b in blocks)


@given(documents())
def test_passages_have_their_size_where_sentences_allow_it(blocks):
    text, units = lay_out(blocks)
    chunks = cut(units)
    sizes = [counted(place(chunk.place, text)) for chunk in chunks]
    for chunk, size in zip(chunks, sizes, strict=True):
        inside = [unit for unit in units if unit.kind != "heading" and chunk.start <= unit.start and unit.end <= chunk.end]
        assert size <= MOST_WORDS or len(inside) == 1 or inside[1].lead == units.index(inside[0])
    for at, size in enumerate(sizes):
        if size < FEWEST_WORDS:
            alone = [counted(text[chunk.start : chunk.end]) for chunk in chunks]
            near = [sizes[at - 1] + alone[at]] if at else []
            near += [size + alone[at + 1]] if at + 1 < len(sizes) else []
            assert all(total > MOST_WORDS for total in near), "a short passage is joined to a neighbour where there is room"


@given(documents())
def test_cutting_is_the_same_each_time(blocks):
    assert cut(lay_out(blocks)[1]) == cut(lay_out(blocks)[1])


@given(documents())
def test_statements_cover_the_passage_in_order_and_without_overlap(blocks):
    text, units = lay_out(blocks)
    for chunk in cut(units):
        passage = place(chunk.place, text)
        spans = statements(passage)
        assert all(0 <= start < end <= len(passage) for start, end in spans)
        assert all(first[1] <= second[0] for first, second in pairwise(spans))
        numbers = {
            word.strip(".:") for line in passage.split("\n") if not line.startswith("#") for word in line.split() if word.startswith("n")
        }
        assert numbers == {
            word.strip(".:") for start, end in spans for word in passage[start:end].split() if word.startswith("n") and word[1:2].isdigit()
        }


@given(st.text(max_size=200))
def test_statements_and_sentences_take_any_text(text):
    line = " ".join(text.split())
    assert all(line[start:end].strip() for start, end in sentence_spans(line))
    statements(text.replace("\r", ""))


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=("Cc", "Zl", "Zp")), min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=5
    )
)
def test_quoting_and_unquoting(lines):
    text = "\n".join(lines)
    assert unquote(["", *quote(text).split("\n"), ""]) == text


def test_a_section_is_a_passage_and_a_list_stays_with_what_announces_it():
    para = "This sentence has exactly eight words in it. " * 7
    blocks = [
        Block("heading", "First", 2), Block("para", para.strip()), Block("heading", "Second", 2), Block("para", para + "These are the points to know:"),
        *[Block("item", f"point {n} is about one thing that matters here", 0, "•") for n in range(4)],
    ]  # fmt: skip
    text, units = lay_out(blocks)
    first, second = cut(units)
    assert (first.path, second.path) == (("First",), ("Second",))
    assert text[second.start : second.end].count("•") == 4
    assert first.again is second.again is None


def test_a_long_list_is_cut_between_items_and_announced_again():
    lead = "Here is what dancers say about it:"
    items = [Block("item", f"Item {n} " + "says a thing " * 12 + "and ends.", 0, "•") for n in range(8)]
    text, units = lay_out([Block("para", lead), *items])
    chunks = cut(units)
    assert len(chunks) > 2
    assert all(place(chunk.place, text).startswith(lead) for chunk in chunks)
    assert chunks[0].again is None
    assert all(chunk.again for chunk in chunks[1:])


def test_what_is_no_sentence_is_cut_between_words():
    text, units = lay_out([Block("para", "cramp " * 1000)])
    chunks = cut(units)
    assert [len(text[chunk.start : chunk.end].split()) for chunk in chunks] == [150] * 6 + [100]


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("Dr. Smith saw 2.5 times more cramps, e.g. in calves. It stopped at 3 p.m. on Monday.", 2),
        ("In the U.S. Army it is common. No. 4 was worst.", 2),
        ("He said “stop.” She did. (They all did.) End.", 4),
        ("Take it, i.e. the shoe, off. Wer z. B. schwimmt, krampft. Das ist ca. 3 Mal so oft.", 3),
        ("What is it? A cramp! Really... Yes.", 4),
        ("Vitamin D. It matters.", 2),
        ("Is it a clot? No. It is not.", 3),
        ("Ein Krampf kommt nachts. Ältere Leute kennen ihn.", 2),
        ("See Fig. 3 and Smith et al. 2020 for more.", 1),
        ("It began at 8 a.m. The cramp left at 9 a.m. the same day.", 2),
    ],
)
def test_abbreviations_decimals_and_numbers_do_not_end_a_sentence(line, sentences):
    assert len(sentence_spans(line)) == sentences, [line[start:end] for start, end in sentence_spans(line)]


def said(text):
    """The statements of a passage."""
    return [text[start:end] for start, end in statements(text)]


def test_fragments_of_a_list_are_quoted_with_what_announces_them():
    assert said("Causes are:\n• heat\n• thirst\n\nRest helps. Water helps too.") == [
        "Causes are:\n• heat\n• thirst",
        "Rest helps.",
        "Water helps too.",
    ]


def test_items_that_are_sentences_stand_alone_but_the_first():
    assert said("Do this:\n1. Sit down. Breathe.\n2. Stretch it.") == ["Do this:\n1. Sit down.", "Breathe.", "Stretch it."]


def test_a_term_is_quoted_with_its_meaning():
    assert said("Dry weight\n  What you weigh.\nSession\n  The hours. At night.") == [
        "Dry weight\n  What you weigh.",
        "Session\n  The hours.",
        "At night.",
    ]


def test_what_leans_is_quoted_with_what_it_leans_on():
    assert said("Drink water. This keeps you fresh. Salt is in it.") == ["Drink water. This keeps you fresh.", "Salt is in it."]
    assert said("Is it a pull? Look for a bruise. Ice helps.") == ["Is it a pull? Look for a bruise.", "Ice helps."]


def test_headings_in_a_passage_are_not_quoted():
    assert said("One thing.\n\n## A heading\n\nAnother thing.") == ["One thing.", "Another thing."]


@pytest.mark.parametrize(
    "text",
    [
        "Take 300 mg of magnesium at night.", "One tablet twice a day is usual.", "Take two 5mg pills.", "Half a teaspoon of salt helps.", "Adults need 1,000 mg.", "A dose of 200-300 milligrams is common.",
        "Give 5 ml to a child.", "Most cramps are harmless.", "It is nothing to worry about.", "It is usually not serious.", "Take a tablet before bed.",
    ],
)  # fmt: skip
def test_doses_and_false_comfort_are_not_quoted(text):
    assert not may_be_quoted(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hold the stretch for 20 seconds.",
        "About 3 in 10 people cramp.",
        "Some tablets can cause cramps.",
        "Use water at 38 °C.",
        "A drop in potassium may matter.",
        "It happened in 2019.",
    ],
)
def test_other_numbers_are_quoted(text):
    assert may_be_quoted(text)
