"""The words of Holdfast as types: who may see a memory, what a memory is, and what the verbs answer with.

All are frozen dataclasses; what a caller hands over (`Scope`, `Source`, `Draft`) is checked when it is made, so a value of
these types is always valid. Times are aware and in UTC. `to_json` gives the one JSON form, used by the command, the server
and exports; `from_json` reads it back.
"""

from __future__ import annotations

import functools
import itertools
import json
import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar, get_args

from . import checks
from .errors import DoesNotFit, InvalidInput, NotHeld

Kind = Literal["fact", "preference", "episode", "procedure", "working"]
State = Literal["active", "superseded", "deleted", "pending", "rejected"]
Trust = Literal["user", "tool", "model", "external"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DECLARATIVE: frozenset[Kind] = frozenset({"fact", "preference", "procedure"})
STATES: tuple[State, ...] = get_args(State)
TRUSTS: tuple[Trust, ...] = get_args(Trust)
span = checks.span  # for whoever reads what people type
cleaned = checks.cleaned  # for whoever reads texts that may hold what a `Draft` refuses
MAX_SUBSETS = 1_024

T = TypeVar("T")


class Scope:
    """Who may see a memory, or what a caller holds: label names with ids, e.g. `Scope(user="ada", project="api")`.

    An item's scope has one id per label; a caller may hold several (`team=["core", "infra"]`). An item is visible to a
    caller who holds every label the item carries. `Scope.shared()` has no labels and is visible to everybody.

    Raises `InvalidInput` for a bad label name or id, for no labels at all, and for a caller whose labels have more than
    1,024 subsets.
    """

    __slots__ = ("_labels",)
    _labels: tuple[tuple[str, tuple[str, ...]], ...]

    def __init__(self, /, **labels: str | Sequence[str]) -> None:
        if not labels:
            raise InvalidInput("scope", "has no labels; write Scope.shared() if everybody may see it")
        self._labels = tuple(sorted((checks.label_name(k), _ids(k, v)) for k, v in labels.items()))
        if math.prod(1 + len(ids) for _, ids in self._labels) > MAX_SUBSETS:
            raise DoesNotFit(
                "scope", f"has more than {MAX_SUBSETS:,} subsets of labels; hold fewer ids at once"
            )

    @classmethod
    def shared(cls) -> Scope:
        """Return the scope without labels: what is saved there is visible to every caller of the store."""
        empty = cls.__new__(cls)
        empty._labels = ()
        return empty

    @classmethod
    def from_json(cls, labels: Mapping[str, Any]) -> Scope:
        """Return the scope that `to_json` gave; an empty mapping is the shared scope."""
        if not isinstance(labels, Mapping):
            raise InvalidInput("scope", f"must be an object of labels, not {type(labels).__name__}")
        return cls(**labels) if labels else cls.shared()

    def to_json(self) -> dict[str, str | list[str]]:
        """Return a plain mapping of label name to id, or to a list of ids where a caller holds several."""
        return {name: ids[0] if len(ids) == 1 else list(ids) for name, ids in self._labels}

    @property
    def names(self) -> tuple[str, ...]:
        """The label names, sorted."""
        return tuple(name for name, _ in self._labels)

    @property
    def single(self) -> bool:
        """Whether every label has one id, as an item's scope must."""
        return all(len(ids) == 1 for _, ids in self._labels)

    def holds(self, item: Scope) -> bool:
        """Whether a caller with this scope sees what is saved under `item`: it holds every label `item` carries."""
        mine = dict(self._labels)
        return all(set(ids) <= set(mine.get(name, ())) for name, ids in item._labels)

    def pick(self, names: Sequence[str]) -> tuple[Scope, ...]:
        """Return the item scopes of exactly these label names, one for each combination of the ids held.

        Raises `InvalidInput` for a name that this scope does not hold.
        """
        mine = dict(self._labels)
        missing = sorted(set(names) - set(mine))
        if missing:
            raise NotHeld("scope", f"this caller holds no label {', '.join(missing)}; it holds {self!r}")
        ordered = [name for name in self.names if name in names]
        return tuple(_scope(ordered, ids) for ids in itertools.product(*(mine[name] for name in ordered)))

    def subsets(self) -> tuple[Scope, ...]:
        """Return every item scope this caller can see, the most labels first."""
        names = self.names
        picks = (pick for size in range(len(names), -1, -1) for pick in itertools.combinations(names, size))
        return tuple(scope for pick in picks for scope in self.pick(pick))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._labels == other._labels

    def __hash__(self) -> int:
        return hash(self._labels)

    def __repr__(self) -> str:
        if not self._labels:
            return "Scope.shared()"
        return f"Scope({', '.join(f'{name}={value!r}' for name, value in self.to_json().items())})"


def _ids(label: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (checks.name(value, f"scope.{label}"),)
    if not isinstance(value, Sequence) or not value:
        raise InvalidInput(f"scope.{label}", "must be an id or a non-empty list of ids")
    return tuple(sorted({checks.name(one, f"scope.{label}") for one in value}))


def _scope(names: Sequence[str], ids: Sequence[str]) -> Scope:
    made = Scope.__new__(Scope)
    made._labels = tuple((name, (id,)) for name, id in zip(names, ids, strict=True))
    return made


@dataclass(frozen=True, slots=True)
class Source:
    """Where a memory comes from.

    `actor` who wrote it, `role` the role in the conversation (user, assistant, tool, ...), `ref` a row, line or address
    elsewhere, `message_ids` the messages it rests on, `extractor` what extracted it, `lineage` the ids of memories it was
    derived from, `trust` user > tool > model > external: the lowest of all it rests on.
    """

    actor: str | None = None
    role: str | None = None
    ref: str | None = None
    message_ids: tuple[str, ...] = ()
    extractor: str | None = None
    lineage: tuple[str, ...] = ()
    trust: Trust = "user"

    def __post_init__(self) -> None:
        for name in ("actor", "role", "extractor"):
            _put(self, name, checks.optional_name(getattr(self, name), f"source.{name}"))
        _put(self, "ref", checks.optional_name(self.ref, "source.ref", 2_000))
        _put(self, "message_ids", _names(self.message_ids, "source.message_ids"))
        lineage = checks.many(self.lineage, "source.lineage")
        _put(self, "lineage", tuple(checks.item_id(one, "source.lineage") for one in lineage))
        _put(self, "trust", checks.choice(self.trust, "source.trust", TRUSTS))

    @classmethod
    def of(cls, value: Source | Mapping[str, Any] | None) -> Source:
        """Return a `Source` from one, from a mapping of its fields, or the empty one from None."""
        if isinstance(value, Source):
            kept: Any = cls  # of a subclass, what is kept of any
            return (
                value if type(value) is cls else cls(**{one: getattr(value, one) for one in _names_of(kept)})
            )
        return cls(**_known(cls, value, "source")) if value else _NOWHERE

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are set."""
        return {
            k: list(v) if isinstance(v, tuple) else v for k, v in _fields(self).items() if v not in (None, ())
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """A memory before it has an id: the arguments of `save`, checked. `save_many` takes these or dicts of the same keys.

    Raises `InvalidInput` naming the first field that is wrong.
    """

    text: str
    kind: Kind = "fact"
    slot: str | None = None
    value: Any = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    importance: float = 0.5
    confidence: float = 1.0
    speaker: str | None = None
    thread: str | None = None
    turn: int | None = None
    observed_at: datetime | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    expires_at: datetime | None = None
    source: Source = field(default_factory=lambda: Source.of(None))
    scope: Scope | Sequence[str] | None = None
    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        _put(self, "text", checks.text(self.text))
        _put(self, "kind", checks.choice(self.kind, "kind", KINDS))
        _put(self, "slot", checks.slot(self.slot))
        _put(self, "value", checks.json_value(self.value))
        _put(self, "tags", checks.tags(self.tags))
        _put(self, "metadata", checks.metadata(self.metadata))
        _put(self, "importance", checks.unit(self.importance, "importance"))
        _put(self, "confidence", checks.unit(self.confidence, "confidence"))
        for name in ("speaker", "thread", "idempotency_key"):
            _put(self, name, checks.optional_name(getattr(self, name), name))
        if self.turn is not None:
            _put(self, "turn", checks.count(self.turn, "turn", 0, 2**31))
        for name in ("observed_at", "valid_from", "valid_to", "expires_at"):
            _put(self, name, checks.optional_moment(getattr(self, name), name))
        _put(self, "source", Source.of(self.source))
        if self.slot is not None and self.kind == "episode":
            raise DoesNotFit(
                "slot", "an episode tells what happened and holds no slot; save a fact beside it"
            )
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise DoesNotFit("valid_to", "must be later than valid_from")

    @classmethod
    def of(cls, value: Draft | Mapping[str, Any]) -> Draft:
        """Return a `Draft` from one, or from a mapping with the keyword arguments of `save`."""
        if isinstance(value, Draft):
            return value
        if not isinstance(value, Mapping):
            raise InvalidInput("items", f"must be drafts or dicts, not {type(value).__name__}")
        if "text" not in value:
            raise InvalidInput("text", "is missing")
        return cls(**_known(cls, value, "items"))


@dataclass(frozen=True, slots=True)
class MemoryItem:
    """One version of one memory, as it is stored.

    `valid_from`/`valid_to` say when it is true in the world (from is included, to is not; None: no end), `known_from`/
    `known_to` when the store knew this version. `observed_at` is when it was said or seen. `sightings` counts how often
    the same thing was saved (of the past: as often as was known then). `supersedes`/`superseded_by` are the ids before and after it in its slot.
    """

    id: str
    version: int
    text: str
    kind: Kind
    scope: Scope
    slot: str | None = None
    value: Any = None
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    importance: float = 0.5
    confidence: float = 1.0
    speaker: str | None = None
    thread: str | None = None
    turn: int | None = None
    observed_at: datetime | None = None
    source: Source = field(default_factory=Source)
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    known_from: datetime | None = None
    known_to: datetime | None = None
    expires_at: datetime | None = None
    state: State = "active"
    supersedes: str | None = None
    superseded_by: str | None = None
    conflicts_with: tuple[str, ...] = ()
    owner: str | None = None
    sightings: int = 1
    explicit_time: bool = False

    @property
    def entity(self) -> str | None:
        """What the slot is about: "server" of "server.port"; None without a slot or without a dot in it."""
        return self.slot.rpartition(".")[0] or None if self.slot else None

    @property
    def attribute(self) -> str | None:
        """Which of its attributes: "port" of "server.port"; None without a slot."""
        return self.slot.rpartition(".")[2] if self.slot else None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form: every field, times as ISO 8601 in UTC, the scope as a mapping."""
        return {name: _plain(value) for name, value in _fields(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> MemoryItem:
        """Return the item that `to_json` gave."""
        made = _known(cls, value, "item")
        for name in _TIMES:
            made[name] = checks.optional_moment(made.get(name), name)
        made["scope"] = Scope.from_json(made["scope"])
        made["source"] = Source.of(made.get("source"))
        made["tags"], made["conflicts_with"] = (
            tuple(made.get("tags", ())),
            tuple(made.get("conflicts_with", ())),
        )
        return cls(**made)


def changed(one: T, /, **values: Any) -> T:
    """Return one of these types with other values for some fields, unchecked: `dataclasses.replace` in a third of its time."""
    of: Any = type(one)
    read, fill = _slots(of)
    made: T = object.__new__(of)
    for put, value in zip(fill.values(), read(one), strict=True):
        put(made, value)
    for name, value in values.items():
        fill[name](made, value)
    return made


@functools.cache
def _slots(of: Any) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, Callable[[Any, Any], None]]]:
    """Return what reads all fields of a type at once, in order, and what fills each, by its name."""
    names = _names_of(of)
    return operator.attrgetter(*names), {name: getattr(of, name).__set__ for name in names}


_TIMES = ("observed_at", "valid_from", "valid_to", "known_from", "known_to", "expires_at")


@dataclass(frozen=True, slots=True)
class Hit:
    """One result of a search.

    `score` orders the hits of one answer (higher is better, comparable within it only). `relevance` is 0..1 and may be
    compared across answers. `signals` gives what each signal added to the score, by name; they sum to it. `twins` are the
    ids of memories left out for this one, as far as the search came upon them: those that say the same, and echoes of it.
    `outdated_by` is the id of the memory that holds a slot now whose earlier value this episode told, first or once more, or the words of
    this memory tell beside its own. `origin` is the
    name of the mount it comes from, None for the store's own.
    """

    item: MemoryItem
    score: float
    relevance: float
    signals: Mapping[str, float] = field(default_factory=dict)
    twins: tuple[str, ...] = ()
    outdated_by: str | None = None
    origin: str | None = None

    @property
    def id(self) -> str:
        """The memory's id."""
        return self.item.id

    @property
    def text(self) -> str:
        """The memory's text."""
        return self.item.text

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "item": self.item.to_json(),
            "score": self.score,
            "relevance": self.relevance,
            "signals": dict(self.signals),
            "twins": list(self.twins),
            "outdated_by": self.outdated_by,
            "origin": self.origin,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the log: the version that was written, when, through which verb, by whom and why."""

    item: MemoryItem
    verb: str
    at: datetime
    actor: str | None = None
    reason: str | None = None

    @property
    def id(self) -> str:
        """The memory's id."""
        return self.item.id

    @property
    def version(self) -> int:
        """The version that was written."""
        return self.item.version

    @property
    def text(self) -> str:
        """The text as of this version."""
        return self.item.text

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Erased:
    """Told by `watch`: something of `scope` was erased for good, or all of it. Drop what you hold that `get` does not find.

    What it was is not told, for nothing of it is left to tell.
    """

    scope: Scope
    verb: str = "erase"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"verb": self.verb, "scope": self.scope.to_json()}


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a long answer: `items` in order, and `next`, the opaque cursor of the following page (None at the end).

    `changes` always gives a `next`: it is where to go on from later.
    """

    items: tuple[T, ...]
    next: str | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"items": [_plain(item) for item in self.items], "next": self.next}


@dataclass(frozen=True, slots=True)
class Group:
    """One line of an `overview`: how many live memories share this scope, thread, kind, tag, entity or slot.

    `by` is which of these it is, `key` its value (for a scope: its labels), `changed_at` when one of them last changed.
    """

    by: str
    key: str | Scope
    count: int
    changed_at: datetime

    @property
    def sort_key(self) -> str:
        """What groups of one kind are ordered by."""
        if isinstance(self.key, Scope):
            return json.dumps(self.key.to_json(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return self.key

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Entity:
    """What slots are about, counted: its name, its other names, how many live memories, when one of them last changed."""

    name: str
    aliases: tuple[str, ...]
    count: int
    changed_at: datetime

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Held:
    """A memory that was left because a legal hold keeps it: the name of the hold, and its reason."""

    id: str
    hold: str
    reason: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return _fields(self)


@dataclass(frozen=True, slots=True)
class Bulk:
    """What `update_many`, `delete_many` or `rename` did, or with `dry_run` would do: the ids, in the order they were changed.

    `held` are those that `delete_many` left since a hold keeps them.
    """

    ids: tuple[str, ...]
    dry_run: bool
    held: tuple[Held, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        held = [one.to_json() for one in self.held]
        return {"ids": list(self.ids), "count": len(self.ids), "dry_run": self.dry_run, "held": held}


@dataclass(frozen=True, slots=True)
class Erasure:
    """What `erase` removed, or with `dry_run` would remove: the `ids` of memories, those derived from others included.

    `counts` are the rows removed, by table: versions, terms, vectors, slots, links, receipts, jobs, ... While `pending`,
    somebody still reads the file as it was before, and old bytes are overwritten with a later write or opening.
    `beyond` names what no store can reach. `held` are memories that were left since a hold keeps them.
    """

    ids: tuple[str, ...]
    counts: Mapping[str, int]
    dry_run: bool
    pending: bool = False
    beyond: tuple[str, ...] = (
        "backups and copies of the file",
        "exports",
        "what a model provider was sent",
        "what programs hold in memory or logged",
    )
    held: tuple[Held, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts over what this caller can see: live memories, all versions, by kind; and the store's model and size.

    `model_calls` and `model_tokens` are what a language model was asked and answered in all, `queued` and `given_up` the
    kept steps it has yet to read and those it could not (`backlog` lists both).
    `store_bytes`, the size of the whole store's files, and `reembedding`, a change of its embedding model under way, are given
    to the unscoped `Memory` only, for they tell of others.
    """

    items: int
    versions: int
    kinds: Mapping[str, int]
    embedder: str | None
    store_bytes: int | None = None
    model_calls: int = 0
    model_tokens: int = 0
    queued: int = 0
    given_up: int = 0
    reembedding: Reembedding | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Reembedding:
    """A change of a store's embedding model from `source` to `target`: their ids, None where there is no model.

    `done` of `total` texts have vectors of the new model. `state` is "under way", "finished" or "cancelled".
    """

    source: str | None
    target: str | None
    done: int
    total: int
    began_at: datetime
    state: str = "under way"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a whole store: its file, its size in `bytes`, how many `versions` it holds, and when it was begun.

    `key_id` is the id of the data key that an encrypted copy needs, which is not in it; None for a plain one.
    """

    path: str
    bytes: int
    versions: int
    taken_at: datetime
    key_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**_fields(self), "taken_at": self.taken_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Export:
    """What `export` wrote: counts of what is in the file (`policies` are rules), its size in `bytes`, and the moment it is of.

    `digest` is the SHA-256 of the lines between the first and the last, the same for every store that holds the same; None
    for a report. `path` is None where a stream was written.
    """

    path: str | None
    bytes: int
    scopes: int
    versions: int
    sightings: int
    receipts: int
    digest: str | None
    exported_at: datetime
    policies: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**_fields(self), "exported_at": self.exported_at.isoformat()}


@dataclass(frozen=True, slots=True)
class Import:
    """What `import_items` did, or with `dry_run` would do.

    `versions` were written, `there` were in the store already with the same content. `erased` are the ids of memories that
    were erased here and left out, `met` the ids of memories changed because values of one slot met. `notes` say what
    differs between this store and the one the file comes from. `policies` are rules that were put in force.
    """

    versions: int
    there: int
    sightings: int
    receipts: int
    erased: tuple[str, ...]
    met: tuple[str, ...]
    digest: str
    dry_run: bool
    notes: tuple[str, ...] = ()
    policies: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {name: _plain(value) for name, value in _fields(self).items()}


def _names(value: object, field: str) -> tuple[str, ...]:
    return tuple(checks.name(one, field) for one in checks.many(value, field))


def _fields(value: Any) -> dict[str, Any]:
    of: Any = type(value)
    return {name: getattr(value, name) for name in _names_of(of)}


@functools.cache
def _names_of(of: Any) -> tuple[str, ...]:
    """Return the names of a type's fields, in order."""
    return tuple(one.name for one in fields(of))


def _plain(value: Any) -> Any:
    if isinstance(value, Reembedding):
        return value.to_json()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "to_json"):
        return value.to_json()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


def _put(target: object, name: str, value: object) -> None:
    object.__setattr__(target, name, value)


def _known(cls: type, value: Mapping[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(where, f"must be a mapping, not {type(value).__name__}")
    allowed = _names_of(cls)
    unknown = sorted(str(key) for key in value if key not in allowed)
    if unknown:
        raise InvalidInput(where, f"unknown key {unknown[0]!r:.60}; known are {', '.join(sorted(allowed))}")
    return dict(value)


_NOWHERE: Source = Source()  # of every draft that says nothing of it
