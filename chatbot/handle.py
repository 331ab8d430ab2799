"""What every bot does with an event: answer it once, politely, and remember the conversation. No platform is known here."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Final, NamedTuple

from chatbot.bot import Chatbot
from chatbot.stores.base import ConversationKey, Record, Store
from chatbot.types import Reply, Turn

if TYPE_CHECKING:
    from chatbot.gaps import GapLog

log = logging.getLogger("chatbot.handle")

FORGET: Final = ("forget me", "/forget", "!forget")
FORGOTTEN: Final = "I have deleted what I remembered of our conversation."
NOT_FORGOTTEN: Final = "I could not delete what I remember of our conversation. Please ask again later."
SLOW_DOWN: Final = "You write faster than I can answer. Please wait a moment, then ask again."
_URGENT: Final = ("urgent", "emergency")
_MOST_TRIES: Final = 100

OnRedFlag = Callable[[str, str], None]
"""Is told the urgency and the name of a red flag that was answered, and no word of the person."""


class Outcome(NamedTuple):
    """What to do with an event."""

    reply: Reply | None
    """What to say, or None to be silent."""
    why: str
    """answered, not remembered (answered, but the store failed), repeated, ignored, not addressed, too fast, forgotten."""
    private: bool = False
    """Whether to say it to the person alone, where the platform can."""


class Limiter:
    """Token buckets, one for each person and one for all: `rate` messages a second after a `burst`.

    Time is monotonic, so that a clock that is set back starves nobody. Buckets are those of one process.

    Args:
        rate: messages a second that one person may go on sending.
        burst: messages that one person may send at once.
        overall: messages a second of all persons together, of which ten seconds' worth may come at once.
        most: persons whose buckets are kept.
        clock: gives seconds that never go back.
    """

    def __init__(
        self, rate: float = 0.5, burst: float = 8, overall: float = 500, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate, self._burst, self._overall, self._most, self._clock = rate, burst, overall, most, clock
        self._buckets: OrderedDict[Hashable, tuple[float, float, bool]] = OrderedDict()
        self._all = (overall * 10, clock())
        self._lock = threading.Lock()

    def check(self, person: Hashable) -> str:
        """Nothing ("") to answer, "warn" to ask the person once to wait, "drop" to be silent."""
        with self._lock:
            now = self._clock()
            left, then, warned = self._buckets.get(person, (self._burst, now, False))
            left = min(self._burst, left + (now - then) * self._rate)
            everybody = min(self._overall * 10, self._all[0] + (now - self._all[1]) * self._overall)
            verdict = "" if left >= 1 and everybody >= 1 else "drop" if warned or everybody < 1 else "warn"
            self._buckets[person] = (left - 1 if not verdict else left, now, bool(verdict) and (warned or verdict == "warn"))
            self._all = (everybody - (not verdict), now)
            self._buckets.move_to_end(person)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return verdict


def handle(
    bot: Chatbot,
    store: Store,
    key: ConversationKey,
    text: str,
    event_id: str = "",
    *,
    from_bot: bool = False,
    in_group: bool = False,
    addressed: bool = True,
    limiter: Limiter | None = None,
    on_red_flag: OnRedFlag | None = None,
    gaps: GapLog | None = None,
) -> Outcome:
    """What to do with a message. Raises for no text, and answers without memory when the store fails.

    Args:
        bot: who answers.
        store: where conversations are kept.
        key: whose conversation it is.
        text: what the person wrote, without the name by which the bot was called.
        event_id: the platform's name for the event, the same when it is sent again; "" when there is none.
        from_bot: whether a bot sent it, this one included, or it is a notice: such a message is never answered.
        in_group: whether others read along.
        addressed: whether the bot was called by name or replied to. Else it speaks only to a clear question that it is sure of,
            and to a red flag.
        limiter: who may send how much; red flags pass it.
        on_red_flag: is told when a red flag was answered.
        gaps: counts words that nothing explained; off without it. See `chatbot.gaps`.
    """
    if from_bot or not text.strip():
        return Outcome(None, "ignored")
    if text.strip().lower() in FORGET and (addressed or not in_group):
        return Outcome(_saying(FORGOTTEN if _forget(store, key) else NOT_FORGOTTEN, bot.respond("")), "forgotten")
    limit: str | None = None if limiter else ""
    for _ in range(_MOST_TRIES):
        record = _load(store, key)
        if record and record.has(event_id):
            return Outcome(None, "repeated")
        turn = bot.respond(text, record.state if record else None)
        urgent = turn.reply.urgency in _URGENT
        if in_group and not addressed and not urgent and not _is_clear(text, turn):
            return Outcome(None, "not addressed")
        if limit is None and limiter:  # counts what would be answered, once
            limit = limiter.check((key.platform, key.user))
        if limit and not urgent:
            return Outcome(_saying(SLOW_DOWN, turn) if limit == "warn" else None, "too fast")
        kept = _save(store, key, record.after(turn.state, event_id)) if record else None
        if kept is not False:
            break
    else:
        log.error("the conversation was changed by others again and again; this turn is not remembered")
    if gaps:
        gaps.note(text, turn, bot.knowledge, (key.platform, key.user))
    return _answered(turn, in_group, on_red_flag, bool(kept))


async def ahandle(
    bot: Chatbot,
    store: Store,
    key: ConversationKey,
    text: str,
    event_id: str = "",
    *,
    from_bot: bool = False,
    in_group: bool = False,
    addressed: bool = True,
    limiter: Limiter | None = None,
    on_red_flag: OnRedFlag | None = None,
    gaps: GapLog | None = None,
) -> Outcome:
    """As `handle`, for callers that await: a store that may wait for a disk or a network is asked in a thread."""

    def work() -> Outcome:
        return handle(
            bot, store, key, text, event_id, from_bot=from_bot, in_group=in_group, addressed=addressed, limiter=limiter,
            on_red_flag=on_red_flag, gaps=gaps,
        )  # fmt: skip

    if not store.blocking:
        return work()
    import asyncio

    return await asyncio.to_thread(work)


def _answered(turn: Turn, in_group: bool, on_red_flag: OnRedFlag | None, kept: bool) -> Outcome:
    urgent = turn.reply.urgency in _URGENT
    if urgent and on_red_flag:
        try:
            on_red_flag(turn.reply.urgency, turn.reply.advice[0].red_flag if turn.reply.advice else "")
        except Exception:  # the advice must go out, whatever the host's own function does
            log.exception("on_red_flag failed")
    return Outcome(turn.reply, "answered" if kept else "not remembered", private=in_group and urgent)


def _load(store: Store, key: ConversationKey) -> Record | None:
    try:
        return store.load(key)
    except Exception as error:  # noqa: BLE001 - whatever store it is, the person gets an answer
        log.error("the store cannot be read (%s); answering without memory", type(error).__name__)
        return None


def _save(store: Store, key: ConversationKey, record: Record) -> bool | None:
    """What the store says; None when it fails."""
    try:
        return store.save(key, record)
    except Exception as error:  # noqa: BLE001 - as above
        log.error("the store cannot be written (%s); this turn is not remembered", type(error).__name__)
        return None


def _forget(store: Store, key: ConversationKey) -> bool:
    try:
        store.forget(key)
    except Exception as error:  # noqa: BLE001 - as above
        log.error("the store cannot be written (%s); a conversation was not forgotten", type(error).__name__)
        return False
    return True


def _is_clear(text: str, turn: Turn) -> bool:
    """Whether nobody was called, but a question was asked that the bot is sure to answer."""
    return text.rstrip().endswith("?") and turn.reply.kind == "answer" and turn.reply.confidence == "high"


def _saying(text: str, turn: Turn) -> Reply:
    """A reply that says just `text`, with the disclaimer."""
    return turn.reply._replace(
        id="",
        kind="smalltalk",
        urgency="none",
        confidence="none",
        message=text,
        advice=(),
        statements=(),
        warnings=(),
        notes=(),
        citations=(),
        suggestions=(),
    )
