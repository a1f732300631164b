"""The same verbs by a file and by a server: answers, errors, and what only a server can get wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Client, Memory, Scope
from holdfast.errors import AccessDenied, ConfigError, InvalidInput, StoreClosed, StoreError, VersionConflict
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.verify import isolation
from tests.server.conftest import ALL, Served, Tenant
from tests.server.inprocess import running


def script(caller: Any, clock: FrozenClock) -> Iterator[tuple[str, Any]]:
    """Every verb of a scoped caller, step by step, as `holdfast verify isolation` calls them."""
    kept = {"theirs": FrozenClock(seed=2).new_id()}
    for round in range(2):
        for name, step in isolation.STEPS.items():
            answer = isolation.plain(step(caller, kept, clock))
            yield f"{name}, round {round}", json.loads(json.dumps(answer, default=str))
            clock.advance(hours=2)


def test_every_verb_answers_as_a_file_does(tmp_path: Path) -> None:
    """All verbs, twice, with their errors: ids, order, scores and messages are those of a file."""
    with Memory(
        f"sqlite:///{tmp_path}/a.db",
        embedder=HashingEmbedder(),
        clock=(clock := FrozenClock(seed=1)),
        model=isolation.model(),
    ) as memory:
        plain = list(script(memory.scoped(user="ada", actor="agent"), clock))
    clock = FrozenClock(seed=1)
    options = {"embedder": HashingEmbedder(), "clock": clock, "model": isolation.model()}
    with (
        running(f"sqlite:///{tmp_path}/b.db", tmp_path / "access", **options) as (url, _),
        Client(url) as memory,
    ):
        served = list(script(memory.scoped(user="ada", actor="agent"), clock))
    wrong = [
        (name, one, other) for (name, one), (_, other) in zip(served, plain, strict=True) if one != other
    ]
    assert not wrong, json.dumps(wrong[0])


def test_the_unscoped_memory_is_the_stores_administrator(served: Served) -> None:
    """With a key to which all is open, `under=`, other scopes, backup, export and import work as on a file."""
    with Client(served.url, served.key(rights=ALL), actor="ops") as memory:
        memory.save("Ada likes tea", scope=Scope(user="ada"))
        memory.scoped(user="bob").save("Bob likes coffee")
        assert {item.text for item in memory.list(under=Scope.shared())} == {
            "Ada likes tea",
            "Bob likes coffee",
        }
        assert [item.owner for item in memory.list(under=Scope(user="ada"))] == ["ops"]
        copy, file = served.folder / "copy.db", served.folder / "all.jsonl"
        assert memory.backup(copy).versions == 2
        made = memory.export(file, under=Scope.shared())
        assert made.versions == 2
        assert memory.import_items(file, dry_run=True).there == 2
        with Memory(f"sqlite:///{served.folder}/new.db") as other:
            assert other.import_items(file).digest == made.digest
        with pytest.raises(InvalidInput, match="is there already"):
            memory.export(file, under=Scope.shared())
        with Memory(f"sqlite:///{copy}") as copied:
            assert len(copied.list(under=Scope.shared())) == 2


def test_what_a_key_may_not_is_access_denied(tenant: Tenant) -> None:
    """A ceiling and missing rights are errors of ours, a wrong key too, and a stale version carries the current one."""
    with Client(tenant.url, tenant.key("--scope", "user=ada")) as memory:
        item = memory.scoped(user="ada").save("Ada likes tea")
        memory.scoped(user="ada").update(item.id, text="Ada likes green tea", expected_version=1)
        with pytest.raises(VersionConflict) as stale:
            memory.scoped(user="ada").update(item.id, text="Ada likes milk", expected_version=1)
        assert (stale.value.current.version, stale.value.expected) == (2, 1)
        for refused in (
            lambda: memory.scoped(user="bob").list(), lambda: memory.list(under=Scope.shared()),
            lambda: memory.scoped(user="ada").erase(item.id), lambda: memory.backup(tenant.server.folder / "x.db"),
        ):  # fmt: skip
            with pytest.raises(AccessDenied):
                refused()
        assert not (tenant.server.folder / "x.db").exists()
    with Client(tenant.url, "hf_wrong") as memory, pytest.raises(AccessDenied):
        memory.stats()


def test_where_there_is_no_server_it_says_so(served: Served) -> None:
    """A server that is gone is a `StoreError`; a URL that is none, and settings that belong on the server, are refused."""
    with Client(served.url, served.key()) as memory:
        served.stop()
        with pytest.raises(StoreError, match="could not be asked"):
            memory.stats()
    with pytest.raises(StoreClosed):
        memory.stats()
    with pytest.raises(ConfigError, match="no server"):
        Client("sqlite:///x.db")
    with pytest.raises(ConfigError, match="embedder"):
        Memory("http://127.0.0.1:1", embedder=None)


def test_an_event_loop_goes_on_and_follows_changes(tenant: Tenant) -> None:
    """The async face: verbs side by side, and a watch that hears of what another caller writes."""
    key = tenant.key()

    async def run() -> list[str]:
        async with AsyncMemory(tenant.url, key=key) as memory:
            ada = memory.scoped(user="ada")
            watch = await ada.watch(timeout=20)
            saved = await asyncio.gather(*(ada.save(f"note {n}") for n in range(5)))
            heard = [(await anext(watch)).text for _ in saved]
            async with await ada.watch(watch.cursor, timeout=0) as rest:
                assert [one async for one in rest] == []
            return heard

    assert sorted(asyncio.run(run())) == [f"note {n}" for n in range(5)]


def test_a_receipt_can_be_asked_for_after_the_search(tenant: Tenant) -> None:
    """The receipt of a search that kept none is still there a moment later."""
    with Client(tenant.url, tenant.key()) as memory:
        ada = memory.scoped(user="ada")
        item = ada.save("the server listens on 8080")
        hits = ada.search("which port does the server use?")
        assert hits.receipt.query == "which port does the server use?"
        assert ada.explain(hits.receipt).faithful
        assert ada.why_not(hits.receipt, item.id).stage == "returned"
