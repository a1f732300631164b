"""A server under load: 32 clients, nine searches to one save, against the library called by as many threads; then kill -9.

    python -m benchmarks.served [--seconds 60] [--clients 32] [--quick]

Both run over copies of one store of 2,000 memories of 40 users, with the shipped embedding model. The clients are processes
of their own (four, a share of the clients as threads in each), so that what they take is not the server's to pay twice over; the
library's threads share one process. At the end the server is killed with SIGKILL under the same load, started again, and
every save that was acknowledged is looked for.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks._common import Chatter, Row, report
from holdfast import Memory
from holdfast.errors import HoldfastError

USERS, EACH, PROCESSES = 40, 50, 4
STARTING = 4.0  # seconds the processes of clients take to begin


class Load:
    """What one client did: seconds of each call, ids acknowledged, errors by name."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.span = (0.0, 0.0)  # from the first call to the end of the last
        self.saved: list[tuple[str, str]] = []
        self.errors: list[str] = []

    def run(
        self, number: int, until: float, search: Callable[[str, str], Any], save: Callable[[str, str], str]
    ) -> None:
        """Call until a moment: nine searches to one save, of users drawn evenly."""
        start = time.time()
        draw, chatter = random.Random(number), Chatter(1_000 + number)
        while time.time() < until:
            user, text = f"user-{draw.randrange(USERS)}", chatter.sentence(6, 24)
            began = time.perf_counter()
            try:
                if draw.random() < 0.1:
                    self.saved.append((user, save(user, text)))
                else:
                    search(user, text)
            except (HoldfastError, httpx.HTTPError) as error:
                self.errors.append(type(error).__name__)
            self.seconds.append(time.perf_counter() - began)
        self.span = start, time.time()

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.seconds) / (self.span[1] - self.span[0])


def filled(path: Path) -> None:
    """Make the store."""
    chatter = Chatter(7)
    with Memory(f"sqlite:///{path}") as memory:
        for number in range(USERS):
            user = memory.scoped(user=f"user-{number}")
            user.save_many([{"text": chatter.sentence(6, 24), "kind": "episode"} for _ in range(EACH)])


class Server:
    """`holdfast serve` in a process of its own, which does not outlive the `with` it is used in."""

    def __init__(self, store: Path) -> None:
        self.store, self.began = store, time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "holdfast.cli", "serve", "--store", f"sqlite:///{store}", "--port", "0", "--json",
             "--open", "--log", "warning"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.url: str = json.loads(self.process.stdout.readline())["url"]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        self.process.send_signal(how)
        self.process.wait(60)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def first_answer(self) -> float:
        """Search once, and return the seconds since it was started."""
        search, _ = asking(self.url)
        search("user-1", "what was said about the ferry?")
        return time.perf_counter() - self.began


def asking(url: str) -> tuple[Callable[[str, str], Any], Callable[[str, str], str]]:
    """What one client calls."""
    http = httpx.Client(base_url=url, timeout=60)

    def post(path: str, user: str, body: dict[str, Any]) -> Any:
        answer = http.post(path, json=body, headers={"Holdfast-Labels": f"user={user}"})
        answer.raise_for_status()
        return answer.json()

    def search(user: str, text: str) -> Any:
        return post("/api/v1/search", user, {"query": text, "k": 10})

    def save(user: str, text: str) -> str:
        return str(post("/api/v1/items", user, {"text": text, "kind": "episode"})["id"])

    return search, save


def share(url: str, first: int, count: int, until: float, out: Any) -> None:
    """Be some of the clients, each a thread, and put what they did into a queue."""
    loads = [Load() for _ in range(count)]
    threads = [
        threading.Thread(target=load.run, args=(first + n, until, *asking(url)))
        for n, load in enumerate(loads)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put([(load.seconds, load.saved, load.errors, load.span) for load in loads])


def clients(url: str, count: int, seconds: float, then: Callable[[], None] = lambda: None) -> Load:
    """Let `count` clients ask for so long; `then` is done half-way."""
    context = multiprocessing.get_context("spawn")
    out, until, each = context.Queue(), time.time() + seconds + STARTING, count // PROCESSES
    workers = [
        context.Process(target=share, args=(url, n * each, each, until, out), daemon=True)
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    time.sleep(STARTING + seconds / 2)
    then()
    made = together([loaded(*one) for _ in workers for one in out.get(timeout=seconds + 120)])
    for worker in workers:
        worker.join()
    return made


def loaded(
    seconds: list[float], saved: list[tuple[str, str]], errors: list[str], span: tuple[float, float]
) -> Load:
    """Return a load as it came from another process."""
    load = Load()
    load.seconds, load.saved, load.errors, load.span = seconds, saved, errors, span
    return load


def together(loads: list[Load]) -> Load:
    """Return several loads as one."""
    made = Load()
    for load in loads:
        made.seconds += load.seconds
        made.saved += load.saved
        made.errors += load.errors
    made.span = min(load.span[0] for load in loads), max(load.span[1] for load in loads)
    return made


def library(path: Path, count: int, seconds: float) -> Load:
    """Let as many threads call the library in this process."""
    with Memory(f"sqlite:///{path}") as memory:
        callers = {f"user-{n}": memory.scoped(user=f"user-{n}") for n in range(USERS)}
        loads, until = [Load() for _ in range(count)], time.time() + seconds

        def search(user: str, text: str) -> Any:
            return [hit.to_json() for hit in callers[user].search(text, k=10)]

        def save(user: str, text: str) -> str:
            return callers[user].save(text, kind="episode").id

        threads = [
            threading.Thread(target=load.run, args=(n, until, search, save)) for n, load in enumerate(loads)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return together(loads)


def missing(path: Path, load: Load) -> int:
    """Return how many acknowledged saves a store does not have."""
    with Memory(f"sqlite:///{path}") as memory:
        kept = {user: {item.id for item in pages(memory, user)} for user in {user for user, _ in load.saved}}
    return sum(id not in kept[user] for user, id in load.saved)


def pages(memory: Memory, user: str) -> list[Any]:
    """Return all memories of a user."""
    found, cursor = [], None
    while True:
        page = memory.scoped(user=user).list(limit=1_000, cursor=cursor)
        found += page.items
        if (cursor := page.next) is None:
            return found


def begun(what: str) -> None:
    """Tell what is being done, for it takes minutes."""
    print(f"{time.strftime('%H:%M:%S')} {what} ...", file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print, keep the result."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seconds", type=float, default=60)
    given.add_argument("--clients", type=int, default=32)
    given.add_argument("--quick", action="store_true", help="a few seconds, nothing kept")
    options = given.parse_args()
    seconds = 6.0 if options.quick else options.seconds
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.db"
        begun(f"filling a store with {USERS * EACH:,} memories")
        filled(made)
        stores = [Path(folder) / name for name in ("served.db", "called.db")]
        for store in stores:
            for suffix in ("", ".key"):
                shutil.copy(f"{made}{suffix}", f"{store}{suffix}")
        begun(f"{options.clients} threads call the library for {seconds:g} s")
        called = library(stores[1], options.clients, seconds)
        with Server(stores[0]) as server:
            start = server.first_answer()
            begun(f"{options.clients} clients ask a server for {seconds:g} s")
            served = clients(server.url, options.clients, seconds)
            begun("the server is killed under the same load and started again")
            cut = clients(server.url, options.clients, min(seconds, 10), lambda: server.stop(signal.SIGKILL))
        with Server(stores[0]) as again:
            again.first_answer()
            again.stop()
        lost = missing(stores[0], together([served, cut]))
    p50, p99 = (float(np.percentile(served.seconds, at)) for at in (50, 99))
    rates = served.rate, called.rate
    rows = [
        Row("errors", len(served.errors), 0, ""),
        Row("served", rates[0], None, "calls a second"),
        Row("library, as many threads", rates[1], None, "calls a second"),
        Row("served / library", rates[0] / rates[1], 0.7, "", least=True),
        Row("p50", p50 * 1e3, None, "ms"),
        Row("p99 / p50", p99 / p50, 5, ""),
        Row("acknowledged and lost by kill -9", lost, 0, f"of {len(served.saved) + len(cut.saved)}"),
        Row("start to first answered search", start, 1.5, "s"),
    ]
    report("served", rows, quick=options.quick)
    return int(bool(served.errors) or lost > 0)


if __name__ == "__main__":
    sys.exit(main())
