"""What a key costs: search and save with and without one, in turn, on two stores of the same texts.

    python -m benchmarks.encryption [--quick]

Both stores hold 10,000 made-up turns in one scope. Each call is made on the one and on the other, now this first, now that, so
that a busy machine slows both; the figure is the median of the encrypted store's times over that of the plain one's. "With the shipped
model" is what a program gets by default: the model embeds each query and each text. "The store alone" has made-up vectors that cost
nothing, which shows the difference undiluted. Every search but those "in a row" follows a save, after which SQLite reads anew, and so
decrypts anew, whatever it needs. Opening the store and its first search, which reads the whole scope from the disk, are told beside.
"""

from __future__ import annotations

import argparse
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks._common import Bulk, Chatter, Row, percentile, report
from benchmarks.ingest import turns
from holdfast import Memory
from holdfast.embedders import MiniLM

NAMES = ("plain", "encrypted")
BAR = 1.15
WARM = 20  # calls before any is counted

Times = dict[str, list[float]]


class Pair:
    """A plain and an encrypted store of the same texts in a folder, opened with the same embedder."""

    def __init__(self, folder: Path) -> None:
        self._urls = {name: f"sqlite:///{folder / name}.db" for name in NAMES}
        self._keys = {"plain": None, "encrypted": secrets.token_hex(32)}

    def opened(self, name: str, embedder: Any) -> Memory:
        """Open one of the two."""
        return Memory(self._urls[name], embedder=embedder, model=None, key=self._keys[name])

    def first_search(self, name: str, embedder: Any) -> None:
        """Open a store, search it once and close it."""
        with self.opened(name, embedder) as memory:
            memory.scoped(user="ada").search("warm")


def timed(calls: dict[str, Callable[[], Any]], times: Times, turn: int) -> None:
    """Make one call on each store and note how long it took, in ms; `turn` says by its parity who begins."""
    for name in NAMES if turn % 2 else reversed(NAMES):
        began = time.perf_counter()
        calls[name]()
        if turn >= 0:
            times.setdefault(name, []).append((time.perf_counter() - began) * 1_000)


def row(name: str, times: Times, bar: float | None) -> Row:
    """Return the ratio of the medians."""
    detail: dict[str, Any] = {"calls": len(times["plain"])}
    for one in NAMES:
        detail |= {f"{one} p{q} ms": round(percentile(times[one], q), 4) for q in (50, 95)}
    ratio = percentile(times["encrypted"], 50) / percentile(times["plain"], 50)
    return Row(name, ratio, bar, "x of plain", detail=detail)


def asked(pair: Pair, embedder: Any, chatter: Chatter, calls: int) -> tuple[Times, Times, Times]:
    """Return the times of searches that each follow a save, of these saves, and of searches in a row."""
    searches, saves, in_a_row = Times(), Times(), Times()
    with pair.opened("plain", embedder) as plain, pair.opened("encrypted", embedder) as encrypted:
        ada = {"plain": plain.scoped(user="ada"), "encrypted": encrypted.scoped(user="ada")}
        for turn in range(-WARM, calls):
            query, text = chatter.query(), chatter.turn()
            timed({name: partial(ada[name].search, query) for name in NAMES}, searches, turn)
            timed({name: partial(ada[name].save, text, kind="episode") for name in NAMES}, saves, turn)
        for turn in range(-WARM, calls):
            query = chatter.query()
            timed({name: partial(ada[name].search, query) for name in NAMES}, in_a_row, turn)
    return searches, saves, in_a_row


def rows(quick: bool) -> Iterator[Row]:
    """Measure and yield the figures."""
    count, calls, opens = (1_000, 40, 3) if quick else (10_000, 400, 15)
    chatter, model = Chatter(4), MiniLM()
    bulk = Bulk(model)
    with tempfile.TemporaryDirectory() as folder:
        pair, drafts = Pair(Path(folder)), list(islice(turns(chatter), count))
        for name in NAMES:
            with pair.opened(name, bulk) as memory:
                memory.scoped(user="ada").save_many(drafts)
        first = Times()
        for turn in range(-1, opens):
            timed({name: partial(pair.first_search, name, bulk) for name in NAMES}, first, turn)
        sizes = [Path(folder, f"{name}.db").stat().st_size for name in NAMES]
        for of, embedder in (("with the shipped model", model), ("the store alone", bulk)):
            searches, saves, in_a_row = asked(pair, embedder, chatter, calls)
            yield row(f"search among {count:,}, {of}", searches, BAR)
            yield row(f"save, {of}", saves, BAR)
            yield row(f"searches in a row, {of}", in_a_row, None)
    yield row("opening and the first search", first, None)
    yield Row("bytes on the disk", sizes[1] / sizes[0], None, "x of plain")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.encryption", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="1,000 texts, 40 calls: a smoke test")
    given = parser.parse_args()
    report("encryption", rows(given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
