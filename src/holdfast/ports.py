"""The ports: what the engine asks of a clock, an embedding model and a store, and the plain values that cross them.

A store is one thread-safe, synchronous class. It proves itself with `holdfast.testing.StoreContract`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

from .filters import Filter
from .leases import Fenced, Leases
from .marks import Logged, Mark
from .policy import Decree, Heed, Rule, Within
from .types import Change, Erasure, Group, MemoryItem, Reembedding, Scope, Source, Stats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Doubles = NDArray[np.float64]
else:  # numpy takes half the time of the whole import, and nothing at run time reads these
    Floats = Ints = Bools = Doubles = Any

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


@runtime_checkable
class Clock(Protocol):
    """Time and identity; frozen in tests."""

    def now(self) -> datetime:
        """Return the present moment, aware and in UTC."""

    def new_id(self) -> str:
        """Return a new UUIDv7 as a lower-case string with hyphens."""


@runtime_checkable
class Embedder(Protocol):
    """A model that turns text into vectors. `id` names model and weights, and is stored beside every vector."""

    id: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a C-contiguous (len(texts), dimension) float32 array, rows of length 1, in the order of `texts`.

        The vector of a text must not depend on the texts beside it. A model that reads the Latin script alone says so by an
        attribute `latin_only = True`: to a query in another one it has little to say, and words count for it.
        """


class Reply(NamedTuple):
    """A language model's reply: its text as it came, and how many tokens it was `asked` and `answered` (0: not told)."""

    text: str
    asked: int = 0
    answered: int = 0


@runtime_checkable
class Model(Protocol):
    """A language model that proposes what to remember. `id` names it."""

    id: str

    def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return the reply to `text` under `instructions`, meant to be JSON of a schema; may be an `async def`.

        Raises `ModelError` where there is none.
        """


@runtime_checkable
class Speaker(Model, Protocol):
    """A language model that also talks and calls tools, as `holdfast chat` needs it."""

    def say(
        self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] = ()
    ) -> Iterator[str | Mapping[str, Any]]:
        """Yield the text of an answer piece by piece as it comes, and last the whole message, with `tool_calls` if any.

        Messages and tools are in OpenAI's shape. Raises `ModelError`, also where an answer breaks off.
        """


class Reach(NamedTuple):
    """Which scopes a read may touch: those `visible` to a caller, or `exactly` these, or all that carry `under`."""

    visible: Scope | None = None
    exactly: tuple[Scope, ...] | None = None
    under: Scope | None = None


class Moment(NamedTuple):
    """The two clocks of a read: what was true at `valid`, as it was known at `known`; `now` is when it is asked.

    None means the present: the latest known, and true now (or at the last write in reach, should the clock lag behind it).
    """

    now: datetime
    valid: datetime | None = None
    known: datetime | None = None


class AsOf(NamedTuple):
    """The clocks a search ran under, resolved: what was true at `valid`, and how far each scope in reach was known."""

    valid: datetime
    known: Mapping[Scope, datetime]


class Entry(NamedTuple):
    """What the search reads of one text: `terms` with their counts, its vector, its sentences' vectors, its shape.

    `vector` is (d,), `sentences` (n, d), both float32 of length 1, or None without a model. `length` counts the tokens
    that are no stopwords; `traits` are the bits of `text.traits`.
    """

    terms: dict[str, int]
    length: int
    traits: int
    model: str | None = None
    vector: Floats | None = None
    sentences: Floats | None = None


class Ref(NamedTuple):
    """A memory's version as a decision saw it."""

    id: str
    version: int


class Insert(NamedTuple):
    """Write `item` as a new open version beside those there are.

    With `guarded`, `slot_seen` are the holders of the item's slot when the decision was made; with `alone`, there was no
    live memory of the same text, kind and slot (at the item's beginning; with `begins_now`, at the time of the commit). The
    store refuses with `Stale` where that has changed. It need not look where the log of the scope still ends at `end`, the
    `Standing.end` that was decided by.
    """

    item: MemoryItem
    entry: Entry | None
    guarded: bool = False
    slot_seen: frozenset[Ref] = frozenset()
    alone: bool = False
    begins_now: bool = False
    end: Mark | None = None


class Replace(NamedTuple):
    """Write `item` in the place of the open version `base`, which it closes; without an `entry` its search data stay.

    With `last`, `base` must be the memory's current version. With `guarded`, `slot_seen` is checked as in `Insert`.
    """

    item: MemoryItem
    base: Ref
    entry: Entry | None = None
    last: bool = True
    guarded: bool = False
    slot_seen: frozenset[Ref] = frozenset()


class Remove(NamedTuple):
    """Write `item` (its state says deleted) as the version after `base`, closing every open version of the memory."""

    item: MemoryItem
    base: Ref
    last: bool = True


class Sight(NamedTuple):
    """Count one more sighting of a memory, with where it was seen this time."""

    scope: Scope
    base: Ref
    source: Source


class Use(NamedTuple):
    """Note that a memory of a scope was shown in a prompt; of one day the first use counts."""

    scope: Scope
    id: str


class Once(NamedTuple):
    """Remember that an idempotency key of a scope gave this memory; the store refuses with `Stale` if it is taken."""

    scope: Scope
    key: str
    digest: str
    ref: Ref


class Standing(NamedTuple):
    """What a save must know of its scope: a `time` later than all written there, the open `holders` of its slot that
    end after it begins with the `newest` version number of each, the live `twin` with the same text, and the (digest, memory) an idempotency key stands for. `end` is where
    the scope's log ends, in which what was erased counts too; None where there is none."""

    time: datetime
    holders: tuple[MemoryItem, ...] = ()
    newest: Mapping[str, int] = _NOTHING
    twin: MemoryItem | None = None
    once: tuple[str, Ref] | None = None
    end: Mark | None = None


class Job(NamedTuple):
    """A kept step that a model has yet to read: whose it is (an item scope), and what the reading needs, as JSON.

    It may be tried from `due_at` on; None is never: it was given up after `attempts`, with the last `error` and, where it
    was the reply that could not be read, that `reply`.
    """

    id: str
    scope: Scope
    created_at: datetime
    due_at: datetime | None
    body: Mapping[str, Any]
    attempts: int = 0
    error: str | None = None
    reply: str | None = None


class Enqueue(NamedTuple):
    """Keep a job until it is settled."""

    job: Job


class Settle(NamedTuple):
    """Remove a job whose work these writes are; the store refuses with `Settled` where it is gone."""

    id: str


class Packed(NamedTuple):
    """A text's vectors as they travel, with the id of the `model` they come from: `whole` is one row, `sentences` several.

    A row is a little-endian float32 scale and an int8 for each dimension; scale times these is a vector of length 1.
    """

    model: str
    whole: bytes
    sentences: bytes | None = None


class Past(NamedTuple):
    """A version as it was written once: the `item` as of then (its `known_from` says when), and by whom.

    `closes` are the versions of the memory it took the place of, in its scope; `reads` is the version whose search data it
    has: itself, an earlier one, or 0 for none (it was never live). `vectors` are given where they were asked for and it reads itself.
    """

    item: MemoryItem
    by: Authorship
    reads: int
    closes: tuple[int, ...] = ()
    vectors: Packed | None = None


class Seen(NamedTuple):
    """Sightings of a memory: how many `times` it was saved again at one moment, from one source; without a source, a `Use` of it.

    As a write: those of them that are not there yet.
    """

    scope: Scope
    id: str
    at: datetime
    source: Source | None
    times: int = 1


Record = Past | Seen


class Bring(NamedTuple):
    """Write a version that another store wrote, known from when it was known there; with an `entry` where it reads itself.

    With `past.vectors`, these are taken in place of the entry's. The store refuses with `Stale` where the scope has a version of this
    memory as high, or what it closes is not open.
    """

    past: Past
    entry: Entry | None = None


class Text(NamedTuple):
    """What is embedded of an entry, and the `key` its vectors belong to."""

    key: int
    text: str
    speaker: str | None
    observed_at: datetime | None


class SetVector(NamedTuple):
    """Keep the vectors that the `run` of a change of models has made of an entry; of one erased meanwhile they are dropped.

    `vector` is (d,), `sentences` (n, d), as in `Entry`. They come in the order of `Vectors.texts`. The store refuses with
    `ReembedConflict` where the run is not the last one.
    """

    run: str
    key: int
    vector: Floats
    sentences: Floats


class Wordwise(NamedTuple):
    """What is written with this has no vectors, as whoever writes knows of none in the store but those of the model `beside`.

    The store refuses with `ModelMismatch` where it has vectors of another one: that may be the writer's own by now.
    """

    beside: str | None


Write = (
    Insert | Replace | Remove | Sight | Use | Once | Enqueue | Settle | Bring | Seen | SetVector | Wordwise | Fenced | Heed | Within | Decree
)  # fmt: skip


class Extent(NamedTuple):
    """How far a scope reached at one moment: its last position, and when it last became known."""

    scope: Scope
    position: int
    known: datetime


class Stale(Exception):
    """What a write was decided on has changed since: read again, decide again."""


class Settled(Exception):
    """The job whose work a write is was done by somebody else: nothing was written."""


class Authorship(NamedTuple):
    """Who makes a change, through which verb, and why; stored with every version."""

    verb: str
    actor: str | None = None
    reason: str | None = None


class Scan(NamedTuple):
    """A question for `Store.scan`: which versions, in which order, how many.

    `live` keeps what search would see at the moment asked; without it every state that was known is answered (a memory's
    last known version), and with `expired` besides what has expired. `sort` is a time field or "id", or "importance" for the most important, of these the latest of each slot
    (or kind) before its second, without `after`; ties break by id; of a `slot`, what carries more labels comes first. `after` is the (sort value, id, version,
    whether it is no deletion) of the last row of the page before: a moved memory is found where it left and where it went.
    """

    reach: Reach
    at: Moment
    where: Filter | None = None
    live: bool = True
    slot: str | None = None
    sort: str = "known_from"
    descending: bool = True
    limit: int = 100
    after: tuple[Any, str, int, bool] | None = None
    kinds: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    expired: bool = False


class Beyond(NamedTuple):
    """What is known of a corpus of which only the likely rows were drawn: how many memories are `live`, how many of these
    hold one of the query's `words`, and the cosines of an even sample of them, which tell what is `usual`."""

    live: int
    words: int
    usual: Floats


class Tally(NamedTuple):
    """What the weight of words is counted from: how many memories are `live`, how many of these hold each of the probe's terms,
    and each of the words that may stand in for them, in the probe's order."""

    live: int = 0
    holding: tuple[int, ...] = ()
    near: tuple[int, ...] = ()


class Candidates(NamedTuple):
    """The corpus of one search as parallel arrays, a row for each text; rows where `live` is False take no part.

    `bm25` and `cos` are raw (cos 0 without a model, `best` the best sentence's cosine or `cos` where there is none).
    `around` is BM25 of a row with the two turns on either side as one text, `covered` the idf of the query's terms found
    there, of `mass` in all. `related` is the idf of those of the query's terms that a row does not hold but words related
    to them, each times how near the nearest is (see `Probe`). `traits` bits as in `text`, `asked` which rows are questions that hold no word besides the query's, `speaker` a code into `speakers` or -1, `day` the date as days since 1970 (observed for episodes, valid-from else), `before` the
    row of the turn before or -1, `place` the turn's number in its thread from 0, `thread` a dense code >= 0 or -1. `episode` tells narrative rows from declarative
    ones, `kind` is its place in `KINDS`. `importance` 0..1 is as it was given, `seen` the whole day on which a row was said, or last
    used or seen again. `key` finds the row again in the store, `ids` (16 bytes) break ties. A store may draw the rows worth ranking from a large
    corpus and hand out these alone; `mass` then is that of the whole corpus, and `beyond` tells of it. `derived` says that some of the memories in reach were
    read from others. `tally` is what this store alone counted. `ground` is what `ranking.Ground` made of these rows before.
    """

    live: Bools
    bm25: Floats
    cos: Floats
    best: Floats
    around: Floats
    covered: Floats
    related: Floats
    mass: float
    traits: NDArray[np.uint8]
    asked: Bools
    speaker: NDArray[np.int32]
    speakers: tuple[str, ...]
    day: Doubles
    episode: Bools
    kind: NDArray[np.int8]
    importance: Floats
    seen: Floats
    before: NDArray[np.int32]
    place: NDArray[np.int32]
    thread: NDArray[np.int32]
    threads: int
    ids: NDArray[np.void]
    key: Ints
    as_of: AsOf
    has_vectors: bool = True
    derived: bool = False
    beyond: Beyond | None = None
    tally: Tally = Tally()
    ground: Any = None


class Probe(NamedTuple):
    """A search as the store sees it: terms with weights, the query's vector, the model that made it, and what to keep.

    `related` has for each term the words that may stand in for it, and how near each is, 0..1; one that more than a
    twentieth of the live rows and three hold stands in for nothing. `as_of` asks again under the clocks of an earlier search,
    instead of `at`. The memory with the id `witness` is among the rows if it is live, whether or not it would be drawn, and so
    are at least `least` others, where so many are live. Words weigh as if what `elsewhere` was counted were in the store.
    With a `stamp` that the store gave for this search, it need not look again whether anybody has written since.
    """

    reach: Reach
    at: Moment
    terms: dict[str, float]
    related: Mapping[str, Sequence[tuple[str, float]]] = _NOTHING
    vector: Floats | None = None
    model: str | None = None
    where: Filter | None = None
    kinds: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None
    as_of: AsOf | None = None
    witness: str | None = None
    least: int = 0
    elsewhere: Tally = Tally()
    stamp: object = None


class KeptReceipt(NamedTuple):
    """A receipt as a store keeps it: whose it is (an item scope), until when, and its JSON form."""

    id: str
    scope: Scope
    created_at: datetime
    expires_at: datetime
    body: str


class Vectors(Protocol):
    """How a store changes the embedding model its vectors come from, while everybody goes on with the old one.

    The new vectors are made beside the old ones (`SetVector`) and take their place in one transaction (`switch`). What a
    run has made is kept: the next run to the same model goes on from there. Only the last run may write.
    """

    def state(self) -> Reembedding | None:
        """Return the change under way, or None."""

    def begin(self, model: str | None, dimension: int, now: datetime) -> tuple[str, Reembedding]:
        """Begin a change to a model (None: to have none), or take the one to it over; return the name of this run, and its state.

        Raises `ReembedConflict` while another change, to another model, is under way.
        """

    def texts(self, after: int, limit: int) -> list[Text]:
        """Return the next texts without new vectors, in order of their keys, those after a key."""

    def pause(self, run: str, paused: bool) -> None:
        """Let everybody who writes texts wait, for some seconds at most, or no longer."""

    def switch(self, run: str) -> bool:
        """Put the new model and its vectors in the place of the old in one transaction; False where texts are missing."""

    def cancel(self) -> Reembedding | None:
        """Drop what the change under way has made, and return it, or None where there is none."""


class Copied(NamedTuple):
    """How many versions a copy holds, and the id of the key that opens it, None where it is plain."""

    versions: int
    key_id: str | None = None


class Readable(Protocol):
    """What is read of memories, wherever they live: a whole store, or one that is only looked at. Safe to call from any thread.

    A memory may have several open versions, each true for a part of time; its current one is the last of these.
    An expired memory is in no answer, whatever moment is asked for; only `expired` tells when that came.
    """

    def expired(self, id: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return a memory in reach that has expired, as it was last; None for one that has not, and for any other id."""

    def get(self, id: str, reach: Reach, at: Moment) -> MemoryItem | None:
        """Return the memory's current version, deleted or not; for a moment in the past the one true then; or None."""

    def fetch(self, keys: Sequence[int], at: Moment) -> dict[int, MemoryItem]:
        """Return the items behind the keys of `Candidates`, by key; one erased meanwhile is left out."""

    def scan(self, query: Scan) -> list[MemoryItem]:
        """Return the versions that answer `query`, in its order."""

    def candidates(self, probe: Probe) -> Candidates:
        """Return the corpus of a search with its raw signals; scope, filter and both clocks are applied first."""

    def begin(self, probe: Probe) -> tuple[Callable[[Floats], Candidates], Candidates | None]:
        """Do of `candidates` what needs no vector: return what takes it and does the rest, and the corpus as it is without, if
        its rows stay the same."""

    def outdated(self, ids: Sequence[str], reach: Reach, at: Moment) -> dict[str, str]:
        """Return, for those of some memories that tell an ended value of a slot, the id of what holds the slot now.

        Those are the episodes it was read from or said once more in, and what was read from these, or sums them up, with its words
        or the value among its own. Only values in reach count; who ended one is followed to the one that is live at the moment.
        """

    def seen(self, ids: Sequence[str], reach: Reach, at: Moment) -> dict[str, datetime]:
        """Return when those of at most 1,000 memories that were saved again in reach were, for the last time as known at the moment."""

    def history(
        self,
        reach: Reach,
        at: Moment,
        *,
        id: str | None = None,
        slot: str | None = None,
        after: tuple[datetime, str, int, bool] | None = None,
        limit: int = 100,
    ) -> list[Change]:
        """Return the versions of a memory or a slot known by `at.known` (and true at `at.valid`), oldest first.

        Versions of one known time go by id and version, and of a move the leaving before the arrival: `after` is these
        three and whether it is no deletion, of the last change of the page before.
        """

    def ends(self, reach: Reach) -> dict[Scope, Mark]:
        """Return where the log of each scope in reach ends."""

    def model(self) -> str | None:
        """Return the id of the embedding model whose vectors the store holds, or None while it holds none.

        "none" (`errors.NO_MODEL`) where it was changed to hold none: it then takes no vectors of any model.
        """

    def remember(self, name: str, value: str) -> str:
        """Return the store's own value of a setting; where it has none, keep and return `value`."""

    def close(self) -> None:
        """Close every connection; later calls raise `StoreClosed`."""


class Mounted(Protocol):
    """A place where another's store lies, which may be another one later on. Safe to call from any thread."""

    def now(self) -> Readable:
        """Return the store that lies there; who asks several things of one answer asks them of the one it got first."""

    def close(self) -> None:
        """Close what is open."""


@runtime_checkable
class Store(Readable, Protocol):
    """Where memories live. Every method is safe to call from any thread; a write is seen whole or not at all.

    A store numbers the versions of a memory: the next is one more than the highest there is in the scope, 1 for the first.
    """

    def apply(self, writes: Sequence[Write], by: Authorship, now: datetime) -> list[MemoryItem]:
        """Make all `writes` in one transaction and return the written items in their order (Sight, Use, Once: none).

        Raises `Stale` when a guard no longer holds and `VersionConflict` when a base is not current.
        """

    def standings(
        self, asked: Sequence[tuple[MemoryItem, bool, str | None]], now: datetime, keys_after: datetime
    ) -> list[Standing]:
        """Return what a save of each item meets in exactly its scope; keys count that were used after `keys_after`.

        Asked are the item, whether its slot holds one value at a time (else holders are left out), and its key. An item without `valid_from` begins at the `time` of its standing.
        """

    def stamp(self) -> object:
        """Return a stamp of the state the store is in: while nobody writes often the same object, never after somebody did."""

    def changes(self, reach: Reach, since: Mapping[Scope, Mark], limit: int, now: datetime) -> Logged:
        """Return at most `limit` changes after the marks `since`, in order of scope and position, and what was erased.

        That something of a scope was erased since its mark is told once, before the scope's changes, and not counted.
        """

    def overview(self, reach: Reach, at: Moment, after: tuple[str, str] | None, limit: int) -> list[Group]:
        """Return groups of live memories by scope, thread, kind, tag, entity and slot."""

    def stats(self, reach: Reach, at: Moment) -> Stats:
        """Return counts over the scopes in reach."""

    def vectors(self) -> Vectors:
        """Return what changes the embedding model."""

    def leases(self) -> Leases:
        """Return what keeps who is working on what."""

    def policies(self, known: int = -1, *, past: bool = False) -> tuple[int, list[Rule]] | None:
        """Return the generation of the rules and those in force (with `past` every change of them, oldest first); None where it is `known`."""

    def keep_receipt(self, receipt: KeptReceipt) -> None:
        """Keep a search's receipt until it expires, and let those go that have."""

    def receipt(self, id: str, now: datetime) -> str | None:
        """Return the body of a kept receipt that has not expired."""

    def claim(self, reach: Reach, now: datetime, until: datetime, id: str | None = None) -> Job | None:
        """Return the job in reach that has been due longest, now due again at `until`.

        One that is claimed is due to nobody else until then, and to anybody should its worker die. With an `id`, that job, due or given up.
        """

    def postpone(self, job: Job) -> None:
        """Keep a job's `due_at`, `attempts`, `error` and `reply` as they are here; one that is gone stays gone."""

    def jobs(self, reach: Reach, after: str | None, limit: int) -> list[Job]:
        """Return the jobs in reach, in order of their ids, beginning after one."""

    def spend(self, scope: Scope, now: datetime, calls: int, tokens: int, most: int) -> bool:
        """Count what a scope has asked of a language model on the UTC day of `now`.

        False, and nothing is counted, where that would be more than `most` calls that day.
        """

    def backup(self, path: str, progress: Callable[[int, int], None] | None = None) -> Copied:
        """Copy the store as of one moment to a new file, whole or not there; `progress` is told how much of how much is done."""

    def erase(
        self, ids: Sequence[str] | None, reach: Reach, now: datetime, *, dry_run: bool = False
    ) -> Erasure:
        """Remove the memories with these ids in reach, and all in reach that was derived from them, in one transaction.

        With None as `ids` the scopes in reach go whole, their labels and the key of their tombstones too, and what was derived
        from them anywhere. What names the memories (queue, receipts, keys, links) goes; a tombstone of each text stays, and
        what the chain needs. With `dry_run` nothing is changed. What lies in scopes under a hold is left, and told; of
        scopes that go whole the rules bound to them go too.
        """

    def extents(self, reach: Reach) -> list[Extent]:
        """Return how far each scope in reach goes, all as of one moment, in the order of their labels."""

    def past(
        self, extent: Extent, after: int, limit: int, now: datetime, *, vectors: bool = False
    ) -> tuple[list[Record], int | None]:
        """Return what `limit` positions of a scope after one hold, in order, and the position to go on after (None: no more).

        Up to `extent`, whatever was written since. A memory's sightings and uses follow its first version. What has expired by `now` is left out.
        """

    def recorded(self, scope: Scope, ids: Sequence[str]) -> list[Record]:
        """Return everything of some memories in exactly a scope, expired or not: versions in order, then sightings and uses."""

    def receipts(
        self, reach: Reach, now: datetime, after: str | None, limit: int, *, newest: bool = False
    ) -> list[KeptReceipt]:
        """Return the kept receipts in reach that have not expired, in order of their ids (`newest`: falling), after one."""

    def buried(self, items: Sequence[MemoryItem]) -> list[bool]:
        """Return for each item whether the same text from the same source was erased in its scope."""
