"""One job for one product, in a process of its own: `python -m benchmarks.peers._worker JOB PEER FOLDER WORK`.

The jobs: `recall` (fill from WORK/FEED.json, answer WORK/questions.json), `fill` (WORK/STORE.json), `serve` (time searches
and adds in the filled store), `first` (the first search of a fresh process). The last line printed is a JSON answer. No
network: a connection to another machine is refused, and counted.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers._adapters import PEERS, Entry, Peer, Shipped

refused: list[str] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what leaves this machine: an audit hook (PEP 578), which also sees what C code asks for through Python."""
    host = None
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = str(arguments[1][0])
    elif event == "socket.getaddrinfo" and arguments[0] is not None:
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else str(arguments[0])
    if host in (None, "", "localhost"):
        return
    try:
        local = ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        refused.append(str(host))
        raise OSError(f"no network here: {host}")


def known(work: Path, *names: str) -> Shipped:
    """Return the shipped model with the vectors that were made beforehand for these texts."""
    import numpy as np

    found: dict[str, Any] = {}
    for name in names:
        with np.load(work / f"vectors-{name}.npz") as kept:
            found |= dict(zip(kept["marks"].tolist(), kept["vectors"], strict=True))
    return Shipped(found)


def entries(path: Path) -> list[Entry]:
    """Read the entries of a store."""
    return [Entry(**one) for one in json.loads(path.read_text("utf-8"))]


def memory_mb() -> float:
    """Return the memory this process holds now, in MB."""
    import psutil

    return float(psutil.Process().memory_info().rss / 1e6)


def timed(peer: Peer, call: Any, *arguments: Any) -> tuple[Any, float, float]:
    """Return what a call gives, its milliseconds without the embedding in it, and those of the embedding."""
    peer.embedder.took = 0.0
    began = time.perf_counter()
    result = call(*arguments)
    whole = time.perf_counter() - began
    return result, (whole - peer.embedder.took) * 1e3, peer.embedder.took * 1e3


def recall(kind: type[Peer], folder: Path, work: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Fill the conversations, one user each, and return the keys found for each question, in order."""
    peer = kind(folder, known(work, options["feed"], "questions"))
    peer.fill(entries(work / f"{options['feed']}.json"))
    asked = json.loads((work / "questions.json").read_text("utf-8"))
    found = [peer.search(one["user"], one["text"], 10) for one in asked]
    foreign = sum(user != one["user"] for one, hits in zip(asked, found, strict=True) for user, _ in hits)
    peer.close()
    return {"found": [[key for _, key in hits] for hits in found], "foreign": foreign}


def fill(kind: type[Peer], folder: Path, work: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Fill a store and close it; return its bytes on disk."""
    peer = kind(folder, known(work, options["store"]))
    peer.fill(entries(work / f"{options['store']}.json"))
    peer.close()
    return {"bytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())}


def opened(kind: type[Peer], folder: Path, work: Path, options: dict[str, Any]) -> Peer:
    """Open a filled store; what keeps nothing is filled again, without the cost of embedding."""
    if kind.keeps:
        return kind(folder, Shipped())
    peer = kind(folder, known(work, options["store"]))
    peer.fill(entries(work / f"{options['store']}.json"))
    peer.embedder.forget()
    return peer


def serve(kind: type[Peer], folder: Path, work: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Time searches of each user in turn, count whose memories come back, and time adds."""
    peer = opened(kind, folder, work, options)
    asked = json.loads((work / "queries.json").read_text("utf-8"))
    users, at = options["users"], options["round"] * options["searches"]
    # A user's first search may have to load what a later one finds loaded: timed apart.
    firsts = [timed(peer, peer.search, user, asked[-1 - n], 10)[1] for n, user in enumerate(users)]
    for query in asked[-len(users) - 3 : -len(users)]:
        peer.search(users[0], query, 10)
    searches, embeds, own, foreign = [], [], [], []
    for n in range(options["searches"]):
        user = users[(at + n) % len(users)]
        found, took, embedding = timed(peer, peer.search, user, asked[at + n], 10)
        searches.append(took)
        embeds.append(embedding)
        own.append(len({key for whose, key in found if whose == user}))
        foreign.append(sum(whose != user for whose, _ in found))
    adds = []
    if options["adds"]:
        new = entries(work / "new.json")[options["round"] * options["adds"] :][: options["adds"]]
        adds = [timed(peer, peer.add, one)[1] for one in new]
    peer.close()
    return {
        "search_ms": searches,
        "first_ms": firsts,
        "embedding_ms": embeds,
        "own": own,
        "foreign": foreign,
        "add_ms": adds,
    }


def first(kind: type[Peer], folder: Path, work: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Search once in a fresh process, say so at once, and return the memory held by then."""
    peer = opened(kind, folder, work, options)
    assert peer.search(options["users"][0], "where did we leave the report?", 10)
    print("found", flush=True)
    return {"memory_mb": memory_mb()}


def main() -> None:
    """Do one job and print its answer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers._worker")
    parser.add_argument("job", choices=("recall", "fill", "serve", "first"))
    parser.add_argument("peer", choices=tuple(PEERS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("options", type=json.loads)
    given = parser.parse_args()
    sys.addaudithook(_audit)
    given.folder.mkdir(parents=True, exist_ok=True)
    job = {"recall": recall, "fill": fill, "serve": serve, "first": first}[given.job]
    answer = job(PEERS[given.peer], given.folder, given.work, given.options)
    print(json.dumps(answer | {"refused": refused}), flush=True)
    sys.stderr.flush()
    os._exit(0)  # threads that a product left running must not hold the next job up


if __name__ == "__main__":
    main()
