"""XMPP on Prosody: two people at once, follow-ups, long and hostile answers in order, a room, a restart."""

from __future__ import annotations

import asyncio

import pytest
import real_servers
from conftest import HOSTILE

pytest.importorskip("slixmpp")

import slixmpp

from chatbot import render
from chatbot.adapters import xmpp
from chatbot.adapters.host import Answer
from chatbot.adapters.xmpp import build

xmpp_server, make_host, make_adapter = real_servers.xmpp_server, real_servers.make_host, real_servers.make_adapter

QUESTION = real_servers.QUESTION
ROOM = "legs@rooms.localhost"


class Person(slixmpp.ClientXMPP):
    def __init__(self, name):
        super().__init__(f"{name}@localhost/test", "secret")
        self.register_plugin("xep_0045")
        self.register_plugin("xep_0199")
        self.got, self.online = [], asyncio.Event()
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("message", lambda message: self.got.append((message["from"].full, message["body"], message)))

    async def begin(self, _):
        self.send_presence()
        await self.get_roster()
        self.online.set()


async def up(client, port):  # as build(..., tls=False) does
    client.enable_direct_tls = client.enable_starttls = False
    client.enable_plaintext = True
    client.plugin["feature_mechanisms"].unencrypted_plain = True
    client.plugin["feature_mechanisms"].unencrypted_scram = True
    online = getattr(client, "online", None) or asyncio.Event()
    client.add_event_handler("session_start", lambda _: online.set())
    client.connect(host="127.0.0.1", port=port)
    await asyncio.wait_for(online.wait(), 15)
    return client


async def until(condition, seconds=15):
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not happen")


async def down(*clients):
    for client in clients:
        client.stopping = True
        await client.disconnect()


def test_people_follow_ups_a_restart_and_long_answers(xmpp_server, make_host):
    from platform_rules import many

    async def work():
        port = xmpp_server.port
        ann, ben = await up(Person("ann"), port), await up(Person("ben"), port)
        bot = await up(build("bot@localhost/bot", "secret", make_host("xmpp")), port)
        ann.send_message("bot@localhost/bot", QUESTION, mtype="chat")
        ben.send_message("bot@localhost/bot", "is quinine safe?", mtype="chat")
        await until(lambda: ann.got and ben.got)
        assert "Nobody knows" in ann.got[0][1]
        assert "Quinine" in ben.got[0][1]
        assert ann.got[0][2].xml.find("{urn:xmpp:styling:0}unstyled") is not None
        await down(bot)
        bot = await up(build("bot@localhost/bot", "secret", make_host("xmpp")), port)
        ann.send_message("bot@localhost/bot", "1", mtype="chat")
        await until(lambda: len(ann.got) == 2)
        assert "no choice" not in ann.got[1][1]
        messages = render.messages(many(200), "xmpp")
        assert len(messages) > 2
        bot.say(Answer(messages), "ann@localhost/test", "chat")
        hostile = many(1)._replace(message=" ".join(HOSTILE))
        bot.say(Answer(render.messages(hostile, "xmpp")), "ann@localhost/test", "chat")
        await until(lambda: len(ann.got) == 3 + len(messages))
        assert [body for _, body, _ in ann.got[2:-1]] == [message["mbody"] for message in messages]
        await down(bot, ann, ben)

    asyncio.run(work())


def here(person):
    try:
        return set(person.plugin["xep_0045"].get_roster(slixmpp.JID(ROOM)))
    except ValueError:  # not joined yet
        return set()


def test_a_room(xmpp_server, make_host):
    async def work():
        port = xmpp_server.port
        ann, ben = await up(Person("ann"), port), await up(Person("ben"), port)
        bot = await up(build("bot@localhost/bot", "secret", make_host("xmpp"), (ROOM,)), port)
        for person, nick in ((ann, "ann"), (ben, "ben")):
            person.plugin["xep_0045"].join_muc(slixmpp.JID(ROOM), nick)
        await until(lambda: {"ann", "ben", "cramp-bot"} <= here(ann))
        ann.send_message(ROOM, "hello all", mtype="groupchat")
        ann.send_message(ROOM, "cramp-bot: hello", mtype="groupchat")
        said = f"{ROOM}/cramp-bot"
        await until(lambda: any(who == said for who, _, _ in ben.got))
        ann.send_message(ROOM, "my calf is swollen", mtype="groupchat")
        await until(lambda: any("GET HELP TODAY" in (body or "") for _, body, _ in ann.got))
        await asyncio.sleep(0.3)
        assert [body.split("\n")[0] for who, body, _ in ben.got if who == said] == ["Hello."]
        await down(bot, ann, ben)

    asyncio.run(work())


BOT = "bot@localhost/bot"


async def answers(person, wanted=True, seconds=20):
    """Wait until the bot answers a ping, or does not any more."""
    for _ in range(int(seconds / 0.1)):
        try:
            await person.plugin["xep_0199"].ping(slixmpp.JID(BOT), timeout=2)
            there = True
        except (slixmpp.exceptions.IqError, slixmpp.exceptions.IqTimeout):
            there = False
        if there == wanted:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the bot did not come or go")


def test_a_killed_adapter_goes_on_where_it_was_and_two_people_get_their_own_answers_in_order(xmpp_server, make_adapter, tiny_knowledge):
    async def work():
        settings = {"XMPP_JID": BOT, "XMPP_PASSWORD": "secret", "XMPP_SERVER": f"127.0.0.1:{xmpp_server.port}", "XMPP_TLS": "0"}
        adapter = make_adapter("xmpp", **settings)
        wanted = real_servers.expected(tiny_knowledge, "xmpp")
        people = {name: await up(Person(name), xmpp_server.port) for name in real_servers.TALK}
        for part in (0, 1):
            await answers(people["ann"])
            for texts in zip(*(parts[part] for parts in real_servers.TALK.values()), strict=True):
                for person, text in zip(people.values(), texts, strict=True):
                    person.send_message(BOT, text, mtype="chat")
            for name, person in people.items():
                bodies = [message["mbody"] for message in wanted[name][part]]
                await until(lambda person=person, bodies=bodies: len(person.got) >= len(bodies))
                assert [body for _, body, _ in person.got] == bodies
                person.got.clear()
            if part == 0:
                adapter.kill()
                await answers(people["ann"], wanted=False)
                adapter.start()
        await down(*people.values())

    asyncio.run(work())


def test_a_server_that_is_started_again_finds_the_bot_back(xmpp_server, make_host, monkeypatch):
    async def work():
        monkeypatch.setattr(xmpp, "_AGAIN_AFTER", 0.1)
        bot = await up(build(BOT, "secret", make_host("xmpp"), tls=False), xmpp_server.port)
        xmpp_server.stop()
        xmpp_server.start()
        ann = await up(Person("ann"), xmpp_server.port)
        await answers(ann)
        ann.send_message(BOT, QUESTION, mtype="chat")
        await until(lambda: ann.got)
        assert "Nobody knows" in ann.got[0][1]
        await down(bot, ann)

    asyncio.run(work())


def test_a_password_that_the_server_refuses_is_one_line(xmpp_server, monkeypatch, capsys, tmp_path, tiny_bytes):
    from chatbot.cli import main

    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    settings = {"XMPP_JID": "bot@localhost", "XMPP_PASSWORD": "wrong", "XMPP_SERVER": f"127.0.0.1:{xmpp_server.port}", "XMPP_TLS": "0"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert main(["xmpp", "--knowledge", str(tmp_path / "k.bin")]) == 2
    assert capsys.readouterr().err == "chatbot: the XMPP server refuses the login; look at XMPP_JID and XMPP_PASSWORD\n"
