"""Other stores that are looked at beside one's own: one ranking, an origin on each hit, and not a byte changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, Scope, Session
from holdfast.errors import (
    AccessDenied,
    ConfigError,
    HoldfastError,
    NewerStore,
    NotAStore,
    NotFound,
    StoreClosed,
    StoreMoved,
    WrongKey,
)
from holdfast.filters import Eq
from holdfast.testing import FrozenClock, HashingEmbedder
from tests.engine.test_encryption import KEY, needs_cipher
from tests.engine.test_files import open_folder

__all__ = ["open_folder"]
RULES = (
    "Vacation is 30 days a year",
    "The office opens at eight",
    "Travel is booked through the portal. Trains come before planes",
    "Whoever is ill calls before nine",
)
OWN = (
    "Ada wants vacation in June",
    "Ada is ill on Mondays",
    "Ada takes trains to Bergen. Ada dislikes planes",
)


def url(path: Path) -> str:
    """The URL of a file."""
    return f"sqlite:///{path}"


def digests(folder: Path) -> dict[str, str]:
    """What is in the files of a store, but for SQLite's notes on who reads."""
    return {
        one.name: hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.iterdir()
        if not one.name.endswith(("-shm", "-wal"))
    }


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A company's handbook: what everybody sees, and something of Bob's."""
    (tmp_path / "company").mkdir()
    path = tmp_path / "company" / "handbook.db"
    with Memory(url(path), embedder=HashingEmbedder(), clock=FrozenClock(seed=1)) as memory:
        for text in RULES:
            memory.save(text, scope=Scope.shared())
        memory.save("Remote work is allowed", scope=Scope.shared(), slot="work.remote", value="allowed")
        memory.save("Bob was promised 40 days of vacation", scope=Scope(user="bob"))
    return path


@pytest.fixture
def memory(tmp_path: Path, handbook: Path) -> Iterator[Memory]:
    """Ada's memory beside the handbook."""
    mounts = {"handbook": url(handbook)}
    with Memory(
        url(tmp_path / "own.db"), embedder=HashingEmbedder(), clock=FrozenClock(), mounts=mounts
    ) as made:
        for text in OWN:
            made.scoped(user="ada").save(text)
        yield made


def told(memory: Any, query: str, **how: Any) -> list[tuple[Any, ...]]:
    """The hits of a search, without ids."""
    return [
        (hit.text, hit.score, hit.relevance, dict(hit.signals)) for hit in memory.search(query, k=50, **how)
    ]


@pytest.mark.parametrize("embedder", [HashingEmbedder(), None], ids=["model", "words"])
def test_the_ranking_is_that_of_one_store_that_had_it_all(tmp_path: Path, embedder: Any) -> None:
    """Own memories and mounted ones, turns of conversations too: the same scores to the last bit as if all lay in one store."""
    clock = FrozenClock()
    day = datetime(2025, 5, 8, tzinfo=UTC)
    turns = [
        {
            "text": text,
            "kind": "episode",
            "thread": "t",
            "turn": n,
            "speaker": who,
            "observed_at": day + timedelta(days=n),
        }
        for n, (who, text) in enumerate(
            [
                ("Ada", "When is vacation granted?"),
                ("Eve", "In June, mostly."),
                ("Ada", "And two weeks in May?"),
            ]
            * 20
        )
    ]

    def fill(memory: Memory, own: bool, theirs: bool) -> None:
        if own:
            for text in OWN:
                memory.scoped(user="ada").save(text)
            memory.scoped(user="ada").save_many(turns)
        if theirs:
            for text in RULES:
                memory.save(text, scope=Scope.shared())
            memory.save_many(
                {**one, "scope": Scope.shared(), "text": f"All hands: {one['text']}"} for one in turns[:30]
            )

    with Memory(url(tmp_path / "theirs.db"), embedder=embedder, clock=clock) as theirs:
        fill(theirs, False, True)
    with (
        Memory(url(tmp_path / "one.db"), embedder=embedder, clock=clock) as one,
        Memory(
            url(tmp_path / "own.db"),
            embedder=embedder,
            clock=clock,
            mounts={"theirs": url(tmp_path / "theirs.db")},
        ) as own,
    ):
        fill(one, True, True)
        fill(own, True, False)
        for query in (
            "how many days of vacation in May?",
            "trains to Bergen",
            "who is ill",
            "what did Eve say in June?",
            "holiday",
        ):
            for how in ({}, {"kinds": ["fact"]}, {"where": {"exists": "text"}, "since": day}):
                whole = told(one.scoped(user="ada"), query, **how)
                assert sorted(told(own.scoped(user="ada"), query, **how)) == sorted(whole)
                assert len(whole) > 3 or embedder is None


def test_each_hit_says_where_it_comes_from(memory: Memory) -> None:
    """None for the own store, else the name of the mount; in the JSON form too. What others see there is not seen."""
    ada = memory.scoped(user="ada")
    found = {hit.text: hit.origin for hit in ada.search("how many days of vacation?", k=50)}
    assert found == {**dict.fromkeys(OWN), **dict.fromkeys((*RULES, "Remote work is allowed"), "handbook")}
    hits = ada.search("how many days of vacation?", k=50)
    assert {hit.to_json()["origin"] for hit in hits} == {None, "handbook"}
    assert {hit.text for hit in memory.scoped(user="bob").search("vacation", k=50)} >= {
        "Bob was promised 40 days of vacation"
    }
    assert [hit.origin for hit in ada.search("vacation", scope=("user",))] == [
        None
    ] * 3  # exactly these labels
    # The administrator's reading is of its own store.
    assert {hit.origin for hit in memory.search("vacation", k=50, under=Scope.shared())} == {None}


def test_a_mounted_memory_is_read_like_any(memory: Memory) -> None:
    """By id, by its slot, its history, in a context, by a session; and not among what this store lists."""
    ada = memory.scoped(user="ada")
    hit = next(hit for hit in ada.search("how many days of vacation?") if hit.origin)
    assert ada.get(hit.id) == hit.item
    assert [one.verb for one in ada.history(hit.id).items] == ["save"]
    assert ada.current("work.remote").value == "allowed"  # type: ignore[union-attr]
    assert [one.text for one in ada.history(slot="work.remote").items] == ["Remote work is allowed"]
    assert "Vacation is 30 days a year" in ada.context("how many days of vacation?", min_relevance=0).text
    assert {one.text for one in ada.list().items} == set(OWN)
    ada.save("Remote work is not for Ada", slot="work.remote", value="never")
    assert ada.current("work.remote").value == "never"  # type: ignore[union-attr]
    with pytest.raises(NotFound):
        ada.get(memory.scoped(user="bob").search("promised")[0].id)


def test_a_session_is_shown_it_and_told_of_no_changes_of_it(memory: Memory) -> None:
    """It is in the step's context, what repeats it is no news, and an erasure here is not taken for one there."""
    session = Session(memory, thread="t", user="ada")
    step = session.before_step("how many days of vacation are there a year?")
    assert "Vacation is 30 days a year" in step.memory
    gone = memory.scoped(user="ada").save("to be erased")
    memory.scoped(user="ada").erase(gone.id)
    assert session.before_step("and vacation?").changed == ()
    session.after_step([{"role": "assistant", "content": "As I know, vacation is 30 days a year."}])
    assert memory.scoped(user="ada").list(kinds=["fact"], where=Eq("thread", "t")).items == ()
    found = session.call("search_memory", {"query": "days of vacation", "k": 5, "scope": None})
    assert {"handbook", None} >= {one.get("origin") for one in found["memories"]} > {None}


def test_looking_back_at_an_answer(memory: Memory, handbook: Path, tmp_path: Path) -> None:
    """A receipt names how far each mount was known: explained, rerun as of then, and asked why something was not in it."""
    ada = memory.scoped(user="ada")
    hits = ada.search("how many days of vacation?", k=2, keep=True)
    receipt = hits.receipt
    assert list(receipt.mounted) == ["handbook"]
    assert set(receipt.mounted["handbook"]) == {Scope.shared()}
    assert type(receipt).from_json(json.loads(json.dumps(receipt.to_json()))) == receipt
    assert {row.origin for row in receipt.rows} == {hit.origin for hit in hits}
    assert ada.explain(receipt.id).faithful
    with Memory(url(handbook), embedder=HashingEmbedder(), clock=FrozenClock(seed=2)) as theirs:
        theirs.save("Vacation of 30 days is how many weeks?", scope=Scope.shared())
    again = ada.rerun(receipt.id)
    assert (again.same, len(again.new)) == (True, 1)
    office = next(hit for hit in ada.search("office", k=50) if hit.text == "The office opens at eight")
    assert ada.why_not(receipt, office.id).stage == "below k"
    kinds = ada.search("vacation", kinds=["episode"]).receipt
    assert ada.why_not(kinds, office.id).stage == "filtered"
    with Memory(url(tmp_path / "own.db"), embedder=HashingEmbedder(), clock=FrozenClock()) as alone:
        told = alone.scoped(user="ada").rerun(receipt.id)
        assert not told.same
        assert told.notes == ("'handbook' is not mounted today",)


WRITES = {
    "update": lambda verbs, id: verbs.update(id, text="other"),
    "delete": lambda verbs, id: verbs.delete(id),
    "restore": lambda verbs, id: verbs.restore(id),
    "resolve": lambda verbs, id: verbs.resolve(id),
    "review": lambda verbs, id: verbs.review(id, approve=True),
    "undo": lambda verbs, id: verbs.undo(id),
    "merge": lambda verbs, id: verbs.merge([id, verbs.save("beside", scope=Scope(user="ada")).id]),
}  # fmt: skip


@pytest.mark.parametrize("what", WRITES)
def test_a_mounted_memory_is_not_written(memory: Memory, handbook: Path, what: str) -> None:
    """The error says that it is mounted; not a byte of its files changes, whatever is searched, saved and maintained beside it."""
    before = digests(handbook.parent)
    ada = memory.scoped(user="ada")
    id = next(hit.id for hit in ada.search("days of vacation") if hit.origin)
    with pytest.raises(AccessDenied, match="of 'handbook', which is mounted to be read"):
        WRITES[what](ada, id)
    with pytest.raises(HoldfastError):
        WRITES[what](memory, id)
    ada.save("Vacation is 30 days a year")
    ada.observe("I live in Bergen.")
    ada.update_many(Eq("text", RULES[0]), {"tags": ["x"]})
    ada.delete_many(Eq("text", RULES[1]))
    with pytest.raises(HoldfastError):
        ada.erase([id])
    ada.maintain(dry_run=False)
    memory.close()
    assert digests(handbook.parent) == before


def test_what_both_stores_say_is_one_hit(memory: Memory) -> None:
    """The same text here and there: the better one, and the other as its twin."""
    ada = memory.scoped(user="ada")
    ada.save("Vacation is 30 days a year")
    hits = [hit for hit in ada.search("how many days of vacation?", k=50) if hit.text == RULES[0]]
    assert (len(hits), len(hits[0].twins)) == (1, 1)


def test_what_is_written_there_meanwhile_is_seen(memory: Memory, handbook: Path) -> None:
    """Whoever keeps the handbook may go on writing it, also while it is mounted."""
    ada = memory.scoped(user="ada")
    ada.search("parental leave")
    with Memory(url(handbook), embedder=HashingEmbedder(), clock=FrozenClock(seed=2)) as theirs:
        made = theirs.save("Parental leave is 12 months", scope=Scope.shared())
        assert ada.search("parental leave")[0].text == "Parental leave is 12 months"
        theirs.delete(made.id, scope=Scope.shared())
        assert made.id not in {hit.id for hit in ada.search("parental leave", k=50)}


@pytest.mark.parametrize("how", ["renamed", "written over"])
@pytest.mark.parametrize("model", [True, False], ids=["model", "words"])
def test_another_file_at_its_path_is_mounted_in_its_turn(tmp_path: Path, how: str, model: bool) -> None:
    """A handbook that another one takes the place of is read from the next search on, by words and by id; of the old one nothing is found."""
    embedder, path, new = HashingEmbedder() if model else None, tmp_path / "handbook.db", tmp_path / "new.db"
    for file, text in ((path, "Vacation is 30 days a year"), (new, "Vacation is 33 days a year")):
        with Memory(url(file), embedder=embedder) as theirs:
            theirs.save("The office opens at eight", scope=Scope.shared())
            theirs.save("Ada's notes", scope=Scope(user="ada"))
            theirs.save(text, scope=Scope.shared(), slot="vacation.days", value=text)
    with Memory(url(tmp_path / "own.db"), embedder=embedder, mounts={"handbook": url(path)}) as memory:
        ada = memory.scoped(user="ada")
        (old,) = (hit for hit in ada.search("vacation days") if "30" in hit.text)
        for text in ("33", "30", "33"):
            kept = tmp_path / "kept.db"
            shutil.copyfile(path, kept)
            if how == "renamed":
                new.replace(path)
            else:
                shutil.copyfile(new, path)
            kept.replace(new)
            found = [hit.text for hit in ada.search("vacation days", min_relevance=0)]
            assert [one for one in found if "Vacation" in one] == [f"Vacation is {text} days a year"]
            current = ada.current("vacation.days")
            assert current is not None
            assert text in current.text
            if text == "33":
                with pytest.raises(NotFound):
                    ada.get(old.id)
        path.unlink()
        with pytest.raises(StoreMoved, match="removed"):
            ada.search("vacation days")
        path.write_bytes(b"no store, yet" * 1000)
        with pytest.raises(NotAStore):
            ada.search("vacation days")
        new.replace(path)
        assert [hit.text for hit in ada.search("vacation days") if "Vacation" in hit.text]


@pytest.mark.parametrize("whose", ["theirs", "own"])
def test_a_model_that_changes_while_a_store_is_mounted(memory: Memory, handbook: Path, whose: str) -> None:
    """Vectors of two models are not compared: the error names both, until both stores have the same model again."""
    ada, other = memory.scoped(user="ada"), HashingEmbedder(dimension=32)
    assert ada.search("how many days of vacation a year?")[0].origin == "handbook"
    if whose == "own":
        memory.reembed(other)
    else:
        with Memory(url(handbook), embedder=HashingEmbedder(), clock=FrozenClock(seed=2)) as theirs:
            theirs.reembed(other)
    with pytest.raises(ConfigError, match=r"hashing-(32|64).*hashing-(32|64)"):
        ada.search("how many days of vacation a year?")
    if whose == "own":
        with Memory(url(handbook), embedder=HashingEmbedder(), clock=FrozenClock(seed=2)) as theirs:
            theirs.reembed(other)
    else:
        memory.reembed(other)
    assert ada.search("how many days of vacation a year?")[0].origin == "handbook"


def test_several_are_mounted_and_the_store_itself_is_not(tmp_path: Path, handbook: Path) -> None:
    """Each under its name; a store that is among its own mounts, as a setting for all of a company's may have it, is read once."""
    with Memory(url(tmp_path / "laws.db"), embedder=HashingEmbedder()) as laws:
        laws.save("Vacation is 24 days by law", scope=Scope.shared())
    mounts = {"handbook": url(handbook), "laws": url(tmp_path / "laws.db")}
    with Memory(url(tmp_path / "own.db"), embedder=HashingEmbedder(), mounts=mounts) as own:
        own.save("Vacation was nice", scope=Scope.shared())
        found = {hit.text: hit.origin for hit in own.search("vacation", k=50)}
        assert (found[RULES[0]], found["Vacation is 24 days by law"], found["Vacation was nice"]) == (
            "handbook",
            "laws",
            None,
        )
    with Memory(url(handbook), embedder=HashingEmbedder(), mounts=mounts) as theirs:
        hits = theirs.search("vacation", k=50)
        assert {hit.origin for hit in hits} == {None, "laws"}
        assert (
            theirs.update(
                next(h for h in hits if h.text == RULES[0]).id, tags=["x"], scope=Scope.shared()
            ).version
            == 2
        )


def test_many_memories_are_drawn_from_both(tmp_path: Path) -> None:
    """Above what is ranked whole, rows are drawn from a large store, and the mounted ones are among them."""
    with Memory(url(tmp_path / "h.db"), embedder=HashingEmbedder()) as theirs:
        theirs.save("The heron nests by the quiet weir", scope=Scope.shared())
    with Memory(
        url(tmp_path / "own.db"), embedder=HashingEmbedder(), mounts={"h": url(tmp_path / "h.db")}
    ) as own:
        ada = own.scoped(user="ada")
        ada.save_many({"text": f"Note {n} about the weir and pond {n % 97}"} for n in range(6_000))
        hits = ada.search("where does the heron nest?", k=5)
        assert (hits[0].origin, hits[0].text) == ("h", "The heron nests by the quiet weir")
        assert hits.receipt.counts["live"] == 6_001


def test_what_cannot_be_mounted_is_said_at_opening(tmp_path: Path, handbook: Path) -> None:
    """A file that is not there, is none, newer, older, encrypted; another model, another language, no URL: which, and what to do."""

    def opened(where: Any, **how: Any) -> Memory:
        return Memory(
            url(tmp_path / "own.db"), **{"embedder": HashingEmbedder(), "mounts": {"handbook": where}, **how}
        )

    with pytest.raises(NotAStore, match=r"nothing\.db: there is no such file to mount"):
        opened(url(tmp_path / "nothing.db"))
    (tmp_path / "text.db").write_text("no database, but long enough to be read as one " * 20)
    with pytest.raises(HoldfastError, match=r"text\.db"):
        opened(url(tmp_path / "text.db"))
    (tmp_path / "empty.db").touch()
    with pytest.raises(NotAStore, match="is empty, or of an older Holdfast"):
        opened(url(tmp_path / "empty.db"))
    old = Path(__file__).parents[1] / "golden" / "schema_1.db"
    (tmp_path / "old.db").write_bytes(old.read_bytes())
    with pytest.raises(NotAStore, match="open it once to write"):
        opened(url(tmp_path / "old.db"))
    with Memory(url(tmp_path / "words.db"), embedder=None) as words:
        words.save("by words alone", scope=Scope.shared())
    with pytest.raises(ConfigError, match="has no vectors, and this memory works with hashing-64"):
        opened(url(tmp_path / "words.db"))
    other = HashingEmbedder(dimension=32)
    with pytest.raises(ConfigError) as refused:
        opened(url(handbook), embedder=other)
    assert HashingEmbedder().id in str(refused.value)
    assert other.id in str(refused.value)
    with pytest.raises(ConfigError, match="was made for 'english', and this memory's store for 'german'"):
        Memory(url(tmp_path / "g.db"), embedder=None, language="german", mounts={"handbook": url(handbook)})
    for wrong in ("handbook.db", "http://localhost:1", "sqlite://", 7):
        with pytest.raises(ConfigError, match="mount"):
            opened(wrong)
    with sqlite3.connect(handbook) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(NewerStore, match="upgrade holdfast"):
        opened(url(handbook))
    # What was refused left nothing open and nothing behind.
    with Memory(url(tmp_path / "own.db"), embedder=HashingEmbedder()) as own:
        assert own.stats(under=Scope.shared()).items == 0


@needs_cipher
def test_an_encrypted_store_is_not_mounted(tmp_path: Path) -> None:
    """Whoever looks at another's store is not given its key: it is told so, naming the file."""
    with Memory(url(tmp_path / "secret.db"), embedder=HashingEmbedder(), key=KEY) as theirs:
        theirs.save("x", scope=Scope.shared())
    with pytest.raises(WrongKey, match=r"secret\.db: is encrypted"):
        Memory(
            url(tmp_path / "own.db"),
            embedder=HashingEmbedder(),
            mounts={"secret": url(tmp_path / "secret.db")},
        )


UNPRIVILEGED = """
import json, os, sys, tempfile
from holdfast import Memory
from holdfast.errors import HoldfastError
from holdfast.testing import HashingEmbedder
def use(path):
    with tempfile.TemporaryDirectory() as folder:
        with Memory(f"sqlite:///{folder}/own.db", embedder=HashingEmbedder(), mounts={"handbook": "sqlite:///" + path}) as memory:
            return [hit.text for hit in memory.scoped(user="ada").search("vacation", k=50)]
with tempfile.TemporaryDirectory() as folder:  # what is imported late may be out of reach for nobody
    with Memory(f"sqlite:///{folder}/warm.db", embedder=HashingEmbedder()) as memory:
        memory.scoped(user="ada").save("warm")
    use(f"{folder}/warm.db")
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    print(json.dumps(use(sys.argv[1])))
except HoldfastError as error:
    print(json.dumps({"error": type(error).__name__, "message": str(error)}))
"""


def test_a_folder_that_cannot_be_written(open_folder: Path) -> None:
    """Whoever may only read the files mounts them all the same; changes still in the log there are told, not left out."""
    path = open_folder / "handbook.db"
    memory = Memory(url(path), embedder=HashingEmbedder())
    memory.save(RULES[0], scope=Scope.shared())
    memory.close()

    def asked() -> Any:
        ran = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED, str(path)], capture_output=True, text=True, check=True
        )
        return json.loads(ran.stdout)

    for one in open_folder.iterdir():
        one.chmod(0o000 if one.suffix == ".key" else 0o444)
    open_folder.chmod(0o555)
    before = {one.name for one in open_folder.iterdir()}
    assert asked() == [RULES[0]]
    assert {one.name for one in open_folder.iterdir()} == before
    open_folder.chmod(0o755)
    (open_folder / "handbook.db-wal").write_bytes(b"what somebody has written and not put into the file yet")
    open_folder.chmod(0o555)
    assert asked()["error"] == "StoreReadOnly"
    assert "handbook.db-wal" in asked()["message"]
    open_folder.chmod(0o755)


def test_settings_say_it_too(tmp_path: Path, handbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[mounts] in holdfast.toml, HOLDFAST_MOUNTS; an argument wins over both."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holdfast.toml").write_text(f'[mounts]\nhandbook = "{url(handbook)}"\n')

    def origins(**how: Any) -> set[str | None]:
        with Memory(url(tmp_path / "own.db"), embedder=HashingEmbedder(), **how) as own:
            return {hit.origin for hit in own.search("vacation")}

    assert origins() == {"handbook"}
    monkeypatch.setenv("HOLDFAST_MOUNTS", f"rules={url(handbook)}, ")
    assert origins() == {"rules"}
    assert origins(mounts={}) == set()
    ran = subprocess.run([sys.executable, "-m", "holdfast.cli", "config", "--json"], capture_output=True, text=True, check=True,
                         env={**os.environ, "HOLDFAST_EMBEDDER": "none"})  # fmt: skip
    told = {one["name"]: one for one in json.loads(ran.stdout)}
    assert told["mounts"]["origin"] == "environment HOLDFAST_MOUNTS"
    shown = subprocess.run([sys.executable, "-m", "holdfast.cli", "search", "vacation", "--store", url(tmp_path / "own.db")],
                           capture_output=True, text=True, check=True, env={**os.environ, "HOLDFAST_EMBEDDER": "none"})  # fmt: skip
    assert "from rules" in shown.stdout


def test_an_event_loop_does_the_same(tmp_path: Path, handbook: Path) -> None:
    """The async face finds the same, and closes what it mounted."""

    async def ask() -> Any:
        async with AsyncMemory(
            url(tmp_path / "o.db"), embedder=HashingEmbedder(), mounts={"handbook": url(handbook)}
        ) as own:
            hits = await own.scoped(user="ada").search("how many days of vacation?")
            mount = own._mounts[0].store
        with pytest.raises(StoreClosed):
            mount.model()
        return hits[0].origin, hits[0].text

    assert asyncio.run(ask()) == ("handbook", RULES[0])


def test_kinds_hold_for_mounted_memories_too(memory: Memory) -> None:
    """A caller limited to some kinds sees these alone, wherever they are."""
    few = memory.scoped(user="ada").limited(read=["episode"])
    id = next(hit.id for hit in memory.scoped(user="ada").search("vacation") if hit.origin)
    assert list(few.search("vacation")) == []
    with pytest.raises(NotFound):
        few.get(id)
    assert few.current("work.remote") is None


def test_what_is_always_told_may_be_mounted(tmp_path: Path) -> None:
    """A handbook's rules of work are told at every step, as those of a store of one's own are; its ages are none to confirm here."""
    with Memory(url(tmp_path / "handbook.db"), embedder=None) as handbook:
        rule = handbook.save("never deploy on Fridays", scope=Scope.shared(), kind="procedure")
        handbook.save("never tell Bob", scope=Scope(user="bob"), kind="procedure")
    mounts = {"handbook": url(tmp_path / "handbook.db")}
    with Memory(url(tmp_path / "own.db"), embedder=None, mounts=mounts) as own:
        ada = own.scoped(user="ada")
        mine = ada.save("run the linter first", kind="procedure")
        made = ada.context("zzz", always={"eq": {"kind": "procedure"}})
        assert {*made.ids} == {rule.id, mine.id}
        assert made.receipt.budget["always"] == {rule.id: "handbook", mine.id: None}
        assert ada.why_not(made.receipt, rule.id).stage == "returned"
        step = Session(own, thread="t", user="ada").before_step("zzz")
        assert {*step.ids} == {rule.id, mine.id}


def test_the_past_is_asked_beside_a_mount_that_has_nothing_for_the_caller(
    tmp_path: Path, handbook: Path
) -> None:
    """The clocks of an answer are its own store's: the same hits as without the mount, and the same when asked again later."""
    clock = FrozenClock()
    plain = Memory(url(tmp_path / "own.db"), embedder=HashingEmbedder(), clock=clock)
    ada = plain.scoped(user="ada")
    for n in range(9):
        ada.save(
            f"trip {n} to Bergen", kind="episode", observed_at=clock.now() - timedelta(days=n), importance=1
        )
    then = clock.now()
    clock.advance(days=60)
    ada.save("trip 9 to Bergen", kind="episode")

    def asked(verbs: Any, **clocks: Any) -> Any:
        return verbs.search("the trip yesterday", scope=("user",), **clocks)

    alone = [asked(ada, known_at=then), asked(ada)]
    with Memory(
        url(tmp_path / "own.db"), embedder=HashingEmbedder(), clock=clock, mounts={"company": url(handbook)}
    ) as beside:
        both = [asked(beside.scoped(user="ada"), known_at=then), asked(beside.scoped(user="ada"))]
        for one, other in zip(alone, both, strict=True):
            assert [(hit.id, hit.score) for hit in other] == [(hit.id, hit.score) for hit in one]
        assert both[0].receipt.valid == then
        clock.advance(days=40)
        assert [beside.scoped(user="ada").rerun(one.receipt).same for one in both] == [True, True]
    plain.close()
