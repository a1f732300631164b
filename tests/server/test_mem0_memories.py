"""mem0's Python clients, sync and async, unchanged and over a socket: adding, finding, changing and deleting memories."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.server.conftest import ALL, Served, Tenant, command
from tests.server.mem0_clients import (  # noqa: F401 - fixtures
    AuthenticationError,
    Connect,
    MemoryNotFoundError,
    ValidationError,
    connect,
    texts,
)


@pytest.fixture
def client(tenant: Tenant, connect: Connect) -> object:  # noqa: F811
    """A client whose key sees its whole tenant."""
    return connect(tenant.url, tenant.key())


def test_messages_are_read_and_found(client) -> None:
    """What was told is found by another wording, with the run and the metadata it was told in."""
    added = client.add(
        [{"role": "user", "content": "I live in Paris. My dog is called Rex."}, {"role": "assistant", "content": "Nice!"}],
        user_id="ada", run_id="r1", metadata={"source": "chat"},
    )  # fmt: skip
    assert added["status"] == "SUCCEEDED"
    assert uuid.UUID(added["event_id"])
    assert [one["memory"] for one in added["results"]] == [
        "I live in Paris.",
        "My dog is called Rex.",
        "Nice!",
    ]
    assert {one["event"] for one in added["results"]} == {"ADD"}

    best = client.search("which city is home?", filters={"user_id": "ada"})["results"][0]
    assert best["memory"] == "I live in Paris."
    assert (best["user_id"], best["run_id"], best["session_id"]) == ("ada", "r1", "r1")
    assert best["metadata"] == {"source": "chat"}
    assert 0.1 <= best["score"] <= 1
    assert set(best["score_breakdown"]) == {"semantic", "bm25", "entity"}
    assert client.get(best["id"])["memory"] == "I live in Paris."
    assert client.get(best["id"])["run_id"] == "r1"


def test_messages_are_kept_as_they_are(client) -> None:
    """Without inference each message is one memory, the same words twice are two, and all ids are carried."""
    said = [
        {"role": "user", "content": "the port is 8080"},
        {"role": "assistant", "content": "the port is 8080"},
    ]
    ids = {"user_id": "ada", "agent_id": "helper", "app_id": "shop", "run_id": "r"}
    added = client.add(said, infer=False, metadata={"n": 1}, expiration_date="2999-01-31", **ids)
    assert [one["event"] for one in added["results"]] == ["ADD", "ADD"]
    assert added["results"][0]["data"]["memory"] == "the port is 8080"
    kept = client.get_all(filters={"AND": [{name: id} for name, id in ids.items()]})
    assert kept["count"] == 2
    assert {one["id"] for one in kept["results"]} == {one["id"] for one in added["results"]}
    assert all({name: one[name] for name in ids} == ids for one in kept["results"])
    assert {one["expiration_date"] for one in kept["results"]} == {"2999-01-31"}
    assert {one["lifecycle_state"] for one in kept["results"]} == {"active"}


def test_a_contradiction_supersedes_and_the_chain_can_be_asked_for(client) -> None:
    """The later value is what is found; `latest_only=False` shows what it took the place of."""
    client.add("I live in Paris.", user_id="ada")
    client.add("I live in Berlin.", user_id="ada")
    ada = {"user_id": "ada"}
    assert texts(client.get_all(filters=ada)) == ["I live in Berlin."]
    assert texts(client.search("where does she live?", filters=ada)) == ["I live in Berlin."]
    chain = client.get_all(filters=ada, latest_only=False)["results"]
    assert [one["memory"] for one in chain] == ["I live in Berlin.", "I live in Paris."]
    assert chain[1]["replaced_by"] == chain[0]["id"]
    assert [one["lifecycle_state"] for one in chain] == ["active", "superseded"]
    found = client.search("where does she live?", filters=ada, latest_only=False)
    assert texts(found) == ["I live in Berlin.", "I live in Paris."]

    client.delete(chain[0]["id"], delete_linked=True)
    assert client.get_all(filters=ada, latest_only=False)["results"] == []


def test_one_memory_is_changed_told_and_deleted(client) -> None:
    """The life of one memory; its history outlives it."""
    id = client.add("I live in Paris.", user_id="ada")["results"][0]["id"]
    changed = client.update(
        id, text="I live in Lyon.", metadata={"checked": True}, expiration_date="2999-12-31"
    )
    assert (changed["memory"], changed["metadata"]) == ("I live in Lyon.", {"checked": True})
    assert client.update(id, expiration_date=None)["expiration_date"] is None
    assert texts(client.get_all(filters={"user_id": "ada"})) == ["I live in Lyon."]
    assert texts(client.search("where does Ada live?", filters={"user_id": "ada"})) == ["I live in Lyon."]
    assert client.delete(id) == {"message": "Memory deleted successfully!"}
    with pytest.raises(MemoryNotFoundError):
        client.get(id)
    assert client.get_all(filters={"user_id": "ada"})["count"] == 0
    told = client.history(id)
    assert [one["event"] for one in told] == ["ADD", "UPDATE", "UPDATE", "DELETE"]
    assert [(one["old_memory"], one["new_memory"]) for one in told] == [
        (None, "I live in Paris."), ("I live in Paris.", "I live in Lyon."), ("I live in Lyon.", "I live in Lyon."),
        ("I live in Lyon.", None),
    ]  # fmt: skip
    assert told[0]["input"] == [{"role": "user", "content": "I live in Paris."}]


def test_what_is_wrong_is_told_by_its_kind(tenant: Tenant, client, connect: Connect) -> None:  # noqa: F811
    """A malformed id, an unknown one, a missing entity, an unknown filter, a bad key."""
    with pytest.raises(ValidationError):
        client.get("not-a-uuid")
    with pytest.raises(ValidationError):
        client.get("a/b")
    for unknown in (str(uuid.uuid4()), "01a2193b-af01-73f1-a56c-2ca5dcbb1094"):
        for call in (client.get, client.delete, client.history):
            with pytest.raises(MemoryNotFoundError):
                call(unknown)
    for filters in (
        {},
        {"colour": "red"},
        {"NOT": {"user_id": "ada"}},
        {"user_id": {"like": "a"}},
        {"run_id": {"in": 3}},
        {"user_id": "ada", "metadata": {"level": {"gte": 2}}},
        {"user_id": "ada", "metadata": {"of": {}}},
        {"user_id": "ada", "metadata": json.loads('{"of": ' * 50 + "1" + "}" * 50)},
    ):
        with pytest.raises(ValidationError):
            client.search("x", filters=filters)
    with pytest.raises(ValidationError) as refused:
        client.add("whose is this?")
    assert "user_id" in str(refused.value)
    with pytest.raises(ValidationError):
        client.delete_all()
    with pytest.raises(ValueError, match="not known here"):
        connect(tenant.url, "m0-nonsense")
    read_only = connect(tenant.url, tenant.key(rights="read"))
    with pytest.raises(AuthenticationError):
        read_only.add("x", user_id="ada")


def test_both_forms_of_filters(client) -> None:
    """Flat and nested, every operator: which of four memories each selects."""
    for text, user, more in (
        (
            "one",
            "ada",
            {
                "run_id": "r1",
                "metadata": {"colour": "red", "n": 1, "of": {"year": 2024, "by": {"name": "Bo"}}},
            },
        ),
        ("two", "ada", {"run_id": "r2", "metadata": {"colour": "blue"}}),
        ("three", "bob", {"agent_id": "helper"}),
        ("FOUR", "7", {"app_id": "shop", "timestamp": 1_600_000_000, "expiration_date": "2999-01-01"}),
    ):
        client.add(text, user_id=user, infer=False, **more)
    id = client.get_all(filters={"user_id": "bob"})["results"][0]["id"]
    for filters, expected in (
        ({"user_id": "ada"}, "one two"),
        ({"user_id": "ada", "run_id": "r2"}, "two"),
        ({"user_id": {"in": ["bob", "7"]}}, "FOUR three"),
        ({"user_id": 7}, "FOUR"),
        ({"user_id": "*"}, "FOUR one three two"),
        ({"agent_id": "*"}, "three"),
        ({"AND": [{"user_id": "*"}, {"user_id": {"ne": "ada"}}]}, "FOUR three"),
        ({"OR": [{"run_id": "r1"}, {"agent_id": "helper"}]}, "one three"),
        ({"AND": [{"user_id": "ada"}, {"NOT": [{"run_id": "r1"}]}]}, "two"),
        ({"AND": [{"user_id": "ada"}, {"NOT": {"metadata": {"colour": "blue"}}}]}, "one"),
        ({"user_id": "*", "metadata": {"colour": "red"}}, "one"),
        ({"user_id": "*", "metadata": {"colour": {"contains": "lu"}}}, "two"),
        ({"user_id": "ada", "metadata": {"colour": {"ne": "red"}}}, "two"),
        ({"user_id": "*", "metadata": {"of": {"year": 2024, "by": {"name": {"contains": "B"}}}}}, "one"),
        ({"user_id": "ada", "metadata": {"of": {"year": 2024, "by": {"name": {"ne": "Bo"}}}}}, ""),
        ({"user_id": "ada", "NOT": {"metadata": {"of": {"by": {"name": "Bo"}}}}}, "two"),
        ({"user_id": "*", "keywords": {"icontains": "four"}}, "FOUR"),
        ({"user_id": "*", "keywords": {"contains": "four"}}, ""),
        ({"user_id": "*", "created_at": {"lt": "2021-01-01"}}, "FOUR"),
        ({"user_id": "*", "created_at": "2020-09-13"}, "FOUR"),
        ({"user_id": "*", "created_at": {"lte": "9999-12-31"}}, "FOUR one three two"),
        ({"user_id": "*", "expiration_date": "9999-12-31"}, ""),
        ({"user_id": "*", "created_at": {"gte": "2020-09-14"}}, "one three two"),
        ({"user_id": "*", "updated_at": {"lte": "2021-01-01"}}, ""),
        ({"user_id": "*", "expiration_date": "2999-01-01"}, "FOUR"),
        ({"user_id": "*", "memory_ids": [id]}, "three"),
    ):  # fmt: skip
        assert sorted(texts(client.get_all(filters=filters))) == expected.split(), filters
        assert set(texts(client.search("one two", filters=filters, threshold=0))) == set(expected.split()), (
            filters
        )
    client.add("three", user_id="dora", infer=False)  # what two users say is two memories
    for users in ("*", {"in": ["bob", "dora"]}):
        assert texts(client.search("three", filters={"user_id": users}, threshold=0))[:2] == ["three"] * 2


def test_pages_and_fields(client) -> None:
    """Pages count from one, know their neighbours, newest first; `fields` leaves out the rest."""
    for n in range(5):
        client.add(f"note {n}", user_id="ada", infer=False)
    page = client.get_all(filters={"user_id": "ada"}, page=2, page_size=2)
    assert texts(page) == ["note 2", "note 1"]
    assert page["count"] == 5
    assert page["next"].endswith("/v3/memories/?page=3&page_size=2")
    assert page["previous"].endswith("/v3/memories/?page=1&page_size=2")
    last = client.get_all(filters={"user_id": "ada"}, page=3, page_size=2)
    assert (texts(last), last["next"]) == (["note 0"], None)
    found = client.search("note", filters={"user_id": "ada"}, top_k=3, fields=["memory"])["results"]
    assert [set(one) for one in found] == [{"id", "memory"}] * 3


def test_the_address_of_the_next_page_asks_for_the_same(tenant: Tenant) -> None:
    """What is asked for in a query is in it, of memories and of events."""
    with tenant.client(tenant.key()) as http:
        for user in ("ada", "ada", "ada", "bob"):
            said = {"messages": f"{user} again", "user_id": user, "infer": False}
            http.post("/v3/memories/add/", json=said).raise_for_status()
        id = http.get("/v1/memories/?user_id=ada&limit=1&page=1").json()["results"][0]["id"]
        http.delete(f"/v1/memories/{id}/").raise_for_status()
        for path, count in (("/v1/memories/?user_id=ada", 2), ("/v1/events/?event_type=ADD", 4)):
            address, seen = f"{path}&page=1&page_size=1", []
            while address:
                page = http.get(address).json()
                assert page["count"] == count
                seen += [one["id"] for one in page["results"]]
                address = page["next"]
            assert len(set(seen)) == count == len(seen)


def test_whom_memories_belong_to(client) -> None:
    """Entities are listed, deleted one by one, by names with a slash and a sign too, and all at once."""
    client.add("I like tea.", user_id="al/ice 100%", agent_id="helper", run_id="r")
    client.add("I like tea.", user_id="bob")
    client.add("alone", run_id="only")
    named = client.users()
    assert {(one["type"], one["name"]) for one in named["results"]} == {
        ("user", "al/ice 100%"), ("agent", "helper"), ("run", "r"), ("user", "bob"), ("run", "only")
    }  # fmt: skip
    assert [named[f"total_{kind}s"] for kind in ("user", "agent", "app", "run")] == [2, 1, 0, 2]
    client.delete_users(user_id="al/ice 100%")
    assert {one["name"] for one in client.users()["results"]} == {"bob", "only"}
    assert client.delete_all(user_id="bob")["event_id"]
    assert client.get_all(filters={"user_id": "bob"}, latest_only=False)["count"] == 0
    assert texts(client.get_all(filters={"run_id": "only"})) == ["alone"]
    assert client.reset()["message"].startswith("Client reset successful")
    assert client.users()["count"] == 0


def test_many_at_once(client) -> None:
    """A batch changes or deletes all it names, and nothing where one of them is not there."""
    added = client.add(
        [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}], user_id="ada", infer=False
    )
    first, second = (one["id"] for one in added["results"])
    stranger = str(uuid.uuid4())
    with pytest.raises(MemoryNotFoundError):
        client.batch_update([{"memory_id": first, "text": "changed"}, {"memory_id": stranger, "text": "x"}])
    assert client.get(first)["memory"] == "one"
    told = client.batch_update(
        [{"memory_id": first, "text": "eins"}, {"memory_id": second, "metadata": {"a": 1}}]
    )
    assert told == {"message": "Successfully updated 2 memories"}
    assert (client.get(first)["memory"], client.get(second)["metadata"]) == ("eins", {"a": 1})
    with pytest.raises(MemoryNotFoundError):
        client.batch_delete([{"memory_id": first}, {"memory_id": stranger}])
    assert client.batch_delete([{"memory_id": first}, {"memory_id": second}]) == {
        "message": "Successfully deleted 2 memories"
    }
    assert client.get_all(filters={"user_id": "ada"})["count"] == 0


def test_a_key_sees_what_its_ceiling_holds(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """What is Bob's is neither found, listed, told, changed nor deleted by a key of Ada's, nor added to."""
    bob = connect(tenant.url, tenant.key("--scope", "user=bob"))
    ada = connect(tenant.url, tenant.key("--scope", "user=ada", rights=ALL.replace(",wide", "")))
    id = bob.add("Bob's bicycle is red", user_id="bob", run_id="r", infer=False)["results"][0]["id"]
    ada.add("Ada's bicycle is blue", user_id="ada", run_id="r", infer=False)
    for call in (ada.get, ada.history, ada.delete, lambda one: ada.update(one, text="mine")):
        with pytest.raises(MemoryNotFoundError):
            call(id)
    for filters in (
        {"user_id": "bob"},
        {"user_id": "*"},
        {"run_id": "r"},
        {"OR": [{"user_id": "ada"}, {"user_id": "bob"}]},
    ):
        assert id not in {one["id"] for one in ada.get_all(filters=filters)["results"]}
        assert id not in {one["id"] for one in ada.search("bicycle", filters=filters)["results"]}
    assert [one["name"] for one in ada.users()["results"]] == ["r", "ada"]
    with pytest.raises(AuthenticationError):
        ada.add("for Bob", user_id="bob")
    ada.delete_all(user_id="bob")
    ada.delete_all(run_id="r")
    ada.delete_users(user_id="bob")
    assert ada.get_all(filters={"user_id": "*"})["count"] == 0
    assert bob.get(id)["memory"] == "Bob's bicycle is red"


def test_a_key_with_an_open_label_sees_what_carries_it(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """A key that may name any user sees users' memories, and not those of agents alone."""
    whole = connect(tenant.url, tenant.key())
    user = whole.add("a user's", user_id="ada", infer=False)["results"][0]["id"]
    agent = whole.add("an agent's", agent_id="helper", infer=False)["results"][0]["id"]
    users = connect(tenant.url, tenant.key("--scope", "user=*"))
    assert texts(users.get_all(filters={"OR": [{"user_id": "*"}, {"agent_id": "*"}]})) == ["a user's"]
    assert users.get(user)["memory"] == "a user's"
    for call in (users.get, users.history, users.delete):
        with pytest.raises(MemoryNotFoundError):
            call(agent)


def test_an_open_server_takes_any_key_but_one_that_was_made_here(
    serving: Callable[..., Served],
    connect: Connect,  # noqa: F811
) -> None:
    """These clients do not start without a key. A key of the server keeps its ceiling, and none that was revoked is let in."""
    server = serving("--open")
    connect(server.url, "any").add("I live in Paris.", user_id="ada")
    made = command("keys", "create", "--store", server.store, "--scope", "user=bob", cwd=server.folder)
    for key, count in (("m0-other", 1), (made["key"], 0)):
        assert connect(server.url, key).get_all(filters={"user_id": "*"})["count"] == count
    command("keys", "revoke", made["id"], "--store", server.store, cwd=server.folder)
    with pytest.raises(ValueError, match="revoked"):
        connect(server.url, made["key"])


def test_a_page_is_of_what_is_there_by_then(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """Whoever goes through pages is told of what was written, deleted, erased or went meanwhile by any door, and of nobody else's."""
    key, bobs = tenant.key(rights="read,write,delete,erase"), tenant.key("--scope", "user=bob")
    client, bob, everybody = connect(tenant.url, key), connect(tenant.url, bobs), {"user_id": "*"}
    client.add([{"role": "user", "content": f"note {n}"} for n in range(5)], user_id="ada", infer=False)

    def page(number: int) -> tuple[int, list[str]]:
        told = client.get_all(filters=everybody, page=number, page_size=2)
        return told["count"], texts(told)

    assert [page(n) for n in (1, 2, 3, 1)] == [
        (5, ["note 4", "note 3"]), (5, ["note 2", "note 1"]), (5, ["note 0"]), (5, ["note 4", "note 3"]),
    ]  # fmt: skip
    assert bob.get_all(filters=everybody)["count"] == 0
    assert [one["name"] for one in client.users()["results"]] == ["ada"]
    bob.add("of Bob", user_id="bob", infer=False)
    assert page(2) == (6, ["note 3", "note 2"])
    assert [one["name"] for one in client.users()["results"]] == ["ada", "bob"]
    assert bob.users()["count"] == 1
    with httpx.Client(base_url=f"{tenant.url}/api/v1", headers={"Authorization": f"Bearer {key}"}) as http:
        soon = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
        note = {"text": "soon gone", "scope": {"user": "ada"}, "kind": "episode", "expires_at": soon}
        assert http.post("/items", json=note).status_code == 201
        assert page(1) == (7, ["soon gone", "of Bob"])
        while datetime.now(UTC).isoformat() <= soon:
            time.sleep(0.1)
        assert page(1) == (6, ["of Bob", "note 4"])
        erased = http.post("/erase", json={"under": {"user": "bob"}})
        assert erased.status_code == 200, erased.text
    assert page(1) == (5, ["note 4", "note 3"])
    assert [one["name"] for one in client.users()["results"]] == ["ada"]
