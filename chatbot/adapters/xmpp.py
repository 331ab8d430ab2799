"""XMPP, over slixmpp. XMPP_JID and XMPP_PASSWORD in the environment; XMPP_ROOMS names rooms to join, with commas between.

XMPP_SERVER, as in "10.0.0.5:5222", for a server that the JID's domain does not lead to; XMPP_TLS=0 for one without TLS.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

from chatbot.adapters.host import Answer, Host, main, missing, names, on_stop, setting, usual_nick
from chatbot.errors import SettingError

_AGAIN_AFTER = 5.0


def build(jid: str, password: str, host: Host, rooms: tuple[str, ...] = (), nick: str = "cramp-bot", tls: bool = True) -> Any:  # noqa: C901 - a class in a function
    """The client; `connect()` starts it, and it connects again by itself until `stop()`."""
    try:
        import slixmpp
    except ImportError as error:
        raise missing("xmpp", error) from error
    from xml.etree import ElementTree

    class Client(slixmpp.ClientXMPP):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(jid, password)
            self.stopping = False
            if not tls:
                self.enable_direct_tls = self.enable_starttls = False
                self.enable_plaintext = True
                self.plugin["feature_mechanisms"].unencrypted_plain = True
                self.plugin["feature_mechanisms"].unencrypted_scram = True
            for plugin in ("xep_0030", "xep_0045", "xep_0199", "xep_0203"):
                self.register_plugin(plugin)
            self.add_event_handler("session_start", self.on_start)
            self.add_event_handler("message", self.on_message)
            self.add_event_handler("groupchat_message", self.on_groupchat)
            self.add_event_handler("disconnected", self.on_disconnected)

        async def on_start(self, _: Any) -> None:
            self.send_presence()
            await self.get_roster()
            for room in rooms:
                self.plugin["xep_0045"].join_muc(slixmpp.JID(room), nick)

        async def on_disconnected(self, _: Any) -> None:
            if not self.stopping:
                await asyncio.sleep(_AGAIN_AFTER)
                self.connect(*(self.custom_address or ()))

        async def on_message(self, message: Any) -> None:
            if message["type"] not in ("chat", "normal") or message["delay"]["stamp"] or message["from"].bare == self.boundjid.bare:
                return
            # a message within a room comes from room/nick: there the nick is the person
            person = message["from"].full if message["from"].bare in rooms else message["from"].bare
            answer = await host.aanswer(message["from"].bare, person, message["body"], _event(message))
            self.say(answer, message["from"], "chat")

        async def on_groupchat(self, message: Any) -> None:
            if message["mucnick"] == nick or message["delay"]["stamp"] or not message["mucnick"]:
                return
            called = re.match(rf"{re.escape(nick)}[:,]?\s+", message["body"], re.IGNORECASE)
            text = message["body"][called.end() :] if called else message["body"]
            room = message["from"].bare
            answer = await host.aanswer(room, message["from"].full, text, _event(message), in_group=True, addressed=bool(called))
            self.say(answer, message["from"] if answer.private else room, "chat" if answer.private else "groupchat")

        def say(self, answer: Answer, to: Any, kind: Any) -> None:
            for arguments in answer.messages:
                made = self.make_message(mto=to, mtype=kind, **arguments)
                made.append(ElementTree.Element("{urn:xmpp:styling:0}unstyled"))
                made.send()

        async def stop(self) -> None:
            self.stopping = True
            await self.disconnect()

    return Client()


def _event(message: Any) -> str:
    return f"{message['from']} {message['id']}" if message["id"] else ""


async def _run(host: Host | None) -> None:
    jid, password = setting("XMPP_JID"), setting("XMPP_PASSWORD")
    rooms, nick, tls = names(setting("XMPP_ROOMS", "")), setting("XMPP_NICK", usual_nick()), setting("XMPP_TLS", "1") != "0"
    client = build(jid, password, host or Host("xmpp"), rooms, nick, tls)
    server, _, port = setting("XMPP_SERVER", "").rpartition(":")
    stopped, refused = asyncio.Event(), asyncio.Event()

    def refuse(_: Any) -> None:
        refused.set()
        stopped.set()

    client.add_event_handler("failed_all_auth", refuse)
    on_stop(stopped.set)
    client.connect(*((server, int(port)) if server else ()))
    await stopped.wait()
    await client.stop()
    if refused.is_set():
        raise SettingError("the XMPP server refuses the login; look at XMPP_JID and XMPP_PASSWORD")


def run(host: Host | None = None) -> None:
    """Run until stopped.

    Raises:
        SettingError: when the server refuses the login.
    """
    asyncio.run(_run(host))


if __name__ == "__main__":
    main(run)
