"""The commands that run until they are stopped, as processes: a talk, a graceful end, and one clear line for what is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from conftest import ROOT

from chatbot.arguments import ADAPTERS
from chatbot.cli import main
from chatbot.commands.manual import bash, manual_page

sys.path.insert(0, str(Path(__file__).parent / "servers"))
from fakes import FakeDiscord, FakeSlack, FakeTelegram
from gateways import SlackGateway

QUESTION = "why do my calves cramp at night?"
FLAG = "my calf is swollen"


@pytest.fixture
def knowledge(tmp_path, tiny_bytes):
    path = tmp_path / "tiny.bin"
    path.write_bytes(tiny_bytes)
    return path


@pytest.fixture
def begin(knowledge):
    """Start a command; what is still running at the end is ended."""
    running = []

    def start(*arguments, module="chatbot", **environment):
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM_", "SLACK_", "DISCORD_", "CHATBOT_"))}
        environment = {**clean, "CHATBOT_KNOWLEDGE": str(knowledge), **environment}
        running.append(
            subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return running[-1]

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process):
    """The exit code and what was said on standard error."""
    _, said = process.communicate(timeout=60)
    return process.returncode, said


def wait_for(condition, process, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            pytest.fail(f"it ended: {process.communicate()[1]}")
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def telegram():
    pytest.importorskip("telegram")
    fake = FakeTelegram()
    yield fake
    fake.close()


@pytest.mark.parametrize(("arguments", "module"), [(["telegram"], "chatbot"), ([], "chatbot.adapters.telegram")])
def test_telegram_talks_stops_and_goes_on_after_a_restart(begin, telegram, tmp_path, arguments, module):
    settings = {
        "TELEGRAM_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "CHATBOT_STORE": str(tmp_path / "states.db"),
        "CHATBOT_REGION": "gb",
    }
    first = begin(*arguments, module=module, **settings)
    telegram.says(1, QUESTION)
    wait_for(lambda: len(telegram.sent) == 1, first)
    first.send_signal(signal.SIGTERM)
    assert ended(first) == (0, "")
    second = begin(*arguments, module=module, **settings)
    telegram.says(1, "1")  # it still knows what it offered
    telegram.says(1, FLAG)
    wait_for(lambda: len(telegram.sent) == 3, second)
    assert "Stretching" in telegram.sent[1]["text"]
    assert "999" in telegram.sent[2]["text"]
    second.send_signal(signal.SIGTERM)
    assert ended(second) == (0, "")
    assert not telegram.refused


def test_options_win_over_the_environment(begin, telegram):
    process = begin("telegram", "--region", "gb", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url, CHATBOT_REGION="us")
    telegram.says(1, FLAG)
    wait_for(lambda: telegram.sent, process)
    assert "999" in telegram.sent[0]["text"]


def test_a_token_that_telegram_refuses_is_one_line(begin, telegram):
    code, said = ended(begin("telegram", TELEGRAM_TOKEN="1:wrong", TELEGRAM_API_URL=telegram.url))
    assert (code, said) == (2, "chatbot: Telegram refuses the token; look at TELEGRAM_TOKEN\n")


def test_slack_over_socket_mode_as_a_process(begin):
    pytest.importorskip("slack_bolt")
    fake, gateway = FakeSlack(), SlackGateway()
    fake.link = gateway.url
    settings = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": f"{fake.url}/api/"}
    try:
        process = begin("slack", **settings)
        wait_for(lambda: gateway.connected, process)
        gateway.says(QUESTION)
        wait_for(lambda: fake.sent, process)
        process.send_signal(signal.SIGTERM)
        assert ended(process) == (0, "")
        fake.refuses = ("apps.connections.open",)
        assert ended(begin("slack", **settings)) == (2, "chatbot: Slack refuses the token for socket mode; look at SLACK_APP_TOKEN\n")
        fake.refuses = ("auth.test",)
        assert ended(begin("slack", **settings)) == (2, "chatbot: Slack refuses the token; look at SLACK_BOT_TOKEN\n")
    finally:
        gateway.close()
        fake.close()


def test_a_token_that_discord_refuses_is_one_line(monkeypatch, knowledge, capsys):
    discord = pytest.importorskip("discord")
    fake = FakeDiscord()
    fake.refuses = True
    monkeypatch.setattr(discord.http.Route, "BASE", f"{fake.url}/api/v10")
    monkeypatch.setenv("DISCORD_TOKEN", "wrong")
    assert main(["discord", "--knowledge", str(knowledge)]) == 2
    assert capsys.readouterr().err == "chatbot: Discord refuses the token; look at DISCORD_TOKEN\n"
    fake.close()


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_missing_token_is_one_line(begin, name):
    code, said = ended(begin(name))
    assert code == 2
    assert re.fullmatch(r"chatbot: the environment variable [A-Z]+_[A-Z_]+ is not set; set it and start again\n", said)
    assert said.split()[4] in ADAPTERS[name][1]


@pytest.mark.parametrize("name", ADAPTERS)
def test_a_missing_library_is_one_line(name, monkeypatch, capsys, knowledge):
    for library in ("telegram", "discord", "slack_bolt", "nio", "slixmpp", "irc", "irc.bot"):
        monkeypatch.setitem(sys.modules, library, None)
    for setting in re.findall(r"[A-Z]+_[A-Z_]+", ADAPTERS[name][1]):
        monkeypatch.setenv(setting, "x")
    assert main([name, "--knowledge", str(knowledge)]) == 2
    assert re.fullmatch(
        rf"chatbot: this adapter needs a library \([\w.]+.*\); run: pip install 'cramp-chatbot\[{name}\]'\n", capsys.readouterr().err
    )


def test_a_server_that_cannot_be_reached_is_one_line(monkeypatch, capsys, knowledge):
    pytest.importorskip("slack_bolt")
    for name, value in {"SLACK_API_URL": "http://127.0.0.1:1/", "SLACK_BOT_TOKEN": "x", "SLACK_APP_TOKEN": "x"}.items():
        monkeypatch.setenv(name, value)
    assert main(["slack", "--knowledge", str(knowledge)]) == 2
    assert re.fullmatch(r"chatbot: cannot connect \(.*\); look at the network and the address, then start again\n", capsys.readouterr().err)


@pytest.mark.parametrize(("name", "library", "settings"), [
    ("telegram", "telegram", {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_API_URL": "http://{address}"}),
    ("matrix", "nio", {"MATRIX_SERVER": "http://{address}", "MATRIX_USER": "@a:b", "MATRIX_TOKEN": "t"}),
])  # fmt: skip
def test_a_server_that_does_not_answer_yet_is_asked_again_and_the_wait_can_be_ended(begin, name, library, settings):
    pytest.importorskip(library)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        address = "{}:{}".format(*server.getsockname())
        process = begin(name, **{variable: value.format(address=address) for variable, value in settings.items()})
        for _ in range(3):  # hangs up each time
            server.accept()[0].close()
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0


def test_serve_answers_and_stops(begin):
    pytest.importorskip("uvicorn")
    process = begin("serve", "--port", "0", "--region", "gb")
    address = re.search(r"http://127\.0\.0\.1:\d+/", process.stderr.readline())[0]
    body = json.dumps({"text": FLAG}).encode()
    with urlopen(Request(address + "v1/respond", body, {"Content-Type": "application/json"}), timeout=30) as answer:
        assert "999" in json.load(answer)["reply"]["text"]
    with urlopen(address + "readyz", timeout=30) as answer:
        assert json.load(answer)["status"] == "ready"
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")


def test_serve_ends_with_130_at_ctrl_c(begin):
    pytest.importorskip("uvicorn")
    process = begin("serve", "--port", "0")
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == 130


def test_a_port_that_is_taken_is_one_line(capsys, knowledge):
    pytest.importorskip("uvicorn")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1]), "--knowledge", str(knowledge)]) == 2
    assert re.fullmatch(
        r"chatbot: cannot listen on 127\.0\.0\.1 port \d+ \(.*\); choose another --host or --port\n", capsys.readouterr().err
    )
    assert main(["serve", "--port", "70000", "--knowledge", str(knowledge)]) == 2


@pytest.mark.parametrize("name", [*ADAPTERS, "serve"])
def test_help_manual_and_completion_know_it(name, capsys):
    with pytest.raises(SystemExit) as found:
        main([name, "--help"])
    assert found.value.code == 0
    told = " ".join(capsys.readouterr().out.split())
    assert f"cramp-chatbot[{name}]" in told.replace("- ", "-")
    assert "--region" in told
    assert f".SS chatbot {name}" in manual_page()
    assert f"    {name}) words=" in bash()


def test_every_adapter_has_its_command():
    folder = Path(import_module("chatbot.adapters").__file__).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__", "host", "signatures"} == set(ADAPTERS)


def test_the_commands_load_no_library_before_they_run():
    code = "import sys; from chatbot.arguments import parser; parser().parse_args(['telegram']); print(*sys.modules)"
    loaded = set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())
    assert loaded.isdisjoint({"telegram", "chatbot.adapters", "chatbot.handle", "asyncio", "starlette"})
