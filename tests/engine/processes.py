"""What tests run in processes of their own: writers, readers, and one that is killed. Each prints JSON lines."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from holdfast import Memory
from holdfast.away import away
from holdfast.errors import NewerStore, StoreClosed, VersionConflict
from holdfast.ports import Floats
from holdfast.stores.turns import Turns
from holdfast.testing import HashingEmbedder

ROOT = Path(__file__).resolve().parents[2]


def start(job: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a job of this file in a process of its own."""
    return subprocess.Popen(
        [sys.executable, __file__, job, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def finish(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """Wait for a job that must succeed, and return what it printed."""
    try:
        out, problem = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 0, problem
    return out


def tell(**facts: Any) -> None:
    """Print one line of JSON that is out before the process can be killed."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def closed(url: str, rounds: str) -> None:
    """Close a memory while threads read with it now and then, so that most connections are idle; tell how many reads were answered."""
    answered = 0
    for _ in range(int(rounds)):
        memory = Memory(url, embedder=None)
        ada = memory.scoped(user="ada")
        id = ada.save("port").id

        def read(ada: Any = ada, id: str = id) -> int:
            for done in itertools.count():
                try:
                    ada.get(id)
                except StoreClosed:
                    return done
                time.sleep(0.0002)
            raise AssertionError

        with ThreadPoolExecutor(16) as pool:
            reading = [pool.submit(read) for _ in range(16)]
            time.sleep(0.1)
            memory.close()
            answered += sum(one.result() for one in reading)
    tell(answered=answered)


class Struck(BaseException):
    """What this process interrupts itself with, as Ctrl-C does: Python raises it between any two steps."""


class Away(HashingEmbedder):
    """An embedder beside which a search goes on."""

    def embed(self, texts: Sequence[str]) -> Floats:
        away()
        return super().embed(texts)


def struck(url: str, times: str) -> None:
    """Interrupt saves and searches so many times, at moments spread evenly over them; then see that nothing came of it."""

    def strike(*_: object) -> None:
        raise Struck

    memory, draw, count = Memory(url, embedder=Away()), random.Random(5), 0
    ada, kept = memory.scoped(user="ada"), [memory.scoped(user="ada").save("the first river").id]
    began = time.perf_counter()
    for n in range(20):
        ada.save(f"the river {n}")
        ada.search(f"a river {n}")
    span = (time.perf_counter() - began) / 20
    signal.signal(signal.SIGALRM, strike)
    while count < int(times):
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, draw.uniform(2e-6, 1.2 * span))
                kept.append(ada.save(f"the river {len(kept)} {count}").id)
                ada.search(f"the river {count}", k=3)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Struck:
            count += 1
    other = threading.Thread(target=ada.save, args=("of another thread",), daemon=True)
    other.start()
    other.join(20)
    assert not other.is_alive(), "a lock is held by nobody"
    assert all(ada.get(id) for id in kept), "an acknowledged write is lost"
    asked = [f"the river {n}" for n in range(0, count, 50)]
    told = [[(hit.id, hit.score) for hit in ada.search(query, k=20)] for query in asked]
    if url != "sqlite://":
        with Memory(url, embedder=Away()) as again:
            fresh = again.scoped(user="ada")
            anew = [[(hit.id, hit.score) for hit in fresh.search(query, k=20)] for query in asked]
        assert told == anew, "half a step shows"
    memory.close()
    tell(kept=len(kept))


def write(url: str, writer: str, seconds: str, counter: str) -> None:
    """Save, count and take a slot in turn until the time is over; tell how often."""
    memory = Memory(url, embedder=HashingEmbedder())
    ada = memory.scoped(user="ada", actor=None)
    end, added, rounds = time.monotonic() + float(seconds), 0, 0
    while time.monotonic() < end:
        ada.save(f"writer {writer} round {rounds}", kind="episode")
        ada.save(f"port {writer}-{rounds}", slot="server.port", value=f"{writer}-{rounds}")
        rounds += 1
        while True:
            now = ada.get(counter)
            try:
                ada.update(counter, value=now.value + 1, expected_version=now.version)
            except VersionConflict:
                continue
            added += 1
            break
    memory.close()
    tell(writer=writer, rounds=rounds, added=added)


def read(url: str, seconds: str) -> None:
    """Search, list and look at a slot until the time is over; tell how often."""
    memory = Memory(url, embedder=HashingEmbedder())
    ada = memory.scoped(user="ada")
    end, searches, most = time.monotonic() + float(seconds), 0, 0
    while time.monotonic() < end:
        ada.search("writer round", k=5)
        ada.list(limit=5)
        ada.current("server.port")
        seen = ada.stats().versions
        assert seen >= most, "less than before"
        searches, most = searches + 1, seen
    memory.close()
    tell(searches=searches)


def victim(url: str) -> None:
    """Write until killed: single saves, batches of 20, updates, a slot; tell of each when it has returned."""
    memory = Memory(url, embedder=HashingEmbedder())
    ada = memory.scoped(user="ada")
    for n in itertools.count(ada.stats().versions):
        tell(begin=n)
        item = ada.save(f"single {n}", kind="episode")
        tell(text=f"single {n}", id=item.id)
        ada.save_many([{"text": f"batch {n}", "kind": "episode"} for _ in range(20)])
        tell(batch=f"batch {n}")
        ada.update(item.id, text=f"updated {n}", expected_version=1)
        tell(updated=f"updated {n}", id=item.id)
        ada.save(f"slot {n}", slot="last.value", value=n)
        tell(slot=n)


def fork(url: str) -> None:
    """Use a memory, fork, and use it in both processes."""
    memory = Memory(url, embedder=HashingEmbedder())
    ada = memory.scoped(user="ada")
    ada.save("before")
    ada.search("before")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            seen = [hit.text for hit in ada.search("before", k=50)]
            ada.save("by child")
            os.write(writing, json.dumps(seen).encode())
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    ada.save("by parent")
    seen = sorted(hit.text for hit in ada.search("before by child parent", k=50))
    tell(child=json.loads(os.read(reading, 10_000)), parent=seen)


def notes(url: str, writer: str, each: str) -> None:
    """Save so many numbered notes, one by one."""
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada", actor=writer)
        for n in range(int(each)):
            ada.save(f"{writer}:{n}", kind="episode")


def command(*arguments: str) -> None:
    """Run the `holdfast` command without a model."""
    from holdfast.cli import main

    os.environ["HOLDFAST_EMBEDDER"] = "none"
    main(list(arguments))


def maintain(url: str) -> None:
    """Put a scope in order; tell when that begins."""
    with Memory(url, embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        ada.stats()
        tell(begin=True)
        ada.maintain(dry_run=False, cap=1_000)


def queue(key: str, log: str, name: str) -> None:
    """Take a place in the queue, tell that, and write the name into a log when the turn has come."""
    turns = Turns(key)
    with turns.taken():
        tell(taken=name)
        while (first := turns.ahead().first) is not None:
            turns.pause(first)
        with open(log, "a", encoding="ascii") as file:
            file.write(name + "\n")


def turn(key: str) -> None:
    """Take a place in the queue, and keep it without ever writing."""
    with Turns(key).taken():
        tell(taken=True)
        time.sleep(600)


def hold(url: str) -> None:
    """Hold the write lock of a store."""
    with Memory(url, embedder=None) as memory, memory._store._writing():  # type: ignore[attr-defined]
        tell(holds=True)
        time.sleep(600)


def older(url: str) -> None:
    """Work on a store: save, and save again each time a line comes in; tell what came of it."""
    try:
        with Memory(url, embedder=None) as memory:
            ada = memory.scoped(user="ada")
            for n, _ in enumerate(itertools.chain([""], sys.stdin)):
                ada.save(f"older {n}", kind="episode")
                tell(saved=n, found=len(ada.list(limit=1_000)))
    except NewerStore as error:
        tell(refused=str(error))


def lease(url: str, ttl: str) -> None:
    """Take a lease and keep it."""
    with Memory(url, embedder=None) as memory:
        tell(fence=memory.scoped(user="ada").lease("job", holder="killed", ttl=float(ttl)).fence)
        time.sleep(600)


def count(url: str, name: str, file: str, times: str) -> None:
    """Add to a number in a file under a lease; tell the fences."""
    fences = []
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada", actor=f"process {name}")
        for _ in range(int(times)):
            with ada.lease("count", wait=60) as held:
                before = int(Path(file).read_text())
                time.sleep(0.001)
                Path(file).write_text(str(before + 1))
                fences.append(held.fence)
    tell(fences=fences)


if __name__ == "__main__":
    jobs = (
        closed,
        command,
        count,
        fork,
        hold,
        lease,
        maintain,
        notes,
        older,
        queue,
        read,
        struck,
        turn,
        victim,
        write,
    )
    {job.__name__: job for job in jobs}[sys.argv[1]](*sys.argv[2:])
