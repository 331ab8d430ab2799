"""Events: answered once, politely, and only when it is the bot's turn to speak."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import any_text
from hypothesis import given
from hypothesis import strategies as st

from chatbot import Chatbot
from chatbot.handle import FORGOTTEN, NOT_FORGOTTEN, SLOW_DOWN, Limiter, ahandle, handle
from chatbot.stores import ConversationKey
from chatbot.stores.memory import MemoryStore
from chatbot.stores.sqlite import SQLiteStore

KEY = ConversationKey("test", "room", "ann")
QUESTION = "why do my calves cramp at night?"
FLAG = "my calf is swollen"


@pytest.fixture
def bot(tiny_knowledge):
    return Chatbot(tiny_knowledge, region="gb")


@pytest.fixture
def store():
    return MemoryStore()


def test_a_conversation_goes_on(bot, store):
    first = handle(bot, store, KEY, QUESTION, "1")
    assert first.why == "answered"
    assert first.reply.kind == "answer"
    picked = handle(bot, store, KEY, "1", "2")
    assert picked.reply.kind == "answer"
    assert picked.reply.statements != first.reply.statements
    assert handle(bot, store, KEY._replace(user="ben"), "1", "3").reply.kind != "answer"


def test_an_event_is_answered_once(bot, store):
    assert handle(bot, store, KEY, QUESTION, "1").reply
    assert handle(bot, store, KEY, QUESTION, "1") == (None, "repeated", False)
    assert handle(bot, store, KEY, QUESTION, "2").reply
    assert handle(bot, store, KEY._replace(user="ben"), QUESTION, "1").reply


def test_events_without_a_name_are_all_answered(bot, store):
    assert all(handle(bot, store, KEY, QUESTION).reply for _ in range(3))


def test_an_event_that_comes_to_many_workers_at_once_is_answered_once(bot, tmp_path):
    store = SQLiteStore(tmp_path / "s.db")
    barrier = threading.Barrier(8)

    def work(_):
        barrier.wait()
        return handle(bot, store, KEY, QUESTION, "1").why

    with ThreadPoolExecutor(8) as pool:
        found = sorted(pool.map(work, range(8)))
    store.close()
    assert found == ["answered", *["repeated"] * 7]


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_nothing_is_ignored(bot, store, text):
    assert handle(bot, store, KEY, text, "1").why == "ignored"


def test_bots_and_notices_are_ignored(bot, store):
    assert handle(bot, store, KEY, QUESTION, "1", from_bot=True) == (None, "ignored", False)


def test_in_a_group_it_speaks_when_called(bot, store):
    assert handle(bot, store, KEY, "hello there", "1", in_group=True, addressed=True).reply
    assert handle(bot, store, KEY, "hello there", "2", in_group=True, addressed=False) == (None, "not addressed", False)
    assert not store.load(KEY).has("2")


def test_in_a_group_a_clear_question_is_answered_and_talk_is_not(bot, store):
    found = handle(bot, store, KEY, QUESTION, "1", in_group=True, addressed=False)
    assert found.reply.kind == "answer"
    assert not found.private
    assert handle(bot, store, KEY, QUESTION.rstrip("?"), "2", in_group=True, addressed=False).why == "not addressed"


@pytest.mark.parametrize("addressed", [True, False])
def test_red_flags_are_answered_in_private(bot, store, addressed):
    found = handle(bot, store, KEY, FLAG, "1", in_group=True, addressed=addressed)
    assert found.reply.urgency == "urgent"
    assert found.private
    assert not handle(bot, MemoryStore(), KEY, FLAG, "1").private


def test_the_lines_are_those_of_the_region(bot, store):
    assert "999 or 111" in handle(bot, store, KEY, FLAG, "1").reply.advice[0].text


def test_the_host_is_told_of_a_red_flag_without_a_word_of_the_person(bot, store):
    told = []
    handle(bot, store, KEY, FLAG + " canary", "1", on_red_flag=lambda *found: told.append(found))
    assert told == [("urgent", "clot")]
    handle(bot, MemoryStore(), KEY, QUESTION, "2", on_red_flag=lambda *found: told.append(found))
    assert len(told) == 1


def test_a_failing_hook_keeps_no_advice_back(bot, store, caplog):
    def fail(*_):
        raise RuntimeError

    assert handle(bot, store, KEY, FLAG, "1", on_red_flag=fail).reply.urgency == "urgent"
    assert "on_red_flag failed" in caplog.text
    assert FLAG not in caplog.text


@pytest.mark.parametrize("text", ["forget me", "/forget", " Forget me "])
def test_who_asks_is_forgotten(bot, store, text):
    handle(bot, store, KEY, QUESTION, "1")
    found = handle(bot, store, KEY, text, "2")
    assert found.reply.message == FORGOTTEN
    assert found.reply.disclaimer
    assert not store.load(KEY).version


class Broken:
    blocking = False

    def __init__(self, store, failing):
        self._store, self._failing = store, failing

    def __getattr__(self, name):
        if name == self._failing:
            raise OSError("disk full")
        return getattr(self._store, name)


@pytest.mark.parametrize("failing", ["load", "save"])
def test_without_its_store_it_answers_all_the_same(bot, store, failing, caplog):
    caplog.set_level(logging.DEBUG)
    assert handle(bot, Broken(store, failing), KEY, QUESTION, "1").reply.kind == "answer"
    assert handle(bot, Broken(store, failing), KEY, "hi", "2", in_group=True, addressed=False).reply is None
    assert "OSError" in caplog.text
    assert QUESTION not in caplog.text


def test_it_does_not_say_that_it_forgot_when_it_could_not(bot, store):
    assert handle(bot, Broken(store, "forget"), KEY, "forget me", "1").reply.message == NOT_FORGOTTEN


def test_clear_questions_to_a_group_are_counted_too(bot, store):
    limiter = Limiter(rate=1, burst=2, clock=Clock())
    found = [handle(bot, store, KEY, QUESTION, "", in_group=True, addressed=False, limiter=limiter).why for _ in range(3)]
    assert found == ["answered", "answered", "too fast"]
    talk = [
        handle(bot, store, KEY._replace(user="ben"), "hello all", "", in_group=True, addressed=False, limiter=limiter).why for _ in range(9)
    ]
    assert talk == ["not addressed"] * 9
    assert handle(bot, store, KEY._replace(user="ben"), QUESTION, "", limiter=limiter).why == "answered"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_who_writes_too_fast_is_told_once_and_answered_later(bot, store):
    clock = Clock()
    limiter = Limiter(rate=1, burst=2, clock=clock)

    def send(text="hello there", user="ann"):
        return handle(bot, store, KEY._replace(user=user), text, "", limiter=limiter)

    assert [send().why for _ in range(5)] == ["answered", "answered", "too fast", "too fast", "too fast"]
    clock.now = 1.0
    assert send().why == "answered"
    assert send().reply.message == SLOW_DOWN
    assert send().reply is None
    assert send(user="ben").why == "answered"
    assert send(FLAG).reply.urgency == "urgent"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 3)), max_size=200))
def test_a_person_gets_at_most_the_burst_and_the_rate(events):
    clock = Clock()
    limiter = Limiter(rate=0.5, burst=3, clock=clock)
    passed = {"a": [], "b": []}
    for person, pause in events:
        clock.now += pause
        if not limiter.check(person):
            passed[person].append(clock.now)
    for times in passed.values():
        for at, first in enumerate(times):
            for count, last in enumerate(times[at:], 1):
                assert count <= 0.5 * (last - first) + 3 + 1e-6


def test_all_together_have_a_limit_and_few_are_kept():
    limiter = Limiter(overall=1, most=5, clock=Clock())
    assert [bool(limiter.check(at)) for at in range(12)] == [False] * 10 + [True] * 2
    assert len(limiter._buckets) == 5


@given(any_text)
def test_no_text_raises(tiny_knowledge, text):
    handle(Chatbot(tiny_knowledge), MemoryStore(), KEY, text, text)


def test_the_async_form_says_the_same(bot, tmp_path):
    async def run(store):
        first = await ahandle(bot, store, KEY, QUESTION, "1")
        again = await ahandle(bot, store, KEY, QUESTION, "1")
        return first.reply, again.why

    kept = SQLiteStore(tmp_path / "s.db")
    assert asyncio.run(run(MemoryStore())) == asyncio.run(run(kept)) == (bot.respond(QUESTION).reply, "repeated")
    kept.close()
