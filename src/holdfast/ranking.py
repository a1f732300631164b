"""Which memories answer a query best: small pure signals over the corpus of one search, added up.

The recipe (measured in docs/decisions/0002-ranking.md): words and meaning make the core of a score; the shape of a row,
its date, the turns beside it and its thread add to that. Every signal sees live rows only, so what is filtered out,
expired or outside the asked time changes nothing.

Pure numpy, in float64: the contributions of a row, added in the order of `RECIPE`, are its score to the last bit.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .age import HALF_LIVES
from .dates import Happened, Window, order, windows
from .ports import Bools, Candidates, Doubles, Floats, Ints
from .text import ECHO, IDLE, OWN, QUESTION, asks, latin_share
from .types import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray


# BM25 as in Robertson and Zaragoza (2009), without normalising by length: in chats the longer turn says more.
K1 = 0.9
B = 0.0

# A BM25 of this is a full match. Fixed rather than the query's best, so that scores compare across queries; a query whose
# words together cannot reach it is measured by what they can.
_FULL_MATCH = 12.0
_AFTERGLOW_DAYS = 14.0
WHEN = 0.3  # of a word's weight, for one that only says when: its date tells that of a text better than its words
_RUN = 3  # messages of one's own between a question and what answers it
_STATED = 1.6  # what a declarative row has for a thread, of its own core
_A_DAY: Doubles = np.array([1.0 / HALF_LIVES[kind] for kind in KINDS])  # in half-lives
_MATCHING = 0.7  # of the best core: what `recent` puts in order
_SITTING = 0.05  # days, 72 minutes: turns of one thread that follow each other faster are one occasion
# A thread lifts all its turns by this share of its peak, and those beside the peak by all of it, fading over 8 turns.
_SPREAD, _NEAR = 0.7, 8.0
# A table, not np.exp: vectorised exponentials may differ in the last bit with a row's place in the array.
_FADING: Doubles = np.array([_SPREAD + (1 - _SPREAD) * math.exp(-n / _NEAR) for n in range(65)])


def idf(n: int, df: int) -> float:
    """Return the weight of a term that `df` of `n` texts hold: ln(1 + (n - df + 0.5) / (df + 0.5)), above 0."""
    return math.log1p((n - df + 0.5) / (df + 0.5))


def saturate(tf: Floats) -> Floats:
    """Return BM25's share for term counts, elementwise: 1 for a count of one, towards 1.9 for many.

    A row's `bm25` is the sum over the query's terms, in sorted order, of weight * idf * this.
    """
    return tf * np.float32(K1 + 1.0) / (tf + np.float32(K1))


class Query(NamedTuple):
    """What ranking reads of a query: the `windows` of days it names, the `latin` share of its letters 0..1
    (1 for a model that reads every script), what it `asks`
    for (bits as in `text.asks`), the `names` in it: its words, folded, and the `order` in time that it asks for: 1 for the
    latest first, -1 for the earliest, 0 for none."""

    windows: tuple[Window, ...] = ()
    latin: float = 1.0
    asks: int = 0
    names: frozenset[str] = frozenset()
    order: int = 0


def read(query: str, asked_at: datetime, also: Iterable[str] = (), events: Iterable[Happened] = ()) -> Query:
    """Return what ranking reads of a query's text, asked at an aware moment; of other names it means `also`, that they are names,
    and of the `events` in it, when they were.

    Whoever is called April is no month.
    """
    names = frozenset(_words(" ".join([query, *also])))
    return Query(windows(query, asked_at, events), latin_share(query), asks(query), names, order(query))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@functools.lru_cache(maxsize=4_096)
def _words_of(name: str) -> frozenset[str]:
    return frozenset(_words(name))


class Ground:
    """What ranking reads of a corpus whatever is asked. A store may keep it with the corpus for as long as its rows stay.

    `whole` says that every row is live, `narrative` that every row is an episode; `stated` tells which are not, `telling` by
    how much what stands around counts (see `around`), and `apart` which rows no thread lifts. `answers` is the turn each row
    answers (see `reply`), -1 for none; `echoes` says that some rows are echoes.
    """

    def __init__(self, c: Candidates) -> None:
        self.whole, self.narrative = bool(c.live.all()), bool(c.episode.all())
        self.stated: Bools = ~c.episode
        self.telling: Doubles = np.where(self.stated, 2.0, 1.0)
        self.apart: Bools = self.stated | (c.thread < 0)
        self.answers = _answers(c)
        self.echoes = bool((c.traits & ECHO).any())
        self._faded = -1, np.zeros(0)

    def importance(self, c: Candidates, day: int) -> Doubles:
        """Return each row's importance on a day (see the signal); that of the day asked for last is kept."""
        known, faded = self._faded
        if known != day or len(faded) != len(c.seen):
            lives = np.maximum(np.subtract(day, c.seen, dtype=np.float64), 0.0) * _A_DAY[c.kind]
            halvings = np.floor(lives)
            left = c.importance * (1.0 - 0.5 * (lives - halvings))
            faded = np.ldexp(left, -halvings.astype(np.int32))
            self._faded = day, faded
        return faded


def _answers(c: Candidates) -> NDArray[np.int32]:
    """Return the last turn of somebody else before each row, where that asks: three turns back at most, else -1."""
    before = c.before
    if not len(before):
        return before
    own = _same(c, before)
    for _ in range(_RUN):
        if not own.any():
            break
        before = np.where(own, c.before[before], before)
        own = _same(c, before)
    return np.where((before >= 0) & ~own & ((c.traits[before] & QUESTION) != 0), before, np.int32(-1))


def _same(c: Candidates, before: NDArray[np.int32]) -> Bools:
    """Whether turns before the rows were said by the same person; of nobody's turns each is another's."""
    said: Bools = (before >= 0) & (c.speaker >= 0) & (c.speaker[before] == c.speaker)
    return said


@dataclass(slots=True)
class Stage:
    """The corpus of one search with what is known of it as a whole, so that any signal can be had for any rows alone.

    `scale` is the BM25 that counts as a full match. `core` has a 0 more than rows, found at index -1: words and meaning as
    they count for others, 0 at least, and 0 for rows that are not live. `peaks` has the highest core of each thread, and a
    0; `summit` the place of that turn. `standing` 0..1 says how far the best declarative core keeps up with the best
    episode's: 1 from its height on. `asked` tells of each speaker, and of nobody, whether the query names them, `names` whether
    it names any. `occasions` are the days on which something that matches began, rising, where `recent` asks for them; `today` is
    the day that is asked about. `values` has each signal's value for each row, (signals, rows), where rows are few.
    """

    c: Candidates
    ground: Ground
    query: Query
    scale: float
    core: Doubles
    peaks: Doubles
    summit: NDArray[np.int32]
    asked: Bools
    names: bool
    today: float
    values: Doubles | None = None
    standing: float = 1.0
    occasions: Doubles = field(default_factory=lambda: np.zeros(0))


Rows = slice | Ints


def words(s: Stage, rows: Rows) -> Doubles:
    """BM25 over that of a full match (12, or what all the query's words would come to if that is less).

    Up to twice that as meaning has less to say: without a model, and as the query leaves the Latin script.
    """
    factor = 2.0 - (s.query.latin if s.c.has_vectors else 0.0)
    return np.divide(s.c.bm25[rows], s.scale / factor, dtype=np.float64)


def meaning(s: Stage, rows: Rows) -> Doubles:
    """Mean of the whole text's cosine and its best sentence's; fades as the query leaves the script that the model reads.

    The shipped model reads English: of other scripts it sees little more than unknown pieces.
    """
    both = np.add(s.c.cos[rows], s.c.best[rows], dtype=np.float64)
    both *= 0.5 * s.query.latin if s.c.has_vectors else 0.0
    return both


def time(s: Stage, rows: Rows) -> Doubles:
    """1 for a row dated inside a window of the query, 0.5 up to 14 days after one, when people still tell of it."""
    day = s.c.day[rows]
    value = np.zeros(len(day))
    for start, end in s.query.windows:
        np.maximum(value, ((day >= start) & (day < end + _AFTERGLOW_DAYS)) * 0.5, out=value)
        value[(day >= start) & (day < end)] = 1.0
    return value


def expected(s: Stage, rows: Rows) -> Doubles:
    """1 for a row that holds the kind of answer the query asks for: a time, a number, a place, a name.

    Also where it asks for several things that somebody did or has, for what those whom it names say of themselves: such
    things lie scattered over conversations that are about something else.
    """
    held: Bools = (s.c.traits[rows] & (s.query.asks & ~OWN)) != 0
    if s.query.asks & OWN:
        own: Bools = (s.c.traits[rows] & OWN) != 0
        held = held | (own & s.asked[s.c.speaker[rows]])
    return held.astype(np.float64)


def speaker(s: Stage, rows: Rows) -> Doubles:
    """1 for a row in which somebody whom the query names tells something: a question asks where others answer."""
    telling: Bools = (s.c.traits[rows] & QUESTION) == 0
    return np.logical_and(s.asked[s.c.speaker[rows]], telling).astype(np.float64)


def related(s: Stage, rows: Rows) -> Doubles:
    """The weight of the query's words that the row says in other words ("pets": "my cat"), over that of a full match."""
    return np.divide(s.c.related[rows], s.scale, dtype=np.float64)


def around(s: Stage, rows: Rows) -> Doubles:
    """BM25 of the row with the two turns on either side as one text, over that of a full match: a topic is told in turns.

    A row that stands alone has its own words; a declarative one has them twice, for it says in one line what a conversation
    says in many.
    """
    value = np.divide(s.c.around[rows], s.scale, dtype=np.float64)
    value *= s.ground.telling[rows]
    return value


def reply(s: Stage, rows: Rows) -> Doubles:
    """The core of the turn before where that asks: an answer repeats little of its question.

    Of somebody who sends several messages in a row, each answers what another said before them, three messages back at most.
    """
    return s.core[s.ground.answers[rows]]


def thread(s: Stage, rows: Rows) -> Doubles:
    """The best core among the episodes of the row's thread, most of it anywhere in the thread and all of it beside the best.

    An episode that stands alone is its own thread. Nothing around a fact can lift it: a declarative row gets 1.6 times its
    own core, times `standing`. Where no fact matches as well as the best episode does, facts step back together.
    """
    of, own = s.c.thread[rows], s.core[:-1][rows]
    far = np.abs(s.c.place[rows] - s.summit[of])
    peak: Doubles = s.peaks[of] * _FADING[np.minimum(far, len(_FADING) - 1)]
    np.copyto(peak, own, where=s.ground.apart[rows])
    if not s.ground.narrative:
        np.multiply(peak, _STATED * s.standing, out=peak, where=s.ground.stated[rows])
    return peak


def recent(s: Stage, rows: Rows) -> Doubles:
    """Where the query asks for the latest: 1 from the last occasion on that matches, halved with each one further back; for the
    first: the same from the first one.

    What matches has at least 0.7 of the best core; turns of a thread that follow each other within 72 minutes are one occasion,
    anything else is one of its own. Times the row's own core over the best one: what does not match is not lifted by its date.
    """
    day, occasions = s.c.day[rows], s.occasions
    passed = occasions.searchsorted(day, "right")
    halvings = len(occasions) - passed if s.query.order > 0 else np.maximum(passed - 1, 0)
    late: Doubles = np.ldexp(s.core[:-1][rows] / (float(np.maximum.reduce(s.core)) or 1.0), -halvings)
    return late


def importance(s: Stage, rows: Rows) -> Doubles:
    """A row's importance 0..1, halved with every half-life of its kind since it was said, or last used or seen again.

    Counted in whole days (UTC), so that the same search gives the same scores all day. Between two halvings it
    falls in a straight line, whose sums are the same bits on every machine.
    """
    return s.ground.importance(s.c, math.floor(s.today))[rows]


def repeats(s: Stage, rows: Rows) -> Doubles:
    """The core of what tells nothing new: a question that holds no word besides the query's, a turn that only says again what an
    agent was shown. It counts against the row, so that an answer, or what is repeated, comes first."""
    idle: Bools = s.c.asked[rows] | ((s.c.traits[rows] & ECHO) != 0)
    return s.core[:-1][rows] * idle


class Signal(NamedTuple):
    """One term of the score: `weight` times what `value` gives, row by row; a `late` one needs the rows' meanings or their cores."""

    name: str
    weight: float
    value: Callable[[Stage, Rows], Doubles]
    late: bool = False


class Recipe:
    """Signals with their weights, in the order in which they are added up.

    The first two are the core: what a row says of itself, which threads spread. `weights` has what each signal counts.
    """

    def __init__(self, signals: Sequence[Signal]) -> None:
        self.signals = tuple(signals)
        self.core, self.shape = self.signals[:2], self.signals[2:]
        self.names = tuple(one.name for one in signals)
        self.factors: Doubles = np.array([[one.weight] for one in signals])
        self.weights: Mapping[str, float] = MappingProxyType({one.name: one.weight for one in signals})

    def weighing(self, **weights: float) -> Recipe:
        """Return the recipe with other weights for the signals named; 0 switches one off."""
        return Recipe([one._replace(weight=weights.get(one.name, one.weight)) for one in self.signals])

    def named(self, row: Iterable[float]) -> dict[str, float]:
        """Return one number for each signal under the signals' names."""
        return dict(zip(self.names, row, strict=True))


# The weights are fitted by `python -m benchmarks.ablation` and rounded; for those of `recent` and `repeats`, see benchmarks/when.py
# and benchmarks/echo.py.
RECIPE = Recipe((
    Signal("words", 1.0, words),
    Signal("meaning", 3.0, meaning, late=True),
    Signal("related", 3.0, related),
    Signal("time", 2.4, time),
    Signal("recent", 3.0, recent, late=True),
    Signal("expected", 1.5, expected),
    Signal("speaker", 1.0, speaker),
    Signal("around", 1.3, around),
    Signal("reply", 0.4, reply, late=True),
    Signal("thread", 1.6, thread, late=True),
    Signal("importance", 0.2, importance),
    Signal("repeats", -1.0, repeats, late=True),
))  # fmt: skip
# Rows are scored in blocks that stay in the cache and cost no fresh memory pages: half the time of whole arrays.
_BLOCK = 16_384
_KEPT = 2_048  # rows of which each signal's values are kept


class Ranked(NamedTuple):
    """The score of every row (float64, -inf where it is not live), and what it was made from."""

    scores: Doubles
    stage: Stage
    recipe: Recipe = RECIPE

    def raw(self, rows: Ints) -> Doubles:
        """Return each signal's value for `rows`, before its weight: (rows, signals), in the order of the recipe."""
        if self.stage.values is not None:
            return self.stage.values[:, rows].T
        return np.array([_value(one, self.stage, rows) for one in self.recipe.signals]).T

    def weighed(self, raw: Doubles) -> list[dict[str, float]]:
        """Return what each signal added to the scores of the rows with these values (see `raw`); in the recipe's order they sum
        to these to the last bit."""
        return [self.recipe.named(row) for row in (raw * self.recipe.factors.T).tolist()]


def fuse(c: Candidates, query: Query, recipe: Recipe = RECIPE) -> Ranked:
    """Return the scores of all rows: the same live rows give the same scores, in whatever order, whoever else is there.

    Linear in the rows: about 4 ms for 100,000.
    """
    return scored(lay(c, query, recipe), c, recipe)


def lay(c: Candidates, query: Query, recipe: Recipe = RECIPE) -> Stage:
    """Return the stage of a corpus whose rows may not have been compared with the query yet: all that ranking them does before."""
    n = len(c.live)
    asked = [*(not query.names.isdisjoint(_words_of(name)) for name in c.speakers), False]
    stage = Stage(
        c, c.ground or Ground(c), query, min(_FULL_MATCH, c.mass) or 1.0, np.zeros(n + 1), np.zeros(c.threads + 1),
        np.zeros(c.threads + 1, np.int32), np.array(asked), any(asked), c.as_of.valid.timestamp() / 86_400.0,
    )  # fmt: skip
    if n <= _KEPT:
        stage.values = np.zeros((len(recipe.signals), n))
        _fill(stage, recipe, slice(0, len(recipe.signals)), late=False)
    return stage


def scored(stage: Stage, c: Candidates, recipe: Recipe = RECIPE) -> Ranked:
    """Return the scores of the rows of a stage, laid for the same rows and recipe, which have been compared with the query by now."""
    stage.c, n = c, len(c.live)
    if stage.values is not None:
        return _scored_few(stage, stage.values, recipe)
    scores = np.zeros(n)
    blocks = [slice(at, min(at + _BLOCK, n)) for at in range(0, n, _BLOCK)]
    for rows in blocks:
        _sum(stage, rows, recipe.core, scores[rows])
        _spread(stage, rows, scores[rows])
    _settle(stage)
    for rows in blocks:
        _sum(stage, rows, recipe.shape, scores[rows])
    scores[~c.live] = -np.inf
    return Ranked(scores, stage, recipe)


def _scored_few(stage: Stage, values: Doubles, recipe: Recipe) -> Ranked:
    """Rank few rows at once, keeping each signal's values: calls cost more than rows here."""
    core = slice(0, len(recipe.core))
    _fill(stage, recipe, core, late=True)
    _spread(stage, slice(0, values.shape[1]), _added(values[core] * recipe.factors[core]))
    _settle(stage)
    _fill(stage, recipe, slice(core.stop, len(recipe.signals)), late=True)
    scores = _added(values * recipe.factors)
    if not stage.ground.whole:
        scores[~stage.c.live] = -np.inf
    return Ranked(scores, stage, recipe)


def _fill(stage: Stage, recipe: Recipe, some: slice, *, late: bool) -> None:
    """Note the values of some of the signals, the late ones or the others."""
    values = stage.values
    assert values is not None  # rows are few
    rows = slice(0, values.shape[1])
    for signal, of_signal in zip(recipe.signals[some], values[some], strict=True):
        if signal.late is late and not _idle(signal, stage):
            of_signal[:] = signal.value(stage, rows)


def _added(parts: Doubles) -> Doubles:
    """Return the sums over signals, added from the top as a loop would: `add.reduce` pairs them up where there is one row."""
    if parts.shape[1] > 1:
        whole: Doubles = np.add.reduce(parts, axis=0)
        return whole
    added: Doubles = np.add.accumulate(parts, axis=0)[-1]
    return added


def _settle(stage: Stage) -> None:
    """Note, once all cores are in: no thread has no peak, where each peak stands, how declarative rows stand."""
    c, core, ground = stage.c, stage.core[:-1], stage.ground
    told = float(np.maximum.reduce(stage.peaks))
    stage.peaks[-1] = 0.0
    # Of equal peaks of a thread the latest turn counts, whatever the order of the rows.
    at_peak = core >= stage.peaks[c.thread]
    if not ground.narrative:
        at_peak &= c.episode
        stated = float(np.maximum.reduce(core[ground.stated]))
        stage.standing = min(1.0, stated / told) if told > 0.0 else 1.0
    (best,) = (at_peak if ground.whole else at_peak & c.live).nonzero()
    np.maximum.at(stage.summit, c.thread[best], c.place[best])
    if stage.query.order:
        (rows,) = ((core >= _MATCHING * float(np.maximum.reduce(stage.core))) & c.live).nonzero()
        rows = rows[np.lexsort((c.day[rows], c.thread[rows]))]
        day, of = c.day[rows], c.thread[rows]
        goes_on = (of[1:] == of[:-1]) & (of[1:] >= 0) & (day[1:] - day[:-1] <= _SITTING)
        stage.occasions = np.unique(np.concatenate([day[:1], day[1:][~goes_on]]))


def _sum(stage: Stage, rows: Rows, signals: tuple[Signal, ...], total: Doubles) -> None:
    """Add the weighted signals of `rows` to `total`, in place and in order."""
    for signal in signals:
        if _idle(signal, stage):
            continue
        total += signal.value(stage, rows) * signal.weight  # the values may be kept by the ground


def _idle(signal: Signal, stage: Stage) -> bool:
    """Whether a signal is 0 for every row, which most queries' dates and kinds of answer are."""
    asked = _ASKED.get(signal.name)
    return asked is not None and not asked(stage)


_ASKED: dict[str, Callable[[Stage], object]] = {
    "time": lambda stage: stage.query.windows,
    "recent": lambda stage: stage.query.order,
    "expected": lambda stage: stage.query.asks,
    "speaker": lambda stage: stage.names,
    "repeats": lambda stage: stage.ground.echoes or stage.c.asked.any(),
}


def _value(signal: Signal, stage: Stage, rows: Ints) -> Doubles:
    return np.zeros(len(rows)) if _idle(signal, stage) else signal.value(stage, rows)


def _spread(stage: Stage, rows: slice, scores: Doubles) -> None:
    """Fill in the core of `rows` and raise the peaks of their threads to it."""
    c, core = stage.c, stage.core[:-1][rows]
    np.maximum(scores, 0.0, out=core)
    if not stage.ground.whole:
        core *= c.live[rows]
    np.maximum.at(stage.peaks, c.thread[rows], core if stage.ground.narrative else core * c.episode[rows])


_LOWEST = float(np.finfo(np.float64).min)
_FEW = 512  # sorting as few as these costs less than finding out which to sort


def top(c: Candidates, scores: Doubles, k: int) -> Ints:
    """Return the rows of the `k` best live candidates, best first; equal scores by id, lowest first."""
    if 0 < len(scores) <= _FEW:  # mostly no two are equal
        order = (-scores).argsort(kind="stable")[: k + 1]
        best = scores[order]
        if best[-1] > -np.inf and (best[:-1] != best[1:]).all():
            return order[:k]
    (rows,) = (scores >= (_floor(scores, k) if len(scores) > _FEW else _LOWEST)).nonzero()
    halves = np.ascontiguousarray(c.ids[rows]).view(">u8").reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0], -scores[rows]))
    return rows[order[:k]].astype(np.int64)


def _floor(scores: Doubles, k: int) -> float:
    """Return the k-th best score, or the lowest finite one where there are fewer: what ties with it stays in.

    The k-th best of the maxima of blocks is never above it, which leaves few rows to sort out.
    """
    lowest = _LOWEST
    for size in (64, 1):
        whole = len(scores) // size * size
        if whole // size >= k:
            lowest = max(lowest, float(np.partition(scores[:whole].reshape(-1, size).max(axis=1), -k)[-k]))
            scores = scores[scores >= lowest]
    return lowest


def shifted(codes: Sequence[NDArray[np.int32]], by: Sequence[int]) -> NDArray[np.int32]:
    """Return the rows or threads that several corpora name as those of one: what is not -1 is raised by where its part begins."""
    moved = [
        one if not at else np.where(one >= 0, one + np.int32(at), one)
        for one, at in zip(codes, by, strict=False)
    ]
    if len(moved) == 1:
        return moved[0]
    return np.concatenate(moved) if moved else np.zeros(0, np.int32)


def matching(ranked: Ranked) -> Bools:
    """Return which rows have anything to do with the query: its words, or words related to them, in the row or its
    conversation, or its date or speaker.

    Without a model there is no other sign that a row fits; with one, every text means something.
    """
    s = ranked.stage
    found = (
        (s.core[:-1] > 0.0)
        | (s.c.related > 0.0)
        | (s.c.episode & (s.peaks[s.c.thread] > 0.0))
        | s.asked[s.c.speaker]
    )
    if s.query.windows:
        found |= time(s, slice(0, len(found))) > 0.0
    return found & s.c.live


def core(bm25: Floats, cos: Floats, mass: float) -> Floats:
    """Return words and meaning alone, as a store needs it to choose which rows to look at closely (float32)."""
    scale = min(_FULL_MATCH, mass) or 1.0
    words, meaning = RECIPE.core
    return bm25 * np.float32(words.weight / scale) + cos * np.float32(meaning.weight)


_FEW_ROWS, _SAMPLE = 50, 10_000


def relevance(ranked: Ranked, rows: Ints) -> Doubles:
    """Return how likely each of `rows` answers, 0..1, comparable across queries and stores.

    A logistic over the peak of the row's thread, the weight of the query's terms that neither the row nor the turns around
    it hold nor say in other words, whether the row is dated in a time that the query names, the row's own meaning, and the
    median meaning of all rows (what any text has in common with such a query). Fitted by benchmarks/relevance.py on best
    hits, of a query's own store against others' with equal odds; without a model, or below 50 rows, without meanings. 0 for what
    only says that something was heard: it answers nothing.
    """
    s = ranked.stage
    of, own = s.c.thread[rows], s.core[rows]
    peaks = np.where((of >= 0) & s.c.episode[rows], s.peaks[of], own)
    held = np.maximum(s.c.covered[rows], s.c.bm25[rows] / 1.9) + s.c.related[rows]
    missing = np.maximum(s.c.mass - held, 0.0)
    dated = 2.8 * time(s, rows) - 1.1 if s.query.windows else 0.0
    if not s.c.has_vectors:
        z = 2.1 * peaks - 0.14 * missing + dated - 1.7
    elif (len(s.c.live) if s.ground.whole else np.count_nonzero(s.c.live)) < _FEW_ROWS:
        z = 3.8 * peaks - 0.09 * missing + dated - 6.0
    else:
        z = 3.2 * peaks - 0.11 * missing + dated + _beyond(ranked, rows) - 6.6
    found = np.array([0.5 + 0.5 * math.tanh(0.5 * value) for value in z.tolist()])  # 1 / (1 + exp(-z))
    found[(s.c.traits[rows] & IDLE) != 0] = 0.0
    return found


def _beyond(ranked: Ranked, rows: Ints) -> Doubles:
    """Return how far the meaning of rows stands out from the median one of all live rows, weighted for `relevance`."""
    s, known = ranked.stage, ranked.stage.values
    everyone = None if known is None else known[ranked.recipe.names.index("meaning")]
    own = meaning(s, rows) if everyone is None else everyone[rows]
    if s.c.beyond is not None:
        sample = s.c.beyond.usual.astype(np.float64) * s.query.latin
    elif everyone is None:
        live = np.flatnonzero(s.c.live)
        sample = meaning(s, live[:: max(1, len(live) // _SAMPLE)])
    else:
        sample = everyone.copy() if s.ground.whole else everyone[s.c.live]
    sample.partition(len(sample) // 2)  # its own array, in any order
    usual = float(sample[len(sample) // 2])
    return 5.5 * own - 7.3 * usual
