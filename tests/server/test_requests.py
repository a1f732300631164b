"""What a request says on the wire: content types, encodings, what is said twice, and how its refusal is told."""

from __future__ import annotations

import asyncio
import threading
import time
from http.client import HTTPConnection
from typing import Any

import httpx
import pytest
from mcp.shared.exceptions import MCPError

from tests.server.conftest import ALL, Served, Tenant, command
from tests.server.test_mcp import Place


def told(answer: httpx.Response) -> tuple[int, str | None]:
    """The status of a refusal, and which field it names."""
    return answer.status_code, answer.json().get("field")


@pytest.mark.parametrize("path", ["/api/v1/search", "/api/v1/context"])
def test_a_body_without_a_content_type_is_read_as_json(tenant: Tenant, path: str) -> None:
    """Nothing else is taken here; what says that it is something else is told which header to send."""
    body = b'{"query": "x"}'
    with tenant.client(tenant.key()) as http:
        assert http.post(path, content=body).status_code == 200
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"):
            refused = http.post(path, content=body, headers={"Content-Type": kind})
            assert told(refused) == (400, "Content-Type")
            assert "Content-Type: application/json" in refused.json()["detail"]
        assert told(http.post(path, content=b'{"query"')) == (400, "body")
        assert told(http.post(path, content=b"[]")) == (400, "body")


def test_a_page_of_another_site_writes_nothing_without_a_content_type(served: Served) -> None:
    """What a browser sends for it without asking first is refused by its origin, of a server that is open."""
    served.stop()
    served.flags = ("--open",)
    served.start()
    headers = {"Origin": "https://elsewhere.example"}
    with served.client(None) as http:
        assert http.post("/api/v1/items", content=b'{"text": "x"}', headers=headers).status_code == 403
        assert http.post("/api/v1/items", content=b'{"text": "x"}').status_code == 201
        assert http.get("/api/v1/stats").json()["items"] == 1


def test_a_body_that_cannot_be_read_is_told_as_the_body(tenant: Tenant) -> None:
    """Also where it is no text at all, or too deep or too long a number for whoever reads it."""
    deep = b'{"query": "x", "where": ' + b'{"not": ' * 90_000 + b"{}" + b"}" * 90_001
    with tenant.client(tenant.key()) as http:
        headers = {"Content-Type": "application/json"}
        for body in (
            b'{"query": "\xff"}',
            b"\x1f\x8b\x08",
            deep,
            b'{"query": "x", "k": ' + b"9" * 5_000 + b"}",
        ):
            refused = http.post("/api/v1/search", content=body, headers=headers)
            assert told(refused) == (400, "body")
            assert "UTF-8" in refused.json()["detail"]


def test_who_looks_whether_it_lives_may_ask_for_the_head(served: Served) -> None:
    """As monitors and load balancers do."""
    with served.client(None) as http:
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = http.head(path)
            assert (answer.status_code, answer.content) == (200, b"")


def test_a_stream_ends_when_its_key_is_revoked(served: Served) -> None:
    """At once means for what is under way too, also where there is always something to tell."""
    key, writing = served.key(), threading.Event()

    def write() -> None:
        with served.client(served.key()) as http:
            while not writing.is_set():
                http.post("/api/v1/items", json={"text": "x"})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        with (
            served.client(key) as http,
            http.stream("GET", "/api/v1/watch", params={"timeout": 600}) as stream,
        ):
            lines = stream.iter_lines()
            assert next(lines).startswith("id: ")
            command("keys", "revoke", key.split("_")[1], "--store", served.store, cwd=served.folder)
            revoked = time.monotonic()
            for _ in lines:
                assert time.monotonic() - revoked < 20
            assert http.get("/api/v1/stats").status_code == 401
    finally:
        writing.set()
        writer.join()


def test_a_refusal_for_a_missing_right_is_titled_as_one(tenant: Tenant) -> None:
    """Whatever is denied, its title says no more than what holds of every denial."""
    ada = tenant.key("--scope", "user=ada", rights="read:fact,write:episode")
    with tenant.client(ada, "") as http:
        refused = http.post("/api/v1/items", json={"text": "x", "kind": "fact"})
        assert (refused.status_code, refused.json()["type"]) == (403, "urn:holdfast:error:AccessDenied")
        assert "'write:fact'" in refused.json()["detail"]
        assert "another scope" not in refused.json()["title"]
        assert "right" in refused.json()["title"]


def test_a_header_is_percent_encoded_utf_8(tenant: Tenant) -> None:
    """What is none, or came as the bytes of another encoding, would be read as other letters: it is refused, and what is right is read."""
    with tenant.client(tenant.key(rights=ALL), "") as http:
        for name in ("Holdfast-Labels", "Holdfast-Actor"):
            for bad in (b"user=%ff", b"user=%C3", "user=Jürgen".encode(), "user=Jürgen".encode("latin-1")):
                headers = [(name.encode(), bad)]
                refused = http.get("/api/v1/stats", headers=headers)
                assert told(refused) == (400, name), (name, bad, refused.text)
        headers: Any = {"Holdfast-Labels": "user=J%C3%BCrgen", "Holdfast-Actor": "J%C3%BCrgen"}
        made = http.post("/api/v1/items", json={"text": "x"}, headers=headers).json()
        assert (made["scope"], made["owner"]) == ({"user": "Jürgen"}, "Jürgen")
        assert told(http.get("/api/v1/current?slot=%ff")) == (400, "query")


def test_what_is_said_twice_is_refused(tenant: Tenant) -> None:
    """An argument of one value, and a header: neither the first nor the last is taken unseen; a list is said as often as it is long."""
    with tenant.client(tenant.key(rights=ALL), "") as http:
        assert told(http.get("/api/v1/items?limit=1&limit=2")) == (400, "limit")
        assert told(http.get("/api/v1/items?under={}&under={}")) == (400, "under")
        assert http.get("/api/v1/items?kinds=fact&kinds=preference").status_code == 200
        assert told(http.post("/api/v1/import?dry_run=true&dry_run=false", content=b"")) == (400, "dry_run")
        id = http.post("/api/v1/items", json={"text": "x", "scope": {"user": "ada"}}).json()["id"]
        for name, one, other in (
            ("Holdfast-Labels", "user=ada", "team=core"),
            ("Holdfast-Actor", "ada", "bob"),
            ("If-Match", '"1"', '"2"'),
        ):
            headers = [("If-Match", '"1"'), ("Holdfast-Labels", "user=ada"), ("Holdfast-Actor", "eve")]
            twice = [pair for pair in headers if pair[0] != name] + [(name, one), (name, other)]
            assert told(http.patch(f"/api/v1/items/{id}", json={"text": "y"}, headers=twice)) == (400, name)
        assert http.get(f"/api/v1/items/{id}", params={"under": "{}"}).json()["version"] == 1


def test_a_key_that_is_twice_in_a_body_is_refused(tenant: Tenant) -> None:
    """Wherever it is, also in JSON in a query and in what mem0's clients send; it is named, and nothing is written."""
    with tenant.client(tenant.key()) as http:
        for method, path, key, body in (
            ("POST", "/api/v1/items", "text", '{"text": "a", "text": "b"}'),
            ("POST", "/api/v1/items", "n", '{"text": "a", "metadata": {"n": 1, "n": 1}}'),
            (
                "POST",
                "/api/v1/items/many",
                "text",
                '{"items": [{"text": "a"}, {"text": "b", "te\\u0078t": "c"}]}',
            ),
            (
                "PATCH",
                "/api/v1/items/0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f",
                "value",
                '{"value": 1, "value": null}',
            ),
            ("POST", "/v3/memories/add/", "user_id", '{"messages": [], "user_id": "a", "user_id": "b"}'),
        ):
            refused = http.request(method, path, content=body, headers={"If-Match": "*"})
            assert told(refused) == (400, key), refused.text
            assert "twice" in refused.json()["detail"]
        where = '{"eq": {"kind": "fact"}, "eq": {"kind": "preference"}}'
        refused = http.get("/api/v1/items", params={"where": where})
        assert told(refused) == (400, "where")
        assert "eq: is there twice" in refused.json()["detail"]
        assert http.get("/api/v1/stats").json()["items"] == 0
        assert (
            http.post("/api/v1/items", content='{"text": "a", "metadata": {"text": "b"}}').status_code == 201
        )


def test_half_a_body_does_not_hold_a_server_that_stops(served: Served) -> None:
    """Whoever sends the rest is waited for three seconds; then they are told, and nothing was done."""
    secret = served.key()
    connection = HTTPConnection(served.url.rpartition("/")[2])
    connection.putrequest("POST", "/api/v1/items")
    for name, value in (
        ("Authorization", f"Bearer {secret}"),
        ("Holdfast-Labels", "user=ada"),
        ("Content-Length", "20"),
    ):
        connection.putheader(name, value)
    connection.endheaders(b'{"text":')
    time.sleep(0.5)
    began = time.monotonic()
    assert served.stop() == 0
    assert time.monotonic() - began < 10
    answer = connection.getresponse()
    assert (answer.status, b"the server stops" in answer.read()) == (503, True)


def test_who_wrote_a_memory_is_not_for_the_request_to_say(tenant: Tenant) -> None:
    """Not in a header, nor as the actor of its source; with the right to act for others it is, and a key may say its own name."""
    secret = tenant.key()
    with tenant.client(secret) as http, tenant.client(tenant.key(rights="write,act")) as acting:
        source: Any = {"source": {"actor": "root", "ref": "log:17"}}
        for path, body in (
            ("/items", {"text": "x", **source}),
            ("/items/many", {"items": [{"text": "x", **source}]}),
        ):
            refused = http.post(f"/api/v1{path}", json=body)
            assert (refused.status_code, "'act'" in refused.json()["detail"]) == (403, True)
            assert acting.post(f"/api/v1{path}", json=body).status_code == 201
        own = {"text": "y", "source": {"actor": secret.split("_")[1], "ref": "log:18"}}
        assert http.post("/api/v1/items", json=own).status_code == 201


def test_a_connection_outlives_what_clients_keep(served: Served) -> None:
    """httpx keeps one for five seconds: a server that closes it then answers nothing to what is just being asked."""
    connection = HTTPConnection(served.url.rpartition("/")[2])
    connection.request("GET", "/readyz")
    assert connection.getresponse().read() == b"ready"
    opened = connection.sock
    time.sleep(6.5)
    connection.request("GET", "/readyz")
    assert connection.getresponse().read() == b"ready"
    assert connection.sock is opened


def test_a_resource_of_mcp_is_percent_encoded_utf_8(served: Served) -> None:
    """A topic or an id that is none is refused, not asked for with other letters in it."""

    async def ask() -> None:
        async with Place(served.url, "", None).http(served.key("--scope", "user=ada")) as client:  # type: ignore[arg-type]
            for uri in ("holdfast://about/%ff", "holdfast://items/%C3"):
                with pytest.raises(MCPError, match="UTF-8"):
                    await client.read_resource(uri)
            assert (await client.read_resource("holdfast://about/J%C3%BCrgen")).contents

    asyncio.run(ask())
