"""What a session was told and is not to keep: it is not kept in the agent's words either, which may come in a step of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..echo import NO_MARKS, Marks, apart
from ..judgements import Observation
from ..types import MemoryItem

if TYPE_CHECKING:
    from ..extract import Message


class Unsaid:
    """The marks by which that is known again: of what is withheld until the user speaks again, of what waits until a yes."""

    def __init__(self) -> None:
        self._private = NO_MARKS
        self._last = ""  # what the user said last
        self._waiting: dict[str, Marks] = {}

    def waits(self, items: Iterable[MemoryItem]) -> None:
        """Take in memories that wait for review."""
        for item in items:
            from ..engine.step import (
                waits_in,
            )  # with the rules, which a session in which nothing waits need not load

            self._waiting[item.id] = waits_in(item)

    def settled(self, items: Iterable[MemoryItem]) -> None:
        """Let go of those that are kept."""
        for item in items:
            if item.state == "active":
                self._waiting.pop(item.id, None)

    def hushed(self, told: Sequence[Message]) -> list[Message]:
        """Return the messages of a step with what is not to be kept masked in all that the user did not say."""
        waiting = NO_MARKS.union(*self._waiting.values())
        if not self._private and not waiting:
            return list(told)
        from ..extract.messages import WAITING, WITHHELD, hush

        made: list[Message] = []
        for one in told:
            if one.role == "user":
                self._private = NO_MARKS
            said = one if one.role == "user" else hush(hush(one, self._private, WITHHELD), waiting, WAITING)
            made.append(said)
        return made

    def heard(self, told: Sequence[Message], seen: Observation) -> None:
        """Take in what came of the step."""
        self.waits(one.item for one in seen.of("pending") if one.item is not None)
        orders = {one.message: one for one in seen.of("withheld", "forgotten")}
        for n, one in enumerate(told):
            if one.role == "user":
                order = orders.get(n)
                self._private = NO_MARKS if order is None else apart(one.text)
                if order is not None and order.outcome == "withheld":  # it may mean what was said before it
                    self._private |= apart(self._last)
                self._last = one.text
