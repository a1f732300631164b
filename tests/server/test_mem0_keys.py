"""What a key may not, on every route of mem0's protocol there is: found by introspection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from holdfast.server.access import Access
from holdfast.server.grants import RIGHTS
from holdfast.server.mem0.routes import ROUTES, Route
from holdfast.server.settings import Settings
from tests.server.inprocess import running

EACH = [pytest.param(one, id=f"{one.method} {one.path}") for one in ROUTES]


class Door(NamedTuple):
    """A running server, what asks it, and its keys."""

    http: httpx.Client
    access: Access

    def ask(self, route: Route, key: str | None) -> httpx.Response:
        """Ask a route for something or other."""
        headers = {} if key is None else {"Authorization": f"Token {key}"}
        return self.http.request(route.method, re.sub(r"{\w+}", "x", route.path), headers=headers)


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for all these tests."""
    folder: Path = tmp_path_factory.mktemp("keys")
    served = running(f"sqlite:///{folder}/x.db", folder / "x.access", Settings(), embedder=None)
    with served as (url, service), httpx.Client(base_url=url) as http:
        yield Door(http, service.access)


@pytest.mark.parametrize("route", EACH)
def test_without_a_good_key_nothing_is_answered(door: Door, route: Route) -> None:
    """No key, one that is none, an expired and a revoked one: 401, as JSON with a detail, which mem0's clients read."""
    expired, (revoked, made) = (
        door.access.create(expires_at=datetime(2020, 1, 1, tzinfo=UTC))[0],
        door.access.create(),
    )
    door.access.revoke(made.id)
    for bad in (None, "nonsense", expired, revoked):
        told = door.ask(route, bad)
        assert told.status_code == 401, told.text
        assert told.headers["content-type"] == "application/json"
        assert isinstance(told.json()["detail"], str)


@pytest.mark.parametrize("route", EACH)
def test_a_right_that_is_missing_is_named(door: Door, route: Route) -> None:
    """A key with every right but the one a route takes: 403, naming it."""
    key = door.access.create(rights=[one for one in RIGHTS if one != route.right])[0]
    told = door.ask(route, key)
    assert told.status_code == 403
    assert repr(route.right) in told.json()["detail"]


@pytest.mark.parametrize("route", EACH)
def test_nonsense_is_refused_and_never_breaks(door: Door, route: Route) -> None:
    """With all rights and nothing that makes sense, a route answers JSON, and no 500."""
    key = door.access.create(rights=RIGHTS)[0]
    headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
    path = re.sub(r"{\w+}", "%2F", route.path)
    for body in (
        b"", b"{", b"[]", b'{"filters": 3, "messages": 3, "memories": 3}', b'{"filters": {"AND": 3}, "query": "x", "messages": [3]}',
        b'{"filters": {"user_id": {"in": [null]}}, "query": "x", "user_id": {}, "messages": "x", "memory_id": null}',
        b'{"filters": {"user_id": "a", "created_at": {"gte": []}}, "query": "x", "top_k": "x", "schema": "{"}',
        b'{"filters": {"user_id": "a", "metadata": {"a.": {"in": 3}}}, "query": "x", "name": 3, "url": "http://[", "event_types": [{}]}',
        b'{"filters": {"user_id": "a", "memory_ids": [3]}, "query": "x", "fields": 3, "page": -1, "memories": [{"memory_id": {}}]}',
        b'{"user_id": "a", "messages": "x", "metadata": 3, "timestamp": "never", "expiration_date": 3, "categories": 3}',
        b'{"user_id": "a", "messages": "x", "metadata": {"message": 1}, "keywords": 3, "email": 3, "custom_instructions": 3}',
    ):  # fmt: skip
        told = door.http.request(
            route.method,
            path,
            headers=headers,
            content=body,
            params={"page": "x", "filters": "[object Object]"},
        )
        assert told.status_code < 500 or told.status_code == 501, (body, told.text)
        assert told.headers["content-type"] == "application/json"
        assert told.content
