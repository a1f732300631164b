"""Saying that one is working on something, so that nobody else does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta

from .. import checks
from ..errors import DoesNotFit, LeaseConflict
from ..leases import Fenced, Held
from ..types import Scope
from .base import Base, Caller, Parts

_LOOKS = 0.05  # seconds between two looks at a lease that is waited for


class Holding:
    """A lease that was taken: `held` is how it was when it was taken or last renewed, `caller` whoever works under it."""

    def __init__(self, parts: Parts, caller: Caller, held: Held, ttl: timedelta) -> None:
        self._parts, self._ttl, self.held = parts, ttl, held
        self._fence = Fenced(held.scope, held.name, held.fence)
        self.caller = caller._replace(lease=self._fence)

    async def renew(self, ttl: float | timedelta | None = None) -> None:
        """Hold it for `ttl` seconds from now (None: as long as before)."""
        self._ttl = self._ttl if ttl is None else _length(ttl)
        renew, now = self._parts.store.leases().renew, self._parts.clock.now()
        self.held = await self._parts.io.store(renew, self._fence, now, self._ttl)

    async def release(self) -> bool:
        """Give it up; False where it was over before."""
        return await self._parts.io.store(self._parts.store.leases().release, self._fence)


class Leasing(Base):
    """The verb that takes a lease."""

    def fenced(self, name: str, fence: int, scope: Scope | Sequence[str] | None = None) -> Caller:
        """Return this caller as one who works under a lease that was taken, wherever that was."""
        wanted, target = checks.name(name, "name"), self._target(scope)
        return self._caller._replace(lease=Fenced(target, wanted, checks.count(fence, "fence", 1, 2**62)))

    async def lease(
        self,
        name: str,
        *,
        ttl: float | timedelta = 60.0,
        holder: str | None = None,
        wait: float | timedelta = 0.0,
        fence: int | None = None,
        scope: Scope | Sequence[str] | None = None,
    ) -> Holding:
        """Say that `holder` (the actor, where none is given) works on `name` for `ttl` seconds (0.1 to a year), alone in a scope.

        While it is held nobody else gets it in exactly that scope, the caller's own or the one that `scope` names as in `save`; waits up to
        `wait` seconds for it. It ends after `ttl`, also when its process dies, unless it is renewed: `lease.renew()`; and with
        `lease.release()`, or as a context manager at the end of the block. Times are by the clock of whoever asks. A lease only says who
        works; what makes sure is its `fence`, one more each time the name is taken: `lease.memory` has this caller's verbs,
        and refuses each write of versions with `LeaseConflict`, in the write's own transaction, once the lease is over. With `fence`
        a lease taken elsewhere is gone on with, as if renewed; for 0 seconds, it is given up.

        Raises `LeaseConflict` with `holder` and `until`, `InvalidInput`, `AccessDenied`.
        """
        wanted, target = checks.name(name, "name"), self._target(scope)
        length, patience = _length(ttl, 0.1 if fence is None else 0), checks.seconds(wait, "wait", 0)
        io, clock, leases = self._parts.io, self._parts.clock, self._parts.store.leases()
        if fence is not None:
            known = Fenced(target, wanted, checks.count(fence, "fence", 1, 2**62))
            held = await io.store(leases.renew, known, clock.now(), length)
            return Holding(self._parts, self._caller, held, length)
        who = checks.optional_name(holder, "holder") or self._caller.actor
        if who is None:
            raise DoesNotFit(
                "holder", "who works on it? others are told: holder=..., or actor= of this caller"
            )
        end = time.monotonic() + patience
        while True:
            try:
                taken = await io.store(leases.take, target, wanted, who, clock.now(), length)
                return Holding(self._parts, self._caller, taken, length)
            except LeaseConflict:
                if (left := end - time.monotonic()) <= 0:
                    raise
                await io.pause(min(left, _LOOKS))


def _length(ttl: float | timedelta, least: float = 0.1) -> timedelta:
    return timedelta(seconds=checks.seconds(ttl, "ttl", least))
