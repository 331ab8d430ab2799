"""Where dialogue states live between turns. Each store is imported when it is asked for."""

from __future__ import annotations

from chatbot.stores.base import ConversationKey, Record, Store

__all__ = ["ConversationKey", "Record", "Store", "open_store"]


def open_store(address: str = "", ttl: float = 1800) -> Store:
    """The store at an address: "" for memory, "redis://host:port/0" or "rediss://..." for Redis, else the path of an SQLite file.

    Args:
        address: where states are kept.
        ttl: seconds without a turn after which a state is forgotten.
    """
    if not address:
        from chatbot.stores.memory import MemoryStore

        return MemoryStore(ttl=ttl)
    if address.startswith(("redis://", "rediss://", "unix://")):
        from chatbot.stores.redis import RedisStore

        return RedisStore(address, ttl=ttl)
    from chatbot.stores.sqlite import SQLiteStore

    return SQLiteStore(address, ttl=ttl)
