"""A store written by the eighth schema opens with its rules; an older one has none, and takes them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import HashingEmbedder
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_8 import FILE, decree


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5, 6, 7, 8])
def test_rules_are_known(tmp_path: Path, schema: int) -> None:
    """What is in force, what was, and what is held."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    with Memory(f"sqlite:///{tmp_path / file.name}", embedder=HashingEmbedder(DIMENSION)) as memory:
        if schema < 8:
            assert memory.policy(history=True).rules == ()
            decree(memory)
        assert [(one.name, dict(one.terms)) for one in memory.policy().rules] == [
            ("case 12", {}),
            ("notes", {"kind": "working", "ttl": "7d"}),
        ]
        told = [(one.name, one.removed, one.reason) for one in memory.policy(history=True).rules]
        assert told[1:3] == [("few", False, None), ("few", True, None)]
        ada = memory.scoped(user="ada")
        item = ada.save("held words", kind="working")
        assert [one.hold for one in ada.erase(item.id).held] == ["case 12"]
