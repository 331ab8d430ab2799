"""`intents.yaml`: what is read from it, and each mistake with its line."""

from __future__ import annotations

import pytest
import yaml
from conftest import json_data
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chatbot.errors import CorpusError
from chatbot.intents_file import BOT, Reply, read_intents


def read(tiny):
    """The tiny file of intents, and its mistakes as (line, what)."""
    problems = []
    file = read_intents(tiny.intents, problems)
    assert all(problem.path == str(tiny.intents) for problem in problems)
    return file, [(problem.line, problem.what) for problem in problems]


def test_the_tiny_file_is_read_whole(tiny):
    file, problems = read(tiny)
    assert problems == []
    assert [intent.name for intent in file.intents] == ["causes", "relief", "remedies", "greeting", "out_of_scope"]
    assert file.intents[1].passages == ("night#stretch",)
    assert file.intents[0].follow_up == ("relief",)
    assert [(a.name, a.look_alike, a.ask) for a in file.adjacent] == [("period", "night#why", "a GP")]
    assert file.synonyms == (("cramp", "charley horse", "seize up"),)
    assert file.entities["body_part"] == {"calf": ("calf", "calves"), "leg": ("leg", "legs")}
    assert file.specific == {"body_part": {"calf": ("leg",)}}
    assert file.bot["name"] == "Tiny"


def test_an_intent_knows_its_line(tiny):
    line = tiny.edit("intents.yaml", "- name: relief", "- name: ease")
    file, _ = read(tiny)
    assert file.intents[1].line == line
    assert str(file.error("wrong; mend it", line)) == f"{tiny.intents}:{line}: wrong; mend it"


def test_what_the_file_does_not_say_of_the_bot_stands_there_anyway(tiny):
    tiny.edit("intents.yaml", "  name: Tiny\n", "")
    file, problems = read(tiny)
    assert problems == []
    assert file.bot["name"] == BOT["name"]
    assert file.bot["scope"] == "I answer questions about cramps."


def test_replies_may_depend_on_words(tiny):
    tiny.edit("intents.yaml", "replies: [Hello.]", "replies: [{when: [morning], say: Good  morning.}, Hello.]")
    file, problems = read(tiny)
    assert problems == []
    assert file.intents[3].replies == (Reply(("morning",), "Good morning."), Reply((), "Hello."))


MISTAKES = {
    "version": ("version: 1", "version: 2", "`version:` must be 1"),
    "an unknown part": (
        "subject: [",
        "subjects: [",
        "unknown part 'subjects'; use version, bot, offers, not_for, subject, intents, adjacent, synonyms, entities, specific",
    ),
    "an unknown kind": (
        "kind: topic\n  title: Remedies",
        "kind: topics\n  title: Remedies",
        "`kind: topics`; it must be one of topic, smalltalk, route",
    ),
    "an unknown route": ("name: out_of_scope", "name: elsewhere", "a route must be one of personal_request, out_of_scope, unsafe_input"),
    "no title": ("title: Remedies\n", "title:\n", "`title:` must be text; write it, in quotes if it holds a colon"),
    "no question": (
        "question: Is quinine safe to use?",
        "question: [x]",
        "`question:` must be text; write it, in quotes if it holds a colon",
    ),
    "a number": ("[hello there,", "[5,", "an item of `examples:` is 5, not text; put it in quotes"),
    "a yes": ("[quinine, tonic water]", "[yes, tonic water]", "an item of `quinine:` is True, not text; put it in quotes"),
    "no list": ("passages: [night#stretch]", "passages: night#stretch", "`passages:` must be a list; write each item after a `-`"),
    "no examples": (
        "examples: [hello there, good morning, hi bot, hey you]",
        "examples: []",
        "the intent 'greeting' has no example; write at least five",
    ),
    "no replies": ("replies: [Hello.]", "replies: []", "the smalltalk intent 'greeting' has no `replies:`; write one"),
    "an odd reply": ("replies: [Hello.]", "replies: [5, Hello.]", "a reply must be text, or `when:` and `say:`"),
    "a name twice": ("- name: remedies", "- name: relief", "'relief' stands twice; keep one"),
    "no name": ("- name: remedies", "- named: remedies", "an entry needs `name:` in plain text; add it"),
    "no say": ("say: Period pain comes from the womb.", "say: ''", "`say:` must be text; write it, in quotes if it holds a colon"),
    "a lone synonym": (
        "- [cramp, charley horse, seize up]",
        "- [cramp]",
        "a synonym set must be a list of two or more texts; write - [cramp, charley horse]",
    ),
    "a flat synonym": (
        "- [cramp, charley horse, seize up]",
        "- cramp",
        "a synonym set must be a list of two or more texts; write - [cramp, charley horse]",
    ),
    "a flat entity": (
        "  remedy:\n    quinine: [quinine, tonic water]",
        "  remedy: [quinine]",
        "an entity must hold `value: [phrasings]` lines",
    ),
    "a key twice": ("subject: [cramp, charley horse]", "version: 1", "the key 'version' stands twice; keep one"),
}

SHOWN_AT = {"no examples": "- name: greeting", "no replies": "- name: greeting"}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_has_its_message_and_its_line(name, tiny):
    old, new, what = MISTAKES[name]
    line = tiny.edit("intents.yaml", old, new)
    if name in SHOWN_AT:  # a mistake of a whole entry is shown where the entry begins
        line = tiny.edit("intents.yaml", SHOWN_AT[name], SHOWN_AT[name])
    _, problems = read(tiny)
    assert problems == [(line, what)]


@pytest.mark.parametrize("name", ["title", "question"])
def test_a_wrong_field_is_shown_at_its_own_line(name, tiny):
    line = tiny.edit("intents.yaml", f"{name}: {'Remedies' if name == 'title' else 'Is quinine safe to use?'}", f"{name}: 5")
    _, problems = read(tiny)
    assert [at for at, _ in problems] == [line]


@pytest.mark.parametrize("part", ["intents", "adjacent", "synonyms"])
def test_a_part_that_is_no_list_says_so(part, tiny):
    tiny.intents.write_text(f"version: 1\n{part}: {{a: 1}}\n", encoding="utf-8")
    _, problems = read(tiny)
    assert len(problems) == 1
    assert problems[0][0] == 2
    assert problems[0][1].startswith(f"`{part}:` must be a list")


def test_replies_in_one_line_of_text_are_a_mistake_and_no_list_of_letters(tiny):
    tiny.edit("intents.yaml", "replies: [Hello.]", "replies: Hello.")
    file, problems = read(tiny)
    assert problems or [reply.say for reply in file.intents[3].replies] == ["Hello."]


def test_an_adjacent_subject_without_examples_is_a_mistake(tiny):
    tiny.edit(
        "intents.yaml", "examples: [period cramps, menstrual cramps every month, my period hurts, cramps before my period]", "examples: []"
    )
    _, problems = read(tiny)
    assert len(problems) == 1


def test_a_missing_file_is_a_mistake_and_nothing_is_read(tmp_path):
    problems = []
    file = read_intents(tmp_path / "none.yaml", problems)
    assert [problem.what for problem in problems] == ["the file is missing; create it or name another one"]
    assert (file.intents, file.bot) == ((), BOT)


@pytest.mark.parametrize("content", ["", "- a", "text"])
def test_a_file_that_is_no_mapping_says_how_to_begin(content, tiny):
    tiny.intents.write_text(content, encoding="utf-8")
    _, problems = read(tiny)
    assert problems == [(1, "the file must begin with `version: 1` and `intents:`; see docs/how-to/add-an-intent.md")]


values = st.integers() | st.booleans() | st.text(max_size=5) | st.lists(st.integers() | st.text(max_size=5), max_size=3) | json_data
fields = ["kind", "title", "question", "passages", "follow_up", "examples", "replies", "label", "say", "ask", "look_alike"]
entries = st.lists(st.dictionaries(st.sampled_from(fields), values, max_size=5).map(lambda e: {"name": "a", **e}) | values, max_size=2)
parts = st.fixed_dictionaries({"version": st.just(1), "intents": entries}, optional=dict.fromkeys(("bot", "subject", "adjacent", "synonyms", "entities", "specific", "x"), entries | values))  # fmt: skip


@settings(max_examples=150)
@given(data=parts | json_data)
@example(data={"version": 1, "intents": [{"name": "a", "replies": 5}]})
def test_no_data_raises_and_each_mistake_has_a_line(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "any-intents.yaml"
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    problems = []
    read_intents(path, problems)
    assert all(isinstance(problem, CorpusError) and problem.line >= 1 for problem in problems)
