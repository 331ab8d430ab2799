"""aiogram."""

import asyncio

from aiogram import Bot, Dispatcher, F

from chatbot.adapters.host import Host, setting

host, dispatcher = Host("telegram"), Dispatcher()


@dispatcher.message(F.text, F.chat.type == "private")
async def on_message(message):
    answer = await host.aanswer(message.chat.id, message.from_user.id, message.text, str(message.message_id))
    for arguments in answer.messages:
        await message.answer(**arguments)


if __name__ == "__main__":
    asyncio.run(dispatcher.start_polling(Bot(setting("TELEGRAM_TOKEN"))))
