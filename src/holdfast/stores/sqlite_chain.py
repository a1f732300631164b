"""The chain of a SQLite store's versions: whether it holds in each scope, and its head, to be kept elsewhere.

Every version carries an HMAC over a commitment to all its fields and the HMAC before it in its scope. The chain alone cannot
tell that its end was cut off, nor that all was chained anew by somebody who has the key: a head kept elsewhere can.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from . import sqlite_rows as rows

_COMMITTED = rows.INSERT.partition("(")[2].partition(", salt")[0]
_SEEN = "SELECT max(known_from) FROM versions WHERE key BETWEEN ? AND ?"


class Chain(NamedTuple):
    """What one scope's chain shows, by positions: what does not hold, what lies beyond its recorded end, what is unproved.

    `stale` says that the recorded end is an earlier point of a chain that holds; `last` is the position, HMAC and known time
    where it really ends. `unproved` counts versions of another key, of which only the commitment can be checked.
    """

    scope_id: int
    wrong: tuple[int, ...]
    beyond: tuple[int, ...]
    stale: bool
    unproved: int
    last: tuple[int, bytes, int]


def walk(db: sqlite3.Connection, scope_id: int, key_id: int | None, secret: bytes) -> Chain:
    """Return whether a scope's chain holds, erased versions included.

    What another of the store's keys chained (it was moved without its key file) must come before all that this one did.
    """
    position, head, last_known = db.execute(
        "SELECT position, head, last_known FROM scopes WHERE scope_id = ?", (scope_id,)
    ).fetchone()
    found, span = _links(db, scope_id), (scope_id << 32, scope_id << 32 | 0xFFFFFFFF)
    keys = {one for (one,) in db.execute("SELECT key_id FROM keys")}
    wrong, unproved, before, ours = [], 0, b"", False
    end = max([position, *(key & 0xFFFFFFFF for key in found)])
    met = not head  # whether the recorded head is a point of the chain
    for place in range(1, end + 1):
        row = found.get(scope_id << 32 | place)
        if row is None:
            wrong.append(place)
            continue
        *committed, key, salt, commitment, mac, chained_by = row
        good = salt is None or rows.commitment(committed, salt) == commitment
        if chained_by == key_id:
            ours = True
            good = good and rows.chained(secret, before, key, commitment) == mac
        else:
            good = good and chained_by in keys and not ours
            unproved += 1
        if not good:
            wrong.append(place)
        before = mac
        met = met or (place == position and mac == head)
    known = max(db.execute(_SEEN, span).fetchone()[0] or 0, last_known)
    stale = not wrong and met and (end > position or known > last_known)
    if position and not met and position not in wrong:
        wrong.append(position)
    if not position and head:
        wrong.append(0)
    return Chain(
        scope_id, tuple(wrong), tuple(range(position + 1, end + 1)), stale, unproved, (end, before, known)
    )


def _links(db: sqlite3.Connection, scope_id: int) -> dict[int, Any]:
    """Return the committed columns, key, salt, commitment, HMAC and key number of each version, of an erased one without salt."""
    span = (scope_id << 32, scope_id << 32 | 0xFFFFFFFF)
    columns = f"{_COMMITTED}, key, salt, commitment, mac, key_id"
    found = {
        row[-5]: row for row in db.execute(f"SELECT {columns} FROM versions WHERE key BETWEEN ? AND ?", span)
    }
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'erased'").fetchone():
        return found  # a file from before erasing
    gone = "SELECT key, NULL, commitment, mac, key_id FROM erased WHERE key BETWEEN ? AND ?"
    return found | {row[0]: row for row in db.execute(gone, span)}


def broken(db: sqlite3.Connection, scope_id: int, key_id: int, secret: bytes) -> list[int]:
    """Return the positions of a scope at which its chain does not hold, those beyond its end included."""
    chain = walk(db, scope_id, key_id, secret)
    return sorted({*chain.wrong, *chain.beyond})


def head(db: sqlite3.Connection, secret: bytes) -> dict[str, Any]:
    """Return where the chain of every scope ends, as JSON to be kept elsewhere; it tells no label and no text."""
    scopes = {
        str(scope_id): {"position": position, "mac": bytes(mac).hex(), "labels": _labels(labels, secret)}
        for scope_id, labels, position, mac in db.execute(
            "SELECT scope_id, labels, position, head FROM scopes ORDER BY scope_id"
        )
    }
    return {"holdfast": "head", "taken": datetime.now(UTC).isoformat(timespec="seconds"), "scopes": scopes}


def _labels(labels: str, secret: bytes) -> str:
    return hmac.digest(secret, hashlib.blake2b(labels.encode()).digest(), "sha256").hex()[:32]


def behind(db: sqlite3.Connection, kept: Mapping[str, Any], secret: bytes) -> list[str]:
    """Return how the store contradicts a head that was kept: each scope that is gone, cut off, chained anew or renamed.

    What was written since, and what was erased as it should be, contradicts nothing.
    """
    wrong = []
    for name, one in sorted(kept["scopes"].items(), key=lambda pair: int(pair[0])):
        scope_id, position = int(name), int(one["position"])
        found = db.execute("SELECT labels FROM scopes WHERE scope_id = ?", (scope_id,)).fetchone()
        if found is None:
            wrong.append(f"scope {name} is gone")
            continue
        # A scope that was erased as a whole has a random name in place of its labels.
        if found[0].startswith("{") and _labels(found[0], secret) != one["labels"]:
            wrong.append(f"scope {name} has other labels")
        key = scope_id << 32 | position
        ends = [
            mac
            for table in ("versions", "erased")
            for (mac,) in db.execute(f"SELECT mac FROM {table} WHERE key = ?", (key,))
        ]
        if position and not ends:
            wrong.append(f"scope {name} was cut off before position {position}")
        elif position and ends[0].hex() != one["mac"]:
            wrong.append(f"scope {name} was chained anew at position {position}")
    return wrong
