"""What a mem0 client sees of the memories: those under its key's ceiling, a message and what was read from it as one.

`observe` keeps a message as an episode and beside it what the rules read from it. A mem0 client knows memories alone, so an
episode whose every sentence was read is told by what was read, under the episode's run and metadata; what was not read in
full stands for itself, so that nothing said is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ... import MemoryItem, Scope
from ...errors import NotFound
from ...filters import And, Eq, Exists, Filter, In, Not, Or
from ..grants import ANY
from ..service import Visit
from .selection import Selection, joined

_PAGE = 1_000
_KEPT = ("active", "superseded")
_EPISODE = Eq("kind", "episode")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w+")
_BETWEEN = frozenset(
    {"and", "but", "so", "or", "also"}
)  # words that say nothing when what they join was read
_MASKED = "[waiting for review]"  # what observe put in the place of words that were then approved


class Reach(NamedTuple):
    """Where a request may look: the administrator's verbs, the labels that all it sees carries, and a condition beside them."""

    verbs: Any
    under: Scope
    where: Filter | None


def reach(visit: Visit, labels: Mapping[str, str] | None = None) -> Reach:
    """Return where a request may look for what carries `labels`: what a reading `under` them shows its key, over all ids.

    A key that fixes labels sees what carries them; one that fixes none sees its tenant, or of it what carries a label that
    it may name.
    """
    ceiling, wide = visit.grant.ceiling, "wide" in visit.grant.rights
    fixed = {} if wide else dict(ceiling.fixed)
    under = Scope.from_json({**(labels or {}), **fixed})
    visit.scope = under.to_json()
    where: Filter | None = None
    for name, id in (labels or {}).items():
        if fixed.get(name, id) != id:  # another's: asked for all the same, and found nowhere
            where = joined(where, Eq(f"labels.{name}", id))
    if not fixed and not wide and not ceiling.admits(ANY):
        where = joined(where, Or(*(Exists(f"labels.{name}") for name in sorted(ceiling.open))))
    return Reach(visit.administrator(), under, where)


@dataclass(frozen=True, slots=True)
class Seen:
    """A memory as a mem0 client sees it, with the episode it was read from; `relevance` and `signals` where it was searched for."""

    item: MemoryItem
    origin: MemoryItem | None = None
    relevance: float = 0.0
    signals: Mapping[str, float] | None = None
    replaced_by: str | None = None

    @property
    def run(self) -> str | None:
        """The conversation it is from."""
        return self.item.thread or (None if self.origin is None else self.origin.thread)

    @property
    def score(self) -> float:
        """The relevance as mem0's clients expect a score, 0..1: its cube root.

        A relevance is how likely a memory answers, about 0.05 to 0.1 for one that says so in other words and below 0.01 for
        one that does not; the thresholds that clients send are meant for likenesses. So 0.1 keeps nearly all, and 0.3, which
        `mem0-cli` sends, what is likelier than 1 in 37.
        """
        return float(self.relevance ** (1 / 3))


async def everything(
    at: Reach, where: Filter | None, states: Sequence[str] | None = None
) -> list[MemoryItem]:
    """Return all that a request may see and a filter selects, newest first: live memories, or those in some `states`."""
    asked = joined(at.where, where, None if states is None else In("state", tuple(states)))
    found: list[MemoryItem] = []
    cursor = None
    while True:
        page = await at.verbs.list(
            under=at.under, where=asked, sort="id", descending=True, limit=_PAGE, cursor=cursor
        )
        found += page.items
        cursor = page.next
        if cursor is None:
            return found


async def listed(at: Reach, where: Filter | None, latest: bool) -> list[Seen]:
    """Return what is selected, newest first; without `latest` what was superseded too."""
    found = await everything(at, where, None if latest else _KEPT)
    return await told(at, [Seen(one) for one in found])


async def searched(
    visit: Visit, query: str, asked: Selection, most: int, least: float, latest: bool
) -> list[Seen]:
    """Return at most `most` memories with a score of `least` or more, best first; without `latest` each is followed by
    what it superseded."""
    at = reach(visit, asked.labels)
    # Twice as many, since a message and what was read from it become one.
    hits = await at.verbs.search(
        query, k=min(_PAGE, 2 * most), under=at.under, where=joined(at.where, asked.where)
    )
    seen = [
        Seen(hit.item, None, hit.relevance, dict(hit.signals), hit.item.superseded_by or hit.outdated_by)
        for hit in hits
    ]
    best = [one for one in await told(at, seen) if one.score >= least][:most]
    if not latest:
        best = [each for one in best for each in await _chained(at, one)][:most]
    return best


async def found(visit: Visit, id: str) -> Seen:
    """Return one memory; raises `NotFound` where there is none that the request's key may see."""
    at = reach(visit)
    item = await at.verbs.get(id, under=at.under)
    if at.where is not None and not any(item.scope.to_json().get(name) for name in visit.grant.ceiling.open):
        raise NotFound(id)
    origin = (await _origins(at, [item])).get(item.id)
    return Seen(item, origin, replaced_by=item.superseded_by)


async def chain(at: Reach, item: MemoryItem) -> list[MemoryItem]:
    """Return what a memory superseded, and what that did, the latest first."""
    earlier: list[MemoryItem] = []
    known = {item.id}
    while (before := (earlier[-1] if earlier else item).supersedes) and before not in known:
        known.add(before)
        try:
            earlier.append(await at.verbs.get(before, under=at.under))
        except NotFound:  # erased or deleted since
            break
    return earlier


async def _chained(at: Reach, seen: Seen) -> list[Seen]:
    earlier = await chain(at, seen.item)
    origins = await _origins(at, earlier)
    return [
        seen,
        *(
            replace(seen, item=one, origin=origins.get(one.id), replaced_by=one.superseded_by)
            for one in earlier
        ),
    ]


async def twins(at: Reach, item: MemoryItem) -> list[MemoryItem]:
    """Return the other memories that were read from the same words, which a client sees as one with this: "I live in Paris
    and love tea" is a residence and a preference."""
    if item.kind == "episode" or not item.source.lineage:
        return []
    parts = await everything(at, And(Not(_EPISODE), In("source.lineage", item.source.lineage)))
    return [one for one in parts if one.id != item.id and _words(one) == _words(item)]


# -- a message and what was read from it ---------------------------------------------------------------------------------


async def told(at: Reach, seen: Sequence[Seen]) -> list[Seen]:
    """Return the memories with every episode that was read in full told by what was read from it, and each words once.

    In order; what takes an episode's place has the better relevance of both.
    """
    episodes = [one.item for one in seen if _observed(one.item)]
    read = await _read(at, episodes)
    origins = await _origins(at, [*(one.item for one in seen), *read.live])
    made: dict[tuple[Scope, str, str], Seen] = {}

    def put(one: Seen) -> None:
        key = (
            one.item.scope,
            _words(one.item),
            one.item.state if one.item.kind != "episode" else one.item.id,
        )
        before = made.get(key)
        if before is None:
            made[key] = one
            return
        first = min(before, one, key=lambda each: each.item.id)
        made[key] = replace(
            first, relevance=max(before.relevance, one.relevance), signals=before.signals or one.signals
        )

    for one in seen:
        if one.item.kind != "episode":
            put(replace(one, origin=origins.get(one.item.id), replaced_by=one.item.superseded_by))
        elif not read.covers(one.item):
            put(one)
        else:
            for item in read.standing(one.item):
                put(Seen(item, origins.get(item.id, one.item), one.relevance, one.signals))
    return list(made.values())


class _Readings(NamedTuple):
    """What was read from episodes: by the episode's id, and by scope and words for what had been said before; `first` are the
    words each had when it was read."""

    by_episode: Mapping[str, Sequence[MemoryItem]]
    by_words: Mapping[tuple[Scope, str], Sequence[MemoryItem]]
    first: Mapping[str, str]

    @property
    def live(self) -> list[MemoryItem]:
        """All that is true now."""
        return [one for several in self.by_episode.values() for one in several if one.state == "active"]

    def covers(self, episode: MemoryItem) -> bool:
        """Whether the words of an episode are those of memories that were read from it, or said the same before."""
        own = self.by_episode.get(episode.id, ())
        said = [piece for piece in _pieces(episode.text) if (episode.scope, piece) in self.by_words]
        left = _fold(episode.text).replace(_MASKED, " ")
        for words in sorted({*said, *(self.first[one.id] for one in own)}, key=len, reverse=True):
            left = left.replace(words, " ")
        return bool(said or own) and set(_WORD.findall(left.lower())) <= _BETWEEN

    def standing(self, episode: MemoryItem) -> list[MemoryItem]:
        """Return what is true now of what an episode said."""
        pieces = _pieces(episode.text)
        said = [one for each in pieces for one in self.by_words.get((episode.scope, each), ())]
        own = {one.id: one for one in (*self.by_episode.get(episode.id, ()), *said)}
        return [one for one in own.values() if one.state == "active"]


async def _read(at: Reach, episodes: Sequence[MemoryItem]) -> _Readings:
    by_episode: dict[str, list[MemoryItem]] = {}
    by_words: dict[tuple[Scope, str], list[MemoryItem]] = {}
    for batch in _batches(episodes, 400):
        said = {form for one in batch for form in (one.text, *_SENTENCE.split(one.text))}
        where = And(
            Not(_EPISODE),
            Or(
                In("source.lineage", tuple(one.id for one in batch)),
                *(In("text", part) for part in _batches(sorted(said), _PAGE)),
            ),
        )
        for item in await everything(at, where, (*_KEPT, "deleted")):
            by_words.setdefault((item.scope, _words(item)), []).append(item)
            for id in item.source.lineage:
                by_episode.setdefault(id, []).append(item)
    texts = {one.id: _fold(one.text) for one in episodes}
    first: dict[str, str] = {}
    for id, several in by_episode.items():
        for item in several:
            first[item.id] = _words(item)
            if item.version > 1 and id in texts and first[item.id] not in texts[id]:  # it was changed since
                page = await at.verbs.history(item.id, under=at.under, limit=1)
                first[item.id] = next((_fold(change.text) for change in page), first[item.id])
    return _Readings(by_episode, by_words, first)


async def _origins(at: Reach, items: Iterable[MemoryItem]) -> dict[str, MemoryItem]:
    """Return the latest episode that each memory was read from, by the memory's id."""
    wanted = {one.id: one.source.lineage[-1] for one in items if one.source.lineage and one.kind != "episode"}
    episodes: dict[str, MemoryItem] = {}
    for batch in _batches(sorted(set(wanted.values())), _PAGE):
        for one in await everything(at, And(_EPISODE, In("id", batch)), (*_KEPT, "deleted")):
            episodes[one.id] = one
    return {id: episodes[origin] for id, origin in wanted.items() if origin in episodes}


def _observed(item: MemoryItem) -> bool:
    return item.kind == "episode" and isinstance(item.metadata.get("message"), int)


def _pieces(text: str) -> set[str]:
    return {_fold(text), *(_fold(one) for one in _SENTENCE.split(text))}


def _words(item: MemoryItem) -> str:
    return _fold(item.text)


def _fold(text: str) -> str:
    return " ".join(text.split())


def _batches(found: Sequence[Any], size: int) -> Iterable[tuple[Any, ...]]:
    return [tuple(found[at : at + size]) for at in range(0, len(found), size)]
