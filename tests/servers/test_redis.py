"""Redis: the conformance suite, a model that is driven by chance, many writers, and a server in trouble."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
import real_servers

pytest.importorskip("redis")

from hypothesis import settings
from test_stores import Model

from chatbot import Chatbot, DialogueState
from chatbot.errors import StateError
from chatbot.handle import NOT_FORGOTTEN, handle
from chatbot.stores import ConversationKey, open_store
from chatbot.stores.conformance import StoreConformance
from chatbot.stores.redis import RedisStore

redis_server = real_servers.redis_server
KEY = ConversationKey("t", "trouble", "ann")
QUESTION = real_servers.QUESTION


@pytest.fixture
def bot(tiny_knowledge):
    return Chatbot(tiny_knowledge)


@pytest.fixture
def store(redis_server):
    opened = RedisStore(f"redis://127.0.0.1:{redis_server.port}/2", wait=0.3)
    opened._redis.flushdb()
    yield opened
    opened.close()


class TestRedis(StoreConformance):
    @pytest.fixture(autouse=True)
    def address(self, redis_server):
        import redis

        self.url = f"redis://127.0.0.1:{redis_server.port}/0"
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()

    def make(self, ttl):
        return RedisStore(self.url, ttl=ttl)

    another = make


def append(url, name, count, key):
    """Append `count` names to one state."""
    store = open_store(url)
    for at in range(count):
        while True:
            record = store.load(key)
            state = record.state._replace(shown=(*record.state.shown, f"{name}-{at}"))
            if store.save(key, record.after(state, "")):
                break
    store.close()


def test_four_processes_lose_no_update(redis_server):
    url, key = f"redis://127.0.0.1:{redis_server.port}/0", ConversationKey("t", "many", "ann")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=append, args=(url, f"w{at}", 100, key)) for at in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    store = open_store(url)
    assert sorted(store.load(key).state.shown) == sorted(f"w{w}-{at}" for w in range(4) for at in range(100))
    store.close()


def test_what_was_saved_outlives_the_kill_of_the_server(redis_server):
    url, key = f"redis://127.0.0.1:{redis_server.port}/0", ConversationKey("t", "kill", "ann")
    store = open_store(url)
    assert store.save(key, store.load(key).after(store.load(key).state._replace(intent="kept"), "e"))
    time.sleep(0.1)
    redis_server.stop(signal.SIGKILL)
    assert not store.ready()
    redis_server.start()
    end = time.monotonic() + 5
    while not store.ready() and time.monotonic() < end:
        time.sleep(0.05)
    assert store.load(key).state.intent == "kept"
    store.close()


def test_a_server_that_does_not_answer_is_named():
    with pytest.raises(StateError, match="Redis server"):
        RedisStore("redis://127.0.0.1:1/0")


def test_any_order_of_loads_saves_and_forgetting_is_that_of_a_dictionary(redis_server):
    class RedisModel(Model):
        def make(self):
            store = RedisStore(f"redis://127.0.0.1:{redis_server.port}/3", ttl=60)
            store._redis.flushdb()
            return store

        tick = None  # the server has a clock of its own

    case = RedisModel.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
    case("runTest").runTest()


def test_hundreds_of_conversations_over_four_processes_neither_cross_nor_lose_a_turn(redis_server, tmp_path):
    url = f"redis://127.0.0.1:{redis_server.port}/4"
    script = real_servers.ROOT / "benchmarks/stores.py"
    command = [sys.executable, str(script), "--conversations", "400", "--workers", "4", "--redis", url, "--sqlite", str(tmp_path / "s.db")]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    figures = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(name, each["turns"], each["lost_or_crossed"]) for line in figures for name, each in line.items()] == [
        ("memory", 800, 0),
        ("redis", 800, 0),
        ("sqlite", 800, 0),
    ]


# in trouble


@contextmanager
def stopped(server):
    """The server lives, and answers nothing."""
    server.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("how", ["it hangs", "it is down"])
def test_without_its_server_it_answers_forgets_nothing_falsely_and_tells_the_host(redis_server, store, bot, caplog, how):
    first = handle(bot, store, KEY, QUESTION, "1")
    assert first.why == "answered"
    if how == "it is down":
        redis_server.stop()
    with stopped(redis_server) if how == "it hangs" else contextmanager(lambda: (yield))():
        found = handle(bot, store, KEY, QUESTION, "2")
        assert found == first._replace(why="not remembered")
        assert handle(bot, store, KEY, "forget me", "3").reply.message == NOT_FORGOTTEN
        assert not store.ready()
    assert "the store cannot be read" in caplog.text
    assert QUESTION not in caplog.text
    if how == "it is down":
        redis_server.start()
    assert handle(bot, store, KEY, "1", "4").why == "answered"  # it finds the server again by itself


@pytest.mark.parametrize(
    ("name", "value", "fine"), [("maxmemory", "1", "0"), ("min-replicas-to-write", "1", "0")], ids=["full", "takes no writes"]
)
def test_a_server_that_takes_no_writes_is_read_and_the_host_is_told(store, bot, caplog, name, value, fine):
    handle(bot, store, KEY, QUESTION, "1")
    store._redis.config_set(name, value)
    try:
        found = handle(bot, store, KEY, "1", "2")
        assert found.why == "not remembered"
        assert found.reply == bot.respond("1", bot.respond(QUESTION).state).reply != bot.respond("1").reply  # the state was read
        assert "the store cannot be written" in caplog.text
    finally:
        store._redis.config_set(name, fine)
    assert handle(bot, store, KEY, "1", "2").why == "answered"


@pytest.mark.parametrize("value", [b"", b"short", b"\xff" * 100, b"v" * 32 + b"{", b"v" * 32 + b"\xff\xfe", b"\xff" * 32 + b"{}"])
def test_a_damaged_value_begins_anew_and_is_overwritten(store, value):
    store._redis.set(store._name(KEY), value)
    record = store.load(KEY)
    assert record.state == DialogueState()
    assert store.save(KEY, record.after(DialogueState(intent="new"), "1"))
    assert store.load(KEY).state.intent == "new"


def test_a_key_of_something_else_is_answered_without_memory(store, bot):
    store._redis.lpush(store._name(KEY), "a list")
    assert handle(bot, store, KEY, QUESTION, "1").why == "not remembered"


def test_a_state_of_another_version_begins_anew_and_answered_events_stay_answered(store, bot):
    handle(bot, store, KEY, QUESTION, "1")
    raw = store._redis.get(store._name(KEY)).decode()
    old = json.loads(raw[32:])
    old["state"] = old["state"].replace('"version":1', '"version":0')
    store._redis.set(store._name(KEY), raw[:32] + json.dumps(old))
    assert store.load(KEY).state == DialogueState()
    assert handle(bot, store, KEY, QUESTION, "1").why == "repeated"
    assert handle(bot, store, KEY, QUESTION, "2").why == "answered"


class AnswerLost:
    """A client that sends each script twice, as one does that got no answer to the first."""

    def __init__(self, client):
        self._client = client

    def __getattr__(self, name):
        return getattr(self._client, name)

    def register_script(self, text):
        script = self._client.register_script(text)
        return lambda **arguments: (script(**arguments), script(**arguments))[1]


def test_a_save_that_is_sent_again_is_not_taken_for_that_of_another_worker(store, bot):
    twice = RedisStore(AnswerLost(store._redis))
    assert handle(bot, twice, KEY, QUESTION, "1").why == "answered"
    assert handle(bot, twice, KEY, "1", "2").why == "answered"


def test_the_server_counts_the_time_to_live(store):
    assert store.save(KEY, store.load(KEY).after(DialogueState(intent="x"), "1"))
    assert 1_790_000 < store._redis.pttl(store._name(KEY)) <= 1_800_000
