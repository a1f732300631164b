"""Whether a store's file still lies where it was opened: removed or replaced, SQLite goes on in a file nobody will find."""

from __future__ import annotations

import os

from ..errors import StoreMoved


class Location:
    """The file at a path as it was opened, and the WAL that the writer has open beside it."""

    def __init__(self, path: str) -> None:
        self._path, self._wal = path, path + "-wal"
        self._file: tuple[int, int] | None = None
        self._log: tuple[int, int] | None = None

    def note(self) -> None:
        """Note which files these are, where that is not known yet; call while the writer has them open."""
        self._file = self._file or _identity(self._path)
        self._log = self._log or _identity(self._wal)

    def let_go(self) -> None:
        """Forget the WAL: with its last connection SQLite removes it, and the next one makes another."""
        self._log = None

    def check(self, done: str = "nothing was written", *, log: bool = True) -> None:
        """Raise `StoreMoved` where another file, or none, lies at the path now; `done` says what became of the change."""
        for path, opened in ((self._path, self._file), (self._wal, self._log if log else None)):
            if opened is not None and (found := _identity(path)) != opened:
                what = "was removed" if found is None else "was replaced by another file"
                raise StoreMoved(
                    f"{path}: {what} while this memory had it open; {done}: put the file back or restore a backup, "
                    "then open a new Memory"
                )


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
