"""Entities and their names: entities, rename. To rename an entity, to give it another name and to merge it with one are one thing.

The path of a rename: the aliases of the scope, and every part of every memory about the entity -> what becomes of their slots
(`entities.joined`) -> one transaction for the alias and all that moves.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from .. import checks, decide, entities
from ..attributes import attribute
from ..errors import DoesNotFit, InvalidInput
from ..filters import Eq, Or, Range
from ..judgements import Judgement
from ..ports import Reach, Ref, Remove, Replace, Scan, Write
from ..types import Bulk, Draft, Entity, MemoryItem, Page, Scope, Source
from .cursors import decode, encode
from .plan import Plan
from .tell import Tells
from .waits import whole

MOST_MOVED = 10_000  # memories about one entity
_HELD = frozenset({"active", "superseded"})  # states in which a memory takes part in its slot
_NAMES = frozenset({"name", "goes_by"})  # attributes whose value is another name of the entity


class Renames(Tells):
    """The engine's verbs for entities."""

    @whole
    async def entities(
        self, *, limit: int = 100, cursor: str | None = None, under: Scope | None = None
    ) -> Page[Entity]:
        """Return what slots are about: every entity with its other names and its live memories counted, in order of names.

        At most `limit` (1..1,000) a page. The other names are those that this caller can see said.
        """
        limit = checks.count(limit, "limit", 1, 1_000)
        after = "" if cursor is None else decode(cursor, "cursor", lambda given: checks.text(given, "cursor"))
        reach = self._reach(None, under)
        names, spare = await self._names_of(reach), len(entities.RESERVED)
        groups = await self._parts.io.store(
            self._parts.store.overview, reach, self._at(), ("entity", after), limit + spare + 1
        )
        found = [
            Entity(str(one.key), names.of(str(one.key)), one.count, one.changed_at)
            for one in groups
            if one.by == "entity" and one.key not in entities.RESERVED
        ]
        return Page(tuple(found[:limit]), encode(found[limit - 1].name) if len(found) > limit else None)

    @whole
    async def rename(
        self,
        entity: str,
        to: str,
        *,
        scope: Scope | Sequence[str] | None = None,
        dry_run: bool = False,
        reason: str | None = None,
    ) -> Bulk:
        """Say that an entity is another, or is called otherwise: from now on they are one, and slots go by the name `to`.

        In exactly this scope, every memory about `entity` moves to the slot of that attribute of `to` as a new version, and
        what is saved under either name later goes there too. Where both have a value, the later ends the earlier or both
        become an open conflict, by the attribute's policy. A search by one name finds what names the other, for all who
        can see the alias: it is a fact of the scope, in the slot "entity.alias", and deleting it parts the names again (what
        moved stays). All is written in one transaction. The ids are the alias and what was moved or ended; with `dry_run`
        nothing is written.

        Raises `InvalidInput` where both are one name, or more than 10,000 memories would move, and `AccessDenied`.
        """
        return await self._renamed(entity, to, scope, dry_run, reason)

    async def _renamed(
        self,
        entity: str,
        to: str,
        scope: Scope | Sequence[str] | None,
        dry_run: bool,
        reason: str | None,
        told: MemoryItem | None = None,
    ) -> Bulk:
        """Do what `rename` does; the name that a memory `told` goes with it, and holds from when that was said."""
        by, target = self._by("rename", reason), self._target(scope)
        spoken = checks.name(entity, "entity", 120), checks.name(to, "to", 120)
        if self._shown(to) != to:
            raise DoesNotFit("to", "holds what the policy masks; call the entity something else")
        old, new = entities.entity(entity, "entity"), entities.entity(to, "to")
        if old == new:
            raise DoesNotFit("to", f"is the same name, {new!r:.60}")

        async def change() -> Bulk:
            aliases = await self._aliases(Reach(exactly=(target,)))
            names = entities.Names(aliases)
            one, other = names.canonical(old), names.canonical(new)
            if one == other == new:
                return Bulk((), dry_run)
            whole = new if one == other else other
            writes, ids = await self._realiased(aliases, one, whole, spoken, target, told)
            moving = await self._moving(one, whole, target)
            ids += [write.item.id for write in moving]
            writes += moving
            if not dry_run:
                await self._apply(writes, by)
            return Bulk(tuple(dict.fromkeys(ids)), dry_run)

        return await self._retried(change)

    async def _realiased(
        self, aliases: Sequence[MemoryItem], one: str, whole: str, spoken: tuple[str, str], target: Scope,
        told: MemoryItem | None,
    ) -> tuple[list[Write], list[str]]:  # fmt: skip
        """Return the writes that make `one` another name of `whole`, with all its own other names, and what they write."""
        writes: list[Write] = []
        for item in aliases:
            if isinstance(item.value, Mapping) and item.value.get("of") == one:
                base = Ref(item.id, item.version)
                if item.value.get("name") == whole:  # it was an alias, and is the entity's name now
                    writes.append(Remove(replace(item, state="deleted"), base, last=False))
                else:
                    text = f"{item.value['name']} is another name of {whole}."
                    value = {**item.value, "of": whole}
                    entry = (await self._entries([replace(item, text=text)]))[0]
                    writes.append(Replace(replace(item, text=text, value=value), base, entry, last=False))
        ids = [write.item.id for write in writes if isinstance(write, Replace | Remove)]
        called = {entities.entity(name, "entity"): name for name in spoken}
        draft = Draft(
            f"{called.get(one, one)} is another name of {called.get(whole, whole)}.", "fact", entities.SLOT,
            {"name": one, "of": whole}, scope=target, source=Source(lineage=() if told is None else (told.id,)),
        )  # fmt: skip
        now = self._parts.clock.now()
        since, until = (None, None) if told is None else (told.observed_at, told.valid_to)
        item = self._item(
            self._redacted(replace(draft, valid_from=since and min(since, now), valid_to=until))
        )
        standing = await self._parts.io.store(self._parts.store.standings, [(item, False, None)], now, now)
        plan = Plan(self._rules.many)
        kept = plan.enter(item, (await self._entries([item]))[0], standing[0])
        return [*writes, *plan.writes], [kept.id, *ids]

    async def _moving(self, one: str, whole: str, target: Scope) -> list[Replace]:
        """Return the writes that take every memory about an entity into the slots of another."""
        where = Or(Eq("entity", one), Range("entity", gte=f"{one}'s ", lt=f"{one}'s!"))
        reach, at = Reach(exactly=(target,)), self._at()
        scan = Scan(reach, at, where, live=False, limit=MOST_MOVED + 1)
        found = await self._parts.io.store(self._parts.store.scan, scan)
        if len(found) > MOST_MOVED:
            raise DoesNotFit("entity", f"{one!r:.60} has more than {MOST_MOVED:,} memories")
        pairs: list[tuple[MemoryItem, MemoryItem]] = []
        for item in found:
            if item.state == "deleted":
                continue
            parts = await self._parts_of(item) if item.state in _HELD else [item]
            pairs += [(part, replace(part, slot=f"{whole}{str(part.slot)[len(one) :]}")) for part in parts]
        pairs.sort(key=lambda pair: (str(pair[1].slot), decide.begin(pair[1])))
        writes: list[Replace] = []
        for _, group in groupby(pairs, key=lambda pair: pair[1].slot):
            writes += await self._joined([new for _, new in group])
        return writes

    async def _joined(self, moved: Sequence[MemoryItem]) -> list[Replace]:
        """Return the writes that put values, the earliest first, into the slot they now have, beside those it holds."""
        held = [one for one in moved if one.state in _HELD]
        writes = [Replace(one, Ref(one.id, one.version), last=False) for one in moved if one not in held]
        if not held or not self._contested(held[0]):
            return writes + [Replace(one, Ref(one.id, one.version), last=False) for one in held]
        holders = await self._holders(held[0])
        seen = frozenset(Ref(one.id, one.version) for one in holders)
        row = attribute(held[0].attribute, self._rules.table)
        after = entities.joined(held, holders, row)
        first = after.pop((held[0].id, held[0].version))
        # The slot can be checked once, before the first of them is written into it.
        writes.append(Replace(first, Ref(first.id, first.version), last=False, guarded=True, slot_seen=seen))
        writes += [Replace(one, Ref(*key), last=False) for key, one in after.items()]
        return sorted(writes, key=lambda write: not write.guarded)

    async def _introduced(self, judgements: Sequence[Judgement], reason: str | None) -> None:
        """Let names that a user gave stand for whom they name: "call me Bob", "my sister's name is Anna".

        Where it is not sure who is meant, nothing is done: the name is of somebody known already, or there are two sisters.
        """
        from ..extract.words import RELATIONS  # with the rules, which `observe` has loaded

        for one in judgements:
            item = one.item
            if one.outcome not in ("added", "superseded") or item is None or item.source.trust != "user":
                continue
            if not isinstance(item.value, str) or item.entity is None:
                continue
            with contextlib.suppress(InvalidInput):  # what is no name of an entity names none
                name = entities.entity(item.value, "value")
                fresh = {other.item.id for other in judgements if other.item is not None}
                # Whoever has no name is "user": of one person in the scope of a user, of anybody elsewhere.
                sure = item.entity != "user" or (item.attribute == "goes_by" and "user" in item.scope.names)
                if item.attribute in _NAMES and sure and not await self._about(name, item.scope, frozenset()):
                    await self._renamed(item.value, item.entity, item.scope, False, reason, item)
                elif item.attribute in RELATIONS and not await self._about(
                    name, item.scope, frozenset(fresh)
                ):
                    await self._related(item, name, reason)

    async def _related(self, item: MemoryItem, name: str, reason: str | None) -> None:
        """Let "ada's sister" stand for Anna as long as Ada has told of one sister."""
        role, reach = f"{item.entity}'s {item.attribute}", Reach(exactly=(item.scope,))
        scan = Scan(reach, self._at(), slot=item.slot, limit=2)
        holders = await self._parts.io.store(self._parts.store.scan, scan)
        alone = len(holders) == 1
        if alone and holders[0].id != item.id:
            return  # it was told late: who was one's manager before is so no longer
        for alias in await self._aliases(reach):
            stands = alias.value if isinstance(alias.value, Mapping) else {}
            # A new manager is another person, and what is known of the old one theirs.
            another = not alone or (item.attribute not in entities.BORN and stands.get("of") != name)
            if stands.get("name") == role and another:
                why = "somebody else is now" if alone else "more than one is known"
                await self.delete(alias.id, scope=item.scope, reason=why)
        if alone:
            await self._renamed(role, name, item.scope, False, reason, item)

    async def _about(self, name: str, scope: Scope, fresh: frozenset[str]) -> bool:
        """Whether a scope holds a memory about an entity, besides some."""
        scan = Scan(Reach(exactly=(scope,)), self._at(), Eq("entity", name), limit=len(fresh) + 1)
        return any(one.id not in fresh for one in await self._parts.io.store(self._parts.store.scan, scan))
