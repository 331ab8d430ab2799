"""Proposes intents for a corpus: passages that are asked for alike, by their headings, ways to ask and most telling terms.

What comes out is a beginning to edit, not a model: groups by likeness of words do not know what people want.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from chatbot.corpus import Section
from chatbot.intent_lint import TWIN
from chatbot.intents_file import IntentsFile
from chatbot.text import Analyzer, fold, words

_ALIKE = 0.75  # cosine distance of two groups, on average, from which on they stay apart
_MOST_COMPARED = 2_500  # passages compared each with each: 50 MB; more are put into groups around so many middles
_MOST_EXAMPLES, _FEWEST_EXAMPLES = 10, 4
_WITH_PHRASES = 6  # phrases around telling words are added up to so many examples: people's own words are better
_TELLING = 3
_MOST_PASSAGES = 12
_TEMPLATES = ("what about {}", "tell me about {}", "{}", "i have a question about {}", "what do you know about {}", "anything on {}")


class Proposal(NamedTuple):
    """An intent to edit."""

    name: str
    title: str
    question: str
    examples: tuple[str, ...]
    passages: tuple[str, ...]
    telling: tuple[str, ...]
    """The words that tell its passages from the others."""
    size: int


def propose(sections: Sequence[Section], file: IntentsFile, most: int) -> list[Proposal]:
    """At most `most` intents for passages that have none, those of most passages first.

    Args:
        sections: the passages of a corpus.
        file: the intents that there are; no example of theirs is said again.
        most: how many to propose.
    """
    served = {name for intent in file.intents for name in intent.passages}
    open_ones = [section for section in sections if not section.passage.intents and section.passage.id not in served]
    if not open_ones:
        return []
    analyzer = Analyzer(file.synonyms)
    groups = _groups(open_ones, analyzer)
    groups = sorted(groups, key=lambda group: (-len(group), group[0]))[:most]
    taken = _Taken(file)
    telling = _telling_words([[open_ones[at] for at in group] for group in groups], analyzer)
    return [
        proposal for group, own in zip(groups, telling, strict=True) if (proposal := _proposal([open_ones[at] for at in group], own, taken))
    ]


def _groups(sections: Sequence[Section], analyzer: Analyzer) -> list[list[int]]:
    """The passages that are asked for alike, by their numbers: what they are asked by counts three times what they say."""
    if len(sections) == 1:
        return [[0]]
    from sklearn.feature_extraction.text import TfidfVectorizer

    asked = TfidfVectorizer(analyzer=analyzer.terms, sublinear_tf=True).fit_transform(
        f"{_asked_text(s)} {_asked_text(s)} {_asked_text(s)} {s.passage.text[:2000]}" for s in sections
    )
    if len(sections) > _MOST_COMPARED:
        labels = _around_middles(asked, max(2, len(sections) // 25))
    else:
        from sklearn.cluster import AgglomerativeClustering

        distance = (1.0 - (asked @ asked.T).toarray()).clip(0.0)
        labels = (
            AgglomerativeClustering(n_clusters=None, metric="precomputed", linkage="average", distance_threshold=_ALIKE)
            .fit(distance)
            .labels_
        )
    groups: dict[int, list[int]] = {}
    for at, label in enumerate(labels):
        groups.setdefault(int(label), []).append(at)
    return list(groups.values())


def _around_middles(matrix: Any, count: int) -> Any:
    from sklearn.cluster import MiniBatchKMeans

    return MiniBatchKMeans(count, random_state=0, n_init=1, batch_size=2048).fit(matrix).labels_


def _asked_text(section: Section) -> str:
    return " ".join((section.passage.heading, *section.also, *section.asked))


def _telling_words(groups: Sequence[Sequence[Section]], analyzer: Analyzer) -> list[list[str]]:
    """For each group the words, as they are mostly written, that are frequent in it and rare in the other groups."""
    import math

    counts: list[Counter[str]] = []
    written: dict[str, Counter[str]] = {}
    for group in groups:
        own: Counter[str] = Counter()
        for section in group:
            for text, weight in ((_asked_text(section), 3), (section.passage.text[:2000], 1)):
                for word in words(fold(text)):
                    for term in analyzer.terms_of([word]) if re.fullmatch(r"[a-z]{3,30}", word) else ():
                        own[term] += weight
                        written.setdefault(term, Counter())[word] += 1
        counts.append(own)
    spread = Counter(term for own in counts for term in own)
    found = []
    for own in counts:
        scored = sorted(own, key=lambda term: (-own[term] * math.log(1 + len(groups) / spread[term]), term))
        found.append(list(dict.fromkeys(min(written[term], key=lambda word: (-written[term][word], word)) for term in scored))[:_TELLING])
    return found


class _Taken:
    """Names and examples that are in use. An example that says nearly what one of another intent says is not taken."""

    def __init__(self, file: IntentsFile) -> None:
        self.names = {intent.name for intent in file.intents} | {adjacent.name for adjacent in file.adjacent}
        self._bags: list[frozenset[str]] = []
        self._keys: set[str] = set()
        self._by_word: dict[str, set[int]] = {}
        for example in [e for intent in file.intents for e in intent.examples] + [
            e for adjacent in file.adjacent for e in adjacent.examples
        ]:
            self.add(example)

    def add(self, example: str) -> None:
        """Take an example."""
        bag = frozenset(words(fold(example)))
        for word in bag:
            self._by_word.setdefault(word, set()).add(len(self._bags))
        self._bags.append(bag)
        self._keys.add(" ".join(sorted(bag)))

    def is_free(self, example: str) -> bool:
        """Whether no example says the same, or nearly so."""
        bag = frozenset(words(fold(example)))
        if not bag or " ".join(sorted(bag)) in self._keys:
            return False
        near: Counter[int] = Counter(at for word in bag for at in self._by_word.get(word, ()))
        return all(shared < TWIN * (len(bag) * len(self._bags[at])) ** 0.5 for at, shared in near.most_common(20))

    def new_name(self, wanted: str) -> str:
        """A name that is free."""
        name, number = wanted, 1
        while name in self.names:
            number += 1
            name = f"{wanted}_{number}"
        self.names.add(name)
        return name


def _proposal(group: Sequence[Section], telling: Sequence[str], taken: _Taken) -> Proposal | None:
    examples: list[str] = []
    topic = " ".join(telling[:2]) or " ".join(words(fold(group[0].passage.heading))[:3])
    if not topic:
        return None
    for wordings, most in ((_wordings(group), _MOST_EXAMPLES), (_phrases(telling), _WITH_PHRASES)):
        for example in wordings:
            if len(examples) < most and taken.is_free(example):
                examples.append(example)
                taken.add(example)
    if len(examples) < _FEWEST_EXAMPLES:
        return None
    questions = [section.passage.heading for section in group if section.passage.heading.endswith("?")]
    return Proposal(
        taken.new_name(re.sub(r"[^a-z0-9]+", "_", topic)),
        topic.capitalize(),
        questions[0] if questions else f"What about {topic}?",
        tuple(examples),
        tuple(section.passage.id for section in group[:_MOST_PASSAGES]),
        tuple(telling),
        len(group),
    )


def _wordings(group: Sequence[Section]) -> Iterable[str]:
    """Ways to ask for a group: the heading of each passage, then what else it is asked by."""
    for asked in ([section.passage.heading for section in group], [way for section in group for way in (*section.also, *section.asked)]):
        yield from (" ".join(way.split())[:150] for way in asked if len(way.split()) > 1)


def _phrases(telling: Sequence[str]) -> Iterable[str]:
    """Phrases around the telling words."""
    for subject in (" ".join(telling[:2]), *telling):
        yield from (template.format(subject) for template in _TEMPLATES)


def as_yaml(proposals: Sequence[Proposal]) -> str:
    """The proposals as entries of `intents:`."""
    lines: list[str] = []
    for proposal in proposals:
        more = f", the first {len(proposal.passages)} below" if proposal.size > len(proposal.passages) else ""
        lines += [
            f"# {proposal.size} {'passage' if proposal.size == 1 else 'passages'}{more}; telling words: {', '.join(proposal.telling)}",
            f"- name: {json.dumps(proposal.name)}",
            f"  title: {_quoted(proposal.title)}",
            f"  question: {_quoted(proposal.question)}",
            "  passages:",
            *(f"  - {_quoted(name)}" for name in proposal.passages),
            "  examples:",
            *(f"  - {_quoted(example)}" for example in proposal.examples),
        ]
    return "\n".join(lines) + "\n" if lines else ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def into(existing: str, proposals: Sequence[Proposal]) -> str | None:
    """The text of an intents file with the proposals first under `intents:`; None when it has no such line."""
    match = re.search(r"^intents:[ \t]*(?:#[^\n]*)?\n", existing, re.MULTILINE)
    if not match:
        return None
    head = "# Proposed by `chatbot suggest` from the passages. Rename, merge, delete; write how people say it.\n"
    return existing[: match.end()] + head + as_yaml(proposals) + "# End of what was proposed.\n" + existing[match.end() :]
