"""IRC on ngIRCd: two people at once, follow-ups, long answers in order, a channel, a restart."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import real_servers

pytest.importorskip("irc")

from chatbot.adapters import irc
from chatbot.adapters.irc import build

irc_server, make_host, make_adapter = real_servers.irc_server, real_servers.make_host, real_servers.make_adapter

QUESTION = real_servers.QUESTION


class Person:
    """A plain client over a socket."""

    def __init__(self, port, nick):
        self.sock = socket.create_connection(("127.0.0.1", port), 5)
        self.sock.settimeout(0.2)
        self.nick, self.text = nick, ""
        self.send(f"NICK {nick}\r\nUSER {nick} 0 * :{nick}")
        self.until(" 001 ")

    def send(self, line):
        self.sock.sendall(line.encode() + b"\r\n")

    def read(self):
        try:
            data = self.sock.recv(65536).decode()
        except TimeoutError:
            return
        if data.startswith("PING") or "\nPING" in data:
            self.send("PONG :x")
        self.text += data

    def until(self, words, seconds=15):
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, self.text
            self.read()

    def notices(self):
        return [line.partition(" :")[2] for line in self.text.split("\r\n")[:-1] if " NOTICE " in line and line.startswith(":crampbot")]

    def until_notices(self, count, seconds=15):
        end = time.monotonic() + seconds
        while len(self.notices()) < count:
            assert time.monotonic() < end, self.text
            self.read()

    def close(self):
        self.sock.close()


class Running:
    def __init__(self, port, host, channels=()):
        self.bot = build("127.0.0.1", port, "crampbot", host, channels, tls=False)
        self.bot.connection.set_rate_limit(200)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()

    def loop(self):
        self.bot._connect()
        while not self.stopped.is_set():
            self.bot.reactor.process_once(0.05)

    def stop(self):
        self.stopped.set()
        self.thread.join(5)
        self.bot.connection.disconnect("bye")


def present(person, nick="crampbot", wanted=True, seconds=10):
    for _ in range(seconds * 20):
        person.text = ""
        person.send(f"ISON {nick}")
        person.until(" 303 ")
        if (f":{nick}" in person.text.partition(" 303 ")[2]) == wanted:
            return
        time.sleep(0.05)
    pytest.fail("the bot did not come or go")


def test_two_people_a_follow_up_and_a_restart(irc_server, make_host):
    ann, ben = Person(irc_server.port, "ann"), Person(irc_server.port, "ben")
    running = Running(irc_server.port, make_host("irc"))
    present(ann)
    ann.text = ""
    ann.send(f"PRIVMSG crampbot :{QUESTION}")
    ben.send("PRIVMSG crampbot :is quinine safe?")
    ann.until("General information, not advice for you.")
    ben.until("General information, not advice for you.")
    assert "Nobody knows" in ann.notices()[0]
    assert "Quinine" in ben.notices()[0]
    running.stop()
    present(ann, wanted=False)
    running = Running(irc_server.port, make_host("irc"))
    present(ann)
    ann.text = ""
    ann.send("PRIVMSG crampbot :1")  # picks a choice that was shown before the restart
    ann.until("General information, not advice for you.")
    assert "no choice" not in ann.text
    running.stop()
    ann.close()
    ben.close()


def test_a_channel(irc_server, make_host):
    ann, ben = Person(irc_server.port, "ann2"), Person(irc_server.port, "ben2")
    running = Running(irc_server.port, make_host("irc"), ("#legs",))
    present(ann)
    for person in (ann, ben):
        person.send("JOIN #legs")
        person.until(" 366 ")
    ann.until("crampbot")
    time.sleep(0.3)
    ann.text = ben.text = ""
    ann.send("PRIVMSG #legs :hello all")
    ann.send("NOTICE #legs :crampbot: hello")
    ann.send("PRIVMSG #legs :crampbot: hello")
    ben.until("General information")
    ann.until("General information")
    time.sleep(0.3)
    ben.read()
    assert len(ben.notices()) == len(ann.notices()) == 1
    ann.send("PRIVMSG #legs :my calf is swollen")
    ann.until("GET HELP TODAY")
    time.sleep(0.3)
    ben.read()
    assert "GET HELP TODAY" not in ben.text
    running.stop()
    ann.close()
    ben.close()


def test_long_answers_arrive_whole_and_in_order(irc_server, make_host):
    from platform_rules import many

    from chatbot import render
    from chatbot.adapters.host import Answer

    ann = Person(irc_server.port, "ann3")
    running = Running(irc_server.port, make_host("irc"))
    present(ann)
    ann.text = ""
    messages = render.messages(many(20), "irc", "full")
    assert len(messages) > 10
    running.bot.say(running.bot.connection, "ann3", Answer(messages))
    ann.until(f"({len(messages)}/{len(messages)})")
    assert ann.notices() == [message["text"] for message in messages]
    running.stop()
    ann.close()


def test_a_killed_adapter_goes_on_where_it_was_and_two_people_get_their_own_answers_in_order(irc_server, make_adapter, tiny_knowledge):
    people = {name: Person(irc_server.port, name) for name in real_servers.TALK}
    settings = {"IRC_SERVER": "127.0.0.1", "IRC_PORT": str(irc_server.port), "IRC_NICK": "crampbot", "IRC_TLS": "0"}
    adapter = make_adapter("irc", "adapter._LINES_A_SECOND = 500", **settings)
    wanted = real_servers.expected(tiny_knowledge, "irc")
    for part in (0, 1):
        for person in people.values():
            present(person)
            person.text = ""
        for texts in zip(*(parts[part] for parts in real_servers.TALK.values()), strict=True):
            for person, text in zip(people.values(), texts, strict=True):
                person.send(f"PRIVMSG crampbot :{text}")
        for name, person in people.items():
            person.until_notices(len(wanted[name][part]))
            assert person.notices() == [message["text"] for message in wanted[name][part]]
        if part == 0:
            adapter.kill()
            present(people["ann"], wanted=False)
            adapter.start()
    for person in people.values():
        person.close()


def test_a_server_that_is_started_again_finds_the_bot_back(irc_server, make_host, monkeypatch):
    monkeypatch.setattr(irc, "_AGAIN_AFTER", 0.1)
    monkeypatch.setattr(irc, "_AT_MOST_AFTER", 0.5)
    running = Running(irc_server.port, make_host("irc"))
    ann = Person(irc_server.port, "ann4")
    present(ann)
    irc_server.stop()
    ann.close()
    irc_server.start()
    ann = Person(irc_server.port, "ann4")
    present(ann, seconds=30)
    ann.text = ""
    ann.send(f"PRIVMSG crampbot :{QUESTION}")
    ann.until("General information, not advice for you.")
    running.stop()
    ann.close()
