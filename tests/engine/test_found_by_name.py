"""What names a thread, an id, a slot or what a summary is of is looked up, and gives what looking through everything does."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest

from holdfast import Memory, MemoryItem
from holdfast.filters import And, Eq, Exists, Filter, In, Not, Or, names
from holdfast.testing import FrozenClock

THREADS = ("a", "b", "a.b", "[1]", "Ä", "%", None)
OF = ("a", "[", '["a"]', ["a", "b"], ["b"], {"a": 1}, 7, None)


def filled(memory: Memory, clock: FrozenClock) -> tuple[list[str], list[datetime]]:
    """Save, change and delete memories of threads in two scopes; return their ids and moments between."""
    draw, ids, moments = random.Random(5), list[str](), [clock.now()]
    ada, team = memory.scoped(user="ada", team="core"), memory.scoped(team="core")
    for n in range(120):
        caller = ada if n % 3 else team
        kind = draw.choice(("episode", "fact", "preference", "working"))
        item = caller.save(
            f"note {n} of {draw.randrange(9)}", kind=kind, thread=draw.choice(THREADS),
            slot=f"ada.note {n % 7}" if kind != "episode" and n % 2 else None,
            value=n if kind != "episode" and n % 2 else None,
            metadata={"summary_of": draw.choice(OF), "n": n} if n % 4 == 0 else {"n": n},
        )  # fmt: skip
        ids.append(item.id)
        clock.advance(seconds=1)
        if n % 5 == 0:
            caller.update(item.id, importance=draw.random())
        if n % 13 == 0:  # which waits for review
            caller.save(f"Ben has diabetes of type {n}", source={"trust": "model"})
        if n % 11 == 0:
            caller.delete(item.id)
        if n % 20 == 0:
            moments.append(clock.now())
        clock.advance(seconds=1)
    return ids, moments


def filters(ids: list[str]) -> list[Filter]:
    """Filters that name something, alone and together."""
    draw = random.Random(7)
    named: list[Filter] = [Eq("thread", one) for one in THREADS]
    named += [In("thread", ("a", "b")), In("thread", ("nowhere",)), Exists("thread"), Not(Eq("thread", "a"))]
    named += [Eq("metadata.summary_of", one) for one in ("a", "[", '["a"]', 7, None, "b")]
    named += [In("metadata.summary_of", ("a", "b")), Exists("metadata.summary_of")]
    named += [Eq("id", ids[3]), Eq("id", ids[3].upper()), Eq("id", "no id"), In("id", tuple(ids[5:40:3]))]
    named += [
        Eq("state", "active"),
        Eq("state", "pending"),
        In("state", ("active", "pending")),
        Eq("state", "deleted"),
    ]
    named += [In("id", tuple(ids)), Eq("slot", "ada.note 1"), Eq("entity", "ada"), Eq("kind", "working")]
    pairs = [draw.sample(named, 2) for _ in range(60)]
    return [*named, *(And(*pair) for pair in pairs[:30]), *(Or(*pair) for pair in pairs[30:])]


def passes(item: MemoryItem, where: Filter) -> bool:
    """Say whether a memory passes a filter, by what it is."""
    match where:
        case And():
            return all(passes(item, one) for one in where.filters)
        case Or():
            return any(passes(item, one) for one in where.filters)
        case Not():
            return not passes(item, where.filter)
        case Exists():
            return _of(item, where.field) is not None
        case Eq(_, None):
            return _of(item, where.field) is None
        case Eq() | In():
            wanted = where.values if isinstance(where, In) else (where.value,)
            found = _of(item, where.field)
            return any(one in wanted for one in (found if isinstance(found, list | tuple) else [found]))
    raise AssertionError(where)


def _of(item: MemoryItem, field: str) -> Any:
    if field == "metadata.summary_of":
        found = item.metadata.get("summary_of")
        return {} if isinstance(found, dict) else list(found) if isinstance(found, tuple) else found
    if field == "entity":
        return None if item.slot is None else item.slot.rpartition(".")[0]
    return getattr(item, field)


@pytest.mark.parametrize("past", [False, True])
def test_it_is_what_looking_through_everything_gives(url: str, clock: FrozenClock, past: bool) -> None:
    """Alone, in company, today and as it was known then, one scope and several, in every order."""
    with Memory(url, clock=clock, embedder=None) as memory:
        ids, moments = filled(memory, clock)
        for caller in (memory.scoped(user="ada", team="core"), memory.scoped(team="core")):
            for known_at in moments if past else (None,):
                asked: dict[str, Any] = {"limit": 1_000, "sort": "id", "known_at": known_at}
                live = caller.list(**asked).items
                anything = caller.list(
                    where=In("state", ("active", "pending", "superseded", "deleted")), **asked
                ).items
                assert len(anything) > len(live) or (known_at and known_at <= moments[1])
                for where in filters(ids):
                    everything = anything if "state" in names(where) else live
                    found = caller.list(where=where, **asked).items
                    assert [one.id for one in found] == [
                        one.id for one in everything if passes(one, where)
                    ], where
                    hits = caller.search("note", where=where, k=100, known_at=known_at)
                    assert {one.id for one in hits} <= {one.id for one in found}
