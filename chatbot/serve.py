"""A small web service: `POST /v1/respond`, its description, health, and a page to talk on. It keeps nothing: the caller holds the state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot import render
from chatbot.bot import Chatbot
from chatbot.errors import MissingExtraError, SettingError, StateError
from chatbot.types import DialogueState
from chatbot.wire import turn_to_data

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 65_536
PAGE = Path(__file__).with_name("page")
"""The files of the page: HTML, style, script."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_KINDS = {"page.html": "text/html; charset=utf-8", "page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}


def app(bot: Chatbot | None = None, region: str = "") -> Any:  # noqa: C901 - the small functions of a small service
    """The ASGI application.

    Args:
        bot: who answers; None for one with the bundled knowledge, opened now and not at the first question.
        region: the country whose emergency lines are named, when `bot` is None.

    Raises:
        MissingExtraError: when Starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse, Response
        from starlette.routing import Route
    except ImportError as error:
        raise MissingExtraError("the web service needs libraries; run: pip install 'cramp-chatbot[serve]'") from error
    answering = bot or Chatbot(region=region)

    def failed(status: int, what: str) -> Any:
        return JSONResponse({"error": what}, status, headers=_HEADERS)

    async def respond(request: Request) -> Any:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                return failed(413, f"the body is longer than {MOST_BYTES:,} bytes")
        try:
            text, state, wanted = _asked(body)
        except (ValueError, StateError, RecursionError) as error:
            return failed(400, str(error))
        turn = answering.respond(text, state)
        data = turn_to_data(turn)
        if wanted == "html":
            data["html"] = render.html(turn.reply)
        elif wanted:
            data["messages"] = render.messages(turn.reply, wanted)
        return JSONResponse(data, headers=_HEADERS)

    async def health(_: Request) -> Any:
        return JSONResponse({"status": "ok"}, headers=_HEADERS)

    async def ready(_: Request) -> Any:
        good = bool(answering.respond("hello").reply.disclaimer)
        return JSONResponse(
            {"status": "ready" if good else "not ready", "knowledge": answering.knowledge.digest}, 200 if good else 503, headers=_HEADERS
        )

    async def described(_: Request) -> Any:
        return JSONResponse(openapi(), headers=_HEADERS)

    def page(name: str) -> Any:
        content = (PAGE / name).read_bytes()

        async def get(_: Request) -> Any:
            return Response(content, media_type=None, headers={**_HEADERS, "Content-Type": _KINDS[name]})

        return get

    return Starlette(
        routes=[
            Route("/", page("page.html")),
            Route("/page.css", page("page.css")),
            Route("/page.js", page("page.js")),
            Route("/v1/respond", respond, methods=["POST"]),
            Route("/openapi.json", described),
            Route("/healthz", health),
            Route("/readyz", ready),
        ]
    )


def _asked(body: bytes) -> tuple[str, DialogueState, str]:
    data = json.loads(body)
    if not isinstance(data, dict) or not isinstance(data.get("text"), str):
        raise ValueError('the body must be JSON like {"text": "why do my calves cramp?", "state": null}')
    wanted = data.get("format", "")
    if wanted not in ("", "html", *render.MESSAGE_FORMATS):
        raise ValueError(f"no format {wanted!r}; choose one of html, {', '.join(render.MESSAGE_FORMATS)}")
    state = data.get("state")
    return data["text"], DialogueState() if state is None else DialogueState.from_json(json.dumps(state)), wanted


def openapi() -> dict[str, Any]:
    """The description of the service."""
    from chatbot import __version__

    text = {"type": "string"}
    asked = {
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {**text, "description": "What the person said; what is longer than 4,096 characters is cut."},
            "state": {"type": ["object", "null"], "description": "The `state` of the turn before; null for a new conversation."},
            "format": {
                **text,
                "enum": ["", "html", *render.MESSAGE_FORMATS],
                "description": "What to add: `html`, or `messages` for a platform.",
            },
        },
    }
    turn = {
        "type": "object",
        "required": ["schema", "reply", "trace", "state"],
        "properties": {
            "schema": {"type": "integer"},
            "reply": {"type": "object"},
            "trace": {"type": "object"},
            "state": {"type": "object"},
            "html": text,
            "messages": {"type": "array", "items": {"type": "object"}},
        },
    }
    error = {"type": "object", "properties": {"error": text}}

    def returns(what: str, schema: dict[str, Any]) -> dict[str, Any]:
        return {"description": what, "content": {"application/json": {"schema": schema}}}

    status = {"type": "object", "properties": {"status": text}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "cramp-chatbot",
            "version": __version__,
            "description": "Answers from cited sources. General information, not medical advice.",
        },
        "paths": {
            "/v1/respond": {
                "post": {
                    "operationId": "respond",
                    "summary": "The bot's turn after a message. Nothing is kept.",
                    "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}},
                    "responses": {
                        "200": returns("The turn", turn),
                        "400": returns("A body that cannot be read", error),
                        "413": returns("Too long", error),
                    },
                }
            },
            "/healthz": {"get": {"operationId": "health", "responses": {"200": returns("The process lives", status)}}},
            "/readyz": {
                "get": {"operationId": "ready", "responses": {"200": returns("It can answer", status), "503": returns("It cannot", status)}}
            },
        },
    }


def run(host: str = "127.0.0.1", port: int = 8000, region: str = "", knowledge: str | None = None, quiet: bool = False) -> None:
    """Serve until stopped; requests that have begun are finished. No access log is written: addresses tell who asks about health.

    Args:
        host: the address to listen on.
        port: the port, or 0 for any free one.
        region: the country whose emergency lines are named.
        knowledge: a knowledge file; None for the bundled one.
        quiet: whether not to say on standard error where it listens.

    Raises:
        MissingExtraError: when Starlette or uvicorn is not installed.
        SettingError: when it cannot listen there.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise MissingExtraError("the web service needs libraries; run: pip install 'cramp-chatbot[serve]'") from error
    import signal
    import socket
    import sys

    if not 0 <= port <= 65535:
        raise SettingError(f"there is no port {port}; choose a --port from 0 to 65535")
    service = app(Chatbot(knowledge, region=region))
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise SettingError(f"cannot listen on {host} port {port} ({error}); choose another --host or --port") from error
    if not quiet:
        name = f"[{host}]" if ":" in host else host
        print(f"chatbot: http://{name}:{listening.getsockname()[1]}/ answers until it is stopped (Ctrl-C)", file=sys.stderr)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn stops at it, and then raises it again for whoever handled it before
    with listening:
        uvicorn.Server(uvicorn.Config(service, access_log=False, log_level="warning", server_header=False)).run(sockets=[listening])
