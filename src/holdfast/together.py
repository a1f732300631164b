"""What agents that work on one store coordinate by, as the two faces of `Memory` hand it out."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

from . import waiting
from .engine import Engine, Kinds
from .engine.lease import Holding
from .engine.watch import Following
from .types import Change, Erased, Kind, Scope

P = ParamSpec("P")
M = TypeVar("M")  # the verbs of a scoped caller


class _Place:
    """A place in the log."""

    def __init__(self, following: Following) -> None:
        self._following = following

    @property
    def cursor(self) -> str:
        """Where to go on from after the entry handed out last; `watch(since=cursor)` does, also after a restart."""
        return self._following.cursor

    def close(self) -> None:
        """End the iteration, also one that waits in another thread or task."""
        self._following.closed = True


class Watch(_Place):
    """An iterator over changes that waits for more; `Memory.watch` makes it. It ends after its timeout, or with `close`."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Change | Erased:
        entry = waiting.run(self._following.next())
        if entry is None:
            raise StopIteration
        return entry

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncWatch(_Place):
    """`Watch` for an event loop: `async for change in await memory.watch()`."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change | Erased:
        entry = await self._following.next()
        if entry is None:
            raise StopAsyncIteration
        return entry

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


def watching(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, Following]],
) -> Callable[Concatenate[Any, P], Watch]:
    """Return a plain method that gives what the engine's verb follows as an iterator."""

    @functools.wraps(verb)
    def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> Watch:
        return Watch(waiting.run(getattr(self._engine, verb.__name__)(*arguments, **named)))

    return call


def watching_async(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, Following]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncWatch]]:
    """Return a coroutine method that gives what the engine's verb follows as an async iterator."""

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> AsyncWatch:
        return AsyncWatch(await getattr(self._engine, verb.__name__)(*arguments, **named))

    return call


class _Lease(Generic[M]):
    """A lease that was taken; `memory` has the caller's verbs, whose writes are refused once the lease is over."""

    def __init__(self, holding: Holding, memory: M) -> None:
        self._holding, self.memory = holding, memory

    @property
    def scope(self) -> Scope:
        """The labels within which nobody else holds the name."""
        return self._holding.held.scope

    @property
    def name(self) -> str:
        """What is worked on."""
        return self._holding.held.name

    @property
    def holder(self) -> str:
        """Who works on it."""
        return self._holding.held.holder

    @property
    def fence(self) -> int:
        """How often the name was taken in its scope, this time included: give it to others who must refuse who is late."""
        return self._holding.held.fence

    @property
    def until(self) -> datetime:
        """When it ends, unless it is renewed."""
        return self._holding.held.until

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name, "scope": self.scope.to_json(), "holder": self.holder, "fence": self.fence,
            "until": self.until.isoformat(),
        }  # fmt: skip


class Lease(_Lease[M]):
    """What `Memory.lease` returns; at the end of a `with` block it is given up."""

    def renew(self, ttl: float | timedelta | None = None) -> None:
        """Hold it for `ttl` seconds from now, as long as before without; raises `LeaseConflict` where it is over."""
        waiting.run(self._holding.renew(ttl))

    def release(self) -> bool:
        """Give it up; False where it was over before."""
        return waiting.run(self._holding.release())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class AsyncLease(_Lease[M]):
    """`Lease` for an event loop: `async with await memory.lease(...) as lease`."""

    async def renew(self, ttl: float | timedelta | None = None) -> None:
        """Hold it for `ttl` seconds from now, as long as before without; raises `LeaseConflict` where it is over."""
        await self._holding.renew(ttl)

    async def release(self) -> bool:
        """Give it up; False where it was over before."""
        return await self._holding.release()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.release()


def fencing(face: Callable[[Any], M]) -> Callable[..., M]:
    """Return a method that gives the verbs of whoever works under a lease."""

    def fenced(self: Any, name: str, fence: int, *, scope: Scope | Sequence[str] | None = None) -> M:
        """Return the verbs for whoever works under the lease `name` that was taken with this `fence`, here or elsewhere.

        Each write of versions raises `LeaseConflict`, in the write's own transaction, once the lease is over. `scope` is as in `lease`.
        """
        return face(self._engine.bind(self._engine.fenced(name, fence, scope)))

    return fenced


def limited(
    self: M,
    *,
    read: Iterable[Kind] | None = None,
    write: Iterable[Kind] | None = None,
    delete: Iterable[Kind] | None = None,
) -> M:
    """Return these verbs for a caller who may read, write or delete memories of some kinds alone; None is every kind.

    What no right is for is not there (`NotFound`); what may be read and not changed is `AccessDenied`, also where a change would take
    it along: the value that a slot had, a memory that a text is saved as another sighting of. Where kinds are limited, a verb that does
    not look at each memory's kind is refused: with `read`, all but search, context, list, get, current and history; with `write`
    and `delete`, all that write but save, save_many, update, update_many, delete, delete_many, restore and lease. Of a memory
    behind a server the key says this.
    """
    made = copy.copy(self)
    engine: Any = made
    engine._engine = engine._engine.limited(Kinds.of(read=read, write=write, delete=delete))
    return made


def leasing(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, Holding]], face: Callable[[Engine], M]
) -> Callable[Concatenate[Any, P], Lease[M]]:
    """Return a plain method that takes a lease; `face` gives an engine its verbs."""

    @functools.wraps(verb)
    def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> Lease[M]:
        holding = waiting.run(getattr(self._engine, verb.__name__)(*arguments, **named))
        return Lease(holding, face(self._engine.bind(holding.caller)))

    return call


def leasing_async(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, Holding]], face: Callable[[Engine], M]
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncLease[M]]]:
    """Return a coroutine method that takes a lease; `face` gives an engine its verbs."""

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> AsyncLease[M]:
        holding = await getattr(self._engine, verb.__name__)(*arguments, **named)
        return AsyncLease(holding, face(self._engine.bind(holding.caller)))

    return call
