"""What the verbs answer with, as JSON Schema: from the types that `routes.ANSWERS` names, by their own fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..policy import Rule
from ..receipts import Receipt, Scored
from ..routes import ANSWERS
from ..types import Bulk, Hit, Page, Scope, Source
from .schemas import ID, KIND, MOMENT, SOURCE, UNIT, Schema, choice, closed, nullable, part, several, text

_WHOLE: Schema = {"type": "integer", "minimum": 0}
_LEASE = closed(
    {"name": {"type": "string"}, "scope": part("Labels"), "holder": {"type": "string"}, "fence": _WHOLE, "until": MOMENT},
    ["name", "scope", "holder", "fence", "until"],
)  # fmt: skip
_PLAIN: dict[Any, Schema] = {
    Any: {}, str: {"type": "string"}, int: {"type": "integer"}, float: {"type": "number"}, bool: {"type": "boolean"},
    type(None): {"type": "null"}, datetime: MOMENT, Scope: part("Labels"), Source: SOURCE,
    Rule: {"type": "object", "required": ["name", "rule", "under"], "properties": {"under": part("Labels")}},
}  # fmt: skip
_OPTIONS: dict[str, Schema] = {
    "k": {"type": "integer", "minimum": 1, "maximum": 1_000}, "min_relevance": nullable(UNIT), "where": {"type": ["object", "null"]},
    "kinds": nullable(several(KIND)), "since": nullable(MOMENT), "until": nullable(MOMENT), "also": several({"type": "string"}),
    "timezone": {"type": "string"},
}  # fmt: skip
# How far each scope was known.
_KNOWN = several({"type": "array", "prefixItems": [part("Labels"), MOMENT], "minItems": 2, "maxItems": 2})
# Fields whose JSON form is not what their type says, and those that only the JSON form has.
_FORMS: dict[tuple[type, str], Schema] = {
    (Receipt, "id"): ID,
    (Receipt, "query"): text(),
    (Receipt, "known"): _KNOWN,
    (Receipt, "mounted"): {"type": "object", "additionalProperties": _KNOWN},
    (Receipt, "reach"): {
        "anyOf": [
            closed({"visible": part("Labels")}, ["visible"]),
            closed({"exactly": several(part("Labels"))}, ["exactly"]),
            closed({"under": part("Labels")}, ["under"]),
        ]
    },
    (Receipt, "options"): {
        "type": "object",
        "properties": _OPTIONS,
        "required": [name for name in _OPTIONS if name not in ("also", "timezone")],
    },
    (Scored, "id"): ID,
    (Bulk, "count"): _WHOLE,
}
_HANDED_BACK = (Receipt, Scored)  # and may then leave out what has a default


class Answers:
    """The schemas of answers; those of our own types are kept once, by name, in `parts`."""

    def __init__(self) -> None:
        self.parts: dict[str, Schema] = {}
        self.of(Receipt)

    def of_verb(self, verb: str) -> Schema:
        """Return what the answer of a verb looks like: a list stands in {"items": [...]}."""
        if verb == "search":
            return closed({"hits": several(self.of(Hit))}, ["hits"])
        if verb == "lease":
            return _LEASE
        hint = ANSWERS.get(verb)
        made = self.of(hint)
        return closed({"items": made}, ["items"]) if typing.get_origin(hint) is list else made

    def of(self, hint: Any) -> Schema:
        """Return what the JSON form of a type looks like."""
        origin, given = typing.get_origin(hint), typing.get_args(hint)
        if hint in _PLAIN:
            return _PLAIN[hint]
        if origin in (typing.Union, types.UnionType):
            return {"anyOf": [self.of(one) for one in given]}
        if origin is typing.Literal:
            return choice(given)
        if origin in (tuple, list):
            return several(self.of(given[0]))
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(given[1])}
        if origin is Page:
            return closed(
                {"items": several(self.of(given[0])), "next": self.of(str | None)}, ["items", "next"]
            )
        return self._part(hint)

    def _part(self, made: type) -> Schema:
        name = made.__name__
        if name not in self.parts:
            self.parts[name] = {}  # there already for a type that holds its own kind
            known, hints = dataclasses.fields(made), typing.get_type_hints(made)
            fields = {one.name: _FORMS.get((made, one.name)) or self.of(hints[one.name]) for one in known}
            fields |= {field: schema for (of, field), schema in _FORMS.items() if of is made}
            free = {
                one.name
                for one in known
                if made in _HANDED_BACK
                and (one.default, one.default_factory) != (dataclasses.MISSING, dataclasses.MISSING)
            }
            self.parts[name] = closed(fields, [field for field in fields if field not in free])
        return part(name)
