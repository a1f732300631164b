"""What a user takes back: "forget that I live in Paris" and "don't remember that" reach what was said in earlier steps.

The rules name the memories that go; here follow the words these were read from. Their episodes stay, without those words: a new
version, so that no search or context tells them. The version before it has them until it is erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..filters import Contains, Eq, Filter, In, Or
from ..ports import Authorship, Reach, Scan
from ..types import MemoryItem, Scope
from .rename import Renames
from .work import without

if TYPE_CHECKING:
    from .step import Candidate, Step

_EPISODES = frozenset({"episode"})
_SOON = timedelta(hours=1)  # how long "that" means what was said before it where there is no thread
_FEWEST_WORDS = (
    2  # of a memory whose text is looked for in other episodes: one word alone would be found anywhere
)
_MOST = 1_000


class Unsays(Renames):
    """What a step takes back of earlier ones."""

    async def _candidates(
        self, step: Step, recalled: Sequence[str], scopes: tuple[Scope, ...], thread: str | None
    ) -> tuple[list[Candidate], list[MemoryItem]]:
        """Return the candidates of a step, each order to forget with all it means, and earlier episodes as they are to be.

        An order that means what was said before it, in a step that has nothing before it, means the latest turn of the user in
        its thread, what was answered to that, and what was read from these.
        """
        known = await self._declared(scopes)
        candidates = step.candidates(known, recalled)
        orders = [one for one in candidates if one.proposal.action in ("forget", "withhold")]
        if not orders:
            return candidates, []
        from ..extract.judge import Held, judge
        from ..extract.messages import WITHHELD
        from ..extract.proposals import End

        waiting = await self._waiting(scopes)
        held, items = Held([*known, *waiting]), {one.id: one for one in (*known, *waiting)}
        changed, veiled = {id(one): one for one in candidates}, dict[str, MemoryItem]()
        for one in orders:
            before = _drafted([each for each in candidates if _place(each) < _place(one)], scopes[0])
            named = judge(one.proposal, Held(before), self._rules.table).ids
            changed |= {int(each): replace(changed[int(each)], unsaid=True) for each in named}
            turns = await self._said_last(step, one, scopes[0], thread)
            veiled |= {turn.id: replace(turn, text=WITHHELD, tags=()) for turn in turns}
            read = [item.id for item in items.values() if not veiled.keys().isdisjoint(item.source.lineage)]
            ends = (*one.proposal.ends, *(End(id=each) for each in read if turns))
            gone = [
                items[each] for each in judge(replace(one.proposal, ends=ends), held, self._rules.table).ids
            ]
            ends += tuple(End(id=item.id) for item in items.values() if _names_one_of(gone, item))
            for episode in await self._cited(gone, scopes):
                if episode.id not in veiled:
                    veiled[episode.id] = without(episode, [item.text for item in gone], WITHHELD)
            changed[id(one)] = replace(
                one, proposal=replace(one.proposal, ends=ends), unsaid=bool(gone or named)
            )
        return list(changed.values()), list(veiled.values())

    async def _said_last(
        self, step: Step, one: Candidate, scope: Scope, thread: str | None
    ) -> list[MemoryItem]:
        """Return the turns that an order means which is alone in its step: the speaker's latest, and what was answered."""
        if not step.means_before(one.proposal):
            return []
        thread = step.thread_of(one.proposal) or thread
        scan = Scan(
            Reach(exactly=(scope,)), self._at(), None if thread is None else Eq("thread", thread), sort="observed_at", limit=20,
            kinds=_EPISODES,
        )  # fmt: skip
        found = await self._parts.io.store(self._parts.store.scan, scan)
        since = None if thread is not None or one.proposal.said is None else one.proposal.said - _SOON
        turns = [item for item in found if item.thread == thread and _between(item, since, one.proposal.said)]
        turns.sort(key=lambda item: (item.observed_at or scan.at.now, item.id), reverse=True)
        speaker = step.speaker_of(one.proposal)
        last = next((n for n, item in enumerate(turns) if item.speaker == speaker), -1)
        return [turn for turn in turns[: last + 1] if turn.speaker == speaker or turn.source.role != "user"]

    async def _cited(self, gone: Iterable[MemoryItem], scopes: tuple[Scope, ...]) -> list[MemoryItem]:
        """Return the episodes that some memories were read from, and those that say the same words."""
        where: list[Filter] = []
        for item in gone:
            if item.source.lineage and item.state == "active":
                where.append(In("id", item.source.lineage))
                if len(item.text.split()) >= _FEWEST_WORDS:
                    where.append(Contains("text", item.text))
        if not where:
            return []
        scan = Scan(Reach(exactly=scopes), self._at(), Or(*where), limit=_MOST, kinds=_EPISODES)
        return await self._parts.io.store(self._parts.store.scan, scan)

    async def _untold(self, veiled: Iterable[MemoryItem], by: Authorship) -> None:
        """Tell the summaries anew that may quote what some episodes no longer say."""
        for scope, thread in sorted(
            {(one.scope, one.thread) for one in veiled if one.thread is not None}, key=repr
        ):
            await self._retract(scope, [thread], by, always=True)


def _place(one: Candidate) -> tuple[int, int]:
    return one.proposal.message, one.proposal.start


def _drafted(candidates: Iterable[Candidate], scope: Scope) -> list[MemoryItem]:
    """Return what candidates would save, as far as it can be named by words or a slot, each under the place of its candidate."""
    return [
        MemoryItem(str(id(one)), 1, draft.text, draft.kind, scope, draft.slot, draft.value)
        for one in candidates
        if (draft := one.draft) is not None
    ]


def _names_one_of(gone: Iterable[MemoryItem], item: MemoryItem) -> bool:
    """Whether a memory says no more than whom one of those that go names: "ada's sister" is another name of Anna."""
    alias = item.value if isinstance(item.value, Mapping) else {}
    return any(one.slot and alias.get("name") == f"{one.entity}'s {one.attribute}" for one in gone)


def _between(item: MemoryItem, since: datetime | None, until: datetime | None) -> bool:
    at = item.observed_at or item.valid_from
    return at is not None and (since is None or at >= since) and (until is None or at <= until)
