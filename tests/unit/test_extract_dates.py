"""Words for a time are resolved against the time of the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.extract.dates import Prefer, resolve

AT = datetime(2026, 5, 13, 12, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "start", "end", "lead"),
    [
        ("last month", "2026-04-01", "2026-05-01", "on"), ("next Friday", "2026-05-22", "2026-05-23", "on"), ("on Friday", "2026-05-15", "2026-05-16", "on"),
        ("two weeks ago", "2026-04-29", "2026-04-30", "on"), ("since 2019", "2019-01-01", "2020-01-01", "since"), ("in September", "2026-09-01", "2026-10-01", "on"),
        ("on the 1st of July", "2026-07-01", "2026-07-02", "on"), ("next spring", "2027-03-01", "2027-06-01", "on"), ("by April 15", "2027-04-15", "2027-04-16", "by"),
        ("for three years now", "2023-05-13", "2026-05-14", "for"), ("yesterday", "2026-05-12", "2026-05-13", "on"), ("this week", "2026-05-11", "2026-05-18", "on"),
        ("until the end of the month", "2026-05-31", "2026-06-01", "until"), ("a couple of years ago", "2024-05-13", "2024-05-14", "on"),
        ("on 2027-01-31", "2027-01-31", "2027-02-01", "on"), ("Nov 4", "2026-11-04", "2026-11-05", "on"), ("May 30, 2028", "2028-05-30", "2028-05-31", "on"),
        ("tomorrow at 10", "2026-05-14T10:00", "2026-05-14T11:00", "on"), ("on Tuesday at 3:30 pm", "2026-05-19T15:30", "2026-05-19T16:30", "on"),
        ("next year", "2027-01-01", "2028-01-01", "on"), ("last weekend", "2026-05-09", "2026-05-11", "on"), ("next quarter", "2026-07-01", "2026-10-01", "on"),
        ("the 10th", "2026-06-10", "2026-06-11", "on"), ("in two months", "2026-07-13", "2026-07-14", "on"),
    ],
)  # fmt: skip
def test_words_for_a_time(words: str, start: str, end: str, lead: str) -> None:
    """Each names an interval as wide as the words are."""
    when = resolve(words, AT)
    assert when is not None
    expected = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)]
    assert ([when.start, when.end], when.lead) == (expected, lead)


@pytest.mark.parametrize(
    ("words", "prefer", "start"),
    [
        ("in March", "past", "2026-03-01"), ("in March", "future", "2027-03-01"), ("in September", "past", "2025-09-01"), ("on Friday", "past", "2026-05-08"),
        ("on Wednesday", "future", "2026-05-13"), ("the 20th", "past", "2026-04-20"),
    ],
)  # fmt: skip
def test_which_way_a_bare_month_or_day_lies(words: str, prefer: Prefer, start: str) -> None:
    """ "I moved in March" was; "I'm moving in March" will be."""
    when = resolve(words, AT, prefer)
    assert when is not None
    assert when.start == datetime.fromisoformat(start).replace(tzinfo=UTC)


def test_days_are_those_of_the_messages_time_zone() -> None:
    """Yesterday in Tokyo begins at Tokyo's midnight."""
    when = resolve("yesterday", datetime(2026, 5, 13, 1, tzinfo=timezone(timedelta(hours=9))))
    assert when is not None
    assert when.start == datetime(2026, 5, 11, 15, tzinfo=UTC)


def test_a_month_back_from_its_last_day() -> None:
    """The 31st of a shorter month is its last day."""
    when = resolve("one month ago", datetime(2026, 3, 31, tzinfo=UTC))
    assert when is not None
    assert when.start == datetime(2026, 2, 28, tzinfo=UTC)


@pytest.mark.parametrize("words", ["", "soon", "the 31st of February", "2026-13-40", "maybe", "at 25:99"])
def test_what_names_no_time_is_none(words: str) -> None:
    """Neither words without a time nor days that do not exist raise."""
    assert resolve(words, AT) is None


@given(
    st.lists(st.sampled_from("the 31st 30 of february in may ago two 999 years since until next last friday 2019 at 3pm noon 9999 end month week".split()), max_size=8).map(" ".join),
    st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)),
)  # fmt: skip
def test_never_an_error(words: str, at: datetime) -> None:
    """Any words at any time give an interval or None."""
    when = resolve(words, at)
    assert when is None or when.start <= when.end


DAYS = ["yesterday", "two weeks ago", "since March", "for three years now", "next Friday", "the end of the month", "tomorrow at 10", "last weekend", "in two months"]  # fmt: skip


@given(
    st.sampled_from(DAYS),
    st.sampled_from(["Asia/Tokyo", "America/Los_Angeles", "Europe/Oslo", "Asia/Kathmandu", "Australia/Lord_Howe"]),
    st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
)  # fmt: skip
def test_words_mean_the_days_of_where_they_are_said(words: str, zone: str, at: datetime) -> None:
    """On a clock in that place both ends are what they are on a clock in UTC, whatever the clocks do in between."""
    there = at.astimezone(ZoneInfo(zone))
    plain, found = resolve(words, there.replace(tzinfo=UTC, fold=0)), resolve(words, there)
    assert plain is not None
    assert found is not None
    assert found.lead == plain.lead
    for moment, expected in ((found.start, plain.start), (found.end, plain.end)):
        assert moment.tzinfo is UTC
        assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC, fold=0) == expected
