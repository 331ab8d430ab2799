"""The commands that run until they are stopped: the adapters of the platforms, and the web service."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from chatbot.commands import ANSWERED

if TYPE_CHECKING:
    from argparse import Namespace

    from chatbot.adapters.host import Host


def adapter(options: Namespace) -> int:
    """Answer on a platform. What no option says is read from the environment; tokens are read from nowhere else."""
    module, host = import_module(f"chatbot.adapters.{options.platform}"), import_module("chatbot.adapters.host")

    def run() -> None:
        module.run(_host(options))

    host.start(run)
    return ANSWERED


def _host(options: Namespace) -> Host:
    from chatbot.adapters.host import Host
    from chatbot.bot import Chatbot
    from chatbot.stores import open_store

    knowledge, region, store = (
        getattr(options, name) or os.environ.get(f"CHATBOT_{name.upper()}", "") for name in ("knowledge", "region", "store")
    )
    return Host(options.platform, Chatbot(knowledge or None, region=region), open_store(store))


def serve(options: Namespace) -> int:
    """Serve the web service and the page."""
    from chatbot.serve import run

    knowledge, region = (getattr(options, name) or os.environ.get(f"CHATBOT_{name.upper()}", "") for name in ("knowledge", "region"))
    run(options.host, options.port, region, knowledge or None, quiet=options.quiet)
    return ANSWERED
