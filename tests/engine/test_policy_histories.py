"""Random histories under rules, against a naive reading: what is seen, what is held, what is let go, who may write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from holdfast import Memory, Scope
from holdfast.errors import PolicyViolation
from holdfast.testing import FrozenClock

LABELS: tuple[dict[str, str], ...] = ({"user": "ada"}, {"user": "ada", "project": "api"}, {"user": "bob"})
UNDER: tuple[dict[str, str], ...] = ({}, {"user": "ada"}, {"project": "api"}, {"user": "bob"})
ACTORS = ("one", "two")
KINDS = ("working", "fact")
HOUR = timedelta(hours=1)
places = st.integers(0, len(LABELS) - 1)
unders = st.integers(0, len(UNDER) - 1)
picks = st.integers(0, 20)


@dataclass
class Known:
    """A memory as the reading has it."""

    place: int
    kind: str
    owner: str
    made: datetime
    expires: datetime | None
    deleted: bool = False


def carries(place: int, under: dict[str, str]) -> bool:
    """Whether a scope carries labels."""
    return under.items() <= LABELS[place].items()


class Histories(RuleBasedStateMachine):
    """Two openings of one store that take turns, and the reading beside them."""

    @initialize()
    def start(self) -> None:
        """Open an empty store twice."""
        self.clock = FrozenClock()
        self.memory = Memory("sqlite://", embedder=None, clock=self.clock)
        self.known: dict[str, Known] = {}
        self.ttls: dict[str, tuple[dict[str, str], str, int]] = {}
        self.writers: dict[str, tuple[dict[str, str], str]] = {}
        self.holds: dict[str, dict[str, str]] = {}
        self.placed: dict[str, datetime] = {}  # when each hold was
        self.count = 0

    def teardown(self) -> None:
        """Close the store."""
        if hasattr(self, "memory"):
            self.memory.close()

    # -- the reading -----------------------------------------------------------------------------------------------

    def ttl(self, place: int, kind: str) -> tuple[str, timedelta] | None:
        """Return the rule and time to live of what is saved: of the narrowest rule, then the shortest."""
        found = [
            (-len(under), hours, name)
            for name, (under, of, hours) in self.ttls.items()
            if carries(place, under) and of == kind
        ]
        return (min(found)[2], HOUR * min(found)[1]) if found else None

    def held(self, place: int) -> bool:
        """Whether a hold is on a scope."""
        return any(carries(place, under) for under in self.holds.values())

    def may(self, one: Known, actor: str) -> bool:
        """Whether an actor may write over a memory: the narrowest rule, then the strictest says so."""
        found = [
            (-len(under), ("append", "owner", "anyone").index(who))
            for under, who in self.writers.values()
            if carries(one.place, under)
        ]
        who = ("append", "owner", "anyone")[min(found)[1]] if found else "anyone"
        return who == "anyone" or (who == "owner" and one.owner == actor)

    def live(self, place: int) -> dict[str, Known]:
        """Return what can be seen in exactly a scope; what had not ended when it came to be held has not."""
        on = [self.placed[name] for name, under in self.holds.items() if carries(place, under)]
        now = min([self.clock.now(), *on])
        return {
            id: one
            for id, one in self.known.items()
            if one.place == place and not one.deleted and (one.expires is None or one.expires > now)
        }

    def bound(self, place: int, actor: str = "one") -> Any:
        """Return the caller of exactly a scope."""
        return self.memory.scoped(Scope(**LABELS[place]), actor=actor)

    def pick(self, place: int, n: int) -> str | None:
        """Return the id of something that can be seen."""
        ids = sorted(self.live(place))
        return ids[n % len(ids)] if ids else None

    # -- rules -----------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from("abc"), under=unders, kind=st.sampled_from(KINDS), hours=st.integers(1, 40))
    def keep_for(self, name: str, under: int, kind: str, hours: int) -> None:
        """A time to live, in place of the one of that name."""
        terms = {"rule": "retention", "under": UNDER[under], "kind": kind, "ttl": f"{hours}h"}
        self.memory.policy(set={"name": f"ttl {name}", **terms})
        self.ttls[f"ttl {name}"] = UNDER[under], kind, hours

    @rule(name=st.sampled_from("ab"), under=unders, who=st.sampled_from(["owner", "append", "anyone"]))
    def give(self, name: str, under: int, who: str) -> None:
        """Who may write over what is there."""
        self.memory.policy(set={"name": f"who {name}", "rule": "write", "under": UNDER[under], "who": who})
        self.writers[f"who {name}"] = UNDER[under], who

    @rule(n=picks)
    def lift(self, n: int) -> None:
        """A rule goes."""
        names = sorted([*self.ttls, *self.writers])
        if names:
            name = names[n % len(names)]
            self.memory.policy(remove=name)
            self.ttls.pop(name, None)
            self.writers.pop(name, None)

    @rule(under=unders)
    def hold(self, under: int) -> None:
        """A hold is placed."""
        self.count += 1
        self.memory.hold(under=Scope.from_json(UNDER[under]), name=f"h{self.count}")
        self.holds[f"h{self.count}"] = UNDER[under]
        self.placed[f"h{self.count}"] = self.clock.now()

    @rule(n=picks)
    def release(self, n: int) -> None:
        """A hold ends."""
        if self.holds:
            name = sorted(self.holds)[n % len(self.holds)]
            self.memory.hold(release=name)
            del self.holds[name]

    # -- verbs -----------------------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        """Time passes."""
        self.clock.advance(hours=hours)

    @rule(
        place=places,
        kind=st.sampled_from(KINDS),
        actor=st.sampled_from(ACTORS),
        own=st.sampled_from([None, None, 5]),
    )
    def save(self, place: int, kind: str, actor: str, own: int | None) -> None:
        """A memory of its own words."""
        self.count += 1
        now = self.clock.now()
        given = None if own is None else now + own * HOUR
        item = self.bound(place, actor).save(f"words {self.count}", kind=kind, expires_at=given)
        ttl = self.ttl(place, kind)
        expires = given or (now + ttl[1] if ttl and not self.held(place) else None)
        assert item.expires_at == expires
        self.known[item.id] = Known(place, kind, actor, now, expires)

    @rule(place=places, n=picks, actor=st.sampled_from(ACTORS), delete=st.booleans())
    def change(self, place: int, n: int, actor: str, delete: bool) -> None:
        """A memory is changed or deleted, where its rule lets this actor."""
        id = self.pick(place, n)
        if id is None:
            return
        self.count += 1
        bound, one = self.bound(place, actor), self.known[id]
        if not self.may(one, actor):
            with pytest.raises(PolicyViolation) as refused:
                bound.delete(id) if delete else bound.update(id, text="other words")
            assert refused.value.ids == (id,)
            return
        bound.delete(id) if delete else bound.update(id, text=f"words {self.count}")
        one.deleted = delete

    @rule(place=places)
    def delete_all(self, place: int) -> None:
        """All that can be seen in a scope is deleted by a filter, but for what is held; all or nothing where rules refuse."""
        live = self.live(place)
        if not self.held(place) and not all(self.may(one, "one") for one in live.values()):
            with pytest.raises(PolicyViolation):
                self.bound(place).delete_many({"exists": "text"})
            return
        done = self.bound(place).delete_many({"exists": "text"})
        assert set(done.ids) == (set() if self.held(place) else set(live))
        assert {one.id for one in done.held} == (set(live) if self.held(place) else set())
        for id in done.ids:
            self.known[id].deleted = True

    @rule(place=places, undo=st.booleans())
    def maintain(self, place: int, undo: bool) -> None:
        """What outlived its rule without an end of its own goes, unless it is held; undone, it is there again."""
        now = self.clock.now()
        gone = {
            id
            for id, one in self.live(place).items()
            if one.expires is None and (ttl := self.ttl(place, one.kind)) and one.made + ttl[1] <= now
        }
        done = self.bound(place).maintain(dry_run=False)
        if self.held(place):
            assert not done
            assert {one.id for one in done.held} == gone
            return
        assert {one.before[0].id for one in done.changes} == gone
        for id in gone:
            self.known[id].deleted = True
        if undo and done.id is not None:
            self.bound(place).undo(done.id)
            for id in gone:
                self.known[id].deleted = False

    @rule(place=places, n=picks, dry=st.booleans())
    def erase_one(self, place: int, n: int, dry: bool) -> None:
        """A memory is erased, unless it is held."""
        id = self.pick(place, n)
        if id is None:
            return
        done = self.bound(place).erase(id, dry_run=dry)
        assert done.ids == (() if self.held(place) else (id,))
        assert [one.id for one in done.held] == ([id] if self.held(place) else [])
        if done.ids and not dry:
            del self.known[id]

    @rule(under=unders)
    def erase_all(self, under: int) -> None:
        """Everything under labels is erased, seen or not, with the rules bound there; what is held stays, and so do rules of held scopes."""
        inside = {id for id, one in self.known.items() if carries(one.place, UNDER[under])}
        held = {id for id in inside if self.held(self.known[id].place)}
        done = self.memory.erase(under=Scope.from_json(UNDER[under]))
        assert set(done.ids) == inside - held
        assert {one.id for one in done.held} == held
        for id in done.ids:
            del self.known[id]

        def stays(labels: dict[str, str]) -> bool:
            bound = labels and UNDER[under].items() <= labels.items()
            return not bound or any(one.items() <= labels.items() for one in self.holds.values())

        self.ttls = {name: one for name, one in self.ttls.items() if stays(one[0])}
        self.writers = {name: one for name, one in self.writers.items() if stays(one[0])}

    @invariant()
    def agree(self) -> None:
        """What can be seen, and which rules are in force, is what the reading says."""
        if not hasattr(self, "memory"):
            return
        for place in range(len(LABELS)):
            seen = self.bound(place).list(limit=1_000, scope=Scope(**LABELS[place]))
            assert {item.id for item in seen} == set(self.live(place))
        assert {one.name for one in self.memory.policy().rules} == {*self.ttls, *self.writers, *self.holds}


def test_any_history_under_rules() -> None:
    """Whatever is saved, ruled, held and erased in whatever order."""
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=40, stateful_step_count=25, deadline=None)
    )
