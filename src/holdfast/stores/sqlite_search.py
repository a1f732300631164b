"""Search over the SQLite file: each scope's state in memory, brought up to date, and put together for one question."""

from __future__ import annotations

import functools
import itertools
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import ranking
from ..errors import ModelMismatch
from ..ports import AsOf, Beyond, Candidates, Floats, Ints, Probe, Tally
from ..types import KINDS, MemoryItem, Scope
from .budget import BUDGET
from .columns import quantised, unpacked
from .draw import Part, Whole, drawn
from .index import NEAR_UP_TO, NOT_NEAR, SHELF, Alive, Loaded, ScopeIndex, Sizes, Texts
from .index import around as turns_around
from .lists import NO_LIST, Filed, Lists, sampled, trained
from .postings import COUNTS, Term, nearby
from .sqlite_rows import at, micros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import Quantised, Steps


CHUNK = 8_192  # positions that are read at once
TOLD_FROM = 65_536  # positions to read of which the log is told
# Of the live rows: a word that more of them hold stands in for no other.
FEW, COMMON = 3, 0.05

_VERSIONS = (
    "SELECT key, known_from, valid_from, valid_to, expires_at, state = 'active', entry, closes, "
    "json_extract(body, '$.importance'), max(coalesce(observed_at, CASE WHEN json_extract(body, '$.explicit_time') THEN "
    "known_from END, valid_from, 0), coalesce(valid_from, 0)) FROM versions "
    "WHERE key > ? AND key <= ? ORDER BY key"
)
_ENTRIES = (
    "SELECT t.key, v.item_id, v.kind, v.speaker, v.thread, v.turn, CASE WHEN v.kind = 'episode' THEN "
    "coalesce(v.observed_at, v.valid_from) ELSE v.valid_from END, t.length, t.traits, t.terms, x.vector, x.sentences "
    "FROM terms t JOIN versions v ON v.key = t.key "
    "LEFT JOIN vectors x ON x.key = t.key WHERE t.key > ? AND t.key <= ? ORDER BY t.key"
)
_ENTRIES_ALONE = _ENTRIES.replace("x.sentences", "NULL")
_VECTORS = "SELECT x.vector FROM terms t LEFT JOIN vectors x ON x.key = t.key WHERE t.key > ? AND t.key <= ? ORDER BY t.key"
_DERIVED = "SELECT EXISTS (SELECT 1 FROM links WHERE key > ? AND key <= ? AND relation = 'lineage')"
_COUNT = "SELECT count(*) FROM terms WHERE key > ? AND key <= ?"
_LISTS = "SELECT position, centres, lists FROM clusters WHERE scope_id = ? AND epoch = ? AND trained = ?"
# What was counted when a memory was made, by a merge or within one batch, is no later sight of it.
_LATER = "g.seen_at > (SELECT min(w.known_from) FROM versions w WHERE w.item_id = g.item_id AND w.key >> 32 = g.scope_id)"
# Of texts up to a position: what was used or seen again between two known times.
_USES = (
    "SELECT v.entry, u.at FROM (SELECT item_id, used_at AS at FROM uses WHERE scope_id = ?1 AND used_at > ?2 AND used_at <= ?3 "
    f"UNION ALL SELECT item_id, seen_at FROM sightings g WHERE scope_id = ?1 AND seen_at > ?2 AND seen_at <= ?3 AND {_LATER}) u "
    "JOIN versions v ON v.item_id = u.item_id AND v.key >> 32 = ?1 AND v.entry = v.key AND v.key <= ?4"
)
# Of new texts of earlier memories: what was used or seen again up to a known time.
_EARLIER_USES = (
    "SELECT v.entry, u.used_at FROM versions v JOIN uses u ON u.item_id = v.item_id AND u.scope_id = ?1 AND u.used_at <= ?2 "
    "WHERE v.key > ?3 AND v.key <= ?4 AND v.entry = v.key AND v.version > 1 UNION ALL "
    "SELECT v.entry, g.seen_at FROM versions v JOIN sightings g ON g.item_id = v.item_id AND g.scope_id = ?1 AND g.seen_at <= ?2 "
    f"WHERE v.key > ?3 AND v.key <= ?4 AND v.entry = v.key AND v.version > 1 AND {_LATER}"
)
_SENTENCES = "SELECT x.key, x.sentences FROM json_each(?) j JOIN vectors x ON x.key = j.value WHERE x.sentences IS NOT NULL"


StandIns = dict[int, list[tuple[int, float]]]


class Seen:
    """A scope as one read found it; `clocks` are the valid time, known time and present of a search."""

    __slots__ = ("clocks", "epoch", "labels", "last_known", "position", "scope_id")

    def __init__(self, row: Sequence[Any]) -> None:
        self.scope_id, self.labels, self.position, self.epoch, self.last_known = row
        self.clocks = (0, 0, 0)


class Kept(NamedTuple):
    """Lists as they are kept: of the texts up to a position of a scope, in an epoch, trained on the first `trained`."""

    scope_id: int
    epoch: int
    trained: int
    position: int
    centres: Steps
    of: NDArray[np.uint16]


class Asked(NamedTuple):
    """One scope's share of a question; `keys` are the versions that pass its filter, if it has one."""

    seen: Seen
    scope: Scope
    keys: Ints | None


class Held:
    """A scope's state, which may be loaded anew, and the lock under which that happens."""

    __slots__ = ("index", "lock")

    def __init__(self, index: ScopeIndex) -> None:
        self.index, self.lock = index, threading.Lock()


class Searcher:
    """The search states of recently searched scopes, within the process's budget.

    `keep` writes the lists of a scope to the file, if that is possible just now.
    """

    def __init__(self, budget: int, sizes: Sizes, keep: Callable[[Kept], None]) -> None:
        self._number = BUDGET.join(self, budget)
        self._sizes, self._keep = sizes, keep
        self._guard = threading.Lock()
        self._states: dict[int, Held] = {}

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
        wholes = [self._whole(db, one, probe) for one in asked]
        gains, holding = _weigh(wholes, words, probe.elsewhere)
        mass = sum(gains.values())
        near = _stand_in(wholes, stand_ins, probe.elsewhere)
        tally = Tally(sum(one.alive.count for one in wholes), holding, near)
        beyond = None
        if (
            any(one.texts is None for one in wholes)
            or sum(one.alive.count for one in wholes) > self._sizes.ranked
        ):
            read = functools.partial(_sentences, db)
            parts, beyond = drawn(wholes, self._sizes, query, mass, read, probe)
        else:
            parts = [_part(one, query) for one in wholes]
        true_at = at(asked[0].seen.clocks[0]) if asked else probe.at.valid or probe.at.now
        as_of = AsOf(true_at, {one.scope: at(one.seen.clocks[1]) for one in asked})
        return _assembled(parts, gains, stand_ins, as_of, query is not None, beyond)._replace(tally=tally)

    def shelf(self, scope_id: int) -> dict[int, MemoryItem]:
        """Return where the items of a scope are kept until something is written there."""
        held = self._states.get(scope_id)
        if held is None:
            return {}
        if len(held.index.shelf) > SHELF:
            held.index.shelf = {}
        return held.index.shelf

    def let_go(self, scope_id: int) -> None:
        """Drop a scope's state; it can be loaded again."""
        with self._guard:
            self._states.pop(scope_id, None)

    def close(self) -> None:
        """Drop every state."""
        BUDGET.leave(self._number)
        self._states = {}

    def _whole(self, db: sqlite3.Connection, asked: Asked, probe: Probe) -> Whole:
        """Return a scope's state with what is live in it for this search."""
        seen = asked.seen
        held = self._held(db, seen, probe.model)
        valid, known, now = seen.clocks
        with held.lock:
            index = held.index
            latest = known == seen.last_known and index.position == seen.position
            alive = index.alive(valid, None if latest else known, now, asked.keys)
            alive = _narrowed(index, alive, probe)
            small = index.size <= NEAR_UP_TO and index.holds_sentences
            used = index.used(None if known >= index.last_known else known)
            return Whole(index, alive, index.texts() if small else None, used)

    # -- loading -------------------------------------------------------------------------------------------------

    def _held(self, db: sqlite3.Connection, seen: Seen, model: str | None) -> Held:
        """Return the scope's state, loaded or extended to what this read sees."""
        with self._guard:
            held = self._states.get(seen.scope_id)
            if held is None or held.index.epoch != seen.epoch:
                # Its lock is there before it is loaded: others who want this scope wait for it, and nobody else does.
                held = Held(ScopeIndex(seen.scope_id, seen.epoch, 0, self._sizes))
                self._states[seen.scope_id] = held
        BUDGET.used(self._number, seen.scope_id)
        with held.lock:
            if held.index.position < seen.position:
                _check_model(db, model)
                if (coming := seen.position - held.index.position) > TOLD_FROM:
                    _report(0, coming)  # making lists may take a while
                if held.index.position == 0:
                    held.index = self._fresh(db, seen)
                _extend(db, held.index, seen.position)
                if held.index.outgrown:
                    held.index = self._fresh(db, seen)
                    _extend(db, held.index, seen.position)
                with self._guard:
                    self._states.setdefault(seen.scope_id, held)
                BUDGET.grown(self._number, seen.scope_id, held.index.nbytes)
            if held.index.last_known < seen.last_known:
                span = (seen.scope_id, held.index.last_known, seen.last_known, _span(seen, 0)[1])
                held.index.add_uses(db.execute(_USES, span).fetchall())
                held.index.last_known, held.index.shelf = seen.last_known, {}
        return held

    def _fresh(self, db: sqlite3.Connection, seen: Seen) -> ScopeIndex:
        """Return an empty state of a scope, laid out for what will be loaded into it."""
        found = db.execute("SELECT dimension FROM models ORDER BY model_id LIMIT 1").fetchone()
        dimension, count, filed = found[0] if found else 0, seen.position, None
        if count >= self._sizes.lists:
            count = db.execute(_COUNT, _span(seen, 0)).fetchone()[0]
        if dimension and trained(count, self._sizes.lists):
            filed = self._filed(db, seen, count, dimension)
        return ScopeIndex(seen.scope_id, seen.epoch, dimension, self._sizes, count, filed)

    def _filed(self, db: sqlite3.Connection, seen: Seen, count: int, dimension: int) -> Filed:
        """Return the lists of a scope of `count` texts: as they are kept, or trained and kept."""
        level, position, of = trained(count, self._sizes.lists), 0, np.zeros(0, np.uint16)
        kept = db.execute(_LISTS, (seen.scope_id, seen.epoch, level)).fetchone()
        if kept is not None:
            position, lists = kept[0], Lists(level, np.frombuffer(kept[1], np.int8).reshape(-1, dimension))
            of = np.frombuffer(kept[2], "<u2")[:count].astype(
                np.uint16
            )  # another process may see more than this
        else:
            lists = Lists.train(level, _sample(db, seen, level, dimension))
        if count - len(of) > count // 8:
            for blobs in _vectors(db, seen, position):
                has = np.array([blob is not None for blob in blobs])
                more = np.full(len(blobs), NO_LIST, np.uint16)
                more[has] = lists.nearest(unpacked(b"".join(filter(None, blobs)), dimension)[1])
                of = np.concatenate([of, more])
            keep = Kept(seen.scope_id, seen.epoch, level, seen.position, lists.centres, of)
            self._keep(keep)
        return Filed(lists, of)


def _span(seen: Seen, after: int, last: int | None = None) -> tuple[int, int]:
    """Return the keys between which a scope's rows after a position lie."""
    base = seen.scope_id << 32
    return base | after, base | (seen.position if last is None else last)


def _vectors(db: sqlite3.Connection, seen: Seen, after: int) -> Iterator[list[bytes | None]]:
    """Yield the packed vectors of the texts after a position, in turn, some at a time."""
    for first in range(after, seen.position, CHUNK):
        found = db.execute(_VECTORS, _span(seen, first, min(first + CHUNK, seen.position)))
        if blobs := [blob for (blob,) in found]:
            yield blobs


def _sample(db: sqlite3.Connection, seen: Seen, level: int, dimension: int) -> Steps:
    """Return the vectors that lists are trained on: those of every so many of the first `level` texts."""
    step, first = sampled(level), 0
    taken: list[bytes] = []
    for blobs in _vectors(db, seen, 0):
        some = blobs[-first % step : max(0, level - first) : step]
        taken += [blob for blob in some if blob is not None]
        first += len(blobs)
        if first >= level:
            break
    return np.ascontiguousarray(unpacked(b"".join(taken), dimension)[1])


def _extend(db: sqlite3.Connection, index: ScopeIndex, position: int) -> None:
    """Load what was written after what the state holds, up to a position, some at a time."""
    base, total, begun = index.scope_id << 32, position - index.position, index.position
    if not index.derived:
        index.derived = bool(db.execute(_DERIVED, (base | index.position, base | position)).fetchone()[0])
    while index.position < position:
        last = min(index.position + CHUNK, position)
        span = base | index.position, base | last
        entries = db.execute(_ENTRIES if index.holds_sentences else _ENTRIES_ALONE, span).fetchall()
        if index.vectors.dimension == 0 and any(row[10] for row in entries):
            index.set_dimension(len(next(row[10] for row in entries if row[10])) - 4)
        index.extend(Loaded(db.execute(_VERSIONS, span).fetchall(), entries), last)
        if total > TOLD_FROM:
            _report(total - (position - last), total)
    if begun:
        earlier = (index.scope_id, index.last_known, base | begun, base | position)
        index.add_uses(db.execute(_EARLIER_USES, earlier).fetchall())


def _report(done: int, total: int) -> None:
    """Tell the log how far a large scope is loaded; its two numbers are the record's arguments."""
    import logging  # 5 ms, for large scopes only

    logging.getLogger("holdfast").info("loading a scope: %d of %d versions", done, total)


def _sentences(db: sqlite3.Connection, keys: Ints) -> dict[int, bytes]:
    """Return the sentences' vectors of these entries, of those that have any."""
    return dict(db.execute(_SENTENCES, (str(keys.tolist()),)))


def _check_model(db: sqlite3.Connection, model: str | None) -> None:
    """Refuse to compare a query with another model's vectors, such as another process has written since."""
    found = db.execute("SELECT name FROM models ORDER BY model_id LIMIT 1").fetchone()
    if model is not None and found is not None and found[0] != model:
        raise ModelMismatch(found[0], model)


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


def _part(one: Whole, query: Quantised | None) -> Part:
    """Return the share of a scope all of whose rows are ranked."""
    assert one.texts is not None
    size = len(one.alive.live)
    if query is None:
        cos = best = np.zeros(size, np.float32)
    else:
        cos = one.index.cosines(query)[:size]
        best = one.index.best(query, one.texts, cos)
    importance = one.index.importance.view[one.alive.row]
    seen = one.seen(slice(0, size))
    return Part(one.index, one.alive, one.texts, one.terms, one.nearby, cos, best, importance, seen)


def _assembled(
    parts: Sequence[Part],
    gains: Mapping[int, float],
    stand_ins: StandIns,
    as_of: AsOf,
    has_vectors: bool,
    beyond: Beyond | None,
) -> Candidates:
    offsets = [0, *itertools.accumulate(map(len, parts))]
    terms = [
        Term(one.gain, one.docs + np.int32(start) if start else one.docs, one.counts)
        for part, start in zip(parts, offsets, strict=False)
        for one in part.terms
    ]
    texts = [part.texts for part in parts]
    shifts = [0, *itertools.accumulate(one.threads for one in texts)]
    before = ranking.shifted([part.alive.before for part in parts], offsets)
    after = ranking.shifted([part.alive.after for part in parts], offsets)
    near = parts[0].alive.near if len(parts) == 1 else NOT_NEAR
    if near.shape[1] != len(before):
        near = turns_around(before, after, np.arange(len(before)))
    bm25, around, covered = _lexical(terms, near)
    speaker, speakers = _speakers(texts)
    return Candidates(
        live=_joined([part.alive.live for part in parts], np.bool_),
        bm25=bm25,
        cos=_joined([part.cos for part in parts], np.float32),
        best=_joined([part.best for part in parts], np.float32),
        around=around,
        covered=covered,
        related=_related(parts, offsets, [gains[word] for word in stand_ins]),
        mass=sum(gains.values()),
        length=_joined([one.length for one in texts], np.float32),
        traits=_joined([one.traits for one in texts], np.uint8),
        speaker=speaker,
        speakers=speakers,
        day=_joined([one.day for one in texts], np.float64),
        episode=_joined([one.episode for one in texts], np.bool_),
        kind=_joined([one.kind for one in texts], np.int8),
        importance=_joined([part.importance for part in parts], np.float32),
        seen=_joined([part.seen for part in parts], np.float32),
        before=before,
        after=after,
        place=_joined([part.alive.place for part in parts], np.int32),
        thread=ranking.shifted([one.thread for one in texts], shifts),
        threads=shifts[-1],
        ids=_joined([one.ids for one in texts], "V16"),
        key=_joined([part.alive.key for part in parts], np.int64),
        as_of=as_of,
        has_vectors=has_vectors,
        derived=any(part.index.derived for part in parts),
        beyond=beyond,
    )


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def _weigh(
    wholes: Sequence[Whole], words: dict[int, float], elsewhere: Tally
) -> tuple[dict[int, float], tuple[int, ...]]:
    """Give each scope the words' gains with the texts that hold them and how often; return the gains, and how many texts of
    all these scopes hold each word.

    Live rows alone make the statistics, with what was counted elsewhere.
    """
    gains: dict[int, float] = {}
    counted: list[int] = []
    total = sum(one.alive.count for one in wholes) + elsewhere.live
    others = elsewhere.holding or (0,) * len(words)
    postings = [one.index.postings.find(list(words)) for one in wholes]
    for n, (word, weight) in enumerate(words.items()):
        holding, found = 0, []
        for one, of_scope in zip(wholes, postings, strict=True):
            (docs, counts), size = of_scope[n], len(one.alive.live)
            if len(docs) and docs[-1] >= size:  # written since this search began
                docs, counts = docs[docs < size], counts[: np.searchsorted(docs, size)]
            if len(docs):
                found.append((one, docs, counts))
            holding += _living(one, docs)
        counted.append(holding)
        gain = gains[word] = weight * ranking.idf(total, holding + others[n])
        if holding:
            for one, docs, counts in found:
                one.terms.append(Term(np.float32(gain), docs, counts))
    return gains, tuple(counted)


def _stand_in(wholes: Sequence[Whole], stand_ins: StandIns, elsewhere: Tally) -> tuple[int, ...]:
    """Give each scope the texts that hold the words which may stand in for the query's; common ones stand in for nothing.

    Returns how many texts of all these scopes hold each.
    """
    # Of each of the query's words the nearest last, and then itself.
    order = [
        (n, other, how)
        for n, (word, near) in enumerate(stand_ins.items())
        for other, how in (*reversed(near), (word, 0.0))
    ]
    words = [other for _, other, _ in order]
    held = [_known(one, one.index.postings.holding(words)) for one in wholes]
    most = FEW + COMMON * (sum(one.alive.count for one in wholes) + elsewhere.live)
    counts: Counter[int] = Counter()
    for one, docs in zip(wholes, held, strict=True):
        for place, found in docs.items():
            counts[place] += _living(one, found)
    others = elsewhere.near
    for one, docs in zip(wholes, held, strict=True):
        one.nearby = nearby(
            [
                (order[place][0], docs[place], order[place][2])
                for place in sorted(docs)
                if order[place][2] == 0.0 or counts[place] + (others[place] if others else 0) <= most
            ]
        )
    return tuple(counts[place] for place in range(len(order)))


def _known(one: Whole, docs: dict[int, NDArray[np.int32]]) -> dict[int, NDArray[np.int32]]:
    """Return what holds each word without the texts written since this search began."""
    size = len(one.alive.live)
    if one.index.size == size:
        return docs
    return {n: found[: found.searchsorted(size)] for n, found in docs.items()}


def _living(one: Whole, docs: NDArray[np.int32]) -> int:
    """Return how many of some texts are live."""
    whole = one.alive.count == len(one.alive.live)
    return len(docs) if whole else int(np.count_nonzero(one.alive.live[docs]))


def _related(parts: Sequence[Part], offsets: Sequence[int], gains: Sequence[float]) -> Floats:
    """Return, for each row, the gains of the words that others stand in for there, each times how near the nearest is."""
    nearest = np.zeros((len(gains), offsets[-1]), np.float32)
    for part, start in zip(parts, offsets, strict=False):
        word, docs, how = part.nearby
        nearest[word, docs + np.int32(start) if start else docs] = how
    return _added(nearest * np.array(gains, np.float32).reshape(-1, 1))


def _added(parts: Floats) -> Floats:
    """Return the sums over words, added from the top as a loop would: `add.reduce` pairs them up where there is one row."""
    if parts.shape[1] != 1 or not len(parts):
        whole: Floats = np.add.reduce(parts, axis=0)
        return whole
    added: Floats = np.add.accumulate(parts, axis=0)[-1]
    return added


def _lexical(terms: Sequence[Term], near: NDArray[np.int32]) -> tuple[Floats, Floats, Floats]:
    """Return three columns for the rows in the middle of `near`: BM25; BM25 with the two turns on either side taken as one
    text; and the gains of the words found there."""
    # The column more than there are rows stands for no neighbour: nothing is in it, and index -1 finds it.
    held = np.zeros((len(terms), near.shape[1] + 1), np.uint8)
    for row, (_, docs, counts) in zip(held, terms, strict=True):
        row[docs] = counts
    found = held.take(near, axis=1)
    times = np.add.reduce(found, axis=1, dtype=np.uint16)
    gains = np.array([[gain] for gain, _, _ in terms], np.float32).reshape(-1, 1)
    # Row by row from the top: the sum is that of a loop over the words.
    own, around = _added(COUNTS[found[:, 2]] * gains), _added(COUNTS[times] * gains)
    return own, around, _added((times > 0) * gains)


def _speakers(texts: Sequence[Texts]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return who speaks in each row, as codes into the distinct names of all parts."""
    if len(texts) == 1:
        return texts[0].speaker, texts[0].speakers
    names = {name: n for n, name in enumerate(dict.fromkeys(name for one in texts for name in one.speakers))}
    codes = [np.array([*(names[name] for name in one.speakers), -1], np.int32)[one.speaker] for one in texts]
    return _joined(codes, np.int32), tuple(names)
