"""What `observe` and `maintain` answer: what was done, or is proposed, to which memories, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from .types import Held, MemoryItem

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


Action = Literal["expire", "retain", "merge", "archive"]
ACTIONS: tuple[Action, ...] = get_args(Action)
_BY_ITSELF = frozenset({"version", "known_from", "known_to"})  # fields that every new version has anew
_LONGEST = 100  # characters of a text in a diff


@dataclass(frozen=True, slots=True)
class Upkeep:
    """One thing that `maintain` does or proposes: `action` is one of `ACTIONS`, `reason` says why.

    `before` are the memories it changes, as they are; `after` what becomes of them (in the same order), and what is new.
    """

    action: Action
    reason: str
    before: tuple[MemoryItem, ...]
    after: tuple[MemoryItem, ...]

    def __str__(self) -> str:
        return "\n".join([f"{self.action}: {self.reason}", *(f"  {line}" for line in self.lines())])

    def lines(self) -> Iterator[str]:
        """Yield the change as a diff, a memory a line: "-" leaves every answer, "~" goes on otherwise, "+" is new."""
        was = {one.id: one for one in self.before}
        for now in self.after:
            old = was.get(now.id)
            if old is None:
                yield f"+ {now.id} {_short(now.text)}"
            elif now.state == "deleted":
                yield f"- {now.id} {_short(now.text)}"
            else:
                yield f"~ {now.id} {_short(now.text)} ({'; '.join(_differences(old, now))})"

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "action": self.action,
            "reason": self.reason,
            "before": [one.to_json() for one in self.before],
            "after": [one.to_json() for one in self.after],
        }


@dataclass(frozen=True, slots=True)
class Overdue:
    """A memory to confirm: it was last seen at `seen_at` and is good for `life` days; `age` says how old it is."""

    item: MemoryItem
    seen_at: datetime
    life: int
    age: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "item": self.item.to_json(),
            "seen_at": self.seen_at.isoformat(),
            "life": self.life,
            "age": self.age,
        }


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What `maintain` did, or with `dry_run` would do: `changes`, and memories `to_confirm`, the longest overdue first.

    At most `cap` memories are changed and as many listed to confirm; `more` says that something was left for another run. `id` is
    a memory that the change wrote: `undo(id)` takes all of it back (None where nothing was written). `held` are memories that would
    be changed and are left since a legal hold keeps them. `str` of it is a diff.
    In a dry run, what is new has an id that it will not keep.
    """

    changes: tuple[Upkeep, ...]
    to_confirm: tuple[Overdue, ...]
    dry_run: bool
    cap: int
    more: bool = False
    id: str | None = None
    held: tuple[Held, ...] = ()

    def __len__(self) -> int:
        return sum(len(one.after) for one in self.changes)

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.changes)

    def __str__(self) -> str:
        count = f"{len(self):,} {'memory' if len(self) == 1 else 'memories'}"
        lines = [f"{'Would change' if self.dry_run else 'Changed'} {count}."]
        lines += [str(one) for one in self.changes]
        lines += ["Something was left for another run."] * self.more
        lines += [
            f"  held {one.id} (hold {one.hold}: {one.reason or 'no reason given'})" for one in self.held
        ]
        lines += ["To confirm:"] * bool(self.to_confirm)
        lines += [f"  ? {one.item.id} {_short(one.item.text)} ({one.age})" for one in self.to_confirm]
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "changes": [one.to_json() for one in self.changes],
            "to_confirm": [one.to_json() for one in self.to_confirm],
            "dry_run": self.dry_run,
            "cap": self.cap,
            "more": self.more,
            "id": self.id,
            "held": [one.to_json() for one in self.held],
        }


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def _differences(old: MemoryItem, new: MemoryItem) -> Iterator[str]:
    """Yield each field that differs, as "tags: [] -> ["archived"]"."""
    was, now = old.to_json(), new.to_json()
    for name, value in now.items():
        if name not in _BY_ITSELF and value != was[name]:
            yield f"{name}: {_told(was[name])} -> {_told(value)}"


def _told(value: Any) -> str:
    return _short(json.dumps(value, ensure_ascii=False))
