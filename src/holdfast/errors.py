"""Everything Holdfast raises, in one tree.

    HoldfastError
    ├── InvalidInput            a value was refused at the door; `.field` names it (also a ValueError)
    │   ├── BadFilter           a filter names an unknown field or operator, or compares the wrong types
    │   ├── NotHeld             the scope that is named, or left out, is not one that this caller holds
    │   └── DoesNotFit          each value is good, but not with the others, or not with what is stored
    ├── NotFound                no such memory, or none that this caller can see (also a LookupError)
    ├── AccessDenied            not this caller's to do; says which scope to name, or which right is missing
    ├── PolicyViolation         a rule of the store refuses it; `.rule` names it, `.ids` the memories
    ├── Conflict                somebody else got there first; nothing was written
    │   ├── VersionConflict     the version you changed is not the current one; `.current` is
    │   ├── SlotConflict        the slot is occupied; `.holder` is the memory that holds it
    │   ├── UndoConflict        the change to take back was followed by others; `.ids` are the memories they changed
    │   ├── ImportConflict      a memory of the file is in the store with other content; `.id` names it
    │   ├── LeaseConflict       somebody else holds the lease, or yours is over; `.holder`, `.until`
    │   ├── ReembedConflict     another change of the embedding model is under way, or took this one over
    │   └── IdempotencyConflict the key was used before with another body
    ├── StoreError              the store cannot do it
    │   ├── NotAStore           the file is something else
    │   ├── NewerStore          the file was written by a newer Holdfast
    │   ├── StoreReadOnly       the file or its folder cannot be written
    │   ├── StoreFull           no space left on the disk
    │   ├── StoreBusy           another process held the write lock for too long
    │   ├── StoreDamaged        the file is broken; `.path` names it
    │   ├── WrongKey            the store's key is missing, wrong, destroyed, or was given for a file that has none
    │   ├── StoreMoved          the file was removed or replaced while it was open
    │   └── StoreClosed         the memory was closed before this call
    ├── EmbedderError           the embedding model failed or gave an unusable answer
    │   └── ModelMismatch       the store's vectors come from another model; names both
    ├── ModelError              the language model failed; what was said is kept, see `.observation`
    │   └── ExtractionFailed    its reply could not be read, also not when asked again; `.reply` has it
    └── ConfigError             a setting is unknown or unusable; says where it came from

Every message says what went wrong, which id or field, and what to do next. Messages never carry the text of a memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

NO_MODEL = "none"  # the model of a store that was changed to have none


class HoldfastError(Exception):
    """Base of every error that Holdfast raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are pickled by calling the class with `args`, which for most of ours are not its arguments.
        return revived, (type(self), self.args, self.__dict__)


class InvalidInput(HoldfastError, ValueError):
    """A value was refused at the door and nothing was written; `field` names the argument."""

    def __init__(self, field: str, problem: str) -> None:
        # The field may be a caller's own key: half a surrogate pair in it could neither be printed nor sent.
        shown = field.encode("utf-8", "backslashreplace").decode()
        super().__init__(f"{shown}: {problem}")
        self.field = shown
        self.problem = problem


class BadFilter(InvalidInput):
    """A filter names an unknown field or operator, or compares values of the wrong type."""


class NotHeld(InvalidInput):
    """The scope that a call names, or leaves out, is not one that this caller holds; another caller's may be."""


class DoesNotFit(InvalidInput):
    """Each value is well formed, but they do not go together, or not with what is stored or set up here; nothing was written."""


class NotFound(HoldfastError, LookupError):
    """No memory (or kept receipt) with this id is visible to this caller; it may exist for others, which is not told."""

    def __init__(self, id: str, what: str = "memory") -> None:
        super().__init__(f"no {what} {id} is visible here; check the id and the scope it was saved under")
        self.id = id


class AccessDenied(HoldfastError):
    """This is not the caller's to do; the message says which scope to name, or which right is missing."""


class PolicyViolation(HoldfastError):
    """A rule of the store refuses a write, and nothing was written; `rule` is its name, `ids` the memories it is about."""

    def __init__(self, rule: str, problem: str, ids: Sequence[str] = ()) -> None:
        super().__init__(f"rule {rule!r}: {problem} (`holdfast policy show` lists the rules)")
        self.rule = rule
        self.ids = tuple(ids)


class Conflict(HoldfastError):
    """Somebody else's change came first; nothing was written."""


class VersionConflict(Conflict):
    """The change was made against a version that is no longer current; `current` is the `MemoryItem` as it is now.

    `by` is the actor who wrote the current version, None where none was named; when is in `current.known_from`.
    """

    def __init__(self, expected: int, current: Any, by: str | None = None) -> None:
        self.by = current.owner if current.version == 1 else by
        super().__init__(
            f"memory {current.id} is at version {current.version}, not {expected}: {_written(current, self.by)}; "
            "look at `.current`, decide again and send its version"
        )
        self.expected = expected
        self.current = current


class SlotConflict(Conflict):
    """The slot already has a value for that time; `holder` is the `MemoryItem` that holds it."""

    def __init__(self, slot: str, holder: Any) -> None:
        super().__init__(
            f"slot {slot!r} is held by memory {holder.id} (version {holder.version}, {_written(holder)}"
            f"{f', owned by {holder.owner}' if holder.owner else ''}) for that time; "
            "delete or update the holder first"
        )
        self.slot = slot
        self.holder = holder


class UndoConflict(Conflict):
    """What a change wrote was changed again since, so it cannot be taken back; `ids` are the memories this concerns."""

    def __init__(self, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:5]) + (f" and {len(ids) - 5:,} more" if len(ids) > 5 else "")
        super().__init__(f"changed since: {shown}; undo those changes first, or update what is wrong")
        self.ids = tuple(ids)


class ImportConflict(Conflict):
    """A memory of an imported file is here with other content: both sides changed it; `id` is the memory."""

    def __init__(self, where: str, id: str, version: int, done: str) -> None:
        super().__init__(
            f"{where}: version {version} of memory {id} is not what this store has of it, so they cannot become one; "
            f"erase the memory here, or import into another store; {done}"
        )
        self.id = id


class LeaseConflict(Conflict):
    """Somebody else holds the lease `name` (`holder`, `until`), or it is over for whoever held it; `holder` is None then, unless
    another one took it."""

    def __init__(self, name: str, holder: str | None, until: datetime | None, fence: int | None) -> None:
        taken = "" if until is None else f" by {holder} until {until:%Y-%m-%d %H:%M:%S} UTC"
        super().__init__(
            f"lease {name!r} is held{taken}; wait for it with wait=, or ask its holder"
            if fence is None
            else f"lease {name!r} (fence {fence}) is over{f': it is held{taken}' if taken else ''}; nothing of this was written, "
            "and what you did under it may have been done by another since: take it again, and look"
        )
        self.name, self.holder, self.until = name, holder, until


class ReembedConflict(Conflict):
    """The embedding model is being changed to another one, or this change was taken over or cancelled meanwhile."""


class IdempotencyConflict(Conflict):
    """An idempotency key was used before in this scope, with another body."""


class StoreError(HoldfastError):
    """The store could not do what was asked; nothing was half-written."""


class NotAStore(StoreError):
    """The file exists but is not a Holdfast store."""


class NewerStore(StoreError):
    """The file was written by a newer version of Holdfast than this one."""


class StoreReadOnly(StoreError):
    """The file, or the folder it lies in, cannot be written."""


class StoreFull(StoreError):
    """There is no space left on the disk; the change was rolled back."""


class StoreBusy(StoreError):
    """Another process held the write lock longer than the time allowed; try again."""


class StoreDamaged(StoreError):
    """The database reports that its file is broken."""


class WrongKey(StoreError):
    """The store is encrypted and its key is missing, wrong or destroyed; or a key was given for a file that is not encrypted."""


class StoreMoved(StoreError):
    """The file was removed or replaced while it was open, so nothing more is written; open a new memory."""


class StoreClosed(StoreError):
    """The memory was closed before this call; open a new one."""


class EmbedderError(HoldfastError):
    """The embedding model failed, is missing, or gave an unusable answer."""


class ModelMismatch(EmbedderError):
    """The store's vectors were made by another embedding model (`stored`) than the one configured (`asked`).

    Of one name they differ in the length of their vectors: `lengths` are the stored and the asked one, None where names differ.
    """

    def __init__(
        self, stored: str, asked: str, under_way: str = "", lengths: tuple[int, int] | None = None
    ) -> None:
        none = stored == NO_MODEL
        theirs, ours = (f" of dimension {one}" for one in lengths) if lengths else ("", "")
        have = (
            "was changed to hold no vectors"
            if none
            else f"has vectors of the embedding model {stored}{theirs}"
        )
        with_it = "" if none else f"with {stored}{theirs}, or "
        super().__init__(
            f"this store {have}, and this memory was opened with {asked}{ours}: open it {with_it}with embedder=None "
            f"(HOLDFAST_EMBEDDER=none) to search by words, or change the store with `holdfast reembed`{under_way}"
        )
        self.stored = stored
        self.asked = asked
        self.lengths = lengths


class ModelError(HoldfastError):
    """The language model could not be asked, or gave no reply.

    Raised by `observe`, it comes after the step was kept: `observation` says what was, and `backlog()` has the step until a
    later try reads it.
    """

    observation: Any = None


class ExtractionFailed(ModelError):
    """A model's reply is no such JSON as it was asked for, after one repair; `reply` is its text as it came."""

    def __init__(self, problem: str, reply: str) -> None:
        super().__init__(
            f"the model's reply could not be used ({problem}); what was said is kept, and backlog() has the reply"
        )
        self.reply = reply


class ConfigError(HoldfastError):
    """A setting is unknown or unusable; the message says which, and where it came from."""


def _written(item: Any, by: str | None = None) -> str:
    """Return when a version was written, and by whom."""
    when = item.known_from.strftime("%Y-%m-%d %H:%M:%S UTC") if item.known_from else "just now"
    return f"written {when}" + (f" by {by}" if by else "")


def revived(cls: type[HoldfastError], args: tuple[Any, ...], attributes: dict[str, Any]) -> HoldfastError:
    """Return an error that was pickled, as one sent from another process is."""
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(attributes)
    return error
