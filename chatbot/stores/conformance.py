"""What every state store must hold, for anybody's store: subclass and run with pytest.

>>> class TestMyStore(StoreConformance):
...     def make(self, ttl):
...         return MyStore(ttl=ttl)

Each test makes a store of its own. `wait` may be replaced to move a clock of one's own instead of sleeping, `another` to tell
how a second worker opens the same data. The guide: docs/how-to/write-a-state-store.md.
"""

from __future__ import annotations

import threading
import time
from typing import Any

from chatbot.stores.base import MOST_EVENTS, ConversationKey, Record, Store
from chatbot.types import DialogueState, Suggestion

_KEY = ConversationKey("test", "chat", "ann")
_FULL = DialogueState(
    "causes", (("body_part", "calf"),), ("a#b",), ("a#b:0",), ("src",), (Suggestion("Why?", "why"),), ("swollen@4",), "clot"
)


class StoreConformance:
    """The tests. `make` is the one method to write; a store that it gave is closed after the test."""

    def make(self, ttl: float) -> Store:
        """A new, empty store whose states live `ttl` seconds."""
        raise NotImplementedError

    def another(self, ttl: float) -> Store | None:  # noqa: ARG002 - for who replaces it
        """A second store over the data of the one that `make` gave last, as another worker opens it; None when it is for one process."""
        return None

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def setup_method(self) -> None:
        """Nothing is open yet."""
        self._open: list[Store] = []

    def teardown_method(self) -> None:
        """Close what was opened."""
        for store in self._open:
            store.close()

    def store(self, ttl: float = 60) -> Store:
        """A store that is closed after the test."""
        self._open.append(self.make(ttl))
        return self._open[-1]

    def test_nothing_is_kept_at_first(self) -> None:
        """An unknown conversation begins anew."""
        assert self.store().load(_KEY) == Record()

    def test_a_state_comes_back_whole(self) -> None:
        """Every field of a state and every event returns."""
        store = self.store()
        assert store.save(_KEY, store.load(_KEY).after(_FULL, "event-1"))
        record = store.load(_KEY)
        assert record.state == _FULL
        assert record.has("event-1")
        assert not record.has("event-2")
        assert record.version

    def test_conversations_do_not_meet(self) -> None:
        """Keys that differ in one part, or that a separator could confuse, are different."""
        store = self.store()
        keys = [
            ConversationKey(*k)
            for k in (
                ("a", "b", "c"),
                ("a", "b", ""),
                ("a", "", "bc"),
                ("ab", "", "c"),
                ("a:b", "c", ""),
                ("a", "b:c", ""),
                ("a", "b", "c\n"),
            )
        ]
        for at, key in enumerate(keys):
            assert store.save(key, store.load(key).after(DialogueState(intent=str(at)), ""))
        assert [store.load(key).state.intent for key in keys] == [str(at) for at in range(len(keys))]

    def test_a_write_on_an_old_version_is_refused(self) -> None:
        """Of two writers that loaded the same record the second must load again."""
        store = self.store()
        first, second = store.load(_KEY), store.load(_KEY)
        assert store.save(_KEY, first.after(DialogueState(intent="first"), "1"))
        assert not store.save(_KEY, second.after(DialogueState(intent="second"), "2"))
        assert store.load(_KEY).state.intent == "first"
        old = store.load(_KEY)
        assert store.save(_KEY, old.after(DialogueState(intent="third"), "3"))
        assert not store.save(_KEY, old.after(DialogueState(intent="fourth"), "4"))

    def test_forgetting_leaves_nothing_and_refuses_writes_from_before(self) -> None:
        """What was loaded before `forget` cannot come back, not even when the conversation has begun again."""
        store = self.store()
        store.save(_KEY, store.load(_KEY).after(_FULL, "1"))
        old = store.load(_KEY)
        other = _KEY._replace(user="ben")
        store.save(other, store.load(other).after(_FULL, "1"))
        store.forget(_KEY)
        store.forget(_KEY)
        assert store.load(_KEY) == Record()
        assert not store.save(_KEY, old.after(_FULL, "2"))
        assert store.save(_KEY, store.load(_KEY).after(DialogueState(intent="new"), ""))
        assert not store.save(_KEY, old.after(_FULL, "3"))
        assert store.load(other).state == _FULL

    def test_a_state_lives_its_time_and_each_turn_starts_it_again(self) -> None:
        """A turn prolongs it; silence ends it; a write on what is over is refused."""
        store = self.store(ttl=0.6)
        store.save(_KEY, store.load(_KEY).after(_FULL, "1"))
        self.wait(0.4)
        assert store.save(_KEY, store.load(_KEY).after(_FULL, "2"))
        self.wait(0.4)
        old = store.load(_KEY)
        assert old.state == _FULL
        self.wait(0.4)
        assert store.load(_KEY) == Record()
        assert not store.save(_KEY, old.after(_FULL, "3"))
        assert store.save(_KEY, store.load(_KEY).after(_FULL, "4"))

    def test_two_workers_see_and_refuse_what_the_other_wrote(self) -> None:
        """What one worker saves, prolongs or forgets holds for the other at once."""
        one, two = self.store(), self.another(60)
        if two is None:
            return
        self._open.append(two)
        old = two.load(_KEY)
        assert one.save(_KEY, one.load(_KEY).after(_FULL, "1"))
        assert not two.save(_KEY, old.after(DialogueState(intent="late"), "2"))
        seen = two.load(_KEY)
        assert seen.state == _FULL
        assert seen.has("1")
        assert two.save(_KEY, seen.after(DialogueState(intent="two"), "2"))
        assert one.load(_KEY).state.intent == "two"
        one.forget(_KEY)
        assert two.load(_KEY) == Record()

    def test_an_unreadable_state_is_no_error(self) -> None:
        """A record of a version that this program does not know begins anew, keeps its events, and can be overwritten."""
        store = self.store()

        class Older(DialogueState):
            def to_json(self) -> str:
                return super().to_json().replace('"version":1', '"version":0')

        assert store.save(_KEY, store.load(_KEY).after(Older(intent="old"), "1"))
        record = store.load(_KEY)
        if record.state.intent == "old":  # a store that keeps values, not text, cannot hold one
            return
        assert record.state == DialogueState()
        assert record.has("1")
        assert store.save(_KEY, record.after(_FULL, "2"))
        assert store.load(_KEY).state == _FULL

    def test_events_are_bounded(self) -> None:
        """Old events are forgotten, so that a record stays small."""
        store = self.store()
        for at in range(MOST_EVENTS + 5):
            assert store.save(_KEY, store.load(_KEY).after(DialogueState(), f"event-{at}"))
        record = store.load(_KEY)
        assert len(record.events) == MOST_EVENTS
        assert record.has(f"event-{MOST_EVENTS + 4}")
        assert not record.has("event-4")

    def test_no_update_is_lost_among_threads(self) -> None:
        """Eight threads append to one conversation; each append that was acknowledged is there."""
        store = self.store()
        done: list[str] = []
        failed: list[Any] = []

        def work(name: str) -> None:
            try:
                for at in range(10):
                    while True:
                        record = store.load(_KEY)
                        state = record.state._replace(shown=(*record.state.shown, f"{name}{at}"))
                        if store.save(_KEY, record.after(state, "")):
                            done.append(f"{name}{at}")
                            break
            except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
                failed.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcdefgh"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed
        assert len(done) == 80
        assert sorted(store.load(_KEY).state.shown) == sorted(done)

    def test_any_text_may_be_in_a_key(self) -> None:
        """Ids come from platforms."""
        store = self.store()
        for user in ("", "a" * 1000, "'; DROP TABLE conversation; --", "{x}", "日本", "\x00", "\ud800"):
            key = ConversationKey("test", "chat", user)
            assert store.save(key, store.load(key).after(_FULL, user))
            assert store.load(key).has(user) == bool(user)

    def test_it_is_ready_and_can_be_closed_twice(self) -> None:
        """Readiness is what a health check asks."""
        store = self.store()
        assert store.ready()
        store.close()
        store.close()
