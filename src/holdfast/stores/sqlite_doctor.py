"""Finding and naming damage in a SQLite store's file, also in one that will not open; mending what is derived.

What is looked at is never written: the file is opened for reading alone, until a repair is asked for. A repair touches derived
tables, SQLite's own indexes and counters, never a version; where what is true is damaged itself, nothing is repaired.
"""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ..errors import InvalidInput, StoreError
from . import sqlite_chain as chains
from . import sqlite_derived as derived
from . import sqlite_reembed as reembed
from . import sqlite_schema as schema
from .sqlite_access import Access, DatabaseError

# What mends it: `--repair`, a backup, another file or program, the user's hand, or nothing because it is no damage. Only beside
# the last two is there a repair.
Mend = Literal["repair", "restore", "another", "by hand", "nothing"]
RESTORE = "restore a backup: holdfast backup apply PATH --replace"
REPAIR = "holdfast doctor --repair"
SHOWN = 5
MAGIC = b"SQLite format 3\0"
_INDEX = re.compile(r"row \d+ missing from index|wrong # of entries in index|non-unique entry in index")
# Rows that belong to what is gone: `versions` is the truth, and what hangs on a scope or a memory is kept beside it.
_ORPHANS = {
    "versions": "SELECT count(*) FROM versions WHERE key >> 32 NOT IN (SELECT scope_id FROM scopes)",
    "erased": "SELECT count(*) FROM erased WHERE key >> 32 NOT IN (SELECT scope_id FROM scopes)",
}
_OF_SCOPE = ("sightings", "uses", "once", "tombstones", "receipts", "jobs", "spent")
_OF_ITEM = ("sightings", "uses", "once")

# Given the language of a store and whether its model's id is known, what reads its texts.
Reading = Callable[[str, str | None], derived.Read]


class Finding(NamedTuple):
    """One kind of damage: what it is, where, how often, whether `--repair` mends it, and what to do."""

    what: str
    where: str
    times: int
    mend: Mend
    advice: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return self._asdict()


def examine(access: Access, read: Reading, deep: bool = False) -> list[Finding]:
    """Return what is wrong with a store's file; it is only read. `deep` makes every vector anew to compare it.

    Raises `InvalidInput` where there is no such file.
    """
    file = Path(access.path)
    if not file.is_file():
        raise InvalidInput("store", f"{file}: no such file")
    with file.open("rb") as opened:
        if access.secret is None and opened.read(16) != MAGIC:
            return [
                Finding(
                    "no database",
                    file.name,
                    1,
                    "restore",
                    f"its first bytes are not SQLite's: put {file.name}.envelope back if it was encrypted; {RESTORE}",
                )
            ]
    found: list[Finding] = []
    try:
        with contextlib.closing(_looking(access)) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if db.execute("PRAGMA application_id").fetchone()[0] != schema.APPLICATION_ID:
                return [Finding("no store of ours", file.name, 1, "another", "another program's database, or a store whose header is damaged: choose another file, or restore a backup")]  # fmt: skip
            if version > len(schema.MIGRATIONS):
                return [Finding("newer schema", file.name, 1, "another", f"schema {version} is of a newer Holdfast: upgrade holdfast")]  # fmt: skip
            for check in (_pages, _schema, _chains, _orphans, _models, _derived(read, deep), _unswept):
                found += _guarded(check, db, file)
    except DatabaseError as error:
        found.append(_unreadable(error))
    return found + _log(file)


def _looking(access: Access) -> sqlite3.Connection:
    db = access.looking()
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("BEGIN")  # one moment of the file, whoever writes meanwhile
    return db


Check = Callable[[sqlite3.Connection, Path], Iterable[Finding]]


def _guarded(check: Check, db: sqlite3.Connection, file: Path) -> list[Finding]:
    """Run a check as far as the file can be read."""
    try:
        return list(check(db, file))
    except DatabaseError as error:
        return [_unreadable(error)]


def _unreadable(error: sqlite3.DatabaseError) -> Finding:
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    return Finding("unreadable", name, 1, "restore", f"SQLite cannot read all of the file; {RESTORE}")


def _pages(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    told = [line for (line,) in db.execute("PRAGMA integrity_check(1000)") if line != "ok"]
    indexes = [line for line in told if _INDEX.search(line)]
    if indexes:
        yield Finding("index out of step", _some(sorted({line.split()[-1] for line in indexes})), len(indexes), "repair", REPAIR)  # fmt: skip
    if pages := [line for line in told if not _INDEX.search(line)]:
        yield Finding("flipped bytes", _some(line.split("\n")[-1] for line in pages), len(pages), "restore", RESTORE)  # fmt: skip


def _schema(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    there, due = _objects(db), _due(version)
    begun = _begun(db, version)
    if begun:
        full = [name for name in begun if _filled(db, name)]
        what = f"of {schema.MIGRATIONS[version][0]}: {_some(begun)}"
        yield Finding("half-applied migration", what, len(begun), "restore" if full else "repair", RESTORE if full else REPAIR)  # fmt: skip
    missing = sorted(set(due) - set(there))
    for mend, names in _by_mend(missing):
        yield Finding("missing table or index", _some(names), len(names), mend, REPAIR if mend == "repair" else RESTORE)  # fmt: skip
    other = sorted(name for name in due if name in there and there[name] != due[name] and name not in begun)
    if other:
        yield Finding("table of another form", _some(other), len(other), "restore", RESTORE)
    if "migrations" in there:
        noted = [name for (name,) in db.execute("SELECT name FROM migrations ORDER BY name")]
        if noted != [name for name, _ in schema.MIGRATIONS[:version]]:
            yield Finding("migrations out of step", _some(noted), 1, "repair", REPAIR)


def _by_mend(missing: Sequence[str]) -> Iterator[tuple[Mend, list[str]]]:
    """Split what is missing into what can be made again from the rest, and what took rows with it."""
    tables = {name for name, sql in _due(len(schema.MIGRATIONS)).items() if sql.startswith("CREATE TABLE")}
    lost = [name for name in missing if name in tables - set(derived.DERIVED)]
    if lost:
        yield "restore", lost
    if again := [name for name in missing if name not in lost]:
        yield "repair", again


def _objects(db: sqlite3.Connection) -> dict[str, str]:
    """Return the tables and indexes of a file with their definitions, white space and quotes evened out."""
    made = db.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
    )
    return {name: " ".join(sql.replace('"', "").split()) for name, sql in made}


def _due(version: int) -> dict[str, str]:
    """Return what a file of a schema version holds."""
    with contextlib.closing(Access(":memory:").opened()) as db:
        for _, step in schema.MIGRATIONS[:version]:
            step(db)
        return _objects(db)


def _begun(db: sqlite3.Connection, version: int) -> list[str]:
    """Return what the file has of the migrations that it says did not run yet: what they make, or make anew in another form."""
    before, there = _due(version), _objects(db)
    after = {name: sql for name, sql in _due(len(schema.MIGRATIONS)).items() if before.get(name) != sql}
    return sorted(
        name
        for name, sql in after.items()
        if there.get(name) == sql or (name in there and name not in before)
    )


def _filled(db: sqlite3.Connection, name: str) -> bool:
    kind = db.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    return kind == "table" and db.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone() is not None


def _chains(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    key_id, secret, problem = _key(db, file)
    if problem is not None:
        yield problem
    for chain in _walked(db, key_id, secret):
        where = f"scope {chain.scope_id}"
        if chain.wrong:
            which = f"{where}, positions {_some(chain.wrong)}{_items(db, chain)}"
            yield Finding("version changed or lost", which, len(chain.wrong), "restore", RESTORE)
        elif chain.stale:
            yield Finding("stale generation counter", f"{where} ends at {chain.last[0]}", 1, "repair", REPAIR)
        if chain.unproved and key_id is not None:
            advice = (
                "only their commitments can be checked; put the store's former key file back to check all"
            )
            yield Finding("chained by another key", where, chain.unproved, "nothing", advice)


def _walked(db: sqlite3.Connection, key_id: int | None, secret: bytes) -> Iterator[chains.Chain]:
    for (scope_id,) in db.execute("SELECT scope_id FROM scopes ORDER BY scope_id").fetchall():
        yield chains.walk(db, scope_id, key_id, secret)


def _key(db: sqlite3.Connection, file: Path) -> tuple[int | None, bytes, Finding | None]:
    """Return the number and secret of the store's key as far as there is one, and what is wrong with it."""
    key = file.with_name(file.name + ".key")
    advice = "without it only commitments can be checked; put it back from a backup, or the next opening makes a new one"
    if not key.exists():
        return None, b"", Finding("key file missing", key.name, 1, "by hand", advice)
    try:
        secret = schema.read_secret(key)
    except StoreError:
        advice = (
            "the store does not open with it; put it back from a backup, or remove it to go on with a new key"
        )
        return None, b"", Finding("key file damaged", key.name, 1, "by hand", advice)
    number = schema.key_number(db, secret)
    if number is None:
        advice = "it did not chain this store; put its own key file back from a backup"
        return None, secret, Finding("key file of another store", key.name, 1, "by hand", advice)
    return number, secret, None


def _items(db: sqlite3.Connection, chain: chains.Chain) -> str:
    keys = [chain.scope_id << 32 | place for place in chain.wrong[:SHOWN]]
    marks = ",".join("?" * len(keys))
    found = db.execute(f"SELECT DISTINCT item_id FROM versions WHERE key IN ({marks})", keys).fetchall()
    ids = [str(uuid.UUID(bytes=id)) for (id,) in found if isinstance(id, bytes) and len(id) == 16]
    return f" ({', '.join(ids)})" if ids else ""


def _orphans(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    counted = dict(_ORPHANS)
    for table in _OF_SCOPE:
        counted[table] = f"SELECT count(*) FROM {table} t WHERE scope_id NOT IN (SELECT scope_id FROM scopes)"
    for table in _OF_ITEM:
        counted[table] += " OR NOT EXISTS (SELECT 1 FROM versions v WHERE v.item_id = t.item_id AND v.key >> 32 = t.scope_id)"  # fmt: skip
    there = _objects(db)
    for table, sql in counted.items():
        if table in there and (count := db.execute(sql).fetchone()[0]):
            advice = f"they belong to a scope or memory that is not there; {RESTORE}"
            yield Finding("orphaned rows", table, count, "restore", advice)


def _models(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    if {"models", "vectors"} <= set(_objects(db)):
        lost = derived.lost_vectors(db)
        if lost:
            advice = f"they are never compared with; {REPAIR} makes them anew with the store's model, or removes them"
            yield Finding("vectors of another model", f"rows {_some(lost)}", len(lost), "repair", advice)
    if "reembeds" in _objects(db) and (change := reembed.state(db)) is not None:
        advice = "no damage: `holdfast reembed` goes on with it or, with --cancel, drops it; the model before answers till then"
        done = f"to {change.target or 'none'}, {change.done:,} of {change.total:,} texts"
        yield Finding("change of models under way", done, 1, "nothing", advice)


def _derived(read: Reading, deep: bool) -> Check:
    def check(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
        if not set(derived.CHECKED) | {"versions", "scopes", "meta"} <= set(_objects(db)):
            return
        differences = derived.plain_differences(db)
        differences += derived.text_differences(db, term_key(db), read(*language(db)), deep)
        lost = set(derived.lost_vectors(db))
        for one in differences:
            for kind, keys in (("missing", one.missing), ("extra", one.extra), ("changed", one.changed)):
                if left := [key for key in keys if key not in lost or one.table != "vectors"]:
                    yield Finding(
                        f"{kind} index rows", f"{one.table}, {_some(left)}", len(left), "repair", REPAIR
                    )

    return check


def term_key(db: sqlite3.Connection) -> bytes:
    """Return the key of a store's term hashes."""
    return bytes(db.execute("SELECT value FROM meta WHERE name = 'term_key'").fetchone()[0])


def language(db: sqlite3.Connection) -> tuple[str, str | None]:
    """Return the language a store's words are stemmed in, and the model of its vectors."""
    language = db.execute("SELECT value FROM meta WHERE name = 'setting.language'").fetchone()
    model = db.execute("SELECT name FROM models ORDER BY model_id LIMIT 1").fetchone()
    return str(language[0]) if language else "english", model[0] if model else None


def _unswept(db: sqlite3.Connection, file: Path) -> Iterator[Finding]:
    left = db.execute("SELECT value FROM meta WHERE name = 'unswept'").fetchone()
    if left:
        advice = f"the next opening of the store finishes it, and so does {REPAIR}"
        yield Finding("unswept erasure", f"still to do: {left[0]}", 1, "repair", advice)


def _log(file: Path) -> list[Finding]:
    log = file.with_name(file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if not size:
        return []
    advice = "no damage: a process has the store open, or one was killed; the next opening takes it over"
    return [Finding("write-ahead log", f"{size:,} bytes", 1, "nothing", advice)]


def _some(values: Iterable[Any]) -> str:
    listed = [str(one) for one in values]
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


# -- repair --------------------------------------------------------------------------------------------------------


def repair(access: Access, read: Reading, deep: bool = False) -> None:
    """Mend what `examine` says can be: indexes, counters, derived rows, a migration begun, an erasure unswept.

    Does nothing where what is true is damaged. Raises `StoreBusy` while another process writes.
    """
    if any(one.mend in ("restore", "another") for one in examine(access, read)):
        return
    with schema.translated(access.path), contextlib.closing(schema.connect(access)) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            _mend_schema(db)
            db.execute("REINDEX")
            _mend_counters(db, Path(access.path))
            derived.rebuild(db, term_key(db), read(*language(db)), deep)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        if left := db.execute("SELECT value FROM meta WHERE name = 'unswept'").fetchone():
            schema.sweep(db, str(left[0]))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _mend_schema(db: sqlite3.Connection) -> None:
    """Take back a migration that was begun, and run what is still due; make derived tables and indexes that are missing."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    for name in _begun(db, version):
        made = db.execute("SELECT type FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        if made is not None:  # an index goes with its table
            db.execute(f'DROP {made[0]} "{name}"')
    there = _objects(db)
    for name, sql in sorted(_due(version).items(), key=lambda pair: pair[1].startswith("CREATE INDEX")):
        if name not in there:
            db.execute(sql)
    db.execute(
        "DELETE FROM migrations WHERE name NOT IN (SELECT value FROM json_each(?))", (_noted(version),)
    )
    db.execute("INSERT OR IGNORE INTO migrations SELECT value, 0 FROM json_each(?)", (_noted(version),))
    schema.migrate(db)


def _noted(version: int) -> str:
    return json.dumps([name for name, _ in schema.MIGRATIONS[:version]])


def _mend_counters(db: sqlite3.Connection, file: Path) -> None:
    key_id, secret, _ = _key(db, file)
    for chain in _walked(db, key_id, secret):
        if chain.stale:
            position, mac, known = chain.last
            db.execute(
                "UPDATE scopes SET position = ?, head = ?, last_known = ?, epoch = epoch + 1 WHERE scope_id = ?",
                (position, mac, known, chain.scope_id),
            )
