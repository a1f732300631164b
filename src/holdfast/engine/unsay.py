"""What a user takes back: "forget that I live in Paris" and "don't remember that" reach what was said in earlier steps.

The rules name the memories that go; here follow the words these were read from. Their episodes stay, without those words: a new
version, so that no search or context tells them. The version before it has them until it is erased.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .. import checks
from ..echo import NO_MARKS, Marks, apart
from ..filters import Contains, Eq, Exists, Filter, In, Not, Or
from ..ports import Authorship, Reach, Scan, Seen
from ..text import sentences
from ..types import MemoryItem, Scope
from .naming import under_each
from .rename import Renames
from .work import Declared, phrase, without

if TYPE_CHECKING:
    from ..echo import Recalled
    from .step import Candidate, Step

_EPISODES = frozenset({"episode"})
_SOON = timedelta(hours=1)  # how long "that" means what was said before it where there is no thread
_FEWEST_WORDS = 2  # of a text that is looked for in other episodes: one word alone would be found anywhere
_MOST = 1_000
_AT_ONCE = 100  # texts looked for in one statement


class Unsays(Renames):
    """What a step takes back of earlier ones."""

    async def _candidates(
        self, step: Step, recalled: Recalled, declared: Declared, thread: str | None
    ) -> tuple[list[Candidate], list[MemoryItem]]:
        """Return the candidates of a step, each order to forget with all it means, and earlier episodes as they are to be.

        An order that means what was said before it, in a step that has nothing before it, means the latest turn of the user in
        its thread, what was answered to that, and what was read from these.
        """
        known, scopes = await declared.now(), declared.scopes
        candidates = step.candidates(known, recalled)
        orders = [one for one in candidates if one.proposal.action in ("forget", "withhold")]
        if not orders:
            return candidates, []
        from ..extract.judge import Held, judge
        from ..extract.messages import WITHHELD
        from ..extract.proposals import End

        waiting, names = (
            await self._waiting(scopes),
            [await self._names_of(Reach(exactly=(one,))) for one in scopes],
        )
        held, items = Held([*known, *waiting]), {one.id: one for one in (*known, *waiting)}
        changed, veiled = {id(one): one for one in candidates}, dict[str, MemoryItem]()
        meant: dict[int, Marks] = {}
        for one in orders:
            before = _drafted([each for each in candidates if _place(each) < _place(one)], scopes[0])
            proposal = replace(one.proposal, ends=under_each(one.proposal.ends, names))
            named = judge(one.proposal, Held(before), self._rules.table).ids
            changed |= {int(each): replace(changed[int(each)], unsaid=True) for each in named}
            turns = await self._said_last(step, one, scopes[0], thread)
            veiled |= {turn.id: replace(turn, text=WITHHELD, tags=()) for turn in turns}
            meant[one.proposal.message] = NO_MARKS.union(*(apart(turn.text) for turn in turns))
            said = {turn.id for turn in turns}
            read = [item.id for item in items.values() if not said.isdisjoint(item.source.lineage)]
            ends = (*proposal.ends, *(End(id=each) for each in read))
            gone = [items[each] for each in judge(replace(proposal, ends=ends), held, self._rules.table).ids]
            ends += tuple(End(id=item.id) for item in items.values() if _names_one_of(gone, item))
            for episode, words in await self._saying(gone, scopes):
                shown = veiled.get(episode.id, episode)  # two orders of one step may mean the same turn
                if (left := without(shown, words, WITHHELD)) is not shown:
                    veiled[episode.id] = left
            # Ordered twice, or by two at once, the second finds nothing and would tell what the first took out.
            states = any(end.slot and end.value is not None for end in proposal.ends)
            changed[id(one)] = replace(
                one, proposal=replace(proposal, ends=ends), unsaid=bool(gone or named or states)
            )
        step.hush(list(changed.values()), meant)
        return list(changed.values()), list(veiled.values())

    async def _said_last(
        self, step: Step, one: Candidate, scope: Scope, thread: str | None
    ) -> list[MemoryItem]:
        """Return the turns that an order means which is alone in its step: the speaker's latest, and what was answered."""
        if not step.means_before(one.proposal):
            return []
        thread = step.thread_of(one.proposal) or thread
        where = Not(Exists("thread")) if thread is None else Eq("thread", thread)
        scan = Scan(
            Reach(exactly=(scope,)), self._at(), where, sort="observed_at", limit=_MOST, kinds=_EPISODES
        )
        found = await self._parts.io.store(self._parts.store.scan, scan)
        since = None if thread is not None or one.proposal.said is None else one.proposal.said - _SOON
        turns = [item for item in found if _between(item, since, one.proposal.said)]
        turns.sort(key=lambda item: (item.observed_at or scan.at.now, item.id))
        speaker = step.speaker_of(one.proposal)
        last = next((turn for turn in reversed(turns) if turn.speaker == speaker), None)
        if last is None:
            return []
        # A long message is several episodes; and what was said after the next person spoke may be an answer to them.
        first = next(n for n, turn in enumerate(turns) if _of_one_message(turn, last))
        meant = itertools.takewhile(
            lambda turn: turn.speaker == speaker or turn.source.role != "user", turns[first:]
        )
        return list(meant)

    async def _saying(
        self, gone: Iterable[MemoryItem], scopes: tuple[Scope, ...]
    ) -> list[tuple[MemoryItem, list[str]]]:
        """Return the episodes that memories were read from, and those that say the same words, each with the words to mask."""
        gone = [item for item in gone if item.source.lineage and item.state == "active"]
        cited: dict[str, list[MemoryItem]] = {}
        for scope in {item.scope for item in gone}:
            own = {item.id: item for item in gone if item.scope == scope}
            records = await self._parts.io.store(self._parts.store.recorded, scope, [*own])
            seen = [(one.id, one.source) for one in records if isinstance(one, Seen) and one.source]
            for id, source in (*((item.id, item.source) for item in own.values()), *seen):
                for episode in source.lineage:
                    cited.setdefault(episode, []).append(own[id])
        texts = list({item.text: None for item in gone if len(item.text.split()) >= _FEWEST_WORDS})
        asked: list[Filter] = [In("id", tuple(cited))] if cited else []
        pieces = [texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE)]
        asked += [Or(*(Contains("text", text) for text in piece)) for piece in pieces]
        found: dict[str, MemoryItem] = {}
        for where in asked:
            scan = Scan(Reach(exactly=scopes), self._at(), where, limit=_MOST, kinds=_EPISODES)
            found |= {item.id: item for item in await self._parts.io.store(self._parts.store.scan, scan)}
        return [(episode, _words(episode, gone, cited.get(episode.id, ()))) for episode in found.values()]

    async def _untold(self, veiled: Iterable[MemoryItem], by: Authorship) -> None:
        """Tell the summaries anew that may quote what some episodes no longer say."""
        for scope, thread in sorted(
            {(one.scope, one.thread) for one in veiled if one.thread is not None}, key=repr
        ):
            await self._retract(scope, [thread], by, always=True)


def _words(episode: MemoryItem, gone: Sequence[MemoryItem], cited: Sequence[MemoryItem]) -> list[str]:
    """Return what of an episode says the memories that go: their words, or of those it was read from the sentences with the value.

    What another person said is theirs, unless a memory was read from it.
    """
    agent = episode.source.role != "user"
    found = [
        item.text for item in gone if item in cited or agent or episode.speaker == (item.speaker or "user")
    ]
    for item in cited:
        if without(episode, [item.text], "") is episode and isinstance(item.value, str | int | float):
            value = phrase(str(item.value))
            found += [one for one in sentences(episode.text) or [episode.text] if value.search(one)]
    return found


def _of_one_message(one: MemoryItem, other: MemoryItem) -> bool:
    """Whether two episodes of a thread are pieces of one message."""
    return (one.speaker, one.observed_at, one.metadata.get("message")) == (
        other.speaker,
        other.observed_at,
        other.metadata.get("message"),
    )


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
    """Whether a memory says no more than whom one of those that go names: "ada's sister" is Anna, "bobby" is Ada."""
    alias = item.value if isinstance(item.value, Mapping) else {}
    return any(
        one.slot
        and (
            alias.get("name") == f"{one.entity}'s {one.attribute}"
            or (alias.get("of"), alias.get("name")) == (one.entity, checks.folded(str(one.value)))
        )
        for one in gone
    )


def _between(item: MemoryItem, since: datetime | None, until: datetime | None) -> bool:
    at = item.observed_at or item.valid_from
    return at is not None and (since is None or at >= since) and (until is None or at <= until)
