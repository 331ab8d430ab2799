"""discord.py: direct messages; the adapter answers commands and mentions as well."""

import discord

from chatbot.adapters.discord import arguments
from chatbot.adapters.host import Host, setting

host, client = Host("discord"), discord.Client(intents=discord.Intents(messages=True))


@client.event
async def on_message(message):
    if message.guild is None and not message.author.bot:
        answer = await host.aanswer(message.channel.id, message.author.id, message.content, str(message.id))
        for body in answer.messages:
            await message.channel.send(**arguments(body))


if __name__ == "__main__":
    client.run(setting("DISCORD_TOKEN"))
