"""slixmpp."""

import slixmpp

from chatbot.adapters.host import Host, setting

host = Host("xmpp")


async def on_message(message):
    if message["type"] in ("chat", "normal"):
        for arguments in (await host.aanswer("", message["from"].bare, message["body"], message["id"])).messages:
            message.reply(arguments["mbody"]).send()


if __name__ == "__main__":
    client = slixmpp.ClientXMPP(setting("XMPP_JID"), setting("XMPP_PASSWORD"))
    client.add_event_handler("message", on_message)
    client.connect()
    client.loop.run_forever()
