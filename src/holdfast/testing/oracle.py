"""What every store must answer, worked out the slow and plain way: lists of versions, looked through one by one.

The oracle shares no code with ranking, decisions or stores. It knows the documented rules only (docs/decisions/0002-ranking.md,
the docstrings of `holdfast.filters` and `Memory`), in the words of the contract's own vocabulary: lower-case ASCII words,
`language="none"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..types import Draft, MemoryItem, Scope, Source

Labels = frozenset[tuple[str, str]]
Reach = Callable[[Labels], bool]
MANY = frozenset({"pet", "hobby"})
TICK = timedelta(microseconds=1)


class Refused(Exception):
    """The oracle says that a call must fail with an error of one of these names."""

    def __init__(self, *names: str) -> None:
        super().__init__(" or ".join(names))
        self.names = names

    def is_met(self, got: object) -> bool:
        """Whether what a call came to is such an error, or one of a class below."""
        return any(one.__name__ in self.names for one in type(got).__mro__)


def labels_of(scope: Scope) -> Labels:
    """Return the labels of an item's scope as pairs."""
    return frozenset((name, str(id)) for name, id in scope.to_json().items())


@dataclass(frozen=True)
class Actor:
    """A caller as the oracle sees it: the ids held for each label."""

    held: Mapping[str, tuple[str, ...]]
    admin: bool = False
    name: str | None = None

    @classmethod
    def of(cls, scope: Scope, admin: bool = False, name: str | None = None) -> Actor:
        """Return the caller who holds a scope."""
        return cls(
            {k: (v,) if isinstance(v, str) else tuple(v) for k, v in scope.to_json().items()}, admin, name
        )

    def sees(self, labels: Labels) -> bool:
        """Whether this caller holds every label."""
        return all(id in self.held.get(name, ()) for name, id in labels)

    def target(self, scope: Scope | Sequence[str] | None) -> Scope:
        """Return the scope that a write names."""
        if isinstance(scope, Scope):
            if not self.admin and not self.sees(labels_of(scope)):
                raise Refused("AccessDenied")
            return scope
        names = tuple(self.held) if scope is None else tuple(scope)
        if not names or any(len(self.held.get(name, ())) != 1 for name in names):
            raise Refused("InvalidInput")
        return Scope(**{name: self.held[name][0] for name in names})

    def reach(self, scope: Scope | Sequence[str] | None = None, under: Scope | None = None) -> Reach:
        """Return which scopes a read touches."""
        if under is not None:
            return lambda labels: labels_of(under) <= labels
        if scope is None:
            return self.sees
        if isinstance(scope, Scope):
            if not self.admin and not self.sees(labels_of(scope)):
                raise Refused("AccessDenied")
            return lambda labels: labels == labels_of(scope)
        if not set(scope) <= set(self.held):
            raise Refused("InvalidInput")
        return lambda labels: {name for name, _ in labels} == set(scope) and self.sees(labels)

    def may_write(self, item: MemoryItem, named: Scope | Sequence[str] | None) -> None:
        """Refuse unless the item's scope is the bound one or the one named."""
        labels = labels_of(item.scope)
        if {name for name, _ in labels} == set(self.held) and self.sees(labels):
            return
        if named is None or self.target(named) != item.scope:
            raise Refused("AccessDenied", *(() if named is None else ("InvalidInput",)))


@dataclass
class Version:
    """One version as it was written; `item.known_to` and a derived state are put in when it is shown."""

    item: MemoryItem
    verb: str
    by: str | None
    ended: datetime | None = None
    moved: bool = False


class Oracle:
    """All versions ever written, by scope; every verb as plainly as it can be said."""

    def __init__(self) -> None:
        self.logs: dict[Labels, list[Version]] = {}
        self.sightings: dict[tuple[Labels, str], list[datetime]] = {}
        self.keys: dict[tuple[Labels, str], tuple[Any, str, datetime]] = {}

    # -- looking ---------------------------------------------------------------------------------------------------

    def versions(self, reach: Reach) -> list[Version]:
        """Return everything written in the scopes in reach."""
        return [one for labels, log in self.logs.items() if reach(labels) for one in log]

    def last(self, reach: Reach) -> datetime | None:
        """Return when something was last written in reach."""
        written = [one.item.known_from for one in self.versions(reach) if one.item.known_from]
        seen = [at for (labels, _), times in self.sightings.items() if reach(labels) for at in times]
        return max([*written, *seen], default=None)

    def asked(self, reach: Reach, now: datetime) -> datetime:
        """Return the moment a read means by now: the clock's, or the last write's where the clock lags behind."""
        last = self.last(reach)
        return now if last is None else max(now, last)

    def known(self, reach: Reach, known: datetime | None) -> list[Version]:
        """Return the versions that were known at a time (None: now)."""
        if known is None:
            return [one for one in self.versions(reach) if one.ended is None]
        return [
            one
            for one in self.versions(reach)
            if one.item.known_from
            and one.item.known_from <= known
            and (one.ended is None or one.ended > known)
        ]

    def live(
        self, reach: Reach, now: datetime, valid: datetime | None = None, known: datetime | None = None
    ) -> list[MemoryItem]:
        """Return what search may see at a moment on both clocks, as it is shown then."""
        asked = self.asked(reach, now)
        at = valid or known or asked
        return [
            self.shown(one, at, known)
            for one in self.known(reach, known)
            if one.item.state == "active" and contains(one.item, at) and not self.gone(one, asked)
        ]

    def gone(self, one: Version, asked: datetime) -> bool:
        """Whether a version must not be seen any more: a memory expires as a whole, by what was said last of it."""
        here = self.logs[labels_of(one.item.scope)]
        mine = [other.item for other in here if other.item.id == one.item.id and other.ended is None]
        return expired(max(mine, key=lambda item: item.version), asked)

    def lasts(self, reach: Reach, now: datetime) -> list[MemoryItem]:
        """Return each memory's current version, whatever its state."""
        asked = self.asked(reach, now)
        parts: dict[tuple[Labels, str], list[Version]] = {}
        for one in self.known(reach, None):
            parts.setdefault((labels_of(one.item.scope), one.item.id), []).append(one)
        return [
            self.shown(current(found, asked), asked)
            for found in parts.values()
            if not self.gone(found[0], asked)
        ]

    def shown(self, one: Version, at: datetime, known: datetime | None = None) -> MemoryItem:
        """Return a version as it is answered, with what is derived; a sighting counts from when it was seen."""
        seen = self.sightings.get((labels_of(one.item.scope), one.item.id), [])
        count = sum(known is None or time <= known for time in seen)
        item = replace(one.item, known_to=one.ended, sightings=1 + count)
        over = item.superseded_by is not None and item.valid_to is not None and item.valid_to <= at
        return replace(item, state="superseded") if item.state == "active" and over else item

    def again(self, reach: Reach, known: datetime | None) -> dict[str, datetime]:
        """Return when memories were last saved again, after the transaction that made them, as known by then."""
        made: dict[tuple[Labels, str], datetime] = {}
        for one in self.versions(reach):
            place = labels_of(one.item.scope), one.item.id
            assert one.item.known_from is not None
            made[place] = min(made.get(place, one.item.known_from), one.item.known_from)
        times = {
            place: [
                at for at in self.sightings.get(place, []) if at > first and (known is None or at <= known)
            ]
            for place, first in made.items()
        }
        return {id: max(seen) for (_, id), seen in times.items() if seen}

    def head(self, id: str, reach: Reach, now: datetime) -> Version | None:
        """Return the current version of a memory, deleted or not; of one that was moved the one where it went."""
        found = [one for one in self.known(reach, None) if one.item.id == id]
        there = [one for one in found if one.item.state == "active"] or found
        return current(there, self.asked(reach, now)) if there else None

    def newest(self, id: str) -> int:
        """Return the highest version of a memory, wherever it was."""
        return max(one.item.version for one in self.versions(lambda labels: True) if one.item.id == id)

    def get(
        self, id: str, reach: Reach, now: datetime, valid: datetime | None, known: datetime | None
    ) -> MemoryItem:
        """Return a memory as it is, or as it was at a moment."""
        if valid or known:
            found = [item for item in self.live(reach, now, valid, known) if item.id == id]
            if not found:
                raise Refused("NotFound")
            return max(found, key=lambda item: item.version)
        head = self.head(id, reach, now)
        asked = self.asked(reach, now)
        if head is None or head.item.state != "active" or self.gone(head, asked):
            raise Refused("NotFound")
        return self.shown(head, asked)

    def history(
        self,
        reach: Reach,
        now: datetime,
        id: str | None,
        slot: str | None,
        valid: datetime | None,
        known: datetime | None,
    ) -> list[Version]:
        """Return the versions of a memory or a slot, oldest first."""
        asked = self.asked(reach, now)
        found = [
            one
            for one in self.versions(reach)
            if (one.item.id == id if id else one.item.slot == slot)
            and not self.gone(one, asked)
            and (known is None or (one.item.known_from is not None and one.item.known_from <= known))
            and (valid is None or contains(one.item, valid))
        ]
        if id and not found:
            raise Refused("NotFound")
        return sorted(
            found,
            key=lambda one: (one.item.known_from, one.item.id, one.item.version, one.item.state != "deleted"),
        )

    def current(self, slot: str, reach: Reach, now: datetime, valid: datetime | None) -> MemoryItem | None:
        """Return the live value of a slot: the narrower scope first, then what began last, then the lower id."""
        found = [item for item in self.live(reach, now, valid) if item.slot == slot]
        found.sort(key=lambda item: item.id)
        found.sort(key=lambda item: (len(item.scope.names), item.valid_from), reverse=True)
        return found[0] if found else None

    # -- writing ---------------------------------------------------------------------------------------------------

    def put(self, item: MemoryItem, verb: str, by: str | None, closes: Iterable[Version] = ()) -> None:
        """Append a version, ending what it closes."""
        for one in closes:
            one.ended = item.known_from
        self.logs.setdefault(labels_of(item.scope), []).append(Version(item, verb, by))

    def holders(self, scope: Scope, slot: str | None, now: datetime) -> list[Version]:
        """Return the open values of a slot in exactly one scope, earliest first."""
        here = [
            one
            for one in self.logs.get(labels_of(scope), [])
            if one.ended is None and one.item.state == "active"
        ]
        found = [one for one in here if slot and one.item.slot == slot and not self.gone(one, now)]
        return sorted(found, key=lambda one: one.item.valid_from or now)

    def twin(self, item: MemoryItem, now: datetime) -> MemoryItem | None:
        """Return the memory already there that says the same, true and kept for all the time the new one would be."""
        if item.kind == "episode":
            return None
        here = self.logs.get(labels_of(item.scope), [])
        return next(
            (
                one.item
                for one in here
                if one.ended is None
                and one.item.state == "active"
                and (one.item.kind, one.item.slot, one.item.text) == (item.kind, item.slot, item.text)
                and says(one.item) == says(item)
                and contains(one.item, item.valid_from or now)
                and no_earlier(one.item.valid_to, item.valid_to)
                and no_earlier(one.item.expires_at, item.expires_at)
                and not self.gone(one, now)
            ),
            None,
        )

    def save(
        self, who: Actor, drafts: Sequence[Draft], now: datetime, got: Sequence[MemoryItem] | None
    ) -> None:
        """Check what a batch of saves gave (None: it was refused) and take it over."""
        targets = self._checked(who, drafts, now)
        assert got is not None, "refused, but nothing was wrong with it"
        assert len(got) == len(drafts)
        knowns = {labels: self._next_known(labels, now) for labels in map(labels_of, targets)}
        for item, scope in zip(got, targets, strict=True):
            if not any(one.item.id == item.id for one in self.versions(lambda labels: True)):
                assert item.known_from == knowns[labels_of(scope)]
        for draft, scope, item in zip(drafts, targets, got, strict=True):
            self._save(who, draft, scope, now, knowns[labels_of(scope)], item)

    def _next_known(self, labels: Labels, now: datetime) -> datetime:
        """Return when the next write to a scope becomes known: now, or right after the last one."""
        last = self.last(labels.__eq__)
        return now if last is None else max(now, last + TICK)

    def _checked(self, who: Actor, drafts: Sequence[Draft], now: datetime) -> list[Scope]:
        """Return the scope of each draft; refuse the batch for all that is wrong with any of them."""
        fresh: dict[tuple[Labels, str], Any] = {}
        wrong: list[str] = []
        targets = []
        for draft in drafts:
            if draft.expires_at and draft.expires_at <= now:
                wrong.append("InvalidInput")
            if draft.valid_to and draft.valid_to <= (draft.valid_from or draft.observed_at or now):
                wrong.append("InvalidInput")
            try:
                targets.append(scope := who.target(draft.scope))
            except Refused as refused:
                wrong += refused.names
                continue
            if draft.idempotency_key is None:
                continue
            key, body = (labels_of(scope), draft.idempotency_key), replace(draft, scope=scope)
            bound = self.bound(key, now)
            before = bound[0] if bound else fresh.setdefault(key, body)
            if before != body:
                wrong.append("IdempotencyConflict")
        if wrong:
            raise Refused(*wrong)
        return targets

    def bound(self, key: tuple[Labels, str], now: datetime) -> tuple[Any, str, datetime] | None:
        """Return what an idempotency key stands for: for 7 days, and for as long as its memory has not expired."""
        found = self.keys.get(key)
        if found is None or found[2] <= now - timedelta(days=7):
            return None
        written = [one for one in self.logs[key[0]] if one.item.id == found[1]]
        return None if self.gone(written[0], now) else found

    def _save(
        self, who: Actor, draft: Draft, scope: Scope, now: datetime, known: datetime, got: MemoryItem
    ) -> None:
        key = labels_of(scope), draft.idempotency_key or ""
        bound = self.bound(key, now)
        if bound is not None:
            assert got.id == bound[1], "a repeated key gives the first call's memory"
            return
        start = draft.valid_from or draft.observed_at
        last = self.last(lambda labels: labels == labels_of(scope)) or now
        item = self._fresh(who, draft, scope, start or max(now, last), now)
        twin = self.twin(self._entering(item, now)[0], now)
        if twin is not None:
            assert got.id == twin.id, "the same thing saved again is the memory already there"
            self.sightings.setdefault((labels_of(scope), twin.id), []).append(known)
        else:
            assert not any(one.item.id == got.id for one in self.versions(lambda labels: True)), (
                "a new memory has a new id"
            )
            assert got.known_from is not None
            assert got.valid_from is not None
            if start is None:
                assert now <= got.valid_from <= got.known_from
            item = replace(item, id=got.id, valid_from=start or got.valid_from, known_from=got.known_from)
            self._place(item, "save", who.name, now)
            mine = next(
                one
                for one in self.versions(lambda labels: labels == labels_of(scope))
                if one.item.id == got.id
            )
            if mine.ended is None:
                same(
                    self.shown(mine, self.asked(lambda labels: labels == labels_of(scope), now)), got, "state"
                )
        if draft.idempotency_key:
            self.keys[key] = (replace(draft, scope=scope), got.id, now)

    @staticmethod
    def _fresh(who: Actor, draft: Draft, scope: Scope, start: datetime, now: datetime) -> MemoryItem:
        observed = draft.observed_at or (now if draft.kind == "episode" else None)
        return MemoryItem(
            id="", version=1, text=draft.text, kind=draft.kind, scope=scope, slot=draft.slot, value=draft.value,
            tags=draft.tags, metadata=draft.metadata, importance=draft.importance, confidence=draft.confidence,
            speaker=draft.speaker, thread=draft.thread, turn=draft.turn, observed_at=observed,
            source=Source(actor=who.name), valid_from=start, valid_to=draft.valid_to, expires_at=draft.expires_at,
            owner=who.name, explicit_time=draft.valid_from is not None,
        )  # fmt: skip

    def _entering(
        self, item: MemoryItem, now: datetime
    ) -> tuple[MemoryItem, list[tuple[Version, dict[str, Any]]]]:
        """Return an item as it enters its slot, and what that changes of others.

        One value at a time, unless two say explicitly otherwise of the same moment.
        """
        start = item.valid_from
        assert start is not None
        standing = [] if item.slot is None or many(item.slot) else self.holders(item.scope, item.slot, now)
        standing = [one for one in standing if not empty(one.item)]
        rivals = [
            one
            for one in standing
            if one.item.valid_from == start
            and one.item.explicit_time
            and item.explicit_time
            and says(one.item) != says(item)
        ]
        if rivals:
            ends = [one.valid_to for one in (item, *(rival.item for rival in rivals)) if one.valid_to]
            beside = tuple(one.item.id for one in rivals)
            both = [(one, {"conflicts_with": (*one.item.conflicts_with, item.id)}) for one in rivals]
            return replace(item, conflicts_with=beside, valid_to=min(ends) if ends else None), both
        over = [one for one in standing if contains(one.item, start)]
        later = [one for one in standing if one.item.valid_from and one.item.valid_from > start]
        if later and (item.valid_to is None or item.valid_to >= (later[0].item.valid_from or start)):
            item = replace(item, valid_to=later[0].item.valid_from, superseded_by=later[0].item.id)
        if over:
            item = replace(item, supersedes=over[-1].item.id)
        return item, [(one, {"valid_to": start, "superseded_by": item.id}) for one in over]

    def _place(self, item: MemoryItem, verb: str, by: str | None, now: datetime) -> None:
        """Let an item into its slot."""
        item, changed = self._entering(item, now)
        self.put(item, verb, by)
        for one, fields in changed:
            self._next(one, item, verb, by, **fields)

    def _next(self, one: Version, cause: MemoryItem, verb: str, by: str | None, **changed: Any) -> None:
        """Write the next version of another memory that an item's entry into the slot has changed."""
        newest = max(v.item.version for v in self.logs[labels_of(one.item.scope)] if v.item.id == one.item.id)
        self.put(
            replace(one.item, version=newest + 1, known_from=cause.known_from, **changed), verb, by, (one,)
        )

    def mine(
        self,
        who: Actor,
        id: str,
        named: Scope | Sequence[str] | None,
        expected: int | None,
        now: datetime,
        deleted: bool,
    ) -> Version:
        """Return the version a caller is about to change, or refuse."""
        reach = who.reach(named) if who.admin and isinstance(named, Scope) else who.sees
        head = self.head(id, reach, now)
        if head is None or self.gone(head, self.asked(reach, now)):
            raise Refused("NotFound")
        if head.item.state == "deleted" and not deleted:
            raise Refused("NotFound")
        who.may_write(head.item, named)
        if expected is not None and expected != head.item.version:
            raise Refused("VersionConflict")
        if deleted and head.item.state != "deleted":
            raise Refused("InvalidInput")
        if head.moved:
            raise Refused("NotFound")
        return head

    def update(
        self, who: Actor, id: str, fields: Mapping[str, Any], named: Any, expected: int | None,
        changed_at: datetime | None, now: datetime, got: MemoryItem | None,
    ) -> None:  # fmt: skip
        """Check what an update gave and take it over."""
        head = self.mine(who, id, named, expected, now, deleted=False)
        old = head.item
        target = old.scope if named is None else who.target(named)
        if (
            old.slot is not None
            and "text" in fields
            and "value" not in fields
            and fields.get("slot", 1) is not None
        ):
            raise Refused("InvalidInput")
        if fields.get("expires_at") is not None and fields["expires_at"] <= now:
            raise Refused("InvalidInput")
        new = replace(old, scope=target, version=self.newest(id) + 1, **fields)
        if new.kind == "episode" and new.slot is not None:
            raise Refused("InvalidInput")
        if changed_at is not None:
            if (old.valid_from and changed_at <= old.valid_from) or (
                old.valid_to and changed_at >= old.valid_to
            ):
                raise Refused("InvalidInput")
            new = replace(new, version=self.newest(id) + 2, valid_from=changed_at)
        others = [one for one in self.open(id, old.scope) if one is not head]
        if target != old.scope:
            self._move(who, head, others, new, now, got)
            return
        placed = new.slot != old.slot or changed_at is not None
        if placed:
            new = self._free(new, now)
        assert got is not None, "refused, but nothing was wrong with it"
        new = replace(new, known_from=got.known_from)
        if changed_at is not None:
            first = replace(
                old, version=self.newest(id) + 1, valid_to=changed_at, known_from=got.known_from,
                expires_at=new.expires_at, superseded_by=id if says(old) != says(new) else old.superseded_by,
            )  # fmt: skip
            self.put(first, "update", who.name, (head,))
            self.put(new, "update", who.name)
        else:
            self.put(new, "update", who.name, (head,))
        written = self.logs[labels_of(target)][-1]
        for other in others if new.expires_at != old.expires_at else ():
            self._next(other, new, "update", who.name, expires_at=new.expires_at)
        if changed_at is None:
            self._part([old], new, "update", who.name, spared=new.conflicts_with)
        same(self.shown(written, got.known_from or now), got, "state")

    def _move(
        self, who: Actor, head: Version, others: Sequence[Version], new: MemoryItem, now: datetime,
        got: MemoryItem | None,
    ) -> None:  # fmt: skip
        """Take a memory out of its scope with all its parts; what it was in conflict with stays behind."""
        parts = [replace(one.item, scope=new.scope, expires_at=new.expires_at) for one in others] + [new]
        for part in parts:
            self._free(replace(part, conflicts_with=()), now)
        assert got is not None, "refused, but nothing was wrong with it"
        old = [head.item, *(one.item for one in others)]
        self.close(who, head, "update", got)
        here = self.logs.get(labels_of(new.scope), [])
        numbers = [one.item.version for one in here if one.item.id == new.id]
        for part in parts:
            # The next number there is in that scope, or its own if that is higher; a grave there is closed by the first.
            graves = [one for one in here if one.item.id == new.id and one.ended is None and one.moved]
            number = max(numbers, default=0) + 1
            number = number if graves else max(part.version, 2, number)
            numbers.append(number)
            self.put(
                replace(part, version=number, known_from=got.known_from, conflicts_with=()), "update",
                who.name, graves,
            )  # fmt: skip
        written = self.logs[labels_of(new.scope)][-1]
        self._part(old, written.item, "update", who.name)
        same(self.shown(written, got.known_from or now), got, "state")

    def open(self, id: str, scope: Scope) -> list[Version]:
        """Return the open versions of a memory in exactly one scope, oldest first; none once it is deleted."""
        here = self.logs.get(labels_of(scope), [])
        found = [one for one in here if one.item.id == id and one.ended is None]
        return [one for one in found if one.item.state == "active"]

    def _part(
        self,
        gone: Sequence[MemoryItem],
        cause: MemoryItem,
        verb: str,
        by: str | None,
        spared: Sequence[str] = (),
    ) -> None:
        """Let those that a memory was in conflict with stop naming it; `gone` are its versions that left the slot."""
        at = cause.known_from
        assert at is not None
        rivals = dict.fromkeys(rival for one in gone for rival in one.conflicts_with if rival not in spared)
        for rival in rivals:
            for part in self.open(rival, gone[0].scope):
                left = tuple(id for id in part.item.conflicts_with if id != gone[0].id)
                if left != part.item.conflicts_with and not self.gone(part, at):
                    self._next(part, cause, verb, by, conflicts_with=left)

    def close(self, who: Actor, head: Version, verb: str, got: MemoryItem) -> None:
        """Write the version that says a memory is gone from its scope, ending all its open ones."""
        here = self.logs[labels_of(head.item.scope)]
        open_ones = [one for one in here if one.ended is None and one.item.id == head.item.id]
        gone = replace(
            head.item, version=self.newest(head.item.id) + 1, state="deleted", known_from=got.known_from
        )
        self.put(gone, verb, who.name, open_ones)
        here[-1].moved = verb == "update"

    def delete(
        self, who: Actor, id: str, named: Any, expected: int | None, now: datetime, got: MemoryItem | None
    ) -> None:
        """Check what a delete gave and take it over."""
        head = self.mine(who, id, named, expected, now, deleted=False)
        assert got is not None, "refused, but nothing was wrong with it"
        parts = [one.item for one in self.open(id, head.item.scope)]
        self.close(who, head, "delete", got)
        self._part(parts, got, "delete", who.name)
        assert (got.id, got.version, got.state) == (id, self.newest(id), "deleted")

    def restore(
        self, who: Actor, id: str, named: Any, expected: int | None, now: datetime, got: MemoryItem | None
    ) -> None:
        """Check what a restore gave and take it over."""
        head = self.mine(who, id, named, expected, now, deleted=True)
        here = self.logs[labels_of(head.item.scope)]
        back = [
            one for one in here
            if one.item.id == id and one.ended == head.item.known_from and one.item.state != "deleted"
        ]  # fmt: skip
        back = sorted(back, key=lambda one: one.item.version)
        items = [self._free(one.item, now) for one in back]
        assert got is not None, "refused, but nothing was wrong with it"
        newest = self.newest(id)
        for n, one in enumerate(items):
            item = replace(one, version=newest + 1 + n, known_from=got.known_from)
            self.put(item, "restore", who.name, (head,) if n == 0 else ())
        for rival in [
            one for item in items for one in self._met(item, now) if one.item.id in item.conflicts_with
        ]:
            if rival.ended is None and id not in rival.item.conflicts_with:
                self._next(rival, got, "restore", who.name, conflicts_with=(*rival.item.conflicts_with, id))

    def _free(self, item: MemoryItem, now: datetime) -> MemoryItem:
        """Return an item in conflict with only what it still meets in its slot; refuse when it meets anything else there."""
        met = [one.item.id for one in self._met(item, now)]
        if not set(met) <= set(item.conflicts_with):
            raise Refused("SlotConflict")
        return replace(item, conflicts_with=tuple(id for id in item.conflicts_with if id in met))

    def _met(self, item: MemoryItem, now: datetime) -> list[Version]:
        """Return the other memories that hold the item's slot at any time that the item would."""
        if item.slot is None or many(item.slot):
            return []
        found = []
        for one in self.holders(item.scope, item.slot, now):
            ends = [end for end in (one.item.valid_to, item.valid_to) if end]
            starts = max(start for start in (one.item.valid_from, item.valid_from) if start)
            if one.item.id != item.id and (not ends or starts < min(ends)):
                found.append(one)
        return found


def says(item: MemoryItem) -> tuple[str, Any]:
    """Return what an item says of its slot; 1, True and "1" are three different things."""
    return ("", item.text) if item.value is None else (type(item.value).__name__, item.value)


def many(slot: str) -> bool:
    """Whether several values may stand in a slot at once; for the attributes the contract uses."""
    return slot.rpartition(".")[2] in MANY


def empty(item: MemoryItem) -> bool:
    """Whether an item's valid time holds no moment at all."""
    return item.valid_from is not None and item.valid_to is not None and item.valid_from >= item.valid_to


def contains(item: MemoryItem, at: datetime) -> bool:
    """Whether an item is true at a moment: from its start, up to and without its end."""
    return (item.valid_from is None or item.valid_from <= at) and (
        item.valid_to is None or at < item.valid_to
    )


def current(found: Sequence[Version], asked: datetime) -> Version:
    """Return a memory's current version of its open ones: the one true now, or the last one if none is."""
    now = [one for one in found if contains(one.item, asked)]
    return max(now or found, key=lambda one: (one.item.valid_from, one.item.version))


def no_earlier(end: datetime | None, other: datetime | None) -> bool:
    """Whether an end comes no earlier than another; None is never."""
    return end is None or (other is not None and end >= other)


def expired(item: MemoryItem, asked: datetime) -> bool:
    """Whether an item must not be seen any more."""
    return item.expires_at is not None and item.expires_at <= asked


def same(expected: MemoryItem, got: MemoryItem, *but: str) -> None:
    """Assert that two items agree in every field (but these), naming those that do not."""
    left, right = expected.to_json(), got.to_json()
    differ = {
        name: (left[name], right[name]) for name in left if name not in but and left[name] != right[name]
    }
    assert not differ, f"memory {got.id} version {got.version}: expected, got {differ}"
