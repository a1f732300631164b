"""Who sees what, who may change what, and how a refusal tells what to do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from holdfast import Memory, Scope
from holdfast.errors import AccessDenied, HoldfastError, InvalidInput, NotFound
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock

CALLERS = {
    "ada": {"user": "ada"},
    "ada and core": {"user": "ada", "team": "core"},
    "ada, two teams": {"user": "ada", "team": ["core", "infra"]},
    "bob and core": {"user": "bob", "team": "core"},
    "nobody's project": {"project": "api"},
}
SEEN = {
    "ada": {"ada", "all"},
    "ada and core": {"ada", "core", "ada+core", "all"},
    "ada, two teams": {"ada", "core", "infra", "ada+core", "all"},
    "bob and core": {"core", "all"},
    "nobody's project": {"all"},
}


@pytest.fixture
def filled(memory: Memory) -> Memory:
    """One memory in each of several scopes, its text the name of the scope."""
    scopes = {
        "ada": Scope(user="ada"),
        "core": Scope(team="core"),
        "infra": Scope(team="infra"),
        "ada+core": Scope(user="ada", team="core"),
        "all": Scope.shared(),
    }
    memory.save_many(
        [{"text": text, "scope": scope, "slot": f"{text}.name"} for text, scope in scopes.items()]
    )
    return memory


@pytest.mark.parametrize("who", CALLERS)
def test_a_caller_sees_what_it_holds_every_label_of(filled: Memory, who: str) -> None:
    """List, search, current, changes, history, stats and overview all agree on what is visible."""
    caller = filled.scoped(**CALLERS[who])
    seen = SEEN[who]
    assert {item.text for item in caller.list()} == seen
    assert {hit.text for hit in caller.search("ada core infra all", k=50)} == seen
    assert {change.text for change in caller.changes()} == seen
    assert {name for name in SEEN["ada, two teams"] if caller.current(f"{name}.name")} == seen
    assert {name for name in SEEN["ada, two teams"] if caller.history(slot=f"{name}.name").items} == seen
    assert caller.stats().items == len(seen)
    assert sum(group.count for group in caller.overview() if group.by == "scope") == len(seen)


def test_exactly_these_labels(filled: Memory) -> None:
    """`scope=` on a read keeps items of exactly the labels named."""
    caller = filled.scoped(user="ada", team=["core", "infra"])
    assert {item.text for item in caller.list(scope=("team",))} == {"core", "infra"}
    assert {item.text for item in caller.list(scope=("user", "team"))} == {"ada+core"}
    assert {item.text for item in caller.list(scope=Scope.shared())} == {"all"}
    assert [hit.text for hit in caller.search("ada", scope=("user",))] == ["ada"]
    assert caller.current("core.name", scope=("user",)) is None
    assert [one.text for one in caller.history(slot="core.name", scope=Scope(team="core"))] == ["core"]
    with pytest.raises(InvalidInput, match="holds no label project"):
        caller.list(scope=("project",))
    with pytest.raises(AccessDenied, match="cannot read"):
        caller.list(scope=Scope(user="bob"))


def test_what_is_not_visible_is_not_found(filled: Memory) -> None:
    """Every verb that takes an id says the same of a memory that is hidden as of one that never was."""
    hidden = filled.list(under=Scope(user="ada")).items[0].id
    bob = filled.scoped(user="bob")
    calls = {
        "get": lambda id: bob.get(id),
        "get then": lambda id: bob.get(id, known_at=FrozenClock().now()),
        "history": lambda id: bob.history(id),
        "update": lambda id: bob.update(id, text="x", expected_version=7),
        "delete": lambda id: bob.delete(id, scope=("user",)),
        "restore": lambda id: bob.restore(id),
    }
    never = FrozenClock(seed=9).new_id()
    for call in calls.values():
        for id in (hidden, never):
            with pytest.raises(NotFound) as error:
                call(id)
            assert str(error.value) == str(NotFound(id))


def test_visible_is_not_writable(filled: Memory) -> None:
    """What belongs to the team is changed only by naming the team, and the refusal says how."""
    caller = filled.scoped(user="ada", team="core")
    for text, names in (("core", "('team',)"), ("ada", "('user',)"), ("all", "Scope.shared()")):
        item = next(one for one in caller.list() if one.text == text)
        for call in (
            lambda id=item.id: caller.update(id, tags=["x"]),
            lambda id=item.id: caller.delete(id),
        ):
            with pytest.raises(AccessDenied) as error:
                call()
            assert f"scope={names}" in str(error.value)
            assert item.id in str(error.value)
        named = eval(names, {"Scope": Scope})
        assert caller.update(item.id, tags=["x"], scope=named).scope == item.scope
        caller.delete(item.id, scope=named)
        with pytest.raises(AccessDenied):
            caller.restore(item.id)
        assert caller.restore(item.id, scope=named).text == text
    own = next(one for one in caller.list() if one.text == "ada+core")
    assert caller.update(own.id, tags=["mine"]).tags == ("mine",)


def test_a_save_names_one_scope(memory: Memory) -> None:
    """Without `scope` an item carries all labels; with it those named; several ids of a label must be resolved."""
    caller = memory.scoped(user="ada", team=["core", "infra"])
    with pytest.raises(InvalidInput, match=r"several ids.*scope=Scope"):
        caller.save("whose?")
    assert caller.save("mine", scope=("user",)).scope == Scope(user="ada")
    assert caller.save("theirs", scope=Scope(team="infra")).scope == Scope(team="infra")
    assert caller.save("for all", scope=Scope.shared()).scope == Scope.shared()
    assert memory.scoped(user="ada", team="core").save("both").scope == Scope(user="ada", team="core")
    with pytest.raises(AccessDenied, match="cannot write"):
        caller.save("not mine", scope=Scope(user="bob"))
    for slot in ({}, {"slot": "a.b", "value": 1}):
        batch = [
            {"text": "mine", "scope": ("user",)},
            {"text": "not mine", "scope": Scope(user="bob"), **slot},
        ]
        with pytest.raises(AccessDenied, match=r"items\[1\].*cannot write"):
            caller.save_many(batch)
    for bad in ("user", (), 5, ("nobody",)):
        with pytest.raises(InvalidInput) as error:
            caller.save("x", scope=bad)
        assert error.value.field == "scope"


def test_shared_is_written_out(memory: Memory) -> None:
    """The unscoped Memory does not guess who may see a memory."""
    with pytest.raises(InvalidInput, match=r"Scope\.shared\(\)"):
        memory.save("for whom?")
    with pytest.raises(InvalidInput, match=r"Scope\.shared\(\)"):
        Scope()
    assert memory.save("for everybody", scope=Scope.shared()).scope.names == ()
    assert memory.scoped(user="anyone").search("everybody")[0].text == "for everybody"


def test_under_is_for_the_administrator(filled: Memory, ada: ScopedMemory) -> None:
    """`under=` reads all that carries the labels, and what `scoped` returns does not have it."""
    assert {item.text for item in filled.list(under=Scope(user="ada"))} == {"ada", "ada+core"}
    assert {hit.text for hit in filled.search("ada core", under=Scope(team="core"))} == {"core", "ada+core"}
    assert filled.stats(under=Scope.shared()).items == 5
    assert {item.text for item in filled.list()} == {"all"}
    for verb in (
        "search",
        "list",
        "stats",
        "overview",
        "changes",
        "update_many",
        "delete_many",
        "get",
        "current",
    ):
        with pytest.raises(TypeError, match="only on the unscoped"):
            getattr(ada, verb)(under=Scope(user="ada"))
    with pytest.raises(InvalidInput, match="under"):
        filled.list(under=Scope(user=["ada", "bob"]))


def test_the_administrator_names_the_scope_it_changes(filled: Memory) -> None:
    """By naming an item's scope the unscoped Memory may change it; without, it is not found."""
    item = filled.list(under=Scope(user="ada")).items[0]
    with pytest.raises(NotFound):
        filled.delete(item.id)
    assert filled.update(item.id, tags=["seen"], scope=item.scope).tags == ("seen",)


def test_an_update_moves_a_memory(memory: Memory, clock: FrozenClock) -> None:
    """`update(scope=)` takes a memory out of one scope and into another, with its id and its past."""
    both, only = memory.scoped(user="ada", project="api"), memory.scoped(user="ada")
    item = both.save("the api listens on 8080")
    clock.advance(days=1)
    assert [one.text for one in only.list()] == []
    moved = both.update(item.id, scope=("user",))
    assert (moved.id, moved.scope, moved.version) == (item.id, Scope(user="ada"), 2)
    assert only.get(item.id) == both.get(item.id) == moved
    assert [hit.id for hit in both.search("8080")] == [item.id]
    assert next(iter(both.history(item.id))).verb == "save"
    pages = [both.history(item.id, limit=1)]
    while (following := pages[-1].next) is not None:
        pages.append(both.history(item.id, limit=1, cursor=following))
    whole = list(both.history(item.id))
    assert [change.item for page in pages for change in page] == [change.item for change in whole]
    assert [change.item.state for change in whole] == ["active", "deleted", "active"]
    for sort in ("id", "known_from"):
        rest = both.list(where={"exists": "state"}, sort=sort, limit=1)
        found = [*rest, *both.list(where={"exists": "state"}, sort=sort, limit=1, cursor=rest.next)]
        assert {one.scope for one in found} == {item.scope, moved.scope}
    with pytest.raises(NotFound):
        memory.restore(item.id, scope=Scope(user="ada", project="api"))
    with pytest.raises(AccessDenied, match="only the administrator moves it"):
        both.update(item.id, scope=("project",))
    assert both.get(item.id, known_at=clock.now() - timedelta(hours=1)).scope == item.scope


def test_too_many_labels(memory: Memory) -> None:
    """A caller whose labels have more than 1,024 subsets is refused, one of exactly 1,024 is served."""
    memory.save("hello", scope=Scope.shared())
    most = {f"label{n}": "x" for n in range(10)}
    assert [item.text for item in memory.scoped(**most).list()] == ["hello"]
    assert memory.scoped(**most).search("hello")[0].text == "hello"
    with pytest.raises(InvalidInput, match="1,024 subsets"):
        memory.scoped(**most, one_more="x")
    with pytest.raises(InvalidInput, match="1,024 subsets"):
        memory.scoped(team=[str(n) for n in range(1_024)])
    assert memory.scoped(team=[str(n) for n in range(1_023)]).list().items[0].text == "hello"


@pytest.mark.parametrize(
    "labels", [{"User": "a"}, {"actor": "a"}, {"user": ""}, {"user": 5}, {"user": []}, {"a b": "x"}]
)
def test_bad_labels(memory: Memory, labels: dict[str, object]) -> None:
    """A label name or id that cannot be stored is refused at once, naming it."""
    with pytest.raises((HoldfastError, TypeError), match=r"scope|actor"):
        memory.scoped(**labels)


def test_strange_ids_are_only_ids(memory: Memory) -> None:
    """Quotes, brackets, percent signs and other scripts in an id or a label's value mean nothing special."""
    names = ["a'b", 'a"b', "%", "*", "a,b", "{}", "Ada Lovelace", "アダ", "é", "e\u0301"]
    for name in names:
        memory.scoped(user=name).save(f"note of {name}")
    for name in names:
        assert [item.text for item in memory.scoped(user=name).list()] == [f"note of {name}"]
        assert [item.text for item in memory.list(under=Scope(user=name))] == [f"note of {name}"]
