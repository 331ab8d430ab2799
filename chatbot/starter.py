"""The beginnings of a bot on another subject: the folder that `chatbot new` makes, and what stands in for a file that is missing."""

from __future__ import annotations

import datetime
from pathlib import Path

from chatbot.container import publish
from chatbot.errors import CorpusError

STARTER = Path(__file__).parent / "data" / "starter"
"""A small corpus, `intents.yaml`, `safety.yaml` and a README, which work as they are."""
_WRITTEN = "2026-11-25"
"""The date of review that stands in the starter's topic."""


def make_folder(folder: Path, today: datetime.date) -> list[Path]:
    """Make `folder` with everything a bot needs; gives the files that were written.

    Raises:
        CorpusError: when something stands there already, or it cannot be written; nothing of what stood there is changed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CorpusError("something is there already; name a new folder, or an empty one", str(folder))
    written = []
    try:
        for source in sorted(path for path in STARTER.rglob("*") if path.is_file()):
            target = folder / source.relative_to(STARTER)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            text = text.replace(f"next_review: {int(_WRITTEN[:4]) + 1}{_WRITTEN[4:]}", f"next_review: {_in_a_year(today)}")
            publish(target, text.replace(_WRITTEN, today.isoformat()).encode())
            written.append(target)
    except OSError as error:
        raise CorpusError(f"cannot be written ({error.strerror}); name another place", str(folder)) from error
    return written


def _in_a_year(day: datetime.date) -> str:
    """The same day of the next year, or the day before for the 29th of February."""
    if (day.month, day.day) == (2, 29):
        day -= datetime.timedelta(days=1)
    return day.replace(year=day.year + 1).isoformat()
