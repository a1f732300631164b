"""A session's verbs once, as `async def`, over either face of the memory; and what they answer with."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .. import checks, redact
from ..attributes import attribute
from ..config import TokenCounter
from ..echo import Recalled, telling
from ..engine.observe import LONGEST_KEY
from ..engine.packing import MOST_TOKENS
from ..errors import (
    AccessDenied,
    Conflict,
    HoldfastError,
    InvalidInput,
    NotFound,
    PolicyViolation,
)
from ..filters import And, Eq, Filter, In, Or, parse
from ..judgements import Observation
from ..memory import AsyncMemory, Memory
from ..receipts import Context, Receipt
from ..types import Kind, MemoryItem
from . import history
from .answers import yes_or_no
from .faces import everything, got
from .runs import Runs
from .seen import HEADING, Changed, Seen
from .tools import BY_MODEL, NOW, OWN, TOLD, TOOLS, Telling, arguments_of, shown_in
from .turns import Turns
from .unsaid import Unsaid
from .working import Working, digest

if TYPE_CHECKING:
    from ..extract import Message

# How the budget of a step is split, in shares of its tokens: what one part leaves over, the recent turns may use.
SPLIT: Mapping[str, float] = {"memory": 0.5, "state": 0.15, "recent": 0.35}
# Under which labels a kind is saved, as far as the session holds them; without a row, under all of them.
PLACEMENT: Mapping[str, tuple[str, ...]] = {
    "preference": ("user",),
    "personal": ("user",),  # facts about the user
    "fact": ("project",),
    "procedure": ("project",),
}
# What a step is told whatever it is about: how to work, how replies should be, who the user is. Not by what a tool found:
# whoever writes a page that is read once would give orders to every step of a project.
ALWAYS: Filter = And(
    In("source.trust", ("user", "model")),
    Or(
        Eq("kind", "procedure"),
        Eq("entity", "replies"),
        And(
            Eq("entity", "user"),
            In(
                "attribute",
                (
                    "name", "goes_by", "pronouns", "speaks", "timezone", "residence", "occupation", "diet", "allergy", "avoids", "prefers",
                ),
            ),
        ),
    ),
)  # fmt: skip
_MOST_OPEN = 100  # questions kept
_MOST_STEPS = 32  # steps that are known again by their keys, the latest
_MOST_REFUSED = 100  # memories that were kept out, the latest
_MAY = 'May I remember this: "{}"?'
# An agent puts that in words of its own.
_MAY_I = r"\b(?:may|can|could|should|shall|would|is it (?:ok|okay|fine|alright)|all right|want me|like me)\b.*\b(?:remember|keep (?:that|this|it) in (?:mind|memory))\b"
_LEFT_OUT = "- {}: (too long to be shown here)"
_FOLDED = "({} earlier turns of this conversation are not shown; search_memory finds them.)"


@dataclass(frozen=True, slots=True)
class Step:
    """What a step needs: the `memory` text within its budget, the `ids` and `receipt` behind it, the state, the recent turns.

    `recent` are messages, oldest first; `folded` counts the earlier ones of the thread that did not fit and are found by
    search. `omitted` are names of the state whose values did not fit. `changed` are memories the session was shown before and others have changed since; `memory` begins with a line for each.
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
    omitted: tuple[str, ...] = ()

    def messages(self, instructions: str = "") -> list[dict[str, str]]:
        """Return the whole list to send: instructions, memory, goal and state; the recent turns; the input."""
        given = [{"role": "system", "content": instructions}] if instructions else []
        return self.beside([*given, {"role": "user", "content": self.input}], recent=True)

    def beside(self, messages: Sequence[Any], *, recent: bool = False) -> list[Any]:
        """Return a list of your own as it is, with memory, goal and state at the end of its leading system message.

        That is made where there is none; with `recent` the thread's recent turns come after it.
        """
        messages = history.listed(messages)
        folded = _FOLDED.format(self.folded) if recent and self.folded and self.recent else ""
        made = history.beside(messages, _told(self.memory, self.goal, self.state, self.omitted, folded))
        at = len(made) - len(messages) + history.instructions(messages)
        return [*made[:at], *(dict(one) for one in self.recent if recent), *made[at:]]


@dataclass(frozen=True, slots=True)
class After:
    """What came of a step: the observation, and `questions` a user may be asked to confirm what waits for review or is old.

    `asked` are the memories that these are about. `settled` are those that the questions of the step before were about,
    where the user's yes or no settled them.
    """

    observation: Observation
    questions: tuple[str, ...]
    settled: tuple[MemoryItem, ...] = ()
    asked: tuple[MemoryItem, ...] = ()


def _mounted(context: Context) -> list[str]:
    """Return the ids of what a context shows from mounted stores."""
    origins = {row.id: row.origin for row in context.receipt.rows}
    origins |= context.receipt.budget.get("always", {})
    return [id for id in context.ids if origins.get(id) is not None]


def _line(name: str, value: Any) -> str:
    """Return a name of the state as a prompt shows it."""
    return f"- {name}: {json.dumps(value, ensure_ascii=False)}"


def _told(
    memory: str, goal: str | None, state: Mapping[str, Any], omitted: Sequence[str], folded: str = ""
) -> str:
    """Return what a prompt is told beside its messages."""
    lines = [
        *(_line(name, value) for name, value in state.items()),
        *(_LEFT_OUT.format(one) for one in omitted),
    ]
    lines = ["State:", *lines] if lines else []
    parts = (memory, f"Goal: {goal}" if goal else "", "\n".join(lines), folded)
    return "\n\n".join(part for part in parts if part)


def _goal(kept: object) -> str | None:
    """Return the goal as it stands in the state, where any JSON value may have been put."""
    return kept if isinstance(kept, str | None) else json.dumps(kept, ensure_ascii=False)


def _said(text: object, field: str, besides: str) -> None:
    """Refuse what is no text, or an empty one; it may be of any length."""
    if not isinstance(text, str):
        raise InvalidInput(field, f"must be a string, not {type(text).__name__}")
    if not text.strip():
        raise InvalidInput(field, f"is empty; give it some text ({besides})")


def _sensitive(text: str) -> bool:
    """Whether a text speaks of what waits for a person's word unless the policy says otherwise."""
    return bool(redact.redact(text, redact.POLICY, redact.heeded(redact.POLICY, "review")).findings)


def _withheld(text: str) -> bool:
    """Whether a user says of a text that it is not to be remembered."""
    from ..extract import read

    return any(one.action == "withhold" for one in read(text, now=datetime.now(UTC)))


def _asks(told: str, pending: Sequence[str]) -> bool:
    """Whether the agent's latest words ask the user something, other than whether it may remember what is pending."""
    if not told.rstrip().endswith("?") or any(text.rstrip(". ") in told for text in pending):
        return False
    last = re.split(r"(?<=[.!?])\s+|\n", told.strip())[-1]
    return not (pending and re.search(_MAY_I, last, re.IGNORECASE))


class Core:
    """A session's verbs once, as `async def`, over either face of the memory."""

    def __init__(
        self,
        memory: Memory | AsyncMemory,
        thread: str,
        labels: Mapping[str, str | Sequence[str]],
        actor: str | None,
        timezone: str | None,
        placement: Mapping[str, Sequence[str]],
        always: Filter | Mapping[str, Any] | None,
        state_scope: Sequence[str] | None,
        count: Callable[[str], int] | None,
    ) -> None:
        if "session" in labels:
            raise InvalidInput(
                "session", "is the label of the session itself; name the conversation with thread="
            )
        self.thread = checks.name(thread, "thread")
        self.telling = Telling.of(timezone or memory.timezone)
        self.memory = memory.scoped(actor=actor, timezone=timezone, **{**labels, "session": thread})
        # What is written goes under one id of each label; of a label with several, the memories are seen.
        self.names = tuple(name for name, ids in labels.items() if isinstance(ids, str) or len(ids) == 1)
        self.ids = {name: ids if isinstance(ids, str) else ids[0] for name, ids in labels.items()}
        self.scope: Sequence[str] = self.names or ("session",)
        self.always = None if always is None else parse(always)
        self.turns = Turns(self.memory, thread, self.scope)
        self.working = Working(self.memory, self._sharing(state_scope))
        self.runs = Runs(self.memory, self.scope)
        if not isinstance(placement, Mapping):
            raise InvalidInput(
                "placement", f"maps kinds to label names, and is no {type(placement).__name__}"
            )
        wanted = {kind: checks.many(names, f"placement[{kind!r:.40}]") for kind, names in placement.items()}
        held = {kind: tuple(name for name in names if name in self.names) for kind, names in wanted.items()}
        self.placement = {kind: names for kind, names in held.items() if names}
        self.own = Working(
            self.memory, (*self.names, "session"), "session"
        )  # what is no state of the agent's
        self.asked: list[str] = []  # what the latest questions are about: ids, until the user speaks again
        self.asking: dict[str, str] = {}  # what they say
        self.aged: dict[
            str, str
        ] = {}  # ages of the memories shown that are to be confirmed, until one is asked about
        self.held: dict[
            str, MemoryItem
        ] = {}  # what tools saved that waits for review, until the user is asked
        self.renewed: set[str] = set()  # those asked about in this session
        self.shown: list[str] = []  # texts of the memories of the latest steps
        self.used: tuple[str, ...] = ()  # ids of those of the last one
        self.seen = Seen(self.memory)
        self.unsaid = Unsaid()
        self.count = TokenCounter(count)

    def _sharing(self, state_scope: Sequence[str] | None) -> Sequence[str]:
        """Return the labels of the state: its own, or those it is shared under."""
        if state_scope is None:
            return (*self.names, "session")
        shared = checks.many(state_scope, "state_scope")
        if not shared or not set(shared) <= {*self.names, "session"}:
            raise InvalidInput(
                "state_scope",
                f"must name labels of the session, any of {', '.join((*self.names, 'session'))}",
            )
        return shared

    # -- the loop ------------------------------------------------------------------------------------------------

    async def before_step(
        self, input: str, goal: str | None = None, *, budget: int = 2_048, keep: bool = False
    ) -> Step:
        """Return what to send for an input within about `budget` tokens, split as `SPLIT` says; see `Step.messages`.

        Instructions come on top; an input and a goal are sent whole, whatever they take. A `goal` given once holds for later
        steps until `close_goal`; where nothing is remembered of the input, what is remembered of the goal is sent. Of an input its first 20,000 characters are searched for.
        With `keep` the receipt of what was recalled is kept: `recalls` lists it, and `explain` and `why_not` take its id. It tells
        the input: of one that is not to be remembered, or is sensitive, none is kept.
        """
        budget = checks.count(budget, "budget", 0, MOST_TOKENS)
        _said(input, "input", "it is what the step is about")
        if goal is not None:
            _said(goal, "goal", "close_goal() ends one")
        state = await self.working.all_state()
        held = state.pop("goal", None)
        if goal is not None and goal != held:
            held = (await self.working.set_state("goal", goal)).metadata["value"]
        goal = _goal(held)
        keep = keep and not (_sensitive(input) or _withheld(input))
        left = max(0, budget - (self.count(f"Goal: {goal}") if goal else 0))
        share = min(left, int(budget * SPLIT["memory"]))
        changed = await self.seen.changed()
        if self.seen.turned:
            self.turns.recount()
        news, spent = self._news(changed, share)
        left, share = left - spent, share - spent
        context = await self._remembered(input, share, keep)
        if goal and not context.receipt.budget.get("fits"):
            # Asked apart: words of a goal in the question would hide what answers the input.
            of_goal = await self._remembered(goal, share, keep)
            if of_goal.receipt.budget.get("fits") or not self._found(context):
                context = of_goal
        mounted = _mounted(context)
        if context.ids:
            found = await got(
                self.memory.list(where={"in": {"id": list(context.ids)}}, limit=len(context.ids))
            )
            self._showing(found.items, [await got(self.memory.get(id)) for id in mounted])
        # What is mounted is confirmed where it is kept.
        aged = {id: age for id, age in context.aged.items() if id not in mounted}
        self.used, self.aged = self._found(context), aged
        left -= context.tokens
        state, omitted, spent = self._fitting(state, min(left, int(budget * SPLIT["state"])))
        left -= spent + self.count(input) + self.count(_FOLDED.format(10_000))
        room = max(0, min(left, int(budget * (1 - SPLIT["memory"]))))
        recent, folded = await self.turns.recent(room, self.count)
        memory = "\n\n".join(part for part in (news, context.text) if part)
        return Step(
            input, goal, memory, context.ids, context.receipt, state, recent, folded, changed, omitted
        )

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
        found: Context = await got(
            self.memory.context(text, budget=budget, kinds=kinds, keep=keep, always=self.always)
        )
        return found

    @staticmethod
    def _found(context: Context) -> tuple[str, ...]:
        """Return the ids of what a context shows because it fits the query, not of what every step is told."""
        always = context.receipt.budget.get("always", ())
        return tuple(id for id in context.ids if id not in always)

    def _fitting(self, state: Mapping[str, Any], budget: int) -> tuple[dict[str, Any], tuple[str, ...], int]:
        """Return what of the state fits, in order of its names, the names whose values do not, as far as these fit, and the
        tokens that both take."""
        fits: dict[str, Any] = {}
        omitted: list[str] = []
        spent = heading = self.count("State:\n")
        for name, value in state.items():
            cost, least = self.count(_line(name, value) + "\n"), self.count(_LEFT_OUT.format(name) + "\n")
            if spent + cost <= budget:
                fits[name], spent = value, spent + cost
            elif spent + least <= budget:
                omitted.append(name)
                spent += least
        return fits, tuple(omitted), spent if spent > heading else 0

    async def after_step(
        self,
        messages: Sequence[Any] | Mapping[str, Any] | str,
        outcome: str | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> After:
        """Keep what was said and done in a step, and what the rules read out of it; a language model reads it later.

        Leading instructions are no part of it. `outcome` ("deployed", "failed: no disk") is kept as an episode of its own. `questions` ask to confirm what waits for
        review; where nothing does, a memory that the step was shown although it has outlived its attribute, each once a session. A yes or no
        that is all the user says next settles them, unless the agent's reply ended with a question of its own; `confirm`
        settles one at any time. What `before_step` showed counts as used, and decays later.

        Handed over again under its `idempotency_key` (after a crash, say, or late), it is kept once and settles nothing a second
        time, as long as it is among the thread's latest 32 with a key; `questions` are those that are open.
        """
        key = checks.optional_name(idempotency_key, "idempotency_key", LONGEST_KEY)
        listed = history.listed(messages)
        if outcome is not None:
            _said(outcome, "outcome", "how the step ended")
            listed.append({"role": "event", "content": f"Outcome: {outcome}"})
        told = history.below(listed, self.telling.zone)
        if listed and not told:  # a reply without words or calls, as of a model that ran out of tokens
            return After(Observation((), ()), ())
        return await self._after(told, ask=True, key=key)

    async def _after(self, told: Sequence[Message], *, ask: bool, key: str | None = None) -> After:
        """Keep a step; where nobody is going to `ask` the user what is in question, nothing that they say next is an answer."""
        open = await self._open()
        steps: list[str] = open.get("steps", [])
        step = None if key is None else digest(key)[:16]
        again = step in steps
        await self._recall_asked()
        settled = () if again else await self._answered(told)
        # A tool may have been run by another process, which was shown what this one hears of.
        results = (one.text for one in told if one.role == "tool" and one.tool in TOOLS)
        recalled = dict.fromkeys([*self.shown, *(text for one in results for text in shown_in(one))])
        replied = next((one.text for one in reversed(told) if one.role == "assistant"), "")
        self.unsaid.settled(settled)
        self.unsaid.waits(self.held.values())
        told = self.unsaid.hushed(told)
        seen: Observation = await got(
            self.memory.observe(
                [history.sendable(one) for one in told],
                thread=self.thread,
                scope=self.scope,
                placement=self.placement,
                recalled=list(recalled),
                used=self.used,
                background=True,
                idempotency_key=key,
            )
        )
        if again:
            return await self._after_all(seen)
        self.unsaid.heard(told, seen)
        # A judgement names the place of its message in the list that was handed over.
        judged = tuple(replace(one, message=told[one.message].place) for one in seen.judgements)
        seen = replace(seen, judgements=judged)
        self.used = ()
        self.seen.wrote([*seen.episodes, *(one.item for one in seen.judgements)])
        waiting = [one.item for one in seen.of("pending") if one.item is not None and ask]
        if ask:
            waiting, self.held = list(({one.id: one for one in waiting} | self.held).values()), {}
        old = [] if waiting or self.asked or not ask else await self._to_confirm(seen)
        self.asked += [item.id for item in (*waiting, *old)]
        self.asking |= {item.id: item.text for item in (*waiting, *old)}
        self.asking = {id: text for id, text in self.asking.items() if id in self.asked}
        if _asks(replied, list(self.asking.values())):
            self.asked = []
        await self._keep_open(open, steps if step is None else [*steps, step])
        return After(seen, self._questions(waiting, old), settled, (*waiting, *old))

    async def _recall_asked(self) -> None:
        """Take in what the open questions are about that another process asked."""
        new = tuple(id for id in self.asked if id not in self.asking)
        where = And(In("id", new), In("state", ("active", "pending")))
        page = await got(self.memory.list(where=where, limit=len(new))) if new else ()
        self.asking |= {item.id: item.text for item in page}
        self.unsaid.waits(item for item in page if item.state == "pending")

    def _questions(self, waiting: Iterable[MemoryItem], old: Iterable[MemoryItem]) -> tuple[str, ...]:
        return (
            *(f"{_MAY.format(item.text)} ({item.id})" for item in waiting),
            *(f'Is this still so, {self.aged[item.id]}: "{item.text}"? ({item.id})' for item in old),
        )

    async def _after_all(self, seen: Observation) -> After:
        """Return what came of a step that is handed over again: the questions that are open."""
        where = And(In("id", tuple(self.asked)), In("state", ("active", "pending")))
        page = await got(self.memory.list(where=where, limit=len(self.asked))) if self.asked else ()
        items = sorted(page, key=lambda item: self.asked.index(item.id))
        waiting = [item for item in items if item.state == "pending"]
        old = [item for item in items if item.id in self.aged and item.state == "active"]
        return After(seen, self._questions(waiting, old), asked=(*waiting, *old))

    async def _open(self) -> Mapping[str, Any]:
        """Return the questions that are open, as they are kept: who answers in another process answers them too."""
        held = await self.own.state_item("questions")
        if held is None:
            return {"asked": [], "renewed": []}
        kept: Mapping[str, Any] = held.metadata["value"]
        self.asked, self.renewed = list(kept["asked"]), set(kept["renewed"])
        return kept

    async def _keep_open(self, before: Mapping[str, Any], steps: Sequence[str]) -> None:
        """Keep the questions that are open now, and the latest steps that had keys, where that is other than `before`."""
        kept: dict[str, Any] = {
            "asked": self.asked[-_MOST_OPEN:],
            "renewed": sorted(self.renewed)[-_MOST_OPEN:],
        }
        kept |= {"steps": steps[-_MOST_STEPS:]} if steps else {}
        if kept != before:
            # Who may write no working memory has them for as long as the session lives.
            with contextlib.suppress(AccessDenied, PolicyViolation):
                await self.own.set_state("questions", kept)

    async def _to_confirm(self, seen: Observation) -> list[MemoryItem]:
        """Return the one memory that the step was shown and that is to be confirmed, if the step itself said nothing of it."""
        told = {id for one in seen.judgements for id in (*one.ids, *([one.item.id] if one.item else ()))}
        ids = [id for id in self.aged if id not in told | self.renewed]
        page = await got(self.memory.list(where=In("id", tuple(ids)), limit=len(ids))) if ids else ()
        old = sorted(page, key=lambda item: ids.index(item.id))[:1]
        self.renewed |= {item.id for item in old}
        return old

    async def _answered(self, told: Sequence[Message]) -> tuple[MemoryItem, ...]:
        """Settle the latest questions by what the user says first in a step, where that is a yes or no; return what was asked."""
        said = [one.text for one in told if one.role == "user" and one.text.strip()]
        if not said or not self.asked:
            return ()
        asked, self.asked = self.asked, []
        word, settled = yes_or_no(said[0]), []
        for id in asked if word is not None else ():
            # It was settled elsewhere, or is not this user's to settle; what was said is kept all the same.
            with contextlib.suppress(NotFound, AccessDenied, PolicyViolation, Conflict, InvalidInput):
                settled.append(await self.confirm(id, bool(word)))
        return tuple(settled)

    async def close_goal(self) -> None:
        """End the goal that `before_step` was given."""
        await self.working.drop_state("goal")

    async def prepared(self, messages: Sequence[Any], budget: int) -> list[Any]:
        """Return a caller's messages to send: as they are, beside what is remembered; alone, after the recent turns too.

        What a picture or sound is sent with is what the conversation said last.
        """
        words = history.latest(messages, history.read(messages)) or await self.turns.words()
        if not words:
            state = await self.working.all_state()
            goal = _goal(state.pop("goal", None))
            fits, omitted, _ = self._fitting(state, int(budget * SPLIT["state"]))
            return history.beside(messages, _told("", goal, fits, omitted))
        step = await self.before_step(words, budget=budget)
        return step.beside(messages, recent=history.alone(messages))

    async def heard(self, messages: Sequence[Any], reply: Any) -> After:
        """Keep what of a caller's messages and the reply (None: none came) the thread does not hold yet.

        The reply is the model's own: it asks nothing on behalf of the memory.
        """
        whole = history.read(messages, reply, self.telling.zone)
        said = [one for one in whole if one.place < len(messages)]
        kept = await self.turns.latest(2 * len(said))
        # Who passes no history passes a new turn, whatever it says; but not what a call without a reply left last.
        fresh = history.news(said, kept if len(said) > 1 else kept[-1:]) + whole[len(said) :]
        return await self._after(fresh, ask=False) if fresh else After(Observation((), ()), ())

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
        id = checks.item_id(id)
        if not isinstance(yes, bool):
            raise InvalidInput("yes", f"must be True or False, not {yes!r:.40}")
        self.held.pop(id, None)
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
                    valid_to=NOW,
                    scope=item.scope,
                    expected_version=item.version,
                    reason="no longer so, says the user",
                )
            )
        self.seen.wrote([found])
        return found

    # -- tools ---------------------------------------------------------------------------------------------------

    async def call(self, name: str, arguments: object) -> dict[str, Any]:
        """Run a tool that the model called and return a JSON object for it: the result, or an `error` it can act on.

        `arguments` are a mapping or the JSON of one; whatever else a model sends is answered with an `error`.
        """
        try:
            return await self._tool(name, arguments_of(name, arguments))
        except HoldfastError as error:
            return self.telling.refusal(error)
        except (TypeError, ValueError) as error:
            return {"error": "InvalidInput", "message": f"{name!r:.60}: {type(error).__name__}: {error}"}

    async def _tool(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        scope = given.pop("scope", None)
        if scope is not None and scope not in self.names:
            raise InvalidInput("scope", f"must be {' or '.join([*self.names, 'null'])}, not {scope!r:.40}")
        labels = None if scope is None else (scope,)
        if name == "search_memory":
            hits = await got(
                self.memory.search(given["query"], k=given.get("k", 5), kinds=TOLD, scope=labels)
            )
            own, mounted = (
                [hit.item for hit in hits if (hit.origin is None) is here] for here in (True, False)
            )
            self._showing(own, mounted)
            return {"memories": [self.telling.shown(hit.item, hit.origin) for hit in hits]}
        if name == "list_memories":
            kinds = [given["kind"]] if "kind" in given else TOLD
            page = await got(self.memory.list(kinds=kinds, limit=given.get("limit", 20), scope=labels))
            self.seen.show(page.items)
            return {"memories": [self.telling.shown(item) for item in page.items]}
        if name == "save_memory":
            return await self._keep(given, labels)
        return await self._change(name, given)

    async def _keep(self, given: Mapping[str, Any], labels: tuple[str, ...] | None) -> dict[str, Any]:
        """Run save_memory."""
        kind, slot = given.get("kind", "fact"), checks.slot(given.get("slot"))
        if slot is not None and slot.startswith(OWN):
            raise InvalidInput("slot", f"{slot!r:.60} is not for tools; use another name")
        where = labels or await self._place(kind, slot, given["text"])
        if slot is None and (known := await self._shown_already(given["text"], labels)):
            return {"known": self.telling.shown(known)}
        saved = await got(
            self.memory.save(
                given["text"], kind=kind, scope=where, source=BY_MODEL, **_only(given, "slot", "value")
            )
        )
        self.seen.wrote([saved])
        if saved.state == "pending":
            if await self._refused(saved):
                await self.confirm(saved.id, yes=False)
                raise InvalidInput(
                    "text", "says what the user did not want kept: do not save it, and do not ask again"
                )
            self.held[saved.id] = saved
        return self.telling.kept(saved, f"Ask the user: {_MAY.format(saved.text)}")

    async def _change(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Run update_memory or delete_memory."""
        item = await got(self.memory.get(given["id"]))
        if item.kind == "working":
            raise InvalidInput("id", "is of the session's state or a run, which no tool changes")
        where = tuple(item.scope.names)
        if not where:
            raise InvalidInput("id", "is of a memory that is everybody's, which no tool changes")
        if name == "delete_memory":
            gone = await got(self.memory.delete(item.id, expected_version=given["version"], scope=where))
            self.seen.wrote([gone])
            return {"deleted": self.telling.shown(gone)}
        if item.kind == "episode":
            raise InvalidInput(
                "id", "is of what was said, which stays as it was; keep what holds now with save_memory"
            )
        same = (item.version, item.text, item.value)
        if (given["version"], given["text"], given.get("value", item.value)) == same:
            return {"known": self.telling.shown(item)}
        changed = await got(
            self.memory.update(
                item.id,
                expected_version=given["version"],
                scope=where,
                changed_at=NOW,
                source=BY_MODEL,
                **_only(given, "text", "value"),
            )
        )
        self.seen.wrote([changed])
        return {"updated": self.telling.shown(changed)}

    async def _place(self, kind: str, slot: str | None, text: str) -> Sequence[str]:
        """Return the labels that what a model saves is kept under: what is about the user is not the project's."""
        own = self.placement.get("personal")
        if own is not None and (_sensitive(text) or attribute((slot or "").rpartition(".")[2]).sensitivity):
            return own
        if kind == "fact" and own is not None:
            from ..extract import theirs

            who = {"user", *theirs.names(self.ids[name] for name in own)}
            asked = In("slot", theirs.kin_slots(who))
            kin = () if slot is None else await everything(self.memory.list, where=asked, scope=own)
            if theirs.personal(slot, text, who, theirs.names(one.value for one in kin)):
                return own
        return self.placement.get(kind) or self.scope

    async def _refused(self, saved: MemoryItem) -> bool:
        """Whether what a model saved says no more than what was kept out before, on a person's word."""
        page = await got(
            self.memory.list(where=Eq("state", "rejected"), limit=_MOST_REFUSED, scope=saved.scope)
        )
        said = telling(saved.text)
        return bool(said) and any(said <= telling(one.text) for one in page.items)

    async def _shown_already(self, text: str, labels: Sequence[str] | None) -> MemoryItem | None:
        """Return the memory that the session was shown and this text only says again, or None."""
        if not Recalled(self.shown).adds_nothing(text):
            return None
        hits = await got(self.memory.search(text, k=5, kinds=TOLD, scope=labels))
        return next((hit.item for hit in hits if Recalled([hit.text]).adds_nothing(text)), None)


def _only(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}
