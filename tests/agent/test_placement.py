"""Under which labels things are kept: what is about a user reaches nobody who shares the project, by whichever way it came."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import Memory, Session


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A memory by words alone."""
    with Memory("sqlite://", embedder=None) as opened:
        yield opened


def facts(memory: Memory, **labels: str) -> set[Any]:
    """The texts of facts that are kept under exactly these labels."""
    return {one.text for one in memory.scoped(**labels).list(kinds=["fact"], scope=tuple(labels))}


@pytest.mark.parametrize(
    "said",
    [
        "My wife Eva lives in Oslo.",
        "My dog Rex is 5 years old.",
        "Remember that my password hint is blue.",
        "Eva is my wife. Eva works at Acme.",
    ],
)
def test_those_close_to_a_user_are_no_facts_of_the_project(memory: Memory, said: str) -> None:
    """Nor is what they asked to be remembered of themselves."""
    Session(memory, thread="t", user="ada", project="api").after_step(said)
    assert facts(memory, project="api") == set()
    assert facts(memory, user="ada")


def test_who_is_close_is_known_later(memory: Memory) -> None:
    """In another session too; those of another user and colleagues stay people of the project."""
    Session(memory, thread="t", user="ada", project="api").after_step("My wife is called Eva.")
    Session(memory, thread="u", user="ada", project="api").after_step("Eva moved to Bergen.")
    assert facts(memory, project="api") == set()
    Session(memory, thread="v", user="ben", project="api").after_step("Eva works at Acme.")
    Session(memory, thread="v", user="ben", project="api").after_step("The server is on port 9090.")
    assert facts(memory, project="api") == {"Eva works at Acme.", "The server is on port 9090."}


ABOUT: list[dict[str, Any]] = [
    {"text": "The user is diabetic"},
    {"text": "Ada is diabetic"},
    {"text": "Was diagnosed with asthma in 2010"},
    {"text": "User's wife is called Eva"},
    {"text": "Lives in Oslo", "slot": "user.residence", "value": "Oslo"},
    {"text": "Lives in Oslo", "slot": "ada.residence", "value": "Oslo"},
    {"text": "Ann lives in Oslo", "slot": "ada's sister.residence", "value": "Oslo"},
    {"text": "I live in Oslo"},
]


@pytest.mark.parametrize("saved", ABOUT)
def test_what_a_model_saves_about_a_user_is_the_users(memory: Memory, saved: dict[str, Any]) -> None:
    """Without a scope it is kept for the user alone; with one, where the model said."""
    session = Session(memory, thread="t", user="ada", project="api")
    for scope, into in ((None, "user"), ("project", "project")):
        told = session.call("save_memory", {**saved, "scope": scope})
        kept = told.get("saved") or told["pending"]  # what is sensitive waits there
        assert kept["scope"] == [into]


def test_two_users_of_a_project_do_not_write_over_each_other(memory: Memory) -> None:
    """The slot of a user is each user's own."""
    for name, town in (("ada", "Oslo"), ("ben", "Rome")):
        session = Session(memory, thread=name, user=name, project="api")
        session.call("save_memory", {"text": f"Lives in {town}", "slot": "user.residence", "value": town})
    for name, town in (("ada", "Oslo"), ("ben", "Rome")):
        found = memory.scoped(user=name, project="api").current("user.residence")
        assert found is not None
        assert found.value == town


@pytest.mark.parametrize(
    "saved",
    [
        {"text": "The user table has three columns"},
        {"text": "User service listens on 8080", "slot": "user-service.port", "value": 8080},
        {"text": "Tom is the CTO of Acme"},
        {"text": "The repository uses Poetry"},
    ],
)
def test_what_is_about_the_project_is_the_projects(memory: Memory, saved: dict[str, Any]) -> None:
    """Also where it speaks of users as things."""
    session = Session(memory, thread="t", user="ada", project="api")
    assert session.call("save_memory", saved)["saved"]["scope"] == ["project"]


def test_an_answer_leans_on_the_last_words_of_a_long_step(memory: Memory) -> None:
    """What the agent asked last, not what was said when the step began."""
    session = Session(memory, thread="t", user="ada")
    session.after_step(
        [
            {"role": "user", "content": "hello there"},
            {"role": "assistant", "content": "Hi."},
            {"role": "tool", "content": "weather: rain"},
            {"role": "user", "content": "I want to register."},
            {"role": "assistant", "content": "Where do you live?"},
        ]
    )
    session.after_step("In Oslo.")
    found = memory.scoped(user="ada").current("user.residence")
    assert found is not None
    assert found.value == "Oslo"


@pytest.mark.parametrize("word", ["no", "yes", None, 1])
def test_a_confirmation_is_a_yes_or_a_no(memory: Memory, word: Any) -> None:
    """The word "no" is no approval."""
    session = Session(memory, thread="t", user="ada")
    session.after_step("I live in Oslo.")
    [fact] = memory.scoped(user="ada").list(kinds=["fact"])
    with pytest.raises(ValueError, match="yes: must be True or False"):
        session.confirm(fact.id, word)
    assert memory.scoped(user="ada").get(fact.id) == fact


def test_what_is_sensitive_is_never_the_projects_whomever_it_is_about(memory: Memory) -> None:
    """A colleague's illness, read of what the user says or saved by a model, waits among the user's own, not among the team's."""
    session = Session(memory, thread="t", user="ada", project="api")
    asked = session.after_step("My colleague Bob has diabetes.").asked
    told = session.call("save_memory", {"text": "Eve has it", "slot": "eve.condition", "value": "asthma"})
    assert {item.slot for item in asked} == {"user.colleague", "bob.condition"}
    assert {tuple(item.scope.names) for item in asked} == {("user",)}
    assert told["pending"]["scope"] == ["user"]
    assert memory.scoped(project="api", user="eve").review().items == ()
    assert {item.scope.names for item in session.after_step("yes").settled} == {("user",)}
