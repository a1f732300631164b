"""Make schema_4.db: a small store as the fourth schema wrote it, in which a memory and a whole scope were erased.

    python tests/golden/make_schema_4.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory, Scope
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_4.db")
ERASED = {"text": "Ada takes her tea with salt.", "source": {"ref": "mail/7"}}


def forget(memory: Memory) -> None:
    """Erase one of ada's memories, and all of a scope."""
    ada = memory.scoped(user="ada")
    ada.erase(ada.save_many([ERASED])[0].id)
    memory.scoped(user="gone").save("Nobody knows this any more.")
    memory.erase(under=Scope(user="gone"))


if __name__ == "__main__":
    make(FILE, forget)
