"""A store written by the third schema opens, and what a model has yet to read in it can be read."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from holdfast import Memory
from holdfast.testing import FakeModel, FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION
from tests.golden.make_schema_3 import FILE, UNREAD, UNREADABLE


def test_what_was_queued_is_read(tmp_path: Path) -> None:
    """The step whose model was away is read now; the other is listed with its reply, and read when asked for."""
    for name in (FILE.name, f"{FILE.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    clock = FrozenClock(START + timedelta(days=3), seed=2)
    bergen = {"message": 0, "quote": "For us Bergen has become home", "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen"}  # fmt: skip
    model = FakeModel([{"memories": [bergen]}])
    with Memory(
        f"sqlite:///{tmp_path / FILE.name}",
        embedder=HashingEmbedder(DIMENSION),
        clock=clock,
        model=model,
    ) as memory:
        ada = memory.scoped(user="ada")
        assert {item.text for item in ada.list(kinds=["episode"])} >= {UNREAD, UNREADABLE}
        waiting, given_up = ada.backlog().items
        assert (waiting.attempts, waiting.error, given_up.due_at) == (1, "away", None)
        assert given_up.reply == "no JSON either"
        (seen,) = ada.work()
        (item,) = [one.item for one in seen.of("added")]
        assert item is not None
        assert (item.slot, item.value, item.owner) == ("user.residence", "Bergen", "planner")
        assert [one.id for one in ada.backlog()] == [given_up.id]
        ada.work(given_up.id)
        assert len(ada.backlog()) == 0
        assert ada.stats().model_calls == 5
