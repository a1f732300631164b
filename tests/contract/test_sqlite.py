"""The default store keeps the contract: in a file and in memory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from holdfast.testing import StoreContract
from tests.engine.test_encryption import KEY, needs_cipher

# Random histories of each of the four tests that compare with the oracle; `make nightly` asks for many more than a test run.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))


class TestFile(StoreContract):
    """One SQLite file."""

    examples = EXAMPLES or 90

    def open(self, folder: Path) -> str:
        """The URL of a file in the folder."""
        return f"sqlite:///{folder / 'memory.db'}"


@needs_cipher
class TestEncrypted(TestFile):
    """The same file, opened with a key."""

    examples = EXAMPLES or 30

    @pytest.fixture(autouse=True)
    def _with_a_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOLDFAST_KEY", KEY)


class TestInMemory(StoreContract):
    """SQLite in memory, gone when it is closed."""

    examples = EXAMPLES or 60
    durable = False
    shared = False

    def open(self, folder: Path) -> str:
        """The URL of a new store in memory."""
        return "sqlite://"
