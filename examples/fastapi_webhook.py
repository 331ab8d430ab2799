"""A webhook for WhatsApp with FastAPI: checked, answered once, sent by a function of yours."""

import json

from fastapi import FastAPI, HTTPException, Request

from chatbot.adapters import signatures
from chatbot.adapters.host import Host, setting

app, host, outbox = FastAPI(), Host("whatsapp"), []


@app.post("/whatsapp")
async def receive(request: Request):
    body = await request.body()
    if not signatures.whatsapp(setting("WHATSAPP_SECRET"), body, request.headers.get("x-hub-signature-256", "")):
        raise HTTPException(401)
    messages = [m for e in json.loads(body)["entry"] for c in e["changes"] for m in c["value"].get("messages", []) if m["type"] == "text"]
    for m in messages:
        outbox.extend({"to": m["from"], **a} for a in (await host.aanswer("", m["from"], m["text"]["body"], m["id"])).messages)
