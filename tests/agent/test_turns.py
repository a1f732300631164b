"""The recent turns of a thread: the latest ones in order, however many a step had, and how many are folded away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from holdfast import Memory, Scope, Session


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store by words alone, in a file."""
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as opened:
        yield opened


def turns(first: int, last: int) -> list[dict[str, str]]:
    """Messages of a conversation, numbered."""
    return [{"role": ("user", "assistant")[n % 2], "content": f"turn {n}"} for n in range(first, last)]


def test_every_turn_that_is_not_shown_is_counted(memory: Memory) -> None:
    """Of thousands too, after more were said, after some were erased, and for a session that is opened anew."""
    session = Session(memory, thread="t", user="ada")
    session.after_step(turns(0, 1_200))
    step = session.before_step("and now?", budget=300)
    assert step.recent[-1]["content"] == "turn 1199"
    assert step.folded == 1_200 - len(step.recent) > 1_150
    session.after_step(turns(1_200, 1_230))
    step = session.before_step("and now?", budget=300)
    assert step.recent[-1]["content"] == "turn 1229"
    assert step.folded + len(step.recent) == 1_230
    first = memory.scoped(user="ada").list(sort="id", descending=False, limit=7).items
    memory.scoped(user="ada").erase(ids=[one.id for one in first[:3]])
    for one in first[3:5]:
        memory.scoped(user="ada").delete(one.id)
    for again in (session, Session(memory, thread="t", user="ada")):
        step = again.before_step("and now?", budget=300)
        assert step.folded + len(step.recent) == 1_225
    assert f"({step.folded} earlier turns" in step.messages()[0]["content"]


def test_of_a_long_step_the_latest_turns_are_recent(memory: Memory) -> None:
    """All messages of one step are of one moment; shown are its last ones, not its first."""
    session = Session(memory, thread="t", user="ada")
    session.after_step(turns(0, 80))
    step = session.before_step("and now?", budget=100_000)
    assert [one["content"] for one in step.recent] == [f"turn {n}" for n in range(30, 80)]
    assert step.folded == 30


def test_other_threads_and_users_do_not_count(memory: Memory) -> None:
    """A thread of the same name is another user's own."""
    Session(memory, thread="t", user="ben").after_step(turns(0, 60))
    Session(memory, thread="u", user="ada").after_step(turns(0, 60))
    session = Session(memory, thread="t", user="ada")
    session.after_step(turns(0, 2))
    step = session.before_step("and now?", budget=100_000)
    assert (len(step.recent), step.folded) == (2, 0)


def test_several_ids_of_a_label_are_for_reading(memory: Memory) -> None:
    """Who holds two teams sees what both know; what is said is kept under the labels that have one id."""
    for team in ("core", "infra"):
        memory.scoped(team=team).save(f"The {team} team ships on Monday")
    session = Session(memory, thread="t", user="ada", team=["core", "infra"])
    session.after_step("I live in Oslo.")
    session.state["plan"] = "ship"
    assert [one.scope for one in memory.scoped(user="ada").list(kinds=["episode"])] == [Scope(user="ada")]
    assert memory.scoped(team=["core", "infra"]).list().items[0].scope != Scope(user="ada")
    found = session.call("search_memory", {"query": "which team ships on Monday?"})["memories"]
    assert {one["text"] for one in found} >= {
        "The core team ships on Monday",
        "The infra team ships on Monday",
    }
    assert "saved" in session.call("save_memory", {"text": "The release is blue"})
    assert session.tools("json")[0]["parameters"]["properties"]["scope"]["enum"] == ["user", None]
