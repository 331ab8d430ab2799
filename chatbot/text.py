"""Text, once for all: cleaning, folding, words, stems, sentence ends, index terms.

Pure functions of the standard library. Two ideas are kept apart: *clean* text may be shown, *folded* text is for matching
only and is never shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

MAX_LENGTH = 4096
"""Code points of one utterance that are looked at. Applied before anything else: `unicodedata.normalize` takes quadratic time
on runs of combining marks in the CPython versions that are in use (python/cpython#149079)."""

_JOINERS = "\u200c\u200d"  # zero-width (non-)joiner: needed by Persian, Indic scripts and emoji, and without effect on a terminal
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

# Letters of other scripts that look like Latin ones: the everyday part of the confusables of Unicode UTS #39. What is a
# compatibility form (full width, mathematical, circled, accented) is undone by NFKD and needs no entry.
_LOOK_ALIKES: dict[int, int | str] = {}
_LOOK_ALIKES |= str.maketrans(
    "абвгԁеёзіїјкӏмнорԛѕстуԝхһьᴀʙᴄᴅᴇғɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢαβγδεηικμνορτυχωıłøđħŧƒɡɑⅼ",
    "a6brdeeziijklmhopqsctywxhbabcdefghijklmnoprtuvwyzabyoenikuvoptuxwilodhtfgal",
)
_LOOK_ALIKES.update({ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("þ"): "th"})
_PLAIN = str.maketrans(dict.fromkeys("‘’‚‛ʼʹ`´′", "'") | dict.fromkeys("“”„‟«»″", '"') | dict.fromkeys("‐‑‒–—―−", "-") | {"…": "..."})

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_LENGTHENED = re.compile(r"([a-z])\1{2,}")


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """Cut `text` to `limit` code points and drop what must not reach a screen or a platform.

    Control, format, surrogate, private and unassigned characters and the line and paragraph separators go; new lines and tabs
    stay. Idempotent.
    """
    text = text[:limit]
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t" or c in _JOINERS or unicodedata.category(c) not in _HIDDEN)


def fold(text: str) -> str:
    """Bring spellings that look the same to the same letters, for matching only: lower case, no accents, no hidden characters.

    Each character is decomposed on its own, which keeps the time linear (see `MAX_LENGTH`).
    """
    text = text[:MAX_LENGTH]
    if text.isascii():
        return text.lower()
    kept: list[str] = []
    for char in text.translate(_PLAIN).lower():
        if char < "\x80":
            kept.append(char)
            continue
        kept.append(_decomposed(char))
    return "".join(kept)[:MAX_LENGTH].lower().translate(_LOOK_ALIKES).translate(_PLAIN)


@lru_cache(maxsize=1024)
def _decomposed(char: str) -> str:
    """A character without what makes it look different; some become many."""
    return "".join(c for c in unicodedata.normalize("NFKD", char) if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def words(folded: str) -> list[str]:
    """The words of folded text, in order: "can't" is "cant", "what's" is "what", "sooo" is "soo"."""
    found = []
    lengthened = _LENGTHENED.search(folded.replace("'", ""))  # one look at the whole spares most messages one at each word
    for word in _WORD.findall(folded):
        if "'" in word:
            word = word.removesuffix("'s")
            word = word.replace("'", "")
        found.append(_LENGTHENED.sub(r"\1\1", word) if lengthened and len(word) > 3 else word)
    return found


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A light English stem: the plural and the endings -ing and -ed go, and what remains is made alike.

    Weaker than Porter's on purpose: a stem stays a word that a person recognises, and "numbing" does not meet "number".
    """
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("ves") and len(word) > 4:
        word = word[:-3] + ("f" if word[-4] in "lr" else "ve")  # calves, scarves; not "gloves"
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        root = word[: -len(ending)]
        if word.endswith(ending) and len(root) >= 3 and any(c in "aeiouy" for c in root):
            if root[-1] == root[-2] and root[-1] not in "lsz":
                return root[:-1]
            return root
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


_SENTENCE_END = r"[.!?]['\")\]]*\s+(?=['\"(\[‘“]?[A-Z0-9])"  # compiled when it is needed: a cold answer does without
_ABBREVIATIONS = ("e.g.", "i.e.", "dr.", "mr.", "mrs.", "ms.", "st.", "vs.", "no.", "approx.", "etc.", "prof.", "fig.")

_LETTERED = ("vitamin", "vitamins", "hepatitis", "type", "group", "and", "or")
"""After these a single letter is a name ("vitamin D."), not the initial of one."""


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans (start, end) of the sentences of `text`, without the white space between them."""
    spans, start = [], 0
    for match in re.finditer(_SENTENCE_END, text):
        end = match.start() + len(match.group().rstrip())
        *before, last = text[start:end].lower().split() or [""]
        initial = re.fullmatch(r"[a-z]\.", last) and not (before and before[-1] in _LETTERED)
        if last in _ABBREVIATIONS or initial:
            continue
        spans.append((start, end))
        start = match.end()
    tail = text[start:].rstrip()
    if tail:
        spans.append((start, start + len(tail)))
    return spans


STOP_WORDS = frozenset(
    (
        "a an the of to in on at for and or is are was were be been being am do does did doing has have had having i im ive id "
        "me my mine myself we us our you your youre it its he she him his her hers they them their theirs this that thats these "
        "those there here as by with from into if so than then too very just really please can could would should will shall "
        "may might must about what when where which who whom whose why how hows some any one also get gets got getting like lot "
        "more most much such all many out up now use call whats hows wheres yes hi hello hey thanks ok okay tell know want need "
        "think guess anyone someone something anything thing things good best way ways"
    ).split()
)
"""Words that say nothing about what a passage is about. Kept short: "no", "not", "after" and "before" matter here."""


_REMEMBERED = 4096
"""Words that begin no phrase and are kept in mind; what people type must not fill the memory."""


class Phrases:
    """Finds phrases in a list of tokens: the longest at each place, in time that does not grow with the number of phrases."""

    def __init__(self, table: dict[str, dict[tuple[str, ...], str]] | None = None) -> None:
        self._table: dict[str, dict[tuple[str, ...], str]] = table if table is not None else {}
        self._data: Mapping[str, Mapping[str, str]] = {}

    def add(self, tokens: Sequence[str], value: str) -> None:
        """Make `tokens` a phrase that means `value`; the first meaning of a phrase stays."""
        if tokens:
            phrases = self._table[tokens[0]] if tokens[0] in self._table else self._beginning(tokens[0])
            self._table.setdefault(tokens[0], phrases).setdefault(tuple(tokens), value)

    def _beginning(self, first: str) -> dict[tuple[str, ...], str]:
        """The phrases of `from_data` that begin with `first`: read when `first` is met, and kept."""
        phrases = {tuple(phrase.split(" ")): value for phrase, value in self._data.get(first, {}).items()}
        if phrases or len(self._table) < _REMEMBERED:
            self._table[first] = phrases
        return phrases

    def scan(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Each phrase found, as (start, end, value), from left to right and without overlap."""
        at, table = 0, self._table
        while at < len(tokens):
            phrases = table.get(tokens[at])
            if phrases is None:
                phrases = self._beginning(tokens[at])
            if not phrases:
                at += 1
                continue
            best: tuple[str, ...] = ()
            for phrase in phrases:
                if len(phrase) > len(best) and tuple(tokens[at : at + len(phrase)]) == phrase:
                    best = phrase
            if best:
                yield at, at + len(best), phrases[best]
            at += len(best) or 1

    def words(self) -> Iterator[str]:
        """Every word of every phrase."""
        for first in dict.fromkeys([*self._data, *self._table]):
            for phrase in self._table[first] if first in self._table else self._beginning(first):
                yield from phrase

    def to_data(self) -> dict[str, dict[str, str]]:
        """The phrases as JSON-able data, for `from_data`."""
        rows = {first: {" ".join(phrase): value for phrase, value in phrases.items()} for first, phrases in self._table.items() if phrases}
        return {**{first: dict(self._data[first]) for first in self._data}, **rows}

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, str]]) -> Phrases:
        """The phrases whose `to_data` gave `data`, which may lie in a file (`chatbot.table.ValueTable`): only what is met is read."""
        phrases = cls()
        phrases._data = data
        return phrases


class Analyzer:
    """Turns text into index terms, the same way for passages and for questions.

    A term is a stem; a word or phrase of a synonym set is brought to the first member of its set, so that "charley horse" meets
    "cramp" and "acetaminophen" meets "paracetamol".

    Args:
        synonyms: sets of words or phrases that mean the same, the first one being the common name.
    """

    def __init__(self, synonyms: Iterable[Sequence[str]] = ()) -> None:
        self._stem: Callable[[str], str] = stem
        self._synonyms = Phrases()
        self._wordy = Phrases()
        """Phrases that hold a stop word ("how long", "the pill"): they are found before the stop words go."""
        for group in synonyms:
            name = "_".join(self._stems(words(fold(group[0])))) or "_".join(words(fold(group[0])))
            for phrase in group:
                tokens = words(fold(phrase))
                stems = self._stems(tokens)
                if len(stems) == len(tokens):
                    self._synonyms.add(stems, name)
                else:
                    self._wordy.add([stem(token) for token in tokens], f"_{name}")

    @staticmethod
    def _stems(tokens: Iterable[str]) -> list[str]:
        stems = (stem(token) for token in tokens if token not in STOP_WORDS)
        return [found for found in stems if found not in STOP_WORDS]

    def terms(self, text: str) -> list[str]:
        """The terms of `text`, in order, repetitions kept."""
        return self.terms_of(words(fold(text)))

    def terms_of(self, tokens: Iterable[str]) -> list[str]:
        """The terms of words that were folded already."""
        kept = [(self._stem(token), token in STOP_WORDS) for token in tokens]
        for start, end, name in reversed(list(self._wordy.scan([root for root, _ in kept]))):
            kept[start:end] = [(name, False)]
        terms = [root for root, stops in kept if not stops and root not in STOP_WORDS]
        for start, end, name in reversed(list(self._synonyms.scan(terms))):
            terms[start:end] = [name]
        return [term.removeprefix("_") for term in terms]

    def remembering(self) -> Analyzer:
        """The same analyzer, for building: it stems each word once, and keeps the words of the texts in memory."""
        twin = Analyzer()
        twin._synonyms, twin._wordy, twin._stem = self._synonyms, self._wordy, lru_cache(1 << 18)(stem)
        return twin

    def to_data(self) -> dict[str, dict[str, dict[str, str]]]:
        """The synonym tables as JSON-able data, for `from_data`."""
        return {"plain": self._synonyms.to_data(), "wordy": self._wordy.to_data()}

    @classmethod
    def from_data(cls, data: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Analyzer:
        """The analyzer whose `to_data` gave `data`; nothing is stemmed again, which keeps opening fast."""
        analyzer = cls()
        analyzer._synonyms, analyzer._wordy = Phrases.from_data(data["plain"]), Phrases.from_data(data["wordy"])
        return analyzer
