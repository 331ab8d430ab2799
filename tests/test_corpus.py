"""Topics and sources: the format of docs/how-to/write-a-topic.md, and the message of each mistake."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from chatbot.corpus import parse_topic, read_corpus, read_sources
from chatbot.errors import CorpusError
from chatbot.types import Sentence, Source

SOURCES = {key: Source(key, key, "", "", "", "", "trial", "") for key in ("one", "two", "one-two", "mayo:2.1")}
FRONT = "---\ntitle: A title\nreviewed: 2026-01-10\nnext_review: 2027-01-10\n---\n"  # the body begins on line 6
HEADING = "## Why is that? {#why evidence=limited}\n"
EVIDENCES = "strong, moderate, limited, conflicting, expert-opinion"


def parse(body, front=FRONT):
    """The topic of `front` and `body`, and the messages about it."""
    problems = []
    topic = parse_topic("t", front + body, "t.md", SOURCES, problems)
    return topic, [str(problem) for problem in problems]


def passage_of(text):
    """The passage with the text `text`, which must be right."""
    topic, problems = parse(HEADING + text)
    assert problems == []
    return topic.sections[0].passage


def test_the_example_of_the_guide_is_a_topic():
    guide = (ROOT / "docs" / "how-to" / "write-a-topic.md").read_text(encoding="utf-8")
    example = re.search(r"```markdown\n(.*?)```", guide, re.DOTALL)[1]
    sources = dict.fromkeys(re.findall(r"@([\w-]+)", example), SOURCES["one"])
    problems = []
    topic = parse_topic("night", example, "night.md", sources, problems)
    assert problems == []
    assert topic.aliases == ("nocturnal leg cramps", "night cramps")
    assert [section.passage.id for section in topic.sections] == ["night#why-night"]
    assert topic.sections[0].passage.about == {"leg", "night"}
    assert all(sentence.sources for sentence in topic.sections[0].passage.sentences)


def test_a_section_becomes_a_passage_with_all_its_attributes():
    heading = '## Why? {#why evidence=strong intents="a b" about="leg" also="one way; another way"}\n'
    topic, problems = parse(heading + "It is so [@one].\n")
    section = topic.sections[0]
    assert problems == []
    assert (section.passage.id, section.passage.topic, section.passage.heading) == ("t#why", "A title", "Why?")
    assert (section.passage.evidence, section.passage.intents, section.passage.about) == ("strong", ("a", "b"), frozenset({"leg"}))
    assert (section.also, section.line, section.passage.reviewed) == (("one way", "another way"), 6, "2026-01-10")


@pytest.mark.parametrize("text", ["Salt helps [@one].", "Salt helps. [@one]", "Salt helps[@one].", "Salt\nhelps\n[@one].\n"])
def test_a_citation_counts_before_and_after_the_full_stop(text):
    passage = passage_of(text)
    assert passage.text == "Salt helps."
    assert passage.sentences == (Sentence(0, 11, ("one",)),)


def test_a_citation_belongs_to_the_sentence_that_it_stands_in_or_behind():
    passage = passage_of("First [@one]. Second. [@two] Third\n[@one; @two].")
    assert [passage.text[s.start : s.end] for s in passage.sentences] == ["First.", "Second.", "Third."]
    assert [s.sources for s in passage.sentences] == [("one",), ("two",), ("one", "two")]


@pytest.mark.parametrize("cited", ["[@one; @two]", "[@one;@two]", "[@one] [@two]", "[@one; @two; @one]", "[@one, p. 3; @two]"])
def test_a_sentence_may_rest_on_several_sources(cited):
    assert passage_of(f"Salt helps {cited}.").sentences[0].sources == ("one", "two")


def test_keys_may_hold_colons_and_dots():
    assert passage_of("Salt helps [@mayo:2.1].").sentences[0].sources == ("mayo:2.1",)


def test_a_citation_within_a_sentence_leaves_no_gap():
    assert passage_of("Salt [@one], water [@two] and rest help.").text == "Salt, water and rest help."


def test_a_citation_before_a_closing_bracket_leaves_no_gap():
    assert passage_of("Salt helps (in one trial [@one]).").text == "Salt helps (in one trial)."


def test_brackets_that_are_no_citation_stay():
    assert passage_of("Levels [mmol/l] were low [@one].").text == "Levels [mmol/l] were low."


@given(
    st.lists(
        st.sampled_from(["Salt", "helps", "1.5", "e.g.", "legs.", "Why?", "(so)", "[@one]", "[@two]", "\n", "é"]), min_size=1, max_size=14
    )
)
def test_sentences_are_verbatim_spans_of_the_text(parts):
    topic, _ = parse(HEADING + " ".join(parts))
    for section in topic.sections:
        passage = section.passage
        assert "@" not in passage.text
        assert passage.text.split() == " ".join(part for part in parts if part[:2] != "[@").split()
        assert [passage.text[s.start : s.end].strip() for s in passage.sentences] == [
            passage.text[s.start : s.end] for s in passage.sentences
        ]


def test_hidden_characters_of_a_file_do_not_reach_a_passage():
    topic, problems = parse("## Why\u202e? {#why evidence=limited}\nSalt\x1b[31m helps\u200b [@one].\n")
    assert problems == []
    assert topic.sections[0].passage.text == "Salt[31m helps."
    assert topic.sections[0].passage.heading == "Why?"


FRONT_MISTAKES = {
    "nothing": ("", "t.md:1: no front matter; begin the file with `---`, `title:`, `reviewed:`, `next_review:`, `---`"),
    "not closed": ("---\ntitle: A\n", "t.md:1: no front matter; begin the file with `---`, `title:`, `reviewed:`, `next_review:`, `---`"),
    "a list": ("---\n- a\n---\n", "t.md:2: the front matter must be `name: value` lines; mend it"),
    "no title": ("---\nreviewed: 2026-01-10\n---\n", "t.md:2: the front matter has no `title:`; add it"),
    "no date": ("---\ntitle: A\n---\n", "t.md:2: `reviewed:` must be a date such as 2026-11-25; add or mend it"),
    "a bad date": (FRONT.replace("2026-01-10", "last week"), "t.md:3: `reviewed:` must be a date such as 2026-11-25; add or mend it"),
    "a bad next date": (FRONT.replace("2027-01-10", "soon"), "t.md:4: `next_review:` must be a date such as 2026-11-25; add or mend it"),
    "aliases in a line": (FRONT.replace("A title", "A\naliases: one"), "t.md:3: `aliases:` must be a list; write [one, two]"),
    "a key twice": (FRONT.replace("A title", "A\ntitle: B"), "t.md:3: the key 'title' stands twice; keep one"),
}


@pytest.mark.parametrize("name", FRONT_MISTAKES)
def test_each_mistake_of_the_front_matter_has_its_message(name):
    front, message = FRONT_MISTAKES[name]
    with pytest.raises(CorpusError) as caught:
        parse(HEADING + "Salt helps [@one].", front)
    assert str(caught.value) == message


def test_a_date_that_does_not_exist_is_shown_with_its_line():
    with pytest.raises(CorpusError) as caught:
        parse(HEADING + "Salt helps [@one].", FRONT.replace("2027-01-10", "2027-02-30"))
    assert caught.value.line == 4


@pytest.mark.parametrize("written", ["20260110", "2026-01-10", "'2026-01-10'"])
def test_a_date_is_text_however_it_is_written_or_it_is_refused(written):
    try:
        topic, _ = parse(HEADING + "Salt helps [@one].", FRONT.replace("2026-01-10", written))
    except CorpusError:
        return
    assert topic.reviewed == "2026-01-10"


BODY_MISTAKES = {
    "no heading": ("", "t.md:6: no `## ` heading; a passage needs a question above it"),
    "text before": ("\nHello.\n" + HEADING + "Salt [@one].", "t.md:7: text before the first `## ` heading; put it under a question"),
    "no id": ("\n## Why? {evidence=limited}\nSalt [@one].", "t.md:7: the heading has no id; add {#short-name}"),
    "no attributes": ("## Why?\nSalt [@one].", "t.md:6: the heading has no id; add {#short-name}"),
    "no evidence": ("## Why? {#why}\nSalt [@one].", f"t.md:6: evidence=nothing; it must be one of {EVIDENCES}"),
    "bad evidence": ("## Why? {#why evidence=sure}\nSalt [@one].", f"t.md:6: evidence=sure; it must be one of {EVIDENCES}"),
    "unknown attribute": (
        "## Why? {#why evidence=limited colour=red}\nSalt [@one].",
        "t.md:6: unknown attribute 'colour' in the heading; use id, evidence, intents, about, also",
    ),
    "attribute twice": (
        "## Why? {#why #how evidence=limited}\nSalt [@one].",
        "t.md:6: the attribute 'id' stands twice in the heading; keep one",
    ),
    "stray words": (
        "## Why? {#why evidence=limited intents=a b}\nSalt [@one].",
        "t.md:6: the heading's attributes hold 'b'; write {#id evidence=limited intents=\"...\"}",
    ),
    "no question": (
        "## {#why evidence=limited}\nSalt [@one].",
        "t.md:6: the heading cannot be read; write `## Question? {#id evidence=limited}`",
    ),
    "unknown key": (HEADING + "Salt [@one].\nWater\n[@three].", "t.md:9: unknown source @three; add it to sources.yaml or mend the key"),
    "a key within another": (
        HEADING + "Salt [@one-two].\nWater [@one-t].",
        "t.md:8: unknown source @one-t; add it to sources.yaml or mend the key",
    ),
    "empty": (HEADING + "\n\n", "t.md:6: the passage is empty; write it, or take the heading out"),
    "only a citation": (HEADING + "[@one]\n", "t.md:6: the passage is empty; write it, or take the heading out"),
    "id twice": (
        HEADING + "Salt [@one].\n\n" + HEADING + "Water [@one].",
        "t.md:9: the id 't#why' stands twice; give each passage its own",
    ),
}


@pytest.mark.parametrize("name", BODY_MISTAKES)
def test_each_mistake_of_a_passage_has_its_message(name):
    body, message = BODY_MISTAKES[name]
    _, problems = parse(body)
    assert message in problems


@pytest.mark.parametrize("name", sorted(set(BODY_MISTAKES) - {"text before"}))
def test_a_mistake_is_told_once(name):
    _, problems = parse(BODY_MISTAKES[name][0])
    assert len(problems) == 1


def test_a_key_that_is_unknown_twice_is_shown_at_both_lines():
    _, problems = parse(HEADING + "Salt [@three].\nWater [@three].")
    assert [problem.split(":")[1] for problem in problems] == ["7", "8"]


def test_a_hidden_character_in_an_unknown_key_is_a_mistake_like_another():
    _, problems = parse(HEADING + "Salt\nhelps [@th\u200bree].")
    assert problems == ["t.md:8: unknown source @three; add it to sources.yaml or mend the key"]


def test_a_mistake_does_not_hide_the_passages_after_it():
    topic, problems = parse("## Why?\nSalt [@one].\n\n## How? {#how evidence=limited}\nSo [@one].")
    assert len(problems) == 1
    assert [section.passage.id for section in topic.sections] == ["t#how"]


@pytest.mark.parametrize("line", ["## a" + " " * 2500 + "b", "## a {" + " " * 2500, "## a {" + "#x " * 2500 + "}", "[" * 2500, "[@" * 2500])
def test_no_line_makes_the_reading_slow(line):
    # a regular expression that goes back and forth would take minutes: the reading stands in a process that can be ended
    code = "import sys; from chatbot.corpus import parse_topic; parse_topic('t', sys.stdin.read(), 't.md', {}, [])"
    subprocess.run([sys.executable, "-c", code], input=f"{FRONT}{HEADING}a\n{line}\nb", text=True, cwd=ROOT, timeout=5, check=True)


piece = st.sampled_from(["---\n", "title: a\n", "reviewed: 2026-01-10\n", "next_review: 2027-01-10\n", "## ", "{#a", " evidence=limited", "}\n", "[@one]", "[@x", "]", '"', "=", ". A", "\n", "\x00", "\u200b", "# "])  # fmt: skip


@given(st.booleans(), st.lists(piece | st.text(max_size=8), max_size=16).map("".join))
def test_no_text_raises_anything_but_a_corpus_error(with_front, text):
    problems = []
    try:
        parse_topic("t", FRONT + text if with_front else text, "t.md", SOURCES, problems)
    except CorpusError as error:
        problems.append(error)
    assert all(isinstance(p, CorpusError) and p.path == "t.md" and p.line >= 1 and ";" in p.what for p in problems)


def test_a_folder_of_topics_is_read_in_the_order_of_its_names(tiny):
    problems = []
    (tiny.corpus / "README.md").write_text("no topic", encoding="utf-8")
    corpus = read_corpus(tiny.corpus, problems)
    assert problems == []
    assert [section.passage.id for section in corpus.sections()] == ["night#why", "night#stretch", "quinine#danger"]
    assert sorted(corpus.sources) == ["agency-2012", "clinic-2020", "trial-2019"]


def test_a_missing_folder_and_an_empty_one_are_named(tmp_path):
    problems = []
    read_corpus(tmp_path / "none", problems)
    read_corpus(tmp_path, problems)
    assert str(problems[0]) == f"{tmp_path / 'none'}: no such folder; make it, or name the corpus folder with --corpus"
    assert f"{tmp_path}: no topic (*.md) in the corpus folder; write one" in map(str, problems)


def test_a_topic_that_cannot_be_read_does_not_hide_the_others(tiny):
    (tiny.corpus / "a.md").symlink_to(tiny.corpus / "night.md")
    (tiny.corpus / "b.md").write_bytes(b"\xff")
    problems = []
    corpus = read_corpus(tiny.corpus, problems)
    assert [problem.path for problem in problems] == [str(tiny.corpus / "a.md"), str(tiny.corpus / "b.md")]
    assert len(corpus.topics) == 2


def read_one_source(tmp_path, *lines):
    """The sources and messages of a file with one entry of these lines."""
    path = tmp_path / "sources.yaml"
    path.write_text("references:\n- " + "\n  ".join(lines) + "\n", encoding="utf-8")
    problems = []
    sources, _ = read_sources(path, problems)
    return sources, [str(problem).removeprefix(f"{path}:") for problem in problems]


RIGHT = ("id: a", "type: book", "title: A book", "kind: trial")


def test_a_source_is_read_with_its_authors_and_its_line(tmp_path):
    lines = (
        "author:",
        "- {family: Doe, given: J}",
        "- {literal: The Team}",
        "issued: '2019-05-01'",
        "URL: https://e.org/a",
        "copy-of: The Body",
    )
    sources, problems = read_one_source(tmp_path, *RIGHT, *lines)
    assert problems == []
    assert sources["a"] == Source("a", "A book", "", "Doe J, The Team", "2019", "https://e.org/a", "trial", "The Body")


SOURCE_MISTAKES = {
    "no id": (("type: book",), "2: a source needs an `id:` in plain text; add it"),
    "a number": (("id: 5",), "2: a source needs an `id:` in plain text; add it"),
    "no title": (("id: a", "type: book", "kind: x"), "2: source 'a' has no `title:` in plain text; add it, in quotes if it holds a colon"),
    "no kind": (("id: a", "type: book", "title: x"), "2: source 'a' has no `kind:` in plain text; add it, in quotes if it holds a colon"),
    "no address": ((*RIGHT, "URL: javascript:alert(1)"), "2: source 'a' has a URL that is no web address; mend it or leave it out"),
    "a spaced address": ((*RIGHT, "URL: https://e.org/a b"), "2: source 'a' has a URL that is no web address; mend it or leave it out"),
    "an address with a tag": (
        (*RIGHT, "URL: 'https://e.org/<b>'"),
        "2: source 'a' has a URL that is no web address; mend it or leave it out",
    ),
    "an address with an escape": (
        (*RIGHT, r'URL: "https://e.org/\e[31m"'),
        "2: source 'a' has a URL that is no web address; mend it or leave it out",
    ),
}


@pytest.mark.parametrize("name", SOURCE_MISTAKES)
def test_each_mistake_of_a_source_has_its_message(name, tmp_path):
    lines, message = SOURCE_MISTAKES[name]
    sources, problems = read_one_source(tmp_path, *lines)
    assert problems == [message]
    assert sources == {}


@pytest.mark.parametrize(
    "line", ["author: 5", "author: Doe", "author: [{family: 5}]", "author: [{family: true, given: J}]", "issued: 2019", "publisher: 5"]
)
def test_a_field_of_the_wrong_kind_never_stops_the_reading(line, tmp_path):
    sources, problems = read_one_source(tmp_path, *RIGHT, line)
    assert len(sources) + len(problems) == 1


@pytest.mark.parametrize("issued", ["{date-parts: [[2019, 5]]}", "[{year: 2019}]", "2019", "2019-05-01", "'2019'"])
def test_a_year_is_four_digits_or_a_mistake_is_told(issued, tmp_path):
    sources, problems = read_one_source(tmp_path, *RIGHT, f"issued: {issued}")
    assert problems or sources["a"].year in ("2019", "")


def test_a_source_that_stands_twice_is_told_at_the_second(tiny):
    line = tiny.edit("sources.yaml", "- id: trial-2019", "- id: clinic-2020")
    problems = []
    read_sources(tiny.corpus / "sources.yaml", problems)
    assert [(problem.line, problem.what) for problem in problems] == [(line, "the source 'clinic-2020' stands twice; keep one")]


@pytest.mark.parametrize("content", ["", "a: 1", "references: x", "- a"])
def test_a_file_of_sources_without_a_list_says_what_was_expected(content, tmp_path):
    path = tmp_path / "sources.yaml"
    path.write_text(content, encoding="utf-8")
    problems = []
    assert read_sources(path, problems) == ({}, {})
    assert [problem.what for problem in problems] == ["a list `references:` was expected; see docs/how-to/add-a-source.md"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("nights#nothing:\n- why at night\n", "'nights#nothing' is no passage; mend its id or take it out"),
        ("{name}: why at night\n", "must be a list of texts; put those that hold a colon in quotes"),
        ("{name}:\n- 7\n", "must be a list of texts; put those that hold a colon in quotes"),
        ("- why at night\n", "ways to ask are wanted by passage"),
    ],
)
def test_a_mistake_among_the_ways_to_ask_is_told_with_its_line(content, message, tiny):
    problems = []
    name = next(read_corpus(tiny.corpus, []).sections()).passage.id
    (tiny.corpus / "asked.yaml").write_text("# why\n" + content.replace("{name}", name))
    read_corpus(tiny.corpus, problems)
    assert [message in str(problem) for problem in problems] == [True]
    assert "asked.yaml:" in str(problems[0])


def test_ways_to_ask_are_added_to_those_of_the_heading(tiny):
    section = next(read_corpus(tiny.corpus, []).sections())
    (tiny.corpus / "asked.yaml").write_text(f"{section.passage.id}:\n- 'when it gets dark: why'\n- legs at midnight\n")
    problems = []
    found = next(read_corpus(tiny.corpus, problems).sections())
    assert problems == []
    assert found.asked == ("when it gets dark: why", "legs at midnight")
    assert found.also == section.also
