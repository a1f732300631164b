"""Files that are not ours, newer, broken, missing, not writable or on a full disk: a clear error, and nothing half-written."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from holdfast import Memory, Scope
from holdfast.errors import NewerStore, NotAStore, StoreDamaged, StoreError, StoreFull, StoreReadOnly
from holdfast.testing import HashingEmbedder

ROOT = Path(__file__).resolve().parents[2]


def opened(path: Path) -> Memory:
    """Open a store in a file."""
    return Memory(f"sqlite:///{path}", embedder=HashingEmbedder())


def filled(path: Path, count: int = 50) -> list[str]:
    """Make a store with some memories, and return their texts, newest first."""
    with opened(path) as memory:
        memory.scoped(user="ada").save_many([{"text": f"note {n} " + "word " * 50} for n in range(count)])
        return [item.text for item in memory.scoped(user="ada").list(limit=1_000)]


@pytest.mark.parametrize(
    "content", [b"hello, I am a text file\n" * 100, b"\x00\xff" * 5_000, b"%PDF-1.7\n" + b"x" * 2_000]
)
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    """It is refused by name, and not a byte of it is changed."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(NotAStore, match=r"notes\.txt"):
        opened(path)
    assert path.read_bytes() == content
    assert [one.name for one in tmp_path.iterdir()] == ["notes.txt"]


def test_a_database_of_another_program(tmp_path: Path) -> None:
    """It is refused and left as it was, without files beside it."""
    path = tmp_path / "browser.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
        db.execute("INSERT INTO bookmarks VALUES ('x')")
    db.close()
    before = path.read_bytes()
    with pytest.raises(NotAStore, match=r"another program.*another path"):
        opened(path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["browser.db"]


def test_a_store_of_a_newer_version(tmp_path: Path) -> None:
    """It is refused with the advice to upgrade, and not touched."""
    path = tmp_path / "memory.db"
    filled(path, 2)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 4711")
    db.close()
    with pytest.raises(NewerStore, match=r"4711.*upgrade"):
        opened(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (4711,)


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    """As made by `touch` or tempfile."""
    path = tmp_path / "memory.db"
    path.touch()
    assert filled(path, 1)
    assert stat.S_IMODE((tmp_path / "memory.db.key").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="files have no such modes here")
def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    """What users said is for nobody else on the machine to read, whatever the umask; one who opens up the file is left to it."""
    path, before = tmp_path / "memory.db", os.umask(0)
    try:
        with opened(path) as memory:
            memory.scoped(user="ada").save("I live in Oslo")
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("memory.db", "memory.db-wal", "memory.db-shm", "memory.db.key"), 0o600)
    path.chmod(0o640)
    filled(path, 1)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_damaged_file(tmp_path: Path) -> None:
    """Garbage in the middle of the file is reported as damage or not met, and never answered as data."""
    path = tmp_path / "memory.db"
    texts = filled(path, 200)
    pages = path.read_bytes()
    met = 0
    for at in range(1, len(pages) // 4096, 3):
        path.write_bytes(pages[: at * 4096] + b"\xa5" * 4096 + pages[(at + 1) * 4096 :])
        for name in ("memory.db-wal", "memory.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        try:
            with opened(path) as memory:
                ada = memory.scoped(user="ada")
                assert {item.text for item in ada.list(limit=1_000)} <= set(texts)
                assert {hit.text for hit in ada.search("note word", k=300)} <= set(texts)
        except StoreError as error:
            met += "memory.db" in str(error)
    assert met >= 3


def test_a_cut_file(tmp_path: Path) -> None:
    """Half a store is damaged, not empty."""
    path = tmp_path / "memory.db"
    filled(path, 200)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    def use() -> None:
        with opened(path) as memory:
            memory.scoped(user="ada").list(limit=1_000)
            memory.scoped(user="ada").search("note", k=300)
            memory.scoped(user="ada").save("one more")

    with pytest.raises((StoreDamaged, NotAStore), match=r"memory\.db"):
        use()


def test_a_key_file_that_is_broken_or_gone(tmp_path: Path) -> None:
    """A broken key is named; without its key a store goes on with a new one."""
    path = tmp_path / "memory.db"
    texts = filled(path, 2)
    key = tmp_path / "memory.db.key"
    for content in ("", "zz", "00" * 31, "00" * 33):
        key.write_text(content)
        with pytest.raises(StoreDamaged, match=r"memory\.db\.key"):
            opened(path)
    key.unlink()
    with opened(path) as memory:
        assert [item.text for item in memory.scoped(user="ada").list()] == texts
        memory.scoped(user="ada").save("one more")


def test_a_missing_folder(tmp_path: Path) -> None:
    """The folder is named, and not made."""
    with pytest.raises(StoreReadOnly, match=r"nowhere: no such folder"):
        opened(tmp_path / "nowhere" / "memory.db")
    assert not (tmp_path / "nowhere").exists()


def test_a_path_that_cannot_be_a_file(tmp_path: Path) -> None:
    """A folder where the file should be, and a file where the folder should be."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    for path in (tmp_path / "folder", tmp_path / "file" / "memory.db"):
        with pytest.raises(StoreReadOnly, match=path.name if path.name == "folder" else "file"):
            opened(path)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user of the machine can reach, as pytest's own is not."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


def run(code: str, *arguments: str) -> list[dict[str, str]]:
    """Run code in a process of its own, and return the JSON lines it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


# Everything is imported and used once before the rights are given up: an ordinary user may not read the sources.
UNPRIVILEGED = """
import json, os, sys, tempfile
from holdfast import Memory, Scope
from holdfast.errors import HoldfastError
def use(url, write):
    memory = Memory(url, embedder=None)
    ada = memory.scoped(user="ada")
    found = ada.search("note") and ada.list()
    if write:
        ada.save("one more note")
    memory.close()
with tempfile.TemporaryDirectory() as folder:
    for _ in range(2):
        use(f"sqlite:///{folder}/warm.db", True)
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
for write in (False, True):
    try:
        use("sqlite:///" + sys.argv[1], write)
        print(json.dumps({"error": None}))
    except HoldfastError as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}))
"""


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_store_that_cannot_be_written(open_folder: Path, what: str) -> None:
    """A file or folder without the right to write is refused with what to check, and stays as it is."""
    path = open_folder / "memory.db"
    texts = filled(path, 3)
    for one in open_folder.iterdir():
        one.chmod(0o444)
    open_folder.chmod(0o555 if what == "folder" else 0o777)
    before = path.read_bytes()
    for told in run(UNPRIVILEGED, str(path)):
        assert told["error"] == "StoreReadOnly", told
        assert "memory.db" in told["message"]
        assert "rights" in told["message"]
    assert path.read_bytes() == before
    open_folder.chmod(0o755)
    for one in open_folder.iterdir():
        one.chmod(0o644)
    with opened(path) as memory:
        assert [item.text for item in memory.scoped(user="ada").list()] == texts


def test_a_key_that_may_not_be_read(open_folder: Path) -> None:
    """The key is its owner's; another user of the machine is told so, and nothing is changed."""
    path = open_folder / "memory.db"
    filled(path, 1)
    open_folder.chmod(0o777)
    for one in open_folder.iterdir():
        one.chmod(0o000 if one.suffix == ".key" else 0o666)
    before = path.read_bytes()
    for told in run(UNPRIVILEGED, str(path)):
        assert told["error"] == "StoreReadOnly", told
        assert "memory.db.key" in told["message"]
    assert path.read_bytes() == before


def test_a_new_store_where_nothing_may_be_written(open_folder: Path) -> None:
    """A new file in a folder that cannot be written to is refused the same way."""
    open_folder.chmod(0o555)
    for told in run(UNPRIVILEGED, str(open_folder / "memory.db")):
        assert told["error"] == "StoreReadOnly", told
    assert list(open_folder.iterdir()) == []


def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    """With no page left a batch fails as StoreFull, whole, and the store reads on; with room again it writes on."""
    path = tmp_path / "memory.db"
    texts = filled(path)
    with opened(path) as memory:
        ada = memory.scoped(user="ada")
        # SQLite's own limit on pages gives the very error a full disk gives.
        limit = memory._store._writer_connection()
        used = limit.execute("PRAGMA page_count").fetchone()[0]
        limit.execute(f"PRAGMA max_page_count = {used + 3}")
        with pytest.raises(StoreFull, match=r"memory\.db: no space left"):
            ada.save_many([{"text": f"more {n} " + "word " * 500} for n in range(200)])
        assert [item.text for item in ada.list(limit=1_000)] == texts
        assert {hit.text for hit in ada.search("more note", k=300)} == set(texts)
        limit.execute("PRAGMA max_page_count = 1000000")
        ada.save("room again")
        assert len(ada.list(limit=1_000)) == len(texts) + 1


LIMITED = """
import json, resource, signal, sys
from holdfast import Memory, Scope
from holdfast.errors import StoreError
memory = Memory("sqlite:///" + sys.argv[1], embedder=None)
ada = memory.scoped(user="ada")
ada.save("note 0")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
wrote = 1
while True:
    try:
        ada.save_many([{"text": f"note {wrote + n} " + "word " * 50, "kind": "episode"} for n in range(20)])
    except StoreError as error:
        print(json.dumps({"wrote": wrote, "error": type(error).__name__, "message": str(error)}))
        break
    wrote += 20
print(json.dumps({"there": ada.stats().items, "found": len(ada.search("note", k=1_000))}))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
ada.save("room again")
memory.close()
"""


def test_a_disk_that_fills_up(tmp_path: Path) -> None:
    """A process whose files may not grow is told so; what was acknowledged is there, the failed batch is not at all."""
    path = tmp_path / "memory.db"
    failed, after = run(LIMITED, str(path))
    assert failed["error"] in ("StoreFull", "StoreError")
    assert "memory.db" in failed["message"]
    assert after == {"there": failed["wrote"], "found": failed["wrote"]}
    with opened(path) as memory:
        assert memory.scoped(user="ada").stats().items == failed["wrote"] + 1
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_program_that_goes_to_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path means the file it meant when the memory was opened, for every thread and whatever is mounted."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with Memory("sqlite:///book.db", embedder=None) as book:
        book.save("the desk is open at noon", scope=Scope.shared())
    with Memory("sqlite:///a.db", embedder=None, mounts={"book": "sqlite:///book.db"}) as memory:
        ada = memory.scoped(user="ada")
        monkeypatch.chdir("elsewhere")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(ada.save, ["tea", "milk"]))
            found = list(pool.map(ada.search, ["tea", "milk", "desk"]))
        assert [hits[0].text for hits in found] == ["tea", "milk", "the desk is open at noon"]
    assert not list((tmp_path / "elsewhere").iterdir())
    Memory("sqlite:///:memory:", embedder=None).close()
    assert not list((tmp_path / "elsewhere").iterdir())


def test_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spaces, percent signs, question marks and other scripts in a path are only characters; relative paths work."""
    monkeypatch.chdir(tmp_path)
    for name in ("my notes.db", "100%.db", "what?.db", "#1.db", "Größe 記憶.db"):
        filled(tmp_path / name, 1)
        assert (tmp_path / name).exists()
        with Memory(f"sqlite:///{name}", embedder=None) as memory:
            assert memory.scoped(user="ada").stats().items == 1
