"""Make schema_8.db: a small store as the eighth schema wrote it, with rules and a hold.

    python tests/golden/make_schema_8.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory, Scope
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_8.db")


def decree(memory: Memory) -> None:
    """Set two rules, take one of them out of force again, and place a hold."""
    memory.policy(set={"name": "notes", "rule": "retention", "kind": "working", "ttl": "7d"}, reason="tidy")
    memory.policy(set={"name": "few", "rule": "quota", "under": {"user": "ada"}, "items": 5})
    memory.policy(remove="few")
    memory.hold(under=Scope(user="ada"), name="case 12", reason="asked for")


if __name__ == "__main__":
    make(FILE, decree)
