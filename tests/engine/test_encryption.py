"""A store with a key: nothing readable on the disk, every command works, a wrong key is told, changing and destroying it hold."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.cli import main
from holdfast.config import Setting, store_file
from holdfast.errors import ConfigError, InvalidInput, NotAStore, StoreBusy, StoreDamaged, WrongKey
from holdfast.testing import HashingEmbedder
from holdfast.verify import Ground, durability
from holdfast.verify.erase import CANARY, found, planted

needs_cipher = pytest.mark.skipif(
    find_spec("sqlcipher3") is None or find_spec("cryptography") is None,
    reason="holdfast[encryption] is not installed; CI installs it",
)
KEY, OTHER = "a5" * 32, "5a" * 32  # of 64 digits: taken as it is, so that a test need not wait for scrypt


def url(path: Path) -> str:
    """The URL of a store's file."""
    return f"sqlite:///{path}"


def opened(path: Path, key: str | None = KEY) -> Memory:
    """A store, opened with a key."""
    return Memory(url(path), embedder=HashingEmbedder(), key=key)


def made(path: Path, key: str | None = KEY) -> Path:
    """A store of one memory."""
    with opened(path, key) as memory:
        memory.scoped(user="ada").save("Prefers short answers")
    return path


def texts(path: Path, key: str | None = KEY) -> list[str]:
    """Every live text of a store."""
    with opened(path, key) as memory:
        return [item.text for item in memory.list(under=Scope.shared())]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process under a key, check how it ended and return what it printed."""

    def run(*arguments: object, code: int = 0, key: str | None = KEY) -> str:
        if key is None:
            monkeypatch.delenv("HOLDFAST_KEY", raising=False)
        else:
            monkeypatch.setenv("HOLDFAST_KEY", key)
        monkeypatch.setenv("HOLDFAST_EMBEDDER", "none")
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        printed = capsys.readouterr()
        assert ended.value.code == code, printed
        return printed.out + printed.err

    return run


def readable(folder: Path, *secrets: bytes) -> list[str]:
    """The files of a folder that hold plain text of a store, SQLite's own words, or one of some secrets."""
    plain = (CANARY, b"CREATE TABLE", b"SQLite format", *secrets)
    return [one.name for one in folder.iterdir() if any(word in one.read_bytes() for word in plain)]


@needs_cipher
@pytest.mark.parametrize("key", [KEY, "a passphrase: ünïcode, 'quotes' and \"more\""])
def test_no_byte_is_readable(tmp_path: Path, key: str) -> None:
    """Canaries in every field, while writers are open and the log is there, after closing, and in a copy: none is found."""
    store = tmp_path / "store.db"
    with opened(store, key) as memory, opened(store, key) as other:
        planted(memory, user="zqcanaryuser")
        other.scoped(team="zqcanaryteam").save("zqcanary of another opening")
        assert (tmp_path / "store.db-wal").stat().st_size > 10_000
        assert readable(tmp_path, key.encode()) == []
        memory.backup(tmp_path / "copy.db")
        assert memory.scoped(user="zqcanaryuser").search("zqcanary tea")[0].item.text.startswith("zqcanary")
        assert readable(tmp_path, key.encode()) == []
    assert readable(tmp_path, key.encode()) == []
    assert len(texts(store, key)) == 2


def test_the_scan_sees_a_plain_store(tmp_path: Path) -> None:
    """The same without a key is found in the file and in its log."""
    with opened(tmp_path / "store.db", None) as memory:
        planted(memory, user="zqcanaryuser")
        assert found(tmp_path) == ["store.db-wal"]
    assert readable(tmp_path) == ["store.db"]


@needs_cipher
@pytest.mark.parametrize("key", [OTHER, "a5" * 31, "a5" * 32 + " ", "wrong", None])
def test_a_key_that_does_not_open(tmp_path: Path, key: str | None) -> None:
    """A wrong or missing key is told, naming the file and what to do and no key; nothing changes."""
    store = made(tmp_path / "store.db")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    with pytest.raises(WrongKey, match=r"store\.db: .*HOLDFAST_KEY_FILE") as error:
        opened(store, key)
    assert key is None or key not in str(error.value)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert texts(store) == ["Prefers short answers"]


@needs_cipher
def test_a_passphrase_is_told_from_another(tmp_path: Path) -> None:
    """Also where the key was stretched."""
    store = made(tmp_path / "store.db", "correct horse")
    for key in ("correct horse ", KEY):
        with pytest.raises(WrongKey, match="not the key"):
            opened(store, key)
    assert texts(store, "correct horse") == ["Prefers short answers"]


@needs_cipher
def test_a_key_for_what_is_not_encrypted(tmp_path: Path) -> None:
    """A plain file, a store in memory, a store of one's own: told, and nothing is made."""
    store = made(tmp_path / "store.db", None)
    with pytest.raises(WrongKey, match="leave the key out"):
        opened(store)
    with pytest.raises(ConfigError, match="in memory"):
        Memory("sqlite://", key=KEY)
    with pytest.raises(ConfigError, match="not empty"):
        opened(store, "")
    assert not (tmp_path / "store.db.envelope").exists()


@needs_cipher
def test_an_envelope_that_is_missing_damaged_or_another_stores(tmp_path: Path) -> None:
    """Each is told apart from a wrong key, and doing what the message says mends it."""
    store, envelope = made(tmp_path / "store.db"), tmp_path / "store.db.envelope"
    whole = envelope.read_bytes()
    assert envelope.stat().st_mode & 0o077 == 0
    envelope.unlink()
    with pytest.raises(WrongKey, match=r"store\.db\.envelope is missing"):
        opened(store)
    with pytest.raises(NotAStore):
        opened(store, None)
    other = made(tmp_path / "other.db")
    shutil.copy(tmp_path / "other.db.envelope", envelope)
    with pytest.raises(StoreDamaged, match="another store's"):
        opened(store)
    for bad in (b"", b"{}", whole[:-20], b"\xff", b'{"holdfast": "envelope", "id": 5}'):
        envelope.write_bytes(bad)
        with pytest.raises(StoreDamaged, match="put it back"):
            opened(store)
    envelope.write_bytes(whole)
    assert texts(store) == texts(other)


@needs_cipher
def test_what_is_bound_to_the_wrapped_key(tmp_path: Path) -> None:
    """An envelope with a field changed opens nothing."""
    store, envelope = made(tmp_path / "store.db"), tmp_path / "store.db.envelope"
    whole = json.loads(envelope.read_text())
    for name in ("id", "salt", "nonce", "wrapped"):
        other = whole[name][:-1] + ("0" if whole[name][-1] != "0" else "1")
        envelope.write_text(json.dumps(whole | {name: other}))
        with pytest.raises(WrongKey, match="not the key"):
            opened(store)


def test_without_the_extra(tmp_path: Path) -> None:
    """What to install is said, for a new store and for one that is there."""
    script = (
        "import sys; sys.modules['sqlcipher3'] = None\nfrom holdfast import Memory\n"
        f"Memory({url(tmp_path / 'store.db')!r}, embedder=None, key='k')"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "ConfigError" in ran.stderr
    assert "pip install 'holdfast[encryption]'" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@needs_cipher
def test_the_key_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Any) -> None:
    """`holdfast config` says that there is one and where from; holdfast.toml may name its file and not hold it."""
    monkeypatch.chdir(tmp_path)
    for arguments in (["config"], ["config", "--json"]):
        printed = command(*arguments)
        assert (KEY in printed, "set, not shown" in printed, "HOLDFAST_KEY" in printed) == (False, True, True)
    (tmp_path / "my.key").write_text(KEY + "\n")
    (tmp_path / "holdfast.toml").write_text('store = "sqlite:///store.db"\nkey_file = "my.key"\n')
    command("save", "zqcanary", "--user", "ada", key=None)
    assert KEY not in command("config", key=None)
    assert texts(tmp_path / "store.db") == ["zqcanary"]
    (tmp_path / "my.key").write_text("\n")
    assert "not empty" in command("stats", "--all", code=8, key=None)
    (tmp_path / "my.key").unlink()
    assert "cannot be read" in command("stats", "--all", code=8, key=None)
    (tmp_path / "holdfast.toml").write_text(f'key = "{KEY}"\n')
    refused = command("stats", "--all", code=8, key=None)
    assert ("does not belong" in refused, KEY in refused) == (True, False)


@needs_cipher
@pytest.mark.slow
def test_the_commands_work_with_a_key(tmp_path: Path, command: Any) -> None:
    """Save, search, erase, export, doctor with a repair, verify on a copy; and each without the key says so."""
    store = url(tmp_path / "store.db")
    for n in range(30):
        command("save", f"harbour note {n}", "--user", "ada", "--store", store)
    assert "harbour note 3" in command("search", "note 3", "--user", "ada", "--store", store)
    command("erase", "--under", "user=ada", "--where", '{"contains": {"text": "note 3"}}', "--yes", "--store", store)  # fmt: skip
    command("export", tmp_path / "out.jsonl", "--under", "user=ada", "--store", store)
    assert "Nothing is wrong" in command("doctor", "--repair", "--store", store)
    for name in ("chain", "rebuild", "erase", "isolation", "offline", "timetravel"):
        command("verify", name, "--store", store)
    command("verify", "durability", "--store", store, "--processes", 2, "--operations", 24, "--kills", 2)
    (tmp_path / "out.jsonl").unlink()
    assert readable(tmp_path, b"harbour") == []
    for arguments in (
        ("doctor",),
        ("stats", "--all"),
        ("verify", "chain"),
        ("encryption", "destroy-key", "--yes"),
    ):
        assert "WrongKey" in command(*arguments, "--store", store, "--json", code=6, key=OTHER)
        assert "WrongKey" in command(*arguments, "--store", store, "--json", code=6, key=None)
    command("doctor", "--store", store)


@needs_cipher
def test_damage_is_found_under_encryption(tmp_path: Path, command: Any) -> None:
    """A flipped bit fails its page's check: doctor names it, and reading says that the file is damaged."""
    store = made(tmp_path / "store.db")
    with opened(store) as memory:
        memory.scoped(user="ada").save_many(
            {"text": f"note {n} " * 50, "kind": "episode"} for n in range(200)
        )
    whole = bytearray(store.read_bytes())
    whole[len(whole) // 2] ^= 1
    store.write_bytes(whole)
    assert "restore" in command("doctor", "--store", url(store), code=6)
    with pytest.raises(StoreDamaged):
        texts(store)


@needs_cipher
@pytest.mark.slow
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Writers of an encrypted store killed again and again, as of a plain one."""
    tried = durability.check(Ground(tmp_path, processes=4, operations=60, kills=8, key=KEY))
    assert tried.findings == ()


# -- copies --------------------------------------------------------------------------------------------------------


@needs_cipher
def test_a_copy_says_which_key_it_needs(tmp_path: Path, command: Any) -> None:
    """It holds only the id; with the store's envelope there or beside it, it is put back, else the id is named."""
    store, copy, elsewhere = (tmp_path / one for one in ("store.db", "copy.db", "elsewhere.db"))
    made(store)
    id = json.loads((tmp_path / "store.db.envelope").read_text())["id"]
    assert id in command("backup", "create", copy, "--store", url(store))
    assert json.loads((tmp_path / "copy.db.envelope").read_text()) == {"holdfast": "envelope", "id": id}
    with opened(store) as memory:
        memory.scoped(user="ada").save("After the copy")
    command("backup", "apply", copy, "--store", url(store), "--replace")
    assert texts(store) == ["Prefers short answers"]
    for key in (OTHER, None):
        command("backup", "apply", copy, "--store", url(store), "--replace", code=6, key=key)
    with pytest.raises(WrongKey, match=id):
        opened(copy)
    assert id in command("backup", "apply", copy, "--store", url(elsewhere), code=6)
    assert not list(tmp_path.glob("elsewhere*"))
    shutil.copy(tmp_path / "store.db.envelope", tmp_path / "copy.db.envelope")
    command("backup", "apply", copy, "--store", url(elsewhere))
    assert texts(elsewhere) == texts(copy) == texts(store)


@needs_cipher
def test_copies_that_do_not_fit_their_place(tmp_path: Path, command: Any) -> None:
    """Plain into encrypted, encrypted into plain, another store's: refused, and what is there stays."""
    store, plain, other = (tmp_path / one for one in ("store.db", "plain.db", "other.db"))
    made(store), made(plain, None), made(other)
    command("backup", "create", tmp_path / "copy.db", "--store", url(store))
    command("backup", "create", tmp_path / "plain-copy.db", "--store", url(plain), key=None)
    shutil.copy(tmp_path / "store.db.envelope", tmp_path / "copy.db.envelope")
    for copy, place in (("copy", plain), ("copy", other), ("plain-copy", store)):
        command("backup", "apply", tmp_path / f"{copy}.db", "--store", url(place), "--replace", code=6)
    command("backup", "apply", tmp_path / "plain-copy.db", "--store", url(store), "--replace", code=6, key=None)  # fmt: skip
    assert texts(plain, None) == texts(store) == texts(other)
    (tmp_path / "copy.db").unlink()
    with opened(other) as memory, pytest.raises(InvalidInput, match="another store"):
        memory.backup(tmp_path / "copy.db")


# -- changing and destroying -----------------------------------------------------------------------------------------


@needs_cipher
def test_changing_the_key(tmp_path: Path, command: Any) -> None:
    """The new one opens store and older copies, the old one neither; who has it open goes on; the file is not written."""
    store, new = made(tmp_path / "store.db"), tmp_path / "new.key"
    new.write_text("a new passphrase\n")
    command("backup", "create", tmp_path / "copy.db", "--store", url(store))
    before = store.read_bytes()
    with opened(store) as memory:
        command("encryption", "change-key", "--to", new, "--store", url(store), "--json")
        assert store.read_bytes() == before
        memory.scoped(user="ada").save("goes on")
    with pytest.raises(WrongKey):
        opened(store)
    assert len(texts(store, "a new passphrase")) == 2
    command("backup", "apply", tmp_path / "copy.db", "--store", url(store), "--replace", key="a new passphrase")  # fmt: skip
    assert texts(store, "a new passphrase") == ["Prefers short answers"]
    command(
        "encryption", "change-key", "--to", new, "--store", url(store), code=6
    )  # it is not that key any more
    command(
        "encryption", "change-key", "--store", url(store), code=2, key="a new passphrase"
    )  # no terminal to ask


KILLED = """
import os, signal, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from holdfast import config
step, seen = int(sys.argv[1]), 0
def count(event, arguments):
    global seen
    if event in ("open", "os.rename", "os.remove", "os.link"):
        seen += 1
        if seen == step:
            os.kill(os.getpid(), signal.SIGKILL)
file = config.store_file(config.Setting("store", sys.argv[2], "argument"), key=sys.argv[3])
sys.addaudithook(count)
file.change_key(sys.argv[4])
print(seen)
"""


@needs_cipher
@pytest.mark.slow
def test_a_killed_change_leaves_one_of_both_keys(tmp_path: Path) -> None:
    """Killed before each step that touches a file: exactly one key opens the store, and another change succeeds."""
    store, step, old, outcomes = made(tmp_path / "store.db"), 1, KEY, set()
    while True:
        new = OTHER if old == KEY else KEY
        ran = subprocess.run(
            [sys.executable, "-c", KILLED, str(step), url(store), old, new], capture_output=True, check=False
        )
        works = []
        for key in (old, new):
            with contextlib.suppress(WrongKey):
                works.append((key, texts(store, key)))
        assert len(works) == 1, (step, ran.stderr)
        outcomes.add(works[0][0] == new)
        if ran.returncode == 0:
            break
        assert ran.returncode == -signal.SIGKILL, ran.stderr
        old, step = works[0][0], step + 1
    assert outcomes == {False, True}
    assert step > 3


@needs_cipher
def test_destroying_the_key(tmp_path: Path, command: Any) -> None:
    """Nothing opens the store or its copies any more, with any key; and nothing of the data key is left in the files."""
    from holdfast.stores.envelope import Envelope

    store, copy = made(tmp_path / "store.db"), tmp_path / "copy.db"
    envelope = Envelope.read(store)
    assert envelope is not None
    command("backup", "create", copy, "--store", url(store))
    (tmp_path / "store.db.envelope.new").write_text("of a change that was killed: " + envelope.wrapped)
    command("encryption", "destroy-key", "--store", url(store))
    assert texts(store) == ["Prefers short answers"]
    with opened(store):
        command("encryption", "destroy-key", "--yes", "--store", url(store), code=6)
    assert texts(store) == ["Prefers short answers"]
    command("encryption", "destroy-key", "--yes", "--store", url(store))
    secret = envelope.opened(KEY, store)
    assert readable(tmp_path, envelope.wrapped.encode(), secret, secret.hex().encode()) == []
    for key in (KEY, OTHER, None):
        with pytest.raises(WrongKey):
            opened(store, key)
        with pytest.raises(WrongKey):
            opened(copy, key)
        for place in (store, tmp_path / "elsewhere.db"):
            command("backup", "apply", copy, "--store", url(place), "--replace", code=6, key=key)
    command("encryption", "change-key", "--to", __file__, "--store", url(store), code=6)
    with pytest.raises(WrongKey, match="was destroyed at 20"):
        opened(store)


@needs_cipher
def test_a_store_in_use_keeps_its_key(tmp_path: Path) -> None:
    """Another process that has the store open is not left writing what nobody can read."""
    from holdfast import config

    store = made(tmp_path / "store.db")
    holding = (
        "import sys\nfrom holdfast import Memory\nmemory = Memory(sys.argv[1], embedder=None)\n"
        "print('open', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "HOLDFAST_KEY": KEY}
    with subprocess.Popen(
        [sys.executable, "-c", holding, url(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        file = config.store_file(config.Setting("store", url(store), "argument"), key=KEY)
        with pytest.raises(StoreBusy, match="open"):
            file.destroy_key()
        process.kill()
    assert texts(store) == ["Prefers short answers"]


@needs_cipher
def test_many_processes_make_one_store(tmp_path: Path) -> None:
    """Processes that open a new store at once agree on one data key, and all their memories are there."""
    script = (
        "import sys\nfrom holdfast import Memory\n"
        "with Memory(sys.argv[1], embedder=None) as memory:\n    memory.scoped(user='ada').save(sys.argv[2])"
    )
    environment = {**os.environ, "HOLDFAST_KEY": KEY}
    store = tmp_path / "store.db"
    processes = [
        subprocess.Popen([sys.executable, "-c", script, url(store), f"memory {n}"], env=environment)
        for n in range(6)
    ]
    assert [one.wait() for one in processes] == [0] * 6
    assert sorted(texts(store)) == [f"memory {n}" for n in range(6)]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["store.db", "store.db.envelope", "store.db.key"]


@needs_cipher
def test_a_statement_is_planned_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked before is not planned anew: SQLCipher's SQLite does so each time for a plain parameter of LIMIT."""
    from holdfast.stores.sqlite_access import cipher

    planned: list[Any] = []

    def noted(*what: object) -> int:
        planned.append(what)
        return 0

    def connect(*arguments: Any, **named: Any) -> Any:
        db = connected(*arguments, **named)
        db.set_authorizer(noted)  # SQLite asks it about every statement that it plans
        return db

    connected = cipher.connect
    monkeypatch.setattr(cipher, "connect", connect)
    with opened(tmp_path / "x.db") as memory:
        ada = memory.scoped(user="ada")
        for n in range(12):
            if n == 11:
                planned.clear()
            ada.save(f"port {n}", slot="server.port", value=n)
            kept = ada.save(f"the river is wide {n}")
            answers = ada.search("how wide is the river?", k=2), ada.list(limit=5).items, ada.stats()
            assert all(
                (
                    *answers,
                    ada.get(kept.id),
                    ada.current("server.port"),
                    ada.history(slot="server.port").items,
                )
            )
    assert planned == []


@needs_cipher
def test_verify_erase_reads_the_pages_decrypted(tmp_path: Path) -> None:
    """What is in a page of the file or of its log is found there, deleted or not, and nothing once it was erased."""
    path = tmp_path / "x.db"
    file = store_file(Setting("store", url(path), "argument"), None, KEY)
    with opened(path) as memory:
        ada = memory.scoped(user="ada")
        ada.save_many([{"text": f"note {n} on tea " * 20} for n in range(200)])
        ada.delete(planted(memory, user="ada"))
        assert (found(tmp_path), found(tmp_path, file)) == ([], ["a page, decrypted"])
    assert found(tmp_path, file)
    with opened(path) as memory:
        memory.erase(under=Scope(user="ada"))
    assert found(tmp_path, file) == []
    assert b"CREATE TABLE" in file.bare()
