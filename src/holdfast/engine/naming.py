"""Names of one entity, as the verbs that read and write use them: whose aliases count, and the slot a draft means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..entities import RESERVED, SLOT, Names
from ..ports import Moment, Reach, Readable, Scan
from ..types import Draft, MemoryItem, Scope
from .base import Base, State

if TYPE_CHECKING:
    from ..extract.proposals import End

MOST_ALIASES = 10_000  # that are looked at, the latest first
MOST_NAMELESS = 4_096
NO_NAMES = Names(())


def under_each(ends: Sequence[End], names: Iterable[Names]) -> tuple[End, ...]:
    """Return what ends under the names it has in each of some scopes, each once."""
    found: list[End] = []
    for end in (replace(one, slot=some.slot(one.slot)) for some in names for one in ends):
        if end not in found:
            found.append(end)
    return tuple(found)


class Naming(Base):
    """Looking up which names mean the same."""

    async def _aliases(
        self, reach: Reach, at: Moment | None = None, store: Readable | None = None
    ) -> list[MemoryItem]:
        """Return the live aliases said in these scopes, the latest first; in another store than this one where it is given.

        A question about another valid time goes by the names of now: they were one before anybody said so.
        """
        read, then = self._caller.kinds.read, (at or self._at())._replace(valid=None)
        scan = Scan(reach, then, slot=SLOT, sort="valid_from", limit=MOST_ALIASES, kinds=read)
        return await self._parts.io.store((store or self._parts.store).scan, scan)

    async def _names_of(self, reach: Reach, at: Moment | None = None) -> Names:
        return Names(await self._aliases(reach, at))

    async def _names_now(self, reach: Reach, at: Moment, state: State) -> Names:
        """Return the names of the present; that there never were any in these scopes is looked up once in a state of the store."""
        known = self._parts.book.known.get(state.stamp)
        before = None if known is None else known.nameless.get(reach)
        if before:
            return NO_NAMES
        found = await self._aliases(reach, at)
        if not found and known is not None and len(known.nameless) < MOST_NAMELESS:
            ever = Scan(reach, at, slot=SLOT, live=False, limit=1)
            # Not for the first search, which may be the last.
            none = before is not None and not await self._parts.io.store(self._parts.store.scan, ever)
            known.nameless[reach] = none
        return Names(found)

    async def _named(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return drafts with the slots they mean: an alias holds for slots of exactly the scope it was said in."""
        known: dict[Scope, Names] = {}
        found: list[Draft] = []
        for draft in drafts:
            if draft.slot is None or draft.slot.rpartition(".")[0] in RESERVED:
                found.append(draft)
                continue
            target = self._target(draft.scope)
            if target not in known:
                known[target] = await self._names_of(Reach(exactly=(target,)))
            slot = known[target].slot(draft.slot)
            found.append(draft if slot == draft.slot else replace(draft, slot=slot))
        return found
