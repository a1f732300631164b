"""What a mem0 client selects by is what it is shown: after changes, of messages said again, of what was read from one message."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.server.conftest import Served, Tenant
from tests.server.mem0_clients import (  # noqa: F401 - fixtures
    AuthenticationError,
    Connect,
    MemoryNotFoundError,
    ValidationError,
    connect,
    texts,
)

ADA = {"user_id": "ada"}


@pytest.fixture
def client(tenant: Tenant, connect: Connect) -> object:  # noqa: F811
    """A client whose key sees its whole tenant."""
    return connect(tenant.url, tenant.key())


def test_what_was_changed_is_selected_as_it_is_now(client) -> None:
    """By its metadata and its words of now, and by nothing it was before; what is deleted by the latter leaves it there."""
    told = client.add(
        "My dog is called Rex.", user_id="ada", run_id="r", metadata={"status": "open", "message": "m1"}
    )
    id = told["results"][0]["id"]
    client.add("I live in Paris.", user_id="ada", run_id="r", metadata={"status": "open"})
    client.update(id, metadata={"status": "done"})

    def found(**filters: object) -> list[str]:
        by_all = texts(client.get_all(filters=ADA | filters))
        assert sorted(by_all) == sorted(
            texts(client.search("dog home", filters=ADA | filters, threshold=0))
        ), filters
        return by_all

    def status(value: object) -> dict[str, object]:
        return {"metadata": {"status": value}}

    assert found(**status("open")) == ["I live in Paris."]
    assert found(**status("done")) == ["My dog is called Rex."]
    assert found(**status({"ne": "open"})) == ["My dog is called Rex."]
    assert found(NOT=[status("done")]) == ["I live in Paris."]
    assert found(**status("done"), run_id="r", keywords="Rex") == ["My dog is called Rex."]
    client.update(id, text="My cat is called Felix.")
    assert found(keywords="dog") == found(text="My dog is called Rex.") == []
    assert found(keywords="Felix", run_id="r") == ["My cat is called Felix."]
    assert found(AND=[{"run_id": "r"}, {"NOT": {"keywords": "Felix"}}]) == ["I live in Paris."]
    client.delete_all(user_id="ada", metadata={"status": "open"})
    assert found() == ["My cat is called Felix."]
    client.delete_all(filters={"user_id": "ada", "keywords": "dog"})
    assert found() == ["My cat is called Felix."]
    assert client.get(id)["run_id"] == "r"
    client.delete_all(user_id="ada", run_id="r")
    assert found() == []


def test_metadata_can_be_emptied(client) -> None:
    """What was taken away stays away, of what was read from a message and of what was kept as it is, and can be given again."""
    for infer in (True, False):
        added = client.add("I live in Paris.", user_id="ada", metadata={"status": "open"}, infer=infer)
        id = added["results"][0]["id"]
        assert client.update(id, metadata={})["metadata"] is None
        client.feedback(id, feedback="POSITIVE")
        assert client.get(id)["metadata"] is None
        assert client.history(id)[-1]["metadata"] is None
        assert client.get_all(filters=ADA | {"metadata": {"status": "open"}})["results"] == []
        assert client.update(id, text="I live in Lyon.")["metadata"] is None
        assert client.update(id, metadata={"a": 1, "message": "mine"})["metadata"] == {
            "a": 1,
            "message": "mine",
        }
        assert texts(client.get_all(filters=ADA | {"metadata": {"message": "mine"}})) == ["I live in Lyon."]
        client.delete_all(user_id="ada")


def test_new_words_are_read(client) -> None:
    """A value that the new words state is what a profile tells, of which slot it may be; words that state none leave none."""
    id = client.add("My dog is called Rex.", user_id="ada")["results"][0]["id"]

    def profile() -> object:
        return client.get_profile("ada")["profile"]

    client.update(id, text="My cat is called Felix.")
    assert profile() == {"pet": "Felix"}
    client.batch_update([{"memory_id": id, "text": "I live in Lyon."}])
    assert profile() == {"residence": "Lyon"}
    client.update(id, text="I live in Nice.")  # which the rules take for a word
    assert profile() == {"residence": "Nice"}
    client.update(id, text="Something happened at the lake")
    assert profile() == {}
    assert texts(client.get_all(filters=ADA)) == ["Something happened at the lake"]
    client.update(id, text="I live in Rome.")
    other = client.add("My name is Ada.", user_id="ada")["results"][0]["id"]
    client.update(other, text="I live in Oslo.")
    assert sorted(texts(client.get_all(filters=ADA))) == ["I live in Oslo.", "I live in Rome."]
    assert [one["new_memory"] for one in client.history(id)] == [
        "My dog is called Rex.", "My cat is called Felix.", "I live in Lyon.", "I live in Nice.",
        "Something happened at the lake", "I live in Rome.",
    ]  # fmt: skip


def test_a_search_answers_by_the_words_of_now(client) -> None:
    """What is no longer said finds nothing by those words any more, also where it had been said twice."""
    for run in ("r1", "r2"):
        told = client.add("My dog is called Rex.", user_id="ada", run_id=run)["results"]
    client.update(told[0]["id"], text="I play the violin.")
    assert texts(client.get_all(filters=ADA)) == ["I play the violin."]
    assert texts(client.search("violin", filters=ADA)) == ["I play the violin."]
    found = client.search("the dog Rex", filters=ADA, threshold=0.3)
    assert texts(found) == []
    assert client.get_all(filters=ADA | {"keywords": "Rex"})["count"] == 0
    client.delete(told[0]["id"])
    assert client.get_all(filters=ADA)["count"] == 0
    assert client.users()["count"] == 0


def test_what_is_said_again_is_of_both_runs(client) -> None:
    """It is one memory, found by either run; to delete one of them leaves what was said in the other."""
    for run in ("r1", "r2"):
        client.add("I live in Paris.", user_id="ada", run_id=run)
    assert client.get_all(filters=ADA)["count"] == 1
    assert {one["name"] for one in client.users()["results"]} == {"ada", "r1", "r2"}
    for run in ("r1", "r2"):
        assert texts(client.get_all(filters={"run_id": run})) == ["I live in Paris."]
        assert client.get_all(filters={"run_id": run})["results"][0]["run_id"] == run
    client.delete_all(run_id="r2")
    assert client.get_all(filters={"run_id": "r2"})["count"] == 0
    assert texts(client.get_all(filters={"run_id": "r1"})) == ["I live in Paris."]
    client.delete_all(run_id="r1")
    assert client.users()["count"] == 0


def test_parts_of_a_sentence_are_one_memory(client) -> None:
    """A residence and a taste in one sentence have one id wherever they are found, and go as one."""
    added = client.add("I live in Paris and love tea.", user_id="ada", metadata={"a": 1})["results"]
    assert len(added) == 1
    id = added[0]["id"]
    for query in ("tea", "home town"):
        assert [one["id"] for one in client.search(query, filters=ADA)["results"]] == [id]
    assert client.get_memory_export(
        memory_export_id=client.create_memory_export(
            schema={"properties": {"residence": {"type": "string"}, "likes": {"type": "string"}}}, filters=ADA
        )["id"]
    ) == {"residence": "Paris", "likes": "tea"}
    client.update(id, text="I live in Lyon.")
    assert [(one["id"], one["memory"]) for one in client.get_all(filters=ADA)["results"]] == [
        (id, "I live in Lyon.")
    ]
    client.delete(id)
    assert client.get_all(filters=ADA, latest_only=False)["count"] == 0
    assert [one["event"] for one in client.history(id)] == ["ADD", "UPDATE", "DELETE"]
    with pytest.raises(MemoryNotFoundError):
        client.update(id, text="again")
    assert [one["event"] for one in client.add("I live in Lyon.", user_id="ada")["results"]] == ["ADD"]


def test_of_one_message_what_answers_is_found(client) -> None:
    """Of several statements in one message the one that answers comes first, and what says nothing of it is not told as if it did."""
    client.add(
        "My dog is called Rex. I play the violin. I live in Paris. My name is Ada.", user_id="ada", run_id="r"
    )
    found = client.search("which city is home?", filters=ADA)["results"]
    assert found[0]["memory"] == "I live in Paris."
    assert all(one["score"] < found[0]["score"] for one in found[1:])
    assert len(texts(client.search("which city is home?", filters=ADA, threshold=0))) == 4
    dog = next(one["id"] for one in client.get_all(filters=ADA)["results"] if "Rex" in one["memory"])
    assert client.search("the dog Rex", filters=ADA)["results"][0]["score"] > 0.5
    client.delete(dog)
    assert all(
        one["score"] < 0.5 for one in client.search("the dog Rex", filters=ADA, threshold=0)["results"]
    )


def test_what_is_long_is_kept_in_parts(client) -> None:
    """A text of more characters than a memory has is several, without a word lost, read or not; an id is not that of all."""
    for n, infer in enumerate((True, False)):
        said = " ".join(f"word{n}" for n in range(5_000))
        client.add(said, user_id=f"u{n}", infer=infer)
        kept = client.get_all(filters={"user_id": f"u{n}"})["results"]
        assert len(kept) == 3
        assert sorted(" ".join(texts({"results": kept})).split()) == sorted(said.split())
    with pytest.raises(ValidationError):
        client.add("I love tea.", user_id="*")


def test_what_was_added_is_told_as_it_was_said(client) -> None:
    """What would wait for a person's word elsewhere is approved by being added, in its message too; a greeting is no memory."""
    said = "Hi, I'm Alex. I'm a vegetarian and I'm allergic to nuts."
    client.add(said, user_id="ada")
    assert sorted(texts(client.get_all(filters=ADA))) == [
        "I'm Alex.", "I'm a vegetarian", "I'm allergic to nuts.",
    ]  # fmt: skip
    known = next(one for one in client.get_all(filters=ADA)["results"] if "nuts" in one["memory"])["id"]
    for n in range(2):  # said again when it is known, and when it was changed
        client.add("I'm allergic to nuts.", user_id="ada", run_id=f"r{n}")
        client.update(known, text=f"I'm allergic to nuts{n}.")
    assert "[waiting for review]" not in " ".join(texts(client.get_all(filters=ADA)))
    told = "I'm allergic to nuts and the weather by the lake was awful"
    added = client.add(told, user_id="bob")["results"]
    assert told in [one["memory"] for one in added]
    id = next(one["id"] for one in added if one["memory"] == told)
    assert client.get(id)["memory"] == told
    assert [(one["event"], one["new_memory"], one["input"][0]["content"]) for one in client.history(id)] == [
        ("ADD", told, told)
    ]


def test_categories_are_those_of_the_words(client) -> None:
    """What a memory is about changes with its words."""
    id = client.add("I work at Acme.", user_id="ada")["results"][0]["id"]
    assert client.get(id)["categories"] == ["acme", "work"]
    assert client.update(id, text="I play the violin.")["categories"] == ["play", "violin"]
    assert client.get_all(filters=ADA | {"categories": {"in": ["acme"]}})["count"] == 0
    assert client.get_all(filters=ADA, categories=["violin"])["count"] == 1


def test_what_was_superseded_can_be_corrected(client) -> None:
    """It stays what it was, a value of before; and what is wrong in a batch is found before anything is changed."""
    old = client.add("I work at Acme.", user_id="ada")["results"][0]["id"]
    new = client.add("I work at Globex.", user_id="ada")["results"][0]["id"]
    assert client.update(old, text="I work at Initech.")["replaced_by"] == new
    assert texts(client.get_all(filters=ADA)) == ["I work at Globex."]
    assert texts(client.get_all(filters=ADA, latest_only=False)) == [
        "I work at Globex.",
        "I work at Initech.",
    ]
    for wrong in ({"text": " "}, {"text": 5}, {"metadata": "x"}, {"timestamp": "soon"}, {}):
        with pytest.raises(ValidationError):
            client.batch_update([{"memory_id": new, "text": "I work at Hooli."}, {"memory_id": old, **wrong}])
    assert client.get(new)["memory"] == "I work at Globex."
    assert client.update(new, text="I work at Globex.")["memory"] == "I work at Globex."
    assert client.update(new, text="I work at  Globex.")["structured_attributes"]["value"] == "Globex"


def test_what_is_over_is_in_no_answer(client) -> None:
    """What was said to hold no more is told as what was, what was taken back is gone, and neither is left behind by a deletion."""
    client.add("I live in Rome.", user_id="ada")
    client.add("I no longer live in Rome.", user_id="ada")
    assert texts(client.get_all(filters=ADA)) == ["I no longer live in Rome."]
    assert "I live in Rome." not in texts(client.search("home town", filters=ADA))
    both = client.get_all(filters=ADA, latest_only=False)["results"]
    assert [(one["memory"], one["lifecycle_state"]) for one in both] == [
        ("I no longer live in Rome.", "active"), ("I live in Rome.", "superseded"),
    ]  # fmt: skip
    client.add("My dog is called Rex.", user_id="ada")
    client.add("Forget that my dog is called Rex.", user_id="ada")
    assert texts(client.get_all(filters=ADA)) == ["I no longer live in Rome."]
    client.add("Please remember that my flight is at 9am tomorrow", user_id="bob")
    assert texts(client.get_all(filters={"user_id": "bob"})) == ["my flight is at 9am tomorrow"]
    client.delete_all(user_id="ada")
    assert client.get_all(filters=ADA, latest_only=False)["count"] == 0


def test_the_last_day_is_no_change(client) -> None:
    """A memory that was added with its last day was never without it."""
    added = client.add("I love tea.", user_id="ada", expiration_date="2999-01-01")["results"]
    assert client.get(added[0]["id"])["expiration_date"] == "2999-01-01"
    assert [one["event"] for one in client.history(added[0]["id"])] == ["ADD"]


def test_new_words_are_read_by_rule(serving: Callable[..., Served], connect: Connect) -> None:  # noqa: F811
    """No language model is asked for them, also where the server has one, and no store but the memory's own."""
    told = {
        "HOLDFAST_MODEL": "openai:none",
        "HOLDFAST_BASE_URL": "http://127.0.0.1:9",
        "OPENAI_API_KEY": "none",
    }
    server = serving(**told)
    client = connect(server.url, server.key())
    id = client.add("something on my mind", user_id="ada", infer=False)["results"][0]["id"]
    with server.client(server.key(rights="read,write,shared"), "") as http:
        note = {"text": "I live in Rome.", "slot": "office.residence", "value": "Rome", "scope": {}}
        made = http.post("/api/v1/items", json=note)
        assert made.status_code == 201, made.text
    client.update(id, text="My cat is called Felix and that is all")
    with pytest.raises(AuthenticationError):
        client.update(made.json()["id"], text="I live in Oslo.")
    everybody = connect(server.url, server.key(rights="read,write,shared"))
    changed = everybody.update(made.json()["id"], text="We met in Oslo once")
    assert changed["structured_attributes"] == {"slot": "office.residence", "value": None}
    assert client.get(id)["memory"] == "My cat is called Felix and that is all"


def test_changes_at_once_all_count(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """Of several who change one memory at the same moment none is refused, and nothing of what they say is lost."""
    key = tenant.key()
    client = connect(tenant.url, key)
    id = client.add("I live in Paris.", user_id="ada")["results"][0]["id"]
    places = ["Rome", "Oslo", "Bonn", "Bern", "Graz", "Linz"]

    def change(n: int) -> int:
        path, body = f"/v1/memories/{id}/", {"text": f"I live in {places[n // 2]}."}
        told = (
            ("PUT", path, body)
            if n % 2
            else ("POST", "/v1/feedback/", {"memory_id": id, "feedback": "POSITIVE"})
        )
        with httpx.Client(base_url=tenant.url, headers={"Authorization": f"Token {key}"}) as http:
            return http.request(told[0], told[1], json=told[2]).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(change, range(12))) == {200}
    assert {one["new_memory"] for one in client.history(id)} == {
        "I live in Paris.", *(f"I live in {place}." for place in places)
    }  # fmt: skip
    assert client.get_profile("ada")["profile"]["residence"] == client.get(id)["memory"][10:-1]


def test_what_is_hidden_stands_for_nothing_in_a_search(client) -> None:
    """Of the same words a search gives one; it is never one that is not shown in the place of one that is."""
    client.add("I live in Paris.", user_id="ada", metadata={"s": "open"})
    client.add("I live in Paris.", user_id="ada", metadata={"s": "open"}, infer=False)
    client.add("I live in Berlin.", user_id="ada")
    assert texts(client.search("Paris", filters=ADA))[:1] == ["I live in Paris."]
    read = client.add("I love tea.", user_id="bob", metadata={"s": "open"})["results"][0]["id"]
    kept = client.add("I love tea.", user_id="bob", metadata={"s": "open"}, infer=False)["results"][0]["id"]
    client.update(read, metadata={"s": "done"})
    for status, id in (("open", kept), ("done", read)):
        found = client.search("tea", filters={"user_id": "bob", "metadata": {"s": status}})["results"]
        assert [one["id"] for one in found] == [id]


SAID = (
    "I live in Paris.", "I live in Rome.", "I love tea.", "My dog is called Rex.", "I live in Oslo and love rum.",
    "My name is Ada. I live in Paris.", "Hi, I love tea. Something odd happened at the lake.", "the port is 8080",
    "I no longer live in Paris.", "I'm allergic to nuts.",
)  # fmt: skip


def passes(one: dict[str, Any], filters: dict[str, Any]) -> bool:
    """Whether a memory passes filters as it is shown, by the words of mem0's pages and none of ours."""
    (name, value), = filters.items()  # fmt: skip
    if name in ("AND", "OR"):
        return (all if name == "AND" else any)(passes(one, each) for each in value)
    if name == "NOT":
        return not any(passes(one, each) for each in value)
    if name == "metadata":
        return bool((one["metadata"] or {}).get("status") == value["status"])
    if name == "keywords":
        return value["contains"] in one["memory"]
    return bool(one[name] is not None if value == "*" else one[name] == value)


def tree(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    """Filters of any form, at most three deep."""
    sort = chance.randrange(4) if depth < 2 else 0
    if sort == 2:
        return {"NOT": [tree(chance, depth + 1)]}
    if sort == 3:
        return {chance.choice(["AND", "OR"]): [tree(chance, depth + 1), tree(chance, depth + 1)]}
    return chance.choice([
        {"metadata": {"status": chance.choice(["open", "done"])}}, {"run_id": chance.choice(["r1", "r2", "*"])},
        {"keywords": {"contains": chance.choice(["Paris", "tea", "I "])}},
    ])  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_whatever_was_done_a_deletion_spares_what_it_does_not_mean(tenant: Tenant, seed: int) -> None:
    """After anything that clients do, in any order: a listing has what passes as it is shown, a deletion takes that and no more."""
    chance = random.Random(seed)
    headers = {"Authorization": f"Token {tenant.key()}"}

    with httpx.Client(base_url=tenant.url, headers=headers) as http:

        def call(method: str, path: str, **given: Any) -> Any:
            told = http.request(method, path, **given)
            assert told.status_code == 200, told.text
            return told.json()

        def shown(filters: dict[str, Any]) -> dict[str, Any]:
            told = call("POST", "/v3/memories/?page_size=1000", json={"filters": filters})["results"]
            return {one["id"]: one for one in told}

        for _ in range(60):
            now = shown(ADA)
            done = chance.choice(["add", "add", "add", "change", "change", "delete", "sweep"])
            gone: set[str] = set()
            if done == "add":
                said = {
                    "messages": [{"role": "user", "content": chance.choice(SAID)}],
                    "infer": chance.random() < 0.8,
                }
                beside = {"run_id": chance.choice(["r1", "r2"]), "metadata": {"status": "open"}}
                added = call("POST", "/v3/memories/add/", json={**ADA, **said, **beside})["results"]
                assert {one["id"] for one in added} <= shown(ADA).keys()
                continue
            if done == "sweep":
                filters = {"AND": [ADA, tree(chance)]}
                meant, told = {id for id, one in now.items() if passes(one, filters)}, shown(filters)
                assert meant <= told.keys()
                assert all(passes(one, filters) for one in told.values())
                call("DELETE", "/v1/memories/", params={"filters": json.dumps(filters)})
                gone = meant
            elif now:
                id = chance.choice(sorted(now))
                if done == "delete":
                    call("DELETE", f"/v1/memories/{id}/")
                    gone = {id}
                else:
                    new = {
                        "text": chance.choice(SAID),
                        "metadata": {"status": "done"} if chance.random() < 0.5 else {},
                    }
                    call("PUT", f"/v1/memories/{id}/", json=new)
                    after = shown(ADA)[id]
                    assert (after["memory"], after["metadata"] or {}) == (new["text"], new["metadata"])
                    now[id] = after
            assert shown(ADA) == {id: one for id, one in now.items() if id not in gone}
        call("DELETE", "/v1/memories/", params=ADA)
        left = call("POST", "/v3/memories/", json={"filters": ADA, "latest_only": False})
        assert (left["results"], call("GET", "/v1/entities/")["results"]) == ([], [])
