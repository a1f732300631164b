"""What every verb stands on: the parts an engine is made of, who is calling, and which scopes that reaches."""

from __future__ import annotations

import contextlib
import functools
import inspect
import itertools
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from .. import checks
from ..attributes import MANY, TABLE, Attribute, extended
from ..errors import (
    NO_MODEL,
    AccessDenied,
    DoesNotFit,
    InvalidInput,
    ModelMismatch,
    NotHeld,
    StoreBusy,
    VersionConflict,
)
from ..filters import And, Contains, Filter, parse
from ..leases import Fenced
from ..policy import Heed, Policy, Rule, Within
from ..ports import (
    Authorship,
    Bring,
    Clock,
    Embedder,
    Entry,
    Floats,
    Insert,
    Moment,
    Mounted,
    Once,
    Past,
    Reach,
    Readable,
    Ref,
    Remove,
    Replace,
    Sight,
    Stale,
    Store,
    Text,
    Wordwise,
    Write,
)
from ..text import ECHO, IDLE, Analyzer, index_text, is_idle, sentences, traits
from ..types import KINDS, Draft, MemoryItem, Scope, changed
from .alike import is_echo
from .kinds import EVERY, Kinds, narrowed
from .waits import IO

T = TypeVar("T")
ATTEMPTS = 100
MOST_VERSIONS = 100_000  # of one memory, read at once
When = datetime | timedelta | Any


class Unset:
    """The default of an argument of `update` that leaves the field as it is (None clears it)."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final[Any] = Unset()


def place_of(item: MemoryItem) -> int:
    """Return the number of the message that an episode is of."""
    return int(item.metadata["message"])


# A developer's own: from messages (`holdfast.extract.Message`) and the known memories to drafts.
Extractor = Callable[[Sequence[Any], Sequence[MemoryItem]], Iterable[Draft | Mapping[str, Any]]]


class Rules(NamedTuple):
    """What a step is read by: the table of attributes, changes to the policy of what is masked, and further extractors.

    `own` says whether the shipped rules read too, `many` which attributes hold several values at once. `given` and `several` are
    the rows and names that the memory was opened with, which win over those of the store.
    """

    table: Mapping[str, Attribute] = TABLE
    policy: Mapping[str, str] = MappingProxyType({})
    extractors: tuple[Extractor, ...] = ()
    own: bool = True
    many: frozenset[str] = MANY
    given: Mapping[str, Attribute] = MappingProxyType({})
    several: frozenset[str] = frozenset()

    def beside(self, policy: Policy) -> Rules:
        """Return these rules with those of a store, which stand between what was given and the default."""
        table = extended({**policy.attributes, **self.given})
        many = self.several | {name for name, row in table.items() if row.many}
        return self._replace(table=table, policy={**policy.redactions, **self.policy}, many=frozenset(many))

    @classmethod
    def of(
        cls,
        attributes: Mapping[str, Attribute],
        policy: Mapping[str, str],
        extractors: Iterable[Extractor | str],
        several: Iterable[str] = (),
    ) -> Rules:
        """Return the shipped rules with a user's rows, classes, extractors and names of attributes that hold several values.

        Raises `InvalidInput` for what is none.
        """
        for name, row in attributes.items():
            if not isinstance(row, Attribute):
                raise InvalidInput(
                    f"attributes[{name!r:.40}]", f"must be an Attribute, not {type(row).__name__}"
                )
        alone = isinstance(extractors, str) or callable(extractors)
        given = (extractors,) if alone else checks.many(extractors, "extractors")
        for one in given:
            if one != "rules" and not callable(one):
                raise InvalidInput("extractors", f'takes "rules" and functions, not {one!r:.40}')
            if inspect.iscoroutinefunction(one):
                raise InvalidInput("extractors", f"are called, not awaited: {one.__name__} is async")
        if policy:
            from .. import (
                redact,
            )  # some milliseconds that a program without a policy of its own need not spend

            redact.policy(policy)
        return cls(
            policy=dict(policy), extractors=tuple(one for one in given if callable(one)), own="rules" in given,
            given=dict(attributes), several=frozenset(several),
        ).beside(Policy())  # fmt: skip


class InForce(NamedTuple):
    """The rules one verb decides by: those of the store, and with them those this memory was opened with."""

    policy: Policy
    rules: Rules


class State(NamedTuple):
    """The stamp of the store's state when a search began, and the model it was to be compared by."""

    stamp: object
    embedder: Embedder | None


class Known(NamedTuple):
    """What was read in one state of the store: the generation of the rules, and of reaches without other names now whether it
    is known that there never were any."""

    generation: int
    nameless: dict[Reach, bool]


class RuleBook:
    """The rules as this process knows them: `now`, taken anew when the store's are of another generation.

    Whoever decides pins them first, so that all of one verb is decided by the same; the store refuses what was decided by
    rules that are no longer in force. `known` has what needs no second look while the store is in a state, by its stamp.
    """

    def __init__(self, rules: Rules) -> None:
        self._own = rules
        self.now = InForce(Policy(), rules.beside(Policy()))
        self.known: WeakKeyDictionary[object, Known] = WeakKeyDictionary()

    def take(self, found: tuple[int, list[Rule]] | None) -> None:
        """Take what the store answered: None where its rules are those that are known."""
        if found is not None:
            policy = Policy(*found)
            self.now = InForce(policy, self._own.beside(policy))


_PINNED: ContextVar[tuple[RuleBook, InForce] | None] = ContextVar("pinned", default=None)


class Embedding:
    """The embedding model that this memory and all that were bound from it work with: None for words alone.

    Whoever embeds takes `now` once and stores its id beside what it gave. `reembed` says what is `coming` before it
    switches the store: who meets the new vectors first follows, and so does everybody after. Without a model, `beside` is
    the one whose vectors this memory found in the store, and leaves to others.
    """

    def __init__(self, embedder: Embedder | None) -> None:
        self.now = embedder
        self.coming: Embedder | Any | None = UNSET
        self.beside: str | None = None

    @property
    def id(self) -> str | None:
        """The model's id."""
        return None if self.now is None else self.now.id

    def follows(self, error: ModelMismatch) -> bool:
        """Whether what the store refused from an old model can be done with the one it has now."""
        if self.coming is not UNSET and _made_by(self.coming, error):
            self.now = self.coming
        return _made_by(self.now, error)


def _made_by(embedder: Embedder | None, error: ModelMismatch) -> bool:
    """Whether the vectors that the store told of are this model's (None: whether it has none)."""
    if embedder is None or error.stored != embedder.id:
        return embedder is None and error.stored == NO_MODEL
    return error.lengths is None or error.lengths[0] == embedder.dimension


class Mount(NamedTuple):
    """Another store that is looked at and never written, under the name that its hits carry."""

    name: str
    place: Mounted

    @property
    def store(self) -> Readable:
        """The store that lies there now."""
        return self.place.now()


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of; `embedding` is its model, `opened` finds one by name, `book` the rules it goes by, `mounts`
    what it looks at beside its own store.

    `count` says how many tokens a text is in a prompt, `related` which terms may stand in for one and how near each is,
    `calls` how often a day a language model may be asked for one scope, None where there is none.
    """

    store: Store
    io: IO
    clock: Clock
    analyzer: Analyzer
    count: Callable[[str], int]
    related: Callable[[str], Sequence[tuple[str, float]]]
    embedding: Embedding
    opened: Callable[[Embedder | str | None], Embedder | None]
    book: RuleBook
    redact: Callable[[Draft], Draft] | None = None
    calls: int | None = None
    mounts: tuple[Mount, ...] = ()


class Caller(NamedTuple):
    """Who calls: the labels held, the actor's name, whether administrative readings (`under=`) are allowed, the lease
    that what is written belongs to, if any, the kinds that may be read and changed, and the time zone whose days are meant."""

    scope: Scope
    actor: str | None = None
    admin: bool = False
    lease: Fenced | None = None
    kinds: Kinds = EVERY
    timezone: str | None = None


class Base:
    """The engine's parts with a caller bound to them."""

    def __init__(self, parts: Parts, caller: Caller) -> None:
        self._parts, self._caller = parts, caller

    # -- rules ---------------------------------------------------------------------------------------------------

    async def _heed(self) -> None:
        """Pin the rules as the store has them now."""
        book, store = self._parts.book, self._parts.store
        book.take(await self._parts.io.store(store.policies, book.now.policy.generation))
        _PINNED.set((book, book.now))

    async def _stamped(self) -> State:
        """Pin the rules as the store has them now, and return the state it is in."""
        book, embedder = self._parts.book, self._parts.embedding.now  # which changes after the store has
        stamp = await self._parts.io.store(self._parts.store.stamp)
        known = book.known.get(stamp)
        if known is None or known.generation != book.now.policy.generation:
            await self._heed()
            book.known[stamp] = Known(book.now.policy.generation, {})
        else:
            _PINNED.set((book, book.now))
        return State(stamp, embedder)

    @property
    def _in_force(self) -> InForce:
        """The rules that were pinned last."""
        pinned = _PINNED.get()
        if pinned is None or pinned[0] is not self._parts.book:
            pinned = self._parts.book, self._parts.book.now
            _PINNED.set(pinned)
        return pinned[1]

    @property
    def _rules(self) -> Rules:
        return self._in_force.rules

    async def _retried(self, change: Callable[[], Awaitable[T]], *, within: bool = False) -> T:
        """Make a change, again for as long as others write between what it read and what it writes.

        Each time it goes by the rules as they are then. `within` another change, it is for that one to begin anew under
        other rules.
        """
        for _ in range(ATTEMPTS):
            if not within:
                await self._heed()
            with contextlib.suppress(Stale):
                return await change()
            known = self._in_force.policy.generation
            if within and await self._parts.io.store(self._parts.store.policies, known) is not None:
                raise Stale
        raise StoreBusy(f"others changed the same memory {ATTEMPTS} times in a row; try again")

    async def _lawful(self, writes: Sequence[Write], by: Authorship) -> list[Write]:
        """Return what guards writes against rules that only the store can check; raises `PolicyViolation` for any other."""
        policy = self._in_force.policy
        guards: list[Write] = [Heed(policy.generation)]
        if not policy.rules or (by.verb == "import" and self._caller.admin):
            return guards
        changing = [_changing(one) for one in writes if isinstance(one, Insert | Replace | Remove | Bring)]
        for scope in dict.fromkeys(item.scope for item, _ in changing):
            if rule := policy.quota(scope):
                guards.append(Within(scope, rule))
            if not policy.compares(scope):
                continue
            mine = [(item, bases) for item, bases in changing if item.scope == scope]
            ids = [item.id for item, bases in mine if bases]
            found = await self._parts.io.store(self._parts.store.recorded, scope, ids) if ids else []
            known = {(one.item.id, one.item.version): one.item for one in found if isinstance(one, Past)}
            for item, bases in mine:
                olds: list[MemoryItem | None] = [
                    known[item.id, base] for base in bases if (item.id, base) in known
                ]
                # What is changed within the change that made it is as new as that.
                for old in olds or [None]:
                    policy.check(item, old, by.actor, by.verb)
        return guards

    def _redacted(self, draft: Draft, seen: bool = False) -> Draft:
        """Return a draft as it may be written: as the user's own hook gives it back, masked by policy unless that was `seen` to."""
        if self._parts.redact is not None:
            redacted: object = self._parts.redact(draft)
            if not isinstance(redacted, Draft):
                raise InvalidInput("redact", f"must return a Draft, not {type(redacted).__name__}")
            draft = redacted
        if seen:
            return draft
        from ..redact import masked  # a millisecond that a program which only reads need not spend

        return masked(draft, *_masking(tuple(self._rules.policy.items())))

    def _policy(self) -> Mapping[str, Any]:
        """Return what is done with each class of what may not be written."""
        return _masking(tuple(self._rules.policy.items()))[0]

    def _shown(self, text: str) -> str:
        """Return a text that is written beside a memory, without what policy masks."""
        from ..redact import redact

        return str(redact(text, *_masking(tuple(self._rules.policy.items()))).value)

    # -- scopes --------------------------------------------------------------------------------------------------

    def _target(self, scope: Scope | Sequence[str] | None) -> Scope:
        """Return the one item scope a write names: label names, a `Scope` held by the caller, or all labels."""
        held = self._caller.scope
        if isinstance(scope, Scope):
            if not scope.single:
                raise InvalidInput("scope", f"an item has one id per label; {scope!r} has several")
            if not self._caller.admin and not held.holds(scope):
                raise AccessDenied(f"this caller holds {held!r}, so it cannot write to {scope!r}")
            return scope
        if scope is None:
            if not held.names:
                raise NotHeld("scope", "who may see this? use scoped(user=...) or write scope=Scope.shared()")
            names: Sequence[str] = held.names
        else:
            names = self._names(scope)
        found = _picked(held, tuple(names))
        if len(found) > 1:
            raise NotHeld("scope", f"{held!r} has several ids for a label; name one, e.g. scope={found[0]!r}")
        return found[0]

    def _names(self, scope: Any) -> tuple[str, ...]:
        if isinstance(scope, str) or not isinstance(scope, Sequence) or not scope:
            raise InvalidInput(
                "scope", 'takes a Scope or label names such as ("team",); for all, Scope.shared()'
            )
        return tuple(checks.label_name(name) for name in scope)

    def _reach(self, scope: Scope | Sequence[str] | None, under: Scope | None = None) -> Reach:
        """Return the scopes a read may touch."""
        if under is not None:
            if not self._caller.admin:
                raise AccessDenied("under= reads whole subtrees and exists only on the unscoped Memory")
            if scope is not None:
                raise DoesNotFit(
                    "under", "goes without scope: all that has these labels, or what has exactly those"
                )
            given: object = under
            if not isinstance(given, Scope) or not given.single:
                raise InvalidInput("under", "must be a Scope with one id per label")
            return Reach(under=under)
        if scope is None:
            return Reach(visible=self._caller.scope)
        if isinstance(scope, Scope):
            if not self._caller.admin and not self._caller.scope.holds(scope):
                raise AccessDenied(f"this caller holds {self._caller.scope!r}, so it cannot read {scope!r}")
            return Reach(exactly=scope.pick(scope.names))
        return Reach(exactly=self._caller.scope.pick(self._names(scope)))

    def _mounts(self, reach: Reach) -> tuple[Mount, ...]:
        """Return the mounts that a read looks at: one `under` labels is of its own store's administrator."""
        return () if reach.under is not None else self._parts.mounts

    def _readable(self, reach: Reach) -> Iterator[Readable]:
        """Yield the stores that a read looks at: this one, then those that are mounted, which may be gone when they are looked for."""
        yield from (store for _, store in self._origins(reach))

    def _origins(self, reach: Reach) -> Iterator[tuple[str | None, Readable]]:
        """Yield the same stores, each with the name it is mounted by, None for this one."""
        yield None, self._parts.store
        yield from ((one.name, one.store) for one in self._mounts(reach))

    async def _looked_up(self, id: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return a memory of this store or of a mounted one, as `Store.get` does."""
        for store in self._readable(reach):
            if (found := await self._parts.io.store(store.get, id, reach, at)) is not None:
                return found
        return None

    def _reads(self, item: MemoryItem) -> bool:
        """Whether a memory is of a kind that this caller reads."""
        return self._caller.kinds.reads(item.kind)

    async def _for_caller(self, items: Iterable[MemoryItem]) -> list[MemoryItem]:
        """Return memories as this caller is told of them: without the ids of others that it does not read."""
        if self._caller.kinds.read is None:
            return list(items)
        told = []
        for item in items:
            named = (item.supersedes, item.superseded_by, *item.conflicts_with, *item.source.lineage)
            reach, at = Reach(exactly=(item.scope,)), self._at()
            found = [await self._looked_up(id, reach, at) for id in dict.fromkeys(filter(None, named))]
            seen = {one.id for one in found if one is not None and self._reads(one)}
            told.append(
                changed(
                    item,
                    supersedes=item.supersedes if item.supersedes in seen else None,
                    superseded_by=item.superseded_by if item.superseded_by in seen else None,
                    conflicts_with=tuple(id for id in item.conflicts_with if id in seen),
                    source=replace(
                        item.source, lineage=tuple(id for id in item.source.lineage if id in seen)
                    ),
                )
            )
        return told

    def _writable(self, item: MemoryItem, named: Scope | Sequence[str] | None, moving: bool = False) -> None:
        """Raise `AccessDenied` unless the item's scope is the bound one or the one named."""
        held = self._caller.scope
        if item.scope.names == held.names and held.holds(item.scope):
            return
        if named is not None and self._target(named) == item.scope:
            return
        how = "Scope.shared()" if not item.scope.names else repr(item.scope.names)
        moved = "; only the administrator moves it from there" if moving and named is not None else ""
        raise AccessDenied(
            f"memory {item.id} belongs to {item.scope!r}; to change it, name that: scope={how}{moved}"
        )

    def _by(self, verb: str, reason: str | None) -> Authorship:
        told = checks.optional_name(reason, "reason", 2_000)
        return Authorship(verb, self._caller.actor, told and self._shown(told)[:2_000])

    async def _writer(self, item: MemoryItem) -> str | None:
        """Return the actor who wrote this version of a memory, or None where none was named."""
        assert item.known_from is not None  # it was read from a store
        found = await self._parts.io.store(
            self._parts.store.history, Reach(exactly=(item.scope,)), self._at(), id=item.id,
            after=(item.known_from, item.id, item.version - 1, True), limit=1,
        )  # fmt: skip
        return next((one.actor for one in found if one.version == item.version), None)

    # -- time and filters ----------------------------------------------------------------------------------------

    @property
    def _timezone(self) -> str:
        """The name of the time zone whose days this caller means."""
        return self._caller.timezone or "UTC"

    @property
    def _zone(self) -> tzinfo:
        return checks.zone(self._timezone)

    def _moment(self, value: When | None, field: str, begun: datetime | None = None) -> datetime | None:
        """Return the moment meant by what `checks.since` takes; now is after what has `begun`, also where a clock was set back."""
        found = checks.since(value, field, self._parts.clock.now(), self._zone)
        behind = value == timedelta() and found is not None and begun is not None and found <= begun
        return begun + timedelta(microseconds=1) if behind and begun is not None else found

    def _at(self, valid_at: datetime | None = None, known_at: datetime | None = None) -> Moment:
        valid = checks.optional_moment(valid_at, "valid_at")
        return Moment(self._parts.clock.now(), valid, checks.optional_moment(known_at, "known_at"))

    @staticmethod
    def _where(where: Filter | Mapping[str, Any] | None, tags: Iterable[str] | None) -> Filter | None:
        """Return the filter of a read: `where`, and every one of `tags`."""
        parsed = parse(where)
        wanted = tuple(Contains("tags", tag) for tag in checks.tags(tags)) if tags is not None else ()
        if not wanted:
            return parsed
        return And(*wanted) if parsed is None else And(parsed, *wanted)

    def _kinds(self, kinds: Iterable[str] | None) -> frozenset[str] | None:
        """Return the kinds that are asked for, as far as this caller reads them; None is every kind."""
        if kinds is None:
            return self._caller.kinds.read
        kinds = (kinds,) if isinstance(kinds, str) else checks.many(kinds, "kinds")
        asked = frozenset(checks.choice(kind, "kinds", KINDS) for kind in kinds)
        return narrowed(asked, self._caller.kinds.read)

    async def _not_erased(
        self, items: Sequence[MemoryItem], first: int, told: Callable[[int], None] | None
    ) -> Sequence[int]:
        """Return which of these, the first of which is number `first`, were not erased before: their text, from its source.

        The numbers of the others are `told`; without it they raise `InvalidInput`.
        """
        found = await self._parts.io.store(self._parts.store.buried, items)
        for place, gone in enumerate(found, first):
            if gone and told is None:
                raise DoesNotFit(
                    f"items[{place}]",
                    "this text from this source was erased; allow_erased=True takes it in again, and so does save",
                )
            if gone and told is not None:
                told(place)
        return [place for place, gone in enumerate(found) if not gone]

    # -- what search reads of a text -----------------------------------------------------------------------------

    async def _entries(self, items: Sequence[MemoryItem], *, embed: bool = True) -> list[Entry]:
        """Return the search data of texts, embedding all of them and their sentences in one call."""
        embedder = self._parts.embedding.now if embed else None
        return await entries_of(items, self._parts.analyzer, self._parts.io, embedder)

    # -- writing -------------------------------------------------------------------------------------------------

    async def _apply(self, writes: Sequence[Write], by: Authorship) -> list[MemoryItem]:
        """Write, taking a base that somebody else changed meanwhile as a reason to decide again."""
        parts, embedding = self._parts, self._parts.embedding
        await self._of_kinds(writes, by)
        lawful = await self._lawful(writes, by)
        by = by._replace(reason=by.reason and self._shown(by.reason)[:2_000])  # by the rules of now
        try:
            if embedding.now is not None and _wordwise(writes):  # read before this memory had a model
                writes = await self._reindexed(writes)
            # Between the switch of a store and this memory's own, the store alone knows that vectors are missing.
            guard: list[Write] = [Wordwise(embedding.beside)] if _wordwise(writes) else []
            guard += [self._caller.lease] if self._caller.lease is not None else []
            written = await parts.io.store(
                parts.store.apply, [*lawful, *guard, *writes], by, parts.clock.now()
            )
            return await self._for_caller(written)
        except VersionConflict as error:
            raise Stale from error
        except ModelMismatch as error:
            if embedding.follows(error):
                writes = await self._reindexed(writes)
            elif error.asked == NO_MODEL:
                embedding.beside = error.stored
            else:
                raise
        return await self._apply(writes, by)

    async def _of_kinds(self, writes: Sequence[Write], by: Authorship) -> None:
        """Raise `AccessDenied` where something is of a kind that this caller may not write (or, with `delete`, delete).

        What a version takes the place of counts as much as the version, and a sighting as much as a save.
        """
        kinds, right = self._caller.kinds, "delete" if by.verb == "delete" else "write"
        if (kinds.delete if right == "delete" else kinds.write) is None:
            return
        changed: dict[Scope, set[str]] = {}
        for one in writes:
            if isinstance(one, Insert | Replace | Remove):
                kinds.need(right, one.item.kind)
            elif not isinstance(one, Sight | Once):
                raise AccessDenied(f"this caller lacks the right {right!r} for every kind, which this takes")
            if isinstance(one, Replace | Remove):
                changed.setdefault(one.item.scope, set()).add(one.base.id)
            elif isinstance(one, Sight):
                changed.setdefault(one.scope, set()).add(one.base.id)
        bases = {one.base for one in writes if isinstance(one, Replace | Remove | Sight)}
        for scope, ids in changed.items():
            for past in await self._parts.io.store(self._parts.store.recorded, scope, sorted(ids)):
                if isinstance(past, Past) and Ref(past.item.id, past.item.version) in bases:
                    kinds.need(right, past.item.kind)

    async def _reindexed(self, writes: Sequence[Write]) -> list[Write]:
        """Return writes with the search data that this memory's model makes now."""
        texts = _with_texts(writes)
        fresh = await self._entries([one.past.item if isinstance(one, Bring) else one.item for one in texts])
        anew: dict[int, Write] = {}
        for one, entry in zip(texts, fresh, strict=True):
            anew[id(one)] = one._replace(entry=entry)
            if isinstance(one, Bring):  # what came with it is of the old model
                anew[id(one)] = Bring(one.past._replace(vectors=None), entry)
        return [anew.get(id(one), one) for one in writes]


@functools.lru_cache(maxsize=4_096)
def _picked(held: Scope, names: tuple[str, ...]) -> tuple[Scope, ...]:
    return held.pick(names)


@functools.lru_cache(maxsize=64)
def _masking(changes: tuple[tuple[str, str], ...]) -> tuple[Mapping[str, Any], frozenset[str]]:
    """Return what is done with each class of what may not be written, and the classes that are masked."""
    from ..redact import heeded, policy

    table = policy(dict(changes))
    return table, heeded(table, "redact", "block")


async def entries_of(
    items: Sequence[MemoryItem], analyzer: Analyzer, io: IO, embedder: Embedder | None
) -> list[Entry]:
    """Return what the search reads of texts: their terms, and with a model their vectors and their sentences'."""
    # The texts are read before the model runs: what it leaves of the processor's caches makes everything after it slower.
    read = [
        (*analyzer.read(item.text, _indexed(item).removesuffix(item.text)), _traits(item)) for item in items
    ]
    if embedder is None:
        return [Entry(*one) for one in read]
    made = await vectors_of(items, io, embedder)
    return [Entry(*one, embedder.id, *vectors) for one, vectors in zip(read, made, strict=True)]


def _traits(item: MemoryItem) -> int:
    heard = item.kind == "episode" and item.source.role == "assistant" and is_idle(item.text)
    return traits(item.text) | (ECHO if is_echo(item) else 0) | (IDLE if heard else 0)


async def vectors_of(
    items: Sequence[MemoryItem | Text], io: IO, embedder: Embedder
) -> list[tuple[Floats, Floats]]:
    """Return the vector (d,) of each text, and those of its sentences (n, d), all from one call."""
    parts = [_sentences(item) for item in items]
    wanted = [*map(_indexed, items), *(one for part in parts for one in part)]
    vectors = await io.embed(embedder, wanted)
    ends = [*itertools.accumulate(map(len, parts), initial=len(items))]
    return [(vectors[n], vectors[ends[n] : ends[n + 1]]) for n in range(len(items))]


def _changing(write: Insert | Replace | Remove | Bring) -> tuple[MemoryItem, tuple[int, ...]]:
    """Return the version a write makes, and the numbers of those it takes the place of."""
    if isinstance(write, Bring):
        return write.past.item, write.past.closes
    return write.item, () if isinstance(write, Insert) else (write.base.version,)


def _with_texts(writes: Sequence[Write]) -> list[Insert | Replace | Bring]:
    """Return the writes that bring search data."""
    return [one for one in writes if isinstance(one, Insert | Replace | Bring) and one.entry is not None]


def _wordwise(writes: Sequence[Write]) -> bool:
    """Whether some writes bring search data without vectors, neither made here nor elsewhere."""
    return any(
        one.entry and one.entry.model is None and not (isinstance(one, Bring) and one.past.vectors)
        for one in _with_texts(writes)
    )


def _indexed(item: MemoryItem | Text) -> str:
    """Return the line that is embedded and whose words are indexed (see `text.index_text`)."""
    return index_text(item.text, speaker=item.speaker, observed_at=item.observed_at)


def _sentences(item: MemoryItem | Text) -> list[str]:
    """Return a text's sentences, each with who said it: that alone is worth 2 points of recall@10 on chats."""
    return [index_text(one, speaker=item.speaker, observed_at=None) for one in sentences(item.text)]
