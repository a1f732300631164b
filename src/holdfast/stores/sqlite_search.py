"""Search over the SQLite file: each scope's state in memory, brought up to date, and put together for one question."""

from __future__ import annotations

import itertools
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import ranking
from ..errors import ModelMismatch
from ..ports import AsOf, Candidates, Floats, Ints, Probe
from ..types import KINDS, MemoryItem, Scope
from .index import COUNTS, NOT_NEAR, SHELF, Alive, Loaded, ScopeIndex, Texts, quantised
from .index import around as turns_around
from .sqlite_rows import at, micros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .index import Quantised


REFINE_ABOVE = 4_000
REFINE = 1_000
# Of the live rows: a word that more of them hold stands in for no other.
FEW, COMMON = 3, 0.05

_VERSIONS = (
    "SELECT key, known_from, valid_from, valid_to, expires_at, state = 'active', entry, closes FROM versions "
    "WHERE key > ? AND key <= ? ORDER BY key"
)
_ENTRIES = (
    "SELECT t.key, v.item_id, v.kind, v.speaker, v.thread, v.turn, CASE WHEN v.kind = 'episode' THEN "
    "coalesce(v.observed_at, v.valid_from) ELSE v.valid_from END, t.length, t.traits, t.terms, x.vector, x.sentences "
    "FROM terms t JOIN versions v ON v.key = t.key "
    "LEFT JOIN vectors x ON x.key = t.key WHERE t.key > ? AND t.key <= ? ORDER BY t.key"
)


StandIns = dict[int, list[tuple[int, float]]]


class Seen:
    """A scope as one read found it; `clocks` are the valid time, known time and present of a search."""

    __slots__ = ("clocks", "epoch", "labels", "last_known", "position", "scope_id")

    def __init__(self, row: Sequence[Any]) -> None:
        self.scope_id, self.labels, self.position, self.epoch, self.last_known = row
        self.clocks = (0, 0, 0)


class Asked(NamedTuple):
    """One scope's share of a question; `keys` are the versions that pass its filter, if it has one."""

    seen: Seen
    scope: Scope
    keys: Ints | None


class Part:
    """One scope's share of a search: its state and what is live in it."""

    __slots__ = ("alive", "cos", "index", "size")

    def __init__(self, index: ScopeIndex, alive: Alive, cos: Floats) -> None:
        # The size is fixed here: the state may grow while the search goes on, and what it read stays a prefix.
        self.index, self.alive, self.cos, self.size = index, alive, cos, len(alive.live)


class Searcher:
    """The search states of recently searched scopes, within `budget` bytes, least recently used first out."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._guard = threading.Lock()
        self._indexes: OrderedDict[int, tuple[ScopeIndex, threading.RLock]] = OrderedDict()
        self._bytes: dict[int, int] = {}  # of each, when it last grew

    def candidates(
        self,
        db: sqlite3.Connection,
        asked: Sequence[Asked],
        probe: Probe,
        words: dict[int, float],
        stand_ins: StandIns,
    ) -> Candidates:
        """Return the corpus of `probe` over these scopes."""
        query = None if probe.vector is None else quantised(probe.vector)
        parts = []
        for seen, _, keys in asked:
            index, lock = self._index(db, seen, probe.model)
            valid, known, now = seen.clocks
            with lock:
                latest = known == seen.last_known
                alive = index.alive(valid, None if latest else known, now, keys)
                alive = _narrowed(index, alive, probe)
                cos = np.zeros(index.size, np.float32) if query is None else index.cosines(query)
                parts.append(Part(index, alive, cos))
        true_at = at(asked[0].seen.clocks[0]) if asked else probe.at.valid or probe.at.now
        as_of = AsOf(true_at, {one.scope: at(one.seen.clocks[1]) for one in asked})
        return _assembled(parts, query, words, stand_ins, as_of)

    def shelf(self, scope_id: int) -> dict[int, MemoryItem]:
        """Return where the items of a scope are kept until something is written there."""
        held = self._indexes.get(scope_id)
        if held is None:
            return {}
        if len(held[0].shelf) > SHELF:
            held[0].shelf = {}
        return held[0].shelf

    def _index(
        self, db: sqlite3.Connection, seen: Seen, model: str | None
    ) -> tuple[ScopeIndex, threading.RLock]:
        """Return the scope's state, loaded or extended to what this read sees."""
        with self._guard:
            held = self._indexes.get(seen.scope_id)
            if held is None or held[0].epoch != seen.epoch:
                found = db.execute("SELECT dimension FROM models ORDER BY model_id LIMIT 1").fetchone()
                held = ScopeIndex(seen.scope_id, seen.epoch, found[0] if found else 0), threading.RLock()
                self._indexes[seen.scope_id] = held
            self._indexes.move_to_end(seen.scope_id)
        index, lock = held
        with lock:
            if index.last_known < seen.last_known:
                index.last_known, index.shelf = seen.last_known, {}
            if index.position < seen.position:
                span = (seen.scope_id << 32 | index.position, seen.scope_id << 32 | seen.position)
                _check_model(db, model)
                entries = db.execute(_ENTRIES, span).fetchall()
                if index.vectors.dimension == 0 and any(row[10] for row in entries):
                    index.set_dimension(len(next(row[10] for row in entries if row[10])) - 4)
                index.extend(Loaded(db.execute(_VERSIONS, span).fetchall(), entries), seen.position)
                self._shrink(seen.scope_id)
        return held

    def _shrink(self, keep: int) -> None:
        with self._guard:
            if keep in self._indexes:
                self._bytes[keep] = self._indexes[keep][0].nbytes
            held = sum(self._bytes.values())
            while held > self._budget and (oldest := next(iter(self._indexes))) != keep:
                del self._indexes[oldest]
                held -= self._bytes.pop(oldest, 0)


def _check_model(db: sqlite3.Connection, model: str | None) -> None:
    """Refuse to compare a query with another model's vectors, such as another process has written since."""
    found = db.execute("SELECT name FROM models ORDER BY model_id LIMIT 1").fetchone()
    if model is not None and found is not None and found[0] != model:
        raise ModelMismatch(
            f"this store's vectors come from {found[0]}, not from {model}; open it with that model"
        )


def _narrowed(index: ScopeIndex, alive: Alive, probe: Probe) -> Alive:
    """Return `alive` without what `kinds`, `since` and `until` leave out."""
    if probe.kinds is None and probe.since is None and probe.until is None:
        return alive
    keep = np.ones(len(alive.live), np.bool_)
    if probe.kinds is not None:
        codes = [KINDS.index(kind) for kind in sorted(probe.kinds)]
        keep &= np.isin(index.kind.view, codes)
    if probe.since is not None:
        keep &= index.observed.view >= (micros(probe.since) or 0)
    if probe.until is not None:
        keep &= index.observed.view < (micros(probe.until) or 0)
    return alive if keep.all() else index.restrict(alive, keep)


def _assembled(
    parts: Sequence[Part],
    query: Quantised | None,
    words: dict[int, float],
    stand_ins: StandIns,
    as_of: AsOf,
) -> Candidates:
    live = _joined([part.alive.live for part in parts], np.bool_)
    terms, mass = _terms(parts, live, words)
    cos = _joined([part.cos for part in parts], np.float32)
    texts = [part.alive.texts for part in parts]
    offsets = [0, *itertools.accumulate(part.size for part in parts)]
    shifts = [0, *itertools.accumulate(one.threads for one in texts)]
    before = _shifted([part.alive.before for part in parts], offsets)
    after = _shifted([part.alive.after for part in parts], offsets)
    if sum(part.alive.count for part in parts) <= REFINE_ABOVE:
        chosen = None
        near = parts[0].alive.near if len(parts) == 1 else NOT_NEAR
        if near.shape[1] != len(live):
            near = turns_around(before, after, np.arange(len(live)))
        bm25, around, covered = _lexical(terms, near)
    else:
        bm25 = np.zeros(len(live), np.float32)
        for gain, docs, counts in terms:
            bm25[docs] += gain * COUNTS[counts]
        chosen = _chosen(live, ranking.core(bm25, cos, mass))
        around, covered = bm25.copy(), np.zeros(len(live), np.float32)
        near = turns_around(before, after, chosen)
        _, around[chosen], covered[chosen] = _lexical(terms, near, len(live))
    best = _best(parts, query, chosen, cos)
    speaker, speakers = _speakers(texts)
    return Candidates(
        live=live,
        bm25=bm25,
        cos=cos,
        best=best,
        around=around,
        covered=covered,
        related=_related(parts, live, words, stand_ins),
        mass=mass,
        length=_joined([one.length for one in texts], np.float32),
        traits=_joined([one.traits for one in texts], np.uint8),
        speaker=speaker,
        speakers=speakers,
        day=_joined([one.day for one in texts], np.float64),
        episode=_joined([one.episode for one in texts], np.bool_),
        before=before,
        after=after,
        place=_joined([part.alive.place for part in parts], np.int32),
        thread=_shifted([one.thread for one in texts], shifts),
        threads=shifts[-1],
        ids=_joined([one.ids for one in texts], "V16"),
        key=_joined([part.alive.key for part in parts], np.int64),
        as_of=as_of,
        has_vectors=query is not None,
    )


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def _shifted(codes: Sequence[NDArray[np.int32]], by: Sequence[int]) -> NDArray[np.int32]:
    """Return the parts' codes in one row, those that are not -1 raised by where their part begins."""
    moved = [
        one if not at else np.where(one >= 0, one + np.int32(at), one)
        for one, at in zip(codes, by, strict=False)
    ]
    return _joined(moved, np.int32)


Term = tuple[np.float32, "NDArray[np.int32]", "NDArray[np.uint8]"]


def _terms(
    parts: Sequence[Part], live: NDArray[np.bool_], words: dict[int, float]
) -> tuple[list[Term], float]:
    """Return each word's gain with the rows that hold it and how often, and all words' gains together.

    Live rows alone make the statistics.
    """
    made: list[Term] = []
    mass = 0.0
    starts = [0, *itertools.accumulate(part.size for part in parts)]
    total = sum(part.alive.count for part in parts)
    everything = total == len(live)
    postings = [part.index.postings.find(list(words)) for part in parts]
    for n, weight in enumerate(words.values()):
        found = []
        for part, start, of_part in zip(parts, starts, postings, strict=False):
            docs, counts = of_part[n]
            if len(docs) and docs[-1] >= part.size:  # written since this search began
                docs, counts = docs[docs < part.size], counts[: np.searchsorted(docs, part.size)]
            if len(docs):
                found.append((docs + np.int32(start) if start else docs, counts))
        holding = sum(len(docs) if everything else int(np.count_nonzero(live[docs])) for docs, _ in found)
        gain = weight * ranking.idf(total, holding)
        mass += gain
        if holding:
            made += [(np.float32(gain), docs, counts) for docs, counts in found]
    return made, mass


def _related(
    parts: Sequence[Part], live: NDArray[np.bool_], words: dict[int, float], stand_ins: StandIns
) -> Floats:
    """Return, for each row, the gains of the words that others stand in for there, each times how near the nearest is."""
    total = sum(part.alive.count for part in parts)
    asked = [*stand_ins, *(other for near in stand_ins.values() for other, _ in near)]
    holding = dict(zip(asked, _holding(parts, asked), strict=True))
    nearest = np.zeros((len(stand_ins), len(live)), np.float32)
    gains = []

    def count(docs: NDArray[np.int32]) -> int:
        return len(docs) if total == len(live) else int(np.count_nonzero(live[docs]))

    for row, (word, near) in zip(nearest, stand_ins.items(), strict=True):
        for other, how in reversed(near):  # the nearest last, over those before it
            docs = holding[other]
            if len(docs) and count(docs) <= FEW + COMMON * total:
                row[docs] = how
        own = holding[word]
        row[own] = 0.0
        gains.append([words[word] * ranking.idf(total, count(own))])
    # Row by row from the top: the sum is that of a loop over the words.
    found: Floats = np.add.reduce(nearest * np.array(gains, np.float32).reshape(-1, 1), axis=0)
    return found


def _holding(parts: Sequence[Part], words: Sequence[int]) -> list[NDArray[np.int32]]:
    """Return the rows that hold each word, over all parts."""
    found: list[list[NDArray[np.int32]]] = [[] for _ in words]
    start = 0
    for part in parts:
        for of, (docs, _) in zip(found, part.index.postings.find(words), strict=True):
            if len(docs) and docs[-1] >= part.size:  # written since this search began
                docs = docs[: docs.searchsorted(part.size)]
            of.append(docs + np.int32(start) if start else docs)
        start += part.size
    return [_joined(docs, np.int32) for docs in found]


def _chosen(live: NDArray[np.bool_], likely: Floats) -> NDArray[np.intp]:
    """Return the rows looked at closely: the 1,000 most likely."""
    first = np.where(live, likely, np.float32(-np.inf))
    return np.sort(np.argpartition(first, -REFINE)[-REFINE:])


def _best(
    parts: Sequence[Part], query: Quantised | None, chosen: NDArray[np.intp] | None, cos: Floats
) -> Floats:
    """Return the best sentence's cosine of the chosen rows, the whole text's for the rest."""
    if query is None:
        return cos
    found, start = [], 0
    for part in parts:
        rows = None if chosen is None else chosen[(chosen >= start) & (chosen < start + part.size)] - start
        found.append(part.index.best(query, part.alive.texts, part.cos, rows))
        start += part.size
    return _joined(found, np.float32)


def _lexical(
    terms: Sequence[Term], near: NDArray[np.int32], size: int | None = None
) -> tuple[Floats, Floats, Floats]:
    """Return, for the rows in the middle of `near`, three columns: BM25; BM25 with the two turns on either side taken as
    one text; and the gains of the words found there. `size` is the number of all rows, where `near` has only some."""
    size = near.shape[1] if size is None else size
    # The column more than there are rows stands for no neighbour: nothing is in it, and index -1 finds it.
    held = np.zeros((len(terms), size + 1), np.uint8)
    for row, (_, docs, counts) in zip(held, terms, strict=True):
        row[docs] = counts
    found = held[:, near]
    times = np.add.reduce(found, axis=1, dtype=np.uint16)
    gains = np.array([[gain] for gain, _, _ in terms], np.float32).reshape(-1, 1)
    # Row by row from the top: the sum is that of a loop over the words.
    own = np.add.reduce(COUNTS[found[:, 2]] * gains, axis=0)
    around = np.add.reduce(COUNTS[times] * gains, axis=0)
    return own, around, np.add.reduce((times > 0) * gains, axis=0)


def _speakers(texts: Sequence[Texts]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return who speaks in each row, as codes into the distinct names of all parts."""
    if len(texts) == 1:
        return texts[0].speaker, texts[0].speakers
    names = {name: n for n, name in enumerate(dict.fromkeys(name for one in texts for name in one.speakers))}
    codes = [np.array([*(names[name] for name in one.speakers), -1], np.int32)[one.speaker] for one in texts]
    return _joined(codes, np.int32), tuple(names)
