"""The ranked corpus of one question: all of a search that is arithmetic. Loaded by the first search, for it brings numpy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .. import ranking
from ..ports import Candidates, Ints


class Told(NamedTuple):
    """What the ranking says of one row: score, relevance, and its signals before weighing (in order) and after."""

    score: float
    relevance: float
    raw: list[float]
    signals: dict[str, float]


class Found(NamedTuple):
    """The corpus of a question, ranked; `model` is the embedding model it was compared by, None for words alone."""

    candidates: Candidates
    ranked: ranking.Ranked
    model: str | None

    def best(self, k: int) -> Ints:
        """Return the `k` best rows, best first."""
        return ranking.top(self.candidates, self.ranked.scores, k)

    def told(self, rows: Sequence[int]) -> list[Told]:
        """Return what the ranking says of some rows, in their order."""
        at = np.array(rows, np.int64)
        return [
            Told(*one)
            for one in zip(
                self.ranked.scores[at].tolist(),
                ranking.relevance(self.ranked, at).tolist(),
                self.ranked.raw(at).tolist(),
                self.ranked.contributions(at),
                strict=True,
            )
        ]

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
        c = self.candidates
        ranked = int(np.count_nonzero(c.live))
        if c.beyond is not None:
            return {"live": c.beyond.live, "words": c.beyond.words, "ranked": ranked}
        return {"live": ranked, "words": int(np.count_nonzero(c.live & (c.bm25 > 0))), "ranked": ranked}


def rank(found: Candidates, query: str, model: str | None) -> Found:
    """Return a corpus ranked; without a model, rows that hold no word of the query get a score of minus infinity."""
    ranked = ranking.fuse(found, ranking.read(query, found.as_of.valid))
    if model is None:
        ranked = ranked._replace(scores=np.where(ranking.matching(ranked), ranked.scores, -np.inf))
    return Found(found, ranked, model)
