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

import pytest

from chatbot import Chatbot
from chatbot.adapters import host as host_module
from chatbot.adapters import signatures
from chatbot.adapters.host import Host, setting
from chatbot.errors import MissingExtraError, SettingError
from chatbot.handle import Limiter
from chatbot.stores.memory import MemoryStore

sys.path.insert(0, str(Path(__file__).parent / "servers"))
from fakes import FakeDiscord, FakeSlack, FakeTelegram
from gateways import DiscordGateway, SlackGateway

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

    app = build("1:token", host, fake.url)
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
        fake.floods = 1
        fake.says(3, QUESTION)
        await await_for(lambda: len(fake.sent) == 6)

    asyncio.run(with_telegram(fake, make_host("telegram"), work))
    assert not fake.refused
    assert [message["chat_id"] for message in fake.sent] == [1, 2, 1, 2, 1, 3]
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
    app.listener_runner.listener_executor.shutdown(wait=True)  # all that was begun is done
    assert len(fake.sent) == 4
    assert not fake.refused
    private = [message for message in fake.sent if message["method"] == "chat.postEphemeral"]
    assert [(m["user"], m["channel"]) for m in private] == [("U1", "C1")]
    assert "GET HELP TODAY" in private[0]["text"]


@pytest.fixture
def gateway(request):
    pytest.importorskip("aiohttp")
    server = request.param()
    yield server
    server.close()


@pytest.mark.parametrize(("fake", "gateway"), [(FakeSlack, SlackGateway)], indirect=True)
def test_slack_over_socket_mode_with_buttons_a_broken_connection_and_a_flood(fake, gateway, make_host):
    pytest.importorskip("slack_bolt")
    from slack_bolt.adapter.socket_mode import SocketModeHandler

    from chatbot.adapters.slack import build

    fake.link = gateway.url
    handler = SocketModeHandler(build("xoxb-1", make_host("slack"), base_url=f"{fake.url}/api/"), "xapp-1", ping_interval=1)
    handler.client.web_client.base_url = f"{fake.url}/api/"
    handler.connect()
    try:
        gateway.says(QUESTION)
        wait_for(lambda: len(fake.sent) == 1)
        gateway.says(QUESTION)  # sent again
        gateway.presses(fake.sent[0]["blocks"][-1]["elements"][0]["value"])
        wait_for(lambda: len(fake.sent) == 2)
        gateway.says("hello", ts="5.1", bot_id="B7")  # another bot
        gateway.says("hello", ts="5.2", subtype="message_changed")
        wait_for(lambda: len(gateway.got) == 5)  # every envelope is acknowledged
        gateway.drop()
        wait_for(lambda: gateway.connected, 20)
        fake.floods = 1
        gateway.says("is quinine safe?", user="U2", channel="D2", ts="6.1")
        wait_for(lambda: len(fake.sent) == 3, 20)
    finally:
        handler.close()
    assert gateway.connections == 2
    assert not fake.refused
    assert [message["channel"] for message in fake.sent] == ["D1", "D1", "D2"]


def discord_client(fake, gateway, host, monkeypatch):
    discord = pytest.importorskip("discord")
    import yarl

    from chatbot.adapters.discord import build

    monkeypatch.setattr(discord.http.Route, "BASE", f"{fake.url}/api/v10")
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(gateway.url))
    return build(host)


async def with_discord(client, work):
    """Run the adapter's own loop while `work` runs."""
    from chatbot.adapters import discord as adapter

    running = asyncio.ensure_future(adapter._run(client, "token"))
    try:
        await work()
    finally:
        await client.close()
        await running


@pytest.mark.parametrize(("fake", "gateway"), [(FakeDiscord, DiscordGateway)], indirect=True)
def test_discord_messages_servers_commands_buttons_and_a_broken_connection(fake, gateway, make_host, monkeypatch):
    client = discord_client(fake, gateway, make_host("discord"), monkeypatch)

    async def work():
        async def tell(call, count, **options):
            await asyncio.to_thread(call, **options)
            await await_for(lambda: len(fake.sent) == count)

        await await_for(lambda: gateway.connected and client.is_ready())
        await tell(gateway.says, 1, text=QUESTION, number=1)
        gateway.says(QUESTION, number=1)  # sent again
        gateway.says("hello", number=2, bot=True)
        gateway.says("hello all", guild=5, number=3)
        await tell(gateway.says, 2, text=f"<@42> {QUESTION}", guild=5, number=4, mentions=True)
        await tell(gateway.says, 3, text=FLAG, user=2, guild=5, number=5)  # in private
        await tell(gateway.asks, 4, question=QUESTION, guild=5, number=6)
        await tell(gateway.presses, 5, custom_id=fake.sent[3]["components"][0]["components"][0]["custom_id"], guild=5, number=7)
        await asyncio.to_thread(gateway.drop)
        await await_for(lambda: gateway.connected, 30)
        fake.floods = 1
        await tell(gateway.says, 6, text="is quinine safe?", user=3, number=8)

    asyncio.run(with_discord(client, work))
    assert not fake.refused
    assert gateway.connections == 2
    assert 6 in gateway.got  # it went on with the session, and missed nothing
    where = [message["path"].partition("/api/v10/")[2] for message in fake.sent]
    assert where == [
        "channels/1001/messages",
        "channels/77/messages",
        "channels/1002/messages",
        "webhooks/42/t6",
        "webhooks/42/t7",
        "channels/1003/messages",
    ]
    assert [bool((message.get("flags") or 0) & 64) for message in fake.sent] == [False, False, False, True, True, False]
    assert "GET HELP TODAY" in fake.sent[2]["content"]
    assert sum(path.endswith("/commands") for path in fake.got) == 1


@pytest.mark.parametrize("fake", [FakeDiscord], indirect=True)
def test_discord_takes_long_answers_in_order(fake, make_host, monkeypatch):
    discord = pytest.importorskip("discord")
    from platform_rules import many

    from chatbot import render
    from chatbot.adapters.discord import arguments

    monkeypatch.setattr(discord.http.Route, "BASE", f"{fake.url}/api/v10")

    async def work():
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login("token")
            for platform in ("discord", "discord-embed"):
                for body in render.messages(many(60), platform):
                    await client.get_partial_messageable(77).send(**arguments(body))

    asyncio.run(work())
    assert not fake.refused
    numbers = [int(n) for n in re.findall(r"ends number (\d+)\.", " ".join(m.get("content") or "" for m in fake.sent))]
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
    for variable in (
        "TELEGRAM_TOKEN",
        "DISCORD_TOKEN",
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "MATRIX_SERVER",
        "MATRIX_USER",
        "XMPP_JID",
        "XMPP_PASSWORD",
        "IRC_SERVER",
    ):
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
