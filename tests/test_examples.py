"""The examples run: each against a stand-in of what its library would call."""

from __future__ import annotations

import asyncio
import builtins
import hashlib
import hmac
import importlib.util
import json
import sys
import types
from types import SimpleNamespace

import pytest
from conftest import ROOT

from chatbot.handle import Limiter

EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
QUESTION = "why do my calves cramp at night?"
ANSWER = "Nobody knows for sure why leg cramps come at night."


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path, tiny_bytes):
    (tmp_path / "tiny.bin").write_bytes(tiny_bytes)
    values = {
        "CHATBOT_KNOWLEDGE": str(tmp_path / "tiny.bin"),
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_SIGNING_SECRET": "s",
        "WHATSAPP_SECRET": "k",
    }
    values |= {"MATRIX_SERVER": "http://127.0.0.1:1", "MATRIX_USER": "@bot:test"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def example(name):
    """The example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Sent(list):
    """A send call that keeps what it is given."""

    async def __call__(self, *arguments, **named):
        self.append((arguments, named))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 20


def test_there_are_nine():
    assert len(EXAMPLES) == 9


def test_plain_loop(monkeypatch, capsys, tiny_knowledge):
    import chatbot

    make = chatbot.Chatbot
    monkeypatch.setattr(chatbot, "Chatbot", lambda **options: make(tiny_knowledge, **options))
    lines = iter([QUESTION, "1", ""])
    monkeypatch.setattr(builtins, "input", lambda _: next(lines))
    example("plain_loop").main()
    assert ANSWER in capsys.readouterr().out


def test_telegram_ptb():
    pytest.importorskip("telegram")
    sent, module = Sent(), example("telegram_ptb")
    update = SimpleNamespace(
        effective_message=SimpleNamespace(chat_id=1, text=QUESTION, message_id=5), effective_user=SimpleNamespace(id=1)
    )
    for _ in range(2):
        asyncio.run(module.on_message(update, SimpleNamespace(bot=SimpleNamespace(send_message=sent))))
    assert len(sent) == 1
    assert ANSWER in sent[0][1]["text"]


def test_telegram_aiogram():
    pytest.importorskip("aiogram")
    from aiogram.methods import SendMessage

    sent, module = Sent(), example("telegram_aiogram")
    message = SimpleNamespace(chat=SimpleNamespace(id=1), from_user=SimpleNamespace(id=1), text=QUESTION, message_id=5, answer=sent)
    asyncio.run(module.on_message(message))
    assert ANSWER in sent[0][1]["text"]
    assert SendMessage(chat_id=1, **sent[0][1]).reply_markup.inline_keyboard


def test_discord_py():
    pytest.importorskip("discord")
    sent, module = Sent(), example("discord_py")
    author = SimpleNamespace(id=1, bot=False)
    asyncio.run(
        module.on_message(SimpleNamespace(guild=None, author=author, channel=SimpleNamespace(id=1, send=sent), content=QUESTION, id=5))
    )
    assert ANSWER in sent[0][1]["content"]
    assert sent[0][1]["allowed_mentions"].to_dict() == {"parse": []}


def test_slack_bolt(monkeypatch):
    pytest.importorskip("slack_bolt")
    monkeypatch.setattr("slack_sdk.WebClient.auth_test", lambda *_, **__: {"ok": True, "bot_id": "B", "user_id": "U"})
    module, sent = example("slack_bolt_app"), []
    event = {"channel_type": "im", "user": "U1", "channel": "D1", "text": QUESTION, "ts": "1.1"}
    module.on_message(event, lambda **named: sent.append(named))
    module.on_message({**event, "bot_id": "B"}, lambda **named: sent.append(named))
    assert len(sent) == 1
    assert ANSWER in sent[0]["text"]


def test_matrix_nio(monkeypatch):
    pytest.importorskip("nio")
    module, sent = example("matrix_nio"), Sent()
    monkeypatch.setattr(module.client, "room_send", sent)
    event = SimpleNamespace(sender="@ann:test", body=QUESTION, event_id="$1")
    asyncio.run(module.on_message(SimpleNamespace(room_id="!r"), event))
    asyncio.run(module.on_message(SimpleNamespace(room_id="!r"), SimpleNamespace(sender="@bot:test", body=QUESTION, event_id="$2")))
    assert len(sent) == 1
    assert ANSWER in sent[0][1]["content"]["body"]


def test_xmpp_slixmpp():
    slixmpp = pytest.importorskip("slixmpp")
    module, sent = example("xmpp_slixmpp"), []
    message = slixmpp.Message()
    message["from"], message["type"], message["body"], message["id"] = "ann@test/x", "chat", QUESTION, "1"
    message.reply = lambda body: SimpleNamespace(send=lambda: sent.append(body))
    asyncio.run(module.on_message(message))
    assert ANSWER in sent[0]


def test_errbot_plugin(monkeypatch):
    try:
        import errbot  # noqa: F401
    except ImportError:
        stand_in = types.ModuleType("errbot")
        stand_in.BotPlugin, stand_in.botcmd = object, lambda function: function
        monkeypatch.setitem(sys.modules, "errbot", stand_in)
    module = example("errbot_plugin")
    plugin = module.Cramps.__new__(module.Cramps)
    assert ANSWER in plugin.cramp(SimpleNamespace(to="room", frm="ann"), QUESTION)


def test_fastapi_webhook():
    pytest.importorskip("fastapi")
    pytest.importorskip("httpx")
    import httpx

    module = example("fastapi_webhook")
    module.host.limiter = Limiter(rate=1e6, burst=1e6)
    message = {"type": "text", "from": "49170", "id": "wamid.1", "text": {"body": QUESTION}}
    body = json.dumps({"entry": [{"changes": [{"value": {"messages": [message]}}]}]}).encode()
    signed = "sha256=" + hmac.new(b"k", body, hashlib.sha256).hexdigest()

    async def post(signature):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(module.app), base_url="http://test") as client:
            return (await client.post("/whatsapp", content=body, headers={"x-hub-signature-256": signature})).status_code

    assert asyncio.run(post("sha256=00")) == 401
    assert asyncio.run(post(signed)) == 200
    assert asyncio.run(post(signed)) == 200
    assert len(module.outbox) == 1
    assert module.outbox[0]["to"] == "49170"
    assert ANSWER in module.outbox[0]["text"]["body"]
