"""The verbs that change something: save, save_many, update, update_many, delete, delete_many, restore.

The path of a save: check, redact, embed (outside any transaction), look at what stands in its scope, decide, apply. If
somebody else wrote in between, the store refuses and the decision is made again on what is there now.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

from .. import checks, decide
from ..errors import (
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    SlotConflict,
    StoreBusy,
    VersionConflict,
)
from ..filters import Filter
from ..ports import (
    Authorship,
    Entry,
    Insert,
    Once,
    Reach,
    Ref,
    Remove,
    Replace,
    Scan,
    Sight,
    Stale,
    Standing,
    Write,
)
from ..types import Bulk, Draft, Kind, MemoryItem, Scope, Source
from .base import Base, T

BATCH = 1_000
KEY_LIFE = timedelta(days=7)
ATTEMPTS = 100


class Unset:
    """The default of an argument of `update` that leaves the field as it is (None clears it)."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final[Any] = Unset()
_CHANGEABLE = (
    "text", "value", "kind", "slot", "tags", "metadata", "importance", "confidence", "speaker", "valid_from",
    "valid_to", "expires_at",
)  # fmt: skip
_SHARED = (*_CHANGEABLE, "thread", "turn", "observed_at", "source")
_INDEXED = ("text", "kind", "speaker", "thread", "turn", "observed_at", "valid_from", "scope")


class Writes(Base):
    """The engine's writing verbs."""

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
        sighting; episodes are never merged. `valid_from` defaults to `observed_at`, else to now. An `idempotency_key`
        makes a repeated call give the first call's item for 7 days.

        Raises `InvalidInput` naming the field, `AccessDenied`, `IdempotencyConflict`.
        """
        draft = Draft(
            text=text, kind=kind, scope=scope, slot=slot, value=value, tags=cast(Any, tags),
            metadata=cast(Any, metadata), importance=importance, confidence=confidence, speaker=speaker,
            thread=thread, turn=turn, observed_at=observed_at, valid_from=valid_from, valid_to=valid_to,
            expires_at=expires_at, source=cast(Any, source), idempotency_key=idempotency_key,
        )  # fmt: skip
        return (await self._keep([draft], self._by("save", reason)))[0]

    async def save_many(
        self,
        items: Iterable[Draft | Mapping[str, Any]],
        *,
        progress: Callable[[int], None] | None = None,
        reason: str | None = None,
    ) -> list[MemoryItem]:
        """Keep many memories, in order, and return them as stored.

        `items` are drafts or dicts with the arguments of `save`; they may come from a generator. They are written in
        transactions of at most 1,000, each all or nothing; `progress` is called after each with the number written so
        far. Raises as `save` does, naming the item by its place; the transactions before it stay written.
        """
        by = self._by("save", reason)
        done: list[MemoryItem] = []
        rest = iter(items)
        while chunk := list(itertools.islice(rest, BATCH)):
            drafts = []
            for place, one in enumerate(chunk, len(done)):
                try:
                    drafts.append(Draft.of(one))
                except InvalidInput as error:
                    raise InvalidInput(f"items[{place}].{error.field}", error.problem) from None
            done += await self._keep(drafts, by)
            if progress is not None:
                progress(len(done))
        return done

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
        valid_to: datetime | None = UNSET,
        expires_at: datetime | None = UNSET,
        scope: Scope | Sequence[str] | None = None,
        expected_version: int | None = None,
        changed_at: datetime | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Write a new version of a memory and return it; the versions before stay in its history.

        Without `changed_at` this corrects the record: the new version has always been true. With it the world changed
        then: the old version stays true up to that time, the new one from it on. Changing the text of a memory in a slot
        needs its `value` too. `scope` moves the memory to the scope it names, or names the scope it is in.

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
        by, moved = self._by("update", reason), checks.optional_moment(changed_at, "changed_at")

        async def change() -> MemoryItem:
            current = await self._mine(id, scope, expected_version)
            target = current.scope if scope is None else self._target(scope)
            new = self._changed(current, wanted, target)
            return await self._write_update(current, new, moved, by)

        return await self._retried(change)

    async def update_many(
        self,
        where: Filter | Mapping[str, Any],
        changes: Mapping[str, Any],
        *,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
        dry_run: bool = False,
        reason: str | None = None,
    ) -> Bulk:
        """Change every live memory that `where` selects in the caller's own scope, in the way `update` corrects one.

        `changes` maps fields to new values (not `text` or `value`). With `dry_run` nothing is written and the ids are
        what would be. `scope` acts on the scope it names instead; `under` on all that carry these labels.
        """
        unknown = sorted(set(changes) - set(_CHANGEABLE) | set(changes) & {"text", "value"})
        if unknown or not changes:
            raise InvalidInput(
                "changes", f"cannot change {unknown[0] if unknown else 'nothing'!r} of many at once"
            )
        by = self._by("update", reason)

        async def one(id: str, at: Scope) -> None:
            async def change() -> None:
                current = await self._current(id, Reach(exactly=(at,)))
                await self._write_update(current, self._changed(current, changes, at), None, by)

            await self._retried(change)

        return await self._bulk(where, scope, under, dry_run, one)

    async def delete(
        self,
        id: str,
        *,
        scope: Scope | Sequence[str] | None = None,
        expected_version: int | None = None,
        reason: str | None = None,
    ) -> MemoryItem:
        """Take a memory out of every answer and return its last version, marked deleted; `restore` brings it back.

        Its history keeps the text: to remove that too, erase it. Raises as `update` does.
        """
        by = self._by("delete", reason)

        async def change() -> MemoryItem:
            current = await self._mine(id, scope, expected_version)
            return await self._remove(current, by)

        return await self._retried(change)

    async def delete_many(
        self,
        where: Filter | Mapping[str, Any],
        *,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
        dry_run: bool = False,
        reason: str | None = None,
    ) -> Bulk:
        """Delete every live memory that `where` selects in the caller's own scope; see `update_many` for the rest."""
        by = self._by("delete", reason)

        async def one(id: str, at: Scope) -> None:
            async def change() -> None:
                await self._remove(await self._current(id, Reach(exactly=(at,))), by)

            await self._retried(change)

        return await self._bulk(where, scope, under, dry_run, one)

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
                raise InvalidInput(
                    "id", f"memory {current.id} is not deleted, so there is nothing to restore"
                )
            return await self._bring_back(current, by)

        return await self._retried(change)

    # -- saving --------------------------------------------------------------------------------------------------

    async def _keep(self, drafts: Sequence[Draft], by: Authorship) -> list[MemoryItem]:
        """Save at most 1,000 drafts in one transaction."""
        if self._parts.redact is not None:
            drafts = [self._parts.redact(draft) for draft in drafts]
        items = [self._item(draft) for draft in drafts]
        digests = [
            _digest(draft, item) if draft.idempotency_key else ""
            for draft, item in zip(drafts, items, strict=True)
        ]
        entries = await self._entries(items)

        async def change() -> list[MemoryItem]:
            plan = Plan(self._parts.many)
            standings = await self._standings(drafts, items)
            for draft, item, digest, entry, standing in zip(
                drafts, items, digests, entries, standings, strict=True
            ):
                plan.add(draft, item, digest, entry, standing)
            written = await self._apply(plan.writes, by) if plan.writes else []
            return [await self._kept(result, written) for result in plan.results]

        return await self._retried(change)

    async def _kept(self, result: int | tuple[Scope, str], written: Sequence[MemoryItem]) -> MemoryItem:
        if isinstance(result, int):
            return written[result]
        scope, id = result
        return await self._current(id, Reach(exactly=(scope,)), deleted=True)

    async def _standings(self, drafts: Sequence[Draft], items: Sequence[MemoryItem]) -> list[Standing]:
        now = self._parts.clock.now()
        asked = [(item, draft.idempotency_key) for draft, item in zip(drafts, items, strict=True)]
        if all(item.kind == "episode" and key is None for item, key in asked):
            return [Standing(now)] * len(items)
        store = self._parts.store
        return await self._parts.io.store(store.standings, asked, now, now - KEY_LIFE)

    def _item(self, draft: Draft) -> MemoryItem:
        """Return a draft as the first version of a new memory."""
        now, actor = self._parts.clock.now(), self._caller.actor
        given: dict[str, Any] = {name: getattr(draft, name) for name in _SHARED}
        if draft.kind == "episode":
            given["observed_at"] = draft.observed_at or now
        given["valid_from"] = draft.valid_from or draft.observed_at or now
        if draft.valid_to is not None and draft.valid_to <= given["valid_from"]:
            raise InvalidInput(
                "valid_to", "must be later than valid_from (which defaults to observed_at, else now)"
            )
        if draft.source.actor is None:
            given["source"] = replace(draft.source, actor=actor)
        return MemoryItem(
            id=self._parts.clock.new_id(), version=1, scope=self._target(draft.scope), owner=actor,
            explicit_time=draft.valid_from is not None, **given,
        )  # fmt: skip

    # -- changing ------------------------------------------------------------------------------------------------

    def _changed(self, current: MemoryItem, wanted: Mapping[str, Any], target: Scope) -> MemoryItem:
        """Return the next version of `current` with the wanted fields, checked as a draft is."""
        if (
            current.slot is not None
            and "text" in wanted
            and "value" not in wanted
            and wanted.get("slot", 1) is not None
        ):
            raise InvalidInput(
                "value", f"memory {current.id} holds slot {current.slot!r}: give its value with the text"
            )
        kept = {name: getattr(current, name) for name in _SHARED if name != "metadata"}
        kept["metadata"] = dict(current.metadata)
        draft = Draft.of({**kept, **wanted, "source": current.source, "scope": target})
        if self._parts.redact is not None:
            draft = self._parts.redact(draft)
        checked = {name: getattr(draft, name) for name in _CHANGEABLE}
        if draft.valid_from is None:
            checked["valid_from"] = current.valid_from
        return replace(
            current, version=current.version + 1, scope=target, known_from=None, known_to=None,
            explicit_time=current.explicit_time or bool(wanted.get("valid_from")), **checked,
        )  # fmt: skip

    async def _write_update(
        self, current: MemoryItem, new: MemoryItem, changed_at: datetime | None, by: Authorship
    ) -> MemoryItem:
        base, old = Ref(current.id, current.version), None
        if changed_at is not None:
            old, new = _split(current, new, changed_at)
        fresh = old is not None or any(getattr(new, name) != getattr(current, name) for name in _INDEXED)
        entry = (await self._entries([new]))[0] if fresh else None
        seen: frozenset[Ref] = frozenset()
        placed = any(
            getattr(new, name) != getattr(current, name)
            for name in ("slot", "scope", "valid_from", "valid_to")
        )
        if new.slot is not None and placed and old is None:
            seen = await self._free(new)
        writes: list[Write]
        if new.scope != current.scope:
            gone = replace(current, version=current.version + 1, state="deleted")
            writes = [Remove(gone, base), Insert(new, entry, bool(new.slot), seen)]
        elif old is not None:
            writes = [Replace(old, base), Insert(new, entry)]
        else:
            writes = [Replace(new, base, entry, bool(new.slot) and placed, seen)]
        return (await self._apply(writes, by))[-1]

    async def _free(self, item: MemoryItem) -> frozenset[Ref]:
        """Return the holders of the item's slot as seen, or raise `SlotConflict` if one overlaps it."""
        now = self._parts.clock.now()
        store = self._parts.store
        standing = (await self._parts.io.store(store.standings, [(item, None)], now, now))[0]
        holder = decide.occupant(item, standing.holders, decide.many(item, self._parts.many))
        if holder is not None:
            raise SlotConflict(str(item.slot), holder)
        return frozenset(Ref(one.id, one.version) for one in standing.holders)

    async def _remove(self, current: MemoryItem, by: Authorship) -> MemoryItem:
        gone = replace(current, version=current.version + 1, state="deleted")
        return (await self._apply([Remove(gone, Ref(current.id, current.version))], by))[0]

    async def _bring_back(self, deleted: MemoryItem, by: Authorship) -> MemoryItem:
        """Write the versions that the deletion closed again, as new ones."""
        store, io = self._parts.store, self._parts.io
        past = await io.store(
            store.history, Reach(exactly=(deleted.scope,)), self._at(), id=deleted.id, limit=100_000
        )
        closed = [
            one.item
            for one in past
            if one.item.known_to == deleted.known_from and one.item.state != "deleted"
        ]
        writes: list[Write] = []
        for n, one in enumerate(closed):
            back = replace(
                one, version=deleted.version + 1 + n, state="active", known_from=None, known_to=None
            )
            seen = await self._free(back) if back.slot is not None else frozenset()
            entry = (await self._entries([back]))[0]
            base = Ref(deleted.id, deleted.version)
            writes.append(
                Replace(back, base, entry, bool(back.slot), seen) if n == 0 else Insert(back, entry)
            )
        return (await self._apply(writes, by))[-1]

    async def _bulk(
        self,
        where: Filter | Mapping[str, Any],
        scope: Scope | Sequence[str] | None,
        under: Scope | None,
        dry_run: bool,
        one: Callable[[str, Scope], Any],
    ) -> Bulk:
        """Collect what is selected, then change each in a transaction of its own."""
        reach = self._reach(None, under) if under is not None else Reach(exactly=(self._target(scope),))
        parsed = self._where(where, None)
        if parsed is None:
            raise InvalidInput("where", "is missing; to mean everything, say so with And()")
        found: list[MemoryItem] = []
        after: tuple[Any, str] | None = None
        while True:
            scan = Scan(reach, self._at(), parsed, sort="id", descending=False, limit=BATCH, after=after)
            page = await self._parts.io.store(self._parts.store.scan, scan)
            found += page
            if len(page) < BATCH:
                break
            after = (page[-1].id, page[-1].id)
        if not dry_run:
            for item in found:
                await one(item.id, item.scope)
        return Bulk(tuple(item.id for item in found), dry_run)

    # -- shared --------------------------------------------------------------------------------------------------

    async def _current(self, id: str, reach: Reach, deleted: bool = False) -> MemoryItem:
        found = await self._parts.io.store(self._parts.store.get, checks.item_id(id), reach, self._at())
        if found is None or (found.state == "deleted" and not deleted):
            raise NotFound(checks.item_id(id))
        return found

    async def _mine(
        self, id: str, scope: Scope | Sequence[str] | None, expected: int | None, deleted: bool = False
    ) -> MemoryItem:
        """Return the current version of a memory this caller may change, at the version it expects."""
        if expected is not None:
            checks.count(expected, "expected_version", 1, checks.MAX_INT)
        reach = self._reach(scope if isinstance(scope, Scope) and self._caller.admin else None)
        current = await self._current(id, reach, deleted)
        self._writable(current, scope)
        if expected is not None and expected != current.version:
            raise VersionConflict(expected, current)
        return current

    async def _apply(self, writes: Sequence[Write], by: Authorship) -> list[MemoryItem]:
        """Write, taking a base that somebody else changed meanwhile as a reason to decide again."""
        try:
            return await self._parts.io.store(self._parts.store.apply, writes, by, self._parts.clock.now())
        except VersionConflict as error:
            raise Stale from error

    @staticmethod
    async def _retried(change: Callable[[], Awaitable[T]]) -> T:
        """Make a change, again for as long as others write between what it read and what it writes."""
        for _ in range(ATTEMPTS):
            with contextlib.suppress(Stale):
                return await change()
        raise StoreBusy(f"others changed the same memory {ATTEMPTS} times in a row; try again")


class Plan:
    """The writes of one batch of drafts, decided one after another as if each saw those before it."""

    def __init__(self, many: frozenset[str]) -> None:
        self.writes: list[Write] = []
        self.results: list[
            int | tuple[Scope, str]
        ] = []  # the place among the written items, or what was there already
        self._many = many
        self._made = 0
        self._fresh: dict[str, MemoryItem] = {}
        self._alike: dict[tuple[object, ...], list[str]] = {}  # ids by slot, and by text, kind and slot
        self._keys: dict[tuple[Scope, str], tuple[str, Ref]] = {}

    def add(self, draft: Draft, item: MemoryItem, digest: str, entry: Entry, standing: Standing) -> None:
        """Decide what to write for one draft."""
        key = draft.idempotency_key
        once = self._keys.get((item.scope, key), standing.once) if key else None
        if once is not None:
            if once[0] != digest:
                raise IdempotencyConflict(
                    f"idempotency key {key!r} was used for another memory ({once[1].id})"
                )
            self.results.append((item.scope, once[1].id))
            return
        if item.slot is not None and draft.valid_from is None and draft.observed_at is None:
            item = replace(item, valid_from=standing.time)
        twin = self._twin(item, standing)
        if twin is None:
            item = self._insert(item, entry, standing)
        else:
            item = twin
            self.writes.append(Sight(item.scope, Ref(item.id, item.version), draft.source))
            self.results.append((item.scope, item.id))
        if key:
            ref = Ref(item.id, item.version)
            self._keys[item.scope, key] = digest, ref
            self.writes.append(Once(item.scope, key, digest, ref))

    def _insert(self, item: MemoryItem, entry: Entry, standing: Standing) -> MemoryItem:
        known = {one.id: one for one in standing.holders}
        known |= {id: self._fresh[id] for id in self._alike.get((item.scope, item.slot), ()) if item.slot}
        holders = sorted(
            (self._fresh.get(id, one) for id, one in known.items()), key=lambda one: str(one.valid_from)
        )
        decision = decide.place(item, holders, decide.many(item, self._many))
        seen = frozenset(Ref(one.id, one.version) for one in holders)
        if item.kind == "episode":
            self.writes.append(Insert(decision.item, entry))
        else:
            self.writes.append(Insert(decision.item, entry, guarded=True, slot_seen=seen))
        self.results.append(self._made)
        self._made += 1 + len(decision.changed)
        self.writes += [Replace(one, Ref(one.id, one.version - 1)) for one in decision.changed]
        if item.kind != "episode":
            self._fresh |= {one.id: one for one in (decision.item, *decision.changed)}
            for alike in ((item.scope, item.slot), (item.scope, item.slot, item.kind, item.text)):
                self._alike.setdefault(alike, []).append(item.id)
        return decision.item

    def _twin(self, item: MemoryItem, standing: Standing) -> MemoryItem | None:
        """Return the declarative memory that says the same and holds when the item begins."""
        if item.kind == "episode":
            return None
        alike = self._alike.get((item.scope, item.slot, item.kind, item.text), ())
        known = [*([standing.twin] if standing.twin else []), *(self._fresh[id] for id in alike)]
        for one in known:
            now = self._fresh.get(one.id, one)
            if bool(decide.said(now) == decide.said(item)) and decide.holds(now, item.valid_from):
                return now
        return None


def _split(current: MemoryItem, new: MemoryItem, at: datetime) -> tuple[MemoryItem, MemoryItem]:
    """Return the memory as it was until `at`, and as it is from then on."""
    if current.valid_from is not None and at <= current.valid_from:
        raise InvalidInput(
            "changed_at", "must be later than the memory's valid_from; leave it out to correct it"
        )
    if current.valid_to is not None and at >= current.valid_to:
        raise InvalidInput("changed_at", "must be earlier than the memory's valid_to")
    old = replace(current, version=current.version + 1, valid_to=at)
    return old, replace(new, version=current.version + 2, valid_from=at)


def _digest(draft: Draft, item: MemoryItem) -> str:
    """Return a digest of what a draft asks for, leaving out what differs from call to call."""
    body = {name: getattr(draft, name) for name in _SHARED if name not in ("source", "metadata")}
    body |= {
        "metadata": dict(draft.metadata),
        "source": draft.source.to_json(),
        "scope": item.scope.to_json(),
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
