"""Arrays that grow, and vectors as rows of int8."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ports import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Steps = NDArray[np.int8]
    Quantised = tuple[Steps, float]


cdist: Any
try:
    from numkong import cdist
except ImportError:  # a platform without a wheel: the same whole numbers, slower
    cdist = None

_own = threading.local()
_GATHERED = 2_048  # rows that are copied together before they are multiplied: they stay in the cache


class Column:
    """A numpy array that grows at its end; `view` is what is filled."""

    def __init__(self, dtype: Any, width: int | None = None) -> None:
        self._buffer = np.zeros((16,) if width is None else (16, width), dtype)
        self.size = 0

    @property
    def view(self) -> NDArray[Any]:
        """The filled part, not a copy."""
        return self._buffer[: self.size]

    def append(self, rows: NDArray[Any] | Sequence[Any]) -> None:
        """Add rows at the end; earlier views stay as they were."""
        added = np.asarray(rows, self._buffer.dtype)
        need = self.size + len(added)
        if need > len(self._buffer):
            self.reserve(max(need, need * 3 // 2))
        self._buffer[self.size : need] = added
        self.size = need

    def reserve(self, rows: int) -> None:
        """Make room for so many rows in all; room that is not used yet takes no memory."""
        if rows > len(self._buffer):
            grown = np.zeros((rows, *self._buffer.shape[1:]), self._buffer.dtype)
            grown[: self.size] = self.view
            self._buffer = grown

    def lay(self, rows: int) -> None:
        """Fill with zeros up to so many rows, to be written at any place."""
        self.reserve(rows)
        self.size = max(self.size, rows)

    @property
    def nbytes(self) -> int:
        """Bytes of what is filled."""
        return self.view.nbytes


class Vectors:
    """Rows of int8 with a scale; `dot` gives cosines with a float query."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._steps = Column(np.int8, dimension)
        self._scales = Column(np.float32)

    @property
    def size(self) -> int:
        """Number of vectors."""
        return self._scales.size

    def reserve(self, rows: int) -> None:
        """Make room for so many vectors in all."""
        self._steps.reserve(rows)
        self._scales.reserve(rows)

    def lay(self, rows: int) -> None:
        """Take so many places, each to be filled by `put`."""
        self._steps.lay(rows)
        self._scales.lay(rows)

    def add(self, packed: bytes) -> int:
        """Append packed rows (see `sqlite_rows.quantise`) and return how many they were."""
        scales, steps = unpacked(packed, self.dimension)
        self._steps.append(steps)
        self._scales.append(scales)
        return len(scales)

    def put(self, places: NDArray[np.int32], packed: bytes) -> None:
        """Write packed rows to places that were laid."""
        self._scales.view[places], self._steps.view[places] = unpacked(packed, self.dimension)

    def steps(self, rows: Ints) -> Steps:
        """Return the int8 components of `rows`, a copy."""
        return np.ascontiguousarray(self._steps.view[rows])

    def dot(self, query: Steps, scale: float, rows: Ints | slice | None = None) -> Floats:
        """Return the cosine of `rows` (None: of each) with the quantised query.

        The products are whole numbers below 2**24, so every way of summing them gives the same bits.
        """
        if rows is not None and not isinstance(rows, slice):
            return self._gathered(query, scale, rows)
        steps, scales = self._steps.view, self._scales.view
        part = rows or slice(min(len(steps), len(scales)))  # others may be adding rows meanwhile
        return _cosines(query, scale, steps[part], scales[part])

    def dot_parts(self, query: Steps, scale: float, parts: Sequence[slice]) -> Floats:
        """Return the cosines of the rows of some slices, one after the other, with the quantised query."""
        steps, scales = self._steps.view, self._scales.view
        if not parts:
            return np.zeros(0, np.float32)
        whole = np.concatenate([_products(query, steps[part]) for part in parts])
        cosines: Floats = np.multiply(
            whole,
            np.concatenate([scales[part] for part in parts]) * np.float32(scale),
            dtype=np.float32,
            casting="unsafe",
        )
        return cosines

    def _gathered(self, query: Steps, scale: float, rows: Ints) -> Floats:
        found = np.empty(len(rows), np.float32)
        room = _room(self.dimension)
        for at in range(0, len(rows), _GATHERED):
            some = rows[at : at + _GATHERED]
            # Into the same room each time, and with "clip": without it numpy copies twice.
            steps = np.take(self._steps.view, some, axis=0, out=room[: len(some)], mode="clip")
            found[at : at + _GATHERED] = _cosines(query, scale, steps, self._scales.view[some])
        return found

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._steps.nbytes + self._scales.nbytes


def _room(dimension: int) -> Steps:
    """Return this thread's own place to copy rows to: fresh memory would cost as much as the copying."""
    room: Steps | None = getattr(_own, "room", None)
    if room is None or room.shape[1] != dimension:
        room = _own.room = np.empty((_GATHERED, dimension), np.int8)
    return room


def unpacked(packed: bytes, dimension: int) -> tuple[Floats, Steps]:
    """Return the scales and the int8 components of packed rows."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, 4 + dimension)
    return np.ascontiguousarray(rows[:, :4]).view("<f4").ravel(), rows[:, 4:].view(np.int8)


def cosines_of(packed: bytes, query: Steps, scale: float) -> Floats:
    """Return the cosines of packed rows with the quantised query."""
    scales, steps = unpacked(packed, len(query))
    return _cosines(query, scale, np.ascontiguousarray(steps), scales)


def _cosines(query: Steps, scale: float, steps: Steps, scales: Floats) -> Floats:
    if not len(steps):
        return np.zeros(0, np.float32)
    # The products are whole numbers: in float32 they are as exact as they came.
    cosines: Floats = np.multiply(
        _products(query, steps), scales * np.float32(scale), dtype=np.float32, casting="unsafe"
    )
    return cosines


def _products(query: Steps, steps: Steps) -> NDArray[Any]:
    """Return the dot product of the query with each row, exact whole numbers."""
    if cdist is None:
        return steps.astype(np.float32) @ query.astype(np.float32)
    found: NDArray[Any] = np.asarray(cdist(query[None], steps, "dot"))[0]
    return found


def quantised(query: Floats) -> Quantised:
    """Return a query vector as int8 steps and their scale."""
    scale = float(np.maximum.reduce(np.abs(query))) / 127 or 1.0
    steps = np.empty(len(query), np.int8)
    np.rint(query / np.float32(scale), out=steps, casting="unsafe")
    return steps, scale
