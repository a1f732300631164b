"""The ranked corpus of one question: all of a search that is arithmetic. Loaded by the first search, for it brings numpy."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import checks, ranking
from ..dates import Happened, timeless
from ..events import about as about_what
from ..ports import Beyond, Candidates, Floats, Ints, Readable

if TYPE_CHECKING:
    from ..ports import Embedder
    from ..text import Analyzer

Lay = Callable[[Candidates], ranking.Stage]


class Told(NamedTuple):
    """What the ranking says of one row: score, relevance, and its signals before weighing (in order) and after."""

    score: float
    relevance: float
    raw: list[float]
    signals: dict[str, float]


class Share(NamedTuple):
    """What one `store` has for a question; `origin` is the mount's name, None for the store's own."""

    origin: str | None
    store: Readable
    candidates: Candidates


class Found(NamedTuple):
    """The corpus of a question, ranked; `model` is the embedding model it was compared by, None for words alone.

    `shares` are what it was put together from, one after the other.
    """

    candidates: Candidates
    ranked: ranking.Ranked
    model: str | None
    shares: tuple[Share, ...]

    def origins(self, rows: Sequence[int]) -> list[str | None]:
        """Return where each of some rows comes from."""
        if len(self.shares) == 1:
            return [None] * len(rows)
        ends = [*itertools.accumulate(len(one.candidates.live) for one in self.shares)]
        return [self.shares[n].origin for n in np.searchsorted(ends, rows, "right").tolist()]

    def store(self, origin: str | None) -> Readable:
        """Return the store that was asked, whose keys the rows from there have: another may lie at its place by now."""
        return next(one.store for one in self.shares if one.origin == origin)

    def best(self, k: int) -> Ints:
        """Return the `k` best rows, best first."""
        return ranking.top(self.candidates, self.ranked.scores, k)

    def told(self, rows: Sequence[int]) -> list[Told]:
        """Return what the ranking says of some rows, in their order."""
        at = np.array(rows, np.int64)
        raw = self.ranked.raw(at)
        scores, relevances = self.ranked.scores[at].tolist(), ranking.relevance(self.ranked, at).tolist()
        told = zip(scores, relevances, raw.tolist(), self.ranked.weighed(raw), strict=True)
        return [Told(*one) for one in told]

    def score(self, row: int) -> float:
        """Return the score of a row; minus infinity where it does not match."""
        return float(self.ranked.scores[row])

    def row_of(self, id: str) -> int | None:
        """Return the live row of a memory, or None."""
        wanted = np.frombuffer(bytes.fromhex(id.replace("-", "")), "V16")[0]
        rows = np.flatnonzero((self.candidates.ids == wanted) & self.candidates.live)
        return int(rows[0]) if len(rows) else None

    def counts(self) -> dict[str, int]:
        """Return how many memories were live, how many of them hold a word of the query, and how many were ranked."""
        c, whole = self.candidates, self.ranked.stage.ground.whole
        ranked = len(c.live) if whole else int(np.count_nonzero(c.live))
        if c.beyond is not None:
            return {"live": c.beyond.live, "words": c.beyond.words, "ranked": ranked}
        words = np.count_nonzero(c.bm25 if whole else c.bm25[c.live])  # what holds a word is above 0
        return {"live": ranked, "words": int(words), "ranked": ranked}


def terms_of(
    query: str, also: Iterable[str], events: Sequence[Happened], analyzer: Analyzer, asked_at: datetime
) -> dict[str, float]:
    """Return the distinct terms of a query and of the names it means besides, with their weights, in order of first appearance:
    1, and less for what says when.

    "What did we deploy last week" asks for no text with the word "week", and "before we moved to Lisbon" for none about Lisbon.
    """
    terms = analyzer.query(" ".join([query, *also]))
    about = timeless(about_what(query, events), asked_at)
    if about == query:
        return terms
    told = analyzer.terms(" ".join([about, *also]))
    return {term: weight if term in told else weight * ranking.WHEN for term, weight in terms.items()}


def lay(
    query: str,
    also: Iterable[str],
    events: Sequence[Happened],
    embedder: Embedder | None,
    zone: tzinfo,
    plain: Candidates,
) -> ranking.Stage:
    """Return what ranking a corpus takes besides the meanings of its rows; these fade with the script for a model of one script.

    The days that a query names are those of a time zone.
    """
    read = ranking.read(query, checks.local(plain.as_of.valid, zone), also, events)
    return ranking.lay(plain, read if getattr(embedder, "latin_only", False) else read._replace(latin=1.0))


def rank(shares: Sequence[Share], lay: Lay, model: str | None, laid: ranking.Stage | None = None) -> Found:
    """Return what stores have for a question as one corpus, ranked; without a model, rows that hold no word of the query get a
    score of minus infinity. `laid` is the stage of the same corpus, if there is one yet."""
    found = joined([one.candidates for one in shares])
    ranked = ranking.scored(laid or lay(found), found)
    if model is None:
        ranked = ranked._replace(scores=np.where(ranking.matching(ranked), ranked.scores, -np.inf))
    return Found(found, ranked, model, tuple(shares))


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Return the corpora of several stores, whose words weigh the same, as the one corpus of a store that had it all.

    Its clocks are those of the first, and the latest valid time.
    """
    if len(parts) == 1:
        return parts[0]
    rows = [0, *itertools.accumulate(len(one.live) for one in parts)]
    threads = [0, *itertools.accumulate(one.threads for one in parts)]
    names = {name: n for n, name in enumerate(dict.fromkeys(name for one in parts for name in one.speakers))}
    codes = [np.array([*(names[name] for name in one.speakers), -1], np.int32)[one.speaker] for one in parts]
    columns: dict[str, Any] = {name: np.concatenate([getattr(one, name) for one in parts]) for name in _ALIKE}
    columns["before"] = ranking.shifted([one.before for one in parts], rows)
    valid = max(one.as_of.valid for one in parts)
    return parts[0]._replace(
        **columns, speaker=np.concatenate(codes), speakers=tuple(names), threads=threads[-1],
        thread=ranking.shifted([one.thread for one in parts], threads), as_of=parts[0].as_of._replace(valid=valid),
        derived=any(one.derived for one in parts), beyond=_beyond(parts), ground=None,
    )  # fmt: skip


# The columns that mean the same in whichever store a row is.
_ALIKE = (
    "live", "bm25", "cos", "best", "around", "covered", "related", "traits", "asked", "day", "episode", "kind", "importance",
    "seen", "place", "ids", "key",
)  # fmt: skip


def _beyond(parts: Sequence[Candidates]) -> Beyond | None:
    """Return what is known of all stores' memories where one of them drew rows; each is as large a part of the sample as of
    the whole."""
    drawn = [one.beyond for one in parts if one.beyond is not None]
    if not drawn:
        return None
    step = max(-(-one.live // max(1, len(one.usual))) for one in drawn)
    live, words, usual = 0, 0, list[Floats]()
    for one in parts:
        if one.beyond is None:
            mine = Beyond(one.tally.live, int(np.count_nonzero(one.live & (one.bm25 > 0))), one.cos[one.live])
        else:
            mine = one.beyond
        live, words = live + mine.live, words + mine.words
        own = max(1, mine.live // max(1, len(mine.usual)))
        usual.append(mine.usual[:: max(1, step // own)])
    return Beyond(live, words, np.concatenate(usual))
