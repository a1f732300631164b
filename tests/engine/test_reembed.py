"""Changing the embedding model of a store in use: as if the new one had been there from the beginning, whatever comes between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, Scope
from holdfast.cli import main
from holdfast.config import Setting, store_file
from holdfast.errors import (
    AccessDenied,
    ConfigError,
    EmbedderError,
    InvalidInput,
    ModelMismatch,
    ReembedConflict,
)
from holdfast.ports import Embedder, Floats
from holdfast.stores import sqlite_reembed
from holdfast.stores.index import Sizes
from holdfast.stores.sqlite import SqliteStore
from holdfast.stores.sqlite_reembed import SqliteVectors
from holdfast.testing import FrozenClock, HashingEmbedder
from tests.engine.reembedding import BATCH, NEW, OLD, answered, answers, filled, start, vectors
from tests.engine.served import Answer, Request, Server


class Watched(HashingEmbedder):
    """The new model, which does something each time before it embeds."""

    def __init__(self, before: Callable[[int], None], like: HashingEmbedder = NEW) -> None:
        super().__init__(like.dimension)
        self.id, self.calls, self.before = like.id, 0, before

    def embed(self, texts: Sequence[str]) -> Floats:
        """Do it, and return the vectors."""
        self.calls += 1
        self.before(self.calls)
        return super().embed(texts)


class Turned(HashingEmbedder):
    """A model whose vectors are as long as those of another one, and otherwise nothing like them."""

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return the vectors, their last number first."""
        return super().embed(texts)[:, ::-1].copy()


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with vectors of the old model."""
    filled(f"sqlite:///{tmp_path / 'store.db'}", OLD)
    return tmp_path / "store.db"


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The same store, made with the new model."""
    filled(f"sqlite:///{tmp_path / 'fresh.db'}", NEW)
    return tmp_path / "fresh.db"


def url(path: Path) -> str:
    """The URL of a file."""
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("before", "after"), [(OLD, NEW), (None, NEW), (OLD, None), (OLD, OLD)], ids=["other", "first", "none", "same"]
)  # fmt: skip
def test_what_is_left_equals_a_store_made_anew(
    tmp_path: Path, before: Embedder | None, after: Embedder | None
) -> None:
    """Every vector, every answer with its scores; and nothing of the old model, in bytes either."""
    changed, anew = tmp_path / "changed.db", tmp_path / "anew.db"
    filled(url(changed), before)
    filled(url(anew), after)
    with Memory(url(changed), embedder=before) as memory:
        told: list[tuple[int, int]] = []
        done = memory.reembed(after, batch=50, progress=lambda *two: told.append(two))
        texts = len(vectors(anew))
        assert (done.done, done.total, done.state) == (texts, texts, "finished")
        assert [one for one, _ in told] == [*range(50, texts, 50), *([texts] if texts else [])]
        assert memory.stats().embedder == (after.id if after else None)
    assert vectors(changed) == vectors(anew)
    assert answered(url(changed), after) == answered(url(anew), after)
    assert changed.stat().st_size <= anew.stat().st_size
    assert not changed.with_name("changed.db-wal").exists()


def test_killed_at_twenty_moments_and_gone_on_with(tmp_path: Path, store: Path, fresh: Path) -> None:
    """Wherever it is killed, answers come from one model, and the next run, in another process, ends at a fresh build."""
    old, new = answered(url(store), OLD), answered(url(fresh), NEW)
    with start("trials", tmp_path, 20, 5) as runner:
        found = [json.loads(line) for line in runner.stdout or ()]
    assert (runner.returncode, len(found)) == (0, 20)
    assert all(one["killed"] for one in found[::2])
    assert sum((one["done"] or 0) > 0 for one in found) >= 5, "killed in the midst of it"
    for one in found:
        path = tmp_path / f"trial{one['trial']}.db"
        assert one["answer"] == (old if one["model"] == OLD.id else new)
        assert (one["model"] == OLD.id) or one["done"] is None
        calls: list[int] = []
        with Memory(url(path), embedder=None) as memory:
            if one["model"] == OLD.id:
                memory.reembed(Watched(calls.append), batch=BATCH)
            else:  # what its switch left behind goes with the next write
                memory.scoped(user="ada").delete(memory.scoped(user="ada").save("swept").id)
        kept = {row[0]: row for row in vectors(path)}
        assert [kept[row[0]] for row in vectors(fresh)] == vectors(fresh)
        assert answered(url(path), NEW) == new
        if one["done"]:
            assert len(calls) - 1 <= (len(kept) - one["done"]) // BATCH + 3, "what was made is not made again"


def test_a_searching_process_gets_one_model_and_then_an_error(store: Path, fresh: Path) -> None:
    """Every answer of another process is that of the old model until the switch, and then it is told which model there is."""
    before = answered(url(store), OLD)
    with start("search", url(store)) as reader:
        assert reader.stdout is not None
        out, seen = reader.stdout, [json.loads(reader.stdout.readline())]
        with Memory(url(store), embedder=None) as memory:
            # It goes on once there is another answer.
            memory.reembed(NEW, batch=BATCH, progress=lambda *_: seen.append(json.loads(out.readline())))
        seen += [json.loads(line) for line in reader.stdout]
    *during, last = seen
    assert (reader.returncode, last["stored"]) == (0, NEW.id)
    assert "new-32" in last["refused"]
    assert "old-48" in last["refused"]
    assert len(during) > len(vectors(fresh)) // BATCH
    assert {one["answer"] for one in during} == {before}
    assert answered(url(store), NEW) == answered(url(fresh), NEW)


WITHOUT = "SELECT count(*) FROM terms t LEFT JOIN vectors x ON x.key = t.key WHERE x.key IS NULL"


def _writing(caller: Any, stop: threading.Event, ids: list[str]) -> None:
    """Save, and search for it, until told to stop."""
    while not stop.is_set():
        ids.append(caller.save(f"gil wrote number {len(ids)}.", kind="episode").id)
        assert caller.search("gil wrote", k=3)


def test_what_others_save_meanwhile_is_embedded_too(store: Path) -> None:
    """Two processes and a thread of this one save all the time: no memory is lost, none is without the new vectors."""
    writers = [start("save", url(store), name) for name in ("eve", "fay")]
    outs = [one.stdout for one in writers if one.stdout is not None]
    told: list[dict[str, str]] = [json.loads(out.readline()) for out in outs]
    ids: list[str] = []
    stop = threading.Event()
    with Memory(url(store), embedder=OLD) as memory, ThreadPoolExecutor(1) as pool:
        writing = pool.submit(_writing, memory.scoped(user="gil"), stop, ids)
        try:
            # It goes on once everybody has written again.
            memory.reembed(
                NEW, batch=BATCH, progress=lambda *_: told.extend(json.loads(o.readline()) for o in outs)
            )
            for one, out in zip(writers, outs, strict=True):
                told += [json.loads(line) for line in out]
                one.wait()
        finally:
            stop.set()
            for one in writers:
                one.kill()
        assert writing.result() is None, "who changes the model follows"
        saved = {one["saved"] for one in told if "saved" in one}
        assert len(saved) > 2 * 10
        assert [one["stored"] for one in told if "stored" in one] == [NEW.id] * 2
        there: set[str] = set()
        for name in ("eve", "fay", "gil"):
            there |= {item.id for item in memory.scoped(user=name).list(scope=("user",), limit=1_000)}
        assert {*ids, *saved} == there
    with contextlib.closing(sqlite3.connect(store)) as db:
        assert db.execute(WITHOUT).fetchone() == (0,)
        assert db.execute("SELECT name FROM models").fetchall() == [(NEW.id,)]
        assert db.execute("SELECT DISTINCT length(vector) FROM vectors").fetchall() == [(NEW.dimension + 4,)]


def test_a_memory_without_a_model_follows_too(tmp_path: Path) -> None:
    """Given its first model while its threads save, a memory leaves no text of theirs without a vector."""
    filled(url(tmp_path / "words.db"), None)
    ids: list[str] = []
    stop = threading.Event()
    with Memory(url(tmp_path / "words.db"), embedder=None) as memory, ThreadPoolExecutor(2) as pool:
        mine = memory.scoped(user="gil")
        writing = [pool.submit(_writing, mine, stop, ids) for _ in range(2)]
        try:
            memory.reembed(NEW, batch=BATCH)
            mine.save("written afterwards")
        finally:
            stop.set()
        assert [one.result() for one in writing] == [None, None]
    with contextlib.closing(sqlite3.connect(tmp_path / "words.db")) as db:
        assert db.execute(WITHOUT).fetchone() == (0,)


@pytest.mark.parametrize("there", [None, OLD], ids=["first", "beside"])
def test_what_is_saved_right_behind_the_switch_has_a_vector(tmp_path: Path, there: Embedder | None) -> None:
    """Also by a memory that had no model, and does not know yet that it has one."""
    path = tmp_path / "words.db"
    filled(url(path), there)

    class Switched(SqliteVectors):
        def switch(self, run: str) -> bool:
            done = super().switch(run)
            mine.save("right behind the switch")
            return done

    class Store(SqliteStore):
        def vectors(self) -> SqliteVectors:
            return Switched(self._writing, self._snapshot, self._rewrite_later)

    with Memory(Store(str(path)), embedder=None) as memory:
        mine = memory.scoped(user="gil")
        mine.save("before it, by words alone")
        memory.reembed(NEW, batch=BATCH)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute(WITHOUT).fetchone() == (0,)


def test_a_query_embedded_while_the_model_changes_is_compared_by_one_model(store: Path, fresh: Path) -> None:
    """Also where others have loaded the new vectors meanwhile: asked again with the new model, or refused where it is not known."""
    new = Turned(OLD.dimension, "new")  # as long as the old ones, so that nothing would trip

    def change(call: int) -> None:
        if call == 1:
            memory.reembed(new)
            answers(memory)

    with Memory(url(store), embedder=Watched(change, OLD), clock=FrozenClock(seed=4)) as memory:
        assert answers(memory) == answered(url(store), new)

    def change_beside(call: int) -> None:
        if call == 1:
            with Memory(url(fresh), embedder=None) as beside:
                beside.reembed(OLD)
            with contextlib.suppress(ModelMismatch):
                answers(memory)

    with (
        Memory(url(fresh), embedder=Watched(change_beside, NEW), clock=FrozenClock(seed=4)) as memory,
        pytest.raises(ModelMismatch),
    ):
        answers(memory)


def test_what_is_erased_meanwhile_stays_erased(store: Path) -> None:
    """Neither a text whose new vector is there already, nor one that is being embedded, nor one yet to come is back."""
    with Memory(url(store), embedder=OLD) as memory:
        ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob", team="core")
        first, later = [item.id for item in ada.list(sort="id", descending=False, limit=40)][::39]
        last = bob.list(scope=("user", "team"), limit=1).items[0].id
        texts = [ada.get(first).text, ada.get(later).text, bob.get(last).text]

        def meddle(call: int) -> None:
            if call == 4:  # one for its dimension, then batches of 16: the 40th is being embedded now
                ada.erase([first, later])
                bob.erase(last)

        memory.reembed(Watched(meddle), batch=BATCH)
        assert not {first, later, last} & {item.id for item in memory.list(under=Scope.shared(), limit=1_000)}
    with contextlib.closing(sqlite3.connect(store)) as db:
        stray = "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT key FROM terms)"
        assert db.execute(stray).fetchone() == (0,)
    assert len(vectors(store)) > 100
    for file in store.parent.glob("store.db*"):
        raw = file.read_bytes()
        assert not any(text.encode() in raw for text in texts)


def test_two_at_once(store: Path, fresh: Path) -> None:
    """To another model: refused. To the same one: the later goes on with it, and the earlier ends with an error."""
    with Memory(url(store), embedder=OLD) as memory, Memory(url(store), embedder=OLD) as other:

        def meddle(call: int) -> None:
            if call == 3:
                with pytest.raises(ReembedConflict, match=r"new-32.*--cancel"):
                    other.reembed(HashingEmbedder(8, "third"))
                shorter = HashingEmbedder(16)
                shorter.id = NEW.id
                with pytest.raises(ReembedConflict, match="dimension 32"):
                    other.reembed(shorter)
                other.reembed(NEW)

        with pytest.raises(ReembedConflict, match="finished"):
            memory.reembed(Watched(meddle), batch=BATCH)
        assert answers(other)
        with pytest.raises(ModelMismatch):
            answers(memory)
    assert vectors(store) == vectors(fresh)


def test_a_change_that_is_cancelled_leaves_the_old_model(store: Path) -> None:
    """Cancelled by another opening, the run ends with an error; what it made is gone, and every answer is the one before."""
    before, kept = answered(url(store), OLD), vectors(store)
    with Memory(url(store), embedder=OLD) as memory, Memory(url(store), embedder=None) as other:

        def meddle(call: int) -> None:
            if call == 4:
                dropped = other.reembed(cancel=True)
                assert (dropped.state, dropped.target, dropped.done) == ("cancelled", NEW.id, 2 * BATCH)

        with pytest.raises(ReembedConflict, match="cancelled"):
            memory.reembed(Watched(meddle), batch=BATCH)
        assert memory.stats().embedder == OLD.id
        memory.scoped(user="ada").delete(memory.scoped(user="ada").save("the old model is used").id)
    assert vectors(store)[: len(kept)] != []
    assert [row for row in vectors(store) if row[0] in {one[0] for one in kept}] == kept
    assert answered(url(store), OLD) == before


def _interrupted(memory: Memory, calls: int) -> None:
    """Begin to change the model, and be interrupted after some batches."""

    def interrupt(call: int) -> None:
        if call > calls + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.reembed(Watched(interrupt), batch=BATCH)


def test_doctor_tells_of_a_change_under_way(store: Path) -> None:
    """It is no damage, and what is done of it is told; once it is finished nothing is."""
    file = store_file(Setting("store", url(store), "argument"))
    with Memory(url(store), embedder=OLD) as memory:
        _interrupted(memory, 3)
        (told,) = [one for one in file.examine() if one.what == "change of models under way"]
        assert told.where.startswith(f"to {NEW.id}, {3 * BATCH} of ")
        assert (told.mend, "holdfast reembed" in told.advice) == ("nothing", True)
        memory.reembed(NEW)
    assert file.examine() == []


def test_interrupted_it_is_kept_in_a_backup_too(tmp_path: Path, store: Path, fresh: Path) -> None:
    """Ctrl-C keeps what was made and holds nobody up; a copy of the store goes on from there as well."""
    with Memory(url(store), embedder=OLD) as memory:
        _interrupted(memory, 3)
        change = memory.stats().reembedding
        assert change is not None
        assert (change.source, change.target, change.done) == (OLD.id, NEW.id, 3 * BATCH)
        assert change.total == len(vectors(fresh))
        assert memory.scoped(user="ada").stats().reembedding is None
        memory.backup(tmp_path / "copy.db")
    with pytest.raises(ModelMismatch, match="under way"):
        Memory(url(store), embedder=NEW)
    for path in (store, tmp_path / "copy.db"):
        made: list[int] = []
        with Memory(url(path), embedder=OLD) as memory:
            memory.reembed(Watched(made.append), batch=1_000)
        assert len(made) == 2, "one for the dimension, one for all that was missing"
        assert vectors(path) == vectors(fresh)
        assert answered(url(path), NEW) == answered(url(fresh), NEW)


def test_a_run_that_died_while_others_waited_holds_them_up_once(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer waits for the last vectors to be made, but not for ever; the next one does not wait at all."""
    monkeypatch.setattr(sqlite_reembed, "PAUSE_SECONDS", 0.3)
    opened = SqliteStore(str(store))
    with Memory(opened, embedder=OLD) as memory:
        ada, change = memory.scoped(user="ada"), opened.vectors()
        run, _ = change.begin(NEW.id, NEW.dimension, FrozenClock().now())
        change.pause(run, True)
        item = ada.save("saved all the same")
        monkeypatch.setattr(sqlite_reembed, "PAUSE_SECONDS", 1_000.0)
        assert ada.update(item.id, text="and changed").version == 2
        change.pause(run, True)
        assert ada.delete(item.id).state == "deleted", "what brings no text does not wait"


def test_an_embedder_that_fails_is_told_before_anything_begins(store: Path) -> None:
    """A model that cannot be asked, an unknown name, a caller who may not: nothing is under way afterwards."""

    class Broken(HashingEmbedder):
        def embed(self, texts: Sequence[str]) -> Floats:
            raise EmbedderError("the model is away")

    with Memory(url(store), embedder=OLD) as memory:
        with pytest.raises(EmbedderError, match="away"):
            memory.reembed(Broken(8))
        with pytest.raises(ConfigError, match="to from argument"):
            memory.reembed("no such model")
        for given in ({}, {"to": NEW, "cancel": True}, {"to": NEW, "batch": 0}, {"cancel": True}):
            with pytest.raises(InvalidInput):
                memory.reembed(**given)
        caller: Any = memory.scoped(user="ada")
        assert not hasattr(caller, "reembed")
        with pytest.raises(AccessDenied):
            caller._engine.reembed(NEW).send(None)
        assert memory.stats().reembedding is None
        assert memory.reembed(NEW).done


def test_large_scopes_get_new_lists(tmp_path: Path) -> None:
    """Where texts lie in lists of near vectors, the lists are those of a store made anew, in memory and on disk."""
    sizes = Sizes(ranked=60, drawn=50, sentences=10**6, lists=256, looked_at=100, at_least=64)
    seen, lists = [], []
    for name, model in (("changed", OLD), ("anew", NEW)):
        path = tmp_path / f"{name}.db"
        filled(url(path), model, size=700)
        with Memory(SqliteStore(str(path), sizes=sizes), embedder=model, clock=FrozenClock(seed=4)) as memory:
            answers(memory)
            if model is OLD:
                memory.reembed(NEW)
            seen.append(answers(memory))
        with contextlib.closing(sqlite3.connect(path)) as db:
            lists.append(
                db.execute("SELECT scope_id, trained, position, centres, lists FROM clusters").fetchall()
            )
    assert seen[0] == seen[1]
    assert lists[0] == lists[1]
    assert len(lists[0]) == 1


def test_a_model_that_pauses_in_an_event_loop(tmp_path: Path, fresh: Path) -> None:
    """`AsyncMemory` changes to a model whose `embed` is async, while it is searched."""

    class Later(HashingEmbedder):
        async def embed(self, texts: Sequence[str]) -> Floats:  # type: ignore[override]
            await asyncio.sleep(0.001)
            return super().embed(texts)

    later = Later(NEW.dimension)
    later.id = NEW.id
    filled(url(tmp_path / "async.db"), OLD)

    async def run() -> None:
        async with AsyncMemory(url(tmp_path / "async.db"), embedder=OLD) as memory:
            changing = asyncio.create_task(memory.reembed(later, batch=BATCH))
            while not changing.done():
                assert await memory.scoped(user="ada").search("green tea", k=3)
                await asyncio.sleep(0)
            assert (await changing).target == NEW.id

    asyncio.run(run())
    assert vectors(tmp_path / "async.db", swept=False) == vectors(
        fresh
    )  # a search may have held the sweeping up


def _command(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert ended.value.code == code


def _embeddings(request: Request) -> Answer:
    rows = [
        {"index": n, "embedding": [float(len(text)), 1.0, 0.0]}
        for n, text in enumerate(request.body["input"])
    ]
    return Answer(json.dumps({"data": rows}).encode())


def test_the_command(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`holdfast reembed` to a server's model and to none, `stats` of a change under way, `--cancel`, and its exit codes."""
    monkeypatch.setenv("HOLDFAST_STORE", url(store))
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "none")

    def answer(*arguments: str, code: int = 0) -> Any:
        _command(*arguments, "--json", code=code)
        told = capsys.readouterr()
        return json.loads(told.err if code else told.out)

    with Memory(url(store), embedder=OLD) as memory:
        _interrupted(memory, 2)
    assert answer("stats", "--all")["reembedding"]["done"] == 2 * BATCH
    assert answer("reembed", "--to", "none", code=5)["error"] == "ReembedConflict"
    assert answer("reembed", "--cancel")["state"] == "cancelled"
    assert answer("reembed", "--cancel", code=2)["error"] == "DoesNotFit"
    assert answer("reembed", code=2)["error"] == "UsageError"
    with Server([_embeddings]) as server:
        monkeypatch.setenv("HOLDFAST_BASE_URL", server.url)
        done = answer("reembed", "--to", "ollama:nomic", "--batch", "40")
        assert (done["source"], done["target"], done["state"]) == (OLD.id, "ollama:nomic", "finished")
        assert {row[1:3] for row in vectors(store)} == {("ollama:nomic", 3)}
        monkeypatch.setenv("HOLDFAST_EMBEDDER", "ollama:nomic")
        assert answer("search", "green tea", "--user", "ada")
        monkeypatch.setenv("HOLDFAST_EMBEDDER", "minilm")
        assert answer("stats", code=7)["error"] == "ModelMismatch"
    _command("reembed", "--to", "none")
    assert "ollama:nomic -> no model" in capsys.readouterr().out
    assert vectors(store) == []
    refused = answer("stats", code=7)["message"]
    assert refused.startswith("this store was changed to hold no vectors")
    assert "(HOLDFAST_EMBEDDER=none)" in refused
