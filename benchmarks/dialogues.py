"""What is held true at the end of short dialogues, by rules alone: `python -m benchmarks.dialogues [PATH] [--misses] [--set NAME]`.

Each dialogue of benchmarks/dialogues.jsonl, which the rules were mended for, and then of benchmarks/blind_dialogues.jsonl, which they were
not (or of PATH alone), is handed to a `Session` turn by turn, a minute apart, as an agent would. At its
end we look at what is live: how much of what is still true is there (`held`; what waits for review counts, it is not lost), how much of what was told and
is true no longer has gone (`gone`), and how many memories are live that no label asks for (`besides`: a label may well be
missing, so these are to be looked at). docs/extraction.md tells which sets were written by somebody who did not know the rules,
and what was read of them at first.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import _common
from holdfast import Memory, MemoryItem, Session
from holdfast.testing import FrozenClock

DIALOGUES, BLIND = (Path(__file__).parent / f"{name}.jsonl" for name in ("dialogues", "blind_dialogues"))
BEGIN = datetime(2026, 5, 13, 12, tzinfo=UTC)  # a Wednesday
DECLARATIVE = ("fact", "preference", "procedure")
_GENERAL = frozenset({"user", "project", "replies", "me", "i", "assistant"})


@dataclass
class Count:
    """What is held of what is true, what is gone of what is not, and what is live besides."""

    dialogues: int = 0
    true: int = 0
    held: int = 0
    over: int = 0
    gone: int = 0
    besides: int = 0

    def add(self, other: Count) -> None:
        """Count another's too."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Score:
    """Counts by class and by set, and in all, and each dialogue in which something is not as labelled."""

    classes: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    sets: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    whole: Count = field(default_factory=Count)
    misses: list[str] = field(default_factory=list)


def dialogues(path: Path = DIALOGUES) -> list[dict[str, Any]]:
    """Return the labelled dialogues of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def steps(turns: Sequence[dict[str, str]]) -> list[list[dict[str, str]]]:
    """Return the turns as an agent's steps: each user turn with the answer to it."""
    found: list[list[dict[str, str]]] = []
    for turn in turns:
        if turn["role"] == "user" or not found:
            found.append([turn])
        else:
            found[-1].append(turn)
    return found


def ended(dialogue: dict[str, Any]) -> list[MemoryItem]:
    """Return the declarative memories that are live, or wait for review, when a dialogue has been handed over."""
    clock = FrozenClock(BEGIN)
    with Memory("sqlite://", embedder=None, clock=clock) as memory:
        session = Session(memory, thread="talk", user="ada", project="api")
        for step in steps(dialogue["turns"]):
            session.before_step(step[0]["content"])
            session.after_step(step)
            clock.advance(minutes=1)
        ada = memory.scoped(user="ada", project="api")
        waiting = {"eq": {"state": "pending"}}
        return [*ada.list(kinds=DECLARATIVE, limit=100).items, *ada.list(where=waiting, limit=100).items]


def _words(text: object) -> str:
    return " ".join(re.findall(r"[\w.:]+", str(text).lower()))


def _holds(item: MemoryItem, value: str) -> bool:
    said = _words(item.text if item.value is None else item.value)
    return re.search(rf"(?<!\w){re.escape(_words(value))}(?!\w)", said) is not None


def _about(item: MemoryItem, names: Iterable[str]) -> bool:
    told = _words(f"{item.slot or ''} {item.text} {item.value}".replace(".", " ").replace("_", " "))
    return any(
        name.lower() in _GENERAL or re.search(rf"(?<!\w){re.escape(_words(name))}(?!\w)", told) is not None
        for name in names
    )


def measure(labelled: Iterable[dict[str, Any]]) -> Score:
    """Return the counts of labelled dialogues."""
    score = Score()
    for one in labelled:
        items = ended(one)
        live = [item for item in items if item.state == "active"]
        asked, lacking = set[str](), list[dict[str, Any]]()
        for want in one["holds"]:
            met = [
                item
                for item in items
                if _about(item, want["about"]) and any(_holds(item, value) for value in want["value"])
            ]
            asked |= {item.id for item in met}
            lacking += [] if met else [want]
        stale = [value for value in one["gone"] if any(_holds(item, value) for item in live)]
        besides = [item for item in live if item.id not in asked and item.slot != "entity.alias"]
        count = Count(
            1, len(one["holds"]), len(one["holds"]) - len(lacking),
            len(one["gone"]), len(one["gone"]) - len(stale), len(besides),
        )  # fmt: skip
        for total in (score.classes[one["class"]], score.sets[one["set"]], score.whole):
            total.add(count)
        if lacking or stale or besides:
            said = " / ".join(turn["content"] for turn in one["turns"] if turn["role"] == "user")
            told = [
                f"{item.slot or item.kind}={item.text if item.value is None else item.value}"
                for item in besides
            ]
            score.misses.append(
                f"[{one['class']}] {said}\n    lacks {lacking}  stale {stale}  besides {told}"
            )
    return score


def main() -> None:
    """Print the table and save it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialogues", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, default=DIALOGUES, help="labelled dialogues")
    parser.add_argument("--misses", action="store_true", help="print each dialogue that is not as labelled")
    parser.add_argument("--set", help="of one set only")
    given = parser.parse_args()
    labelled = [one for one in dialogues(given.path) if given.set in (None, one["set"])]
    counts = shown(labelled, given.misses)
    if given.path == DIALOGUES and given.set is None:
        blind = shown(dialogues(BLIND), given.misses)
        saved = {"seen": counts, "blind": blind}
        _common.save("dialogues", {name: {key: vars(one) for key, one in of} for name, of in saved.items()})


def shown(labelled: Sequence[dict[str, Any]], misses: bool) -> list[tuple[str, Count]]:
    """Print the figures of labelled dialogues, and each that is not as labelled if `misses` are asked for; return the rows."""
    score = measure(labelled)
    if misses:
        print(*score.misses, sep="\n")
    counts = [*score.classes.items(), *((f"set: {name}", one) for name, one in score.sets.items())]
    counts.append(("all", score.whole))
    _common.show(
        f"{len(labelled)} dialogues",
        ("class", "dialogues", "true at the end", "held", "true no longer", "gone", "besides"),
        [
            (name, one.dialogues, one.true, _share(one.held, one.true), one.over, _share(one.gone, one.over), one.besides)
            for name, one in counts
        ],
    )  # fmt: skip
    return counts


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


if __name__ == "__main__":
    main()
