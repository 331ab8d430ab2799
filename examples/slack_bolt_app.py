"""slack-bolt behind a webhook: Bolt checks the signatures and acknowledges in time."""

from slack_bolt import App

from chatbot.adapters.host import Host, setting

host = Host("slack")
app = App(token=setting("SLACK_BOT_TOKEN"), signing_secret=setting("SLACK_SIGNING_SECRET"))


@app.event("message")
def on_message(event, say):
    if event.get("channel_type") == "im" and event.get("user") and not event.get("bot_id"):
        for arguments in host.answer(event["channel"], event["user"], event["text"], event["ts"]).messages:
            say(**arguments)


if __name__ == "__main__":
    app.start(3000)
