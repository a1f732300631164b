"""What agents that work on one store coordinate by, as the two faces of `Memory` hand it out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Self

from . import config
from .engine.watch import Following
from .types import Change, Erased

P = ParamSpec("P")


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
        entry = config.run(self._following.next())
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
        return Watch(config.run(verb(self._engine, *arguments, **named)))

    return call


def watching_async(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, Following]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, AsyncWatch]]:
    """Return a coroutine method that gives what the engine's verb follows as an async iterator."""

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> AsyncWatch:
        return AsyncWatch(await verb(self._engine, *arguments, **named))

    return call
