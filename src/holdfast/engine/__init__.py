"""The engine: every verb once, as `async def`, over a store, an embedding model and a clock."""

from __future__ import annotations

from .base import Caller, Embedding, Extractor, Mount, Parts, RuleBook, Rules
from .bulk import Bulks
from .copies import Copies
from .erase import Erases
from .kinds import Kinds, Limited
from .lease import Leasing
from .policy import Rulings
from .reembed import Reembeds
from .taking import Takes
from .waits import IO
from .watch import Watches

__all__ = ["IO", "Caller", "Embedding", "Engine", "Extractor", "Kinds", "Mount", "Parts", "RuleBook", "Rules"]


class Engine(Rulings, Bulks, Copies, Erases, Reembeds, Takes, Watches, Leasing):
    """All verbs, bound to a caller; `Memory` and `AsyncMemory` are its two faces."""

    def bind(self, caller: Caller) -> Engine:
        """Return the same engine for another caller."""
        return Engine(self._parts, caller)

    def limited(self, kinds: Kinds) -> Limited:
        """Return the same engine for this caller, limited to some kinds of memories."""
        return Limited(self, kinds)

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return self._caller
