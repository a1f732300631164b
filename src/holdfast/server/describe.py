"""The OpenAPI description: every route of the one table, what each argument may be, and what it answers with."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from .. import AsyncMemory
from ..routes import ACTOR, BASE, HEADERS, LABELS, LEASE, ROUTES, STRUCTURED, TIMEZONE, Route
from . import arguments, schemas
from .answers import Answers
from .schemas import Schema, closed, has, has_not, nullable

_PROBLEM = {
    "description": "What went wrong (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:holdfast:error:NotFound"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, with which id or field, and what to do."},
        "current": {"type": "object", "description": "Of a version conflict: the memory as it is now."},
    },
}  # fmt: skip
_ABOUT = f"""A key says whose memory it opens. Headers of any request: `{LABELS}: user=ada&team=core` for the labels that the caller holds
(a key may hold some itself), `{ACTOR}` for who acts, `{TIMEZONE}: Asia/Tokyo` for whose days are meant, `{LEASE}` for the lease it works under; all percent-encoded. Where null
is allowed and clears nothing, it is as good as not given. A query with an argument that is not named here is refused."""
# What may go wrong with any request.
_WRONG = {
    "400": "The request is not as described here; `detail` names the field. As plain text where it is no HTTP, such as with an "
    "address of more than 64 KB, or headers of more than 256 KB.",
    "401": "No key, or one that is not good here.",
    "403": "The key, or the scope it holds, does not reach so far.",
    "404": "No such memory, or none that this caller sees.",
    "405": "Not a method of this path.",
    "409": "Somebody else was first, or the values do not fit each other or what is stored; nothing was written.",
    "413": "The body is too large.",
    "429": "Too many requests; Retry-After says how long to wait.",
    "500": "Something went wrong here; the log has it under the request's id.",
    "502": "A model behind the server failed.",
    "503": "The store is busy; try again.",
    "504": "Not done in time; a write may have been made.",
    "507": "The disk is full.",
}
# What is no JSON when all is well.
_CONTENTS: dict[str, tuple[str, ...]] = {
    "export": ("application/x-ndjson", "text/markdown; charset=utf-8", "text/html; charset=utf-8"),
    "backup": ("application/octet-stream",),
    "watch": ("text/event-stream; charset=utf-8",),
}
# What of its body's arguments goes with what, of a verb; the rest of what they must fit is told by a 409.
_EITHER_TO: list[Schema] = [
    {"required": ["to"], "properties": {"cancel": {"enum": [False, None]}}},
    {"required": ["cancel"], "properties": {"cancel": {"const": True}}, "not": {"required": ["to"]}},
]
_TOGETHER: dict[str, Schema] = {
    "save": schemas.NO_SLOT_OF_AN_EPISODE,
    "update": {
        "anyOf": [
            {"required": [name]} if name in arguments.CLEARED else has(name)
            for name in ROUTES["update"].arguments
            if name not in ("id", "expected_version", "changed_at", "source", "reason")
        ]
    },
    "erase": {
        "anyOf": [
            {"allOf": [has("ids"), has_not("where", "under")]},
            {"allOf": [{"anyOf": [has("where"), has("under")]}, has_not("ids")]},
        ]
    },
    "review": {"anyOf": [has_not("id"), has("approve")]},
    "reembed": {"anyOf": _EITHER_TO},
    "policy": {"anyOf": [has_not("set"), has_not("remove")]},
    "hold": {"anyOf": [{"allOf": [has("under"), has_not("release")]}, has_not("under", "name")]},
    "lease": {"anyOf": [has("fence"), {"properties": {"ttl": {"anyOf": [{"type": "null"}, {"minimum": 0.1}]}}}]},
}  # fmt: skip


def describe(app: FastAPI) -> None:
    """Let an application describe itself so."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    answers = Answers()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES.values():
        paths.setdefault(BASE + route.path, {})[route.method.lower()] = _operation(route, answers)
    paths[f"{BASE}/receipts/{{token}}"] = {"get": _receipt(answers)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": app.title,
            "version": app.version,
            "summary": app.summary,
            "description": _ABOUT,
        },
        "paths": paths,
        "security": [{"key": []}],
        "components": {
            "schemas": {**schemas.PARTS, **answers.parts, "Problem": _PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, answers: Answers) -> dict[str, Any]:
    told = (inspect.getdoc(getattr(AsyncMemory, route.verb)) or "").split("\n\n")[0]
    body = _body(route)
    made = {
        "operationId": route.verb,
        "summary": route.verb.replace("_", " ").capitalize(),
        "description": f"{told}\n\nTakes the right `{route.right}`.",
        "tags": [route.right],
        "parameters": [*_parameters(route)],
        "responses": _responses(route, answers),
    }
    return made | ({} if body is None else {"requestBody": {"required": True, "content": body}})


def _parameters(route: Route) -> Iterator[dict[str, Any]]:
    """What of a route's arguments is in its path, its headers and its query."""
    for name in route.arguments:
        if f"{{{name}}}" in route.path:
            yield _parameter(name, "path", arguments.ARGUMENTS[name].schema, required=True)
        elif name in HEADERS:
            yield _parameter(HEADERS[name], "header", _HEADER[name], required=name == "expected_version")
    for name, one in arguments.sent(route).items() if route.in_query else ():
        yield _parameter(name, "query", one.argument.schema, one.required, name in STRUCTURED)


def _parameter(
    name: str, where: str, schema: Schema, required: bool = False, structured: bool = False
) -> dict[str, Any]:
    value = {"content": {"application/json": {"schema": schema}}} if structured else {"schema": schema}
    return {"name": name, "in": where, "required": required, **value}


_HEADER: dict[str, Schema] = {
    "expected_version": {
        "description": 'The version that is to be changed, such as "3", or * for whatever it is.',
        "type": "string", "pattern": schemas.VERSION, "examples": ["*"],
    },
    "idempotency_key": {
        "description": "The same key and body again give the same answer, and write nothing twice. Percent-encoded.",
        "type": "string", "pattern": schemas.HEADER, "examples": ["nightly-report-17"],
    },
}  # fmt: skip


def _body(route: Route) -> dict[str, Any] | None:
    """What the body of a request may be, by its content type; None where it has none."""
    if route.verb == "import_items":
        return {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary", "description": "An export."}
            }
        }
    if arguments.body(route) is None:
        return None
    known = arguments.sent(route)
    properties = {
        name: nullable(one.argument.schema) if arguments.takes_null(name, one) else one.argument.schema
        for name, one in known.items()
    }
    required = [name for name, one in known.items() if one.required]
    return {"application/json": {"schema": closed(properties, required, **_TOGETHER.get(route.verb, {}))}}


def _responses(route: Route, answers: Answers) -> dict[str, Any]:
    kinds = _CONTENTS.get(route.verb)
    good: dict[str, Any] = {"description": "All is well."}
    if kinds is None:
        good["content"] = {"application/json": {"schema": answers.of_verb(route.verb)}}
    else:
        good["content"] = {kind: {} for kind in kinds}
    if route.status == 201 and route.verb == "save":
        good["headers"] = {"ETag": _ETAG}
    return {str(route.status): good, **_wrong()}


_ETAG = {
    "required": True,
    "description": "The version.",
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}


def _wrong() -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": schemas.part("Problem")}}
    told = {code: {"description": about, "content": problem} for code, about in _WRONG.items()}
    told["400"]["content"] = {**problem, "text/plain": {"schema": {"type": "string"}}}
    return told


def _receipt(answers: Answers) -> dict[str, Any]:
    token = {"type": "string", "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"}
    return {
        "operationId": "receipt",
        "summary": "Receipt",
        "description": "Return the receipt of a search just made, at the Location that its answer named; the last few hundred "
        "are there.\n\nA search with `keep` leaves one that lasts. Takes the right `read`.",
        "tags": ["read"],
        "parameters": [_parameter("token", "path", token, required=True)],
        "responses": {
            "200": {
                "description": "All is well.",
                "content": {"application/json": {"schema": schemas.part("Receipt")}},
            },
            **_wrong(),
        },
    }


def allowed(path: str) -> str:
    """Return the methods that a path under `BASE` takes, for the header Allow: the routes of one path are several.

    A path that is written out wins over one with an id in it.
    """
    written = {route.method for route in ROUTES.values() if BASE + route.path == path}
    found = written or {route.method for route in ROUTES.values() if _PATTERNS[route.path].fullmatch(path)}
    return ", ".join(sorted(found))


_PATTERNS = {
    route.path: re.compile(re.escape(BASE) + re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route.path)))
    for route in ROUTES.values()
}
