"""What each signal of the ranking is worth: `python -m benchmarks.ablation PATH [--no-model]`.

PATH is a LoCoMo file. Every turn of a conversation is ranked for each of its questions; the raw values of the signals come
from the search's receipt. Weights are fitted on all conversations but one and measured on that one: first with every
signal, then with one left out in turn, the others fitted anew. A signal is worth the difference, with a 95 % interval
by paired bootstrap over questions. Words and meaning keep their ratio, and what threads spread of them stays as it is.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import _common, _quoted
from benchmarks._common import CATEGORIES, Conversation, Question, Remembering
from benchmarks._resampling import interval
from benchmarks.recall import averages, measure
from holdfast import Memory, ScopedMemory
from holdfast.ranking import RECIPE

Doubles = NDArray[np.float64]
CORE = tuple(one.name for one in RECIPE.core)
# Not fitted here: few questions ask for an order, age is no matter of these talks, and nobody repeats anything in them. `recent` is
# measured by benchmarks/when.py, `repeats` by benchmarks/echo.py.
GIVEN = ("recent", "importance", "repeats")
SHAPE = tuple(one.name for one in RECIPE.shape if one.name not in GIVEN)
MEASURES = ("R@10", "nDCG@10")
_RIDGE, _STEPS = 1e-4, 25


@dataclass(frozen=True)
class Case:
    """A question of one conversation: which turns were ranked, which of them hold evidence, and their raw values."""

    talk: int
    question: Question
    ids: tuple[str, ...]
    holds: NDArray[np.bool_]
    raw: dict[str, Doubles]

    def matrix(self, names: Sequence[str]) -> Doubles:
        """Return the core of each turn, of those of its signals that are among `names`, and then the other `names`."""
        weights = RECIPE.weights
        core = sum(weights[name] * self.raw[name] for name in (*CORE, *GIVEN) if name in (*names, *GIVEN))
        columns = [self.raw[name] for name in names if name not in CORE]
        return np.stack([np.broadcast_to(core, self.holds.shape), *columns], axis=1)

    def measured(self, scores: Doubles) -> dict[str, float]:
        """Return the measures of the order that scores give."""
        best = np.argsort(-scores, kind="stable")[:50]
        return measure([self.ids[row] for row in best], self.question.evidence)


def cases(path: Path, model: bool) -> list[Case]:
    """Return every question of a file with all turns of its conversation ranked."""
    embedder = Remembering()
    found = []
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/ablation.db", embedder=embedder if model else None)
        for n, talk in enumerate(shown.track(_common.conversations(path), description="conversations")):
            own = memory.scoped(user=f"speaker-{n}")
            turn_of = saved(own, talk)
            for question in shown.track(talk.questions, description=f"questions of {n + 1}"):
                rows = own.search(question.text, k=1_000).receipt.rows
                ids = tuple(turn_of[row.id] for row in rows)
                holds = np.array([id in question.evidence for id in ids])
                raw = {name: np.array([row.raw[name] for row in rows]) for name in RECIPE.names}
                found.append(Case(n, question, ids, holds, raw))
        memory.close()
    return found


def saved(own: ScopedMemory, talk: Conversation) -> dict[str, str]:
    """Save a conversation and return each memory's turn."""
    drafts = [turn.draft() for turn in talk.turns]
    items = [item for at in range(0, len(drafts), 1_000) for item in own.save_many(drafts[at : at + 1_000])]
    return {item.id: turn.id for item, turn in zip(items, talk.turns, strict=True)}


def fitted(pairs: Sequence[tuple[Doubles, NDArray[np.bool_]]], weights: Sequence[float]) -> Doubles:
    """Return the weights of columns under which evidence is most likely to be drawn from among all turns without any.

    Each evidence turn is a choice among itself and the turns without evidence (McFadden, 1974, "Conditional logit
    analysis"): concave, so that where the search starts does not matter. `weights` say how much each question counts.
    """
    width = pairs[0][0].shape[1]
    found = np.ones(width)
    for _ in range(_STEPS):
        slope, bend = -_RIDGE * len(pairs) * found, -_RIDGE * len(pairs) * np.eye(width)
        for (columns, holds), weight in zip(pairs, weights, strict=True):
            scores = columns @ found
            rest, high = columns[~holds], float(scores[~holds].max())
            odds = np.exp(scores[~holds] - high)
            total = float(odds.sum())
            mean = odds @ rest / total
            spread = (rest * (odds / total)[:, None]).T @ rest - np.outer(mean, mean)
            for row in np.flatnonzero(holds):
                missed = 1.0 / (1.0 + math.exp(min(60.0, float(scores[row]) - high - math.log(total))))
                away, share = columns[row] - mean, weight / holds.sum()
                slope += share * missed * away
                bend -= share * missed * (spread + (1.0 - missed) * np.outer(away, away))
        step = np.linalg.solve(bend, slope)
        found = found - step
        if np.abs(step).max() < 1e-3:
            break
    return found


def counting(of: Sequence[Case]) -> list[float]:
    """Return how much each question counts in a fit: half alike, half so that every category counts the same."""
    sizes = {n: sum(case.question.category == n for case in of) for n in CATEGORIES}
    kinds = sum(size > 0 for size in sizes.values())
    return [0.5 + 0.5 * len(of) / kinds / sizes[case.question.category] for case in of]


def held_out(of: Sequence[Case], names: Sequence[str]) -> tuple[list[dict[str, float]], list[Doubles]]:
    """Return each question's measures under weights fitted on the other conversations, and these weights, the core's 1."""
    matrices = [case.matrix(names) for case in of]
    rows: list[dict[str, float]] = [{} for _ in of]
    weights = []
    for talk in sorted({case.talk for case in of}):
        seen = [n for n, case in enumerate(of) if case.talk != talk and case.holds.any()]
        found = fitted([(matrices[n], of[n].holds) for n in seen], counting([of[n] for n in seen]))
        weights.append(found / found[0])
        for n, case in enumerate(of):
            if case.talk == talk:
                rows[n] = case.measured(matrices[n] @ found)
    return rows, weights


def worth(whole: Sequence[dict[str, float]], without: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """Return, for each measure, what is lost without a signal: the mean, and the bounds of its 95 % interval."""
    return {
        name: interval([a[name] - b[name] for a, b in zip(whole, without, strict=True)]) for name in MEASURES
    }


def by_category(of: Sequence[Case], rows: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return the mean of every measure over all questions and over those of each category."""
    return averages([(case.question.category, row) for case, row in zip(of, rows, strict=True)])


def run(path: Path, model: bool) -> dict[str, Any]:
    """Return the figures."""
    of = cases(path, model)
    names = [name for name in (*CORE, *SHAPE) if model or name != "meaning"]
    shipped = np.array([1.0, *(RECIPE.weights[name] for name in names if name not in CORE)])
    whole, weights = held_out(of, names)
    own = dict(zip(["core", *(name for name in names if name not in CORE)], np.array(weights).T, strict=True))
    signals = {}
    for name in names:
        rest = [other for other in names if other != name]
        if not set(rest) & set(CORE):
            continue
        without, _ = held_out(of, rest)
        fits = own["core" if name in CORE else name] * (RECIPE.weights[name] if name in CORE else 1.0)
        signals[name] = {
            "shipped": RECIPE.weights[name],
            "fitted": [float(fits.mean()), float(fits.std())],
            **worth(whole, without),
        }
    return {
        "as shipped": by_category(of, [case.measured(case.matrix(names) @ shipped) for case in of]),
        "held out": by_category(of, whole),
        "signals": signals,
    }


def main() -> None:
    """Print the tables and save them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ablation", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--no-model", action="store_true", help="without an embedding model")
    given = parser.parse_args()
    found = run(given.path, not given.no_model)
    with _quoted.keeping("ablation", write=not given.no_model):
        _common.show(
            "Evidence found (percent); by category R@10",
            ("weights", "R@10", "nDCG@10", *CATEGORIES.values()),
            [
                (
                    kind,
                    *(found[kind]["all"][one] for one in MEASURES),
                    *(found[kind][name]["R@10"] for name in CATEGORIES.values()),
                )
                for kind in ("as shipped", "held out")
            ],
        )
        _common.show(
            "What each signal adds, weights held out, with its 95 % interval",
            ("signal", "weight", "fitted", *MEASURES),
            [
                (
                    name,
                    f"{of['shipped']:.1f}",
                    "{:.2f} ± {:.2f}".format(*of["fitted"]),
                    *("{:+.2f} [{:.2f}, {:.2f}]".format(*of[one]) for one in MEASURES),
                )
                for name, of in found["signals"].items()
            ],
        )
    _common.save("ablation-no-model" if given.no_model else "ablation", found)


if __name__ == "__main__":
    main()
