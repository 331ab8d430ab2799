"""Stand-ins of the HTTP APIs of Telegram, Slack and Discord: they refuse what the platform would refuse."""

from __future__ import annotations

import json
import queue
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
        fields = {part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode() for part in parts.get_payload()}
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
    """`getMe`, `getUpdates`, `sendMessage`; one person in a private chat for each id below 1000, a group for negative ids."""

    def __init__(self):
        super().__init__()
        self.updates = queue.Queue()
        self.number = 0
        self.closed_to = set()

    def says(self, user, text, chat=None, update=None):
        self.number += 1
        kind = {"id": user, "type": "private"} if chat is None else {"id": chat, "type": "group", "title": "g"}
        person = {"id": user, "is_bot": False, "first_name": f"P{user}"}
        message = {"message_id": update or self.number, "date": 1, "chat": kind, "from": person, "text": text}
        self.updates.put({"update_id": self.number, "message": message})

    def presses(self, user, data):
        self.number += 1
        person = {"id": user, "is_bot": False, "first_name": f"P{user}"}
        message = {"message_id": self.number, "date": 1, "chat": {"id": user, "type": "private"}, "text": "x"}
        self.updates.put({"update_id": self.number, "callback_query": {"id": str(self.number), "from": person, "chat_instance": "1", "message": message, "data": data}})

    def answer(self, path, data):
        method = path.rpartition("/")[2]
        self.got.append(method)
        if method == "getMe":
            return 200, {"ok": True, "result": {"id": 9999, "is_bot": True, "first_name": "Cramp", "username": "cramp_bot"}}
        if method == "getUpdates":
            found = []
            try:
                found.append(self.updates.get(timeout=0.05))
                while True:
                    found.append(self.updates.get_nowait())
            except queue.Empty:
                return 200, {"ok": True, "result": found}
        if method == "sendMessage":
            chat = int(data["chat_id"])
            if chat in self.closed_to:
                return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot can't initiate conversation with a user"}
            fields = {name: value for name, value in data.items() if name not in ("chat_id", "message_thread_id")}
            if not self.accept({**data, "chat_id": chat}, lambda _: check_telegram(fields)):
                return 400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse entities or message is too long"}
            result = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "x"}
            return 200, {"ok": True, "result": result}
        return 200, {"ok": True, "result": True}


class FakeSlack(FakeAPI):
    """`auth.test`, `chat.postMessage`, `chat.postEphemeral`."""

    def answer(self, path, data):
        method = path.rpartition("/")[2]
        self.got.append(method)
        if method == "auth.test":
            return 200, {"ok": True, "url": "https://x", "team": "T", "user": "bot", "team_id": "T1", "user_id": "UBOT", "bot_id": "B1"}
        if method.startswith("chat.post"):
            whole = {"unfurl_links": False, "link_names": False, **data} if method == "chat.postEphemeral" else data
            good = self.accept({**data, "method": method}, lambda _: check_slack(whole))
            return 200, {"ok": True, "ts": "1.1"} if good else {"ok": False, "error": "invalid_blocks"}
        return 200, {"ok": True}


class FakeDiscord(FakeAPI):
    """Create Message."""

    def answer(self, path, data):
        self.got.append(path)
        if path.endswith("/users/@me"):
            return 200, {"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
        if path.endswith("/applications/@me"):
            return 200, {"id": "42", "name": "bot", "icon": None, "description": "", "bot_public": True, "bot_require_code_grant": False, "verify_key": "x", "flags": 0, "owner": {"id": "1", "username": "o", "discriminator": "0", "avatar": None}}
        if path.endswith("/messages"):
            if not self.accept({**data, "path": path}, lambda _: check_discord({k: v for k, v in data.items() if v is not None})):
                return 400, {"code": 50035, "message": "Invalid Form Body"}
            author = {"id": "42", "username": "bot", "discriminator": "0", "avatar": None, "bot": True}
            message = {"id": "7", "channel_id": path.split("/")[-2], "author": author, "content": data.get("content", ""), "timestamp": "2026-01-01T00:00:00+00:00"}
            rest = {"edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": False, "type": 0}
            return 200, {**message, **rest}
        return 200, {}
