"""A client's metadata, and what is kept among them that is not the client's. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ... import MemoryItem

FEEDBACK = "mem0_feedback"  # what a client thought of a memory
_EMPTIED = "mem0_emptied"  # the client said that there are none, so those of the message are not shown either
_EARLIER = "mem0_earlier"  # digests of the words a memory had before a client changed them, by which who said them is known
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


def changed(item: MemoryItem, given: Mapping[str, Any] | None, words: str | None) -> dict[str, Any]:
    """Return what is kept with a memory where a client changes its metadata, its words (the earlier ones are told), or both."""
    ours = {name: value for name, value in item.metadata.items() if name in _ours(item)}
    made = {name: value for name, value in item.metadata.items() if name not in ours}
    if given is not None:
        made = kept(given)
        ours.pop(_EMPTIED, None)
        if not made and item.source.lineage:
            ours[_EMPTIED] = True
    if words is not None:
        ours[_EARLIER] = [*earlier(item), digest(words)][-_MOST_EARLIER:]
    return made | ours


def digest(words: str) -> str:
    """Return what tells words from others."""
    return hashlib.sha256(words.encode()).hexdigest()[:32]


def earlier(item: MemoryItem) -> list[str]:
    """Return the digests of the words that a memory had before."""
    return list(item.metadata.get(_EARLIER, ()))


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
    return {FEEDBACK, _EMPTIED, _EARLIER, *([_PLACE] if item.kind == "episode" else [])}
