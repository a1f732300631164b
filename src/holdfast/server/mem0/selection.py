"""mem0's filters as ours: which memories a request means, in either of the forms its clients send. Pure.

{"user_id": "ada", "categories": {"contains": "food"}}
{"AND": [{"user_id": "ada"}, {"OR": [{"run_id": "r1"}, {"run_id": "r2"}]}, {"NOT": {"metadata": {"source": "old"}}}]}
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ... import Scope
from ...errors import InvalidInput
from ...filters import And, Contains, Eq, Exists, Filter, In, Not, Or, Range
from . import metadata

# What mem0 calls whom a memory belongs to, and the field of ours it is: labels, and the thread for a run.
LABELS = {"user_id": "user", "agent_id": "agent", "app_id": "app"}
ENTITIES = {**{name: f"labels.{label}" for name, label in LABELS.items()}, "run_id": "thread"}
EVERY = "*"
_DAY = timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC)
_MOST_DEPTH = 12
_BOUNDS = ("gt", "gte", "lt", "lte")
_OF_METADATA = ("eq", "ne", "in", "contains")
_OPERATORS = frozenset((*_BOUNDS, *_OF_METADATA, "icontains", "nin"))  # all that a client may take for one


@dataclass(frozen=True, slots=True)
class Selection:
    """Which memories are meant: those that carry all of `labels` (name -> id) and pass `where`."""

    labels: Mapping[str, str]
    where: Filter | None

    def narrowed(self, *further: Filter | None) -> Selection:
        """Return this selection with further conditions."""
        return Selection(self.labels, joined(self.where, *further))


def joined(*parts: Filter | None) -> Filter | None:
    """Return a filter that asks for all of these; None where none asks for anything."""
    asked = [one for one in parts if one is not None]
    return None if not asked else asked[0] if len(asked) == 1 else And(*asked)


def selection(filters: object) -> Selection:
    """Return what filters select; raises `InvalidInput` for a name or an operator that mem0 does not have, and for filters
    that name no entity."""
    if not isinstance(filters, Mapping) or not filters:
        raise InvalidInput("filters", 'are needed, and name an entity, such as {"user_id": "ada"}')
    if not _names_entity(filters):
        raise InvalidInput("filters", "must ask for at least one of user_id, agent_id, app_id and run_id")
    labels = _required(filters)
    return Selection(labels, _all_of(filters, 0, labels))


def of_entities(ids: Mapping[str, str]) -> Selection:
    """Return what carries all of these ids (user_id, agent_id, app_id, run_id; "*" is any)."""
    return selection({name: id for name, id in ids.items() if name in ENTITIES})


def entity_id(value: Any) -> Any:
    """Return an id as it is kept: some programs number their users."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def named(name: str, id: object) -> str:
    """Return an id that whom a memory belongs to can have; raises `InvalidInput`."""
    made = entity_id(id)
    if not isinstance(made, str):
        raise InvalidInput(name, f"must be a text, not {type(made).__name__}")
    if made == EVERY:
        raise InvalidInput(name, f"{EVERY!r} is any id and none of its own")
    Scope(**{LABELS.get(name, "run"): made})
    return made


def loose(value: str, field: str) -> Any:
    """Return what a query means where a client put a mapping in it: JSON, or Python's way of writing one."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            pass
    raise InvalidInput(field, "is no mapping that can be read here; send it as JSON")


def dated(name: str, start: object = None, end: object = None) -> Filter | None:
    """Return the condition that a time lies between two moments or days, both included; None where neither is given."""
    bounds = {sign: given for sign, given in (("gte", start), ("lte", end)) if given is not None}
    return _time(name, bounds) if bounds else None


def between(start: object, end: object) -> tuple[datetime, datetime]:
    """Return the moment from which on, and the one before which, two days or moments with all between them lie; without one, all time."""
    first = datetime.min.replace(tzinfo=UTC) if start is None else moment(start, "start_date")[0]
    last, whole = (_LAST, False) if end is None else moment(end, "end_date")
    return first, _after(last) if whole else last


def any_of(categories: object) -> Filter:
    """Return the condition that a memory is in one of these categories."""
    listed = [categories] if isinstance(categories, str) else categories
    if not isinstance(listed, Sequence) or not all(isinstance(one, str) for one in listed):
        raise InvalidInput("categories", "must be a list of names")
    return Or(*(Contains("tags", one) for one in listed))


def labelled(values: object) -> Filter:
    """Return the condition that a memory's metadata has these values."""
    return _metadata("metadata", values)


def worded(words: object, any_case: bool = True) -> Filter:
    """Return the condition that a text holds words; with `any_case` as written, in small letters, in capitals, or capitalised."""
    if not isinstance(words, str) or not words:
        raise InvalidInput("keywords", "must be a text")
    forms = (words, words.lower(), words.upper(), words.capitalize(), words.title()) if any_case else (words,)
    return Or(*(Contains("text", one) for one in dict.fromkeys(forms)))


def moment(value: object, field: str) -> tuple[datetime, bool]:
    """Return a moment as mem0 writes one (seconds since 1970, a date, ISO 8601), and whether it is a whole day."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise InvalidInput(field, "must be a date, a time or seconds since 1970")
    try:
        if isinstance(value, (int, float)) or value.lstrip("-").replace(".", "", 1).isdecimal():
            return datetime.fromtimestamp(float(value), UTC), False
        made = datetime.fromisoformat(value)
        made = made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(field, f"{value!r:.40} is no date or time; write 2026-05-31") from None
    return made, len(value) == len("2026-05-31")


# -- the tree ----------------------------------------------------------------------------------------------------------


def _names_entity(filters: object) -> bool:
    """Whether a tree asks for an entity in other words than by ruling one out."""
    if isinstance(filters, Mapping):
        return any(
            _names_entity(value) if name in ("AND", "OR") else name in ENTITIES and not _rules_out(value)
            for name, value in filters.items()
        )
    return isinstance(filters, list) and any(_names_entity(one) for one in filters)


def _rules_out(value: object) -> bool:
    return value is None or (isinstance(value, Mapping) and set(value) == {"ne"})


def _required(filters: object) -> dict[str, str]:
    """Return the labels that every memory meant carries: read under them, a search ranks among these alone."""
    found: dict[str, str] = {}
    if isinstance(filters, list):
        for one in filters:
            found = {**_required(one), **found}
    elif isinstance(filters, Mapping):
        for name, value in filters.items():
            if name == "AND":
                found = {**_required(value), **found}
            elif name in LABELS:
                only = value.get("eq") if isinstance(value, Mapping) and len(value) == 1 else value
                only = entity_id(only)
                if isinstance(only, str) and only != EVERY:
                    found.setdefault(LABELS[name], named(name, only))
    return found


def _all_of(filters: object, depth: int, held: Mapping[str, str]) -> Filter | None:
    if depth > _MOST_DEPTH:
        raise InvalidInput("filters", f"are nested more than {_MOST_DEPTH} deep")
    if not isinstance(filters, Mapping):
        raise InvalidInput("filters", "are objects; AND, OR and NOT take lists of them")
    return joined(*(_condition(name, value, depth, held) for name, value in filters.items()))


def _condition(name: object, value: Any, depth: int, held: Mapping[str, str]) -> Filter | None:
    if name in ("AND", "OR", "NOT"):
        listed = value if isinstance(value, list) else [value]
        parts = [_all_of(one, depth + 1, held if name == "AND" else {}) for one in listed]
        if name == "AND":
            return joined(*parts)
        several = Or(*(And() if one is None else one for one in parts))
        return several if name == "OR" else Not(several)
    if name in LABELS and entity_id(value) == held.get(LABELS[str(name)]):
        return None  # read under this label, so it need not be asked again
    made = _FIELDS.get(str(name))
    if made is None:
        known = ", ".join(("AND", "OR", "NOT", *_FIELDS))
        raise InvalidInput("filters", f"{name!r:.40} is none; known are {known}")
    return made(str(name), value)


# -- one field ---------------------------------------------------------------------------------------------------------


def _operators(name: str, value: Any, known: Iterable[str]) -> list[tuple[str, Any]]:
    """Return the operators of a condition with their values; a bare value is `eq`, a bare list `in`."""
    if isinstance(value, list):
        return [("in", value)]
    if not isinstance(value, Mapping):
        return [("eq", value)]
    for operator, given in value.items():
        if operator not in known:
            raise InvalidInput(
                "filters", f"{name} takes {', '.join(known)}, not the operator {operator!r:.40}"
            )
        if operator == "in" and not isinstance(given, list):
            raise InvalidInput("filters", f"{name}: in takes a list")
    return list(value.items())


def _entity(name: str, value: Any) -> Filter:
    field = ENTITIES[name]
    parts: list[Filter] = []
    for operator, given in _operators(name, value, ("eq", "ne", "in")):
        if operator == "in":
            parts.append(Exists(field) if EVERY in given else In(field, tuple(map(entity_id, given))))
            continue
        one = Exists(field) if given == EVERY else Eq(field, entity_id(given))
        parts.append(Not(one) if operator == "ne" else one)
    return _every(name, parts)


def _every(name: str, parts: Sequence[Filter]) -> Filter:
    if not parts:
        raise InvalidInput("filters", f"{name} says nothing to compare with")
    return parts[0] if len(parts) == 1 else And(*parts)


def _time(name: str, value: Any) -> Filter:
    parts: list[Filter] = []
    for operator, given in _operators(name, value, (*_BOUNDS, "eq", "ne", "in")):
        if operator == "in":
            parts.append(Or(*(_at(name, "eq", one) for one in given)))
        elif operator == "ne":
            parts.append(Not(_at(name, "eq", given)))
        else:
            parts.append(_at(name, operator, given))
    return _every(name, parts)


def _at(name: str, operator: str, value: Any) -> Filter:
    """Return one comparison of a time; a whole day is met by all of its moments."""
    at, whole = moment(value, name)
    if name == "expiration_date":  # the last day of a memory, which is kept as the moment after it
        at, whole = _after(at), False
    after = _after(at) if whole else _after(at, timedelta(milliseconds=1))
    bounds = {
        "eq": {"gte": at, "lt": after}, "gte": {"gte": at}, "gt": {"gte": after}, "lt": {"lt": at}, "lte": {"lt": after},
    }[operator]  # fmt: skip
    field = {"updated_at": "known_from", "expiration_date": "expires_at"}.get(name)
    return Range(field, **bounds) if field else _created(bounds)


def _after(at: datetime, span: timedelta = _DAY) -> datetime:
    """Return the moment a span after another one, or the last there is."""
    return min(at, _LAST - span) + span


def _created(bounds: Mapping[str, datetime]) -> Filter:
    """Return a condition on when something was said, or where that was not told, made: its id (UUIDv7) begins with that."""
    ids = {sign: _first_id(at) for sign, at in bounds.items()}
    said, made = Range("observed_at", **bounds), Range("id", **ids)
    return Or(said, And(Not(Exists("observed_at")), made))


def _first_id(at: datetime) -> str:
    milliseconds = max(0, int(at.timestamp() * 1_000))
    return f"{milliseconds >> 16:08x}-{milliseconds & 0xFFFF:04x}"


def _categories(name: str, value: Any) -> Filter:
    given = [one for _, one in _operators(name, value, ("eq", "in", "contains"))]
    return _every(name, [any_of(one) for one in given])


def _metadata(name: str, value: Any) -> Filter:
    if not isinstance(value, Mapping):
        raise InvalidInput("filters", 'metadata takes an object, such as {"source": "chat"}')
    return _every(name, [_labelled(metadata.field(str(key)), wanted) for key, wanted in value.items()])


def _labelled(field: str, wanted: Any) -> Filter:
    """Return a condition on one field of the metadata. An object that names no operator tells what stands there: each of its
    fields is compared."""
    if isinstance(wanted, Mapping) and wanted and not wanted.keys() & _OPERATORS:
        if field.count(".") > _MOST_DEPTH:
            raise InvalidInput("filters", f"metadata are nested more than {_MOST_DEPTH} deep")
        return _every(field, [_labelled(f"{field}.{name}", one) for name, one in wanted.items()])
    parts: list[Filter] = []
    for operator, given in _operators(field, wanted, _OF_METADATA):
        if operator == "contains":
            parts.append(Contains(field, given))
        elif operator == "in":
            parts.append(In(field, tuple(given)))
        else:
            parts.append(Eq(field, given) if operator == "eq" else Not(Eq(field, given)))
    return _every(field, parts)


def _words(name: str, value: Any) -> Filter:
    given = _operators(name, value, ("eq", "contains", "icontains"))
    exact = name == "text"
    return _every(
        name,
        [
            Eq("text", one) if exact and sign == "eq" else worded(one, any_case=sign != "contains")
            for sign, one in given
        ],
    )


def _ids(name: str, value: Any) -> Filter:
    listed = value.get("in") if isinstance(value, Mapping) else value
    if not isinstance(listed, list):
        raise InvalidInput("filters", "memory_ids takes a list of ids")
    return In("id", tuple(listed))


_FIELDS: dict[str, Callable[[str, Any], Filter]] = {
    **dict.fromkeys(ENTITIES, _entity),
    **dict.fromkeys(("created_at", "updated_at", "timestamp", "expiration_date"), _time),
    **dict.fromkeys(("text", "keywords", "keywords_search"), _words),
    "categories": _categories,
    "metadata": _metadata,
    "memory_ids": _ids,
}
