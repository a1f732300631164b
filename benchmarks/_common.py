"""What the benchmarks share: labelled conversations, baselines' tools, tables and saved results."""

from __future__ import annotations

import itertools
import json
import os
import platform
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from holdfast.embedders import MODELS, MiniLM

RESULTS = Path(__file__).parent / "results"
CATEGORIES = {1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop"}
console = Console(width=110)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Turn:
    """One turn of a labelled conversation; `id` is "D<session>:<turn>", the form its questions name evidence by."""

    id: str
    speaker: str
    text: str
    at: datetime

    @property
    def thread(self) -> str:
        """The session."""
        return self.id.partition(":")[0]

    @property
    def turn(self) -> int:
        """The place in the session, from 1."""
        return int(self.id.partition(":")[2])

    def draft(self) -> dict[str, Any]:
        """The turn as an argument of `save_many`."""
        return {
            "text": self.text,
            "kind": "episode",
            "speaker": self.speaker,
            "thread": self.thread,
            "turn": self.turn,
            "observed_at": self.at,
        }


@dataclass(frozen=True)
class Question:
    """A question with the ids of the turns that hold its answer, at least one, and its category."""

    text: str
    evidence: frozenset[str]
    category: int


@dataclass(frozen=True)
class Conversation:
    """All turns of two people over many sessions, in order, what was asked about them, and what they never said."""

    turns: list[Turn]
    questions: list[Question]
    unanswerable: tuple[str, ...] = ()

    @property
    def people(self) -> list[str]:
        """The speakers in the order in which they first speak."""
        return list(dict.fromkeys(turn.speaker for turn in self.turns))


def renamed(text: str, theirs: Sequence[str], ours: Sequence[str]) -> str:
    """Return a text about some people as one about others, name by name."""
    names = dict(zip(theirs, ours, strict=False))
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in theirs))
    return pattern.sub(lambda found: names.get(found[0], found[0]), text)


def conversations(path: Path) -> list[Conversation]:
    """Read a file in the format of LoCoMo (Maharana et al., ACL 2024): questions of categories 1-4 that have evidence.

    Ends the process with a clear line and no error where the file is absent: it may not be shipped (CC BY-NC).
    """
    if not path.is_file():
        console.print(f"skipped: {path} is absent; give the path of a LoCoMo file")
        raise SystemExit(0)
    return [_conversation(one) for one in json.loads(path.read_text("utf-8"))]


def _conversation(raw: dict[str, Any]) -> Conversation:
    talk = raw["conversation"]
    sessions = sorted(
        (name for name in talk if re.fullmatch(r"session_\d+", name)), key=lambda name: int(name[8:])
    )
    turns = []
    for name in sessions:
        at = datetime.strptime(talk[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        turns += [Turn(turn["dia_id"], turn["speaker"], turn["text"], at) for turn in talk[name]]
    questions = []
    for asked in raw["qa"]:
        evidence = frozenset(re.findall(r"D\d+:\d+", " ".join(asked["evidence"])))
        if asked["category"] in CATEGORIES and evidence:
            questions.append(Question(asked["question"], evidence, asked["category"]))
    unanswerable = tuple(asked["question"] for asked in raw["qa"] if asked["category"] == 5)
    return Conversation(turns, questions, unanswerable)


class Remembering:
    """The shipped model with a memory, so that every system of a run shares the cost of embedding a text once."""

    def __init__(self) -> None:
        self._model = MiniLM()
        self.id, self.dimension = self._model.id, self._model.dimension
        self._known: dict[str, Floats] = {}

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return the vectors as the model gives them: a text's vector does not depend on its company."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._model.embed(new), strict=True))
        return (
            np.stack([self._known[text] for text in texts])
            if texts
            else np.zeros((0, self.dimension), np.float32)
        )


def percentile(values: Iterable[float], q: float) -> float:
    """Return the q-th percentile (0..100) of some values, between two neighbours in proportion."""
    return float(np.percentile(np.fromiter(values, float), q))


def progress() -> Progress:
    """Return a progress display that writes to the error stream and leaves nothing behind."""
    return Progress(console=Console(stderr=True), transient=True)


def show(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; floats with one digit, or three where they are at most 1."""
    table = Table(title=title, title_justify="left")
    for n, header in enumerate(headers):
        table.add_column(header, justify="right" if n else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) <= 1 else f"{value:.1f}"
    return str(value)


def save(name: str, result: dict[str, Any]) -> Path:
    """Write a result to benchmarks/results/NAME.json with the machine, the versions and the commit it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    measured = {
        "commit": _git("rev-parse", "--short=12", "HEAD") or None,
        "changed_since": bool(_git("status", "--porcelain", "--", "src", "benchmarks/*.py")),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": " ".join(
            ["python -m", f"benchmarks.{name.partition('-')[0]}", *map(_plain, sys.argv[1:])]
        ),
        "machine": {
            "cpu": _cpu(),
            "cores": os.cpu_count(),
            "system": platform.system(),
            "arch": platform.machine(),
        },
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in ("holdfast", "numpy", "onnxruntime", "PyStemmer")},
        },
    }
    path.write_text(json.dumps(measured | result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    console.print(f"saved {path.relative_to(RESULTS.parent.parent)}")
    return path


def source() -> dict[str, Any]:
    """Return the commit and whether the tree differs from it: for a long run, to be asked at its start and saved with it."""
    return {
        "commit": _git("rev-parse", "--short=12", "HEAD") or None,
        "changed_since": bool(_git("status", "--porcelain", "--", "src", "benchmarks/*.py")),
    }


def _plain(argument: str) -> str:
    """Return an argument without the folders of a path: they say nothing to others."""
    return Path(argument).name if "/" in argument or os.sep in argument else argument


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=RESULTS.parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


@dataclass
class Row:
    """One figure of a report: what it is, its value, the bar it must not pass (or must reach, `least`), its unit."""

    name: str
    value: float
    bar: float | None
    unit: str
    least: bool = False
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """ "ok", "MISSED", or nothing where there is no bar."""
        if self.bar is None:
            return ""
        return "ok" if (self.value >= self.bar if self.least else self.value <= self.bar) else "MISSED"


def report(name: str, rows: Iterable[Row], *, quick: bool) -> Path:
    """Print rows as they come, with bar and verdict, and save them; a quick run is not saved over a whole one."""
    kept = []
    for row in rows:
        bar = "" if row.bar is None else f"{'>=' if row.least else '<='} {row.bar:g}"
        print(f"{row.name:<48}{row.value:>12,.3f} {row.unit:<30}{bar:<10}{row.verdict}", flush=True)
        kept.append({**asdict(row), "value": round(row.value, 4), "verdict": row.verdict})
    return save(name + ("-quick" if quick else ""), {"quick": quick, "rows": kept})


class Chatter:
    """Texts with the lengths of chat turns over a Zipf-like vocabulary, from a seed.

    The words are the shipped tokenizer's whole words in its own order, which is about that of their frequency; the n-th
    is drawn with a weight of 1 / (n + 2.7). One word in twenty is made of two, so that there are rare words too.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        stored = json.loads((MODELS / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
        ordered = sorted(stored, key=stored.__getitem__)
        self._words = [word for word in ordered if word.isascii() and word.isalpha() and len(word) > 1]
        self._weights = list(itertools.accumulate(1 / (n + 2.7) for n in range(len(self._words))))

    def words(self, count: int) -> list[str]:
        """Return `count` words."""
        drawn = self._random.choices(self._words, cum_weights=self._weights, k=count)
        rare = self._random.choices(self._words[2_000:], k=count)
        return [
            one + two if self._random.random() < 0.05 else one for one, two in zip(drawn, rare, strict=True)
        ]

    def sentence(self, low: int, high: int) -> str:
        """Return a sentence of `low` to `high` words."""
        mark = self._random.choices(".?!", (8, 1, 1))[0]
        return " ".join(self.words(self._random.randint(low, high))).capitalize() + mark

    def turn(self) -> str:
        """Return a chat turn: one to five sentences, about 22 words."""
        count = self._random.choices((1, 2, 3, 4, 5), (3, 4, 3, 1, 1))[0]
        return " ".join(self.sentence(4, 14) for _ in range(count))

    def note(self) -> str:
        """Return a short declarative memory: one sentence of 6 to 14 words."""
        return self.sentence(6, 14)

    def query(self) -> str:
        """Return a question of 5 to 11 words."""
        return " ".join(self.words(self._random.randint(5, 11))).capitalize() + "?"


class Bulk:
    """The shipped model's id and dimension with made-up unit vectors: fills a store in a thousandth of the time.

    A text's vector is the sum of two rows of a fixed random table, picked by the text's checksum: the same text always
    has the same one, and different texts are as far apart as random directions are.
    """

    def __init__(self, model: MiniLM) -> None:
        self.id, self.dimension = model.id, model.dimension
        self._table = np.random.default_rng(1).standard_normal((4_096, self.dimension), np.float32)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector for each text."""
        marks = np.array([zlib.crc32(text.encode()) for text in texts], np.int64)
        made = self._table[marks & 4_095] + self._table[marks >> 12 & 4_095]
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return np.ascontiguousarray(made, np.float32)
