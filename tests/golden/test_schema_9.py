"""A store written by the ninth schema finds its procedures; an older one does once it is brought up to it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast import Memory
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
