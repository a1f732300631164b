"""The verb that copies a whole store: backup."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..errors import AccessDenied, InvalidInput
from ..types import Backup
from .base import Base


class Copies(Base):
    """The engine's verb for the whole store."""

    async def backup(
        self, path: str | os.PathLike[str], *, progress: Callable[[int, int], None] | None = None
    ) -> Backup:
        """Copy the whole store to a new file at `path`, while others read and write it, and return what was copied.

        The copy is of one moment and complete or not there at all; beside it lies `<path>.key`, with which the chain of
        its versions can be verified. A copy of an encrypted store is encrypted with the same data key, which is not in it. What was erased before is not in it, what is erased later stays in it. `progress` is
        told how many pages of how many are done. `holdfast backup apply` puts it back. For the unscoped `Memory` alone
        (`AccessDenied`); raises `InvalidInput` where there is such a file or no such folder, `StoreFull`.
        """
        if not self._caller.admin:
            raise AccessDenied("backup copies everybody's memories and exists only on the unscoped Memory")
        given: object = path
        if not isinstance(given, str | os.PathLike) or not os.fspath(given):
            raise InvalidInput("path", "must name the file to make")
        file = Path(given).expanduser().absolute()
        at = self._parts.clock.now()
        made = await self._parts.io.store(self._parts.store.backup, str(file), progress)
        return Backup(str(file), file.stat().st_size, made.versions, at, made.key_id)
