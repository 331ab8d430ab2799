"""What kind of thing is asked, or told: symptoms, causes, treatment ... Standard library only.

A type has two short lists of words. By the first a question, or the heading of a passage, is known to be of the type; the second are
words that a passage of the type is likely to hold, whatever it is about. They were written by hand, for health questions in general,
after the types that consumer health questions are commonly sorted by; no collection was counted for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chatbot.text import fold, stem, words


class QuestionType(NamedTuple):
    """The words by which a question or a heading of the type is known, and words that a passage of the type holds."""

    asked: str
    told: str = ""


TYPES: Mapping[str, QuestionType] = {
    "definition": QuestionType(
        "define definition overview information meaning mean introduction basics",
        "is disorder condition disease type called known characterized occurs rare refers",
    ),
    "symptoms": QuestionType(
        "symptom sign complaint feel feeling",
        "symptom sign include appear experience feel pain swelling fever begin develop common severe mild weakness fatigue headache",
    ),
    "causes": QuestionType(
        "cause why reason trigger due contribute lead result",
        "cause caused due result trigger factor lead occur happen mutation exposure",
    ),
    "treatment": QuestionType(
        "treat treatment therapy cure remedy relieve relief manage management heal medication medicine surgery",
        "treat treatment therapy surgery drug medicine medication relieve manage supportive physical remove antibiotic",
    ),
    "prevention": QuestionType(
        "prevent prevention avoid avoidance protect", "prevent prevention reduce lower avoid vaccine wash help keep"
    ),
    "tests": QuestionType(
        "diagnose diagnosis diagnosed test exam examination detect detected differentiate scan screening",
        "diagnose diagnosis test exam examination blood biopsy scan imaging doctor history ultrasound mri ct testing",
    ),
    "outlook": QuestionType(
        "outlook prognosis expect survival survive expectancy recover recovery",
        "prognosis outlook recover recovery survive life vary death expectancy full good stage chance",
    ),
    "inheritance": QuestionType(
        "inherit inherited inheritance hereditary genetic gene mutation acquired",
        "inherit inherited inheritance autosomal recessive dominant pattern copy parent carrier mutated linked sporadic affected",
    ),
    "genes": QuestionType(
        "genetic gene mutation chromosome", "gene mutation protein chromosome cell instruction deletion produce making function"
    ),
    "frequency": QuestionType(
        "frequency common prevalence incidence statistics affected people",
        "prevalence incidence occur affect estimated 1 people individual worldwide birth newborn population frequency unknown reported united states",
    ),
    "risk": QuestionType("risk susceptible susceptibility likely", "risk factor increase age older family history likely men women"),
    "complications": QuestionType("complication effect consequences issue problem", "complication lead serious damage failure death"),
    "side_effects": QuestionType("side effect reaction adverse", "side effect reaction nausea"),
    "dose": QuestionType(
        "dose dosage maximum used usage take taken taper stop much daily mg guideline indication", "dose mg daily take tablet"
    ),
    "warnings": QuestionType(
        "interact interaction precaution safety safe warning together avoid", "avoid interaction tell pregnant careful"
    ),
    "contagion": QuestionType(
        "contagious spread transmit transmitted transmission catch infectious", "spread contact infected person virus"
    ),
    "help": QuestionType("doctor specialist specialize see contact", "call doctor provider emergency contact"),
    "support": QuestionType("support group cope coping living find", "support group help cope organization"),
    "research": QuestionType(
        "research trial study", "research nih trial study ninds support conduct scientist clinical institute national"
    ),
    "storage": QuestionType("store storage dispose disposal expire expired opened stability", "store container temperature room"),
    "ingredients": QuestionType("ingredient contain content brand", "ingredient contain"),
    "food": QuestionType("eat eating food diet nutrition", "eating diet nutrition food drink eat avoid"),
    "stages": QuestionType("stage", "stage tumor cancer spread lymph node"),
}
"""The types, in the order of the bits of a mask."""

_BIT = {name: 1 << at for at, name in enumerate(TYPES)}
_MASKS: dict[str, int] = {}
for _name, _type in TYPES.items():
    for _word in _type.asked.split():
        _MASKS[stem(_word)] = _MASKS.get(stem(_word), 0) | _BIT[_name]
_PHRASES = {"how many": _BIT["frequency"], "how common": _BIT["frequency"], "what to do": _BIT["treatment"] | _BIT["food"]}

ASKING = frozenset(_MASKS)
"""The stems by which a type is known: they say what is asked, not what about."""


def type_mask(text: str) -> int:
    """The types of a question or a heading, a bit for each, in the order of `TYPES`; 0 when it says none.

    "What is ..." asks for a definition when nothing else is asked.
    """
    tokens = words(fold(text))
    mask = 0
    for token in tokens:
        mask |= _MASKS.get(stem(token), 0)
    line = " ".join(tokens)
    for phrase, bits in _PHRASES.items():
        if phrase in line:
            mask |= bits
    return mask or (_BIT["definition"] if "what is" in line or "what are" in line else 0)


def told_words(mask: int) -> list[str]:
    """The words that passages of the types in `mask` are likely to hold, each once."""
    return list(dict.fromkeys(word for name, bit in _BIT.items() if mask & bit for word in TYPES[name].told.split()))


def type_names(mask: int) -> list[str]:
    """The names of the types in `mask`."""
    return [name for name, bit in _BIT.items() if mask & bit]
