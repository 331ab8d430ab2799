"""Matrix, over matrix-nio. MATRIX_SERVER, MATRIX_USER and MATRIX_TOKEN or MATRIX_PASSWORD in the environment; rooms without encryption."""

from __future__ import annotations

import asyncio
import contextlib
import re
from typing import Any

from chatbot.adapters.host import Answer, Host, main, missing, on_stop, setting
from chatbot.errors import SettingError


class MatrixBot:
    """A client that answers in the rooms to which it is invited."""

    def __init__(self, server: str, user: str, host: Host) -> None:
        try:
            import nio
        except ImportError as error:
            raise missing("matrix", error) from error
        self.nio, self.host = nio, host
        self.client = nio.AsyncClient(server, user)
        self._direct: dict[str, str] = {}

    async def start(self, token: str = "", password: str = "") -> None:
        """Log in, and skip what was said before. From then on messages are answered while `sync` runs.

        Raises:
            SettingError: when the server refuses the login.
        """
        if token:
            self.client.restore_login(self.client.user, "cramp-chatbot", token)
        elif not isinstance(await self.client.login(password, device_name="cramp-chatbot"), self.nio.LoginResponse):
            raise SettingError("the Matrix server refuses the login; check MATRIX_USER and MATRIX_PASSWORD")
        first = await self.client.sync(timeout=0, full_state=True)
        if not isinstance(first, self.nio.SyncResponse):
            raise SettingError("the Matrix server refuses the token; check MATRIX_TOKEN")
        self.client.add_event_callback(self._on_invite, self.nio.InviteMemberEvent)
        self.client.add_event_callback(self._on_message, self.nio.RoomMessageText)  # notices are of another type: never answered
        for room in list(self.client.invited_rooms):
            await self.client.join(room)

    async def sync(self) -> None:
        """Answer until cancelled; matrix-nio connects again by itself."""
        await self.client.sync_forever(timeout=30_000)

    async def _on_invite(self, room: Any, event: Any) -> None:
        if event.state_key == self.client.user_id and event.membership == "invite":
            await self.client.join(room.room_id)

    async def _on_message(self, room: Any, event: Any) -> None:
        if event.sender == self.client.user_id:
            return
        called, text = self._called(room, event)
        group = room.member_count > 2
        answer = await self.host.aanswer(room.room_id, event.sender, text, event.event_id, in_group=group, addressed=called)
        await self._send(room.room_id, event.sender, answer)

    def _called(self, room: Any, event: Any) -> tuple[bool, str]:
        me = self.client.user_id
        named = me in (event.source.get("content", {}).get("m.mentions") or {}).get("user_ids", [])
        for name in filter(None, (me, room.user_name(me), me[1:].partition(":")[0])):
            found = re.match(rf"@?{re.escape(name)}[:,]?\s+", event.body, re.IGNORECASE)
            if found:
                return True, event.body[found.end() :]
        return named, event.body

    async def _send(self, room: str, person: str, answer: Answer) -> None:
        if answer.private and answer.messages:
            room = await self._room_of(person) or room
        for message in answer.messages:  # one after the other, so that parts keep their order; nio waits when it must
            await self.client.room_send(room, **message)

    async def _room_of(self, person: str) -> str:
        """A room with the person alone, or "" when it cannot be made."""
        if person not in self._direct:
            made = await self.client.room_create(is_direct=True, invite=[person], preset=self.nio.RoomPreset.trusted_private_chat)
            self._direct[person] = getattr(made, "room_id", "")
        return self._direct[person]

    async def close(self) -> None:
        """End the connection."""
        await self.client.close()


async def _run(host: Host | None) -> None:
    server, user, token = setting("MATRIX_SERVER"), setting("MATRIX_USER"), setting("MATRIX_TOKEN", "")
    bot = MatrixBot(server, user, host or Host("matrix"))
    password = "" if token else setting("MATRIX_PASSWORD")

    async def talk() -> None:
        await bot.start(token, password)
        await bot.sync()

    try:
        task = asyncio.ensure_future(talk())
        on_stop(task.cancel)
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        await bot.close()


def run(host: Host | None = None) -> None:
    """Run until stopped.

    Raises:
        SettingError: when the server refuses the login.
    """
    asyncio.run(_run(host))


if __name__ == "__main__":
    main(run)
