"""The command line at its edges: the plain case, closed pipes, odd encodings, shells, the manual page."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

from chatbot.arguments import parser
from chatbot.cli import main
from chatbot.commands.manual import bash, fish, manual_page, pages, zsh


def run(*arguments, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "chatbot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
        cwd=ROOT,
    )


@pytest.mark.parametrize("question", ["why do my calves cramp at night?", "qzxv", "I have chest pain", "magnesium 300 mg"])
def test_the_plain_case_says_what_the_parsed_one_says(question, capsys):
    code = main(["ask", *question.split()])
    plain = capsys.readouterr().out
    assert main(["ask", "--region", "", *question.split()]) == code
    assert capsys.readouterr().out == plain


def test_the_plain_case_loads_neither_the_parser_nor_a_prompt():
    code = "import sys; from chatbot.cli import main; main(['ask', 'why', 'at', 'night']); print(*sys.modules, sep='\\n', file=sys.stderr)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stderr.split())
    assert "chatbot.engine" in loaded
    assert loaded.isdisjoint(
        {"argparse", "pathlib", "prompt_toolkit", "shutil", "subprocess", "asyncio", "chatbot.repl", "chatbot.arguments"}
    )


def test_the_modules_of_a_talk_but_one_load_no_prompt_library():
    code = "import chatbot.repl, chatbot.repl.commands, chatbot.repl.candidates, chatbot.repl.plain, sys; print(*sys.modules)"
    assert "prompt_toolkit" not in subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout


@pytest.mark.parametrize("arguments", [["ask"], []])
def test_an_empty_pipe_is_no_question_and_no_error(arguments):
    done = run(*arguments, stdin="")
    assert done.returncode == 1
    assert "did not get a question" in done.stdout
    assert done.stderr == ""


def test_what_is_piped_never_meets_a_prompt():
    done = run(stdin="hello\nwhy at night?\n")
    assert "> " not in done.stdout
    assert done.stdout.count("not medical advice") == 1


def test_quiet_leaves_standard_error_empty(tmp_path):
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": 1, "text": "hello", "kind": "chitchat", "intent": "greeting"}))
    assert run("eval", str(tmp_path / "q.jsonl"), "-q").stderr == ""


def test_progress_is_shown_on_a_terminal_on_standard_error_only(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(json.dumps({"id": n, "text": "hello", "kind": "chitchat", "intent": "greeting"}) for n in range(30)))
    master, slave = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "chatbot", "eval", str(path)],
        stdout=subprocess.PIPE,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        check=True,
        cwd=ROOT,
    )
    os.close(slave)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert "30 of 30" in shown
    assert b"\r" not in done.stdout
    assert run("eval", str(path)).stderr == ""


@pytest.mark.parametrize("command", ["sources", "ask why at night", "coverage", "ask --lines", "man"])
def test_a_reader_that_goes_away_causes_no_traceback(command):
    lines = "why at night?\n" * 50
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m chatbot {command} | true"], input=lines, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.stderr == ""


def test_a_letter_that_the_terminal_lacks_does_not_end_the_answer():
    done = run("ask", "--accessible", "why do my legs cramp at night?", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert run("show", "cramps-at-night#why-night", PYTHONIOENCODING="ascii").returncode == 0


def test_the_accessible_form_by_option():
    assert "Source 1: " in run("ask", "--accessible", "why at night?").stdout
    assert "Source 1: " not in run("ask", "why at night?", ACCESSIBLE="1").stdout, "a pipe gets the plain form"


def test_plain_is_a_form():
    assert run("ask", "--plain", "why at night?").stdout == run("ask", "--format", "plain", "why at night?").stdout


def test_how_a_question_was_read_goes_to_standard_error():
    done = run("ask", "--explain", "why at night?")
    assert "read as: night_causes" in done.stderr
    assert "read as:" not in done.stdout


@pytest.mark.parametrize("arguments", [["askk"], ["ask", "--format", "pdf", "x"], ["--theme", "pink"], ["completion", "csh"]])
def test_wrong_use_is_told_with_what_would_be_right(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_ctrl_c_ends_a_command_with_130(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("chatbot.commands.asking.Chatbot", interrupted)
    assert main(["ask", "hello"]) == 130


def test_every_command_and_option_is_in_the_manual_page_and_in_the_reference():
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    manual = manual_page().replace("\\-", "-")
    for page in pages():
        assert f"chatbot {page.name}".strip() in reference
        assert page.help in " ".join(parser().format_help().split())
        for option in page.options:
            assert all(name in manual for name in option.names)
            assert all(name in reference for name in option.names), option.names


def test_the_manual_page_is_made_from_the_help():
    manual = manual_page()
    assert manual.startswith(".TH CHATBOT 1\n.SH NAME\n")
    assert "One of: auto, light, dark, none." in manual
    assert ".SH EXIT STATUS\n0 answered; 1 no answer;" in manual


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man to read it with")
def test_man_reads_the_manual_page_without_complaint():
    done = subprocess.run(["man", "--warnings", "-l", "-"], input=manual_page(), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "EXIT STATUS" in done.stdout


def completed(words):
    """What bash offers for the last of `words`."""
    script = f"{bash()}\nCOMP_WORDS=({' '.join(words)} {'' if words[-1] else chr(39) * 2})\nCOMP_CWORD={len(words) - 1}\n_chatbot\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["chatbot", "cal"], ["calibrate"]),
        (["chatbot", "ask", "--jso"], ["--json", "--jsonl"]),
        (["chatbot", "--theme", "l"], ["light"]),
        (["chatbot", "ask", "--format", "ht"], ["html"]),
        (["chatbot", "completion", "f"], ["fish"]),
        (["chatbot", "--acc"], ["--accessible"]),
        (["chatbot", "lint", "--j"], ["--json"]),
    ],
)
def test_bash_completes(words, offered):
    assert completed(words) == offered


@pytest.mark.parametrize(("shell", "script"), [("bash", bash), ("zsh", zsh), ("fish", fish)])
def test_the_scripts_are_right_in_their_shells(shell, script):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed; the script is held by the other shells")
    assert subprocess.run([shell, "-n"], input=script(), capture_output=True, text=True, check=True).stderr == ""


def test_fish_offers_commands_options_and_choices():
    script = fish()
    assert "-a calibrate -d 'fit the thresholds to a target false-answer rate'" in script
    assert "complete -c chatbot -n '__fish_seen_subcommand_from ask' -l format -x -a 'plain ansi markdown html" in script
    assert "-a 'bash zsh fish'" in script


def test_the_scripts_are_printed(capsys):
    assert main(["completion", "bash"]) == 0
    assert "complete -o default -F _chatbot chatbot" in capsys.readouterr().out
    assert main(["man"]) == 0
    assert ".TH CHATBOT 1" in capsys.readouterr().out
