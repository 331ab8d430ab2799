"""Messages for platforms: valid there, within the limits, nothing lost, nobody called, whatever the reply holds."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from conftest import addresses, any_text, plain_text, replies
from hypothesis import given, settings
from hypothesis import strategies as st
from platform_rules import PLATFORMS, WHOLE, check, many, seen
from test_render import REPLY

from chatbot import Chatbot, render
from chatbot.render import as_messages, sms
from chatbot.render.document import RUNGS, Atom, Para, document, one_line, shorten
from chatbot.render.limits import LIMITS, limit
from chatbot.render.split import Dialect, plain_para, split, utf16
from chatbot.types import Citation, Statement


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
@given(
    text=st.sampled_from(
        ["<b>", "a & b", "*x*", "_x_", "~x~", "`x`", "> x", "@everyone", "<@123>", "<!channel>", "[a](http://e.x)", "# x", "1. x", "||x||"]
    )
)
def test_hostile_text_is_seen_as_it_is(platform, text):
    reply = REPLY._replace(message=f"{text} {text}", advice=(), urgency="none")
    text = text.replace("`", "'") if platform == "sms" else text  # GSM-7 has no backtick
    assert f"{text} {text}" in " ".join(seen(platform, m) for m in render.messages(reply, platform))


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


@given(reply=replies())
def test_the_web_fragment_has_no_parse_error(reply):
    html5lib = pytest.importorskip("html5lib")
    html5lib.HTMLParser(strict=True).parseFragment(render.messages(reply, "web")[0]["html"])
    html5lib.HTMLParser(strict=True).parseFragment(" ".join(m["content"]["formatted_body"] for m in render.messages(reply, "matrix")))


@pytest.mark.skipif(
    shutil.which("tidy") is None, reason="HTML Tidy is not installed (apt-get install tidy): no validator looks at the web fragment"
)
def test_a_validator_finds_nothing_wrong_in_the_web_fragments_of_the_bundled_corpus(said):
    fragments = "\n<hr>\n".join(render.html(reply) for reply in [*said, REPLY, REPLY._replace(message="<b>&amp; x < y > z \"'")])
    document = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>x</title></head><body>{fragments}</body></html>'
    found = subprocess.run(
        ["tidy", "-quiet", "-errors", "-utf8"], input=document, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


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
    sizes = [len(render.plain(shorten(many(9, words=6)._replace(urgency="routine"), rung))) for rung in RUNGS]
    assert sizes == sorted(set(sizes), reverse=True)
    assert [len(shorten(many(9, words=6)._replace(urgency="routine"), rung).statements) for rung in RUNGS] == [9, 2, 2, 1]
    assert [len(shorten(many(9, words=30)._replace(urgency="routine"), rung).statements) for rung in RUNGS] == [9, 2, 1, 1]
    assert (
        one_line(REPLY) == "GET HELP TODAY: Call your doctor today. [2] I read this as: why at night? Nobody knows. [1] Legs tire. [1][2]"
    )
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
            Statement(
                passage.text[s.start : s.end], passage.id, s.start, s.end, tuple(keys.index(k) + 1 for k in s.sources), passage.evidence
            )
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


signs = st.sampled_from(
    [
        "my calf is hot and swollen",
        "i have chest pain",
        "why do my calves cramp at night?",
        "is quinine safe",
        "period cramps",
        "1",
        "more",
        "@everyone",
        "<!channel>",
        "/start",
        "[x](http://e.x)",
    ]
)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(texts=st.lists(signs | any_text, min_size=1, max_size=3))
@settings(max_examples=25)
def test_whatever_a_person_writes_the_answer_is_valid_and_carries_what_it_must(platform, texts, bundled):
    turn = Chatbot(bundled, region="gb").respond(" ".join(texts))
    found = render.messages(turn.reply, platform)
    for message in found:
        check(platform, message)
    whole = " ".join(seen(platform, message) for message in found)
    assert " ".join(turn.reply.disclaimer.split()) in whole
    shown = {int(mark) for mark in re.findall(r"\[(\d+)\]", whole)}
    assert all(c.url in whole for c in turn.reply.citations if c.mark in shown or platform in WHOLE)
    if platform in WHOLE:
        assert shown == {int(mark) for mark in re.findall(r"\[(\d+)\]", render.plain(turn.reply))}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_emergency_lines_of_a_region_come_first_on_every_platform(platform, bundled):
    for region, lines in bundled.red_flags.regions.items():
        turn = Chatbot(bundled, region=region).respond("I have crushing chest pain")
        assert turn.reply.urgency == "emergency"
        first = seen(platform, render.messages(turn.reply, platform)[0])
        assert lines["emergency"] in first or sms.gsm(lines["emergency"]) in first


def test_most_answers_have_a_line_of_160_characters(said):
    lines = [one_line(reply._replace(message="", advice=(), urgency="none")) for reply in said]
    assert sum(len(line) <= 160 for line in lines) >= 0.9 * len(lines)
