"""Nothing that the bot can say is false comfort or alarm: not a passage, not a piece of advice, not a template."""

import re
from pathlib import Path

import pytest
import yaml

from chatbot import compose
from chatbot.knowledge import Knowledge
from chatbot.lint import wording_pattern
from chatbot.render import blocks
from chatbot.text import fold

LISTS = yaml.safe_load((Path(compose.__file__).parent / "data" / "wording.yaml").read_text(encoding="utf-8"))


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from strings(child)
    elif isinstance(value, list | tuple):
        for child in value:
            yield from strings(child)


@pytest.fixture(scope="module")
def said():
    """Everything that can stand in a reply, with where it comes from."""
    knowledge = Knowledge()
    dialogue = knowledge.dialogue
    found = [(name, knowledge.passage(name).text) for name in knowledge.index.ids]
    found += [
        (f"intent {name}", text)
        for name, intent in dialogue["intents"].items()
        for text in strings([intent["title"], intent["question"], *[r[1] for r in intent["replies"]]])
    ]
    found += [(f"adjacent {name}", text) for name, entry in dialogue["adjacent"].items() for text in strings([entry["say"], entry["ask"]])]
    found += [("bot", text) for text in strings(dialogue["bot"])]
    found += [(f"red flag {c['id']}", advice["text"]) for c in knowledge.red_flags.conditions for advice in c["advice"]]
    for module in (compose, blocks):
        found += [(module.__name__, text) for name, value in vars(module).items() if name.isupper() for text in strings(value)]
    return found


@pytest.mark.parametrize("kind", ["false_comfort", "alarm"])
def test_nothing_said_is_on_the_list(said, kind):
    pattern = wording_pattern(LISTS[kind])
    assert len(said) > 600
    assert not [(where, found[0]) for where, text in said if (found := pattern.search(fold(text)))]


def test_the_list_is_matched_in_any_case_and_form():
    assert wording_pattern(["can wait", "terrif*"]).search(fold("It CAN WAIT, it is terrifying"))


def test_no_template_says_what_a_person_has_or_gives_a_dose(said):
    templates = [(where, text) for where, text in said if "#" not in where]
    claims = re.compile(
        r"\byou (?:have|probably have|are having) (?:a |an )?(?:cramp|clot|stroke|heart attack|strain)|\btake \d", re.IGNORECASE
    )
    assert not [(where, text) for where, text in templates if claims.search(text)]
