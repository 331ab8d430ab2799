"""Whole talks in a real terminal (tmux), as a person sees them: 80 and 40 columns, light and dark."""

from __future__ import annotations

import re
import subprocess

import pytest
from tmux_screen import Screen

NIGHT = "why do my calves cramp at night?"
TOOLBAR = "Not medical advice"


@pytest.fixture
def start(tmp_path, tiny_bytes):
    """Starts a talk over the tiny knowledge and waits for its prompt."""
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    screens = []

    def begin(width=80, height=24, arguments=(), bundled=False, **environment):
        knowledge = () if bundled else ("--knowledge", str(tmp_path / "k.bin"))
        screen = Screen(tmp_path, width, height, (*knowledge, *arguments), **environment)
        screens.append(screen)
        screen.until(lambda text: TOOLBAR in text or "Question:" in text or ">" in text)
        return screen

    yield begin
    for screen in screens:
        screen.__exit__()


def lines(screen):
    """The lines of a screen that hold something, without those of the prompt below them."""
    return [line.rstrip() for line in screen.splitlines() if line.strip()]


@pytest.mark.parametrize("width", [80, 40])
@pytest.mark.parametrize("background", ["0;15", "15;0"])
def test_a_talk_from_the_first_key_to_the_last(start, width, background):
    screen = start(width, COLORFGBG=background)
    screen.until(TOOLBAR)
    screen.ask(NIGHT)
    shown = screen.until("2. How do I stop a cramp?", scrollback=True)
    assert "Nobody knows for sure why leg cramps" in shown
    assert "How sure: limited" in " ".join(shown.split())
    assert "General information, not advice for you." in " ".join(shown.split())
    assert all(len(line) <= width for line in shown.splitlines())
    screen.ask("1")
    assert "Stretching the calf before bed" in screen.until("of 80 older", scrollback=True)
    screen.ask("/why")
    assert "How to stop a cramp" in " ".join(screen.until("Passages found").split())
    screen.ask("/sources 1")
    assert "[1] Stretching before bed. Doe J, 2019." in screen.until("example.org/trial?id=1")
    screen.keys("C-d")
    assert screen.exit_code() == 0


def test_the_screen_of_an_answer(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.ask("/clear")
    screen.until("Forgotten.")
    screen.ask(NIGHT)
    shown = screen.until(lambda text: "2. How do I stop a cramp?" in text and text.rstrip().endswith("/help"))
    assert lines(shown) == [
        "Forgotten.",
        f"> {NIGHT}",
        "Nobody knows for sure why leg cramps come at night. [1]",
        "One idea is that the calf is short when the foot points down in bed. [1][2] A",
        "short muscle can cramp when it is told to pull once more. [2] Tired legs and a",
        "long day of standing are named as well. [1]",
        "How sure: limited: few, small or weak studies.",
        "Sources:",
        "[1] The Clinic, 2020 https://example.org/cramps",
        "[2] Doe J, 2019 https://example.org/trial?id=1",
        "General information, not advice for you.",
        "You can ask:",
        "1. Does stretching stop cramps at night?",
        "2. How do I stop a cramp?",
        ">",
        "Not medical advice · /help",
    ]


def test_sources_are_shortened_where_the_answer_would_leave_the_screen(start):
    screen = start(height=18)
    screen.ask(NIGHT)
    shown = screen.until("2. How do I stop a cramp?")
    assert "Sources: [1] The Clinic, 2020; [2] Doe J, 2019. /sources shows titles and\naddresses." in shown
    assert "Nobody knows for sure" in shown


def test_a_cut_in_a_talk_is_a_question_even_with_thirty_lines(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.paste("\n".join(["why do my calves cramp at night?", *(f"line {number} of my story" for number in range(29))]))
    screen.until("line 28 of my story")
    assert "Sources" not in screen.shown(scrollback=True), "it was sent before Enter"
    screen.keys("Enter")
    shown = screen.until("General information", scrollback=True)
    assert shown.count("General information, not advice for you.") == 1


def test_a_follow_up_goes_on(start):
    screen = start()
    screen.ask("does stretching help?")
    screen.until("of 80 older people")
    screen.ask("/sources")
    screen.until("[2] Leg cramps. The Clinic, 2020.")
    screen.ask("and at night?")
    assert "night" in screen.until(lambda text: text.count("You can ask:") >= 1 and "> and at night?" in text)


def test_a_window_that_gets_narrower_gets_narrower_answers(start):
    screen = start(80)
    screen.until(TOOLBAR)
    screen.resize(40, 24)
    screen.type("does stretching help?")
    screen.until("stretching help?")
    screen.keys("Enter")
    shown = screen.until("General information")
    assert "In one trial of 80 older people the\ncramps came less often" in shown


def test_ctrl_c_drops_the_line_and_then_tells_how_to_leave(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.type("half a question")
    screen.until("> half a question")
    screen.keys("C-c")
    screen.until(lambda text: "half a question" not in text)
    screen.keys("C-c")
    screen.until("Ctrl-D or /quit leaves.")
    screen.type("hello")
    screen.until("> hello")


def test_commands_are_offered_with_hints_and_enter_takes_none_of_them(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.type("/so")
    screen.until("the sources of the last answer, with their titles")
    screen.keys("Enter")
    assert "Did you mean /sources?" in screen.until("There is no command /so.")


def test_questions_are_offered_while_one_types_and_enter_sends_only_what_is_seen(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.type("stop")
    screen.until("How do I stop a cramp?")
    screen.keys("Tab")
    chosen = next(
        line for line in screen.until(re.compile(r"^> (How|Does|Why).*\?", re.MULTILINE).search).splitlines() if line.startswith("> ")
    )
    screen.keys("Enter")
    screen.type("?")
    screen.until(chosen.rstrip() + "?")  # it was not sent: one can go on in the same line
    screen.keys("Enter")
    screen.until("You can ask")


def test_completion_can_be_turned_off(start):
    screen = start(arguments=("--no-completion",))
    screen.until(TOOLBAR)
    screen.type("/sour")
    screen.until("> /sour")
    screen.keys("Enter")
    assert "with their titles" not in screen.until("There is no command /sour")


def test_a_grey_suggestion_comes_from_this_talk_and_the_right_arrow_takes_it(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.ask("hello there")
    screen.until("Hello.")
    screen.type("hello")
    screen.until(lambda text: text.count("> hello there") == 2)  # the second one ends in grey
    screen.keys("Right", "Enter")
    screen.until(lambda text: text.count("> hello there") == 2 and text.count("Hello.") == 2)


def test_the_arrow_keys_bring_back_the_lines_of_this_talk(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.ask("hello there")
    screen.until("Hello.")
    screen.keys("Up")
    screen.until(lambda text: text.count("> hello there") == 2)


def test_the_editor_opens(start, tmp_path):
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho 'does stretching help?' > \"$1\"\n")
    editor.chmod(0o755)
    screen = start(VISUAL=str(editor))
    screen.until(TOOLBAR)
    screen.keys("C-x", "C-e")
    screen.until("> does stretching help?")
    screen.keys("Enter")
    screen.until("of 80 older people")


def test_clear_wipes_the_scrollback_and_the_memory(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.ask(NIGHT)
    screen.until("You can ask")
    screen.ask("/clear")
    shown = screen.until(lambda text: "Forgotten." in text and TOOLBAR in text, scrollback=True)
    assert "calves" not in shown
    assert "Nobody knows" not in shown
    screen.keys("Up")
    screen.type("x")
    assert "calves" not in screen.until("> x")
    screen.keys("C-c")
    screen.ask("/sources")
    screen.until("There is no source yet.")


def test_urgent_advice_has_its_word_on_a_line_of_its_own(start):
    screen = start(height=30)
    screen.ask("my calf is swollen")
    shown = lines(screen.until("General information"))
    at = shown.index(" GET HELP TODAY")
    assert shown[at + 1].startswith("Call your emergency number")


@pytest.mark.parametrize(("background", "code"), [("0;15", "31"), ("15;0", "91")])
def test_colours_are_of_the_sixteen_and_fit_the_background(start, background, code):
    screen = start(height=30, COLORFGBG=background)
    screen.ask("my calf is swollen")
    screen.until("General information")
    drawn = screen.shown(colors=True)
    assert f";{code}m GET HELP TODAY" in drawn or f"[{code}m GET HELP TODAY" in drawn
    assert not re.search(r"\[[\d;]*[34]8[;:][25]", drawn)  # neither of the 256 colours nor of all


@pytest.mark.parametrize("arguments", [("--theme", "none"), ("--no-color",)])
def test_no_colour_when_none_is_wanted(start, arguments):
    screen = start(arguments=arguments)
    screen.ask("my calf is swollen")
    shown = screen.until("!!! GET HELP TODAY !!!")
    assert shown
    assert not re.search(r"\x1b\[[\d;]*(3[0-7]|9[0-7])m", screen.shown(colors=True))


def test_accessible_only_adds_lines_and_names_each(start):
    screen = start(ACCESSIBLE="1")
    screen.until("Question:")
    screen.ask(NIGHT)
    shown = screen.until("Choice 2: How do I stop a cramp?")
    assert "Nobody knows for sure why leg cramps come at night (source 1)." in shown
    assert "Source 1: The Clinic, 2020, example.org" in shown
    assert TOOLBAR not in shown
    screen.ask("2")
    screen.until("Stretching the calf before bed")
    screen.keys("C-d")
    assert screen.exit_code() == 0


def test_pasted_lines_are_one_question_in_the_accessible_form_too(start):
    screen = start(arguments=("--accessible",))
    screen.until("Question:")
    screen.paste("my legs hurt\nand i am old\ndoes stretching help?\n")
    shown = screen.until(lambda text: text.count("Question:") == 2)
    assert shown.count("General information, not advice for you.") == 1


def test_a_dumb_terminal_gets_plain_lines(start):
    screen = start(TERM="dumb")
    screen.until("Question:")
    screen.ask("hello")
    screen.until("Hello.")
    assert "\x1b" not in screen.shown(colors=True)


def test_a_key_typed_before_the_prompt_is_kept_and_shown_once(start, tmp_path):
    screen = start(height=30)  # the first ">" is there before the library of the prompt is loaded
    screen.type("hello")
    screen.keys("Enter")
    assert screen.until("Hello.", scrollback=True).count("> hello") == 1


def test_hostile_text_cannot_act_on_the_terminal(start):
    screen = start()
    screen.until(TOOLBAR)
    screen.paste("\x1b]0;owned\x07 \x1b[2J \x9b31m why \u202eat\u2066 night \u200b")
    screen.until("night")
    screen.keys("Enter")
    screen.until("General information")
    assert "owned" not in screen.tmux("display-message", "-p", "#{pane_title}")
    assert not set("\u202e\u2066\u200b") & set(screen.shown(scrollback=True))


def test_a_missing_knowledge_file_ends_the_talk_with_its_name(tmp_path):
    with Screen(tmp_path, arguments=("--knowledge", "nowhere.bin")) as screen:
        screen.until("chatbot: nowhere.bin: cannot be read")
        assert screen.exit_code() == 2


def test_vi_keys(start):
    screen = start(arguments=("--vi",))
    screen.until(TOOLBAR)
    screen.type("xhello")
    screen.until("> xhello")
    screen.keys("Escape")
    screen.type("0x")
    screen.until("> hello")
    screen.keys("Enter")
    screen.until("Hello.")


def test_the_first_choices_are_answered_by_the_bundled_knowledge(start):
    screen = start(height=60, bundled=True)
    screen.until("1. How do I stop a cramp right now?")
    screen.ask("1")
    screen.until("How sure:")


def test_the_terminal_is_as_before_when_the_talk_is_over(tmp_path, tiny_bytes):
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    script = tmp_path / "s"
    script.write_text('stty -a > before; "$@"; stty -a > after; echo done-now; read x\n')
    with Screen(tmp_path, arguments=()) as screen:
        screen.until(TOOLBAR)
        screen.tmux(
            "respawn-pane", "-k", "env", f"PYTHONPATH={screen._env['PYTHONPATH']}", "sh", str(script), *_chatbot(), "--knowledge", "k.bin"
        )
        screen.until(TOOLBAR)
        screen.keys("C-d")
        screen.until("done-now")
    assert (tmp_path / "before").read_text() == (tmp_path / "after").read_text()


def _chatbot():
    import sys

    return sys.executable, "-m", "chatbot"


def test_without_tmux_the_tests_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="apt-get install tmux"):
        Screen(tmp_path)


def test_no_server_is_left_behind(tmp_path):
    with Screen(tmp_path) as screen:
        socket = f"{screen._sockets}/s"
    assert subprocess.run(["tmux", "-S", socket, "ls"], capture_output=True, check=False).returncode != 0
