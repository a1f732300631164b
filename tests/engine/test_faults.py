"""Real faults: a file taken away, a full disk, a killed migration, wrong clocks, a power cut, a bad line among thousands.

Each ends in a clear error or in success: what was acknowledged is there, what was not is whole or absent.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.adapters.ingest import ingest
from holdfast.errors import InvalidInput, StoreMoved
from holdfast.stores import sqlite_schema
from holdfast.testing import FrozenClock, HashingEmbedder
from tests.engine import faulting
from tests.engine.faulting import ADA, everything
from tests.engine.processes import finish, start

LINES = int(os.environ.get("LINES", "10000"))  # of one import with a bad line; LINES=100000 for the bar
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SECTOR = 512


def job(name: str, *arguments: str) -> str:
    """Run a job of `faulting` in a process of its own, and return what it printed."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, faulting.__file__, name, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{root / 'src'}:{root}"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# -- a file that is taken away while it is open ------------------------------------------------------------------------


def removed(path: Path) -> None:
    """Remove the store with all that lies beside it."""
    for one in path.parent.glob("memory.db*"):
        one.unlink()


def replaced(path: Path) -> None:
    """Put another store in its place, as a restore that copies files does."""
    with Memory(f"sqlite:///{path.parent / 'other.db'}", embedder=None) as other:
        other.scoped(user="ada").save("of the other store")
    (path.parent / "other.db").replace(path)


def moved(path: Path) -> None:
    """Move it elsewhere."""
    path.rename(path.parent / "elsewhere.db")


def without_log(path: Path) -> None:
    """Remove the WAL alone."""
    path.with_name("memory.db-wal").unlink()


@pytest.mark.parametrize("take", [removed, replaced, moved, without_log])
def test_a_file_that_is_taken_away(tmp_path: Path, take: Callable[[Path], None]) -> None:
    """The next write says so, and so does a read of the file; no empty store appears in its place."""
    path = tmp_path / "memory.db"
    with Memory(f"sqlite:///{path}", embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        kept = ada.save("kept")
        take(path)
        there = sorted(one.name for one in tmp_path.iterdir())
        writes: list[Callable[[], object]] = [
            lambda: ada.save("lost?"),
            lambda: ada.save_many([{"text": "lost?"}]),
            lambda: ada.observe("I live in Rome."),
            lambda: ada.update(kept.id, text="lost?"),
            lambda: ada.delete(kept.id),
            lambda: ada.erase(kept.id),
            lambda: memory.reembed(None),
        ]
        reads: list[Callable[[], object]] = [
            lambda: ada.get(kept.id),
            lambda: ada.search("kept"),
            lambda: memory.backup(tmp_path / "copy.db"),
        ]
        for call in writes if take is without_log else writes + reads:
            with pytest.raises(StoreMoved, match=r"memory\.db.*(removed|replaced).*new Memory"):
                call()
        assert sorted(one.name for one in tmp_path.iterdir()) == there


def test_a_file_that_is_put_back(tmp_path: Path) -> None:
    """The same file in its place again is written to as before, with nothing of what was refused."""
    path = tmp_path / "memory.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.save("before")
        moved(path)
        with pytest.raises(StoreMoved):
            ada.save("meanwhile")
        (tmp_path / "elsewhere.db").rename(path)
        ada.save("after")
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        assert {item.text for item in memory.scoped(user="ada").list()} == {"before", "after"}


def test_a_file_that_is_taken_away_during_a_write(tmp_path: Path) -> None:
    """Between the begin and the commit: the write is not acknowledged either."""
    path = tmp_path / "memory.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        store: Any = memory._store

        def write() -> None:
            with store._writing() as db:
                db.execute("INSERT INTO meta VALUES ('setting.x', 1)")
                removed(path)

        with pytest.raises(StoreMoved, match="this change is lost"):
            write()


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, 100_000, 400_000])
def test_a_full_disk(tmp_path: Path, limit: int) -> None:
    """Every verb is done or ends in StoreFull; nothing acknowledged is lost, and with room again the same store goes on."""
    says = [{"role": "user", "content": f"I like thing{n}. " + f"u{n} " * 40} for n in range(80)]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, says)))
    told = [json.loads(line) for line in job("full", str(tmp_path), str(limit)).splitlines()]
    became = [one["became"] for one in told]
    assert all(one == "done" or one.startswith("StoreFull: ") for one in became), became
    assert all("memory.db: no space left" in one for one in became if one != "done")
    assert became[7:] == ["done"] * 6
    assert "done" not in became[:7] if limit == 0 else any(one != "done" for one in became[:7])


# -- a migration that is killed ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", range(len(list(GOLDEN.glob("schema_*.db"))) + 1))
def test_a_killed_migration(tmp_path: Path, schema: int) -> None:
    """A process is killed as it opens an old store, or makes a new one, at every third statement: the next opening finds all."""
    golden = GOLDEN / f"schema_{schema}.db"
    told = json.loads(job("migrate", str(tmp_path), str(golden) if schema else "", str(schema % 3 + 1)))
    assert told["differ"] == []
    assert told["kills"] > 3
    assert told["whole"]["checked"] == "ok"
    assert not any(told["whole"]["broken"])
    assert bool(told["whole"]["items"]) == bool(schema)


# -- two versions of the library at work on one file --------------------------------------------------------------------


@pytest.fixture
def _newer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this process the next version of the library, with one migration more; those it starts are today's."""
    later = ("9999-later", lambda db: db.execute("CREATE TABLE later (at INTEGER)"))
    monkeypatch.setattr(sqlite_schema, "MIGRATIONS", (*sqlite_schema.MIGRATIONS, later))


@pytest.mark.usefixtures("_newer")
def test_a_newer_version_comes_to_a_file_that_an_older_one_has_open(tmp_path: Path) -> None:
    """It migrates the file and goes on; the older one's next write is refused, and so is its next opening; nothing is lost."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    older = start("older", url)
    assert older.stdin is not None
    assert older.stdout is not None
    assert json.loads(older.stdout.readline()) == {"saved": 0, "found": 1}
    older.stdin.write("again\n")
    older.stdin.flush()
    assert json.loads(older.stdout.readline()) == {"saved": 1, "found": 2}
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.save("newer", kind="episode")
        older.stdin.write("again\n")
        older.stdin.flush()
        refused = json.loads(older.stdout.readline())["refused"]
        assert "memory.db: a newer Holdfast brought it to schema" in refused
        assert "nothing was written" in refused
        finish(older)
        told = json.loads(finish(start("older", url)))
        assert "memory.db: written by a newer Holdfast" in told["refused"]
        ada.save("newer again", kind="episode")
        assert {item.text for item in ada.list()} == {"older 0", "older 1", "newer", "newer again"}
        assert everything(memory)["broken"] == [[]]


@pytest.mark.usefixtures("_newer")
def test_a_newer_version_waits_for_the_write_of_an_older_one(tmp_path: Path) -> None:
    """Its migration comes before or after a transaction, never in it."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    older = start("older", url)
    assert older.stdout is not None
    assert json.loads(older.stdout.readline())["saved"] == 0
    holder = start("hold", url)
    assert holder.stdout is not None
    holder.stdout.readline()
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(Memory, url, embedder=None)
        with pytest.raises(TimeoutError):
            opening.result(timeout=0.5)
        holder.kill()
        with opening.result(timeout=60) as memory:
            assert [item.text for item in memory.scoped(user="ada").list()] == ["older 0"]
    holder.communicate()
    older.kill()
    older.communicate()


# -- clocks that are wrong ---------------------------------------------------------------------------------------------


def test_a_clock_that_goes_back_an_hour(tmp_path: Path) -> None:
    """What is saved after it is found at once, comes later in the history, and takes its slot."""
    url, clock = f"sqlite:///{tmp_path / 'memory.db'}", FrozenClock()
    with Memory(url, embedder=HashingEmbedder(), clock=clock) as memory:
        ada = memory.scoped(user="ada")
        first = ada.save("The port is 1", slot="server.port", value=1)
        clock.advance(hours=-1)
        second = ada.save("The port is 2", slot="server.port", value=2)
        ada.save("Another note about the port")
        assert ada.current("server.port").value == 2
        assert second.known_from > first.known_from
        assert [change.item.value for change in ada.history(slot="server.port")] == [1, 1, 2]
        assert {hit.text for hit in ada.search("port")} == {"The port is 2", "Another note about the port"}
        changed = ada.update(second.id, text="The port is 22", value=22, expected_version=1)
        ada.delete(changed.id)
        assert ada.restore(changed.id).value == 22
        times = [change.item.known_from for change in ada.changes(limit=100)]
        assert times == sorted(times)
        assert everything(memory)["broken"] == [[]]


def test_a_clock_that_is_a_year_ahead(tmp_path: Path) -> None:
    """Others see what its writer wrote, and go on: what they save, change and take away counts at once, in the order of commits."""
    url, clock, ahead = f"sqlite:///{tmp_path / 'memory.db'}", FrozenClock(seed=1), FrozenClock(seed=2)
    ahead.advance(days=365)
    with (
        Memory(url, embedder=HashingEmbedder(), clock=clock) as memory,
        Memory(url, embedder=HashingEmbedder(), clock=ahead) as far,
    ):
        ada, wrong = memory.scoped(user="ada"), far.scoped(user="ada")
        ada.save("The port is 1", slot="server.port", value=1)
        keyed = ada.save("Once only", idempotency_key="k")
        wrong.save("The port is 2", slot="server.port", value=2)
        clock.advance(minutes=1)
        assert ada.current("server.port").value == 2
        third = ada.save("The port is 3", slot="server.port", value=3)
        assert ada.current("server.port").value == wrong.current("server.port").value == 3
        note = ada.save("A note about the port")
        found = [hit.text for hit in ada.search("port")]
        assert {"The port is 3", "A note about the port"} <= set(found)
        assert "The port is 2" not in found
        assert ada.update(note.id, text="A changed note", expected_version=1).version == 2
        ada.delete(note.id)
        assert note.id not in {item.id for item in ada.list()}
        assert ada.restore(note.id).text == "A changed note"
        assert ada.save("Once only", idempotency_key="k").id == keyed.id
        ada.observe("I live in Rome.")
        assert any(hit.text == "I live in Rome." for hit in ada.search("Where do I live?"))
        ada.undo(third.id)
        assert ada.current("server.port").value == 2
        times = [change.item.known_from for change in ada.changes(limit=100)]
        assert times == sorted(times)
        assert everything(memory)["broken"] == [[]]


# -- a power cut -------------------------------------------------------------------------------------------------------


class Disk:
    """The files of a store that is written to, as they are at a moment; held open, as closing them would drop SQLite's locks."""

    def __init__(self, path: Path) -> None:
        self._open = [os.open(str(path) + end, os.O_RDONLY) for end in ("", "-wal")]

    def read(self) -> list[bytes]:
        """The bytes of the database and of its WAL."""
        return [os.pread(one, os.fstat(one).st_size, 0) for one in self._open]

    def close(self) -> None:
        """Let go of the files."""
        for one in self._open:
            os.close(one)


def torn(before: bytes, after: bytes, chance: random.Random) -> bytes:
    """What a cut leaves of a write that was not synced: some sectors old, some new, some length in between."""
    cut = len(after) if len(after) <= len(before) else chance.randint(len(before), len(after))
    old = before.ljust(len(after), b"\0")
    share = chance.choice((0.0, 0.5, 0.95, 1.0))
    sectors = range(0, cut, SECTOR)
    return b"".join((after if chance.random() < share else old)[at : at + SECTOR] for at in sectors)[:cut]


def test_a_power_cut(tmp_path: Path) -> None:
    """At any moment between two acknowledged writes: the first are there, the one under way is whole or absent."""
    path, chance = tmp_path / "memory.db", random.Random(11)
    states: list[tuple[list[bytes], int]] = []
    with Memory(f"sqlite:///{path}", embedder=HashingEmbedder(48)) as memory:
        ada, disk, store = memory.scoped(user="ada"), Disk(path), memory._store
        for n in range(24):
            size = chance.choice((1, 1, 20))
            ada.save_many([{"text": f"batch {n} of {size}", "kind": "episode"} for _ in range(size)])
            states.append((disk.read(), n))
            if n % 6 == 5:  # after it the WAL is written from its beginning again
                store._read("PRAGMA wal_checkpoint(PASSIVE)")  # type: ignore[attr-defined]
                states.append((disk.read(), n))
    disk.close()
    partial = 0
    for number, ((before, acknowledged), (after, under_way)) in enumerate(pairwise(states)):
        folder = tmp_path / f"cut-{number}"
        folder.mkdir()
        # The WAL is synced before the database is written, and that before the WAL is begun anew.
        checkpointed = before[0] != after[0]
        base = torn(before[0], after[0], chance) if checkpointed else before[0]
        log = after[1] if checkpointed else torn(before[1], after[1], chance)
        partial += log not in (before[1], after[1])
        (folder / "memory.db").write_bytes(base)
        (folder / "memory.db-wal").write_bytes(log)
        shutil.copy(str(path) + ".key", folder / "memory.db.key")
        with Memory(f"sqlite:///{folder / 'memory.db'}", embedder=HashingEmbedder(48)) as memory:
            found = everything(memory)
            memory.scoped(user="ada").save("and it goes on")
        batches: dict[int, list[str]] = {}
        for item in found["items"]:
            batches.setdefault(int(item["text"].split()[1]), []).append(item["text"])
        assert list(batches) == list(range(len(batches)))
        assert acknowledged + 1 <= len(batches) <= under_way + 1
        assert all(len(texts) == int(texts[0].split()[3]) for texts in batches.values())
        assert (found["checked"], found["broken"]) == ("ok", [[]])
        shutil.rmtree(folder)
    assert partial > 5


# -- one bad line among thousands --------------------------------------------------------------------------------------


def test_a_bad_line_in_a_large_ingest(tmp_path: Path) -> None:
    """It is named with file and line; what came before it is saved, and once it is mended the rest follows, nothing twice."""
    log, lines = (
        tmp_path / "log.jsonl",
        [json.dumps({"role": "user", "content": f"line {n}"}) for n in range(LINES)],
    )
    half = LINES // 2
    log.write_text("\n".join([*lines[:half], '{"role": "user", "content": ', *lines[half + 1 :]]))
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(InvalidInput, match=rf"log\.jsonl.*({half + 1}|{half + 1:,})\b"):
            ingest(memory, log, scope=ADA, raw=True)
        assert ada.stats().items == half
        log.write_text("\n".join(lines))
        assert ingest(memory, log, scope=ADA, raw=True).saved == LINES - half
        assert ada.stats().items == LINES


def test_a_bad_item_in_a_large_save_many(tmp_path: Path) -> None:
    """It is named by its place; the transactions of 1,000 before it are there, nothing of its own is."""
    items = [{"text": f"item {n}", "kind": "episode"} for n in range(10_000)]
    items[5_432] = {"text": "bad", "kind": "nonsense"}
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
        ada, written = memory.scoped(user="ada"), []
        with pytest.raises(InvalidInput, match=r"5,?432"):
            ada.save_many(items, progress=written.append)
        assert ada.stats().items == written[-1] == 5_000
        assert everything(memory)["broken"] == [[]]
