"""Working memory as a mapping: every name is kept, is its own, and is told when it cannot be one."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Session
from holdfast.errors import InvalidInput


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store by words alone, in a file."""
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as opened:
        yield opened


def test_a_state_of_many_names_is_whole(memory: Memory) -> None:
    """More names than a page holds: the length, the names and the values are all of them."""
    session = Session(memory, thread="t", user="ada")
    count = 1_050
    memory.scoped(user="ada", session="t").save_many(
        [
            {
                "text": f"n{n:04}: {n}", "kind": "working", "slot": f"state.n{n:04}", "value": f"n{n:04}: {n}",
                "tags": ["state"], "metadata": {"name": f"n{n:04}", "value": n},
            }
            for n in range(count - 1)
        ][:1_000]
    )  # fmt: skip
    for n in range(1_000, count):
        session.state[f"n{n:04}"] = n
    assert len(session.state) == count
    assert list(session.state) == [f"n{n:04}" for n in range(count)]
    assert session.all_state() == {f"n{n:04}": n for n in range(count)}


def test_names_are_names_as_in_a_mapping(memory: Memory) -> None:
    """Names that differ in case, width, spaces or a dot are different names, each with versions of its own."""
    session = Session(memory, thread="t", user="ada")
    names = ["plan", "Plan", "PLAN", "a  b", "a b", "ﬁle", "file", "plan.", "#x", "Straße", "strasse", "a.b"]
    for n, name in enumerate(names):
        assert session.state.set(name, n, expected_version=0) == 1
    assert dict(session.state) == {name: n for n, name in enumerate(names)}
    assert {name: session.state[name] for name in names} == dict(session.state)
    del session.state["Plan"]
    assert "Plan" not in session.state
    assert session.state["plan"] == 0
    assert session.state.set("Plan", "again", expected_version=0) == 1
    assert Session(memory, thread="t", user="ada").state["Plan"] == "again"


@pytest.mark.parametrize("name", ["", " ", " x", "x ", "a\nb", "n" * 181, 5, None, ("a",)])
def test_what_can_be_no_name_is_told(memory: Memory, name: Any) -> None:
    """The error names the name; nothing is kept; nothing is held under it."""
    session = Session(memory, thread="t", user="ada")
    with pytest.raises(InvalidInput) as caught:
        session.state.set(name, 1)
    assert caught.value.field == "name"
    assert dict(session.state) == {}
    assert name not in session.state
    assert session.state.get(name, "none") == "none"


@pytest.mark.parametrize("value", [{1: 2}, float("nan"), "x" * 17_000, object(), {"a.b": 1}])
def test_a_value_that_cannot_be_kept_is_told(memory: Memory, value: Any) -> None:
    """The error names the value."""
    with pytest.raises(InvalidInput) as caught:
        Session(memory, thread="t", user="ada").state.set("plan", value)
    assert caught.value.field == "value"


@pytest.mark.parametrize("version", [-1, "1", True, 1.5])
def test_an_expected_version_that_is_none_is_told(memory: Memory, version: Any) -> None:
    """Also where nothing holds the name yet."""
    with pytest.raises(InvalidInput, match="expected_version: must be"):
        Session(memory, thread="t", user="ada").state.set("plan", 1, expected_version=version)


def test_a_lock_can_be_taken_and_given_back_any_number_of_times(memory: Memory) -> None:
    """Each time anew, and the last as fast as the first: what was dropped before is not gone through."""
    state = Session(memory, thread="t", user="ada").state
    times = []
    for _ in range(120):
        begun = time.perf_counter()
        assert state.set("lock", "mine", expected_version=0) == 1
        times.append(time.perf_counter() - begun)
        del state["lock"]
    assert sorted(times[-40:])[20] < 10 * sorted(times[:40])[20]


def test_a_goal_that_is_given_again_is_no_change(memory: Memory) -> None:
    """Given with every step it stays the version it is; a blank one is refused, and any value put there is sent."""
    session = Session(memory, thread="t", user="ada")
    for _ in range(3):
        assert session.before_step("what next?", goal="ship it").goal == "ship it"
    assert session.state.version("goal") == 1
    with pytest.raises(InvalidInput, match="goal: is empty"):
        session.before_step("what next?", goal=" ")
    session.state["goal"] = {"ship": "it"}
    assert session.before_step("zebra?").goal == '{"ship": "it"}'


@pytest.mark.parametrize("state_scope", ["team", ["project"], []])
def test_a_state_is_shared_under_labels_of_the_session(memory: Memory, state_scope: Any) -> None:
    """What names none of them is refused when the session is opened."""
    with pytest.raises(InvalidInput, match="state_scope: must"):
        Session(memory, thread="t", team="core", state_scope=state_scope)


def test_a_name_that_was_restored_and_dropped_again_can_be_set(memory: Memory) -> None:
    """Whatever became of what held it before."""
    session, ada = Session(memory, thread="t", user="ada"), memory.scoped(user="ada", session="t")
    first = session.set_state("lock", 1)
    del session.state["lock"]
    session.state["lock"] = 2
    del session.state["lock"]
    ada.restore(first.id, scope=("user", "session"))
    assert session.state["lock"] == 1
    del session.state["lock"]
    assert session.state.set("lock", 3, expected_version=0) == 1


def test_what_of_the_state_does_not_fit_is_told(memory: Memory) -> None:
    """A plan that is too long is named, so that the model does not take it that there is none."""
    session = Session(memory, thread="t", user="ada")
    session.state["plan"] = ["step after step"] * 200
    session.state["port"] = 8080
    step = session.before_step("what next?", budget=500)
    assert (dict(step.state), step.omitted) == ({"port": 8080}, ("plan",))
    assert "- plan: (too long to be shown here)" in step.messages()[0]["content"]
    assert session.before_step("what next?", budget=50_000).omitted == ()


@pytest.mark.parametrize("name", ["pin 123-45-6789", "mail ada@example.org"])
def test_a_name_that_would_be_masked_is_refused_and_written_nowhere(tmp_path: Path, name: str) -> None:
    """It would not be found again under its own name; and the key that makes setting it safe does not keep it either."""
    path = tmp_path / "m.db"
    with Memory(f"sqlite:///{path}", embedder=None, policy={"email": "redact"}) as memory:
        session = Session(memory, thread="t", user="ada")
        for _ in range(2):
            with pytest.raises(InvalidInput, match="name: holds what policy masks"):
                session.state[name] = 1
        session.state["port"] = 8080
        assert dict(session.state) == {"port": 8080}
    secret = name.split()[1].encode()
    assert not any(secret in one.read_bytes() for one in tmp_path.iterdir())
