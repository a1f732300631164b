"""Erased is gone from the bytes: a made-up word planted wherever a memory leaves traces, erased, and looked for in every file."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..memory import Memory
from ..testing import FakeModel
from ..types import Scope
from .ground import Ground, Tried

CANARY = b"zqcanary"
SAID = "I live in zqcanaryville. I am diabetic, zqcanary. For us the zqcanary costs dear."


def found(folder: Path, store: Any = None) -> list[str]:
    """Return the files of a folder that still hold a canary, with the decrypted pages of a `store` there."""
    held = [file.name for file in sorted(folder.iterdir()) if CANARY in file.read_bytes()]
    return held if store is None or CANARY not in store.bare() else held or ["a page, decrypted"]


def planted(memory: Memory, name: str = "a", **labels: str) -> str:
    """Save a memory with canaries in every field, change it, and leave traces of it all over the store; return its id."""
    ada = memory.scoped(actor="zqcanaryactor", **labels)
    item = ada.save(
        f"zqcanary {name} tea at five " * 20, slot=f"zqcanary{name}.port", value="zqcanary", tags=["zqcanary"],
        metadata={"zqcanary": "zqcanary"}, speaker="zqcanary", thread="zqcanary",
        source={"ref": "zqcanary", "message_ids": ["zqcanary"]}, idempotency_key=f"zqcanary{name}", reason="zqcanary",
    )  # fmt: skip
    ada.save(item.text, slot=item.slot, value=item.value, source={"ref": "zqcanary again"})
    ada.update(item.id, text="zqcanary tea at six", value="zqcanary2")
    ada.search("zqcanary tea", keep=True)
    ada.context("zqcanary tea", budget=200, keep=True)
    return item.id


def check(ground: Ground) -> Tried:
    """Plant canaries everywhere, erase them by filter and by label, and look for them in every byte; also after a rebuild,
    after opening again, and after the same is said again."""
    wrong: list[str] = []
    with ground.room() as room:
        path, user = ground.copy(room), ground.fresh()
        # The first step is read by the model, the others are left in the queue.
        model = FakeModel([{"memories": []}, *[ModelError("away")] * 9])
        with ground.memory(path, model=model) as memory:
            if ground.copied is None:
                for who in ("ada", "bob"):
                    notes = [{"text": f"note {n} on tea " * 9, "kind": "episode"} for n in range(400)]
                    memory.scoped(user=who).save_many(notes)
            for labels in ({"user": user}, {"user": "zqcanaryuser", "team": user}):
                _everywhere(memory, labels)
            file = ground.file(path)
            planted_in = _tables(file)
            wrong += [] if CANARY in file.bare() else ["nothing that was planted can be read in the pages"]
            wrong += [f"nothing was planted in {one}" for one in sorted(PLANTED - planted_in)]
            gone = memory.scoped(user=user).erase(where={"exists": "text"})
            pending = gone.pending or memory.erase(under=Scope(team=user)).pending
            wrong += ["the erasure is pending: somebody reads the file"] if pending else []
            wrong += [f"left in {name}" for name in found(room, file)]
            again = memory.scoped(user=user).observe(f"{SAID} It is zqcanary.", thread="zqcanary")
            wrong += ["the same was taken in again"] if again.episodes else []
            wrong += [f"back in {name} when said again" for name in found(room, file)]
        file.repair()
        wrong += [f"back in {name} after a rebuild" for name in found(room, file)]
        with ground.memory(path) as memory:
            memory.scoped(user=user).save("another day")
        wrong += [f"left in {name} after opening again" for name in found(room, file)]
        with file.opened() as db:
            wrong += file.contradictions(db)
        size = sum(one.stat().st_size for one in room.iterdir())
    return Tried(
        f"planted in {len(planted_in)} tables, {size:,} bytes of all files read 4 times", size, tuple(wrong)
    )


# Where canaries must have been before they are erased, else the check proves nothing.
PLANTED = {"versions", "slots", "once", "sightings", "receipts", "jobs", "scopes"}


def _everywhere(memory: Memory, labels: dict[str, str]) -> None:
    """Leave canaries in memories, drafts that wait for review, receipts, the queue and a summary."""
    caller = memory.scoped(**labels)
    for name in "ab":
        planted(memory, name, **labels)
    for thread in ("zqcanary", "zqcanary two"):
        with contextlib.suppress(ModelError):
            caller.observe(f"{SAID} It is {thread}.", thread=thread)
    with contextlib.suppress(ModelError):
        caller.summarise("zqcanary")
    caller.merge([caller.save(f"the zqcanary leaves at {n}").id for n in range(2)])


def _tables(file: Any) -> set[str]:
    """Return the tables that hold a canary in any column, found by looking at all there are."""
    held = set()
    with file.opened() as db:
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            test = " OR ".join(f"instr(CAST({column} AS BLOB), ?)" for column in columns)
            if db.execute(f"SELECT 1 FROM {table} WHERE {test} LIMIT 1", [CANARY] * len(columns)).fetchone():
                held.add(table)
    return held
