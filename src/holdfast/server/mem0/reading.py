"""What a mem0 client sees of the memories: those under its key's ceiling, a message and what was read from it as one.

`observe` keeps a message as an episode and beside it what the rules read from it. A mem0 client knows memories alone, so an
episode whose every sentence was read is told by what was read, under the episode's run and metadata; what was not read in
full stands for itself, so that nothing said is lost.

What a client selects by is what it is shown: a store is asked for all that may pass (`_asked_for`), and of what is then made of
that (`told`), what passes as it is shown is what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ... import MemoryItem, Scope
from ...errors import NotFound
from ...filters import And, Eq, Exists, Filter, In, Not, Or, fits
from ...types import State
from ..grants import ANY
from ..service import Visit
from . import metadata
from .selection import Selection, joined

_PAGE = 1_000
KEPT = ("active", "superseded")
_EVER = (*KEPT, "deleted")
_EPISODE = Eq("kind", "episode")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"\w+")
# Words that say nothing when what they join or greet was read.
_BETWEEN = frozenset(
    "and but so or also hi hello hey thanks thank you please remember that ok okay well yes oh sure".split()
)
_WITHHELD = "[withheld at the speaker's wish]"  # and in the place of what was taken back
MASKED = "[waiting for review]"  # what observe put in the place of words that were then approved
_MOST_MESSAGES = 4_000  # that are named one by one in what a store is asked; of more, all that was read of any is looked at
_BATCH = 400
_MOST_ASKED = 16_000  # characters that a filter takes in one value
_MOST_BATCHES = 3  # of lookups, each of which goes through all in reach; more are one look at all of it


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
    """A memory as a mem0 client sees it, with the episode it was read from; `relevance` and `signals` where it was searched for.

    `parts` are the memories that it is for us: "I live in Paris and love tea" is a residence and a preference. `again` are the
    messages that said nothing else once it was known.
    """

    item: MemoryItem
    origin: MemoryItem | None = None
    relevance: float = 0.0
    signals: Mapping[str, float] | None = None
    replaced_by: str | None = None
    parts: Sequence[MemoryItem] = field(default=(), repr=False)
    again: Sequence[MemoryItem] = field(default=(), repr=False)

    @property
    def shown(self) -> MemoryItem:
        """The memory with what it has of its message: the run, the metadata and the categories that it has not itself."""
        item, origin = self.item, self.origin
        thread, tags = item.thread, item.tags
        if origin is not None:
            thread, tags = thread or origin.thread, tags or origin.tags
        beside = metadata.shown(item, origin)
        return replace(item, thread=thread, tags=tags, metadata=beside, state=state(item))

    @property
    def score(self) -> float:
        """The relevance as mem0's clients expect a score, 0..1: its cube root.

        A relevance is how likely a memory answers, about 0.05 to 0.1 for one that says so in other words and below 0.01 for
        one that does not; the thresholds that clients send are meant for likenesses. So 0.1 keeps nearly all, and 0.3, which
        `mem0-cli` sends, what is likelier than 1 in 37.
        """
        return float(self.relevance ** (1 / 3))


def state(item: MemoryItem) -> State:
    """Return the state of a memory; one that has ended ("I no longer live in Rome") is as one that another took the place of."""
    ended = item.state == "active" and item.valid_to is not None and item.valid_to <= datetime.now(UTC)
    return "superseded" if ended else item.state


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


async def listed(at: Reach, where: Filter | None, states: Sequence[str] | None = None) -> list[Seen]:
    """Return the memories that are selected, newest first: live ones, or those in some `states`."""
    found = await selected(at, where, states)
    return await told(at, [Seen(one) for one in found], where, alone=where is not None)


async def selected(at: Reach, where: Filter | None, states: Sequence[str] | None = None) -> list[MemoryItem]:
    """Return what there is of the memories that are selected, and some more: `told` tells which these are."""
    return await everything(at, await _asked_for(at, where), states)


async def searched(
    visit: Visit, query: str, asked: Selection, most: int, least: float, latest: bool
) -> list[Seen]:
    """Return at most `most` memories with a score of `least` or more, best first; without `latest` each is followed by
    what it superseded."""
    at = reach(visit, asked.labels)
    where = joined(at.where, await _asked_for(at, asked.where))
    k, idle = 2 * most, list[str]()  # a message and what was read from it become one
    while True:
        k = min(_PAGE, k)
        among = joined(where, Not(In("id", tuple(idle))) if idle else None)
        hits = await at.verbs.search(query, k=k, under=at.under, where=among)
        seen = [Seen(hit.item, None, hit.relevance, dict(hit.signals)) for hit in hits]
        shown = await told(at, seen, asked.where, alone=True)
        best = [one for one in shown if one.score >= least][:most]
        if len(best) == most:
            break
        # Of the same words a search gives one, so what is not shown must not stand for what is.
        of = {item.id for one in shown for item in (one.item, one.origin, *one.parts, *one.again) if item}
        more = [hit.item.id for hit in hits if hit.item.id not in of]
        if more and len(idle) + len(more) <= _PAGE:
            idle += more
        elif len(hits) < k or k == _PAGE or seen[-1].score < least:
            break
        k *= 2
    if not latest:
        chains = [each for one in best for each in await _chained(at, one)]
        best = [one for one in chains if fits(one.shown, asked.where)][:most]
    return best


async def found(visit: Visit, id: str) -> Seen:
    """Return one memory; raises `NotFound` where there is none that the request's key may see."""
    at = reach(visit)
    item = await at.verbs.get(id, under=at.under)
    if at.where is not None and not any(item.scope.to_json().get(name) for name in visit.grant.ceiling.open):
        raise NotFound(id)
    return await seen_as(at, item)


async def seen_as(at: Reach, item: MemoryItem) -> Seen:
    """Return a memory, or a version of one, with the message it was read from, and the others that a client sees as one with it."""
    origin = (await _origins(at, [item])).get(item.id)
    return Seen(item, origin, replaced_by=item.superseded_by, parts=[item, *await _twins(at, item)])


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


async def _twins(at: Reach, item: MemoryItem) -> list[MemoryItem]:
    if item.kind == "episode" or not item.source.lineage:
        return []
    parts = await everything(at, And(Not(_EPISODE), In("source.lineage", item.source.lineage)))
    return [one for one in parts if one.id != item.id and _told_as(one) == _told_as(item)]


# -- what a store is asked for ---------------------------------------------------------------------------------------------


async def _asked_for(at: Reach, where: Filter | None) -> Filter | None:
    """Return a condition that all pass which may pass `where` as they are shown: what a memory does not say of its run, its
    metadata and its categories is what its message says, so what was read from such a message passes too."""
    if where is None:
        return None
    instead: dict[str, Filter] = {}
    room = _MOST_MESSAGES
    for leaf in _of_messages(where, True):
        if repr(leaf) not in instead:
            ids = await _messages(at, leaf, room)
            read = [In("source.lineage", some) for some in _batches(ids or (), _PAGE)]
            room -= len(ids or ())
            instead[repr(leaf)] = Or(leaf, *(read if ids is not None else [Exists("source.lineage")]))
    return _with(where, instead, True)


def _of_messages(where: Filter, asked: bool) -> Iterator[Filter]:
    """Yield the conditions of a tree that a message can meet for what was read from it. One that must not be met (`asked` is
    false) is none: what says nothing itself passes that anyhow."""
    if isinstance(where, And | Or):
        for one in where.filters:
            yield from _of_messages(one, asked)
    elif isinstance(where, Not):
        yield from _of_messages(where.filter, not asked)
    elif isinstance(where, Eq) and where.value is None:
        yield from _of_messages(Exists(where.field), not asked)
    elif asked and where.field.partition(".")[0] in ("thread", "tags", "metadata"):
        yield where


def _with(where: Filter, instead: Mapping[str, Filter], asked: bool) -> Filter:
    """Return a tree with other conditions in the place of those that `_of_messages` yields."""
    if isinstance(where, And | Or):
        return type(where)(*(_with(one, instead, asked) for one in where.filters))
    if isinstance(where, Not):
        return Not(_with(where.filter, instead, not asked))
    if isinstance(where, Eq) and where.value is None:
        return Not(_with(Exists(where.field), instead, not asked))
    return instead.get(repr(where), where) if asked else where


async def _messages(at: Reach, where: Filter, most: int) -> list[str] | None:
    """Return the ids of the messages that meet a condition; None where they are more than `most`."""
    asked = joined(at.where, where, _EPISODE, In("state", _EVER))
    ids: list[str] = []
    cursor = None
    while True:
        page = await at.verbs.list(under=at.under, where=asked, sort="id", limit=_PAGE, cursor=cursor)
        ids += [one.id for one in page.items]
        cursor = page.next
        if len(ids) > most:
            return None
        if cursor is None:
            return ids


# -- a message and what was read from it ---------------------------------------------------------------------------------


async def told(
    at: Reach, seen: Sequence[Seen], where: Filter | None = None, alone: bool = False
) -> list[Seen]:
    """Return the memories with every episode that was read in full told by what was read from it, each words once, and of these
    those that pass `where` as they are shown.

    In order; what takes an episode's place has the better relevance of both, the best of it. `alone` says that what a client sees as one with
    one of these need not be among them.
    """
    read = await _read(at, [one.item for one in seen], alone)
    places = {one.item.id: n for n, one in enumerate(seen)}
    made: dict[_As, Seen] = {}

    order: dict[_As, int] = {}

    def put(item: MemoryItem, like: Seen, again: Sequence[MemoryItem] = ()) -> None:
        key = _told_as(item)
        before = made.get(key) or replace(like, relevance=0.0, signals=None, parts=read.alike(key))
        made[key] = replace(
            before,
            parts=[*(one for one in before.parts if one.id != item.id), item],
            again=[*before.again, *again],
            relevance=max(before.relevance, like.relevance),
            signals=before.signals or like.signals,
        )
        order[key] = min(order.get(key, len(seen)), places.get(like.item.id, len(seen)))

    for one in seen:
        if one.item.kind != "episode" or not read.covers(one.item):
            put(one.item, one)
            continue
        whole = read.whole(one.item)
        standing = sorted(read.standing(one.item), key=lambda item: (places.get(item.id, len(seen)), item.id))
        for n, item in enumerate(standing):
            # Of what a message told, what answers best by itself is what the message answers by; but where some of it was deleted
            # or changed since, nobody is to find by those words what is left.
            lent = whole and (n == 0 or standing[0].id not in places)
            own = seen[places[item.id]] if item.id in places else Seen(item)
            put(item, one if lent else own, () if one.item.id in item.source.lineage else (one.item,))
    first = {key: min(one.parts, key=lambda part: part.id) for key, one in made.items()}
    origins = await _origins(at, first.values(), [one.item for one in seen])
    return [
        shown
        for key, one in sorted(made.items(), key=lambda pair: order[pair[0]])
        if (shown := _passing(replace(one, item=first[key], origin=origins.get(first[key].id)), where))
    ]


def _passing(seen: Seen, where: Filter | None) -> Seen | None:
    """Return a memory as it passes a filter: as it is, or as it was said again. To take away the latter leaves the memory there."""
    seen = replace(seen, replaced_by=seen.item.superseded_by)
    if fits(seen.shown, where):
        return seen
    again = (replace(seen, origin=one, parts=(), again=()) for one in seen.again)
    return next((one for one in again if fits(one.shown, where)), None)


async def going(
    at: Reach, seen: Sequence[Seen], heard: Sequence[MemoryItem] = (), where: Filter | None = None
) -> list[MemoryItem]:
    """Return what goes when these memories do: all parts of them, and each message of which a client is shown nothing else.

    Of the messages `heard`, those too that pass `where` and from which nothing was read that stays.
    """
    gone = {part.id: part for one in seen for part in one.parts}
    meant = {one.id: one for one in heard if metadata.numbered(one) and fits(Seen(one).shown, where)}
    ids = {id for one in gone.values() for id in one.source.lineage} - meant.keys()
    read_from = [
        one
        for some in _batches(sorted(ids), _PAGE)
        for one in await everything(at, And(_EPISODE, In("id", some)), KEPT)
    ]
    messages = [one for one in (*meant.values(), *read_from) if one.id not in gone]
    read = await _read(at, messages)
    for one in messages:
        stays = [item for item in read.by_episode.get(one.id, ()) if state(item) == "active"]
        if read.covers(one) and all(item.id in gone for item in stays):
            gone[one.id] = one
    return list(gone.values())


class _As(NamedTuple):
    """What memories have in common that a client sees as one: where, in which words, in which state, and read from what."""

    scope: Scope
    words: str
    state: str
    source: str


def _told_as(item: MemoryItem) -> _As:
    apart = item.kind == "episode" or not item.source.lineage or bool(metadata.earlier(item))
    return _As(item.scope, _words(item), state(item), item.id if apart else f"of {item.source.lineage[0]}")


class _Had(NamedTuple):
    """Words that a memory had, between two times if a client changed them."""

    item: MemoryItem
    since: datetime | None
    until: datetime | None


class _Readings(NamedTuple):
    """What was read from episodes: by the episode's id, and by scope and words for what had been said before; `first` are the
    words each had when it was read."""

    by_episode: Mapping[str, Sequence[MemoryItem]]
    by_words: Mapping[tuple[Scope, str], Sequence[_Had]]
    first: Mapping[str, str]

    def alike(self, key: _As) -> list[MemoryItem]:
        """Return what a client sees as one."""
        return [
            had.item for had in self.by_words.get((key.scope, key.words), ()) if _told_as(had.item) == key
        ]

    def covers(self, episode: MemoryItem) -> bool:
        """Whether the words of an episode are those of memories that were read from it, or said the same before."""
        if not metadata.numbered(episode):
            return False
        own = self.by_episode.get(episode.id, ())
        said = [piece for piece in _pieces(episode.text) if self._known(episode, piece)]
        left = _fold(episode.text).replace(MASKED, " ").replace(_WITHHELD, " ")
        for words in sorted({*said, *(self.first[one.id] for one in own)}, key=len, reverse=True):
            left = left.replace(words, " ")
        veiled = MASKED in episode.text or _WITHHELD in episode.text
        return bool(said or own or veiled) and set(_WORD.findall(left.lower())) <= _BETWEEN

    def standing(self, episode: MemoryItem) -> list[MemoryItem]:
        """Return what is true now of what an episode said."""
        return [one for one in self._told_by(episode) if state(one) == "active"]

    def whole(self, episode: MemoryItem) -> bool:
        """Whether all that an episode said is true now, in the words of the episode or those in which it was read from it."""
        pieces = _pieces(episode.text)
        return all(
            state(one) == "active"
            and (
                _words(one) in pieces
                or (episode.id in one.source.lineage and self.first.get(one.id) == _words(one))
            )
            for one in self._told_by(episode)
        )

    def _told_by(self, episode: MemoryItem) -> Iterable[MemoryItem]:
        said = [one for each in _pieces(episode.text) for one in self._known(episode, each)]
        return {one.id: one for one in (*self.by_episode.get(episode.id, ()), *said)}.values()

    def _known(self, episode: MemoryItem, words: str) -> list[MemoryItem]:
        """Return the memories that had these words when an episode said them."""
        at = made_at(episode)
        return [
            had.item
            for had in self.by_words.get((episode.scope, words), ())
            if (had.since is None or had.since <= at) and (had.until is None or at <= had.until)
        ]


def made_at(item: MemoryItem) -> datetime:
    """Return when a memory was made, which its id (UUIDv7) begins with."""
    return datetime.fromtimestamp(int(item.id.replace("-", "")[:12], 16) / 1_000, UTC)


async def _read(at: Reach, items: Sequence[MemoryItem], alone: bool = False) -> _Readings:
    """Return what was read from the episodes among some memories, or says or said the same; with `alone` what was read with the
    others too."""
    episodes = [one for one in items if metadata.numbered(one)]
    by_episode: dict[str, list[MemoryItem]] = {}
    by_words: dict[tuple[Scope, str], list[_Had]] = {}
    beside = [one for one in items if alone and one.kind != "episode"]
    ids = {*(one.id for one in episodes), *(id for one in beside for id in one.source.lineage[:1])}
    forms = {form for one in episodes for form in (one.text, *_SENTENCE.split(one.text))}
    said = {one for one in forms if len(one) <= _MOST_ASKED}  # nothing is read of as many words
    earlier = {metadata.digest(words): words for form in said if (words := _fold(form))}
    asked: Sequence[Filter] = [
        *(In("source.lineage", some) for some in _batches(sorted(ids), _BATCH)),
        *(In("text", some) for some in _batches(sorted(said), _BATCH)),
        *(In(metadata.EARLIER_FIELD, some) for some in _batches(sorted(earlier), _BATCH)),
    ]
    asked = [Or(*asked)] if len(asked) <= _MOST_BATCHES else [And()]
    known: dict[str, MemoryItem] = {}
    for where in asked if ids or said else ():
        known |= {one.id: one for one in await everything(at, And(Not(_EPISODE), where), _EVER)}
    for item in known.values():
        since: datetime | None = None
        for one, until in metadata.earlier(item):
            by_words.setdefault((item.scope, earlier.get(one, "")), []).append(_Had(item, since, until))
            since = until
        by_words.setdefault((item.scope, _words(item)), []).append(_Had(item, since, None))
        for id in item.source.lineage:
            by_episode.setdefault(id, []).append(item)
    texts = {one.id: _fold(one.text) for one in episodes}
    first: dict[str, str] = {}
    for id in texts:
        for item in by_episode.get(id, ()):
            first[item.id] = _words(item)
            changed = metadata.earlier(item) or (item.version > 1 and first[item.id] not in texts[id])
            if changed:
                page = await at.verbs.history(item.id, under=at.under, limit=1)
                first[item.id] = next((_fold(change.text) for change in page), first[item.id])
    return _Readings(by_episode, by_words, first)


async def _origins(
    at: Reach, items: Iterable[MemoryItem], known: Iterable[MemoryItem] = ()
) -> dict[str, MemoryItem]:
    """Return the latest episode that each memory was read from, by the memory's id; `known` need not be looked up."""
    wanted = {one.id: one.source.lineage[-1] for one in items if one.source.lineage and one.kind != "episode"}
    episodes = {one.id: one for one in known if one.kind == "episode"}
    for batch in _batches(sorted(set(wanted.values()) - episodes.keys()), _PAGE):
        for one in await everything(at, And(_EPISODE, In("id", batch)), _EVER):
            episodes[one.id] = one
    return {id: episodes[origin] for id, origin in wanted.items() if origin in episodes}


def _pieces(text: str) -> set[str]:
    return {_fold(text), *(_fold(one) for one in _SENTENCE.split(text))}


def _words(item: MemoryItem) -> str:
    return _fold(item.text)


def _fold(text: str) -> str:
    return " ".join(text.split())


def _batches(found: Sequence[Any], size: int) -> list[tuple[Any, ...]]:
    return [tuple(found[at : at + size]) for at in range(0, len(found), size)]
