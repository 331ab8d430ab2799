"""How far long work is: shown to a person, and to nobody else."""

from __future__ import annotations

import io

import pytest

from chatbot.progress import Progress, Watched, duration


class Tty(io.StringIO):
    def isatty(self):
        return True


def clock(*times):
    """A clock that tells these times, then the last one for ever."""
    left = list(times)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def test_a_bar_has_count_rate_and_time_left():
    stream = Tty()
    progress = Progress("eval", 200, stream=stream, environment={"TERM": "xterm"}, clock=clock(0.0, 10.0))
    progress.step(50)
    assert stream.getvalue() == "\reval [######..................] 50 of 200, 5 a second, 30 s left\x1b[K"
    progress.close()
    assert stream.getvalue().endswith("\r\x1b[K")


def test_a_build_tells_how_many_passages_it_has_read(tiny, tmp_path, monkeypatch, capsys):
    from chatbot.cli import main

    for stream, shown in ((Tty(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setenv("TERM", "dumb")
        assert main(["build", *tiny.options, "-o", str(tmp_path / "k.bin")]) == 0
        lines = [line for line in stream.getvalue().splitlines() if line.startswith("indexing passages")]
        assert bool(lines) == shown
        assert "indexing" not in capsys.readouterr().out
        if shown:
            assert "3 of 3, " in lines[-2]
            assert lines[-1] == "indexing passages: done; fitting the intents"
    monkeypatch.setattr("sys.stderr", quiet := Tty())
    assert main(["build", "-q", *tiny.options, "-o", str(tmp_path / "k.bin")]) == 0
    assert quiet.getvalue() == ""


def test_a_bar_is_not_drawn_more_often_than_an_eye_sees():
    stream = Tty()
    progress = Progress("eval", 1000, stream=stream, environment={"TERM": "xterm"}, clock=clock(0.0, 1.0, 1.01, 1.02, 2.0))
    for _ in range(4):
        progress.step()
    assert stream.getvalue().count("\r") == 2


def test_where_nothing_is_drawn_over_there_is_a_line_for_each_tenth():
    stream = Tty()
    progress = Progress("eval", 20, stream=stream, environment={"TERM": "xterm", "ACCESSIBLE": "1"}, clock=clock(0.0, 1.0))
    for _ in range(20):
        progress.step()
    progress.close()
    assert len(stream.getvalue().splitlines()) == 10
    assert stream.getvalue().splitlines()[0] == "eval: 2 of 20, 2 a second, 9 s left"
    assert "\r" not in stream.getvalue()


@pytest.mark.parametrize(("stream", "quiet"), [(io.StringIO(), False), (Tty(), True)])
def test_nobody_who_looks_nothing_to_show(stream, quiet):
    progress = Progress("eval", 5, stream=stream, quiet=quiet)
    progress.step()
    progress.stage("x")
    progress.close()
    assert stream.getvalue() == ""


def test_a_stage_that_cannot_be_counted_is_named():
    stream = Tty()
    Progress("build", 1, stream=stream, environment={"TERM": "xterm"}).stage("compiling")
    assert stream.getvalue() == "\rbuild: compiling\x1b[K"


def test_a_watched_sequence_is_the_sequence_and_cleans_up_after_an_error():
    stream = Tty()
    watched = Watched([1, 2, 3], "x", stream=stream)
    assert list(watched) == [1, 2, 3]
    assert (len(watched), watched[1], watched[1:]) == (3, 2, [2, 3])
    assert stream.getvalue().endswith("\r\x1b[K") or "\r" not in stream.getvalue()


def test_a_total_of_nothing_is_no_error():
    assert list(Watched([], "x", stream=Tty())) == []


@pytest.mark.parametrize(("seconds", "words"), [(0, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")])
def test_a_time_in_words(seconds, words):
    assert duration(seconds) == words
