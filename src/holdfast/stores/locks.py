"""Who writes when: a lock that is granted in order, and stores that survive a fork of their process."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from typing import Protocol


class FairLock:
    """A reentrant lock that is granted in the order it was asked for."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False
        self._owner, self._depth = 0, 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        if self._owner == me:
            self._depth += 1
            return
        with self._guard:
            turn = None
            if self._held:
                turn = threading.Lock()
                turn.acquire()
                self._waiting.append(turn)
            self._held = True
        if turn is not None:
            try:
                turn.acquire()
            except (
                BaseException
            ):  # Ctrl-C while waiting: step out of the queue, or hand on what was just granted
                with self._guard:
                    if turn in self._waiting:
                        self._waiting.remove(turn)
                    else:
                        self._hand_on()
                raise
        self._owner, self._depth = me, 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._depth:
            return
        with self._guard:
            self._owner = 0
            self._hand_on()

    def _hand_on(self) -> None:
        if self._waiting:
            self._waiting.popleft().release()
        else:
            self._held = False


class Gate:
    """Where all threads of a process go in and out that read, and none goes in while it is shut. One that is inside may go in again."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self._start(0)

    def _start(self, inside: int) -> None:
        self._free = threading.Condition(threading.Lock())
        self._inside, self._shut = inside, False

    @property
    def _depth(self) -> int:
        return getattr(self._mine, "depth", 0)

    def __enter__(self) -> None:
        if not self._depth:
            with self._free:
                while self._shut:
                    self._free.wait()
                self._inside += 1
        self._mine.depth = self._depth + 1

    def __exit__(self, *_: object) -> None:
        self._mine.depth -= 1
        if not self._mine.depth:
            with self._free:
                self._inside -= 1
                self._free.notify_all()

    def shut(self, seconds: float) -> None:
        """Let nobody in and wait until all others are out, so many seconds at most."""
        own = min(self._depth, 1)
        with self._free:
            self._shut = True
            self._free.wait_for(lambda: self._inside <= own, seconds)

    def open(self) -> None:
        """Let others in again."""
        with self._free:
            self._shut = False
            self._free.notify_all()

    def leave_to_parent(self) -> None:
        """Begin anew in a forked child, where this thread alone lives on."""
        self._start(min(self._depth, 1))


class Forked(Protocol):
    """A store that must not be caught writing by a fork."""

    def hold(self) -> None:
        """Keep everybody from writing, until `let_go`."""

    def let_go(self) -> None:
        """Let others write again."""

    def leave_to_parent(self) -> None:
        """Start without connections in a forked child."""


# Every open store of this process. A fork waits until none of them is writing, and then until nobody reads: what SQLite notes of
# who holds the write lock, and its own lock around memory, are copied into the child, where who holds them does not live on.
OPEN: weakref.WeakSet[Forked] = weakref.WeakSet()
READING = Gate()
_PATIENCE = 5.0  # seconds: a reader that waits for somebody else must not keep the process from forking
_forking: list[Forked] = []


def _before_fork() -> None:
    _forking.extend(OPEN)
    for store in _forking:
        store.hold()
    READING.shut(_PATIENCE)


def _after_fork_in_parent() -> None:
    READING.open()
    while _forking:
        _forking.pop().let_go()


def _after_fork_in_child() -> None:
    READING.leave_to_parent()
    while _forking:
        _forking.pop().leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
