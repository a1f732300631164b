"""Holdfast beside mem0, LangGraph's InMemoryStore and Chroma: `python -m benchmarks.peers [--data PATH] [--quick]`.

Makes an environment of its own (kept in --env), and gives every product the same texts and Holdfast's shipped embedding
model, so that what differs is what each does with them. Measured are: the share of evidence turns found (--data, a LoCoMo
file; left out without it), the time of a search and of an add without the embedding in it, a fresh process to its first
search result, memory, disk, and whose memories come back when fifty users share a store. Every product runs in processes of
its own, in turn with the others, and medians are reported. A product that cannot run is shown as failed, with the reason.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _common, _quoted
from benchmarks._common import Chatter, Conversation, Question
from benchmarks.peers import _environment
from benchmarks.peers._adapters import PEERS, Entry, mark
from benchmarks.recall import averages, measure
from holdfast.embedders import MiniLM

ALONE = "model alone"
STORES = {"one": (1, 10_000), "many": (50, 200)}
FEEDS = ("spoken", "dated")
TIMEOUT = 3_600


class JobFailed(RuntimeError):
    """A product did not do its job; the message is the last thing it said."""


class Run:
    """One run: the folder the products work in, their Python, and what came out so far."""

    def __init__(self, python: Path, work: Path, quick: bool) -> None:
        self.python, self.work, self.quick = python, work, quick
        self.checkout, self.source = _environment.copied(work / "checkout"), _common.source()
        self.results: dict[str, dict[str, Any]] = {name: {} for name in PEERS}
        self.failed: dict[str, str] = {}
        self.stores = {
            name: (users if users == 1 else users // (5 if quick else 1), each // (10 if users == 1 and quick else 1))
            for name, (users, each) in STORES.items()
        }  # fmt: skip

    def job(self, job: str, peer: str, folder: str, **options: Any) -> dict[str, Any]:
        """Run one job in a process of its own and return its answer; `seconds` is the time to its first line.

        Raises `JobFailed`.
        """
        home = self.work / peer.replace(", ", "-").replace(" ", "") / folder
        command = [str(self.python), "-m", "benchmarks.peers._worker", job, peer, str(home), str(self.work)]
        with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
            began = time.perf_counter()
            with subprocess.Popen(
                [*command, json.dumps(options)], stdout=subprocess.PIPE, stderr=said, text=True,
                cwd=self.checkout, env=_environment.closed(self.work, self.checkout), encoding="utf-8",
            ) as child:  # fmt: skip
                assert child.stdout is not None
                limit = threading.Timer(TIMEOUT, child.kill)
                limit.start()
                first = child.stdout.readline()
                seconds = time.perf_counter() - began
                rest = child.communicate()[0]
                limit.cancel()
            said.seek(0)
            lines = [line for line in said.read().splitlines() if line.strip()]
        if time.perf_counter() - began >= TIMEOUT:
            raise JobFailed(f"{job} took more than {TIMEOUT:,} s")
        if child.returncode:
            raise JobFailed(f"{job}: {lines[-1].strip()[:200] if lines else 'ended without a word'}")
        answer: dict[str, Any] = json.loads((first + rest).strip().splitlines()[-1])
        return answer | {"seconds": seconds}

    def try_job(self, job: str, peer: str, folder: str, **options: Any) -> dict[str, Any] | None:
        """Run a job unless the product failed before; a failure is kept, and None returned."""
        if peer in self.failed:
            return None
        print(f"  {job} {folder}: {peer}", file=sys.stderr, flush=True)
        try:
            answer = self.job(job, peer, folder, **options)
        except JobFailed as error:
            self.failed[peer] = str(error).replace(f"{self.work}/", "")
            return None
        self.results[peer].setdefault("refused", []).extend(answer["refused"])
        return answer


# -- what the products are given ---------------------------------------------------------------------------------------


def spoken(user: str, talk: Conversation, dated: bool) -> list[Entry]:
    """Return a conversation's entries: "Speaker: text" alone, or text with its speaker, day, session and place in it."""
    if not dated:
        return [Entry(user, turn.id, f"{turn.speaker}: {turn.text}", kind="episode") for turn in talk.turns]
    return [
        Entry(user, one.id, one.text, one.at.timestamp(), one.speaker, one.thread, one.turn, "episode")
        for one in talk.turns
    ]


def made_up(seed: int, users: int, each: int) -> list[Entry]:
    """Return one-sentence memories of several users, made up."""
    chatter = Chatter(seed)
    return [Entry(f"u{user}", f"{user}-{n}", chatter.note()) for user in range(users) for n in range(each)]


def write(work: Path, name: str, rows: Sequence[Entry]) -> None:
    """Write entries where the workers read them."""
    (work / f"{name}.json").write_text(json.dumps([asdict(row) for row in rows]), "utf-8")


def embed(path: Path, texts: Sequence[str]) -> None:
    """Write the shipped model's vectors of these texts, unless the file is there."""
    if path.exists():
        return
    distinct = list(dict.fromkeys(texts))
    model = MiniLM()
    with _common.progress() as shown:
        parts = [distinct[at : at + 500] for at in range(0, len(distinct), 500)]
        rows = [model.embed(part) for part in shown.track(parts, description=f"embedding {path.stem}")]
    marks = np.array([mark(text) for text in distinct])
    np.savez(path, marks=marks, vectors=np.concatenate(rows))


def prepare(run: Run, cache: Path, talks: Sequence[Conversation]) -> list[tuple[str, Question]]:
    """Write texts, questions and vectors into the work folder and return who is asked what."""
    for seed, (name, (users, each)) in enumerate(run.stores.items()):
        rows = made_up(100 + seed, users, each)
        write(run.work, name, rows)
        texts = [row.line for row in rows]
        kept = cache / f"{name}-{mark(''.join(texts) + MiniLM().id)}.npz"
        embed(kept, texts)
        shutil.copy(kept, run.work / f"vectors-{name}.npz")
    chatter = Chatter(5)
    (run.work / "queries.json").write_text(json.dumps([chatter.query() for _ in range(2_000)]), "utf-8")
    write(run.work, "new", [Entry("late", f"new-{n}", chatter.note()) for n in range(1_000)])
    asked = [(f"talk-{n}", question) for n, talk in enumerate(talks) for question in talk.questions]
    if asked:
        for name in FEEDS:
            rows = [row for n, talk in enumerate(talks) for row in spoken(f"talk-{n}", talk, name == "dated")]
            write(run.work, name, rows)
            embed(run.work / f"vectors-{name}.npz", [row.line for row in rows])
        embed(run.work / "vectors-questions.npz", [question.text for _, question in asked])
        plain = [{"user": user, "text": question.text} for user, question in asked]
        (run.work / "questions.json").write_text(json.dumps(plain), "utf-8")
    return asked


# -- measuring ---------------------------------------------------------------------------------------------------------


def find(run: Run, asked: Sequence[tuple[str, Question]]) -> None:
    """Measure the evidence found."""
    for feed in FEEDS if asked else ():
        for peer in PEERS:
            answer = None if peer == ALONE else run.try_job("recall", peer, f"recall-{feed}", feed=feed)
            if answer:
                rows = [
                    (question.category, measure(keys, question.evidence))
                    for (_, question), keys in zip(asked, answer["found"], strict=True)
                ]
                kept = averages(rows)
                for of in kept.values():
                    of.pop("R@50")  # ten were asked for
                run.results[peer][feed] = kept | {"foreign": answer["foreign"]}


def cost(run: Run) -> None:
    """Measure time, memory, disk and whose memories come back: every product in turn, in several rounds."""
    rounds, searches, adds = (2, 10, 5) if run.quick else (3, 50, 20)
    users = {name: [f"u{n}" for n in range(count)] for name, (count, _) in run.stores.items()}
    for peer, kind in PEERS.items():
        for store in run.stores:
            filled = run.try_job("fill", peer, store, store=store) if kind.keeps else {"bytes": 0}
            if filled:
                run.results[peer][f"bytes {store}"] = filled["bytes"]
    answers: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for n in range(rounds):
        for peer in PEERS:
            first = run.try_job("first", peer, "one", store="one", users=users["one"])
            answers.setdefault((peer, "first"), []).extend([first] if first else [])
            for store in run.stores if peer != ALONE else ():
                served = run.try_job(
                    "serve", peer, store, store=store, users=users[store], round=n,
                    searches=searches, adds=adds if store == "many" else 0,
                )  # fmt: skip
                answers.setdefault((peer, store), []).extend([served] if served else [])
    for (peer, what), found in answers.items():
        if peer not in run.failed:
            run.results[peer] |= first_of(found) if what == "first" else served_of(found, what)


def first_of(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of the first searches."""
    return {
        "start_s": statistics.median(one["seconds"] for one in found),
        "memory_mb": statistics.median(one["memory_mb"] for one in found),
    }


def served_of(found: Sequence[dict[str, Any]], store: str) -> dict[str, Any]:
    """Return the medians of all searches and adds in a store, and the mean counts of own and foreign results."""
    several = {
        name: [value for one in found for value in one[name]] for name in found[0] if name.endswith("_ms")
    }
    medians = {f"{store} {name}": statistics.median(values) for name, values in several.items() if values}
    if store == "one":
        return medians
    counts = {
        name: statistics.mean(value for one in found for value in one[name]) for name in ("own", "foreign")
    }
    return medians | counts


# -- showing -----------------------------------------------------------------------------------------------------------

FINDING = (
    ("R@5 text", lambda of: of["spoken"]["all"]["R@5"]),
    ("R@10 text", lambda of: of["spoken"]["all"]["R@10"]),
    ("R@5 dated", lambda of: of["dated"]["all"]["R@5"]),
    ("R@10 dated", lambda of: of["dated"]["all"]["R@10"]),
    ("own of 10", lambda of: f"{of['own']:.1f}"),
    ("foreign", lambda of: f"{of['foreign']:.1f}"),
)
COST = (
    ("shared ms", lambda of: f"{of['many search_ms']:.2f}"),
    ("first ms", lambda of: f"{of['many first_ms']:.2f}"),
    ("single ms", lambda of: f"{of['one search_ms']:.2f}"),
    ("add ms", lambda of: f"{of['many add_ms']:.2f}"),
    ("start s", lambda of: f"{of['start_s']:.2f}"),
    ("RAM MB", lambda of: f"{of['memory_mb']:.0f}"),
    ("disk MB", lambda of: f"{of['bytes one'] / 1e6:.1f}" if of["bytes one"] else "none"),
)


def cells(of: dict[str, Any], columns: Sequence[tuple[str, Any]], failed: bool) -> list[object]:
    """Return a product's cells; "-" where it was not measured, "failed" where it did not run."""
    row: list[object] = []
    for _, read in columns:
        try:
            row.append(read(of))
        except KeyError:
            row.append("failed" if failed else "-")
    return row


def show(run: Run, versions: dict[str, str]) -> None:
    """Print both tables, the versions, and what failed."""
    (_, ten), (users, each) = run.stores["one"], run.stores["many"]
    products = [name for name in PEERS if name != ALONE]
    _common.show(
        f"Found: evidence turns (percent), and whose memories come back ({users} users x {each})",
        ("product", *(name for name, _ in FINDING)),
        [(name, *cells(run.results[name], FINDING, name in run.failed)) for name in products],
    )
    _common.show(
        f"Cost: {users * each:,} memories of {users} users (shared), or {ten:,} of one (single)",
        ("product", *(name for name, _ in COST), "synced"),
        [
            (name, *cells(run.results[name], COST, name in run.failed), kind.synced)
            for name, kind in PEERS.items()
        ],
    )
    embedding = [of["one embedding_ms"] for of in run.results.values() if "one embedding_ms" in of]
    hosts = {name: sorted(set(of.get("refused", ()))) for name, of in run.results.items()}
    lines = [
        f"Embedding a query took {statistics.median(embedding):.1f} ms more." if embedding else "",
        ", ".join(f"{name} {version}" for name, version in versions.items()),
        *(f"{name} asked for the network: {', '.join(asked)}" for name, asked in hosts.items() if asked),
        *(f"{name} failed: {reason}" for name, reason in run.failed.items()),
    ]
    for line in filter(None, lines):
        _common.console.print(line, markup=False, highlight=False)


def main() -> None:
    """Run everything, print the tables and save them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="a LoCoMo file; without it recall is left out"
    )
    parser.add_argument("--quick", action="store_true", help="small stores, one conversation: a smoke test")
    parser.add_argument(
        "--env", type=Path, default=Path(tempfile.gettempdir()) / "holdfast-peers", metavar="FOLDER",
        help="where the environment and made-up vectors are kept (default: in the system's folder for temporary files)",
    )  # fmt: skip
    given = parser.parse_args()
    talks = []
    if given.data and given.data.is_file():
        talks = _common.conversations(given.data)[: 1 if given.quick else None]
    else:
        _common.console.print("recall skipped: give the path of a LoCoMo file as --data")
    given.env.mkdir(parents=True, exist_ok=True)
    try:
        python = _environment.made(given.env.resolve())
    except _environment.EnvironmentFailed as error:
        _common.console.print(f"failed: {error}", markup=False)
        raise SystemExit(1) from error
    with tempfile.TemporaryDirectory() as folder:
        run = Run(python, Path(folder), given.quick)
        asked = prepare(run, given.env.resolve(), talks)
        find(run, asked)
        cost(run)
    versions = _environment.versions(python)
    with _quoted.keeping("peers", write=not given.quick and bool(talks)):
        show(run, versions)
    name = "peers-quick" if given.quick else "peers"
    stores = {name: {"users": users, "each": each} for name, (users, each) in run.stores.items()}
    kept = {"peers": versions, "stores": stores, "failed": run.failed, "results": run.results}
    _common.save(name, run.source | kept)


if __name__ == "__main__":
    main()
