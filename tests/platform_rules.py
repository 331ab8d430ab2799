"""What each platform takes and what a person sees there, written down a second time: the oracle of the message tests and the stand-ins."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import pytest
from test_render import REPLY

from chatbot.render import as_messages, sms
from chatbot.render.as_messages import text_of
from chatbot.render.split import utf8, utf16
from chatbot.render.xmpp import size as xml_size

PLATFORMS = sorted(as_messages.PLATFORMS)
WHOLE = [p for p in PLATFORMS if p not in ("irc", "sms")]
"""The platforms that get the whole reply, at whatever number of messages."""

MARKUP = {
    "discord": lambda text: re.sub(r"\\(.)", r"\1", text.replace("\u200b", "")),
    "telegram": lambda text: unescape(re.sub(r"<[^>]*>", "", text)).replace("\u2060", ""),
    "slack": lambda text: unescape(re.sub(r"<([^>]*)>", r"\1", text)).replace("\u200b", ""),
}


def seen(platform, message):
    """What a person sees of a message: markup undone, in one line."""
    undo = MARKUP.get(platform.partition("-")[0], lambda text: text.replace("\u200b", ""))
    text = text_of(message)
    if platform == "email":
        text = message["text"]
    if platform == "web":
        text = unescape(re.sub(r"<[^>]*>", "", re.sub(r'<a href="([^"]*)"[^>]*>', r" \1 ", text)))
    return " ".join(undo(text).split())


def slack_models():
    """The classes of Slack's own SDK that hold its limits, where it is installed."""
    try:
        from slack_sdk.models import blocks
    except ImportError:
        return None
    return blocks


class Strict(HTMLParser):
    """Telegram's own rules: known tags, closed in order, `href` the only attribute, four named entities."""

    def __init__(self, html, tags):
        super().__init__(convert_charrefs=False)
        self.open, self.tags, self.links = [], tags, []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        assert tag in self.tags
        for name, value in attrs:
            assert (tag, name) == ("a", "href")
            assert re.match("https?://", value)
            self.links.append(value)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_entityref(self, name):
        assert name in ("lt", "gt", "amp", "quot")

    def handle_comment(self, data):
        pytest.fail("a comment came from the text")

    handle_decl = handle_pi = unknown_decl = handle_comment


def check_telegram(message):
    assert set(message) <= {"text", "parse_mode", "link_preview_options", "reply_markup"}
    html = message["text"]
    Strict(html, {"b", "i", "a"})
    assert 0 < utf16(unescape(re.sub(r"<[^>]*>", "", html))) <= 4096
    assert html.count("</") <= 100
    assert not re.search(r"@\w", re.sub(r"<a .*?</a>", "", html))
    for row in message.get("reply_markup", {}).get("inline_keyboard", []):
        assert all(
            1 <= utf8(key["callback_data"]) <= 64 and 0 < len(key["text"]) <= 64 and not re.search(r"[\x00-\x1f]", key["text"])
            for key in row
        )


def check_discord(message):
    assert message["allowed_mentions"] == {"parse": []}
    if "content" in message:
        assert 0 < utf16(message["content"]) <= 2000
        assert message["flags"] & ~64 == 4  # no previews; 64 is for one person alone
    for embed in message.get("embeds", []):
        sizes = [utf16(embed.get("description", "")), utf16(embed.get("footer", {}).get("text", ""))]
        assert sizes[0] <= 4096
        assert sizes[1] <= 2048
        assert 0 < sum(sizes) <= 6000
    text = text_of(message)
    assert not re.search(r"@everyone|@here|<[@#:t]", re.sub(r"\\.|<https?://\S*>", "", text))
    ids = [button["custom_id"] for row in message.get("components", []) for button in row["components"]]
    assert len(ids) == len(set(ids))
    for row in message.get("components", []):
        assert 1 <= len(row["components"]) <= 5
        assert all(1 <= utf16(b["custom_id"]) <= 100 and 1 <= utf16(b["label"]) <= 80 for b in row["components"])


def check_slack(message):
    if (models := slack_models()) is not None:
        for block in models.Block.parse_all(message["blocks"]):
            block.validate_json()  # raises for what Slack would refuse
    assert not message["unfurl_links"]
    assert not message["link_names"]
    assert 0 < len(message["text"]) <= 4000
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "section":
            text = block["text"]["text"]
            assert 0 < utf16(text) <= 3000
            assert block["text"]["verbatim"]
            assert all(re.fullmatch(r"https?://[^<>|]+", found) for found in re.findall(r"<([^>]*)>", text))
            assert not re.search(r"[<>]|&(?!(amp|lt|gt);)", re.sub(r"<https?://[^>]*>", "", text))
            assert not re.search(r"@(channel|here|everyone)", re.sub(r"<[^>]*>", "", text))
        else:
            assert all(1 <= utf16(b["text"]["text"]) <= 75 and 1 <= utf16(b["value"]) <= 2000 for b in block["elements"])


def check_matrix(message):
    content = message["content"]
    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}
    assert len(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()) <= 65536 - 4096
    Strict(content["formatted_body"], {"p", "strong", "em", "a", "br"})
    assert content["body"]


def check_xmpp(message):
    body = ElementTree.fromstring(f"<body>{escape(message['mbody'])}</body>").text
    assert body.split() == message["mbody"].split()
    assert 0 < xml_size(message["mbody"]) <= 8000
    assert not re.search(r"(^|\s)[*_~`>](?=\S)", message["mbody"])


def check_irc(message):
    assert 0 < utf8(message["text"]) <= 400
    assert not re.search(r"[\x00-\x1f]", message["text"])


def check_whatsapp(message):
    text = text_of(message)
    assert 0 < utf16(text) <= (1024 if message["type"] == "interactive" else 4096)
    if message["type"] == "interactive":
        rows = message["interactive"]["action"]["sections"][0]["rows"]
        assert 1 <= len(rows) <= 10
        assert len({r["id"] for r in rows}) == len(rows)
        assert all(utf16(r["title"]) <= 24 and 1 <= utf16(r["description"]) <= 72 and 1 <= utf16(r["id"]) <= 200 for r in rows)


def check_sms(message):
    assert 0 < sms.segments(message["body"]) <= 10
    assert len(message["body"]) <= 1600


def check_email(message):
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = EmailMessage(policy=SMTP)
    for name, value in message["headers"].items():
        mail[name] = value
    mail.set_content(message["text"])
    mail.add_alternative(message["html"], subtype="html")
    assert max(map(len, mail.as_bytes().split(b"\r\n"))) <= 998


CHECKS = {name.removeprefix("check_"): check for name, check in list(globals().items()) if name.startswith("check_")}


def check(platform, message):
    """Fail when the platform would refuse the message or read markup or a call into it."""
    CHECKS.get(platform.partition("-")[0], lambda message: None)(message)


def many(count, words=30):
    """A reply of many long sentences, with advice and ten sources."""
    statement = REPLY.statements[0]
    said = tuple(statement._replace(text=f"{'word ' * words}ends number {at}.", marks=(at % 10 + 1,)) for at in range(count))
    cited = tuple(REPLY.citations[0]._replace(mark=mark, url=f"https://e.org/{mark}") for mark in range(1, 11))
    return REPLY._replace(statements=said, citations=cited)
