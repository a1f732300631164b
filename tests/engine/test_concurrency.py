"""Many threads and many processes at once: no lock error, no lost update, one value at a time in a slot."""

from __future__ import annotations

import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Page
from holdfast.errors import VersionConflict
from holdfast.memory import ScopedMemory
from holdfast.testing import HashingEmbedder
from tests.engine.processes import finish, start

SECONDS = 4


def timeline(caller: ScopedMemory, slot: str) -> list[Any]:
    """Return the open values of a slot in order of time, asserting that they do not overlap."""
    changes = pages(lambda cursor: caller.history(slot=slot, limit=1_000, cursor=cursor))
    found = [one.item for one in changes if one.item.known_to is None]
    found = sorted((one for one in found if one.state != "deleted"), key=lambda one: one.valid_from)
    for one, other in itertools.pairwise(found):
        assert one.valid_to is not None
        assert one.valid_to <= other.valid_from
    return [one.value for one in found]


def test_threads_race_for_a_slot(url: str) -> None:
    """Eight threads put values into one slot: every one is in its history, one is current, none overlap."""
    with Memory(url, embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        ready = threading.Barrier(8)

        def write(thread: int) -> None:
            ready.wait()
            for n in range(10):
                ada.save(f"port {thread}-{n}", slot="server.port", value=f"{thread}-{n}")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(write, range(8)))
        assert sorted(timeline(ada, "server.port")) == sorted(f"{t}-{n}" for t in range(8) for n in range(10))
        assert len(ada.list().items) == 1
        assert ada.search("port", k=100)[0].item == ada.current("server.port")


def test_threads_save_the_same_thing(url: str) -> None:
    """The same fact saved by eight threads at once is one memory with eight sightings; the same key, one call."""
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ready = threading.Barrier(8)

        def write(n: int) -> tuple[str, str]:
            ready.wait()
            return ada.save("the same").id, ada.save("again", kind="episode", idempotency_key="k").id

        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(write, range(8)))
        assert len(set(made)) == 1
        assert ada.get(made[0][0]).sightings == 8
        assert len(ada.list()) == 2


def test_threads_read_while_others_write(url: str) -> None:
    """A batch is seen whole or not at all, by list, stats and search, and what was seen once stays."""
    with Memory(url, embedder=HashingEmbedder()) as memory:
        ada, stop = memory.scoped(user="ada"), threading.Event()

        def read(_: int) -> int:
            rounds, before = 0, 0
            while not stop.is_set() or not rounds:
                texts = Counter(item.text for item in ada.list(limit=1_000))
                assert set(texts.values()) <= {7}, "half a batch"
                assert ada.stats().items % 7 == 0, "half a batch"
                hits = Counter(hit.text for hit in ada.search("batch", k=1_000))
                assert set(hits.values()) <= {7}, "half a batch"
                assert len(hits) >= len(texts) >= before, "less than before"
                before, rounds = len(texts), rounds + 1
            return rounds

        with ThreadPoolExecutor(3) as pool:
            reading = [pool.submit(read, n) for n in range(3)]
            for n in range(40):
                ada.save_many(
                    [{"text": f"batch {n}", "kind": "episode", "tags": [str(at)]} for at in range(7)]
                )
            stop.set()
            assert all(one.result() for one in reading)


def test_a_counter_loses_no_update(url: str) -> None:
    """Threads that add to one memory by `expected_version`, and try again when refused, lose nothing."""
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        item = ada.save("count", slot="a.count", value=0)

        def add(_: int) -> None:
            for _ in range(10):
                while True:
                    now = ada.get(item.id)
                    try:
                        ada.update(item.id, value=now.value + 1, expected_version=now.version)
                    except VersionConflict:
                        continue
                    break

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(add, range(6)))
        assert ada.get(item.id).value == 60
        assert [one.version for one in ada.history(item.id, limit=1_000)] == list(range(1, 62))


@pytest.mark.slow
def test_four_writing_and_two_reading_processes(tmp_path: Path) -> None:
    """For some seconds: no error reaches a caller, no write is lost, every writer gets its turn, slots do not overlap.

    How long a turn is waited for is measured by `python -m benchmarks.contention`, alone on a machine.
    """
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with Memory(url, embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        counter = ada.save("count", slot="a.count", value=0)
        writers = [start("write", url, str(n), str(SECONDS), counter.id) for n in range(4)]
        readers = [start("read", url, str(SECONDS)) for _ in range(2)]
        told = [json.loads(finish(one).splitlines()[-1]) for one in [*writers, *readers]]
        wrote, read = told[:4], told[4:]
        assert all(one["rounds"] >= 3 for one in wrote), told
        assert all(one["searches"] >= 3 for one in read), told
        assert ada.get(counter.id).value == sum(one["added"] for one in wrote)
        texts = Counter(item.text for item in everything(ada))
        for one in wrote:
            for n in range(one["rounds"]):
                assert texts[f"writer {one['writer']} round {n}"] == 1
        port = timeline(ada, "server.port")
        assert sorted(port) == sorted(f"{one['writer']}-{n}" for one in wrote for n in range(one["rounds"]))
        rounds = [one["rounds"] for one in wrote]
        assert 4 * min(rounds) >= max(rounds), told  # SQLite's own waiting lets one of four starve


def everything(caller: ScopedMemory) -> list[Any]:
    """Return all live memories."""
    return pages(lambda cursor: caller.list(limit=1_000, cursor=cursor))


def pages(read: Callable[[str | None], Page[Any]]) -> list[Any]:
    """Return what all pages hold."""
    page = read(None)
    found = [*page]
    while page.next is not None:
        page = read(page.next)
        found += page
    return found


def test_a_memory_is_closed_while_threads_read(tmp_path: Path) -> None:
    """Each read is answered or told that the memory was closed; none is left with a connection that is gone, which ended the process."""
    told = finish(start("closed", f"sqlite:///{tmp_path / 'closed.db'}", "20"))
    assert json.loads(told.splitlines()[-1])["answered"] > 0


def test_a_fork_goes_on(tmp_path: Path) -> None:
    """A process forked from one with an open memory reads and writes with it, and so does its parent afterwards."""
    told = finish(start("fork", f"sqlite:///{tmp_path / 'fork.db'}"))
    assert json.loads(told.splitlines()[-1]) == {
        "child": ["before"],
        "parent": ["before", "by child", "by parent"],
    }


def test_a_search_sees_at_once_what_another_memory_of_the_file_wrote(url: str) -> None:
    """Whatever a search keeps from the one before: new texts, other names, rules and deletions of others count in the next."""
    with (
        Memory(url, embedder=HashingEmbedder()) as memory,
        Memory(url, embedder=HashingEmbedder()) as other,
    ):
        ada, elsewhere = memory.scoped(user="ada"), other.scoped(user="ada")
        first = ada.save("Robert keeps bees")
        for _ in range(3):
            assert [hit.id for hit in ada.search("bees")] == [first.id]
        second = elsewhere.save("The bees swarm in May")
        for _ in range(3):
            assert {hit.id for hit in ada.search("bees")} == {first.id, second.id}
        assert ada.search("bob").receipt.options["also"] == []
        elsewhere.rename("bob", "robert")
        for _ in range(3):
            assert ada.search("bob").receipt.options["also"] == ["robert"]
        other.policy(set={"name": "mail", "rule": "redact", "class": "email", "action": "redact"})
        for _ in range(3):
            assert ada.search("what did bee@hive.org say?").receipt.query == "what did [redacted:email] say?"
        elsewhere.delete(second.id)
        for _ in range(3):
            assert second.id not in {hit.id for hit in ada.search("bees")}
        port = elsewhere.save("The port is 8080", slot="server.port", value=8080)
        for value in (port.value, 9090):
            for _ in range(3):
                held = ada.current("server.port")
                assert held is not None
                assert held.value == value
            elsewhere.save("The port is 9090", slot="server.port", value=9090)


class Interrupted:
    """An embedding model during whose work on a query something else happens."""

    def __init__(self) -> None:
        self._real = HashingEmbedder()
        self.id, self.dimension = self._real.id, self._real.dimension
        self.meanwhile: Callable[[], Any] | None = None

    def embed(self, texts: Any) -> Any:
        """Do what is to happen, once, and return the vectors."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return self._real.embed(texts)


def test_what_is_written_while_a_query_is_embedded_counts(url: str) -> None:
    """A search answers with what is there when its query has been embedded: nothing erased, deleted or replaced since."""
    model = Interrupted()
    with Memory(url, embedder=model) as memory, Memory(url, embedder=HashingEmbedder()) as other:
        ada, same = memory.scoped(user="ada"), other.scoped(user="ada")
        gone = ada.save("the code of the gate is 4711")
        port = ada.save("the gate listens on 8080", slot="gate.port", value=8080)
        for round, change in enumerate(
            (
                lambda: same.update(port.id, text="the gate listens on 9090", value=9090),
                lambda: ada.save("the gate listens on 9191", slot="gate.port", value=9191),
                lambda: same.erase(ids=[gone.id]),
            )
        ):
            ada.search("gate", k=5)
            model.meanwhile = change
            texts = [hit.text for hit in ada.search(f"gate code port {round}", k=5)]
            assert texts
            assert set(texts) == {item.text for item in same.list()}
