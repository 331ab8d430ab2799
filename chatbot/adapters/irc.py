"""IRC, over the `irc` library. IRC_SERVER, IRC_PORT (6697), IRC_NICK, IRC_CHANNELS, IRC_PASSWORD; IRC_TLS=0 for none."""

from __future__ import annotations

import re
import signal
import ssl
from typing import Any

from chatbot.adapters.host import Answer, Host, main, missing, names, setting, usual_nick
from chatbot.errors import SettingError

_LINES_A_SECOND = 2.0
_AGAIN_AFTER, _AT_MOST_AFTER = 5.0, 300.0


def build(server: str, port: int, nick: str, host: Host, channels: tuple[str, ...] = (), password: str = "", tls: bool = True) -> Any:
    """The bot; `start()` runs it, and it connects again by itself with growing pauses until `die()`."""
    try:
        import irc.bot
        import irc.client
        import irc.connection
    except ImportError as error:
        raise missing("irc", error) from error

    class Bot(irc.bot.SingleServerIRCBot):  # type: ignore[misc]
        def __init__(self) -> None:
            wrapper = (lambda sock: ssl.create_default_context().wrap_socket(sock, server_hostname=server)) if tls else None
            factory = irc.connection.Factory(wrapper=wrapper) if wrapper else irc.connection.Factory()
            # the default one is shared by all bots
            again = irc.bot.ExponentialBackoff(min_interval=_AGAIN_AFTER, max_interval=_AT_MOST_AFTER)
            super().__init__([irc.bot.ServerSpec(server, port, password or None)], nick, nick, recon=again, connect_factory=factory)
            self.connection.buffer_class.errors = "replace"
            self.connection.set_rate_limit(_LINES_A_SECOND)

        def on_nicknameinuse(self, connection: Any, _: Any) -> None:
            connection.nick(f"{connection.get_nickname()}_")

        def on_welcome(self, connection: Any, _: Any) -> None:
            for channel in channels:
                connection.join(channel)

        def on_privmsg(self, connection: Any, event: Any) -> None:
            self.say(connection, event.source.nick, host.answer("", event.source, event.arguments[0]))

        def on_pubmsg(self, connection: Any, event: Any) -> None:
            called = re.match(rf"{re.escape(connection.get_nickname())}[:,]?\s+", event.arguments[0], re.IGNORECASE)
            text = event.arguments[0][called.end() :] if called else event.arguments[0]
            answer = host.answer(event.target, event.source, text, in_group=True, addressed=bool(called))
            self.say(connection, event.source.nick if answer.private else event.target, answer)

        def say(self, connection: Any, target: str, answer: Answer) -> None:
            for arguments in answer.messages:  # a notice is never answered by a bot; `on_*notice` does nothing here either
                connection.notice(target, **arguments)

    return Bot()


def run(host: Host | None = None) -> None:
    """Run until stopped.

    Raises:
        SettingError: when IRC_PORT is no number.
    """
    server, tls = setting("IRC_SERVER"), setting("IRC_TLS", "1") != "0"
    port = setting("IRC_PORT", "6697" if tls else "6667")
    if not (port.isascii() and port.isdigit()):
        raise SettingError(f"IRC_PORT is {port!r}; write a number, such as 6697")
    channels, nick, password = names(setting("IRC_CHANNELS", "")), setting("IRC_NICK", usual_nick()), setting("IRC_PASSWORD", "")
    bot = build(server, int(port), nick, host or Host("irc"), channels, password, tls)

    def stop(*_: Any) -> None:
        bot.die("goodbye")

    signal.signal(signal.SIGTERM, stop)
    bot.start()


if __name__ == "__main__":
    main(run)
