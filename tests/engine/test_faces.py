"""One engine, two faces: Memory and AsyncMemory have the same verbs, signatures and answers."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Draft, Memory, Scope
from holdfast.errors import HoldfastError, StoreClosed
from holdfast.memory import AsyncScopedMemory, ScopedMemory
from holdfast.testing import FrozenClock, HashingEmbedder

PAIRS = [(Memory, AsyncMemory), (ScopedMemory, AsyncScopedMemory)]


def verbs(cls: type) -> dict[str, Any]:
    """The public methods of a class by name."""
    return {name: one for name, one in inspect.getmembers(cls, inspect.isfunction) if name[0] != "_"}


@pytest.mark.parametrize(("plain", "waiting"), PAIRS)
def test_both_faces_have_the_same_verbs(plain: type, waiting: type) -> None:
    """Name by name, parameter by parameter, default by default."""
    assert verbs(plain).keys() == verbs(waiting).keys()
    for name, verb in verbs(plain).items():
        other = verbs(waiting)[name]
        assert list(inspect.signature(verb).parameters.values()) == list(
            inspect.signature(other).parameters.values()
        )
        if name not in ("acting", "scoped", "close"):
            assert inspect.getdoc(verb) == inspect.getdoc(other)


@pytest.mark.parametrize("cls", [ScopedMemory, AsyncScopedMemory])
def test_scoped_verbs_do_not_offer_under(cls: type) -> None:
    """No verb of a scoped caller shows `under`, and no way round it is offered."""
    for name, verb in verbs(cls).items():
        assert "under" not in inspect.signature(verb).parameters, name
    alone = {"acting", "scoped", "close", "backup", "reembed", "policy", "hold"}
    assert set(verbs(cls)) == set(verbs(Memory)) - alone


def test_scoped_has_no_public_way_to_more() -> None:
    """Nothing public on a scoped caller leads back to the store or to other scopes."""
    with Memory("sqlite://", embedder=None) as memory:
        caller = memory.scoped(user="ada")
        assert {name for name in dir(caller) if name[0] != "_"} == set(verbs(ScopedMemory))


SCRIPT: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("save", ("the server listens on 8080",), {"slot": "server.port", "value": 8080}),
    ("save_many", ([{"text": f"turn {n}", "kind": "episode", "thread": "t"} for n in range(5)],), {}),
    ("save", ("the server listens on 9090",), {"slot": "server.port", "value": 9090, "idempotency_key": "k"}),
    ("save", ("the server listens on 9090",), {"slot": "server.port", "value": 9090, "idempotency_key": "k"}),
    ("search", ("which port does the server use",), {}),
    ("search", ("turn",), {"k": 3, "where": {"eq": {"kind": "episode"}}}),
    ("list", (), {"limit": 2}),
    ("current", ("server.port",), {}),
    ("history", (), {"slot": "server.port"}),
    ("update_many", ({"eq": {"kind": "episode"}}, {"tags": ["x"]}), {}),
    ("delete_many", ({"contains": {"text": "turn 3"}},), {"dry_run": True}),
    ("delete_many", ({"contains": {"text": "turn 3"}},), {}),
    ("overview", (), {}),
    ("stats", (), {}),
    ("changes", (), {}),
    ("get", ("not an id",), {}),
    ("save", ("",), {}),
    ("list", (), {"where": {"eq": {"colour": 1}}}),
]


def outcome(call: Any) -> Any:
    """Return the answer as plain values, or the error as text."""
    try:
        answer = call()
    except HoldfastError as error:
        return type(error).__name__, str(error)
    return [one.to_json() for one in answer] if isinstance(answer, list) else answer and answer.to_json()


def test_the_same_script_gives_the_same_answers(tmp_path: Path) -> None:
    """Every step of a script answers the same on both faces, ids and scores included."""
    with Memory(f"sqlite:///{tmp_path / 'a.db'}", embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
        plain = [outcome(lambda s=s: getattr(memory.scoped(user="ada"), s[0])(*s[1], **s[2])) for s in SCRIPT]

    async def run() -> list[Any]:
        url = f"sqlite:///{tmp_path / 'b.db'}"
        async with AsyncMemory(url, embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
            found = []
            for name, arguments, named in SCRIPT:
                try:
                    answer = await getattr(memory.scoped(user="ada"), name)(*arguments, **named)
                    found.append(outcome(lambda answer=answer: answer))
                except HoldfastError as error:
                    found.append((type(error).__name__, str(error)))
            return found

    assert asyncio.run(run()) == plain


def test_memory_works_inside_a_running_loop() -> None:
    """As in a notebook: the plain face needs no loop and does not mind one."""

    async def run() -> str:
        with Memory("sqlite://", embedder=HashingEmbedder()) as memory:
            ada = memory.scoped(user="ada")
            ada.save("hello there")
            return ada.search("hello")[0].text

    assert asyncio.run(run()) == "hello there"


class SlowEmbedder(HashingEmbedder):
    """A model that takes a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()

    def embed(self, texts: Sequence[str]) -> Any:
        """Return the vectors after a moment."""
        self.begun.set()
        time.sleep(0.05)
        return super().embed(texts)


def test_the_loop_goes_on_while_a_verb_waits() -> None:
    """A slow model does not stop the event loop, and several verbs are under way at once."""

    async def run() -> tuple[int, int]:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                await asyncio.sleep(0.005)
                ticks += 1

        async with AsyncMemory("sqlite://", embedder=SlowEmbedder()) as memory:
            ticking = asyncio.create_task(tick())
            ada = memory.scoped(user="ada")
            await asyncio.gather(*(ada.save(f"note {n}") for n in range(8)))
            ticking.cancel()
            return ticks, (await ada.stats()).items

    ticks, items = asyncio.run(run())
    assert ticks >= 3
    assert items == 8


def test_the_loop_goes_on_while_a_verb_computes() -> None:
    """What a verb does itself, a user's own redaction say, does not stop the event loop either."""
    begun, went_on = threading.Event(), threading.Event()

    def redact(draft: Draft) -> Draft:
        begun.set()
        return replace(draft, text=f"{draft.text}, loop {'goes on' if went_on.wait(10) else 'stands'}")

    async def run() -> str:
        async with AsyncMemory("sqlite://", embedder=None, redact=redact) as memory:
            saving = asyncio.create_task(memory.scoped(user="ada").save("the river floods"))
            await asyncio.to_thread(begun.wait)
            went_on.set()
            return (await saving).text

    assert asyncio.run(run()) == "the river floods, loop goes on"


def test_a_save_cancelled_before_it_writes_is_not_kept() -> None:
    """Nobody waits for it any more: what the model still does leads to no write."""

    async def run() -> int:
        model = SlowEmbedder()
        async with AsyncMemory("sqlite://", embedder=model) as memory:
            ada = memory.scoped(user="ada")
            await ada.save("the first")
            model.begun.clear()
            saving = asyncio.create_task(ada.save("the second"))
            await asyncio.to_thread(model.begun.wait)
            saving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await saving
            await asyncio.sleep(0.2)
            return (await ada.stats()).items

    assert asyncio.run(run()) == 1


def test_more_verbs_at_once_than_threads_all_end(tmp_path: Path) -> None:
    """Searches, saves and steps, each with a model that is waited for, do not wait for each other's threads."""

    async def run() -> tuple[int, int]:
        async with AsyncMemory(f"sqlite:///{tmp_path / 'g.db'}", embedder=SlowEmbedder()) as memory:
            callers = [memory.scoped(user=f"user {n}") for n in range(12)]
            await asyncio.gather(*(one.save("the river floods") for one in callers))
            found = await asyncio.gather(
                *(one.search("river") for one in callers),
                *(one.observe("I live in Oslo.") for one in callers),
            )
            return sum(len(one) for one in found[:12]), sum(len(one.episodes) for one in found[12:])

    assert asyncio.run(asyncio.wait_for(run(), 60)) == (12, 12)


def test_cancelling_leaves_all_or_nothing(tmp_path: Path) -> None:
    """A cancelled save has either happened or not, the memory works on, and its key can be used to find out."""

    async def run() -> tuple[int, int]:
        model = SlowEmbedder()
        async with AsyncMemory(f"sqlite:///{tmp_path / 'c.db'}", embedder=model) as memory:
            ada = memory.scoped(user="ada")
            for n in range(12):
                saving = asyncio.create_task(ada.save(f"note {n}", idempotency_key=f"key {n}"))
                await asyncio.sleep(0.008 * n)
                saving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await saving
            await asyncio.sleep(0.1)
            for n in range(12):
                await ada.save(f"note {n}", idempotency_key=f"key {n}")
            page = await ada.list(limit=100)
            return len(page), len({item.text for item in page})

    assert asyncio.run(run()) == (12, 12)


def test_after_close_every_verb_says_so(tmp_path: Path) -> None:
    """A closed memory raises StoreClosed from both faces; closing twice is fine."""
    memory = Memory(f"sqlite:///{tmp_path / 'd.db'}", embedder=None)
    ada = memory.scoped(user="ada")
    item = ada.save("hello")
    memory.close()
    memory.close()
    calls = [
        lambda: ada.save("x"), lambda: ada.search("x"), lambda: ada.get(item.id), lambda: ada.list(),
        lambda: ada.changes(), lambda: ada.update(item.id, text="y"), lambda: ada.stats(), lambda: ada.current("a.b"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(StoreClosed):
            call()

    async def run() -> None:
        waiting = AsyncMemory(f"sqlite:///{tmp_path / 'd.db'}", embedder=None)
        async_ada = waiting.scoped(user="ada")
        assert (await async_ada.get(item.id)).text == "hello"
        await waiting.close()
        await waiting.close()
        for call in (lambda: async_ada.save("x"), lambda: async_ada.list(), lambda: async_ada.search("x")):
            with pytest.raises(StoreClosed):
                await call()

    asyncio.run(run())


def test_a_store_object_can_be_given(tmp_path: Path, clock: FrozenClock) -> None:
    """Two memories over one store object see each other; `actor` is recorded for each."""
    from holdfast.stores.sqlite import SqliteStore

    store = SqliteStore(str(tmp_path / "e.db"))
    one, two = (Memory(store, embedder=None, clock=clock, actor=name) for name in ("one", "two"))
    one.save("hello", scope=Scope.shared())
    clock.advance(timedelta(days=1))
    assert [change.actor for change in two.changes()] == ["one"]
    store.close()
