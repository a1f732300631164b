"""A memory that is true in parts, values saved again, bulk changes against other writers, and a fork while others write."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Memory, Scope
from holdfast.errors import ConfigError, EmbedderError, InvalidInput, StoreClosed
from holdfast.filters import Contains
from holdfast.testing import FrozenClock


def day(month: int, number: int = 1) -> datetime:
    """A day of 2025, before the frozen clock's."""
    return datetime(2025, month, number, tzinfo=UTC)


@pytest.fixture
def memory() -> Memory:
    """A store in memory under a frozen clock, by words alone."""
    return Memory("sqlite://", embedder=None, clock=FrozenClock())


def test_a_value_saved_again_inside_its_time_is_a_sighting(memory: Memory) -> None:
    """X until March, Y from then on; X said of February once more is X seen twice, also where Y is only planned."""
    ada = memory.scoped(user="ada")
    x = ada.save("X", slot="w.w", value=1, valid_from=day(1))
    ada.save("Y", slot="w.w", value=2, valid_from=day(3))
    again = ada.save("X", slot="w.w", value=1, valid_from=day(2))
    assert (again.id, again.sightings) == (x.id, 2)
    now = ada.save("A", slot="v.v", value=1)
    ada.save("B", slot="v.v", value=2, valid_from=day(3) + timedelta(days=3650))
    assert ada.save("A", slot="v.v", value=1).id == now.id


def test_what_is_true_now_is_the_current_version(memory: Memory) -> None:
    """A change planned for next month leaves today's text in place, for get, update, filters and expected versions alike."""
    ada = memory.scoped(user="ada")
    clock = memory._engine._parts.clock
    rent = ada.save("rent is 900 euro")
    ada.update(rent.id, text="rent is 950 euro", changed_at=clock.now() + timedelta(days=30))
    assert ada.get(rent.id).text == "rent is 900 euro"
    shown = ada.list().items[0]
    assert ada.update_many(Contains("text", "900"), {"tags": ["money"]}).ids == (rent.id,)
    assert ada.list().items[0].tags == ("money",)
    assert ada.get(rent.id, valid_at=clock.now() + timedelta(days=31)).tags == ()
    current = ada.get(rent.id)
    assert current.version > shown.version
    ada.update(rent.id, importance=0.9, expected_version=current.version)
    assert [hit.item.importance for hit in ada.search("rent")] == [0.9]
    clock.advance(days=31)
    assert ada.get(rent.id).text == "rent is 950 euro"


def test_save_returns_the_text_that_was_saved(memory: Memory) -> None:
    """A sighting of an earlier part returns that part, not the memory's current one."""
    ada = memory.scoped(user="ada")
    made = ada.save("alpha", valid_from=day(1))
    ada.update(made.id, text="beta", changed_at=day(3))
    again = ada.save("alpha", valid_from=day(2), valid_to=day(2, 5))
    assert (again.id, again.text, again.sightings) == (made.id, "alpha", 2)


def test_a_shorter_life_takes_nothing_in(memory: Memory) -> None:
    """A memory saved for good is not joined to one that expires tomorrow."""
    ada = memory.scoped(user="ada")
    clock = memory._engine._parts.clock
    ada.save("the code is 1", expires_at=clock.now() + timedelta(days=1))
    ada.save("the code is 1")
    clock.advance(days=2)
    assert [item.text for item in ada.list().items] == ["the code is 1"]


def test_bulk_changes_leave_alone_what_no_longer_matches(tmp_path: Path) -> None:
    """A memory that others changed between selection and write is selected anew, and left alone if it does not fit."""
    url = f"sqlite:///{tmp_path / 'bulk.db'}"
    with Memory(url, embedder=None) as memory, Memory(url, embedder=None) as other:
        ada, theirs = memory.scoped(user="ada"), other.scoped(user="ada")
        ids = [ada.save(f"note {n}", tags=["draft"]).id for n in range(3)]
        store = memory._engine._parts.store
        plain, meddled = store.apply, []

        def apply(writes: object, by: object, now: object) -> object:
            if not meddled:
                meddled.append(theirs.update(ids[1], tags=["final"]))
            return plain(writes, by, now)  # type: ignore[arg-type]

        store.apply = apply  # type: ignore[method-assign,assignment]
        assert set(ada.delete_many(Contains("tags", "draft")).ids) == {ids[0], ids[2]}
        assert [item.id for item in ada.list().items] == [ids[1]]


def test_a_value_that_is_erased_while_another_is_saved_ends_nothing(tmp_path: Path) -> None:
    """A value of earlier on was to end where a later one begins: without that one, erased in between, it holds on."""
    url = f"sqlite:///{tmp_path / 'erased.db'}"
    with Memory(url, embedder=None) as memory, Memory(url, embedder=None) as other:
        ada, theirs = memory.scoped(user="ada"), other.scoped(user="ada")
        later = ada.save("port 9090", slot="server.port", value=9090, valid_from=day(2))
        store = memory._engine._parts.store
        plain, meddled = store.apply, []

        def apply(writes: object, by: object, now: object) -> object:
            if not meddled:
                meddled.append(theirs.erase(later.id))
            return plain(writes, by, now)  # type: ignore[arg-type]

        store.apply = apply  # type: ignore[method-assign,assignment]
        saved = ada.save("port 8080", slot="server.port", value=8080, valid_from=day(1))
        assert (saved.valid_to, saved.superseded_by) == (None, None)
        assert ada.current("server.port") == saved


def test_an_administrator_moves_a_memory(memory: Memory) -> None:
    """The unscoped memory moves an item by naming where it goes."""
    item = memory.scoped(team="core").save("the plan")
    moved = memory.update(item.id, scope=Scope(user="ada"))
    assert moved.scope == Scope(user="ada")
    assert [hit.id for hit in memory.scoped(user="ada").search("plan")] == [item.id]
    assert memory.scoped(team="core").list().items == ()


@pytest.mark.parametrize("trust", ["user", "model"])
def test_a_moved_memory_is_where_it_went(memory: Memory, trust: str) -> None:
    """Whoever sees both places changes, deletes and restores it there, whatever times it was given and though it waits for review."""
    ada = memory.scoped(user="ada", team="core")
    item = ada.save("I am allergic to nuts", source={"trust": trust}, scope=("user",))
    memory.update(item.id, scope=Scope(team="core"))
    team = ("team",)
    assert ada.update(item.id, valid_from=day(3), scope=team).scope == Scope(team="core")
    assert ada.delete(item.id, scope=team).state == "deleted"
    back = ada.restore(item.id, scope=team)
    assert (back.state, back.scope) == (item.state, Scope(team="core"))
    assert item.state == ("pending" if trust == "model" else "active")


@pytest.mark.parametrize("latin_only", [False, True])
def test_a_model_of_many_scripts_is_heard_in_each(latin_only: bool) -> None:
    """A question in Japanese is answered by the meaning that one's own model sees, unless it says that it reads Latin alone."""

    class Polyglot:
        id, dimension = "polyglot", 2

        def embed(self, texts: list[str]) -> list[list[float]]:
            return [[1.0, 0.1] if {"犬", "わ"} & {*text} else [0.1, 1.0] for text in texts]

    model = Polyglot()
    if latin_only:
        model.latin_only = True  # type: ignore[attr-defined]
    ada = Memory("sqlite://", embedder=model, language="none").scoped(user="ada")  # type: ignore[arg-type]
    texts = ["わんちゃんが好き", "天気がいい", "電車が遅れた"]
    ada.save_many({"text": text} for text in texts)
    hits = {hit.text: hit for hit in ada.search("犬")}
    assert len(hits) == 3
    meanings = [hits[text].signals["meaning"] for text in texts]
    if latin_only:
        assert meanings == [0, 0, 0]
    else:
        assert next(iter(hits)) == texts[0]
        assert meanings[0] > 2 * max(meanings[1:])
        assert hits[texts[0]].relevance > 0.5 > hits[texts[1]].relevance


def test_what_is_handed_over_is_checked(memory: Memory) -> None:
    """A model, a hook or a cursor that is none gets our errors, not foreign ones."""

    class Wrong:
        id, dimension = "wrong", 4

        def embed(self, texts: object) -> object:
            return [["x"]]

    with pytest.raises(EmbedderError):
        Memory("sqlite://", embedder=Wrong()).scoped(user="a").save("hello")
    Wrong.dimension = 0
    with pytest.raises(ConfigError):
        Memory("sqlite://", embedder=Wrong())
    with pytest.raises(InvalidInput):
        Memory("sqlite://", embedder=None, redact=lambda draft: None).scoped(user="a").save("hello")  # type: ignore[arg-type,return-value]
    with pytest.raises(InvalidInput):
        Memory("sqlite://", embedder=None, many=5)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_forked_while_others_write_can_write(tmp_path: Path) -> None:
    """Children forked from under writing and searching threads save at once; a store in memory stays with the parent."""
    with Memory(f"sqlite:///{tmp_path / 'fork.db'}", embedder=None) as memory:
        ada, done = memory.scoped(user="ada"), threading.Event()

        def write() -> None:
            while not done.is_set():
                ada.save("written by the parent", kind="episode")

        def read() -> None:
            while not done.is_set():
                ada.search("written")
                ada.stats()

        threads = [threading.Thread(target=act) for act in (write, write, read)]
        for thread in threads:
            thread.start()
        statuses = [forked(lambda n=n: ada.save(f"child {n}").version == 1) for n in range(12)]
        done.set()
        for thread in threads:
            thread.join()
        assert statuses == [0] * 12
        assert {f"child {n}" for n in range(12)} == {item.text for item in ada.list(kinds=["fact"]).items}
    memory = Memory("sqlite://", embedder=None)
    assert forked(lambda: refused(memory)) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_fork_waits_until_nobody_reads(tmp_path: Path) -> None:
    """SQLite's own locks go into the child as they are: whoever reads in another thread is done first."""
    with Memory(f"sqlite:///{tmp_path / 'fork.db'}", embedder=None) as memory:
        store, begun, left = memory._engine._parts.store, threading.Event(), threading.Event()

        def read() -> None:
            with store._reading():
                begun.set()
                threading.Event().wait(0.3)  # a long statement
                left.set()

        reader = threading.Thread(target=read)
        reader.start()
        begun.wait()
        assert forked(left.is_set) == 0
        reader.join()
        assert memory.stats().items == 0  # and others are let in again


def forked(act: object) -> int:
    """Run `act` in a forked child; 0 when it returned true."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if act() else 1)  # type: ignore[operator]
        finally:
            os._exit(2)
    return os.waitpid(child, 0)[1]


def refused(memory: Memory) -> bool:
    """Whether a store in memory says that it is not here."""
    try:
        memory.stats()
    except StoreClosed:
        return True
    return False


@pytest.mark.parametrize("turns", [5, 100])
def test_a_corrected_turn_keeps_its_place(memory: Memory, turns: int) -> None:
    """A turn without a number, of the same moment as its neighbours, is found beside them also once it was corrected."""
    ada = memory.scoped(user="ada")
    said = ada.save_many({"text": f"word{n}", "kind": "episode", "thread": "t"} for n in range(turns))
    ada.update(said[2].id, text="the zebra came")
    found = ada.search("zebra", k=turns)
    assert [hit.text for hit in found[:3]] == ["the zebra came", "word1", "word3"]


def test_the_parts_of_a_memory_expire_together(memory: Memory) -> None:
    """A new expiry beside a new time or slot, or a move, is that of all parts: every way of looking says the same."""
    ada, clock = memory.scoped(user="ada"), memory._engine._parts.clock
    day = timedelta(days=1)
    rent = ada.save("rent 900", slot="rent.price", value=900, expires_at=clock.now() + day)
    ada.update(rent.id, text="rent 950", value=950, changed_at=clock.now() + 30 * day)
    ada.update(rent.id, valid_to=clock.now() + 10 * day, expires_at=clock.now() + 50 * day)
    ada.update(rent.id, slot="rent.cost", expires_at=clock.now() + 60 * day)
    memory.update(rent.id, scope=Scope(user="bob"), expires_at=clock.now() + 70 * day)
    bob = memory.scoped(user="bob")
    for later, text in ((5 * day, "rent 900"), (65 * day, "rent 950")):
        at = clock.now() + later
        assert [item.text for item in bob.list(valid_at=at)] == [text]
        assert [hit.text for hit in bob.search("rent", valid_at=at)] == [text]
    clock.advance(days=65)
    assert [hit.text for hit in bob.search("rent")] == [item.text for item in bob.list()] == ["rent 950"]
