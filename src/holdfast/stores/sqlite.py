"""The default store: one SQLite file, no loadable extension, read and written by many threads and processes at once.

One writer connection per process (writers queue in order), one reader per thread, WAL, every commit synced to disk. Search
runs over a scope's state in memory (`index.py`), which follows the file by the rows written since.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from ..errors import StoreBusy, StoreClosed, StoreFull, StoreReadOnly
from ..marks import Logged, Mark
from ..policy import Rule
from ..ports import (
    Authorship,
    Copied,
    Extent,
    Job,
    KeptReceipt,
    Moment,
    Reach,
    Record,
    Standing,
    Write,
)
from ..types import Erasure, Group, MemoryItem, Scope, Stats
from . import sqlite_copy as copies
from . import sqlite_export as exports
from . import sqlite_policy as governed
from . import sqlite_queue as queue
from . import sqlite_rows as rows
from . import sqlite_schema as schema
from .envelope import accessed
from .index import SIZES, Sizes
from .locks import OPEN, FairLock
from .sqlite_chain import broken
from .sqlite_erase import Eraser, buried
from .sqlite_leases import SqliteLeases
from .sqlite_place import Location
from .sqlite_reader import Reader
from .sqlite_reads import SqliteReads
from .sqlite_reembed import Pause, SqliteVectors
from .sqlite_search import Kept, Searcher
from .sqlite_write import Transaction
from .turns import Turns


class SqliteStore(SqliteReads):
    """A store in one SQLite file, or in memory (`path` ":memory:").

    `memory_budget` bounds the bytes of search state held for scopes, least recently used first out, together with the other
    stores of the process; `sizes` says from where on scopes are searched in another way. `key` opens an encrypted
    file, and makes a new one such. Raises `NotAStore`, `NewerStore`, `StoreReadOnly`, `StoreDamaged`, `WrongKey`, `ConfigError`.
    """

    def __init__(
        self, path: str, *, key: str | None = None, memory_budget: int = 512 * 2**20, sizes: Sizes = SIZES
    ) -> None:
        self._access = accessed(path, key)
        self.path, self._sizes = path, sizes
        self._in_memory = path == ":memory:"
        self._location = Location(path)
        self._budget = memory_budget
        self._guard = threading.Lock()
        self._turns = Turns(None if self._in_memory else path + ".key")
        self._unswept: str | None  # what is left to do of an erasure: "rewrite" the file, or "empty" the WAL
        self._reset()
        OPEN.add(self)
        with schema.translated(path), self._writing() as db:
            self._key_id, self._secret = schema.chain_key(db, path)
            left = db.execute("SELECT value FROM meta WHERE name = 'unswept'").fetchone()
            self._unswept = str(left[0]) if left else None
        self.term_key: bytes = self._read("SELECT value FROM meta WHERE name = 'term_key'")[0][0]

    @classmethod
    def from_url(cls, url: str, *, key: str | None = None, memory_budget: int = 512 * 2**20) -> SqliteStore:
        """Open the store a URL names: `sqlite:///relative.db`, `sqlite:////absolute.db`, or `sqlite://` in memory."""
        file = copies.file_of(url)
        if file is None:
            return cls(":memory:", key=key, memory_budget=memory_budget)
        if not file.parent.is_dir():
            raise StoreReadOnly(f"{file.parent}: no such folder; create it first")
        return cls(str(file), key=key, memory_budget=memory_budget)

    def _reset(self) -> None:
        """Start without connections: at first, and in a process forked from one that had some."""
        self._closed = False
        self._writer: sqlite3.Connection | None = None
        self._location.let_go()
        self._write_lock = FairLock()
        self._idle: list[Reader] = []  # connections nobody reads with at the moment
        self._searcher = Searcher(self._budget, self._sizes, self._keep_lists)
        self._hashes: dict[str, int] = {}
        self._unswept = None

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Keep everybody else from writing."""
        return self._write_lock.held()

    def leave_to_parent(self) -> None:
        """Start without connections in a forked child; a store in memory stays behind with its parent."""
        self._left = (self._writer, self._idle)  # neither used nor closed here: they are the parent's
        self._guard = threading.Lock()
        self._reset()
        self._closed = self._in_memory

    # -- connections ---------------------------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreClosed(f"{self.path}: this memory was closed; open a new one")
        self._location.check(log=False)  # SQLite would make a new, empty file
        return schema.connect(self._access)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reader]:
        """Lend a connection to read with; a store in memory has but one."""
        if self._in_memory:
            with self._write_lock.held(), schema.translated(self.path):
                yield Reader(self._writer_connection(), writes=True)
            return
        with super()._reading() as reader:
            yield reader

    def _writer_connection(self) -> sqlite3.Connection:
        if self._writer is None or self._closed:
            db = self._open()
            try:
                schema.prepare(db, self.path)
                db.execute("PRAGMA busy_timeout = 1")
            except BaseException:
                db.close()
                raise
            self._writer = db
        return self._writer

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock and one transaction: committed at the end, rolled back on any error.

        What an erasure could not finish because somebody was still reading the old WAL is tried again after it.
        """
        with self._write_lock.held(), schema.translated(self.path), self._turns.taken():
            db = self._writer_connection()
            if db.in_transaction:  # somebody was interrupted in ending it
                db.execute("ROLLBACK")
            mine = self._now_writing = object()
            try:
                schema.begin(db, self._turns, self.path)
                if not self._in_memory:
                    self._location.note()
                    self._location.check()
                yield db
                db.execute("COMMIT")
            except BaseException:
                # One that was interrupted on its way out may end when another has begun.
                if self._now_writing is mine and db.in_transaction:
                    db.execute("ROLLBACK")
                raise
            for reader in tuple(self._idle):
                reader.forget()
            self._location.check("this change is lost")
            if self._unswept:
                self._unswept = schema.sweep(db, self._unswept)

    def _rewrite_later(self, db: sqlite3.Connection) -> None:
        """Have the file written anew once this transaction is committed."""
        db.execute("INSERT OR REPLACE INTO meta VALUES ('unswept', 'rewrite')")
        self._unswept = "rewrite"

    def close(self) -> None:
        """Close every connection; one being read with is closed when that is done. Later calls raise `StoreClosed`."""
        with self._write_lock.held(), self._guard:
            self._closed = True
            self._let_idle_go()
            if self._writer is not None:
                self._writer.close()
            self._writer = None
            self._turns.close()
            self._searcher.close()

    # -- reading -------------------------------------------------------------------------------------------------

    def stamp(self) -> object:
        """Return a stamp of the state that the store is in: the same object for as long as nobody has written."""
        with self._reading() as reader:
            return reader.look()

    def changes(self, reach: Reach, since: Mapping[Scope, Mark], limit: int, now: datetime) -> Logged:
        """Return at most `limit` changes after the marks `since`, in order of scope and position, and what was erased."""
        with self._view(reach, Moment(now)) as view:
            return view.changes(reach, since, limit)

    def overview(self, reach: Reach, at: Moment, after: tuple[str, str] | None, limit: int) -> list[Group]:
        """Return groups of live memories by entity, kind, scope, slot, tag and thread, in order of these and their key."""
        with self._view(reach, at) as view:
            return view.overview(after, limit)

    def stats(self, reach: Reach, at: Moment) -> Stats:
        """Return counts over the scopes in reach; and the size of the store's files."""
        size = None
        if not self._in_memory:
            files = [Path(self.path + end) for end in ("", "-wal")]
            size = sum(file.stat().st_size for file in files if file.exists())
        model = self.model()
        with self._view(reach, at) as view:
            return view.stats(model, size)

    def _keep_lists(self, kept: Kept) -> None:
        """Keep the lists of a scope, derived data that the next process need not make; not where the file cannot be written."""
        values = (kept.trained, kept.position, kept.centres.tobytes(), kept.of.astype("<u2").tobytes())
        with contextlib.suppress(StoreBusy, StoreFull, StoreReadOnly), self._writing() as db:
            db.execute(  # of what was erased or embedded anew meanwhile nothing is kept
                "INSERT OR REPLACE INTO clusters SELECT scope_id, epoch, ?, ?, ?, ? FROM scopes WHERE scope_id = ? AND epoch = ?",
                (*values, kept.scope_id, kept.epoch),
            )

    def vectors(self) -> SqliteVectors:
        """Return what changes the embedding model."""
        return SqliteVectors(self._writing, self._snapshot, self._rewrite_later)

    def leases(self) -> SqliteLeases:
        """Return what keeps who is working on what."""
        return SqliteLeases(
            self._writing,
            self._snapshot,
            lambda db, scope, now: self._transaction(db, Authorship("lease"), now).scope_id(scope),
        )

    def keep_receipt(self, receipt: KeptReceipt) -> None:
        """Keep a search's receipt until it expires, and let those go that have."""
        with self._writing() as db:
            scope_id = self._transaction(db, Authorship("search"), receipt.created_at).scope_id(receipt.scope)
            created, expires = rows.micros(receipt.created_at), rows.micros(receipt.expires_at)
            db.execute("DELETE FROM receipts WHERE expires_at <= ?", (created,))
            values = (uuid.UUID(receipt.id).bytes, scope_id, created, expires, receipt.body)
            db.execute("INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, ?)", values)

    def receipt(self, id: str, now: datetime) -> str | None:
        """Return the body of a kept receipt that has not expired."""
        found = self._read(
            "SELECT body FROM receipts WHERE receipt_id = ? AND expires_at > ?",
            (uuid.UUID(id).bytes, rows.micros(now)),
        )
        return found[0][0] if found else None

    def policies(self, known: int = -1, *, past: bool = False) -> tuple[int, list[Rule]] | None:
        """Return the generation of the rules and those in force (with `past` every change of them); None where it is `known`."""
        with self._reading() as reader:
            if governed.generation(reader.db) == known:
                return None
            with reader.snapshot():
                return governed.unless(reader.db, known, past)

    def remember(self, name: str, value: str) -> str:
        """Return the store's own value of a setting; where it has none, keep and return `value`."""
        found = self._read("SELECT value FROM meta WHERE name = ?", [f"setting.{name}"])
        if not found:
            with self._writing() as db:
                db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (f"setting.{name}", value))
            found = self._read("SELECT value FROM meta WHERE name = ?", [f"setting.{name}"])
        return str(found[0][0])

    def standings(
        self, asked: Sequence[tuple[MemoryItem, bool, str | None]], now: datetime, keys_after: datetime
    ) -> list[Standing]:
        """Return what a save of each item meets in exactly its scope; keys count that were used after `keys_after`."""
        with self._snapshot() as db:
            transaction = self._transaction(db, Authorship("read"), now)
            after = rows.micros(keys_after) or 0
            return [transaction.standing(item, contested, key, after) for item, contested, key in asked]

    # -- writing -------------------------------------------------------------------------------------------------

    def apply(self, writes: Sequence[Write], by: Authorship, now: datetime) -> list[MemoryItem]:
        """Make all `writes` in one transaction and return the written items in their order (Sight, Use, Once: none).

        Raises `Stale` when a guard no longer holds and `VersionConflict` when a base is not current.
        """
        pause = Pause(writes)
        while True:
            with self._writing() as db:
                if pause.over(db):
                    transaction = self._transaction(db, by, now)
                    transaction.align(writes)
                    made = [item for write in writes if (item := transaction.write(write)) is not None]
                    transaction.finish()
                    return made
            pause.wait()

    def erase(
        self, ids: Sequence[str] | None, reach: Reach, now: datetime, *, dry_run: bool = False
    ) -> Erasure:
        """Remove memories for good, with what was derived from them; with None as `ids` the scopes in reach themselves."""
        place = Reach(under=Scope.shared()) if ids is None else reach
        with self._writing() as db:
            db.execute("SAVEPOINT erasing")
            eraser = Eraser(db, self._scopes(place, db), rows.micros(now) or 0)
            gone = eraser.erase(ids, self._scopes(reach, db) if ids is None else [], reach.under)
            if dry_run:
                db.execute("ROLLBACK TO erasing")
            else:
                self._rewrite_later(db)
            db.execute("RELEASE erasing")
        if not dry_run:
            for one in eraser.touched:
                self._searcher.let_go(one)
            self._hashes.clear()
        return eraser.told(gone, dry_run, pending=self._unswept is not None and not dry_run)

    def extents(self, reach: Reach) -> list[Extent]:
        """Return how far each scope in reach goes, all as of one moment, in the order of their labels."""
        with self._snapshot() as db:
            found = [one for one in self._scopes(reach, db) if one.position]
        return [Extent(rows.scope_of(one.labels), one.position, rows.at(one.last_known)) for one in found]

    def past(
        self, extent: Extent, after: int, limit: int, now: datetime, *, vectors: bool = False
    ) -> tuple[list[Record], int | None]:
        """Return what `limit` positions of a scope after one hold, in order, and the position to go on after (None: no more)."""
        with self._snapshot() as db:
            for one in self._scopes(Reach(exactly=(extent.scope,)), db):
                return exports.past(db, one.scope_id, extent, after, limit, now, vectors)
        return [], None  # erased meanwhile

    def recorded(self, scope: Scope, ids: Sequence[str]) -> list[Record]:
        """Return everything of some memories in exactly a scope, expired or not: versions in order, then sightings."""
        with self._snapshot() as db:
            for one in self._scopes(Reach(exactly=(scope,)), db):
                return exports.recorded(db, one.scope_id, scope, ids)
        return []

    def receipts(
        self, reach: Reach, now: datetime, after: str | None, limit: int, *, newest: bool = False
    ) -> list[KeptReceipt]:
        """Return the kept receipts in reach that have not expired, in order of their ids (`newest`: falling), after one."""
        with self._snapshot() as db:
            scopes = [one.scope_id for one in self._scopes(reach, db)]
            return exports.receipts(db, scopes, now, after, limit, newest=newest)

    def buried(self, items: Sequence[MemoryItem]) -> list[bool]:
        """Return for each item whether the same text from the same source was erased in its scope."""
        with self._snapshot() as db:
            return buried(db, items)

    def broken(self, scope: Scope) -> list[int]:
        """Return the positions of a scope at which its chain does not hold; empty where it does."""
        with self._snapshot() as db:
            (seen,) = self._scopes(Reach(exactly=(scope,)), db)
            return broken(db, seen.scope_id, self._key_id, self._secret)

    # -- what a language model has yet to read -------------------------------------------------------------------

    def claim(self, reach: Reach, now: datetime, until: datetime, id: str | None = None) -> Job | None:
        """Return the job in reach that has been due longest, now due again at `until`."""
        with self._snapshot() as db:
            wanted = json.dumps([one.scope_id for one in self._scopes(reach, db)])
            if queue.waiting(db, wanted, now, id) is None:  # no lock for an empty queue
                return None
        with self._writing() as db:
            return queue.claim(db, wanted, now, until, id)

    def postpone(self, job: Job) -> None:
        """Keep a job's `due_at`, `attempts`, `error` and `reply` as they are here; one that is gone stays gone."""
        with self._writing() as db:
            queue.postpone(db, job)

    def jobs(self, reach: Reach, after: str | None, limit: int) -> list[Job]:
        """Return the jobs in reach, in order of their ids, beginning after one."""
        with self._snapshot() as db:
            wanted = json.dumps([one.scope_id for one in self._scopes(reach, db)])
            return queue.listed(db, wanted, after, limit)

    def spend(self, scope: Scope, now: datetime, calls: int, tokens: int, most: int) -> bool:
        """Count what a scope has asked of a language model that day; False where that would be more than `most` calls."""
        with self._writing() as db:
            scope_id = self._transaction(db, Authorship("observe"), now).scope_id(scope)
            return queue.spend(db, scope_id, now, calls, tokens, most)

    def backup(self, path: str, progress: copies.Progress | None = None) -> Copied:
        """Copy the store as it is at one moment to a new file, while others write."""
        with self._reading() as reader:
            return copies.take(reader.db, self._access, self._secret, Path(path), progress)

    def _transaction(self, db: sqlite3.Connection, by: Authorship, now: datetime) -> Transaction:
        return Transaction(
            db, by, rows.micros(now) or 0, self.term_key, (self._key_id, self._secret), self._hashes
        )
