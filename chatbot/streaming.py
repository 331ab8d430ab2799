"""An index of very many passages, fitted in bounded memory."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from chatbot.columns import ColumnFile
from chatbot.counting import CHUNK, Spool, Text, count
from chatbot.focus import FocusRows
from chatbot.large import LargeIndex
from chatbot.merging import write_index
from chatbot.text import Analyzer


def stream_index(
    passages: Iterable[tuple[str, Text]],
    analyzer: Analyzer,
    fields: Mapping[str, tuple[float, float]],
    k1: float,
    progress: Callable[[int], object] | None = None,
    chunk: int = CHUNK,
    focus: FocusRows | None = None,
) -> LargeIndex:
    """The index of `passages`, in a temporary file that goes when the index does.

    Raises:
        ValueError: when an id stands twice.
    """
    folder = Path(tempfile.mkdtemp(prefix="chatbot-index-"))
    try:
        with tempfile.TemporaryDirectory(prefix="runs-", dir=folder, ignore_cleanup_errors=True) as runs:
            spool = Spool(Path(runs), fields, focus)
            count(spool, passages, analyzer, chunk, progress)
            write_index(folder / "index.bin", spool, analyzer, fields, k1)
        index = LargeIndex(ColumnFile(folder / "index.bin"))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(index, shutil.rmtree, folder, ignore_errors=True)
    return index
