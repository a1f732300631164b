"""The queue of steps that a language model has yet to read, and what its use has come to, as rows of two tables."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..ports import Job, Settled
from . import sqlite_rows as rows

_COLUMNS = (
    "SELECT j.job_id, s.labels, j.created_at, j.due_at, j.attempts, j.body, j.error, j.reply "
    "FROM jobs j JOIN scopes s ON s.scope_id = j.scope_id WHERE j.scope_id IN (SELECT value FROM json_each(?))"
)
_DAY = 86_400_000_000  # microseconds


def put(db: sqlite3.Connection, job: Job, scope_id: int) -> None:
    """Write a new job."""
    values = (rows.micros(job.created_at), rows.micros(job.due_at), job.attempts, json.dumps(dict(job.body)))
    db.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (uuid.UUID(job.id).bytes, scope_id, *values, job.error, job.reply),
    )


def settle(db: sqlite3.Connection, id: str) -> None:
    """Remove a job; raises `Settled` where it is gone."""
    if not db.execute("DELETE FROM jobs WHERE job_id = ?", (uuid.UUID(id).bytes,)).rowcount:
        raise Settled


def waiting(db: sqlite3.Connection, scopes: str, now: datetime, id: str | None) -> Any:
    """Return the row of the job that is to be done next, or None."""
    if id is not None:
        found = db.execute(f"{_COLUMNS} AND j.job_id = ?", (scopes, uuid.UUID(id).bytes))
    else:
        found = db.execute(
            f"{_COLUMNS} AND j.due_at <= ? ORDER BY j.due_at, j.job_id LIMIT 1", (scopes, rows.micros(now))
        )
    return found.fetchone()


def claim(db: sqlite3.Connection, scopes: str, now: datetime, until: datetime, id: str | None) -> Job | None:
    """Take the job that is to be done next, so that nobody else does until a time."""
    row = waiting(db, scopes, now, id)
    if row is None:
        return None
    db.execute("UPDATE jobs SET due_at = ? WHERE job_id = ?", (rows.micros(until), row[0]))
    return _job(row)._replace(due_at=until)


def postpone(db: sqlite3.Connection, job: Job) -> None:
    """Write when a job is due, after how many attempts, and what went wrong."""
    db.execute(
        "UPDATE jobs SET due_at = ?, attempts = ?, error = ?, reply = ? WHERE job_id = ?",
        (rows.micros(job.due_at), job.attempts, job.error, job.reply, uuid.UUID(job.id).bytes),
    )


def listed(db: sqlite3.Connection, scopes: str, after: str | None, limit: int) -> list[Job]:
    """Return the jobs of scopes in order of their ids."""
    begin = b"" if after is None else uuid.UUID(after).bytes
    found = db.execute(f"{_COLUMNS} AND j.job_id > ? ORDER BY j.job_id {rows.LIMIT}", (scopes, begin, limit))
    return [_job(row) for row in found]


def spend(db: sqlite3.Connection, scope_id: int, now: datetime, calls: int, tokens: int, most: int) -> bool:
    """Add to what a scope has used that day, unless its calls would be more than `most`."""
    day = (rows.micros(now) or 0) // _DAY
    db.execute("INSERT OR IGNORE INTO spent VALUES (?, ?, 0, 0)", (scope_id, day))
    changed = db.execute(
        "UPDATE spent SET calls = calls + ?, tokens = tokens + ? WHERE scope_id = ? AND day = ? AND (? = 0 OR calls + ? <= ?)",
        (calls, tokens, scope_id, day, calls, calls, most),
    )
    return changed.rowcount == 1


def counts(db: sqlite3.Connection, scopes: str) -> tuple[int, int, int, int]:
    """Return the calls and tokens used in scopes, and the jobs that wait and that were given up."""
    calls, tokens = db.execute(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(tokens), 0) FROM spent "
        "WHERE scope_id IN (SELECT value FROM json_each(?))",
        (scopes,),
    ).fetchone()
    queued, given_up = db.execute(
        "SELECT count(due_at), count(*) - count(due_at) FROM jobs "
        "WHERE scope_id IN (SELECT value FROM json_each(?))",
        (scopes,),
    ).fetchone()
    return calls, tokens, queued, given_up


def _job(row: Sequence[Any]) -> Job:
    id, labels, created, due, attempts, body, error, reply = row
    return Job(
        str(uuid.UUID(bytes=id)), rows.scope_of(labels), rows.at(created), rows.moment(due), json.loads(body),
        attempts, error, reply,
    )  # fmt: skip
