"""A slot holds one value at a time: later, late, future and contradicting values, and changes of mind."""

from __future__ import annotations

import gc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, MemoryItem, Scope
from holdfast.errors import InvalidInput, SlotConflict
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock
from holdfast.testing.doubles import START

DAY = timedelta(days=1)


def put(
    memory: ScopedMemory, value: Any, day: float | None = None, slot: str = "server.port", **more: Any
) -> Any:
    """Save a value into a slot, valid from a day after the clock's start."""
    start = None if day is None else START + day * DAY
    return memory.save(f"{slot} is {value}", slot=slot, value=value, valid_from=start, **more)


def values(memory: ScopedMemory, *days: float, slot: str = "server.port") -> list[Any]:
    """Return the slot's value on each of some days."""
    found = [memory.current(slot, valid_at=START + day * DAY) for day in days]
    return [None if item is None else item.value for item in found]


def test_a_later_value_ends_the_earlier(ada: ScopedMemory, clock: FrozenClock) -> None:
    """The new value is current, the old one is history with an end, and both say so of each other."""
    old = put(ada, 8080)
    clock.advance(days=1)
    new = put(ada, 9090)
    assert ada.current("server.port") == new
    assert values(ada, 0, 0.99, 1, 5) == [8080, 8080, 9090, 9090]
    ended = ada.get(old.id)
    assert (ended.state, ended.valid_to, ended.superseded_by, ended.version) == (
        "superseded",
        new.valid_from,
        new.id,
        2,
    )
    assert new.supersedes == old.id
    assert [hit.id for hit in ada.search("server port")] == [new.id]
    assert [(one.item.value, one.version) for one in ada.history(slot="server.port")] == [
        (8080, 1),
        (8080, 2),
        (9090, 1),
    ]


def test_a_late_arriving_value_becomes_history(ada: ScopedMemory, clock: FrozenClock) -> None:
    """An older fact that is told later ends where its successor starts, and does not hide it."""
    clock.advance(days=10)
    new = put(ada, 9090, 5)
    late = put(ada, 8080, 2)
    assert (late.valid_to, late.state) == (new.valid_from, "superseded")
    assert ada.get(late.id) == late
    assert ada.current("server.port") == ada.get(new.id)
    assert values(ada, 1, 2, 4.9, 5) == [None, 8080, 8080, 9090]
    middle = put(ada, 8888, 3)
    assert values(ada, 2, 3, 4.9, 5) == [8080, 8888, 8888, 9090]
    assert middle.supersedes == late.id


def test_a_future_value_waits(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A value that begins tomorrow leaves today's in place until then."""
    put(ada, 8080, 0)
    future = put(ada, 9090, 7)
    assert ada.current("server.port").value == 8080
    assert [hit.item.value for hit in ada.search("server port")] == [8080]
    assert ada.get(future.id).value == 9090
    put(ada, 8888, 3)
    assert values(ada, 0, 3, 6.9, 7) == [8080, 8888, 8888, 9090]
    clock.advance(days=8)
    assert ada.current("server.port").value == 9090
    assert [hit.item.value for hit in ada.search("server port")] == [9090]


def test_two_explicit_values_of_one_moment_are_a_conflict(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Both stay, each flagged with the other; the next value ends both."""
    one, two = put(ada, 1, 0), put(ada, 2, 0)
    assert ada.get(one.id).conflicts_with == (two.id,)
    assert two.conflicts_with == (one.id,)
    assert {hit.item.value for hit in ada.search("server port")} == {1, 2}
    clock.advance(days=1)
    put(ada, 3)
    assert {hit.item.value for hit in ada.search("server port")} == {3}
    assert values(ada, 2) == [3]


def test_a_conflict_ends_when_a_side_leaves(memory: Memory, ada: ScopedMemory) -> None:
    """Deleted alone or with others, moved away, or corrected out of its slot or time: the other side names it no longer."""
    leaving: list[Any] = [
        lambda id: ada.delete(id),
        lambda id: ada.delete_many({"eq": {"id": id}}),
        lambda id: memory.update(id, scope=Scope(user="bob")),
        lambda id: ada.update(id, slot=None),
        lambda id: ada.update(id, slot="other.port"),
        lambda id: ada.update(
            id, valid_from=START - 3 * DAY, valid_to=START - 2 * DAY
        ),  # over before the other begins
    ]
    for n, leave in enumerate(leaving):
        slot = f"server{n}.port"
        stays, goes = put(ada, 1, -1, slot), put(ada, 2, -1, slot)
        assert ada.get(stays.id).conflicts_with == (goes.id,)
        leave(goes.id)
        assert ada.get(stays.id).conflicts_with == (), n
        if n > 1:
            assert memory.get(goes.id, under=Scope.shared()).conflicts_with == ()


def test_a_conflict_comes_back_with_its_side(ada: ScopedMemory) -> None:
    """Restored, a memory is in conflict again with those that are still there, and with no others."""
    one, two, three = (put(ada, value, 1) for value in (1, 2, 3))
    ada.delete(one.id)
    ada.delete(two.id)
    assert ada.get(three.id).conflicts_with == ()
    assert ada.restore(two.id).conflicts_with == (three.id,)
    assert ada.get(three.id).conflicts_with == (two.id,)
    ada.restore(one.id)
    assert [set(ada.get(id).conflicts_with) for id in (one.id, two.id)] == [
        {two.id, three.id},
        {one.id, three.id},
    ]


def test_what_was_superseded_at_once_can_be_corrected(ada: ScopedMemory) -> None:
    """A value that ended in the moment it began was true at no time, and its record can be corrected like any other."""
    first = ada.save("port 1", slot="server.port", value=1, observed_at=START)
    ada.save("port 2", slot="server.port", value=2, observed_at=START)
    assert ada.get(first.id).valid_from == ada.get(first.id).valid_to
    assert ada.update(first.id, tags=["typo"]).tags == ("typo",)


def test_a_batch_decides_as_one_by_one() -> None:
    """Values of the same moment name each other in the same order, whether saved at once or in turn."""
    drafts: list[dict[str, Any]] = [
        {"text": f"port {value}", "slot": "server.port", "value": value, "observed_at": START}
        for value in (1, 2, 1, 3)
    ]
    drafts += [{"text": f"at {n}", "slot": "server.port", "value": n, "valid_from": START} for n in (4, 5, 6)]
    found = []
    for many in (True, False):
        with Memory("sqlite://", embedder=None, clock=FrozenClock()) as memory:
            ada = memory.scoped(user="ada")
            if many:
                ada.save_many(drafts)
            else:
                for one in drafts:
                    ada.save(**one)
            items = {item.id: item for item in ada.list(where={"exists": "state"}, sort="id")}
            names = {None: None} | {id: item.text for id, item in items.items()}
            found.append(
                [
                    (one.text, names[one.supersedes], names[one.superseded_by], [names[id] for id in one.conflicts_with])
                    for one in sorted(items.values(), key=lambda item: item.id)
                ]
            )  # fmt: skip
    assert found[0] == found[1]


def test_commit_order_decides_where_no_time_was_given(ada: ScopedMemory) -> None:
    """Without explicit times, also at the same tick of the clock, the value saved last counts."""
    for n in range(5):
        put(ada, n)
        assert ada.current("server.port").value == n
    assert len(ada.search("server port", k=50)) == 1
    ada.save_many([{"text": f"port {n}", "slot": "server.port", "value": n} for n in range(10, 14)])
    assert ada.current("server.port").value == 13
    assert [hit.item.value for hit in ada.search("server port", k=50)] == [13]


def test_nothing_is_lost_whatever_the_order(memory: Memory, clock: FrozenClock) -> None:
    """Five values told in any order give the same timeline."""
    clock.advance(days=30)
    for order in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3], [3, 4, 0, 2, 1]):
        caller = memory.scoped(user=str(order))
        for day in order:
            put(caller, day, day)
        assert values(caller, -1, 0, 0.5, 1, 2.5, 3, 3.5, 4, 9) == [None, 0, 0, 1, 2, 3, 3, 4, 4]


def test_many_values_at_once(url: str, clock: FrozenClock) -> None:
    """A slot of cardinality many keeps all: by its attribute, or because the caller said so."""
    with Memory(url, embedder=None, clock=clock, many=["role"]) as memory:
        ada = memory.scoped(user="ada")
        for slot in ("ada.pet", "ada.role", "ada.home"):
            for value in ("one", "two", "three"):
                put(ada, value, slot=slot)
                clock.advance(days=1)
        live = [item.slot for item in ada.list()]
        assert {slot: live.count(slot) for slot in live} == {"ada.pet": 3, "ada.role": 3, "ada.home": 1}
        assert ada.current("ada.pet").value == "three"


def test_restoring_into_an_occupied_slot(ada: ScopedMemory, clock: FrozenClock) -> None:
    """The refusal carries the holder, and after that one is gone the restore works."""
    old = put(ada, 8080)
    ada.delete(old.id)
    assert ada.current("server.port") is None
    clock.advance(days=1)
    new = put(ada, 9090)
    with pytest.raises(SlotConflict) as error:
        ada.restore(old.id)
    assert error.value.holder == new
    ada.delete(new.id)
    assert ada.restore(old.id).value == 8080
    assert ada.current("server.port").value == 8080


def test_a_deleted_value_leaves_the_slot_empty(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Deleting the later value does not resurrect the earlier one, and restoring it brings exactly it back."""
    put(ada, 8080)
    clock.advance(days=1)
    new = put(ada, 9090)
    ada.delete(new.id)
    assert ada.current("server.port") is None
    assert values(ada, 0.5) == [8080]
    ada.restore(new.id)
    assert values(ada, 0.5, 2) == [8080, 9090]


def test_a_correction_keeps_the_valid_time(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Without `changed_at` the new value has always been true."""
    item = put(ada, 8080)
    clock.advance(days=3)
    fixed = ada.update(item.id, text="server.port is 8081", value=8081)
    assert (fixed.valid_from, fixed.version) == (item.valid_from, 2)
    assert values(ada, 0, 4) == [8081, 8081]
    assert ada.current("server.port", valid_at=START, known_at=START + DAY).value == 8080


def test_a_change_at_a_time(ada: ScopedMemory, clock: FrozenClock) -> None:
    """With `changed_at` the old value stays true up to then; later and late values still find their place."""
    item = put(ada, 1)
    clock.advance(days=10)
    changed = ada.update(item.id, text="server.port is 2", value=2, changed_at=START + 4 * DAY)
    assert changed.id == item.id
    assert values(ada, 0, 3.9, 4, 11) == [1, 1, 2, 2]
    assert ada.get(item.id) == changed
    put(ada, 3, 2)
    assert values(ada, 0, 1.9, 2, 3.9, 4, 11) == [1, 1, 3, 3, 2, 2]
    put(ada, 4, 8)
    assert values(ada, 0, 2, 4, 7.9, 8, 11) == [1, 3, 2, 2, 4, 4]
    ada.delete(item.id)
    assert values(ada, 0, 2, 4, 8) == [None, 3, None, 4]
    ada.restore(item.id)
    assert values(ada, 0, 1.9, 2, 3.9, 4, 7.9, 8, 11) == [1, 1, 3, 3, 2, 2, 4, 4]


def test_a_change_outside_the_memorys_time_is_refused(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A change cannot come before its memory began, nor after it ended."""
    item = put(ada, 1, 2)
    put(ada, 2, 6)
    for day in (1, 2, 6, 7):
        with pytest.raises(InvalidInput) as error:
            ada.update(item.id, text="x", value=3, changed_at=START + day * DAY)
        assert error.value.field == "changed_at"
    assert ada.get(item.id).version == 2


def test_text_and_value_change_together(ada: ScopedMemory) -> None:
    """A new text for a slotted memory needs its value, so that the two cannot drift apart."""
    item = put(ada, 8080)
    with pytest.raises(InvalidInput) as error:
        ada.update(item.id, text="server.port is 9090")
    assert error.value.field == "value"
    assert ada.get(item.id) == item
    assert ada.update(item.id, text="server.port is 9090", value=9090).value == 9090
    assert ada.update(item.id, tags=["x"]).version == 3
    assert ada.update(item.id, text="no slot any more", slot=None).slot is None


def test_moving_into_an_occupied_slot(memory: Memory, ada: ScopedMemory) -> None:
    """An update may not take a slot that another memory holds: by slot, by scope or by time."""
    holder = put(ada, 1)
    other = ada.save("something", slot="server.host", value="x")
    with pytest.raises(SlotConflict) as error:
        ada.update(other.id, slot="server.port")
    assert error.value.holder == holder
    both = memory.scoped(user="ada", project="api")
    theirs = put(both, 2)
    with pytest.raises(SlotConflict):
        both.update(theirs.id, scope=("user",))
    past = put(ada, 3, -5)
    with pytest.raises(SlotConflict):
        ada.update(past.id, valid_to=START + DAY)
    assert ada.update(past.id, valid_to=START - DAY).valid_to == START - DAY
    assert values(ada, -5, -0.5, 0) == [3, None, 1]


def test_slots_of_other_scopes_do_not_compete(memory: Memory) -> None:
    """The same slot in another scope is another slot; the narrower visible one answers first."""
    both, only = memory.scoped(user="ada", project="api"), memory.scoped(user="ada")
    put(only, 1)
    put(both, 2)
    memory.save("server.port is 3", slot="server.port", value=3, scope=only.list().items[0].scope.shared())
    assert (both.current("server.port").value, only.current("server.port").value) == (2, 1)
    assert memory.scoped(user="bob").current("server.port").value == 3
    assert both.current("server.port", scope=("user",)).value == 1


def test_spelling_does_not_split_a_slot(ada: ScopedMemory) -> None:
    """Case and spacing of a slot's name do not matter, on the way in or out."""
    put(ada, 1, slot="Server.Port")
    put(ada, 2, slot="server.port")
    assert ada.current("SERVER.port").value == 2
    assert len(ada.history(slot="ｓerver.port")) == 3


def test_the_same_thing_again_is_a_sighting(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Text, kind, slot and scope the same: no new memory, one more sighting; episodes are never merged."""
    first = put(ada, 8080)
    clock.advance(days=1)
    again = put(ada, 8080)
    assert (again.id, again.version, again.sightings) == (first.id, 1, 2)
    assert len(ada.changes()) == 1
    assert put(ada, "8080").id != first.id
    assert ada.save("hello", kind="fact").id == ada.save("hello", kind="fact").id
    assert ada.save("hello", kind="preference").id != ada.save("hello").id
    assert ada.save("hello", kind="episode").id != ada.save("hello", kind="episode").id


def test_a_sighting_counts_from_when_it_was_seen(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Asked what was known before the second time, every way of looking says once."""
    first = put(ada, 8080)
    before = clock.now()
    clock.advance(days=1)
    put(ada, 8080)
    assert [hit.item.sightings for hit in ada.search("port")] == [2]
    then = [
        ada.get(first.id, known_at=before),
        ada.search("port", known_at=before)[0].item,
        ada.list(known_at=before).items[0],
        ada.current("server.port", known_at=before),
        ada.history(first.id, known_at=before).items[0].item,
    ]
    assert [item.sightings for item in then if item is not None] == [1] * 5
    assert [item.sightings for item in ada.list(known_at=clock.now())] == [2]
    once, twice = ada.save_many([{"text": "tea"}, {"text": "tea"}])
    assert (twice.known_from, twice.sightings) == (once.known_from, 2)


def test_after_a_change_of_mind_the_old_value_is_new_again(ada: ScopedMemory, clock: FrozenClock) -> None:
    """8080, 9090, 8080 again: three stretches of time, not one sighting of the past."""
    for value in (8080, 9090, 8080):
        put(ada, value)
        clock.advance(days=1)
    assert values(ada, 0, 1, 2) == [8080, 9090, 8080]
    assert ada.current("server.port").sightings == 1


def test_an_expired_holder_does_not_hold(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A value that has expired neither answers nor stands in the way of the next."""
    old = put(ada, 1, expires_at=START + DAY)
    clock.advance(days=2)
    assert ada.current("server.port") is None
    new = put(ada, 2)
    assert new.supersedes is None
    assert ada.current("server.port").id == new.id != old.id


def test_values_that_were_read_do_not_pile_up(tmp_path: Path) -> None:
    """Of a store with more values than are worth keeping, reading each once keeps no more than those."""
    with Memory(f"sqlite:///{tmp_path / 'values.db'}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.save_many([{"text": f"n{n} is {n}", "slot": f"number.n{n}", "value": n} for n in range(6_000)])
        before = sum(isinstance(one, MemoryItem) for one in gc.get_objects())
        for n in range(6_000):
            assert ada.current(f"number.n{n}").value == n  # type: ignore[union-attr]
        after = sum(isinstance(one, MemoryItem) for one in gc.get_objects())
        assert after - before < 5_000
