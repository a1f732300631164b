"""Leases: who is working on what, for how long; the plain values that cross the ports, and what a store does with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from .types import Scope


class Held(NamedTuple):
    """A lease as the store has it: what is worked on (`name`, of an item scope), by whom, and until when.

    `fence` counts how often the name was taken in its scope: whoever has a lower one than the latest is late.
    """

    scope: Scope
    name: str
    fence: int
    holder: str
    taken_at: datetime
    until: datetime


class Fenced(NamedTuple):
    """What is written with this belongs to a lease; the store refuses with `LeaseConflict` once that is over."""

    scope: Scope
    name: str
    fence: int


class Leases(Protocol):
    """The leases of a store. Each call is one transaction; `now` is the caller's clock, by which a lease ends.

    A lease never lasts longer than its `ttl` from the moment somebody else asks for it: `now` may lie before it was taken.
    """

    def take(self, scope: Scope, name: str, holder: str, now: datetime, ttl: timedelta) -> Held:
        """Take a name that nobody holds; raises `LeaseConflict` where somebody does."""

    def renew(self, wanted: Fenced, now: datetime, ttl: timedelta) -> Held:
        """Hold a name on, from now; raises `LeaseConflict` where it is over."""

    def release(self, wanted: Fenced) -> bool:
        """Give a name up; False where it was over before."""
