"""Stand-ins of the HTTP APIs of Telegram, Slack and Discord: they refuse what the platform would refuse."""

from __future__ import annotations

import json
import threading
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from platform_rules import check_discord, check_slack, check_telegram


class FakeAPI:
    """An HTTP server on loopback. `answer(path, data)` gives status and JSON; `sent` holds what was accepted, `refused` what was not."""

    def __init__(self):
        self.sent, self.refused, self.got = [], [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, found = outer.answer(urlsplit(self.path).path, decoded(self.headers.get("Content-Type", ""), body))
                payload = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Via", "1.1 google")  # as Discord, whose library takes an answer without it for a ban
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - the names that http.server asks for

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def accept(self, data, check):
        """Take a message, or refuse it with what was wrong."""
        try:
            check(data)
        except AssertionError as error:
            self.refused.append((data, str(error)))
            return False
        self.sent.append(data)
        return True


def decoded(kind, body):
    """The fields of a body: JSON, form or multipart; values that are JSON are read."""
    if "json" in kind:
        return json.loads(body or b"{}")
    if "multipart" in kind:
        parts = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
        fields = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode() for part in parts.get_payload()
        }
    else:
        fields = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    return {name: opened(value) for name, value in fields.items()}


def opened(value):
    if value[:1] in "{[" or value in ("true", "false"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


class FakeTelegram(FakeAPI):
    """`getMe`, `getUpdates`, `sendMessage`; one person in a private chat for each id below 1000, a group for negative ids.

    An update is given again until the client confirms it by asking for a later one. `floods` is how often a message is refused
    with 429 before it is taken.
    """

    token = "1:token"

    def __init__(self):
        super().__init__()
        self.updates = []
        self.came = threading.Condition()
        self.number = self.floods = 0
        self.closed_to = set()

    def _put(self, update):
        with self.came:
            self.updates.append(update)
            self.came.notify_all()

    def _after(self, offset):
        """The updates from `offset` on; those before it are confirmed and forgotten."""
        with self.came:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self.came.wait_for(lambda: self.updates, 0.05)
            return list(self.updates)

    def says(self, user, text, chat=None, update=None):
        self.number += 1
        kind = {"id": user, "type": "private"} if chat is None else {"id": chat, "type": "group", "title": "g"}
        person = {"id": user, "is_bot": False, "first_name": f"P{user}"}
        message = {"message_id": update or self.number, "date": 1, "chat": kind, "from": person, "text": text}
        self._put({"update_id": self.number, "message": message})

    def presses(self, user, data):
        self.number += 1
        person = {"id": user, "is_bot": False, "first_name": f"P{user}"}
        message = {"message_id": self.number, "date": 1, "chat": {"id": user, "type": "private"}, "text": "x"}
        self._put(
            {
                "update_id": self.number,
                "callback_query": {"id": str(self.number), "from": person, "chat_instance": "1", "message": message, "data": data},
            }
        )

    def answer(self, path, data):
        method = path.rpartition("/")[2]
        self.got.append(method)
        if not path.startswith(f"/bot{self.token}/"):
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        if method == "getMe":
            return 200, {"ok": True, "result": {"id": 9999, "is_bot": True, "first_name": "Cramp", "username": "cramp_bot"}}
        if method == "getUpdates":
            return 200, {"ok": True, "result": self._after(int(data.get("offset", 0)))}
        if method == "sendMessage":
            chat = int(data["chat_id"])
            if self.floods:
                self.floods -= 1
                return 429, {
                    "ok": False,
                    "error_code": 429,
                    "description": "Too Many Requests: retry after 1",
                    "parameters": {"retry_after": 1},
                }
            if chat in self.closed_to:
                return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot can't initiate conversation with a user"}
            fields = {name: value for name, value in data.items() if name not in ("chat_id", "message_thread_id")}
            if not self.accept({**data, "chat_id": chat}, lambda _: check_telegram(fields)):
                return 400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities or message is too long"}
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}
            return 200, {"ok": True, "result": result}
        return 200, {"ok": True, "result": True}


class FakeSlack(FakeAPI):
    """`auth.test`, `chat.postMessage`, `chat.postEphemeral`, and `apps.connections.open` for socket mode at the address `link`."""

    link, floods, refuses = "", 0, ()

    def answer(self, path, data):
        method = path.rpartition("/")[2]
        self.got.append(method)
        if method in self.refuses:
            return 200, {"ok": False, "error": "invalid_auth"}
        if method == "apps.connections.open":
            return 200, {"ok": True, "url": self.link}
        if method.startswith("chat.post") and self.floods:
            self.floods -= 1
            return 429, {"ok": False, "error": "ratelimited"}
        if method == "auth.test":
            return 200, {"ok": True, "url": "https://x", "team": "T", "user": "bot", "team_id": "T1", "user_id": "UBOT", "bot_id": "B1"}
        if method.startswith("chat.post"):
            whole = {"unfurl_links": False, "link_names": False, **data} if method == "chat.postEphemeral" else data
            good = self.accept({**data, "method": method}, lambda _: check_slack(whole))
            return 200, {"ok": True, "ts": "1.1"} if good else {"ok": False, "error": "invalid_blocks"}
        return 200, {"ok": True}


class FakeDiscord(FakeAPI):
    """Create Message, commands, and the answers to interactions, which must be acknowledged before they are answered."""

    floods, refuses, acknowledged = 0, False, ()

    def answer(self, path, data):
        self.got.append(path)
        if self.refuses:
            return 401, {"code": 0, "message": "401: Unauthorized"}
        if path.endswith("/callback"):
            self.acknowledged = (*self.acknowledged, path.split("/")[-2])
            flags = (data.get("data") or {}).get("flags", 0)
            return 200, {"interaction": {"id": path.split("/")[-3], "type": 2, "response_message_ephemeral": bool(flags & 64)}}
        if path.endswith("/@original"):
            return 200, {}
        if "/webhooks/" in path:
            token = path.split("/webhooks/")[1].split("/")[1]
            if token not in self.acknowledged:
                return 404, {"code": 10015, "message": "Unknown Webhook"}
            return self._message(path, data)
        if path.endswith("/@me/channels"):
            person = {"id": str(data["recipient_id"]), "username": "p", "discriminator": "0", "avatar": None}
            return 200, {"id": str(1000 + int(data["recipient_id"])), "type": 1, "recipients": [person], "last_message_id": None}
        if path.endswith("/commands"):
            return 200, []
        if path.endswith("/users/@me"):
            return 200, {"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
        if path.endswith("/applications/@me"):
            return 200, {
                "id": "42",
                "name": "bot",
                "icon": None,
                "description": "",
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "x",
                "flags": 0,
                "owner": {"id": "1", "username": "o", "discriminator": "0", "avatar": None},
            }
        return self._message(path, data) if path.endswith("/messages") else (200, {})

    def _message(self, path, data):
        if self.floods:
            self.floods -= 1
            return 429, {"message": "You are being rate limited.", "retry_after": 0.0, "global": False}
        if not self.accept({**data, "path": path}, lambda _: check_discord({k: v for k, v in data.items() if v is not None})):
            return 400, {"code": 50035, "message": "Invalid Form Body"}
        author = {"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
        message = {
            "id": "7",
            "channel_id": path.split("/")[-2] if path.endswith("/messages") and "/channels/" in path else "77",
            "author": author,
            "content": data.get("content", ""),
            "timestamp": "2026-01-01T00:00:00+00:00",
        }
        rest = {
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
            "type": 0,
        }
        return 200, {**message, **rest}
