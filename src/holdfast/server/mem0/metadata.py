"""A client's metadata, and what is kept among them that is not the client's. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ... import MemoryItem

FEEDBACK = "mem0_feedback"  # what a client thought of a memory
_EMPTIED = "mem0_emptied"  # the client said that there are none, so those of the message are not shown either
_EARLIER = "mem0_earlier"  # digests of the words a memory had before a client changed them, by which who said them is known
_UNTIL = "mem0_until"  # and until when it had each
EARLIER_FIELD = f"metadata.{_EARLIER}"
_MOST_EARLIER = 50
_PLACE = "message"  # where `observe` keeps which message of its step an episode is
_INSTEAD = {_PLACE: "mem0_message"}  # a client may use that name too: what it is kept as
_CLIENTS = {kept: name for name, kept in _INSTEAD.items()}


def field(name: str) -> str:
    """Return the filter's field for a client's metadata of this name."""
    first, dot, rest = name.partition(".")
    return f"metadata.{_INSTEAD.get(first, first)}{dot}{rest}"


def kept(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is kept where a client gives these metadata."""
    return {_INSTEAD.get(str(name), str(name)): value for name, value in given.items()}


def changed(item: MemoryItem, given: Mapping[str, Any] | None, now: datetime | None) -> dict[str, Any]:
    """Return what is kept with a memory where a client changes its metadata, `now` its words, or both."""
    ours = {name: value for name, value in item.metadata.items() if name in _ours(item)}
    made = {name: value for name, value in item.metadata.items() if name not in ours}
    if given is not None:
        made = kept(given)
        ours.pop(_EMPTIED, None)
        if not made and item.source.lineage:
            ours[_EMPTIED] = True
    if now is not None:
        had = [*earlier(item), (digest(" ".join(item.text.split())), now)][-_MOST_EARLIER:]
        ours[_EARLIER], ours[_UNTIL] = [words for words, _ in had], [until.isoformat() for _, until in had]
    return made | ours


def digest(words: str) -> str:
    """Return what tells words from others."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def earlier(item: MemoryItem) -> list[tuple[str, datetime]]:
    """Return the digests of the words that a memory had before a client changed them, in order, each with until when."""
    until = map(datetime.fromisoformat, item.metadata.get(_UNTIL, ()))
    return list(zip(item.metadata.get(_EARLIER, ()), until, strict=False))


def shown(item: MemoryItem, origin: MemoryItem | None) -> dict[str, Any]:
    """Return of a memory's metadata those that are a client's, under the names they are kept as: its own, or where it was never
    given any, those of the message it was read from."""
    own = {name: value for name, value in item.metadata.items() if name not in _ours(item)}
    return own if own or origin is None or _EMPTIED in item.metadata else shown(origin, None)


def named(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata under a client's names for them."""
    return {_CLIENTS.get(name, name): value for name, value in metadata.items()}


def observed(item: MemoryItem) -> bool:
    """Whether an item is an episode that `observe` made of a message."""
    return item.kind == "episode" and isinstance(item.metadata.get(_PLACE), int)


def numbered(item: MemoryItem) -> bool:
    """Whether it has the words of that message still."""
    return observed(item) and not earlier(item)


def _ours(item: MemoryItem) -> set[str]:
    return {FEEDBACK, _EMPTIED, _EARLIER, _UNTIL, *([_PLACE] if item.kind == "episode" else [])}
