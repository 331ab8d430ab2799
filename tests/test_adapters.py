"""Adapters over the platforms' own libraries, against stand-ins that refuse what the platforms would refuse."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from chatbot import Chatbot
from chatbot.adapters import host as host_module
from chatbot.adapters import signatures
from chatbot.adapters.host import Host, SettingError, setting
from chatbot.errors import MissingExtraError
from chatbot.handle import Limiter
from chatbot.stores.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).parent / "servers"))
from fakes import FakeDiscord, FakeSlack, FakeTelegram

QUESTION = "why do my calves cramp at night?"
FLAG = "my calf is swollen"
FREE = Limiter(rate=1e6, burst=1e6, overall=1e6)


@pytest.fixture
def make_host(tiny_knowledge):
    store = MemoryStore()
    return lambda platform: Host(platform, Chatbot(tiny_knowledge), store, FREE)


@pytest.fixture
def fake(request):
    server = request.param()
    yield server
    server.close()


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


async def await_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.01)


async def with_telegram(fake, host, work):
    from chatbot.adapters.telegram import build

    app = build("1:token", host, f"{fake.url}/bot")
    async with app:
        await app.start()
        await app.updater.start_polling(poll_interval=0.0)
        await work()
        await app.updater.stop()
        await app.stop()


@pytest.mark.parametrize("fake", [FakeTelegram], indirect=True)
def test_telegram_two_people_at_once_with_buttons_and_a_repeated_event(fake, make_host):
    pytest.importorskip("telegram")

    async def work():
        fake.says(1, QUESTION)
        fake.says(2, "is quinine safe?")
        await await_for(lambda: len(fake.sent) == 2)
        fake.says(1, QUESTION, update=1)  # sent again
        fake.presses(1, fake.sent[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
        await await_for(lambda: len(fake.sent) == 3)
        fake.says(2, "1")
        fake.says(1, "/start")
        await await_for(lambda: len(fake.sent) == 5)

    asyncio.run(with_telegram(fake, make_host("telegram"), work))
    assert not fake.refused
    assert [message["chat_id"] for message in fake.sent] == [1, 2, 1, 2, 1]
    assert "Nobody knows" in fake.sent[0]["text"]
    assert "Quinine" in fake.sent[1]["text"]
    assert "answerCallbackQuery" in fake.got


@pytest.mark.parametrize("fake", [FakeTelegram], indirect=True)
def test_telegram_in_a_group(fake, make_host):
    pytest.importorskip("telegram")
    fake.closed_to = {2}

    async def work():
        fake.says(1, "hello there", chat=-5)  # to nobody
        fake.says(1, f"@cramp_bot {QUESTION}", chat=-5)
        fake.says(1, FLAG, chat=-5)  # in private
        fake.says(2, FLAG, chat=-5)  # who cannot be written to is answered in the group
        await await_for(lambda: len(fake.sent) == 3)

    asyncio.run(with_telegram(fake, make_host("telegram"), work))
    assert [message["chat_id"] for message in fake.sent] == [-5, 1, -5]
    assert all("GET HELP TODAY" in message["text"] for message in fake.sent[1:])


@pytest.mark.parametrize("fake", [FakeTelegram], indirect=True)
def test_telegram_takes_long_answers_in_order_and_plain_text_when_markup_is_refused(fake, make_host):
    telegram = pytest.importorskip("telegram")
    from platform_rules import many

    from chatbot import render
    from chatbot.adapters.host import Answer
    from chatbot.adapters.telegram import _send

    async def work():
        async with telegram.Bot("1:token", base_url=f"{fake.url}/bot") as bot:
            await _send(bot, Answer(render.messages(many(100), "telegram")), 1, 1, None)
            await _send(bot, Answer([{"text": "<u>bad &amp; markup</u>", "parse_mode": "HTML"}]), 1, 1, None)

    asyncio.run(work())
    numbers = [int(n) for n in re.findall(r"ends number (\d+)\.", " ".join(m["text"] for m in fake.sent))]
    assert numbers == list(range(100))
    assert fake.sent[-1]["text"] == "bad & markup"
    assert len(fake.refused) == 1


def slack_event(text, user="U1", channel_type="im", ts="1.1", channel="D1", secret="s3cret", when=None):
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": "T1",
            "api_app_id": "A1",
            "event_id": f"Ev{ts}",
            "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
            "event": {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel, "channel_type": channel_type},
        }
    )
    stamp = str(int(when or time.time()))
    signature = "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return body, {"content-type": ["application/json"], "x-slack-request-timestamp": [stamp], "x-slack-signature": [signature]}


@pytest.mark.parametrize("fake", [FakeSlack], indirect=True)
def test_slack_talk_retries_privacy_and_forged_events(fake, make_host):
    pytest.importorskip("slack_bolt")
    from slack_bolt import BoltRequest

    from chatbot.adapters.slack import build

    app = build("xoxb-1", make_host("slack"), "s3cret", f"{fake.url}/api/")

    def send(*args, **options):
        body, headers = slack_event(*args, **options)
        return app.dispatch(BoltRequest(body=body, headers=headers)).status

    assert send(QUESTION) == 200
    wait_for(lambda: len(fake.sent) == 1)
    assert send(QUESTION) == 200  # sent again
    assert send("1", ts="2.1") == 200
    assert send("is quinine safe?", user="U2", ts="2.2", channel="D2") == 200
    assert send("hello all", channel_type="channel", ts="3.1", channel="C1") == 200
    assert send(f"<@UBOT> {FLAG}", channel_type="channel", ts="4.1", channel="C1") == 200
    wait_for(lambda: len(fake.sent) == 4)
    assert send(QUESTION, ts="5.1", secret="wrong") == 401
    assert send(QUESTION, ts="5.2", when=time.time() - 3600) == 401
    time.sleep(0.3)
    assert len(fake.sent) == 4
    assert not fake.refused
    private = [message for message in fake.sent if message["method"] == "chat.postEphemeral"]
    assert [(m["user"], m["channel"]) for m in private] == [("U1", "C1")]
    assert "GET HELP TODAY" in private[0]["text"]


@pytest.mark.parametrize("fake", [FakeDiscord], indirect=True)
def test_discord_direct_messages_groups_and_length(fake, make_host, monkeypatch):
    discord = pytest.importorskip("discord")
    from platform_rules import many

    from chatbot import render
    from chatbot.adapters.discord import arguments, build

    monkeypatch.setattr(discord.http.Route, "BASE", f"{fake.url}/api/v10")

    async def work():
        client = build(make_host("discord"))
        await client.login("token")
        client._connection.user = client.user or client._connection.user

        def message(text, user=1, guild=None, number=1):
            author = SimpleNamespace(id=user, bot=False, send=client.get_partial_messageable(1000 + user).send)
            return SimpleNamespace(author=author, channel=client.get_partial_messageable(77), content=text, mentions=[], guild=guild, id=number)

        await client.on_message(message(QUESTION))
        await client.on_message(message(QUESTION))  # sent again
        await client.on_message(message("hello all", guild=1, number=2))
        await client.on_message(message(FLAG, guild=1, number=3))
        for platform in ("discord", "discord-embed"):
            for body in render.messages(many(60), platform):
                await client.get_partial_messageable(77).send(**arguments(body))
        await client.close()

    asyncio.run(work())
    assert not fake.refused
    assert "Nobody knows" in fake.sent[0]["content"]
    assert "GET HELP TODAY" in fake.sent[1]["content"]
    assert fake.sent[1]["path"].endswith("/channels/1001/messages")
    numbers = [int(n) for n in re.findall(r"ends number (\d+)\.", " ".join(m.get("content") or "" for m in fake.sent[2:]))]
    assert numbers == list(range(60))


@pytest.mark.parametrize("name", ["telegram", "discord", "slack", "matrix", "xmpp", "irc"])
def test_a_missing_library_and_a_missing_token_are_named(name, monkeypatch, tiny_knowledge):
    from importlib import import_module

    module = import_module(f"chatbot.adapters.{name}")
    monkeypatch.setattr(host_module, "Chatbot", lambda *_, **__: Chatbot(tiny_knowledge))
    for variable in ("TELEGRAM_TOKEN", "DISCORD_TOKEN", "SLACK_BOT_TOKEN", "MATRIX_SERVER", "XMPP_JID", "IRC_SERVER"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises((SettingError, MissingExtraError), match=r"is not set; set it and start again|pip install"):
        module.run()
    for library in ("telegram", "discord", "slack_bolt", "nio", "slixmpp", "irc", "irc.bot"):
        monkeypatch.setitem(sys.modules, library, None)
    for variable in ("TELEGRAM_TOKEN", "DISCORD_TOKEN", "SLACK_BOT_TOKEN", "MATRIX_SERVER", "MATRIX_USER", "XMPP_JID", "XMPP_PASSWORD", "IRC_SERVER"):
        monkeypatch.setenv(variable, "x")
    with pytest.raises(MissingExtraError, match=rf"pip install 'cramp-chatbot\[{name}\]'"):
        module.run()


def test_an_error_ends_an_adapter_with_one_line(capsys):
    def run():
        setting("CHATBOT_NO_SUCH_SETTING")

    with pytest.raises(SystemExit) as found:
        host_module.main(run)
    assert found.value.code == 2
    assert capsys.readouterr().err == "chatbot: the environment variable CHATBOT_NO_SUCH_SETTING is not set; set it and start again\n"


def test_signatures():
    body = b'{"a": 1}'
    good = "v0=" + hmac.new(b"k", b"v0:1000:" + body, hashlib.sha256).hexdigest()
    assert signatures.slack("k", "1000", body, good, now=1000)
    assert not signatures.slack("k", "1000", body, good, now=1400)
    assert not signatures.slack("k", "1000", body + b" ", good, now=1000)
    assert not signatures.slack("", "1000", body, good, now=1000)
    assert not signatures.slack("k", "x", body, good, now=1000)
    assert signatures.telegram("k", "k")
    assert not signatures.telegram("k", "\u20ac")
    assert not signatures.telegram("", "")
    signed = "sha256=" + hmac.new(b"k", body, hashlib.sha256).hexdigest()
    assert signatures.whatsapp("k", body, signed)
    assert not signatures.whatsapp("k", body + b" ", signed)
    assert not signatures.whatsapp("", body, "sha256=" + hmac.new(b"", body, hashlib.sha256).hexdigest())


@pytest.mark.parametrize("path", sorted((Path(host_module.__file__).parent).glob("*.py")), ids=lambda path: path.stem)
def test_adapters_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150
