"""Stores in trouble: many workers, clocks that jump, damaged rows, full, read-only and locked files, other versions, forks."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import Chatbot, render
from chatbot.errors import StateError
from chatbot.handle import handle
from chatbot.stores import ConversationKey, Record, locking
from chatbot.stores.base import MOST_EVENTS
from chatbot.stores.memory import MemoryStore
from chatbot.stores.sqlite import SCHEMA, SQLiteStore
from chatbot.types import DialogueState

KEY = ConversationKey("test", "room", "ann")
QUESTION = "why do my calves cramp at night?"


@pytest.fixture
def bot(tiny_knowledge):
    return Chatbot(tiny_knowledge)


def picked(bot):
    """What the choice 1 gives after the question, and only after it."""
    reply = bot.respond("1", bot.respond(QUESTION).state).reply
    assert reply != bot.respond("1").reply
    return reply


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s.db"


@pytest.fixture
def store(path):
    opened = SQLiteStore(path, wait=0.05)
    yield opened
    opened.close()


def keep(store, intent="kept", key=KEY):
    assert store.save(key, store.load(key).after(DialogueState(intent=intent), "event"))


def outside(path, *statements):
    """What somebody else does to the file."""
    db = sqlite3.connect(path)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()


# many workers, one person


def append(path, name, count):
    """Append `count` names to one state, from a process of its own."""
    store = SQLiteStore(path, wait=30)
    for at in range(count):
        while True:
            record = store.load(KEY)
            if store.save(KEY, record.after(record.state._replace(shown=(*record.state.shown, f"{name}{at}")), f"{name}{at}")):
                break
    store.close()


def test_four_processes_lose_no_update(path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=append, args=(path, name, 50)) for name in "abcd"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    store = SQLiteStore(path)
    assert sorted(store.load(KEY).state.shown) == sorted(f"{name}{at}" for name in "abcd" for at in range(50))
    assert store._db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


class Meeting:
    """A store at which two workers meet: both have loaded before either saves, the first time."""

    blocking = True

    def __init__(self, store):
        self._store, self._barrier, self._met = store, threading.Barrier(2), threading.local()

    def load(self, key):
        record = self._store.load(key)
        if not getattr(self._met, "done", False):
            self._met.done = True
            self._barrier.wait(10)
        return record

    def save(self, key, record):
        return self._store.save(key, record)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_two_turns_of_one_person_at_once_are_as_one_after_the_other(kind, path, bot):
    kept = MemoryStore() if kind == "memory" else SQLiteStore(path)
    handle(bot, kept, KEY, QUESTION, "0")
    meeting, outcomes = Meeting(kept), {}

    def work(text):
        outcomes[text] = handle(bot, meeting, KEY, text, f"event {text}")

    texts = ("is quinine safe?", "2")
    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    def one_after_the_other(order):
        store, found = MemoryStore(), {}
        handle(bot, store, KEY, QUESTION, "0")
        for text in order:
            found[text] = handle(bot, store, KEY, text, f"event {text}")
        return found, store.load(KEY).state

    assert (outcomes, kept.load(KEY).state) in (one_after_the_other(texts), one_after_the_other(texts[::-1]))
    assert all(kept.load(KEY).has(f"event {text}") for text in texts)
    kept.close()


class NeverKeeps(MemoryStore):
    def save(self, key, record):
        return False


def test_a_conversation_that_others_change_without_end_is_answered_and_the_host_is_told(bot, caplog):
    found = handle(bot, NeverKeeps(), KEY, QUESTION, "1")
    assert found.reply.kind == "answer"
    assert found.why == "not remembered"
    assert "again and again" in caplog.text


# clocks


class Clock:
    now = 1e9

    def __call__(self):
        return self.now


@pytest.mark.parametrize(("step", "kept"), [(-59, True), (-61, False), (-1e6, False), (1799, True), (1801, False)])
def test_a_clock_that_is_set_keeps_no_state_longer_and_a_small_step_loses_none(path, step, kept):
    clock = Clock()
    store = SQLiteStore(path, clock=clock)
    keep(store)
    clock.now += step
    assert bool(store.load(KEY).version) is kept
    keep(store, "after")
    assert store.load(KEY).state.intent == "after"
    store.close()


def test_what_is_over_is_deleted_by_the_writes_that_follow(path):
    clock = Clock()
    store = SQLiteStore(path, ttl=10, clock=clock)
    keep(store)
    clock.now += 100
    keep(store, key=KEY._replace(user="ben"))
    assert store._db.execute("SELECT count(*) FROM conversation").fetchone() == (1,)
    store.close()


# damage


BAD_RECORDS = [
    "{",
    "",
    "5",
    "[]",
    "null",
    '{"state": 5, "events": []}',
    '{"state": "{}"}',
    '{"events": 5, "state": ""}',
    "[" * 100_000,
    "\x00",
]


@pytest.mark.parametrize("bad", BAD_RECORDS, ids=lambda bad: ascii(bad)[:12])
def test_a_record_that_cannot_be_read_begins_anew(bad):
    assert Record.from_json(bad, "v") == Record(version="v")


@given(
    st.text()
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["state", "events", "version"]), inner),
    ).map(json.dumps)
)
def test_no_text_in_a_store_raises(text):
    assert Record.from_json(text, "v").version == "v"


@pytest.mark.parametrize(
    "change",
    [
        "record = CAST(x'ff' AS TEXT)",
        "record = x'ff00'",
        "record = 5",
        "version = ''",
        "version = 5",
        "version = x'ff'",
        "version = CAST(x'ff' AS TEXT)",
        "ends = 'never'",
        "saved = 'never'",
        "ends = 9e999",
    ],
)
def test_a_damaged_row_begins_anew_or_is_read_and_can_be_written_again(store, path, change):
    keep(store)
    outside(path, f"UPDATE conversation SET {change}")
    assert store.load(KEY).state.intent in ("", "kept")
    keep(store, "again")
    assert store.load(KEY).state.intent == "again"


def test_a_damaged_page_is_answered_without_memory(path, bot, caplog):
    store = SQLiteStore(path)
    for at in range(200):
        keep(store, "x" * 900, KEY._replace(user=str(at)))
    store.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    store = SQLiteStore(path)
    found = handle(bot, store, KEY, QUESTION, "1")
    assert found.reply.kind == "answer"
    assert found.why == "not remembered"
    assert "the store cannot be read (DatabaseError)" in caplog.text
    store.close()


# full, read-only, locked


@pytest.mark.parametrize(
    ("trouble", "fine"),
    [("PRAGMA query_only = ON", "PRAGMA query_only = OFF"), ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 100000")],
    ids=["read-only", "full"],
)
def test_a_store_that_takes_no_writes_is_read_and_the_host_is_told(store, bot, caplog, trouble, fine):
    first = handle(bot, store, KEY, QUESTION, "1")
    for at in range(3):  # until the page is full
        keep(store, "x" * 900, KEY._replace(user=f"before {at}"))
    before = store.load(KEY)
    store._db.execute(trouble)
    big = [handle(bot, store, KEY._replace(user=str(at)), QUESTION, "1") for at in range(40)]
    assert all(each.reply == first.reply for each in big)
    assert big[-1].why == "not remembered"
    assert "the store cannot be written (OperationalError)" in caplog.text
    assert QUESTION not in caplog.text
    assert store.load(KEY) == before
    store._db.execute(fine)
    assert store.ready()
    assert handle(bot, store, KEY, "1", "2").why == "answered"


def test_a_file_that_cannot_be_written_is_not_ready(store):
    store._db.execute("PRAGMA query_only = ON")
    assert not store.ready()


@pytest.mark.parametrize("how", ["by another program", "by another worker"])
def test_a_locked_file_holds_nobody_up_for_long(store, path, bot, how, caplog):
    handle(bot, store, KEY, QUESTION, "1")
    other = SQLiteStore(path)
    if how == "by another program":
        other._db.execute("BEGIN IMMEDIATE")
    else:
        held = other._between.held(1)
        held.__enter__()
    found = handle(bot, store, KEY, "1", "2")
    assert found.why == "not remembered"
    assert found.reply == picked(bot)  # the state was read
    assert not store.ready()
    if how == "by another program":
        other._db.execute("ROLLBACK")
    else:
        held.__exit__(None, None, None)
    assert handle(bot, store, KEY, "1", "2").why == "answered"
    other.close()


def test_a_thread_that_is_held_up_does_not_hold_up_the_others_without_end(store):
    with store._lock, pytest.raises(StateError, match="is busy"):
        store.load(KEY)


# the file


TAKE_IT = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)  # what SQLite locks before it changes the file for itself alone
"""


@pytest.mark.skipif(not locking.FileLock.works(), reason="this system has no such locks")
def test_opening_a_second_store_frees_no_lock_of_the_first(path):
    """POSIX frees all locks of a process on a file when it closes any handle of the file."""
    first = SQLiteStore(path)
    keep(first)
    second = SQLiteStore(path)
    found = subprocess.run([sys.executable, "-c", TAKE_IT, path], capture_output=True, text=True, check=False)
    first.close()
    second.close()
    assert "BlockingIOError" in found.stderr
    assert subprocess.run([sys.executable, "-c", TAKE_IT, path], check=False).returncode == 0


def test_a_database_of_something_else_is_left_as_it_is(path):
    outside(path, "CREATE TABLE photo (name TEXT)", "INSERT INTO photo VALUES ('sea')")
    before = path.read_bytes()
    with pytest.raises(StateError, match=r"s\.db is a database of something else; give another file"):
        SQLiteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [SCHEMA - 1, SCHEMA + 1])
def test_a_file_of_another_version_is_refused_with_what_to_do(path, version):
    SQLiteStore(path).close()
    outside(path, f"PRAGMA user_version = {version}")
    with pytest.raises(StateError, match=rf"s\.db is of version {version}, this program writes {SCHEMA}; delete it"):
        SQLiteStore(path)


def test_all_files_are_for_the_owner_only(store, tmp_path):
    keep(store)
    assert {each.name for each in tmp_path.iterdir()} >= {"s.db", "s.db-wal", "s.db-lock"}
    assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_worker_uses_a_connection_of_its_own(store):
    keep(store)
    child = os.fork()
    if not child:
        code = 1
        try:
            assert store.load(KEY).state.intent == "kept"
            keep(store, "child")
            code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.load(KEY).state.intent == "child"
    keep(store, "parent")
    assert store.load(KEY).state.intent == "parent"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_worker_does_not_write_while_its_parent_does(store):
    keep(store)
    with store._between.held(1):
        child = os.fork()
        if not child:
            code = 1
            try:
                store.save(KEY, Record())
            except StateError:  # the lock is held
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# upgrades


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_a_state_of_another_version_begins_anew_and_answered_events_stay_answered(store, path, bot, version):
    handle(bot, store, KEY, QUESTION, "1")
    state, _ = store.load(KEY).state, store.load(KEY).version
    old = json.dumps({"state": json.dumps({**json.loads(state.to_json()), "version": version}), "events": list(store.load(KEY).events)})
    store._db.execute("UPDATE conversation SET record = ?", (old,))
    assert store.load(KEY).state == DialogueState()
    assert handle(bot, store, KEY, QUESTION, "1").why == "repeated"
    found = handle(bot, store, KEY, QUESTION, "2")
    assert found.why == "answered"
    assert store.load(KEY).state == found_state(bot)


def found_state(bot):
    return bot.respond(QUESTION).state


def test_a_record_with_more_events_than_are_kept_is_cut():
    text = json.dumps({"state": DialogueState().to_json(), "events": [str(at) for at in range(1000)]})
    assert len(Record.from_json(text, "v").events) == MOST_EVENTS


# the order of one person's messages


class SlowFirst(MemoryStore):
    """A store whose first call takes longest, as a network's may."""

    blocking = True

    def __init__(self):
        super().__init__()
        self.first, self.went_on = True, threading.Event()

    def load(self, key):
        if self.first:
            self.first = False
            self.went_on.wait(0.3)  # time for the second message to overtake
        return super().load(key)


def test_a_message_does_not_overtake_the_one_before_it(bot):
    from chatbot.adapters.host import Host

    async def work():
        store = SlowFirst()
        host = Host("plain", bot, store)
        assert host.store is store  # though it is empty
        found = []

        async def say(text):
            found.append((text, await host.aanswer("room", "ann", text)))

        await asyncio.gather(say(QUESTION), say("1"))
        assert len(host._turns) == 0
        return found

    (first, _), (second, answer) = asyncio.run(work())
    assert (first, second) == (QUESTION, "1")
    assert answer.messages == render.messages(bot.respond("1", bot.respond(QUESTION).state).reply, "plain")
    assert answer.messages != render.messages(bot.respond("1").reply, "plain")
