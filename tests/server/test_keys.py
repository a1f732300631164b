"""What a key may not, on every route there is: found by introspection, so that a new route cannot be forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.routes import BASE, LABELS, ROUTES, Route
from holdfast.server import arguments
from holdfast.server.access import Access
from holdfast.server.grants import RIGHTS
from holdfast.server.settings import Settings
from tests.server.inprocess import running

# Routes that anybody may ask: what a load balancer, a scraper and a browser need before there is a key.
OPEN_TO_ALL = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/docs",
    "/api/docs/oauth2-redirect",
    "/api/openapi.json",
}
SECRET = "the heron nests by the quiet weir"


class Door:
    """A running server with two tenants, Ada's memory in one of them, and a key for each kind of refusal."""

    def __init__(self, url: str, access: Access, app: Any) -> None:
        self.url, self.access, self.app = url, access, app
        self.http = httpx.Client(base_url=url, timeout=60)
        made = self.ask(ROUTES["save"], self.key(), {"text": SECRET, "slot": "heron.place", "value": "weir"})
        assert made.status_code == 201, made.text
        self.id = made.json()["id"]

    def key(self, *ceiling: tuple[str, str], rights: tuple[str, ...] = RIGHTS, **named: Any) -> str:
        """A key of the tenant "acme" that may everything, less what is said."""
        return self.access.create(scope=ceiling, rights=rights, **{"tenant": "acme", **named})[0]

    def ask(
        self, route: Route, key: str | None, given: dict[str, Any] | None = None, labels: str = "user=ada"
    ) -> httpx.Response:
        """Ask a route as its own examples do, with other values for some arguments."""
        needed = {name: one.argument.schema for name, one in arguments.sent(route).items() if one.required}
        sent = {name: schema["examples"][0] for name, schema in needed.items()} | (given or {})
        headers = {LABELS: labels} if labels else {}
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        if "expected_version" in route.arguments:
            headers["If-Match"] = "*"
        path = BASE + route.path.replace("{id}", getattr(self, "id", ""))
        if route.in_query:
            query = {name: one if isinstance(one, str) else json.dumps(one) for name, one in sent.items()}
            content = b"" if route.verb == "import_items" else None
            return self.http.request(route.method, path, params=query, headers=headers, content=content)
        return self.http.request(route.method, path, json=sent, headers=headers)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for all these tests; nothing they ask is to change it."""
    folder: Path = tmp_path_factory.mktemp("keys")
    store = f"sqlite:///{folder}/{{tenant}}.db"
    with running(store, folder / "access", Settings(), embedder=None) as (url, service):
        yield Door(url, service.access, service)


ALL = sorted(ROUTES)


@pytest.mark.parametrize("verb", ALL)
def test_without_a_good_key_nothing_is_answered(door: Door, verb: str) -> None:
    """No key, one that is none, one with another secret, an expired one and a revoked one: 401 and no word of a memory."""
    expired, revoked = door.key(expires_at=datetime(2020, 1, 1, tzinfo=UTC)), door.key()
    door.access.revoke(revoked.split("_")[1])
    good = door.key()
    wrong = good[:-1] + ("A" if good[-1] != "A" else "B")
    for bad in (None, "nonsense", wrong, expired, revoked):
        told = door.ask(ROUTES[verb], bad)
        assert told.status_code == 401, (verb, told.text)
        assert told.headers["content-type"] == "application/problem+json"
        assert SECRET not in told.text


@pytest.mark.parametrize("verb", ALL)
def test_a_right_that_is_missing_is_named(door: Door, verb: str) -> None:
    """A key with every right but the one a route takes: 403, naming it."""
    right = ROUTES[verb].right
    told = door.ask(ROUTES[verb], door.key(rights=tuple(one for one in RIGHTS if one != right)))
    assert told.status_code == 403
    assert repr(right) in told.json()["detail"]


@pytest.mark.parametrize("verb", ALL)
def test_another_label_than_the_ceilings_is_refused(door: Door, verb: str) -> None:
    """A key of Ada's that names a team, or Bob: 403."""
    rights = tuple(one for one in RIGHTS if one not in ("wide", "shared"))
    for labels in ("user=bob", "user=ada&user=bob", "team=core"):
        told = door.ask(ROUTES[verb], door.key(("user", "ada"), rights=rights), labels=labels)
        assert told.status_code == 403, (verb, labels, told.text)


@pytest.mark.parametrize("verb", [verb for verb in ALL if "under" in ROUTES[verb].arguments])
def test_a_reading_wider_than_the_ceiling_is_refused(door: Door, verb: str) -> None:
    """`under` everything, or another user: 403; under the ceiling itself: not refused."""
    rights = tuple(one for one in RIGHTS if one not in ("wide", "shared"))
    route, key = ROUTES[verb], door.key(("user", "eve"), rights=rights)
    extra = {"slot": "heron.place"} if verb in ("history", "current") else {}
    for under in ({}, {"user": "ada"}, {"team": "core"}):
        told = door.ask(route, key, {**extra, "under": under}, labels="")
        assert told.status_code == 403, (verb, under, told.text)
        assert SECRET not in told.text
    if verb != "watch":
        own = door.ask(route, key, {**extra, "under": {"user": "eve"}}, labels="")
        assert own.status_code in (200, 404), own.text
        assert SECRET not in own.text


@pytest.mark.parametrize(
    "verb", [v for v in ALL if "scope" in ROUTES[v].arguments and ROUTES[v].right != "read"]
)
def test_writing_what_everybody_sees_takes_a_right(door: Door, verb: str) -> None:
    """The scope without labels, named by a write, is refused without `shared`."""
    rights = tuple(one for one in RIGHTS if one != "shared")
    told = door.ask(ROUTES[verb], door.key(rights=rights), {"scope": {}})
    assert told.status_code == 403, (verb, told.text)
    assert "'shared'" in told.json()["detail"]


@pytest.mark.parametrize("verb", ["save_many", "update_many", "observe"])
def test_no_other_place_for_a_scope_writes_what_everybody_sees(door: Door, verb: str) -> None:
    """A scope inside an item, a change or a placement is looked at too."""
    given: dict[str, dict[str, Any]] = {
        "save_many": {"items": [{"text": "for all", "scope": {}}]},
        "update_many": {"changes": {"scope": {}}},
        "observe": {"messages": "I live in Bergen.", "placement": {"fact": [], "episode": ["user"]}},
    }
    rights = tuple(one for one in RIGHTS if one != "shared")
    assert door.ask(ROUTES[verb], door.key(rights=rights), given[verb]).status_code == 403


@pytest.mark.parametrize("verb", ALL)
def test_what_is_anothers_is_not_there(door: Door, verb: str) -> None:
    """Another tenant, or another user of the tenant, gets 404 or nothing: never a word of Ada's memory, and it stays."""
    route = ROUTES[verb]
    given = {"id": door.id} if "id" in route.arguments and "{id}" not in route.path else {}
    given |= {"ids": [door.id]} if "ids" in route.arguments else {}
    given |= {"query": "where do herons nest?"} if "query" in route.arguments else {}
    given |= {"slot": "heron.place"} if verb == "current" else {}
    given |= {"timeout": 0} if verb == "watch" else {}
    for key, labels in ((door.key(tenant="bolt"), "user=ada"), (door.key(("user", "bob")), "")):
        if verb in ("backup", "reembed") and labels == "":
            continue  # what a whole store is about: `wide` is among the rights of this key
        told = door.ask(route, key, given, labels)
        assert told.status_code != 500, told.text
        assert SECRET not in told.text, verb
    kept = door.http.get(
        f"{BASE}/items/{door.id}", headers={"Authorization": f"Bearer {door.key()}", LABELS: "user=ada"}
    )
    assert (kept.status_code, kept.json()["text"], kept.json()["version"]) == (200, SECRET, 1)


def test_a_receipt_made_up_reads_no_more_than_its_key(door: Door) -> None:
    """A receipt says what it read; without `wide` that is not everything, nor what a caller without labels cannot see."""
    whole = door.key()
    found = door.ask(ROUTES["search"], whole, {"query": "herons"}, "user=ada")
    headers = {"Authorization": f"Bearer {whole}", LABELS: "user=ada"}
    receipt = door.http.get(found.headers["location"], headers=headers).json()
    narrow = door.key(rights=tuple(one for one in RIGHTS if one not in ("wide", "shared")))
    for reach in ({"under": {}}, {"visible": {"user": "ada"}}, {"exactly": [{"user": "ada"}]}):
        told = door.ask(ROUTES["rerun"], narrow, {"receipt": receipt | {"reach": reach}}, "")
        assert told.status_code == 403, (reach, told.text)
        assert SECRET not in told.text
    kept = door.ask(ROUTES["search"], whole, {"query": "herons", "keep": True, "under": {}}, "")
    assert kept.status_code == 200
    seen = door.ask(ROUTES["rerun"], whole, {"receipt": receipt | {"reach": {"under": {}}}}, "")
    assert SECRET in seen.text


def test_no_route_is_open_that_is_not_meant_to_be(door: Door) -> None:
    """Every route of the application, also those that no table knows, answers 401 without a key."""
    described = door.http.get("/api/openapi.json").json()["paths"]
    assert {BASE + route.path for route in ROUTES.values()} <= set(described)
    for path, methods in described.items():
        for method in methods:
            where = path.replace("{id}", door.id)
            told = door.http.request(
                method.upper(), where, json={} if method not in ("get", "delete") else None
            )
            assert told.status_code == 401 or path in OPEN_TO_ALL, (method, path, told.status_code)
