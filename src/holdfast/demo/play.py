"""What the demo's two processes do: keep the story, and ask about it."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import Any, Protocol, TypeVar, cast

from .. import Hit, Memory, MemoryItem, ScopedMemory, Session
from ..agent import PLACEMENT
from ..config import Setting, SystemClock, open_embedder

T = TypeVar("T")
TEAM = "core"
TODAY = datetime(2026, 5, 27, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 5, 23, 20, 0, tzinfo=UTC)
LAST_WEEK = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
SLOT = "server.port"
QUESTIONS = (
    ("ada", "which port does the API server listen on?"),
    ("ada", "how does Ada want her answers written?"),
    ("ada", "why did the nightly backup fail?"),
    ("ada", "who do we talk to at the customer in Porto?"),
)
ASKED = "which port does the server listen on?"
PRIVATE = "what is Ada allergic to?"
RECALLED = 5  # memories that go into the prompt of one answer


class Counter(Protocol):
    """What the shipped model offers besides vectors."""

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""


class StoryClock:
    """A clock that shows the time of the story."""

    def __init__(self, time: datetime) -> None:
        self.time = time
        self._ids = SystemClock()

    def now(self) -> datetime:
        """Return the time of the story."""
        return self.time

    def new_id(self) -> str:
        """Return a new id."""
        return self._ids.new_id()


def story() -> list[dict[str, Any]]:
    """Return the lines of the story."""
    text = files(__package__).joinpath("story.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def ingest(store: str) -> dict[str, Any]:
    """Keep the story, turn by turn, as an agent would: each `save` is on disk before the next turn is said."""
    lines, clock = story(), StoryClock(TODAY)
    turns: dict[str, int] = {}
    milliseconds = []
    with _open(store, clock) as memory:
        people = {name: _person(memory, name) for name in ("ada", "bob")}
        for line in lines:
            clock.time = datetime.fromisoformat(line["at"])
            arguments = dict(line.get("save") or _turn(line, turns))
            person = people[line["as"]]
            _, took = _timed(partial(person.save, **arguments, scope=(line["to"],)))
            milliseconds.append(took)
    saved = sum("save" in line for line in lines)
    return {
        "process": os.getpid(),
        "turns": len(lines) - saved,
        "facts": saved,
        "from": lines[0]["at"],
        "to": lines[-1]["at"],
        "ms_per_save": round(statistics.median(milliseconds), 1),
        "bytes": os.path.getsize(store),
    }


def ask(store: str) -> dict[str, Any]:
    """Ask about the story: recall, who sees what, what changed, what was known when, and what it cost."""
    opened = time.perf_counter()
    with _open(store, StoryClock(TODAY)) as memory:
        ada, bob = _person(memory, "ada"), _person(memory, "bob")
        ada.search("warm up")
        ready = (time.perf_counter() - opened) * 1_000
        recall = [_answer({"ada": ada, "bob": bob}[who], question) for who, question in QUESTIONS]
        return {
            "process": os.getpid(),
            "today": TODAY.isoformat(),
            "ready_ms": round(ready),
            "recall": recall,
            "boundary": _boundary(ada, bob),
            "superseded": _superseded(ada),
            "past": _past(ada),
            "cost": _cost(ada, recall),
        }


def step(store: str) -> dict[str, Any]:
    """Take one step of an agent's loop, from the recall before it to what is kept after it; then begin a run and be killed."""
    clock = StoryClock(TODAY)
    memory = _open(store, clock)
    session = _session(memory, "wednesday")
    session.before_step("warm up")
    before, took = _timed(partial(session.before_step, ASKED, goal="keep the runbook right", budget=512))
    sent = before.messages("You keep the team's runbook.")
    call = {
        "text": "Port 9090 is in use by the metrics exporter since 27 May",
        "kind": "fact",
        "scope": "team",
    }
    saved = session.call("save_memory", call)
    clock.time += timedelta(minutes=5)
    said = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "9090, says my memory."}]
    said.append({"role": "user", "content": "No longer. The server is now on port 9191, not 9090."})
    after = session.after_step(said)
    run = session.begin("rotate the API keys", {"next": "revoke the old keys"})
    session.record(run.id, "made new keys for the API")
    return {
        "process": os.getpid(),
        "asked": ASKED,
        "before": {
            "ms": round(took, 1),
            "memories": len(before.ids),
            "messages": len(sent),
            "memory": before.memory,
        },
        "tool": {"name": "save_memory", "arguments": call, "result": saved},
        "after": [
            {"outcome": one.outcome, "text": one.text, "reason": one.reason}
            for one in after.observation.judgements
        ],
        "run": run.id,
    }


def resume(store: str) -> dict[str, Any]:
    """In a process that knows only the file: what is true now, and what a killed one left to be finished."""
    clock = StoryClock(TODAY + timedelta(hours=1))
    with _open(store, clock) as memory:
        session = _session(memory, "evening")
        step = session.before_step(ASKED, budget=512)
        [left] = session.unfinished()
        with session.run(left.name, run_id=left.id) as run:
            run.step("revoked the old keys")
            run.outcome = "every service uses the new keys"
        [tried, *_] = session.tried("have we rotated the API keys before?")
        current = _person(memory, "ada").current(SLOT)
        return {
            "process": os.getpid(),
            "current": None if current is None else _item(current),
            "goal": step.goal,
            "left": {"name": left.name, "steps": left.steps, "state": dict(left.state)},
            "tried": {
                "name": tried.name,
                "status": tried.status,
                "outcome": tried.outcome,
                "steps": tried.steps,
            },
        }


def _session(memory: Memory, thread: str) -> Session:
    # The team's facts are the team's: without a project they would be Ada's and the team's together.
    placement = {**PLACEMENT, "fact": ("team",), "procedure": ("team",)}
    return Session(memory, thread=thread, actor="assistant", placement=placement, user="ada", team=TEAM)


def _open(store: str, clock: StoryClock) -> Memory:
    return Memory(
        f"sqlite:///{store}",
        embedder="minilm",
        language="english",
        actor="assistant",
        clock=clock,
        key=None,
        mounts={},
    )


def _person(memory: Memory, name: str) -> ScopedMemory:
    return memory.scoped(user=name, team=TEAM, actor="assistant")


def _turn(line: dict[str, Any], turns: dict[str, int]) -> dict[str, Any]:
    number = turns.get(line["thread"], 0)
    turns[line["thread"]] = number + 1
    role = "assistant" if line["speaker"] == "Assistant" else "user"
    return {
        "text": line["text"],
        "kind": "episode",
        "speaker": line["speaker"],
        "thread": line["thread"],
        "turn": number,
        "observed_at": line["at"],
        "source": {"role": role, "trust": "model" if role == "assistant" else "user"},
    }


def _timed(call: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    result = call()
    return result, (time.perf_counter() - started) * 1_000


def _answer(person: ScopedMemory, question: str) -> dict[str, Any]:
    hits, took = _timed(partial(person.search, question, k=RECALLED))
    return {"question": question, "ms": round(took, 1), "hits": [_hit(hit) for hit in hits]}


def _hit(hit: Hit) -> dict[str, Any]:
    return _item(hit.item) | {"relevance": round(hit.relevance, 2)}


def _item(item: MemoryItem) -> dict[str, Any]:
    whole = item.to_json()
    names = (
        "id",
        "text",
        "kind",
        "scope",
        "slot",
        "value",
        "speaker",
        "observed_at",
        "valid_from",
        "valid_to",
    )
    return {name: whole[name] for name in names}


def _boundary(ada: ScopedMemory, bob: ScopedMemory) -> dict[str, Any]:
    """Both ask for something private of Ada's and for something of the team's."""
    private = {name: person.search(PRIVATE, k=100) for name, person in (("ada", ada), ("bob", bob))}
    team = {name: person.current(SLOT) for name, person in (("ada", ada), ("bob", bob))}
    return {
        "question": PRIVATE,
        "ada": _hit(private["ada"][0]),
        "bob": _hit(private["bob"][0]),
        "bob_looked_through": len(private["bob"]),
        "bob_sees_of_ada": sum(hit.item.scope.to_json().get("user") == "ada" for hit in private["bob"]),
        "visible": {"ada": ada.stats().items, "bob": bob.stats().items},
        "team": {name: None if item is None else _item(item) for name, item in team.items()},
    }


def _superseded(ada: ScopedMemory) -> dict[str, Any]:
    """The slot that changed: its value now, and all it ever held."""
    found, took = _timed(partial(ada.current, SLOT))
    versions = [
        _item(change.item) | {"version": change.version, "known_from": change.at.isoformat()}
        for change in ada.history(slot=SLOT)
    ]
    return {
        "slot": SLOT,
        "current": None if found is None else _item(found),
        "ms": round(took, 2),
        "history": versions,
    }


def _past(ada: ScopedMemory) -> list[dict[str, Any]]:
    """The same question to both clocks."""
    asked: tuple[tuple[str, dict[str, Any]], ...] = (
        ("what did we believe last week, on Wednesday?", {"known_at": LAST_WEEK}),
        ("what did we believe on Saturday, when the pager rang?", {"known_at": SATURDAY}),
        ("and what was true on Saturday, by what we know today?", {"valid_at": SATURDAY}),
    )
    found = []
    for question, clocks in asked:
        hits, took = _timed(partial(ada.search, "server port", k=1, kinds=["fact"], **clocks))
        when = {name: moment.isoformat() for name, moment in clocks.items()}
        found.append({"question": question, **when, "ms": round(took, 1), "hit": _hit(hits[0])})
    return found


def _cost(ada: ScopedMemory, recall: list[dict[str, Any]]) -> dict[str, Any]:
    """Tokens of what an answer's prompt would carry, against those of the whole conversation that Ada can see."""
    model = cast(Counter, open_embedder(Setting("embedder", "minilm", "demo")))
    turns = ada.list(kinds=["episode"], limit=1_000).items
    everything = sum(model.count_tokens(_said(item.speaker, item.text)) for item in turns)
    each = [
        sum(model.count_tokens(_said(hit["speaker"], hit["text"])) for hit in one["hits"]) for one in recall
    ]
    return {
        "tokens_of_everything": everything,
        "turns_replayed": len(turns),
        "tokens_per_answer": round(statistics.mean(each)),
        "memories_per_answer": RECALLED,
        "ms_per_search": round(statistics.median(one["ms"] for one in recall), 1),
    }


def _said(speaker: str | None, text: str) -> str:
    """Return a memory as it would stand in a prompt."""
    return f"{speaker}: {text}" if speaker else text
