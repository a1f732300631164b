"""Which memories answer a query best: small pure signals over the corpus of one search, added up.

The recipe (measured in docs/decisions/0002-ranking.md): words and meaning make the core of a score; the shape of a row,
its date, the turns beside it and its thread add to that. Every signal sees live rows only, so what is filtered out,
expired or outside the asked time changes nothing.

Pure numpy, in float64: the contributions of a row, added in the order of `SIGNALS`, are its score to the last bit.
"""

from __future__ import annotations

import calendar
import functools
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import numpy as np

from .ports import Bools, Candidates, Doubles, Floats, Ints
from .text import QUESTION, asks, latin_share

if TYPE_CHECKING:
    from numpy.typing import NDArray


Window = tuple[float, float]

# BM25 as in Robertson and Zaragoza (2009), without normalising by length: in chats the longer turn says more.
K1 = 0.9
B = 0.0

# A BM25 of this is a full match. Fixed rather than the query's best, so that scores compare across queries; a query whose
# words together cannot reach it is measured by what they can.
_FULL_MATCH = 12.0
_AFTERGLOW_DAYS = 14.0
_YEARS_BACK = 10
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


@dataclass(frozen=True, slots=True)
class Query:
    """What ranking reads of a query: the `windows` of days it names, the `latin` share of its letters 0..1, what it `asks`
    for (bits as in `text.asks`), and the `names` in it: its words, folded."""

    windows: tuple[Window, ...] = ()
    latin: float = 1.0
    asks: int = 0
    names: frozenset[str] = frozenset()


def read(query: str, asked_at: datetime) -> Query:
    """Return what ranking reads of a query's text, asked at an aware moment."""
    return Query(window(query, asked_at), latin_share(query), asks(query), frozenset(_words(query)))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


@dataclass(slots=True)
class Stage:
    """The corpus of one search with what is known of it as a whole, so that any signal can be had for any rows alone.

    `scale` is the BM25 that counts as a full match. `core` has a 0 more than rows, found at index -1: words and meaning as
    they count for others, 0 at least, and 0 for rows that are not live. `peaks` has the highest core of each thread, and a
    0; `summit` the place of that turn. `standing` 0..1 says how far the best declarative core keeps up with the best
    episode's: 1 from its height on. `asked` tells of each speaker, and of nobody, whether the query names them. `whole`
    says that every row is live, `narrative` that every row is an episode.
    """

    c: Candidates
    query: Query
    scale: float
    core: Doubles
    peaks: Doubles
    summit: NDArray[np.int32]
    asked: Bools
    whole: bool
    narrative: bool
    standing: float = 1.0


Rows = slice | Ints


def words(s: Stage, rows: Rows) -> Doubles:
    """BM25 over that of a full match (12, or what all the query's words would come to if that is less)."""
    return np.divide(s.c.bm25[rows], s.scale, dtype=np.float64)


def meaning(s: Stage, rows: Rows) -> Doubles:
    """Mean of the whole text's cosine and its best sentence's; fades as the query leaves the Latin script.

    The shipped model reads English: of other scripts it sees little more than unknown pieces.
    """
    both = np.add(s.c.cos[rows], s.c.best[rows], dtype=np.float64)
    both *= 0.5 * s.query.latin if s.c.has_vectors else 0.0
    return both


def question(s: Stage, rows: Rows) -> Doubles:
    """1 for a row that itself ends in a question mark: it asks where others answer."""
    return (s.c.traits[rows] & QUESTION).astype(np.float64)


def time(s: Stage, rows: Rows) -> Doubles:
    """1 for a row dated inside a window of the query, 0.5 up to 14 days after one, when people still tell of it."""
    day = s.c.day[rows]
    value = np.zeros(len(day))
    for start, end in s.query.windows:
        np.maximum(value, ((day >= start) & (day < end + _AFTERGLOW_DAYS)) * 0.5, out=value)
        value[(day >= start) & (day < end)] = 1.0
    return value


def expected(s: Stage, rows: Rows) -> Doubles:
    """1 for a row that holds the kind of answer the query asks for: a time, a number, a place, a name."""
    held: Doubles = ((s.c.traits[rows] & s.query.asks) != 0).astype(np.float64)
    return held


def speaker(s: Stage, rows: Rows) -> Doubles:
    """1 for a row said by somebody whom the query names."""
    return s.asked[s.c.speaker[rows]].astype(np.float64)


def around(s: Stage, rows: Rows) -> Doubles:
    """BM25 of the row with the two turns on either side as one text, over that of a full match: a topic is told in turns.

    A row that stands alone, and every declarative one, has its own words.
    """
    return np.divide(s.c.around[rows], s.scale, dtype=np.float64)


def reply(s: Stage, rows: Rows) -> Doubles:
    """The core of the turn before where that asks: an answer repeats little of its question."""
    before = s.c.before[rows]
    # Index -1 is the last row's trait where there is no turn before; its core there is 0.
    return s.core[before] * (s.c.traits[before] & QUESTION if len(s.c.traits) else 0.0)


def neighbours(s: Stage, rows: Rows) -> Doubles:
    """The better core of the turns before and after: an answer stands beside its question.

    An episode that stands alone has itself for a neighbour; for declarative rows see `_share`.
    """
    before, after = s.c.before[rows], s.c.after[rows]
    beside = np.maximum(s.core[before], s.core[after])
    return _share(s, rows, beside, (before < 0) & (after < 0))


def thread(s: Stage, rows: Rows) -> Doubles:
    """The best core among the episodes of the row's thread, most of it anywhere in the thread and all of it beside the best.

    An episode that stands alone is its own thread; for declarative rows see `_share`.
    """
    of = s.c.thread[rows]
    far = np.abs(s.c.place[rows] - s.summit[of])
    peak = s.peaks[of] * _FADING[np.minimum(far, len(_FADING) - 1)]
    return _share(s, rows, peak, of < 0)


def _share(s: Stage, rows: Rows, found: Doubles, alone: Bools) -> Doubles:
    """Put what rows get that have no neighbours or thread: an episode its own core, a declarative row its share.

    A fact says in one line what a conversation says in many, and nothing around it can lift it. Its share is twice its
    own core, times `standing`: where no fact matches as well as the best episode does, facts step back together.
    """
    own, told = s.core[:-1][rows], s.c.episode[rows]
    np.copyto(found, own, where=alone)
    if not s.narrative:
        np.copyto(found, own * (2.0 * s.standing), where=~told)
    return found


@dataclass(frozen=True, slots=True)
class Signal:
    """One term of the score: `weight` times what `value` gives, row by row."""

    name: str
    weight: float
    value: Callable[[Stage, Rows], Doubles]


# What a row says of itself; it is what neighbours and threads spread.
CORE = (
    Signal("words", 1.0, words),
    Signal("meaning", 2.5, meaning),
)
# Where it stands, and what is known of it besides.
SHAPE = (
    Signal("question", -0.3, question),
    Signal("time", 1.25, time),
    Signal("expected", 1.0, expected),
    Signal("speaker", 1.3, speaker),
    Signal("around", 0.8, around),
    Signal("reply", 0.35, reply),
    Signal("neighbours", 0.4, neighbours),
    Signal("thread", 0.9, thread),
)
SIGNALS = CORE + SHAPE
_NAMES = tuple(one.name for one in SIGNALS)
_WEIGHTS: Doubles = np.array([[one.weight] for one in SIGNALS])
# Rows are scored in blocks that stay in the cache and cost no fresh memory pages: half the time of whole arrays.
_BLOCK = 16_384


@dataclass(frozen=True, slots=True)
class Ranked:
    """The score of every row (float64, -inf where it is not live), and what it was made from."""

    scores: Doubles
    stage: Stage
    values: Doubles | None = None  # (signals, rows), kept where rows are few

    def raw(self, rows: Ints) -> Doubles:
        """Return each signal's value for `rows`, before its weight: (rows, signals), in the order of `SIGNALS`."""
        if self.values is not None:
            return self.values[:, rows].T
        return np.array([one.value(self.stage, rows) for one in SIGNALS]).T

    def contributions(self, rows: Ints) -> list[dict[str, float]]:
        """Return what each signal added to the scores of `rows`; in the order of `SIGNALS` they sum to these to the last bit."""
        return [named(row) for row in (self.raw(rows) * _WEIGHTS.T).tolist()]


def named(row: Iterable[float]) -> dict[str, float]:
    """Return one number for each signal under the signals' names."""
    return dict(zip(_NAMES, row, strict=True))


def fuse(c: Candidates, query: Query) -> Ranked:
    """Return the scores of all rows: the same live rows give the same scores, in whatever order, whoever else is there.

    Linear in the rows: about 4 ms for 100,000.
    """
    n = len(c.live)
    asked = np.array([*(not query.names.isdisjoint(_words(name)) for name in c.speakers), False])
    stage = Stage(
        c, query, min(_FULL_MATCH, c.mass) or 1.0, np.zeros(n + 1), np.zeros(c.threads + 1),
        np.zeros(c.threads + 1, np.int32), asked, bool(c.live.all()), bool(c.episode.all()),
    )  # fmt: skip
    scores = np.zeros(n)
    if n <= _FEW:
        return _ranked_few(stage, scores)
    blocks = [slice(at, min(at + _BLOCK, n)) for at in range(0, n, _BLOCK)]
    for rows in blocks:
        _sum(stage, rows, CORE, scores[rows])
        _spread(stage, rows, scores[rows])
    _settle(stage)
    for rows in blocks:
        _sum(stage, rows, SHAPE, scores[rows])
    scores[~c.live] = -np.inf
    return Ranked(scores, stage)


def _ranked_few(stage: Stage, scores: Doubles) -> Ranked:
    """Rank few rows at once, keeping each signal's values: calls cost more than rows here."""
    rows = slice(0, len(scores))
    values = np.zeros((len(SIGNALS), len(scores)))
    for n, signal in enumerate(SIGNALS):
        if n == len(CORE):
            scores[:] = _added(values[:n] * _WEIGHTS[:n])
            _spread(stage, rows, scores)
            _settle(stage)
        if not _idle(signal, stage.query):
            values[n] = signal.value(stage, rows)
    scores[:] = _added(values * _WEIGHTS)
    if not stage.whole:
        scores[~stage.c.live] = -np.inf
    return Ranked(scores, stage, values)


def _added(parts: Doubles) -> Doubles:
    """Return the sums over signals, added from the top as a loop would: `add.reduce` pairs them up where there is one row."""
    added: Doubles = np.add.accumulate(parts, axis=0)[-1]
    return added


def _settle(stage: Stage) -> None:
    """Note, once all cores are in: no thread has no peak, where each peak stands, how declarative rows stand."""
    c, core = stage.c, stage.core[:-1]
    stage.peaks[-1] = 0.0
    # Of equal peaks of a thread the latest turn counts, whatever the order of the rows.
    best = np.flatnonzero((core >= stage.peaks[c.thread]) & c.episode & c.live)
    np.maximum.at(stage.summit, c.thread[best], c.place[best])
    if not stage.narrative:
        told = float(np.maximum.reduce(core, where=c.episode, initial=0.0))
        stated = float(np.maximum.reduce(core, where=~c.episode, initial=0.0))
        stage.standing = min(1.0, stated / told) if told > 0.0 else 1.0


def _sum(stage: Stage, rows: Rows, signals: tuple[Signal, ...], total: Doubles) -> None:
    """Add the weighted signals of `rows` to `total`, in place and in order."""
    for signal in signals:
        if _idle(signal, stage.query):
            continue
        part = signal.value(stage, rows)
        part *= signal.weight
        total += part


def _idle(signal: Signal, query: Query) -> bool:
    """Whether a signal is 0 for every row, which most queries' dates and kinds of answer are."""
    return (signal.value is time and not query.windows) or (signal.value is expected and not query.asks)


def _spread(stage: Stage, rows: slice, scores: Doubles) -> None:
    """Fill in the core of `rows` and raise the peaks of their threads to it."""
    c, core = stage.c, stage.core[:-1][rows]
    np.maximum(scores, 0.0, out=core)
    if not stage.whole:
        core *= c.live[rows]
    np.maximum.at(stage.peaks, c.thread[rows], core * c.episode[rows])


_LOWEST = float(np.finfo(np.float64).min)
_FEW = 512  # sorting as few as these costs less than finding out which to sort


def top(c: Candidates, scores: Doubles, k: int) -> Ints:
    """Return the rows of the `k` best live candidates, best first; equal scores by id, lowest first."""
    if 0 < len(scores) <= _FEW:  # mostly no two are equal
        order = np.argsort(-scores, kind="stable")[: k + 1]
        best = scores[order]
        if best[-1] > -np.inf and (best[:-1] != best[1:]).all():
            return order[:k]
    rows = np.flatnonzero(scores >= (_floor(scores, k) if len(scores) > _FEW else _LOWEST))
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


def matching(ranked: Ranked) -> Bools:
    """Return which rows have anything to do with the query: words of it in the row or its conversation, or its date or speaker.

    Without a model there is no other sign that a row fits; with one, every text means something.
    """
    s = ranked.stage
    found = (s.core[:-1] > 0.0) | (s.c.episode & (s.peaks[s.c.thread] > 0.0)) | s.asked[s.c.speaker]
    if s.query.windows:
        found |= time(s, slice(0, len(found))) > 0.0
    return found & s.c.live


def core(bm25: Floats, cos: Floats, mass: float) -> Floats:
    """Return words and meaning alone, as a store needs it to choose which rows to look at closely (float32)."""
    scale = min(_FULL_MATCH, mass) or 1.0
    return bm25 * np.float32(CORE[0].weight / scale) + cos * np.float32(CORE[1].weight)


_FEW_ROWS, _SAMPLE = 50, 10_000


def relevance(ranked: Ranked, rows: Ints) -> Doubles:
    """Return how likely each of `rows` answers, 0..1, comparable across queries and stores.

    A logistic over the peak of the row's thread, the idf of the query's terms missing from the row and the turns around it,
    the row's own meaning, and the median meaning of all rows (what any text has in common with such a query). Fitted on
    best hits, of a query's own store against others' with equal odds; without a model, or below 50 rows, on the first two.
    """
    s = ranked.stage
    peak = np.where(s.c.thread[rows] < 0, s.core[:-1][rows], s.peaks[s.c.thread[rows]])
    peak = np.where(s.c.episode[rows], peak, s.core[:-1][rows])
    missing = np.maximum(s.c.mass - np.maximum(s.c.covered[rows], s.c.bm25[rows] / 1.9), 0.0)
    everyone = None if ranked.values is None else ranked.values[_NAMES.index("meaning")]
    own = meaning(s, rows) if everyone is None else everyone[rows]
    if not s.c.has_vectors:
        z = 4.20 * peak - 0.196 * missing - 1.02
    elif np.count_nonzero(s.c.live) < _FEW_ROWS:
        z = 4.09 * peak - 0.149 * missing - 5.0
    else:
        live = np.flatnonzero(s.c.live)
        sample = meaning(s, live[:: max(1, len(live) // _SAMPLE)]) if everyone is None else everyone[live]
        usual = float(np.partition(sample, len(sample) // 2)[len(sample) // 2])
        z = 3.52 * peak - 0.150 * missing + 4.93 * own - 6.38 * usual - 5.90
    return np.array([0.5 + 0.5 * math.tanh(0.5 * value) for value in z.tolist()])  # 1 / (1 + exp(-z))


_MONTHS = ("January February March April May June July August September October November December").split()
_MONTH = "(?P<month>" + "|".join(f"{name}|{name[:3]}\\b" for name in _MONTHS) + "|Sept\\b)\\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
# The most exact form first; what one form has read the next ones do not read again.
_DATES = (
    rf"{_YEAR}-(?P<iso>\d\d)-(?P<day>\d\d)",
    rf"{_YEAR}-(?P<iso>\d\d)",
    rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}",
    rf"{_MONTH} {_DAY},? {_YEAR}",
    rf"{_DAY} (?:of )?{_MONTH}",
    rf"{_MONTH} {_DAY}(?! ?(?:am|pm|:))",
    rf"{_MONTH},? (?:of )?{_YEAR}",
    _MONTH,
    _YEAR,
)


@functools.cache
def _date_forms() -> tuple[re.Pattern[str], ...]:
    """Compile the forms at the first query that may hold one, not at import."""
    return tuple(re.compile(rf"\b{form}\b", re.IGNORECASE) for form in _DATES)


# Most queries name no date: a search of 2 µs spares them the 70 of reading all forms.
_MAY_DATE = re.compile(r"(?:19|20)\d\d|\b(?:" + "|".join(name[:3] for name in _MONTHS) + ")", re.IGNORECASE)
# Also an English verb: a month only where a day, a year or one of these words stands beside it.
_VERBS = frozenset({"may", "mar", "march"})
_BEFORE_MONTH = re.compile(
    r"\b(?:in|of|during|since|until|till|by|from|to|before|after|between|and|last|next|this|early|mid|late)[ -]$",
    re.I,
)


def window(query: str, asked_at: datetime) -> tuple[Window, ...]:
    """Return the spans of days that a query names: dates, months and years, in English words or as ISO 8601.

    Each is (first day, day after the last) in days since 1970, in order of time and without repeats. What has no year
    ("in May", "8 May") means that day or month of the year of `asked_at` and of each of the ten before.
    """
    if not _MAY_DATE.search(query):
        return ()
    found: set[Window] = set()
    left = query
    for form in _date_forms():
        for match in form.finditer(left):
            if _is_verb(match, left):
                continue
            found.update(_spans(match.groupdict(), asked_at))
            left = left[: match.start()] + "#" * len(match[0]) + left[match.end() :]
    return tuple(sorted(found))


def _is_verb(match: re.Match[str], query: str) -> bool:
    """Return whether a match is a lone "may" or "march" with nothing beside it that makes it a month."""
    alone = match[0].lower() in _VERBS
    return alone and not (match[0][0].isupper() and _BEFORE_MONTH.search(query[: match.start()]))


def _spans(named: dict[str, str | None], asked_at: datetime) -> list[Window]:
    """Return the windows for the named parts of a date; none for a date that no calendar has."""
    year, name, iso, day = (named.get(part) for part in ("year", "month", "iso", "day"))
    years = [int(year)] if year else range(max(1, asked_at.year - _YEARS_BACK), asked_at.year + 1)
    month = int(iso) if iso else _month(name) if name else None
    spans = []
    for one in years:
        if month is None:
            spans.append((_days(one, 1, 1), _days(one, 12, 31) + 1.0))
        elif not 1 <= month <= 12:
            continue
        elif day is None:
            spans.append((_days(one, month, 1), _days(one, month, calendar.monthrange(one, month)[1]) + 1.0))
        elif 1 <= int(day) <= calendar.monthrange(one, month)[1]:
            start = _days(one, month, int(day))
            spans.append((start, start + 1.0))
    return spans


def _month(name: str) -> int:
    """Return the number of a month from the first three letters of its name, 1..12."""
    return 1 + next(at for at, month in enumerate(_MONTHS) if month[:3].lower() == name[:3].lower())


def _days(year: int, month: int, day: int) -> float:
    """Return a date as days since 1970-01-01."""
    return float(date(year, month, day).toordinal() - date(1970, 1, 1).toordinal())
