"""The server as an ASGI application: its routes, the door that every request goes through, and how errors look."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import re
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .. import __version__
from ..errors import HoldfastError, InvalidInput
from ..routes import BASE, LONG, problem
from . import inspector, mem0, native
from .describe import allowed, describe
from .grants import Refused
from .mcp.http import PATH as MCP
from .mcp.http import Mcp
from .metrics import Metrics
from .service import Service

LOG = logging.getLogger("holdfast.server")
# Seconds until it is seen that the server stops while a body comes, and for which the rest of one may come then.
_LOOK, _STOPPING = 0.5, 3.0
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}\Z")


class Door:
    """What every request goes through: an id, limits of size and time, a count, and one line in the log, without text."""

    def __init__(self, app: ASGIApp, service: Service, metrics: Metrics) -> None:
        self._app, self._service, self._settings, self._metrics = app, service, service.settings, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        state["request_id"] = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        began, status = time.perf_counter(), 500

        def unread() -> None:
            """Leave a line in the audit for what was turned away before its verb was reached: what it asked could not be read."""
            if (grant := state.get("grant")) is not None and not state.get("recorded"):
                state["recorded"] = True
                self._service.access.record(grant.tenant, grant.id, "unread", {}, {}, status)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if status >= 400 and "verb" not in state:
                    unread()  # before the answer, as every line: who has it can look the line up
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", state["request_id"].encode()),
                ]
            await send(message)

        with self._metrics.under_way.track_inprogress():
            try:
                await self._limited(scope, receive, sending)
            finally:
                unread()
                took, verb = time.perf_counter() - began, state.get("verb", "other")
                self._metrics.requests.labels(verb, str(status)).inc()
                self._metrics.seconds.labels(verb).observe(took)
                LOG.info(
                    "answered",
                    extra={"told": {"request": state["request_id"], "verb": verb, "status": status,
                                    "key": state.get("key", ""), "tenant": state.get("tenant", ""),
                                    "ms": round(took * 1_000, 2)}},
                )  # fmt: skip

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self._settings
        # Who asks comes before what is asked: a body is not read for nobody.
        if scope["path"].startswith(f"{BASE}/"):
            try:
                self._service.enter(Request(scope), "refused")
            except Refused as refused:
                await _refusal(scope["path"], refused.status, str(refused), refused.headers)(
                    scope, receive, send
                )
                return
        importing = scope["path"] == f"{BASE}/import"
        limit = settings.import_limit if importing else settings.body_limit
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            await _refusal(scope["path"], 413, f"the body is larger than {limit:,} bytes")(
                scope, receive, send
            )
            return
        read, whole, until = 0, False, math.inf

        def unread(status: int, detail: str) -> Refused:
            # Whoever reads the body would tell it as one that cannot be read.
            scope["state"]["unread"] = refused = Refused(status, detail)
            return refused

        async def receiving() -> Message:
            nonlocal read, whole, until
            message = None
            while message is None:
                if not whole and self._service.stopping():
                    until = min(until, time.monotonic() + _STOPPING)
                    if time.monotonic() >= until:
                        raise unread(503, "the server stops, and the body has not come yet; nothing was done")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(None if whole else _LOOK):
                        message = await receive()
            read += len(message.get("body", b""))
            whole = not message.get("more_body")
            if read > limit:
                raise unread(413, f"the body is larger than {limit:,} bytes")
            return message

        try:
            async with asyncio.timeout(None if scope["path"] in LONG else settings.time_limit):
                await self._app(scope, receiving, send)
        except TimeoutError:
            told = f"not done within {settings.time_limit:g} s; a write may have been made: read it back, or repeat it with its Idempotency-Key"
            await _refusal(scope["path"], 504, told)(scope, receive, send)


def _refusal(
    path: str, status: int, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    told = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        **more,
    }
    return _problem(path, told, headers)


def _problem(path: str, told: dict[str, Any], headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an error as a problem; mem0's clients read no other type than plain JSON, and take its `detail`."""
    kind = "application/json" if mem0.speaks(path) else "application/problem+json"
    return JSONResponse(told, told["status"], headers, media_type=kind)


_TITLES = {
    400: "Bad request", 401: "Not admitted", 403: "Not allowed", 404: "Not found", 405: "Method not allowed",
    413: "Too large", 429: "Too many requests", 501: "Not implemented", 503: "Stopping", 504: "Timed out",
}  # fmt: skip


async def _told(request: Request, error: Exception) -> JSONResponse:
    """Answer an error as problem+json."""
    path = request.url.path
    error = getattr(request.state, "unread", error)
    if isinstance(error, Refused):
        return _refusal(path, error.status, str(error), error.headers)
    if isinstance(error, HoldfastError):
        return _problem(path, problem(error))
    if isinstance(error, RequestValidationError):
        if isinstance(
            error.body, bytes
        ):  # which FastAPI leaves unread where the header says that it is no JSON
            return _refusal(path, 400, f"Content-Type: {_NOT_READ}", field="Content-Type")
        # Of what is no JSON the place is a number of characters, which is the name of no field.
        found = [
            ("body", f"is no JSON: {one['ctx']['error']} (character {one['loc'][-1]})")
            if one["type"] == "json_invalid"
            else (_field(one["loc"], error.body), one["msg"])
            for one in error.errors()
        ]
        where = found[0][0]
        ways = dict.fromkeys(told for field, told in found if field == where)  # one for each type it may have
        return _refusal(path, 400, f"{where}: {', or '.join(ways)}", field=where)
    if isinstance(error, HTTPException) and isinstance(error.__cause__, InvalidInput):
        return _problem(path, problem(error.__cause__))
    if isinstance(error, HTTPException) and error.status_code == 400 and error.__cause__ is not None:
        # What FastAPI could not read: it tells neither that it was the body nor what of it.
        return _refusal(path, 400, f"body: {_UNREADABLE}", field="body")
    if isinstance(error, HTTPException):
        headers = dict(error.headers or {})
        if error.status_code == 405 and (known := allowed(path) or mem0.allowed(path)):
            headers["Allow"] = known
        return _refusal(path, error.status_code, str(error.detail), headers)
    LOG.error("failed", exc_info=error, extra={"told": {"request": getattr(request.state, "request_id", "")}})
    return _refusal(path, 500, "something went wrong here; the server's log has it under this request's id")


_UNREADABLE = "cannot be read as JSON: is it UTF-8, not compressed, nested a few levels deep, its numbers of a usual length?"
_NOT_READ = (
    "says that the body is something else than JSON, so it was not read; send Content-Type: application/json "
    "(with curl: --json, or -H 'Content-Type: application/json')"
)


def _field(place: Sequence[int | str], body: Any) -> str:
    """Return which field of a request a place is; in a body pydantic names the types it tried as well, which lie on no way into it."""
    where: list[str] = []
    for part in place[1:]:
        inside = isinstance(body, Mapping) and part in body
        if inside or (isinstance(body, list) and isinstance(part, int) and part < len(body)):
            body = body[part]
        elif where:
            continue
        where.append(str(part))
    return ".".join(where) or "body"


# FastAPI's own spans and logs, of versions that have some, hold ids in their paths and what errors say; ours are in `spans`.
_NO_TELEMETRY: Any = dict.fromkeys(("tracing", "metrics", "logs", "operation_spans", "auto_configure"), False)


def create_app(service: Service) -> FastAPI:
    """Return the application over a service, which is closed when the application is."""
    speaking = Mcp(service)
    ledger = mem0.Ledger(service.access.path.with_suffix(".mem0"))
    metrics = Metrics(service.tenants, ledger)
    courier = mem0.Courier(service, ledger)

    @contextlib.asynccontextmanager
    async def living(app: FastAPI) -> AsyncIterator[None]:
        async with courier.running():
            app.state.ready = True
            yield
            app.state.ready = False
        await speaking.close()
        ledger.close()
        await service.tenants.close()
        service.access.close()

    app = FastAPI(
        title="Holdfast", version=__version__, summary="Memory for LLM agents.", lifespan=living,
        docs_url="/api/docs", redoc_url=None, openapi_url="/api/openapi.json", redirect_slashes=False, telemetry=_NO_TELEMETRY,
        strict_content_type=False,  # a body without a type is JSON as well; what pages of other sites ask is refused in `service`
    )  # fmt: skip
    app.state.ready = False
    for kind in (HoldfastError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _told)

    @app.api_route("/healthz", methods=["GET", "HEAD"], include_in_schema=False)
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @app.api_route("/readyz", methods=["GET", "HEAD"], include_in_schema=False)
    async def readyz() -> PlainTextResponse:
        ready = app.state.ready
        return PlainTextResponse("ready" if ready else "not ready", 200 if ready else 503)

    @app.api_route("/metrics", methods=["GET", "HEAD"], include_in_schema=False)
    async def counted() -> PlainTextResponse:
        return PlainTextResponse(await metrics.text(), media_type="text/plain; version=0.0.4")

    app.router.routes.append(Route(MCP, speaking, methods=["POST"], name="mcp", include_in_schema=False))
    app.include_router(native.router(service))
    app.include_router(mem0.router(service, ledger, courier))
    describe(app)
    app.add_middleware(mem0.Undecoded)
    app.include_router(inspector.router())
    app.add_middleware(Door, service=service, metrics=metrics)
    return app


class JsonLines(logging.Formatter):
    """Log lines as JSON: time, level, message and what is told beside it, never a memory's text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        told = {
            "at": self.formatTime(record),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        told |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__  # its message may hold a text
        return json.dumps(told, ensure_ascii=False)
