"""Memories, changes and entities as mem0 writes them. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ... import Change, MemoryItem
from ...errors import InvalidInput
from . import metadata
from .reading import Seen, made_at

ADDED = (
    "as it was added"  # why the second version of a memory is written that a client is told of as the first
)
_BREAKDOWN = {"meaning": "semantic", "words": "bm25"}


def memory(seen: Seen) -> dict[str, Any]:
    """Return a memory as mem0's get, get_all and update do, with a run as `run_id` and `session_id` both."""
    item = seen.shown
    labels = item.scope.to_json()
    return {
        "id": item.id,
        "memory": item.text,
        "user_id": labels.get("user"),
        "agent_id": labels.get("agent"),
        "app_id": labels.get("app"),
        "run_id": item.thread,
        "session_id": item.thread,
        "metadata": metadata.named(item.metadata) or None,
        "categories": list(item.tags) or None,
        "structured_attributes": {"slot": item.slot, "value": item.value} if item.slot else None,
        "replaced_by": seen.replaced_by,
        "synthesized": item.source.extractor is not None,
        "lifecycle_state": item.state,
        "expiration_date": last_day(item.expires_at),
        "created_at": written(created(item)),
        "updated_at": written(item.known_from),
    }


def hits(found: Sequence[Seen]) -> list[dict[str, Any]]:
    """Return the results of a search: each with a score 0..1, never less than that of a result below it."""
    made: list[dict[str, Any]] = []
    least = 0.0
    for seen in reversed(found):
        least = max(least, seen.score)
        parts = dict.fromkeys(("semantic", "bm25", "entity"), 0.0)
        for name, value in (seen.signals or {}).items():
            parts[_BREAKDOWN.get(name, "entity")] += value
        made.append(memory(seen) | {"score": round(least, 6), "score_breakdown": parts})
    return made[::-1]


def created(item: MemoryItem) -> datetime:
    """Return when something was said; where that was not told, when it was made."""
    return made_at(item) if item.observed_at is None else item.observed_at


def written(at: datetime | None) -> str | None:
    """Return a time as ISO 8601."""
    return None if at is None else at.isoformat()


def last_day(expires_at: datetime | None) -> str | None:
    """Return the last day on which a memory is there."""
    return (
        None
        if expires_at is None
        else (expires_at - timedelta(microseconds=1)).astimezone(UTC).date().isoformat()
    )


def expiry(day: object) -> datetime | None:
    """Return when a memory goes whose last day (UTC) is told as 2026-05-31; None for none."""
    if day is None:
        return None
    try:
        last = date.fromisoformat(str(day)[:10])
        return datetime.combine(last + timedelta(days=1), time.min, UTC)
    except (ValueError, OverflowError):
        raise InvalidInput("expiration_date", f"{day!r:.40} is no date; write 2026-05-31") from None


def history(changes: Iterable[Change], origin: MemoryItem | None) -> list[dict[str, Any]]:
    """Return the changes of one memory, oldest first: what changed nothing that a client sees is left out."""
    made: list[dict[str, Any]] = []
    before: MemoryItem | None = None
    for n, change in enumerate(changes):
        item, gone = Seen(change.item, origin).shown, change.item.state == "deleted"
        # What it was, up to when it changed, is one of its versions too.
        if item.superseded_by == item.id or (before is not None and told(before) == told(item)):
            continue
        labels = item.scope.to_json()
        if change.reason == ADDED and len(made) == 1:
            said = item if origin is None else origin
            made[0] |= {"new_memory": item.text, "input": [made[0]["input"][0] | {"content": said.text}]}
            before = item
            continue
        old = None if before is None or before.state == "deleted" else before.text
        said = item if origin is None else origin
        made.append({
            "id": f"{item.id}-{item.version}",
            "memory_id": item.id,
            "input": [{"role": said.source.role or "user", "content": said.text}] if n == 0 else [],
            "old_memory": old,
            "new_memory": None if gone else item.text,
            "user_id": labels.get("user"), "agent_id": labels.get("agent"), "app_id": labels.get("app"),
            "run_id": item.thread, "session_id": item.thread,
            "categories": list(item.tags),
            "event": "DELETE" if gone else "ADD" if before is None else "UPDATE",
            "metadata": metadata.named(item.metadata) or None,
            "created_at": written(created(item)),
            "updated_at": written(change.at),
        })  # fmt: skip
        before = item
    return made


def told(shown: MemoryItem) -> tuple[Any, ...]:
    """Return what a client can notice of a memory as it is shown."""
    return shown.text, shown.metadata, shown.expires_at, shown.state == "deleted", shown.tags


_TYPES = {"user": "user", "agent": "agent", "app": "app"}


def entities(found: Iterable[Seen]) -> list[dict[str, Any]]:
    """Return whom memories belong to, one for each type and name, in their order; a memory that was said in several runs is of each."""
    known: dict[tuple[str, str], list[Any]] = {}
    for seen in found:
        item = seen.shown
        labels = item.scope.to_json()
        owners = [(kind, str(labels[label])) for kind, label in _TYPES.items() if label in labels]
        runs = dict.fromkeys((item.thread, *(one.thread for one in seen.again)))
        owners += [("run", run) for run in runs if run is not None]
        at, changed = created(item), item.known_from or created(item)
        for owner in owners:
            span = known.setdefault(owner, [at, changed, 0])
            span[:] = min(span[0], at), max(span[1], changed), span[2] + 1
    return [
        {
            "id": f"{kind}:{name}", "name": name, "type": kind, "owner": None, "metadata": None, "total_memories": count,
            "created_at": written(first), "updated_at": written(last),
        }
        for (kind, name), (first, last, count) in sorted(known.items())
    ]  # fmt: skip


def paged(found: Sequence[Any], page: int, size: int, at: Callable[[int, int], str]) -> dict[str, Any]:
    """Return one page of results, with where the others are: `at` gives the address of a page of some size."""
    return one_page(found[(page - 1) * size : page * size], len(found), page, size, at)


def one_page(
    results: Sequence[Any], count: int, page: int, size: int, at: Callable[[int, int], str]
) -> dict[str, Any]:
    """Return the results of one page of `count`, with where the others are."""
    last = max(1, -(-count // size))
    return {
        "count": count,
        "next": at(page + 1, size) if page < last else None,
        "previous": at(page - 1, size) if 1 < page <= last + 1 else None,
        "results": list(results),
    }


def picked(one: Mapping[str, Any], fields: object) -> dict[str, Any]:
    """Return a result with the fields that were asked for, its id always among them; with all where none were."""
    if not fields:
        return dict(one)
    if not isinstance(fields, list):
        raise InvalidInput("fields", "must be a list of names")
    return {name: value for name, value in one.items() if name == "id" or name in fields}
