"""What a budget of tokens holds: `python -m benchmarks.packing PATH`.

PATH is a LoCoMo file. For each question the 150 best hits are packed into 256, 512 and 1,024 tokens as `context` does, and
filled in rank order with the same rendering; counted is the share of the question's evidence turns in the text. Then
`context` itself with its defaults, against all turns of the conversation, rendered alike.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import _common, _quoted
from benchmarks._common import Remembering
from benchmarks._resampling import share
from benchmarks._strategies import Counter, line
from benchmarks.ablation import saved
from holdfast import Memory, pack
from holdfast.embedders import MiniLM

BUDGETS = (256, 512, 1_024)
CONSIDERED = 150
Rows = dict[str, list[float]]


def run(path: Path) -> tuple[dict[int, Rows], Rows]:
    """Return evidence (percent) by budget, packed and filled, and what `context` gave: evidence, tokens, those of replay."""
    embedder, count = Remembering(), Counter(MiniLM())
    budgets: dict[int, Rows] = {budget: {"packed": [], "filled": []} for budget in BUDGETS}
    whole: Rows = {"evidence": [], "tokens": [], "replay": []}
    with tempfile.TemporaryDirectory() as folder, _common.progress() as shown:
        memory = Memory(f"sqlite:///{folder}/packing.db", embedder=embedder, count_tokens=count)
        for n, talk in enumerate(shown.track(_common.conversations(path), description="conversations")):
            own = memory.scoped(user=f"speaker-{n}")
            turn_of = saved(own, talk)
            everything = float(sum(count(line(turn)) for turn in talk.turns))
            for question in shown.track(talk.questions, description=f"questions of {n + 1}"):
                wanted = {id for id, turn in turn_of.items() if turn in question.evidence}
                hits = own.search(question.text, k=CONSIDERED)
                entries = [pack.Entry(hit.item, hit.relevance) for hit in hits]
                for budget, of in budgets.items():
                    of["packed"].append(held(pack.pack(entries, budget, count).ids, wanted))
                    of["filled"].append(held(pack.fill(entries, budget, count).ids, wanted))
                context = own.context(question.text)
                whole["evidence"].append(held(context.ids, wanted))
                whole["tokens"].append(float(context.tokens))
                whole["replay"].append(everything)
        memory.close()
    return budgets, whole


def held(ids: Sequence[str], wanted: set[str]) -> float:
    """Return the share of what is wanted among some ids, in percent."""
    return 100.0 * len(wanted.intersection(ids)) / len(wanted)


def main() -> None:
    """Print the tables and save them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packing", description=__doc__)
    parser.add_argument("path", type=Path, metavar="PATH")
    budgets, whole = run(parser.parse_args().path)
    result: dict[str, Any] = {
        str(budget): {name: float(np.mean(rows)) for name, rows in of.items()}
        | {"more": share(of["packed"], of["filled"])}
        for budget, of in budgets.items()
    }
    means = {name: float(np.mean(rows)) for name, rows in whole.items()}
    means["tokens of replay %"] = 100.0 * means["tokens"] / means["replay"]
    means["empty %"] = 100.0 * float(np.mean([tokens == 0 for tokens in whole["tokens"]]))
    with _quoted.keeping("packing", write=True):
        _common.show(
            "Evidence in the text (percent), and how much more of it packing holds",
            ("tokens", "packed", "rank order", "more, with its 95 % interval"),
            [
                (budget, of["packed"], of["filled"], "{:+.1f} % [{:.1f}, {:.1f}]".format(*of["more"]))
                for budget, of in result.items()
            ],
        )
        _common.show("context(question) with its defaults", ("what", "value"), list(means.items()))
    _common.save("packing", {"budgets": result, "context": means})


if __name__ == "__main__":
    main()
