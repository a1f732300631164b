"""Keeping a step of an agent: what was said as episodes, and what the rules read out of it, judged beside what is known.

The path of an observation: messages -> redact -> read (rules) -> embed -> judge beside what stands in the scope -> one
transaction for all. What was said is always kept; a candidate that is not kept says why. Where there is a language model and
the rules left something to read, the transaction also queues the step for it: see `work`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .. import checks
from ..echo import Recalled
from ..errors import DoesNotFit, InvalidInput, NotFound
from ..filters import Eq, Exists, In
from ..judgements import Observation
from ..ports import Enqueue, Job, Reach, Ref, Replace, Scan, Use, Write
from ..types import DECLARATIVE, Draft, MemoryItem, Page, Scope
from .base import UNSET, place_of
from .plan import Plan
from .read import Reads
from .unsay import Unsays
from .waits import whole_without_model
from .work import Declared

if TYPE_CHECKING:
    from .step import Step

_INSTANT = timedelta(microseconds=1)
READ_AT_ONCE = 40  # episodes that a language model is shown in one call
_LEANT_ON = 6  # episodes that the first words of a step may lean on
_MOST_USED = 1_000
LONGEST_KEY = checks.MAX_NAME - 16  # leaves room for the place of each episode


class Observes(Unsays, Reads):
    """The engine's verbs for what an agent was told: observe, review, conflicts, resolve."""

    @whole_without_model
    async def observe(
        self,
        messages: str | Mapping[str, Any] | Sequence[Any],
        *,
        thread: str | None = None,
        scope: Scope | Sequence[str] | None = None,
        placement: Mapping[str, Sequence[str]] | None = None,
        recalled: Iterable[str] = (),
        used: Iterable[str] = (),
        background: bool = False,
        idempotency_key: str | None = None,
        allow_erased: bool = False,
        reason: str | None = None,
    ) -> Observation:
        """Keep messages as episodes, and what the rules read out of them as facts, preferences and procedures.

        `messages` are OpenAI's or Anthropic's shapes as they are, one message, or a string (the user's); a `Draft` of kind
        episode is a message with a thread, turn, source and key of its own. Each becomes an
        episode of `thread`, searchable when this returns; one of more than 20,000 characters becomes several. What policy
        masks (keys, cards, national ids) is masked before anything is written. A new value of a slot ends the earlier one
        from the time of its message on. A name that a user gives ("call me Bob") is one of the same entity from then on (see
        `rename`), unless somebody is known by it. `placement` names the labels a kind is saved under, where these are not the ones of
        `scope`: {"preference": ["user"], "fact": ["project"], "personal": ["user"]}; "personal" are facts about the user.
        `recalled` are texts the agent was just shown: said again by it or by a tool, they are no news. `used` are the ids of
        at most 1,000 memories that this step was shown: of those in the scopes it writes to, importance decays anew. An `idempotency_key`
        makes a repeated call give the first call's episodes and judge nothing again, for 7 days; messages it did not have are
        kept and judged.
        "Yesterday" is that of a message's own offset, where its time has one other than UTC, else of the caller's time zone.
        A message that was erased in this scope is skipped, with what would be read from it, unless `allow_erased`.
        With a language model, what the rules left unread is queued in the same transaction and then read by the model;
        with `background` this returns before that, and the reading is done beside the caller, also after a crash (see `work`).

        The answer has a judgement for every candidate: what was done, and why. Raises `InvalidInput` naming the message;
        once the step is kept, `ModelError`, or `ExtractionFailed` for a reply that cannot be read.
        """
        target = self._target(scope)
        thread = checks.optional_name(thread, "thread")
        idempotency_key = checks.optional_name(idempotency_key, "idempotency_key", LONGEST_KEY)
        shown = Recalled([checks.text(one, "recalled") for one in checks.many(recalled, "recalled")])
        places, uses = self._places(placement, target), checks.many(used, "used")

        async def change() -> tuple[Observation, list[Job], list[MemoryItem]]:
            by, step = self._by("observe", reason), await self._step(messages, thread, target)
            declared = Declared(self._parts, tuple(dict.fromkeys((target, *places.values()))))
            candidates, veiled = await self._candidates(step, shown, declared, thread)
            said = step.episodes(candidates, thread=thread, key=idempotency_key, recalled=shown, scope=target)
            told, gone = await self._to_keep(said, allow_erased)
            candidates = [one for one in candidates if one.proposal.message not in gone]
            episodes = [item for _, item in told]
            placed = await self._placed(candidates, episodes, places, target)
            left = [] if self._parts.calls is None else step.unread(candidates, _pieces(episodes))
            found = [one for one in step.found if one[0] not in gone] + [(n, step.skipped(n)) for n in gone]
            also: list[Enqueue | Use] = [*await self._uses(uses, declared.scopes)]
            also += [Enqueue(self._job(target, places, some, by, background)) for some in left]
            return *(await self._observed(found, declared, told, placed, by, also, veiled)), veiled

        seen, jobs, veiled = await self._retried(change)
        await self._untold(veiled, self._by("summarise", reason))
        await self._introduced(seen.judgements, reason)
        return await self._read_soon(seen, jobs, background)

    async def review(
        self,
        id: str | None = None,
        *,
        approve: bool | None = None,
        text: str = UNSET,
        value: Any = UNSET,
        limit: int = 100,
        cursor: str | None = None,
        scope: Scope | Sequence[str] | None = None,
        reason: str | None = None,
    ) -> Page[MemoryItem]:
        """Return what waits for review; with an `id`, approve or reject that and return it as it is then.

        What waits is in no search, list or context. Approved, it is saved as if it had just been said, with `text` and
        `value` in place of its own where they are given; rejected, it stays out. At most `limit` (1..1,000) a page.

        Raises `NotFound` for an id that does not wait (any more), `AccessDenied`, `InvalidInput`.
        """
        by = self._by("review", reason)
        if id is None and (approve is not None or text is not UNSET or value is not UNSET):
            raise DoesNotFit("id", "is missing: approve, text and value are of one memory that waits")
        if id is None:
            pending = Eq("state", "pending")
            return await self.list(
                where=pending, sort="id", descending=False, limit=limit, cursor=cursor, scope=scope
            )
        if not isinstance(approve, bool):
            raise InvalidInput("approve", "is missing: True takes the memory over, False rejects it")
        checked = checks.item_id(id)
        given = {name: one for name, one in (("text", text), ("value", value)) if one is not UNSET}

        async def change() -> MemoryItem:
            current = await self._current(checked, self._reach(scope))
            if current.state != "pending":
                raise NotFound(checked)
            self._writable(current, scope)
            base = Ref(current.id, current.version)
            if not approve:
                return (await self._apply([Replace(replace(current, state="rejected"), base)], by))[-1]
            new = replace(
                self._changed(current, given, current.scope),
                state="active",
                explicit_time=current.explicit_time,
            )
            entry = (await self._entries([new]))[0]
            now = self._parts.clock.now()
            asked = [(new, self._contested(new), None)]
            standing = (await self._parts.io.store(self._parts.store.standings, asked, now, now))[0]
            plan = Plan(self._rules.many)
            plan.approve(new, base, entry, standing)
            return (await self._apply(plan.writes, by))[0]

        return Page((await self._retried(change),))

    async def conflicts(
        self, *, scope: Scope | Sequence[str] | None = None, limit: int = 100
    ) -> list[tuple[MemoryItem, ...]]:
        """Return the open conflicts: groups of live memories that contradict each other, oldest first in each.

        At most `limit` (1..1,000) memories are looked at, the latest first. `resolve` settles one.
        """
        limit = checks.count(limit, "limit", 1, 1_000)
        scan = Scan(self._reach(scope), self._at(), Exists("conflicts_with"), limit=limit)
        found = {item.id: item for item in await self._parts.io.store(self._parts.store.scan, scan)}
        groups: list[tuple[MemoryItem, ...]] = []
        seen: set[str] = set()
        for item in found.values():
            group = {item.id, *(id for id in item.conflicts_with if id in found)}
            if item.id not in seen and len(group) > 1:
                groups.append(tuple(sorted((found[id] for id in group), key=lambda one: one.id)))
            seen |= group
        return groups

    async def resolve(
        self, id: str, *, scope: Scope | Sequence[str] | None = None, reason: str | None = None
    ) -> MemoryItem:
        """Settle a conflict in favour of one memory and return it: those that contradict it end when it began.

        Raises `NotFound`, `AccessDenied`, and `InvalidInput` where it is in no conflict.
        """
        by = self._by("resolve", reason)

        async def change() -> MemoryItem:
            kept = await self._mine(id, scope, None)
            reach = Reach(exactly=(kept.scope,))
            rivals = [
                await self._parts.io.store(self._parts.store.get, one, reach, self._at())
                for one in kept.conflicts_with
            ]
            live = [one for one in rivals if one is not None and one.state == "active"]
            if not live:
                raise DoesNotFit(
                    "id", f"memory {kept.id} contradicts none that is live; conflicts() lists those that do"
                )
            writes: list[Write] = []
            for one in live:
                rest = tuple(other for other in one.conflicts_with if other != kept.id)
                begun = [at for at in (kept.valid_from, one.valid_from and one.valid_from + _INSTANT) if at]
                end = max(begun, default=self._parts.clock.now())
                ended = replace(one, valid_to=end, superseded_by=kept.id, conflicts_with=rest)
                writes.append(Replace(ended, Ref(one.id, one.version), last=False))
            gone = {one.id for one in live}
            left = tuple(one for one in kept.conflicts_with if one not in gone)
            writes.append(Replace(replace(kept, conflicts_with=left), Ref(kept.id, kept.version)))
            return (await self._apply(writes, by))[-1]

        return await self._retried(change)

    async def _step(
        self, messages: str | Mapping[str, Any] | Sequence[Any], thread: str | None, target: Scope
    ) -> Step:
        """Return the messages as a step, with the latest six episodes of their thread where its first words may lean on them."""
        from .step import (  # with the rules 40 ms that a program that observes nothing need not spend
            Step,
            said_before,
        )

        step = Step(messages, self._rules, checks.local(self._parts.clock.now(), self._zone))
        if thread is not None and step.leans:
            scan = Scan(
                Reach(exactly=(target,)), self._at(), Eq("thread", thread), sort="id", limit=_LEANT_ON, kinds=frozenset({"episode"})
            )  # fmt: skip
            step.before = said_before(await self._parts.io.store(self._parts.store.scan, scan))
        return step

    async def _read_soon(self, seen: Observation, jobs: Sequence[Job], background: bool) -> Observation:
        """Return a step with what the model reads in its jobs now, or have them read beside the caller."""
        if background and jobs:
            self._parts.io.start(self._everybody()._drained)
        for job in () if background else jobs:
            seen = await self._finished(seen, job)
        return seen

    async def _uses(self, used: Iterable[str], scopes: tuple[Scope, ...]) -> list[Use]:
        """Return the writes that note the use of memories in these scopes."""
        ids = tuple(dict.fromkeys(checks.item_id(one, "used") for one in used))
        if not ids:
            return []
        if len(ids) > _MOST_USED:
            raise InvalidInput("used", f"has {len(ids):,} ids; at most {_MOST_USED:,} are taken")
        scan = Scan(Reach(exactly=scopes), self._at(), In("id", ids), limit=len(ids))
        return [Use(item.scope, item.id) for item in await self._parts.io.store(self._parts.store.scan, scan)]

    async def _to_keep(
        self, drafts: Sequence[Draft], erased: bool
    ) -> tuple[list[tuple[Draft, MemoryItem]], set[int]]:
        """Return drafts of episodes with what they are to be, and the places of messages left out since they were erased.

        With `erased` those are kept too.
        """
        drafts = [self._redacted(draft, seen=True) for draft in drafts]  # of messages that are masked
        items = [self._item(draft) for draft in drafts]
        found = [] if erased else await self._parts.io.store(self._parts.store.buried, items)
        gone = {place_of(item) for item, buried in zip(items, found, strict=False) if buried}
        pairs = [
            (draft, item) for draft, item in zip(drafts, items, strict=True) if place_of(item) not in gone
        ]
        return pairs, gone

    def _places(self, placement: Mapping[str, Sequence[str]] | None, target: Scope) -> dict[str, Scope]:
        """Return the scope of each kind that has one of its own."""
        given: object = {} if placement is None else placement
        if not isinstance(given, Mapping) or not set(given) <= {*DECLARATIVE, "personal"}:
            raise InvalidInput(
                "placement", f"maps any of {', '.join(sorted(DECLARATIVE))}, personal to label names"
            )
        return {kind: self._target(tuple(names)) for kind, names in given.items()}


def _pieces(episodes: Sequence[MemoryItem]) -> list[Sequence[MemoryItem]]:
    """Return episodes in what a language model reads at a time; those of one message stay together."""
    pieces: list[list[MemoryItem]] = []
    for item in episodes:
        if not pieces or (len(pieces[-1]) >= READ_AT_ONCE and place_of(pieces[-1][-1]) != place_of(item)):
            pieces.append([])
        pieces[-1].append(item)
    return list(pieces)
