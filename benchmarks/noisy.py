"""Short facts in noisy company: `python -m benchmarks.noisy [--mixed PATH]`.

64 one-line facts stand among 5,000 log lines of agents at work on the same services; each is asked for in other words.
Recall@10 is the share of them that come back among the first ten, over three made-up sets. With `--mixed`, the price: R@10
of evidence turns on the chats of a LoCoMo file, with and without 200 made-up facts about its two speakers in the same
store. Facts about the very people asked about are the hardest to tell from what they said.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import _common, _made_up
from benchmarks._baselines import Baselines
from benchmarks._common import Remembering
from benchmarks.recall import measure, ours
from holdfast import Memory, ScopedMemory
from holdfast.text import index_text

SEEDS = (7, 8, 9)
K = 10


def _saved(memory: ScopedMemory, drafts: list[dict[str, Any]]) -> list[str]:
    """Save drafts in transactions of 1,000 and return their ids."""
    return [
        item.id for at in range(0, len(drafts), 1_000) for item in memory.save_many(drafts[at : at + 1_000])
    ]


def _searched(memory: ScopedMemory, ids: list[str]) -> Callable[[str], list[int]]:
    """Return a search that answers with row numbers."""
    row_of = {id: row for row, id in enumerate(ids)}
    return lambda query: [row_of[hit.id] for hit in memory.search(query, k=K)]


def facts_in_logs(embedder: Remembering) -> dict[str, dict[str, float]]:
    """Return system -> seed -> recall@10 (0..1) of the facts, and the mean over seeds."""
    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        full = Memory(f"sqlite:///{folder}/noisy.db", embedder=embedder)
        bare = Memory(f"sqlite:///{folder}/no-model.db", embedder=None)
        for seed in shown.track(SEEDS, description="sets"):
            facts, lines = _made_up.facts(seed=seed), _made_up.lines(seed=seed + 4)
            drafts: list[dict[str, Any]] = [{"text": fact.text} for fact in facts]
            drafts += [
                {"text": one.text, "kind": "episode", "speaker": "agent", "thread": one.run, "turn": one.turn}
                | {"observed_at": one.at}
                for one in lines
            ]
            spoken = [draft["text"] for draft in drafts]
            indexed = [
                index_text(one["text"], speaker=one.get("speaker"), observed_at=one.get("observed_at"))
                for one in drafts
            ]
            systems = Baselines(spoken, indexed, embedder, K).rankers()
            for name, memory in (("Holdfast", full), ("Holdfast, no model", bare)):
                own = memory.scoped(project=f"set-{seed}")
                systems[name] = _searched(own, _saved(own, drafts))
            for name, find in systems.items():
                hits = sum(row in find(fact.query) for row, fact in enumerate(facts))
                found.setdefault(name, {})[str(seed)] = hits / len(facts)
        full.close()
        bare.close()
    return {name: of | {"mean": sum(of.values()) / len(of)} for name, of in found.items()}


def price(path: Path, embedder: Remembering) -> dict[str, float]:
    """Return R@10 (percent) of evidence turns with the chats alone and with 200 made-up facts in each."""
    talks = _common.conversations(path)
    total = {"chats alone": 0.0, "with 200 facts": 0.0}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/mixed.db", embedder=embedder)
        for n, talk in enumerate(shown.track(talks, description="chats")):
            names = sorted({turn.speaker for turn in talk.turns})
            facts: list[dict[str, object]] = [{"text": text} for text in _made_up.personal(names, 200)]
            for name, drafts in (("chats alone", []), ("with 200 facts", facts)):
                find = ours(memory, f"{n} {name}", talk, drafts)
                total[name] += sum(measure(find(one), one.evidence)["R@10"] for one in talk.questions)
        memory.close()
    asked = sum(len(talk.questions) for talk in talks)
    return {name: value / asked for name, value in total.items()}


def main() -> None:
    """Print the tables and save them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noisy", description=__doc__)
    parser.add_argument(
        "--mixed", type=Path, metavar="PATH", help="measure the price on the chats of a LoCoMo file"
    )
    given = parser.parse_args()
    embedder = Remembering()
    if given.mixed:
        paid = price(given.mixed, embedder)
        _common.show("Evidence found with facts mixed in (percent)", ("store", "R@10"), list(paid.items()))
        _common.save("noisy-mixed", {"R@10 percent": paid})
        return
    found = facts_in_logs(embedder)
    _common.show(
        "64 facts among 5,000 log lines, recall@10",
        ("system", *(f"set {seed}" for seed in SEEDS), "mean"),
        [(name, *of.values()) for name, of in found.items()],
    )
    _common.save("noisy", {"recall@10": found})


if __name__ == "__main__":
    main()
