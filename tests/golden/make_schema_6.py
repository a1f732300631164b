"""Make schema_6.db: a small store as the sixth schema wrote it, in which a memory was used.

    python tests/golden/make_schema_6.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from holdfast import Memory
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_6.db")
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def use(memory: Memory) -> None:
    """Save two turns of long ago and use one of them."""
    ada = memory.scoped(user="ada")
    used, _ = ada.save_many(
        [
            {"text": f"Zebras {verb} grass.", "kind": "episode", "observed_at": LONG_AGO}
            for verb in ("eat", "like")
        ]
    )
    ada.observe("Thanks!", used=[used.id])


if __name__ == "__main__":
    make(FILE, use)
