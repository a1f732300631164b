"""The times a query names: dates, times relative to the asking, and an order; what is in doubt names nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from holdfast.dates import order, timeless, windows

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
        ("the week before last", "2026-11-02", "2026-11-08"),
        ("on the weekend before last", "2026-11-07", "2026-11-08"),
        ("two Fridays ago", "2026-11-13", "2026-11-13"),
        ("since Tuesday", "2026-11-17", "2026-11-22"),
        ("what did we agree on the 15th?", "2026-11-15", "2026-11-15"),
        ("what did we agree on the 31st?", "2026-10-31", "2026-10-31"),
        ("last Christmas", "2025-12-24", "2025-12-26"),
        ("early last year", "2025-01-01", "2025-05-02"),
        ("at the end of last month", "2026-10-21", "2026-10-31"),
        ("what did we decide over the last week?", "2026-11-15", "2026-11-22"),
        ("how much did I run in the last year", "2025-11-22", "2026-11-22"),
        ("what did she say half a year ago", "2026-05-07", "2026-06-06"),
        ("what did I eat this Sunday", "2026-11-22", "2026-11-22"),
    ],
)
def test_times_relative_to_the_asking(query: str, first: str, last: str) -> None:
    """What people say of the past becomes the days they mean, as of the day of asking."""
    assert spans(query) == [(first, last)]


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("where was he in the week before 16 November 2023?", "2023-11-09", "2023-11-15"),
        ("what did she get two weeks before August 11, 2023", "2023-07-25", "2023-07-31"),
        ("a month after 3 May 2023", "2023-05-19", "2023-06-18"),
        ("a few days after 3 May 2023", "2023-05-05", "2023-05-08"),
        ("on the Sunday before October 25, 2022", "2022-10-23", "2022-10-23"),
        ("on the Sunday before 23 October 2022", "2022-10-16", "2022-10-16"),
        ("the Monday after 25 October 2022", "2022-10-31", "2022-10-31"),
        ("last weekend before April 10, 2023", "2023-04-08", "2023-04-09"),
        ("the day after August 3, 2023", "2023-08-04", "2023-08-04"),
        ("the month before July 2023", "2023-06-01", "2023-06-30"),
        ("the year after 2019", "2020-01-01", "2020-12-31"),
        ("in early May 2023", "2023-05-01", "2023-05-11"),
        ("in mid-June 2023", "2023-06-11", "2023-06-20"),
        ("by the end of June 2023", "2023-06-21", "2023-06-30"),
        ("in the first week of August 2023", "2023-08-01", "2023-08-07"),
        ("in the last week of August 2023", "2023-08-25", "2023-08-31"),
        ("in the second half of 2022", "2022-07-03", "2022-12-31"),
        ("in Q2 2023", "2023-04-01", "2023-06-30"),
        ("the fourth quarter of 2022", "2022-10-01", "2022-12-31"),
        ("the week of 12 July 2023", "2023-07-10", "2023-07-16"),
        ("on the weekend of 12 July 2023", "2023-07-15", "2023-07-16"),
        ("between May and July 2023", "2023-05-01", "2023-07-31"),
        ("from March until May 2023", "2023-03-01", "2023-05-31"),
        ("between 3 and 9 May 2023", "2023-05-03", "2023-05-09"),
        ("from the 3rd to the 9th of May 2023", "2023-05-03", "2023-05-09"),
        ("May 3-9, 2023", "2023-05-03", "2023-05-09"),
        ("between November 2021 and last month", "2021-11-01", "2026-10-31"),
        ("the week before the end of May 2023", "2023-05-14", "2023-05-20"),
        ("before the first week of May 2023", "2016-11-22", "2023-04-30"),
        ("15/07/2023", "2023-07-15", "2023-07-15"),
        ("7/15/2023", "2023-07-15", "2023-07-15"),
        ("on Thanksgiving 2023", "2023-11-23", "2023-11-26"),
        ("over Christmas 2022", "2022-12-24", "2022-12-26"),
        ("New Year\u2019s Eve 2022", "2022-12-31", "2022-12-31"),
        ("in the last month of 2023", "2023-12-01", "2023-12-31"),
        ("on the last day of May 2023", "2023-05-31", "2023-05-31"),
    ],
)
def test_times_that_count_from_a_date(query: str, first: str, last: str) -> None:
    """A part of a month, the week before a date, from one to another: the days that are meant, and none beside them."""
    assert spans(query) == [(first, last)]


@pytest.mark.parametrize(
    ("query", "latest"),
    [
        ("what did we do the week before Christmas?", ("2025-12-17", "2025-12-23")),
        ("where were we the day after Thanksgiving", ("2025-12-01", "2025-12-01")),
        ("who came at Christmas", ("2025-12-24", "2025-12-26")),
        ("on new year\u2019s eve", ("2025-12-31", "2025-12-31")),
    ],
)
def test_a_time_beside_a_holiday_is_that_of_any_year_that_had_it(query: str, latest: tuple[str, str]) -> None:
    """Counted from the last day of the holiday; a phone writes its apostrophe curved."""
    assert spans(query)[-1] == latest


@pytest.mark.parametrize(
    "query", ["what is planned after Christmas?", "what was the last week of school like"]
)
def test_what_may_be_to_come_and_what_has_no_date_names_nothing(query: str) -> None:
    assert spans(query) == []


@pytest.mark.parametrize(
    "query", ["in May", "31 December", "last May", "the year after 31 December", "last winter"]
)
@pytest.mark.parametrize("asked", [datetime.min, datetime.max])
def test_questions_are_read_at_the_ends_of_the_calendar(query: str, asked: datetime) -> None:
    """`valid_at=datetime.max` is how some people ask for whatever will ever be true."""
    assert all(first < after for first, after in windows(query, asked.replace(tzinfo=UTC)))


@pytest.mark.parametrize(
    "query", ["how long did the meeting last?", "did the battery last long", "how many days did it last"]
)
def test_how_long_something_lasts_is_no_question_for_the_latest(query: str) -> None:
    assert order(query) == 0
    assert timeless(query, NOW) == query


def test_a_date_in_figures_may_be_read_either_way() -> None:
    """Day first or month first: both, where both can be."""
    assert spans("what happened on 3/4/2023?") == [("2023-03-04", "2023-03-04"), ("2023-04-03", "2023-04-03")]


@pytest.mark.parametrize(
    "query",
    [
        "before I moved",
        "what is his last name",
        "the port of this server",
        "summer plans",
        "on Mondays",
        "past tense",
        "on the 3rd floor",
        "the second week of the trip",
        "between Ann and Bob",
        "a Christmas card",
    ],
)
def test_what_is_in_doubt_names_no_time(query: str) -> None:
    """Events, names and habits are no dates."""
    assert spans(query) == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("what did we deploy last week?", "what did we deploy ?"),
        ("who called on the Sunday before 3 May 2023", "who called on May 2023"),
        ("the most recent deploy of 2024", "the deploy of 2024"),
        ("when did we first meet in early June", "when did we meet in June"),
        ("last name of Ann", "last name of Ann"),
        ("which port does staging use", "which port does staging use"),
    ],
)
def test_what_a_query_is_about(query: str, words: str) -> None:
    """Without what only says when; months and years, which texts name too, stay."""
    assert " ".join(timeless(query, NOW).split()) == words


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
        ("what did we deploy the week before last?", 0),
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
        query
        + " in December or 31 May, three years ago, last week, since last summer, between the week before May and last Christmas, "
        "on the 31st, in early 0001, or from 3-9 May",
        asked_at,
    )
    assert order(query) in (-1, 0, 1)
    assert list(found) == sorted(set(found))
    assert all(start < end for start, end in found)


ZONES = ["Asia/Tokyo", "America/Los_Angeles", "Europe/Oslo", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Pacific/Apia"]  # fmt: skip


@given(
    st.sampled_from(ZONES), st.datetimes(datetime(1970, 1, 2), datetime(2040, 1, 1), timezones=st.just(UTC))
)
@example("Africa/Cairo", datetime(2026, 4, 24, 12, tzinfo=UTC))  # a day that begins at one
@example("America/Havana", datetime(2026, 11, 1, 12, tzinfo=UTC))  # one that has its first hour twice
def test_days_are_those_of_where_one_asks(zone: str, asked_at: datetime) -> None:
    """Every window is of the days that the same question names in UTC on that day, and begins with the first moment of its own."""
    query = "yesterday, last week, in May, since last summer, two months ago, on Friday or early 2019"
    there = asked_at.astimezone(ZoneInfo(zone))
    named = windows(query, there.replace(tzinfo=UTC))
    found = windows(query, there)
    assert len(found) == len(named)
    for mine, plain in zip(found, named, strict=True):
        for edge, day in zip(mine, plain, strict=True):
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=round(edge * 86_400))
            first = date(1970, 1, 1) + timedelta(days=day)
            if (zone, first) == ("Pacific/Apia", date(2011, 12, 30)):
                continue  # there was no such day
            assert moment.astimezone(ZoneInfo(zone)).date() == first
            assert (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < first


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("what did we ship last quarter", "2026-07-01", "2026-09-30"),
        ("what did we ship this quarter", "2026-10-01", "2026-11-22"),
        ("our goals in Q2", "2026-04-01", "2026-06-30"),
        ("our goals in the second quarter", "2026-04-01", "2026-06-30"),
        ("our goals of Q2 '23", "2023-04-01", "2023-06-30"),
        ("what we sold in H2 2024", "2024-07-01", "2024-12-31"),
        ("two quarters ago", "2026-04-07", "2026-07-06"),
        ("who led us last decade?", "2010-01-01", "2019-12-31"),
        ("the trip in may", "2026-05-01", "2026-05-31"),
        ("what broke in march?", "2026-03-01", "2026-03-31"),
        ("in May '23", "2023-05-01", "2023-05-31"),
        ("the party in \u201999", "1999-01-01", "1999-12-31"),
        ("the call on 3 May 23", "2023-05-03", "2023-05-03"),
        ("the call on 25/5/23", "2023-05-25", "2023-05-25"),
        ("the call on 2023/05/25", "2023-05-25", "2023-05-25"),
        ("on May the 4th", "2026-05-04", "2026-05-04"),
        ("a week ago today", "2026-11-15", "2026-11-15"),
        ("what I said a year ago today", "2025-11-22", "2025-11-22"),
        ("lunch on Friday last week", "2026-11-13", "2026-11-13"),
        ("lunch last week on Friday", "2026-11-13", "2026-11-13"),
        ("last week's Monday", "2026-11-09", "2026-11-09"),
        ("Monday this week", "2026-11-16", "2026-11-16"),
        ("eleven days ago", "2026-11-11", "2026-11-11"),
    ],
)
def test_times_as_people_write_them(query: str, first: str, last: str) -> None:
    """Quarters, halves, decades, two-digit years, months in small letters, a day of last week: the latest of what is named."""
    assert spans(query)[-1] == (first, last)


@pytest.mark.parametrize(
    "query",
    [
        "how this may affect us",
        "what is planned for next May?",
        "the coming March",
        "which service has port 2020?",
        "who is in room 2019",
        "what did issue #2021 say",
        "1.5 years ago",
        "a quarter past ten",
        "version 1/2",
        "open 24/7",
    ],
)
def test_what_looks_like_a_time_and_is_none(query: str) -> None:
    """Verbs, times to come and numbers of other things name no time; half of a number is not read alone."""
    assert spans(query) == []


def test_a_quarter_in_a_query_is_a_word_of_texts_too() -> None:
    """Notes name quarters and years in two digits, as they do months."""
    assert timeless("our goals in Q2 2024", NOW).split() == ["our", "goals", "in", "Q2", "2024"]


@pytest.mark.parametrize(
    ("asked", "query", "first", "last"),
    [
        ((2024, 2, 29), "a year ago today", "2023-02-28", "2023-02-28"),
        ((2025, 3, 31), "a month ago today", "2025-02-28", "2025-02-28"),
        ((2025, 3, 31), "last month", "2025-02-01", "2025-02-28"),
        ((2025, 1, 1), "last quarter", "2024-10-01", "2024-12-31"),
        ((2025, 1, 1), "on Friday last week", "2024-12-27", "2024-12-27"),
    ],
)
def test_times_asked_at_the_ends_of_months(
    asked: tuple[int, int, int], query: str, first: str, last: str
) -> None:
    """Leap days, the 31st and the first of the year."""
    epoch = date(1970, 1, 1).toordinal()
    ((a, b),) = windows(query, datetime(*asked, tzinfo=UTC))
    assert (date.fromordinal(int(a) + epoch), date.fromordinal(int(b) + epoch - 1)) == (
        date.fromisoformat(first),
        date.fromisoformat(last),
    )
