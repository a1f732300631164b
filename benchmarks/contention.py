"""Four (or more) writing and two reading processes on one store: no lock error, no lost update, no write that waits long.

    python -m benchmarks.contention [--seconds 20] [--writers 4] [--quick]

Writers, in turn: save an episode; count up one of five shared counters (read it, `update` with `expected_version`, and again
on `VersionConflict`); save a new value into one of five shared slots. Readers search, list, read counters and slots.
Afterwards every count is compared with the store: counters with the successful updates of all writers, versions and history
with the acknowledged ids, slots for one value at a time. Words alone, no model: the store is the bottleneck, as it should
be here. Nobody pauses, so this is more than four agents would ever write.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, report
from holdfast import Memory
from holdfast.errors import HoldfastError, StoreBusy, VersionConflict
from holdfast.memory import ScopedMemory

WRITERS, READERS, COUNTERS, SLOTS = 4, 2, 5, 5
PATIENCE = 60.0  # seconds a process may take beyond its time


class Tally:
    """What one process did: calls and errors by name, the longest call, and what was acknowledged to it."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.longest: dict[str, float] = {}
        self.counted: Counter[str] = Counter()
        self.saved: list[str] = []
        self.slotted: dict[str, list[str]] = {}
        self.backwards = 0

    def timed(self, name: str, call: Callable[[], Any]) -> Any:
        """Make a call and return what it returns, or None for one that failed; a version conflict is an answer."""
        began = time.perf_counter()
        try:
            return call()
        except VersionConflict:
            self.calls["conflict"] += 1
            return None
        except StoreBusy as error:
            self.errors[f"lock: {error}"] += 1
            return None
        except HoldfastError as error:
            self.errors[f"{type(error).__name__}: {error}"] += 1
            return None
        finally:
            took = time.perf_counter() - began
            self.calls[name] += 1
            self.longest[name] = max(self.longest.get(name, 0.0), took)


def write(url: str, number: int, counters: list[str], seconds: float, results: Any) -> None:
    """Write until the time is over: the body of a writing process."""
    tally, chatter, chance = Tally(), Chatter(number), random.Random(number)
    with Memory(url, embedder=None) as memory:
        caller = memory.scoped(user="ada", actor=f"writer-{number}")
        until = time.monotonic() + seconds
        for n in itertools.count():
            if time.monotonic() > until:
                break
            if n % 3 == 0:
                text, thread = chatter.turn(), f"w{number}"
                kept = tally.timed(
                    "save", lambda t=text, h=thread, n=n: caller.save(t, kind="episode", thread=h, turn=n)
                )
                tally.saved += [kept.id] if kept else []
            elif n % 3 == 1:
                count_up(caller, tally, chance.choice(counters))
            else:
                slot, text = f"thing-{chance.randrange(SLOTS)}.state", f"{chatter.note()} ({number}, {n})"
                kept = tally.timed(
                    "save into a slot",
                    lambda s=slot, t=text, v=f"{number}-{n}": caller.save(t, slot=s, value=v),
                )
                tally.slotted.setdefault(slot, []).extend([kept.id] if kept else [])
    results.put((number, tally))


def count_up(caller: ScopedMemory, tally: Tally, id: str) -> None:
    """Add one to a counter, however often another writer is faster."""
    for _ in range(1_000):
        seen = tally.timed("get", lambda: caller.get(id))
        if seen is None:
            return
        following = tally.timed(
            "update",
            lambda seen=seen: caller.update(
                id, text=f"counter at {seen.value + 1}", value=seen.value + 1, expected_version=seen.version
            ),
        )
        if following is not None:
            tally.counted[id] += 1
            return
    tally.errors["a counter could not be moved in 1,000 attempts"] += 1


def read(url: str, number: int, counters: list[str], seconds: float, results: Any) -> None:
    """Read until the time is over: the body of a reading process. A counter that runs backwards is an error."""
    tally, chatter, seen = Tally(), Chatter(100 + number), Counter[str]()
    with Memory(url, embedder=None) as memory:
        caller = memory.scoped(user="ada")
        until = time.monotonic() + seconds
        for n in itertools.count():
            if time.monotonic() > until:
                break
            id = counters[n % len(counters)]
            found = tally.timed("get", lambda id=id: caller.get(id))
            if found is not None:
                tally.backwards += found.value < seen[id]
                seen[id] = found.value
            query, slot = chatter.query(), f"thing-{n % SLOTS}.state"
            tally.timed("search", lambda query=query: caller.search(query))
            tally.timed("current", lambda slot=slot: caller.current(slot))
            if n % 10 == 0:
                tally.timed("list", lambda: caller.list(limit=20))
    results.put((number, tally))


def run(url: str, counters: list[str], seconds: float, writers: int) -> tuple[list[Tally], list[Tally]]:
    """Run all processes and return what the writers and the readers did."""
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    bodies = [write] * writers + [read] * READERS
    running = [
        context.Process(target=body, args=(url, n, counters, seconds, results))
        for n, body in enumerate(bodies)
    ]
    for process in running:
        process.start()
    try:
        found = dict(results.get(timeout=seconds + PATIENCE) for _ in running)
    finally:
        for process in running:
            process.join(5)
            if process.is_alive():
                process.kill()
    return [found[n] for n in range(writers)], [found[n] for n in range(writers, len(bodies))]


def lost(memory: Memory, counters: list[str], writers: list[Tally]) -> dict[str, int]:
    """Return how many acknowledged writes the store does not have, by what kind of write they were."""
    caller = memory.scoped(user="ada")
    missing: Counter[str] = Counter()
    for id in counters:
        wanted, item = sum(tally.counted[id] for tally in writers), caller.get(id)
        missing["counter steps"] += abs(wanted - item.value) + abs(wanted + 1 - item.version)
    stored = set(every_id(caller))
    missing["saves"] = sum(id not in stored for tally in writers for id in tally.saved)
    for slot in {slot for tally in writers for slot in tally.slotted}:
        history = list(every_change(caller, slot))
        wanted_ids = [id for tally in writers for id in tally.slotted.get(slot, ())]
        missing["slot values"] += len(wanted_ids) - len(set(wanted_ids) & {item.id for item in history})
        last = {item.id: item for item in history}  # oldest first, so the last version of each stays
        spans = sorted((item.valid_from, item.valid_to) for item in last.values() if item.state != "deleted")
        open_ended = sum(end is None for _, end in spans)
        missing["slots with two values at once"] += open_ended != 1
        missing["slots with two values at once"] += sum(
            end is not None and end > following for (_, end), (following, _) in itertools.pairwise(spans)
        )
    return dict(missing)


def every_id(caller: ScopedMemory) -> Iterator[str]:
    """Yield the id of every live episode."""
    page = caller.list(kinds=["episode"], limit=1_000)
    while True:
        yield from (item.id for item in page.items)
        if page.next is None:
            return
        page = caller.list(kinds=["episode"], limit=1_000, cursor=page.next)


def every_change(caller: ScopedMemory, slot: str) -> Iterator[Any]:
    """Yield every version that held a slot, oldest first."""
    page = caller.history(slot=slot, limit=1_000)
    while True:
        yield from (change.item for change in page.items)
        if page.next is None:
            return
        page = caller.history(slot=slot, limit=1_000, cursor=page.next)


def rows(seconds: float, crew: int) -> Iterator[Row]:
    """Yield the rows of the report."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'store.db'}"
        with Memory(url, embedder=None) as memory:
            caller = memory.scoped(user="ada")
            made = [caller.save("counter at 0", slot=f"counter-{n}.value", value=0) for n in range(COUNTERS)]
            counters = [item.id for item in made]
            writers, readers = run(url, counters, seconds, crew)
            missing = lost(memory, counters, writers)
    errors: Counter[str] = sum((tally.errors for tally in writers + readers), Counter())
    locks = sum(count for name, count in errors.items() if name.startswith("lock"))
    waits: dict[str, float] = {}
    for tally in writers:
        waits |= {name: round(max(took, waits.get(name, 0.0)), 3) for name, took in tally.longest.items()}
    writes, reads = (sum((tally.calls for tally in group), Counter()) for group in (writers, readers))
    back = sum(tally.backwards for tally in writers + readers)
    yield Row("lock errors that reached a caller", locks, 0, "errors", detail=dict(errors))
    yield Row("other errors", sum(errors.values()) - locks, 0, "errors")
    yield Row("lost updates", sum(missing.values()), 0, "writes", detail=missing)
    yield Row("counters seen running backwards", back, 0, "reads")
    yield Row(
        "longest wait for a write",
        max(t for name, t in waits.items() if name != "get"),
        2.0,
        "s",
        detail=waits,
    )
    done = writes["save"] + writes["update"] - writes["conflict"] + writes["save into a slot"]
    yield Row("writes", done / seconds, None, "a second", detail=dict(writes))
    yield Row("reads", sum(reads.values()) / seconds, None, "a second", detail=dict(reads))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.contention", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the processes run (default 20)")
    parser.add_argument("--writers", type=int, default=WRITERS, help="writing processes (default 4)")
    parser.add_argument("--quick", action="store_true", help="run for 3 seconds: a smoke test")
    given = parser.parse_args()
    name = "contention" if given.writers == WRITERS else f"contention-{given.writers}"
    report(name, rows(3.0 if given.quick else given.seconds, given.writers), quick=given.quick)


if __name__ == "__main__":
    main()
