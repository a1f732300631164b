"""The verb that removes memories for good: erase."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import checks
from ..errors import DoesNotFit, InvalidInput, NotFound
from ..filters import Filter
from ..ports import Reach, Scan
from ..types import Erasure, Scope
from .write import BATCH, Writes


class Erases(Writes):
    """The engine's verb for what must not be there any more."""

    async def erase(
        self,
        ids: str | Iterable[str] | None = None,
        *,
        where: Filter | Mapping[str, Any] | None = None,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
        dry_run: bool = False,
    ) -> Erasure:
        """Remove memories for good, and return what was removed: nothing brings them back.

        Either by `ids`, or all that `where` selects in the caller's own scope, in any state, expired or not; the administrator may select
        `under` labels, and without a filter all scopes there go, their labels too. Every version goes, with vectors, terms,
        links, and the queued steps, receipts, sightings and idempotency keys that name the memory; what was derived from it
        (`source.lineage`) goes with it, also where it had other sources, and what was merged into it. A scoped caller erases what lies in scopes that it
        can see. The chain keeps a salted hash whose salt is gone, and a tombstone keeps `observe` and `save_many` from
        taking the same text in again from the same source. With `dry_run` nothing is changed.

        Raises `NotFound` and `AccessDenied` (nothing is erased then), and `InvalidInput` where it is not said what is to go.
        """
        store = self._parts.store
        everywhere = self._reach(None, Scope.shared()) if self._caller.admin else self._reach(None)
        if ids is not None and (where is not None or under is not None):
            raise DoesNotFit("ids", "go without where and under: name memories, or select them")
        if ids is None and where is None:
            if under is None:
                raise InvalidInput("ids", "is missing: give ids, a filter as where, or under")
            return await self._parts.io.store(
                store.erase, None, self._reach(scope, under), self._parts.clock.now(), dry_run=dry_run
            )
        if ids is None:
            wanted = await self._selected(where, scope, under)
        else:
            given = (ids,) if isinstance(ids, str) else checks.many(ids, "ids")
            wanted = list(dict.fromkeys(map(checks.item_id, given)))
            for id in wanted:
                await self._check(id, scope)
        return await self._parts.io.store(
            store.erase, wanted, everywhere, self._parts.clock.now(), dry_run=dry_run
        )

    async def _check(self, id: str, scope: Scope | Sequence[str] | None) -> None:
        """Raise what `_mine` does, but not for what has expired: no answer has it, yet the file does."""
        try:
            await self._mine(id, scope, None, deleted=True)
        except NotFound:
            named = scope if isinstance(scope, Scope) and self._caller.admin else None
            gone = await self._parts.io.store(self._parts.store.expired, id, self._reach(named), self._at())
            if gone is None or not self._caller.kinds.reads(gone.kind):
                raise
            self._writable(gone, scope)

    async def _selected(
        self,
        where: Filter | Mapping[str, Any] | None,
        scope: Scope | Sequence[str] | None,
        under: Scope | None,
    ) -> list[str]:
        """Return the ids of all that a filter selects, in any state, expired or not."""
        reach = self._reach(scope, under) if under is not None else Reach(exactly=(self._target(scope),))
        parsed, found = self._where(where, None), list[str]()
        after: tuple[Any, str, int, bool] | None = None
        while True:
            scan = Scan(
                reach, self._at(), parsed, live=False, expired=True,
                sort="id", descending=False, limit=BATCH, after=after,
            )  # fmt: skip
            page = await self._parts.io.store(self._parts.store.scan, scan)
            found += [item.id for item in page]
            if len(page) < BATCH:
                return list(dict.fromkeys(found))
            last = page[-1]
            after = (last.id, last.id, last.version, last.state != "deleted")
