"""matrix-nio, with a token: set MATRIX_SERVER, MATRIX_USER and MATRIX_TOKEN."""

import asyncio

import nio

from chatbot.adapters.host import Host, setting

host, client = Host("matrix"), nio.AsyncClient(setting("MATRIX_SERVER"), setting("MATRIX_USER"))


async def on_message(room, event):
    if event.sender != client.user:
        for arguments in (await host.aanswer(room.room_id, event.sender, event.body, event.event_id)).messages:
            await client.room_send(room.room_id, **arguments)

client.add_event_callback(on_message, nio.RoomMessageText)
if __name__ == "__main__":
    client.restore_login(client.user, "cramp-chatbot", setting("MATRIX_TOKEN"))
    asyncio.run(client.sync_forever(timeout=30000))
