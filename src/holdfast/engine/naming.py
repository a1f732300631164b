"""Names of one entity, as the verbs that read and write use them: whose aliases count, and the slot a draft means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..entities import BORN, RESERVED, SLOT, Names, role
from ..ports import Authorship, Insert, Moment, Reach, Readable, Remove, Replace, Scan, Write
from ..types import Draft, MemoryItem, Scope
from .base import Base, State
from .plan import Plan

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

    async def _apply(self, writes: Sequence[Write], by: Authorship) -> list[MemoryItem]:
        """Write; a name that was read from what these writes end or delete stands for nobody any more, and goes with it."""
        lost = await self._unnamed(writes)
        written = await super()._apply([*writes, *lost], by)
        return written[: len(written) - len(lost)]

    async def _unnamed(self, writes: Sequence[Write]) -> list[Write]:
        """Return the writes that end the names whose reason ends: of a role that another fills from then on, or nobody, and of a memory
        that is deleted. One's sister is so whatever she is called, as long as there is one."""
        kinds, now, plan = self._caller.kinds.write, self._parts.clock.now(), Plan(self._rules.many)
        told = [one for one in writes if isinstance(one, Insert | Replace | Remove) and _told(one.item)]
        touched = told if kinds is None or "fact" in kinds else []
        for scope in dict.fromkeys(one.item.scope for one in touched):
            mine = [one for one in touched if one.item.scope == scope]
            aliases = await self._aliases(Reach(exactly=(scope,)))
            names, written = (
                Names(aliases),
                {one.item.id for one in writes if isinstance(one, Replace | Remove)},
            )
            for alias in aliases:
                filled = names.slot(role(alias))
                gone = {one.item.id: one.item.slot for one in mine if isinstance(one, Remove)}
                read = next((gone[id] for id in alias.source.lineage if id in gone), None)
                slot = read or next((one.item.slot for one in mine if one.item.slot == filled), None)
                if slot is None or alias.id in written:
                    continue
                left = await self._filling(slot, scope, mine)
                born = filled is not None and filled.rpartition(".")[2] in BORN
                ends = [one.valid_to for one in left if born or names.meant(alias, (one,))]
                if not ends and gone:
                    plan.remove(alias)
                elif None not in ends:
                    plan.end(alias, max([now, *(end for end in ends if end is not None)]))
        return plan.writes

    async def _filling(
        self, slot: str, scope: Scope, writes: Sequence[Insert | Replace | Remove]
    ) -> list[MemoryItem]:
        """Return what a slot holds now, as some writes leave it."""
        scan = Scan(Reach(exactly=(scope,)), self._at(), slot=slot)
        found = await self._parts.io.store(self._parts.store.scan, scan)
        past = {(one.base.id, one.base.version) for one in writes if not isinstance(one, Insert)}
        gone = {one.item.id for one in writes if isinstance(one, Remove)}
        new = [one.item for one in writes if not isinstance(one, Remove) and one.item.slot == slot]
        left = [one for one in found if (one.id, one.version) not in past] + [
            one
            for one in new
            if one.state == "active" and (one.valid_to is None or one.valid_to > scan.at.now)
        ]
        return [one for one in left if one.id not in gone]


def _told(item: MemoryItem) -> bool:
    """Whether a memory may be what a name was read from, or that it stands for."""
    return item.slot is not None and item.slot.rpartition(".")[0] not in RESERVED
