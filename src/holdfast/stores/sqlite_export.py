"""What an export reads of a SQLite store: versions as they were written, sightings, receipts; and what an import brings back.

Positions are never written again, so what lies up to an extent is one moment, however long the reading takes.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..ports import Authorship, Extent, KeptReceipt, Packed, Past, Record, Seen
from ..types import Scope, Source, changed
from . import sqlite_rows as rows

_FIRST = "NOT EXISTS (SELECT 1 FROM versions w WHERE w.item_id = v.item_id AND w.key >> 32 = v.key >> 32 AND w.key < v.key)"
_PAST = (
    f"SELECT {rows.COLUMNS}, v.verb, v.actor, v.reason, v.closes, v.entry, {_FIRST} FROM versions v "
    "JOIN scopes s ON s.scope_id = v.key >> 32 LEFT JOIN closed c ON c.key = v.key WHERE "
)
_SEEN = (
    "SELECT seen_at, source, count(*) FROM sightings WHERE item_id = ?1 AND scope_id = ?2 AND seen_at <= ?3 "
    "GROUP BY seen_at, source UNION ALL SELECT used_at, NULL, 1 FROM uses WHERE item_id = ?1 AND scope_id = ?2 AND used_at <= ?3 "
    "ORDER BY 1, 2"
)
_VECTORS = (
    "SELECT x.key, m.name, x.vector, x.sentences FROM vectors x JOIN models m ON m.model_id = x.model_id "
    "WHERE x.key IN (SELECT value FROM json_each(?))"
)
_RECEIPTS = (
    "SELECT r.receipt_id, s.labels, r.created_at, r.expires_at, r.body FROM receipts r "
    "JOIN scopes s ON s.scope_id = r.scope_id WHERE r.scope_id IN (SELECT value FROM json_each(?)) "
    "AND r.expires_at > ? AND r.receipt_id {} ? ORDER BY r.receipt_id {} " + rows.LIMIT
)


def past(
    db: sqlite3.Connection,
    scope_id: int,
    extent: Extent,
    after: int,
    limit: int,
    now: datetime,
    vectors: bool,
) -> tuple[list[Record], int | None]:
    """Return what some positions of a scope hold, and the last of these (None at the end)."""
    base, known = scope_id << 32, rows.micros(extent.known) or 0
    last = min(after + limit, extent.position)
    found = db.execute(
        f"{_PAST} v.key > ? AND v.key <= ? AND {rows.KEPT} ORDER BY v.key",
        (base | after, base | last, max(rows.micros(now) or 0, known)),
    ).fetchall()
    packed = _packed(db, found) if vectors else {}
    numbers = _numbers(db, found)
    made: list[Record] = []
    for row in found:
        made.append(_record(row, numbers, packed))
        if row[-1]:
            made += _seen(db, extent.scope, row[1], scope_id, known)
    return made, last if last < extent.position else None


def recorded(db: sqlite3.Connection, scope_id: int, scope: Scope, ids: Sequence[str]) -> list[Record]:
    """Return everything of some memories in one scope: versions in order, then sightings and uses."""
    made: list[Record] = []
    seen: list[Record] = []
    for id in dict.fromkeys(ids):
        item_id = uuid.UUID(id).bytes
        found = db.execute(
            f"{_PAST} v.item_id = ? AND v.key >> 32 = ? ORDER BY v.key", (item_id, scope_id)
        ).fetchall()
        if found:
            numbers = _numbers(db, found)
            made += [_record(row, numbers, {}) for row in found]
            seen += _seen(db, scope, item_id, scope_id, rows.FOREVER)
    return made + seen


def receipts(
    db: sqlite3.Connection,
    scopes: Sequence[int],
    now: datetime,
    after: str | None,
    limit: int,
    *,
    newest: bool,
) -> list[KeptReceipt]:
    """Return kept receipts of some scopes, in order of their ids, or in the order that falls."""
    sql = _RECEIPTS.format("<", "DESC") if newest else _RECEIPTS.format(">", "ASC")
    begin = (b"\xff" * 17 if newest else b"") if after is None else uuid.UUID(after).bytes
    found = db.execute(sql, (json.dumps(scopes), rows.micros(now), begin, limit))
    return [
        KeptReceipt(str(uuid.UUID(bytes=id)), rows.scope_of(labels), rows.at(created), rows.at(expires), body)
        for id, labels, created, expires, body in found
    ]


def see(db: sqlite3.Connection, scope_id: int, seen: Seen) -> None:
    """Write a memory's sightings of one moment and source, as many as are missing, or a use of it.

    They may be older than what a state in memory has read, so that is read anew.
    """
    where = (scope_id, uuid.UUID(seen.id).bytes, rows.micros(seen.at))
    db.execute("UPDATE scopes SET epoch = epoch + 1 WHERE scope_id = ?", (scope_id,))
    if seen.source is None:
        db.execute("INSERT OR IGNORE INTO uses (scope_id, item_id, used_at) VALUES (?, ?, ?)", where)
        return
    source = json.dumps(seen.source.to_json(), ensure_ascii=False)
    (there,) = db.execute(
        "SELECT count(*) FROM sightings WHERE scope_id = ? AND item_id = ? AND seen_at = ? AND source = ?",
        (*where, source),
    ).fetchone()
    db.executemany(
        "INSERT INTO sightings VALUES (?, ?, ?, ?)", [(*where, source)] * max(0, seen.times - there)
    )


def _record(row: Sequence[Any], numbers: dict[int, int], packed: dict[int, Packed]) -> Past:
    *columns, verb, actor, reason, closes, entry, _ = row
    key = row[0]
    item = changed(rows.item_of(columns, -rows.FOREVER), known_to=None, sightings=1)
    closed = tuple(numbers[one] for one in _closed(key, closes) if one in numbers)
    return Past(item, Authorship(verb, actor, reason), numbers.get(entry, 0), closed, packed.get(key))


def _closed(key: int, closes: str | None) -> list[int]:
    return [(key >> 32) << 32 | int(one) for one in closes.split(",")] if closes else []


def _numbers(db: sqlite3.Connection, found: Sequence[Sequence[Any]]) -> dict[int, int]:
    """Return the version numbers of all the keys that some rows name."""
    named = {one for row in found for one in (*_closed(row[0], row[-3]), row[-2])}
    return dict(
        db.execute(
            "SELECT key, version FROM versions WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(named)),),
        ).fetchall()
    )


def _packed(db: sqlite3.Connection, found: Sequence[Sequence[Any]]) -> dict[int, Packed]:
    own = json.dumps([row[0] for row in found if row[-2] == row[0]])
    return {key: Packed(model, whole, several) for key, model, whole, several in db.execute(_VECTORS, (own,))}


def _seen(db: sqlite3.Connection, scope: Scope, item_id: bytes, scope_id: int, known: int) -> list[Record]:
    return [
        Seen(
            scope,
            str(uuid.UUID(bytes=item_id)),
            rows.at(at),
            None if source is None else Source.of(json.loads(source)),
            times,
        )
        for at, source, times in db.execute(_SEEN, (item_id, scope_id, known))
    ]
