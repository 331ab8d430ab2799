"""Whole conversations, written as YAML in tests/dialogues/."""

from pathlib import Path

import pytest
import yaml

from chatbot import Chatbot, DialogueState, render

FOLDER = Path(__file__).parent / "dialogues"


@pytest.fixture(scope="module")
def bot():
    return Chatbot()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(bot, path):
    state = DialogueState()
    for number, step in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1):
        # a host keeps the state as text between turns
        turn = bot.respond(step["say"], DialogueState.from_json(state.to_json()))
        state, reply = turn.state, turn.reply
        text = render.plain(reply)
        where = f"{path.name}, step {number} ({step['say']!r}):\n{text}"
        assert reply.kind == step.get("kind", reply.kind), where
        assert reply.urgency == step.get("urgency", reply.urgency), where
        assert turn.trace.match.name == step.get("intent", turn.trace.match.name), where
        assert step.get("slots", {}).items() <= dict(turn.trace.slots).items(), where
        assert len(reply.citations) == step.get("cites", len(reply.citations)), where
        assert all(words in text for words in step.get("holds", ())), where
        assert not any(words in text for words in step.get("lacks", ())), where
