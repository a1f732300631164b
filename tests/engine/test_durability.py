"""kill -9: what was acknowledged is there, what was not is whole or absent, and the store opens clean."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.memory import ScopedMemory
from holdfast.testing import HashingEmbedder
from tests.engine.processes import start
from tests.engine.test_concurrency import everything, timeline

# HOLDFAST_* is taken out of the environment of tests, so this has a name of its own.
KILLS = int(os.environ.get("KILLS", "10"))


def killed(url: str, seconds: float) -> list[dict[str, Any]]:
    """Let a writer run for some time after its first write, kill it, and return what it said before."""
    process = start("victim", url)
    assert process.stdout is not None
    said = [process.stdout.readline()]
    time.sleep(seconds)
    process.kill()
    rest, problem = process.communicate()
    assert "Error" not in problem, problem
    said += rest.splitlines()
    whole = [line for line in said if line.strip().endswith("}")]
    return [json.loads(line) for line in whole]


def check(caller: ScopedMemory, said: list[dict[str, Any]], kills: int) -> None:
    """Assert that everything acknowledged is there and nothing is half there, after so many kills."""
    there = Counter(item.text for item in everything(caller))
    changed = {one["id"] for one in said if "updated" in one}
    for one in said:
        if "text" in one and one["id"] not in changed:
            assert there[one["text"]] + there[one["text"].replace("single", "updated")] == 1, one
        if "updated" in one:
            assert there[one["updated"]] == 1, one
            assert [change.version for change in caller.history(one["id"])] == [1, 2]
        if "batch" in one:
            assert there[one["batch"]] == 20, one
    halves = {text: count for text, count in there.items() if text.startswith("batch") and count != 20}
    assert not halves, "a torn batch"
    slots = [one["slot"] for one in said if "slot" in one]
    values = timeline(caller, "last.value")
    assert set(slots) <= set(values)
    # A write that was on disk when its writer was killed may never have been acknowledged: one for each kill at most.
    assert len(values) - len(slots) <= kills


@pytest.mark.slow
def test_kill_nine(tmp_path: Path) -> None:
    """A writer is killed at random moments, again and again on one file: nothing acknowledged is lost."""
    path, chance = tmp_path / "victim.db", random.Random(7)
    url, said, most = f"sqlite:///{path}", [], 0
    for kills in range(1, KILLS + 1):
        said += killed(url, chance.uniform(0.0, 0.25))
        with Memory(url, embedder=HashingEmbedder()) as memory:
            ada = memory.scoped(user="ada")
            check(ada, said, kills)
            versions = ada.stats().versions
            assert versions >= most
            most = versions
            # What search reads is as whole as what list reads.
            newest = ada.list(limit=1).items
            if newest:
                assert ada.search(newest[0].text, k=1_000)
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert sum("batch" in one for one in said) >= KILLS // 3, (
        "the writer hardly wrote; the test proves nothing"
    )


def test_what_is_acknowledged_is_seen_by_another_process_at_once(tmp_path: Path) -> None:
    """A reader that was open all along sees each write of another process as soon as that says so."""
    url = f"sqlite:///{tmp_path / 'seen.db'}"
    with Memory(url, embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        process = start("victim", url)
        assert process.stdout is not None
        try:
            seen = 0
            for line in process.stdout:
                one = json.loads(line)
                if "text" in one:
                    assert ada.get(one["id"]).id == one["id"]
                    assert any(hit.id == one["id"] for hit in ada.search(one["text"], k=100))
                    seen += 1
                if seen == 15:
                    break
        finally:
            process.kill()
            process.communicate()
        assert seen == 15
