"""What a SQLite store derives from its versions: worked out anew, compared with what is there, and put in its place.

`closed`, `slots` and `links` follow from the versions alone; `terms` and `vectors` from the texts as well, which the caller
reads (`Read`), since a store knows neither language nor model. `clusters` may go at any time, and is made again when wanted.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..ports import Entry
from ..types import MemoryItem
from . import sqlite_rows as rows

# The search data of texts, in their order; with vectors where these are wanted and there is a model.
Read = Callable[[Sequence[MemoryItem], bool], list[Entry]]

PLAIN = ("closed", "slots", "links")  # rows that follow from the versions alone
CHECKED = (*PLAIN, "terms", "vectors")
DERIVED = (*CHECKED, "clusters", "fresh")
BATCH = 500
NEAR = (
    0.999  # the cosine of two vectors of one text: bit-identical on one machine, a rounding apart on another
)
SCALE = 0.02  # and how far their scales may be apart
_SHAPES = {
    "closed": "key INTEGER PRIMARY KEY, known_to INTEGER",
    "slots": "scope_id INTEGER, slot TEXT, valid_to INTEGER, key INTEGER, PRIMARY KEY (key)",
    "links": "key INTEGER, relation TEXT, item_id BLOB, PRIMARY KEY (key, relation, item_id)",
}
_CLOSED = (
    "INSERT OR IGNORE INTO temp.true_closed SELECT w.key, v.known_from FROM versions v, json_each('[' || v.closes || ']') c "
    "JOIN versions w ON w.key = (v.key >> 32 << 32 | c.value) WHERE v.closes IS NOT NULL"
)
_SLOTS = (
    "INSERT INTO temp.true_slots SELECT v.key >> 32, v.slot, coalesce(v.valid_to, ?), v.key FROM versions v "
    "WHERE v.slot IS NOT NULL AND v.state = 'active' AND v.key NOT IN (SELECT key FROM temp.true_closed)"
)
_LINKED = "SELECT key, body FROM versions WHERE instr(body, '\"lineage\"') OR instr(body, '\"supersedes\"')"
# A link to what is not in the store was either never one, or went when its target was erased: both are right.
NOWHERE = "NOT EXISTS (SELECT 1 FROM versions v WHERE v.item_id = t.item_id)"
_DANGLING = (
    f"DELETE FROM temp.true_links AS t WHERE {NOWHERE} "
    "AND NOT EXISTS (SELECT 1 FROM links l WHERE (l.key, l.relation, l.item_id) = (t.key, t.relation, t.item_id))"
)
_TEXTS = (
    f"SELECT {rows.COLUMNS} FROM versions v JOIN scopes s ON s.scope_id = v.key >> 32 LEFT JOIN closed c ON c.key = v.key "
    f"WHERE v.entry = v.key AND v.key > ? ORDER BY v.key {rows.LIMIT}"
)
_LOST_MODEL = (
    "SELECT x.key FROM vectors x LEFT JOIN models m ON m.model_id = x.model_id WHERE m.model_id IS NULL "
    "OR length(x.vector) <> m.dimension + 4 OR length(x.sentences) % (m.dimension + 4) <> 0 "
    "OR x.model_id <> (SELECT min(model_id) FROM models)"
)


class Difference(NamedTuple):
    """How a derived table differs from what the versions say: rows not there, rows too many, rows that say otherwise."""

    table: str
    missing: tuple[int, ...] = ()
    extra: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()

    @property
    def keys(self) -> tuple[int, ...]:
        """The keys of all rows that are wrong, each once."""
        return tuple(sorted({*self.missing, *self.extra, *self.changed}))


def work_out(db: sqlite3.Connection) -> None:
    """Put what `closed`, `slots` and `links` should hold into temporary tables of this connection."""
    for table, shape in _SHAPES.items():
        db.execute(f"DROP TABLE IF EXISTS temp.true_{table}")
        db.execute(f"CREATE TEMP TABLE true_{table} ({shape})")
    db.execute(_CLOSED)
    db.execute(_SLOTS, (rows.FOREVER,))
    db.executemany("INSERT OR IGNORE INTO temp.true_links VALUES (?, ?, ?)", _links(db))
    db.execute(_DANGLING)


def _links(db: sqlite3.Connection) -> Iterator[tuple[int, str, bytes]]:
    for key, body in db.execute(_LINKED):
        said = json.loads(body)
        named = [("lineage", id) for id in said["source"].get("lineage", ())]
        named += [("supersedes", said["supersedes"])] if said.get("supersedes") else []
        yield from ((key, relation, uuid.UUID(id).bytes) for relation, id in named)


def plain_differences(db: sqlite3.Connection) -> list[Difference]:
    """Return how `closed`, `slots` and `links` differ from what the versions say; none is left out that differs."""
    work_out(db)
    found = []
    for table in PLAIN:
        missing = _keys(db, f"SELECT key FROM (SELECT * FROM temp.true_{table} EXCEPT SELECT * FROM {table})")
        extra = _keys(db, f"SELECT key FROM (SELECT * FROM {table} EXCEPT SELECT * FROM temp.true_{table})")
        both = missing & extra
        one = Difference(table, *(tuple(sorted(keys)) for keys in (missing - both, extra - both, both)))
        found += [one] if one.keys else []
    return found


def _keys(db: sqlite3.Connection, sql: str) -> set[int]:
    return {key for (key,) in db.execute(sql)}


def _batches(db: sqlite3.Connection) -> Iterator[list[tuple[int, MemoryItem]]]:
    after = 0
    while found := db.execute(_TEXTS, (after, BATCH)).fetchall():
        yield [(row[0], rows.item_of(row, rows.FOREVER)) for row in found]
        after = found[-1][0]


def text_differences(
    db: sqlite3.Connection, term_key: bytes, read: Read, deep: bool = False
) -> list[Difference]:
    """Return how `terms` and `vectors` differ from what `read` makes of the texts.

    A text without a vector is no difference: it may have been saved without a model. Unless `deep`, no vector is made, and
    it is only looked at whether the vectors there are belong to a text and are of the store's model.
    """
    hashes: dict[str, int] = {}
    wrong: dict[str, dict[str, list[int]]] = {
        table: {"missing": [], "changed": []} for table in ("terms", "vectors")
    }
    for batch in _batches(db):
        for (key, _), entry in zip(batch, read([item for _, item in batch], deep), strict=True):
            terms, vectors = _kept(db, key)
            if terms != _terms(entry, hashes, term_key):
                wrong["terms"]["changed" if terms else "missing"].append(key)
            if vectors is not None and entry.vector is not None and not _alike(vectors, entry):
                wrong["vectors"]["changed"].append(key)
    lost = set(lost_vectors(db))
    found = []
    for table, kinds in wrong.items():
        extra = _keys(
            db, f"SELECT key FROM {table} WHERE key NOT IN (SELECT key FROM versions WHERE entry = key)"
        )
        changed = {*kinds["changed"], *(lost - extra if table == "vectors" else ())}
        one = Difference(table, tuple(kinds["missing"]), tuple(sorted(extra)), tuple(sorted(changed)))
        found += [one] if one.keys else []
    return found


def lost_vectors(db: sqlite3.Connection) -> list[int]:
    """Return the texts whose vectors are of no model, of another one than the store's, or of another length."""
    return sorted(_keys(db, _LOST_MODEL))


def _kept(db: sqlite3.Connection, key: int) -> tuple[Any, Any]:
    terms = db.execute("SELECT length, traits, terms FROM terms WHERE key = ?", (key,)).fetchone()
    return terms, db.execute("SELECT vector, sentences FROM vectors WHERE key = ?", (key,)).fetchone()


def _terms(entry: Entry, hashes: dict[str, int], term_key: bytes) -> tuple[int, int, bytes]:
    return entry.length, entry.traits, rows.pack_terms(entry, hashes, term_key)


def _alike(stored: tuple[bytes, bytes | None], entry: Entry) -> bool:
    """Whether stored vectors are those of an entry, a rounding aside."""
    assert entry.vector is not None  # the caller has looked
    ((vector, sentences),) = rows.pack_vectors([(entry.vector, entry.sentences)])
    if (vector, sentences) == stored:
        return True
    if len(vector) != len(stored[0]) or len(sentences or b"") != len(stored[1] or b""):
        return False
    size = len(vector)
    whole, theirs = (
        np.frombuffer(one + (parts or b""), np.int8).reshape(-1, size)
        for one, parts in ((vector, sentences), stored)
    )
    scale, other = (one[:, :4].copy().view("<f4") for one in (whole, theirs))
    if not np.allclose(scale, other, rtol=SCALE):
        return False
    left, right = (one[:, 4:].astype(np.float32) for one in (whole, theirs))
    lengths = np.linalg.norm(left, axis=1) * np.linalg.norm(right, axis=1)
    return bool(np.all((left * right).sum(axis=1) >= NEAR * lengths - 1e-6))


def rebuild(db: sqlite3.Connection, term_key: bytes, read: Read, deep: bool = False) -> list[Difference]:
    """Make every derived table what the versions say, on an open transaction, and return what was wrong.

    Vectors of another model are made anew where `read` gives any, else they go; `deep` compares all others too.
    """
    differences = [*plain_differences(db), *text_differences(db, term_key, read, deep)]
    for table in {one.table for one in differences} & set(PLAIN):
        db.execute(f"DELETE FROM {table}")
        db.execute(f"INSERT INTO {table} SELECT * FROM temp.true_{table}")
    for one in differences:
        if one.table in ("terms", "vectors"):
            db.executemany(f"DELETE FROM {one.table} WHERE key = ?", [(key,) for key in one.keys])
            _write(db, one.table, {*one.missing, *one.changed}, term_key, read)
    touched = sorted({key >> 32 for one in differences for key in one.keys})
    # What other processes hold of these scopes in memory is read again.
    db.executemany("DELETE FROM clusters WHERE scope_id = ?", [(one,) for one in touched])
    db.executemany("UPDATE scopes SET epoch = epoch + 1 WHERE scope_id = ?", [(one,) for one in touched])
    return differences


def _write(db: sqlite3.Connection, table: str, keys: set[int], term_key: bytes, read: Read) -> None:
    hashes: dict[str, int] = {}
    for batch in _batches(db):
        wanted = [one for one in batch if one[0] in keys]
        for (key, _), entry in zip(wanted, read([item for _, item in wanted], True), strict=True):
            if table == "terms":
                values = (key, *_terms(entry, hashes, term_key))
                db.execute("INSERT INTO terms VALUES (?, ?, ?, ?)", values)
            elif entry.vector is not None:
                known = db.execute("SELECT model_id FROM models WHERE name = ?", (entry.model,)).fetchone()
                if known is not None:
                    (packed,) = rows.pack_vectors([(entry.vector, entry.sentences)])
                    db.execute("INSERT INTO vectors VALUES (?, ?, ?, ?)", (key, known[0], *packed))
