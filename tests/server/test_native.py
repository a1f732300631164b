"""REST over a socket: the verbs, versions as ETags, errors as problems, and what a key may not."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from holdfast import Scope
from holdfast.server.access import Access
from holdfast.server.grants import RIGHTS
from holdfast.server.tenants import Tenants
from tests.server.conftest import ALL, Served, Tenant, command
from tests.server.inprocess import running


def test_a_memory_is_saved_found_changed_and_deleted(tenant: Tenant) -> None:
    """The life of one memory, with its version as its ETag."""
    with tenant.client(tenant.key()) as http:
        made = http.post("/api/v1/items", json={"text": "Prefers short answers", "kind": "preference"})
        assert made.status_code == 201
        assert made.headers["etag"] == '"1"'
        where = f"/api/v1/items/{made.json()['id']}"
        hits = http.post("/api/v1/search", json={"query": "how long should replies be", "k": 3}).json()[
            "hits"
        ]
        assert [hit["item"]["id"] for hit in hits] == [made.json()["id"]]

        assert http.patch(where, json={"text": "Prefers long answers"}).status_code == 400
        changed = http.patch(where, json={"text": "Prefers long answers"}, headers={"If-Match": '"1"'})
        assert changed.status_code == 200
        assert changed.headers["etag"] == '"2"'
        stale = http.patch(where, json={"text": "Prefers no answers"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 409
        assert stale.headers["content-type"] == "application/problem+json"
        assert stale.json()["type"] == "urn:holdfast:error:VersionConflict"
        assert stale.json()["current"]["text"] == "Prefers long answers"

        gone = http.delete(where, headers={"If-Match": '"2"'})
        assert gone.status_code == 200
        assert gone.json()["state"] == "deleted"
        page = http.get("/api/v1/history", params={"id": made.json()["id"]}).json()
        assert [change["verb"] for change in page["items"]] == ["save", "update", "delete"]


def test_bad_input_names_the_field(tenant: Tenant) -> None:
    """What is wrong with a request is said, and by which field."""
    with tenant.client(tenant.key()) as http:
        for body, field in (
            ({"query": "x", "k": "3"}, "k"), ({"query": "x", "colour": 1}, "colour"), ({}, "query"),
            ({"query": "x", "where": {"eq": {"colour": 1}}}, "colour"),
        ):  # fmt: skip
            told = http.post("/api/v1/search", json=body)
            assert told.status_code == 400
            assert told.json()["detail"].startswith(field), told.json()


def test_a_key_sees_what_its_ceiling_holds(tenant: Tenant) -> None:
    """A key of Ada's holds Ada's label and no other; what Bob has is not there for her."""
    ada, bob = tenant.key("--scope", "user=ada"), tenant.key("--scope", "user=bob")
    with tenant.client(bob, "") as http:
        id = http.post("/api/v1/items", json={"text": "Bob's bicycle is red"}).json()["id"]
    with tenant.client(ada, "") as http:
        assert http.get(f"/api/v1/items/{id}").status_code == 404
        assert http.post("/api/v1/search", json={"query": "bicycle"}).json()["hits"] == []
        assert http.get("/api/v1/stats", headers={"Holdfast-Labels": "user=bob"}).status_code == 403
        assert http.get("/api/v1/overview", params={"under": '{"user":"bob"}'}).status_code == 403
        assert http.get("/api/v1/overview", params={"under": "{}"}).status_code == 403
        shared = http.post("/api/v1/items", json={"text": "for all", "scope": {}})
        assert shared.status_code == 403
        assert "shared" in shared.json()["detail"]
        assert http.post("/api/v1/erase", json={"ids": [id]}).status_code == 403


def test_the_first_start_makes_a_key_and_tells_it_once(tmp_path: Path) -> None:
    """On this machine alone, where there has never been a key; not again, not for tenants, and it stands in no log."""

    def started(store: str, *flags: str) -> tuple[Served, dict[str, str]]:
        server = Served(tmp_path, store, flags)
        told = server.start().told
        return server, told

    one, told = started(f"sqlite:///{tmp_path}/memory.db")
    try:
        saved = one.client(told["key"], "").post("/api/v1/items", json={"text": "for all", "scope": {}})
        assert saved.status_code == 201, saved.text
        assert [key["name"] for key in command("keys", "list", "--store", one.store, cwd=tmp_path)] == [
            "local"
        ]
    finally:
        one.stop()
    assert told["key"] not in one.log
    for store, flags in (
        (one.store, ()),
        (f"sqlite:///{tmp_path}/{{tenant}}.db", ()),
        (f"sqlite:///{tmp_path}/b.db", ("--open",)),
    ):
        another, told = started(store, *flags)
        another.stop()
        assert set(told) == {"url"}


def test_of_servers_that_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    """However many begin on one file of keys at the same moment, there is one key, and one of them tells it."""
    for n in range(3):
        doors = [Access(tmp_path / f"{n}.access") for _ in range(8)]
        ready = threading.Barrier(len(doors))

        def start(door: Access, ready: threading.Barrier = ready) -> str | None:
            ready.wait()
            return door.first()

        with ThreadPoolExecutor(len(doors)) as pool:
            told = [key for key in pool.map(start, doors) if key is not None]
        assert len(told) == len(doors[0].listed()) == 1
        assert doors[0].grant(told[0]).id == doors[0].listed()[0].id
        for door in doors:
            door.close()


def test_the_first_key_is_good_on_this_machine_alone(tmp_path: Path) -> None:
    """It counts as none where others could reach the server, and is refused there; no other key can take its name."""
    server = Served(tmp_path, f"sqlite:///{tmp_path}/memory.db").start()
    first = server.told["key"]
    server.stop()
    outside = Served(tmp_path, server.store, ("--host", "0.0.0.0"))
    with pytest.raises(AssertionError, match="there is no key yet"):
        outside.start()
    with pytest.raises(AssertionError, match="first start"):
        server.key("--name", "local")
    other = server.key()
    outside.start()
    try:
        outside.url = outside.url.replace("0.0.0.0", "127.0.0.1")
        assert outside.client(first).get("/api/v1/stats").status_code == 401
        assert outside.client(other).get("/api/v1/stats").status_code == 200
    finally:
        outside.stop()


def test_a_service_in_a_journal_makes_no_key(tmp_path: Path) -> None:
    """What it prints is kept there: a key is made by `keys create`."""
    server = Served(tmp_path, f"sqlite:///{tmp_path}/memory.db", (), {"JOURNAL_STREAM": "8:1"}).start()
    server.stop()
    assert set(server.told) == {"url"}


def test_keys_that_are_no_good_are_refused_at_once(served: Served) -> None:
    """No key, a wrong one, an expired one, a revoked one: 401, and a refusal leaves a line in the audit, with the key that was good once."""
    good, expired = served.key(), served.key("--expires", "2020-01-01")
    for bad in (
        None,
        "hf_nonsense",
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        expired,
    ):
        with served.client(bad) as http:
            assert http.get("/api/v1/stats").status_code == 401
    with served.client(good) as http:
        assert http.get("/api/v1/stats").status_code == 200
        command("keys", "revoke", good.split("_")[1], "--store", served.store, cwd=served.folder)
        assert http.get("/api/v1/stats").status_code == 401
    lines = command("audit", "--store", served.store, cwd=served.folder)
    once, ours = expired.split("_")[1], good.split("_")[1]
    assert [(line["key"], line["outcome"]) for line in lines] == [
        ("", 401), ("", 401), ("", 401), (once, 401), (ours, 200), (ours, 401)
    ]  # fmt: skip
    assert {line["tenant"] for line in lines[3:]} == {"default"}
    assert command("audit", "--verify", "--store", served.store, cwd=served.folder) == {
        "lines": 6,
        "intact": True,
    }


def test_each_tenant_has_a_file_of_its_own(serving: Callable[..., Served], tmp_path: object) -> None:
    """Two tenants of one server share nothing."""
    server = serving(store=f"sqlite:///{tmp_path}/{{tenant}}.db")
    with server.client(server.key(tenant="acme")) as acme, server.client(server.key(tenant="bolt")) as bolt:
        acme.post("/api/v1/items", json={"text": "the launch is in May"})
        assert bolt.post("/api/v1/search", json={"query": "launch"}).json()["hits"] == []
        assert len(acme.post("/api/v1/search", json={"query": "launch"}).json()["hits"]) == 1
    assert sorted(path.name for path in server.folder.glob("*.db")) == ["acme.db", "bolt.db"]


def test_a_store_that_somebody_is_at_stays_open(tmp_path: Path) -> None:
    """Of more tenants than may be open those that nobody is at are closed; not one that was asked for while another was closing."""

    async def run() -> None:
        tenants = Tenants(f"sqlite:///{tmp_path}/{{tenant}}.db", 2, embedder=None)
        for idle in ("a", "b"):
            async with tenants.memory(idle):
                pass
        async with contextlib.AsyncExitStack() as leaving, tenants.memory("d"):
            await leaving.enter_async_context(tenants.memory("c"))
            closing = asyncio.create_task(leaving.aclose())  # now there is one too many, and one more
            await asyncio.sleep(0)
            async with tenants.memory("b") as memory:
                await closing
                assert (await memory.stats(under=Scope.shared())).items == 0
        await tenants.close()

    asyncio.run(run())


def test_it_stops_gracefully_and_its_log_has_no_text(served: Served) -> None:
    """SIGTERM ends it with status 0; the log has a line a request, and no word of a memory."""
    with served.client(served.key(rights=ALL)) as http:
        http.post("/api/v1/items", json={"text": "the secret word is xylophone"})
        http.post("/api/v1/search", json={"query": "xylophone"})
        assert http.get("/healthz").text == "ok"
        assert http.get("/readyz").text == "ready"
        assert 'holdfast_requests_total{status="201",verb="save"} 1.0' in http.get("/metrics").text
    assert served.stop(signal.SIGTERM) == 0
    assert '"verb": "save"' in served.log
    assert "xylophone" not in served.log


def test_a_scraper_is_told_what_waits_and_how_much_is_kept(tmp_path: Path) -> None:
    """Of the open stores together, without an id; a webhook that cannot be told waits in the queue."""
    with (
        running(f"sqlite:///{tmp_path}/{{tenant}}.db", tmp_path / "x.access", embedder=None) as (
            url,
            service,
        ),
        httpx.Client(base_url=url) as http,
    ):
        for tenant, user in (("acme", "ada"), ("bolt", "bob")):
            key, _ = service.access.create(tenant=tenant, rights=RIGHTS)
            headers = {"Authorization": f"Token {key}"}
            hook = {"url": "http://127.0.0.1:9/", "name": "none", "event_types": ["memory_add"]}
            made = http.post(f"/api/v1/webhooks/projects/{tenant}/", json=hook, headers=headers)
            assert made.status_code == 201, made.text
            said = {"messages": "the heron nests", "user_id": user, "infer": False}
            http.post("/v3/memories/add/", json=said, headers=headers).raise_for_status()
        until = time.monotonic() + 20
        while 'holdfast_queued{for="webhooks"} 2.0' not in http.get("/metrics").text:
            assert time.monotonic() < until
            time.sleep(0.1)
        told = http.get("/metrics").text
    figures = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    assert (figures["holdfast_stores_open"], figures["holdfast_store_items"]) == ("2.0", "2.0")
    assert float(figures["holdfast_store_bytes"]) > 100_000
    assert figures['holdfast_queued{for="model"}'] == "0.0"
    assert not [name for name in ("acme", "bolt", "ada", "bob", "heron", key) if name in told]


def test_who_waits_for_a_lease_is_answered_when_it_stops(served: Served) -> None:
    """Soon, and as at the end of the wait: it is no error of the server, and nothing that a stop waits half a minute for."""
    with served.client(served.key()) as http, ThreadPoolExecutor(1) as pool:
        lease = {"name": "report", "holder": "ci-7", "ttl": 600}
        http.post("/api/v1/leases", json=lease)
        waiting = pool.submit(http.post, "/api/v1/leases", json=lease | {"holder": "ci-8", "wait": 60})
        time.sleep(1)
        began = time.monotonic()
        assert served.stop() == 0
        assert time.monotonic() - began < 20
        assert (waiting.result().status_code, waiting.result().json()["holder"]) == (409, "ci-7")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_as_soon_as_it_has_an_address_it_stops(
    serving: Callable[..., Served], how: signal.Signals
) -> None:
    """Also while it is still starting: the signal is neither lost, so that it serves on, nor does it cut the process off."""
    assert [serving().stop(how) for _ in range(3)] == [0, 0, 0]


def test_a_lease_is_taken_refused_gone_on_with_and_given_up(tenant: Tenant) -> None:
    """Its fence is all that the next request needs; a refusal says who has it and until when."""
    with tenant.client(tenant.key()) as http:
        taken = http.post("/api/v1/leases", json={"name": "report", "holder": "ci-7", "ttl": 600})
        assert (taken.status_code, taken.json()["fence"]) == (200, 1)
        refused = http.post("/api/v1/leases", json={"name": "report", "holder": "ci-8"})
        assert refused.status_code == 409
        told = {name: refused.json()[name] for name in ("type", "name", "holder", "until")}
        assert told == {
            "type": "urn:holdfast:error:LeaseConflict", "name": "report", "holder": "ci-7", "until": taken.json()["until"],
        }  # fmt: skip
        renewed = http.post("/api/v1/leases", json={"name": "report", "fence": 1, "ttl": 900})
        assert renewed.json()["until"] > taken.json()["until"]
        assert http.post("/api/v1/leases", json={"name": "report", "fence": 1, "ttl": 0}).status_code == 200
        assert http.post("/api/v1/leases", json={"name": "report", "holder": "ci-8"}).json()["fence"] == 2


def test_rules_and_holds_are_the_administrators(tenant: Tenant) -> None:
    """Set and listed with the right `admin` and no labels; a write that breaks one is a 403 that names it."""
    with tenant.client(tenant.key(rights=ALL), "") as root:
        rule = {"name": "few", "rule": "quota", "under": {"user": "ada"}, "items": 1}
        made = root.post("/api/v1/policy", json={"set": rule})
        assert made.status_code == 200, made.text
        assert made.json()["rules"][0]["items"] == 1
        assert (
            root.post("/api/v1/hold", json={"under": {"user": "ada"}, "name": "case"}).json()[0]["name"]
            == "case"
        )
    with tenant.client(tenant.key("--scope", "user=ada"), "") as ada:
        assert ada.post("/api/v1/policy", json={}).status_code == 403
        assert ada.post("/api/v1/items", json={"text": "one"}).status_code == 201
        told = ada.post("/api/v1/items", json={"text": "two"})
        assert (told.status_code, told.json()["rule"]) == (403, "few")


def test_an_address_that_is_told_can_be_reached(served: Served) -> None:
    """Who connects as soon as the address is printed is answered, not refused."""
    host, _, port = served.url.rpartition("/")[2].partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in connection.makefile("rb").readline()


def test_an_argument_that_is_not_known_is_refused(served: Served) -> None:
    """A query that says what nobody reads is not answered as if it had not: the nearest known argument is named, on every route."""
    with served.client(served.key("--rights", ALL)) as http:
        for path, unknown, nearest in (
            ("/items", "limti", "did you mean limit?"), ("/overview", "corsor", "did you mean cursor?"),
            ("/stats", "colour", "there are under"), ("/items/0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f", "expand", "valid_at"),
        ):  # fmt: skip
            told = http.get(f"/api/v1{path}", params={unknown: "5"})
            assert told.status_code == 400, path
            assert told.headers["content-type"] == "application/problem+json"
            assert told.json()["field"] == unknown
            assert nearest in told.json()["detail"]
        assert "dry_run" in http.post("/api/v1/import?dryrun=1", content=b"").json()["detail"]
        assert http.post("/api/v1/search?k=3", json={"query": "x"}).status_code == 400
        assert http.get("/api/v1/receipts/x?y=1").status_code == 400
        assert http.get("/v1/entities/", params={"org_id": "o", "nobody": "reads"}).status_code == 200


def test_a_refusal_names_the_field_and_no_type(served: Served) -> None:
    """A field of several types is told by its name and each way in which it does not fit; what lies in it by its place."""
    with served.client(served.key()) as http:
        for body, field in (
            ({"query": "x", "scope": 3}, "scope"),
            ({"query": "x", "scope": {"user": 3}}, "scope.user"),
            ({"query": "x", "scope": ["user", 3]}, "scope"),
            ({"query": "x", "kinds": ["fact", 3]}, "kinds.1"),
            ({"query": "x", "k": "3"}, "k"),
            ({}, "query"),
        ):
            told = http.post("/api/v1/search", json=body).json()
            assert told["status"] == 400
            assert told["field"] == field
            assert told["detail"].startswith(f"{field}: ")
            assert "dict[" not in told["detail"]
        assert "list" in http.post("/api/v1/search", json={"query": "x", "scope": 3}).json()["detail"]


def test_null_is_refused_where_it_would_have_to_clear_what_it_cannot(served: Served) -> None:
    """An update takes null for what it clears, and says so of the rest, as the library does; elsewhere it is as if not given."""
    with served.client(served.key()) as http:
        made = http.post("/api/v1/items", json={"text": "x", "tags": ["a"], "speaker": "Ada", "slot": None})
        where, version = f"/api/v1/items/{made.json()['id']}", {"If-Match": "*"}
        for name in ("tags", "kind", "importance", "text"):
            told = http.patch(where, json={name: None, "confidence": 0.5}, headers=version)
            assert told.status_code == 400, name
            assert told.json()["field"] == name
        cleared = http.patch(where, json={"speaker": None, "metadata": None}, headers=version).json()
        assert (cleared["speaker"], cleared["metadata"], cleared["tags"]) == (None, {}, ["a"])
        assert http.post("/api/v1/search", json={"query": "x", "kinds": None}).status_code == 200


def test_a_body_that_is_no_json_is_told_as_the_body(served: Served) -> None:
    """Where the text breaks off is told; the number of a character is the name of no field."""
    with served.client(served.key()) as http:
        headers = {"Content-Type": "application/json"}
        told = http.post("/api/v1/search", content=b'{"query": "x", k: 3}', headers=headers)
        assert (told.status_code, told.json()["field"]) == (400, "body")
        assert told.json()["detail"].startswith("body: is no JSON: ")
        assert "character 15" in told.json()["detail"]


def test_a_stream_of_events_goes_on_where_the_connection_was_lost(served: Served) -> None:
    """As `EventSource` does: the same address again, with the last id seen, so that nothing said in between is missed."""
    with served.client(served.key()) as http:
        where = {"timeout": 0}
        began = http.get("/api/v1/watch", params=where).text
        last = next(line for line in began.splitlines() if line.startswith("id: ")).removeprefix("id: ")
        http.post("/api/v1/items", json={"text": "The build is green"})
        again = http.get("/api/v1/watch", params=where, headers={"Last-Event-ID": last})
        assert "The build is green" in again.text
        old = where | {"since": last}
        newest = [line for line in again.text.splitlines() if line.startswith("id: ")][-1].removeprefix(
            "id: "
        )
        twice = http.get("/api/v1/watch", params=old, headers={"Last-Event-ID": newest}).text
        assert "The build is green" not in twice
        assert http.get("/api/v1/watch", params=where, headers={"Last-Event-ID": "zzz"}).status_code == 409
