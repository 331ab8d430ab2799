"""Telegram, over python-telegram-bot. TELEGRAM_TOKEN in the environment; long polling, one process for a token.

TELEGRAM_API_URL, as in "http://127.0.0.1:8081", for a Bot API server of your own.
"""

from __future__ import annotations

import os
import re
from html import unescape
from typing import Any

from chatbot.adapters.host import Answer, Host, log, main, missing, setting, unsaid
from chatbot.errors import SettingError

_HELLO = ("/start", "/help")
_TRIES = 5


def build(token: str, host: Host, base_url: str = "") -> Any:
    """The application; `run_polling()` runs it until it is stopped by a signal, and connects again by itself.

    It waits when Telegram asks for that, and sends no more than Telegram takes: 30 messages a second, 20 a minute to a group.
    """
    try:
        from telegram import Update
        from telegram.ext import AIORateLimiter, ApplicationBuilder, CallbackQueryHandler, MessageHandler, filters

        limiter = AIORateLimiter(max_retries=_TRIES)
    except (ImportError, RuntimeError) as error:  # RuntimeError: its own extra is missing
        raise missing("telegram", error) from error
    os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns of its own use of a field, each time that Telegram says to wait
    builder = ApplicationBuilder().token(token).rate_limiter(limiter)
    app = (builder.base_url(f"{base_url}/bot") if base_url else builder).build()

    async def on_message(update: Update, context: Any) -> None:
        message, user = update.effective_message, update.effective_user
        if message is None or user is None or user.is_bot or message.via_bot:
            return
        text, addressed = _addressed(message, context.bot)
        answer = await host.aanswer(
            f"{message.chat_id}/{message.message_thread_id or ''}",
            user.id,
            text,
            f"message {message.message_id}",
            in_group=message.chat.type != "private",
            addressed=addressed,
        )
        await _send(context.bot, answer, message.chat_id, user.id, message.message_thread_id)

    async def on_button(update: Update, context: Any) -> None:
        query = update.callback_query
        if query is None:
            return
        await query.answer()
        if query.message is None or query.data is None:
            return
        thread = getattr(query.message, "message_thread_id", None)
        group = query.message.chat.type != "private"
        answer = await host.aanswer(
            f"{query.message.chat.id}/{thread or ''}", query.from_user.id, query.data, f"query {query.id}", in_group=group
        )
        await _send(context.bot, answer, query.message.chat.id, query.from_user.id, thread)

    app.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, on_message))
    app.add_handler(CallbackQueryHandler(on_button))
    app.add_error_handler(_on_error)
    return app


async def _on_error(_: object, context: Any) -> None:
    log.error("a message could not be answered (%s)", type(context.error).__name__)


def _addressed(message: Any, bot: Any) -> tuple[str, bool]:
    """The text without the bot's name, and whether the bot was called: by name, by a command, or by a reply to it."""
    text = message.text or ""
    name = re.escape(bot.username or "")
    called = bool(re.search(rf"@{name}\b", text, re.IGNORECASE)) if name else False
    text = re.sub(rf"\s*@{name}\b", "", text, flags=re.IGNORECASE).strip() if called else text
    replied = message.reply_to_message and message.reply_to_message.from_user and message.reply_to_message.from_user.id == bot.id
    if text.lower() in _HELLO:
        return "hello", True
    command = re.match(r"/ask\b\s*", text)
    return (text[command.end() :] if command else text), bool(called or replied or command)


async def _send(bot: Any, answer: Answer, chat: int, user: int, thread: int | None) -> None:
    from telegram.error import BadRequest, Forbidden

    for message in answer.messages:
        if answer.private:
            try:
                await _say(bot, user, None, message)
                continue
            except (Forbidden, BadRequest):  # who never wrote to the bot cannot be written to: better said here than not at all
                pass
        await _say(bot, chat, thread, message)


async def _say(bot: Any, chat: int, thread: int | None, message: dict[str, Any]) -> None:
    from telegram.error import BadRequest

    try:
        await bot.send_message(chat_id=chat, message_thread_id=thread, **message)
    except BadRequest as error:
        if "parse" not in str(error).lower():
            raise
        plain = unescape(re.sub(r"<[^>]*>", "", message["text"]))  # an answer is never dropped for its markup
        await bot.send_message(chat_id=chat, message_thread_id=thread, text=plain)


def run(host: Host | None = None) -> None:
    """Run until stopped.

    Raises:
        SettingError: when Telegram refuses the token.
    """
    token = setting("TELEGRAM_TOKEN")
    app = build(token, host or Host("telegram"), setting("TELEGRAM_API_URL", ""))
    from telegram.error import InvalidToken

    unsaid("telegram.ext", "Invalid token")
    try:
        app.run_polling(allowed_updates=["message", "callback_query"], bootstrap_retries=-1)
    except InvalidToken as error:
        raise SettingError("Telegram refuses the token; look at TELEGRAM_TOKEN") from error


if __name__ == "__main__":
    main(run)
