"""Other ways to search the same texts: vectors alone, SQLite's FTS5, BM25, and reciprocal rank fusion."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks._common import Floats, Remembering
from holdfast import ranking
from holdfast.text import Analyzer

Ranker = Callable[[str], list[int]]
_RRF_K = 60


class Baselines:
    """Rankings of one corpus: `spoken` is "Speaker: text" for each row, `indexed` the same with its date before it.

    Each ranker answers a query with row numbers, best first, at most `k`.
    """

    def __init__(
        self, spoken: Sequence[str], indexed: Sequence[str], embedder: Remembering, k: int = 50
    ) -> None:
        self._k = k
        self._embedder = embedder
        self._analyzer = Analyzer()
        self._vectors = embedder.embed(spoken)
        self._postings: dict[str, list[tuple[int, int]]] = {}
        for row, text in enumerate(indexed):
            for term, count in self._analyzer.terms(text).items():
                self._postings.setdefault(term, []).append((row, count))
        self._size = len(indexed)
        self._plain = _fts5(spoken, "unicode61")
        self._porter = _fts5(spoken, "porter unicode61")
        stopwords = Analyzer("english")
        self._telling: Callable[[str], bool] = lambda word: bool(stopwords.terms(word))

    def rankers(self) -> dict[str, Ranker]:
        """Return the baselines by name, in the order of the table."""
        return {
            "vectors alone (MiniLM)": self.vectors,
            "FTS5 default": lambda query: self._match(self._plain, re.findall(r"\w+", query)),
            "FTS5 porter + stopwords": lambda query: self._match(
                self._porter, [word for word in re.findall(r"\w+", query) if self._telling(word)]
            ),
            "own BM25": self.bm25,
            "RRF of BM25 and MiniLM": self.fused,
        }

    def vectors(self, query: str) -> list[int]:
        """Rank by the cosine of the whole text."""
        return self._best(self._cosines(query))

    def bm25(self, query: str) -> list[int]:
        """Rank by the words alone, as Holdfast counts them."""
        return self._best(self._words(query))

    def fused(self, query: str) -> list[int]:
        """Rank by reciprocal rank fusion with k = 60 (Cormack et al., SIGIR 2009) of both, over all rows."""
        share = np.zeros(self._size)
        for scores in (self._cosines(query), self._words(query)):
            share[np.argsort(-scores, kind="stable")] += 1.0 / (_RRF_K + 1 + np.arange(self._size))
        return self._best(share)

    def _cosines(self, query: str) -> Floats:
        found: Floats = self._vectors @ self._embedder.embed([query])[0]
        return found

    def _words(self, query: str) -> Floats:
        scores = np.zeros(self._size, np.float32)
        for term, weight in sorted(self._analyzer.query(query).items()):
            rows, counts = np.array(self._postings.get(term, []), np.int64).reshape(-1, 2).T
            if len(rows):
                gain = weight * ranking.idf(self._size, len(rows))
                scores[rows] += np.float32(gain) * ranking.saturate(counts.astype(np.float32))
        return scores

    def _best(self, scores: NDArray[np.floating[Any]]) -> list[int]:
        return [int(row) for row in np.argsort(-scores, kind="stable")[: self._k]]

    def _match(self, table: sqlite3.Connection, words: Sequence[str]) -> list[int]:
        query = " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
        if not query:
            return []
        sql = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts), rowid LIMIT ?"
        return [row for (row,) in table.execute(sql, (query, self._k))]


def _fts5(texts: Sequence[str], tokenizer: str) -> sqlite3.Connection:
    """Return a database in memory with the texts in an FTS5 table, under their row numbers."""
    table = sqlite3.connect(":memory:")
    table.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = '{tokenizer}')")
    table.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
    return table
