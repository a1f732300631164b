"""Make schema_9.db: a small store as the ninth schema wrote it, with a memory of a rare kind.

    python tests/golden/make_schema_9.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_9.db")
RULE = "Run the tests before every deployment"


def teach(memory: Memory) -> None:
    """Save a procedure beside what the store has."""
    memory.scoped(user="ada").save(RULE, kind="procedure")


if __name__ == "__main__":
    make(FILE, teach)
