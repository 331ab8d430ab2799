"""Slack, over Bolt, in socket mode. SLACK_BOT_TOKEN and SLACK_APP_TOKEN in the environment.

SLACK_API_URL, as in "https://slack-gov.com/api/", for another address of the API.
"""

from __future__ import annotations

import re
import signal
import threading
from typing import Any

from chatbot.adapters.host import Answer, Host, main, missing, setting, unsaid
from chatbot.errors import SettingError

_TRIES = 5


def build(token: str, host: Host, signing_secret: str = "", base_url: str = "") -> Any:
    """The Bolt app. With `signing_secret` it can stand behind a webhook, whose signatures Bolt checks.

    Raises:
        SettingError: when Slack refuses the token.
    """
    try:
        from slack_bolt import App
        from slack_bolt.error import BoltError
        from slack_sdk import WebClient
        from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
    except ImportError as error:
        raise missing("slack", error) from error
    client = WebClient(token=token, base_url=base_url) if base_url else WebClient(token=token)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=_TRIES))
    unsaid("slack_bolt.App", "`token` will be unused")  # it is that of the client
    try:
        app = App(
            client=client, signing_secret=signing_secret or "unused in socket mode", request_verification_enabled=bool(signing_secret)
        )
    except BoltError as error:
        raise SettingError("Slack refuses the token; look at SLACK_BOT_TOKEN") from error

    def on_message(body: dict[str, Any], event: dict[str, Any], client: Any, context: dict[str, Any]) -> None:
        if event.get("bot_id") or event.get("subtype") or not event.get("user"):
            return
        name = f"<@{context.get('bot_user_id')}>"
        text, private_talk = event.get("text", ""), event.get("channel_type") == "im"
        chat = f"{body.get('team_id', '')}/{event['channel']}/{event.get('thread_ts', '')}"
        # a mention comes as two events with one time stamp: the name of the message is what tells them to be one
        answer = host.answer(
            chat, event["user"], _plain(text.replace(name, "")), f"message {event['ts']}", in_group=not private_talk, addressed=name in text
        )
        _send(client, answer, event["channel"], event["user"], event.get("thread_ts"))

    app.event("message")(on_message)
    app.event("app_mention")(on_message)

    @app.action(re.compile("choice_.*"))
    def on_button(ack: Any, body: dict[str, Any], action: dict[str, Any], client: Any) -> None:
        ack()
        channel, thread = body["channel"]["id"], body.get("message", {}).get("thread_ts")
        chat = f"{body.get('team', {}).get('id', '')}/{channel}/{thread or ''}"
        event = f"action {action.get('action_ts', '')}"
        answer = host.answer(chat, body["user"]["id"], action["value"], event, in_group=not channel.startswith("D"))
        _send(client, answer, channel, body["user"]["id"], thread)

    return app


def _plain(text: str) -> str:
    """What was typed, from what Slack sends: three entities, and names and links in angle brackets."""
    text = re.sub(r"<[^>|]*\|([^>]*)>|<[@#!][^>]*>", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def _send(client: Any, answer: Answer, channel: str, user: str, thread: str | None) -> None:
    from slack_sdk.errors import SlackApiError

    for message in answer.messages:
        if answer.private:
            quiet = {name: value for name, value in message.items() if name in ("text", "blocks")}
            client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **quiet)
            continue
        try:
            client.chat_postMessage(channel=channel, thread_ts=thread, **message)
        except SlackApiError as error:
            if "block" not in str(error.response.get("error", "")):
                raise
            client.chat_postMessage(channel=channel, thread_ts=thread, text=message["text"])


def run(host: Host | None = None) -> None:
    """Run until stopped; socket mode connects again by itself.

    Raises:
        SettingError: when Slack refuses a token.
    """
    token, app_token = setting("SLACK_BOT_TOKEN"), setting("SLACK_APP_TOKEN")
    app = build(token, host or Host("slack"), base_url=setting("SLACK_API_URL", ""))
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_sdk.errors import SlackApiError

    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    unsaid("slack_bolt.App", "invalid_auth")
    handler: Any = SocketModeHandler(app, app_token)
    try:
        handler.connect()
    except SlackApiError as error:
        raise SettingError("Slack refuses the token for socket mode; look at SLACK_APP_TOKEN") from error
    while not stopped.wait(3600):  # on Windows a wait without end could not be interrupted
        pass
    handler.close()


if __name__ == "__main__":
    main(run)
