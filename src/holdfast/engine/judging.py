"""Judging what a step holds: each candidate beside what is known and what those before it leave, and what follows planned."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from .. import decide
from ..attributes import Attribute
from ..extract import Verdict, judge
from ..extract.judge import Held, likeness
from ..judgements import Judgement
from ..ports import Entry, Standing
from ..types import MemoryItem, Scope
from .plan import Plan
from .step import Candidate


class Made(NamedTuple):
    """A candidate with the item it would become, that item's search data, and what stands in its slot."""

    candidate: Candidate
    item: MemoryItem | None = None
    entry: Entry | None = None
    standing: Standing | None = None


Judged = tuple[
    Judgement, int | None
]  # what became of a candidate, and where its item is among the plan's results


def judged(
    plan: Plan,
    made: Sequence[Made],
    known: Sequence[MemoryItem],
    table: Mapping[str, Attribute],
    now: datetime,
) -> list[Judged]:
    """Judge candidates one after another, each beside what those before it leave, and plan what follows."""
    live = _Live(known)
    found: list[Judged] = []
    for one in made:
        if one.standing is not None:
            plan.meet(one.standing)
    for one in made:
        if one.candidate.skipped:
            found.append((one.candidate.judged("skipped", one.candidate.skipped), None))
            continue
        waiting = live.waiting(one)
        if waiting is not None:
            found.append((one.candidate.judged("known", "waits for review already", ids=(waiting.id,)), None))
            continue
        # A value competes in its own scope only; what ends or is to be forgotten is looked for in all of them.
        beside = live.all if one.item is None else live.of(one.item.scope)
        one = _said_later(one, beside, plan.many)
        verdict = judge(one.candidate.proposal, beside, table)
        concerned = [live.items[id] for id in verdict.ids if id in live.items]
        result, kept = _planned(plan, one, verdict, concerned, now)
        found.append(result)
        if result[0].outcome in ("superseded", "ended", "forgotten", "withheld"):
            for other in concerned:
                live.drop(other)
        if kept is not None:
            live.add(kept)
    return found


class _Live:
    """What is known as candidate after candidate is judged: in all scopes, in each, and what waits for review."""

    def __init__(self, known: Sequence[MemoryItem]) -> None:
        self.items: dict[str, MemoryItem] = {}
        self.all = Held()
        self._scopes: dict[Scope, Held] = {}
        self._waiting: dict[Hashable, MemoryItem] = {}
        for item in known:
            self.add(item)

    def add(self, item: MemoryItem) -> None:
        self.items[item.id] = item
        self.all.add(item)
        self._scopes.setdefault(item.scope, Held()).add(item)
        if item.state == "pending":
            self._waiting.setdefault(_asked(item), item)

    def drop(self, item: MemoryItem) -> None:
        del self.items[item.id]
        if item.state == "pending":
            self._waiting.pop(_asked(item), None)
        self.all.drop(item.id)
        self._scopes[item.scope].drop(item.id)

    def of(self, scope: Scope) -> Held:
        """Return what is known in exactly this scope."""
        return self._scopes.setdefault(scope, Held())

    def waiting(self, one: Made) -> MemoryItem | None:
        """Return the memory that says the same and waits for review, where this one would too."""
        if one.item is None or one.item.state != "pending":
            return None
        return self._waiting.get(_asked(one.item))


def _asked(item: MemoryItem) -> Hashable:
    """Return what is equal for memories that a user would be asked about in the same question."""
    said = item.text if item.slot is None or item.value is None else item.value
    return item.scope, item.slot, likeness(said)


def _said_later(one: Made, live: Held, many: frozenset[str]) -> Made:
    """Let what was said later hold from when it was said, where it dates itself before a value that nothing dated.

    "I live in Paris", then "I moved to Berlin last month": of Paris we only know that it was said, so Berlin is no history.
    """
    draft, item = one.candidate.proposal.draft, one.item
    if (
        draft is None
        or item is None
        or item.valid_from is None
        or draft.observed_at is None
        or draft.valid_to
        or item.slot is None
        or decide.many(item, many)
    ):
        return one
    for other in live.of(item.slot):
        undated = not other.explicit_time and other.valid_from
        if undated and item.valid_from < undated <= draft.observed_at:
            candidate = replace(
                one.candidate,
                proposal=replace(one.candidate.proposal, draft=replace(draft, valid_from=draft.observed_at)),
            )
            return one._replace(candidate=candidate, item=replace(item, valid_from=draft.observed_at))
    return one


def _planned(
    plan: Plan, one: Made, verdict: Verdict, concerned: Sequence[MemoryItem], now: datetime
) -> tuple[Judged, MemoryItem | None]:
    """Plan what a verdict comes to, and return it as a judgement, with the memory written or met if there is one."""
    candidate, item, outcome = one.candidate, one.item, verdict.outcome
    at = next((end.at for end in candidate.proposal.ends if end.at), now)
    if (
        outcome in ("added", "superseded", "conflict", "review")
        and item is not None
        and one.entry
        and one.standing
    ):
        if item.state == "pending" or outcome == "review":
            why = f"{candidate.held}: waits for review" if candidate.held else verdict.reason
            waiting = plan.hold(item, one.standing)
            return (candidate.judged("pending", why, ids=verdict.ids), len(plan.results) - 1), waiting
        rivals = concerned if outcome == "conflict" else ()
        kept = plan.enter(item, one.entry, one.standing, rivals)
        if (
            kept.id != item.id
        ):  # the store holds what was not among the known: true at another time, or beyond `KNOWN`
            return (candidate.judged("known", "said before", ids=(kept.id,)), len(plan.results) - 1), kept
        for other in concerned:
            if outcome == "superseded" and (other.slot != item.slot or decide.many(item, plan.many)):
                plan.end(other, item.valid_from or now, item.id)
        return (candidate.judged(outcome, verdict.reason, ids=verdict.ids), len(plan.results) - 1), kept
    if outcome in ("merged", "known") and item is not None:
        plan.sight(concerned[0], item.source)
        return (candidate.judged(outcome, verdict.reason, ids=verdict.ids), len(plan.results) - 1), None
    if outcome == "ended":
        for other in concerned:
            plan.end(other, at)
    if outcome in ("forgotten", "withheld"):
        for other in concerned:
            plan.remove(other)
    if outcome in ("ended", "forgotten", "withheld"):
        return (candidate.judged(outcome, verdict.reason, ids=verdict.ids), None), None
    why = "nothing known to end" if outcome == "nothing to end" else verdict.reason
    return (candidate.judged("skipped", why), None), None
