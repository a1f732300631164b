"""What tests of agents and of stores need: time that stands still, a model that costs nothing, and the stores' contract.

    clock = FrozenClock()
    memory = Memory("sqlite://", clock=clock, embedder=HashingEmbedder())
    clock.advance(days=7)

`StoreContract` needs hypothesis and pytest, and is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .doubles import FrozenClock, HashingEmbedder

if TYPE_CHECKING:
    from .contract import StoreContract

__all__ = ["FrozenClock", "HashingEmbedder", "StoreContract"]


def __getattr__(name: str) -> Any:
    if name == "StoreContract":
        from .contract import StoreContract

        return StoreContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
