"""Changing the embedding model of a SQLite store: new vectors beside the old ones, until they take their place.

`fresh` is filled by one run after another, and then is `vectors`: a rename, so that the switch copies nothing and holds the
write lock for a tenth of a second per 100,000 texts, which letting the old table go takes. Up to it nobody but erase looks at `fresh`; from it on every scope is of a new epoch, so that what processes
hold of it in memory is loaded anew, or refused to those who ask with the old model.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from ..errors import NO_MODEL, ReembedConflict
from ..ports import Bring, Insert, Replace, SetVector, Stale, Text, Write
from ..types import Reembedding
from . import sqlite_rows as rows
from . import sqlite_schema as schema

PAUSE_SECONDS = (
    10.0  # that a writer waits at most, and then lets everybody go on: whoever paused them may be dead
)

# Scope by scope from where each is done, so that a pass over a million texts looks at each once.
_TEXTS = (
    "SELECT t.key, v.text, v.speaker, v.observed_at FROM scopes s LEFT JOIN reembedded r ON r.scope_id = s.scope_id "
    "CROSS JOIN terms t ON t.key > max(?, s.scope_id << 32 | coalesce(r.position, 0)) "
    "AND t.key <= (s.scope_id << 32 | s.position) CROSS JOIN versions v ON v.key = t.key "
    f"WHERE s.scope_id >= ? >> 32 AND s.position > coalesce(r.position, 0) ORDER BY s.scope_id, t.key {rows.LIMIT}"
)
_STATE = "SELECT model_id, name, dimension, began_at, run FROM reembeds"


def put(db: sqlite3.Connection, write: SetVector) -> None:
    """Keep an entry's new vectors, unless it was erased meanwhile; and that its scope is done up to there."""
    found = db.execute("SELECT model_id FROM reembeds WHERE run = ?", (write.run,)).fetchone()
    if found is None:
        raise _overtaken(db)
    (packed,) = rows.pack_vectors([(write.vector, write.sentences)])
    db.execute(
        "INSERT OR REPLACE INTO fresh SELECT ?, ?, ?, ? WHERE EXISTS (SELECT 1 FROM terms WHERE key = ?)",
        (write.key, found[0], *packed, write.key),
    )
    db.execute("INSERT OR REPLACE INTO reembedded VALUES (?, ?)", (write.key >> 32, write.key & 0xFFFFFFFF))


class Pause:
    """One writer's waiting while the last new vectors are made: what it would write could not be among them."""

    def __init__(self, writes: Sequence[Write]) -> None:
        self._concerned = any(
            isinstance(one, Insert | Replace | Bring) and one.entry is not None for one in writes
        )
        self._until: float | None = None

    def over(self, db: sqlite3.Connection) -> bool:
        """Whether these writes may be made now, on an open transaction; raises `Stale` where the model changed meanwhile."""
        if not self._concerned:
            return True
        found = db.execute("SELECT paused FROM reembeds").fetchone()
        if found is None and self._until is not None:
            raise Stale
        if found is None or not found[0]:
            return True
        if self._until is None:
            self._until = time.monotonic() + PAUSE_SECONDS
        if time.monotonic() < self._until:
            return False
        db.execute("UPDATE reembeds SET paused = 0")
        return True

    def wait(self) -> None:
        """Let others work before asking again."""
        time.sleep(0.005)


class SqliteVectors:
    """The port `Vectors` over a store's connections: how it writes, and how it reads."""

    def __init__(
        self,
        writing: Callable[[], AbstractContextManager[sqlite3.Connection]],
        snapshot: Callable[[], AbstractContextManager[sqlite3.Connection]],
        rewritten: Callable[[sqlite3.Connection], None],
    ) -> None:
        self._writing, self._snapshot, self._rewritten = writing, snapshot, rewritten

    def state(self) -> Reembedding | None:
        """Return the change under way, or None."""
        with self._snapshot() as db:
            return state(db)

    def begin(self, model: str | None, dimension: int, now: datetime) -> tuple[str, Reembedding]:
        """Begin a change to a model (None: to have none), or take the one to it over; return the name of this run, and its state."""
        name, run = NO_MODEL if model is None else model, secrets.token_hex(8)
        with self._writing() as db:
            found = db.execute(_STATE).fetchone()
            if found is None:
                newest = db.execute("SELECT coalesce(max(model_id), 0) + 1 FROM models").fetchone()[0]
                values = (newest, name, dimension, rows.micros(now), run)
                db.execute("INSERT INTO reembeds VALUES (?, ?, ?, ?, ?, 0)", values)
            elif found[1:3] == (name, dimension):
                db.execute("UPDATE reembeds SET run = ?, paused = 0", (run,))
            else:
                length = f" of dimension {found[2]}" if found[1] == name else ""
                raise ReembedConflict(
                    f"this store is being changed to {found[1]}{length}; finish that (`holdfast reembed --to` it), or drop it "
                    "(`holdfast reembed --cancel`)"
                )
            begun = state(db)
        assert begun is not None
        return run, begun

    def texts(self, after: int, limit: int) -> list[Text]:
        """Return the next texts without new vectors, in order of their keys, those after a key."""
        with self._snapshot() as db:
            return _texts(db, after, limit)

    def pause(self, run: str, paused: bool) -> None:
        """Let everybody who writes texts wait, for `PAUSE_SECONDS` at most, or no longer."""
        with self._writing() as db:
            db.execute("UPDATE reembeds SET paused = ? WHERE run = ?", (paused, run))

    def switch(self, run: str) -> bool:
        """Put the new model and its vectors in the place of the old in one transaction; False where texts are missing."""
        with self._writing() as db:
            found = db.execute(_STATE + " WHERE run = ?", (run,)).fetchone()
            if found is None:
                raise _overtaken(db)
            if found[2] and _texts(db, 0, 1):
                return False
            _drop(db, "vectors")
            db.execute("ALTER TABLE fresh RENAME TO vectors")
            schema.make_fresh(db)
            db.execute("DELETE FROM models")
            db.execute("INSERT INTO models VALUES (?, ?, ?)", found[:3])
            db.execute("DELETE FROM clusters")
            db.execute("UPDATE scopes SET epoch = epoch + 1")
            self._ended(db)
        return True

    def cancel(self) -> Reembedding | None:
        """Drop what the change under way has made, and return it, or None where there is none."""
        with self._writing() as db:
            dropped = state(db)
            if dropped is not None:
                _drop(db, "fresh")
                schema.make_fresh(db)
                self._ended(db)
        return dropped

    def _ended(self, db: sqlite3.Connection) -> None:
        db.execute("DELETE FROM reembeds")
        db.execute("DELETE FROM reembedded")
        self._rewritten(db)


def _texts(db: sqlite3.Connection, after: int, limit: int) -> list[Text]:
    found = db.execute(_TEXTS, (after, after, limit))
    return [Text(key, text, speaker, rows.moment(observed)) for key, text, speaker, observed in found]


def state(db: sqlite3.Connection) -> Reembedding | None:
    """Return the change of models that is under way, or None."""
    found = db.execute(_STATE).fetchone()
    if found is None:
        return None
    source = db.execute("SELECT name FROM models WHERE dimension ORDER BY model_id LIMIT 1").fetchone()
    total = db.execute("SELECT count(*) FROM terms").fetchone()[0] if found[2] else 0
    done = db.execute("SELECT count(*) FROM fresh").fetchone()[0]
    target = found[1] if found[2] else None
    return Reembedding(source[0] if source else None, target, done, total, rows.at(found[3]))


def _overtaken(db: sqlite3.Connection) -> ReembedConflict:
    there = db.execute(_STATE).fetchone() is not None
    what = (
        "another process took it over and goes on with it"
        if there
        else "it was finished or cancelled meanwhile"
    )
    return ReembedConflict(f"this change of the embedding model ends here: {what}")


def _drop(db: sqlite3.Connection, table: str) -> None:
    """Drop a table without writing zeros over its pages: the whole file is written anew afterwards."""
    db.execute("PRAGMA secure_delete = FAST")
    try:
        db.execute(f"DROP TABLE {table}")
    finally:
        db.execute("PRAGMA secure_delete = ON")
