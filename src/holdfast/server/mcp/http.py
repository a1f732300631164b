"""MCP over streamable HTTP at /mcp: each request shows a key, and holds the labels that its key allows and its header names.

Without sessions: any worker answers any request, and there is no session id to steal.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from ...errors import HoldfastError
from ..grants import Grant, Refused
from ..service import Service, Visit, labels_of, outcome, said_once

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from .speech import Context

PATH = "/mcp"


class Keyed:
    """The door of a server: keys, ceilings, the audit."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def visit(self, context: Context, verb: str, *rights: str) -> AbstractAsyncContextManager[Visit]:
        """Admit a call by the key of its request, which is counted once, and record it."""
        return self._service.visit(_request(context), verb, *rights)

    def may(self, context: Context) -> tuple[Grant, dict[str, Any]]:
        """Return the grant and the labels of a request that was let in."""
        state = _request(context).state
        return state.grant, state.held


def _request(context: Context) -> Request:
    found = context.request
    assert isinstance(found, Request)  # what the SDK's HTTP transports hand on
    return found


class Mcp:
    """The ASGI application at /mcp. Its parts are loaded with the first request, so that a server starts as soon without."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._starting = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._living: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, once its key, its origin and its labels are found good."""
        request = Request(scope, receive)
        request.state.verb = "mcp"
        self._admit(request)
        manager = self._manager or await self._started()
        await manager.handle_request(scope, receive, send)

    def _admit(self, request: Request) -> None:
        grant = self._service.enter(request, "mcp")
        request.state.key, request.state.tenant = grant.id, grant.tenant
        try:
            _own_origin(request)
            said_once(request)
            request.state.held = grant.held(labels_of(request)).to_json()
        except HoldfastError as refused:
            self._service.access.record(grant.tenant, grant.id, "mcp", {}, {}, outcome(refused))
            raise

    async def _started(self) -> StreamableHTTPSessionManager:
        async with self._starting:
            if self._manager is None:
                if find_spec("mcp") is None:
                    raise Refused(
                        501, "MCP is not installed on this server: pip install 'holdfast[server,mcp]'"
                    )
                manager = await asyncio.to_thread(self._made)
                began = asyncio.Event()
                self._living = asyncio.create_task(self._live(manager, began))
                await began.wait()
                self._manager = manager
        return self._manager

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from .speech import Speech

        return StreamableHTTPSessionManager(
            Speech(Keyed(self._service)).server(), json_response=True, stateless=True,
            max_request_body_size=self._service.settings.body_limit,
        )  # fmt: skip

    async def _live(self, manager: StreamableHTTPSessionManager, began: asyncio.Event) -> None:
        async with manager.run():
            began.set()
            await self._ending.wait()

    async def close(self) -> None:
        """End what was started."""
        self._ending.set()
        if self._living is not None:
            await self._living


def _own_origin(request: Request) -> None:
    """Refuse what a browser sends for a page of another site (MCP specification, transports: security warning)."""
    origin = request.headers.get("origin")
    if origin and origin.partition("://")[2] != request.headers.get("host", ""):
        raise Refused(403, "MCP is not for pages of other sites: the Origin is not this server's own")
