"""Several memories made one, and changes taken back whole: the live view is what it was, and nothing is lost."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import InvalidInput, NotFound, SlotConflict, UndoConflict
from holdfast.memory import ScopedMemory
from holdfast.testing import FakeModel, FrozenClock


def view(ada: ScopedMemory) -> Any:
    """What a user sees now: every live memory, the slots, and the order of a search, but for what the hours since have cost."""
    items = sorted(ada.list(limit=1_000).items, key=lambda one: one.id)
    return (
        [(one.id, one.text, one.value, one.slot, one.tags, one.valid_from, one.valid_to, one.sightings, one.conflicts_with, one.superseded_by) for one in items],
        {one.slot: getattr(ada.current(one.slot), "id", None) for one in items if one.slot},
        [(hit.id, round(hit.score - hit.signals["importance"], 6)) for hit in ada.search("tea port green", k=50)],
    )  # fmt: skip


def test_a_merged_memory_keeps_sources_and_counts_sightings(ada: ScopedMemory) -> None:
    """Every message, tag and sighting; the text of the most trusted, the trust of the least."""
    said = ada.save("Likes green tea", tags=["tea"], source={"message_ids": ["m1"]}, importance=0.9)
    ada.save("Likes green tea")
    heard = ada.save(
        "Is fond of green tea", tags=["drink"], metadata={"by": "model"}, source={"message_ids": ["m2"], "trust": "model"}
    )  # fmt: skip
    kept = ada.merge([heard.id, said.id], reason="the same")
    assert (kept.text, kept.sightings, kept.importance, kept.metadata) == (
        "Likes green tea",
        3,
        0.9,
        {"by": "model"},
    )
    assert set(kept.source.message_ids) == {"m1", "m2"}
    assert set(kept.source.lineage) == {said.id, heard.id}
    assert (kept.source.trust, set(kept.tags)) == ("model", {"tea", "drink"})
    assert ada.get(kept.id) == kept
    assert [one.id for one in ada.list().items] == [kept.id]
    last = ada.history(said.id).items[-1]
    assert (last.verb, last.reason, last.item.superseded_by) == ("merge", "the same", kept.id)


def test_a_merged_value_takes_the_place_in_its_slot(ada: ScopedMemory, clock: FrozenClock) -> None:
    """The value before it names it as its successor; what had no slot says it no more."""
    old = ada.save("Port 8080", slot="server.port", value=8080)
    clock.advance(days=1)
    new = ada.save("Port 9090", slot="server.port", value=9090)
    loose = ada.save("The server listens on 9090")
    kept = ada.merge([loose.id, new.id])
    assert (kept.slot, kept.value, kept.text, kept.valid_from) == (
        "server.port",
        9090,
        "Port 9090",
        new.valid_from,
    )
    assert kept.supersedes == old.id
    assert ada.get(old.id).superseded_by == kept.id
    current = ada.current("server.port")
    assert current is not None
    assert current.id == kept.id
    assert ada.search("port", k=1)[0].id == kept.id
    assert ada.search("port 8080", k=1, valid_at=clock.now() - timedelta(hours=1))[0].id == old.id


def test_what_cannot_be_merged_is_named(ada: ScopedMemory, memory: Memory) -> None:
    """Another slot, another scope, an episode, a value that differs, what is gone: nothing is written."""
    port = ada.save("Port 9090", slot="server.port", value=9090)
    host = ada.save("Host is alpha", slot="server.host", value="alpha")
    likes = [ada.save(f"Likes {one}", slot="ada.likes", value=one) for one in ("tea", "coffee")]
    turn = ada.save("tea at five", kind="episode")
    other = memory.save("Port 9090", scope=memory.scoped(user="bob").save("x").scope)
    before = view(ada)
    for ids, words in (
        ([port.id, host.id], "different slots"),
        ([one.id for one in likes], "different values"),
        ([port.id, turn.id], "never merged"),
        ([port.id], "2 to 100"),
        ([port.id, port.id], "2 to 100"),
    ):
        with pytest.raises(InvalidInput, match=words):
            ada.merge(ids)
    with pytest.raises(NotFound):
        ada.merge([port.id, other.id])
    with pytest.raises(InvalidInput, match="goes with text"):
        ada.merge([one.id for one in likes], text="Likes tea and coffee")
    assert view(ada) == before
    both = ada.merge([one.id for one in likes], text="Likes hot drinks", value="hot drinks")
    assert (both.text, both.value) == ("Likes hot drinks", "hot drinks")


def changes(ada: ScopedMemory, choice: random.Random) -> str:
    """Make one change of a random kind and return the id of a memory it wrote."""
    live = [one for one in ada.list(limit=1_000).items if one.kind != "episode"]
    loose = [one.id for one in live if one.slot is None and whole(ada, one.id)]
    one = choice.choice(live)
    match choice.randrange(7):
        case 0:
            return ada.merge(choice.sample(loose, 3)).id
        case 1:
            n = choice.randrange(10**6)
            return ada.save(f"the port is {n}", slot="server.port", value=n).id
        case 2:
            return ada.update_many({"exists": "valid_from"}, {"tags": [f"t{choice.random()}"]}).ids[0]
        case 3:
            return ada.delete_many({"contains": {"text": "green"}}).ids[0]
        case 4:
            return ada.delete(one.id).id
        case 5:
            return ada.update(
                one.id, text=f"green {choice.random()}", value=choice.random(), changed_at=latest(ada)
            ).id
        case _:
            return ada.merge([ada.save("the port", slot="server.port", value=choice.random()).id, choice.choice(loose)]).id  # fmt: skip


def whole(ada: ScopedMemory, id: str) -> bool:
    """Whether a memory says one thing only, at whatever time."""
    return sum(one.item.known_to is None for one in ada.history(id).items) == 1


def latest(ada: ScopedMemory) -> Any:
    """A moment after everything that is live has begun."""
    return max(one.valid_from for one in ada.list(limit=1_000).items if one.valid_from) + timedelta(seconds=1)


@pytest.mark.parametrize("seed", range(12))
def test_a_change_and_its_undoing_leave_the_live_view_as_it_was(
    ada: ScopedMemory, clock: FrozenClock, seed: int
) -> None:
    """Ids, texts, times, slots, conflicts and the order of a search; undone twice, the change is there again."""
    choice = random.Random(seed)
    ada.save_many([{"text": f"green tea {n}"} for n in range(6)])
    ada.save("the port is 1", slot="server.port", value=1)
    for _ in range(8):
        clock.advance(hours=1)
        before = view(ada)
        id = changes(ada, choice)
        clock.advance(hours=1)
        after = view(ada)
        # A merge into a slot is two changes, of which the second is undone.
        ada.undo(id)
        undone = view(ada)
        ada.undo(id)
        assert view(ada) == after
        if ada.history(id).items[0].verb != "merge":
            assert undone == before
        if len([one for one in after[0] if one[3] is None]) < 4:
            ada.save_many([{"text": f"green tea {choice.random()}"} for _ in range(5)])


def test_a_merge_and_its_undoing_leave_the_live_view_as_it_was(ada: ScopedMemory, clock: FrozenClock) -> None:
    """The merged one is gone, those it was made of are there with their slot, and the chain is as before."""
    ada.save("Port 8080", slot="server.port", value=8080)
    clock.advance(hours=1)
    ids = [ada.save("Port 9090", slot="server.port", value=9090).id, ada.save("listens on port 9090").id]
    before = view(ada)
    kept = ada.merge(ids)
    back = ada.undo(kept.id, reason="they differ")
    assert view(ada) == before
    assert {one.id: one.state for one in back}[kept.id] == "deleted"
    assert [one.verb for one in ada.history(kept.id).items] == ["merge", "undo"]


def test_what_others_changed_since_is_named_and_nothing_is_taken_back(ada: ScopedMemory) -> None:
    """All or nothing: of a hundred changed at once, one changed since keeps all."""
    ids = [one.id for one in ada.save_many([{"text": f"note {n}"} for n in range(100)])]
    ada.update_many({"contains": {"text": "note"}}, {"tags": ["done"]})
    ada.update(ids[7], tags=["mine"])
    before = view(ada)
    with pytest.raises(UndoConflict) as raised:
        ada.undo(ids[3])
    assert raised.value.ids == (ids[7],)
    assert ids[7] in str(raised.value)
    assert view(ada) == before


def test_an_older_change_is_named_by_its_version(ada: ScopedMemory) -> None:
    """What came before stays as it is; a version there never was is not found."""
    item = ada.save("tea")
    ada.update(item.id, text="coffee")
    with pytest.raises(UndoConflict):
        ada.undo(item.id, version=1)
    with pytest.raises(NotFound):
        ada.undo(item.id, version=9)
    assert [one.text for one in ada.undo(item.id, version=2)] == ["tea"]


def test_a_slot_that_was_filled_since_is_not_taken_away(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A deleted value does not come back beside another; the holder is named."""
    first = ada.save("Port 1", slot="server.port", value=1)
    ada.delete(first.id)
    second = ada.save("Port 2", slot="server.port", value=2, valid_from=first.valid_from)
    with pytest.raises(SlotConflict) as raised:
        ada.undo(first.id)
    assert raised.value.holder.id == second.id


def test_a_move_is_taken_back_by_moving(memory: Memory, ada: ScopedMemory) -> None:
    """It is a change of two scopes, of which a caller may hold one."""
    both = memory.scoped(user="ada", team="core")
    item = both.save("tea")
    both.update(item.id, scope=("user",))
    with pytest.raises(InvalidInput, match="moved"):
        ada.undo(item.id)


def test_what_was_approved_waits_again(ada: ScopedMemory) -> None:
    """Undoing an approval puts a sensitive statement back to review, out of every answer."""
    ada.observe("I am allergic to peanuts.")
    waiting = ada.review().items[0]
    ada.review(waiting.id, approve=True)
    ada.undo(waiting.id)
    assert [one.id for one in ada.review().items] == [waiting.id]
    assert waiting.id not in [hit.id for hit in ada.search("allergic peanuts")]


def test_words_that_policy_masked_are_not_shown_again() -> None:
    """A model's reading made them wait for review; undoing that would put them back into the episode."""
    memories = [
        {"message": 0, "quote": "My knees gave me arthritis", "kind": "fact", "entity": "user", "attribute": "condition", "value": "arthritis"}
    ]  # fmt: skip
    with Memory("sqlite://", embedder=None, model=FakeModel([{"memories": memories}])) as memory:
        ada = memory.scoped(user="ada")
        episode = ada.observe("My knees gave me arthritis. The ferry is my way to work.").episodes[0]
        with pytest.raises(InvalidInput, match="masked"):
            ada.undo(episode.id)
        assert ada.search("arthritis") == []
