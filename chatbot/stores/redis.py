"""States in Redis or Valkey: for many processes and machines. The server forgets by itself; a write is compared and set."""

from __future__ import annotations

import uuid
from typing import Any

from chatbot.errors import MissingExtraError, StateError
from chatbot.stores.base import ConversationKey, Record

# A client that sends the call again, because the answer to the first was lost, finds its own value and is told that it is kept.
_SAVE = """
local found = redis.call('GET', KEYS[1])
if found == ARGV[2] then return 1 end
local version = found and string.sub(found, 1, 32) or ''
if version ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


class RedisStore:
    """Keeps conversations in a server that speaks Redis' protocol.

    Args:
        client: the address ("redis://localhost:6379/0"), or a client of the `redis` library.
        ttl: seconds without a turn after which a state is forgotten.
        prefix: what the keys begin with.
        wait: seconds that a call waits at most for a server of which the address is given; a client waits as it was told.

    Raises:
        MissingExtraError: when an address is given and the library is not installed.
        StateError: when the server does not answer.
    """

    blocking = True

    def __init__(self, client: Any, ttl: float = 1800, prefix: str = "cramp-chatbot", wait: float = 1.0) -> None:
        if isinstance(client, str):
            try:
                import redis
            except ImportError as error:
                raise MissingExtraError("states in Redis need a library; run: pip install 'cramp-chatbot[redis]'") from error
            client = redis.Redis.from_url(client, socket_timeout=wait, socket_connect_timeout=wait)
        self._redis, self._ttl, self._prefix = client, ttl, prefix
        try:
            self._redis.ping()
        except OSError as error:
            raise StateError("the Redis server does not answer; check its address") from error
        except Exception as error:
            raise StateError(f"the Redis server cannot be used ({type(error).__name__}); check its address and password") from error
        self._save = self._redis.register_script(_SAVE)

    def _name(self, key: ConversationKey) -> str:
        return f"{self._prefix}:{{{key.digest()}}}"  # the braces keep a conversation on one node of a cluster

    def load(self, key: ConversationKey) -> Record:
        """What is kept under `key`."""
        found: bytes | str | None = self._redis.get(self._name(key))
        if found is None:
            return Record()
        raw = found if isinstance(found, bytes) else found.encode("utf-8", "surrogateescape")
        # whatever stands there can be named as the version that is to be overwritten
        return Record.from_json(raw[32:].decode("utf-8", "replace"), raw[:32].decode("latin-1"))

    def save(self, key: ConversationKey, record: Record) -> bool:
        """Keep `record` unless another write came in between."""
        value = uuid.uuid4().hex + record.to_json()
        return bool(self._save(keys=[self._name(key)], args=[record.version.encode("latin-1"), value, max(1, int(self._ttl * 1000))]))

    def forget(self, key: ConversationKey) -> None:
        """Delete what is kept under `key`."""
        self._redis.delete(self._name(key))

    def ready(self) -> bool:
        """Whether the server answers."""
        try:
            return bool(self._redis.ping())
        except Exception:  # noqa: BLE001 - any failure of any client means the same
            return False

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()
