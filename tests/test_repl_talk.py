"""The talk without a terminal: commands, what is offered, what is saved, what is forgotten."""

from __future__ import annotations

import base64
import os
import unicodedata
from pathlib import Path

import pytest
from conftest import ROOT, any_text, replies
from hypothesis import given

from chatbot import Chatbot
from chatbot.repl import outside
from chatbot.repl.brain import Brain
from chatbot.repl.candidates import candidates, offers
from chatbot.repl.commands import TABLE
from chatbot.repl.saving import SavedLines, as_markdown, history_path, write_new
from chatbot.repl.talk import _FIRST, Leave, Talk
from chatbot.terminal import Look
from chatbot.types import DialogueState

NIGHT = "why do my calves cramp at night?"


@pytest.fixture(scope="module")
def knowledge_file(tmp_path_factory, tiny_bytes):
    """The tiny knowledge as a file."""
    path = tmp_path_factory.mktemp("talk") / "k.bin"
    path.write_bytes(tiny_bytes)
    return str(path)


@pytest.fixture
def talk(knowledge_file, tmp_path, monkeypatch):
    """A talk that collects what it writes."""
    monkeypatch.setenv("CHATBOT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TERM", "xterm")
    return collecting(knowledge_file)


def collecting(knowledge_file, **options):
    written = []
    talk = Talk(Brain(knowledge_file), write=written.append, **options)
    talk.written = written
    return talk


def said(talk, line):
    """What the talk writes after `line`, with its lines joined."""
    talk.written.clear()
    talk.hear(line)
    return " ".join("".join(talk.written).split())


def test_a_question_is_answered_and_a_follow_up_goes_on(talk):
    assert "Nobody knows for sure" in said(talk, NIGHT)
    assert "Stretching the calf" in said(talk, "1")
    assert talk.state.intent == "relief"


@pytest.mark.parametrize("line", ["exit", "quit", ":q", "/quit", "/exit", " EXIT "])
def test_words_that_leave(talk, line):
    with pytest.raises(Leave):
        talk.hear(line)


def test_every_command_has_its_help(talk):
    text = said(talk, "/help")
    assert all(f"{command.usage} {command.help}" in text for command in TABLE)
    assert said(talk, "/help save") == "/save FILE write this talk to a new Markdown file"


def test_the_commands_of_the_issue_are_all_there():
    assert {command.name for command in TABLE} >= {
        *("help", "topics", "sources", "open", "why", "more", "evidence"),
        *("copy", "save", "clear", "region", "theme", "history", "quit"),
    }


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/sorces", "There is no command /sorces. Did you mean /sources? To ask a question, leave out the slash."),
        ("/evi", "There is no command /evi. Did you mean /evidence? To ask a question, leave out the slash."),
        ("/zzz", "There is no command /zzz. /help lists all. To ask a question, leave out the slash."),
        ("/", "There is no command /. /help lists all. To ask a question, leave out the slash."),
        ("/why do cramps come", "Nothing follows /why. To ask a question, leave out the slash."),
        ("/save", "Type /save FILE: write this talk to a new Markdown file."),
        ("/open", "Type /open N: open a source in your browser."),
        ("/help zave", "There is no command zave. Did you mean /save?"),
        ("/sources", "There is no source yet. Ask a question first."),
        ("/open 1", "There is no source yet. Ask a question first."),
        *((f"/{name}", "There is no answer yet. Ask a question first.") for name in ("why", "more", "evidence", "copy")),
        ("/save x.md", "There is no answer yet. Ask a question first."),
        ("/theme pink", "There is no theme pink. Choose one of auto, light, dark, none."),
        ("/theme dark", "Theme: dark."),
        ("/history perhaps", "Say on or off."),
        ("/history", "History is off: nothing you type is kept after you leave."),
        ("/complete off", "Completion while you type is off. Tab still completes."),
        ("/region gb", "Region gb. The emergency number is 999."),
        ("/region xx", "I have no numbers for xx. Known: gb. Without one, advice says “your local emergency number”."),
        ("/region", "Region: none, so advice says “your local emergency number”. Known: gb."),
        ("/topics zebra", "No topic has that word. /topics lists all 3."),
    ],
)
def test_what_commands_say(talk, line, answer):
    assert said(talk, line) == answer


@pytest.mark.parametrize("line", ["/my calf is swollen", "/why my calf is swollen", "/clear my calf is swollen"])
def test_an_emergency_behind_a_slash_is_heeded(talk, line):
    assert "GET HELP TODAY" in said(talk, line)


def test_a_region_counts_from_the_next_answer_on(talk):
    said(talk, "/region GB")
    assert "Call 999 or 111 today." in said(talk, "my calf is swollen")
    said(talk, "/region none")
    assert "Call your emergency number" in said(talk, "my calf is swollen")


def test_topics_are_choices(talk):
    assert "1. Why cramps come: Why do cramps come at night? 2. How to stop a cramp: How do I stop a cramp?" in said(talk, "/topics")
    assert "Stretching the calf" in said(talk, "2")
    assert "Remedies" in said(talk, "/topics quinine")
    assert len(talk.state.pending) == 1


def test_sources_are_those_of_the_last_answer_that_had_some(talk):
    talk.hear(NIGHT)
    talk.hear("what is the weather")
    text = said(talk, "/sources")
    assert "[1] Leg cramps. The Clinic, 2020. https://example.org/cramps [2] Stretching before bed." in text
    assert said(talk, "/sources 2") == "[2] Stretching before bed. Doe J, 2019. https://example.org/trial?id=1"
    assert said(talk, "/sources [1]").startswith("[1] Leg cramps.")
    assert said(talk, "/sources 9") == "There is no source 9. The last answer has sources 1 to 2."


def test_why_tells_reading_words_and_passages(talk):
    talk.hear(NIGHT)
    text = said(talk, "/why")
    assert "I took it as a question that the sources can answer." in text
    assert "Read as: Why cramps come (" in text
    assert "Words looked up, rare ones count more: " in text
    assert "Understood: body part calf." in text
    assert "Why do leg cramps come at night?" in text.partition("Passages found")[2]
    assert "Words that found the first: " in text


def test_why_names_the_sign_of_danger(talk):
    talk.hear("my calf is swollen")
    assert said(talk, "/why") == "I took it as a sign of danger. Sign of danger: clot (urgent)."


def test_evidence_stands_beside_each_sentence(talk):
    talk.hear(NIGHT)
    text = said(talk, "/evidence")
    assert text.count("How sure: limited: few, small or weak studies.") == 4
    assert "“Nobody knows for sure why leg cramps come at night.” How sure" in text
    assert "From night#why, reviewed 2026-01-10." in text


def test_more_goes_on(talk):
    talk.hear(NIGHT)
    assert "Nobody knows" not in said(talk, "/more")


def test_a_talk_is_saved_as_markdown_with_its_sources(talk, tmp_path):
    talk.hear(NIGHT)
    talk.hear("# <b>hi</b>")
    path = tmp_path / "talk.md"
    assert said(talk, f"/save {path}").startswith("Written to")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# A talk with the chatbot\n\n## why do my calves cramp at night?\n\nNobody knows for sure")
    assert "<https://example.org/cramps>" in text
    assert "\n## \\# \\<b\\>hi\\</b\\>\n" in text
    assert path.stat().st_mode & 0o777 == 0o600
    assert "is there already" in said(talk, f"/save {path}")
    assert "cannot be written" in said(talk, f"/save {tmp_path}/none/x.md")


def test_a_link_is_not_written_through(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(OSError, match="exists"):
        write_new(str(tmp_path / "link"), "x")
    assert not (tmp_path / "target").exists()


def test_a_home_folder_is_understood(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_new("~/talk.md", "x")
    assert (tmp_path / "talk.md").read_text() == "x"


def test_clear_forgets_everything(talk):
    forgotten = []
    talk.when_forgotten = lambda: forgotten.append(True)
    talk.hear(NIGHT)
    said(talk, "/clear")
    assert (talk.state, talk.exchanges, forgotten) == (DialogueState(), [], [True])


def test_clear_wipes_the_scrollback_but_not_of_a_terminal_that_only_adds(talk, knowledge_file):
    talk.hear("/clear")
    assert "\x1b[3J" in "".join(talk.written)
    plain = collecting(knowledge_file, accessible=True)
    plain.hear("/clear")
    assert "\x1b" not in "".join(plain.written)


def test_clear_says_that_kept_lines_stay(talk):
    assert "for your eyes only" in said(talk, "/history on")
    assert said(talk, "/clear").endswith("Forgotten. The saved history stays; /history off deletes it.")
    assert said(talk, "/history off").endswith("What was kept is deleted.")


def test_nothing_is_written_to_disk_by_a_talk(talk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in (NIGHT, "/why", "/sources", "/evidence", "/clear", "hello"):
        talk.hear(line)
    assert [path.name for path in tmp_path.rglob("*")] == []


@pytest.mark.parametrize(
    ("environment", "path"),
    [
        ({"CHATBOT_STATE_DIR": "/x"}, "/x/history"),
        ({"XDG_STATE_HOME": "/s"}, "/s/chatbot/history"),
        ({"XDG_STATE_HOME": "relative"}, "~/.local/state/chatbot/history"),
        ({}, "~/.local/state/chatbot/history"),
    ],
)
def test_where_the_history_is(environment, path):
    assert history_path(environment) == Path(path).expanduser()


def test_a_history_that_is_damaged_or_a_link_is_left_alone(tmp_path):
    saved = SavedLines(tmp_path / "history")
    saved.start()
    saved.path.write_bytes(b'"one"\n\xff\xfe\n{}\n[[[\n"two\\nlines"\n')
    assert saved.lines() == ["one", "two\nlines"]
    link = tmp_path / "link"
    link.symlink_to(saved.path)
    assert not SavedLines(link).on
    assert SavedLines(link).lines() == []


def test_only_the_owner_can_read_a_history_that_was_open_to_all(tmp_path):
    path = tmp_path / "history"
    path.touch(mode=0o644)
    SavedLines(path).start()
    assert path.stat().st_mode & 0o777 == 0o600


def test_over_ssh_the_terminal_is_asked_to_copy(talk, monkeypatch):
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6.7.8.9 22")
    talk.hear(NIGHT)
    talk.written.clear()
    talk.hear("/copy")
    sequence = talk.written[0]
    assert sequence.startswith("\x1b]52;c;")
    copied = base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()
    assert "Nobody knows for sure" in copied
    assert "https://example.org/cramps" in copied
    assert "OSC 52" in "".join(talk.written[1:])


def test_at_the_machine_itself_a_clipboard_program_is_used(tmp_path, monkeypatch):
    program = tmp_path / "wl-copy"
    program.write_text(f"#!/bin/sh\ncat > {tmp_path}/copied\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert outside.copy_text("text", pytest.fail, {"WAYLAND_DISPLAY": "w", "TERM": "xterm"}) == "Copied, with its sources."
    assert (tmp_path / "copied").read_text() == "text"
    written = []
    outside.copy_text("elsewhere", written.append, {"WAYLAND_DISPLAY": "w", "TERM": "xterm", "SSH_TTY": "x"})
    assert (tmp_path / "copied").read_text() == "text", "the clipboard of a machine where nobody sits was filled"
    assert written


def test_what_cannot_be_copied_is_told():
    assert "/save FILE" in outside.copy_text("text", pytest.fail, {"TERM": "dumb", "SSH_TTY": "x"})
    assert "too long" in outside.copy_text("x" * 100_000, pytest.fail, {"TERM": "xterm", "SSH_TTY": "x"})


def test_an_address_is_opened_only_where_the_person_sees_it(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    monkeypatch.setattr("sys.platform", "linux")
    assert outside.open_address("https://e.org", {"DISPLAY": ":0"})
    assert not outside.open_address("https://e.org", {"DISPLAY": ":0", "SSH_TTY": "x"})
    assert not outside.open_address("https://e.org", {})
    assert not outside.open_address("file:///etc/passwd", {"DISPLAY": ":0"})
    assert not outside.open_address("javascript:alert(1)", {"DISPLAY": ":0"})
    assert opened == ["https://e.org"]


def test_open_shows_the_address_where_there_is_no_browser(talk, monkeypatch):
    monkeypatch.setenv("SSH_TTY", "x")
    talk.hear(NIGHT)
    assert said(talk, "/open 2").endswith("The address is: https://example.org/trial?id=1")
    talk.hear("is quinine safe")
    assert "has no address" in said(talk, "/open 1")


def test_commands_are_offered_with_their_help(talk):
    assert [(c.text, c.replaces, c.hint) for c in candidates(talk, "/so")] == [
        ("/sources", 3, "the sources of the last answer, with their titles")
    ]
    assert {c.text for c in candidates(talk, "/")} == {f"/{command.name}" for command in TABLE}


@pytest.mark.parametrize(
    ("line", "texts"),
    [
        ("/theme d", ["dark"]),
        ("/history ", ["on", "off"]),
        ("/help hi", ["history"]),
        ("/region ", []),
        ("/why ", []),
        ("/zzz ", []),
        ("a\n/so", []),
        ("wh", []),
    ],
)
def test_arguments_are_offered(talk, line, texts):
    assert [c.text for c in candidates(talk, line)] == texts


@pytest.mark.parametrize(("line", "wanted"), [("", False), ("ho", False), ("  ho ", False), ("how", True), ("/", True)])
def test_little_is_offered_for_little_and_nothing_when_it_is_turned_off(talk, line, wanted):
    assert offers(talk, line) is wanted
    talk.hear("/complete off")
    assert offers(talk, line) is False


def test_regions_and_sources_are_offered_once_they_are_known(talk):
    talk.brain.examples()
    talk.hear(NIGHT)
    assert [c.text for c in candidates(talk, "/region ")] == ["gb"]
    assert [(c.text, c.hint) for c in candidates(talk, "/open ")] == [("1", "Leg cramps"), ("2", "Stretching before bed")]


def test_questions_are_offered_by_their_words_and_their_topics(talk):
    assert list(candidates(talk, "stop a")) == [], "not before the knowledge is there"
    talk.brain.examples()
    offered = list(candidates(talk, "stop a"))
    assert ("How do I stop a cramp?", 6, "How to stop a cramp") in [tuple(c) for c in offered]
    assert next(candidates(talk, "remed")).text == "Is quinine safe to use?"
    assert list(candidates(talk, "How do I stop a cramp?")) == []
    assert list(candidates(talk, "zebra")) == []


def test_the_welcome_says_what_it_is_and_what_it_is_not(talk):
    talk.welcome(bundled=True)
    text = " ".join("".join(talk.written).split())
    assert "not medical advice" in text
    assert "call your emergency number first" in text
    assert "1. How do I stop a cramp right now?" in text
    assert "/help" in text
    assert len("".join(talk.written).splitlines()) <= 12


@pytest.mark.parametrize("question", _FIRST)
def test_what_the_welcome_offers_is_answered(question, bundled):
    assert Chatbot(bundled).respond(question).reply.kind == "answer"


def test_a_welcome_over_other_knowledge_offers_nothing_of_ours(talk):
    talk.welcome(bundled=False)
    assert "1." not in "".join(talk.written)


ALIVE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def alive(text):
    return {c for c in text if unicodedata.category(c) in ALIVE and c not in "\n\t\u200c\u200d"}


@pytest.mark.parametrize("accessible", [False, True])
@given(reply=replies())
def test_no_reply_brings_a_control_character_to_the_screen(accessible, reply):
    talk = collecting(None, accessible=accessible)
    talk.show(reply)
    assert alive("".join(talk.written)) == set()


@given(any_text)
def test_nothing_that_is_said_or_typed_brings_one(text):
    talk = collecting(None)
    talk.say(text)
    talk.say_table([("name", text)])
    talk.hear("/help " + text.replace("\n", " "))
    talk.hear("/theme " + text)
    talk.hear("/sources " + text)
    assert alive("".join(talk.written)) == set()


@given(any_text)
def test_a_saved_question_is_only_text(text):
    saved = as_markdown([(text, "Answer.")])
    assert alive(saved) == set()
    assert saved.count("\n## ") == 1
    assert "<" not in saved.replace("\\<", "")


def test_the_table_of_commands_fits_forty_columns(talk, monkeypatch):
    monkeypatch.setattr(Talk, "look", Look(40, False, False, "auto", False, 24))
    talk.hear("/help")
    assert max(len(line) for line in "".join(talk.written).splitlines()) <= 40


def test_each_command_is_in_the_how_to():
    text = (ROOT / "docs" / "how-to" / "use-the-terminal.md").read_text(encoding="utf-8")
    assert [command.usage for command in TABLE if f"`{command.usage}`" not in text] == []


def test_an_error_while_loading_is_told_once_and_again():
    failed = []
    brain = Brain("nowhere.bin")
    brain._load_quietly(failed.append)
    assert "nowhere.bin: cannot be read" in str(failed[0])
    assert not brain.ready
