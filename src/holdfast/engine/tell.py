"""What came of a conversation: one summary of an ended thread, by rule at once, and by a language model when it can.

The path of a summary: the thread's turns in exactly one scope -> what they come to (`extract.summary`) -> the one episode that
tells it, new or as the next version of itself. A model reads it later through the queue of `work`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from .. import checks
from ..filters import And, Contains, Eq
from ..judgements import Observation
from ..ports import Authorship, Enqueue, Insert, Job, Once, Reach, Ref, Replace, Scan, Settle, Write
from ..types import Draft, MemoryItem, Scope, changed
from .base import Caller
from .waits import whole_without_model
from .work import HOLD, Works

if TYPE_CHECKING:
    from ..extract.summary import Point

MOST_TURNS = 5_000  # of one thread, the latest


class Tells(Works):
    """The engine's verb for a conversation that has ended: summarise."""

    @whole_without_model
    async def summarise(
        self,
        thread: str,
        *,
        scope: Scope | Sequence[str] | None = None,
        background: bool = False,
        reason: str | None = None,
    ) -> MemoryItem | None:
        """Keep one summary of a thread that has ended and return it, or None where the thread has no turns.

        Read are the thread's live episodes in exactly this scope, the latest 5,000; the summary is an episode there, of no
        thread, tagged "summary", that quotes them: what was asked, done, decided, what is open and how it ended. It cites
        every turn in `source.lineage`, and is trusted as little as the least trusted of them. Called again, it is the same
        summary: as it was, or as its next version where turns were added, changed or deleted.

        With a language model, that chooses the quotes instead; with `background` this returns the rules' summary before,
        and the model is asked beside the caller (see `work`). The summary stays as it is where the model fails.

        Raises `InvalidInput`, `AccessDenied`, and once the summary is kept, `ModelError` or `ExtractionFailed`.
        """
        by, target = self._by("summarise", reason), self._target(scope)
        thread = checks.name(thread, "thread")

        async def change() -> tuple[MemoryItem | None, Job | None]:
            turns, told = await self._turns(target, thread), await self._told(target, thread)
            held = _live(told)
            if not turns or (held is not None and tells(held, turns)):
                return held if turns else None, None
            job = None
            if self._parts.calls is not None:
                now = self._parts.clock.now()
                body = {"thread": thread, "actor": by.actor, "reason": by.reason}
                job = Job(self._parts.clock.new_id(), target, now, now if background else now + HOLD, body)
            from ..extract.summary import summarised  # with the rules, which few programs load for this alone

            writes = await self._telling(summarised(turns, thread), target, thread, told)
            writes += [] if job is None else [Enqueue(job)]
            return (await self._apply(writes, by))[0], job

        kept, job = await self._retried(change)
        if kept is None or job is None:
            return kept
        if background:
            self._parts.io.start(self._everybody()._drained)
            return kept
        await self._finished(Observation((kept,), ()), job)
        return _live(await self._told(target, thread)) or kept

    async def _turns(self, target: Scope, thread: str) -> list[MemoryItem]:
        """Return the live turns of a thread in exactly one scope, oldest first."""
        scan = Scan(
            Reach(exactly=(target,)), self._at(), Eq("thread", thread), sort="observed_at", limit=MOST_TURNS,
            kinds=frozenset({"episode"}),
        )  # fmt: skip
        found = await self._parts.io.store(self._parts.store.scan, scan)
        return sorted(found, key=lambda one: (one.observed_at or one.valid_from or scan.at.now, one.id))

    async def _told(self, target: Scope, thread: str) -> list[MemoryItem]:
        """Return the summaries of a thread there were, the live one and those that were deleted."""
        where = And(Contains("tags", "summary"), Eq("metadata.summary_of", thread))
        scan = Scan(Reach(exactly=(target,)), self._at(), where, live=False, kinds=frozenset({"episode"}))
        return await self._parts.io.store(self._parts.store.scan, scan)

    async def _telling(
        self, draft: Draft, target: Scope, thread: str, told: Sequence[MemoryItem]
    ) -> list[Write]:
        """Return the writes that keep a summary: as the next version of the live one, or the only new one."""
        item = self._item(self._redacted(replace(draft, scope=target)))
        entry = (await self._entries([item]))[0]
        held = _live(told)
        if held is not None:
            item = changed(item, id=held.id, owner=held.owner)
            return [Replace(item, Ref(held.id, held.version), entry)]
        # Of those that find none, one makes it: the others meet its key, and find what it made.
        import hashlib  # 4 ms with OpenSSL, which an import need not spend

        key = f"summary:{len(told)}:{hashlib.sha256(thread.encode()).hexdigest()[:32]}"
        return [Insert(item, entry), Once(target, key, "", Ref(item.id, item.version))]

    async def _read(self, job: Job) -> Observation:
        """Work one job: a step that is to be read, or a summary that is to be told better."""
        if "thread" in job.body:
            return await self._retold(job)
        seen = await super()._read(job)
        if seen.of("pending"):
            threads = {item.thread for item in await self._still_there(job) if item.thread is not None}
            by = Authorship("summarise", job.body["actor"], job.body["reason"])
            await self._retract(job.scope, sorted(threads), by)
        return seen

    async def _retract(
        self, scope: Scope, threads: Sequence[str], by: Authorship, *, always: bool = False
    ) -> None:
        """Tell the summaries of threads anew, by rule: they may quote words that their turns no longer say.

        `always` also those that were written with the turns as they are.
        """
        from ..extract.summary import summarised

        mine = type(self)(self._parts, Caller(scope, by.actor, admin=True))
        for thread in threads:

            async def change(thread: str = thread) -> None:
                turns, told = await self._turns(scope, thread), await self._told(scope, thread)
                held = _live(told)
                if held is not None and (always or not tells(held, turns)):
                    telling = await mine._telling(summarised(turns, thread), scope, thread, told)
                    await self._apply(telling, by)

            await self._retried(change)

    async def _retold(self, job: Job) -> Observation:
        """Ask the model about a thread as it is kept now, and keep the summary of what it chose."""
        from ..extract.summary import PROMPT, SCHEMA, grounded, parsed, shown, summarised

        thread, body = job.body["thread"], job.body
        by = Authorship("summarise", body["actor"], body["reason"])
        mine = type(self)(self._parts, Caller(job.scope, body["actor"], admin=True))
        asked = await self._turns(job.scope, thread)
        points: list[Point] = []
        if asked:
            points = await self._answered(job.scope, PROMPT, shown(asked), SCHEMA, parsed)

        async def change() -> Observation:
            turns, told = await self._turns(job.scope, thread), await self._told(job.scope, thread)
            held = _live(told)
            chosen = grounded(points, asked)
            writes: list[Write] = [Settle(job.id)]
            # What was deleted since stays so, and of turns that changed since, the next summary tells.
            if held is not None and chosen and _same(asked, turns):
                writes += await mine._telling(summarised(turns, thread, chosen), job.scope, thread, told)
            written = await self._apply(writes, by)
            return Observation(tuple(written) or ((held,) if held else ()), ())

        return await self._retried(change)


def tells(summary: MemoryItem, turns: Sequence[MemoryItem]) -> bool:
    """Whether a summary is of exactly these turns, as they are; those archived with it were not changed since."""
    return set(summary.source.lineage) == {turn.id for turn in turns} and _known(summary) >= max(
        map(_known, turns)
    )


def _live(told: Sequence[MemoryItem]) -> MemoryItem | None:
    return next((one for one in told if one.state == "active"), None)


def _known(item: MemoryItem) -> datetime:
    assert item.known_from is not None  # of what a store returned
    return item.known_from


def _same(asked: Sequence[MemoryItem], turns: Sequence[MemoryItem]) -> bool:
    return [(one.id, one.version) for one in asked] == [(one.id, one.version) for one in turns]
