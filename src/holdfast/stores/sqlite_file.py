"""A store's file looked at from outside, as `doctor` and `verify` do, without being opened as a memory."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from ..types import Scope
from . import envelope
from . import sqlite_chain as chains
from . import sqlite_derived as derived
from . import sqlite_doctor as doctor
from . import sqlite_rows as rows
from . import sqlite_schema as schema
from .sqlite_access import Access, Error, IntegrityError


class StoreFile:
    """The SQLite file at `path`; `reading` gives the search data of its texts, for its language and the id of its model; `key` opens it."""

    # What reading and writing through `opened` raises: where a rule of the tables refuses it, and at all.
    refusals, failures = IntegrityError, Error

    def __init__(self, path: str, reading: doctor.Reading, key: str | None = None) -> None:
        self.path = Path(path)
        self._key = key
        self._reading = reading

    def examine(self, deep: bool = False) -> list[doctor.Finding]:
        """Return all damage there is; the file is only read. `deep` makes every vector anew to compare it.

        Raises `InvalidInput` where there is no file.
        """
        return doctor.examine(self._access(), self._reading, deep)

    def repair(self, deep: bool = False) -> None:
        """Mend what is derived, where what is true is whole. Raises `StoreBusy` while another process writes."""
        doctor.repair(self._access(), self._reading, deep)

    def bare(self) -> bytes:
        """Return every byte of the file and its log, those of an encrypted one decrypted, also what no row holds any more."""
        return self._access().bare()

    @contextlib.contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the file for looking and trying; nothing that is not committed stays."""
        with contextlib.closing(schema.connect(self._access())) as db:
            yield db

    def head(self, db: sqlite3.Connection) -> dict[str, Any]:
        """Return where the chain of every scope ends, as JSON to be kept elsewhere."""
        return chains.head(db, self._secret())

    def contradictions(self, db: sqlite3.Connection, kept: Mapping[str, Any] | None = None) -> list[str]:
        """Return what the chains of all scopes do not hold, and what contradicts a head that was kept."""
        secret = self._secret()
        wrong = []
        for one in self.chains(db):
            if one.wrong or one.beyond or one.stale:
                places = sorted({*one.wrong, *one.beyond}) or "its recorded end"
                wrong.append(f"scope {one.scope_id} does not hold at {places}")
        stray = "SELECT count(*) FROM versions WHERE key >> 32 NOT IN (SELECT scope_id FROM scopes)"
        if count := db.execute(stray).fetchone()[0]:
            wrong.append(f"{count} versions are of no scope")
        return wrong + (chains.behind(db, kept, secret) if kept is not None else [])

    def chains(self, db: sqlite3.Connection) -> list[chains.Chain]:
        """Return what the chain of each scope shows."""
        secret = self._secret()
        number = schema.key_number(db, secret)
        scopes = db.execute("SELECT scope_id FROM scopes ORDER BY scope_id").fetchall()
        return [chains.walk(db, one, number, secret) for (one,) in scopes]

    def differences(self, db: sqlite3.Connection, deep: bool = False) -> list[derived.Difference]:
        """Return how the derived tables differ from what the versions say; `deep` makes every vector anew."""
        read = self._reading(*doctor.language(db))
        return [
            *derived.plain_differences(db),
            *derived.text_differences(db, doctor.term_key(db), read, deep),
        ]

    def rebuilt(self, db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
        """Empty the derived tables, make them again from the versions, and return for each its rows and how many differ.

        Vectors, which take the model a long time, are left: `differences` compares them. On an open transaction.
        """
        tables = (*derived.PLAIN, "terms")
        for table in tables:
            db.execute(f"CREATE TEMP TABLE was_{table} AS SELECT * FROM {table}")
            db.execute(f"DELETE FROM {table}")
        db.execute(f"DELETE FROM temp.was_links AS t WHERE {derived.NOWHERE}")
        derived.rebuild(db, doctor.term_key(db), self._reading(*doctor.language(db)))
        found = {}
        for table in tables:
            count = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            differ = sum(
                db.execute(f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT SELECT * FROM {other})").fetchone()[0]
                for one, other in ((table, f"temp.was_{table}"), (f"temp.was_{table}", table))
            )  # fmt: skip
            found[table] = (count, differ)
        return found

    def keep_only(self, caller: Scope) -> int:
        """Remove every scope that a caller does not see, with all its rows and without a trace; return how many those were.

        For comparing what the caller is answered; such a file's chains are whole, and its other rows as they were.
        """
        seen = json.dumps(rows.wanted(caller))
        with self.opened() as db:
            db.execute("BEGIN IMMEDIATE")
            gone = "(SELECT scope_id FROM scopes WHERE labels NOT IN (SELECT value FROM json_each(?)))"
            tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in [*(one for one in tables if one != "scopes"), "scopes"]:
                columns = {row[1]: row[2] for row in db.execute(f"PRAGMA table_info({table})")}
                of = "scope_id" if "scope_id" in columns else "key >> 32" if columns.get("key") == "INTEGER" else None  # fmt: skip
                if of is not None:
                    removed = db.execute(f"DELETE FROM {table} WHERE {of} IN {gone}", (seen,)).rowcount
            db.execute("COMMIT")
        return removed

    def change_key(self, new: str) -> str:
        """Make another key the one that opens the store, whole or not at all, and return the id of its data key."""
        return envelope.change(self._encrypted(), new)

    def destroy_key(self) -> str:
        """Make the store and all its copies unreadable, and return the id of the data key that is no more."""
        return envelope.destroy(self._encrypted())

    def key_id(self) -> str:
        """Return the id of the data key, where the key that was given opens it."""
        return envelope.identified(self._encrypted())

    def lend_key(self, copy: Path) -> None:
        """Give a copy of the store the whole envelope, so that it opens with the same key."""
        if (mine := envelope.Envelope.read(self.path)) is not None:
            schema.write_private(envelope.beside(copy), mine.text())

    def _encrypted(self) -> Access:
        if not self.path.is_file():
            raise InvalidInput("store", f"{self.path}: no such file")
        if envelope.Envelope.read(self.path) is None:
            raise InvalidInput("store", f"{self.path}: is not encrypted, or {envelope.beside(self.path).name} is missing")  # fmt: skip
        return self._access()

    def _access(self) -> Access:
        if not self.path.exists():  # what is asked of it says so
            return Access(str(self.path))
        return envelope.accessed(str(self.path), self._key, make=False)

    def _secret(self) -> bytes:
        return schema.read_secret(self.path.with_name(self.path.name + ".key"))
