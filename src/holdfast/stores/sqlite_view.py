"""What scopes hold at one moment: the reads that answer get, list, history, changes, overview and stats.

All statements of one answer run in one snapshot of the file, with the scopes' own last writes read in it too. Otherwise a
batch that is committed between two statements would be seen by half: its rows are there, but the present of the question is
older than some of them.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..filters import And, Filter, In
from ..marks import Logged, Mark
from ..ports import Moment, Reach, Scan
from ..types import DECLARATIVE, KINDS, Change, Group, MemoryItem, Scope, Stats
from . import sqlite_log as log
from . import sqlite_queue as queue
from . import sqlite_rows as rows
from . import sqlite_told as told
from .sqlite_filter import COLUMNS, Compiled, narrowed
from .sqlite_schema import DECLARED
from .sqlite_search import Seen

_RANGE = "v.key BETWEEN s.scope_id << 32 AND (s.scope_id << 32 | 4294967295)"
_IN_SCOPES = "LEFT JOIN closed c ON c.key = v.key WHERE s.scope_id IN (SELECT value FROM json_each(?))"
_FROM = f"FROM scopes s JOIN versions v ON {_RANGE} {_IN_SCOPES}"
_FROM_SLOT = (
    "FROM scopes s JOIN slots h ON h.scope_id = s.scope_id AND h.slot = ? AND h.valid_to > ? "
    f"JOIN versions v ON v.key = h.key {_IN_SCOPES}"
)
_FROM_FOUND = (
    "FROM ({}) f CROSS JOIN versions v ON v.key = f.key CROSS JOIN scopes s ON s.scope_id = v.key >> 32 "
    "LEFT JOIN closed c ON c.key = v.key WHERE 1"
)
_FOUND = "SELECT key FROM versions WHERE key >> 32 IN (SELECT value FROM json_each(?)) AND "
# Of one scope, the latest first as they come.
_FROM_DECLARED = (
    "FROM versions v CROSS JOIN scopes s ON s.scope_id = v.key >> 32 LEFT JOIN closed c ON c.key = v.key "
    f"WHERE v.key >> 32 = ? AND v.{DECLARED}"
)
ONE = "FROM versions v JOIN scopes s ON s.scope_id = v.key >> 32 LEFT JOIN closed c ON c.key = v.key WHERE "
_REFERENCE = "CASE WHEN v.kind = 'episode' THEN coalesce(v.observed_at, v.valid_from) ELSE v.valid_from END"
# What tells versions of one time apart: a move writes two of one number, the leaving and then the arrival.
_PLACE = "(v.item_id, v.version, v.state <> 'deleted')"
_SORTS = {
    "known_from": "v.known_from",
    "observed_at": "coalesce(v.observed_at, v.valid_from)",
    "valid_from": "v.valid_from",
    "id": "v.item_id",
    # Of a page there is no next one.
    "importance": "json_extract(v.body, '$.importance') DESC, "
    "row_number() OVER (PARTITION BY coalesce(v.slot, v.kind) ORDER BY v.valid_from DESC), v.valid_from",
}
_KEYS = {
    "entity": COLUMNS["entity"],
    "kind": "v.kind",
    "scope": "s.labels",
    "slot": "v.slot",
    "tag": "t.value",
    "thread": "v.thread",
}


def clocks(at: Moment, scopes: Sequence[Seen]) -> tuple[int, int | None, int]:
    """Return the valid time, the known time (None: the latest) and the present of a question, in microseconds.

    The present is never before the last write in reach: a clock that was set back hides nothing just saved.
    """
    now = max([rows.micros(at.now) or 0, *(one.last_known for one in scopes)])
    known, valid = rows.micros(at.known), rows.micros(at.valid)
    return valid if valid is not None else now if known is None else known, known, now


class View:
    """Scopes as one snapshot holds them, asked at a moment; it lasts as long as the transaction of `db`.

    `valid`, `known` and `now` are its `clocks`.
    """

    def __init__(self, db: sqlite3.Connection, scopes: Sequence[Seen], at: Moment) -> None:
        self._db, self._scopes = db, scopes
        self.valid, self.known, self.now = clocks(at, scopes)
        self._past = at.known is not None or at.valid is not None
        self._timed = at.valid is not None
        self._wanted = str([one.scope_id for one in scopes])  # JSON, of whole numbers

    def _read(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        return self._db.execute(sql, parameters).fetchall()

    # -- conditions ----------------------------------------------------------------------------------------------

    def _as_known(self) -> tuple[str, list[Any]]:
        """Return the condition that a version was the known one at that time."""
        if self.known is None:
            return "c.key IS NULL", []
        return "v.known_from <= ? AND (c.known_to IS NULL OR c.known_to > ?)", [self.known, self.known]

    def _lives(self, where: Filter | None) -> tuple[str, list[Any]]:
        """Return the condition that a version is live at the moment and passes a filter, with its parameters."""
        condition, parameters = self._as_known()
        filtered = Compiled(where, self.valid)
        return (
            f"{condition} AND v.state = 'active' AND (v.valid_from IS NULL OR v.valid_from <= ?) AND "
            f"(v.valid_to IS NULL OR v.valid_to > ?) AND {rows.KEPT} AND {filtered.sql}",
            [*parameters, self.valid, self.valid, self.now, *filtered.parameters],
        )

    def _lasts(self, where: Filter | None, expired: bool) -> tuple[str, list[Any]]:
        """Return the condition that a version is its memory's current one as known, in any state, and not `expired` unless that is
        asked for."""
        condition, parameters = self._as_known()
        newer = condition.replace("v.", "w.").replace("c.", "d.")
        filtered = Compiled(where, self.valid)
        return (
            f"{condition} AND NOT EXISTS (SELECT 1 FROM versions w LEFT JOIN closed d ON d.key = w.key WHERE "
            f"w.item_id = v.item_id AND w.key >> 32 = v.key >> 32 AND {newer} AND (w.valid_from <= ? AND "
            "(w.valid_to IS NULL OR w.valid_to > ?), w.valid_from, w.version) > (v.valid_from <= ? AND "
            f"(v.valid_to IS NULL OR v.valid_to > ?), v.valid_from, v.version)) AND "
            f"(? OR {rows.KEPT}) AND {filtered.sql}",
            [*parameters, *parameters, *[self.valid] * 4, expired, self.now, *filtered.parameters],
        )

    # -- answers -------------------------------------------------------------------------------------------------

    def get(self, id: str) -> MemoryItem | None:
        """Return what `Store.get` does."""
        if self._past:
            lives, parameters = self._lives(None)
        else:
            lives, parameters = (
                f"c.key IS NULL AND (v.expires_at IS NULL OR {rows.lasts('v.expires_at')})",
                [self.now],
            )
        columns, seen = rows.columns(self.known)
        found = self._read(
            # A memory that was moved left a mark where it was: what it is now comes first, and of such marks the last.
            f"SELECT {columns} {ONE} v.item_id = ? AND {lives} "
            f"ORDER BY v.state = 'deleted', CASE WHEN v.state = 'deleted' THEN -v.known_from END, {rows.CURRENT_FIRST}",
            [*seen, uuid.UUID(id).bytes, *parameters, self.valid, self.valid],
        )
        mine = {one.scope_id for one in self._scopes}
        return next((rows.item_of(row, self.valid) for row in found if row[0] >> 32 in mine), None)

    def expired(self, id: str) -> MemoryItem | None:
        """Return what `Store.expired` does."""
        columns, seen = rows.columns(self.known)
        found = self._read(
            f"SELECT {columns} {ONE} v.item_id = ? AND c.key IS NULL AND NOT {rows.lasts('v.expires_at')} "
            "ORDER BY v.expires_at DESC, v.version DESC",
            [*seen, uuid.UUID(id).bytes, self.now],
        )
        mine = {one.scope_id for one in self._scopes}
        return next((rows.item_of(row, self.valid) for row in found if row[0] >> 32 in mine), None)

    def live(self, where: Filter) -> list[int]:
        """Return the keys of the versions that are live and pass a filter, in order."""
        lives, parameters = self._lives(where)
        source, place = self._source(where)
        found = self._read(f"SELECT v.key {source} AND {lives} ORDER BY v.key", [*place, *parameters])
        return [key for (key,) in found]

    def _source(self, *filters: Filter | None) -> tuple[str, list[Any]]:
        """Return where to look for versions that pass some filters, with its parameters: all of the scopes', or what indexes find."""
        narrow = narrowed(And(*(one for one in filters if one is not None)))
        if narrow is None:
            return _FROM, [self._wanted]
        found = " UNION ".join(_FOUND + condition for condition, _ in narrow)
        return _FROM_FOUND.format(found), [part for _, values in narrow for part in (self._wanted, *values)]

    def scan(self, query: Scan, kept: dict[int, MemoryItem] | None = None) -> list[MemoryItem]:
        """Return what `Store.scan` does; items that are `kept`, by key, from when the file was as it is, are not read again."""
        condition, parameters = (
            self._lives(query.where) if query.live else self._lasts(query.where, query.expired)
        )
        of_kinds = None if query.kinds is None else In("kind", tuple(sorted(query.kinds)))
        source, place = self._source(query.where, of_kinds)
        if query.slot is not None and query.live and query.at.known is None:
            source, place = _FROM_SLOT, [query.slot, self.valid, self._wanted]
        elif query.slot is not None:
            condition, parameters = f"v.slot = ? AND {condition}", [query.slot, *parameters]
            source, place = _FROM.replace(_RANGE, "v.key >> 32 = s.scope_id"), [self._wanted]
        elif (
            query.where is None
            and query.sort == "known_from"
            and len(self._scopes) == 1
            and query.kinds == DECLARATIVE
        ):
            source, place = _FROM_DECLARED, [self._scopes[0].scope_id]
        if query.kinds is not None:
            condition += f" AND v.kind IN ({','.join('?' * len(query.kinds))})"
            parameters += sorted(query.kinds)
        for sign, bound in ((">=", query.since), ("<", query.until)):
            if bound is not None:
                condition += f" AND {_REFERENCE} {sign} ?"
                parameters.append(rows.micros(bound))
        narrow = "(SELECT count(*) FROM json_each(s.labels)) DESC, " if query.slot is not None else ""
        by, order = _SORTS[query.sort], "DESC" if query.descending else "ASC"
        if query.after is not None:
            sign = "<" if query.descending else ">"
            last = query.after[0]
            value = rows.micros(last) if isinstance(last, datetime) else uuid.UUID(str(last)).bytes
            condition += f" AND ({by} {sign} ? OR ({by} = ? AND {_PLACE} > (?, ?, ?)))"
            parameters += [value, value, uuid.UUID(query.after[1]).bytes, *query.after[2:]]
        columns, seen = rows.columns(self.known)
        answer = f"{source} AND {condition} ORDER BY {narrow}{by} {order}, {_PLACE[1:-1]} {rows.LIMIT}"
        given = [*place, *parameters, query.limit]
        found: list[Any] | None = None
        if (
            kept or source == _FROM
        ):  # to know which it is takes less than to read it, and to sort all that has been read
            keys = [key for (key,) in self._read(f"SELECT v.key {answer}", given)]
            if kept and all(key in kept for key in keys):
                return [kept[key] for key in keys]
            if source == _FROM:
                wanted = f"SELECT {columns} {ONE} v.key IN (SELECT value FROM json_each(?))"
                by_key = {row[0]: row for row in self._read(wanted, [*seen, str(keys)])}
                found = [by_key[key] for key in keys]
        if found is None:
            found = self._read(f"SELECT {columns} {answer}", [*seen, *given])
        items = [rows.item_of(row, self.valid) for row in found]
        if kept is not None:
            kept |= {row[0]: item for row, item in zip(found, items, strict=True) if rows.lasting(item)}
        return items

    def outdated(self, ids: Sequence[str]) -> dict[str, str]:
        """Return what `Store.outdated` does."""
        return told.outdated(self._read, ids, self._scopes, self._as_known(), self.valid)

    def seen(self, ids: Sequence[str]) -> dict[str, datetime]:
        """Return what `Store.seen` does."""
        return told.seen(self._read, ids, self._scopes, self.known)

    def history(
        self, id: str | None, slot: str | None, after: tuple[datetime, str, int, bool] | None, limit: int
    ) -> list[Change]:
        """Return what `Store.history` does."""
        parameters: list[Any] = [uuid.UUID(id).bytes if id else slot]
        condition = "v.item_id = ?" if id else "v.slot = ?"
        condition += f" AND v.known_from <= ? AND {rows.KEPT}"
        parameters += [rows.FOREVER if self.known is None else self.known, self.now]
        if self._timed:
            condition += (
                " AND (v.valid_from IS NULL OR v.valid_from <= ?) AND (v.valid_to IS NULL OR v.valid_to > ?)"
            )
            parameters += [self.valid, self.valid]
        if after is not None:
            condition += f" AND (v.known_from, {_PLACE[1:-1]}) > (?, ?, ?, ?)"
            parameters += [rows.micros(after[0]), uuid.UUID(after[1]).bytes, *after[2:]]
        columns, seen = rows.columns(self.known)
        found = self._read(
            f"SELECT {columns}, v.verb, v.actor, v.reason {ONE} {condition} AND "
            f"v.key >> 32 IN (SELECT value FROM json_each(?)) ORDER BY v.known_from, {_PLACE[1:-1]} {rows.LIMIT}",
            [*seen, *parameters, self._wanted, limit],
        )
        return [rows.change_of(row, self.valid) for row in found]

    def changes(self, reach: Reach, since: Mapping[Scope, Mark], limit: int) -> Logged:
        """Return what `Store.changes` does; `reach` is what the scopes were found by."""

        def read(seen: Seen, first: int, most: int) -> list[tuple[int, Change]]:
            base = seen.scope_id << 32
            found = self._read(
                f"SELECT {rows.COLUMNS}, v.verb, v.actor, v.reason {ONE} v.key > ? AND v.key <= ? AND {rows.KEPT} ORDER BY v.key {rows.LIMIT}",
                [base | first, base | seen.position, self.now, most],
            )
            return [(row[0] & 0xFFFFFFFF, rows.change_of(row, rows.FOREVER)) for row in found]

        return log.page(self._scopes, reach, since, limit, read)

    def overview(self, after: tuple[str, str] | None, limit: int) -> list[Group]:
        """Return what `Store.overview` does."""
        lives, parameters = self._lives(None)
        groups: list[Group] = []
        for by, key in _KEYS.items():
            if after is not None and by < after[0]:
                continue
            tags = " JOIN json_each(v.body, '$.tags') t " if by == "tag" else " "
            source = _FROM.replace(" WHERE ", tags + "WHERE ", 1)
            beyond = f" AND {key} > ?" if after is not None and by == after[0] else ""
            found = self._read(
                f"SELECT {key}, count(*), max(v.known_from) {source} AND {lives} AND {key} IS NOT NULL{beyond} "
                f"GROUP BY 1 ORDER BY 1 {rows.LIMIT}",
                [
                    self._wanted,
                    *parameters,
                    *([after[1]] if beyond and after else []),
                    limit - len(groups),
                ],
            )
            for value, count, changed in found:
                shown = rows.scope_of(value) if by == "scope" else value
                groups.append(Group(by, shown, count, rows.at(changed)))
            if len(groups) >= limit:
                break
        return groups

    def stats(self, model: str | None, size: int | None) -> Stats:
        """Return what `Store.stats` does; `model` and `size` are the store's."""
        lives, parameters = self._lives(None)
        sql = f"SELECT v.kind, count(*) {_FROM} AND {lives} GROUP BY 1"
        kinds = dict(self._read(sql, [self._wanted, *parameters]))
        versions = self._read(f"SELECT count(*) {_FROM}", [self._wanted])[0][0]
        counted: dict[str, int] = {k: kinds[k] for k in KINDS if k in kinds}
        return Stats(
            sum(kinds.values()), versions, counted, model, size, *queue.counts(self._db, self._wanted)
        )
