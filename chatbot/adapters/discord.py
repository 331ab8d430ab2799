"""Discord, over discord.py. DISCORD_TOKEN in the environment. Answers /ask, direct messages, mentions, and buttons."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from chatbot.adapters.host import Answer, Host, main, missing, on_stop, setting, unsaid
from chatbot.errors import SettingError


def build(host: Host) -> Any:
    """The client; `start(token)` runs it until `close()`, and it connects again by itself."""
    try:
        import discord
        from discord import app_commands
    except ImportError as error:
        raise missing("discord", error) from error
    unsaid("discord.client", "voice will NOT be supported")  # nobody speaks here
    # the content of direct messages and of mentions comes without the privileged intent
    client = discord.Client(intents=discord.Intents(guilds=True, messages=True), allowed_mentions=discord.AllowedMentions.none())
    tree = app_commands.CommandTree(client)

    known = asyncio.Event()

    @client.event
    async def on_ready() -> None:
        if not known.is_set():  # it is ready again after each new session
            await tree.sync()
            known.set()

    @client.event
    async def on_message(message: Any) -> None:
        if message.author.bot or client.user is None:
            return
        name = rf"<@!?{client.user.id}>"
        replied = message.reference and getattr(getattr(message.reference.resolved, "author", None), "id", None) == client.user.id
        called = client.user in message.mentions or bool(replied)
        text = re.sub(name, "", message.content).strip()
        answer = await host.aanswer(
            message.channel.id, message.author.id, text, f"message {message.id}", in_group=message.guild is not None, addressed=called
        )
        await _send(message.channel, message.author, answer)

    @tree.command(name="ask", description="Ask a question")
    async def ask(interaction: discord.Interaction, question: str) -> None:
        await _respond(host, interaction, question)

    @client.event
    async def on_interaction(interaction: discord.Interaction) -> None:
        data: Any = interaction.data or {}
        if interaction.type is discord.InteractionType.component and data.get("custom_id"):
            await _respond(host, interaction, data["custom_id"])

    return client


def arguments(message: dict[str, Any]) -> dict[str, Any]:
    """A body of the HTTP API as arguments of discord.py's `send`."""
    import discord

    found: dict[str, Any] = {"allowed_mentions": discord.AllowedMentions.none()}
    if "content" in message:
        found |= {"content": message["content"], "suppress_embeds": True}
    if "embeds" in message:
        found["embeds"] = [discord.Embed.from_dict(embed) for embed in message["embeds"]]
    if "components" in message:
        view = discord.ui.View(timeout=None)
        for row, line in enumerate(message["components"]):
            for button in line["components"]:
                view.add_item(discord.ui.Button(label=button["label"], custom_id=button["custom_id"], row=row))
        view.stop()  # `on_interaction` answers the buttons, those of an earlier process as well
        found["view"] = view
    return found


async def _send(channel: Any, author: Any, answer: Answer) -> None:
    import discord

    for message in answer.messages:
        if answer.private:
            try:
                await author.send(**arguments(message))
                continue
            except discord.Forbidden:  # who takes no direct messages is answered here: better than not at all
                pass
        await channel.send(**arguments(message))


async def _respond(host: Host, interaction: Any, text: str) -> None:
    """Answer a command or a button, within the three seconds that Discord gives; red flags and groups' answers to the person alone."""
    group = interaction.guild_id is not None
    await interaction.response.defer(ephemeral=group, thinking=True)
    answer = await host.aanswer(interaction.channel_id, interaction.user.id, text, f"interaction {interaction.id}", in_group=group)
    for message in answer.messages:
        await interaction.followup.send(ephemeral=group, **arguments(message))
    if not answer.messages:
        await interaction.delete_original_response()


async def _run(client: Any, token: str) -> None:
    import discord

    async with client:
        on_stop(lambda: asyncio.ensure_future(client.close()))
        try:
            await client.start(token)
        except discord.LoginFailure as error:
            raise SettingError("Discord refuses the token; look at DISCORD_TOKEN") from error


def run(host: Host | None = None) -> None:
    """Run until stopped.

    Raises:
        SettingError: when Discord refuses the token.
    """
    token = setting("DISCORD_TOKEN")
    asyncio.run(_run(build(host or Host("discord")), token))


if __name__ == "__main__":
    main(run)
