"""Two sessions on one store: each is told what the other changed of what it was shown, once, and nothing of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, Scope
from holdfast.agent import AsyncSession, Session

ASKED = "which port does staging listen on?"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store by words alone, in a file."""
    with Memory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as opened:
        yield opened


def pair(memory: Memory) -> tuple[Session, Session]:
    """Two agents of one team."""
    return tuple(Session(memory, thread=name, actor=name, team="core") for name in ("planner", "tester"))  # type: ignore[return-value]


def test_another_session_changed_it(memory: Memory) -> None:
    """A new value of a slot and an update: old and new and by whom, in `changed` and the memory text; told once."""
    planner, tester = pair(memory)
    team = memory.scoped(team="core")
    port = team.save("Staging listens on 8080", slot="staging.port", value=8080)
    note = team.save("Staging needs a login")
    first = planner.before_step("staging port login")
    assert (set(first.ids), first.changed) == ({port.id, note.id}, ())
    tester.call(
        "save_memory",
        {"text": "Staging listens on 9090", "slot": "staging.port", "value": 9090, "scope": "team"},
    )
    seen = tester.call("search_memory", {"query": "login"})["memories"][0]
    tester.call("update_memory", {"id": seen["id"], "version": seen["version"], "text": "Staging is open"})
    step = planner.before_step(ASKED)
    assert [(one.id, one.by) for one in step.changed] == [(port.id, "tester"), (note.id, "tester")]
    assert step.memory.startswith(
        'Changed by others since you saw it:\n- "Staging listens on 8080" -> "Staging listens on 9090" (by tester)\n'
        '- "Staging needs a login" -> "Staging is open" (by tester)\n\n'
    )
    assert step.changed[0].at == memory.history(port.id, under=Scope.shared()).items[-1].at
    assert planner.before_step(ASKED).changed == ()
    assert tester.before_step(ASKED).changed == ()


def test_its_own_changes_are_no_news(memory: Memory) -> None:
    """What a session's tools and steps change is known to it; what another changes after that is told against that."""
    planner, tester = pair(memory)
    planner.after_step([{"role": "user", "content": "The server is on port 8080."}])
    planner.before_step("which port is the server on?")
    planner.after_step([{"role": "user", "content": "The server is now on port 9090."}])
    assert planner.before_step("which port is the server on?").changed == ()
    shown = planner.call("search_memory", {"query": "server port"})["memories"]
    port = next(one for one in shown if one.get("value") in (9090, "9090"))
    planner.call(
        "update_memory",
        {"id": port["id"], "version": port["version"], "text": "The server has port 9191", "value": 9191},
    )
    assert planner.before_step("which port is the server on?").changed == ()
    again = tester.call("search_memory", {"query": "server port"})["memories"]
    now = next(one for one in again if one["id"] == port["id"])
    done = tester.call(
        "update_memory",
        {"id": now["id"], "version": now["version"], "text": "The server has port 1", "value": 1},
    )
    assert "updated" in done, done
    (changed,) = planner.before_step("which port is the server on?").changed
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before.text, changed.after.text) == ("The server has port 9191", "The server has port 1")


def test_what_was_withdrawn_is_not_told_again(memory: Memory) -> None:
    """Deleted and erased memories are named by id alone, and nothing of another's scope is told."""
    planner, tester = pair(memory)
    team = memory.scoped(team="core", actor="tester")
    gone, erased = team.save("Staging has a secret door"), team.save("Staging has a secret key")
    other = memory.scoped(team="other").save("Staging has a secret")
    assert set(planner.before_step("staging secret").ids) == {gone.id, erased.id}
    team.delete(gone.id)
    team.erase(erased.id)
    memory.scoped(team="other").update(other.id, text="Staging has none")
    step = planner.before_step("the weather")
    assert {(one.id, one.verb, one.by) for one in step.changed} == {
        (gone.id, "delete", "tester"),
        (erased.id, "erase", None),
    }
    assert "secret" not in step.memory
    assert step.memory.count("was withdrawn") == 2
    assert planner.before_step("the weather").changed == ()
    assert tester.before_step("the weather").changed == ()


def test_a_conflict_says_who(memory: Memory) -> None:
    """A stale tool call is refused with who wrote the current version, and its message says when."""
    planner, tester = pair(memory)
    saved = planner.call("save_memory", {"text": "Deploys are on Monday"})["saved"]
    change = {"id": saved["id"], "version": saved["version"], "text": "Deploys are on Friday"}
    tester.call("update_memory", change)
    refused = planner.call("update_memory", {**change, "text": "Deploys are daily"})
    assert (refused["changed_by"], refused["current"]["text"]) == ("tester", "Deploys are on Friday")
    assert "at version 3, not 1: written 20" in refused["message"]
    assert "UTC by tester;" in refused["message"]


def test_async(tmp_path: Path) -> None:
    """The same in an event loop."""

    async def main() -> Any:
        async with AsyncMemory(f"sqlite:///{tmp_path / 'memory.db'}", embedder=None) as memory:
            session, team = (
                AsyncSession(memory, thread="a", team="core"),
                memory.scoped(team="core", actor="bob"),
            )
            item = await team.save("Staging listens on 8080")
            await session.before_step(ASKED)
            await team.update(item.id, text="Staging listens on 9090")
            return [str(one) for one in (await session.before_step(ASKED)).changed]

    assert asyncio.run(main()) == ['- "Staging listens on 8080" -> "Staging listens on 9090" (by bob)']
