"""What each platform accepts, as data. A limit that is not documented is the lowest at which a failure was reported.

The figures and their sources were gathered on `CHECKED_ON`; look them up again before a release, platforms change them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

CHECKED_ON: Final = "2026-11-25"

SLACK: Final = 0.95
"""The share of a limit that is used: some platforms count a little differently from what they write."""


class Limit(NamedTuple):
    """A limit of a platform. `unit` is what it counts."""

    value: int
    unit: str
    source: str
    checked_on: str = CHECKED_ON


_TELEGRAM = "core.telegram.org/bots/api; python-telegram-bot constants"
_DISCORD = "discord-api-docs: resources/message, components/reference"
_SLACK = "slack_sdk models/blocks; api.slack.com/reference/block-kit"
_WHATSAPP = "pywa types/callback; developers.facebook.com interactive messages"

LIMITS: Final[dict[str, Limit]] = {
    "telegram.text": Limit(4096, "UTF-16 units after the entities are read", _TELEGRAM),
    "telegram.raw": Limit(9000, "bytes of HTML; about 9,500 is where sending fails", "telegram-bot-api issue 374"),
    "telegram.entities": Limit(100, "entities; what comes after is shown without them", _TELEGRAM),
    "telegram.callback": Limit(64, "bytes", _TELEGRAM),
    "discord.content": Limit(2000, "characters, counted as UTF-16 units to be safe", _DISCORD),
    "discord.embed": Limit(4096, "characters of a description", _DISCORD),
    "discord.footer": Limit(2048, "characters", _DISCORD),
    "discord.embeds": Limit(6000, "characters of all embeds of a message", _DISCORD),
    "discord.label": Limit(80, "characters", _DISCORD),
    "discord.custom_id": Limit(100, "characters", _DISCORD),
    "discord.row": Limit(5, "buttons", _DISCORD),
    "slack.section": Limit(3000, "characters", _SLACK),
    "slack.text": Limit(4000, "characters advised", _SLACK),
    "slack.button": Limit(75, "characters", _SLACK),
    "slack.value": Limit(2000, "characters", _SLACK),
    "slack.blocks": Limit(50, "blocks", _SLACK),
    "matrix.event": Limit(65536, "bytes of the whole event as canonical JSON", "matrix-spec: client-server API, size limits"),
    "xmpp.stanza": Limit(10000, "bytes, the smallest that XEP-0478 lets a server announce", "XEP-0478"),
    "irc.line": Limit(400, "UTF-8 bytes, of 512 with what the server puts before them", "modern-irc: messages"),
    "irc.lines": Limit(5, "lines before other people are drowned", "custom"),
    "whatsapp.text": Limit(4096, "characters", _WHATSAPP),
    "whatsapp.body": Limit(1024, "characters of an interactive message", _WHATSAPP),
    "whatsapp.rows": Limit(10, "rows", _WHATSAPP),
    "whatsapp.row_title": Limit(24, "characters", _WHATSAPP),
    "whatsapp.row_text": Limit(72, "characters", _WHATSAPP),
    "whatsapp.row_id": Limit(200, "characters", _WHATSAPP),
    "whatsapp.list_button": Limit(20, "characters", _WHATSAPP),
    "sms.gsm": Limit(153, "septets of a part of several", "twilio.com glossary: GSM-7"),
    "sms.ucs2": Limit(67, "UTF-16 units of a part of several", "twilio.com glossary: GSM-7"),
    "sms.parts": Limit(10, "parts of a message; Twilio refuses a body over 1,600 (error 21617)", "twilio.com errors 21617"),
}


def limit(name: str) -> int:
    """The limit `name`, such as "telegram.text"."""
    return LIMITS[name].value
