"""What an engine waits for, and who does the waiting: `holdfast.waiting`, at once or inside an event loop."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from ..away import Later
from ..ports import Embedder, Floats, Reply

T = TypeVar("T")
P = ParamSpec("P")


class IO(Protocol):
    """The only things an engine waits for, and where work goes that nobody waits for."""

    async def whole(self, embedder: Embedder | None, work: Callable[[IO], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` makes, which waits for nothing but the store and perhaps this model; `work` is given what to wait by."""

    async def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts, as `Embedder.embed` does, checked and of length 1."""

    async def beside(
        self, embedder: Embedder, text: str, work: Callable[[Later], Coroutine[Any, Any, T]]
    ) -> T:
        """Return what `work` makes of a text's vector, which may still be on its way when that begins."""

    async def store(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Return what a method of the store returns."""

    async def ask(self, instructions: str, text: str, schema: Mapping[str, Any]) -> Reply:
        """Return a language model's reply, as `Model.ask` does."""

    async def pause(self, seconds: float) -> None:
        """Let time pass."""

    def ahead(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Begin work that waits for a model alone, beside the caller, who awaits it later."""

    def start(self, work: Callable[[], Coroutine[Any, Any, float | None]]) -> None:
        """Do `work` beside the caller, again after as many seconds as it returns, until it returns None."""


def whole(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Return a verb that is done in one go: inside an event loop on one thread, and not in a thread for each of its steps."""

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> T:
        parts, io = self._parts, _io(self)

        def work(by: IO) -> Coroutine[Any, Any, T]:
            mine = self if by is io else type(self)(replace(parts, io=by), self.caller)
            return verb(mine, *arguments, **named)

        return await io.whole(parts.embedding.now, work)

    return call


def whole_without_model(
    verb: Callable[Concatenate[Any, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, T]]:
    """Return a verb that is done in one go where it asks no language model: that may take minutes, and a loop has few threads."""
    in_one_go = whole(verb)

    @functools.wraps(verb)
    async def call(self: Any, /, *arguments: P.args, **named: P.kwargs) -> T:
        done = in_one_go if self._parts.calls is None else verb
        return await done(self, *arguments, **named)

    return call


def _io(engine: Any) -> IO:
    io: IO = engine._parts.io
    return io
