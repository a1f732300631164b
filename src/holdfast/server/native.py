"""The verbs under /api/v1: one route each, made from the table in `routes`."""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import inspect
import json
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from fastapi import Path as InPath
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request

from .. import AsyncMemory, Hit, MemoryItem, Page, Scope
from ..errors import ConfigError, DoesNotFit, EmbedderError, InvalidInput, LeaseConflict
from ..receipts import Hits, Receipt
from ..routes import (
    BASE,
    HEADERS,
    ROUTES,
    STRUCTURED,
    Route,
    decoded,
    idempotency_key,
    jsonable,
    scope_from_json,
    when,
)
from . import arguments
from .service import Service, Visit

STREAMED = ("export", "backup", "watch", "import_items")
_CHUNK = 2**16
_LOOK = 1.0  # seconds until what goes on, a stream or a wait, looks whether it is to


class _Read(Request):
    """A request whose body says nothing twice."""

    async def json(self) -> Any:
        """Return what the body says."""
        return arguments.read_json(await self.body())


class _Reading(APIRoute):
    """A route that reads its body so (https://fastapi.tiangolo.com/how-to/custom-request-and-route/)."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def answering(request: Request) -> Response:
            return await answer(_Read(request.scope, request.receive))

        return answering


def router(service: Service) -> APIRouter:
    """Return the routes of every verb."""
    made = APIRouter(prefix=BASE, route_class=_Reading)
    own = {"export": _export, "backup": _backup, "watch": _watch, "import_items": _import}
    for path in {route.path for route in ROUTES.values() if "{" not in route.path}:
        _shut(made, path)
    for route in ROUTES.values():
        endpoint = own[route.verb](service, route) if route.verb in own else _answered(service, route)
        made.add_api_route(
            route.path, endpoint, methods=[route.method], name=route.verb, operation_id=route.verb,
            status_code=route.status, summary=_summary(route), description=_about(route), tags=[route.right],
            response_model=None, dependencies=[_taking(arguments.in_query(route))],
        )  # fmt: skip

    @made.get(
        "/receipts/{token}", name="receipt", operation_id="receipt", tags=["read"], response_model=None,
        dependencies=[_taking({})],
    )  # fmt: skip
    async def receipt(request: Request, token: Annotated[str, InPath(max_length=64)]) -> Response:
        """Return the receipt of a search just made, at the Location that its answer named; the last few hundred are there.

        A search with `keep` leaves one that lasts. Takes the right `read`.
        """
        async with service.visit(request, "receipt", "read") as visit:
            visit.grant.need_whole("read", "receipt")
            found = service.recent.hits(visit.grant, token)
            return JSONResponse((await asyncio.to_thread(lambda: found.receipt)).to_json())

    return made


def _taking(known: Mapping[str, bool]) -> Any:
    """Return what refuses a request whose query says what nobody would read, as if it had not been said.

    That is an argument that is not known, one of one value (False) that is there twice, and what is no text.
    """

    def refuse(request: Request) -> None:
        decoded(request.scope["query_string"].decode("latin-1"), "query")
        said = [name for name, _ in request.query_params.multi_items()]
        for name in said:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1, 0.5)
                which = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none'}"
                raise InvalidInput(name[:64], f"is no argument of this query; {which}")
            if not known[name] and said.count(name) > 1:
                raise InvalidInput(name, "is there more than once, and has one value")

    return Depends(refuse)


def _shut(router: APIRouter, path: str) -> None:
    """Answer 405 to the methods that a written-out path does not take: "/items/many" is not "/items/{id}" with the id "many"."""
    taken = {route.method for route in ROUTES.values() if route.path == path}

    async def shut() -> None:
        raise HTTPException(405)

    router.add_api_route(path, shut, methods=sorted(_METHODS - taken), include_in_schema=False)


_METHODS = {"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"}


def _summary(route: Route) -> str:
    return route.verb.replace("_", " ").capitalize()


def _about(route: Route) -> str:
    told = inspect.getdoc(getattr(AsyncMemory, route.verb)) or ""
    return f"{told.split(chr(10) * 2)[0]}\n\nTakes the right `{route.right}`."


# -- from a request to a call --------------------------------------------------------------------------------------


def _signed(endpoint: Callable[..., Any], route: Route) -> Callable[..., Any]:
    """Give an endpoint the parameters of its verb, from which FastAPI reads, checks and describes the request."""
    known = [_parameter("request", Request)]
    for name in route.arguments:
        if f"{{{name}}}" in route.path:
            known.append(_parameter(name, Annotated[arguments.ARGUMENTS[name].type, InPath()]))
        elif name in HEADERS:
            known.append(_parameter(name, Annotated[str | None, Header(alias=HEADERS[name])], None))
    if route.in_query:
        for name, one in arguments.sent(route).items():
            kind = str if name in STRUCTURED else one.argument.type
            asked: Any = Annotated[kind, Query()]
            known.append(_parameter(name, asked) if one.required else _parameter(name, asked, None))
    elif (model := arguments.body(route)) is not None:
        known.append(_parameter("body", Annotated[model, Body()]))
    endpoint.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        sorted(known, key=lambda one: one.default is not inspect.Parameter.empty)
    )
    return endpoint


def _parameter(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def given_by(route: Route, read: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a verb from what was read of its request; what the request leaves out is left out."""
    made: dict[str, Any] = {}
    known = arguments.sent(route)
    for name, value in read.items():
        if name == "body":
            made |= {
                one: found
                for one in value.model_fields_set
                if (found := getattr(value, one)) is not None or known[one].kept
            }
        elif name == "expected_version":
            if (version := _version(value)) is not None:
                made[name] = version
        elif name == "idempotency_key" and value is not None:
            made[name] = idempotency_key(value)
        elif value is not None:
            made[name] = _parsed(name, value) if name in STRUCTURED and route.in_query else value
    for name in ("scope", "under"):
        if name in made:
            made[name] = scope_from_json(made[name], name)
    if "items" in made:
        made["items"] = [_draft(item) for item in made["items"]]
    for name in ("since", "until", *(("changed_at", "valid_to") if route.verb == "update" else ())):
        if made.get(name) is not None and route.verb not in ("changes", "watch"):
            made[name] = when(made[name], name)
    if isinstance(made.get("receipt"), Mapping):
        made["receipt"] = Receipt.from_json(made["receipt"])
    return made


def _draft(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a memory to be saved; null says nothing."""
    said = {name: one for name, one in fields.items() if one is not None}
    return said | ({"scope": scope_from_json(said["scope"], "scope")} if "scope" in said else {})


def _version(header: str | None) -> int | None:
    if header is None:
        raise InvalidInput(
            "If-Match", 'say which version is to be changed, such as "3", or * for whatever it is'
        )
    found = _VERSION.fullmatch(header)
    if found is None:
        raise InvalidInput("If-Match", f'must be a version such as "3", or *, not {header!r:.40}')
    return None if header == "*" else int(found["version"])


_VERSION = re.compile(r'\*|(?:W/)?"?(?P<version>[0-9]{1,10})"?')


def _parsed(name: str, text: str) -> Any:
    try:
        found = arguments.read_json(text)
    except InvalidInput as error:
        raise InvalidInput(name, f"cannot be read: {error}") from None
    except (ValueError, RecursionError):
        raise InvalidInput(name, "must be JSON in a query") from None
    if not isinstance(found, dict | list):
        raise InvalidInput(name, "must be a JSON object")
    return found


def chosen(visit: Visit, route: Route, given: Mapping[str, Any]) -> Any:
    """Return the verbs that a call with these arguments goes to, once the key may."""
    for said in (given, *(given.get("items") or ())):
        visit.grant.acting((said.get("source") or {}).get("actor"))
    under = given.get("under")
    if under is not None:
        return visit.all(under)
    if (receipt := given.get("receipt")) is not None:
        return _looking_back(visit, receipt)
    if not hasattr(visit.verbs(), route.verb):
        return visit.whole()
    if route.right != "read" and (writes_shared(given) or _by_id_alone(visit, route, given)):
        visit.grant.need("shared")
    return visit.verbs()


def _looking_back(visit: Visit, receipt: Receipt | str) -> Any:
    """Return the verbs for a receipt, which comes from outside: what it says it read must be what the key may read."""
    under = receipt.reach.get("under") if isinstance(receipt, Receipt) else None
    if under is not None:
        return visit.all(Scope.from_json(under))
    if visit.named or "wide" in visit.grant.rights:
        return visit.verbs()
    return visit.verbs({})  # not as the administrator, who may look at any


def writes_shared(given: Mapping[str, Any]) -> bool:
    """Whether a write names the scope without labels, in whatever place a scope can stand."""
    changes, placement = given.get("changes") or {}, given.get("placement") or {}
    items = [item.get("scope") for item in given.get("items") or () if isinstance(item, Mapping)]
    named = [given.get("scope"), changes.get("scope"), *items, *placement.values()]
    return any(one is not None and not (one.names if isinstance(one, Scope) else one) for one in named)


_BEGIN = ("save", "save_many", "observe", "summarise")  # these say themselves that a scope is missing


def _by_id_alone(visit: Visit, route: Route, given: Mapping[str, Any]) -> bool:
    """Whether a write says nothing of a scope and holds no label: what it changes then is what everybody sees."""
    begins = route.verb in _BEGIN
    return not begins and not visit.named and not visit.grant.ceiling.fixed and given.get("scope") is None


# -- from an answer to a response ----------------------------------------------------------------------------------


def _answered(service: Service, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, **read: Any) -> Response:
        async with service.visit(request, route.verb, route.right) as visit:
            given = given_by(route, read)
            with _naming_models(route):
                asked = getattr(chosen(visit, route, given), route.verb)
                found = await (_waited(service, asked, given) if route.verb == "lease" else asked(**given))
            visit.told = told_of(found)
        headers = {"ETag": f'"{found.version}"'} if isinstance(found, MemoryItem) else {}
        if isinstance(found, Hits) and not visit.grant.kinds.get(
            "read"
        ):  # a receipt tells when what was written
            headers["Location"] = f"{BASE}/receipts/{service.recent.keep(visit.grant, found)}"
        return JSONResponse(answer(found), route.status, headers)

    return _signed(endpoint, route)


async def _waited(service: Service, take: Callable[..., Any], given: Mapping[str, Any]) -> Any:
    """Take a lease, waiting for it a second at a time: a server that stops says who has it, and ends."""
    left = given.get("wait", 0.0)
    while True:
        try:
            return await take(**{**given, "wait": min(left, _LOOK)})
        except LeaseConflict:
            left -= _LOOK
            if left <= 0 or service.stopping():
                raise


@contextlib.contextmanager
def _naming_models(route: Route) -> Iterator[None]:
    """A model that a request names, and that cannot be used here, is the request's to change and no fault of the server."""
    try:
        yield
    except (ConfigError, EmbedderError) as error:
        if route.verb != "reembed":
            raise
        raise DoesNotFit("to", f"cannot be used here: {error}") from None


def answer(found: Any) -> Any:
    """Return an answer as JSON: its one JSON form; of a search {"hits": [...]}, of other lists {"items": [...]}."""
    if isinstance(found, Hits):
        return {"hits": [hit.to_json() for hit in found]}
    if isinstance(found, list):
        return {"items": jsonable(found)}
    return jsonable(found)


def told_of(found: Any) -> dict[str, Any]:
    """Return what the audit tells of an answer: up to ten ids, else a count."""
    if isinstance(found, MemoryItem):
        return {"ids": [found.id]}
    if isinstance(found, (list, Page)) or hasattr(found, "__len__"):
        ids = (
            [one.id for one in found if isinstance(one, (MemoryItem, Hit))]
            if isinstance(found, (list, Page))
            else []
        )
        return {"ids": ids} if 0 < len(ids) <= 10 else {"count": len(found)}
    return {}


def _export(service: Service, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, **read: Any) -> Response:
        async with service.visit(request, route.verb, route.right) as visit:
            given = given_by(route, read)
            file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever sends it
            with _closing_on_error(file):
                made = await chosen(visit, route, given).export(file, **given)
                visit.told = {"count": made.versions}
        kind = {"jsonl": "application/x-ndjson", "markdown": "text/markdown", "html": "text/html"}
        file.seek(0)
        headers = {"Holdfast-Export": json.dumps(made.to_json())}
        return StreamingResponse(
            _chunks(file), media_type=kind[given.get("format", "jsonl")], headers=headers
        )

    return _signed(endpoint, route)


def _backup(service: Service, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, **read: Any) -> Response:
        async with service.visit(request, route.verb, route.right) as visit:
            with tempfile.TemporaryDirectory() as folder:
                made = await visit.whole().backup(Path(folder) / "backup.db")
                file = (Path(folder) / "backup.db").open("rb")
            visit.told = {"count": made.versions}
        headers = {"Holdfast-Backup": json.dumps(made.to_json() | {"path": None})}
        return StreamingResponse(_chunks(file), media_type="application/octet-stream", headers=headers)

    return _signed(endpoint, route)


def _import(service: Service, route: Route) -> Callable[..., Any]:
    async def endpoint(
        request: Request,
        allow_erased: Annotated[bool, Query(description="Take in again what was erased.")] = False,
        dry_run: Annotated[bool, Query(description="Only say what would be done.")] = False,
    ) -> Response:
        async with service.visit(request, route.verb, route.right) as visit:
            with tempfile.TemporaryFile() as file:
                async for chunk in request.stream():
                    await asyncio.to_thread(file.write, chunk)
                file.seek(0)
                verbs = visit.verbs() if visit.named or visit.grant.ceiling.fixed else visit.whole()
                made = await verbs.import_items(file, allow_erased=allow_erased, dry_run=dry_run)
            visit.told = {"count": made.versions}
        return JSONResponse(made.to_json())

    return endpoint


def _watch(service: Service, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, **read: Any) -> Response:
        given = given_by(route, read)
        timeout, since = given.pop("timeout", 600.0), given.pop("since", None)
        # A client of event streams that lost its connection asks the same address again, and names the last id it saw.
        since = request.headers.get("last-event-id") or since
        stack = contextlib.AsyncExitStack()
        async with contextlib.AsyncExitStack() as entered:
            visit = await entered.enter_async_context(service.visit(request, route.verb, route.right))
            verbs = chosen(visit, route, given)
            following = await verbs.watch(since, timeout=0, **given)
            stack = entered.pop_all()

        async def events() -> AsyncIterator[str]:
            """Look for a second at a time, so that a stream that nobody reads, of a server that stops, or of a key that is good no
            longer, ends soon, however much there is to tell."""
            async with stack:
                place, heard = following, time.monotonic()
                yield f"id: {place.cursor}\nevent: began\ndata: {{}}\n\n"
                while True:
                    looked, busy = time.monotonic(), False
                    async for entry in place:
                        # In ASCII: some readers of lines end one at U+2028.
                        data, heard = json.dumps(entry.to_json()), time.monotonic()
                        yield f"id: {place.cursor}\nevent: {type(entry).__name__.lower()}\ndata: {data}\n\n"
                        if busy := heard - looked >= _LOOK:
                            break
                    left = timeout - (time.monotonic() - heard)
                    if (left <= 0 and not busy) or service.stopping() or not service.still(request):
                        return
                    place = await verbs.watch(
                        place.cursor, timeout=0 if busy else max(0.0, min(_LOOK, left)), **given
                    )
                    yield ": waiting\n\n"

        return StreamingResponse(
            events(), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return _signed(endpoint, route)


@contextlib.contextmanager
def _closing_on_error(file: Any) -> Any:
    try:
        yield
    except BaseException:
        file.close()
        raise


async def _chunks(file: Any) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
