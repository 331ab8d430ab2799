"""Matrix on Synapse: two people at once, follow-ups, long answers in order, notices, a restart."""

from __future__ import annotations

import asyncio

import pytest
import real_servers

pytest.importorskip("nio")

import nio

from chatbot import render
from chatbot.adapters.host import Answer
from chatbot.adapters.matrix import MatrixBot

matrix_server, make_host, make_adapter = real_servers.matrix_server, real_servers.make_host, real_servers.make_adapter

QUESTION = real_servers.QUESTION
BOT = "@bot:localhost"


class Person:
    def __init__(self, server, name):
        self.client, self.got, self.name = nio.AsyncClient(server, f"@{name}:localhost"), [], name

    async def start(self):
        await self.client.login("secret")
        await self.client.sync(timeout=0, full_state=True)  # what was said before is not heard
        self.client.add_event_callback(lambda _, event: self.got.append(event) if event.sender == BOT else None, nio.RoomMessageNotice)
        made = await self.client.room_create(is_direct=True, invite=[BOT])
        self.room = made.room_id
        self.task = asyncio.ensure_future(self.client.sync_forever(timeout=500))
        return self

    async def say(self, body, kind="m.text", room=None):
        await self.client.room_send(room or self.room, "m.room.message", {"msgtype": kind, "body": body})

    async def stop(self):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.client.close()


async def bot_up(server, host):
    bot = MatrixBot(server, BOT, host)
    await bot.start(password="secret")
    task = asyncio.ensure_future(bot.client.sync_forever(timeout=500))
    return bot, task


async def bot_down(bot, task):
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await bot.close()


async def until(condition, seconds=30):
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen")


def test_people_follow_ups_a_restart_and_long_answers(matrix_server, make_host):
    from platform_rules import many

    async def work():
        server = f"http://127.0.0.1:{matrix_server.port}"
        bot, task = await bot_up(server, make_host("matrix"))
        ann, ben = await Person(server, "ann").start(), await Person(server, "ben").start()
        await until(lambda: {ann.room, ben.room} <= set(bot.client.rooms))
        await ann.say(QUESTION)
        await ben.say("is quinine safe?")
        await until(lambda: ann.got and ben.got)
        assert "Nobody knows" in ann.got[0].body
        assert "Quinine" in ben.got[0].body
        assert ann.got[0].source["content"]["m.mentions"] == {}
        await ann.say("is quinine safe?", kind="m.notice")  # never answered
        await bot_down(bot, task)
        bot, task = await bot_up(server, make_host("matrix"))
        await ann.say("1")
        await until(lambda: len(ann.got) == 2)
        assert "no choice" not in ann.got[1].body
        messages = render.messages(many(200), "matrix")
        assert len(messages) > 1
        await bot._send(ann.room, "@ann:localhost", Answer(messages))
        await until(lambda: len(ann.got) == 2 + len(messages))
        assert [event.body for event in ann.got[2:]] == [message["content"]["body"] for message in messages]
        await bot._send(ann.room, "@ben:localhost", Answer(messages[:1], private=True))
        await asyncio.sleep(0.5)
        assert len(ann.got) == 2 + len(messages)
        await bot_down(bot, task)
        await ann.stop()
        await ben.stop()

    asyncio.run(work())


async def joins(person, seconds=60):
    """Wait until the bot follows an invitation: from then on it hears what is said."""
    made = await person.client.room_create(is_direct=True, invite=[BOT])
    for _ in range(int(seconds / 0.1)):
        found = await person.client.joined_members(made.room_id)
        if BOT in {member.user_id for member in found.members}:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the bot did not come")


def test_a_killed_adapter_goes_on_where_it_was_and_two_people_get_their_own_answers_in_order(matrix_server, make_adapter, tiny_knowledge):
    async def work():
        server = f"http://127.0.0.1:{matrix_server.port}"
        adapter = make_adapter("matrix", MATRIX_SERVER=server, MATRIX_USER=BOT, MATRIX_PASSWORD="secret", MATRIX_TOKEN="")
        wanted = real_servers.expected(tiny_knowledge, "matrix")
        people = {name: await Person(server, name).start() for name in real_servers.TALK}
        for part in (0, 1):
            for person in people.values():
                await joins(person)
            for texts in zip(*(parts[part] for parts in real_servers.TALK.values()), strict=True):
                for person, text in zip(people.values(), texts, strict=True):
                    await person.say(text)
            for name, person in people.items():
                bodies = [message["content"]["body"] for message in wanted[name][part]]
                await until(lambda person=person, bodies=bodies: len(person.got) >= len(bodies))
                assert [event.body for event in person.got] == bodies
                person.got.clear()
            if part == 0:
                adapter.kill()
                adapter.start()
        for person in people.values():
            await person.stop()

    asyncio.run(work())
