"""What a legal hold keeps does not expire."""

from __future__ import annotations

import io
from datetime import timedelta

from holdfast import Memory, Scope
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock

ADA = {"user": "ada"}


def test_what_is_held_does_not_expire(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """Whoever gave it an end, and in every answer; what had ended before stays gone, and what a hold let go ends at once."""
    memory.policy(set={"name": "notes", "rule": "retention", "kind": "working", "ttl": "1d"})
    bob, day = memory.scoped(user="bob"), timedelta(days=1)
    for one in (ada, bob):
        one.save("green tea is out", kind="working")
        one.save("the tea room has port 80", slot="room.port", value=80, expires_at=clock.now() + day)
        one.save("the tea is cold", expires_at=clock.now() + day / 4)
    clock.advance(day / 2)
    memory.hold(under=Scope(**ADA), name="case")
    later = ada.save("tea is at noon", expires_at=clock.now() + day / 4)
    clock.advance(2 * day)
    kept = {"green tea is out", "the tea room has port 80", later.text}

    def told(one: ScopedMemory) -> list[set[str]]:
        file = io.BytesIO()
        one.export(file)
        return [
            {item.text for item in one.list()},
            {hit.text for hit in one.search("tea", k=9)},
            {change.text for change in one.changes().items},
            {text for text in (*kept, "the tea is cold") if text.encode() in file.getvalue()},
        ]

    assert told(ada) == [kept] * 4
    assert told(bob) == [set()] * 4
    value = ada.current("room.port")
    assert value is not None
    assert ada.get(value.id).value == ada.history(value.id).items[0].item.value == 80
    assert ada.stats().items == 3
    assert [one.id for one in ada.erase(value.id).held] == [value.id]
    memory.hold(release="case")
    assert told(ada) == [set()] * 4


def test_a_hold_that_takes_over_from_another_keeps_what_that_kept(
    memory: Memory, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """What ended under the first hold is there as long as the second is; what ended in a gap between holds is gone."""
    kept = ada.save("tea is at four", expires_at=clock.now() + timedelta(hours=2))
    clock.advance(hours=1)
    memory.hold(under=Scope(**ADA), name="first")
    clock.advance(hours=2)
    memory.hold(under=Scope(**ADA), name="second")
    gap = ada.save("tea is at five", expires_at=clock.now() + timedelta(hours=3))
    clock.advance(hours=1)
    memory.hold(release="first")
    assert {hit.id for hit in ada.search("tea")} == {one.id for one in ada.list()} == {kept.id, gap.id}
    assert ada.get(kept.id) == kept
    memory.hold(release="second")
    assert {hit.id for hit in ada.search("tea")} == {one.id for one in ada.list()} == {gap.id}
    clock.advance(hours=3)
    memory.hold(under=Scope(**ADA), name="third")
    assert not [*ada.search("tea"), *ada.list()]
