"""The one place where a SQLite file is opened: plainly by Python's own `sqlite3`, or encrypted by SQLCipher.

SQLCipher's module (`holdfast[encryption]`) is a DB-API like `sqlite3` with exceptions of its own that are no subclasses of those, so
whoever catches SQLite's errors catches the pairs below. A file is opened by one of the two libraries alone: each keeps its own
book of the locks that this process holds, and closing a file in the one drops the locks of the other.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from ..errors import ConfigError

try:
    from sqlcipher3 import dbapi2 as cipher
except ImportError:
    cipher = None

# How SQLCipher 4 lays out a page of ours: what it encrypts, the vector it began with, and an HMAC-SHA256; the first begins with a salt.
_PAGE, _VECTOR, _HMAC, _SALT = 4_096, 16, 32, 16
_LOG_HEAD, _FRAME_HEAD = 32, 24  # https://sqlite.org/fileformat.html#the_write_ahead_log

_MODULES: tuple[Any, ...] = (sqlite3,) if cipher is None else (sqlite3, cipher)

Error: tuple[type[sqlite3.Error], ...] = tuple(one.Error for one in _MODULES)
DatabaseError: tuple[type[sqlite3.DatabaseError], ...] = tuple(one.DatabaseError for one in _MODULES)
OperationalError: tuple[type[sqlite3.OperationalError], ...] = tuple(one.OperationalError for one in _MODULES)
IntegrityError: tuple[type[sqlite3.IntegrityError], ...] = tuple(one.IntegrityError for one in _MODULES)


def need_cipher() -> None:
    """Raise `ConfigError` where SQLCipher is not installed."""
    if cipher is None:
        raise ConfigError("a store with a key needs SQLCipher: pip install 'holdfast[encryption]'")


@dataclass(frozen=True, slots=True)
class Access:
    """How the file at `path` is opened: plainly, or with the `secret` of 32 bytes that all its pages are encrypted with."""

    path: str
    secret: bytes | None = field(default=None, repr=False)

    def at(self, path: str) -> Access:
        """Return the same for another file."""
        return Access(path, self.secret)

    def opened(self, **how: Any) -> sqlite3.Connection:
        """Open the file for reading and writing, made where there is none, for its owner alone; `how` goes to `connect`."""
        if self.path != ":memory:":
            with contextlib.suppress(OSError):  # it is there, or SQLite says why it cannot be made
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return self._connected(self.path, how)

    def looking(self, how: str = "mode=ro", **more: Any) -> sqlite3.Connection:
        """Open the file, which must be there, for reading alone; `how` are parameters of SQLite's URI, `more` goes to `connect`."""
        name = f"{Path(self.path).absolute().as_uri()}?{how}"
        return self._connected(name, {"uri": True, "isolation_level": None, **more})

    def bare(self) -> bytes:
        """Return every byte of the file and its log, also what no row holds any more; of an encrypted one its pages, decrypted."""
        file, log = (
            one.read_bytes() if one.exists() else b"" for one in (Path(self.path), Path(self.path + "-wal"))
        )
        if self.secret is None:
            return file + log
        pages = [(n // _PAGE, file[n : n + _PAGE]) for n in range(0, len(file), _PAGE)]
        pages += [
            (int.from_bytes(log[n : n + 4], "big") - 1, log[n + _FRAME_HEAD : n + _FRAME_HEAD + _PAGE])
            for n in range(_LOG_HEAD, len(log), _FRAME_HEAD + _PAGE)
        ]
        return b"".join(
            _decrypted(self.secret, page, first=n == 0) for n, page in pages if len(page) == _PAGE
        )

    def _connected(self, name: str, how: dict[str, Any]) -> sqlite3.Connection:
        if self.secret is None:
            plain: sqlite3.Connection = sqlite3.connect(name, **how)
            return plain
        need_cipher()
        db = cast(sqlite3.Connection, cipher.connect(name, **how))
        try:
            # A pragma takes no parameters. The form is fixed here, since a later SQLCipher may have other defaults; each page
            # carries an HMAC-SHA256, which most processors compute twice as fast as the default's SHA-512.
            db.execute(f"PRAGMA key = \"x'{self.secret.hex()}'\"")
            db.execute("PRAGMA cipher_compatibility = 4")
            db.execute("PRAGMA cipher_hmac_algorithm = HMAC_SHA256")
        except BaseException:
            db.close()
            raise
        return db


def _decrypted(secret: bytes, page: bytes, *, first: bool) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # part of the extra

    end = _PAGE - _HMAC - _VECTOR
    reading = Cipher(algorithms.AES(secret), modes.CBC(page[end : end + _VECTOR])).decryptor()
    return reading.update(page[_SALT if first else 0 : end]) + reading.finalize()
