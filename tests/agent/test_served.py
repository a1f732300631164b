"""A session over a server does what it does over a file."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from holdfast import Client, Memory, Session
from holdfast.errors import InvalidInput, VersionConflict
from holdfast.testing import FrozenClock
from tests.server.inprocess import running

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\b[0-9a-f]{12}\b")


def played(memory: Memory) -> list[Any]:
    """What a session answers, step by step."""

    def opened(thread: str = "t", **labels: Any) -> Session:
        return Session(memory, thread=thread, actor="agent", user="ada", project="api", **labels)

    told: list[Any] = []
    opened().after_step(
        [
            {
                "role": "user",
                "content": "The server is on port 8080. My wife Eva lives in Oslo. I am diabetic.",
            },
            {"role": "assistant", "content": "I see."},
        ]
    )
    told.append([(one.text, one.state) for one in opened().after_step("yes").settled])
    session = opened()
    session.state["Plan"] = {"a": [1, None]}
    session.state["plan"] = "other"
    told.append(
        (session.all_state(), len(session.state), session.state.version("Plan"), "x" in session.state)
    )
    for version in (0, 7):
        try:
            session.state.set("plan", 1, expected_version=version)
        except (VersionConflict, InvalidInput) as error:
            told.append(type(error).__name__)
    del session.state["plan"]
    told.append(session.state.set("plan", 1, expected_version=0))
    step = session.before_step("which port is the server on?", goal="ship it")
    told.append((step.memory, step.goal, dict(step.state), step.recent, step.folded, step.omitted))
    saved = session.call("save_memory", {"text": "The user is left-handed"})["saved"]
    told.append(saved)
    told.append(session.call("update_memory", {"id": saved["id"], "version": 1, "text": saved["text"]}))
    told.append(
        session.call("update_memory", {"id": saved["id"], "version": 3, "text": "The user is right-handed"})
    )
    told.append(session.call("search_memory", {"query": "handed", "scope": "user"}))
    told.append(session.call("delete_memory", {"id": saved["id"], "version": 1}))
    told.append(session.call("list_memories", "{}"))
    return [*told, *worked(session), *spoken(session, memory)]


def worked(session: Session) -> list[Any]:
    """What a run answers."""
    told: list[Any] = []
    with session.run("deploy", {"next": "build"}) as run:
        run.step("built", {"next": "push"})
        told.append([(one.steps, dict(one.state)) for one in session.unfinished()])
        run.outcome = "live"
    try:
        run.step("more")
    except InvalidInput as error:
        told.append(str(error))
    told.append([(one.name, one.steps, one.outcome, one.summary) for one in session.tried("deploy")])
    return told


def spoken(session: Session, memory: Memory) -> list[Any]:
    """What wrap keeps, and the end of the thread."""
    ask = session.wrap(lambda messages: {"choices": [{"message": {"role": "assistant", "content": "9090."}}]})
    ask([{"role": "user", "content": "and the other port?"}])
    ask(
        [
            {"role": "user", "content": "and the other port?"},
            {"role": "assistant", "content": "9090."},
            {"role": "user", "content": "ok"},
        ]
    )
    page = memory.scoped(user="ada", project="api").list(
        kinds=["episode"], where={"eq": {"thread": "t"}}, sort="id", descending=False
    )
    ended = session.end()
    return [[(one.source.role, one.text) for one in page.items], None if ended is None else ended.text]


def without_ids(told: list[Any]) -> list[str]:
    """Answers as JSON, ids aside."""
    return [_ID.sub("id", json.dumps(one, default=str, ensure_ascii=False)) for one in told]


def test_a_session_over_a_server(tmp_path: Path) -> None:
    """State, steps, tools, runs, wrap: the same answers and the same errors."""
    with Memory(f"sqlite:///{tmp_path / 'a.db'}", embedder=None, clock=FrozenClock(seed=1)) as memory:
        plain = without_ids(played(memory))
    with (
        running(
            f"sqlite:///{tmp_path / 'b.db'}", tmp_path / "access", embedder=None, clock=FrozenClock(seed=1)
        ) as (url, _),
        Client(url) as memory,
    ):
        served = without_ids(played(memory))
    assert served == plain
    assert "I am diabetic." in plain[0]


def changing(memory: Memory, clock: FrozenClock) -> None:
    """A tool changes a memory, and a user says that one is no longer so: both as of now, by the store's clock."""
    ada = memory.scoped(user="ada")
    session = Session(memory, thread="t", user="ada")
    saved = session.call("save_memory", {"text": "The port is 8080", "slot": "server.port", "value": 8080})
    given = {"id": saved["saved"]["id"], "version": 1, "text": "The port is 9090", "value": 9090}
    assert session.call("update_memory", given)["updated"]["value"] == 9090  # the clock stands still
    assert ada.current("server.port").value == 9090
    clock.advance(days=1)
    given = {"id": given["id"], "version": 3, "text": "The port is 7070", "value": 7070}
    assert session.call("update_memory", given)["updated"]["value"] == 7070
    assert ada.current("server.port").value == 7070
    assert ada.current("server.port", valid_at=clock.now() - timedelta(hours=1)).value == 9090
    session.confirm(given["id"], yes=False)
    assert ada.current("server.port", valid_at=clock.now() + timedelta(seconds=1)) is None
    ada.save("In Oslo", slot="user.location", value="Oslo")
    clock.advance(days=3)
    kept = ada.update(
        ada.current("user.location").id, text="In Rome", value="Rome", changed_at=timedelta(days=2)
    )
    assert kept.valid_from == clock.now() - timedelta(days=2)


def test_now_is_the_stores(tmp_path: Path) -> None:
    """Whatever the clock of the machine says that an agent runs on: of a change that was to come, the old value held on."""
    clock = FrozenClock()
    with Memory(f"sqlite:///{tmp_path / 'a.db'}", embedder=None, clock=clock) as memory:
        changing(memory, clock)
    clock = FrozenClock()
    options = {"embedder": None, "clock": clock}
    with (
        running(f"sqlite:///{tmp_path / 'b.db'}", tmp_path / "access", **options) as (url, _),
        Client(url) as memory,
    ):
        changing(memory, clock)
