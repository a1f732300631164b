"""A caller limited to some kinds of memories: what it reads is as if there were no others, and it changes none of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory
from holdfast.engine.kinds import BY_KIND
from holdfast.errors import AccessDenied, IdempotencyConflict, InvalidInput, NotFound
from holdfast.memory import ScopedMemory
from holdfast.routes import ROUTES
from holdfast.testing import FrozenClock, HashingEmbedder

SECRET = "the heron nests by the quiet weir"


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A store with a fact, a preference and an episode of Ada's."""
    with Memory(f"sqlite:///{tmp_path}/x.db", embedder=HashingEmbedder(), clock=FrozenClock()) as made:
        ada = made.scoped(user="ada")
        ada.save("The server listens on port 8080", slot="server.port", value=8080)
        ada.save(SECRET, kind="preference", slot="heron.place", value="weir")
        ada.save("I saw a heron by the weir today", kind="episode", thread="walk", turn=1)
        yield made


def others(memory: Memory, *spared: str) -> list[Any]:
    """Every version of every memory whose kind is none of `spared`."""
    page = memory.scoped(user="ada").changes(limit=1_000)
    return [one.to_json() for one in page.items if one.item.kind not in spared]


def test_what_it_reads_is_as_if_there_were_no_other_kinds(tmp_path: Path) -> None:
    """Search, context, list, current and history: the same texts, order, scores, with and without memories of other kinds."""
    told: list[Any] = []
    for name, beside in (("alone", False), ("beside", True)):
        with Memory(
            f"sqlite:///{tmp_path}/{name}.db", embedder=HashingEmbedder(), clock=FrozenClock()
        ) as memory:
            ada = memory.scoped(user="ada")
            for n in range(12):
                ada.save(f"Fact {n}: the heron eats {n} fish by the weir")
                if beside:
                    ada.save(f"Heron weir fish {n} heron", kind="preference")
                    ada.save(
                        f"The weir again, and the heron, fish {n}", kind="episode", thread="walk", turn=n
                    )
            ada.save("The weir is 4 m wide", slot="weir.width", value=4)
            ada.save("The weir is 5 m wide", slot="weir.width", value=5)
            if beside:
                ada.save(SECRET, kind="preference", slot="heron.place", value="weir")
                hits = ada.search("where does the heron eat fish?", k=50)
                assert {hit.item.kind for hit in hits} == {"fact", "preference", "episode"}
            few = ada.limited(read=["fact"])
            hits = few.search("where does the heron eat fish?", k=50)
            width = few.current("weir.width")
            told.append(
                (
                    [(hit.item.text, hit.score, hit.relevance, hit.signals) for hit in hits],
                    [one.text for one in few.list(sort="id").items],
                    [] if width is None else width.text,
                    few.current("heron.place"),
                    [one.text for one in few.history(slot="weir.width").items],
                    few.history(slot="heron.place", limit=1).items,
                )
            )
    assert len(told[0][0]) == 13
    assert told[0] == told[1]


def test_what_it_may_not_read_is_not_there(memory: Memory) -> None:
    """By id, by slot, in the history, whatever is asked for: not found, or nothing; also of what is bound from it."""
    ada = memory.scoped(user="ada")
    hidden = ada.list(kinds=["preference"]).items[0].id
    for few in (ada.limited(read=["fact"]), memory.limited(read=["fact"]).scoped(user="ada")):
        with pytest.raises(NotFound):
            few.get(hidden)
        with pytest.raises(NotFound):
            few.history(hidden)
        assert few.current("heron.place") is None
        assert [one.kind for one in few.list(where={"exists": "text"}).items] == ["fact"]
        assert few.list(kinds=["preference"]).items == ()
        assert list(few.search(SECRET, kinds=["preference", "episode"])) == []
        assert SECRET not in few.context(SECRET, min_relevance=0).text
        assert SECRET in ada.context(SECRET, min_relevance=0).text
    under = (
        memory.limited(read=["fact"])
        .acting("auditor")
        .list(under=memory.scoped(user="ada").list().items[0].scope)
    )
    assert [one.kind for one in under.items] == ["fact"]


def test_versions_of_another_kind_are_left_out_of_a_history(memory: Memory) -> None:
    """A memory that was a preference once tells of what it was as a fact, page by page."""
    ada = memory.scoped(user="ada")
    made = ada.save("Version 1", kind="preference")
    for n in range(2, 9):
        ada.update(made.id, text=f"Version {n}", kind="fact" if n % 2 else "preference")
    few, seen, cursor = ada.limited(read=["fact"]), [], None
    while True:
        page = few.history(made.id, limit=1, cursor=cursor)
        seen += [one.version for one in page.items]
        if (cursor := page.next) is None:
            break
    assert seen == [3, 5, 7]
    with pytest.raises(NotFound):
        few.get(made.id)


WRITES: dict[str, Callable[[ScopedMemory, str], Any]] = {
    "save": lambda few, id: few.save("The weir is old"),
    "save_many": lambda few, id: few.save_many([{"text": "x", "kind": "episode"}, {"text": "y"}]),
    "save the same again": lambda few, id: few.save("The server listens on port 8080", slot="server.port", value=8080),
    "save into its slot": lambda few, id: few.save("Port 1", kind="procedure", slot="server.port", value=1),
    "update": lambda few, id: few.update(id, text="other", value=1),
    "change the kind": lambda few, id: few.update(few.save("note", kind="episode").id, kind="fact"),
    "change the kind of many": lambda few, id: few.update_many({"eq": {"kind": "episode"}}, {"kind": "fact"}),
    "delete": lambda few, id: few.delete(id),
    "merge": lambda few, id: few.merge([id, few.save("note", kind="episode").id]),
    "undo": lambda few, id: few.undo(id, 1),
    "resolve": lambda few, id: few.resolve(id),
    "review": lambda few, id: few.review(id, approve=True),
    "observe": lambda few, id: few.observe("I live in Bergen."),
    "observe later": lambda few, id: few.observe("I live in Bergen.", background=True),
    "summarise": lambda few, id: few.summarise("walk"),
    "rename": lambda few, id: few.rename("server", "api"),
    "maintain": lambda few, id: few.maintain(dry_run=False),
    "work": lambda few, id: few.work(),
}  # fmt: skip


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize(
    "read", [None, ("working",), ("fact",)], ids=["reads all", "reads its own", "reads facts"]
)
def test_what_it_may_not_write_stays(memory: Memory, what: str, read: Any) -> None:
    """Whoever writes episodes alone changes no fact, by any verb: it is refused whole, or the fact is not there for it."""
    own = ("episode", "procedure")
    few = memory.scoped(user="ada").limited(read=read and (*read, *own), write=own, delete=own)
    fact = memory.scoped(user="ada").list(kinds=["fact"]).items[0].id
    before = others(memory, *own)
    with pytest.raises((AccessDenied, NotFound)):
        WRITES[what](few, fact)
    assert others(memory, *own) == before


def test_what_it_may_write_it_may(memory: Memory) -> None:
    """Save, many, update, delete, restore of the kind that is allowed; and what changes many leaves the others alone."""
    few = memory.scoped(user="ada").limited(read=["fact", "episode"], write=["episode"], delete=["episode"])
    before = others(memory, "episode")
    made = few.save("A walk", kind="episode")
    assert [one.text for one in few.save_many([{"text": "Two", "kind": "episode"}])] == ["Two"]
    made = few.update(made.id, text="A long walk", expected_version=1)
    assert few.delete(made.id).state == "deleted"
    assert few.restore(made.id).text == "A long walk"
    assert len(few.update_many({"and": []}, {"tags": ["old"]}).ids) == 3
    assert len(few.delete_many({"and": []}).ids) == 3
    with few.lease("walk", holder="ci") as lease:
        lease.memory.save("Under a lease", kind="episode")
        with pytest.raises(AccessDenied):
            lease.memory.save("Under a lease")
    assert others(memory, "episode") == before


def test_a_refusal_names_the_right(memory: Memory) -> None:
    """What is visible is refused by name, what is not is not found, and a slot's holder is not told."""
    ada = memory.scoped(user="ada")
    few = ada.limited(read=["fact", "procedure"], write=["episode", "procedure"], delete=())
    fact, preference = ada.list(kinds=["fact"]).items[0], ada.list(kinds=["preference"]).items[0]
    with pytest.raises(AccessDenied, match="'write:fact'; it may write of kind episode or procedure alone"):
        few.update(fact.id, tags=["x"])
    with pytest.raises(AccessDenied, match="'delete:fact'; it may delete no memory"):
        few.delete(fact.id)
    with pytest.raises(NotFound):
        few.update(preference.id, tags=["x"])
    with pytest.raises(AccessDenied, match="'read' for every kind, which stats takes; it has it for fact"):
        few.stats()
    note = ada.save("Old place", kind="procedure", slot="pond.place", value="a")
    ada.delete(note.id)
    ada.save(SECRET, kind="preference", slot="pond.place", value="b")
    with pytest.raises(AccessDenied, match="of a kind that this caller has no right to") as refused:
        few.restore(note.id)
    assert SECRET not in str(refused.value)
    with pytest.raises(InvalidInput, match="read: must be one of fact"):
        ada.limited(read=["facts"])  # type: ignore[list-item]


@pytest.mark.parametrize("verb", sorted(set(ROUTES) - BY_KIND))
def test_every_verb_that_does_not_go_by_kind_is_refused(memory: Memory, verb: str) -> None:
    """Who reads some kinds alone has no other verb, whichever there will be; neither has what is bound from it."""
    for few in (memory.limited(read=["fact"]), memory.scoped(user="ada").limited(read=["fact"])):
        call = getattr(few, verb, None)
        if call is None:
            continue
        known = inspect.signature(call).parameters.values()
        given = {
            one.name: "x" for one in known if one.default is one.empty and one.kind is not one.VAR_KEYWORD
        }
        with pytest.raises(AccessDenied, match=f"which {verb} takes"):
            call(**given)


def test_limits_only_ever_narrow(memory: Memory) -> None:
    """Limited again, what both allow; and the async face does the same."""
    ada = memory.scoped(user="ada")
    few = ada.limited(read=["fact", "episode"]).limited(read=["episode", "preference"], write=[])
    assert {one.kind for one in few.list().items} == {"episode"}
    with pytest.raises(AccessDenied):
        few.save("x", kind="episode")

    async def ask() -> set[str]:
        async with AsyncMemory("sqlite://", embedder=None) as other:
            bob = other.scoped(user="bob")
            await bob.save("one")
            await bob.save("two", kind="episode")
            with pytest.raises(AccessDenied):
                await bob.limited(write=["episode"]).save("three")
            return {one.kind for one in (await bob.limited(read=["episode"]).list()).items}

    assert asyncio.run(ask()) == {"episode"}


def test_an_outdated_episode_names_its_successor_to_whoever_reads_that(tmp_path: Path) -> None:
    """`outdated_by` is the id of a fact: who reads episodes alone is not told."""
    with Memory(f"sqlite:///{tmp_path}/y.db", embedder=HashingEmbedder()) as memory:
        ada = memory.scoped(user="ada")
        for turn, port in enumerate((8080, 9090)):
            ada.observe(
                [{"role": "user", "content": f"The server is now on port {port}."}], thread=f"t{turn}"
            )
        whole = {
            hit.item.text: hit.outdated_by
            for hit in ada.search("which port is the server on?", kinds=["episode"])
        }
        assert any(whole.values())
        both = ada.limited(read=["episode", "fact"]).search("which port is the server on?", kinds=["episode"])
        assert {hit.item.text: hit.outdated_by for hit in both} == whole
        alone = ada.limited(read=["episode"]).search("which port is the server on?")
        assert [hit.outdated_by for hit in alone] == [None] * len(whole)


def test_what_may_be_changed_but_not_read_is_not_there(memory: Memory) -> None:
    """Rights to write or delete tell nothing of a kind that may not be read: no id, no text, no version, no holder of a slot."""
    episode = memory.scoped(user="ada").list(kinds=["episode"]).items[0]
    held = memory.scoped(user="ada").list(kinds=["preference"]).items[0]
    for rights in ({"write": ["episode"], "delete": ["episode"]}, {}):
        few = memory.limited(read=["fact"], **rights).scoped(user="ada")
        for call in (
            lambda few=few: few.update(episode.id, importance=0.6),
            lambda few=few: few.update(episode.id, importance=0.6, expected_version=77),
            lambda few=few: few.update(episode.id, kind="fact"),
            lambda few=few: few.delete(episode.id),
        ):
            with pytest.raises(NotFound):
                call()
        everything = {"exists": "text"}
        assert "episode" not in str(few.update_many(everything, {"tags": ["a"]}, dry_run=True).to_json())
        assert episode.id not in str(few.delete_many(everything, dry_run=True).to_json())
    assert memory.scoped(user="ada").get(episode.id) == episode
    assert memory.scoped(user="ada").get(held.id) == held


@pytest.mark.parametrize("rights", [{"write": ["fact"]}, {"delete": ["fact"]}])
def test_who_may_change_some_kinds_alone_neither_erases_nor_administers(
    memory: Memory, rights: dict[str, list[str]]
) -> None:
    """Erasing and administering take every right for every kind."""
    few = memory.limited(**rights)
    with pytest.raises(AccessDenied):
        few.scoped(user="ada").erase(ids=[memory.scoped(user="ada").list().items[0].id])
    with pytest.raises(AccessDenied):
        few.policy(set={"name": "n", "rule": "retention", "kind": "episode", "ttl": "1d"})
    assert len(few.scoped(user="ada").list()) == 3


def test_a_save_tells_of_no_memory_that_may_not_be_read(memory: Memory) -> None:
    """Who may write facts and not read them is told of what it saved alone: no id, no tag, no source of what stood there before."""
    ada = memory.scoped(user="ada")
    port = ada.list(kinds=["fact"]).items[0]
    heron = ada.save("The heron is old", tags=["hidden"], metadata={"told": "hidden"})
    blind = memory.limited(read=["preference"], write=["fact", "preference"]).scoped(user="ada")
    again = [
        blind.save("The heron is old", tags=["own"]),
        blind.save("The server listens on port 8080", slot="server.port", value=8080),
        blind.save("The server listens on port 9090", slot="server.port", value=9090),
        *blind.save_many([{"text": "The heron is old"}, {"text": "The heron is old"}]),
        blind.save("It listens on port 1", kind="preference", slot="server.port", value=1),
    ]
    told = str([one.to_json() for one in again])
    assert "hidden" not in told
    assert all(id not in told for id in (port.id, heron.id))
    assert len({one.id for one in again}) == len(again)
    assert again[0].tags == ("own",)
    assert again[-1].supersedes is None
    assert ada.get(again[-1].id).supersedes == again[2].id  # whoever reads both is told
    assert ada.current("server.port") == ada.get(again[-1].id)
    assert [one.id for one in blind.list().items if one.slot == "server.port"] == [again[-1].id]
    assert heron.id in [one.id for one in ada.save_many([{"text": "The heron is old"}])]


def test_no_answer_names_a_memory_that_may_not_be_read(memory: Memory) -> None:
    """What superseded a memory, what it is in conflict with and what it was derived from, by id: as if there were none."""
    ada = memory.scoped(user="ada")
    port = ada.list(kinds=["fact"]).items[0]
    new = ada.save("Port 1", kind="procedure", slot="server.port", value=1, source={"lineage": [port.id]})
    ada.save("Port 2", kind="fact", slot="server.port", value=2)
    facts = {one.id for one in ada.history(slot="server.port").items if one.item.kind == "fact"}
    few = ada.limited(read=["procedure"], write=["procedure"], delete=["procedure"])
    whole = str([one.to_json() for one in ada.history(new.id).items])
    assert all(id in whole for id in facts)
    answers = [
        few.get(new.id).to_json(),
        [one.to_json() for one in few.history(new.id).items],
        [one.to_json() for one in few.history(slot="server.port").items],
        [one.to_json() for one in few.list(where={"exists": "state"}).items],
        [hit.to_json() for hit in few.search("Port 1", known_at=new.known_from)],
        few.update(new.id, tags=["x"]).to_json(),
        few.delete(new.id).to_json(),
    ]
    assert all(new.id in str(one) for one in answers)
    assert not any(id in str(one) for id in facts for one in answers)
    assert any(id in str([one.to_json() for one in ada.history(new.id).items]) for id in facts)


def test_a_history_gives_no_reason_from_when_a_memory_was_of_another_kind(memory: Memory) -> None:
    """Why a memory was changed from a kind that may not be read was said of that; why it was changed since is told."""
    ada = memory.scoped(user="ada", team="core")
    made = ada.save("Version 1", kind="preference", reason="told me the code is 1234")
    ada.update(made.id, text="Version 2", kind="fact", reason="the code 1234 is none of a preference")
    ada.update(made.id, text="Version 3", reason="shorter")
    ada.update(made.id, text="Version 4", kind="preference", reason="1234 again")
    ada.update(made.id, text="Version 5", kind="fact", reason="1234 once more")
    few = ada.limited(read=["fact"])
    assert [(one.version, one.reason) for one in few.history(made.id).items] == [
        (2, None),
        (3, "shorter"),
        (5, None),
    ]
    page = few.history(made.id, limit=1)
    assert few.history(made.id, limit=1, cursor=page.next).items[0].reason == "shorter"
    ada.update(made.id, scope=("user",), kind="preference", reason="1234 is Ada's own")
    memory.scoped(user="ada").update(made.id, kind="fact", reason="1234")
    memory.scoped(user="ada").update(made.id, tags=["a"], reason="tagged")
    told = few.history(made.id).items
    assert [one.reason for one in told if one.reason and "1234" in one.reason] == []
    assert told[-1].reason == "tagged"
    assert ada.history(made.id).items[0].reason == "told me the code is 1234"


def test_an_idempotency_key_tells_of_nothing_that_may_not_be_read(memory: Memory) -> None:
    """Neither which memory it was used for, nor what others made of that; the first call's item is told as it was written."""
    ada = memory.scoped(user="ada")
    first = ada.save("The weir is old", idempotency_key="k")
    with pytest.raises(IdempotencyConflict, match=first.id):
        ada.save("Another", idempotency_key="k")
    blind = ada.limited(read=["preference"], write=["fact", "preference"])
    with pytest.raises(IdempotencyConflict) as refused:
        blind.save("Another", idempotency_key="k")
    assert first.id not in str(refused.value)
    own = blind.save("The weir leaks", idempotency_key="mine")
    ada.update(own.id, text="The weir leaks, said Bob", tags=["hidden"])
    assert blind.save("The weir leaks", idempotency_key="mine") == own
    ada.delete(own.id)
    assert blind.save("The weir leaks", idempotency_key="mine") == own
