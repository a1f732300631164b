"""Tampering is found: any field of any chained row changed, a row removed, the end cut off; and derived rows that lie."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from .ground import Ground, Tried
from .isolation import SCOPES, run

# What the chain and a kept head bind, and what `rebuild` compares with it. A table in none of these is a finding: nobody
# has thought about it.
CHAINED = {"versions", "erased", "scopes"}
DERIVED = {"closed", "slots", "links", "terms", "vectors"}
BESIDE = {
    "meta": "settings of the store", "migrations": "notes", "keys": "which keys chained it", "models": "names of models",
    "clusters": "made again when wanted", "fresh": "vectors to come",
    "reembeds": "a change of models under way", "reembedded": "how far that is", "sightings": "how often something was saved", "uses": "when it was shown", "once": "idempotency keys",
    "jobs": "the queue", "leases": "who works on what", "spent": "counts of calls", "tombstones": "digests of what was erased",
    "policies": "rules", "receipts": "recorded searches",
}  # fmt: skip
UNBOUND = {
    ("scopes", "epoch"): "a counter of caches",
    ("scopes", "last_known"): "checked to be no earlier than what was written",
    ("scopes", "tombstone_key"): "of the digests of what was erased",
}
ROWS = 6  # of each table, from its beginning, its end and between


def check(ground: Ground) -> Tried:
    """On a user's copy: every scope's chain, and a head that was kept. On a generated store: every way of tampering."""
    if ground.copied is not None:
        file = ground.file(ground.copied)
        with file.opened() as db:
            wrong = file.contradictions(db, ground.head)
            found = file.chains(db)
            versions = db.execute("SELECT count(*) FROM versions").fetchone()[0]
        against = "" if ground.head is None else " and the head that was kept"
        unproved = sum(one.unproved for one in found)
        other = f", {unproved:,} of another key by their commitments alone" if unproved else ""
        return Tried(
            f"{versions:,} versions in {len(found):,} chains{against}{other}", versions, tuple(wrong)
        )
    with ground.room() as room:
        run(room, *SCOPES["one more label"], ground.embedder)
        file = ground.file(room / "with.db")
        with file.opened() as db:
            head = file.head(db)
            missed = [f"sound, but: {one}" for one in _seen(file, db, head)]
            tried = 0
            for name, change in attacks(db):
                tried += 1
                db.execute("BEGIN")
                try:
                    change()
                    missed += [] if _seen(file, db, head) else [f"not found: {name}"]
                except file.refusals:
                    tried -= 1  # SQLite itself refuses it
                finally:
                    db.execute("ROLLBACK")
    return Tried(f"{tried:,} changes, removals and cuts", tried, tuple(missed))


def _seen(file: Any, db: sqlite3.Connection, head: dict[str, Any]) -> list[str]:
    """Return what is noticed; derived rows are compared only where the chain notices nothing."""
    try:
        found = file.contradictions(db, head)
        return found or [f"{one.table} differs at {one.keys[:3]}" for one in file.differences(db, deep=True)]
    except (ArithmeticError, LookupError, TypeError, ValueError, *file.failures) as error:
        return [f"unreadable: {type(error).__name__}"]


def attacks(db: sqlite3.Connection) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield every way of tampering that is tried, found by looking at the tables there are."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*'")]  # fmt: skip
    for table in sorted(set(tables) - set(BESIDE)):
        if table not in CHAINED | DERIVED:
            yield f"table {table}, of which nothing says what binds it", lambda: None
            continue
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        for values in _some(db.execute(f"SELECT * FROM {table}").fetchall()):
            where = " AND ".join(f"{column} IS ?" for column in columns)
            at = f"a row of {table}"
            if table != "vectors":  # a text may have none
                yield f"{at} removed", _run(db, f"DELETE FROM {table} WHERE {where}", values)
            for column, value in zip(columns, values, strict=True):
                if (table, column) not in UNBOUND:
                    sql = f"UPDATE {table} SET {column} = ? WHERE {where}"
                    yield f"{column} of {at} changed", _run(db, sql, (_other(value, table), *values))
    yield from _cuts(db)


def _some(rows: list[Any]) -> list[Any]:
    step = max(1, len(rows) // ROWS)
    return [*rows[::step][:ROWS], *rows[-1:]]


def _run(db: sqlite3.Connection, sql: str, values: Any) -> Callable[[], Any]:
    return lambda: db.execute(sql, values)


def _other(value: Any, table: str) -> Any:
    """Return another value of the same kind, of bytes with one bit changed; of a vector, which is compared up to a rounding,
    with its parts in another order."""
    match value:
        case bytes() if table == "vectors":
            return value[::-1]
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case bytes():
            return bytes([value[0] ^ 1, *value[1:]]) if value else b"x"
    return 1


def _cuts(db: sqlite3.Connection) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield cuts of a chain's end that leave it whole in itself, so that only a kept head tells; and a scope taken away."""
    for scope_id, position in db.execute(
        "SELECT scope_id, position FROM scopes WHERE position > 3"
    ).fetchall():

        def cut(scope_id: int = scope_id, last: int = position - 2) -> None:
            for table in ("versions", "erased"):
                span = (scope_id << 32 | last + 1, scope_id << 32 | 0xFFFFFFFF)
                db.execute(f"DELETE FROM {table} WHERE key BETWEEN ? AND ?", span)
            key = scope_id << 32 | last
            ends = "SELECT mac FROM versions WHERE key = ?1 UNION ALL SELECT mac FROM erased WHERE key = ?1"
            (mac,) = db.execute(ends, (key,)).fetchone()
            db.execute("UPDATE scopes SET position = ?, head = ? WHERE scope_id = ?", (last, mac, scope_id))

        def drop(scope_id: int = scope_id) -> None:
            for table in ("versions", "erased"):
                db.execute(f"DELETE FROM {table} WHERE key >> 32 = ?", (scope_id,))
            db.execute("DELETE FROM scopes WHERE scope_id = ?", (scope_id,))

        yield f"the end of scope {scope_id} cut off", cut
        yield f"scope {scope_id} taken away", drop
