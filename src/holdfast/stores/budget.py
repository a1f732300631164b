"""How much memory the search states of a process may take: one bound for all, whichever stores hold them."""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from collections import OrderedDict, deque
from typing import Protocol


class Holder(Protocol):
    """What holds states: it is told which to let go."""

    def let_go(self, scope_id: int) -> None:
        """Drop a state; it can be loaded again."""


class Budget:
    """The bytes of all states held, least recently used first out.

    Stores of one process share it: the bound is the largest that any of those open was given. A state that is larger than
    the bound is held alone while it is used.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()  # never one twice: a holder of before a fork may leave after it
        self.reset()

    def reset(self) -> None:
        """Forget everybody: at first, and in a forked process, whose stores start anew."""
        self._guard = threading.Lock()
        self._ended: deque[int] = deque()
        self._bounds: dict[int, int] = {}
        self._holders: dict[int, weakref.ref[Holder]] = {}
        self._held: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._total = 0

    def join(self, holder: Holder, bound: int) -> int:
        """Return a holder's number, for the other calls."""
        with self._guard:
            self._let_leave()
            number = next(self._numbers)
            self._bounds[number], self._holders[number] = bound, weakref.ref(holder)
        # The collector may come upon a holder anywhere, also within this class and its guard: it only leaves word.
        weakref.finalize(holder, self.leave, number)
        return number

    def leave(self, number: int) -> None:
        """Count what this holder holds no longer, from the next call on; waits for nobody."""
        self._ended.append(number)

    def _let_leave(self) -> None:
        while self._ended:
            number = self._ended.popleft()
            self._bounds.pop(number, None)
            self._holders.pop(number, None)
            for key in [key for key in self._held if key[0] == number]:
                self._total -= self._held.pop(key)

    def used(self, number: int, scope_id: int) -> None:
        """Note that a state was used."""
        with self._guard:
            if (number, scope_id) in self._held:
                self._held.move_to_end((number, scope_id))

    def grown(self, number: int, scope_id: int, size: int) -> None:
        """Note that a state takes so many bytes now, and have others let go as long as all take too many."""
        gone: list[tuple[int, int]] = []
        with self._guard:
            self._let_leave()
            if number not in self._bounds:  # its store was closed meanwhile
                return
            self._total += size - self._held.pop((number, scope_id), 0)
            self._held[number, scope_id] = size
            bound = max(self._bounds.values(), default=0)
            while self._total > bound and len(self._held) > 1:
                key, held = self._held.popitem(last=False)
                self._total -= held
                gone.append(key)
            holders = [(self._holders.get(holder), scope) for holder, scope in gone]
        for holder, scope in holders:  # without the guard: a holder has one of its own
            if holder is not None and (known := holder()) is not None:
                known.let_go(scope)


BUDGET = Budget()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=BUDGET.reset)
