"""A store written by the eleventh schema knows in which turns a value was said; an older one learns it when it is opened."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import HashingEmbedder
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_11 import FILE, SAID, talk


@pytest.mark.parametrize("schema", range(1, 12))
def test_both_turns_are_outdated(tmp_path: Path, schema: int) -> None:
    """Once another value holds, the turn that said it first and the one that said it again both say so."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    with Memory(f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION)) as memory:
        if schema < 11:
            talk(memory)
        check(memory)


def test_a_store_of_before_learns_it(tmp_path: Path) -> None:
    """What the tenth schema wrote of it is enough."""
    for name in (FILE.name, f"{FILE.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    db = sqlite3.connect(tmp_path / FILE.name)
    db.executescript(
        "DROP INDEX sightings_by_episode; DELETE FROM migrations WHERE name = '0011-said-again'; PRAGMA user_version = 10"
    )
    db.close()
    with Memory(f"sqlite:///{tmp_path / FILE.name}", embedder=HashingEmbedder(DIMENSION)) as memory:
        check(memory)


def check(memory: Memory) -> None:
    """Change the value, and look at both turns."""
    ada = memory.scoped(user="ada")
    (now,) = ada.observe("The kiln is now on port 9090, not 8080.").judgements
    assert now.outcome == "superseded"
    assert now.item is not None
    told = {hit.item.text: hit.outdated_by for hit in ada.search("kiln port 8080", kinds=["episode"])}
    assert [told[text] for text in SAID] == [now.item.id] * 2
