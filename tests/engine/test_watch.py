"""Waiting for changes: none missed, none twice, from several processes; a cursor that lasts; erasures told without text."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import AsyncMemory, Change, Erased, Memory, Scope
from holdfast.errors import InvalidInput, StoreClosed
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.together import Watch
from tests.engine.processes import finish, start

WRITERS, EACH = 3, 60


def told(entries: Watch) -> list[str]:
    """Return what a watch tells until it is out of time: a change's text, an erasure's scope."""
    return [one.text if isinstance(one, Change) else f"erased {one.scope}" for one in entries]


def test_from_now_or_from_a_cursor(memory: Memory, ada: ScopedMemory) -> None:
    """Without a cursor what is written later is told; with one what came after it; each entry moves the cursor."""
    ada.save("before")
    entries = ada.watch(timeout=0)
    assert told(entries) == []
    for text in ("one", "two", "three"):
        ada.save(text)
    assert next(entries).verb == "save"
    assert told(ada.watch(entries.cursor, timeout=0)) == ["two", "three"]
    assert told(entries) == ["two", "three"]
    assert told(entries) == []
    assert told(ada.watch(ada.changes(limit=2).next, timeout=0)) == ["two", "three"]
    ada.delete(ada.list(where={"eq": {"text": "two"}}).items[0].id)
    assert [(one.verb, one.item.state) for one in entries if isinstance(one, Change)] == [
        ("delete", "deleted")
    ]
    for wrong in ("x", memory.list(under=Scope.shared(), limit=1).next or ""):
        with pytest.raises(InvalidInput, match="since"):
            ada.watch(wrong)
    with pytest.raises(InvalidInput, match="timeout"):
        ada.watch(timeout=-1)


def test_only_what_the_caller_sees(memory: Memory, ada: ScopedMemory) -> None:
    """Another's changes and erasures are not told, nor do they move the cursor; a shared scope that is new is told."""
    both = memory.scoped(user="ada", team="core")
    mine, ours, all_of_it = (
        ada.watch(timeout=0),
        both.watch(timeout=0),
        memory.watch(timeout=0, under=Scope.shared()),
    )
    before = mine.cursor
    theirs = memory.scoped(user="bob").save("bob's")
    both.save("the team's", scope=("team",))
    memory.scoped(user="bob").erase(theirs.id)
    assert (told(mine), mine.cursor) == ([], before)
    assert told(ours) == ["the team's"]
    assert sorted(told(all_of_it)) == ["the team's"]
    assert told(memory.watch(timeout=0, under=Scope(team="core"))) == []


def test_an_erasure_is_told_without_text(clock: FrozenClock, memory: Memory, ada: ScopedMemory) -> None:
    """Once, with its scope alone; what was written meanwhile is told too, and of an erased version nothing."""
    item, entries = ada.save("secret"), ada.watch(timeout=0)
    ada.update(item.id, text="more secret")
    ada.save("kept")
    ada.erase(item.id)
    assert told(entries) == ["erased Scope(user='ada')", "kept"]
    assert told(entries) == []
    cursor = entries.cursor
    clock.advance(hours=1)
    memory.erase(under=Scope(user="ada"))
    assert told(entries) == ["erased Scope(user='ada')"]
    assert told(entries) == []
    clock.advance(hours=1)
    for n in range(9):  # further than the cursor of the scope that is gone
        ada.save(f"new {n}")
    assert told(entries) == [f"new {n}" for n in range(9)]
    assert told(ada.watch(cursor, timeout=0)) == ["erased Scope(user='ada')", *(f"new {n}" for n in range(9))]
    assert (
        told(ada.watch(cursor, timeout=0))[0]
        == Erased(Scope(user="ada")).to_json()["verb"] + "d Scope(user='ada')"
    )


def test_a_change_of_the_model_is_no_erasure(url: str) -> None:
    """To whoever follows: not while it is made, and not from a cursor of before; what is saved meanwhile comes once."""
    models = [HashingEmbedder(32, "one"), HashingEmbedder(48, "two"), None, HashingEmbedder(32, "one")]
    with Memory(url, embedder=models[0]) as memory:
        ada = memory.scoped(user="ada")
        ada.save("before")
        entries, cursor = ada.watch(timeout=0), ada.changes().next
        for n, model in enumerate(models[1:]):
            memory.reembed(model)
            assert told(entries) == []
            ada.save(f"after {n}")
            assert told(entries) == [f"after {n}"]
        assert told(ada.watch(cursor, timeout=0)) == ["after 0", "after 1", "after 2"]
        ada.erase(ada.save("gone").id)
        assert "erased Scope(user='ada')" in told(ada.watch(cursor, timeout=0))


def test_writers_in_other_processes(tmp_path: Path) -> None:
    """Three processes write while one reads along, opening the store anew every so often: each change once, each writer's in order."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    Memory(url, embedder=None).close()
    cursor, seen = Memory(url, embedder=None).scoped(user="ada").changes().next, list[str]()
    writers = [start("notes", url, str(n), str(EACH)) for n in range(WRITERS)]
    while len(seen) < WRITERS * EACH:
        with Memory(url, embedder=None) as memory:
            entries = memory.scoped(user="ada").watch(cursor, timeout=30)
            for change in entries:
                assert isinstance(change, Change)
                seen.append(change.text)
                cursor = entries.cursor
                if len(seen) % 25 == 0 or len(seen) == WRITERS * EACH:
                    break
            else:
                raise AssertionError(f"only {len(seen)} told")
    for writer in writers:
        finish(writer)
    assert max(Counter(seen).values()) == 1
    for n in range(WRITERS):
        assert [one for one in seen if one.startswith(f"{n}:")] == [f"{n}:{at}" for at in range(EACH)]
    with Memory(url, embedder=None) as memory:
        assert told(memory.scoped(user="ada").watch(cursor, timeout=0)) == []


def test_it_waits_until_it_is_closed(url: str) -> None:
    """A watch wakes for a write of another thread, ends when closed from there, and says so when the memory is closed."""
    with Memory(url, embedder=None) as memory:
        ada, seen, first = memory.scoped(user="ada"), list[str](), threading.Event()
        with ada.watch() as entries:

            def follow() -> None:
                for change in entries:
                    seen.append(change.verb)
                    first.set()

            thread = threading.Thread(target=follow)
            thread.start()
            ada.save("x")
            assert first.wait(30)
        thread.join(30)
        assert not thread.is_alive()
        assert seen == ["save"]
        late = ada.watch()
    with pytest.raises(StoreClosed):
        next(late)


def test_async(url: str) -> None:
    """The same in an event loop, which goes on meanwhile."""

    async def main() -> list[str]:
        async with AsyncMemory(url, embedder=None) as memory:
            ada, seen = memory.scoped(user="ada"), list[str]()
            async with await ada.watch(timeout=30) as entries:

                async def write() -> None:
                    for text in ("a", "b"):
                        await ada.save(text)

                writing = asyncio.create_task(write())
                async for change in entries:
                    assert isinstance(change, Change)
                    seen.append(change.text)
                    if len(seen) == 2:
                        entries.close()
                await writing
            return seen

    assert asyncio.run(main()) == ["a", "b"]


def test_the_command_follows(tmp_path: Path) -> None:
    """`holdfast changes --follow --json` prints a line for each change of another process, with the cursor after it."""
    url = f"sqlite:///{tmp_path / 'memory.db'}"
    with Memory(url, embedder=None) as memory:
        ada = memory.scoped(user="ada")
        cursor = ada.changes().next
        following = start("command", "changes", "--follow", "--json", "--store", url, "--user", "ada", "--since", str(cursor), "--timeout", "8")  # fmt: skip
        item = ada.save("said elsewhere")
        assert following.stdout is not None
        first = json.loads(following.stdout.readline())
        assert (first["verb"], first["item"]["id"]) == ("save", item.id)
        ada.erase(item.id)
        assert json.loads(following.stdout.readline())["verb"] == "erase"
        finish(following)
        assert told(ada.watch(first["next"], timeout=timedelta(0).total_seconds())) == [
            "erased Scope(user='ada')"
        ]
