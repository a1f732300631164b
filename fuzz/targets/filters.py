"""Filters as JSON, parsed and run: read back the same, refused with `BadFilter`, and selecting what the words of the docs select."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, refusing, scalars, texts
from holdfast import Memory, Scope
from holdfast.filters import (
    LIST_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
    fits,
    names,
    parse,
    to_json,
)
from holdfast.testing.doubles import START

SEEDS = [
    b'{"eq": {"kind": "fact"}}',
    b'{"and": [{"in": {"kind": ["fact", "episode"]}}, {"range": {"importance": {"gte": 0.5}}}, {"not": {"contains": {"tags": "x"}}}]}',
    b'{"or": [{"exists": "metadata.n"}, {"eq": {"value.a": 1}}, {"range": {"valid_from": {"lt": "2026-02-01T00:00:00+00:00"}}}]}',
    b'{"contains": {"text": "\\ud83d\\ude00"}}',
    b'{"eq": {"labels.user": "ada"}}',
    b'{"eq": {"metadata.deep.list": "tv\\u00e5"}}',
    b'{"in": {"state": ["deleted", "active"]}}',
    b'{"range": {"metadata.n": {"gt": -1e308, "lte": 9223372036854775807}}}',
]
# What the oracle reads off an item alone; the others are the store's to say.
_TOLD = {"known_to", "state", "source.lineage", "conflicts_with", "version"}


@functools.cache
def _store() -> tuple[Memory, list[Any]]:
    """A store that is only read: every input is asked of the same one."""
    memory = opened()
    for n in range(6):
        memory.save(
            ("Green tea", "the port is 1", "50% of_all * \u202eodd", "İß 😀", "x" * 500, 'say "no"')[n],
            scope=Scope(user=("ada", "bob")[n % 2]), kind=("fact", "episode", "preference")[n % 3],
            slot=None if n % 3 == 1 else f"server {n}.port", value=(1, True, "1", {"a": 1}, 1.5, None)[n],
            tags=("x", "y")[: n % 3], importance=n / 5, thread=("one", None)[n % 2], turn=n if n % 3 == 1 else None,
            metadata=({}, {"n": 1, "deep": {"list": [1, "två", None, True]}}, {"n": "1"}, {"n": None, "on": True}, {"n": 1.5}, {"s": "abc"})[n],
            valid_from=START + timedelta(hours=n), source={"ref": f"row {n}", "message_ids": ["m"] * (n % 2)},
        )  # fmt: skip
    items = memory.list(where={"not": {"exists": "known_to"}}, under=Scope.shared(), limit=1_000).items
    return memory, list(items)


def check(given: bytes) -> None:
    """Parse, write back, run in `list` and `search`, and compare with the oracle."""
    where = loaded(given)
    memory, items = _store()
    parsed = None
    with refusing():
        parsed = parse(where)
    if parsed is None:
        return
    assert parse(to_json(parsed)) == parsed
    with refusing():
        found = memory.list(where=where, under=Scope.shared(), limit=1_000).items
        memory.search("tea", where=where, under=Scope.shared())
        if not names(parsed) & _TOLD:
            wanted = {one.id for one in items if fits(one, parsed)}
            assert {one.id for one in found} == wanted, f"{to_json(parsed)} selects otherwise"


def inputs() -> st.SearchStrategy[bytes]:
    """Trees of conditions on fields there are and are not, with values of every type; and anything at all."""
    field = st.one_of(
        st.sampled_from(sorted(TEXT_FIELDS | NUMBER_FIELDS | TIME_FIELDS | LIST_FIELDS | {"value"})),
        st.sampled_from(["metadata.n", "metadata.deep.list", "metadata.on", "value.a", "labels.user", "metadata.s"]),
        texts.map("metadata.".__add__), texts,
    )  # fmt: skip
    value = st.one_of(scalars, st.sampled_from([1, True, "1", 1.5, "x", "fact", "2026-01-01T12:00:00+00:00"]))
    bounds = st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), value, min_size=1)

    def one(operator: str, body: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.builds(lambda name, inner: {operator: {name: inner}}, field, body)

    condition = st.one_of(
        one("eq", value), one("contains", value), one("in", st.lists(value, max_size=4)), one("range", bounds),
        field.map(lambda name: {"exists": name}),
    )  # fmt: skip
    tree = st.recursive(
        condition,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda parts: {"and": parts}),
            st.lists(inner, max_size=3).map(lambda parts: {"or": parts}),
            inner.map(lambda part: {"not": part}),
        ),
    )
    return st.one_of(tree, tree, anything).map(dumped)
