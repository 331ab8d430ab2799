"""What may import what, what an answer may load, and the names that the package promises."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

import chatbot

PACKAGE = ROOT / "chatbot"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path for path in sorted(PACKAGE.rglob("*.py"))
}

LAYERS = (
    "adapters adapters.signatures commands complaint condense confidence crew errors importing ingest ingest.worker languages "
    "mending personal ranking render.limits repl.brain repl.saving scope scoring screening speech stores.locking text typed",
    "cli commands.proposing commands.running commands.starting container entities files held_out ingest.blocks phrases "
    "question_types readability signs spelling terminal types",
    "__main__ agreement batch columns compose cues documents focus gap_report importing.answers importing.pairs ingest.decoding "
    "ingest.heading ingest.plain intents_file near_terms progress render render.as_messages render.blocks repl.outside starter "
    "stores.base table",
    "arguments commands.adding commands.making corpus denied importing.chatterbot importing.qna importing.rasa importing.table "
    "ingest.boilerplate ingest.chunking ingest.docx ingest.html ingest.library ingest.markdown ingest.pdf intent_lint "
    "render.as_accessible render.as_ansi render.as_html render.as_markdown render.as_plain render.document retrieval shard stores "
    "stores.conformance stores.memory stores.redis stores.sqlite tales unreal vectors wire",
    "alarm commands.importing commands.manual context counting indexing ingest.extract intents large quotations render.split "
    "repl.talk suggesting testing",
    "ingest.reading merging render.discord render.email render.irc render.matrix render.slack render.sms render.telegram "
    "render.whatsapp render.xmpp repl repl.actions repl.plain safety training",
    "alarm_fit importing.reading ingest.adding knowledge repl.commands safety_file snapshot streaming",
    "commands.looking coverage explain gaps importing.storing inputs observe repl.candidates segments verify",
    "build finding lint repl.explaining repl.prompt",
    "answering",
    "engine",
    "bot calibrate",
    "__init__ commands.asking evaluate handle serve",
    "adapters.host",
    "adapters.discord adapters.irc adapters.matrix adapters.slack adapters.telegram adapters.xmpp",
)
"""The modules from the bottom to the top (docs: architecture). A module imports from the layers below its own only."""

STAGES = {"retrieval", "intents", "safety", "compose", "entities", "spelling", "personal", "screening", "ranking", "condense", "scope"}
HEAVY = ("sklearn", "scipy", "numpy", "yaml", "prompt_toolkit")


def imported(tree, every=False):
    """The modules that a source imports, when it is loaded or `every` time at all; ours are named without the package."""
    nodes = ast.walk(tree) if every else (node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "chatbot":
            yield from (f"chatbot.{alias.name}" if alias.name in MODULES else "chatbot.__init__" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def tree_of(name):
    """The syntax tree of a module."""
    return ast.parse(MODULES[name].read_text(encoding="utf-8"))


def ours(name):
    """The modules of the package that a module imports when it is loaded."""
    return {module.removeprefix("chatbot.") for module in imported(tree_of(name)) if module.startswith("chatbot")}


def test_every_module_has_its_place_in_the_layers():
    placed = [name for layer in LAYERS for name in layer.split()]
    assert sorted(placed) == sorted(MODULES), "give a new module its place in LAYERS, as low as it can be"


@pytest.mark.parametrize("name", MODULES)
def test_imports_go_down_the_layers(name):
    height = {module: at for at, layer in enumerate(LAYERS) for module in layer.split()}
    too_high = {other for other in ours(name) if height[other] >= height[name]}
    assert not too_high, f"{name} must not import {', '.join(sorted(too_high))}"


@pytest.mark.parametrize("name", sorted(STAGES))
def test_stages_do_not_import_one_another(name):
    assert ours(name).isdisjoint(STAGES)


def test_safety_depends_on_words_and_context_only():
    assert ours("safety") <= {
        "alarm",
        "container",
        "context",
        "cues",
        "denied",
        "phrases",
        "signs",
        "table",
        "tales",
        "text",
        "typed",
        "types",
        "errors",
        "unreal",
        "vectors",
    }


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith("render")])
def test_renderers_know_replies_only(name):
    assert all(other in ("typed", "types", "errors", "text") or other.startswith("render.") for other in ours(name))


@pytest.mark.parametrize("name", [name for name in MODULES if name != "repl.prompt"])
def test_no_module_loads_a_library_of_others_with_itself(name):
    names = {module.partition(".")[0] for module in imported(tree_of(name))}
    assert names <= {"chatbot", "__future__", *sys.stdlib_module_names}


@pytest.mark.parametrize(
    "name", ["engine", "answering", "observe", "compose", "ranking", "safety", "context", "phrases", "condense", "scope"]
)
def test_the_path_of_a_turn_knows_no_file_clock_or_chance(name):
    banned = {
        "os",
        "io",
        "time",
        "datetime",
        "random",
        "secrets",
        "uuid",
        "pathlib",
        "tempfile",
        "socket",
        "subprocess",
        "threading",
        "logging",
    }
    assert banned.isdisjoint(module.partition(".")[0] for module in imported(tree_of(name), every=True))


@pytest.mark.parametrize("name", MODULES)
def test_nothing_is_pickled_and_nothing_is_evaluated(name):
    tree = tree_of(name)
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert called.isdisjoint({"eval", "exec", "compile", "__import__"})
    assert {module.partition(".")[0] for module in imported(tree, every=True)}.isdisjoint(
        {"pickle", "marshal", "shelve", "joblib", "dill", "cloudpickle"}
    )


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in MODULES
        if name
        not in (
            "files",
            "lint",
            "intent_lint",
            "indexing",
            "training",
            "held_out",
            "alarm_fit",
            "calibrate",
            "repl.prompt",
            "counting",
            "merging",
            "scoring",
            "shard",
            "snapshot",
            "suggesting",
        )
    ],
)
def test_heavy_libraries_have_their_few_places(name):
    assert {module.partition(".")[0] for module in imported(tree_of(name), every=True)}.isdisjoint(HEAVY)


def loaded_by(code, *arguments):
    """The modules that are loaded when `code` has run in a new process."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    return {name.partition(".")[0] for name in run.stdout.split()} | set(run.stdout.split())


@pytest.mark.parametrize("question", ["why do my calves cramp at night?", "why do my clves crmp at nihgt", "my calf is swollen", "hello"])
def test_importing_and_answering_loads_no_heavy_library(question, tmp_path, tiny_bytes):
    path = tmp_path / "k.bin"
    path.write_bytes(tiny_bytes)
    code = "import sys; from chatbot import Chatbot, render; print(render.plain(Chatbot(sys.argv[1]).respond(sys.argv[2]).reply))"
    loaded = loaded_by(code, str(path), question)
    assert "chatbot.engine" in loaded
    assert loaded.isdisjoint({*HEAVY, "chatbot.build", "chatbot.files", "socket", "subprocess", "asyncio"})


def test_a_cold_answer_loads_little_of_the_standard_library():
    loaded = loaded_by("from chatbot.cli import main; main(['ask', 'why do my calves cramp at night?'])") - loaded_by("")
    assert "chatbot.engine" in loaded
    assert loaded.isdisjoint(
        {"typing", "dataclasses", "inspect", "argparse", "pathlib", "threading", "importlib.metadata", "chatbot.arguments"}
    )


def test_importing_the_package_loads_no_renderer_and_no_command():
    loaded = loaded_by("import chatbot")
    assert not {name for name in loaded if name.startswith(("chatbot.render.as_", "chatbot.cli", "chatbot.repl", "rapidfuzz"))}


def test_the_public_names_are_pinned():
    assert chatbot.__all__ == sorted(chatbot.__all__)
    assert set(chatbot.__all__) == {
        *(
            "Advice",
            "Chatbot",
            "ChatbotError",
            "Citation",
            "CorpusError",
            "DialogueState",
            "Hit",
            "KnowledgeError",
            "Match",
            "MissingExtraError",
        ),
        *("Passage", "Reply", "Source", "StateError", "Statement", "Suggestion", "Trace", "Turn", "__version__", "render"),
    }
    assert all(hasattr(chatbot, name) for name in chatbot.__all__)


def test_the_methods_of_the_bot_are_pinned():
    assert {name for name in dir(chatbot.Chatbot) if not name.startswith("_")} == {"respond", "arespond"}


@pytest.mark.parametrize("name", ["CorpusError", "KnowledgeError", "MissingExtraError", "StateError"])
def test_every_error_is_a_chatbot_error(name):
    assert issubclass(getattr(chatbot, name), chatbot.ChatbotError)


def test_the_package_says_that_it_is_typed():
    assert (Path(chatbot.__file__).parent / "py.typed").exists()
