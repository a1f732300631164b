"""Whose turn it is to write: in the order of asking once one has waited long, the killed and the stopped passed over, a stopped writer named."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import StoreBusy
from holdfast.stores import sqlite_schema
from holdfast.stores import turns as queue
from holdfast.stores.turns import HERE, Turns
from tests.engine.processes import finish, start

pytestmark = pytest.mark.skipif(not HERE, reason="there is a queue on 64-bit Linux alone")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The key file of a store that exists."""
    Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None).close()
    return tmp_path / "memory.db.key"


class Queued:
    """Processes that have taken their places one after another; each tells its number when its turn has come."""

    def __init__(self, key: Path, log: Path, count: int) -> None:
        self.running = []
        for n in range(count):
            one = start("queue", str(key), str(log), str(n))
            assert one.stdout is not None
            assert one.stdout.readline(), "has taken its place"
            self.running.append(one)

    def kill(self) -> None:
        """End those that still run."""
        for one in self.running:
            if one.poll() is None:
                one.kill()
            one.communicate()


def test_the_order_is_that_of_asking(tmp_path: Path, key: Path) -> None:
    """Eight processes that wait go one by one as they came, whichever looks first; one that was killed is no gap."""
    turns, log = Turns(str(key)), tmp_path / "log"
    with turns.taken():
        assert turns.ahead().first is None
        queued = Queued(key, log, 8)
        queued.running[3].kill()
        queued.running[3].wait()
        assert not log.exists(), "nobody passes who is first"
    for one in [*queued.running[:3], *queued.running[4:]]:
        finish(one)
    queued.kill()
    assert log.read_text().split() == ["0", "1", "2", "4", "5", "6", "7"]
    turns.close()


def test_who_waits_is_told_who_is_first(tmp_path: Path, key: Path) -> None:
    """The process that asked before all others, also when later ones have come; it goes when that one is killed."""
    holder = start("turn", str(key))
    assert holder.stdout is not None
    holder.stdout.readline()
    turns = Turns(str(key))
    with turns.taken():
        queued = Queued(key, tmp_path / "log", 2)
        first = turns.ahead().first
        assert first is not None
        assert first.process == holder.pid
        holder.kill()
        holder.communicate()
        assert turns.ahead().first is None
    queued.kill()
    turns.close()


def test_who_has_not_waited_long_lets_those_pass_who_are_awake(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that waits with the first place and does not run holds nobody up; once it has waited long, it is next."""
    monkeypatch.setattr(queue, "STUCK_SECONDS", 600.0)
    monkeypatch.setattr(queue, "PATIENCE_SECONDS", 600.0)
    waiting = start("turn", str(key))
    assert waiting.stdout is not None
    waiting.stdout.readline()
    url, turns = f"sqlite:///{tmp_path / 'memory.db'}", Turns(str(key))
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="ada").save("past the one that waits")
    with turns.taken():
        assert turns.ahead().clear
        monkeypatch.setattr(queue, "PATIENCE_SECONDS", 0.0)
        assert not turns.ahead().clear
        waiting.kill()
        waiting.communicate()
        assert turns.ahead().clear
    turns.close()


def test_nobody_asks_while_one_writes_that_passed_the_first(tmp_path: Path, key: Path) -> None:
    """All who wait see the process that writes, not the one whose place it passed, as the one they wait for."""
    first, url = start("turn", str(key)), f"sqlite:///{tmp_path / 'memory.db'}"
    assert first.stdout is not None
    first.stdout.readline()
    writer, turns = start("hold", url), Turns(str(key))
    assert writer.stdout is not None
    writer.stdout.readline()
    with turns.taken():
        ahead = turns.ahead()
        assert (ahead.first and ahead.first.process, ahead.writer and ahead.writer.process) == (
            first.pid,
            writer.pid,
        )
        assert ahead.holder == ahead.writer
        assert not ahead.clear
    for one in (first, writer):
        one.kill()
        one.communicate()
    with turns.taken():
        assert turns.ahead()[:2] == (None, None)
    turns.close()


def test_a_file_that_cannot_be_locked_is_no_queue(tmp_path: Path) -> None:
    """Nobody is ever before anybody else: SQLite decides."""
    for turns in (Turns(None), Turns(str(tmp_path / "none.key")), Turns(str(tmp_path))):
        with turns.taken():
            assert turns.ahead().first is None
        turns.close()


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Any]:
    """Start a job of `processes` and stop it (SIGSTOP) once it has told something."""
    running = []

    def begin(job: str, *arguments: str) -> int:
        process = start(job, *arguments)
        running.append(process)
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        return process.pid

    yield begin
    for one in running:
        one.kill()
        one.communicate()


def test_one_that_is_stopped_while_it_waits_is_passed(tmp_path: Path, key: Path, stopped: Any) -> None:
    """It has the first place and does not hold SQLite's lock: others write, and do not wait anew each time."""
    pid = stopped("turn", str(key))
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        for n in range(5):
            ada.save(f"note {n}", kind="episode")
        assert len(ada.list()) == 5
        ahead = memory._store._turns.ahead()  # type: ignore[attr-defined]
        assert ahead.first is ahead.writer is None, "nobody waits outside of a write"
    assert Path(f"/proc/{pid}").exists()


def test_one_that_is_stopped_while_it_writes(
    tmp_path: Path, key: Path, stopped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits gets StoreBusy, which names the process and says that it is stopped; readers go on; and so do writers once it is gone."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    monkeypatch.setattr(sqlite_schema, "BUSY_SECONDS", 1.0)
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.save("green tea")
        pid = stopped("hold", url)
        with pytest.raises(StoreBusy, match=rf"process {pid} holds the write lock and is stopped.*try again"):
            ada.save("refused")
        assert [hit.text for hit in ada.search("tea")] == ["green tea"]
        os.kill(pid, signal.SIGKILL)
        ada.save("after")
        assert {item.text for item in ada.list()} == {"green tea", "after"}
