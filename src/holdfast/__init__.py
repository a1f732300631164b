"""Holdfast: memory for LLM agents in one file. Save, search, update and forget, with no key, no server and no LLM."""

from __future__ import annotations

import typing

from .errors import HoldfastError
from .memory import AsyncMemory, AsyncScopedMemory, Client, Memory, ScopedMemory
from .ports import Clock, Embedder
from .types import (
    Backup,
    Bulk,
    Change,
    Draft,
    Erased,
    Erasure,
    Export,
    Group,
    Hit,
    Import,
    MemoryItem,
    Page,
    Scope,
    Source,
    Stats,
)

__version__ = "0.1.0"

__all__ = [
    "AsyncMemory",
    "AsyncScopedMemory",
    "AsyncSession",
    "Backup",
    "Bulk",
    "Change",
    "Client",
    "Clock",
    "Draft",
    "Embedder",
    "Erased",
    "Erasure",
    "Export",
    "Group",
    "Hit",
    "HoldfastError",
    "Import",
    "Memory",
    "MemoryItem",
    "Page",
    "Scope",
    "ScopedMemory",
    "Session",
    "Source",
    "Stats",
]

if typing.TYPE_CHECKING:
    from .agent import AsyncSession, Session
else:

    def __getattr__(name: str) -> object:
        """Return a session's class, loaded when it is first named (PEP 562): many programs have no use for one."""
        if name not in ("AsyncSession", "Session"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from . import agent

        return getattr(agent, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
