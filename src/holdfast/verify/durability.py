"""Nothing acknowledged is lost: many processes write to one store, are killed at random moments, and everything is counted.

Each writer saves numbered memories, one by one and in batches, moves a counter by `update`, gives the next value of a slot and
writes into a scope that all share; it tells of each write once the call has returned, so what was told was acknowledged. One
that is killed is followed by another from the first number it did not tell of, under the same idempotency keys: a write that
was made but not told of must not appear again.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import StoreBusy
from ..memory import Memory, ScopedMemory
from ..types import Scope
from .ground import Ground, Tried, url

BATCH = 20
TRIES = 10  # of a write that is refused because another process holds the lock too long
_WRITE = (
    "import sys; from holdfast.verify.durability import write; write(*sys.argv[1:3], *map(int, sys.argv[3:]))"
)
CYCLE = 6  # of six writes one is a batch, one a slot's value, one a step of the counter, one shared, the rest episodes


def check(ground: Ground) -> Tried:
    """Let `ground.processes` writers make `ground.operations` writes each under `ground.kills` kills, then count."""
    with ground.room() as room:
        path, crew = ground.copy(room), ground.fresh()
        ground.memory(path, embedder=None).close()
        killed, problems, longest = _written(ground, path, crew)
        wrong = list(problems)
        with ground.memory(path, embedder=None) as memory:
            wrong += counted(memory, crew, ground)
        file = ground.file(path)
        wrong += [f"{one.what}: {one.where}" for one in file.examine() if one.mend != "nothing"]
        with file.opened() as db:
            wrong += file.contradictions(db)
    times = ground.processes * ground.operations
    wrong += [] if killed >= ground.kills else [f"only {killed} of {ground.kills} kills hit a writer"]
    return Tried(
        f"{ground.processes} processes x {ground.operations:,} writes, {killed} kills, longest write {longest:.2f} s",
        times,
        tuple(wrong),
        longest,
    )


class Writer:
    """One numbered writer: the process that writes now, how far it has told, and the thread that listens to it."""

    def __init__(self, ground: Ground, path: Path, crew: str, number: int) -> None:
        self._path, self._crew, self._number, self._operations = path, crew, number, ground.operations
        self._environment = ground.environment()
        self.told = 0  # the first number that was not told of
        self.longest = 0.0  # seconds that a write took, tries included
        self.problem: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._follow, name=f"writer-{number}")

    def _follow(self) -> None:
        """Start a process after each that was killed, until all is told of or one ends by itself too early."""
        while self.told < self._operations and self.problem is None:
            command = [sys.executable, "-c", _WRITE, str(self._path), self._crew]
            numbers = [str(one) for one in (self._number, self.told, self._operations)]
            with subprocess.Popen(
                [*command, *numbers], stdout=subprocess.PIPE, env=self._environment
            ) as self._process:
                assert self._process.stdout is not None
                for line in self._process.stdout:
                    if line.endswith(b"\n"):  # else it was cut off
                        number, took = line.split()
                        if int(number) != self.told:
                            self.problem = f"writer {self._number} told of {int(number)}, not of {self.told}"
                        self.told += 1
                        self.longest = max(self.longest, float(took))
            if self._process.returncode not in (0, -9):
                self.problem = f"writer {self._number} ended by itself with {self._process.returncode}"

    def kill(self) -> bool:
        """Kill the process if it still runs; return whether it died of that."""
        process = self._process
        if process is None or process.poll() is not None or self.told >= self._operations:
            return False
        process.kill()
        return process.wait() == -9


def _written(ground: Ground, path: Path, crew: str) -> tuple[int, list[str], float]:
    """Run all writers to their end, and kill one of them each time that a share of all writes is acknowledged.

    Return how many were killed, what went wrong, and how long the longest write took.
    """
    chance, killed = random.Random(ground.seed), 0
    writers = [Writer(ground, path, crew, n) for n in range(ground.processes)]
    for one in writers:
        one.thread.start()
    every = ground.processes * ground.operations / (ground.kills + 1)
    pause = threading.Event()
    while any(one.thread.is_alive() for one in writers):
        pause.wait(chance.uniform(0.001, 0.02))
        if killed < ground.kills and sum(one.told for one in writers) >= every * killed:
            killed += chance.choice(writers).kill()
    problems = [one.problem for one in writers if one.problem is not None]
    return killed, problems, max(one.longest for one in writers)


def counted(memory: Memory, crew: str, ground: Ground) -> list[str]:
    """Return what is missing, twice or half there of all that the writers told of."""
    wrong: list[str] = []
    shared = _texts(memory.scoped(team=crew))
    for writer in range(ground.processes):
        caller = memory.scoped(user=f"{crew}-{writer}")
        texts, values, last = _texts(caller), _values(caller), -1
        for number in range(ground.operations):
            match number % CYCLE:
                case 0:
                    seen = [texts[f"({number}.{n})"] for n in range(BATCH)]
                case 1:
                    seen = [values[number]]
                case 2:
                    seen, last = [1], number
                case 3:
                    seen = [shared[f"({writer}.{number})"]]
                case _:
                    seen = [texts[f"({number})"]]
            if set(seen) != {1}:
                state = "lost" if not any(seen) else "half there" if 0 in seen else "there twice"
                wrong.append(f"write {number} of writer {writer} is {state}")
        counter = caller.current("counter.value")
        if last >= 0 and (counter is None or counter.value != last):
            wrong.append(f"the counter of writer {writer} lost a step")
    return wrong


def _texts(caller: ScopedMemory) -> Counter[str]:
    found: Counter[str] = Counter()
    cursor = None
    while True:
        page = caller.list(kinds=["episode"], limit=1_000, cursor=cursor)
        found.update(item.text.split(")")[0] + ")" for item in page.items)
        cursor = page.next
        if cursor is None:
            return found


def _values(caller: ScopedMemory) -> Counter[Any]:
    """Return the first version of every memory that ever was the slot's value."""
    return Counter(change.item.value for change in _history(caller) if change.item.version == 1)


def _history(caller: ScopedMemory) -> Iterator[Any]:
    cursor = None
    while True:
        page = caller.history(slot="thing.state", limit=1_000, cursor=cursor)
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def write_one(own: ScopedMemory, shared: ScopedMemory, writer: int, number: int) -> None:
    """Make the write of a number; made again with the same number, it changes nothing."""
    key = f"{writer}.{number}"
    match number % CYCLE:
        case 0:
            own.save_many(
                {"text": f"({number}.{n}) of a batch", "kind": "episode", "idempotency_key": f"{key}.{n}"}
                for n in range(BATCH)
            )
        case 1:
            own.save(f"value ({number})", slot="thing.state", value=number, idempotency_key=key)
        case 2:
            counter = own.current("counter.value")
            if counter is None:
                own.save(f"at {number}", slot="counter.value", value=number, idempotency_key=key)
            elif counter.value < number:
                own.update(counter.id, text=f"at {number}", value=number, expected_version=counter.version)
        case 3:
            shared.save(f"({writer}.{number}) for all", kind="episode", idempotency_key=key)
        case _:
            own.save(
                f"({number}) of a talk", kind="episode", thread="turns", turn=number, idempotency_key=key
            )


def write(path: str, crew: str, writer: int, first: int, operations: int) -> None:
    """Make the writes from `first` on, and print each one's number once it is acknowledged, and how long it took."""
    opening = os.environ.get("HOLDFAST_KEY")
    with Memory(url(Path(path)), embedder=None, key=opening, mounts={}) as memory:
        own, shared = memory.scoped(user=f"{crew}-{writer}"), memory.scoped(Scope(team=crew))
        for number in range(first, operations):
            began = time.monotonic()
            for tries in reversed(range(TRIES)):
                try:
                    write_one(own, shared, writer, number)
                    break
                except StoreBusy:  # refused, not lost; the error says to try again
                    if not tries:
                        raise
            os.write(1, f"{number} {time.monotonic() - began:.3f}\n".encode())
