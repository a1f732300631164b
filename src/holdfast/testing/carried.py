"""What must hold of an export: brought into a new store, it is the same memories, the same past and the same answers."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..memory import Memory
from ..types import Export, Scope


def exported(memory: Memory, **given: Any) -> tuple[bytes, Export]:
    """Return what a memory exports, and what it says of it."""
    file = io.BytesIO()
    made = memory.export(file, **{"under": Scope.shared(), **given})
    return file.getvalue(), made


def assert_carried(
    memory: Memory,
    other: Memory,
    callers: Iterable[Scope],
    queries: Iterable[str],
    moments: Iterable[datetime | None],
) -> None:
    """Bring everything of one memory into another, an empty one, and assert that nothing tells them apart."""
    lines, made = exported(memory)
    taken = other.import_items(io.BytesIO(lines))
    assert (taken.versions, taken.there, taken.digest) == (made.versions, 0, made.digest)
    again = other.import_items(io.BytesIO(lines))
    assert (again.versions, again.there, again.sightings) == (0, made.versions, 0)
    assert exported(other)[0] == lines, "an export of what was imported is another one"
    queries, moments = list(queries), list(moments)
    for scope in callers:
        one, two = memory.scoped(scope), other.scoped(scope)
        for moment in moments:
            readings: tuple[dict[str, Any], ...] = ({"known_at": moment}, {"valid_at": moment})
            for at in readings:
                assert one.list(limit=1_000, **at) == two.list(limit=1_000, **at), (scope, at)
                for query in queries:
                    found = [
                        [(hit.id, hit.score) for hit in side.search(query, k=20, **at)] for side in (one, two)
                    ]
                    assert found[0] == found[1], (scope, query, at)
