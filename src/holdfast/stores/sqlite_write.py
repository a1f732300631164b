"""One write transaction: guards, places, versions, their search data, and the chain."""

from __future__ import annotations

import json
import secrets
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..errors import ModelMismatch, VersionConflict
from ..ports import (
    Authorship,
    Entry,
    Insert,
    Once,
    Ref,
    Remove,
    Replace,
    Sight,
    Stale,
    Standing,
    Write,
)
from ..types import MemoryItem, Scope
from . import sqlite_rows as rows

_OPEN = (
    f"SELECT {rows.COLUMNS} FROM versions v JOIN scopes s ON s.scope_id = v.key >> 32 "
    "LEFT JOIN closed c ON c.key = v.key WHERE c.key IS NULL AND v.key >> 32 = ? AND "
)


class Place:
    """A scope within a transaction: where its next version goes and what the chain ends with."""

    __slots__ = ("head", "known", "last_known", "position", "scope_id")

    def __init__(self, scope_id: int, position: int, last_known: int, head: bytes, now: int) -> None:
        self.scope_id, self.position, self.last_known, self.head = scope_id, position, last_known, head
        # All that one transaction writes becomes known at once: nobody can ask for the time in between.
        self.known = max(now, last_known + 1)


class Transaction:
    """Writes on an open transaction `db`, made at `now` microseconds by `by`; `finish` stores the scopes' new ends."""

    def __init__(
        self,
        db: sqlite3.Connection,
        by: Authorship,
        now: int,
        term_key: bytes,
        chain: tuple[int, bytes],
        hashes: dict[str, int],
    ) -> None:
        self._db, self._by, self._now = db, by, now
        self._term_key, self._hashes = term_key, hashes
        self._key_id, self._secret = chain
        self._places: dict[Scope, Place] = {}
        self._models: dict[str, int] = {}

    def write(self, write: Write) -> MemoryItem | None:
        """Make one write; return the item as written, or None for a sighting or a key."""
        match write:
            case Insert(item, entry):
                if write.guarded:
                    self._check_slot(item, write.slot_seen)
                    self._check_twin(item, write.twin_seen)
                return self._put(item, entry, closes=())
            case Replace(item, base, entry):
                head, open_keys = self._head(item.scope, base)
                if write.guarded:
                    self._check_slot(item, write.slot_seen)
                return self._put(item, entry, closes=open_keys[:1], inherits=head)
            case Remove(item, base):
                head, open_keys = self._head(item.scope, base)
                return self._put(item, None, closes=open_keys, inherits=head)
            case Sight():
                self._sight(write)
            case Once():
                self._once(write)
        return None

    def finish(self) -> None:
        """Store where each written scope ends now."""
        self._db.executemany(
            "UPDATE scopes SET position = ?, last_known = ?, head = ? WHERE scope_id = ?",
            [(p.position, p.known, p.head, p.scope_id) for p in self._places.values()],
        )

    # -- what a decision meets -----------------------------------------------------------------------------------

    def standing(self, item: MemoryItem, key: str | None, keys_after: int) -> Standing:
        """Return what a save of `item` meets in exactly its scope, without making the scope."""
        place = self._find(item.scope)
        if place is None:
            return Standing(rows.at(self._now))
        once = None
        if key is not None:
            found = self._db.execute(
                "SELECT digest, item_id, version FROM once WHERE scope_id = ? AND name = ? AND used_at > ?",
                (place.scope_id, key, keys_after),
            ).fetchone()
            once = (found[0], Ref(str(uuid.UUID(bytes=found[1])), found[2])) if found else None
        return Standing(
            rows.at(place.known), self._holders(place.scope_id, item), self._twin(place.scope_id, item), once
        )

    def _holders(self, scope_id: int, item: MemoryItem) -> tuple[MemoryItem, ...]:
        if item.slot is None:
            return ()
        found = self._db.execute(
            _OPEN + "v.slot = ? AND v.state = 'active' AND (v.expires_at IS NULL OR v.expires_at > ?) "
            "ORDER BY v.valid_from, v.key",
            (scope_id, item.slot, self._now),
        )
        return tuple(rows.item_of(row, rows.FOREVER) for row in found)

    def _twin(self, scope_id: int, item: MemoryItem) -> MemoryItem | None:
        mark = rows.twin_of(item, self._term_key)
        if mark is None:
            return None
        at = self._now if item.valid_from is None else rows.micros(item.valid_from)
        found = self._db.execute(
            _OPEN + "v.twin = ? AND v.state = 'active' AND (v.expires_at IS NULL OR v.expires_at > ?) AND "
            "v.valid_from <= ? AND (v.valid_to IS NULL OR v.valid_to > ?) ORDER BY v.key LIMIT 1",
            (scope_id, mark, self._now, at, at),
        ).fetchone()
        return rows.item_of(found, at or self._now) if found else None

    def _check_slot(self, item: MemoryItem, seen: frozenset[Ref]) -> None:
        place = self._place(item.scope)
        if frozenset(Ref(one.id, one.version) for one in self._holders(place.scope_id, item)) != seen:
            raise Stale

    def _check_twin(self, item: MemoryItem, seen: Ref | None) -> None:
        twin = self._twin(self._place(item.scope).scope_id, item)
        if (Ref(twin.id, twin.version) if twin else None) != seen:
            raise Stale

    def _head(self, scope: Scope, base: Ref) -> tuple[int, list[int]]:
        """Return the entry of the memory's last version and its open versions, last first; `base` must be the last."""
        place = self._place(scope)
        found = self._db.execute(
            "SELECT v.key, v.version, v.entry FROM versions v LEFT JOIN closed c ON c.key = v.key WHERE v.item_id = ? "
            "AND v.key >> 32 = ? AND c.key IS NULL ORDER BY v.version DESC",
            (uuid.UUID(base.id).bytes, place.scope_id),
        ).fetchall()
        if not found or found[0][1] != base.version:
            raise VersionConflict(base.version, self._current(place.scope_id, base))
        return found[0][2], [key for key, _, _ in found]

    def _current(self, scope_id: int, base: Ref) -> MemoryItem:
        row = self._db.execute(
            _OPEN + "v.item_id = ? ORDER BY v.version DESC LIMIT 1", (scope_id, uuid.UUID(base.id).bytes)
        ).fetchone()
        if row is None:  # moved to another scope or erased since it was read
            raise Stale
        return rows.item_of(row, self._now)

    # -- writing rows --------------------------------------------------------------------------------------------

    def _put(
        self, item: MemoryItem, entry: Entry | None, closes: Sequence[int], inherits: int = 0
    ) -> MemoryItem:
        place = self._place(item.scope)
        place.position += 1
        key = place.scope_id << 32 | place.position
        known = place.known
        closed = ",".join(str(one & 0xFFFFFFFF) for one in closes) or None
        row = rows.row_of(
            item,
            key=key,
            known_from=known,
            twin=rows.twin_of(item, self._term_key),
            entry=key if entry else inherits,
            closes=closed,
            by=self._by,
        )
        salt = secrets.token_bytes(16)
        committed = rows.commitment(row, salt)
        place.head = rows.chained(self._secret, place.head, key, committed)
        self._db.execute(rows.INSERT, [*row, salt, committed, place.head, self._key_id])
        if closes:
            self._db.executemany("INSERT INTO closed VALUES (?, ?)", [(one, known) for one in closes])
        if entry is not None:
            self._index(key, entry)
        linked = [("lineage", one) for one in item.source.lineage]
        linked += [("supersedes", item.supersedes)] if item.supersedes else []
        if linked:
            self._db.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?, ?)",
                [(key, relation, uuid.UUID(id).bytes) for relation, id in linked],
            )
        return replace(item, known_from=rows.moment(known), known_to=None)

    def _index(self, key: int, entry: Entry) -> None:
        packed = rows.pack_terms(entry, self._hashes, self._term_key)
        self._db.execute("INSERT INTO terms VALUES (?, ?, ?, ?)", (key, entry.length, entry.question, packed))
        if entry.vector is None or entry.model is None:
            return
        sentences = None
        if entry.sentences is not None and len(entry.sentences):
            sentences = rows.quantise(entry.sentences).tobytes()
        self._db.execute(
            "INSERT INTO vectors VALUES (?, ?, ?, ?)",
            (
                key,
                self._model(entry.model, len(entry.vector)),
                rows.quantise(np.asarray(entry.vector)[None]).tobytes(),
                sentences,
            ),
        )

    def _model(self, name: str, dimension: int) -> int:
        if name not in self._models:
            self._db.execute(
                "INSERT OR IGNORE INTO models (name, dimension) VALUES (?, ?)", (name, dimension)
            )
            stored = self._db.execute("SELECT model_id, name FROM models ORDER BY model_id").fetchall()
            if stored[0][1] != name:
                raise ModelMismatch(f"this store's vectors come from {stored[0][1]}, not from {name}")
            self._models[name] = stored[0][0]
        return self._models[name]

    def _sight(self, write: Sight) -> None:
        place = self._place(write.scope)
        self._head(write.scope, write.base)
        self._db.execute(
            "INSERT INTO sightings VALUES (?, ?, ?, ?)",
            (
                place.scope_id,
                uuid.UUID(write.base.id).bytes,
                self._now,
                json.dumps(write.source.to_json(), ensure_ascii=False),
            ),
        )

    def _once(self, write: Once) -> None:
        place = self._place(write.scope)
        taken = self._db.execute(
            "SELECT used_at FROM once WHERE scope_id = ? AND name = ?", (place.scope_id, write.key)
        ).fetchone()
        if taken and taken[0] > self._now - rows.KEY_LIFE:
            raise Stale
        self._db.execute(
            "INSERT OR REPLACE INTO once VALUES (?, ?, ?, ?, ?, ?)",
            (
                place.scope_id,
                write.key,
                write.digest,
                uuid.UUID(write.ref.id).bytes,
                write.ref.version,
                self._now,
            ),
        )

    # -- scopes --------------------------------------------------------------------------------------------------

    def _find(self, scope: Scope) -> Place | None:
        if scope not in self._places:
            found = self._db.execute(
                "SELECT scope_id, position, last_known, head FROM scopes WHERE labels = ?",
                (rows.labels_key(scope),),
            ).fetchone()
            if found is None:
                return None
            scope_id, position, last_known, head = found
            self._places[scope] = Place(scope_id, position, last_known, head, self._now)
        return self._places[scope]

    def _place(self, scope: Scope) -> Place:
        found = self._find(scope)
        if found is None:
            self._db.execute(
                "INSERT INTO scopes (labels, position, epoch, last_known, head, tombstone_key) VALUES (?, 0, 0, 0, ?, ?)",
                (rows.labels_key(scope), b"", secrets.token_bytes(32)),
            )
            found = self._find(scope)
            assert found is not None
        return found
