"""Make schema_1.db: a small store as the first schema wrote it.

    python tests/golden/make_schema_1.py

It was run once, when the schema was frozen. A later Holdfast must open what it made, so the file is never made again; a
new schema gets a file and a script of its own beside this one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from holdfast import Memory, Scope
from holdfast.ports import Model
from holdfast.testing import FrozenClock, HashingEmbedder

FILE = Path(__file__).with_name("schema_1.db")
DIMENSION = 8


def fill(memory: Memory, clock: FrozenClock) -> None:
    """Save, change, delete and restore, so that every table of the first schema holds something."""
    ada = memory.scoped(user="ada", actor="planner")
    ada.save(
        "the server listens on 8080", slot="server.port", value=8080, tags=["net"], idempotency_key="first"
    )
    clock.advance(days=1)
    ada.save("the server listens on 9090", slot="server.port", value=9090, reason="it moved")
    ada.save("the server listens on 9090", slot="server.port", value=9090)
    clock.advance(days=1)
    turn = ada.save("Tea at five. Bring a cake.", kind="episode", thread="chat", turn=1, speaker="Bob")
    ada.save("Bob likes tea", kind="preference", source={"lineage": [turn.id]}, metadata={"n": 1})
    note = ada.save("draft", kind="working", expires_at=clock.now() + timedelta(days=36_500))
    ada.update(note.id, text="second draft", expected_version=1)
    gone = ada.save("a mistake")
    ada.delete(gone.id)
    back = ada.save("deleted and restored")
    ada.delete(back.id)
    ada.restore(back.id)
    memory.save("for everybody", scope=Scope.shared())
    memory.scoped(user="bob", team="core").save("of bob in core")


def make(file: Path, *more: Callable[[Memory], None], model: Model | None = None) -> None:
    """Write a store that is not there yet: what `fill` saves, and what a later schema adds to it."""
    for path in (file, Path(f"{file}.key")):
        if path.exists():
            raise SystemExit(f"{path} is there already; it is frozen")
    clock = FrozenClock(seed=1)
    with Memory(f"sqlite:///{file}", embedder=HashingEmbedder(DIMENSION), clock=clock, model=model) as memory:
        fill(memory, clock)
        for step in more:
            step(memory)


if __name__ == "__main__":
    make(FILE)
