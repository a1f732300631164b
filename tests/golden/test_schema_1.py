"""A store written by the first schema opens, answers and can be written to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.doubles import START
from tests.golden.make_schema_1 import DIMENSION, FILE


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """The frozen file, copied with its key, opened three days after its clock's start."""
    for name in (FILE.name, f"{FILE.name}.key"):
        shutil.copy(FILE.with_name(name), tmp_path / name)
    clock = FrozenClock(START + timedelta(days=3), seed=2)
    with Memory(
        f"sqlite:///{tmp_path / FILE.name}", embedder=HashingEmbedder(DIMENSION), clock=clock
    ) as opened:
        yield opened


def test_its_memories_are_found(memory: Memory) -> None:
    """By list, by search with words and vectors, by slot, now and in the past, each for those who may see it."""
    ada = memory.scoped(user="ada")
    assert {item.text for item in ada.list()} == {
        "the server listens on 9090", "Tea at five. Bring a cake.", "Bob likes tea", "second draft",
        "deleted and restored", "for everybody",
    }  # fmt: skip
    port = ada.current("server.port")
    assert (port.value, port.sightings, port.owner) == (9090, 2, "planner")
    assert ada.current("server.port", valid_at=START + timedelta(hours=1)).value == 8080
    hits = ada.search("which port does the server listen on")
    assert hits[0].item == port
    assert hits[0].signals["meaning"] > 0
    assert ada.search("cake")[0].item.speaker == "Bob"
    assert ada.search("server", known_at=START + timedelta(hours=1))[0].item.value == 8080
    assert [item.text for item in memory.scoped(user="bob", team="core").list(scope=("user", "team"))] == [
        "of bob in core"
    ]


def test_its_past_is_there(memory: Memory) -> None:
    """History, verbs, actors, reasons, lineage and idempotency keys."""
    ada = memory.scoped(user="ada")
    history = [(one.item.value, one.version, one.verb, one.reason) for one in ada.history(slot="server.port")]
    assert history == [(8080, 1, "save", None), (8080, 2, "save", "it moved"), (9090, 1, "save", "it moved")]
    assert [change.verb for change in ada.changes(limit=1_000)].count("restore") == 1
    assert [item.text for item in ada.list(where={"eq": {"state": "deleted"}})] == ["a mistake"]
    preference = ada.list(kinds=["preference"]).items[0]
    assert ada.get(preference.source.lineage[0]).thread == "chat"
    again = memory.scoped(user="ada", actor="planner").save(
        "the server listens on 8080", slot="server.port", value=8080, tags=["net"], idempotency_key="first"
    )
    assert again.valid_from == START


def test_it_can_be_written_to(memory: Memory) -> None:
    """What is saved now stands beside what was saved then, and takes its place in the slot."""
    ada = memory.scoped(user="ada")
    old = ada.current("server.port")
    new = ada.save("the server listens on 7070", slot="server.port", value=7070)
    assert new.supersedes == old.id
    assert ada.search("which port does the server listen on")[0].item == ada.current("server.port") == new
