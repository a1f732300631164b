"""Does relevance tell what fits from what does not: `python -m benchmarks.relevance PATH [--no-model]`.

PATH is a LoCoMo file. Every conversation is asked its own questions, and those of the other conversations with their two
speakers' names exchanged for its own (else the names would give them away). AUROC is the chance that the best hit of a
question of its own is more relevant than that of a foreign one. Questions of category 5 sound like its own and have no
answer in it. Some foreign questions do have one: "which books has she read" can be asked of anybody who reads.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _common, _quoted
from benchmarks._common import Conversation, Remembering
from benchmarks.ablation import saved
from holdfast import Memory

CUTS = (0.1, 0.2, 0.3, 0.5, 0.7)
CONSIDERED = 150  # hits that a context is made from


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """Return the chance that one of `yes` is above one of `no`, ties counted half."""
    high, low = np.array(yes)[:, None], np.array(no)[None]
    return float(np.mean((high > low) + 0.5 * (high == low)))


def asked(talks: Sequence[Conversation], n: int) -> dict[str, list[str]]:
    """Return the questions that conversation `n` is asked, by kind."""
    mine = talks[n].people
    foreign = [
        _common.renamed(question.text, other.people, mine)
        for m, other in enumerate(talks)
        for question in other.questions
        if m != n
    ]
    own = [question.text for question in talks[n].questions]
    return {"own": own, "foreign": foreign, "category 5": [*talks[n].unanswerable]}


def run(path: Path, model: bool) -> dict[str, dict[str, list[float]]]:
    """Return, for each kind of question, the relevance of its best hit, and the highest of all hits of a context."""
    talks, embedder = _common.conversations(path), Remembering()
    found: dict[str, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/relevance.db", embedder=embedder if model else None)
        for n, talk in enumerate(shown.track(talks, description="conversations")):
            own = memory.scoped(user=f"speaker-{n}")
            saved(own, talk)
            for kind, questions in asked(talks, n).items():
                of = found.setdefault(kind, {"best": [], "any": []})
                for question in shown.track(questions, description=kind):
                    # Without a model a question that nothing matches has no hit at all.
                    relevances = [hit.relevance for hit in own.search(question, k=CONSIDERED)] or [0.0]
                    of["best"].append(relevances[0])
                    of["any"].append(max(relevances))
        memory.close()
    return found


def main() -> None:
    """Print the tables and save them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relevance", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--no-model", action="store_true", help="without an embedding model")
    given = parser.parse_args()
    found = run(given.path, not given.no_model)
    result: dict[str, Any] = {
        "AUROC": {
            kind: auroc(found["own"]["best"], found[kind]["best"]) for kind in ("foreign", "category 5")
        },
        "kept": {
            kind: {str(cut): float(np.mean(np.array(of["best"]) >= cut)) for cut in CUTS}
            for kind, of in found.items()
        },
        "context": {
            kind: {str(cut): float(np.mean(np.array(of["any"]) >= cut)) for cut in CUTS}
            for kind, of in found.items()
        },
        "questions": {kind: len(of["best"]) for kind, of in found.items()},
    }
    with _quoted.keeping("relevance", write=not given.no_model):
        _common.show(
            "AUROC of the best hit's relevance, own questions against",
            ("questions", "number", "AUROC"),
            [(kind, result["questions"][kind], value) for kind, value in result["AUROC"].items()],
        )
        _common.show(
            "Share whose best hit (or any hit of a context) is at least so relevant",
            ("questions", *(f"{cut:.1f}" for cut in CUTS), *(f"any {cut:.1f}" for cut in CUTS)),
            [
                (kind, *result["kept"][kind].values(), *result["context"][kind].values())
                for kind in result["questions"]
            ],
        )
    _common.save("relevance-no-model" if given.no_model else "relevance", result)


if __name__ == "__main__":
    main()
