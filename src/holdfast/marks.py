"""How far the log of a store was read: marks in it, and the pages that it is read by. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .types import Change, Erased, Scope


class Mark(NamedTuple):
    """How far the log of a scope was read: its `position`, and its `epoch` then (None: not known).

    An epoch ends with every erasure in the scope (`erasures` is another then), and with a change of the embedding model. A
    scope that was erased as a whole and made anew is of another `era`, in which positions count from the beginning.
    """

    position: int
    epoch: int | None = None

    @property
    def era(self) -> int | None:
        """Which of the scopes that had these labels one after the other it is."""
        return None if self.epoch is None else self.epoch >> ERA

    @property
    def erasures(self) -> int | None:
        """A number that is another after every erasure."""
        return None if self.epoch is None else self.epoch // ERASURE


# An epoch from its lowest bits: changes of model (4), erasures (16), and when the scope was made, in milliseconds.
ERASURE, ERA = 16, 20


class Told(NamedTuple):
    """An entry of the log with its scope, and the mark to go on from after it (None: the scope is no more)."""

    entry: Change | Erased
    scope: Scope
    mark: Mark | None


class Logged(NamedTuple):
    """A page of the log: what is told, and the marks to go on from after all of it, by scope."""

    told: tuple[Told, ...]
    marks: dict[Scope, Mark]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes among what is told."""
        return tuple(one.entry for one in self.told if isinstance(one.entry, Change))
