"""Compiling: the same bytes each time, a digest of every input, cross-checks, and an old file that survives a failed build."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys

import pytest
from conftest import ROOT, Tiny, copy_package

from chatbot import Chatbot, container, inputs
from chatbot.build import compile_knowledge
from chatbot.cli import main
from chatbot.errors import CorpusError, KnowledgeError
from chatbot.indexing import fit_index
from chatbot.inputs import Inputs, digest
from chatbot.knowledge import Knowledge
from chatbot.safety import find_hazards
from chatbot.scope import DEFAULT


def problems(tiny):
    """The problems of the tiny inputs as (file, line, what)."""
    return [(problem.path.rsplit("/", 1)[-1], problem.line, problem.what) for problem in Inputs(*tiny.paths).problems]


def test_the_tiny_inputs_compile(tiny_knowledge):
    tiny_knowledge.verify()
    assert tiny_knowledge.meta["passages"] == 3
    assert tiny_knowledge.index.ids == ["night#why", "night#stretch", "quinine#danger"]
    assert sorted(tiny_knowledge.sources) == ["agency-2012", "clinic-2020", "trial-2019"]
    assert Chatbot(tiny_knowledge).respond("why do my calves cramp at night?").reply.kind == "answer"


def test_a_compiled_passage_is_the_passage_of_the_corpus(tiny, tiny_knowledge):
    for section in Inputs(*tiny.paths).corpus.sections():
        passage = tiny_knowledge.passage(section.passage.id)
        without = tuple(sentence._replace(hazards=()) for sentence in passage.sentences)  # the corpus itself does not know them
        assert passage._replace(sentences=without) == section.passage


def test_compiling_twice_gives_the_same_bytes(tiny, tiny_bytes):
    assert compile_knowledge(Inputs(*tiny.paths)) == tiny_bytes


def test_other_processes_compile_the_same_bytes(tiny, tiny_bytes):
    # the order of a set of strings differs between processes, so that a set in the output shows here only
    code = "import sys, hashlib; from pathlib import Path; from chatbot.build import compile_knowledge; from chatbot.inputs import Inputs; print(hashlib.sha256(compile_knowledge(Inputs(*map(Path, sys.argv[1:])))).hexdigest())"  # fmt: skip
    hashes = set()
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", code, *map(str, tiny.paths)],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        hashes.add(run.stdout.strip())
    assert hashes == {hashlib.sha256(tiny_bytes).hexdigest()}


def test_the_folder_of_the_inputs_does_not_matter(tmp_path, tiny_bytes):
    (tmp_path / "elsewhere").mkdir()
    assert compile_knowledge(Inputs(*Tiny(tmp_path / "elsewhere").paths)) == tiny_bytes


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("night.md", "Nobody", "No one"),
        ("sources.yaml", "The Clinic", "A Clinic"),
        ("intents.yaml", "name: Tiny", "name: Wee"),
        ("safety.yaml", "cant breathe", "cannot breathe"),
    ],
)
def test_the_digest_changes_with_every_input(file, old, new, tiny):
    before = digest(*tiny.paths)
    tiny.edit(file, old, new)
    assert digest(*tiny.paths) != before


def test_the_digest_changes_with_a_new_topic_and_a_new_name(tiny):
    seen = {digest(*tiny.paths)}
    (tiny.corpus / "new.md").write_text("x", encoding="utf-8")
    seen.add(digest(*tiny.paths))
    (tiny.corpus / "new.md").rename(tiny.corpus / "newer.md")
    seen.add(digest(*tiny.paths))
    assert len(seen) == 3


def test_the_digest_does_not_depend_on_line_ends(tiny):
    before = digest(*tiny.paths)
    for path in (tiny.corpus / "night.md", tiny.intents):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert digest(*tiny.paths) == before


@pytest.mark.parametrize(
    "module", ["text", "intents", "indexing", "training", "build", "corpus", "intents_file", "safety", "table", "container"]
)
def test_the_digest_changes_with_the_code_that_makes_knowledge(module, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(inputs, "_PACKAGE", copy_package(tmp_path))
    before = digest(*tiny.paths)
    path = tmp_path / "chatbot" / f"{module}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    assert digest(*tiny.paths) != before


def test_the_digest_is_in_the_file(tiny, tiny_knowledge):
    assert tiny_knowledge.digest == digest(*tiny.paths) == Inputs(*tiny.paths).digest


def test_the_bundled_knowledge_was_built_from_the_corpus_of_the_repository(bundled):
    calibration = ROOT / "calibration.json"
    now = digest(ROOT / "corpus", ROOT / "intents.yaml", ROOT / "safety.yaml", calibration if calibration.exists() else None)
    assert bundled.digest == now, "corpus, intents, safety or code changed since chatbot/data/knowledge.bin was built; run `chatbot build`"


def test_the_bundled_knowledge_is_whole(bundled):
    bundled.verify()
    assert bundled.meta["passages"] == len(bundled.index) > 100


CROSS_CHECKS = {
    "an unknown intent": (
        "night.md",
        'intents="relief"',
        'intents="ease"',
        "unknown intent 'ease' in the heading; use one of intents.yaml",
    ),
    "an unknown value": (
        "night.md",
        'about="calf"',
        'about="elbow"',
        "unknown value 'elbow' in about=; add it to `entities:` of intents.yaml",
    ),
    "an unknown passage": (
        "intents.yaml",
        "passages: [night#stretch]",
        "passages: [night#strech]",
        "intent 'relief' names the passage 'night#strech', which does not exist; mend its id",
    ),
    "an unknown follow-up": (
        "intents.yaml",
        "follow_up: [relief]",
        "follow_up: [ease]",
        "intent 'causes' follows up with 'ease', which is no intent; mend the name",
    ),
    "an unknown look-alike": (
        "intents.yaml",
        "look_alike: night#why",
        "look_alike: night#how",
        "'period' names the passage 'night#how', which does not exist; mend its id",
    ),
    "an unknown source of advice": (
        "safety.yaml",
        "sources: [clinic-2020]",
        "sources: [clinic-2021]",
        "unknown source 'clinic-2021'; add it to sources.yaml",
    ),
    "an unknown warning": (
        "safety.yaml",
        "warning: quinine#danger",
        "warning: quinine#harm",
        "the warning 'quinine#harm' is no passage; name one as topic#id",
    ),
    "no warning": ("safety.yaml", "  warning: quinine#danger\n", "", "the warning None is no passage; name one as topic#id"),
}
SHOWN_AT = {"an unknown passage": "- name: relief", "an unknown follow-up": "- name: causes", "an unknown look-alike": "- name: period", "no warning": "- id: quinine", "an unknown warning": "- id: quinine", "an unknown source of advice": "- text: Call"}  # fmt: skip


@pytest.mark.parametrize("name", CROSS_CHECKS)
def test_what_one_file_names_and_another_lacks_is_told(name, tiny):
    file, old, new, what = CROSS_CHECKS[name]
    line = tiny.edit(file, old, new)
    if name in SHOWN_AT:
        line = tiny.edit(file, SHOWN_AT[name], SHOWN_AT[name])
    assert problems(tiny) == [(file, line, what)]


@pytest.mark.parametrize(
    ("old", "new", "message", "shown"),
    [
        ("- [leg_hot]", "- [leg_warm]", "conditions[0].when[1]: there is no concept 'leg_warm'", "- [leg_warm]"),
        ("urgency: urgent", "urgency: soon", "conditions[0]: 'soon' is no urgency", "- id: clot"),
        ("leg_hot: <leg> _ hot", "leg_hot: <arm> _ hot", "concepts.leg_hot: there is no list <arm> under words", "leg_hot: <arm>"),
        ("  deny: no, not", "  denial: no, not", "context.denial: there is no such kind of cue", "  denial:"),
        ("  title: Possible clot\n", "", "conditions[0]: title is missing", "- id: clot"),
    ],
)
def test_a_mistake_in_the_safety_rules_is_shown_with_its_line(old, new, message, shown, tiny):
    tiny.edit("safety.yaml", old, new)
    line = tiny.edit("safety.yaml", shown, shown)
    found = problems(tiny)
    assert [(file, at) for file, at, _ in found] == [("safety.yaml", line)]
    assert found[0][2].startswith(message)


ODD = {
    "a hazard without names": ("safety.yaml", "  names: quinine, tonic water\n", ""),
    "a hazard without an id": ("safety.yaml", "- id: quinine\n  names", "- names"),
    "a hazard that is text": ("safety.yaml", "hazards:\n", "hazards:\n- quinine\n"),
    "a source in a source": ("safety.yaml", "sources: [clinic-2020]", "sources: [[clinic-2020]]"),
    "a condition that is text": ("safety.yaml", "conditions:\n", "conditions:\n- clot\n"),
    "no conditions": ("safety.yaml", "conditions:\n", "condition:\n"),
    "unless that is a number": ("safety.yaml", "  sticky: true", "  sticky: true\n  unless: 5"),
    "raise without when": ("safety.yaml", "  raise_when:\n  - [breathless]\n", ""),
    "a passage out of scope": ("night.md", 'intents="relief"', 'intents="out_of_scope"'),
    "an adjacent subject without examples": (
        "intents.yaml",
        "examples: [period cramps, menstrual cramps every month, my period hurts, cramps before my period]",
        "examples: []",
    ),
    "an example without words": ("intents.yaml", "examples: [hello there, good morning, hi bot, hey you]", "examples: ['?']"),
    "a safety file that is a list": ("safety.yaml", "version: 1", "- version"),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_compiled_or_refused_with_a_line_and_never_ends_in_a_traceback(name, tiny, tmp_path, capsys):
    file, old, new = ODD[name]
    tiny.edit(file, old, new)
    code = main(["build", *tiny.options, "-o", str(tmp_path / "k.bin")])
    assert code == 0 or (code == 2 and f"{file}:" in capsys.readouterr().err)


def test_a_file_without_intents_is_refused(tiny, tmp_path):
    tiny.intents.write_text("version: 1\nentities: {body_part: {calf: [calf]}, remedy: {quinine: [quinine]}}\n", encoding="utf-8")
    for path in tiny.corpus.glob("*.md"):
        path.write_text(re.sub(' intents="[a-z ]*"', "", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert main(["build", *tiny.options, "-o", str(tmp_path / "k.bin")]) == 2


MODEL = {**DEFAULT, "threshold": 0.5}


def test_a_calibration_counts_in_the_knowledge_and_in_its_digest(tiny, tmp_path, tiny_knowledge):
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"model": MODEL, "target": 0.1}), encoding="utf-8")
    knowledge = Knowledge(compile_knowledge(Inputs(*tiny.paths, path)))
    assert knowledge.dialogue["scope"] == MODEL
    assert knowledge.digest == digest(*tiny.paths, path) != tiny_knowledge.digest


@pytest.mark.parametrize(
    "content",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"model": 5}',
        '{"model": {"threshold": 2}}',
        json.dumps({"model": {**MODEL, "threshold": 2}}),
        json.dumps({"model": {**MODEL, "out": "x"}}),
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_calibration_is_told(content, tiny, tmp_path):
    path = tmp_path / "calibration.json"
    path.write_text(content, encoding="utf-8")
    found = Inputs(*tiny.paths, path).problems
    assert [str(problem) for problem in found] == [f"{path}:1: not a calibration; write one with `chatbot calibrate`, or delete the file"]


def test_all_problems_are_told_at_once(tiny):
    tiny.edit("night.md", "#why evidence=limited", "#why evidence=sure")
    tiny.edit("intents.yaml", "title: Remedies", "title: 5")
    tiny.edit("safety.yaml", "- [leg_hot]", "- [leg_warm]")
    assert [file for file, _, _ in problems(tiny)] == ["night.md", "intents.yaml", "safety.yaml"]


def test_inputs_with_problems_are_not_compiled(tiny):
    tiny.edit("night.md", "#why evidence=limited", "#why evidence=sure")
    broken = Inputs(*tiny.paths)
    with pytest.raises(CorpusError) as caught:
        compile_knowledge(broken)
    assert caught.value is broken.problems[0]


def test_a_failed_build_leaves_the_old_file(tiny, tmp_path, capsys):
    output = tmp_path / "k.bin"
    output.write_bytes(b"old")
    line = tiny.edit("night.md", "#why evidence=limited", "#why evidence=sure")
    assert main(["build", *tiny.options, "-o", str(output)]) == 2
    assert output.read_bytes() == b"old"
    assert f"{tiny.corpus / 'night.md'}:{line}: evidence=sure" in capsys.readouterr().err


def test_a_build_that_cannot_write_leaves_the_old_file(tiny, tmp_path, capsys, monkeypatch):
    output = tmp_path / "k.bin"
    output.write_bytes(b"old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(container.os, "replace", full)
    assert main(["build", *tiny.options, "-o", str(output)]) == 2
    assert output.read_bytes() == b"old"
    assert "cannot be written (No space left on device)" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.bin", "tiny"]


def test_a_build_writes_what_was_compiled(tiny, tmp_path, tiny_bytes, capsys):
    assert main(["build", *tiny.options, "-o", str(tmp_path / "k.bin")]) == 0
    assert (tmp_path / "k.bin").read_bytes() == tiny_bytes
    assert "2 topics, 3 passages, 3 sources" in capsys.readouterr().out


def test_an_index_is_no_knowledge(tmp_path):
    fit_index([("a", "cramp")]).save(tmp_path / "index.bin")
    with pytest.raises(KnowledgeError, match="holds no knowledge but 'index'"):
        Knowledge(tmp_path / "index.bin")


def test_the_hazards_of_every_sentence_are_known_beforehand():
    knowledge = Knowledge()
    for name in knowledge.index.ids:
        passage = knowledge.passage(name)
        for sentence in passage.sentences:
            found = tuple(hazard for hazard, _ in find_hazards(passage.text[sentence.start : sentence.end], knowledge.red_flags))
            assert sentence.hazards == found, (name, sentence.start)


def test_the_hazards_of_an_answer_are_those_of_its_sentences():
    knowledge = Knowledge()
    for name in knowledge.index.ids:
        passage = knowledge.passage(name)
        text = " ".join(passage.text[s.start : s.end] for s in passage.sentences)
        assert {hazard for hazard, _ in find_hazards(text, knowledge.red_flags)} == {
            hazard for s in passage.sentences for hazard in s.hazards
        }, name
