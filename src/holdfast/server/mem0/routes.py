"""Which paths the mem0 protocol has, what each takes, and who answers it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from ..service import Service
from . import memories, project, webhooks
from .asked import Asked
from .ledger import Ledger
from .listings import Listings

Call = Callable[[Asked], Awaitable[Any]]


class Route(NamedTuple):
    """A path with the right it takes and what answers it; `verb` is its name in the audit."""

    method: str
    path: str
    verb: str
    right: str
    call: Call
    status: int = 200


_PROJECTS = "/api/v1/orgs/organizations/{org}/projects/"
_PROJECT = _PROJECTS + "{project}/"
ROUTES = (
    Route("GET", "/v1/ping/", "ping", "read", project.ping),
    Route("POST", "/v3/memories/add/", "add", "write", memories.add),
    Route("POST", "/v3/memories/", "get_all", "read", memories.get_all),
    Route("POST", "/v3/memories/search/", "search", "read", memories.search),
    Route("GET", "/v1/memories/{id}/", "get", "read", memories.get),
    Route("PUT", "/v1/memories/{id}/", "update", "write", memories.update),
    Route("DELETE", "/v1/memories/{id}/", "delete", "delete", memories.delete),
    Route("DELETE", "/v1/memories/", "delete_all", "delete", memories.delete_all),
    Route("GET", "/v1/memories/{id}/history/", "history", "read", memories.history),
    Route("GET", "/v1/entities/", "users", "read", memories.users),
    Route("GET", "/v1/entities/filters/", "entity_filters", "read", project.entity_filters),
    Route("GET", "/v1/stats/", "stats", "read", project.stats),
    Route("GET", "/v2/entities/{type}/{name}/", "entity", "read", memories.entity),
    Route("DELETE", "/v2/entities/{type}/{name}/", "delete_users", "delete", memories.delete_entity),
    Route("PUT", "/v1/batch/", "batch_update", "write", memories.batch_update),
    Route("DELETE", "/v1/batch/", "batch_delete", "delete", memories.batch_delete),
    Route("GET", "/v1/events/", "events", "read", project.events),
    Route("GET", "/v1/event/{id}/", "event", "read", project.event),
    Route("GET", _PROJECT, "project", "read", project.project),
    Route("PATCH", _PROJECT, "update_project", "write", project.update_project),
    Route("DELETE", _PROJECT, "delete_project", "admin", project.no_projects),
    Route("POST", _PROJECTS, "create_project", "admin", project.no_projects),
    Route("GET", f"{_PROJECT}members/", "members", "read", project.members),
    Route("POST", f"{_PROJECT}members/", "add_member", "write", project.add_member),
    Route("PUT", f"{_PROJECT}members/", "update_member", "write", project.update_member),
    Route("DELETE", f"{_PROJECT}members/", "remove_member", "write", project.remove_member),
    Route("GET", "/api/v1/webhooks/projects/{project}/", "webhooks", "read", webhooks.listed),
    Route("POST", "/api/v1/webhooks/projects/{project}/", "create_webhook", "write", webhooks.create, 201),
    Route("PUT", "/api/v1/webhooks/{id}/", "update_webhook", "write", webhooks.change),
    Route("DELETE", "/api/v1/webhooks/{id}/", "delete_webhook", "write", webhooks.remove),
    Route("POST", "/v1/feedback/", "feedback", "write", project.feedback),
    Route("POST", "/v1/exports/", "create_export", "read", project.create_export, 201),
    Route("POST", "/v1/exports/get/", "get_export", "read", project.get_export),
    Route("POST", "/v1/summary/", "summary", "read", project.no_summaries),
    Route("GET", "/v2/entities/user/{name}/profile/", "profile", "read", project.profile),
    Route("GET", "/v2/profiles/settings/", "profile_settings", "read", project.profile_settings),
    Route("POST", "/v2/profiles/settings/", "update_profile_settings", "write", project.no_profile_jobs),
    Route("POST", "/v2/profiles/jobs/", "profile_job", "write", project.no_profile_jobs),
    Route("GET", "/v2/profiles/jobs/{id}/", "profile_job", "read", project.no_profile_jobs),
    # of clients before 2.0
    Route("POST", "/v1/memories/", "add", "write", memories.add),
    Route("GET", "/v1/memories/", "get_all", "read", memories.get_all_older),
    Route("POST", "/v2/memories/", "get_all", "read", memories.get_all_older),
    Route("POST", "/v1/memories/search/", "search", "read", memories.search_older),
    Route("POST", "/v2/memories/search/", "search", "read", memories.search_older),
    Route("DELETE", "/v1/entities/{type}/{name}/", "delete_users", "delete", memories.delete_entity),
)
_FITTING = tuple(compile_path(one.path)[0] for one in ROUTES)
_OURS = re.compile(r"/+(v[123]/|api/v1/(orgs|webhooks)/)")


def speaks(path: str) -> bool:
    """Whether a path is of this protocol."""
    return _OURS.match(path) is not None


def allowed(path: str) -> str:
    """Return the methods that a path of this protocol takes, for the header Allow: the routes of one path are several."""
    return ", ".join(
        sorted({one.method for one, fits in zip(ROUTES, _FITTING, strict=True) if fits.match(path)})
    )


def router(service: Service, ledger: Ledger, courier: webhooks.Courier) -> APIRouter:
    """Return the routes of the protocol."""
    made, listings = APIRouter(), Listings()
    for route in ROUTES:
        made.add_api_route(
            route.path, _answered(service, ledger, courier, listings, route), methods=[route.method], name=f"mem0.{route.verb}",
            include_in_schema=False, response_model=None,
        )  # fmt: skip
    return made


def _answered(
    service: Service, ledger: Ledger, courier: webhooks.Courier, listings: Listings, route: Route
) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def endpoint(request: Request) -> JSONResponse:
        async with service.visit(request, f"mem0.{route.verb}", route.right) as visit:
            # A message and what was read from it are one memory there, of whatever kinds.
            for right in visit.grant.kinds:
                visit.grant.need_whole(right, "the mem0 protocol")
            made = await route.call(Asked(request, visit, service, ledger, listings))
        if route.right != "read":
            courier.wake()
        return JSONResponse(made, route.status)

    return endpoint


class Undecoded:
    """Gives the routes of the protocol their paths as they were sent, for "al%2Fice" is one name and not two parts; a double
    slash at the beginning, which an address that ends in one makes, is one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http" and speaks(scope["path"]) and scope.get("raw_path"):
            sent = scope["raw_path"].decode("latin-1").partition("?")[0]
            scope = {**scope, "path": "/" + sent.lstrip("/")}
        await self._app(scope, receive, send)
