"""SMS: plain text in the letters of GSM-7 where that can be done, since one other letter halves what a part holds."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

from chatbot.render.document import Para
from chatbot.render.limits import limit
from chatbot.render.split import Dialect, fitting, plain_para, text_of, utf16
from chatbot.types import Reply

_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = set("^{}\\[~]|€")
_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛`´′", "'")
    | dict.fromkeys("“”„‟«»″", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"…": "...", "•": "-", "\u00a0": " ", "\t": " ", "≥": ">=", "≤": "<=", "×": "x"}
)


def gsm(text: str) -> str:
    """`text` with each letter that GSM-7 lacks written plainly where there is a plain form."""
    text = text.translate(_PLAIN)
    if all(c in _BASIC or c in _EXTENDED for c in text):
        return text
    return "".join(c if c in _BASIC or c in _EXTENDED else _without_accent(c) for c in text)


@lru_cache(4096)
def _without_accent(char: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return plain if plain and all(c in _BASIC or c in _EXTENDED for c in plain) else char


def is_gsm(text: str) -> bool:
    """Whether the text goes out in GSM-7."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def septets(text: str) -> int:
    """The length in septets; letters of the extension table count twice."""
    return sum(2 if c in _EXTENDED else 1 for c in text)


def segments(text: str) -> int:
    """The parts that a carrier makes of the text."""
    if is_gsm(text):
        size = septets(text)
        return 1 if size <= 160 else -(-size // (limit("sms.gsm") - 1))
    size = utf16(text)
    return 1 if size <= 70 else -(-size // (limit("sms.ucs2") - 1))


def _para(para: Para) -> str:
    return plain_para(para, gsm)


_ROOM = limit("sms.parts")
GSM = Dialect(_para, septets, _ROOM * (limit("sms.gsm") - 1), 1)
UCS2 = Dialect(_para, utf16, _ROOM * (limit("sms.ucs2") - 1), 1)


def sms(reply: Reply, length: str = "") -> list[dict[str, Any]]:
    """Arguments of Twilio's `messages.create`, without the numbers. One message where leaving out whole sentences makes it fit."""
    parts = fitting(reply, GSM, length)
    if not all(is_gsm(text_of(part, GSM)) for part in parts):
        parts = fitting(reply, UCS2, length)
    return [{"body": text_of(part, GSM)} for part in parts]
