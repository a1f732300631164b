"""Runs: work whose steps, state and outcome are kept as they come, for whoever goes on with it or would try it again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from .. import checks
from ..errors import InvalidInput
from ..filters import Contains, Eq, Or, Range
from ..types import MemoryItem
from . import history
from .faces import everything, got
from .working import cut

_LONGEST_OUTCOME = 900  # characters; as JSON it must fit into the run's value
_LONGEST = 2_000  # characters of a name, and of what is told of how a run ended; the episode has all of it
_ENDED = "ended"  # the id of the message that tells how a run ended


@dataclass(frozen=True, slots=True)
class Trace:
    """A run as it was recorded: what came of it in short (None until it ends), its name, how it stands ("running", "done",
    "failed"), its steps and how it ended."""

    summary: str | None
    id: str
    name: str
    status: str
    steps: tuple[str, ...]
    outcome: str | None
    started: datetime
    state: Mapping[str, Any] = field(default_factory=dict)


class Runs:
    """The runs under the labels `scope`: their verbs once, as `async def`, over either face of the memory."""

    def __init__(self, memory: Any, scope: Sequence[str]) -> None:
        self._memory, self._scope = memory, scope

    async def begin(
        self, name: str, state: Mapping[str, Any] | None = None, *, run_id: str | None = None
    ) -> Trace:
        """Begin a run and return its trace; with the `run_id` of an unfinished one, go on with that."""
        name = checks.text(name, "name", _LONGEST)
        kept = _state(state)
        if run_id is not None:
            return await self._trace(await self._running(run_id, "begin a run of its own"))
        id = uuid.uuid4().hex[:12]
        value = {"id": id, "status": "running", "outcome": None}
        item = await got(
            self._memory.save(
                f"Run: {name}", kind="working", slot=f"run.{id}", value=value, tags=["run"], thread=_thread(id), scope=self._scope,
                metadata={"name": name, "state": kept},
            )
        )  # fmt: skip
        return await self._trace(item)

    async def record(self, run_id: str, text: str, state: Mapping[str, Any] | None = None) -> None:
        """Keep a step of a run as an episode, and what is needed to go on after it as the run's `state`.

        Raises `InvalidInput` where the run has ended.
        """
        step, kept = {"role": "event", "content": _worded(text)}, _state(state)
        item = await self._running(run_id, "begin another, or go on with one of unfinished()")
        if state is not None:
            metadata = {**item.metadata, "state": kept}
            await got(
                self._memory.update(
                    item.id, metadata=metadata, scope=self._scope, expected_version=item.version
                )
            )
        await got(self._memory.observe([step], thread=_thread(run_id), scope=self._scope))

    async def finish(
        self, run_id: str, status: Literal["done", "failed"], outcome: str | None = None
    ) -> Trace:
        """End a run: how it ended becomes searchable, beside its steps. Raises `InvalidInput` where it has ended already."""
        checks.choice(status, "status", ("done", "failed"))
        if not isinstance(outcome, str | None):
            raise InvalidInput("outcome", f"must be a string, not {type(outcome).__name__}")
        item = await self._running(run_id, "how it ended stays as it was told first")
        name = item.metadata["name"]
        told = f"Run {name!r} {'succeeded' if status == 'done' else 'failed'}"
        if outcome is not None:
            told += f": {outcome}"
            # An error's message may hold anything; the run must be able to end with it. The episode has all of it.
            outcome = cut(checks.cleaned(outcome), _LONGEST_OUTCOME)
        value = {**item.value, "status": status, "outcome": outcome}
        text = cut(checks.cleaned(told), _LONGEST)
        ended = await got(
            self._memory.update(
                item.id, text=text, value=value, scope=self._scope, expected_version=item.version
            )
        )
        event = {"role": "event", "id": _ENDED, "content": told}
        thread = _thread(run_id)
        await got(self._memory.observe([event], thread=thread, scope=self._scope))
        await got(self._memory.summarise(thread, scope=self._scope, background=True))
        return await self._trace(ended)

    async def unfinished(self) -> tuple[Trace, ...]:
        """Return the runs that began and did not end, the latest first, with their steps and state to go on from."""
        items = await everything(
            self._memory.list, where=Eq("value.status", "running"), kinds=["working"], tags=["run"], scope=self._scope
        )  # fmt: skip
        return tuple([await self._trace(item) for item in items])

    async def tried(self, what: str, *, k: int = 5) -> tuple[Trace, ...]:
        """Return the at most `k` (1..100) runs most like `what`, ended or not: have we tried this, and how did it end?

        Runs are found by their names, how they ended, and what their summaries say of their steps.
        """
        what = checks.text(what, "what")
        k = checks.count(k, "k", 1, 100)
        of_a_run = Or(Contains("tags", "run"), Range("metadata.summary_of", gte="run:", lt="run;"))
        hits = await got(  # a run and its summary are two memories
            self._memory.search(
                what, k=2 * k, kinds=["working", "episode"], where=of_a_run, scope=self._scope
            )
        )
        threads = dict.fromkeys(hit.item.thread or hit.item.metadata["summary_of"] for hit in hits)
        runs = [
            await got(self._memory.current(thread.replace("run:", "run.", 1), scope=self._scope))
            for thread in threads
        ]
        return tuple([await self._trace(item) for item in runs if item is not None][:k])

    async def _running(self, run_id: str, instead: str) -> MemoryItem:
        """Return the memory of a run that has not ended; where it has, say what to do `instead`."""
        item = await self._run(run_id)
        if item.value["status"] != "running":
            raise InvalidInput("run_id", f"{run_id!r:.40} has ended; {instead}")
        return item

    async def _run(self, run_id: str) -> MemoryItem:
        slot = f"run.{checks.name(run_id, 'run_id', 64)}"
        found: MemoryItem | None = await got(self._memory.current(slot, scope=self._scope))
        if found is None:
            raise InvalidInput(
                "run_id",
                f"{run_id!r:.40} is no run that is visible here; unfinished() lists those to go on with",
            )
        return found

    async def _trace(self, item: MemoryItem) -> Trace:
        episodes = await everything(
            self._memory.list, where=Eq("thread", item.thread), kinds=["episode"], sort="id", descending=False, scope=self._scope
        )  # fmt: skip
        steps = tuple(text for one, text in history.whole(episodes) if _ENDED not in one.source.message_ids)
        of_it = Eq("metadata.summary_of", item.thread)
        told = await got(
            self._memory.list(where=of_it, kinds=["episode"], tags=["summary"], limit=1, scope=self._scope)
        )
        return Trace(
            next((one.text for one in told.items), None), item.value["id"], item.metadata["name"], item.value["status"], steps, item.value["outcome"],
            item.valid_from or item.known_from or datetime.now(UTC), item.metadata["state"],
        )  # fmt: skip


def _thread(run_id: str) -> str:
    return f"run:{run_id}"


def _state(state: object) -> dict[str, Any]:
    """Return the state of a run as it is kept."""
    if not isinstance(state, Mapping | None):
        raise InvalidInput("state", f"must be a mapping, not {type(state).__name__}")
    kept: dict[str, Any] = checks.json_document(dict(state or {}), "state")
    return kept


def _worded(text: object) -> str:
    """Return the text of a step, which may be of any length."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("text", f"must say what was done, not {text!r:.40}")
    return text
