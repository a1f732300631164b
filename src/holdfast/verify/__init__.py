"""Holdfast's promises put to the test, on a generated store or on a copy of a user's own; `holdfast verify` prints what was found.

Each check returns how often it tried what, and what it found that should not be; see docs/guarantees.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import ConfigError
from . import chain, durability, erase, isolation, offline, rebuild, timetravel
from .ground import Ground, Tried

__all__ = ["CHECKS", "Evidence", "Ground", "Tried", "verify"]

CHECKS: dict[str, Callable[[Ground], Tried]] = {
    "isolation": isolation.check,
    "erase": erase.check,
    "durability": durability.check,
    "timetravel": timetravel.check,
    "chain": chain.check,
    "rebuild": rebuild.check,
    "offline": offline.check,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one check came to: `what` was tried, `times` as often, in `seconds`; nothing in `findings` when the promise held.

    `longest` are the seconds that the longest of these took, where that is told.
    """

    name: str
    what: str
    times: int
    seconds: float
    findings: tuple[str, ...] = ()
    longest: float | None = None

    def __str__(self) -> str:
        count = len(self.findings)
        found = f"{count} difference{'' if count == 1 else 's'}"
        first = f"; first: {self.findings[0]}" if self.findings else ""
        return f"{self.name:<11} {self.what}: {found}, {self.seconds:.1f} s{first}"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name, "what": self.what, "times": self.times, "seconds": round(self.seconds, 3),
            "findings": list(self.findings),
        }  # fmt: skip


def verify(names: Iterable[str], ground: Ground) -> Iterator[Evidence]:
    """Run checks by name, one after another, and yield the evidence of each. Raises `ConfigError` under `python -O`."""
    if not __debug__:
        raise ConfigError("python -O takes the comparisons out of these checks; run them without it")
    for name in names:
        begun = time.monotonic()
        tried = CHECKS[name](ground)
        took = time.monotonic() - begun
        yield Evidence(name, tried.what, tried.times, took, tried.findings, tried.longest)
