"""Kill -9 one of 16 writing processes 100 times at random moments: no acknowledged write is lost, none is there twice.

    python -m benchmarks.durability [--kills 100] [--quick]

What is written, killed and counted is `holdfast verify durability`; this runs it at the size of the bar and keeps the figures.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks._common import Row, report
from holdfast.verify import Ground, verify

LONGEST = 2.0  # seconds that a writer may wait at most, its own work and the disk's included


def rows(processes: int, operations: int, kills: int, seed: int) -> Iterator[Row]:
    """Yield the rows of the report."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), processes=processes, operations=operations, kills=kills, seed=seed)
        (found,) = verify(["durability"], ground)
    detail = {"processes": processes, "kills": kills, "seed": seed, "seconds": round(found.seconds, 1)}
    yield Row("acknowledged writes", found.times, None, "writes", detail=detail)
    yield Row("longest write", round(found.longest or 0.0, 3), LONGEST, "s")
    what = {"first": found.findings[0]} if found.findings else {}
    yield Row("lost, twice, half there, or out of the chain", len(found.findings), 0, "writes", detail=what)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.durability", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--processes", type=int, default=16, help="writers at once (default 16)")
    parser.add_argument("--operations", type=int, default=2_000, help="writes of each (default 2000)")
    parser.add_argument("--kills", type=int, default=100, help="how often a writer is killed (default 100)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    parser.add_argument("--quick", action="store_true", help="4 writers, 100 writes, 8 kills: a smoke test")
    given = parser.parse_args()
    sizes = (4, 100, 8) if given.quick else (given.processes, given.operations, given.kills)
    report("durability", rows(*sizes, given.seed), quick=given.quick)


if __name__ == "__main__":
    main()
