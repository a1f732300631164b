"""The verbs that change all that a filter selects: update_many, delete_many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import InvalidInput
from ..filters import And, Filter, In
from ..policy import told
from ..ports import Authorship, Reach, Ref, Remove, Replace, Scan, Write
from ..types import Bulk, Draft, Held, MemoryItem, Scope
from .kinds import narrowed
from .write import BATCH, INDEXED, Writes

_OF_MANY = ("kind", "tags", "metadata", "importance", "confidence", "speaker", "expires_at")


class Bulks(Writes):
    """The engine's verbs for many memories at once."""

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

        `changes` gives new values for any of kind, tags, metadata, importance, confidence, speaker and expires_at. Written
        in transactions of at most 1,000, each all or nothing. With `dry_run` nothing is written: the ids are what would
        be, and what would be refused is. `scope` acts on the scope it names instead; `under` on all that carry these labels.
        """
        if not isinstance(changes, Mapping):
            raise InvalidInput(
                "changes", f"must be a mapping of fields to values, not {type(changes).__name__}"
            )
        unknown = sorted(set(changes) - set(_OF_MANY), key=str)
        if unknown or not changes:
            problem = f"cannot change {unknown[0]!r}" if unknown else "changes nothing"
            raise InvalidInput("changes", f"{problem}; of many at once one can change {', '.join(_OF_MANY)}")
        self._not_past(Draft.of({"text": "any", **changes}).expires_at)

        async def writes(found: Sequence[MemoryItem]) -> list[Write]:
            new = [self._corrected(one, changes) for one in found]
            anew = set(changes) & set(INDEXED) and not dry_run
            fresh = await self._entries(new) if anew else [None] * len(new)
            triples = zip(new, found, fresh, strict=True)
            made: list[Write] = [
                Replace(now, Ref(was.id, was.version), entry, last=False) for now, was, entry in triples
            ]
            for now, was in zip(new, found, strict=True):
                made += await self._expiring(was, now)
            return made

        return await self._bulk(where, scope, under, dry_run, self._by("update", reason), writes)

    async def delete_many(
        self,
        where: Filter | Mapping[str, Any],
        *,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
        dry_run: bool = False,
        reason: str | None = None,
    ) -> Bulk:
        """Delete every live memory that `where` selects in the caller's own scope; see `update_many` for the rest.

        What a legal hold is on is left, and told in `Bulk.held`; `delete` of one memory is not kept from that, for its history stays.
        """

        async def writes(found: Sequence[MemoryItem]) -> list[Write]:
            made: list[Write] = [
                Remove(replace(one, state="deleted"), Ref(one.id, one.version), last=False) for one in found
            ]
            return [*made, *await self._parted([part for one in found for part in await self._parts_of(one)])]

        by = self._by("delete", reason)
        return await self._bulk(where, scope, under, dry_run, by, writes, spare_held=True)

    async def _bulk(
        self,
        where: Filter | Mapping[str, Any],
        scope: Scope | Sequence[str] | None,
        under: Scope | None,
        dry_run: bool,
        by: Authorship,
        writes: Callable[[Sequence[MemoryItem]], Awaitable[list[Write]]],
        spare_held: bool = False,
    ) -> Bulk:
        """Collect what is selected, then change it in transactions of at most 1,000; with `spare_held`, leave what a hold is on."""
        reach = self._reach(scope, under) if under is not None else Reach(exactly=(self._target(scope),))
        parsed = self._where(where, None)
        if parsed is None:
            raise InvalidInput("where", "is missing; to mean everything, say so with And()")
        mine = self._caller.kinds
        kinds = narrowed(mine.delete if by.verb == "delete" else mine.write, mine.read)
        found: list[MemoryItem] = []
        after: tuple[Any, str, int, bool] | None = None
        while True:
            scan = Scan(
                reach, self._at(), parsed, sort="id", descending=False, limit=BATCH, after=after, kinds=kinds
            )
            page = await self._parts.io.store(self._parts.store.scan, scan)
            found += page
            if len(page) < BATCH:
                break
            after = (page[-1].id, page[-1].id, page[-1].version, True)
        done: list[str] = []
        held: dict[str, Held] = {}
        for start in range(0, len(found), BATCH):
            ids = In("id", tuple(item.id for item in found[start : start + BATCH]))

            async def change(ids: Filter = ids) -> list[str]:
                # Selected anew in each attempt: what no longer matches, because others changed it meanwhile, is left alone.
                both = And(parsed, ids)
                scan = Scan(reach, self._at(), both, sort="id", descending=False, limit=BATCH, kinds=kinds)
                current = await self._parts.io.store(self._parts.store.scan, scan)
                if spare_held:
                    current, kept = self._spared(current)
                made = await writes(current)
                if dry_run:
                    await self._lawful(made, by)
                elif made:
                    await self._apply(made, by)
                if spare_held:
                    held.update({one.id: one for one in kept})
                return [one.id for one in current]

            done += await self._retried(change)
        return Bulk(tuple(done), dry_run, tuple(held.values()))

    def _corrected(self, one: MemoryItem, changes: Mapping[str, Any]) -> MemoryItem:
        """Return the next version of one of many, which an error names."""
        try:
            return self._changed(one, changes, one.scope)
        except InvalidInput as error:
            raise type(error)(error.field, f"{error.problem} (memory {one.id})") from None

    def _spared(self, items: Sequence[MemoryItem]) -> tuple[list[MemoryItem], list[Held]]:
        """Return which of some memories no hold is on, and what is told of the others."""
        holds = [(one, self._in_force.policy.held(one.scope)) for one in items]
        held = [told(hold, one.id) for one, hold in holds if hold is not None]
        return [one for one, hold in holds if hold is None], held
