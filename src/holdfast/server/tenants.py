"""One store a tenant, opened on demand, at most so many open at once, the least recently used closed first."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from .. import AsyncMemory, Scope
from ..errors import ConfigError, HoldfastError
from ..types import Stats
from .grants import TENANT, Refused, tenant_name


class _Open:
    """An open store, and how many requests are at it."""

    def __init__(self, memory: AsyncMemory) -> None:
        self.memory = memory
        self.users = 0


class Tenants:
    """The memories of a server by tenant: `store` is a URL, with {tenant} in it where each has a file of its own.

    `several` says that each has. `mounts` are what tenants look at beside it, by tenant and name; `options` are further arguments of `AsyncMemory`. All open stores share one memory budget, as those of any process do.
    """

    def __init__(
        self,
        store: str,
        most: int = 64,
        mounts: Mapping[str, Mapping[str, str]] | None = None,
        **options: Any,
    ) -> None:
        self._store, self._most, self._options, self._mounts = store, most, options, mounts or {}
        self.several = "{tenant}" in store
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._opening: dict[str, asyncio.Lock] = {}

    def url(self, tenant: str) -> str:
        """Return the URL of a tenant's store; raises `Refused` where the one store is not theirs."""
        if not self.several and tenant != TENANT:
            raise Refused(403, f"this server keeps one store, that of the tenant {TENANT!r}")
        return self._store.replace("{tenant}", tenant_name(tenant))

    @contextlib.asynccontextmanager
    async def memory(self, tenant: str) -> AsyncIterator[AsyncMemory]:
        """Give the memory of a tenant for one request; it is not closed meanwhile."""
        held = await self._opened(tenant)
        held.users += 1
        try:
            yield held.memory
        finally:
            held.users -= 1
            await self._let_go()

    async def stats(self) -> list[Stats]:
        """Return the counts of every store that is open; of one that cannot be read, none."""
        found: list[Stats] = []
        for held in list(self._open.values()):
            held.users += 1
            try:
                with contextlib.suppress(HoldfastError):
                    found.append(await held.memory.stats(under=Scope.shared()))
            finally:
                held.users -= 1
        await self._let_go()
        return found

    def blank(self) -> AsyncMemory:
        """Return a memory of nobody's with nothing in it, which reads words as those of the tenants do by rule."""
        without: dict[str, Any] = {"embedder": None, "model": None, "mounts": {}, "key": None}
        return AsyncMemory("sqlite://", **{**self._options, **without})

    async def _opened(self, tenant: str) -> _Open:
        url = self.url(tenant)
        async with self._opening.setdefault(tenant, asyncio.Lock()):
            if tenant not in self._open:
                options = dict(self._options)
                if tenant in self._mounts:
                    options["mounts"] = self._mounts[tenant]
                self._open[tenant] = _Open(await asyncio.to_thread(AsyncMemory, url, **options))
            self._open.move_to_end(tenant)
            return self._open[tenant]

    async def _let_go(self) -> None:
        """Close those that nobody is at, the least recently used first, while too many are open."""
        while len(self._open) > self._most:
            name = next((name for name, held in self._open.items() if not held.users), None)
            if name is None:
                return
            await self._open.pop(name).memory.close()  # meanwhile others come and go

    async def close(self) -> None:
        """Close every store."""
        while self._open:
            _, held = self._open.popitem()
            await held.memory.close()

    def check(self) -> None:
        """Raise `ConfigError` for a URL that names no tenant's file in the usual way."""
        if self._store.count("{tenant}") > 1:
            raise ConfigError(f"store: {self._store!r} names {{tenant}} more than once")
