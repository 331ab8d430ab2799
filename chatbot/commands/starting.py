"""The command that begins a bot on another subject."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED

if TYPE_CHECKING:
    from argparse import Namespace


def new(options: Namespace) -> int:
    """Make a folder with everything a bot needs."""
    from chatbot.starter import make_folder

    for path in make_folder(options.folder, datetime.datetime.now(datetime.UTC).date()):
        print(path)
    print(f"\nNow, in {options.folder}:\n  chatbot build\n  chatbot --knowledge knowledge.bin")
    return ANSWERED
