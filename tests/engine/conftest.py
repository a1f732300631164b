"""A frozen clock, an open memory in a file, and a caller: what most tests of the engine begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock, HashingEmbedder


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'memory.db'}"


@pytest.fixture
def memory(url: str, clock: FrozenClock) -> Iterator[Memory]:
    """A memory in a new file, with vectors."""
    with Memory(url, clock=clock, embedder=HashingEmbedder()) as opened:
        yield opened


@pytest.fixture
def ada(memory: Memory) -> ScopedMemory:
    """The caller who holds user="ada"."""
    return memory.scoped(user="ada")
