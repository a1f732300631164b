"""Which texts of a scope hold a term, and the best of them for a query without looking at every one.

Postings lie in sorted segments that grow geometrically, as in a log-structured merge tree (O'Neil et al. 1996): what is
new is sorted alone and merged when it is no longer small beside what was there. Texts are numbered in the order they
came, so merging appends.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import ranking
from ..ports import Bools, Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Docs = NDArray[np.int32]
    Counts = NDArray[np.uint8]
    Steps = NDArray[np.int32]
    Words = NDArray[np.uint64]

MERGE_AT = 4_096  # texts that came since are listed up to here, then sorted
GROWTH = 8  # a segment is merged into an older one of up to so many times its size
STEP = 4_096.0  # scores are drawn by in steps of 1 / 4,096: whole numbers add up to the same in any order
# BM25's share of a count, also of five texts taken as one.
COUNTS: Floats = ranking.saturate(np.arange(5 * 255 + 1, dtype=np.float32))

_LOW_16 = np.uint64(0xFFFF)
_NEVER = -(2**30)
_NONE = np.zeros(0, np.int32), np.zeros(0, np.uint8)
_GROUPS = 4  # the k-th best is estimated from the best of so many times k groups


class Term(NamedTuple):
    """A word of a query in one scope: what holding it once is worth, the texts that hold it, rising, and how often; and which of
    the query's words it is."""

    gain: np.float32
    docs: Docs
    counts: Counts
    number: int = 0


class Nearby(NamedTuple):
    """Texts of a scope that hold a word which may stand in for one of the query's: the number of that one, the text, and how near
    the word is, 0..1. Of the same text for the same word the last counts."""

    word: Ints
    docs: Docs
    how: Floats


NOTHING_NEAR = Nearby(np.zeros(0, np.int64), _NONE[0], np.zeros(0, np.float32))


class Segment(NamedTuple):
    """Postings in the order of their terms, of `texts` texts in a row."""

    words: Words
    starts: Ints
    docs: Docs
    counts: Counts
    texts: int

    def spans(self, words: Words) -> tuple[list[int], list[int]]:
        """Return where each term's postings begin and end; at the same place where it has none."""
        if not len(self.words):
            return [0] * len(words), [0] * len(words)
        places = self.words.searchsorted(words)
        # The last start is the end of all postings: a word that would come after the last one holds nothing.
        same = self.words.take(places, mode="clip") == words
        return self.starts[places].tolist(), self.starts.take(places + same, mode="clip").tolist()


class Held(NamedTuple):
    """Segments, oldest first, and lists of what came since; replaced as one, so readers need no lock."""

    segments: tuple[Segment, ...]
    tail: dict[int, tuple[list[int], list[int]]]


class Postings:
    """Term to texts: sorted segments, and plain lists for the few that came since."""

    def __init__(self) -> None:
        self._held = Held((), {})
        self._pending: list[bytes] = []  # the texts after those in segments
        self._listed = 0  # postings in the lists

    def add(self, first: int, blobs: Sequence[bytes]) -> None:
        """Add the packed terms of texts numbered from `first`, the number of texts there are."""
        self._pending += blobs
        sorted_texts = first + len(blobs) - len(self._pending)
        # Sorting costs as much as all there is, listing as much as what is new: many are sorted in, few are listed.
        if len(self._pending) > min(MERGE_AT, sorted_texts // 8):
            segments = [*self._held.segments, _sorted(sorted_texts, self._pending)]
            while len(segments) > 1 and segments[-2].texts <= GROWTH * segments[-1].texts:
                segments[-2:] = [_merged(*segments[-2:])]
            self._held = Held(tuple(segments), {})
            self._pending, self._listed = [], 0
            return
        tail = self._held.tail
        for doc, blob in enumerate(blobs, first):
            words = np.frombuffer(blob, "<u8").tolist()
            for word in words:
                docs, counts = tail.setdefault(word & ~0xFFFF, ([], []))
                docs.append(doc)
                counts.append(min(word & 0xFFFF, 255))
            self._listed += len(words)

    def find(self, words: Words) -> Found:
        """Return where the postings of some terms lie."""
        return Found(self._held, words)

    @property
    def nbytes(self) -> int:
        """About the bytes held."""
        arrays = sum(
            one.words.nbytes * 2 + one.docs.nbytes + one.counts.nbytes for one in self._held.segments
        )
        return arrays + self._listed * 80


class Found:
    """The postings of some terms as they were when they were looked for; a text that is added meanwhile may be among them."""

    def __init__(self, held: Held, words: Words) -> None:
        self._count = len(words)
        self._parts = [(one, *one.spans(words)) for one in held.segments]
        self._tail = [held.tail.get(word) for word in words.tolist()] if held.tail else None

    def sizes(self, since: int) -> list[int]:
        """Return how many texts hold each of the terms from number `since` on."""
        parts = [map(operator.sub, last[since:], first[since:]) for _, first, last in self._parts]
        listed = map(_listed, self._tail[since:]) if self._tail else itertools.repeat(0, self._count - since)
        return [sum(each) for each in zip(listed, *parts, strict=True)]

    def docs(self, n: int) -> Docs:
        """Return the texts that hold the n-th term, rising."""
        if len(self._parts) != 1 or self._tail:
            return self.of(n)[0]
        one, first, last = self._parts[0]
        return one.docs[first[n] : last[n]]

    def of(self, n: int) -> tuple[Docs, Counts]:
        """Return the texts that hold the n-th term, rising, and how often each does (at most 255)."""
        found = [
            (one.docs[first[n] : last[n]], one.counts[first[n] : last[n]]) for one, first, last in self._parts
        ]
        if self._tail and (listed := self._tail[n]) is not None:
            docs, counts = listed
            known = len(counts)  # a text that is just being listed has its count last
            found.append((np.array(docs[:known], np.int32), np.array(counts[:known], np.uint8)))
        if len(found) == 1:
            return found[0]
        if not found:
            return _NONE
        return np.concatenate([docs for docs, _ in found]), np.concatenate([counts for _, counts in found])


def _listed(held: tuple[list[int], list[int]] | None) -> int:
    return len(held[1]) if held else 0


def _sorted(first: int, blobs: Sequence[bytes]) -> Segment:
    """Return a segment of texts numbered from `first`."""
    packed = np.frombuffer(b"".join(blobs), "<u8").astype(np.uint64)
    words = packed & ~_LOW_16
    order = np.argsort(words, kind="stable")
    sizes = [len(blob) // 8 for blob in blobs]
    docs = np.repeat(np.arange(first, first + len(blobs), dtype=np.int32), sizes)[order]
    counts = np.minimum(packed & _LOW_16, 255).astype(np.uint8)[order]
    words = words[order]
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])[: len(words)])
    return Segment(words[starts], np.append(starts, len(words)), docs, counts, len(blobs))


def _merged(old: Segment, new: Segment) -> Segment:
    """Return both as one: of every term the old texts, then the new ones."""
    both = np.sort(np.concatenate([old.words, new.words]))
    words = both[np.append(True, both[1:] != both[:-1])[: len(both)]]
    sizes = np.zeros((2, len(words)), np.int64)
    for row, one in zip(sizes, (old, new), strict=True):
        row[np.searchsorted(words, one.words)] = np.diff(one.starts)
    starts = np.append(0, np.cumsum(sizes.sum(axis=0)))
    at_new = starts[:-1] + sizes[0]  # where each term's new texts go
    moved = np.repeat((at_new[sizes[1] > 0] - new.starts[:-1]), sizes[1][sizes[1] > 0])
    is_old = np.ones(int(starts[-1]), np.bool_)
    is_old[moved + np.arange(len(moved))] = False
    return Segment(
        words, starts, _interleaved(is_old, old.docs, new.docs), _interleaved(is_old, old.counts, new.counts),
        old.texts + new.texts,
    )  # fmt: skip


def _interleaved(is_old: Bools, old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    made = np.empty(len(is_old), old.dtype)
    made[is_old] = old
    made[~is_old] = new
    return made


def best(terms: Sequence[Term], live: Bools, k: int) -> tuple[Ints, Steps, int]:
    """Return the `k` live texts with the highest BM25, rising, their sums, and how many live ones hold any of the terms.

    Rare terms first, as in MaxScore (Turtle and Flood 1995): once what the remaining terms could add together is less than the
    k-th best sum, a text that holds only those is out, and the others are looked up in them. The same texts as by adding
    up everything: sums are whole steps of 1 / 4,096. Of equal sums the latest text comes first.
    """
    ordered = sorted(terms, key=lambda one: len(one.docs))
    impacts = _impacts([one.gain for one in ordered])
    most = [int(impact[one.counts.max(initial=0)]) for impact, one in zip(impacts, ordered, strict=True)]
    left, rest = sum(len(one.docs) for one in ordered), sum(most)
    sums: Steps = np.where(live, np.int32(0), np.int32(_NEVER))
    floor, added, done = 1, 0, 0
    for impact, one, more in zip(impacts, ordered, most, strict=True):
        # Asking for the k-th best costs as much as adding up a good part of all texts.
        if left > len(live) // 4 and rest < done:
            floor = max(floor, int(at_most(sums, k)))
            if rest < floor:
                break
        sums[one.docs] += impact[one.counts]
        added, done, rest, left = added + 1, done + more, rest - more, left - len(one.docs)
    holding = sums > 0
    if added == len(ordered):
        floor = max(1, int(at_most(sums, k)))
    (rows,) = (sums >= floor - rest).nonzero()
    totals = sums[rows]
    for impact, one in zip(impacts[added:], ordered[added:], strict=True):
        holding[one.docs] = True
        found, counts = held_by(one, rows)
        totals[found] += impact[counts]
    count = int(np.count_nonzero(holding & live)) if added < len(ordered) else int(np.count_nonzero(holding))
    kept = highest(totals, k)
    return rows[kept], totals[kept], count


def _impacts(gains: Sequence[np.float32]) -> Steps:
    """Return what each term adds by its count, in steps, at least one: who holds a word is above who holds none."""
    worth = np.array(gains, np.float32).reshape(-1, 1) * COUNTS[:256] * np.float32(STEP)
    impacts: Steps = np.maximum(1, np.rint(worth)).astype(np.int32)
    return impacts


def held_by(term: Term, rows: NDArray[np.integer]) -> tuple[NDArray[np.intp], Counts]:
    """Return which of `rows` (rising) hold a term, as places in `rows`, and how often."""
    # With "clip", a row beyond the last text is compared with that.
    at = term.docs.searchsorted(rows.astype(np.int32, copy=False))
    (found,) = (term.docs.take(at, mode="clip") == rows).nonzero()
    return found, term.counts[at[found]]


def at_most(values: NDArray[Any], k: int) -> Any:
    """Return a value that at least `k` of them reach, the k-th best or somewhat less; the least there can be for fewer.

    The k-th best of the maxima of groups, a few times k and odd in number, so that what recurs in the texts at even distances
    does not fall into few of them.
    """
    size = max(1, len(values) // (_GROUPS * k))
    groups = (len(values) // size - 1) | 1
    if groups < k:
        return _NEVER
    maxima = values[: groups * size].reshape(size, groups).max(axis=0)
    maxima.partition(-k)
    return maxima[-k]


def highest(values: NDArray[Any], k: int) -> Ints:
    """Return the places of the `k` highest values, rising; of equal ones the last."""
    if len(values) <= k:
        return np.arange(len(values))
    (places,) = (values >= at_most(values, k)).nonzero()
    some = values[places]
    kth = np.partition(some, -k)[-k]
    (above,) = (some > kth).nonzero()
    ties = (some == kth).nonzero()[0][len(above) - k :]
    kept: Ints = places[np.sort(np.concatenate([above, ties]))]
    return kept
