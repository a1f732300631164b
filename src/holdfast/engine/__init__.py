"""The engine: every verb once, as `async def`, over a store, an embedding model and a clock."""

from __future__ import annotations

from .base import IO, Caller, Parts
from .read import Reads
from .write import Writes

__all__ = ["IO", "Caller", "Engine", "Parts"]


class Engine(Writes, Reads):
    """All verbs, bound to a caller; `Memory` and `AsyncMemory` are its two faces."""

    def bind(self, caller: Caller) -> Engine:
        """Return the same engine for another caller."""
        return Engine(self._parts, caller)
