"""Events as times in a query: a search for what was "before I moved" looks up when that was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import InvalidInput, NotFound
from holdfast.memory import ScopedMemory
from holdfast.receipts import Receipt
from holdfast.testing import FrozenClock, HashingEmbedder

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEFORE, AFTER = "Had dinner at the harbour place", "Had dinner at the garden place"
QUERY = "Where did I have dinner before I moved to Lisbon?"


@pytest.fixture(params=["vectors", "words"])
def memory(request: pytest.FixtureRequest) -> Iterator[Memory]:
    """A store in memory under a frozen clock, with and without vectors."""
    embedder = HashingEmbedder() if request.param == "vectors" else None
    with Memory("sqlite://", embedder=embedder, clock=FrozenClock(NOW)) as made:
        yield made


def note(caller: ScopedMemory, text: str, ago: int, **given: Any) -> Any:
    """Let a caller note something so many days ago."""
    return caller.save(text, kind="episode", observed_at=NOW - ago * DAY, **given)


def dinners(memory: Memory, user: str = "ada") -> ScopedMemory:
    """Return a user's memory with a dinner 100 days ago and one 20 days ago."""
    caller = memory.scoped(user=user)
    note(caller, BEFORE, 100)
    note(caller, AFTER, 20)
    return caller


def meant(caller: ScopedMemory, query: str = QUERY, **given: Any) -> dict[str, float]:
    """Return what the time that a query names gives to each memory."""
    return {hit.text: hit.signals["time"] for hit in caller.search(query, **given)}


@pytest.mark.parametrize(
    ("when", "first"),
    [
        ("before I moved to Lisbon", BEFORE),
        ("until we moved to Lisbon", BEFORE),
        ("since I moved to Lisbon", AFTER),
        ("after moving to Lisbon", AFTER),
        ("two weeks after I moved to Lisbon", AFTER),
        ("six weeks before I moved to Lisbon", BEFORE),
    ],
)
def test_the_time_is_that_of_another_memory(memory: Memory, when: str, first: str) -> None:
    """What lies on the side of it that is meant stands above what does not."""
    ada = dinners(memory)
    note(ada, "Moved to Lisbon today, boxes everywhere", 34 if "two weeks" in when else 58)
    found = [hit.text for hit in ada.search(f"Where did I have dinner {when}?") if "dinner" in hit.text]
    assert found[0] == first


def test_it_is_when_the_memory_says_it_was(memory: Memory) -> None:
    """Not when it was told: the day that is named in it, or since when a fact is true."""
    for user, saved in (
        ("ada", {"text": "I moved to Lisbon on 1 October 2026", "kind": "episode", "observed_at": NOW - DAY}),
        ("bea", {"text": "Bea moved to Lisbon", "valid_from": datetime(2026, 10, 1, tzinfo=UTC)}),
    ):
        caller = dinners(memory, user)
        caller.save(**saved)
        (told,) = caller.search(QUERY).receipt.options["events"]
        assert (told["event"], told["from"], told["until"]) == (
            "I moved to Lisbon",
            "2026-10-01",
            "2026-10-02",
        )
        values = meant(caller)
        assert values[BEFORE] == pytest.approx(2.4)
        assert not values[AFTER]


def test_what_no_memory_surely_tells_of_is_no_time(memory: Memory) -> None:
    """No match, a match of another thing, a mere question, and two that lie apart."""
    ada = dinners(memory)
    assert not any(meant(ada).values())
    note(ada, "Lisbon trams are yellow, and the hills are steep", 50)
    note(ada, "When did I move to Lisbon?", 45)
    assert not any(meant(ada).values())
    note(ada, "Moved to Lisbon today", 60)
    assert any(meant(ada).values())
    note(ada, "Moved to Lisbon again today", 30)
    assert not any(meant(ada).values())


def test_another_persons_event_is_another(memory: Memory) -> None:
    """A memory that does not name whom the query names tells of somebody else's; who said it is named by that."""
    ada = dinners(memory)
    note(ada, "Mira and Tomas got married, what a day", 60)
    query = "Where did I have dinner before {} got married?"
    assert "events" not in ada.search(query.format("Lena and Samuel")).receipt.options
    assert ada.search(query.format("Mira and Tomas")).receipt.options["events"]
    note(ada, "I passed the exam and sailed home", 50, speaker="Lena")
    assert ada.search("Where did I have dinner after Lena passed the exam?").receipt.options["events"]


def test_a_wrong_guess_hides_nothing(memory: Memory) -> None:
    """An answer that lies on the other side of the time is still found, and first where nothing else fits as well."""
    ada = memory.scoped(user="ada")
    note(ada, "Moved to Lisbon today", 100)
    note(ada, "Before we moved to Lisbon we had dinner at the mill each week", 20)
    note(ada, "Read a book about birds", 200)
    assert "the mill" in ada.search("Where did we have dinner before we moved to Lisbon?")[0].text


def test_only_what_the_caller_may_see_names_the_time(memory: Memory) -> None:
    """Another user's move, one of a kind that is not read, one that is filtered out: as if they were not there."""
    ada = dinners(memory)
    note(memory.scoped(user="bea"), "Moved to Lisbon today", 40)
    assert not any(meant(ada).values())
    ada.save("Ada moved to Lisbon", valid_from=NOW - 40 * DAY, tags=["home"])
    assert any(meant(ada).values())
    assert not any(meant(ada.limited(read=["episode"])).values())
    assert not any(meant(ada, kinds=["episode"]).values())
    assert not any(meant(ada, where={"not": {"contains": {"tags": "home"}}}).values())


def test_it_is_looked_up_as_of_then(memory: Memory) -> None:
    """What was not known yet, and what is not true at the moment asked about, names no time."""
    ada = dinners(memory)
    before = memory._engine._parts.clock.now()
    memory._engine._parts.clock.advance(days=1)
    note(ada, "Moved to Lisbon today", 40)
    assert any(meant(ada).values())
    assert not any(meant(ada, known_at=before).values())


def test_a_receipt_tells_of_it_and_is_rerun(memory: Memory) -> None:
    """Which memory named the time, and when; asked again it is the same time, and today's where that is another by now."""
    ada = dinners(memory)
    moved = note(ada, "Moved to Lisbon today", 40)
    hits = ada.search(QUERY, keep=True)
    receipt = Receipt.from_json(json.loads(json.dumps(hits.receipt.to_json())))
    assert receipt == hits.receipt
    (told,) = receipt.options["events"]
    assert told["id"] == moved.id
    assert ada.explain(receipt).faithful
    assert ada.rerun(receipt).same
    ada.update(moved.id, text="Moved house, to Lisbon, on 12 August 2026")
    again = ada.rerun(receipt)
    assert again.same
    assert ada.search(QUERY).receipt.options["events"][0]["from"] == "2026-08-12"
    ada.erase(moved.id)
    with pytest.raises(NotFound):
        ada.explain(receipt.id)
    assert "events" not in ada.search(QUERY).receipt.options


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": "there"}, {"at": 2.0}, {"at": -1}, {"at": 10**9}, {"event": 5}, {"id": "it"}, {"from": "then"}, {"until": 7},
    ],
)  # fmt: skip
def test_a_receipt_with_no_such_event_is_refused(memory: Memory, wrong: dict[str, Any]) -> None:
    """It comes from outside: what it says is checked before it is asked again."""
    ada = dinners(memory)
    note(ada, "Moved to Lisbon today", 40)
    told = json.loads(json.dumps(ada.search(QUERY).receipt.to_json()))
    assert Receipt.from_json(told)
    told["options"]["events"][0] |= wrong
    with pytest.raises(InvalidInput):
        Receipt.from_json(told)


def test_a_mounted_handbook_names_the_time_too(tmp_path: Path) -> None:
    """What is looked at beside one's own is looked up in as well."""
    with Memory(f"sqlite:///{tmp_path}/book.db", embedder=None, clock=FrozenClock(NOW)) as book:
        note(book.scoped(user="ada"), "Moved to Lisbon today", 40)
    mounts = {"book": f"sqlite:///{tmp_path}/book.db"}
    with Memory("sqlite://", embedder=None, clock=FrozenClock(NOW), mounts=mounts) as memory:
        ada = dinners(memory)
        assert meant(ada)[BEFORE] == pytest.approx(2.4)
        assert ada.rerun(ada.search(QUERY).receipt).same


def test_its_days_are_those_of_the_caller(memory: Memory) -> None:
    """23:00 of one day in UTC is the next day in Tokyo."""
    moved = datetime(2026, 10, 1, 23, tzinfo=UTC)
    memory.scoped(user="ada").save("Moved to Lisbon today", kind="episode", observed_at=moved)
    for zone, day in (("UTC", "2026-10-01"), ("Asia/Tokyo", "2026-10-02")):
        (told,) = memory.scoped(user="ada", timezone=zone).search(QUERY).receipt.options["events"]
        assert told["from"] == day
