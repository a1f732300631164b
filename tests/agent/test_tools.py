"""The tools as a model calls them: wrong arguments are answered with what would be right, and needless calls change nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import Memory, Scope, Session
from holdfast.attributes import Attribute, Policy


@pytest.fixture
def session() -> Iterator[Session]:
    """A session over a memory by words alone."""
    with Memory("sqlite://", embedder=None) as memory:
        yield Session(memory, thread="t", user="ada", project="api")


def test_what_a_model_rewrites_is_trusted_as_a_model() -> None:
    """Its words are not the user's any more, also where it is rewritten again; whose they were before stays in the history."""
    memory = Memory("sqlite://", embedder=None)
    ada, session = memory.scoped(user="ada"), Session(memory, thread="t", user="ada")
    said = {"trust": "user", "role": "user", "ref": "mail:7", "message_ids": ["m1"]}
    item = ada.save("The port is 8080", slot="server.port", value=8080, source=said)
    given = {"id": item.id, "version": 1, "text": "The port is 9090", "value": 9090}
    assert session.call("update_memory", given)["updated"]["version"] > 1
    now = ada.get(item.id)
    assert (now.text, now.source.trust, now.source.role) == ("The port is 9090", "model", "assistant")
    assert now.source.message_ids == ("m1",)
    trusted = {one.text: one.item.source.trust for one in ada.history(item.id)}
    assert trusted == {"The port is 8080": "user", "The port is 9090": "model"}
    assert ada.update(item.id, text="9091", value=9091, source={"trust": "user"}).source.trust == "model"
    assert ada.update(item.id, tags=["net"]).source.trust == "model"


def port(session: Session) -> dict[str, Any]:
    """A memory in a slot, as the tool that saved it shows it."""
    saved: dict[str, Any] = session.call(
        "save_memory", {"text": "The port is 8080", "slot": "server.port", "value": 8080}
    )["saved"]
    return saved


WRONG: list[tuple[Any, Any, str, str]] = [
    ("search_memory", None, "arguments", "an object with query, k, scope"),
    ("search_memory", [], "arguments", "an object with query, k, scope"),
    ("search_memory", "{", "arguments", "no JSON"),
    ("search_memory", "", "query", "is missing"),
    ("search_memory", {"query": ""}, "query", "is empty"),
    ("search_memory", {"query": ["a"]}, "query", "must be a string, not list"),
    ("search_memory", {"query": "a", "k": "5"}, "k", "whole number"),
    ("search_memory", {"query": "a", "limit": 5}, "arguments", "takes no 'limit'"),
    ("search_memory", {"query": "a", "scope": "everyone"}, "scope", "user or project or null"),
    ("search_memory", {"query": "a", "scope": ["user"]}, "scope", "user or project or null"),
    ("save_memory", {"text": ["a", "b"]}, "text", "must be a string, not list"),
    ("save_memory", {"text": {"a": 1}}, "text", "must be a string, not dict"),
    ("save_memory", {"text": None}, "text", "is missing"),
    ("save_memory", {"text": "x" * 20_001}, "text", "limit"),
    ("save_memory", {"text": "a", "kind": "working"}, "kind", "fact, preference, procedure"),
    ("save_memory", {"text": "a", "kind": ["fact"]}, "kind", "fact, preference, procedure"),
    ("save_memory", {"text": "a", "slot": 5}, "slot", "must be a string"),
    ("save_memory", {"text": "a", "slot": "session.questions", "value": 1}, "slot", "not for tools"),
    ("save_memory", {"text": "a", "slot": "a.b", "value": [1]}, "value", "not a list"),
    ("list_memories", {"limit": 0}, "limit", "whole number"),
    ("delete_memory", {"id": "7", "version": 1}, "id", "UUID"),
    ("delete_memory", {"id": 7, "version": 1}, "id", "must be a string"),
    ("delete_memory", {"id": "01a21f71-7b92-733b-9cfe-ef495a3b5e23"}, "version", "is missing"),
    ("update_memory", {"id": "7", "version": 1, "tags": ["a"]}, "arguments", "takes no 'tags'"),
    ("drop_tables", {}, "tool", "the tools are search_memory"),
    (["search_memory"], {}, "tool", "the tools are search_memory"),
    (None, None, "tool", "the tools are search_memory"),
]


@pytest.mark.parametrize(("name", "arguments", "field", "right"), WRONG)
def test_a_wrong_argument_is_named(
    session: Session, name: Any, arguments: Any, field: str, right: str
) -> None:
    """With what would be right; nothing is kept."""
    answer = session.call(name, arguments)
    assert answer["message"].startswith(f"{field}: ")
    assert right in answer["message"]
    assert session.call("list_memories", "") == {"memories": []}


def test_a_model_rewrites_nothing_that_was_said(session: Session) -> None:
    """A turn stays as it was; it is told what to do instead."""
    [turn] = session.after_step("The server is on port 8080.").observation.episodes
    answer = session.call("update_memory", {"id": turn.id, "version": 1, "text": "The server is on port 1."})
    assert "save_memory" in answer["message"]
    assert session.before_step("server").recent[0]["content"] == "The server is on port 8080."


def test_what_a_tool_found_is_an_echo_in_every_process() -> None:
    """Where each request opens a session of its own, a result that comes back is known for what it is: no news, no better rank."""
    with Memory("sqlite://", embedder=None) as memory:
        Session(memory, thread="t", user="ada").after_step("The server in the cellar is on port 8080.")
        result = Session(memory, thread="t", user="ada").call("search_memory", {"query": "server port"})
        called = {"id": "1", "function": {"name": "search_memory", "arguments": "{}"}}
        told = [
            {"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": "1", "content": json.dumps(result)},
            {"role": "assistant", "content": "The server in the cellar is on port 8080."},
            {"role": "tool", "name": "search_memory", "content": "[1, {"},
        ]
        episodes = Session(memory, thread="t", user="ada").after_step(told).observation.episodes
        assert ["echo" in one.tags for one in episodes] == [False, True, True, False]


def test_what_is_everybodys_is_nobodys_to_change() -> None:
    """A model that sees what all of a store see is told that no tool changes it."""
    with Memory("sqlite://", embedder=None) as memory:
        shared = memory.save("The office closes at five", scope=Scope.shared())
        session = Session(memory, thread="t", user="ada")
        assert session.call("search_memory", {"query": "office"})["memories"][0]["id"] == shared.id
        for name, more in (("delete_memory", {}), ("update_memory", {"text": "It never closes"})):
            answer = session.call(name, {"id": shared.id, "version": 1, **more})
            assert answer["message"].startswith("id: is of a memory that is everybody's")
        assert memory.get(shared.id) == shared


@pytest.mark.parametrize("version", [0, "1", True, 1.5])
def test_a_version_that_is_none_is_named(session: Session, version: Any) -> None:
    """By the tools' own name for it."""
    saved = port(session)
    for name, more in (("delete_memory", {}), ("update_memory", {"text": "The port is 9090", "value": 9090})):
        answer = session.call(name, {"id": saved["id"], "version": version, **more})
        assert answer["message"].startswith("version: must be a whole number")


@pytest.mark.parametrize("more", [{}, {"text": None}, {"tags": ["a"]}, {"value": 9090}])
def test_an_update_without_a_text_writes_nothing(session: Session, more: dict[str, Any]) -> None:
    """It is told what is missing."""
    saved = port(session)
    answer = session.call("update_memory", {"id": saved["id"], "version": 1, **more})
    assert answer["error"] == "InvalidInput"
    assert session.call("list_memories", {})["memories"] == [saved]


def test_an_update_that_changes_nothing_writes_nothing(session: Session) -> None:
    """The memory is answered as known; a stale version is refused all the same."""
    saved = port(session)
    same = {"id": saved["id"], "version": 1, "text": saved["text"], "value": 8080}
    assert session.call("update_memory", same) == {"known": saved}
    assert session.call("update_memory", {**same, "value": None}) == {"known": saved}
    session.call("update_memory", {**same, "text": "The port is 9090", "value": 9090})
    assert session.call("update_memory", same)["error"] == "VersionConflict"


@pytest.mark.parametrize(
    ("policy", "answer", "values", "pending"),
    [
        ("latest", "saved", [9090], 0),
        ("highest_trust", "saved", [8080, 9090], 0),
        ("keep_both", "saved", [8080, 9090], 0),
        ("review", "pending", [8080], 1),
    ],
)
def test_a_model_keeps_to_the_policy_of_an_attribute(
    policy: Policy, answer: str, values: list[int], pending: int
) -> None:
    """Saved twice or by an update, it does no more to the user's value than what is read of its words would."""
    with Memory("sqlite://", embedder=None, attributes={"port": Attribute(policy=policy)}) as memory:
        ada, session = memory.scoped(user="ada"), Session(memory, thread="t", user="ada")
        kept = ada.save("The port is 8080", slot="server.port", value=8080)
        given = {"text": "The port is 9090", "slot": "server.port", "value": 9090}
        for _ in range(2):
            told = session.call("save_memory", given)
            assert told[answer]["value"] == 9090
        assert sorted(one.value for one in ada.list()) == values
        assert sum(map(len, ada.conflicts())) == (2 if len(values) > 1 else 0)
        assert ("contradicts" in told.get("message", "")) is (len(values) > 1)
        assert len(ada.review()) == pending
        if policy != "latest":
            change = {"id": kept.id, "version": ada.get(kept.id).version, "text": "It is 9090", "value": 9090}
            assert f"policy is {policy}" in session.call("update_memory", change)["message"]
            assert ada.get(kept.id).value == 8080
        assert ada.save("The port is 7070", slot="server.port", value=7070).state == "active"
        assert [one.value for one in ada.list()] == [7070]
