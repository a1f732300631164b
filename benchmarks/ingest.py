"""What a save costs beside embedding the same vectors: one durable `save`, and `save_many` of 10,000 short texts.

    python -m benchmarks.ingest [--quick]

The floor is a second instance of the shipped model that embeds exactly what the save embeds (the indexed line and each
sentence, so the same vectors), in turn with the save and in the same run. Each instance sees a text once, so neither answers
from its cache. The ratio is by the clock, for a save also waits for the disk; that of processor time, which a busy machine's
neighbours do not move, stands beside it. The texts are made up: Zipf-like words, turn-like lengths. Every save is on disk (`synchronous=FULL`) when it returns.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks._common import Chatter, Row, report
from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.memory import ScopedMemory
from holdfast.text import index_text, sentences

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
BEFORE = 1_000  # memories in the scope when saves are timed


def embedded(draft: dict[str, Any]) -> list[str]:
    """Return the texts a save of `draft` embeds."""
    line = index_text(draft["text"], speaker=draft.get("speaker"), observed_at=draft.get("observed_at"))
    return [line, *sentences(draft["text"])]


def turns(chatter: Chatter) -> Iterator[dict[str, Any]]:
    """Yield chat turns without end."""
    n = 0
    while True:
        yield {
            "text": chatter.turn(), "kind": "episode", "speaker": "Ada" if n % 2 else "Ben", "thread": f"t{n // 20}",
            "turn": n % 20 + 1, "observed_at": START + timedelta(minutes=n),
        }  # fmt: skip
        n += 1


def facts(chatter: Chatter) -> Iterator[dict[str, Any]]:
    """Yield facts of a turn's length without end; every fourth gives the next value of one of 50 slots."""
    n = 0
    while True:
        slot = {"slot": f"thing-{n // 4 % 50}.state", "value": n} if n % 4 == 0 else {}
        yield {"text": chatter.turn(), **slot}
        n += 1


def one_by_one(
    caller: ScopedMemory, floor: MiniLM, drafts: Iterator[dict[str, Any]], count: int
) -> dict[str, Any]:
    """Time single saves and the embedding of the same texts in turn; return medians in milliseconds and their ratio."""
    alone, whole = [], []
    alone_cpu, whole_cpu = [], []
    for n in range(count + 10):
        draft = next(drafts)
        texts = embedded(draft)
        steps: tuple[Callable[[], Any], ...] = (partial(floor.embed, texts), partial(caller.save, **draft))
        took, worked = [0.0, 0.0], [0.0, 0.0]
        for which in (0, 1) if n % 2 else (1, 0):
            began, working = time.perf_counter(), time.process_time()
            steps[which]()
            took[which], worked[which] = time.perf_counter() - began, time.process_time() - working
        if n >= 10:
            alone.append(took[0])
            whole.append(took[1])
            alone_cpu.append(worked[0])
            whole_cpu.append(worked[1])
    embedding, save = statistics.median(alone), statistics.median(whole)
    return {
        "ratio": save / embedding,
        "embedding_ms": round(embedding * 1e3, 3),
        "save_ms": round(save * 1e3, 3),
        "save_p95_ms": round(sorted(whole)[int(count * 0.95)] * 1e3, 3),
        "ratio_of_processor_time": round(statistics.median(whole_cpu) / statistics.median(alone_cpu), 3),
        "saves": count,
    }


def in_bulk(caller: ScopedMemory, floor: MiniLM, chatter: Chatter, count: int, rounds: int) -> dict[str, Any]:
    """Time `save_many` of `count` short texts in `rounds` parts, and the embedding of the same texts in turn."""
    alone = whole = 0.0
    for _ in range(rounds):
        drafts = [{"text": chatter.note()} for _ in range(count // rounds)]
        texts = [text for draft in drafts for text in embedded(draft)]
        began = time.perf_counter()
        floor.embed(texts)
        between = time.perf_counter()
        caller.save_many(drafts)
        ended = time.perf_counter()
        alone, whole = alone + between - began, whole + ended - between
    return {
        "share": alone / whole,
        "embedded_per_second": round(count / alone),
        "saved_per_second": round(count / whole),
        "texts": count,
    }


def rows(quick: bool) -> Iterator[Row]:
    """Yield the rows of the report, in one fresh store."""
    chatter, floor = Chatter(11), MiniLM()
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(f"sqlite:///{Path(folder) / 'store.db'}", embedder=MiniLM()) as memory,
    ):
        caller = memory.scoped(user="ada")
        caller.save_many({"text": chatter.note()} for _ in range(BEFORE // (10 if quick else 1)))
        for name, drafts in (("turn", turns(chatter)), ("fact", facts(chatter))):
            found = one_by_one(caller, floor, drafts, 40 if quick else 300)
            unit = f"x embedding (processor {found['ratio_of_processor_time']:.2f})"
            yield Row(f"one durable save of a {name}", found.pop("ratio"), 1.2, unit, detail=found)
        count = 2_000 if quick else 10_000
        found = in_bulk(memory.scoped(user="ben"), floor, chatter, count, 1 if quick else 2)
        yield Row(
            f"save_many of {count:,} short texts",
            found.pop("share"),
            0.85,
            "of embedder",
            least=True,
            detail=found,
        )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.ingest", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--quick", action="store_true", help="fewer saves: a smoke test")
    given = parser.parse_args()
    report("ingest", rows(given.quick), quick=given.quick)


if __name__ == "__main__":
    main()
