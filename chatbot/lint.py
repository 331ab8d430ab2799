"""What is wrong in corpus, intents and safety rules, each as `file:line: what; what to do`.

A rule is a function over the inputs that yields findings. What keeps the files from being compiled at all is found while they are
read (`chatbot.build.Inputs`); when there is any of that, the rules here are not asked.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from chatbot.corpus import Section
from chatbot.errors import CorpusError
from chatbot.files import read_yaml
from chatbot.inputs import Inputs
from chatbot.intent_lint import intent_findings
from chatbot.readability import grade
from chatbot.safety import SafetyRules, find_red_flags
from chatbot.text import Analyzer, fold, words

FEWEST_WORDS, MOST_WORDS = 40, 150
MOST_GRADE = 8.0
_LONGEST_REVIEW = 36 * 31
_SAME_TEXT = 0.75
_LEANS = re.compile(
    r"(?:(?:Yes|No|Maybe|Perhaps|Partly|Mostly|(?:Perhaps|Probably|Usually|Mostly|Often) not|Not (?:often|always|really))[,:;.]|(?:It|This|These|Those|They|Such|However|But|Also|That|He|She)\b)"
)
_AS_SAID = re.compile(
    r"\b(?:as (?:said|mentioned|described|explained) (?:above|below|before|earlier)|see (?:above|below)|the (?:above|following))\b",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\b(?:take|taking|use|give|start with|try)\s+(?:up to |about )?\d[\d.,]*\s*(?:mg|mcg|g|grams?|ml|tablets?|pills?|capsules?|drops?|units?)\b",
    re.IGNORECASE,
)


def lint(corpus: Path, intents: Path | None, safety: Path | None, today: datetime.date | None = None) -> list[CorpusError]:
    """All findings, in the order of files and lines."""
    inputs = Inputs(corpus, intents, safety)
    findings = list(inputs.problems)
    if not findings:
        for rule in (_unused_sources, _headings, _sentences, _lengths, _grades, _serving, _wording, _twins, _safety):
            findings += rule(inputs)
        findings += intent_findings(inputs.intents)
        findings += _reviews(inputs, today or datetime.datetime.now(datetime.UTC).date())
    return sorted(findings, key=lambda finding: (finding.path, finding.line, finding.what))


def _authored(inputs: Inputs) -> Iterator[Section]:
    """The passages that are worded here. What is quoted from a document (`chatbot add`) cannot be worded otherwise."""
    return (section for section in inputs.corpus.sections() if not section.quoted)


def _at(section: Section, what: str) -> CorpusError:
    return CorpusError(what, section.path, section.line)


def _unused_sources(inputs: Inputs) -> Iterator[CorpusError]:
    used = {key for section in inputs.corpus.sections() for sentence in section.passage.sentences for key in sentence.sources}
    used |= {key for condition in inputs.safety["conditions"] for advice in condition["advice"] for key in advice["sources"]}
    path = str(inputs.paths[0] / "sources.yaml")
    for key, line in inputs.corpus.source_lines.items():
        if key not in used:
            yield CorpusError(f"nothing cites the source {key!r}; cite it or take it out", path, line)


def _headings(inputs: Inputs) -> Iterator[CorpusError]:
    seen: dict[str, str] = {}
    for section in _authored(inputs):
        heading = section.passage.heading
        if not heading.endswith("?"):
            yield _at(section, "the heading is no question; ask what a person would ask, with a question mark")
        if not 3 <= len(heading.split()) <= 16:
            yield _at(section, f"the heading has {len(heading.split())} words; 3 to 16 make a question")
        key = " ".join(words(fold(heading)))
        if key in seen:
            yield _at(section, f"{seen[key]} asks the same question; merge the two or ask another")
        seen.setdefault(key, section.passage.id)


def _sentences(inputs: Inputs) -> Iterator[CorpusError]:
    for section in _authored(inputs):
        for sentence in section.passage.sentences:
            text = section.passage.text[sentence.start : sentence.end]
            if not sentence.sources:
                yield _at(section, f"no source behind “{_short(text)}”; cite one or take the sentence out")
            if _LEANS.match(text) or _AS_SAID.search(text):
                yield _at(section, f"“{_short(text)}” does not stand alone; name what it is about")
            if _DOSE.search(text):
                yield _at(section, f"“{_short(text)}” gives a dose; tell what a study or a label says instead")


def _short(text: str) -> str:
    return text if len(text) <= 50 else text[:47] + "..."


def _lengths(inputs: Inputs) -> Iterator[CorpusError]:
    for section in _authored(inputs):
        count = len(section.passage.text.split())
        if not FEWEST_WORDS <= count <= MOST_WORDS:
            yield _at(
                section,
                f"{count} words; a passage has {FEWEST_WORDS} to {MOST_WORDS}: {'say more' if count < FEWEST_WORDS else 'split it'}",
            )


def names_set_aside(inputs: Inputs) -> frozenset[str]:
    """The words of the medicines and illnesses of the lexicon: names, which have no plainer word."""
    entities = inputs.intents.entities
    phrases = (p for name in ("medicine", "condition", "remedy") for values in entities.get(name, {}).values() for p in values)
    listed = _word_lists()["set_aside"]
    return frozenset(word for phrase in (*phrases, *listed) for word in words(fold(phrase)) if len(word) > 5)


def _word_lists() -> dict[str, list[str]]:
    lists: dict[str, list[str]] = read_yaml(Path(__file__).parent / "data" / "wording.yaml").data
    return lists


def _grades(inputs: Inputs) -> Iterator[CorpusError]:
    names = names_set_aside(inputs)
    for section in _authored(inputs):
        found = grade(section.passage.text, names)
        if found > MOST_GRADE + 0.05:
            yield _at(section, f"reading grade {found:.1f}, over {MOST_GRADE:.0f}; use shorter sentences and words")


def _serving(inputs: Inputs) -> Iterator[CorpusError]:
    served: set[str] = set()
    for section in inputs.corpus.sections():
        if not section.passage.intents and not section.quoted and not inputs.without_intents:
            yield _at(section, 'no intent serves the passage; add intents="..." to its heading')
        served.update(section.passage.intents)
    for intent in inputs.intents.intents:
        if intent.kind == "topic" and intent.name not in served and not intent.passages:
            yield inputs.intents.error(f"no passage serves the intent {intent.name!r}; name it in the heading of one", intent.line)


def _wording(inputs: Inputs) -> Iterator[CorpusError]:
    lists = _word_lists()
    for kind in ("false_comfort", "alarm"):
        pattern = wording_pattern(lists[kind])
        for section in _authored(inputs):
            found = pattern.search(fold(section.passage.text))
            if found:
                yield _at(section, f"“{found[0]}” is {kind.replace('_', ' ')}; say what to look for and whom to ask")


def wording_pattern(phrases: list[str]) -> re.Pattern[str]:
    """Matches any of the phrases in folded text."""
    parts = [re.escape(fold(phrase)).replace(r"\*", r"\w*") for phrase in phrases]
    return re.compile(r"\b(?:" + "|".join(parts) + r")\b")


def _twins(inputs: Inputs) -> Iterator[CorpusError]:
    """Passages whose texts say nearly the same: cosine of their TF-IDF vectors."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    sections = list(_authored(inputs))
    if len(sections) < 2:
        return
    matrix = TfidfVectorizer(analyzer=Analyzer(inputs.intents.synonyms).terms, sublinear_tf=True).fit_transform(
        s.passage.text for s in sections
    )
    likeness = (matrix @ matrix.T).tocoo()
    for row, column, value in zip(likeness.row, likeness.col, likeness.data, strict=True):
        if row < column and value >= _SAME_TEXT:
            yield _at(sections[column], f"says nearly the same as {sections[row].passage.id} ({value:.2f}); merge the two")


def _reviews(inputs: Inputs, today: datetime.date) -> Iterator[CorpusError]:
    for topic in inputs.corpus.topics:
        if topic.quoted:
            continue
        reviewed, following = datetime.date.fromisoformat(topic.reviewed), datetime.date.fromisoformat(topic.next_review)
        if following < today:
            yield CorpusError(f"the review was due on {following}; hold every sentence against its source and set the dates", topic.path, 1)
        if not 0 < (following - reviewed).days <= _LONGEST_REVIEW:
            yield CorpusError("next_review must lie after reviewed, 36 months at most; mend the dates", topic.path, 1)


def _safety(inputs: Inputs) -> Iterator[CorpusError]:
    """The tests that stand beside each red flag: what must trigger it, and what must not."""
    assert inputs.safety_file is not None
    rules = SafetyRules(inputs.safety)
    for at, condition in enumerate(inputs.safety_file.data["conditions"]):
        for number, text in enumerate(condition.get("triggers", [])):
            if condition["id"] not in {flag.id for flag in find_red_flags(text, rules).flags}:
                yield inputs.safety_file.error(
                    f"“{_short(text)}” does not trigger {condition['id']}; widen its signs", "conditions", at, "triggers", number
                )
        for number, text in enumerate(condition.get("near_misses", [])):
            if condition["id"] in {flag.id for flag in find_red_flags(text, rules).flags}:
                yield inputs.safety_file.error(
                    f"“{_short(text)}” triggers {condition['id']} but is a near miss; narrow its signs",
                    "conditions",
                    at,
                    "near_misses",
                    number,
                )
