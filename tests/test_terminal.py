"""What a terminal is taken to be able to, and how answers are drawn for it and for those who hear or feel them."""

from __future__ import annotations

import io
import os
import pty
import re

import pytest
from conftest import plain_text, replies
from hypothesis import given
from hypothesis import strategies as st

from chatbot import compose
from chatbot.render.as_accessible import accessible, host, source_line
from chatbot.render.as_ansi import STYLES, ansi, chat, source_in_full, width_of, wrap
from chatbot.terminal import QuietKeys, can_move, look, wants_accessible
from chatbot.types import Advice, Citation, Statement, Suggestion

XTERM = {"TERM": "xterm"}


class Tty(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        raise OSError


@pytest.mark.parametrize(
    ("environment", "color", "links"),
    [
        (XTERM, True, False),
        ({**XTERM, "NO_COLOR": "1"}, False, False),
        ({**XTERM, "NO_COLOR": ""}, True, False),
        ({**XTERM, "CHATBOT_NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb", "FORCE_HYPERLINK": "1"}, False, False),
        ({**XTERM, "VTE_VERSION": "7000"}, True, True),
        ({**XTERM, "TERM_PROGRAM": "WezTerm"}, True, True),
        ({**XTERM, "FORCE_HYPERLINKS": "1"}, True, True),
        ({**XTERM, "FORCE_HYPERLINK": "1", "NO_HYPERLINKS": "1"}, True, False),
        ({**XTERM, "VTE_VERSION": "7000", "NO_COLOR": "1"}, False, True),
        ({**XTERM, "VTE_VERSION": "7000", "ACCESSIBLE": "1"}, False, False),
    ],
)
def test_what_the_environment_says_is_heeded(environment, color, links):
    assert look(Tty(), environment)[1:3] == (color, links)


def test_what_is_no_terminal_gets_neither_colour_nor_links():
    assert look(io.StringIO(), {**XTERM, "FORCE_HYPERLINK": "1"})[1:3] == (False, False)


@pytest.mark.parametrize(
    ("theme", "colors", "found"),
    [
        ("auto", "", "auto"),
        ("auto", "15;0", "dark"),
        ("auto", "0;15", "light"),
        ("auto", "0;default;7", "light"),
        ("auto", "7;8", "dark"),
        ("auto", "x;y", "auto"),
        ("light", "15;0", "light"),
        ("dark", "0;15", "dark"),
    ],
)
def test_the_theme_is_the_one_asked_for_or_fits_the_background(theme, colors, found):
    assert look(Tty(), {**XTERM, "COLORFGBG": colors}, theme=theme).theme == found


def test_the_theme_none_has_no_colour():
    assert not look(Tty(), XTERM, theme="none").color


@pytest.mark.parametrize(("columns", "width"), [("", 80), ("40", 40), ("5", 20), ("500", 100), ("x", 80), ("0", 80)])
def test_the_width_is_kept_readable(columns, width):
    assert look(Tty(), {**XTERM, "COLUMNS": columns}).width == width


@pytest.mark.parametrize(("value", "wanted"), [("1", True), ("yes", True), ("0", False), ("", False), ("false", False)])
def test_accessible_by_the_environment(value, wanted):
    assert wants_accessible({"ACCESSIBLE": value}) is wanted


def test_a_terminal_without_a_name_cannot_move_its_cursor(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    assert not can_move({})
    assert not can_move({"TERM": "dumb"})
    assert can_move(XTERM)
    monkeypatch.setattr("sys.platform", "win32")
    assert can_move({})


def test_keys_are_not_echoed_while_nobody_reads_them_and_the_terminal_is_put_back():
    import termios

    master, slave = pty.openpty()
    with os.fdopen(slave, encoding="utf-8") as stream:
        before = termios.tcgetattr(slave)
        with QuietKeys(stream):
            now = termios.tcgetattr(slave)
            assert not now[3] & (termios.ECHO | termios.ICANON)
            assert not now[0] & termios.ICRNL
            assert now[3] & termios.ISIG  # Ctrl-C still ends it
        assert termios.tcgetattr(slave) == before
    os.close(master)


def test_a_stream_that_is_no_terminal_is_left_alone():
    with QuietKeys(Tty()):
        pass


OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[ -~]*\x1b\\")
REPLY = compose.reply(
    "answer",
    "digest",
    urgency="emergency",
    advice=[Advice("Call 999 now. Sit down and rest.", "clot", (2,))],
    statements=[Statement("Nobody knows.", "n#w", 0, 13, (1,), "limited"), Statement("Legs tire.", "n#w", 14, 24, (1, 2), "limited")],
    notes=["How sure: limited."],
    citations=[
        Citation(1, "a", "A title", "NHS", "2020", "https://www.nhs.uk/a", "page"),
        Citation(2, "b", "Other", "NHS, copy or report on b.org", "", "https://b.org", "page"),
    ],
    suggestions=[Suggestion("How do I stop it?", "how stop")],
    disclaimer="Information, not advice.",
)


def test_a_talk_shows_advice_first_and_choices_last():
    assert chat(REPLY, color=False) == (
        "!!! EMERGENCY !!!\nCall 999 now.\nSit down and rest. [2]\n\n"
        "Nobody knows. [1]\n\nLegs tire. [1][2]\n\nHow sure: limited.\n\n"
        "Sources:\n[1] NHS, 2020 https://www.nhs.uk/a\n[2] NHS, copy or report on b.org https://b.org\n\n"
        "Information, not advice.\n\nYou can ask:\n1. How do I stop it?"
    )


def test_what_would_leave_the_screen_names_its_sources_in_short():
    assert "How sure: limited.\nSources: [1] NHS, 2020; [2] NHS (copy). /sources shows titles and addresses.\n\n" in chat(
        REPLY, color=False, height=20
    )


def test_choices_follow_the_message_that_leads_to_them():
    reply = compose.reply(
        "clarify", "d", message="Which do you mean?", suggestions=[Suggestion("A?", "a"), Suggestion("B?", "b")], disclaimer="No advice."
    )
    assert chat(reply, color=False) == "Which do you mean?\n\n1. A?\n2. B?\n\nNo advice."


@given(replies(plain_text), st.sampled_from(["auto", "light", "dark"]), st.booleans(), st.integers(0, 60))
def test_a_talk_says_in_colour_what_it_says_without(reply, theme, links, height):
    def words(text):
        return [word for word in OURS.sub("", text).split() if word != "!!!"]

    assert words(chat(reply, 60, True, links, theme, height)) == words(chat(reply, 60, False, links, theme, height))


@given(replies(plain_text), st.integers(0, 60))
def test_a_talk_leaves_nothing_out(reply, height):
    text = " ".join(chat(reply, 60, color=False, height=height).split())
    for part in (reply.message, reply.disclaimer, *reply.notes, *(s.text for s in reply.statements), *(s.label for s in reply.suggestions)):
        assert re.sub(r"\s+", " ", part).strip() in text
    assert all(f"[{citation.mark}]" in text for citation in reply.citations)


@given(replies(), st.integers(20, 100), st.integers(0, 60))
def test_a_line_of_a_talk_is_as_wide_as_the_terminal_unless_it_is_one_word(reply, width, height):
    for line in chat(reply, width, color=False, height=height).split("\n"):
        assert width_of(line) <= max(width, len("!!! GET HELP TODAY !!!")) or len(line.split()) == 1


def test_only_the_sixteen_colours_and_no_background():
    codes = {code for style in STYLES.values() for part in style.values() for code in part.split(";")}
    assert codes <= {"1", "7", *map(str, range(30, 38)), *map(str, range(90, 98))}


def test_without_a_known_background_nothing_is_coloured():
    assert {code for part in STYLES["auto"].values() for code in part.split(";")} == {"1", "7"}


def test_the_word_that_must_not_be_missed_is_turned_round():
    assert "\x1b[1;7mEMERGENCY\x1b[0m\x1b[1m: Call 999 now." in ansi(REPLY)
    assert chat(REPLY).startswith("\x1b[1;7m EMERGENCY \x1b[0m\n\x1b[1mCall 999 now.\x1b[0m\n")


def test_a_mark_stays_with_the_word_before_it():
    assert wrap("one two three. [1][2]", 15) == ["one two", "three. [1][2]"]
    assert wrap("three. [1][2]", 8) == ["three.", "[1][2]"]


def test_links_where_the_terminal_has_them_and_addresses_where_not():
    assert "\x1b]8;;https://www.nhs.uk/a\x1b\\" in chat(REPLY, links=True)
    assert "https://www.nhs.uk/a" not in OURS.sub("", chat(REPLY, links=True))
    assert source_in_full(REPLY.citations[0], 80, False, False) == "[1] A title. NHS, 2020.\n    https://www.nhs.uk/a"


def test_an_address_is_never_broken():
    long = REPLY._replace(citations=(REPLY.citations[0]._replace(url="https://e.org/" + "a" * 90),))
    assert "https://e.org/" + "a" * 90 in chat(long, 40, color=False)


def test_the_accessible_form_names_each_thing():
    assert accessible(REPLY) == (
        "Emergency: Call 999 now. Sit down and rest (source 2).\n"
        "Nobody knows (source 1).\nLegs tire (sources 1, 2).\nHow sure: limited.\n"
        "Source 1: NHS, 2020, nhs.uk\nSource 2: NHS, copy or report on b.org\n"
        "Information, not advice.\nChoice 1: How do I stop it?"
    )


def test_the_accessible_form_gives_whole_addresses_where_nobody_can_ask_for_them():
    assert "Source 1: A title, NHS, 2020, https://www.nhs.uk/a\n" in accessible(REPLY, addresses=True)
    assert source_line(REPLY.citations[0]._replace(publisher="NHS", year="")) == "Source 1: NHS, nhs.uk"
    assert host("") == ""


@given(replies())
def test_the_accessible_form_is_lines_of_plain_text(reply):
    text = accessible(reply)
    assert "\x1b" not in text
    assert all(line.strip() for line in text.splitlines()) or not text
    assert " ".join(reply.disclaimer.split()) in text
