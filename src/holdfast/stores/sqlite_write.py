"""One write transaction: guards, places, versions, their search data, and the chain."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from .. import checks, decide
from ..errors import NO_MODEL, ModelMismatch, VersionConflict
from ..leases import Fenced
from ..marks import ERA, Mark
from ..policy import Decree, Heed, Within
from ..ports import (
    Authorship,
    Bring,
    Enqueue,
    Entry,
    Floats,
    Insert,
    Once,
    Packed,
    Past,
    Ref,
    Remove,
    Replace,
    Seen,
    Settle,
    SetVector,
    Sight,
    Stale,
    Standing,
    Use,
    Wordwise,
    Write,
)
from ..types import MemoryItem, Scope, changed
from . import sqlite_export as exports
from . import sqlite_leases as leases
from . import sqlite_policy as policies
from . import sqlite_queue as queue
from . import sqlite_reembed as reembed
from . import sqlite_rows as rows

_OPEN = (
    f"SELECT {rows.COLUMNS} FROM versions v JOIN scopes s ON s.scope_id = v.key >> 32 "
    "LEFT JOIN closed c ON c.key = v.key WHERE c.key IS NULL AND v.key >> 32 = ? AND "
)
_HOLDERS = (
    f"SELECT {rows.COLUMNS} FROM slots h JOIN versions v ON v.key = h.key JOIN scopes s ON s.scope_id = h.scope_id "
    "LEFT JOIN closed c ON c.key = v.key WHERE h.scope_id = ? AND h.slot = ? AND h.valid_to > ? AND "
    f"(v.expires_at IS NULL OR {rows.lasts('v.expires_at')}) ORDER BY v.valid_from, v.key"
)
_CLOSED_SLOTS = (
    "DELETE FROM slots WHERE (scope_id, slot, valid_to, key) IN (SELECT key >> 32, slot, coalesce(valid_to, ?), key "
    "FROM versions WHERE key = ? AND slot IS NOT NULL)"
)
PACKED = 64  # texts whose vectors are packed at once


class Open(NamedTuple):
    """An open version of a memory: its place, its number, and where its search data are."""

    key: int
    version: int
    entry: int


class Place:
    """A scope within a transaction: its `end` before it, where its next version goes and what the chain ends with."""

    __slots__ = ("end", "head", "known", "position", "scope_id")

    def __init__(self, scope_id: int, end: Mark, last_known: int, head: bytes, now: int) -> None:
        self.scope_id, self.end, self.position, self.head = scope_id, end, end.position, head
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
        self._models: dict[tuple[str, int], int] = {}
        self._marks: dict[tuple[str, int], int | None] = {}
        self._fullness = policies.Fullness(db, now)
        self._unpacked: list[tuple[int, int, Floats, Floats | None]] = []  # vectors to be packed and written

    def write(self, write: Write) -> MemoryItem | None:
        """Make one write; return the item as written, or None for what is none."""
        match write:
            case Insert(item, entry):
                if write.guarded or write.alone:
                    self._check(write)
                return self._put(item, entry, closes=self._graves(item))
            case Replace(item, base, entry):
                opened = self._opened(item.scope, base, write.last)
                if write.guarded:
                    self._check_slot(item, write.slot_seen)
                based = next(one for one in opened if one.version == base.version)
                return self._put(item, entry, closes=[based.key], inherits=based.entry)
            case Remove(item, base):
                opened = self._opened(item.scope, base, write.last)
                return self._put(item, None, closes=[one.key for one in opened], inherits=opened[0].entry)
            case Sight():
                self._sight(write)
            case Use(scope, id):
                self._use(scope, id)
            case Once():
                self._once(write)
            case Enqueue(job):
                queue.put(self._db, job, self.scope_id(job.scope))
            case Settle(id):
                queue.settle(self._db, id)
            case Bring(past, entry):
                return self._bring(past, entry)
            case Seen():
                place = self._place(write.scope)
                place.known = max(place.known, rows.micros(write.at) or 0)
                exports.see(self._db, place.scope_id, write)
            case SetVector():
                reembed.put(self._db, write)
            case Fenced():
                leases.checked(self._db, write, self._now)
            case Heed(generation):
                policies.heed(self._db, generation)
            case Within(scope, rule):
                self._fullness.watch(self.scope_id(scope), rule)
            case Decree(rule):
                policies.decree(self._db, rule, self._now, self._by)
            case Wordwise(beside):
                stored = self._stored()
                if stored is not None and stored[1] not in (NO_MODEL, beside):
                    raise ModelMismatch(stored[1], NO_MODEL)
        return None

    def align(self, writes: Sequence[Write]) -> None:
        """Give the scopes of a move one known time, so that no moment finds the memory in both or in neither."""
        removed = {write.item.scope for write in writes if isinstance(write, Remove)}
        inserted = {write.item.scope for write in writes if isinstance(write, Insert)}
        if removed and inserted:
            places = [self._place(scope) for scope in removed | inserted]
            known = max(place.known for place in places)
            for place in places:
                place.known = known

    def scope_id(self, scope: Scope) -> int:
        """Return the number of a scope, made where it is new."""
        return self._place(scope).scope_id

    def finish(self) -> None:
        """Store where each written scope ends now; raises `PolicyViolation` where one is fuller than it may be."""
        self._fullness.check()
        if self._unpacked:
            self._pack()
        self._db.executemany(
            "UPDATE scopes SET position = ?, last_known = ?, head = ? WHERE scope_id = ?",
            [(p.position, p.known, p.head, p.scope_id) for p in self._places.values()],
        )

    # -- what a decision meets -----------------------------------------------------------------------------------

    def standing(self, item: MemoryItem, contested: bool, key: str | None, keys_after: int) -> Standing:
        """Return what a save of `item` meets in exactly its scope, without making the scope."""
        place = self._find(item.scope)
        if place is None:
            return Standing(rows.at(self._now))
        found = self._used(place, key, keys_after) if key is not None else None
        once = (found[0], Ref(checks.hyphened(found[1].hex()), found[2])) if found else None
        begins = place.known if item.valid_from is None else rows.micros(item.valid_from)
        holders = self._holders(place.scope_id, item, begins) if contested else ()
        newest = {one.id: self._newest(place.scope_id, one.id) for one in holders}
        twin = None if contested else self._twin(place.scope_id, item, begins)
        return Standing(rows.at(place.known), holders, newest, twin, once, place.end)

    def _used(self, place: Place, key: str, after: int) -> tuple[str, bytes, int] | None:
        """Return what an idempotency key stands for; once its memory has expired, it stands for nothing."""
        found: tuple[str, bytes, int] | None = self._db.execute(
            "SELECT o.digest, o.item_id, o.version FROM once o JOIN versions v ON v.item_id = o.item_id "
            "AND v.key >> 32 = o.scope_id LEFT JOIN closed c ON c.key = v.key WHERE o.scope_id = ? AND o.name = ? "
            f"AND o.used_at > ? AND c.key IS NULL AND (v.expires_at IS NULL OR {rows.lasts('v.expires_at')}) LIMIT 1",
            (place.scope_id, key, after, self._now),
        ).fetchone()
        return found

    def _holders(self, scope_id: int, item: MemoryItem, begins: int | None) -> tuple[MemoryItem, ...]:
        """Return the values of the item's slot that end after it begins: those it can meet, now or later."""
        if item.slot is None:
            return ()
        found = self._db.execute(_HOLDERS, (scope_id, item.slot, begins or 0, self._now)).fetchall()
        return tuple(rows.item_of(row, rows.FOREVER) for row in found)

    def _twin(self, scope_id: int, item: MemoryItem, at: int | None) -> MemoryItem | None:
        """Return the live memory that says the same at a moment, and will for as long as the item would."""
        mark = self._mark(item)
        if mark is None:
            return None
        found = self._db.execute(
            _OPEN
            + f"v.twin = ? AND v.state = 'active' AND (v.expires_at IS NULL OR {rows.lasts('v.expires_at')}) AND "
            "v.valid_from <= ? AND (v.valid_to IS NULL OR v.valid_to > ?) ORDER BY v.key",
            (scope_id, mark, self._now, at, at),
        )
        known = (rows.item_of(row, at or self._now) for row in found)
        return next((one for one in known if decide.outlasts(one, item)), None)

    def _mark(self, item: MemoryItem) -> int | None:
        """Return the mark of a memory's twins, worked out once for all that is asked of one version."""
        said = item.id, item.version
        if said not in self._marks:
            self._marks[said] = rows.twin_of(item, self._term_key)
        return self._marks[said]

    def _check(self, write: Insert) -> None:
        """Raise `Stale` where an item meets another slot or a twin that it was not decided by."""
        item, place = write.item, self._place(write.item.scope)
        if write.end == place.end:
            return
        if write.guarded:
            self._check_slot(item, write.slot_seen)
        begins = place.known if write.begins_now else rows.micros(item.valid_from)
        if write.alone and self._twin(place.scope_id, item, begins) is not None:
            raise Stale

    def _check_slot(self, item: MemoryItem, seen: frozenset[Ref]) -> None:
        place = self._place(item.scope)
        holders = self._holders(place.scope_id, item, rows.micros(item.valid_from))
        if frozenset(Ref(one.id, one.version) for one in holders) != seen:
            raise Stale

    def _opened(self, scope: Scope, base: Ref, last: bool) -> list[Open]:
        """Return the open versions of a memory, its current one first; `base` must be it, or at least be among them."""
        place = self._place(scope)
        found = self._db.execute(
            "SELECT v.key, v.version, v.entry FROM versions v LEFT JOIN closed c ON c.key = v.key WHERE v.item_id = ? "
            f"AND v.key >> 32 = ? AND c.key IS NULL ORDER BY {rows.CURRENT_FIRST}",
            (rows.id_bytes(base.id), place.scope_id, place.known, place.known),
        ).fetchall()
        opened = [Open(*row) for row in found]
        if base.version not in [one.version for one in (opened[:1] if last else opened)]:
            raise VersionConflict(base.version, self._current(place.scope_id, base))
        return opened

    def _graves(self, item: MemoryItem) -> list[int]:
        """Return the open marks that a memory left this scope once, which its return closes."""
        if item.version == 1:
            return []
        found = self._db.execute(
            "SELECT v.key FROM versions v LEFT JOIN closed c ON c.key = v.key WHERE v.item_id = ? AND v.key >> 32 = ? "
            "AND c.key IS NULL AND v.state = 'deleted'",
            (rows.id_bytes(item.id), self._place(item.scope).scope_id),
        )
        return [key for (key,) in found]

    def _newest(self, scope_id: int, id: str) -> int:
        """Return the highest version number of a memory in a scope, 0 where it has none."""
        found = self._db.execute(
            "SELECT max(version) FROM versions WHERE item_id = ? AND key >> 32 = ?",
            (rows.id_bytes(id), scope_id),
        ).fetchone()
        return found[0] or 0

    def _current(self, scope_id: int, base: Ref) -> MemoryItem:
        row = self._db.execute(
            _OPEN + f"v.item_id = ? ORDER BY {rows.CURRENT_FIRST} LIMIT 1",
            (scope_id, rows.id_bytes(base.id), self._now, self._now),
        ).fetchone()
        if row is None:  # moved to another scope or erased since it was read
            raise Stale
        return rows.item_of(row, self._now)

    # -- writing rows --------------------------------------------------------------------------------------------

    def _bring(self, past: Past, entry: Entry | None) -> MemoryItem:
        """Write a version of another store in the next place, as what it was there."""
        item, place = past.item, self._place(past.item.scope)
        there = {
            version: (key, read, open)
            for key, version, read, open in self._db.execute(
                "SELECT v.key, v.version, v.entry, c.key IS NULL FROM versions v LEFT JOIN closed c ON c.key = v.key "
                "WHERE v.item_id = ? AND v.key >> 32 = ?",
                (rows.id_bytes(item.id), place.scope_id),
            )
        }
        closed = [there.get(version, (0, 0, 0)) for version in past.closes]
        if max(there, default=0) >= item.version or not all(open for *_, open in closed):
            raise Stale
        reads = 0 if entry is not None else there.get(past.reads, (0, 0, 0))[1]
        if entry is None and past.reads and not reads:
            raise Stale
        return self._put(item, entry, [key for key, *_ in closed], reads, past)

    def _put(
        self,
        item: MemoryItem,
        entry: Entry | None,
        closes: Sequence[int],
        inherits: int = 0,
        past: Past | None = None,
    ) -> MemoryItem:
        """Write a version in the next place of its scope: a new one, or with `past` one that was written elsewhere."""
        place = self._place(item.scope)
        place.position += 1
        key = place.scope_id << 32 | place.position
        known = place.known
        if past is not None:
            known = rows.micros(item.known_from) or 0
            place.known = max(place.known, known)
        elif closes or item.version > 1:
            newest = self._newest(place.scope_id, item.id) + 1
            item = replace(item, version=newest if closes else max(item.version, newest))
        closed = ",".join(str(one & 0xFFFFFFFF) for one in closes) or None
        row = rows.row_of(
            item,
            key=key,
            known_from=known,
            twin=self._mark(item),
            entry=key if entry else inherits,
            closes=closed,
            by=self._by if past is None else past.by,
        )
        salt = secrets.token_bytes(16)
        committed = rows.commitment(row, salt)
        place.head = rows.chained(self._secret, place.head, key, committed)
        self._db.execute(rows.INSERT, [*row, salt, committed, place.head, self._key_id])
        if closes:
            self._db.executemany("INSERT INTO closed VALUES (?, ?)", [(one, known) for one in closes])
            self._db.executemany(_CLOSED_SLOTS, [(rows.FOREVER, one) for one in closes])
        if item.slot is not None and rows.stored_state(item) == "active":
            ends = rows.FOREVER if item.valid_to is None else rows.micros(item.valid_to)
            self._db.execute("INSERT INTO slots VALUES (?, ?, ?, ?)", (place.scope_id, item.slot, ends, key))
        if entry is not None:
            self._index(key, entry, None if past is None else past.vectors)
        linked = [("lineage", one) for one in item.source.lineage]
        linked += [("supersedes", item.supersedes)] if item.supersedes else []
        if linked:
            self._db.executemany(
                "INSERT OR IGNORE INTO links VALUES (?, ?, ?)",
                [(key, relation, rows.id_bytes(id)) for relation, id in linked],
            )
        state = rows.state_at(
            max(self._now, place.known),
            rows.stored_state(item),
            rows.micros(item.valid_to),
            item.superseded_by,
        )
        return changed(item, known_from=rows.moment(known), known_to=None, state=state)

    def _index(self, key: int, entry: Entry, packed: Packed | None = None) -> None:
        terms = rows.pack_terms(entry, self._hashes, self._term_key)
        self._db.execute("INSERT INTO terms VALUES (?, ?, ?, ?)", (key, entry.length, entry.traits, terms))
        if packed is not None:
            values = (key, self._model(packed.model, len(packed.whole) - 4), packed.whole, packed.sentences)
            self._db.execute("INSERT INTO vectors VALUES (?, ?, ?, ?)", values)
        elif entry.vector is not None and entry.model is not None:
            model = self._model(entry.model, len(entry.vector))
            self._unpacked.append((key, model, entry.vector, entry.sentences))
            if len(self._unpacked) >= PACKED:
                self._pack()

    def _pack(self) -> None:
        """Write the vectors that were put aside, packed at once: of a few numbers numpy makes as much ado as of many."""
        packed = rows.pack_vectors([(whole, sentences) for *_, whole, sentences in self._unpacked])
        self._db.executemany(
            "INSERT INTO vectors VALUES (?, ?, ?, ?)",
            [(key, model, *both) for (key, model, *_), both in zip(self._unpacked, packed, strict=True)],
        )
        self._unpacked.clear()

    def _model(self, name: str, dimension: int) -> int:
        asked = name, dimension
        if asked not in self._models:
            stored = self._stored()
            if stored is None:
                self._db.execute("INSERT INTO models (name, dimension) VALUES (?, ?)", asked)
                return self._model(name, dimension)
            if stored[1:] != asked:
                lengths = (stored[2], dimension) if stored[1] == name else None
                raise ModelMismatch(stored[1], name, lengths=lengths)
            self._models[asked] = stored[0]
        return self._models[asked]

    def _stored(self) -> tuple[int, str, int] | None:
        """Return the number, the name and the dimension of the model that the store's vectors come from."""
        found: tuple[int, str, int] | None = self._db.execute(
            "SELECT model_id, name, dimension FROM models ORDER BY model_id LIMIT 1"
        ).fetchone()
        return found

    def _sight(self, write: Sight) -> None:
        place = self._place(write.scope)
        self._opened(write.scope, write.base, last=False)
        self._db.execute(
            "INSERT INTO sightings VALUES (?, ?, ?, ?)",
            (
                place.scope_id,
                rows.id_bytes(write.base.id),
                place.known,
                json.dumps(write.source.to_json(), ensure_ascii=False),
            ),
        )

    def _use(self, scope: Scope, id: str) -> None:
        place, item = self._place(scope), rows.id_bytes(id)
        self._db.execute(
            "INSERT INTO uses SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM versions WHERE item_id = ?3 AND key >> 32 = ?1) "
            "AND NOT EXISTS (SELECT 1 FROM uses WHERE item_id = ?3 AND scope_id = ?1 AND used_at > ?2 - ?4)",
            (place.scope_id, place.known, item, rows.DAY),
        )

    def _once(self, write: Once) -> None:
        place = self._place(write.scope)
        if self._used(place, write.key, self._now - rows.KEY_LIFE) is not None:
            raise Stale
        self._db.execute(
            "INSERT OR REPLACE INTO once VALUES (?, ?, ?, ?, ?, ?)",
            (
                place.scope_id,
                write.key,
                write.digest,
                rows.id_bytes(write.ref.id),
                write.ref.version,
                self._now,
            ),
        )

    # -- scopes --------------------------------------------------------------------------------------------------

    def _find(self, scope: Scope) -> Place | None:
        if scope not in self._places:
            found = self._db.execute(
                "SELECT scope_id, position, epoch, last_known, head FROM scopes WHERE labels = ?",
                (rows.labels_key(scope),),
            ).fetchone()
            if found is None:
                return None
            scope_id, position, epoch, last_known, head = found
            self._places[scope] = Place(scope_id, Mark(position, epoch), last_known, head, self._now)
        return self._places[scope]

    def _place(self, scope: Scope) -> Place:
        found = self._find(scope)
        if found is None:
            self._db.execute(
                "INSERT INTO scopes (labels, position, epoch, last_known, head, tombstone_key) VALUES (?, 0, ?, 0, ?, ?)",
                (rows.labels_key(scope), self._now // 1_000 << ERA, b"", secrets.token_bytes(32)),
            )
            found = self._find(scope)
            assert found is not None
        return found
