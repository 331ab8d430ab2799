"""Servers on loopback with a configuration of their own, ended by their process ids, and adapters as processes over them.

A server that is not installed skips its tests and says so; with CHATBOT_SERVERS=required it fails them.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatbot import Chatbot, render
from chatbot.adapters.host import Host
from chatbot.handle import Limiter
from chatbot.stores.sqlite import SQLiteStore

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[2]
QUESTION = "why do my calves cramp at night?"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for_port(port, process, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise AssertionError(f"the server ended: {process.stdout.read().decode() if process.stdout else ''}")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the server does not listen")


def missing(what):
    """Skip and say so; where CHATBOT_SERVERS=required, fail."""
    if os.environ.get("CHATBOT_SERVERS") == "required":
        pytest.fail(f"{what}, and CHATBOT_SERVERS=required")
    pytest.skip(f"NOT TESTED ON A REAL SERVER: {what}")


def found(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin")


def program(name):
    return found(name) or missing(f"{name} is not installed")


def synapse_python():
    """The Python of an environment with Synapse: the one that SYNAPSE_PYTHON names, or .synapse, which .ci/run makes. Or None."""
    python = os.environ.get("SYNAPSE_PYTHON") or str(ROOT / ".synapse/bin/python")
    return python if Path(python).with_name("register_new_matrix_user").exists() else None


class Server:
    """A process that is ended at the end of the test."""

    def __init__(self, *command, port, cwd):
        self.command, self.port, self.cwd = command, port, cwd
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, cwd=self.cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        wait_for_port(self.port, self.process)

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def make_host(tiny_knowledge, tmp_path):
    """A host whose states are in a file, so that a second one made after it knows what the first did."""
    stores = []

    def make(platform):
        stores.append(SQLiteStore(tmp_path / "states.db"))
        return Host(platform, Chatbot(tiny_knowledge), stores[-1], Limiter(rate=1e6, burst=1e6, overall=1e6))

    yield make
    for store in stores:
        store.close()


class Adapter:
    """`python -m chatbot.adapters.NAME` with settings from the environment, over states in a file; it can be killed and started again."""

    def __init__(self, name, folder, before, **settings):
        ours = {"CHATBOT_KNOWLEDGE": str(folder / "k.bin"), "CHATBOT_STORE": str(folder / "states.db"), "CHATBOT_REGION": ""}
        self.env = {**os.environ, "PYTHONPATH": str(ROOT), **ours, **settings}
        self.code = f"import chatbot.adapters.{name} as adapter; {before}; adapter.main(adapter.run)"
        self.log = (folder / "adapter.log").open("ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, "-c", self.code], env=self.env, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def make_adapter(tiny_bytes, tmp_path):
    """An adapter as a process, which is ended after the test."""
    (tmp_path / "k.bin").write_bytes(tiny_bytes)
    made = []

    def make(name, before="pass", **settings):
        made.append(Adapter(name, tmp_path, before, **settings))
        return made[-1]

    yield make
    for adapter in made:
        adapter.process.terminate()
        adapter.process.wait(10)
        adapter.log.close()


TALK = {"ann": ((QUESTION, "1", "more"), ("2", "1")), "ben": (("is quinine safe?", "1", "source 1"), ("1", "more"))}
"""What two people say, before and after the bot is killed."""


def expected(knowledge, platform):
    """What each must get before and after, message by message: what the library says to one person alone, in one go."""
    bot, found = Chatbot(knowledge), {}
    for person, parts in TALK.items():
        state, found[person] = None, []
        for part in parts:
            turns = []
            for text in part:
                turns.append(bot.respond(text, state))
                state = turns[-1].state
            found[person].append([message for turn in turns for message in render.messages(turn.reply, platform)])
        assert bot.respond(parts[1][0]).reply != turns[0].reply  # without the state it is another answer
    return found


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    options = [
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--appendonly",
        "yes",
        "--appendfsync",
        "everysec",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    server = Server(program("redis-server"), *options, port=port, cwd=folder)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def irc_server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("irc"), free_port()
    (folder / "irc.conf").write_text(
        f"[Global]\nName = irc.test.local\nInfo = test\nListen = 127.0.0.1\nPorts = {port}\nServerUID = nobody\nServerGID = nogroup\n"
        "[Limits]\nMaxConnectionsIP = 0\n[Options]\nIdent = no\nDNS = no\nPAM = no\n"
    )
    server = Server(program("ngircd"), "-n", "-f", str(folder / "irc.conf"), port=port, cwd=folder)
    yield server
    server.stop()


PROSODY = """
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
http_ports = {{ }}
https_ports = {{ }}
modules_enabled = {{ "roster", "saslauth", "disco", "ping" }}
modules_disabled = {{ "s2s" }}
allow_unencrypted_plain_auth = true
c2s_require_encryption = false
authentication = "internal_plain"
storage = "internal"
log = {{ {{ levels = {{ min = "warn" }}, to = "console" }} }}
VirtualHost "localhost"
Component "rooms.localhost" "muc"
  restrict_room_creation = false
  muc_room_locking = false
"""


@pytest.fixture(scope="module")
def xmpp_server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("xmpp"), free_port()
    (folder / "data").mkdir()
    config = folder / "c.lua"
    config.write_text(PROSODY.format(folder=folder, port=port))
    for user in ("bot", "ann", "ben"):
        subprocess.run(
            [program("prosodyctl"), "--config", config, "register", user, "localhost", "secret"], check=True, capture_output=True
        )
    server = Server(program("prosody"), "--config", str(config), port=port, cwd=folder)
    yield server
    server.stop()


SYNAPSE = """
listeners:
- {{port: {port}, type: http, tls: false, bind_addresses: ['127.0.0.1'], resources: [{{names: [client], compress: false}}]}}
bcrypt_rounds: 4
federation_domain_whitelist: []
trusted_key_servers: []
registration_shared_secret: s3
rc_message: {{per_second: 1000, burst_count: 1000}}
rc_login: {{address: {{per_second: 1000, burst_count: 1000}}, account: {{per_second: 1000, burst_count: 1000}}}}
rc_joins: {{local: {{per_second: 1000, burst_count: 1000}}}}
rc_invites: {{per_room: {{per_second: 1000, burst_count: 1000}}, per_user: {{per_second: 1000, burst_count: 1000}}}}
"""


@pytest.fixture(scope="module")
def matrix_server(tmp_path_factory):
    python = synapse_python() or missing("no matrix-synapse; run: python3 -m venv .synapse && .synapse/bin/pip install matrix-synapse")
    folder, port = tmp_path_factory.mktemp("matrix"), free_port()
    base = ["-m", "synapse.app.homeserver", "--config-path", str(folder / "h.yaml")]
    subprocess.run(
        [python, *base, "--server-name", "localhost", "--generate-config", "--report-stats=no"], check=True, capture_output=True, cwd=folder
    )
    (folder / "own.yaml").write_text(SYNAPSE.format(port=port))
    server = Server(python, *base, "--config-path", str(folder / "own.yaml"), port=port, cwd=folder)
    register = Path(python).with_name("register_new_matrix_user")
    for user in ("bot", "ann", "ben"):
        command = [register, "-k", "s3", "-u", user, "-p", "secret", "--no-admin", f"http://127.0.0.1:{port}"]
        subprocess.run(command, check=True, capture_output=True)
    yield server
    server.stop()
