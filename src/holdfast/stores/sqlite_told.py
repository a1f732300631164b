"""What the rows of a store tell of memories beside the memories themselves: which are outdated, when they were last seen."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from . import sqlite_rows as rows
from .sqlite_search import Seen

_HOPS = 100  # values of a slot that may have followed the one an episode told
# What was counted when a memory was made, by a merge or within one batch, is no later sight of it.
_SEEN = (
    "SELECT g.item_id, max(g.seen_at) FROM sightings g WHERE g.item_id IN ({}) AND g.scope_id IN (SELECT value FROM "
    "json_each(?)) AND g.seen_at <= ? AND g.seen_at > (SELECT min(v.known_from) FROM versions v WHERE v.item_id = g.item_id "
    "AND v.key >> 32 = g.scope_id) GROUP BY g.item_id"
)
Read = Callable[[str, Sequence[Any]], list[Any]]


def outdated(
    read: Read, ids: Sequence[str], scopes: Sequence[Seen], known: tuple[str, list[Any]], valid: int
) -> dict[str, str]:
    """Return what `Store.outdated` does; `known` is the condition, with its parameters, that a version was the known one."""
    condition, parameters = known
    mine = _within(scopes)

    def ended(source: str, found: Sequence[str]) -> dict[str, str]:
        rest = read(
            f"SELECT {source}, json_extract(v.body, '$.superseded_by') FROM versions v LEFT JOIN closed c ON c.key = v.key "
            f"{'JOIN links l ON l.key = v.key' if source[0] == 'l' else ''} WHERE {source} IN "
            f"({_marks(found)}) AND v.key >> 32 IN (SELECT value FROM json_each(?)) AND {condition} AND "
            "v.slot IS NOT NULL AND v.state = 'active' AND v.valid_to <= ? ORDER BY v.valid_to, v.key",
            [*_bytes(found), mine, *parameters, valid],
        )
        return {str(uuid.UUID(bytes=id)): successor for id, successor in rest if successor is not None}

    answer = ended("l.item_id", ids)
    for _ in range(_HOPS):
        further = ended("v.item_id", sorted(set(answer.values()))) if answer else {}
        if not further:
            break
        answer = {id: further.get(successor, successor) for id, successor in answer.items()}
    if not answer:
        return {}
    left = read(  # what was deleted or moved away since holds nothing here
        f"SELECT DISTINCT v.item_id FROM versions v LEFT JOIN closed c ON c.key = v.key WHERE v.item_id IN "
        f"({_marks(answer)}) AND v.key >> 32 IN (SELECT value FROM json_each(?)) AND {condition} AND v.state = 'active'",
        [*_bytes(list(answer.values())), mine, *parameters],
    )
    there = {str(uuid.UUID(bytes=id)) for (id,) in left}
    return {id: successor for id, successor in answer.items() if successor in there}


def seen(read: Read, ids: Sequence[str], scopes: Sequence[Seen], known: int | None) -> dict[str, datetime]:
    """Return what `Store.seen` does, as known by then (None: by now)."""
    latest = rows.FOREVER if known is None else known
    found = read(_SEEN.format(_marks(ids)), [*_bytes(ids), _within(scopes), latest])
    return {str(uuid.UUID(bytes=id)): rows.at(last) for id, last in found}


def _within(scopes: Sequence[Seen]) -> str:
    return json.dumps([one.scope_id for one in scopes])


def _marks(ids: Sequence[str] | dict[str, str]) -> str:
    return ",".join("?" * len(ids))


def _bytes(ids: Sequence[str]) -> list[bytes]:
    return [uuid.UUID(id).bytes for id in ids]
