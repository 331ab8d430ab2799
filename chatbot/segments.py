"""An index that grows and shrinks: segments in a folder, weighed together.

    index = SegmentedIndex.create("my-index", passages)
    index.add(more)
    index.remove(["old-1"])
    index.merge()

A segment is a column file that is never changed; what was removed from it stands in a small file beside it. `manifest.json` names
the files that count, and is replaced at the end of each change: a crash before that leaves the old index whole, and a reader goes on
with the one that it has. How telling a term is and how long fields are on average are computed over all segments, so that the scores
are those of an index built anew from what is left. One writer at a time; a second one is refused when it publishes.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from chatbot import container
from chatbot.columns import ColumnFile
from chatbot.container import Container
from chatbot.counting import CHUNK, Spool, Text, count
from chatbot.errors import KnowledgeError
from chatbot.indexing import FIELDS, K1
from chatbot.merging import write_index
from chatbot.snapshot import Segment, Snapshot, respool
from chatbot.text import Analyzer
from chatbot.types import Hit

FORMAT = 1
_MANIFEST = "manifest.json"


class SegmentedIndex:
    """An index in a folder. Searching is safe from any number of threads, also while another one changes the index."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        """Open the index in `folder`. Raises KnowledgeError when there is none, or it is damaged."""
        self.folder = Path(folder)
        self._lock = Lock()
        self._manifest, self._snapshot = self._read()
        self.analyzer = Analyzer.from_data(self._manifest["synonyms"])

    @classmethod
    def create(
        cls,
        folder: str | os.PathLike[str],
        passages: Iterable[tuple[str, Text]] = (),
        synonyms: Iterable[Sequence[str]] = (),
        *,
        fields: Mapping[str, tuple[float, float]] = FIELDS,
        k1: float = K1,
        progress: Callable[[int], object] | None = None,
    ) -> SegmentedIndex:
        """Make an index in `folder`, which must be new or empty, and add `passages` to it; see `PassageIndex.build`.

        Raises:
            ValueError: when the folder holds something, or an id stands twice.
        """
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise ValueError(f"{path}: not empty; name a new folder, or open the index in it")
        manifest = {
            "format": FORMAT, "kind": "segments", "generation": 0, "synonyms": Analyzer(synonyms).to_data(),
            "fields": {name: list(field) for name, field in fields.items()}, "k1": k1, "segments": [],
        }  # fmt: skip
        container.publish(path / _MANIFEST, json.dumps(manifest).encode())
        index = cls(path)
        index.add(passages, progress=progress)
        return index

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> SegmentedIndex:
        """Open the index in `folder`. Raises KnowledgeError when there is none, or it is damaged."""
        return cls(folder)

    def _read(self) -> tuple[dict[str, Any], Snapshot]:
        for _ in range(3):
            manifest = self._read_manifest()
            try:
                return manifest, Snapshot([self._segment(row) for row in manifest["segments"]], manifest["fields"])
            except KnowledgeError:
                if manifest == self._read_manifest():
                    raise
                # a writer merged the segments between the two looks
        raise KnowledgeError(f"{self.folder}: the index changes faster than it can be opened; open it again")

    def _read_manifest(self) -> dict[str, Any]:
        path = self.folder / _MANIFEST
        try:
            manifest = json.loads(path.read_bytes())
            if manifest["format"] == FORMAT and manifest["kind"] == "segments":
                return manifest  # type: ignore[no-any-return]
        except OSError as error:
            raise KnowledgeError(f"{path}: cannot be read ({error.strerror}); make an index with SegmentedIndex.create") from error
        except (ValueError, KeyError, TypeError) as error:
            raise KnowledgeError(f"{path}: not a manifest; make the index again with SegmentedIndex.create") from error
        raise KnowledgeError(f"{path}: format {manifest['format']}, this version reads {FORMAT}; make the index again")

    def _segment(self, row: Mapping[str, Any]) -> Segment:
        removed = b""
        if row["removed"]:
            removed = bytes(Container(self.folder / row["removed"]).section("removed"))
        return Segment(ColumnFile(self.folder / row["file"]), removed)

    def refresh(self) -> bool:
        """Take in what another process published; whether there was something."""
        with self._lock:
            if self._read_manifest()["generation"] == self._manifest["generation"]:
                return False
            self._manifest, self._snapshot = self._read()
            return True

    def __len__(self) -> int:
        return self._snapshot.size

    @property
    def ids(self) -> list[str]:
        """The ids of all passages, in the order of adding."""
        return self._snapshot.ids()

    @property
    def segments(self) -> int:
        """How many segments there are: each costs a search a little, until `merge`."""
        return len(self._snapshot.segments)

    def known(self, term: str) -> bool:
        """Whether a passage holds `term`."""
        return self._snapshot.held(term) > 0

    def idf(self, term: str) -> float:
        """How telling a term is; the largest value there can be for a term that no passage holds."""
        return self._snapshot.idf(term)

    def scores(self, weights: Mapping[str, float]) -> dict[int, float]:
        """The score of every passage that holds one of the terms, by its number in `ids`."""
        return self._snapshot.scores(weights)

    def search(self, query: str, k: int = 10) -> list[Hit]:
        """The `k` best passages for `query`, best first; equal scores in the order of adding."""
        snapshot = self._snapshot  # what is searched stays the same from here on
        best = snapshot.best(dict.fromkeys(self.analyzer.terms(query), 1.0), k)
        return [Hit(name, min(1.0, score), rank) for rank, (name, score) in enumerate(best, 1)]

    def search_many(self, queries: Iterable[str], k: int = 10, workers: int | None = None) -> list[list[Hit]]:
        """The hits of each query, in the order of the queries; see `PassageIndex.search_many`."""
        from chatbot.batch import search_many

        return search_many(self.search, str(self.folder), list(queries), k, workers)

    def add(self, passages: Iterable[tuple[str, Text]], *, progress: Callable[[int], object] | None = None, chunk: int = CHUNK) -> int:
        """Add passages as a new segment; how many there were.

        Raises:
            ValueError: when an id stands twice, or the index holds it already; nothing is added then.
        """
        with self._lock, tempfile.TemporaryDirectory(prefix=".runs-", dir=self.folder, ignore_cleanup_errors=True) as runs:
            spool = Spool(Path(runs), self._manifest["fields"])
            count(spool, passages, self.analyzer, chunk, progress)
            if spool.size:
                segment = self._write(spool)
                twice = self._snapshot.common(segment)
                if twice is not None:
                    raise ValueError(f"the passage id {twice!r} is in the index; remove it first, or use another")
                row = {"file": os.path.basename(segment.shard.container.path), "removed": None}  # noqa: PTH119
                self._publish([*self._manifest["segments"], row])
        return spool.size

    def remove(self, ids: Iterable[str]) -> int:
        """Remove passages by their ids; how many they were.

        Raises:
            KeyError: the first id that the index does not hold; nothing is removed then.
        """
        with self._lock:
            rows = [dict(row) for row in self._manifest["segments"]]
            gone = self._snapshot.locate(ids)
            for at, numbers in gone.items():
                name = self._new("removed")
                container.write(self.folder / name, {"removed": self._snapshot.segments[at].removed_with(numbers)}, {"kind": "removed"})
                rows[at]["removed"] = name
            if gone:
                self._publish(rows)
        return sum(map(len, gone.values()))

    def merge(self) -> None:
        """Make one segment of all, without what was removed. Searches go on meanwhile; run it from a thread, or now and then."""
        with self._lock, tempfile.TemporaryDirectory(prefix=".runs-", dir=self.folder, ignore_cleanup_errors=True) as runs:
            if len(self._snapshot.segments) < 2 and not any(row["removed"] for row in self._manifest["segments"]):
                return
            spool = Spool(Path(runs), self._manifest["fields"])
            for segment in self._snapshot.segments:
                respool(segment, spool)
            rows = [{"file": os.path.basename(self._write(spool).shard.container.path), "removed": None}] if spool.size else []  # noqa: PTH119
            self._publish(rows)

    def _new(self, what: str) -> str:
        """A file name that no other writer takes."""
        return f"{what}-{self._manifest['generation'] + 1}-{os.urandom(4).hex()}.bin"

    def _write(self, spool: Spool) -> Segment:
        path = self.folder / self._new("segment")
        write_index(path, spool, self.analyzer, self._manifest["fields"], self._manifest["k1"], keep_counts=True)
        return Segment(ColumnFile(path), b"")

    def _publish(self, rows: list[dict[str, Any]]) -> None:
        if self._read_manifest()["generation"] != self._manifest["generation"]:
            raise KnowledgeError(f"{self.folder}: another writer changed the index meanwhile; open it again and repeat the change")
        manifest = {**self._manifest, "generation": self._manifest["generation"] + 1, "segments": rows}
        snapshot = Snapshot([self._segment(row) for row in rows], manifest["fields"])
        container.publish(self.folder / _MANIFEST, json.dumps(manifest).encode())
        self._manifest, self._snapshot = manifest, snapshot
        self._sweep()

    def _sweep(self) -> None:
        """Delete what the manifest does not name. A file that is still in use elsewhere stays until the next time, where it must."""
        kept = {_MANIFEST, *(name for row in self._manifest["segments"] for name in row.values())}
        for path in self.folder.iterdir():
            if path.name.startswith((".runs-", ".segment-", ".removed-", ".manifest")) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in kept and path.name.lstrip(".").startswith(("segment-", "removed-", "manifest")):
                try:
                    path.unlink()
                except OSError:
                    continue
