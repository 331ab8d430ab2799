"""The web service: answers, keeps nothing, refuses what it cannot read, and describes itself."""

from __future__ import annotations

import asyncio
import json

import pytest

from chatbot import Chatbot
from chatbot.errors import MissingExtraError

pytest.importorskip("starlette")
pytest.importorskip("httpx")

import httpx

from chatbot import serve

QUESTION = "why do my calves cramp at night?"


@pytest.fixture
def ask(tiny_knowledge):
    app = serve.app(Chatbot(tiny_knowledge))

    def call(method, path, **options):
        async def work():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
                return await client.request(method, path, **options)

        return asyncio.run(work())

    return call


def test_a_conversation_whose_state_the_caller_holds(ask):
    first = ask("POST", "/v1/respond", json={"text": QUESTION}).json()
    assert first["reply"]["kind"] == "answer"
    assert ask("POST", "/v1/respond", json={"text": "1", "state": first["state"]}).json()["reply"]["kind"] == "answer"
    assert ask("POST", "/v1/respond", json={"text": "1"}).json()["reply"]["kind"] != "answer"


def test_html_and_messages_on_demand(ask):
    assert "<p>Nobody knows" in ask("POST", "/v1/respond", json={"text": QUESTION, "format": "html"}).json()["html"]
    assert ask("POST", "/v1/respond", json={"text": QUESTION, "format": "telegram"}).json()["messages"][0]["parse_mode"] == "HTML"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"text": 1}',
        b'{"text": "a", "state": 1}',
        b'{"text": "a", "state": {"version": 9}}',
        b'{"text": "a", "format": "pigeon"}',
        b'{"text": "a", "format": []}',
        b"\xff",
        b"[" * 60000,
    ],
)
def test_what_cannot_be_read_is_refused_in_words(ask, body):
    answer = ask("POST", "/v1/respond", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_what_is_too_long_is_refused(ask):
    assert ask("POST", "/v1/respond", json={"text": "a" * 70_000}).status_code == 413
    assert ask("GET", "/v1/respond").status_code == 405


def test_lone_surrogates_do_no_harm(ask):
    assert ask("POST", "/v1/respond", content=json.dumps({"text": "cramp \ud800"})).status_code == 200


def test_health_readiness_and_description(ask):
    assert ask("GET", "/healthz").json() == {"status": "ok"}
    assert ask("GET", "/readyz").json()["status"] == "ready"
    described = ask("GET", "/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert set(described["paths"]) == {"/v1/respond", "/healthz", "/readyz"}


@pytest.mark.parametrize("path", ["/", "/page.css", "/page.js"])
def test_the_page_loads_nothing_from_elsewhere(ask, path):
    answer = ask("GET", path)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "//" not in answer.text.replace("escapes", "").replace("// made by the renderer", "")


def test_a_missing_library_is_named(monkeypatch, tiny_knowledge):
    monkeypatch.setitem(__import__("sys").modules, "starlette.applications", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'cramp-chatbot\[serve\]'"):
        serve.app(Chatbot(tiny_knowledge))
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)
    with pytest.raises(MissingExtraError, match="serve"):
        serve.run()
