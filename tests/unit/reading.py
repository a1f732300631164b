"""What the rules read of one message, for tests that look at nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

from benchmarks.extraction import told
from holdfast import extract

NOW = datetime(2026, 5, 13, 12, tzinfo=UTC)


def kept(said: str) -> list[tuple[str, str]]:
    """Return slot and value of all that a message of the user's gives."""
    found = told(extract.read([{"role": "user", "content": said}], now=NOW))
    return [(one.slots[0], one.values[0]) for one in found]
