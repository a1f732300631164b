"""Make schema_2.db: a small store as the second schema wrote it, with a scope whose texts lie in lists of near vectors.

    python tests/golden/make_schema_2.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from holdfast.stores.index import Sizes
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FrozenClock, HashingEmbedder

FILE = Path(__file__).with_name("schema_2.db")
DIMENSION = 8
SIZES = Sizes(ranked=60, drawn=50, sentences=10**6, lists=256, looked_at=100, at_least=64)
THINGS = "kettle lantern violin ladder basket compass teapot anchor".split()


def texts() -> list[str]:
    """Return 400 short texts, no two alike."""
    return [f"{THINGS[n % 8]} number {n} stands in room {n // 8}" for n in range(400)]


if __name__ == "__main__":
    for path in (FILE, Path(f"{FILE}.key")):
        if path.exists():
            raise SystemExit(f"{path} is there already; it is frozen")
    store = SqliteStore(str(FILE), sizes=SIZES)
    with Memory(store, embedder=HashingEmbedder(DIMENSION), clock=FrozenClock(seed=1)) as memory:
        ada = memory.scoped(user="ada")
        ada.save_many({"text": text} for text in texts())
        ada.search("which kettle?")  # trains the lists, and keeps them
