"""The times a query names: dates, times relative to the asking, and an order; what is in doubt names nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.dates import order, windows

NOW = datetime(2026, 11, 22, tzinfo=UTC)  # a Sunday


def spans(query: str) -> list[tuple[str, str]]:
    """The latest windows of a query as first and last day."""
    epoch = date(1970, 1, 1).toordinal()
    return [
        (str(date.fromordinal(int(a) + epoch)), str(date.fromordinal(int(b) + epoch - 1)))
        for a, b in windows(query, NOW)
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what happened on 8 May 2023?", [("2023-05-08", "2023-05-08")]),
        ("on May 8th, 2023", [("2023-05-08", "2023-05-08")]),
        ("the 8th of May 2023", [("2023-05-08", "2023-05-08")]),
        ("deploy of 2023-05-08", [("2023-05-08", "2023-05-08")]),
        ("in may 2023", [("2023-05-01", "2023-05-31")]),
        ("Sept. 2022 or 2021-02", [("2021-02-01", "2021-02-28"), ("2022-09-01", "2022-09-30")]),
        ("during 2022", [("2022-01-01", "2022-12-31")]),
        ("30 February 2023", []),
        ("may I march to port 8080?", []),
        ("Decide by marching", []),
        ("", []),
    ],
)
def test_dates_in_queries(query: str, expected: list[tuple[str, str]]) -> None:
    """Dates, months and years become windows; verbs, ports and days that no calendar has do not."""
    assert spans(query) == expected


def test_a_month_without_a_year_means_any_of_the_last_years() -> None:
    """ "in May" is every May of this year and the ten before."""
    found = spans("what did she do in May?")
    assert len(found) == 11
    assert found[-1] == ("2026-05-01", "2026-05-31")


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("what did I do yesterday?", "2026-11-21", "2026-11-21"),
        ("who called the day before yesterday", "2026-11-20", "2026-11-20"),
        ("what was decided this morning", "2026-11-22", "2026-11-22"),
        ("where did we eat last night", "2026-11-21", "2026-11-21"),
        ("what broke last week", "2026-11-09", "2026-11-15"),
        ("what broke this week", "2026-11-16", "2026-11-22"),
        ("the past week", "2026-11-15", "2026-11-22"),
        ("spending last month", "2026-10-01", "2026-10-31"),
        ("spending last year", "2025-01-01", "2025-12-31"),
        ("3 days ago", "2026-11-19", "2026-11-19"),
        ("a few days ago", "2026-11-17", "2026-11-20"),
        ("a couple of weeks ago", "2026-11-05", "2026-11-11"),
        ("two months ago", "2026-09-07", "2026-10-07"),
        ("in the past three months", "2026-08-22", "2026-11-22"),
        ("last May", "2026-05-01", "2026-05-31"),
        ("last November", "2025-11-01", "2025-11-30"),
        ("this November", "2026-11-01", "2026-11-30"),
        ("this December", "2025-12-01", "2025-12-31"),
        ("last weekend", "2026-11-14", "2026-11-15"),
        ("this weekend", "2026-11-21", "2026-11-22"),
        ("what did Bo say on Friday", "2026-11-20", "2026-11-20"),
        ("last Sunday", "2026-11-15", "2026-11-15"),
        ("this summer", "2026-06-01", "2026-08-31"),
        ("last winter", "2025-12-01", "2026-02-28"),
        ("in the summer of 2023", "2023-06-01", "2023-08-31"),
        ("what changed recently?", "2026-10-23", "2026-11-22"),
        ("since last week", "2026-11-09", "2026-11-22"),
        ("since March 2026", "2026-03-01", "2026-11-22"),
        ("after 8 May 2024", "2024-05-09", "2026-11-22"),
        ("before 2023", "2016-11-22", "2022-12-31"),
        ("until 2020", "2016-11-22", "2019-12-31"),
    ],
)
def test_times_relative_to_the_asking(query: str, first: str, last: str) -> None:
    """What people say of the past becomes the days they mean, as of the day of asking."""
    assert spans(query) == [(first, last)]


@pytest.mark.parametrize(
    "query",
    [
        "before I moved",
        "what is his last name",
        "the port of this server",
        "summer plans",
        "on Mondays",
        "past tense",
    ],
)
def test_what_is_in_doubt_names_no_time(query: str) -> None:
    """Events, names and habits are no dates."""
    assert spans(query) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("what is the latest version?", 1),
        ("our most recent deploy", 1),
        ("when did I last see Bo?", 1),
        ("where does Ann live these days?", 1),
        ("the last time we met", 1),
        ("when did we first meet?", -1),
        ("the first time she won", -1),
        ("where did they originally live", -1),
        ("what did I do last week?", 0),
        ("who won first place", 0),
        ("what is my first name", 0),
        ("which port does staging use", 0),
    ],
)
def test_an_order_in_time(query: str, expected: int) -> None:
    """The latest, the first, or neither."""
    assert order(query) == expected


@given(st.text(), st.datetimes(timezones=st.just(UTC)))
@example("", datetime(1, 1, 1, tzinfo=UTC))  # no year before the first
def test_any_query_can_be_read(query: str, asked_at: datetime) -> None:
    """No query and no time of asking breaks the reading, and windows are in order and not empty."""
    found = windows(
        query + " in December or 31 May, three years ago, last week or since last summer", asked_at
    )
    assert order(query) in (-1, 0, 1)
    assert list(found) == sorted(set(found))
    assert all(start < end for start, end in found)
