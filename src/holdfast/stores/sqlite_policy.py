"""The rules of a store as rows: every change of one is a row, and the last of each name is in force.

A counter in `meta` is another after every change, also after rows were erased: whoever knows it knows the rules.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from ..errors import PolicyViolation
from ..policy import Rule, exceeded
from ..ports import Authorship, Stale
from ..types import Scope
from . import sqlite_rows as rows

_COLUMNS = "SELECT name, rule, labels, body, set_at, actor, reason FROM policies p"
_LAST = "NOT EXISTS (SELECT 1 FROM policies n WHERE n.name = p.name AND n.policy_id > p.policy_id)"
_IN_FORCE = f"{_COLUMNS} WHERE body IS NOT NULL AND {_LAST}"
_FULL = (
    "SELECT count(*), coalesce(sum(length(CAST(v.text AS BLOB))), 0) FROM versions v LEFT JOIN closed c ON c.key = v.key "
    "WHERE v.key BETWEEN ?1 << 32 AND (?1 << 32 | 4294967295) AND c.key IS NULL AND v.state = 'active' "
    f"AND (v.valid_to IS NULL OR v.valid_to > ?2) AND (v.expires_at IS NULL OR {rows.lasts('v.expires_at').replace('?', '?2')})"
)


def generation(db: sqlite3.Connection) -> int:
    """Return the number that is another after every change of the rules."""
    return int(db.execute("SELECT value FROM meta WHERE name = 'policies'").fetchone()[0])


def heed(db: sqlite3.Connection, known: int) -> None:
    """Raise `Stale` where the rules are not those of a generation any more."""
    if generation(db) != known:
        raise Stale


def unless(db: sqlite3.Connection, known: int, past: bool) -> tuple[int, list[Rule]] | None:
    """Return the generation of the rules and those of `listed`, unless it is a known one."""
    now = generation(db)
    return None if now == known else (now, listed(db, past))


def listed(db: sqlite3.Connection, past: bool) -> list[Rule]:
    """Return the rules in force by name, or every change of them, oldest first."""
    found = db.execute(f"{_COLUMNS} ORDER BY policy_id" if past else f"{_IN_FORCE} ORDER BY name")
    return [_rule(row) for row in found]


def decree(db: sqlite3.Connection, rule: Rule, now: int, by: Authorship) -> None:
    """Write a change of a rule: by whom and when it says, or else by whom and when it is written."""
    mine = rule.set_at is None
    about = (now, by.actor, by.reason) if mine else (rows.micros(rule.set_at), rule.actor, rule.reason)
    body = None if rule.removed else json.dumps(dict(rule.terms), ensure_ascii=False, sort_keys=True)
    db.execute(
        "INSERT INTO policies (name, rule, labels, body, set_at, actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (rule.name, rule.rule, rows.labels_key(rule.under), body, *about),
    )
    _changed(db)


def holds(db: sqlite3.Connection) -> dict[int, Rule]:
    """Return the scopes that are under a hold, each with the first by name."""
    found: dict[int, Rule] = {}
    for row in db.execute(f"{_IN_FORCE} AND rule = 'hold' ORDER BY name DESC").fetchall():
        rule = _rule(row)
        sql, parameters = _under("scopes", "scope_id", rule.under)
        found |= {scope_id: rule for (scope_id,) in db.execute(sql, parameters)}
    return found


def forget(db: sqlite3.Connection, under: Scope) -> int:
    """Remove all that was ever said of the rules bound to scopes under some labels, those of held scopes aside; return how many rows."""
    sql, parameters = _under("policies", "policy_id", under)
    bound = {one for (one,) in db.execute(f"{sql} AND labels <> '{{}}'", parameters)}
    for row in db.execute(f"{_IN_FORCE} AND rule = 'hold'").fetchall():
        sql, parameters = _under("policies", "policy_id", _rule(row).under)
        bound -= {one for (one,) in db.execute(sql, parameters)}
    # What a bound rule took the place of must not come back: then all there was of its name goes.
    last = {name: one for one, name in db.execute("SELECT policy_id, name FROM policies ORDER BY policy_id")}
    rows_of = db.execute("SELECT policy_id, name FROM policies").fetchall()
    gone = [(one,) for one, name in rows_of if one in bound or last[name] in bound]
    db.executemany("DELETE FROM policies WHERE policy_id = ?", gone)
    if gone:
        _changed(db)
    return len(gone)


class Fullness:
    """Quotas that writes on an open transaction may not exceed; one that was exceeded before may not be exceeded by more."""

    def __init__(self, db: sqlite3.Connection, now: int) -> None:
        self._db, self._now = db, now
        self._before: list[tuple[int, Rule, tuple[int, int]]] = []

    def watch(self, scope_id: int, rule: Rule) -> None:
        """Count a scope before anything is written to it."""
        self._before.append((scope_id, rule, self._counted(scope_id)))

    def check(self) -> None:
        """Raise `PolicyViolation` where a scope grew beyond its quota."""
        for scope_id, rule, before in self._before:
            items, size = self._counted(scope_id)
            grown = items if items > before[0] else 0, size if size > before[1] else 0
            problem = exceeded(rule, *grown)
            if problem:
                raise PolicyViolation(rule.name, problem)

    def _counted(self, scope_id: int) -> tuple[int, int]:
        items, size = self._db.execute(_FULL, (scope_id, self._now)).fetchone()
        return items, size


def _changed(db: sqlite3.Connection) -> None:
    db.execute("UPDATE meta SET value = value + 1 WHERE name = 'policies'")


def _under(table: str, column: str, under: Scope) -> tuple[str, list[Any]]:
    """Return the question for the rows of a table whose labels carry some labels."""
    names = under.to_json()
    tests = "".join(f" AND json_extract(labels, '$.\"{name}\"') = ?" for name in names)
    return f"SELECT {column} FROM {table} WHERE labels GLOB '{{*'{tests}", list(names.values())


def _rule(row: Sequence[Any]) -> Rule:
    """Return a rule as it was checked when it was written."""
    name, kind, labels, body, set_at, actor, reason = row
    terms = {} if body is None else json.loads(body)
    return Rule(
        name, kind, rows.scope_of(labels), terms, rows.at(set_at), actor, reason, removed=body is None
    )
