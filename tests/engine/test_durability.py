"""kill -9: what was acknowledged is there, what was not is whole or absent, and the store opens clean."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import HashingEmbedder
from holdfast.verify import Ground, durability
from tests.engine.processes import start

# HOLDFAST_* is taken out of the environment of tests, so this has a name of its own.
KILLS = int(os.environ.get("KILLS", "10"))


@pytest.mark.slow
def test_kill_nine(tmp_path: Path) -> None:
    """Four writers, one of them killed again and again: nothing acknowledged is lost, twice, or half there."""
    tried = durability.check(Ground(tmp_path, processes=4, operations=60, kills=KILLS))
    assert tried.findings == ()
    assert tried.times == 240


def test_what_is_lost_is_seen(tmp_path: Path) -> None:
    """The count is worth something: a write taken away, one made twice and half a batch are each told."""
    ground = Ground(tmp_path, processes=1, operations=9, kills=0)
    with Memory(f"sqlite:///{tmp_path / 'store.db'}", embedder=None) as memory:
        own, shared = memory.scoped(user="crew-0"), memory.scoped(team="crew")
        for number in range(9):
            durability.write_one(own, shared, 0, number)
        assert durability.counted(memory, "crew", ground) == []
        items = {item.text: item.id for item in own.list(limit=100)}
        own.delete(items["(4) of a talk"])
        own.delete(items["(0.7) of a batch"])
        own.save("(5) of a talk", kind="episode")
        shared.delete(shared.list().items[0].id)
        assert [one.split(" writer 0 ")[1] for one in durability.counted(memory, "crew", ground)] == [
            "is half there", "is lost", "is lost", "is there twice",
        ]  # fmt: skip


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
