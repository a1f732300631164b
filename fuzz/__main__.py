"""The command: `python -m fuzz --minutes 30 [--target X]`, exit code 1 where an input crashed or hung."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from fuzz import corpus
from fuzz.doors import SECONDS
from fuzz.engines import has_atheris
from fuzz.targets import NAMES

GRACE = 180.0  # seconds beyond its time after which a process is stuck


def main() -> int:
    """Fuzz each target for its share of the time, keep what is worth keeping, and say what was found."""
    asked = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    asked.add_argument("--minutes", type=float, default=30.0, help="in all; each target gets an equal share")
    asked.add_argument("--target", action="append", choices=NAMES, help="only this one; may be given again")
    asked.add_argument("--no-keep", action="store_true", help="leave the corpus as it is")
    given = asked.parse_args()
    names = given.target or NAMES
    share = given.minutes * 60 / len(names)
    engines = {"shape": 0.35, "coverage": 0.65} if has_atheris() else {"shape": 1.0}
    if "coverage" not in engines:
        print("atheris is not installed (pip install '.[fuzz]'): inputs are made by shape alone")
    broken = 0
    for name in names:
        with tempfile.TemporaryDirectory(prefix=f"holdfast-fuzz-{name}-") as folder:
            for engine, part in engines.items():
                broken += not _ran(engine, name, share * part, Path(folder))
            if not given.no_keep:
                grown = [path.read_bytes() for path in Path(folder, "grown").glob("*")]
                count, size = corpus.minimise(name, grown)
                print(f"{name}: {count} inputs kept, {size:,} bytes", flush=True)
    print(f"{broken} of {len(names)} targets broke" if broken else "nothing crashed and nothing hung")
    return 1 if broken else 0


def _ran(engine: str, name: str, seconds: float, folder: Path) -> bool:
    """Run one engine on one target; what it ends with is kept in the corpus unless it ended well."""
    started = time.monotonic()
    command = [sys.executable, "-m", "fuzz.engines", engine, name, str(seconds), str(folder)]
    log = folder / f"{engine}.log"
    with log.open("wb") as told:
        running = subprocess.Popen(command, stdout=told, stderr=subprocess.STDOUT)
        try:
            code: int | None = running.wait(seconds + 12 * SECONDS + GRACE)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            code = None
    text = log.read_text("utf-8", "replace")
    took = time.monotonic() - started
    if code == 0:
        counted = [
            line
            for line in text.splitlines()
            if "inputs by shape" in line or "number_of_executed_units" in line
        ]
        print(f"{name} by {engine}: {took:.0f} s, {' '.join(counted[-1:])}", flush=True)
        return True
    now = folder / "now"  # not there where it ended before it tried anything
    kept = corpus.keep(name, now.read_bytes()) if now.exists() else "no input"
    print(
        f"{name} by {engine}: {'stuck' if code is None else f'ended with {code}'} after {took:.0f} s on {kept}\n{text[-6_000:]}",
        flush=True,
    )
    return False


if __name__ == "__main__":
    sys.exit(main())
