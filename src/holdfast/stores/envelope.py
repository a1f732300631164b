"""The key of an encrypted store, in two layers: the file's own random key, and the user's, which wraps it.

All pages are encrypted with the *data key*, 32 random bytes that never change. It lies in the file's envelope,
`<path>.envelope`, encrypted (AES-256-GCM) with the user's key: changing that writes the small envelope anew, and
destroying the envelope makes the file unreadable, and every copy of it, because a copy's envelope has only the id of its key.

    {"holdfast": "envelope", "id": "5c0e...", "derivation": {"scrypt": [32768, 8, 3]}, "salt": hex, "nonce": hex, "wrapped": hex}

A user's key of 64 hexadecimal digits is taken as 32 random bytes and used as it is ("derivation": {}); any other is a passphrase, made
expensive to guess by scrypt (RFC 7914) with what OWASP recommends for passwords.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import ConfigError, InvalidInput, StoreDamaged, StoreReadOnly, WrongKey
from . import sqlite_schema as schema
from .sqlite_access import Access, need_cipher

SCRYPT = (2**15, 8, 3)
MOST_MEMORY = 2**27
_RAW = re.compile(r"[0-9a-fA-F]{64}")
GIVE = "set HOLDFAST_KEY, or HOLDFAST_KEY_FILE to a file that holds it, or pass key="


def beside(path: str | Path) -> Path:
    """Return where the envelope of a file lies."""
    return Path(f"{path}.envelope")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What lies beside an encrypted file: the `id` of its data key, and that key, wrapped; beside a copy the id alone."""

    id: str
    derivation: dict[str, list[int]] = field(default_factory=dict)
    salt: str = ""
    nonce: str = ""
    wrapped: str = ""
    destroyed_at: str = ""

    @classmethod
    def read(cls, path: str | Path) -> Envelope | None:
        """Return the envelope of a file, None where there is none; raises `StoreReadOnly`, `StoreDamaged`."""
        file = beside(path)
        try:
            read: Any = json.loads(file.read_text("utf-8"))
            if read.pop("holdfast") != "envelope":
                raise ValueError
            made = cls(**read)
            for one in (made.id, made.salt, made.nonce, made.wrapped):
                bytes.fromhex(one)
            return made
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreReadOnly(f"{file}: the store's envelope cannot be read ({error.strerror})") from None
        except (AttributeError, LookupError, TypeError, ValueError):
            raise StoreDamaged(f"{file}: is no envelope of a store's key; put it back from where you keep a copy") from None  # fmt: skip

    @classmethod
    def sealed(cls, id: str, data_key: bytes, key: str) -> Envelope:
        """Return a data key wrapped by a user's key."""
        scrypt = {} if _RAW.fullmatch(key) else {"scrypt": list(SCRYPT)}
        made = cls(id, scrypt, secrets.token_hex(16), secrets.token_hex(12))
        return replace(made, wrapped=made._cipher(key).encrypt(*made._sealing(data_key)).hex())

    def opened(self, key: str, path: str | Path) -> bytes:
        """Return the data key; raises `WrongKey`, also where there is none any more. `path` is what it is the key of."""
        if self.destroyed_at:
            raise WrongKey(f"{path}: its key {self.id} was destroyed at {self.destroyed_at}; nothing reads it or its copies any more: choose another path")  # fmt: skip
        if not self.wrapped:
            raise WrongKey(f"{path}: is a copy that needs the key {self.id}: put the envelope of the store it was copied from beside it, as {beside(path)}")  # fmt: skip
        from cryptography.exceptions import InvalidTag

        try:
            if self.derivation or _RAW.fullmatch(key):
                found: bytes = self._cipher(key).decrypt(*self._sealing(bytes.fromhex(self.wrapped)))
                return found
        except InvalidTag:
            pass
        except (LookupError, MemoryError, TypeError, ValueError):
            raise StoreDamaged(f"{beside(path)}: this envelope cannot be opened; put it back from where you keep a copy") from None  # fmt: skip
        raise WrongKey(f"{path}: this is not the key that opens it; {GIVE}")

    def _cipher(self, key: str) -> Any:
        """Return the cipher under a user's key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # 14 ms, for stores with a key only

        if not self.derivation:
            return AESGCM(bytes.fromhex(key))
        n, r, p = self.derivation["scrypt"]
        made = hashlib.scrypt(
            key.encode(), salt=bytes.fromhex(self.salt), n=n, r=r, p=p, maxmem=MOST_MEMORY, dklen=32
        )
        return AESGCM(made)

    def _sealing(self, text: bytes) -> tuple[bytes, bytes, bytes]:
        """Return nonce, text, and what is bound to it beside."""
        bound = json.dumps([self.id, self.derivation, self.salt], sort_keys=True)
        return bytes.fromhex(self.nonce), text, bound.encode()

    def stub(self) -> Envelope:
        """Return what a copy gets: the id of the key that it needs."""
        return Envelope(self.id)

    def text(self) -> str:
        """Return the file's content."""
        return json.dumps({"holdfast": "envelope"} | {k: v for k, v in asdict(self).items() if v}) + "\n"


def accessed(path: str, key: str | None, *, make: bool = True) -> Access:
    """Return how the file at `path` is opened with a user's key, None for none; a new file with a key gets an envelope.

    Whether a file is encrypted is told by its envelope, never by looking into it: closing it would drop SQLite's locks on it.
    Raises `WrongKey` for a key that is missing, wrong or not wanted, `ConfigError` where SQLCipher is missing.
    """
    if path == ":memory:" and key is not None:
        raise ConfigError("key: a store in memory has nothing on a disk to encrypt; leave it out")
    envelope = None if path == ":memory:" else Envelope.read(path)
    if key is None:
        if envelope is None:
            return Access(path)
        raise WrongKey(f"{path}: is encrypted, and no key was given; {GIVE}")
    need_cipher()
    if envelope is None:
        if not make or _filled(path):
            raise WrongKey(
                f"{path}: a key was given, and there is no envelope beside it that the key could open: this file is not "
                f"encrypted (then leave the key out), or {beside(path).name} is missing (then put it back)"
            )
        envelope = _made(path, key)
    return Access(path, envelope.opened(key, path))


def for_copy(copy: str, path: str, key: str | None) -> tuple[Access, Access, Envelope | None]:
    """Return how a copy and the store at `path` that is to become it are opened, and the envelope to write beside the latter.

    Both are plain, or both are encrypted with one data key, whose envelope lies beside either. Raises `WrongKey`, `ConfigError`.
    """
    source, there = Envelope.read(copy), Envelope.read(path)
    if source is None and there is None and key is None:
        return Access(copy), Access(path), None
    if source is None:
        raise WrongKey(f"{copy}: is not encrypted, or {beside(copy).name}, which names its key, is missing: leave the key out and choose a place without an envelope, or put it back")  # fmt: skip
    if key is None:
        raise WrongKey(f"{copy}: is encrypted with the key {source.id}, and none was given; {GIVE}")
    need_cipher()
    if there is not None and there.id != source.id:
        raise WrongKey(f"{path}: has the key {there.id}, and the copy needs {source.id}; choose another place")  # fmt: skip
    if there is None and _filled(path):
        raise WrongKey(f"{path}: is not encrypted, and the copy is; choose another place")
    whole = there if there is not None and not source.wrapped else source
    secret = whole.opened(key, copy)
    return Access(copy, secret), Access(path, secret), None if whole is there else whole


def label(path: str, copy: Path) -> str | None:
    """Write beside a copy of the store at `path` which key it needs, and return that; None where the store is plain.

    An envelope of this key that lies there already stays; raises `InvalidInput` for one of another.
    """
    envelope, there = Envelope.read(path), Envelope.read(copy)
    if there is not None and (envelope is None or there.id != envelope.id):
        raise InvalidInput("path", f"{beside(copy)}: is the envelope of another store; choose another name")
    if envelope is None:
        return None
    if there is None:
        schema.write_private(beside(copy), envelope.stub().text())
    return envelope.id


def identified(access: Access) -> str:
    """Return the id of the data key of a store that has been accessed."""
    found = Envelope.read(access.path)
    return "" if found is None else found.id


def change(access: Access, new: str) -> str:
    """Wrap the data key of a store with another key of the user's, whole or not at all, and return its id.

    Who has the store open goes on; killed in the middle, the old key or the new one opens it.
    """
    assert access.secret is not None
    with _locked(access, "IMMEDIATE") as envelope:  # nobody else changes or destroys it now
        schema.write_private(beside(access.path), Envelope.sealed(envelope.id, access.secret, new).text())
    return envelope.id


def destroy(access: Access) -> str:
    """Overwrite the wrapped data key of a store and leave in its place only when that was; return its id.

    Raises `StoreBusy` while another process has the store open: it would go on writing what nobody can read.
    """
    with _locked(access, "EXCLUSIVE") as envelope:
        file = beside(access.path)
        for one in (file, file.with_name(file.name + ".new")):  # the latter of a change that was killed
            with contextlib.suppress(FileNotFoundError), one.open("r+b") as opened:
                opened.write(os.urandom(os.fstat(opened.fileno()).st_size))
                opened.flush()
                os.fsync(opened.fileno())
        at = datetime.now(UTC).isoformat(timespec="seconds")
        schema.write_private(file, Envelope(envelope.id, destroyed_at=at).text())
    return envelope.id


@contextlib.contextmanager
def _locked(access: Access, how: str) -> Iterator[Envelope]:
    """Hold a lock on a store, "IMMEDIATE" or "EXCLUSIVE", and lend its envelope as it is under the lock."""
    with schema.translated(access.path):
        opened = schema.alone(access) if how == "EXCLUSIVE" else schema.connect(access)
        with contextlib.closing(opened) as db:
            if how == "IMMEDIATE":
                db.execute("BEGIN IMMEDIATE")
            envelope = Envelope.read(access.path)
            if envelope is None or envelope.destroyed_at:
                raise WrongKey(f"{access.path}: its envelope was taken away or destroyed meanwhile")
            yield envelope


def _made(path: str, key: str) -> Envelope:
    """Write the envelope of a new store, and return that of whoever was first."""
    made = Envelope.sealed(secrets.token_hex(8), secrets.token_bytes(32), key)
    draft = beside(path).with_name(f"{beside(path).name}.{secrets.token_hex(4)}")
    try:
        schema.write_private(draft, made.text())
        os.link(draft, beside(path))
    except FileExistsError:
        made = Envelope.read(path) or made
    except OSError as error:
        raise StoreReadOnly(f"{beside(path)}: the store's envelope cannot be written ({error.strerror})") from None  # fmt: skip
    finally:
        draft.unlink(missing_ok=True)
    return made


def _filled(path: str) -> bool:
    return Path(path).exists() and Path(path).stat().st_size > 0
