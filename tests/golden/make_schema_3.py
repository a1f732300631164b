"""Make schema_3.db: a small store as the third schema wrote it, with a step that a model has yet to read and one given up.

    python tests/golden/make_schema_3.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from pathlib import Path

from holdfast import Memory
from holdfast.errors import ModelError
from holdfast.testing import FakeModel
from tests.golden.make_schema_1 import make

FILE = Path(__file__).with_name("schema_3.db")
UNREAD = "For us Bergen has become home for good."
UNREADABLE = "Our garage doubles as a recording studio."


def queue(memory: Memory) -> None:
    """Leave a step whose model was away, and one whose reply could not be read."""
    ada = memory.scoped(user="ada", actor="planner")
    for text in (UNREAD, UNREADABLE):
        try:
            ada.observe(text, thread="chat", reason="said at the door")
        except ModelError:
            continue
        raise SystemExit("the model was meant to fail")


if __name__ == "__main__":
    make(FILE, queue, model=FakeModel([ModelError("away"), "no JSON", "no JSON either"]))
