"""Ways of giving an agent a memory, over the same conversations: `python -m benchmarks.strategies PATH [--quick]`.

For every question of a LoCoMo file (PATH) each way hands over some text; counted are the share of the question's evidence
turns in it, its tokens, and the time to get it (with the embedding of the question where there is one). Then the same
with three and ten times the history: turns of the other conversations, with their speakers' names exchanged for those of
the conversation asked (else the names would give them away), under the same user. Writes docs/img/strategies.svg.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks import _common, _plot, _quoted
from benchmarks._common import Conversation, Floats, Remembering, Turn
from benchmarks._strategies import Counter, Strategy, all_of, line
from holdfast import Memory
from holdfast.embedders import MiniLM

TIMES = (1, 3, 10)
PLOT = Path(__file__).parent.parent / "docs" / "img" / "strategies.svg"
Figures = dict[str, dict[int, dict[str, float]]]


class Timed(Remembering):
    """The shipped model with a memory, which notes the time it takes and whether it was asked."""

    took = 0.0
    calls = 0

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return the vectors."""
        began = time.perf_counter()
        vectors = super().embed(texts)
        self.took += time.perf_counter() - began
        self.calls += 1
        return vectors


def noise(own: Conversation, others: Sequence[Conversation]) -> Iterator[Turn]:
    """Yield the turns of other conversations without end, as if the two people of `own` had said them.

    Every round is a year earlier than the one before and exchanges who says what. An id is that of no turn of `own`.
    """
    names, around = own.people, 0
    while True:
        for n, other in enumerate(others):
            theirs, ours = other.people, names if around % 2 == 0 else names[::-1]
            for turn in other.turns:
                text, who = (_common.renamed(said, theirs, ours) for said in (turn.text, turn.speaker))
                yield Turn(f"N{around}.{n}.{turn.id}", who, text, turn.at - timedelta(days=364 * around))
        around += 1


def history(own: Conversation, others: Sequence[Conversation], times: int) -> list[Turn]:
    """Return the own turns among others, `times` as many in all, in the order of time."""
    more = noise(own, others)
    turns = [*own.turns, *(next(more) for _ in range((times - 1) * len(own.turns)))]
    return sorted(turns, key=lambda turn: turn.at)  # stable: turns of a session keep their order


def asked(
    ways: dict[str, Strategy], talk: Conversation, embedder: Timed, count: Counter
) -> dict[str, list[dict[str, float]]]:
    """Return, for each way, evidence (percent), tokens, milliseconds without embedding and embeddings of each question."""
    rows: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    for question in talk.questions:
        for name, way in ways.items():
            embedder.took, embedder.calls = 0.0, 0
            began = time.perf_counter()
            given = way.recall(question.text)
            took = time.perf_counter() - began - embedder.took
            found = len(question.evidence & given.ids) / len(question.evidence)
            rows[name].append({
                "evidence": 100 * found, "tokens": count(given.text) if given.text else 0,
                "own_ms": took * 1e3, "embeddings": embedder.calls,
            })  # fmt: skip
    return rows


def embedding_ms(questions: Sequence[str]) -> float:
    """Return the median time of embedding a question alone."""
    model, took = MiniLM(), []
    for question in questions[:200]:
        began = time.perf_counter()
        model.embed([question])
        took.append((time.perf_counter() - began) * 1e3)
    return statistics.median(took)


def run(path: Path, quick: bool) -> tuple[Figures, dict[str, float]]:
    """Return way -> size of the history -> figures, and what was measured beside them."""
    talks = _common.conversations(path)
    embedder, count = Timed(), Counter(MiniLM())
    chosen = talks[:1] if quick else talks
    sizes = TIMES[:2] if quick else TIMES
    rows: dict[str, dict[int, list[dict[str, float]]]] = {}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{Path(folder) / 'strategies.db'}", embedder=embedder)
        embedder.embed([question.text for talk in talks for question in talk.questions])
        for n, talk in enumerate(shown.track(chosen, description="conversations")):
            others = [other for m, other in enumerate(talks) if m != n]
            for times in shown.track(sizes, description=f"histories of {n + 1}"):
                turns = history(talk, others, times)
                tokens = {turn.id: count(line(turn)) for turn in turns}
                ways = all_of(turns, f"talk-{n}-{times}", memory, embedder, tokens)
                for name, found in asked(ways, talk, embedder, count).items():
                    rows.setdefault(name, {}).setdefault(times, []).extend(found)
        memory.close()
    beside = {"embedding_ms": embedding_ms([question.text for talk in talks for question in talk.questions])}
    return {
        name: {times: figures(found, beside["embedding_ms"]) for times, found in of.items()}
        for name, of in rows.items()
    }, beside | {"questions": sum(len(talk.questions) for talk in chosen), "conversations": len(chosen)}


def figures(rows: Sequence[dict[str, float]], embedding: float) -> dict[str, float]:
    """Return mean evidence and tokens, and the median time with an embedding wherever the way embeds the question."""
    return {
        "evidence": statistics.mean(row["evidence"] for row in rows),
        "tokens": statistics.mean(row["tokens"] for row in rows),
        "ms": statistics.median(row["own_ms"] + embedding * row["embeddings"] for row in rows),
    }


def show(found: Figures, beside: dict[str, float]) -> None:
    """Print the table."""
    sizes = sorted({times for of in found.values() for times in of})
    first, last = sizes[0], sizes[-1]
    columns = [f"{what} x{times}" for times in (first, last) for what in ("evidence %", "tokens", "ms")]
    _common.show(
        f"What {beside['questions']} questions got, with the history as it is and {last} times as long",
        ("memory", *columns),
        [
            (
                name,
                *(cell(of[times], what) for times in (first, last) for what in ("evidence", "tokens", "ms")),
            )
            for name, of in found.items()
        ],
    )
    _common.console.print(
        f"ms: median, with {beside['embedding_ms']:.1f} ms for the embedding of the question where there is one"
    )
    if not any(name.startswith("Holdfast context") for name in found):
        _common.console.print("Holdfast context is absent: this version has no `context`")


def cell(of: dict[str, float], what: str) -> str:
    """Return a figure as the table shows it."""
    return f"{of[what]:,.0f}" if what == "tokens" else f"{of[what]:.1f}"


def main() -> None:
    """Print the table, save it and draw it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.strategies", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("path", type=Path, metavar="PATH", help="a LoCoMo file")
    parser.add_argument("--quick", action="store_true", help="one conversation, three times: a smoke test")
    given = parser.parse_args()
    source = _common.source()
    found, beside = run(given.path, given.quick)
    with _quoted.keeping("strategies", write=not given.quick):
        show(found, beside)
    if not given.quick:
        PLOT.parent.mkdir(parents=True, exist_ok=True)
        PLOT.write_text(_plot.drawn(panels(found)), "utf-8")
    shown: dict[str, Any] = {
        name: {f"x{times}": one for times, one in of.items()} for name, of in found.items()
    }
    _common.save("strategies-quick" if given.quick else "strategies", {**source, **beside, "results": shown})


def panels(found: Figures) -> list[_plot.Panel]:
    """Return the plot's two panels."""

    def points(what: str) -> dict[str, list[tuple[float, float]]]:
        return {name: [(times, one[what]) for times, one in of.items()] for name, of in found.items()}

    return [
        _plot.Panel("Evidence found (%)", points("evidence"), [0, 20, 40, 60, 80, 100]),
        _plot.Panel("Tokens per question", points("tokens"), [10, 100, 1_000, 10_000, 100_000], log=True),
    ]


if __name__ == "__main__":
    main()
