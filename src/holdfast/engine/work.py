"""What a language model has yet to read: the queue of kept steps, worked off with every proposal applied exactly once.

A job is written in the transaction that keeps its step, and removed in the one that keeps what the model proposed, so a
process may die at any point between. Who works a job holds it for a while; should its worker die, it is due again after that.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from .. import checks
from ..echo import NO_MARKS, hushed
from ..entities import Names
from ..errors import (
    DoesNotFit,
    ExtractionFailed,
    HoldfastError,
    InvalidInput,
    ModelError,
    NotFound,
    PolicyViolation,
)
from ..filters import In
from ..judgements import Judgement, Observation, Queued
from ..ports import (
    Authorship,
    Enqueue,
    Job,
    Moment,
    Reach,
    Ref,
    Replace,
    Scan,
    Settle,
    Settled,
    Standing,
    Use,
    Write,
)
from ..types import DECLARATIVE, Draft, MemoryItem, Page, Scope
from .base import Caller, Parts, T, place_of
from .cursors import decode, encode
from .naming import under_each
from .plan import Plan
from .write import KEY_LIFE, KNOWN, Writes

if TYPE_CHECKING:
    from ..extract.drafted import Drafted
    from ..extract.messages import Message
    from .judging import Judged, Made
    from .step import Candidate

HOLD = timedelta(minutes=5)  # longer than a model may take, tries and all
TRIES = 6
# Four times as long each time: the last try comes three hours after the first.
FIRST_PAUSE = timedelta(seconds=30)
_DAY = timedelta(days=1)


class _Spent(Exception):
    """A scope has used up its calls for the day."""


@functools.cache
def prompt(version: str) -> str:
    """Return the prompt a model reads by, of one version ("facts-1")."""
    from importlib import resources

    return (resources.files("holdfast.extract") / "prompts" / f"{version}.txt").read_text("utf-8")


class Works(Writes):
    """The engine's verbs for what a language model reads later: work, backlog; and keeping what was read."""

    async def work(
        self, id: str | None = None, *, limit: int = 100, scope: Scope | Sequence[str] | None = None
    ) -> list[Observation]:
        """Let the model read kept steps that are due, oldest first, and return what became of its proposals.

        At most `limit` (1..1,000) steps, for the unscoped `Memory` of the whole store. One that fails is tried again later,
        six times in all over three hours, and then given up: `backlog` lists it, with the reply if that could not be read.
        With an `id` of the backlog, that step is read now, due or given up.

        Raises `ModelError` for the first that fails, and `NotFound` for an id that is not in the backlog.
        """
        limit = checks.count(limit, "limit", 1, 1_000)
        if self._parts.calls is None:
            raise DoesNotFit("model", "is not configured; open the memory with one, or set HOLDFAST_MODEL")
        checked = None if id is None else checks.item_id(id)
        reach, done = self._queue(scope), list[Observation]()
        for _ in range(limit if checked is None else 1):
            now = self._parts.clock.now()
            claimed = self._parts.store.claim
            job = await self._parts.io.store(claimed, reach, now, now + HOLD, checked)
            if job is None and checked is not None:
                raise NotFound(checked, "queued step")
            if job is None:
                break
            seen = await self._tried(job)
            if seen is not None:
                done.append(seen)
        return done

    async def backlog(
        self, *, limit: int = 100, cursor: str | None = None, scope: Scope | Sequence[str] | None = None
    ) -> Page[Queued]:
        """Return the kept steps a model has yet to read and those that were given up, oldest first.

        At most `limit` (1..1,000) a page. What was said in them is kept as episodes all the same.
        """
        limit = checks.count(limit, "limit", 1, 1_000)
        after = None if cursor is None else decode(cursor, "cursor", checks.item_id)
        jobs = await self._parts.io.store(self._parts.store.jobs, self._queue(scope), after, limit + 1)
        shown = tuple(
            Queued(one.id, one.created_at, one.due_at, one.attempts, one.error, one.reply)
            for one in jobs[:limit]
        )
        return Page(shown, encode(shown[-1].id) if len(jobs) > limit else None)

    # -- one job -------------------------------------------------------------------------------------------------

    def _queue(self, scope: Scope | Sequence[str] | None) -> Reach:
        """Return whose steps are meant: those the caller can see, or for the administrator those of the whole store."""
        if scope is None and self._caller.admin:
            return Reach(under=Scope.shared())
        return self._reach(scope)

    def _job(
        self, target: Scope, places: Mapping[str, Scope], episodes: Sequence[MemoryItem], by: Authorship,
        background: bool,
    ) -> Job:  # fmt: skip
        """Return the job of a step: where it lies and goes, not a word of it."""
        now = self._parts.clock.now()
        body = {
            "episodes": [item.id for item in episodes],
            "places": {kind: scope.to_json() for kind, scope in places.items()},
            "actor": by.actor,
            "reason": by.reason,
            "timezone": self._timezone,
        }
        return Job(self._parts.clock.new_id(), target, now, now if background else now + HOLD, body)

    async def _finished(self, seen: Observation, job: Job) -> Observation:
        """Return a step with what the model proposed; an error carries what was kept without it."""
        try:
            more = await self._tried(job)
        except ExtractionFailed as error:
            error.observation = seen
            raise
        except ModelError as error:
            told = ModelError(f"{error}; what was said is kept, and work() asks the model again")
            told.observation = seen
            raise told from error
        if more is None:
            return seen
        judgements = sorted([*seen.judgements, *more.judgements], key=lambda one: one.message)
        left = None if seen.queued == job.id else seen.queued
        return Observation(seen.episodes, tuple(judgements), left)

    async def _tried(self, job: Job) -> Observation | None:
        """Work one job; what fails is noted with it. None where another did it first, or the day's calls are used up."""
        try:
            return await self._read(job)
        except Settled:
            return None
        except _Spent:
            midnight = self._parts.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
            later = job._replace(due_at=midnight + _DAY, error="this scope's calls of the day are used up")
            await self._parts.io.store(self._parts.store.postpone, later)
            return None
        except HoldfastError as error:
            await self._parts.io.store(self._parts.store.postpone, self._failed(job, error))
            raise

    def _failed(self, job: Job, error: HoldfastError) -> Job:
        """Return a job after a try that failed: due again, or given up with the reply that could not be read."""
        attempts, told = job.attempts + 1, checks.cleaned(self._shown(str(error)))[: checks.MAX_TEXT]
        if isinstance(error, ExtractionFailed):
            # Masked before it is cut: half a key is no key to the eye that looks for one.
            reply = checks.cleaned(self._shown(error.reply))[: checks.MAX_TEXT]
            return job._replace(attempts=attempts, due_at=None, error=told, reply=reply)
        later = self._parts.clock.now() + FIRST_PAUSE * 4 ** (attempts - 1)
        return job._replace(attempts=attempts, due_at=later if attempts < TRIES else None, error=told)

    async def _read(self, job: Job) -> Observation:
        """Ask the model about one step as it is kept now, and keep what the step bears out of its proposals."""
        from ..extract.drafted import proposals
        from ..extract.messages import WAITING, role_in
        from .step import Step, said_in, waits_in

        body = job.body
        caller = Caller(job.scope, body["actor"], admin=True, timezone=body.get("timezone"))
        mine = type(self)(self._parts, caller)
        now = checks.local(self._parts.clock.now(), mine._zone)
        episodes = await self._still_there(job)
        candidates: list[Candidate] = []
        places = {kind: Scope.from_json(labels) for kind, labels in body["places"].items()}
        scopes = tuple(dict.fromkeys((job.scope, *places.values())))
        if messages := said_in(episodes):
            step = Step(messages, self._rules, now)
            drafted = await self._drafted(job.scope, step.messages)
            ruled = step.ruled(await Declared(self._parts, scopes).now())
            candidates = step.weighed(proposals(drafted, step.messages, ruled, now, self._rules.table))
        by = Authorship("observe", body["actor"], body["reason"])
        held = [one.text for one in candidates if one.held and one.draft]
        waiting = [one.draft for one in candidates if one.held and one.draft]
        marks = NO_MARKS.union(*(waits_in(one, self._rules.table, self._policy()) for one in waiting))

        async def change() -> Observation:
            # While the model was asked, a user may have taken back what it was shown.
            episodes = await self._still_there(job)
            said = {one.place: one.text for one in said_in(episodes)}
            stand = [one for one in candidates if one.text in said.get(one.proposal.message, "")]
            masked = [(item, without(item, held, WAITING)) for item in episodes]
            masked = [
                (
                    item,
                    veil
                    if role_in(item.source) == "user"
                    else retold(veil, hushed(veil.text, marks, WAITING)),
                )
                for item, veil in masked
            ]
            veiled = [veil for item, veil in masked if veil is not item]
            made = await mine._placed(stand, episodes, places, job.scope)
            return (
                await mine._observed(
                    [], Declared(self._parts, scopes), [], made, by, [Settle(job.id)], veiled
                )
            )[0]

        return await mine._retried(change)

    async def _still_there(self, job: Job) -> list[MemoryItem]:
        """Return the episodes of a job as they are now, without those that were deleted since."""
        get, reach, at = self._parts.store.get, Reach(exactly=(job.scope,)), self._at()
        found = [await self._parts.io.store(get, id, reach, at) for id in job.body["episodes"]]
        return [item for item in found if item is not None and item.state == "active"]

    async def _drafted(self, scope: Scope, messages: Sequence[Message]) -> list[Drafted]:
        """Return what the model drafts of a step."""
        from ..extract.drafted import PROMPT, SCHEMA, parsed, transcript

        return await self._answered(scope, PROMPT, transcript(messages), SCHEMA, parsed)

    async def _answered(
        self, scope: Scope, version: str, text: str, schema: Mapping[str, Any], parsed: Callable[[str], T]
    ) -> T:
        """Return what a model's reply holds; one that cannot be read is asked for once more, saying why."""
        from ..extract.drafted import Unreadable

        told = prompt(version)
        try:
            return parsed(await self._asked(scope, told, text, schema))
        except Unreadable as error:
            again = (
                f"{text}\n\nA reply to this could not be used: {error}. Reply with that JSON object alone."
            )
        reply = await self._asked(scope, told, again, schema)
        try:
            return parsed(reply)
        except Unreadable as error:
            raise ExtractionFailed(str(error), reply) from None

    async def _asked(self, scope: Scope, instructions: str, text: str, schema: Mapping[str, Any]) -> str:
        """Return a model's reply, the call and its tokens counted; raises `_Spent` where no call is left today."""
        spend, now = self._parts.store.spend, self._parts.clock.now()
        most = self._parts.calls or 0
        if not await self._parts.io.store(spend, scope, now, 1, 0, most):
            raise _Spent
        reply = await self._parts.io.ask(instructions, text, schema)
        count = self._parts.count
        tokens = (reply.asked or count(instructions) + count(text)) + (reply.answered or count(reply.text))
        await self._parts.io.store(spend, scope, now, 0, tokens, most)
        return reply.text

    # -- all jobs, beside everybody ------------------------------------------------------------------------------

    def _everybody(self) -> Self:
        """Return the same engine for whoever works the whole store's queue."""
        return type(self)(self._parts, Caller(Scope.shared(), admin=True))

    async def _drained(self) -> float | None:
        """Work off what is due in the whole store, and return the seconds until more is, or None where nothing waits."""
        reach = Reach(under=Scope.shared())
        while True:
            now = self._parts.clock.now()
            job = await self._parts.io.store(self._parts.store.claim, reach, now, now + HOLD)
            if job is None:
                break
            try:
                await self._tried(job)
            except HoldfastError:  # noted with the job
                continue
        left = await self._parts.io.store(self._parts.store.jobs, reach, None, 1_000)
        waits = [(one.due_at - now).total_seconds() for one in left if one.due_at is not None]
        return max(0.1, min(waits)) if waits else None

    # -- keeping what was read -----------------------------------------------------------------------------------

    async def _observed(
        self,
        found: Sequence[tuple[int, Judgement]],
        declared: Declared,
        told: Sequence[tuple[Draft, MemoryItem]],
        candidates: Sequence[tuple[Candidate, MemoryItem | None]],
        by: Authorship,
        also: Sequence[Enqueue | Settle | Use],
        veiled: Sequence[MemoryItem] = (),
    ) -> tuple[Observation, list[Job]]:
        """Write a step's episodes, its candidates as they are judged, what becomes of its jobs and what it used, in one transaction.

        What was found in a message that was kept before, by an idempotency key, was judged then. `veiled` are episodes kept
        earlier, as they are to be from now on. Returned are the jobs that were queued too.
        """
        from .judging import Made, judged

        saved = [item for _, item in candidates if item is not None]
        entries = await self._entries([*(item for _, item in told), *saved, *veiled])
        refused: dict[int, Made] = {}
        # What an order to forget is kept as depends on what was known: said again, it is the same message all the same.
        orders = _ordering(candidates, "forget")
        taking = orders | _ordering(candidates, "withhold")

        async def change() -> tuple[Observation, list[Job]]:
            now, known = self._parts.clock.now(), await declared.now() if candidates else ()
            if taking or any(item.state == "pending" for item in saved):
                known = [*known, *await self._waiting(declared.scopes)]
            standings = await self._met_by(told, saved, now)
            plan = Plan(self._rules.many)
            for (draft, item), entry, standing in zip(told, entries, standings, strict=False):
                digest = "" if place_of(item) in orders else _as_before(draft.text, standing)
                plan.add(draft, item, digest, entry, standing)
            before = {
                place_of(item) for (_, item), standing in zip(told, standings, strict=False) if standing.once
            }
            rest = zip(saved, entries[len(told) :], standings[len(told) :], strict=False)
            made = [Made(one, *next(rest)) if item else Made(one) for one, item in candidates]
            made = [one for one in made if one.candidate.proposal.message not in before]
            made = [refused.get(id(one.candidate), one) for one in made]
            decided = judged(plan, made, known, self._rules.table, now)
            done = [*((one, None) for number, one in found if number not in before), *decided]
            if not taking or taking - before:  # an order carried out before means nothing that was said since
                masked = zip(veiled, entries[len(entries) - len(veiled) :], strict=True)
                plan.writes += [Replace(item, Ref(item.id, item.version), entry) for item, entry in masked]
            fresh = {item.id for _, item in told if place_of(item) not in before}
            plan.writes += (left := _due(also, fresh))
            written, wrong = await self._made(plan.writes, by, made, decided)
            if wrong:
                refused.update(wrong)
                return await change()
            kept = [await self._kept(result, written) for result in plan.results]
            settled = [one if at is None else replace(one, item=kept[at]) for one, at in done]
            jobs = [one.job for one in left if isinstance(one, Enqueue)]
            judgements = sorted(settled, key=lambda one: one.message)
            seen = Observation(tuple(kept[: len(told)]), tuple(judgements), jobs[0].id if jobs else None)
            return seen, jobs

        # Against an episode that changed meanwhile, what is masked in it has to be found anew.
        return await (change() if veiled else self._retried(change, within=True))

    async def _met_by(
        self, told: Sequence[tuple[Draft, MemoryItem]], saved: Sequence[MemoryItem], now: datetime
    ) -> list[Standing]:
        """Return what episodes and then candidates meet in their scopes."""
        asked = [(item, False, draft.idempotency_key) for draft, item in told]
        asked += [(item, self._contested(item), None) for item in saved]
        return await self._parts.io.store(self._parts.store.standings, asked, now, now - KEY_LIFE)

    async def _made(
        self, writes: Sequence[Write], by: Authorship, made: Sequence[Made], decided: Sequence[Judged]
    ) -> tuple[list[MemoryItem], dict[int, Made]]:
        """Write a step, or where a rule refuses some of its candidates, return these as what is let go.

        What was said is kept all the same, without what a rule keeps from following out of it.
        """
        try:
            return await self._apply(writes, by) if writes else [], {}
        except PolicyViolation as error:
            wrong = _refused(made, decided, error)
            if not wrong:
                raise
            return [], wrong

    async def _placed(
        self, candidates: Sequence[Candidate], episodes: Sequence[MemoryItem], places: Mapping[str, Scope],
        target: Scope,
    ) -> list[tuple[Candidate, MemoryItem | None]]:  # fmt: skip
        """Return candidates with what each would be saved as, in the slots they mean where they would be saved."""
        known: dict[Scope, Names] = {}
        made: list[tuple[Candidate, MemoryItem | None]] = []
        kin = await self._kin(candidates, places)
        for one in candidates:
            try:
                item = self._candidate(one, episodes, places, target, kin)
            except InvalidInput as error:  # of one of many: what was said is kept all the same
                one, item = replace(one, skipped=f"cannot be kept: {error}"), None
            proposal = one.proposal
            # What ends is looked for wherever this step may write: "my sister" has her name where the user's own facts are kept.
            scopes = dict.fromkeys((target, *places.values()) if item is None else (item.scope,))
            for where in scopes:
                if where not in known:
                    known[where] = await self._names_of(Reach(exactly=(where,)))
            if proposal.ends:
                proposal = replace(proposal, ends=under_each(proposal.ends, [known[one] for one in scopes]))
            if item is not None and proposal.draft is not None:
                slot = known[item.scope].slot(item.slot)
                item = item if slot == item.slot else replace(item, slot=slot)
                if slot != proposal.draft.slot:
                    proposal = replace(proposal, draft=replace(proposal.draft, slot=slot))
            made.append((one if proposal is one.proposal else replace(one, proposal=proposal), item))
        return made

    async def _kin(self, candidates: Sequence[Candidate], places: Mapping[str, Scope]) -> frozenset[str]:
        """Return the names of those close to who speaks, as slots spell them: those said now, and those known."""
        facts = [one.draft for one in candidates if one.draft is not None and one.draft.kind == "fact"]
        if "personal" not in places or not any(one.slot for one in facts):
            return frozenset()
        from ..extract import theirs

        slots = theirs.kin_slots({_who(one) for one in facts})
        reach = Reach(exactly=(places["personal"],))
        scan = Scan(reach, self._at(), In("slot", slots), kinds=DECLARATIVE, limit=KNOWN)
        known = await self._parts.io.store(self._parts.store.scan, scan)
        return theirs.names(
            [*(one.value for one in facts if one.slot in slots), *(one.value for one in known)]
        )

    def _candidate(
        self, one: Candidate, episodes: Sequence[MemoryItem], places: Mapping[str, Scope], target: Scope,
        kin: frozenset[str],
    ) -> MemoryItem | None:  # fmt: skip
        """Return what a candidate would be saved as, citing the episode it was read from."""
        draft = one.draft
        if draft is None:
            return None
        # What is sensitive is nobody's but the user's who tells it, whomever it is about.
        personal = one.sensitive and "personal" in places
        if not personal and draft.kind == "fact" and "personal" in places:
            from ..extract import theirs

            told = draft.text if draft.source.role == "user" else ""
            personal = theirs.personal(draft.slot, told, (_who(draft),), kin)
        scope = places.get("personal" if personal else draft.kind, target)
        cited = [item.id for item in episodes if item.metadata.get("message") == one.proposal.message]
        source = replace(draft.source, lineage=(*draft.source.lineage, *cited[:1]))
        item = self._item(self._redacted(replace(draft, scope=scope, source=source)))
        # Only words make a time explicit: two values of one message are a correction, not a conflict.
        return replace(item, explicit_time=one.proposal.dated, state="pending" if one.held else "active")


class Declared:
    """The live declarative memories of some scopes, the latest first: read anew where somebody has written since."""

    def __init__(self, parts: Parts, scopes: tuple[Scope, ...]) -> None:
        self._parts, self.scopes = parts, scopes
        self._stamp: object = None
        self._found: list[MemoryItem] = []

    async def now(self) -> Sequence[MemoryItem]:
        """Return at most `KNOWN` of them."""
        io, store, at = self._parts.io, self._parts.store, Moment(self._parts.clock.now())
        stamp = await io.store(store.stamp)
        if stamp is not self._stamp:
            found: list[MemoryItem] = []
            for scope in self.scopes:  # each by itself, as an index has them
                scan = Scan(Reach(exactly=(scope,)), at, kinds=DECLARATIVE, limit=KNOWN)
                found += await io.store(store.scan, scan)
            self._stamp, self._found = stamp, sorted(found, key=_latest, reverse=True)[:KNOWN]
        return self._found


def _latest(item: MemoryItem) -> tuple[datetime, str]:
    assert item.known_from is not None  # it is stored
    return item.known_from, item.id


def _who(draft: Draft) -> str:
    """Return who says what a draft was read from, as slots spell them; a user without a name is "user"."""
    named = draft.speaker if draft.source.role == "user" else None
    return checks.folded(named).replace(".", "") if named else "user"


def _as_before(text: str, standing: Standing) -> str:
    """Return the text of an episode; where it was kept before with more or less of it masked, as it was then.

    What is masked in an answer depends on what waits, or is taken back, when it is handed over.
    """
    before = "" if standing.once is None else standing.once[0]
    if not before or before == text:
        return text
    from ..extract.messages import masking

    for one, other in ((before, text), (text, before)):
        if (pattern := masking(one)) and pattern.fullmatch(other):
            return before
    return text


def _ordering(candidates: Iterable[tuple[Candidate, MemoryItem | None]], action: str) -> set[int]:
    """Return the numbers of the messages that give an order."""
    return {one.proposal.message for one, _ in candidates if one.proposal.action == action}


def _due(also: Sequence[Enqueue | Settle | Use], fresh: set[str]) -> list[Enqueue | Settle | Use]:
    """Return what is written beside a step, without the reading of episodes that were kept before."""
    return [one for one in also if not isinstance(one, Enqueue) or fresh & {*one.job.body["episodes"]}]


def phrase(words: str) -> re.Pattern[str]:
    """Return what finds words as they may have been said: on several lines, in capitals, but in no longer word."""
    spaced = r"\s+".join(map(re.escape, words.split()))
    return re.compile(rf"(?<!\w){spaced}(?!\w)" if spaced else r"(?!)", re.IGNORECASE)


def without(episode: MemoryItem, words: Iterable[str], mark: str) -> MemoryItem:
    """Return an episode with a mark in the place of words, in no tag either; itself where it has none of them."""
    return retold(
        episode,
        functools.reduce(lambda rest, some: phrase(some).sub(lambda _: mark, rest), words, episode.text),
    )


def retold(episode: MemoryItem, text: str) -> MemoryItem:
    """Return an episode with another text, without the tags that are of words it had; itself where the text is its own."""
    if text == episode.text:
        return episode
    before, after = episode.text.casefold(), text.casefold()
    tags = tuple(tag for tag in episode.tags if tag in after or tag not in before)
    return replace(episode, text=text, tags=tags)


def _refused(made: Sequence[Made], decided: Sequence[Judged], error: PolicyViolation) -> dict[int, Made]:
    """Return the candidates that a rule refuses, by what they were, as what is let go: they are it, or change what it is about."""
    found: dict[int, Made] = {}
    for one, (judgement, _) in zip(made, decided, strict=True):
        mine = {*judgement.ids, *([one.item.id] if one.item else [])}
        if not one.candidate.skipped and mine & {*error.ids}:
            skipped = replace(one.candidate, skipped=f"rule {error.rule!r} refuses it")
            found[id(one.candidate)] = one._replace(candidate=skipped)
    return found
