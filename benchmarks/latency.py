"""How long a search takes beside the embedding of its query, how long a start takes, and how much disk a memory needs.

    python -m benchmarks.latency [--quick] [--cache FOLDER]

Every time is a multiple of embedding one fresh query with the shipped model, measured in the same run and in turn with it: that
is taken off the total of the search that follows, which embeds another one of the same kind, and medians by the clock are
compared: these are judged. The same ratio of the process's processor time stands beside: on a busy machine it is the steadier one, but it
leaves out waiting, so it is never judged. `current` is judged in turn with an embedding like the rest, though it embeds nothing
itself; among lookups, where the processor's caches are not full of the model, it is shown without a bar.

What is real and what is not: texts are made up (`Chatter`: Zipf-like words, turn-like lengths); 85 % are turns of threads of
20, the rest one-line facts, a third of these in a slot. Words, clocks, slots and threads are as in any store. The *stored*
vectors of texts and of their sentences (which the package's own splitter cuts) are made-up unit vectors under the shipped
model's id (`Bulk`): embedding 230,000 texts would take a quarter of an hour and change no running time, as every vector is looked
at whatever it says. Queries are embedded by the shipped model, and so is what the second process writes while we search.

Stores are built once and kept in the cache folder, by their size and the schema; searches that write go to a copy.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks._common import Bulk, Chatter, Floats, Row, report
from holdfast import Memory, Session
from holdfast.agent import ALWAYS
from holdfast.embedders import MiniLM

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
SHARE_OF_FACTS = 0.15
WRITES_PER_SECOND = 20
BARS = {"200": 0.4, "cold": 1.8, "10k": 1.2, "100k": 2.5}


class Counted:
    """The shipped model with a count of its calls."""

    def __init__(self, model: MiniLM) -> None:
        self._model = model
        self.id, self.dimension = model.id, model.dimension
        self.calls = 0

    def embed(self, texts: list[str]) -> Floats:
        """Return the model's vectors."""
        self.calls += 1
        return self._model.embed(texts)


@dataclass
class Times:
    """Seconds of embedding a query alone, and of searching without as much; `_cpu`: of processor time."""

    alone: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    alone_cpu: list[float] = field(default_factory=list)
    own_cpu: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median search as a multiple of the median embedding, by the clock."""
        return statistics.median(self.own) / statistics.median(self.alone)

    @property
    def worked(self) -> float:
        """The same in processor time."""
        return statistics.median(self.own_cpu) / statistics.median(self.alone_cpu)

    def to_json(self) -> dict[str, Any]:
        """Return the figures, in milliseconds by the clock."""
        return {
            "embedding_ms": round(statistics.median(self.alone) * 1e3, 3),
            "own_ms": round(statistics.median(self.own) * 1e3, 3),
            "own_p95_ms": round(sorted(self.own)[int(len(self.own) * 0.95)] * 1e3, 3),
            "own_cpu_ms": round(statistics.median(self.own_cpu) * 1e3, 3),
            "embedding_cpu_ms": round(statistics.median(self.alone_cpu) * 1e3, 3),
            "ratio_of_processor_time": round(self.worked, 3),
            "searches": len(self.own),
        }


class Asker:
    """Asks fresh queries and embeds others of the same kind in turn."""

    def __init__(self, seed: int) -> None:
        self.model = MiniLM()
        self.counted = Counted(self.model)
        self._chatter = Chatter(seed)

    def ask(self, search: Callable[[str], Any], times: Times) -> None:
        """Embed one fresh query and search for another, and note both."""
        query, other = self._chatter.query(), self._chatter.query()
        began, started, calls = time.perf_counter(), time.process_time(), self.counted.calls
        self.model.embed([other])
        working, embedded = time.process_time(), time.perf_counter()
        found = search(query)
        ended, done = time.perf_counter(), time.process_time()
        assert found, "a search in a full scope found nothing"
        alone, worked = embedded - began, working - started
        embeds = self.counted.calls - calls
        times.alone.append(alone)
        times.own.append(ended - embedded - embeds * alone)
        times.alone_cpu.append(worked)
        times.own_cpu.append(done - working - embeds * worked)


# -- the stores --------------------------------------------------------------------------------------------------------


def drafts(chatter: Chatter, count: int, name: str) -> Iterator[dict[str, Any]]:
    """Yield `count` memories of one scope: turns of threads of 20, and among them facts, each third in a slot."""
    turns = 0
    for n in range(count):
        if n % 20 < 20 * SHARE_OF_FACTS:
            slot = {"slot": f"thing-{n}.state", "value": n} if n % 3 == 0 else {}
            yield {"text": chatter.note(), "observed_at": START + timedelta(minutes=n), **slot}
        else:
            yield {
                "text": chatter.turn(), "kind": "episode", "speaker": "Ada" if n % 2 else "Ben",
                "thread": f"{name}-{turns // 20}", "turn": turns % 20 + 1, "observed_at": START + timedelta(minutes=n),
            }  # fmt: skip
            turns += 1


def schema_mark(folder: Path) -> str:
    """Return a short digest of the tables a new store has."""
    path = folder / "schema.db"
    Memory(f"sqlite:///{path}", embedder=None).close()
    db = sqlite3.connect(path)
    tables = db.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    db.close()
    return hashlib.sha256(repr(tables).encode()).hexdigest()[:10]


def built(cache: Path, mark: str, scopes: int, each: int) -> Path:
    """Return the folder with a store of `scopes` users ("u0", ...) with `each` memories, built unless it is there."""
    home = cache / f"{scopes}x{each}-{mark}"
    if home.is_dir():
        return home
    print(f"  building {scopes} x {each:,} memories ...", flush=True)
    half = Path(tempfile.mkdtemp(dir=cache))
    chatter = Chatter(scopes * 1_000_003 + each)
    with Memory(f"sqlite:///{half / 'store.db'}", embedder=Bulk(MiniLM())) as memory:
        for n in range(scopes):
            memory.scoped(user=f"u{n}").save_many(drafts(chatter, each, f"t{n}"))
    settled(half / "store.db")
    half.rename(home)
    return home


def settled(path: Path) -> int:
    """Checkpoint a store that nobody has open and return its bytes, with what is left of its log."""
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return sum(
        file.stat().st_size for file in path.parent.glob(path.name + "*") if not file.name.endswith("-shm")
    )


# -- search ------------------------------------------------------------------------------------------------------------


def warm(asker: Asker, home: Path, users: list[int], count: int) -> Times:
    """Time searches in scopes whose state is in memory."""
    times = Times()
    with Memory(f"sqlite:///{home / 'store.db'}", embedder=asker.counted) as memory:
        callers = [memory.scoped(user=f"u{n}") for n in users]
        for n in range(3 * len(callers)):
            asker.ask(callers[n % len(callers)].search, Times())
        for n in range(count):
            asker.ask(callers[n % len(callers)].search, times)
    return times


def cold(asker: Asker, home: Path, users: list[int]) -> Times:
    """Time the first search of each of these users in a process that has searched for others."""
    times = Times()
    with Memory(f"sqlite:///{home / 'store.db'}", embedder=asker.counted) as memory:
        for n in users[:10]:
            asker.ask(memory.scoped(user=f"u{n}").search, Times())
        for n in users[10:]:
            asker.ask(memory.scoped(user=f"u{n}").search, times)
    return times


def write_along(path: str, user: str, go: Any, stop: Any, written: Any) -> None:
    """Write 20 turns a second into a scope whenever `go` is set, with the shipped model: the body of a second process."""
    chatter, n = Chatter(77), 0
    with Memory(f"sqlite:///{path}") as memory:
        caller = memory.scoped(user=user)
        due = time.monotonic()
        while not stop.is_set():
            if not go.wait(0.1):
                due = time.monotonic()
                continue
            caller.save(chatter.turn(), kind="episode", thread="meanwhile", turn=n, speaker="Ada")
            written.value, n = n + 1, n + 1
            due = max(due + 1 / WRITES_PER_SECOND, time.monotonic() - 0.5)
            time.sleep(max(0.0, due - time.monotonic()))


@contextmanager
def second_process(path: Path, user: str) -> Iterator[tuple[Any, Any]]:
    """Run `write_along` beside the block; yields its switch and its count of writes."""
    context = multiprocessing.get_context("spawn")
    go, stop, written = context.Event(), context.Event(), context.Value("i", 0)
    writer = context.Process(target=write_along, args=(str(path), user, go, stop, written))
    writer.start()
    try:
        go.set()
        while not written.value and writer.is_alive():
            time.sleep(0.05)
        yield go, written
        if not writer.is_alive():
            raise RuntimeError(f"the writing process ended by itself with {writer.exitcode}")
    finally:
        stop.set()
        writer.join(30)
        if writer.is_alive():
            writer.kill()


def disturbed(asker: Asker, home: Path, seconds: float) -> tuple[Times, Times, float]:
    """Time searches in scope "u0" while a second process writes into it, in turn with quiet spells of a second.

    Returns the quiet times, the others, and how many memories a second were written.
    """
    quiet, busy = Times(), Times()
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        for file in home.glob("store.db*"):
            shutil.copy(file, folder)
        path = Path(folder) / "store.db"
        with (
            Memory(f"sqlite:///{path}", embedder=asker.counted) as memory,
            second_process(path, "u0") as (go, written),
        ):
            search, spent, before = memory.scoped(user="u0").search, 0.0, 0
            asker.ask(search, Times())
            for spell in range(int(seconds)):
                times = busy if spell % 2 else quiet
                (go.set if spell % 2 else go.clear)()
                time.sleep(0.15)
                asker.ask(search, Times())
                before, began = before - written.value, time.monotonic()
                while time.monotonic() - began < 1:
                    asker.ask(search, times)
                before += written.value
                spent += time.monotonic() - began if spell % 2 else 0.0
    if before / spent < WRITES_PER_SECOND / 2:
        raise RuntimeError(f"the second process wrote only {before / spent:.0f} memories a second")
    return quiet, busy, before / spent


def lookups(asker: Asker, home: Path, count: int) -> tuple[Times, Times]:
    """Time `current` of slots in scope "u0", ten after each embedding: the nine later ones, and the first alone."""
    times, firsts = Times(), Times()
    with Memory(f"sqlite:///{home / 'store.db'}", embedder=asker.counted) as memory:
        caller = memory.scoped(user="u0")
        slots = [item.slot for item in caller.list(kinds=["fact"], limit=400).items if item.slot]
        for n in range(count):
            slot = slots[n % len(slots)]
            asker.ask(lambda _, slot=slot: caller.current(slot), firsts)
            for which in range(n, n + 9):
                began, working = time.perf_counter(), time.process_time()
                caller.current(slots[which % len(slots)])
                times.own.append(time.perf_counter() - began)
                times.own_cpu.append(time.process_time() - working)
    times.alone, times.alone_cpu = firsts.alone, firsts.alone_cpu
    return times, firsts


def told_always(asker: Asker, home: Path, count: int) -> Times:
    """Time finding what a session tells at every step whatever is asked, in scope "u0"."""
    times = Times()
    with Memory(f"sqlite:///{home / 'store.db'}", embedder=asker.counted) as memory:
        caller = memory.scoped(user="u0")
        for _ in range(count):
            asker.ask(lambda _: [caller.list(where=ALWAYS)], times)  # there may be none
    return times


def stepped(asker: Asker, home: Path, count: int) -> Times:
    """Time what an agent's session does around one step, before it and after, in a copy of scope "u0"."""
    times = Times()
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        for file in home.glob("store.db*"):
            shutil.copy(file, folder)
        with Memory(f"sqlite:///{Path(folder) / 'store.db'}", embedder=asker.counted) as memory:
            session = Session(memory, thread="steps", user="u0")

            def step(query: str) -> Any:
                session.before_step(query)
                told = [
                    {"role": "user", "content": query},
                    {"role": "assistant", "content": f"About that: {query}"},
                ]
                return session.after_step(told).observation.episodes

            asker.ask(step, Times())
            for _ in range(count):
                asker.ask(step, times)
    return times


# -- start and disk ----------------------------------------------------------------------------------------------------

_FIRST = (
    "import sys\n"
    "from holdfast import Memory\n"
    "found = Memory(sys.argv[1]).scoped(user='u0').search('where did we leave the report?')\n"
    "assert len(found) == 10\n"
    "import os, time\n"
    "print(time.process_time(), flush=True)\n"
    "os._exit(0)\n"
)
_IMPORT = (
    "import time\n"
    "began, working = time.perf_counter(), time.process_time()\n"
    "import {name}\n"
    "print(time.perf_counter() - began, time.process_time() - working)\n"
)


def compiled(folder: str) -> dict[str, str]:
    """Return an environment in which modules are compiled once, into a folder, as pip does for an installed package."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": folder}


def first_result(home: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds from starting a process to its first search result, by the clock and of processor time."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", _FIRST, f"sqlite:///{home / 'store.db'}"],
        stdout=subprocess.PIPE,
        env=environment,
    ) as child:
        assert child.stdout is not None
        working = float(child.stdout.readline())
        took = time.perf_counter() - began
    return took, working


def importing(name: str, environment: dict[str, str]) -> tuple[float, float]:
    """Return the seconds an import takes in a new process, by the clock and of processor time."""
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT.format(name=name)],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
    )
    took, working = done.stdout.split()
    return float(took), float(working)


def starts(home: Path) -> Iterator[Row]:
    """Yield the rows about new processes: medians of five by the clock, with `import numpy` beside them."""
    taken: dict[str, list[tuple[float, float]]] = {"first": [], "holdfast": [], "numpy": []}
    with tempfile.TemporaryDirectory() as folder:
        environment = compiled(folder)
        for n in range(6):
            found = (
                first_result(home, environment),
                *(importing(name, environment) for name in ("holdfast", "numpy")),
            )
            for name, seconds in zip(taken, found, strict=True):
                taken[name] += [seconds] if n else []  # the first one compiles
    for label, bar, name in (
        ("start to first result, 10k", 0.6, "first"),
        ("import holdfast", 0.2, "holdfast"),
    ):
        clock = [took for took, _ in taken[name]]
        detail = {
            "best": round(min(clock), 3),
            "processor": round(min(working for _, working in taken[name]), 3),
            "import numpy alone": round(min(took for took, _ in taken["numpy"]), 3),
        }
        yield Row(
            label, statistics.median(clock), bar, f"s (processor {detail['processor']:.2f})", detail=detail
        )


def bytes_each(count: int) -> float:
    """Return the bytes of disk a short memory (one sentence, one vector) takes with all its indexes."""
    chatter = Chatter(5)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with Memory(f"sqlite:///{path}", embedder=Bulk(MiniLM())) as memory:
            memory.scoped(user="u0").save_many({"text": chatter.note()} for _ in range(count))
        return settled(path) / count


# -- putting it together -----------------------------------------------------------------------------------------------


def searches(asker: Asker, homes: dict[str, Path], quick: bool) -> Iterator[Row]:
    """Yield the rows about searching and looking up."""
    few, many = (40, 60) if quick else (200, 400)
    users = list(range(60 if quick else 160))
    for name, home, found in (
        ("200", homes["200"], warm(asker, homes["200"], users[:8], many)),
        ("cold", homes["200"], cold(asker, homes["200"], users)),
        ("10k", homes["10k"], warm(asker, homes["10k"], [0], few)),
        ("100k", homes["100k"], warm(asker, homes["100k"], [0], few)),
    ):
        label = {"200": "200 of 100k, in memory", "cold": "200 of 100k, cold"}.get(
            name, f"{name} in one scope"
        )
        unit = f"x embedding (processor {found.worked:.2f})"
        yield Row(f"search, {label}", found.ratio, BARS[name], unit, detail=found.to_json())
        if name != "cold":
            among, first = lookups(asker, home, few)
            for label, times, bar in (("", first, 0.1), (" among lookups", among, None)):
                unit = f"x embedding (processor {times.worked:.2f})"
                yield Row(f"current(slot), {name}{label}", times.ratio, bar, unit, detail=times.to_json())
            always = told_always(asker, home, few)
            unit = f"x embedding (processor {always.worked:.2f})"
            yield Row(f"list(where=ALWAYS), {name}", always.ratio, None, unit, detail=always.to_json())
            step = stepped(asker, home, 10 if quick else 40)
            unit = f"x embedding (processor {step.worked:.2f})"
            yield Row(f"an agent's step, {name}", step.ratio, None, unit, detail=step.to_json())


def rows(asker: Asker, homes: dict[str, Path], quick: bool) -> Iterator[Row]:
    """Yield every row of the report."""
    yield from searches(asker, homes, quick)
    for name, home in homes.items():
        quiet, busy, rate = disturbed(asker, home, 4 if quick else 16)
        detail = {"quiet": quiet.to_json(), "busy": busy.to_json(), "written_per_second": round(rate, 1)}
        against = statistics.median(busy.own) / statistics.median(quiet.own)
        worked = statistics.median(busy.own_cpu) / statistics.median(quiet.own_cpu)
        unit = f"x quiet (processor {worked:.2f})"
        yield Row(f"search while another writes 20/s, {name}", against, 1.5, unit, detail=detail)
    yield from starts(homes["10k"])
    yield Row("disk per short memory", bytes_each(2_000 if quick else 10_000) / 1e3, 2.2, "KB")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.latency", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the sizes and fewer searches: a smoke test"
    )
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "holdfast-bench", metavar="FOLDER",
        help="where built stores are kept (default: in the system's folder for temporary files)",
    )  # fmt: skip
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        mark = schema_mark(Path(folder))
    small = 10 if given.quick else 1
    homes = {
        "200": built(given.cache, mark, 500 // (5 if given.quick else 1), 200),
        "10k": built(given.cache, mark, 1, 10_000 // small),
        "100k": built(given.cache, mark, 1, 100_000 // small),
    }
    report("latency", rows(Asker(3), homes, given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
