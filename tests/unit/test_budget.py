"""One bound for all search states of a process: the least recently used go first, whichever store holds them."""

from __future__ import annotations

import gc
import threading
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.stores import sqlite_search
from holdfast.stores.budget import Budget
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import HashingEmbedder


class Shelf:
    """Holds states by number, and lets go of those it is told to."""

    def __init__(self, *states: int) -> None:
        self.states = set(states)

    def let_go(self, scope_id: int) -> None:
        """Drop a state."""
        self.states.discard(scope_id)


def test_least_recently_used_first_out() -> None:
    """Over all holders, and what was used since stays."""
    budget, one, two = Budget(), Shelf(1, 2), Shelf(1)
    first, second = budget.join(one, 100), budget.join(two, 80)
    budget.grown(first, 1, 40)
    budget.grown(second, 1, 30)
    budget.grown(first, 2, 30)
    assert (one.states, two.states) == ({1, 2}, {1})
    budget.used(first, 1)
    budget.grown(first, 2, 35)
    assert (one.states, two.states) == ({1, 2}, set())


def test_one_state_above_the_bound_is_held_alone() -> None:
    """What is in use cannot be let go: all else is."""
    budget, shelf = Budget(), Shelf(1, 2)
    number = budget.join(shelf, 100)
    budget.grown(number, 1, 10)
    budget.grown(number, 2, 500)
    assert shelf.states == {2}


def test_who_left_counts_no_longer() -> None:
    """A store that was closed, or is gone, leaves the bytes it held to others; so does its bound."""
    budget, kept = Budget(), Shelf(1, 2)
    small = budget.join(kept, 50)
    other = Shelf(1)
    large = budget.join(other, 1_000)
    budget.grown(small, 1, 40)
    budget.grown(large, 1, 500)
    budget.grown(small, 2, 30)
    assert kept.states == {1, 2}
    del other
    gc.collect()
    budget.grown(large, 1, 500)  # from a search that was still under way
    budget.grown(small, 2, 31)
    assert kept.states == {2}


def test_stores_share_the_budget(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scope searched in one store makes another store let go of what it has not used, and both go on answering."""
    monkeypatch.setattr(sqlite_search, "BUDGET", Budget())  # no other test's stores count
    stores = [SqliteStore(str(tmp_path / f"{n}.db"), memory_budget=1) for n in range(2)]
    memories = [Memory(store, embedder=HashingEmbedder()).scoped(user="ada") for store in stores]
    for n, memory in enumerate(memories):
        memory.save_many({"text": f"tea {n} {m}"} for m in range(30))
        assert len(memory.search("tea")) == 10
    assert [bool(store._searcher._states) for store in stores] == [False, True]
    assert len(memories[0].search("tea")) == 10
    assert [bool(store._searcher._states) for store in stores] == [True, False]
    for store in stores:
        store.close()


def test_a_holder_may_end_while_another_one_is_counted() -> None:
    """The collector frees a holder at any moment, also while the budget counts: nobody waits for himself."""

    class Ending(dict[int, int]):
        """Bounds that end a holder while they are asked for."""

        def values(self) -> Any:
            """Free the other holder first."""
            others.clear()
            gc.collect()
            return super().values()

    budget, stays = Budget(), Shelf(1)
    others = [Shelf(1)]
    first, second = budget.join(stays, 50), budget.join(others[0], 40)
    budget.grown(second, 1, 40)
    budget._bounds = Ending(budget._bounds)
    counting = threading.Thread(target=budget.grown, args=(first, 1, 45), daemon=True)
    counting.start()
    counting.join(10)
    assert not counting.is_alive()
    budget.grown(first, 2, 40)
    assert stays.states == set()
