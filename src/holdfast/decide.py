"""What a save means for a slot, decided without touching anything: pure functions from what is there to what to write.

Only the same slot in exactly the same scope competes. In a slot of cardinality one the intervals of valid time never
overlap (an open conflict aside): a later value ends the earlier one, a late-arriving older value ends where its successor
starts, a future value leaves today's in place until then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from .attributes import MANY
from .errors import DoesNotFit
from .types import MemoryItem

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


class Decision(NamedTuple):
    """What to write for one draft: `item` new, or the existing one seen again; `changed` are others as they go on, each still
    with the number of the version it takes the place of."""

    action: str  # "add", "sight", "supersede", "late" or "conflict"
    item: MemoryItem
    changed: tuple[MemoryItem, ...] = ()


def many(item: MemoryItem, declared: frozenset[str] = MANY) -> bool:
    """Whether the item's slot may hold several values at once, by its attribute: one of those `declared`."""
    return item.attribute in declared


def place(item: MemoryItem, holders: Sequence[MemoryItem], several: bool) -> Decision:
    """Return how `item` enters its slot beside the open `holders` (past, present and future, of its own scope)."""
    start = item.valid_from or _FIRST
    if item.slot is None or several:
        return Decision("add", item)
    standing = [one for one in holders if _end(one) > begin(one)]
    rivals = [one for one in standing if begin(one) == start and contradict(one, item)]
    if rivals:
        return conflict(item, rivals)
    ended = [one for one in standing if begin(one) <= start < _end(one)]
    later = min((one for one in standing if begin(one) > start), key=begin, default=None)
    if later is not None and begin(later) <= _end(item):
        item = replace(item, valid_to=begin(later), superseded_by=later.id)
    if ended:
        item = replace(item, supersedes=ended[-1].id)
    changed = tuple(replace(one, valid_to=start, superseded_by=item.id) for one in ended)
    return Decision("late" if later else "supersede" if ended else "add", item, changed)


def conflict(item: MemoryItem, rivals: Sequence[MemoryItem]) -> Decision:
    """Keep both of two statements that contradict each other, each flagged with the other."""
    item = replace(
        item,
        conflicts_with=tuple(one.id for one in rivals),
        valid_to=min(_end(item), *(_end(one) for one in rivals)),
    )
    if item.valid_to == _LAST:
        item = replace(item, valid_to=None)
    changed = tuple(replace(one, conflicts_with=(*one.conflicts_with, item.id)) for one in rivals)
    return Decision("conflict", item, changed)


def contradict(one: MemoryItem, other: MemoryItem) -> bool:
    """Whether two values of one time were both dated for it and differ."""
    return one.explicit_time and other.explicit_time and said(one) != said(other)


def said(item: MemoryItem) -> tuple[str, Any]:
    """Return what an item says of its slot, so that 1, True and "1" differ."""
    return ("text", item.text) if item.value is None else (type(item.value).__name__, item.value)


def occupant(item: MemoryItem, holders: Iterable[MemoryItem], several: bool) -> MemoryItem | None:
    """Return the holder whose valid time overlaps the item's in a slot of cardinality one, or None."""
    if item.slot is None or several:
        return None
    others = (one for one in holders if one.id != item.id and one.id not in item.conflicts_with)
    return next((one for one in others if overlap(one, item)), None)


def rivals(item: MemoryItem, holders: Iterable[MemoryItem]) -> tuple[str, ...]:
    """Return those of the memories the item is in conflict with that hold its slot at a time it does."""
    met = {one.id for one in holders if one.id != item.id and overlap(one, item)}
    return tuple(id for id in item.conflicts_with if id in met)


def overlap(one: MemoryItem, other: MemoryItem) -> bool:
    """Whether there is a moment at which both are true."""
    return max(begin(one), begin(other)) < min(_end(one), _end(other))


def meets(item: MemoryItem, one: MemoryItem) -> bool:
    """Whether a holder ends after the item begins, so that the two can meet."""
    return _end(one) > begin(item)


def outlasts(one: MemoryItem, item: MemoryItem) -> bool:
    """Whether a memory stays true and kept for at least as long as another would."""
    expires, wanted = one.expires_at or _LAST, item.expires_at or _LAST
    return _end(one) >= _end(item) and expires >= wanted


def holds(item: MemoryItem, at: datetime | None) -> bool:
    """Whether the item's valid time contains a moment (None: its start is before all time)."""
    return begin(item) <= (at or _FIRST) < _end(item)


def begin(item: MemoryItem) -> datetime:
    """Return when a memory begins to be true, before all time where nothing says when."""
    return item.valid_from or _FIRST


def _end(item: MemoryItem) -> datetime:
    return item.valid_to or _LAST


def split(current: MemoryItem, new: MemoryItem, at: datetime) -> tuple[MemoryItem, MemoryItem]:
    """Return the memory as it was until `at`, and as it is from then on."""
    if current.valid_from is not None and at <= current.valid_from:
        raise DoesNotFit(
            "changed_at", "must be later than the memory's valid_from; leave it out to correct it"
        )
    if current.valid_to is not None and at >= current.valid_to:
        raise DoesNotFit("changed_at", "must be earlier than the memory's valid_to")
    old = replace(current, version=current.version + 1, valid_to=at, expires_at=new.expires_at)
    if said(old) != said(new):  # its own successor, which what told the old value is outdated by
        old = replace(old, superseded_by=current.id)
    return old, replace(new, version=current.version + 2, valid_from=at)
