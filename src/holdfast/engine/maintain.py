"""Keeping a memory in order without anybody's help: what has ended let go, twins made one, old conversations archived.

The path of a run: read the scope -> what each rule would change, with the writes that do it -> up to the cap, one
transaction for all, which one `undo` takes back. A rule changes only what is certain; what only a person knows is listed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from .. import age, checks
from ..errors import PolicyViolation
from ..filters import And, Contains, Exists, Filter, Not
from ..judgements import Maintenance, Overdue, Upkeep
from ..policy import Policy, Rule, told
from ..ports import Insert, Moment, Reach, Ref, Remove, Replace, Scan, Write
from ..types import DECLARATIVE, Held, MemoryItem, Scope
from .tell import tells
from .tidy import MOST, Tidies

MOST_WRITES = 1_000
CAP = 100
FEWEST = 3  # turns: fewer are no longer than what sums them up
_PAGE = 1_000
_OLD = timedelta(days=age.OLD * age.HALF_LIVES["episode"])


class _Planned(NamedTuple):
    """A change with the writes that make it."""

    upkeep: Upkeep
    writes: list[Write]


class _Room:
    """What a run may still change: memories up to the cap, writes up to what fits into one transaction.

    What a legal hold is on is not changed; neither is what a rule gives to its owner or to nobody, unless retention takes it.
    """

    def __init__(self, cap: int, policy: Policy, actor: str | None) -> None:
        self.memories, self.writes, self.more = cap, MOST_WRITES, False
        self.held: dict[str, Held] = {}
        self._policy, self._actor = policy, actor
        self._touched: set[str] = set()
        self.planned: list[_Planned] = []

    def take(self, upkeep: Upkeep, writes: list[Write]) -> bool:
        """Plan a change where it may be made, fits, and touches nothing that another one does."""
        holds = [(one, self._policy.held(one.scope)) for one in upkeep.before]
        self.held |= {one.id: told(hold, one.id) for one, hold in holds if hold is not None}
        if any(hold for _, hold in holds) or (upkeep.action != "retain" and not self._mine(upkeep)):
            return False
        ids = {write.item.id for write in writes if isinstance(write, Replace | Remove)}
        ids |= {one.id for one in upkeep.after}
        fits = len(upkeep.after) <= self.memories and len(writes) <= self.writes
        if not fits or ids & self._touched:
            self.more = True
            return False
        self.memories, self.writes = self.memories - len(upkeep.after), self.writes - len(writes)
        self._touched |= ids
        self.planned.append(_Planned(upkeep, writes))
        return True

    def _mine(self, upkeep: Upkeep) -> bool:
        """Whether whoever runs this may write over what it changes."""
        after = {one.id: one for one in upkeep.after}
        try:
            for one in upkeep.before:
                self._policy.check_writer(after.get(one.id, one), one, self._actor)
        except PolicyViolation:
            return False
        return True


class Maintains(Tidies):
    """The engine's verb for keeping a scope in order: maintain."""

    async def maintain(
        self,
        *,
        dry_run: bool = True,
        cap: int = CAP,
        scope: Scope | Sequence[str] | None = None,
        reason: str | None = None,
    ) -> Maintenance:
        """Return what would put exactly one scope in order, or with `dry_run=False` do it, as one change for `undo`.

        Four things are done without asking: a memory in conflict with one that has expired since stops naming it
        ("expire"); what a retention rule of the store has outlived or counts as too many is deleted ("retain"); facts, preferences and procedures that differ in wording alone become one ("merge"); the turns of a
        conversation of which nothing was said for 90 days are tagged "archived" under a summary that cites them
        ("archive"): a search still finds them, `Not(Contains("tags", "archived"))` leaves them out. What has outlived the
        life of its attribute (`holdfast.attributes`) is listed to confirm: saved again, it is young again.

        At most `cap` (1..1,000) memories are changed, in at most 1,000 writes; where `more` is true, run it again. What a legal hold
        is on is left as it is, and told in `held`. Reads the whole scope. Raises `InvalidInput` and `AccessDenied`.
        """
        cap = checks.count(cap, "cap", 1, MOST_WRITES)
        by, target = self._by("maintain", reason), self._target(scope)

        async def change() -> Maintenance:
            at, room = self._at(), _Room(cap, self._in_force.policy, by.actor)
            await self._expire(target, at, room)
            await self._retain(target, at, room)
            await self._join(target, at, room)
            await self._archive(target, at, room)
            confirm = (await self._overdue(target, at))[:cap]
            changes = tuple(one.upkeep for one in room.planned)
            held = tuple(room.held.values())
            found = Maintenance(changes, tuple(confirm), bool(dry_run), cap, room.more, held=held)
            writes = [write for one in room.planned for write in one.writes]
            if dry_run or not writes:
                return found
            written = {one.id: one for one in await self._apply(writes, by)}
            done = tuple(
                replace(one, after=tuple(_as_written(item, written) for item in one.after)) for one in changes
            )
            return replace(found, changes=done, id=done[0].after[0].id)

        return await self._retried(change)

    # -- the rules -----------------------------------------------------------------------------------------------

    async def _expire(self, target: Scope, at: Moment, room: _Room) -> None:
        """Let memories go on without a conflict whose other side has expired."""
        reach = Reach(exactly=(target,))
        async for item in each(self._pages(target, at, Exists("conflicts_with"))):
            held = [
                id
                for id in item.conflicts_with
                if await self._parts.io.store(self._parts.store.get, id, reach, at) is not None
            ]
            if len(held) < len(item.conflicts_with):
                new = replace(item, conflicts_with=tuple(held))
                reason = "what it was in conflict with has expired"
                write = Replace(new, Ref(item.id, item.version), last=False)
                room.take(Upkeep("expire", reason, (item,), (new,)), [write])

    async def _retain(self, target: Scope, at: Moment, room: _Room) -> None:
        """Delete what has outlived a retention rule, or is beyond the number that one keeps."""
        for item, _, reason in await self._outlived(target, at):
            now = replace(item, state="deleted")
            parted = await self._parted(await self._parts_of(item))
            write = Remove(now, Ref(item.id, item.version), last=False)
            room.take(Upkeep("retain", reason, (item,), (now,)), [write, *parted])

    async def _outlived(self, target: Scope, at: Moment) -> list[tuple[MemoryItem, Rule, str]]:
        """Return what retention rules take out of a scope, with the rule and why; of too many what was not written for longest."""
        policy, gone = self._in_force.policy, dict[str, tuple[MemoryItem, Rule, str]]()
        for rule in policy.retention(target):
            kinds = frozenset({rule.terms["kind"]}) if "kind" in rule.terms else None
            tag, most = rule.terms.get("tag"), rule.terms.get("most")
            left: list[MemoryItem] = []
            where = None if tag is None else Contains("tags", tag)
            async for item in each(self._pages(target, at, where, kinds, sort="known_from")):
                if item.id in gone:
                    continue
                begun = item.known_from or at.now
                if item.version > 1 and rule.ttl:
                    begun = (await self._past(item.id, target))[0].at
                if policy.outlived(item, begun, at.now) == rule:
                    why = f"kept for {rule.terms['ttl']}, and was first saved {begun:%Y-%m-%d %H:%M} UTC"
                    gone[item.id] = item, rule, f"rule {rule.name!r}: {why}"
                else:
                    left.append(item)
            if most is not None:
                for item in left[: max(0, len(left) - most)]:
                    gone[item.id] = item, rule, f"rule {rule.name!r}: the latest {most:,} are kept"
        return list(gone.values())

    async def _join(self, target: Scope, at: Moment, room: _Room) -> None:
        """Make one of memories that differ in wording alone."""
        from ..extract.twins import said  # with the rules, which few programs load for this alone

        groups: dict[Hashable, list[MemoryItem]] = {}
        async for item in each(self._pages(target, at, kinds=DECLARATIVE)):
            if not item.conflicts_with:
                groups.setdefault(said(item), []).append(item)
        for alike in groups.values():
            room.more = room.more or len(alike) > MOST
            whole = (
                [one for one in alike if len(await self._parts_of(one)) == 1][:MOST] if len(alike) > 1 else []
            )
            if len(whole) < 2:
                continue
            made, writes = await self._merging(whole)
            gone = [replace(one, state="deleted", superseded_by=made.id) for one in whole]
            reason = f"{len(whole)} that differ in wording alone become one"
            room.take(Upkeep("merge", reason, tuple(whole), (*gone, made)), writes)

    async def _archive(self, target: Scope, at: Moment, room: _Room) -> None:
        """Tag the turns of old conversations, oldest first, under a summary that cites them."""
        cut, seen = at.now - _OLD, set[str]()
        old = And(Exists("thread"), Not(Contains("tags", age.ARCHIVED)))
        async for turn in each(
            self._pages(target, at, old, kinds=frozenset({"episode"}), until=cut, sort="observed_at")
        ):
            thread = str(turn.thread)
            if thread in seen:
                continue
            seen.add(thread)
            if room.memories < 2 or room.writes < 3:
                room.more = True
                return
            await self._archive_thread(target, thread, cut, room)

    async def _archive_thread(self, target: Scope, thread: str, cut: datetime, room: _Room) -> None:
        from ..extract.summary import summarised

        turns = await self._turns(target, thread)
        waiting = [one for one in turns if age.ARCHIVED not in one.tags]
        ended = all(one.observed_at is not None and one.observed_at < cut for one in turns)
        if not waiting or not ended or len(turns) < FEWEST:
            return
        told = await self._told(target, thread)
        held = next((one for one in told if one.state == "active"), None)
        writes: list[Write]
        if held is not None and tells(held, turns):  # as it is, for a model may have told it
            summary = held
            writes = [Replace(held, Ref(held.id, held.version))]
        else:
            writes = await self._telling(summarised(turns, thread), target, thread, told)
            summary = next(write.item for write in writes if isinstance(write, Replace | Insert))
        fits = min(room.memories - 1, room.writes - len(writes))
        archived = [replace(one, tags=(*one.tags, age.ARCHIVED)) for one in waiting[:fits]]
        writes += [Replace(one, Ref(one.id, one.version), last=False) for one in archived]
        before = (*waiting[:fits], *([held] if held else []))
        reason = f"{len(archived)} of {len(turns)} turns of {thread!r}, of which nothing was said for {_OLD.days} days"
        room.take(Upkeep("archive", reason, before, (*archived, summary)), writes)
        room.more = room.more or fits < len(waiting)

    async def _overdue(self, target: Scope, at: Moment) -> list[Overdue]:
        """Return what should be confirmed, the longest overdue first."""
        table = self._rules.table
        found: list[Overdue] = []
        async for page in self._pages(target, at, Exists("slot"), DECLARATIVE):
            old = [one for one in page if age.overdue(age.observed(one), age.life(one, table), at.now)]
            again = {}
            if old:
                reach = Reach(exactly=(target,))
                again = await self._parts.io.store(self._parts.store.seen, [one.id for one in old], reach, at)
            for one in old:
                seen, days = age.last_seen(one, again.get(one.id)), age.life(one, table)
                if seen is not None and days is not None and age.overdue(seen, days, at.now):
                    found.append(Overdue(one, seen, days, age.told(seen, at.now, self._zone)))
        return sorted(found, key=lambda one: (one.seen_at + timedelta(days=one.life), one.item.id))

    # -- reading -------------------------------------------------------------------------------------------------

    async def _pages(
        self,
        target: Scope,
        at: Moment,
        where: Filter | None = None,
        kinds: frozenset[str] | None = None,
        until: datetime | None = None,
        sort: str = "id",
    ) -> AsyncIterator[list[MemoryItem]]:
        """Yield the live memories of exactly one scope that pass a filter, in ascending order, a page at a time."""
        scan = Scan(
            Reach(exactly=(target,)),
            at,
            where,
            sort=sort,
            descending=False,
            limit=_PAGE,
            kinds=kinds,
            until=until,
        )
        while True:
            page = await self._parts.io.store(self._parts.store.scan, scan)
            yield page
            if len(page) < _PAGE:
                return
            last = page[-1]
            times = {"id": last.id, "known_from": last.known_from}
            value = times.get(sort) or last.observed_at or last.valid_from
            scan = scan._replace(after=(value, last.id, last.version, True))


async def each(pages: AsyncIterator[list[MemoryItem]]) -> AsyncIterator[MemoryItem]:
    """Yield the memories of pages one by one."""
    async for page in pages:
        for item in page:
            yield item


def _as_written(item: MemoryItem, written: dict[str, MemoryItem]) -> MemoryItem:
    """Return a memory as the store wrote it, with what it counts beside its versions."""
    return replace(written[item.id], sightings=item.sightings)
