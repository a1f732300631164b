"""Which memories say the same, so that an answer gives each thing once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Generic, TypeVar

from .. import age
from ..ports import Reach
from ..types import MemoryItem

T = TypeVar("T")
Whose = Callable[[MemoryItem], object]
_WORD = re.compile(r"\w+")


def whose(reach: Reach) -> Whose:
    """Return what tells the owners of memories apart where a reach is an administrator's, of people who do not know of each other:
    two users who say the same say two things."""
    return _scope_of if reach.under is not None else _anybody


def _scope_of(item: MemoryItem) -> object:
    return item.scope


def _anybody(_: MemoryItem) -> object:
    return None


class Alike(Generic[T]):
    """Things by what the memories they stand for say, and `whose` these are."""

    def __init__(self, whose: Whose) -> None:
        self._whose = whose
        # By how they begin: the first, and all by what they say once two begin alike. Before, that is not read.
        self._first: dict[object, tuple[MemoryItem, T]] = {}
        self._near: dict[object, dict[object, T]] = {}

    def setdefault(self, item: MemoryItem, thing: T) -> T:
        """Return the first thing that was given for a memory that says the same: this one, where it is the first."""
        begun = _begun(item)
        if begun not in self._first:
            self._first[begun] = item, thing
            return thing
        return self._like(begun).setdefault(self._told(item), thing)

    def get(self, item: MemoryItem) -> T | None:
        """Return the first thing that was given for a memory that says the same, if any was."""
        begun = _begun(item)
        return self._like(begun).get(self._told(item)) if begun in self._first else None

    def _like(self, begun: object) -> dict[object, T]:
        if begun not in self._near:
            item, thing = self._first[begun]
            self._near[begun] = {self._told(item): thing}
        return self._near[begun]

    def _told(self, item: MemoryItem) -> object:
        return _said(item), self._whose(item)


def is_echo(item: MemoryItem) -> bool:
    """Whether an agent or its tool said again what it had just been shown; "echo" may be a word that a user's own turn is about."""
    return "echo" in item.tags and item.kind == "episode" and item.source.role in ("assistant", "tool")


def _begun(item: MemoryItem) -> object:
    """Return what memories that say the same have in common, and few others: who says them, their slot and first word."""
    first = _WORD.search(item.text.casefold())
    return item.speaker, item.slot, first and first[0]


def _said(item: MemoryItem) -> object:
    """Return what tells a memory from others that say the same: words, who says them, and what they are filed under."""
    words = tuple(_WORD.findall(item.text.casefold())) or item.text
    value = json.dumps(item.value, sort_keys=True) if isinstance(item.value, dict) else item.value
    tags = tuple(tag for tag in item.tags if tag != age.ARCHIVED)
    return words, item.speaker, item.slot, tags, type(value), value
