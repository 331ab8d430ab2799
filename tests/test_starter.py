"""A bot on another subject: what `chatbot new` makes works, and so does a corpus with no other file."""

import datetime

import pytest

from chatbot import Chatbot
from chatbot.build import compile_knowledge
from chatbot.cli import main
from chatbot.errors import CorpusError
from chatbot.inputs import Inputs
from chatbot.knowledge import Knowledge
from chatbot.lint import lint
from chatbot.starter import make_folder

DAY = datetime.date(2028, 2, 29)


@pytest.fixture
def folder(tmp_path):
    make_folder(tmp_path / "bot", DAY)
    return tmp_path / "bot"


@pytest.fixture
def bare(folder):
    """The bot of a corpus alone."""
    return Chatbot(Knowledge(compile_knowledge(Inputs(folder / "corpus", None, None))))


def said(bot, text):
    return bot.respond(text).reply


def test_a_new_folder_is_without_fault_and_dated_today(folder):
    assert lint(folder / "corpus", folder / "intents.yaml", folder / "safety.yaml", DAY) == []
    assert "reviewed: 2028-02-29\nnext_review: 2029-02-28\n" in (folder / "corpus" / "example.md").read_text()


def test_a_new_folder_makes_a_bot_that_answers_declines_and_warns(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert main(["build"]) == 0
    assert main(["--knowledge", "knowledge.bin", "ask", "where do the answers come from?"]) == 0
    assert main(["--knowledge", "knowledge.bin", "ask", "i want to end my life"]) == 3
    assert main(["--knowledge", "knowledge.bin", "ask", "what is the capital of france"]) == 1
    assert "cramp" not in capsys.readouterr().out.lower()


def test_a_folder_that_holds_something_is_left_as_it_is(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(CorpusError, match="something is there already"):
        make_folder(tmp_path, DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_corpus_alone_answers_by_its_words_and_knows_emergencies(bare):
    reply = said(bare, "does the bot make up sentences")
    assert reply.kind == "answer"
    assert [citation.source for citation in reply.citations] == ["this-folder"]
    assert said(bare, "i took too many sleeping pills").kind == "escalate"
    assert said(bare, "what is the weather like").kind == "off_topic"
    assert said(bare, "hello").kind == "smalltalk"


def test_the_words_of_the_owner_stand_in_one_place(folder):
    path = folder / "intents.yaml"
    text = path.read_text()
    for old, new in (("I answer questions from the pages that I was given.", "Ask about roses."), ("not advice for you", "and no more")):
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    bot = Chatbot(Knowledge(compile_knowledge(Inputs(folder / "corpus", path, None))))
    reply = said(bot, "what is the weather like")
    assert "Ask about roses." in reply.message
    assert "and no more" in reply.disclaimer


def test_a_corpus_of_others_never_takes_the_place_of_the_bundled_knowledge(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert main(["build"]) == 0
    assert (folder / "knowledge.bin").exists()


def test_a_question_of_the_subject_that_sounds_like_small_talk_is_answered_without_intents(folder):
    text = "---\ntitle: Pages\nreviewed: 2026-01-01\nnext_review: 2027-01-01\n---\n\n## What to eat {#eat evidence=limited}\n\nBananas and nuts are food that may help [@this-folder].\n"
    (folder / "corpus" / "food.md").write_text(text)
    bot = Chatbot(Knowledge(compile_knowledge(Inputs(folder / "corpus", None, None))))
    assert said(bot, "what foods help").kind == "answer"
    assert said(bot, "help").kind == "smalltalk"
