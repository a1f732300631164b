"""Days are those of whoever asks: "yesterday" in Tokyo is another day than in California."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from holdfast import Memory, Session
from holdfast.errors import ConfigError, InvalidInput
from holdfast.memory import ScopedMemory
from holdfast.receipts import Receipt
from holdfast.testing import FakeModel, FrozenClock

# 01:00 of 9 May in Tokyo, 21:30 of 8 May in Kolkata, 09:00 of 8 May in Los Angeles.
NOW = datetime(2026, 5, 8, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> FrozenClock:
    """A clock at a moment that is two days, by where one is."""
    return FrozenClock(NOW)


@pytest.fixture
def memory(clock: FrozenClock) -> Iterator[Memory]:
    """A memory without a model: what a query names a time of is found by its time alone."""
    with Memory("sqlite://", embedder=None, clock=clock) as made:
        yield made


def of(memory: Memory, zone: str | None) -> ScopedMemory:
    """Return Ada's verbs, wherever she is."""
    return memory.scoped(user="ada", timezone=zone)


def said(memory: Memory, **moments: datetime) -> None:
    """Let Ada say each word at its moment."""
    ada = of(memory, None)
    for word, at in moments.items():
        ada.save(word, kind="episode", thread=word, observed_at=at)


def dated(caller: ScopedMemory, query: str) -> set[str]:
    """Return the words that a query finds by the time it names."""
    return {hit.item.text for hit in caller.search(query) if hit.signals["time"] == pytest.approx(2.4)}


ZONES = {
    # zone: when "yesterday" and "today" begin there, in UTC
    "UTC": ((2026, 5, 7), (2026, 5, 8)),
    "Asia/Tokyo": ((2026, 5, 7, 15), (2026, 5, 8, 15)),
    "America/Los_Angeles": ((2026, 5, 7, 7), (2026, 5, 8, 7)),
    "Asia/Kolkata": ((2026, 5, 6, 18, 30), (2026, 5, 7, 18, 30)),
    "Asia/Kathmandu": ((2026, 5, 6, 18, 15), (2026, 5, 7, 18, 15)),
}


@pytest.mark.parametrize(("zone", "edges"), ZONES.items())
def test_a_query_means_the_days_of_who_asks(
    memory: Memory, zone: str, edges: tuple[tuple[int, ...], ...]
) -> None:
    """To the microsecond: what was said at midnight is of the new day, what was said just before of the old one."""
    yesterday, today = (datetime(*edge, tzinfo=UTC) for edge in edges)  # type: ignore[misc,arg-type]
    instant = timedelta(microseconds=1)
    said(
        memory, dusk=yesterday - instant, dawn=yesterday, noon=yesterday + 12 * HOUR, night=today - instant,
        morning=today, now=NOW,
    )  # fmt: skip
    ada = of(memory, zone)
    assert dated(ada, "what did I do yesterday?") == {"dawn", "noon", "night"}
    assert dated(ada, "what did I do today?") == {"morning", "now"}


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 3, 29, 20, tzinfo=UTC), 23),  # the clocks go forward at 01:00 UTC
        (datetime(2026, 10, 25, 20, tzinfo=UTC), 25),
        (datetime(2026, 3, 28, 20, tzinfo=UTC), 24),
    ],
)
def test_a_day_on_which_the_clocks_change(
    memory: Memory, clock: FrozenClock, now: datetime, hours: int
) -> None:
    """It has 23 or 25 hours, and all of them are of it."""
    clock.set(now + 24 * HOUR)
    begins = now.replace(hour=0) - (1 if now.month == 3 else 2) * HOUR
    said(
        memory, before=begins - HOUR / 4, first=begins, last=begins + (hours - 0.25) * HOUR, after=begins + hours * HOUR
    )  # fmt: skip
    ada = of(memory, "Europe/Oslo")
    assert dated(ada, "what happened yesterday?") == {"first", "last"}
    today = date(now.year, now.month, now.day)
    listed = ada.list(since=today, until=today + timedelta(days=1), sort="observed_at", descending=False)
    assert [item.text for item in listed] == ["first", "last"]


def test_plain_dates_are_days_of_who_asks(memory: Memory) -> None:
    """`since` and `until` begin where the day does, as a date and as a text; a moment is that moment wherever one is."""
    said(memory, eve=datetime(2026, 5, 7, 14, tzinfo=UTC), dawn=datetime(2026, 5, 7, 16, tzinfo=UTC))
    for since in (date(2026, 5, 8), "2026-05-08"):
        kenji, ada = of(memory, "Asia/Tokyo"), of(memory, None)
        assert [hit.item.text for hit in kenji.search("eve dawn", since=since)] == ["dawn"]  # type: ignore[arg-type]
        assert [item.text for item in kenji.list(since=since)] == ["dawn"]  # type: ignore[arg-type]
        assert kenji.context("eve dawn", since=since).receipt.options["since"] == "2026-05-07T15:00:00+00:00"  # type: ignore[arg-type]
        assert ada.search("eve dawn", since=since) == []  # type: ignore[arg-type]
    for later in (datetime(2026, 5, 7, 15, 30, tzinfo=UTC), 25 * HOUR):
        assert [hit.item.text for hit in of(memory, "Asia/Tokyo").search("eve dawn", since=later)] == ["dawn"]


def test_a_context_tells_the_days_of_who_asks(memory: Memory) -> None:
    """Days of turns, times of values, and how old they are."""
    said(memory, tea=datetime(2026, 5, 7, 20, tzinfo=UTC), cake=datetime(2026, 5, 8, 2, tzinfo=UTC))
    of(memory, None).save(
        "Lives in Oslo", slot="user.residence", value="Oslo", valid_from=datetime(2026, 3, 31, 23, tzinfo=UTC)
    )
    query = "tea cake lives"
    told = {zone: str(of(memory, zone).context(query, min_relevance=0)) for zone in (None, *ZONES)}
    assert told[None] == told["UTC"]
    assert "7 May 2026\n tea" in told["UTC"]
    assert "8 May 2026\n cake" in told["UTC"]
    assert "7 May 2026\n" not in told["Asia/Tokyo"]
    assert "8 May 2026\n" in told["Asia/Tokyo"]
    assert "8 May 2026" not in told["America/Los_Angeles"]
    assert "7 May 2026\n" in told["America/Los_Angeles"]
    assert "since 1 April 2026" in told["Asia/Tokyo"]
    assert "since 31 March 2026" in told["UTC"]


def test_an_age_is_told_by_the_days_of_who_asks(memory: Memory, clock: FrozenClock) -> None:
    """A value to be confirmed says since when it stands."""
    clock.set(datetime(2021, 3, 31, 23, tzinfo=UTC))
    of(memory, None).save("Lives in Oslo", slot="user.residence", value="Oslo")
    clock.set(NOW)
    for zone, month in (("UTC", "March"), ("Asia/Tokyo", "April")):
        (aged,) = of(memory, zone).context("Oslo", min_relevance=0).aged.values()
        assert aged.startswith(f"as of {month} 2021")


def test_a_receipt_keeps_whose_days_were_meant(memory: Memory) -> None:
    """Asked again from anywhere the answer is the same; receipts of earlier versions were of days in UTC."""
    said(memory, tea=datetime(2026, 5, 7, 20, tzinfo=UTC), cake=datetime(2026, 5, 8, 2, tzinfo=UTC))
    asked = of(memory, "Asia/Tokyo").search("what was there yesterday?", keep=True)
    assert {hit.item.text for hit in asked} == {"tea", "cake"}
    told = asked.receipt.to_json()
    assert told["options"]["timezone"] == "Asia/Tokyo"
    for caller in (of(memory, None), of(memory, "America/Los_Angeles")):
        assert caller.rerun(asked.receipt.id).same
        assert caller.rerun(Receipt.from_json(told)).same
    old = of(memory, None).search("what was there yesterday?").receipt.to_json()
    del old["options"]["timezone"]
    assert of(memory, "Asia/Tokyo").rerun(Receipt.from_json(old)).same
    old["options"]["timezone"] = "Mars/Phobos"
    with pytest.raises(InvalidInput, match="receipt"):
        Receipt.from_json(old)


def test_a_memory_has_a_time_zone_for_who_names_none(
    clock: FrozenClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an argument, from the environment and from a file; the administrator has it too, and may take another."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "holdfast.toml").write_text('timezone = "Asia/Kolkata"')

    def zone(memory: Memory) -> str:
        return str(memory.scoped(user="ada").search("tea").receipt.options["timezone"])

    with Memory("sqlite://", embedder=None) as memory:
        assert zone(memory) == "Asia/Kolkata"
    monkeypatch.setenv("HOLDFAST_TIMEZONE", "America/Los_Angeles")
    with Memory("sqlite://", embedder=None) as memory:
        assert zone(memory) == "America/Los_Angeles"
    with Memory("sqlite://", embedder=None, timezone="Asia/Tokyo", actor="root", clock=clock) as memory:
        assert zone(memory) == "Asia/Tokyo"
        assert memory.search("tea").receipt.options["timezone"] == "Asia/Tokyo"
        other = memory.acting(timezone="Europe/Oslo")
        assert other.search("tea").receipt.options["timezone"] == zone(other) == "Europe/Oslo"
        assert other.scoped(user="ada").save("tea").owner is None
        assert memory.acting("bo").scoped(user="ada").search("x").receipt.options["timezone"] == "Asia/Tokyo"
        with memory.scoped(user="ada", timezone="Europe/Oslo").lease("report", holder="bo") as lease:
            assert lease.memory.search("tea").receipt.options["timezone"] == "Europe/Oslo"


BAD = ("Mars/Phobos", "", "Europe", "../../etc/passwd", "/etc/localtime", "GMT\0", "\ud800", "UTC+2")


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_time_zone(memory: Memory, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusal names the argument, or the setting and where it came from."""
    with pytest.raises(InvalidInput, match=r"timezone: .*Europe/Oslo"):
        memory.scoped(user="ada", timezone=name)
    with pytest.raises(ConfigError, match=r"timezone from argument: .*Europe/Oslo"):
        Memory("sqlite://", timezone=name)
    if name.isprintable() and name:
        monkeypatch.setenv("HOLDFAST_TIMEZONE", name)
        with pytest.raises(ConfigError, match="timezone from environment HOLDFAST_TIMEZONE"):
            Memory("sqlite://")


def test_a_time_zone_is_a_name(memory: Memory) -> None:
    """Of anything else the refusal says what is wanted."""
    with pytest.raises(InvalidInput, match="timezone: must be a string"):
        memory.scoped(user="ada", timezone=9)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="an argument of its own"):
        memory.scoped(**{"timezone": "Asia/Tokyo"}, user="ada").save("x", scope=("timezone",))


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_the_ends_of_the_calendar(memory: Memory, zone: str) -> None:
    """What lies at the first or the last moment there is has a day in every zone, and is asked of in every zone."""
    first, last = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, tzinfo=UTC)
    said(memory, first=first, last=last)
    ada = of(memory, zone)
    assert "first" in str(ada.context("first last", min_relevance=0))
    for at in (first, last):
        ada.search("what did I do yesterday, and since May?", valid_at=at)
    with (
        contextlib.nullcontext()
        if zone != "Asia/Tokyo"
        else pytest.raises(InvalidInput, match=r"since: .*9999")
    ):
        ada.search("first", since=date.min)
    ada.search("first", until=date.max)


def learned(memory: Memory, zone: str | None, text: str, time: object = None) -> datetime:
    """Return since when what was read out of a message holds."""
    message = {"role": "user", "content": text} | ({} if time is None else {"time": time})
    (one,) = memory.scoped(user=text, timezone=zone).observe([message]).of("added")
    assert one.item is not None
    assert one.item.valid_from is not None
    assert one.item.valid_from.tzinfo is UTC
    return one.item.valid_from


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        (None, (2026, 5, 7)),
        ("Asia/Tokyo", (2026, 5, 7, 15)),
        ("America/Los_Angeles", (2026, 5, 7, 7)),
        ("Asia/Kolkata", (2026, 5, 6, 18, 30)),
    ],
)
def test_what_is_said_means_the_days_of_who_says_it(
    memory: Memory, zone: str | None, begins: tuple[int, int, int]
) -> None:
    """ "Yesterday" in a message without a time, with one in UTC, and with one in seconds."""
    assert learned(memory, zone, "I moved to Oslo yesterday") == datetime(*begins, tzinfo=UTC)
    for time in (NOW, NOW.isoformat(), NOW.timestamp()):
        with Memory("sqlite://", embedder=None, clock=FrozenClock(NOW + 99 * HOUR)) as later:
            assert learned(later, zone, "I moved to Oslo yesterday", time) == datetime(*begins, tzinfo=UTC)


def test_a_message_knows_where_it_was_written(memory: Memory) -> None:
    """An offset of its own wins over the caller's zone; where it is that zone's, the zone tells summer from winter."""
    tokyo = "2026-05-09T01:00:00+09:00"
    assert learned(memory, "America/Los_Angeles", "I moved to Oslo yesterday", tokyo) == datetime(
        2026, 5, 7, 15, tzinfo=UTC
    )
    summer = "2026-05-08T18:00:00+02:00"
    assert learned(memory, "Europe/Oslo", "I've worked at Acme since January", summer) == datetime(
        2025, 12, 31, 23, tzinfo=UTC
    )
    assert learned(memory, "Asia/Tokyo", "I moved to Rome yesterday", "2026-05-09") == datetime(
        2026, 5, 7, 15, tzinfo=UTC
    )


def test_a_plan_is_kept_by_the_clock_of_who_tells_it(memory: Memory, clock: FrozenClock) -> None:
    """An hour is that of the day it is on, also when the clocks have changed till then; one in UTC is that wherever one is."""
    clock.set(datetime(2026, 3, 28, 12, tzinfo=UTC))  # the clocks go forward in the night to come
    for n, (said_when, due) in enumerate((
        ("tomorrow at 10:00", "2026-03-29T08:00:00+00:00"),
        ("tomorrow at 10:00 UTC", "2026-03-29T10:00:00+00:00"),
        ("in 20 hours", "2026-03-29T08:00:00+00:00"),
    )):  # fmt: skip
        ada = memory.scoped(user=str(n), timezone="Europe/Oslo")
        (one,) = ada.observe(f"I have to call Bob {said_when}").of("added")
        assert one.item is not None
        assert one.item.metadata["when"] == due, said_when


@pytest.mark.parametrize("background", [False, True])
def test_a_model_reads_the_days_of_who_spoke(clock: FrozenClock, background: bool) -> None:
    """It is told the day as the caller has it, also where the step is read later by somebody else."""
    model = FakeModel()
    with Memory("sqlite://", embedder=None, clock=clock, model=model) as memory:
        message = {"role": "user", "content": "The heron is blue and the rota is torn.", "time": NOW}
        ada = memory.scoped(user="ada", timezone="Asia/Tokyo")
        ada.observe([message], background=background)
        memory.work()
    (asked,) = model.asked
    assert '"date": "2026-05-09"' in asked


def test_a_session_is_where_its_user_is(memory: Memory) -> None:
    """What its steps are told, what its tools tell, and what is read out of what was said."""
    said(memory, tea=datetime(2026, 5, 8, 2, tzinfo=UTC))
    days = {}
    for zone in (None, "America/Los_Angeles"):
        session = Session(memory, thread=f"talk {zone}", timezone=zone, user="ada")
        assert ("8 May 2026" in session.before_step("tea").memory) == (zone is None)
        (told,) = session.call("search_memory", {"query": "tea"})["memories"]
        days[zone] = told["date"]
    assert days == {None: "2026-05-08", "America/Los_Angeles": "2026-05-07"}
    session = Session(memory, thread="moved", timezone="Asia/Tokyo", user="kenji")
    after = session.after_step(
        [{"role": "user", "content": "I moved to Oslo yesterday", "time": "2026-05-09"}]
    )
    (one,) = after.observation.of("added")
    assert one.item is not None
    assert one.item.valid_from == datetime(2026, 5, 7, 15, tzinfo=UTC)
