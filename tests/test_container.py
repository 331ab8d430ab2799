"""The file of sections: round trips, damage, foreign files, and writing that is whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot import container
from chatbot.container import MAGIC, Container, publish, to_memory, write
from chatbot.errors import KnowledgeError

SECTIONS = {"a": b"first", "numbers": (1).to_bytes(4, "little") + (2).to_bytes(4, "little"), "data.json": b'{"x": 1}', "empty": b""}
SMALL = to_memory(SECTIONS, {"kind": "test"})


def read_all(data):
    """Everything that a file says, by the ways that the product reads it."""
    opened = Container(data)
    return {name: bytes(opened.section(name)) for name in SECTIONS}, opened.meta


@given(
    st.dictionaries(st.text(max_size=9), st.binary(max_size=40), max_size=5),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)
def test_what_was_written_is_read_again(sections, meta):
    opened = Container(to_memory(sections, meta))
    assert {name: bytes(opened.section(name)) for name in sections} == sections
    assert opened.meta == meta
    opened.verify()


def test_a_file_reads_like_its_bytes(tmp_path):
    write(tmp_path / "k.bin", SECTIONS, {"kind": "test"})
    opened = Container(tmp_path / "k.bin")
    assert (tmp_path / "k.bin").read_bytes() == SMALL
    assert opened.json("data.json") == {"x": 1}
    assert list(opened.array("numbers", "I")) == [1, 2]
    assert "a" in opened
    assert "b" not in opened


def test_sections_start_at_multiples_of_eight_so_that_numbers_can_be_mapped():
    opened = Container(to_memory({"odd": b"xyz", "numbers": bytes(16)}, {}))
    assert len(opened.array("numbers", "f")) == 4
    assert SMALL.index(b"first") % 8 == 0


def test_every_flipped_bit_is_detected_or_changes_nothing():
    right = read_all(SMALL)
    for at in range(len(SMALL) * 8):
        damaged = bytearray(SMALL)
        damaged[at // 8] ^= 1 << at % 8
        try:
            assert read_all(bytes(damaged)) == right, f"bit {at} changed what is read"
        except KnowledgeError:
            continue


def test_every_flipped_bit_of_a_section_is_found_by_verify():
    start = SMALL.index(b"first")
    for at in range(5 * 8):
        damaged = bytearray(SMALL)
        damaged[start + at // 8] ^= 1 << at % 8
        with pytest.raises(KnowledgeError, match=r"the file is damaged \(section 'a'\)"):
            Container(bytes(damaged)).verify()


@pytest.mark.parametrize("length", range(len(SMALL)))
def test_every_truncation_is_detected_or_changes_nothing(length):
    try:
        found = read_all(SMALL[:length])
    except KnowledgeError:
        return
    assert found == read_all(SMALL)


def test_a_file_that_was_cut_short_is_refused_when_it_is_opened():
    with pytest.raises(KnowledgeError, match=r"the file is damaged \(its end\)"):
        Container(SMALL[:-16])


def test_a_damaged_section_does_not_hide_the_others():
    opened = Container(SMALL.replace(b"first", b"fIrst"))
    assert opened.json("data.json") == {"x": 1}
    with pytest.raises(KnowledgeError, match="build it again with `chatbot build`"):
        opened.section("a")


@pytest.mark.parametrize(
    "content", [b"", b"CRAMP", b"PK\x03\x04" + bytes(40), b"# text\n" * 20, bytes(100)], ids=["empty", "short", "zip", "text", "zeros"]
)
def test_a_foreign_file_says_so(content, tmp_path):
    path = tmp_path / "k.bin"
    path.write_bytes(content)
    with pytest.raises(KnowledgeError) as caught:
        Container(path)
    assert str(caught.value) == f"{path}: not a knowledge file; build one with `chatbot build`"


def test_a_missing_file_says_how_to_build_it(tmp_path):
    path = tmp_path / "none.bin"
    with pytest.raises(KnowledgeError) as caught:
        Container(path)
    assert str(caught.value) == f"{path}: cannot be read (No such file or directory); build it with `chatbot build -o {path}`"


def test_a_folder_and_a_pipe_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(KnowledgeError) as caught:
            Container(path)
        assert str(caught.value) == f"{path}: not a regular file; name the knowledge file that `chatbot build` wrote"


def test_a_file_of_another_format_names_both_formats(monkeypatch):
    monkeypatch.setattr(container, "FORMAT", 7)
    data = to_memory(SECTIONS, {})
    monkeypatch.undo()
    with pytest.raises(KnowledgeError) as caught:
        Container(data)
    assert str(caught.value) == f"(in memory): format 7, this version reads {container.FORMAT}; run `chatbot build` again"


def test_a_section_that_is_not_there_is_named():
    with pytest.raises(KnowledgeError) as caught:
        Container(SMALL).section("index.json")
    assert str(caught.value) == "(in memory): no section 'index.json'; run `chatbot build` again"


def test_a_file_that_is_only_the_magic_is_damaged():
    with pytest.raises(KnowledgeError, match="damaged"):
        Container(MAGIC)


def test_a_large_section_is_left_to_verify(monkeypatch):
    monkeypatch.setattr(container, "_CHECKED_WHOLE", 3)
    opened = Container(SMALL.replace(b"first", b"fIrst"))
    assert bytes(opened.section("a")) == b"fIrst"
    with pytest.raises(KnowledgeError):
        opened.verify()


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod"])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(step, tmp_path, monkeypatch):
    path = tmp_path / "k.bin"
    path.write_bytes(b"old")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(container.os, step, full)
    with pytest.raises(OSError, match="No space"):
        publish(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(container.os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        publish(tmp_path / "k.bin", b"new")
    assert list(tmp_path.iterdir()) == []


def test_publish_replaces_the_file_and_readers_keep_the_old_one(tmp_path):
    path = tmp_path / "k.bin"
    publish(path, SMALL)
    opened = Container(path)
    publish(path, to_memory({"a": b"second"}, {}))
    assert bytes(opened.section("a")) == b"first"
    assert bytes(Container(path).section("a")) == b"second"
    assert list(tmp_path.iterdir()) == [path]
