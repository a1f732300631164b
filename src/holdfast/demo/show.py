"""How the demo is told on a terminal: short, in colour where there is one, plain elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100


class Story:
    """Prints each part of the demo as soon as it is there."""

    def __init__(self) -> None:
        out = Console(highlight=False, markup=False, emoji=False)
        width = min(WIDTH, out.width) if sys.stdout.isatty() else WIDTH
        self._out = Console(highlight=False, markup=False, emoji=False, width=width)

    def part(self, name: str, part: Any) -> None:
        """Print one part of what `demo.run` finds."""
        tell: dict[str, Callable[[Any], None]] = {
            "store": self._store,
            "ingest": self._ingest,
            "ask": self._ask,
            "step": self._step,
            "resume": self._resume,
        }
        tell[name](part)

    def end(self, found: dict[str, Any]) -> None:
        """Print what it took, and where to go from here."""
        self._out.print()
        took = f"Four processes, one file, no network: {found['seconds']:.1f} s."
        if found["kept"]:
            self._say(f"{took} Ask it yourself:", "bold")
            url = f"sqlite:///{found['store']}"
            program = _program()
            self._out.print(
                f"  {program} search 'who is on call?' --user ada --team core --store '{url}'", soft_wrap=True
            )
            self._out.print(
                f"  {program} history --slot server.port --team core --store '{url}'", soft_wrap=True
            )
            self._say("Or look inside, in a browser:", "bold")
            self._out.print(f"  {program} serve --open --store '{url}'", soft_wrap=True)
        else:
            self._say(f"{took} The folder is removed; `holdfast demo --keep FOLDER` keeps it.", "bold")

    def _store(self, store: str) -> None:
        self._say("Holdfast: an agent's memory at work", "bold")
        self._say(
            "Ada and Bob work in the team core, each with an assistant. It is 27 May 2026 in this story."
        )
        self._out.print(f"Store: {store}", style="dim", soft_wrap=True)

    def _ingest(self, kept: dict[str, Any]) -> None:
        self._title(1, "Five weeks of conversation", f"process {kept['process']}")
        self._say(
            f"{kept['turns']} turns and {kept['facts']} facts that the agent chose to save, "
            f"{_day(kept['from'])} to {_day(kept['to'])}."
        )
        self._say(
            "The agent called save for each; nothing is extracted by itself here. "
            f"{kept['ms_per_save']:.0f} ms a save, embedded and on disk. The process has ended.",
            "dim",
        )

    def _ask(self, asked: dict[str, Any]) -> None:
        self._title(2, "After the restart: what does it remember?", f"process {asked['process']}")
        for one in asked["recall"]:
            self._say(f"Ada's agent asks: {one['question']}", "bold cyan")
            self._rows([_hit_row(hit) for hit in one["hits"][:2]])
        self._boundary(asked["boundary"])
        self._superseded(asked["superseded"])
        self._past(asked["past"])
        self._cost(asked["cost"], asked["ready_ms"])

    def _boundary(self, found: dict[str, Any]) -> None:
        self._title(3, "Nobody sees what is not theirs")
        self._say(f"Both ask: {found['question']}", "bold cyan")
        self._rows(
            [
                ("Ada", found["ada"]["text"], _who(found["ada"])),
                ("Bob", found["bob"]["text"], _who(found["bob"]) + ": the nearest he has"),
            ]
        )
        self._say(
            f"Of {found['bob_looked_through']} memories that Bob can see, {found['bob_sees_of_ada']} are Ada's. "
            f"The team's both see, each at once:"
        )
        self._rows([(name.title(), item["text"], _who(item)) for name, item in found["team"].items()])

    def _superseded(self, found: dict[str, Any]) -> None:
        self._title(4, "The world changed: the old value ends, and stays")
        self._say(
            f"{found['slot']} is {found['current']['value']}, looked up in {found['ms']:.1f} ms. Its history:"
        )
        rows = [
            (
                f"{_minute(one['known_from'])}",
                f"{found['slot']} = {one['value']}",
                f"true {_minute(one['valid_from'])} → {_minute(one['valid_to']) if one['valid_to'] else 'open'}",
            )
            for one in found["history"]
        ]
        self._rows([("written", "value", "valid time"), *rows], header=True)
        self._say("Bob moved it on Friday 22 May and told the agent on Monday 25 May.", "dim")

    def _past(self, found: list[dict[str, Any]]) -> None:
        self._title(5, "Two questions about the past")
        self._rows([(str(one["hit"]["value"]), one["question"], _clock(one)) for one in found])
        self._say("So on Saturday the agent told Ada 8080: what it knew, though no longer true.", "dim")

    def _cost(self, found: dict[str, Any], ready_ms: int) -> None:
        self._title(6, "What an answer costs")
        everything, each = found["tokens_of_everything"], found["tokens_per_answer"]
        self._rows(
            [
                (f"{each:,} tokens", f"the {found['memories_per_answer']} best memories in the prompt", ""),
                (f"{everything:,} tokens", f"replaying all {found['turns_replayed']} turns Ada can see", ""),
                (f"{everything / each:.0f} times less", "a replay grows with every turn, this does not", ""),
                (f"{found['ms_per_search']:.0f} ms", "a search, on this machine, its embedding included", ""),
                (f"{ready_ms:,} ms", "to open the file and load the model, once a process", ""),
            ]
        )
        self._say(
            "Tokens as the shipped model's tokenizer counts them; your model's will differ a little.", "dim"
        )

    def _step(self, found: dict[str, Any]) -> None:
        self._title(7, "The agent's loop: before a step, tools, after it", f"process {found['process']}")
        before = found["before"]
        self._say(f"Ada asks: {found['asked']}", "bold cyan")
        self._say(
            f"before_step: {before['memories']} memories for the prompt in {before['ms']:.0f} ms, 9090 among them."
        )
        call = found["tool"]
        self._say(
            f'{call["name"]}: the agent keeps "{call["arguments"]["text"]}" for the {call["arguments"]["scope"]}.'
        )
        self._say("after_step: Ada says where it is now; rules read it, no model is asked.")
        self._rows([(one["outcome"], one["text"], one["reason"]) for one in found["after"]])
        self._say("Then it begins to rotate keys, and is killed in the middle.", "dim")

    def _resume(self, found: dict[str, Any]) -> None:
        self._title(8, "Another process goes on", f"process {found['process']}")
        left, tried = found["left"], found["tried"]
        rows = [
            ("now", found["current"]["text"], _who(found["current"])),
            ("left undone", f"{left['name']}: {', '.join(left['steps'])}", f"next: {left['state']['next']}"),
            ("finished", f"{tried['name']}: {', '.join(tried['steps'])}", str(tried["outcome"])),
        ]
        self._rows(rows)

    def _title(self, number: int, title: str, note: str = "") -> None:
        self._out.print()
        line = Text(f"{number}  {title}", style="bold magenta")
        if note:
            line.append(f"  ({note})", style="dim not bold")
        self._out.print(line)

    def _say(self, text: str, style: str = "") -> None:
        self._out.print(Text(text, style=style))

    def _rows(self, rows: list[tuple[str, str, str]], header: bool = False) -> None:
        grid = Table.grid(padding=(0, 2), expand=False)
        grid.add_column(style="green", no_wrap=True)
        grid.add_column()
        grid.add_column(style="dim", no_wrap=True)
        for number, row in enumerate(rows):
            cells = [Text(cell) for cell in row]
            grid.add_row(
                Text("  ").append(cells[0]), *cells[1:], style="dim" if header and number == 0 else ""
            )
        self._out.print(grid)


def _program() -> str:
    """Return how the command is called here: by its name, or by its path where the shell would not find it."""
    called = Path(sys.argv[0])
    return "holdfast" if shutil.which("holdfast") or called.stem != "holdfast" else str(called)


def _hit_row(hit: dict[str, Any]) -> tuple[str, str, str]:
    said = f"{hit['speaker']}: {hit['text']}" if hit["speaker"] else hit["text"]
    return (
        f"{hit['relevance']:.2f}",
        said,
        f"{hit['kind']}, {_who(hit)}, {_day(hit['observed_at'] or hit['valid_from'])}",
    )


def _who(item: dict[str, Any]) -> str:
    return " ".join(f"{label} {id}" for label, id in item["scope"].items())


def _clock(one: dict[str, Any]) -> str:
    name = "known_at" if "known_at" in one else "valid_at"
    return f"{name}={_day(one[name])}"


def _day(moment: str) -> str:
    when = datetime.fromisoformat(moment)
    return f"{when.day} {when:%B}"


def _minute(moment: str) -> str:
    when = datetime.fromisoformat(moment)
    return f"{when.day} {when:%b %H:%M}"
