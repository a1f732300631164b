"""Erasing rows for good, and what stays of them.

Of an erased version `erased` keeps the place, the commitment and the HMAC: a salted hash whose salt is gone says nothing of
the text, and the chain still verifies over it. A tombstone is a digest under the scope's own key.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Sequence

from ..marks import ERASURE
from ..policy import Rule, told
from ..types import Erasure, Held, MemoryItem, Scope, Source
from . import sqlite_policy as policies
from . import sqlite_rows as rows
from .sqlite_search import Seen

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DERIVED = (
    "SELECT DISTINCT v.item_id FROM links l JOIN versions v ON v.key = l.key WHERE l.relation = 'lineage' AND l.item_id = ? "
    "AND v.key >> 32 IN (SELECT value FROM json_each(?))"
)
# What `merge` made one memory of stays as deleted memories that name it, and tells the same.
_MERGED = (
    "SELECT DISTINCT w.item_id FROM versions v JOIN links l ON l.key = v.key AND l.relation = 'lineage' "
    "JOIN versions w ON w.item_id = l.item_id AND w.state = 'deleted' LEFT JOIN closed c ON c.key = w.key "
    "WHERE v.item_id = ?1 AND c.key IS NULL AND json_extract(w.body, '$.superseded_by') = ?3 "
    "AND w.key >> 32 IN (SELECT value FROM json_each(?2))"
)
_IN_SCOPE = "SELECT key FROM versions WHERE key BETWEEN ? AND ?"
_RESIDENTS = (
    "SELECT DISTINCT item_id FROM versions v WHERE key BETWEEN ? AND ? AND NOT EXISTS (SELECT 1 FROM versions w "
    "LEFT JOIN closed c ON c.key = w.key WHERE w.item_id = v.item_id AND c.key IS NULL AND w.state <> 'deleted' "
    "AND w.key >> 32 NOT IN (SELECT value FROM json_each(?)))"
)
_OF_ITEM = "SELECT key FROM versions WHERE item_id = ? AND key >> 32 IN (SELECT value FROM json_each(?))"
_BY_KEY = ("versions", "closed", "slots", "terms", "vectors", "fresh", "links")
_BY_ITEM = ("sightings", "uses", "once")
# A thread that is yet to be summed up has nothing left to tell, but still its name.
_THREADLESS = (
    "DELETE FROM jobs WHERE scope_id = ?1 AND NOT EXISTS (SELECT 1 FROM versions v WHERE v.key BETWEEN ?1 << 32 "
    "AND (?1 << 32 | 4294967295) AND v.thread = json_extract(jobs.body, '$.thread')) "
    "AND json_extract(jobs.body, '$.thread') IS NOT NULL"
)


def digest(key: bytes, text: str, source: Source) -> bytes:
    """Return the tombstone of a text from a source: where it was read, in which role, in which messages."""
    said = json.dumps([text, source.ref, source.role, sorted(source.message_ids)], ensure_ascii=False)
    return hashlib.blake2b(said.encode(), digest_size=32, key=key, person=b"holdfast-tomb").digest()


def buried(db: sqlite3.Connection, items: Sequence[MemoryItem]) -> list[bool]:
    """Return for each item whether the same text from the same source was erased in its scope."""
    keys: dict[str, tuple[int, bytes] | None] = {}
    found = []
    for item in items:
        labels = rows.labels_key(item.scope)
        if labels not in keys:
            keys[labels] = db.execute(
                "SELECT s.scope_id, s.tombstone_key FROM scopes s WHERE s.labels = ? AND EXISTS "
                "(SELECT 1 FROM tombstones t WHERE t.scope_id = s.scope_id)",
                (labels,),
            ).fetchone()
        place = keys[labels]
        found.append(
            place is not None
            and db.execute(
                "SELECT 1 FROM tombstones WHERE scope_id = ? AND digest = ?",
                (place[0], digest(place[1], item.text, item.source)),
            ).fetchone()
            is not None
        )
    return found


class Eraser:
    """One erasure on an open transaction `db`, of what lies in the scopes `within`; `counts` says what was removed.

    What refers to the erased goes wherever it is, but is counted only within these scopes. What has a version in a scope
    that a hold is on is left as a whole.
    """

    def __init__(self, db: sqlite3.Connection, within: Iterable[Seen], now: int) -> None:
        self._db, self._now, self._holds = db, now, policies.holds(db)
        self._held: dict[str, Held] = {}
        self._within = {one.scope_id for one in within}
        self._scopes = json.dumps(sorted(self._within))
        self.counts: dict[str, int] = {}
        self.touched: set[int] = set()

    def erase(self, ids: Sequence[str] | None, scopes: Iterable[Seen], under: Scope | None) -> list[str]:
        """Erase memories, or with None as `ids` whole scopes and the rules bound `under` their labels; return what went."""
        whole = self.free(one.scope_id for one in scopes)
        here, residents = self.residents(whole)
        keys, gone = self.items(residents if ids is None else [uuid.UUID(id).bytes for id in ids])
        self.bury([key for key in keys if key >> 32 not in whole])
        self.remove(sorted({*keys, *here}), gone)
        for one in whole:
            self.forget(one)
        if ids is None and under is not None:
            self.unbind(under)
        return gone

    def told(self, gone: Sequence[str], dry_run: bool, pending: bool) -> Erasure:
        """Return what is answered: what went, what was counted, and the memories that were left, in order of their ids."""
        held = tuple(self._held[id] for id in sorted(self._held))
        return Erasure(tuple(gone), dict(sorted(self.counts.items())), dry_run, pending, held=held)

    def free(self, scopes: Iterable[int]) -> list[int]:
        """Return those of some scopes that no hold is on; what lies in the others is held."""
        free = []
        for scope_id in scopes:
            hold = self._holds.get(scope_id)
            if hold is None:
                free.append(scope_id)
                continue
            span = (scope_id << 32, scope_id << 32 | 0xFFFFFFFF)
            found = self._db.execute("SELECT DISTINCT item_id FROM versions WHERE key BETWEEN ? AND ?", span)
            for (id,) in found.fetchall():
                self._hold(id, hold)
        return free

    def _hold(self, id: bytes, hold: Rule) -> None:
        told_of = str(uuid.UUID(bytes=id))
        self._held[told_of] = told(hold, told_of)

    def residents(self, scopes: Sequence[int]) -> tuple[list[int], list[bytes]]:
        """Return all versions in scopes, and the memories that live in no other scope: what was moved away lives on there."""
        keys: list[int] = []
        mine: list[bytes] = []
        for scope_id in scopes:
            span = (scope_id << 32, scope_id << 32 | 0xFFFFFFFF)
            keys += [key for (key,) in self._db.execute(_IN_SCOPE, span)]
            mine += [id for (id,) in self._db.execute(_RESIDENTS, (*span, json.dumps(scopes)))]
        return keys, mine

    def items(self, ids: Iterable[bytes]) -> tuple[list[int], list[str]]:
        """Return the versions of memories, of what was derived from or merged into them, and so on, and all their ids."""
        waiting, seen, keys = list(ids), set[bytes](), list[int]()
        while waiting:
            id = waiting.pop()
            if id in seen:
                continue
            seen.add(id)
            mine = [key for (key,) in self._db.execute(_OF_ITEM, (id, self._scopes))]
            hold = next((self._holds[key >> 32] for key in mine if key >> 32 in self._holds), None)
            if hold is not None:
                self._hold(id, hold)
            keys += [] if hold is not None else mine
            waiting += [one for (one,) in self._db.execute(_DERIVED, (id, self._scopes))]
            merged = (id, self._scopes, str(uuid.UUID(bytes=id)))
            waiting += [one for (one,) in self._db.execute(_MERGED, merged)]
        return keys, sorted({str(uuid.UUID(bytes=id)) for id in seen} - self._held.keys())

    def bury(self, keys: Sequence[int]) -> None:
        """Leave a tombstone for every text of these versions."""
        for key in keys:
            text, body, scope_id, secret = self._db.execute(
                "SELECT v.text, v.body, s.scope_id, s.tombstone_key FROM versions v JOIN scopes s ON s.scope_id = v.key >> 32 "
                "WHERE v.key = ?",
                (key,),
            ).fetchone()
            mark = digest(secret, text, Source.of(json.loads(body)["source"]))
            self._db.execute("INSERT OR IGNORE INTO tombstones VALUES (?, ?, ?)", (scope_id, mark, self._now))

    def remove(self, keys: Sequence[int], ids: Sequence[str]) -> None:
        """Remove versions and all that hangs on them; `ids` are the memories they are of."""
        db = self._db
        db.executemany(
            "INSERT INTO erased SELECT key, commitment, mac, key_id FROM versions WHERE key = ?",
            [(key,) for key in keys],
        )
        items = {(key >> 32, db.execute("SELECT item_id FROM versions WHERE key = ?", (key,)).fetchone()[0]) for key in keys}  # fmt: skip
        self.touched |= {key >> 32 for key in keys}
        for table in ("slots", *(one for one in _BY_KEY if one != "slots")):
            # A slot's row is found by what its version says, so it goes first.
            where = "key = ?1"
            if table == "slots":
                where = (
                    "scope_id = ?1 >> 32 AND slot = (SELECT slot FROM versions WHERE key = ?1) AND key = ?1"
                )
            done = db.executemany(f"DELETE FROM {table} WHERE {where}", [(key,) for key in keys])
            self._count(table, done.rowcount)
        for table in _BY_ITEM:
            done = db.executemany(f"DELETE FROM {table} WHERE scope_id = ? AND item_id = ?", list(items))
            self._count(table, done.rowcount)
        named = [(uuid.UUID(id).bytes,) for id in ids]
        db.executemany("DELETE FROM links WHERE item_id = ?", named)
        self._naming("receipts", "receipt_id", "body", set(ids))
        self._naming("jobs", "job_id", "body || coalesce(reply, '') || coalesce(error, '')", set(ids))
        for one in self.touched:
            threadless = db.execute(_THREADLESS, (one,)).rowcount
            self._count("jobs", threadless if one in self._within else 0)
        db.executemany("DELETE FROM clusters WHERE scope_id = ?", [(one,) for one in self.touched])
        db.executemany(
            "UPDATE scopes SET epoch = epoch + ? WHERE scope_id = ?", [(ERASURE, one) for one in self.touched]
        )

    def _naming(self, table: str, id: str, said: str, ids: set[str]) -> None:
        """Remove the rows that name one of the memories."""
        found = self._db.execute(f"SELECT {id}, scope_id, {said} FROM {table}").fetchall()
        gone = [(one, scope_id) for one, scope_id, body in found if not ids.isdisjoint(_ID.findall(body))]
        self._db.executemany(f"DELETE FROM {table} WHERE {id} = ?", [(one,) for one, _ in gone])
        self._count(table, sum(scope_id in self._within for _, scope_id in gone))

    def forget(self, scope_id: int) -> None:
        """Take everything else of a scope away: its queue, receipts, tombstones and their key, and its labels.

        A random name stands where the labels were, so that the rows of its chain stay in their place.
        """
        for table in (
            "receipts",
            "jobs",
            "once",
            "sightings",
            "uses",
            "spent",
            "tombstones",
            "clusters",
            "leases",
        ):
            done = self._db.execute(f"DELETE FROM {table} WHERE scope_id = ?", (scope_id,))
            self._count(table, done.rowcount)
        name = json.dumps(f"erased:{secrets.token_hex(16)}")
        self._db.execute(
            "UPDATE scopes SET labels = ?, tombstone_key = zeroblob(0), epoch = epoch + 1 WHERE scope_id = ?",
            (name, scope_id),
        )
        self.touched.add(scope_id)
        self._count("scopes", 1)

    def unbind(self, under: Scope) -> None:
        """Remove the rules bound to scopes that carry some labels, and every change of them there was."""
        self._count("policies", policies.forget(self._db, under))

    def _count(self, table: str, removed: int) -> None:
        if removed > 0:
            self.counts[table] = self.counts.get(table, 0) + removed
