"""A store written by the fifth schema opens, and the change of models begun in it ends as one begun in any older file."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_5 import FILE, NEW


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5])
def test_the_model_of_any_schema_can_be_changed(tmp_path: Path, schema: int) -> None:
    """What the first schema's store held is found by the new model, in whichever schema its change began."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    url, clock = f"sqlite:///{tmp_path / file.name}", FrozenClock(START + timedelta(days=3), seed=2)
    with Memory(url, embedder=HashingEmbedder(DIMENSION), clock=clock) as memory:
        change = memory.stats().reembedding
        assert (change is not None and change.done) == (8 if schema == 5 else False)
        memory.reembed(NEW)
        assert memory.stats().reembedding is None
    with Memory(url, embedder=NEW, clock=clock) as memory:
        hits = memory.scoped(user="ada").search("where does the server listen?")
        assert hits[0].signals["meaning"] > 0
