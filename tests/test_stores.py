"""State stores: one suite for all, a model that is driven by chance, and what each has of its own."""

from __future__ import annotations

import sqlite3
import stat
import sys

import pytest
from conftest import states
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from chatbot.errors import MissingExtraError, StateError
from chatbot.stores import ConversationKey, Record, locking, open_store
from chatbot.stores.conformance import StoreConformance
from chatbot.stores.memory import MemoryStore
from chatbot.stores.sqlite import SQLiteStore, wal_is_safe
from chatbot.types import DialogueState

KEY = ConversationKey("test", "room", "ann")


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Clocked(StoreConformance):
    def setup_method(self):
        super().setup_method()
        self.clock = Clock()

    def wait(self, seconds):
        self.clock.now += seconds


class TestMemory(Clocked):
    def make(self, ttl):
        return MemoryStore(ttl=ttl, clock=self.clock)


class TestSQLite(Clocked):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path):
        self.path = tmp_path / "states.db"

    def make(self, ttl):
        return SQLiteStore(self.path, ttl=ttl, clock=self.clock)

    another = make


class TestSQLiteWithoutFileLocks(TestSQLite):
    """As on Windows, where an SQLite that is not mended keeps a journal."""

    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch):
        monkeypatch.setattr(locking, "fcntl", None)


class Model(RuleBasedStateMachine):
    """Any order of loads, saves, ticks, forgetting and reopening, against a dictionary."""

    loaded = Bundle("loaded")

    @initialize()
    def begin(self):
        self.clock, self.model, self.count = Clock(), {}, 0
        self.real = self.make()

    def make(self):
        return MemoryStore(ttl=60, clock=self.clock)

    def live(self, key):
        ends, record, number = self.model.get(key, (0, Record(), 0))
        return (record, number) if ends > self.clock.now else (Record(), 0)

    @rule(target=loaded, user=st.sampled_from("abc"))
    def load(self, user):
        key = KEY._replace(user=user)
        record = self.real.load(key)
        assert record._replace(version="") == self.live(key)[0]._replace(version="")
        return key, record, self.live(key)[1]

    @rule(loaded=loaded, state=states, event=st.sampled_from(["", "e1", "e2", "e3"]))
    def save(self, loaded, state, event):
        key, record, number = loaded
        new = record.after(state, event)
        done = self.real.save(key, new)
        assert done == (number == self.live(key)[1])
        if done:
            self.count += 1
            self.model[key] = (self.clock.now + 60, new, self.count)

    @rule(user=st.sampled_from("abc"))
    def forget(self, user):
        self.real.forget(KEY._replace(user=user))
        self.model.pop(KEY._replace(user=user), None)

    @rule(seconds=st.sampled_from([1, 59, 60, 61]))
    def tick(self, seconds):
        self.clock.now += seconds

    def teardown(self):
        if hasattr(self, "real"):
            self.real.close()


class SQLiteModel(Model):
    def make(self):
        import tempfile
        from pathlib import Path

        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "states.db"
        return SQLiteStore(self.path, ttl=60, clock=self.clock)

    @rule()
    def reopen(self):
        self.real.close()
        self.real = SQLiteStore(self.path, ttl=60, clock=self.clock)

    def teardown(self):
        super().teardown()
        if hasattr(self, "folder"):
            self.folder.cleanup()


TestMemoryModel = Model.TestCase
TestMemoryModel.settings = settings(max_examples=100, stateful_step_count=25)
TestSQLiteModel = SQLiteModel.TestCase
TestSQLiteModel.settings = settings(max_examples=40, stateful_step_count=25)


def test_memory_is_bounded():
    store = MemoryStore(most=10)
    for at in range(50):
        key = KEY._replace(user=str(at))
        assert store.save(key, store.load(key).after(DialogueState(), "e"))
    assert len(store) == 10
    assert store.load(KEY._replace(user="49")).version
    assert not store.load(KEY._replace(user="39")).version


def test_memory_drops_what_is_over():
    clock = Clock()
    store = MemoryStore(ttl=10, clock=clock)
    store.save(KEY, Record())
    clock.now += 11
    other = KEY._replace(user="ben")
    store.save(other, store.load(other))
    assert len(store) == 1


def test_what_was_forgotten_is_in_no_file(tmp_path):
    store = SQLiteStore(tmp_path / "s.db")
    record = store.load(KEY).after(DialogueState(intent="canary-intent", slots=(("a", "canary-slot"),)), "canary-event")
    store.save(KEY, record)
    whole = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"canary-intent" in whole
    assert b"canary-event" not in whole
    assert KEY.user.encode() not in whole
    store.forget(KEY)
    store.close()
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.iterdir())


def test_only_the_owner_may_read_the_file(tmp_path):
    SQLiteStore(tmp_path / "s.db").close()
    assert stat.S_IMODE((tmp_path / "s.db").stat().st_mode) == 0o600


def test_a_damaged_file_and_a_missing_folder_are_named(tmp_path):
    (tmp_path / "bad.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(StateError, match=r"bad\.db cannot be used for dialogue states \(.*\); give another file"):
        SQLiteStore(tmp_path / "bad.db")
    with pytest.raises(StateError, match="cannot be used"):
        SQLiteStore(tmp_path / "missing" / "s.db")


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "target").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StateError):
        SQLiteStore(tmp_path / "link")


def test_a_record_that_cannot_be_read_begins_anew_and_can_be_overwritten(tmp_path):
    store = SQLiteStore(tmp_path / "s.db")
    store.save(KEY, store.load(KEY).after(DialogueState(intent="x"), "e"))
    with sqlite3.connect(tmp_path / "s.db") as db:
        db.execute("UPDATE conversation SET record = '{'")
    db.close()
    record = store.load(KEY)
    assert record.state == DialogueState()
    assert store.save(KEY, record.after(DialogueState(intent="y"), "e"))
    assert store.load(KEY).state.intent == "y"
    store.close()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 0), True),
    ],
)
def test_a_shared_write_ahead_log_needs_a_mended_sqlite(version, safe):
    assert wal_is_safe(version) == safe


@pytest.mark.parametrize(("locks", "mode"), [(True, "wal"), (False, "wal" if wal_is_safe() else "truncate")])
def test_the_journal_fits_the_system(tmp_path, locks, mode, monkeypatch):
    if not locks:
        monkeypatch.setattr(locking, "fcntl", None)
    store = SQLiteStore(tmp_path / "s.db")
    assert store._db.execute("PRAGMA journal_mode").fetchone() == (mode,)
    store.close()
    assert not store.ready()


def test_an_address_opens_its_store(tmp_path):
    assert isinstance(open_store(), MemoryStore)
    store = open_store(str(tmp_path / "s.db"))
    assert isinstance(store, SQLiteStore)
    store.close()


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cramp-chatbot\[redis\]'"):
        open_store("redis://127.0.0.1:1/0")
