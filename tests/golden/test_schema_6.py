"""A store written by the sixth schema opens, and knows what was used; in older ones what is used counts from now on."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_6 import FILE, use


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5, 6])
def test_what_was_used_is_known(tmp_path: Path, schema: int) -> None:
    """Of two turns that are equally old, the used one matters more."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    clock = FrozenClock(START + timedelta(days=3), seed=2)
    with Memory(
        f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION), clock=clock
    ) as memory:
        if schema < 6:
            use(memory)
        hits = memory.scoped(user="ada").search("zebras grass", kinds=["episode"], k=2)
        matters = {hit.text: hit.signals["importance"] for hit in hits}
        assert matters["Zebras eat grass."] > 10 * matters["Zebras like grass."]
