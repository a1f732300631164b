"""The default store keeps the contract: in a file and in memory."""

from __future__ import annotations

from pathlib import Path

from holdfast.testing import StoreContract


class TestFile(StoreContract):
    """One SQLite file."""

    examples = 90

    def open(self, folder: Path) -> str:
        """The URL of a file in the folder."""
        return f"sqlite:///{folder / 'memory.db'}"


class TestInMemory(StoreContract):
    """SQLite in memory, gone when it is closed."""

    examples = 60
    durable = False
    shared = False

    def open(self, folder: Path) -> str:
        """The URL of a new store in memory."""
        return "sqlite://"
