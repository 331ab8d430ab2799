"""python-telegram-bot."""

from telegram.ext import ApplicationBuilder, MessageHandler, filters

from chatbot.adapters.host import Host, setting

host = Host("telegram")


async def on_message(update, context):
    message = update.effective_message
    answer = await host.aanswer(message.chat_id, update.effective_user.id, message.text, str(message.message_id))
    for arguments in answer.messages:
        await context.bot.send_message(message.chat_id, **arguments)


if __name__ == "__main__":
    app = ApplicationBuilder().token(setting("TELEGRAM_TOKEN")).build()
    app.add_handler(MessageHandler(filters.TEXT & filters.ChatType.PRIVATE, on_message))
    app.run_polling()
