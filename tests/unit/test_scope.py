"""Scopes and what a caller may name with them: who sees, who writes, and what is said to whom who may not."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.errors import AccessDenied, InvalidInput
from holdfast.testing import FrozenClock

ADA, TEAMS = Scope(user="ada"), Scope(user="ada", team=["infra", "core", "core"])


def test_a_scope_is_its_labels() -> None:
    """In any order and spelled either way; it shows how to write it, and its JSON form reads back."""
    assert (
        Scope(team=["core"], user="ada")
        == Scope(user="ada", team="core")
        == Scope.from_json({"team": "core", "user": "ada"})
    )
    assert len({Scope(user="a"), Scope(user=["a"]), Scope(user="b"), Scope(team="a")}) == 3
    assert repr(ADA) == "Scope(user='ada')"
    assert repr(TEAMS) == "Scope(team=['core', 'infra'], user='ada')"
    assert repr(Scope.shared()) == "Scope.shared()"
    assert TEAMS.to_json() == {"team": ["core", "infra"], "user": "ada"}
    assert Scope.from_json(TEAMS.to_json()) == TEAMS
    assert Scope.from_json({}) == Scope.shared() != ADA
    assert ADA != {"user": "ada"}
    assert (TEAMS.names, Scope.shared().names) == (("team", "user"), ())
    assert (TEAMS.single, ADA.single, Scope.shared().single) == (False, True, True)


def test_a_caller_sees_what_it_holds_every_label_of() -> None:
    """Every label and every id of it; nothing is asked of what carries none."""
    for item, seen in (
        (Scope.shared(), True), (ADA, True), (Scope(team="core"), True), (Scope(user="ada", team="infra"), True), (TEAMS, True),
        (Scope(user="bob"), False), (Scope(team="web"), False), (Scope(user="ada", team="web"), False),
        (Scope(user="ada", project="api"), False), (Scope(team=["core", "web"]), False),
    ):  # fmt: skip
        assert TEAMS.holds(item) == seen, item
    assert not Scope.shared().holds(ADA)


def test_what_is_visible_is_every_subset() -> None:
    """The most labels first, one scope for each combination of ids."""
    assert TEAMS.subsets() == (
        Scope(team="core", user="ada"), Scope(team="infra", user="ada"), Scope(team="core"), Scope(team="infra"), ADA, Scope.shared(),
    )  # fmt: skip
    assert Scope.shared().subsets() == (Scope.shared(),)


def test_picking_takes_the_labels_named() -> None:
    """In any order and once each; one that is not held is named."""
    assert TEAMS.pick(("user", "team", "user")) == (
        Scope(team="core", user="ada"),
        Scope(team="infra", user="ada"),
    )
    assert TEAMS.pick(()) == (Scope.shared(),)
    with pytest.raises(
        InvalidInput, match=r"scope: this caller holds no label org, project; it holds Scope\(user='ada'\)"
    ):
        ADA.pick(("user", "project", "org"))


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ({}, r"scope: has no labels; write Scope.shared\(\)"),
        ({"User": "a"}, "scope: 'User' is no label name"),
        ({"self": "a"}, "scope: 'self' cannot be a label name"),
        ({"user": ""}, "scope.user: is empty"),
        ({"user": []}, "scope.user: must be an id or a non-empty list"),
        ({"user": 7}, "scope.user: must be an id or a non-empty list"),
        ({"user": {"a"}}, "scope.user: must be an id or a non-empty list"),
        ({"user": ["a", "b\n"]}, "scope.user: must be one line"),
        ({"user": [f"u{n}" for n in range(1_024)]}, "scope: has more than 1,024 subsets"),
    ],
)
def test_labels_that_are_none(labels: dict[str, Any], match: str) -> None:
    """Each is refused with the label's name and what to do."""
    with pytest.raises(InvalidInput, match=match):
        Scope(**labels)


def test_just_as_many_subsets_as_are_allowed() -> None:
    """1,023 ids of one label and none are 1,024; two labels multiply."""
    assert len(Scope(user=[f"u{n}" for n in range(1_023)]).subsets()) == 1_024
    with pytest.raises(InvalidInput, match="subsets"):
        Scope(user=[f"u{n}" for n in range(31)], team=[f"t{n}" for n in range(32)])


@pytest.fixture
def memory() -> Any:
    """A store by words alone."""
    with Memory("sqlite://", embedder=None, clock=FrozenClock()) as opened:
        yield opened


def test_a_write_names_one_scope_that_is_held(memory: Memory) -> None:
    """All labels by default, some by name, or a scope as it is; several ids or one that is not held are refused."""
    ada = memory.scoped(TEAMS)
    assert ada.save("a", scope=("team", "user")[1:]).scope == ADA
    assert ada.save("b", scope=Scope(team="infra")).scope == Scope(team="infra")
    assert ada.save("c", scope=Scope.shared()).scope == Scope.shared()
    assert memory.scoped(ADA).save("d").scope == ADA
    assert memory.save("e", scope=Scope(user="bob")).scope == Scope(user="bob")
    for scope, match in (
        (
            None,
            r"scope: Scope\(team=\['core', 'infra'\], user='ada'\) has several ids .* scope=Scope\(team='core', user='ada'\)",
        ),
        (("team",), r"has several ids for a label; name one, e.g. scope=Scope\(team='core'\)"),
        (Scope(team=["core", "infra"]), "scope: an item has one id per label; .* has several"),
        ("user", r"scope: takes a Scope or label names such as \(\"team\",\)"),
        ((), "scope: takes a Scope or label names"),
        (7, "scope: takes a Scope or label names"),
        (("User",), "scope: 'User' is no label name"),
        (("project",), "holds no label project"),
    ):
        with pytest.raises(InvalidInput, match=match):
            ada.save("x", scope=scope)  # type: ignore[arg-type]
    with pytest.raises(
        AccessDenied, match=r"holds Scope\(user='ada'\), so it cannot write to Scope\(user='bob'\)"
    ):
        memory.scoped(ADA).save("x", scope=Scope(user="bob"))
    with pytest.raises(InvalidInput, match=r"scope: who may see this\? use scoped"):
        memory.save("x")


def test_a_read_names_scopes_that_are_held(memory: Memory) -> None:
    """Exactly the labels named, in each of several ids; the administrator reads any, and under labels."""
    for scope in TEAMS.subsets():
        memory.save(repr(scope), scope=scope)
    ada = memory.scoped(TEAMS)

    def read(**given: Any) -> set[str]:
        return {item.text for item in ada.list(**given).items}

    assert read() == {repr(scope) for scope in TEAMS.subsets()}
    assert read(scope=("team",)) == {"Scope(team='core')", "Scope(team='infra')"}
    assert read(scope=Scope(team=["core", "infra"])) == {"Scope(team='core')", "Scope(team='infra')"}
    assert read(scope=Scope.shared()) == {"Scope.shared()"}
    with pytest.raises(AccessDenied, match="so it cannot read"):
        ada.list(scope=Scope(user="bob"))
    assert len(memory.list(under=ADA).items) == 3
    assert len(memory.list(under=Scope.shared()).items) == 6
    assert [item.text for item in memory.list(scope=ADA).items] == ["Scope(user='ada')"]
    with pytest.raises(
        InvalidInput,
        match=r"^under: goes without scope: all that has these labels, or what has exactly those$",
    ):
        memory.list(under=ADA, scope=ADA)
    for under in (Scope(team=["core", "infra"]), ("user",), "ada"):
        with pytest.raises(InvalidInput, match="under: must be a Scope with one id per label"):
            memory.list(under=under)  # type: ignore[arg-type]


def test_visible_is_not_writable(memory: Memory) -> None:
    """Changed is what lies in the bound scope or the one named; the refusal names the memory, its scope and how to name it."""
    both = memory.scoped(user="ada", team="core")
    kept = {scope: memory.save("x", scope=scope) for scope in Scope(user="ada", team="core").subsets()}
    own, others = (
        kept[Scope(user="ada", team="core")],
        [one for one in kept.values() if one.scope.names != ("team", "user")],
    )
    assert both.update(own.id, tags=["y"]).version == 2
    for item in others:
        how = "Scope.shared()" if item.scope == Scope.shared() else repr(item.scope.names)
        with pytest.raises(AccessDenied) as refused:
            both.update(item.id, tags=["y"])
        assert (
            str(refused.value)
            == f"memory {item.id} belongs to {item.scope!r}; to change it, name that: scope={how}"
        )
        assert both.update(item.id, tags=["y"], scope=item.scope).version == 2
    with pytest.raises(AccessDenied, match=r"scope=\('team',\); only the administrator moves it from there"):
        both.update(
            next(one.id for one in others if one.scope == Scope(team="core")), tags=["z"], scope=("user",)
        )
    assert memory.scoped(TEAMS).update(own.id, tags=["z"]).version == 3
    with pytest.raises(AccessDenied, match=r"name that: scope=\('team',\)$"):
        both.delete(next(one.id for one in others if one.scope == Scope(team="core")), scope=("user",))
