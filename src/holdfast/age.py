"""What time does to a memory: when it was last seen, how long it is good for, how its age is told. Pure.

Decay ranks, it never hides: no memory leaves an answer because of its age.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from . import checks
from .attributes import Attribute, attribute
from .types import Kind, MemoryItem

# Days in which what a memory counts for is halved, unless it is used or seen again.
HALF_LIVES: Mapping[Kind, int] = {
    "working": 7,
    "episode": 30,
    "fact": 180,
    "preference": 365,
    "procedure": 365,
}
OLD = 3  # half-lives after which an episode is old: what it counts for is an eighth
ARCHIVED = "archived"  # the tag of the turns of an old conversation that a summary cites
_DAYS, _YEARS = 60, 24  # days up to which an age is told in days, months from which it is told in years
_MONTHS = ("January February March April May June July August September October November December").split()


def observed(item: MemoryItem) -> datetime | None:
    """Return when a memory was said or seen, or became true since; one that was dated by hand, when it was written down."""
    said = item.observed_at or (item.known_from if item.explicit_time else None)
    return max((one for one in (said, item.valid_from) if one is not None), default=None)


def last_seen(item: MemoryItem, again: datetime | None) -> datetime | None:
    """Return when a memory was last seen, given when it was last saved `again`."""
    return max((one for one in (observed(item), again) if one is not None), default=None)


def life(item: MemoryItem, table: Mapping[str, Attribute]) -> int | None:
    """Return for how many days after it was seen a memory is good, by its attribute; None for good."""
    return attribute(item.attribute, table).life


def overdue(seen: datetime | None, days: int | None, at: datetime) -> bool:
    """Whether a memory last seen then has outlived its attribute's expected life of so many days at a moment."""
    return seen is not None and days is not None and (at - seen).days >= days


def told(seen: datetime, at: datetime, zone: tzinfo = UTC) -> str:
    """Return how old a memory is, by the days of a time zone: "as of 8 May 2026, 9 days ago", "as of March 2024, 14 months ago".

    In days below 60, in months below 24, else in whole years.
    """
    days = (at - seen).days
    then, now = checks.local(seen, zone), checks.local(at, zone)
    month = f"{_MONTHS[then.month - 1]} {then.year}"
    if days < _DAYS:
        return f"as of {then.day} {month}, {_ago(days, 'day')}"
    months = (now.year - then.year) * 12 + now.month - then.month - (now.day < then.day)
    if months < _YEARS:
        return f"as of {month}, {_ago(months, 'month')}"
    return f"as of {month}, {_ago(months // 12, 'year')}"


def _ago(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'} ago"
