"""Words that mean much the same, from a table that ships inside the package: "pet" and "cat", "instrument" and "flute".

Made by scripts/build_related.py from the shipped model's own vocabulary. English stems only.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np

TABLE = Path(__file__).parent / "models" / "related.npz"


@functools.cache
def _table() -> tuple[dict[str, int], list[str], Any, Any]:
    """Read the table once, when a query first needs it: stems to rows, stems, the rows near each, their weights."""
    with np.load(TABLE) as read:
        stems = read["names"].tobytes().decode("ascii").split("\n")
        near, weight = read["near"], read["weight"]
    return {stem: row for row, stem in enumerate(stems)}, stems, near, weight


@functools.lru_cache(10_000)
def related(stem: str) -> tuple[tuple[str, float], ...]:
    """Return the stems related to one, at most 8, the nearest first, each with how near it is: above 0, at most 1."""
    rows, stems, near, weight = _table()
    row = rows.get(stem)
    if row is None:
        return ()
    pairs = zip(near[row].tolist(), weight[row].tolist(), strict=True)
    return tuple((stems[at], share / 255) for at, share in pairs if share)
