"""The ranked corpus of a question: what every store in reach has for it, put together."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import checks
from ..away import Later
from ..entities import Names
from ..errors import ConfigError, ModelMismatch
from ..filters import parse
from ..ports import AsOf, Embedder, Moment, Probe, Reach, Readable, Tally
from ..types import MemoryItem, Scope
from .base import State
from .naming import Naming

if TYPE_CHECKING:
    from ..dates import Happened
    from ..events import Event
    from ..ranking import Stage
    from .corpus import Found, Lay, Share


# A memory tells of an event where it answers for it as surely as this, names whom that names, and none of the next best, of
# nearly its score, lies more days apart: of those in docs/decisions/0002-ranking.md, 93 in a hundred are right.
SURE, RIVAL, APART, MOST_TELLING = 0.5, 0.9, 7.0, 5


class Question(NamedTuple):
    """A search with every argument checked: `options` are those that are plain JSON, `state` that of the store when it began."""

    query: str
    reach: Reach
    at: Moment
    options: Mapping[str, Any]
    as_of: AsOf | None = None
    mounted: Mapping[str, Mapping[Scope, datetime]] = {}  # with `as_of`, how far each was known
    state: State | None = None

    @property
    def text(self) -> str:
        """What is searched for: the query without events that only say when, and the other names it means (kept receipts of earlier
        versions have neither)."""
        from .. import events  # its expressions, which nothing needs before the first search

        return " ".join([events.about(self.query, self.events), *self.options.get("also", ())])

    @property
    def events(self) -> tuple[Happened, ...]:
        """When what it tells of happened."""
        from .. import events

        return events.happened(self.options.get("events", ()))

    @property
    def asked_at(self) -> datetime:
        """The moment as of which the times in it are read, in its time zone."""
        at = self.as_of.valid if self.as_of else self.at.valid or self.at.known or self.at.now
        return checks.local(at, self.zone)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the days it speaks of (kept receipts of earlier versions have none: they are of UTC)."""
        return checks.zone(self.options.get("timezone", "UTC"))


class Meant(NamedTuple):
    """The vector of a text by a model, which may be on its way."""

    text: str
    embedder: Embedder
    vector: Later


class Finding(Naming):
    """Finding what there is for a question."""

    async def _asking(self, asked: Question) -> Question:
        """Return a question with the other names it means in its options, and when what it tells of happened, by the memories in reach
        at its moment."""
        from .. import events

        present = asked.at.valid is None and asked.at.known is None
        if asked.state is not None and present and not self._mounts(asked.reach):
            names = await self._names_now(asked.reach, asked.at, asked.state)
        else:
            stores = self._readable(asked.reach)
            aliases = [await self._aliases(asked.reach, asked.at, store) for store in stores]
            names = Names(itertools.chain(*aliases))
        options = {name: value for name, value in asked.options.items() if name != "events"}
        asked = asked._replace(options={**options, "also": names.also(asked.query)})
        told = [await self._happened(asked, one) for one in events.named(asked.query, asked.asked_at)]
        if dated := [one for one in told if one is not None]:
            return asked._replace(options={**asked.options, "events": dated})
        return asked

    async def _happened(self, asked: Question, event: Event) -> dict[str, Any] | None:
        """Return when an event was, by the memory that tells of it among those that the question asks; None where none surely does,
        or two that lie apart.

        It is looked for by words alone, which costs little; they find as many.
        """
        from .. import events
        from ..text import QUESTION

        state = asked.state and asked.state._replace(embedder=None)
        question = asked._replace(query=event.text, options={**asked.options, "k": MOST_TELLING}, state=state)
        found = await self._ranked(question, None, None)
        candidates, rows = found.candidates, found.best(MOST_TELLING)
        rows = rows[(candidates.traits[rows] & QUESTION) == 0]
        if not len(rows) or found.told(rows[:1].tolist())[0].relevance < SURE:
            return None
        rivals = rows[[found.score(row) > RIVAL * found.score(rows[0]) for row in rows]]
        if (abs(candidates.day[rivals] - candidates.day[rows[0]]) > APART).any():
            return None
        terms = self._parts.analyzer.terms
        for item, _ in (await self._fetched(found, rows[:1].tolist(), asked.at)).values():
            # Who has other names is named by any of them.
            if question.options["also"] or events.of_those_named(event.text, item, terms):
                return events.to_json(event, item.id, events.days(item, terms, terms(event.text), asked.zone))
        return None

    async def _found(self, asked: Question, witness: str | None = None, meant: Meant | None = None) -> Found:
        """Return the ranked corpus of a question; what is `meant` is not embedded again.

        A live memory with the id `witness` is in it also where the store draws rows and would not draw that one.
        """
        text, embedder = asked.text, self._parts.embedding.now
        if embedder is not None and (meant is None or meant.text != text or meant.embedder is not embedder):
            (vector,) = await self._parts.io.embed(embedder, [text])
            meant = Meant(text, embedder, Later(vector))
        try:
            return await self._ranked(asked, embedder, meant, witness)
        except ModelMismatch as error:
            if not self._parts.embedding.follows(error):
                raise
            return await self._found(asked, witness)

    async def _ranked(
        self, asked: Question, embedder: Embedder | None, meant: Meant | None, witness: str | None = None
    ) -> Found:
        """Return the ranked corpus of a question by what is `meant`, or by words alone where there is no embedder."""
        from .corpus import lay, rank, terms_of  # numpy, which nothing needs before the first search or save

        parts, options, also = self._parts, asked.options, asked.options.get("also", ())
        terms = terms_of(asked.query, also, asked.events, parts.analyzer, asked.asked_at)
        probe = Probe(
            reach=asked.reach,
            at=asked.at,
            terms=terms,
            related={term: near for term in terms if (near := parts.related(term))},
            where=parse(options["where"]),
            kinds=None if options["kinds"] is None else frozenset(options["kinds"]),
            since=checks.optional_moment(options["since"], "since"),
            until=checks.optional_moment(options["until"], "until"),
            model=None if embedder is None else embedder.id,
            as_of=asked.as_of,
            witness=witness,
            least=options["k"],
        )
        laying = functools.partial(lay, asked.query, also, asked.events, embedder, asked.zone)
        shares, laid = await self._shares(asked, probe, meant, laying)
        return rank(shares, laying, probe.model, laid)

    async def _fetched(
        self, found: Found, rows: Sequence[int], at: Moment
    ) -> dict[int, tuple[MemoryItem, str | None]]:
        """Return the items of some rows with where each comes from, in their order; what is erased while a search runs is left out."""
        origins, keys = found.origins(rows), found.candidates.key[rows].tolist()
        items: dict[tuple[str | None, int], MemoryItem] = {}
        for name in dict.fromkeys(origins):
            asked = [key for key, origin in zip(keys, origins, strict=True) if origin == name]
            got = await self._parts.io.store(found.store(name).fetch, asked, at)
            told = await self._for_caller(got.values())
            items |= {(name, key): item for key, item in zip(got, told, strict=True)}
        places = zip(rows, origins, keys, strict=True)
        return {row: (items[name, key], name) for row, name, key in places if (name, key) in items}

    async def _shares(
        self, asked: Question, probe: Probe, meant: Meant | None, lay: Lay
    ) -> tuple[list[Share], Stage | None]:
        """Return what this store and each mounted one have for a question, and the stage for it if that was laid on the way; a word
        weighs in all of them what it would if they were one."""
        from .corpus import Share

        call, own = self._parts.io.store, self._parts.store
        mounts = self._mounts(asked.reach)
        mounts = tuple(one for one in mounts if asked.as_of is None or one.name in asked.mounted)
        if not mounts:
            if await self._as_it_was(asked, meant):
                probe = probe._replace(stamp=asked.state and asked.state.stamp)
                if meant is not None and meant.vector.vector is None:
                    finish, plain = await call(own.begin, probe)
                    laid = None if plain is None else lay(plain)
                    vector = await meant.vector
                    # Others may have written meanwhile: what they wrote, or erased, counts.
                    if await self._as_it_was(asked, meant):
                        return [Share(None, own, await call(finish, vector))], laid
                    probe = probe._replace(stamp=None)
            probe = probe._replace(vector=meant and await meant.vector)
            return [Share(None, own, await call(own.candidates, probe))], None
        probe = probe._replace(vector=meant and await meant.vector)
        probes: list[tuple[str | None, Readable, Probe]] = [(None, own, probe)]
        for mount in mounts:
            store = mount.store
            there = await call(store.model)
            if probe.model is not None and there not in (None, probe.model):
                raise ConfigError(
                    f"mount {mount.name!r}: has vectors of the embedding model {there} by now, and this memory works with "
                    f"{probe.model}: change one of them with `holdfast reembed`"
                )
            as_of = asked.as_of and AsOf(asked.as_of.valid, asked.mounted[mount.name])
            probes.append((mount.name, store, probe._replace(as_of=as_of)))
        # First how many hold each word, which takes no vectors; then with what was counted in the others.
        counted = [await call(store.candidates, one._replace(vector=None)) for _, store, one in probes]
        at = probe.at._replace(valid=max(one.as_of.valid for one in counted))
        shares = []
        for n, (name, store, one) in enumerate(probes):
            others = _together([part.tally for part in (*counted[:n], *counted[n + 1 :])])
            found = await call(store.candidates, one._replace(at=at, elsewhere=others))
            shares.append(Share(name, store, found))
        return shares, None

    async def _as_it_was(self, asked: Question, meant: Meant | None) -> bool:
        """Whether nobody has written since the question was asked, nor put another model in place."""
        state, embedder = asked.state, meant and meant.embedder
        if state is None or state.embedder is not embedder:
            return False
        return await self._parts.io.store(self._parts.store.stamp) is state.stamp


def _together(several: Sequence[Tally]) -> Tally:
    """Return what was counted in several stores as one."""
    sums = (
        tuple(map(sum, zip(*found, strict=True)))
        for found in zip(*((one.holding, one.near) for one in several), strict=True)
    )
    return Tally(sum(one.live for one in several), *sums)
