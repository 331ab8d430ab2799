"""`chatbot suggest`: what it proposes passes lint, makes a bot that answers, and leaves what there is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from chatbot import Chatbot
from chatbot.build import compile_knowledge
from chatbot.cli import main
from chatbot.inputs import Inputs
from chatbot.knowledge import Knowledge
from chatbot.lint import lint

pytest.importorskip("markdown_it", reason="markdown-it-py is missing, so no export is read; run: pip install -e '.[dev]'")

EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    """A folder with a corpus about bicycles and no intents."""
    shutil.copytree(EXPORTS, tmp_path / "exports")
    monkeypatch.chdir(tmp_path)
    assert main(["import", "-q", "exports"]) == 0
    capsys.readouterr()
    return tmp_path


def proposed(capsys, *options):
    """What is printed, as text and as data."""
    assert main(["suggest", *options]) == 0
    text = capsys.readouterr().out
    return text, yaml.safe_load(text)


def test_what_is_proposed_passes_lint(folder, capsys):
    assert main(["suggest", "-o", "intents.yaml"]) == 0
    assert "intents proposed for 16 passages" in capsys.readouterr().err
    assert lint(Path("corpus"), Path("intents.yaml"), None) == []


def test_passages_that_are_asked_for_alike_share_an_intent(folder, capsys):
    _, data = proposed(capsys)
    groups = [set(intent["passages"]) for intent in data["intents"] if "passages" in intent]
    assert {"bikes-example-org-brakes#why-do-my-brakes-squeal", "questions-in-the-workshop#when-are-brake-blocks-worn-out"} in groups
    assert sorted(name for group in groups for name in group) == sorted({name for group in groups for name in group}), (
        "each passage in one group"
    )


def test_examples_are_the_ways_to_ask_that_the_corpus_holds(folder, capsys):
    _, data = proposed(capsys)
    brakes = next(intent for intent in data["intents"] if "brake" in intent["name"])
    assert {"Why do my brakes squeal?", "my brakes are screaming", "noise when braking"} <= set(brakes["examples"])
    assert 4 <= len(brakes["examples"]) <= 10


def test_a_bot_with_what_is_proposed_answers(folder, capsys):
    main(["suggest", "-o", "intents.yaml"])
    bot = Chatbot(Knowledge(compile_knowledge(Inputs(Path("corpus"), Path("intents.yaml"), None))))
    assert bot.respond("my brakes scream when i stop").reply.statements[0].text.startswith("Brake blocks squeal")
    assert bot.respond("what is the capital of france").reply.kind == "off_topic"


def test_the_same_corpus_gives_the_same_proposals_and_most_limits_them(folder, capsys):
    assert proposed(capsys) == proposed(capsys)
    _, few = proposed(capsys, "--most", "2")
    assert len([intent for intent in few["intents"] if "passages" in intent]) == 2


def test_what_there_is_stays_and_its_passages_are_not_proposed_again(folder, capsys):
    text, _ = proposed(capsys)
    Path("intents.yaml").write_text("# mine\n" + text)
    assert main(["suggest"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("# mine\n")
    assert "0 intents proposed" in err


def test_a_file_that_stands_there_is_left_as_it_is(folder, capsys):
    Path("mine.yaml").write_text("mine")
    assert main(["suggest", "-o", "mine.yaml"]) == 2
    assert Path("mine.yaml").read_text() == "mine"
    assert "stands there already" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--corpus", "nowhere"], ["--most", "0"]])
def test_wrong_use_is_told(folder, capsys, words):
    assert main(["suggest", *words]) == 2
    assert "nothing was proposed" in capsys.readouterr().err


def test_the_corpus_of_cramps_has_intents_for_all_its_passages(capsys):
    root = Path(__file__).parent.parent
    assert main(["suggest", "--corpus", str(root / "corpus"), "--intents", str(root / "intents.yaml")]) == 1
    assert "0 intents proposed" in capsys.readouterr().err
