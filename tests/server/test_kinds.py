"""Rights for some kinds of memories alone, on every route, tool and command: found by introspection, as in test_keys."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.engine.kinds import BY_KIND
from holdfast.errors import InvalidInput
from holdfast.routes import BASE, LABELS, ROUTES
from holdfast.server.grants import RIGHTS, Ceiling, Grant
from holdfast.server.mcp import words
from holdfast.server.mem0.routes import ROUTES as MEM0
from holdfast.server.settings import Settings
from tests.server.conftest import Served, command
from tests.server.inprocess import running
from tests.server.test_keys import SECRET, Door
from tests.server.test_mcp import Place, refused, said
from tests.server.test_tokens import token, trusting

__all__ = ["trusting"]
FEW = (
    "read:fact",
    "write:episode",
    "delete:episode",
    *(one for one in RIGHTS if one not in ("read", "write", "delete")),
)
ALL = sorted(ROUTES)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server, with Ada's fact, a secret preference and a secret episode."""
    folder: Path = tmp_path_factory.mktemp("kinds")
    store = f"sqlite:///{folder}/{{tenant}}.db"
    with running(store, folder / "access", Settings(), embedder=None) as (url, service):
        made = Door(url, service.access, service)
        made.fact = made.id  # type: ignore[attr-defined]
        secret = made.ask(
            ROUTES["save"],
            made.key(),
            {"text": HIDDEN, "kind": "preference", "slot": "owl.place", "value": "barn"},
        )
        made.ask(
            ROUTES["save"], made.key(), {"text": f"{HIDDEN}, I saw it", "kind": "episode", "thread": "walk"}
        )
        made.id = secret.json()["id"]
        yield made


HIDDEN = "the owl sleeps in the old barn"


def given(door: Door, verb: str, id: str) -> dict[str, Any]:
    """What a verb is asked so that it would tell of a memory, or change it."""
    route = ROUTES[verb]
    found: dict[str, Any] = {"id": id} if "id" in route.arguments and "{id}" not in route.path else {}
    found |= {"ids": [id, door.fact]} if "ids" in route.arguments else {}  # type: ignore[attr-defined]
    found |= {"query": "where does the owl sleep?"} if "query" in route.arguments else {}
    found |= {"slot": "owl.place"} if verb == "current" else {}
    found |= {"where": {"exists": "text"}, "dry_run": False} if verb in ("update_many", "delete_many") else {}
    found |= {"messages": "I live in Bergen."} if verb == "observe" else {}
    found |= {"timeout": 0} if verb == "watch" else {}
    return found


def kept(door: Door) -> list[Any]:
    """Every version of everything but episodes."""
    changes = door.ask(ROUTES["changes"], door.key(), {"limit": "1000"}).json()["items"]
    return [one for one in changes if one["item"]["kind"] != "episode"]


@pytest.mark.parametrize("verb", ALL)
def test_what_is_of_another_kind_is_not_there_and_stays(door: Door, verb: str) -> None:
    """A key that reads facts and writes episodes: whatever it asks, no word of a preference or an episode, and nothing but episodes
    changed; a verb that does not go by kind is refused by name."""
    before, own = kept(door), door.id
    for id in (door.id, door.fact):  # type: ignore[attr-defined]
        door.id = id
        for key in (door.key(rights=FEW), door.key(("user", "ada"), rights=FEW)):
            told = door.ask(ROUTES[verb], key, given(door, verb, id))
            assert told.status_code in (200, 201, 400, 403, 404, 409), told.text
            assert HIDDEN not in told.text, verb
            if verb not in BY_KIND:
                assert told.status_code == 403, (verb, told.text)
                assert "for every kind" in told.json()["detail"]
    door.id = own
    assert kept(door) == before
    lines = door.access.audit(limit=1, newest=True)[0], door.access.audit(limit=10, newest=True)
    assert any((line.verb, line.outcome) == (verb, told.status_code) for line in lines[1])


@pytest.mark.parametrize("verb", ["get", "update", "delete", "restore", "history"])
def test_what_no_right_is_for_answers_404_and_what_may_be_read_403(door: Door, verb: str) -> None:
    """A preference is not there; a fact is, and may not be changed: the right is named."""
    own = door.id
    change = {"tags": ["x"]} if verb == "update" else {}
    assert (
        door.ask(ROUTES[verb], door.key(rights=FEW), {**given(door, verb, own), **change}).status_code == 404
    )
    door.id = door.fact  # type: ignore[attr-defined]
    told = door.ask(ROUTES[verb], door.key(rights=FEW), {**given(door, verb, door.id), **change})
    door.id = own
    if ROUTES[verb].right == "read":
        assert told.status_code == 200
        assert SECRET in told.text
    elif verb == "restore":
        assert told.status_code == 409  # it is not deleted
    else:
        assert told.status_code == 403
        assert f"'{ROUTES[verb].right}:fact'" in told.json()["detail"]


def test_a_fact_cannot_be_saved_by_who_writes_episodes(door: Door) -> None:
    """One, many, one made of another kind: 403, naming the right; an episode is saved."""
    key = door.key(rights=(*FEW, "read:episode"))
    for asked in ({"text": "x"}, {"text": "x", "kind": "preference"}):
        told = door.ask(ROUTES["save"], key, asked)
        assert (told.status_code, "'write:" in told.json()["detail"]) == (403, True)
    many = {"items": [{"text": "x", "kind": "episode"}, {"text": "y"}]}
    assert door.ask(ROUTES["save_many"], key, many).status_code == 403
    made = door.ask(ROUTES["save"], key, {"text": "A walk", "kind": "episode"})
    assert made.status_code == 201
    before, door.id = door.id, made.json()["id"]
    assert door.ask(ROUTES["update"], key, {"kind": "fact"}).status_code == 403
    assert door.ask(ROUTES["delete"], key).status_code == 200
    door.id = before


def test_a_search_leaves_no_receipt(door: Door) -> None:
    """A receipt says when what was last written, of any kind: it is neither offered nor handed out."""
    few, whole = door.key(rights=FEW), door.key()
    assert "location" in door.ask(ROUTES["search"], whole, {"query": "owl"}).headers
    assert "location" not in door.ask(ROUTES["search"], few, {"query": "owl"}).headers
    told = door.http.get(f"{BASE}/receipts/x", headers={"Authorization": f"Bearer {few}", LABELS: "user=ada"})
    assert told.status_code == 403


@pytest.mark.parametrize("route", [pytest.param(one, id=f"{one.method} {one.path}") for one in MEM0])
def test_the_mem0_protocol_takes_every_kind(door: Door, route: Any) -> None:
    """A message and what was read from it are one memory there: a key for some kinds is refused on every route."""
    for rights in (
        FEW,
        ("read", "write:episode", "delete", "admin"),
        ("read:fact", "write", "delete", "admin"),
    ):
        told = door.http.request(
            route.method, re.sub(r"{\w+}", door.id, route.path),
            headers={"Authorization": f"Token {door.key(rights=rights)}"},
        )  # fmt: skip
        assert told.status_code == 403, told.text
        assert "for every kind" in told.json()["detail"]


def test_tools_go_by_kind(tmp_path: Path) -> None:
    """Over MCP: what is listed, found, told and changed is of the key's kinds; observe is not offered, and refused."""
    store = f"sqlite:///{tmp_path}/memory.db"

    async def ask(place: Place) -> None:
        async with place.http(place.key(), "user=ada") as client:
            hidden = (await said(client, "save_memory", text=HIDDEN, kind="preference"))["saved"]["id"]
            fact = (await said(client, "save_memory", text=SECRET))["saved"]
        async with place.http(place.key(rights=("read:fact", "write:episode")), "user=ada") as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert names == [name for name in words.TOOLS if name not in ("observe", "delete_memory")]
            for tool, asked in (
                ("search_memory", {"query": HIDDEN}),
                ("list_memories", {}),
                ("memory_context", {"query": HIDDEN}),
            ):
                assert HIDDEN not in json.dumps(await said(client, tool, **asked))
            assert (await refused(client, "memory_history", id=hidden))["error"] == "NotFound"
            assert (await refused(client, "save_memory", text="x"))["error"] == "AccessDenied"
            told = await refused(client, "update_memory", id=fact["id"], version=1, text="x")
            assert told["error"] == "AccessDenied"
            assert (await refused(client, "update_memory", id=hidden, version=1, text="x"))[
                "error"
            ] == "NotFound"
            said_so = [{"role": "user", "content": "I live in Bergen."}]
            assert (await refused(client, "observe", messages=said_so))["error"] == "AccessDenied"
            assert [one.name for one in (await client.list_resources()).resources] == [SECRET]

    with running(store, tmp_path / "access", Settings(), embedder=None) as (url, service):
        asyncio.run(ask(Place(url, store, service.access)))


def test_keys_are_made_and_listed_with_their_kinds(tmp_path: Path) -> None:
    """As they were asked for; what is no right, no kind, or a right both whole and by kind, is refused saying what there is."""
    store = ("--store", f"sqlite:///{tmp_path}/x.db")
    made = command(
        "keys", "create", *store, "--rights", "read:fact,read:preference,write:episode", cwd=tmp_path
    )
    assert made["rights"] == ["read:fact", "read:preference", "write:episode"]
    assert command("keys", "list", *store, cwd=tmp_path)[0]["rights"] == made["rights"]


@pytest.mark.parametrize(
    ("rights", "problem"),
    [
        ("erase:fact", "erase is for every kind"),
        ("read:facts", "names no kind"),
        ("read,read:fact", "leave one of them out"),
        ("look:fact", "known are read"),
        ("read:", "names no kind"),
        ("", "are none"),
    ],
)
def test_rights_that_are_none_are_refused(door: Door, rights: str, problem: str) -> None:
    """By the library, as by the command and a token."""
    with pytest.raises(ValueError, match=problem):
        door.access.create(rights=[one for one in rights.split(",") if one])


def test_a_token_says_kinds_in_the_same_way(trusting: Served) -> None:
    """`"rights": ["read:fact", "write:episode"]`; a bad one is 401."""
    with trusting.client(token(rights=["read:fact", "write:episode"]), "") as http:
        assert http.post("/api/v1/items", json={"text": "Ada likes tea"}).status_code == 403
        made = http.post("/api/v1/items", json={"text": "Ada had tea", "kind": "episode"})
        assert made.status_code == 201
        assert http.get(f"/api/v1/items/{made.json()['id']}").status_code == 404
        assert http.get("/api/v1/stats").status_code == 403
    for bad in (["read:x"], ["read", "read:fact"], ["admin:fact"]):
        with trusting.client(token(rights=bad), "") as http:
            assert http.get("/api/v1/items").status_code == 401


def test_of_a_server_the_key_says_it(door: Door) -> None:
    """`limited` of a memory behind a server is refused, rather than taken and not kept."""
    with (
        Memory(door.url, key=door.key()) as memory,
        pytest.raises(InvalidInput, match="holdfast keys create"),
    ):
        memory.scoped(user="ada").limited(read=["fact"])


@pytest.mark.parametrize(
    ("rights", "read"),
    [
        (("read", "write:episode"), None),
        (("read", "write:fact", "delete:fact"), None),
        (("read:fact", "write"), {"fact"}),
        (("write:fact", "delete:episode"), {"fact", "episode"}),
    ],
)
def test_a_whole_right_to_read_stays_whole(rights: tuple[str, ...], read: set[str] | None) -> None:
    """Limiting what a key writes limits nothing of what it reads; without any right to read, what it changes is there."""
    grant = Grant("k", "t", Ceiling.of([]), frozenset(rights))
    assert grant.kinds.get("read") == read
