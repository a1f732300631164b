"""The file beside the stores that says who may come in, and keeps the chained record of who did what.

Keys are kept as SHA-256 of 256 random bits (so no slow hash is called for), shown once when made, and looked up by the id
that is part of them. Every request reads its key anew, so one that is revoked is refused at once, in every process.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import ConfigError, InvalidInput, NotAStore, NotFound
from .grants import ANY, RIGHTS, TENANT, USUAL, Ceiling, Grant, Refused, rights_of, tenant_name

KEY = "hf_"  # how every key begins
_KEY = re.compile(KEY + r"([0-9a-f]{16})_([A-Za-z0-9_-]{43})\Z")
LOCAL = "local"  # the name of the key that the first start of a server makes
_APPLICATION = 0x48464143  # "HFAC" in the header of the file, so that no other database is taken for one
_SCHEMA = """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL, name TEXT, tenant TEXT NOT NULL, ceiling TEXT NOT NULL, rights TEXT NOT NULL,
    rate INTEGER, created_at TEXT NOT NULL, expires_at TEXT, revoked_at TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE audit (
    n INTEGER PRIMARY KEY, at TEXT NOT NULL, tenant TEXT NOT NULL, key TEXT NOT NULL, verb TEXT NOT NULL,
    scope TEXT NOT NULL, told TEXT NOT NULL, outcome INTEGER NOT NULL, mac BLOB NOT NULL
) STRICT;
CREATE TABLE settings (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


def file_of(store: str) -> Path:
    """Return where the keys of a store lie: "x.db" has "x.db.access", "data/{tenant}.db" has "data/tenants.access".

    Raises `ConfigError` for a store that is no SQLite file: the keys of one in memory, or of a database server, lie in a
    file that must be named.
    """
    path = store.removeprefix("sqlite:///")
    if path in (store, "", ":memory:"):
        raise ConfigError(f"store: {store!r} is no SQLite file, so say where its keys lie with --keys FILE")
    if "{tenant}" in path:
        folder = Path(path.partition("{tenant}")[0] + "x").parent
        return folder / "tenants.access"
    return Path(path + ".access")


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: everything but its secret."""

    id: str
    name: str | None
    tenant: str
    ceiling: Ceiling
    rights: tuple[str, ...]
    rate: int | None
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "name": self.name,
            "tenant": self.tenant,
            "scope": self.ceiling.to_json(),
            "rights": list(self.rights),
            "rate": self.rate,
            "created_at": self.created_at.isoformat(),
            "expires_at": None if self.expires_at is None else self.expires_at.isoformat(),
            "revoked_at": None if self.revoked_at is None else self.revoked_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the audit: who did what, in which scope, to how many or which memories, and the HTTP status it had."""

    n: int
    at: str
    tenant: str
    key: str
    verb: str
    scope: Mapping[str, Any]
    told: Mapping[str, Any]
    outcome: int

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "n": self.n, "at": self.at, "tenant": self.tenant, "key": self.key, "verb": self.verb,
            "scope": dict(self.scope), **self.told, "outcome": self.outcome,
        }  # fmt: skip


class Access:
    """The keys and the audit of a server, in one SQLite file. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._db = self._opened(path)
        except sqlite3.Error as error:
            raise NotAStore(f"{path}: the file of keys cannot be opened ({error})") from None
        self._mac_key = self._setting("mac", secrets.token_bytes(32))

    @staticmethod
    def _opened(path: Path) -> sqlite3.Connection:
        if not path.parent.is_dir():
            raise ConfigError(f"{path}: there is no folder {path.parent}; make it first")
        if not path.exists():
            with contextlib.suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        db = sqlite3.connect(path, timeout=10, check_same_thread=False, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        marked, tables = (
            db.execute("PRAGMA application_id").fetchone()[0],
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0],
        )
        if not tables:
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    db.execute(statement)
            db.execute(f"PRAGMA application_id = {_APPLICATION}")
        elif marked != _APPLICATION:
            db.execute("ROLLBACK")
            raise NotAStore(f"{path}: is a database of something else, not a file of keys")
        db.execute("COMMIT")
        return db

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _read(self, statement: str, *given: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(statement, given).fetchall()

    def _setting(self, name: str, value: bytes) -> bytes:
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO settings VALUES (?, ?)", (name, value))
            kept: bytes = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()[0]
        return kept

    # -- keys ----------------------------------------------------------------------------------------------------------

    def create(
        self,
        *,
        tenant: str = TENANT,
        scope: Iterable[tuple[str, str]] = (),
        rights: Iterable[str] = USUAL,
        name: str | None = None,
        rate: int | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[str, Key]:
        """Make a key and return it with what is kept of it; it is told this once.

        `scope` is its ceiling as (name, id) pairs, an id "*" for any; `rights` are such as "read" or "read:fact"; `rate` the most requests a minute. Raises `InvalidInput`.
        """
        wanted = rights_of(rights)
        if name == LOCAL:
            raise InvalidInput(
                "name", f"{LOCAL!r} is the key that a server's first start makes; choose another"
            )
        if rate is not None and rate < 1:
            raise InvalidInput("rate", "must be at least 1 request a minute")
        secret, id = secrets.token_urlsafe(32), secrets.token_hex(8)
        key = Key(
            id, name, tenant_name(tenant), Ceiling.of(scope), wanted, rate, datetime.now(UTC), expires_at
        )
        with self._writing() as db:
            _put(db, key, _hash(secret))
        return f"{KEY}{id}_{secret}", key

    def first(self) -> str | None:
        """Make a key of the tenant "default" with every right and return it; None where there has ever been a key.

        Of several servers that start at once, one gets it. It is good on this machine alone: it was told on a terminal.
        """
        secret, id = secrets.token_urlsafe(32), secrets.token_hex(8)
        key = Key(id, LOCAL, TENANT, Ceiling.of(()), RIGHTS, None, datetime.now(UTC))
        with self._writing() as db:
            if db.execute("SELECT 1 FROM keys LIMIT 1").fetchone() is not None:
                return None
            _put(db, key, _hash(secret))
        return f"{KEY}{id}_{secret}"

    def rotate(self, id: str) -> tuple[str, Key]:
        """Give a key another secret and return it; the old one is refused from now on. Raises `NotFound`."""
        secret, key = secrets.token_urlsafe(32), self.key(id)
        if key.revoked_at is not None:
            raise NotFound(id, "usable key")
        with self._writing() as db:
            db.execute("UPDATE keys SET hash = ? WHERE id = ?", (_hash(secret), id))
        return f"{KEY}{id}_{secret}", key

    def revoke(self, id: str) -> Key:
        """Refuse a key from now on, and return it. Raises `NotFound`."""
        key = self.key(id)
        if key.revoked_at is None:
            key = replace(key, revoked_at=datetime.now(UTC))
            with self._writing() as db:
                db.execute("UPDATE keys SET revoked_at = ? WHERE id = ?", (key.to_json()["revoked_at"], id))
        return key

    def key(self, id: str) -> Key:
        """Return a key by its id; raises `NotFound`."""
        found = self._read(f"SELECT {_COLUMNS} FROM keys WHERE id = ?", id)
        if not found:
            raise NotFound(id, "key")
        return _key(found[0])

    def listed(self) -> list[Key]:
        """Return all keys, in the order they were made."""
        return [_key(row) for row in self._read(f"SELECT {_COLUMNS} FROM keys ORDER BY created_at, id")]

    def grant(self, shown: str, *, elsewhere: bool = False) -> Grant:
        """Return what a key may do; raises `Refused` (401) for one that is unknown, wrong, expired or revoked, and where the server
        can be reached from `elsewhere` for the one that the first start made."""
        match = _KEY.match(shown)
        found = self._read(f"SELECT {_COLUMNS}, hash FROM keys WHERE id = ?", match[1]) if match else []
        kept = found[0][-1] if found else bytes(32)  # compared all the same: an id that is none takes as long
        right = hmac.compare_digest(kept, _hash(match[2] if match else ""))
        if not found or not right:
            raise Refused(401, "this key is not known here; make one with `holdfast keys create`")
        key, wrong = _key(found[0][:-1]), None
        if key.revoked_at is not None:
            wrong = "was revoked"
        elif elsewhere and key.name == LOCAL:
            wrong = "is good on the server's own machine alone; make one with `holdfast keys create`"
        elif key.expires_at is not None and key.expires_at <= datetime.now(UTC):
            wrong = f"expired at {key.expires_at:%Y-%m-%d %H:%M} UTC"
        if wrong is not None:
            raise Refused(401, f"the key {key.id} {wrong}", tenant=key.tenant, key=key.id)
        return Grant(key.id, key.tenant, key.ceiling, frozenset(key.rights), key.rate)

    # -- audit ---------------------------------------------------------------------------------------------------------

    def record(
        self,
        tenant: str,
        key: str,
        verb: str,
        scope: Mapping[str, Any],
        told: Mapping[str, Any],
        outcome: int,
    ) -> None:
        """Add a line, chained by an HMAC over it and the line before. `told` are ids or a count, never a text."""
        at = datetime.now(UTC).isoformat(timespec="microseconds")
        fields = (at, tenant, key, verb, _json(scope), _json(told), outcome)
        with self._writing() as db:
            last = db.execute("SELECT n, mac FROM audit ORDER BY n DESC LIMIT 1").fetchone() or (0, b"")
            n = last[0] + 1
            db.execute(
                "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (n, *fields, self._mac(last[1], n, fields)),
            )

    def audit(self, after: int = 0, limit: int = 100, *, newest: bool = False) -> list[Line]:
        """Return lines after a number, oldest first; with `newest` the last ones."""
        columns = "n, at, tenant, key, verb, scope, told, outcome"
        order = "DESC" if newest else "ASC"
        found = self._read(
            f"SELECT {columns} FROM audit WHERE n > ? ORDER BY n {order} LIMIT ?", after, limit
        )
        lines = [
            Line(n, at, tenant, key, verb, json.loads(scope), json.loads(told), code)
            for n, at, tenant, key, verb, scope, told, code in found
        ]
        return lines[::-1] if newest else lines

    def verified(self) -> int:
        """Return how many lines the audit has; raises `NotAStore` naming the first that was changed or is missing."""
        before, count = b"", 0
        for n, *fields, mac in self._read("SELECT * FROM audit ORDER BY n"):
            count += 1
            if n != count or not hmac.compare_digest(mac, self._mac(before, n, tuple(fields))):
                raise NotAStore(
                    f"{self.path}: line {count} of the audit was changed, or one before it is missing"
                )
            before = mac
        return count

    def _mac(self, before: bytes, n: int, fields: tuple[Any, ...]) -> bytes:
        return hmac.new(self._mac_key, before + _json([n, *fields]).encode(), hashlib.sha256).digest()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()


_COLUMNS = "id, name, tenant, ceiling, rights, rate, created_at, expires_at, revoked_at"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _put(db: sqlite3.Connection, key: Key, hash: bytes) -> None:
    kept = key.to_json()
    db.execute(
        f"INSERT INTO keys ({_COLUMNS}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (key.id, key.name, key.tenant, _json(kept["scope"]), _json(kept["rights"]), key.rate,
         kept["created_at"], kept["expires_at"], kept["revoked_at"], hash),
    )  # fmt: skip


def _key(row: tuple[Any, ...]) -> Key:
    id, name, tenant, ceiling, rights, rate, *times = row
    created, expires, revoked = (None if one is None else datetime.fromisoformat(one) for one in times)
    assert created is not None  # the column is not null
    pairs = json.loads(ceiling).items() or [(ANY, ANY)]
    return Key(
        id, name, tenant, Ceiling.of(pairs), tuple(json.loads(rights)), rate, created, expires, revoked
    )
