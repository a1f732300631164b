"""Leases: one holder at a time, in a scope, until a time; whoever is late is told, and writes nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import AsyncMemory, Memory, Scope
from holdfast.cli import main
from holdfast.errors import AccessDenied, InvalidInput, LeaseConflict
from holdfast.testing import FrozenClock
from tests.engine.processes import finish, start


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


def test_one_holder_at_a_time(url: str, clock: FrozenClock) -> None:
    """The second is told who has it and until when; given up, it is free, and the fence has risen."""
    with Memory(url, embedder=None, clock=clock) as memory:
        planner, tester = (memory.scoped(team="core", actor=one) for one in ("planner", "tester"))
        with planner.lease("deploy", ttl=60) as lease:
            assert (lease.name, lease.holder, lease.fence) == ("deploy", "planner", 1)
            assert lease.scope == Scope(team="core")
            assert lease.until == clock.now() + timedelta(seconds=60)
            with pytest.raises(
                LeaseConflict, match=r"lease 'deploy' is held by planner until 2\d{3}-"
            ) as told:
                tester.lease("deploy")
            assert (told.value.holder, told.value.until) == ("planner", lease.until)
            with pytest.raises(LeaseConflict):  # nor twice by one
                planner.lease("deploy")
            assert tester.lease("other").fence == 1
        assert tester.lease("deploy", holder="tester in the night").fence == 2
        assert not lease.release()


def test_it_is_of_exactly_one_scope(url: str) -> None:
    """Neither who holds fewer labels nor who holds more meets it, unless it is named; what may not be written is no scope for it."""
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada", team="core", actor="a")
        ada.lease("x")
        memory.scoped(team="core").lease("x", holder="b")
        memory.scoped(user="ada").lease("x", holder="c")
        memory.lease("x", holder="d", scope=Scope.shared())
        with pytest.raises(LeaseConflict, match="by b until"):
            ada.lease("x", scope=("team",))
        with pytest.raises(AccessDenied):
            ada.lease("x", scope=Scope(user="bob"))
        with pytest.raises(InvalidInput, match="who may see this"):
            memory.lease("x", holder="e")


def test_it_ends_by_itself(url: str, clock: FrozenClock) -> None:
    """After its time another takes it; whoever had it cannot renew it, nor write under it, and nothing of that is written."""
    with Memory(url, embedder=None, clock=clock) as memory:
        first, second = (memory.scoped(team="core", actor=one) for one in ("first", "second"))
        lease = first.lease("report", ttl=60)
        item = lease.memory.save("written in time")
        clock.advance(seconds=50)
        lease.renew()
        clock.advance(seconds=50)
        lease.memory.update(item.id, text="changed in time")
        clock.advance(seconds=20)
        with pytest.raises(
            LeaseConflict, match=r"\(fence 1\) is over; nothing"
        ):  # though nobody has taken it
            lease.memory.save("too late")
        later = second.lease("report", ttl=60)
        assert later.fence == 2
        late = [
            lease.renew,
            lambda: lease.memory.save("too late"),
            lambda: lease.memory.save_many([{"text": "too late"}]),
            lambda: lease.memory.update(item.id, text="too late"),
            lambda: lease.memory.delete(item.id),
            lambda: lease.memory.observe("I live in Rome."),
        ]
        for call in late:
            with pytest.raises(LeaseConflict, match=r"\(fence 1\) is over: it is held by second until"):
                call()
        assert not lease.release()
        assert [one.text for one in first.list()] == ["changed in time"]
        first.save("not bound to it")
        later.memory.save("written by the second")
        assert len(first.list()) == 3


def test_a_clock_that_goes_back(url: str, clock: FrozenClock) -> None:
    """A lease lasts no longer than its time from when the next one asks, however far back the clock went."""
    with Memory(url, embedder=None, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        ada.lease("x", holder="a", ttl=60)
        clock.advance(days=-30)
        with pytest.raises(LeaseConflict) as told:
            ada.lease("x", holder="b")
        assert told.value.until == clock.now() + timedelta(seconds=60)
        clock.advance(seconds=61)
        assert ada.lease("x", holder="b").fence == 2


@pytest.mark.parametrize(
    ("given", "field"),
    [({"name": ""}, "name"), ({"ttl": 0}, "ttl"), ({"ttl": "60"}, "ttl"), ({"wait": -1}, "wait"), ({"fence": 0}, "fence"), ({"holder": None}, "holder")],
)  # fmt: skip
def test_what_is_refused_at_the_door(url: str, given: dict[str, object], field: str) -> None:
    """Each argument is named."""
    with Memory(url, embedder=None) as memory, pytest.raises(InvalidInput) as told:
        memory.scoped(user="ada").lease(**{"name": "x", "holder": "a", **given})  # type: ignore[arg-type]
    assert told.value.field == field


def test_one_of_many_threads_has_it(url: str) -> None:
    """Eight threads wait for one lease: each has it once, alone, and the fences are the numbers of the turns."""
    with Memory(url, embedder=None) as memory:
        inside, fences = threading.Lock(), list[int]()

        def work(n: int) -> None:
            with memory.scoped(user="ada").lease("x", holder=f"thread {n}", wait=60) as lease:
                assert inside.acquire(blocking=False), "two at once"
                fences.append(lease.fence)
                inside.release()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(8)))
        assert fences == list(range(1, 9))


def test_a_process_that_dies_keeps_it_until_it_ends(tmp_path: Path) -> None:
    """Killed, it holds nobody up for longer than it had asked for; the next process has a higher fence."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    holder = start("lease", url, "1.5")
    assert holder.stdout is not None
    first = json.loads(holder.stdout.readline())
    holder.kill()
    holder.communicate()
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada", actor="next")
        with pytest.raises(LeaseConflict, match="by killed until"):
            ada.lease("job")
        assert ada.lease("job", wait=60).fence == first["fence"] + 1
        with pytest.raises(LeaseConflict, match="is over: it is held by next"):
            ada.lease("job", fence=first["fence"])


def test_processes_take_turns(tmp_path: Path) -> None:
    """Four processes count in a file under a lease, which is no lock of the file's: no step is lost, every fence is another."""
    url, count = f"sqlite:///{tmp_path / 'memory.db'}", tmp_path / "count"
    Memory(url, embedder=None).close()
    count.write_text("0")
    workers = [start("count", url, str(n), str(count), "10") for n in range(4)]
    fences = [fence for one in workers for fence in json.loads(finish(one).splitlines()[-1])["fences"]]
    assert count.read_text() == "40"
    assert sorted(fences) == list(range(1, 41))


def test_it_is_erased_with_its_scope(tmp_path: Path) -> None:
    """Name and holder are in no byte any more, and no export ever held them; who had it is told that it is over."""
    path = tmp_path / "memory.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        lease = ada.lease("zanzibar", holder="quetzalcoatl")
        ada.save("a note")
        ada.export(tmp_path / "export.jsonl")
        assert memory.erase(under=Scope(user="ada")).counts["leases"] == 1
        with pytest.raises(LeaseConflict, match="is over; nothing"):
            lease.renew()
    for file in tmp_path.iterdir():
        assert not any(word in file.read_bytes() for word in (b"zanzibar", b"quetzalcoatl")), file.name
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM leases").fetchone() == (0,)


def test_async(url: str) -> None:
    """The same in an event loop: one waits for the other without holding the loop up."""

    async def main() -> list[str]:
        async with AsyncMemory(url, embedder=None) as memory:
            ada, order = memory.scoped(user="ada"), list[str]()

            async def work(name: str) -> None:
                async with await ada.lease("x", holder=name, wait=60) as lease:
                    order.append(f"{name} begins")
                    await lease.renew(30)
                    await lease.memory.save(f"of {name}")
                    order.append(f"{name} ends")

            await asyncio.gather(work("a"), work("b"))
            assert len(await ada.list()) == 2
            return order

    order = asyncio.run(main())
    assert [one.split()[1] for one in order] == ["begins", "ends"] * 2
    assert {one.split()[0] for one in order} == {"a", "b"}


def test_the_command(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Take, be refused with exit code 5, renew, give up, each in a call of its own."""

    def run(*arguments: str) -> tuple[int, dict[str, object]]:
        with pytest.raises(SystemExit) as ended:
            main(["lease", "job", "--store", url, "--user", "ada", "--json", *arguments])
        printed = capsys.readouterr()
        return int(ended.value.code or 0), json.loads(printed.out or printed.err)

    code, taken = run("--holder", "ci-7", "--ttl", "600")
    assert (code, taken["fence"], taken["holder"]) == (0, 1, "ci-7")
    code, refused = run("--holder", "ci-8")
    assert (code, refused["error"]) == (5, "LeaseConflict")
    assert "held by ci-7 until" in str(refused["message"])
    code, renewed = run("--renew", "1", "--ttl", "900")
    assert (code, renewed["holder"]) == (0, "ci-7")
    assert str(renewed["until"]) > str(taken["until"])
    assert run("--release", "1")[0] == 0
    assert run("--release", "1")[0] == 5
    assert run("--holder", "ci-8")[1]["fence"] == 2
