"""What the rows of a store tell of memories beside the memories themselves: which are outdated, when they were last seen."""

from __future__ import annotations

import json
import operator
import re
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from . import sqlite_rows as rows
from .sqlite_schema import SEEN_IN
from .sqlite_search import Seen

_HOPS = 100  # values of a slot that may have followed the one an episode told
# What was counted when a memory was made, by a merge or within one batch, is no later sight of it.
_SEEN = (
    "SELECT g.item_id, max(g.seen_at) FROM sightings g WHERE g.item_id IN ({}) AND g.scope_id IN (SELECT value FROM "
    "json_each(?)) AND g.seen_at <= ? AND g.seen_at > (SELECT min(v.known_from) FROM versions v WHERE v.item_id = g.item_id "
    "AND v.key >> 32 = g.scope_id) GROUP BY g.item_id"
)
# Which episodes some memories were read from, and sum up.
_SOURCES = (
    "SELECT v.item_id, l.item_id, v.text FROM versions v JOIN links l ON l.key = v.key AND l.relation = 'lineage' "
    "LEFT JOIN closed c ON c.key = v.key WHERE v.item_id IN ({}) AND {}"
)
# Values that ended, of what was read from some episodes, and of what was said once more in them.
_ENDED = (
    "SELECT {}, v.item_id, v.text, json_extract(v.body, '$.value'), json_extract(v.body, '$.superseded_by'), v.valid_to, v.key FROM {} "
    "LEFT JOIN closed c ON c.key = v.key WHERE {} IN ({}) AND v.key >> 32 IN (SELECT value FROM json_each(?)) AND {} AND "
    "v.slot IS NOT NULL AND v.state = 'active' AND v.valid_to <= ?"
)
_READ = "links l JOIN versions v ON v.key = l.key AND l.relation = 'lineage'"
_SAID_AGAIN = "sightings g JOIN versions v ON v.item_id = g.item_id AND v.key >> 32 = g.scope_id"
Read = Callable[[str, Sequence[Any]], list[Any]]


def outdated(
    read: Read, ids: Sequence[str], scopes: Sequence[Seen], known: tuple[str, list[Any]], valid: int
) -> dict[str, str]:
    """Return what `Store.outdated` does; `known` is the condition, with its parameters, that a version was the known one."""
    condition, parameters = known
    mine = _within(scopes)

    def ended(told: str, of: str, found: Sequence[Any]) -> list[Any]:
        asked = _ENDED.format(told, of, told, _marks(found), condition)
        return read(asked, [*found, mine, *parameters, valid])

    texts: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by the episode they rest on
    for id, episode, text in read(_SOURCES.format(_marks(ids), condition), [*_bytes(ids), *parameters]):
        texts[_id(episode)].append((_id(id), text))
    episodes = list(dict.fromkeys((*ids, *texts)))
    values = [(_id(episode), *rest) for episode, *rest in ended("l.item_id", _READ, _bytes(episodes))]
    values += ended(SEEN_IN, _SAID_AGAIN, episodes)
    asked, answer = set(ids), dict[str, str]()
    for episode, item, text, value, successor, *_ in sorted(values, key=operator.itemgetter(-2, -1)):
        if successor is None:
            continue
        if episode in asked:
            answer[episode] = successor
        for id, other in texts.get(episode, ()):
            if id not in (_id(item), successor) and _tells(other, text, value):
                answer[id] = successor
    return _live(read, answer, mine, known, valid)


def _tells(other: str, text: str, value: object) -> bool:
    """Whether a text holds another, or the value that this gives."""
    said = str(value).casefold() if isinstance(value, str | int | float) else ""
    inside = len(said) > 1 and re.search(rf"(?<!\w){re.escape(said)}(?!\w)", other.casefold())
    return bool(inside) or text.rstrip(" .!?") in other


def _live(
    read: Read, answer: dict[str, str], mine: str, known: tuple[str, list[Any]], valid: int
) -> dict[str, str]:
    """Return what outdates memories with those followed that were replaced themselves, of what is there still."""
    condition, parameters = known
    for _ in range(_HOPS):
        found = sorted(set(answer.values()))
        rest = read(
            "SELECT v.item_id, json_extract(v.body, '$.superseded_by') FROM versions v LEFT JOIN closed c ON c.key = v.key WHERE "
            f"v.item_id IN ({_marks(found)}) AND v.key >> 32 IN (SELECT value FROM json_each(?)) AND {condition} AND "
            "v.slot IS NOT NULL AND v.state = 'active' AND v.valid_to <= ? ORDER BY v.valid_to, v.key",
            [*_bytes(found), mine, *parameters, valid],
        ) if found else []  # fmt: skip
        further = {_id(id): successor for id, successor in rest if successor is not None}
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
    there = {_id(id) for (id,) in left}
    return {id: successor for id, successor in answer.items() if successor in there and successor != id}


def seen(read: Read, ids: Sequence[str], scopes: Sequence[Seen], known: int | None) -> dict[str, datetime]:
    """Return what `Store.seen` does, as known by then (None: by now)."""
    latest = rows.FOREVER if known is None else known
    found = read(_SEEN.format(_marks(ids)), [*_bytes(ids), _within(scopes), latest])
    return {_id(id): rows.at(last) for id, last in found}


def _within(scopes: Sequence[Seen]) -> str:
    return json.dumps([one.scope_id for one in scopes])


def _id(stored: bytes) -> str:
    return str(uuid.UUID(bytes=stored))


def _marks(ids: Collection[Any]) -> str:
    return ",".join("?" * len(ids))


def _bytes(ids: Sequence[str]) -> list[bytes]:
    return [uuid.UUID(id).bytes for id in ids]
