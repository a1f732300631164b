"""A session's verbs once, as `async def`, over either face of the memory; and what they answer with."""

from __future__ import annotations

import contextlib
import inspect
import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from .. import checks
from ..config import TokenCounter
from ..echo import Recalled
from ..engine.packing import MOST_TOKENS
from ..errors import (
    AccessDenied,
    Conflict,
    HoldfastError,
    IdempotencyConflict,
    InvalidInput,
    NotFound,
    PolicyViolation,
    VersionConflict,
)
from ..filters import And, Contains, Eq, In, Or, Range
from ..judgements import Observation
from ..memory import AsyncMemory, Memory
from ..receipts import Context, Receipt
from ..types import STATES, Kind, MemoryItem
from . import history
from .answers import yes_or_no
from .seen import HEADING, Changed, Seen
from .tools import KINDS, OWN, TOLD, TOOLS, refusal, shown

# How the budget of a step is split, in shares of its tokens: what one part leaves over, the recent turns may use.
SPLIT: Mapping[str, float] = {"memory": 0.5, "state": 0.15, "recent": 0.35}
# Under which labels a kind is saved, as far as the session holds them; without a row, under all of them.
PLACEMENT: Mapping[str, tuple[str, ...]] = {
    "preference": ("user",),
    "personal": ("user",),  # facts about the user
    "fact": ("project",),
    "procedure": ("project",),
}
_RECENT = 50  # turns looked at for the recent part
_FOLDED = "({} earlier turns of this conversation are not shown; search_memory finds them.)"
_LONGEST_OUTCOME = 900  # characters; as JSON it must fit into the run's value
_ENDED = "ended"  # the id of the message that tells how a run ended
_LONGEST = 2_000  # characters of a tool's result in a prompt; the episode has all of it


@dataclass(frozen=True, slots=True)
class Step:
    """What a step needs: the `memory` text within its budget, the `ids` and `receipt` behind it, the state, the recent turns.

    `recent` are messages, oldest first; `folded` counts the earlier ones of the thread that did not fit and are found by
    search. `changed` are memories the session was shown before and others have changed since; `memory` begins with a line for each.
    """

    input: str
    goal: str | None
    memory: str
    ids: tuple[str, ...]
    receipt: Receipt
    state: Mapping[str, Any]
    recent: tuple[Mapping[str, str], ...]
    folded: int
    changed: tuple[Changed, ...] = ()

    def messages(self, instructions: str = "") -> list[dict[str, str]]:
        """Return the whole list to send: instructions, memory, goal and state; the recent turns; the input."""
        given = [{"role": "system", "content": instructions}] if instructions else []
        return self.beside([*given, {"role": "user", "content": self.input}], recent=True)

    def beside(self, messages: Sequence[Any], *, recent: bool = False) -> list[Any]:
        """Return a list of your own as it is, with memory, goal and state at the end of its leading system message.

        That is made where there is none; with `recent` the thread's recent turns come after it.
        """
        parts = [self.memory]
        if self.goal:
            parts.append(f"Goal: {self.goal}")
        if self.state:
            parts.append("\n".join(["State:", *(_line(name, value) for name, value in self.state.items())]))
        if recent and self.folded and self.recent:
            parts.append(_FOLDED.format(self.folded))
        made = history.beside(messages, "\n\n".join(part for part in parts if part))
        at = len(made) - len(messages) + history.instructions(messages)
        return [*made[:at], *(dict(one) for one in self.recent if recent), *made[at:]]


@dataclass(frozen=True, slots=True)
class After:
    """What came of a step: the observation, and `questions` a user may be asked to confirm what waits for review or is old.

    `settled` are the memories that the questions of the step before were about, where the user's yes or no settled them.
    """

    observation: Observation
    questions: tuple[str, ...]
    settled: tuple[MemoryItem, ...] = ()


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


def _mounted(context: Context) -> list[str]:
    """Return the ids of what a context shows from mounted stores."""
    return [row.id for row in context.receipt.rows if row.origin is not None and row.id in context.ids]


def _line(name: str, value: Any) -> str:
    """Return a name of the state as a prompt shows it."""
    return f"- {name}: {json.dumps(value, ensure_ascii=False)}"


def _asks(episodes: Sequence[MemoryItem], pending: Sequence[str]) -> bool:
    """Whether the agent's latest words ask the user something, other than whether it may remember what is pending."""
    told = next((one.text for one in reversed(episodes) if one.source.role == "assistant"), "")
    return told.rstrip().endswith("?") and not any(text.rstrip(". ") in told for text in pending)


async def got(result: Any) -> Any:
    """Return what a verb of either face returned."""
    return await result if inspect.isawaitable(result) else result


def _message(item: MemoryItem) -> dict[str, str]:
    """Return an episode as a message: what is no user's or agent's own words says who told it, long ones shortened."""
    role = item.source.role or "user"
    if role in ("user", "assistant"):
        return {"role": role, "content": item.text}
    text = (
        item.text
        if len(item.text) <= _LONGEST
        else f"{item.text[:_LONGEST]} ... ({len(item.text):,} characters in memory)"
    )
    return {"role": "user", "content": f"[{role} {item.speaker or ''}] {text}".replace(" ]", "]")}


def _cut(text: str, limit: int) -> str:
    """Return a text of at most `limit` characters, cut between words: half a key is not known for one, and would be kept."""
    if len(text) <= limit:
        return text
    at = max(text.rfind(" ", 0, limit + 1), text.rfind("\n", 0, limit + 1))
    return text[: max(at, 0)].rstrip()


class Core:
    """A session's verbs once, as `async def`, over either face of the memory."""

    def __init__(
        self,
        memory: Memory | AsyncMemory,
        thread: str,
        labels: Mapping[str, str | Sequence[str]],
        actor: str | None,
        placement: Mapping[str, Sequence[str]],
        state_scope: Sequence[str] | None,
        count: Callable[[str], int] | None,
    ) -> None:
        if "session" in labels:
            raise InvalidInput(
                "session", "is the label of the session itself; name the conversation with thread="
            )
        self.thread, self.names = thread, tuple(labels)
        self.memory = memory.scoped(actor=actor, **{**labels, "session": thread})
        self.scope: Sequence[str] = self.names or ("session",)
        self.state_scope: Sequence[str] = tuple(state_scope) if state_scope else (*self.names, "session")
        wanted = {kind: checks.many(names, f"placement[{kind!r:.40}]") for kind, names in placement.items()}
        held = {kind: tuple(name for name in names if name in labels) for kind, names in wanted.items()}
        self.placement = {kind: names for kind, names in held.items() if names}
        self.asked: list[str] = []  # what the latest questions are about: ids, until the user speaks again
        self.aged: dict[
            str, str
        ] = {}  # ages of the memories shown that are to be confirmed, until one is asked about
        self.renewed: set[str] = set()  # those asked about in this session
        self.shown: list[str] = []  # texts of the memories of the latest steps
        self.used: tuple[str, ...] = ()  # ids of those of the last one
        self.seen = Seen(self.memory)
        self.count = TokenCounter(count)

    # -- the loop ------------------------------------------------------------------------------------------------

    async def before_step(
        self, input: str, goal: str | None = None, *, budget: int = 2_048, keep: bool = False
    ) -> Step:
        """Return what to send for an input within about `budget` tokens, split as `SPLIT` says; see `Step.messages`.

        Instructions come on top; an input and a goal are sent whole, whatever they take. A `goal` given once holds for later
        steps until `close_goal`; where nothing is remembered of the input, what is remembered of the goal is sent. Of an input its first 20,000 characters are searched for.
        With `keep` the receipt of what was recalled is kept: `recalls` lists it, and `explain` and `why_not` take its id.
        """
        budget = checks.count(budget, "budget", 0, MOST_TOKENS)
        if goal is not None:
            await self.set_state("goal", goal)
        state = await self.all_state()
        goal = state.pop("goal", None)
        left = max(0, budget - (self.count(f"Goal: {goal}") if goal else 0))
        share = min(left, int(budget * SPLIT["memory"]))
        changed = await self.seen.changed()
        news, spent = self._news(changed, share)
        left, share = left - spent, share - spent
        context = await self._remembered(input, share, keep)
        if (
            not context.ids and goal
        ):  # asked apart: words of a goal in the question would hide what answers the input
            context = await self._remembered(goal, share, keep)
        mounted = _mounted(context)
        if context.ids:
            found = await got(
                self.memory.list(where={"in": {"id": list(context.ids)}}, limit=len(context.ids))
            )
            self._showing(found.items, [await got(self.memory.get(id)) for id in mounted])
        # What is mounted is confirmed where it is kept.
        aged = {id: age for id, age in context.aged.items() if id not in mounted}
        self.used, self.aged = context.ids, aged
        left -= context.tokens
        state, spent = self._fitting(state, min(left, int(budget * SPLIT["state"])))
        left -= spent + self.count(input) + self.count(_FOLDED.format(_RECENT))
        recent, folded = await self._recent(max(0, min(left, int(budget * (1 - SPLIT["memory"])))))
        memory = "\n\n".join(part for part in (news, context.text) if part)
        return Step(input, goal, memory, context.ids, context.receipt, state, recent, folded, changed)

    def _showing(self, items: Iterable[MemoryItem], mounted: Iterable[MemoryItem] = ()) -> None:
        """Remember what the session is shown, so that it is not taken for news, and changes of it are; of what is `mounted` no
        changes are told."""
        listed = list(items)
        self.shown = [*self.shown, *(item.text for item in (*listed, *mounted))][-200:]
        self.seen.show(listed)

    def _news(self, changed: Sequence[Changed], budget: int) -> tuple[str, int]:
        """Return the lines on what others have changed, as many as fit, the latest first to stay, and the tokens they take."""
        lines: list[str] = []
        spent = self.count(HEADING + "\n\n")
        for one in reversed(changed):
            cost = self.count(f"{one}\n")
            if spent + cost > budget:
                break
            lines, spent = [str(one), *lines], spent + cost
        return ("\n".join([HEADING, *lines]), spent) if lines else ("", 0)

    async def _remembered(self, query: str, budget: int, keep: bool) -> Context:
        """Return what is worth remembering for a query; the state is sent by itself."""
        kinds: tuple[Kind, ...] = ("fact", "preference", "procedure", "episode")
        text = checks.cleaned(query)[: checks.MAX_TEXT]
        found: Context = await got(self.memory.context(text, budget=budget, kinds=kinds, keep=keep))
        return found

    def _fitting(self, state: Mapping[str, Any], budget: int) -> tuple[dict[str, Any], int]:
        """Return what of the state fits, in order of its names, and the tokens it takes."""
        fits: dict[str, Any] = {}
        spent = heading = self.count("State:\n")
        for name, value in state.items():
            cost = self.count(_line(name, value) + "\n")
            if spent + cost <= budget:
                fits[name], spent = value, spent + cost
        return fits, spent if spent > heading else 0

    async def _recent(self, budget: int) -> tuple[tuple[Mapping[str, str], ...], int]:
        """Return the latest turns of the thread that fit, oldest first, and how many do not."""
        page = await got(
            self.memory.list(
                where=Eq("thread", self.thread),
                kinds=["episode"],
                sort="observed_at",
                limit=_RECENT,
                scope=self.scope,
            )
        )
        turns = sorted(page.items, key=lambda item: (item.observed_at, item.id), reverse=True)
        kept: list[Mapping[str, str]] = []
        for item in turns:
            message = _message(item)
            cost = self.count(message["content"]) + 4
            if cost > budget:
                break
            kept, budget = [message, *kept], budget - cost
        return tuple(kept), len(turns) - len(kept)

    async def after_step(
        self, messages: Sequence[Any] | Mapping[str, Any] | str, outcome: str | None = None
    ) -> After:
        """Keep what was said and done in a step, and what the rules read out of it; a language model reads it later.

        `outcome` ("deployed", "failed: no disk") is kept as an episode of its own. `questions` ask to confirm what waits for
        review; where nothing does, a memory that the step was shown although it has outlived its attribute, each once a session. A yes or no
        that is all the user says next settles them, unless the agent's reply ended with a question of its own; `confirm`
        settles one at any time. What `before_step` showed counts as used, and decays later.
        """
        listed = [messages] if isinstance(messages, str | Mapping) else list(messages)
        settled = await self._answered(listed)
        if outcome is not None:
            listed.append({"role": "event", "content": f"Outcome: {outcome}"})
        seen = await got(
            self.memory.observe(
                listed,
                thread=self.thread,
                scope=self.scope,
                placement=self.placement,
                recalled=self.shown,
                used=self.used,
                background=True,
            )
        )
        self.used = ()
        self.seen.wrote([*seen.episodes, *(one.item for one in seen.judgements)])
        waiting = [one.item for one in seen.of("pending") if one.item is not None]
        old = [] if waiting or self.asked else await self._to_confirm(seen)
        self.asked += [item.id for item in (*waiting, *old)]
        if _asks(seen.episodes, [item.text for item in (*waiting, *old)]):
            self.asked = []
        questions = (
            *(f'May I remember this: "{item.text}"? ({item.id})' for item in waiting),
            *(f'Is this still so, {self.aged[item.id]}: "{item.text}"? ({item.id})' for item in old),
        )
        return After(seen, questions, settled)

    async def _to_confirm(self, seen: Observation) -> list[MemoryItem]:
        """Return the one memory that the step was shown and that is to be confirmed, if the step itself said nothing of it."""
        told = {id for one in seen.judgements for id in (*one.ids, *([one.item.id] if one.item else ()))}
        ids = [id for id in self.aged if id not in told | self.renewed]
        page = await got(self.memory.list(where=In("id", tuple(ids)), limit=len(ids))) if ids else ()
        old = sorted(page, key=lambda item: ids.index(item.id))[:1]
        self.renewed |= {item.id for item in old}
        return old

    async def _answered(self, messages: Sequence[Any]) -> tuple[MemoryItem, ...]:
        """Settle the latest questions by what the user says first in a step, where that is a yes or no; return what was asked."""
        from ..extract import normalise  # with the rules, which a program that keeps nothing need not load

        said = [one.text for one in normalise(messages) if one.role == "user" and one.text.strip()]
        if not said or not self.asked:
            return ()
        asked, self.asked = self.asked, []
        word, settled = yes_or_no(said[0]), []
        for id in asked if word is not None else ():
            # It was settled elsewhere, or is not this user's to settle; what was said is kept all the same.
            with contextlib.suppress(NotFound, AccessDenied, PolicyViolation, Conflict, InvalidInput):
                settled.append(await self.confirm(id, bool(word)))
        return tuple(settled)

    async def prepared(self, messages: Sequence[Any], budget: int) -> list[Any]:
        """Return a caller's messages to send: as they are, beside what is remembered; alone, after the recent turns too."""
        said = history.read(messages)
        step = await self.before_step(history.latest(said), budget=budget)
        return step.beside(messages, recent=len(said) == 1)

    async def heard(self, messages: Sequence[Any], reply: Any) -> After:
        """Keep what of a caller's messages and the reply (None: none came) the thread does not hold yet."""
        whole = history.read(messages, reply)
        said = [one for one in whole if one.place < len(messages)]
        page = await got(
            self.memory.list(
                where=And(Eq("thread", self.thread), In("state", STATES)), kinds=["episode"], sort="id",
                limit=min(1_000, 2 * len(said) + _RECENT), scope=self.scope,
            )
        )  # fmt: skip
        kept = page.items[::-1]
        # Who passes no history passes a new turn, whatever it says; but not what a call without a reply left last.
        fresh = history.news(said, kept if len(said) > 1 else kept[-1:]) + whole[len(said) :]
        return await self.after_step(fresh) if fresh else After(Observation((), ()), ())

    async def end(self) -> MemoryItem | None:
        """Say that the conversation has ended, and return its one summary, or None where nothing was said in it.

        It may go on and end again: the summary then is told anew, as its next version. With a language model, that tells it
        better in the background.
        """
        kept: MemoryItem | None = await got(
            self.memory.summarise(self.thread, scope=self.scope, background=True)
        )
        return kept

    async def confirm(self, id: str, yes: bool) -> MemoryItem:
        """Settle a question of `after_step`: what waits for review is kept, or stays out; what is old is seen again, or ends now."""
        page = await got(
            self.memory.list(where=And(Eq("id", id), In("state", ("pending", "active"))), limit=1)
        )
        item = next(iter(page.items), None)
        found: MemoryItem
        if item is None or item.state == "pending":
            scope = self.scope if item is None else tuple(item.scope.names)
            found = (await got(self.memory.review(id, approve=yes, scope=scope))).items[0]
        elif yes:
            found = await got(
                self.memory.save(
                    item.text, kind=item.kind, slot=item.slot, value=item.value, scope=item.scope
                )
            )
        else:
            found = await got(
                self.memory.update(
                    id,
                    valid_to=datetime.now(UTC),
                    scope=item.scope,
                    expected_version=item.version,
                    reason="no longer so, says the user",
                )
            )
        self.seen.wrote([found])
        return found

    # -- state ---------------------------------------------------------------------------------------------------

    async def all_state(self) -> dict[str, Any]:
        """Return the session's state: every name with its value, in order of names."""
        page = await got(
            self.memory.list(kinds=["working"], tags=["state"], limit=200, scope=self.state_scope)
        )
        return {
            item.metadata["name"]: item.metadata["value"]
            for item in sorted(page.items, key=lambda one: str(one.slot))
        }

    async def state_item(self, name: str) -> MemoryItem | None:
        """Return the memory that holds a name of the state, with its version, or None."""
        found: MemoryItem | None = await got(self.memory.current(f"state.{name}", scope=self.state_scope))
        return found

    async def set_state(self, name: str, value: Any, *, expected_version: int | None = None) -> MemoryItem:
        """Set a name of the state to any JSON value of at most 16,000 characters and return its memory.

        `expected_version` is what `state_item(name).version` was when you looked, or 0 if there was none: raises
        `VersionConflict` with the current item if another has changed it since.
        """
        value = checks.metadata({"value": value})["value"]
        text = f"{name}: {json.dumps(value, ensure_ascii=False)}"
        fields: dict[str, Any] = {"text": text, "value": _cut(text, 200)}
        kept = {"name": name, "value": value}
        tries = itertools.count()
        while (held := await self.state_item(name)) is None:
            if expected_version:
                raise InvalidInput(
                    "expected_version", f"nothing holds {name!r} in the state by now; pass 0 to set it anew"
                )
            # Of those that find nothing there, one makes it: the others meet its key, and find what it made.
            slot = checks.slot(f"state.{name}")
            with contextlib.suppress(IdempotencyConflict):
                made: MemoryItem = await got(
                    self.memory.save(
                        **fields, metadata={**kept, "made": uuid.uuid4().hex}, kind="working", slot=slot, tags=["state"],
                        scope=self.state_scope, idempotency_key=f"{slot}#{next(tries)}",
                    )
                )  # fmt: skip
                return made
        if expected_version == 0:
            raise VersionConflict(0, held)
        changed: MemoryItem = await got(
            self.memory.update(
                held.id, **fields, metadata=kept, scope=self.state_scope, expected_version=expected_version
            )
        )
        return changed

    async def drop_state(self, name: str) -> None:
        """Take a name out of the state; it stays in its history."""
        held = await self.state_item(name)
        if held is not None:
            await got(self.memory.delete(held.id, scope=self.state_scope))

    async def close_goal(self) -> None:
        """End the goal that `before_step` was given."""
        await self.drop_state("goal")

    # -- tools ---------------------------------------------------------------------------------------------------

    async def call(self, name: str, arguments: object) -> dict[str, Any]:
        """Run a tool that the model called and return a JSON object for it: the result, or an `error` it can act on.

        `arguments` are a mapping or the JSON of one; whatever else a model sends is answered with an `error`.
        """
        try:
            given: object = json.loads(arguments) if isinstance(arguments, str) else arguments
            if not isinstance(given, Mapping) or name not in TOOLS:
                raise InvalidInput(
                    "tool", f"{name!r:.60} with an object of arguments; the tools are {', '.join(TOOLS)}"
                )
            unknown = set(given) - set(TOOLS[name][1])
            if unknown:
                raise InvalidInput("arguments", f"{name} takes no {sorted(unknown)[0]!r:.60}")
            return await self._tool(name, {key: value for key, value in given.items() if value is not None})
        except HoldfastError as error:
            return refusal(error)
        except KeyError as error:
            return {"error": "InvalidInput", "message": f"{name} needs {error}"}
        except (TypeError, ValueError, RecursionError) as error:
            return {"error": "InvalidInput", "message": f"{name!r:.60}: {type(error).__name__}: {error}"}

    async def _tool(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        scope = given.pop("scope", None)
        if scope is not None and scope not in self.names:
            raise InvalidInput("scope", f"must be one of {', '.join(self.names)}")
        if "kind" in given:
            checks.choice(given["kind"], "kind", KINDS)
        labels = None if scope is None else (scope,)
        if name == "search_memory":
            hits = await got(
                self.memory.search(given["query"], k=given.get("k", 5), kinds=TOLD, scope=labels)
            )
            own, mounted = (
                [hit.item for hit in hits if (hit.origin is None) is here] for here in (True, False)
            )
            self._showing(own, mounted)
            return {"memories": [shown(hit.item, hit.origin) for hit in hits]}
        if name == "list_memories":
            kinds = [given["kind"]] if "kind" in given else TOLD
            page = await got(self.memory.list(kinds=kinds, limit=given.get("limit", 20), scope=labels))
            self.seen.show(page.items)
            return {"memories": [shown(item) for item in page.items]}
        if name == "save_memory":
            kind, slot = given.get("kind", "fact"), checks.slot(given.get("slot"))
            if slot is not None and slot.startswith(OWN):
                raise InvalidInput("slot", f"{slot!r:.60} is not for tools; use another name")
            where = labels or self.placement.get(kind) or self.scope
            if slot is None and (known := await self._shown_already(given["text"], labels)):
                return {"known": shown(known)}
            source = {"role": "assistant", "trust": "model"}
            saved = await got(
                self.memory.save(
                    given["text"], kind=kind, scope=where, source=source, **_only(given, "slot", "value")
                )
            )
            self.seen.wrote([saved])
            return {"saved": shown(saved)}
        item = await got(self.memory.get(given["id"]))
        if item.kind == "working":
            raise InvalidInput("id", "is of the session's state or a run, which no tool changes")
        where = tuple(item.scope.names)
        if name == "delete_memory":
            gone = await got(self.memory.delete(item.id, expected_version=given["version"], scope=where))
            self.seen.wrote([gone])
            return {"deleted": shown(gone)}
        changed = await got(
            self.memory.update(
                item.id,
                expected_version=given["version"],
                scope=where,
                changed_at=datetime.now(UTC),
                **_only(given, "text", "value"),
            )
        )
        self.seen.wrote([changed])
        return {"updated": shown(changed)}

    async def _shown_already(self, text: str, labels: Sequence[str] | None) -> MemoryItem | None:
        """Return the memory that the session was shown and this text only says again, or None."""
        if not Recalled(self.shown).adds_nothing(text):
            return None
        hits = await got(self.memory.search(text, k=5, kinds=TOLD, scope=labels))
        return next((hit.item for hit in hits if Recalled([hit.text]).adds_nothing(text)), None)

    # -- runs ----------------------------------------------------------------------------------------------------

    async def begin(
        self, name: str, state: Mapping[str, Any] | None = None, *, run_id: str | None = None
    ) -> Trace:
        """Begin a run and return its trace; with the `run_id` of an unfinished one, go on with that."""
        if run_id is not None:
            item = await self._run(run_id)
            if item.value["status"] != "running":
                raise InvalidInput("run_id", f"{run_id!r:.40} has ended; begin a run of its own")
            return await self._trace(item)
        id = uuid.uuid4().hex[:12]
        value = {"id": id, "status": "running", "outcome": None}
        item = await got(
            self.memory.save(
                f"Run: {name}", kind="working", slot=f"run.{id}", value=value, tags=["run"], thread=f"run:{id}", scope=self.scope,
                metadata={"name": name, "state": dict(state or {})},
            )
        )  # fmt: skip
        return await self._trace(item)

    async def record(self, run_id: str, text: str, state: Mapping[str, Any] | None = None) -> None:
        """Keep a step of a run as an episode, and what is needed to go on after it as the run's `state`."""
        item = await self._run(run_id)
        if state is not None:
            metadata = {**item.metadata, "state": dict(state)}
            await got(
                self.memory.update(
                    item.id, metadata=metadata, scope=self.scope, expected_version=item.version
                )
            )
        step = {"role": "event", "content": text}
        await got(self.memory.observe([step], thread=f"run:{run_id}", scope=self.scope))

    async def finish(
        self, run_id: str, status: Literal["done", "failed"], outcome: str | None = None
    ) -> Trace:
        """End a run: how it ended becomes searchable, beside its steps."""
        item = await self._run(run_id)
        name = item.metadata["name"]
        told = f"Run {name!r} {'succeeded' if status == 'done' else 'failed'}"
        if outcome is not None:
            told += f": {outcome}"
            # An error's message may hold anything; the run must be able to end with it. The episode has all of it.
            outcome = _cut(checks.cleaned(outcome), _LONGEST_OUTCOME)
        value = {**item.value, "status": status, "outcome": outcome}
        text = _cut(checks.cleaned(told), _LONGEST)
        ended = await got(
            self.memory.update(
                item.id, text=text, value=value, scope=self.scope, expected_version=item.version
            )
        )
        event = {"role": "event", "id": _ENDED, "content": told}
        thread = f"run:{run_id}"
        await got(self.memory.observe([event], thread=thread, scope=self.scope))
        await got(self.memory.summarise(thread, scope=self.scope, background=True))
        return await self._trace(ended)

    async def unfinished(self) -> tuple[Trace, ...]:
        """Return the runs that began and did not end, the latest first, with their steps and state to go on from."""
        page = await got(
            self.memory.list(
                where=Eq("value.status", "running"),
                kinds=["working"],
                tags=["run"],
                limit=100,
                scope=self.scope,
            )
        )
        return tuple([await self._trace(item) for item in page.items])

    async def tried(self, what: str, *, k: int = 5) -> tuple[Trace, ...]:
        """Return the at most `k` (1..100) runs most like `what`, ended or not: have we tried this, and how did it end?

        Runs are found by their names, how they ended, and what their summaries say of their steps.
        """
        checks.count(k, "k", 1, 100)
        of_a_run = Or(Contains("tags", "run"), Range("metadata.summary_of", gte="run:", lt="run;"))
        hits = await got(  # a run and its summary are two memories
            self.memory.search(what, k=2 * k, kinds=["working", "episode"], where=of_a_run, scope=self.scope)
        )
        threads = dict.fromkeys(hit.item.thread or hit.item.metadata["summary_of"] for hit in hits)
        runs = [
            await got(self.memory.current(thread.replace("run:", "run.", 1), scope=self.scope))
            for thread in threads
        ]
        return tuple([await self._trace(item) for item in runs if item is not None][:k])

    async def _run(self, run_id: str) -> MemoryItem:
        found: MemoryItem | None = await got(self.memory.current(f"run.{run_id}", scope=self.scope))
        if found is None:
            raise InvalidInput(
                "run_id",
                f"{run_id!r:.40} is no run that is visible here; unfinished() lists those to go on with",
            )
        return found

    async def _trace(self, item: MemoryItem) -> Trace:
        page = await got(
            self.memory.list(
                where=Eq("thread", item.thread),
                kinds=["episode"],
                sort="id",
                descending=False,
                limit=1_000,
                scope=self.scope,
            )
        )
        steps = tuple(one.text for one in page.items if _ENDED not in one.source.message_ids)
        of_it = Eq("metadata.summary_of", item.thread)
        told = await got(
            self.memory.list(where=of_it, kinds=["episode"], tags=["summary"], limit=1, scope=self.scope)
        )
        return Trace(
            next((one.text for one in told.items), None), item.value["id"], item.metadata["name"], item.value["status"], steps, item.value["outcome"],
            item.valid_from or item.known_from or datetime.now(UTC), item.metadata["state"],
        )  # fmt: skip


def _only(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
