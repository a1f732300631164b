"""An inverted file over a scope's vectors: each text is in the list of its nearest centre, and a search looks into few lists.

Everything is whole numbers (int8 vectors against int8 centres, sums of int8), so training and assigning give the same
bits on every machine: the same vectors always make the same lists, and lists that were deleted come back as they were.
Only the scope's own vectors are looked at, and of those only its first `trained(n, ...)` texts: what is written later moves no
centre until the scope has four times as many. Spherical k-means after Dhillon and Modha (2001); the layout is that of
Jégou et al. (2011) without their codes, as int8 is small enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..ports import Ints
from .columns import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import Steps

dots_pack: Any
dots_packed: Any
try:
    from numkong import dots_pack, dots_packed
except ImportError:  # a platform without a wheel: the same whole numbers, slower
    dots_pack = dots_packed = None

PROBED = 6  # a search looks into a sixth of the lists
NO_LIST = 65_535  # of a text without a vector

_TEXTS_PER_LIST, _MOST_LISTS = 128, 1_024
_SAMPLED = 64  # vectors to train one centre on
_ROUNDS = 8
_LENGTH = 400.0  # of a centre in int8 steps: no component of a mean of texts comes near 127
_BATCH = 1_024


def trained(texts: int, first: int) -> int:
    """Return how many of so many texts the lists are trained on: `first`, or four times that, and so on; 0 below it."""
    size = first if texts >= first else 0
    while size and 4 * size <= texts:
        size *= 4
    return size


def lists_for(texts: int) -> int:
    """Return how many lists are trained on so many texts."""
    return max(1, min(_MOST_LISTS, texts // _TEXTS_PER_LIST))


def sampled(texts: int) -> int:
    """Return the step at which lists trained on so many texts take one of them."""
    return max(1, texts // (lists_for(texts) * _SAMPLED))


class Lists:
    """The centres (int8, (lists, d)) trained on the first `trained` texts of a scope."""

    def __init__(self, trained: int, centres: Steps) -> None:
        self.trained, self.centres = trained, centres
        self._packed = None if dots_pack is None else dots_pack(centres)

    @classmethod
    def train(cls, trained: int, sample: Steps) -> Lists:
        """Return lists for `sample` (n, d): the vectors of every `sampled(trained)`-th of the first `trained` texts.

        One list for all where none of these has a vector.
        """
        if not len(sample):
            return cls(trained, np.zeros((1, sample.shape[1]), np.int8))
        count = min(lists_for(trained), len(sample))
        made = cls(trained, _scaled(sample[np.arange(count) * len(sample) // count].astype(np.int64)))
        for _ in range(_ROUNDS):
            made = cls(trained, made._moved(sample))
        return made

    def nearest(self, vectors: Steps) -> NDArray[np.uint16]:
        """Return the list of each vector: that of the centre with the highest dot product, of equal ones the first."""
        found = np.empty(len(vectors), np.uint16)
        for at in range(0, len(vectors), _BATCH):
            some = np.ascontiguousarray(vectors[at : at + _BATCH])
            found[at : at + _BATCH] = self._dots(some).argmax(axis=1)
        return found

    def order(self, query: Steps) -> Ints:
        """Return all lists, those first whose centres are nearest to the query; of equal ones the lower number."""
        return np.argsort(-self._dots(query[None])[0].astype(np.int64), kind="stable")

    @property
    def probed(self) -> int:
        """How many lists a search looks into at once."""
        return -(-len(self.centres) // PROBED)

    def _moved(self, sample: Steps) -> Steps:
        """Return each centre moved to the mean of its vectors; one that has none stays."""
        of = self.nearest(sample)
        order = np.argsort(of, kind="stable")
        used, starts = np.unique(of[order], return_index=True)
        centres = self.centres.copy()
        centres[used] = _scaled(np.add.reduceat(sample[order], starts, axis=0, dtype=np.int64))
        return centres

    def _dots(self, vectors: Steps) -> NDArray[Any]:
        if self._packed is None:
            return vectors.astype(np.float32) @ self.centres.T.astype(np.float32)
        return np.asarray(dots_packed(vectors, self._packed))


def _scaled(sums: NDArray[np.int64]) -> Steps:
    """Return rows of whole numbers brought to the length of centres; rows of zeros stay."""
    lengths = np.sqrt((sums * sums).sum(axis=1).astype(np.float64))
    lengths[lengths == 0] = 1.0
    scaled: Steps = np.clip(np.rint(sums * (_LENGTH / lengths)[:, None]), -127, 127).astype(np.int8)
    return scaled


class Filed:
    """Lists with the texts in them. The vectors of the first texts lie list by list in memory, those of later ones in turn.

    `of` has the list of each text; `places` says where the vectors of the first `len(places)` texts lie (-1 for none),
    and `starts` where each list begins among those.
    """

    def __init__(self, lists: Lists, of: NDArray[np.uint16]) -> None:
        self.lists, self.of = lists, Column(np.uint16)
        self.of.append(of)
        order = np.argsort(of, kind="stable")
        self.starts: Ints = np.searchsorted(of[order], np.arange(len(lists.centres) + 1)).astype(np.int64)
        self.places = np.full(len(of), -1, np.int32)
        laid = order[: self.laid]
        self.places[laid] = np.arange(self.laid, dtype=np.int32)

    @property
    def laid(self) -> int:
        """How many vectors lie list by list."""
        return int(self.starts[-1])

    def add(self, steps: Steps, has: NDArray[np.bool_]) -> None:
        """Add texts after those in `of`: `steps` are the vectors of those that `has` one."""
        of = np.full(len(has), NO_LIST, np.uint16)
        of[has] = self.lists.nearest(steps)
        self.of.append(of)

    def later(self, chosen: Ints) -> Ints:
        """Return the texts of these lists that do not lie list by list, in rising order."""
        wanted = np.zeros(NO_LIST + 1, np.bool_)
        wanted[chosen] = True
        first = len(self.places)
        return first + np.flatnonzero(wanted[self.of.view[first:]])
