"""What was listed last, for whoever goes on to the next page of it.

mem0's pages say how many results there are in all, and a message and what was read from it are one of them: so what is selected is
read as a whole. It is kept for the pages that follow, for as long as it would be read the same.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ... import MemoryItem
from .reading import Reach

MOST = 32 * 2**20  # characters that are kept in all, of each listing and each memory beside its text
BESIDE = 1_000
LIFE = timedelta(
    seconds=30
)  # so much later at most is something listed that was written before and begins by itself


class Listed(NamedTuple):
    """What a listing gives, and the memories that it was read from."""

    results: Sequence[Any]
    items: Sequence[MemoryItem]


class _Kept(NamedTuple):
    end: bytes
    until: datetime
    results: Sequence[Any]
    size: int


class Listings:
    """Listings by tenant, reach and what was asked there; those of the longest ago go first."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._held = most, 0
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()

    async def of(
        self, tenant: str, at: Reach, asked: object, read: Callable[[], Awaitable[Listed]]
    ) -> Sequence[Any]:
        """Return what `read` gives, or gave not long ago, if nothing in reach was written or has ended since."""
        key = _digest(repr((tenant, at.under, at.where, asked)))
        end = _digest((await at.verbs.watch(timeout=0, under=at.under)).cursor)
        kept, now = self._kept.get(key), datetime.now(UTC)
        if kept is not None and kept.end == end and now < kept.until:
            self._kept.move_to_end(key)
            return kept.results
        self._drop(key)
        made = await read()
        size = BESIDE + sum(BESIDE + len(item.text) for item in made.items)
        if size <= self._most:
            until = min([now + LIFE, *_ends(made.items, now)])
            self._drop(key)  # another may have kept it meanwhile
            self._kept[key] = _Kept(end, until, made.results, size)
            self._held += size
            while self._held > self._most:
                self._drop(next(iter(self._kept)))
        return made.results

    def _drop(self, key: bytes) -> None:
        gone = self._kept.pop(key, None)
        self._held -= 0 if gone is None else gone.size


def _digest(text: str) -> bytes:
    """Return what tells a text from others, of filters and of cursors, which may be long."""
    return hashlib.sha256(text.encode()).digest()


def _ends(items: Iterable[MemoryItem], now: datetime) -> Iterable[datetime]:
    """Yield when some memories end, or are gone: what has expired is there for a hold alone, which may be released at any moment."""
    for item in items:
        if item.valid_to is not None and item.valid_to > now:
            yield item.valid_to
        if item.expires_at is not None:
            yield max(item.expires_at, now)
