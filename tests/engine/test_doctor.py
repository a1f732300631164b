"""Damage of every kind in real files: found, named, mended where it is derived, and told what to do where it is not."""

from __future__ import annotations

import contextlib
import functools
import json
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.cli import main
from holdfast.errors import StoreError
from holdfast.testing import FrozenClock, HashingEmbedder

LATER = datetime.now(UTC) + timedelta(hours=1)


@functools.cache
def written() -> tuple[bytes, str]:
    """Return the file and key of a store with slots, links, corrections, a deletion and an erasure."""
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "store.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        for user in ("ada", "bob"):
            caller = memory.scoped(user=user)
            items = [
                caller.save(f"The server of {user} is on port {n}", slot="server.port", value=n)
                for n in range(9)
            ]
            caller.save_many({"text": f"Note {n} on tea " * 20, "kind": "episode"} for n in range(60))
            caller.save("A summary", source={"lineage": [items[0].id]})
            caller.update(items[8].id, text="It is on port 99", value=99)
            caller.delete(caller.save("gone").id)
            caller.erase(caller.save("erased").id)
    with folder:
        return path.read_bytes(), path.with_name("store.db.key").read_text()


def made(folder: Path) -> Path:
    """Put that store into a folder, and return its file."""
    path, (whole, key) = folder / "store.db", written()
    path.write_bytes(whole)
    path.with_name("store.db.key").write_text(key)
    return path


def doctor(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """Run the command and return its exit code and answer."""
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--store", f"sqlite:///{path}", "--json", *options])
    return int(ended.value.code or 0), json.loads(capsys.readouterr().out)


def answers(path: Path) -> list[str]:
    """What a caller finds, by words, in the history and in a slot, at one moment: what decays scores less each second."""
    with Memory(f"sqlite:///{path}", embedder=None, clock=FrozenClock(LATER)) as memory:
        ada = memory.scoped(user="ada")
        hits = [hit.to_json() for hit in ada.search("server port tea", k=20)]
        history = [change.to_json() for change in ada.history(slot="server.port")]
        return [json.dumps(one) for one in (hits, history, ada.current("server.port").to_json())]


def damage(path: Path, *statements: str) -> None:
    """Run SQL on a file behind the store's back."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        for one in statements:
            db.execute(one)
        db.commit()


DERIVED = {
    "missing words": (["DELETE FROM terms WHERE key % 3 = 0"], "missing index rows"),
    "other words": (["UPDATE terms SET terms = zeroblob(16) WHERE key % 7 = 0"], "changed index rows"),
    "words of nothing": (["INSERT INTO terms VALUES (99999999999, 1, 0, x'')"], "extra index rows"),
    "a slot's holder lost": (["DELETE FROM slots"], "missing index rows"),
    "an ended version open again": (["DELETE FROM closed WHERE key % 2 = 0"], "missing index rows"),
    "a link lost": (["DELETE FROM links"], "missing index rows"),
    "a stale position": (["UPDATE scopes SET position = 40, last_known = (SELECT known_from FROM versions v WHERE v.key = (scope_id << 32 | 40)), head = (SELECT mac FROM versions v WHERE v.key = (scope_id << 32 | 40))"], "stale generation counter"),
    "a stale known time": (["UPDATE scopes SET last_known = 5"], "stale generation counter"),
    "a table lost": (["DROP TABLE terms"], "missing table or index"),
    "an index lost": (["DROP INDEX versions_by_item"], "missing table or index"),
    "a migration begun": (["PRAGMA user_version = 3", "DELETE FROM migrations WHERE name = '0004-erased'", "DELETE FROM erased"], "half-applied migration"),
    "a vector of another model": (["INSERT INTO models VALUES (7, 'other', 4)", "INSERT INTO vectors SELECT key, 8, x'00', NULL FROM terms LIMIT 3"], "vectors of another model"),
    "an erasure not swept": (["INSERT INTO meta VALUES ('unswept', 'rewrite')"], "unswept erasure"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DERIVED)
def test_what_is_derived_is_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """It is found and named without a change to the file, then mended, and the answers are those from before."""
    path = made(tmp_path)
    if kind == "a migration begun":  # in a file in which nothing was erased yet
        with contextlib.closing(sqlite3.connect(path)) as db:
            gone = [key for (key,) in db.execute("SELECT key FROM erased")]
        assert gone
        path = fresh(tmp_path)
    before = answers(path)
    statements, named = DERIVED[kind]
    damage(path, *statements)
    bytes_before = path.read_bytes()
    code, told = doctor(capsys, path)
    assert (code, named in [one["what"] for one in told["found"]]) == (1, True), told
    assert path.read_bytes() == bytes_before
    code, told = doctor(capsys, path, "--repair")
    assert (code, told["found"]) == (0, []), told
    assert named in [one["what"] for one in told["repaired"]]
    assert answers(path) == before
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        memory.scoped(user="ada").save("and it goes on")
    assert doctor(capsys, path) == (0, {"repaired": [], "found": []})


def fresh(folder: Path) -> Path:
    """Write a small store without an erasure."""
    path = folder / "fresh.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        memory.scoped(user="ada").save("The server is on port 1", slot="server.port", value=1)
    return path


TRUE = {
    "a text changed": (["UPDATE versions SET text = 'other' WHERE key & 0xFFFFFFFF = 5"], "version changed or lost"),
    "a version lost": (["DELETE FROM versions WHERE key & 0xFFFFFFFF = 5"], "version changed or lost"),
    "the end cut off": (["DELETE FROM versions WHERE key & 0xFFFFFFFF > 70"], "version changed or lost"),
    "a scope lost": (["DELETE FROM scopes WHERE scope_id = 2"], "orphaned rows"),
    "a table of the truth lost": (["DROP TABLE tombstones"], "missing table or index"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TRUE)
def test_what_is_true_is_never_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """A version changed or lost is named, the file stays as it is under --repair too, and a backup is asked for."""
    path = made(tmp_path)
    statements, named = TRUE[kind]
    damage(path, *statements, "DELETE FROM links")
    left = path.read_bytes()
    for options in ((), ("--repair",)):
        code, told = doctor(capsys, path, *options)
        assert code == 6
        advice = [one["advice"] for one in told["found"] if one["what"] == named]
        assert advice
        assert all("backup" in one for one in advice)
    assert path.read_bytes() == left


@pytest.mark.parametrize("place", ["header", "middle", "end"])
def test_flipped_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str) -> None:
    """A file with broken pages, which may not open at all, is looked at and named."""
    path = made(tmp_path)
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    broken = {
        "header": b"\0" * 100 + whole[100:],
        "middle": whole[:middle] + b"\xa5" * 8192 + whole[middle + 8192 :],
        "end": whole[:middle],
    }[place]
    path.write_bytes(broken)
    for options in ((), ("--repair",)):
        code, told = doctor(capsys, path, *options)
        assert code == 6
        assert {one["what"] for one in told["found"]} & {"no database", "flipped bytes", "unreadable"}
    if place == "header":
        with pytest.raises(StoreError):
            Memory(f"sqlite:///{path}")
    assert path.read_bytes() == broken


def test_rows_missing_from_an_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """SQLite's own index without some of its rows is made again."""
    path = made(tmp_path)
    before = answers(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'versions_by_twin'").fetchone()
        db.execute("PRAGMA writable_schema = ON")
        definition = "SELECT sql FROM sqlite_master WHERE name = 'versions_by_twin'"
        (sql,) = db.execute(definition).fetchone()
        # Under another condition rows are left out of the index; then the condition is what it was.
        change = "UPDATE sqlite_master SET sql = ? WHERE name = 'versions_by_twin'"
        db.execute(change, (sql.replace("twin IS NOT NULL", "twin < 0"),))
        db.commit()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("REINDEX versions_by_twin")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'versions_by_twin'", (sql,))
        db.commit()
    assert root
    code, told = doctor(capsys, path)
    assert (code, [one["what"] for one in told["found"]]) == (1, ["index out of step"])
    assert doctor(capsys, path, "--repair")[0] == 0
    assert answers(path) == before


@pytest.mark.parametrize("key", ["missing", "damaged", "of another store"])
def test_the_key_beside_the_store(tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str) -> None:
    """What is wrong with the key file is named, also where the store does not open with it."""
    path = made(tmp_path)
    file = path.with_name(path.name + ".key")
    whole = file.read_text()
    if key == "missing":
        file.unlink()
    else:
        file.write_text("nonsense" if key == "damaged" else "ab" * 32)
    code, told = doctor(capsys, path)
    assert (code, [one["what"].startswith("key file") for one in told["found"]]) == (1, [True])
    file.write_text(whole)
    assert doctor(capsys, path)[0] == 0


WRITER = """
import sys
import tempfile
from holdfast import Memory
memory = Memory(sys.argv[1], embedder=None).scoped(user="ada")
for n in range(9):
    memory.save(f"memory {n}", kind="episode")
print("written", flush=True)
sys.stdin.read()
"""


def test_the_log_of_a_killed_process(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A write-ahead log left behind is told as what it is, is no damage, and with --repair is taken over."""
    path = made(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, f"sqlite:///{path}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    log = path.with_name(path.name + "-wal")
    size = log.stat().st_size
    assert size
    code, told = doctor(capsys, path)
    assert (code, [one["what"] for one in told["found"]]) == (0, ["write-ahead log"])
    assert log.stat().st_size == size
    assert doctor(capsys, path, "--repair")[1]["found"] == []
    assert not log.exists() or not log.stat().st_size


def test_vectors_are_compared_and_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --deep a vector that is not its text's is found, and --repair makes it anew with the store's model."""
    path = tmp_path / "store.db"
    with Memory(f"sqlite:///{path}", clock=FrozenClock(LATER)) as memory:
        memory.scoped(user="ada").save_many({"text": f"Note {n}. It is on tea."} for n in range(5))
        before = [hit.to_json() for hit in memory.scoped(user="ada").search("a hot drink")]
    damage(path, "UPDATE vectors SET vector = (SELECT vector FROM vectors LIMIT 1)")
    assert doctor(capsys, path)[0] == 0
    code, told = doctor(capsys, path, "--deep")
    assert (code, told["found"][0]["what"], told["found"][0]["times"]) == (1, "changed index rows", 4)
    assert doctor(capsys, path, "--deep", "--repair")[0] == 0
    with Memory(f"sqlite:///{path}", clock=FrozenClock(LATER)) as memory:
        assert [hit.to_json() for hit in memory.scoped(user="ada").search("a hot drink")] == before


def test_what_is_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another program's database, a newer schema, no file: told, and nothing is made of them."""
    damage(tmp_path / "other.db", "CREATE TABLE other (x)")
    assert doctor(capsys, tmp_path / "other.db", "--repair")[0] == 6
    path = made(tmp_path)
    damage(path, "PRAGMA user_version = 999")
    assert doctor(capsys, path, "--repair")[1]["found"][0]["what"] == "newer schema"
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--store", f"sqlite:///{tmp_path / 'none.db'}"])
    assert ended.value.code == 2
    assert not (tmp_path / "none.db").exists()


def test_a_store_of_every_kind_of_history_is_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Moves, merges, undone changes, summaries, erased scopes and drafts leave nothing that looks like damage."""
    from holdfast.verify.isolation import SCOPES, run

    run(tmp_path, *SCOPES["one more label"], HashingEmbedder(32))
    path = tmp_path / "with.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        memory.erase(under=Scope(project="api"))
        moved = memory.scoped(user="ada", team="core").save("moves")
        memory.scoped(user="ada", team="core").update(moved.id, scope=("user",))
    assert doctor(capsys, path) == (0, {"repaired": [], "found": []})
