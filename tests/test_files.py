"""Reading files that people edit, without trusting them."""

from __future__ import annotations

import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chatbot.errors import CorpusError
from chatbot.files import parse_yaml, read_text, read_yaml


def refusal(text):
    """The error that `text` meets as YAML, or None."""
    try:
        parse_yaml(text, "x.yaml")
    except CorpusError as error:
        return error
    return None


HOSTILE_YAML = {
    "an anchor": ("a: 1\nb: &x [1]\n", 2, "anchors and aliases are not allowed; write the value out"),
    "an alias": ("a: 1\nb: *x\n", 2, "anchors and aliases are not allowed; write the value out"),
    "a tag": ("a: 1\nb: !!python/object/apply:os.system [ls]\n", 2, "tags (`!name`) are not allowed; write plain values"),
    "a tag of a map": ("a: 1\nb: 2\nc: !x {d: 1}\n", 3, "tags (`!name`) are not allowed; write plain values"),
    "a merge key": ("a: 1\n<<: {b: 2}\n", 2, "merge keys are not allowed; write the values out"),
    "a key that stands twice": ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands twice; keep one"),
    "a key twice in a list": ("- a: 1\n- b: 1\n  b: 2\n", 3, "the key 'b' stands twice; keep one"),
    "a key that is a list": ("a: 1\n? [b]\n: c\n", 2, "a key must be plain text; write `name: value`"),
    "deep nesting": ("a: 1\nb: " + "[" * 50_000, 2, "nested deeper than 12; make it flatter"),
    "too many parts": ("[" + "1, " * 60_001 + "]", 1, "more than 60,000 parts; split the file"),
}


@pytest.mark.parametrize("name", HOSTILE_YAML)
def test_hostile_yaml_is_refused_with_its_line(name):
    text, line, what = HOSTILE_YAML[name]
    with pytest.raises(CorpusError) as caught:
        parse_yaml(text, "x.yaml")
    assert str(caught.value) == f"x.yaml:{line}: {what}"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\n\tb: 2\n", 2), ("a: [1\nb: 2\n", 2), ("a: b: c\n", 1), ("a: 'x\n", 2), ("a: 1\n---\nb: 2\n", 2), ("a: =\n", 1), ("@a", 1)],
)
def test_broken_yaml_says_so_with_its_line(text, line):
    with pytest.raises(CorpusError, match="not valid YAML") as caught:
        parse_yaml(text, "x.yaml")
    assert caught.value.path == "x.yaml"
    assert caught.value.line == line


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x07", "\ud800", "\ufffe"], ids=ascii)
def test_yaml_with_a_character_that_cannot_be_printed_is_refused(char):
    with pytest.raises(CorpusError, match="not valid YAML"):
        parse_yaml(f"a: 1\nb: x{char}y\n", "x.yaml")


@pytest.mark.parametrize("value", ["2026-02-30", "2026-13-01", "1" * 5000])
def test_a_value_that_cannot_be_read_is_refused_with_its_line(value):
    error = refusal(f"a: 1\nb: {value}\n")
    assert error is not None
    assert error.line == 2


def test_dates_become_text_and_plain_values_stay_what_they_are():
    data = parse_yaml("d: 2026-11-25\nn: 3\nf: 0.5\nb: true\ns: x\nl: [1, a]\nnothing:\n", "x.yaml").data
    assert data == {"d": "2026-11-25", "n": 3, "f": 0.5, "b": True, "s": "x", "l": [1, "a"], "nothing": None}


def test_a_document_knows_the_line_of_everything_in_it():
    document = parse_yaml("a:\n- x: 1\n  y:\n    - p\n    - q\nb: 2\n", "x.yaml")
    assert document.line("a", 0, "y", 1) == 5
    assert document.line("b") == 6
    assert document.line("a", 0, "z") == document.line("a", 0) == 2
    assert str(document.error("wrong; mend it", "a", 0, "y")) == "x.yaml:4: wrong; mend it"


def test_lines_count_from_where_the_yaml_stands_in_its_file():
    document = parse_yaml("a: 1\nb: 2\n", "x.md", first_line=10)
    assert document.line("b") == 11
    with pytest.raises(CorpusError, match=r"x\.md:11: the key 'a' stands twice"):
        parse_yaml("a: 1\na: 2\n", "x.md", first_line=10)


def test_an_empty_document_is_nothing():
    assert parse_yaml("", "x.yaml").data is None
    assert parse_yaml("# only words\n", "x.yaml").data is None


plain = st.recursive(st.integers() | st.booleans() | st.text("abc de", max_size=6), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3), max_leaves=8)  # fmt: skip


@given(plain)
def test_plain_data_comes_back(data):
    assert parse_yaml(yaml.safe_dump(data), "x.yaml").data == data


@given(st.text(max_size=40) | st.text("abc:-[]{}&*!<>|'\"#%@`, \n\t?0123", max_size=60))
def test_any_text_is_data_or_one_error_with_a_line(text):
    error = refusal(text)
    assert error is None or (error.path == "x.yaml" and error.line >= 1 and ";" in error.what)


def test_yaml_never_meets_the_c_loader(monkeypatch):
    for name in ("CLoader", "CSafeLoader", "CFullLoader", "CParser"):
        monkeypatch.setattr(yaml, name, None, raising=False)
    assert parse_yaml("a: [1, 2]", "x.yaml").data == {"a": [1, 2]}


def test_text_is_read_without_its_byte_order_mark_and_with_plain_line_ends(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n")
    assert read_text(path) == "one\ntwo\n"


def test_yaml_with_windows_line_ends_and_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = read_yaml(path)
    assert document.data == {"a": 1, "b": 2}
    assert document.line("b") == 2


def test_text_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"one\ntwo\ncaf\xe9\n")
    with pytest.raises(CorpusError) as caught:
        read_text(path)
    assert str(caught.value) == f"{path}:3: not UTF-8 text; save it as UTF-8"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError) as caught:
        read_text(tmp_path / "none.md")
    assert str(caught.value) == f"{tmp_path / 'none.md'}: the file is missing; create it or name another one"


def test_a_folder_and_a_pipe_are_no_text_files_and_nothing_waits(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(CorpusError) as caught:
            read_text(path)
        assert str(caught.value) == f"{path}: not a regular file; put a plain text file there"


@pytest.mark.parametrize("target", ["real.md", "missing.md", "link.md"])
def test_a_link_is_not_followed(target, tmp_path):
    (tmp_path / "real.md").write_text("secret", encoding="utf-8")
    (tmp_path / "link.md").symlink_to(tmp_path / target)
    with pytest.raises(CorpusError, match="a plain file is needed, not a link"):
        read_text(tmp_path / "link.md")


def test_a_file_over_the_limit_is_not_read_whole(tmp_path):
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(10 << 30)
    with pytest.raises(CorpusError) as caught:
        read_text(path)
    assert str(caught.value) == f"{path}: larger than 4 MiB; split it"


def test_a_file_of_just_the_limit_is_read(tmp_path):
    path = tmp_path / "a.md"
    path.write_bytes(b"x" * (1 << 20))
    assert len(read_text(path, limit=1 << 20)) == 1 << 20
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(CorpusError, match="larger than 1 MiB"):
        read_text(path, limit=1 << 20)
