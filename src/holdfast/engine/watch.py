"""Waiting for what others change: the log of all scopes in reach, entry by entry, from a cursor on."""

from __future__ import annotations

import time
from collections import deque

from .. import checks
from ..marks import Mark, Told
from ..ports import Reach
from ..types import Change, Erased, Scope
from .base import Base, Parts
from .cursors import decode
from .read import changes_cursor, changes_encoded

_FIRST, _LONGEST = 0.005, 0.1  # seconds between two looks: just after a change, and when nothing happens
_PAGE = 100


class Following:
    """A place in the log, and what was read from there on but not yet handed out."""

    def __init__(self, parts: Parts, reach: Reach, marks: dict[Scope, Mark], timeout: float | None) -> None:
        self._parts, self._reach, self._timeout = parts, reach, timeout
        self._marks, self._after = marks, marks
        self._told: deque[Told] = deque()
        self.closed = False

    @property
    def cursor(self) -> str:
        """Where to go on from after what was handed out last."""
        return changes_encoded(self._marks if self._told else self._after)

    async def next(self) -> Change | Erased | None:
        """Return the next entry, waiting for it; None once closed, or when none came within the timeout."""
        end = None if self._timeout is None else time.monotonic() + self._timeout
        wait = _FIRST
        while not self.closed:
            if self._told or await self._read():
                return self._handed_out()
            left = wait if end is None else min(wait, end - time.monotonic())
            if left <= 0:
                break
            await self._parts.io.pause(left)
            wait = min(2 * wait, _LONGEST)
        return None

    async def _read(self) -> bool:
        """Look for what was written since; a look at which nothing is new costs one small query."""
        self._marks = self._after
        page = await self._parts.io.store(
            self._parts.store.changes, self._reach, self._marks, _PAGE, self._parts.clock.now()
        )
        self._told.extend(page.told)
        self._after = page.marks
        return bool(page.told)

    def _handed_out(self) -> Change | Erased:
        entry, scope, mark = self._told.popleft()
        if mark is None:
            self._marks = {one: at for one, at in self._marks.items() if one != scope}
        else:
            self._marks = {**self._marks, scope: mark}
        return entry


class Watches(Base):
    """The verb that waits for changes."""

    async def watch(
        self, since: str | None = None, *, timeout: float | None = None, under: Scope | None = None
    ) -> Following:
        """Return an iterator over what is changed from now on, or after the cursor `since`, by whatever process; it waits for more.

        Each entry is a `Change`, as in `changes`, or an `Erased` where something was erased for good. Every change that this
        caller can see comes once, those of one scope in the order they were made. The iteration ends when nothing came for
        `timeout` seconds (None: never), or with `close()`, also from another thread. `cursor` is where to go on from after the
        entry handed out last, in any process and after a restart; `changes().next` will do too. The store is looked at every
        5 to 100 ms. Raises `InvalidInput`, while iterating `StoreClosed`.
        """
        marks = None if since is None else decode(since, "since", changes_cursor)
        reach = self._reach(None, under)
        limit = None if timeout is None else checks.seconds(timeout, "timeout", 0)
        if marks is None:
            marks = await self._parts.io.store(self._parts.store.ends, reach)
        return Following(self._parts, reach, marks, limit)
