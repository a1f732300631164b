"""What a value may be, as JSON Schema (2020-12): what `checks`, `filters` and `types` accept, said for a reader outside.

The library checks; this only tells. That both say the same is what the tests with schemathesis are for. Patterns use what
ECMA 262 and Python read alike. `PARTS` are the schemas that the description names once, `part` refers to one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .. import filters
from ..attributes import LONGEST_LIFE, POLICIES, SENSITIVITIES
from ..policy import WHO
from ..redact import ACTIONS
from ..redact import POLICY as CLASSES
from ..types import KINDS, STATES, TRUSTS

Schema = dict[str, Any]

_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_LINES = r"\t\n\r\u2028\u2029"
_TEXT = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
_ANY_TEXT = rf"^[^{_CONTROL}]*$"
_EDGE, _INNER = rf"[^\s{_CONTROL}]", rf"[^{_LINES}{_CONTROL}]"
_NAME = rf"^{_EDGE}({_INNER}*{_EDGE})?$"
_SLOT_EDGE = rf"[^.\s{_CONTROL}]"
_SLOT = rf"^{_SLOT_EDGE}({_INNER}*{_SLOT_EDGE})?$"
_KEY = rf'[^."\\{_CONTROL}]'
_JSON_KEY = rf'^{_KEY}*[^\s."\\{_CONTROL}]{_KEY}*$'
_PATH = r'^(metadata|labels|value)(\.[^."\\\x00-\x1f\x7f-\x9f]+)+$'
_LABEL = "[a-z][a-z0-9_]{0,31}"
_SPAN = r"^([0-9]{1,9}(\.[0-9]{1,9})?[smh]|[0-9]{1,8}(\.[0-9]{1,9})?[dw])$"
# Percent-encoded; what that decodes to is beyond a pattern.
HEADER = r"^([!-$&-~]|%[0-9A-Fa-f]{2})+$"
VERSION = r'^(\*|(W/)?"?[0-9]{1,10}"?)$'
CURSOR = r"^[A-Za-z0-9_-]+={0,2}$"
_WIDEST = 2**63 - 1


def part(name: str) -> Schema:
    """Return a reference to one of `PARTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(most: int = 20_000) -> Schema:
    """Text with something in it: no control characters but tab, newline and carriage return."""
    return {"type": "string", "maxLength": most, "pattern": _TEXT}


def name(most: int = 256) -> Schema:
    """One line without space at its ends."""
    return {"type": "string", "maxLength": most, "pattern": _NAME}


def slot(most: int = 200) -> Schema:
    """A name with no dot at its ends."""
    return {**name(most), "pattern": _SLOT}


def choice(options: Iterable[str]) -> Schema:
    """One of some words."""
    return {"type": "string", "enum": list(options)}


def several(items: Schema, **bounds: Any) -> Schema:
    """A list."""
    return {"type": "array", "items": items, **bounds}


def closed(properties: Mapping[str, Schema], required: Iterable[str] = (), **more: Any) -> Schema:
    """An object with these properties and no other."""
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**made, **({"required": list(required)} if required else {}), **more}


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if not isinstance(schema.get("type"), str) or "not" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    options = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **options}


def has(name: str) -> Schema:
    """An object in which something is said by this name: null says nothing."""
    return {"type": "object", "required": [name], "properties": {name: {"not": {"type": "null"}}}}


def has_not(*names: str) -> Schema:
    """An object in which nothing is said by these names."""
    return {"type": "object", "properties": {name: {"type": "null"} for name in names}}


ID: Schema = {"type": "string", "format": "uuid"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
SINCE: Schema = {
    "anyOf": [MOMENT, {"type": "string", "format": "date"}, {"type": "string", "pattern": _SPAN}]
}
UNIT: Schema = {"type": "number", "minimum": 0, "maximum": 1}
KIND = choice(KINDS)
TAGS = several(name(128), maxItems=64)
_LABEL_NAME: Schema = {
    "type": "string", "pattern": f"^{_LABEL}$", "not": {"enum": ["actor", "scope", "self", "timezone", "under"]},
}  # fmt: skip
_NUMBER: Schema = {"type": "number", "minimum": -_WIDEST, "maximum": _WIDEST}
_SCALARS: list[Schema] = [{"type": "boolean"}, _NUMBER]


def _labels(ids: Schema) -> Schema:
    return {"type": "object", "propertyNames": _LABEL_NAME, "additionalProperties": ids}


# -- filters -------------------------------------------------------------------------------------------------------------

_COMPARED = part("Words")
_NAMED = {"kind": KIND, "state": choice(STATES)}


def _one_field(
    texts: Schema, numbers: Schema | None, times: Schema | None, any: Schema, **named: Schema
) -> Schema:
    """An object with one field of a memory and what it is held against, by what the field holds."""
    held = {_PATH: any}
    for fields, schema in (
        ((filters.TEXT_FIELDS | filters.LIST_FIELDS) - named.keys(), texts),
        (filters.NUMBER_FIELDS, numbers),
        (filters.TIME_FIELDS, times),
        (filters.ANY_FIELDS, any),
    ):
        if schema is not None:
            held[_words(fields)] = schema
    return closed(named, minProperties=1, maxProperties=1, patternProperties=held)


def _words(words: Iterable[str]) -> str:
    return f"^({'|'.join(sorted(words))})$".replace(".", r"\.")


def _filter() -> Schema:
    any = part("Scalar")
    known = (
        filters.TEXT_FIELDS
        | filters.LIST_FIELDS
        | filters.NUMBER_FIELDS
        | filters.TIME_FIELDS
        | filters.ANY_FIELDS
    )
    several_of = {name: several(schema, maxItems=1_000) for name, schema in _NAMED.items()}
    operators: dict[str, Schema] = {
        "eq": _one_field(
            nullable(_COMPARED), nullable(_NUMBER), nullable(MOMENT), nullable(any),
            **{name: nullable(schema) for name, schema in _NAMED.items()},
        ),
        "in": _one_field(
            *(several(one, maxItems=1_000) for one in (_COMPARED, _NUMBER, MOMENT, any)), **several_of
        ),
        "range": _one_field(
            _bounds(_COMPARED), _bounds(_NUMBER), _bounds(MOMENT), {"anyOf": [_bounds(_COMPARED), _bounds(_NUMBER)]},
            **{name: _bounds(schema) for name, schema in _NAMED.items()},
        ),
        "contains": _one_field(_COMPARED, None, None, any),
        "exists": {"type": "string", "anyOf": [{"enum": sorted(known)}, {"pattern": _PATH}]},
        "and": several(part("Filter")),
        "or": several(part("Filter")),
        "not": part("Filter"),
    }  # fmt: skip
    return {
        "description": "A condition on memories: one operator; of one field, or of further filters, at most 16 deep and 256 in all.",
        "anyOf": [closed({name: schema}, [name]) for name, schema in operators.items()],
    }


def _bounds(schema: Schema) -> Schema:
    return closed(dict.fromkeys(("gt", "gte", "lt", "lte"), schema), minProperties=1)


# -- memories to be saved, messages, rules ---------------------------------------------------------------------------------

VALUE: Schema = {
    "description": "A JSON scalar or a small object.",
    "anyOf": [
        {"type": "null"}, *_SCALARS, {"type": "string", "maxLength": 1_998, "pattern": _ANY_TEXT}, part("JsonObject"),
    ],
}  # fmt: skip
SOURCE = closed(
    {
        "actor": nullable(name()), "role": nullable(name()), "ref": nullable(name(2_000)), "extractor": nullable(name()),
        "message_ids": several(name()), "lineage": several(ID), "trust": choice(TRUSTS),
    }
)  # fmt: skip
_NAMES = several(_LABEL_NAME, minItems=1)
_WHICH = 'Which scope: labels with ids, or the names of labels that this caller holds, such as ["team"]; {} is the shared one.'
SCOPE: Schema = {"description": _WHICH, "anyOf": [part("Labels"), _NAMES]}
ITEM_SCOPE: Schema = {"description": _WHICH, "anyOf": [part("ItemLabels"), _NAMES]}
# What a `save` may say of a memory, and what `update` may change: name -> schema.
DRAFT: dict[str, Schema] = {
    "text": text(), "kind": KIND, "slot": slot(), "value": VALUE, "tags": TAGS, "metadata": part("JsonObject"),
    "importance": UNIT, "confidence": UNIT, "speaker": name(), "thread": name(),
    "turn": {"type": "integer", "minimum": 0, "maximum": 2**31},
    "observed_at": MOMENT, "valid_from": MOMENT, "valid_to": MOMENT, "expires_at": MOMENT, "source": SOURCE, "scope": ITEM_SCOPE,
    "idempotency_key": name(),
}  # fmt: skip
# An episode tells what happened, and holds no slot.
NO_SLOT_OF_AN_EPISODE: Schema = {
    "anyOf": [has_not("slot"), {"properties": {"kind": choice(kind for kind in KINDS if kind != "episode")}}]
}
_OF_MANY = ("kind", "tags", "metadata", "importance", "confidence", "speaker", "expires_at")
CHANGES = closed(
    {name: nullable(DRAFT[name]) if name in ("speaker", "expires_at", "metadata") else DRAFT[name] for name in _OF_MANY},
    minProperties=1,
)  # fmt: skip
SECTION = closed(
    {"title": name(120), "kinds": several(KIND), "share": UNIT, "by_day": {"type": "boolean"}},
    ["title", "kinds"],
)
_CONTENT: Schema = {
    "description": "A text, or parts as OpenAI and Anthropic have them.",
    "anyOf": [{"type": "string"}, {"type": "object"}, several({}), {"type": "null"}],
}
_MESSAGE: Schema = {
    "description": "A message in the OpenAI or Anthropic shape.",
    "type": "object",
    "properties": {
        "role": {"type": ["string", "null"], "pattern": rf"^$|{_EDGE}", "examples": ["user"]},
        "content": {**_CONTENT, "examples": ["The server is now on port 9090."]},
        "at": {"description": "When it was said.", "anyOf": [MOMENT, {"type": "null"}]},
        "tool_calls": {"anyOf": [several({"type": "object"}), {"type": "null"}]},
    },
}
MESSAGES: Schema = {
    "description": "What was said, in the OpenAI or Anthropic shape.",
    "anyOf": [
        {"type": "string"}, part("Message"), several({"anyOf": [{"type": "string"}, part("Message")]}),
    ],
}  # fmt: skip
_LENGTH: Schema = {
    "description": "A length of time: 30d (s, m, h, d, w), or seconds; up to a hundred years.",
    "anyOf": [
        {"type": "integer", "minimum": 1, "maximum": 36_525 * 86_400},
        {"type": "string", "pattern": "^([1-9][0-9]{0,8}s|[1-9][0-9]{0,6}m|[1-9][0-9]{0,4}h|[1-9][0-9]{0,3}d|[1-9][0-9]{0,2}w)$"},
    ],
}  # fmt: skip
_COUNT: Schema = {"type": "integer", "minimum": 1, "maximum": 2**50}
PLACEMENT = closed(
    dict.fromkeys(("fact", "preference", "procedure", "personal"), several(_LABEL_NAME, minItems=1))
)
ENTITY: Schema = {
    **name(120),
    "pattern": _NAME.replace(r"\s", r".\s").replace(r"\t\n", r".\t\n"),
    "not": {"enum": ["entity", "state", "run"]},
}
EMBEDDER: Schema = {
    "anyOf": [
        choice(("minilm", "none")),
        {"type": "string", "pattern": "^(openai|ollama):[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$"},
        {"type": "null"},
    ],
}
_JSON_SCHEMA: Schema = {
    "type": "object",
    "description": "A JSON Schema that refers to nothing outside itself.",
}


def _rule(kind: str, /, needed: Iterable[str] = (), any_of: Iterable[str] = (), **terms: Schema) -> Schema:
    """A rule of one kind, with its terms; null is as good as not said."""
    said = {term: schema if term in needed else nullable(schema) for term, schema in terms.items()}
    properties: dict[str, Schema] = {"name": name(120), "rule": {"const": kind}, **said}
    return closed(
        properties, ["name", "rule", *needed], **({"anyOf": [has(term) for term in any_of]} if any_of else {})
    )


def _rules() -> Schema:
    under = nullable(part("ItemLabels"))
    whole = nullable(closed({}))  # of the whole store
    slots = {**name(200), "pattern": _SLOT.replace("^", r"^(\*\.)?", 1)}
    attribute = _rule(
        "attribute", ["attribute"], under=whole, attribute=name(120), many={"type": "boolean"},
        life={"type": "integer", "minimum": 1, "maximum": LONGEST_LIFE}, sensitivity=choice(SENSITIVITIES),
        policy=choice(POLICIES), opposite=name(120),
    )  # fmt: skip
    redact = {"action": choice(ACTIONS), "class": choice(CLASSES)}
    schema = _rule("schema", any_of=["value", "metadata"], under=under, kind=KIND, tag=name(128), slot=slots,
                   value=_JSON_SCHEMA, metadata=_JSON_SCHEMA)  # fmt: skip
    schema["allOf"] = [{"anyOf": [has_not("value"), has("slot")]}]
    return {
        "description": "A rule of the store; docs/policy.md says what each does.",
        "anyOf": [
            attribute,
            _rule("quota", any_of=["items", "bytes"], under=under, items=_COUNT, bytes=_COUNT),
            _rule("receipts", ["ttl"], under=whole, ttl=_LENGTH),
            _rule("redact", ["class", "action"], under=whole, **redact),
            _rule("retention", any_of=["ttl", "most"], under=under, kind=KIND, tag=name(128), ttl=_LENGTH,
                  most={**_COUNT, "minimum": 0}),
            schema,
            _rule("write", ["who"], under=under, kind=KIND, who=choice(WHO)),
        ],
    }  # fmt: skip


PARTS: Mapping[str, Schema] = {
    "Words": {
        "description": "Text without control characters but tab, newline and carriage return; it may be empty.",
        "type": "string", "maxLength": 16_384, "pattern": _ANY_TEXT,
    },
    "Scalar": {"anyOf": [part("Words"), *_SCALARS]},
    "Json": {
        "description": "Any JSON, at most 16 deep.",
        "anyOf": [
            {"type": "null"}, *_SCALARS, _COMPARED, several(part("Json")), part("JsonObject"),
        ],
    },
    "JsonObject": {
        "description": "A JSON object, at most 16 deep and 16,384 characters; keys without dot, quote and backslash.",
        "type": "object",
        "propertyNames": {"type": "string", "maxLength": 256, "pattern": _JSON_KEY},
        "additionalProperties": part("Json"),
    },
    "Labels": {
        "description": "Label names, each with an id or several; {} is the shared scope.",
        **_labels({"anyOf": [name(), several(name(), minItems=1)]}),
        "examples": [{"user": "ada"}],
    },
    "ItemLabels": {"description": "Label names, each with one id.", **_labels(name()), "examples": [{"user": "ada"}]},
    "Filter": _filter(),
    "Message": _MESSAGE,
    "Draft": closed(
        {name: schema if name == "text" else nullable(schema) for name, schema in DRAFT.items()}, ["text"], **NO_SLOT_OF_AN_EPISODE
    ),
    "Rule": _rules(),
}  # fmt: skip
