"""Where real servers are required, nothing that they need may be missing: a skip would hide that nothing was tested."""

from __future__ import annotations

import importlib.util
import os

import pytest
import real_servers


@pytest.mark.skipif(
    os.environ.get("CHATBOT_SERVERS") != "required", reason="CHATBOT_SERVERS=required is not set; what is missing is skipped"
)
def test_all_servers_and_libraries_are_there():
    assert not [name for name in ("redis-server", "prosody", "prosodyctl", "ngircd") if not real_servers.found(name)]
    assert not [name for name in ("irc", "nio", "redis", "slixmpp") if not importlib.util.find_spec(name)]
    assert real_servers.synapse_python()


def test_a_missing_server_is_said_loudly(monkeypatch):
    monkeypatch.delenv("CHATBOT_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="NOT TESTED ON A REAL SERVER: no-such-server is not installed"):
        real_servers.program("no-such-server")
    monkeypatch.setenv("CHATBOT_SERVERS", "required")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed, and CHATBOT_SERVERS=required"):
        real_servers.program("no-such-server")
