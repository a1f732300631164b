"""The SQLite file: its tables, its named migrations, and opening a connection to it.

`versions` is the truth and only grows (erasing aside). Its key is `scope_id << 32 | position`, so one scope is one range of
the table and isolation is the layout. All else but `scopes` and `meta` is derived from it or stands beside it:

    scopes       each distinct scope once: its labels, its last position, the end of its chain
    versions     every version of every memory, with the commitment and HMAC that chain it to the one before in its scope;
                 found by memory, by slot, by twin, and by kind where that is a rare one
    closed       which versions were replaced, and when (derived from `versions.closes`)
    slots        the open values of each slot by when they end (derived): a slot's history does not slow down its present
    terms        per text: its length, its traits, and its terms as keyed hashes with counts (derived)
    vectors      per text: its vector and its sentences' vectors, int8 with a scale, and the model they come from (derived)
    fresh        what `vectors` is to be: made by the model that a `reembed` under way changes to (derived)
    reembeds     that change, while there is one; `reembedded` says up to where each scope is done
    clusters     of large scopes: the centres of their vectors and which of these each text is nearest to (derived, deletable)
    sightings    each further time the same memory was saved
    uses         on which days a memory was shown in a prompt: what is used decays later
    once         idempotency keys
    links        which memories a memory was derived from
    jobs         kept steps that a language model has yet to read, or could not
    leases       who is working on what, until when; `fence` counts how often a name was taken
    spent        calls and tokens of a language model, by scope and UTC day
    tombstones   keyed digests of erased texts, which are not taken in again
    erased       of each erased version what its chain needs: its place, commitment and HMAC
    policies     every change of a rule of the store; the last of each name is in force
    receipts     recorded searches
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import (
    NewerStore,
    NotAStore,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from . import sqlite_access as access
from .sqlite_access import Access
from .turns import Other, Turns, state_of

APPLICATION_ID = 0x484F4C44  # "HOLD"
BUSY_SECONDS = 30.0
DISK_SECONDS = 120.0  # that a writer is waited for while its disk does not answer
REWRITE_SECONDS = 10.0

_FOUNDATION = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE migrations (name TEXT PRIMARY KEY, applied_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE keys (key_id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE models (model_id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL);
CREATE TABLE scopes (
    scope_id INTEGER PRIMARY KEY, labels TEXT NOT NULL UNIQUE, position INTEGER NOT NULL, epoch INTEGER NOT NULL,
    last_known INTEGER NOT NULL, head BLOB NOT NULL, tombstone_key BLOB NOT NULL
);
CREATE TABLE versions (
    key INTEGER PRIMARY KEY, item_id BLOB NOT NULL, version INTEGER NOT NULL, known_from INTEGER NOT NULL,
    kind TEXT NOT NULL, state TEXT NOT NULL, text TEXT, slot TEXT, speaker TEXT, thread TEXT, turn INTEGER,
    observed_at INTEGER, valid_from INTEGER, valid_to INTEGER, expires_at INTEGER,
    twin INTEGER, entry INTEGER NOT NULL, closes TEXT, body TEXT,
    verb TEXT NOT NULL, actor TEXT, reason TEXT,
    salt BLOB, commitment BLOB NOT NULL, mac BLOB NOT NULL, key_id INTEGER NOT NULL
);
CREATE INDEX versions_by_item ON versions (item_id, version);
CREATE INDEX versions_by_slot ON versions (key >> 32, slot) WHERE slot IS NOT NULL;
CREATE INDEX versions_by_twin ON versions (key >> 32, twin) WHERE twin IS NOT NULL;
CREATE TABLE closed (key INTEGER PRIMARY KEY, known_to INTEGER NOT NULL);
CREATE TABLE slots (
    scope_id INTEGER NOT NULL, slot TEXT NOT NULL, valid_to INTEGER NOT NULL, key INTEGER NOT NULL,
    PRIMARY KEY (scope_id, slot, valid_to, key)
) WITHOUT ROWID;
CREATE TABLE terms (
    key INTEGER PRIMARY KEY, length INTEGER NOT NULL, traits INTEGER NOT NULL, terms BLOB NOT NULL
);
CREATE TABLE vectors (key INTEGER PRIMARY KEY, model_id INTEGER NOT NULL, vector BLOB NOT NULL, sentences BLOB);
CREATE TABLE sightings (scope_id INTEGER NOT NULL, item_id BLOB NOT NULL, seen_at INTEGER NOT NULL, source TEXT);
CREATE INDEX sightings_by_item ON sightings (item_id, scope_id);
CREATE TABLE once (
    scope_id INTEGER NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, item_id BLOB NOT NULL,
    version INTEGER NOT NULL, used_at INTEGER NOT NULL, PRIMARY KEY (scope_id, name)
) WITHOUT ROWID;
CREATE TABLE links (
    key INTEGER NOT NULL, relation TEXT NOT NULL, item_id BLOB NOT NULL, PRIMARY KEY (key, relation, item_id)
) WITHOUT ROWID;
CREATE INDEX links_by_item ON links (item_id);
CREATE TABLE tombstones (
    scope_id INTEGER NOT NULL, digest BLOB NOT NULL, erased_at INTEGER NOT NULL, PRIMARY KEY (scope_id, digest)
) WITHOUT ROWID;
CREATE TABLE policies (policy_id INTEGER PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (rule, subject));
CREATE TABLE receipts (
    receipt_id BLOB PRIMARY KEY, scope_id INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER, body TEXT
) WITHOUT ROWID;
"""


def _foundation(db: sqlite3.Connection) -> None:
    for statement in _FOUNDATION.split(";"):
        if statement.strip():
            db.execute(statement)
    db.execute("INSERT INTO meta VALUES ('term_key', ?)", (secrets.token_bytes(16),))


_CLUSTERS = """
CREATE TABLE clusters (
    scope_id INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, trained INTEGER NOT NULL, position INTEGER NOT NULL,
    centres BLOB NOT NULL, lists BLOB NOT NULL
)
"""


def _clusters(db: sqlite3.Connection) -> None:
    db.execute(_CLUSTERS)


_MODEL = """
CREATE TABLE jobs (
    job_id BLOB PRIMARY KEY, scope_id INTEGER NOT NULL, created_at INTEGER NOT NULL, due_at INTEGER,
    attempts INTEGER NOT NULL, body TEXT NOT NULL, error TEXT, reply TEXT
) WITHOUT ROWID;
CREATE INDEX jobs_by_due ON jobs (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE spent (
    scope_id INTEGER NOT NULL, day INTEGER NOT NULL, calls INTEGER NOT NULL, tokens INTEGER NOT NULL,
    PRIMARY KEY (scope_id, day)
) WITHOUT ROWID;
"""


def _model(db: sqlite3.Connection) -> None:
    for statement in _MODEL.split(";"):
        if statement.strip():
            db.execute(statement)


def _erased(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE erased (key INTEGER PRIMARY KEY, commitment BLOB NOT NULL, mac BLOB NOT NULL, key_id INTEGER NOT NULL)"
    )


_REEMBED = """
CREATE TABLE reembeds (
    model_id INTEGER PRIMARY KEY, name TEXT NOT NULL, dimension INTEGER NOT NULL, began_at INTEGER NOT NULL,
    run TEXT NOT NULL, paused INTEGER NOT NULL
);
CREATE TABLE reembedded (scope_id INTEGER PRIMARY KEY, position INTEGER NOT NULL);
"""


def make_fresh(db: sqlite3.Connection) -> None:
    """Make the empty table of vectors to come; at the end of a change of models it is renamed to `vectors`."""
    db.execute(
        "CREATE TABLE fresh (key INTEGER PRIMARY KEY, model_id INTEGER NOT NULL, vector BLOB NOT NULL, sentences BLOB)"
    )


def _reembed(db: sqlite3.Connection) -> None:
    make_fresh(db)
    for statement in _REEMBED.split(";"):
        if statement.strip():
            db.execute(statement)


_USES = """
CREATE TABLE uses (
    scope_id INTEGER NOT NULL, used_at INTEGER NOT NULL, item_id BLOB NOT NULL, PRIMARY KEY (scope_id, used_at, item_id)
) WITHOUT ROWID;
CREATE INDEX uses_by_item ON uses (item_id, scope_id, used_at);
CREATE INDEX sightings_by_time ON sightings (scope_id, seen_at);
"""


def _uses(db: sqlite3.Connection) -> None:
    for statement in _USES.split(";"):
        if statement.strip():
            db.execute(statement)


_LEASES = """
CREATE TABLE leases (
    scope_id INTEGER NOT NULL, name TEXT NOT NULL, fence INTEGER NOT NULL, holder TEXT, taken_at INTEGER NOT NULL,
    ttl INTEGER NOT NULL, until INTEGER, PRIMARY KEY (scope_id, name)
) WITHOUT ROWID
"""


def _leases(db: sqlite3.Connection) -> None:
    db.execute(_LEASES)


# What the foundation laid out for rules has never been written.
_POLICIES = """
DROP TABLE policies;
CREATE TABLE policies (
    policy_id INTEGER PRIMARY KEY, name TEXT NOT NULL, rule TEXT NOT NULL, labels TEXT NOT NULL, body TEXT,
    set_at INTEGER NOT NULL, actor TEXT, reason TEXT
);
CREATE INDEX policies_by_name ON policies (name, policy_id);
INSERT OR IGNORE INTO meta VALUES ('policies', 0);
"""


def _policies(db: sqlite3.Connection) -> None:
    for statement in _POLICIES.split(";"):
        if statement.strip():
            db.execute(statement)


# Kinds that few memories have; the index serves what asks in these words.
SCARCE = "kind NOT IN ('episode', 'fact')"


# What an agent only said again has a trait of its own.
_ECHOES = (
    "UPDATE terms SET traits = traits | 64 WHERE key IN (SELECT key FROM versions v WHERE kind = 'episode' AND "
    "json_extract(body, '$.source.role') IN ('assistant', 'tool') AND EXISTS (SELECT 1 FROM json_each(v.body, '$.tags') t "
    "WHERE t.value = 'echo'))"
)


def _kinds(db: sqlite3.Connection) -> None:
    db.execute(f"CREATE INDEX versions_by_kind ON versions (key >> 32, kind) WHERE {SCARCE}")
    db.execute(_ECHOES)


# What each step of an agent looks for: the turns of a thread, summaries, what waits for review, and what was told last of what is no episode.
DECLARED = "kind IN ('fact', 'preference', 'procedure')"
PENDING = "state = 'pending'"
SUMMARY = """instr(body, '"summary_of"') > 0"""


def _steps(db: sqlite3.Connection) -> None:
    db.execute("CREATE INDEX versions_by_thread ON versions (key >> 32, thread) WHERE thread IS NOT NULL")
    db.execute(f"CREATE INDEX versions_of_summaries ON versions (key >> 32) WHERE {SUMMARY}")
    db.execute(f"CREATE INDEX versions_pending ON versions (key >> 32) WHERE {PENDING}")
    db.execute(f"CREATE INDEX versions_declared ON versions (key >> 32, known_from) WHERE {DECLARED}")


# The episode in which a memory was said once more; a schema that is not trusted may hold no function of JSON.
SEEN_IN = """substr(source, instr(source, '"lineage": ["') + 13, 36)"""


def _said_again(db: sqlite3.Connection) -> None:
    from ..text import (
        IDLE,
        LONGEST_HEARD,
        is_idle,
    )  # with its tables, which opening a store takes none of else

    db.execute(f"CREATE INDEX sightings_by_episode ON sightings ({SEEN_IN})")
    answers = db.execute(
        "SELECT v.key, v.text FROM versions v WHERE v.kind = 'episode' AND length(v.text) <= ? AND "
        "json_extract(v.body, '$.source.role') = 'assistant'",
        (LONGEST_HEARD,),
    )
    heard = [(IDLE, key) for key, text in answers.fetchall() if is_idle(text)]
    db.executemany("UPDATE terms SET traits = traits | ? WHERE key = ?", heard)


# Each migration runs once, in one transaction with the note that it ran; their number is the file's `user_version`.
MIGRATIONS: tuple[tuple[str, Callable[[sqlite3.Connection], None]], ...] = (
    ("0001-foundation", _foundation),
    ("0002-clusters", _clusters),
    ("0003-model", _model),
    ("0004-erased", _erased),
    ("0005-reembed", _reembed),
    ("0006-uses", _uses),
    ("0007-leases", _leases),
    ("0008-policies", _policies),
    ("0009-kinds", _kinds),
    ("0010-steps", _steps),
    ("0011-said-again", _said_again),
)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Turn SQLite's errors into ours, naming the file and what to do."""
    try:
        yield
    except access.Error as error:
        raise translate(error, path) from error


def translate(error: sqlite3.Error, path: str) -> StoreError:
    """Return our error for one of SQLite's; the message never holds a value that was being written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(f"{path}: another process held the write lock for {BUSY_SECONDS:.0f} s; try again")
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_WRITE:
        return StoreFull(
            f"{path}: no space left (disk, quota or file limit); nothing of this change was written"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreReadOnly(
            f"{path}: cannot be opened for writing; check the file, its folder and their rights"
        )
    if code == sqlite3.SQLITE_CORRUPT:
        return StoreDamaged(f"{path}: the database file is damaged; restore a backup")
    if code == sqlite3.SQLITE_NOTADB and Path(path + ".envelope").exists():
        return StoreDamaged(
            f"{path}: cannot be read with the key in its envelope: one of the two is another store's, or the file is not "
            "encrypted or damaged; put back what belongs together, or restore a backup"
        )
    if code == sqlite3.SQLITE_NOTADB:
        return NotAStore(f"{path}: this file is not a Holdfast store; choose another path")
    return StoreError(
        f"{path}: the database failed ({getattr(error, 'sqlite_errorname', type(error).__name__)})"
    )


def connect(to: Access) -> sqlite3.Connection:
    """Open one connection in autocommit mode with the settings every Holdfast store runs under."""
    db = to.opened(timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        db.close()
        raise
    return db


def alone(to: Access) -> sqlite3.Connection:
    """Open a file that nobody else has open, and keep everybody out; raises `StoreBusy` where somebody has."""
    db = connect(to)
    try:
        db.execute("PRAGMA busy_timeout = 1000")
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("COMMIT")
    except access.OperationalError as error:
        db.close()
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise StoreBusy(
            f"{to.path}: another process has this store open; stop it first, then try again"
        ) from error
    return db


def begin(db: sqlite3.Connection, turns: Turns, path: str) -> None:
    """Begin a write transaction once our turn has come; a place among `turns` is taken already.

    SQLite is asked at a short, constant interval, since its own waiting backs off, so that whoever came last gets in first;
    `db` must have a busy timeout of a millisecond. Raises `StoreBusy` when one and the same process was before us for
    BUSY_SECONDS; one that waits for its disk is waited for longer. Raises `NewerStore` where the schema is newer than ours by now.
    """
    moved, before = time.monotonic(), None
    while True:
        ahead = turns.ahead()
        if ahead[:2] != before:  # who waits in a queue that moves is not told that it is busy
            moved, before = ahead.at, ahead[:2]
        if ahead.clear and _begun(db):
            turns.writing()
            return _still_ours(db, path)
        if ahead.at - moved > BUSY_SECONDS:
            holder = ahead.holder
            state = state_of(holder.process) if holder is not None else ""
            if state != "D" or ahead.at - moved > DISK_SECONDS:
                raise _busy(path, holder, state)
        turns.pause(ahead.first)


def _begun(db: sqlite3.Connection) -> bool:
    try:
        db.execute("BEGIN IMMEDIATE")
    except access.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def _still_ours(db: sqlite3.Connection, path: str) -> None:
    """End a transaction on a file that a newer Holdfast has migrated since we opened it: we would leave out what it keeps."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        db.execute("ROLLBACK")
        raise NewerStore(
            f"{path}: a newer Holdfast brought it to schema {version} while this one, which knows {len(MIGRATIONS)}, had it "
            "open; nothing was written: upgrade holdfast and start again"
        )


def _busy(path: str, holder: Other | None, state: str) -> StoreBusy:
    who = "another process" if holder is None else f"process {holder.process}"
    if state in ("T", "t"):
        return StoreBusy(
            f"{path}: {who} holds the write lock and is stopped; continue it or end it, then try again"
        )
    return StoreBusy(f"{path}: {who} held the write lock for {BUSY_SECONDS:.0f} s; try again")


def rewrite(db: sqlite3.Connection) -> None:
    """Write the whole file anew, row by row, after which no page holds more than its rows; takes as much memory as it has bytes."""
    db.execute(f"PRAGMA busy_timeout = {int(REWRITE_SECONDS * 1_000)}")
    try:
        db.execute("VACUUM")
    finally:
        db.execute("PRAGMA busy_timeout = 1")


def sweep(db: sqlite3.Connection, unswept: str) -> str | None:
    """Leave no byte of what was erased, and return what is left to do of it: "rewrite" the file, "empty" the WAL, or None.

    `secure_delete` overwrites a row where it is, not the copies left behind where SQLite once moved it between pages. So the
    file is written anew, then the WAL emptied; while another process writes or reads, or the disk is full, it has to wait.
    """
    try:
        if unswept == "rewrite":
            rewrite(db)
            db.execute("UPDATE meta SET value = 'empty' WHERE name = 'unswept'")
            unswept = "empty"
        if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:  # somebody reads it
            return unswept
        db.execute("DELETE FROM meta WHERE name = 'unswept'")
    except access.OperationalError:
        return unswept
    return None


def checked(db: sqlite3.Connection, path: str) -> bool:
    """Return whether the file has this version's schema; raises `NotAStore`, `NewerStore` where it cannot be brought to it."""
    application = db.execute("PRAGMA application_id").fetchone()[0]
    version: int = db.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID and db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise NotAStore(f"{path}: this is a database of another program; choose another path")
    if application == APPLICATION_ID and version > len(MIGRATIONS):
        raise NewerStore(
            f"{path}: written by a newer Holdfast (schema {version}, this one knows {len(MIGRATIONS)}); upgrade holdfast"
        )
    return version == len(MIGRATIONS) and bool(application == APPLICATION_ID)


def prepare(db: sqlite3.Connection, path: str) -> None:
    """Check that the file is ours, or new and empty, and bring it to this version's schema."""
    ready = checked(db, path)
    if path != ":memory:":
        db.execute("PRAGMA journal_mode = WAL")
    if not ready:
        _migrate(db)


def migrate(db: sqlite3.Connection) -> None:
    """Run the migrations that are due, on an open transaction."""
    done = db.execute("PRAGMA user_version").fetchone()[0]  # another process may have been first
    for name, step in MIGRATIONS[done:]:
        step(db)
        db.execute("INSERT INTO migrations VALUES (?, ?)", (name, time.time_ns() // 1_000))
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _migrate(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        migrate(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def chain_key(db: sqlite3.Connection, path: str) -> tuple[int, bytes]:
    """Return the number and secret of the key that chains new versions, from the file `<path>.key` beside the store.

    A store that was moved without its key file goes on with a new key: what the old one chained can then no longer be
    verified, which `keys` keeps visible. Call inside a write transaction, so that two processes agree on one key.
    """
    secret = _secret(Path(path + ".key")) if path != ":memory:" else secrets.token_bytes(32)
    db.execute("INSERT OR IGNORE INTO keys (fingerprint) VALUES (?)", (_fingerprint(secret),))
    return key_number(db, secret) or 0, secret


def _secret(path: Path) -> bytes:
    """Return the key in a file, made where there is none; readable by its owner alone."""
    try:
        return _made_secret(path)
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreReadOnly(f"{path}: the store's key cannot be written ({error.strerror})") from None
    return read_secret(path)


def read_secret(path: Path) -> bytes:
    """Return the key in a file; raises `StoreReadOnly` where it cannot be read, `StoreDamaged` where it is none."""
    try:
        stored = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise StoreReadOnly(f"{path}: the store's key cannot be read ({error.strerror})") from None
    except ValueError:
        stored = b""
    if len(stored) != 32:
        raise StoreDamaged(f"{path}: holds no key of 32 bytes; restore it from a backup or remove it")
    return stored


def _made_secret(path: Path) -> bytes:
    """Write a new key; the write lock of the store keeps others from doing so at once."""
    if path.exists():
        raise FileExistsError(path)
    secret = secrets.token_bytes(32)
    write_secret(path, secret)
    return secret


def write_secret(path: Path, secret: bytes) -> None:
    """Write a key, whole or not at all, readable by its owner alone."""
    write_private(path, secret.hex() + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a small file, whole or not at all and on the disk when this returns, readable by its owner alone."""
    draft = path.with_name(path.name + ".new")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    if os.name == "posix":  # elsewhere a folder cannot be synced
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def key_number(db: sqlite3.Connection, secret: bytes) -> int | None:
    """Return the number of a key among those that chained this store, None where it is none of them."""
    found = db.execute("SELECT key_id FROM keys WHERE fingerprint = ?", (_fingerprint(secret),)).fetchone()
    return int(found[0]) if found else None


def _fingerprint(secret: bytes) -> str:
    import hashlib

    return hashlib.blake2b(secret, digest_size=8, person=b"holdfast-chain").hexdigest()
