"""Scopes too large to rank whole: the same promises hold when rows are drawn by words and by lists of vectors.

The sizes from which on that happens are lowered here; what a scope of a million does, `benchmarks.scale` shows.
"""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.filters import Eq
from holdfast.memory import ScopedMemory
from holdfast.stores import sqlite_search
from holdfast.stores.index import NEAR_UP_TO, SIZES, Sizes
from holdfast.stores.sqlite import SqliteStore
from holdfast.testing import FrozenClock, HashingEmbedder

SMALL = Sizes(ranked=60, drawn=50, sentences=10**6, lists=256, looked_at=100, at_least=64)
WHOLE = SMALL._replace(ranked=10**6)
NOUNS = (
    "tea coffee server port report invoice garden train ticket kernel lamp piano river window recipe".split()
)
VERBS = "likes moved fixed sold painted lost found paid for wrote about dreamt of".split()
QUERIES = (
    "who likes tea?",
    "the report about the invoice",
    "what happened on 3 January 2026?",
    "zebra",
    "piano river lamp",
)


def texts(count: int, seed: int = 1) -> list[str]:
    """Made-up lines; the n-th names a thing of its own."""
    chance = random.Random(seed)
    return [
        f"{chance.choice('Ada Ben Cy'.split())} {chance.choice(VERBS)} the {chance.choice(NOUNS)} and the "
        f"{chance.choice(NOUNS)}. It was thing{n} of {chance.choice(NOUNS)}."
        for n in range(count)
    ]


def fill(memory: ScopedMemory, count: int, seed: int = 1) -> list[str]:
    """Save lines as turns of threads of ten, every seventh as a fact; return their ids."""
    lines = texts(count, seed)
    return [
        item.id
        for item in memory.save_many(
            {"text": text, "tags": [f"t{n % 3}"]}
            if n % 7 == 0
            else {"text": text, "kind": "episode", "thread": f"d{n // 10}", "turn": n % 10, "speaker": "Ada"}
            for n, text in enumerate(lines)
        )
    ]


def opened(path: Path, sizes: Sizes = SMALL, clock: FrozenClock | None = None, **more: Any) -> Memory:
    """A memory over a file, searched in the large way from these sizes on."""
    return Memory(
        SqliteStore(str(path), sizes=sizes), embedder=HashingEmbedder(), clock=clock or FrozenClock(), **more
    )


def answers(memory: ScopedMemory, **options: Any) -> list[list[tuple[str, float, float]]]:
    """Ids, scores and relevances for every query."""
    return [
        [(hit.id, hit.score, hit.relevance) for hit in memory.search(query, **options)] for query in QUERIES
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "memory.db"


@pytest.fixture
def ada(path: Path) -> Iterator[ScopedMemory]:
    """Ada with 700 memories, trained lists and rows that are drawn."""
    with opened(path) as memory:
        ada = memory.scoped(user="ada")
        fill(ada, 700)
        yield ada


def test_what_is_drawn_holds_what_ranking_everything_finds(ada: ScopedMemory, path: Path) -> None:
    """The best hit is the same with the same score, and of the ten best hardly one is missing."""
    with opened(path, WHOLE) as memory:
        everything = answers(memory.scoped(user="ada"))
    drawn = answers(ada)
    shared = [
        len({id for id, *_ in one} & {id for id, *_ in two})
        for one, two in zip(everything, drawn, strict=True)
    ]
    assert sum(shared) >= 0.8 * sum(len(one) for one in everything)
    assert all(len(one) == 10 for one in drawn)


@pytest.mark.parametrize(
    "options", [{"where": Eq("tags", "t1")}, {"kinds": ["fact"], "where": Eq("tags", "t0")}]
)
def test_a_filter_that_keeps_few_ranks_them_all(
    ada: ScopedMemory, path: Path, options: dict[str, Any]
) -> None:
    """Ids, scores and relevances are those of ranking everything, to the bit, and there is a full k."""
    with opened(path, SIZES) as memory:
        assert answers(ada, **options) == answers(memory.scoped(user="ada"), **options)
    assert all(len(found) == 10 for found in answers(ada, **options))


def test_a_few_of_one_user_among_many_of_others(path: Path) -> None:
    """A small scope inside a large store, read alone or beside a large shared one, gets a full k of what it may see."""
    with opened(path) as memory:
        fill(memory.scoped(team="core"), 600, seed=2)
        own = fill(memory.scoped(user="ada"), 30, seed=3)
        alone = memory.scoped(user="ada").search("tea", k=20)
        assert len(alone) == 20
        assert {hit.id for hit in alone} <= set(own)
        both = memory.scoped(user="ada", team="core")
        assert len(both.search("tea", k=50)) == 50
        exact = both.search(f"which was thing7 {texts(30, 3)[7]}", k=5)
        assert exact[0].id == own[7]


def test_many_scopes_in_one_search(path: Path) -> None:
    """What many scopes draw is cut to the likeliest of all of them: a full k, the best hit among them, none from elsewhere."""
    with opened(path, SMALL._replace(drawn=20, together=100)) as memory:
        teams = [f"t{n}" for n in range(8)]
        ids = {team: fill(memory.scoped(team=team), 60, seed=n) for n, team in enumerate(teams)}
        fill(memory.scoped(team="other"), 60, seed=99)
        caller = memory.scoped(team=teams)
        hits = caller.search(f"which was thing11 {texts(60, 5)[11]}", k=80)
        assert hits[0].id == ids["t5"][11]
        assert len(hits) == 80
        assert {hit.id for hit in hits} <= {id for own in ids.values() for id in own}
        assert hits.receipt.counts["live"] == 480
        assert hits.receipt.counts["ranked"] == 100
        assert caller.rerun(hits.receipt).same


def test_others_change_nothing(path: Path, tmp_path: Path) -> None:
    """Another scope's memories, however many, leave ids, scores and order as they were, to the bit."""
    found = []
    for crowd, file in ((0, path), (900, tmp_path / "other.db")):
        with opened(file, clock=FrozenClock(seed=5)) as memory:
            fill(memory.scoped(user="ada"), 700)
            fill(memory.scoped(user="ben"), crowd, seed=4)
            found.append(answers(memory.scoped(user="ada")))
    assert found[0] == found[1]


def test_both_clocks(path: Path) -> None:
    """Asked about the past, a large scope answers from the past: its own rows, its own lists, its own statistics."""
    clock = FrozenClock()
    with opened(path, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        ids = fill(ada, 500)
        then, before = clock.now(), answers(ada)
        receipts = [ada.search(query).receipt for query in QUERIES]
        clock.advance(days=3)
        fill(ada, 600, seed=8)  # more than four times the first size: the lists are trained anew
        for id in ids[:200]:
            ada.delete(id)
        assert answers(ada) != before
        assert answers(ada, known_at=then) == before
        reruns = [ada.rerun(receipt) for receipt in receipts]
        assert all(one.same and not one.notes for one in reruns)
        assert not {hit.id for query in QUERIES for hit in ada.search(query, k=100)} & set(ids[:200])


def test_lists_that_were_deleted_come_back_as_they_were(ada: ScopedMemory, path: Path) -> None:
    """The lists are kept in the file for the next process; without them it makes the same again."""
    before = answers(ada)
    db = sqlite3.connect(path)
    kept = db.execute("SELECT centres, lists FROM clusters").fetchall()
    assert len(kept) == 1
    with opened(path) as memory:
        assert answers(memory.scoped(user="ada")) == before
    with db:
        db.execute("DELETE FROM clusters")
    with opened(path) as memory:
        assert answers(memory.scoped(user="ada")) == before
    assert db.execute("SELECT centres, lists FROM clusters").fetchall() == kept
    db.close()


def test_a_store_in_memory(ada: ScopedMemory) -> None:
    """The same answers as from a file, its one connection notwithstanding."""
    with Memory(
        SqliteStore(":memory:", sizes=SMALL), embedder=HashingEmbedder(), clock=FrozenClock()
    ) as memory:
        own = memory.scoped(user="ada")
        fill(own, 700)
        assert answers(own) == answers(ada)


def test_what_others_write_is_found(path: Path) -> None:
    """A process that follows another's writes answers as one that has just opened the file, to the bit."""
    clock = FrozenClock()
    with opened(path, clock=clock) as writer, opened(path, clock=clock) as reader:
        ada, follower = writer.scoped(user="ada"), reader.scoped(user="ada")
        ids = fill(ada, NEAR_UP_TO + 100)
        follower.search("tea")
        chance = random.Random(3)
        for n in range(40):
            clock.advance(minutes=1)
            id = chance.choice(ids)
            if n % 4 == 0:
                ids.append(
                    ada.save(f"tea number {n}", kind="episode", thread=f"d{n % 5}", turn=n, speaker="Ben").id
                )
            elif n % 4 == 1:
                ada.update(id, text=f"Ben sold the piano {n} times")
            elif n % 4 == 2:
                ada.delete(id)
                ids.remove(id)
            else:
                ada.save(f"The lamp is in room {n}", slot="lamp.room", value=n)
                ada.save(f"A lamp for now {n}", expires_at=clock.now() + timedelta(minutes=2))
            with opened(path, clock=clock) as fresh:
                assert answers(follower) == answers(fresh.scoped(user="ada"))


def test_growing_and_opening_afresh_answer_alike(path: Path) -> None:
    """Whether a scope grew under a process through every size, or was loaded at once: the same answers, to the bit."""
    with opened(path) as grown:
        ada = grown.scoped(user="ada")
        for part in range(12):
            fill(ada, 120, seed=part)
            with opened(path) as fresh:
                assert answers(ada) == answers(fresh.scoped(user="ada"))


def test_sentences_from_the_file_are_those_in_memory(ada: ScopedMemory, path: Path) -> None:
    """A scope whose sentences are not held compares them all the same."""
    with opened(path, SMALL._replace(sentences=100)) as memory:
        assert answers(memory.scoped(user="ada")) == answers(ada)


def test_receipts_count_what_there_is(ada: ScopedMemory, path: Path) -> None:
    """How many are live and how many hold a word does not depend on how many were ranked."""
    drawn = ada.search("tea for the zebra").receipt.counts
    with opened(path, WHOLE) as memory:
        everything = memory.scoped(user="ada").search("tea for the zebra").receipt.counts
    assert (
        (drawn["live"], drawn["words"]) == (everything["live"], everything["words"]) == (700, drawn["words"])
    )
    assert drawn["ranked"] < everything["ranked"] == 700


def test_why_a_memory_was_not_drawn(ada: ScopedMemory) -> None:
    """One that is far from the query by words and meaning fell to the channel cut; nearer ones fell below k."""
    hits = ada.search("tea", k=3)
    page = ada.list(limit=700).items
    told = [ada.why_not(hits.receipt, item.id) for item in page[::10]]
    stages = {one.stage for one in told}
    assert {"below the channel cut", "below k"} <= stages <= {"below the channel cut", "below k", "returned"}
    outside = next(one for one in told if one.stage == "below the channel cut")
    assert outside.missing is not None
    assert "700 live memories" in outside.detail
    filtered = ada.search("tea", k=3, kinds=["fact"]).receipt
    episode = next(item.id for item in page if item.kind == "episode")
    assert ada.why_not(filtered, episode).stage == "filtered"


def test_without_a_model_words_draw_alone(path: Path) -> None:
    """A full k of texts with the word; where no text has any of them, nothing, and `why_not` knows why."""
    with Memory(SqliteStore(str(path), sizes=SMALL), embedder=None, clock=FrozenClock()) as memory:
        ada = memory.scoped(user="ada")
        fill(ada, 300)
        assert all("tea" in hit.item.text for hit in ada.search("tea", k=10))
        nothing = ada.search("zebra", k=10)
        assert nothing == []
        assert ada.why_not(nothing.receipt, ada.list(limit=1).items[0].id).stage == "no match"


def test_texts_from_before_there_was_a_model(path: Path) -> None:
    """Texts without a vector are found by their words among those that have one, and the lists make do."""
    with Memory(SqliteStore(str(path), sizes=SMALL), embedder=None, clock=FrozenClock()) as memory:
        old = fill(memory.scoped(user="ada"), 300)
    with opened(path, clock=FrozenClock(seed=1)) as memory:
        ada = memory.scoped(user="ada")
        new = fill(ada, 150, seed=2)
        found = ada.search("which was thing201?", k=3)
        assert ada.why_not(found.receipt, old[201]).stage in ("below k", "returned")  # so it was drawn
        assert ada.search(f"which was thing8 {texts(150, 2)[8]}", k=5)[0].id == new[8]
        before = answers(ada)
    with opened(path) as memory:
        assert answers(memory.scoped(user="ada")) == before


def test_loading_a_large_scope_tells_how_far_it_is(
    ada: ScopedMemory, path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log of the package gets a line for each part that is read, with what is done and what there is."""
    monkeypatch.setattr(sqlite_search, "CHUNK", 256)
    monkeypatch.setattr(sqlite_search, "TOLD_FROM", 512)
    before = answers(ada)
    with opened(path) as memory, caplog.at_level(logging.INFO, logger="holdfast"):
        assert answers(memory.scoped(user="ada")) == before
    steps: Sequence[Any] = [record.args for record in caplog.records if record.name == "holdfast"]
    assert steps == [(0, 700), (256, 700), (512, 700), (700, 700)]
