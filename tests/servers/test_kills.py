"""Workers that are killed under load: what was acknowledged is there, the turn in flight at most is lost, and the file is whole."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
import real_servers

from chatbot.stores import ConversationKey, open_store

redis_server = real_servers.redis_server
KILLS = int(os.environ.get("CHATBOT_KILLS", "100"))
PLACES = 20

NURSERY = """
import os, sys
from chatbot.stores import ConversationKey, open_store
from chatbot.types import DialogueState

address = sys.argv[1]
open_store(address).close()  # what it imports is imported once

def say(text):
    os.write(1, text.encode() + b"\\n")  # whole or not at all

def work(name, number):
    store = open_store(address, ttl=3600)
    while True:
        number += 1
        key = ConversationKey("kill", name, str(number % %d))
        while True:
            record = store.load(key)
            if store.save(key, record.after(DialogueState(intent=str(number)), str(number))):
                break
        say(f"{name} {number}")

for line in sys.stdin:
    order, name, number = line.split()
    if order == "start":
        child = os.fork()
        if not child:
            work(name, int(number))
        say(f"started {child}")
    else:
        os.waitpid(int(number), 0)
        say(f"ended {number}")
""".replace("%d", str(PLACES))


class Nursery:
    """Four workers at once, each with conversations of its own, forked from a process that has imported what they need."""

    def __init__(self, address):
        self.process = subprocess.Popen([sys.executable, "-c", NURSERY, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.lines = self.process.stdout
        self.last, self.acknowledged, self.pids = dict.fromkeys("abcd", 0), {}, {}
        for name in self.last:
            self.start(name)

    def order(self, *words):
        self.process.stdin.write(" ".join(map(str, words)).encode() + b"\n")

    def read_until(self, word):
        """Take what the workers say until the nursery says `word`; what stands behind it."""
        while True:
            line = self.lines.readline().decode()
            assert line.endswith("\n"), f"the workers ended: {line}"
            first, second = line.split()
            if first == word:
                return int(second)
            self.last[first] = int(second)
            self.acknowledged[first, int(second) % PLACES] = int(second)

    def start(self, name):
        self.order("start", name, self.last[name])
        self.pids[name] = self.read_until("started")

    def kill(self, name):
        os.kill(self.pids[name], signal.SIGKILL)
        self.order("end", name, self.pids[name])
        assert self.read_until("ended") == self.pids[name]

    def close(self):
        for name in self.last:
            self.kill(name)
        self.process.stdin.close()
        self.process.wait(10)
        self.lines.close()


def lost(store, nursery, name):
    """What was acknowledged to a worker that is dead, and is not there."""
    found = []
    for place in range(PLACES):
        expected = nursery.acknowledged.get((name, place))
        if expected is not None:
            record = store.load(ConversationKey("kill", name, str(place)))
            # the turn in flight may have been kept without having been acknowledged
            if record.state.intent not in (str(expected), str(nursery.last[name] + 1)) or not record.has(str(expected)):
                found.append((name, expected, record))
    return found


def killed(address):
    """Kill workers at random moments while the others go on. Returns how many writes were acknowledged."""
    chance, nursery = random.Random(7), Nursery(address)
    with closing(open_store(address, ttl=3600)) as store, closing(nursery):
        for _ in range(KILLS):
            name = chance.choice("abcd")
            time.sleep(chance.uniform(0, 0.06))
            nursery.kill(name)
            assert not lost(store, nursery, name)
            nursery.start(name)
    with closing(open_store(address, ttl=3600)) as store:  # closed and opened again
        assert not [each for name in "abcd" for each in lost(store, nursery, name)]
    return sum(nursery.last.values())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
class TestKills:
    def test_sqlite(self, tmp_path):
        assert killed(str(tmp_path / "states.db")) > KILLS
        with closing(sqlite3.connect(tmp_path / "states.db")) as db:
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    def test_redis(self, redis_server):
        pytest.importorskip("redis")
        assert killed(f"redis://127.0.0.1:{redis_server.port}/1") > KILLS
