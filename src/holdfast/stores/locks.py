"""Who writes when: a lock that is granted in order, and stores that survive a fork of their process.

Python raises an interruption (Ctrl-C) between any two steps of its own code, but not between a lock of its own, taken by `with`, and
what stands under it. So here every lock is one of Python's, taken by `with`, and whoever is interrupted leaves none locked.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import weakref
from collections.abc import Iterator
from typing import Protocol


class FairLock:
    """A reentrant lock that is granted in the order it was asked for: each waits until the one before it is through."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._guard = threading.Lock()
        self._last: threading.Lock | None = None  # the place of whoever asked last

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock."""
        if self._lock._is_owned():  # type: ignore[attr-defined]  # as `threading.Condition` asks it
            with self._lock:
                yield
            return
        place = threading.Lock()
        with place:
            with self._guard:
                before, self._last = self._last, place
            if before is not None:
                with before:
                    pass
            with self._lock:  # who was before us may have given up waiting, and not be the one who holds it
                yield


class Gate:
    """Where all threads of a process go in and out that read: each by a lock of its own, which it may take again."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self._start()

    def _start(self) -> None:
        self._guard = threading.Lock()
        self._locks: weakref.WeakSet[threading.RLock] = weakref.WeakSet()

    def inside(self) -> threading.RLock:
        """Return what this thread holds while it reads."""
        lock: threading.RLock | None = getattr(self._mine, "lock", None)
        if lock is None:
            with self._guard:
                lock = self._mine.lock = threading.RLock()
                self._locks.add(lock)
        return lock

    @contextlib.contextmanager
    def emptied(self, seconds: float) -> Iterator[None]:
        """Let no other thread in, and wait until all are out, so many seconds at most."""
        until = time.monotonic() + seconds
        with self._guard, contextlib.ExitStack() as held:
            for lock in tuple(self._locks):
                if lock.acquire(timeout=max(0.0, until - time.monotonic())):
                    held.callback(lock.release)
            yield

    def leave_to_parent(self) -> None:
        """Begin anew in a forked child, where this thread alone lives on."""
        self._start()
        if (lock := getattr(self._mine, "lock", None)) is not None:
            self._locks.add(lock)


class Forked(Protocol):
    """A store that must not be caught writing by a fork."""

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Keep everybody else from writing."""

    def leave_to_parent(self) -> None:
        """Start without connections in a forked child."""


# Every open store of this process. A fork waits until none of them is writing, and then until nobody reads: what SQLite notes of
# who holds the write lock, and its own lock around memory, are copied into the child, where who holds them does not live on.
OPEN: weakref.WeakSet[Forked] = weakref.WeakSet()
READING = Gate()
_PATIENCE = 5.0  # seconds: a reader that waits for somebody else must not keep the process from forking
_forking = threading.local()


def _before_fork() -> None:
    held = _forking.held = contextlib.ExitStack()
    for store in tuple(OPEN):
        held.enter_context(store.held())
    held.enter_context(READING.emptied(_PATIENCE))


def _after_fork_in_parent() -> None:
    _forking.held.close()


def _after_fork_in_child() -> None:
    _forking.held.close()
    READING.leave_to_parent()
    for store in tuple(OPEN):
        store.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child
    )
