"""The OpenAPI description: what FastAPI makes of the routes, with the errors and the contents they really answer with."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ..routes import BASE, ROUTES

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:holdfast:error:NotFound"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {
            "type": "string",
            "description": "What went wrong, with which id or field, and what to do.",
        },
        "current": {"type": "object", "description": "Of a version conflict: the memory as it is now."},
    },
}
# What is no JSON when all is well.
_CONTENTS = {
    "export": ("application/x-ndjson", "text/markdown; charset=utf-8", "text/html; charset=utf-8"),
    "backup": ("application/octet-stream",),
    "watch": ("text/event-stream; charset=utf-8",),
}


def describe(app: FastAPI) -> None:
    """Let an application describe itself so."""

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = made  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    told = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
    parts = told.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = _PROBLEM
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"key": []}]
    for path, methods in told["paths"].items():
        for operation in methods.values():
            answers = operation["responses"]
            answers.pop("422", None)
            if path.startswith(BASE):
                problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                answers["default"] = {"description": "What went wrong (RFC 9457).", "content": problem}
                for kind in _CONTENTS.get(operation["operationId"], ()):
                    content = answers["200"].setdefault("content", {})
                    content.pop("application/json", None)
                    content[kind] = {}
    return told


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
