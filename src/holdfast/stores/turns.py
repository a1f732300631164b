"""Whose turn it is to write, among all processes that have one store open: whoever is awake, until one has waited long.

SQLite's own lock goes to whoever asks at the right moment, and whoever waits keeps asking. So a process that wants to write
first takes a place in a queue: it locks one byte of the key file beside the store, the byte whose number is the microsecond
it asked at (POSIX record locks may lie beyond the end of a file; not a byte of it is read or written); while it writes, it locks
a second one, far behind. The kernel drops the locks of a process that ends, however it ends.

Where processes outnumber the processors, the first in the queue must get a processor before it can write, and meanwhile nobody
would. So as long as it has not waited for PATIENCE_SECONDS, anybody who happens to run may write when nobody does; from then on
it is next. (Go's `sync.Mutex` has the same two modes.) Those who wait so long write in the order they asked.

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

PATIENCE_SECONDS = 0.5  # for which the first in the queue lets those pass who are awake
STUCK_SECONDS = 0.5  # after which one that does not move is asked past, should SQLite's lock be free
_WRITES = 2**61  # added to the place of the process that writes: microseconds of no clock
_NEXT, _LATER, _LONGEST = (
    0.0003,
    0.001,
    0.01,
)  # seconds between two looks: the next in the queue, and the others


class Other(NamedTuple):
    """Another process: the microsecond it asked at, its number, and since when it has stood where it stands (monotonic)."""

    asked: int
    process: int
    since: float


class Ahead(NamedTuple):
    """Who else there is at one moment (monotonic): the first in the queue before us, and who writes; None for nobody."""

    first: Other | None
    writer: Other | None
    at: float

    @property
    def clear(self) -> bool:
        """Whether to ask SQLite now."""
        if self.writer is not None and self.at - self.writer.since <= STUCK_SECONDS:
            return False
        if self.first is None:
            return True
        waited = self.at - self.first.asked / 1_000_000
        return waited < PATIENCE_SECONDS or self.at - self.first.since > STUCK_SECONDS

    @property
    def holder(self) -> Other | None:
        """The one we wait for: who writes, else the first; a process of an older Holdfast tells only of its place."""
        return self.writer or self.first


class Turns:
    """A process's place in the queue of one store. Not thread-safe: one thread of a process writes at a time.

    `path` is the file whose bytes are locked. Within `taken`, look `ahead` and `pause` until it is clear, then ask SQLite, and say
    that it is `writing` where it agreed. Without a queue there is never anybody ahead.
    """

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._file: int | None = None
        self._mine: int | None = None
        self._first: Other | None = None
        self._writer: Other | None = None

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Hold a place behind everybody who has one."""
        try:
            self._leave()  # a place that somebody was interrupted in leaving
            if self._opened():
                # This clock runs alike in all processes of a machine, and never back.
                self._mine = time.monotonic_ns() // 1_000
                while not self._locked(self._mine):
                    self._mine += 1
            yield
        finally:
            self._leave()

    def ahead(self) -> Ahead:
        """Return who is to write before us, the first of them, and who writes."""
        if self._mine is None:
            return Ahead(None, None, time.monotonic())
        found = self._blocking(0, self._mine)
        while found is not None and (before := self._blocking(0, found[0])) is not None:
            found = before
        writer, now = self._blocking(_WRITES, 2 * _WRITES), time.monotonic()
        self._first, self._writer = _still(self._first, found, now), _still(self._writer, writer, now)
        return Ahead(self._first, self._writer, now)

    def writing(self) -> None:
        """Have others see that we write, until the end of `taken`."""
        if self._mine is not None:
            self._locked(_WRITES + self._mine)

    def pause(self, first: Other | None) -> None:
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
                for place in (_WRITES + self._mine, self._mine):
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
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


def _still(known: Other | None, found: tuple[int, int] | None, now: float) -> Other | None:
    """Return the process that was found at a place, since when it was known to be there."""
    if found is None or (known is not None and known[:2] == found):
        return known if found else None
    return Other(*found, now)


def state_of(process: int) -> str:
    """Return the letter that Linux tells a process's state by (R, S, D waiting for a disk, T stopped), "" where it is not known."""
    try:
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""
