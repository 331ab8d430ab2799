"""Messages for platforms: valid there, within the limits, nothing lost, nobody called, whatever the reply holds."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import pytest
from conftest import addresses, any_text, plain_text, replies
from hypothesis import given
from hypothesis import strategies as st
from test_render import REPLY

from chatbot import render
from chatbot.render import as_messages, sms
from chatbot.render.as_messages import text_of
from chatbot.render.document import RUNGS, Atom, Para, document, one_line, shorten
from chatbot.render.limits import LIMITS, limit
from chatbot.render.split import Dialect, plain_para, split, utf8, utf16
from chatbot.render.xmpp import size as xml_size
from chatbot.types import Citation, Statement

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
        assert all(1 <= utf8(key["callback_data"]) <= 64 and key["text"] for key in row)


def check_discord(message):
    assert message["allowed_mentions"] == {"parse": []}
    if "content" in message:
        assert 0 < utf16(message["content"]) <= 2000
        assert message["flags"] == 4
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


@pytest.mark.parametrize("platform", PLATFORMS)
@given(reply=replies())
def test_every_message_is_valid_for_its_platform(platform, reply):
    for message in render.messages(reply, platform):
        check(platform, message)


long_texts = st.lists(any_text | st.text(min_size=1, max_size=30).map(lambda text: text * 60), max_size=30).map(" ".join)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(reply=replies(long_texts))
def test_long_replies_are_valid_in_parts(platform, reply):
    for message in render.messages(reply, platform):
        check(platform, message)


@pytest.mark.parametrize("platform", WHOLE)
@given(reply=replies())
def test_no_address_no_choice_and_no_disclaimer_is_lost(platform, reply):
    found = [seen(platform, message) for message in render.messages(reply, platform)]
    whole = " ".join(found)
    assert " ".join(reply.disclaimer.split()) in found[-1]
    assert all(citation.url in whole for citation in reply.citations)
    assert all(platform == "web" or f"{at}." in whole for at, item in enumerate(reply.suggestions, 1))


@pytest.mark.parametrize("platform", ["irc", "sms"])
@given(reply=replies(plain_text))
def test_what_is_short_of_room_keeps_the_disclaimer_and_the_address_of_each_mark_that_is_shown(platform, reply):
    whole = " ".join(seen(platform, message) for message in render.messages(reply, platform))
    assert " ".join(reply.disclaimer.split()) in whole.replace("\n", " ")
    shown = {int(mark) for mark in re.findall(r"\[(\d)\]", whole)}
    assert all(citation.url in whole for citation in reply.citations if citation.mark in shown)
    assert {mark for item in reply.advice for mark in item.marks} <= shown


@pytest.mark.parametrize("platform", WHOLE)
@given(reply=replies(plain_text))
def test_marks_are_the_same_on_every_platform(platform, reply):
    expected = sorted(re.findall(r"\[\d\]", render.plain(reply)))
    assert sorted(re.findall(r"\[\d\]", " ".join(seen(platform, m) for m in render.messages(reply, platform)))) == expected


@pytest.mark.parametrize("platform", PLATFORMS)
@given(text=st.sampled_from(["<b>", "a & b", "*x*", "_x_", "~x~", "`x`", "> x", "@everyone", "<@123>", "<!channel>", "[a](http://e.x)", "# x", "1. x", "||x||"]))
def test_hostile_text_is_seen_as_it_is(platform, text):
    reply = REPLY._replace(message=f"{text} {text}", advice=(), urgency="none")
    text = text.replace("`", "'") if platform == "sms" else text  # GSM-7 has no backtick
    assert f"{text} {text}" in " ".join(seen(platform, m) for m in render.messages(reply, platform))


def many(count, words=30):
    """A reply of many long sentences, with advice and ten sources."""
    statement = REPLY.statements[0]
    said = tuple(statement._replace(text=f"{'word ' * words}ends number {at}.", marks=(at % 10 + 1,)) for at in range(count))
    cited = tuple(REPLY.citations[0]._replace(mark=mark, url=f"https://e.org/{mark}") for mark in range(1, 11))
    return REPLY._replace(statements=said, citations=cited)


@pytest.mark.parametrize("platform", ["telegram", "discord", "discord-embed", "slack", "xmpp", "whatsapp"])
@pytest.mark.parametrize("urgency", ["routine", "urgent"])
def test_parts_keep_order_with_advice_first_and_the_source_map_and_disclaimer_last(platform, urgency):
    reply = many(100)._replace(urgency=urgency)
    parts = [seen(platform, message) for message in render.messages(reply, platform)]
    assert len(parts) > 1
    assert "Call your doctor today." in parts[0]
    assert all(f"https://e.org/{mark}" in parts[-1] for mark in range(1, 11))
    assert reply.disclaimer in parts[-1]
    assert [int(n) for n in re.findall(r"ends number (\d+)\.", " ".join(parts))] == list(range(100))
    assert all(f"({at}/{len(parts)})" in part for at, part in enumerate(parts, 1))


@pytest.mark.parametrize("platform", ["irc", "sms"])
def test_where_room_is_short_whole_sentences_go(platform):
    parts = render.messages(many(20, words=10), platform)
    whole = " ".join(seen(platform, part) for part in parts)
    assert "ends number 0." in whole
    assert "ends number 9." not in whole
    assert "Call your doctor today." in seen(platform, parts[0])
    assert len(parts) <= limit("irc.lines")


@given(st.lists(plain_text | any_text, min_size=1, max_size=20), st.integers(24, 200))
def test_splitting_loses_and_repeats_no_word(texts, room):
    dialect = Dialect(plain_para, utf16, room)
    paras = document(REPLY._replace(message=" ".join(texts), advice=(), statements=(), notes=(), citations=(), suggestions=()))
    parts = split(paras, dialect)
    joined = "".join(atom.text for part in parts for para in part if para.kind != "counter" for atom in para.atoms)
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", "".join(a.text for p in paras for a in p.atoms))
    assert all(utf16("\n\n".join(map(plain_para, part))) <= room for part in parts)


def test_a_character_of_several_code_points_is_not_cut():
    word = "👩‍👩‍👧" * 30 + "e\u0301" * 30
    parts = split([Para("message", (Atom(word),))], Dialect(plain_para, utf16, 60))
    pieces = [atom.text for part in parts for para in part[:-1] for atom in para.atoms]
    assert "".join(pieces) == word
    assert all(piece[0] in "👩e" for piece in pieces)


@given(addresses)
def test_an_address_is_never_cut(url):
    atom = Atom("[1] " + "title " * 20, url)
    parts = split([Para("sources", (atom,), "Sources:")], Dialect(plain_para, utf16, 90))
    assert sum(url in plain_para(para).split() for part in parts for para in part) == 1


@pytest.mark.parametrize("rung", RUNGS)
@given(reply=replies(plain_text))
def test_each_rung_keeps_advice_warnings_disclaimer_and_numbers(rung, reply):
    shorter = shorten(reply, rung)
    assert shorter.advice == reply.advice
    assert shorter.disclaimer == reply.disclaimer
    assert [s for s in reply.statements if s.passage in reply.warnings] == [s for s in shorter.statements if s.passage in reply.warnings]
    assert set(shorter.statements) <= set(reply.statements)
    cited = {citation.mark for citation in shorter.citations}
    assert {mark for item in (*shorter.statements, *shorter.advice) for mark in item.marks} <= cited


def test_the_ladder_gets_shorter():
    sizes = [len(render.plain(shorten(many(9), rung))) for rung in RUNGS]
    assert sizes == sorted(sizes, reverse=True)
    assert one_line(REPLY) == "GET HELP TODAY: Call your doctor today. [2] I read this as: why at night? Nobody knows. [1] Legs tire. [1][2]"
    assert one_line(REPLY, 50) == "GET HELP TODAY: Call your doctor today. [2]"


def test_unknown_platforms_and_lengths_are_named():
    with pytest.raises(ValueError, match="no platform 'pigeon'; choose one of telegram"):
        render.messages(REPLY, "pigeon")
    with pytest.raises(ValueError, match="no length 'tiny'; choose one of full"):
        render.messages(REPLY, "telegram", "tiny")


def test_the_names_of_the_platforms_are_said_once():
    assert set(render.MESSAGE_FORMATS) == set(as_messages.PLATFORMS)
    assert all(render.to(REPLY, platform) for platform in render.MESSAGE_FORMATS)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", item.checked_on) and item.value > 0 for item in LIMITS.values())


@pytest.mark.parametrize(("text", "septets"), [("abc", 3), ("a€", 3), ("[1]", 5), ("naïve", 5), ("it’s – “so”…", 14)])
def test_septets(text, septets):
    assert sms.septets(sms.gsm(text)) == septets
    assert sms.is_gsm(sms.gsm(text))


def test_one_letter_that_gsm_lacks_makes_the_whole_message_ucs2():
    assert sms.segments("a" * 160) == 1
    assert sms.segments("a" * 161) == 2
    assert sms.segments("д" * 70) == 1
    assert sms.segments("д" * 71) == 2


@pytest.fixture(scope="module")
def said(bundled):
    """A reply that says all of a passage and cites all of its sources, for each passage of the bundled corpus."""
    found = []
    for passage in map(bundled.passage, bundled._numbers):
        keys = list(dict.fromkeys(key for sentence in passage.sentences for key in sentence.sources))
        statements = tuple(
            Statement(passage.text[s.start : s.end], passage.id, s.start, s.end, tuple(keys.index(k) + 1 for k in s.sources), passage.evidence)
            for s in passage.sentences
        )
        sources = [bundled.sources[key] for key in keys]
        citations = tuple(Citation(n, s.id, s.title, s.publisher, s.year, s.url, s.kind) for n, s in enumerate(sources, 1))
        found.append(REPLY._replace(statements=statements, citations=citations, disclaimer=bundled.dialogue["bot"]["disclaimer"]))
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_passage_of_the_bundled_corpus_can_be_said_on_every_platform(platform, said):
    for reply in said:
        found = render.messages(reply, platform)
        for message in found:
            check(platform, message)
        whole = " ".join(seen(platform, message) for message in found)
        shown = {int(mark) for mark in re.findall(r"\[(\d+)\]", whole)}
        assert reply.disclaimer in whole
        assert all(c.url in whole for c in reply.citations if c.mark in shown or platform in WHOLE)


def test_most_answers_have_a_line_of_160_characters(said):
    lines = [one_line(reply._replace(message="", advice=(), urgency="none")) for reply in said]
    assert sum(len(line) <= 160 for line in lines) >= 0.9 * len(lines)
