"""Conversations at once over worker processes, on each store: throughput, p99, and that nothing is lost or crossed.

    python benchmarks/stores.py --conversations 10000 --workers 4 --redis start --sqlite /tmp/states.db

`--redis start` starts a redis-server of its own on loopback; an address (redis://...) uses the one that is there, whose keys
begin with "cramp-chatbot:". The SQLite file must not exist.

Every conversation says its own question, then, when all have, picks a choice of the answer by its number in another worker: that
is answered only when the right state came back. At the end each record must hold its own two events and no others. The ratio is
to the same load with the memory store in the same run, where a conversation stays in its worker.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import socket
import subprocess
import tempfile
import time
from pathlib import Path

QUESTIONS = (
    "why do my calves cramp at night?",
    "is magnesium good for leg cramps?",
    "how do i stop a cramp right now?",
    "can statins cause cramps?",
)


def own(address):
    """The store at an address, large enough for all conversations."""
    from chatbot.stores import open_store
    from chatbot.stores.memory import MemoryStore

    return MemoryStore(ttl=3600, most=10_000_000) if address == "memory" else open_store(address, ttl=3600)


def key(number):
    from chatbot.stores import ConversationKey

    return ConversationKey("bench", "", str(number))


def astray(store, numbers):
    """How many conversations do not hold just their own two events."""
    records = ((number, store.load(key(number))) for number in numbers)
    return sum(not (len(record.events) == 2 and record.has(f"{number} 0") and record.has(f"{number} 1")) for number, record in records)


def work(address, numbers, knowledge, ready, go, results, turn):
    """One worker: a turn of each conversation in `numbers`."""
    from chatbot import Chatbot
    from chatbot.handle import handle

    bot = Chatbot(knowledge)
    store = own(address)
    bot.respond("hello")
    expected = {}
    for question in QUESTIONS:
        first = bot.respond(question)
        second = bot.respond("1", first.state)
        assert second.reply.id != bot.respond("1").reply.id
        expected[question] = (first.reply.id, second.reply.id)
    ready.put(1)
    go.wait()
    times, wrong = [], 0
    for step in (0, 1) if turn is None else (turn,):
        for number in numbers:
            question = QUESTIONS[number // 16 % len(QUESTIONS)]  # each worker gets all of them
            began = time.perf_counter()
            found = handle(bot, store, key(number), "1" if step else question, f"{number} {step}")
            times.append(time.perf_counter() - began)
            wrong += found.why != "answered" or found.reply.id != expected[question][step]
    results.put((times, wrong + (astray(store, numbers) if turn is None else 0)))
    store.close()


def run(address, conversations, workers, knowledge, turn):
    """One pass; returns seconds, times of the turns, and how many were not the right answer."""
    context = multiprocessing.get_context("spawn")
    ready, results, go = context.Queue(), context.Queue(), context.Event()
    shares = [
        range((at + (turn or 0)) % workers, conversations, workers) for at in range(workers)
    ]  # in the second pass another worker goes on
    processes = [context.Process(target=work, daemon=True, args=(address, share, knowledge, ready, go, results, turn)) for share in shares]
    for process in processes:
        process.start()
    for _ in processes:
        ready.get(timeout=120)  # a worker that died is noticed
    began = time.perf_counter()
    go.set()
    found = [results.get() for _ in processes]
    seconds = time.perf_counter() - began
    for process in processes:
        process.join()
    return seconds, [t for times, _ in found for t in times], sum(wrong for _, wrong in found)


@contextlib.contextmanager
def redis_server():
    """A server of our own, which appends to a file as one would run it; its address."""
    with socket.socket() as sock, tempfile.TemporaryDirectory() as folder:
        sock.bind(("127.0.0.1", 0))
        port = str(sock.getsockname()[1])
        sock.close()
        options = ["--port", port, "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--dir", folder]
        server = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        time.sleep(1)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait()


def measure(address, options):
    """The figures of one store."""
    turns = [None] if address == "memory" else [0, 1]
    passes = [run(address, options.conversations, options.workers, options.knowledge, turn) for turn in turns]
    wrong = sum(p[2] for p in passes)
    if address != "memory":
        store = own(address)
        wrong += astray(store, range(options.conversations))
        store.close()
    times = sorted(t for p in passes for t in p[1])
    return {
        "turns": len(times),
        "turns_per_second": round(len(times) / sum(p[0] for p in passes)),
        "mean_ms": round(1000 * sum(times) / len(times), 2),
        "p50_ms": round(1000 * times[len(times) // 2], 2),
        "p99_ms": round(1000 * times[len(times) * 99 // 100], 2),
        "lost_or_crossed": wrong,
    }


def main():
    """Print the figures of each store as a line of JSON; exit code 1 when a turn was lost or crossed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--redis", default="", metavar="start|URL")
    parser.add_argument("--sqlite", default="", metavar="FILE")
    parser.add_argument("--knowledge", default=None)
    options = parser.parse_args()
    if options.sqlite and Path(options.sqlite).exists():
        parser.error(f"{options.sqlite} exists; give a file that does not")
    figures = {}
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(redis_server()) if options.redis == "start" else options.redis
        for name, address in (("memory", "memory"), ("redis", redis), ("sqlite", options.sqlite)):
            if address:
                figures[name] = measure(address, options)
                figures[name]["throughput_to_memory"] = round(figures[name]["turns_per_second"] / figures["memory"]["turns_per_second"], 2)
                figures[name]["p99_to_memory"] = round(figures[name]["p99_ms"] / figures["memory"]["p99_ms"], 2)
                print(json.dumps({name: figures[name]}), flush=True)
    return any(each["lost_or_crossed"] for each in figures.values())


if __name__ == "__main__":
    raise SystemExit(main())
