"""What changing the embedding model costs beside embedding alone, and how long it keeps others waiting.

    python -m benchmarks.reembed [--quick]

A store of 10,000 made-up turns is made with word hashes in place of vectors and changed to the shipped model. The floor is a second
instance of that model that embeds exactly what `reembed` embeds (each indexed line and each sentence), in batches of the
same size, in turn with it: every batch of the one follows a batch of the other, so a busy machine slows both. What comes after
the last batch, the switch and the sweeping up, counts for `reembed`. Of another store of the same texts, changed to other word hashes, two
threads with an opening of their own search and save all the time; the longest of either is how long the change keeps others waiting.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, report
from benchmarks.ingest import embedded, turns
from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.errors import ModelMismatch
from holdfast.testing import HashingEmbedder

BATCH = 128


def changed(url: str, drafts: list[dict[str, Any]]) -> dict[str, float]:
    """Change the model of a store; return seconds of that and of embedding the same texts alone, in turn with it."""
    floor, model, alone, seen = MiniLM(), MiniLM(), 0.0, 0
    floor.embed(["warm"])
    model.embed(["warm"])

    def embed(done: int, total: int) -> None:
        nonlocal alone, seen
        began = time.perf_counter()
        floor.embed([text for draft in drafts[seen:done] for text in embedded(draft)])
        alone, seen = alone + time.perf_counter() - began, done

    with Memory(url, embedder=None) as memory:
        began = time.perf_counter()
        memory.reembed(model, batch=BATCH, progress=embed)
        took = time.perf_counter() - began - alone
    return {"reembed s": took, "embedding s": alone, "rate": alone / took}


def waited(url: str, old: HashingEmbedder, new: HashingEmbedder) -> dict[str, float]:
    """Change the model of a store while a thread saves and one searches with another opening; return their longest waits."""
    longest, over = {"search ms": 0.0, "save ms": 0.0}, threading.Event()

    def work(name: str, call: Any) -> None:
        while not over.is_set():
            began = time.perf_counter()
            try:
                call()
            except ModelMismatch:
                over.set()
            longest[name] = max(longest[name], (time.perf_counter() - began) * 1_000)

    with Memory(url, embedder=old) as other, Memory(url, embedder=old) as memory:
        ada = other.scoped(user="ada")
        ada.search("warm")
        calls = (
            ("search ms", lambda: ada.search("what was said?")),
            ("save ms", lambda: ada.save("Said meanwhile.")),
        )
        threads = [threading.Thread(target=work, args=one) for one in calls]
        for thread in threads:
            thread.start()
        began = time.perf_counter()
        memory.reembed(new, batch=BATCH)
        whole = time.perf_counter() - began
        over.set()
        for thread in threads:
            thread.join()
    return {**longest, "whole s": whole}


def rows(quick: bool) -> Iterator[Row]:
    """Measure and yield the figures."""
    count = 1_000 if quick else 10_000
    drafts = list(islice(turns(Chatter(3)), count))
    old, new = HashingEmbedder(384, "old"), HashingEmbedder(384, "new")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("waits", "costs"):
            with Memory(f"sqlite:///{Path(folder) / name}.db", embedder=old) as memory:
                memory.scoped(user="ada").save_many(drafts)
        costs = changed(f"sqlite:///{Path(folder) / 'costs.db'}", drafts)
        waits = waited(f"sqlite:///{Path(folder) / 'waits.db'}", old, new)
        size = (Path(folder) / "costs.db").stat().st_size
    detail = {"texts": count, **costs}
    yield Row("reembed's rate, of the embedder's alone", costs["rate"], 0.8, "x", least=True, detail=detail)
    yield Row(f"reembed of {count:,} texts", costs["reembed s"], None, "s")
    yield Row("longest search of another opening meanwhile", waits["search ms"], None, "ms", detail=waits)
    yield Row("longest save of another opening meanwhile", waits["save ms"], 2_000.0, "ms")
    yield Row("bytes a memory afterwards", size / count, None, "bytes")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.reembed", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="1,000 texts: a smoke test")
    given = parser.parse_args()
    report("reembed", rows(given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
