"""A store written by the seventh schema opens, and knows who works on what; in older ones nobody does."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.errors import LeaseConflict
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_7 import FILE, work


@pytest.mark.parametrize("schema", range(1, 8))
def test_who_works_on_what_is_known(tmp_path: Path, schema: int) -> None:
    """One lease is held and ends when it was to, the other was given up; both names go on counting."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    clock = FrozenClock(START + timedelta(minutes=30), seed=2)
    with Memory(
        f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION), clock=clock
    ) as memory:
        if schema < 7:
            work(memory)
        ada = memory.scoped(user="ada")
        with pytest.raises(LeaseConflict, match="by first until"):
            ada.lease("report", holder="second")
        assert ada.lease("import", holder="second").fence == 2
        clock.advance(hours=1)
        assert ada.lease("report", holder="second").fence == 2
