"""How a search is answered, the context made from one, and the verbs that look back: explain, why_not, rerun."""

from __future__ import annotations

import itertools
import json
import math
import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import age, checks, receipts
from ..away import Later
from ..decide import begin, many
from ..echo import Recalled, told
from ..errors import AccessDenied, BadFilter, DoesNotFit, NotFound
from ..filters import Filter, In, parse, to_json
from ..ports import AsOf, KeptReceipt, Moment, Reach, Scan
from ..receipts import Context, Explanation, Hits, Receipt, Rerun, Scored, WhyNot
from ..types import Hit, Kind, MemoryItem, Scope
from .alike import Alike, is_echo, whose
from .finding import Finding, Meant, Question
from .packing import CONSIDERED, MOST_TOKENS, Beside, checked_sections, packed, why_left_out
from .succession import SIGNAL, Answered, is_agents, raised, said_again, scored
from .waits import whole

if TYPE_CHECKING:
    from ..pack import Section
    from .corpus import Found

RECEIPT_LIFE = timedelta(days=30)
MOST_BESIDE = 200  # memories that may be in a context whatever was asked
MOST_ENDED = 8  # values of a slot, the latest, that an agent may say again
MOST_LOOKED_AT = 1_000  # rows, in search of k different things


class Picked(NamedTuple):
    """A row of an answer with its item, where that comes from, and the ids of its twins (see `Hit`)."""

    row: int
    item: MemoryItem
    origin: str | None
    twins: list[str]


class Answering(Finding):
    """Answering, and looking back at an answer."""

    @whole
    async def context(
        self,
        query: str,
        *,
        budget: int = 1024,
        sections: Iterable[Section] | None = None,
        always: Filter | Mapping[str, Any] | None = None,
        where: Filter | Mapping[str, Any] | None = None,
        kinds: Iterable[Kind] | None = None,
        tags: Iterable[str] | None = None,
        since: datetime | date | timedelta | None = None,
        until: datetime | date | timedelta | None = None,
        valid_at: datetime | None = None,
        known_at: datetime | None = None,
        min_relevance: float = 0.3,
        keep: bool = False,
        scope: Scope | Sequence[str] | None = None,
        under: Scope | None = None,
    ) -> Context:
        """Return text for a prompt, of at most `budget` tokens (0..1,000,000): the memories worth most to a query, whole.

        Values of slots come first, then what was said, by day; the order does not depend on the ranking, so that prompt
        caches stay warm. A value past what its attribute is good for (`holdfast.attributes`) says how old it is. Memories stand as quotes in a block that none of them can close. Where no hit has
        a relevance of `min_relevance` 0..1, nothing fits and the text is empty; else the budget is filled by worth. What passes the
        filter `always` is in the text all the same, the most important and latest of it, up to a quarter of the budget: how to work, who the user is. `sections` are
        `holdfast.pack.Section`, in order, instead of the usual ones. The best 150 hits are considered; the other arguments
        are those of `search`. Tokens are counted by the `count_tokens` that the memory was opened with.

        The receipt says of each hit what became of it, for `why_not`; `rerun` asks for its hits. `keep` is as in `search`.

        Raises `InvalidInput` and `BadFilter`.
        """
        allowed = checks.count(budget, "budget", 0, MOST_TOKENS)
        beside = None if always is None else parse(always)
        least, parts = checks.unit(min_relevance, "min_relevance"), checked_sections(sections)
        filtered, wanted = self._where(where, tags), self._kinds(kinds)
        options = {
            "k": CONSIDERED,
            "min_relevance": None,  # asked for while packing, so that the receipt has what was left out
            "where": None if filtered is None else to_json(filtered),
            "kinds": None if wanted is None else sorted(wanted),
            **self._days(since, until),
        }
        state = await self._stamped()
        asked = self._asked_for(query)
        at, reach = self._at(valid_at, known_at), self._reach(scope, under)
        hits = await self._answer(Question(asked, reach, at, options, state=state))
        told = [] if beside is None else await self._beside(beside, reach, at, hits)
        items = {one.id: one for one in (*(hit.item for hit in hits), *(one.item for one in told))}
        aged = await self._aged(list(items.values()), reach, at._replace(valid=hits.receipt.valid))
        # Off the event loop, like the store: counting and choosing take some milliseconds.
        made = await self._parts.io.store(
            packed, hits, told, allowed, least, parts, self._parts.count, aged, self._zone
        )
        if keep:
            await self._keep_receipt(made.receipt)
        return made

    async def _beside(self, where: Filter, reach: Reach, at: Moment, hits: Hits) -> list[Beside]:
        """Return the live memories that pass a filter, the most important first: each thing once, as the hit that says it where
        one does.

        Of equal ones the latest of each slot comes before the second of any: many rules of work keep out no diet.
        """
        scan = Scan(
            reach=reach, at=at, where=where, kinds=self._kinds(None), sort="importance", limit=MOST_BESIDE
        )
        found: list[Beside] = []
        for origin, store in self._origins(reach):
            items = await self._for_caller(await self._parts.io.store(store.scan, scan))
            found += [Beside(one, origin, None) for one in items]
        found.sort(key=lambda one: begin(one.item), reverse=True)
        turns: dict[str, Iterator[int]] = defaultdict(itertools.count)
        placed = [(-one.item.importance, next(turns[one.item.slot or one.item.kind]), one) for one in found]
        found = [one for *_, one in sorted(placed, key=operator.itemgetter(0, 1))]
        outdated = await self._outdated(reach, at, [one.item for one in found])
        mine = whose(reach)
        said: dict[str, Alike[Hit]] = defaultdict(lambda: Alike(mine))
        told: dict[str, Alike[Beside]] = defaultdict(lambda: Alike(mine))
        for hit in hits:
            said[hit.item.kind].setdefault(hit.item, hit)
        answer: list[Beside] = []
        for one in found:
            same = said[one.item.kind].get(one.item)
            own = one._replace(outdated_by=outdated.get(one.item.id))
            shown = Beside(same.item, same.origin, same.outdated_by) if same else own
            if told[one.item.kind].setdefault(one.item, shown) is shown:
                answer.append(shown)
        return answer[:MOST_BESIDE]

    @whole
    async def explain(self, receipt: Receipt | str) -> Explanation:
        """Return the order of a search, rebuilt from its receipt (or the id of a kept one) alone.

        Each line gives what every signal added; they sum to the score to the last bit. Raises `NotFound` for an id that is
        not kept (any more) or belongs to others.
        """
        return receipts.explain(await self._receipt(receipt))

    @whole
    async def why_not(self, receipt: Receipt | str, id: str) -> WhyNot:
        """Return which stage kept a memory out of the answer the receipt stands for, and by how much.

        The stages are in `holdfast.receipts.STAGES`. A memory this caller may not see is "not visible", whether it exists
        or not.
        """
        past, checked = await self._receipt(receipt), checks.item_id(id)
        for place, row in enumerate(past.rows, 1):
            if row.id == checked and row.stage == "returned":
                shown = "it is in the context, from " if past.budget else "it is "
                return WhyNot(checked, "returned", f"{shown}hit number {place}", place, row.score)
            if row.id == checked:
                return why_left_out(row, place, past.budget)
            if checked in row.twins:
                detail = f"hit number {place}, {row.id}, says the same"
                return WhyNot(checked, "too similar", detail, place)
        if checked in past.budget.get("always", ()):
            return WhyNot(checked, "returned", "it is in the context whatever was asked")
        question = self._again(past)
        item = await self._looked_up(checked, question.reach, self._at())
        if item is None:
            return await self._unseen(checked, question.reach)
        found = await self._found(question)
        live = found.row_of(checked)
        if live is not None:
            return self._outranked(checked, found, live, past)
        if found.candidates.beyond is not None:
            found = await self._found(question, witness=checked)
            if (live := found.row_of(checked)) is not None:
                told = self._outranked if math.isinf(found.score(live)) else self._not_drawn
                return told(checked, found, live, past)
        open_question = question._replace(options={**question.options, **_UNFILTERED})
        without_filter = await self._found(open_question, witness=checked)
        if without_filter.row_of(checked) is not None:
            return WhyNot(
                checked, "filtered", "a filter of the search (where, kinds, tags, since, until) leaves it out"
            )
        when = f"at {past.valid.isoformat(timespec='seconds')} as known then"
        return WhyNot(checked, "outside time", f"it was not a live memory {when} (state now: {item.state})")

    @whole
    async def rerun(self, receipt: Receipt | str) -> Rerun:
        """Ask a search again as of then, and today: the same answer, or a note of what makes that impossible.

        What was erased or has expired since is in no answer; vectors made anew by another model compare differently. Of a
        context these are the hits it was made from, shown or not.
        """
        past = await self._receipt(receipt)
        question = self._again(past)
        then = await self._answer(question)
        today = await self._answer(question._replace(as_of=None, at=self._at()))
        before = [row.id for row in past.rows]
        same = [(hit.id, hit.score) for hit in then] == [(row.id, row.score) for row in past.rows]
        now = [hit.id for hit in today]
        return Rerun(
            hits=tuple(then),
            same=same,
            notes=() if same else await self._notes(past, question, then.receipt.weights),
            new=tuple(id for id in now if id not in before),
            gone=tuple(id for id in before if id not in now),
        )

    def _asked_for(self, query: str) -> str:
        """Return a query as it is searched for: what policy masks is in no memory, and goes to no model that embeds."""
        return self._shown(checks.text(query, "query"))

    def _days(self, since: object, until: object) -> dict[str, str | None]:
        """Return the options of a question that say which days it is bound to, and whose days it speaks of."""
        now, zone = self._parts.clock.now(), self._zone
        first, last = checks.since(since, "since", now, zone), checks.since(until, "until", now, zone)
        return {
            "since": None if first is None else first.isoformat(),
            "until": None if last is None else last.isoformat(),
            "timezone": self._timezone,
        }

    # -- answering -----------------------------------------------------------------------------------------------

    async def _answer(self, asked: Question) -> Hits:
        """Return the hits of a question with their receipt; what needs no vector may be done while the query is embedded."""
        from .. import events

        embedder = self._parts.embedding.now
        known = asked.as_of is not None
        if not known and (embedder is None or events.named(asked.query, asked.asked_at)):
            asked, known = await self._asking(asked), True  # what is embedded depends on it
        if embedder is None:
            return await self._hits(asked, None)

        async def hits(vector: Later) -> Hits:
            whole = asked if known else await self._asking(asked)
            return await self._hits(whole, Meant(asked.text, embedder, vector))

        return await self._parts.io.beside(embedder, asked.text, hits)

    async def _hits(self, asked: Question, meant: Meant | None) -> Hits:
        found = await self._found(asked, meant=meant)
        picked = await self._picked(asked, found)
        least, named = asked.options["min_relevance"], found.ranked.recipe.named
        answer = [
            Answered(one.item, told, one.origin, one.twins)
            for one, told in zip(picked, found.told([one.row for one in picked]), strict=True)
            if least is None or told.relevance >= least
        ]
        at = asked.at._replace(valid=found.candidates.as_of.valid)
        derived = [one.item for one in answer] if found.candidates.derived else []
        outdated = await self._outdated(asked.reach, at, derived)
        told = {one.item.id for one in answer if one.item.kind == "episode"} & outdated.keys()
        if told:
            behind = {id: outdated[id] for id in told}
            further = await self._successors(asked, found, answer, set(behind.values()))
            answer = raised(answer, behind, further)[: asked.options["k"]]
        hits = [
            Hit(
                one.item,
                one.told.score,
                one.told.relevance,
                one.told.signals,
                tuple(one.twins),
                outdated.get(one.item.id),
                one.origin,
            )
            for one in answer
        ]
        # What only some answers have stands in their receipts alone: then every row has it.
        lifted = {SIGNAL: 1.0} if any(SIGNAL in one.told.signals for one in answer) else {}

        def rows() -> tuple[Scored, ...]:
            return tuple(
                Scored(
                    hit.id,
                    hit.item.version,
                    named(one.told.raw) | {name: one.told.signals.get(name, 0.0) for name in lifted},
                    hit.score,
                    hit.relevance,
                    twins=hit.twins,
                    origin=hit.origin,
                )
                for one, hit in zip(answer, hits, strict=True)
            )

        # The corpus is let go here: what a receipt needs of it is counted, and written from these few rows.
        counts, as_of, model = found.counts(), found.candidates.as_of, found.model
        weights = {**found.ranked.recipe.weights, **lifted}
        mounted = {
            one.origin: dict(one.candidates.as_of.known) for one in found.shares if one.origin is not None
        }
        return Hits(hits, lambda: self._written(asked, as_of, mounted, model, weights, counts, rows()))

    async def _outdated(self, reach: Reach, at: Moment, items: Sequence[MemoryItem]) -> Mapping[str, str]:
        """Return which of some items tell a value that another has replaced, and the id of that one: episodes, and what was read
        from the same words of one."""
        told = [item.id for item in items if item.kind == "episode" or item.source.lineage]
        if not told:
            return {}
        outdated: dict[str, str] = {}
        for store in self._readable(reach):
            outdated |= await self._parts.io.store(store.outdated, told, reach, at)
        outdated |= await self._said_again(reach, at, items, outdated)
        if self._caller.kinds.read is None:
            return outdated
        now = {id: await self._looked_up(id, reach, at) for id in set(outdated.values())}
        return {id: by for id, by in outdated.items() if (holder := now[by]) and self._reads(holder)}

    async def _said_again(
        self, reach: Reach, at: Moment, items: Sequence[MemoryItem], outdated: Mapping[str, str]
    ) -> dict[str, str]:
        """Return which turns of an agent among some items say an ended value again of a slot that these tell of."""
        turns = [one for one in items if is_agents(one) and one.id not in outdated]
        several = self._rules.many
        holders = {one.id: one for one in items if turns and one.supersedes and not many(one, several)}
        for id in set(outdated.values()) - holders.keys() if turns else ():
            if (holder := await self._looked_up(id, reach, at)) is not None:
                holders[id] = holder
        before = {str(one.supersedes): one for one in holders.values() if one.supersedes}
        past: list[tuple[MemoryItem, MemoryItem]] = []
        for _ in range(MOST_ENDED):
            if not before:
                break
            scan = Scan(reach, at, In("id", tuple(before)), live=False, limit=len(before))
            stores = self._readable(reach)
            found = [one for store in stores for one in await self._parts.io.store(store.scan, scan)]
            past += [(before[one.id], one) for one in found if one.state == "superseded"]
            before = {str(one.supersedes): before[one.id] for one in found if one.supersedes}
        return said_again(turns, past)

    async def _successors(
        self, asked: Question, found: Found, answer: Sequence[Answered], wanted: set[str]
    ) -> dict[str, Answered]:
        """Return those of some memories that the answer lacks although they pass its filter and its least relevance, by id."""
        lacking = wanted - {id for one in answer for id in one.ids}
        rows = {id: row for id in sorted(lacking) if (row := found.row_of(id)) is not None}
        told = dict(zip(rows, found.told(list(rows.values())), strict=True)) if rows else {}
        items = await self._fetched(found, list(rows.values()), asked.at)
        said: Alike[Answered] = Alike(whose(asked.reach))
        for one in answer:
            said.setdefault(one.item, one)
        for id, row in list(rows.items()):
            if row in items and (same := said.get(items[row][0])) is not None:
                same.twins.append(id)  # the answer has what it says
                del items[row]
        least = asked.options["min_relevance"]
        return {
            id: Answered(items[rows[id]][0], scored(of), items[rows[id]][1], [])
            for id, of in told.items()
            if rows[id] in items and (least is None or of.relevance >= least)
        }

    async def _aged(self, items: Sequence[MemoryItem], reach: Reach, at: Moment) -> dict[str, str]:
        """Return, of memories that have outlived what their attribute is good for at a valid time, how old they are."""
        table, valid = self._rules.table, at.valid or at.now
        old = [one for one in items if age.overdue(age.observed(one), age.life(one, table), valid)]
        if not old:
            return {}
        again: dict[str, datetime] = {}
        for store in self._readable(reach):
            again |= await self._parts.io.store(store.seen, [one.id for one in old], reach, at)
        seen = {one.id: (age.last_seen(one, again.get(one.id)), age.life(one, table)) for one in old}
        return {
            id: age.told(last, valid, self._zone)
            for id, (last, days) in seen.items()
            if last and age.overdue(last, days, valid)
        }

    async def _picked(self, asked: Question, found: Found) -> list[Picked]:
        """Return the best `k` of a corpus that are different things: of memories that say the same, the best one.

        What an agent said again of a better one of them stands behind that one. Looks further down where there are
        twins, to the 1,000th row at most.
        """
        k, depth = asked.options["k"], 0
        picked: list[Picked] = []
        echoes: list[Picked] = []
        mine = whose(asked.reach)
        alike: Alike[Picked] = Alike(mine)
        while len(picked) < k and depth < MOST_LOOKED_AT:
            rows = found.best(k if not depth else min(depth * 4, MOST_LOOKED_AT))[depth:]
            if not len(rows):
                break
            for row, (item, origin) in (await self._fetched(found, rows.tolist(), asked.at)).items():
                same = alike.setdefault(item, one := Picked(row, item, origin, []))
                if same is one and len(picked) < k:
                    (echoes if is_echo(item) else picked).append(one)
                elif item.id not in (same.item.id, *same.twins):
                    same.twins.append(item.id)
            depth += len(rows)
        if not echoes:
            return picked
        order = {row: place for place, row in enumerate(found.best(MOST_LOOKED_AT).tolist())}
        said = [(order[one.row], Recalled([one.item.text]), one) for one in picked]
        for echo in echoes:
            again = told(echo.item.text)
            above = (
                one
                for place, text, one in said
                if place < order[echo.row] and mine(one.item) == mine(echo.item) and text.holds(again)
            )
            first = next(above, None)
            if first is None:
                picked.append(echo)
            else:
                first.twins.extend([echo.item.id, *echo.twins])
        return sorted(picked, key=lambda one: order[one.row])[:k]

    # -- receipts ------------------------------------------------------------------------------------------------

    def _written(
        self,
        asked: Question,
        as_of: AsOf,
        mounted: Mapping[str, Mapping[Scope, datetime]],
        model: str | None,
        weights: Mapping[str, float],
        counts: Mapping[str, int],
        rows: tuple[Scored, ...],
    ) -> Receipt:
        return Receipt(
            id=self._parts.clock.new_id(),
            at=asked.at.now,
            held=self._caller.scope,
            reach=reach_json(asked.reach),
            query=asked.query,
            options=self._without_secrets(asked.options),
            valid=as_of.valid,
            known=dict(as_of.known),
            model=model,
            weights=weights,
            counts=counts,
            rows=rows,
            mounted=mounted,
        )

    def _without_secrets(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return a question's options as a receipt tells them: what policy masks may stand in a filter."""
        if options.get("where") is None:
            return dict(options)
        from ..redact import redact_json

        return {**options, "where": redact_json(options["where"], self._policy()).value}

    async def _keep_receipt(self, receipt: Receipt) -> None:
        body = json.dumps(receipt.to_json(), ensure_ascii=False, separators=(",", ":"))
        scope = receipt.held.pick(receipt.held.names)[0]
        life = self._in_force.policy.receipt_life or RECEIPT_LIFE
        kept = KeptReceipt(receipt.id, scope, receipt.at, receipt.at + life, body)
        await self._parts.io.store(self._parts.store.keep_receipt, kept)

    async def _receipt(self, receipt: Receipt | str) -> Receipt:
        """Return a receipt, by id from the store; only one whose caller's labels this caller holds too."""
        if isinstance(receipt, Receipt):
            if not self._may(receipt):
                raise AccessDenied(
                    "this receipt is of a search by a caller with other labels; ask as that caller"
                )
            return receipt
        id = checks.item_id(receipt, "receipt", "a receipt, or the id of one that `search` was told to keep")
        body = await self._parts.io.store(self._parts.store.receipt, id, self._parts.clock.now())
        found = None if body is None else self._receipt_of(body)
        if found is None or not self._may(found):
            raise NotFound(id, "kept receipt")
        return found

    @staticmethod
    def _receipt_of(body: str) -> Receipt:
        """Return the receipt that was kept as this body."""
        return Receipt.from_json(json.loads(body))

    def _may(self, receipt: Receipt, under: Scope | None = None) -> bool:
        """Whether this caller may read a receipt; `under` labels, one asked with these of their names alone."""
        if under is not None and not all(one.holds(under) for one in receipt.held.pick(receipt.held.names)):
            return False
        if self._caller.admin:
            return True
        # A receipt comes from outside: what it says it read must be what this caller may read.
        reach, held = _reach_of(receipt.reach), self._caller.scope
        read = (reach.visible,) if reach.exactly is None else reach.exactly
        return reach.under is None and all(
            one is not None and held.holds(one) for one in (receipt.held, *read)
        )

    def _again(self, receipt: Receipt) -> Question:
        """Return the question of a receipt, to be asked under its clocks."""
        reach = _reach_of(receipt.reach)
        try:
            parse(receipt.options["where"])
        except BadFilter as error:
            raise DoesNotFit("receipt", f"has a filter that cannot be asked again: {error}") from None
        as_of = AsOf(receipt.valid, dict(receipt.known))
        return Question(receipt.query, reach, self._at(), receipt.options, as_of, receipt.mounted)

    # -- looking back --------------------------------------------------------------------------------------------

    async def _unseen(self, id: str, reach: Reach) -> WhyNot:
        """Say of a memory that no read gives whether it has expired, which who might see it is told; nothing else of it is."""
        for store in self._readable(reach):
            gone = await self._parts.io.store(store.expired, id, reach, self._at())
            if gone is not None and gone.expires_at is not None:
                told = f"it expired at {gone.expires_at.isoformat(timespec='seconds')}, and is in no answer since"
                return WhyNot(id, "expired", told)
        return WhyNot(
            id,
            "not visible",
            "no memory with this id is visible to the caller of the search, or it was erased",
        )

    def _outranked(self, id: str, found: Found, row: int, past: Receipt) -> WhyNot:
        """Say by how much a live memory missed the cut: of relevance, or of the k best; or that it does not match."""
        score = found.score(row)
        if math.isinf(score):
            problem = (
                "no word of the query is in it or its conversation, and without a model nothing else tells"
            )
            return WhyNot(id, "no match", problem)
        rows = found.best(len(found.candidates.live)).tolist()
        rank, relevance = rows.index(row), found.told([row])[0].relevance
        least, k = past.options["min_relevance"], past.options["k"]
        if least is not None and relevance < least and rank < k:
            gap = least - relevance
            return WhyNot(
                id, "below relevance", f"relevance {relevance:.3f} of {least:.3f}", rank + 1, score, gap
            )
        # What a least relevance took out of the answer leaves its last row above the k-th.
        last = (
            past.rows[-1].score if past.rows and least is None else found.score(rows[min(k, len(rows)) - 1])
        )
        return WhyNot(
            id, "below k", f"place {rank + 1} of {len(rows)}, k was {k}", rank + 1, score, last - score
        )

    def _not_drawn(self, id: str, found: Found, row: int, past: Receipt) -> WhyNot:
        """Say that a live memory was not among those ranked, and what its score would have been."""
        live = found.candidates.beyond.live if found.candidates.beyond else 0
        score = found.score(row)
        missing = past.rows[-1].score - score if past.rows else 0.0
        detail = f"neither by words nor by meaning among the best of {live:,} live memories, which alone are ranked"
        if missing <= 0:
            detail += "; its score would have been high enough"
        return WhyNot(id, "below the channel cut", detail, score=score, missing=missing)

    async def _notes(
        self, past: Receipt, question: Question, weights: Mapping[str, float]
    ) -> tuple[str, ...]:
        notes = []
        if past.model != (model := self._parts.embedding.id):
            notes.append(f"the search used the embedding model {past.model}, today's is {model}")
        if dict(past.weights) | {SIGNAL: 1.0} != {**weights, SIGNAL: 1.0}:
            notes.append("the ranking recipe has changed since")
        gone = sorted(set(past.mounted) - {one.name for one in self._parts.mounts})
        notes += [f"{name!r} is not mounted today" for name in gone]
        for row in past.rows:
            if row.origin not in gone and await self._looked_up(row.id, question.reach, self._at()) is None:
                notes.append(f"memory {row.id} was erased, moved out of sight or has expired")
        return tuple(notes or ["what was known then has been erased or has expired in part"])


_UNFILTERED = {"where": None, "kinds": None, "since": None, "until": None}


def reach_json(reach: Reach) -> dict[str, Any]:
    """Return a reach as JSON."""
    if reach.under is not None:
        return {"under": reach.under.to_json()}
    if reach.exactly is not None:
        return {"exactly": [scope.to_json() for scope in reach.exactly]}
    return {"visible": (reach.visible or Scope.shared()).to_json()}


def _reach_of(stored: Mapping[str, Any]) -> Reach:
    if "under" in stored:
        return Reach(under=Scope.from_json(stored["under"]))
    if "exactly" in stored:
        return Reach(exactly=tuple(Scope.from_json(labels) for labels in stored["exactly"]))
    return Reach(visible=Scope.from_json(stored.get("visible", {})))
