"""What was true then, and what did we know then: answers on both clocks against a naive reading of everything ever written."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..errors import HoldfastError
from ..memory import Memory, ScopedMemory
from ..testing import FrozenClock
from ..testing.oracle import Actor, Oracle, Refused
from ..types import Change, Draft, MemoryItem, Scope
from .ground import Ground, Tried

STEPS = 24  # verbs in one random history
QUESTIONS = 12  # moments on both clocks asked about after it
OWN = 20  # of a user's scopes, the largest
MOMENTS = 12  # in each of these


def check(ground: Ground) -> Tried:
    """On a generated store: random histories against the oracle. On a user's copy: its past against its own change log."""
    if ground.copied is not None:
        return _own(ground)
    chance, wrong, asked = random.Random(ground.seed), list[str](), 0
    for n in range(ground.histories):
        clock = FrozenClock(seed=n)
        with Memory(
            "sqlite://", embedder=None, language="none", clock=clock, model=None, key=None, mounts={}
        ) as memory:
            history = History(memory, clock, random.Random(chance.random()))
            try:
                asked += history.run()
            except AssertionError as error:
                wrong.append(f"history {n} of seed {ground.seed}: {error}")
    return Tried(
        f"{ground.histories:,} histories of {STEPS} changes, {asked:,} questions", asked, tuple(wrong)
    )


class History:
    """One random history by two callers who share a team: each change and each answer is held against the oracle."""

    def __init__(self, memory: Memory, clock: FrozenClock, chance: random.Random) -> None:
        self._clock, self._chance, self._oracle = clock, chance, Oracle()
        scopes = [Scope(user="ada", team="core"), Scope(user="bob", team="core")]
        self.callers = [(memory.scoped(one), Actor.of(one)) for one in scopes]
        self._moments: list[datetime] = [clock.now()]
        self._ids: list[str] = []

    def run(self) -> int:
        """Make the changes, then ask; return how many questions were compared. Raises `AssertionError` at a difference."""
        for _ in range(STEPS):
            caller, actor = self._chance.choice(self.callers)
            change = self._chance.choice([None, None, self._update, self._delete, self._restore])
            if change is None or not self._ids:
                self._save(caller, actor)
            else:
                id = self._chance.choice(self._ids)
                change(caller, actor, id, self._chance.choice([None, self._where(id)]))
            self._clock.advance(hours=self._chance.choice([0, 0, 1, 5, 24, 100]))
            self._moments.append(self._clock.now())
        for _ in range(QUESTIONS):
            for caller, actor in self.callers:
                self.ask(caller, actor)
        return QUESTIONS * len(self.callers) * 4

    def _when(self) -> datetime | None:
        """Return no moment, one at which something happened, or any."""
        near = self._chance.choice(self._moments) + timedelta(microseconds=self._chance.choice([-1, 0, 1]))
        return self._chance.choice([None, near, near + timedelta(hours=self._chance.randint(-200, 200))])

    def _save(self, caller: ScopedMemory, actor: Actor) -> None:
        starts = self._when()
        ends = self._chance.choice([None, None, timedelta(hours=self._chance.randint(1, 300))])
        given: dict[str, Any] = {
            "text": f"{self._chance.choice(['tea', 'pie', 'port'])} {self._chance.randint(0, 4)}",
            "scope": self._chance.choice([("user",), ("team",), ("user", "team")]),
            "slot": self._chance.choice([None, "server.port", "server.port"]),
            "value": self._chance.randint(0, 3), "valid_from": starts,
            "valid_to": starts + ends if starts and ends else None,
        }  # fmt: skip
        now = self._clock.now()
        got = self._did(lambda: caller.save(**given))
        self._agree(got, lambda item: self._oracle.save(actor, [Draft.of(given)], now, item and [item]))
        if isinstance(got, MemoryItem):
            self._ids.append(got.id)
            self._moments += [one for one in (got.valid_from, got.valid_to) if one is not None]

    def _update(self, caller: ScopedMemory, actor: Actor, id: str, where: Scope | None) -> None:
        fields: dict[str, Any] = {
            "text": f"tea {self._chance.randint(5, 9)}",
            "value": self._chance.randint(4, 7),
        }
        at, now = None if where else self._when(), self._clock.now()
        got = self._did(lambda: caller.update(id, **fields, scope=where, changed_at=at))
        self._agree(got, lambda item: self._oracle.update(actor, id, fields, where, None, at, now, item))

    def _delete(self, caller: ScopedMemory, actor: Actor, id: str, where: Scope | None) -> None:
        got, now = self._did(lambda: caller.delete(id, scope=where)), self._clock.now()
        self._agree(got, lambda item: self._oracle.delete(actor, id, where, None, now, item))

    def _restore(self, caller: ScopedMemory, actor: Actor, id: str, where: Scope | None) -> None:
        got, now = self._did(lambda: caller.restore(id, scope=where)), self._clock.now()
        self._agree(got, lambda item: self._oracle.restore(actor, id, where, None, now, item))

    def _where(self, id: str) -> Scope | None:
        head = self._oracle.head(id, lambda labels: True, self._clock.now())
        return head.item.scope if head else None

    @staticmethod
    def _did(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except HoldfastError as error:
            return error

    @staticmethod
    def _agree(got: Any, model: Callable[[Any], None]) -> None:
        """Let the oracle check an answer, or that the error is the one it expects."""
        refused, failed = isinstance(got, HoldfastError), type(got).__name__
        try:
            model(None if refused else got)
        except Refused as expected:
            if not expected.is_met(got):
                raise AssertionError(f"expected {expected}, got {failed}") from None
        else:
            assert not refused, f"refused for no reason: {failed}"

    def ask(self, caller: ScopedMemory, actor: Actor) -> None:
        """Ask one caller about a moment on both clocks, by every verb that takes one."""
        valid, known, now, reach = self._when(), self._when(), self._clock.now(), actor.reach()
        live = sorted(self._oracle.live(reach, now, valid, known), key=lambda item: (item.id, item.version))
        listed = caller.list(valid_at=valid, known_at=known, limit=1_000, sort="id", descending=False)
        _same("list", live, listed.items, valid, known)
        hits = caller.search("tea pie port server", k=1_000, valid_at=valid, known_at=known)
        found = {id for hit in hits for id in (hit.id, *hit.twins)}
        _told("search", {item.id for item in live} == found, valid, known)
        holder = self._oracle.current("server.port", reach, now, valid)
        _same("current", [holder] if holder else [], _only(caller.current("server.port", valid_at=valid)), valid, None)  # fmt: skip
        versions = self._oracle.history(reach, now, None, "server.port", valid, known)
        told = caller.history(slot="server.port", valid_at=valid, known_at=known, limit=1_000)
        _told("history", [(one.item.id, one.item.version) for one in versions] == [(one.id, one.version) for one in told], valid, known)  # fmt: skip


def _only(item: MemoryItem | None) -> list[MemoryItem]:
    return [] if item is None else [item]


def _told(verb: str, good: bool, valid: datetime | None, known: datetime | None) -> None:
    assert good, f"{verb} answers otherwise at valid_at={valid}, known_at={known}"


def _same(
    verb: str, expected: Sequence[MemoryItem], got: Sequence[MemoryItem], valid: datetime | None, known: datetime | None
) -> None:  # fmt: skip
    _told(verb, [one.to_json() for one in expected] == [one.to_json() for one in got], valid, known)


# -- a user's own store --------------------------------------------------------------------------------------------


def _own(ground: Ground) -> Tried:
    """Ask each of the largest scopes about moments of its past, and work the answer out from the log of its changes."""
    chance, wrong, asked, scopes = random.Random(ground.seed), list[str](), 0, 0
    with ground.room() as room, ground.memory(ground.copy(room)) as memory:
        groups = [one for one in memory.overview(under=Scope.shared(), limit=1_000) if one.by == "scope"]
        for group in sorted(groups, key=lambda one: -one.count)[:OWN]:
            scope, scopes = group.key, scopes + 1
            assert isinstance(scope, Scope)
            log = [one for one in _log(memory, scope) if one.item.scope == scope]
            for _ in range(MOMENTS):
                valid, known = (_moment(chance, log, clock) for clock in ("valid_from", "known_from"))
                expected = {(one.id, one.version) for one in log if _lives(one, log, valid, known)}
                got = {(one.id, one.version) for one in _listed(memory, scope, valid, known)}
                asked += 1
                if expected != got:
                    wrong.append(
                        f"scope {scopes}: list answers otherwise at valid_at={valid}, known_at={known}"
                    )
    return Tried(
        f"{asked:,} moments of the past of {scopes} scopes, from their change logs", asked, tuple(wrong)
    )


def _log(memory: Memory, scope: Scope) -> Iterator[Change]:
    cursor = None
    while True:
        page = memory.changes(cursor, under=scope, limit=1_000)
        yield from page.items
        cursor = page.next
        if not page.items:
            return


def _listed(memory: Memory, scope: Scope, valid: datetime, known: datetime) -> Iterator[MemoryItem]:
    cursor = None
    while True:
        page = memory.list(scope=scope, valid_at=valid, known_at=known, limit=1_000, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _moment(chance: random.Random, log: Sequence[Change], clock: str) -> datetime:
    """Return a moment at which something began, or one beside it."""
    began: datetime = getattr(chance.choice(log).item, clock) or log[0].at
    return began + timedelta(microseconds=chance.choice([-1, 0, 1, 3_600_000_000]))


def _lives(change: Change, log: Sequence[Change], valid: datetime, known: datetime) -> bool:
    """Whether a version was known and true: written by then, not replaced by then, active, and true at the moment."""
    item = change.item
    replaced = item.known_to is not None and item.known_to <= known
    return (
        change.at <= known
        and not replaced
        and item.state in ("active", "superseded")
        and (item.valid_from is None or item.valid_from <= valid)
        and (item.valid_to is None or valid < item.valid_to)
    )
