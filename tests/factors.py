"""The factor set: every message of tests/quality/safety-base.yaml, said again as it might really come.

Played down, with somebody's word that it is nothing, with slips of the pen, in a long story, of somebody else, beside denied signs, in
look-alike letters, in dialect. How much recall each factor costs is what `benchmarks/safety.py` prints.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import NamedTuple

import yaml
from phrasings import QUALITY, SEED, slip

_DISMISSED = (
    "My wife says it's nothing, but {}",
    "{} My husband thinks it's nothing.",
    "{} Mum says I'm making a fuss.",
    "everyone tells me it's just cramp but {}",
    "{} My mate reckons it's only a pulled muscle.",
)
_PLAYED_DOWN = (
    "It's probably nothing, but {}",
    "Don't want to waste anyone's time. {}",
    "{} I'm sure it's fine really.",
    "silly question but {}",
    "{} Not too bothered, just wondered.",
    "{} Bit of a nuisance, that's all.",
    "I'm not one to complain. {}",
)
_STORIES = (
    "I'm fifty-one and I work in a school kitchen, on my feet from seven until three, and I've always been the healthy one in the family. We had a quiet weekend, a bit of gardening and a film. {} I did put the washing out afterwards and I've had a cup of tea since. My sister is coming at the weekend and I wanted to know what you think before then.",
    "Long one, sorry. We moved house in the spring and it took weeks to unpack, then the boiler went and the cat had to go to the vet. Things have settled now. {} I rang the surgery and was number nineteen in the queue, so I thought that I'd ask here while I wait. What should I do next?",
    "A bit of background: I drive a bus, I don't smoke, I like my food. Normally a cramp is gone in a minute and I forget it. Anyway, here is what is going on. {} The neighbour came round and we talked about the football, and now it's getting dark.",
)  # fmt: skip
_DENIED = (
    "No rash and no cough. {}",
    "{} No headache though, and no sore throat.",
    "I haven't been abroad and I don't smoke. {}",
    "{} I don't have diabetes.",
    "no allergies, no earache. {}",
    "{} My hearing is fine and I'm not hungry.",
)
_PEOPLE = (
    ("my dad", "his", "he", "him", "himself"),
    ("my wife", "her", "she", "her", "herself"),
    ("my brother", "his", "he", "him", "himself"),
    ("my aunt", "her", "she", "her", "herself"),
)
_LOOK_ALIKE = str.maketrans({"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і", "y": "у"})
_DIALECTS: tuple[dict[str, str], ...] = (
    {"my": "ma", "i've": "ah've", "can't": "cannae", "won't": "willnae", "don't": "dinnae", "to": "tae", "and": "an", "down": "doon", "out": "oot", "so": "sae", "of": "o", "arm": "airm", "head": "heid", "sore": "sair", "i'm": "ah'm", "doesn't": "doesnae", "about": "aboot"},
    {"my": "me", "and": "an", "the": "t'", "nothing": "nowt", "something": "summat", "isn't": "in't", "doesn't": "dun't", "with": "wi", "very": "proper", "going": "goin", "having": "avin"},
    {"my": "mah", "isn't": "ain't", "and": "n", "going": "goin", "the": "da", "mum": "mom", "with": "wit", "that": "dat", "tummy": "belly", "because": "cuz"},
    {"tummy": "stomach", "i've got": "i am having", "hurts": "is paining", "ache": "paining", "aches": "is paining", "wee": "urine", "very": "too much"},
)  # fmt: skip


class Said(NamedTuple):
    """A message of the factor set: the text, the factor, the condition that it was made from and the least urgency that counts as found."""

    text: str
    factor: str
    condition: str
    urgency: str


def base() -> list[Said]:
    """The plain messages."""
    data = yaml.safe_load((QUALITY / "safety-base.yaml").read_text(encoding="utf-8"))
    return [Said(text, "plain", *key.split()) for key, texts in data.items() for text in texts]


def factor_set(seed: int = SEED) -> list[Said]:
    """The plain messages, and each of them under every factor."""
    plain = base()
    chance = random.Random(seed)
    return plain + [said._replace(text=say(said.text, chance), factor=name) for name, say in FACTORS.items() for said in plain]


def _within(frames: tuple[str, ...]) -> Callable[[str, random.Random], str]:
    def say(text: str, chance: random.Random) -> str:
        frame = chance.choice(frames)
        return frame.format(
            text
            if frame.startswith("{}") or frame.split("{}")[0].rstrip().endswith(".")
            else text[:1].lower() + text[1:]
            if not text.startswith(("I ", "I'"))
            else text
        )

    return say


def _slips(text: str, chance: random.Random) -> str:
    """One slip in a word of five letters or more, no capitals, no apostrophes."""
    return slip(text.lower().replace("'", ""), chance)


_FORMS = {
    "i've": "{n} has",
    "i'm": "{n} is",
    "i'd": "{n} had",
    "i": "{n}",
    "my": "{n}'s",
    "me": "{o}",
    "myself": "{r}",
    "mine": "{p}",
    "am": "is",
    "have": "has",
    "don't": "doesn't",
    "do": "does",
    "was": "was",
    "keep": "keeps",
    "feel": "feels",
    "take": "takes",
    "can": "can",
    "want": "wants",
    "trip": "trips",
    "wish": "wishes",
    "know": "knows",
    "get": "gets",
}
_VERBS = frozenset("have don't do keep feel take want trip wish know get am".split())


def _third_person(text: str, chance: random.Random) -> str:
    """Of somebody else: by name at the first place, then by "he" or "she"; the verb behind follows."""
    name, possessive, subject, thing, own = chance.choice(_PEOPLE)
    said: list[str] = []
    first, after_subject = True, False
    for token in re.findall(r"[\w']+|[^\w']+", text):
        low = token.lower()
        if low in ("i", "i've", "i'm", "i'd", "my", "mine"):
            who = name if first else (possessive if low in ("my", "mine") else subject)
            ending = {"i": "", "i've": " has", "i'm": " is", "i'd": " had", "my": "'s" if first else "", "mine": ""}[low]
            said.append(who + ending)
            first, after_subject = False, low == "i"
        elif low in ("me", "myself"):
            said.append(own if low == "myself" else thing)
        elif after_subject and low in _VERBS:
            said.append(_FORMS[low])
            after_subject = False
        else:
            said.append(token)
            after_subject = after_subject and not token.strip()
    whole = "".join(said)
    return whole[:1].upper() + whole[1:]


def _look_alike(text: str, chance: random.Random) -> str:
    """Letters of other alphabets that look the same, in about a third of the words."""
    return " ".join(word.translate(_LOOK_ALIKE) if chance.random() < 0.35 else word for word in text.split(" "))


def _dialect(text: str, chance: random.Random) -> str:
    """In the first of the dialects, by chance, that has other words for some of it."""
    for words in chance.sample(_DIALECTS, len(_DIALECTS)):
        said = re.sub(r"[\w']+", lambda match, words=words: words.get(match[0].lower(), match[0]), text)  # type: ignore[misc]
        if said != text:
            return said
    return text


FACTORS: dict[str, Callable[[str, random.Random], str]] = {
    "somebody says it is nothing": _within(_DISMISSED),
    "played down": _within(_PLAYED_DOWN),
    "slips of the pen": _slips,
    "long story": _within(_STORIES),
    "of somebody else": _third_person,
    "denied signs beside it": _within(_DENIED),
    "look-alike letters": _look_alike,
    "dialect": _dialect,
}
