"""`chatbot add` and `chatbot remove`: what they write, what a second time changes, what hostile files do, and what a bot then answers."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from chatbot import container
from chatbot.build import compile_knowledge
from chatbot.cli import main
from chatbot.ingest import reading
from chatbot.ingest.library import Library
from chatbot.inputs import Inputs
from chatbot.knowledge import Knowledge
from chatbot.lint import lint

pytest.importorskip("trafilatura", reason="trafilatura is missing, so no document is read; run: pip install -e '.[dev]'")

PAGES = Path(__file__).parent / "pages"
ROWERS = """Rowers and their hands

A cramp in the forearm comes late in a race, when the grip was tight for long. Rowers call it the claw, and it can end a race.

What helps rowers

Shake out one hand at a time and straighten the fingers. Rowers who loosen the grip early seldom get the claw at all.
"""
SWIM = """Swimmers and cold lakes

Cold water makes the calf stiff, and a stiff calf cramps with the first hard kick. Swimmers should warm up on the shore before they go in.
"""


@pytest.fixture
def run(tiny, capsys):
    """Runs a command in the folder of the tiny inputs; gives exit code, output and errors."""

    def call(*words):
        code = main([*map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def write(name, text):
    """A file in a folder that may be new."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def everything(folder):
    """All files of a folder with their content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def passages(tiny):
    """The quoted passages of the tiny corpus, by id."""
    inputs = Inputs(*tiny.paths)
    assert not inputs.problems
    return {section.passage.id: section.passage for section in inputs.corpus.sections() if section.quoted}


def test_documents_of_all_kinds_become_passages_with_proof(tiny, run):
    code, out, err = run(
        "add", PAGES / "blog.html", PAGES / "leaflet.pdf", PAGES / "strings.docx", PAGES / "notes.md", "--into", tiny.corpus
    )
    assert code == 0, err
    assert "4 added" in out
    found = passages(tiny)
    assert {name.partition("#")[0] for name in found} == {
        "why-rowers-get-forearm-cramps",
        "cramp-on-long-flights",
        "cramp-in-string-players",
        "cramp-in-gardeners-hands",
    }
    for path in tiny.corpus.glob("c*.md"):
        document = path.read_text(encoding="utf-8")
        kept = (tiny.corpus / json.loads(re.search(r"^document: (.*)$", document, re.MULTILINE)[1])).read_text(encoding="utf-8")
        for place, body in re.findall(r'at="(\d+-\d+)".*\n\n((?:>.*\n)+)', document):
            start, end = map(int, place.split("-"))
            assert kept[start:end] == "\n".join(line[2:] for line in body.splitlines())
    assert "page=2" in (tiny.corpus / "cramp-on-long-flights.md").read_text(encoding="utf-8")
    source = Inputs(*tiny.paths).corpus.sources["why-rowers-get-forearm-cramps"]
    assert (source.title, source.author, source.publisher, source.year) == (
        "Why Rowers Get Forearm Cramps",
        "Petra Lindqvist",
        "Oar & Anchor",
        "2023",
    )
    assert source.url == "https://oar-and-anchor.example/forearm-cramps/"


def test_a_bot_answers_from_them_word_for_word(tiny, run):
    write("pages/rowers.txt", ROWERS)
    assert run("add", "pages", "--into", tiny.corpus, "--publisher", "Boat Club", "--date", "2020-05-01", "--licence", "CC BY 4.0")[0] == 0
    assert run("build", *tiny.options, "-o", "k.bin")[0] == 0
    code, out, _ = run("ask", "--knowledge", "k.bin", "--json", "what helps rowers with the claw?")
    reply = json.loads(out)["reply"]
    assert code == 0
    assert reply["statements"][0]["text"] in " ".join(ROWERS.split())
    assert reply["citations"][0] | {"mark": 1} == {
        "mark": 1, "source": "rowers-and-their-hands", "title": "Rowers and their hands", "publisher": "Boat Club", "year": "2020", "url": "", "kind": "document",
    }  # fmt: skip
    write("reply.json", out.replace("\n", " "))
    assert run("verify", "reply.json", "--knowledge", "k.bin")[0] == 0
    code, out, _ = run("show", reply["statements"][0]["passage"], "--knowledge", "k.bin")
    assert code == 0
    assert "quoted from a document" in out
    assert 'licence: "CC BY 4.0"' in (tiny.corpus / "rowers-and-their-hands.md").read_text(encoding="utf-8")


def test_lint_holds_no_document_to_the_rules_for_our_own_text(tiny, run):
    before = [finding.what for finding in lint(*tiny.paths)]
    write(
        "hard.txt",
        "On contractures\n\n" + "Notwithstanding extraordinarily multifactorial neuromuscular hyperexcitability, it is harmless. " * 4,
    )
    assert run("add", "hard.txt", "--into", tiny.corpus)[0] == 0
    assert [finding.what for finding in lint(*tiny.paths)] == before


def test_adding_again_changes_nothing_and_builds_the_same_bytes(tiny, run):
    write("pages/rowers.txt", ROWERS)
    write("pages/swim.txt", SWIM)
    run("add", "pages", "--into", tiny.corpus)
    first, knowledge = everything(tiny.corpus), compile_knowledge(Inputs(*tiny.paths))
    stamps = {path: path.stat().st_mtime_ns for path in tiny.corpus.rglob("*")}
    code, out, _ = run("add", tiny.corpus.parent.parent / "pages", "--into", tiny.corpus)
    assert (code, "2 same" in out) == (0, True)
    assert everything(tiny.corpus) == first
    assert {path: path.stat().st_mtime_ns for path in tiny.corpus.rglob("*")} == stamps
    shutil.rmtree(tiny.corpus / "originals")
    for name in ("rowers-and-their-hands", "swimmers-and-cold-lakes"):
        (tiny.corpus / f"{name}.md").unlink()
    run("add", "pages/swim.txt", "pages/rowers.txt", "--into", tiny.corpus)
    assert everything(tiny.corpus) == first, "in another order"
    assert compile_knowledge(Inputs(*tiny.paths)) == knowledge


def test_a_change_changes_only_what_it_changes_and_ids_stay(tiny, run):
    long = " ".join(f"Sentence number {n} tells of the grip of rowers and of nothing else." for n in range(12))
    text = f"Rowers and their hands\n\n{long}\n\nWhat helps rowers\n\n{long.replace('grip', 'rest')}\n"
    write("rowers.txt", text)
    write("swim.txt", SWIM)
    run("add", "rowers.txt", "swim.txt", "--into", tiny.corpus)
    topic = tiny.corpus / "rowers-and-their-hands.md"
    old, other = passages(tiny), (tiny.corpus / "swimmers-and-cold-lakes.md").read_bytes()
    # what an author adds to a heading stays too
    topic.write_text(
        topic.read_text(encoding="utf-8").replace(
            "{#what-helps-rowers evidence=not-rated", '{#what-helps-rowers evidence=limited intents="relief"'
        ),
        encoding="utf-8",
    )
    write("rowers.txt", text.replace("Sentence number 3 tells of the rest", "Sentence number 3 speaks of the rest"))
    code, out, _ = run("add", "rowers.txt", "swim.txt", "--into", tiny.corpus)
    assert code == 0
    assert "1 of them changed" in out
    assert "1 changed, 1 same" in out
    new = passages(tiny)
    assert list(new) == list(old)
    changed = {name for name in new if new[name].text != old[name].text}
    assert changed == {"rowers-and-their-hands#what-helps-rowers"}
    assert new["rowers-and-their-hands#what-helps-rowers"].intents == ("relief",)
    assert new["rowers-and-their-hands#what-helps-rowers"].evidence == "limited"
    assert (tiny.corpus / "swimmers-and-cold-lakes.md").read_bytes() == other
    assert len(list((tiny.corpus / "originals").iterdir())) == 2, "the old text is gone"


def test_what_was_given_stays_when_the_document_is_added_again(tiny, run):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus, "--title", "The claw", "--author", "Ann Oar", "--url", "https://example.org/claw")
    write("rowers.txt", ROWERS + "\nRowers who cramp often should see a doctor about it soon.\n")
    code, _, _ = run("add", "rowers.txt", "--into", tiny.corpus)
    source = Inputs(*tiny.paths).corpus.sources["the-claw"]
    assert (code, source.title, source.author, source.url) == (0, "The claw", "Ann Oar", "https://example.org/claw")
    assert run("add", "rowers.txt", "--into", tiny.corpus, "--author", "Bea Oar")[1].startswith("changed")
    assert Inputs(*tiny.paths).corpus.sources["the-claw"].author == "Bea Oar"


def test_a_file_that_was_moved_is_the_same_document(tiny, run):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus)
    Path("old").mkdir()
    Path("rowers.txt").rename("old/rowers.txt")
    assert "1 changed" in run("add", "old", "--into", tiny.corpus)[1]
    assert len(list((tiny.corpus / "originals").iterdir())) == 1


@pytest.mark.parametrize("by", ["rowers-and-their-hands", "rowers.txt", "https://example.org/claw"])
def test_removing_takes_the_passages_out(tiny, run, by):
    before = everything(tiny.corpus)
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus, "--url", "https://example.org/claw")
    assert len(passages(tiny)) > 0
    code, out, _ = run("remove", by, "--from", tiny.corpus)
    assert (code, out) == (0, "removed  rowers-and-their-hands\n")
    assert everything(tiny.corpus) == before
    code, _, err = run("remove", by, "--from", tiny.corpus)
    assert code == 2
    assert "no such document" in err


def test_a_topic_of_our_own_cannot_be_removed_or_overwritten(tiny, run):
    write("night.txt", "Night\n\n" + SWIM)
    assert run("remove", "night", "--from", tiny.corpus)[0] == 2
    run("add", "night.txt", "--into", tiny.corpus, "--title", "Night")
    assert (tiny.corpus / "night-2.md").exists()
    assert (tiny.corpus / "night.md").read_text(encoding="utf-8").startswith("---\ntitle: Cramps at night")


def test_what_several_documents_say_is_said_once_with_all_sources(tiny, run):
    site = "The calf is a muscle that cramps at night more than others do. Stretch it before bed and the cramps come less often. Walkers know this well."
    for number, text in enumerate((site, site.upper(), site.replace("the cramps", "cramps"), site.replace("less often", "more often")), 1):
        write(f"pages/site{number}.txt", f"Page number {number} about the calf\n\n{text}\n")
    run("add", "pages", "--into", tiny.corpus)
    found = passages(tiny)
    assert len(found) == 2, "the one that says otherwise stays"
    first, other = found.values()
    sources = {first.text[s.start : s.end]: len(s.sources) for s in first.sentences}
    assert [count for text, count in sources.items() if "muscle that cramps" in text] == [4]
    assert [count for text, count in sources.items() if "less often" in text] == [3]
    assert [len(s.sources) for s in other.sentences if "more often" in other.text[s.start : s.end]] == [1]
    run("build", *tiny.options, "-o", "k.bin")
    _, out, _ = run("ask", "--knowledge", "k.bin", "do walkers know this well?")
    assert "The first statement is said by 4 sources." in out
    run("remove", "page-number-1-about-the-calf", "--from", tiny.corpus)
    assert {len(s.sources) for p in passages(tiny).values() for s in p.sentences} == {1, 2, 3}, "what was merged comes back from the others"


@pytest.mark.parametrize(
    "question", ["does magnesium help rowers?", "how much magnesium should I take?", "what do rowers take for the claw?"]
)
def test_no_dose_is_quoted(tiny, run, question):
    write(
        "dose.txt",
        f"{ROWERS}\nMagnesium for rowers\n\nMagnesium may help rowers with the claw. Take 400 mg of magnesium before bed. One tablet twice a day is usual for rowers.\n",
    )
    _, out, _ = run("add", "dose.txt", "--into", tiny.corpus)
    assert "2 sentences will not be quoted" in out
    run("build", *tiny.options, "-o", "k.bin")
    _, out, _ = run("ask", "--knowledge", "k.bin", "--json", question)
    assert "400" not in out
    assert "One tablet" not in out


def test_a_passage_that_was_edited_is_refused(tiny, run):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus)
    line = tiny.edit("rowers-and-their-hands.md", "> A cramp in the forearm", "> No cramp in the forearm")
    code, _, err = run("build", *tiny.options, "-o", "k.bin")
    assert code == 2
    assert f"rowers-and-their-hands.md:{line - 2}: the passage is not what the document says at 0-" in err
    assert not Path("k.bin").exists()


def test_a_kept_text_that_was_changed_or_lies_elsewhere_is_refused(tiny, run):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus)
    topic = tiny.corpus / "rowers-and-their-hands.md"
    kept = next((tiny.corpus / "originals").iterdir())
    kept.write_text(kept.read_text(encoding="utf-8") + "x", encoding="utf-8")
    assert any("is not the one that was added" in problem.what for problem in Inputs(*tiny.paths).problems)
    kept.unlink()
    assert any("missing" in problem.what for problem in Inputs(*tiny.paths).problems)
    topic.write_text(topic.read_text(encoding="utf-8").replace(f"originals/{kept.name}", "../../etc/passwd"), encoding="utf-8")
    assert any("`document:` must name a text in originals/" in problem.what for problem in Inputs(*tiny.paths).problems)


@pytest.mark.parametrize("fails_at", range(1, 4))
def test_a_crash_leaves_the_old_document_whole(tiny, run, monkeypatch, fails_at):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus)
    old = passages(tiny)
    write("rowers.txt", ROWERS.replace("claw", "vice"))
    calls = []
    real = container.publish

    def publish(path, data):
        calls.append(path)
        if len(calls) == fails_at:
            raise KeyboardInterrupt
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(container, "publish", publish)
        code, _, _ = run("add", "rowers.txt", "--into", tiny.corpus)
    now = passages(tiny)
    assert now == old if fails_at <= 2 else code == 0
    assert not list(tiny.corpus.rglob(".*")), "no temporary file is left"
    assert run("add", "rowers.txt", "--into", tiny.corpus)[0] == 0
    assert any("vice" in passage.text for passage in passages(tiny).values())


def test_what_a_killed_process_left_half_written_goes_the_next_time(tiny, run):
    write("rowers.txt", ROWERS)
    run("add", "rowers.txt", "--into", tiny.corpus)
    before = everything(tiny.corpus)
    for name in (
        ".rowers-and-their-hands.md.a1b2c3_4",
        "originals/.rowers-and-their-hands.0123456789ab.txt.abcdefgh",
        ".sources.yaml.abcdefgh",
    ):
        write(tiny.corpus / name, "half")
    write(tiny.corpus / ".gitignore", "mine")
    run("add", "rowers.txt", "--into", tiny.corpus)
    assert everything(tiny.corpus) == before | {".gitignore": b"mine"}


def test_a_full_disk_fails_one_document_and_says_so(tiny, run, monkeypatch):
    write("pages/a.txt", ROWERS)
    write("pages/b.txt", SWIM)
    real = container.publish

    def publish(path, data):
        if "rowers" in str(path):
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(container, "publish", publish)
    code, out, err = run("add", "pages", "--into", tiny.corpus)
    assert code == 1
    assert "cannot be kept (No space left on device); nothing of it was changed" in err
    assert "1 added, 1 failed" in out


def hostile(folder):
    """Files that are no good, and one that is."""
    from docx import Document
    from pypdf import PdfWriter

    write(folder / "good.txt", SWIM)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200 << 20)
    write(folder / "deep.html", "<html><body>" + "<div>" * 50_000 + "A cramp is down here." + "</div>" * 50_000)
    write(folder / "tags.html", "<html>" + "<a " * 100_000)
    write(folder / "noise.txt", "").write_bytes(bytes(range(256)) * 30)
    write(folder / "picture.docx", "").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    write(folder / "text.pdf", SWIM)
    write(folder / "empty.md", "  \n")
    with zipfile.ZipFile(folder / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" * (30 << 20))
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(folder / "blank.pdf")
    writer.encrypt("secret")
    writer.write(folder / "locked.pdf")
    write(folder / "cut.pdf", "").write_bytes((folder / "locked.pdf").read_bytes()[:200])
    Document().save(folder / "nothing.docx")
    return {
        "huge.txt": "larger than 32 MiB", "deep.html": "nested more than", "tags.html": "nested more than", "noise.txt": "binary data", "picture.docx": "named as DOCX, but it is none",
        "text.pdf": "named as PDF, but it is none", "empty.md": "it is empty", "bomb.docx": "unpacked it would take", "blank.pdf": "no text, only pictures", "locked.pdf": "encrypted",
        "cut.pdf": "damaged", "nothing.docx": "no text is left",
    }  # fmt: skip


def test_hostile_files_are_refused_one_by_one_and_the_rest_goes_on(tiny, run):
    wrong = hostile(Path("pages"))
    code, out, err = run("add", "pages", "--into", tiny.corpus)
    assert code == 1
    assert out.endswith(f"1 added, {len(wrong)} failed\n")
    lines = {Path(line.partition(": ")[0]).name: line for line in err.splitlines() if line.startswith("pages")}
    assert {name: wrong[name] in lines.get(name, "") for name in wrong} == dict.fromkeys(wrong, True), err
    assert all("; " in line for line in lines.values()), "each says what to do"
    assert len(passages(tiny)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names, links and pipes")
def test_links_pipes_and_strange_names(tiny, run):
    write("outside/secret.txt", "Secret\n\n" + SWIM.replace("Cold", "Secret"))
    write("pages/new\nline\x1b[31m.txt", SWIM)
    write("pages/.hidden.txt", SWIM)
    write("pages/program.exe", SWIM)
    Path("pages/link.txt").symlink_to(Path("outside/secret.txt").resolve())
    Path("pages/folder").symlink_to(Path("outside").resolve())
    Path("pages/loop").symlink_to("loop")
    os.mkfifo("pages/pipe.txt")
    Path(os.fsdecode(b"pages/bad\xff.md")).write_text(ROWERS, encoding="utf-8")
    code, out, err = run("add", "pages", "--into", tiny.corpus)
    assert code == 1
    assert "2 added, 3 failed" in out
    assert "a link; it is not followed" in err
    assert "no plain file" in err
    assert "\x1b" not in out + err
    assert "pages/new?line?[31m.txt" in out
    assert not any("Secret" in passage.text for passage in passages(tiny).values())
    assert run("add", "pages", "--into", tiny.corpus)[1].endswith("3 failed, 2 same\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.txt"], "no such file"),
        (["tiny/intents.yaml"], "not a kind of document that is read"),
        (["a.txt", "--url", "javascript:alert(1)"], "--url is no web address"),
        (["a.txt", "--date", "May 2020"], "--date is no date"),
        (["a.txt", "b.txt", "--title", "Both"], "--title and --url are of one document"),
        (["none"], "no document there that can be read"),
    ],
)
def test_wrong_use(tiny, run, words, message):
    write("a.txt", SWIM)
    write("b.txt", ROWERS)
    Path("none").mkdir()
    code, _, err = run("add", *words, "--into", tiny.corpus)
    assert code == 2
    assert message in err


def test_a_document_that_takes_too_long_is_given_up(tiny):
    with reading.Reader(seconds=0.0) as reader, pytest.raises(reading.Unreadable, match="takes longer than 0 seconds"):
        reader.read(SWIM.encode() * 1000, ".txt")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of memory for a child process")
def test_a_child_that_dies_is_replaced(tiny):
    with reading.Reader() as reader:
        assert reader.read(SWIM.encode(), ".txt")["title"] == "Swimmers and cold lakes"
        reader._child.kill()
        reader._child.wait()
        with pytest.raises(reading.Unreadable, match="more memory than it may take"):
            reader.read(SWIM.encode(), ".txt")
        assert reader.read(ROWERS.encode(), ".txt")["title"] == "Rowers and their hands"


def test_without_the_libraries_the_pip_line_is_told(tiny, run, monkeypatch):
    monkeypatch.setattr(reading.Reader, "_running", lambda self: _Missing(self))
    write("a.txt", SWIM)
    code, _, err = run("add", "a.txt", "--into", tiny.corpus)
    assert code == 2
    assert "pip install 'cramp-chatbot[add]'" in err


class _Missing:
    """A child that lacks a library."""

    def __init__(self, reader):
        reader._answers.put(b'{"error": "", "missing": "ftfy"}\n')
        self.stdin = io.BytesIO()


def test_a_new_corpus_folder_gets_what_it_needs(run, tmp_path):
    write("a.txt", SWIM)
    assert run("add", "a.txt", "--into", "mine")[0] == 0
    assert {path.name for path in Path("mine").iterdir()} == {"originals", "sources.yaml", "swimmers-and-cold-lakes.md"}
    assert [entry.name for entry in Library(Path("mine"))._entries.values()] == ["swimmers-and-cold-lakes"]


def test_missing_facts_are_asked_for_on_a_terminal_only(tiny, run, monkeypatch):
    answers = iter(["https://example.org/lake\n", "Lake Club\n", "soon\n", "\n"])
    monkeypatch.setattr("sys.stdin", type("Stdin", (), {"isatty": lambda self: True, "readline": lambda self: next(answers)})())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    write("a.txt", SWIM)
    _, _, err = run("add", "a.txt", "--into", tiny.corpus)
    source = Inputs(*tiny.paths).corpus.sources["swimmers-and-cold-lakes"]
    assert (source.url, source.publisher, source.year) == ("https://example.org/lake", "Lake Club", "")
    assert "Date (as in 2020-09-21), or nothing: left empty" in err
    assert "Title" not in err


def test_a_page_in_another_language_is_noted(tiny, run):
    _, out, _ = run("add", PAGES / "deutsch.html", "--into", tiny.corpus)
    assert "language de, and only English is answered" in out
    assert 'language: "de"' in (tiny.corpus / "wadenkrampf-beim-schwimmen.md").read_text(encoding="utf-8")


def test_the_knowledge_holds_what_was_added(tiny, run):
    write("a.txt", SWIM)
    run("add", "a.txt", "--into", tiny.corpus)
    knowledge = Knowledge(compile_knowledge(Inputs(*tiny.paths)))
    assert "swimmers-and-cold-lakes" in knowledge.sources
    assert knowledge.number("swimmers-and-cold-lakes#swimmers-and-cold-lakes") >= 0
