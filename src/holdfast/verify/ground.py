"""Where the checks run: a folder of their own, with copies of the store that is asked about, or with generated ones."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from .. import config
from ..memory import Memory
from ..ports import Embedder
from ..testing import HashingEmbedder


class Tried(NamedTuple):
    """What a check tried, in words that follow its name; how often; what it found that should not be.

    `longest` are the seconds that the longest of these took, where that is told.
    """

    what: str
    times: int
    findings: tuple[str, ...]
    longest: float | None = None


@dataclass
class Ground:
    """A folder for the checks; `copied` is the user's store there, None for a generated one, `embedder` its model,
    `key` what opens it.

    `head` is one kept elsewhere; the other numbers say how much is tried.
    """

    folder: Path
    copied: Path | None = None
    embedder: Embedder | None = field(default_factory=HashingEmbedder)
    key: str | None = field(default=None, repr=False)
    head: dict[str, Any] | None = None
    processes: int = 4
    operations: int = 150
    kills: int = 10
    histories: int = 100
    seed: int = 1

    @contextmanager
    def room(self) -> Iterator[Path]:
        """Lend an empty folder, gone afterwards."""
        with TemporaryDirectory(dir=self.folder) as made:
            yield Path(made)

    def copy(self, room: Path, name: str = "store.db") -> Path:
        """Return the path of a store in a folder: another copy of the user's, or a file yet to be made."""
        path = room / name
        if self.copied is not None:
            shutil.copyfile(self.copied, path)
            for end in (".key", ".envelope"):
                if _with(self.copied, end).exists():
                    shutil.copyfile(_with(self.copied, end), _with(path, end))
        return path

    def heads(self) -> dict[str, Any]:
        """Return where the chains of the user's copy end."""
        assert self.copied is not None
        file = self.file(self.copied)
        with file.opened() as db:
            return dict(file.head(db))

    def memory(self, path: Path, **given: Any) -> Memory:
        """Open a store with its model."""
        return Memory(
            url(path), **{"embedder": self.embedder, "model": None, "key": self.key, "mounts": {}, **given}
        )

    def environment(self) -> dict[str, str]:
        """Return the environment of a process that is to open these stores: of our settings the key alone."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        return own if self.key is None else own | {"HOLDFAST_KEY": self.key}

    def file(self, path: Path) -> Any:
        """Return a store's file, to be looked at from outside: what `config.store_file` gives."""
        return config.store_file(config.Setting("store", url(path), "argument"), self.embedder, self.key)

    @staticmethod
    def fresh() -> str:
        """Return an id that no store holds yet."""
        return f"holdfast-verify-{secrets.token_hex(8)}"


def url(path: Path) -> str:
    """Return the URL of a store's file."""
    return f"sqlite:///{path}"


def _with(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)
