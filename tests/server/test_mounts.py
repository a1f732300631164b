"""Stores that a tenant looks at beside its own, over REST, the client and MCP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from holdfast import Memory, Scope
from holdfast.errors import AccessDenied, ConfigError, StoreMoved
from holdfast.server import settings
from holdfast.server.service import Service
from holdfast.server.settings import Settings
from tests.server.conftest import command
from tests.server.inprocess import running
from tests.server.test_mcp import Place, refused, said

RULE = "Vacation is 30 days a year"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Service]]:
    """A server on which acme mounts a handbook, and bolt does not."""
    with Memory(f"sqlite:///{tmp_path}/handbook.db", embedder=None) as handbook:
        handbook.save(RULE, scope=Scope.shared())
    mounts = {"acme": {"handbook": f"sqlite:///{tmp_path}/handbook.db"}}
    with running(
        f"sqlite:///{tmp_path}/{{tenant}}.db", tmp_path / "access", Settings(), mounts=mounts, embedder=None
    ) as made:
        yield made


def test_only_who_mounts_it_sees_it(served: tuple[str, Service]) -> None:
    """A hit of acme's says where it comes from; bolt finds nothing; nobody changes it, and a receipt asks for it again."""
    url, service = served
    acme, bolt = (
        service.access.create(tenant=tenant, scope=[("user", "ada")])[0] for tenant in ("acme", "bolt")
    )
    with Memory(url, key=acme) as memory, Memory(url, key=bolt) as other:
        ada = memory.scoped(user="ada")
        own = ada.save("Ada wants vacation in June")
        hits = ada.search("how many days of vacation?")
        assert {hit.text: hit.origin for hit in hits} == {RULE: "handbook", own.text: None}
        mounted = next(hit.id for hit in hits if hit.origin)
        assert ada.get(mounted).text == RULE
        assert list(hits.receipt.mounted) == ["handbook"]
        assert ada.rerun(hits.receipt).same
        assert RULE in ada.context("vacation days", min_relevance=0).text
        with pytest.raises(AccessDenied, match="'handbook', which is mounted to be read"):
            ada.update(mounted, text="Vacation is 60 days a year")
        assert list(other.scoped(user="ada").search("how many days of vacation?")) == []


def test_a_tool_tells_where_a_memory_comes_from(served: tuple[str, Service]) -> None:
    """Over MCP a hit has its origin; a change of it is refused with the reason."""
    url, service = served
    key = service.access.create(tenant="acme", scope=[("user", "ada")])[0]

    async def ask() -> None:
        async with Place(url, "", service.access).http(key) as client:
            await said(client, "save_memory", text="Ada wants vacation in June")
            found = (await said(client, "search_memory", query="how many days of vacation?"))["memories"]
            assert {one["text"]: one.get("origin") for one in found} == {
                RULE: "handbook",
                "Ada wants vacation in June": None,
            }
            mounted = next(one for one in found if one.get("origin"))
            told = await refused(client, "update_memory", id=mounted["id"], version=1, text="x")
            assert told["error"] == "AccessDenied"

    asyncio.run(ask())


def test_settings_say_which_tenant_mounts_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """[server.mounts.acme] in holdfast.toml, or JSON in the environment; printed by `holdfast config`; a bad table is refused."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holdfast.toml").write_text('[server.mounts.acme]\nhandbook = "sqlite:///handbook.db"\n')
    assert settings.read()[0].mounts == {"acme": {"handbook": "sqlite:///handbook.db"}}
    found = {one["name"]: (one["value"], one["origin"]) for one in command("config", cwd=tmp_path)}
    assert found["server.mounts"] == ({"acme": {"handbook": "sqlite:///handbook.db"}}, "holdfast.toml")
    monkeypatch.setenv("HOLDFAST_SERVER_MOUNTS", '{"bolt": {"laws": "sqlite:///laws.db"}}')
    assert settings.read()[0].mounts == {"bolt": {"laws": "sqlite:///laws.db"}}
    for bad in ("handbook=x", "[]", '{"bolt": "x"}', '{"bolt": {"laws": 1}}'):
        monkeypatch.setenv("HOLDFAST_SERVER_MOUNTS", bad)
        with pytest.raises(ConfigError, match=r"server\.mounts from environment"):
            settings.read()


def test_what_is_a_tenants_own_is_read_without_the_mount(served: tuple[str, Service], tmp_path: Path) -> None:
    """A mounted file that is gone is told by what looks into it; a memory or a slot of the tenant's own needs none."""
    url, service = served
    acme = service.access.create(tenant="acme", scope=[("user", "ada")])[0]
    with Memory(url, key=acme) as memory:
        ada = memory.scoped(user="ada")
        own = ada.save("The server listens on 8080", slot="server.port", value=8080)
        (tmp_path / "handbook.db").rename(tmp_path / "away.db")
        assert ada.get(own.id).value == 8080
        current = ada.current("server.port")
        assert current is not None
        assert current.id == own.id
        with pytest.raises(StoreMoved):
            ada.search("port")
        (tmp_path / "away.db").rename(tmp_path / "handbook.db")
        assert {hit.origin for hit in ada.search("vacation")} == {"handbook"}


def test_nobody_elsewhere_is_told_which_files_there_are(
    served: tuple[str, Service], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What is wrong with a store or a mount names its file to the server's own log, by the request's id, and to no caller."""
    url, service = served
    acme = service.access.create(tenant="acme", scope=[("user", "ada")])[0]
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {acme}"}) as http:
        assert http.post("/api/v1/search", json={"query": "vacation"}).status_code == 200
        (tmp_path / "handbook.db").unlink()
        told = http.post("/api/v1/search", json={"query": "vacation"}, headers={"X-Request-Id": "r1"})
    assert told.status_code == 500
    assert told.json()["type"] == "urn:holdfast:error:StoreMoved"
    assert str(tmp_path) not in told.text
    assert "handbook.db" not in told.text
    (line,) = (one.told for one in caplog.records if one.msg == "refused")  # type: ignore[attr-defined]
    assert line["request"] == "r1"
    assert str(tmp_path / "handbook.db") in line["detail"]
    with Memory(url, key=acme) as memory:
        with pytest.raises(StoreMoved):
            memory.scoped(user="ada").search("vacation")
        with Memory(f"sqlite:///{tmp_path}/handbook.db", embedder=None) as handbook:
            handbook.save("Vacation is 33 days a year", scope=Scope.shared())
        assert [hit.text for hit in memory.scoped(user="ada").search("vacation")] == [
            "Vacation is 33 days a year"
        ]
