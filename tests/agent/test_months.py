"""Months in the life of three users and their agents, against a plain reading of what they said."""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope, Session
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock

USERS = ("ada", "bob", "cem")
WEEKS = 8
# Of each slot, ways to say it, a question about it, and values, which no two users share.
SLOTS: dict[str, tuple[tuple[str, ...], str, tuple[str, ...]]] = {
    "user.residence": (
        ("I live in {}.", "I moved to {}.", "I've moved to {}, by the way."),
        "Where do I live?",
        ("Oslo", "Bergen", "Lisbon", "Porto", "Vienna", "Graz", "Prague", "Brno", "Rome", "Milan", "Athens", "Dublin"),
    ),
    "user.employer": (
        ("I work at {}.", "I joined {}.", "I now work at {}."),
        "Where do I work?",
        ("Acme", "Globex", "Initech", "Hooli", "Vandelay", "Wonka", "Tyrell", "Oscorp", "Zorg", "Duff", "Monarch", "Soylent"),
    ),
    "user.manager": (
        ("My manager is {}.", "{} is my manager now.", "My new manager is {}."),
        "Who is my manager?",
        ("Dana", "Priya", "Marta", "Sven", "Olga", "Hector", "Ingrid", "Pavel", "Yuki", "Leon", "Freya", "Tariq"),
    ),
    "server.port": (("The server is on port {}.", "We moved the server to port {}."), "Which port is the server on?", ()),
}  # fmt: skip
ENDED = {
    "user.residence": "I no longer live in {}.",
    "user.employer": "I left {}.",
    "user.manager": "{} is no longer my manager.",
}
TASTES = ("jazz", "sushi", "hiking", "chess", "opera", "pottery")


class Months:
    """What was said so far, in a store and as plain lists: of a slot, since when which value holds."""

    def __init__(self, path: Path, seed: int) -> None:
        self.path, self.pick, self.clock = path, random.Random(seed), FrozenClock(seed=seed)
        self.said: dict[tuple[str, str], list[tuple[datetime, Any]]] = defaultdict(list)
        self.likes: dict[str, set[str]] = defaultdict(set)
        self.then: list[tuple[datetime, dict[tuple[str, str], Any]]] = []
        self.secrets: list[str] = []
        self.ports, self.threads = itertools.count(8000), itertools.count()
        self.open()

    def open(self) -> None:
        """Open the store, as a process does that begins."""
        self.memory = Memory(f"sqlite:///{self.path}", embedder=None, clock=self.clock)

    def reader(self, user: str) -> ScopedMemory:
        """What a user's agent sees."""
        return self.memory.scoped(user=user, team="core", project="api")

    def holds(self, whose: str, slot: str, at: datetime) -> Any:
        """The value that held at a time, or None."""
        return next(
            (value for since, value in reversed(self.said.get((whose, slot), [])) if since <= at), None
        )

    def statement(self, user: str) -> str:
        """Something to say, taken down here as the memory is to understand it."""
        now, slot = self.clock.now(), self.pick.choice(list(SLOTS))
        whose = "all" if slot == "server.port" else user
        held = self.holds(whose, slot, now)
        kind = self.pick.choice(("set", "set", "set", "again", "end", "like", "unlike", "secret"))
        if kind == "again" and held is not None:
            return self.pick.choice(SLOTS[slot][0]).format(held)
        if kind == "end" and held is not None and slot in ENDED:
            self.said[whose, slot].append((now, None))
            return ENDED[slot].format(held)
        if kind == "like":
            self.likes[user].add(taste := self.pick.choice(TASTES))
            return f"I like {taste}."
        if kind == "unlike" and self.likes[user]:
            self.likes[user].remove(taste := self.pick.choice(sorted(self.likes[user])))
            return f"I don't like {taste} anymore."
        if kind == "secret":
            self.secrets.append(f"zq{self.pick.getrandbits(40):x}")
            return f"Off the record: my code word is {self.secrets[-1]}."
        mine = SLOTS[slot][2][USERS.index(user) :: len(USERS)]
        value = self.pick.choice([one for one in mine if one != held]) if mine else next(self.ports)
        self.said[whose, slot].append((now, value))
        return self.pick.choice(SLOTS[slot][0]).format(value)

    def step(self, session: Session, user: str) -> None:
        """One turn: a statement or a question, which the agent answers with what it was shown, or not at all."""
        self.clock.advance(minutes=self.pick.randint(1, 9))
        asks = self.pick.random() < 0.4
        text = SLOTS[self.pick.choice(list(SLOTS))][1] if asks else self.statement(user)
        shown = session.before_step(text).ids
        items = [self.reader(user).get(id) for id in shown]
        told = [item.text for item in items if item.kind in ("fact", "preference")] or ["Noted."]
        reply = f"As you said: {self.pick.choice(told)}"
        session.after_step([{"role": "user", "content": text}, {"role": "assistant", "content": reply}])

    def week(self) -> None:
        """Some sessions, one process after another; two of them at once."""
        monday = self.clock.now()
        for _ in range(5):
            self.clock.advance(hours=self.pick.randint(4, 20))
            several = [self.pick.choice(USERS) for _ in range(self.pick.choice((1, 1, 2)))]
            sessions = [
                (
                    Session(
                        self.memory, thread=f"{next(self.threads)}", user=one, team="core", project="api"
                    ),
                    one,
                )
                for one in several
            ]
            for _ in range(3):
                for session, user in sessions:
                    self.step(session, user)
            self.then.append(
                (self.clock.now(), {key: self.holds(*key, self.clock.now()) for key in self.said})
            )
            if self.pick.random() < 0.3:
                self.memory.close()
                self.open()
        self.clock.set(max(monday + timedelta(days=7), self.clock.now()))

    def differences(self) -> Iterator[str]:
        """Yield where the memory says otherwise than what was said, now and at a moment of the past, as known now and then."""
        now, past = self.clock.now(), self.pick.choice(self.then)
        for (whose, slot), said in self.said.items():
            reader = self.reader("ada" if whose == "all" else whose)
            some = now - (now - said[0][0]) * self.pick.random()
            for want, when in (
                (self.holds(whose, slot, now), {}),
                (self.holds(whose, slot, some), {"valid_at": some}),
                (past[1].get((whose, slot)), {"known_at": past[0]}),
            ):
                found = reader.current(slot, **when)
                if (found and found.value) != want:
                    yield f"{whose} {slot} {when}: {found and found.value}, not {want}"
        for user in USERS:
            yield from self.listed(user)
        written = b"".join(one.read_bytes() for one in self.path.parent.iterdir())
        yield from (f"{one} is on the disk" for one in self.secrets if one.encode() in written)

    def listed(self, user: str) -> Iterator[str]:
        """Yield what a user's facts have too much or too little: each once, none of an echo's, nothing of others."""
        now = self.clock.now()
        wanted = [(slot, self.holds(whose, slot, now)) for whose, slot in self.said if whose in (user, "all")]
        want = {(slot, str(value)) for slot, value in wanted if value is not None}
        want |= {("user.likes", taste) for taste in self.likes[user]}
        page = self.reader(user).list(kinds=["fact", "preference"], limit=1000)
        told = [(str(one.slot), str(one.value)) for one in page if one.slot != "entity.alias"]
        if sorted(told) != sorted(want):
            yield f"{user}: {sorted(told)}, not {sorted(want)}"
        boss = self.holds(user, "user.manager", now)
        if not {one.value["of"] for one in page if one.slot == "entity.alias"} <= {str(boss).lower()}:
            yield f"{user}: somebody else than {boss} is the manager by name"


def kept(memory: Memory) -> dict[str, Any]:
    """All there is in a store, by id."""
    states = {"in": {"state": ["active", "superseded", "pending", "rejected", "deleted"]}}
    found, cursor = dict[str, Any](), None
    while True:
        page = memory.list(under=Scope.shared(), where=states, limit=1000, cursor=cursor)
        found |= {one.id: one.to_json() for one in page}
        if (cursor := page.next) is None:
            return found


@pytest.mark.parametrize("seed", [1, 2])
def test_months(tmp_path: Path, seed: int) -> None:
    """Every week all of it is as was said; upkeep is undone whole and has nothing to do twice; another store takes all of it in."""
    (tmp_path / "here").mkdir()
    months = Months(tmp_path / "here" / "memory.db", seed)
    for _ in range(WEEKS):
        months.week()
        assert [*months.differences()] == []
    months.clock.advance(days=100)
    for user, scope in itertools.product(USERS, (("user",), ("user", "team", "project"))):
        reader = months.reader(user)
        before = [(one.id, one.tags, one.state) for one in reader.list(limit=1000)]
        done = reader.maintain(dry_run=False, cap=1000, scope=scope)
        if done.id is not None:
            reader.undo(done.id, scope=scope)
            assert sorted(before) == sorted((one.id, one.tags, one.state) for one in reader.list(limit=1000))
            reader.maintain(dry_run=False, cap=1000, scope=scope)
        assert not reader.maintain(cap=1000, scope=scope)
    assert [*months.differences()] == []
    months.memory.export(str(tmp_path / "all.jsonl"), under=Scope.shared())
    with Memory(f"sqlite:///{tmp_path / 'other.db'}", embedder=None, clock=months.clock) as other:
        other.import_items(str(tmp_path / "all.jsonl"))
        assert kept(other) == kept(months.memory)
    months.memory.close()
