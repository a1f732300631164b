"""Holdfast: memory for LLM agents in one file. Save, search, update and forget, with no key, no server and no LLM."""

from __future__ import annotations

from .agent import AsyncSession, Session
from .errors import HoldfastError
from .memory import AsyncMemory, AsyncScopedMemory, Memory, ScopedMemory
from .ports import Clock, Embedder
from .types import (
    Backup,
    Bulk,
    Change,
    Draft,
    Erasure,
    Group,
    Hit,
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
    "Clock",
    "Draft",
    "Embedder",
    "Erasure",
    "Group",
    "Hit",
    "HoldfastError",
    "Memory",
    "MemoryItem",
    "Page",
    "Scope",
    "ScopedMemory",
    "Session",
    "Source",
    "Stats",
]
