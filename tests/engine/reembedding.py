"""What the tests of `reembed` share: a store filled the same way each time, what is in its tables, and jobs for other processes."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast import Memory, Scope
from holdfast.errors import ModelMismatch
from holdfast.ports import Embedder
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START

ROOT = Path(__file__).resolve().parents[2]
OLD, NEW = HashingEmbedder(48, "old"), HashingEmbedder(32, "new")
THE_DAY = START + timedelta(days=1)
QUERIES = ("which port does the server use?", "green tea", "note 7 of the day", "who is it about?")
BATCH = 16


def filled(url: str, embedder: Embedder | None, size: int = 120) -> None:
    """Make a store of several scopes with facts, turns, slots, changes and deletions: the same ids every time."""
    clock = FrozenClock(seed=3)
    with Memory(url, embedder=embedder, clock=clock) as memory:
        ada, bob = memory.scoped(user="ada"), memory.scoped(user="bob", team="core")
        turns = [
            {"text": f"Note {n} of the day. We had green tea at {n % 9}.", "kind": "episode", "thread": f"t{n // 20}",
             "turn": n % 20, "speaker": "Bob" if n % 2 else "Ada", "observed_at": clock.now()}
            for n in range(size)
        ]  # fmt: skip
        ada.save_many(turns)
        bob.save_many({"text": f"Task {n} is about the port of the server."} for n in range(size // 4))
        for n in range(5):
            clock.advance(hours=1)
            ada.save(f"the server listens on port {n}", slot="server.port", value=n)
        ada.update(ada.save("it is about Bob").id, text="it is about Anna")
        ada.delete(ada.save("it is about nobody").id)
        memory.save("for everybody: tea is green", scope=Scope.shared())


def vectors(path: Path, swept: bool = True) -> list[tuple[Any, ...]]:
    """Every vector of a store with its key and its model, and that nothing is left of a change of models."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        for table in ("fresh", "reembeds", "reembedded"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert not swept or db.execute("SELECT count(*) FROM meta WHERE name = 'unswept'").fetchone() == (0,)
        assert db.execute("PRAGMA freelist_count").fetchone() == (0,)
        return db.execute(
            "SELECT x.key, m.name, m.dimension, x.vector, x.sentences FROM vectors x "
            "LEFT JOIN models m ON m.model_id = x.model_id ORDER BY x.key"
        ).fetchall()


def answers(memory: Memory) -> str:
    """What two callers find on one day, with every score, as JSON."""
    callers = (memory.scoped(user="ada"), memory.scoped(user="bob", team="core"))
    return json.dumps(
        [[hit.to_json() for hit in one.search(q, k=20, valid_at=THE_DAY)] for one in callers for q in QUERIES]
    )


def answered(url: str, embedder: Embedder | None) -> str:
    """The answers of a store opened for them."""
    with Memory(url, embedder=embedder, clock=FrozenClock(seed=4)) as memory:
        return answers(memory)


def start(job: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a job of this file in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.engine.reembedding", job, *map(str, arguments)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip


def tell(**facts: Any) -> None:
    """Print one line of JSON that is out before the process can be killed."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def search(url: str) -> None:
    """Search with the old model until it is refused; tell of each answer, and of the refusal."""
    with Memory(url, embedder=OLD, clock=FrozenClock(seed=4)) as memory:
        while True:
            try:
                tell(answer=answers(memory))
            except ModelMismatch as error:
                tell(refused=str(error), stored=error.stored)
                return


def save(url: str, name: str) -> None:
    """Save with the old model until that is refused; tell of each memory, and of the refusal."""
    with Memory(url, embedder=OLD) as memory:
        caller, n = memory.scoped(user=name), 0
        while True:
            try:
                tell(saved=caller.save(f"{name} wrote number {n}.", kind="episode").id)
            except ModelMismatch as error:
                tell(refused=str(error), stored=error.stored)
                return
            n += 1


def trials(folder: str, count: str, seed: str) -> None:
    """Kill a change of models at `count` moments, each in a copy of one store, and tell what was found after each.

    The moments lie evenly among all SQL statements of an undisturbed one, the last sweeping up included. Every other process ends
    itself right before its statement, the others are killed by us up to 2 ms after it began.
    """
    chance, place = random.Random(int(seed)), Path(folder)
    whole = _counted(place, "whole", 0, None)
    for n in range(int(count)):
        at = int(whole * (n + chance.random()) / int(count)) + 1
        ready, told = os.pipe()
        child = os.fork()
        if child == 0:
            _counted(place, f"trial{n}", at, told if n % 2 else None)
            os._exit(0)
        os.close(told)
        if os.read(ready, 1):
            time.sleep(chance.uniform(0, 0.002))
            os.kill(child, signal.SIGKILL)
        os.close(ready)
        killed = os.waitpid(child, 0)[1] == signal.SIGKILL
        url = f"sqlite:///{place / f'trial{n}.db'}"
        with Memory(url, embedder=None) as memory:
            change = memory.stats().reembedding
        with contextlib.closing(sqlite3.connect(place / f"trial{n}.db")) as db:
            model = db.execute("SELECT name FROM models").fetchone()[0]
        tell(
            trial=n, killed=killed, model=model, done=None if change is None else change.done,
            answer=answered(url, OLD if model == OLD.id else NEW),
        )  # fmt: skip


def _counted(place: Path, name: str, at: int, told: int | None) -> int:
    """Change the model of a copy, and return how many SQL statements that took; at one of these end, or tell by a pipe."""
    statements = 0

    def profile(frame: Any, event: str, called: Any) -> None:
        nonlocal statements
        if event == "c_call" and getattr(called, "__name__", "") in ("execute", "executemany"):
            statements += 1
            if statements == at and told is None:
                os.kill(os.getpid(), signal.SIGKILL)
            elif statements == at and told is not None:
                os.write(told, b"!")

    for end in (".db", ".db.key"):
        shutil.copy(place / f"store{end}", place / f"{name}{end}")
    with Memory(f"sqlite:///{place / name}.db", embedder=None) as memory:
        sys.setprofile(profile)
        memory.reembed(NEW, batch=BATCH)
        sys.setprofile(None)
    return statements


if __name__ == "__main__":
    {"search": search, "save": save, "trials": trials}[sys.argv[1]](*sys.argv[2:])
