"""MCP over standard input and output: one process for one caller, on the store itself, or with its key on a server's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from mcp.server.stdio import stdio_server

from ... import AsyncMemory
from ..grants import ANY, TENANT, Ceiling, Grant
from ..service import Visit
from .speech import Context, Speech


class Local:
    """The door of whoever started the process: the labels and rights it was started with."""

    def __init__(
        self,
        memory: AsyncMemory,
        labels: Mapping[str, Sequence[str]],
        actor: str | None,
        rights: frozenset[str],
        served: bool,
    ) -> None:
        self._memory, self._labels, self._actor, self._served = memory, labels, actor, served
        self._grant = Grant("mcp", TENANT, Ceiling({}, frozenset({ANY})), rights | {"act"})

    @contextlib.asynccontextmanager
    async def visit(self, context: Context, verb: str, *rights: str) -> AsyncIterator[Visit]:
        """Admit a call that takes some rights."""
        self._grant.need(*rights)
        made = Visit(self._grant, self._memory, self._labels, self._actor)
        if self._served:
            made.actor = self._actor  # without one, the server records the key
        yield made

    def may(self, context: Context) -> tuple[Grant, dict[str, Any]]:
        """Return the grant and the labels."""
        return self._grant, self._grant.held(self._labels).to_json()


def speak(
    store: Any,
    labels: Mapping[str, Sequence[str]],
    *,
    actor: str | None = None,
    rights: Sequence[str] = (),
    served: bool = False,
) -> None:
    """Answer on standard input and output until that is closed; standard output carries the protocol alone.

    The memory records `actor` as who made its changes, without one "mcp"; a store that is `served` elsewhere, the key. `rights` are of
    `grants.RIGHTS`: of these, a key on that server may have fewer.
    """

    async def answering() -> None:
        memory = await asyncio.to_thread(AsyncMemory, store)
        try:
            server = Speech(Local(memory, labels, actor, frozenset(rights), served)).server()
            async with stdio_server() as (reading, writing):
                await server.run(reading, writing, server.create_initialization_options())
        finally:
            await memory.close()

    asyncio.run(answering())
