"""What a state store must do, and what it keeps: a dialogue state and which events were answered, never a text."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol

from chatbot.errors import StateError
from chatbot.types import DialogueState

MOST_EVENTS: Final = 64
"""How many events of a conversation are remembered. A platform sends again within minutes."""


class ConversationKey(NamedTuple):
    """Whose conversation it is. `chat` holds the thread too, where there are threads."""

    platform: str
    chat: str
    user: str

    def digest(self) -> str:
        """A name for the key that shows no id of the platform at a glance; who knows an id can still compute it."""
        return blake2b(json.dumps(self).encode(), digest_size=16).hexdigest()


class Record(NamedTuple):
    """What is kept of a conversation."""

    state: DialogueState = DialogueState()
    events: tuple[str, ...] = ()
    """Digests of the last events that were answered."""
    version: str = ""
    """What the store gave it to tell writes apart; "" when nothing is kept. Never used twice, so a write cannot hit a newer state."""

    def has(self, event: str) -> bool:
        """Whether the event was answered."""
        return bool(event) and event_digest(event) in self.events

    def after(self, state: DialogueState, event: str) -> Record:
        """The record after a turn."""
        events = (*self.events, event_digest(event))[-MOST_EVENTS:] if event else self.events
        return Record(state, events, self.version)

    def to_json(self) -> str:
        """The record for a store, without its version."""
        return json.dumps({"state": self.state.to_json(), "events": self.events}, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str, version: str) -> Record:
        """The record that `to_json` wrote. A state that cannot be read, such as one of an older version, begins anew.

        The events are kept even so: what was answered before an upgrade is not answered again after it.
        """
        try:
            data = json.loads(text)
            events = tuple(str(event) for event in data["events"])[-MOST_EVENTS:]
        except (ValueError, KeyError, TypeError, RecursionError):
            return cls(version=version)
        try:
            return cls(DialogueState.from_json(data["state"]), events, version)
        except (KeyError, StateError):
            return cls(events=events, version=version)


def event_digest(event: str) -> str:
    """A short name for an event, which holds nothing of it."""
    return blake2b(event.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class Store(Protocol):
    """A state store. All methods may be called from several threads.

    A method that fails raises whatever fits; `chatbot.handle` then answers without memory. It should fail within seconds,
    since a person waits for the answer meanwhile.
    """

    blocking: bool
    """Whether a call may wait for a disk or a network, so that an event loop should hand it to a thread."""

    def load(self, key: ConversationKey) -> Record:
        """What is kept under `key`; an empty record when nothing is, or when its time is over."""

    def save(self, key: ConversationKey, record: Record) -> bool:
        """Keep `record` unless another write came after `record.version` was loaded; its time to live starts again.

        What is asked twice because the answer was lost on its way must not be refused the second time.

        Returns:
            False when there was such a write: load again, answer again, save again.
        """

    def forget(self, key: ConversationKey) -> None:
        """Delete what is kept under `key`, at once."""

    def ready(self) -> bool:
        """Whether the store can be used now."""

    def close(self) -> None:
        """Free what the store holds. Closing twice does no harm."""
