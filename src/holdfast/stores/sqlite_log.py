"""A page of the log of several scopes: what was written after the marks of a cursor, and where something was erased since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..marks import Logged, Mark, Told
from ..ports import Reach
from ..types import Change, Erased, Scope
from . import sqlite_rows as rows
from .sqlite_search import Seen

Read = Callable[[Seen, int, int], list[tuple[int, Change]]]


def page(scopes: Sequence[Seen], reach: Reach, since: Mapping[Scope, Mark], limit: int, read: Read) -> Logged:
    """Return a page over `scopes`; `read` gives a scope's changes after a position, at most so many, with their positions."""
    here = {rows.scope_of(one.labels): one for one in scopes}
    gone = [
        scope for scope in since if scope not in here and since[scope].position and _reaches(reach, scope)
    ]
    marks = {scope: mark for scope, mark in since.items() if scope not in gone}
    told, left = [Told(Erased(scope), scope, None) for scope in gone], limit
    for scope, seen in here.items():
        before = since.get(scope, Mark(0))
        now = Mark(seen.position, seen.epoch)
        mark = marks[scope] = Mark(before.position if before.era in (None, now.era) else 0, seen.epoch)
        if before.erasures not in (None, now.erasures):
            told.append(Told(Erased(scope), scope, mark))
        if not left or mark.position >= seen.position:
            continue
        found = read(seen, mark.position, left)
        told += [Told(change, scope, Mark(at, seen.epoch)) for at, change in found]
        left -= len(found)
        marks[scope] = Mark(seen.position if left else found[-1][0], seen.epoch)
    return Logged(tuple(told), marks)


def _reaches(reach: Reach, scope: Scope) -> bool:
    """Whether a scope would be in reach, if there were one of these labels."""
    if reach.visible is not None:
        return reach.visible.holds(scope)
    if reach.exactly is not None:
        return scope in reach.exactly
    return reach.under is not None and scope.holds(reach.under)
