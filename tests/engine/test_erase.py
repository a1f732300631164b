"""Erased is gone: from answers, from every byte of the store's files, and it does not come back by itself."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.errors import InvalidInput, ModelError, NotFound
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FakeModel, FrozenClock, HashingEmbedder
from holdfast.verify.erase import found, planted


def opened(folder: Path, **given: Any) -> Memory:
    """Return a memory on the test's file."""
    given = {"embedder": HashingEmbedder(32), "clock": FrozenClock(), **given}
    return Memory(f"sqlite:///{folder / 'memory.db'}", **given)


def chains(memory: Memory, *scopes: Scope) -> list[list[int]]:
    """Return where the chains of scopes do not hold."""
    store = memory._store
    assert isinstance(store, SqliteStore)
    return [store.broken(scope) for scope in scopes]


def test_not_a_byte_is_left(tmp_path: Path) -> None:
    """Canaries in every field, among many other memories: none in any file, also after opening it again."""
    ada, bob = Scope(user="ada"), Scope(user="bob")
    with opened(tmp_path) as memory:
        for who in (ada, bob):
            memory.scoped(who).save_many(
                [{"text": f"note {n} on tea" * 9, "kind": "episode"} for n in range(400)]
            )
        ids = [planted(memory, name, user="ada") for name in "abc"]
        memory.scoped(ada).save_many([{"text": f"more {n} on tea", "kind": "episode"} for n in range(200)])
        theirs = memory.scoped(bob).search("note tea", k=5)
        assert found(tmp_path)
        would = memory.scoped(ada).erase(ids, dry_run=True)
        assert memory.scoped(ada).get(ids[0]).version == 2
        done = memory.scoped(ada).erase(ids)
        assert (done.counts, done.ids, done.pending) == (would.counts, would.ids, False)
        assert found(tmp_path) == []
        with pytest.raises(NotFound):
            memory.scoped(ada).get(ids[0])
        assert memory.scoped(ada).history(slot="zqcanarya.port").items == ()
        assert not set(ids) & {hit.id for hit in memory.scoped(ada).search("tea at five", k=50)}
        assert [hit.id for hit in memory.scoped(bob).search("note tea", k=5)] == [hit.id for hit in theirs]
        assert chains(memory, ada, bob) == [[], []]
    with opened(tmp_path) as memory:
        memory.scoped(ada).save("another day")
        assert chains(memory, ada) == [[]]
    assert found(tmp_path) == []


def test_nothing_is_left_of_cells_that_moved(tmp_path: Path) -> None:
    """Names that come in any order make SQLite move cells between pages, which leaves copies in the room they had."""
    order = random.Random(3)
    with opened(tmp_path, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        names = [f"{order.randrange(10**9):09}{'plain' if n % 5 else 'zqcanary'}" for n in range(2_000)]
        ada.save_many(
            {"text": name, "slot": f"{name}.city", "value": name, "idempotency_key": name} for name in names
        )
        assert len(ada.erase(where={"contains": {"text": "zqcanary"}})) == 400
        assert found(tmp_path) == []
        assert len(ada.list(limit=1_000, sort="id")) == 1_000
        assert chains(memory, Scope(user="ada")) == [[]]


def test_what_was_said_goes_with_what_was_read_from_it(tmp_path: Path) -> None:
    """An episode takes along its facts, what waits for review, and the step that a model has yet to read."""
    with opened(tmp_path, model=FakeModel([ModelError("away")])) as memory:
        ada = memory.scoped(user="ada")
        said = "I live in Zqcanaryville. I am diabetic, zqcanary. For us the zqcanary costs dear."
        with pytest.raises(ModelError):
            ada.observe(said.replace("Z", "z"), thread="zqcanary")
        (episode,) = ada.list(kinds=["episode"]).items
        assert len(ada.backlog()) == 1
        assert len(ada.list()) + len(ada.review()) > 1
        gone = ada.erase(where={"eq": {"thread": "zqcanary"}})
        assert episode.id in gone.ids
        assert gone.counts["jobs"] == 1
        assert (len(ada.list()), len(ada.review()), len(ada.backlog())) == (0, 0, 0)
        assert found(tmp_path) == []


def test_it_is_not_taken_in_again(tmp_path: Path) -> None:
    """`observe` skips it and says so, `save_many` refuses it, `save` is a new act; from another source it is another text."""
    with opened(tmp_path) as memory:
        ada = memory.scoped(user="ada")
        ada.observe("I live in Bergen.")
        ada.erase(where={"eq": {"kind": "episode"}})
        again = ada.observe("I live in Bergen.")
        assert (again.episodes, [one.outcome for one in again.judgements]) == ((), ["skipped"])
        assert "erased" in again.judgements[0].reason
        assert len(ada.observe("I live in Bergen.", allow_erased=True).episodes) == 1
        mail = {"text": "tea at five", "source": {"ref": "mail"}}
        ada.erase(ada.save_many([mail])[0].id)
        with pytest.raises(InvalidInput, match=r"items\[1\].*erased"):
            ada.save_many([{"text": "one"}, mail])
        ada.save_many([{"text": "tea at five", "source": {"ref": "chat"}}])
        ada.save_many([mail], allow_erased=True)
        ada.save(**mail)
        memory.scoped(user="bob").save_many([mail])


def test_a_scope_goes_with_its_labels(tmp_path: Path) -> None:
    """With `under` not even the labels are left, other scopes are untouched, and the scope can begin anew."""
    with opened(tmp_path) as memory:
        planted(memory, user="zqcanaryada")
        planted(memory, user="zqcanaryada", project="api")
        kept = memory.scoped(user="bob").save("tea at five")
        with pytest.raises(TypeError):
            memory.scoped(user="bob").erase(under=Scope.shared())
        done = memory.erase(under=Scope(user="zqcanaryada"))
        assert (len(done), done.counts["scopes"], found(tmp_path)) == (2, 2, [])
        assert [one.id for one in memory.list(under=Scope.shared())] == [kept.id]
        assert memory.stats(under=Scope.shared()).versions == 1
        fresh = memory.scoped(user="zqcanaryada")
        fresh.save_many([{"text": "tea at five"}])
        assert len(fresh.list()) == 1


def test_nobody_erases_what_they_may_not_change(tmp_path: Path) -> None:
    """Another's memory is not found, and of several ids either all go or none."""
    with opened(tmp_path) as memory:
        ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob")
        mine, theirs = ada.save("tea"), bob.save("tea")
        derived = bob.save("tea, says ada", source={"lineage": [mine.id]})
        with pytest.raises(NotFound):
            ada.erase([mine.id, theirs.id])
        assert ada.get(mine.id) == mine
        assert ada.erase(mine.id).ids == (mine.id,)
        assert bob.get(derived.id) == derived
        for wrong in ({}, {"ids": mine.id, "where": {"exists": "slot"}}):
            with pytest.raises(InvalidInput):
                ada.erase(**wrong)


def test_whoever_has_the_file_open_goes_on(tmp_path: Path) -> None:
    """A second memory on the same file, its search state loaded, no longer finds what was erased, and saves as before."""
    with opened(tmp_path, embedder=None) as memory, opened(tmp_path, embedder=None) as other:
        ada, too = memory.scoped(user="ada"), other.scoped(user="ada")
        ids = [one.id for one in ada.save_many({"text": f"zqcanary tea, cup {n}"} for n in range(50))]
        assert len(too.search("tea cup", k=50)) == 50
        assert not ada.erase(ids[:49]).pending
        assert [hit.id for hit in too.search("tea cup", k=50)] == ids[49:]
        more = too.save("coffee, cup 51")
        assert {hit.id for hit in ada.search("cup", k=50)} == {ids[49], more.id}
        too.erase(ids[49])
        assert found(tmp_path) == []


def test_another_reader_keeps_it_pending(tmp_path: Path) -> None:
    """While somebody reads the file as it was the answer says pending; a later write finishes."""
    with opened(tmp_path) as memory:
        id = planted(memory, user="ada")
        reader = sqlite3.connect(tmp_path / "memory.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM versions").fetchone()
        assert memory.scoped(user="ada").erase(id).pending
        assert found(tmp_path)
        reader.execute("COMMIT")
        reader.close()
        memory.scoped(user="bob").save("tea")
        assert found(tmp_path) == []


def test_a_changed_row_breaks_the_chain(tmp_path: Path) -> None:
    """After an erasure a version changed or cut out behind the store's back is still found."""
    with opened(tmp_path) as memory:
        ada = memory.scoped(user="ada")
        items = [ada.save(f"tea {n}") for n in range(4)]
        ada.erase(items[1].id)
        assert chains(memory, Scope(user="ada")) == [[]]
        with sqlite3.connect(tmp_path / "memory.db") as db:
            db.execute("UPDATE versions SET text = 'coffee' WHERE key & 0xFFFFFFFF = 3")
            db.execute("DELETE FROM versions WHERE key & 0xFFFFFFFF = 4")
        db.close()
        assert chains(memory, Scope(user="ada")) == [[3, 4]]


def test_what_was_merged_goes_too(tmp_path: Path) -> None:
    """A merged memory takes along those it was made of, which still tell it; their own source, which says more, stays."""
    with opened(tmp_path, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        said = ada.save("It was about drinks.", kind="episode")
        two = [ada.save(f"zqcanary tea, cup {n}", source={"lineage": [said.id]}) for n in range(2)]
        kept = ada.merge([one.id for one in two])
        assert set(ada.erase(kept.id).ids) == {kept.id, *(one.id for one in two)}
        assert found(tmp_path) == []
        assert [one.id for one in ada.list()] == [said.id]


def test_what_was_taken_out_of_a_merge_stays(tmp_path: Path) -> None:
    """After `undo` the memories are each their own again, and the merged one that is left behind goes alone."""
    with opened(tmp_path, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        two = [ada.save(f"tea, cup {n}") for n in range(2)]
        kept = ada.merge([one.id for one in two])
        ada.undo(kept.id)
        assert ada.erase(kept.id).ids == (kept.id,)
        assert {one.id for one in ada.list()} == {one.id for one in two}


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    """With `on_erased` the others are saved, in every transaction, and each place left out is told."""
    with opened(tmp_path, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        texts = [{"text": f"note {n}"} for n in range(1_200)]
        ada.erase([one.id for one in ada.save_many([texts[3], texts[1_100]])])
        places: list[int] = []
        assert len(ada.save_many(texts, on_erased=places.append)) == 1_198
        assert places == [3, 1_100]


def _erase(folder: Path, begun: Event) -> None:
    with opened(folder, embedder=None) as memory:
        begun.set()
        memory.erase(under=Scope(user="zqcanaryada"))


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03, 0.06, 0.1, 0.2])
def test_killed_it_is_all_or_nothing(tmp_path: Path, after: float) -> None:
    """Killed while it erases, either everything is there or nothing, and the next opening leaves no byte of what went."""
    with opened(tmp_path, embedder=None) as memory:
        ada = memory.scoped(user="zqcanaryada")
        ada.save_many({"text": f"zqcanary {n} " * 20, "kind": "episode"} for n in range(3_000))
    spawn = multiprocessing.get_context("spawn")
    begun = spawn.Event()
    child = spawn.Process(target=_erase, args=(tmp_path, begun))
    child.start()
    assert begun.wait(30)
    time.sleep(after)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    with opened(tmp_path, embedder=None) as memory:
        left = memory.stats(under=Scope.shared()).versions
        assert left in (0, 3_000)
        assert bool(found(tmp_path)) == bool(left)


def test_the_answer_tells_no_text(tmp_path: Path) -> None:
    """What `erase` returns names ids and counts alone, and what it cannot reach."""
    with opened(tmp_path) as memory:
        done = memory.scoped(user="ada").erase(planted(memory, user="ada"))
        told = json.dumps(done.to_json())
        assert "zqcanary" not in told
        assert "backups" in told
        assert done.counts["versions"] == 2
        assert done.counts["receipts"] == 2
