"""The verbs that change something: save, save_many, update, delete, restore.

The path of a save: check, redact, embed (outside any transaction), look at what stands in its scope, decide, apply. If
somebody else wrote in between, the store refuses and the decision is made again on what is there now.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from .. import checks, decide
from ..attributes import Attribute, attribute
from ..errors import AccessDenied, DoesNotFit, InvalidInput, NotFound, SlotConflict, VersionConflict
from ..filters import Eq
from ..ports import (
    Authorship,
    Entry,
    Insert,
    Reach,
    Ref,
    Remove,
    Replace,
    Scan,
    Standing,
    Write,
)
from ..types import DECLARATIVE, TRUSTS, Draft, Kind, MemoryItem, Scope, Source, changed
from .base import MOST_VERSIONS, UNSET, InForce, When
from .naming import Naming
from .plan import Plan, digest_of
from .waits import whole

BATCH = 1_000
KEY_LIFE = timedelta(days=7)
_CHANGEABLE = (
    "text", "value", "kind", "slot", "tags", "metadata", "importance", "confidence", "speaker", "valid_from",
    "valid_to", "expires_at",
)  # fmt: skip
_SHARED = (*_CHANGEABLE, "thread", "turn", "observed_at", "source")
KNOWN = 1_000  # declarative memories of a scope that what is said is judged beside, the latest first
_PLACING = ("slot", "valid_from", "valid_to")
_NEW = MemoryItem(id="", version=1, text="", kind="fact", scope=Scope.shared())
INDEXED = ("text", "kind", "speaker", "thread", "turn", "observed_at", "valid_from")


class Writes(Naming):
    """The engine's writing verbs."""

    @whole
    async def save(
        self,
        text: str,
        *,
        kind: Kind = "fact",
        scope: Scope | Sequence[str] | None = None,
        slot: str | None = None,
        value: Any = None,
        tags: Iterable[str] = (),
        metadata: Mapping[str, Any] | None = None,
        importance: float = 0.5,
        confidence: float = 1.0,
        speaker: str | None = None,
        thread: str | None = None,
        turn: int | None = None,
        observed_at: datetime | None = None,
        valid_from: datetime | None = None,
        valid_to: datetime | None = None,
        expires_at: datetime | None = None,
        source: Source | Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Keep a memory and return it as stored; when this returns, it is on disk and searchable.

        `text` has at most 20,000 characters. `scope` names which of the caller's labels the item carries (default: all).
        `slot` ("server.port") makes it the value of an attribute: a later value ends the earlier one, which stays in the
        history. The same text, kind and slot saved again in the same scope gives the item already there with one more
        sighting (what else this call says of it is
        not kept: `update` changes it); episodes are never merged. `valid_from` defaults to `observed_at`, else to now. An `idempotency_key`
        makes a repeated call give the first call's item, as it is by then, for 7 days; deleted meanwhile, it stays so and
        comes back with that state. What a model says (`source.trust` "model", no episode) and policy sends to review is
        returned `pending`, in no answer until `review` approves it; against another value of its slot it does what the attribute's
        own policy says (see `holdfast.attributes`).

        Raises `InvalidInput` naming the field, `AccessDenied`, `IdempotencyConflict`.
        """
        draft = Draft(
            text=text, kind=kind, scope=scope, slot=slot, value=value, tags=cast(Any, tags),
            metadata=cast(Any, metadata), importance=importance, confidence=confidence, speaker=speaker,
            thread=thread, turn=turn, observed_at=observed_at, valid_from=valid_from, valid_to=valid_to,
            expires_at=expires_at, source=cast(Any, source), idempotency_key=idempotency_key,
        )  # fmt: skip

        async def change() -> MemoryItem:
            masked = self._redacted(draft)
            item = self._item(*await self._named([masked]))
            by = self._by("save", reason)
            return (await self._keep([masked], [item], await self._entries([item]), by))[0]

        return await self._retried(change)

    async def save_many(
        self,
        items: Iterable[Draft | Mapping[str, Any]],
        *,
        progress: Callable[[int], None] | None = None,
        allow_erased: bool = False,
        on_erased: Callable[[int], None] | None = None,
        reason: str | None = None,
    ) -> list[MemoryItem]:
        """Keep many memories, in order, and return them as stored.

        `items` are drafts or dicts with the arguments of `save`; they may come from a generator. They are written in
        transactions of at most 1,000, each all or nothing; `progress` is called after each with the number written so
        far. A text that was erased in its scope is refused if it comes from the same source, unless `allow_erased`; with
        `on_erased` it is left out, and that is called with its place. Raises as `save` does, naming the item by its place
        (or its idempotency key); the transactions before it stay written.
        """
        self._by("save", reason)
        done: list[MemoryItem] = []
        given: object = items
        if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
            raise InvalidInput("items", f"must be a list of drafts or dicts, not {type(given).__name__}")
        for name, call in (("progress", progress), ("on_erased", on_erased)):
            if call is not None and not callable(call):
                raise InvalidInput(name, f"must be a function of a number, not {type(call).__name__}")
        chunks, told = self._chunks(iter(items)), None if allow_erased else on_erased
        before: _Chunk | None = None
        while True:
            chunk = None
            try:
                await self._heed()
                chunk = await anext(chunks, None)
                if chunk is not None:
                    chunk.entries = self._parts.io.ahead(self._entries(chunk.items))
            finally:  # written while the next is embedded, and also where the next is refused
                if before is not None:
                    done += await self._kept_chunk(before, allow_erased, told, reason)
                    if progress is not None:
                        progress(len(done))
            if chunk is None:
                return done
            before = chunk

    async def _kept_chunk(
        self, chunk: _Chunk, allow_erased: bool, told: Callable[[int], None] | None, reason: str | None
    ) -> list[MemoryItem]:
        """Save drafts that were made ready under the rules of then; where these are others now, they are made ready again."""
        left: Sequence[int] = range(len(chunk.items))
        if not allow_erased:
            left = await self._not_erased(chunk.items, chunk.begun, told)
        ready = await chunk.entries

        async def change() -> list[MemoryItem]:
            nonlocal ready
            if chunk.rules is not self._in_force:
                await self._make_ready(chunk)
                ready = await self._entries(chunk.items)
            return await self._keep(
                [chunk.drafts[n] for n in left], [chunk.items[n] for n in left], [ready[n] for n in left],
                self._by("save", reason),
            )  # fmt: skip

        return await self._retried(change)

    async def _chunks(self, items: Iterator[Any]) -> AsyncIterator[_Chunk]:
        """Yield at most 1,000 drafts at a time, checked, with the items they are to be."""
        begun = 0
        while given := list(itertools.islice(items, BATCH)):
            chunk = _Chunk(checks.each(Draft.of, given, begun), begun)
            await self._make_ready(chunk)
            yield chunk
            begun += len(given)

    async def _make_ready(self, chunk: _Chunk) -> None:
        chunk.rules = self._in_force
        checks.each(lambda draft: self._target(draft.scope), chunk.given, chunk.begun)
        chunk.drafts = checks.each(self._redacted, chunk.given, chunk.begun)
        chunk.items = checks.each(self._item, await self._named(chunk.drafts), chunk.begun)

    @whole
    async def update(
        self,
        id: str,
        *,
        text: str = UNSET,
        value: Any = UNSET,
        kind: Kind = UNSET,
        slot: str | None = UNSET,
        tags: Iterable[str] = UNSET,
        metadata: Mapping[str, Any] = UNSET,
        importance: float = UNSET,
        confidence: float = UNSET,
        speaker: str | None = UNSET,
        valid_from: datetime | None = UNSET,
        valid_to: When | None = UNSET,
        expires_at: datetime | None = UNSET,
        scope: Scope | Sequence[str] | None = None,
        expected_version: int | None = None,
        changed_at: When | None = None,
        source: Source | Mapping[str, Any] | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Write a new version of a memory and return it; the versions before stay in its history.

        Without `changed_at` this corrects the record: the new version has always been true. With it the world changed
        then: the old version stays true up to that time, the new one from it on (a timedelta, also as `valid_to`, is that long before now). Changing the text of a memory in a slot
        needs its `value` too. `scope` names the scope the memory is in, or moves one of the caller's own scope to the scope
        it names; the administrator moves any. `source` tells who says so where that is another than said the version
        before: what that rests on stays in it, and it is trusted as little as the less trusted of both. What a model
        (`source.trust` "model") would say that policy sends to review is refused: to be saved anew, it waits.

        Raises `NotFound`, `AccessDenied`, `InvalidInput`, `SlotConflict`, and `VersionConflict` (with the current item)
        when `expected_version` is given and not the current one.
        """
        wanted = {
            name: given for name, given in locals().items() if name in _CHANGEABLE and given is not UNSET
        }
        if not wanted and scope is None:
            raise InvalidInput(
                "update", f"changes nothing; give at least one of {', '.join(_CHANGEABLE)} or scope"
            )
        if "valid_from" in wanted and valid_from is None:
            raise DoesNotFit("valid_from", "cannot be emptied: say since when it is true, or leave it out")
        by, _ = self._by("update", reason), self._moment(changed_at, "changed_at")
        said_by = None if source is None else Source.of(source)

        async def change() -> MemoryItem:
            current = await self._mine(id, scope, expected_version, moving=True)
            target = current.scope if scope is None else self._target(scope)
            if "valid_to" in wanted:
                wanted["valid_to"] = self._moment(valid_to, "valid_to", current.valid_from)
            new = self._changed(current, wanted, target)
            if said_by is not None:
                new = self._rewritten(current, new, said_by)
            if new.slot != current.slot:
                new = replace(new, slot=(await self._names_of(Reach(exactly=(target,)))).slot(new.slot))
            moved = self._moment(changed_at, "changed_at", current.valid_from)
            return await self._write_update(current, new, moved, by)

        return await self._retried(change)

    @whole
    async def delete(
        self,
        id: str,
        *,
        scope: Scope | Sequence[str] | None = None,
        expected_version: int | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Take a memory out of every answer and return its last version, marked deleted; `restore` brings it back.

        Its history keeps the text. What it superseded in a slot stays ended: to make that true again, save it anew. Raises
        as `update` does.
        """
        by = self._by("delete", reason)

        async def change() -> MemoryItem:
            current = await self._mine(id, scope, expected_version)
            return await self._remove(current, by)

        return await self._retried(change)

    @whole
    async def restore(
        self,
        id: str,
        *,
        scope: Scope | Sequence[str] | None = None,
        expected_version: int | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Bring a deleted memory back as it was before, and return it.

        Raises `SlotConflict` (with the holder) when its slot has another value for that time by now, `InvalidInput` when
        it is not deleted, and otherwise as `update` does.
        """
        by = self._by("restore", reason)

        async def change() -> MemoryItem:
            current = await self._mine(id, scope, expected_version, deleted=True)
            if current.state != "deleted":
                raise DoesNotFit("id", f"memory {current.id} is not deleted, so there is nothing to restore")
            return await self._bring_back(current, by)

        return await self._retried(change)

    # -- saving --------------------------------------------------------------------------------------------------

    async def _keep(
        self, drafts: Sequence[Draft], items: Sequence[MemoryItem], entries: Sequence[Entry], by: Authorship
    ) -> list[MemoryItem]:
        """Save at most 1,000 drafts, with the items they are to be and these items' search data, in one transaction."""
        digests = [  # of slots as the caller names them, which may go by another name when the call is made again
            digest_of(draft, item) if draft.idempotency_key else ""
            for draft, item in zip(drafts, items, strict=True)
        ]

        async def change() -> list[MemoryItem]:
            plan = Plan(self._rules.many, self._caller.kinds)
            standings = await self._standings(drafts, items)
            policies = [
                self._row(item.slot).policy if item.source.trust == "model" else "latest" for item in items
            ]
            asked = zip(items, policies, strict=True)
            asking = {item.scope for item, policy in asked if item.state == "pending" or policy == "review"}
            plan.waiting = await self._waiting(tuple(asking)) if asking else ()
            for one in zip(drafts, items, digests, entries, standings, policies, strict=True):
                plan.add(*one)
            written = await self._apply(plan.writes, by) if plan.writes else []
            return [await self._kept(result, written) for result in plan.results]

        return await self._retried(change, within=True)

    async def _kept(
        self, result: int | MemoryItem | tuple[Scope, str], written: Sequence[MemoryItem]
    ) -> MemoryItem:
        if isinstance(result, MemoryItem):
            if result.known_from is None:  # seen again in the batch that wrote it
                return replace(
                    result, known_from=next(one.known_from for one in written if one.id == result.id)
                )
            return (await self._for_caller([result]))[0]
        if isinstance(result, int):
            return written[result]
        scope, id = result
        reach = Reach(exactly=(scope,))
        found = await self._parts.io.store(self._parts.store.get, id, reach, self._at())
        if found is None:
            raise NotFound(id)
        if not self._reads(found):  # what others made of it is not told, what this call had written is
            found = await self._first(id, reach)
        if found.state == "deleted":  # or moved to where this caller still sees it
            with contextlib.suppress(NotFound):
                found = await self._current(id, self._reach(None))
        return (await self._for_caller([found]))[0]

    async def _first(self, id: str, reach: Reach) -> MemoryItem:
        """Return the first version of a memory, as it was written."""
        (first,) = await self._parts.io.store(self._parts.store.history, reach, self._at(), id=id, limit=1)
        return replace(first.item, known_to=None)

    async def _standings(self, drafts: Sequence[Draft], items: Sequence[MemoryItem]) -> list[Standing]:
        now = self._parts.clock.now()
        pairs = zip(drafts, items, strict=True)
        asked = [(item, self._contested(item), draft.idempotency_key) for draft, item in pairs]
        if all(item.kind == "episode" and key is None for item, _, key in asked):
            return [Standing(now)] * len(items)
        store = self._parts.store
        return await self._parts.io.store(store.standings, asked, now, now - KEY_LIFE)

    async def _waiting(self, scopes: tuple[Scope, ...]) -> Sequence[MemoryItem]:
        """Return what waits for review in exactly these scopes, the latest first."""
        where = Eq("state", "pending")
        scan = Scan(Reach(exactly=scopes), self._at(), where, live=False, kinds=DECLARATIVE, limit=KNOWN)
        return await self._parts.io.store(self._parts.store.scan, scan)

    def _item(self, draft: Draft) -> MemoryItem:
        """Return a draft as the first version of a new memory."""
        now, actor = self._parts.clock.now(), self._caller.actor
        given: dict[str, Any] = {name: getattr(draft, name) for name in _SHARED}
        if draft.kind == "episode":
            given["observed_at"] = draft.observed_at or now
        begins = draft.valid_from or draft.observed_at
        # A declarative memory that begins "now" begins after all that its scope knows, whatever the clock says: see Plan.
        given["valid_from"] = now if begins is None and draft.kind == "episode" else begins
        if draft.valid_to is not None and draft.valid_to <= (begins or now):
            raise DoesNotFit(
                "valid_to", "must be later than valid_from (which defaults to observed_at, else now)"
            )
        self._not_past(draft.expires_at)
        if draft.source.actor is None and actor is not None:
            given["source"] = changed(draft.source, actor=actor)
        target = self._target(draft.scope)
        given["expires_at"] = self._in_force.policy.expiry(draft, target, now)
        waits = draft.kind in DECLARATIVE and draft.source.trust == "model" and self._sensitive(draft)
        return changed(
            _NEW, id=self._parts.clock.new_id(), scope=target, owner=actor, state="pending" if waits else "active",
            explicit_time=draft.valid_from is not None, **given,
        )  # fmt: skip

    def _sensitive(self, said: Draft | MemoryItem) -> str | None:
        """Return the class for which what is said waits for a person's word, or None."""
        from ..redact import heeded, redact_json

        table = self._policy()
        waiting = heeded(table, "review")
        if (of := self._row(said.slot).sensitivity) in waiting:
            return of
        found = redact_json([said.text, said.value], table, waiting).findings if waiting else ()
        return next((one.kind for one in found if one.kind in waiting), None)

    def _row(self, slot: str | None) -> Attribute:
        return attribute((slot or "").rpartition(".")[2], self._rules.table)

    def _not_past(self, expires_at: datetime | None) -> None:
        if expires_at is not None and expires_at <= self._parts.clock.now():
            raise DoesNotFit(
                "expires_at", "is not in the future, so nobody would ever see this; delete it instead"
            )

    # -- changing ------------------------------------------------------------------------------------------------

    def _changed(self, current: MemoryItem, wanted: Mapping[str, Any], target: Scope) -> MemoryItem:
        """Return the next version of `current` with the wanted fields, checked as a draft is."""
        if (
            current.slot is not None
            and "text" in wanted
            and "value" not in wanted
            and wanted.get("slot", 1) is not None
        ):
            raise DoesNotFit(
                "value", f"memory {current.id} holds slot {current.slot!r}: give its value with the text"
            )
        kept = {name: getattr(current, name) for name in _SHARED if name != "metadata"}
        kept["metadata"] = dict(current.metadata)
        # What was superseded in the moment it began is true at no time, and may be corrected all the same.
        timed = not wanted.keys().isdisjoint(("valid_from", "valid_to"))
        if not timed:
            del kept["valid_from"], kept["valid_to"]
        draft = Draft.of({**kept, **wanted, "source": current.source, "scope": target})
        draft = self._redacted(draft)
        if "expires_at" in wanted:
            self._not_past(draft.expires_at)
        checked = {name: getattr(draft, name) for name in _CHANGEABLE}
        if draft.valid_from is None:
            checked["valid_from"] = current.valid_from
        if not timed:
            checked["valid_to"] = current.valid_to
        return replace(
            current, version=current.version + 1, scope=target, known_from=None, known_to=None,
            explicit_time=current.explicit_time or bool(wanted.get("valid_from")), **checked,
        )  # fmt: skip

    def _rewritten(self, current: MemoryItem, new: MemoryItem, by: Source) -> MemoryItem:
        """Return the next version of a memory as said by somebody else: trusted no more than what it was rewritten from."""
        news = (new.text, new.value, new.slot) != (current.text, current.value, current.slot)
        if news and by.trust == "model" and new.kind in DECLARATIVE and (of := self._sensitive(new)):
            raise DoesNotFit(
                "text",
                f"speaks of {of}, which waits for a person's word; save it as a memory of its own, which asks for that",
            )
        policy, less = self._row(new.slot).policy, TRUSTS.index(current.source.trust) < TRUSTS.index(by.trust)
        if news and by.trust == "model" and (policy == "review" or (policy != "latest" and less)):
            raise DoesNotFit(
                "value", f"is of an attribute whose policy is {policy}; save it as a memory of its own"
            )
        source = changed(
            by,
            actor=by.actor or self._caller.actor,
            message_ids=tuple(dict.fromkeys((*current.source.message_ids, *by.message_ids))),
            lineage=tuple(dict.fromkeys((*current.source.lineage, *by.lineage))),
            trust=max(current.source.trust, by.trust, key=TRUSTS.index),
        )  # fmt: skip
        return replace(new, source=source)

    async def _write_update(
        self, current: MemoryItem, new: MemoryItem, changed_at: datetime | None, by: Authorship
    ) -> MemoryItem:
        base = Ref(current.id, current.version)
        if new.scope != current.scope:
            if changed_at is not None:
                raise DoesNotFit("changed_at", "cannot go with scope; move the memory first, then change it")
            return await self._move(current, new, by)
        old = None
        if changed_at is not None:
            old, new = decide.split(current, new, changed_at)
        fresh = old is not None or any(getattr(new, name) != getattr(current, name) for name in INDEXED)
        entry = (await self._entries([new]))[0] if fresh else None
        placed = any(getattr(new, name) != getattr(current, name) for name in _PLACING)
        guarded, seen = self._contested(new) and placed, frozenset[Ref]()
        if placed:
            new, seen = await self._free(new)
        if placed and old is None:
            await self._apart(new, base)
        writes: list[Write] = [Replace(new, base, entry, guarded=guarded, slot_seen=seen)]
        if old is not None:
            writes = [Replace(old, base), Insert(new, entry, guarded, seen - {base})]
        place = len(writes) - 1
        # These come last: they number versions anew that the guard has seen.
        writes += await self._expiring(current, new)
        if old is None:
            writes += await self._parted([current], spared=new.conflicts_with)
        return (await self._apply(writes, by))[place]

    async def _expiring(self, current: MemoryItem, new: MemoryItem) -> list[Write]:
        """Return the writes that let the other parts of a memory expire with it: it expires as a whole."""
        if new.expires_at == current.expires_at:
            return []
        others = await self._earlier(current)
        return [
            Replace(replace(one, expires_at=new.expires_at), Ref(one.id, one.version), last=False)
            for one in others
        ]

    async def _move(self, current: MemoryItem, new: MemoryItem, by: Authorship) -> MemoryItem:
        """Take a memory, with the parts of its past that still hold, out of its scope and into another."""
        earlier = await self._earlier(current)
        parts = [replace(part, scope=new.scope, expires_at=new.expires_at) for part in [*earlier, new]]
        entries = await self._entries(parts)
        gone = replace(current, state="deleted")
        writes: list[Write] = [Remove(gone, Ref(current.id, current.version))]
        for part, entry in zip(parts, entries, strict=True):
            # A conflict is one of its scope: it is left behind there.
            free, seen = await self._free(replace(part, conflicts_with=()))
            free = replace(free, version=max(part.version, 2), known_from=None, known_to=None, sightings=1)
            writes.append(Insert(free, entry, self._contested(part) and not earlier, seen))
        parted = await self._parted([current, *earlier])
        return (await self._apply([*writes, *parted], by))[len(parts)]

    async def _earlier(self, current: MemoryItem) -> list[MemoryItem]:
        """Return the open versions of a memory beside its current one: it was, or will be, true in other parts."""
        return [one for one in await self._parts_of(current) if one.version != current.version]

    async def _parts_of(self, current: MemoryItem) -> list[MemoryItem]:
        """Return all open versions of a memory; what was never changed has but one."""
        return [current] if current.version == 1 else await self._open(current.id, current.scope)

    async def _open(self, id: str, scope: Scope) -> list[MemoryItem]:
        """Return the open versions of a memory in exactly one scope, oldest first; none once it is deleted."""
        store, reach = self._parts.store, Reach(exactly=(scope,))
        past = await self._parts.io.store(store.history, reach, self._at(), id=id, limit=MOST_VERSIONS)
        return [one.item for one in past if one.item.known_to is None and one.item.state != "deleted"]

    async def _parted(self, gone: Sequence[MemoryItem], spared: Sequence[str] = ()) -> list[Write]:
        """Return the writes by which those that memories were in conflict with stop naming them, but for `spared` ones."""
        ids = {one.id for one in gone}
        rivals = dict.fromkeys((rival, one.scope) for one in gone for rival in one.conflicts_with)
        writes: list[Write] = []
        for rival, scope in rivals:
            if rival in ids or rival in spared:
                continue
            for part in await self._open(rival, scope):
                left = tuple(id for id in part.conflicts_with if id not in ids)
                if left != part.conflicts_with:
                    ref = Ref(part.id, part.version)
                    writes.append(Replace(replace(part, conflicts_with=left), ref, last=False))
        return writes

    async def _apart(self, new: MemoryItem, base: Ref) -> None:
        """Raise `InvalidInput` when a corrected valid time would overlap an earlier part of the same memory."""
        parts = await self._earlier(replace(new, version=base.version))
        if any(decide.overlap(part, new) for part in parts):
            raise DoesNotFit("valid_from", f"overlaps a time for which memory {new.id} says something else")

    def _contested(self, item: MemoryItem) -> bool:
        """Whether the item's slot holds one value at a time."""
        return item.slot is not None and not decide.many(item, self._rules.many)

    async def _free(self, item: MemoryItem) -> tuple[MemoryItem, frozenset[Ref]]:
        """Return the item, in conflict only with what it still meets in its slot, and the slot's holders as seen.

        Raises `SlotConflict` if it meets another holder.
        """
        holders: Sequence[MemoryItem] = ()
        if self._contested(item):
            holders = await self._holders(item)
            holder = decide.occupant(item, holders, several=False)
            if holder is not None and not self._caller.kinds.reads(holder.kind):
                raise AccessDenied(
                    f"slot {item.slot!r} is held by a memory of a kind that this caller has no right to"
                )
            if holder is not None:
                raise SlotConflict(str(item.slot), (await self._for_caller([holder]))[0])
        met = decide.rivals(item, holders)
        return replace(item, conflicts_with=met), frozenset(Ref(one.id, one.version) for one in holders)

    async def _holders(self, item: MemoryItem) -> Sequence[MemoryItem]:
        """Return the open values of the item's slot that end after it begins."""
        now, store = self._parts.clock.now(), self._parts.store
        return (await self._parts.io.store(store.standings, [(item, True, None)], now, now))[0].holders

    async def _remove(self, current: MemoryItem, by: Authorship) -> MemoryItem:
        gone = replace(current, version=current.version + 1, state="deleted")
        parted = await self._parted(await self._parts_of(current))
        return (await self._apply([Remove(gone, Ref(current.id, current.version)), *parted], by))[0]

    async def _bring_back(self, deleted: MemoryItem, by: Authorship) -> MemoryItem:
        """Write the versions that the deletion closed again, as new ones."""
        store, io, reach = self._parts.store, self._parts.io, Reach(exactly=(deleted.scope,))
        past = await io.store(store.history, reach, self._at(), id=deleted.id, limit=MOST_VERSIONS)
        closed = [
            one.item
            for one in past
            if one.item.known_to == deleted.known_from and one.item.state != "deleted"
        ]
        # A memory that was moved left such a mark too, and is restored where it went, if anywhere.
        if not closed or past[-1].verb == "update":
            raise NotFound(deleted.id)
        writes: list[Write] = []
        parts: list[MemoryItem] = []
        named = (await self._names_of(reach)).slot  # it may go by another name since
        for n, one in enumerate(closed):
            back = replace(
                one, version=deleted.version + 1 + n, slot=named(one.slot), known_from=None, known_to=None
            )
            seen, entry = frozenset[Ref](), None
            if one.state not in ("pending", "rejected"):  # which stay so, in no slot and no search
                back, seen = await self._free(replace(back, state="active"))
                entry = (await self._entries([back]))[0]
            parts.append(back)
            guarded, base = entry is not None and self._contested(back), Ref(deleted.id, deleted.version)
            first = Replace(back, base, entry, guarded=guarded, slot_seen=seen)
            writes.append(first if n == 0 else Insert(back, entry))
        return (await self._apply([*writes, *await self._rejoined(parts)], by))[len(parts) - 1]

    async def _rejoined(self, parts: Sequence[MemoryItem]) -> list[Write]:
        """Return the writes by which those that a memory comes back into conflict with name it again."""
        found = {
            (rival.id, rival.version): rival
            for part in parts
            if part.conflicts_with
            for rival in await self._holders(part)
            if rival.id in decide.rivals(part, [rival]) and part.id not in rival.conflicts_with
        }
        named = parts[0].id
        return [
            Replace(
                replace(one, conflicts_with=(*one.conflicts_with, named)),
                Ref(one.id, one.version),
                last=False,
            )
            for one in found.values()
        ]

    # -- shared --------------------------------------------------------------------------------------------------

    async def _current(self, id: str, reach: Reach, deleted: bool = False) -> MemoryItem:
        found = await self._parts.io.store(self._parts.store.get, checks.item_id(id), reach, self._at())
        if found is None:
            await self._not_mounted(checks.item_id(id), reach)
        gone = found is None or (found.state == "deleted" and not deleted)
        if found is None or gone or not self._caller.kinds.reads(found.kind):
            raise NotFound(checks.item_id(id))
        return found

    async def _not_mounted(self, id: str, reach: Reach) -> None:
        """Raise `AccessDenied` for a memory that is only looked at."""
        for one in self._mounts(reach):
            found = await self._parts.io.store(one.store.get, id, reach, self._at())
            if found is not None and self._caller.kinds.reads(found.kind):
                raise AccessDenied(
                    f"memory {id} is of {one.name!r}, which is mounted to be read; change it in its own store, or save what "
                    "is true here beside it"
                )

    async def _mine(
        self,
        id: str,
        scope: Scope | Sequence[str] | None,
        expected: int | None,
        *,
        deleted: bool = False,
        moving: bool = False,
    ) -> MemoryItem:
        """Return the current version of a memory this caller may change, at the version it expects."""
        if expected is not None:
            expected = checks.count(expected, "expected_version", 1, checks.MAX_INT)
        named = scope if isinstance(scope, Scope) and self._caller.admin else None
        # An administrator who moves a memory names where it goes; where it is does not matter then.
        anywhere = moving and named is not None
        reach = Reach(under=Scope.shared()) if anywhere else self._reach(named)
        current = await self._current(id, reach, deleted)
        if not anywhere:
            self._writable(current, scope, moving)
        if expected is not None and expected != current.version:
            shown = (await self._for_caller([current]))[0]
            raise VersionConflict(expected, shown, await self._writer(current))
        return current


class _Chunk:
    """Drafts of one transaction of `save_many`, the first of which is number `begun`, made ready under some rules."""

    drafts: list[Draft]
    items: list[MemoryItem]
    entries: Awaitable[list[Entry]]
    rules: InForce

    def __init__(self, given: list[Draft], begun: int) -> None:
        self.given, self.begun = given, begun
