"""mem0's Python clients against what is no memory: events, the project, members, feedback, exports, profiles."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.server.conftest import Tenant
from tests.server.mem0_clients import (  # noqa: F401 - fixtures
    Connect,
    MemoryNotFoundError,
    ValidationError,
    connect,
)


def test_events_tell_what_was_done(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """A poller finds its event with the memories' texts; another key, and one of another tenant, does not."""
    key = tenant.key()
    client = connect(tenant.url, key)
    added = client.add("I live in Paris.", user_id="ada")
    gone = client.delete_all(user_id="ada")
    with httpx.Client(base_url=tenant.url, headers={"Authorization": f"Token {key}"}) as http:
        one = http.get(f"/v1/event/{gone['event_id']}/").json()
        assert (one["status"], one["event_type"]) == ("SUCCEEDED", "DELETE_ALL")
        listed = http.get("/v1/events/", params={"page_size": 1}).json()
        assert listed["count"] == 2
        assert [one["id"] for one in listed["results"]] == [gone["event_id"]]
        assert httpx.get(listed["next"], headers=http.headers).json()["results"][0]["id"] == added["event_id"]
        one = http.get(f"/v1/event/{added['event_id']}/").json()
        assert [result["event"] for result in one["results"]] == ["ADD"]
        assert one["results"][0]["data"] == {"memory": None}  # deleted since
        assert http.get(f"/v1/event/{uuid.uuid4()}/").status_code == 404
    other = {"Authorization": f"Token {tenant.key()}"}
    refused = httpx.get(f"{tenant.url}/v1/event/{added['event_id']}/", headers=other)
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/json"
    assert isinstance(refused.json()["detail"], str)


def test_events_of_one_kind_and_of_some_days(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """A page counts what it selects; a day is all of its moments, and a kind or a day without events gives none."""
    key = tenant.key()
    client = connect(tenant.url, key)
    for n in range(3):
        client.add(f"note {n}", user_id="ada", infer=False)
    client.delete_all(user_id="ada")
    today = datetime.now(UTC).date()
    with httpx.Client(base_url=tenant.url, headers={"Authorization": f"Token {key}"}) as http:

        def counted(**asked: object) -> tuple[int, int]:
            told = http.get("/v1/events/", params={name: str(one) for name, one in asked.items()}).json()
            return told["count"], len(told["results"])

        assert counted() == (4, 4)
        assert counted(event_type="ADD", page_size=2) == (3, 2)
        assert counted(event_type="ADD", page_size=2, page=2) == (3, 1)
        assert counted(event_type="SEARCH") == (0, 0)
        days = {"start_date": today - timedelta(days=1), "end_date": today + timedelta(days=1)}
        assert counted(**days) == (4, 4)
        assert counted(end_date=today - timedelta(days=1)) == (0, 0)
        assert http.get("/v1/events/", params={"start_date": "soon"}).status_code == 400


def test_counts_are_of_what_the_key_sees(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """All of the tenant, or what is under the key's ceiling; and what entities there may be."""
    everybody, ada, users = (
        tenant.key(), tenant.key("--scope", "user=ada"), tenant.key("--scope", "user=*"),
    )  # fmt: skip
    client = connect(tenant.url, everybody)
    client.add("one", user_id="ada", infer=False)
    client.add("two", user_id="ada", agent_id="helper", infer=False)
    client.add("three", user_id="bob", infer=False)
    client.add("four", agent_id="helper", infer=False)
    client.delete(client.add("five", user_id="ada", infer=False)["results"][0]["id"])

    def counted(key: str) -> dict[str, object]:
        told = httpx.get(f"{tenant.url}/v1/stats/", headers={"Authorization": f"Token {key}"})
        assert told.status_code == 200, told.text
        return dict(told.json())

    assert counted(everybody) == {"total_memories": 4, "total_add_events": 5, "total_search_events": None}
    assert counted(ada) == {"total_memories": 2, "total_add_events": 0, "total_search_events": None}
    assert counted(users)["total_memories"] == 3
    told = httpx.get(f"{tenant.url}/v1/entities/filters/", headers={"Authorization": f"Token {ada}"})
    assert told.json() == {"results": ["user", "agent", "app", "run"]}


def test_a_project_keeps_its_settings_and_members(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """Settings are told back, the list of members is kept; another tenant's project is not there."""
    client = connect(tenant.url, tenant.key())
    assert client.project.get()["project_id"] == tenant.name
    client.project.update(custom_instructions="Only facts", custom_categories=[{"food": "what is eaten"}])
    client.update_project(multilingual=True)
    kept = client.get_project(fields=["custom_instructions"])
    assert (kept["custom_instructions"], kept["custom_categories"], kept["multilingual"]) == (
        "Only facts", [{"food": "what is eaten"}], True,
    )  # fmt: skip
    client.project.add_member(email="bob@example.com", role="READER")
    with pytest.raises(ValidationError):
        client.project.add_member(email="bob@example.com", role="READER")
    client.project.update_member(email="bob@example.com", role="OWNER")
    assert client.project.get_members() == {"members": [{"username": "bob@example.com", "role": "OWNER"}]}
    client.project.remove_member(email="bob@example.com")
    with pytest.raises(MemoryNotFoundError):
        client.project.remove_member(email="bob@example.com")
    with pytest.raises(MemoryNotFoundError):
        client.get_webhooks("somebody-else")


def test_feedback_stays_with_the_memory(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """It is kept, is not among the client's own metadata, outlives a change of that, and nulls take it back."""
    key = tenant.key()
    client = connect(tenant.url, key)
    id = client.add("likes tea", user_id="ada", infer=False, metadata={"a": 1})["results"][0]["id"]
    told = client.feedback(id, feedback="positive", feedback_reason="right")
    assert told == {"id": id, "feedback": "POSITIVE", "feedback_reason": "right"}
    assert client.update(id, metadata={"b": 2})["metadata"] == {"b": 2}
    with httpx.Client(base_url=f"{tenant.url}/api/v1", headers={"Authorization": f"Bearer {key}"}) as http:
        where, labels = f"/items/{id}", {"Holdfast-Labels": "user=ada"}
        kept = http.get(where, headers=labels).json()["metadata"]
        assert kept == {"b": 2, "mem0_feedback": {"feedback": "POSITIVE", "reason": "right"}}
        client.feedback(id)
        assert http.get(where, headers=labels).json()["metadata"] == {"b": 2}


def test_an_export_has_the_form_that_was_asked_for(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """Properties that name attributes have their values, lists the texts; what is unknown is null or not found."""
    client = connect(tenant.url, tenant.key())
    client.add("My name is Ada. I live in Berlin.", user_id="ada")
    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "residence": {"type": "string"},
            "shoe_size": {"type": "number"},
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    }
    made = client.create_memory_export(schema=schema, filters={"user_id": "ada"})
    expected = {
        "name": "Ada",
        "residence": "Berlin",
        "shoe_size": None,
        "notes": ["I live in Berlin.", "My name is Ada."],
    }
    assert client.get_memory_export(memory_export_id=made["id"]) == expected
    assert client.get_memory_export(filters={"user_id": "ada"}) == expected
    with pytest.raises(MemoryNotFoundError):
        client.get_memory_export(memory_export_id=str(uuid.uuid4()))
    client.delete_all(user_id="ada")
    assert client.get_memory_export(memory_export_id=made["id"])["residence"] is None


def test_a_profile_is_what_is_known_now(tenant: Tenant, connect: Connect) -> None:  # noqa: F811
    """Values by attribute, the latest; what would need a model is refused with a reason."""
    client = connect(tenant.url, tenant.key())
    client.add("I live in Paris.", user_id="a/da")
    client.add("I live in Berlin.", user_id="a/da")
    told = client.get_profile("a/da")
    assert (told["profile"], told["status"]) == ({"residence": "Berlin"}, "succeeded")
    client.add("hm", user_id="bob", infer=False)
    assert client.get_profile("bob")["status"] == "insufficient_data"
    with pytest.raises(MemoryNotFoundError):
        client.get_profile("nobody")
    assert client.get_profile_settings()["enabled"] is True
    for call in (
        lambda: client.generate_profile("a/da"), client.sample_profiles, lambda: client.get_summary({"user_id": "a/da"}),
        lambda: client.project.create(name="another"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=r"never generated|writes no summaries|lacks the right 'admin'"):
            call()
