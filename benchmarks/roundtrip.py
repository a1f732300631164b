"""Export a store and import it into an empty one: equal digest, and equal ids and order for 1,000 queries, now and then.

    python -m benchmarks.roundtrip [--quick] [--model minilm]

The store is made of seeded talk and notes by several users and a team over some weeks: slots that change, corrections, deletions,
moves, conflicts, entities renamed, memories merged, sightings. Each query is asked of both stores by a caller who sees some
of it, a third of them at a moment in the past on one of the clocks. Printed beside it: how long export and import took for
100,000 short notes, how much memory each took, and what one bad line in their middle does.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, report
from holdfast import Memory, Scope
from holdfast.errors import InvalidInput
from holdfast.testing import FrozenClock, HashingEmbedder

START = datetime(2026, 1, 1, tzinfo=UTC)
USERS = ("ada", "bob", "cyd")
EVERYTHING = Scope.shared()


def filled(memory: Memory, clock: FrozenClock, days: int) -> None:
    """Live through some days with three users and their team."""
    chatter, chance = Chatter(1), random.Random(1)
    for day in range(days):
        clock.advance(days=1)
        for user in USERS:
            caller = memory.scoped(user=user, team="core", actor=user)
            turns = [{"text": chatter.turn(), "kind": "episode", "thread": f"{user} {day}", "turn": n, "scope": ("user",)} for n in range(20)]  # fmt: skip
            caller.save_many(turns)
            note = caller.save(f"{chatter.note()} ({user}, day {day})", tags=["note"])
            caller.save(note.text)
            caller.save(f"The port is {day}", slot="server.port", value=day, scope=("team",))
            caller.observe(
                f"My city is Town {day // 3}. I like {chance.choice(['tea', 'rye', 'jazz'])}.",
                scope=("user",),
            )
            if day % 2:
                caller.update(note.id, text=f"{note.text}, corrected")
            if day % 3 == 0:
                caller.delete(note.id)
            elif day % 5 == 0:
                caller.update(note.id, scope=("user", "team"))
        if day % 7 == 0:
            one, two = (memory.scoped(user="ada").save(f"Ferry {day} leaves at {n}") for n in (7, 8))
            memory.scoped(user="ada").merge([one.id, two.id])
            when = clock.now()
            for pet in ("Rex", "Tom"):
                memory.scoped(user="bob").save(
                    f"Pet {pet} of day {day}", slot=f"day {day}.name", value=pet, valid_from=when
                )
            memory.scoped(team="core").save(f"Site {day} is warm", slot=f"site {day}.state", value="warm")
            memory.scoped(team="core").rename(f"site {day}", f"base {day}")


def asked(memory: Memory, queries: int, end: datetime) -> list[list[str]]:
    """Return the ids that each query finds, in order."""
    chatter, chance, found = Chatter(2), random.Random(2), []
    for _ in range(queries):
        user = chance.choice(USERS)
        caller = (
            memory.scoped(user=user, team="core") if chance.random() < 0.7 else memory.scoped(team="core")
        )
        then = START + (end - START) * chance.random()
        at: dict[str, Any] = chance.choice([{}, {}, {}, {}, {"known_at": then}, {"valid_at": then}])
        found.append([hit.id for hit in caller.search(chatter.query(), k=10, **at)])
    return found


def round_trip(folder: Path, days: int, queries: int, model: str) -> Iterator[Row]:
    """Compare a store with what its export gives."""
    clock = FrozenClock(START)
    embedder: Any = {"none": None, "hashing": HashingEmbedder(), "minilm": "minilm"}[model]
    with (
        Memory(f"sqlite:///{folder / 'one.db'}", embedder=embedder, clock=clock) as one,
        Memory(f"sqlite:///{folder / 'two.db'}", embedder=embedder, clock=clock) as two,
    ):
        filled(one, clock, days)
        made = one.export(folder / "all.jsonl", under=EVERYTHING)
        taken = two.import_items(folder / "all.jsonl")
        again = two.export(folder / "again.jsonl", under=EVERYTHING)
        ours, theirs = asked(one, queries, clock.now()), asked(two, queries, clock.now())
        same = sum(left == right for left, right in zip(ours, theirs, strict=True))
    yield Row(f"versions exported ({model})", made.versions, None, "versions")
    yield Row("versions that did not come across", made.versions - taken.versions, 0, "versions")
    yield Row("digest of the import's own export is another", made.digest != again.digest, 0, "")
    detail = {"queries": queries, "with hits": sum(bool(ids) for ids in ours)}
    yield Row(f"of {queries:,} queries other ids or order", queries - same, 0, "queries", detail=detail)


def filled_with_notes(url: str, count: int) -> None:
    """Save many short notes of one user."""
    chatter = Chatter(3)
    with Memory(url, embedder=None) as memory:
        memory.scoped(user="ada").save_many(
            {"text": f"({n}) {chatter.note()}", "kind": "episode"} for n in range(count)
        )


def part(name: str, *arguments: str) -> tuple[float, float]:
    """Run a part in a process of its own and return its seconds and its most memory in MB beyond an empty program's."""
    command = [sys.executable, "-m", "benchmarks.roundtrip", "--part", name, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, megabytes = map(float, done.stdout.split())
    return seconds, megabytes


def run_part(name: str, url: str, path: str) -> None:
    """Be a part: export or import, and print what it took."""
    with Memory(url, embedder=None) as memory:
        before, began = most_memory(), time.monotonic()
        if name == "export":
            memory.export(path, under=EVERYTHING)
        else:
            memory.import_items(path)
    print(time.monotonic() - began, most_memory() - before)


def most_memory() -> float:
    """Return the most MB this process ever held (Linux)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def with_a_bad_line(path: Path, at: int) -> bytes:
    """Return an export whose line `at` has a text that is none, and whose digest fits."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[at - 1] = json.dumps({**json.loads(lines[at - 1]), "text": 7}).encode() + b"\n"
    end = {**json.loads(lines[-1]), "digest": f"sha256:{hashlib.sha256(b''.join(lines[1:-1])).hexdigest()}"}
    return b"".join(lines[:-1]) + json.dumps(end).encode() + b"\n"


def many(folder: Path, count: int) -> Iterator[Row]:
    """Time many memories, and put one bad line in their middle."""
    url, path = f"sqlite:///{folder / 'many.db'}", folder / "many.jsonl"
    filled_with_notes(url, count)
    for name, store in (("export", url), ("import", f"sqlite:///{folder / 'other.db'}")):
        seconds, megabytes = part(name, store, str(path))
        yield Row(
            f"{name} of {count:,} memories, no model",
            seconds,
            None,
            "s",
            detail={"per second": count / seconds},
        )
        yield Row(f"memory that {name} took beyond an open store", megabytes, None, "MB")
    bad = folder / "bad.jsonl"
    bad.write_bytes(with_a_bad_line(path, count // 2))
    with Memory("sqlite://", embedder=None) as memory:
        began = time.monotonic()
        try:
            memory.import_items(bad)
        except InvalidInput as error:
            named = f"bad.jsonl:{count // 2}:" in str(error)
        else:
            named = False
        yield Row("one bad line in the middle: the error names another line", not named, 0, "")
        yield Row("  and versions written", memory.stats(under=EVERYTHING).versions, 0, "versions")
        yield Row("  found after", time.monotonic() - began, None, "s")


def rows(days: int, queries: int, model: str, count: int) -> Iterator[Row]:
    """Yield the rows of the report."""
    with tempfile.TemporaryDirectory() as made:
        yield from round_trip(Path(made), days, queries, model)
        yield from many(Path(made), count)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.roundtrip", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--model", choices=("none", "hashing", "minilm"), default="minilm", help="(default minilm)"
    )
    parser.add_argument("--quick", action="store_true", help="few days and memories, no model: a smoke test")
    parser.add_argument("--part", nargs=3, metavar=("NAME", "URL", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        run_part(*given.part)
        return
    made = rows(10, 100, "hashing", 3_000) if given.quick else rows(60, 1_000, given.model, 100_000)
    report("roundtrip", made, quick=given.quick)


if __name__ == "__main__":
    main()
