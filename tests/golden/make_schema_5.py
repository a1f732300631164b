"""Make schema_5.db: a small store as the fifth schema wrote it, whose embedding model is being changed.

    python tests/golden/make_schema_5.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from holdfast import Memory
from holdfast.testing import HashingEmbedder
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_5.db")
NEW = HashingEmbedder(12)


def begin(memory: Memory) -> None:
    """Begin to change the model, and be interrupted in the second batch."""

    def interrupt(done: int, total: int) -> None:
        if done > 4:
            raise KeyboardInterrupt

    with contextlib.suppress(KeyboardInterrupt):
        memory.reembed(NEW, batch=4, progress=interrupt)


if __name__ == "__main__":
    make(FILE, begin)
