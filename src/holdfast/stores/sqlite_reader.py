"""A connection to read with, and whether anybody has written since it last looked: one statement tells."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ..ports import Reach
from ..types import MemoryItem

MOST_KEPT = 4_096


class Stamp:
    """One state of the file, as one connection met it; `scopes` has the rows of the scopes that were read in it, by reach, `items`
    memories that were, by their keys."""

    __slots__ = ("__weakref__", "items", "scopes")

    def __init__(self) -> None:
        self.scopes: dict[Reach, list[Any]] = {}
        self.items: dict[int, MemoryItem] = {}

    def keep(self, reach: Reach, scopes: list[Any]) -> None:
        """Keep what was read in this state."""
        if len(self.scopes) >= MOST_KEPT:
            self.scopes.clear()
        self.scopes[reach] = scopes

    def shelf(self) -> dict[int, MemoryItem]:
        """Return the memories that are kept, none where they have become too many."""
        if len(self.items) >= MOST_KEPT:
            self.items.clear()
        return self.items


class Reader:
    """A connection, and the `stamp` of the state in which it last found the file. Used by one thread at a time.

    SQLite tells each connection a number that is another once anybody else, in this process or another, has committed
    (`PRAGMA data_version`, https://sqlite.org/pragma.html#pragma_data_version). Its own changes do not count, so a connection
    that `writes` finds another state every time.
    """

    def __init__(self, db: sqlite3.Connection, *, writes: bool = False) -> None:
        self.db, self._writes = db, writes
        self.stamp = Stamp()
        self._version = -1

    def look(self) -> Stamp:
        """Return the stamp of the file's state now: the same object for as long as nobody has written."""
        version = -1 if self._writes else self.db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version or version < 0:
            self._version, self.stamp = version, Stamp()
        return self.stamp

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return the rows that a statement reads."""
        found: list[Any] = self.db.execute(sql, parameters).fetchall()
        return found

    def forget(self) -> None:
        """Note that somebody has written."""
        self.stamp = Stamp()
        self._version = -1

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Stamp]:
        """Hold one view of the file over several reads; yields its stamp. After an error the connection is to be closed."""
        if self._writes:  # there is one connection, and nobody else uses it now
            yield self.look()
            return
        self.db.execute("BEGIN")
        yield self.look()
        self.db.execute("COMMIT")
