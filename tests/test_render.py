"""Replies as text: nothing of theirs becomes markup, nothing of theirs is lost, whatever they hold."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from conftest import HOSTILE, any_text, plain_text, replies
from hypothesis import given
from hypothesis import strategies as st

import chatbot.render
from chatbot import compose, render
from chatbot.render.as_ansi import link, width_of, wrap
from chatbot.render.as_markdown import escape
from chatbot.text import clean
from chatbot.types import Advice, Citation, Statement, Suggestion

OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;;[ -~]*\x1b\\")
"""Our own control sequences: colours, and OSC 8 links to printable addresses."""

REPLY = compose.reply(
    "answer",
    "digest",
    message="I read this as: why at night?",
    urgency="urgent",
    advice=[Advice("Call your doctor today.", "clot", (2,))],
    statements=[Statement("Nobody knows.", "n#w", 0, 13, (1,), "limited"), Statement("Legs tire.", "n#w", 14, 24, (1, 2), "limited")],
    notes=["How sure: limited."],
    citations=[Citation(1, "a", "A title", "Press", "2020", "https://e.org/a", "trial"), Citation(2, "b", "Other.", "", "", "", "trial")],
    suggestions=[Suggestion("How do I stop it?", "how stop")],
    disclaimer="Information, not advice.",
)


class Page(HTMLParser):
    """What a browser would see: the tags with their attributes, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        pytest.fail("a comment came from the text")


def shown_markdown(line):
    """What a CommonMark reader shows of a line of escaped text: backslash escapes undone."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line)


BLOCK_START = re.compile(r" {0,3}(#{1,6}(\s|$)|>|[-+*](\s|$)|\d{1,9}[.)](\s|$)|([-_*])\s*(\5\s*){2,}$|```|~~~|<)| {4}|\t")
"""How a CommonMark line begins that is no plain paragraph."""

ALL_FORMS = {
    "plain": render.plain,
    "markdown": render.markdown,
    "html": render.html,
    "ansi": render.ansi,
    "ansi, narrow, links": lambda reply: render.ansi(reply, width=20, links=True),
    "ansi, no colour": lambda reply: render.ansi(reply, color=False),
    "plain, narrow": lambda reply: render.plain(reply, width=20),
}


@pytest.mark.parametrize("form", ALL_FORMS)
@given(reply=replies())
def test_no_reply_makes_a_renderer_raise_and_none_lets_a_control_character_through(form, reply):
    text = ALL_FORMS[form](reply)
    rest = OURS.sub("", text) if form.startswith("ansi") else text
    assert {unicodedata.category(c) for c in rest if c not in "\n\t\u200c\u200d"}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@pytest.mark.parametrize("form", ["plain", "markdown", "html", "ansi, no colour"])
@pytest.mark.parametrize("field", ["message", "title", "publisher", "year", "label", "note", "disclaimer"])
def test_an_escape_in_any_field_is_dropped(form, field):
    changes = {
        "message": {"message": "a\x1b[31m"},
        "label": {"suggestions": (Suggestion("a\x1b[31m", "b"),)},
        "note": {"notes": ("a\x9b31m",)},
        "disclaimer": {"disclaimer": "a\u202e"},
    }
    change = changes.get(field) or {"citations": (REPLY.citations[0]._replace(**{field: "a\x1b[31m"}),)}
    text = ALL_FORMS[form](REPLY._replace(**change))
    assert not re.search("[\x1b\x9b\u202e]", text)


@pytest.mark.parametrize("form", ["plain", "markdown", "html", "ansi", "ansi, no colour"])
@given(reply=replies())
def test_every_form_holds_the_disclaimer_and_every_address(form, reply):
    text = " ".join(ALL_FORMS[form](reply).split())
    if form == "html":
        page = Page(text)
        text = page.text + " ".join(attrs.get("href", "") for _, attrs in page.tags)
    assert " ".join(reply.disclaimer.split()) in shown_markdown(re.sub(r"\x1b\[[\d;]*m", "", text))
    assert all(citation.url in text for citation in reply.citations)


def test_links_of_a_terminal_hold_the_address():
    assert "\x1b]8;;https://e.org/a\x1b\\" in render.ansi(REPLY, links=True)
    assert "https://e.org/a" in render.ansi(REPLY, links=False)


@given(any_text)
def test_an_address_in_a_link_is_printable_ascii(url):
    sequence = link(url.encode("utf-8", "replace").decode(), "label")
    assert OURS.sub("", sequence) == "label"


@given(replies(plain_text))
def test_marks_are_the_same_in_all_forms(reply):
    forms = [render.plain(reply), shown_markdown(render.markdown(reply)), Page(render.html(reply)).text, OURS.sub("", render.ansi(reply))]
    marks = [re.findall(r"\[(\d+)\]", text) for text in forms]
    assert marks[0] == marks[1] == marks[2] == marks[3]
    assert len(marks[0]) >= len(reply.citations)


@given(replies(plain_text))
def test_every_form_says_the_same_words(reply):
    def words(text):
        return [word for word in text.split() if word.strip("*.[]0123456789-") and not word.strip("<>").startswith("http")]

    plain = words(render.plain(reply))
    assert words(OURS.sub("", render.ansi(reply, width=30))) == plain
    assert words(shown_markdown(render.markdown(reply)).replace("*", "")) == [word.replace("*", "") for word in plain]
    assert words(Page(re.sub(r"(</?(?:p|li|div|ol|ul)\b)", r" \1", render.html(reply))).text) == plain


@given(replies())
def test_no_tag_of_a_page_came_from_the_text(reply):
    bare = reply._replace(
        message="x" * bool(reply.message),
        advice=tuple(a._replace(text="x") for a in reply.advice),
        statements=tuple(s._replace(text="x") for s in reply.statements),
        notes=tuple("x" for _ in reply.notes),
        citations=tuple(c._replace(title="x", publisher="x") for c in reply.citations),
        suggestions=tuple(s._replace(label="x") for s in reply.suggestions),
        disclaimer="x",
    )
    page = Page(render.html(reply))
    assert page.open == []
    assert page.tags == Page(render.html(bare)).tags
    assert {tag for tag, _ in page.tags} <= {"div", "p", "strong", "small", "ol", "ul", "li", "a"}


def test_advice_is_an_alert_on_a_page():
    assert ("div", {"role": "alert"}) in Page(render.html(REPLY)).tags
    assert ("a", {"href": "https://e.org/a", "rel": "noopener noreferrer"}) in Page(render.html(REPLY)).tags


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://e.org/a> <b>x</b>",
        'https://e.org/"onclick="x',
        "https://e.org/\x1b[31m",
        "https://e.org/a](http://f",
    ],
)
def test_an_address_that_is_no_web_address_brings_no_markup(url):
    reply = REPLY._replace(citations=(REPLY.citations[0]._replace(url=url),))
    page = Page(render.html(reply))
    assert all(attrs["href"].startswith("https://") and set(attrs) == {"href", "rel"} for tag, attrs in page.tags if tag == "a")
    assert "<b>" not in render.markdown(reply)
    assert "<javascript:" not in render.markdown(reply)
    assert "<data:" not in render.markdown(reply)
    assert all("\x1b[31" not in render.to(reply, form) for form in ("plain", "markdown", "html"))
    assert "\x1b[31m" not in render.ansi(reply, color=False)


@given(any_text)
def test_markdown_shows_just_the_text(text):
    escaped = escape(text)
    assert shown_markdown(escaped) == " ".join(text.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]<>&~|]", escaped)
    assert not BLOCK_START.match(escaped)


@pytest.mark.parametrize(
    "text", [*(text for text in HOSTILE if text.isprintable()), "- - -", "1)", "12) x", "+", "a_b_c", "2 * 3 * 4", "C:\\dir"]
)
def test_markup_in_a_text_is_shown_as_text_in_markdown(text):
    escaped = escape(text)
    assert shown_markdown(escaped) == " ".join(text.split())
    assert not BLOCK_START.match(escaped)


@given(replies(), st.integers(20, 100), st.booleans(), st.booleans())
def test_a_terminal_line_is_as_wide_as_the_terminal_unless_it_is_one_word(reply, width, color, links):
    for line in OURS.sub("", render.ansi(reply, width, color, links)).split("\n"):
        assert width_of(line) <= width or len(line.split()) == 1


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("", 0), ("日本", 4), ("ｆｕ", 4), ("e\u0301", 1), ("é", 1), ("👍", 2), ("—", 1)]
)
def test_the_width_of_a_text_is_counted_in_columns(text, columns):
    assert width_of(text) == columns


@given(any_text, st.integers(1, 40), st.integers(0, 4))
def test_wrapping_loses_no_word(text, width, indent):
    lines = wrap(text, width, indent)
    assert " ".join(lines).split() == text.split()
    assert all(line.startswith(" " * indent) for line in lines[1:])


@given(replies(), st.integers(20, 100))
def test_wrapped_plain_text_says_the_same(reply, width):
    assert render.plain(reply, width).split() == render.plain(reply).split()


@pytest.mark.parametrize("form", ["plain", "markdown", "html", "ansi"])
@pytest.mark.parametrize("urgency", ["urgent", "emergency"])
def test_advice_comes_first(form, urgency):
    text = render.to(REPLY._replace(urgency=urgency), form)
    assert text.index("Call your doctor") < text.index("I read this as") < text.index("Nobody knows")
    assert {"urgent": "GET HELP TODAY", "emergency": "EMERGENCY"}[urgency] in text[: text.index("Call your doctor")]


@pytest.mark.parametrize("form", ["plain", "markdown", "html", "ansi"])
def test_the_warning_of_a_hazard_stands_apart_and_behind_the_answer(form):
    warning = Statement("Quinine harms.", "q#w", 0, 14, (2,), "strong")
    text = render.to(REPLY._replace(statements=(warning, *REPLY.statements), warnings=("q#w",)), form)
    assert text.index("Legs tire") < text.index("Warning") < text.index("Quinine harms") < text.index("How sure")


@pytest.mark.parametrize("form", ["plain", "markdown", "html", "ansi"])
def test_routine_advice_comes_after_the_answer(form):
    text = render.to(REPLY._replace(urgency="routine"), form)
    assert text.index("Nobody knows") < text.index("SEE SOMEONE ABOUT THIS") < text.index("Call your doctor") < text.index("How sure")


@given(replies(plain_text))
def test_the_disclaimer_comes_last(reply):
    assert render.plain(reply).endswith(reply.disclaimer)


def test_without_colour_a_terminal_gets_plain_words():
    assert "\x1b" not in render.ansi(REPLY, color=False)
    assert OURS.sub("", render.ansi(REPLY)) == render.ansi(REPLY, color=False)


def test_the_plain_form_of_a_whole_reply():
    assert render.plain(REPLY) == (
        "GET HELP TODAY: Call your doctor today. [2]\n\n"
        "I read this as: why at night?\n\n"
        "Nobody knows. [1]\n\n"
        "Legs tire. [1][2]\n\n"
        "How sure: limited.\n\n"
        "You can ask:\n1. How do I stop it?\n\n"
        "Sources:\n[1] A title. Press, 2020. https://e.org/a\n[2] Other.\n\n"
        "Information, not advice."
    )


def test_a_form_by_its_name():
    assert render.to(REPLY, "markdown") == render.markdown(REPLY)
    assert set(render.FORMATS) == {"plain", "ansi", "markdown", "html"}
    with pytest.raises(ValueError) as caught:
        render.to(REPLY, "pdf")
    assert str(caught.value) == "no format 'pdf'; choose one of plain, ansi, markdown, html"


@pytest.mark.parametrize("form", render.FORMATS)
def test_a_renderer_stays_callable_after_it_was_used(form):
    # a submodule of the same name once took the function's place at its first import
    for _ in range(2):
        assert getattr(chatbot.render, form)(REPLY)


@given(replies())
def test_a_renderer_is_a_pure_function(reply):
    assert [render.to(reply, form) for form in render.FORMATS] == [render.to(reply, form) for form in render.FORMATS]
    assert clean(render.plain(reply), limit=10**6) == render.plain(reply)
