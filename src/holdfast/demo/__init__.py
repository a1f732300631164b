"""The demo: what an agent keeps of a conversation of several weeks, asked after a restart.

`story.jsonl` is the conversation: two people, their assistant, and a team. A line is a turn (`text`), or what the agent
chose to save after it (`save`: the arguments of `Memory.save`). One process keeps it all and ends; a second one opens the
file and asks; a third takes a step of an agent's loop and is killed in the middle of a run, which a fourth finishes. All
live by the clock of the story, so that "last week" is the same on every day the demo runs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from ..errors import InvalidInput, StoreError

FILE = "holdfast-demo.db"


def run(keep: Path | None = None, seen: Callable[[str, Any], None] | None = None) -> dict[str, Any]:
    """Run the processes and return what they found; `seen` gets each part by name as soon as it is there.

    The store lies in a temporary folder, or in `keep`, which is made if needed and must not hold one already.
    """
    told = seen if seen is not None else lambda name, part: None
    started = time.perf_counter()
    with _folder(keep) as name:
        store = Path(name).resolve() / FILE
        told("store", str(store))
        parts = {}
        for part in ("ingest", "ask", "step", "resume"):
            parts[part] = _process(part, store)
            told(part, parts[part])
    seconds = round(time.perf_counter() - started, 2)
    return {"store": str(store), "kept": keep is not None, "seconds": seconds, **parts}


def tell(keep: Path | None = None) -> None:
    """Run the demo and print its story as it happens."""
    from .show import Story

    story = Story()
    found = run(keep, story.part)
    story.end(found)


def _folder(keep: Path | None) -> AbstractContextManager[str]:
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="holdfast-demo-")
    if (keep / FILE).exists():
        raise InvalidInput("keep", f"{keep / FILE} is there already; remove it, or name another folder")
    keep.mkdir(parents=True, exist_ok=True)
    return nullcontext(str(keep))


def _process(step: str, store: Path) -> dict[str, Any]:
    """Run one step in a process of its own and return what it printed."""
    # -P: a folder that somebody keeps the store in may hold a json.py.
    command = [sys.executable, "-P", "-X", "utf8", "-m", "holdfast.demo", step, str(store)]
    started = time.perf_counter()
    ran = subprocess.run(
        command, cwd=store.parent, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if ran.returncode != 0:
        raise StoreError(
            f"the demo's process `{step}` ended with {ran.returncode}: {ran.stderr.strip()[-800:]}"
        )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found | {"process_seconds": round(time.perf_counter() - started, 2)}
