"""How much of the evidence comes back: `python -m benchmarks.recall PATH [--no-model] [--heard]`.

One conversation is one user's store, one turn one memory, a question the query. R@k is the share of a question's evidence
turns among the first k, averaged over questions; nDCG@10 counts every evidence turn as 1. PATH is a LoCoMo file. With `--heard` an
agent answers each turn that it has heard ("Got it!"), as agents do; for Holdfast alone.
"""

from __future__ import annotations

import argparse
import math
import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import _common
from benchmarks._baselines import Baselines, Ranker
from benchmarks._common import CATEGORIES, Conversation, Question, Remembering
from holdfast import Memory
from holdfast.text import index_text

DEPTHS = (5, 10, 50)
Found = Callable[[Question], Sequence[str]]


def measure(found: Sequence[str], evidence: frozenset[str]) -> dict[str, float]:
    """Return one question's R@5, R@10, R@50 and nDCG@10, in percent."""
    row = {f"R@{k}": 100 * len(evidence.intersection(found[:k])) / len(evidence) for k in DEPTHS}
    gained = sum(1 / math.log2(place + 2) for place, id in enumerate(found[:10]) if id in evidence)
    best = sum(1 / math.log2(place + 2) for place in range(min(10, len(evidence))))
    return row | {"nDCG@10": 100 * gained / best}


def ours(memory: Memory, user: str, talk: Conversation, drafts: Sequence[dict[str, object]]) -> Found:
    """Save a conversation and other drafts under a user, and return the search for turns."""
    own = memory.scoped(user=user)
    turns = [turn.draft() for turn in talk.turns]
    everything = [*turns, *drafts]
    items = [
        item for at in range(0, len(everything), 1_000) for item in own.save_many(everything[at : at + 1_000])
    ]
    turn_of = {item.id: turn.id for item, turn in zip(items, talk.turns, strict=False)}
    return lambda question: [turn_of.get(hit.id, "") for hit in own.search(question.text, k=max(DEPTHS))]


HEARD = (
    "OK", "Good.", "Got it", "Noted.", "Understood", "Will do.", "Nice.", "Sounds great!", "Thanks for telling me.", "Great, noted!",
    "Okay, I'll keep that in mind.", "Wonderful", "Congrats!", "Sure thing!", "Of course.", "You're welcome!", "Glad to hear it.",
    "I see.", "Makes sense.", "Perfect.", "Alright.", "Cool!", "That's great.",
)  # fmt: skip


def heard(talk: Conversation) -> list[dict[str, object]]:
    """Return an agent's answers to the turns of a conversation, right behind each, that say no more than that it was heard."""
    draw = random.Random(4)
    source = {"role": "assistant", "trust": "model"}
    return [
        turn.draft() | {"text": draw.choice(HEARD), "speaker": "assistant", "source": source}
        for turn in talk.turns
    ]


def baselines(talk: Conversation, embedder: Remembering) -> dict[str, Found]:
    """Return the other systems over the same turns."""
    ids = [turn.id for turn in talk.turns]
    spoken = [index_text(turn.text, speaker=turn.speaker, observed_at=None) for turn in talk.turns]
    indexed = [index_text(turn.text, speaker=turn.speaker, observed_at=turn.at) for turn in talk.turns]

    def by_id(rank: Ranker) -> Found:
        return lambda question: [ids[row] for row in rank(question.text)]

    return {name: by_id(rank) for name, rank in Baselines(spoken, indexed, embedder).rankers().items()}


def averages(rows: Sequence[tuple[int, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return the mean of every measure over all questions and over those of each category."""
    groups = {"all": rows} | {name: [row for row in rows if row[0] == n] for n, name in CATEGORIES.items()}
    return {
        name: {key: sum(row[key] for _, row in group) / len(group) for key in group[0][1]}
        for name, group in groups.items()
        if group
    }


def run(path: Path, model: bool, answered: bool) -> dict[str, dict[str, dict[str, float]]]:
    """Return system -> category -> measure -> percent."""
    talks = _common.conversations(path)
    embedder = Remembering()
    rows: dict[str, list[tuple[int, dict[str, float]]]] = {}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/recall.db", embedder=embedder if model else None)
        for n, talk in enumerate(shown.track(talks, description="conversations")):
            systems = {} if answered else baselines(talk, embedder)
            name = "Holdfast" if model else "Holdfast, no model"
            systems[name] = ours(memory, f"speaker-{n}", talk, heard(talk) if answered else [])
            for question in shown.track(talk.questions, description=f"questions of {n + 1}"):
                for system, find in systems.items():
                    measured = measure(find(question), question.evidence)
                    rows.setdefault(system, []).append((question.category, measured))
        memory.close()
    return {system: averages(measured) for system, measured in rows.items()}


def main() -> None:
    """Print the table and save it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recall", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--no-model", action="store_true", help="Holdfast without an embedding model")
    parser.add_argument("--heard", action="store_true", help="an agent answers each turn that it has heard")
    given = parser.parse_args()
    result = run(given.path, not given.no_model, given.heard)
    measures = ("R@5", "R@10", "R@50", "nDCG@10")
    _common.show(
        "Evidence found, turn level, categories 1-4 (percent); by category R@10",
        ("system", *measures, *CATEGORIES.values()),
        [
            (
                system,
                *(of["all"][one] for one in measures),
                *(of[name]["R@10"] for name in CATEGORIES.values()),
            )
            for system, of in result.items()
        ],
    )
    name = f"recall{'-no-model' * given.no_model}{'-heard' * given.heard}"
    _common.save(name, {"percent": result})


if __name__ == "__main__":
    main()
