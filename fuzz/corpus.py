"""The inputs that are kept: few and small, one file each under `fuzz/corpus/TARGET`, replayed by the tests.

One called `found-...` once broke something, and stays; the others stay for the code that they run and none before them does.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from fuzz.doors import limited
from fuzz.targets import target

FOLDER = Path(__file__).parent / "corpus"
MOST_INPUTS, MOST_BYTES = 60, 40_000  # of one target, what once broke something aside
LONGEST = 4_000


def name_of(given: bytes) -> str:
    """Return what an input's file is called."""
    return hashlib.sha256(given).hexdigest()[:12]


def kept(name: str) -> list[Path]:
    """Return the files of a target's corpus, sorted."""
    return sorted(path for path in (FOLDER / name).glob("*") if path.is_file())


def inputs(name: str, seeds: Iterable[bytes]) -> list[bytes]:
    """Return what a target begins with: its seeds, and what is kept."""
    return list(dict.fromkeys([*seeds, *(path.read_bytes() for path in kept(name))]))


def keep(name: str, found: bytes) -> Path:
    """Keep an input that broke something, and return its file."""
    path = FOLDER / name / f"found-{name_of(found)}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(found)
    return path


def minimise(name: str, more: Iterable[bytes]) -> tuple[int, int]:
    """Keep of a target's corpus and of `more` what runs lines that nothing smaller does; return how many inputs and bytes those are."""
    one = target(name)
    lasting = [path for path in kept(name) if path.name.startswith("found-")]
    rest = {path.read_bytes() for path in kept(name)} - {path.read_bytes() for path in lasting}
    candidates = sorted({*rest, *more} - set(one.seeds), key=lambda given: (len(given), given))
    seen: set[tuple[str, int]] = set()
    for given in [*one.seeds, *(path.read_bytes() for path in lasting)]:
        seen |= _lines(one.check, given)
    chosen: list[bytes] = []
    size = 0
    for given in candidates:
        if len(given) > LONGEST or len(chosen) >= MOST_INPUTS or size + len(given) > MOST_BYTES:
            continue
        ran = _lines(one.check, given)
        if ran - seen:
            seen |= ran
            chosen.append(given)
            size += len(given)
    _written(name, chosen)
    return len(chosen), size


def _written(name: str, chosen: Sequence[bytes]) -> None:
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    for path in kept(name):
        if not path.name.startswith("found-"):
            path.unlink()
    for given in chosen:
        (folder / name_of(given)).write_bytes(given)


def _lines(check: Any, given: bytes) -> set[tuple[str, int]]:
    """Return the lines of the package that an input runs."""
    ran: set[tuple[str, int]] = set()

    def of_file(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            ran.add((frame.f_code.co_filename, frame.f_lineno))
        return of_file

    def calls(frame: FrameType, _event: str, _: Any) -> Any:
        name = frame.f_code.co_filename
        if "holdfast" in name and "testing" not in name:
            ran.add((name, frame.f_code.co_firstlineno))
            return of_file
        return None

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        limited(check, given)
    finally:
        sys.settrace(before)
    return ran
