"""What the server says of itself at /api/openapi.json, held against what it does, by schemathesis.

`make schema` asks for more: every phase in full, and as many inputs of every operation as EXAMPLES says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast import Client
from holdfast.pack import Section
from holdfast.routes import ROUTES
from tests.server.conftest import ALL, Served, Tenant

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
# Every check is on. The health checks that are not are of the inputs: how fast this machine makes them.
SETTINGS = """
continue-on-failure = true
request-timeout = 60.0
suppress-health-check = ["too_slow", "large_base_example"]
generation = { deterministic = %s, max-examples = %d }

[[operations]] # a stream, which goes on for as long as one listens
include-operation-id = "watch"
request-timeout = 1.0
"""
# The coverage phase makes some hundred inputs of every filter, memory and receipt. These share theirs with `search`, `save` and
# `rerun`, which have it in every run; the other phases ask them too.
SHARED = (
    "list",
    "context",
    "update",
    "update_many",
    "delete_many",
    "erase",
    "save_many",
    "explain",
    "why_not",
)
WITHOUT_COVERAGE = """
[[operations]]
include-operation-id = "%s"
phases.coverage.enabled = false
"""


# The key to which all is open; one under a ceiling, and one whose rights are for some kinds, when there is time.
KEYS: dict[str, tuple[tuple[str, ...], str]] = {
    "all": ((), ALL),
    "ceiling": (("--scope", "user=ada", "--scope", "team=*"), ALL),
    "kinds": (("--scope", "user=ada"), "read:fact,read:episode,write:fact,write:preference,delete:fact,shared"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS if EXAMPLES else ["all"])
def test_the_server_takes_and_answers_what_it_says(served: Served, tmp_path: Path, key: str) -> None:
    """Examples, boundaries, random inputs good and bad, and sequences of requests: 0 failures, whatever the key may."""
    flags, rights = KEYS[key]
    settings = SETTINGS % (("false", EXAMPLES) if EXAMPLES else ("true", 2))
    if not EXAMPLES:
        settings += "".join(WITHOUT_COVERAGE % verb for verb in SHARED)
    (tmp_path / "schemathesis.toml").write_text(settings)
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "--config-file", "schemathesis.toml",
        "run", f"{served.url}/api/openapi.json", "--header", f"Authorization: Bearer {served.key(*flags, rights=rights)}",
        "--workers", "1", "--no-color",  # several threads of it meet a fault of CPython 3.11 (ast, gh-106905)
    ]  # fmt: skip
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout[-20_000:] + made.stderr
    operations = len(ROUTES) + 1  # the receipt of a search just made
    assert f"Selected: {operations}/{operations}" in made.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in made.stdout, made.stdout[-5_000:]


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """The status, the class of the error and the field that it is about."""
    told = answer.json()
    return answer.status_code, told["type"].rpartition(":")[2], told["detail"].partition(":")[0]


def test_a_caller_who_does_not_hold_a_scope_is_told_403(tenant: Tenant) -> None:
    """What is wrong with the request is 400; that this caller cannot ask it is 403."""
    with tenant.client(tenant.key()) as ada, tenant.client(tenant.key(), labels="") as nobody:
        assert refused(ada.post("/api/v1/items", json={"text": "tea", "scope": ["team"]}))[:2] == (
            403,
            "NotHeld",
        )
        assert refused(nobody.post("/api/v1/items", json={"text": "tea"}))[:2] == (403, "NotHeld")
        assert refused(ada.post("/api/v1/items", json={"text": "tea", "scope": ["No Label"]})) == (
            400,
            "InvalidInput",
            "scope",
        )
        for scope in ("null", "[]", "3", '"user"', "{"):
            assert refused(ada.get("/api/v1/items", params={"scope": scope})) == (
                400,
                "InvalidInput",
                "scope",
            )
            assert refused(ada.get("/api/v1/stats", params={"under": scope})) == (
                400,
                "InvalidInput",
                "under",
            )


def test_what_says_nothing_is_refused(served: Served) -> None:
    """A number that no memory can have, and words for no memory, were taken, and nothing came of them."""
    with served.client(served.key()) as http:
        for where in (
            {"in": {"turn": [1e308]}},
            {"eq": {"metadata.a": -1e300}},
            {"range": {"importance": {"lt": 2.0**63}}},
        ):
            status, kind, _ = refused(http.post("/api/v1/search", json={"query": "tea", "where": where}))
            assert (status, kind) == (400, "BadFilter")
        for body in ({"text": "tea"}, {"value": 3}, {"approve": True}):
            assert refused(http.post("/api/v1/review", json=body)) == (409, "DoesNotFit", "id")
        assert http.post("/api/v1/review", json={}).json() == {"items": [], "next": None}


def test_values_that_do_not_fit_each_other_or_the_store_are_told_409(tenant: Tenant) -> None:
    """Each value is as described, so it is no bad request; nothing is written."""
    times = {"valid_from": "2026-05-08T09:00:00Z", "valid_to": "2026-05-07T09:00:00Z"}
    with tenant.client(tenant.key(rights=ALL), labels="") as http:
        for method, path, body, field in (
            ("POST", "/items", {"text": "tea", "scope": {}, **times}, "valid_to"),
            ("POST", "/items", {"text": "tea", "scope": {}, "kind": "episode", "slot": "tea.kind"}, "slot"),
            ("POST", "/items", {"text": "tea", "scope": {}, "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
            ("POST", "/items", {"text": "tea", "scope": {}, "metadata": {"a": "x" * 9_000, "b": "x" * 9_000}}, "metadata"),
            ("POST", "/policy", {"remove": "none of this name"}, "remove"),
            ("POST", "/work", {}, "model"),
            ("POST", "/reembed", {"to": "openai:text-embedding-3-small"}, "to"),
            ("POST", "/reembed", {"cancel": True}, "cancel"),
            ("POST", "/observe", {"messages": [], "scope": {}}, "messages"),
        ):  # fmt: skip
            answer = http.request(method, f"/api/v1{path}", json=body)
            assert refused(answer) == (409, "DoesNotFit", field), answer.text
        assert refused(http.get("/api/v1/items", params={"cursor": "AAAA"})) == (409, "DoesNotFit", "cursor")
        assert refused(http.post("/api/v1/import", content=b"no export")) == (409, "DoesNotFit", "import")
        assert http.get("/api/v1/stats").json()["versions"] == 0


def test_a_made_up_receipt_is_refused(tenant: Tenant) -> None:
    """What is no receipt is told as such by every verb that takes one, whatever part of it is wrong."""
    with tenant.client(tenant.key()) as http:
        http.post("/api/v1/items", json={"text": "herons nest by the weir"})
        found = http.post("/api/v1/search", json={"query": "herons"})
        receipt: dict[str, Any] = http.get(found.headers["location"]).json()
        assert http.post("/api/v1/explain", json={"receipt": receipt}).json()["faithful"]
        row = receipt["rows"][0]
        for wrong in (
            {"reach": []}, {"reach": {}}, {"reach": {"visible": 3}}, {"reach": {"exactly": {}}}, {"options": {}}, {"options": {**receipt["options"], "k": "3"}},
            {"options": {**receipt["options"], "where": {"eq": {"colour": 1}}}}, {"rows": [{**row, "raw": {}}]},
            {"rows": [{**row, "id": {}}]}, {"rows": [{**row, "raw": dict.fromkeys(row["raw"], 1e300)}]}, {"rows": {}},
            {"counts": 3}, {"weights": {"words": None}}, {"held": ["user"]}, {"known": None}, {"known": [[None, receipt["at"]]]}, {"query": ""}, {"at": "today"},
        ):  # fmt: skip
            for verb, more in (("rerun", {}), ("why_not", {"id": "0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f"})):
                answer = http.post(f"/api/v1/{verb}", json={"receipt": receipt | wrong, **more})
                assert refused(answer)[:2] == (409, "DoesNotFit"), (wrong, answer.text)


def test_a_written_out_path_is_no_id(tenant: Tenant) -> None:
    """A method that such a path does not take is answered by 405 with those it does, not as of a memory of that name."""
    with tenant.client(tenant.key()) as http:
        answer = http.patch("/api/v1/items/many", json={"text": "tea"}, headers={"If-Match": "*"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        for path, methods in (
            ("/v1/memories/0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f/", "DELETE, GET, PUT"),
            ("/v1/batch/", "DELETE, PUT"),
            ("/v3/memories/", "POST"),
        ):
            answer = http.patch(path, json={})
            assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_sections_of_a_context_go_over_http(tenant: Tenant) -> None:
    """As objects in JSON, and as `Section` from the typed client, a context is laid out in the sections asked for."""
    wanted = Section("All I know:", ("fact", "preference"), share=0.5)
    with Client(tenant.url, tenant.key()) as memory:
        ada = memory.scoped(user="ada")
        ada.save("The heron nests by the weir")
        assert ada.context("heron", sections=[wanted]).text.count("All I know:") == 1
    with tenant.client(tenant.key()) as http:
        asked = {"query": "heron", "sections": [wanted.to_json()]}
        assert http.post("/api/v1/context", json=asked).json()["text"].count("All I know:") == 1
        for wrong in (
            ["Known:"],
            [{"title": "Known:"}],
            [{"title": "", "kinds": []}],
            [{"title": "x", "kinds": ["x"]}],
            [],
        ):
            assert refused(http.post("/api/v1/context", json=asked | {"sections": wrong}))[0] == 400


def test_rules_that_are_none_are_refused(tenant: Tenant) -> None:
    """A life that is no number, or no end, never gets into the table that `maintain` reads."""
    with tenant.client(tenant.key(rights=ALL), labels="") as http:
        rule = {"name": "badge", "rule": "attribute", "attribute": "badge"}
        for wrong in ({"life": "AAA"}, {"life": 10**30}, {"life": 0}, {"under": []}, {"under": ""}):
            assert refused(http.post("/api/v1/policy", json={"set": rule | wrong}))[:2] == (
                400,
                "InvalidInput",
            ), wrong
        assert http.post("/api/v1/policy", json={"reason": "\n"}).status_code == 400
        assert (
            http.post("/api/v1/policy", json={"set": rule | {"life": 10.0}}).json()["rules"][0]["life"] == 10
        )


def test_whole_numbers_may_be_written_with_a_point(tenant: Tenant) -> None:
    """JSON has one kind of number, and some languages write 3.0 for 3."""
    with tenant.client(tenant.key()) as http:
        assert http.post("/api/v1/items", json={"text": "tea", "turn": 3.0}).json()["turn"] == 3
        assert (
            http.post("/api/v1/items/many", json={"items": [{"text": "milk", "turn": 4.0}]}).json()["items"][
                0
            ]["turn"]
            == 4
        )
        assert len(http.post("/api/v1/search", json={"query": "tea", "k": 1.0}).json()["hits"]) == 1
        assert refused(http.post("/api/v1/search", json={"query": "tea", "k": 1.5}))[0] == 400
