"""What a session has been shown, and what others have changed of it since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..types import Change, Erased, MemoryItem, Scope
from .faces import got

_SHOWN = 200  # memories a session keeps in mind, the latest
_READ = 2_000  # entries of the log looked at before one step; what is left is looked at before the next
_LONGEST = 200  # characters of a text in a line
HEADING = "Changed by others since you saw it:"


@dataclass(frozen=True, slots=True)
class Changed:
    """A memory this session was shown and another has changed since: `before` as it was shown, `after` as it is now.

    `after` is what ended it where a slot has a new value. Of one that was deleted or erased, or moved out of sight, both are
    None: what was withdrawn is not told again. `by` is the actor, None where none was named or it was erased; `at` is when.
    """

    id: str
    verb: str
    before: MemoryItem | None = None
    after: MemoryItem | None = None
    by: str | None = None
    at: datetime | None = None

    def __str__(self) -> str:
        by = f" (by {self.by})" if self.by else ""
        if self.before is None or self.after is None:
            return f"- memory {self.id} was withdrawn{by}: do not rely on it"
        return f"- {_short(self.before)} -> {_short(self.after)}{by}"


def _short(item: MemoryItem) -> str:
    text = " ".join(item.text.split())
    return f'"{text}"' if len(text) <= _LONGEST else f'"{text[:_LONGEST]} ..."'


async def _next(entries: Any) -> Change | Erased | None:
    """Return the next entry of a watch of either face, or None."""
    found: Change | Erased | None = (
        await anext(entries, None) if hasattr(entries, "__anext__") else next(entries, None)
    )
    return found


class Seen:
    """The memories a session was shown, as they were, and its place in the log."""

    def __init__(self, memory: Any) -> None:
        self._memory = memory  # the scoped verbs of either face
        self._items: dict[str, MemoryItem] = {}
        self._own: set[tuple[Scope, datetime | None]] = set()
        self._cursor: str | None = None
        self.turned = False  # whether `changed` met an episode that is gone or no more what it was

    def show(self, items: Iterable[MemoryItem]) -> None:
        """Remember what the session is being shown."""
        for item in items:
            self._items.pop(item.id, None)
            self._items[item.id] = item
        for id in list(self._items)[:-_SHOWN]:
            del self._items[id]

    def wrote(self, items: Iterable[MemoryItem | None]) -> None:
        """Remember what the session wrote itself: all of one write in a scope has one known time."""
        if self._cursor is not None:  # before the first step nothing is looked for
            self._own |= {(item.scope, item.known_from) for item in items if item is not None}

    async def changed(self) -> tuple[Changed, ...]:
        """Return what others have changed of what was shown, oldest change first; each is told once."""
        entries = await got(self._memory.watch(self._cursor, timeout=0))
        found: dict[str, Change] = {}
        erased, own = False, self._own
        self.turned = False
        if self._cursor is not None:
            for _ in range(_READ):
                entry = await _next(entries)
                if entry is None:
                    own = set()
                    break
                if not isinstance(entry, Change):
                    erased = self.turned = True
                    continue
                self.turned |= entry.item.kind == "episode" and entry.item.version > 1
                if entry.id in self._items and entry.item != self._items[entry.id]:
                    self._look_at(entry, found)
        self._cursor, self._own = entries.cursor, own
        told = [await self._told(one) for one in found.values()]
        return (*told, *(await self._gone() if erased else ()))

    def _look_at(self, change: Change, found: dict[str, Change]) -> None:
        """Take a change of what was shown as another's, or as the session's own, after which it knows the memory again."""
        item, shown = change.item, self._items[change.id]
        if item.scope == shown.scope and item.version <= shown.version:
            return
        found.pop(change.id, None)
        if (item.scope, change.at) in self._own:
            self._items[change.id] = item
        else:
            found[change.id] = change

    async def _told(self, change: Change) -> Changed:
        before = self._items.pop(change.id)
        after = await self._now(change.id)
        if after is not None and after.state != "active":
            successor = None if after.superseded_by is None else await self._now(after.superseded_by)
            if successor is None and after.slot is not None:
                successor = await got(self._memory.current(after.slot, scope=after.scope))
            after = successor
        if after is None:
            return Changed(change.id, change.verb, by=change.actor, at=change.at)
        self.show([after])
        return Changed(change.id, change.verb, before, after, change.actor, change.at)

    async def _now(self, id: str) -> MemoryItem | None:
        """Return a memory as it is now, live or ended, or None."""
        states = {"in": {"state": ["active", "superseded"]}}
        page = await got(self._memory.list(where={"and": [{"eq": {"id": id}}, states]}, limit=1))
        return next(iter(page.items), None)

    async def _gone(self) -> list[Changed]:
        """Return what was shown and is not there any more."""
        states = {"in": {"state": ["active", "superseded", "deleted"]}}
        page = await got(
            self._memory.list(where={"and": [{"in": {"id": list(self._items)}}, states]}, limit=_SHOWN)
        )
        there = {one.id for one in page.items}
        gone = [id for id in self._items if id not in there]
        for id in gone:
            del self._items[id]
        return [Changed(id, "erase") for id in gone]
