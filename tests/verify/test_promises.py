"""`holdfast verify`: each promise holds, on generated stores and on a copy of a store; and each check can fail."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.cli import main
from holdfast.testing import FrozenClock
from holdfast.verify.timetravel import History

SMALL = ("--processes", "2", "--operations", "24", "--kills", "2", "--histories", "8")


def verify(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    """Run the command and return its exit code and what it printed as JSON."""
    with pytest.raises(SystemExit) as ended:
        main(["verify", *(str(one) for one in arguments), "--json"])
    printed = capsys.readouterr()
    return int(ended.value.code or 0), json.loads(printed.out or printed.err)


def store(folder: Path, **given: Any) -> Path:
    """Write a store of two users and a team, with a past, and return its file."""
    path = folder / "store.db"
    with Memory(f"sqlite:///{path}", **given) as memory:
        for labels in ({"user": "ada"}, {"user": "bob"}, {"user": "ada", "team": "core"}):
            caller = memory.scoped(**labels)
            for n in range(5):
                caller.save(f"The server is on port {n}", slot="server.port", value=n)
            caller.save_many({"text": f"Note {n} on tea", "kind": "episode"} for n in range(20))
            caller.delete(caller.save("gone").id)
            caller.erase(caller.save("erased").id)
    return path


def damage(path: Path, *statements: str) -> None:
    """Run SQL on a file behind the store's back."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        for one in statements:
            db.execute(one)
        db.commit()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["erase", "durability", "timetravel", "chain", "rebuild", "offline"])
def test_it_holds(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """On a generated store, with evidence that something was tried. (Isolation has a module of its own.)"""
    code, (evidence,) = verify(capsys, name, *SMALL)
    assert (code, evidence["name"], evidence["findings"]) == (0, name, [])
    assert evidence["times"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("embedder", ["minilm", None])
def test_it_holds_on_a_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str], embedder: str | None) -> None:
    """All of them on a copy of a store, which itself is not touched."""
    path = store(tmp_path, embedder=embedder)
    before = path.read_bytes(), sorted(one.name for one in tmp_path.iterdir())
    names = ["all"] if embedder is None else ["rebuild"]
    for name in names:
        code, found = verify(capsys, name, "--store", f"sqlite:///{path}", *SMALL)
        assert (code, [one["findings"] for one in found]) == (0, [[] for _ in found]), found
        assert all(one["times"] > 10 for one in found)
    assert (path.read_bytes(), sorted(one.name for one in tmp_path.iterdir())) == before


def test_a_cut_is_found_against_a_head(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The end taken off with all that points to it leaves a whole chain; the head that was kept tells. Going on does not."""
    path = store(tmp_path, embedder=None)
    url, head = f"sqlite:///{path}", tmp_path / "head.json"
    code, printed = verify(capsys, "chain", "--store", url, "--print-head")
    assert (code, "user" in json.dumps(printed)) == (0, False)
    head.write_text(json.dumps(printed))
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="bob").save("and it goes on")
        memory.scoped(user="bob").erase(where={"contains": {"text": "Note 3"}})
    assert verify(capsys, "chain", "--store", url, "--head", head)[0] == 0
    last = "SELECT mac FROM versions WHERE key = (1 << 32 | 20)"
    damage(
        path,
        f"UPDATE scopes SET position = 20, head = ({last}) WHERE scope_id = 1",
        "DELETE FROM versions WHERE key > (1 << 32 | 20) AND key < 2 << 32",
        "DELETE FROM erased WHERE key > (1 << 32 | 20) AND key < 2 << 32",
    )
    assert verify(capsys, "chain", "--store", url)[0] == 0
    code, (evidence,) = verify(capsys, "chain", "--store", url, "--head", head)
    assert (code, "cut off" in evidence["findings"][0]) == (1, True)


def test_each_check_can_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A derived row changed and a version changed: told, by exit code and by name."""
    path = store(tmp_path, embedder=None)
    url = f"sqlite:///{path}"
    damage(path, "UPDATE closed SET known_to = known_to - 1", "DELETE FROM terms WHERE key & 1")
    code, (evidence,) = verify(capsys, "rebuild", "--store", url)
    assert (code, [one.split(":")[0] for one in evidence["findings"]]) == (1, ["closed", "terms"])
    assert verify(capsys, "chain", "--store", url)[0] == 0
    damage(path, "UPDATE versions SET text = text || '!' WHERE key & 4294967295 = 9")
    code, (evidence,) = verify(capsys, "chain", "--store", url)
    assert (code, len(evidence["findings"])) == (1, 3)


def test_a_link_that_leads_nowhere_is_no_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a value took the place of was erased before its next version; where something comes from lies in another store."""
    path = tmp_path / "links.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        old, new = (ada.save(f"port {n}", slot="server.port", value=n) for n in (1, 2))
        ada.erase(old.id)
        ada.update(new.id, importance=0.9)
        ada.save("Read elsewhere", source={"lineage": ["01945024-10e3-7000-9757-d5dbdeb8fc4c"]})
    code, (evidence,) = verify(capsys, "rebuild", "--store", f"sqlite:///{path}")
    assert (code, evidence["findings"]) == (0, [])


def test_an_answer_that_differs_is_seen() -> None:
    """Something written that the oracle was not told of makes the next question fail."""
    clock = FrozenClock()
    with Memory("sqlite://", embedder=None, language="none", clock=clock) as memory:
        history = History(memory, clock, random.Random(5))
        assert history.run() > 10
        caller, actor = history.callers[0]
        caller.save("port of another", scope=("user",))
        with pytest.raises(AssertionError, match="answers otherwise"):
            [history.ask(caller, actor) for _ in range(20)]


REACHING = """
import contextlib, socket
from holdfast.verify import offline
def loop(memory, user):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", 9))
    return 1
offline.loop = loop
offline.main("sqlite://", "none", "ada")
"""


def test_a_socket_is_seen() -> None:
    """One call that reaches for the network is refused and told, even to this machine."""
    ran = subprocess.run([sys.executable, "-c", REACHING], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout)["reached"] == ["socket.getaddrinfo"]


def test_what_cannot_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No store for a head, a file that is no head, a store that is not there: told, and nothing is made."""
    assert verify(capsys, "chain", "--print-head")[0] == 2
    path = store(tmp_path, embedder=None)
    (tmp_path / "no.json").write_text('{"holdfast": "head"}')
    assert verify(capsys, "chain", "--store", f"sqlite:///{path}", "--head", tmp_path / "no.json")[0] == 2
    assert verify(capsys, "chain", "--store", f"sqlite:///{tmp_path / 'none.db'}")[0] == 2
    assert not (tmp_path / "none.db").exists()
