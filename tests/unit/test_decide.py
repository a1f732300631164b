"""What a save means for a slot, decided from values alone: every boundary of the intervals, and what is kept of each side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast import MemoryItem, Scope, decide
from holdfast.errors import InvalidInput

DAY0 = datetime(2026, 1, 1, tzinfo=UTC)


def day(n: float | None) -> datetime | None:
    """A day after the first."""
    return None if n is None else DAY0 + timedelta(days=n)


def held(id: str, value: Any, start: float | None, end: float | None = None, **more: Any) -> MemoryItem:
    """A value of one slot from one day to another."""
    made: dict[str, Any] = {
        "slot": "server.port",
        "value": value,
        "valid_from": day(start),
        "valid_to": day(end),
    }
    return MemoryItem(id, 1, f"the port is {value}", "fact", Scope(user="ada"), **made | more)


def dated(id: str, value: Any, start: float | None, end: float | None = None, **more: Any) -> MemoryItem:
    """The same, dated by whoever said it."""
    return held(id, value, start, end, explicit_time=True, **more)


def test_a_slot_holds_several_values_by_its_attribute() -> None:
    """By the table or by what the store declares; what has no slot holds none."""
    assert not decide.many(held("a", 1, 0))
    assert decide.many(held("a", 1, 0), frozenset({"port"}))
    assert decide.many(held("a", 1, 0, slot="bob.hobby"))
    assert not decide.many(held("a", 1, 0, slot=None), frozenset({"port"}))


def test_nothing_competes_without_a_slot_or_where_several_fit() -> None:
    """The item is added as it is, beside whatever stands there."""
    there = held("old", 1, 0)
    for item, several in ((held("new", 2, 5), True), (held("new", 2, 5, slot=None), False)):
        assert decide.place(item, [there], several) == decide.Decision("add", item)
    item = held("new", 2, 5)
    assert decide.place(item, [], False) == decide.Decision("add", item)


def test_a_later_value_ends_the_one_before() -> None:
    """Each names the other, and the earlier one ends where the later begins."""
    old, new = held("old", 1, 0), held("new", 2, 5)
    made = decide.place(new, [old], False)
    assert made == (
        "supersede",
        replace(new, supersedes="old"),
        (replace(old, valid_to=day(5), superseded_by="new"),),
    )


def test_of_two_that_hold_all_are_ended_and_the_last_is_named() -> None:
    """Values in an open conflict hold a slot together; a later one ends both."""
    some = [held("a", 1, 0), held("b", 2, 0)]
    made = decide.place(held("new", 3, 5), some, False)
    assert made.item.supersedes == "b"
    assert [(one.id, one.valid_to, one.superseded_by) for one in made.changed] == [
        ("a", day(5), "new"),
        ("b", day(5), "new"),
    ]


def test_a_late_value_ends_where_its_successor_starts() -> None:
    """Of several later ones the first is meant; what ends before it begins stays as it is."""
    later, latest = held("later", 2, 5), held("latest", 3, 9)
    made = decide.place(held("new", 1, 0), [latest, later], False)
    assert (made.action, made.item.valid_to, made.item.superseded_by, made.changed) == (
        "late",
        day(5),
        "later",
        (),
    )
    assert made.item.supersedes is None
    met = decide.place(held("new", 1, 0, 5), [later], False)
    assert (met.action, met.item.valid_to, met.item.superseded_by) == ("late", day(5), "later")
    apart = held("new", 1, 0, 4)
    assert decide.place(apart, [later], False) == decide.Decision("late", apart)


def test_between_two_values() -> None:
    """A value in the middle ends the one before it and ends with the one after it."""
    before, after = held("before", 1, 0, 9), held("after", 3, 9)
    made = decide.place(held("new", 2, 5), [before, after], False)
    assert (made.action, made.item.supersedes, made.item.superseded_by, made.item.valid_to) == (
        "late",
        "before",
        "after",
        day(9),
    )
    assert made.changed == (replace(before, valid_to=day(5), superseded_by="new"),)


@pytest.mark.parametrize(("start", "ended"), [(5, False), (4.9, True), (0, True), (-1, False)])
def test_an_end_is_not_part_of_it(start: float, ended: bool) -> None:
    """What ends on a day no longer holds on it; what begins on a day does."""
    made = decide.place(held("new", 2, start), [held("old", 1, 0, 5)], False)
    assert bool(made.changed) == ended
    assert (made.item.supersedes == "old") == ended


def test_a_value_that_never_held_is_passed_over() -> None:
    """One that ended as it began is neither ended nor a rival nor a successor."""
    empty = dated("empty", 1, 5, 5)
    for start in (0, 5, 9):
        item = dated("new", 2, start)
        assert decide.place(item, [empty], False) == decide.Decision("add", item)


def test_values_without_a_start_come_first() -> None:
    """No start is before all time: such a value is ended by any other, and two of them meet at one."""
    old = held("old", 1, None)
    assert decide.place(held("new", 2, 0), [old], False).changed == (
        replace(old, valid_to=day(0), superseded_by="new"),
    )
    assert decide.place(held("new", 2, None), [held("old", 1, 0)], False).item.valid_to == day(0)
    assert decide.place(dated("new", 2, None), [dated("old", 1, None)], False).action == "conflict"


def test_two_dated_for_one_time_are_an_open_conflict() -> None:
    """Both stay, name each other, and end together; what the other was in conflict with before stays named."""
    there = dated("there", 1, 0, 9, conflicts_with=("first",))
    made = decide.place(dated("new", 2, 0), [there, held("later", 3, 9)], False)
    assert made.action == "conflict"
    assert made.item == dated("new", 2, 0, 9, conflicts_with=("there",))
    assert made.changed == (replace(there, conflicts_with=("first", "new")),)
    open_end = decide.place(dated("new", 2, 0), [dated("there", 1, 0), dated("other", 3, 0)], False)
    assert (open_end.item.valid_to, open_end.item.conflicts_with) == (None, ("there", "other"))
    assert [one.conflicts_with for one in open_end.changed] == [("new",), ("new",)]
    sooner = decide.place(dated("new", 2, 0, 3), [dated("there", 1, 0, 9)], False)
    assert sooner.item.valid_to == day(3)


@pytest.mark.parametrize(
    "there", [held("there", 1, 0), dated("there", 2, 0), dated("there", 1, 1), dated("there", 1, -1)]
)
def test_what_is_no_conflict(there: MemoryItem) -> None:
    """One that nobody dated, one that says the same, one of another time."""
    made = decide.place(dated("new", 2, 0), [there], False)
    assert made.action != "conflict"
    assert made.item.conflicts_with == ()
    assert made.item.valid_to == (there.valid_from if there.valid_from == day(1) else None)


def test_what_is_said_is_the_value_and_its_type_else_the_text() -> None:
    """1, True, 1.0 and "1" are four things; without a value the text counts."""
    values = [1, True, 1.0, "1", None]
    said = [decide.said(held("a", value, 0)) for value in values]
    assert all(one != other for n, one in enumerate(said) for other in said[:n])
    assert decide.said(held("a", 1, 0)) == decide.said(held("b", 1, 5))
    assert said[-1] == ("text", "the port is None")
    assert decide.contradict(dated("a", None, 0), replace(dated("b", None, 0), text="another"))
    assert not decide.contradict(held("a", 1, 0), dated("b", 2, 0))
    assert not decide.contradict(dated("a", 1, 0), held("b", 2, 0))


def test_the_occupant_is_whoever_overlaps() -> None:
    """Not the item itself, nor what it is in conflict with, nor one that ends where it begins."""
    item = held("item", 1, 5, 9, conflicts_with=("rival",))
    apart = [held("item", 1, 5, 9), held("rival", 2, 5), held("before", 3, 0, 5), held("after", 4, 9)]
    there = [held("there", 5, 8), held("too", 6, 5)]
    assert decide.occupant(item, apart, False) is None
    assert decide.occupant(item, [*apart, *there], False) == there[0]
    assert decide.occupant(item, there, True) is None
    assert decide.occupant(replace(item, slot=None), there, False) is None


def test_rivals_are_those_it_still_meets() -> None:
    """In the order they are named, and only such as hold the slot at a time it does."""
    item = held("item", 1, 5, 9, conflicts_with=("b", "a", "gone", "apart"))
    there = [held("a", 2, 5), held("b", 3, 6), held("apart", 4, 9), held("other", 5, 5), item]
    assert decide.rivals(item, there) == ("b", "a")
    assert decide.rivals(replace(item, conflicts_with=("item",)), [item]) == ()


def test_overlap_meets_and_holds_at_their_edges() -> None:
    """A start is part of an interval, an end is not; no end is never."""
    a, b, c = held("a", 1, 0, 5), held("b", 2, 5, 9), held("c", 3, 4)
    assert not decide.overlap(a, b)
    assert not decide.overlap(b, a)
    assert decide.overlap(a, c)
    assert decide.overlap(c, b)
    assert decide.overlap(held("d", 4, None), a)
    assert not decide.meets(b, a)
    assert decide.meets(a, b)
    assert decide.meets(b, c)
    assert [decide.holds(a, day(n)) for n in (-1, 0, 4.9, 5)] == [False, True, True, False]
    assert [decide.holds(one, None) for one in (a, held("d", 4, None))] == [False, True]
    assert (decide.begin(a), decide.begin(held("d", 4, None))) == (day(0), datetime.min.replace(tzinfo=UTC))


def test_what_outlasts_another_ends_and_expires_no_sooner() -> None:
    """Equal ends are enough, of both."""
    item = held("item", 1, 0, 5, expires_at=day(7))
    for end, expiry, lasts in ((5, 7, True), (None, None, True), (4, 7, False), (5, 6, False), (6, 8, True)):
        assert decide.outlasts(held("one", 1, 0, end, expires_at=day(expiry)), item) == lasts
    assert not decide.outlasts(item, held("open", 1, 0))
    assert not decide.outlasts(held("one", 1, 0, expires_at=day(7)), held("open", 1, 0))


def test_a_memory_is_split_where_the_world_changed() -> None:
    """The old part keeps what it said up to then, the new part begins there; what expires, does so in both."""
    old = held("a", 1, 0, 9)
    new = replace(old, value=2, expires_at=day(20))
    before, after = decide.split(old, new, DAY0 + timedelta(days=5))
    assert before == replace(old, version=2, valid_to=day(5), expires_at=day(20), superseded_by="a")
    assert after == replace(new, version=3, valid_from=day(5))
    same, _ = decide.split(old, replace(old, tags=("x",)), DAY0 + timedelta(days=5))
    assert same.superseded_by is None
    unbounded, _ = decide.split(held("a", 1, None), held("a", 2, None), DAY0)
    assert unbounded.valid_to == DAY0


@pytest.mark.parametrize(
    ("at", "match"), [(0, "valid_from; leave it out"), (-1, "valid_from"), (9, "valid_to"), (10, "valid_to")]
)
def test_a_split_lies_within(at: float, match: str) -> None:
    """Neither at the start nor at the end, nor beyond them."""
    with pytest.raises(InvalidInput, match=match) as raised:
        decide.split(held("a", 1, 0, 9), held("a", 2, 0, 9), DAY0 + timedelta(days=at))
    assert raised.value.field == "changed_at"
