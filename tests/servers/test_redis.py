"""Redis: the conformance suite, many writers, kills."""

from __future__ import annotations

import multiprocessing
import signal
import time

import pytest
import real_servers

pytest.importorskip("redis")

from chatbot.errors import StateError
from chatbot.stores import ConversationKey, open_store
from chatbot.stores.conformance import StoreConformance
from chatbot.stores.redis import RedisStore

redis_server = real_servers.redis_server


class TestRedis(StoreConformance):
    @pytest.fixture(autouse=True)
    def address(self, redis_server):
        import redis

        self.url = f"redis://127.0.0.1:{redis_server.port}/0"
        with redis.Redis.from_url(self.url) as client:
            client.flushdb()

    def make(self, ttl):
        return RedisStore(self.url, ttl=ttl)


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
