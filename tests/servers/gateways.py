"""Stand-ins of the sockets over which Discord and Slack tell what happens, on loopback, in a thread of their own."""

from __future__ import annotations

import asyncio
import json
import threading


class Gateway:
    """A WebSocket server. `tell` sends an event to whoever is connected; `drop` breaks the connection, after which the client must come again."""

    def __init__(self):
        self.port, self.connections, self.got, self._socket, self._number = 0, 0, [], None, 0
        self.loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        self.url = f"ws://127.0.0.1:{self.port}/"

    def _run(self, ready):
        from aiohttp import web

        async def start():
            app = web.Application()
            app.router.add_get("/", self._serve)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", 0)
            await site.start()
            self.port = site._server.sockets[0].getsockname()[1]
            ready.set()

        self.loop.run_until_complete(start())
        self.loop.run_forever()

    async def _serve(self, request):
        from aiohttp import web

        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.connections += 1
        await self.greet(socket)
        async for message in socket:
            if message.type.name == "TEXT":
                await self.hear(socket, json.loads(message.data))
        return socket

    def tell(self, event):
        asyncio.run_coroutine_threadsafe(self._socket.send_json(event), self.loop).result(10)

    def drop(self):
        socket, self._socket = self._socket, None
        asyncio.run_coroutine_threadsafe(socket.close(code=1001), self.loop).result(10)

    @property
    def connected(self):
        return self._socket is not None

    def close(self):
        async def stop():
            await self._runner.cleanup()

        asyncio.run_coroutine_threadsafe(stop(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class SlackGateway(Gateway):
    """Socket mode: each envelope must be acknowledged, which `got` keeps."""

    async def greet(self, socket):
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}, "debug_info": {}})
        self._socket = socket

    async def hear(self, socket, data):
        self.got.append(data["envelope_id"])

    def says(self, text, user="U1", channel="D1", channel_type="im", ts="1.1", **more):
        event = {"type": "message", "user": user, "text": text, "ts": ts, "channel": channel, "channel_type": channel_type, **more}
        self._envelope("events_api", {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{ts}", "event": event})

    def presses(self, value, user="U1", channel="D1", ts="9.1"):
        action = {"type": "button", "action_id": "choice_1", "block_id": "b", "value": value, "action_ts": ts}
        known = {"user": {"id": user}, "team": {"id": "T1"}, "channel": {"id": channel}, "message": {"ts": ts}, "actions": [action]}
        self._envelope("interactive", {"type": "block_actions", **known})

    def _envelope(self, kind, payload):
        self._number += 1
        self.tell({"envelope_id": f"e{self._number}", "type": kind, "payload": payload, "accepts_response_payload": False})


class DiscordGateway(Gateway):
    """Hello, Identify, Ready, Heartbeat, Resume and Dispatch; `got` keeps the operations of the client. One server, number 5, with one channel, 77."""

    token = "token"

    async def greet(self, socket):
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None})

    async def hear(self, socket, data):
        self.got.append(data["op"])
        if data["op"] == 1:
            await socket.send_json({"op": 11, "d": None, "s": None, "t": None})
        if data["op"] == 2:
            assert data["d"]["token"] == self.token
            assert not data["d"]["intents"] & (1 << 15), "the content of messages is a privileged intent"
            me = {"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
            ready = {
                "v": 10,
                "user": me,
                "guilds": [],
                "session_id": "s",
                "resume_gateway_url": self.url,
                "application": {"id": "42", "flags": 0},
            }
            await self._dispatch(socket, "READY", ready)
            channel = {
                "id": "77",
                "type": 0,
                "name": "general",
                "position": 0,
                "permission_overwrites": [],
                "nsfw": False,
                "parent_id": None,
            }
            role = {
                "id": "5",
                "name": "@everyone",
                "permissions": "8",
                "position": 0,
                "color": 0,
                "hoist": False,
                "managed": False,
                "mentionable": False,
            }
            guild = {
                "id": "5",
                "name": "g",
                "owner_id": "1",
                "roles": [role],
                "channels": [channel],
                "members": [],
                "emojis": [],
                "features": [],
            }
            await self._dispatch(socket, "GUILD_CREATE", {**guild, "member_count": 2, "large": False, "unavailable": False, "threads": []})
        if data["op"] == 6:
            await self._dispatch(socket, "RESUMED", {})
        if data["op"] in (2, 6):
            self._socket = socket

    async def _dispatch(self, socket, name, data):
        self._number += 1
        await socket.send_json({"op": 0, "t": name, "s": self._number, "d": data})

    def _event(self, name, data):
        asyncio.run_coroutine_threadsafe(self._dispatch(self._socket, name, data), self.loop).result(10)

    def says(self, text, user=1, guild=None, number=1, mentions=False, bot=False, **more):
        author = {"id": str(user), "username": f"p{user}", "discriminator": "0", "avatar": None, "bot": bot}
        named = [{"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}] if mentions else []
        message = {
            "id": str(number),
            "channel_id": "77" if guild else str(1000 + user),
            "author": author,
            "content": text,
            "mentions": named,
            "type": 0,
        }
        if guild:
            message |= {
                "guild_id": str(guild),
                "member": {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0},
            }
        rest = {
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mention_roles": [],
        }
        self._event("MESSAGE_CREATE", {**message, **rest, "attachments": [], "embeds": [], "pinned": False, **more})

    def asks(self, question, user=1, guild=None, number=1):
        """The command /ask."""
        data = {"id": "1", "name": "ask", "type": 1, "options": [{"name": "question", "type": 3, "value": question}]}
        self._interaction(2, data, user, guild, number)

    def presses(self, custom_id, user=1, guild=None, number=1):
        self._interaction(3, {"custom_id": custom_id, "component_type": 2}, user, guild, number)

    def _interaction(self, kind, data, user, guild, number):
        person = {"id": str(user), "username": f"p{user}", "discriminator": "0", "avatar": None}
        where = (
            {"channel_id": "77", "guild_id": str(guild), "channel": {"id": "77", "type": 0, "name": "general", "permissions": "8"}}
            if guild
            else {"channel_id": str(1000 + user), "channel": {"id": str(1000 + user), "type": 1}}
        )
        who = (
            {
                "member": {
                    "user": person,
                    "roles": [],
                    "permissions": "8",
                    "joined_at": "2026-01-01T00:00:00+00:00",
                    "deaf": False,
                    "mute": False,
                    "flags": 0,
                }
            }
            if guild
            else {"user": person}
        )
        known = {
            "id": str(number),
            "application_id": "42",
            "type": kind,
            "token": f"t{number}",
            "version": 1,
            "data": data,
            "app_permissions": "8",
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 1,
        }
        self._event("INTERACTION_CREATE", {**known, **where, **who})
