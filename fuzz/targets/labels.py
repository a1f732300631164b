"""Labels of scopes, of callers and of what they save: a JSON object of the labels held, the labels named, and those asked under."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, refusing, texts, writing
from holdfast import Scope

SEEDS = [
    b'{"held": {"user": "ada", "team": ["core", "infra"]}, "named": ["user"], "under": {"user": "ada"}}',
    b'{"held": {"user": "\\u202eada", "x1": "\\ud83d\\ude00"}, "named": ["user", "x1"], "under": {}}',
    b'{"held": {"actor": "a"}, "named": [], "under": {"self": "x"}}',
    b'{"held": {"user": ["a", "a", "b"]}, "named": {"user": "a"}, "under": {"user": ["a"]}}',
]


def check(given: bytes) -> None:
    """Bind a caller, write and read in the scope it names, and let nobody without the labels see it."""
    read = loaded(given)
    if not isinstance(read, dict):
        return
    with opened() as memory:
        caller: Any = None
        with refusing():
            held = (
                Scope.from_json(read["held"])
                if isinstance(read.get("held"), dict)
                else Scope(user=read.get("held"))
            )
            assert Scope.from_json(held.to_json()) == held
            caller = memory.scoped(held)
        if caller is None:
            return
        named = read.get("named")
        with writing(memory):
            scope = Scope.from_json(named) if isinstance(named, dict) else named
            item = caller.save("the port is 1", scope=scope, slot="server.port", value=1)
            assert held.holds(item.scope)
            assert [hit.id for hit in caller.search("port")] == [item.id]
            assert caller.get(item.id) == item
            stranger = memory.scoped(user="somebody else altogether")
            assert bool(stranger.search("port")) == (item.scope == Scope.shared())
        with refusing():
            under = (
                Scope.from_json(read["under"]) if isinstance(read.get("under"), dict) else read.get("under")
            )
            if under is not None:
                memory.list(under=under)
                memory.erase(under=under)


def inputs() -> st.SearchStrategy[bytes]:
    """Names and ids of every kind, in every place."""
    name = st.one_of(st.sampled_from(["user", "team", "project", "agent", "actor", "self", "scope"]), texts)
    id = st.one_of(texts, st.lists(texts, max_size=3), anything)
    labels = st.one_of(st.dictionaries(name, id, max_size=3), anything)
    return st.fixed_dictionaries(
        {"held": labels, "named": st.one_of(st.none(), st.lists(name, max_size=3), labels), "under": st.one_of(labels, st.none())}
    ).map(dumped)  # fmt: skip
