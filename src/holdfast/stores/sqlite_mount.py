"""A SQLite store that is only looked at: another's file, of which not a byte is changed."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import NotAStore, StoreClosed, StoreReadOnly
from . import sqlite_schema as schema
from .envelope import accessed
from .index import SIZES
from .locks import OPEN
from .sqlite_access import Error
from .sqlite_place import Location
from .sqlite_reader import Reader
from .sqlite_reads import SqliteReads
from .sqlite_search import Searcher


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
                self.term_key = db.execute("SELECT value FROM meta WHERE name = 'term_key'").fetchone()[0]
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
        """Lend a connection to read with; one that was made before the file was changed is made anew."""
        stamp = [(one.st_mtime_ns, one.st_size) for one in self._files()]
        if stamp != self._stamp:
            self._stamp = stamp
            self._let_idle_go()
        with super()._reading() as reader:
            yield reader

    def _files(self) -> Iterator[os.stat_result]:
        for end in ("", "-wal"):
            with contextlib.suppress(OSError):
                yield os.stat(self.path + end)

    def hold(self) -> None:
        """Do nothing before a fork: nothing is written here."""

    def let_go(self) -> None:
        """Do nothing after one."""

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

    def _let_idle_go(self) -> None:
        with contextlib.suppress(IndexError):  # others may take one meanwhile
            while True:
                self._idle.pop().db.close()
