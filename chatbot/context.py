"""Is a sign that was named really there? Negation, questions, the past and figures of speech.

After ConText (Harkema 2009), which widened NegEx (Chapman 2001): a cue such as "no" or "years ago" throws a shadow over the words
around it, and a sign whose words lie in a shadow is not present. The cues are data (`context:` in safety.yaml); only the reach of
each kind of shadow is code. Where it is in doubt a sign counts as present: a missed red flag is worse than a false alarm.
"""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.phrases import STOPS
from chatbot.typed import NamedTuple

CUE_KINDS = (
    "deny",  # "no", "isnt": reaches over lists, "no fever, redness or swelling"
    "deny_verb",  # "havent", "doesnt": ends at "and"
    "deny_after",  # "... went away"
    "deny_firm",  # "im not going to hurt myself": takes back even what counts where it is denied, if nothing is doubtful
    "doubt",  # "but", "promise", "scared": a message with it takes nothing back so
    "not_deny",  # looks like a denial and is none: "not sure", "no better"
    "ask",  # opens a question about cramps in general: "can", "does", "what are"
    "ask_here",  # a question about what was just described: "could it be"
    "not_ask",  # looks like such a question and is about the person: "should i"
    "about",  # talks about a sign without having it: "signs of", "how to avoid"
    "suppose",  # "would i": a sentence with it and "if" is about what has not happened, unless the "if" tells how it is
    "tale",  # "in the news", "in the novel": its sentence is a story, up to where the writer comes in
    "animal",  # "dog": as the one that has it
    "past",  # "years ago", "used to"
    "past_that",  # "that was # years ago": the sentence before is past as well
    "then",  # "in spring", "on holiday": what is told to be settled since is past
    "settled",  # "back to normal", "hasnt come back"
    "over",  # "no clot", "gone right down": settled, even where it is not told when it was
    "recent",  # "minutes ago": a past of that clause is none ("my aunt had a fit ten minutes ago")
    "person",  # "my", "he", "ive": somebody has it
    "within",  # a preposition: "in my leg" does not start a new clause
    "turn",  # "but", "now": a new clause
    "idiom",  # "killing me"
)

_REACH = {"deny": 9, "deny_verb": 5, "ask": 60, "ask_here": 60, "about": 60, "suppose": 20, "past": 30, "tale": 40}
"""How many words a shadow covers at most, on each side for the past."""

_LIST_LOOK_AHEAD = 6
_QUESTION = 15
_WRITER = frozenset("i im ive id ill my me mine myself we weve our us".split())
_GOES_ON = frozenset("again still keeps ongoing worse".split())
"""What is told to be over and goes on is not over."""
_TOLD = frozenset("told tells telling showed shows taught teaches".split())
_READS = frozenset("read reads reading saw see seen watch watched watching heard hear".split())
"""What the writer does who only tells where the story is from: "in the novel that i read"."""
_FRAGMENT = 7
_SOMEBODY = frozenset("someone somebody anyone anybody".split())
_THEIRS = frozenset("they their he his she her".split())
_NO_ANSWER = frozenset("oh or and but please god omg hell say says said".split())
_CANNOT = frozenset("cant cannot couldnt dont doesnt didnt wont isnt not".split())
_WEEKS = frozenset("week weeks fortnight fortnights".split())
_OF_ANIMAL = frozenset("my our the a an his her their old neighbours poor little big sisters brothers mums dads friends wifes".split())
_BEFORE_ANIMAL = 4
_TO_PEOPLE = frozenset(
    "bit bite bites bitten jumped jumps knocked knocks pulled scratched tripped kicked walk walks walker food lead".split()
)
"""What an animal does to somebody else, or what is the owner's."""
_AM = frozenset("am im its ive hes shes theyre keep keeps".split())
_AS_IT_IS = frozenset("is are has have hurts keeps feels gets looks".split())
_GREETINGS = frozenset("so ok okay hi hello please also but hey just honestly sorry dear doctor".split())


class Cue(NamedTuple):
    """Words of context: `tokens[start:end]` is a cue of this kind."""

    kind: str
    start: int
    end: int


class Shadows(NamedTuple):
    """What lies in which shadow: for each word the cue that denies it, or that makes it unreal (asked, past), or None.

    A cue that is itself part of the sign ("cant feel", "not breathing") does not count against it.
    """

    denied_by: list[Cue | None]
    unreal_by: list[Cue | None]
    idioms: list[Cue]

    def verdict(self, at: Sequence[int]) -> str:
        """How the sign whose words stand at the positions `at` is meant: "present", "denied", "supposed" or "unreal"."""
        cues = [cue for cue in (self.unreal_by[i] for i in at) if cue is not None and not _within(cue, at)]
        if cues:
            return "supposed" if all(cue.kind == "suppose" for cue in cues) else "unreal"
        if any(any(cue.start <= i < cue.end for i in at) and not _within(cue, at) for cue in self.idioms):
            return "unreal"
        if any(cue is not None and cue.end - 1 not in at for cue in (self.denied_by[i] for i in at)):
            return "denied"
        return "present"


def _within(cue: Cue, at: Sequence[int]) -> bool:
    return cue.start in at and cue.end - 1 in at


def shadows(tokens: Sequence[str], cues: Sequence[Cue]) -> Shadows:
    """Lay the shadow of every cue over `tokens`. Cues that overlap a longer one, or a false friend ("not sure"), throw none."""
    kept = _longest(cues)
    at = {cue.start: cue for cue in kept if cue.kind != "idiom"}
    result = Shadows([None] * len(tokens), [None] * len(tokens), [])
    for cue in kept:
        if cue.kind in ("deny", "deny_verb"):
            _deny(tokens, at, cue, result.denied_by)
        elif cue.kind == "deny_after":
            _deny_before(tokens, at, cue, result.denied_by)
        elif cue.kind in ("settled", "over"):
            _settled(tokens, kept, cue, result.unreal_by)
        elif cue.kind in _UNREAL:
            _UNREAL[cue.kind](tokens, at, cue, result.unreal_by)
        elif cue.kind == "idiom":
            result.idioms.append(cue)
    return result


def _longest(cues: Sequence[Cue]) -> list[Cue]:
    """Drop each cue that lies within a longer one, and firm denials where there is doubt.

    Idioms stand apart, since a sign may hold one.
    """
    doubtful = any(cue.kind == "doubt" for cue in cues)
    kept: list[Cue] = []
    end = 0
    for cue in sorted(cues, key=lambda c: (c.start, -c.end)):
        if cue.kind == "doubt" or (doubtful and cue.kind == "deny_firm"):
            continue
        if cue.kind == "idiom":
            kept.append(cue)
        elif cue.start >= end:
            kept.append(cue)
            end = cue.end
    return kept


def _starts_clause(at: dict[int, Cue], i: int) -> bool:
    """Whether a person is named here as a subject: "my calf ...", but not "in my calf"."""
    cue = at.get(i)
    if cue is None or cue.kind != "person":
        return False
    before = _cue_ending(at, i)
    return before is None or before.kind != "within"


def _cue_ending(at: dict[int, Cue], end: int) -> Cue | None:
    for length in (1, 2, 3):
        cue = at.get(end - length)
        if cue is not None and cue.end == end:
            return cue
    return None


def _deny(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[Cue | None]) -> None:
    reach = _REACH[cue.kind]
    i = cue.end
    if i == len(tokens) or tokens[i] in STOPS or tokens[i] == ",":
        _deny_one(tokens, cue, denied_by)  # otherwise "no, ..." answers a question
        return
    if tokens[cue.start] == "never" and "before" in tokens[i : i + _LIST_LOOK_AHEAD]:
        return  # "never had a fit before" tells of the first one
    while i < len(tokens) and i - cue.end < reach:
        word, here = tokens[i], at.get(i)
        if word in STOPS or (here is not None and here.kind == "turn") or _starts_clause(at, i):
            return
        if word == "," and not _list_goes_on(tokens, at, i):
            return
        if word == "and" and cue.kind == "deny_verb":
            return
        denied_by[i] = cue
        i += 1


def _deny_one(tokens: Sequence[str], cue: Cue, denied_by: list[Cue | None]) -> None:
    """What stands before a "no" that ends a clause of a word or two: "vomit no, fever no"."""
    first = cue.start
    while first > 0 and tokens[first - 1] not in STOPS and tokens[first - 1] != ",":
        first -= 1
    before = tokens[first : cue.start]
    if tokens[cue.start] == "no" and len(before) <= 2 and _CANNOT.isdisjoint(before) and _NO_ANSWER.isdisjoint(before):
        for i in range(first, cue.start):
            denied_by[i] = cue


def _deny_firmly(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The denial itself and the rest of its clause."""
    for i in range(cue.start, len(tokens)):
        if i >= cue.end and (tokens[i] in STOPS or tokens[i] == "," or _starts_clause(at, i)):
            return
        unreal_by[i] = cue


def _list_goes_on(tokens: Sequence[str], at: dict[int, Cue], comma: int) -> bool:
    """Whether the comma separates members of an "or" list: "no fever, redness or swelling"."""
    for i in range(comma + 1, min(comma + 1 + _LIST_LOOK_AHEAD, len(tokens))):
        if tokens[i] in ("or", "nor"):
            return True
        if tokens[i] in STOPS or (i in at and at[i].kind in ("turn", "person", "deny", "deny_verb")):
            return False
    return False


def _deny_before(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, denied_by: list[Cue | None]) -> None:
    """What comes after denies what stands before: "swelling went down", "chest pain: none"; within the clause, four words at most."""
    end = cue.start - 1 if cue.start and tokens[cue.start - 1] == "," else cue.start
    for i in range(end - 1, max(end - 5, -1), -1):
        if tokens[i] in STOPS or tokens[i] in (",", "and") or (i in at and at[i].kind == "turn"):
            return
        denied_by[i] = cue


def _ask(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """A question reaches on until somebody is said to have the sign; one that points back ("could it be") ends with its clause."""
    if cue.kind == "ask" and not _opens(tokens, at, cue.start):
        return
    for i in range(cue.end, min(cue.end + _REACH[cue.kind], len(tokens))):
        word, here = tokens[i], at.get(i)
        if word in STOPS or (here is not None and here.kind == "turn"):
            return
        if word == "," and cue.kind == "ask_here":
            return
        of_somebody = word in _THEIRS and tokens[cue.end - 1] in _SOMEBODY and "," not in tokens[cue.end : i]  # "if somebody said their"
        if here is not None and here.kind == "person" and (cue.kind != "about" or (_starts_clause(at, i) and not of_somebody)):
            return
        unreal_by[i] = cue


def _opens(tokens: Sequence[str], at: dict[int, Cue], start: int) -> bool:
    """Whether a question starts here: at the start of a sentence, small words aside ("ok so can ..."), or within one that ends in "?"."""
    if start == 0 or tokens[start - 1] in STOPS or tokens[start - 1] in _GREETINGS:
        return True
    before = _cue_ending(at, start)
    if before is not None and before.kind in ("ask", "ask_here"):  # "who is" asks where "who" does, not in "a child who is"
        return before.kind == "ask_here" or _opens(tokens, at, before.start)
    if tokens[start - 1] not in (",", "and", "or") and (before is None or before.kind != "turn"):
        return False
    return at[start].end - start > 1 or "?" in tokens[start : start + _QUESTION]


def _suppose(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """What did not happen, in the same sentence: "if my leg swelled, who would i ring"; but "if it is swollen" may tell how it is."""
    first, last = cue.start, cue.end
    while first > 0 and cue.start - first < _REACH["suppose"] and tokens[first - 1] not in STOPS:
        first -= 1
    while last < len(tokens) and last - cue.end < _REACH["suppose"] and tokens[last] not in STOPS:
        last += 1
    ifs = [i for i in range(first, last) if tokens[i] == "if"]
    if not ifs:
        return
    start = ifs[0] + 1
    end = cue.start if start <= cue.start else last
    if any(tokens[i] in _AS_IT_IS or (i in at and at[i].kind == "turn" and tokens[i] not in ("then", "and")) for i in range(start, end)):
        return
    for i in range(start, end):
        unreal_by[i] = cue


def _past(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The past covers its own clause on both sides, unless that tells that it was just now."""
    covered = []
    for step, start in ((-1, cue.start - 1), (1, cue.end)):
        for i in range(start, start + step * _REACH["past"], step):
            if not 0 <= i < len(tokens) or _clause_edge(tokens, at, i):
                break
            if i in at and at[i].kind == "recent":
                return
            covered.append(i)
    covered = covered or _clause_before(tokens, at, cue.start)
    for i in covered:
        unreal_by[i] = cue


def _clause_before(tokens: Sequence[str], at: dict[int, Cue], start: int) -> list[int]:
    """The clause that a date tells of which stands alone: "a man drank poison, long ago"; not one that tells how it is."""
    if start == 0 or tokens[start - 1] != ",":
        return []
    first = start - 1
    while first > 0 and not _clause_edge(tokens, at, first - 1):
        first -= 1
    clause = range(first, start - 1)
    here = any(tokens[i] in _AS_IT_IS or tokens[i] in _CANNOT or (i in at and at[i].kind == "recent") for i in clause)
    return [] if here or not _AM.isdisjoint(tokens[first:start]) else list(clause)


def _past_that(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The sentence before and the rest of this one: "I fainted at the wedding. That was two years ago", unless that was just now."""
    first = _sentences_before(tokens, cue.start, 2)
    last = next((i for i in range(cue.end, len(tokens)) if tokens[i] in STOPS or (i in at and at[i].kind == "turn")), len(tokens))
    if not any(i in at and at[i].kind == "recent" for i in range(first, last)):
        for i in (*range(first, cue.start), *range(cue.end, last)):
            unreal_by[i] = cue


def _settled(tokens: Sequence[str], cues: Sequence[Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """What went before is past when it is told to be over and when it was: "my ankle swelled in spring, now it's back to normal".

    Not what came back, and not what happened just now: signs of a stroke that are gone are no less urgent.
    """
    first = _sentences_before(tokens, cue.start, 2)
    last = next((i for i in range(cue.end, len(tokens)) if tokens[i] in STOPS), len(tokens))
    beside = [other for other in cues if first <= other.start < last]
    weeks = [other for other in beside if other.kind == "recent" and not _WEEKS.isdisjoint(tokens[other.start : other.end])]
    kinds = {other.kind for other in beside if other not in weeks}
    told = {i for other in beside if other.kind in ("settled", "over") for i in range(other.start, other.end)}
    dates = {other.start for other in beside if other.kind in ("then", "past")}
    goes_on = any(tokens[i] in _GOES_ON and i not in told and i + 1 not in dates for i in range(first, last))
    if "recent" in kinds or goes_on:
        return
    if cue.kind == "settled" and not weeks and not kinds & {"then", "past", "past_that"}:
        return
    for i in range(first, cue.start):
        unreal_by[i] = cue


def _sentences_before(tokens: Sequence[str], start: int, count: int) -> int:
    """Where so many sentences begin that end at `start`, the one that it stands in among them."""
    first, stops = start, 0
    while first > 0 and stops < count:
        first -= 1
        stops += tokens[first] in STOPS
    return first + (stops == count)


def _tale(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The sentence on both sides, up to where the writer comes in: "in the news a woman collapsed, and I ...".

    A tale that is all of its sentence is that of the one before as well, if nobody is named there: "How to treat a fit? For a film."
    """
    edges = []
    for step, start in ((-1, cue.start - 1), (1, cue.end)):
        for i in range(start, start + step * _REACH["tale"], step):
            if not 0 <= i < len(tokens) or tokens[i] in STOPS or _comes_in(tokens, i) or (i in at and at[i].kind == "turn"):
                break
            unreal_by[i] = cue
        edges.append(i)
    before, after = edges
    if before >= 0 and tokens[before] in _WRITER and _starts_clause(at, before):
        # "my mouth hangs like in the film": what the writer has is no tale
        for i in range(before, cue.start):
            if tokens[i] == ",":
                break
            unreal_by[i] = None
    if after - before <= _FRAGMENT and before >= 0 and tokens[before] in STOPS and (after >= len(tokens) or tokens[after] in STOPS):
        sentence = range(_sentences_before(tokens, before, 1), before)
        if not any((i in at and at[i].kind in ("person", "recent", "turn")) or tokens[i] in _WRITER for i in sentence):
            for i in sentence:
                unreal_by[i] = cue


def _comes_in(tokens: Sequence[str], i: int) -> bool:
    """Whether the writer comes in here, who is not just the one who read or was told the story."""
    if tokens[i] not in _WRITER or (tokens[i] in ("me", "us") and i > 0 and tokens[i - 1] in _TOLD):
        return False
    return _READS.isdisjoint(tokens[i + 1 : i + 3])


def _animal(tokens: Sequence[str], at: dict[int, Cue], cue: Cue, unreal_by: list[Cue | None]) -> None:
    """The rest of the clause, where an animal is its subject: "our old dog has fits", not "the dog bit me" nor "walking the dog"."""
    first = cue.start
    while first > 0 and cue.start - first < _BEFORE_ANIMAL and tokens[first - 1] in _OF_ANIMAL:
        first -= 1
    if first > 0 and tokens[first - 1] not in STOPS and tokens[first - 1] not in (",", "and", "but", "theres", "is"):
        return
    if cue.end < len(tokens) and tokens[cue.end] in _TO_PEOPLE:
        return
    for i in range(cue.end, min(cue.end + _REACH["tale"], len(tokens))):
        if tokens[i] in STOPS or tokens[i] == "," or tokens[i] in _WRITER or (i in at and at[i].kind == "turn"):
            return
        unreal_by[i] = cue


def _clause_edge(tokens: Sequence[str], at: dict[int, Cue], i: int) -> bool:
    if tokens[i] in STOPS or tokens[i] == "," or (i in at and at[i].kind == "turn"):
        return True
    return tokens[i] == "and" and i + 1 in at and at[i + 1].kind in ("person", "deny", "deny_verb")


_UNREAL = {
    "deny_firm": _deny_firmly,
    "ask": _ask,
    "ask_here": _ask,
    "about": _ask,
    "suppose": _suppose,
    "past": _past,
    "past_that": _past_that,
    "tale": _tale,
    "animal": _animal,
}
"""How the cues of a kind make unreal what lies in their shadow."""
