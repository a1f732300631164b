"""What an engine waits for, and who does the waiting: `holdfast.waiting`, at once or inside an event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from ..away import Later
from ..ports import Embedder, Floats, Reply

T = TypeVar("T")


class IO(Protocol):
    """The only things an engine waits for, and where work goes that nobody waits for."""

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
