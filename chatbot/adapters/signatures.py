"""Whether a webhook's call comes from the platform: checked on the raw body, in constant time, before anything is read."""

from __future__ import annotations

import hashlib
import hmac
import time

_SLACK_SECONDS = 300


def slack(secret: str, timestamp: str, body: bytes, signature: str, now: float | None = None) -> bool:
    """Check Slack's `X-Slack-Signature`; what is older than five minutes may be a replay and is refused."""
    if not (timestamp.isascii() and timestamp.isdigit()) or not secret:
        return False
    if abs((time.time() if now is None else now) - int(timestamp)) > _SLACK_SECONDS:
        return False
    expected = "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def telegram(secret: str, header: str) -> bool:
    """Check Telegram's `X-Telegram-Bot-Api-Secret-Token` against what `setWebhook` was given."""
    return bool(secret) and hmac.compare_digest(secret.encode(), header.encode("utf-8", "replace"))


def whatsapp(secret: str, body: bytes, header: str) -> bool:
    """Check WhatsApp's `X-Hub-Signature-256`, made with the secret of the app."""
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace"))
