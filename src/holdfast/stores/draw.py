"""Which rows of large scopes are worth ranking, and the corpus of a search made of them alone.

Up to `Sizes.ranked` live rows all are ranked. Above, each scope draws its best by words (exactly) and by meaning (exactly, or from
lists); the turns beside the best of these join them, as an answer stands beside its question. Statistics (idf, how many
hold a word, what is usual) come from all live rows, whichever are drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence, Sized
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import ranking
from ..ports import Beyond, Bools, Floats, Ints, Probe
from .columns import cosines_of
from .index import NOT_NEAR, Alive, ScopeIndex, Sizes, Texts, days
from .lists import trained
from .postings import COUNTS, NOTHING_NEAR, Nearby, Term, at_most, best, held_by, highest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import Quantised

_FEW_SPEAKERS = 64  # as many names are told apart faster than it takes to see who is among the drawn
TURNS = 3  # drawn before and after each of the better half of what a channel draws
SHARE = 80  # each channel draws one of so many live rows, within bounds
SAMPLE = 1_000  # rows that tell what is usual

_NONE, _NOTHING = np.zeros(0, np.int64), np.zeros(0, np.float32)
Blobs = Callable[[Ints], dict[int, bytes]]  # sentences' vectors by the keys of their entries


@dataclass(slots=True)
class Part:
    """One scope's share of a search: its state, what is live in it, what ranking reads of its texts, when each was last used
    (days, where any was), and its raw signals.

    The state may grow while the search goes on; what it read stays a prefix.
    """

    index: ScopeIndex
    alive: Alive
    texts: Texts
    terms: list[Term]
    nearby: Nearby
    cos: Floats
    best: Floats
    used: Floats | None

    def __len__(self) -> int:
        return len(self.alive.live)

    @property
    def importance(self) -> Floats:
        """How important each row is."""
        found: Floats = self.index.importance.view[self.alive.row]
        return found

    @property
    def seen(self) -> Floats:
        """The day on which each row was said, or last used or seen again."""
        said: Floats = self.index.seen.view[self.alive.row]
        return said if self.used is None else np.maximum(said, self.used[: len(said)])


@dataclass(slots=True)
class Whole:
    """A scope as a search finds it: its state, what is live in it, what ranking reads of its texts where all may be ranked,
    the words' postings with their gains, what holds words near to them, and the cosines of all rows where all were looked at."""

    index: ScopeIndex
    alive: Alive
    texts: Texts | None
    used: Floats | None  # the day on which each entry was last used, where any was
    terms: list[Term] = field(default_factory=list)
    nearby: Nearby = NOTHING_NEAR
    cosines: Floats | None = None

    @property
    def whole(self) -> bool:
        """Whether all its rows are live, and none was added since this search began."""
        return self.alive.count == len(self.alive.live) == self.index.size

    def near(self, query: Quantised | None, rows: Ints) -> Floats:
        """Return the cosines of rows with the query, 0 without one."""
        if query is None:
            return np.zeros(len(rows), np.float32)
        return self.index.cosines(query, rows) if self.cosines is None else self.cosines[rows]


class ByWords(NamedTuple):
    """The best live rows of a scope by words with their sums, how many rows hold a word, and how many each channel is to draw."""

    rows: Ints
    sums: NDArray[np.int32]
    holding: int
    most: int


def by_words(wholes: Sequence[Whole], sizes: Sizes, probe: Probe, meant: bool) -> list[ByWords]:
    """Return what words draw from each scope, which needs no vector; more where there will be none (not `meant`).

    There are as many rows as `probe` wants, if so many are live. Nothing where all live rows are ranked.
    """
    if sum(one.alive.count for one in wholes) <= sizes.ranked:
        return []
    found = []
    for one in wholes:
        most = max(probe.least, sizes.drawn, min(sizes.drawn_at_most, one.alive.count // SHARE))
        found.append(ByWords(*best(one.terms, one.alive.live, most if meant else 4 * most), most))
    return found


def drawn(
    wholes: Sequence[Whole],
    words: Sequence[ByWords],
    sizes: Sizes,
    mass: float,
    probe: Probe,
    query: Quantised | None,
    blobs: Blobs,
) -> tuple[list[Part], Beyond | None]:
    """Return the parts of a search with the rows worth ranking, and what is known of the others (None where there are none).

    `words` are of `by_words`. The witness of `probe` is among the rows.
    """
    if not words:
        chosen = [np.flatnonzero(one.alive.live) for one in wholes]
        return [_part(one, rows, query, blobs) for one, rows in zip(wholes, chosen, strict=True)], None
    live = sum(one.alive.count for one in wholes)
    chosen = [_of_scope(one, found, query, sizes) for one, found in zip(wholes, words, strict=True)]
    most = max(sizes.together, probe.least)
    if sum(map(len, chosen)) > most:
        chosen = _likeliest(wholes, chosen, query, mass, most)
    if probe.witness is not None:
        chosen = [_with(one, rows, probe.witness) for one, rows in zip(wholes, chosen, strict=True)]
    usual = [one.near(query, _sample(one.alive, -(-live // SAMPLE))) for one in wholes]
    parts = [_part(one, rows, query, blobs) for one, rows in zip(wholes, chosen, strict=True)]
    return parts, Beyond(live, sum(found.holding for found in words), np.concatenate(usual))


def _sample(alive: Alive, step: int) -> Ints:
    """Return every so many of the live rows."""
    if alive.count == len(alive.live):
        return np.arange(0, alive.count, step)
    return np.flatnonzero(alive.live)[::step]


def _of_scope(one: Whole, words: ByWords, query: Quantised | None, sizes: Sizes) -> Ints:
    """Return the rows drawn: the best of each channel, with the turns around the first."""
    alive, drawn = one.alive, np.zeros(len(one.alive.live), np.bool_)
    near, cosines = (_NONE, _NOTHING) if query is None else _by_meaning(one, query, sizes, words.most)
    drawn[words.rows] = drawn[near] = True
    channels = ((words.rows, words.sums), (near, cosines))
    best_of_each = [rows[highest(of, -(-len(of) // 2))] for rows, of in channels]
    _mark_beside(drawn, alive, np.concatenate(best_of_each), TURNS)
    return drawn.nonzero()[0]


def _mark_beside(drawn: Bools, alive: Alive, rows: Ints, turns: int) -> None:
    """Mark the turns up to so many places before and after these."""
    for links in (alive.before, alive.after):
        beside = links[rows]
        for _ in range(turns):
            beside = beside[beside >= 0]
            drawn[beside] = True
            beside = links[beside]


def _by_meaning(one: Whole, query: Quantised, sizes: Sizes, most: int) -> tuple[Ints, Floats]:
    """Return the live rows nearest to the query and their cosines."""
    alive = one.alive
    if alive.count > sizes.looked_at and trained(alive.written, sizes.lists):
        rows, cosines = one.index.nearest(query, alive, max(sizes.at_least, most))
        (likely,) = (cosines >= at_most(cosines, most)).nonzero()
        likely = likely[rows[likely].argsort()]
        rows, cosines = rows[likely], cosines[likely]
    else:
        if 2 * alive.count > len(alive.live):
            one.cosines = one.index.cosines(query)[: len(alive.live)]
        if one.cosines is not None and alive.count == len(alive.live):
            kept = highest(one.cosines, most)
            return kept, one.cosines[kept]
        (rows,) = alive.live.nonzero()
        cosines = one.near(query, rows)
    kept = highest(cosines, most)
    return rows[kept], cosines[kept]


def _likeliest(
    wholes: Sequence[Whole], chosen: Sequence[Ints], query: Quantised | None, mass: float, most: int
) -> list[Ints]:
    """Return the `most` rows of all scopes with the highest cores."""
    cores = [
        ranking.core(_bm25(one.terms, rows), one.near(query, rows), mass)
        for one, rows in zip(wholes, chosen, strict=True)
    ]
    kept = _split(highest(np.concatenate(cores), most), chosen)
    return [rows[places] for rows, places in zip(chosen, kept, strict=True)]


def _bm25(terms: Sequence[Term], rows: Ints) -> Floats:
    total = np.zeros(len(rows), np.float32)
    for term in terms:
        held, counts = held_by(term, rows)
        total[held] += term.gain * COUNTS[counts]
    return total


def _split(places: Ints, parts: Sequence[Sized]) -> list[Ints]:
    """Return places in all parts together (rising) as places in each."""
    starts = [0, *itertools.accumulate(map(len, parts))]
    cuts = np.searchsorted(places, starts)
    return [places[cuts[n] : cuts[n + 1]] - starts[n] for n in range(len(parts))]


def _with(one: Whole, rows: Ints, witness: str) -> Ints:
    """Return `rows` with the live rows of a memory."""
    wanted = np.frombuffer(bytes.fromhex(witness.replace("-", "")), "V16")[0]
    found = np.flatnonzero(one.index.ids.view[: len(one.alive.live)] == wanted)
    return np.union1d(rows, found[one.alive.live[found]])


# -- the corpus of the rows alone --------------------------------------------------------------------------------------


def _part(one: Whole, rows: Ints, query: Quantised | None, blobs: Blobs) -> Part:
    """Return a scope's share reduced to some rows."""
    index, alive = one.index, one.alive
    terms, numbers = [], rows.astype(np.int32)
    for term in one.terms:
        places, counts = held_by(term, numbers)
        terms.append(Term(term.gain, places.astype(np.int32), counts, term.number))
    speaker, speakers = _speakers(index, rows)
    texts = Texts(
        traits=index.traits.view[rows],
        length=index.length.view[rows],
        speaker=speaker,
        speakers=speakers,
        day=days(index.observed.view[rows]),
        episode=index.episode.view[rows],
        kind=index.kind.view[rows],
        thread=index.thread.view[rows],
        threads=len(index.threads),
        ids=index.ids.view[rows],
        spoken=_NONE,
        first=_NONE,
        sentences=0,
    )
    reduced = replace(
        alive,
        count=len(rows),
        live=np.ones(len(rows), np.bool_),
        before=_among(rows, alive.before[rows]),
        after=_among(rows, alive.after[rows]),
        place=alive.place[rows],
        near=NOT_NEAR,
        key=alive.key[rows],
        row=alive.row[rows],
    )
    cos = one.near(query, rows)
    best = cos.copy()
    if query is not None:
        places, near = _best_sentences(index, rows, query, blobs)
        best[places] = near
    used = None if one.used is None else one.used[rows]
    return Part(index, reduced, texts, terms, _nearby(one, rows), cos, best, used)


def _nearby(one: Whole, rows: Ints) -> Nearby:
    """Return what holds words near to the query's among some rows, as places in these."""
    word, docs, how = one.nearby
    if not len(docs):
        return one.nearby
    place = np.full(len(one.alive.live), -1, np.int32)
    place[rows] = np.arange(len(rows), dtype=np.int32)
    places = place[docs]
    (kept,) = (places >= 0).nonzero()
    return Nearby(word[kept], places[kept], how[kept])


def _speakers(index: ScopeIndex, rows: Ints) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return who speaks in each row, as codes into some names: where many speak, of those who do here."""
    names, codes = tuple(index.speakers), index.speaker.view[rows]
    if len(names) <= _FEW_SPEAKERS:
        return codes, names
    used = np.zeros(len(names) + 1, np.bool_)  # nobody, -1, is the last
    used[codes] = True
    used[-1] = False
    numbers = np.cumsum(used, dtype=np.int32) - np.int32(1)
    numbers[-1] = -1
    return numbers[codes], tuple(names[code] for code in np.flatnonzero(used).tolist())


def _among(rows: Ints, linked: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return entries as places in `rows` (rising), -1 for those that are not there."""
    if not len(rows):
        return linked
    at = np.minimum(rows.searchsorted(linked), len(rows) - 1)
    return np.where(rows[at] == linked, at, -1).astype(np.int32)


def _best_sentences(
    index: ScopeIndex, rows: Ints, query: Quantised, blobs: Blobs
) -> tuple[NDArray[np.intp], Floats]:
    """Return which of `rows` have sentences, as places in `rows`, and the best cosine of each: held, or read."""
    if index.holds_sentences:
        return index.best_of(query, rows)
    keys = index.key.view[rows]
    read = blobs(keys)
    spoken = np.flatnonzero(np.isin(keys, np.fromiter(read, np.int64, len(read))))
    if not len(spoken):
        return spoken, np.zeros(0, np.float32)
    found = [read[key] for key in keys[spoken].tolist()]
    sizes = [len(blob) // (4 + index.vectors.dimension) for blob in found]
    cosines = cosines_of(b"".join(found), *query)
    return spoken, np.maximum.reduceat(cosines, np.append(0, np.cumsum(sizes)[:-1]))
