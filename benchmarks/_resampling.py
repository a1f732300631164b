"""Paired bootstrap: how far a mean of differences may be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_DRAWS = 5_000


def interval(differences: Sequence[float]) -> list[float]:
    """Return the mean of paired differences and the bounds of its 95 % interval, by 5,000 resamples from a fixed seed."""
    values = np.array(differences)
    rows = np.random.default_rng(0).integers(0, len(values), (_DRAWS, len(values)))
    low, high = np.percentile(values[rows].mean(axis=1), (2.5, 97.5))
    return [float(values.mean()), float(low), float(high)]


def share(gained: Sequence[float], before: Sequence[float]) -> list[float]:
    """Return by how much of itself a mean grew, in percent, and the bounds of the 95 % interval of that."""
    new, old = np.array(gained), np.array(before)
    rows = np.random.default_rng(0).integers(0, len(new), (_DRAWS, len(new)))
    drawn = 100.0 * (new[rows].mean(axis=1) / old[rows].mean(axis=1) - 1.0)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return [float(100.0 * (new.mean() / old.mean() - 1.0)), float(low), float(high)]
