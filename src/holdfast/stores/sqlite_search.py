"""Search over the SQLite file: each scope's state in memory, brought up to date, and put together for one question."""

from __future__ import annotations

import functools
import itertools
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import ranking
from ..errors import ModelMismatch
from ..ports import AsOf, Beyond, Bools, Candidates, Floats, Ints, Probe, Tally
from ..text import QUESTION
from ..types import KINDS, MemoryItem, Scope
from .budget import BUDGET
from .columns import unpacked
from .draw import Blobs, Part, Whole, by_words, drawn
from .index import NEAR_UP_TO, NOT_NEAR, SHELF, Alive, Loaded, ScopeIndex, Sizes, Texts
from .index import around as turns_around
from .lists import NO_LIST, Filed, Lists, sampled, trained
from .postings import COUNTS, Found, Nearby, Term, highest
from .sqlite_rows import EPOCH, at, hash_term, micros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .columns import Quantised, Steps


CHUNK = 8_192  # positions that are read at once
_TOGETHER = 16  # searches over several scopes whose rows are kept put together
TOLD_FROM = 65_536  # positions to read of which the log is told
# Of the live rows: a word that more of them hold stands in for no other.
FEW, COMMON = 3, 0.05
_NOTHING, _NOBODY = np.zeros(0, np.float32), np.zeros(0, np.bool_)
_NEVER = AsOf(EPOCH, {})

_VERSIONS = (
    "SELECT key, known_from, valid_from, valid_to, expires_at, state = 'active', entry, closes, "
    "json_extract(body, '$.importance'), max(coalesce(observed_at, CASE WHEN json_extract(body, '$.explicit_time') THEN "
    "known_from END, valid_from, 0), coalesce(valid_from, 0)) FROM versions "
    "WHERE key > ? AND key <= ? ORDER BY key"
)
_ENTRIES = (
    "SELECT t.key, v.item_id, v.kind, v.speaker, v.thread, v.turn, CASE WHEN v.kind = 'episode' THEN "
    "coalesce(v.observed_at, v.valid_from) ELSE v.valid_from END, t.traits, t.terms, x.vector, x.sentences, t.length "
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


class Unread(Exception):
    """A search has to read the file."""


class Words(NamedTuple):
    """The words of a question, as keyed hashes: `own` with its weight each, in their order, and `near` those that may stand in for
    one of them: the number of that one, the nearest last, the word, and how near it is, 0..1."""

    own: dict[int, float]
    near: list[tuple[int, int, float]]


def words_of(probe: Probe, hashes: dict[str, int], term_key: bytes) -> Words:
    """Return the words of a question; `hashes` is as in `hash_term`."""
    near = [
        (n, hashes.get(other) or hash_term(other, hashes, term_key), how)
        for n, term in enumerate(probe.terms)
        for other, how in reversed(probe.related.get(term, ()))
    ]
    return Words({hash_term(term, hashes, term_key): weight for term, weight in probe.terms.items()}, near)


Finish = Callable[["Quantised | None", Blobs], Candidates]


class Begun(NamedTuple):
    """A search as far as it goes without its query's vector: `finish` takes that, None for none, and how sentences' vectors are
    read, which happens where it `reads`. `plain` is the corpus where all of it is ranked."""

    finish: Finish
    reads: bool = False
    plain: Candidates | None = None

    def likely(self, count: int) -> list[int]:
        """Return the keys of about so many memories that are likely to answer, by their words and those around them."""
        c = self.plain
        if c is None:
            return []
        rows = highest(c.bm25 + c.around + c.related, count)
        keys: list[int] = c.key[rows[c.live[rows]]].tolist()
        return keys


class Rows(NamedTuple):
    """What a search reads of the rows of some scopes whatever it asks: put together once, and kept for the next search while they
    are the same."""

    parts: tuple[tuple[Alive, Texts, Floats | None], ...]
    offsets: Sequence[int]
    near: NDArray[np.int32]
    plain: Candidates


class Seen:
    """A scope as one read found it; `clocks` are the valid time, known time and present of a search. What ends after it was
    `held`, if a hold is on it, has not expired."""

    __slots__ = ("clocks", "epoch", "held", "labels", "last_known", "position", "scope_id")

    def __init__(self, row: Sequence[Any]) -> None:
        self.scope_id, self.labels, self.position, self.epoch, self.last_known, self.held = row
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
    """A scope's state, which may be loaded anew, the lock under which that happens, and the `model` its vectors came from when it
    was: one for all of an epoch. One that is not `whole` was left while it was being extended, by an error or an interruption."""

    __slots__ = ("index", "lock", "model", "whole")

    def __init__(self, index: ScopeIndex) -> None:
        self.index, self.lock, self.whole = index, threading.Lock(), True
        self.model: str | None = None


class Searcher:
    """The search states of recently searched scopes, within the process's budget.

    `keep` writes the lists of a scope to the file, if that is possible just now.
    """

    def __init__(self, budget: int, sizes: Sizes, keep: Callable[[Kept], None]) -> None:
        self._number = BUDGET.join(self, budget)
        self._sizes, self._keep = sizes, keep
        self._guard = threading.Lock()
        self._states: dict[int, Held] = {}
        self._together: OrderedDict[tuple[int, ...], Rows] = OrderedDict()

    def begin(
        self, db: sqlite3.Connection | None, asked: Sequence[Asked], probe: Probe, words: Words, meant: bool
    ) -> Begun:
        """Do what a search over these scopes can without its query's vector; `meant` says that one is to come.

        Raises `Unread` where the file has to be read, without a snapshot of it.
        """
        wholes = [self._whole(db, one, probe) for one in asked]
        gains, tally = _weighed(wholes, words, probe.elsewhere)
        # Where no scope is met here, one may be in a store beside this, which is asked about the same time.
        elsewhere = probe.as_of.valid if probe.as_of else probe.at.valid or probe.at.known or probe.at.now
        true_at = at(asked[0].seen.clocks[0]) if asked else elsewhere
        as_of = AsOf(true_at, {one.scope: at(one.seen.clocks[1]) for one in asked})
        told = {"mass": sum(gains), "tally": tally, "as_of": as_of, "has_vectors": meant}
        if (
            any(one.texts is None for one in wholes)
            or sum(one.alive.count for one in wholes) > self._sizes.ranked
        ):
            of_words = by_words(wholes, self._sizes, probe, meant)
            drawing = functools.partial(drawn, wholes, of_words, self._sizes, sum(gains), probe)
            held = all(one.index.holds_sentences for one in wholes)
            return Begun(_checked(wholes, probe, functools.partial(_drawn, drawing, gains, told)), not held)
        parts = [_part(one) for one in wholes]
        plain = _worded(self._same_rows(asked, parts), parts, gains, told)
        return Begun(_checked(wholes, probe, functools.partial(_compared, plain, parts)), plain=plain)

    def _same_rows(self, asked: Sequence[Asked], parts: Sequence[Part]) -> Rows:
        """Return the rows of scopes that are ranked whole: those of the search before where nothing has changed since.

        Those of one scope are kept with it. Of several, which hold a copy of each, the last few: else every user of a team
        would keep the team's.
        """
        now = [(part.alive, part.texts, part.used) for part in parts]
        place = tuple(one.seen.scope_id for one in asked)
        kept = parts[0].index.ground if len(parts) == 1 else self._together.get(place)
        if kept is not None and len(kept.parts) == len(now):
            pairs = zip(kept.parts, now, strict=True)
            if all(mine is theirs for old, new in pairs for mine, theirs in zip(old, new, strict=True)):
                return kept
        made = _rows(parts)
        if parts:
            made = made._replace(plain=made.plain._replace(ground=ranking.Ground(made.plain)))
        if len(parts) == 1:
            parts[0].index.ground = made
        elif parts:
            with self._guard:
                self._together[place] = made
                self._together.move_to_end(place)
                while len(self._together) > _TOGETHER:
                    self._together.popitem(last=False)
        return made

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
            self._together.clear()

    def close(self) -> None:
        """Drop every state."""
        BUDGET.leave(self._number)
        self._states = {}
        self._together.clear()

    def _whole(self, db: sqlite3.Connection | None, asked: Asked, probe: Probe) -> Whole:
        """Return a scope's state with what is live in it for this search."""
        seen = asked.seen
        held = self._held(db, seen, probe.model)
        valid, known, now = seen.clocks
        with held.lock:
            index = held.index
            latest = known == seen.last_known and index.position == seen.position
            ended_by = now if seen.held is None else min(now, seen.held)
            alive = index.alive(valid, None if latest else known, ended_by, asked.keys)
            alive = _narrowed(index, alive, probe)
            small = index.size <= NEAR_UP_TO and index.holds_sentences
            used = index.used(None if known >= index.last_known else known)
            return Whole(index, alive, index.texts() if small else None, used)

    # -- loading -------------------------------------------------------------------------------------------------

    def _held(self, db: sqlite3.Connection | None, seen: Seen, model: str | None) -> Held:
        """Return the scope's state, loaded or extended to what this read sees."""
        with self._guard:
            held = self._states.get(seen.scope_id)
            if held is None or held.index.epoch != seen.epoch:
                if db is None:
                    raise Unread
                # Its lock is there before it is loaded: others who want this scope wait for it, and nobody else does.
                held = Held(ScopeIndex(seen.scope_id, seen.epoch, 0, self._sizes))
                self._states[seen.scope_id] = held
        BUDGET.used(self._number, seen.scope_id)
        with held.lock:
            if not held.whole:
                held.index, held.whole = ScopeIndex(seen.scope_id, seen.epoch, 0, self._sizes), True
            current = held.index.position >= seen.position and held.index.last_known >= seen.last_known
            if current:
                _check_model(held.model, model)
                return held
            if db is None:
                raise Unread
            if held.index.position < seen.position:
                held.model = _model(db)
                _check_model(held.model, model)
                held.whole = False
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
                held.whole = False
                span = (seen.scope_id, held.index.last_known, seen.last_known, _span(seen, 0)[1])
                held.index.add_uses(db.execute(_USES, span).fetchall())
                held.index.last_known, held.index.shelf = seen.last_known, {}
            held.whole = True
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
        if index.vectors.dimension == 0 and any(row[9] for row in entries):
            index.set_dimension(len(next(row[9] for row in entries if row[9])) - 4)
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


def sentences(db: sqlite3.Connection | None, keys: Ints) -> dict[int, bytes]:
    """Return the sentences' vectors of these entries, of those that have any."""
    if db is None:
        raise Unread
    return dict(db.execute(_SENTENCES, (str(keys.tolist()),)))


def _model(db: sqlite3.Connection) -> str | None:
    """Return the model that vectors come from, or None while there are none."""
    found = db.execute("SELECT name FROM models ORDER BY model_id LIMIT 1").fetchone()
    return None if found is None else str(found[0])


def _check_model(held: str | None, asked: str | None) -> None:
    """Refuse to compare a query with another model's vectors, such as were written while it was embedded."""
    if asked is not None and held is not None and held != asked:
        raise ModelMismatch(held, asked)


def _checked(wholes: Sequence[Whole], probe: Probe, finish: Finish) -> Finish:
    """Return the end of a search, which refuses a vector of another length than those that it would be compared with have."""
    lengths = {one.index.vectors.dimension for one in wholes} - {0}

    def checked(query: Quantised | None, blobs: Blobs) -> Candidates:
        if query is not None and lengths - {len(query[0])}:
            model = str(probe.model)
            raise ModelMismatch(model, model, lengths=(max(lengths), len(query[0])))
        return finish(query, blobs)

    return checked


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


def _part(one: Whole) -> Part:
    """Return the share of a scope all of whose rows are ranked, yet to be compared with the query."""
    assert one.texts is not None
    return Part(one.index, one.alive, one.texts, one.terms, one.nearby, _NOTHING, _NOTHING, one.used)


def _compared(plain: Candidates, parts: Sequence[Part], query: Quantised | None, _: Blobs) -> Candidates:
    """Return a corpus that is ranked whole with the cosines of its rows."""
    cos, best = np.zeros((2, len(plain.live)), np.float32)
    if query is not None:
        end = 0
        for part in parts:
            start, end = end, end + len(part)
            cos[start:end] = part.index.cosines(query)[: len(part)]
            best[start:end] = part.index.best(query, part.texts, cos[start:end])
    return plain._replace(cos=cos, best=best)


def _drawn(
    drawing: Callable[[Quantised | None, Blobs], tuple[list[Part], Beyond | None]],
    gains: Sequence[float],
    told: Mapping[str, Any],
    query: Quantised | None,
    blobs: Blobs,
) -> Candidates:
    """Return the corpus of the rows worth ranking."""
    parts, beyond = drawing(query, blobs)
    cos, best = ([getattr(part, name) for part in parts] for name in ("cos", "best"))
    near = {"cos": _joined(cos, np.float32), "best": _joined(best, np.float32), "beyond": beyond}
    return _worded(_rows(parts), parts, gains, {**told, **near})


def _worded(rows: Rows, parts: Sequence[Part], gains: Sequence[float], told: Mapping[str, Any]) -> Candidates:
    bm25, around, covered, related, asked = _lexical(parts, rows, gains)
    return rows.plain._replace(
        bm25=bm25, around=around, covered=covered, related=related, asked=asked, **told
    )


def _rows(parts: Sequence[Part]) -> Rows:
    offsets = [0, *itertools.accumulate(map(len, parts))]
    texts = [part.texts for part in parts]
    shifts = [0, *itertools.accumulate(one.threads for one in texts)]
    before = ranking.shifted([part.alive.before for part in parts], offsets)
    near = parts[0].alive.near if len(parts) == 1 else NOT_NEAR
    if near.shape[1] != len(before):
        after = ranking.shifted([part.alive.after for part in parts], offsets)
        near = turns_around(before, after, np.arange(len(before)))
    speaker, speakers = _speakers(texts)
    plain = Candidates(
        live=_joined([part.alive.live for part in parts], np.bool_),
        bm25=_NOTHING,
        cos=_NOTHING,
        best=_NOTHING,
        around=_NOTHING,
        covered=_NOTHING,
        related=_NOTHING,
        mass=0.0,
        traits=_joined([one.traits for one in texts], np.uint8),
        asked=_NOBODY,
        speaker=speaker,
        speakers=speakers,
        day=_joined([one.day for one in texts], np.float64),
        episode=_joined([one.episode for one in texts], np.bool_),
        kind=_joined([one.kind for one in texts], np.int8),
        importance=_joined([part.importance for part in parts], np.float32),
        seen=_joined([part.seen for part in parts], np.float32),
        before=before,
        place=_joined([part.alive.place for part in parts], np.int32),
        thread=ranking.shifted([one.thread for one in texts], shifts),
        threads=shifts[-1],
        ids=_joined([one.ids for one in texts], "V16"),
        key=_joined([part.alive.key for part in parts], np.int64),
        as_of=_NEVER,
        derived=any(part.index.derived for part in parts),
    )
    return Rows(tuple((part.alive, part.texts, part.used) for part in parts), offsets, near, plain)


def _joined(arrays: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    if len(arrays) == 1:
        return arrays[0]
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype)


def _weighed(wholes: Sequence[Whole], words: Words, elsewhere: Tally) -> tuple[list[float], Tally]:
    """Give each scope the words' gains with the texts that hold them and how often, and what holds words near to them; return
    the gains, and what was counted in all these scopes.

    Live rows alone make the statistics, with what was counted elsewhere.
    """
    gains: list[float] = []
    counted: list[int] = []
    live = sum(one.alive.count for one in wholes)
    total, others = live + elsewhere.live, elsewhere.holding or (0,) * len(words.own)
    asked = np.array([*words.own, *(word for _, word, _ in words.near)], np.uint64)
    looked = [one.index.postings.find(asked) for one in wholes]
    for n, weight in enumerate(words.own.values()):
        holding, found = 0, []
        for one, of_scope in zip(wholes, looked, strict=True):
            (docs, counts), size = of_scope.of(n), len(one.alive.live)
            if len(docs) and docs[-1] >= size:  # written since this search began
                docs, counts = docs[docs < size], counts[: np.searchsorted(docs, size)]
            if len(docs):
                found.append((one, docs, counts))
                holding += _living(one, docs)
        counted.append(holding)
        gains.append(weight * ranking.idf(total, holding + others[n]))
        if holding:
            for one, docs, counts in found:
                one.terms.append(Term(np.float32(gains[n]), docs, counts, n))
    near = _stand_in(wholes, looked, words, FEW + COMMON * total, elsewhere.near) if words.near else ()
    return gains, Tally(live, tuple(counted), near)


def _stand_in(
    wholes: Sequence[Whole], looked: Sequence[Found], words: Words, most: float, elsewhere: Sequence[int]
) -> tuple[int, ...]:
    """Give each scope the texts that hold the words which may stand in for the query's; one that more live texts than `most` hold,
    here and elsewhere, stands in for nothing. Returns how many of these scopes hold each."""
    first, others = len(words.own), elsewhere or (0,) * len(words.near)
    counted = _summed([found.sizes(first) for found in looked], len(words.near))
    if not all(one.whole for one in wholes):  # some of those texts may not count
        for n, size in enumerate(counted):
            if size:
                held = [_known(one, found.docs(first + n)) for one, found in zip(wholes, looked, strict=True)]
                counted[n] = sum(_living(one, docs) for one, docs in zip(wholes, held, strict=True))
    told = zip(itertools.count(first), words.near, counted, others, strict=False)
    chosen = [
        (place, number, how) for place, (number, _, how), size, more in told if size and size + more <= most
    ]
    if not chosen:
        return tuple(counted)
    places, numbers, hows = zip(*chosen, strict=True)
    for one, found in zip(wholes, looked, strict=True):
        parts = [_known(one, found.docs(place)) for place in places]
        sizes = [len(docs) for docs in parts]
        near = np.array(hows, np.float32).repeat(sizes)
        one.nearby = Nearby(np.array(numbers).repeat(sizes), np.concatenate(parts), near)
    return tuple(counted)


def _summed(several: Sequence[list[int]], count: int) -> list[int]:
    """Return the sums of so many numbers of each."""
    if len(several) == 1:
        return several[0]
    return [sum(each) for each in zip(*several, strict=True)] or [0] * count


def _known(one: Whole, docs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return some texts, rising, without those written since this search began."""
    size = len(one.alive.live)
    return docs[: docs.searchsorted(size)] if len(docs) and docs[-1] >= size else docs


def _living(one: Whole, docs: NDArray[np.int32]) -> int:
    """Return how many of some texts are live."""
    return (
        len(docs) if one.alive.count == len(one.alive.live) else int(np.count_nonzero(one.alive.live[docs]))
    )


def _lexical(
    parts: Sequence[Part], rows: Rows, gains: Sequence[float]
) -> tuple[Floats, Floats, Floats, Floats, Bools]:
    """Return five columns: BM25; BM25 of a row with the two turns on either side taken as one text; the gains of the words found
    there; the gains of the words that others stand in for in the row, each times how near the nearest of these is; and which rows
    are questions that hold no other words."""
    words, count = len(gains), rows.offsets[-1]
    # The column more than there are rows stands for no neighbour: nothing is in it, and index -1 finds it.
    held = np.zeros((words, count + 1), np.uint8)
    columns = np.zeros((words, 4, count), np.float32)
    nearest = columns[:, 3]
    for part, start in zip(parts, rows.offsets, strict=False):
        for term in part.terms:
            held[term.number, term.docs + np.int32(start) if start else term.docs] = term.counts
        word, docs, how = part.nearby
        nearest[word, docs + np.int32(start) if start else docs] = how
    times = np.empty((words, 2, count), np.uint16)
    times[:, 0] = held[:, :-1]
    np.add.reduce(held.take(rows.near, axis=1), axis=1, out=times[:, 1])
    columns[:, :2] = COUNTS[times]
    columns[:, 2] = times[:, 1] > 0
    nearest *= times[:, 0] == 0
    columns *= np.array(gains, np.float32).reshape(-1, 1, 1)
    # Word by word from the first: each sum is that of a loop.
    own, around, covered, related = np.add.reduce(columns, axis=0)
    length = _joined([part.texts.length for part in parts], np.uint8)
    asked = (rows.plain.traits & QUESTION != 0) & (
        np.add.reduce(times[:, 0], axis=0, dtype=np.uint32) >= length
    )
    return own, around, covered, related, asked


def _speakers(texts: Sequence[Texts]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return who speaks in each row, as codes into the distinct names of all parts."""
    if len(texts) == 1:
        return texts[0].speaker, texts[0].speakers
    names = {name: n for n, name in enumerate(dict.fromkeys(name for one in texts for name in one.speakers))}
    codes = [np.array([*(names[name] for name in one.speakers), -1], np.int32)[one.speaker] for one in texts]
    return _joined(codes, np.int32), tuple(names)
