"""The command line, as a person or a script meets it."""

import gc
import json
import os
import subprocess
import sys

import pytest

from chatbot.cli import main


def run(*arguments, stdin="", **environment):
    return subprocess.run(
        [sys.executable, "-m", "chatbot", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )


def test_ask_answers_on_standard_output_only():
    done = run("ask", "why do my legs cramp at night?")
    assert done.returncode == 0
    assert "[1]" in done.stdout
    assert "Sources:" in done.stdout
    assert "not medical advice" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("hello", 0),
        ("what is the capital of Peru", 1),
        ("how much magnesium should i take", 1),
        ("I have chest pain and cannot breathe", 3),
    ],
)
def test_the_exit_code_tells_what_came(question, code, capsys):
    assert main(["ask", question]) == code
    assert capsys.readouterr().out


def test_a_host_that_calls_the_command_line_keeps_its_garbage_collector(capsys):
    frozen = gc.get_freeze_count()
    main(["ask", "hello"])
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen
    assert capsys.readouterr().out


def test_a_question_can_come_through_a_pipe():
    done = run(stdin="why do my legs cramp at night?\n")
    assert done.returncode == 0
    assert "[1]" in done.stdout


def test_each_line_can_be_a_question():
    done = run("ask", "--lines", stdin="hello\n\nwhy at night?\n")
    assert done.stdout.count("not medical advice") == 2


def test_json_holds_the_whole_turn():
    turn = json.loads(run("ask", "--json", "what foods help against cramps?").stdout)
    assert turn["schema"] == 1
    assert turn["reply"]["kind"] == "answer"
    assert turn["reply"]["text"].count("[1]") >= 2
    assert turn["trace"]["intent"]["name"] == "foods"
    assert set(turn["reply"]) >= {
        "id",
        "kind",
        "urgency",
        "confidence",
        "advice",
        "statements",
        "citations",
        "suggestions",
        "disclaimer",
        "text",
    }


def test_jsonl_answers_the_last_message_of_each_dialogue():
    lines = [{"id": "a", "text": "hello"}, {"id": 2, "turns": ["why do my calves cramp?", "and at night?"]}]
    done = run("ask", "--jsonl", stdin="\n".join(json.dumps(line) for line in lines))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 2]
    assert rows[1]["turn"]["trace"]["slots"]["time"] == "night"
    assert done.returncode == 0


def test_a_bad_line_is_named_and_the_rest_goes_on():
    done = run("ask", "--jsonl", stdin='{"id": 1}\n[[[\n{"id": 3, "text": "hello"}\n')
    assert len(done.stdout.splitlines()) == 1
    assert "standard input:1:" in done.stderr
    assert "standard input:2:" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("form", ["plain", "ansi", "markdown", "html"])
def test_every_format_prints_the_disclaimer(form, capsys):
    assert main(["ask", "--format", form, "why at night?"]) == 0
    assert "medical advice" in " ".join(capsys.readouterr().out.split())


def test_a_reader_that_goes_away_causes_no_traceback():
    command = f"{sys.executable} -m chatbot sources | head -n 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_a_missing_knowledge_file_is_named(capsys):
    assert main(["ask", "--knowledge", "nowhere.bin", "hello"]) == 2
    assert capsys.readouterr().err.startswith("chatbot: nowhere.bin: cannot be read")


def test_a_foreign_file_is_no_knowledge(tmp_path, capsys):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is not a knowledge file at all.")
    assert main(["ask", "--knowledge", str(path), "hello"]) == 2
    assert "not a knowledge file; build one with `chatbot build`" in capsys.readouterr().err


def test_a_missing_corpus_is_named_and_nothing_is_written(tmp_path, capsys):
    target = tmp_path / "k.bin"
    assert main(["build", "--corpus", str(tmp_path / "none"), "-o", str(target)]) == 2
    assert "no such folder" in capsys.readouterr().err
    assert not target.exists()


def test_verify_finds_saved_statements_again(tmp_path, capsys):
    path = tmp_path / "reply.json"
    path.write_text(run("ask", "--json", "does magnesium help?").stdout, encoding="utf-8")
    assert main(["verify", str(path)]) == 0
    assert "0 not" in capsys.readouterr().out


def test_verify_fails_on_a_changed_statement(tmp_path, capsys):
    turn = json.loads(run("ask", "--json", "does magnesium help?").stdout)
    turn["reply"]["statements"][0]["text"] += " Always."
    path = tmp_path / "reply.json"
    path.write_text(json.dumps(turn), encoding="utf-8")
    assert main(["verify", str(path)]) == 1
    assert "have changed" in capsys.readouterr().err


def test_show_prints_a_passage_with_its_sources(capsys):
    assert main(["show", "quinine#is-quinine-dangerous"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Is quinine")
    assert "evidence:" in out


def test_show_names_what_is_near_an_unknown_passage(capsys):
    assert main(["show", "quinine#what"]) == 2
    assert "near it: " in capsys.readouterr().err


def test_sources_marks_a_copy_as_a_copy(capsys):
    assert main(["sources", "nhs-leg-cramps-copy"]) == 0
    assert "copy or report on" in capsys.readouterr().out


def test_no_question_is_wrong_use(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert main(["ask"]) == 2
    assert "no question" in capsys.readouterr().err


def test_many_jsonl_lines_are_answered_in_order_by_every_core(monkeypatch, capsys, tmp_path):
    from chatbot import cli
    from chatbot.commands import asking
    from chatbot.crew import Crew

    lines = ["", "[", *(json.dumps({"id": at, "text": f"what helps a cramp, {'é' * (at % 3)}\ud800"}) for at in range(40))]
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")

    def ask(many, cores):
        monkeypatch.setattr(asking, "MANY", many)
        monkeypatch.setattr("chatbot.crew.cores", lambda: cores)
        started = []
        start = Crew._start
        monkeypatch.setattr(Crew, "_start", lambda crew: (started.append(crew), start(crew)))
        with (tmp_path / "many.jsonl").open(encoding="utf-8") as file:
            monkeypatch.setattr("sys.stdin", file)
            code = cli.main(["ask", "--jsonl"])
        monkeypatch.setattr(Crew, "_start", start)
        return code, capsys.readouterr(), bool(started)

    alone, helped = ask(1000, 3), ask(1, 3)
    assert (alone[2], helped[2]) == (False, True)
    assert alone[:2] == helped[:2]
    assert alone[0] == 2
    assert "standard input:2: not a line" in helped[1].err
    assert [json.loads(line)["id"] for line in helped[1].out.splitlines()] == list(range(40))
