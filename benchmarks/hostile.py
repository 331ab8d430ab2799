"""Messages that are made to be slow: long ones, and those that give a stage as much to do as they can."""

from __future__ import annotations

import random
import string

LENGTH = 100_000


def hostile() -> dict[str, str]:
    """The messages by name; the same ones each time."""
    chance = random.Random(7)
    typos = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(5, 12))) for _ in range(20_000)]
    near = [word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :] for word in WORDS for at in range(len(word))]
    return {
        "one letter": "a" * LENGTH,
        "one letter a word": "a " * LENGTH,
        "spaces": " " * LENGTH,
        "new lines": "\n" * LENGTH,
        "full stops": "." * LENGTH,
        "question marks": "cramp? " * LENGTH,
        "the subject, again and again": "cramp " * LENGTH,
        "a question, again and again": "why do my calves cramp at night? " * (LENGTH // 30),
        "every known slip of some words": " ".join(near),
        "unknown words": " ".join(typos),
        "long unknown words": " ".join(a + b + c for a, b, c in zip(typos, typos[1:], typos[2:], strict=False)),
        "a rare letter": "zx" * LENGTH,
        "digits": "1234567890" * (LENGTH // 10),
        "numbers": " ".join(map(str, range(20_000))),
        "combining marks": "a" + "\u0301\u0323" * LENGTH,
        "ligatures that grow when folded": "\ufdfa" * LENGTH,
        "look-alikes": "сrаmр " * LENGTH,
        "full width": "ｃｒａｍｐ " * LENGTH,
        "emoji": "\U0001f9b5\U0001f3fd\u200d\u2642\ufe0f " * LENGTH,
        "right to left": "\u202e\u05d0 " * LENGTH,
        "other scripts": "".join(chr(code) for code in range(0x400, 0x3000)) * 8,
        "surrogates": "\ud800 " * LENGTH,
        "tags": "<b>" * LENGTH,
        "open script": "<script " * LENGTH,
        "braces": "${{" * LENGTH,
        "addresses": "http://a " * LENGTH,
        "quotes": "'\"" * LENGTH,
        "apostrophes in words": "a'b'c " * LENGTH,
        "denials": "no not never without " * LENGTH,
        "signs of red flags": "chest pain swollen calf numb face black urine short of breath fever " * LENGTH,
        "gaps of red flags": "my the a very quite calf leg really is pain and or " * LENGTH,
        "commas": "pain, swelling, redness, " * LENGTH,
        "if and would": "if would i have a seizure ask " * LENGTH,
        "amounts": "how much magnesium 400 mg " * LENGTH,
        "ages": "my 8 year old 33 weeks pregnant " * LENGTH,
        "stop words": "the of to in on at for and or is are " * LENGTH,
        "all the first words": " ".join(sorted(WORDS)) * 200,
    }


WORDS = (
    "cramp cramps calf calves thigh hamstring foot toes magnesium potassium quinine statin pregnancy dialysis diabetes electrolytes "
    "stretching massage hydration exercise swimming running swelling numbness weakness breathing chest pain night sleep water tonic "
    "pickle juice diuretic cirrhosis thyroid dehydration spasm twitch restless legs embolism thrombosis compartment urine seizure"
).split()
"""Words of the subject that stages look for."""
