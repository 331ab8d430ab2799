"""Phrases of everyday words, found in a message in one pass whatever their number.

Used for the signs of red flags, the words of context around them and the names of hazardous remedies. A phrase is a row of places:
a word, `<list>` (any entry of a word list), `stem*` (any ending), `#` (a number), `10+` (a number of at least ten), and `_`, a gap
of up to `GAP` words within a sentence. Nothing here is a regular expression that comes from data, and time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from chatbot.text import MAX_LENGTH, fold
from chatbot.typed import Any

GAP = 5
"""How many words `_` may stand for."""

COMMA = 2
"""For so many of them a comma counts, within a gap: what stands behind it is often another thing ("leg cramps, my eyes are swollen")."""

STOPS = frozenset(".?")
"""Tokens that end a sentence; "!", ";" and a new line are read as "."."""

SLIP_LENGTH = 5
"""From this length on a slip in a word can be forgiven: in shorter words one letter makes another word ("clog" is no "clot").
Where it is known which words are plain English, those of one letter less can be slips as well ("fevr")."""

TELEGRAM = 3
"""A message whose sentences have no more words than these, on average, is a telegram: its sentences belong together."""

Edge = tuple[str, tuple[int, ...]]
"""What stands somewhere: a word or <list> of the rules, and the positions of its words."""

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:\.\d+)?|\.{2,}|[.!?;:,()\n&+]| - |[\U0001f602\U0001f923]{2,}")
_LAUGHING = "\U0001f602\U0001f923"
"""Two such faces in a row are laughter; one alone may be a brave face."""
_YEAR = re.compile(r"(?<![a-z0-9])'(\d)(\d)(?![0-9'])")
_MARKS = {"!": ".", ";": ".", "\n": ".", ":": ",", "(": ",", ")": ",", " - ": ",", "&": "and", "+": "and"}
_SHORTEST_SWAP = 3
_ALL_MARKS = frozenset(".?,")
_DIGIT_WITHIN = re.compile(r"(?<![a-z0-9])[a-z]+[013457$@][a-z0-9$@]*[a-z](?![a-z0-9])")
_LETTERS = tuple(str.maketrans("013457$@", letters) for letters in ("oieastsa", "oleastsa"))
_THRICE = re.compile(r"([a-z])\1{2,}")
_IS = frozenset("it he she that there what who where how let here".split())


class PhraseTable:
    """A set of phrases, each with a name. The tree of the phrases that begin alike is grown when that beginning is first met.

    Args:
        rows: for each first place the phrases that begin with it, as `name:the other places`, parted by "|". These marks need no
            escape in JSON, which halves the time to read the tables.
    """

    def __init__(self, rows: Mapping[str, str]) -> None:
        self._rows = rows
        self._trees: dict[str, dict[str, Any]] = {}

    def _tree(self, first: str) -> dict[str, Any]:
        """The tree of the phrases that begin with `first`, grown from its rows; an empty one is kept, too, up to a bound."""
        tree: dict[str, Any] = {}
        rows = self._rows.get(first, "")
        for row in rows.split("|") if rows else ():
            name, _, rest = row.partition(":")
            node = tree
            for place in rest.split():
                node = node.setdefault(place, {})
            node.setdefault("=", []).append(name)
        if rows or len(self._trees) < 4096:
            self._trees[first] = tree
        return tree

    def find(self, edges: Sequence[Sequence[Edge]], far: Sequence[int] = ()) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Each (name, positions) of a phrase. Of two beginnings that lead to the same end the nearer one counts.

        Args:
            edges: for each position what may stand there; a position with nothing ends all gaps.
            far: how far along each position is, where that is not its number, see `COMMA`.
        """
        far = far or range(len(edges))
        done: set[tuple[int, int]] = set()
        trees = self._trees
        for start in range(len(edges) - 1, -1, -1):
            for first, at in edges[start]:
                tree = trees.get(first)
                if tree is None:
                    tree = self._tree(first)
                if tree:
                    yield from _walk(tree, at, edges, far, done)


def _walk(
    tree: dict[str, Any], at: tuple[int, ...], edges: Sequence[Sequence[Edge]], far: Sequence[int], done: set[tuple[int, int]]
) -> Iterator[tuple[str, tuple[int, ...]]]:
    paths = [(tree, at)]
    while paths:
        node, at = paths.pop()
        for name in node.get("=", ()):
            yield name, at
        after = at[-1] + 1
        if after < len(edges):
            for place, more in edges[after]:
                if place in node:
                    paths.append((node[place], at + more))
        gap = node.get("_")
        if gap is not None:
            paths += _leap(gap, at, edges, far, done)


def _leap(
    node: dict[str, Any], at: tuple[int, ...], edges: Sequence[Sequence[Edge]], far: Sequence[int], done: set[tuple[int, int]]
) -> list[tuple[dict[str, Any], tuple[int, ...]]]:
    """Go on behind a gap, once for each place behind it."""
    paths = []
    for after in range(at[-1] + 1, min(at[-1] + 2 + GAP, len(edges))):
        if not edges[after] or far[after] - far[at[-1]] > GAP + 1:
            break
        if (id(node), after) not in done:
            done.add((id(node), after))
            paths += [(node[place], at + more) for place, more in edges[after] if place in node]
    return paths


class Lexicon:
    """The words that the rules know: how they are spelled, which lists they are in, and which slips of the pen they forgive.

    Args:
        data: the tables that the compiler made, see `chatbot.safety_file.compile_safety`.
        is_word: tells the plain English words, which are no slips; without it the short list `real_words` of the rules stands in.
    """

    def __init__(self, data: Mapping[str, Any], is_word: Callable[[str], bool] | None = None) -> None:
        self._lists: Mapping[str, str] = data["words"]
        self._stems: Mapping[str, str] = data["stems"]
        self._least: Sequence[float] = data["numbers"]
        self._same: Mapping[str, str] = data["same"]
        self._fillers = frozenset(data["fillers"].split())
        self._real: str = data["real_words"]
        self._is_word = is_word
        self._least_slip = SLIP_LENGTH - 1 if is_word else SLIP_LENGTH
        self._targets: str = data["shorter_slip_words" if is_word else "slip_words"]
        self._entries = PhraseTable(data["entries"])
        self._deletions: dict[str, list[str]] = {}
        self._real_set: frozenset[str] = frozenset()
        self._talk: str = data["talk"]
        self._talk_set: frozenset[str] = frozenset()
        self._mended: dict[str, str] = {}
        self._seen: dict[str, tuple[str, ...]] = {}

    def read(self, text: str) -> list[str]:
        """The words and marks of a text in order, in the spelling of the rules."""
        tokens: list[str] = []
        folded = _YEAR.sub(_year, fold(text[:MAX_LENGTH]))
        for token in _TOKEN.findall(_DIGIT_WITHIN.sub(self._letters, folded)):
            if token[0].isalpha():
                word = _plain(token)
                tokens += [self._mend(self._same.get(part, part)) for part in self._split(self._same.get(word, word))]
            elif token[0].isdigit():
                tokens.append(token)
            elif token[0] in _LAUGHING:
                tokens.append("laughingfaces")
            else:
                tokens.append("," if token[:2] == ".." else _MARKS.get(token, token))
        return _joined(tokens)

    def _mend(self, word: str) -> str:
        """A slip of the pen undone, where just one word of the rules or of talk is meant: two letters changed places ("wnat"), or one slip.

        Other slips are forgiven where a phrase is looked for, see `_look_up`.
        """
        if self._is_word is None or len(word) < _SHORTEST_SWAP:
            return word
        found = self._mended.get(word)
        if found is None:
            found = self._meant(word)
            if len(self._mended) < 4096:
                self._mended[word] = found
        return found

    def _meant(self, word: str) -> str:
        if self._known(word) or self._is_real(word) or self._is_talk(word):
            return word
        swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}
        near = [other for other in sorted(swapped) if other in self._lists or self._is_talk(other)]
        if not near and len(word) >= SLIP_LENGTH:
            near = self._corrections(word)
        return self._same.get(near[0], near[0]) if len(near) == 1 else word

    def _is_talk(self, word: str) -> bool:
        if not self._talk_set:
            self._talk_set = frozenset(self._talk.split())
        return word in self._talk_set

    def _letters(self, match: re.Match[str]) -> str:
        """Digits for letters undone ("ch3st"), where that makes a word that the rules know or plain English."""
        words = [match[0].translate(letters) for letters in _LETTERS]
        return next((word for word in words if self._known(self._same.get(word, word)) or self._is_real(word)), match[0])

    def edges(self, tokens: Sequence[str]) -> tuple[list[list[Edge]], list[int], list[int]]:
        """What may stand at each place of a text without its small words and commas.

        With it come, for each place, where it is among the tokens, and how far along when a comma counts as `COMMA` words.
        """
        places = [i for i, word in enumerate(tokens) if word != "," and word not in self._fillers]
        edges: list[list[Edge]] = [
            [] if tokens[i] in STOPS else [(symbol, (k,)) for symbol in self._symbols(tokens[i])] for k, i in enumerate(places)
        ]
        for name, at in list(self._entries.find(edges)):
            edges[at[0]].append((name, at))
        commas = list(accumulate(word == "," for word in tokens))
        return edges, places, [k + COMMA * commas[i] for k, i in enumerate(places)]

    def _symbols(self, token: str) -> tuple[str, ...]:
        """What a word can stand for: itself, the lists that it is in, its beginnings, a number that is large enough."""
        found = self._seen.get(token)
        if found is None:
            found = self._look_up(token)
            if len(self._seen) < 4096:
                self._seen[token] = found
        return found

    def _look_up(self, token: str) -> tuple[str, ...]:
        known = self._known(token)
        if token[0].isdigit():
            value = float(token[:12])
            return (*known, "#", *(f"{least:g}+" for least in self._least if value >= least))
        if not known and len(token) >= self._least_slip and not self._is_real(token):
            meant = [self._same.get(word, word) for word in self._corrections(token)]
            known = tuple(dict.fromkeys(symbol for word in meant for symbol in self._known(word)))
        return known or (token,)

    def _known(self, token: str) -> tuple[str, ...]:
        found = self._lists.get(token, "").split()
        for end in range(2, len(token) + 1):
            if token[:end] in self._stems:
                found += self._stems[token[:end]].split()
        return tuple(found)

    def _is_real(self, token: str) -> bool:
        if self._is_word is not None:
            return self._is_word(token)
        if not self._real_set:
            self._real_set = frozenset(self._real.split())
        return token in self._real_set

    def _split(self, token: str) -> tuple[str, ...]:
        """The two words that were written as one ("chestpain"), or the token alone."""
        if len(token) < 7 or token in self._seen or self._known(token) or self._is_real(token):
            return (token,)
        for cut in range(4, len(token) - 2):
            if token[:cut] in self._lists and token[cut:] in self._lists:
                return (token[:cut], token[cut:])
        return (token,)

    def _corrections(self, token: str) -> list[str]:
        """The words of the rules that are one slip away, first letter apart: left out, put in, changed or swapped (Damerau 1964).

        Both words with one letter left out meet in a table (symmetric deletion), so no word list is walked.
        """
        if not self._deletions:
            for word in self._targets.split():
                for shorter in _shorter(word):
                    self._deletions.setdefault(shorter, []).append(word)
        found = dict.fromkeys(word for key in _shorter(token) for word in self._deletions.get(key, ()))
        return [word for word in found if word[0] == token[0] and _one_slip(token, word)]


def _year(match: re.Match[str]) -> str:
    """A year that was cut short in full: "'98" is "1998"."""
    return f"{19 if match[1] >= '4' else 20}{match[1]}{match[2]}"


def _joined(tokens: list[str]) -> list[str]:
    """A telegram's full stops are commas: "one calf. swollen. hot." is one sentence."""
    stops = tokens.count(".") - (tokens[-1:] == ["."])
    count = sum(token not in _ALL_MARKS for token in tokens)
    if not stops or "?" in tokens or count > TELEGRAM * (stops + 1):
        return tokens
    return [*("," if word == "." else word for word in tokens[:-1]), tokens[-1]]


def _plain(token: str) -> str:
    """A word without its apostrophe: "can't" is "cant", "leg's" is "leg"; "sooo" is "soo"."""
    if token.endswith("'s") and token[:-2] not in _IS:
        token = token[:-2]
    token = token.replace("'", "")[:40]
    return _THRICE.sub(r"\1\1", token) if len(token) > 3 else token


def _shorter(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


def _one_slip(left: str, right: str) -> bool:
    """Whether one insertion, deletion, substitution or swap of neighbours makes the words equal."""
    if len(left) > len(right):
        left, right = right, left
    i = next((k for k, char in enumerate(left) if char != right[k]), len(left))
    if len(left) < len(right):
        return left[i:] == right[i + 1 :]
    return left[i + 1 :] == right[i + 1 :] or (left[i : i + 2] == right[i : i + 2][::-1] and left[i + 2 :] == right[i + 2 :])
