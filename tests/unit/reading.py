"""What the rules read of one message, and hold after several, for tests that look at nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.extraction import told
from holdfast import Memory, MemoryItem, extract

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


def kept(said: str) -> list[tuple[str, str]]:
    """Return slot and value of all that a message of the user's gives."""
    found = told(extract.read([{"role": "user", "content": said}], now=NOW))
    return [(one.slots[0], one.values[0]) for one in found]


def live(said: Sequence[str]) -> list[MemoryItem]:
    """Return what is held in slots, names aside, after a user has said these things in one thread, an hour apart."""
    with Memory("sqlite://", embedder=None) as memory:
        ada = memory.scoped(user="ada", project="api")
        for hour, text in enumerate(said):
            ada.observe([{"role": "user", "content": text, "at": NOW + timedelta(hours=hour)}], thread="talk")
        return [item for item in ada.list(limit=100).items if item.slot and item.entity != "entity"]


def values(said: Sequence[str]) -> dict[str, object]:
    """Return the values of what is `live`, by slot."""
    return {str(item.slot): item.value for item in live(said)}
