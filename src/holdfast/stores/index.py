"""A scope's search state in memory: its versions on two clocks, its texts' terms, vectors and threads, as numpy arrays.

Loaded once from the store's derived tables and then brought up to date by the rows written since (`extend`), so that a
foreign write costs a reader its own rows only. A *row* is a version with its clocks; an *entry* is a text with what
ranking reads of it. Several versions may share one entry; at one moment at most one of them is live.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import ranking
from ..ports import Bools, Floats, Ints
from ..types import KINDS, MemoryItem
from .sqlite_rows import FOREVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Quantised = tuple[NDArray[np.int8], float]


cdist: Any
try:
    from numkong import cdist
except ImportError:  # a platform without a wheel: the same whole numbers, slower
    cdist = None

MERGE_AT = 4_096
SHELF = 1_024  # items kept decoded
ABOUT_AN_ITEM = 2_000  # bytes
NEAR_UP_TO = (
    4_096  # entries of a scope for which the turns around each are kept; above, only a few rows are looked at
)
NOT_NEAR = np.zeros((5, 0), np.int32)
_NONE = np.zeros(0, np.int32), np.zeros(0, np.uint8)
_LOW_16 = np.uint64(0xFFFF)
# BM25's share of a count, also of five texts taken as one.
COUNTS = ranking.saturate(np.arange(5 * 255 + 1, dtype=np.float32))


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
            grown = np.zeros((max(need, need * 3 // 2), *self._buffer.shape[1:]), self._buffer.dtype)
            grown[: self.size] = self.view
            self._buffer = grown
        self._buffer[self.size : need] = added
        self.size = need

    @property
    def nbytes(self) -> int:
        """Bytes held, filled or not."""
        return self._buffer.nbytes


@dataclass(frozen=True, slots=True)
class Sorted:
    """Postings in the order of their terms, and lists of those that came since; replaced as one, so readers need no lock."""

    words: NDArray[np.uint64]
    starts: Ints
    docs: NDArray[np.int32]
    counts: NDArray[np.uint8]
    tail: dict[int, tuple[list[int], list[int]]]


class Postings:
    """Term to texts: sorted arrays for what was there when last merged, plain lists for what came since."""

    def __init__(self) -> None:
        empty = np.zeros(0, np.uint64)
        self._held = Sorted(empty, np.zeros(1, np.int64), empty.astype(np.int32), empty.astype(np.uint8), {})
        self._pending: list[bytes] = []  # the texts after those in the arrays
        self._merged = 0  # texts in the arrays
        self._listed = 0  # postings in the lists

    def add(self, first: int, blobs: Sequence[bytes]) -> None:
        """Add the packed terms of texts numbered from `first`, the number of texts there are."""
        self._pending += blobs
        # Sorting costs as much as all there is, listing as much as what is new: many are sorted in, few are listed.
        if len(self._pending) > min(MERGE_AT, self._merged // 8):
            self._merge()
            return
        tail = self._held.tail
        for doc, blob in enumerate(blobs, first):
            words = np.frombuffer(blob, "<u8").tolist()
            for word in words:
                docs, counts = tail.setdefault(word & ~0xFFFF, ([], []))
                docs.append(doc)
                counts.append(min(word & 0xFFFF, 255))
            self._listed += len(words)

    def find(self, words: Sequence[int]) -> list[tuple[NDArray[np.int32], NDArray[np.uint8]]]:
        """Return for each term the texts that hold it and how often (at most 255), in rising order of text."""
        held, found = self._held, []
        asked = np.array(words, np.uint64)
        places = held.words.searchsorted(asked)
        # The last start is the end of all postings: where a word would come after the last one, it holds nothing.
        same = held.words.take(places, mode="clip") == asked if len(held.words) else asked < 0
        firsts, lasts = held.starts[places], held.starts.take(places + same, mode="clip")
        for word, first, last in zip(words, firsts.tolist(), lasts.tolist(), strict=True):
            docs, counts = _NONE if first == last else (held.docs[first:last], held.counts[first:last])
            if word in held.tail:
                more, often = held.tail[word]
                known = len(often)  # a text that is just being listed has its count last
                docs = np.concatenate([docs, np.array(more[:known], np.int32)])
                counts = np.concatenate([counts, np.array(often[:known], np.uint8)])
            found.append((docs, counts))
        return found

    def _merge(self) -> None:
        """Sort what came since into the arrays."""
        held = self._held
        old_words = np.repeat(held.words, np.diff(held.starts))
        new = np.frombuffer(b"".join(self._pending), "<u8").astype(np.uint64)
        sizes = [len(blob) // 8 for blob in self._pending]
        numbers = np.arange(self._merged, self._merged + len(sizes), dtype=np.int32)
        words = np.concatenate([old_words, new & ~_LOW_16])
        order = np.argsort(words, kind="stable")
        docs = np.concatenate([held.docs, np.repeat(numbers, sizes)])[order]
        counts = np.concatenate([held.counts, np.minimum(new & _LOW_16, 255).astype(np.uint8)])[order]
        unique, starts = np.unique(words[order], return_index=True)
        self._held = Sorted(unique, np.append(starts, len(words)).astype(np.int64), docs, counts, {})
        self._merged += len(sizes)
        self._pending, self._listed = [], 0

    @property
    def nbytes(self) -> int:
        """About the bytes held."""
        held = self._held
        return held.words.nbytes * 2 + held.docs.nbytes + held.counts.nbytes + self._listed * 80


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

    def add(self, packed: bytes) -> int:
        """Append packed rows (see `sqlite_rows.quantise`) and return how many they were."""
        rows = np.frombuffer(packed, np.uint8).reshape(-1, 4 + self.dimension)
        self._scales.append(np.ascontiguousarray(rows[:, :4]).view("<f4").ravel())
        self._steps.append(rows[:, 4:].view(np.int8))
        return len(rows)

    def dot(
        self, query: NDArray[np.int8], scale: float, rows: Ints | None = None, size: int | None = None
    ) -> Floats:
        """Return the cosine of `rows` (None: of each, or of the first `size`) with the quantised query.

        The products are whole numbers below 2**24, so every way of summing them gives the same bits.
        """
        steps, scales = self._steps.view[:size], self._scales.view[:size]
        if rows is not None:
            steps, scales = np.ascontiguousarray(steps[rows]), scales[rows]
        if not len(steps):
            return np.zeros(0, np.float32)
        # The products are whole numbers: in float32 they are as exact as they came.
        cosines: Floats = np.multiply(
            _products(query, steps), scales * np.float32(scale), dtype=np.float32, casting="unsafe"
        )
        return cosines

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self._steps.nbytes + self._scales.nbytes


def around(before: NDArray[np.int32], after: NDArray[np.int32], rows: Ints) -> NDArray[np.int32]:
    """Return, for each row, itself and the two turns on either side, (5, n); -1 where there is none."""
    back, forth = np.append(before, np.int32(-1)), np.append(after, np.int32(-1))
    return np.stack([back[back[rows]], back[rows], rows, forth[rows], forth[forth[rows]]]).astype(np.int32)


def _products(query: NDArray[np.int8], steps: NDArray[np.int8]) -> NDArray[Any]:
    """Return the dot product of the query with each row, exact whole numbers."""
    if cdist is None:
        return steps.astype(np.float32) @ query.astype(np.float32)
    found: NDArray[Any] = np.asarray(cdist(query[None], steps, "dot"))[0]
    return found


@dataclass(frozen=True, slots=True)
class Texts:
    """What ranking reads of a scope's entries, whatever the moment: columns, and where the sentences of each are.

    `spoken` are the entries that have sentences, `first` where theirs begin among the scope's `sentences`.
    """

    length: Floats
    traits: NDArray[np.uint8]
    speaker: NDArray[np.int32]
    speakers: tuple[str, ...]
    day: NDArray[np.float64]
    episode: Bools
    thread: NDArray[np.int32]
    threads: int
    ids: NDArray[np.void]
    spoken: Ints
    first: Ints
    sentences: int


@dataclass(frozen=True, slots=True)
class Alive:
    """Which entries are live at one moment, and how their turns follow each other; valid until a clock passes `until`."""

    texts: Texts
    count: int
    live: Bools
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    place: NDArray[np.int32]
    near: NDArray[np.int32]
    key: Ints
    since: int
    until: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """Fetched rows of one scope, in order of position: versions, and the texts they brought."""

    versions: Sequence[
        tuple[Any, ...]
    ]  # key, known_from, valid_from, valid_to, expires_at, active, entry, closes
    entries: Sequence[
        tuple[Any, ...]
    ]  # key, item_id, kind, speaker, thread, turn, day_at, length, traits, terms, vector, sentences


class ScopeIndex:
    """The search state of one scope up to `position`, of one `epoch` (erasing starts a new one)."""

    def __init__(self, scope_id: int, epoch: int, dimension: int) -> None:
        self.scope_id, self.epoch, self.position = scope_id, epoch, 0
        self.last_known = 0
        # Items as they were read last, by version key; replaced as a whole by whatever is written in the scope, so that
        # who read before a write does not put an item of then beside those of now.
        self.shelf: dict[int, MemoryItem] = {}
        self.times = {
            name: Column(np.int64) for name in ("known_from", "known_to", "valid_from", "valid_to", "expires")
        }
        self.row_key, self.row_entry, self.active = Column(np.int64), Column(np.int64), Column(np.bool_)
        self.key, self.ids = Column(np.int64), Column("V16")
        self.length, self.day, self.turn = Column(np.float32), Column(np.float64), Column(np.int64)
        self.observed = Column(np.int64)
        self.traits, self.episode = Column(np.uint8), Column(np.bool_)
        self.kind, self.thread, self.speaker = Column(np.int8), Column(np.int32), Column(np.int32)
        self.vector_of = Column(np.int32)
        self.sentence_starts = Column(np.int64)
        self.sentence_starts.append([0])
        self.postings = Postings()
        self.vectors, self.sentences = Vectors(dimension), Vectors(dimension)
        self.threads: dict[str, int] = {}
        self.speakers: dict[str, int] = {}
        self._order: NDArray[np.int32] = np.zeros(0, np.int32)  # turns by thread, turn, time, id
        self._earlier: dict[int, list[int]] = {}  # the rows that a row closed
        self._present: Alive | None = None
        self._texts: Texts | None = None

    def set_dimension(self, dimension: int) -> None:
        """Say how long vectors are, before the first is added (a scope may be loaded while the store has none)."""
        self.vectors, self.sentences = Vectors(dimension), Vectors(dimension)

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.key.size

    @property
    def nbytes(self) -> int:
        """About the bytes held in memory."""
        columns = [*self.times.values(), *(c for c in vars(self).values() if isinstance(c, Column))]
        held = sum(column.nbytes for column in columns)
        held += len(self.shelf) * ABOUT_AN_ITEM
        return held + self.postings.nbytes + self.vectors.nbytes + self.sentences.nbytes

    def extend(self, loaded: Loaded, position: int) -> None:
        """Add what was written after `self.position`, up to `position`."""
        if loaded.entries:
            self._add_entries(loaded.entries)
        if loaded.versions:
            self._add_rows(loaded.versions)
        self.position, self._present, self._texts = position, None, None

    def _add_entries(self, entries: Sequence[tuple[Any, ...]]) -> None:
        keys, ids, kinds, speakers, threads, turns, days, lengths, traits, terms, vectors, sentences = zip(
            *entries, strict=True
        )
        first = self.size
        self.key.append(keys)
        self.ids.append(np.frombuffer(b"".join(ids), "V16"))
        self.kind.append([KINDS.index(kind) for kind in kinds])
        self.episode.append([kind == "episode" for kind in kinds])
        self.thread.append(_coded(threads, self.threads))
        self.speaker.append(_coded(speakers, self.speakers))
        self.turn.append([FOREVER if turn is None else turn for turn in turns])
        self.observed.append(days)
        self.day.append(np.array(days, np.float64) / 86_400e6)
        self.length.append(lengths)
        self.traits.append(traits)
        self.postings.add(first, terms)
        at = self.vectors.size
        has = np.array([vector is not None for vector in vectors])
        self.vector_of.append(np.where(has, at + np.cumsum(has) - 1, -1))
        if has.any():
            self.vectors.add(b"".join(vector for vector in vectors if vector is not None))
        sizes = [len(blob or b"") // (4 + self.sentences.dimension) for blob in sentences]
        self.sentence_starts.append(self.sentence_starts.view[-1] + np.cumsum(sizes))
        if any(sizes):
            self.sentences.add(b"".join(blob for blob in sentences if blob))
        self._reorder(first)

    def _add_rows(self, versions: Sequence[tuple[Any, ...]]) -> None:
        keys, known, valid_from, valid_to, expires, active, entries, closes = zip(*versions, strict=True)
        self.row_key.append(keys)
        self.active.append(active)
        self.row_entry.append(np.searchsorted(self.key.view, np.array(entries, np.int64)))
        self.times["known_from"].append(known)
        self.times["known_to"].append(np.full(len(keys), FOREVER))
        self.times["valid_from"].append([-FOREVER if one is None else one for one in valid_from])
        for name, ends in (("valid_to", valid_to), ("expires", expires)):
            self.times[name].append([FOREVER if one is None else one for one in ends])
        first = self.row_key.size - len(keys)
        for row, (moment, closed) in enumerate(zip(known, closes, strict=True), first):
            for position in closed.split(",") if closed else ():
                self._close(int(position), row, moment)

    def _close(self, position: int, by: int, moment: int) -> None:
        """Note that a row closed an earlier one, which expires when it does: a memory expires as a whole."""
        key = self.scope_id << 32 | position
        at = int(np.searchsorted(self.row_key.view, key))
        if at == self.row_key.size or self.row_key.view[at] != key:
            return
        self.times["known_to"].view[at] = moment
        self._earlier.setdefault(by, []).append(at)
        expires, wanted = self.times["expires"].view, self.times["expires"].view[by]
        before = [at]
        while before:  # all that came before it, as far as that still says something else
            row = before.pop()
            if expires[row] != wanted:
                expires[row] = wanted
                before += self._earlier.get(row, ())

    def alive(self, valid: int, known: int | None, now: int, keys: Ints | None = None) -> Alive:
        """Return what is live at a moment (`known` None: the latest), of these version `keys` only where given.

        What has expired by `now` is not, whatever moment is asked for.

        The unfiltered present is kept until a row's own clock passes or something is written.
        """
        present = known is None and keys is None and valid == now
        kept = self._present
        if present and kept is not None and kept.since <= valid < kept.until:
            return kept
        times = {name: column.view for name, column in self.times.items()}
        known = FOREVER - 1 if known is None else known
        mask = self.active.view & (times["known_from"] <= known) & (known < times["known_to"])
        mask &= (times["valid_from"] <= valid) & (valid < times["valid_to"]) & (now < times["expires"])
        if keys is not None:
            mask &= np.isin(self.row_key.view, keys, assume_unique=True)
        rows = np.flatnonzero(mask)
        live = np.zeros(self.size, np.bool_)
        key = np.full(self.size, -1, np.int64)
        live[self.row_entry.view[rows]] = True
        key[self.row_entry.view[rows]] = self.row_key.view[rows]
        before, after, place = self._links(live)
        count, until = int(np.count_nonzero(live)), self._until(times, valid)
        near = around(before, after, np.arange(self.size)) if self.size <= NEAR_UP_TO else NOT_NEAR
        made = Alive(self.texts(), count, live, before, after, place, near, key, valid, until)
        if present:
            self._present = made
        return made

    def restrict(self, alive: Alive, keep: Bools) -> Alive:
        """Return `alive` with only the entries of `keep`, their turns linked anew."""
        live = alive.live & keep
        before, after, place = self._links(live)
        count = int(np.count_nonzero(live))
        near = around(before, after, np.arange(self.size)) if self.size <= NEAR_UP_TO else NOT_NEAR
        return replace(alive, live=live, before=before, after=after, place=place, near=near, count=count)

    def texts(self) -> Texts:
        """Return what ranking reads of the entries there are now; kept until there are more."""
        if self._texts is None:
            starts = self.sentence_starts.view
            spoken = np.flatnonzero(starts[1:] > starts[:-1])
            self._texts = Texts(
                length=self.length.view,
                traits=self.traits.view,
                speaker=self.speaker.view,
                speakers=tuple(self.speakers),
                day=self.day.view,
                episode=self.episode.view,
                thread=self.thread.view,
                threads=len(self.threads),
                ids=self.ids.view,
                spoken=spoken,
                first=starts[spoken],
                sentences=int(starts[-1]),
            )
        return self._texts

    @staticmethod
    def _until(times: dict[str, Ints], valid: int) -> int:
        coming = [
            int(t[t > valid].min(initial=FOREVER))
            for t in (times["valid_from"], times["valid_to"], times["expires"])
        ]
        return min(coming)

    def _links(self, live: Bools) -> tuple[NDArray[np.int32], ...]:
        """Return each live turn's neighbours in its thread, -1 for none, and its number there from 0."""
        before, after = np.full(self.size, -1, np.int32), np.full(self.size, -1, np.int32)
        place = np.zeros(self.size, np.int32)
        turns = self._order[live[self._order]]
        thread = self.thread.view[turns]
        same = thread[1:] == thread[:-1]
        before[turns[1:][same]] = turns[:-1][same]
        after[turns[:-1][same]] = turns[1:][same]
        count = np.arange(len(turns), dtype=np.int32)
        first = np.maximum.accumulate(np.where(np.append(True, ~same)[: len(turns)], count, 0))
        place[turns] = count - first
        return before, after, place

    def _reorder(self, first: int) -> None:
        """Put the entries from `first` on into the order of turns: few by insertion, many by sorting all."""
        turns = first + np.flatnonzero(self.episode.view[first:] & (self.thread.view[first:] >= 0))
        if len(turns) > 64:
            turns = np.concatenate([self._order, turns])
            halves = np.ascontiguousarray(self.ids.view[turns]).view(">u8").reshape(-1, 2)
            order = np.lexsort(
                (
                    halves[:, 1],
                    halves[:, 0],
                    self.observed.view[turns],
                    self.turn.view[turns],
                    self.thread.view[turns],
                )
            )
            self._order = turns[order].astype(np.int32)
            return
        for turn in turns.tolist():
            at = bisect.bisect_right(self._order, self._place(turn), key=self._place)
            self._order = np.insert(self._order, at, turn)

    def _place(self, turn: int) -> tuple[int, int, int, bytes]:
        # Ids rise as memories are made, and a corrected turn keeps its own: so it keeps its place.
        return (
            int(self.thread.view[turn]),
            int(self.turn.view[turn]),
            int(self.observed.view[turn]),
            self.ids.view[turn].tobytes(),
        )

    def cosines(self, query: Quantised) -> Floats:
        """Return the cosine of every entry's vector with the query, 0 where an entry has none."""
        found = self.vectors.dot(*query)
        of = self.vector_of.view
        if len(found) == len(of):
            return found
        return np.where(of >= 0, np.append(found, np.float32(0))[of], np.float32(0)).astype(np.float32)

    def best(self, query: Quantised, texts: Texts, cos: Floats, rows: Ints | None) -> Floats:
        """Return the best sentence's cosine for `rows` (None: all), and `cos` for the rest and where there are none.

        Reads no more than `texts` had, however the scope has grown since.
        """
        best = cos.copy()
        if rows is None:
            if texts.sentences:
                found = self.sentences.dot(*query, size=texts.sentences)
                best[texts.spoken] = np.maximum.reduceat(found, texts.first)
            return best
        starts = self.sentence_starts.view
        sizes = starts[rows + 1] - starts[rows]
        rows, sizes = rows[sizes > 0], sizes[sizes > 0]
        if len(rows):
            offsets = np.append(0, np.cumsum(sizes)[:-1])
            which = np.repeat(starts[rows] - offsets, sizes) + np.arange(int(sizes.sum()))
            best[rows] = np.maximum.reduceat(self.sentences.dot(*query, rows=which), offsets)
        return best


def _coded(names: Sequence[str | None], codes: dict[str, int]) -> list[int]:
    """Return a dense code for each name, new ones added to `codes`, and -1 for none."""
    return [-1 if name is None else codes.setdefault(name, len(codes)) for name in names]


def quantised(query: Floats) -> Quantised:
    """Return a query vector as int8 steps and their scale."""
    scale = float(np.abs(query).max()) / 127 or 1.0
    return np.rint(query / np.float32(scale)).astype(np.int8), scale
