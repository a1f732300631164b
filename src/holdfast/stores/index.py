"""A scope's search state in memory: its versions on two clocks, its texts' terms, vectors and threads, as numpy arrays.

Loaded once from the store's derived tables and then brought up to date by the rows written since (`extend`), so that a
foreign write costs a reader its own rows only. A *row* is a version with its clocks; an *entry* is a text with what
ranking reads of it. Several versions may share one entry; at one moment at most one of them is live.

Entries only grow in number and what is known of one stays, so a search that began before others were added goes on
without a lock: it looks at the first entries only, as many as there were.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..ports import Bools, Doubles, Floats, Ints
from ..text import IDLE
from ..types import KINDS, MemoryItem
from .columns import Column, Vectors
from .lists import Filed, Lists, sampled, trained
from .postings import Postings
from .sqlite_rows import DAY, FOREVER

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import Quantised


NEAR_UP_TO = (
    4_096  # entries of a scope for which the turns around each are kept; above, only some rows are looked at
)
SHELF = 1_024  # items kept decoded
ABOUT_AN_ITEM = 2_000  # bytes
_FEW = 64  # entries or rows that are put in their places one by one
_BATCH = 65_536
NOT_NEAR = np.zeros((5, 0), np.int32)
_NO_TURN = np.array([-1], np.int32)


class Sizes(NamedTuple):
    """From where on a scope is searched in another way. Answers stay the same as long as these do.

    Up to `ranked` live rows all are ranked; above, each scope draws `drawn` to `drawn_at_most` by words and as many by meaning,
    and all scopes `together` not more than this. Sentences' vectors are held up to `sentences` texts, and read from the file for the
    drawn ones above. Lists are made from `lists` texts on, looked into where more than `looked_at` rows are live, and then
    until `at_least` live ones were found.
    """

    ranked: int = 4_000
    drawn: int = 150
    drawn_at_most: int = 250
    together: int = 4_000
    sentences: int = 131_072
    lists: int = 65_536
    looked_at: int = 32_768
    at_least: int = 4_096


SIZES = Sizes()


def around(before: NDArray[np.int32], after: NDArray[np.int32], rows: Ints) -> NDArray[np.int32]:
    """Return, for each row, itself and the two turns on either side, (5, n); -1 where there is none."""
    back, forth = np.concatenate([before, _NO_TURN]), np.concatenate([after, _NO_TURN])
    one_before, one_after = back[rows], forth[rows]
    return np.array([back[one_before], one_before, rows, one_after, forth[one_after]], np.int32)


class Texts(NamedTuple):
    """What ranking reads of a scope's entries, whatever the moment: columns, and where the sentences of each are.

    `length` counts words that are no stopwords, to 255. `spoken` are the entries that have sentences, `first` where theirs begin among the scope's `sentences`; none of these
    where sentences are not held.
    """

    traits: NDArray[np.uint8]
    length: NDArray[np.uint8]
    speaker: NDArray[np.int32]
    speakers: tuple[str, ...]
    day: Doubles
    episode: Bools
    kind: NDArray[np.int8]
    thread: NDArray[np.int32]
    threads: int
    ids: NDArray[np.void]
    spoken: Ints
    first: Ints
    sentences: int


@dataclass(frozen=True, slots=True)
class Alive:
    """Which entries are live at one moment, and how their turns follow each other; valid until a clock passes `until`.

    `written` is the number of entries that had been written by then, live or not. `key` and `row` are those of the version that
    makes an entry live, -1 and 0 where none does.
    """

    count: int
    live: Bools
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    place: NDArray[np.int32]
    near: NDArray[np.int32]
    key: Ints
    row: NDArray[np.int32]
    since: int
    until: int
    written: int


class Loaded(NamedTuple):
    """Fetched rows of one scope, in order of position: versions, and the texts they brought."""

    versions: Sequence[
        tuple[Any, ...]
    ]  # key, known_from, valid_from, valid_to, expires_at, active, entry, closes, importance, seen
    entries: Sequence[
        tuple[Any, ...]
    ]  # key, item_id, kind, speaker, thread, turn, day_at, traits, terms, vector, sentences, length


class ScopeIndex:
    """The search state of one scope up to `position`, of one `epoch` (erasing starts a new one).

    `expected` is about how many entries there will be; with `filed`, vectors lie by its lists. `holds_sentences` is False
    for scopes so large that sentences' vectors are read from the file.
    """

    def __init__(
        self,
        scope_id: int,
        epoch: int,
        dimension: int,
        sizes: Sizes,
        expected: int = 0,
        filed: Filed | None = None,
    ) -> None:
        self.scope_id, self.epoch, self.position = scope_id, epoch, 0
        self.sizes = sizes
        self.last_known = 0
        self.derived = False  # whether some memory was read from another
        # Items as they were read last, by version key; replaced as a whole by whatever is written in the scope, so that
        # who read before a write does not put an item of then beside those of now.
        self.shelf: dict[int, MemoryItem] = {}
        self.holds_sentences = expected <= sizes.sentences
        self.filed = filed
        self.times = {
            name: Column(np.int64) for name in ("known_from", "known_to", "valid_from", "valid_to", "expires")
        }
        self.row_key, self.row_entry, self.active = Column(np.int64), Column(np.int32), Column(np.bool_)
        self.importance, self.seen = Column(np.float32), Column(np.float32)  # of rows; `seen` in whole days
        self.use_entry, self.use_at = Column(np.int32), Column(np.int64)  # in no order
        self.key, self.ids = Column(np.int64), Column("V16")
        self.turn, self.observed = Column(np.int64), Column(np.int64)
        self.traits, self.length, self.episode = Column(np.uint8), Column(np.uint8), Column(np.bool_)
        self.kind, self.thread, self.speaker = Column(np.int8), Column(np.int32), Column(np.int32)
        self.vector_of = Column(np.int32)
        self.text_of = Column(np.int32)  # the entry of each vector, where there are lists
        self.sentence_starts = Column(np.int64)
        self.sentence_starts.append([0])
        self.postings = Postings()
        self.vectors, self.sentences = Vectors(dimension), Vectors(dimension)
        self.threads: dict[str, int] = {}
        self.speakers: dict[str, int] = {}
        self._order = np.zeros(0, np.int32)  # turns by thread, turn, time, id
        self._ordered = 0  # entries that were put in that order
        self._earlier: dict[int, list[int]] = {}  # the rows that a row closed
        self._closed: list[int] = []  # rows closed by those that were added last
        self._present: Alive | None = None
        self._texts: Texts | None = None
        self._used: Floats | None = None  # the last use of each entry as of now, in days
        self.ground: Any = None  # what the last search in it made of its rows, kept by whoever searches
        self._reserve(expected)

    def set_dimension(self, dimension: int) -> None:
        """Say how long vectors are, before the first is added (a scope may be loaded while the store has none)."""
        self.vectors, self.sentences = Vectors(dimension), Vectors(dimension)

    @property
    def size(self) -> int:
        """Number of entries."""
        return self.key.size

    @property
    def outgrown(self) -> bool:
        """Whether the scope should be loaded anew: it is too large for how its vectors lie, or for its sentences."""
        if self.holds_sentences and self.size > 2 * self.sizes.sentences:
            return True
        wanted = trained(self.size, self.sizes.lists) if self.vectors.size else 0
        if self.filed is None:
            return wanted > 0
        later = self.size - len(self.filed.places)
        return wanted != self.filed.lists.trained or later > self.size // 4

    @property
    def nbytes(self) -> int:
        """About the bytes held in memory."""
        columns = [*self.times.values(), *(c for c in vars(self).values() if isinstance(c, Column))]
        held = sum(column.nbytes for column in columns) + len(self.shelf) * ABOUT_AN_ITEM
        return held + self.postings.nbytes + self.vectors.nbytes + self.sentences.nbytes

    def _reserve(self, expected: int) -> None:
        """Make room at once where much is expected: growing would need twice the memory for a while."""
        if expected > NEAR_UP_TO:
            for column in [*self.times.values(), *vars(self).values()]:
                if isinstance(column, Column):
                    column.reserve(expected + expected // 8)
            self.vectors.reserve(expected + expected // 8)
        if self.filed is not None:
            self.vectors.lay(self.filed.laid)
            self.text_of.lay(self.filed.laid)

    # -- growing -------------------------------------------------------------------------------------------------

    def extend(self, loaded: Loaded, position: int) -> None:
        """Add what was written after `self.position`, up to `position`."""
        entries, rows = self.size, self.row_key.size
        self._closed = []
        if loaded.entries:
            self._add_entries(loaded.entries)
        if loaded.versions:
            self._add_rows(loaded.versions)
        self.position, self._texts = position, None
        kept, self._present = self._present, None
        if kept is not None and entries > NEAR_UP_TO and len(loaded.versions) <= _FEW:
            self._present = self._continued(kept, rows)

    def _add_entries(self, entries: Sequence[tuple[Any, ...]]) -> None:
        keys, ids, kinds, speakers, threads, turns, days, traits, terms, vectors, sentences, lengths = zip(
            *entries, strict=True
        )
        first = self.size
        self._add_vectors(first, vectors)
        self.ids.append(np.frombuffer(b"".join(ids), "V16"))
        self.kind.append([KINDS.index(kind) for kind in kinds])
        self.episode.append([kind == "episode" for kind in kinds])
        # What only says that something was heard stands in no thread: it tells nothing, and nothing beside it is told by it.
        told = [None if held & IDLE else one for one, held in zip(threads, traits, strict=True)]
        self.thread.append(_coded(told, self.threads))
        self.speaker.append(_coded(speakers, self.speakers))
        self.turn.append([FOREVER if turn is None else turn for turn in turns])
        self.observed.append(days)
        self.traits.append(traits)
        self.length.append(np.minimum(lengths, 255))
        self.postings.add(first, terms)
        if self.holds_sentences:
            sizes = [len(blob or b"") // (4 + self.sentences.dimension) for blob in sentences]
            self.sentence_starts.append(self.sentence_starts.view[-1] + np.cumsum(sizes))
            if any(sizes):
                self.sentences.add(b"".join(blob for blob in sentences if blob))
        self.key.append(keys)

    def _add_vectors(self, first: int, vectors: Sequence[bytes | None]) -> None:
        """Put the vectors of entries numbered from `first` where the lists have laid them a place, the others at the end."""
        has = np.array([vector is not None for vector in vectors])
        packed = [vector for vector in vectors if vector is not None]
        laid = np.zeros(0, np.int32)
        if self.filed is not None:
            laid = self.filed.places[first : first + len(vectors)]
            laid = laid[laid >= 0]
            self.vectors.put(laid, b"".join(packed[: len(laid)]))
        at = self.vectors.size
        if len(packed) > len(laid):
            self.vectors.add(b"".join(packed[len(laid) :]))
        slots = np.full(len(vectors), -1, np.int32)
        slots[has] = np.concatenate([laid, np.arange(at, self.vectors.size, dtype=np.int32)])
        self.vector_of.append(slots)
        if self.filed is not None:
            entries = first + np.flatnonzero(has)
            self.text_of.view[laid] = entries[: len(laid)]
            self.text_of.append(entries[len(laid) :])
            later = max(first, len(self.filed.places)) - first
            if later < len(vectors):
                self.filed.add(self.vectors.steps(slots[later:][has[later:]]), has[later:])

    def _add_rows(self, versions: Sequence[tuple[Any, ...]]) -> None:
        keys, known, valid_from, valid_to, expires, active, entries, closes, importance, seen = zip(
            *versions, strict=True
        )
        self.row_key.append(keys)
        self.active.append(active)
        self.importance.append(importance)
        self.seen.append(np.array(seen, np.int64) // DAY)
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
        self._closed.append(at)
        expires, wanted = self.times["expires"].view, self.times["expires"].view[by]
        before = [at]
        while before:  # all that came before it, as far as that still says something else
            row = before.pop()
            if expires[row] != wanted:
                expires[row] = wanted
                before += self._earlier.get(row, ())

    def add_uses(self, uses: Sequence[tuple[int, int]]) -> None:
        """Add when texts, by the keys of their entries, were used or seen again."""
        if uses:
            keys, moments = zip(*uses, strict=True)
            self.use_entry.append(np.searchsorted(self.key.view, np.array(keys, np.int64)))
            self.use_at.append(moments)
            self._used = None

    def used(self, known: int | None) -> Floats | None:
        """Return the day on which each entry was last used or seen again as of a known time (None: the latest), 0 for never.

        None where nothing was. What was returned stays as it is.
        """
        if not self.use_at.size:
            return None
        kept = self._used if known is None else None
        if kept is not None and len(kept) == self.size:
            return kept
        made = np.zeros(self.size, np.float32)
        then = self.use_at.view <= (FOREVER if known is None else known)
        np.maximum.at(made, self.use_entry.view[then], (self.use_at.view[then] // DAY).astype(np.float32))
        if known is None:
            self._used = made
        return made

    # -- what is live --------------------------------------------------------------------------------------------

    def alive(self, valid: int, known: int | None, now: int, keys: Ints | None = None) -> Alive:
        """Return what is live at a moment (`known` None: the latest), of these version `keys` only where given.

        What has expired by `now` is not, whatever moment is asked for.

        The unfiltered present is kept until a row's own clock passes or something is written; of a large scope it goes on
        through what is written.
        """
        present = known is None and keys is None and valid == now
        kept = self._present
        if present and kept is not None and kept.since <= valid < kept.until:
            return kept
        times = {name: column.view for name, column in self.times.items()}
        written = self.size
        if known is not None:
            # In the order of positions; what was imported was known before what stands before it.
            by_then = np.flatnonzero(times["known_from"] <= known)
            last = self.row_key.view[by_then[-1]] if len(by_then) else -1
            written = int(np.searchsorted(self.key.view, last, "right"))
        known = FOREVER - 1 if known is None else known
        mask = self.active.view & (times["known_from"] <= known) & (known < times["known_to"])
        mask &= (times["valid_from"] <= valid) & (valid < times["valid_to"]) & (now < times["expires"])
        if keys is not None:
            mask &= np.isin(self.row_key.view, keys, assume_unique=True)
        rows = np.flatnonzero(mask)
        live = np.zeros(self.size, np.bool_)
        key, row = np.full(self.size, -1, np.int64), np.zeros(self.size, np.int32)
        live[self.row_entry.view[rows]] = True
        key[self.row_entry.view[rows]] = self.row_key.view[rows]
        row[self.row_entry.view[rows]] = rows
        until = _until(times, slice(None), valid)
        made = self._linked(live, key, row, valid, until, written)
        if present:
            self._present = made
        return made

    def restrict(self, alive: Alive, keep: Bools) -> Alive:
        """Return `alive` with only the entries of `keep`, their turns linked anew."""
        return self._linked(alive.live & keep, alive.key, alive.row, alive.since, alive.until, alive.written)

    def _linked(
        self, live: Bools, key: Ints, row: NDArray[np.int32], since: int, until: int, written: int
    ) -> Alive:
        before, after, place = self._links(live)
        near = around(before, after, np.arange(self.size)) if self.size <= NEAR_UP_TO else NOT_NEAR
        count = int(np.count_nonzero(live))
        return Alive(count, live, before, after, place, near, key, row, since, until, written)

    def _continued(self, kept: Alive, first: int) -> Alive | None:
        """Return the present after the rows from `first` on, from what it was before: only what they touch is done anew.

        None where a clock has passed since.
        """
        times = {name: column.view for name, column in self.times.items()}
        rows = np.arange(first, self.row_key.size)
        at = max(kept.since, int(times["known_from"][-1]))
        if at >= kept.until:
            return None
        more = self.size - len(kept.live)
        live, key = np.append(kept.live, np.zeros(more, np.bool_)), np.append(kept.key, np.full(more, -1))
        row = np.append(kept.row, np.zeros(more, np.int32))
        ended = [row for row in self._closed if key[self.row_entry.view[row]] == self.row_key.view[row]]
        begins = self.active.view[first:] & (times["known_to"][first:] == FOREVER)
        begins &= (times["valid_from"][first:] <= at) & (at < times["valid_to"][first:])
        begun = rows[begins & (at < times["expires"][first:])]
        out, back = self.row_entry.view[ended], self.row_entry.view[begun]
        live[out], key[out] = False, -1
        live[back], key[back], row[back] = True, self.row_key.view[begun], begun
        links = tuple(
            np.append(old, np.full(more, none, np.int32))
            for old, none in ((kept.before, -1), (kept.after, -1), (kept.place, 0))
        )
        self._order_turns()
        touched = np.concatenate([out, back])
        for thread in np.unique(self.thread.view[touched[self.episode.view[touched]]]).tolist():
            if thread >= 0:
                self._link(self._turns_of(thread), live, links)
        return replace(
            kept, count=int(np.count_nonzero(live)), live=live, key=key, row=row, since=at, written=self.size,
            before=links[0], after=links[1], place=links[2], until=min(kept.until, _until(times, rows, at)),
        )  # fmt: skip

    def texts(self) -> Texts:
        """Return what ranking reads of the entries there are now; kept until there are more."""
        if self._texts is None:
            starts = self.sentence_starts.view
            spoken = np.flatnonzero(starts[1:] > starts[:-1])
            self._texts = Texts(
                traits=self.traits.view,
                length=self.length.view,
                speaker=self.speaker.view,
                speakers=tuple(self.speakers),
                day=days(self.observed.view),
                episode=self.episode.view,
                kind=self.kind.view,
                thread=self.thread.view,
                threads=len(self.threads),
                ids=self.ids.view,
                spoken=spoken,
                first=starts[spoken],
                sentences=int(starts[-1]),
            )
        return self._texts

    # -- the order of turns --------------------------------------------------------------------------------------

    def _links(self, live: Bools) -> tuple[NDArray[np.int32], ...]:
        """Return each live turn's neighbours in its thread, -1 for none, and its number there from 0."""
        self._order_turns()
        links = (
            np.full(self.size, -1, np.int32),
            np.full(self.size, -1, np.int32),
            np.zeros(self.size, np.int32),
        )
        self._link(self._order, live, links)
        return links

    def _link(self, turns: NDArray[np.int32], live: Bools, links: tuple[NDArray[np.int32], ...]) -> None:
        """Write into `links` how the live ones of these turns (whole threads, in order) follow each other."""
        before, after, place = links
        before[turns], after[turns], place[turns] = -1, -1, 0
        turns = turns[live[turns]]
        thread = self.thread.view[turns]
        same = thread[1:] == thread[:-1]
        before[turns[1:][same]] = turns[:-1][same]
        after[turns[:-1][same]] = turns[1:][same]
        count = np.arange(len(turns), dtype=np.int32)
        first = np.maximum.accumulate(np.where(np.append(True, ~same)[: len(turns)], count, 0))
        place[turns] = count - first

    def _turns_of(self, thread: int) -> NDArray[np.int32]:
        """Return the turns of a thread, in order."""
        ends = [
            bisect.bisect_left(self._order, one, key=lambda turn: int(self.thread.view[turn]))
            for one in (thread, thread + 1)
        ]
        return self._order[slice(*ends)]

    def _order_turns(self) -> None:
        """Put the entries that came since into the order of turns: few by insertion, many by sorting all."""
        first, self._ordered = self._ordered, self.size
        turns = first + np.flatnonzero(self.episode.view[first:] & (self.thread.view[first:] >= 0))
        if len(turns) > _FEW:
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

    # -- meaning -------------------------------------------------------------------------------------------------

    def cosines(self, query: Quantised, rows: Ints | None = None) -> Floats:
        """Return the cosine of the vectors of `rows` (None: of every entry) with the query, 0 where one has none."""
        of = self.vector_of.view if rows is None else self.vector_of.view[rows]
        if rows is None and self.filed is None and self.vectors.size == len(of):
            return self.vectors.dot(*query)
        if rows is None:
            every: Floats = np.append(self.vectors.dot(*query), np.float32(0))[of]
            return every
        if not self.vectors.size:
            return np.zeros(len(of), np.float32)
        found = self.vectors.dot(*query, rows=np.maximum(of, 0))
        found[of < 0] = 0
        return found

    def nearest(self, query: Quantised, alive: Alive, least: int) -> tuple[Ints, Floats]:
        """Return the live entries near to a query with their cosines, from the lists nearest to it: at least so many.

        The lists are those of the entries that had been written by then, so that asking again gives the same.
        """
        filed = self.filed
        if filed is None or filed.lists.trained != trained(alive.written, self.sizes.lists):
            filed = self._filed_then(alive.written)
        order, step = filed.lists.order(query[0]), filed.lists.probed
        rows: list[Ints] = []
        cosines: list[Floats] = []
        for at in range(0, len(order), step):
            for some, near in self._looked_into(filed, order[at : at + step], query):
                keep = some < len(alive.live)  # others were written since this search began
                keep[keep] = alive.live[some[keep]]
                rows.append(some[keep])
                cosines.append(near[keep])
            if sum(map(len, rows)) >= least:
                break
        return np.concatenate(rows), np.concatenate(cosines)

    def _looked_into(self, filed: Filed, chosen: Ints, query: Quantised) -> list[tuple[Ints, Floats]]:
        parts = [slice(int(filed.starts[one]), int(filed.starts[one + 1])) for one in chosen.tolist()]
        parts = [part for part in parts if part.start < part.stop]
        laid = np.concatenate([np.zeros(0, np.int64), *(self.text_of.view[part] for part in parts)])
        near = self.vectors.dot_parts(*query, parts)
        later = filed.later(chosen)
        return [(laid, near), (later, self.cosines(query, later))]

    def _filed_then(self, written: int) -> Filed:
        """Return the lists that a scope of its first `written` entries had, trained anew; its vectors stay where they are."""
        count = trained(written, self.sizes.lists)
        sample = self.vector_of.view[: count : sampled(count)]
        filed = Filed(Lists.train(count, self.vectors.steps(sample[sample >= 0])), np.zeros(0, np.uint16))
        for at in range(0, written, _BATCH):
            slots = self.vector_of.view[at : min(at + _BATCH, written)]
            filed.add(self.vectors.steps(slots[slots >= 0]), slots >= 0)
        return filed

    def best(self, query: Quantised, texts: Texts, cos: Floats) -> Floats:
        """Return every entry's best sentence's cosine with the query, and `cos` for those without sentences.

        Reads no more than `texts` had, however the scope has grown since.
        """
        best = cos.copy()
        if texts.sentences:
            found = self.sentences.dot(*query, rows=slice(0, texts.sentences))
            best[texts.spoken] = np.maximum.reduceat(found, texts.first)
        return best

    def best_of(self, query: Quantised, rows: Ints) -> tuple[Ints, Floats]:
        """Return which of `rows` have sentences, as places in `rows`, and the best cosine of each."""
        starts = self.sentence_starts.view
        sizes = starts[rows + 1] - starts[rows]
        (spoken,) = sizes.nonzero()
        if not len(spoken):
            return spoken, np.zeros(0, np.float32)
        sizes = sizes[spoken]
        ends = sizes.cumsum()
        offsets = ends - sizes
        which = (starts[rows[spoken]] - offsets).repeat(sizes) + np.arange(ends[-1])
        best: Floats = np.maximum.reduceat(self.sentences.dot(*query, rows=which), offsets)
        return spoken, best


def _until(times: dict[str, Ints], rows: Ints | slice, valid: int) -> int:
    """Return the next moment after `valid` at which a clock of one of the rows passes."""
    coming = [times[name][rows] for name in ("valid_from", "valid_to", "expires")]
    return min(int(one[one > valid].min(initial=FOREVER)) for one in coming)


def days(observed: Ints) -> Doubles:
    """Return microseconds as days."""
    return observed / 86_400e6


def _coded(names: Sequence[str | None], codes: dict[str, int]) -> list[int]:
    """Return a dense code for each name, new ones added to `codes`, and -1 for none."""
    return [-1 if name is None else codes.setdefault(name, len(codes)) for name in names]
