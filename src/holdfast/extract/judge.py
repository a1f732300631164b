"""What a proposal means beside what is known: new, known already, in place of which, or an open conflict.

Only the same slot competes: a fact about one entity never ends a fact about another, nor one attribute another (opposites
such as likes and dislikes aside). Times are left to `decide.place`, so that this and the store cannot disagree. Pure.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .. import checks, decide
from ..attributes import TABLE, Attribute, attribute
from ..text import Analyzer
from ..types import TRUSTS, Draft, MemoryItem, Scope, State
from . import quantities, words
from .claims import claimed
from .clauses import clauses
from .instructions import asked
from .proposals import End, Proposal

Outcome = Literal[
    "added", "superseded", "merged", "known", "conflict", "review", "ended", "forgotten", "withheld", "skipped", "nothing to end"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do for one proposal: the `outcome`, the ids of the known items it concerns, and why.

    "superseded" and "ended": these end. "merged" and "known": these say the same already ("merged" in other words). "conflict" and
    "review": these contradict it and stay. "forgotten" and "withheld": these are to be deleted.
    """

    outcome: Outcome
    ids: tuple[str, ...]
    reason: str


class Held:
    """Live memories in order, found by slot and value, so that judging one candidate of many does not look at them all.

    Beside them, in `waiting`, stand those that wait for review: these hold nothing that could end, but are forgotten with the rest.
    """

    def __init__(self, items: Iterable[MemoryItem] = (), state: State = "active") -> None:
        self._state: State = state
        self.waiting = Held((), "pending") if state == "active" else self
        self._items: dict[str, MemoryItem] = {}
        self._slots: dict[str, dict[str, MemoryItem]] = {}
        self._values: dict[tuple[str, Hashable], dict[str, MemoryItem]] = {}
        for item in items:
            self.add(item)

    def __iter__(self) -> Iterator[MemoryItem]:
        return iter(self._items.values())

    def add(self, item: MemoryItem) -> None:
        """Add a memory, in place of an earlier version of it; one that is neither active nor waits is none."""
        self.drop(item.id)
        if item.state == "pending" != self._state:
            self.waiting.add(item)
        if item.state != self._state:
            return
        self._items[item.id] = item
        if item.slot is not None:
            self._slots.setdefault(item.slot, {})[item.id] = item
            self._values.setdefault((item.slot, likeness(item.value)), {})[item.id] = item

    def drop(self, id: str) -> None:
        """Take a memory out, if it is there."""
        if self.waiting is not self:
            self.waiting.drop(id)
        item = self._items.pop(id, None)
        if item is not None and item.slot is not None:
            del self._slots[item.slot][id]
            del self._values[item.slot, likeness(item.value)][id]

    def of(self, slot: str) -> list[MemoryItem]:
        """Return those of a slot."""
        return list(self._slots.get(slot, {}).values())

    def alike(self, slot: str, value: Any) -> list[MemoryItem]:
        """Return those of a slot that say the same value (see `same`)."""
        return list(self._values.get((slot, likeness(value)), {}).values())


def judge(
    proposal: Proposal, known: Iterable[MemoryItem] | Held, table: Mapping[str, Attribute] = TABLE
) -> Verdict:
    """Return what a proposal comes to beside the live items of its own scope; neither is changed."""
    live = known if isinstance(known, Held) else Held(known)
    if proposal.action == "skip":
        return Verdict("skipped", (), proposal.reason)
    if proposal.action in ("end", "forget", "withhold"):
        ids = _named(proposal, live)
        if proposal.action != "end":
            ids += _named(proposal, live.waiting)
        if proposal.action == "withhold":
            return Verdict("withheld", ids, proposal.reason)
        done: Outcome = "ended" if proposal.action == "end" else "forgotten"
        return Verdict(done if ids else "nothing to end", ids, proposal.reason)
    if proposal.draft is None:
        return Verdict("skipped", (), "nothing to save")
    return _asserted(proposal, proposal.draft, live, table)


def _asserted(proposal: Proposal, draft: Draft, live: Held, table: Mapping[str, Attribute]) -> Verdict:
    ended = _named(proposal, live)
    if draft.slot is None:
        twins = tuple(
            item.id
            for item in live
            if item.slot is None and checks.folded(item.text) == checks.folded(draft.text)
        )
        return Verdict("known" if twins else "added", twins, proposal.reason)
    row = attribute(draft.slot.rpartition(".")[2], table)
    alike = [
        item
        for item in live.alike(draft.slot, draft.value)
        if decide.holds(item, draft.valid_from or item.valid_from)
    ]
    if alike and not set(ended) - {item.id for item in alike}:
        verbatim = any(checks.folded(item.text) == checks.folded(draft.text) for item in alike)
        return Verdict("known" if verbatim else "merged", tuple(item.id for item in alike), "said before")
    if row.many:
        return Verdict("superseded" if ended else "added", ended, proposal.reason)
    return _single(proposal, draft, live.of(draft.slot), ended, row)


def _single(
    proposal: Proposal, draft: Draft, holders: Sequence[MemoryItem], ended: tuple[str, ...], row: Attribute
) -> Verdict:
    """Judge a value of a slot that holds one at a time, against those that hold it."""
    item = _provisional(draft, proposal.dated)
    placed = decide.place(item, holders, several=False)
    rivals = tuple(dict.fromkeys(one.id for one in placed.changed))
    old = [
        end
        for end in proposal.ends
        if end.value is not None and end.slot and checks.folded(end.slot) == draft.slot
    ]
    if not rivals:
        return Verdict(
            "superseded" if ended else "added",
            ended,
            "history" if placed.action == "late" else proposal.reason,
        )
    concerned = [one for one in holders if one.id in rivals]
    if placed.action == "conflict" or row.policy == "keep_both":
        return Verdict("conflict", rivals, "another value of the same time")
    if row.policy == "review":
        return Verdict("review", rivals, "this attribute is changed by review")
    if old and not any(same(one.value, end.value) for one in concerned for end in old):
        return Verdict("conflict", rivals, "names another earlier value than the one known")
    if any(_trusted_less(draft, one, row) for one in concerned):
        return Verdict("conflict", rivals, "less trusted than what is known")
    return Verdict("superseded", tuple(dict.fromkeys((*rivals, *ended))), proposal.reason)


def _trusted_less(draft: Draft, item: MemoryItem, row: Attribute) -> bool:
    """Whether a draft may not replace an item: a model or an outsider never overrules a user or a tool."""
    new, old = TRUSTS.index(draft.source.trust), TRUSTS.index(item.source.trust)
    return new > old if row.policy == "highest_trust" else new >= 2 > old


def _provisional(draft: Draft, dated: bool) -> MemoryItem:
    start = draft.valid_from or draft.observed_at
    return MemoryItem(
        "", 1, draft.text, draft.kind, Scope.shared(), draft.slot, draft.value, valid_from=start, valid_to=draft.valid_to,
        source=draft.source, explicit_time=dated,
    )  # fmt: skip


def _named(proposal: Proposal, live: Held) -> tuple[str, ...]:
    """Return the ids of the items said before it that what a proposal ends names, each once; of one named by its id, whenever."""
    named = [(end, item) for end in proposal.ends for item in _names(end, live)]
    return tuple(dict.fromkeys(item.id for end, item in named if end.id or not _later(item, proposal.said)))


def _later(item: MemoryItem, said: datetime | None) -> bool:
    """Whether an item was said later than what does not mean it: an old log must not end what is known since."""
    at = item.observed_at or item.valid_from
    return said is not None and at is not None and at > said


def _names(end: End, live: Held) -> list[MemoryItem]:
    if end.id is not None:
        return [one for one in live if one.id == end.id]
    if end.preferences:
        slot = None if end.slot is None else checks.folded(end.slot)
        return [one for one in live if one.kind == "preference" and (slot is None or slot in _slots(one))]
    if end.slot is None:
        said = _stems(end.words) if end.words else set()
        return [one for one in live if said <= _stems(_told_of(one, end.words))] if said else []
    slot = checks.folded(end.slot)
    entity, _, name = slot.rpartition(".")
    if end.value is None:
        said = _stems(end.which) if end.which else set()  # "forget about my dog" leaves the cat
        return [one for one in live.of(slot) if said <= _stems(one.text)]
    names = words.PARTNERS if name in words.PARTNERS else (name,)
    return [one for each in names for one in live.alike(f"{entity}.{each}", end.value)]


def _told_of(item: MemoryItem, asked: str) -> str:
    """Return the words that say what an item is about: of a name all of its own, of anything else what its slot holds.

    "My neighbour with the cats is Tom" is not about cats, and whatever mentions Acme is about Acme.
    """
    if item.slot is None or item.attribute == "pet":  # whose value is its name
        return item.text
    return item.text if asked != asked.lower() else f"{item.slot.replace('.', ' ')} {item.value}"


def _slots(item: MemoryItem) -> frozenset[str]:
    """Return the slot of an item, or of one without a slot those its text would be read into."""
    if item.slot is not None:
        return frozenset({item.slot})
    found = (
        claim
        for clause in clauses(item.text)
        for claim in (*asked(clause, "user"), *claimed(clause, "user")[1])
    )
    return frozenset(checks.folded(claim.slot) for claim in found)


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: spelling, articles, plural endings and units aside; 8080 is not "8080.5"."""
    return likeness(one) == likeness(other)


def likeness(value: Any) -> Hashable:
    """Return what is equal for values that say the same, and for no others."""
    if isinstance(value, bool) or value is None:
        return type(value).__name__, value
    if not isinstance(value, str):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    spelled = _spelled(value)
    if amount := quantities.amount(spelled):
        return amount
    if spelled.replace(" ", "").isalpha() and (stems := _stems(spelled)):
        return frozenset(stems)
    return spelled


def _spelled(value: str) -> str:
    folded = checks.folded(value).strip(" .,!?\"'")
    return folded.removeprefix("the ").removeprefix("a ").removeprefix("an ")


@functools.cache
def _analyzer() -> Analyzer:
    return Analyzer("english")


def _stems(value: str) -> set[str]:
    return set(_analyzer().terms(value))
