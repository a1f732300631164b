"""Idempotency keys: a repeated call gives the first call's memory, for 7 days, in its scope, with the same body."""

from __future__ import annotations

from datetime import timedelta

import pytest

from holdfast import Memory, Scope
from holdfast.errors import IdempotencyConflict
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock


def test_a_repeated_call_writes_nothing(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Not even a sighting; also when the clock has moved on."""
    first = ada.save("hello", idempotency_key="k")
    clock.advance(days=6)
    assert ada.save("hello", idempotency_key="k") == first
    assert len(ada.changes()) == 1


def test_a_key_is_kept_seven_days(ada: ScopedMemory, clock: FrozenClock) -> None:
    """After that it is free again, also for something else."""
    first = ada.save("hello", kind="episode", idempotency_key="k")
    clock.advance(timedelta(days=7) - timedelta(seconds=1))
    assert ada.save("hello", kind="episode", idempotency_key="k") == first
    clock.advance(seconds=1)
    assert ada.save("good bye", kind="episode", idempotency_key="k").id != first.id


def test_what_is_said_again_in_one_call_is_counted(ada: ScopedMemory) -> None:
    """Each item comes back with the sightings it had by then, in one call as in several."""
    ada.save("tea")
    made = ada.save_many(
        [{"text": "tea"}, {"text": "milk"}, {"text": "tea"}, {"text": "milk"}, {"text": "milk"}]
    )
    assert [item.sightings for item in made] == [2, 1, 3, 2, 3]
    assert sorted(item.sightings for item in ada.list()) == [3, 3]


def test_a_call_is_the_same_after_a_rename(ada: ScopedMemory) -> None:
    """What its slot is called by then does not make it another body."""
    body = {"text": "Bob lives in Rome", "slot": "bob.city", "value": "Rome", "idempotency_key": "my-key"}
    first = ada.save(**body)
    ada.rename("bob", "robert")
    assert ada.save(**body).id == ada.save_many([body])[0].id == first.id
    with pytest.raises(IdempotencyConflict):
        ada.save(**{**body, "slot": "anna.city"})


def test_a_key_twice_in_one_call(ada: ScopedMemory) -> None:
    """With another body it is refused by the key, and no memory is named that nobody can look up."""
    twice = [{"text": text, "idempotency_key": "my-key"} for text in ("tea", "milk")]
    with pytest.raises(IdempotencyConflict, match=r"my-key.*of the same transaction"):
        ada.save_many(twice)
    assert not ada.list().items


@pytest.mark.parametrize(
    "other", [{"text": "bye"}, {"kind": "preference"}, {"tags": ["x"]}, {"value": 1}, {"importance": 1}]
)
def test_another_body_is_refused(ada: ScopedMemory, other: dict[str, object]) -> None:
    """The refusal names the key and the memory it stands for, and nothing is written."""
    first = ada.save("hello", idempotency_key="my-key")
    with pytest.raises(IdempotencyConflict) as error:
        ada.save(**{"text": "hello", **other}, idempotency_key="my-key")
    assert "my-key" in str(error.value)
    assert first.id in str(error.value)
    assert len(ada.changes()) == 1


def test_a_key_belongs_to_its_scope(memory: Memory, ada: ScopedMemory) -> None:
    """The same key elsewhere is another key, and tells nothing of this one."""
    first = ada.save("hello", idempotency_key="k")
    bob = memory.scoped(user="bob")
    assert bob.save("something else", idempotency_key="k").id != first.id
    both = memory.scoped(user="ada", project="api")
    assert both.save("a third thing", idempotency_key="k").id != first.id
    assert both.save("hello", scope=("user",), idempotency_key="k").id == first.id
    assert memory.save("hello", scope=Scope(user="ada"), idempotency_key="k").id == first.id


def test_a_key_gives_the_memory_as_it_is_now(ada: ScopedMemory) -> None:
    """Changed or deleted meanwhile, it is not written anew."""
    first = ada.save("hello", idempotency_key="k")
    changed = ada.update(first.id, text="hello again")
    assert ada.save("hello", idempotency_key="k") == changed
    ada.delete(first.id)
    again = ada.save("hello", idempotency_key="k")
    assert (again.id, again.state) == (first.id, "deleted")
    assert ada.list().items == ()


def test_a_key_of_a_memory_that_left(memory: Memory) -> None:
    """Moved to where the caller still sees it, the key gives it there; deleted, it stays deleted and says so."""
    both = memory.scoped(user="ada", team="core")
    moved, gone = both.save("shared soon", idempotency_key="a"), both.save("a joke", idempotency_key="b")
    both.update(moved.id, scope=("team",))
    both.delete(gone.id)
    again = both.save("shared soon", idempotency_key="a")
    assert (again.id, again.state, again.scope) == (moved.id, "active", Scope(team="core"))
    again = both.save("a joke", idempotency_key="b")
    assert (again.id, again.state) == (gone.id, "deleted")
    assert [item.text for item in both.list()] == ["shared soon"]


def test_a_key_of_an_expired_memory_is_free(ada: ScopedMemory, clock: FrozenClock) -> None:
    """What has expired is never returned, so its key cannot stand for it."""
    first = ada.save("hello", idempotency_key="k", expires_at=clock.now() + timedelta(hours=1))
    clock.advance(hours=2)
    assert ada.save("hello", idempotency_key="k").id != first.id


def test_keys_in_a_batch(ada: ScopedMemory) -> None:
    """The same key twice in one batch is one memory; a batch sent again writes nothing; another body refuses it all."""
    batch = [{"text": f"note {n}", "kind": "episode", "idempotency_key": f"k{n}"} for n in range(3)]
    first = ada.save_many([*batch, batch[0]])
    assert first[3] == first[0]
    assert ada.save_many(batch) == first[:3]
    with pytest.raises(IdempotencyConflict):
        ada.save_many([{"text": "new", "kind": "episode"}, batch[1] | {"text": "other"}])
    with pytest.raises(IdempotencyConflict):
        ada.save_many([{"text": "one", "idempotency_key": "x"}, {"text": "two", "idempotency_key": "x"}])
    assert len(ada.list()) == 3


def test_a_key_and_a_sighting(ada: ScopedMemory) -> None:
    """A key that met a memory already there stands for that one."""
    first = ada.save("hello")
    again = ada.save("hello", idempotency_key="k")
    assert (again.id, again.sightings) == (first.id, 2)
    assert ada.save("hello", idempotency_key="k").sightings == 2
