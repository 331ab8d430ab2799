"""Conversations at once over worker processes, on each store: throughput, p99, and that nothing is lost or crossed.

    python benchmarks/stores.py --conversations 10000 --workers 4 [--redis redis://127.0.0.1:6379/0] [--sqlite FILE]

Every conversation says its own question, then picks a choice of the answer by its number in another worker: that is answered only when
the right state came back. The ratio is to the same load with the memory store in the same run, where a conversation stays in its worker.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time

QUESTIONS = ("why do my calves cramp at night?", "is magnesium good for leg cramps?", "how do i stop a cramp right now?", "can statins cause cramps?")


def work(address, numbers, knowledge, ready, go, results, turn):
    """One worker: a turn of each conversation in `numbers`."""
    from chatbot import Chatbot
    from chatbot.handle import handle
    from chatbot.stores import ConversationKey, open_store
    from chatbot.stores.memory import MemoryStore

    bot = Chatbot(knowledge)
    store = MemoryStore(most=100_000) if address == "memory" else open_store(address)
    bot.respond("hello")
    expected = {}
    for question in QUESTIONS:
        first = bot.respond(question)
        second = bot.respond("1", first.state)
        expected[question] = (first.reply.id, second.reply.id, second.reply.kind)
    ready.put(1)
    go.wait()
    times, wrong = [], 0
    for step in (0, 1) if turn is None else (turn,):
        for number in numbers:
            question = QUESTIONS[number // 16 % len(QUESTIONS)]  # each worker gets all of them
            began = time.perf_counter()
            found = handle(bot, store, ConversationKey("bench", "", str(number)), "1" if step else question, f"{number} {step}")
            times.append(time.perf_counter() - began)
            wrong += found.reply is None or found.reply.id != expected[question][step]
    results.put((times, wrong))
    store.close()


def run(address, conversations, workers, knowledge, turn):
    """One pass; returns seconds, times of the turns, and how many were not the right answer."""
    context = multiprocessing.get_context("spawn")
    ready, results, go = context.Queue(), context.Queue(), context.Event()
    processes = [
        # in the second pass a conversation goes on in another worker
        context.Process(target=work, daemon=True, args=(address, range((at + (turn or 0)) % workers, conversations, workers), knowledge, ready, go, results, turn))
        for at in range(workers)
    ]
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


def main():
    """Print the figures of each store as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--redis", default="")
    parser.add_argument("--sqlite", default="")
    parser.add_argument("--knowledge", default=None)
    options = parser.parse_args()
    figures = {}
    for name, address in (("memory", "memory"), ("redis", options.redis), ("sqlite", options.sqlite)):
        if not address:
            continue
        turns = [None] if name == "memory" else [0, 1]
        passes = [run(address, options.conversations, options.workers, options.knowledge, turn) for turn in turns]
        seconds = sum(p[0] for p in passes)
        times = sorted(t for p in passes for t in p[1])
        figures[name] = {
            "turns": len(times),
            "turns_per_second": round(len(times) / seconds),
            "mean_ms": round(1000 * sum(times) / len(times), 2),
            "p50_ms": round(1000 * times[len(times) // 2], 2),
            "p99_ms": round(1000 * times[len(times) * 99 // 100], 2),
            "lost_or_crossed": sum(p[2] for p in passes),
        }
        figures[name]["throughput_to_memory"] = round(figures[name]["turns_per_second"] / figures["memory"]["turns_per_second"], 2)
        print(json.dumps({name: figures[name]}), flush=True)


if __name__ == "__main__":
    main()
