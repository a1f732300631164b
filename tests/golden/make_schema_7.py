"""Make schema_7.db: a small store as the seventh schema wrote it, in which somebody works on something.

    python tests/golden/make_schema_7.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_7.db")


def work(memory: Memory) -> None:
    """Take two leases, and give one up."""
    ada = memory.scoped(user="ada")
    ada.lease("report", holder="first", ttl=3_600)
    ada.lease("import", holder="first").release()


if __name__ == "__main__":
    make(FILE, work)
