"""What a batch of drafts comes to: the writes, decided one after another as if each draft saw those before it."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from .. import decide
from ..attributes import Policy
from ..errors import IdempotencyConflict
from ..ports import Entry, Insert, Once, Ref, Remove, Replace, Sight, Standing, Write
from ..types import TRUSTS, Draft, MemoryItem, Scope, Source, changed
from .kinds import EVERY, Kinds

_ASKED = tuple(
    one.name for one in fields(Draft) if one.name not in ("source", "metadata", "scope", "idempotency_key")
)

_SAID = ("scope", "slot", "kind", "text", "value")
_INSTANT = timedelta(microseconds=1)


class Plan:
    """The `writes` of one batch, and for each draft in `results` where its memory is found."""

    def __init__(self, many: frozenset[str], kinds: Kinds = EVERY) -> None:
        self.writes: list[Write] = []
        # The place among the written items, what was there already, or where an idempotency key leads.
        self.results: list[int | MemoryItem | tuple[Scope, str]] = []
        self.many, self.kinds = many, kinds
        self.waiting: Sequence[MemoryItem] = ()  # what waits for review in the scopes of the batch
        self._made = 0
        self._newest: dict[str, int] = {}
        self._fresh: dict[tuple[str, datetime | None], MemoryItem] = {}
        self._seen: Counter[str] = Counter()  # how often the batch saw each again
        self._order: dict[tuple[str, datetime | None], int] = {}  # of when each was last written
        self._gone: set[str] = set()  # ids of what the batch deletes, which nothing after it meets
        self._numbers = itertools.count()
        self._alike: dict[
            tuple[object, ...], list[tuple[str, datetime | None]]
        ] = {}  # by slot; by text, kind and slot
        self._keys: dict[tuple[Scope, str], tuple[str, Ref]] = {}

    def add(
        self,
        draft: Draft,
        item: MemoryItem,
        digest: str,
        entry: Entry,
        standing: Standing,
        policy: Policy = "latest",
    ) -> None:
        """Decide what to write for one draft; `policy` is what it does to another value of its slot."""
        key = draft.idempotency_key
        here = self._keys.get((item.scope, key)) if key else None
        once = here or (standing.once if key else None)
        if once is not None:
            if once[0] != digest:
                # To a caller who reads some kinds alone it may be of another.
                before = f" ({once[1].id})" if self.kinds.read is None else ""
                which = " of the same transaction, which was not made" if here else before
                raise IdempotencyConflict(f"idempotency key {key!r} was used for another memory{which}")
            self.results.append((item.scope, once[1].id))
            return
        same, rivals = self._beside(item, standing, policy)
        if same is not None:
            item = self.sight(same, item.source)
        elif item.state == "pending" or (rivals and policy == "review"):
            item = self._ask(replace(item, state="pending"), standing)
        else:
            item = self.enter(item, entry, standing, rivals)
        if key:
            ref = Ref(item.id, item.version)
            self._keys[item.scope, key] = digest, ref
            self.writes.append(Once(item.scope, key, digest, ref))

    def enter(
        self, item: MemoryItem, entry: Entry, standing: Standing, against: Sequence[MemoryItem] = ()
    ) -> MemoryItem:
        """Write an item beside what stands, or one more sighting of the memory that says the same; return that memory.

        The memories of its slot that it is `against` stay, in conflict with it. What is of a kind that is not read is not met
        either: whoever is told of a memory that says the same is told what else it says.
        """
        self.meet(standing)
        begins_now = item.valid_from is None
        if begins_now:
            item = changed(item, valid_from=standing.time)
        several = decide.many(item, self.many)
        contested = item.slot is not None and not several
        holders = self._met(item, standing) if contested else []
        twin = None
        if against:
            decision = decide.conflict(
                item, [one for one in holders if one.id in {other.id for other in against}]
            )
        else:
            decision = decide.place(item, holders, several)
            if self.kinds.reads(item.kind):
                twin = _alike(decision.item, holders) if contested else self._twin(item, standing)
        if twin is not None:
            return self.sight(twin, item.source)
        guards = {
            "guarded": contested,
            "alone": not contested and item.kind != "episode" and self.kinds.reads(item.kind),
            "begins_now": begins_now,
            "end": standing.end,
        }
        return self._insert(decision, entry, frozenset(Ref(one.id, one.version) for one in holders), guards)

    def meet(self, standing: Standing) -> None:
        """Take in how far the versions of what stands have come, before any of it is changed."""
        self._newest = {**standing.newest, **self._newest}

    def sight(self, item: MemoryItem, source: Source) -> MemoryItem:
        """Count one more sighting of a memory."""
        item = self._fresh.get((item.id, item.valid_from), item)
        self._seen[item.id] += 1
        self.writes.append(Sight(item.scope, Ref(item.id, item.version), source))
        self.results.append(replace(item, sightings=item.sightings + self._seen[item.id]))
        return item

    def hold(self, item: MemoryItem, standing: Standing) -> MemoryItem:
        """Write an item that waits for review, in no search and in no slot, and return it."""
        item = replace(item, valid_from=item.valid_from or standing.time, state="pending")
        self.writes.append(Insert(item, None))
        self.results.append(self._made)
        self._made += 1
        return item

    def _ask(self, item: MemoryItem, standing: Standing) -> MemoryItem:
        """Write an item that waits for review, unless what says the same waits there already or is live, which then is seen again."""
        contested = item.slot is not None and not decide.many(item, self.many)
        begun = item if item.valid_from is not None else changed(item, valid_from=standing.time)
        if self.kinds.reads(item.kind):
            live = _alike(begun, self._met(begun, standing)) if contested else self._twin(begun, standing)
            if live is not None:
                return self.sight(live, item.source)
            for one in self.waiting:
                if all(getattr(one, name) == getattr(item, name) for name in _SAID):
                    self.results.append(one)
                    return one
        held = self.hold(item, standing)
        self.waiting = (*self.waiting, held)
        return held

    def end(self, item: MemoryItem, at: datetime, by: str | None = None) -> None:
        """Let a memory hold until a time only, in favour of the memory `by` if there is one; an earlier end stays."""
        item = self._fresh.get((item.id, item.valid_from), item)
        at = at if item.valid_from is None or at > item.valid_from else item.valid_from + _INSTANT
        if item.valid_to is not None and item.valid_to <= at:
            return
        self._replace(
            replace(item, valid_to=at, superseded_by=by or item.superseded_by), Ref(item.id, item.version)
        )

    def remove(self, item: MemoryItem) -> None:
        """Delete a memory; what waits for review is rejected."""
        item = self._fresh.get((item.id, item.valid_from), item)
        if item.state == "pending":
            self._replace(replace(item, state="rejected"), Ref(item.id, item.version))
            return
        self.writes.append(Remove(replace(item, state="deleted"), Ref(item.id, item.version), last=False))
        self._made += 1
        self._gone.add(item.id)

    def approve(self, item: MemoryItem, base: Ref, entry: Entry, standing: Standing) -> None:
        """Write what waited for review as the next version of itself, beside what stands in its slot by now."""
        contested = item.slot is not None and not decide.many(item, self.many)
        holders = self._met(item, standing) if contested else []
        decision = decide.place(item, holders, not contested)
        seen = frozenset(Ref(one.id, one.version) for one in holders)
        self.writes.append(Replace(decision.item, base, entry, guarded=contested, slot_seen=seen))
        self._newest = dict(standing.newest)
        for one in decision.changed:
            self._replace(one, Ref(one.id, one.version))

    def _beside(
        self, item: MemoryItem, standing: Standing, policy: Policy
    ) -> tuple[MemoryItem | None, list[MemoryItem]]:
        """Return what gives an item's value already, and the other values it would end and may not, by its attribute's policy."""
        if policy == "latest" or item.slot is None or decide.many(item, self.many):
            return None, []
        begun = item if item.valid_from is not None else changed(item, valid_from=standing.time)
        holders = self._met(begun, standing)
        ended = {one.id for one in decide.place(begun, holders, several=False).changed}
        met = [one for one in holders if one.id in ended]
        same = next((one for one in met if decide.said(one) == decide.said(item)), None)
        if policy == "highest_trust":
            met = [one for one in met if TRUSTS.index(one.source.trust) < TRUSTS.index(item.source.trust)]
        return same, [] if same else met

    def _replace(self, item: MemoryItem, base: Ref) -> None:
        # The number the store will give it; of what is in no contested slot, the item's own is the newest known.
        item = replace(item, version=self._newest.get(item.id, item.version) + 1)
        self.writes.append(Replace(item, base, last=False))
        self._made += 1
        self._remember(item)
        self._newest[item.id] = item.version

    def _insert(
        self, decision: decide.Decision, entry: Entry, seen: frozenset[Ref], guards: dict[str, Any]
    ) -> MemoryItem:
        item = decision.item
        self.writes.append(Insert(item, entry, slot_seen=seen, **guards))
        self.results.append(self._made)
        self._made += 1
        if item.kind != "episode":
            place = self._remember(item)
            for alike in ((item.scope, item.slot), (item.scope, item.slot, item.kind, item.text)):
                self._alike.setdefault(alike, []).append(place)
        for one in decision.changed:
            self._replace(one, Ref(one.id, one.version))
        return item

    def _met(self, item: MemoryItem, standing: Standing) -> list[MemoryItem]:
        """Return the holders of the item's slot that it can meet, as they are after the drafts before it."""
        known = {(one.id, one.valid_from): one for one in standing.holders}
        known |= {place: self._fresh[place] for place in self._alike.get((item.scope, item.slot), ())}
        latest = {place: self._fresh.get(place, one) for place, one in known.items()}
        met = [place for place, one in latest.items() if decide.meets(item, one) and one.id not in self._gone]
        # As the store gives them: of those that begin at once, the one written last comes last.
        met.sort(key=lambda place: (str(place[1]), self._order.get(place, -1)))
        return [latest[place] for place in met]

    def _remember(self, item: MemoryItem) -> tuple[str, datetime | None]:
        # A memory may be true in several parts: each is known by where it begins, which no decision changes.
        place = (item.id, item.valid_from)
        self._fresh[place] = item
        self._order[place] = next(self._numbers)
        return place

    def _twin(self, item: MemoryItem, standing: Standing) -> MemoryItem | None:
        """Return the declarative memory that says the same and holds when the item begins."""
        if item.kind == "episode":
            return None
        alike = self._alike.get((item.scope, item.slot, item.kind, item.text), ())
        known = [*([standing.twin] if standing.twin else []), *(self._fresh[place] for place in alike)]
        latest = [self._fresh.get((one.id, one.valid_from), one) for one in known]
        return _alike(item, [one for one in latest if one.id not in self._gone])


def _alike(item: MemoryItem, known: Sequence[MemoryItem]) -> MemoryItem | None:
    """Return the memory that says the same when the item begins, and for as long as the item would."""
    for one in known:
        same = (one.kind, one.text) == (item.kind, item.text) and bool(decide.said(one) == decide.said(item))
        if same and decide.holds(one, item.valid_from) and decide.outlasts(one, item):
            return one
    return None


def digest_of(draft: Draft, item: MemoryItem) -> str:
    """Return a digest of what a draft asks for, leaving out what differs from call to call."""
    body = {name: getattr(draft, name) for name in _ASKED}
    body |= {
        "metadata": dict(draft.metadata),
        "source": draft.source.to_json(),
        "scope": item.scope.to_json(),
    }
    import hashlib  # 4 ms with OpenSSL, which an import need not spend

    return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()
