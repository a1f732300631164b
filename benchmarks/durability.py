"""Kill -9 a writing process many times at random moments: no acknowledged write is lost, none is there twice.

    python -m benchmarks.durability [--kills 50] [--quick]

The writer saves numbered memories, one by one and in batches of 20, moves a counter by `update`, and gives the next value of
a slot; it tells of each through a pipe once the call has returned, so what the parent read was acknowledged. It is killed
0 to 0.4 s after its first word, and each fifth time at any moment since its start. The next one begins with the first
write that was not acknowledged, under the same idempotency key: a write that was made but not told of must not appear again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, report
from holdfast import Memory
from holdfast.memory import ScopedMemory

BATCH = 20
KINDS_OF_WRITE = 6  # of the numbers, one in six is a batch, one a slot's value, one a step of the counter, the rest episodes
START_SECONDS = 0.5


def write(url: str, number: int) -> None:
    """Write from `number` on until killed, and print each write's number once it is acknowledged."""
    chatter = Chatter(0)
    turns = [
        chatter.turn() for _ in range(50)
    ]  # a number's text is the same in every writer, as its key demands
    with Memory(url, embedder=None) as memory:
        caller = memory.scoped(user="ada")
        while True:
            write_one(caller, number, turns[number % len(turns)])
            os.write(1, f"{number}\n".encode())
            number += 1


def write_one(caller: ScopedMemory, number: int, text: str) -> None:
    """Make the write of a number; made again with the same number, it changes nothing."""
    which, text = number % KINDS_OF_WRITE, f"({number}) {text}"
    if which == 0:
        rest = {"kind": "episode", "thread": "batches"}
        caller.save_many(
            {"text": f"({number}.{n}) of a batch", "idempotency_key": f"{number}.{n}", **rest}
            for n in range(BATCH)
        )
    elif which == 1:
        caller.save(f"value ({number})", slot="thing.state", value=number, idempotency_key=f"{number}")
    elif which == 2:
        counter = caller.current("counter.value") or caller.save("at -1", slot="counter.value", value=-1)
        if counter.value < number:
            caller.update(counter.id, text=f"at {number}", value=number, expected_version=counter.version)
    else:
        caller.save(text, kind="episode", thread="turns", turn=number, idempotency_key=f"{number}")


def killed(url: str, number: int, chance: random.Random, early: bool) -> int:
    """Run a writer from `number` on, kill it at a random moment, and return the first number it did not acknowledge."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.durability", "--write", url, str(number)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    ) as writer:
        assert writer.stdout is not None
        if early:
            time.sleep(chance.uniform(0.0, START_SECONDS))
        first = b"" if early else writer.stdout.readline()
        delay = 0.0 if early else chance.uniform(0.0, 0.4)
        threading.Timer(delay, writer.kill).start()
        told = (first + writer.stdout.read()).decode().split("\n")[:-1]  # what has no line end was cut off
        writer.wait()
    if writer.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the writer ended by itself with {writer.returncode}")
    if [int(line) for line in told] != list(range(number, number + len(told))):
        raise RuntimeError("the writer told of its writes out of order")
    return number + len(told)


def texts(caller: ScopedMemory) -> Counter[str]:
    """Return every live text with how often it is there."""
    found: Counter[str] = Counter()
    cursor = None
    while True:
        page = caller.list(limit=1_000, cursor=cursor)
        found.update(item.text.split(")")[0] + ")" for item in page.items if item.kind == "episode")
        cursor = page.next
        if cursor is None:
            return found


def compared(caller: ScopedMemory, done: int) -> dict[str, int]:
    """Return how many of the writes below `done` (all acknowledged) are missing, twice or only half there."""
    found, counts = texts(caller), Counter({"missing": 0, "twice": 0, "batches half there": 0})
    values = Counter(item.value for item in slot_values(caller))
    for number in range(done):
        which = number % KINDS_OF_WRITE
        if which == 0:
            counts["missing"] += sum(found[f"({number}.{n})"] == 0 for n in range(BATCH))
        elif which == 1:
            counts["missing"] += number not in values
        elif which != 2:
            counts["missing"] += found[f"({number})"] == 0
    last = max((number for number in range(done) if number % KINDS_OF_WRITE == 2), default=None)
    counter = caller.current("counter.value")
    if last is not None:
        counts["missing"] += counter is None or counter.value < last
    counts["twice"] = sum(often > 1 for often in found.values()) + sum(often > 1 for often in values.values())
    batches = Counter(text.split(".")[0] for text in found if "." in text)
    counts["batches half there"] = sum(size != BATCH for size in batches.values())
    return dict(counts)


def slot_values(caller: ScopedMemory) -> Iterator[Any]:
    """Yield the first version of every memory that ever was the slot's value."""
    cursor = None
    while True:
        page = caller.history(slot="thing.state", limit=1_000, cursor=cursor)
        yield from (change.item for change in page.items if change.item.version == 1)
        cursor = page.next
        if cursor is None:
            return


def intact(path: Path) -> bool:
    """Return whether SQLite finds the file whole; looked at as the killed writer left it, log and all."""
    db = sqlite3.connect(path)
    try:
        found: list[tuple[str]] = db.execute("PRAGMA integrity_check").fetchall()
    finally:
        db.close()
    return found == [("ok",)]


def rows(kills: int, seed: int) -> Iterator[Row]:
    """Yield the rows of the report."""
    chance, number, broken, totals = random.Random(seed), 0, 0, Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        url, opened = f"sqlite:///{path}", 0
        for kill in range(kills):
            number = killed(url, number, chance, early=kill % 5 == 4)
            broken += not intact(path)
            with Memory(url, embedder=None) as memory:
                opened += 1
                totals.update(compared(memory.scoped(user="ada"), number))
    yield Row("kills", kills, None, "times", detail={"acknowledged writes": number, "seed": seed})
    yield Row("acknowledged writes lost", totals["missing"], 0, "writes")
    yield Row("writes found twice", totals["twice"], 0, "writes")
    yield Row("batches half there", totals["batches half there"], 0, "batches")
    yield Row("files that fail the integrity check", broken, 0, "files")
    yield Row("stores that did not open", kills - opened, 0, "stores")


def main() -> None:
    """Run the benchmark, or (`--write`) be the process that is killed."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.durability", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--kills", type=int, default=50, help="how often the writer is killed (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--quick", action="store_true", help="8 kills: a smoke test")
    parser.add_argument("--write", nargs=2, metavar=("URL", "NUMBER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write(given.write[0], int(given.write[1]))
    report("durability", rows(8 if given.quick else given.kills, given.seed), quick=given.quick)


if __name__ == "__main__":
    main()
