"""What is no question at all: empty, gibberish, another language, code, an attempt to change the bot's rules, abuse.

Looked at before anything is matched, and after the red flags, which may hide in any of it. Nothing here is ever echoed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

EMPTY, GIBBERISH, LANGUAGE, INJECTION, ABUSE, CODE = "empty", "gibberish", "language", "injection", "abuse", "code"

# Words that are frequent in a language and are no English words. Three of them, or one in four words, tell it.
_FUNCTION_WORDS = {
    "es": "que los las por para una con del mis tengo duele calambre calambres pierna piernas noche cuando porque como qué hacer dolor muy",
    "fr": "les des une est pas pour que qui dans avec mes j'ai mal jambe jambes nuit crampe crampes pourquoi comment quand faire sont",
    "de": "ich der die das und nicht ein eine habe mein meine warum wie was bei nachts krampf krampfe wadenkrampf wade bein beine hilft gegen",
    "it": "che per una con del mio mia ho perche come cosa gamba gambe notte crampo crampi quando sono mal dolore gli nella",
    "pt": "que uma com para por meu minha tenho perna pernas noite caibra caibras quando porque como fazer dor dores nao",
    "nl": "ik het een van mijn heb niet waarom hoe wat kramp krampen been benen nachts tegen helpt bij krijg deze",
    "pl": "jak dlaczego mam skurcz skurcze nogi noga nocy mnie sie nie czy przy boli lydki lydka dla jest",
    "tr": "ve bir bu neden nasil bacak bacagim kramp gece gibi icin cok var ne benim giriyor",
    "sv": "jag och att det har inte varfor hur kramp vaden ben benen natten mot hjalper pa mina",
    "ro": "si nu de ce am picior picioare noaptea carcei cum pentru care sunt la mea ma",
    "id": "saya kaki kram malam kenapa bagaimana dan yang tidak dengan di untuk sering apa",
    "fil": "ang ako ng mga paa pulikat bakit paano gabi ko sa hindi po",
    "fi": "minulla mina minun jalka jalassa jalat kramppi kramppeja suonenveto suonenvetoja yolla oisin miksi mika mita auttaa kipu koska voiko onko pohje pohkeessa",
    "da": "jeg mine hvorfor hvad hjaelper kramper laegmuskel benene natten gor ondt ikke hvordan",
    "nb": "jeg mine hvorfor hva hjelper kramper leggen beina natta gjor vondt ikke hvordan",
    "cs": "mam mi krece krec nohy noha noci proc jak co pomaha boli lytko lytku jsem neni kdyz",
    "hu": "vagyok nekem miert labam labgorcs gorcs ejszaka ejjel hogyan mit segit faj vadlim nem egy hogy van",
    "vi": "toi bi chuot rut chan dem tai sao lam the nao khong va cua",
}
_LANGUAGES = {name: frozenset(line.split()) for name, line in _FUNCTION_WORDS.items()}
_TELLING = frozenset().union(*_LANGUAGES.values())

_SCRIPTS = {
    "CYRILLIC": "ru", "ARABIC": "ar", "DEVANAGARI": "hi", "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko",
    "GREEK": "el", "HEBREW": "he", "THAI": "th", "BENGALI": "bn", "TAMIL": "ta", "TELUGU": "te", "GUJARATI": "gu", "GURMUKHI": "pa",
}  # fmt: skip

_INJECTION = tuple(
    tuple(phrase.split())
    for phrase in (
        "ignore all previous", "ignore previous instructions", "ignore your rules", "ignore your instructions", "ignore the rules",
        "ignore all instructions", "disregard your", "disregard all", "disregard previous", "forget your instructions", "forget all previous",
        "forget your rules", "system prompt", "your prompt", "your instructions word", "developer mode", "jailbreak", "safety filter",
        "no restrictions", "without restrictions", "no rules", "no disclaimer", "without disclaimer", "drop the disclaimer", "you are now",
        "from now on you", "pretend you are", "pretend to be a doctor", "pretend youre", "act as if you", "act as a doctor", "roleplay as",
        "role play as", "override your", "bypass your", "new instructions", "admin mode", "repeat after me", "print your", "reveal your",
        "show me your prompt", "show your prompt", "source code of your", "confirm that nobody", "say that it is safe", "say its safe",
    )
)  # fmt: skip
_ABUSE = frozenset(
    (
        "idiot idiots stupid moron useless crap shit fuck fucking bastard wanker dickhead arsehole asshole bitch retard cunt twat dumbass"
    ).split()
)
_MARKUP = r"<[a-z!/][^>]*>|\]\(\s*\w+:|\$\{|\{\{|javascript:|https?://\S+|(?:^|\s)(?:drop|select|insert|delete)\s+(?:table|from|into|\*)"
_MARKED = ("<", "](", "{", "javascript:", "http", "drop", "select", "insert", "delete")
"""What a text with markup holds at least one of: most messages hold none, and are not looked through any further."""
_VOWELS = frozenset("aeiouy")


def without_markup(text: str) -> tuple[str, bool]:
    """The text without tags, addresses and code, and whether there were any."""
    if text.isascii() and len(text) <= 4096 and not any(mark in text.lower() for mark in _MARKED):
        return text, False
    cleaned = re.sub(r"<(script|style)\b.*?(</\1\s*>|$)", " ", text[:4096], flags=re.IGNORECASE | re.DOTALL)
    cleaned = re.sub(_MARKUP, " ", cleaned, flags=re.IGNORECASE)
    return cleaned, cleaned != text


def language_of(text: str, tokens: Sequence[str], is_english: Callable[[str], bool]) -> str:
    """The language that `text` is written in when it is not English, as a code such as "es"; "" for English or nobody knows."""
    letters = [c for c in text[:400] if c.isalpha()]
    foreign = [c for c in letters if ord(c) > 0x24F]
    if len(foreign) > 2 and 2 * len(foreign) > len(letters):
        scripts = [unicodedata.name(c, "").split(" ")[0] for c in foreign[:40]]
        found = [_SCRIPTS[s] for s in scripts if s in _SCRIPTS]
        best = max(set(found), key=found.count) if found else ""
        # Cyrillic or Greek letters inside Latin words only look like English on purpose
        longer = [token for token in tokens if len(token) > 3]
        mixed = best in ("ru", "el") and bool(longer) and sum(is_english(t) for t in longer) >= 0.6 * len(longer)
        return "" if mixed else best
    if sum("\u1ea0" <= c <= "\u1ef9" or c in "đơư" for c in text[:400].lower()) > 1:  # letters of Vietnamese alone
        return "vi"
    best, hits = "", 0
    telling = [(token, 1 if is_english(token) else 3) for token in tokens if token in _TELLING]
    for name, known in _LANGUAGES.items() if telling else ():
        count = sum(weight for token, weight in telling if token in known)
        if count > hits:
            best, hits = name, count
    return best if hits >= 4 and sum(is_english(token) for token in tokens) <= 0.6 * len(tokens) else ""


def is_gibberish(tokens: Sequence[str], is_english: Callable[[str], bool]) -> bool:
    """Whether hardly a word is one that anybody knows."""
    longer = [token for token in tokens if token.isalpha() and len(token) > 2]
    if not longer:
        return not any(is_english(token) and token.isalpha() for token in tokens)
    known = sum(is_english(token) for token in longer)
    return known == 0 if len(longer) < 3 else known <= 0.2 * len(longer)


def is_injection(tokens: Sequence[str]) -> bool:
    """Whether a phrase of the message tries to change what the bot is."""
    begun = [phrase for phrase in _INJECTION if phrase[0] in tokens]  # mostly none
    return any(tuple(tokens[at : at + len(phrase)]) == phrase for phrase in begun for at in range(len(tokens)))


def is_abuse(tokens: Sequence[str]) -> bool:
    """Whether the message is aimed at the bot: "you" and a swear word close to each other, or little else."""
    at = [i for i, token in enumerate(tokens) if token in _ABUSE]
    aimed = any(token in ("you", "your", "youre", "u", "ur", "bot") for i in at for token in tokens[max(0, i - 4) : i + 3])
    return bool(at) and (aimed or len(tokens) <= 2)


def is_shouting(tokens: Sequence[str]) -> bool:
    """Whether the same few words stand there again and again."""
    return len(tokens) >= 12 and len(set(tokens)) <= max(3, len(tokens) // 8)
