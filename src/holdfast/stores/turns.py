"""Whose turn it is to write, among all processes that have one store open: in the order they asked.

SQLite's own lock goes to whoever asks at the right moment, and whoever waits keeps asking. So a process that wants to write
first takes a place in a queue: it locks one byte of the key file beside the store, the byte whose number is the microsecond
it asked at (POSIX record locks may lie beyond the end of a file; not a byte of it is read or written). Its turn has come when no
byte before its own is locked. The kernel drops the locks of a process that ends, however it ends.

A turn only says who asks SQLite next; SQLite's lock alone says who writes. So where there is no queue (a system other than
Linux, a file that cannot be locked), or where it does not move, writers ask at short, even intervals, and chance decides.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

HERE = sys.platform == "linux" and sys.maxsize > 2**32
if HERE:
    import fcntl

    _FLOCK = "hhqqi4x"  # struct flock of Linux on 64 bits: type, whence, start, length, process

STUCK_SECONDS = 0.5  # after which those behind one that does not move pass it, should SQLite's lock be free
_NEXT, _LATER, _LONGEST = (
    0.0003,
    0.001,
    0.01,
)  # seconds between two looks: the next in the queue, and the others


class First(NamedTuple):
    """The first in the queue: the microsecond it asked at, its process, and since when it has been the first (monotonic)."""

    asked: int
    process: int
    since: float


class Turns:
    """A process's place in the queue of one store. Not thread-safe: one thread of a process writes at a time.

    `path` is the file whose bytes are locked. Within `taken`, look at `first` and `pause` until it is None, then write. Without
    a queue `first` is always None.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._file: int | None = None
        self._mine: int | None = None
        self._first: First | None = None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place behind everybody who has one."""
        if self._opened():
            # This clock runs alike in all processes of a machine, and never back.
            self._mine = time.monotonic_ns() // 1_000
            while not self._locked(self._mine):
                self._mine += 1
        try:
            yield
        finally:
            self._leave()

    def first(self) -> First | None:
        """Return who is to write before us, the first of them; None when it is our turn, or there is no queue."""
        found = None if self._mine is None else self._blocking(0, self._mine)
        while found is not None and (before := self._blocking(0, found[0])) is not None:
            found = before
        if found is None:
            return None
        if self._first is None or self._first[:2] != found:
            self._first = First(*found, time.monotonic())
        return self._first

    def pause(self, first: First | None) -> None:
        """Let others work before the next look: the less, the sooner our turn may come."""
        if self._mine is None or first is None or self._blocking(first.asked + 1, self._mine) is None:
            time.sleep(_NEXT)
            return
        # Whoever asked as much earlier as the first before us writes as much earlier, about.
        time.sleep(min(max((self._mine - first.asked) / 2_000_000, _LATER), _LONGEST))

    def close(self) -> None:
        """Let go of the file; the next `take` opens it again."""
        if self._file is not None:
            os.close(self._file)
        self._file = self._mine = None

    def _leave(self) -> None:
        if self._file is not None and self._mine is not None:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, self._mine)
            except OSError:
                self.close()
        self._mine = None

    def _opened(self) -> bool:
        if self._file is None and self._path is not None and HERE:
            try:
                self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
            except OSError:  # a new store has no key yet; who may not write it asks SQLite, and is told
                return False
        return self._file is not None

    def _locked(self, place: int) -> bool:
        """Lock a byte; False where another process has it. Without locks on this file there is no queue."""
        assert self._file is not None
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
        except (BlockingIOError, PermissionError):
            return False
        except OSError:
            self.close()
        return True

    def _blocking(self, low: int, high: int) -> tuple[int, int] | None:
        """Return the byte and the process of a lock that another one holds among the bytes from `low` to below `high`."""
        if self._file is None or high <= low:
            return None
        asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, low, high - low, 0)
        try:
            found = struct.unpack(_FLOCK, fcntl.fcntl(self._file, fcntl.F_GETLK, asked))
        except OSError:
            return None
        return None if found[0] == fcntl.F_UNLCK else (found[2], found[4])


def state_of(process: int) -> str:
    """Return the letter that Linux tells a process's state by (R, S, D waiting for a disk, T stopped), "" where it is not known."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""
