"""Two clocks: what was true then, what was known then; and what has expired."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from holdfast import Memory
from holdfast.embedders import MiniLM
from holdfast.errors import InvalidInput, NotFound
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock
from holdfast.testing.doubles import START

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def test_the_past_on_both_clocks(ada: ScopedMemory, clock: FrozenClock) -> None:
    """True and known are told apart by every reading verb: learned on day 5 that it changed on day 2."""
    old = ada.save("lives in Paris", slot="ada.home", value="Paris", valid_from=START)
    clock.set(START + 5 * DAY)
    new = ada.save("lives in Rome", slot="ada.home", value="Rome", valid_from=START + 2 * DAY)
    clock.set(START + 9 * DAY)
    expected = {
        (1, None): "Paris",
        (3, None): "Rome",
        (3, 4): "Paris",
        (3, 6): "Rome",
        (1, 4): "Paris",
        (None, 4): "Paris",
    }
    for (valid, known), home in expected.items():
        at = {
            "valid_at": None if valid is None else START + valid * DAY,
            "known_at": None if known is None else START + known * DAY,
        }
        assert [hit.item.value for hit in ada.search("lives in", **at)] == [home]
        assert [item.value for item in ada.list(**at)] == [home]
        assert ada.current("ada.home", **at).value == home
        id = old.id if home == "Paris" else new.id
        assert ada.get(id, **at).value == home
    assert ada.list(known_at=START - HOUR).items == ()
    assert ada.search("lives", valid_at=START - HOUR) == []
    with pytest.raises(NotFound):
        ada.get(new.id, known_at=START + 4 * DAY)
    assert [one.version for one in ada.history(old.id, known_at=START + 4 * DAY)] == [1]
    assert [one.version for one in ada.history(old.id)] == [1, 2]
    assert [one.text for one in ada.history(slot="ada.home", valid_at=START + 3 * DAY)] == [
        "lives in Paris",
        "lives in Rome",
    ]


def test_a_search_of_the_past_does_not_know_the_future(memory: Memory, clock: FrozenClock) -> None:
    """Scores of a past search are what they were then: later memories, changes and deletions leave no trace."""
    ada = memory.scoped(user="ada")
    items = ada.save_many(
        [{"text": f"note {n} about tea", "kind": "episode", "thread": "t"} for n in range(20)]
    )
    then = clock.now() + HOUR
    clock.advance(days=1)
    before = [hit.to_json() for hit in ada.search("tea note 3", known_at=then, k=50)]
    assert len(before) == 20
    ada.save_many([{"text": "tea " * n, "kind": "episode", "thread": "t"} for n in range(1, 30)])
    ada.delete(items[3].id)
    ada.update(items[4].id, text="about coffee")
    again = ada.search("tea note 3", known_at=then, k=50)
    known_to = {items[3].id, items[4].id}
    assert [(hit.id, hit.score, hit.relevance) for hit in again] == [
        (one["item"]["id"], one["score"], one["relevance"]) for one in before
    ]
    assert {hit.id for hit in again if hit.item.known_to} == known_to


@pytest.mark.parametrize("past", [{}, {"valid_at": START + HOUR}, {"known_at": START + HOUR}])
def test_what_has_expired_is_gone(ada: ScopedMemory, clock: FrozenClock, past: dict[str, datetime]) -> None:
    """From its last moment on an expired memory is in no answer, not about the past either."""
    item = ada.save("one-time code 1234", slot="bank.code", value=1234, expires_at=START + DAY, tags=["code"])
    assert ada.search("code", **past)[0].item.id == item.id
    clock.set(START + DAY - timedelta(microseconds=1))
    assert ada.get(item.id, **past).id == item.id
    clock.set(START + DAY)
    assert ada.search("code", **past) == []
    assert ada.list(**past).items == ()
    assert ada.current("bank.code", **past) is None
    with pytest.raises(NotFound):
        ada.get(item.id, **past)
    with pytest.raises(NotFound):
        ada.history(item.id, **past)
    assert ada.overview().items == ()
    assert ada.stats().items == 0
    assert ada.list(where={"in": {"state": ["active", "superseded", "deleted"]}}).items == ()
    for change in (lambda: ada.update(item.id, tags=["x"]), lambda: ada.delete(item.id)):
        with pytest.raises(NotFound):
            change()
    assert ada.save("one-time code 1234").sightings == 1


def test_a_clock_that_goes_back_still_reads_its_own_writes(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Known time only rises; what was saved before and after the clock was set back is found at once."""
    ada.save("first", slot="a.b", value=1)
    clock.advance(days=-3)
    second = ada.save("second", slot="a.b", value=2)
    third = ada.save("third")
    assert ada.current("a.b") == second
    assert {item.text for item in ada.list()} == {"second", "third"}
    assert {hit.text for hit in ada.search("first second third")} == {"second", "third"}
    known = [change.at for change in ada.changes()]
    assert known == sorted(known)
    assert ada.update(third.id, text="third again").text == ada.get(third.id).text == "third again"
    ada.delete(third.id)
    assert [hit.text for hit in ada.search("first second third")] == ["second"]


def test_known_time_never_repeats(ada: ScopedMemory) -> None:
    """With a clock that stands still every write still has a moment of its own, one microsecond after the last."""
    items = [ada.save(f"note {n}", kind="episode") for n in range(5)]
    assert [item.known_from - items[0].known_from for item in items] == [
        timedelta(microseconds=n) for n in range(5)
    ]
    for n, item in enumerate(items):
        assert len(ada.list(known_at=item.known_from)) == n + 1


def test_valid_time_defaults_to_what_was_observed(ada: ScopedMemory, clock: FrozenClock) -> None:
    """`valid_from` is what was given, else `observed_at`, else now; an episode is observed now unless told."""
    seen = START - 5 * DAY
    assert ada.save("a", observed_at=seen).valid_from == seen
    assert ada.save("b", observed_at=seen, valid_from=START - DAY).valid_from == START - DAY
    third = ada.save("c")
    assert START <= third.valid_from <= third.known_from < START + timedelta(seconds=1)
    assert ada.save("d", kind="episode").observed_at == START
    assert ada.save("e").observed_at is None


def test_since_and_until(ada: ScopedMemory, clock: FrozenClock) -> None:
    """They mean `observed_at` for episodes and `valid_from` for the rest, as a date, a moment or a span back from now."""
    clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    for day in (1, 5, 9):
        when = datetime(2026, 3, day, 8, tzinfo=UTC)
        ada.save(f"said {day}", kind="episode", observed_at=when, valid_from=datetime(2020, 1, 1, tzinfo=UTC))
        ada.save(f"true {day}", valid_from=when, observed_at=datetime(2020, 1, 1, tzinfo=UTC))
    spans = {
        "date": {"since": date(2026, 3, 5)},
        "text": {"since": "2026-03-05"},
        "moment": {"since": datetime(2026, 3, 5, 8, tzinfo=UTC)},
        "span": {"since": timedelta(days=6)},
    }
    for span in spans.values():
        assert {item.text for item in ada.list(**span)} == {"said 5", "true 5", "said 9", "true 9"}
        assert {hit.text for hit in ada.search("said true", **span)} == {
            "said 5",
            "true 5",
            "said 9",
            "true 9",
        }
    until = datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert {item.text for item in ada.list(until=until)} == {"said 1", "true 1"}
    assert {hit.text for hit in ada.search("said true", until=until)} == {"said 1", "true 1"}
    assert ada.list(since=until, until=until).items == ()


def test_times_are_utc_whatever_was_given(ada: ScopedMemory) -> None:
    """An offset is turned into UTC, microseconds and far years survive."""
    item = ada.save(
        "x", valid_from="2026-05-08T16:00:00.000001+02:00", valid_to="9999-12-31T23:59:59.999999+00:00"
    )
    assert item.valid_from == datetime(2026, 5, 8, 14, 0, 0, 1, tzinfo=UTC)
    assert item.valid_from.utcoffset() == timedelta(0)
    assert ada.get(item.id) == item
    old = ada.save("y", valid_from="0001-01-01T00:00:00+00:00")
    assert ada.get(old.id).valid_from.year == 1
    assert ada.get(old.id, valid_at="0001-01-01T00:00:00+00:00").id == old.id
    assert {one.text for one in ada.list(valid_at="0002-01-01T00:00:00+00:00")} == {"y"}


def test_an_expiry_in_the_past_is_refused(ada: ScopedMemory) -> None:
    """What nobody would ever see is not written."""
    with pytest.raises(InvalidInput) as error:
        ada.save("x", expires_at=START)
    assert error.value.field == "expires_at"
    assert ada.changes().items == ()


@pytest.mark.parametrize("embedder", [None, MiniLM()], ids=["words", "model"])
def test_a_question_about_a_time_finds_what_was_noted_then(embedder: MiniLM | None) -> None:
    """By its date, though others say the very words; of several that fit, the latest or the first stands out."""
    clock = FrozenClock(datetime(2026, 6, 18, 12, tzinfo=UTC))  # a Thursday
    with Memory("sqlite://", clock=clock, embedder=embedder) as memory:
        ada = memory.scoped(user="ada")
        deployed = {
            days: ada.save(f"Deployed {what} with {who}", kind="episode", observed_at=clock.now() - days * DAY).id
            for days, what, who in ((90, "billing", "Mira"), (44, "search", "Jonas"), (21, "mail", "Priya"), (8, "login", "Lena"))
        }  # fmt: skip
        for n in range(30):
            said = f"Last week was a long one, and the week before June no better, {n} times"
            ada.save(said, kind="episode", observed_at=clock.now() - 20 * DAY + n * HOUR)
        for query, days in {
            "What did we deploy last week?": 8,
            "What did we deploy in the week before 1 June 2026?": 21,
            "What did we deploy in early May?": 44,
            "What did we deploy between March and April?": 90,
            "What did we deploy most recently?": 8,
            "What did we deploy the first time?": 90,
        }.items():
            assert ada.search(query, k=1)[0].id == deployed[days], query
