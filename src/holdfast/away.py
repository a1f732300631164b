"""While a model is away, outside of Python: what a search can do without its query's vector is done beside it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextvars import ContextVar

from .ports import Floats

# What whoever waits for a vector has to do meanwhile.
AWAY: ContextVar[Callable[[], None] | None] = ContextVar("AWAY", default=None)


def away() -> None:
    """Say, from within `Embedder.embed`, that the next milliseconds are spent outside of Python, on a processor of their own.

    A search then goes as far as it can without the vector. An embedder need not say so: it is waited for first.
    """
    if (begin := AWAY.get()) is not None:
        begin()


class Later:
    """A query's vector, (d,), that may not be there yet: whoever awaits it pauses until it is."""

    def __init__(self, vector: Floats | None = None) -> None:
        self.vector = vector

    def __await__(self) -> Generator[None, None, Floats]:
        if self.vector is None:
            yield
        assert self.vector is not None  # who goes on with a paused search has set it
        return self.vector
