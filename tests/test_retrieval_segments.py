"""An index of segments that is changed equals one built anew; crashes, second writers and readers in between do no harm."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_retrieval_scale import ANALYZER, SYNONYMS, named, rows, sizes, streamed, texts

from chatbot.errors import KnowledgeError
from chatbot.segments import SegmentedIndex

changes = st.lists(
    st.one_of(
        st.tuples(st.just("add"), rows),
        st.tuples(st.just("remove"), st.lists(st.integers(0, 999), min_size=1, max_size=12)),
        st.sampled_from([("merge", None), ("open", None)]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)
@given(rows, changes, texts, sizes)
def test_an_index_that_was_changed_equals_one_built_anew(tmp_path_factory, first, steps, query, k):
    folder = tmp_path_factory.mktemp("segments") / "index"
    kept = named(first)
    count = len(kept)
    index = SegmentedIndex.create(folder, kept, SYNONYMS)
    for what, value in steps:
        if what == "add":
            kept += (added := named(value, count))
            count += len(added)
            assert index.add(added, chunk=4) == len(added)
        elif what == "remove" and kept:
            gone = {kept[at % len(kept)][0] for at in value}
            kept = [row for row in kept if row[0] not in gone]
            assert index.remove(gone) == len(gone)
        elif what == "merge":
            index.merge()
            assert index.segments <= 1
        else:
            index = SegmentedIndex.open(folder)
    rebuilt = streamed(kept)
    assert index.ids == list(rebuilt.ids)
    assert len(index) == len(kept)
    assert index.search(query, k) == rebuilt.search(query, k)
    weights = dict.fromkeys(ANALYZER.terms(query), 1.0)
    assert index.scores(weights) == rebuilt.scores(weights)
    for term in weights:
        assert index.idf(term) == rebuilt.idf(term)
        assert index.known(term) == rebuilt.known(term)


@pytest.fixture
def three(tmp_path):
    """An index of three passages in two segments."""
    index = SegmentedIndex.create(tmp_path / "index", [("a", "calf night"), ("b", "salt")])
    index.add([("c", "calf")])
    return index


def test_changes_that_cannot_be_are_refused_and_change_nothing(three, tmp_path):
    before = json.loads((tmp_path / "index" / "manifest.json").read_text())
    with pytest.raises(ValueError, match="the passage id 'a' is in the index; remove it first, or use another"):
        three.add([("d", "heart"), ("a", "heart")])
    with pytest.raises(ValueError, match="the passage id 'e' stands twice; ids must differ"):
        three.add([("e", "heart"), ("e", "calf")])
    with pytest.raises(KeyError, match="zebra"):
        three.remove(["a", "zebra"])
    assert three.ids == SegmentedIndex.open(tmp_path / "index").ids == ["a", "b", "c"]
    assert json.loads((tmp_path / "index" / "manifest.json").read_text()) == before
    with pytest.raises(ValueError, match="not empty; name a new folder, or open the index in it"):
        SegmentedIndex.create(tmp_path / "index")


def test_a_removed_id_can_be_added_again(three):
    three.remove(["a"])
    with pytest.raises(KeyError):
        three.remove(["a"])
    three.add([("a", "salt salt")])
    assert three.ids == ["b", "c", "a"]
    assert [hit.id for hit in three.search("night")] == []


@pytest.mark.parametrize("change", ["add", "remove", "merge"])
@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_crash_in_the_middle_leaves_the_old_index_whole(three, change, fails, tmp_path, monkeypatch):
    wanted = three.search("calf salt")
    calls = {"add": lambda: three.add([("d", "calf")]), "remove": lambda: three.remove(["a"]), "merge": three.merge}
    real, left = getattr(os, fails), {"at": 0}

    def failing(*args):
        if str(args[-1]).endswith("manifest.json") or (fails == "fsync" and (left.update(at=left["at"] + 1) or left["at"] > 1)):
            raise OSError("crash")
        return real(*args)

    monkeypatch.setattr(os, fails, failing)
    with pytest.raises(OSError, match="crash"):
        calls[change]()
    monkeypatch.undo()
    for index in (three, SegmentedIndex.open(tmp_path / "index")):
        assert index.search("calf salt") == wanted
    index = SegmentedIndex.open(tmp_path / "index")
    index.remove(["b"])
    kept = {row[key] for row in json.loads((tmp_path / "index" / "manifest.json").read_text())["segments"] for key in row} - {None}
    assert {path.name for path in (tmp_path / "index").iterdir()} == kept | {"manifest.json"}


def test_a_reader_goes_on_while_a_writer_changes_and_takes_it_in_when_asked(three, tmp_path):
    reader = SegmentedIndex.open(tmp_path / "index")
    wanted = reader.search("calf salt")
    three.remove(["b"])
    three.merge()
    assert reader.search("calf salt") == wanted
    assert reader.refresh()
    assert not reader.refresh()
    assert reader.search("calf salt") == three.search("calf salt") != wanted


def test_a_second_writer_is_refused(three, tmp_path):
    second = SegmentedIndex.open(tmp_path / "index")
    three.remove(["b"])
    with pytest.raises(KnowledgeError, match="another writer changed the index meanwhile; open it again and repeat the change"):
        second.remove(["a"])
    assert SegmentedIndex.open(tmp_path / "index").ids == ["a", "c"]


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, "cannot be read"),
        ("{", "not a manifest"),
        ("[]", "not a manifest"),
        ('{"format": 9, "kind": "segments"}', "format 9, this version reads 1"),
    ],
)
def test_a_folder_without_a_good_manifest_says_so(three, manifest, message, tmp_path):
    path = tmp_path / "index" / "manifest.json"
    path.unlink()
    if manifest is not None:
        path.write_text(manifest)
    with pytest.raises(KnowledgeError, match=message):
        SegmentedIndex.open(tmp_path / "index")


def test_a_missing_segment_says_so(three, tmp_path):
    next((tmp_path / "index").glob("segment-1-*")).unlink()
    with pytest.raises(KnowledgeError, match=r"segment-1-\w+\.bin: cannot be read"):
        SegmentedIndex.open(tmp_path / "index")


def test_searches_go_on_while_the_index_changes(three):
    known = {"a", "b", "c"} | {f"n{at}" for at in range(20)}

    def change():
        for at in range(20):
            three.add([(f"n{at}", "calf salt")])
            if at % 5 == 4:
                three.remove([f"n{at}"])
                three.merge()

    with ThreadPoolExecutor(4) as pool:
        changing = pool.submit(change)
        while not changing.done():
            assert {hit.id for hits in pool.map(three.search, ["calf", "salt"] * 3) for hit in hits} <= known
        changing.result()
    assert len(three) == 3 + 20 - 4


def test_bounds_hold_when_passages_have_grown_longer(tmp_path):
    index = SegmentedIndex.create(tmp_path / "index", [(f"p{at}", f"calf {'salt ' * at}") for at in range(12)])
    index.add([("long", "night " * 200)])
    snapshot = index._snapshot
    posting = snapshot.segments[0].shard.posting("calf", 1.0, 1.0, snapshot._drift(0))
    written = snapshot.segments[0].shard.posting("calf", 1.0, 1.0)
    assert written.bound < posting.shares(slice(None)).max() <= posting.bound <= 1.0
