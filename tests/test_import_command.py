"""`chatbot import`: what comes over from each platform, what is told to be left, what a second time changes, what hostile files do."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import Chatbot
from chatbot.build import compile_knowledge
from chatbot.cli import main
from chatbot.importing.pairs import Export
from chatbot.importing.qna import read_qna
from chatbot.importing.reading import read
from chatbot.importing.table import read_csv, read_qnamaker
from chatbot.ingest.blocks import Unreadable
from chatbot.inputs import Inputs
from chatbot.knowledge import Knowledge

pytest.importorskip("markdown_it", reason="markdown-it-py is missing, so no answer is read; run: pip install -e '.[dev]'")

EXPORTS = Path(__file__).parent / "exports"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs a command in a folder that holds the exports; gives exit code, output and errors."""
    shutil.copytree(EXPORTS, tmp_path / "exports")
    monkeypatch.chdir(tmp_path)

    def call(*words):
        code = main([*map(str, words)])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def passages(corpus="corpus"):
    """The headings of a corpus with their ids, ways to ask and texts."""
    found = {}
    for path in sorted(Path(corpus).glob("*.md")):
        for part in path.read_text(encoding="utf-8").split("\n## ")[1:]:
            head, _, body = part.partition("\n")
            title, _, attributes = head.partition(" {")
            also = re.search(r'also="([^"]*)"', attributes)
            text = "\n".join(line[2:] for line in body.split("\n") if line.startswith(">"))
            found[title] = (f"{path.stem}#{attributes.split()[0][1:]}", also[1] if also else "", text)
    return found


def bot_of(corpus="corpus"):
    """The bot of a corpus and nothing else."""
    return Chatbot(Knowledge(compile_knowledge(Inputs(Path(corpus), None, None))))


def left(err_or_report, sort):
    """What is listed as left out under `sort`."""
    match = re.search(rf"(?im)^not carried over: {re.escape(sort)} \(\d+\)\n((?:  .*\n)+)", err_or_report)
    return match[1] if match else ""


def test_qna_maker_rows_of_one_id_become_one_passage_with_its_page_as_the_source(run):
    code, out, _ = run("import", "exports/bike-shop.tsv")
    assert code == 0
    assert "added    bikes-example-org-faq  2 answers, 2 passages" in out
    name, also, text = passages()["How often should I oil the chain?"]
    assert name == "bikes-example-org-faq#how-often-should-i-oil-the-chain"
    assert also == "when does a chain need oil"
    assert (
        text
        == "Oil the chain every 200 km, and after each ride in the rain.\n\nWipe it dry first. See chain care (https://bikes.example.org/chain)."
    )
    assert 'URL: "https://bikes.example.org/faq"' in Path("corpus/bikes-example-org-faq.md").read_text()


def test_lists_and_html_of_an_answer_become_lines(run):
    run("import", "exports/bike-shop.tsv")
    found = passages()
    assert found["How hard should my tyres be?"][2].endswith("tyre:\n\n• narrow tyres near the most\n• wide tyres near the least")
    assert "spokes.\nHalf a turn" in found["'True' a wheel, what does that mean?"][2].replace(" Half", "\nHalf")


def test_what_qna_maker_has_and_we_have_not_is_listed(run):
    _, _, err = run("import", "exports/bike-shop.tsv")
    assert "bike-shop.tsv:2: part:chain, season:all" in left(err, "metadata")
    assert "Which oil? after: How often" in left(err, "follow-up prompts")
    assert "Which oil?" in left(err, "context of a question")
    assert "Who made you?" in left(err, "small talk")
    assert "key.png" in left(err, "picture")
    assert "Who made you?" not in passages()


def test_a_table_that_a_spreadsheet_saved_is_read_with_its_quotes():
    text = 'Question\tAnswer\tSource\nIs it open?\t"Yes, and\nthe door says ""open""."\tEditorial\n'
    export = Export()
    read_qnamaker(text, Path("kb.tsv"), export)
    assert [(pair.questions, pair.answer) for pair in export.pairs] == [(("Is it open?",), 'Yes, and\nthe door says "open".')]


def test_the_qna_format_of_the_bot_framework(run):
    code, out, err = run("import", "exports/bike-shop.qna")
    assert code == 0
    assert "questions-in-the-workshop" in out, "@kb.name is the title"
    found = passages()
    assert found["Why do my brakes squeal?"][:2] == (
        "bikes-example-org-brakes#why-do-my-brakes-squeal",
        "my brakes are screaming; noise when braking",
    )
    assert found["When are brake blocks worn out?"][2] == "Change brake blocks when the grooves in them are gone."
    assert found["Where is the shop?"][0].startswith("questions-in-the-workshop#"), "@qna.pair.source is of one pair only"
    assert "part = brakes, kind = rim" in left(err, "metadata")
    assert "When to change them, Show me a shop" in left(err, "follow-up prompts")
    assert "[derailleur, gear changer, mech]" in left(err, "words that mean the same")
    assert "manual.pdf" in left(err, "reference to another file")
    assert "tubes.qna" in left(err, "reference to another file")
    assert "@kb.language" in left(err, "setting")


def test_a_rasa_project_is_read_from_all_its_files(run):
    code, _, err = run("import", "exports/rasa")
    assert code == 0
    found = passages()
    assert found["when are you open"][1:] == ("are you open on Saturday", "The workshop is open from Tuesday to Saturday, nine to six.")
    assert found["Why do my gears skip?"][1] == "the chain jumps when I pedal hard; gears slipping"
    assert found["Can I wash the bike with a pressure washer?"][2].startswith("A pressure washer drives")
    assert found["my bike was stolen"][2].startswith("Tell the police")
    assert len(found) == 4
    for sort, what in {
        "small talk": "Hello! What is wrong with the bike?",
        "beside the text of a response": "Flat tyre",
        "response with a condition": "Keep the broken lock.",
        "response with a slot in it": "So the {part} needs a repair.",
        "other wording of a response": "Tuesday to Saturday, from nine",
        "response that no intent goes with": "Which part is it?",
        "intent without an answer": "book_repair, with 1 examples",
        "settings of intents": "book_repair",
        "words that mean the same": "[bottom bracket, BB, crank bearing]",
        "regex of Rasa": "frame_number",
        "lookup of Rasa": "hose, sponge",
        "entities of Rasa": "part",
        "slots of Rasa": "part",
        "forms of Rasa": "repair_form",
        "actions of Rasa": "action_find_shop",
        "session_config of Rasa": "session_expiration_time",
        "rule of Rasa": "Start the form: 3 steps",
        "story of Rasa": "a stolen bike: 4 steps",
        "pipeline of Rasa": "WhitespaceTokenizer, DIETClassifier",
        "policies of Rasa": "RulePolicy",
        "action_endpoint of Rasa": "url",
    }.items():
        assert what in left(err, sort), sort
    assert left(err, "marks of entities").count("\n") == 3


def test_a_corpus_of_chatterbot(run):
    code, _, err = run("import", "exports/bike-talk.yml")
    assert code == 0
    found = passages()
    assert found["Can a tube be patched twice?"][2] == "Yes, as long as the patches do not overlap."
    assert "What is a tubeless tyre?" in found
    assert "Three times as well." in left(err, "rest of a conversation")
    assert "Only a question?" in left(err, "conversation that is none")
    assert "bicycles, repair" in left(err, "categories")


def test_a_table_of_questions_and_answers(run):
    code, _, err = run("import", "exports/bike-faq.csv")
    assert code == 0
    found = passages()
    assert found["How do I raise the saddle?"][:2] == ("bikes-example-org-saddle#how-do-i-raise-the-saddle", "saddle too low; seat height")
    assert found["What does a spoke key cost?"][0] == "bike-faq#what-does-a-spoke-key-cost"
    assert "edited by" in left(err, "column of a table")
    assert "Is it closed on Monday?" in left(err, "question without an answer")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found(delimiter):
    export = Export()
    read_csv(f"Q{delimiter}A\nHow so{delimiter}That is so.\n", Path("x.csv"), export)
    assert [(pair.questions, pair.answer) for pair in export.pairs] == [(("How so",), "That is so.")]


def test_the_bot_answers_with_the_source_of_the_export(run):
    run("import", "-q", "exports")
    reply = bot_of().respond("how often must i oil my chain").reply
    assert reply.kind == "answer"
    assert reply.statements[0].text == "Oil the chain every 200 km, and after each ride in the rain."
    assert reply.citations[0].url == "https://bikes.example.org/faq"
    assert bot_of().respond("gears slipping").reply.statements[0].text == "A worn chain jumps over the teeth."


def test_a_question_is_no_small_talk_because_it_begins_like_some(run):
    run("import", "-q", "exports")
    assert bot_of().respond("can i use cooking oil").reply.kind == "answer"
    assert bot_of().respond("what can i ask").reply.kind == "smalltalk"


def test_all_that_was_left_out_stands_in_the_report_and_the_report_is_no_topic(run):
    many = "\n".join(f"question {n},answer {n},x" for n in range(9))
    Path("many.csv").write_text(f"question,answer,b\n{many}\nonly a question,,x\n" + "".join(f"q{n}?,,\n" for n in range(20)))
    _, _, err = run("import", "many.csv")
    assert "... and 16 more" in err
    assert Path("corpus/import-report.txt").read_text().count("nothing is answered to") == 21
    assert Inputs(Path("corpus"), None, None).problems == []


def test_a_second_time_changes_what_changed_only(run):
    run("import", "exports/bike-shop.tsv")
    before = {path.name: path.read_bytes() for path in Path("corpus").glob("*.md")}
    _, out, _ = run("import", "exports/bike-shop.tsv")
    assert re.findall(r"^\w+", out, re.MULTILINE) == ["same", "same"]
    assert before == {path.name: path.read_bytes() for path in Path("corpus").glob("*.md")}
    topic = Path("corpus/bikes-example-org-faq.md")
    topic.write_text(topic.read_text().replace("#how-often-should-i-oil-the-chain evidence", '#oil intents="care" evidence'))
    export = Path("exports/bike-shop.tsv")
    export.write_text(export.read_text().replace("every 200 km", "every 150 km"))
    _, out, _ = run("import", "exports/bike-shop.tsv")
    assert "changed  bikes-example-org-faq  2 answers, 2 passages, 1 of them changed" in out
    assert passages()["How often should I oil the chain?"][0].endswith("#oil"), "an id stays while most of the words do"
    assert "intents=care" in topic.read_text()
    assert "150 km" in topic.read_text()


def test_what_an_export_no_longer_holds_goes(run):
    run("import", "exports/bike-shop.tsv")
    export = Path("exports/bike-shop.tsv")
    export.write_text("\n".join(line for line in export.read_text().split("\n") if "bikes.example.org/faq" not in line))
    _, out, _ = run("import", "exports/bike-shop.tsv")
    assert "removed  bikes-example-org-faq" in out
    assert not Path("corpus/bikes-example-org-faq.md").exists()
    assert Path("corpus/bike-shop.md").exists()


def test_documents_that_were_added_stay_beside_what_is_imported(run):
    pytest.importorskip("trafilatura", reason="trafilatura is missing, so no document is added; run: pip install -e '.[dev]'")
    Path("lamp.txt").write_text(
        "Lamps on a bicycle\n\nA dynamo lamp shines as long as the wheel turns. A battery lamp shines until the battery is empty.\n"
    )
    run("add", "-q", "lamp.txt")
    run("import", "-q", "exports/bike-faq.csv")
    run("import", "-q", "exports/bike-faq.csv")
    assert Path("corpus/lamps-on-a-bicycle.md").exists()
    assert "same" in run("add", "-q", "lamp.txt")[1]


def test_a_dose_and_false_comfort_in_an_answer_are_kept_but_not_said(run):
    Path("h.csv").write_text(
        "question,answer\nWhat helps my knee after riding?,Rest helps a knee after riding. Take 400 mg of ibuprofen. It is harmless.\n"
    )
    _, out, _ = run("import", "h.csv")
    assert "2 sentences will not be quoted" in out or "1 sentences will not be quoted" in out
    said = " ".join(s.text for s in bot_of().respond("what helps my knee after riding").reply.statements)
    assert "Rest helps" in said
    assert "400" not in said
    assert "harmless" not in said


HOSTILE = {
    "bomb.yml": b"a: &a [x, x]\nb: &b [*a, *a]\nconversations: [*b, *b]\n",
    "deep.yml": b"conversations: " + b"[" * 3000 + b"]" * 3000 + b"\n",
    "tag.yml": b"conversations: !!python/object/apply:os.system ['true']\n",
    "twice.yml": b"conversations: []\nconversations: []\n",
    "other.yml": b"name: a workflow\non: push\n",
    "text.yml": b"categories:\n- health\nconversations:\n--how are you?\n-well\n",
    "null.csv": b"question,answer\n\x00\x01\x02\x00,\x00\n",
    "nohead.csv": b"How so,That is so\n",
    "empty.tsv": b"",
    "huge.csv": b'question,answer\nq,"' + b"x" * 200_000 + b'"\n',
    "open.qna": b"# ? How so\n```\nThat is so\n",
    "nothing.qna": b"only text\n",
    "page.html": b"<p>no export</p>",
    "many.yml": b"conversations:\n" + b"- [a, b]\n" * 30_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_told_and_the_others_go_on(run, name):
    Path(name).write_bytes(HOSTILE[name])
    code, out, err = run("import", name, "exports/bike-faq.csv")
    assert code == 1
    line = next(line for line in err.splitlines() if line.startswith(f"{name}: "))
    assert "; " in line or "," in line or "neither" in line, "it says what to do"
    assert "Traceback" not in err
    assert "added    bike-faq" in out
    assert run("import", name, "--into", "other")[0] == 2
    assert not Path("other").exists()


def test_an_answer_that_is_too_long_is_told_and_brackets_stay_brackets(run):
    Path("long.csv").write_text(f"question,answer\nHow long?,{'so ' * 30_000}\nHow odd?,{'![' * 300} so\n")
    _, _, err = run("import", "long.csv")
    assert "How long?" in left(err, "answer too long")
    assert passages()["How odd?"][2] == "![" * 300 + " so"


def test_links_pipes_and_missing_files_are_told(run):
    Path("link.csv").symlink_to("exports/bike-faq.csv")
    os.mkfifo("pipe.csv")
    code, _, err = run("import", "link.csv", "pipe.csv", "missing.csv")
    assert code == 2
    assert [line.partition(":")[0] for line in err.splitlines()] == ["link.csv", "pipe.csv", "missing.csv"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_usual_encodings_are_read(run, encoding):
    Path("e.csv").write_bytes("question,answer\nWhat is a dérailleur?,It moves the chain – from cog to cog.\n".encode(encoding))
    assert run("import", "e.csv")[0] == 0
    assert passages()["What is a dérailleur?"][2] == "It moves the chain – from cog to cog."


def test_a_wrong_address_is_wrong_use(run):
    assert run("import", "exports/bike-faq.csv", "--url", "nowhere")[0] == 2


@given(st.text(max_size=400))
def test_any_text_is_read_or_told(text):
    for reader in (read_csv, read_qnamaker, read_qna):
        for head in ("", "question,answer\n", "Question\tAnswer\tSource\n", "# ? How\n"):
            with contextlib.suppress(Unreadable):
                reader(head + text, Path("x"), Export())


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=300))
def test_no_question_and_no_answer_is_dropped_silently(answer):
    export = Export()
    export.keep(["How so?"], answer, Path("x"), 1)
    assert len(export.pairs) + len(export.left) == 1


def test_every_kind_of_fixture_is_read_without_failure():
    found = read(sorted(path for path in EXPORTS.rglob("*") if path.is_file()))
    assert found.failed == []
