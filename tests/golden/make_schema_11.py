"""Make schema_11.db: a small store as the eleventh schema wrote it, with a value that was said twice.

    python tests/golden/make_schema_11.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_11.db")
SAID = ("The kiln is on port 8080.", "As I said, the kiln is on port 8080.")


def talk(memory: Memory) -> None:
    """Say a value, and once more."""
    ada = memory.scoped(user="ada")
    for text in SAID:
        ada.observe(text, thread="kiln")


if __name__ == "__main__":
    make(FILE, talk)
