"""Putting a memory in order: several that say the same made one, and a change taken back whole.

Both are changes like any other: new versions in one transaction, with the old ones in the history. All that one call wrote in
one transaction has the same `known_from` in its scope and nothing else has, so a version names its change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from .. import checks, decide
from ..errors import DoesNotFit, InvalidInput, NotFound, SlotConflict, UndoConflict
from ..marks import Mark
from ..ports import Authorship, Insert, Reach, Ref, Remove, Replace, Sight, Write
from ..types import DECLARATIVE, TRUSTS, Change, Draft, MemoryItem, Scope, Source
from .base import UNSET
from .observe import Observes
from .write import INDEXED

MOST = 100
_PAGE = 1_000
_ALL = 100_000


class _Member(NamedTuple):
    """A memory that a change wrote: its versions `open` now, those the change `closed` and `wrote`, and all it had `before`."""

    open: list[MemoryItem]
    closed: list[MemoryItem]
    wrote: list[MemoryItem]
    before: list[MemoryItem]


class Tidies(Observes):
    """The engine's verbs for putting a memory in order: merge, undo."""

    async def merge(
        self,
        ids: Iterable[str],
        *,
        text: str = UNSET,
        value: Any = UNSET,
        scope: Scope | Sequence[str] | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Make one memory of several that say the same, and return it; the others leave every answer.

        `ids` are 2 to 100 live facts, preferences or procedures of one scope, of the same slot or none. The text, and all that
        cannot be joined, is that of the one in the slot, else of the most trusted, the most often seen, the latest; `text`
        (of a slot with its `value`) replaces it. The one that is kept is new: it has all tags, metadata and messages, counts
        all sightings, names the merged ones in `source.lineage`, has the lowest trust among them, and holds for as long as
        any of them did (in a slot: as the value there did). The others are deleted and name it in `superseded_by`; `undo`
        of it brings all of them back.

        Raises `NotFound`, `AccessDenied`, `SlotConflict`, and `InvalidInput` naming the memory that cannot be merged.
        """
        given: object = ids
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise InvalidInput("ids", "must be a list of memory ids")
        named = list(dict.fromkeys(checks.item_id(id, "ids") for id in ids))
        if not 2 <= len(named) <= MOST:
            raise InvalidInput("ids", f"must be 2 to {MOST} different ids, not {len(named)}")
        by = self._by("merge", reason)

        async def change() -> MemoryItem:
            items = [await self._mine(id, scope, None) for id in named]
            for item in items:
                await self._mergeable(item, items[0])
            made, writes = await self._merging(items, text, value)
            written = (await self._apply(writes, by))[0]
            return replace(written, sightings=made.sightings)

        return await self._retried(change)

    async def undo(
        self,
        id: str,
        *,
        version: int | None = None,
        scope: Scope | Sequence[str] | None = None,
        reason: str | None = None,
    ) -> list[MemoryItem]:
        """Take back the change that wrote a version of a memory, and return all it had changed, as they are now.

        `version` defaults to the last one written. With it goes all that the same call wrote in that scope in the same
        transaction (see `Change.at`): what it added is deleted, what it changed is as it was before, what it deleted is
        there again. All or nothing, as new versions; `undo` again takes the undoing back. Sightings stay counted.

        Raises `UndoConflict` naming the memories that were changed since, `SlotConflict` where a slot has another value by
        now, `InvalidInput` for a move to another scope and for words that policy masked, `NotFound`, `AccessDenied`.
        """
        if version is not None:
            checks.count(version, "version", 1, checks.MAX_INT)
        by = self._by("undo", reason)

        async def change() -> list[MemoryItem]:
            current = await self._mine(id, scope, None, deleted=True)
            past = await self._past(current.id, current.scope)
            meant = [one for one in past if version in (None, one.version)]
            if not meant:
                raise NotFound(f"{current.id} (version {version})", "version of memory")
            ids = await self._written_at(current.scope, meant[-1].at)
            return await self._take_back(ids, current.scope, meant[-1].at, by)

        return await self._retried(change)

    # -- merging -------------------------------------------------------------------------------------------------

    async def _mergeable(self, item: MemoryItem, first: MemoryItem) -> None:
        """Raise `InvalidInput` where a memory cannot be merged with the first of them."""
        problem = ""
        if item.scope != first.scope:
            problem = f"belongs to another scope than {first.id}; move it there first: update(id, scope=...)"
        elif item.kind not in DECLARATIVE:
            problem = f"is of kind {item.kind!r}, which is never merged"
        elif item.state != "active" or (
            item.valid_to is not None and item.valid_to <= self._parts.clock.now()
        ):
            problem = "does not hold now; only live memories are merged"
        elif item.conflicts_with:
            problem = "is in conflict with another; resolve(id) that first"
        elif len(await self._parts_of(item)) > 1:
            problem = "says different things of different times; one memory cannot keep all of them"
        if problem:
            raise DoesNotFit("ids", f"memory {item.id} {problem}")

    def _merged(self, items: Sequence[MemoryItem], text: Any, value: Any) -> MemoryItem:
        """Return the memory that several become."""
        slotted = [one for one in items if one.slot is not None]
        for one in slotted[1:]:
            if one.slot != slotted[0].slot:
                raise DoesNotFit(
                    "ids",
                    f"memory {one.id} is about {one.slot!r}, memory {slotted[0].id} about {slotted[0].slot!r}; "
                    "values of different slots are never merged",
                )
            if decide.said(one) != decide.said(slotted[0]) and text is UNSET:
                raise DoesNotFit(
                    "ids", f"memories {slotted[0].id} and {one.id} have different values; give text and value"
                )
        if slotted and (text is UNSET) != (value is UNSET):
            raise DoesNotFit(
                "value", f"goes with text: memory {slotted[0].id} holds slot {slotted[0].slot!r}"
            )
        best = max(slotted or items, key=_rank)
        held = [best] if self._contested(best) else items
        starts, ends = [one.valid_from for one in held], [one.valid_to for one in held]
        lives = [one.expires_at for one in items]
        draft = Draft(
            text=best.text if text is UNSET else text, kind=best.kind, slot=best.slot,
            value=best.value if value is UNSET else value, tags=_joined(one.tags for one in items),
            metadata={name: one for item in (*items, best) for name, one in item.metadata.items()},
            importance=max(one.importance for one in items), confidence=max(one.confidence for one in items),
            speaker=best.speaker, thread=best.thread, observed_at=best.observed_at,
            valid_from=None if None in starts else min(filter(None, starts)),
            valid_to=None if None in ends else max(filter(None, ends)),
            expires_at=None if None in lives else max(filter(None, lives)), source=_source(items, best), scope=best.scope,
        )  # fmt: skip
        made = self._item(self._redacted(draft))
        return replace(
            made, scope=best.scope, owner=best.owner, explicit_time=best.explicit_time,
            supersedes=best.supersedes, superseded_by=best.superseded_by,
        )  # fmt: skip

    async def _merging(
        self, items: Sequence[MemoryItem], text: Any = UNSET, value: Any = UNSET
    ) -> tuple[MemoryItem, list[Write]]:
        """Return the memory that several become and the writes that make it, its own first."""
        made, named = self._merged(items, text, value), {one.id for one in items}
        seen = frozenset[Ref]()
        if self._contested(made):
            holders = await self._holders(made)
            others = [one for one in holders if one.id not in named]
            if holder := decide.occupant(made, others, several=False):
                raise SlotConflict(str(made.slot), holder)
            seen = frozenset(Ref(one.id, one.version) for one in holders)
        entry = (await self._entries([made]))[0]
        writes: list[Write] = [Insert(made, entry, guarded=self._contested(made), slot_seen=seen)]
        sources = [one.source for one in items for _ in range(one.sightings)]
        writes += [Sight(made.scope, Ref(made.id, 1), source) for source in sources[1:]]
        for one in items:
            gone = replace(one, state="deleted", superseded_by=made.id)
            writes.append(Remove(gone, Ref(one.id, one.version)))
            writes += await self._followed(one, made.id)
        return replace(made, sightings=len(sources)), writes

    async def _followed(self, gone: MemoryItem, kept: str) -> list[Write]:
        """Return the writes by which what a memory superseded names the one that was kept for it as its successor."""
        if gone.supersedes is None:
            return []
        return [
            Replace(replace(one, superseded_by=kept), Ref(one.id, one.version), last=False)
            for one in await self._open(gone.supersedes, gone.scope)
            if one.superseded_by == gone.id
        ]

    # -- taking back ---------------------------------------------------------------------------------------------

    async def _past(self, id: str, scope: Scope) -> list[Change]:
        """Return every version of a memory in exactly one scope, oldest first."""
        store, reach = self._parts.store, Reach(exactly=(scope,))
        return await self._parts.io.store(store.history, reach, self._at(), id=id, limit=_ALL)

    async def _written_at(self, scope: Scope, at: datetime) -> list[str]:
        """Return the ids of the memories that were written in a scope at a known time, in the order of the log."""
        store, reach, now = self._parts.store, Reach(exactly=(scope,)), self._parts.clock.now()

        async def after(position: int, limit: int) -> tuple[list[Change], int]:
            logged = await self._parts.io.store(store.changes, reach, {scope: Mark(position)}, limit, now)
            return list(logged.changes), logged.marks.get(scope, Mark(position)).position

        async def beyond(position: int) -> bool:
            """Whether nothing written before `at` follows a position."""
            found, _ = await after(position, 1)
            return not found or found[0].at >= at

        low, high = 0, 1
        while not await beyond(high):
            low, high = high, high * 2
        while low < high:  # the log is in the order of known time, so its place is found by halving
            middle = (low + high) // 2
            low, high = (low, middle) if await beyond(middle) else (middle + 1, high)
        ids: dict[str, None] = {}
        found, low = await after(low, _PAGE)
        while found:
            ids |= {one.id: None for one in found if one.at == at}
            found, low = await after(low, _PAGE) if found[-1].at <= at else ([], low)
        return list(ids)

    async def _take_back(
        self, ids: Sequence[str], scope: Scope, at: datetime, by: Authorship
    ) -> list[MemoryItem]:
        """Write the memories a change wrote as they were before it."""
        pasts = {id: await self._past(id, scope) for id in ids}
        since = [id for id, past in pasts.items() if past[-1].at > at]
        if since:
            raise UndoConflict(since)
        members = [_member(id, past, at) for id, past in pasts.items()]
        members.sort(key=partial(_turn, {part.slot for one in members for part in one.before}))
        writes: list[Write] = []
        guarded: set[str] = set()
        for member in members:
            writes += await self._reverted(member, frozenset(ids), guarded)
        written = await self._apply(writes, by)
        return list({item.id: item for item in written}.values())

    async def _reverted(self, member: _Member, ids: frozenset[str], guarded: set[str]) -> list[Write]:
        """Return the writes that give one memory back what it was; `guarded` are the slots that were checked before."""
        last = member.open[-1]
        gone = last.state == "deleted"
        removal: list[Write] = [
            Remove(replace(last, state="deleted"), Ref(last.id, last.version), last=False)
        ]
        if not member.before:
            return removal
        paired = not gone and len(member.closed) == len(member.wrote)
        back = member.closed if paired else member.before
        bases = member.wrote if paired else [last] if gone else []
        writes = [] if bases else removal
        for place, part in enumerate(back):
            now = replace(part, known_from=None, known_to=None, version=last.version + 1 + place)
            base = bases[place] if place < len(bases) else None
            seen, check = await self._vacant(now, ids, bool(writes) and place == 0), now.slot not in guarded
            check = check and self._contested(now)
            if check:
                guarded.add(str(now.slot))
            same = (
                base is not None
                and not gone
                and all(getattr(now, one) == getattr(base, one) for one in INDEXED)
            )
            entry = None if same or now.state in ("pending", "rejected") else (await self._entries([now]))[0]
            if base is None:
                writes.append(Insert(now, entry, guarded=check, slot_seen=seen))
            else:
                writes.append(
                    Replace(now, Ref(base.id, base.version), entry, last=False, guarded=check, slot_seen=seen)
                )
        return writes

    async def _vacant(self, item: MemoryItem, ids: frozenset[str], removed: bool) -> frozenset[Ref]:
        """Return the holders of an item's slot as they are seen, without its own parts where these were `removed`.

        Raises `SlotConflict` if one that does not go back as well holds it at a time the item does.
        """
        if not self._contested(item):
            return frozenset()
        holders = await self._holders(item)
        others = [one for one in holders if one.id not in ids]
        if holder := decide.occupant(item, others, several=False):
            raise SlotConflict(str(item.slot), holder)
        return frozenset(Ref(one.id, one.version) for one in holders if not (removed and one.id == item.id))


def _member(id: str, past: Sequence[Change], at: datetime) -> _Member:
    """Return what a change at a known time did to a memory; raises `InvalidInput` where it moved or masked it."""
    before = [
        one.item
        for one in past
        if one.at < at
        and one.item.state != "deleted"
        and (one.item.known_to is None or one.item.known_to >= at)
    ]
    wrote = [one for one in past if one.at == at]
    left = any(one.item.state == "deleted" and one.verb == "update" for one in wrote)
    arrived = past[0].at == at and past[0].version > 1
    if left or arrived:
        raise DoesNotFit(
            "id", f"memory {id} was moved by this change; move it back with update(id, scope=...)"
        )
    if before and any(one.verb == "observe" and one.item.kind == "episode" for one in wrote):
        raise DoesNotFit(
            "id",
            f"this change masked words in episode {id}, and undoing it would show them; undo what else is wrong",
        )
    return _Member(
        [one.item for one in past if one.item.known_to is None],
        [one for one in before if one.known_to == at],
        [one.item for one in wrote if one.item.known_to is None],
        before,
    )


def _turn(back: Set[str | None], member: _Member) -> tuple[bool, str]:
    """Return what members are sorted by, so that the guard of each slot some come `back` to sees it as it was read.

    The earliest value goes before the others, and whoever leaves such a slot after all of them.
    """
    left = {one.slot for one in member.open} - {one.slot for one in member.before}
    return not left.isdisjoint(back), min((str(one.valid_from) for one in member.before), default="~")


def _rank(item: MemoryItem) -> tuple[int, int, str, str]:
    return -TRUSTS.index(item.source.trust), item.sightings, str(item.valid_from), item.id


def _joined(several: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for some in several for one in some))


def _source(items: Sequence[MemoryItem], best: MemoryItem) -> Source:
    """Return where a merged memory comes from: all its sources, trusted as little as the least of them."""
    lineage = _joined([[one.id for one in items], *(one.source.lineage for one in items)])
    return replace(
        best.source,
        message_ids=_joined(one.source.message_ids for one in items),
        lineage=lineage,
        trust=max((one.source.trust for one in items), key=TRUSTS.index),
    )
