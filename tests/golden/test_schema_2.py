"""A store written by the second schema opens, and its lists of near vectors answer as they did."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from holdfast import Memory
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FrozenClock, HashingEmbedder
from tests.golden.make_schema_2 import DIMENSION, FILE, SIZES, texts


def test_its_lists_answer(tmp_path: Path) -> None:
    """The frozen file holds lists; with them, and with them taken away, a search finds the same."""
    found = []
    for name in ("with.db", "without.db"):
        path = tmp_path / name
        shutil.copy(FILE, path)
        shutil.copy(f"{FILE}.key", f"{path}.key")
        with sqlite3.connect(path) as db:
            assert db.execute("SELECT count(*) FROM clusters").fetchone() == (1,)
            if name == "without.db":
                db.execute("DELETE FROM clusters")
        db.close()
        store = SqliteStore(str(path), sizes=SIZES)
        with Memory(store, embedder=HashingEmbedder(DIMENSION), clock=FrozenClock(seed=2)) as memory:
            ada = memory.scoped(user="ada")
            assert len(ada.list(limit=1_000).items) == 400
            hits = ada.search(texts()[123], k=5)
            assert hits[0].text == texts()[123]
            found.append([(hit.text, hit.score) for hit in hits])
            assert ada.save("a kettle of today").version == 1
    assert found[0] == found[1]
