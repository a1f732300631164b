"""What is removed, counted to the row, and what stays: nothing of one memory, one scope or one hold is another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from holdfast import Memory, Scope
from holdfast.errors import DoesNotFit, InvalidInput, ModelError, NotFound
from holdfast.stores.sqlite_erase import digest
from holdfast.testing import FakeModel, FrozenClock, HashingEmbedder
from holdfast.types import Held, Source

ADA, BOTH, BOB = Scope(user="ada"), Scope(user="ada", team="core"), Scope(user="bob")


@pytest.fixture
def memory() -> Iterator[Memory]:
    """An empty store in memory whose language model is away."""
    model = FakeModel([ModelError("away")] * 9)
    with Memory("sqlite://", embedder=HashingEmbedder(8), clock=FrozenClock(), model=model) as opened:
        yield opened


def traced(memory: Memory, who: Scope, about: str) -> str:
    """Save a memory that leaves a row in every table there is for one, of two versions; return its id."""
    caller = memory.scoped(who)
    item = caller.save(f"{about} at five", slot=f"{about}.time", value=5, idempotency_key=about)
    caller.save(f"{about} at five", slot=f"{about}.time", value=5, source={"ref": "mail"})
    caller.update(item.id, text=f"{about} at six", value=6)
    caller.search(f"{about} at six", k=1, keep=True)
    with pytest.raises(ModelError):
        caller.observe(f"Lamp {about} in the hall burns 40 watts.", thread=about, used=[item.id])
    return item.id


TRACES = {
    "closed": 1, "once": 1, "receipts": 1, "sightings": 1, "slots": 1, "terms": 2, "uses": 1, "vectors": 2, "versions": 2,
}  # fmt: skip


def episode(memory: Memory, who: Scope, thread: str) -> str:
    """The id of what was said in a thread."""
    (found,) = memory.scoped(who).list(kinds=["episode"], where={"eq": {"thread": thread}})
    return found.id


def test_each_row_of_a_memory_goes_and_none_of_another(memory: Memory) -> None:
    """One row or two in each table; the other memory keeps its past, its receipt, its key and its place in a search."""
    tea, coffee = (traced(memory, ADA, about) for about in ("tea", "coffee"))
    ada = memory.scoped(ADA)
    past = ada.history(coffee)
    assert ada.erase(tea, dry_run=True).counts == TRACES
    done = ada.erase(tea)
    assert (done.ids, done.counts, done.held, done.dry_run) == ((tea,), TRACES, (), False)
    assert list(done.counts) == sorted(TRACES)
    assert ada.history(coffee) == past
    assert [hit.id for hit in ada.search("coffee at six", k=1)] == [coffee]
    assert tea not in {hit.id for hit in ada.search("tea at six", k=10)}
    again = ada.save("coffee at five", slot="coffee.time", value=5, idempotency_key="coffee")
    assert again.id == coffee
    assert ada.erase(coffee).counts == TRACES


def test_a_step_that_waits_goes_with_what_was_said(memory: Memory) -> None:
    """What a model is yet to read names the episode, so it goes with that; the step of another thread waits on."""
    for about in ("tea", "coffee"):
        traced(memory, ADA, about)
    ada = memory.scoped(ADA)
    waiting = {one.id for one in ada.backlog()}
    said = episode(memory, ADA, "tea")
    gone = ada.erase(said)
    assert gone.counts == {"jobs": 1, "terms": 1, "vectors": 1, "versions": 1}
    assert len(ada.backlog()) == 1
    assert {one.id for one in ada.backlog()} < waiting


def test_a_thread_without_turns_is_not_summed_up(memory: Memory) -> None:
    """The step that was to tell a thread goes with the last of its turns, and so does what was told; another thread's waits on."""
    ada = memory.scoped(ADA)
    turns = {}
    for about in ("tea", "coffee"):
        turns[about] = [
            ada.save(f"We drink {about}, cup {n}.", kind="episode", thread=about).id for n in range(2)
        ]
        with pytest.raises(ModelError):
            ada.summarise(about)
    gone = ada.erase(turns["tea"])
    assert gone.counts == {"jobs": 1, "links": 2, "once": 1, "terms": 3, "vectors": 3, "versions": 3}
    assert len(ada.backlog()) == 1
    assert set(turns["coffee"]) < {one.id for one in ada.list()}
    assert len(ada.list()) == 3, "two turns, and what the rules made of them"


def test_all_of_a_scope_is_counted(memory: Memory) -> None:
    """Besides the memories: leases, what models cost, the rules bound to it, tombstones, and the scope; Bob's are not among them."""
    for name, who in (("ada", ADA), ("bob", BOB)):
        memory.scoped(who).search("nothing is here yet", keep=True)
        for about in ("tea", "coffee"):
            traced(memory, who, about)
        memory.scoped(who).erase(memory.scoped(who).save("tea is gone").id)
        memory.scoped(who).lease("deploy", holder="ci", ttl=60)
        memory.policy(set={"name": f"few of {name}", "rule": "quota", "items": 500, "under": {"user": name}})
    bobs = memory.stats(under=BOB)
    done = memory.erase(under=ADA)
    assert done.counts == {
        "closed": 2, "jobs": 2, "leases": 1, "once": 2, "policies": 1, "receipts": 3, "scopes": 1, "sightings": 2,
        "slots": 2, "spent": 1, "terms": 6, "tombstones": 1, "uses": 2, "vectors": 6, "versions": 6,
    }  # fmt: skip
    assert memory.stats(under=BOB) == bobs
    assert len(memory.scoped(BOB).backlog()) == 2
    assert [rule.name for rule in memory.policy().rules if rule.rule == "quota"] == ["few of bob"]
    assert memory.erase(under=ADA).counts == {}
    assert memory.scoped(ADA).save("tea at five").version == 1


def test_what_was_derived_goes_however_far(memory: Memory) -> None:
    """Through every step of the lineage, once each though two ways lead there; what merely stands beside it stays."""
    ada = memory.scoped(ADA)
    said = ada.save("We drink tea.", kind="episode")
    other = ada.save("We drink coffee.", kind="episode")
    first = ada.save("tea drinkers", source={"lineage": [said.id]})
    second = ada.save("drinkers", source={"lineage": [first.id, said.id, other.id]})
    third = ada.save("people", source={"lineage": [second.id]})
    gone = ada.erase(said.id)
    assert gone.ids == tuple(sorted([said.id, first.id, second.id, third.id]))
    assert gone.counts == {"links": 5, "terms": 4, "vectors": 4, "versions": 4}
    assert [one.id for one in ada.list()] == [other.id]


def test_what_was_moved_away_lives_on(memory: Memory) -> None:
    """Of a memory that was moved, the scope it left holds the past: with that scope only the past goes."""
    wide = Scope(user="bob", team="core")
    moved, stays = (memory.save(text, scope=BOB) for text in ("tea at five", "coffee at nine"))
    too, beside = (memory.save(text, scope=wide) for text in ("honey", "milk"))
    for item in (moved, too):
        memory.update(item.id, scope=ADA)
    done = memory.erase(under=BOB)
    assert (done.ids, done.counts["scopes"]) == (tuple(sorted([stays.id, beside.id])), 2)
    assert done.counts["versions"] == 6, "two that went, and two of each that was moved"
    ada = memory.scoped(ADA)
    assert [ada.get(item.id).version for item in (moved, too)] == [2, 2]
    assert ada.erase([moved.id, too.id]).counts["versions"] == 2
    assert memory.list(under=Scope.shared()).items == ()


def test_a_scope_goes_from_between_two_others(memory: Memory) -> None:
    """What was made before and after it stays, to the last version."""
    kept = [memory.save(f"tea of {who}", scope=Scope(user=who)) for who in ("ada", "bob", "eve")]
    done = memory.erase(under=BOB)
    assert (done.ids, done.counts) == ((kept[1].id,), {"scopes": 1, "terms": 1, "vectors": 1, "versions": 1})
    for item in (kept[0], kept[2]):
        assert memory.scoped(item.scope).get(item.id) == item


def test_every_version_that_was_erased_is_refused(memory: Memory) -> None:
    """By text and by source (where, in which role, in which messages in any order), each version's; anything else is new."""
    ada, bob = memory.scoped(ADA), memory.scoped(BOB)
    source = {"ref": "mail", "role": "user", "message_ids": ["m1", "m2"]}
    item = ada.save("tea at five ü", source=source)
    ada.update(item.id, text="tea at six")
    kept = ada.save("coffee", source=source)
    ada.erase(item.id)
    turned = source | {"message_ids": ["m2", "m1"]}
    for text in ("tea at five ü", "tea at six"):
        for known in (source, turned):
            with pytest.raises(InvalidInput, match="erased"):
                ada.save_many([{"text": text, "source": known}])
    bob.save_many([{"text": "tea at five ü", "source": source}])
    new = [
        {"text": "tea at seven", "source": source},
        {"text": "tea at six", "source": source | {"role": "assistant"}},
        {"text": "tea at six", "source": source | {"message_ids": ["m1"]}},
        {"text": "tea at six", "source": source | {"ref": "chat"}},
        {"text": "coffee", "source": source},
    ]
    assert len(ada.save_many(new)) == 5
    assert ada.get(kept.id).text == "coffee"


def test_each_scope_has_tombstones_of_its_own(memory: Memory) -> None:
    """In one call, what was erased in one scope is refused there alone; with its scope a tombstone goes, too."""
    wide = memory.scoped(BOTH)
    said: dict[str, Any] = {"text": "tea at five"}
    memory.scoped(ADA).erase(wide.save_many([{**said, "scope": ("user",)}])[0].id)
    places: list[int] = []
    both = [{**said, "scope": scope} for scope in (("user", "team"), ("user",), ("team",))]
    assert len(wide.save_many(both, on_erased=places.append)) == 2
    assert places == [1]
    memory.erase(under=Scope(user="ada"))
    assert len(wide.save_many([{**said, "scope": ("user",)}])) == 1


def test_a_hold_keeps_what_it_is_on(memory: Memory) -> None:
    """By id and as a whole scope, what is held is left in one piece and told; what merely refers to it goes."""
    bob, team, ada = memory.scoped(BOB), memory.scoped(team="core"), memory.scoped(ADA)
    bobs = bob.save("tea at four")
    held = team.save("tea at five", slot="tea.time", value=5)
    team.update(held.id, text="tea at six", value=6)
    free = ada.save("coffee at nine")
    beside, hers = team.save("cocoa"), ada.save("milk")
    memory.hold(under=Scope(team="core"), name="case", reason="case 12")
    done = memory.erase(where={"in": {"id": [held.id, free.id]}}, under=Scope.shared())
    assert done.ids == (free.id,)
    assert done.held == (Held(held.id, "case", "case 12"),)
    assert done.counts == {"terms": 1, "vectors": 1, "versions": 1}
    assert [one.version for one in team.history(held.id)] == [1, 2]
    whole = memory.erase(under=Scope(team="core"))
    assert (whole.ids, whole.counts) == ((), {})
    assert [one.id for one in whole.held] == sorted([held.id, beside.id])
    memory.hold(release="case", reason="closed")
    assert memory.erase(under=Scope(team="core")).ids == tuple(sorted([held.id, beside.id]))
    assert {one.id for one in memory.list(under=Scope.shared())} == {bobs.id, hers.id}


def test_rules_go_with_their_scope_alone(memory: Memory) -> None:
    """What a filter selects under labels leaves the rules that are bound there."""
    memory.scoped(ADA).save("tea")
    memory.policy(set={"name": "few", "rule": "quota", "items": 500, "under": {"user": "ada"}})
    done = memory.erase(where={"exists": "text"}, under=ADA)
    assert done.counts == {"terms": 1, "vectors": 1, "versions": 1}
    assert [rule.name for rule in memory.policy().rules] == ["few"]


def test_a_tombstone_is_the_same_for_ever() -> None:
    """Stores keep these digests: another one for the same text and source would let what was erased back in."""
    source = Source(ref="mail", role="user", message_ids=("m2", "m1"))
    kept = "f21f06cdb0c31be4bc43c835fc7268a62d9cca51f85415a27d65899a1b7cec08"
    assert digest(bytes(32), "thé à cinq heures", source).hex() == kept


def test_what_is_asked_wrongly_is_told(memory: Memory) -> None:
    """Which argument is missing or one too many, in words; and nothing goes."""
    ada = memory.scoped(ADA)
    item = ada.save("tea")
    for wrong in ({"where": {"exists": "slot"}}, {"under": ADA}):
        with pytest.raises(DoesNotFit) as refused:
            memory.erase(item.id, **wrong)
        assert str(refused.value) == "ids: go without where and under: name memories, or select them"
    with pytest.raises(InvalidInput) as missing:
        memory.erase()
    assert str(missing.value) == "ids: is missing: give ids, a filter as where, or under"
    with pytest.raises(NotFound):
        ada.erase([item.id, "0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f"])
    assert ada.erase([item.id, item.id], dry_run=True).ids == (item.id,)
    assert ada.erase([]).ids == ()
    assert ada.get(item.id) == item


def test_what_was_deleted_can_be_erased(memory: Memory) -> None:
    """By its id, with all its versions."""
    ada = memory.scoped(ADA)
    item = ada.save("tea")
    ada.delete(item.id)
    done = ada.erase(item.id)
    assert (done.ids, done.counts["versions"]) == ((item.id,), 2)
