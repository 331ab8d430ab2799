"""Requests that only someone who knows the person may answer: a dose, a diagnosis, whether to stop a medicine.

Found by their form, so that each can be read and tested; the intent classifier finds others (`personal_request`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

DOSE, DIAGNOSIS, STOP, OTHER = "dose", "diagnosis", "stop", "other"

_TAKEN = frozenset(
    (
        "mg milligrams mcg iu tablet tablets pill pills capsule capsules dose doses dosage strength spoon spoons spoonful "
        "teaspoon syrup drops puff puffs injection injections supplement supplements"
    ).split()
)
_MEDICINES = frozenset("medicine medicines medication medications meds pills tablets prescription".split())
_DOSED_REMEDIES = frozenset(
    (
        "magnesium potassium calcium salt-tablets iron zinc vitamin-b vitamin-c vitamin-d vitamin-e vitamin-k multivitamin "
        "quinine cbd herbal sodium"
    ).split()
)
_MUCH = (("how", "much"), ("how", "many"), ("what", "dose"), ("what", "dosage"), ("what", "strength"), ("which", "dose"), ("which", "strength"), ("what", "amount"), ("right", "dose"), ("safe", "dose"), ("correct", "dose"), ("max", "dose"), ("maximum", "dose"))  # fmt: skip
_GIVEN = frozenset("take taking give giving need have swallow use start increase raise up".split())
_PERSON = frozenset(
    ("i me my mine we our him her son daughter baby toddler kid child mum mom dad wife husband nan gran year he she").split()
)
_MORE = frozenset("double doubling triple extra halve halving increase increasing up raise raising".split())
_HAVE = (("do", "i", "have"), ("have", "i", "got"), ("do", "you", "think", "i", "have"), ("could", "i", "have"), ("what", "do", "i", "have"), ("whats", "wrong", "with", "me"), ("what", "wrong", "with", "me"), ("diagnose", "me"), ("does", "he", "have"), ("does", "she", "have"), ("tell", "me", "what", "i", "have"), ("so", "i", "have"))  # fmt: skip
_SAY_WHICH = (
    ("just", "tell", "me"),
    ("yes", "or", "no"),
    ("which", "is", "it"),
    ("is", "mine"),
    ("tell", "me", "straight"),
    ("be", "honest"),
)
_PRESCRIBE = (("prescribe", "me"), ("write", "me", "a", "prescription"), ("prescription", "for", "me"), ("give", "me", "a", "prescription"), ("need", "a", "prescription", "from", "you"), ("can", "you", "prescribe"), ("sick", "note"))  # fmt: skip
_STOPPING = frozenset("stop skip quit halve miss drop cut ditch come leave".split())
_MY_RESULTS = (("my", "results"), ("my", "bloods"), ("my", "blood", "test"), ("my", "blood", "tests"), ("my", "potassium", "is"), ("my", "calcium", "is"), ("my", "magnesium", "is"), ("my", "ck", "is"), ("my", "levels", "are"))  # fmt: skip


def personal_request(tokens: Sequence[str], slots: Mapping[str, str]) -> str:
    """What kind of personal decision is asked for (`DOSE`, `DIAGNOSIS`, `STOP`, `OTHER`), or "".

    Args:
        tokens: folded words.
        slots: what the utterance and the dialogue name.
    """
    said = set(tokens)
    taken = bool(said & _TAKEN) or "medicine" in slots or slots.get("remedy") in _DOSED_REMEDIES
    if taken and _any(tokens, _MUCH) and said & _GIVEN and said & _PERSON:
        return DOSE
    if taken and said & _MORE and _asks_leave(tokens):
        return DOSE
    if _any(tokens, _PRESCRIBE):
        return OTHER
    if _any(tokens, _MY_RESULTS) and any(token.isdigit() for token in tokens):
        return DIAGNOSIS
    if _any(tokens, _HAVE) and ("condition" in slots or "wrong" in said or "what" in said):
        return DIAGNOSIS
    if "condition" in slots and _any(tokens, _SAY_WHICH):
        return DIAGNOSIS
    medicine = "medicine" in slots or bool(said & _MEDICINES)
    if medicine and _leave_to_stop(tokens):
        return STOP
    if medicine and said & _STOPPING and (_any(tokens, _SAY_WHICH) or tokens[:1] in (["ok"], ["okay"]) or _asks_leave(tokens, strict=True)):
        return STOP
    return ""


_LEAVE = frozenset("should can could may ok okay safe alright".split())


def _leave_to_stop(tokens: Sequence[str]) -> bool:
    """Whether somebody asks leave to stop: "should she stop", "ok to skip"."""
    return any(
        token in _STOPPING and not _LEAVE.isdisjoint(tokens[max(0, at - 4) : at]) and "how" not in tokens[:at]
        for at, token in enumerate(tokens)
    )


def _any(tokens: Sequence[str], phrases: Sequence[tuple[str, ...]]) -> bool:
    begun = [phrase for phrase in phrases if phrase[0] in tokens]  # mostly none
    return any(tuple(tokens[at : at + len(phrase)]) == phrase for phrase in begun for at in range(len(tokens) - len(phrase) + 1))


def _asks_leave(tokens: Sequence[str], strict: bool = False) -> bool:
    """Whether it asks "can I", "should I", "is it ok to"; strictly: about doing it, not about what happens."""
    asked = (("can", "i"), ("should", "i"), ("could", "i"), ("am", "i", "ok"), ("is", "it", "ok"), ("ok", "to"), ("may", "i"), ("safe", "to"), ("alright", "to"), ("shall", "i"))  # fmt: skip
    return _any(tokens, asked[:2] + asked[3:5] if strict else asked)
