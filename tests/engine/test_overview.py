"""Overview, stats, the log and bulk changes: counts of what is live, in pages, and who did what."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from holdfast import Memory, Scope
from holdfast.errors import InvalidInput
from holdfast.filters import And, Eq
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock


@pytest.fixture
def filled(memory: Memory, clock: FrozenClock) -> Memory:
    """Two users with slots, tags, threads and kinds."""
    for user in ("ada", "bob"):
        caller = memory.scoped(user=user)
        caller.save("port 1", slot="server.port", value=1, tags=["net", "prod"])
        clock.advance(hours=1)
        caller.save("port 2", slot="server.port", value=2, tags=["net"])
        caller.save("host x", slot="server.host", value="x", kind="preference")
        caller.save_many([{"text": f"turn {n}", "kind": "episode", "thread": "chat"} for n in range(3)])
        gone = caller.save("to be deleted", tags=["gone"])
        caller.delete(gone.id)
    return memory


def test_overview_counts_what_is_live(filled: Memory, clock: FrozenClock) -> None:
    """By entity, kind, scope, slot, tag and thread, in that order and by key, with the last change of each."""
    groups = filled.scoped(user="ada").overview().items
    assert [(one.by, one.key, one.count) for one in groups] == [
        ("entity", "server", 2),
        ("kind", "episode", 3),
        ("kind", "fact", 1),
        ("kind", "preference", 1),
        ("scope", Scope(user="ada"), 5),
        ("slot", "server.host", 1),
        ("slot", "server.port", 1),
        ("tag", "net", 1),
        ("thread", "chat", 3),
    ]
    assert all(clock.now() - timedelta(hours=2) < one.changed_at <= clock.now() for one in groups)


def test_overview_in_pages(filled: Memory) -> None:
    """Pages of any size, put together, are the whole, also under a label for the administrator."""
    whole = filled.overview(under=Scope.shared(), limit=1_000).items
    assert Counter(one.by for one in whole)["scope"] == 2
    for size in (1, 2, 5):
        found, cursor = [], None
        while True:
            page = filled.overview(under=Scope.shared(), limit=size, cursor=cursor)
            assert len(page) <= size
            found += page
            cursor = page.next
            if cursor is None:
                break
        assert found == list(whole)
    assert filled.overview(under=Scope(user="ada")).items == filled.scoped(user="ada").overview().items


def test_stats(filled: Memory, ada: ScopedMemory) -> None:
    """Live memories, versions and kinds; the size of the file for the administrator only."""
    stats = ada.stats()
    assert (stats.items, stats.versions) == (5, 9)
    assert dict(stats.kinds) == {"fact": 1, "preference": 1, "episode": 3}
    assert stats.embedder == "hashing-64"
    assert stats.store_bytes is None
    assert filled.stats(under=Scope(user="ada")).store_bytes > 4_096


def test_who_did_what_and_why(memory: Memory) -> None:
    """Every change tells its verb, its actor and its reason, in the log and in the history."""
    ada = memory.scoped(user="ada", actor="planner")
    item = ada.save("hello", reason="she said so")
    other = memory.scoped(user="ada", actor="cleaner")
    other.update(item.id, tags=["x"], reason="tidy")
    other.delete(item.id)
    memory.scoped(user="ada").restore(item.id, reason="oops")
    ada.update_many(Eq("tags", "x"), {"importance": 1.0}, reason="all")
    expected = [
        ("save", "planner", "she said so"), ("update", "cleaner", "tidy"), ("delete", "cleaner", None),
        ("restore", None, "oops"), ("update", "planner", "all"),
    ]  # fmt: skip
    assert [(one.verb, one.actor, one.reason) for one in ada.changes()] == expected
    assert [(one.verb, one.actor, one.reason) for one in ada.history(item.id)] == expected
    assert ada.get(item.id).owner == "planner"


def test_changes_from_a_cursor(ada: ScopedMemory) -> None:
    """From where one left off, each change once, in order; at the end an empty page with a cursor to go on from."""
    page = ada.changes()
    assert page.items == ()
    assert page.next is not None
    ada.save_many([{"text": f"note {n}", "kind": "episode"} for n in range(25)])
    seen, cursor = [], page.next
    while page := ada.changes(cursor, limit=7):
        seen += [one.text for one in page]
        cursor = page.next
    assert seen == [f"note {n}" for n in range(25)]
    ada.save("one more")
    assert [one.text for one in ada.changes(cursor)] == ["one more"]


@pytest.mark.parametrize("sort", ["known_from", "observed_at", "valid_from", "id"])
@pytest.mark.parametrize("descending", [False, True])
def test_listing_in_pages_while_others_write(
    memory: Memory, ada: ScopedMemory, clock: FrozenClock, sort: str, descending: bool
) -> None:
    """All pages of a list are of the moment of the first: nothing twice, nothing left out, whatever is written meanwhile."""
    both = memory.scoped(user="ada", team="core")
    for n in range(10):
        clock.advance(minutes=-4 if n == 5 else 1)
        (ada if n % 2 else both).save(f"note {n}", scope=None if n % 2 else ("team",))
    ada.save("note 3")  # seen once more
    whole = both.list(sort=sort, descending=descending)

    seen, cursor = [], None
    while True:
        page = both.list(sort=sort, descending=descending, limit=3, cursor=cursor)
        seen += page
        if (cursor := page.next) is None:
            break
        clock.advance(seconds=1)
        for item in (whole.items[0], whole.items[-1]):
            both.update(item.id, text=f"{item.text}, changed", scope=item.scope)
        gone = whole.items[-1 - len(seen) // 3]
        both.delete(gone.id, scope=gone.scope)
        both.save(f"late, after {len(seen)}", scope=("team",))
    assert [(one.id, one.version, one.text, one.sightings) for one in seen] == [
        (one.id, one.version, one.text, one.sightings) for one in whole
    ]
    assert max(one.sightings for one in seen) == 2


def test_pages_of_a_list_show_nothing_that_is_erased_meanwhile(memory: Memory, ada: ScopedMemory) -> None:
    """What is erased or expires between two pages is in none of those to come; who asks for the past gets the past throughout."""
    items = ada.save_many([{"text": f"note {n}"} for n in range(6)])
    page = ada.list(limit=2)
    told = page.items[-1].known_from
    ada.erase(items[5].id)
    rest = ada.list(limit=10, cursor=page.next)
    assert items[5].id not in {one.id for one in rest}
    assert len({one.id for one in (*page, *rest)}) == 5
    then = ada.list(limit=2, known_at=told)
    ada.update(items[3].id, text="another")
    assert len([*then, *ada.list(limit=10, known_at=told, cursor=then.next)]) == 5
    with pytest.raises(InvalidInput, match="another order"):
        ada.list(sort="id", cursor=page.next)


def test_bulk_changes(filled: Memory, ada: ScopedMemory) -> None:
    """A dry run tells what would be changed; then just that is changed, in the caller's own scope only."""
    dry = ada.update_many(Eq("kind", "episode"), {"tags": ["old"], "importance": 0.1}, dry_run=True)
    assert (len(dry), dry.dry_run) == (3, True)
    assert ada.list(tags=["old"]).items == ()
    done = ada.update_many(Eq("kind", "episode"), {"tags": ["old"], "importance": 0.1})
    assert done.ids == dry.ids
    assert {item.text for item in ada.list(tags=["old"])} == {"turn 0", "turn 1", "turn 2"}
    assert ada.delete_many(Eq("tags", "old")).ids == dry.ids
    assert {item.kind for item in ada.list()} == {"fact", "preference"}
    assert filled.scoped(user="bob").stats().items == 5
    assert len(filled.delete_many(And(), under=Scope(user="bob"))) == 5
    assert filled.scoped(user="bob").stats().items == 0
    assert len(ada.delete_many(And(), dry_run=True)) == 2


def test_bulk_changes_leave_visible_but_foreign_memories_alone(memory: Memory, ada: ScopedMemory) -> None:
    """What is only visible is not touched by a filter that fits it."""
    memory.save("for all", scope=Scope.shared())
    ada.save("mine")
    assert len(ada.update_many(And(), {"tags": ["x"]})) == 1
    assert len(ada.delete_many(And())) == 1
    assert [item.text for item in ada.list()] == ["for all"]


def test_a_long_batch(ada: ScopedMemory) -> None:
    """More than one transaction's worth, from a generator, in order, with progress after each thousand."""
    told: list[int] = []
    made = ada.save_many(
        ({"text": f"note {n}", "kind": "episode"} for n in range(2_300)), progress=told.append
    )
    assert told == [1_000, 2_000, 2_300]
    assert [item.text for item in made] == [f"note {n}" for n in range(2_300)]
    assert len(ada.delete_many(And())) == 2_300
    assert ada.stats().items == 0
