"""Where an export is written: a new file, whole or not there at all, or an open stream."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from ..errors import InvalidInput, StoreFull, StoreReadOnly


class Output:
    """A binary stream that counts its `bytes`; of a path, a file beside it that takes its name with `finish`.

    Raises `InvalidInput` where there is such a file or no such folder.
    """

    def __init__(self, to: str | os.PathLike[str] | BinaryIO) -> None:
        given: Any = to
        self.bytes, self.path = 0, None
        self._draft: Path | None = None
        if hasattr(given, "write"):
            self._file = given
            return
        if not isinstance(given, str | os.PathLike) or not os.fspath(given):
            raise InvalidInput("to", "must name the file to make, or be a file open for writing bytes")
        path = Path(given).expanduser().absolute()
        if path.exists():
            raise InvalidInput("to", f"{path}: there is a file of this name; choose another or remove it")
        if not path.parent.is_dir():
            raise InvalidInput("to", f"{path.parent}: no such folder; create it first")
        self.path, self._draft = path, path.with_name(path.name + ".partial")
        self._draft.unlink(missing_ok=True)
        try:
            self._file = os.fdopen(os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        except OSError as error:
            raise _refused(path, error) from None

    def write(self, chunk: bytes) -> None:
        """Write bytes; raises `StoreFull` or `StoreReadOnly` where a file of ours cannot take them."""
        self.bytes += len(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            if self.path is None:  # the caller's stream: the error is theirs too
                raise
            raise _refused(self.path, error) from None

    def finish(self) -> None:
        """Let the file be there under its name, on disk."""
        try:
            self._file.flush()
            if self.path is not None and self._draft is not None:
                os.fsync(self._file.fileno())
                self._file.close()
                self._draft.replace(self.path)
                self._draft = None
        except OSError as error:
            if self.path is None:
                raise
            raise _refused(self.path, error) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._draft is not None:  # not finished
            try:
                self._file.close()
            except OSError:
                pass  # what could not be written is thrown away
            self._draft.unlink(missing_ok=True)


def _refused(path: Path, error: OSError) -> StoreFull | StoreReadOnly:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StoreFull(f"{path}: no space left (disk, quota or file limit); no file was made")
    return StoreReadOnly(f"{path}: cannot be written ({error.strerror}); no file was made")
