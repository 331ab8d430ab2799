"""Requests answered by several processes: in order, each once, whoever answers them."""

from __future__ import annotations

import threading

import pytest

from chatbot import crew
from chatbot.crew import Crew, cores

UPPER = "from chatbot.crew import serve; serve(lambda line: sys.argv[1] + line.strip())"


def made(answer=lambda request: "own " + request, code=UPPER, workers=1, waiting=1, read=str.strip):
    return Crew(answer, read, code, ["other "], workers, waiting)


@pytest.mark.parametrize("workers", [0, 1, 3])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_answers_come_in_the_order_of_the_requests(workers, count):
    requests = [f"é{at}" for at in range(count)]
    assert [answer.split()[1] for answer in made(workers=workers).run(requests)] == requests


def test_workers_take_what_waits():
    held = threading.Event()

    def own(request):
        held.wait(60)  # until a worker has answered the rest
        return "own " + request

    one = made(own)
    answers = one.run(str(at) for at in range(200))
    waiter = threading.Thread(
        target=lambda: one._changed.acquire() and (one._changed.wait_for(lambda: len(one._done) > 100), one._changed.release(), held.set())
    )
    waiter.start()
    found = list(answers)
    waiter.join()
    assert [answer.split()[1] for answer in found] == [str(at) for at in range(200)]
    assert sum(answer.startswith("other") for answer in found) > 100


def test_few_requests_start_no_worker(monkeypatch):
    monkeypatch.setattr(Crew, "_start", lambda _: pytest.fail("a worker was started"))
    assert len(list(made(waiting=50).run(map(str, range(49))))) == 49


def test_an_answer_is_passed_on_before_the_next_request_comes():
    asked = []
    gate = threading.Semaphore(1)

    def requests():
        for at in range(20):
            gate.acquire()
            asked.append(at)
            yield str(at)

    for at, answer in enumerate(made(waiting=5).run(requests())):
        assert answer == f"own {at}"
        assert asked == list(range(at + 1))  # nothing was asked before its answer came
        gate.release()


def test_little_is_read_ahead(monkeypatch):
    monkeypatch.setattr(crew, "AHEAD", 10)
    read = []

    def endless():
        while True:
            read.append(1)
            yield "x"

    answers = made(workers=0).run(endless())
    for _ in range(30):
        next(answers)
    answers.close()
    assert len(read) < 30 + 10 + 10


@pytest.mark.parametrize(("code", "said"), [("sys.exit('no room')", "no room"), ("sys.exit()", "it ended early|Broken pipe")])
def test_a_worker_that_fails_is_reported(code, said):
    def own(request):
        with one._changed:
            assert one._changed.wait_for(lambda: one._failure, 60)
        return request

    one = made(own, code)
    with pytest.raises(RuntimeError, match=f"a worker process failed: .*({said})"):
        list(one.run(map(str, range(100))))


def test_a_mistake_in_the_requests_or_an_answer_is_raised():
    def requests():
        yield "1"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(made().run(requests()))
    with pytest.raises(ValueError, match="invalid literal"):
        list(made(int).run(["1", "x"]))


def test_whoever_stops_early_leaves_no_process_behind():
    one = made(waiting=1)
    answers = one.run(map(str, range(500)))
    next(answers)
    answers.close()
    assert all(process.poll() is not None for process in one._processes)


def test_there_is_a_core():
    assert cores() >= 1
