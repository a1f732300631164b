"""What `observe` answers: the episodes it kept, and for every candidate what was done and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from .types import MemoryItem

Outcome = Literal[
    "added", "superseded", "merged", "known", "conflict", "pending", "ended", "forgotten", "withheld", "redacted", "skipped"
]  # fmt: skip
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ERASED = "was erased here; allow_erased=True takes it in again"  # the reason for which a message is skipped


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one candidate: `outcome` is one of `OUTCOMES`, `reason` says why.

    `message` is the place of its message in the list, `text` the words it rests on (empty where they must not be shown).
    `item` is the memory as it is now: written, seen again, or waiting for review. `ids` are the memories it ended, deleted
    or contradicts.
    """

    outcome: Outcome
    reason: str
    message: int
    text: str
    item: MemoryItem | None = None
    ids: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "outcome": self.outcome,
            "reason": self.reason,
            "message": self.message,
            "text": self.text,
            "item": None if self.item is None else self.item.to_json(),
            "ids": list(self.ids),
        }


@dataclass(frozen=True, slots=True)
class Observation:
    """A step as it was kept: its `episodes` in the order of the messages, and a judgement for every candidate in them.

    `queued` is the id of what a language model has yet to read of it, in `backlog`.
    """

    episodes: tuple[MemoryItem, ...]
    judgements: tuple[Judgement, ...]
    queued: str | None = None

    def of(self, *outcomes: Outcome) -> tuple[Judgement, ...]:
        """Return the judgements with one of these outcomes."""
        return tuple(one for one in self.judgements if one.outcome in outcomes)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "episodes": [item.to_json() for item in self.episodes],
            "judgements": [one.to_json() for one in self.judgements],
            "queued": self.queued,
        }


@dataclass(frozen=True, slots=True)
class Queued:
    """A kept step that a language model has yet to read, or could not.

    It is tried from `due_at` on; None: it was given up after `attempts`, and `error` says why; `reply` is the reply that
    could not be read. `work(id)` tries it again all the same.
    """

    id: str
    created_at: datetime
    due_at: datetime | None
    attempts: int
    error: str | None = None
    reply: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "created_at": self.created_at.isoformat(),
            "due_at": None if self.due_at is None else self.due_at.isoformat(),
            "attempts": self.attempts,
            "error": self.error,
            "reply": self.reply,
        }
