"""The figures that the bundled knowledge must reach on our own questions, and what the corpus must not hold."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from chatbot import Chatbot
from chatbot.corpus import read_corpus
from chatbot.evaluate import ask, below, figures, outcome, read_questions
from chatbot.intents_file import read_intents

ROOT = Path(__file__).parent.parent
QUALITY = ROOT / "tests" / "quality"


@pytest.fixture(scope="module")
def questions():
    return read_questions((QUALITY / "questions.jsonl").read_text(encoding="utf-8"), "questions.jsonl")


@pytest.fixture(scope="module")
def outcomes(questions):
    bot = Chatbot()
    return [outcome(item, ask(bot, item["turns"])) for item in questions]


@pytest.fixture(scope="module")
def corpus():
    problems = []
    read = read_corpus(ROOT / "corpus", problems)
    assert problems == []
    return read


def test_every_figure_reaches_its_bar(outcomes):
    bars = json.loads((QUALITY / "bars.json").read_text(encoding="utf-8"))
    assert below(figures(outcomes), bars) == []


def test_a_figure_below_its_bar_is_told(outcomes):
    assert below(figures(outcomes), {"routing": {"at least": 1.01}})[0].startswith("routing: 0.")


def test_no_six_words_in_a_row_of_the_first_web_pages_stand_in_the_corpus(corpus):
    lines = (QUALITY / "six-word-hashes.txt").read_text(encoding="utf-8").splitlines()
    known = {line for line in lines if not line.startswith("#")}
    assert len(known) > 3000
    for section in corpus.sections():
        words = re.findall(r"[a-z0-9']+", section.passage.text.lower())
        runs = {hashlib.sha256(" ".join(words[at : at + 6]).encode()).hexdigest()[:12] for at in range(len(words) - 5)}
        assert not runs & known, section.passage.id


def test_no_example_is_a_question_of_the_quality_bank(questions):
    problems = []
    file = read_intents(ROOT / "intents.yaml", problems)
    assert problems == []
    examples = {e.lower() for intent in file.intents for e in intent.examples} | {e.lower() for a in file.adjacent for e in a.examples}
    asked = [item["turns"][-1].lower() for item in questions if len(item["turns"][-1].split()) > 4]
    assert not [text for text in asked if text in examples]
    assert not [text for text in asked for e in examples if abs(len(text) - len(e)) < 6 and fuzz.ratio(text, e) > 92]


def test_the_corpus_is_as_large_as_the_readme_says(corpus):
    assert len(corpus.topics) >= 55
    assert sum(1 for _ in corpus.sections()) >= 300
