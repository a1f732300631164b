"""Copies of a store: taken while others write, whole or not there, and put back in one transaction."""

from __future__ import annotations

import asyncio
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from holdfast import AsyncMemory, Memory, Scope
from holdfast.cli import main
from holdfast.errors import InvalidInput, StoreError
from holdfast.testing import FrozenClock

WRITER = """
import sys
from holdfast import Memory
memory = Memory(sys.argv[1], embedder=None).scoped(user="ada")
n = 0
while True:
    memory.save(f"memory {n}", kind="episode")
    print(n, flush=True)
    n += 1
"""


def texts(path: Path) -> list[str]:
    """Every live text of a store, by id."""
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        page = memory.list(under=Scope.shared(), sort="id", descending=False, limit=1_000)
        return [item.text for item in page.items]


def command(*arguments: object, code: int = 0) -> None:
    """Run the command in this process and check how it ended."""
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert ended.value.code == code


def test_a_copy_taken_under_writes_is_of_one_moment(tmp_path: Path) -> None:
    """Everything acknowledged before the copy is in it, in order and without holes, while another process goes on."""
    store = tmp_path / "live.db"
    with Memory(f"sqlite:///{store}", embedder=None) as memory:
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, f"sqlite:///{store}"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert writer.stdout is not None
            acknowledged = [int(writer.stdout.readline()) for _ in range(20)][-1]
            seen: list[tuple[int, int]] = []
            made = memory.backup(
                tmp_path / "copy.db", progress=lambda done, total: seen.append((done, total))
            )
        finally:
            writer.kill()
            writer.wait()
        assert seen[-1][0] == seen[-1][1]
    found = texts(tmp_path / "copy.db")
    assert found == [f"memory {n}" for n in range(len(found))]
    assert len(found) > acknowledged
    assert made.versions == len(found)
    assert made.bytes == (tmp_path / "copy.db").stat().st_size
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db", "copy.db.key"]


def test_put_back_gives_the_same_memories_history_and_answers(tmp_path: Path) -> None:
    """What was copied is what is there again, with its ids, its history and its order; later changes are gone."""
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with Memory(f"sqlite:///{store}", embedder=None, clock=FrozenClock()) as memory:
        ada = memory.scoped(user="ada")
        port = ada.save("The server is on port 8080", slot="server.port", value=8080)
        ada.update(port.id, text="The server is on port 9090", value=9090)
        before = [hit.to_json() for hit in ada.search("server port")]
        memory.backup(copy)
        ada.save("Written after the copy")
    command("backup", "apply", copy, "--store", f"sqlite:///{store}", code=2)  # there is a store already
    command("backup", "apply", copy, "--store", f"sqlite:///{store}", "--replace")
    command("backup", "apply", copy, "--store", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    for path in (store, tmp_path / "elsewhere.db"):
        with Memory(f"sqlite:///{path}", embedder=None, clock=FrozenClock()) as memory:
            ada = memory.scoped(user="ada")
            assert [hit.to_json() for hit in ada.search("server port")] == before
            assert [change.item.value for change in ada.history(port.id).items] == [8080, 9090]
            assert len(ada.list().items) == 1
            ada.save("and it goes on")
        assert path.with_name(path.name + ".key").read_text() == (tmp_path / "copy.db.key").read_text()


def test_a_store_in_use_is_not_overwritten(tmp_path: Path) -> None:
    """While a process has the store open nothing can be put back into it, and nothing of it is lost."""
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with Memory(f"sqlite:///{store}", embedder=None) as memory:
        memory.scoped(user="ada").save("kept")
        memory.backup(copy)
        memory.scoped(user="ada").save("kept too")
        command("backup", "apply", copy, "--store", f"sqlite:///{store}", "--replace", code=6)
        assert len(memory.scoped(user="ada").list().items) == 2


@pytest.mark.parametrize("broken", ["no store", "flipped", "cut", "missing"])
def test_what_is_no_whole_copy_is_refused(tmp_path: Path, broken: str) -> None:
    """A copy that is not one, or is damaged, changes nothing where it was to go."""
    store, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with Memory(f"sqlite:///{store}", embedder=None) as memory:
        for n in range(200):
            memory.scoped(user="ada").save(f"memory {n} about something or other")
        memory.backup(copy)
    whole = copy.read_bytes()
    copy.unlink()
    if broken == "no store":
        sqlite3.connect(copy).executescript("CREATE TABLE other (x)").connection.close()
    elif broken == "flipped":
        middle = len(whole) // 2 // 4096 * 4096
        copy.write_bytes(whole[:middle] + bytes(4096) + whole[middle + 4096 :])
    elif broken == "cut":
        copy.write_bytes(whole[: len(whole) // 2])
    command(
        "backup",
        "apply",
        copy,
        "--store",
        f"sqlite:///{store}",
        "--replace",
        code=2 if broken == "missing" else 6,
    )
    assert len(texts(store)) == 200


def test_a_copy_says_what_is_wrong(tmp_path: Path) -> None:
    """A file that is there, a folder that is not, a caller who may not: refused, and nothing is left behind."""
    with Memory(f"sqlite:///{tmp_path / 'store.db'}", embedder=None) as memory:
        memory.backup(tmp_path / "copy.db")
        for path in (tmp_path / "copy.db", tmp_path / "none" / "copy.db", ""):
            with pytest.raises(InvalidInput, match="path"):
                memory.backup(path)
        assert not hasattr(memory.scoped(user="ada"), "backup")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "copy.db",
        "copy.db.key",
        "store.db",
        "store.db.key",
    ]


def test_a_full_disk_leaves_no_half_copy(tmp_path: Path) -> None:
    """When there is no room for the copy, the error says so and no part of it remains."""
    with Memory(f"sqlite:///{tmp_path / 'store.db'}", embedder=None) as memory:
        memory.scoped(user="ada").save("a memory of some length " * 500)
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            with pytest.raises(StoreError, match=r"copy\.db"):
                memory.backup(tmp_path / "copy.db")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, ignored)
    assert not list(tmp_path.glob("copy*"))


async def _async_copy(path: Path) -> int:
    async with AsyncMemory("sqlite://", embedder=None) as memory:
        await memory.scoped(user="ada").save("kept in memory only")
        return (await memory.backup(path)).versions


def test_a_store_in_memory_is_copied_too(tmp_path: Path) -> None:
    """`sqlite://` has no file, and can be kept in one; from an event loop and beside other threads."""
    assert asyncio.run(_async_copy(tmp_path / "copy.db")) == 1
    assert texts(tmp_path / "copy.db") == ["kept in memory only"]
    with Memory("sqlite://", embedder=None) as memory:
        threads = [threading.Thread(target=memory.backup, args=(tmp_path / f"{n}.db",)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(texts(tmp_path / f"{n}.db") == [] for n in range(3))
