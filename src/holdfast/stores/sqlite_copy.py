"""Copies of a SQLite store: taken while it is read and written, and put back where a store is wanted.

A copy is one plain file and a key file beside it, so that what is put back can still verify its chain.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from ..errors import InvalidInput, NewerStore, NotAStore, StoreDamaged, StoreReadOnly
from ..ports import Copied
from . import envelope
from . import sqlite_schema as schema
from .sqlite_access import Access

PAGES = 2_000  # copied in one step: about 8 MB, between two calls of `progress`

Progress = Callable[[int, int], None]


def take(
    db: sqlite3.Connection, store: Access, secret: bytes, path: Path, progress: Progress | None
) -> Copied:
    """Copy what `db` sees to a new file, whole or not at all.

    Writers go on meanwhile: the copy is of one moment, that of the first page. Raises `InvalidInput` where the file exists.
    """
    if path.exists():
        raise InvalidInput("path", f"{path}: there is a file of this name; choose another or remove it")
    if not path.parent.is_dir():
        raise InvalidInput("path", f"{path.parent}: no such folder; create it first")
    draft = path.with_name(path.name + ".partial")
    draft.unlink(missing_ok=True)
    try:
        with schema.translated(str(draft)):
            os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with contextlib.closing(store.at(str(draft)).opened(isolation_level=None)) as copy:
                # A transaction of its own holds the view: without it every foreign write would start the copy anew.
                db.execute("BEGIN")
                try:
                    db.execute("SELECT 1 FROM meta LIMIT 1").fetchone()
                    db.backup(copy, pages=PAGES, progress=_told(progress))
                finally:
                    db.execute("COMMIT")
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, readable from anywhere
                versions = int(copy.execute("SELECT count(*) FROM versions").fetchone()[0])
        key_id = envelope.label(store.path, path)
        schema.write_secret(_key(path), secret)
        draft.replace(path)
    except OSError as error:
        raise StoreReadOnly(f"{path}: the copy cannot be written ({error.strerror})") from None
    finally:
        draft.unlink(missing_ok=True)
    return Copied(versions, key_id)


def file_of(url: str) -> Path | None:
    """Return the file a URL names (`sqlite:///relative.db`, `sqlite:////absolute.db`), or None for a store in memory.

    Its path is from the root: a relative one would be another file once the program works in another folder.
    """
    path = url.partition("://")[2]
    return None if path in ("", "/", "/:memory:") else Path(path[1:]).expanduser().absolute()


def put_back(
    copy: Path, path: str, key: str | None, *, replace: bool = False, progress: Progress | None = None
) -> int:
    """Make the store at `path` what `copy` holds, and return how many versions that is.

    One transaction: killed in the middle, what was there before is still there. With `replace` a store that is there
    already is overwritten; nobody may have it open. Raises `NotAStore`, `NewerStore`, `StoreDamaged`, `StoreBusy`, `InvalidInput`, `WrongKey`.
    """
    there = Path(path)
    if not copy.is_file():
        raise InvalidInput("path", f"{copy}: no such file")
    if there.exists() and there.stat().st_size and not replace:
        raise InvalidInput("replace", f"{path}: there is a store already; say so to overwrite it")
    if there.exists() and there.samefile(copy):
        raise InvalidInput("path", f"{path}: is the copy itself; name another place")
    of_copy, of_store, sealed = envelope.for_copy(str(copy), path, key)
    with schema.translated(str(copy)), _checked(of_copy) as source, schema.translated(path):
        if sealed is not None:
            schema.write_private(envelope.beside(path), sealed.text())
        with contextlib.closing(schema.alone(of_store)) as target:
            source.backup(target, pages=PAGES, progress=_told(progress))
        versions = int(source.execute("SELECT count(*) FROM versions").fetchone()[0])
    if _key(copy).exists():
        schema.write_secret(_key(there), schema.read_secret(_key(copy)))
    return versions


def _key(path: Path) -> Path:
    return path.with_name(path.name + ".key")


def _told(progress: Progress | None) -> Callable[[int, int, int], None] | None:
    if progress is None:
        return None
    return lambda _, remaining, total: progress(total - remaining, total)


@contextlib.contextmanager
def _checked(copy: Access) -> Iterator[sqlite3.Connection]:
    """Open a copy for reading, once it has proved to be a whole store that this version knows."""
    with contextlib.closing(copy.looking()) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
            raise NotAStore(f"{copy.path}: this file is no copy of a Holdfast store; choose another")
        if (version := db.execute("PRAGMA user_version").fetchone()[0]) > len(schema.MIGRATIONS):
            raise NewerStore(f"{copy.path}: written by a newer Holdfast (schema {version}); upgrade holdfast")
        if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreDamaged(f"{copy.path}: the copy is damaged; take another")
        yield db
