"""The file beside the keys for what mem0's protocol keeps that is no memory: events, a project's settings, exports asked for,
webhooks and the queue of what they are to be told. Ids and settings alone: no text of a memory is ever in it."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ...errors import NotFound

_KEPT_FOR = timedelta(days=30)  # events; they tell what was done, and its memories tell it longer
_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, results TEXT NOT NULL,
    created_at TEXT NOT NULL, milliseconds REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_of ON events (tenant, key, created_at);
CREATE TABLE IF NOT EXISTS settings (
    tenant TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exports (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL, asked TEXT NOT NULL, created_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL, reach TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,
    kinds TEXT NOT NULL, secret TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS places (tenant TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS queue (
    n INTEGER PRIMARY KEY, webhook TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE, message TEXT NOT NULL,
    kind TEXT NOT NULL, memory TEXT NOT NULL, version INTEGER NOT NULL, attempts INTEGER NOT NULL, due REAL NOT NULL
) STRICT;
"""


class Event(NamedTuple):
    """What one request did: memories' ids, each with what became of it."""

    id: str
    tenant: str
    key: str
    kind: str
    results: Sequence[Sequence[str]]
    created_at: str
    milliseconds: float


class Webhook(NamedTuple):
    """An address that is told of changes: of those under `reach`, which its maker could see; `kinds` are mem0's event types."""

    id: str
    tenant: str
    key: str
    reach: Mapping[str, Any]
    name: str
    url: str
    kinds: Sequence[str]
    secret: str
    created_at: str
    updated_at: str


class Due(NamedTuple):
    """One thing a webhook is to be told: `message` is its id, the same in every attempt."""

    n: int
    webhook: str
    message: str
    kind: str
    memory: str
    version: int
    attempts: int
    due: float


class Ledger:
    """The file, made when something is first kept in it. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    @property
    def there(self) -> bool:
        """Whether anything was ever kept."""
        return self._db is not None or self.path.exists()

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            if not self.path.exists():
                with contextlib.suppress(FileExistsError):
                    os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            db = sqlite3.connect(self.path, timeout=10, check_same_thread=False, isolation_level=None)
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "secure_delete = ON",
            ):
                db.execute(f"PRAGMA {pragma}")
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            self._db = db
        return self._db

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            db = self._opened()
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def _read(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        if not self.there:
            return []
        with self._lock:
            return self._opened().execute(statement, given).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._db is not None:
                self._db.close()

    # -- events --------------------------------------------------------------------------------------------------------

    def happened(
        self, tenant: str, key: str, kind: str, results: Sequence[Sequence[str]], milliseconds: float
    ) -> str:
        """Keep what a request did and return the event's id; what is older than 30 days is dropped."""
        id, now = str(uuid.uuid4()), datetime.now(UTC)
        with self._writing() as db:
            db.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, tenant, key, kind, json.dumps(results), now.isoformat(), milliseconds),
            )
            db.execute("DELETE FROM events WHERE created_at < ?", ((now - _KEPT_FOR).isoformat(),))
        return id

    def event(self, tenant: str, key: str, id: str) -> Event:
        """Return an event of a key; raises `NotFound`."""
        found = self._read("SELECT * FROM events WHERE id = ? AND tenant = ? AND key = ?", id, tenant, key)
        if not found:
            raise NotFound(id, "event")
        return _event(found[0])

    def events(
        self, tenant: str, key: str, kind: str | None, begin: str, end: str, first: int, most: int
    ) -> tuple[list[Event], int]:
        """Return `most` events of a key, newest first and from the `first` on, and how many there are: of one kind, if that is given,
        and from `begin` on and before `end` (ISO 8601, UTC)."""
        where = "FROM events WHERE tenant = ? AND key = ? AND coalesce(? = kind, 1) AND created_at >= ? AND created_at < ?"
        asked = tenant, key, kind, begin, end
        rows = self._read(
            f"SELECT * {where} ORDER BY created_at DESC, id LIMIT ? OFFSET ?", *asked, most, first
        )
        return [_event(row) for row in rows], sum(
            n for (n,) in self._read(f"SELECT count(*) {where}", *asked)
        )

    # -- settings and exports ------------------------------------------------------------------------------------------

    def setting(self, tenant: str, name: str, default: Any) -> Any:
        """Return what a tenant has set."""
        found = self._read("SELECT value FROM settings WHERE tenant = ? AND name = ?", tenant, name)
        return json.loads(found[0][0]) if found else default

    def set(self, tenant: str, name: str, value: Any) -> None:
        """Keep a setting."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (tenant, name, json.dumps(value)))

    def exporting(self, tenant: str, key: str, asked: Mapping[str, Any]) -> str:
        """Keep what an export was asked for, and return its id."""
        id = str(uuid.uuid4())
        with self._writing() as db:
            row = (id, tenant, key, json.dumps(asked, sort_keys=True), datetime.now(UTC).isoformat())
            db.execute("INSERT INTO exports VALUES (?, ?, ?, ?, ?)", row)
        return id

    def exports(self, tenant: str, key: str) -> dict[str, dict[str, Any]]:
        """Return what exports a key asked for, by id, the latest first."""
        order = "ORDER BY created_at DESC, id"
        rows = self._read(f"SELECT id, asked FROM exports WHERE tenant = ? AND key = ? {order}", tenant, key)
        return {id: json.loads(asked) for id, asked in rows}

    # -- webhooks ------------------------------------------------------------------------------------------------------

    def add_webhook(self, made: Webhook, cursor: str) -> None:
        """Keep a webhook; the first of a tenant is told what comes after `cursor` in the log."""
        with self._writing() as db:
            row = (*made[:3], json.dumps(made.reach), *made[4:6], json.dumps(made.kinds), *made[7:])
            db.execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT OR IGNORE INTO places VALUES (?, ?)", (made.tenant, cursor))

    def webhooks(self, tenant: str | None = None) -> list[Webhook]:
        """Return the webhooks of a tenant, or all, in the order they were made."""
        rows = self._read(
            "SELECT * FROM webhooks WHERE ? IS NULL OR tenant = ? ORDER BY created_at, id", tenant, tenant
        )
        return [
            Webhook._make((*row[:3], json.loads(row[3]), *row[4:6], json.loads(row[6]), *row[7:]))
            for row in rows
        ]

    def change_webhook(self, id: str, *, name: str, url: str, kinds: Sequence[str]) -> None:
        """Change what a webhook is."""
        with self._writing() as db:
            now = datetime.now(UTC).isoformat()
            db.execute(
                "UPDATE webhooks SET name = ?, url = ?, kinds = ?, updated_at = ? WHERE id = ?",
                (name, url, json.dumps(list(kinds)), now, id),
            )

    def remove_webhook(self, id: str) -> None:
        """Remove a webhook and what it was still to be told."""
        with self._writing() as db:
            db.execute("DELETE FROM webhooks WHERE id = ?", (id,))
            db.execute("DELETE FROM places WHERE tenant NOT IN (SELECT tenant FROM webhooks)")

    def place(self, tenant: str) -> str | None:
        """Return up to where the log of a tenant was queued."""
        found = self._read("SELECT cursor FROM places WHERE tenant = ?", tenant)
        return found[0][0] if found else None

    def enqueue(
        self, tenant: str, before: str, after: str, told: Sequence[tuple[str, str, str, int]]
    ) -> bool:
        """Queue what webhooks are to be told (webhook, kind, memory, version) of the log up to `after`, all or nothing.

        Nothing is queued, and False returned, where another process went on from `before` meanwhile.
        """
        with self._writing() as db:
            moved = db.execute(
                "UPDATE places SET cursor = ? WHERE tenant = ? AND cursor = ?", (after, tenant, before)
            )
            if not moved.rowcount:
                return False
            db.executemany(
                "INSERT INTO queue (webhook, message, kind, memory, version, attempts, due) SELECT ?, ?, ?, ?, ?, 0, 0 "
                "WHERE EXISTS (SELECT 1 FROM webhooks WHERE id = ?)",
                [(one[0], str(uuid.uuid4()), *one[1:], one[0]) for one in told],
            )
        return True

    def next_due(self, webhook: str, now: float, lease: float) -> Due | None:
        """Return the first thing a webhook is to be told, if its time has come; nobody else takes it for `lease` seconds."""
        if not self.there:
            return None
        with self._writing() as db:
            row = db.execute(
                "SELECT * FROM queue WHERE webhook = ? ORDER BY n LIMIT 1", (webhook,)
            ).fetchone()
            if row is None or row[-1] > now:
                return None
            db.execute("UPDATE queue SET due = ? WHERE n = ?", (now + lease, row[0]))
        return Due._make(row)

    def queued(self) -> int:
        """Return how many things webhooks have yet to be told."""
        return sum(count for (count,) in self._read("SELECT count(*) FROM queue"))

    def told(self, one: Due) -> None:
        """Take from the queue what was told, or was given up."""
        with self._writing() as db:
            db.execute("DELETE FROM queue WHERE n = ?", (one.n,))

    def failed(self, one: Due, due: float) -> None:
        """Try again later."""
        with self._writing() as db:
            db.execute("UPDATE queue SET attempts = ?, due = ? WHERE n = ?", (one.attempts + 1, due, one.n))


def _event(row: Sequence[Any]) -> Event:
    return Event._make((*row[:4], json.loads(row[4]), *row[5:]))
