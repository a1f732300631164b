"""Make schema_10.db: a small store as the tenth schema wrote it, with a thread and its summary.

    python tests/golden/make_schema_10.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_10.db")
THREAD = "the rota"
TURNS = ("Could you write the rota for May?", "The rota for May is written.")


def talk(memory: Memory) -> None:
    """Keep a short thread, and sum it up."""
    ada = memory.scoped(user="ada")
    for text, role in zip(TURNS, ("user", "assistant"), strict=True):
        ada.observe({"role": role, "content": text}, thread=THREAD)
    ada.summarise(THREAD)


if __name__ == "__main__":
    make(FILE, talk)
