"""The rules of a store: every kind through the verbs, what is held, and that all openings go by them at their next write."""

from __future__ import annotations

import io
import json
import multiprocessing
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.attributes import Attribute
from holdfast.errors import AccessDenied, ConfigError, InvalidInput, NotFound, PolicyViolation
from holdfast.filters import And
from holdfast.memory import ScopedMemory
from holdfast.testing import FakeModel, FrozenClock, HashingEmbedder

ADA = {"user": "ada"}


def refused(call: Callable[[], Any], rule: str) -> PolicyViolation:
    """Return the error of a call that a rule refuses, which names it."""
    with pytest.raises(PolicyViolation, match=f"rule '{rule}'") as caught:
        call()
    assert caught.value.rule == rule
    return caught.value


# -- retention -----------------------------------------------------------------------------------------------------


def test_what_has_a_time_to_live_expires(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """A memory that says no end gets one; it is in no answer after it, before anybody cleans up."""
    memory.policy(set={"name": "short", "rule": "retention", "under": ADA, "kind": "working", "ttl": "7d"})
    item = ada.save("the build is red", kind="working")
    own = ada.save("the door code changes", kind="working", expires_at=clock.now() + timedelta(days=30))
    fact = ada.save("the build has 3 steps")
    theirs = memory.scoped(user="bob").save("the build is green", kind="working")
    assert item.expires_at == clock.now() + timedelta(days=7)
    assert (fact.expires_at, theirs.expires_at) == (None, None)
    clock.advance(days=8)
    assert {one.id for one in ada.list()} == {own.id, fact.id}
    assert item.id not in [hit.id for hit in ada.search("build red", k=9)]
    with pytest.raises(NotFound):
        ada.get(item.id)


def test_the_narrowest_time_to_live_decides(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """More labels win, then more of kind and tag, then the shortest."""
    for name, terms in {
        "all": {"ttl": "30d"},
        "all notes": {"kind": "working", "ttl": "10d"},
        "ada": {"under": ADA, "ttl": "90d"},
        "ada news": {"under": ADA, "tag": "news", "ttl": "2d"},
        "ada news too": {"under": ADA, "tag": "news", "ttl": 86_400},
    }.items():
        memory.policy(set={"name": name, "rule": "retention", **terms})
    bob = memory.scoped(user="bob")
    lives = [
        bob.save("one").expires_at, bob.save("two", kind="working").expires_at,
        ada.save("three", kind="working").expires_at, ada.save("four", tags=["news"]).expires_at,
    ]  # fmt: skip
    assert [at and (at - clock.now()).days for at in lives] == [30, 10, 90, 1]


def test_maintain_lets_go_what_was_there_before_the_rule(
    memory: Memory, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """By age since it was first saved, and by number, oldest first; proposed in the dry run, taken back by undo."""
    old = ada.save("first words", kind="working")
    clock.advance(days=5)
    ada.update(old.id, text="other words")
    kept = [ada.save(f"note {n}", kind="procedure", tags=["log"]).id for n in range(4)]
    memory.policy(set={"name": "age", "rule": "retention", "kind": "working", "ttl": "6d"})
    memory.policy(set={"name": "few", "rule": "retention", "tag": "log", "most": 2})
    assert [one.reason[:10] for one in ada.maintain().changes] == ["rule 'few'"] * 2
    clock.advance(days=2)
    proposed = ada.maintain()
    gone = {one.before[0].id for one in proposed.changes}
    assert gone == {old.id, *kept[:2]}
    assert {one.action for one in proposed.changes} == {"retain"}
    assert "rule 'age'" in str(proposed)
    assert len(ada.list()) == 5, "a dry run"
    done = ada.maintain(dry_run=False)
    assert done.id is not None
    assert {item.id for item in ada.list()} == set(kept[2:])
    assert {item.id for item in ada.undo(done.id)} == gone
    assert len(ada.list()) == 5


# -- who may write -------------------------------------------------------------------------------------------------


def test_only_the_owner_writes_over(memory: Memory) -> None:
    """Others may add, and may not change, delete, end or move; of another kind everybody may, and changing the kind is no way round."""
    memory.policy(set={"name": "mine", "rule": "write", "kind": "preference", "who": "owner"})
    one, two = (memory.scoped(team="core", actor=name) for name in ("one", "two"))
    item = one.save("Tabs", kind="preference", slot="editor.indent", value="tabs")
    for change in (
        lambda: two.update(item.id, text="Spaces", value="spaces"),
        lambda: two.update(item.id, kind="fact"),
        lambda: two.update(item.id, tags=["x"]),
        lambda: two.delete(item.id),
        lambda: two.delete_many({"eq": {"kind": "preference"}}),
        lambda: two.save("Spaces", kind="preference", slot="editor.indent", value="spaces"),
        lambda: memory.update(item.id, tags=["x"], scope=Scope(team="web")),
    ):
        assert refused(change, "mine").ids == (item.id,)
    assert two.save("Likes dark screens", kind="preference").owner == "two"
    fact = one.save("The port is 1", slot="api.port", value=1)
    assert two.update(fact.id, tags=["x"]).version == 2
    again = one.save("Spaces", kind="preference", slot="editor.indent", value="spaces")
    assert one.delete(again.id).state == "deleted"


def test_what_is_append_only_stays(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """Nothing is changed or deleted; a new value ends the old one, which keeps its words; retention still takes it away."""
    memory.policy(set={"name": "log", "rule": "write", "under": ADA, "who": "append"})
    first = ada.save("Port 1", slot="api.port", value=1)
    clock.advance(hours=1)
    second = ada.save("Port 2", slot="api.port", value=2)
    assert ada.current("api.port") == second
    assert [one.item.state for one in ada.history(first.id)][-1] == "superseded"
    refused(lambda: ada.update(second.id, tags=["x"]), "log")
    refused(lambda: ada.delete(second.id), "log")
    refused(lambda: ada.undo(second.id), "log")
    ada.save("Port 2.", slot=None)
    ada.save("port 2")
    assert not ada.maintain(), "twins stay apart"
    memory.policy(set={"name": "few", "rule": "retention", "most": 1})
    assert ada.maintain(dry_run=False).id is not None
    assert len(ada.list()) == 1
    memory.policy(
        set={"name": "but these", "rule": "write", "under": ADA, "kind": "working", "who": "anyone"}
    )
    note = ada.save("a note", kind="working")
    assert ada.update(note.id, text="another").version == 2


def test_what_observe_hears_is_kept_without_what_a_rule_refuses(memory: Memory) -> None:
    """The words stay, whole and searchable; what would follow out of them is skipped, and says which rule."""
    memory.policy(set={"name": "mine", "rule": "write", "kind": "fact", "who": "owner"})
    one, two = (memory.scoped(project="api", actor=name) for name in ("one", "two"))
    one.observe("The server port is 8080.")
    (held,) = one.list(kinds=["fact"])
    seen = two.observe("The server port is 9090. The server host is alpha.")
    assert len(seen.episodes) == 1
    outcomes = {(one.outcome, "rule 'mine'" in one.reason) for one in seen.judgements}
    assert outcomes == {("skipped", True), ("added", False)}
    assert two.get(held.id).valid_to is None
    assert two.search("server port 9090")[0].id == seen.episodes[0].id


def test_what_a_model_drafts_is_held_against_the_rules(clock: FrozenClock) -> None:
    """A draft that breaks a rule is skipped, and its job is done."""
    drafted = {"message": 0, "quote": "the hall lamp burns 42 watts", "kind": "fact", "entity": "lamp", "attribute": "watts", "value": 42}  # fmt: skip
    model = FakeModel([{"memories": [drafted]}])
    with Memory("sqlite://", embedder=None, clock=clock, model=model) as memory:
        memory.policy(set={"name": "words", "rule": "schema", "slot": "*.watts", "value": {"type": "string"}})
        seen = memory.scoped(**ADA).observe("So the hall lamp burns 42 watts, oh well.")
        assert [one.reason for one in seen.judgements if "words" in one.reason] == ["rule 'words' refuses it"]
        assert memory.scoped(**ADA).list(kinds=["fact"]).items == ()
        assert memory.scoped(**ADA).backlog().items == ()


# -- schemas -------------------------------------------------------------------------------------------------------


def test_values_and_metadata_fit_their_schema(memory: Memory, ada: ScopedMemory) -> None:
    """A value of a slot, of any entity's attribute, and metadata of a kind; the error says which part, and no word of it."""
    memory.policy(set={"name": "ports", "rule": "schema", "slot": "*.port",
                       "value": {"type": "integer", "minimum": 1, "maximum": 65_535}})  # fmt: skip
    memory.policy(
        set={"name": "steps", "rule": "schema", "kind": "procedure", "metadata": {"required": ["runbook"]}}
    )
    ada.save("Port 80", slot="api.port", value=80)
    for value in (0, "zqsecret", None, True):
        error = refused(lambda value=value: ada.save("zqsecret", slot="web.port", value=value), "ports")
        assert "zqsecret" not in str(error)
    assert "maximum of the schema" in str(
        refused(lambda: ada.save("x", slot="b.port", value=70_000), "ports")
    )
    refused(lambda: ada.save_many([{"text": "fine"}, {"text": "do it", "kind": "procedure"}]), "steps")
    assert len(ada.list()) == 1, "a batch is all or nothing"
    item = ada.save("do it", kind="procedure", metadata={"runbook": "r1"})
    refused(lambda: ada.update(item.id, metadata={}), "steps")
    plain = ada.save("do that")
    refused(lambda: ada.update(plain.id, kind="procedure"), "steps")
    for dry in (True, False):
        refused(lambda dry=dry: ada.update_many(And(), {"kind": "procedure"}, dry_run=dry), "steps")


def test_an_old_value_that_does_not_fit_can_still_be_ended(
    memory: Memory, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """A schema is for what is said from now on: a slot is not stuck with what was said before."""
    old = ada.save("Port ten", slot="api.port", value="ten")
    memory.policy(set={"name": "ports", "rule": "schema", "slot": "api.port", "value": {"type": "integer"}})
    clock.advance(hours=1)
    assert ada.save("Port 10", slot="api.port", value=10).supersedes == old.id
    assert ada.delete(ada.save("other", slot="b.port", value="x").id).state == "deleted"


def test_a_schema_refers_to_nothing_outside_itself(memory: Memory, ada: ScopedMemory) -> None:
    """What would be fetched, and what is no schema, is refused when it is set; a reference that leads nowhere, or round, when it is met."""
    ref = {"$defs": {"p": {"type": "integer"}}, "$ref": "#/$defs/p"}
    rule = {"name": "s", "rule": "schema", "slot": "a.b"}
    for schema, said in (
        ({"$ref": "https://example.org/x"}, "must hold all"),
        ({"type": "nosuch"}, "no JSON Schema"),
        ([], "object"),
    ):
        with pytest.raises(InvalidInput, match=said):
            memory.policy(set={**rule, "value": schema})
    memory.policy(set={**rule, "value": ref})
    ada.save("five", slot="a.b", value=5)
    refused(lambda: ada.save("six", slot="a.b", value="six"), "s")
    memory.policy(set={**rule, "value": {"$ref": "#/nowhere"}})
    assert "leads nowhere" in str(refused(lambda: ada.save("six", slot="a.b", value=6), "s"))
    memory.policy(set={**rule, "value": {"allOf": [{"$ref": "#"}]}})
    assert "back to itself" in str(refused(lambda: ada.save("six", slot="a.b", value=6), "s"))
    assert "back to itself" in memory.policy(check=True).breaches[0].problem
    memory.policy(set={**rule, "value": {"properties": {"a": {"$ref": "#"}}}})  # each step goes deeper
    assert ada.save("seven", slot="a.b", value={"a": {"a": 7}}).value == {"a": {"a": 7}}


def test_without_the_library_a_schema_is_no_open_door(
    memory: Memory, ada: ScopedMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what reads schemas is not installed, what one would have to fit is refused, and the error says what to install."""
    from holdfast import policy

    memory.policy(set={"name": "s", "rule": "schema", "slot": "a.b", "value": {"type": "integer"}})
    policy._loaded.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "jsonschema", None)
    with pytest.raises(ConfigError, match=r"holdfast\[schema\]"):
        ada.save("five", slot="a.b", value=5)
    assert ada.save("five").id


# -- quotas --------------------------------------------------------------------------------------------------------


def test_a_scope_holds_no_more_than_its_quota(memory: Memory, ada: ScopedMemory) -> None:
    """By number and by bytes, each scope for itself; what was fuller before may shrink and change, not grow."""
    memory.policy(set={"name": "small", "rule": "quota", "items": 3, "bytes": 40})
    ada.save_many([{"text": f"é{n}"} for n in range(3)])
    refused(lambda: ada.save("one more"), "small")
    assert ada.save("é1").sightings == 2, "said again it is no other memory"
    memory.scoped(user="ada", project="api").save("in a scope of its own")
    first = ada.list().items[0]
    refused(lambda: ada.update(first.id, text="x" * 40), "small")
    memory.policy(set={"name": "small", "rule": "quota", "items": 1})
    assert ada.update(first.id, text="changed").version == 2
    ada.delete(first.id)
    refused(lambda: ada.restore(first.id), "small")
    refused(lambda: ada.observe("more words"), "small")


def test_sixteen_writers_do_not_exceed_a_quota(url: str, memory: Memory) -> None:
    """The count is made in the transaction that writes."""
    memory.policy(set={"name": "ten", "rule": "quota", "items": 10})
    done: list[int] = []

    def write(n: int) -> None:
        for i in range(4):
            try:
                memory.scoped(**ADA).save(f"note {n} {i}")
                done.append(1)
            except PolicyViolation:
                continue

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == len(memory.scoped(**ADA).list(limit=100)) == 10


# -- what is the whole store's -------------------------------------------------------------------------------------


def test_what_is_masked_is_a_rule_too(url: str, clock: FrozenClock) -> None:
    """A rule stands between the argument and the default; also for reasons and for queries that are kept."""
    with (
        Memory(url, embedder=None, clock=clock) as memory,
        Memory(url, embedder=None, policy={"email": "allow"}) as own,
    ):
        ada = memory.scoped(**ADA)
        before = ada.save("write to ann@example.org")
        memory.policy(set={"name": "mail", "rule": "redact", "class": "email", "action": "redact"})
        item = ada.save("write to bob@example.org", reason="asked by bob@example.org")
        assert item.text == "write to [redacted:email]"
        assert "example.org" not in json.dumps(ada.history(item.id).to_json())
        assert "example.org" not in json.dumps(ada.search("bob@example.org").receipt.to_json())
        assert "example.org" in own.scoped(**ADA).save("or to eve@example.org").text
        found = memory.policy(check=True).breaches
        assert {(one.rule, one.id) for one in found} >= {("mail", before.id)}
        memory.policy(remove="mail")
        assert "example.org" in ada.save("write to dan@example.org").text


def test_how_many_values_an_attribute_has_is_a_rule_too(url: str, clock: FrozenClock) -> None:
    """A row of the store wins over the shipped table, an argument over the row."""
    with Memory(url, embedder=None, clock=clock) as memory:
        memory.policy(set={"name": "ports", "rule": "attribute", "attribute": "port", "many": True})
        memory.policy(set={"name": "hobby", "rule": "attribute", "attribute": "hobby", "many": False})
        ada = memory.scoped(**ADA)
        for n in range(2):
            ada.save(f"port {n}", slot="api.port", value=n)
            ada.save(f"hobby {n}", slot="ada.hobby", value=n)
            clock.advance(hours=1)
        live = sorted(item.text for item in ada.list())
        assert live == ["hobby 1", "port 0", "port 1"]
        rows = {"port": Attribute()}
        with Memory(url, embedder=None, clock=clock, attributes=rows) as other:
            other.scoped(**ADA).save("web 1", slot="web.port", value=1)
            clock.advance(hours=1)
            other.scoped(**ADA).save("web 2", slot="web.port", value=2)
            assert [item.text for item in ada.list(where={"eq": {"entity": "web"}})] == ["web 2"]


def test_how_long_a_receipt_is_kept_is_a_rule_too(
    memory: Memory, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """After that it is not found."""
    ada.save("tea")
    memory.policy(set={"name": "r", "rule": "receipts", "ttl": "2h"})
    kept = ada.search("tea", keep=True).receipt.id
    clock.advance(hours=1)
    assert ada.explain(kept).lines
    clock.advance(hours=2)
    with pytest.raises(NotFound):
        ada.explain(kept)


# -- holds ---------------------------------------------------------------------------------------------------------


def test_what_is_held_stays(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """Erase by id, filter and scope, delete by filter, maintain and retention leave it and say so; released, it goes."""
    item = ada.save("the contract was signed", kind="working")
    other = memory.scoped(user="ada", project="api").save("the contract is void")
    (hold,) = memory.hold(under=Scope(user="ada", project="api"), reason="case 12")
    (both,) = (
        one for one in memory.hold(under=Scope(user="ada"), name="all", reason="case 13") if one.name == "all"
    )
    memory.policy(set={"name": "short", "rule": "retention", "kind": "working", "ttl": "1d"})
    clock.advance(days=2)
    for erased in (
        ada.erase(item.id), ada.erase(where={"exists": "text"}),
        memory.erase(under=Scope(user="ada")), memory.erase(under=Scope(user="ada"), dry_run=True),
        memory.erase(where={"exists": "text"}, under=Scope.shared()),
    ):  # fmt: skip
        assert erased.ids == ()
        assert (item.id, "all", "case 13") in [(one.id, one.hold, one.reason) for one in erased.held]
    left = ada.delete_many({"exists": "text"})
    assert (left.ids, [one.id for one in left.held]) == ((), [item.id])
    done = ada.maintain(dry_run=False)
    assert not done
    assert [one.hold for one in done.held] == ["all"]
    assert "held" in str(done)
    assert ada.save("more words", kind="working").expires_at is None, "what is held does not expire"
    gone = ada.delete(item.id)
    assert ada.restore(gone.id).text == item.text, "a delete is a version, and keeps the words"

    memory.hold(release="all", reason="case closed")
    assert [one.name for one in memory.hold()] == [hold.name]
    assert item.id in [one.before[0].id for one in ada.maintain().changes]
    erased = memory.erase(under=Scope(user="ada"))
    assert item.id in erased.ids
    assert [(one.id, one.hold) for one in erased.held] == [(other.id, hold.name)]
    assert memory.get(other.id, under=Scope.shared()).text == other.text
    assert both.set_at is not None


def test_what_was_derived_and_what_moved_is_held_too(memory: Memory, ada: ScopedMemory) -> None:
    """A memory with a version in a scope that is held stays whole; what it was derived from goes."""
    work = memory.scoped(user="ada", project="api")
    source = ada.save("words from a mail")
    derived = work.save("what was read from it", source={"lineage": [source.id]})
    moved = work.save("moved on")
    memory.hold(under=Scope(project="api"), name="h")
    memory.update(moved.id, scope=Scope(user="ada"))
    erased = ada.erase(source.id)
    assert erased.ids == (source.id,)
    both = memory.erase(where={"exists": "text"}, under=Scope(user="ada"))
    assert {one.id for one in both.held} == {derived.id, moved.id}
    assert ada.get(moved.id).text == "moved on"
    assert work.get(derived.id).text == "what was read from it"


def test_rules_and_holds_are_the_administrators(memory: Memory, ada: ScopedMemory) -> None:
    """A scoped caller has neither verb; what is wrong with a rule is said by name."""
    assert not hasattr(ada, "policy")
    assert not hasattr(ada, "hold")
    for verb in (ada._engine.policy, ada._engine.hold):
        with pytest.raises(AccessDenied):
            verb().send(None)
    memory.hold(under=Scope(**ADA), name="h")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "policy.rule"),
        ({"name": "x", "rule": "nosuch"}, "policy.rule"),
        ({"rule": "quota", "items": 1}, "policy.name"),
        ({"name": "x", "rule": "quota"}, "items or bytes"),
        ({"name": "x", "rule": "quota", "items": 0}, "policy.items"),
        ({"name": "x", "rule": "quota", "items": 1, "ttl": "1d"}, "no term"),
        ({"name": "x", "rule": "retention", "ttl": "soon"}, "30d"),
        ({"name": "x", "rule": "retention", "ttl": "1d", "kind": "note"}, "policy.kind"),
        ({"name": "x", "rule": "write", "who": "me"}, "policy.who"),
        ({"name": "x", "rule": "redact", "class": "nosuch", "action": "redact"}, "class"),
        ({"name": "x", "rule": "redact", "class": "email", "action": "redact", "under": ADA}, "whole store"),
        ({"name": "x", "rule": "attribute", "attribute": "port", "life": -1}, "life"),
        ({"name": "x", "rule": "schema", "value": {}}, "policy.slot"),
        ({"name": "x", "rule": "hold", "under": ADA}, "hold"),
        ({"name": "h", "rule": "quota", "items": 1}, "taken"),
        ({"name": "x", "rule": "quota", "items": 1, "under": {"user": ["a", "b"]}}, "one id"),
    ]
    for rule, said in wrong:
        with pytest.raises(InvalidInput, match=said):
            memory.policy(set=rule)
    for call in (lambda: memory.policy(remove="h"), lambda: memory.policy(remove="x"), lambda: memory.hold(release="x"),
                 lambda: memory.hold(name="y"), lambda: memory.policy(set={}, remove="x")):  # fmt: skip
        with pytest.raises(InvalidInput):
            call()
    assert [one.name for one in memory.policy().rules] == ["h"]


# -- changing, checking, everywhere --------------------------------------------------------------------------------


def test_a_change_says_who_when_and_why(url: str, clock: FrozenClock) -> None:
    """Rules in force say who set them; the history has every change, also of what is gone, also after reopening."""
    with Memory(url, embedder=None, clock=clock, actor="root") as memory:
        memory.policy(set={"name": "q", "rule": "quota", "items": 5}, reason="small disk")
        clock.advance(hours=1)
        memory.policy(set={"name": "q", "rule": "quota", "items": 9})
        memory.policy(remove="q", reason="new disk")
    with Memory(url, embedder=None, clock=clock) as memory:
        assert memory.policy().rules == ()
        told = memory.policy(history=True).rules
        assert [(one.terms.get("items"), one.actor, one.reason, one.removed) for one in told] == [
            (5, "root", "small disk", False), (9, "root", None, False), (None, "root", "new disk", True),
        ]  # fmt: skip
        assert told[0].set_at == clock.now() - timedelta(hours=1)


def test_check_lists_what_breaks_a_rule(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """Over all scopes: schemas, quotas, retention; what is held has not outlived anything."""
    port = ada.save("Port ten", slot="api.port", value="ten")
    old = memory.scoped(user="bob").save("old", kind="working")
    held = memory.scoped(user="eve").save("old too", kind="working")
    clock.advance(days=3)
    assert memory.policy(check=True).breaches == ()
    memory.policy(set={"name": "ports", "rule": "schema", "slot": "*.port", "value": {"type": "integer"}})
    memory.policy(set={"name": "age", "rule": "retention", "kind": "working", "ttl": "2d"})
    memory.policy(set={"name": "full", "rule": "quota", "under": {"user": "bob"}, "bytes": 2})
    memory.hold(under=Scope(user="eve"))
    found = memory.policy(check=True)
    assert {(one.rule, one.id) for one in found.breaches} == {
        ("ports", port.id),
        ("age", old.id),
        ("full", None),
    }
    assert not found.more
    assert held.id not in json.dumps(found.to_json())
    assert memory.policy(check=True, limit=1).more


def test_every_opening_goes_by_a_change_at_its_next_write(url: str, clock: FrozenClock) -> None:
    """Whoever had the store open before the rule was set."""
    with Memory(url, embedder=None, clock=clock) as one, Memory(url, embedder=None, clock=clock) as two:
        two.scoped(**ADA).save("first")
        one.policy(set={"name": "q", "rule": "quota", "items": 1})
        refused(lambda: two.scoped(**ADA).save("second"), "q")
        one.policy(remove="q")
        assert two.scoped(**ADA).save("second").version == 1


class _Meanwhile(HashingEmbedder):
    """An embedder in whose first call something else happens: after the draft was masked, before it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.then: Callable[[], Any] | None = None

    def embed(self, texts: Any) -> Any:
        then, self.then = self.then, None
        if then is not None:
            then()
        return super().embed(texts)


@pytest.mark.parametrize("verb", ["save", "save_many", "observe", "update", "merge"])
def test_a_rule_set_while_something_is_written_holds_for_it(url: str, clock: FrozenClock, verb: str) -> None:
    """What was decided under the rules before is decided anew: nothing is committed after a rule that breaks it."""
    meanwhile = _Meanwhile()
    with (
        Memory(url, embedder=meanwhile, clock=clock) as memory,
        Memory(url, embedder=None, clock=clock) as other,
    ):
        ada = memory.scoped(**ADA)
        items = [ada.save("likes tea"), ada.save("likes tea a lot")]

        def decreed() -> None:
            other.policy(set={"name": "mail", "rule": "redact", "class": "email", "action": "redact"})
            other.policy(set={"name": "short", "rule": "retention", "ttl": "1d"})

        meanwhile.then = decreed
        text = "write to bob@example.org about tea"
        {
            "save": lambda: ada.save(text),
            "save_many": lambda: ada.save_many([{"text": text}]),
            "observe": lambda: ada.observe(text),
            "update": lambda: ada.update(items[0].id, text=text),
            "merge": lambda: ada.merge([one.id for one in items], text=text),
        }[verb]()
        assert meanwhile.then is None
        written = [one.item for one in ada.changes() if "write to" in one.text]
        assert written
        for item in written:
            assert "example.org" not in item.text
            assert verb == "update" or item.expires_at == clock.now() + timedelta(days=1)


def _write(url: str, go: Any, sent: Any) -> None:
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(**ADA)
        go.wait()
        n = 0
        while True:
            try:
                ada.save(f"note {n}", kind="working")
            except PolicyViolation:
                return
            sent.put(n)
            n += 1


def test_a_write_and_a_rule_are_one_after_the_other(url: str) -> None:
    """Two processes write while a third sets a quota: nothing becomes known after the rule."""
    spawn = multiprocessing.get_context("spawn")
    go, sent = spawn.Event(), spawn.Queue()
    with Memory(url, embedder=None) as memory:
        memory.scoped(**ADA).save("the first")
        children = [spawn.Process(target=_write, args=(url, go, sent)) for _ in range(2)]
        for child in children:
            child.start()
        go.set()
        for _ in range(6):
            sent.get(timeout=120)
        memory.policy(set={"name": "full", "rule": "quota", "items": 1})
        then = memory.stats(under=Scope(**ADA)).versions
        for child in children:
            child.join(120)
            assert child.exitcode == 0
        assert memory.stats(under=Scope(**ADA)).versions == then


def test_rules_of_one_scope_change_nothing_of_another(memory: Memory, ada: ScopedMemory) -> None:
    """Each kind of rule that can be bound to labels, set under Bob's, leaves Ada's answers as they are."""
    bob = {"user": "bob"}
    for n, terms in enumerate([
        {"rule": "retention", "ttl": "1d", "most": 0}, {"rule": "write", "who": "append"}, {"rule": "quota", "items": 1},
        {"rule": "schema", "slot": "*.port", "value": {"type": "string"}}, {"rule": "schema", "kind": "fact", "metadata": {"required": ["x"]}},
    ]):  # fmt: skip
        memory.policy(set={"name": f"b{n}", "under": bob, **terms})
    memory.hold(under=Scope(**bob))
    for n in range(3):
        item = ada.save(f"port {n}", slot="api.port", value=n)
    assert item.expires_at is None
    assert ada.update(item.id, tags=["x"]).version == 2
    assert not ada.maintain()
    assert len(ada.erase(where={"exists": "text"})) == 3


# -- exported, erased ----------------------------------------------------------------------------------------------


def test_rules_travel(memory: Memory, ada: ScopedMemory, clock: FrozenClock) -> None:
    """With an export of the whole store or of labels; to the same digest; a name that is taken keeps what is here."""
    ada.save("tea")
    memory.policy(set={"name": "all", "rule": "quota", "items": 50}, reason="why")
    memory.policy(set={"name": "hers", "rule": "retention", "under": ADA, "kind": "working", "ttl": "7d"})
    memory.policy(set={"name": "bob's", "rule": "quota", "under": {"user": "bob"}, "items": 5})
    memory.hold(under=Scope(user="ada", project="x"), name="h", reason="case")
    whole, part, own = io.BytesIO(), io.BytesIO(), io.BytesIO()
    made = memory.export(whole, under=Scope.shared())
    assert made.policies == 4
    assert memory.export(part, under=Scope(**ADA)).policies == 2
    assert ada.export(own).policies == 0
    with Memory("sqlite://", embedder=None, clock=clock) as other:
        other.policy(set={"name": "all", "rule": "quota", "items": 7})
        whole.seek(0)
        assert other.import_items(whole, dry_run=True).policies == 3
        whole.seek(0)
        taken = other.import_items(whole)
        assert taken.policies == 3
        assert any("'all'" in note for note in taken.notes)
        assert {one.name: one for one in other.policy().rules if one.name != "all"} == {
            one.name: one for one in memory.policy().rules if one.name != "all"
        }
        other.policy(remove="all")
        whole.seek(0)
        other.import_items(whole)
        again = other.export(io.BytesIO(), under=Scope.shared())
        assert again.digest == made.digest
    with Memory("sqlite://", embedder=None, clock=clock) as other:
        part.seek(0)
        assert other.scoped(**ADA).import_items(part).policies == 0
        assert other.policy().rules == ()


def test_an_import_writes_over_nobodys_word(memory: Memory, clock: FrozenClock) -> None:
    """A scoped caller's file does not go on with what another owns; the administrator's does."""
    one, two = (memory.scoped(team="core", actor=name) for name in ("one", "two"))
    item = one.save("Tabs", kind="preference")
    file = io.BytesIO()
    one.export(file)
    with Memory("sqlite://", embedder=None, clock=clock) as other:
        file.seek(0)
        other.import_items(file)
        other.update(item.id, text="Spaces", scope=Scope(team="core"))
        changed = io.BytesIO()
        other.export(changed, under=Scope(team="core"))
    memory.policy(set={"name": "mine", "rule": "write", "who": "owner"})
    changed.seek(0)
    refused(lambda: two.import_items(changed), "mine")
    changed.seek(0)
    assert memory.import_items(changed).versions == 1


def test_a_scope_takes_its_rules_with_it(tmp_path: Path, url: str, memory: Memory) -> None:
    """Erased as a whole, the rules bound to it go with all their history, from the bytes too; others and those held stay."""
    ada = memory.scoped(user="zqada")
    ada.save("tea")
    memory.policy(
        set={"name": "zqhers", "rule": "quota", "under": {"user": "zqada"}, "items": 5}, reason="zqwhy"
    )
    memory.policy(set={"name": "zqhers", "rule": "quota", "under": {"user": "zqada"}, "items": 6})
    memory.policy(set={"name": "was all", "rule": "quota", "items": 9})
    memory.policy(set={"name": "was all", "rule": "quota", "under": {"user": "zqada"}, "items": 9})
    memory.policy(
        set={"name": "narrow", "rule": "quota", "under": {"user": "zqada", "project": "p"}, "items": 6}
    )
    memory.policy(set={"name": "all", "rule": "quota", "items": 50})
    memory.policy(set={"name": "bob's", "rule": "quota", "under": {"user": "bob"}, "items": 5})
    assert memory.erase(under=Scope(user="zqada"), dry_run=True).counts["policies"] == 5
    assert len(memory.policy().rules) == 5
    assert memory.erase(under=Scope(user="zqada")).counts["policies"] == 5, (
        "what one replaced does not come back"
    )
    assert [one.name for one in memory.policy(history=True).rules] == ["all", "bob's"]
    for file in tmp_path.iterdir():
        assert b"zq" not in file.read_bytes(), file
    memory.scoped(user="bob").save("kept")
    memory.hold(under=Scope(user="bob"), name="h")
    memory.erase(under=Scope.shared())
    assert {one.name for one in memory.policy().rules} == {"all", "bob's", "h"}
