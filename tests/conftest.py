"""What the tests share: a tiny corpus that a person can hold in mind, the compiled knowledge, and strategies for our own types."""

from __future__ import annotations

import shutil
import string
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from chatbot.build import compile_knowledge
from chatbot.inputs import Inputs
from chatbot.knowledge import BUNDLED, Knowledge
from chatbot.types import Advice, Citation, DialogueState, Reply, Statement, Suggestion

ROOT = Path(__file__).parents[1]

# The same examples in every run, and no clock. `pytest --hypothesis-profile explore` looks further.
settings.register_profile("tests", deadline=None, database=None, derandomize=True, max_examples=60)
settings.register_profile("explore", deadline=None, database=None, max_examples=2000)
settings.load_profile("tests")

SOURCES = """\
references:
- id: clinic-2020
  type: webpage
  title: Leg cramps
  publisher: The Clinic
  issued: '2020'
  URL: https://example.org/cramps
  kind: hospital
- id: trial-2019
  type: article-journal
  title: Stretching before bed
  author:
  - family: Doe
    given: J
  issued: '2019'
  URL: https://example.org/trial?id=1
  kind: trial
- id: agency-2012
  type: report
  title: Quinine warning
  publisher: The Agency
  issued: '2012'
  kind: regulator
"""

NIGHT = """\
---
title: Cramps at night
reviewed: 2026-01-10
next_review: 2027-01-10
aliases: [night cramps]
---

## Why do leg cramps come at night? {#why evidence=limited intents="causes" about="calf" also="what makes a calf seize up in bed"}

Nobody knows for sure why leg cramps come at night [@clinic-2020].
One idea is that the calf is short when the foot points down in bed [@clinic-2020; @trial-2019].
A short muscle can cramp when it is told to pull once more [@trial-2019].
Tired legs and a long day of standing are named as well [@clinic-2020].

## Does stretching stop cramps at night? {#stretch evidence=moderate intents="relief"}

Stretching the calf before bed may cut down night cramps [@trial-2019].
In one trial of 80 older people the cramps came less often after six weeks [@trial-2019].
Stand an arm from a wall, lean in, and keep the heel on the floor [@clinic-2020].
Hold the stretch for a slow count of ten and rest between rounds [@clinic-2020].
"""

QUININE = """\
---
title: Quinine
reviewed: 2026-01-10
next_review: 2027-01-10
---

## Is quinine a danger for the heart? {#danger evidence=strong intents="remedies" about="quinine"}

Quinine can upset the beat of the heart and the cells of the blood [@agency-2012].
Some people died after they took quinine for cramps [@agency-2012].
The Agency warned doctors in 2012 not to use quinine for plain leg cramps [@agency-2012].
Ask a doctor or pharmacist at once if you bleed or bruise while on quinine [@agency-2012].
"""

INTENTS = """\
version: 1
bot:
  name: Tiny
  scope: I answer questions about cramps.
  disclaimer: General information, not advice for you.
subject: [cramp, charley horse]
intents:
- name: causes
  kind: topic
  title: Why cramps come
  question: Why do cramps come at night?
  follow_up: [relief]
  examples: [why do my calves cramp at night, what causes leg cramps, reason for cramps in bed, why did my calf seize up]
- name: relief
  kind: topic
  title: How to stop a cramp
  question: How do I stop a cramp?
  passages: [night#stretch]
  examples: [how do i stop a cramp, does stretching help, what helps against leg cramps, get rid of night cramps]
- name: remedies
  kind: topic
  title: Remedies
  question: Is quinine safe to use?
  examples: [is quinine safe, what about tonic water, should people take quinine, quinine side effects]
- name: greeting
  kind: smalltalk
  replies: [Hello.]
  examples: [hello there, good morning, hi bot, hey you]
- name: out_of_scope
  kind: route
  examples: [what is the weather, who won the football, tell me a joke, book a flight to rome]
adjacent:
- name: period
  label: Period pain
  examples: [period cramps, menstrual cramps every month, my period hurts, cramps before my period]
  say: Period pain comes from the womb.
  ask: a GP
  look_alike: night#why
synonyms:
- [cramp, charley horse, seize up]
entities:
  body_part:
    calf: [calf, calves]
    leg: [leg, legs]
  remedy:
    quinine: [quinine, tonic water]
  condition:
    diabetes: [diabetes, diabetic]
specific:
  body_part:
    calf: [leg]
"""

SAFETY = """\
version: 1
fillers: a an the my is are of and
same_as:
  cannot: cant
words:
  leg: leg, calf
  swollen: swollen, puffy
concepts:
  leg_swollen: <leg> _ <swollen>, <swollen> _ <leg>
  leg_hot: <leg> _ hot, hot _ <leg>
  leg_sore: <leg> _ sore
  leg_heavy: <leg> _ heavy
  breathless: cant breathe, short _ breath
  joking: lol
context:
  deny: no, not
  ask: what are, can
  about: signs of
  past: years ago
  person: my, i, he
  within: in
  turn: but
conditions:
- id: clot
  title: Possible clot
  urgency: urgent
  when:
  - [leg_swollen, not joking]
  - [leg_hot]
  - [leg_sore or leg_heavy, breathless]
  raise_to: emergency
  raise_when:
  - [breathless]
  sticky: true
  advice:
  - text: Call {emergency} or {advice_line} today.
    sources: [clinic-2020]
  triggers:
  - my calf is swollen
  near_misses:
  - no swollen calf
regions:
  any: {emergency: your emergency number, advice_line: your doctor, crisis_line: a helpline, poison_line: a poison line}
  gb: {emergency: "999", advice_line: "111"}
hazards:
- id: quinine
  names: quinine, tonic water
  warning: quinine#danger
short_words: calf
real_words: half
"""


class Tiny:
    """The tiny inputs in a folder of their own, to be edited by a test."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.intents, self.safety = folder / "corpus", folder / "intents.yaml", folder / "safety.yaml"
        self.corpus.mkdir()
        for path, text in (
            (self.corpus / "sources.yaml", SOURCES),
            (self.corpus / "night.md", NIGHT),
            (self.corpus / "quinine.md", QUININE),
            (self.intents, INTENTS),
            (self.safety, SAFETY),
        ):
            path.write_text(text, encoding="utf-8")

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """Corpus, intents, safety, as `Inputs` and `lint` take them."""
        return self.corpus, self.intents, self.safety

    @property
    def options(self) -> list[str]:
        """The same for the command line."""
        return ["--corpus", str(self.corpus), "--intents", str(self.intents), "--safety", str(self.safety)]

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace `old`, which must stand once, in the file `name`; returns the line where it stood."""
        path = {"intents.yaml": self.intents, "safety.yaml": self.safety}.get(name, self.corpus / name)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    """The tiny inputs, for one test, which runs beside them: the files of the repository do not count."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "tiny"
    folder.mkdir()
    return Tiny(folder)


@pytest.fixture(scope="session")
def tiny_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The compiled tiny inputs."""
    return compile_knowledge(Inputs(*Tiny(tmp_path_factory.mktemp("tiny")).paths))


@pytest.fixture(scope="session")
def tiny_knowledge(tiny_bytes: bytes) -> Knowledge:
    """The compiled tiny inputs, opened."""
    return Knowledge(tiny_bytes)


@pytest.fixture(scope="session")
def bundled() -> Knowledge:
    """The knowledge that the package brings."""
    if not Path(BUNDLED).exists():
        pytest.fail(f"{BUNDLED} is missing; run `chatbot build`")
    return Knowledge()


@pytest.fixture
def no_pyphen(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Pyphen were not installed."""
    monkeypatch.setitem(sys.modules, "pyphen", None)


def copy_package(folder: Path) -> Path:
    """A copy of the package's source, for tests that change it."""
    return Path(shutil.copytree(ROOT / "chatbot", folder / "chatbot", ignore=shutil.ignore_patterns("__pycache__", "*.bin")))


HOSTILE = (
    "<script>alert(1)</script>", "<b onclick=x>", "</p></div>", "&lt;b&gt;", "<!--", "<a ", "]]>",
    "[x](http://e.x)", "![x](http://e.x)", "**bold**", "__b__", "_i_", "`code`", "```", "~~~", "# head", "> quote", "---", "***", "===",
    "- item", "-", "+ item", "1. item", "1.", "2)", "| a | b |", "<http://e.x>", "&amp;", "\\", "\\*", "a\n\n# b", "a\n- b", "    code",
    "\x1b[31mred", "\x1b]8;;http://e.x\x1b\\", "\x9b31m", "\x00", "\x07", "\x08", "\u202eabc", "\u2066", "\u200b", "\ufeff", "\ud800", "\ue000",
    "\u2028", "\u2029", "\r\n", "\t", "\U000e0041", "日本語の文章", "e\u0301\u0301", "👩‍👩‍👧", "@everyone", "%s{0}", "EMERGENCY:", "Sources:",
)  # fmt: skip
"""Pieces of text that have broken a renderer somewhere."""

any_text = st.text(max_size=40) | st.lists(st.text(max_size=6) | st.sampled_from(HOSTILE), max_size=5).map(" ".join)
"""Any text at all, hostile pieces included."""

plain_text = st.text(string.ascii_letters + " .,'", min_size=1, max_size=60).map(lambda text: " ".join(text.split()) or "x")
"""Text without any mark or markup."""

addresses = st.from_regex(r"https?://[a-z]{1,9}\.org(/[a-z0-9_~%&=?.+-]{0,30})?", fullmatch=True)
"""Web addresses."""


@st.composite
def replies(draw: st.DrawFn, text: st.SearchStrategy[str] = any_text) -> Reply:
    """Replies whose marks and citations fit together."""
    count = draw(st.integers(0, 3))
    marks = st.lists(st.integers(1, count), unique=True, max_size=3).map(sorted).map(tuple) if count else st.just(())
    advice = draw(st.lists(st.builds(Advice, text, st.just("clot"), marks), max_size=2))
    statements = st.builds(Statement, text, st.sampled_from(["a#b", "c#d"]), st.just(0), st.just(9), marks, st.just("limited"))
    return Reply(
        id="00000000",
        kind=draw(st.sampled_from(["answer", "abstain", "escalate", "reject"])),
        urgency=draw(st.sampled_from(["routine", "urgent", "emergency"])) if advice else "none",
        confidence="high",
        message=draw(text),
        advice=tuple(advice),
        statements=tuple(draw(st.lists(statements, max_size=3))),
        warnings=draw(st.sampled_from([(), ("c#d",)])),
        notes=tuple(draw(st.lists(text.filter(bool), max_size=2))),
        citations=tuple(
            Citation(mark, "key", draw(text), draw(text), draw(st.sampled_from(["", "2019"])), draw(st.just("") | addresses), "trial")
            for mark in range(1, count + 1)
        ),
        suggestions=tuple(draw(st.lists(st.builds(Suggestion, text, text), max_size=3))),
        disclaimer=draw(plain_text),
    )


_names = st.text(max_size=20)
_many = st.lists(_names, max_size=4).map(tuple)
states = st.builds(
    DialogueState,
    intent=_names,
    slots=st.lists(st.tuples(_names, _names), max_size=3).map(tuple),
    passages=_many,
    shown=_many,
    sources=_many,
    pending=st.lists(st.builds(Suggestion, _names, _names), max_size=3).map(tuple),
    signs=_many,
    red_flag=_names,
)
"""Dialogue states."""

json_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
"""Any JSON-able data."""
