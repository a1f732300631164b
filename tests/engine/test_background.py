"""Reading in the background: the call does not wait, nothing is lost when a process dies, and nothing is done twice."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.background import measured, reply
from holdfast import AsyncMemory, Memory
from holdfast.errors import ModelError
from holdfast.ports import Reply
from holdfast.testing import FakeModel, FrozenClock
from holdfast.waiting import Worker
from tests.engine.served import Server, completion


def lamp(n: int) -> str:
    """A step that no rule reads."""
    return f"Lamp L{n} in the hall burns {n + 10} watts."


def wait_until(true: Any, seconds: float = 10.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_the_call_does_not_wait_for_the_model(url: str) -> None:
    """The step is found at once, what the model reads out of it later; closing waits for what is being read."""
    go = threading.Event()

    def slow(request: Any) -> Any:
        assert go.wait(10)
        return completion(reply(request.text))

    with Server([slow]) as server:
        memory = Memory(url, embedder=None, model="ollama:m", base_url=server.url)
        ada = memory.scoped(user="ada")
        seen = ada.observe(lamp(1), background=True)
        assert seen.queued is not None
        assert [hit.text for hit in ada.search("lamp hall")] == [lamp(1)]
        assert [one.id for one in ada.backlog()] == [seen.queued]
        wait_until(lambda: server.requests)
        assert ada.list(kinds=["fact"]).items == ()
        go.set()
        memory.close()
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        assert [item.value for item in ada.list(kinds=["fact"])] == [11]
        assert len(ada.backlog()) == 0


def test_an_event_loop_goes_on_meanwhile(url: str) -> None:
    """The same with an async model: other tasks run, and what was queued is read by a task."""

    class Slow:
        id = "slow"

        async def ask(self, instructions: str, text: str, schema: Any) -> Reply:
            await asyncio.sleep(0.05)
            return Reply(reply(text))

    async def main() -> None:
        async with AsyncMemory(url, embedder=None, model=Slow()) as memory:
            ada = memory.scoped(user="ada")
            for n in range(3):
                assert (await ada.observe(lamp(n), background=True)).queued
            while len(await ada.backlog()):
                await asyncio.sleep(0.01)
            assert {item.value for item in await ada.list(kinds=["fact"])} == {10, 11, 12}
            assert (await ada.observe(lamp(3))).of("added")

    asyncio.run(asyncio.wait_for(main(), 20))


def test_a_step_that_fails_is_tried_again_by_the_worker(url: str) -> None:
    """The error is with the step in the backlog; nobody is interrupted."""
    clock = FrozenClock()
    model = FakeModel([ModelError("away"), reply, reply])
    with Memory(url, embedder=None, model=model, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        ada.observe(lamp(1), background=True)
        wait_until(lambda: ada.backlog().items[0].error == "away")
        clock.advance(minutes=1)
        ada.observe(lamp(2), background=True)
        wait_until(lambda: len(ada.backlog()) == 0)
        assert {item.value for item in ada.list(kinds=["fact"])} == {11, 12}


def test_many_workers_read_each_step_once(url: str) -> None:
    """Eight openings of one store work one queue: each step is asked about once and kept once."""
    clock = FrozenClock()
    away = FakeModel([ModelError("away")] * 40)
    with Memory(url, embedder=None, model=away, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        for n in range(40):
            with pytest.raises(ModelError):
                ada.observe(lamp(n))
    models = [FakeModel([reply] * 40) for _ in range(8)]

    def work(model: FakeModel) -> None:
        later = FrozenClock(clock.now() + timedelta(hours=1))
        with Memory(url, embedder=None, model=model, clock=later) as memory:
            memory.work()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, models))
    asked = [json.loads(text)["text"] for model in models for text in model.asked]
    assert sorted(asked) == sorted(lamp(n) for n in range(40))
    with Memory(url, embedder=None, clock=clock) as memory:
        facts = memory.scoped(user="ada").list(kinds=["fact"], limit=1_000).items
        assert sorted((item.value, item.version, item.sightings) for item in facts) == [
            (n + 10, 1, 1) for n in range(40)
        ]


def test_a_worker_that_comes_too_late_changes_nothing(url: str) -> None:
    """One that holds a step for longer than it may finds that another has read it."""
    clock, taken, go = FrozenClock(), threading.Event(), threading.Event()

    def stuck(text: str) -> str:
        taken.set()
        assert go.wait(10)
        return reply(text)

    with Memory(url, embedder=None, model=FakeModel([stuck]), clock=clock) as slow:
        seen = slow.scoped(user="ada").observe(lamp(1), background=True)
        assert seen.queued
        assert taken.wait(10)
        later = FrozenClock(clock.now() + timedelta(hours=1), seed=1)
        with Memory(url, embedder=None, model=FakeModel([reply]), clock=later) as other:
            assert len(other.work()) == 1
            go.set()
            slow.close()
            (item,) = other.scoped(user="ada").list(kinds=["fact"])
            assert (item.version, item.sightings) == (1, 1)


def test_the_same_step_told_twice_is_read_once(url: str) -> None:
    """An idempotency key covers the queue too."""
    model = FakeModel([reply] * 2)
    with Memory(url, embedder=None, model=model) as memory:
        ada = memory.scoped(user="ada")
        assert ada.observe(lamp(1), idempotency_key="a").of("added")
        again = ada.observe(lamp(1), idempotency_key="a")
        assert (again.judgements, again.queued, len(model.asked)) == ((), None, 1)


@pytest.mark.slow
def test_kill_nine_while_reading(tmp_path: Path) -> None:
    """Processes that read in the background are killed at random moments: see benchmarks/background.py for 30 of them."""
    counts = measured(tmp_path, kills=4, seed=1)
    assert counts.pop("steps") > 4
    assert counts.pop("being read when killed") + counts.pop("left to the last process") > 0
    assert set(counts.values()) == {0}, counts


def test_closing_does_not_wait_for_what_is_due_later() -> None:
    """A worker that is closed just as it looks for work ends now, not when its next work is due."""
    worker, looking = Worker(), threading.Event()

    class Slow(threading.Event):
        """A call to wake that takes a moment to forget, in which somebody closes."""

        def clear(self) -> None:
            looking.set()
            wait = time.monotonic() + 0.5
            while not worker._closed and time.monotonic() < wait:
                time.sleep(0.01)
            super().clear()

    async def later() -> float:
        return 60.0

    worker._wake = Slow()
    worker.start(later)
    assert looking.wait(10)
    closing = threading.Thread(target=worker.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive()
