"""A store written by the tenth schema finds a thread and its summary; an older one does once it is brought up to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.filters import Eq
from holdfast.testing import HashingEmbedder
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_10 import FILE, THREAD, TURNS, talk


@pytest.mark.parametrize("schema", range(1, 11))
def test_a_thread_is_found(tmp_path: Path, schema: int) -> None:
    """By its name, with its summary by what that sums up; summed up once more it is the same."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    with Memory(f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION)) as memory:
        if schema < 10:
            talk(memory)
        ada = memory.scoped(user="ada")
        turns = ada.list(where=Eq("thread", THREAD), sort="id", descending=False)
        assert [one.text for one in turns] == [*TURNS]
        [summary] = ada.list(where=Eq("metadata.summary_of", THREAD))
        assert ada.summarise(THREAD) == summary
        assert {one.id for one in turns} == {*summary.source.lineage}
