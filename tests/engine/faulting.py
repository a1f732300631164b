"""What the tests of faults run in processes of their own: on a full disk, and killed in a migration."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast import Memory, Scope
from holdfast.adapters.ingest import ingest
from holdfast.errors import HoldfastError
from holdfast.stores import sqlite_schema
from holdfast.stores.sqlite_access import Access
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION

OLD, NEW = HashingEmbedder(48, "old"), HashingEmbedder(32, "new")
ADA = Scope(user="ada")


def everything(memory: Memory) -> dict[str, Any]:
    """What a store holds, by every way of asking; and that its chains and its file are whole."""
    page = memory.list(under=Scope.shared(), sort="id", descending=False, limit=1_000)
    scopes = sorted({item.scope for item in page.items}, key=str)
    store: Any = memory._store
    (checked,) = store._read("PRAGMA integrity_check")[0]
    return {
        "items": [item.to_json() for item in page.items],
        "versions": memory.stats(under=Scope.shared()).versions,
        "found": sorted(hit.id for hit in memory.scoped(user="ada").search("tea server port note", k=100)),
        "broken": [store.broken(scope) for scope in scopes],
        "checked": checked,
    }


def full(folder: str, limit: str) -> None:
    """Write with every verb while no file may grow beyond `limit` bytes, and once more when it may; tell what became of each."""
    path = Path(folder, "memory.db")
    log = Path(folder, "log.jsonl")
    with Memory(f"sqlite:///{path}", embedder=OLD) as memory:
        ada = memory.scoped(user="ada")
        kept = [f"note {n} about tea " + f"w{n} " * 30 for n in range(60)]
        items = ada.save_many([{"text": text, "kind": "episode"} for text in kept])
        ada.save_many([{"text": f"The same thing{mark}", "kind": "fact"} for mark in (".", "!")])
        gone = iter([item.id for item in items[:2]])
        dropped = iter(kept[:2])
        verbs: dict[str, Callable[[], object]] = {
            "save": lambda: ada.save("single " + "word " * 500),
            "save_many": lambda: ada.save_many([{"text": f"many {n} " + f"v{n} " * 200} for n in range(100)]),
            "observe": lambda: ada.observe("I live in Rome. " + "And so it goes on. " * 300),
            "ingest": lambda: ingest(memory, log, scope=ADA),
            "erase": lambda: ada.erase(next(gone)),
            "maintain": lambda: ada.maintain(dry_run=False, cap=1_000),
            "reembed": lambda: memory.reembed(NEW),
        }

        def run(name: str) -> None:
            before = {item.text for item in ada.list(limit=1_000).items}
            try:
                verbs[name]()
                became = "done"
            except HoldfastError as error:
                became = f"{type(error).__name__}: {error}"
                # None of a call of one transaction is there; an ingest keeps its earlier transactions.
                after = {item.text for item in ada.list(limit=1_000).items}
                assert before <= after if name in ("ingest", "reembed") else before == after, name
            if name == "erase" and became == "done":
                kept.remove(next(dropped))
            sys.stdout.write(json.dumps({"verb": name, "became": became}) + "\n")

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        forever = resource.RLIM_INFINITY
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), forever))
        for name in verbs:
            run(name)
        there = {item.text for item in ada.list(limit=1_000).items}
        assert set(kept) <= there
        assert set(kept) <= {hit.text for hit in ada.search("note about tea", k=1_000)}
        resource.setrlimit(resource.RLIMIT_FSIZE, (forever, forever))
        gone = iter([item.id for item in items[2:4]])
        kept.remove(next(text for text in kept if text == items[2].text))
        for name in [name for name in verbs if name != "erase"]:
            run(name)
        ada.erase(next(gone))
    with Memory(f"sqlite:///{path}", embedder=NEW) as memory:
        found = everything(memory)
        there = {item["text"] for item in found["items"]}
        assert set(kept) <= there
        assert (found["checked"], found["broken"]) == ("ok", [[]])


def open_killed(url: str, statement: int) -> int:
    """Open a store in a process that is killed when it comes to a statement; return how many there were (0: killed)."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        seen, connect = 0, sqlite_schema.connect

        def count(_: str) -> None:
            nonlocal seen
            seen += 1
            if seen == statement:
                os.kill(os.getpid(), signal.SIGKILL)

        def traced(to: Access) -> sqlite3.Connection:
            db = connect(to)
            db.set_trace_callback(count)
            return db

        sqlite_schema.connect = traced
        try:
            Memory(url, embedder=HashingEmbedder(DIMENSION)).close()
            os.write(writing, str(seen).encode())
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    os.close(writing)
    told = os.read(reading, 100)
    os.close(reading)
    assert told or os.WTERMSIG(status) == signal.SIGKILL
    return int(told or 0)


def migrate(folder: str, golden: str, first: str) -> None:
    """Kill the opening of a store at every third of its statements; tell how often, and what the next opening found."""
    path = Path(folder, "memory.db")

    def fresh() -> None:
        for old in Path(folder).glob("memory.db*"):
            old.unlink()
        if golden:
            for end in ("", ".key"):
                shutil.copy(golden + end, str(path) + end)

    def opened() -> dict[str, Any]:
        clock = FrozenClock(START + timedelta(days=3), seed=2)
        with Memory(f"sqlite:///{path}", embedder=HashingEmbedder(DIMENSION), clock=clock) as memory:
            found = everything(memory)
            memory.scoped(user="ada").save("and it goes on")
            return found

    fresh()
    total = open_killed(f"sqlite:///{path}", 0)
    whole, differ = opened(), []
    kills = range(int(first), total + 1, 3)
    for statement in kills:
        fresh()
        assert open_killed(f"sqlite:///{path}", statement) == 0, statement
        if opened() != whole:
            differ.append(statement)
    sys.stdout.write(json.dumps({"kills": len(kills), "differ": differ, "whole": whole}))


if __name__ == "__main__":
    {"full": full, "migrate": migrate}[sys.argv[1]](*sys.argv[2:])
