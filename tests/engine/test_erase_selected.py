"""What a filter selects to be erased: of which scopes, in which states, over how many pages."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory, Scope
from holdfast.errors import AccessDenied, InvalidInput, NotFound
from holdfast.filters import Range
from holdfast.testing import FrozenClock

ADA, BOTH, BOB = Scope(user="ada"), Scope(user="ada", team="core"), Scope(user="bob")
PORTS = {"contains": {"text": "port"}}


@pytest.fixture
def filled() -> Memory:
    """In each of three scopes a memory about a port, a deleted one, and one about tea."""
    memory = Memory("sqlite://", embedder=None, clock=FrozenClock())
    for scope in (ADA, BOTH, BOB):
        caller = memory.scoped(scope)
        caller.save("the port is 1")
        caller.delete(caller.save("the old port was 0").id)
        caller.save("tea at five")
    return memory


def left(memory: Memory) -> dict[Scope, list[str]]:
    """The texts of all that a store holds, deleted ones too, by scope."""
    where = {"in": {"state": ["active", "deleted"]}}
    found: dict[Scope, list[str]] = {ADA: [], BOTH: [], BOB: []}
    for item in memory.list(where=where, under=Scope.shared(), sort="id", descending=False).items:
        found[item.scope].append(item.text)
    return found


ALL, TEA = ["the port is 1", "the old port was 0", "tea at five"], ["tea at five"]


def test_a_caller_erases_in_the_scope_it_names(filled: Memory) -> None:
    """Its own scope, or the one named; deleted memories too, and nobody else's."""
    caller = filled.scoped(BOTH)
    assert len(caller.erase(where=PORTS, dry_run=True).ids) == 2
    assert left(filled) == {ADA: ALL, BOTH: ALL, BOB: ALL}
    assert len(caller.erase(where=PORTS).ids) == 2
    assert left(filled) == {ADA: ALL, BOTH: TEA, BOB: ALL}
    assert len(caller.erase(where=PORTS, scope=("user",)).ids) == 2
    assert left(filled) == {ADA: TEA, BOTH: TEA, BOB: ALL}
    with pytest.raises(AccessDenied, match="cannot write"):
        caller.erase(where=PORTS, scope=BOB)


def test_the_administrator_erases_under_labels(filled: Memory) -> None:
    """Every scope that carries the labels, whatever else it carries; a state may be asked for."""
    assert len(filled.erase(where={"eq": {"state": "deleted"}}, under=BOB).ids) == 1
    assert left(filled) == {ADA: ALL, BOTH: ALL, BOB: ["the port is 1", "tea at five"]}
    assert len(filled.erase(where=PORTS, under=ADA).ids) == 4
    assert left(filled) == {ADA: TEA, BOTH: TEA, BOB: ["the port is 1", "tea at five"]}


def test_more_than_a_page_is_erased_whole() -> None:
    """Thousands go at once, live and deleted, each once; what the filter leaves stays."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock()) as memory:
        ada = memory.scoped(ADA)
        kept = ada.save("tea at five")
        saved = ada.save_many([{"text": f"port {n}"} for n in range(2_005)])
        for item in saved[990:1_010]:
            ada.delete(item.id)
        done = ada.erase(where=PORTS)
        assert sorted(done.ids) == sorted(item.id for item in saved)
        assert [item.id for item in ada.list(where={"exists": "state"}, limit=1_000).items] == [kept.id]


def test_under_goes_without_scope(filled: Memory) -> None:
    """Both at once is refused, by whatever changes or reads: `scope` was left out of account, and all `under` went."""
    with pytest.raises(InvalidInput, match="under"):
        filled.erase(under=ADA, scope=BOB)
    for verb in (filled.erase, filled.delete_many, filled.list):
        with pytest.raises(InvalidInput, match="under"):
            verb(where=PORTS, under=ADA, scope=BOB)
    assert left(filled) == {ADA: ALL, BOTH: ALL, BOB: ALL}


def test_an_id_in_another_scope_than_named(filled: Memory) -> None:
    """Who names another scope than the memory's erases nothing."""
    id = filled.list(under=BOB, where=PORTS).items[0].id
    with pytest.raises(NotFound):
        filled.erase(id, scope=ADA)
    assert left(filled)[BOB] == ALL
    assert filled.erase(id, scope=BOB).ids == (id,)


def test_a_dry_run_of_whole_scopes_erases_nothing(filled: Memory) -> None:
    """It says what would go, labels and all, and all of it stays."""
    told = filled.erase(under=ADA, dry_run=True)
    assert (len(told.ids), told.counts["scopes"], told.dry_run) == (6, 2, True)
    assert left(filled) == {ADA: ALL, BOTH: ALL, BOB: ALL}
    assert not filled.erase(under=ADA).dry_run
    assert left(filled) == {ADA: [], BOTH: [], BOB: ALL}


@pytest.mark.parametrize("by", ["id", "filter", "under"])
def test_what_has_expired_is_erased_like_the_rest(tmp_path: Path, by: str) -> None:
    """By its id, by a filter or under labels, with every byte; nobody else's, and others cannot tell that it was there."""
    clock = FrozenClock()
    with Memory(f"sqlite:///{tmp_path / 'm.db'}", embedder=None, clock=clock) as memory:
        ada, bob = memory.scoped(ADA), memory.scoped(BOB)
        ends = clock.now() + timedelta(days=1)
        mine = ada.save("the word is rosebud", slot="safe.word", value="rosebud", expires_at=ends)
        theirs = bob.save("the word is xanadu", slot="safe.word", value="xanadu", expires_at=ends)
        clock.advance(days=2)
        with pytest.raises(NotFound):
            bob.erase(mine.id)
        with pytest.raises(AccessDenied):
            memory.scoped(BOTH).erase(mine.id)
        safe = {"eq": {"entity": "safe"}}
        found = {
            "id": lambda: ada.erase(mine.id),
            "filter": lambda: ada.erase(where=safe),
            "under": lambda: memory.erase(where=Range("expires_at", lt=clock.now()), under=ADA),
        }[by]()
        assert found.ids == (mine.id,)
        with pytest.raises(NotFound):
            ada.erase(mine.id)
        assert bob.erase(where=safe, dry_run=True).ids == (theirs.id,)
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"rosebud" not in left
    assert b"xanadu" in left
