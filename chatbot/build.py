"""Compiles corpus, intents and safety rules into one knowledge file. Reproducible to the byte: no date, no chance."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from chatbot import container
from chatbot.agreement import agreement_sections
from chatbot.alarm_fit import Example, fit_alarm
from chatbot.indexing import fit_fields
from chatbot.inputs import Inputs
from chatbot.intents_file import IntentsFile
from chatbot.knowledge import SCHEMA
from chatbot.safety import SafetyRules, find_hazards
from chatbot.scope import WITHOUT_TOPICS
from chatbot.table import string_table, value_table
from chatbot.text import Analyzer, fold, words
from chatbot.training import fit_lexicon, fit_matcher
from chatbot.types import Passage, Sentence

_ENGLISH = Path(__file__).parent / "data" / "english.txt"


def compile_knowledge(inputs: Inputs, progress: Callable[[int], object] | None = None) -> bytes:
    """The knowledge file of `inputs`, as bytes. `progress` is told how many passages the index has read.

    Raises:
        CorpusError: the first of `inputs.problems`, when there is one.
    """
    if inputs.problems:
        raise inputs.problems[0]
    sections = list(inputs.corpus.sections())
    file = inputs.intents
    analyzer = Analyzer(file.synonyms)
    index = fit_fields(
        (
            (
                s.passage.id,
                {
                    # the beginning of a document stands under its title, which is no answer to every question that sounds like it
                    "heading": "" if s.quoted and s.passage.heading == s.passage.topic else s.passage.heading,
                    "also": " ".join((*s.also, *s.asked)),
                    "title": s.passage.topic,
                    "text": s.passage.text,
                },
            )
            for s in sections
        ),
        analyzer,
        progress=progress,
    )
    wordings = (
        (
            [map(index.row, analyzer.terms(text)) for text in (s.passage.heading, *s.also, *s.asked)],
            [map(index.row, analyzer.terms(s.passage.text[part.start : part.end])) for part in s.passage.sentences],
        )
        for s in sections
    )
    lexicon = {f"{entity}={value}": phrasings for entity, values in file.entities.items() for value, phrasings in values.items()}
    matcher = fit_matcher(_examples(inputs), _outside(file), lexicon)
    english = _plain_words(file)
    rules = SafetyRules(inputs.safety, frozenset(english).__contains__)
    rows = [_passage(s.passage, rules) for s in sections]
    blobs = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    ends, total = [], 0
    for blob in blobs:
        total += len(blob)
        ends.append(total)
    about = [[row["intents"], row["about"], row["evidence"]] for row in rows]
    parts: dict[str, bytes] = {
        **index.sections(),
        **agreement_sections(wordings, index.all_idf),
        **matcher.sections(lexicon=False),
        "passages.blob": b"".join(blobs),
        "passages.ends": b"".join(end.to_bytes(4, "little") for end in ends),
        "passages.about": _json(about),
        **value_table("sources", {key: list(source) for key, source in inputs.corpus.sources.items()}),
        "dialogue.json": _json(_dialogue(inputs)),
        **value_table("lexicon", fit_lexicon(lexicon).to_data()),
        **_safety(_with_alarm(inputs)),
        **string_table("words.known", list(_vocabulary(inputs))),
        **string_table("words.english", english),
    }
    meta = {
        "kind": "knowledge",
        "schema": SCHEMA,
        "digest": inputs.digest,
        "topics": len(inputs.corpus.topics),
        "passages": len(sections),
        "sources": len(inputs.corpus.sources),
    }
    return container.to_memory(parts, meta)


def _safety(compiled: dict[str, Any]) -> dict[str, bytes]:
    """The safety rules: the large tables by themselves, of which a message meets but a few rows, and all else in one piece."""
    lexicon = {name: part for name, part in compiled["lexicon"].items() if name not in ("words", "entries")}
    alarm = compiled.get("alarm") or {}
    rest = {name: part for name, part in compiled.items() if name not in ("signs", "cues", "alarm")} | {"lexicon": lexicon}
    if alarm:
        rest["alarm"] = {name: part for name, part in alarm.items() if name != "weights"}
    return {
        "safety.json": _json(rest),
        **value_table("safety.weights", alarm.get("weights", {})),
        **value_table("safety.signs", compiled["signs"]),
        **value_table("safety.cues", compiled["cues"]),
        **value_table("safety.entries", compiled["lexicon"]["entries"]),
        **value_table("safety.words", compiled["lexicon"]["words"]),
    }


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _passage(passage: Passage, rules: SafetyRules) -> dict[str, Any]:
    sentences = [_sentence(passage.text, sentence, rules) for sentence in passage.sentences]
    return {**passage._asdict(), "sentences": sentences, "about": sorted(passage.about), "intents": list(passage.intents)}


def _sentence(text: str, sentence: Sentence, rules: SafetyRules) -> list[Any]:
    """Start, end, sources and, where there are any, the hazards that it names: an answer need not look for them again."""
    hazards = [name for name, _ in find_hazards(text[sentence.start : sentence.end], rules)]
    return [*sentence[:3], hazards] if hazards else [*sentence[:3]]


def _with_alarm(inputs: Inputs) -> dict[str, Any]:
    """The rules, with the weights for what no rule foresaw; harmless is what asks for something else than help with a red flag."""
    if not inputs.examples or not inputs.safety["sounds"]:
        return inputs.safety
    assert inputs.safety_file is not None
    english = frozenset(_english())
    conditions = inputs.safety_file.data["conditions"]
    examples = [*inputs.examples]
    for condition in conditions:
        examples += [Example(text, condition["urgency"], condition["id"]) for text in condition["triggers"]]
        examples += [Example(text, "none", "") for text in condition["near_misses"]]
    asked = [text for name, texts in _examples(inputs).items() if name not in ("red_flag", "personal_request") for text in texts]
    return {
        **inputs.safety,
        "alarm": fit_alarm(SafetyRules(inputs.safety, english.__contains__), examples, [*asked, *_outside(inputs.intents)]),
    }


def _examples(inputs: Inputs) -> dict[str, list[str]]:
    """Utterances by intent: those of the file, and the questions that the passages of an intent answer."""
    examples: dict[str, list[str]] = {}
    for intent in inputs.intents.intents:
        if intent.name != "out_of_scope":
            examples[intent.name] = list(dict.fromkeys([*intent.examples, *filter(None, [intent.question])]))
    for adjacent in inputs.intents.adjacent:
        examples[f"adjacent:{adjacent.name}"] = list(adjacent.examples)
    for section in inputs.corpus.sections():
        for name in section.passage.intents[:1]:
            examples[name] = list(dict.fromkeys([*examples[name], section.passage.heading, *section.also]))
    return examples


def _outside(file: IntentsFile) -> list[str]:
    return [example for intent in file.intents if intent.name == "out_of_scope" for example in intent.examples]


def _dialogue(inputs: Inputs) -> dict[str, Any]:
    """What the engine says and offers, by intent."""
    file = inputs.intents
    return {
        "bot": file.bot,
        "offers": {when: list(names) for when, names in file.offers.items()},
        "not_for": sorted({word for name in file.not_for for word in words(fold(name))}),
        "scope": inputs.calibration.get("model")
        or (None if any(intent.kind == "topic" for intent in file.intents) else dict(WITHOUT_TOPICS)),
        "calibration": {name: value for name, value in inputs.calibration.items() if name != "model"},
        "intents": {
            intent.name: {
                "kind": intent.kind,
                "title": intent.title,
                "question": intent.question,
                "passages": list(intent.passages),
                "follow_up": list(intent.follow_up),
                "replies": [[[" ".join(words(fold(phrase))) for phrase in reply.when], reply.say] for reply in intent.replies],
            }
            for intent in file.intents
        },
        "adjacent": {a.name: {"label": a.label, "say": a.say, "ask": a.ask, "look_alike": a.look_alike} for a in file.adjacent},
        "anchors": sorted({term for phrase in file.subject for term in Analyzer(file.synonyms).terms(phrase)}),
        "body_terms": sorted(
            {
                term
                for values in (file.entities.get("body_part", {}),)
                for phrasings in values.values()
                for phrase in phrasings
                for term in Analyzer(file.synonyms).terms(phrase)
            }
        ),
        "body_words": sorted(
            {word for phrasings in file.entities.get("body_part", {}).values() for phrase in phrasings for word in words(fold(phrase))}
        ),
        "specific": {value: list(wider) for group in file.specific.values() for value, wider in group.items()},
        "entity_of": {value: entity for entity, values in file.entities.items() for value in values},
    }


def _english() -> list[str]:
    """The plain English words."""
    return _ENGLISH.read_text(encoding="utf-8").split()


def _plain_words(file: IntentsFile) -> list[str]:
    """Words that are left alone though the corpus does not hold them: plain English, and those of small talk and out-of-scope talk."""
    spoken = [e for intent in file.intents if intent.kind == "smalltalk" or intent.name == "out_of_scope" for e in intent.examples]
    english = _english()
    return sorted({*english, *(word for example in spoken for word in words(fold(example)))})


def _vocabulary(inputs: Inputs) -> Iterable[str]:
    """Every word of corpus, examples and lexicon, the most frequent first."""
    counts: Counter[str] = Counter()
    for section in inputs.corpus.sections():
        for text in (section.passage.topic, section.passage.heading, *section.also, *section.asked, section.passage.text):
            counts.update(words(fold(text)))
    file = inputs.intents
    texts = [example for intent in file.intents for example in intent.examples]
    texts += [example for adjacent in file.adjacent for example in adjacent.examples]
    texts += [phrase for group in file.synonyms for phrase in group]
    texts += [phrase for values in file.entities.values() for phrasings in values.values() for phrase in phrasings]
    spoken: Counter[str] = Counter(word for text in texts for word in words(fold(text)))
    # examples hold typos on purpose: a word that stands there only once or twice and is no English word is not a spelling to
    # correct towards
    english = frozenset(_english())
    named = {
        word for values in file.entities.values() for phrasings in values.values() for phrase in phrasings for word in words(fold(phrase))
    }
    counts.update({word: count for word, count in spoken.items() if word in english or word in counts or word in named})
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if len(word) > 1 and not word.isdigit()]
