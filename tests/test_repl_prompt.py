"""The prompt, with the pipe input of its own library: keys in, what reaches the terminal out."""

from __future__ import annotations

import io
import threading
import unicodedata

import pytest
from conftest import HOSTILE
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import ColorDepth, DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output

from chatbot.errors import KnowledgeError
from chatbot.repl.brain import Brain
from chatbot.repl.prompt import TalkCompleter, converse, make_session
from chatbot.repl.saving import SavedLines
from chatbot.repl.talk import Talk

PASTE = "\x1b[200~{}\x1b[201~"


@pytest.fixture
def talk(tmp_path, tiny_bytes, monkeypatch):
    """A talk over the tiny knowledge that collects what it writes, with a state folder of its own."""
    monkeypatch.setenv("CHATBOT_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    written = []
    talk = Talk(Brain(str(tmp_path / "k.bin")), write=written.append)
    talk.written = written
    return talk


def run(talk, keys, vi=False, output=None):
    """The questions of a talk in which `keys` are pressed and then Ctrl-D."""
    with create_pipe_input() as pipe:
        session = make_session(talk, vi, input=pipe, output=output or DummyOutput())
        pipe.send_text(keys + "\x04")
        assert converse(talk, session=session) == 0
    return [exchange.question for exchange in talk.exchanges]


@pytest.mark.parametrize(
    ("keys", "questions"),
    [
        ("hello\r", ["hello"]),
        ("hello\rwhy at night?\r", ["hello", "why at night?"]),
        ("\r  \r", []),
        ("first line\nsecond line\r", ["first line\nsecond line"]),  # Ctrl-J
        ("first line\x1b\rsecond line\r", ["first line\nsecond line"]),  # Alt-Enter
        ("half\x03hello\r", ["hello"]),  # Ctrl-C
        ("heello\x02\x02\x02\x02\x08\r", ["hello"]),  # back with Ctrl-B, and delete
        (PASTE.format("a\r\nb\rc\n\n") + "\r", ["a\nb\nc"]),
        (PASTE.format("\n".join(f"line {n}" for n in range(30))) + "\r", ["\n".join(f"line {n}" for n in range(30))]),
        ("hello\rexit\rnever\r", ["hello"]),
        ("hello\r:q\rnever\r", ["hello"]),
        ("QUIT\rnever\r", []),
        ("/quit\rnever\r", []),
    ],
)
def test_keys_make_questions(talk, keys, questions):
    assert run(talk, keys) == questions


def test_vi_keys(talk):
    assert run(talk, "xhello\x1b" + "0x\r", vi=True) == ["hello"]


def test_ctrl_c_in_an_empty_line_tells_how_to_leave(talk):
    run(talk, "\x03")
    assert "Ctrl-D or /quit leaves." in "".join(talk.written)


def test_what_is_pasted_is_cleaned(talk):
    assert run(talk, PASTE.format("why \u202eat\u200b night\x9b31m\x07?") + "\r") == ["why at night31m?"]


def test_nothing_alive_reaches_the_terminal_whatever_is_typed(talk):
    class Tty(io.StringIO):
        def fileno(self):
            raise OSError

    stream = Tty()
    output = Vt100_Output(stream, lambda: Size(rows=24, columns=80), term="xterm", default_color_depth=ColorDepth.DEPTH_1_BIT)
    typed = "".join(text for text in HOSTILE if "\n" not in text and "\r" not in text and "\x1b" not in text and "\x08" not in text)
    run(talk, typed.replace("\x00", "").replace("\ud800", "") + "\r", output=output)
    assert {c for c in stream.getvalue() if unicodedata.category(c) in ("Cf", "Co", "Cs", "Zl", "Zp") and c not in "\u200c\u200d"} == set()
    assert not {c for c in stream.getvalue() if "\x80" <= c <= "\x9f"}


def test_a_knowledge_file_that_cannot_be_read_ends_the_prompt(talk):
    talk.brain = Brain("nowhere.bin")
    with create_pipe_input() as pipe:
        session = make_session(talk, input=pipe, output=DummyOutput())
        late = threading.Timer(10, pipe.send_text, ["\x04"])  # should the error not end the prompt, this does
        late.start()
        with pytest.raises(KnowledgeError, match=r"nowhere.bin: cannot be read"):
            converse(talk, session=session)
        late.cancel()


def test_lines_are_kept_only_while_the_history_is_on(talk):
    saved = SavedLines()
    run(talk, "one\r")
    assert not saved.path.exists()
    run(talk, "/history on\rtwo\r\n three\x1b[D\r/history off\rfour\r")
    assert not saved.path.exists()
    run(talk, "/history on\rfive\r")
    assert saved.lines() == ["five"]
    assert saved.path.stat().st_mode & 0o777 == 0o600
    assert saved.path.parent.stat().st_mode & 0o777 == 0o700


def test_kept_lines_come_back_with_the_arrow_keys(talk):
    SavedLines().start()
    SavedLines().add("hello")
    assert run(talk, "\x1b[A\r") == ["hello"]


def offered(talk, line):
    return [(c.text, c.start_position, c.display_meta_text) for c in TalkCompleter(talk).get_completions(Document(line), CompleteEvent())]


def test_files_are_offered_after_save(talk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (".bin", 0) in [found[:2] for found in offered(talk, "/save k")]


def test_nothing_is_offered_in_the_middle_of_a_line(talk):
    talk.brain.examples()
    document = Document("stop more", cursor_position=4)
    assert list(TalkCompleter(talk).get_completions(document, CompleteEvent())) == []
    assert offered(talk, "stop")


def test_the_colours_follow_the_theme_of_the_moment(talk):
    with create_pipe_input() as pipe:
        session = make_session(talk, input=pipe, output=DummyOutput())
        pipe.send_text("/theme dark\r\x04")
        converse(talk, session=session)
        assert session.color_depth == ColorDepth.DEPTH_1_BIT  # standard output of a test is no terminal
