"""IRC on ngIRCd: two people at once, follow-ups, long answers in order, a channel, a restart."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import real_servers

pytest.importorskip("irc")

from chatbot.adapters.irc import build

irc_server, make_host = real_servers.irc_server, real_servers.make_host

QUESTION = "why do my calves cramp at night?"


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
        return [line.partition(" :")[2] for line in self.text.split("\r\n") if " NOTICE " in line and line.startswith(":crampbot")]

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


def present(person, nick="crampbot", wanted=True):
    for _ in range(100):
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
