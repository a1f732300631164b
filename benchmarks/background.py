"""Kill -9 a process that reads in the background, many times: every step is kept, every draft applied exactly once.

    python -m benchmarks.background [--kills 30] [--quick]

The process observes numbered steps with `background=True` and tells of each once the call has returned; beside it the
worker asks a made-up model (10 ms a reply), which drafts one memory for each step. It is killed 0 to 0.5 s after its first
word. The clock of each process is ahead of the one before by more than a worker may hold a step, as it would be after a
restart some minutes later. At the end one process reads what is left. A draft applied twice would be seen twice.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks._common import Row, report
from holdfast import Memory
from holdfast.config import SystemClock
from holdfast.testing import FakeModel

AHEAD = timedelta(minutes=6)
REPLY_SECONDS = 0.01


class LaterClock(SystemClock):
    """The machine's clock, ahead of it by a fixed time."""

    def __init__(self, ahead: timedelta) -> None:
        super().__init__()
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the moment that is ahead."""
        return super().now() + self._ahead


def reply(text: str) -> str:
    """Draft the one memory of a step: the lamp's wattage."""
    time.sleep(REPLY_SECONDS)
    said = json.loads(text)["text"]
    words = said.rstrip(".").split()
    drafted = {
        "message": 0, "quote": said.rstrip("."), "kind": "fact", "entity": f"lamp {words[1]}", "attribute": "watts",
        "value": int(words[-2]),
    }  # fmt: skip
    return json.dumps({"memories": [drafted]})


def opened(url: str, run: int) -> Memory:
    """Open the store as the process of a run does."""
    model = FakeModel(itertools.repeat(reply))
    return Memory(url, embedder=None, model=model, model_calls=1_000_000, clock=LaterClock(run * AHEAD))


def observe(url: str, run: int, number: int) -> None:
    """Observe steps from `number` on until killed, and print each one's number once it is kept."""
    memory = opened(url, run)
    ada = memory.scoped(user="ada")
    for n in itertools.count(number):
        ada.observe(f"Lamp L{n} in the hall burns {n + 10} watts.", background=True, idempotency_key=f"{n}")
        os.write(1, f"{n}\n".encode())
        time.sleep(REPLY_SECONDS)


def killed(url: str, run: int, number: int, delay: float) -> int:
    """Run an observer from `number` on, kill it after its first word and a delay, and return the next number."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.background", "--observe", url, str(run), str(number)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": "src"},
    ) as observer:
        assert observer.stdout is not None
        first = observer.stdout.readline()
        threading.Timer(delay, observer.kill).start()
        told = (first + observer.stdout.read()).decode().split("\n")[:-1]
        observer.wait()
    if observer.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the observer ended by itself with {observer.returncode}")
    return number + len(told)


def measured(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Kill so many observers on one store, read what they left, and count what is missing, twice, or left over."""
    url, chance, number = f"sqlite:///{folder / 'memory.db'}", random.Random(seed), 0
    held = 0
    for run in range(kills):
        number = killed(url, run, number, chance.uniform(0.0, 0.5))
        held += interrupted(folder / "memory.db", run)
    with opened(url, kills) as memory:
        ada = memory.scoped(user="ada")
        left = ada.stats().queued
        while ada.work(limit=1_000):
            pass
        said = [item.text for item in pages(ada, "episode")]
        kept = {item.slot: item for item in pages(ada, "fact")}
        wanted = {f"Lamp L{n} in the hall burns {n + 10} watts." for n in range(number)}
        slots = {f"lamp l{n}.watts" for n in range(number)}
        return {
            "steps": number,
            "being read when killed": held,
            "left to the last process": left,
            "episodes missing": len(wanted - set(said)),
            "episodes twice": len(said) - len(set(said)),
            "drafts missing": len(slots - set(kept)),
            "drafts applied twice": sum(item.sightings > 1 or item.version > 1 for item in kept.values()),
            "steps still queued": len(ada.backlog()),
        }


def interrupted(path: Path, run: int) -> int:
    """Return how many steps a killed process held: those due later than its own time."""
    now = LaterClock(run * AHEAD).now() + timedelta(minutes=1)
    with sqlite3.connect(path) as db:
        micros = int(now.timestamp() * 1_000_000)
        return int(db.execute("SELECT count(*) FROM jobs WHERE due_at > ?", (micros,)).fetchone()[0])


def pages(caller: Any, kind: str) -> Iterator[Any]:
    """Yield every memory of a kind."""
    cursor = None
    while True:
        page = caller.list(kinds=[kind], limit=1_000, cursor=cursor)
        yield from page
        cursor = page.next
        if cursor is None:
            return


def rows(counts: dict[str, int], kills: int) -> Iterator[Row]:
    """Yield the report: nothing missing, nothing twice, nothing left."""
    yield Row("kills", kills, None, "")
    for name, count in counts.items():
        known = name in ("steps", "being read when killed", "left to the last process")
        yield Row(name, count, None if known else 0, "")


def main() -> None:
    """Run the benchmark, or the process that it kills."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="5 kills")
    parser.add_argument("--observe", nargs=3, metavar=("URL", "RUN", "NUMBER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.observe:
        observe(given.observe[0], int(given.observe[1]), int(given.observe[2]))
        return
    kills = 5 if given.quick else given.kills
    with tempfile.TemporaryDirectory() as folder:
        report("background", rows(measured(Path(folder), kills, seed=4), kills), quick=given.quick)


if __name__ == "__main__":
    main()
