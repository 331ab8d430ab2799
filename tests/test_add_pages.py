"""Pages of many layouts, each with what is text on it and what is not, listed by hand; encodings; plain text as people paste it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.documents import place
from chatbot.ingest.blocks import Unreadable
from chatbot.ingest.decoding import decode, mend
from chatbot.ingest.extract import extract

pytest.importorskip("trafilatura", reason="trafilatura is missing, so no page is read; run: pip install -e '.[dev]'")

PAGES = Path(__file__).parent / "pages"
ABOUT = {
    "blog.html": ("Why Rowers Get Forearm Cramps", "Petra Lindqvist", "Oar & Anchor", "2023-04-18", "en"),
    "blogplain.txt": ("Why Swimmers Cramp in Cold Water", "", "", "2018-06-03", "en"),
    "clinic.html": ("Foot Cramps: Causes & Care", "", "", "", "en"),
    "copied.txt": ("Hamstring Cramps: What Runners Should Know", "Dana R. Whitfield", "", "2020-02-11", "en"),
    "deutsch.html": ("Wadenkrampf beim Schwimmen", "Jürgen Groß", "", "", "de"),
    "faq.html": ("Frequently asked questions about cramp", "", "", "", "en"),
    "forum.html": ("Cramp in the thigh after cycling uphill", "", "", "", "en"),
    "hospital.html": ("Cramp after dialysis", "", "St. Brannoc Hospital", "", "en"),
    "leaflet.pdf": ("Cramp on long flights", "Ines Falk", "", "2000-01-01", "en"),
    "news.html": ("Heat wave: harbour crews told to rest as cramps rise", "Tomas Ekberg", "The Quay Courier", "2024-07-02", "en"),
    "notes.md": ("Cramp in gardeners' hands", "Ruth Adeyemi", "", "2020-09-14", "en"),
    "pasted.txt": ("Toe Cramps in Ballet Dancers", "Noor van Dam", "", "2021-05-03", "en"),
    "strings.docx": ("Cramp in string players", "Milan Petrov", "", "2021-03-04", "en"),
}


def read(name):
    """What is made of a page."""
    path = PAGES / name
    return extract(path.read_bytes(), path.suffix)


def said(content):
    """All passages in one line, and their headings."""
    passages = " ".join(place(at, content["text"]) for at, _, _ in content["passages"])
    return " ".join(passages.split()), " ".join(name for _, path, _ in content["passages"] for name in path)


def listed(name, what):
    """The lines of a list beside a page."""
    return [line for line in (PAGES / f"{Path(name).stem}.{what}.txt").read_text(encoding="utf-8").splitlines() if line]


def test_every_page_is_tried():
    assert set(ABOUT) == {path.name for path in PAGES.iterdir() if ".keep." not in path.name and ".drop." not in path.name}


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_every_sentence_of_the_text_is_kept_and_nothing_else(name):
    passages, headings = said(read(name))
    assert [line for line in listed(name, "keep") if line not in passages] == []
    assert [line for line in listed(name, "drop") if line in passages or line in headings] == []


@pytest.mark.parametrize("name", sorted(ABOUT))
def test_what_a_page_says_about_itself_is_found(name):
    content = read(name)
    assert tuple(content[field] for field in ("title", "author", "publisher", "date", "language")) == ABOUT[name]


def test_what_is_left_out_can_be_looked_at():
    assert any("Rate it" in line for line in read("pasted.txt")["dropped"])


def test_headings_lists_and_tables_keep_their_form():
    text = read("blog.html")["text"]
    assert "## What makes the forearm cramp?" in text
    assert "• a grip that is too tight\n  ◦ thumbs wrapped over the handle\n  ◦ wet gloves\n• cold water" in text
    assert "1. Stop rowing and shake out one hand at a time.\n2. Straighten" in text
    assert "Handle | What rowers report\nFoam | Fewer cramps, more blisters" in text
    assert "Dry weight\n  What you weigh with no spare fluid on board." in read("hospital.html")["text"]


def test_a_pdf_gives_pages_and_whole_words():
    content = read("leaflet.pdf")
    assert [page for _, _, page in content["passages"]] == [1, 2]
    assert "shortened for hours" in content["text"]
    assert "• Keep bags out from under the seat in front, so that you can stretch your legs." in content["text"]


def test_an_appointment_with_ones_doctor_is_advice_and_no_offer():
    passages, _ = said(read("clinic.html"))
    assert "Make an appointment with your doctor if the cramps come every night" in passages
    assert "Book your appointment" not in passages


GERMAN = "Wadenkrämpfe: was hilft bei Krämpfen in Füßen und Waden?\n\nZiehen Sie die Zehen – ganz langsam – zum Körper. Es dauert „nur“ Sekunden."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found(encoding):
    assert decode(GERMAN.encode(encoding)) == GERMAN


def test_latin_1_and_what_a_page_declares():
    assert decode("Krämpfe in Füßen, nicht gefährlich".encode("latin-1")) == "Krämpfe in Füßen, nicht gefährlich"
    page = '<html><head><meta charset="iso-8859-2"></head><body>Skurcze łydki są bolesne</body></html>'
    assert decode(page.encode("iso-8859-2")) == page
    assert "Судороги" in decode(("Судороги в икрах ног ночью бывают у многих людей. " * 20).encode("cp1251"))


@pytest.mark.parametrize("text", ["It doesn’t hurt", "100 °F – warm", "“deep” pain…", "naïve café"])
def test_mojibake_is_mended(text):
    assert mend(text.encode().decode("cp1252", errors="ignore")) == text or mend(text.encode("utf-8").decode("latin-1")) == text
    assert mend(text) == text


def test_binary_data_is_refused():
    with pytest.raises(Unreadable, match="binary data, not text; save"):
        decode(bytes(range(256)) * 20)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "Cramps may come from:\n\nHeat\nThirst\nTired legs\n\nDrink enough water on warm days, and rest in the shade at noon.",
            "Heat\nThirst\nTired legs\n",
        ),
        (
            "A list of marks:\n\n➢ the first of the marks\n\n➢ the second of the marks\n\n» this is set apart",
            "➢ the first of the marks\n➢ the second",
        ),
        ("(1) Sit down and breathe.\n(2) Stretch the calf well.\n(3) Wait until it goes.", "(1) Sit down and breathe.\n(2) Stretch"),
        (
            "One line of a paragraph that was cut at the edge\nof the window goes on here and ends.\nThis is the next sentence of it.",
            "at the edge of the window goes",
        ),
    ],
)
def test_lists_and_wrapped_lines_of_plain_text(text, kept):
    assert (
        kept
        in extract(
            f"All about the cramp of the calf\n\nA cramp in the calf comes at night and it hurts for a minute or two.\n\n{text}\n".encode(),
            ".txt",
        )["text"]
    )


@pytest.mark.parametrize(
    "line",
    [
        "Go to bed with warm socks on.", "Press on the cramped muscle for a minute.", "Return to sport slowly.", "Manage stress and sleep.", "10 minutes of stretching before bed",
        "By stretching each evening you keep the calf long.", "Share your symptoms with your doctor.", "Visit the clinic if it swells.", "Added salt does not help most people.",
        "The water content of fruit is helpful on hot days.", "March 2020 was the coldest month of the study.", "See a doctor if one leg is hot.", "Like cramps, tics come in spells.",
        "Call your doctor today if one calf swells.", "The doctor may offer a blood test.", "Cookies and crisps are salty.", "Do not close the hand.", "Read the label of each medicine with care.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("mark", ["", "- "])
def test_advice_that_is_worded_like_a_widget_is_kept(line, mark):
    page = f"# Cramps of the calf\n\nA cramp in the calf comes at night and it hurts for a minute or two.\n\n{mark}{line}\n"
    assert line in extract(page.encode(), ".md")["text"]


@pytest.mark.parametrize(
    "line",
    [
        "Schedule an appointment with our team today!", "Like us on Facebook", "Your email address will not be published. Required fields are marked *", "We use cookies to improve your visit.",
        "Subscribe to our newsletter for more tips.", "Rate this article", "Was this page helpful?", "© 2021 Some Site. All rights reserved.", "Share this post", "Click here to read more",
        "Posted on May 3, 2019 by admin", "5 min read", "Reviewed by: Ann Lee, MD", "ADVERTISEMENT", "Skip to content", "Average rating 4.5 / 5", "This site uses Akismet to reduce spam.",
        "Call us today at (555) 010-7788.", "Read more: Ten facts about feet", "Home > Health > Legs",
    ],
)  # fmt: skip
def test_widgets_go(line):
    page = f"# Cramps of the calf\n\nA cramp in the calf comes at night and it hurts for a minute or two.\n\n{line}\n\nIt goes when you stretch the calf and walk a few steps.\n"
    text = extract(page.encode(), ".md")["text"]
    assert line not in text
    assert "It goes when you stretch" in text


def test_comments_end_the_text_but_a_menu_that_names_them_does_not():
    body = "A cramp in the calf comes at night and it hurts for a minute or two. " * 5
    content = extract(
        f"Cramps of the calf at night\n\nComments\n\n{body}\n\nComments (2)\n\nMax: I never had one, it is all in the mind.\n".encode(),
        ".txt",
    )
    assert "comes at night" in content["text"]
    assert "all in the mind" not in content["text"]
