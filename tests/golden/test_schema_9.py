"""A store written by the ninth schema finds its procedures; an older one does once it is brought up to it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from holdfast import Memory
from holdfast.cli import main
from holdfast.filters import Eq
from holdfast.testing import HashingEmbedder
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_9 import FILE, RULE, teach


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5, 6, 7, 8, 9])
def test_a_rare_kind_is_found(tmp_path: Path, schema: int) -> None:
    """By its kind, and by a filter."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    with Memory(f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION)) as memory:
        if schema < 9:
            teach(memory)
        ada = memory.scoped(user="ada")
        rules = [one for one in ada.list(limit=1_000).items if one.kind == "procedure"]
        assert RULE in [one.text for one in rules]
        assert list(ada.list(kinds=["procedure"]).items) == rules
        assert list(ada.list(where=Eq("kind", "procedure")).items) == rules


def test_what_an_agent_said_again_is_known_for_it(tmp_path: Path) -> None:
    """Also what an earlier Holdfast kept: the store is brought up to the same that a new one has."""
    path = tmp_path / "old.db"
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        fact = ada.save("The gate code is 4711")
        words = "As you say, the gate code is 4711, so I wrote it down"
        [echo] = ada.observe({"role": "assistant", "content": words}, recalled=[fact.text]).episodes
        assert "echo" in echo.tags
    before = _as_before(path)
    with Memory(f"sqlite:///{path}", embedder=None) as memory:
        hits = {hit.id: hit for hit in memory.scoped(user="ada").search("gate code")}
        assert hits[echo.id].signals["repeats"] < 0 == hits[fact.id].signals["repeats"]
    assert before != _traits(path)
    found = CliRunner().invoke(main, ["doctor", "--store", f"sqlite:///{path}", "--json"])
    assert found.exit_code == 0, found.output


def _as_before(path: Path) -> list[int]:
    """Bring a store back to the eighth schema, and return the traits of its texts."""
    db = sqlite3.connect(path)
    db.executescript(
        "DROP INDEX versions_by_kind; UPDATE terms SET traits = traits & ~64; PRAGMA user_version = 8;"
        "DROP INDEX versions_by_thread; DROP INDEX versions_of_summaries; DROP INDEX versions_declared;"
        "DROP INDEX versions_pending; DROP INDEX sightings_by_episode;"
        "DELETE FROM migrations WHERE name IN ('0009-kinds', '0010-steps', '0011-said-again')"
    )
    db.close()
    return _traits(path)


def _traits(path: Path) -> list[int]:
    db = sqlite3.connect(path)
    found = [traits for (traits,) in db.execute("SELECT traits FROM terms ORDER BY key")]
    db.close()
    return found
