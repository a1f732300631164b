"""Filters: a closed tree of conditions over named fields, with the same meaning on every store.

    And(Eq("kind", "fact"), Range("importance", gte=0.5), Not(Contains("tags", "draft")))

The same as plain JSON, one operator per object:

    {"and": [{"eq": {"kind": "fact"}}, {"range": {"importance": {"gte": 0.5}}}, {"not": {"contains": {"tags": "draft"}}}]}

A condition on a field that an item does not have is false (so `Not` of it is true). Values compare only with values of their
own type: numbers with numbers, text with text, times with times, true with true. On a field that holds a list (`tags`,
`source.message_ids`, a list in `metadata`), `Eq`, `In` and `Range` ask whether any element fits. `Contains` asks for an
element of a list, or for a part of a text (case counts). Times are datetimes or ISO 8601 strings with an offset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import checks
from .errors import BadFilter, DoesNotFit, InvalidInput
from .types import KINDS, STATES, MemoryItem

TEXT_FIELDS = frozenset(
    {
        "id",
        "text",
        "kind",
        "state",
        "slot",
        "entity",
        "attribute",
        "speaker",
        "thread",
        "owner",
        "source.actor",
        "source.role",
        "source.ref",
        "source.extractor",
        "source.trust",
    }
)
NUMBER_FIELDS = frozenset({"importance", "confidence", "turn", "version"})
TIME_FIELDS = frozenset({"observed_at", "valid_from", "valid_to", "known_from", "known_to", "expires_at"})
LIST_FIELDS = frozenset({"tags", "source.message_ids", "source.lineage", "conflicts_with"})
ANY_FIELDS = frozenset({"value"})
_FIELDS = TEXT_FIELDS | NUMBER_FIELDS | TIME_FIELDS | LIST_FIELDS | ANY_FIELDS
MAX_DEPTH = 16
MAX_NODES = 256
MAX_VALUES = 10_000  # of all `in` together: SQLite binds 32,766 values in one statement
_ABSENT = object()

_PATH = re.compile(r'(metadata|labels|value)(\.[^."\\\x00-\x1f\ud800-\udfff]+)+\Z')


@dataclass(frozen=True, slots=True)
class Eq:
    """The field has exactly this value; `None` means that it has none."""

    field: str
    value: Any

    def __post_init__(self) -> None:
        _put(self, "value", None if self.value is None else _value(self.field, self.value))
        _field(self.field)


@dataclass(frozen=True, slots=True)
class In:
    """The field has one of these values (at most 1,000)."""

    field: str
    values: tuple[Any, ...]

    def __post_init__(self) -> None:
        values: object = self.values
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise BadFilter(self.field, "`in` takes a list of values")
        if len(values) > 1_000:
            raise BadFilter(self.field, f"`in` takes at most 1,000 values, not {len(values):,}")
        _put(self, "values", tuple(_value(self.field, one) for one in values))
        _field(self.field)


@dataclass(frozen=True, slots=True)
class Range:
    """The field lies between bounds: any of `gt`, `gte`, `lt`, `lte`, all of one type (numbers, text or times)."""

    field: str
    gt: Any = None
    gte: Any = None
    lt: Any = None
    lte: Any = None

    def __post_init__(self) -> None:
        _field(self.field)
        kinds = set()
        for name in ("gt", "gte", "lt", "lte"):
            bound = getattr(self, name)
            if bound is None:
                continue
            checked = _value(self.field, bound)
            if isinstance(checked, bool):
                raise BadFilter(self.field, "true and false have no order; use eq")
            kinds.add("number" if isinstance(checked, int | float) else type(checked).__name__)
            _put(self, name, checked)
        if len(kinds) != 1:
            raise BadFilter(self.field, "`range` takes at least one of gt, gte, lt, lte, all of one type")

    def bounds(self) -> Iterator[tuple[str, Any]]:
        """Yield the operator as SQL and Python write it, and the bound, for each bound that is set."""
        for name, sign in (("gt", ">"), ("gte", ">="), ("lt", "<"), ("lte", "<=")):
            if getattr(self, name) is not None:
                yield sign, getattr(self, name)


@dataclass(frozen=True, slots=True)
class Contains:
    """A list holds this element, or a text holds this part (case counts)."""

    field: str
    value: Any

    def __post_init__(self) -> None:
        _field(self.field)
        if self.field in NUMBER_FIELDS | TIME_FIELDS:
            raise BadFilter(
                self.field, "is neither a list nor a text, so it contains nothing; use eq or range"
            )
        _put(self, "value", _value(self.field, self.value, contains=True))


@dataclass(frozen=True, slots=True)
class Exists:
    """The field has a value: not null and, for a list, not empty."""

    field: str

    def __post_init__(self) -> None:
        _field(self.field)


@dataclass(frozen=True, slots=True, init=False)
class And:
    """All of these hold; of none: true."""

    filters: tuple[Filter, ...]

    def __init__(self, *filters: Filter) -> None:
        _put(self, "filters", _nodes(filters))


@dataclass(frozen=True, slots=True, init=False)
class Or:
    """At least one of these holds; of none: false."""

    filters: tuple[Filter, ...]

    def __init__(self, *filters: Filter) -> None:
        _put(self, "filters", _nodes(filters))


@dataclass(frozen=True, slots=True)
class Not:
    """This does not hold."""

    filter: Filter

    def __post_init__(self) -> None:
        _nodes((self.filter,))


Filter = Eq | In | Range | Contains | Exists | And | Or | Not


def parse(where: Filter | Mapping[str, Any] | None) -> Filter | None:
    """Return the filter meant by a filter or by its JSON form; None means everything.

    Raises `BadFilter` for an unknown operator or field, a wrong type, nesting past 16, more than 256 conditions, or more
    than 10,000 values in them.
    """
    if where is None:
        return None
    parsed = where if isinstance(where, Filter) else _parse(where, 0)
    conditions, values = _size(parsed, 0)
    if conditions > MAX_NODES:
        raise BadFilter("where", f"has more than {MAX_NODES} conditions")
    if values > MAX_VALUES:
        raise BadFilter("where", f"lists {values:,} values; the limit is {MAX_VALUES:,}, so ask in parts")
    return parsed


def to_json(where: Filter) -> dict[str, Any]:
    """Return the JSON form of a filter, which `parse` reads back."""
    match where:
        case And(filters):
            return {"and": [to_json(one) for one in filters]}
        case Or(filters):
            return {"or": [to_json(one) for one in filters]}
        case Not(inner):
            return {"not": to_json(inner)}
        case Exists(name):
            return {"exists": name}
        case Eq(name, value):
            return {"eq": {name: _json(value)}}
        case Contains(name, value):
            return {"contains": {name: _json(value)}}
        case In(name, values):
            return {"in": {name: [_json(value) for value in values]}}
        case Range():
            bounds = {
                k: getattr(where, k) for k in ("gt", "gte", "lt", "lte") if getattr(where, k) is not None
            }
            return {"range": {where.field: {k: _json(v) for k, v in bounds.items()}}}


def names(where: Filter | None) -> frozenset[str]:
    """Return the fields a filter speaks of."""
    if where is None:
        return frozenset()
    if isinstance(where, And | Or):
        return frozenset().union(*(names(one) for one in where.filters))
    return names(where.filter) if isinstance(where, Not) else frozenset({where.field})


def fits(item: MemoryItem, where: Filter | None) -> bool:
    """Whether an item passes a filter, as a store would say."""
    match where:
        case None:
            return True
        case And(parts):
            return all(fits(item, one) for one in parts)
        case Or(parts):
            return any(fits(item, one) for one in parts)
        case Not(inner):
            return not fits(item, inner)
        case Eq(name, None):
            return not fits(item, Exists(name))
    found = _found(item, where.field)
    if found is _ABSENT or found is None:
        return False
    elements = list(found) if isinstance(found, list | tuple) else [found]
    match where:
        case Exists():
            return not (isinstance(found, list | tuple) and not found)
        case Eq(_, value):
            return any(_equal(one, value) for one in elements)
        case In(_, values):
            return any(_equal(one, value) for one in elements for value in values)
        case Contains(_, value):
            if isinstance(found, str):
                return isinstance(value, str) and value in found
            return isinstance(found, list | tuple) and any(_equal(one, value) for one in elements)
        case Range(_, gt, gte, lt, lte):
            return any(_between(one, gt, gte, lt, lte) for one in elements)
    raise AssertionError(where)


def _found(item: MemoryItem, name: str) -> Any:
    """Return what an item has under a filter's field name, or `_ABSENT`."""
    first, *steps = name.split(".")
    if first == "labels":
        found: Any = item.scope.to_json()
    elif first == "source":
        return getattr(item.source, steps[0])
    else:
        found = getattr(item, first)
    for step in steps:
        if not isinstance(found, Mapping) or step not in found:
            return _ABSENT
        found = found[step]
    return found


def _type_of(value: Any) -> str:
    """Return the type that values are compared within."""
    if isinstance(value, bool):
        return "truth"
    return "number" if isinstance(value, int | float) else type(value).__name__


def _equal(left: Any, right: Any) -> bool:
    """Whether two values are the same and of one type; objects equal nothing."""
    return _type_of(left) == _type_of(right) and not isinstance(left, Mapping) and bool(left == right)


def _between(value: Any, gt: Any, gte: Any, lt: Any, lte: Any) -> bool:
    """Whether a value lies within bounds of its own type."""
    if _type_of(value) != _type_of(next(one for one in (gt, gte, lt, lte) if one is not None)):
        return False
    return (
        (gt is None or value > gt)
        and (gte is None or value >= gte)
        and (lt is None or value < lt)
        and (lte is None or value <= lte)
    )


def _parse(where: Any, depth: int) -> Filter:
    if depth > MAX_DEPTH:
        raise BadFilter("where", f"is nested more than {MAX_DEPTH} deep")
    if not isinstance(where, Mapping) or len(where) != 1:
        raise BadFilter("where", 'must be an object with one operator, such as {"eq": {"kind": "fact"}}')
    operator, body = next(iter(where.items()))
    if operator in ("and", "or"):
        if isinstance(body, str) or not isinstance(body, Sequence):
            raise BadFilter("where", f"`{operator}` takes a list of filters")
        parts = [_parse(one, depth + 1) for one in body]
        return And(*parts) if operator == "and" else Or(*parts)
    if operator == "not":
        return Not(_parse(body, depth + 1))
    if operator == "exists":
        return Exists(body)
    if operator not in ("eq", "in", "range", "contains"):
        if isinstance(operator, str) and _is_field(operator):
            raise BadFilter(
                "where",
                f'{operator!r:.40} is a field; the operator comes first: {{"eq": {{"{operator:.40}": ...}}}}',
            )
        raise BadFilter(
            "where",
            f"unknown operator {operator!r:.40}; known are eq, in, range, contains, exists, and, or, not",
        )
    if not isinstance(body, Mapping) or len(body) != 1:
        raise BadFilter("where", f"`{operator}` takes an object with one field")
    field, value = next(iter(body.items()))
    if operator == "range":
        if (
            not isinstance(value, Mapping)
            or not set(value) <= {"gt", "gte", "lt", "lte"}
            or None in value.values()
        ):
            raise BadFilter(str(field), "`range` takes an object of gt, gte, lt, lte, none of them null")
        return Range(field, **value)
    if operator == "in":
        return In(field, value)
    return Eq(field, value) if operator == "eq" else Contains(field, value)


def _size(where: Filter, depth: int) -> tuple[int, int]:
    """Return how many conditions a filter has, and how many values its `in` conditions list."""
    if depth > MAX_DEPTH:
        raise BadFilter("where", f"is nested more than {MAX_DEPTH} deep")
    inner: Sequence[Filter] = ()
    if isinstance(where, And | Or):
        inner = where.filters
    elif isinstance(where, Not):
        inner = (where.filter,)
    sizes = [_size(one, depth + 1) for one in inner]
    own = len(where.values) if isinstance(where, In) else 0
    return 1 + sum(size[0] for size in sizes), own + sum(size[1] for size in sizes)


def _field(name: object) -> None:
    if not isinstance(name, str):
        raise BadFilter("where", f"a field is named by a string, not by a {type(name).__name__}")
    if not _is_field(name):
        known = ", ".join(sorted(_FIELDS))
        raise BadFilter(name[:80], f"is no field; known are {known}, labels.*, metadata.*, value.*")


def _is_field(name: str) -> bool:
    return name in _FIELDS or _PATH.match(name) is not None


def _value(field: Any, value: Any, contains: bool = False) -> Any:
    """Return `value` in the form it is compared in, or say why it can never fit the field."""
    try:
        if field in TIME_FIELDS:
            return checks.moment(value, field)
        if field in NUMBER_FIELDS and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise BadFilter(field, f"is a number; {value!r:.40} is not")
        if not isinstance(value, str | int | float | bool):
            raise BadFilter(
                str(field)[:80], f"compares with text, numbers, true or false, not {type(value).__name__}"
            )
        if (field in TEXT_FIELDS or field in LIST_FIELDS) and not isinstance(value, str):
            raise BadFilter(field, f"is text; {value!r:.40} is not")
        if isinstance(value, float) and abs(value) > checks.MAX_INT:
            raise BadFilter(str(field)[:80], f"is compared with numbers of up to {checks.MAX_INT:.2g}")
        value = checks.json_value(value, "where", checks.MAX_TEXT)
    except (BadFilter, DoesNotFit):
        raise
    except InvalidInput as error:
        raise BadFilter(str(field)[:80], error.problem) from None
    if contains or not isinstance(value, str):
        return value
    for name, allowed in (("kind", KINDS), ("state", STATES)):
        if field == name and value not in allowed:
            raise BadFilter(name, f"is one of {', '.join(allowed)}, never {value!r:.40}")
    return checks.folded(value) if field in ("slot", "entity", "attribute") else value


def _nodes(filters: Sequence[Any]) -> tuple[Filter, ...]:
    for one in filters:
        if not isinstance(one, Filter):
            raise BadFilter("where", f"takes filters such as Eq(...), not {type(one).__name__}")
    return tuple(filters)


def _json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _put(target: object, name: str, value: object) -> None:
    object.__setattr__(target, name, value)
