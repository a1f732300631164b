"""Filters as SQL: every condition becomes an expression that is 0 or 1, never NULL, with its values as parameters."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from ..filters import (
    And,
    Contains,
    Eq,
    Exists,
    Filter,
    In,
    Not,
    Or,
    Range,
)
from .sqlite_rows import micros
from .sqlite_schema import PENDING, SCARCE, SUMMARY

_UP_TO_DOT = "rtrim(v.slot, replace(v.slot, '.', ''))"
_ID = (
    "lower(substr(hex(v.item_id),1,8)||'-'||substr(hex(v.item_id),9,4)||'-'||substr(hex(v.item_id),13,4)||'-'||"
    "substr(hex(v.item_id),17,4)||'-'||substr(hex(v.item_id),21))"
)
COLUMNS = {
    name: f"v.{name}"
    for name in (
        "text",
        "kind",
        "slot",
        "speaker",
        "thread",
        "turn",
        "version",
        "observed_at",
        "valid_from",
        "valid_to",
        "known_from",
        "expires_at",
    )
} | {
    "known_to": "c.known_to",
    "entity": f"nullif(substr({_UP_TO_DOT}, 1, length({_UP_TO_DOT}) - 1), '')",
    "attribute": f"substr(v.slot, length({_UP_TO_DOT}) + 1)",
    "id": _ID,
}


class Compiled:
    """A filter as an SQL expression over `versions v`, `closed c` and `scopes s`, with its parameters in order."""

    def __init__(self, where: Filter | None, valid: int) -> None:
        self.parameters: list[Any] = []
        self._valid = valid
        self.sql = "1" if where is None else self._node(where)

    def _node(self, where: Filter) -> str:
        if isinstance(where, And | Or):
            if not where.filters:
                return "1" if isinstance(where, And) else "0"
            glue = " AND " if isinstance(where, And) else " OR "
            return "(" + glue.join(self._node(one) for one in where.filters) + ")"
        if isinstance(where, Not):
            return f"(NOT {self._node(where.filter)})"
        if isinstance(where, Eq) and where.value is None:
            return f"(NOT {self._node(Exists(where.field))})"
        if where.field == "state" or where.field in COLUMNS:
            return f"coalesce({self._on_column(where)}, 0)"
        document, path = _path(where.field)
        return f"coalesce({self._on_json(document, path, where)}, 0)"

    def _column(self, field: str) -> str:
        if field != "state":
            return COLUMNS[field]
        self.parameters.append(self._valid)
        return (
            "(CASE WHEN v.state = 'active' AND json_extract(v.body, '$.superseded_by') IS NOT NULL AND "
            "v.valid_to <= ? THEN 'superseded' ELSE v.state END)"
        )

    def _on_column(self, where: Eq | In | Range | Contains | Exists) -> str:
        if isinstance(where, Range):  # the column anew for each bound, for it may bring a parameter
            bounds = where.bounds()
            return " AND ".join(
                f"{self._column(where.field)} {sign} {self._bind(bound)}" for sign, bound in bounds
            )
        column = self._column(where.field)
        match where:
            case Exists():
                return f"{column} IS NOT NULL"
            case Eq(_, value):
                return f"{column} = {self._bind(value)}"
            case In(_, values):
                return f"{column} IN ({', '.join(self._bind(value) for value in values)})"
            case Contains(_, value):
                return f"instr({column}, {self._bind(value)}) > 0"

    def _on_json(self, document: str, path: str, where: Filter) -> str:
        at = f"{document}, {path}"
        if isinstance(where, Exists):
            empty = f"json_type({at}) = 'array' AND json_array_length({at}) = 0"
            return f"coalesce(json_type({at}), 'null') <> 'null' AND NOT ({empty})"
        if isinstance(where, Contains) and isinstance(where.value, str):
            element = self._element(at, f"{_typed(where.value)} AND e.value = {self._bind(where.value)}")
            part = f"instr(json_extract({at}), {self._bind(where.value)}) > 0"
            return f"CASE json_type({at}) WHEN 'array' THEN {element} WHEN 'text' THEN {part} END"
        if isinstance(where, Contains):
            element = self._element(at, f"{_typed(where.value)} AND e.value = {self._bind(where.value)}")
            return f"json_type({at}) = 'array' AND {element}"
        if isinstance(where, Range):
            bounds = list(where.bounds())
            tests = " AND ".join(f"e.value {sign} {self._bind(bound)}" for sign, bound in bounds)
            return self._element(at, f"{_typed(bounds[0][1])} AND {tests}")
        values = where.values if isinstance(where, In) else (where.value,) if isinstance(where, Eq) else ()
        kinds = []
        for typed in dict.fromkeys(_typed(value) for value in values):
            marks = ", ".join(self._bind(value) for value in values if _typed(value) == typed)
            kinds.append(f"({typed} AND e.value IN ({marks}))")
        return self._element(at, " OR ".join(kinds) or "0")

    @staticmethod
    def _element(at: str, tests: str) -> str:
        """Return: some element of the list at the path, or the scalar that stands there, passes the tests."""
        return f"EXISTS (SELECT 1 FROM json_each({at}) e WHERE json_type({at}) <> 'object' AND ({tests}))"

    def _bind(self, value: Any) -> str:
        self.parameters.append(micros(value) if isinstance(value, datetime) else value)
        return "?"


_MOST = 100  # conditions in one statement, which may have 500 parts
_OF_SLOTS = ("slot", "entity", "attribute")
_SUMMARY_OF = "metadata.summary_of"
Narrow = list[tuple[str, list[Any]]]


def narrowed(where: Filter) -> Narrow | None:
    """Return conditions on `versions` with their parameters, each of which an index answers beside `key >> 32`, and one of which
    holds wherever the filter does; None where there are none."""
    if isinstance(where, And | Or):
        parts = [narrowed(part) for part in where.filters]
        told = [part for part in parts if part is not None]
        if isinstance(where, And):
            return min(told, key=_bluntness, default=None)
        any_of = [one for part in told for one in part]
        return any_of if len(told) == len(parts) and 0 < len(any_of) <= _MOST else None
    if isinstance(where, Eq | In | Exists) and where.field in (*_OF_SLOTS, "kind"):
        return _by_index(where)
    if isinstance(where, Eq | In) and where.field in ("id", "thread", "state", _SUMMARY_OF):
        return _by_name(where)
    return None


def _by_index(where: Eq | In | Exists) -> Narrow | None:
    values = where.values if isinstance(where, In) else (where.value,) if isinstance(where, Eq) else ()
    if None in values:
        return None
    marks = ", ".join("?" * len(values))
    if where.field == "kind":
        scarce = bool(values) and not {"episode", "fact"}.intersection(values)
        return [(f"{SCARCE} AND kind IN ({marks})", [*values])] if scarce else None
    if where.field == "slot" and values:
        return [(f"slot IN ({marks})", [*values])]
    if where.field == "entity" and 0 < len(values) <= _MOST:  # what begins with a dot is before a slash
        return [("slot > ? AND slot < ?", [f"{value}.", f"{value}/"]) for value in values]
    return [("slot IS NOT NULL", [])]


def _by_name(where: Eq | In) -> Narrow | None:
    values = [*where.values] if isinstance(where, In) else [where.value]
    if len(values) > _MOST or not all(isinstance(value, str) for value in values):
        return None
    if where.field == "state":
        return [(PENDING, [])] if {*values} == {"pending"} else None
    marks = ", ".join("?" * len(values))
    if where.field == "thread":
        return [(f"thread IN ({marks})", values)]
    if where.field == "id":
        return [(f"item_id IN ({marks})", [_bytes_of(value) for value in values])]
    return [(SUMMARY, [])]  # of any thread: there is one for each


def _bytes_of(id: str) -> bytes:
    """Return an id as it is stored, or what no memory has."""
    try:
        return uuid.UUID(id).bytes
    except ValueError:
        return b""


def _bluntness(conditions: Narrow) -> tuple[int, bool]:
    """Return how many of some conditions name nothing that they look for, and whether what they name is no one memory."""
    return sum(not values for _, values in conditions), not conditions[0][0].startswith("item_id")


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return f"e.type = '{'true' if value else 'false'}'"
    return "e.type IN ('integer', 'real')" if isinstance(value, int | float) else "e.type = 'text'"


def _path(field: str) -> tuple[str, str]:
    """Return the JSON document and quoted path of a field; its characters were checked when the filter was made."""
    first, *rest = field.split(".")
    document = "s.labels" if first == "labels" else "v.body"
    steps = rest if first == "labels" else [first, *rest]
    path = "$" + "".join(f'."{step}"' for step in steps).replace("'", "''")
    return document, f"'{path}'"
