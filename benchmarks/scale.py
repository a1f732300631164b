"""What a store of a million memories costs: searching it, loading it, holding it, and what its lists of vectors miss.

    python -m benchmarks.scale [PATH] [--quick] [--cache FOLDER] [--texts N]

Times are multiples of embedding one fresh query, measured as in `benchmarks.latency`, over stores made in the same way: words,
clocks, slots and threads as in any store, stored vectors made up, queries embedded by the shipped model. One store has all its
memories in one scope; it is built once, at half a millisecond a memory, and kept in the cache folder (2 GB). The other has 200
in each of five thousand scopes: five hundred of them are built, and their rows copied nine times under other scopes and ids
(1.7 GB). Nobody can verify such copies, but a search of one scope meets what it would meet.

Memory is what a process of its own holds (VmRSS) that opened the store and searched its one scope fifty times.

With PATH, a LoCoMo file, recall@100 is measured on real vectors, as made-up ones have no topics to make lists of: the file's
turns, and as many further texts as are asked for, are embedded by the shipped model (once; the vectors are kept in the cache
folder, the texts nowhere). Three in five of all are turns, sentences of turns and two of these put together, the others are
made up of random words. The questions of the file are the queries. Exact search is over the same int8 vectors. With PATH it is also
shown what ranking only drawn rows loses.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks._common import Chatter, Remembering, Row, conversations, progress, report
from benchmarks.latency import Asker, built, disturbed, schema_mark, settled, warm
from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.stores.columns import Vectors, quantised
from holdfast.stores.index import SIZES
from holdfast.stores.lists import Lists, sampled, trained
from holdfast.stores.sqlite import SqliteStore
from holdfast.stores.sqlite_rows import quantise

_REAL = 0.6
_SERVING = (
    "import re, sys, time\n"
    "from holdfast import Memory\n"
    "caller = Memory(sys.argv[1]).scoped(user='u0')\n"
    "began = time.perf_counter()\n"
    "caller.search('where did we leave the report?')\n"
    "print(time.perf_counter() - began)\n"
    "for n in range(50):\n"
    "    caller.search(f'what about report {n}?')\n"
    "status = open('/proc/self/status').read()\n"
    "print(*(re.search(name + r':\\s+(\\d+)', status)[1] for name in ('VmRSS', 'VmHWM')))\n"
)


_COPIES = (
    "INSERT INTO scopes SELECT scope_id + :n, '{\"user\":\"u' || (CAST(substr(labels, 11) AS INTEGER) + :n) || '\"}', position, "
    "epoch, last_known, head, tombstone_key FROM scopes WHERE scope_id <= :first",
    "INSERT INTO terms SELECT key + (:n << 32), length, traits, terms FROM terms WHERE key >> 32 <= :first",
    "INSERT INTO vectors SELECT key + (:n << 32), model_id, vector, sentences FROM vectors WHERE key >> 32 <= :first",
    "INSERT INTO slots SELECT scope_id + :n, slot, valid_to, key + (:n << 32) FROM slots WHERE scope_id <= :first",
)


def multiplied(home: Path, scopes: int, times: int) -> Path:
    """Return the folder with a store like that in `home`, its `scopes` copied until there are `times` as many."""
    made = home.with_name(f"{times}-times-{home.name}")
    if made.is_dir():
        return made
    half = Path(tempfile.mkdtemp(dir=home.parent))
    for file in home.glob("store.db*"):
        shutil.copy(file, half)
    db = sqlite3.connect(half / "store.db")
    versions = db.execute("SELECT * FROM versions").fetchall()
    marks = ", ".join("?" * len(versions[0]))
    names = [column[1] for column in db.execute("PRAGMA table_info(versions)")]
    key, item, entry = (names.index(name) for name in ("key", "item_id", "entry"))
    for n in range(scopes, scopes * times, scopes):
        with db:
            for statement in _COPIES:
                db.execute(statement, {"n": n, "first": scopes})
            for row in versions:
                copy = list(row)
                copy[key], copy[entry] = row[key] + (n << 32), row[entry] + (n << 32)
                copy[item] = row[item][:12] + n.to_bytes(4, "big")
                db.execute(f"INSERT INTO versions VALUES ({marks})", copy)
    db.close()
    settled(half / "store.db")
    half.rename(made)
    return made


def searches(asker: Asker, many: Path, one: Path, quick: bool) -> Iterator[Row]:
    """Yield the rows about searching."""
    for label, home, users, count, bar in (
        ("200 of 1M, in memory", many, list(range(8)), 400, 0.4),
        ("1M in one scope", one, [0], 200, 12.0),
    ):
        found = warm(asker, home, users, count // (10 if quick else 1))
        unit = f"x embedding (processor {found.worked:.2f})"
        yield Row(f"search, {label}", found.ratio, bar, unit, detail=found.to_json())
    quiet, busy, rate = disturbed(asker, one, 4 if quick else 16)
    detail = {"quiet": quiet.to_json(), "busy": busy.to_json(), "written_per_second": round(rate, 1)}
    against = statistics.median(busy.own) / statistics.median(quiet.own)
    worked = statistics.median(busy.own_cpu) / statistics.median(quiet.own_cpu)
    unit = f"x quiet (processor {worked:.2f})"
    yield Row("search while another writes 20/s, 1M", against, 1.5, unit, detail=detail)


def serving(home: Path) -> Iterator[Row]:
    """Yield what a process that serves the one scope holds, and how long its first search takes."""
    done = subprocess.run(
        [sys.executable, "-c", _SERVING, f"sqlite:///{home / 'store.db'}"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    first, held, most = map(float, done.stdout.split())
    yield Row("first search in one scope of 1M", first, None, "s, its lists being kept")
    yield Row("memory serving one scope of 1M", held / 1024, 900.0, "MB", detail={"highest": most / 1024})


def texts_of(path: Path, count: int) -> tuple[list[str], list[str]]:
    """Return about `count` texts with the turns of a LoCoMo file among them, and the file's questions."""
    chance, talks = random.Random(5), conversations(path)
    turns = [turn for talk in talks for turn in talk.turns]
    cut = ((turn.speaker, one) for turn in turns for one in re.split(r"(?<=[.!?])\s+", turn.text))
    sentences = [(who, one) for who, one in cut if len(one.split()) > 3]
    found = dict.fromkeys(f"{turn.speaker}: {turn.text}" for turn in turns)
    while len(found) < count * _REAL:
        (who, first), (_, second) = chance.choice(sentences), chance.choice(sentences)
        found[f"{who}: {first} {second}" if chance.random() < 0.7 else f"{who}: {first}"] = None
    chatter = Chatter(9)
    texts = [*found, *(chatter.turn() for _ in range(count - len(found)))]
    chance.shuffle(texts)
    return texts, [question.text for talk in talks for question in talk.questions]


def embedded(cache: Path, texts: list[str]) -> np.ndarray:
    """Return the shipped model's vectors of texts, (n, 384), from the cache folder where they are there."""
    model = MiniLM()
    mark = hashlib.sha256("\n".join([model.id, *texts]).encode()).hexdigest()[:16]
    kept = cache / f"vectors-{mark}.npy"
    if not kept.is_file():
        with progress() as shown:
            parts = [
                model.embed(texts[at : at + 1_000])
                for at in shown.track(
                    range(0, len(texts), 1_000), description=f"embedding {len(texts):,} texts"
                )
            ]
        np.save(kept, np.concatenate(parts))
    vectors: np.ndarray = np.load(kept)
    return vectors


def recall(path: Path, cache: Path, count: int) -> Iterator[Row]:
    """Yield how many of the 100 nearest texts the lists find, over all questions."""
    texts, questions = texts_of(path, count)
    vectors, queries = embedded(cache, texts), embedded(cache, questions)
    rows = Vectors(vectors.shape[1])
    rows.add(quantise(vectors).tobytes())
    began, level = time.perf_counter(), trained(len(texts), SIZES.lists)
    lists = Lists.train(level, rows.steps(np.arange(0, level, sampled(level))))
    of = lists.nearest(rows.steps(np.arange(len(texts))))
    took, found, looked_at = time.perf_counter() - began, [], []
    for query in queries:
        steps, scale = quantised(query)
        nearest = np.argpartition(-rows.dot(steps, scale), 100)[:100]
        inside = np.isin(of, lists.order(steps)[: lists.probed])
        found.append(float(inside[nearest].mean()))
        looked_at.append(float(inside.mean()))
    detail = {
        "texts": len(texts), "questions": len(questions), "lists": len(lists.centres), "trained_on": level,
        "share_looked_at": round(statistics.mean(looked_at), 4), "seconds_to_train": round(took, 2),
        "lowest": min(found),
    }  # fmt: skip
    unit = f"of {len(texts):,} texts, {detail['share_looked_at']:.0%} looked at"
    yield Row(
        "recall@100 of the lists, real vectors", statistics.mean(found), 0.98, unit, least=True, detail=detail
    )


def drawing(path: Path) -> Iterator[Row]:
    """Yield how much evidence is lost by ranking drawn rows only: all conversations in one scope, which is small enough to rank
    everything as well."""
    talks, embedder, home = conversations(path), Remembering(), {}
    found: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder:
        with Memory(f"sqlite:///{folder}/store.db", embedder=embedder) as memory:
            for n, talk in enumerate(talks):
                drafts = [{**turn.draft(), "thread": f"{n}-{turn.thread}"} for turn in talk.turns]
                items = memory.scoped(user="u0").save_many(drafts)
                home.update({item.id: (n, turn.id) for item, turn in zip(items, talk.turns, strict=True)})
        for drawn in found:
            store = SqliteStore(f"{folder}/store.db", sizes=SIZES._replace(ranked=0 if drawn else 10**6))
            with Memory(store, embedder=embedder) as memory:
                search = memory.scoped(user="u0").search
                for n, talk in enumerate(talks):
                    for asked in talk.questions:
                        hits = {home[hit.id] for hit in search(asked.text)}
                        told = sum((n, turn) in hits for turn in asked.evidence)
                        found[drawn].append(100 * told / len(asked.evidence))
    everything, drawn_only = statistics.mean(found[False]), statistics.mean(found[True])
    detail = {"turns": len(home), "everything": round(everything, 2), "drawn": round(drawn_only, 2)}
    unit = f"points of {everything:.1f}, {len(home):,} turns"
    yield Row("R@10 lost by drawing rows", everything - drawn_only, 0.3, unit, detail=detail)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scale", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="a LoCoMo file, for recall on real vectors"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the sizes and fewer searches: a smoke test"
    )
    parser.add_argument("--texts", type=int, default=100_000, metavar="N", help="texts to embed for recall")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "holdfast-bench", metavar="FOLDER",
        help="where built stores are kept (default: in the system's folder for temporary files)",
    )  # fmt: skip
    given = parser.parse_args()
    given.cache.mkdir(parents=True, exist_ok=True)

    def rows() -> Iterator[Row]:
        if given.path is not None:
            yield from drawing(given.path)
            yield from recall(given.path, given.cache, given.texts)
        with tempfile.TemporaryDirectory() as folder:
            mark = schema_mark(Path(folder))
        small = 10 if given.quick else 1
        many = multiplied(built(given.cache, mark, 500 // small, 200), 500 // small, 10)
        one = built(given.cache, mark, 1, 1_000_000 // small)
        yield from searches(Asker(3), many, one, given.quick)
        yield from serving(one)

    report("scale", rows(), quick=given.quick)


if __name__ == "__main__":
    main()
