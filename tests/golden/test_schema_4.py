"""A store written by the fourth schema opens, and what was erased in it stays so; older files can erase, too."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory, Scope
from holdfast.errors import InvalidInput
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_4 import ERASED, FILE, forget


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_what_was_erased_stays_erased(tmp_path: Path, schema: int) -> None:
    """The chain verifies over what was erased, and the same text from the same source is refused."""
    file = FILE.with_name(f"schema_{schema}.db")
    for name in (file.name, f"{file.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    store = SqliteStore(str(tmp_path / file.name))
    clock = FrozenClock(START + timedelta(days=3), seed=2)
    with Memory(store, embedder=HashingEmbedder(DIMENSION), clock=clock) as memory:
        if schema < 4:
            forget(memory)
        with pytest.raises(InvalidInput, match="erased"):
            memory.scoped(user="ada").save_many([ERASED])
        memory.scoped(user="ada").save("Ada takes no tea.")
        assert store.broken(Scope(user="ada")) == []
        assert len(memory.scoped(user="gone").list(scope=("user",))) == 0
