"""Columns that grow while others read them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from holdfast.stores.columns import Vectors, quantised

DIMENSION = 8


@pytest.fixture
def nimble() -> Iterator[None]:
    """Have threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_vectors_are_read_while_others_are_added(nimble: None) -> None:
    """Whoever reads meets whole vectors: as many as there were when it began, or more."""
    vectors, row = Vectors(DIMENSION), np.float32(1).tobytes() + bytes([1] * DIMENSION)
    query, done = quantised(np.full(DIMENSION, 0.5, np.float32)), threading.Event()

    def add() -> None:
        for _ in range(3_000):
            vectors.add(row * 3)
        done.set()

    adding = threading.Thread(target=add)
    adding.start()
    while not done.is_set():
        before = vectors.size
        found = vectors.dot(*query)
        assert len(found) >= before
        assert np.all(found == found[:1])
    adding.join()
    assert len(vectors.dot(*query)) == 9_000
