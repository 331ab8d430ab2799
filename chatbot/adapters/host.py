"""What all adapters share: the bot, the store, the limits of politeness, and settings from the environment only."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

from chatbot import render
from chatbot.bot import Chatbot
from chatbot.errors import ChatbotError, MissingExtraError, SettingError
from chatbot.gaps import GapLog
from chatbot.handle import Limiter, OnRedFlag, ahandle, handle
from chatbot.stores import ConversationKey, Store, open_store

log = logging.getLogger("chatbot.adapters")


class Answer(NamedTuple):
    """What to send: arguments of the platform's send call, in order."""

    messages: list[dict[str, Any]]
    private: bool = False


class Host:
    """A bot with its store, for one platform.

    Args:
        platform: the name by which `render.messages` knows it.
        bot: who answers; None for one with the settings of the environment.
        store: where conversations are kept; None for the one that CHATBOT_STORE names.
        limiter: how much a person may send.
        on_red_flag: is told when a red flag was answered; see `chatbot.handle`.
        gaps: counts words that nothing explained; None for the log that CHATBOT_GAPS names, or none at all. See `chatbot.gaps`.
    """

    def __init__(
        self,
        platform: str,
        bot: Chatbot | None = None,
        store: Store | None = None,
        limiter: Limiter | None = None,
        on_red_flag: OnRedFlag | None = None,
        gaps: GapLog | None = None,
    ) -> None:
        self.platform = platform
        self.bot = bot or Chatbot(os.environ.get("CHATBOT_KNOWLEDGE") or None, region=os.environ.get("CHATBOT_REGION", ""))
        self.store = open_store(os.environ.get("CHATBOT_STORE", "")) if store is None else store  # an empty store may have a length of 0
        self.limiter = limiter or Limiter()
        self.on_red_flag = on_red_flag
        self.gaps = gaps or (GapLog(os.environ["CHATBOT_GAPS"]) if os.environ.get("CHATBOT_GAPS") else None)
        self._turns: WeakValueDictionary[ConversationKey, asyncio.Lock] = WeakValueDictionary()

    def answer(
        self, chat: object, user: object, text: str, event_id: str = "", *, in_group: bool = False, addressed: bool = True
    ) -> Answer:
        """What to say to a message; nothing when it is not the bot's turn."""
        key = ConversationKey(self.platform, str(chat), str(user))
        options = {"limiter": self.limiter, "on_red_flag": self.on_red_flag, "gaps": self.gaps}
        found = handle(self.bot, self.store, key, text, event_id, in_group=in_group, addressed=addressed, **options)  # type: ignore[arg-type]
        return Answer(render.messages(found.reply, self.platform) if found.reply else [], found.private)

    async def aanswer(
        self, chat: object, user: object, text: str, event_id: str = "", *, in_group: bool = False, addressed: bool = True
    ) -> Answer:
        """As `answer`, for callers that await. The messages of one conversation are answered in the order in which they came."""
        key = ConversationKey(self.platform, str(chat), str(user))
        options = {"limiter": self.limiter, "on_red_flag": self.on_red_flag, "gaps": self.gaps}
        turn = self._turns.setdefault(key, asyncio.Lock())  # kept while somebody waits for it
        async with turn:
            found = await ahandle(self.bot, self.store, key, text, event_id, in_group=in_group, addressed=addressed, **options)  # type: ignore[arg-type]
        return Answer(render.messages(found.reply, self.platform) if found.reply else [], found.private)


def setting(name: str, default: str | None = None) -> str:
    """A setting from the environment.

    Raises:
        SettingError: when it is missing and there is no default.
    """
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise SettingError(f"the environment variable {name} is not set; set it and start again")
    return value


def usual_nick() -> str:
    """What the bot is called where nobody named it: after the bundled subject only when that is what it knows."""
    return "chatbot" if os.environ.get("CHATBOT_KNOWLEDGE") else "cramp-bot"


def missing(extra: str, error: Exception) -> MissingExtraError:
    """The error for a library that is not installed."""
    name = getattr(error, "name", None) or error
    return MissingExtraError(f"this adapter needs a library ({name}); run: pip install 'cramp-chatbot[{extra}]'")


def names(text: str) -> tuple[str, ...]:
    """The names in a setting that lists them with commas."""
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def unsaid(logger: str, words: str) -> None:
    """Leave out the records of a library's logger that hold `words`: what is said better elsewhere, or means nothing here."""
    logging.getLogger(logger).addFilter(lambda record: words not in record.getMessage())


def on_stop(stop: Callable[[], object], signals: tuple[int, ...] = (signal.SIGTERM, signal.SIGINT)) -> None:
    """Have the running event loop call `stop` when the process is asked to end."""
    loop = asyncio.get_running_loop()
    for number in signals:
        with contextlib.suppress(NotImplementedError):  # Windows: there Ctrl-C ends the program by KeyboardInterrupt
            loop.add_signal_handler(number, stop)


def start(run: Callable[[], None]) -> None:
    """Run an adapter until it is stopped. It logs to standard error, and no word of a person.

    Raises:
        SettingError: when a setting is missing or refused, or the server cannot be reached at the start.
    """
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    try:
        run()
    except OSError as error:
        raise SettingError(f"cannot connect ({error}); look at the network and the address, then start again") from error


def main(run: Callable[[], None]) -> None:
    """As `start`, for `python -m`: an error of ours ends it with one line and exit code 2."""
    try:
        start(run)
    except ChatbotError as error:
        print(f"chatbot: {error}", file=sys.stderr)
        raise SystemExit(2) from error
    except KeyboardInterrupt:
        raise SystemExit(130) from None
