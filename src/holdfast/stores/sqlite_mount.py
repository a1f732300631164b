"""A SQLite store that is only looked at: another's file, of which not a byte is changed, and what lies at its path by now."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import NotAStore, StoreClosed, StoreMoved, StoreReadOnly
from . import sqlite_schema as schema
from .envelope import accessed
from .index import SIZES
from .locks import OPEN
from .sqlite_access import Error
from .sqlite_place import Location
from .sqlite_reader import Reader
from .sqlite_reads import SqliteReads
from .sqlite_search import Searcher


class SqliteMounted:
    """A path, and the store that lies there: another file, put in the place of the one that was read, is opened in its turn.

    A file that is open is `checked` first. The one before stays open until the next, for a search may still read it.
    """

    def __init__(self, path: str, *, memory_budget: int, check: Callable[[SqliteMount], None]) -> None:
        self._path, self._budget, self._check = path, memory_budget, check
        self._guard = threading.Lock()
        self._before: SqliteMount | None = None
        self._store = self._opened()

    def _opened(self) -> SqliteMount:
        store = SqliteMount(self._path, memory_budget=self._budget)
        try:
            self._check(store)
        except BaseException:
            store.close()
            raise
        return store

    def now(self) -> SqliteMount:
        """Return the store that lies at the path; raises `StoreMoved` where none does, and as `SqliteMount` for another one."""
        store = self._store
        if store.is_there():
            return store
        with self._guard:
            if not self._store.is_there():  # others may have been first
                opened = self._opened()
                if self._before is not None:
                    self._before.close()
                self._before, self._store = self._store, opened
            return self._store

    def close(self) -> None:
        """Close what is open; later calls raise `StoreClosed`."""
        with self._guard:
            for one in (self._before, self._store):
                if one is not None:
                    one.close()


class SqliteMount(SqliteReads):
    """The store in the file at `path`, for reading; whoever writes there is followed.

    In a folder that cannot be written SQLite has nowhere to note who reads, so the file is taken for one that nobody changes: a
    change of it is seen from the next read on. Raises `NotAStore`, `NewerStore`, `StoreReadOnly`, `StoreDamaged`, `WrongKey`.
    """

    def __init__(self, path: str, *, memory_budget: int) -> None:
        self.path = path
        if not Path(path).is_file():
            raise NotAStore(f"{path}: there is no such file to mount")
        self._access = accessed(path, None)
        self._location = Location(path)
        self._closed = False
        self._idle = []
        self._stamp: object = None
        self.term_key = b""
        self._budget = memory_budget
        self._searcher = Searcher(memory_budget, SIZES, lambda kept: None)
        self._hashes = {}
        OPEN.add(self)
        try:
            with self._reading() as reader:
                db = reader.db
                if not schema.checked(db, path):
                    raise NotAStore(
                        f"{path}: is empty, or of an older Holdfast and not brought up to date: open it once to write "
                        f"(`holdfast stats --store sqlite:///{path}`), then mount it"
                    )
                self.term_key = _term_key(db)
            self._location.note()
        except BaseException:
            self.close()
            raise

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreClosed(f"{self.path}: this memory was closed; open a new one")
        self._location.check(log=False)
        db = self._access.looking(self._how(), timeout=schema.BUSY_SECONDS, check_same_thread=False)
        try:
            db.execute("PRAGMA temp_store = MEMORY")
            db.execute("PRAGMA trusted_schema = OFF")
            db.execute("PRAGMA query_only = ON")
        except Error:
            db.close()
            raise
        return db

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Reader]:
        """Lend a connection to read with; one that was made before the file was changed is made anew.

        Raises `StoreMoved` where the file was written over with another store: what is known of this one is not of that.
        """
        stamp = self._looked()
        if changed := stamp != self._stamp:
            self._let_idle_go()
        with super()._reading() as reader:
            if changed and self.term_key and _term_key(reader.db) != self.term_key:
                raise StoreMoved(
                    f"{self.path}: was written over with another store while this memory had it open"
                )
            self._stamp = stamp
            yield reader

    def is_there(self) -> bool:
        """Whether the file at the path is still this store, as far as it can be told without reading it where it did not change.

        Raises `StoreMoved` where there is no file, and what reading one does that is none.
        """
        if self._closed:
            return True  # which whoever reads it is told
        try:
            self._location.check(log=False)
            if self._looked() != self._stamp:
                with self._reading():
                    pass
        except StoreMoved:
            if not Path(self.path).exists():
                raise
            return False
        return True

    def _looked(self) -> object:
        return [(one.st_mtime_ns, one.st_size) for one in self._files()]

    def _files(self) -> Iterator[os.stat_result]:
        for end in ("", "-wal"):
            with contextlib.suppress(OSError):
                yield os.stat(self.path + end)

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Do nothing about a fork: nothing is written here."""
        return contextlib.nullcontext()

    def leave_to_parent(self) -> None:
        """Start without connections in a forked child."""
        self._left = self._idle  # neither used nor closed here: they are the parent's
        self._idle = []
        self._searcher = Searcher(self._budget, SIZES, lambda kept: None)

    def _how(self) -> str:
        """Return how the file is opened: as one that others may write, where SQLite can note beside it that we read."""
        folder, log = Path(self.path).parent, Path(self.path + "-wal")
        if Path(self.path + "-shm").exists() or os.access(folder, os.W_OK):
            return "mode=ro"
        if log.exists() and log.stat().st_size:
            raise StoreReadOnly(
                f"{folder}: cannot be written, and {log.name} there holds changes that are not in the store yet; let whoever "
                "writes it close it, or mount a copy made by `holdfast backup`"
            )
        return "immutable=1"

    def remember(self, name: str, value: str) -> str:
        """Return the store's own value of a setting, or `value` where it has none."""
        found = self._read("SELECT value FROM meta WHERE name = ?", [f"setting.{name}"])
        return str(found[0][0]) if found else value

    def close(self) -> None:
        """Close every connection; later calls raise `StoreClosed`."""
        self._closed = True
        self._let_idle_go()
        self._searcher.close()


def _term_key(db: sqlite3.Connection) -> bytes:
    """Return what the words of a store are hashed with: of each store its own."""
    found: bytes = db.execute("SELECT value FROM meta WHERE name = 'term_key'").fetchone()[0]
    return found
