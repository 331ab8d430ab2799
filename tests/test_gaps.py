"""The log of unexplained words: off unless turned on, free of text, and what `chatbot gaps` makes of it."""

from __future__ import annotations

import datetime
import io
import json
import stat
import threading

import pytest
import yaml

from chatbot import Chatbot
from chatbot.cli import main
from chatbot.errors import CorpusError
from chatbot.gap_report import read_log
from chatbot.gaps import GapLog
from chatbot.handle import handle
from chatbot.knowledge import Knowledge
from chatbot.stores import ConversationKey
from chatbot.stores.memory import MemoryStore

DAY = datetime.date(2026, 11, 26)


class Clock:
    """A day that is set by hand."""

    def __init__(self):
        self.day = DAY

    def __call__(self):
        return self.day


@pytest.fixture
def bot(tiny_bytes):
    return Chatbot(Knowledge(tiny_bytes))


@pytest.fixture
def log(tmp_path):
    clock = Clock()
    found = GapLog(tmp_path / "gaps.jsonl", today=clock)
    found.clock, found.path = clock, tmp_path / "gaps.jsonl"
    return found


def asked(log, bot, text, *people):
    for person in people:
        log.note(text, bot.respond(text), bot.knowledge, person)


def written(log):
    log.close()
    return [json.loads(line) for line in log.path.read_text().splitlines()] if log.path.exists() else []


def test_a_word_of_three_people_is_counted_for_its_day(log, bot):
    asked(log, bot, "does arnicax help", 1, 2, 3, 4)
    assert written(log) == [{"day": "2026-11-26", "least": 3, "words": {"arnicax": 4}}]
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_word_of_two_people_is_forgotten(log, bot):
    asked(log, bot, "does arnicax help", 1, 2)
    assert written(log) == []
    asked(log, bot, "does arnicax help", 3)
    assert written(log) == [], "what was forgotten does not count later"


def test_one_person_counts_once_however_often_they_ask(log, bot):
    asked(log, bot, "does arnicax help", *[1] * 50)
    assert written(log) == []


def test_no_text_no_number_no_address_and_no_person_is_written(log, bot):
    text = "my secretx email is janedoe77@example.org and my number 07700900123 and my friend O'Haraxx http://blurx.example"
    asked(log, bot, text, "jane", "joe", "jim")
    log.close()
    content = log.path.read_text() if log.path.exists() else ""
    assert not any(part in content for part in ("@", "077", "janedoe77", "jane", "joe", "jim", "http://", " my "))
    words = json.loads(content)["words"] if content else {}
    assert all(word.isalpha() and word.islower() for word in words)
    assert list(words) == sorted(words), "in alphabetical order: the order of the message is not told"


def test_nothing_is_written_before_the_day_is_over(log, bot):
    asked(log, bot, "does arnicax help", 1, 2, 3)
    assert not log.path.exists()
    log.clock.day += datetime.timedelta(days=1)
    asked(log, bot, "does zinkox help", 1)
    assert [json.loads(line)["day"] for line in log.path.read_text().splitlines()] == ["2026-11-26"]


@pytest.mark.parametrize(
    "text", ["crushing chest pain and my arnicax arm", "what foods help with cramps", "should i stop my tablets arnicax"]
)
def test_red_flags_answers_and_what_is_declined_are_never_noted(log, bot, text):
    turn = bot.respond(text)
    for person in range(3):
        log.note(text, turn, bot.knowledge, person)
    if turn.reply.kind not in ("abstain", "off_topic"):
        assert written(log) == []
    assert turn.reply.kind != "escalate" or written(log) == []


def test_two_is_the_least_that_can_be_asked_for(tmp_path, bot):
    log = GapLog(tmp_path / "g", least=1, today=Clock())
    log.path = tmp_path / "g"
    asked(log, bot, "does arnicax help", 1)
    assert written(log) == []


def test_a_log_that_cannot_be_written_stops_no_bot(tmp_path, bot, caplog):
    log = GapLog(tmp_path / "no" / "folder", today=Clock())
    asked(log, bot, "does arnicax help", 1, 2, 3)
    log.close()
    assert "cannot be written" in caplog.text
    assert "arnicax" not in caplog.text


def test_many_threads_count_right(log, bot):
    text = "does arnicax help"
    turn = bot.respond(text)
    threads = [threading.Thread(target=lambda n=n: [log.note(text, turn, bot.knowledge, (n, i)) for i in range(50)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written(log)[0]["words"] == {"arnicax": 400}


def test_a_host_turns_it_on(log, bot):
    for user in "abc":
        handle(bot, MemoryStore(), ConversationKey("x", "1", user), "does arnicax help", gaps=log)
    handle(bot, MemoryStore(), ConversationKey("x", "1", "d"), "does arnicax help")
    assert written(log)[0]["words"] == {"arnicax": 3}


def test_an_adapter_turns_it_on_by_its_environment(tmp_path, bot, monkeypatch):
    from chatbot.adapters.host import Host

    assert Host("irc", bot, MemoryStore()).gaps is None
    monkeypatch.setenv("CHATBOT_GAPS", str(tmp_path / "g"))
    host = Host("irc", bot, MemoryStore())
    for user in "abc":
        host.answer("1", user, "does arnicax help")
    host.gaps.close()
    assert '"arnicax": 3' in (tmp_path / "g").read_text()


def test_the_command_line_turns_it_on(tmp_path, tiny_bytes, monkeypatch, capsys):
    path, log = tmp_path / "k.bin", tmp_path / "g"
    path.write_bytes(tiny_bytes)
    lines = [json.dumps({"id": n, "text": "does arnicax help"}) for n in range(3)]
    closed = []
    monkeypatch.setattr("atexit.register", closed.append)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["--knowledge", str(path), "ask", "--jsonl", "--gaps", str(log)]) == 0
    for close in closed:
        close()
    assert json.loads(log.read_text())["words"] == {"arnicax": 3}
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("does arnicax help\n" * 2))
    main(["--knowledge", str(path), "ask", "--lines", "--gaps", str(log)])
    closed[-1]()
    assert len(log.read_text().splitlines()) == 1


LOG = (
    '{"day": "2026-11-26", "least": 3, "words": {"arnicax": 4, "quinnine": 3}}\n'
    '{"day": "2026-11-27", "least": 3, "words": {"arnicax": 5}}\n{"day": "2026-11-27", "least": 3, "words": {"cramp": 9, "tapingx": 2}}\n'
)


def test_what_people_asked_for_becomes_entries_to_edit(tmp_path, tiny_bytes, capsys):
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    (tmp_path / "g").write_text(LOG)
    assert main(["--knowledge", str(tmp_path / "k.bin"), "gaps", str(tmp_path / "g")]) == 0
    out = capsys.readouterr().out
    data = yaml.safe_load(out)
    assert data["synonyms"] == [["quinine", "quinnine"]]
    assert [intent["name"] for intent in data["intents"]] == ["asked_arnicax"], "known words and words of fewer people are left out"
    assert len(data["intents"][0]["examples"]) >= 4
    assert "# 9 people on 2 days" in out


def test_the_words_as_json(tmp_path, tiny_bytes, capsys):
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    (tmp_path / "g").write_text(LOG)
    assert main(["gaps", str(tmp_path / "g"), "--json", "--least", "9", "--knowledge", str(tmp_path / "k.bin")]) == 0
    assert json.loads(capsys.readouterr().out) == [{"word": "arnicax", "people": 9, "days": 2, "near": ""}]


@pytest.mark.parametrize(
    "line",
    [
        "my calf hurts",
        "[1]",
        '{"day": "x", "words": {}}',
        '{"day": "2026-11-26", "words": {"two words": 3}}',
        '{"day": "2026-11-26", "words": {"a b": {}}}',
        "[" * 5000,
    ],
)
def test_another_file_is_told_with_its_line(tmp_path, line, capsys):
    (tmp_path / "g").write_text(LOG + line + "\n")
    with pytest.raises(CorpusError, match=":4: not a line of a log of gaps"):
        read_log(tmp_path / "g")
    assert main(["gaps", str(tmp_path / "g")]) == 2
