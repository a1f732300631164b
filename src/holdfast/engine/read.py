"""The verbs that look: search, get, current, list, overview, recalls, history, changes, stats.

The path of a search: words and vector of the query, the corpus (scope, filter and both clocks before ranking), ranking,
and the few items that came out on top.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Any

from .. import checks
from ..entities import Names
from ..errors import DoesNotFit, InvalidInput, NotFound
from ..filters import Filter, names, to_json
from ..marks import Mark
from ..ports import Moment, Reach, Readable, Scan
from ..receipts import Hits, Recall
from ..types import TRUSTS, Change, Group, Kind, MemoryItem, Page, Scope, Stats
from .base import MOST_VERSIONS
from .cursors import decode, encode
from .finding import Question
from .recall import Answering
from .waits import whole

SORTS = ("known_from", "observed_at", "valid_from", "id")
BYS = ("entity", "kind", "scope", "slot", "tag", "thread")
MOST = 1_000
MOST_RIVALS = 100  # values in conflict that `current` looks at


class Reads(Answering):
    """The engine's reading verbs."""

    @whole
    async def search(
        self,
        query: str,
        *,
        k: int = 10,
        where: Filter | Mapping[str, Any] | None = None,
        kinds: Iterable[Kind] | None = None,
        tags: Iterable[str] | None = None,
        since: datetime | date | timedelta | None = None,
        until: datetime | date | timedelta | None = None,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        min_relevance: float | None = None,
        keep: bool = False,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
    ) -> Hits:
        """Return the at most `k` (1..1,000) memories that answer a query best, best first; equal scores by id.

        Everything visible to the caller is searched, or only items of exactly the labels that `scope` names. `where` is a
        filter, `kinds` and `tags` keep items of one of these kinds with all of these tags; `since` (included) and `until`
        (not included) bound `observed_at` for episodes and `valid_from` for the rest, a timedelta counts back from now.
        `valid_at` asks what was true then, `known_at` what the store knew then; with `known_at` alone, what was held true
        at that time. All of this is applied before ranking; `min_relevance` 0..1 then
        leaves out of the `k` best what fits less. With a model every memory fits a little, so the `k` best come back however
        little that is; without one, only what shares a word with the query, is in a conversation that does, was said by
        whom it names or in a time it names.

        The answer is a list with a `receipt` of the search, for `explain`, `why_not` and `rerun`. With `keep` the store
        keeps it for 30 days, and its id will do for these.

        Raises `InvalidInput` and `BadFilter`.
        """
        options = {
            "k": checks.count(k, "k", 1, MOST),
            "min_relevance": None if min_relevance is None else checks.unit(min_relevance, "min_relevance"),
            "where": _jsonable(self._where(where, tags)),
            "kinds": None if (wanted := self._kinds(kinds)) is None else sorted(wanted),
            **self._days(since, until),
        }
        at = self._at(valid_at, known_at)
        state = await self._stamped()
        asked = Question(self._asked_for(query), self._reach(scope, under), at, options, state=state)
        hits = await self._answer(asked)
        if keep:
            await self._keep_receipt(hits.receipt)
        return hits

    @whole
    async def get(
        self,
        id: str,
        *,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        under: Scope | None = None,
    ) -> MemoryItem:
        """Return a memory by id: its current version, or the one true at `valid_at` as known at `known_at`.

        Raises `NotFound` when there is none, it is deleted or expired, or this caller cannot see it.
        """
        checked = checks.item_id(id)
        at = self._at(valid_at, known_at)
        found = await self._looked_up(checked, self._reach(None, under), at)
        if found is None or found.state not in ("active", "superseded") or not self._reads(found):
            raise NotFound(checked)
        return (await self._for_caller([found]))[0]

    @whole
    async def current(
        self,
        slot: str,
        *,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
    ) -> MemoryItem | None:
        """Return the live memory in a slot, or None: no search, no embedding.

        Where several visible scopes have the slot, the narrower one (more labels) answers; within one scope the value
        that began last, but of values in an open conflict the one that is trusted most. A slot that nothing holds is looked for by the other names of its entity (see `rename`), in the
        scopes these were said in.
        """
        checked = checks.slot(slot)
        if checked is None:
            raise InvalidInput("slot", "is missing")
        reach, at = self._reach(scope, under), self._at(valid_at, known_at)
        scan = Scan(reach, at, slot=checked, sort="valid_from", limit=1, kinds=self._kinds(None))
        for store in self._readable(reach):
            if (found := await self._holder(store, scan)) is not None:
                return found
        return await self._by_alias(checked, reach, at)

    async def _holder(self, store: Readable, scan: Scan) -> MemoryItem | None:
        """Return the first of what answers a question of one slot, or of those in conflict with that the one trusted most."""
        found = await self._parts.io.store(store.scan, scan)
        if not found:
            return None
        if rivals := found[0].conflicts_with:
            several = await self._parts.io.store(store.scan, scan._replace(limit=MOST_RIVALS))
            met = [one for one in several if one.scope == found[0].scope and one.id in rivals]
            found = [min([found[0], *met], key=lambda one: TRUSTS.index(one.source.trust))]
        return (await self._for_caller(found))[0]

    async def _by_alias(self, slot: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return the live memory in the slot that this one is by an alias, in the scope where the alias was said."""
        aliases = await self._aliases(reach, at)
        for where in sorted({one.scope for one in aliases}, key=lambda one: (-len(one.names), str(one))):
            meant = Names(one for one in aliases if one.scope == where).slot(slot)
            if meant != slot:
                reach = Reach(exactly=(where,))
                scan = Scan(reach, at, slot=meant, sort="valid_from", limit=1, kinds=self._kinds(None))
                if (found := await self._holder(self._parts.store, scan)) is not None:
                    return found
        return None

    @whole
    async def list(
        self,
        *,
        where: Filter | Mapping[str, Any] | None = None,
        kinds: Iterable[Kind] | None = None,
        tags: Iterable[str] | None = None,
        since: datetime | date | timedelta | None = None,
        until: datetime | date | timedelta | None = None,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        sort: str = "known_from",
        descending: bool = True,
        limit: int = 100,
        cursor: str | None = None,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
    ) -> Page[MemoryItem]:
        """Return a page of at most `limit` (1..1,000) memories, newest change first unless `sort` says otherwise.

        `sort` is "known_from", "observed_at" (where unset, valid_from), "valid_from" or "id"; ties by id. Only
        live memories are listed, unless `where` names `state`: then every memory's last version, deleted ones too. Pass
        the page's `next` as `cursor` for the following one. All pages are of the moment of the first, whatever is written
        meanwhile; what is erased or expires is missing from those to come. The rest is as in `search`.
        """
        sort = checks.choice(sort, "sort", SORTS)
        limit = checks.count(limit, "limit", 1, MOST)
        at, reach, after = self._at(valid_at, known_at), self._reach(scope, under), None
        if cursor is None:
            then = await self._latest(reach, at)
        else:
            by, falling, after, then = decode(cursor, "cursor", _list_cursor)
            if (by, falling) != (sort, bool(descending)):
                raise DoesNotFit("cursor", "belongs to a list in another order; start again without it")
        now, parsed = at.now if then is None else then.now, self._where(where, tags)
        if then is not None and at.known is None:
            at = at._replace(valid=at.valid or then.now, known=then.known)
        scan = Scan(
            reach=reach, at=at, where=parsed, live="state" not in names(parsed), sort=sort,
            descending=bool(descending), limit=limit + 1, after=after,
            kinds=self._kinds(kinds), since=checks.since(since, "since", now, self._zone),
            until=checks.since(until, "until", now, self._zone),
        )  # fmt: skip
        found = await self._parts.io.store(self._parts.store.scan, scan)
        following = None
        if len(found) > limit:
            last = found[limit - 1]
            value = {"id": last.id, "observed_at": last.observed_at or last.valid_from}.get(sort) or getattr(
                last, sort
            )
            pinned = [] if then is None else [str(then.now), str(then.known)]
            kept = last.state != "deleted"
            following = encode([sort, bool(descending), str(value), last.id, last.version, kept, *pinned])
        return Page(tuple(await self._for_caller(found[:limit])), following)

    async def _latest(self, reach: Reach, at: Moment) -> Moment | None:
        """Return the moment that the pages of a list are of: now, as far as is known; None where nothing is.

        By the last write in reach, not by the clock: a write whose transaction has yet to end may have an earlier time than
        the clock shows, but none earlier than the last in its scope; and a clock that was set back hides nothing.
        """
        extents = await self._parts.io.store(self._parts.store.extents, reach)
        known = max((one.known for one in extents), default=None)
        return None if known is None else Moment(max(at.now, known), known=known)

    @whole
    async def overview(
        self, *, limit: int = 100, cursor: str | None = None, under: Scope | None = None
    ) -> Page[Group]:
        """Return what there is, counted: live memories by entity, kind, scope, slot, tag and thread, with the last change.

        Ordered by these names and then by key; at most `limit` (1..1,000) lines a page.
        """
        limit = checks.count(limit, "limit", 1, MOST)
        after = None
        if cursor is not None:
            after = decode(cursor, "cursor", _overview_cursor)
        groups = await self._parts.io.store(
            self._parts.store.overview, self._reach(None, under), self._at(), after, limit + 1
        )
        following = (
            encode([groups[limit - 1].by, groups[limit - 1].sort_key]) if len(groups) > limit else None
        )
        return Page(tuple(groups[:limit]), following)

    @whole
    async def recalls(
        self, *, limit: int = 100, cursor: str | None = None, under: Scope | None = None
    ) -> Page[Recall]:
        """Return what was recalled with `keep=True` and has not expired, newest first, at most `limit` (1..1,000) a page.

        Only what was asked with labels this caller holds too; `under` labels, what was asked with these of their names alone.
        """
        limit = checks.count(limit, "limit", 1, MOST)
        after = None if cursor is None else decode(cursor, "cursor", _recalls_cursor)
        reach, now, found = self._reach(None, under), self._parts.clock.now(), list[Recall]()
        while len(found) <= limit:
            kept = await self._parts.io.store(
                self._parts.store.receipts, reach, now, after, limit + 1, newest=True
            )
            for one in kept:
                receipt = self._receipt_of(one.body)
                if self._may(receipt, under):
                    found.append(Recall.of(receipt, one.expires_at))
            if len(kept) <= limit:
                break
            after = kept[-1].id
        following = encode([found[limit - 1].id]) if len(found) > limit else None
        return Page(tuple(found[:limit]), following)

    @whole
    async def history(
        self,
        id: str | None = None,
        *,
        slot: str | None = None,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        limit: int = 100,
        cursor: str | None = None,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
    ) -> Page[Change]:
        """Return every version of a memory, or of all that ever held a slot, oldest first, with who changed it and why.

        A slot is told of by all names of its entity (see `rename`), in the scopes these were said in. `known_at` leaves out what was written later, `valid_at` what was not true then. At most `limit` (1..1,000) a page.
        Raises `NotFound` for an id that is not visible; a slot never used gives an empty page.
        """
        limit = checks.count(limit, "limit", 1, MOST)
        if (id is None) == (slot is None):
            raise DoesNotFit("history", "takes either the id of a memory or slot=")
        checked = None if id is None else checks.item_id(id)
        after = None
        if cursor is not None:
            after = decode(cursor, "cursor", _history_cursor)
        reach, at = self._reach(scope, under), self._at(valid_at, known_at)
        named = checked, checks.slot(slot)
        places = [(reach, named[1]), *(await self._other_places(named[1], reach, at))]
        store: Readable = self._parts.store
        for mount in self._mounts(reach):  # all of a history is where its beginning is, here if anywhere
            if not await self._versions(store, at, checked, places, None, 1):
                store = mount.store
        found = await self._versions(store, at, checked, places, after, limit + 1)
        if checked is not None and not found and cursor is None:
            raise NotFound(checked)
        last_shown = found[limit - 1].item if len(found) > limit else None
        following = None
        if last_shown is not None:
            known, *rest = _after(last_shown)
            following = encode([str(known), *rest])
        return Page(tuple(found[:limit]), following)

    async def _other_places(self, slot: str | None, reach: Reach, at: Moment) -> Sequence[tuple[Reach, str]]:
        """Return where a slot goes by other names: an alias holds for slots of exactly the scope it was said in."""
        if slot is None:
            return []
        said = defaultdict[Scope, list[MemoryItem]](list)
        for one in await self._aliases(reach, at):
            said[one.scope].append(one)
        return [
            (Reach(exactly=(where,)), other)
            for where, aliases in said.items()
            for other in Names(aliases).also_slots(slot)
        ]

    async def _versions(
        self,
        store: Readable,
        at: Moment,
        id: str | None,
        places: Sequence[tuple[Reach, str | None]],
        after: _After | None,
        most: int,
    ) -> Sequence[Change]:
        """Return at most `most` versions of a memory or a slot that this caller reads, of all places; see `Store.history`."""
        found: tuple[Change, ...] = ()
        while True:
            pages = [
                await self._parts.io.store(
                    store.history, reach, at, id=id, slot=slot, after=after, limit=most
                )
                for reach, slot in places
            ]
            page = list(islice(merge(*pages, key=lambda one: _after(one.item)), most))
            found += tuple(one for one in page if self._reads(one.item))
            if len(page) < most or len(found) >= most:
                return await self._changes_told(store, found[:most])
            after = _after(page[-1].item)

    async def _changes_told(self, store: Readable, found: Sequence[Change]) -> Sequence[Change]:
        """Return changes as this caller is told of them: not why a memory was changed that was of a kind that is not read.

        Nor why one was moved: it may be of another kind where it came from or went.
        """
        if self._caller.kinds.read is None:
            return found
        told: list[Change] = []
        for one, item in zip(found, await self._for_caller([one.item for one in found]), strict=True):
            reason = one.reason
            if reason is not None and one.version > 1:
                reach = Reach(exactly=(item.scope,))
                past = await self._parts.io.store(
                    store.history, reach, self._at(), id=one.id, limit=MOST_VERSIONS
                )
                bases = [other.item for other in past if other.item.known_to == one.at]
                left = item.state == "deleted" and one.verb == "update"
                reason = reason if bases and not left and all(map(self._reads, bases)) else None
            told.append(replace(one, item=item, reason=reason))
        return told

    @whole
    async def changes(
        self, since: str | None = None, *, limit: int = 100, under: Scope | None = None
    ) -> Page[Change]:
        """Return at most `limit` (1..1,000) changes after a cursor, and in `next` the cursor to go on from.

        Without `since` it begins with the first change there is. Ordered within each scope as they were made. What was erased
        is left out; `watch` waits for changes, and tells of erasures too. A cursor holds for the labels it was made with.
        """
        limit = checks.count(limit, "limit", 1, MOST)
        marks = {} if since is None else decode(since, "since", changes_cursor)
        logged = await self._parts.io.store(
            self._parts.store.changes, self._reach(None, under), marks, limit, self._parts.clock.now()
        )
        return Page(logged.changes, changes_encoded(logged.marks))

    @whole
    async def stats(self, *, under: Scope | None = None) -> Stats:
        """Return counts of what this caller can see: live memories, versions, kinds; and the embedding model."""
        found = await self._parts.io.store(self._parts.store.stats, self._reach(None, under), self._at())
        embedder = self._parts.embedding.id
        if not self._caller.admin:
            return replace(found, embedder=embedder, store_bytes=None)
        change = await self._parts.io.store(self._parts.store.vectors().state)
        return replace(found, embedder=embedder, reembedding=change)


def _jsonable(where: Filter | None) -> dict[str, Any] | None:
    return None if where is None else to_json(where)


_After = tuple[datetime, str, int, bool]


def _after(item: MemoryItem) -> _After:
    """Return what `Store.history` goes on after."""
    assert item.known_from is not None  # it was read from a store
    return item.known_from, item.id, item.version, item.state != "deleted"


def _list_cursor(fields: Any) -> tuple[str, bool, tuple[Any, str, int, bool], Moment | None]:
    sort, descending, value, id, version, kept, *pinned = fields
    at = checks.item_id(value) if sort == "id" else checks.moment(value, "cursor")
    number = checks.count(version, "cursor", 1, 2**40)
    then = None  # in a cursor of an older version
    if pinned:
        now, known = (checks.moment(one, "cursor") for one in pinned)
        then = Moment(now, known=known)
    return sort, descending, (at, checks.item_id(id), number, bool(kept)), then


def _history_cursor(fields: Any) -> _After:
    known, id, version, kept = fields
    number = checks.count(version, "cursor", 1, 2**40)
    return checks.moment(known, "cursor"), checks.item_id(id), number, bool(kept)


def _recalls_cursor(fields: Any) -> str:
    (id,) = fields
    return checks.item_id(id)


def _overview_cursor(fields: Any) -> tuple[str, str]:
    by, key = fields
    return checks.choice(by, "cursor", BYS), checks.text(key, "cursor")


def changes_encoded(marks: Mapping[Scope, Mark]) -> str:
    """Return the cursor of `changes` and `watch`."""
    return encode([[scope.to_json(), *mark] for scope, mark in marks.items()])


def changes_cursor(fields: Any) -> dict[Scope, Mark]:
    """Return the marks in a decoded cursor; one of an older version says no epoch."""
    marks = {
        Scope.from_json(labels): Mark(
            checks.count(at, "since", 0, 2**32),
            *(checks.count(one, "since", 0, 2**63) for one in epoch if one is not None),
        )
        for labels, at, *epoch in fields
    }
    if not all(scope.single for scope in marks):
        raise InvalidInput("since", "names no item scope")
    return marks
