"""What tests need: time that stands still, models that cost nothing, cases of retrieval, and the stores' contract.

    clock = FrozenClock()
    memory = Memory("sqlite://", clock=clock, embedder=HashingEmbedder())
    clock.advance(days=7)
    assert check_cases(memory, "cases.jsonl") == []

`StoreContract` needs hypothesis and pytest, and is imported when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..cases import Case, Failure, check_cases
from .doubles import FakeModel, FrozenClock, HashingEmbedder

if TYPE_CHECKING:
    from .contract import StoreContract

__all__ = ["Case", "Failure", "FakeModel", "FrozenClock", "HashingEmbedder", "StoreContract", "check_cases"]


def __getattr__(name: str) -> Any:
    if name == "StoreContract":
        from .contract import StoreContract

        return StoreContract
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
