"""Leases as rows of one table: a row for each name that was ever taken in a scope, so that its fence only rises."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import NamedTuple

from ..errors import LeaseConflict
from ..leases import Fenced, Held
from ..types import Scope
from . import sqlite_rows as rows

_TICK = timedelta(microseconds=1)
_ROW = (
    "SELECT l.scope_id, l.fence, l.holder, l.taken_at, l.ttl, l.until FROM leases l JOIN scopes s ON s.scope_id = l.scope_id "
    "WHERE s.labels = ? AND l.name = ?"
)


class _Row(NamedTuple):
    """A lease's row; times and `ttl` in microseconds, `holder` and `until` None once it was given up."""

    scope_id: int
    fence: int
    holder: str | None
    taken_at: int
    ttl: int
    until: int | None

    def ends(self, now: int) -> int | None:
        """Return when it ends, None where it is over; after a clock was set back no later than if it were taken now."""
        return None if self.until is None or self.until <= now else min(self.until, now + self.ttl)


class SqliteLeases:
    """The port `Leases` over a store's connections: how it writes and reads, and how it numbers a scope."""

    def __init__(
        self,
        writing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        snapshot: Callable[[], AbstractContextManager[sqlite3.Connection]],
        numbered: Callable[[sqlite3.Connection, Scope, datetime], int],
    ) -> None:
        self._writing, self._snapshot, self._numbered = writing, snapshot, numbered

    def take(self, scope: Scope, name: str, holder: str, now: datetime, ttl: timedelta) -> Held:
        """Take a name that nobody holds; raises `LeaseConflict` where somebody does."""
        present, length = _both(now, ttl)
        with self._snapshot() as db:  # whoever waits for a lease looks often, and takes no lock for it
            row = _row(db, scope, name)
        ends = None if row is None else row.ends(present)
        if row is not None and ends is not None and ends == row.until:
            raise _conflict(name, None, row, ends)
        with self._writing() as db:
            row = _row(db, scope, name)
            ends = None if row is None else row.ends(present)
            if row is None or ends is None:
                number, fence = self._numbered(db, scope, now), 1 if row is None else row.fence + 1
                row = _Row(number, fence, holder, present, length, present + length)
                values = (number, name, *row[1:])
                db.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?)", values)
                return _held(scope, name, row)
            place = (ends, row.scope_id, name)  # kept, so that it ends although the clock was set back
            db.execute("UPDATE leases SET until = ? WHERE scope_id = ? AND name = ?", place)
        raise _conflict(name, None, row, ends)

    def renew(self, wanted: Fenced, now: datetime, ttl: timedelta) -> Held:
        """Hold a name on, from now; raises `LeaseConflict` where it is over."""
        present, length = _both(now, ttl)
        with self._writing() as db:
            row = checked(db, wanted, present)._replace(ttl=length, until=present + length)
            db.execute(
                "UPDATE leases SET ttl = ?, until = ? WHERE scope_id = ? AND name = ?",
                (row.ttl, row.until, row.scope_id, wanted.name),
            )
        return _held(wanted.scope, wanted.name, row)

    def release(self, wanted: Fenced) -> bool:
        """Give a name up; False where it was over before."""
        with self._writing() as db:
            row = _row(db, wanted.scope, wanted.name)
            if row is None or row.fence != wanted.fence or row.until is None:
                return False
            db.execute(
                "UPDATE leases SET holder = NULL, until = NULL WHERE scope_id = ? AND name = ?",
                (row.scope_id, wanted.name),
            )
        return True


def checked(db: sqlite3.Connection, wanted: Fenced, now: int) -> _Row:
    """Return the row of a lease that is held with this fence at `now` microseconds; raises `LeaseConflict` else."""
    row = _row(db, wanted.scope, wanted.name)
    ends = None if row is None else row.ends(now)
    if row is None or row.fence != wanted.fence or ends is None:
        raise _conflict(wanted.name, wanted.fence, row, ends)
    return row


def _row(db: sqlite3.Connection, scope: Scope, name: str) -> _Row | None:
    found = db.execute(_ROW, (rows.labels_key(scope), name)).fetchone()
    return None if found is None else _Row(*found)


def _held(scope: Scope, name: str, row: _Row) -> Held:
    assert row.holder is not None
    assert row.until is not None
    return Held(scope, name, row.fence, row.holder, rows.at(row.taken_at), rows.at(row.until))


def _conflict(name: str, fence: int | None, row: _Row | None, ends: int | None) -> LeaseConflict:
    holder, until = (row.holder, rows.at(ends)) if row is not None and ends is not None else (None, None)
    return LeaseConflict(name, holder, until, fence)


def _both(now: datetime, ttl: timedelta) -> tuple[int, int]:
    return rows.micros(now) or 0, ttl // _TICK
