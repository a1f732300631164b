"""A search goes on while its query is embedded: the answers are those of one that waits, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from holdfast import AsyncMemory, Memory, waiting
from holdfast.away import AWAY, away
from holdfast.embedders import MiniLM
from holdfast.errors import EmbedderError, StoreClosed
from holdfast.ports import Floats
from holdfast.stores.index import SIZES, Sizes
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FrozenClock, HashingEmbedder

WORDS = "river stone lamp copper garden window letter bridge candle winter".split()
ASKED = ("the river and the stone", "a copper lamp", "letters in winter", "nothing of the kind")


@pytest.fixture(autouse=True)
def always_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go beside the model however busy the machine is."""
    monkeypatch.setattr(waiting, "_ALONE", 0)
    monkeypatch.setattr(waiting._HELPER, "_alone", 0)


class Away(HashingEmbedder):
    """An embedder that leaves Python before its vector is there; `meanwhile` is what happens then."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def embed(self, texts: Sequence[str]) -> Floats:
        if len(texts) == 1:
            away()
            self.meanwhile()
        return super().embed(texts)


class Waiting(Away):
    """The same, and nobody is told that it is away."""

    def embed(self, texts: Sequence[str]) -> Floats:
        return contextvars.Context().run(super().embed, texts)


def filled(memory: Memory, user: str, count: int) -> None:
    """Save turns and facts of a user, of whom the team holds some."""
    caller = memory.scoped(user=user, team="harbour")
    caller.save_many(
        [
            {
                "text": f"{user} {WORDS[n % 10]} {WORDS[n * 7 % 9]} {n}. The {WORDS[n % 7]} again.", "kind": "fact" if n % 5 == 0 else "episode",
                "thread": None if n % 5 == 0 else f"t{n // 12}", "turn": None if n % 5 == 0 else n % 12,
            }
            for n in range(count)
        ]
    )  # fmt: skip
    memory.scoped(team="harbour").save(f"{user} has a {WORDS[len(user)]}")


# A scope that reads the vectors of sentences from the file.
READS = Sizes(ranked=60, drawn=50, sentences=100, lists=256, looked_at=100, at_least=64)


@pytest.mark.parametrize(("count", "sizes"), [(30, SIZES), (4_500, SIZES), (600, READS)])
def test_it_answers_as_one_that_waits(tmp_path: Path, clock: FrozenClock, count: int, sizes: Sizes) -> None:
    """Of a scope that is ranked whole, and of one that draws rows: the same memories, scores and signals, also from several threads."""

    def opened(embedder: Away) -> Memory:
        return Memory(SqliteStore(str(tmp_path / "store.db"), sizes=sizes), clock=clock, embedder=embedder)

    with opened(Away()) as memory:
        filled(memory, "ada", count)
        filled(memory, "bo", 40)
    answers: list[list[Any]] = []
    for embedder in (Away(lambda: time.sleep(0.002)), Waiting()):
        with opened(embedder) as memory:

            def told(query: str, memory: Memory = memory) -> list[Any]:
                ada = memory.scoped(user="ada", team="harbour")
                return [
                    (hit.id, hit.score, hit.relevance, dict(hit.signals))
                    for asked in (ada.search, memory.scoped(user=["ada", "bo"]).search)
                    for hit in asked(query, k=20)
                ]

            answers.append([told(query) for _ in range(2) for query in ASKED])
            with ThreadPoolExecutor(6) as threads:
                answers.append(list(threads.map(told, ASKED * 2)))
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert all(answers[0])


@pytest.mark.parametrize(("threads", "said"), [(2, 1), (1, 0)])
def test_the_shipped_model_says_when_it_is_away(threads: int, said: int) -> None:
    """Once for a query, where there is a processor for whoever waits."""
    told: list[int] = []
    token = AWAY.set(lambda: told.append(1))
    model = MiniLM(threads=threads)
    try:
        model.embed(["where is the river?"])
    finally:
        AWAY.reset(token)
        model.close()
    assert len(told) == said


def test_what_happens_meanwhile_counts_in_a_scope_that_reads_on(tmp_path: Path, clock: FrozenClock) -> None:
    """The same where the vectors of sentences are read from the file after the query is embedded."""
    path, embedder = str(tmp_path / "store.db"), Away()
    with (
        Memory(SqliteStore(path, sizes=READS), clock=clock, embedder=embedder) as memory,
        Memory(SqliteStore(path, sizes=READS), clock=clock, embedder=Away()) as other,
    ):
        ada = memory.scoped(user="ada")
        filled(memory, "ada", 600)
        gone = ada.save("An owl sits there. The attic is dark.")
        assert ada.search("the owl in the attic")[0].id == gone.id

        def erase() -> None:
            embedder.meanwhile = lambda: None
            other.scoped(user="ada").erase(gone.id)
            other.scoped(user="ada").save("Owls are back. The attic is theirs.")

        embedder.meanwhile = erase
        found = [hit.text for hit in ada.search("the owls of the attic")]
        assert found[0] == "Owls are back. The attic is theirs."
        assert gone.text not in found


def test_what_happens_meanwhile_counts(url: str, clock: FrozenClock) -> None:
    """What another process erases or writes while the query is embedded is in no answer, or in it."""
    embedder = Away()
    with (
        Memory(url, clock=clock, embedder=embedder) as memory,
        Memory(url, clock=clock, embedder=Away()) as other,
    ):
        ada = memory.scoped(user="ada")
        gone = ada.save("the river floods the garden")
        ada.save("the bridge over the river")
        assert gone.id in {hit.id for hit in ada.search("river garden")}

        def meanwhile() -> None:
            embedder.meanwhile = lambda: None
            other.scoped(user="ada").erase(gone.id)
            other.scoped(user="ada").save("a river runs by the garden wall")

        embedder.meanwhile = meanwhile
        found = [hit.item.text for hit in ada.search("what is by the river in the garden")]
        assert sorted(found) == ["a river runs by the garden wall", "the bridge over the river"]


def test_a_model_that_fails_after_it_left(url: str, clock: FrozenClock) -> None:
    """Its own error reaches whoever asked, and the next search has its answer."""
    embedder = Away()
    with Memory(url, clock=clock, embedder=embedder) as memory:
        ada = memory.scoped(user="ada")
        ada.save("the river floods the garden")

        def fails() -> None:
            raise EmbedderError("out of memory")

        for _ in range(3):
            embedder.meanwhile = fails
            with pytest.raises(EmbedderError, match="out of memory"):
                ada.search("where is the river?")
            embedder.meanwhile = lambda: None
            assert len(ada.search("where is the river now?")) == 1


def test_an_error_of_what_is_done_beside_it_is_the_searchs(url: str, clock: FrozenClock) -> None:
    """A store that is closed while the query is embedded says so."""
    embedder = Away()
    memory = Memory(url, clock=clock, embedder=embedder)
    ada = memory.scoped(user="ada")
    ada.save("the river floods the garden")
    ada.search("river")
    embedder.meanwhile = memory.close
    with pytest.raises(StoreClosed):
        ada.search("where is the river?")


def test_closing_while_others_search(url: str, clock: FrozenClock) -> None:
    """Each search is answered or told that the memory is closed."""
    with Memory(url, clock=clock, embedder=None) as memory:
        memory.scoped(user="ada").save("the river floods the garden")
    for _ in range(30):
        memory = Memory(url, clock=clock, embedder=None)
        search, begun = memory.scoped(user="ada").search, threading.Barrier(4)

        def told(search: Callable[..., Sequence[Any]] = search, begun: threading.Barrier = begun) -> int:
            begun.wait(10)
            while True:
                try:
                    assert len(search("river")) == 1
                except StoreClosed:
                    return 1

        with ThreadPoolExecutor(3) as threads:
            answers = [threads.submit(told) for _ in range(3)]
            begun.wait(10)
            memory.close()
            assert sum(one.result(20) for one in answers) == 3


def test_searches_at_once_each_get_their_own_answer(url: str, clock: FrozenClock) -> None:
    """One thread helps them all; who finds it at work waits for nothing."""
    gate = threading.Barrier(4)
    embedder = Away(lambda: gate.wait(10))
    with Memory(url, clock=clock, embedder=embedder) as memory:
        with Memory(url, clock=clock, embedder=Away()) as other:
            for word in WORDS:
                other.scoped(user="ada").save(f"a thing about the {word}")
        with ThreadPoolExecutor(4) as threads:
            search = memory.scoped(user="ada").search
            found = list(threads.map(lambda word: search(word, k=1)[0].item.text, WORDS[:8]))
    assert found == [f"a thing about the {word}" for word in WORDS[:8]]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_child_of_a_fork_searches(url: str, clock: FrozenClock) -> None:
    """Its parent's helping thread is not there, nor waited for."""
    with Memory(url, clock=clock, embedder=Away()) as memory:
        ada = memory.scoped(user="ada")
        ada.save("the river floods the garden")
        assert len(ada.search("where is the river?")) == 1
        child = os.fork()
        if not child:
            os._exit(0 if [len(ada.search(f"the river {n}")) for n in range(3)] == [1, 1, 1] else 1)
        assert os.waitpid(child, 0)[1] == 0


def test_in_an_event_loop_it_is_waited_for(url: str, clock: FrozenClock) -> None:
    """The same answers there."""

    async def told() -> list[str]:
        async with AsyncMemory(url, clock=clock, embedder=Away()) as memory:
            ada = memory.scoped(user="ada")
            await ada.save("the river floods the garden")
            return [hit.item.text for hit in await ada.search("river")]

    assert asyncio.run(told()) == ["the river floods the garden"]
