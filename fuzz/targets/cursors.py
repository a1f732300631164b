"""Cursors: what a caller hands back to go on from, as it is or as JSON that is encoded here like a true one."""

from __future__ import annotations

import base64
import functools

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, refusing, scalars, texts
from holdfast import Memory


@functools.cache
def _store() -> tuple[Memory, str]:
    """A store that is only read, and the id of a memory with a past."""
    memory = opened()
    ada = memory.scoped(user="ada")
    item = ada.save("the port is 1", slot="server.port", value=1)
    for n in range(3):
        ada.update(item.id, text=f"the port is {n}", value=n)
        ada.save(f"note {n}", kind="episode", observed_at=f"2025-01-0{n + 1}T00:00:00Z")
    return memory, item.id


def _true() -> list[bytes]:
    memory, id = _store()
    ada = memory.scoped(user="ada")
    pages = [ada.list(limit=1, sort=sort).next for sort in ("known_from", "observed_at", "valid_from", "id")]
    pages += [ada.history(id, limit=1).next, ada.changes(limit=1).next]
    return [base64.urlsafe_b64decode(one) for one in pages if one]


SEEDS = [*_true(), b"AAAA", b"[]", b'{"a": 1}']


def check(given: bytes) -> None:
    """Go on from it in every call that takes one."""
    memory, id = _store()
    ada = memory.scoped(user="ada")
    for cursor in (given.decode("utf-8", "replace"), base64.urlsafe_b64encode(given).decode()):
        for sort in ("known_from", "observed_at", "valid_from", "id"):
            with refusing():
                ada.list(limit=2, sort=sort, cursor=cursor)
        with refusing():
            ada.history(id, limit=2, cursor=cursor)
        with refusing():
            ada.changes(cursor, limit=2)
        with refusing():
            list(ada.watch(cursor, timeout=0))
        with refusing():
            ada.backlog(cursor=cursor)
        with refusing():
            ada.review(cursor=cursor)


def inputs() -> st.SearchStrategy[bytes]:
    """True cursors with other values in their places, and anything."""
    true = [one for one in map(loaded, _true()) if one is not None]

    @st.composite
    def changed(draw: st.DrawFn) -> object:
        one = draw(st.sampled_from(true))
        if isinstance(one, list) and one:
            at = draw(st.integers(0, len(one) - 1))
            return [*one[:at], draw(st.one_of(scalars, anything)), *one[at + 1 :]]
        return {**one, draw(texts): draw(anything)} if isinstance(one, dict) else draw(anything)

    return st.one_of(changed(), changed(), anything).map(dumped)
